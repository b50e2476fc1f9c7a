// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the requests of a resync
 *
 * Expectations are literals of spec/resync.md 11.10, or reasoned by hand from 4.2.
 */

#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/prandom.h>
#include <linux/string.h>

#include "../core/resync_request.h"

#define TEST_BITS 4096

struct limit_row {
	u64 step;
	u32 limit_4k;
	u32 limit_64k;	/* 0: not in the specification */
};

static const struct limit_row limits[] = {
	{ 0, 256, 16 }, { 1, 1, 1 }, { 2, 2, 0 }, { 3, 1, 0 }, { 4, 4, 0 }, { 6, 2, 0 },
	{ 8, 8, 8 }, { 16, 16, 16 }, { 24, 8, 8 }, { 96, 32, 0 }, { 255, 1, 0 }, { 256, 256, 16 },
	{ 257, 1, 0 }, { 384, 128, 0 }, { 512, 256, 0 }, { 1ULL << 40, 256, 16 },
};

static void request_limit_test(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		KUNIT_EXPECT_EQ(test, drbd_resync_align_limit(limits[i].step, 12),
				limits[i].limit_4k);
		if (limits[i].limit_64k)
			KUNIT_EXPECT_EQ(test, drbd_resync_align_limit(limits[i].step, 16),
					limits[i].limit_64k);
	}
	KUNIT_EXPECT_EQ(test, drbd_resync_align_limit(0, 20), 1);
	KUNIT_EXPECT_EQ(test, drbd_resync_align_limit(7, 20), 1);
}

static const u16 roundings[][2] = {
	{ 0, 0 }, { 1, 1 }, { 2, 2 }, { 3, 4 }, { 4, 4 }, { 5, 4 }, { 6, 8 }, { 7, 8 }, { 11, 8 },
	{ 12, 16 }, { 13, 16 }, { 48, 64 }, { 100, 128 }, { 128, 128 }, { 191, 128 }, { 192, 256 },
	{ 193, 256 },
};

static void request_rounding_test(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(roundings); i++)
		KUNIT_EXPECT_EQ(test, drbd_resync_round_budget(roundings[i][0]), roundings[i][1]);
	KUNIT_EXPECT_EQ(test, drbd_resync_round_budget(1ULL << 61), 1ULL << 61);
}

struct granularity_row {
	const char *name;
	u32 configured;
	u32 granularity;
	u64 max_discard;
	u32 size;
};

static const struct granularity_row granularities[] = {
	{ "off", 0, 4096, 1048576, 0 },
	{ "fits", 65536, 4096, 1048576, 65536 },
	{ "rounded up", 77, 4096, 1048576, 4096 },
	{ "limited by the disk", 1048576, 65536, 524288, 524288 },
	{ "as large as possible", 65536, 1048576, 64 << 20, 1048576 },
	{ "divides a larger one", 65536, 2097152, 64 << 20, 1048576 },
	{ "does not divide it", 65536, 1572864, 64 << 20, 0 },
	{ "disk cannot", 65536, 4096, 0, 0 },
	{ "unknown granularity", 1000, 0, 1048576, 1024 },
	{ "nothing overflows", U32_MAX, 0x80000001U, U64_MAX, 0 },
};

KUNIT_ARRAY_PARAM_DESC(granularity, granularities, name);

static void request_granularity_test(struct kunit *test)
{
	const struct granularity_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_resync_discard_granularity(row->configured, row->granularity,
							      row->max_discard), row->size);
}

struct ready_row {
	const char *name;
	struct drbd_resync_ready ready;
	enum drbd_resync_ready_turn turn;
};

static const struct ready_row readies[] = {
	{ "go", { true, false, false, false, true }, DRBD_RESYNC_GO },
	{ "no disk", { false, false, false, false, false }, DRBD_RESYNC_STOP },
	{ "source is Ahead", { true, true, true, true, true }, DRBD_RESYNC_STOP },
	{ "buffer full", { true, false, true, true, true }, DRBD_RESYNC_SKIP },
	{ "unsuccessful", { true, false, false, true, true }, DRBD_RESYNC_DRAIN },
	{ "unsuccessful, drained", { true, false, false, true, false }, DRBD_RESYNC_GO },
};

