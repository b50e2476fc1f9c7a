// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which parts of a device are being worked on
 *
 * Source: spec/io.md 2.5; spec/resync.md 4.7.
 */

#include <linux/interval_tree_generic.h>

#include "device.h"
#include "interval.h"

#define FIRST(iv)	((iv)->first)
#define LAST(iv)	((iv)->last)

INTERVAL_TREE_DEFINE(struct drbd_interval, rb, u64, subtree_last, FIRST, LAST, static, tree)

/**
 * drbd_interval_init() - prepare an interval
 * @iv: the interval
 * @sector: its start
 * @bytes: its size, at least one sector
 * @kind: what it is
 * @node: node id of the peer, DRBD_NO_NODE for a local write
 * @unblocked: see &struct drbd_interval
 */
void drbd_interval_init(struct drbd_interval *iv, u64 sector, u32 bytes,
			enum drbd_interval_kind kind, int node,
			void (*unblocked)(struct drbd_interval *iv))
{
	*iv = (struct drbd_interval) {
		.first = sector,
		.last = sector + (bytes >> SECTOR_SHIFT) - 1,
		.st = { .kind = kind, .node = node },
		.unblocked = unblocked,
	};
	RB_CLEAR_NODE(&iv->rb);
}

/**
 * drbd_interval_insert() - put an interval into the tree
 * @dev: the device, locked
 * @iv: the interval; nothing happens if it is there
 */
void drbd_interval_insert(struct drbd_device *dev, struct drbd_interval *iv)
{
	lockdep_assert_held(&dev->res->st.lock);
	if (RB_EMPTY_NODE(&iv->rb))
		tree_insert(iv, &dev->intervals);
}

/**
 * drbd_interval_blocked() - has an interval to wait?
 * @dev: the device, locked
 * @iv: the interval, in the tree
 *
 * Marks those that overlap it whose results are worth nothing any more.
 *
 * Return: true if it has to; its @unblocked will be called.
 */
bool drbd_interval_blocked(struct drbd_device *dev, struct drbd_interval *iv)
{
	struct drbd_interval *old;

	iv->waiting = false;
	for (old = tree_iter_first(&dev->intervals, iv->first, iv->last); old;
	     old = tree_iter_next(old, iv->first, iv->last)) {
		if (old == iv)
			continue;
		switch (drbd_conflict(&iv->st, &old->st, iv->send_only)) {
		case DRBD_CONFLICT_NONE:
			break;
		case DRBD_CONFLICT_MARK:
			old->marked = true;
			break;
		case DRBD_CONFLICT_WAIT:
			iv->waiting = true;
			break;
		}
	}
	return iv->waiting;
}

/* What waited for a part of the device looks again. */
static void release(struct drbd_device *dev, u64 first, u64 last)
{
	struct drbd_interval *iv;

	for (iv = tree_iter_first(&dev->intervals, first, last); iv;
	     iv = tree_iter_next(iv, first, last)) {
		if (iv->waiting && !drbd_interval_blocked(dev, iv))
			iv->unblocked(iv);
	}
}

/**
 * drbd_interval_remove() - take an interval out of the tree
 * @dev: the device, locked
 * @iv: the interval; nothing happens if it is not there
 */
void drbd_interval_remove(struct drbd_device *dev, struct drbd_interval *iv)
{
	lockdep_assert_held(&dev->res->st.lock);
	if (RB_EMPTY_NODE(&iv->rb))
		return;
	tree_remove(iv, &dev->intervals);
	RB_CLEAR_NODE(&iv->rb);
	iv->waiting = false;
	release(dev, iv->first, iv->last);
}

/**
 * drbd_interval_advance() - an interval gets further
 * @dev: the device, locked
 * @iv: the interval
 * @flags: &enum drbd_interval_flags to add
 */
void drbd_interval_advance(struct drbd_device *dev, struct drbd_interval *iv, u32 flags)
{
	lockdep_assert_held(&dev->res->st.lock);
	iv->st.flags |= flags;
	if (flags & (DRBD_INTERVAL_BACKING_COMPLETED | DRBD_INTERVAL_COMPLETED))
		release(dev, iv->first, iv->last);
}

/**
 * drbd_interval_next() - walk over what overlaps a part of a device
 * @dev: the device, locked
 * @sector: start of the part
 * @bytes: size of it
 * @prev: the one before, NULL to begin
 *
 * Return: the next interval, or NULL.
 */
struct drbd_interval *drbd_interval_next(struct drbd_device *dev, u64 sector, u32 bytes,
					 struct drbd_interval *prev)
{
	u64 last = sector + (bytes >> SECTOR_SHIFT) - 1;

	lockdep_assert_held(&dev->res->st.lock);
	return prev ? tree_iter_next(prev, sector, last) :
		      tree_iter_first(&dev->intervals, sector, last);
}

/**
 * drbd_interval_find() - look up what a packet is about
 * @dev: the device, locked
 * @sector: start, from the packet
 * @id: number, from the packet
 *
 * Return: the interval that begins there and has that number, or NULL.
 */
struct drbd_interval *drbd_interval_find(struct drbd_device *dev, u64 sector, u64 id)
{
	struct drbd_interval *iv;

	for (iv = drbd_interval_next(dev, sector, SECTOR_SIZE, NULL); iv;
	     iv = drbd_interval_next(dev, sector, SECTOR_SIZE, iv)) {
		if (iv->first == sector && iv->id == id)
			return iv;
	}
	return NULL;
}
