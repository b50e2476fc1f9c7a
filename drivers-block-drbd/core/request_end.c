// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of an application request: its bio, its bitmap bits, its place in the
 * transfer log
 */

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/export.h>

#include "request_refs.h"

/**
 * drbd_request_ok_nodes() - nodes that have a write
 * @req: a finished write
 * @own_id: node id of this node
 *
 * Return: mask of node ids, as P_PEER_ACK carries it.
 *
 * Source: spec/io.md 4.5
 */
u64 drbd_request_ok_nodes(const struct drbd_request *req, int own_id)
{
	u64 nodes = 0;
	int node;

	for (node = 0; node < DRBD_NODES; node++) {
		if (req->leg[node] & LEG_K)
			nodes |= drbd_node_mask(node);
	}
	if (req->state & DRBD_REQ_LOCAL_OK)
		nodes |= drbd_node_mask(own_id);
	return nodes;
}
EXPORT_SYMBOL_GPL(drbd_request_ok_nodes);

/**
 * drbd_request_sent_nodes() - peers that expect a peer ack for a write
 * @req: a finished write
 *
 * A peer forgets the dagtags it received when its connection is lost.
 *
 * Return: mask of the peers that it was sent to on their current connection.
 *
 * Source: spec/io.md 4.5, 20 (8)
 */
u64 drbd_request_sent_nodes(const struct drbd_request *req)
{
	u64 nodes = 0;
	int node;

	for (node = 0; node < DRBD_NODES; node++) {
		if ((req->leg[node] & (LEG_S | DRBD_LEG_LOST)) == LEG_S)
			nodes |= drbd_node_mask(node);
	}
	return nodes;
}
EXPORT_SYMBOL_GPL(drbd_request_sent_nodes);

static bool any_ok(const struct drbd_request *req)
{
	int node;

	for (node = 0; node < DRBD_NODES; node++) {
		if (req->leg[node] & LEG_K)
			return true;
	}
	return req->state & DRBD_REQ_LOCAL_OK;
}

static enum drbd_request_outcome outcome(const struct drbd_request *req,
					 const struct drbd_request_verdict *verdict)
{
	bool retries = !(req->state & (DRBD_REQ_WRITE | DRBD_REQ_READ_AHEAD)) &&
		       req->state & DRBD_REQ_ON_LOG;

	if (verdict->error_all)
		return DRBD_REQ_ERROR;
	if (req->state & DRBD_REQ_POSTPONED)
		return DRBD_REQ_RESTART;
	if (any_ok(req))
		return verdict->no_quorum ? DRBD_REQ_ERROR : DRBD_REQ_SUCCESS;
	return retries ? DRBD_REQ_RESTART : DRBD_REQ_ERROR;
}

/**
 * drbd_request_complete() - decide how a master bio ends
 * @req: a request of which %DRBD_REQ_FX_COMPLETE was just told
 * @verdict: conditions in, result out
 *
 * A write is never tried again once it has been started: whoever has it, has
 * it. A read is tried again as long as there are paths.
 *
 * Return: &enum drbd_request_effects.
 *
 * Source: spec/io.md 2.9, 3.4
 */
u32 drbd_request_complete(struct drbd_request *req,
			  struct drbd_request_verdict *verdict)
{
	struct drbd_request_change to = { .state = req->state | DRBD_REQ_FINISHED };

	verdict->error = 0;
	if (req->completion_refs || req->state & DRBD_REQ_FINISHED)
		return DRBD_REQ_FX_MISUSE;

	verdict->outcome = outcome(req, verdict);
	switch (verdict->outcome) {
	case DRBD_REQ_ERROR:
		to.state &= ~DRBD_REQ_POSTPONED;
		verdict->error = !any_ok(req) && req->error ? req->error : -EIO;
		break;
	case DRBD_REQ_RESTART:
		to.state |= DRBD_REQ_POSTPONED;
		break;
	case DRBD_REQ_SUCCESS:
		break;
	}
	return drbd_request_apply(req, DRBD_NO_NODE, &to);
}
EXPORT_SYMBOL_GPL(drbd_request_complete);

/**
 * drbd_request_bitmap_plan() - what a finished write means for the bitmap
 * @req: a request of which %DRBD_REQ_FX_DONE was just told
 * @disk: state of the local disk
 * @slot_node: node id of each bitmap slot, %DRBD_NO_NODE for unused slots
 * @slots: number of slots, at most 64
 * @plan: result, all slots to be changed in one atomic step
 *
 * Who does not have the write, differs now. That holds for slots without a node
 * as well: who will get one of them later has nothing of this write.
 *
 * To each leg with %DRBD_LEG_OUT_OF_SYNC, the caller then delivers
 * %DRBD_REQ_EV_READY if a bit was newly set in the slot of that peer, or else
 * %DRBD_REQ_EV_OUT_OF_SYNC_SKIP: only the first overwrite of a block is worth a
 * packet.
 *
 * Source: spec/io.md 2.10
 */
void drbd_request_bitmap_plan(const struct drbd_request *req, enum drbd_disk disk,
			      const s8 *slot_node, unsigned int slots,
			      struct drbd_request_bitmap *plan)
{
	unsigned int slot;

	plan->clear = 0;
	plan->set = 0;
	if (!drbd_request_writes(req->state) || !(req->state & DRBD_REQ_ON_LOG) || !req->size ||
	    disk < DRBD_D_DETACHING)
		return;

	for (slot = 0; slot < slots; slot++) {
		int node = slot_node[slot];
		u16 leg = node == DRBD_NO_NODE ? 0 : req->leg[node];

		if (!(leg & LEG_K))
			plan->set |= BIT_ULL(slot);
		else if (leg & LEG_I)
			plan->clear |= BIT_ULL(slot);
	}
}
EXPORT_SYMBOL_GPL(drbd_request_bitmap_plan);

/**
 * drbd_request_settle() - note that the bitmap is settled
 * @req: a request of which %DRBD_REQ_FX_DONE was told; its bitmap plan has been
 *	carried out, because an activity log extent may only become cold after
 *
 * The caller then tells the next write %DRBD_REQ_EV_OLDER_SETTLED.
 *
 * Return: &enum drbd_request_effects.
 *
 * Source: spec/io.md 1.2 (G3), 2.10
 */
u32 drbd_request_settle(struct drbd_request *req)
{
	struct drbd_request_change to = {
		.state = (req->state | DRBD_REQ_SETTLED) & ~DRBD_REQ_IN_AL,
		.fx = req->state & DRBD_REQ_IN_AL ? DRBD_REQ_FX_AL_PUT : 0,
	};

	if (req->done_refs || req->state & DRBD_REQ_SETTLED)
		return DRBD_REQ_FX_MISUSE;
	return drbd_request_apply(req, DRBD_NO_NODE, &to);
}
EXPORT_SYMBOL_GPL(drbd_request_settle);
