// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the bits of the out-of-sync bitmap are: on disk, in pages, on the device
 *
 * A node has one bit for each block and each peer; the bits of one peer are a
 * slot. What changes together has to be written together: a write that misses
 * two of thirty peers sets a bit in two slots, and before an extent leaves the
 * activity log, the bits of its 4 MiB in all slots have to be on stable storage.
 * Therefore the slots are interleaved, a 32-bit word of each in turn: whatever
 * the number of slots and the size of a block, the bits of an extent are on two
 * pages at most. With one slot this is the plain bitmap of version 8.4.
 *
 * The number of slots was chosen when the metadata was made; it is not that of
 * the configured peers.
 */

#include <linux/align.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/math.h>
#include <linux/math64.h>
#include <linux/minmax.h>

#include "bitmap_layout.h"
#include "types.h"

static const struct drbd_bm_range nothing;

/**
 * drbd_bm_layout_init() - calculate the layout of a bitmap
 * @layout: to be filled in
 * @capacity: size of the device, in sectors; may be 0
 * @slots: number of slots in the metadata
 * @shift: binary logarithm of the bytes that a bit stands for
 *
 * Return: 0; -EINVAL if there cannot be that many slots, or blocks of that size;
 * -ENOMEM if nobody should try to allocate so many pages.
 * Source: spec/metadata.md 2.2, 9.2 and 9.3
 */
int drbd_bm_layout_init(struct drbd_bm_layout *layout, u64 capacity,
			unsigned int slots, unsigned int shift)
{
	unsigned int sector_shift = shift - DRBD_SECTOR_SHIFT;
	u64 bits, words, pages;

	if (slots < 1 || slots > DRBD_BM_SLOTS_MAX)
		return -EINVAL;
	if (shift < DRBD_BM_SHIFT_MIN || shift > DRBD_BM_SHIFT_MAX)
		return -EINVAL;

	bits = capacity >> sector_shift;
	if (capacity & ((1U << sector_shift) - 1))
		bits++;
	words = ALIGN(bits, 64) / 32;
	pages = DIV_ROUND_UP_ULL(words * slots, DRBD_BM_PAGE_WORDS);
	if (pages > DRBD_BM_PAGES_MAX)
		return -ENOMEM;

	*layout = (struct drbd_bm_layout) {
		.capacity = capacity,
		.bits = bits,
		.words = words,
		.pages = pages,
		.slots = slots,
		.shift = shift,
	};
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_bm_layout_init);

/**
 * drbd_bm_byte() - place of a bit on disk
 * @layout: of the bitmap
 * @slot: 0 to slots - 1
 * @bit: in that slot
 *
 * Return: the offset of its byte from the start of the bitmap. In the byte it is
 * the bit @bit % 8, counted from the least significant one.
 * Source: spec/metadata.md 9.2
 */
u64 drbd_bm_byte(const struct drbd_bm_layout *layout, unsigned int slot, u64 bit)
{
	return 4 * drbd_bm_word(layout, slot, bit / 32) + bit % 32 / 8;
}
EXPORT_SYMBOL_GPL(drbd_bm_byte);

/**
 * drbd_bm_page() - page that a bit is on
 * @layout: of the bitmap
 * @slot: 0 to slots - 1
 * @bit: in that slot
 *
 * Return: the index of the 4 KiB page.
 * Source: spec/metadata.md 9.2
 */
unsigned int drbd_bm_page(const struct drbd_bm_layout *layout, unsigned int slot, u64 bit)
{
	return drbd_bm_byte(layout, slot, bit) >> DRBD_BM_PAGE_SHIFT;
}
EXPORT_SYMBOL_GPL(drbd_bm_page);

/**
 * drbd_bm_page_end() - where the bits of a slot leave a page
 * @layout: of the bitmap
 * @slot: 0 to slots - 1
 * @bit: in that slot
 *
 * Who works on a long range under a lock goes page by page with it.
 *
 * Return: the first bit of the slot behind the page that @bit is on; may be
 * behind the end of the bitmap.
 * Source: spec/metadata.md 9.4 and 14.4
 */
u64 drbd_bm_page_end(const struct drbd_bm_layout *layout, unsigned int slot, u64 bit)
{
	u64 page = drbd_bm_page(layout, slot, bit);
	u64 next = (page + 1) * DRBD_BM_PAGE_WORDS - slot;

	return 32 * div_u64(next + layout->slots - 1, layout->slots);
}
EXPORT_SYMBOL_GPL(drbd_bm_page_end);

/* What of a request is on the device, in sectors; nothing of a malformed one. */
static struct drbd_bm_range on_device(const struct drbd_bm_layout *layout,
				      u64 sector, u32 bytes)
{
	u32 count = bytes >> DRBD_SECTOR_SHIFT;

	if (bytes % (1U << DRBD_SECTOR_SHIFT) || !count || sector >= layout->capacity)
		return nothing;
	return (struct drbd_bm_range) {
		.start = sector,
		.end = sector + min_t(u64, count, layout->capacity - sector),
	};
}

