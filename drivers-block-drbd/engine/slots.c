// SPDX-License-Identifier: GPL-2.0-only
/*
 * Slots of the bitmap: which peer has which
 *
 * A peer keeps its slot as long as this node remembers it. One that is new gets a slot
 * that nobody has used; that has tracked all changes since the metadata was made, which
 * is just what a peer with the first generation has to get.
 *
 * Source: spec/metadata.md 9.7.
 */

#include "../core/bitmap_slots.h"
#include "../core/uuid_gen.h"
#include "volume.h"

/* Bits that are copied at a time, with interrupts off */
#define COPY_BITS	(BITS_PER_BYTE * PAGE_SIZE)

/**
 * drbd_slot_fill() - set or clear a slot of the bitmap
 * @dev: the device, with a reference to its disk
 * @slot: the slot, nothing is done if it is negative
 * @set: set all bits, or else clear them
 *
 * Context: may sleep.
 */
void drbd_slot_fill(struct drbd_device *dev, int slot, bool set)
{
	unsigned int page;

	for (page = 0; slot >= 0 && page < dev->bm.layout.pages; page++) {
		spin_lock_irq(&dev->bm_lock);
		drbd_bm_fill_page(&dev->bm, page, BIT(slot), set);
		spin_unlock_irq(&dev->bm_lock);
		cond_resched();
	}
}

/**
 * drbd_slot_set() - set bits in a slot of the bitmap
 * @dev: the device
 * @slot: the slot, nothing is done if it is negative
 * @bits: which
 *
 * Context: may sleep.
 */
void drbd_slot_set(struct drbd_device *dev, int slot, struct drbd_bm_range bits)
{
	struct drbd_bm_range range;

	if (slot < 0)
		return;
	for (range.start = bits.start; range.start < bits.end; range.start = range.end) {
		range.end = min_t(u64, range.start + COPY_BITS, bits.end);
		spin_lock_irq(&dev->bm_lock);
		drbd_bm_set(&dev->bm, slot, range);
		spin_unlock_irq(&dev->bm_lock);
		cond_resched();
	}
}

/**
 * drbd_slot_copy() - copy a slot of the bitmap
 * @dev: the device, with a reference to its disk
 * @from: the slot to copy
 * @to: the slot to overwrite; nothing is done if one of them is negative
 *
 * Context: may sleep.
 */
void drbd_slot_copy(struct drbd_device *dev, int from, int to)
{
	struct drbd_bm_range range;

	if (from < 0 || to < 0)
		return;
	for (range.start = 0; range.start < dev->bm.layout.bits; range.start = range.end) {
		range.end = min_t(u64, range.start + COPY_BITS, dev->bm.layout.bits);
		spin_lock_irq(&dev->bm_lock);
		drbd_bm_copy(&dev->bm, from, to, range);
		spin_unlock_irq(&dev->bm_lock);
		cond_resched();
	}
}

/**
 * drbd_volume_clear_bitmap() - declare that nothing is out of sync towards anybody
 * @dev: the device, with a reference to its disk
 *
 * Context: may sleep.
 *
 * Return: 0, or a negative errno if it cannot be written.
 */
int drbd_volume_clear_bitmap(struct drbd_device *dev)
{
	unsigned int page;

	for (page = 0; page < dev->bm.layout.pages; page++) {
		spin_lock_irq(&dev->bm_lock);
		drbd_bm_fill_page(&dev->bm, page, ~0U, false);
		spin_unlock_irq(&dev->bm_lock);
		cond_resched();
	}
	return drbd_bm_write(dev->backing, &dev->bm, &dev->bm_lock, DRBD_BM_WRITE_CHANGED);
}

/**
 * drbd_volume_move_bitmaps() - let bitmaps follow their UUIDs
 * @dev: the device
 * @moves: what happened to them
 *
 * Context: may sleep.
 */
void drbd_volume_move_bitmaps(struct drbd_device *dev, const struct drbd_uuid_moves *moves)
{
	const struct drbd_uuid_slot *slots = dev->uuids.slots;
	int i, from, to;

	if ((!moves->clear && !moves->nr_copies) || !drbd_volume_get_disk(dev))
		return;
	for (i = 0; i < DRBD_NODES; i++) {
		if (moves->clear & drbd_node_mask(i))
			drbd_slot_fill(dev, slots[i].bitmap_index, false);
	}
	for (i = 0; i < moves->nr_copies; i++) {
		from = slots[moves->copies[i].from].bitmap_index;
		to = slots[moves->copies[i].to].bitmap_index;
		drbd_slot_copy(dev, from, to);
	}
	drbd_bitmap_write(dev);
	drbd_volume_put_disk(dev);
}

/**
 * drbd_volume_apply_handshake() - do to the bitmap what a comparison came to
 * @pd: with which peer, of which volume
 * @r: the result
 *
 * Context: may sleep.
 */
