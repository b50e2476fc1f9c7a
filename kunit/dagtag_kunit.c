// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of positions in the change stream and of peer acks
 *
 * Source: spec/io.md 4.3 to 4.6, 4.8 (1), F1, F2 and F14; spec/wire.md 10.9.
 */

#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/prandom.h>

#include "../core/dagtag.h"

static void dagtag_seq_test(struct kunit *test)
{
	static const struct {
		u32 a, b;
		bool newer;
	} rows[] = {
		{ 1, 0, true }, { 0, 1, false }, { 5, 5, false },
		{ 0, 0xffffffff, true }, { 0xffffffff, 0, false },
		{ 0x7fffffff, 0, true }, { 0, 0x7fffffff, false },
		{ 0x80000000, 0, false }, { 0, 0x80000000, false },
		{ 0x80000001, 1, false }, { 3, 0xfffffffe, true },
		/* spec/wire.md 10.9 */
		{ 0, 0, false }, { 5, 0xfffffff0, true },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		KUNIT_EXPECT_EQ_MSG(test, drbd_seq_newer(rows[i].a, rows[i].b), rows[i].newer,
				    "row %d", i);
	KUNIT_EXPECT_TRUE(test, drbd_seq_due(1, 0));
	KUNIT_EXPECT_FALSE(test, drbd_seq_due(2, 0));
	KUNIT_EXPECT_TRUE(test, drbd_seq_due(2, 1));
	KUNIT_EXPECT_TRUE(test, drbd_seq_due(1, 5));
	KUNIT_EXPECT_TRUE(test, drbd_seq_due(2, 7));
	KUNIT_EXPECT_TRUE(test, drbd_seq_due(0, 0xffffffff));
	KUNIT_EXPECT_FALSE(test, drbd_seq_due(1, 0xffffffff));
}

static void dagtag_compare_test(struct kunit *test)
{
	static const struct {
		u64 a, b;
		bool newer_or_equal;
	} rows[] = {
		{ 0, 0, true }, { 1, 0, true }, { 0, 1, false }, { 8, 8, true },
		{ U64_MAX, 0, false }, { 0, U64_MAX, true },
		{ (1ULL << 63) - 1, 0, true }, { 1ULL << 63, 0, false },
		{ 0, 1ULL << 63, false }, { 0 - 2049ULL, 0, false },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		KUNIT_EXPECT_EQ_MSG(test, drbd_dagtag_newer_or_equal(rows[i].a, rows[i].b),
				    rows[i].newer_or_equal, "row %d", i);
}

static void dagtag_primary_test(struct kunit *test)
{
	struct drbd_dagtag dagtag = {};

	KUNIT_EXPECT_EQ(test, drbd_dagtag_write(&dagtag, 4096), 8);
	KUNIT_EXPECT_EQ(test, drbd_dagtag_write(&dagtag, 0), 8);
	KUNIT_EXPECT_EQ(test, drbd_dagtag_write(&dagtag, 1 << 20), 2056);
	KUNIT_EXPECT_EQ(test, drbd_dagtag_to_flush(&dagtag), 2056);

	/* metadata knows of less: nothing changes */
	drbd_dagtag_attach(&dagtag, 2000);
	KUNIT_EXPECT_EQ(test, dagtag.now, 2056);
	KUNIT_EXPECT_EQ(test, drbd_dagtag_to_flush(&dagtag), 2056);

	/* it knows of more: no request has any of the dagtags in between */
	drbd_dagtag_attach(&dagtag, 10000);
	KUNIT_EXPECT_EQ(test, dagtag.now, 10000);
	KUNIT_EXPECT_EQ(test, drbd_dagtag_to_flush(&dagtag), 2056);
	/* another volume knows of even more, before anything is written */
	drbd_dagtag_attach(&dagtag, 12000);
	KUNIT_EXPECT_EQ(test, dagtag.now, 12000);
	KUNIT_EXPECT_EQ(test, drbd_dagtag_to_flush(&dagtag), 2056);
	KUNIT_EXPECT_EQ(test, drbd_dagtag_write(&dagtag, 512), 12001);
	KUNIT_EXPECT_EQ(test, drbd_dagtag_to_flush(&dagtag), 12001);
}

static void dagtag_sender_test(struct kunit *test)
{
	struct drbd_dagtag_sent sent = {};

	/* the first one always, even from position 0 */
	KUNIT_EXPECT_TRUE(test, drbd_dagtag_sending(&sent, 8, 4096));
	KUNIT_EXPECT_FALSE(test, drbd_dagtag_sending(&sent, 16, 4096));
	/* [16, 24) was not for this peer */
	KUNIT_EXPECT_TRUE(test, drbd_dagtag_sending(&sent, 25, 512));
	KUNIT_EXPECT_FALSE(test, drbd_dagtag_sending(&sent, 26, 512));
	/* across the end of the number space */
	sent.last = U64_MAX;
	KUNIT_EXPECT_FALSE(test, drbd_dagtag_sending(&sent, 7, 4096));
}

static void dagtag_receiver_test(struct kunit *test)
{
	struct drbd_dagtag_received received = {};

	drbd_dagtag_receive_set(&received, 1000);
	KUNIT_EXPECT_TRUE(test, received.fresh);
	KUNIT_EXPECT_EQ(test, drbd_dagtag_receive(&received, 4096), 1008);
	drbd_dagtag_lost(&received);
	KUNIT_EXPECT_FALSE(test, received.fresh);
	KUNIT_EXPECT_EQ(test, received.last, 1008);
	KUNIT_EXPECT_EQ(test, drbd_dagtag_receive(&received, 512), 1009);
	KUNIT_EXPECT_TRUE(test, received.fresh);
}

/* Whatever a sender skips, the receiver computes its dagtags. */
static void dagtag_stream_test(struct kunit *test)
{
	struct drbd_dagtag_received received = {};
	struct drbd_dagtag_sent sent = {};
	struct drbd_dagtag primary = { .now = 0 - 5000ULL };
	struct rnd_state rnd;
	int i;

	prandom_seed_state(&rnd, 7);
	for (i = 0; i < 1000; i++) {
		u32 size = 512 * (1 + prandom_u32_state(&rnd) % 64);
		u64 dagtag = drbd_dagtag_write(&primary, size);

		if (prandom_u32_state(&rnd) % 4 == 0)
			continue;
		if (drbd_dagtag_sending(&sent, dagtag, size))
			drbd_dagtag_receive_set(&received, dagtag - size / 512);
		KUNIT_ASSERT_EQ(test, drbd_dagtag_receive(&received, size), dagtag);
	}
}

/**
 * struct ack_row - F14
 * @name: the row
 * @pending: a write is pending
 * @differ: its nodes are other ones
 * @last_ref: the new write had the last reference of an extent
 * @waiters: local writes wait for the activity log
 * @dagtag: of the new write
 * @last: before
 * @window: in sectors
 * @send: the pending one is to be sent
 * @new_last: after
 */
struct ack_row {
	const char *name;
	bool pending;
	bool differ;
	bool last_ref;
	bool waiters;
	u64 dagtag;
	u64 last;
	u32 window;
	bool send;
	u64 new_last;
};

static const struct ack_row acks[] = {
	{ "first", 0, 0, 0, 0, 8, 0, 4096, 0, 8 },
	{ "same nodes", 1, 0, 0, 0, 4000, 8, 4096, 0, 8 },
	{ "end of window", 1, 0, 0, 0, 4103, 8, 4096, 0, 8 },
	{ "behind window", 1, 0, 0, 0, 4104, 8, 4096, 1, 4104 },
	{ "other nodes", 1, 1, 0, 0, 16, 8, 4096, 1, 16 },
	{ "activity log wanted", 1, 0, 1, 1, 16, 8, 4096, 1, 16 },
	{ "extent cold, not wanted", 1, 0, 1, 0, 16, 8, 4096, 0, 8 },
	{ "wanted, extent hot", 1, 0, 0, 1, 16, 8, 4096, 0, 8 },
	{ "wrapped, behind window", 1, 0, 0, 0, 4, 0 - 8ULL, 8, 1, 4 },
	{ "wrapping, in window", 1, 0, 0, 0, U64_MAX, 0 - 8ULL, 8, 0, 0 - 8ULL },
};

KUNIT_ARRAY_PARAM_DESC(ack, acks, name);

static void dagtag_peer_ack_test(struct kunit *test)
{
	const struct ack_row *row = test->param_value;
	struct drbd_peer_ack ack = {
		.pending = row->pending, .nodes = 7, .dagtag = 1, .last = row->last,
	};
	u64 nodes = row->differ ? 5 : 7;

	KUNIT_EXPECT_EQ(test, drbd_peer_ack_write(&ack, nodes, row->dagtag,
						  row->last_ref && row->waiters, row->window),
			row->send);
	KUNIT_EXPECT_EQ(test, ack.last, row->new_last);
	KUNIT_EXPECT_TRUE(test, ack.pending);
	KUNIT_EXPECT_EQ(test, ack.nodes, nodes);
	KUNIT_EXPECT_EQ(test, ack.dagtag, row->dagtag);
	KUNIT_EXPECT_TRUE(test, drbd_peer_ack_flush(&ack));
	KUNIT_EXPECT_FALSE(test, drbd_peer_ack_flush(&ack));
}

static void dagtag_peer_ack_to_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, drbd_peer_ack_to(true, 118, BIT_ULL(31), 31), DRBD_PEER_ACK_SEND);
	KUNIT_EXPECT_EQ(test, drbd_peer_ack_to(true, 110, 6, 1), DRBD_PEER_ACK_SEND);
	KUNIT_EXPECT_EQ(test, drbd_peer_ack_to(true, 109, 6, 1), DRBD_PEER_ACK_COVER);
	KUNIT_EXPECT_EQ(test, drbd_peer_ack_to(false, 118, 6, 1), DRBD_PEER_ACK_COVER);
	KUNIT_EXPECT_EQ(test, drbd_peer_ack_to(true, 118, 4, 1), DRBD_PEER_ACK_COVER);
}

