// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the bitmap in memory
 *
 * Literals are those of spec/metadata.md 9.4, 9.8, 9.11 and 13.7. Random operations are
 * compared with a model that has one byte for each bit and knows nothing but the
 * formula of 9.2 for where a bit is.
 */

#include <kunit/test.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/prandom.h>
#include <linux/string.h>

#include "../core/bitmap.h"

#define MAX_PAGES	8
#define MAX_BITS	100000	/* of all slots together */

/**
 * struct box - a bitmap and its model
 * @bm: the bitmap
 * @walk: pass over it
 * @pages: its pages
 * @page: pointers to them
 * @need: marks, as those below
 * @lazy: see &struct drbd_bm_buffer
 * @hint: see there
 * @rnd: source of random operations
 * @model: one byte for each bit, slot after slot
 * @before: @model before the operation
 * @model_need: pages in which the model had a bit set since they were taken
 * @model_lazy: pages in which the model had a bit cleared since they were taken
 */
struct box {
	struct drbd_bitmap bm;
	struct drbd_bm_walk walk;
	u8 pages[MAX_PAGES][DRBD_BM_PAGE_SIZE] __aligned(8);
	__le32 *page[MAX_PAGES];
	unsigned long need, lazy, hint;
	struct rnd_state rnd;
	u8 model[MAX_BITS];
	u8 before[MAX_BITS];
	unsigned long model_need, model_lazy;
};

static struct drbd_bm_range range_of(u64 start, u64 end)
{
	return (struct drbd_bm_range) { start, end };
}

static struct drbd_bm_buffer buffer_of(struct box *box)
{
	return (struct drbd_bm_buffer) {
		.pages = box->page,
		.need = &box->need,
		.lazy = &box->lazy,
		.hint = &box->hint,
	};
}

static struct box *new_box(struct kunit *test, u64 bits, unsigned int slots)
{
	struct box *box = kunit_kzalloc(test, sizeof(*box), GFP_KERNEL);
	struct drbd_bm_layout layout;
	struct drbd_bm_buffer buffer;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, box);
	for (i = 0; i < MAX_PAGES; i++)
		box->page[i] = (__le32 *)box->pages[i];
	KUNIT_ASSERT_EQ(test, drbd_bm_layout_init(&layout, 8 * bits, slots, 12), 0);
	KUNIT_ASSERT_LE(test, layout.pages, MAX_PAGES);
	buffer = buffer_of(box);
	drbd_bm_setup(&box->bm, &layout, &buffer, &box->walk);
	while (drbd_bm_walk_page(&box->bm, &box->walk))
		;
	return box;
}

static int resize(struct box *box, u64 bits, bool set)
{
	struct drbd_bm_buffer buffer = buffer_of(box);
	struct drbd_bm_layout layout;
	int err;

	err = drbd_bm_layout_init(&layout, 8 * bits, box->bm.layout.slots, 12);
	if (err)
		return err;
	err = drbd_bm_change_size(&box->bm, &layout, &buffer, set, &box->walk);
	if (err)
		return err;
	while (drbd_bm_walk_page(&box->bm, &box->walk))
		;
	return 0;
}

/* spec/metadata.md 13.7 */
static void bitmap_bytes_test(struct kunit *test)
{
	struct box *box = new_box(test, 1000, 3);
	static const u8 one[24] = { [16] = 0xf0, [17] = 0x0f };
	static const u8 all[24] = {
		[12] = 0xf0, [13] = 0x0f, [16] = 0xf0, [17] = 0x0f, [20] = 0xf0, [21] = 0x0f,
	};

	KUNIT_EXPECT_EQ(test, drbd_bm_set(&box->bm, 1, range_of(36, 44)), 8);
	KUNIT_EXPECT_MEMEQ(test, box->pages[0], one, 24);
	KUNIT_EXPECT_EQ(test, drbd_bm_set(&box->bm, 0, range_of(36, 44)), 8);
	KUNIT_EXPECT_EQ(test, drbd_bm_set(&box->bm, 2, range_of(36, 44)), 8);
	KUNIT_EXPECT_MEMEQ(test, box->pages[0], all, 24);
	KUNIT_EXPECT_NULL(test, memchr_inv(box->pages[0] + 24, 0, DRBD_BM_PAGE_SIZE - 24));
}

static void bitmap_bytes_one_slot_test(struct kunit *test)
{
	struct box *box = new_box(test, 1000, 1);
	static const u8 want[8] = { [4] = 0xf0, [5] = 0x0f };

	KUNIT_EXPECT_EQ(test, drbd_bm_set(&box->bm, 0, range_of(36, 44)), 8);
	KUNIT_EXPECT_MEMEQ(test, box->pages[0], want, 8);
}

