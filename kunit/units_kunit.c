// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the conversions between sectors, bitmap bits and extents
 *
 * One bit stands for 4 KiB, a resync extent for 16 MiB, an activity log extent
 * for 4 MiB (spec/metadata.md sections 1 and 2.5). These sizes are part of what
 * is on disk. The conversions have to hold up to the largest device that the
 * driver accepts, for types of any width.
 */

#include <kunit/test.h>
#include <linux/prandom.h>

#include "../drbd_int.h"

/**
 * struct unit_row - one sector in all units
 * @name: where it is
 * @sector: number of the sector
 * @bit: bitmap bit that covers it
 * @bit_sector: first sector of that bit
 * @ext: resync extent that contains it
 * @ext_sector: first sector of that extent
 * @al_ext: activity log extent that contains it
 */
struct unit_row {
	const char *name;
	sector_t sector;
	u64 bit;
	sector_t bit_sector;
	u64 ext;
	sector_t ext_sector;
	u64 al_ext;
};

static const struct unit_row rows[] = {
	{ "first sector", 0, 0, 0, 0, 0, 0 },
	{ "second sector", 1, 0, 0, 0, 0, 0 },
	{ "end of first bit", 7, 0, 0, 0, 0, 0 },
	{ "start of second bit", 8, 1, 8, 0, 0, 0 },
	{ "end of first AL extent", 8191, 1023, 8184, 0, 0, 0 },
	{ "start of second AL extent", 8192, 1024, 8192, 0, 0, 1 },
	{ "end of first extent", 32767, 4095, 32760, 0, 0, 3 },
	{ "start of second extent", 32768, 4096, 32768, 1, 32768, 4 },
	{ "inside of second extent", 40970, 5121, 40968, 1, 32768, 5 },
	{ "end of 2 TiB", 0xffffffffULL, 0x1fffffff, 0xfffffff8ULL,
	  0x1ffff, 0xffff8000ULL, 0x7ffff },
	{ "after 2 TiB", 0x100000000ULL, 0x20000000, 0x100000000ULL,
	  0x20000, 0x100000000ULL, 0x80000 },
	{ "end of largest fixed bitmap", 8587575295ULL, 1073446911, 8587575288ULL,
	  262071, 8587542528ULL, 1048287 },
	{ "end of 32 bit bitmap", 0x7ffffffffULL, 0xffffffff, 0x7fffffff8ULL,
	  0xfffff, 0x7ffff8000ULL, 0x3fffff },
	{ "after 32 bit bitmap", 0x800000000ULL, 0x100000000ULL, 0x800000000ULL,
	  0x100000, 0x800000000ULL, 0x400000 },
	{ "end of 1 PiB", 0x1ffffffffffULL, 0x3fffffffffULL, 0x1fffffffff8ULL,
	  0x3ffffff, 0x1ffffff8000ULL, 0xfffffff },
	{ "end of 2^51 sectors", 0x7ffffffffffffULL, 0xffffffffffffULL,
	  0x7fffffffffff8ULL, 0xfffffffffULL, 0x7ffffffff8000ULL,
	  0x3fffffffffULL },
};

KUNIT_ARRAY_PARAM_DESC(unit_row, rows, name);

static void units_convert_test(struct kunit *test)
{
	const struct unit_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, BM_SECT_TO_BIT(row->sector), row->bit);
	KUNIT_EXPECT_EQ(test, BM_BIT_TO_SECT(row->bit), row->bit_sector);
	KUNIT_EXPECT_EQ(test, BM_SECT_TO_EXT(row->sector), row->ext);
	KUNIT_EXPECT_EQ(test, BM_EXT_TO_SECT(row->ext), row->ext_sector);
	KUNIT_EXPECT_EQ(test, BM_BIT_TO_EXT(row->bit), row->ext);
	KUNIT_EXPECT_EQ(test, row->sector >> (AL_EXTENT_SHIFT - 9), row->al_ext);
}

static void units_constants_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, BM_BLOCK_SIZE, 4096);
	KUNIT_EXPECT_EQ(test, BM_SECT_PER_BIT, 8);
	KUNIT_EXPECT_EQ(test, BM_EXT_SIZE, 16 * 1024 * 1024);
	KUNIT_EXPECT_EQ(test, BM_SECT_PER_EXT, 32768);
	KUNIT_EXPECT_EQ(test, BM_BITS_PER_EXT, 4096);
	KUNIT_EXPECT_EQ(test, BM_BLOCKS_PER_BM_EXT_MASK, 4095);
	KUNIT_EXPECT_EQ(test, AL_EXTENT_SIZE, 4 * 1024 * 1024);
	KUNIT_EXPECT_EQ(test, AL_EXT_PER_BM_SECT, 4);
	KUNIT_EXPECT_EQ(test, AL_UPDATES_PER_TRANSACTION, 64);
	KUNIT_EXPECT_EQ(test, AL_CONTEXT_PER_TRANSACTION, 919);
	/* 128 MiB, so that a request touches at most 33 activity log extents */
	KUNIT_EXPECT_EQ(test, DRBD_MAX_BBIO_SECTORS, 262144);
}

