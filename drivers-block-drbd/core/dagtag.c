// SPDX-License-Identifier: GPL-2.0-only
/*
 * Positions in the change stream of a resource, and who is told about them
 *
 * Secondaries of a primary are replicas of each other as well, but see nothing
 * of what the others received. The primary tells: every write has a position,
 * and a peer ack says for all writes up to a position which nodes have them.
 * Until then, a receiver holds the activity log extent of a write, as it may
 * differ in it from any other node.
 *
 * Positions wrap around, as do sequence numbers; they are compared by the sign
 * of their difference.
 */

#include <linux/bits.h>
#include <linux/export.h>

#include "dagtag.h"

/* Peers of this protocol or newer know dagtags and peer acks. */
#define PROTO_PEER_ACK	110

/**
 * drbd_seq_newer() - whether a sequence number is newer than another
 * @a: the one
 * @b: the other
 *
 * Return: true if @a is newer.
 * Source: spec/io.md F1
 */
bool drbd_seq_newer(u32 a, u32 b)
{
	return (s32)(a - b) > 0;
}
EXPORT_SYMBOL_GPL(drbd_seq_newer);

/**
 * drbd_seq_due() - whether it is a packet's turn
 * @seq: sequence number of the packet
 * @seen: newest number up to which all have been seen
 *
 * Return: true if nothing before it is missing.
 * Source: spec/io.md 2.5, F1
 */
bool drbd_seq_due(u32 seq, u32 seen)
{
	return !drbd_seq_newer(seq - 1, seen);
}
EXPORT_SYMBOL_GPL(drbd_seq_due);

/**
 * drbd_dagtag_newer_or_equal() - compare positions
 * @a: the one
 * @b: the other
 *
 * Return: true if @a is not older than @b.
 * Source: spec/io.md F2
 */
bool drbd_dagtag_newer_or_equal(u64 a, u64 b)
{
	return (s64)(a - b) >= 0;
}
EXPORT_SYMBOL_GPL(drbd_dagtag_newer_or_equal);

/**
 * drbd_dagtag_write() - give a position to a write of this node
 * @dagtag: the resource's
 * @size: affected size in bytes; 0 for an empty flush and for reads, which get
 *	the current position
 *
 * Return: dagtag of the write.
 * Source: spec/io.md 4.3
 */
u64 drbd_dagtag_write(struct drbd_dagtag *dagtag, u32 size)
{
	dagtag->now += size >> DRBD_SECTOR_SHIFT;
	return dagtag->now;
}
EXPORT_SYMBOL_GPL(drbd_dagtag_write);

/**
 * drbd_dagtag_attach() - continue where the metadata has seen this node
 * @dagtag: the resource's
 * @stored: largest dagtag that is stored with a bitmap UUID that is not 0
 *
 * Source: spec/io.md 4.3
 */
void drbd_dagtag_attach(struct drbd_dagtag *dagtag, u64 stored)
{
	if (drbd_dagtag_newer_or_equal(dagtag->now, stored))
		return;
	/* Several volumes may be attached before there is any request. */
	dagtag->attach_from = drbd_dagtag_to_flush(dagtag);
	dagtag->attach_to = stored;
	dagtag->now = stored;
}
EXPORT_SYMBOL_GPL(drbd_dagtag_attach);

/**
 * drbd_dagtag_to_flush() - up to which position peers have to be told
 * @dagtag: the resource's
 *
 * Return: the current position; or that before an attach which raised it, as
 *	there are no requests with dagtags in between that could be waited for.
 * Source: spec/io.md 4.3, 4.7
 */
u64 drbd_dagtag_to_flush(const struct drbd_dagtag *dagtag)
{
	return dagtag->now == dagtag->attach_to ? dagtag->attach_from : dagtag->now;
}
EXPORT_SYMBOL_GPL(drbd_dagtag_to_flush);

