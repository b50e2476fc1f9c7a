/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the bits of the out-of-sync bitmap are: on disk, in pages, on the device
 *
 * Everything here is a pure function that may be called in any context.
 */
#ifndef DRBD_CORE_BITMAP_LAYOUT_H
#define DRBD_CORE_BITMAP_LAYOUT_H

#include <linux/bits.h>
#include <linux/types.h>

#include "actlog_block.h"

/* Storage bytes that one bit stands for: 4 KiB to 1 MiB, powers of two. */
#define DRBD_BM_SHIFT_MIN	12
#define DRBD_BM_SHIFT_MAX	20

#define DRBD_BM_SLOTS_MAX	32

/* The unit of bitmap I/O, whatever PAGE_SIZE is. */
#define DRBD_BM_PAGE_SHIFT	12
#define DRBD_BM_PAGE_SIZE	4096U
#define DRBD_BM_PAGE_WORDS	(DRBD_BM_PAGE_SIZE / 4)

/* 64 GiB: more is not a bitmap but a mistake. */
#define DRBD_BM_PAGES_MAX	0x1000000U

/**
 * struct drbd_bm_layout - size and arrangement of a bitmap
 * @capacity: size of the device, in sectors
 * @bits: valid bits in each slot
 * @words: 32-bit words in each slot, always an even number
 * @pages: 4 KiB pages of all slots together
 * @slots: number of interleaved slots, 1 to %DRBD_BM_SLOTS_MAX
 * @shift: binary logarithm of the bytes that a bit stands for
 */
struct drbd_bm_layout {
	u64 capacity;
	u64 bits;
	u64 words;
	unsigned int pages;
	u8 slots;
	u8 shift;
};

/**
 * struct drbd_bm_range - consecutive bits of a slot, sectors or pages
 * @start: the first one
 * @end: the one after the last; the same as @start if there is none
 */
struct drbd_bm_range {
	u64 start;
	u64 end;
};

/**
 * drbd_bm_word() - place of a slot's word among those of all slots
 * @layout: of the bitmap
 * @slot: 0 to slots - 1
 * @index: of the word in its slot; it has the bits from 32 * @index
 *
 * Return: the index of the 32-bit word from the start of the bitmap.
 * Source: spec/metadata.md 9.2
 */
static inline u64 drbd_bm_word(const struct drbd_bm_layout *layout,
			       unsigned int slot, u64 index)
{
	return index * layout->slots + slot;
}

/**
 * drbd_bm_word_mask() - which bits of a word belong to a range
 * @index: of the word in its slot
 * @start: first bit of the range
 * @end: bit after the range
 *
 * Return: the mask, bit 0 for the bit 32 * @index.
 */
static inline u32 drbd_bm_word_mask(u64 index, u64 start, u64 end)
{
	u64 first = index * 32;
	u32 mask = U32_MAX;

	if (start >= first + 32 || end <= first || start >= end)
		return 0;
	if (start > first)
		mask <<= start - first;
	if (end < first + 32)
		mask &= U32_MAX >> (first + 32 - end);
	return mask;
}

int drbd_bm_layout_init(struct drbd_bm_layout *layout, u64 capacity,
			unsigned int slots, unsigned int shift);
u64 drbd_bm_byte(const struct drbd_bm_layout *layout, unsigned int slot, u64 bit);
unsigned int drbd_bm_page(const struct drbd_bm_layout *layout, unsigned int slot, u64 bit);
u64 drbd_bm_page_end(const struct drbd_bm_layout *layout, unsigned int slot, u64 bit);

struct drbd_bm_range drbd_bm_touched(const struct drbd_bm_layout *layout,
				     u64 sector, u32 bytes);
struct drbd_bm_range drbd_bm_covered(const struct drbd_bm_layout *layout,
				     u64 sector, u32 bytes);
struct drbd_bm_range drbd_bm_sectors(const struct drbd_bm_layout *layout,
				     struct drbd_bm_range bits);
struct drbd_bm_range drbd_bm_rescale(struct drbd_bm_range bits, unsigned int from,
				     unsigned int to);

struct drbd_bm_range drbd_bm_extent_bits(const struct drbd_bm_layout *layout, u64 extent);
struct drbd_bm_range drbd_bm_extent_pages(const struct drbd_bm_layout *layout, u64 extent);

#endif
