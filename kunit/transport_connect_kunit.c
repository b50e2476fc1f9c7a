// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of connecting over TCP
 *
 * Both ends of the connections are transports of this kernel, on addresses of the
 * loopback device; or one end is a bare socket that misbehaves.
 */

#include <linux/delay.h>
#include <linux/random.h>

#include "transport_pair.h"

static const u8 first_data[] = { 0x83, 0x74, 0x02, 0x67, 0xff, 0xf2, 0, 0 };
static const u8 first_control[] = { 0x83, 0x74, 0x02, 0x67, 0xff, 0xf1, 0, 0 };

static bool established(struct test_node *node, int path)
{
	return test_bit(DRBD_PATH_ESTABLISHED, &node->path[path]->flags);
}

static bool listening(struct test_node *node, int path)
{
	return drbd_tcp_path(node->path[path])->listener;
}

/*
 * A node with the greater address connects, and sends what it sends first; its
 * peer is bare sockets.
 */
static struct test_node *first_attempt(struct kunit *test, struct socket **listener,
				       struct socket **sock, u8 *buf)
{
	struct test_node *node;

	test_make_pair(test);
	node = test_node(test, 1);
	*listener = test_raw_listen(test, 1);
	test_start(node, test_connect_fn);
	*sock = test_raw_accept(test, *listener);
	KUNIT_EXPECT_EQ(test, test_raw_recv(*sock, buf, 8), 8);
	return node;
}

static void close_both(struct test_node *a, struct test_node *b)
{
	test_close(a);
	test_close(b);
}

static void connect_test(struct kunit *test)
{
	struct test_node *a, *b;

	test_make_pair(test);
	a = test_node(test, 0);
	b = test_node(test, 1);
	KUNIT_EXPECT_FALSE(test, drbd_transport_stream_ok(a->t, DRBD_DATA_STREAM));
	test_connect(a, b);
	/* b has the greater address, so it accepted the control stream */
	KUNIT_EXPECT_TRUE(test, test_bit(DRBD_TRANSPORT_RESOLVE, &b->t->flags));
	KUNIT_EXPECT_TRUE(test, established(a, 0));
	KUNIT_EXPECT_TRUE(test, established(b, 0));
	KUNIT_EXPECT_FALSE(test, listening(a, 0));
	KUNIT_EXPECT_EQ(test, atomic_read(&a->path_events), 1);
	KUNIT_EXPECT_TRUE(test, drbd_transport_stream_ok(a->t, DRBD_DATA_STREAM));
	KUNIT_EXPECT_TRUE(test, drbd_transport_stream_ok(a->t, DRBD_CONTROL_STREAM));
	test_exchange(a, b);

	/* not while it is in use */
	KUNIT_EXPECT_EQ(test, test_unpath(a, 0), -EBUSY);
	test_close(a);
	KUNIT_EXPECT_FALSE(test, established(a, 0));
	KUNIT_EXPECT_EQ(test, atomic_read(&a->path_events), 2);
	KUNIT_EXPECT_FALSE(test, drbd_transport_stream_ok(a->t, DRBD_CONTROL_STREAM));
	KUNIT_EXPECT_EQ(test, test_unpath(a, 0), 0);
	test_wait(b, atomic_read(&b->closed) == 1);
	KUNIT_EXPECT_EQ(test, test_send(a, DRBD_DATA_STREAM, 0, 1), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, test_expect(a, 0, 1), -ENOTCONN);
}

/* Both ends at the same time, or one a bit later, again and again. */
static void connect_race_test(struct kunit *test)
{
	struct test_node *a, *b;
	int round;

	test_make_pair(test);
	a = test_node(test, 0);
	b = test_node(test, 1);
	for (round = 0; round < 30; round++) {
		test_start(round & 1 ? a : b, test_connect_fn);
		if (round % 3)
			usleep_range(1, 2 + get_random_u32_below(2000)); /* at any moment */
		test_start(round & 1 ? b : a, test_connect_fn);
		KUNIT_EXPECT_EQ(test, test_join(a), 0);
		KUNIT_EXPECT_EQ(test, test_join(b), 0);
		KUNIT_EXPECT_NE(test, test_bit(DRBD_TRANSPORT_RESOLVE, &a->t->flags),
				test_bit(DRBD_TRANSPORT_RESOLVE, &b->t->flags));
		test_exchange(a, b);
		close_both(round & 1 ? a : b, round & 1 ? b : a);
	}
}

