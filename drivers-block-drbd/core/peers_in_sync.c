// SPDX-License-Identifier: GPL-2.0-only
/*
 * P_PEERS_IN_SYNC: telling others which blocks a resync has made equal
 *
 * A node that was away may be missing from the bitmaps of several others. It syncs from
 * one of them, and without further ado the rest would go on to think that it differs,
 * and sync it again. So who knows that blocks are equal on several nodes tells all of
 * them.
 *
 * The statement has to be true at the time when it is received. The marker that keeps
 * writes away while it is made does not stop what has begun before, and a write that
 * some node has acknowledged already need not be in any bitmap. Such a write has its
 * activity log extent in use, hence no statement is made about an extent in use. To say
 * nothing is always safe.
 *
 * No bits towards a peer mean equal data only among nodes of one generation. A node that
 * is behind does not know what it misses, and has no bits for that. Others have them
 * towards it, and do not believe what it says as long as they do.
 */

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/minmax.h>

#include "peers_in_sync.h"

static u64 step_of(u64 sector)
{
	return sector >> DRBD_IN_SYNC_STEP_SHIFT;
}

static void set_range(const struct drbd_in_sync_walk *walk, u64 first, u64 last,
		      struct drbd_in_sync_range *range)
{
	range->sector = first << DRBD_IN_SYNC_STEP_SHIFT;
	range->sectors = min((last + 1) << DRBD_IN_SYNC_STEP_SHIFT, walk->capacity) -
			 range->sector;
}

/**
 * drbd_in_sync_done() - the oldest outstanding request of a target is done
 * @walk: how far it has told others
 * @sector: first sector of the request
 * @size: of the request in bytes, not 0; inside of the device
 * @ranges: result
 *
 * To be called for requests in the order they were made in, before a request leaves the
 * list of those that are outstanding. A range consists of whole steps: what else is in
 * them the bitmap tells, see drbd_in_sync_nodes().
 *
 * Return: number of ranges to tell about now.
 * Source: spec/resync.md 3.11, 10.3 (35)
 */
unsigned int drbd_in_sync_done(struct drbd_in_sync_walk *walk, u64 sector, u32 size,
			       struct drbd_in_sync_range ranges[DRBD_IN_SYNC_RANGES])
{
	u64 end = sector + (size >> DRBD_SECTOR_SHIFT);
	u64 first = step_of(sector), last = step_of(end - 1);
	bool border = end == walk->capacity ||
		      !(end & ((1ULL << DRBD_IN_SYNC_STEP_SHIFT) - 1));
	unsigned int n = 0;

	if (walk->open && walk->step != first)
		set_range(walk, walk->step, walk->step, &ranges[n++]);
	if (border)
		set_range(walk, first, last, &ranges[n++]);
	else if (first != last)
		set_range(walk, first, last - 1, &ranges[n++]);
	walk->open = !border;
	walk->step = last;
	return n;
}
EXPORT_SYMBOL_GPL(drbd_in_sync_done);

/**
 * drbd_in_sync_end() - the resync is over
 * @walk: how far the target has told others
 * @range: result
 *
 * Return: whether there is a range to tell about.
 * Source: spec/resync.md 3.11
 */
bool drbd_in_sync_end(struct drbd_in_sync_walk *walk, struct drbd_in_sync_range *range)
{
	if (!walk->open)
		return false;
	set_range(walk, walk->step, walk->step, range);
	walk->open = false;
	return true;
}
EXPORT_SYMBOL_GPL(drbd_in_sync_end);

/**
 * drbd_in_sync_split() - next part of a range for which one statement can be made
 * @sector: first sector of what is left; moves
 * @sectors: number of sectors that are left; shrinks
 * @part: result: not across the border of an extent of the activity log
 *
 * Return: false if nothing is left.
 * Source: spec/resync.md 3.11
 */
bool drbd_in_sync_split(u64 *sector, u64 *sectors, struct drbd_in_sync_range *part)
{
	u64 border = (step_of(*sector) + 1) << DRBD_IN_SYNC_STEP_SHIFT;

	if (!*sectors)
		return false;
	part->sector = *sector;
	part->sectors = min(*sectors, border - *sector);
	*sector += part->sectors;
	*sectors -= part->sectors;
	return true;
}
EXPORT_SYMBOL_GPL(drbd_in_sync_split);

