/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One application request on its way to the local disk and to N peers
 *
 * Plain data: the caller serialises events of one request, and does what the
 * returned effects say. Source: spec/io.md 2.9 to 2.11 and 3.
 */
#ifndef DRBD_CORE_REQUEST_H
#define DRBD_CORE_REQUEST_H

#include <linux/bits.h>

#include "types.h"

/**
 * enum drbd_leg_bits - what is known of a request towards one peer
 * @DRBD_LEG_PENDING: the answer that its protocol demands is missing
 * @DRBD_LEG_OUT_OF_SYNC: only P_OUT_OF_SYNC is to be sent
 * @DRBD_LEG_QUEUED: the sender has not yet dealt with it
 * @DRBD_LEG_READY: the sender may deal with it
 * @DRBD_LEG_SENT: handed to the network
 * @DRBD_LEG_DONE: nothing more is expected from the peer
 * @DRBD_LEG_OK: the peer has it, as far as its protocol tells
 * @DRBD_LEG_IN_SYNC: the peer has cleared its out-of-sync bits
 * @DRBD_LEG_EXPECT_RECV_ACK: protocol B
 * @DRBD_LEG_EXPECT_WRITE_ACK: protocol C
 * @DRBD_LEG_EXPECT_BARRIER_ACK: data of a write, in any protocol
 * @DRBD_LEG_LOST: the connection that it was meant for is gone; whatever comes
 *	from the next one is not about it until it is sent again
 * @DRBD_LEG_REFUSED: not written there, in favour of a write of the peer; an 8.4 peer
 *	may or may not count it in its epoch
 * @DRBD_LEG_NET: bits of which at least one is set when it concerns the peer
 */
enum drbd_leg_bits {
	DRBD_LEG_PENDING = BIT(0),
	DRBD_LEG_OUT_OF_SYNC = BIT(1),
	DRBD_LEG_QUEUED = BIT(2),
	DRBD_LEG_READY = BIT(3),
	DRBD_LEG_SENT = BIT(4),
	DRBD_LEG_DONE = BIT(5),
	DRBD_LEG_OK = BIT(6),
	DRBD_LEG_IN_SYNC = BIT(7),
	DRBD_LEG_EXPECT_RECV_ACK = BIT(8),
	DRBD_LEG_EXPECT_WRITE_ACK = BIT(9),
	DRBD_LEG_EXPECT_BARRIER_ACK = BIT(10),
	DRBD_LEG_LOST = BIT(11),
	DRBD_LEG_REFUSED = BIT(12),
	DRBD_LEG_NET = 0xff,
};

/**
 * enum drbd_request_bits - what is known of a request on this node
 * @DRBD_REQ_LOCAL_PENDING: the private bio is out
 * @DRBD_REQ_LOCAL_COMPLETED: the private bio has ended
 * @DRBD_REQ_LOCAL_OK: it has ended well
 * @DRBD_REQ_LOCAL_ABORTED: no longer waited for, its disk is given up
 * @DRBD_REQ_WRITE: modifies data; a read otherwise
 * @DRBD_REQ_BATCH: a discard or write-zeroes, without payload
 * @DRBD_REQ_READ_AHEAD: a read that nobody waits for
 * @DRBD_REQ_IN_AL: has references on activity log extents
 * @DRBD_REQ_ON_LOG: is, or was, on the transfer log
 * @DRBD_REQ_POSTPONED: to be started over with a new request
 * @DRBD_REQ_HELD: must not complete before I/O is resumed
 * @DRBD_REQ_UNCONFIRMED: held until a peer confirms the new generation
 * @DRBD_REQ_SUBMITTING: has not yet been given to all its legs
 * @DRBD_REQ_FINISHED: the master bio is completed, or handed to a new request
 * @DRBD_REQ_SETTLED: bitmaps and activity log are settled
 * @DRBD_REQ_BEHIND_UNSETTLED: an older write is not settled
 * @DRBD_REQ_BEHIND_LOGGED: an older write is still on the transfer log
 * @DRBD_REQ_AFTER_RIVAL: to be started over when a write of the peer is done
 */
enum drbd_request_bits {
	DRBD_REQ_LOCAL_PENDING = BIT(0),
	DRBD_REQ_LOCAL_COMPLETED = BIT(1),
	DRBD_REQ_LOCAL_OK = BIT(2),
	DRBD_REQ_LOCAL_ABORTED = BIT(3),
	DRBD_REQ_WRITE = BIT(4),
	DRBD_REQ_BATCH = BIT(5),
	DRBD_REQ_READ_AHEAD = BIT(6),
	DRBD_REQ_IN_AL = BIT(7),
	DRBD_REQ_ON_LOG = BIT(8),
	DRBD_REQ_POSTPONED = BIT(9),
	DRBD_REQ_HELD = BIT(10),
	DRBD_REQ_UNCONFIRMED = BIT(11),
	DRBD_REQ_SUBMITTING = BIT(12),
	DRBD_REQ_FINISHED = BIT(13),
	DRBD_REQ_SETTLED = BIT(14),
	DRBD_REQ_BEHIND_UNSETTLED = BIT(15),
	DRBD_REQ_BEHIND_LOGGED = BIT(16),
	DRBD_REQ_AFTER_RIVAL = BIT(17),
};

