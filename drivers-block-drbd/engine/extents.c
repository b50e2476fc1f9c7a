// SPDX-License-Identifier: GPL-2.0-only
/*
 * The activity log and the bitmap of a device at work
 *
 * A write goes to the disk only when its extents are in the activity log, and leaves
 * the log only when the bitmap says which peers may miss it. What cannot be had at
 * once is had by a work item, which writes a transaction for all that wait.
 *
 * Source: spec/metadata.md 8, spec/io.md 2.4.
 */

#include <linux/bitmap.h>
#include <linux/blkdev.h>
#include <linux/slab.h>

#include "extents.h"
#include "volume.h"

/* ---- activity log ---- */

/**
 * drbd_actlog_attach() - prepare the activity log of a disk
 * @dev: the device; its superblock and its backing disk are known
 * @updates: transactions are to be written
 *
 * Context: may sleep.
 *
 * Return: 0, or a negative errno.
 */
int drbd_actlog_attach(struct drbd_device *dev, bool updates)
{
	const struct drbd_md_layout *layout = &dev->sb.layout;
	struct drbd_actlog *log = &dev->actlog;
	unsigned int slots;
	void *memory;
	int err;

	err = drbd_al_ring_init(&log->ring, layout->al_stripes, layout->al_stripe_size_4k);
	if (err)
		return err;
	slots = drbd_al_clamp_slots(dev->disk_conf.al_extents, log->ring.blocks);
	memory = kvzalloc(drbd_al_memory(slots), GFP_NOIO);
	if (!memory)
		return -ENOMEM;
	spin_lock_irq(&dev->res->st.lock);
	err = drbd_al_init(&log->al, slots, log->ring.blocks, 0, memory);
	if (!err && !updates)
		drbd_al_disable(&log->al);
	if (!err) {
		log->memory = memory;
		log->incarnation++;
	}
	spin_unlock_irq(&dev->res->st.lock);
	if (err)
		kvfree(memory);
	return err;
}

/**
 * drbd_actlog_detach() - let go of the activity log of a disk
 * @dev: the device; nobody has a reference to its disk any more
 *
 * Context: may sleep.
 */
void drbd_actlog_detach(struct drbd_device *dev)
{
	struct drbd_actlog *log = &dev->actlog;
	void *memory;

	cancel_work_sync(&log->work);
	spin_lock_irq(&dev->res->st.lock);
	memory = log->memory;
	log->memory = NULL;
	log->incarnation++;
	spin_unlock_irq(&dev->res->st.lock);
	kvfree(memory);
}

static u32 count(const struct drbd_extents *ex)
{
	return ex->range.last - ex->range.first + 1;
}

/* Takes those that have their extents now from a list. */
static void take_ready(struct drbd_actlog *log, struct list_head *from, struct list_head *to)
{
	struct drbd_extents *ex, *next;

	list_for_each_entry_safe(ex, next, from, entry) {
		switch (drbd_al_get_range(&log->al, &ex->range)) {
		case DRBD_AL_HOT:
		case DRBD_AL_PENDING:
			ex->incarnation = log->incarnation;
			if (from == &log->own)
				log->wanted -= count(ex);
			list_move_tail(&ex->entry, to);
			break;
		default:
			return;
		}
	}
}

static int write_transaction(struct drbd_device *dev, const struct drbd_al_plan *plan)
{
	struct drbd_backing *backing = dev->backing;
	struct drbd_actlog *log = &dev->actlog;
	u64 sector = backing->area.al;
	bool hinted = false, cleared;
	unsigned int i;
	int err = 0;

	spin_lock_irq(&dev->bm_lock);
	for (i = 0; i < plan->head.updates; i++) {
		if (plan->change[i].evicted == DRBD_AL_FREE)
			continue;
		drbd_bm_hint_extent(&dev->bm, plan->change[i].evicted);
		hinted = true;
	}
	cleared = hinted && bitmap_intersects(dev->bm.buffer.hint, dev->bm.buffer.lazy,
					      dev->bm.layout.pages);
	spin_unlock_irq(&dev->bm_lock);
	/* A cleared bit must not survive a crash that the data does not survive. */
	if (cleared && READ_ONCE(dev->disk_conf.disk_flushes))
		err = blkdev_issue_flush(drbd_data_bdev(backing));
	if (hinted && !err)
		err = drbd_bm_write(backing, &dev->bm, &dev->bm_lock, DRBD_BM_WRITE_HINTED);
	if (err)
		return err;
	mutex_lock(&backing->io);
	sector += (u64)drbd_al_ring_block(&log->ring, plan->head.number) *
		  (DRBD_MD_BLOCK_SIZE >> SECTOR_SHIFT);
	spin_lock_irq(&dev->res->st.lock);
	err = drbd_al_encode(&log->al, plan, backing->block);
	spin_unlock_irq(&dev->res->st.lock);
	if (!err)
		err = drbd_md_write(backing, sector);
	mutex_unlock(&backing->io);
	return err;
}

