// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the streams of the TCP transport
 */

#include <linux/bio.h>
#include <linux/bvec.h>
#include <linux/delay.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/socket.h>

#include "transport_pair.h"

#define BULK_PAGES	16

/* A pair that is connected. */
static int stream_init(struct kunit *test)
{
	int err = test_pair_init(test);

	if (err)
		return err;
	test_make_pair(test);
	test_connect(test_node(test, 0), test_node(test, 1));
	return 0;
}

static void bulk_free(struct bio *bio)
{
	int i;

	for (i = 0; i < bio->bi_vcnt; i++)
		put_page(bio->bi_io_vec[i].bv_page);
	bio_uninit(bio);
	kfree(bio);
}

/* Pages with the pattern of the node; the data begins at @skip of the first. */
static struct bio *bulk_alloc(struct test_node *node, u64 pos, unsigned int skip)
{
	struct bio *bio = bio_kmalloc(BULK_PAGES, GFP_KERNEL);
	int i;

	if (!bio)
		return NULL;
	bio_init_inline(bio, NULL, BULK_PAGES, REQ_OP_WRITE);
	for (i = 0; i < BULK_PAGES; i++) {
		struct page *page = alloc_page(GFP_KERNEL);

		if (!page) {
			bulk_free(bio);
			return NULL;
		}
		test_fill(page_address(page), PAGE_SIZE, node->seed,
			  pos - skip + i * PAGE_SIZE);
		__bio_add_page(bio, page, PAGE_SIZE, 0);
	}
	bio_advance(bio, skip);
	return bio;
}

/* Odd bytes as a header, and the rest of 64 KiB as pages. */
static int bulk_send(struct test_node *node, u64 pos, unsigned int header, unsigned int flags)
{
	struct bio *bio = bulk_alloc(node, pos + header, header);
	u8 buf[64];
	int err;

	if (!bio)
		return -ENOMEM;
	test_fill(buf, header, node->seed, pos);
	err = drbd_transport_send_buf(node->t, DRBD_DATA_STREAM, buf, header,
				      flags | DRBD_SEND_MORE);
	if (!err)
		err = drbd_transport_send_bio(node->t, bio, flags);
	KUNIT_EXPECT_EQ(node->test, bio->bi_iter.bi_size, BULK_PAGES * PAGE_SIZE - header);
	bulk_free(bio);
	return err;
}

#define BULK		(BULK_PAGES * PAGE_SIZE)

static int bulk_send_fn(struct test_node *node)
{
	u64 pos;
	int err = 0;

	for (pos = 0; !err && pos < node->bytes; pos += BULK) {
		unsigned int turn = pos / BULK;

		drbd_transport_send_begin(node->t, DRBD_DATA_STREAM);
		drbd_transport_hint(node->t, DRBD_DATA_STREAM, DRBD_HINT_CORK);
		err = bulk_send(node, pos, 1 + turn % 63, turn & 1 ? DRBD_SEND_ZEROCOPY : 0);
		drbd_transport_hint(node->t, DRBD_DATA_STREAM,
				    turn & 2 ? DRBD_HINT_PUSH : DRBD_HINT_UNCORK);
		drbd_transport_hint(node->t, DRBD_DATA_STREAM, DRBD_HINT_UNCORK);
		drbd_transport_send_end(node->t, DRBD_DATA_STREAM);
		if (!err)
			err = test_send(node, DRBD_CONTROL_STREAM, pos / BULK * 200, 200);
	}
	return err;
}

/* What bulk_send_fn() of the peer sends: the header into memory, half of the rest into pages. */
static int bulk_recv(struct test_node *node)
{
	int err, n;
	u64 pos;

	for (pos = 0; pos < node->bytes; pos += BULK) {
		unsigned int header = 1 + pos / BULK % 63;

		drbd_transport_hint(node->t, DRBD_DATA_STREAM, DRBD_HINT_QUICKACK);
		n = test_expect(node, pos, header);
		if (n != (int)header)
			return n;
		node->sink_got = pos + header;
		err = drbd_transport_recv_pages(node->t, BULK - header, node);
		if (err)
			return err;
	}
	return 0;
}