/**
 * enum drbd_request_event - what can happen to a request
 * @DRBD_REQ_EV_LOCAL_SUBMIT: the private bio is about to be submitted
 * @DRBD_REQ_EV_LOCAL_OK: the private bio has ended well
 * @DRBD_REQ_EV_LOCAL_WRITE_ERROR: a write failed, on-io-error is applied
 * @DRBD_REQ_EV_LOCAL_READ_ERROR: a read failed
 * @DRBD_REQ_EV_LOCAL_READ_AHEAD_ERROR: a read-ahead failed
 * @DRBD_REQ_EV_LOCAL_BATCH_ERROR: a discard or write-zeroes failed
 * @DRBD_REQ_EV_LOCAL_ABORT: the disk is given up (force-detach, disk-timeout)
 * @DRBD_REQ_EV_NET_READ: the peer shall serve the read
 * @DRBD_REQ_EV_NET_WRITE_A: data goes to the peer with protocol A
 * @DRBD_REQ_EV_NET_WRITE_B: data goes to the peer with protocol B
 * @DRBD_REQ_EV_NET_WRITE_C: data goes to the peer with protocol C
 * @DRBD_REQ_EV_NET_OUT_OF_SYNC: the peer gets P_OUT_OF_SYNC
 * @DRBD_REQ_EV_READY: the sender may take it
 * @DRBD_REQ_EV_FLUSH_COVERED: an empty flush that an UpToDate peer covers
 * @DRBD_REQ_EV_OUT_OF_SYNC_SKIP: the peer knows already, nothing to send
 * @DRBD_REQ_EV_SENT_OK: the sender is through with the packet
 * @DRBD_REQ_EV_SEND_FAIL: the sender could not send it
 * @DRBD_REQ_EV_SEND_CANCEL: the sender has exited
 * @DRBD_REQ_EV_OUT_OF_SYNC_SENT: the sender dequeued an out-of-sync entry
 * @DRBD_REQ_EV_RECV_ACK: P_RECV_ACK
 * @DRBD_REQ_EV_WRITE_ACK: P_WRITE_ACK
 * @DRBD_REQ_EV_WRITE_ACK_IN_SYNC: P_WRITE_ACK_IN_SYNC or what stands for it
 * @DRBD_REQ_EV_SUPERSEDED: P_SUPERSEDED, of an 8.4 peer
 * @DRBD_REQ_EV_RETRY_WRITE: P_RETRY_WRITE, of an 8.4 peer
 * @DRBD_REQ_EV_NEG_ACK: P_NEG_ACK or P_NEG_DREPLY
 * @DRBD_REQ_EV_DATA_RECEIVED: P_DATA_REPLY, all of it
 * @DRBD_REQ_EV_BARRIER_ACK: in a valid P_BARRIER_ACK or P_CONFIRM_STABLE
 * @DRBD_REQ_EV_CONN_LOST: the connection is gone
 * @DRBD_REQ_EV_CONN_LOST_SUSPENDED: the same, while the resource is suspended
 * @DRBD_REQ_EV_SUSPEND_CANCEL: the peer is given up after a suspension
 * @DRBD_REQ_EV_RESEND: the same peer instance is back and needs no resync
 * @DRBD_REQ_EV_COMPLETION_RESUME: I/O is resumed
 * @DRBD_REQ_EV_GENERATION_CONFIRMED: the optimistic generation is confirmed
 * @DRBD_REQ_EV_POSTPONE: before submission: to be started over
 * @DRBD_REQ_EV_RIVAL_DONE: the peer's write, that P_RETRY_WRITE was about, is done
 * @DRBD_REQ_EV_SUBMITTED: has been given to all its legs
 * @DRBD_REQ_EV_OLDER_SETTLED: the previous write is settled
 * @DRBD_REQ_EV_OLDER_UNLOGGED: the previous write left the transfer log
 */
