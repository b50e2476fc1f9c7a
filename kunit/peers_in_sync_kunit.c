// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of P_PEERS_IN_SYNC
 *
 * Expectations are reasoned by hand from spec/resync.md 3.11.
 */

#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/prandom.h>

#include "../core/peers_in_sync.h"

#define R(x) DRBD_R_##x
#define STEP 8192

struct walk_row {
	const char *name;
	u64 capacity;
	struct {
		u64 sector;
		u32 size;
		unsigned int n;
		struct drbd_in_sync_range ranges[DRBD_IN_SYNC_RANGES];
	} done[4];
	struct drbd_in_sync_range end;
};

static const struct walk_row walks[] = {
	{ "nothing is told inside of a step", 4 * STEP, {
		{ 0, 1 << 20 }, { 2048, 4096 } }, { 0, STEP } },
	{ "reaches the border", 4 * STEP, {
		{ 0, 4096 }, { STEP - 8, 4096, 1, { { 0, STEP } } } } },
	{ "all of it at once", 4 * STEP, {
		{ STEP - 2048, 1 << 20, 1, { { 0, STEP } } },
		{ 2 * STEP - 8, 4096, 1, { { STEP, STEP } } } } },
	{ "crosses the border", 4 * STEP, {
		{ STEP - 8, 8192, 1, { { 0, STEP } } } }, { STEP, STEP } },
	{ "next one is elsewhere", 4 * STEP, {
		{ 8, 4096 }, { 2 * STEP + 8, 4096, 1, { { 0, STEP } } },
		{ 3 * STEP, 4096, 1, { { 2 * STEP, STEP } } } }, { 3 * STEP, STEP } },
	{ "next one is elsewhere, and completes a step", 4 * STEP, {
		{ 8, 4096 },
		{ 3 * STEP - 8, 4096, 2, { { 0, STEP }, { 2 * STEP, STEP } } } } },
	{ "back to the start for another pass", 4 * STEP, {
		{ 3 * STEP, 4096 }, { 0, 4096, 1, { { 3 * STEP, STEP } } } }, { 0, STEP } },
	{ "after a border the step is another one", 4 * STEP, {
		{ STEP - 8, 4096, 1, { { 0, STEP } } }, { STEP, 4096 } }, { STEP, STEP } },
	{ "clipped to the device", STEP + 9, {
		{ STEP, 4096 }, { STEP + 8, 512, 1, { { STEP, 9 } } } } },
	{ "clipped at the end", STEP + 17, { { STEP, 4096 } }, { STEP, 17 } },
};

KUNIT_ARRAY_PARAM_DESC(walk, walks, name);

static void in_sync_walk_test(struct kunit *test)
{
	const struct walk_row *row = test->param_value;
	struct drbd_in_sync_walk walk = { .capacity = row->capacity };
	struct drbd_in_sync_range ranges[DRBD_IN_SYNC_RANGES], end = { };
	int i, j;

	for (i = 0; i < ARRAY_SIZE(row->done) && row->done[i].size; i++) {
		KUNIT_ASSERT_EQ_MSG(test, drbd_in_sync_done(&walk, row->done[i].sector,
							    row->done[i].size, ranges),
				    row->done[i].n, "step %d", i);
		for (j = 0; j < row->done[i].n; j++) {
			KUNIT_EXPECT_EQ(test, ranges[j].sector, row->done[i].ranges[j].sector);
			KUNIT_EXPECT_EQ(test, ranges[j].sectors, row->done[i].ranges[j].sectors);
		}
	}
	KUNIT_EXPECT_EQ(test, drbd_in_sync_end(&walk, &end), !!row->end.sectors);
	KUNIT_EXPECT_EQ(test, end.sector, row->end.sector);
	KUNIT_EXPECT_EQ(test, end.sectors, row->end.sectors);
	KUNIT_EXPECT_FALSE(test, drbd_in_sync_end(&walk, &end));
}

static void mark(struct kunit *test, bool *told, const struct drbd_in_sync_range *range)
{
	struct drbd_in_sync_range part;
	u64 sector = range->sector, sectors = range->sectors;

	while (drbd_in_sync_split(&sector, &sectors, &part)) {
		KUNIT_ASSERT_GT(test, part.sectors, 0);
		KUNIT_ASSERT_EQ(test, part.sector / STEP, (part.sector + part.sectors - 1) / STEP);
		told[part.sector / STEP] = true;
	}
	KUNIT_ASSERT_EQ(test, sector, range->sector + range->sectors);
}

