/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * P_PEERS_IN_SYNC: telling others which blocks a resync has made equal
 *
 * Source: spec/resync.md 3.11.
 */
#ifndef DRBD_CORE_PEERS_IN_SYNC_H
#define DRBD_CORE_PEERS_IN_SYNC_H

#include "actlog_block.h"
#include "types.h"

/* Blocks are told about in steps: the extents of the activity log */
#define DRBD_IN_SYNC_STEP_SHIFT	(DRBD_AL_EXTENT_SHIFT - DRBD_SECTOR_SHIFT)
/* Ranges that one request can complete */
#define DRBD_IN_SYNC_RANGES	2

/**
 * struct drbd_in_sync_walk - how far a target has told others
 * @capacity: of the device in sectors
 * @open: requests of a step are done, and nobody was told
 * @step: number of that step
 */
struct drbd_in_sync_walk {
	u64 capacity;
	bool open;
	u64 step;
};

/**
 * struct drbd_in_sync_range - blocks to tell about
 * @sector: first sector
 * @sectors: number of sectors, 0 for none
 */
struct drbd_in_sync_range {
	u64 sector;
	u64 sectors;
};

/**
 * struct drbd_in_sync_peer - what the own bitmap says about a peer
 * @repl: replication state towards it
 * @bits: blocks of the range are out of sync towards it
 * @differs: its generation, as told last, is not the one that this node has, or gets from
 *	the source that it is being synced from
 */
struct drbd_in_sync_peer {
	enum drbd_repl repl;
	bool bits;
	bool differs;
};

/**
 * struct drbd_in_sync_now - whether this is a moment to tell
 * @conflict: something overlaps the range, so that the marker was not inserted
 * @al_active: an activity log extent of it is in use
 */
struct drbd_in_sync_now {
	bool conflict;
	bool al_active;
};

unsigned int drbd_in_sync_done(struct drbd_in_sync_walk *walk, u64 sector, u32 size,
			       struct drbd_in_sync_range ranges[DRBD_IN_SYNC_RANGES]);
bool drbd_in_sync_end(struct drbd_in_sync_walk *walk, struct drbd_in_sync_range *range);
bool drbd_in_sync_split(u64 *sector, u64 *sectors, struct drbd_in_sync_range *part);
u64 drbd_in_sync_nodes(const struct drbd_in_sync_now *now,
		       const struct drbd_in_sync_peer peers[DRBD_NODES], int node);
int drbd_in_sync_check(u64 sector, u32 size, u64 capacity);
u64 drbd_in_sync_slots(u64 nodes, bool bits, const s8 *slot_node, unsigned int slots);
bool drbd_in_sync_repeat(enum drbd_repl repl, bool changed);

#endif