static void bitmap_basics_test(struct kunit *test)
{
	struct box *box = new_box(test, 100, 2);
	struct drbd_bitmap *bm = &box->bm;

	KUNIT_EXPECT_EQ(test, drbd_bm_set(bm, 1, range_of(10, 20)), 10);
	KUNIT_EXPECT_EQ(test, drbd_bm_set(bm, 1, range_of(15, 25)), 5);
	KUNIT_EXPECT_EQ(test, drbd_bm_clear(bm, 1, range_of(0, 12)), 2);
	KUNIT_EXPECT_EQ(test, drbd_bm_clear(bm, 1, range_of(0, 12)), 0);
	KUNIT_EXPECT_EQ(test, drbd_bm_weight(bm, 1), 13);
	KUNIT_EXPECT_EQ(test, drbd_bm_weight(bm, 0), 0);
	KUNIT_EXPECT_EQ(test, drbd_bm_count(bm, 1, range_of(0, 20)), 8);
	KUNIT_EXPECT_TRUE(test, drbd_bm_test(bm, 1, 12));
	KUNIT_EXPECT_TRUE(test, drbd_bm_test(bm, 1, 24));
	KUNIT_EXPECT_FALSE(test, drbd_bm_test(bm, 1, 11));
	KUNIT_EXPECT_FALSE(test, drbd_bm_test(bm, 1, 25));
	KUNIT_EXPECT_FALSE(test, drbd_bm_test(bm, 0, 12));
	KUNIT_EXPECT_EQ(test, drbd_bm_find_set(bm, 1, range_of(0, 100)), 12);
	KUNIT_EXPECT_EQ(test, drbd_bm_find_set(bm, 1, range_of(13, 100)), 13);
	KUNIT_EXPECT_EQ(test, drbd_bm_find_set(bm, 1, range_of(25, 100)), DRBD_BM_NONE);
	KUNIT_EXPECT_EQ(test, drbd_bm_find_set(bm, 1, range_of(0, 12)), DRBD_BM_NONE);
	KUNIT_EXPECT_EQ(test, drbd_bm_find_clear(bm, 1, range_of(12, 100)), 25);
	KUNIT_EXPECT_EQ(test, drbd_bm_find_clear(bm, 1, range_of(12, 25)), DRBD_BM_NONE);
	KUNIT_EXPECT_EQ(test, drbd_bm_set(bm, 1, range_of(20, 10)), 0);
}

static void bitmap_end_test(struct kunit *test)
{
	struct box *box = new_box(test, 100, 2);
	struct drbd_bitmap *bm = &box->bm;
	u32 words[5];

	KUNIT_EXPECT_EQ(test, drbd_bm_set(bm, 0, range_of(90, U64_MAX)), 10);
	KUNIT_EXPECT_EQ(test, drbd_bm_set(bm, 0, range_of(100, 128)), 0);
	KUNIT_EXPECT_EQ(test, drbd_bm_find_set(bm, 0, range_of(100, U64_MAX)), DRBD_BM_NONE);
	KUNIT_EXPECT_EQ(test, drbd_bm_find_set(bm, 0, range_of(U64_MAX, U64_MAX)), DRBD_BM_NONE);
	KUNIT_EXPECT_EQ(test, drbd_bm_find_clear(bm, 0, range_of(90, U64_MAX)), DRBD_BM_NONE);
	KUNIT_EXPECT_EQ(test, drbd_bm_count(bm, 0, range_of(99, 1000)), 1);
	KUNIT_EXPECT_FALSE(test, drbd_bm_test(bm, 0, 100));
	KUNIT_EXPECT_FALSE(test, drbd_bm_test(bm, 0, U64_MAX));
	/* Words 2 and 3 have the bits 64 to 127. */
	KUNIT_EXPECT_EQ(test, box->pages[0][4 * (2 * 3) + 0], 0x0f);
	KUNIT_EXPECT_EQ(test, box->pages[0][4 * (2 * 3) + 1], 0);

	memset(words, 0xff, sizeof(words));
	KUNIT_EXPECT_EQ(test, drbd_bm_merge(bm, 1, 4, words, 5), 0);
	KUNIT_EXPECT_EQ(test, drbd_bm_merge(bm, 1, U64_MAX, words, 5), 0);
	KUNIT_EXPECT_EQ(test, drbd_bm_merge(bm, 1, 2, words, 5), 36);
	KUNIT_EXPECT_EQ(test, drbd_bm_weight(bm, 1), 36);
	KUNIT_EXPECT_EQ(test, drbd_bm_merge(bm, 1, 0, words, 5), 64);
	KUNIT_EXPECT_EQ(test, drbd_bm_weight(bm, 1), 100);
	KUNIT_EXPECT_EQ(test, drbd_bm_extract(bm, 1, 2, words, 5), 2);
	KUNIT_EXPECT_EQ(test, drbd_bm_extract(bm, 1, 4, words, 5), 0);
	KUNIT_EXPECT_EQ(test, drbd_bm_extract(bm, 1, U64_MAX, words, 5), 0);
	/* Only the words that exist are written. */
	KUNIT_EXPECT_EQ(test, words[2], U32_MAX);
}

