/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which overlapping requests have to wait for each other
 *
 * Source: spec/io.md 2.5; spec/resync.md 4.7.
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
 * @DRBD_CONFLICT_WAIT: wait for the existing one; a verify never waits, for a new
 *	interval of that kind it means that its own result is worth nothing
 */
enum drbd_conflict {
	DRBD_CONFLICT_NONE,
	DRBD_CONFLICT_MARK,
	DRBD_CONFLICT_WAIT,
};

/**
 * struct drbd_rival_write - a peer's write that meets one of this node's own
 * @sector: start of it, in 512-byte sectors
 * @size: of it, in bytes
 * @own_sector: start of the own one
 * @own_size: of it, in bytes
 * @own_decided: the peer has answered the own one
 * @protocol: agreed version
 * @resolves: this node decides about conflicts: it accepted the control socket
 */
struct drbd_rival_write {
	u64 sector;
	u32 size;
	u64 own_sector;
	u32 own_size;
	bool own_decided;
	unsigned int protocol;
	bool resolves;
};

/**
 * enum drbd_rival - what to do with such a write; of several, the last one counts
 * @DRBD_RIVAL_WRITE: write it, as soon as nothing blocks it
 * @DRBD_RIVAL_WAIT: wait for the peer's answer to the own one, up to the network
 *	timeout, then write it
 * @DRBD_RIVAL_RETRY: do not write it, answer P_RETRY_WRITE from the ack queue
 * @DRBD_RIVAL_SUPERSEDED: do not write it, answer P_SUPERSEDED from the ack queue
 * @DRBD_RIVAL_DISCONNECT: give the connection up
 */
enum drbd_rival {
	DRBD_RIVAL_WRITE,
	DRBD_RIVAL_WAIT,
	DRBD_RIVAL_RETRY,
	DRBD_RIVAL_SUPERSEDED,
	DRBD_RIVAL_DISCONNECT,
};

bool drbd_interval_overlaps(u64 sector, u32 size, u64 other_sector, u32 other_size);
enum drbd_conflict drbd_conflict(const struct drbd_interval_state *new,
				 const struct drbd_interval_state *old, bool send_only);
bool drbd_conflict_two_primaries(const struct drbd_interval_state *old);
enum drbd_rival drbd_rival(const struct drbd_interval_state *own,
			   const struct drbd_rival_write *rival);

#endif
