// SPDX-License-Identifier: GPL-2.0-only
/*
 * What can happen to an application request
 *
 * One function takes every event, as there is one table of transitions. Events
 * come from the submitter, the local disk, senders, receivers of control packets
 * and walks over the transfer log, in any order that a cluster can produce, so
 * each handler looks at the bits and not at what should have happened before.
 *
 * What a peer sends is not trusted: an answer that does not fit the state of the
 * request is refused, and changes nothing.
 */

#include <linux/export.h>
#include <linux/string.h>

#include "request_refs.h"

#define LOCAL_BITS	(DRBD_REQ_LOCAL_PENDING | DRBD_REQ_LOCAL_COMPLETED | \
			 DRBD_REQ_LOCAL_OK | DRBD_REQ_LOCAL_ABORTED)

static void local_end(struct drbd_request_change *to, bool ok, u32 fx)
{
	if (!(to->state & DRBD_REQ_LOCAL_PENDING)) {
		to->fx |= DRBD_REQ_FX_MISUSE;
		return;
	}
	if (to->state & DRBD_REQ_LOCAL_ABORTED)
		fx = ok ? DRBD_REQ_FX_PANIC : DRBD_REQ_FX_LOCAL_LATE;
	to->fx |= fx;
	to->state &= ~DRBD_REQ_LOCAL_PENDING;
	to->state |= DRBD_REQ_LOCAL_COMPLETED | (ok ? DRBD_REQ_LOCAL_OK : 0);
}

static void on_local(struct drbd_request_change *to, enum drbd_request_event event)
{
	switch (event) {
	case DRBD_REQ_EV_LOCAL_SUBMIT:
		if (to->state & LOCAL_BITS || !(to->state & DRBD_REQ_SUBMITTING))
			to->fx |= DRBD_REQ_FX_MISUSE;
		else
			to->state |= DRBD_REQ_LOCAL_PENDING;
		break;
	case DRBD_REQ_EV_LOCAL_OK:
		local_end(to, true, DRBD_REQ_FX_LOCAL_COUNT);
		break;
	case DRBD_REQ_EV_LOCAL_WRITE_ERROR:
		local_end(to, false, DRBD_REQ_FX_LOCAL_LOG);
		break;
	case DRBD_REQ_EV_LOCAL_READ_ERROR:
		local_end(to, false, DRBD_REQ_FX_ALL_OUT_OF_SYNC);
		break;
	case DRBD_REQ_EV_LOCAL_ABORT:
		if (to->state & DRBD_REQ_LOCAL_PENDING)
			to->state |= DRBD_REQ_LOCAL_ABORTED;
		else
			to->fx |= DRBD_REQ_FX_MISUSE;
		break;
	default: /* a read-ahead or discard that failed: of no consequence */
		local_end(to, false, 0);
	}
}

/* Only while it is being submitted: a request that has completed stays so. */
static void on_assign(struct drbd_request_change *to, enum drbd_request_event event)
{
	bool read = event == DRBD_REQ_EV_NET_READ;

	if (to->leg || !(to->state & DRBD_REQ_SUBMITTING) ||
	    read == drbd_request_writes(to->state) || (read && to->state & LOCAL_BITS)) {
		to->fx |= DRBD_REQ_FX_MISUSE;
		return;
	}
	switch (event) {
	case DRBD_REQ_EV_NET_READ:
		to->leg = LEG_P | LEG_Q;
		break;
	case DRBD_REQ_EV_NET_WRITE_A:
		to->leg = LEG_P | LEG_Q | LEG_X;
		break;
	case DRBD_REQ_EV_NET_WRITE_B:
		to->leg = LEG_P | LEG_Q | LEG_X | LEG_B;
		break;
	case DRBD_REQ_EV_NET_WRITE_C:
		to->leg = LEG_P | LEG_Q | LEG_X | LEG_C;
		break;
	case DRBD_REQ_EV_NET_OUT_OF_SYNC:
		to->leg = LEG_O | LEG_Q | LEG_D;
		break;
	default: /* an empty flush: barriers that are on their way cover it */
		to->leg = LEG_K | LEG_D;
	}
}

static void on_sent(struct drbd_request_change *to)
{
	bool proto_a = (to->leg & (LEG_X | LEG_B | LEG_C)) == LEG_X;

	if (!drbd_request_leg_carries(to->state, to->leg) || !(to->leg & LEG_Q)) {
		to->fx |= DRBD_REQ_FX_MISUSE;
		return;
	}
	to->leg = (to->leg & ~LEG_Q) | LEG_S;
	/* Not pending: it was answered already, and that answer stands. */
	if (proto_a && to->leg & LEG_P) {
		to->leg = (to->leg & ~LEG_P) | LEG_K;
		to->fx |= DRBD_REQ_FX_ACKED;
	}
}

