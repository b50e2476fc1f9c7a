// SPDX-License-Identifier: GPL-2.0-only
/*
 * A write that a peer sent: what it is, and what becomes of it
 *
 * It leaves the backing device, its place in the tree and its epoch at different
 * times, and is remembered even longer: until the sender tells who else has it,
 * the activity log must list its extent here. At any of these points the
 * connection may go, and everything that waits for such writes to drain would
 * wait forever if a single counter went wrong. So every step is a transition of
 * one state, and says what to count.
 *
 * A write that did not get to the backing device before the connection was lost
 * may as well have been lost on the wire. One that did get there is finished in
 * any case.
 */

#include <linux/export.h>

#include "wire_packets.h"
#include "peer_request.h"

#define SIZE_MAX_DATA	(1024 * 1024)
#define SIZE_MAX_BATCH	(128 * SIZE_MAX_DATA)

/* Older peers do not say which acknowledgments they want. */
#define PROTO_ACK_FLAGS	100
/* Older peers do not send peer acks. */
#define PROTO_PEER_ACK	110

#define WIRE_B		2
#define WIRE_C		3

static bool faulty(struct drbd_peer_fault *fault, const char *field, u64 value, u64 limit)
{
	fault->field = field;
	fault->value = value;
	fault->limit = limit;
	return false;
}

/**
 * drbd_peer_write_check() - whether a write may be accepted
 * @write: the write
 * @fault: result: what is wrong
 *
 * To be checked before anything is allocated for it. A fault is a protocol error.
 *
 * Return: true if nothing is wrong.
 * Source: spec/io.md 6.1 (3); spec/wire.md 5.7
 */
bool drbd_peer_write_check(const struct drbd_peer_write *write,
			   struct drbd_peer_fault *fault)
{
	u32 most = write->packet == DRBD_PEER_DATA ? SIZE_MAX_DATA : SIZE_MAX_BATCH;
	u64 sectors = write->size >> DRBD_SECTOR_SHIFT;

	if (write->dp_flags & DRBD_DP_WSAME)
		return faulty(fault, "dp_flags", write->dp_flags, DRBD_DP_WSAME);
	if (!write->size || write->size & 511)
		return faulty(fault, "size", write->size, 512);
	if (write->size > most)
		return faulty(fault, "size", write->size, most);
	if (write->sector > write->capacity || sectors > write->capacity - write->sector)
		return faulty(fault, "sector", write->sector, write->capacity);
	fault->field = NULL;
	return true;
}
EXPORT_SYMBOL_GPL(drbd_peer_write_check);

/* A sender without the feature may mean zeroes when it says discard. */
static u32 type_flags(const struct drbd_peer_write *write)
{
	switch (write->packet) {
	case DRBD_PEER_TRIM:
		return DRBD_PEER_REQ_TRIM |
		       (write->wzeroes ? 0 : DRBD_PEER_REQ_ZERO_OUT);
	case DRBD_PEER_ZEROES:
		return DRBD_PEER_REQ_ZERO_OUT |
		       (write->dp_flags & DRBD_DP_DISCARD ? DRBD_PEER_REQ_TRIM : 0);
	case DRBD_PEER_DATA:
		break;
	}
	return 0;
}

/**
 * drbd_peer_request_accept() - take a write in
 * @req: to be initialised, unless the write is refused
 * @write: the write, checked
 *
 * A refused one counts in its epoch, as the sender counts it there. In either
 * case the dagtag of the connection has to advance.
 *
 * Return: &enum drbd_peer_request_effects; %DRBD_PEER_FX_DRAIN if it is refused.
 * Source: spec/io.md 6.1
 */
u32 drbd_peer_request_accept(struct drbd_peer_request *req,
			     const struct drbd_peer_write *write)
{
	u32 fx = DRBD_PEER_FX_EPOCH_SIZE | DRBD_PEER_FX_EPOCH_ACTIVE |
		 DRBD_PEER_FX_ACTIVE_INC | DRBD_PEER_FX_WANT_EXTENTS |
		 DRBD_PEER_FX_ORDER;
	bool recv_ack = write->dp_flags & DRBD_DP_SEND_RECEIVE_ACK;
	bool write_ack = write->dp_flags & DRBD_DP_SEND_WRITE_ACK;

	if (!write->has_disk)
		return DRBD_PEER_FX_DRAIN | DRBD_PEER_FX_EPOCH_SIZE | DRBD_PEER_FX_NEG_ACK;

	if (write->protocol < PROTO_ACK_FLAGS) {
		recv_ack = write->wire_protocol == WIRE_B;
		write_ack = write->wire_protocol == WIRE_C;
	}
	if (recv_ack)
		fx |= DRBD_PEER_FX_RECV_ACK;

	req->flags = type_flags(write);
	if (write_ack) {
		req->flags |= DRBD_PEER_REQ_WRITE_ACK;
		fx |= DRBD_PEER_FX_UNACKED_INC;
	}
	if (write->protocol >= PROTO_PEER_ACK)
		req->flags |= DRBD_PEER_REQ_PEER_ACKED;
	if (write->peer_disk < DRBD_D_INCONSISTENT)
		req->flags |= DRBD_PEER_REQ_MARK_OUT_OF_SYNC;
	else if (write->dp_flags & DRBD_DP_MAY_SET_IN_SYNC)
		req->flags |= DRBD_PEER_REQ_MAY_SET_IN_SYNC;

	req->stage = DRBD_PEER_REQ_WAIT_CONFLICT;
	if (!write->blocked) {
		req->stage = DRBD_PEER_REQ_WAIT_AL;
		fx |= DRBD_PEER_FX_QUEUE_AL;
	}
	return fx;
}
EXPORT_SYMBOL_GPL(drbd_peer_request_accept);

