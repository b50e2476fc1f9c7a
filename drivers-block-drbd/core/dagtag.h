/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Positions in the change stream of a resource, and who is told about them
 *
 * A dagtag counts the 512-byte sectors that applications wrote on a primary; a
 * write has the value behind it. Source: spec/io.md 4.3, 4.5, 4.6 and 4.8 (1).
 */
#ifndef DRBD_CORE_DAGTAG_H
#define DRBD_CORE_DAGTAG_H

#include "types.h"

/**
 * struct drbd_dagtag - position of this node's own change stream
 * @now: of the newest write
 * @attach_from: value before the metadata's was adopted
 * @attach_to: value that was adopted from metadata; nothing exists between
 */
struct drbd_dagtag {
	u64 now;
	u64 attach_from;
	u64 attach_to;
};

/**
 * struct drbd_dagtag_sent - what a peer can compute of this node's position
 * @last: dagtag of the last write that was sent, or of the last P_DAGTAG
 * @known: false until something was sent on this connection
 */
struct drbd_dagtag_sent {
	u64 last;
	bool known;
};

/**
 * struct drbd_dagtag_received - position in the change stream of a peer
 * @last: of the newest write received, or of the last P_DAGTAG
 * @fresh: @last is of the current connection; resync requests may depend on it
 */
struct drbd_dagtag_received {
	u64 last;
	bool fresh;
};

/**
 * struct drbd_peer_ack - the newest write whose peer ack was not sent
 * @pending: there is one
 * @nodes: mask of the node ids that have it
 * @dagtag: of it
 * @last: dagtag when a pending one was last made to be sent, or first came
 */
struct drbd_peer_ack {
	bool pending;
	u64 nodes;
	u64 dagtag;
	u64 last;
};

/**
 * enum drbd_peer_ack_to - what a peer gets of a peer ack
 * @DRBD_PEER_ACK_SEND: P_PEER_ACK
 * @DRBD_PEER_ACK_COVER: nothing; only note that the dagtag is covered
 */
enum drbd_peer_ack_to {
	DRBD_PEER_ACK_SEND,
	DRBD_PEER_ACK_COVER,
};

/**
 * struct drbd_peer_ack_plan - what a receiver does about one write
 * @clear: bitmap slots in which to clear the range
 * @set: bitmap slots in which to set the range
 * @tell: mask of the node ids that get P_OUT_OF_SYNC for it
 */
struct drbd_peer_ack_plan {
	u64 clear;
	u64 set;
	u64 tell;
};

/**
 * struct drbd_received_write - a write that is on the receive-order list
 * @sender: node id of the primary that it came from
 * @has_disk: there is a bitmap to be changed
 * @failed: the local disk failed to write it
 */
struct drbd_received_write {
	int sender;
	bool has_disk;
	bool failed;
};

bool drbd_seq_newer(u32 a, u32 b);
bool drbd_seq_due(u32 seq, u32 seen);
bool drbd_dagtag_newer_or_equal(u64 a, u64 b);

u64 drbd_dagtag_write(struct drbd_dagtag *dagtag, u32 size);
void drbd_dagtag_attach(struct drbd_dagtag *dagtag, u64 stored);
u64 drbd_dagtag_to_flush(const struct drbd_dagtag *dagtag);
bool drbd_dagtag_sending(struct drbd_dagtag_sent *sent, u64 dagtag, u32 size);
u64 drbd_dagtag_receive(struct drbd_dagtag_received *received, u32 size);
void drbd_dagtag_receive_set(struct drbd_dagtag_received *received, u64 dagtag);
void drbd_dagtag_lost(struct drbd_dagtag_received *received);

bool drbd_peer_ack_write(struct drbd_peer_ack *ack, u64 nodes, u64 dagtag,
			 bool al_wanted, u32 window);
bool drbd_peer_ack_flush(struct drbd_peer_ack *ack);
enum drbd_peer_ack_to drbd_peer_ack_to(bool connected, unsigned int protocol,
				       u64 sent_nodes, int node);
bool drbd_peer_ack_covers(u64 acked, u64 dagtag);
void drbd_peer_ack_plan(const struct drbd_received_write *write, u64 nodes,
			u64 sync_targets, const s8 *slot_node, unsigned int slots,
			struct drbd_peer_ack_plan *plan);
void drbd_peer_ack_lost_plan(const struct drbd_received_write *write,
			     u64 sync_targets, const s8 *slot_node,
			     unsigned int slots, struct drbd_peer_ack_plan *plan);

#endif