/**
 * drbd_dagtag_sending() - note that a write is about to be sent to a peer
 * @sent: what the peer knows
 * @dagtag: of the write
 * @size: of the write, affected bytes
 *
 * Return: true if P_DAGTAG with @dagtag less the sectors of the write has to go
 *	first, to peers with protocol >= 110.
 * Source: spec/io.md 2.8, 4.3
 */
bool drbd_dagtag_sending(struct drbd_dagtag_sent *sent, u64 dagtag, u32 size)
{
	bool needed = !sent->known || sent->last != dagtag - (size >> DRBD_SECTOR_SHIFT);

	sent->known = true;
	sent->last = dagtag;
	return needed;
}
EXPORT_SYMBOL_GPL(drbd_dagtag_sending);

/**
 * drbd_dagtag_receive() - give a position to a write of a peer
 * @received: of the connection
 * @size: affected size in bytes
 *
 * To be called for each P_DATA, P_TRIM and P_ZEROES, also for those that are
 * refused for want of a disk: the peer counts them. The caller publishes the
 * position after the interval of the write is in the tree.
 *
 * Return: dagtag of the write.
 * Source: spec/io.md 4.3, 20 (9)
 */
u64 drbd_dagtag_receive(struct drbd_dagtag_received *received, u32 size)
{
	received->last += size >> DRBD_SECTOR_SHIFT;
	received->fresh = true;
	return received->last;
}
EXPORT_SYMBOL_GPL(drbd_dagtag_receive);

/**
 * drbd_dagtag_receive_set() - take a P_DAGTAG
 * @received: of the connection
 * @dagtag: from the packet
 *
 * Source: spec/io.md 4.3
 */
void drbd_dagtag_receive_set(struct drbd_dagtag_received *received, u64 dagtag)
{
	received->last = dagtag;
	received->fresh = true;
}
EXPORT_SYMBOL_GPL(drbd_dagtag_receive_set);

/**
 * drbd_dagtag_lost() - note that the connection is gone
 * @received: of the connection; the position is still good for reconciliation
 *
 * Source: spec/io.md 4.3
 */
void drbd_dagtag_lost(struct drbd_dagtag_received *received)
{
	received->fresh = false;
}
EXPORT_SYMBOL_GPL(drbd_dagtag_lost);

/**
 * drbd_peer_ack_write() - feed a write that leaves the transfer log
 * @ack: of the resource
 * @nodes: mask of the node ids that have the write
 * @dagtag: of the write
 * @al_wanted: its activity log references were the last ones of an extent, and
 *	local writes wait for the activity log
 * @window: option peer-ack-window, in sectors
 *
 * Writes are fed in order, those of size 0 not at all. One write is held back:
 * as long as the next one has the same nodes, its ack will cover both. The
 * caller re-arms the peer-ack-delay timer with every write.
 *
 * Return: true if the write that was pending before this one has to be sent now.
 * Source: spec/io.md 4.5, F14
 */
bool drbd_peer_ack_write(struct drbd_peer_ack *ack, u64 nodes, u64 dagtag,
			 bool al_wanted, u32 window)
{
	bool send = ack->pending &&
		    (ack->nodes != nodes || al_wanted ||
		     drbd_dagtag_newer_or_equal(dagtag, ack->last + window));

	if (send || !ack->pending)
		ack->last = dagtag;
	ack->pending = true;
	ack->nodes = nodes;
	ack->dagtag = dagtag;
	return send;
}
EXPORT_SYMBOL_GPL(drbd_peer_ack_write);

/**
 * drbd_peer_ack_flush() - do not wait for another write
 * @ack: of the resource
 *
 * For an expired peer-ack-delay, a demotion, P_CONFIRM_STABLE, P_FLUSH_REQUESTS,
 * and the close of the last writer.
 *
 * Return: true if there was a write pending, which has to be sent now.
 * Source: spec/io.md 4.5
 */