static void on_sender(struct drbd_request_change *to, enum drbd_request_event event)
{
	bool oos = to->leg & LEG_O;

	switch (event) {
	case DRBD_REQ_EV_READY:
		if (to->leg & LEG_R || !(to->leg & (LEG_P | LEG_O))) {
			to->fx |= DRBD_REQ_FX_MISUSE;
			break;
		}
		to->leg |= LEG_R;
		to->fx |= DRBD_REQ_FX_WAKE_SENDER;
		break;
	case DRBD_REQ_EV_OUT_OF_SYNC_SKIP:
		if (!oos || to->leg & LEG_R) {
			to->fx |= DRBD_REQ_FX_MISUSE;
			break;
		}
		to->leg = (to->leg & ~LEG_O) | LEG_R;
		to->fx |= DRBD_REQ_FX_WAKE_SENDER | DRBD_REQ_FX_AHEAD_EXIT;
		break;
	case DRBD_REQ_EV_SENT_OK:
		on_sent(to);
		break;
	case DRBD_REQ_EV_OUT_OF_SYNC_SENT:
		if (drbd_request_leg_carries(to->state, to->leg) || !(to->leg & LEG_Q) ||
		    !(to->leg & LEG_R)) {
			to->fx |= DRBD_REQ_FX_MISUSE;
			break;
		}
		to->leg &= ~(LEG_O | LEG_Q);
		to->fx |= DRBD_REQ_FX_AHEAD_EXIT;
		break;
	default: /* not sent: what this means, the loss of the connection says */
		if (!(to->leg & LEG_Q))
			to->fx |= DRBD_REQ_FX_MISUSE;
		to->leg &= ~(LEG_O | LEG_Q);
	}
}

/* A peer can only answer what has gone, or is going, to it on this connection. */
static bool answerable(u32 state, u16 leg)
{
	return drbd_request_leg_carries(state, leg) && leg & LEG_R && leg & (LEG_Q | LEG_S) &&
	       !(leg & DRBD_LEG_LOST);
}

static void on_ack(struct drbd_request_change *to, enum drbd_request_event event, bool hold)
{
	bool recv = event == DRBD_REQ_EV_RECV_ACK;

	/* All acknowledgments of an epoch precede that of its barrier. */
	if (!drbd_request_writes(to->state) || !answerable(to->state, to->leg) ||
	    to->leg & LEG_D || (recv && !(to->leg & LEG_B))) {
		to->fx |= DRBD_REQ_FX_PROTOCOL_ERROR;
		return;
	}
	if (to->leg & LEG_P) {
		to->leg = (to->leg & ~LEG_P) | LEG_K;
		to->fx |= DRBD_REQ_FX_ACKED;
		if (hold && !(to->state & DRBD_REQ_HELD))
			to->state |= DRBD_REQ_HELD | DRBD_REQ_UNCONFIRMED;
	}
	/* A refused write stays refused. */
	if (event == DRBD_REQ_EV_WRITE_ACK_IN_SYNC && to->leg & LEG_K)
		to->leg |= LEG_I;
}

/*
 * Two Primaries, the peer being 8.4: its write has won. Where it covers this one it makes
 * both nodes equal, else this one has to follow it, as a new request.
 */
static void on_rival(struct drbd_request_change *to, enum drbd_request_event event)
{
	if (!drbd_request_writes(to->state) || !answerable(to->state, to->leg) ||
	    !(to->leg & LEG_C) || !(to->leg & LEG_P)) {
		to->fx |= DRBD_REQ_FX_PROTOCOL_ERROR;
		return;
	}
	to->leg = (to->leg & ~LEG_P) | DRBD_LEG_REFUSED;
	to->fx |= DRBD_REQ_FX_ACKED;
	if (event == DRBD_REQ_EV_SUPERSEDED)
		to->leg |= LEG_K;
	else
		to->state |= DRBD_REQ_POSTPONED | DRBD_REQ_AFTER_RIVAL;
}