static int bulk_recv_a_fn(struct test_node *node)
{
	return bulk_recv(test_node(node->test, 0));
}

/* Both streams in both directions at once. */
static void stream_bulk_test(struct kunit *test)
{
	struct test_node *a = test_node(test, 0), *b = test_node(test, 1);

	a->bytes = 64 * BULK;
	b->bytes = 64 * BULK;
	test_start(a, bulk_send_fn);
	test_start(b, bulk_send_fn);
	/* another one lends its thread */
	test_start(test_node(test, 2), bulk_recv_a_fn);
	KUNIT_EXPECT_EQ(test, bulk_recv(b), 0);
	KUNIT_EXPECT_EQ(test, test_join(test_node(test, 2)), 0);
	KUNIT_EXPECT_EQ(test, test_join(a), 0);
	KUNIT_EXPECT_EQ(test, test_join(b), 0);
	test_wait(a, READ_ONCE(a->control_got) == 64 * 200);
	test_wait(b, READ_ONCE(b->control_got) == 64 * 200);
	KUNIT_EXPECT_EQ(test, a->sink_bad, 0);
	KUNIT_EXPECT_EQ(test, b->sink_bad, 0);
	KUNIT_EXPECT_EQ(test, a->sink_got, 64 * BULK);
}

/* Into pages of the caller, and without waiting. */
static void stream_recv_test(struct kunit *test)
{
	struct test_node *a = test_node(test, 0), *b = test_node(test, 1);
	struct drbd_transport_stats stats;
	struct page *page = alloc_page(GFP_KERNEL);
	struct bio_vec bv[2];
	struct iov_iter to;
	u8 byte;

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, drbd_transport_recv_buf(b->t, &byte, 1, false), -EAGAIN);
	drbd_transport_set_rcvtimeo(b->t, DRBD_DATA_STREAM, HZ / 2);
	KUNIT_EXPECT_EQ(test, drbd_transport_get_rcvtimeo(b->t, DRBD_DATA_STREAM), HZ / 2);
	KUNIT_EXPECT_EQ(test, drbd_transport_recv_buf(b->t, &byte, 1, true), -EAGAIN);

	KUNIT_EXPECT_EQ(test, test_send(a, DRBD_DATA_STREAM, 0, 200), 0);
	KUNIT_EXPECT_EQ(test, test_expect(b, 0, 30), 30);
	drbd_transport_stats(b->t, DRBD_DATA_STREAM, &stats);
	KUNIT_EXPECT_EQ(test, stats.unread_received, 170);
	/* more than there is: what there is after the timeout, or at once */
	bvec_set_page(&bv[0], page, 100, 1001);
	bvec_set_page(&bv[1], page, 100, 3);
	iov_iter_bvec(&to, ITER_DEST, bv, 2, 200);
	KUNIT_EXPECT_EQ(test, drbd_transport_recv(b->t, &to, true), 170);
	KUNIT_EXPECT_EQ(test, iov_iter_count(&to), 30);
	KUNIT_EXPECT_EQ(test, test_bad(page_address(page) + 1001, 100, b->peer_seed, 30), 0);
	KUNIT_EXPECT_EQ(test, test_bad(page_address(page) + 3, 70, b->peer_seed, 130), 0);
	KUNIT_EXPECT_EQ(test, test_send(a, DRBD_DATA_STREAM, 200, 40), 0);
	KUNIT_EXPECT_EQ(test, drbd_transport_recv(b->t, &to, true), 30);
	KUNIT_EXPECT_EQ(test, test_bad(page_address(page) + 73, 30, b->peer_seed, 200), 0);
	KUNIT_EXPECT_EQ(test, test_expect(b, 230, 20), 10);
	/* pages are only passed on when all of them are full */
	KUNIT_EXPECT_EQ(test, test_send(a, DRBD_DATA_STREAM, 240, 10), 0);
	KUNIT_EXPECT_EQ(test, drbd_transport_recv_pages(b->t, 20, b), -EAGAIN);
	KUNIT_EXPECT_EQ(test, b->sink_got, 0);
	put_page(page);
}