static void connect_ipv6_test(struct kunit *test)
{
	struct test_node *a = test_node_create(test, 0), *b = test_node_create(test, 1);
	struct sockaddr_storage one, two;
	int len = test_v6(&one, TEST_PORT);

	if (!IS_ENABLED(CONFIG_IPV6))
		kunit_skip(test, "no IPv6");
	test_v6(&two, TEST_PORT + 1);
	KUNIT_ASSERT_EQ(test, test_path_addr(a, &one, len, &two, len), 0);
	KUNIT_ASSERT_EQ(test, test_path_addr(b, &two, len, &one, len), 0);
	test_connect(a, b);
	test_exchange(a, b);
}

/* Three nodes, of which one has a single port. */
static void connect_shared_test(struct kunit *test)
{
	struct test_node *ab, *ba, *ac, *ca;

	test_make_pair(test);
	ab = test_node(test, 0);
	ba = test_node(test, 1);
	ac = test_node_create(test, 2);
	ca = test_node_create(test, 3);
	KUNIT_ASSERT_EQ(test, test_path(ac, 0, 1, 0, 3), 0);
	KUNIT_ASSERT_EQ(test, test_path(ca, 0, 3, 0, 1), 0);

	test_start(ca, test_connect_fn);
	test_start(ba, test_connect_fn);
	test_start(ac, test_connect_fn);
	test_start(ab, test_connect_fn);
	KUNIT_EXPECT_EQ(test, test_join(ab), 0);
	KUNIT_EXPECT_EQ(test, test_join(ba), 0);
	KUNIT_EXPECT_EQ(test, test_join(ac), 0);
	KUNIT_EXPECT_EQ(test, test_join(ca), 0);
	test_exchange(ab, ba);
	test_exchange(ac, ca);

	/* one of them again, while the other goes on */
	close_both(ac, ca);
	test_connect(ac, ca);
	test_exchange(ac, ca);
	KUNIT_EXPECT_EQ(test, atomic_read(&ab->closed), 0);
	KUNIT_EXPECT_EQ(test, test_send(ab, DRBD_DATA_STREAM, 0, 10), 0);
	KUNIT_EXPECT_EQ(test, test_expect(ba, 0, 10), 10);
}

/* Others than the peer are sent away, whatever they say. */
static void connect_stranger_test(struct kunit *test)
{
	struct test_node *a, *b;
	struct socket *raw;
	u8 byte;

	test_make_pair(test);
	a = test_node(test, 0);
	b = test_node(test, 1);
	test_start(a, test_connect_fn);
	raw = test_raw_connect(test, 9, 1);
	test_raw_send(raw, first_data, sizeof(first_data));
	KUNIT_EXPECT_LE(test, test_raw_recv(raw, &byte, 1), 0);
	sock_release(raw);

	test_start(b, test_connect_fn);
	KUNIT_EXPECT_EQ(test, test_join(a), 0);
	KUNIT_EXPECT_EQ(test, test_join(b), 0);
	test_exchange(a, b);
}

