// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a resync ends: passes over the bitmap, flushes, the last state change
 *
 * Bits get set behind the cursor while a target walks its bitmap: by writes that are
 * not replicated to it, by requests that were cancelled, by what third nodes report.
 * So it walks again until nothing is left. As long as writes are not replicated that
 * need not end; when a pass does not halve what is left, replication begins.
 *
 * Even then there are writes from before, whose P_OUT_OF_SYNC is still on its way,
 * possibly by way of another node. A short resync would end first and call itself
 * complete. Therefore each Primary is asked to flush, and all nodes that could
 * report one of its writes have to answer before a pass may end.
 */

#include <linux/export.h>

#include "resync_finish.h"

/**
 * drbd_resync_pass_end() - is a pass over, and what comes next?
 * @pass: what is known; its last weight changes at the end of a pass
 *
 * Return: what comes next.
 * Source: spec/resync.md 3.6
 */
enum drbd_resync_pass_end drbd_resync_pass_end(struct drbd_resync_pass *pass)
{
	u64 last = pass->last_weight;

	if (pass->bits_ahead || pass->flushing || pass->outstanding)
		return DRBD_PASS_GOES_ON;
	pass->last_weight = pass->weight;
	if (pass->all_mirror)
		return !pass->failed && pass->weight ? DRBD_PASS_AGAIN : DRBD_PASS_FINISHED;
	if (!pass->failed && pass->weight && pass->weight < last / 2)
		return DRBD_PASS_AGAIN;
	return DRBD_PASS_MIRROR;
}
EXPORT_SYMBOL_GPL(drbd_resync_pass_end);

/**
 * drbd_flush_start() - a target asks all Primaries to flush
 * @flush: what it waits for
 * @primaries: mask of the connected peers that are Primary, with a protocol of 123 or
 *	later
 * @up_to_date: mask of the connected peers with an UpToDate disk, with such a protocol
 *
 * When all peers replicate writes to it: at the start of the resync, or later. Sends
 * @flush->sequence to all @primaries.
 *
 * Source: spec/resync.md 3.7
 */
void drbd_flush_start(struct drbd_flush *flush, u64 primaries, u64 up_to_date)
{
	int node;

	flush->sequence++;
	for (node = 0; node < DRBD_NODES; node++)
		flush->pending[node] = primaries & drbd_node_mask(node) ? up_to_date : 0;
}
EXPORT_SYMBOL_GPL(drbd_flush_start);

/**
 * drbd_flush_ack() - P_FLUSH_REQUESTS_ACK
 * @flush: what the target waits for
 * @sequence: from the packet
 * @primary: node id from the packet
 * @sender: node it came from
 *
 * Source: spec/resync.md 3.7
 */
void drbd_flush_ack(struct drbd_flush *flush, u64 sequence, int primary, int sender)
{
	/* The id is from the network. */
	if (sequence < flush->sequence || primary < 0 || primary >= DRBD_NODES)
		return;
	flush->pending[primary] &= ~drbd_node_mask(sender);
}
EXPORT_SYMBOL_GPL(drbd_flush_ack);

/**
 * drbd_flush_lost() - a node will not answer any more
 * @flush: what the target waits for
 * @node: the node
 * @disconnected: it is gone; else it is only not UpToDate any more
 *
 * Source: spec/resync.md 3.7
 */
void drbd_flush_lost(struct drbd_flush *flush, int node, bool disconnected)
{
	int i;

	if (disconnected)
		flush->pending[node] = 0;
	for (i = 0; i < DRBD_NODES; i++)
		flush->pending[i] &= ~drbd_node_mask(node);
}
EXPORT_SYMBOL_GPL(drbd_flush_lost);

/**
 * drbd_flush_pending() - does a target still wait for writes?
 * @flush: what it waits for
 *
 * Return: true if so.
 */
bool drbd_flush_pending(const struct drbd_flush *flush)
{
	int i;

	for (i = 0; i < DRBD_NODES; i++)
		if (flush->pending[i])
			return true;
	return false;
}
EXPORT_SYMBOL_GPL(drbd_flush_pending);

static void finish_target(const struct drbd_resync_over *over,
			  struct drbd_resync_result *result)
{
	/* A source that lacks recent writes makes nothing better. Nor does a Primary that
	 * crashed: its disk may have lost what others still have, of the same generation.
	 */
	if (!over->stable || (over->source_crashed && over->survivor))
		return;
	result->disk = over->peer_disk;
	if (over->source_crashed)
		result->flags |= DRBD_FINISH_INHERIT;
	if (over->peer_disk < DRBD_D_UP_TO_DATE && over->source_crashed)
		result->flags |= DRBD_FINISH_CRASHED | DRBD_FINISH_TRY_PRIMARY;
	if (result->disk == DRBD_D_UP_TO_DATE)
		result->flags |= DRBD_FINISH_END_PAUSED;
	if (over->has_uuids)
		result->flags |= DRBD_FINISH_TAKE_UUIDS;
}

/**
 * drbd_resync_finish() - state at the end of a resync or verify
 * @over: the resync or verify
 * @result: the state
 *
 * After the peer has answered a ping.
 *
 * Source: spec/resync.md 4.9 and 6
 */
void drbd_resync_finish(const struct drbd_resync_over *over, struct drbd_resync_result *result)
{
	*result = (struct drbd_resync_result) {
		.repl = over->repl, .disk = over->disk, .peer_disk = over->peer_disk,
	};
	if (over->repl <= DRBD_R_ESTABLISHED || over->repl == DRBD_R_BEHIND) {
		result->flags = DRBD_FINISH_IGNORE;
		return;
	}
	/* The source has become a target itself: this goes on when it is one no more. */
	if (over->target && over->peer_disk < DRBD_D_OUTDATED && !over->failed) {
		result->flags = DRBD_FINISH_IGNORE;
		return;
	}
	result->repl = DRBD_R_ESTABLISHED;
	/* What a verify finds is left to a later resync. */
	if (over->repl == DRBD_R_VERIFY_S || over->repl == DRBD_R_VERIFY_T)
		return;
	if (over->failed) {
		result->disk = over->target ? DRBD_D_INCONSISTENT : DRBD_D_UP_TO_DATE;
		result->peer_disk = over->target ? DRBD_D_UP_TO_DATE : DRBD_D_INCONSISTENT;
	} else if (over->target) {
		finish_target(over, result);
	} else if (over->protocol <= DRBD_PROTO_84_MAX) {
		result->flags = DRBD_FINISH_CLEAR_SLOT;
	}
}
EXPORT_SYMBOL_GPL(drbd_resync_finish);

/**
 * drbd_resync_learn() - the target of a resync reports its state
 * @repl: replication state of the source
 * @peer_disk: disk state of the target, as known before
 * @reported: replication state that the target reports
 *
 * Return: what it tells.
 * Source: spec/resync.md 4.9
 */
enum drbd_resync_learn drbd_resync_learn(enum drbd_repl repl, enum drbd_disk peer_disk,
					 enum drbd_repl reported)
{
	if (reported != DRBD_R_ESTABLISHED ||
	    (peer_disk != DRBD_D_INCONSISTENT && peer_disk != DRBD_D_CONSISTENT))
		return DRBD_LEARN_NOTHING;
	switch (repl) {
	case DRBD_R_SYNC_SOURCE:
	case DRBD_R_PAUSED_SYNC_S:
		return DRBD_LEARN_FINISH;
	case DRBD_R_WF_BITMAP_S:
		return DRBD_LEARN_REMEMBER;
	default:
		return DRBD_LEARN_NOTHING;
	}
}
EXPORT_SYMBOL_GPL(drbd_resync_learn);