/* The peer goes away in the midst of a packet. */
static void stream_short_test(struct kunit *test)
{
	struct test_node *a = test_node(test, 0), *b = test_node(test, 1);

	KUNIT_EXPECT_EQ(test, test_send(a, DRBD_DATA_STREAM, 0, 100), 0);
	/* corked, so the last bytes come in one segment with the end */
	drbd_transport_send_begin(a->t, DRBD_CONTROL_STREAM);
	drbd_transport_hint(a->t, DRBD_CONTROL_STREAM, DRBD_HINT_CORK);
	drbd_transport_send_end(a->t, DRBD_CONTROL_STREAM);
	KUNIT_EXPECT_EQ(test, test_send(a, DRBD_CONTROL_STREAM, 0, 7), 0);
	test_close(a);
	KUNIT_EXPECT_EQ(test, test_expect(b, 0, 16), 16);
	KUNIT_EXPECT_EQ(test, test_expect(b, 16, 100), 84);
	KUNIT_EXPECT_EQ(test, test_expect(b, 100, 1), 0);
	KUNIT_EXPECT_EQ(test, drbd_transport_recv_pages(b->t, 100, b), -ENODATA);
	test_wait(b, atomic_read(&b->closed) == 1);
	/* not before the last bytes were delivered */
	KUNIT_EXPECT_EQ(test, b->closed_at, 7);
	/* a send finds out, sooner or later */
	while (!test_send(b, DRBD_DATA_STREAM, 0, 1))
		schedule_timeout_idle(1); /* the reset has to come back */
	KUNIT_EXPECT_EQ(test, atomic_read(&b->closed), 1);
}

static void stream_short_pages_test(struct kunit *test)
{
	struct test_node *a = test_node(test, 0), *b = test_node(test, 1);
	int i;

	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_EQ(test, test_send(a, DRBD_DATA_STREAM, i * 200, 200), 0);
	test_close(a);
	KUNIT_EXPECT_EQ(test, drbd_transport_recv_pages(b->t, 20001, b), -ENODATA);
}

/* A reset: both streams are gone at once. */
static void stream_reset_test(struct kunit *test)
{
	struct test_node *a = test_node(test, 0), *b = test_node(test, 1);

	sock_no_linger(drbd_tcp(a->t)->stream[DRBD_DATA_STREAM]->sock->sk);
	sock_no_linger(drbd_tcp(a->t)->stream[DRBD_CONTROL_STREAM]->sock->sk);
	test_close(a);
	test_wait(b, atomic_read(&b->closed) == 1);
	KUNIT_EXPECT_LE(test, test_expect(b, 0, 1), 0);
	while (!test_send(b, DRBD_CONTROL_STREAM, 0, 1))
		schedule_timeout_idle(1); /* the reset has to come back */
}

static int flood_fn(struct test_node *node)
{
	u64 pos;
	int err = 0;

	for (pos = 0; !err && pos < node->bytes; pos += 200)
		err = test_send(node, DRBD_DATA_STREAM, pos, 200);
	return err;
}

static void small_buffers(struct test_node *node)
{
	struct drbd_transport_conf conf = node->t->conf;

	conf.sndbuf_size = SZ_16K;
	conf.rcvbuf_size = SZ_16K;
	KUNIT_EXPECT_EQ(node->test, drbd_transport_set_conf(node->t, &conf), 0);
}