static int commit(struct drbd_device *dev)
{
	struct drbd_actlog *log = &dev->actlog;
	int err = 0;

	spin_lock_irq(&dev->res->st.lock);
	while (!err && drbd_al_begin(&log->al, &log->plan) > 0) {
		spin_unlock_irq(&dev->res->st.lock);
		if (log->plan.write)
			err = write_transaction(dev, &log->plan);
		spin_lock_irq(&dev->res->st.lock);
		drbd_al_end(&log->al, !err);
		dev->al_writes += log->plan.write;
	}
	spin_unlock_irq(&dev->res->st.lock);
	if (err) {
		drbd_err(dev->res, "volume %d: cannot write the activity log: %d\n",
			 dev->volume, err);
		drbd_volume_disk_error(dev);
	}
	return err;
}

/**
 * drbd_actlog_work() - give extents to writes that wait for them
 * @work: that of the activity log
 */
void drbd_actlog_work(struct work_struct *work)
{
	struct drbd_device *dev = container_of(work, struct drbd_device, actlog.work);
	struct drbd_actlog *log = &dev->actlog;
	struct drbd_extents *ex, *next;
	LIST_HEAD(ready);
	int err;

	for (;;) {
		spin_lock_irq(&dev->res->st.lock);
		take_ready(log, &log->peers, &ready);
		take_ready(log, &log->own, &ready);
		spin_unlock_irq(&dev->res->st.lock);
		if (list_empty(&ready))
			return;
		err = commit(dev);
		list_for_each_entry_safe(ex, next, &ready, entry) {
			list_del_init(&ex->entry);
			ex->got(ex, !err);
		}
	}
}

/**
 * drbd_extents_try() - get the extents of a write at once
 * @dev: the device, locked; the caller has a reference to its disk
 * @ex: gets them
 * @sector: start of the write
 * @bytes: size of it
 *
 * Context: any.
 *
 * Return: false if they cannot be had without a transaction.
 */
bool drbd_extents_try(struct drbd_device *dev, struct drbd_extents *ex, u64 sector, u32 bytes)
{
	struct drbd_actlog *log = &dev->actlog;

	INIT_LIST_HEAD(&ex->entry);
	drbd_al_range_init(&ex->range, sector, bytes);
	if (!list_empty(&log->own) || ex->range.first != ex->range.last ||
	    drbd_al_try_get(&log->al, ex->range.first) != DRBD_AL_HOT)
		return false;
	ex->range.next = ex->range.last + 1;
	ex->incarnation = log->incarnation;
	return true;
}

/**
 * drbd_extents_wait() - get the extents of a write later
 * @dev: the device, locked; the caller has a reference to its disk
 * @ex: for which drbd_extents_try() failed; its @got will be called
 * @peer: the write is that of a peer, who counts what it wants itself
 *
 * Context: any.
 */
void drbd_extents_wait(struct drbd_device *dev, struct drbd_extents *ex, bool peer)
{
	struct drbd_actlog *log = &dev->actlog;

	if (!peer)
		log->wanted += count(ex);
	list_add_tail(&ex->entry, peer ? &log->peers : &log->own);
	queue_work(drbd_wq, &log->work);
}

/**
 * drbd_extents_cancel() - do not wait for extents any more
 * @dev: the device, locked; the caller has a reference to its disk
 * @ex: extents of a peer's write, after drbd_extents_wait()
 *
 * Context: any.
 *
 * Return: false if it does not wait any more; then its @got is called.
 */
bool drbd_extents_cancel(struct drbd_device *dev, struct drbd_extents *ex)
{
	struct drbd_actlog *log = &dev->actlog;

	if (ex->range.next > ex->range.last)
		return false;
	list_del_init(&ex->entry);
	/* It may have some of them; and others wait behind it. */
	ex->incarnation = log->incarnation;
	drbd_extents_put(dev, ex);
	queue_work(drbd_wq, &log->work);
	return true;
}

/**
 * drbd_extents_put() - a write does not need its extents any more
 * @dev: the device, locked
 * @ex: the extents; the bitmap already has what follows from the write
 *
 * Context: any.
 *
 * Return: true if an own write waits for what was put.
 */
bool drbd_extents_put(struct drbd_device *dev, struct drbd_extents *ex)
{
	struct drbd_actlog *log = &dev->actlog;

	if (!log->memory || ex->incarnation != log->incarnation ||
	    drbd_al_put_range(&log->al, &ex->range) <= 0)
		return false;
	if (list_empty(&log->own) && list_empty(&log->peers))
		return false;
	queue_work(drbd_wq, &log->work);
	return !list_empty(&log->own);
}

/**
 * drbd_extents_active() - is anything written to a range of the device?
 * @dev: the device, locked
 * @sector: start of the range
 * @bytes: size of it
 *
 * Context: any.
 *
 * Return: whether an extent of the range is in use: its bits in the bitmap need not be
 * right.
 */
