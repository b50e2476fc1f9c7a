// SPDX-License-Identifier: GPL-2.0-only
/*
 * Life of one resync request, on the target and on the source
 *
 * A bit may be cleared only when both copies are known to be equal, and each loss on
 * the way may only leave too many bits set. So the target sets bits towards all
 * others before foreign data is written, clears the one towards its source when that
 * is on disk, and the source clears its bit when it has heard so. Whatever is lost
 * in between leaves the bit set on one side at least, and the next exchange of
 * bitmaps adds them up.
 *
 * Each request has exactly one answer. A request that was not served is cancelled,
 * not repeated: the walk over the bitmap finds its bits again.
 *
 * The ack of a target can arrive before the call that sends the data has returned
 * on the source, so the request there ends with the later one of both.
 */

#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/export.h>

#include "dagtag.h"
#include "resync_flow.h"
#include "resync_request.h"

/* First protocol with P_RS_CANCEL_AHEAD */
#define PROTO_CANCEL_AHEAD	115
#define PROTO_CSUMS		89

/**
 * drbd_resync_use_csums() - shall the target send digests?
 * @protocol: agreed version
 * @configured: csums-alg is set
 * @after_crash_only: option csums-after-crash-only
 * @crashed: this node was Primary and crashed
 * @reconciliation: the resync is one between survivors of a Primary
 *
 * Return: true if it shall.
 * Source: spec/resync.md 4.6
 */
bool drbd_resync_use_csums(unsigned int protocol, bool configured, bool after_crash_only,
			   bool crashed, bool reconciliation)
{
	return protocol >= PROTO_CSUMS && configured &&
	       (!after_crash_only || crashed || reconciliation);
}
EXPORT_SYMBOL_GPL(drbd_resync_use_csums);

/**
 * drbd_resync_take_dagtag() - which writes the answer to a request has to include
 * @self: own node id
 * @primary: this node is Primary
 * @own: own dagtag
 * @primaries: mask of the peers that are Primary
 * @dagtags: for each node, the last dagtag received on the present connection, or 0
 * @result: result
 *
 * To be called after the interval was inserted: a later write conflicts with it.
 *
 * Return: 0, or -EPROTO when two Primaries write, and the connection has to end.
 * Source: spec/resync.md 4.3
 */
int drbd_resync_take_dagtag(int self, bool primary, u64 own, u64 primaries, const u64 *dagtags,
			    struct drbd_resync_dagtag *result)
{
	int node;

	result->node = primary ? self : DRBD_NO_NODE;
	result->dagtag = primary ? own : 0;
	if (primary)
		return 0;
	for (node = 0; node < DRBD_NODES; node++) {
		if (!(primaries & drbd_node_mask(node)) || !dagtags[node])
			continue;
		if (result->node != DRBD_NO_NODE)
			return -EPROTO;
		result->node = node;
		result->dagtag = dagtags[node];
	}
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_resync_take_dagtag);

/**
 * drbd_resync_wait_dagtag() - does an answer have to wait for writes of a third node?
 * @want: what the request asks for
 * @self: own node id
 * @connected: that node is connected here
 * @last: its last dagtag here
 *
 * If it is not connected, there is nothing to wait for; the target will notice that
 * this source does not get all writes.
 *
 * Return: true if it has to.
 * Source: spec/resync.md 4.4
 */
bool drbd_resync_wait_dagtag(const struct drbd_resync_dagtag *want, int self, bool connected,
			     u64 last)
{
	return want->dagtag && want->node != self && connected &&
	       !drbd_dagtag_newer_or_equal(last, want->dagtag);
}
EXPORT_SYMBOL_GPL(drbd_resync_wait_dagtag);

static int finish(struct drbd_rs_request *req, int actions)
{
	req->state = DRBD_RS_DONE;
	return actions | DRBD_RS_RELEASE;
}

static int go(struct drbd_rs_request *req, enum drbd_rs_state state, int actions)
{
	req->state = state;
	return actions;
}

static bool is_answer(enum drbd_rs_event event)
{
	return event >= DRBD_RS_GOT_DATA && event <= DRBD_RS_GOT_AHEAD;
}

/* An answer came. */
static int target_answer(struct drbd_rs_request *req, enum drbd_rs_event event,
			 const struct drbd_rs_target *target)
{
	int actions = DRBD_RS_ANSWERED;

	switch (event) {
	case DRBD_RS_GOT_SAME:
		return finish(req, actions | DRBD_RS_CLEAR | DRBD_RS_SAME | DRBD_RS_PROGRESS);
	case DRBD_RS_GOT_NEG:
		return finish(req, actions | DRBD_RS_FAILED);
	case DRBD_RS_GOT_AHEAD:
		actions |= DRBD_RS_STOP;
		fallthrough;
	case DRBD_RS_GOT_CANCEL:
		return finish(req, actions | DRBD_RS_UNSUCCESSFUL);
	default:
		break;
	}
	if (!target->has_disk) {
		if (event == DRBD_RS_GOT_DATA)
			actions |= DRBD_RS_DRAIN;
		return finish(req, actions | DRBD_RS_SEND_NEG);
	}
	if (!target->source_stable)
		actions |= DRBD_RS_UNSTABLE;
	actions |= DRBD_RS_SET_ALL | DRBD_RS_TELL_TARGETS | DRBD_RS_RELOCK;
	actions |= event == DRBD_RS_GOT_DATA ? DRBD_RS_RECEIVE : DRBD_RS_MERGE;
	return go(req, DRBD_RS_RECEIVED, actions);
}

