/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The out-of-sync bitmap in memory
 *
 * A bitmap does not lock. Its user holds a lock over each call that changes bits of
 * slots others use, and over looking at marks; bits, weights and marks then always
 * fit together. Calls take time in proportion to their range: who holds a spinlock
 * asks for no more than drbd_bm_page_end() at a time.
 */
#ifndef DRBD_CORE_BITMAP_H
#define DRBD_CORE_BITMAP_H

#include <linux/types.h>

#include "bitmap_layout.h"

/* No such bit. */
#define DRBD_BM_NONE	U64_MAX

/**
 * struct drbd_bm_buffer - memory for a bitmap, provided by its user
 * @pages: pages of 4 KiB, at least as many as the layout says
 * @need: one bit a page: a bit was set since the page was written
 * @lazy: one bit a page: a bit was cleared since the page was written
 * @hint: one bit a page: has to be written before the next activity-log transaction
 *
 * The words on the pages are little-endian.
 */
struct drbd_bm_buffer {
	__le32 **pages;
	unsigned long *need;
	unsigned long *lazy;
	unsigned long *hint;
};

/**
 * struct drbd_bitmap - a bitmap
 * @layout: size and arrangement
 * @buffer: where the bits are, and which pages have to be written
 * @weight: for each slot, the number of bits set
 *
 * What is on the pages behind the last valid bit has no meaning, and is never
 * counted, found or sent.
 */
struct drbd_bitmap {
	struct drbd_bm_layout layout;
	struct drbd_bm_buffer buffer;
	u64 weight[DRBD_BM_SLOTS_MAX];
};

/**
 * struct drbd_bm_walk - a pass over whole pages of a bitmap
 * @start: bits in front of it stay as they are
 * @page: the next page
 * @recount: counts bits, changes none
 * @set: sets bits instead of clearing them
 */
struct drbd_bm_walk {
	u64 start;
	unsigned int page;
	bool recount;
	bool set;
};

/**
 * struct drbd_bm_changed - what an update of several slots did
 * @set: mask of the slots in which a bit was clear and now is set
 * @cleared: mask of the slots in which a bit was set and now is clear
 */
struct drbd_bm_changed {
	u32 set;
	u32 cleared;
};

/**
 * enum drbd_bm_class - which pages are to be written
 * @DRBD_BM_WRITE_ALL: every page, the metadata moved
 * @DRBD_BM_WRITE_CHANGED: those with changed bits
 * @DRBD_BM_WRITE_HINTED: of those, the ones marked for the activity log
 * @DRBD_BM_WRITE_LAZY: those in which bits were cleared
 */
enum drbd_bm_class {
	DRBD_BM_WRITE_ALL,
	DRBD_BM_WRITE_CHANGED,
	DRBD_BM_WRITE_HINTED,
	DRBD_BM_WRITE_LAZY,
};

void drbd_bm_setup(struct drbd_bitmap *bm, const struct drbd_bm_layout *layout,
		   const struct drbd_bm_buffer *buffer, struct drbd_bm_walk *walk);
int drbd_bm_change_size(struct drbd_bitmap *bm, const struct drbd_bm_layout *layout,
			const struct drbd_bm_buffer *buffer, bool set, struct drbd_bm_walk *walk);
bool drbd_bm_walk_page(struct drbd_bitmap *bm, struct drbd_bm_walk *walk);

u64 drbd_bm_set(struct drbd_bitmap *bm, int slot, struct drbd_bm_range bits);
u64 drbd_bm_clear(struct drbd_bitmap *bm, int slot, struct drbd_bm_range bits);
u64 drbd_bm_fill_page(struct drbd_bitmap *bm, unsigned int page, u32 slots, bool set);
struct drbd_bm_changed drbd_bm_update(struct drbd_bitmap *bm,
				      u32 set, struct drbd_bm_range touched,
				      u32 clear, struct drbd_bm_range covered);
u64 drbd_bm_copy(struct drbd_bitmap *bm, int from, int to, struct drbd_bm_range bits);

u64 drbd_bm_weight(const struct drbd_bitmap *bm, int slot);
u64 drbd_bm_count(const struct drbd_bitmap *bm, int slot, struct drbd_bm_range bits);
u32 drbd_bm_dirty_slots(const struct drbd_bitmap *bm, u32 slots, struct drbd_bm_range bits);
u64 drbd_bm_find_set(const struct drbd_bitmap *bm, int slot, struct drbd_bm_range bits);
u64 drbd_bm_find_clear(const struct drbd_bitmap *bm, int slot, struct drbd_bm_range bits);

u64 drbd_bm_merge(struct drbd_bitmap *bm, int slot, u64 word, const void *words,
		  unsigned int count);
unsigned int drbd_bm_extract(const struct drbd_bitmap *bm, int slot, u64 word, void *words,
			     unsigned int count);

void drbd_bm_hint_extent(struct drbd_bitmap *bm, u64 extent);
unsigned int drbd_bm_take_page(struct drbd_bitmap *bm, enum drbd_bm_class class,
			       unsigned int page);
void drbd_bm_untake_page(struct drbd_bitmap *bm, unsigned int page);

/**
 * drbd_bm_test() - look at one bit
 * @bm: the bitmap
 * @slot: of the bit, -1 for no slot
 * @bit: its number
 *
 * Return: whether the bit is set; false if there is no such slot or bit.
 */
static inline bool drbd_bm_test(const struct drbd_bitmap *bm, int slot, u64 bit)
{
	return drbd_bm_count(bm, slot, (struct drbd_bm_range) { bit, bit + 1 });
}

#endif