KUNIT_ARRAY_PARAM_DESC(ready, readies, name);

static void request_ready_test(struct kunit *test)
{
	const struct ready_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_resync_ready(&row->ready), row->turn);
}

static u64 next_bit(void *bitmap, u64 bit)
{
	return find_next_bit(bitmap, TEST_BITS, bit);
}

struct piece {
	u64 bit;
	u32 blocks;
};

struct turn_row {
	const char *name;
	struct { u32 first, nr; } dirty[3];	/* own blocks, nr 0 ends the list */
	u8 own_shift;
	u8 peer_shift;
	u32 granularity;
	u32 budget;
	struct piece pieces[6];
	enum drbd_resync_next end;
	u64 cursor;
};

static const struct turn_row turns[] = {
	{ "clean", { }, 12, 12, 0, 100, { }, DRBD_RESYNC_END, 4096 },
	{ "no budget", { { 0, 9 } }, 12, 12, 0, 0, { }, DRBD_RESYNC_TURN_OVER, 0 },
	{ "one block", { { 7, 1 } }, 12, 12, 0, 100, { { 7, 1 } }, DRBD_RESYNC_END, 4096 },
	{ "a run that starts odd", { { 7, 9 } }, 12, 12, 0, 100,
	  { { 7, 1 }, { 8, 8 } }, DRBD_RESYNC_END, 4096 },
	{ "1 MiB", { { 0, 600 } }, 12, 12, 0, 1000,
	  { { 0, 256 }, { 256, 256 }, { 512, 88 } }, DRBD_RESYNC_END, 4096 },
	{ "budget rounded down", { { 0, 600 } }, 12, 12, 0, 90,
	  { { 0, 64 } }, DRBD_RESYNC_TURN_OVER, 64 },
	{ "budget rounded up", { { 0, 600 } }, 12, 12, 0, 100,
	  { { 0, 128 } }, DRBD_RESYNC_TURN_OVER, 128 },
	{ "budget left for another area", { { 0, 64 }, { 100, 30 } }, 12, 12, 0, 90,
	  { { 0, 64 }, { 100, 4 }, { 104, 8 }, { 112, 16 } },
	  DRBD_RESYNC_TURN_OVER, 128 },
	{ "coarse peer", { { 17, 1 }, { 40, 1 }, { 64, 1 } }, 12, 16, 0, 64,
	  { { 16, 16 }, { 32, 16 }, { 64, 16 } }, DRBD_RESYNC_END, 4096 },
	{ "coarse peer, grows", { { 0, 1 }, { 31, 1 } }, 12, 16, 0, 64,
	  { { 0, 32 } }, DRBD_RESYNC_END, 4096 },
	{ "coarse here", { { 3, 5 } }, 16, 12, 0, 64,
	  { { 3, 1 }, { 4, 4 } }, DRBD_RESYNC_END, 4096 },
	{ "thin", { { 0, 40 } }, 12, 12, 65536, 64,
	  { { 0, 16 }, { 16, 16 }, { 32, 8 } }, DRBD_RESYNC_END, 4096 },
	{ "thin, little left", { { 0, 40 } }, 12, 12, 65536, 40,
	  { { 0, 16 }, { 16, 16 } }, DRBD_RESYNC_TURN_OVER, 32 },
	{ "thin, budget too small", { { 0, 40 } }, 12, 12, 65536, 2,
	  { { 0, 16 } }, DRBD_RESYNC_TURN_OVER, 16 },
};

KUNIT_ARRAY_PARAM_DESC(turn, turns, name);

