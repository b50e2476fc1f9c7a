/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A write that a peer sent: what it is, and what becomes of it
 *
 * Source: spec/io.md 6.1 to 6.4, 6.9 and 7.1; spec/wire.md 5.7.
 */
#ifndef DRBD_CORE_PEER_REQUEST_H
#define DRBD_CORE_PEER_REQUEST_H

#include <linux/bits.h>

#include "types.h"

/**
 * enum drbd_peer_packet - packet that a write came with
 * @DRBD_PEER_DATA: P_DATA
 * @DRBD_PEER_TRIM: P_TRIM
 * @DRBD_PEER_ZEROES: P_ZEROES
 */
enum drbd_peer_packet {
	DRBD_PEER_DATA,
	DRBD_PEER_TRIM,
	DRBD_PEER_ZEROES,
};

/**
 * struct drbd_peer_write - a write, as it arrives
 * @packet: its packet
 * @sector: start, in 512-byte sectors
 * @size: in bytes
 * @dp_flags: &enum drbd_dp_flags
 * @capacity: size of the device, in 512-byte sectors
 * @protocol: agreed version
 * @wire_protocol: configured wire protocol: 1 A, 2 B, 3 C; of use before 100
 * @wzeroes: feature WZEROES is agreed
 * @has_disk: there is a local disk, at least Inconsistent
 * @peer_disk: state of the sender's own disk
 * @blocked: an interval in the tree blocks it
 */
struct drbd_peer_write {
	enum drbd_peer_packet packet;
	u64 sector;
	u32 size;
	u32 dp_flags;
	u64 capacity;
	unsigned int protocol;
	unsigned int wire_protocol;
	bool wzeroes;
	bool has_disk;
	enum drbd_disk peer_disk;
	bool blocked;
};

/**
 * struct drbd_peer_fault - what is wrong with a packet
 * @field: name of the field, NULL if nothing is wrong
 * @value: what it contains
 * @limit: what it may contain at most, or a multiple of which it has to be
 */
struct drbd_peer_fault {
	const char *field;
	u64 value;
	u64 limit;
};

/**
 * enum drbd_peer_request_flags - properties of a received write
 * @DRBD_PEER_REQ_TRIM: deallocation is allowed
 * @DRBD_PEER_REQ_ZERO_OUT: has to read as zeroes afterwards
 * @DRBD_PEER_REQ_WRITE_ACK: the sender waits for an acknowledgment
 * @DRBD_PEER_REQ_MAY_SET_IN_SYNC: the block is in sync when it is written
 * @DRBD_PEER_REQ_MARK_OUT_OF_SYNC: the sender has no disk to write it to
 * @DRBD_PEER_REQ_BARRIER: flushes for the sake of the epoch before
 * @DRBD_PEER_REQ_RETRIED: was submitted a second time
 * @DRBD_PEER_REQ_FAILED: the local disk failed to write it
 * @DRBD_PEER_REQ_IN_AL: has references on activity log extents
 * @DRBD_PEER_REQ_PEER_ACKED: to be kept until a peer ack
 */
enum drbd_peer_request_flags {
	DRBD_PEER_REQ_TRIM = BIT(0),
	DRBD_PEER_REQ_ZERO_OUT = BIT(1),
	DRBD_PEER_REQ_WRITE_ACK = BIT(2),
	DRBD_PEER_REQ_MAY_SET_IN_SYNC = BIT(3),
	DRBD_PEER_REQ_MARK_OUT_OF_SYNC = BIT(4),
	DRBD_PEER_REQ_BARRIER = BIT(5),
	DRBD_PEER_REQ_RETRIED = BIT(6),
	DRBD_PEER_REQ_FAILED = BIT(7),
	DRBD_PEER_REQ_IN_AL = BIT(8),
	DRBD_PEER_REQ_PEER_ACKED = BIT(9),
};

