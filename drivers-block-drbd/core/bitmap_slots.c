// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which slot of the bitmap is whose, and which slots a request changes
 *
 * The metadata has a fixed number of slots, and says for each node id which one is its.
 * Slots that are nobody's track all writes since the metadata was made, "day 0". When a
 * node joins whose data was the same then, it gets such a slot with what is in it, and
 * needs no full sync. That only works if nothing ever is left out: a slot that loses its
 * node has to become what it would be if it never had one, which is the same as any
 * other vacant slot. If there is none to copy from, nothing is known, and all of it is
 * set.
 *
 * The UUID of day 0 is kept where no node ever was: in the entries without a slot and
 * without flags.
 */

#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/export.h>

#include "bitmap_slots.h"

/**
 * drbd_bm_all_slots() - mask of all slots
 * @slots: the table
 *
 * Return: the mask, 32 bits of it if there are 32 slots.
 */
u32 drbd_bm_all_slots(const struct drbd_bm_slots *slots)
{
	return (u32)((1ULL << slots->nr) - 1);
}
EXPORT_SYMBOL_GPL(drbd_bm_all_slots);

/**
 * drbd_bm_slot_of() - slot of a node
 * @slots: the table
 * @node_id: of the node; may be one that does not exist
 *
 * Return: the slot, or %DRBD_BM_NO_SLOT.
 */
int drbd_bm_slot_of(const struct drbd_bm_slots *slots, int node_id)
{
	int slot;

	if (node_id < 0 || node_id >= DRBD_NODES || node_id == slots->self)
		return DRBD_BM_NO_SLOT;
	slot = slots->index[node_id];
	return slot >= 0 && slot < slots->nr ? slot : DRBD_BM_NO_SLOT;
}
EXPORT_SYMBOL_GPL(drbd_bm_slot_of);

/* Slots of those nodes that are in the mask, and have one. Called for each write. */
static u32 slots_of(const struct drbd_bm_slots *slots, u64 nodes)
{
	u32 left = nodes, mask = 0;	/* there are 32 nodes, whatever else is in the mask */
	int slot;

	for (; left; left &= left - 1) {
		slot = drbd_bm_slot_of(slots, __ffs(left));
		if (slot != DRBD_BM_NO_SLOT)
			mask |= BIT(slot);
	}
	return mask;
}

static u32 vacant_slots(const struct drbd_bm_slots *slots)
{
	return drbd_bm_all_slots(slots) & ~slots_of(slots, U64_MAX);
}

/**
 * drbd_bm_vacant_slot() - find a slot that is nobody's
 * @slots: the table
 *
 * Return: the lowest one, or %DRBD_BM_NO_SLOT.
 * Source: spec/metadata.md 9.7 and 14.11
 */
int drbd_bm_vacant_slot(const struct drbd_bm_slots *slots)
{
	u32 vacant = vacant_slots(slots);

	return vacant ? __ffs(vacant) : DRBD_BM_NO_SLOT;
}
EXPORT_SYMBOL_GPL(drbd_bm_vacant_slot);

/**
 * drbd_bm_assign_slots() - give slots to nodes that want one
 * @slots: the table, changed only if there are enough slots
 * @nodes: mask of the nodes that want a slot; those that have one keep it
 * @need: to be filled in, also if there are not enough slots
 *
 * What is in a slot stays: it has been tracking since day 0.
 *
 * Return: 0, or -ENOSPC.
 * Source: spec/metadata.md 4.2 and 9.7
 */
int drbd_bm_assign_slots(struct drbd_bm_slots *slots, u64 nodes, struct drbd_bm_need *need)
{
	u64 wanting = 0;
	int i;

	for (i = 0; i < DRBD_NODES; i++) {
		if (i != slots->self && drbd_bm_slot_of(slots, i) == DRBD_BM_NO_SLOT)
			wanting |= nodes & drbd_node_mask(i);
	}
	need->needed = hweight64(wanting);
	need->available = hweight32(vacant_slots(slots));
	if (need->needed > need->available)
		return -ENOSPC;

	for (i = 0; i < DRBD_NODES; i++) {
		if (wanting & drbd_node_mask(i))
			slots->index[i] = drbd_bm_vacant_slot(slots);
	}
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_bm_assign_slots);

/* A node id that never was in use, from which the day-0 UUID can be had. */
static bool is_unused(const struct drbd_bm_slots *slots, int node_id)
{
	return node_id != slots->self && slots->index[node_id] == DRBD_BM_NO_SLOT &&
		!slots->flags[node_id];
}