static int target_lost(struct drbd_rs_request *req)
{
	switch (req->state) {
	case DRBD_RS_NEW:
	case DRBD_RS_WAITING:
	case DRBD_RS_RECEIVED:
		return finish(req, 0);
	case DRBD_RS_SENT:
		return finish(req, DRBD_RS_ANSWERED);
	default:
		/* The disk has it; it ends when that returns. */
		req->lost = true;
		return 0;
	}
}

/**
 * drbd_rs_target_event() - something happens to a request of the target
 * @req: the request
 * @event: what
 * @target: what else decides
 *
 * With %DRBD_RS_LOST a request that is at the disk goes on until that returns; its
 * ack then has nowhere to go.
 *
 * Return: mask of &enum drbd_rs_action, or -EPROTO for an answer to a request that
 * expects none.
 * Source: spec/resync.md 4.3
 */
int drbd_rs_target_event(struct drbd_rs_request *req, enum drbd_rs_event event,
			 const struct drbd_rs_target *target)
{
	if (event == DRBD_RS_LOST)
		return target_lost(req);
	if (is_answer(event))
		return req->state == DRBD_RS_SENT ? target_answer(req, event, target) : -EPROTO;

	if (event == DRBD_RS_START && req->state == DRBD_RS_NEW)
		return target->csums ? go(req, DRBD_RS_READING, DRBD_RS_READ) :
				       go(req, DRBD_RS_WAITING, DRBD_RS_LOCK);
	if (event == DRBD_RS_READ_OK && req->state == DRBD_RS_READING)
		return req->lost ? finish(req, 0) : go(req, DRBD_RS_WAITING, DRBD_RS_LOCK);
	if (event == DRBD_RS_READ_FAILED && req->state == DRBD_RS_READING)
		return finish(req, 0);
	if (event == DRBD_RS_FREE && req->state == DRBD_RS_WAITING) {
		if (!target->dagtags && target->al_active)
			return finish(req, DRBD_RS_UNSUCCESSFUL);
		return go(req, DRBD_RS_SENT, DRBD_RS_SEND);
	}
	if (event == DRBD_RS_FREE && req->state == DRBD_RS_RECEIVED)
		return go(req, DRBD_RS_WRITING, DRBD_RS_WRITE);
	if (event == DRBD_RS_WRITE_OK && req->state == DRBD_RS_WRITING)
		return finish(req, DRBD_RS_CLEAR | DRBD_RS_SEND_ACK | DRBD_RS_PROGRESS);
	if (event == DRBD_RS_WRITE_FAILED && req->state == DRBD_RS_WRITING)
		return finish(req, DRBD_RS_SET | DRBD_RS_FAILED | DRBD_RS_SEND_NEG |
				   DRBD_RS_IO_ERROR);
	WARN_ON_ONCE(1);
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_rs_target_event);

/**
 * drbd_rs_source_check() - is the range of a request valid?
 * @sector: first sector
 * @size: in bytes
 * @capacity: of the device in sectors
 *
 * Return: 0, -EINVAL for a bad size, or -ERANGE if it is not all of it inside; the
 * connection has to end then.
 * Source: spec/resync.md 4.4
 */
int drbd_rs_source_check(u64 sector, u32 size, u64 capacity)
{
	u32 sectors = size >> DRBD_SECTOR_SHIFT;

	if (!sectors || size & ((1U << DRBD_SECTOR_SHIFT) - 1) || size > DRBD_RESYNC_MAX_SIZE)
		return -EINVAL;
	if (sector >= capacity || sectors > capacity - sector)
		return -ERANGE;
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_rs_source_check);

/* It waited for one thing, what is next? */
static int source_next(struct drbd_rs_request *req, const struct drbd_rs_source *source)
{
	if (source->wait_dagtag)
		return go(req, DRBD_RS_NEW, DRBD_RS_PARK);
	return go(req, DRBD_RS_WAITING, DRBD_RS_LOCK);
}

/**
 * drbd_rs_source_accept() - a request came in
 * @req: the request, new
 * @source: what else decides
 *
 * As long as the bitmaps are exchanged requests are cancelled, or data could overtake
 * P_OUT_OF_SYNC.
 *
 * Return: mask of &enum drbd_rs_action.
 * Source: spec/resync.md 3.2 and 4.4
 */
