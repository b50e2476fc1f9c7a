// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the layout of the bitmap
 *
 * Expectations are literals of spec/metadata.md 9.2, 13.7, 14.1, 14.4 and 14.5, of
 * spec/io.md F6 and of spec/resync.md 11.11.
 */

#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/prandom.h>

#include "../core/bitmap_layout.h"

#define MIB		(1024 * 1024)
#define ONE_TIB		BIT_ULL(31)	/* in sectors */

struct size_row {
	const char *name;
	u64 capacity;
	unsigned int slots;
	unsigned int shift;
	int err;
	u64 bits;
	u64 words;
	unsigned int pages;
};

static const struct size_row sizes[] = {
	{ "empty", 0, 1, 12, 0, 0, 0, 0 },
	{ "one sector", 1, 1, 12, 0, 1, 2, 1 },
	{ "one block", 8, 1, 12, 0, 1, 2, 1 },
	{ "64 blocks", 512, 1, 12, 0, 64, 2, 1 },
	{ "64 blocks and a sector", 513, 1, 12, 0, 65, 4, 1 },
	{ "a full page", 262144, 1, 12, 0, 32768, 1024, 1 },
	{ "a full page and a sector", 262145, 1, 12, 0, 32769, 1026, 2 },
	{ "1 GiB, 1 slot", 2097152, 1, 12, 0, 262144, 8192, 8 },
	{ "1 GiB and a sector", 2097153, 1, 12, 0, 262145, 8194, 9 },
	{ "1 GiB, 7 slots", 2097152, 7, 12, 0, 262144, 8192, 56 },
	{ "1 GiB, 31 slots", 2097152, 31, 12, 0, 262144, 8192, 248 },
	{ "1 GiB, 7 slots, 64 KiB", 2097152, 7, 16, 0, 16384, 512, 4 },
	{ "1 GiB, 7 slots, 1 MiB", 2097152, 7, 20, 0, 1024, 32, 1 },
	{ "100 GiB, 7 slots", 209715200, 7, 12, 0, 26214400, 819200, 5600 },
	{ "100 GiB, 7 slots, 64 KiB", 209715200, 7, 16, 0, 1638400, 51200, 350 },
	{ "1 TiB, 31 slots", ONE_TIB, 31, 12, 0, 268435456, 8388608, 253952 },
	{ "1 PiB, 1 slot", ONE_TIB * 1024, 1, 12, 0, 274877906944, 8589934592, 8388608 },
	{ "1 PiB, 31 slots, 1 MiB", ONE_TIB * 1024, 31, 20, 0, 1073741824, 33554432, 1015808 },
	{ "64 GiB of bitmap", ONE_TIB * 2048, 1, 12, 0, 549755813888, 17179869184, 16777216 },
	{ "more than 64 GiB of bitmap", ONE_TIB * 2048 + 1, 1, 12, -ENOMEM },
	{ "1 PiB, 31 slots", ONE_TIB * 1024, 31, 12, -ENOMEM },
	{ "largest number of sectors", U64_MAX, 32, 12, -ENOMEM },
	{ "no slots", 8, 0, 12, -EINVAL },
	{ "33 slots", 8, 33, 12, -EINVAL },
	{ "2 KiB blocks", 8, 1, 11, -EINVAL },
	{ "2 MiB blocks", 8, 1, 21, -EINVAL },
	{ "shift 0", 8, 1, 0, -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(size, sizes, name);

static void size_test(struct kunit *test)
{
	const struct size_row *row = test->param_value;
	struct drbd_bm_layout layout = { .capacity = 4711 };

	KUNIT_ASSERT_EQ(test, drbd_bm_layout_init(&layout, row->capacity, row->slots, row->shift),
			row->err);
	KUNIT_EXPECT_EQ(test, layout.capacity, row->err ? 4711 : row->capacity);
	KUNIT_EXPECT_EQ(test, layout.bits, row->bits);
	KUNIT_EXPECT_EQ(test, layout.words, row->words);
	KUNIT_EXPECT_EQ(test, layout.pages, row->pages);
	KUNIT_EXPECT_EQ(test, layout.slots, row->err ? 0 : row->slots);
	KUNIT_EXPECT_EQ(test, layout.shift, row->err ? 0 : row->shift);
}

struct place_row {
	u64 bit;
	unsigned int slots;
	unsigned int slot;
	u64 byte;
	unsigned int in_byte;
	unsigned int page;
};

static const struct place_row places[] = {
	{ 0, 1, 0, 0, 0, 0 }, { 31, 1, 0, 3, 7, 0 }, { 32, 1, 0, 4, 0, 0 },
	{ 32767, 1, 0, 4095, 7, 0 }, { 32768, 1, 0, 4096, 0, 1 }, { 0, 3, 2, 8, 0, 0 },
	{ 31, 3, 2, 11, 7, 0 }, { 32, 3, 0, 12, 0, 0 }, { 43, 3, 2, 21, 3, 0 },
	{ 1023, 3, 2, 383, 7, 0 }, { 1024, 3, 0, 384, 0, 0 }, { 10912, 3, 0, 4092, 0, 0 },
	{ 10912, 3, 1, 4096, 0, 1 }, { 349509, 3, 0, 131064, 5, 31 },
	{ 1000000, 7, 6, 875024, 0, 213 },
};

static void place_test(struct kunit *test)
{
	struct drbd_bm_layout layout;
	int i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		const struct place_row *row = &places[i];

		KUNIT_ASSERT_EQ(test, drbd_bm_layout_init(&layout, ONE_TIB, row->slots, 12), 0);
		KUNIT_EXPECT_EQ_MSG(test, drbd_bm_byte(&layout, row->slot, row->bit), row->byte,
				    "row %d", i);
		KUNIT_EXPECT_EQ_MSG(test, row->bit % 8, row->in_byte, "row %d", i);
		KUNIT_EXPECT_EQ_MSG(test, drbd_bm_page(&layout, row->slot, row->bit), row->page,
				    "row %d", i);
	}
}

struct page_end_row {
	u64 bit;
	unsigned int slots;
	unsigned int slot;
	u64 last;
};

static const struct page_end_row page_ends[] = {
	{ 0, 1, 0, 32767 }, { 32768, 1, 0, 65535 }, { 0, 3, 0, 10943 }, { 0, 3, 1, 10911 },
	{ 0, 3, 2, 10911 }, { 10912, 3, 0, 10943 }, { 10912, 3, 1, 21855 }, { 0, 7, 0, 4703 },
	{ 0, 7, 6, 4671 }, { 4640, 7, 3, 4671 }, { 0, 31, 0, 1087 }, { 0, 31, 30, 1055 },
};

static void page_end_test(struct kunit *test)
{
	struct drbd_bm_layout layout;
	int i;

	for (i = 0; i < ARRAY_SIZE(page_ends); i++) {
		const struct page_end_row *row = &page_ends[i];
		unsigned int page;
		u64 end;

		KUNIT_ASSERT_EQ(test, drbd_bm_layout_init(&layout, ONE_TIB, row->slots, 12), 0);
		end = drbd_bm_page_end(&layout, row->slot, row->bit);
		KUNIT_EXPECT_EQ_MSG(test, end, row->last + 1, "row %d", i);
		page = drbd_bm_page(&layout, row->slot, row->bit);
		KUNIT_EXPECT_EQ(test, drbd_bm_page(&layout, row->slot, end - 1), page);
		KUNIT_EXPECT_EQ(test, drbd_bm_page(&layout, row->slot, end), page + 1);
	}
}

struct extent_row {
	u64 extent;
	unsigned int slots;
	unsigned int shift;
	u64 bit, last;
	u64 page, last_page;
};

static const struct extent_row extents[] = {
	{ 0, 1, 12, 0, 1023, 0, 0 }, { 31, 1, 12, 31744, 32767, 0, 0 },
	{ 32, 1, 12, 32768, 33791, 1, 1 }, { 10, 3, 12, 10240, 11263, 0, 1 },
	{ 11, 3, 12, 11264, 12287, 1, 1 }, { 4, 7, 12, 4096, 5119, 0, 1 },
	{ 5, 7, 12, 5120, 6143, 1, 1 }, { 1, 31, 12, 1024, 2047, 0, 1 },
	{ 2, 31, 12, 2048, 3071, 1, 2 }, { 1, 32, 12, 1024, 2047, 1, 1 },
	{ 7, 7, 20, 28, 31, 0, 0 }, { 8, 7, 20, 32, 35, 0, 0 },
	{ 1023, 3, 17, 32736, 32767, 2, 2 }, { 1, 1, 18, 16, 31, 0, 0 },
	/* 13.7 */
	{ 9, 3, 20, 36, 39, 0, 0 },
	/* one word of each slot, that of slot 0 being the last one of its page */
	{ 341, 3, 17, 10912, 10943, 0, 1 },
};

static void extent_test(struct kunit *test)
{
	struct drbd_bm_layout layout;
	struct drbd_bm_range bits, pages;
	int i;

	for (i = 0; i < ARRAY_SIZE(extents); i++) {
		const struct extent_row *row = &extents[i];

		KUNIT_ASSERT_EQ(test, drbd_bm_layout_init(&layout, ONE_TIB, row->slots,
							  row->shift), 0);
		bits = drbd_bm_extent_bits(&layout, row->extent);
		KUNIT_EXPECT_EQ_MSG(test, bits.start, row->bit, "row %d", i);
		KUNIT_EXPECT_EQ_MSG(test, bits.end, row->last + 1, "row %d", i);
		pages = drbd_bm_extent_pages(&layout, row->extent);
		KUNIT_EXPECT_EQ_MSG(test, pages.start, row->page, "row %d", i);
		KUNIT_EXPECT_EQ_MSG(test, pages.end, row->last_page + 1, "row %d", i);
	}
}

/* Two extents and a sector: the third has one bit, there is no fourth. */
static void extent_device_end_test(struct kunit *test)
{
	struct drbd_bm_layout layout;
	struct drbd_bm_range range;

	KUNIT_ASSERT_EQ(test, drbd_bm_layout_init(&layout, 16385, 32, 12), 0);
	range = drbd_bm_extent_bits(&layout, 2);
	KUNIT_EXPECT_EQ(test, range.start, 2048);
	KUNIT_EXPECT_EQ(test, range.end, 2049);
	range = drbd_bm_extent_pages(&layout, 2);
	KUNIT_EXPECT_EQ(test, range.start, 2);
	KUNIT_EXPECT_EQ(test, range.end, 3);
	range = drbd_bm_extent_bits(&layout, 3);
	KUNIT_EXPECT_EQ(test, range.start, range.end);
	range = drbd_bm_extent_pages(&layout, 3);
	KUNIT_EXPECT_EQ(test, range.start, range.end);
	range = drbd_bm_extent_bits(&layout, U64_MAX);
	KUNIT_EXPECT_EQ(test, range.start, range.end);
	KUNIT_ASSERT_EQ(test, drbd_bm_layout_init(&layout, 0, 32, 12), 0);
	range = drbd_bm_extent_bits(&layout, 0);
	KUNIT_EXPECT_EQ(test, range.start, range.end);
	range = drbd_bm_extent_bits(&layout, 5);
	KUNIT_EXPECT_EQ(test, range.start, range.end);
}

/* Whatever the layout, an extent is on two pages at most. */
static void extent_two_pages_test(struct kunit *test)
{
	struct drbd_bm_layout layout;
	struct drbd_bm_range pages;
	unsigned int slots, shift;
	u64 extent;

	for (slots = 1; slots <= 32; slots++) {
		for (shift = 12; shift <= 20; shift++) {
			KUNIT_ASSERT_EQ(test, drbd_bm_layout_init(&layout, 1 << 24, slots,
								  shift), 0);
			for (extent = 0; extent < 2048; extent++) {
				pages = drbd_bm_extent_pages(&layout, extent);
				if (pages.end <= pages.start || pages.end > pages.start + 2 ||
				    pages.end > layout.pages)
					KUNIT_FAIL(test, "slots %u shift %u extent %llu",
						   slots, shift, extent);
			}
		}
	}
}

#define NONE -1

struct round_row {
	const char *name;
	u64 capacity;
	unsigned int shift;
	u64 sector;
	u32 bytes;
	int set, set_last;
	int clear, clear_last;
};

static const struct round_row rounds[] = {
	/* spec/metadata.md 14.5 */
	{ "one block", 1004, 12, 0, 4096, 0, 0, 0, 0 },
	{ "one sector", 1004, 12, 0, 512, 0, 0, NONE },
	{ "parts of two", 1004, 12, 1, 4096, 0, 1, NONE },
	{ "one and parts of two", 1004, 12, 1, 8192, 0, 2, 1, 1 },
	{ "the second block", 1004, 12, 8, 4096, 1, 1, 1, 1 },
	{ "three blocks", 1004, 12, 0, 12288, 0, 2, 0, 2 },
	{ "the last complete block", 1004, 12, 992, 4096, 124, 124, 124, 124 },
	{ "the last complete one and the partial one", 1004, 12, 992, 6144, 124, 125, 124, 125 },
	{ "the partial block", 1004, 12, 1000, 2048, 125, 125, 125, 125 },
	{ "a part of the partial block", 1004, 12, 1001, 1536, 125, 125, NONE },
	{ "a part and the partial block", 1004, 12, 996, 4096, 124, 125, 125, 125 },
	{ "the device", 1004, 12, 0, 514048, 0, 125, 0, 125 },
	{ "64K: one and parts", 2050, 16, 64, 131072, 0, 2, 1, 1 },
	{ "64K: parts", 2050, 16, 127, 65536, 0, 1, NONE },
	{ "64K: the partial block", 2050, 16, 2048, 1024, 16, 16, 16, 16 },
	{ "64K: the last complete block", 2050, 16, 1920, 65536, 15, 15, 15, 15 },
	{ "1M: the last block", 4096, 20, 2048, 1048576, 1, 1, 1, 1 },
	{ "1M: parts", 4096, 20, 1, 1048576, 0, 1, NONE },
	/* spec/io.md F6 */
	{ "F6 0,4096", 20480, 12, 0, 4096, 0, 0, 0, 0 },
	{ "F6 0,512", 20480, 12, 0, 512, 0, 0, NONE },
	{ "F6 1,4096", 20480, 12, 1, 4096, 0, 1, NONE },
	{ "F6 7,1024", 20480, 12, 7, 1024, 0, 1, NONE },
	{ "F6 8,8192", 20480, 12, 8, 8192, 1, 2, 1, 2 },
	{ "F6 4,8192", 20480, 12, 4, 8192, 0, 2, 1, 1 },
	{ "F6 20472,4096", 20480, 12, 20472, 4096, 2559, 2559, 2559, 2559 },
	{ "F6 20476,2048", 20480, 12, 20476, 2048, 2559, 2559, NONE },
	{ "F6 0,2048", 20484, 12, 0, 2048, 0, 0, NONE },
	{ "F6 20480,2048", 20484, 12, 20480, 2048, 2560, 2560, 2560, 2560 },
	{ "F6 64K 0,65536", 20480, 16, 0, 65536, 0, 0, 0, 0 },
	{ "F6 64K 0,4096", 20480, 16, 0, 4096, 0, 0, NONE },
	{ "F6 64K 120,8192", 20480, 16, 120, 8192, 0, 1, NONE },
	{ "F6 64K 128,65536", 20480, 16, 128, 65536, 1, 1, 1, 1 },
	/* spec/resync.md 11.11 */
	{ "11.11 0,4096", 2049, 12, 0, 4096, 0, 0, 0, 0 },
	{ "11.11 0,512", 2049, 12, 0, 512, 0, 0, NONE },
	{ "11.11 1,4096", 2049, 12, 1, 4096, 0, 1, NONE },
	{ "11.11 8,4096", 2049, 12, 8, 4096, 1, 1, 1, 1 },
	{ "11.11 7,8192", 2049, 12, 7, 8192, 0, 2, 1, 1 },
	{ "11.11 0,1M", 2049, 12, 0, MIB, 0, 255, 0, 255 },
	{ "11.11 2040,4096", 2049, 12, 2040, 4096, 255, 255, 255, 255 },
	{ "11.11 2044,512", 2049, 12, 2044, 512, 255, 255, NONE },
	{ "11.11 2047,1024", 2049, 12, 2047, 1024, 255, 256, 256, 256 },
	{ "11.11 64K 0,4096", 2049, 16, 0, 4096, 0, 0, NONE },
	{ "11.11 64K 7,8192", 2049, 16, 7, 8192, 0, 0, NONE },
	{ "11.11 64K 0,1M", 2049, 16, 0, MIB, 0, 15, 0, 15 },
	{ "11.11 64K 2040,4096", 2049, 16, 2040, 4096, 15, 15, NONE },
	{ "11.11 64K 2047,1024", 2049, 16, 2047, 1024, 15, 16, 16, 16 },
	/* what is not a request, or not on the device */
	{ "flush", 2049, 12, 0, 0, NONE, 0, NONE },
	{ "half a sector", 2049, 12, 0, 256, NONE, 0, NONE },
	{ "a sector and a half", 2049, 12, 0, 768, NONE, 0, NONE },
	{ "behind the end", 2049, 12, 2049, 512, NONE, 0, NONE },
	{ "far behind the end", 2049, 12, U64_MAX, 4096, NONE, 0, NONE },
	{ "over the end", 2049, 12, 2040, 8192, 255, 256, 255, 256 },
	{ "no device", 0, 12, 0, 4096, NONE, 0, NONE },
	{ "largest length", 1 << 20, 20, 1, U32_MAX - 511, 0, 511, 1, 511 },
};

KUNIT_ARRAY_PARAM_DESC(round, rounds, name);

static void expect_range(struct kunit *test, struct drbd_bm_range range, int first, int last)
{
	KUNIT_EXPECT_EQ(test, range.start, first == NONE ? 0 : first);
	KUNIT_EXPECT_EQ(test, range.end, first == NONE ? 0 : last + 1);
}

static void round_test(struct kunit *test)
{
	const struct round_row *row = test->param_value;
	struct drbd_bm_layout layout;

	KUNIT_ASSERT_EQ(test, drbd_bm_layout_init(&layout, row->capacity, 1, row->shift), 0);
	expect_range(test, drbd_bm_touched(&layout, row->sector, row->bytes),
		     row->set, row->set_last);
	expect_range(test, drbd_bm_covered(&layout, row->sector, row->bytes),
		     row->clear, row->clear_last);
}

/* Look at each block: some of it in the request: touched, all of it: covered. */
static void round_blocks_test(struct kunit *test)
{
	struct rnd_state rnd;
	int i;

	prandom_seed_state(&rnd, 20260101);
	for (i = 0; i < 2000; i++) {
		unsigned int shift = 12 + prandom_u32_state(&rnd) % 9;
		u32 spb = 1U << (shift - 9), capacity = 1 + prandom_u32_state(&rnd) % 9000;
		u32 sector = prandom_u32_state(&rnd) % capacity, block;
		u32 count = 1 + prandom_u32_state(&rnd) % (capacity - sector);
		struct drbd_bm_range touched, covered;
		struct drbd_bm_layout layout;
		bool wrong = false;

		KUNIT_ASSERT_EQ(test, drbd_bm_layout_init(&layout, capacity, 3, shift), 0);
		touched = drbd_bm_touched(&layout, sector, count * 512);
		covered = drbd_bm_covered(&layout, sector, count * 512);
		for (block = 0; block < layout.bits; block++) {
			u32 first = block * spb, end = min(first + spb, capacity);
			bool some = first < sector + count && end > sector;
			bool all = first >= sector && end <= sector + count;

			wrong |= some != (block >= touched.start && block < touched.end);
			wrong |= all != (block >= covered.start && block < covered.end);
		}
		KUNIT_EXPECT_FALSE_MSG(test, wrong, "shift %u capacity %u sector %u count %u",
				       shift, capacity, sector, count);
	}
}

static void sectors_test(struct kunit *test)
{
	struct drbd_bm_layout layout;
	struct drbd_bm_range range;

	KUNIT_ASSERT_EQ(test, drbd_bm_layout_init(&layout, 2050, 1, 16), 0);
	range = drbd_bm_sectors(&layout, (struct drbd_bm_range) { 1, 3 });
	KUNIT_EXPECT_EQ(test, range.start, 128);
	KUNIT_EXPECT_EQ(test, range.end, 384);
	range = drbd_bm_sectors(&layout, (struct drbd_bm_range) { 16, 17 });
	KUNIT_EXPECT_EQ(test, range.start, 2048);
	KUNIT_EXPECT_EQ(test, range.end, 2050);
	range = drbd_bm_sectors(&layout, (struct drbd_bm_range) { 0, U64_MAX });
	KUNIT_EXPECT_EQ(test, range.start, 0);
	KUNIT_EXPECT_EQ(test, range.end, 2050);
	range = drbd_bm_sectors(&layout, (struct drbd_bm_range) { 17, 18 });
	KUNIT_EXPECT_EQ(test, range.start, range.end);
	range = drbd_bm_sectors(&layout, (struct drbd_bm_range) { 5, 5 });
	KUNIT_EXPECT_EQ(test, range.start, range.end);
}

struct rescale_row {
	u64 start, end;
	unsigned int from, to;
	u64 want, want_end;
};

static const struct rescale_row rescales[] = {
	{ 3, 7, 12, 12, 3, 7 },
	{ 3, 7, 13, 12, 6, 14 },
	{ 3, 7, 20, 12, 768, 1792 },
	{ 3, 7, 12, 13, 1, 4 },
	{ 4, 8, 12, 13, 2, 4 },
	{ 15, 17, 12, 16, 0, 2 },
	{ 16, 32, 12, 16, 1, 2 },
	{ 31, 32, 12, 16, 1, 2 },
	{ 0, 1, 12, 20, 0, 1 },
	{ 5, 5, 12, 20, 0, 0 },
	{ 5, 5, 20, 12, 0, 0 },
	{ 1ULL << 38, (1ULL << 38) + 1, 13, 12, 1ULL << 39, (1ULL << 39) + 2 },
};

static void rescale_test(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(rescales); i++) {
		const struct rescale_row *row = &rescales[i];
		struct drbd_bm_range range = { row->start, row->end };

		range = drbd_bm_rescale(range, row->from, row->to);
		KUNIT_EXPECT_EQ_MSG(test, range.start, row->want, "row %d", i);
		KUNIT_EXPECT_EQ_MSG(test, range.end, row->want_end, "row %d", i);
	}
}