/* Sockets from the peer that are of no use do not keep others from being used. */
static void connect_garbage_test(struct kunit *test)
{
	static const u8 magic[] = { 0, 0, 0, 0, 0, 0, 0, 8 };
	static const u8 command[] = { 0x83, 0x74, 0x02, 0x67, 0xff, 0xfe, 0, 0x48 };
	struct socket *wrong, *other, *part, *mute, *many[12];
	struct test_node *a, *b;
	u8 byte;
	int i;

	test_make_pair(test);
	a = test_node(test, 0);
	b = test_node(test, 1);
	test_start(a, test_connect_fn);
	wrong = test_raw_connect(test, 2, 1);
	other = test_raw_connect(test, 2, 1);
	part = test_raw_connect(test, 2, 1);
	mute = test_raw_connect(test, 2, 1);
	test_raw_send(part, first_data, 5);
	test_raw_send(wrong, magic, sizeof(magic));
	test_raw_send(other, command, sizeof(command));
	KUNIT_EXPECT_LE(test, test_raw_recv(wrong, &byte, 1), 0);
	KUNIT_EXPECT_LE(test, test_raw_recv(other, &byte, 1), 0);
	/* these wait for the rest of a packet that does not come */
	KUNIT_EXPECT_LE(test, test_raw_recv(part, &byte, 1), 0);
	KUNIT_EXPECT_LE(test, test_raw_recv(mute, &byte, 1), 0);
	sock_release(wrong);
	sock_release(other);
	sock_release(part);
	sock_release(mute);

	for (i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = test_raw_connect(test, 2, 1);
	/* the first ones go, as they are too many */
	KUNIT_EXPECT_LE(test, test_raw_recv(many[0], &byte, 1), 0);
	test_start(b, test_connect_fn);
	KUNIT_EXPECT_EQ(test, test_join(a), 0);
	KUNIT_EXPECT_EQ(test, test_join(b), 0);
	test_exchange(a, b);
	for (i = 0; i < ARRAY_SIZE(many); i++)
		sock_release(many[i]);
}

/*
 * A peer of version 8.4 begins with the data socket always. It crosses that of
 * the node with the greater address, which has to take the peer's.
 */
static void connect_crossed_test(struct kunit *test)
{
	struct socket *listener, *mine, *data, *control;
	struct test_node *b;
	u8 buf[8];

	b = first_attempt(test, &listener, &mine, buf);
	KUNIT_EXPECT_MEMEQ(test, buf, first_data, 8);
	sock_release(listener);

	data = test_raw_connect(test, 1, 2);
	test_raw_send(data, first_data, sizeof(first_data));
	KUNIT_EXPECT_LE(test, test_raw_recv(mine, buf, 1), 0);
	control = test_raw_connect(test, 1, 2);
	test_raw_send(control, first_control, sizeof(first_control));
	KUNIT_EXPECT_EQ(test, test_join(b), 0);
	KUNIT_EXPECT_TRUE(test, test_bit(DRBD_TRANSPORT_RESOLVE, &b->t->flags));

	KUNIT_EXPECT_EQ(test, test_send(b, DRBD_DATA_STREAM, 0, 8), 0);
	KUNIT_EXPECT_EQ(test, test_raw_recv(data, buf, 8), 8);
	KUNIT_EXPECT_EQ(test, test_bad(buf, 8, b->seed, 0), 0);
	KUNIT_EXPECT_EQ(test, test_send(b, DRBD_CONTROL_STREAM, 8, 8), 0);
	KUNIT_EXPECT_EQ(test, test_raw_recv(control, buf, 8), 8);
	KUNIT_EXPECT_EQ(test, test_bad(buf, 8, b->seed, 8), 0);
	sock_release(mine);
	sock_release(data);
	sock_release(control);
}

/*
 * The socket that this node connected dies before the other one comes. Both are
 * replaced in the end.
 */
static void connect_half_test(struct kunit *test)
{
	struct socket *listener, *mine, *control, *again;
	struct test_node *b;
	u8 buf[8];

	b = first_attempt(test, &listener, &mine, buf);
	sock_release(mine);
	control = test_raw_connect(test, 1, 2);
	test_raw_send(control, first_control, sizeof(first_control));

	again = test_raw_accept(test, listener);
	KUNIT_EXPECT_EQ(test, test_raw_recv(again, buf, 8), 8);
	KUNIT_EXPECT_MEMEQ(test, buf, first_data, 8);
	KUNIT_EXPECT_EQ(test, test_join(b), 0);
	KUNIT_EXPECT_TRUE(test, test_bit(DRBD_TRANSPORT_RESOLVE, &b->t->flags));
	sock_release(again);
	sock_release(control);
	sock_release(listener);
}

/* Options change while a node waits; a listener has the sizes from before. */
static void connect_options_test(struct kunit *test)
{
	struct drbd_transport_stats stats;
	struct drbd_transport_conf conf;
	struct test_node *a, *b;
	int i;

	test_make_pair(test);
	a = test_node(test, 0);
	b = test_node(test, 1);
	conf = a->t->conf;
	conf.sndbuf_size = SZ_16K;
	test_start(a, test_connect_fn);
	while (!listening(a, 0))
		usleep_range(100, 1000); /* nobody tells */
	KUNIT_EXPECT_EQ(test, drbd_transport_set_conf(a->t, &conf), 0);
	test_start(b, test_connect_fn);
	KUNIT_EXPECT_EQ(test, test_join(a), 0);
	KUNIT_EXPECT_EQ(test, test_join(b), 0);
	for (i = 0; i < DRBD_STREAMS; i++) {
		drbd_transport_stats(a->t, i, &stats);
		KUNIT_EXPECT_EQ(test, stats.send_buffer_size, SZ_16K);
	}
	test_exchange(a, b);
}

static void connect_abort_test(struct kunit *test)
{
	struct test_node *a, *b;

	test_make_pair(test);
	a = test_node(test, 0);
	b = test_node(test, 1);
	test_start(a, test_connect_fn);
	usleep_range(1000, 20000); /* it should sleep by then; if not, so be it */
	drbd_transport_abort(a->t);
	KUNIT_EXPECT_EQ(test, test_join(a), -EAGAIN);
	KUNIT_EXPECT_FALSE(test, listening(a, 0));

	/* an abort holds until it is undone */
	test_start(a, test_connect_fn);
	KUNIT_EXPECT_EQ(test, test_join(a), -EAGAIN);
	drbd_transport_rearm(a->t);
	test_connect(a, b);
	test_exchange(a, b);
}

static void connect_errors_test(struct kunit *test)
{
	struct test_node *a = test_node_create(test, 0), *b = test_node_create(test, 1);
	struct sockaddr_storage nowhere, peer;
	int len = test_v4(&peer, 0, 2, TEST_PORT);
	struct drbd_path *path;
	struct socket *taken;

	KUNIT_EXPECT_TRUE(test, IS_ERR(drbd_transport_create("none", NULL, &a->t->conf, "", NULL)));
	test_start(a, test_connect_fn);
	KUNIT_EXPECT_EQ(test, test_join(a), -EDESTADDRREQ);

	path = drbd_path_create(a->t, &init_net, &peer, len - 1, &peer, len);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(path), -EINVAL);

	/* 192.0.2.1 is an address that nobody has */
	test_v4(&nowhere, 0, 1, TEST_PORT);
	((struct sockaddr_in *)&nowhere)->sin_addr.s_addr = htonl(0xc0000201);
	KUNIT_ASSERT_EQ(test, test_path_addr(a, &nowhere, len, &peer, len), 0);
	test_start(a, test_connect_fn);
	KUNIT_EXPECT_EQ(test, test_join(a), -EADDRNOTAVAIL);

	/* it does no harm to another path */
	KUNIT_ASSERT_EQ(test, test_path(a, 0, 1, 0, 2), 0);
	KUNIT_ASSERT_EQ(test, test_path(b, 0, 2, 0, 1), 0);
	test_connect(a, b);
	KUNIT_EXPECT_FALSE(test, established(a, 0));
	KUNIT_EXPECT_TRUE(test, established(a, 1));
	close_both(a, b);

	taken = test_raw_listen(test, 2);
	test_start(b, test_connect_fn);
	KUNIT_EXPECT_EQ(test, test_join(b), -EADDRINUSE);
	sock_release(taken);
}