static u32 submit(struct drbd_peer_request *req)
{
	u32 fx = DRBD_PEER_FX_GOT_EXTENTS | DRBD_PEER_FX_SUBMIT;

	req->stage = DRBD_PEER_REQ_SUBMITTED;
	if (req->flags & DRBD_PEER_REQ_MARK_OUT_OF_SYNC)
		fx |= DRBD_PEER_FX_OUT_OF_SYNC;
	return fx;
}

/* A refusal is sent in any protocol: the sender takes silence for success. */
static u32 fail(struct drbd_peer_request *req)
{
	u32 fx = DRBD_PEER_FX_OUT_OF_SYNC | DRBD_PEER_FX_IO_ERROR |
		 DRBD_PEER_FX_QUEUE_ACK | DRBD_PEER_FX_PUT_DISK;

	if (!(req->flags & DRBD_PEER_REQ_WRITE_ACK))
		fx |= DRBD_PEER_FX_UNACKED_INC;
	req->flags |= DRBD_PEER_REQ_FAILED | DRBD_PEER_REQ_WRITE_ACK;
	req->stage = DRBD_PEER_REQ_DONE;
	return fx;
}

static u32 on_error(struct drbd_peer_request *req)
{
	u32 batch = DRBD_PEER_REQ_TRIM | DRBD_PEER_REQ_ZERO_OUT;

	if (req->flags & DRBD_PEER_REQ_BARRIER &&
	    !(req->flags & (DRBD_PEER_REQ_RETRIED | batch))) {
		req->flags |= DRBD_PEER_REQ_RETRIED;
		req->stage = DRBD_PEER_REQ_WAIT_RETRY;
		return DRBD_PEER_FX_DOWNGRADE | DRBD_PEER_FX_QUEUE_RETRY |
		       DRBD_PEER_FX_ACTIVE_DEC;
	}
	return fail(req) | DRBD_PEER_FX_ACTIVE_DEC;
}

/* Never submitted: as if it had not arrived. */
static u32 forget_unsubmitted(struct drbd_peer_request *req)
{
	u32 fx = DRBD_PEER_FX_GOT_EXTENTS | DRBD_PEER_FX_ACTIVE_DEC |
		 DRBD_PEER_FX_PUT_DISK | DRBD_PEER_FX_REMOVE |
		 DRBD_PEER_FX_FREE_PAGES | DRBD_PEER_FX_FREE | DRBD_PEER_FX_EPOCH_DONE;

	if (req->flags & DRBD_PEER_REQ_WRITE_ACK)
		fx |= DRBD_PEER_FX_UNACKED_DEC;
	req->stage = DRBD_PEER_REQ_GONE;
	return fx;
}

static u32 cancel(struct drbd_peer_request *req)
{
	switch (req->stage) {
	case DRBD_PEER_REQ_WAIT_CONFLICT:
	case DRBD_PEER_REQ_WAIT_AL:
		return forget_unsubmitted(req);
	case DRBD_PEER_REQ_WAIT_RETRY:
		return fail(req);
	default: /* on its way; whoever has it now, finishes it */
		return 0;
	}
}

static u32 release(struct drbd_peer_request *req)
{
	u32 fx = DRBD_PEER_FX_FREE;

	if (req->flags & DRBD_PEER_REQ_IN_AL)
		fx |= DRBD_PEER_FX_AL_PUT;
	req->flags &= ~DRBD_PEER_REQ_IN_AL;
	req->stage = DRBD_PEER_REQ_GONE;
	return fx;
}