/* A peer that does not read: the engine decides how long that is tolerable. */
static void stream_timeout_test(struct kunit *test)
{
	struct test_node *a = test_node(test, 0), *b = test_node(test, 1);
	struct drbd_transport_stats stats;

	small_buffers(a);
	small_buffers(b);
	drbd_transport_stats(a->t, DRBD_DATA_STREAM, &stats);
	KUNIT_EXPECT_EQ(test, stats.send_buffer_size, SZ_16K);
	a->patience = 3;
	a->bytes = SZ_64M;
	test_start(a, flood_fn);
	KUNIT_EXPECT_EQ(test, test_join(a), -EAGAIN);
	KUNIT_EXPECT_EQ(test, atomic_read(&a->send_timeouts), 4);
	KUNIT_EXPECT_TRUE(test, test_bit(DRBD_TRANSPORT_CONGESTED, &a->t->flags));
	drbd_transport_stats(a->t, DRBD_DATA_STREAM, &stats);
	KUNIT_EXPECT_GT(test, stats.send_buffer_used, 0);
	KUNIT_EXPECT_GT(test, stats.unacked_send, 0);

	/* those who do not wait are not asked */
	drbd_transport_send_begin(a->t, DRBD_DATA_STREAM);
	KUNIT_EXPECT_EQ(test, bulk_send(a, 0, 1, DRBD_SEND_NOWAIT), -EAGAIN);
	drbd_transport_send_end(a->t, DRBD_DATA_STREAM);
	KUNIT_EXPECT_EQ(test, atomic_read(&a->send_timeouts), 4);
	/* the other stream has room */
	KUNIT_EXPECT_EQ(test, test_send(a, DRBD_CONTROL_STREAM, 0, 16), 0);
	test_wait(b, READ_ONCE(b->control_got) == 16);
}

/* It reads again: nothing is lost, also when signals come meanwhile. */
static int signalled_fn(struct test_node *node)
{
	allow_signal(SIGTERM);
	send_sig(SIGTERM, current, 1);
	KUNIT_EXPECT_TRUE(node->test, signal_pending(current));
	return flood_fn(node);
}

static void stream_patience_test(struct kunit *test)
{
	struct test_node *a = test_node(test, 0), *b = test_node(test, 1);
	u64 pos;

	small_buffers(a);
	small_buffers(b);
	a->patience = INT_MAX;
	a->bytes = 200 * 1000;
	test_start(a, signalled_fn);
	test_wait(a, atomic_read(&a->send_timeouts) >= 2);
	for (pos = 0; pos < a->bytes; pos += 250)
		KUNIT_EXPECT_EQ(test, test_expect(b, pos, 250), 250);
	KUNIT_EXPECT_EQ(test, test_join(a), 0);
	KUNIT_EXPECT_EQ(test, test_send(a, DRBD_DATA_STREAM, a->bytes, 50), 0);
	KUNIT_EXPECT_FALSE(test, test_bit(DRBD_TRANSPORT_CONGESTED, &a->t->flags));
	KUNIT_EXPECT_EQ(test, test_expect(b, a->bytes, 50), 50);
}

static int recv_fn(struct test_node *node)
{
	return test_expect(node, 0, 1);
}

/* Whoever sleeps in a stream wakes up. */
static void stream_abort_test(struct kunit *test)
{
	struct test_node *a = test_node(test, 0), *b = test_node(test, 1);

	small_buffers(a);
	small_buffers(b);
	a->patience = INT_MAX;
	a->bytes = SZ_64M;
	test_start(a, flood_fn);
	test_wait(a, atomic_read(&a->send_timeouts) >= 1);
	local_bh_disable();
	drbd_transport_abort(a->t);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, test_join(a), -ECANCELED);
	KUNIT_EXPECT_EQ(test, test_expect(a, 0, 1), -ECANCELED);
	/* an end of its own making is no news */
	KUNIT_EXPECT_EQ(test, atomic_read(&a->closed), 0);
	test_wait(b, atomic_read(&b->closed) == 1);

	test_close(a);
	test_close(b);
	test_connect(a, b);
	test_start(b, recv_fn);
	usleep_range(1000, 10000); /* it should sleep by then; if not, so be it */
	drbd_transport_abort(b->t);
	KUNIT_EXPECT_EQ(test, test_join(b), -ECANCELED);
}

static int connect_only_fn(struct test_node *node)
{
	return drbd_transport_connect(node->t);
}