/**
 * enum drbd_peer_request_stage - how far a received write is
 * @DRBD_PEER_REQ_WAIT_CONFLICT: waits for an overlapping interval
 * @DRBD_PEER_REQ_WAIT_AL: waits for the activity log
 * @DRBD_PEER_REQ_SUBMITTED: at the backing device
 * @DRBD_PEER_REQ_WAIT_RETRY: waits to be submitted a second time
 * @DRBD_PEER_REQ_DONE: waits for the ack worker
 * @DRBD_PEER_REQ_WAIT_PEER_ACK: waits for a peer ack
 * @DRBD_PEER_REQ_GONE: freed
 */
enum drbd_peer_request_stage {
	DRBD_PEER_REQ_WAIT_CONFLICT,
	DRBD_PEER_REQ_WAIT_AL,
	DRBD_PEER_REQ_SUBMITTED,
	DRBD_PEER_REQ_WAIT_RETRY,
	DRBD_PEER_REQ_DONE,
	DRBD_PEER_REQ_WAIT_PEER_ACK,
	DRBD_PEER_REQ_GONE,
};

/**
 * struct drbd_peer_request - a received write
 * @stage: how far it is
 * @flags: &enum drbd_peer_request_flags
 */
struct drbd_peer_request {
	enum drbd_peer_request_stage stage;
	u32 flags;
};

/**
 * enum drbd_peer_request_event - what can happen to a received write
 * @DRBD_PEER_REQ_EV_UNBLOCKED: no interval blocks it any more
 * @DRBD_PEER_REQ_EV_AL_OBTAINED: got its activity log references; submit it
 * @DRBD_PEER_REQ_EV_NO_AL: needs none now; submit it
 * @DRBD_PEER_REQ_EV_OK: the backing device is through
 * @DRBD_PEER_REQ_EV_ERROR: the same, and some part of it failed
 * @DRBD_PEER_REQ_EV_RETRY: is about to be submitted a second time
 * @DRBD_PEER_REQ_EV_CANCEL: the connection is lost
 * @DRBD_PEER_REQ_EV_PEER_ACK: a peer ack covers it
 * @DRBD_PEER_REQ_EV_FORGET: a peer ack will never come
 */
enum drbd_peer_request_event {
	DRBD_PEER_REQ_EV_UNBLOCKED,
	DRBD_PEER_REQ_EV_AL_OBTAINED,
	DRBD_PEER_REQ_EV_NO_AL,
	DRBD_PEER_REQ_EV_OK,
	DRBD_PEER_REQ_EV_ERROR,
	DRBD_PEER_REQ_EV_RETRY,
	DRBD_PEER_REQ_EV_CANCEL,
	DRBD_PEER_REQ_EV_PEER_ACK,
	DRBD_PEER_REQ_EV_FORGET,
};

/**
 * enum drbd_peer_request_effects - what the caller has to do, in this order
 * @DRBD_PEER_FX_DRAIN: skip the payload
 * @DRBD_PEER_FX_EPOCH_SIZE: size of the current epoch + 1
 * @DRBD_PEER_FX_EPOCH_ACTIVE: and active writes of it + 1
 * @DRBD_PEER_FX_RECV_ACK: send P_RECV_ACK
 * @DRBD_PEER_FX_UNACKED_INC: unacked_cnt of the peer device + 1
 * @DRBD_PEER_FX_ACTIVE_INC: active writes of the connection + 1
 * @DRBD_PEER_FX_WANT_EXTENTS: its extents count as wanted
 * @DRBD_PEER_FX_ORDER: append to the receive-order list
 * @DRBD_PEER_FX_QUEUE_AL: get activity log references
 * @DRBD_PEER_FX_GOT_EXTENTS: its extents do not count as wanted any more
 * @DRBD_PEER_FX_OUT_OF_SYNC: set the range's bits for the sender
 * @DRBD_PEER_FX_SUBMIT: submit it
 * @DRBD_PEER_FX_IO_ERROR: apply on-io-error
 * @DRBD_PEER_FX_DOWNGRADE: fall back to write ordering by flushes
 * @DRBD_PEER_FX_QUEUE_RETRY: submit it again, from the sender's work queue
 * @DRBD_PEER_FX_QUEUE_ACK: put it on the done list, kick the ack worker
 * @DRBD_PEER_FX_ACTIVE_DEC: active writes of the connection - 1, wake waiters
 * @DRBD_PEER_FX_PUT_DISK: drop the disk reference
 * @DRBD_PEER_FX_SET_IN_SYNC: clear the range's bits for the sender
 * @DRBD_PEER_FX_NEG_ACK: send P_NEG_ACK
 * @DRBD_PEER_FX_WRITE_ACK: send P_WRITE_ACK
 * @DRBD_PEER_FX_WRITE_ACK_IN_SYNC: send P_WRITE_ACK_IN_SYNC, or what stands for
 *	it before protocol 122
 * @DRBD_PEER_FX_UNACKED_DEC: unacked_cnt of the peer device - 1
 * @DRBD_PEER_FX_REMOVE: remove its interval, release what it blocked
 * @DRBD_PEER_FX_FREE_PAGES: free its pages
 * @DRBD_PEER_FX_AL_PUT: put its activity log references
 * @DRBD_PEER_FX_FREE: free it, it is on no list any more
 * @DRBD_PEER_FX_EPOCH_DONE: active writes of its epoch - 1, try to finish that;
 *	the write may be gone by then
 * @DRBD_PEER_FX_PROTOCOL_ERROR: the peer must not do that
 * @DRBD_PEER_FX_MISUSE: the caller must not do that
 */
