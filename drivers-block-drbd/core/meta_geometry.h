/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the metadata of a disk is, and what its size allows
 *
 * Everything here is a pure function that may be called in any context. Sectors
 * are of 512 bytes, whatever the block size of the device.
 */
#ifndef DRBD_CORE_META_GEOMETRY_H
#define DRBD_CORE_META_GEOMETRY_H

#include <linux/bits.h>
#include <linux/log2.h>

#include "types.h"

/* Superblock and activity log are read and written in blocks of this size. */
#define DRBD_MD_BLOCK_SIZE	4096
#define DRBD_MD_BLOCK_SECT	8

/* Values of meta_dev_idx; others are the number of a slot on the device. */
#define DRBD_MD_IDX_INTERNAL	(-1)
#define DRBD_MD_IDX_FLEX_EXT	(-2)
#define DRBD_MD_IDX_FLEX_INT	(-3)

/* An indexed slot: 128 MiB, its activity log and bitmap at fixed places. */
#define DRBD_MD_SLOT_SECT	262144
#define DRBD_MD_SLOT_AL_OFFSET	8
#define DRBD_MD_SLOT_BM_OFFSET	72

#define DRBD_MD_MIN_SECT	2048

#define DRBD_BM_BLOCK_MIN	4096
#define DRBD_BM_BLOCK_MAX	1048576

/* Size of the activity log: 32 KiB to 16 GiB. */
#define DRBD_AL_BLOCKS_MIN	8
#define DRBD_AL_BLOCKS_MAX	4194304

/* 1 PiB, and the last bit number that 32-bit machines can use. */
#define DRBD_MAX_SECTORS	BIT_ULL(41)
#define DRBD_MAX_BIT_32		0xffff7fffU

/**
 * struct drbd_md_layout - layout of the metadata, as superblocks store it
 * @bm_bytes_per_bit: storage that one bit of the bitmap stands for, in bytes;
 *	a power of two from DRBD_BM_BLOCK_MIN to DRBD_BM_BLOCK_MAX
 * @bm_max_peers: bitmap slots, interleaved in one bitmap
 * @al_stripes: stripes of the activity log
 * @al_stripe_size_4k: size of each stripe, in blocks of 4 KiB
 * @md_size_sect: size of all the metadata, in sectors
 * @al_offset: first sector of the activity log, relative to the superblock
 * @bm_offset: first sector of the bitmap, relative to the superblock
 */
struct drbd_md_layout {
	u32 bm_bytes_per_bit;
	u32 bm_max_peers;
	u32 al_stripes;
	u32 al_stripe_size_4k;
	u32 md_size_sect;
	s32 al_offset;
	s32 bm_offset;
};

/**
 * struct drbd_md_area - sectors of a device that carry metadata
 * @superblock: first sector of the superblock
 * @al: first sector of the activity log
 * @bitmap: first sector of the bitmap
 * @bitmap_sectors: size of the bitmap
 * @first: first sector of all; for internal metadata, the usable capacity
 * @last: last sector of all
 */
struct drbd_md_area {
	s64 superblock;
	s64 al;
	s64 bitmap;
	s64 bitmap_sectors;
	s64 first;
	s64 last;
};

/**
 * struct drbd_md_capacity - how large a device may be on a disk
 * @sectors: the limit
 * @remaining: what the backing device has left for data, in sectors
 * @limit_drbd: what DRBD can address, in sectors
 * @limit_md: what the bitmap can track, in sectors
 *
 * The limit is the smallest of the others, which are kept for the log.
 */
struct drbd_md_capacity {
	u64 sectors;
	u64 remaining;
	u64 limit_drbd;
	u64 limit_md;
};

/**
 * drbd_md_internal() - tell whether metadata is on the device of the data
 * @idx: meta_dev_idx, valid
 *
 * Return: true if so.
 */
static inline bool drbd_md_internal(int idx)
{
	return idx == DRBD_MD_IDX_INTERNAL || idx == DRBD_MD_IDX_FLEX_INT;
}

/**
 * drbd_md_bit_shift() - get the size that a bit stands for as a shift
 * @bytes_per_bit: valid bytes per bit
 *
 * Return: its binary logarithm in sectors, 3 to 11.
 */
static inline unsigned int drbd_md_bit_shift(u32 bytes_per_bit)
{
	return ilog2(bytes_per_bit) - DRBD_SECTOR_SHIFT;
}

/**
 * drbd_md_al_blocks() - get the size of the activity log
 * @layout: any layout
 *
 * Return: the size in blocks of 4 KiB.
 */
static inline u64 drbd_md_al_blocks(const struct drbd_md_layout *layout)
{
	return (u64)layout->al_stripes * layout->al_stripe_size_4k;
}

u64 drbd_md_bits(u64 sectors, u32 bytes_per_bit);
u64 drbd_md_bitmap_sectors(u64 sectors, u32 peers, u32 bytes_per_bit);
u64 drbd_md_bits_per_slot(u64 bitmap_sectors, u32 peers);
u64 drbd_md_max_sectors(u32 bytes_per_bit, unsigned int bits_per_long);

u64 drbd_md_min_sectors(int idx);
int drbd_md_find(int idx, u64 md_capacity, u64 *sector);
int drbd_md_place(int idx, u64 md_capacity, struct drbd_md_layout *layout);
void drbd_md_locate(int idx, u64 md_capacity, const struct drbd_md_layout *layout,
		    struct drbd_md_area *area);
void drbd_md_limit(int idx, u64 backing_capacity, u64 md_capacity,
		   const struct drbd_md_layout *layout, unsigned int bits_per_long,
		   struct drbd_md_capacity *capacity);

bool drbd_md_striping_valid(u32 al_stripes, u32 al_stripe_size_4k);
int drbd_md_striping_from_kib(u32 stripes, u32 stripe_kib, u32 *stripe_size_4k);

#endif