/**
 * drbd_bm_release_slot() - take the slot from a node
 * @slots: the table
 * @node_id: of the node
 * @keep_flags: flags of the node that stay; 0 to forget the node
 * @release: what remains to be done, to be filled in
 *
 * Both sources are found before the table changes: afterwards the node's own slot is
 * vacant, and its own entry may look as if it never had been in use.
 *
 * Return: 0, or -EINVAL if there cannot be such a node.
 * Source: spec/metadata.md 9.7
 */
int drbd_bm_release_slot(struct drbd_bm_slots *slots, int node_id, u32 keep_flags,
			 struct drbd_bm_release *release)
{
	int i;

	if (node_id < 0 || node_id >= DRBD_NODES || node_id == slots->self)
		return -EINVAL;

	release->slot = drbd_bm_slot_of(slots, node_id);
	release->copy_from = drbd_bm_vacant_slot(slots);
	release->day0 = DRBD_NO_NODE;
	if (!(slots->flags[node_id] & keep_flags)) {
		for (i = 0; i < DRBD_NODES && release->day0 == DRBD_NO_NODE; i++) {
			if (is_unused(slots, i))
				release->day0 = i;
		}
	}
	slots->index[node_id] = DRBD_BM_NO_SLOT;
	slots->flags[node_id] &= keep_flags;
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_bm_release_slot);

/**
 * drbd_bm_day0_node() - find the vacant slot's UUID
 * @slots: the table
 * @uuids: for each node id, the bitmap UUID in the metadata
 *
 * Peers are told about the vacant slot if there is one and its UUID is known.
 *
 * Return: the node id with that UUID, or %DRBD_NO_NODE.
 * Source: spec/metadata.md 9.7, spec/wire.md 5.5
 */
int drbd_bm_day0_node(const struct drbd_bm_slots *slots, const u64 *uuids)
{
	int i;

	if (drbd_bm_vacant_slot(slots) == DRBD_BM_NO_SLOT)
		return DRBD_NO_NODE;
	for (i = 0; i < DRBD_NODES; i++) {
		if (is_unused(slots, i) && uuids[i])
			return i;
	}
	return DRBD_NO_NODE;
}
EXPORT_SYMBOL_GPL(drbd_bm_day0_node);

/**
 * drbd_bm_plan_write() - slots to change when a write of this node is done
 * @slots: the table
 * @ok: mask of the nodes that have the data
 * @in_sync: mask of the nodes that said that their bits may be cleared
 *
 * Nothing is done for a write that never was submitted, or has no data. With both masks
 * empty, this is what a read error of the local disk means. A node that is configured to
 * have no bitmap belongs in neither mask, even if the metadata still has a slot for it.
 *
 * Return: the slots. Those of nodes that just have the data stay as they are; those of
 * all others, vacant ones included, get set.
 * Source: spec/metadata.md 9.6, spec/io.md 2.10
 */
struct drbd_bm_plan drbd_bm_plan_write(const struct drbd_bm_slots *slots, u64 ok,
				       u64 in_sync)
{
	return (struct drbd_bm_plan) {
		.set = drbd_bm_all_slots(slots) & ~slots_of(slots, ok),
		.clear = slots_of(slots, ok & in_sync),
	};
}
EXPORT_SYMBOL_GPL(drbd_bm_plan_write);

/**
 * drbd_bm_plan_peer_write() - slots to change when the outcome of a peer's write is known
 * @slots: the table
 * @origin: node id of the Primary that wrote
 * @in_sync: mask of the nodes that have the data, from the peer ack; 0 if the connection
 *	was lost before there was one
 * @local_ok: whether the data is on the disk of this node
 *
 * The Primary's own slot stays as it is: only the two nodes themselves know about that.
 *
 * Return: the slots.
 * Source: spec/metadata.md 9.6, spec/io.md 4.6 and 4.8
 */
struct drbd_bm_plan drbd_bm_plan_peer_write(const struct drbd_bm_slots *slots, int origin,
					    u64 in_sync, bool local_ok)
{
	int slot = drbd_bm_slot_of(slots, origin);
	struct drbd_bm_plan plan;

	plan.clear = local_ok ? slots_of(slots, in_sync) : 0;
	plan.set = drbd_bm_all_slots(slots) & ~plan.clear;
	if (slot != DRBD_BM_NO_SLOT) {
		plan.clear &= ~BIT(slot);
		plan.set &= ~BIT(slot);
	}
	return plan;
}
EXPORT_SYMBOL_GPL(drbd_bm_plan_peer_write);
