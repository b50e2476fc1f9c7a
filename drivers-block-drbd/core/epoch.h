/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Epochs and barriers, on the side that writes
 *
 * Source: spec/io.md 2.7 to 2.9 and 4.2.
 */
#ifndef DRBD_CORE_EPOCH_H
#define DRBD_CORE_EPOCH_H

#include "types.h"

/**
 * struct drbd_epoch - current epoch of a resource
 * @nr: number, compared by signed difference
 * @writes: writes in it
 */
struct drbd_epoch {
	u32 nr;
	u32 writes;
};

/**
 * struct drbd_epoch_mix - out-of-sync entries of a connection
 * @any: there was one
 * @nr: epoch number of the newest one
 */
struct drbd_epoch_mix {
	bool any;
	u32 nr;
};

/**
 * enum drbd_epoch_entry - what a sender takes from the transfer log
 * @DRBD_EPOCH_WRITE: data of a write
 * @DRBD_EPOCH_OUT_OF_SYNC: P_OUT_OF_SYNC, or nothing if it is to be skipped
 * @DRBD_EPOCH_READ: P_DATA_REQUEST
 */
enum drbd_epoch_entry {
	DRBD_EPOCH_WRITE,
	DRBD_EPOCH_OUT_OF_SYNC,
	DRBD_EPOCH_READ,
};

/**
 * struct drbd_epoch_sender - what the sender of a connection knows of epochs
 * @tracking: false until the first write since connect
 * @nr: number of the epoch that it is in
 * @writes: writes sent in it
 */
struct drbd_epoch_sender {
	bool tracking;
	u32 nr;
	u32 writes;
};

/**
 * struct drbd_epoch_idle - what a sender sees when it has nothing to send
 * @nr: current epoch of the resource
 * @dagtag_seen: the newest dagtag of the resource has passed this sender
 * @next_not_ready: the next entry is about out-of-sync and not ready
 */
struct drbd_epoch_idle {
	u32 nr;
	bool dagtag_seen;
	bool next_not_ready;
};

/**
 * enum drbd_barrier_verdict - what an acknowledgment of a barrier is worth
 * @DRBD_BARRIER_OK: confirm the writes
 * @DRBD_BARRIER_BAD_NUMBER: not the oldest epoch, or nothing to confirm at all
 * @DRBD_BARRIER_BAD_COUNT: other writes than those sent
 * @DRBD_BARRIER_NOT_SENT: writes that have not yet been sent
 * @DRBD_BARRIER_BAD_OLDEST: P_CONFIRM_STABLE does not begin with the oldest write
 * @DRBD_BARRIER_BAD_YOUNGEST: its last write is not in the same epoch
 */
enum drbd_barrier_verdict {
	DRBD_BARRIER_OK,
	DRBD_BARRIER_BAD_NUMBER,
	DRBD_BARRIER_BAD_COUNT,
	DRBD_BARRIER_NOT_SENT,
	DRBD_BARRIER_BAD_OLDEST,
	DRBD_BARRIER_BAD_YOUNGEST,
};

/**
 * struct drbd_barrier_check - validation of a barrier ack
 * @partial: it is a P_CONFIRM_STABLE
 * @nr: epoch number in a P_BARRIER_ACK
 * @oldest: block id in a P_CONFIRM_STABLE
 * @youngest: block id in a P_CONFIRM_STABLE
 * @claimed: number of writes in the packet
 * @found: the oldest write was seen
 * @epoch: its epoch, what was expected for @nr
 * @count: writes counted, what was expected for @claimed
 * @refused: of these, such that the peer need not have counted
 * @complete: the last write that it covers was seen
 * @not_sent: one of them is still with the sender
 * @bad_oldest: @oldest is another write
 */
struct drbd_barrier_check {
	bool partial;
	u32 nr;
	u64 oldest;
	u64 youngest;
	u32 claimed;
	bool found;
	u32 epoch;
	u32 count;
	u32 refused;
	bool complete;
	bool not_sent;
	bool bad_oldest;
};

bool drbd_epoch_close(struct drbd_epoch *epoch);
u32 drbd_epoch_add(struct drbd_epoch *epoch, u32 size);
bool drbd_epoch_limit(struct drbd_epoch *epoch, u32 max_epoch_size, bool batch,
		      unsigned int lowest_protocol);
bool drbd_epoch_completed(struct drbd_epoch *epoch, u32 nr, u32 size);
void drbd_epoch_add_out_of_sync(struct drbd_epoch_mix *mix, u32 nr);
bool drbd_epoch_close_before_data(struct drbd_epoch *epoch,
				  const struct drbd_epoch_mix *mix);
bool drbd_epoch_reached(u32 nr, u32 since);

bool drbd_epoch_send(struct drbd_epoch_sender *sender, enum drbd_epoch_entry entry,
		     u32 nr, u32 *barrier);
bool drbd_epoch_send_idle(struct drbd_epoch_sender *sender,
			  const struct drbd_epoch_idle *idle, u32 *barrier);

void drbd_barrier_ack_begin(struct drbd_barrier_check *check, u32 nr, u32 n);
void drbd_confirm_stable_begin(struct drbd_barrier_check *check, u64 oldest,
			       u64 youngest, u32 n);
bool drbd_barrier_check_entry(struct drbd_barrier_check *check, u64 id, u32 epoch,
			      u16 leg);
enum drbd_barrier_verdict drbd_barrier_check_end(const struct drbd_barrier_check *check);

#endif