bool drbd_peer_ack_flush(struct drbd_peer_ack *ack)
{
	bool send = ack->pending;

	ack->pending = false;
	return send;
}
EXPORT_SYMBOL_GPL(drbd_peer_ack_flush);

/**
 * drbd_peer_ack_to() - whether a peer gets a peer ack
 * @connected: it is Connected
 * @protocol: agreed version
 * @sent_nodes: nodes to which the write was sent on their current connection,
 *	see drbd_request_sent_nodes()
 * @node: node id of the peer
 *
 * Return: what it gets.
 * Source: spec/io.md 4.5
 */
enum drbd_peer_ack_to drbd_peer_ack_to(bool connected, unsigned int protocol,
				       u64 sent_nodes, int node)
{
	if (connected && protocol >= PROTO_PEER_ACK && sent_nodes & drbd_node_mask(node))
		return DRBD_PEER_ACK_SEND;
	return DRBD_PEER_ACK_COVER;
}
EXPORT_SYMBOL_GPL(drbd_peer_ack_to);

/**
 * drbd_peer_ack_covers() - whether a peer ack is about a received write
 * @acked: dagtag in the P_PEER_ACK
 * @dagtag: of the write, the oldest one that is left
 *
 * A position without a write is not an error: version 9.3 does not count writes
 * that it refused, so positions may differ (spec/io.md 20, 9).
 *
 * Return: true if it is.
 * Source: spec/io.md 4.6
 */
bool drbd_peer_ack_covers(u64 acked, u64 dagtag)
{
	return drbd_dagtag_newer_or_equal(acked, dagtag);
}
EXPORT_SYMBOL_GPL(drbd_peer_ack_covers);

/**
 * drbd_peer_ack_plan() - what P_PEER_ACK means for a received write
 * @write: the write
 * @nodes: mask from the packet: who has the write
 * @sync_targets: mask of the node ids towards which this node is SyncSource,
 *	PausedSyncS or WFBitMapS
 * @slot_node: node id of each bitmap slot, %DRBD_NO_NODE for unused slots
 * @slots: number of slots, at most 64
 * @plan: result; bits are changed in one atomic step, then activity log
 *	references are put
 *
 * The slot of the sender is not touched, it has settled that with this node. A
 * sync target that misses the write was told by nobody else.
 *
 * Source: spec/io.md 4.6
 */
void drbd_peer_ack_plan(const struct drbd_received_write *write, u64 nodes,
			u64 sync_targets, const s8 *slot_node, unsigned int slots,
			struct drbd_peer_ack_plan *plan)
{
	unsigned int slot;

	plan->clear = 0;
	plan->set = 0;
	plan->tell = sync_targets & ~nodes & ~drbd_node_mask(write->sender);
	if (!write->has_disk)
		return;

	for (slot = 0; slot < slots; slot++) {
		int node = slot_node[slot];

		if (node == write->sender)
			continue;
		if (!write->failed && node != DRBD_NO_NODE && nodes & drbd_node_mask(node))
			plan->clear |= BIT_ULL(slot);
		else
			plan->set |= BIT_ULL(slot);
	}
}
EXPORT_SYMBOL_GPL(drbd_peer_ack_plan);

/**
 * drbd_peer_ack_lost_plan() - the same, if the peer ack will never come
 * @write: the write
 * @sync_targets: see drbd_peer_ack_plan()
 * @slot_node: see there
 * @slots: see there
 * @plan: result
 *
 * Nobody is known to have it.
 *
 * Source: spec/io.md 4.8 (1)
 */
void drbd_peer_ack_lost_plan(const struct drbd_received_write *write,
			     u64 sync_targets, const s8 *slot_node,
			     unsigned int slots, struct drbd_peer_ack_plan *plan)
{
	drbd_peer_ack_plan(write, 0, sync_targets, slot_node, slots, plan);
}
EXPORT_SYMBOL_GPL(drbd_peer_ack_lost_plan);