/* A node without a slot, or a number from damaged metadata. */
static void bitmap_no_slot_test(struct kunit *test)
{
	static const int slots[] = { -1, 2, 31, 32, 1000 };
	struct box *box = new_box(test, 100, 2);
	struct drbd_bm_range all = { 0, 100 };
	struct drbd_bitmap *bm = &box->bm;
	u32 words[4] = { U32_MAX };
	int i;

	drbd_bm_set(bm, 1, all);
	for (i = 0; i < ARRAY_SIZE(slots); i++) {
		KUNIT_EXPECT_EQ(test, drbd_bm_set(bm, slots[i], all), 0);
		KUNIT_EXPECT_EQ(test, drbd_bm_clear(bm, slots[i], all), 0);
		KUNIT_EXPECT_EQ(test, drbd_bm_weight(bm, slots[i]), 0);
		KUNIT_EXPECT_EQ(test, drbd_bm_count(bm, slots[i], all), 0);
		KUNIT_EXPECT_FALSE(test, drbd_bm_test(bm, slots[i], 0));
		KUNIT_EXPECT_EQ(test, drbd_bm_find_set(bm, slots[i], all), DRBD_BM_NONE);
		KUNIT_EXPECT_EQ(test, drbd_bm_find_clear(bm, slots[i], all), DRBD_BM_NONE);
		KUNIT_EXPECT_EQ(test, drbd_bm_copy(bm, slots[i], 1, all), 0);
		KUNIT_EXPECT_EQ(test, drbd_bm_copy(bm, 1, slots[i], all), 0);
		KUNIT_EXPECT_EQ(test, drbd_bm_merge(bm, slots[i], 0, words, 4), 0);
		KUNIT_EXPECT_EQ(test, drbd_bm_extract(bm, slots[i], 0, words, 4), 0);
	}
	KUNIT_EXPECT_EQ(test, drbd_bm_weight(bm, 0), 0);
	KUNIT_EXPECT_EQ(test, drbd_bm_weight(bm, 1), 100);
}

/* Bits behind the end, as userspace leaves them, are neither counted nor found. */
static void bitmap_garbage_test(struct kunit *test)
{
	struct box *box = new_box(test, 100, 3);
	struct drbd_bm_layout layout = box->bm.layout;
	struct drbd_bm_buffer buffer = buffer_of(box);
	struct drbd_bitmap *bm = &box->bm;
	__le32 words[4] = {};
	int slot;

	memset(box->pages, 0xff, sizeof(box->pages));
	drbd_bm_setup(bm, &layout, &buffer, &box->walk);
	KUNIT_EXPECT_EQ(test, drbd_bm_weight(bm, 0), 0);
	KUNIT_EXPECT_TRUE(test, drbd_bm_walk_page(bm, &box->walk));
	KUNIT_EXPECT_FALSE(test, drbd_bm_walk_page(bm, &box->walk));
	for (slot = 0; slot < 3; slot++) {
		KUNIT_EXPECT_EQ(test, drbd_bm_weight(bm, slot), 100);
		KUNIT_EXPECT_EQ(test, drbd_bm_clear(bm, slot, range_of(0, U64_MAX)), 100);
		KUNIT_EXPECT_EQ(test, drbd_bm_find_set(bm, slot, range_of(0, U64_MAX)),
				DRBD_BM_NONE);
		KUNIT_EXPECT_EQ(test, drbd_bm_extract(bm, slot, 0, words, 4), 4);
		KUNIT_EXPECT_NULL(test, memchr_inv(words, 0, sizeof(words)));
	}
}

struct resize_row {
	const char *name;
	u64 from, to;
	bool set;
	u8 fill;	/* of all pages beforehand */
	u64 weight;	/* of each slot afterwards */
	u64 first;	/* set bit afterwards */
};

