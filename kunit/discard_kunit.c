// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of discards on a backing device
 *
 * The table is that of F7 in spec/io.md.
 */

#include <kunit/test.h>
#include <linux/prandom.h>

#include "../core/discard.h"

#define T DRBD_DISCARD_TRIM
#define Z DRBD_DISCARD_ZERO_OUT
#define K64 65536
#define K32 32768
#define M 1048576	/* sectors */

struct piece {
	char op;	/* D discard, z zero, ! zero and keep the space */
	u64 sector;
	u32 sectors;
};

/**
 * struct split_row - parts of a discard
 * @name: input, as in the specification
 * @sector: where it starts
 * @sectors: size
 * @flags: flags
 * @granularity: of the backing device, in bytes
 * @alignment: likewise
 * @max: likewise, in sectors
 * @pieces: expected
 */
struct split_row {
	const char *name;
	u64 sector;
	u32 sectors;
	unsigned int flags;
	u32 granularity;
	u32 alignment;
	u32 max;
	struct piece pieces[5];
};

static const struct split_row split_rows[] = {
	{ "(0,128,T,64K,0,1M)", 0, 128, T, K64, 0, M, { { 'D', 0, 128 } } },
	{ "(0,256,T,64K,0,1M)", 0, 256, T, K64, 0, M, { { 'D', 0, 256 } } },
	{ "(8,128,T,64K,0,1M)", 8, 128, T, K64, 0, M, { { 'z', 8, 128 } } },
	{ "(8,256,T,64K,0,1M)", 8, 256, T, K64, 0, M,
	  { { 'z', 8, 120 }, { 'D', 128, 128 }, { 'z', 256, 8 } } },
	{ "(8,384,T,64K,0,1M)", 8, 384, T, K64, 0, M,
	  { { 'z', 8, 120 }, { 'D', 128, 256 }, { 'z', 384, 8 } } },
	{ "(0,100,T,64K,0,1M)", 0, 100, T, K64, 0, M, { { 'z', 0, 100 } } },
	{ "(0,300,T,64K,0,1M)", 0, 300, T, K64, 0, M, { { 'D', 0, 256 }, { 'z', 256, 44 } } },
	{ "(120,264,T,64K,0,1M)", 120, 264, T, K64, 0, M,
	  { { 'z', 120, 8 }, { 'D', 128, 256 } } },
	{ "(0,1024,T,64K,0,256)", 0, 1024, T, K64, 0, 256,
	  { { 'D', 0, 256 }, { 'D', 256, 256 }, { 'D', 512, 256 }, { 'D', 768, 256 } } },
	{ "(0,1024,T,64K,0,300)", 0, 1024, T, K64, 0, 300,
	  { { 'D', 0, 256 }, { 'D', 256, 256 }, { 'D', 512, 256 }, { 'D', 768, 256 } } },
	{ "(0,1024,T,64K,0,0)", 0, 1024, T, K64, 0, 0, { { 'z', 0, 1024 } } },
	{ "(64,256,T,64K,32K,1M)", 64, 256, T, K64, K32, M, { { 'D', 64, 256 } } },
	{ "(0,256,T,64K,32K,1M)", 0, 256, T, K64, K32, M,
	  { { 'z', 0, 64 }, { 'D', 64, 128 }, { 'z', 192, 64 } } },
	{ "(3,5,T,0,0,1M)", 3, 5, T, 0, 0, M, { { 'D', 3, 5 } } },
	{ "(0,16,ZT,4K,0,1M)", 0, 16, Z | T, 4096, 0, M, { { 'z', 0, 16 } } },
	{ "(0,16,Z,4K,0,1M)", 0, 16, Z, 4096, 0, M, { { '!', 0, 16 } } },
	{ "(0,16,none,4K,0,1M)", 0, 16, 0, 4096, 0, M, { { '!', 0, 16 } } },
	/* limits */
	{ "nothing", 0, 0, T, K64, 0, M, { } },
	{ "max below the granularity", 0, 256, T, K64, 0, 127, { { 'z', 0, 256 } } },
	{ "just below two chunks", 8, 255, T, K64, 0, M, { { 'z', 8, 255 } } },
	{ "granularity no power of 2", 100, 300, T, 100 * 512, 0, M, { { 'D', 100, 300 } } },
	{ "beyond 32 bits", (1ULL << 40) + 8, 256, T, K64, 0, M,
	  { { 'z', (1ULL << 40) + 8, 120 }, { 'D', (1ULL << 40) + 128, 128 },
	    { 'z', (1ULL << 40) + 256, 8 } } },
	{ "alignment beyond the granularity", 64, 256, T, K64, K64 + K32, M, { { 'D', 64, 256 } } },
};