void drbd_volume_apply_handshake(struct drbd_peer_device *pd,
				 const struct drbd_handshake_result *r)
{
	struct drbd_device *dev = pd->dev;
	int node = pd->conn->node_id, slot, from;

	if (!drbd_volume_get_disk(dev))
		return;
	slot = dev->uuids.slots[node].bitmap_index;
	switch (r->bitmap.op) {
	case DRBD_BITMAP_KEEP:
		break;
	case DRBD_BITMAP_COPY:
	case DRBD_BITMAP_COPY_FREE:
		from = r->bitmap.op == DRBD_BITMAP_COPY ?
		       dev->uuids.slots[r->bitmap.from].bitmap_index : r->bitmap.from;
		drbd_slot_copy(dev, from, slot);
		break;
	case DRBD_BITMAP_CLEAR:
		drbd_slot_fill(dev, slot, false);
		break;
	case DRBD_BITMAP_SET:
		drbd_slot_fill(dev, slot, true);
		break;
	case DRBD_BITMAP_SET_ALL:
		for (from = 0; from < dev->bm.layout.slots; from++)
			drbd_slot_fill(dev, from, true);
		break;
	}
	if (r->bitmap.op != DRBD_BITMAP_KEEP)
		drbd_bitmap_write(dev);
	spin_lock_irq(&dev->res->st.lock);
	if (r->clear_slot)
		drbd_uuid_replace_slot(&dev->uuids, node, 0, 0);
	if (r->bitmap.slot_uuid)
		drbd_uuid_replace_slot(&dev->uuids, node, r->bitmap.slot_uuid,
				       dev->res->dagtag.now);
	dev->md_dirty |= r->clear_slot || r->bitmap.slot_uuid;
	spin_unlock_irq(&dev->res->st.lock);
	drbd_volume_sync(dev);
	drbd_volume_put_disk(dev);
}

/* Locked. */
static void get_slots(const struct drbd_device *dev, struct drbd_bm_slots *slots)
{
	int i;

	slots->self = dev->res->node_id;
	slots->nr = dev->bm.layout.slots;
	for (i = 0; i < DRBD_NODES; i++) {
		slots->index[i] = dev->uuids.slots[i].bitmap_index;
		slots->flags[i] = dev->uuids.slots[i].flags & ~DRBD_MDF_HAVE_BITMAP;
	}
}

/* Locked. The state has a copy of the flags. */
static void set_flags(struct drbd_device *dev, int node, u32 flags)
{
	int d = drbd_states_dev(&dev->res->st, dev->volume);

	dev->uuids.slots[node].flags = flags;
	if (d >= 0)
		dev->res->st.s.dev[d].slot_flags[node] = flags;
	dev->md_dirty = true;
}

/* Locked. */
static u64 wanted(struct drbd_device *dev)
{
	struct drbd_peer_device *pd;
	struct drbd_connection *conn;
	unsigned long i;
	u64 nodes = 0;

	xa_for_each(&dev->res->connections, i, conn) {
		pd = xa_load(&conn->peer_devices, dev->volume);
		if (pd && pd->conf.bitmap)
			nodes |= drbd_node_mask(i);
	}
	return nodes;
}

/**
 * drbd_volume_assign_slots() - let each peer that wants a slot of the bitmap have one
 * @dev: the device
 * @need: gets how many are missing
 *
 * Context: may sleep.
 *
 * Return: 0, also without a disk; -ENOSPC if there are not enough.
 */
int drbd_volume_assign_slots(struct drbd_device *dev, struct drbd_bm_need *need)
{
	struct drbd_bm_slots slots;
	int err, i;

	if (!drbd_volume_get_disk(dev))
		return 0;
	spin_lock_irq(&dev->res->st.lock);
	get_slots(dev, &slots);
	err = drbd_bm_assign_slots(&slots, wanted(dev), need);
	for (i = 0; !err && i < DRBD_NODES; i++) {
		if (slots.index[i] == dev->uuids.slots[i].bitmap_index)
			continue;
		dev->uuids.slots[i].bitmap_index = slots.index[i];
		set_flags(dev, i, slots.flags[i] | DRBD_MDF_HAVE_BITMAP);
	}
	spin_unlock_irq(&dev->res->st.lock);
	drbd_volume_sync(dev);
	drbd_volume_put_disk(dev);
	return err ? -ENOSPC : 0;
}

/**
 * drbd_volume_forget_peer() - take its slot of the bitmap from a node
 * @dev: the device
 * @node: id of the node, to which there is no connection
 *
 * Context: may sleep.
 *
 * Return: 0, also without a disk; or a negative errno if it cannot be written.
 */
int drbd_volume_forget_peer(struct drbd_device *dev, int node)
{
	struct drbd_bm_release release;
	struct drbd_bm_slots slots;
	int err;

	if (!drbd_volume_get_disk(dev))
		return 0;
	spin_lock_irq(&dev->res->st.lock);
	get_slots(dev, &slots);
	err = drbd_bm_release_slot(&slots, node, 0, &release);
	spin_unlock_irq(&dev->res->st.lock);
	if (err)
		goto out;
	if (release.slot >= 0) {
		if (release.copy_from >= 0)
			drbd_slot_copy(dev, release.copy_from, release.slot);
		else
			drbd_slot_fill(dev, release.slot, true);
		/* In this order: what a crash leaves in between is a superset. */
		err = drbd_bm_write(dev->backing, &dev->bm, &dev->bm_lock,
				    DRBD_BM_WRITE_CHANGED);
	}
	spin_lock_irq(&dev->res->st.lock);
	drbd_uuid_forget_peer(&dev->uuids, node, 0);
	set_flags(dev, node, dev->uuids.slots[node].flags);
	spin_unlock_irq(&dev->res->st.lock);
	drbd_volume_sync(dev);
out:
	drbd_volume_put_disk(dev);
	return err;
}