/*
 * Fixed size metadata is 128 MiB with 4 KiB of superblock and 32 KiB of
 * activity log; what is left is bitmap. 32 bit machines number bits with 32.
 */
static void units_limits_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, MD_128MB_SECT, 262144);
	KUNIT_EXPECT_EQ(test, MD_4kB_SECT, 8);
	KUNIT_EXPECT_EQ(test, MD_32kB_SECT, 64);
	KUNIT_EXPECT_EQ(test, DRBD_MAX_SECTORS_FIXED_BM, 8587575296LL);
	if (BITS_PER_LONG == 32)
		KUNIT_EXPECT_EQ(test, DRBD_MAX_SECTORS_FLEX, 0x7fffbfff8ULL);
	else
		KUNIT_EXPECT_EQ(test, DRBD_MAX_SECTORS_FLEX, 1ULL << 51);
}

/* Bit and extent numbers are often kept in types narrower than sector_t. */
static void units_narrow_types_test(struct kunit *test)
{
	const unsigned int bit = 0xffffffff, ext = 0xffffffff;

	KUNIT_EXPECT_EQ(test, BM_BIT_TO_SECT(bit), 0x7fffffff8ULL);
	KUNIT_EXPECT_EQ(test, BM_EXT_TO_SECT(ext), 0x7fffffff8000ULL);
	KUNIT_EXPECT_EQ(test, BM_BIT_TO_EXT(bit), 0xfffff);
}

/* Macro arguments are expressions. */
static void units_expression_test(struct kunit *test)
{
	const sector_t base = 32760;
	const unsigned long low = 1, high = 4096;

	KUNIT_EXPECT_EQ(test, BM_SECT_TO_BIT(base + 8), 4096);
	KUNIT_EXPECT_EQ(test, BM_SECT_TO_EXT(base + 8), 1);
	KUNIT_EXPECT_EQ(test, BM_BIT_TO_SECT(low | high), 32776);
	KUNIT_EXPECT_EQ(test, BM_BIT_TO_EXT(low | high), 1);
	KUNIT_EXPECT_EQ(test, BM_EXT_TO_SECT(low | high), 134250496);
}

static void units_invariants_test(struct kunit *test)
{
	struct rnd_state rnd;
	int i;

	prandom_seed_state(&rnd, 73);
	for (i = 0; i < 10000; i++) {
		u64 random = (u64)prandom_u32_state(&rnd) << 32 | prandom_u32_state(&rnd);
		/* Each magnitude up to 2^51 sectors is equally likely. */
		sector_t s = random >> (13 + prandom_u32_state(&rnd) % 48);
		u64 bit = BM_SECT_TO_BIT(s), ext = BM_SECT_TO_EXT(s);

		KUNIT_ASSERT_LE_MSG(test, BM_BIT_TO_SECT(bit), s, "sector %llu", s);
		KUNIT_ASSERT_GT_MSG(test, BM_BIT_TO_SECT(bit + 1), s, "sector %llu", s);
		KUNIT_ASSERT_LE_MSG(test, BM_EXT_TO_SECT(ext), s, "sector %llu", s);
		KUNIT_ASSERT_GT_MSG(test, BM_EXT_TO_SECT(ext + 1), s, "sector %llu", s);
		KUNIT_ASSERT_EQ_MSG(test, BM_BIT_TO_EXT(bit), ext, "sector %llu", s);
		KUNIT_ASSERT_EQ_MSG(test, ext * BM_BITS_PER_EXT +
				    (bit & BM_BLOCKS_PER_BM_EXT_MASK), bit,
				    "sector %llu", s);
		KUNIT_ASSERT_EQ_MSG(test, (s >> (AL_EXTENT_SHIFT - 9)) / AL_EXT_PER_BM_SECT,
				    ext, "sector %llu", s);
	}
}

static struct kunit_case units_cases[] = {
	KUNIT_CASE_PARAM(units_convert_test, unit_row_gen_params),
	KUNIT_CASE(units_constants_test),
	KUNIT_CASE(units_limits_test),
	KUNIT_CASE(units_narrow_types_test),
	KUNIT_CASE(units_expression_test),
	KUNIT_CASE(units_invariants_test),
	{}
};

static struct kunit_suite units_suite = {
	.name = "drbd-bitmap-units",
	.test_cases = units_cases,
};

kunit_test_suite(units_suite);
