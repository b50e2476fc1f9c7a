/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which overlapping requests have to wait for each other
 *
 * Source: spec/io.md 2.5.
 */
#ifndef DRBD_CORE_CONFLICT_H
#define DRBD_CORE_CONFLICT_H

#include <linux/bits.h>

#include "types.h"

/**
 * enum drbd_interval_kind - what an interval in the tree is
 * @DRBD_INTERVAL_LOCAL_WRITE: write of an application on this node
 * @DRBD_INTERVAL_PEER_WRITE: write that a peer sent
 * @DRBD_INTERVAL_RESYNC_WRITE: resync request of this node, as sync target
 * @DRBD_INTERVAL_RESYNC_READ: read for a resync, as sync source
 * @DRBD_INTERVAL_VERIFY: read for an online verify
 * @DRBD_INTERVAL_PEERS_IN_SYNC: short lock while peers are declared in sync
 */
enum drbd_interval_kind {
	DRBD_INTERVAL_LOCAL_WRITE,
	DRBD_INTERVAL_PEER_WRITE,
	DRBD_INTERVAL_RESYNC_WRITE,
	DRBD_INTERVAL_RESYNC_READ,
	DRBD_INTERVAL_VERIFY,
	DRBD_INTERVAL_PEERS_IN_SYNC,
};

/**
 * enum drbd_interval_flags - how far an interval is
 * @DRBD_INTERVAL_SUBMITTED: handed to the backing device
 * @DRBD_INTERVAL_BACKING_COMPLETED: it is through; of local writes only
 * @DRBD_INTERVAL_COMPLETED: completed to the application; of local writes only
 * @DRBD_INTERVAL_READY_TO_SEND: resync request that may be sent
 * @DRBD_INTERVAL_RECEIVED: resync request that was answered
 */
enum drbd_interval_flags {
	DRBD_INTERVAL_SUBMITTED = BIT(0),
	DRBD_INTERVAL_BACKING_COMPLETED = BIT(1),
	DRBD_INTERVAL_COMPLETED = BIT(2),
	DRBD_INTERVAL_READY_TO_SEND = BIT(3),
	DRBD_INTERVAL_RECEIVED = BIT(4),
};

/**
 * struct drbd_interval_state - what decides about an interval
 * @kind: what it is
 * @flags: &enum drbd_interval_flags
 * @node: node id of the peer; %DRBD_NO_NODE for a local write
 */
struct drbd_interval_state {
	enum drbd_interval_kind kind;
	u32 flags;
	int node;
};

/**
 * enum drbd_conflict - what an existing interval means for a new one
 * @DRBD_CONFLICT_NONE: nothing
 * @DRBD_CONFLICT_MARK: mark the existing one, its verify result is worth nothing
 * @DRBD_CONFLICT_WAIT: wait for the existing one
 */
enum drbd_conflict {
	DRBD_CONFLICT_NONE,
	DRBD_CONFLICT_MARK,
	DRBD_CONFLICT_WAIT,
};

bool drbd_interval_overlaps(u64 sector, u32 size, u64 other_sector, u32 other_size);
enum drbd_conflict drbd_conflict(const struct drbd_interval_state *new,
				 const struct drbd_interval_state *old, bool send_only);
bool drbd_conflict_two_primaries(const struct drbd_interval_state *old);

#endif