/**
 * drbd_bm_touched() - bits of all blocks that a request touches
 * @layout: of the bitmap
 * @sector: first sector of the request
 * @bytes: its length; nothing is touched unless it is a multiple of 512
 *
 * These are what has to be set, also if only a part of a block may differ.
 *
 * Return: the bits, clipped to the device.
 * Source: spec/metadata.md 9.5
 */
struct drbd_bm_range drbd_bm_touched(const struct drbd_bm_layout *layout,
				     u64 sector, u32 bytes)
{
	struct drbd_bm_range range = on_device(layout, sector, bytes);
	unsigned int sector_shift = layout->shift - DRBD_SECTOR_SHIFT;

	if (range.start >= range.end)
		return nothing;
	return (struct drbd_bm_range) {
		.start = range.start >> sector_shift,
		.end = ((range.end - 1) >> sector_shift) + 1,
	};
}
EXPORT_SYMBOL_GPL(drbd_bm_touched);

/**
 * drbd_bm_covered() - bits of those blocks that a request covers as a whole
 * @layout: of the bitmap
 * @sector: first sector of the request
 * @bytes: its length; nothing is covered unless it is a multiple of 512
 *
 * These are what may be cleared. The last block of a device can be a partial one;
 * it is covered if all that exists of it is.
 *
 * Return: the bits, clipped to the device.
 * Source: spec/metadata.md 9.5
 */
struct drbd_bm_range drbd_bm_covered(const struct drbd_bm_layout *layout,
				     u64 sector, u32 bytes)
{
	struct drbd_bm_range range = on_device(layout, sector, bytes);
	unsigned int sector_shift = layout->shift - DRBD_SECTOR_SHIFT;

	if (range.start >= range.end)
		return nothing;
	range.start = (range.start + (1U << sector_shift) - 1) >> sector_shift;
	if (range.end == layout->capacity)
		range.end = layout->bits;
	else
		range.end >>= sector_shift;
	return range.start < range.end ? range : nothing;
}
EXPORT_SYMBOL_GPL(drbd_bm_covered);

/**
 * drbd_bm_sectors() - sectors that bits stand for
 * @layout: of the bitmap
 * @bits: some bits
 *
 * Return: the sectors, clipped to the device.
 */
struct drbd_bm_range drbd_bm_sectors(const struct drbd_bm_layout *layout,
				     struct drbd_bm_range bits)
{
	unsigned int sector_shift = layout->shift - DRBD_SECTOR_SHIFT;

	bits.end = min(bits.end, layout->bits);
	if (bits.start >= bits.end)
		return nothing;
	return (struct drbd_bm_range) {
		.start = bits.start << sector_shift,
		.end = min(bits.end << sector_shift, layout->capacity),
	};
}
EXPORT_SYMBOL_GPL(drbd_bm_sectors);

/**
 * drbd_bm_rescale() - express set bits in blocks of another size
 * @bits: some bits that are set
 * @from: binary logarithm of the bytes that one of @bits stands for
 * @to: binary logarithm of the bytes that a bit of the result stands for
 *
 * Rounds outwards if the other blocks are larger. If they are smaller, the end may
 * be behind that of the device: a block that is partial there can be several.
 *
 * Return: the bits to set.
 * Source: spec/wire.md 5.10
 */
struct drbd_bm_range drbd_bm_rescale(struct drbd_bm_range bits, unsigned int from,
				     unsigned int to)
{
	if (bits.start >= bits.end)
		return nothing;
	if (from >= to)
		return (struct drbd_bm_range) {
			.start = bits.start << (from - to),
			.end = bits.end << (from - to),
		};
	return (struct drbd_bm_range) {
		.start = bits.start >> (to - from),
		.end = ((bits.end - 1) >> (to - from)) + 1,
	};
}
EXPORT_SYMBOL_GPL(drbd_bm_rescale);

/**
 * drbd_bm_extent_bits() - bits of an extent of the activity log
 * @layout: of the bitmap
 * @extent: its number
 *
 * Return: the bits, the same in each slot, clipped to the device.
 * Source: spec/metadata.md 8.6
 */
struct drbd_bm_range drbd_bm_extent_bits(const struct drbd_bm_layout *layout, u64 extent)
{
	unsigned int order = DRBD_AL_EXTENT_SHIFT - layout->shift;

	if (!layout->bits || extent > (layout->bits - 1) >> order)
		return nothing;
	return (struct drbd_bm_range) {
		.start = extent << order,
		.end = min((extent + 1) << order, layout->bits),
	};
}
EXPORT_SYMBOL_GPL(drbd_bm_extent_bits);

/**
 * drbd_bm_extent_pages() - pages with the bits of an extent of the activity log
 * @layout: of the bitmap
 * @extent: its number
 *
 * Return: the pages, of all slots together; never more than two.
 * Source: spec/metadata.md 8.6
 */
struct drbd_bm_range drbd_bm_extent_pages(const struct drbd_bm_layout *layout, u64 extent)
{
	struct drbd_bm_range bits = drbd_bm_extent_bits(layout, extent);

	if (bits.start >= bits.end)
		return nothing;
	return (struct drbd_bm_range) {
		.start = drbd_bm_page(layout, 0, bits.start),
		.end = drbd_bm_page(layout, layout->slots - 1, bits.end - 1) + 1,
	};
}
EXPORT_SYMBOL_GPL(drbd_bm_extent_pages);
