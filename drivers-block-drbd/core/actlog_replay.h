/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which extents the activity log on disk lists
 *
 * For a ring in memory, drbd_al_replay() does it all. For one that is too large,
 * the blocks are read twice: drbd_al_scan_block() takes all of them in the order
 * of the ring, drbd_al_scan_end() puts those with transactions in order, and
 * drbd_al_replay_block() takes these.
 *
 * Everything here is a pure function that may be called in any context, but for
 * large rings takes its time.
 */
#ifndef DRBD_CORE_ACTLOG_REPLAY_H
#define DRBD_CORE_ACTLOG_REPLAY_H

#include "actlog_block.h"

/**
 * struct drbd_al_seen - a block with a transaction
 * @number: number of the transaction
 * @index: which block in the order of the ring; for drbd_al_ring_block()
 */
struct drbd_al_seen {
	u32 number;
	u32 index;
};

/**
 * struct drbd_al_scan - what is in a ring
 * @seen: room for one entry for each block of the ring
 * @blocks: size of the ring
 * @next: index of the next block to scan, in the order of the ring
 * @valid: number of valid blocks
 * @updates: number of transactions among them, and of entries in @seen
 * @corrupt: number of the other blocks
 * @newest: the newest of @seen
 * @first_bad: the first block is corrupt
 * @next_bad: the block that follows the newest one, and is not the first one, is
 *	corrupt
 * @torn: one corrupt block is explained by a crash while it was written; set by
 *	drbd_al_scan_end()
 *
 * If more blocks are corrupt than are explained, the disk does not keep what is
 * written. Tools go on with what is left; it may not be all.
 */
struct drbd_al_scan {
	struct drbd_al_seen *seen;
	u32 blocks;
	u32 next;
	u32 valid;
	u32 updates;
	u32 corrupt;
	struct drbd_al_seen newest;
	bool first_bad;
	bool next_bad;
	bool torn;
};

/**
 * struct drbd_al_map - the slots of the activity log on disk
 * @extent: for each slot its extent, or DRBD_AL_FREE
 * @size: number of slots there is room for; DRBD_AL_EXTENTS_MAX for all
 * @ignored: number of entries of blocks that were about other slots
 */
struct drbd_al_map {
	u32 *extent;
	unsigned int size;
	unsigned int ignored;
};

void drbd_al_scan_init(struct drbd_al_scan *scan, u32 blocks, struct drbd_al_seen *seen);
enum drbd_al_fault drbd_al_scan_block(struct drbd_al_scan *scan, const void *block, u32 *bad);
int drbd_al_scan_end(struct drbd_al_scan *scan);

void drbd_al_map_init(struct drbd_al_map *map, u32 *extent, unsigned int size);
enum drbd_al_fault drbd_al_replay_block(struct drbd_al_map *map, const void *block);
int drbd_al_replay(struct drbd_al_map *map, struct drbd_al_scan *scan,
		   const struct drbd_al_ring *ring, const void *area);
int drbd_al_replay_pmem(struct drbd_al_map *map, const void *area, u32 blocks,
			unsigned int slots);

#endif
