// SPDX-License-Identifier: GPL-2.0-only
/*
 * Epochs and barriers, on the side that writes
 *
 * Writes that are in flight at the same time may reach a disk in any order, but
 * one that was issued after another had completed must not overtake it, on any
 * replica. So the stream of writes is cut into epochs: a completed write closes
 * the epoch that it is in. A barrier packet between two epochs makes the peer
 * keep them apart, and its acknowledgment tells that all of the older one is on
 * stable storage, which is what an activity log extent has to stay hot for.
 *
 * Epochs belong to the resource, not to a connection; each sender derives from
 * the numbers of the entries it takes when a barrier is due on its own stream.
 */

#include <linux/export.h>
#include <linux/string.h>

#include "epoch.h"
#include "request.h"

/* Peers before this protocol cannot confirm a part of an epoch, so that two
 * nodes with full activity logs could wait for each other.
 */
#define PROTO_CONFIRM_STABLE	114

/**
 * drbd_epoch_close() - end the current epoch
 * @epoch: of the resource
 *
 * Return: true if there is a new epoch, and senders have to be woken.
 * Source: spec/io.md 2.9
 */
bool drbd_epoch_close(struct drbd_epoch *epoch)
{
	if (!epoch->writes)
		return false;
	epoch->nr++;
	epoch->writes = 0;
	return true;
}
EXPORT_SYMBOL_GPL(drbd_epoch_close);

/**
 * drbd_epoch_add() - add a write to the current epoch
 * @epoch: of the resource
 * @size: in bytes; an empty flush does not count
 *
 * The dagtag of the write has to be visible to senders before this: one that
 * sees the epoch closed has to see as well that a write is being added.
 *
 * Return: epoch number of the write.
 * Source: spec/io.md 2.6 (4, 5)
 */
u32 drbd_epoch_add(struct drbd_epoch *epoch, u32 size)
{
	if (size)
		epoch->writes++;
	return epoch->nr;
}
EXPORT_SYMBOL_GPL(drbd_epoch_add);

/**
 * drbd_epoch_limit() - close the epoch if it is full
 * @epoch: of the resource, a write that goes to a peer was just added
 * @max_epoch_size: option of that connection
 * @batch: the write is a discard or write-zeroes
 * @lowest_protocol: lowest agreed version of all connections
 *
 * Return: true if there is a new epoch.
 * Source: spec/io.md 2.7
 */
bool drbd_epoch_limit(struct drbd_epoch *epoch, u32 max_epoch_size, bool batch,
		      unsigned int lowest_protocol)
{
	if (batch && lowest_protocol < PROTO_CONFIRM_STABLE)
		max_epoch_size = 1;
	return epoch->writes >= max_epoch_size && drbd_epoch_close(epoch);
}
EXPORT_SYMBOL_GPL(drbd_epoch_limit);

/**
 * drbd_epoch_completed() - note that a write was completed to the application
 * @epoch: of the resource
 * @nr: epoch number of the write
 * @size: of the write, in bytes
 *
 * Return: true if there is a new epoch.
 * Source: spec/io.md 1.2 (G6), 2.9
 */
bool drbd_epoch_completed(struct drbd_epoch *epoch, u32 nr, u32 size)
{
	return size && nr == epoch->nr && drbd_epoch_close(epoch);
}
EXPORT_SYMBOL_GPL(drbd_epoch_completed);

/**
 * drbd_epoch_add_out_of_sync() - note an out-of-sync entry for a connection
 * @mix: of the connection
 * @nr: epoch number of the write
 *
 * Source: spec/io.md 2.8
 */
void drbd_epoch_add_out_of_sync(struct drbd_epoch_mix *mix, u32 nr)
{
	mix->any = true;
	mix->nr = nr;
}
EXPORT_SYMBOL_GPL(drbd_epoch_add_out_of_sync);

/**
 * drbd_epoch_close_before_data() - keep data behind an out-of-sync entry apart
 * @epoch: of the resource, before a write is added that sends data to a peer
 * @mix: of the connection to that peer
 *
 * An out-of-sync entry becomes ready only after all older writes are confirmed,
 * so the sender ends their epoch while it waits. Data of another volume that is
 * behind it in the log must not belong to that epoch, because it would come
 * after its barrier.
 *
 * Return: true if there is a new epoch.
 * Source: spec/io.md 1.2 (G5), 2.8
 */
bool drbd_epoch_close_before_data(struct drbd_epoch *epoch,
				  const struct drbd_epoch_mix *mix)
{
	return mix->any && mix->nr == epoch->nr && drbd_epoch_close(epoch);
}
EXPORT_SYMBOL_GPL(drbd_epoch_close_before_data);

/**
 * drbd_epoch_reached() - whether an epoch is not older than another
 * @nr: the one
 * @since: the other, for instance the first one of a generation
 *
 * Return: true if it is not.
 * Source: spec/io.md 9.8, 20 (46)
 */
bool drbd_epoch_reached(u32 nr, u32 since)
{
	return (s32)(nr - since) >= 0;
}
EXPORT_SYMBOL_GPL(drbd_epoch_reached);

static bool leave_epoch(struct drbd_epoch_sender *sender, u32 nr, u32 *barrier)
{
	bool due = sender->writes;

	*barrier = sender->nr;
	sender->nr = nr;
	sender->writes = 0;
	return due;
}

/**
 * drbd_epoch_send() - note that an entry is about to be sent
 * @sender: of the connection
 * @entry: what it is
 * @nr: its epoch number
 * @barrier: result: number of the barrier
 *
 * Return: true if P_BARRIER has to be sent first.
 * Source: spec/io.md 2.8
 */
