// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers to a PREPARE: what they say together, and when that is known
 *
 * The initiator and every node that forwards a PREPARE wait for answers in the
 * same way. A busy node settles the matter at once: the transaction is going to
 * be repeated, so the sooner it gets out of the way of the one that it met the
 * better. A refusal, in contrast, waits for the handshake of a connection that
 * is being made. What the handshake found out ("this node's data is to be
 * discarded, try again") is worth more than knowing who said no, and both ends
 * have to come to the same conclusion.
 */

#include <linux/export.h>
#include <linux/minmax.h>

#include "twopc_reply.h"

/**
 * drbd_twopc_ready() - are the answers sufficient for a verdict
 * @votes: what is known
 *
 * Source: spec/state.md 4.3 (step 7), 14.
 *
 * Return: true if nothing that is still to come can change the verdict.
 */
bool drbd_twopc_ready(const struct drbd_twopc_votes *votes)
{
	if (votes->local_abort || votes->retry)
		return true;
	if (votes->hs_needed && !votes->hs_complete)
		return false;
	return votes->own_failed || votes->no || votes->yes == votes->asked;
}
EXPORT_SYMBOL_GPL(drbd_twopc_ready);

/**
 * drbd_twopc_verdict() - what the answers mean
 * @votes: what is known; drbd_twopc_ready()
 *
 * Source: spec/state.md 4.3 (step 8), 14.
 *
 * Return: DRBD_SS_SUCCESS, or why the change fails.
 */
enum drbd_rv drbd_twopc_verdict(const struct drbd_twopc_votes *votes)
{
	if (votes->local_abort || votes->retry)
		return DRBD_SS_CONCURRENT_ST_CHG;
	if (votes->hs_needed && votes->hs_retry)
		return DRBD_SS_HANDSHAKE_RETRY;
	if (votes->hs_needed && votes->hs_disconnect)
		return DRBD_SS_HANDSHAKE_DISCONNECT;
	if (votes->no || votes->own_failed)
		return DRBD_SS_CW_FAILED_BY_PEER;
	if (votes->hs_needed && votes->hs_sizes_failed)
		return DRBD_SS_HANDSHAKE_DISCONNECT;
	return DRBD_SS_SUCCESS;
}
EXPORT_SYMBOL_GPL(drbd_twopc_verdict);

/**
 * drbd_twopc_answer() - what a participant tells its parents
 * @verdict: result of drbd_twopc_verdict()
 *
 * Source: spec/state.md 4.4.
 *
 * Return: the packet to send.
 */
enum drbd_twopc_cmd drbd_twopc_answer(enum drbd_rv verdict)
{
	switch (verdict) {
	case DRBD_SS_SUCCESS:
		return DRBD_TWOPC_YES;
	case DRBD_SS_CONCURRENT_ST_CHG:
	case DRBD_SS_HANDSHAKE_RETRY:
		return DRBD_TWOPC_RETRY;
	default:
		return DRBD_TWOPC_NO;
	}
}
EXPORT_SYMBOL_GPL(drbd_twopc_answer);

/**
 * drbd_twopc_count() - count an answer
 * @votes: what is known
 * @from: node that answered
 * @answer: what it said: YES, NO or RETRY
 *
 * Return: true if the answer counts, false if that node was not asked or has
 * answered before.
 */
bool drbd_twopc_count(struct drbd_twopc_votes *votes, int from, enum drbd_twopc_cmd answer)
{
	u64 node = drbd_node_mask(from);

	if (!(node & votes->asked & ~(votes->yes | votes->no | votes->retry)))
		return false;
	if (answer == DRBD_TWOPC_YES)
		votes->yes |= node;
	else if (answer == DRBD_TWOPC_NO)
		votes->no |= node;
	else
		votes->retry |= node;
	return true;
}
EXPORT_SYMBOL_GPL(drbd_twopc_count);

/**
 * drbd_twopc_merge() - add what a node that agreed knows
 * @sum: what is known so far
 * @yes: its answer
 *
 * Weak nodes are kept as the complement of strong ones, so that nodes that
 * nobody has heard of are weak. Source: spec/state.md 4.4.
 */
void drbd_twopc_merge(struct drbd_twopc_reply *sum, const struct drbd_twopc_msg *yes)
{
	sum->reachable_nodes |= yes->reachable_nodes & DRBD_TWOPC_REAL_NODES;
	sum->primary_nodes |= yes->primary_nodes & DRBD_TWOPC_REAL_NODES;
	sum->weak_nodes |= yes->weak_nodes;
	sum->max_size = min(sum->max_size, yes->size);
}
EXPORT_SYMBOL_GPL(drbd_twopc_merge);