static const struct resize_row resizes[] = {
	{ "grow, set", 100, 200, true, 0, 100, 100 },
	{ "grow, clear", 100, 200, false, 0, 0, DRBD_BM_NONE },
	{ "grow over garbage, set", 100, 200, true, 0xff, 200, 0 },
	{ "grow over garbage, clear", 100, 200, false, 0xff, 100, 0 },
	{ "grow in a word", 97, 101, true, 0, 4, 97 },
	{ "grow from nothing, set", 0, 5000, true, 0, 5000, 0 },
	{ "grow from nothing, clear", 0, 5000, false, 0xff, 0, DRBD_BM_NONE },
	{ "grow by pages", 10900, 30000, true, 0, 19100, 10900 },
	{ "grow by pages over garbage, clear", 10900, 30000, false, 0xff, 10900, 0 },
	{ "shrink", 30000, 10000, true, 0xff, 10000, 0 },
	{ "shrink to nothing", 30000, 0, true, 0xff, 0, DRBD_BM_NONE },
	{ "stay", 1000, 1000, true, 0, 0, DRBD_BM_NONE },
	{ "stay, set", 1000, 1000, true, 0xff, 1000, 0 },
};

KUNIT_ARRAY_PARAM_DESC(resize, resizes, name);

static void bitmap_resize_test(struct kunit *test)
{
	const struct resize_row *row = test->param_value;
	struct box *box = new_box(test, row->from, 3);
	struct drbd_bm_layout layout = box->bm.layout;
	struct drbd_bm_buffer buffer = buffer_of(box);
	int slot;

	memset(box->pages, row->fill, sizeof(box->pages));
	drbd_bm_setup(&box->bm, &layout, &buffer, &box->walk);
	while (drbd_bm_walk_page(&box->bm, &box->walk))
		;
	KUNIT_ASSERT_EQ(test, resize(box, row->to, row->set), 0);
	KUNIT_EXPECT_EQ(test, box->bm.layout.bits, row->to);
	for (slot = 0; slot < 3; slot++) {
		KUNIT_EXPECT_EQ(test, drbd_bm_weight(&box->bm, slot), row->weight);
		KUNIT_EXPECT_EQ(test, drbd_bm_count(&box->bm, slot, range_of(0, U64_MAX)),
				row->weight);
		KUNIT_EXPECT_EQ(test, drbd_bm_find_set(&box->bm, slot, range_of(0, U64_MAX)),
				row->first);
	}
}

static void bitmap_resize_refused_test(struct kunit *test)
{
	struct box *box = new_box(test, 100, 3);
	struct drbd_bm_buffer buffer = buffer_of(box);
	struct drbd_bm_layout layout;

	KUNIT_ASSERT_EQ(test, drbd_bm_layout_init(&layout, 800, 4, 12), 0);
	KUNIT_EXPECT_EQ(test, drbd_bm_change_size(&box->bm, &layout, &buffer, true, &box->walk),
			-EINVAL);
	KUNIT_ASSERT_EQ(test, drbd_bm_layout_init(&layout, 800, 3, 13), 0);
	KUNIT_EXPECT_EQ(test, drbd_bm_change_size(&box->bm, &layout, &buffer, true, &box->walk),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, box->bm.layout.bits, 100);
}

/* Three slots have 10912 bits or a few more or less of each slot on page 0. */
static void bitmap_marks_test(struct kunit *test)
{
	struct box *box = new_box(test, 30000, 3);
	struct drbd_bitmap *bm = &box->bm;

	KUNIT_EXPECT_EQ(test, box->need | box->lazy | box->hint, 0);
	drbd_bm_clear(bm, 0, range_of(0, 30000));
	KUNIT_EXPECT_EQ(test, box->lazy, 0);
	drbd_bm_set(bm, 0, range_of(0, 10944));
	KUNIT_EXPECT_EQ(test, box->need, 1);
	drbd_bm_set(bm, 1, range_of(0, 10913));
	KUNIT_EXPECT_EQ(test, box->need, 3);
	KUNIT_EXPECT_EQ(test, box->lazy, 0);
	box->need = 0;
	drbd_bm_set(bm, 1, range_of(0, 10913));
	KUNIT_EXPECT_EQ(test, box->need, 0);
	drbd_bm_clear(bm, 1, range_of(10912, 30000));
	KUNIT_EXPECT_EQ(test, box->need, 0);
	KUNIT_EXPECT_EQ(test, box->lazy, 2);
	drbd_bm_copy(bm, 1, 2, range_of(0, 30000));
	KUNIT_EXPECT_EQ(test, box->need, 1);
	KUNIT_EXPECT_EQ(test, box->hint, 0);
}