/* Nothing is delivered before the engine is ready, and nothing is lost. */
static void stream_start_test(struct kunit *test)
{
	struct test_node *a = test_node(test, 0), *b = test_node(test, 1);
	struct drbd_transport_stats stats;

	test_close(a);
	test_close(b);
	test_start(a, test_connect_fn);
	test_start(b, connect_only_fn);
	KUNIT_EXPECT_EQ(test, test_join(a), 0);
	KUNIT_EXPECT_EQ(test, test_join(b), 0);
	b->control_got = 0;
	KUNIT_EXPECT_EQ(test, test_send(a, DRBD_CONTROL_STREAM, 0, 100), 0);
	test_close(a);
	do {
		schedule_timeout_idle(1); /* nothing is told before the start */
		drbd_transport_stats(b->t, DRBD_CONTROL_STREAM, &stats);
	} while (stats.unread_received < 101); /* the end counts as one */
	KUNIT_EXPECT_EQ(test, b->control_got, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&b->closed), 0);
	drbd_transport_start(b->t);
	KUNIT_EXPECT_EQ(test, b->control_got, 100);
	KUNIT_EXPECT_EQ(test, atomic_read(&b->closed), 1);
}

/* Silence on the control stream is reported as often as it lasts. */
static void stream_timer_test(struct kunit *test)
{
	struct test_node *a = test_node(test, 0);

	drbd_transport_set_rcvtimeo(a->t, DRBD_CONTROL_STREAM, HZ / 20);
	test_wait(a, atomic_read(&a->timeouts) == 1);
	drbd_transport_set_rcvtimeo(a->t, DRBD_CONTROL_STREAM, HZ / 20);
	test_wait(a, atomic_read(&a->timeouts) == 2);

	drbd_transport_set_rcvtimeo(a->t, DRBD_CONTROL_STREAM, HZ / 20);
	drbd_transport_close(a->t);
	KUNIT_EXPECT_FALSE(test, timer_pending(&a->t->control_timer));
	drbd_transport_set_rcvtimeo(a->t, DRBD_CONTROL_STREAM, HZ / 20);
	KUNIT_EXPECT_FALSE(test, timer_pending(&a->t->control_timer));
	drbd_transport_set_rcvtimeo(a->t, DRBD_CONTROL_STREAM, MAX_SCHEDULE_TIMEOUT);
}

/* The sockets are what the memory of the system may depend on. */
static void stream_options_test(struct kunit *test)
{
	struct test_node *a = test_node(test, 0);
	int i;

	for (i = 0; i < DRBD_STREAMS; i++) {
		struct sock *sk = drbd_tcp(a->t)->stream[i]->sock->sk;

		KUNIT_EXPECT_TRUE(test, sock_flag(sk, SOCK_MEMALLOC));
		KUNIT_EXPECT_TRUE(test, sk->sk_allocation == (GFP_NOIO | __GFP_MEMALLOC));
		KUNIT_EXPECT_FALSE(test, sk->sk_use_task_frag);
		KUNIT_EXPECT_TRUE(test, sk->sk_reuse == SK_CAN_REUSE);
		KUNIT_EXPECT_EQ(test, sock_flag(sk, SOCK_KEEPOPEN), i == DRBD_DATA_STREAM);
		KUNIT_EXPECT_EQ(test, sk->sk_priority, i == DRBD_DATA_STREAM ? 4 : 6);
	}
}

static struct kunit_case stream_cases[] = {
	KUNIT_CASE_SLOW(stream_bulk_test),
	KUNIT_CASE(stream_recv_test),
	KUNIT_CASE(stream_short_test),
	KUNIT_CASE(stream_short_pages_test),
	KUNIT_CASE(stream_reset_test),
	KUNIT_CASE_SLOW(stream_timeout_test),
	KUNIT_CASE_SLOW(stream_patience_test),
	KUNIT_CASE(stream_abort_test),
	KUNIT_CASE(stream_start_test),
	KUNIT_CASE(stream_timer_test),
	KUNIT_CASE(stream_options_test),
	{}
};

static struct kunit_suite stream_suite = {
	.name = "drbd-transport-stream",
	.suite_init = test_suite_init,
	.init = stream_init,
	.exit = test_pair_exit,
	.test_cases = stream_cases,
};

kunit_test_suite(stream_suite);
