// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the metadata of a disk is, and what its size allows
 *
 * Metadata has to be found again by whoever opens the disk next: another
 * kernel, or drbdmeta, which refuses a superblock whose offsets differ by one
 * sector from those it computes itself. So there is one formula for each kind
 * of placement, and no freedom in it (spec/metadata.md 2).
 *
 * Internal metadata ends at the end of the device, where a file system that was
 * there before is least likely to have data, and where a device that grew no
 * longer has it. Its superblock comes last, as only its place is known without
 * reading anything; the rest has offsets below zero from there. The bitmap is
 * made for the whole device, metadata included, which keeps its size from
 * depending on itself.
 *
 * Offsets have 32 bits on disk, positions up to 41. Positions are computed with
 * 64 bits and sign, which no value of a superblock can overflow.
 */

#include <linux/align.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>

#include "meta_geometry.h"

/**
 * drbd_md_bits() - get how many bits track a device
 * @sectors: size of the device
 * @bytes_per_bit: valid bytes per bit
 *
 * Return: the number of bits in one slot; the last may stand for less storage.
 *
 * Source: spec/metadata.md 2.2.
 */
u64 drbd_md_bits(u64 sectors, u32 bytes_per_bit)
{
	unsigned int shift = drbd_md_bit_shift(bytes_per_bit);
	u64 bits = sectors >> shift;

	return IS_ALIGNED(sectors, 1ULL << shift) ? bits : bits + 1;
}
EXPORT_SYMBOL_GPL(drbd_md_bits);

/**
 * drbd_md_bitmap_sectors() - get the size of the bitmap of a device
 * @sectors: size of the device
 * @peers: number of bitmap slots, 1 to DRBD_NODES
 * @bytes_per_bit: valid bytes per bit
 *
 * Return: sectors of all slots together, a multiple of 8.
 *
 * Source: spec/metadata.md 2.2, 14.1.
 */
u64 drbd_md_bitmap_sectors(u64 sectors, u32 peers, u32 bytes_per_bit)
{
	u64 bytes = ALIGN(drbd_md_bits(sectors, bytes_per_bit), 64) / 8 * peers;

	return ALIGN(bytes, DRBD_MD_BLOCK_SIZE) >> DRBD_SECTOR_SHIFT;
}
EXPORT_SYMBOL_GPL(drbd_md_bitmap_sectors);

/**
 * drbd_md_bits_per_slot() - get how many bits of each slot a bitmap has room for
 * @bitmap_sectors: size of the bitmap, below 2^52
 * @peers: number of bitmap slots, 1 to DRBD_NODES
 *
 * Slots are interleaved in units of 64 bits. Counting smaller ones gives sizes
 * for which the bitmap does not fit where the number of slots is no divisor.
 *
 * Return: the number of bits, a multiple of 64.
 *
 * Source: spec/metadata.md 2.4, 14.2.
 */
u64 drbd_md_bits_per_slot(u64 bitmap_sectors, u32 peers)
{
	return div_u64(bitmap_sectors * 64, peers) * 64;
}
EXPORT_SYMBOL_GPL(drbd_md_bits_per_slot);

/**
 * drbd_md_max_sectors() - get the largest device that DRBD can address
 * @bytes_per_bit: valid bytes per bit
 * @bits_per_long: BITS_PER_LONG, as bits have numbers of that type
 *
 * Return: the limit in sectors.
 *
 * Source: spec/metadata.md 2.5.
 */
u64 drbd_md_max_sectors(u32 bytes_per_bit, unsigned int bits_per_long)
{
	if (bits_per_long > 32)
		return DRBD_MAX_SECTORS;
	return min((u64)DRBD_MAX_BIT_32 << drbd_md_bit_shift(bytes_per_bit), DRBD_MAX_SECTORS);
}
EXPORT_SYMBOL_GPL(drbd_md_max_sectors);

/**
 * drbd_md_min_sectors() - get the smallest device for a kind of metadata
 * @idx: meta_dev_idx, valid
 *
 * Return: the least size in sectors of the device that carries the metadata.
 *
 * Source: spec/metadata.md 2.5.
 */
u64 drbd_md_min_sectors(int idx)
{
	if (idx >= 0)
		return DRBD_MD_SLOT_SECT * ((u64)idx + 1);
	return DRBD_MD_MIN_SECT;
}
EXPORT_SYMBOL_GPL(drbd_md_min_sectors);

