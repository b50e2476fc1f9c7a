// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the bits of a request contribute to its counts
 *
 * Three questions are asked of every request: may the master bio complete, may
 * bitmaps and activity log be settled, may it leave the transfer log. Each is
 * answered by a count of reasons why not. Disk, senders and acknowledgments of
 * up to 31 peers run concurrently, acknowledgments may overtake the sender's
 * own bookkeeping, connections may go at any point; a count that is changed by
 * hand for each such case sooner or later is wrong. So an event only says which
 * bits change. What the bits contribute to the counts is defined here, once,
 * and the difference between before and after is applied: an event that changes
 * no bit cannot change a count, and no path can drop a reason twice.
 *
 * In the same way the statistics and the cached positions in the transfer log
 * follow from bits that change.
 */

#include <linux/bits.h>

#include "request_refs.h"

/*
 * The sender reads the pages of a write until it is through, no matter what was
 * answered or lost meanwhile. A read has no pages to send.
 */
static unsigned int leg_completion_refs(u32 state, u16 leg)
{
	bool needs_pages = drbd_request_writes(state) ? leg & LEG_X : !(leg & LEG_D);

	return !!(leg & LEG_P) + ((leg & LEG_Q) && needs_pages);
}

static unsigned int leg_log_refs(u16 leg)
{
	return !!(leg & LEG_Q);
}

static bool local_is(u32 state, u32 bits)
{
	return (state & (DRBD_REQ_LOCAL_PENDING | DRBD_REQ_LOCAL_ABORTED)) == bits;
}

static unsigned int own_completion_refs(u32 state)
{
	return !!(state & DRBD_REQ_SUBMITTING) + !!(state & DRBD_REQ_HELD) +
	       !!(state & DRBD_REQ_AFTER_RIVAL) +
	       local_is(state, DRBD_REQ_LOCAL_PENDING);
}

/* An aborted bio that is still out must find the activity log as it was. */
static unsigned int own_done_refs(u32 state)
{
	bool late = local_is(state, DRBD_REQ_LOCAL_PENDING | DRBD_REQ_LOCAL_ABORTED);

	return (!(state & DRBD_REQ_FINISHED) || late) +
	       !!(state & DRBD_REQ_BEHIND_UNSETTLED);
}

static unsigned int own_log_refs(u32 state)
{
	return !(state & DRBD_REQ_SETTLED) + !!(state & DRBD_REQ_BEHIND_LOGGED);
}

static bool leg_in_flight(u32 state, u16 leg)
{
	return drbd_request_leg_carries(state, leg) &&
	       (leg & (LEG_S | LEG_D | DRBD_LEG_LOST)) == LEG_S;
}

static bool leg_awaits_ack(u16 leg)
{
	return (leg & (LEG_S | LEG_P | DRBD_LEG_LOST)) == (LEG_S | LEG_P);
}

static bool leg_not_done(u16 leg)
{
	return (leg & (LEG_R | LEG_D)) == LEG_R;
}

static u32 edge(bool before, bool after, u32 begin, u32 end)
{
	if (before == after)
		return 0;
	return after ? begin : end;
}

static u32 leg_effects(u32 state, u16 old, u16 new)
{
	u32 fx;

	fx = edge(old & LEG_P, new & LEG_P, DRBD_REQ_FX_PENDING_INC,
		  DRBD_REQ_FX_PENDING_DEC);
	fx |= edge(leg_in_flight(state, old), leg_in_flight(state, new),
		   DRBD_REQ_FX_FLIGHT_ADD, DRBD_REQ_FX_FLIGHT_SUB);
	fx |= edge(leg_awaits_ack(old), leg_awaits_ack(new),
		   DRBD_REQ_FX_ACK_WAIT_BEGIN, DRBD_REQ_FX_ACK_WAIT_END);
	fx |= edge(leg_not_done(old), leg_not_done(new),
		   DRBD_REQ_FX_NOT_DONE_BEGIN, DRBD_REQ_FX_NOT_DONE_END);
	fx |= edge(old & LEG_Q, new & LEG_Q, DRBD_REQ_FX_QUEUED_BEGIN,
		   DRBD_REQ_FX_QUEUED_END);
	if (!drbd_request_writes(state))
		fx |= edge(old & LEG_P, new & LEG_P, DRBD_REQ_FX_REMOTE_READ_ADD,
			   DRBD_REQ_FX_REMOTE_READ_DEL);
	return fx;
}

/**
 * drbd_request_count() - count for a request that no peer is concerned with yet
 * @req: the request, its state being set
 */
void drbd_request_count(struct drbd_request *req)
{
	req->completion_refs = own_completion_refs(req->state);
	req->done_refs = own_done_refs(req->state);
	req->log_refs = own_log_refs(req->state);
}

/**
 * drbd_request_apply() - change bits, and all that depends on them
 * @req: the request
 * @node: node id of the peer whose leg changes, %DRBD_NO_NODE if none does
 * @to: new bits
 *
 * Return: &enum drbd_request_effects, those of @to included.
 * Source: spec/io.md 3.1, 3.3, 3.5
 */
u32 drbd_request_apply(struct drbd_request *req, int node, const struct drbd_request_change *to)
{
	u16 *leg = node == DRBD_NO_NODE ? NULL : &req->leg[node];
	u16 completion = req->completion_refs;
	u16 done = req->done_refs;
	u16 log = req->log_refs;
	u32 old = req->state;
	u32 new = to->state;
	u32 fx = to->fx;

	req->completion_refs += own_completion_refs(new) - own_completion_refs(old);
	req->done_refs += own_done_refs(new) - own_done_refs(old);
	req->log_refs += own_log_refs(new) - own_log_refs(old);
	req->state = new;
	fx |= edge(old & DRBD_REQ_LOCAL_PENDING, new & DRBD_REQ_LOCAL_PENDING,
		   DRBD_REQ_FX_LOCAL_ADD, DRBD_REQ_FX_LOCAL_DEL);
	if (leg) {
		req->completion_refs += leg_completion_refs(new, to->leg) -
					leg_completion_refs(old, *leg);
		req->done_refs += drbd_request_leg_unconfirmed(to->leg) -
				  drbd_request_leg_unconfirmed(*leg);
		req->log_refs += leg_log_refs(to->leg) - leg_log_refs(*leg);
		fx |= leg_effects(new, *leg, to->leg);
		*leg = to->leg;
	}

	if (completion && !req->completion_refs)
		fx |= DRBD_REQ_FX_COMPLETE;
	if (done && !req->done_refs)
		fx |= DRBD_REQ_FX_DONE;
	if (log && !req->log_refs)
		fx |= DRBD_REQ_FX_UNLOG;
	return fx;
}