struct take_row {
	const char *name;
	unsigned int class;
	unsigned long need, lazy, hint;	/* beforehand; there are pages 0 to 4 */
	unsigned long taken;
	unsigned long need_left, lazy_left, hint_left;
};

static const struct take_row takes[] = {
	{ "all", DRBD_BM_WRITE_ALL, 0x2, 0x4, 0x8, 0x1f, 0, 0, 0x8 },
	{ "changed", DRBD_BM_WRITE_CHANGED, 0x3, 0x6, 0x8, 0x7, 0, 0, 0x8 },
	{ "nothing changed", DRBD_BM_WRITE_CHANGED, 0, 0, 0x1f, 0, 0, 0, 0x1f },
	{ "only set", DRBD_BM_WRITE_CHANGED, 0x11, 0, 0, 0x11, 0, 0, 0 },
	{ "only cleared", DRBD_BM_WRITE_CHANGED, 0, 0x11, 0, 0x11, 0, 0, 0 },
	{ "hinted", DRBD_BM_WRITE_HINTED, 0x3, 0x4, 0x1d, 0x5, 0x2, 0, 0 },
	{ "none hinted", DRBD_BM_WRITE_HINTED, 0x3, 0x4, 0, 0, 0x3, 0x4, 0 },
	{ "lazy", DRBD_BM_WRITE_LAZY, 0x3, 0x6, 0, 0x6, 0x1, 0, 0 },
	{ "none lazy", DRBD_BM_WRITE_LAZY, 0x1f, 0, 0x1f, 0, 0x1f, 0, 0x1f },
};

KUNIT_ARRAY_PARAM_DESC(take, takes, name);

static void bitmap_take_test(struct kunit *test)
{
	const struct take_row *row = test->param_value;
	struct box *box = new_box(test, 5 * 32768, 1);
	unsigned long taken = 0;
	unsigned int page;

	/* Page 5 does not exist. */
	box->need = row->need | 0x20;
	box->lazy = row->lazy | 0x20;
	box->hint = row->hint | 0x20;
	for (page = 0; page < 5; page++) {
		page = drbd_bm_take_page(&box->bm, row->class, page);
		if (page < 5)
			taken |= BIT(page);
	}
	KUNIT_EXPECT_EQ(test, taken, row->taken);
	KUNIT_EXPECT_EQ(test, box->need & 0x1f, row->need_left);
	KUNIT_EXPECT_EQ(test, box->lazy & 0x1f, row->lazy_left);
	KUNIT_EXPECT_EQ(test, box->hint & 0x1f, row->hint_left);
}

static void bitmap_hint_test(struct kunit *test)
{
	struct box *box = new_box(test, 30000, 3);

	drbd_bm_hint_extent(&box->bm, 11);
	KUNIT_EXPECT_EQ(test, box->hint, 2);
	box->hint = 0;
	drbd_bm_hint_extent(&box->bm, 10);
	KUNIT_EXPECT_EQ(test, box->hint, 3);
	box->hint = 0;
	drbd_bm_hint_extent(&box->bm, 30);
	KUNIT_EXPECT_EQ(test, box->hint, 0);
	drbd_bm_untake_page(&box->bm, 2);
	KUNIT_EXPECT_EQ(test, box->need, 4);
	drbd_bm_untake_page(&box->bm, 3);
	KUNIT_EXPECT_EQ(test, box->need, 4);
}

static void bitmap_update_test(struct kunit *test)
{
	struct box *box = new_box(test, 100, 32);
	struct drbd_bitmap *bm = &box->bm;
	struct drbd_bm_changed changed;

	drbd_bm_set(bm, 1, range_of(10, 20));
	drbd_bm_set(bm, 2, range_of(15, 16));
	drbd_bm_set(bm, 31, range_of(10, 13));
	/* Slot 0: clear and has nothing. 1: clear. 2: set, partly set. 31: set, was set. */
	changed = drbd_bm_update(bm, 0x80000004, range_of(10, 13), 0x3, range_of(11, 12));
	KUNIT_EXPECT_EQ(test, changed.set, 0x4);
	KUNIT_EXPECT_EQ(test, changed.cleared, 0x2);
	KUNIT_EXPECT_EQ(test, drbd_bm_weight(bm, 0), 0);
	KUNIT_EXPECT_EQ(test, drbd_bm_weight(bm, 1), 9);
	KUNIT_EXPECT_EQ(test, drbd_bm_weight(bm, 2), 4);
	KUNIT_EXPECT_EQ(test, drbd_bm_weight(bm, 31), 3);
	changed = drbd_bm_update(bm, 0xffffffff, range_of(50, 51), 0, range_of(0, 0));
	KUNIT_EXPECT_EQ(test, changed.set, 0xffffffff);
	KUNIT_EXPECT_EQ(test, changed.cleared, 0);
	/* What is in both masks gets set. */
	changed = drbd_bm_update(bm, 0x1, range_of(60, 61), 0x1, range_of(50, 51));
	KUNIT_EXPECT_EQ(test, changed.set, 0x1);
	KUNIT_EXPECT_EQ(test, changed.cleared, 0);
	KUNIT_EXPECT_EQ(test, drbd_bm_dirty_slots(bm, 0xffffffff, range_of(60, 61)), 0x1);
	KUNIT_EXPECT_EQ(test, drbd_bm_dirty_slots(bm, 0xffffffff, range_of(15, 16)), 0x6);
	KUNIT_EXPECT_EQ(test, drbd_bm_dirty_slots(bm, 0x5, range_of(15, 16)), 0x4);
	KUNIT_EXPECT_EQ(test, drbd_bm_dirty_slots(bm, 0xffffffff, range_of(61, 99)), 0);
}

