// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the slots of the bitmap
 *
 * Expectations are literals of spec/metadata.md 9.6, 9.7, 14.11 and 14.13, and of
 * spec/io.md F21 and 4.6.
 */

#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/errno.h>

#include "../core/bitmap_slots.h"

#define N(id)	BIT_ULL(id)
#define EXISTS	0x10000		/* of the peer flags: evidence that the node exists */

/* @map: pairs of node id and slot, closed by a pair of -1. This node is node 0. */
static void fill(struct drbd_bm_slots *slots, unsigned int nr, const int (*map)[2])
{
	int i;

	*slots = (struct drbd_bm_slots) { .nr = nr };
	for (i = 0; i < DRBD_NODES; i++)
		slots->index[i] = DRBD_BM_NO_SLOT;
	for (i = 0; map[i][0] >= 0; i++) {
		slots->index[map[i][0]] = map[i][1];
		slots->flags[map[i][0]] = EXISTS | 1;
	}
}

struct vacant_row {
	const char *name;
	unsigned int nr;
	int map[5][2];
	int want;
};

static const struct vacant_row vacants[] = {
	{ "{}", 3, { { -1, -1 } }, 0 },
	{ "{1:0}", 3, { { 1, 0 }, { -1, -1 } }, 1 },
	{ "{1:1}", 3, { { 1, 1 }, { -1, -1 } }, 0 },
	{ "{1:0,2:2}", 3, { { 1, 0 }, { 2, 2 }, { -1, -1 } }, 1 },
	{ "{1:0,2:1,5:2}", 3, { { 1, 0 }, { 2, 1 }, { 5, 2 }, { -1, -1 } }, -1 },
	{ "{1:2,2:1}", 3, { { 1, 2 }, { 2, 1 }, { -1, -1 } }, 0 },
	{ "31 of 32", 32, { { 31, 0 }, { -1, -1 } }, 1 },
	{ "one slot, taken", 1, { { 31, 0 }, { -1, -1 } }, -1 },
	{ "a slot that does not exist", 1, { { 31, 1 }, { -1, -1 } }, 0 },
	{ "a slot of this node", 1, { { 0, 0 }, { -1, -1 } }, 0 },
};

KUNIT_ARRAY_PARAM_DESC(vacant, vacants, name);

static void slots_vacant_test(struct kunit *test)
{
	const struct vacant_row *row = test->param_value;
	struct drbd_bm_slots slots;

	fill(&slots, row->nr, row->map);
	KUNIT_EXPECT_EQ(test, drbd_bm_vacant_slot(&slots), row->want);
}

static void slots_of_test(struct kunit *test)
{
	static const int map[][2] = {
		{ 0, 1 }, { 1, 0 }, { 2, 2 }, { 3, 3 }, { 4, -2 }, { -1, -1 },
	};
	struct drbd_bm_slots slots;

	fill(&slots, 3, map);
	KUNIT_EXPECT_EQ(test, drbd_bm_slot_of(&slots, 0), -1);
	KUNIT_EXPECT_EQ(test, drbd_bm_slot_of(&slots, 1), 0);
	KUNIT_EXPECT_EQ(test, drbd_bm_slot_of(&slots, 2), 2);
	KUNIT_EXPECT_EQ(test, drbd_bm_slot_of(&slots, 3), -1);
	KUNIT_EXPECT_EQ(test, drbd_bm_slot_of(&slots, 4), -1);
	KUNIT_EXPECT_EQ(test, drbd_bm_slot_of(&slots, 5), -1);
	KUNIT_EXPECT_EQ(test, drbd_bm_slot_of(&slots, -1), -1);
	KUNIT_EXPECT_EQ(test, drbd_bm_slot_of(&slots, 32), -1);
	KUNIT_EXPECT_EQ(test, drbd_bm_all_slots(&slots), 0x7);
	slots.nr = 1;
	KUNIT_EXPECT_EQ(test, drbd_bm_all_slots(&slots), 0x1);
	slots.nr = 32;
	KUNIT_EXPECT_EQ(test, drbd_bm_all_slots(&slots), 0xffffffff);
}

