/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Promotion: who may, what to do when it fails, and what an open has to do with it
 *
 * Everything here is a pure function that may be called in any context.
 */
#ifndef DRBD_CORE_PROMOTE_H
#define DRBD_CORE_PROMOTE_H

#include "types.h"

/**
 * struct drbd_promote_volume - what counts of a volume for its promotability
 * @disk: own disk
 * @have_quorum: enforced quorum
 * @up_to_date_peers: number of peers with an UpToDate disk
 * @stable_peer: one of those is stable
 */
struct drbd_promote_volume {
	enum drbd_disk disk;
	bool have_quorum;
	unsigned int up_to_date_peers;
	bool stable_peer;
};

/**
 * struct drbd_promotability - what cluster managers get to know
 * @may_promote: a promotion would work
 * @score: the higher, the better is this node as Primary
 */
struct drbd_promotability {
	bool may_promote;
	unsigned int score;
};

/**
 * enum drbd_role_flags - variants of a change of role
 * @DRBD_ROLE_LOCAL_UP_TO_DATE: own disks are taken for UpToDate
 * @DRBD_ROLE_OUTDATE_PEERS: unknown disks of peers are taken for Outdated
 * @DRBD_ROLE_IGNORE_OPENERS: whoever has the device open gets I/O errors
 */
enum drbd_role_flags {
	DRBD_ROLE_LOCAL_UP_TO_DATE = 1 << 0,
	DRBD_ROLE_OUTDATE_PEERS = 1 << 1,
	DRBD_ROLE_IGNORE_OPENERS = 1 << 2,
};

/**
 * enum drbd_role_step - what to do after a try to change the role
 * @DRBD_ROLE_DONE: the role is as wanted
 * @DRBD_ROLE_FAIL: give up, with the result of the last try
 * @DRBD_ROLE_RETRY: try again at once
 * @DRBD_ROLE_WAIT_CHANGE: try again after the next state change
 * @DRBD_ROLE_BACK_OFF: release the state mutex, sleep for a random time, start
 *	over with a ping of all peers
 * @DRBD_ROLE_WAIT_PING: release the state mutex, sleep for the longest
 *	ping-timeout, start over with a ping of all peers
 * @DRBD_ROLE_WAIT_DISK: release the state mutex, drain the worker, wait as
 *	before the first try, then call drbd_role_waited()
 * @DRBD_ROLE_FENCE: release the state mutex, fence all peers, then call
 *	drbd_role_fenced()
 * @DRBD_ROLE_FENCE_UNKNOWN: the same for those peers only whose best disk is
 *	DUnknown, on connections with a Consistent own disk
 */
enum drbd_role_step {
	DRBD_ROLE_DONE,
	DRBD_ROLE_FAIL,
	DRBD_ROLE_RETRY,
	DRBD_ROLE_WAIT_CHANGE,
	DRBD_ROLE_BACK_OFF,
	DRBD_ROLE_WAIT_PING,
	DRBD_ROLE_WAIT_DISK,
	DRBD_ROLE_FENCE,
	DRBD_ROLE_FENCE_UNKNOWN,
};

/* Failed tries of one request; those in a transient state do not count. */
#define DRBD_ROLE_TRIES		4

/**
 * struct drbd_role_change - a request to change the role, between its tries
 * @primary: to become Primary; otherwise Secondary
 * @force: by force
 * @flags: &enum drbd_role_flags for the next try
 * @tries: number of tries that failed
 * @nop_seen: a try failed with DRBD_SS_PRIMARY_NOP before
 * @two_primaries_seen: a try failed with DRBD_SS_TWO_PRIMARIES before
 * @fenced: peers have been fenced successfully
 * @fencing_unknown: drbd_role_fenced() is to follow DRBD_ROLE_FENCE_UNKNOWN
 * @split_brain: peers that could not be fenced are ignored by force, which
 *	is worth a warning
 *
 * The caller sets the first two, and zeroes the others.
 */
struct drbd_role_change {
	bool primary;
	bool force;
	unsigned int flags;
	unsigned int tries;
	bool nop_seen;
	bool two_primaries_seen;
	bool fenced;
	bool fencing_unknown;
	bool split_brain;
};

/**
 * struct drbd_promote_settle - what a promotion waits for
 * @try_up_to_date_pending: an own disk may become UpToDate soon
 * @disk: own disk of the volume
 * @consistent_peer: a peer's disk of the volume is Consistent
 * @reconciling: a resync after the loss of a Primary is running
 */
struct drbd_promote_settle {
	bool try_up_to_date_pending;
	enum drbd_disk disk;
	bool consistent_peer;
	bool reconciling;
};

void drbd_promotability(const struct drbd_promote_volume *volumes, unsigned int count,
			bool primary_seen, struct drbd_promotability *promotability);
enum drbd_role_step drbd_role_next(struct drbd_role_change *change, enum drbd_rv rv);
enum drbd_role_step drbd_role_waited(struct drbd_role_change *change, bool became_up_to_date);
enum drbd_role_step drbd_role_fenced(struct drbd_role_change *change, unsigned int tried,
				     unsigned int failed);
bool drbd_promote_settled(const struct drbd_promote_settle *volumes, unsigned int count);
enum drbd_disk drbd_promote_own_disk(unsigned int flags, enum drbd_disk disk,
				     bool up_to_date_peer);
enum drbd_disk drbd_promote_peer_disk(unsigned int flags, enum drbd_disk pdsk, bool far);

#endif