/* Paths come and go while both ends try to connect. */
static void connect_paths_test(struct kunit *test)
{
	struct test_node *a = test_node_create(test, 0), *b = test_node_create(test, 1);
	int round;

	for (round = 0; round < 5; round++) {
		/* these do not match */
		KUNIT_ASSERT_EQ(test, test_path(a, 1, 1, 1, 8), 0);
		KUNIT_ASSERT_EQ(test, test_path(b, 1, 2, 1, 9), 0);
		test_start(a, test_connect_fn);
		test_start(b, test_connect_fn);
		usleep_range(1, 2 + get_random_u32_below(5000)); /* at any moment */
		KUNIT_ASSERT_EQ(test, test_path(a, 2, 1, 2, 2), 0);
		usleep_range(1, 2 + get_random_u32_below(5000)); /* at any moment */
		if (round & 1)
			KUNIT_EXPECT_EQ(test, test_unpath(a, 0), 0);
		KUNIT_ASSERT_EQ(test, test_path(b, 2, 2, 2, 1), 0);
		if (round & 2)
			KUNIT_EXPECT_EQ(test, test_unpath(b, 0), 0);
		KUNIT_EXPECT_EQ(test, test_join(a), 0);
		KUNIT_EXPECT_EQ(test, test_join(b), 0);
		KUNIT_EXPECT_TRUE(test, established(a, a->paths - 1));
		test_exchange(a, b);
		close_both(a, b);
		while (a->paths)
			KUNIT_EXPECT_EQ(test, test_unpath(a, 0), 0);
		while (b->paths)
			KUNIT_EXPECT_EQ(test, test_unpath(b, 0), 0);
	}
}

/* The path of a socket that is held, or of all, goes away. */
static void connect_remove_test(struct kunit *test)
{
	struct socket *listener, *mine;
	struct test_node *b;
	u8 buf[8];

	b = first_attempt(test, &listener, &mine, buf);
	KUNIT_ASSERT_EQ(test, test_path(b, 3, 2, 3, 1), 0);
	KUNIT_EXPECT_EQ(test, test_unpath(b, 0), 0);
	KUNIT_EXPECT_LE(test, test_raw_recv(mine, buf, 1), 0);
	KUNIT_EXPECT_EQ(test, test_unpath(b, 0), 0);
	KUNIT_EXPECT_EQ(test, test_join(b), -EDESTADDRREQ);
	sock_release(mine);
	sock_release(listener);
}

