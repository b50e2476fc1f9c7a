// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nodes of KUnit tests: transports with a minimal engine, over the loopback device
 */

#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/kthread.h>
#include <linux/netdevice.h>
#include <linux/percpu_counter.h>
#include <linux/rtnetlink.h>
#include <net/net_namespace.h>
#include <net/tcp.h>

#include "transport_pair.h"

static struct test_node *owner(struct drbd_transport *t)
{
	return t->owner;
}

static void test_control_data(struct drbd_transport *t, const u8 *data, size_t len)
{
	struct test_node *node = owner(t);

	node->control_bad += test_bad(data, len, node->peer_seed, node->control_got);
	WRITE_ONCE(node->control_got, node->control_got + len);
	wake_up(&node->wait);
}

static void test_control_event(struct drbd_transport *t, enum drbd_control_event event)
{
	struct test_node *node = owner(t);

	if (event == DRBD_CONTROL_CLOSED) {
		node->closed_at = node->control_got;
		atomic_inc(&node->closed);
	} else {
		atomic_inc(&node->timeouts);
	}
	wake_up(&node->wait);
}

static void test_path_event(struct drbd_transport *t, struct drbd_path *path)
{
	might_sleep();
	atomic_inc(&owner(t)->path_events);
}

static bool test_send_timed_out(struct drbd_transport *t, enum drbd_stream stream)
{
	struct test_node *node = owner(t);

	might_sleep();
	lockdep_assert_held(&t->send_lock[stream]);
	wake_up(&node->wait);
	return atomic_inc_return(&node->send_timeouts) > node->patience;
}

static struct page *test_get_page(struct drbd_transport *t, size_t size)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, size > 3 * PAGE_SIZE ? 1 : 0);

	if (page)
		atomic_inc(&owner(t)->pages);
	return page;
}

static void test_put_page(struct drbd_transport *t, struct page *page)
{
	atomic_dec(&owner(t)->pages);
	put_page(page);
}

static int test_add_page(struct drbd_transport *t, void *sink, struct page *page,
			 unsigned int offset, unsigned int len)
{
	struct test_node *node = sink;

	if (WARN_ON_ONCE(node != owner(t)))
		return -EINVAL;
	node->sink_bad += test_bad(page_address(page) + offset, len, node->peer_seed,
				   node->sink_got);
	node->sink_got += len;
	test_put_page(t, page);
	return 0;
}

static const struct drbd_transport_engine test_engine = {
	.control_data = test_control_data,
	.control_event = test_control_event,
	.path_event = test_path_event,
	.send_timed_out = test_send_timed_out,
	.get_page = test_get_page,
	.put_page = test_put_page,
	.add_page = test_add_page,
};

/* Short times: each is a delay that tests do not depend on. */
static const struct drbd_transport_conf test_conf = {
	.connect_int = 1,
	.ping_timeo = 2,
	.sock_check_timeo = 1,
	.timeout = 3,
};

static s64 test_sockets(void)
{
	return percpu_counter_sum(tcp_prot.sockets_allocated);
}

int test_suite_init(struct kunit_suite *suite)
{
	struct net_device *lo = init_net.loopback_dev;
	int err;

	rtnl_lock();
	err = dev_change_flags(lo, lo->flags | IFF_UP, NULL);
	rtnl_unlock();
	return err;
}

int test_pair_init(struct kunit *test)
{
	struct test_pair *pair = kunit_kzalloc(test, sizeof(*pair), GFP_KERNEL);
	int i;

	if (!pair)
		return -ENOMEM;
	for (i = 0; i < TEST_NODES; i++) {
		struct test_node *node = &pair->node[i];

		node->test = test;
		init_completion(&node->done);
		init_waitqueue_head(&node->wait);
		snprintf(node->name, sizeof(node->name), "test-%d", i);
	}
	pair->sockets = test_sockets();
	test->priv = pair;
	return 0;
}

/* Nobody else uses TCP while a kernel boots, so sockets can be counted then. */
static void test_count_sockets(struct kunit *test, s64 before)
{
	unsigned long limit = jiffies + TEST_LIMIT;

	if (!IS_BUILTIN(CONFIG_DRBD_TRANSPORT_KUNIT_TEST))
		return;
	while (test_sockets() > before && time_before(jiffies, limit))
		schedule_timeout_idle(HZ / 50); /* sockets end without telling anybody */
	KUNIT_EXPECT_LE(test, test_sockets(), before);
}

void test_pair_exit(struct kunit *test)
{
	struct test_pair *pair = test->priv;
	int i, j;

	for (i = 0; i < TEST_NODES; i++)
		if (pair->node[i].t)
			drbd_transport_abort(pair->node[i].t);
	for (i = 0; i < TEST_NODES; i++) {
		struct test_node *node = &pair->node[i];

		if (node->running)
			test_join(node);
		if (!node->t)
			continue;
		drbd_transport_close(node->t);
		drbd_transport_destroy(node->t);
		for (j = 0; j < node->paths; j++) {
			KUNIT_EXPECT_EQ(test, kref_read(&node->path[j]->kref), 1);
			drbd_path_put(node->path[j]);
		}
		KUNIT_EXPECT_EQ(test, atomic_read(&node->pages), 0);
		KUNIT_EXPECT_EQ(test, node->control_bad, 0);
		KUNIT_EXPECT_EQ(test, node->sink_bad, 0);
	}
	test_count_sockets(test, pair->sockets);
}