static void request_turn_test(struct kunit *test)
{
	const struct turn_row *row = test->param_value;
	unsigned long *bitmap = kunit_kzalloc(test, TEST_BITS / 8, GFP_KERNEL);
	struct drbd_resync_scan scan = {
		.next_bit = next_bit, .bitmap = bitmap, .own_shift = row->own_shift,
		.peer_shift = row->peer_shift, .discard_granularity = row->granularity,
		.capacity = (u64)TEST_BITS << (row->own_shift - 9),
	};
	struct drbd_resync_piece piece;
	struct drbd_resync_turn turn;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, bitmap);
	for (i = 0; i < ARRAY_SIZE(row->dirty); i++)
		bitmap_set(bitmap, row->dirty[i].first, row->dirty[i].nr);
	drbd_resync_turn_start(&turn, row->budget, &scan);
	for (i = 0; i < ARRAY_SIZE(row->pieces) && row->pieces[i].blocks; i++) {
		KUNIT_ASSERT_EQ(test, drbd_resync_next_piece(&scan, &turn, false, &piece),
				DRBD_RESYNC_REQUEST);
		KUNIT_EXPECT_EQ(test, piece.bit, row->pieces[i].bit);
		KUNIT_EXPECT_EQ(test, piece.sector, piece.bit << (row->own_shift - 9));
		KUNIT_EXPECT_EQ(test, piece.size, row->pieces[i].blocks << row->own_shift);
		KUNIT_EXPECT_EQ(test, piece.thin,
				row->granularity && piece.size == row->granularity);
	}
	KUNIT_EXPECT_EQ(test, drbd_resync_next_piece(&scan, &turn, false, &piece), row->end);
	KUNIT_EXPECT_EQ(test, scan.cursor, row->cursor);
}

static void request_interrupted_test(struct kunit *test)
{
	unsigned long *bitmap = kunit_kzalloc(test, TEST_BITS / 8, GFP_KERNEL);
	struct drbd_resync_scan scan = {
		.next_bit = next_bit, .bitmap = bitmap, .own_shift = 12, .peer_shift = 12,
		.capacity = TEST_BITS * 8 - 5,
	};
	struct drbd_resync_piece piece;
	struct drbd_resync_turn turn;

	KUNIT_ASSERT_NOT_NULL(test, bitmap);
	bitmap_set(bitmap, 20, 1);
	bitmap_set(bitmap, TEST_BITS - 2, 2);
	drbd_resync_turn_start(&turn, 100, &scan);
	KUNIT_EXPECT_EQ(test, drbd_resync_next_piece(&scan, &turn, true, &piece),
			DRBD_RESYNC_TURN_OVER);
	KUNIT_EXPECT_EQ(test, scan.cursor, 20);
	KUNIT_EXPECT_EQ(test, turn.requested, 0);
	KUNIT_EXPECT_EQ(test, drbd_resync_next_piece(&scan, &turn, false, &piece),
			DRBD_RESYNC_REQUEST);
	KUNIT_EXPECT_EQ(test, turn.requested, 1);
	KUNIT_EXPECT_EQ(test, scan.cursor, 21);
	/* no memory for it */
	drbd_resync_undo_piece(&scan, &turn, &piece);
	KUNIT_EXPECT_EQ(test, turn.requested, 0);
	KUNIT_EXPECT_EQ(test, turn.left, 100);
	KUNIT_EXPECT_EQ(test, scan.cursor, 20);
	bitmap_clear(bitmap, 20, 1);
	/* clipped at the end of the device */
	KUNIT_EXPECT_EQ(test, drbd_resync_next_piece(&scan, &turn, false, &piece),
			DRBD_RESYNC_REQUEST);
	KUNIT_EXPECT_EQ(test, piece.bit, TEST_BITS - 2);
	KUNIT_EXPECT_EQ(test, piece.size, 2 * 4096 - 5 * 512);
	KUNIT_EXPECT_EQ(test, drbd_resync_next_piece(&scan, &turn, false, &piece),
			DRBD_RESYNC_END);
	KUNIT_EXPECT_EQ(test, drbd_resync_next_piece(&scan, &turn, false, &piece),
			DRBD_RESYNC_END);
}