/* The model: bit by bit, from the formula. */

static u8 *model_bit(struct box *box, unsigned int slot, u64 bit)
{
	return &box->model[slot * box->bm.layout.bits + bit];
}

static bool image_bit(struct box *box, unsigned int slot, u64 bit)
{
	u64 byte = 4 * (bit / 32 * box->bm.layout.slots + slot) + bit % 32 / 8;

	return box->pages[byte / 4096][byte % 4096] >> bit % 8 & 1;
}

static void model_load(struct box *box)
{
	unsigned int slot;
	u64 bit;

	for (slot = 0; slot < box->bm.layout.slots; slot++) {
		for (bit = 0; bit < box->bm.layout.bits; bit++)
			*model_bit(box, slot, bit) = image_bit(box, slot, bit);
	}
}

static u64 model_put(struct box *box, unsigned int slot, struct drbd_bm_range bits, bool set)
{
	u64 bit, changed = 0;

	for (bit = bits.start; bit < bits.end && bit < box->bm.layout.bits; bit++) {
		changed += *model_bit(box, slot, bit) != set;
		*model_bit(box, slot, bit) = set;
	}
	return changed;
}

static void model_marks(struct box *box)
{
	unsigned int slot, page;
	u64 bit, i = 0;

	for (slot = 0; slot < box->bm.layout.slots; slot++) {
		for (bit = 0; bit < box->bm.layout.bits; bit++, i++) {
			if (box->model[i] == box->before[i])
				continue;
			page = (bit / 32 * box->bm.layout.slots + slot) / 1024;
			if (box->model[i])
				box->model_need |= BIT(page);
			else
				box->model_lazy |= BIT(page);
		}
	}
}

static void model_compare(struct kunit *test, struct box *box, int step, int op)
{
	unsigned int slot;
	u64 bit;

	for (slot = 0; slot < box->bm.layout.slots; slot++) {
		u64 weight = 0, wrong = 0;

		for (bit = 0; bit < box->bm.layout.bits; bit++) {
			weight += *model_bit(box, slot, bit);
			wrong += *model_bit(box, slot, bit) != image_bit(box, slot, bit);
		}
		KUNIT_ASSERT_EQ_MSG(test, wrong, 0, "step %d op %d slot %u", step, op, slot);
		KUNIT_ASSERT_EQ_MSG(test, drbd_bm_weight(&box->bm, slot), weight,
				    "step %d op %d slot %u", step, op, slot);
	}
	KUNIT_ASSERT_EQ_MSG(test, box->need, box->model_need, "step %d op %d", step, op);
	KUNIT_ASSERT_EQ_MSG(test, box->lazy, box->model_lazy, "step %d op %d", step, op);
}

static struct drbd_bm_range random_range(struct box *box)
{
	u64 bits = box->bm.layout.bits, start, count;

	start = prandom_u32_state(&box->rnd) % (u32)(bits + 5);
	count = prandom_u32_state(&box->rnd) % (prandom_u32_state(&box->rnd) & 1 ? 80 : (u32)bits);
	return range_of(start, start + count);
}

static void model_find(struct kunit *test, struct box *box, unsigned int slot,
		       struct drbd_bm_range bits)
{
	u64 bit, set = DRBD_BM_NONE, clear = DRBD_BM_NONE, count = 0;