struct test_node *test_node(struct kunit *test, int nr)
{
	return &((struct test_pair *)test->priv)->node[nr];
}

struct test_node *test_node_create(struct kunit *test, int nr)
{
	struct test_node *node = test_node(test, nr);
	struct drbd_transport *t = drbd_transport_create("tcp", &test_engine, &test_conf,
							 node->name, node);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t);
	node->t = t;
	node->seed = 100 + nr;
	node->peer_seed = 100 + (nr ^ 1);
	drbd_transport_rearm(t);
	return node;
}

/* 127.0.c.d, all of which is the loopback device. */
int test_v4(struct sockaddr_storage *addr, u8 c, u8 d, u16 port)
{
	struct sockaddr_in *sin = (void *)addr;

	memset(addr, 0, sizeof(*addr));
	sin->sin_family = AF_INET;
	sin->sin_port = htons(port);
	sin->sin_addr.s_addr = htonl(0x7f000000 | c << 8 | d);
	return sizeof(*sin);
}

int test_v6(struct sockaddr_storage *addr, u16 port)
{
	struct sockaddr_in6 *sin6 = (void *)addr;

	memset(addr, 0, sizeof(*addr));
	sin6->sin6_family = AF_INET6;
	sin6->sin6_port = htons(port);
	sin6->sin6_addr = in6addr_loopback;
	return sizeof(*sin6);
}

int test_path_addr(struct test_node *node, const struct sockaddr_storage *my, int my_len,
		   const struct sockaddr_storage *peer, int peer_len)
{
	struct drbd_path *path;
	int err;

	path = drbd_path_create(node->t, &init_net, my, my_len, peer, peer_len);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(node->test, path);
	kref_get(&path->kref);
	err = drbd_transport_add_path(node->t, path);
	if (err) {
		drbd_path_put(path);
		drbd_path_put(path);
	} else {
		node->path[node->paths++] = path;
	}
	return err;
}

int test_path(struct test_node *node, u8 my_c, u8 my_d, u8 peer_c, u8 peer_d)
{
	struct sockaddr_storage my, peer;
	int my_len = test_v4(&my, my_c, my_d, TEST_PORT);
	int peer_len = test_v4(&peer, peer_c, peer_d, TEST_PORT);

	return test_path_addr(node, &my, my_len, &peer, peer_len);
}

int test_unpath(struct test_node *node, int nr)
{
	struct drbd_path *path = node->path[nr];
	int err = drbd_transport_remove_path(node->t, path);

	if (err)
		return err;
	KUNIT_EXPECT_PTR_EQ(node->test, drbd_tcp_path(path)->listener, NULL);
	drbd_path_put(path);
	node->paths--;
	memmove(&node->path[nr], &node->path[nr + 1], (node->paths - nr) * sizeof(path));
	return 0;
}

/* Nodes 0 and 1 with the addresses 127.0.0.1 and 127.0.0.2. */
void test_make_pair(struct kunit *test)
{
	struct test_node *a = test_node_create(test, 0), *b = test_node_create(test, 1);

	KUNIT_ASSERT_EQ(test, test_path(a, 0, 1, 0, 2), 0);
	KUNIT_ASSERT_EQ(test, test_path(b, 0, 2, 0, 1), 0);
}

static int test_thread(void *data)
{
	struct test_node *node = data;

	node->result = node->fn(node);
	complete(&node->done);
	return 0;
}

void test_start(struct test_node *node, int (*fn)(struct test_node *node))
{
	struct task_struct *task;

	node->fn = fn;
	reinit_completion(&node->done);
	task = kthread_run(test_thread, node, "drbd_%s", node->name);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(node->test, task);
	node->running = true;
}

int test_join(struct test_node *node)
{
	if (!wait_for_completion_timeout(&node->done, TEST_LIMIT)) {
		KUNIT_FAIL(node->test, "%s hangs", node->name);
		if (node->t)
			drbd_transport_abort(node->t);
		wait_for_completion(&node->done);
	}
	node->running = false;
	return node->result;
}

int test_connect_fn(struct test_node *node)
{
	int err = drbd_transport_connect(node->t);

	if (!err) {
		node->control_got = 0;
		drbd_transport_start(node->t);
	}
	return err;
}

void test_connect(struct test_node *a, struct test_node *b)
{
	test_start(a, test_connect_fn);
	test_start(b, test_connect_fn);
	KUNIT_EXPECT_EQ(a->test, test_join(a), 0);
	KUNIT_EXPECT_EQ(a->test, test_join(b), 0);
	KUNIT_EXPECT_NE(a->test, test_bit(DRBD_TRANSPORT_RESOLVE, &a->t->flags),
			test_bit(DRBD_TRANSPORT_RESOLVE, &b->t->flags));
}