enum drbd_request_event {
	DRBD_REQ_EV_LOCAL_SUBMIT,
	DRBD_REQ_EV_LOCAL_OK,
	DRBD_REQ_EV_LOCAL_WRITE_ERROR,
	DRBD_REQ_EV_LOCAL_READ_ERROR,
	DRBD_REQ_EV_LOCAL_READ_AHEAD_ERROR,
	DRBD_REQ_EV_LOCAL_BATCH_ERROR,
	DRBD_REQ_EV_LOCAL_ABORT,
	DRBD_REQ_EV_NET_READ,
	DRBD_REQ_EV_NET_WRITE_A,
	DRBD_REQ_EV_NET_WRITE_B,
	DRBD_REQ_EV_NET_WRITE_C,
	DRBD_REQ_EV_NET_OUT_OF_SYNC,
	DRBD_REQ_EV_READY,
	DRBD_REQ_EV_FLUSH_COVERED,
	DRBD_REQ_EV_OUT_OF_SYNC_SKIP,
	DRBD_REQ_EV_SENT_OK,
	DRBD_REQ_EV_SEND_FAIL,
	DRBD_REQ_EV_SEND_CANCEL,
	DRBD_REQ_EV_OUT_OF_SYNC_SENT,
	DRBD_REQ_EV_RECV_ACK,
	DRBD_REQ_EV_WRITE_ACK,
	DRBD_REQ_EV_WRITE_ACK_IN_SYNC,
	DRBD_REQ_EV_SUPERSEDED,
	DRBD_REQ_EV_RETRY_WRITE,
	DRBD_REQ_EV_NEG_ACK,
	DRBD_REQ_EV_DATA_RECEIVED,
	DRBD_REQ_EV_BARRIER_ACK,
	DRBD_REQ_EV_CONN_LOST,
	DRBD_REQ_EV_CONN_LOST_SUSPENDED,
	DRBD_REQ_EV_SUSPEND_CANCEL,
	DRBD_REQ_EV_RESEND,
	DRBD_REQ_EV_COMPLETION_RESUME,
	DRBD_REQ_EV_GENERATION_CONFIRMED,
	DRBD_REQ_EV_POSTPONE,
	DRBD_REQ_EV_RIVAL_DONE,
	DRBD_REQ_EV_SUBMITTED,
	DRBD_REQ_EV_OLDER_SETTLED,
	DRBD_REQ_EV_OLDER_UNLOGGED,
};

/**
 * enum drbd_request_effects - what the caller has to do after an event
 * @DRBD_REQ_FX_LOCAL_ADD: put it on the device's local pending list
 * @DRBD_REQ_FX_LOCAL_DEL: take it off that list
 * @DRBD_REQ_FX_LOCAL_COUNT: add its sectors to writ_cnt or read_cnt
 * @DRBD_REQ_FX_LOCAL_LOG: log the failed local write
 * @DRBD_REQ_FX_LOCAL_LATE: log the delayed completion of an aborted request
 * @DRBD_REQ_FX_PANIC: an aborted request succeeded, its pages may be someone
 *	else's by now
 * @DRBD_REQ_FX_ALL_OUT_OF_SYNC: set the range's bits in all slots
 * @DRBD_REQ_FX_PENDING_INC: ap_pending_cnt of the peer device + 1
 * @DRBD_REQ_FX_PENDING_DEC: ap_pending_cnt of the peer device - 1
 * @DRBD_REQ_FX_FLIGHT_ADD: add drbd_request_payload() to ap_in_flight
 * @DRBD_REQ_FX_FLIGHT_SUB: subtract drbd_request_payload() from ap_in_flight
 * @DRBD_REQ_FX_REMOTE_READ_ADD: insert it into the tree of remote reads
 * @DRBD_REQ_FX_REMOTE_READ_DEL: remove it from there
 * @DRBD_REQ_FX_ACKED: note the time of the (assumed) acknowledgment
 * @DRBD_REQ_FX_WAKE_SENDER: wake the sender of this connection
 * @DRBD_REQ_FX_AHEAD_EXIT: if Ahead and nothing is in flight, arm its end
 * @DRBD_REQ_FX_ACK_WAIT_BEGIN: became sent and pending
 * @DRBD_REQ_FX_ACK_WAIT_END: no longer sent and pending
 * @DRBD_REQ_FX_NOT_DONE_BEGIN: became ready and not done
 * @DRBD_REQ_FX_NOT_DONE_END: no longer ready and not done
 * @DRBD_REQ_FX_QUEUED_BEGIN: became queued
 * @DRBD_REQ_FX_QUEUED_END: no longer queued
 * @DRBD_REQ_FX_BARRIER_EARLY: log: acks of the epoch were still missing
 * @DRBD_REQ_FX_PROTOCOL_ERROR: the peer must not send that, nothing changed
 * @DRBD_REQ_FX_MISUSE: the caller must not do that, nothing changed
 * @DRBD_REQ_FX_COMPLETE: call drbd_request_complete()
 * @DRBD_REQ_FX_DONE: call drbd_request_settle()
 * @DRBD_REQ_FX_UNLOG: remove it from the transfer log if it is there, and tell
 *	the next write
 * @DRBD_REQ_FX_AL_PUT: put its activity log references
 */