/* The streams move to another path when that which they use breaks. */
static void connect_failover_test(struct kunit *test)
{
	struct test_node *a, *b;
	int round;

	test_make_pair(test);
	a = test_node(test, 0);
	b = test_node(test, 1);
	KUNIT_ASSERT_EQ(test, test_path(a, 1, 1, 1, 2), 0);
	KUNIT_ASSERT_EQ(test, test_path(b, 1, 2, 1, 1), 0);
	test_connect(a, b);

	for (round = 0; round < 4; round++) {
		int used = established(a, 0) ? 0 : 1;
		struct drbd_path *path = a->path[!used];

		KUNIT_EXPECT_EQ(test, established(b, used), 1);
		KUNIT_EXPECT_EQ(test, established(a, !used), 0);
		if (round & 1) /* a reset instead of an orderly end */
			sock_no_linger(drbd_tcp(b->t)->stream[DRBD_CONTROL_STREAM]->sock->sk);
		test_close(b);
		test_wait(a, atomic_read(&a->closed) == 1);
		KUNIT_EXPECT_LE(test, test_expect(a, 0, 1), 0);
		KUNIT_EXPECT_EQ(test, test_unpath(b, used), 0);
		test_close(a);
		test_connect(a, b);
		KUNIT_EXPECT_TRUE(test, test_bit(DRBD_PATH_ESTABLISHED, &path->flags));
		test_exchange(a, b);
		/* the one that is gone comes back, for the next round */
		KUNIT_ASSERT_EQ(test, used ? test_path(b, 1, 2, 1, 1) : test_path(b, 0, 2, 0, 1),
				0);
		if (!used)
			swap(b->path[0], b->path[1]);
	}
}

/* Everything goes away at any moment of connecting. */
static void connect_teardown_test(struct kunit *test)
{
	int round, i;

	for (round = 0; round < 40; round++) {
		struct test_node *node[4];

		test_make_pair(test);
		node[2] = test_node_create(test, 2);
		node[3] = test_node_create(test, 3);
		KUNIT_ASSERT_EQ(test, test_path(node[2], 0, 1, 0, 3), 0);
		KUNIT_ASSERT_EQ(test, test_path(node[3], 0, 3, 0, 1), 0);
		for (i = 0; i < 4; i++) {
			node[i] = test_node(test, i);
			test_start(node[i], test_connect_fn);
		}
		/* at any moment */
		usleep_range(1, 2 + get_random_u32_below(round & 3 ? 1500 : 150000));
		for (i = 0; i < 4; i++) {
			struct test_node *n = node[(i + round) % 4];
			int err;

			drbd_transport_abort(n->t);
			err = test_join(n);
			KUNIT_EXPECT_TRUE(test, !err || err == -EAGAIN);
			KUNIT_EXPECT_FALSE(test, listening(n, 0));
			drbd_transport_close(n->t);
			KUNIT_EXPECT_EQ(test, test_unpath(n, 0), 0);
			drbd_transport_destroy(n->t);
			n->t = NULL;
		}
	}
}

static struct kunit_case connect_cases[] = {
	KUNIT_CASE(connect_test),
	KUNIT_CASE_SLOW(connect_race_test),
	KUNIT_CASE(connect_ipv6_test),
	KUNIT_CASE(connect_shared_test),
	KUNIT_CASE(connect_stranger_test),
	KUNIT_CASE_SLOW(connect_garbage_test),
	KUNIT_CASE(connect_crossed_test),
	KUNIT_CASE(connect_half_test),
	KUNIT_CASE(connect_options_test),
	KUNIT_CASE(connect_abort_test),
	KUNIT_CASE(connect_errors_test),
	KUNIT_CASE_SLOW(connect_paths_test),
	KUNIT_CASE(connect_remove_test),
	KUNIT_CASE_SLOW(connect_failover_test),
	KUNIT_CASE_SLOW(connect_teardown_test),
	{}
};

static struct kunit_suite connect_suite = {
	.name = "drbd-transport-connect",
	.suite_init = test_suite_init,
	.init = test_pair_init,
	.exit = test_pair_exit,
	.test_cases = connect_cases,
};

kunit_test_suite(connect_suite);