static void word_mask_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, drbd_bm_word_mask(0, 0, 32), 0xffffffff);
	KUNIT_EXPECT_EQ(test, drbd_bm_word_mask(0, 0, 1), 0x1);
	KUNIT_EXPECT_EQ(test, drbd_bm_word_mask(0, 31, 32), 0x80000000);
	KUNIT_EXPECT_EQ(test, drbd_bm_word_mask(0, 4, 12), 0xff0);
	KUNIT_EXPECT_EQ(test, drbd_bm_word_mask(0, 0, 64), 0xffffffff);
	KUNIT_EXPECT_EQ(test, drbd_bm_word_mask(1, 0, 64), 0xffffffff);
	KUNIT_EXPECT_EQ(test, drbd_bm_word_mask(1, 36, 44), 0xff0);
	KUNIT_EXPECT_EQ(test, drbd_bm_word_mask(1, 0, 32), 0);
	KUNIT_EXPECT_EQ(test, drbd_bm_word_mask(0, 32, 64), 0);
	KUNIT_EXPECT_EQ(test, drbd_bm_word_mask(0, 5, 5), 0);
	KUNIT_EXPECT_EQ(test, drbd_bm_word_mask(0, 6, 5), 0);
}

static struct kunit_case bitmap_layout_cases[] = {
	KUNIT_CASE_PARAM(size_test, size_gen_params),
	KUNIT_CASE(place_test),
	KUNIT_CASE(page_end_test),
	KUNIT_CASE(extent_test),
	KUNIT_CASE(extent_device_end_test),
	KUNIT_CASE(extent_two_pages_test),
	KUNIT_CASE_PARAM(round_test, round_gen_params),
	KUNIT_CASE(round_blocks_test),
	KUNIT_CASE(sectors_test),
	KUNIT_CASE(rescale_test),
	KUNIT_CASE(word_mask_test),
	{}
};

static struct kunit_suite bitmap_layout_suite = {
	.name = "drbd-bitmap-layout",
	.test_cases = bitmap_layout_cases,
};

kunit_test_suite(bitmap_layout_suite);
