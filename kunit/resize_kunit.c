// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the resize command
 *
 * The tables are those of spec/resync.md 8.3 and 8.4, and spec/admin.md 20.11.
 */

#include <kunit/test.h>
#include <linux/prandom.h>

#include "../core/resize.h"

struct layout_row {
	const char *name;
	u32 stripes;
	u32 kib;
	int error;
};

static const struct layout_row layout_rows[] = {
	{ "1 x 32", 1, 32, 0 }, { "1 x 31", 1, 31, 168 }, { "1 x 4", 1, 4, 168 },
	{ "8 x 4", 8, 4, 0 }, { "1024 x 16384", 1024, 16384, 0 },
	{ "1024 x 16385", 1024, 16385, 167 }, { "65536 x 65536", 65536, 65536, 167 },
	{ "1 x 16777216", 1, 16777216, 0 }, { "1 x 16777220", 1, 16777220, 167 },
	{ "2 x 16777216", 2, 16777216, 167 }, { "1025 x 4", 1025, 4, 167 },
	{ "1024 x 4", 1024, 4, 0 }, { "0 x 32", 0, 32, 168 }, { "32 x 0", 32, 0, 168 },
	{ "32 x 2", 32, 2, 168 }, { "8 x 6", 8, 6, 162 },
	{ "1 x 4294967295", 1, U32_MAX, 167 }, { "1024 x 4194304", 1024, 4194304, 167 },
};

KUNIT_ARRAY_PARAM_DESC(layout, layout_rows, name);

static void resize_layout_test(struct kunit *test)
{
	const struct layout_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, (int)drbd_al_layout_check(row->stripes, row->kib), row->error);
}

/**
 * struct check_row - a resize command
 * @name: what is special
 * @resize: the command
 * @peers: two peers
 * @error: expected
 * @twopc: expected: it is done by two-phase commit
 */
struct check_row {
	const char *name;
	struct drbd_resize resize;
	struct drbd_resize_peer peers[2];
	int error;
	bool twopc;
};

#define UTD DRBD_D_UP_TO_DATE
#define HERE(...) { .disk = UTD, .own_max = 3000, __VA_ARGS__ }
#define UP(protocol, primary) \
	{ DRBD_C_CONNECTED, DRBD_R_ESTABLISHED, protocol, primary, UTD }
#define IN(repl) { DRBD_C_CONNECTED, DRBD_R_##repl, 124, false, DRBD_D_INCONSISTENT }
#define DOWN(protocol) { DRBD_C_CONNECTING, DRBD_R_OFF, protocol, false, DRBD_D_UNKNOWN }

