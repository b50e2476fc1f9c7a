/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Life of one resync request, on the target and on the source
 *
 * Everything here is a pure function; the caller keeps others from the request
 * meanwhile, and carries out actions in the order of their numbers.
 */
#ifndef DRBD_CORE_RESYNC_FLOW_H
#define DRBD_CORE_RESYNC_FLOW_H

#include <linux/bits.h>

#include "types.h"

/**
 * enum drbd_rs_action - what to do about a request
 * @DRBD_RS_RECEIVE: receive its data
 * @DRBD_RS_DRAIN: skip its data in the stream
 * @DRBD_RS_ANSWERED: one answer less is expected (target: pending, source: acks)
 * @DRBD_RS_SET_ALL: set its blocks out of sync in all slots
 * @DRBD_RS_SET: set its blocks out of sync towards the peer
 * @DRBD_RS_CLEAR: clear its blocks towards the peer
 * @DRBD_RS_FAILED: count its out-of-sync blocks as failed
 * @DRBD_RS_SAME: count its blocks as equal by digest
 * @DRBD_RS_IO_ERROR: apply the I/O error policy
 * @DRBD_RS_UNSUCCESSFUL: let requests in flight drain before the next turn
 * @DRBD_RS_STOP: request nothing until the state changes
 * @DRBD_RS_UNSTABLE: the device is not marked stable any more
 * @DRBD_RS_TELL_TARGETS: send P_OUT_OF_SYNC to the peers that sync from here
 * @DRBD_RS_READ: read, and make a digest if one is used
 * @DRBD_RS_LOCK: target: insert the interval, wait until it may be sent; source: until
 *	it may be read
 * @DRBD_RS_SEND: target: take a dagtag and send the request; source: send the data
 * @DRBD_RS_RELOCK: wait until it may be written
 * @DRBD_RS_MERGE: it is a discard that may be merged with others, when it may be written
 * @DRBD_RS_WRITE: write or discard
 * @DRBD_RS_DELAY: wait 100 ms
 * @DRBD_RS_PARK: wait for the dagtag
 * @DRBD_RS_SEND_ACK: target: P_RS_WRITE_ACK
 * @DRBD_RS_SEND_NEG: target: P_RS_NEG_ACK; source: P_NEG_RS_DREPLY
 * @DRBD_RS_SEND_CANCEL: P_RS_CANCEL
 * @DRBD_RS_SEND_AHEAD: P_RS_CANCEL_AHEAD
 * @DRBD_RS_SEND_ZEROES: P_RS_DEALLOCATED or P_RS_DEALLOCATED_ID
 * @DRBD_RS_SEND_SAME: P_RS_IS_IN_SYNC
 * @DRBD_RS_PROGRESS: note it for P_PEERS_IN_SYNC, before it is released
 * @DRBD_RS_RELEASE: release the interval and the request
 */
enum drbd_rs_action {
	DRBD_RS_RECEIVE = BIT(0),
	DRBD_RS_DRAIN = BIT(1),
	DRBD_RS_ANSWERED = BIT(2),
	DRBD_RS_SET_ALL = BIT(3),
	DRBD_RS_SET = BIT(4),
	DRBD_RS_CLEAR = BIT(5),
	DRBD_RS_FAILED = BIT(6),
	DRBD_RS_SAME = BIT(7),
	DRBD_RS_IO_ERROR = BIT(8),
	DRBD_RS_UNSUCCESSFUL = BIT(9),
	DRBD_RS_STOP = BIT(10),
	DRBD_RS_UNSTABLE = BIT(11),
	DRBD_RS_TELL_TARGETS = BIT(12),
	DRBD_RS_READ = BIT(13),
	DRBD_RS_LOCK = BIT(14),
	DRBD_RS_SEND = BIT(15),
	DRBD_RS_RELOCK = BIT(16),
	DRBD_RS_MERGE = BIT(17),
	DRBD_RS_WRITE = BIT(18),
	DRBD_RS_DELAY = BIT(19),
	DRBD_RS_PARK = BIT(20),
	DRBD_RS_SEND_ACK = BIT(21),
	DRBD_RS_SEND_NEG = BIT(22),
	DRBD_RS_SEND_CANCEL = BIT(23),
	DRBD_RS_SEND_AHEAD = BIT(24),
	DRBD_RS_SEND_ZEROES = BIT(25),
	DRBD_RS_SEND_SAME = BIT(26),
	DRBD_RS_PROGRESS = BIT(27),
	DRBD_RS_RELEASE = BIT(28),
};

/**
 * enum drbd_rs_state - how far a request is
 * @DRBD_RS_NEW: target: registered; source: received
 * @DRBD_RS_READING: is read
 * @DRBD_RS_WAITING: waits for conflicts, a dagtag or a delay
 * @DRBD_RS_SENT: target: waits for the answer; source: for the ack
 * @DRBD_RS_RECEIVED: target: waits until it may be written
 * @DRBD_RS_WRITING: target: is written
 * @DRBD_RS_DONE: was released
 */
enum drbd_rs_state {
	DRBD_RS_NEW,
	DRBD_RS_READING,
	DRBD_RS_WAITING,
	DRBD_RS_SENT,
	DRBD_RS_RECEIVED,
	DRBD_RS_WRITING,
	DRBD_RS_DONE,
};