struct assign_row {
	const char *name;
	unsigned int nr;
	int map[5][2];
	u64 nodes;
	int err;
	unsigned int needed, available;
	int slot1, slot2, slot5;	/* of these nodes afterwards */
};

static const struct assign_row assigns[] = {
	{ "none wanted", 3, { { -1, -1 } }, 0, 0, 0, 3, -1, -1, -1 },
	{ "one", 3, { { -1, -1 } }, N(1), 0, 1, 3, 0, -1, -1 },
	{ "three", 3, { { -1, -1 } }, N(1) | N(2) | N(5), 0, 3, 3, 0, 1, 2 },
	{ "keeps what is there", 3, { { 5, 0 }, { -1, -1 } }, N(1) | N(5), 0, 1, 2, 1, -1, 0 },
	{ "fills the gap", 3, { { 1, 0 }, { 5, 2 }, { -1, -1 } }, N(2), 0, 1, 1, 0, 1, 2 },
	{ "this node gets none", 3, { { -1, -1 } }, N(0), 0, 0, 3, -1, -1, -1 },
	{ "no such nodes", 3, { { -1, -1 } }, ~0xffffffffULL, 0, 0, 3, -1, -1, -1 },
	{ "too many", 2, { { -1, -1 } }, N(1) | N(2) | N(5), -ENOSPC, 3, 2, -1, -1, -1 },
	{ "none left", 1, { { 1, 0 }, { -1, -1 } }, N(2), -ENOSPC, 1, 0, 0, -1, -1 },
};

KUNIT_ARRAY_PARAM_DESC(assign, assigns, name);

static void slots_assign_test(struct kunit *test)
{
	const struct assign_row *row = test->param_value;
	struct drbd_bm_slots slots;
	struct drbd_bm_need need;

	fill(&slots, row->nr, row->map);
	KUNIT_EXPECT_EQ(test, drbd_bm_assign_slots(&slots, row->nodes, &need), row->err);
	KUNIT_EXPECT_EQ(test, need.needed, row->needed);
	KUNIT_EXPECT_EQ(test, need.available, row->available);
	KUNIT_EXPECT_EQ(test, slots.index[0], -1);
	KUNIT_EXPECT_EQ(test, slots.index[1], row->slot1);
	KUNIT_EXPECT_EQ(test, slots.index[2], row->slot2);
	KUNIT_EXPECT_EQ(test, slots.index[5], row->slot5);
}

/* 31 peers are as many as there can be. */
static void slots_assign_all_test(struct kunit *test)
{
	static const int map[][2] = { { -1, -1 } };
	struct drbd_bm_slots slots;
	struct drbd_bm_need need;
	int i;

	fill(&slots, 32, map);
	KUNIT_EXPECT_EQ(test, drbd_bm_assign_slots(&slots, U64_MAX, &need), 0);
	for (i = 1; i < DRBD_NODES; i++)
		KUNIT_EXPECT_EQ(test, drbd_bm_slot_of(&slots, i), i - 1);
	KUNIT_EXPECT_EQ(test, drbd_bm_vacant_slot(&slots), 31);
}

struct release_row {
	const char *name;
	unsigned int nr;
	int map[5][2];
	int node;
	u32 keep;
	int err;
	int slot, copy_from, day0;
	u32 flags;
};