enum drbd_peer_request_effects {
	DRBD_PEER_FX_DRAIN = BIT(0),
	DRBD_PEER_FX_EPOCH_SIZE = BIT(1),
	DRBD_PEER_FX_EPOCH_ACTIVE = BIT(2),
	DRBD_PEER_FX_RECV_ACK = BIT(3),
	DRBD_PEER_FX_UNACKED_INC = BIT(4),
	DRBD_PEER_FX_ACTIVE_INC = BIT(5),
	DRBD_PEER_FX_WANT_EXTENTS = BIT(6),
	DRBD_PEER_FX_ORDER = BIT(7),
	DRBD_PEER_FX_QUEUE_AL = BIT(8),
	DRBD_PEER_FX_GOT_EXTENTS = BIT(9),
	DRBD_PEER_FX_OUT_OF_SYNC = BIT(10),
	DRBD_PEER_FX_SUBMIT = BIT(11),
	DRBD_PEER_FX_IO_ERROR = BIT(12),
	DRBD_PEER_FX_DOWNGRADE = BIT(13),
	DRBD_PEER_FX_QUEUE_RETRY = BIT(14),
	DRBD_PEER_FX_QUEUE_ACK = BIT(15),
	DRBD_PEER_FX_ACTIVE_DEC = BIT(16),
	DRBD_PEER_FX_PUT_DISK = BIT(17),
	DRBD_PEER_FX_SET_IN_SYNC = BIT(18),
	DRBD_PEER_FX_NEG_ACK = BIT(19),
	DRBD_PEER_FX_WRITE_ACK = BIT(20),
	DRBD_PEER_FX_WRITE_ACK_IN_SYNC = BIT(21),
	DRBD_PEER_FX_UNACKED_DEC = BIT(22),
	DRBD_PEER_FX_REMOVE = BIT(23),
	DRBD_PEER_FX_FREE_PAGES = BIT(24),
	DRBD_PEER_FX_AL_PUT = BIT(25),
	DRBD_PEER_FX_FREE = BIT(26),
	DRBD_PEER_FX_EPOCH_DONE = BIT(27),
	DRBD_PEER_FX_PROTOCOL_ERROR = BIT(28),
	DRBD_PEER_FX_MISUSE = BIT(29),
};

bool drbd_peer_write_check(const struct drbd_peer_write *write,
			   struct drbd_peer_fault *fault);
u32 drbd_peer_request_accept(struct drbd_peer_request *req,
			     const struct drbd_peer_write *write);
u32 drbd_peer_request_event(struct drbd_peer_request *req,
			    enum drbd_peer_request_event event);
u32 drbd_peer_request_ack(struct drbd_peer_request *req, enum drbd_repl repl);

#endif