KUNIT_ARRAY_PARAM_DESC(split, split_rows, name);

static void discard_split_test(struct kunit *test)
{
	static const char letters[] = "Dz!";
	const struct split_row *row = test->param_value;
	struct drbd_discard_range left = { row->sector, row->sectors }, piece;
	const struct piece *expected = row->pieces;
	struct drbd_discard_geometry geometry;
	enum drbd_discard_op op;

	drbd_discard_geometry(row->granularity, row->alignment, row->max, &geometry);
	while (drbd_discard_next(&geometry, row->flags, &left, &piece, &op)) {
		KUNIT_ASSERT_NE(test, expected->op, 0);
		KUNIT_EXPECT_EQ(test, letters[op], expected->op);
		KUNIT_EXPECT_EQ(test, piece.sector, expected->sector);
		KUNIT_EXPECT_EQ(test, piece.sectors, expected->sectors);
		expected++;
	}
	KUNIT_EXPECT_EQ(test, expected->op, 0);
}

/* Parts follow each other without gaps, and discards are for whole chunks. */
static void discard_property_test(struct kunit *test)
{
	struct rnd_state rnd;
	int run;

	prandom_seed_state(&rnd, 7);
	for (run = 0; run < 10000; run++) {
		u32 granularity = (prandom_u32_state(&rnd) % 300) << 9;
		u32 alignment = (prandom_u32_state(&rnd) % 400) << 9;
		struct drbd_discard_range left = {
			prandom_u32_state(&rnd) >> 1, prandom_u32_state(&rnd) % 5000,
		};
		u64 sector = left.sector, end = left.sector + left.sectors;
		struct drbd_discard_geometry g;
		struct drbd_discard_range piece;
		enum drbd_discard_op op;
		int zeroed = 0;

		drbd_discard_geometry(granularity, alignment, prandom_u32_state(&rnd) % 2000, &g);
		KUNIT_EXPECT_GT(test, g.granularity, 0);
		KUNIT_EXPECT_LT(test, g.offset, g.granularity);
		KUNIT_EXPECT_EQ(test, g.max % g.granularity, 0);
		while (drbd_discard_next(&g, T, &left, &piece, &op)) {
			KUNIT_ASSERT_EQ(test, piece.sector, sector);
			KUNIT_ASSERT_GT(test, piece.sectors, 0);
			sector += piece.sectors;
			zeroed += op == DRBD_DISCARD_ZERO;
			if (op != DRBD_DISCARD)
				continue;
			KUNIT_EXPECT_EQ(test, (u32)piece.sector % g.granularity, g.offset);
			KUNIT_EXPECT_EQ(test, piece.sectors % g.granularity, 0);
			KUNIT_EXPECT_LE(test, piece.sectors, g.max);
		}
		KUNIT_EXPECT_EQ(test, sector, end);
		KUNIT_EXPECT_LE(test, zeroed, 2);
	}
}

static void discard_geometry_test(struct kunit *test)
{
	struct drbd_discard_geometry g;

	drbd_discard_geometry(K64, 0, U32_MAX, &g);
	KUNIT_EXPECT_EQ(test, g.granularity, 128);
	KUNIT_EXPECT_EQ(test, g.max, 4194304);
	drbd_discard_geometry(100 * 512, 0, U32_MAX, &g);
	KUNIT_EXPECT_EQ(test, g.max, 4194300);
	drbd_discard_geometry(0, 4096, 8, &g);
	KUNIT_EXPECT_EQ(test, g.granularity, 1);
	KUNIT_EXPECT_EQ(test, g.offset, 0);
	KUNIT_EXPECT_EQ(test, g.max, 8);
	/* sizes below a sector mean nothing */
	drbd_discard_geometry(511, 511, 8, &g);
	KUNIT_EXPECT_EQ(test, g.granularity, 1);
}

static void discard_peer_flags_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, drbd_discard_peer_flags(T, true, true), T);
	KUNIT_EXPECT_EQ(test, drbd_discard_peer_flags(T, false, true), T | Z);
	KUNIT_EXPECT_EQ(test, drbd_discard_peer_flags(T, true, false), T | Z);
	KUNIT_EXPECT_EQ(test, drbd_discard_peer_flags(Z, true, true), Z);
}

static struct kunit_case discard_cases[] = {
	KUNIT_CASE_PARAM(discard_split_test, split_gen_params),
	KUNIT_CASE(discard_property_test),
	KUNIT_CASE(discard_geometry_test),
	KUNIT_CASE(discard_peer_flags_test),
	{}
};

static struct kunit_suite discard_suite = {
	.name = "drbd-discard",
	.test_cases = discard_cases,
};

kunit_test_suite(discard_suite);
