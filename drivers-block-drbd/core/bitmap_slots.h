/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which slot of the bitmap is whose, and which slots a request changes
 *
 * Everything here is a pure function; the metadata's lock protects the table.
 */
#ifndef DRBD_CORE_BITMAP_SLOTS_H
#define DRBD_CORE_BITMAP_SLOTS_H

#include <linux/types.h>

#include "types.h"

#define DRBD_BM_NO_SLOT		(-1)

/**
 * struct drbd_bm_slots - the part of the metadata that assigns slots to nodes
 * @index: for each node id, its slot or %DRBD_BM_NO_SLOT
 * @flags: for each node id, its flags as they are on disk; the one that says that there
 *	is a bitmap is not among these
 * @self: this node's id, which has no slot
 * @nr: number of slots, 1 to 32
 */
struct drbd_bm_slots {
	s32 index[DRBD_NODES];
	u32 flags[DRBD_NODES];
	int self;
	unsigned int nr;
};

/**
 * struct drbd_bm_need - outcome of looking for slots
 * @needed: number of nodes that want a slot and have none
 * @available: number of vacant slots
 */
struct drbd_bm_need {
	unsigned int needed;
	unsigned int available;
};

/**
 * struct drbd_bm_release - what to do with a slot that was taken from a node
 * @slot: the slot, or %DRBD_BM_NO_SLOT if the node had none
 * @copy_from: slot to copy it from, or %DRBD_BM_NO_SLOT to set all of it
 * @day0: node id to copy the bitmap UUID and its dagtag from, or %DRBD_NO_NODE to set
 *	both to 0
 */
struct drbd_bm_release {
	int slot;
	int copy_from;
	int day0;
};

/**
 * struct drbd_bm_plan - what the outcome of a request means for the slots
 * @set: mask of the slots in which to set bits
 * @clear: mask of the slots in which to clear bits; none of them is in @set
 */
struct drbd_bm_plan {
	u32 set;
	u32 clear;
};

u32 drbd_bm_all_slots(const struct drbd_bm_slots *slots);
int drbd_bm_slot_of(const struct drbd_bm_slots *slots, int node_id);
int drbd_bm_vacant_slot(const struct drbd_bm_slots *slots);
int drbd_bm_assign_slots(struct drbd_bm_slots *slots, u64 nodes, struct drbd_bm_need *need);
int drbd_bm_release_slot(struct drbd_bm_slots *slots, int node_id, u32 keep_flags,
			 struct drbd_bm_release *release);
int drbd_bm_day0_node(const struct drbd_bm_slots *slots, const u64 *uuids);

struct drbd_bm_plan drbd_bm_plan_write(const struct drbd_bm_slots *slots, u64 ok,
				       u64 in_sync);
struct drbd_bm_plan drbd_bm_plan_peer_write(const struct drbd_bm_slots *slots, int origin,
					    u64 in_sync, bool local_ok);

#endif