static const struct release_row releases[] = {
	{ "forget", 3, { { 1, 0 }, { 2, 1 }, { -1, -1 } }, 1, 0, 0, 0, 2, 3, 0 },
	{ "forget, no slot vacant", 2, { { 1, 0 }, { 2, 1 }, { -1, -1 } }, 2, 0, 0, 1, -1, 3, 0 },
	{ "keep that it exists", 3, { { 1, 0 }, { -1, -1 } }, 1, EXISTS, 0, 0, 1, -1, EXISTS },
	{ "has no slot", 3, { { 1, 0 }, { 2, -1 }, { -1, -1 } }, 2, 0, 0, -1, 1, 3, 0 },
	{ "never in use", 3, { { 1, 0 }, { -1, -1 } }, 2, 0, 0, -1, 1, 2, 0 },
	{ "never in use, flags kept", 3, { { 1, 0 }, { -1, -1 } }, 2, EXISTS, 0, -1, 1, 2, 0 },
	{ "this node", 3, { { 1, 0 }, { -1, -1 } }, 0, 0, -EINVAL },
	{ "no node", 3, { { 1, 0 }, { -1, -1 } }, -1, 0, -EINVAL },
	{ "node 32", 3, { { 1, 0 }, { -1, -1 } }, 32, 0, -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(release, releases, name);

static void slots_release_test(struct kunit *test)
{
	const struct release_row *row = test->param_value;
	struct drbd_bm_release release = {};
	struct drbd_bm_slots slots;

	fill(&slots, row->nr, row->map);
	KUNIT_EXPECT_EQ(test, drbd_bm_release_slot(&slots, row->node, row->keep, &release),
			row->err);
	KUNIT_EXPECT_EQ(test, release.slot, row->slot);
	KUNIT_EXPECT_EQ(test, release.copy_from, row->copy_from);
	KUNIT_EXPECT_EQ(test, release.day0, row->day0);
	if (!row->err) {
		KUNIT_EXPECT_EQ(test, slots.index[row->node], -1);
		KUNIT_EXPECT_EQ(test, slots.flags[row->node], row->flags);
	}
}

/* All entries have flags: nothing says what the day-0 UUID was. */
static void slots_release_no_day0_test(struct kunit *test)
{
	static const int map[][2] = { { 1, 0 }, { -1, -1 } };
	struct drbd_bm_release release = {};
	struct drbd_bm_slots slots;
	int i;

	fill(&slots, 3, map);
	for (i = 1; i < DRBD_NODES; i++)
		slots.flags[i] = EXISTS;
	KUNIT_EXPECT_EQ(test, drbd_bm_release_slot(&slots, 1, 0, &release), 0);
	KUNIT_EXPECT_EQ(test, release.day0, DRBD_NO_NODE);
	KUNIT_EXPECT_EQ(test, release.copy_from, 1);
}

static void slots_day0_test(struct kunit *test)
{
	static const int map[][2] = { { 1, 0 }, { 2, 1 }, { -1, -1 } };
	u64 uuids[DRBD_NODES] = { 0x10, 0x20, 0x30 };
	struct drbd_bm_slots slots;

	fill(&slots, 3, map);
	/* Only nodes that are or were in use have a UUID. */
	KUNIT_EXPECT_EQ(test, drbd_bm_day0_node(&slots, uuids), DRBD_NO_NODE);
	uuids[7] = 0x40;
	uuids[9] = 0x40;
	KUNIT_EXPECT_EQ(test, drbd_bm_day0_node(&slots, uuids), 7);
	slots.flags[7] = EXISTS;
	KUNIT_EXPECT_EQ(test, drbd_bm_day0_node(&slots, uuids), 9);
	slots.index[9] = 5;
	KUNIT_EXPECT_EQ(test, drbd_bm_day0_node(&slots, uuids), DRBD_NO_NODE);
	slots.index[9] = -1;
	slots.nr = 2;
	KUNIT_EXPECT_EQ(test, drbd_bm_day0_node(&slots, uuids), DRBD_NO_NODE);
}

struct plan_row {
	const char *name;
	u64 ok;		/* also: the mask of the peer ack */
	u64 in_sync;
	u32 set, clear;
};

/* Three slots; node 1 has slot 0, node 2 has slot 1, slot 2 is vacant. */
static const int plan_map[][2] = { { 1, 0 }, { 2, 1 }, { -1, -1 } };

static const struct plan_row writes[] = {
	/* spec/metadata.md 14.13 */
	{ "ok, ok", N(1) | N(2), 0, 0x4, 0x0 },
	{ "in sync, ok", N(1) | N(2), N(1), 0x4, 0x1 },
	{ "ok, lost", N(1), 0, 0x6, 0x0 },
	{ "lost, lost", 0, 0, 0x7, 0x0 },
	{ "not configured, ok", N(2), 0, 0x5, 0x0 },
	{ "in sync, in sync", N(1) | N(2), N(1) | N(2), 0x4, 0x3 },
	/* spec/io.md F21 */
	{ "in sync, then negative ack", N(2), N(1), 0x5, 0x0 },
	{ "ok from a node without slot", N(1) | N(2) | N(5), N(5), 0x4, 0x0 },
	{ "this node itself", N(0) | N(1) | N(2), N(0), 0x4, 0x0 },
	{ "all ones", U64_MAX, U64_MAX, 0x4, 0x3 },
};

KUNIT_ARRAY_PARAM_DESC(write, writes, name);

static void slots_write_test(struct kunit *test)
{
	const struct plan_row *row = test->param_value;
	struct drbd_bm_slots slots;
	struct drbd_bm_plan plan;

	fill(&slots, 3, plan_map);
	plan = drbd_bm_plan_write(&slots, row->ok, row->in_sync);
	KUNIT_EXPECT_EQ(test, plan.set, row->set);
	KUNIT_EXPECT_EQ(test, plan.clear, row->clear);
}

struct peer_write_row {
	const char *name;
	int origin;
	u64 in_sync;
	bool local_ok;
	u32 set, clear;
};

static const struct peer_write_row peer_writes[] = {
	{ "only we two have it", 1, N(0) | N(1), true, 0x6, 0x0 },
	{ "all have it", 1, N(0) | N(1) | N(2), true, 0x4, 0x2 },
	{ "the Primary has not", 1, N(0) | N(2), true, 0x4, 0x2 },
	{ "we have not", 1, N(1) | N(2), false, 0x6, 0x0 },
	{ "connection lost", 1, 0, true, 0x6, 0x0 },
	{ "connection lost, we have not", 1, 0, false, 0x6, 0x0 },
	{ "the other Primary", 2, N(1) | N(2), true, 0x4, 0x1 },
	{ "a Primary without slot", 5, N(1) | N(5), true, 0x6, 0x1 },
	{ "no Primary known", -1, N(2), true, 0x5, 0x2 },
};

KUNIT_ARRAY_PARAM_DESC(peer_write, peer_writes, name);

static void slots_peer_write_test(struct kunit *test)
{
	const struct peer_write_row *row = test->param_value;
	struct drbd_bm_slots slots;
	struct drbd_bm_plan plan;

	fill(&slots, 3, plan_map);
	plan = drbd_bm_plan_peer_write(&slots, row->origin, row->in_sync, row->local_ok);
	KUNIT_EXPECT_EQ(test, plan.set, row->set);
	KUNIT_EXPECT_EQ(test, plan.clear, row->clear);
}

static struct kunit_case bitmap_slots_cases[] = {
	KUNIT_CASE_PARAM(slots_vacant_test, vacant_gen_params),
	KUNIT_CASE(slots_of_test),
	KUNIT_CASE_PARAM(slots_assign_test, assign_gen_params),
	KUNIT_CASE(slots_assign_all_test),
	KUNIT_CASE_PARAM(slots_release_test, release_gen_params),
	KUNIT_CASE(slots_release_no_day0_test),
	KUNIT_CASE(slots_day0_test),
	KUNIT_CASE_PARAM(slots_write_test, write_gen_params),
	KUNIT_CASE_PARAM(slots_peer_write_test, peer_write_gen_params),
	{}
};

static struct kunit_suite bitmap_slots_suite = {
	.name = "drbd-bitmap-slots",
	.test_cases = bitmap_slots_cases,
};

kunit_test_suite(bitmap_slots_suite);