int drbd_rs_source_accept(struct drbd_rs_request *req, const struct drbd_rs_source *source)
{
	if (source->repl == DRBD_R_WF_BITMAP_S || source->repl == DRBD_R_STARTING_SYNC_S)
		return finish(req, DRBD_RS_DRAIN | DRBD_RS_SEND_CANCEL);
	if (source->disk < DRBD_D_OUTDATED)
		return finish(req, DRBD_RS_DRAIN | (source->repl == DRBD_R_PAUSED_SYNC_S ?
						    DRBD_RS_SEND_CANCEL : DRBD_RS_SEND_NEG));
	if (source->repl == DRBD_R_AHEAD && source->protocol >= PROTO_CANCEL_AHEAD)
		return finish(req, DRBD_RS_DRAIN | DRBD_RS_SEND_AHEAD);
	if (source->throttled)
		return go(req, DRBD_RS_NEW, DRBD_RS_RECEIVE | DRBD_RS_DELAY);
	return source_next(req, source) | DRBD_RS_RECEIVE;
}
EXPORT_SYMBOL_GPL(drbd_rs_source_accept);

static int source_cancel(const struct drbd_rs_source *source)
{
	if (source->repl == DRBD_R_AHEAD && source->protocol >= PROTO_CANCEL_AHEAD)
		return DRBD_RS_SEND_AHEAD;
	return DRBD_RS_SEND_CANCEL;
}

static int source_read(struct drbd_rs_request *req, bool ok, const struct drbd_rs_source *source)
{
	if (!source->connected)
		return finish(req, 0);
	if (source->repl == DRBD_R_AHEAD)
		return finish(req, source_cancel(source));
	if (source->peer_disk < DRBD_D_INCONSISTENT)
		return finish(req, source->dagtags ? DRBD_RS_SEND_CANCEL : 0);
	/* Peers of version 9 without dagtags would deadlock with their activity log. */
	if (source->protocol >= DRBD_PROTO_9_MIN && !source->dagtags && source->al_active)
		return finish(req, DRBD_RS_SEND_CANCEL);
	if (!ok)
		return finish(req, DRBD_RS_SEND_NEG | DRBD_RS_FAILED);
	if (source->digest_equal)
		return finish(req, DRBD_RS_CLEAR | DRBD_RS_SAME | DRBD_RS_SEND_SAME);
	req->sending = true;
	req->unacked = true;
	return go(req, DRBD_RS_SENT, source->thin && source->zeroes ? DRBD_RS_SEND_ZEROES :
								      DRBD_RS_SEND);
}

/* The ack came, or sending is over, or neither will ever come. */
static int source_sent(struct drbd_rs_request *req, enum drbd_rs_event event)
{
	int actions = 0;

	if (event == DRBD_RS_SENDING_OVER) {
		req->sending = false;
	} else if (req->unacked) {
		req->unacked = false;
		actions = DRBD_RS_ANSWERED;
		if (event == DRBD_RS_GOT_ACK)
			actions |= DRBD_RS_CLEAR;
		else if (event == DRBD_RS_GOT_NEG)
			actions |= DRBD_RS_FAILED;
	} else if (event != DRBD_RS_LOST) {
		return -EPROTO;
	}
	return req->sending || req->unacked ? actions : finish(req, actions);
}

/**
 * drbd_rs_source_event() - something happens to a request on the source
 * @req: the request
 * @event: what
 * @source: what else decides
 *
 * Return: mask of &enum drbd_rs_action, or -EPROTO for an ack that nothing was sent
 * for.
 * Source: spec/resync.md 4.4
 */
int drbd_rs_source_event(struct drbd_rs_request *req, enum drbd_rs_event event,
			 const struct drbd_rs_source *source)
{
	bool ack = event == DRBD_RS_GOT_ACK || event == DRBD_RS_GOT_NEG;

	if (ack && req->state != DRBD_RS_SENT)
		return -EPROTO;
	if (req->state == DRBD_RS_SENT &&
	    (ack || event == DRBD_RS_SENDING_OVER || event == DRBD_RS_LOST))
		return source_sent(req, event);
	if (event == DRBD_RS_LOST)
		return req->state == DRBD_RS_NEW || req->state == DRBD_RS_WAITING ?
		       finish(req, 0) : 0;

	if (event == DRBD_RS_FREE && req->state == DRBD_RS_NEW)
		return source_next(req, source);
	if (event == DRBD_RS_DAGTAG_LOST && req->state == DRBD_RS_NEW)
		return finish(req, source_cancel(source));
	if (event == DRBD_RS_FREE && req->state == DRBD_RS_WAITING)
		return go(req, DRBD_RS_READING, DRBD_RS_READ);
	if ((event == DRBD_RS_READ_OK || event == DRBD_RS_READ_FAILED) &&
	    req->state == DRBD_RS_READING)
		return source_read(req, event == DRBD_RS_READ_OK, source);
	WARN_ON_ONCE(1);
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_rs_source_event);