static const struct check_row check_rows[] = {
	{ "largest size", HERE(), { UP(124, 0), UP(124, 0) }, 0, 1 },
	{ "some size", HERE(.size = 3000), { UP(124, 0), UP(124, 0) }, 0, 1 },
	{ "too large", HERE(.size = 3001), { UP(124, 0), UP(124, 0) }, 111, 1 },
	{ "no disk", { .size = 1000, .disk = DRBD_D_DISKLESS }, { UP(124, 0), UP(124, 0) },
	  138, 1 },
	{ "disk failed", { .disk = DRBD_D_FAILED }, { UP(124, 0), UP(124, 0) }, 138, 1 },
	{ "no disk, resync", { .disk = DRBD_D_ATTACHING }, { IN(SYNC_SOURCE), UP(124, 0) },
	  138, 1 },
	{ "resync", HERE(.size = 3001), { UP(124, 0), IN(SYNC_SOURCE) }, 130, 1 },
	{ "paused resync", HERE(), { IN(PAUSED_SYNC_S), UP(124, 0) }, 130, 1 },
	{ "verify", HERE(), { IN(VERIFY_S), UP(124, 0) }, 130, 1 },
	{ "old peer, nobody Primary", HERE(), { UP(101, 0), DOWN(0) }, 131, 0 },
	{ "old peer, Primary", HERE(), { UP(101, 1), DOWN(0) }, 0, 0 },
	{ "old peer, Primary here", HERE(.primary = 1), { UP(101, 0), DOWN(0) }, 0, 0 },
	{ "old peer, Primary here, Inconsistent",
	  { .primary = 1, .disk = DRBD_D_INCONSISTENT, .own_max = 3000 },
	  { UP(101, 0), DOWN(0) }, 131, 0 },
	{ "old peer, Primary without data", HERE(),
	  { { DRBD_C_CONNECTED, DRBD_R_ESTABLISHED, 101, true, DRBD_D_DISKLESS }, DOWN(0) },
	  131, 0 },
	{ "old peer, newer one Primary", HERE(), { UP(101, 0), UP(124, 1) }, 131, 0 },
	{ "old peers, one Primary", HERE(), { UP(101, 0), UP(101, 1) }, 0, 0 },
	{ "old peer is gone", HERE(), { DOWN(101), UP(124, 0) }, 0, 1 },
	{ "110", HERE(), { UP(110, 0), DOWN(0) }, 131, 0 },
	{ "111", HERE(), { UP(111, 0), DOWN(0) }, 0, 0 },
	{ "112", HERE(), { UP(112, 0), DOWN(0) }, 0, 1 },
	{ "no resync, 92", HERE(.primary = 1, .no_resync = 1), { UP(92, 0), DOWN(0) }, 153, 0 },
	{ "no resync, 93", HERE(.primary = 1, .no_resync = 1), { UP(93, 0), DOWN(0) }, 0, 0 },
	{ "resync, 92", HERE(.primary = 1), { UP(92, 0), DOWN(0) }, 0, 0 },
	{ "no resync, gone", HERE(.primary = 1, .no_resync = 1), { UP(124, 0), DOWN(92) }, 0, 1 },
	{ "layout", HERE(.change_al = 1, .al_stripes = 8, .al_stripe_kib = 4),
	  { DOWN(0), DOWN(0) }, 0, 1 },
	{ "layout too small", HERE(.change_al = 1, .al_stripes = 1, .al_stripe_kib = 4),
	  { DOWN(0), DOWN(0) }, 168, 1 },
	{ "layout does not matter", HERE(.al_stripes = 1, .al_stripe_kib = 4),
	  { DOWN(0), DOWN(0) }, 0, 1 },
	{ "too large and a bad layout", HERE(.size = 3001, .change_al = 1),
	  { DOWN(0), DOWN(0) }, 111, 1 },
};

KUNIT_ARRAY_PARAM_DESC(check, check_rows, name);

static void resize_check_test(struct kunit *test)
{
	const struct check_row *row = test->param_value;
	struct drbd_resize resize = row->resize;

	resize.peers = row->peers;
	resize.count = 2;
	KUNIT_EXPECT_EQ(test, (int)drbd_resize_check(&resize), row->error);
	KUNIT_EXPECT_EQ(test, drbd_resize_by_twopc(row->peers, 2), row->twopc);
}

static void resize_neighbours_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, drbd_grow_neighbours(0, 3), 0);
	KUNIT_EXPECT_EQ(test, drbd_grow_neighbours(0x7, 3), 0x4);
	KUNIT_EXPECT_EQ(test, drbd_grow_neighbours(0xf0, 3), 0x10);
	KUNIT_EXPECT_EQ(test, drbd_grow_neighbours(0xf7, 3), 0x14);
	/* the own bit does not matter */
	KUNIT_EXPECT_EQ(test, drbd_grow_neighbours(0x1b, 3), 0x12);
	KUNIT_EXPECT_EQ(test, drbd_grow_neighbours(0x80000000, 0), 0x80000000);
	KUNIT_EXPECT_EQ(test, drbd_grow_neighbours(0x80000001, 31), 0x1);
}

/* Neighbours know each other, and they link all nodes. */
static void resize_chain_test(struct kunit *test)
{
	struct rnd_state rnd;
	int run, i, j;

	prandom_seed_state(&rnd, 5);
	for (run = 0; run < 500; run++) {
		u32 nodes = prandom_u32_state(&rnd);
		int links = 0;

		nodes &= prandom_u32_state(&rnd);
		for (i = 0; i < DRBD_NODES; i++) {
			u64 mask;

			if (!(nodes & BIT(i)))
				continue;
			mask = drbd_grow_neighbours(nodes, i);
			KUNIT_EXPECT_FALSE(test, mask & ~(u64)nodes || mask & BIT(i));
			links += hweight64(mask);
			for (j = 0; j < DRBD_NODES; j++) {
				if (mask & BIT(j))
					KUNIT_EXPECT_TRUE(test, drbd_grow_neighbours(nodes, j) &
							  BIT(i));
			}
		}
		if (nodes)
			KUNIT_EXPECT_EQ(test, links, 2 * (hweight32(nodes) - 1));
	}
}