	for (bit = bits.start; bit < bits.end && bit < box->bm.layout.bits; bit++) {
		if (*model_bit(box, slot, bit)) {
			count++;
			set = min(set, bit);
		} else {
			clear = min(clear, bit);
		}
	}
	KUNIT_ASSERT_EQ(test, drbd_bm_find_set(&box->bm, slot, bits), set);
	KUNIT_ASSERT_EQ(test, drbd_bm_find_clear(&box->bm, slot, bits), clear);
	KUNIT_ASSERT_EQ(test, drbd_bm_count(&box->bm, slot, bits), count);
	KUNIT_ASSERT_EQ(test, drbd_bm_dirty_slots(&box->bm, BIT(slot), bits),
			count ? BIT(slot) : 0);
}

/* Words out of one slot at an odd address, and into another one. */
static void model_words(struct kunit *test, struct box *box, unsigned int slot,
			unsigned int other)
{
	u32 word = prandom_u32_state(&box->rnd) % (u32)(box->bm.layout.words + 2);
	u8 *buf = kunit_kzalloc(test, 400, GFP_KERNEL);
	unsigned int i, n, bits;
	u64 changed = 0;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	n = drbd_bm_extract(&box->bm, slot, word, buf + 1, 64);
	KUNIT_ASSERT_EQ(test, n, word > box->bm.layout.words ? 0 :
			min_t(u64, 64, box->bm.layout.words - word));
	KUNIT_ASSERT_NULL(test, memchr_inv(buf + 1 + 4 * n, 0, 4 * (64 - n)));
	bits = 32 * n;
	for (i = 0; i < bits; i++) {
		bool bit = buf[1 + i / 8] >> i % 8 & 1;
		u64 number = 32ULL * word + i;

		if (number >= box->bm.layout.bits) {
			KUNIT_ASSERT_FALSE(test, bit);
			continue;
		}
		KUNIT_ASSERT_EQ(test, bit, *model_bit(box, slot, number));
		if (bit)
			changed += model_put(box, other, range_of(number, number + 1), true);
	}
	/* The rest of the buffer and the bits behind the end are to be ignored. */
	memset(buf + 1 + 4 * n, 0xff, 4 * (64 - n));
	KUNIT_ASSERT_EQ(test, drbd_bm_merge(&box->bm, other, word, buf + 1, n), changed);
}

static void model_resize(struct kunit *test, struct box *box)
{
	u64 bits = box->bm.layout.bits, bit;
	u64 limit = div_u64(MAX_BITS, box->bm.layout.slots);
	u64 new_bits = min_t(u64, limit, bits - 40 + prandom_u32_state(&box->rnd) % 100);
	bool set = prandom_u32_state(&box->rnd) & 1;
	unsigned int slot;

	KUNIT_ASSERT_EQ(test, resize(box, new_bits, set), 0);
	/* Marks left by garbage behind the old end are not for the model to know. */
	box->model_need = box->need;
	box->model_lazy = box->lazy;
	for (slot = 0; slot < box->bm.layout.slots; slot++) {
		for (bit = 0; bit < new_bits; bit++)
			*model_bit(box, slot, bit) = bit >= bits ? set :
				box->before[slot * bits + bit];
	}
	memcpy(box->before, box->model, sizeof(box->before));
}

static void model_take(struct kunit *test, struct box *box)
{
	unsigned int page = prandom_u32_state(&box->rnd) % box->bm.layout.pages;
	unsigned long changed = (box->model_need | box->model_lazy) >> page;

	if (changed)
		page += __ffs(changed);
	else
		page = box->bm.layout.pages;
	KUNIT_ASSERT_EQ(test, drbd_bm_take_page(&box->bm, DRBD_BM_WRITE_CHANGED,
						min(page, box->bm.layout.pages - 1)), page);
	box->model_need &= ~BIT(page);
	box->model_lazy &= ~BIT(page);
}

static void model_update(struct kunit *test, struct box *box, struct drbd_bm_range bits)
{
	u32 set = prandom_u32_state(&box->rnd), clear = prandom_u32_state(&box->rnd);
	struct drbd_bm_range inner = { bits.start + 1, bits.end };
	struct drbd_bm_changed changed, want = {};
	unsigned int slot;

	for (slot = 0; slot < box->bm.layout.slots; slot++) {
		if (set & BIT(slot)) {
			if (model_put(box, slot, bits, true))
				want.set |= BIT(slot);
		} else if (clear & BIT(slot)) {
			if (model_put(box, slot, inner, false))
				want.cleared |= BIT(slot);
		}
	}
	changed = drbd_bm_update(&box->bm, set, bits, clear, inner);
	KUNIT_ASSERT_EQ(test, changed.set, want.set);
	KUNIT_ASSERT_EQ(test, changed.cleared, want.cleared);
}