static void on_answer(struct drbd_request_change *to, enum drbd_request_event event)
{
	if (!answerable(to->state, to->leg)) {
		to->fx |= DRBD_REQ_FX_PROTOCOL_ERROR;
		return;
	}
	if (drbd_request_writes(to->state)) {
		/* Bitmaps may have been settled for what is done. */
		if (event == DRBD_REQ_EV_DATA_RECEIVED || to->leg & LEG_D)
			to->fx |= DRBD_REQ_FX_PROTOCOL_ERROR;
		else
			to->leg &= ~(LEG_P | LEG_K | LEG_I);
		return;
	}
	if (!(to->leg & LEG_P)) {
		to->fx |= DRBD_REQ_FX_PROTOCOL_ERROR;
		return;
	}
	to->leg = (to->leg & ~LEG_P) | LEG_D;
	if (event == DRBD_REQ_EV_DATA_RECEIVED)
		to->leg |= LEG_K;
}

static void on_barrier_ack(struct drbd_request_change *to)
{
	if (!drbd_request_leg_unconfirmed(to->leg))
		return;
	if (to->leg & LEG_Q || to->leg & DRBD_LEG_LOST) {
		to->fx |= DRBD_REQ_FX_PROTOCOL_ERROR;
		return;
	}
	if (to->leg & LEG_P) {
		to->leg = (to->leg & ~LEG_P) | LEG_K;
		to->fx |= DRBD_REQ_FX_BARRIER_EARLY;
	}
	to->leg |= LEG_D;
}

/* The peer is given up: what it has not confirmed as stable, it has not. */
static void give_up(struct drbd_request_change *to)
{
	if (drbd_request_leg_carries(to->state, to->leg) && !(to->leg & LEG_D))
		to->leg = (to->leg & ~(LEG_P | LEG_K)) | LEG_D;
}

static void on_loss(struct drbd_request_change *to, enum drbd_request_event event)
{
	bool may_resend = to->leg & (LEG_B | LEG_C) && !(to->leg & LEG_D);

	if (drbd_request_leg_carries(to->state, to->leg))
		to->leg |= DRBD_LEG_LOST;
	/* The rival is lost as well, so this write stands; the peer does not have it. */
	if (to->leg & DRBD_LEG_REFUSED && to->state & DRBD_REQ_AFTER_RIVAL)
		to->state &= ~(DRBD_REQ_POSTPONED | DRBD_REQ_AFTER_RIVAL);
	if (event == DRBD_REQ_EV_CONN_LOST_SUSPENDED && may_resend) {
		if (to->leg & LEG_P)
			to->state |= DRBD_REQ_HELD;
		return;
	}
	give_up(to);
}

static void on_resend(struct drbd_request_change *to)
{
	if (!drbd_request_leg_unconfirmed(to->leg) || !(to->leg & DRBD_LEG_LOST))
		return;
	if (!(to->leg & LEG_P)) {
		to->leg |= LEG_D;
		return;
	}
	to->leg &= ~(LEG_S | DRBD_LEG_LOST);
	to->leg |= LEG_Q | LEG_R;
	to->fx |= DRBD_REQ_FX_WAKE_SENDER;
}

static void on_request(struct drbd_request_change *to, enum drbd_request_event event)
{
	u32 bit;

	switch (event) {
	case DRBD_REQ_EV_COMPLETION_RESUME:
		to->state &= ~DRBD_REQ_HELD;
		return;
	case DRBD_REQ_EV_GENERATION_CONFIRMED:
		if (to->state & DRBD_REQ_UNCONFIRMED)
			to->state &= ~(DRBD_REQ_UNCONFIRMED | DRBD_REQ_HELD);
		return;
	case DRBD_REQ_EV_POSTPONE:
		if (!(to->state & DRBD_REQ_SUBMITTING) ||
		    to->state & (LOCAL_BITS | DRBD_REQ_ON_LOG)) {
			to->fx |= DRBD_REQ_FX_MISUSE;
			return;
		}
		to->state |= DRBD_REQ_POSTPONED;
		bit = DRBD_REQ_SUBMITTING;
		break;
	case DRBD_REQ_EV_RIVAL_DONE:
		bit = DRBD_REQ_AFTER_RIVAL;
		break;
	case DRBD_REQ_EV_SUBMITTED:
		bit = DRBD_REQ_SUBMITTING;
		break;
	case DRBD_REQ_EV_OLDER_SETTLED:
		bit = DRBD_REQ_BEHIND_UNSETTLED;
		break;
	default: /* the previous write left the log */
		bit = DRBD_REQ_BEHIND_LOGGED;
	}
	if (!(to->state & bit))
		to->fx |= DRBD_REQ_FX_MISUSE;
	to->state &= ~bit;
}

/**
 * drbd_request_init() - begin a request
 * @req: the request, to be overwritten
 * @state: any of WRITE, BATCH, READ_AHEAD, IN_AL
 * @size: in bytes
 *
 * It is held by its submission until %DRBD_REQ_EV_SUBMITTED or
 * %DRBD_REQ_EV_POSTPONE.
 *
 * Source: spec/io.md 3.1
 */
