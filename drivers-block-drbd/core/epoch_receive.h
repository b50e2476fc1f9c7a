/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Epochs and barriers, on the side that receives
 *
 * Source: spec/io.md 4.4, 6.5 and 6.6.
 */
#ifndef DRBD_CORE_EPOCH_RECEIVE_H
#define DRBD_CORE_EPOCH_RECEIVE_H

#include <linux/bits.h>

#include "types.h"

/**
 * enum drbd_write_order - how a receiver keeps the order of epochs
 * @DRBD_ORDER_NONE: not at all
 * @DRBD_ORDER_DRAIN: waits for the writes of an epoch
 * @DRBD_ORDER_FLUSH: also flushes the disks
 * @DRBD_ORDER_BARRIER: the first write of an epoch flushes
 *
 * These numbers are reported in statistics.
 */
enum drbd_write_order {
	DRBD_ORDER_NONE = 0,
	DRBD_ORDER_DRAIN = 1,
	DRBD_ORDER_FLUSH = 2,
	DRBD_ORDER_BARRIER = 3,
};

/**
 * struct drbd_write_order_options - disk options of one volume
 * @barrier: disk-barrier
 * @flushes: disk-flushes
 * @drain: disk-drain
 */
struct drbd_write_order_options {
	bool barrier;
	bool flushes;
	bool drain;
};

/**
 * enum drbd_epoch_flags - state of a received epoch
 * @DRBD_EPOCH_HAS_NUMBER: its P_BARRIER came
 * @DRBD_EPOCH_BARRIER_ISSUED: drain or flush was begun
 * @DRBD_EPOCH_BARRIER_DONE: the writes are on stable storage
 * @DRBD_EPOCH_CONTAINS_BARRIER: its first write flushes
 * @DRBD_EPOCH_FINISHING: somebody is about to finish it
 */
enum drbd_epoch_flags {
	DRBD_EPOCH_HAS_NUMBER = BIT(0),
	DRBD_EPOCH_BARRIER_ISSUED = BIT(1),
	DRBD_EPOCH_BARRIER_DONE = BIT(2),
	DRBD_EPOCH_CONTAINS_BARRIER = BIT(3),
	DRBD_EPOCH_FINISHING = BIT(4),
};

/**
 * struct drbd_epoch_received - an epoch on the receiving side
 * @nr: barrier number, to be echoed; valid with %DRBD_EPOCH_HAS_NUMBER
 * @size: writes received, refused ones too
 * @active: of these, accepted but not yet acknowledged
 * @confirmed: of these, reported with P_CONFIRM_STABLE
 * @flags: &enum drbd_epoch_flags
 */
struct drbd_epoch_received {
	u32 nr;
	u32 size;
	u32 active;
	u32 confirmed;
	u32 flags;
};

/**
 * enum drbd_epoch_steps - what to do for a P_BARRIER, in this order
 * @DRBD_EPOCH_DRAIN: wait until no write is active, or the connection is lost
 * @DRBD_EPOCH_FLUSH: flush all volumes; if one fails, fall back to drain
 * @DRBD_EPOCH_MARK_DONE: set %DRBD_EPOCH_BARRIER_DONE, and try to finish it
 * @DRBD_EPOCH_ACKS: wait until all acknowledgments are sent
 * @DRBD_EPOCH_NEW: start a new epoch
 * @DRBD_EPOCH_REUSE: go on with this one, which is finished by now
 */
enum drbd_epoch_steps {
	DRBD_EPOCH_DRAIN = BIT(0),
	DRBD_EPOCH_FLUSH = BIT(1),
	DRBD_EPOCH_MARK_DONE = BIT(2),
	DRBD_EPOCH_ACKS = BIT(3),
	DRBD_EPOCH_NEW = BIT(4),
	DRBD_EPOCH_REUSE = BIT(5),
};

/**
 * struct drbd_headroom - what a received write needs of the activity log
 * @need: extents that all waiting writes need, this one included
 * @slots: of the activity log
 * @used: of these
 * @is_oldest: it is the first write of its epoch that is not confirmed
 */
struct drbd_headroom {
	u32 need;
	u32 slots;
	u32 used;
	bool is_oldest;
};

enum drbd_write_order drbd_write_order(enum drbd_write_order wanted,
				       const struct drbd_write_order_options *volumes,
				       unsigned int n);
enum drbd_write_order drbd_write_order_fallback(enum drbd_write_order now,
						enum drbd_write_order to,
						const struct drbd_write_order_options *volumes,
						unsigned int n);

bool drbd_epoch_may_finish(const struct drbd_epoch_received *epoch, bool oldest,
			   enum drbd_write_order order, bool cleanup);
u32 drbd_epoch_set_size(const struct drbd_epoch_received *epoch);
u32 drbd_epoch_barrier(struct drbd_epoch_received *epoch, enum drbd_write_order order,
		       bool finished, bool have_new);
bool drbd_epoch_first_write_flushes(enum drbd_write_order order,
				    const struct drbd_epoch_received *previous);
bool drbd_epoch_headroom(const struct drbd_headroom *room,
			 const struct drbd_epoch_received *epoch, u32 *confirm);

#endif
