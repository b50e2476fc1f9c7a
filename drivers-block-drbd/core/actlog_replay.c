// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which extents the activity log on disk lists
 *
 * Each block repeats a part of the table of slots, and has the changes that its
 * transaction made. All blocks together, older ones first, give the table of the
 * newest transaction: it was built so that this holds for all blocks but the one
 * that is being written. If that one cannot be read, the table is that of the
 * transaction before; no write that waited for the last one was submitted, so
 * all extents that may have been written to are in there nevertheless.
 *
 * In a cluster it is drbdmeta that does this, before each attach. Here it is the
 * measure of what the driver writes, and part of simulated nodes. It agrees with
 * drbdmeta, but for one thing: the order is that of the numbers, not that of the
 * blocks in the ring. These are the same, until the number wraps in a ring whose
 * size is no power of two; see drbd_al_next_number().
 */

#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "actlog_replay.h"

/**
 * drbd_al_scan_init() - begin to look at a ring
 * @scan: to be filled
 * @blocks: size of the ring
 * @seen: @blocks entries, uninitialised
 */
void drbd_al_scan_init(struct drbd_al_scan *scan, u32 blocks, struct drbd_al_seen *seen)
{
	memset(scan, 0, sizeof(*scan));
	scan->blocks = blocks;
	scan->seen = seen;
}
EXPORT_SYMBOL_GPL(drbd_al_scan_init);

static bool newer(const struct drbd_al_seen *a, const struct drbd_al_seen *b)
{
	return (s32)(a->number - b->number) > 0;
}

/**
 * drbd_al_scan_block() - look at the next block of a ring
 * @scan: the state so far
 * @block: content of block drbd_al_ring_block(ring, scan->next), aligned to 4
 * @bad: set to the value that is wrong; see drbd_al_block_decode()
 *
 * Return: DRBD_AL_VALID, or what is wrong with the block.
 *
 * Source: spec/metadata.md 8.10.
 */
enum drbd_al_fault drbd_al_scan_block(struct drbd_al_scan *scan, const void *block, u32 *bad)
{
	struct drbd_al_seen seen = { .index = scan->next };
	struct drbd_al_head head;
	enum drbd_al_fault fault;

	fault = drbd_al_block_decode(block, &head, bad);
	if (WARN_ON_ONCE(scan->next == scan->blocks))
		return fault;
	scan->next++;
	if (fault != DRBD_AL_VALID) {
		scan->corrupt++;
		if (!seen.index)
			scan->first_bad = true;
		if (scan->updates && seen.index == scan->newest.index + 1)
			scan->next_bad = true;
		return fault;
	}
	scan->valid++;
	if (head.type == DRBD_AL_TR_INITIALIZED)
		return fault;
	seen.number = head.number;
	if (!scan->updates || newer(&seen, &scan->newest)) {
		scan->newest = seen;
		scan->next_bad = false;
	}
	scan->seen[scan->updates++] = seen;
	return fault;
}
EXPORT_SYMBOL_GPL(drbd_al_scan_block);

static int by_number(const void *a, const void *b)
{
	return (s32)(((const struct drbd_al_seen *)a)->number -
		     ((const struct drbd_al_seen *)b)->number);
}

/**
 * drbd_al_scan_end() - decide whether a ring can be used, and in which order
 * @scan: all blocks have been looked at; @scan->seen has the oldest first then
 *
 * Return: the number of transactions to replay; 0 if the ring was initialised
 * and never used, or only its first transaction was lost; -ENODATA if there is no
 * valid block; -EBADMSG if there is no transaction, but corrupt blocks that may
 * have had some.
 *
 * Source: spec/metadata.md 8.10.
 */
int drbd_al_scan_end(struct drbd_al_scan *scan)
{
	/* the first transaction goes to the first block */
	if (!scan->updates || scan->newest.index + 1 == scan->blocks)
		scan->torn = scan->first_bad;
	else
		scan->torn = scan->next_bad;
	if (!scan->valid)
		return -ENODATA;
	if (!scan->updates)
		return scan->corrupt > scan->torn ? -EBADMSG : 0;
	sort(scan->seen, scan->updates, sizeof(*scan->seen), by_number, NULL);
	return scan->updates;
}
EXPORT_SYMBOL_GPL(drbd_al_scan_end);