/*
 * Every write is told about to every node, once, with the nodes that have it;
 * a secondary applies an ack to all writes that it covers.
 */
static void dagtag_peer_ack_stream_test(struct kunit *test)
{
	struct drbd_dagtag primary = { .now = 0 - 3000ULL };
	struct drbd_peer_ack ack = {};
	static const u64 sets[] = { 7, 7, 7, 7, 3, 5 };
	u64 held[64], dagtags[64];
	struct rnd_state rnd;
	int i, n = 0;

	prandom_seed_state(&rnd, 11);
	for (i = 0; i < 2000; i++) {
		u64 nodes = sets[prandom_u32_state(&rnd) % ARRAY_SIZE(sets)];
		u64 dagtag = drbd_dagtag_write(&primary, 4096);
		struct drbd_peer_ack old = ack;
		bool send = drbd_peer_ack_write(&ack, nodes, dagtag, false, 256);
		int done = 0;

		while (send && done < n && drbd_peer_ack_covers(old.dagtag, dagtags[done])) {
			KUNIT_ASSERT_EQ(test, held[done], old.nodes);
			done++;
		}
		/* all of them; the newest is pending now */
		if (send) {
			KUNIT_ASSERT_EQ(test, done, n);
			n = 0;
		}
		KUNIT_ASSERT_LT(test, n, ARRAY_SIZE(held));
		held[n] = nodes;
		dagtags[n++] = dagtag;
		KUNIT_ASSERT_LE(test, n, 33);
	}
}

