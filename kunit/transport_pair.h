/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Nodes of KUnit tests: transports with a minimal engine, over the loopback device
 *
 * The streams carry a pattern that both ends can compute, so any byte that is
 * lost, doubled or moved shows. Waiting is for an event, with a limit that only
 * a hang reaches.
 */
#ifndef DRBD_TESTS_TRANSPORT_PAIR_H
#define DRBD_TESTS_TRANSPORT_PAIR_H

#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/wait.h>

#include "../transport/tcp.h"
#include "../transport/transport.h"

struct bio_vec;

/* Ticks until a test gives up. */
#define TEST_LIMIT	(120 * HZ)

#define TEST_NODES	4
#define TEST_PATHS	4
#define TEST_PORT	7788

/**
 * struct test_node - one end of a connection
 * @test: the test
 * @t: its transport
 * @path: its paths, with references of their own
 * @paths: how many
 * @name: of the transport
 * @fn: what the thread does
 * @done: the thread ended
 * @running: there is a thread
 * @result: what @fn returned
 * @wait: woken by callbacks
 * @seed: of the pattern of what this node sends
 * @peer_seed: of the pattern of what it receives
 * @control_got: bytes that came on the control stream
 * @control_bad: how many of them were not those of the pattern
 * @closed: how often the control stream was reported closed
 * @closed_at: @control_got at that time
 * @timeouts: of the control stream
 * @path_events: how many
 * @patience: how often to go on after a send timed out
 * @send_timeouts: how many there were
 * @sink_got: bytes that came in pages
 * @sink_bad: how many of them were not those of the pattern
 * @pages: pages of the transport
 * @bytes: for @fn
 */
struct test_node {
	struct kunit *test;
	struct drbd_transport *t;
	struct drbd_path *path[TEST_PATHS];
	int paths;
	char name[16];

	int (*fn)(struct test_node *node);
	struct completion done;
	bool running;
	int result;

	wait_queue_head_t wait;
	u32 seed, peer_seed;
	u64 control_got;
	u64 control_bad;
	atomic_t closed;
	u64 closed_at;
	atomic_t timeouts;
	atomic_t path_events;
	int patience;
	atomic_t send_timeouts;
	u64 sink_got;
	u64 sink_bad;
	atomic_t pages;
	u64 bytes;
};

/**
 * struct test_pair - what a test works with
 * @node: nodes; tests of pairs use the first two
 * @sockets: TCP sockets that there were before
 */
struct test_pair {
	struct test_node node[TEST_NODES];
	s64 sockets;
};

int test_suite_init(struct kunit_suite *suite);
int test_pair_init(struct kunit *test);
void test_pair_exit(struct kunit *test);

struct test_node *test_node(struct kunit *test, int nr);
struct test_node *test_node_create(struct kunit *test, int nr);
int test_v4(struct sockaddr_storage *addr, u8 c, u8 d, u16 port);
int test_v6(struct sockaddr_storage *addr, u16 port);
int test_path(struct test_node *node, u8 my_c, u8 my_d, u8 peer_c, u8 peer_d);
int test_path_addr(struct test_node *node, const struct sockaddr_storage *my, int my_len,
		   const struct sockaddr_storage *peer, int peer_len);
int test_unpath(struct test_node *node, int nr);
void test_make_pair(struct kunit *test);

void test_start(struct test_node *node, int (*fn)(struct test_node *node));
int test_join(struct test_node *node);
int test_connect_fn(struct test_node *node);
void test_connect(struct test_node *a, struct test_node *b);
void test_close(struct test_node *node);

u8 test_byte(u32 seed, u64 pos);
void test_fill(u8 *buf, size_t len, u32 seed, u64 pos);
u64 test_bad(const u8 *buf, size_t len, u32 seed, u64 pos);
int test_send(struct test_node *node, enum drbd_stream stream, u64 pos, size_t len);
int test_expect(struct test_node *node, u64 pos, size_t len);
void test_exchange(struct test_node *a, struct test_node *b);

struct socket *test_raw_connect(struct kunit *test, u8 my_d, u8 peer_d);
struct socket *test_raw_listen(struct kunit *test, u8 my_d);
struct socket *test_raw_accept(struct kunit *test, struct socket *listener);
int test_raw_send(struct socket *sock, const void *buf, size_t len);
int test_raw_recv(struct socket *sock, void *buf, size_t len);

#define test_wait(who, condition)						\
	KUNIT_EXPECT_NE(test, 0L,						\
			wait_event_idle_timeout((who)->wait, condition, TEST_LIMIT))

#endif