void drbd_request_init(struct drbd_request *req, u32 state, u32 size)
{
	memset(req, 0, sizeof(*req));
	req->state = state | DRBD_REQ_SUBMITTING;
	req->size = size;
	drbd_request_count(req);
}
EXPORT_SYMBOL_GPL(drbd_request_init);

/**
 * drbd_request_log() - note that a request goes to the end of the transfer log
 * @req: the request; an empty flush does not go there
 * @unsettled: for a write, the previous write is not settled
 * @logged: for a write, the previous write is still on the log
 *
 * Writes are settled, and leave the log, strictly in the order of the log. Reads
 * are only there to be found when a connection is lost.
 *
 * Source: spec/io.md 1.2 (G4), 2.6, 5.4
 */
void drbd_request_log(struct drbd_request *req, bool unsettled, bool logged)
{
	struct drbd_request_change to = { .state = req->state | DRBD_REQ_ON_LOG };

	if (drbd_request_writes(req->state) && unsettled)
		to.state |= DRBD_REQ_BEHIND_UNSETTLED;
	if (drbd_request_writes(req->state) && logged)
		to.state |= DRBD_REQ_BEHIND_LOGGED;
	drbd_request_apply(req, DRBD_NO_NODE, &to);
}
EXPORT_SYMBOL_GPL(drbd_request_log);

/**
 * drbd_request_payload() - what a request adds to ap_in_flight of a connection
 * @req: the request
 *
 * Return: sectors of payload; 1 for what has none, to count at all.
 *
 * Source: spec/io.md 3.3
 */
u32 drbd_request_payload(const struct drbd_request *req)
{
	if (req->state & DRBD_REQ_BATCH)
		return 1;
	return req->size >> DRBD_SECTOR_SHIFT;
}
EXPORT_SYMBOL_GPL(drbd_request_payload);

/**
 * drbd_request_event() - let something happen to a request
 * @req: the request; events of one request are serialised by the caller
 * @event: what happened
 * @node: node id of the peer that it is about, %DRBD_NO_NODE for events that
 *	are about none
 * @hold: of an acknowledgment: the write belongs to a generation that peers
 *	have not confirmed, so that its completion has to wait (spec 9.8)
 *
 * When a connection is lost, the event has to be delivered to all of the log,
 * not only from the oldest entry that is not done: entries that stay there for
 * the sake of other peers must learn that the peer no longer knows their
 * dagtags, or a later P_PEER_ACK breaks the next connection.
 *
 * Return: &enum drbd_request_effects for the caller to carry out. Events that
 * do not fit change nothing; whether that is worth a word is in the effects.
 *
 * Source: spec/io.md 3.3
 */
u32 drbd_request_event(struct drbd_request *req, enum drbd_request_event event,
		       int node, bool hold)
{
	struct drbd_request_change to = {
		.state = req->state,
		.leg = node == DRBD_NO_NODE ? 0 : req->leg[node],
	};

	if (event <= DRBD_REQ_EV_LOCAL_ABORT)
		on_local(&to, event);
	else if (event >= DRBD_REQ_EV_COMPLETION_RESUME)
		on_request(&to, event);
	else if (node == DRBD_NO_NODE)
		to.fx |= DRBD_REQ_FX_MISUSE;
	else if (event <= DRBD_REQ_EV_NET_OUT_OF_SYNC ||
		 event == DRBD_REQ_EV_FLUSH_COVERED)
		on_assign(&to, event);
	else if (event <= DRBD_REQ_EV_OUT_OF_SYNC_SENT)
		on_sender(&to, event);
	else if (event <= DRBD_REQ_EV_WRITE_ACK_IN_SYNC)
		on_ack(&to, event, hold);
	else if (event <= DRBD_REQ_EV_RETRY_WRITE)
		on_rival(&to, event);
	else if (event <= DRBD_REQ_EV_DATA_RECEIVED)
		on_answer(&to, event);
	else if (event == DRBD_REQ_EV_BARRIER_ACK)
		on_barrier_ack(&to);
	else if (event <= DRBD_REQ_EV_CONN_LOST_SUSPENDED)
		on_loss(&to, event);
	else if (event == DRBD_REQ_EV_SUSPEND_CANCEL)
		give_up(&to);
	else
		on_resend(&to);

	return drbd_request_apply(req, node, &to);
}
EXPORT_SYMBOL_GPL(drbd_request_event);
