/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * P_FLUSH_REQUESTS on the nodes that are asked: the Primary and those who forward
 *
 * What the target of a resync waits for is struct drbd_flush in resync_finish.h.
 * Source: spec/io.md 4.7, spec/resync.md 3.7.
 */
#ifndef DRBD_CORE_FLUSH_REQUEST_H
#define DRBD_CORE_FLUSH_REQUEST_H

#include "types.h"

/**
 * struct drbd_flush_round - what a target asked this Primary for
 * @sequence: of its newest P_FLUSH_REQUESTS, to be echoed
 * @dagtag: position that peer acks have to reach
 * @owed: mask of the connections on which nothing was sent for it so far
 */
struct drbd_flush_round {
	u64 sequence;
	u64 dagtag;
	u64 owed;
};

/**
 * struct drbd_flush_primary - what targets asked this node for, of a resource
 * @round: by node id of the target
 */
struct drbd_flush_primary {
	struct drbd_flush_round round[DRBD_NODES];
};

/**
 * enum drbd_flush_packet - what to send to a node for a round
 * @DRBD_FLUSH_ACK: P_FLUSH_REQUESTS_ACK with the own node id, on the data stream
 * @DRBD_FLUSH_FORWARD: P_FLUSH_FORWARD with the id of the target, on the control stream
 */
enum drbd_flush_packet {
	DRBD_FLUSH_ACK,
	DRBD_FLUSH_FORWARD,
};

void drbd_flush_requested(struct drbd_flush_primary *primary, int target, u64 sequence,
			  u64 dagtag, u64 connected);
u64 drbd_flush_covered(struct drbd_flush_primary *primary, int node, u64 acked);
enum drbd_flush_packet drbd_flush_packet(int target, int node);
void drbd_flush_came(struct drbd_flush_primary *primary, int node);
void drbd_flush_gone(struct drbd_flush_primary *primary, int node);
bool drbd_flush_forwards(int target, int own_id, u64 connected);

#endif