bool drbd_extents_active(struct drbd_device *dev, u64 sector, u32 bytes)
{
	struct drbd_actlog *log = &dev->actlog;
	struct drbd_al_range range;
	u32 extent;

	if (!log->memory || drbd_al_range_init(&range, sector, bytes))
		return false;
	for (extent = range.first; extent <= range.last; extent++) {
		if (drbd_al_in_use(&log->al, extent))
			return true;
	}
	return false;
}

/* ---- bitmap ---- */

/**
 * drbd_bits_nodes() - look up whose slots of the bitmap are whose
 * @dev: the device, locked
 * @slot_node: gets the node id of each slot, DRBD_NO_NODE for none; DRBD_NODES of them
 */
void drbd_bits_nodes(struct drbd_device *dev, s8 *slot_node)
{
	int node, slot;

	memset(slot_node, DRBD_NO_NODE, DRBD_NODES);
	for (node = 0; node < DRBD_NODES; node++) {
		slot = dev->uuids.slots[node].bitmap_index;
		if (node != dev->res->node_id && slot >= 0)
			slot_node[slot] = node;
	}
}

/**
 * drbd_bits_change() - change bits of a range in several slots at once
 * @dev: the device, locked
 * @set: slots in which to set bits of blocks that the range touches
 * @clear: slots in which to clear bits of blocks that it covers
 * @sector: start of the range
 * @bytes: size of it
 *
 * Context: any.
 *
 * Return: slots in which a bit is set now, and was not before.
 */
u32 drbd_bits_change(struct drbd_device *dev, u32 set, u32 clear, u64 sector, u32 bytes)
{
	struct drbd_bm_changed changed = {};
	const struct drbd_bm_layout *layout = &dev->bm.layout;
	unsigned long irq;
	int node;

	spin_lock_irqsave(&dev->bm_lock, irq);
	/* Whoever sends a slot relies on no bit of it being cleared meanwhile. */
	if (layout->pages)
		changed = drbd_bm_update(&dev->bm, set, drbd_bm_touched(layout, sector, bytes),
					 clear & ~dev->bm_sending,
					 drbd_bm_covered(layout, sector, bytes));
	spin_unlock_irqrestore(&dev->bm_lock, irq);
	for (node = 0; changed.cleared && node < DRBD_NODES; node++) {
		const struct drbd_uuid_slot *slot = &dev->uuids.slots[node];

		if (slot->bitmap_index >= 0 && changed.cleared & BIT(slot->bitmap_index))
			dev->partial[node] = slot->uuid;
	}
	return changed.set;
}

/**
 * drbd_bits_clear() - clear bits of a range in several slots at once
 * @dev: the device
 * @slots: slots in which to clear bits of blocks that the range covers
 * @sector: start of the range
 * @bytes: size of it
 *
 * Context: any.
 *
 * Return: whether any was set before.
 */
bool drbd_bits_clear(struct drbd_device *dev, u32 slots, u64 sector, u32 bytes)
{
	const struct drbd_bm_range none = {};
	struct drbd_bm_changed changed = {};
	unsigned long irq;

	spin_lock_irqsave(&dev->bm_lock, irq);
	if (dev->bm.layout.pages)
		changed = drbd_bm_update(&dev->bm, 0, none, slots & ~dev->bm_sending,
					 drbd_bm_covered(&dev->bm.layout, sector, bytes));
	spin_unlock_irqrestore(&dev->bm_lock, irq);
	return changed.cleared;
}

/**
 * drbd_bits_peer() - change bits of a range towards one peer
 * @dev: the device, locked
 * @node: node id of the peer
 * @sector: start of the range
 * @bytes: size of it
 * @set: set them, else clear them
 *
 * Context: any.
 */
void drbd_bits_peer(struct drbd_device *dev, int node, u64 sector, u32 bytes, bool set)
{
	int slot = READ_ONCE(dev->uuids.slots[node].bitmap_index);

	if (slot >= 0)
		drbd_bits_change(dev, set ? BIT(slot) : 0, set ? 0 : BIT(slot), sector, bytes);
}

/**
 * drbd_bits_any() - is any part of a range out of sync?
 * @dev: the device
 * @node: node id of the peer towards which, DRBD_NO_NODE for any
 * @sector: start of the range
 * @bytes: size of it
 *
 * Context: any.
 *
 * Return: whether there is a bit.
 */
bool drbd_bits_any(struct drbd_device *dev, int node, u64 sector, u32 bytes)
{
	u32 slots = ~0U;
	unsigned long irq;
	bool any = false;

	if (node != DRBD_NO_NODE) {
		int slot = READ_ONCE(dev->uuids.slots[node].bitmap_index);

		slots = slot < 0 ? 0 : BIT(slot);
	}
	spin_lock_irqsave(&dev->bm_lock, irq);
	if (dev->bm.layout.pages && slots)
		any = drbd_bm_dirty_slots(&dev->bm, slots,
					  drbd_bm_touched(&dev->bm.layout, sector, bytes));
	spin_unlock_irqrestore(&dev->bm_lock, irq);
	return any;
}