static bool fits(enum drbd_peer_request_stage stage, enum drbd_peer_request_event event)
{
	static const u8 stages[] = {
		[DRBD_PEER_REQ_EV_UNBLOCKED] = DRBD_PEER_REQ_WAIT_CONFLICT,
		[DRBD_PEER_REQ_EV_AL_OBTAINED] = DRBD_PEER_REQ_WAIT_AL,
		[DRBD_PEER_REQ_EV_NO_AL] = DRBD_PEER_REQ_WAIT_AL,
		[DRBD_PEER_REQ_EV_OK] = DRBD_PEER_REQ_SUBMITTED,
		[DRBD_PEER_REQ_EV_ERROR] = DRBD_PEER_REQ_SUBMITTED,
		[DRBD_PEER_REQ_EV_RETRY] = DRBD_PEER_REQ_WAIT_RETRY,
		[DRBD_PEER_REQ_EV_PEER_ACK] = DRBD_PEER_REQ_WAIT_PEER_ACK,
		[DRBD_PEER_REQ_EV_FORGET] = DRBD_PEER_REQ_WAIT_PEER_ACK,
	};

	return event == DRBD_PEER_REQ_EV_CANCEL || stages[event] == stage;
}

/**
 * drbd_peer_request_event() - let something happen to a received write
 * @req: the write; events of one write are serialised by the caller
 * @event: what happened
 *
 * With %DRBD_PEER_REQ_EV_PEER_ACK and %DRBD_PEER_REQ_EV_FORGET the caller first
 * carries out drbd_peer_ack_plan() or drbd_peer_ack_lost_plan().
 *
 * Return: &enum drbd_peer_request_effects.
 * Source: spec/io.md 6.2, 6.3, 6.9
 */
u32 drbd_peer_request_event(struct drbd_peer_request *req,
			    enum drbd_peer_request_event event)
{
	if (!fits(req->stage, event))
		return event == DRBD_PEER_REQ_EV_PEER_ACK ? DRBD_PEER_FX_PROTOCOL_ERROR :
							    DRBD_PEER_FX_MISUSE;
	switch (event) {
	case DRBD_PEER_REQ_EV_UNBLOCKED:
		req->stage = DRBD_PEER_REQ_WAIT_AL;
		return DRBD_PEER_FX_QUEUE_AL;
	case DRBD_PEER_REQ_EV_AL_OBTAINED:
		req->flags |= DRBD_PEER_REQ_IN_AL;
		return submit(req);
	case DRBD_PEER_REQ_EV_NO_AL:
		return submit(req);
	case DRBD_PEER_REQ_EV_OK:
		req->stage = DRBD_PEER_REQ_DONE;
		return DRBD_PEER_FX_QUEUE_ACK | DRBD_PEER_FX_ACTIVE_DEC |
		       DRBD_PEER_FX_PUT_DISK;
	case DRBD_PEER_REQ_EV_ERROR:
		return on_error(req);
	case DRBD_PEER_REQ_EV_RETRY:
		req->stage = DRBD_PEER_REQ_SUBMITTED;
		return DRBD_PEER_FX_ACTIVE_INC | DRBD_PEER_FX_SUBMIT;
	case DRBD_PEER_REQ_EV_CANCEL:
		return cancel(req);
	default: /* who else has it, is known or never will be */
		return release(req);
	}
}
EXPORT_SYMBOL_GPL(drbd_peer_request_event);

/**
 * drbd_peer_request_ack() - acknowledge a received write
 * @req: the next one of the done list
 * @repl: replication state towards the sender; below Established, the connection
 *	being lost, nothing is sent
 *
 * For method barrier, the caller first tries to finish the epoch before.
 *
 * Return: &enum drbd_peer_request_effects.
 * Source: spec/io.md 6.4; spec/wire.md 5.7
 */
u32 drbd_peer_request_ack(struct drbd_peer_request *req, enum drbd_repl repl)
{
	u32 fx = DRBD_PEER_FX_REMOVE | DRBD_PEER_FX_FREE_PAGES | DRBD_PEER_FX_EPOCH_DONE;
	bool resyncs = repl >= DRBD_R_SYNC_SOURCE && repl <= DRBD_R_PAUSED_SYNC_T;

	if (req->stage != DRBD_PEER_REQ_DONE)
		return DRBD_PEER_FX_MISUSE;
	if (req->flags & DRBD_PEER_REQ_WRITE_ACK)
		fx |= DRBD_PEER_FX_UNACKED_DEC;
	if (req->flags & DRBD_PEER_REQ_WRITE_ACK && repl >= DRBD_R_ESTABLISHED) {
		if (req->flags & DRBD_PEER_REQ_FAILED)
			fx |= DRBD_PEER_FX_NEG_ACK;
		else if (resyncs && req->flags & DRBD_PEER_REQ_MAY_SET_IN_SYNC)
			fx |= DRBD_PEER_FX_SET_IN_SYNC | DRBD_PEER_FX_WRITE_ACK_IN_SYNC;
		else
			fx |= DRBD_PEER_FX_WRITE_ACK;
	}
	if (!(req->flags & DRBD_PEER_REQ_PEER_ACKED))
		return fx | release(req);
	req->stage = DRBD_PEER_REQ_WAIT_PEER_ACK;
	return fx;
}
EXPORT_SYMBOL_GPL(drbd_peer_request_ack);