enum drbd_request_effects {
	DRBD_REQ_FX_LOCAL_ADD = BIT(0),
	DRBD_REQ_FX_LOCAL_DEL = BIT(1),
	DRBD_REQ_FX_LOCAL_COUNT = BIT(2),
	DRBD_REQ_FX_LOCAL_LOG = BIT(3),
	DRBD_REQ_FX_LOCAL_LATE = BIT(4),
	DRBD_REQ_FX_PANIC = BIT(5),
	DRBD_REQ_FX_ALL_OUT_OF_SYNC = BIT(6),
	DRBD_REQ_FX_PENDING_INC = BIT(7),
	DRBD_REQ_FX_PENDING_DEC = BIT(8),
	DRBD_REQ_FX_FLIGHT_ADD = BIT(9),
	DRBD_REQ_FX_FLIGHT_SUB = BIT(10),
	DRBD_REQ_FX_REMOTE_READ_ADD = BIT(11),
	DRBD_REQ_FX_REMOTE_READ_DEL = BIT(12),
	DRBD_REQ_FX_ACKED = BIT(13),
	DRBD_REQ_FX_WAKE_SENDER = BIT(14),
	DRBD_REQ_FX_AHEAD_EXIT = BIT(15),
	DRBD_REQ_FX_ACK_WAIT_BEGIN = BIT(16),
	DRBD_REQ_FX_ACK_WAIT_END = BIT(17),
	DRBD_REQ_FX_NOT_DONE_BEGIN = BIT(18),
	DRBD_REQ_FX_NOT_DONE_END = BIT(19),
	DRBD_REQ_FX_QUEUED_BEGIN = BIT(20),
	DRBD_REQ_FX_QUEUED_END = BIT(21),
	DRBD_REQ_FX_BARRIER_EARLY = BIT(22),
	DRBD_REQ_FX_PROTOCOL_ERROR = BIT(23),
	DRBD_REQ_FX_MISUSE = BIT(24),
	DRBD_REQ_FX_COMPLETE = BIT(25),
	DRBD_REQ_FX_DONE = BIT(26),
	DRBD_REQ_FX_UNLOG = BIT(27),
	DRBD_REQ_FX_AL_PUT = BIT(28),
};

/**
 * struct drbd_request - state of one application request
 * @state: &enum drbd_request_bits
 * @size: in bytes; 0 for an empty flush
 * @error: errno of the local failure, negative, 0 if there is none; the caller
 *	stores it before the event
 * @completion_refs: the master bio completes when this becomes 0
 * @done_refs: bitmaps and activity log are settled when this becomes 0
 * @log_refs: it leaves the transfer log when this becomes 0
 * @leg: &enum drbd_leg_bits of each peer, by node id
 */
struct drbd_request {
	u32 state;
	u32 size;
	int error;
	u16 completion_refs;
	u16 done_refs;
	u16 log_refs;
	u16 leg[DRBD_NODES];
};

/**
 * enum drbd_request_outcome - what becomes of a master bio
 * @DRBD_REQ_SUCCESS: complete it
 * @DRBD_REQ_ERROR: complete it with an error
 * @DRBD_REQ_RESTART: start it over with a new request
 */
enum drbd_request_outcome {
	DRBD_REQ_SUCCESS,
	DRBD_REQ_ERROR,
	DRBD_REQ_RESTART,
};

/**
 * struct drbd_request_verdict - the end of a master bio
 * @error_all: the device fails all I/O
 * @no_quorum: on-no-quorum is io-error, and a device of the resource has none
 * @outcome: result: what to do with the bio
 * @error: result: negative errno, 0 unless @outcome is an error
 */
struct drbd_request_verdict {
	bool error_all;
	bool no_quorum;
	enum drbd_request_outcome outcome;
	int error;
};

/**
 * struct drbd_request_bitmap - bitmap changes that a finished write demands
 * @clear: slots in which to clear the range (whole bitmap blocks only)
 * @set: slots in which to set the range
 */
struct drbd_request_bitmap {
	u64 clear;
	u64 set;
};

void drbd_request_init(struct drbd_request *req, u32 state, u32 size);
void drbd_request_log(struct drbd_request *req, bool unsettled, bool logged);
u32 drbd_request_payload(const struct drbd_request *req);
u32 drbd_request_event(struct drbd_request *req, enum drbd_request_event event,
		       int node, bool hold);
u64 drbd_request_ok_nodes(const struct drbd_request *req, int own_id);
u64 drbd_request_sent_nodes(const struct drbd_request *req);
u32 drbd_request_complete(struct drbd_request *req,
			  struct drbd_request_verdict *verdict);
void drbd_request_bitmap_plan(const struct drbd_request *req, enum drbd_disk disk,
			      const s8 *slot_node, unsigned int slots,
			      struct drbd_request_bitmap *plan);
u32 drbd_request_settle(struct drbd_request *req);

#endif
