// SPDX-License-Identifier: GPL-2.0-only
/*
 * Epochs and barriers, on the side that receives
 *
 * A barrier ack is a promise: the writes of the epoch are on stable storage. How
 * that is reached is a matter of the disks. Draining relies on a disk without
 * volatile cache, flushing does not, and a barrier lets the first write of an
 * epoch flush what came before it, so that the stream does not stop.
 *
 * The acknowledgments of single writes come first, always. The sender would see
 * an epoch confirmed with writes in it that it still waits for.
 */

#include <linux/export.h>
#include <linux/minmax.h>

#include "epoch_receive.h"

static enum drbd_write_order order_of_volume(enum drbd_write_order wanted,
					     const struct drbd_write_order_options *volume)
{
	if (wanted == DRBD_ORDER_BARRIER && !volume->barrier)
		wanted = DRBD_ORDER_FLUSH;
	if (wanted == DRBD_ORDER_FLUSH && !volume->flushes)
		wanted = DRBD_ORDER_DRAIN;
	if (wanted == DRBD_ORDER_DRAIN && !volume->drain)
		wanted = DRBD_ORDER_NONE;
	return wanted;
}

/**
 * drbd_write_order() - how to keep the order of writes
 * @wanted: what to try; %DRBD_ORDER_BARRIER after an attach or with new options
 * @volumes: options of all volumes with a disk
 * @n: number of them
 *
 * A barrier orders the writes of one disk only.
 *
 * Return: best that all volumes allow.
 * Source: spec/io.md 6.5, F8
 */
enum drbd_write_order drbd_write_order(enum drbd_write_order wanted,
				       const struct drbd_write_order_options *volumes,
				       unsigned int n)
{
	unsigned int i;

	if (wanted == DRBD_ORDER_BARRIER && n > 1)
		wanted = DRBD_ORDER_FLUSH;
	for (i = 0; i < n; i++)
		wanted = order_of_volume(wanted, &volumes[i]);
	return wanted;
}
EXPORT_SYMBOL_GPL(drbd_write_order);

/**
 * drbd_write_order_fallback() - the same, after something did not work
 * @now: current method
 * @to: %DRBD_ORDER_DRAIN after a failed flush, %DRBD_ORDER_FLUSH after a failed
 *	barrier
 * @volumes: see drbd_write_order()
 * @n: see there
 *
 * Return: new method, never better than the current one.
 * Source: spec/io.md 6.5, F8
 */
enum drbd_write_order drbd_write_order_fallback(enum drbd_write_order now,
						enum drbd_write_order to,
						const struct drbd_write_order_options *volumes,
						unsigned int n)
{
	return drbd_write_order(min(now, to), volumes, n);
}
EXPORT_SYMBOL_GPL(drbd_write_order_fallback);

/**
 * drbd_epoch_may_finish() - whether an epoch may be finished
 * @epoch: the epoch
 * @oldest: there is no older one
 * @order: method
 * @cleanup: the connection is gone: do not wait, and do not acknowledge
 *
 * The caller sets %DRBD_EPOCH_FINISHING if so, sends P_BARRIER_ACK unless it
 * cleans up, and asks about the next epoch then.
 *
 * Return: true if it may.
 * Source: spec/io.md 4.4, F13
 */
bool drbd_epoch_may_finish(const struct drbd_epoch_received *epoch, bool oldest,
			   enum drbd_write_order order, bool cleanup)
{
	if (!epoch->size || epoch->active || !oldest ||
	    epoch->flags & DRBD_EPOCH_FINISHING)
		return false;
	if (cleanup)
		return true;
	if (!(epoch->flags & DRBD_EPOCH_HAS_NUMBER))
		return false;
	if (epoch->flags & DRBD_EPOCH_BARRIER_DONE || order == DRBD_ORDER_NONE)
		return true;
	/* the only write is the one that flushes: it has done so for itself */
	return epoch->size == 1 && epoch->flags & DRBD_EPOCH_CONTAINS_BARRIER;
}
EXPORT_SYMBOL_GPL(drbd_epoch_may_finish);