/* A pass requests each dirty block once, in order, aligned, and no clean areas. */
static void check_pass(struct kunit *test, struct rnd_state *rnd, unsigned long *dirty,
		       struct drbd_resync_scan *scan)
{
	u32 k = 1U << (max(scan->own_shift, scan->peer_shift) - scan->own_shift);
	struct drbd_resync_piece piece;
	struct drbd_resync_turn turn;
	enum drbd_resync_next next = DRBD_RESYNC_TURN_OVER;
	u64 behind = 0, blocks, bit;

	scan->cursor = 0;
	while (next != DRBD_RESYNC_END) {
		u32 budget = 1 + prandom_u32_state(rnd) % 700;

		drbd_resync_turn_start(&turn, budget, scan);
		while ((next = drbd_resync_next_piece(scan, &turn, false, &piece)) ==
		       DRBD_RESYNC_REQUEST) {
			blocks = (piece.size + (1U << scan->own_shift) - 1) >> scan->own_shift;
			KUNIT_ASSERT_GE(test, piece.bit, behind);
			KUNIT_ASSERT_EQ(test, piece.bit % k, 0);
			KUNIT_ASSERT_LE(test, piece.size, DRBD_RESYNC_MAX_SIZE);
			KUNIT_ASSERT_GT(test, piece.size, 0);
			KUNIT_ASSERT_LE(test, piece.sector + piece.size / 512, scan->capacity);
			KUNIT_ASSERT_GE(test, find_next_bit(dirty, TEST_BITS, behind),
					piece.bit);
			for (bit = piece.bit; bit < piece.bit + blocks; bit += k)
				KUNIT_ASSERT_LT(test, find_next_bit(dirty, TEST_BITS, bit),
						bit + k);
			behind = piece.bit + blocks;
		}
		KUNIT_ASSERT_GT(test, turn.left, -(s64)(budget + k + 256));
	}
	KUNIT_ASSERT_EQ(test, find_next_bit(dirty, TEST_BITS, behind), TEST_BITS);
}

static void request_random_test(struct kunit *test)
{
	unsigned long *dirty = kunit_kzalloc(test, TEST_BITS / 8, GFP_KERNEL);
	struct rnd_state rnd;
	int i, j;

	KUNIT_ASSERT_NOT_NULL(test, dirty);
	prandom_seed_state(&rnd, 31);
	for (i = 0; i < 300; i++) {
		struct drbd_resync_scan scan = {
			.next_bit = next_bit, .bitmap = dirty,
			.own_shift = 12 + prandom_u32_state(&rnd) % 9,
			.peer_shift = 12 + prandom_u32_state(&rnd) % 9,
			.discard_granularity = prandom_u32_state(&rnd) % 2 ?
				4096U << prandom_u32_state(&rnd) % 9 : 0,
		};

		scan.capacity = ((u64)TEST_BITS << (scan.own_shift - 9)) -
				prandom_u32_state(&rnd) % (1U << (scan.own_shift - 9));
		bitmap_zero(dirty, TEST_BITS);
		for (j = prandom_u32_state(&rnd) % 20; j; j--) {
			u32 first = prandom_u32_state(&rnd) % TEST_BITS;
			u32 nr = 1 + prandom_u32_state(&rnd) % 600;

			bitmap_set(dirty, first, min(nr, TEST_BITS - first));
		}
		check_pass(test, &rnd, dirty, &scan);
	}
}

static struct kunit_case request_cases[] = {
	KUNIT_CASE(request_limit_test),
	KUNIT_CASE(request_rounding_test),
	KUNIT_CASE_PARAM(request_granularity_test, granularity_gen_params),
	KUNIT_CASE_PARAM(request_ready_test, ready_gen_params),
	KUNIT_CASE_PARAM(request_turn_test, turn_gen_params),
	KUNIT_CASE(request_interrupted_test),
	KUNIT_CASE(request_random_test),
	{}
};

static struct kunit_suite request_suite = {
	.name = "drbd-resync-request",
	.test_cases = request_cases,
};

kunit_test_suite(request_suite);