/* Node 0 is the primary, 1 is this node, slots are of 0, 2, 3 and unused. */
static const s8 slots[] = { 0, 2, 3, DRBD_NO_NODE };

/**
 * struct plan_row - what a peer ack means for a write
 * @name: the case
 * @nodes: mask in the packet
 * @disk: there is a local disk
 * @failed: it failed to write
 * @targets: nodes towards which this one is a sync source
 * @clear: expected
 * @set: expected
 * @tell: expected
 */
struct plan_row {
	const char *name;
	u64 nodes;
	bool disk;
	bool failed;
	u64 targets;
	u64 clear;
	u64 set;
	u64 tell;
};

static const struct plan_row plans[] = {
	{ "all have it", 0xf, 1, 0, 0, 0x6, 0x8, 0 },
	{ "3 does not", 0x7, 1, 0, 0, 0x2, 0xc, 0 },
	{ "3 does not, and is a target", 0x7, 1, 0, 0x8, 0x2, 0xc, 0x8 },
	{ "target has it", 0xf, 1, 0, 0x8, 0x6, 0x8, 0 },
	{ "the primary has not", 0xe, 1, 0, 0, 0x6, 0x8, 0 },
	{ "not even told to the primary", 0xe, 1, 0, 0x1, 0x6, 0x8, 0 },
	{ "own bit only", 0x2, 1, 0, 0, 0, 0xe, 0 },
	{ "failed here", 0xd, 1, 1, 0, 0, 0xe, 0 },
	{ "no disk", 0x7, 0, 0, 0x8, 0, 0, 0x8 },
};