/**
 * drbd_md_find() - find the superblock
 * @idx: meta_dev_idx
 * @md_capacity: size of the device that carries the metadata, in sectors
 * @sector: set to the first sector of the superblock
 *
 * Return: 0, -EINVAL if there is no such kind of metadata, or -ENOSPC if the
 * device ends before its superblock does.
 *
 * Source: spec/metadata.md 2.2.
 */
int drbd_md_find(int idx, u64 md_capacity, u64 *sector)
{
	u64 at;

	if (idx < DRBD_MD_IDX_FLEX_INT)
		return -EINVAL;
	if (md_capacity < DRBD_MD_BLOCK_SECT)
		return -ENOSPC;
	if (drbd_md_internal(idx))
		at = ALIGN_DOWN(md_capacity, DRBD_MD_BLOCK_SECT) - DRBD_MD_BLOCK_SECT;
	else if (idx == DRBD_MD_IDX_FLEX_EXT)
		at = 0;
	else
		at = DRBD_MD_SLOT_SECT * (u64)idx;
	if (at > md_capacity - DRBD_MD_BLOCK_SECT)
		return -ENOSPC;
	*sector = at;
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_md_find);

static int place_internal(u64 capacity, u64 al_sectors, struct drbd_md_layout *layout)
{
	u64 size = drbd_md_bitmap_sectors(capacity, layout->bm_max_peers,
					  layout->bm_bytes_per_bit) +
		DRBD_MD_BLOCK_SECT + al_sectors;

	if (size - DRBD_MD_BLOCK_SECT > (u64)S32_MAX + 1)
		return -EOVERFLOW;
	if (size >= ALIGN_DOWN(capacity, DRBD_MD_BLOCK_SECT))
		return -ENOSPC;
	layout->md_size_sect = size;
	layout->al_offset = -(s64)al_sectors;
	layout->bm_offset = DRBD_MD_BLOCK_SECT - (s64)size;
	return 0;
}

static int place_flexible(u64 capacity, u64 al_sectors, struct drbd_md_layout *layout)
{
	if (capacity <= DRBD_MD_BLOCK_SECT + al_sectors)
		return -ENOSPC;
	/* 2 TiB of metadata are more than any bitmap needs */
	layout->md_size_sect = min(capacity, U32_MAX);
	layout->al_offset = DRBD_MD_BLOCK_SECT;
	layout->bm_offset = DRBD_MD_BLOCK_SECT + al_sectors;
	return 0;
}

static int place_indexed(int idx, u64 capacity, struct drbd_md_layout *layout)
{
	if (layout->bm_bytes_per_bit != DRBD_BM_BLOCK_MIN ||
	    layout->al_stripes != 1 || layout->al_stripe_size_4k != DRBD_AL_BLOCKS_MIN)
		return -EINVAL;
	if (capacity < drbd_md_min_sectors(idx))
		return -ENOSPC;
	layout->md_size_sect = DRBD_MD_SLOT_SECT;
	layout->al_offset = DRBD_MD_SLOT_AL_OFFSET;
	layout->bm_offset = DRBD_MD_SLOT_BM_OFFSET;
	return 0;
}

/**
 * drbd_md_place() - compute the layout for a size of the device
 * @idx: meta_dev_idx, valid
 * @md_capacity: size of the device that carries the metadata, in sectors
 * @layout: in: valid bytes per bit, peers and striping; out: size and offsets
 *
 * The layout is unchanged if the result is an error.
 *
 * Return: 0; -EINVAL if an indexed slot is to have anything but its fixed
 * layout; -ENOSPC if the metadata does not fit, or leaves no room for data or
 * bitmap; -EOVERFLOW if an offset has more bits than the superblock has for it.
 *
 * Source: spec/metadata.md 2.2, 2.3.
 */
int drbd_md_place(int idx, u64 md_capacity, struct drbd_md_layout *layout)
{
	u64 al_sectors = drbd_md_al_blocks(layout) * DRBD_MD_BLOCK_SECT;

	if (drbd_md_internal(idx))
		return place_internal(md_capacity, al_sectors, layout);
	if (idx == DRBD_MD_IDX_FLEX_EXT)
		return place_flexible(md_capacity, al_sectors, layout);
	return place_indexed(idx, md_capacity, layout);
}
EXPORT_SYMBOL_GPL(drbd_md_place);

/**
 * drbd_md_locate() - get the sectors that metadata occupies
 * @idx: meta_dev_idx, valid
 * @md_capacity: size of the device that carries the metadata, in sectors; at
 *	least 8, at most 2^62
 * @layout: offsets and size; may be of an unchecked superblock, which makes the
 *	area as wrong as they are, but never overflows
 * @area: set to the result
 *
 * Source: spec/metadata.md 2.2.
 */