/* Whatever is requested: each step that was touched is told about, and no other one. */
static void in_sync_random_test(struct kunit *test)
{
	struct rnd_state rnd;
	int i, j;

	prandom_seed_state(&rnd, 311);
	for (i = 0; i < 300; i++) {
		u64 capacity = 1 + prandom_u32_state(&rnd) % (20 * STEP), at = 0;
		struct drbd_in_sync_walk walk = { .capacity = capacity };
		struct drbd_in_sync_range ranges[DRBD_IN_SYNC_RANGES];
		bool told[20] = { }, touched[20] = { };

		while (at < capacity) {
			u64 sectors = min(1 + prandom_u32_state(&rnd) % 2048ULL, capacity - at);
			unsigned int n;

			n = drbd_in_sync_done(&walk, at, sectors * 512, ranges);
			for (j = at / STEP; j <= (at + sectors - 1) / STEP; j++)
				touched[j] = true;
			for (j = 0; j < n; j++)
				mark(test, told, &ranges[j]);
			at += sectors;
			if (prandom_u32_state(&rnd) % 8 == 0)
				at += prandom_u32_state(&rnd) % (2 * STEP);
		}
		if (drbd_in_sync_end(&walk, ranges))
			mark(test, told, ranges);
		for (j = 0; j < 20; j++)
			KUNIT_ASSERT_EQ_MSG(test, told[j], touched[j], "step %d", j);
	}
}

static void in_sync_split_test(struct kunit *test)
{
	u64 sector = STEP - 16, sectors = STEP + 24;
	struct drbd_in_sync_range part;

	KUNIT_ASSERT_TRUE(test, drbd_in_sync_split(&sector, &sectors, &part));
	KUNIT_EXPECT_EQ(test, part.sector, STEP - 16);
	KUNIT_EXPECT_EQ(test, part.sectors, 16);
	KUNIT_ASSERT_TRUE(test, drbd_in_sync_split(&sector, &sectors, &part));
	KUNIT_EXPECT_EQ(test, part.sector, STEP);
	KUNIT_EXPECT_EQ(test, part.sectors, STEP);
	KUNIT_ASSERT_TRUE(test, drbd_in_sync_split(&sector, &sectors, &part));
	KUNIT_EXPECT_EQ(test, part.sectors, 8);
	KUNIT_EXPECT_FALSE(test, drbd_in_sync_split(&sector, &sectors, &part));
}

static void in_sync_nodes_test(struct kunit *test)
{
	static const enum drbd_repl in[] = {
		R(ESTABLISHED), R(SYNC_SOURCE), R(SYNC_TARGET), R(PAUSED_SYNC_S),
		R(PAUSED_SYNC_T),
	};
	static const enum drbd_repl out[] = {
		R(OFF), R(STARTING_SYNC_S), R(STARTING_SYNC_T), R(WF_BITMAP_S), R(WF_BITMAP_T),
		R(WF_SYNC_UUID), R(VERIFY_S), R(VERIFY_T), R(AHEAD), R(BEHIND),
	};
	static const struct drbd_in_sync_now quiet, conflict = { .conflict = true },
						 busy = { .al_active = true };
	struct drbd_in_sync_peer peers[DRBD_NODES];
	int i;

	for (i = 0; i < DRBD_NODES; i++)
		peers[i] = (struct drbd_in_sync_peer) { R(OFF), false };
	/* the peer itself, even if its connection was just lost */
	KUNIT_EXPECT_EQ(test, drbd_in_sync_nodes(&quiet, peers, 5), BIT_ULL(5));
	peers[31].repl = R(ESTABLISHED);
	KUNIT_EXPECT_EQ(test, drbd_in_sync_nodes(&quiet, peers, 5), BIT_ULL(5) | BIT_ULL(31));
	KUNIT_EXPECT_EQ(test, drbd_in_sync_nodes(&conflict, peers, 5), 0);
	KUNIT_EXPECT_EQ(test, drbd_in_sync_nodes(&busy, peers, 5), 0);
	peers[31].bits = true;
	KUNIT_EXPECT_EQ(test, drbd_in_sync_nodes(&quiet, peers, 5), BIT_ULL(5));
	peers[31].bits = false;
	peers[31].differs = true;
	peers[5].differs = true;
	KUNIT_EXPECT_EQ(test, drbd_in_sync_nodes(&quiet, peers, 5), BIT_ULL(5));
	peers[5].bits = true;
	KUNIT_EXPECT_EQ(test, drbd_in_sync_nodes(&quiet, peers, 5), 0);
	peers[5].bits = false;
	for (i = 0; i < ARRAY_SIZE(in); i++) {
		peers[2].repl = in[i];
		KUNIT_EXPECT_EQ_MSG(test, drbd_in_sync_nodes(&quiet, peers, 5),
				    BIT_ULL(5) | BIT_ULL(2), "in %d", i);
	}
	for (i = 0; i < ARRAY_SIZE(out); i++) {
		peers[2].repl = out[i];
		KUNIT_EXPECT_EQ_MSG(test, drbd_in_sync_nodes(&quiet, peers, 5), BIT_ULL(5),
				    "out %d", i);
	}
}