static bool may_be_in_sync(enum drbd_repl repl)
{
	switch (repl) {
	case DRBD_R_ESTABLISHED:
	case DRBD_R_SYNC_SOURCE:
	case DRBD_R_SYNC_TARGET:
	case DRBD_R_PAUSED_SYNC_S:
	case DRBD_R_PAUSED_SYNC_T:
		return true;
	default:
		return false;
	}
}

/**
 * drbd_in_sync_nodes() - which nodes have the same data as this one
 * @now: whether this is a moment to tell, with the marker in the tree
 * @peers: what the own bitmap says, by node id; those that are no peers are Off
 * @node: the peer that was brought in sync
 *
 * Those of another generation are not among them, except @node itself.
 *
 * The packet goes to each of them that is Connected, and contains all of them. The
 * marker is removed after that.
 *
 * Return: mask of node ids, 0 to say nothing.
 * Source: spec/resync.md 3.11
 */
u64 drbd_in_sync_nodes(const struct drbd_in_sync_now *now,
		       const struct drbd_in_sync_peer peers[DRBD_NODES], int node)
{
	u64 nodes = drbd_node_mask(node);
	int n;

	if (now->conflict || now->al_active || peers[node].bits)
		return 0;
	for (n = 0; n < DRBD_NODES; n++) {
		if (may_be_in_sync(peers[n].repl) && !peers[n].bits && !peers[n].differs)
			nodes |= drbd_node_mask(n);
	}
	return nodes;
}
EXPORT_SYMBOL_GPL(drbd_in_sync_nodes);

/**
 * drbd_in_sync_check() - whether the range of a P_PEERS_IN_SYNC is valid
 * @sector: first sector
 * @size: in bytes
 * @capacity: of the device in sectors
 *
 * Return: 0, -EINVAL for a bad size, or -ERANGE if it is not all of it inside; the
 * connection has to end then.
 * Source: spec/resync.md 3.11
 */
int drbd_in_sync_check(u64 sector, u32 size, u64 capacity)
{
	u64 sectors = size >> DRBD_SECTOR_SHIFT;

	if (!sectors || size & ((1U << DRBD_SECTOR_SHIFT) - 1))
		return -EINVAL;
	if (sector >= capacity || sectors > capacity - sector)
		return -ERANGE;
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_in_sync_check);

/**
 * drbd_in_sync_slots() - which bits a P_PEERS_IN_SYNC clears
 * @nodes: mask from the packet; the id of this node, that has no slot, may be in it
 * @bits: blocks of the range are out of sync towards the sender: it does not know
 * @slot_node: node id of each bitmap slot, %DRBD_NO_NODE for unused slots
 * @slots: number of slots, at most 64
 *
 * Bits are cleared for blocks only that the range covers as a whole.
 *
 * Return: mask of slots.
 * Source: spec/resync.md 3.11
 */
u64 drbd_in_sync_slots(u64 nodes, bool bits, const s8 *slot_node, unsigned int slots)
{
	unsigned int slot;
	u64 mask = 0;

	if (bits)
		return 0;
	for (slot = 0; slot < slots; slot++) {
		if (slot_node[slot] != DRBD_NO_NODE && nodes & drbd_node_mask(slot_node[slot]))
			mask |= 1ULL << slot;
	}
	return mask;
}
EXPORT_SYMBOL_GPL(drbd_in_sync_slots);

/**
 * drbd_in_sync_repeat() - whether to pass on what a P_PEERS_IN_SYNC says
 * @repl: replication state towards its sender
 * @changed: it cleared any bits
 *
 * The receiver may know nodes that the sender does not. Only news are passed on, or two
 * nodes would go on to tell each other; a source says it in any case, as its bits may
 * have been cleared by an answer just before.
 *
 * Return: true to make a statement about the range and the sender.
 * Source: spec/resync.md 3.11
 */
bool drbd_in_sync_repeat(enum drbd_repl repl, bool changed)
{
	return changed || repl == DRBD_R_SYNC_SOURCE;
}
EXPORT_SYMBOL_GPL(drbd_in_sync_repeat);