/**
 * drbd_al_map_init() - begin with all slots free
 * @map: to be filled
 * @extent: @size entries, uninitialised
 * @size: number of slots
 */
void drbd_al_map_init(struct drbd_al_map *map, u32 *extent, unsigned int size)
{
	map->extent = extent;
	map->size = size;
	map->ignored = 0;
	memset(extent, 0xff, size * sizeof(*extent));
}
EXPORT_SYMBOL_GPL(drbd_al_map_init);

static void map_set(struct drbd_al_map *map, unsigned int slot, u32 extent)
{
	if (slot < map->size)
		map->extent[slot] = extent;
	else
		map->ignored++;
}

/**
 * drbd_al_replay_block() - take the slots that a transaction had and changed
 * @map: slots as of the transaction before
 * @block: the block, aligned to 4
 *
 * Return: DRBD_AL_VALID, or what is wrong with the block, which is not taken then:
 * it may have been read again since drbd_al_scan_block().
 *
 * Source: spec/metadata.md 8.10.
 */
enum drbd_al_fault drbd_al_replay_block(struct drbd_al_map *map, const void *block)
{
	struct drbd_al_head head;
	enum drbd_al_fault fault;
	u32 extent, bad;
	unsigned int i;

	fault = drbd_al_block_decode(block, &head, &bad);
	if (fault != DRBD_AL_VALID)
		return fault;
	for (i = 0; i < DRBD_AL_CONTEXT; i++) {
		unsigned int slot = head.start + i;

		extent = drbd_al_block_context(block, i);
		if (extent != DRBD_AL_FREE || slot < head.slots)
			map_set(map, slot, extent);
	}
	for (i = 0; i < DRBD_AL_UPDATES; i++) {
		u16 slot = drbd_al_block_update(block, i, &extent);

		if (i < head.updates || slot != DRBD_AL_NO_SLOT)
			map_set(map, slot, extent);
	}
	return fault;
}
EXPORT_SYMBOL_GPL(drbd_al_replay_block);

/**
 * drbd_al_replay() - find the extents that a ring lists
 * @map: from drbd_al_map_init(); gets the slots as of the newest transaction
 * @scan: from drbd_al_scan_init(); gets what is known about the blocks
 * @ring: shape of the ring
 * @area: all blocks, in the order that they have on disk, aligned to 4
 *
 * Return: as drbd_al_scan_end(); there are hot extents only if it is positive.
 *
 * Source: spec/metadata.md 8.10.
 */
int drbd_al_replay(struct drbd_al_map *map, struct drbd_al_scan *scan,
		   const struct drbd_al_ring *ring, const void *area)
{
	u32 bad, i;
	int n;

	for (i = 0; i < ring->blocks; i++)
		drbd_al_scan_block(scan, area + (size_t)drbd_al_ring_block(ring, i) *
				   DRBD_MD_BLOCK_SIZE, &bad);
	n = drbd_al_scan_end(scan);
	for (i = 0; n > 0 && i < scan->updates; i++)
		drbd_al_replay_block(map, area +
				     (size_t)drbd_al_ring_block(ring, scan->seen[i].index) *
				     DRBD_MD_BLOCK_SIZE);
	return n;
}
EXPORT_SYMBOL_GPL(drbd_al_replay);

/**
 * drbd_al_replay_pmem() - find the extents that a log in persistent memory lists
 * @map: from drbd_al_map_init(); gets the slots
 * @area: the area of the activity log
 * @blocks: its size in blocks of 4 KiB
 * @slots: number of slots that were used, al_nr_extents of the superblock
 *
 * Such a log has no transactions, it is the table of slots itself.
 *
 * Return: 0, or -ENODATA if the area does not have that form.
 *
 * Source: spec/metadata.md 8.11, 13.6.
 */
int drbd_al_replay_pmem(struct drbd_al_map *map, const void *area, u32 blocks,
			unsigned int slots)
{
	u64 room = (u64)blocks * (DRBD_MD_BLOCK_SIZE / sizeof(u32)) - 1;
	unsigned int i;

	if (get_unaligned_be32(area) != DRBD_AL_PMEM_MAGIC)
		return -ENODATA;
	for (i = 0; i < min_t(u64, slots, room); i++)
		map_set(map, i, get_unaligned_be32(area + (i + 1) * sizeof(u32)));
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_al_replay_pmem);