static void in_sync_receive_test(struct kunit *test)
{
	static const s8 slot_node[] = { 3, DRBD_NO_NODE, 0, 31 };

	KUNIT_EXPECT_EQ(test, drbd_in_sync_check(0, 4 << 20, STEP), 0);
	KUNIT_EXPECT_EQ(test, drbd_in_sync_check(STEP - 1, 512, STEP), 0);
	KUNIT_EXPECT_EQ(test, drbd_in_sync_check(0, 0, STEP), -EINVAL);
	KUNIT_EXPECT_EQ(test, drbd_in_sync_check(0, 4097, STEP), -EINVAL);
	KUNIT_EXPECT_EQ(test, drbd_in_sync_check(0, 511, STEP), -EINVAL);
	KUNIT_EXPECT_EQ(test, drbd_in_sync_check(STEP - 1, 1024, STEP), -ERANGE);
	KUNIT_EXPECT_EQ(test, drbd_in_sync_check(STEP, 512, STEP), -ERANGE);
	KUNIT_EXPECT_EQ(test, drbd_in_sync_check(U64_MAX, 512, STEP), -ERANGE);

	/* 2 is this node */
	KUNIT_EXPECT_EQ(test, drbd_in_sync_slots(BIT_ULL(2) | BIT_ULL(3), false, slot_node, 4),
			1);
	KUNIT_EXPECT_EQ(test, drbd_in_sync_slots(BIT_ULL(31) | BIT_ULL(0), false, slot_node, 4),
			12);
	KUNIT_EXPECT_EQ(test, drbd_in_sync_slots(U64_MAX, false, slot_node, 4), 13);
	KUNIT_EXPECT_EQ(test, drbd_in_sync_slots(U64_MAX, false, slot_node, 3), 5);
	KUNIT_EXPECT_EQ(test, drbd_in_sync_slots(0, false, slot_node, 4), 0);
	/* the sender misses some of it itself */
	KUNIT_EXPECT_EQ(test, drbd_in_sync_slots(U64_MAX, true, slot_node, 4), 0);

	KUNIT_EXPECT_TRUE(test, drbd_in_sync_repeat(R(ESTABLISHED), true));
	KUNIT_EXPECT_FALSE(test, drbd_in_sync_repeat(R(ESTABLISHED), false));
	KUNIT_EXPECT_TRUE(test, drbd_in_sync_repeat(R(SYNC_SOURCE), false));
	KUNIT_EXPECT_FALSE(test, drbd_in_sync_repeat(R(SYNC_TARGET), false));
}

static struct kunit_case in_sync_cases[] = {
	KUNIT_CASE_PARAM(in_sync_walk_test, walk_gen_params),
	KUNIT_CASE(in_sync_random_test),
	KUNIT_CASE(in_sync_split_test),
	KUNIT_CASE(in_sync_nodes_test),
	KUNIT_CASE(in_sync_receive_test),
	{}
};

static struct kunit_suite in_sync_suite = {
	.name = "drbd-peers-in-sync",
	.test_cases = in_sync_cases,
};

kunit_test_suite(in_sync_suite);