/**
 * enum drbd_rs_event - what happens to a request
 * @DRBD_RS_START: target: it was registered
 * @DRBD_RS_FREE: nothing conflicts with it any more, or what else it waited for is over
 * @DRBD_RS_READ_OK: it was read
 * @DRBD_RS_READ_FAILED: reading failed
 * @DRBD_RS_GOT_DATA: target: P_RS_DATA_REPLY
 * @DRBD_RS_GOT_ZEROES: target: P_RS_DEALLOCATED or P_RS_DEALLOCATED_ID
 * @DRBD_RS_GOT_SAME: target: P_RS_IS_IN_SYNC
 * @DRBD_RS_GOT_NEG: target: P_NEG_RS_DREPLY; source: P_RS_NEG_ACK
 * @DRBD_RS_GOT_CANCEL: target: P_RS_CANCEL
 * @DRBD_RS_GOT_AHEAD: target: P_RS_CANCEL_AHEAD
 * @DRBD_RS_GOT_ACK: source: P_RS_WRITE_ACK
 * @DRBD_RS_WRITE_OK: target: it was written
 * @DRBD_RS_WRITE_FAILED: target: writing failed
 * @DRBD_RS_SENDING_OVER: source: the call that sent the data has returned
 * @DRBD_RS_DAGTAG_LOST: source: the node whose dagtag it waits for is gone
 * @DRBD_RS_LOST: the connection is lost
 */
enum drbd_rs_event {
	DRBD_RS_START,
	DRBD_RS_FREE,
	DRBD_RS_READ_OK,
	DRBD_RS_READ_FAILED,
	DRBD_RS_GOT_DATA,
	DRBD_RS_GOT_ZEROES,
	DRBD_RS_GOT_SAME,
	DRBD_RS_GOT_NEG,
	DRBD_RS_GOT_CANCEL,
	DRBD_RS_GOT_AHEAD,
	DRBD_RS_GOT_ACK,
	DRBD_RS_WRITE_OK,
	DRBD_RS_WRITE_FAILED,
	DRBD_RS_SENDING_OVER,
	DRBD_RS_DAGTAG_LOST,
	DRBD_RS_LOST,
};

/**
 * struct drbd_rs_request - a request, on either side
 * @state: how far it is
 * @sending: source: the call that sends the data has not returned
 * @unacked: source: there is no ack so far
 * @lost: target: the connection was lost while the disk had it
 */
struct drbd_rs_request {
	enum drbd_rs_state state;
	bool sending;
	bool unacked;
	bool lost;
};

/**
 * struct drbd_rs_target - what a target has to know
 * @csums: digests are used
 * @has_disk: there is a disk here
 * @dagtags: DRBD_FF_RESYNC_DAGTAG was agreed
 * @al_active: an activity log extent of the range is active
 * @source_stable: the source is stable
 */
struct drbd_rs_target {
	bool csums;
	bool has_disk;
	bool dagtags;
	bool al_active;
	bool source_stable;
};

/**
 * struct drbd_rs_source - what a source has to know
 * @protocol: agreed version
 * @repl: replication state
 * @disk: own disk state
 * @peer_disk: disk state of the target
 * @connected: the connection is up
 * @dagtags: DRBD_FF_RESYNC_DAGTAG was agreed
 * @al_active: an activity log extent of the surrounding 128 MiB is active
 * @throttled: drbd_resync_throttle(), for a target that is not Primary
 * @wait_dagtag: drbd_resync_wait_dagtag()
 * @digest_equal: the request has a digest, that is equal to the own one
 * @thin: the request is thin
 * @zeroes: all of the data is zero
 */
struct drbd_rs_source {
	unsigned int protocol;
	enum drbd_repl repl;
	enum drbd_disk disk;
	enum drbd_disk peer_disk;
	bool connected;
	bool dagtags;
	bool al_active;
	bool throttled;
	bool wait_dagtag;
	bool digest_equal;
	bool thin;
	bool zeroes;
};

/**
 * struct drbd_resync_dagtag - writes that an answer has to include
 * @node: the node that wrote, or %DRBD_NO_NODE
 * @dagtag: its dagtag after the last one, 0 if none
 */
struct drbd_resync_dagtag {
	int node;
	u64 dagtag;
};

bool drbd_resync_use_csums(unsigned int protocol, bool configured, bool after_crash_only,
			   bool crashed, bool reconciliation);
int drbd_resync_take_dagtag(int self, bool primary, u64 own, u64 primaries, const u64 *dagtags,
			    struct drbd_resync_dagtag *result);
bool drbd_resync_wait_dagtag(const struct drbd_resync_dagtag *want, int self, bool connected,
			     u64 last);

int drbd_rs_target_event(struct drbd_rs_request *req, enum drbd_rs_event event,
			 const struct drbd_rs_target *target);
int drbd_rs_source_check(u64 sector, u32 size, u64 capacity);
int drbd_rs_source_accept(struct drbd_rs_request *req, const struct drbd_rs_source *source);
int drbd_rs_source_event(struct drbd_rs_request *req, enum drbd_rs_event event,
			 const struct drbd_rs_source *source);

#endif
