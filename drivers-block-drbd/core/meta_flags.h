/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flags of the superblock: from states, and back to them
 *
 * Everything here is a pure function that may be called in any context.
 */
#ifndef DRBD_CORE_META_FLAGS_H
#define DRBD_CORE_META_FLAGS_H

#include "meta_sb.h"

/**
 * struct drbd_md_state - what decides about the flags of a device
 * @disk: state of the local disk
 * @role: own role
 * @peer_primary: a connected peer is Primary
 * @peer_up_to_date: a connected peer is UpToDate, and is not about to be
 *	disconnected by this change
 * @peer_request: some peer's write is in flight, or not yet acknowledged
 * @graceful_detach: the disk is on the way to Detaching, and was not forced
 * @crashed_primary: the node crashed as Primary, and no peer has caught up yet
 * @lost_quorum: quorum was lost as Primary, and did not come back yet
 * @have_quorum: the device has quorum
 */
struct drbd_md_state {
	enum drbd_disk disk;
	enum drbd_node_role role;
	bool peer_primary;
	bool peer_up_to_date;
	bool peer_request;
	bool graceful_detach;
	bool crashed_primary;
	bool lost_quorum;
	bool have_quorum;
};

/**
 * struct drbd_md_peer_state - what decides about the flags of a peer
 * @repl: replication state
 * @disk: state of the peer's disk
 * @fencing: the policy is not dont-care
 * @no_bitmap: the peer is configured not to have a bitmap
 */
struct drbd_md_peer_state {
	enum drbd_repl repl;
	enum drbd_disk disk;
	bool fencing;
	bool no_bitmap;
};

enum drbd_disk drbd_md_initial_disk(u32 flags, bool may_be_up_to_date);
bool drbd_md_quorum_was_own(const struct drbd_sb *sb, int own_node_id);
bool drbd_md_degraded(u32 flags, u32 peer_flags, enum drbd_node_role role);

u32 drbd_md_device_flags(u32 flags, const struct drbd_md_state *state);
u32 drbd_md_peer_flags(u32 flags, const struct drbd_md_peer_state *state);
u64 drbd_md_excess_nodes(const struct drbd_sb *sb, int own_node_id, u64 configured);

#endif