void test_close(struct test_node *node)
{
	drbd_transport_close(node->t);
	drbd_transport_rearm(node->t);
	atomic_set(&node->closed, 0);
}

u8 test_byte(u32 seed, u64 pos)
{
	return (u32)pos * 31 + ((u32)pos >> 8) * 7 + ((u32)(pos >> 16)) * 3 + seed;
}

void test_fill(u8 *buf, size_t len, u32 seed, u64 pos)
{
	size_t i;

	for (i = 0; i < len; i++)
		buf[i] = test_byte(seed, pos + i);
}

u64 test_bad(const u8 *buf, size_t len, u32 seed, u64 pos)
{
	u64 bad = 0;
	size_t i;

	for (i = 0; i < len; i++)
		bad += buf[i] != test_byte(seed, pos + i);
	return bad;
}

/* Up to 256 bytes from the pattern of this node. */
int test_send(struct test_node *node, enum drbd_stream stream, u64 pos, size_t len)
{
	u8 buf[256];
	int err;

	test_fill(buf, len, node->seed, pos);
	drbd_transport_send_begin(node->t, stream);
	err = drbd_transport_send_buf(node->t, stream, buf, len, 0);
	drbd_transport_send_end(node->t, stream);
	return err;
}

/* Receive up to 256 bytes, which have to be those of the pattern of the peer. */
int test_expect(struct test_node *node, u64 pos, size_t len)
{
	u8 buf[256];
	int n = drbd_transport_recv_buf(node->t, buf, len, true);

	if (n > 0)
		KUNIT_EXPECT_EQ(node->test, test_bad(buf, n, node->peer_seed, pos), 0);
	return n;
}

/* A few bytes on both streams in both directions. */
void test_exchange(struct test_node *a, struct test_node *b)
{
	struct kunit *test = a->test;

	KUNIT_EXPECT_EQ(test, test_send(a, DRBD_DATA_STREAM, 0, 72), 0);
	KUNIT_EXPECT_EQ(test, test_send(b, DRBD_DATA_STREAM, 0, 72), 0);
	KUNIT_EXPECT_EQ(test, test_send(a, DRBD_CONTROL_STREAM, 0, 16), 0);
	KUNIT_EXPECT_EQ(test, test_send(b, DRBD_CONTROL_STREAM, 0, 16), 0);
	KUNIT_EXPECT_EQ(test, test_expect(a, 0, 72), 72);
	KUNIT_EXPECT_EQ(test, test_expect(b, 0, 72), 72);
	test_wait(a, READ_ONCE(a->control_got) == 16);
	test_wait(b, READ_ONCE(b->control_got) == 16);
}

static struct socket *test_raw(struct kunit *test, u8 d, u16 port)
{
	struct sockaddr_storage addr;
	struct socket *sock;
	int len = test_v4(&addr, 0, d, port);

	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_INET, SOCK_STREAM, IPPROTO_TCP,
					       &sock), 0);
	sock_set_reuseaddr(sock->sk);
	sock->sk->sk_rcvtimeo = TEST_LIMIT;
	KUNIT_EXPECT_EQ(test, kernel_bind(sock, (struct sockaddr_unsized *)&addr, len), 0);
	return sock;
}

/* Connects to TEST_PORT of 127.0.0.@peer_d, as soon as someone listens there. */
struct socket *test_raw_connect(struct kunit *test, u8 my_d, u8 peer_d)
{
	unsigned long limit = jiffies + TEST_LIMIT;
	struct sockaddr_storage addr;
	struct socket *sock;
	int len = test_v4(&addr, 0, peer_d, TEST_PORT);
	int err;

	do {
		sock = test_raw(test, my_d, 0);
		err = kernel_connect(sock, (struct sockaddr_unsized *)&addr, len, 0);
		if (!err)
			return sock;
		sock_release(sock);
		schedule_timeout_idle(1); /* until the node listens */
	} while (err == -ECONNREFUSED && time_before(jiffies, limit));
	KUNIT_ASSERT_EQ(test, err, 0);
	return NULL;
}

struct socket *test_raw_listen(struct kunit *test, u8 my_d)
{
	struct socket *sock = test_raw(test, my_d, TEST_PORT);

	KUNIT_EXPECT_EQ(test, kernel_listen(sock, 5), 0);
	return sock;
}

struct socket *test_raw_accept(struct kunit *test, struct socket *listener)
{
	struct socket *sock = NULL;

	KUNIT_ASSERT_EQ(test, kernel_accept(listener, &sock, 0), 0);
	sock->sk->sk_rcvtimeo = TEST_LIMIT;
	return sock;
}

int test_raw_send(struct socket *sock, const void *buf, size_t len)
{
	struct kvec vec = { .iov_base = (void *)buf, .iov_len = len };
	struct msghdr msg = { .msg_flags = MSG_NOSIGNAL };

	return kernel_sendmsg(sock, &msg, &vec, 1, len);
}

int test_raw_recv(struct socket *sock, void *buf, size_t len)
{
	struct kvec vec = { .iov_base = buf, .iov_len = len };
	struct msghdr msg = {};

	return kernel_recvmsg(sock, &msg, &vec, 1, len, MSG_WAITALL);
}
