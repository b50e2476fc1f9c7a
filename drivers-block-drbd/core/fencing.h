/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fencing: when a helper has to stop a lost peer, and what its answer is worth
 *
 * Everything here is a pure function that may be called in any context.
 */
#ifndef DRBD_CORE_FENCING_H
#define DRBD_CORE_FENCING_H

#include "types.h"

/**
 * struct drbd_fence_conn - what fencing depends on, for one connection
 * @fencing: its policy
 * @conn: its state
 * @primary: this node is Primary
 * @best_disk: best own disk of its volumes
 * @best_pdsk: best peer disk of its volumes
 * @intentional_diskless: this node is intentionally diskless on all volumes
 * @helper_disabled: helpers are turned off
 */
struct drbd_fence_conn {
	enum drbd_fencing fencing;
	enum drbd_cstate conn;
	bool primary;
	enum drbd_disk best_disk;
	enum drbd_disk best_pdsk;
	bool intentional_diskless;
	bool helper_disabled;
};

/**
 * enum drbd_fence_plan - what to do about a peer
 * @DRBD_FENCE_CONNECTED: nothing, and it is not fenced: it is connected
 * @DRBD_FENCE_CANNOT: nothing, and it is not fenced: there is no data here that
 *	were worth it. The suspension of I/O for it ends.
 * @DRBD_FENCE_NEEDLESS: nothing, and it counts as fenced
 * @DRBD_FENCE_RUN: run the helper fence-peer
 */
enum drbd_fence_plan {
	DRBD_FENCE_CONNECTED,
	DRBD_FENCE_CANNOT,
	DRBD_FENCE_NEEDLESS,
	DRBD_FENCE_RUN,
};

/**
 * struct drbd_fence_result - what the exit code of a helper means
 * @pdsk: disks of the peer that are better than this become this
 * @disk: own disks that are better than this become this
 * @broken: the code means nothing; nobody was fenced
 * @against_policy: the peer was shot, though the policy does not ask for it
 * @reason: for the log
 */
struct drbd_fence_result {
	enum drbd_disk pdsk;
	enum drbd_disk disk;
	bool broken;
	bool against_policy;
	const char *reason;
};

/**
 * struct drbd_up_to_date_volume - who has the newest data of a volume
 * @disk: own disk
 * @peers: mask of peers whose disk is UpToDate
 * @clean: mask of nodes which exist, and have no bitmap UUID: they missed nothing
 */
struct drbd_up_to_date_volume {
	enum drbd_disk disk;
	u64 peers;
	u64 clean;
};

bool drbd_fence_at_teardown(const struct drbd_fence_conn *c);
enum drbd_fence_plan drbd_fence_plan(const struct drbd_fence_conn *c);
void drbd_fence_result(int exit_code, enum drbd_fencing fencing, enum drbd_disk best_disk,
		       struct drbd_fence_result *result);
enum drbd_disk drbd_fence_disk(enum drbd_disk disk, enum drbd_disk limit);
bool drbd_fence_is_stale(enum drbd_cstate conn, bool handshake, u64 last_connected,
			 u64 last_connected_before);
bool drbd_fence_succeeded(enum drbd_disk best_pdsk);
u64 drbd_up_to_date_nodes(const struct drbd_up_to_date_volume *volumes, unsigned int count,
			  int node_id, bool primary_or_fence);

#endif