static void model_fill(struct kunit *test, struct box *box)
{
	unsigned int page = prandom_u32_state(&box->rnd) % (box->bm.layout.pages + 1);
	u32 slots = prandom_u32_state(&box->rnd);
	bool set = prandom_u32_state(&box->rnd) & 1;
	unsigned int slot;
	u64 bit, changed = 0;

	for (slot = 0; slot < box->bm.layout.slots; slot++) {
		if (!(slots & BIT(slot)))
			continue;
		for (bit = 0; bit < box->bm.layout.bits; bit++) {
			if ((bit / 32 * box->bm.layout.slots + slot) / 1024 == page)
				changed += model_put(box, slot, range_of(bit, bit + 1), set);
		}
	}
	KUNIT_ASSERT_EQ(test, drbd_bm_fill_page(&box->bm, page, slots, set), changed);
}

static void model_copy(struct kunit *test, struct box *box, unsigned int from,
		       unsigned int to, struct drbd_bm_range bits)
{
	u64 bit, changed = 0;

	for (bit = bits.start; bit < bits.end && bit < box->bm.layout.bits; bit++)
		changed += model_put(box, to, range_of(bit, bit + 1),
				     *model_bit(box, from, bit));
	KUNIT_ASSERT_EQ(test, drbd_bm_copy(&box->bm, from, to, bits), changed);
}

struct model_row {
	const char *name;
	unsigned int slots;
	u64 bits;
};

static const struct model_row models[] = {
	{ "1 slot", 1, 70000 }, { "1 slot, small", 1, 777 }, { "2 slots", 2, 34000 },
	{ "3 slots", 3, 23011 }, { "7 slots", 7, 9876 }, { "31 slots", 31, 2299 },
	{ "32 slots", 32, 2400 },
};

KUNIT_ARRAY_PARAM_DESC(model, models, name);

static void bitmap_model_test(struct kunit *test)
{
	const struct model_row *row = test->param_value;
	struct box *box = new_box(test, row->bits, row->slots);
	struct drbd_bm_layout layout = box->bm.layout;
	struct drbd_bm_buffer buffer = buffer_of(box);
	int step;

	prandom_seed_state(&box->rnd, row->bits);
	prandom_bytes_state(&box->rnd, box->pages, sizeof(box->pages));
	drbd_bm_setup(&box->bm, &layout, &buffer, &box->walk);
	while (drbd_bm_walk_page(&box->bm, &box->walk))
		;
	model_load(box);
	for (step = 0; step < 100; step++) {
		unsigned int slot = prandom_u32_state(&box->rnd) % row->slots;
		unsigned int other = prandom_u32_state(&box->rnd) % row->slots;
		struct drbd_bm_range bits = random_range(box);
		int op = prandom_u32_state(&box->rnd) % 10;

		memcpy(box->before, box->model, sizeof(box->before));
		if (op == 0 || op == 1)
			KUNIT_ASSERT_EQ(test, drbd_bm_set(&box->bm, slot, bits),
					model_put(box, slot, bits, true));
		else if (op == 2 || op == 3)
			KUNIT_ASSERT_EQ(test, drbd_bm_clear(&box->bm, slot, bits),
					model_put(box, slot, bits, false));
		else if (op == 4)
			model_update(test, box, bits);
		else if (op == 5)
			model_copy(test, box, slot, other, bits);
		else if (op == 6)
			model_words(test, box, slot, other);
		else if (op == 7)
			model_resize(test, box);
		else if (op == 8)
			model_fill(test, box);
		else
			model_take(test, box);
		model_marks(box);
		model_compare(test, box, step, op);
		model_find(test, box, slot, bits);
	}
}

static struct kunit_case bitmap_cases[] = {
	KUNIT_CASE(bitmap_bytes_test),
	KUNIT_CASE(bitmap_bytes_one_slot_test),
	KUNIT_CASE(bitmap_basics_test),
	KUNIT_CASE(bitmap_end_test),
	KUNIT_CASE(bitmap_no_slot_test),
	KUNIT_CASE(bitmap_garbage_test),
	KUNIT_CASE_PARAM(bitmap_resize_test, resize_gen_params),
	KUNIT_CASE(bitmap_resize_refused_test),
	KUNIT_CASE(bitmap_marks_test),
	KUNIT_CASE_PARAM(bitmap_take_test, take_gen_params),
	KUNIT_CASE(bitmap_hint_test),
	KUNIT_CASE(bitmap_update_test),
	KUNIT_CASE_PARAM(bitmap_model_test, model_gen_params),
	{}
};

static struct kunit_suite bitmap_suite = {
	.name = "drbd-bitmap",
	.test_cases = bitmap_cases,
};

kunit_test_suite(bitmap_suite);