bool drbd_epoch_send(struct drbd_epoch_sender *sender, enum drbd_epoch_entry entry,
		     u32 nr, u32 *barrier)
{
	bool due = false;

	if (!sender->tracking && entry == DRBD_EPOCH_WRITE) {
		sender->tracking = true;
		sender->nr = nr;
		sender->writes = 0;
	}
	if (sender->tracking && sender->nr != nr)
		due = leave_epoch(sender, nr, barrier);
	if (entry == DRBD_EPOCH_WRITE)
		sender->writes++;
	return due;
}
EXPORT_SYMBOL_GPL(drbd_epoch_send);

/**
 * drbd_epoch_send_idle() - whether a sender without work owes a barrier
 * @sender: of the connection
 * @idle: what it sees
 * @barrier: result: number of the barrier
 *
 * While a write is being added, the number of its epoch is not known here; the
 * barrier could come before a write of the epoch that it ends. An out-of-sync
 * entry that is not ready, though, waits for the answer to that very barrier.
 *
 * Return: true if P_BARRIER has to be sent.
 * Source: spec/io.md 2.8, 20 (3, 4)
 */
bool drbd_epoch_send_idle(struct drbd_epoch_sender *sender,
			  const struct drbd_epoch_idle *idle, u32 *barrier)
{
	if (!sender->tracking || sender->nr == idle->nr)
		return false;
	if (!idle->dagtag_seen && !idle->next_not_ready)
		return false;
	return leave_epoch(sender, idle->nr, barrier);
}
EXPORT_SYMBOL_GPL(drbd_epoch_send_idle);

/**
 * drbd_barrier_ack_begin() - begin to validate a P_BARRIER_ACK
 * @check: to be initialised
 * @nr: barrier number from the packet
 * @n: set size from the packet
 *
 * Then drbd_barrier_check_entry() is fed, then drbd_barrier_check_end() asked.
 * If all is well, %DRBD_REQ_EV_BARRIER_ACK goes to the same entries.
 *
 * Source: spec/io.md 4.2
 */
void drbd_barrier_ack_begin(struct drbd_barrier_check *check, u32 nr, u32 n)
{
	memset(check, 0, sizeof(*check));
	check->nr = nr;
	check->claimed = n;
}
EXPORT_SYMBOL_GPL(drbd_barrier_ack_begin);

/**
 * drbd_confirm_stable_begin() - begin to validate a P_CONFIRM_STABLE
 * @check: to be initialised
 * @oldest: block id from the packet
 * @youngest: block id from the packet
 * @n: set size from the packet
 *
 * Source: spec/io.md 4.2
 */
void drbd_confirm_stable_begin(struct drbd_barrier_check *check, u64 oldest,
			       u64 youngest, u32 n)
{
	memset(check, 0, sizeof(*check));
	check->partial = true;
	check->oldest = oldest;
	check->youngest = youngest;
	check->claimed = n;
}
EXPORT_SYMBOL_GPL(drbd_confirm_stable_begin);

/**
 * drbd_barrier_check_entry() - feed an entry of the transfer log
 * @check: begun
 * @id: block id of the entry, to be compared only
 * @epoch: its epoch number
 * @leg: &enum drbd_leg_bits for the peer that sent the packet
 *
 * To be called in the order of the log, from the oldest entry on that is not done
 * for the peer, or from an older one. Only what was meant for this peer counts:
 * there may be volumes that it does not have.
 *
 * Return: false if no more entries are needed.
 * Source: spec/io.md 4.2, 20 (5)
 */
bool drbd_barrier_check_entry(struct drbd_barrier_check *check, u64 id, u32 epoch,
			      u16 leg)
{
	if (!(leg & DRBD_LEG_EXPECT_BARRIER_ACK) || leg & DRBD_LEG_DONE)
		return true;
	if (!check->found) {
		check->found = true;
		check->epoch = epoch;
		check->bad_oldest = check->partial && id != check->oldest;
	} else if (epoch != check->epoch) {
		return false;
	}
	if (leg & DRBD_LEG_QUEUED)
		check->not_sent = true;
	check->count++;
	if (leg & DRBD_LEG_REFUSED)
		check->refused++;
	check->complete = check->partial && id == check->youngest;
	return !check->complete;
}
EXPORT_SYMBOL_GPL(drbd_barrier_check_entry);

/**
 * drbd_barrier_check_end() - what the packet is worth
 * @check: fed with all that it wanted
 *
 * Anything but %DRBD_BARRIER_OK is a protocol error. @check tells what was
 * expected.
 *
 * Return: the verdict.
 * Source: spec/io.md 4.2
 */
enum drbd_barrier_verdict drbd_barrier_check_end(const struct drbd_barrier_check *check)
{
	if (check->bad_oldest || (check->partial && !check->found))
		return DRBD_BARRIER_BAD_OLDEST;
	if (check->partial && !check->complete)
		return DRBD_BARRIER_BAD_YOUNGEST;
	if (!check->partial && (!check->found || check->nr != check->epoch))
		return DRBD_BARRIER_BAD_NUMBER;
	if (check->claimed > check->count || check->claimed < check->count - check->refused)
		return DRBD_BARRIER_BAD_COUNT;
	return check->not_sent ? DRBD_BARRIER_NOT_SENT : DRBD_BARRIER_OK;
}
EXPORT_SYMBOL_GPL(drbd_barrier_check_end);