KUNIT_ARRAY_PARAM_DESC(plan, plans, name);

static void dagtag_plan_test(struct kunit *test)
{
	const struct plan_row *row = test->param_value;
	struct drbd_received_write write = {
		.sender = 0, .has_disk = row->disk, .failed = row->failed,
	};
	struct drbd_peer_ack_plan plan;

	drbd_peer_ack_plan(&write, row->nodes, row->targets, slots, ARRAY_SIZE(slots), &plan);
	KUNIT_EXPECT_EQ(test, plan.clear, row->clear);
	KUNIT_EXPECT_EQ(test, plan.set, row->set);
	KUNIT_EXPECT_EQ(test, plan.tell, row->tell);
}

static void dagtag_lost_plan_test(struct kunit *test)
{
	struct drbd_received_write write = { .sender = 0, .has_disk = true };
	struct drbd_peer_ack_plan plan;

	drbd_peer_ack_lost_plan(&write, 0x4, slots, ARRAY_SIZE(slots), &plan);
	KUNIT_EXPECT_EQ(test, plan.clear, 0);
	KUNIT_EXPECT_EQ(test, plan.set, 0xe);
	KUNIT_EXPECT_EQ(test, plan.tell, 0x4);
}

static struct kunit_case dagtag_cases[] = {
	KUNIT_CASE(dagtag_seq_test),
	KUNIT_CASE(dagtag_compare_test),
	KUNIT_CASE(dagtag_primary_test),
	KUNIT_CASE(dagtag_sender_test),
	KUNIT_CASE(dagtag_receiver_test),
	KUNIT_CASE(dagtag_stream_test),
	KUNIT_CASE_PARAM(dagtag_peer_ack_test, ack_gen_params),
	KUNIT_CASE(dagtag_peer_ack_to_test),
	KUNIT_CASE(dagtag_peer_ack_stream_test),
	KUNIT_CASE_PARAM(dagtag_plan_test, plan_gen_params),
	KUNIT_CASE(dagtag_lost_plan_test),
	{}
};

static struct kunit_suite dagtag_suite = {
	.name = "drbd-dagtag",
	.test_cases = dagtag_cases,
};

kunit_test_suite(dagtag_suite);