/**
 * drbd_epoch_set_size() - number of writes that a P_BARRIER_ACK confirms
 * @epoch: the epoch
 *
 * Return: set size for the packet.
 * Source: spec/io.md 4.4, F13
 */
u32 drbd_epoch_set_size(const struct drbd_epoch_received *epoch)
{
	return epoch->size - epoch->confirmed;
}
EXPORT_SYMBOL_GPL(drbd_epoch_set_size);

/**
 * drbd_epoch_barrier() - what a P_BARRIER demands
 * @epoch: current epoch; its number is set, and it was tried to finish it
 * @order: method
 * @finished: that worked, the epoch is empty again
 * @have_new: there is memory for a new epoch object
 *
 * Without memory there can be only one epoch: it has to be emptied.
 *
 * Return: &enum drbd_epoch_steps.
 * Source: spec/io.md 6.5
 */
u32 drbd_epoch_barrier(struct drbd_epoch_received *epoch, enum drbd_write_order order,
		       bool finished, bool have_new)
{
	bool waits = order == DRBD_ORDER_FLUSH || order == DRBD_ORDER_DRAIN;
	u32 steps = 0;

	if (finished)
		return 0;
	if (waits || !have_new) {
		steps |= DRBD_EPOCH_DRAIN | DRBD_EPOCH_MARK_DONE;
		if (order >= DRBD_ORDER_FLUSH)
			steps |= DRBD_EPOCH_FLUSH;
		epoch->flags |= DRBD_EPOCH_BARRIER_ISSUED;
	}
	if (have_new)
		return steps | DRBD_EPOCH_NEW;
	return steps | DRBD_EPOCH_ACKS | DRBD_EPOCH_REUSE;
}
EXPORT_SYMBOL_GPL(drbd_epoch_barrier);

/**
 * drbd_epoch_first_write_flushes() - whether to submit it with PREFLUSH and FUA
 * @order: method
 * @previous: the epoch before, NULL if that is finished
 *
 * For the first write of an epoch. Its completion tells that the previous epoch
 * is on stable storage, where there is one.
 *
 * Return: true if it is to flush.
 * Source: spec/io.md 6.5
 */
bool drbd_epoch_first_write_flushes(enum drbd_write_order order,
				    const struct drbd_epoch_received *previous)
{
	if (order != DRBD_ORDER_BARRIER)
		return false;
	return !previous || previous->size > 1 ||
	       !(previous->flags & DRBD_EPOCH_CONTAINS_BARRIER);
}
EXPORT_SYMBOL_GPL(drbd_epoch_first_write_flushes);

/**
 * drbd_epoch_headroom() - whether the activity log has room for a write
 * @room: what it needs
 * @epoch: current epoch, the write already counted in it
 * @confirm: result: set size for P_CONFIRM_STABLE, 0 if none is to be sent
 *
 * Extents of received writes stay hot until the peer ack, which comes after the
 * barrier ack, which comes after a barrier. If the epoch alone fills the activity
 * log, that never happens. So the caller has to wait until no write is active,
 * to flush as the method says, to wait until all acknowledgments are sent, to
 * send P_CONFIRM_STABLE for all older writes of the epoch, to add @confirm to
 * those that are confirmed, and to let the next one begin with this write. Peers
 * before protocol 114 do not know that packet; their batches are epochs of one write.
 *
 * Return: true if there is room.
 * Source: spec/io.md 6.6
 */
bool drbd_epoch_headroom(const struct drbd_headroom *room,
			 const struct drbd_epoch_received *epoch, u32 *confirm)
{
	*confirm = 0;
	if (room->need <= room->slots - min(room->used, room->slots))
		return true;
	if (!room->is_oldest)
		*confirm = epoch->size - epoch->confirmed - 1;
	return false;
}
EXPORT_SYMBOL_GPL(drbd_epoch_headroom);