struct source_row {
	const char *name;
	struct drbd_grow_peer p;
	bool source;
};

static const struct source_row source_rows[] = {
	{ "Primary", { 3, 1, 1, 0, 124, 0 }, 1 },
	{ "peer Primary", { 1, 3, 0, 1, 124, 0 }, 0 },
	{ "lower", { 1, 3, 0, 0, 124, 0 }, 1 },
	{ "higher", { 3, 1, 0, 0, 124, 1 }, 0 },
	{ "both Primary", { 1, 3, 1, 1, 111, 0 }, 1 },
	{ "old, resolves", { 3, 1, 0, 0, 110, 1 }, 1 },
	{ "old, does not", { 1, 3, 0, 0, 110, 0 }, 0 },
	{ "old, peer Primary", { 1, 3, 0, 1, 101, 1 }, 0 },
};

KUNIT_ARRAY_PARAM_DESC(source, source_rows, name);

static void resize_source_test(struct kunit *test)
{
	const struct source_row *row = test->param_value;
	struct drbd_grow_peer peer = {
		row->p.peer_id, row->p.node_id, row->p.peer_primary, row->p.primary,
		row->p.protocol, !row->p.resolves,
	};

	KUNIT_EXPECT_EQ(test, drbd_grow_is_source(&row->p), row->source);
	/* The other end thinks the opposite. */
	KUNIT_EXPECT_EQ(test, drbd_grow_is_source(&peer), !row->source);
}

struct when_row {
	const char *name;
	struct drbd_grow g;
	enum drbd_grow_when when;
};

static const struct when_row when_rows[] = {
	{ "nothing", { 0, 0, 0, DRBD_R_ESTABLISHED, UTD, UTD }, DRBD_GROW_NO_RESYNC },
	{ "grew", { 0, 1, 0, DRBD_R_ESTABLISHED, UTD, UTD }, DRBD_GROW_RESYNC },
	{ "grew, not established", { 0, 1, 0, DRBD_R_OFF, UTD, UTD }, DRBD_GROW_NO_RESYNC },
	{ "grew, no resync", { 0, 1, 1, DRBD_R_ESTABLISHED, UTD, UTD }, DRBD_GROW_NO_RESYNC },
	{ "pending", { 1, 0, 0, DRBD_R_ESTABLISHED, UTD, UTD }, DRBD_GROW_RESYNC },
	{ "pending, Inconsistent", { 1, 0, 0, DRBD_R_ESTABLISHED, DRBD_D_INCONSISTENT, UTD },
	  DRBD_GROW_RESYNC },
	{ "pending, negotiates", { 1, 0, 0, DRBD_R_ESTABLISHED, DRBD_D_NEGOTIATING, UTD },
	  DRBD_GROW_LATER },
	{ "pending, peer negotiates", { 1, 0, 0, DRBD_R_ESTABLISHED, UTD, DRBD_D_NEGOTIATING },
	  DRBD_GROW_LATER },
	{ "pending, no resync", { 1, 0, 1, DRBD_R_ESTABLISHED, UTD, UTD }, DRBD_GROW_NO_RESYNC },
};

KUNIT_ARRAY_PARAM_DESC(when, when_rows, name);

static void resize_when_test(struct kunit *test)
{
	const struct when_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_grow_when(&row->g), row->when);
}

static struct kunit_case resize_cases[] = {
	KUNIT_CASE_PARAM(resize_layout_test, layout_gen_params),
	KUNIT_CASE_PARAM(resize_check_test, check_gen_params),
	KUNIT_CASE(resize_neighbours_test),
	KUNIT_CASE(resize_chain_test),
	KUNIT_CASE_PARAM(resize_source_test, source_gen_params),
	KUNIT_CASE_PARAM(resize_when_test, when_gen_params),
	{}
};

static struct kunit_suite resize_suite = {
	.name = "drbd-resize",
	.test_cases = resize_cases,
};

kunit_test_suite(resize_suite);
