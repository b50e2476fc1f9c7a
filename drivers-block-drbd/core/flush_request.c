// SPDX-License-Identifier: GPL-2.0-only
/*
 * P_FLUSH_REQUESTS on the nodes that are asked: the Primary and those who forward
 *
 * A target must not finish before it has heard of each block that it misses. A write
 * that began before the resync is not sent to it, but it is told: by the Primary when
 * the write is over everywhere, or by another secondary when the Primary's peer ack
 * says that the target does not have it. So the Primary answers for its own marks on
 * the stream that they travel on, and lets each secondary answer for those that it owes
 * the target: the message to them follows the peer ack, and their answer to the target
 * follows the marks.
 *
 * A target may begin anew before it got all answers. Only its newest round is of
 * interest, as the newer one covers what the older one asked for.
 */

#include <linux/export.h>

#include "dagtag.h"
#include "flush_request.h"

/**
 * drbd_flush_requested() - P_FLUSH_REQUESTS came in
 * @primary: what targets asked for
 * @target: node id of the sender
 * @sequence: from the packet
 * @dagtag: drbd_dagtag_to_flush()
 * @connected: mask of the nodes that are connected with protocol 123 or later, @target
 *	included
 *
 * The caller then queues the pending peer ack, and asks drbd_flush_covered() for all
 * connections, as there may be nothing to wait for.
 *
 * Source: spec/io.md 4.7, spec/resync.md 3.7 (2)
 */
void drbd_flush_requested(struct drbd_flush_primary *primary, int target, u64 sequence,
			  u64 dagtag, u64 connected)
{
	primary->round[target] = (struct drbd_flush_round) {
		.sequence = sequence, .dagtag = dagtag, .owed = connected,
	};
}
EXPORT_SYMBOL_GPL(drbd_flush_requested);

/**
 * drbd_flush_covered() - for which rounds to send something to a node now
 * @primary: what targets asked for
 * @node: node id of the peer
 * @acked: position up to which its peer acks were sent, or were not due to it
 *
 * To be asked whenever @acked changes, after the peer ack was sent.
 *
 * Return: mask of the targets whose round is due: drbd_flush_packet() to @node for each
 * of them. They are not returned again.
 * Source: spec/io.md 4.7, spec/resync.md 3.7 (2)
 */
u64 drbd_flush_covered(struct drbd_flush_primary *primary, int node, u64 acked)
{
	u64 due = 0;
	int target;

	for (target = 0; target < DRBD_NODES; target++) {
		struct drbd_flush_round *round = &primary->round[target];

		if (!(round->owed & drbd_node_mask(node)) ||
		    !drbd_dagtag_newer_or_equal(acked, round->dagtag))
			continue;
		round->owed &= ~drbd_node_mask(node);
		due |= drbd_node_mask(target);
	}
	return due;
}
EXPORT_SYMBOL_GPL(drbd_flush_covered);

/**
 * drbd_flush_packet() - what to send to a node for a round
 * @target: node that asked
 * @node: node to send to
 *
 * Return: the packet; it carries the sequence of the round.
 * Source: spec/io.md 4.7, spec/resync.md 3.7 (2)
 */
enum drbd_flush_packet drbd_flush_packet(int target, int node)
{
	return target == node ? DRBD_FLUSH_ACK : DRBD_FLUSH_FORWARD;
}
EXPORT_SYMBOL_GPL(drbd_flush_packet);

/**
 * drbd_flush_came() - a connection with protocol 123 or later is established
 * @primary: what targets asked for
 * @node: node at its other end
 *
 * A target waits for each UpToDate node that it is connected to, also for one that was
 * not connected to this node when the target asked. The caller asks
 * drbd_flush_covered() for the node then; no peer ack is due to it.
 */
void drbd_flush_came(struct drbd_flush_primary *primary, int node)
{
	int target;

	for (target = 0; target < DRBD_NODES; target++) {
		if (primary->round[target].sequence)
			primary->round[target].owed |= drbd_node_mask(node);
	}
}
EXPORT_SYMBOL_GPL(drbd_flush_came);

/**
 * drbd_flush_gone() - a connection is gone
 * @primary: what targets asked for
 * @node: node at its other end, which asks again if it still wants to know
 *
 * Source: spec/resync.md 3.7 (4)
 */
void drbd_flush_gone(struct drbd_flush_primary *primary, int node)
{
	int target;

	primary->round[node] = (struct drbd_flush_round) { };
	for (target = 0; target < DRBD_NODES; target++)
		primary->round[target].owed &= ~drbd_node_mask(node);
}
EXPORT_SYMBOL_GPL(drbd_flush_gone);

/**
 * drbd_flush_forwards() - P_FLUSH_FORWARD came in
 * @target: node id from the packet
 * @own_id: node id of this node
 * @connected: mask of the nodes that are connected
 *
 * If it is true, the caller lets the sender of the connection to @target send
 * P_FLUSH_REQUESTS_ACK with the sequence of the packet and the node id of whom it came
 * from, after each P_OUT_OF_SYNC that peer acks from there lead to. The target does not
 * wait for this node if it is not connected, so that else there is nothing to do.
 *
 * Return: whether to answer @target; false if it is no node that is connected.
 * Source: spec/io.md 4.7, spec/resync.md 3.7 (3)
 */
bool drbd_flush_forwards(int target, int own_id, u64 connected)
{
	/* The id is from the network. */
	return target >= 0 && target < DRBD_NODES && target != own_id &&
	       connected & drbd_node_mask(target);
}
EXPORT_SYMBOL_GPL(drbd_flush_forwards);