void drbd_md_locate(int idx, u64 md_capacity, const struct drbd_md_layout *layout,
		    struct drbd_md_area *area)
{
	s64 at = 0;

	if (drbd_md_internal(idx))
		at = ALIGN_DOWN(md_capacity, DRBD_MD_BLOCK_SECT) - DRBD_MD_BLOCK_SECT;
	else if (idx >= 0)
		at = (s64)DRBD_MD_SLOT_SECT * idx;
	area->superblock = at;
	area->al = at + layout->al_offset;
	area->bitmap = at + layout->bm_offset;
	if (drbd_md_internal(idx)) {
		area->bitmap_sectors = (s64)layout->al_offset - layout->bm_offset;
		area->first = area->bitmap;
		area->last = at + DRBD_MD_BLOCK_SECT - 1;
	} else {
		area->bitmap_sectors = (s64)layout->md_size_sect - layout->bm_offset;
		area->first = at;
		area->last = at + layout->md_size_sect - 1;
	}
}
EXPORT_SYMBOL_GPL(drbd_md_locate);

/**
 * drbd_md_limit() - get how large a device may be on a disk
 * @idx: meta_dev_idx, valid
 * @backing_capacity: size of the device that carries the data, in sectors
 * @md_capacity: size of the device that carries the metadata, in sectors
 * @layout: a checked layout
 * @bits_per_long: BITS_PER_LONG
 * @capacity: set to the result; the limit below what remains is no error, but
 *	worth a line in the log
 *
 * Disks without a bitmap in use have the same limit, as the space on disk is
 * checked at the next attach in any case.
 *
 * Source: spec/metadata.md 2.4.
 */
void drbd_md_limit(int idx, u64 backing_capacity, u64 md_capacity,
		   const struct drbd_md_layout *layout, unsigned int bits_per_long,
		   struct drbd_md_capacity *capacity)
{
	struct drbd_md_area area;

	drbd_md_locate(idx, md_capacity, layout, &area);
	capacity->remaining = drbd_md_internal(idx) ? area.first : backing_capacity;
	capacity->limit_drbd = drbd_md_max_sectors(layout->bm_bytes_per_bit, bits_per_long);
	capacity->limit_md = drbd_md_bits_per_slot(area.bitmap_sectors, layout->bm_max_peers) <<
		drbd_md_bit_shift(layout->bm_bytes_per_bit);
	capacity->sectors = min3(capacity->remaining, capacity->limit_drbd,
				 capacity->limit_md);
}
EXPORT_SYMBOL_GPL(drbd_md_limit);

/**
 * drbd_md_striping_valid() - check the size of the activity log
 * @al_stripes: number of stripes
 * @al_stripe_size_4k: size of each in blocks of 4 KiB
 *
 * Old superblocks have zeroes for one stripe of 32 KiB; decoding replaced them.
 *
 * Return: true if the size is from 32 KiB to 16 GiB.
 *
 * Source: spec/metadata.md 4.2, 14.3.
 */
bool drbd_md_striping_valid(u32 al_stripes, u32 al_stripe_size_4k)
{
	u64 blocks = (u64)al_stripes * al_stripe_size_4k;

	return blocks >= DRBD_AL_BLOCKS_MIN && blocks <= DRBD_AL_BLOCKS_MAX;
}
EXPORT_SYMBOL_GPL(drbd_md_striping_valid);

/**
 * drbd_md_striping_from_kib() - take the striping that an administrator wants
 * @stripes: number of stripes
 * @stripe_kib: size of each in KiB
 * @stripe_size_4k: set to the size of each in blocks of 4 KiB
 *
 * Return: 0; -EINVAL if stripes do not consist of whole blocks; -ENOSPC if the
 * activity log would be too small (ERR_MD_LAYOUT_TOO_SMALL), or -EFBIG if it
 * would be too big (ERR_MD_LAYOUT_TOO_BIG).
 *
 * Source: spec/metadata.md 8.9 and pitfall 39.
 */
int drbd_md_striping_from_kib(u32 stripes, u32 stripe_kib, u32 *stripe_size_4k)
{
	u64 blocks;

	if (!IS_ALIGNED(stripe_kib, 4))
		return -EINVAL;
	blocks = (u64)stripes * (stripe_kib / 4);
	if (blocks < DRBD_AL_BLOCKS_MIN)
		return -ENOSPC;
	if (blocks > DRBD_AL_BLOCKS_MAX)
		return -EFBIG;
	*stripe_size_4k = stripe_kib / 4;
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_md_striping_from_kib);
