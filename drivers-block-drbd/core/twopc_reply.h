/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Answers to a PREPARE: what they say together, and when that is known
 */
#ifndef DRBD_CORE_TWOPC_REPLY_H
#define DRBD_CORE_TWOPC_REPLY_H

#include "twopc_msg.h"

/**
 * struct drbd_twopc_votes - what is known about the answers of those asked
 * @asked: nodes that a PREPARE was sent to
 * @yes: those of @asked that agreed, or sent the same PREPARE themselves
 * @no: those of @asked that refused
 * @retry: those of @asked that are busy, or were lost
 * @own_failed: this node refuses, as a participant
 * @local_abort: this node, as the initiator, has to give up
 * @hs_needed: one end of the connection to connect: its handshake counts
 * @hs_complete: all of the peer's initial packets are there
 * @hs_retry: the handshake wants another try
 * @hs_disconnect: the handshake wants no connection
 * @hs_sizes_failed: the handshake found no size that suits both
 */
struct drbd_twopc_votes {
	u64 asked;
	u64 yes;
	u64 no;
	u64 retry;
	bool own_failed;
	bool local_abort;
	bool hs_needed;
	bool hs_complete;
	bool hs_retry;
	bool hs_disconnect;
	bool hs_sizes_failed;
};

/**
 * struct drbd_twopc_reply - what those who agreed know together
 * @reachable_nodes: nodes that take part
 * @primary_nodes: Primaries; in a resize, those with a disk
 * @weak_nodes: complement of the neighbours of a Primary with data
 * @max_size: largest size that all can have, in sectors
 */
struct drbd_twopc_reply {
	u64 reachable_nodes;
	u64 primary_nodes;
	u64 weak_nodes;
	u64 max_size;
};

bool drbd_twopc_ready(const struct drbd_twopc_votes *votes);
enum drbd_rv drbd_twopc_verdict(const struct drbd_twopc_votes *votes);
enum drbd_twopc_cmd drbd_twopc_answer(enum drbd_rv verdict);
bool drbd_twopc_count(struct drbd_twopc_votes *votes, int from, enum drbd_twopc_cmd answer);
void drbd_twopc_merge(struct drbd_twopc_reply *sum, const struct drbd_twopc_msg *yes);

#endif
