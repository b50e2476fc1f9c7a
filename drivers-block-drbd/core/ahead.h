/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ahead and Behind: a congested peer is told only which blocks it misses
 *
 * Source: spec/io.md 2.8 and 10; spec/resync.md 3.4 and 9.
 */
#ifndef DRBD_CORE_AHEAD_H
#define DRBD_CORE_AHEAD_H

#include "epoch.h"

/* From the last P_OUT_OF_SYNC to the attempt to leave Ahead */
#define DRBD_AHEAD_EXIT_MS		1000
/* Until the next attempt, when it is too early to start a resync */
#define DRBD_RESYNC_POSTPONE_MS		100

/**
 * struct drbd_ahead_exit - what decides whether to leave Ahead
 * @repl: replication state towards the peer
 * @in_flight: application sectors in flight on the connection
 * @armed: the timer runs already
 */
struct drbd_ahead_exit {
	enum drbd_repl repl;
	u32 in_flight;
	bool armed;
};

/**
 * struct drbd_resync_due - a resync that is about to start without asking the peer
 * @from_ahead: it ends Ahead
 * @rs_pending: answers to resync requests that are missing
 * @target_active: an older resync as target of this peer has requests in flight
 * @unacked: acknowledgments that this node owes to the peer
 */
struct drbd_resync_due {
	bool from_ahead;
	u32 rs_pending;
	bool target_active;
	u32 unacked;
};

/**
 * enum drbd_behind - what the state of a peer means for the one that follows it
 * @DRBD_BEHIND_NOTHING: nothing
 * @DRBD_BEHIND_ENTER: become Behind, with a disk that is Outdated at most
 * @DRBD_BEHIND_LEAVE: become Inconsistent at once, as data may follow, and SyncTarget
 *	when drbd_resync_postponed() allows
 */
enum drbd_behind {
	DRBD_BEHIND_NOTHING,
	DRBD_BEHIND_ENTER,
	DRBD_BEHIND_LEAVE,
};

bool drbd_ahead_exit_arm(const struct drbd_ahead_exit *at);
bool drbd_resync_postponed(const struct drbd_resync_due *due);
bool drbd_ahead_state_first(bool *out_of_sync_mode, enum drbd_epoch_entry entry);
enum drbd_behind drbd_behind(enum drbd_repl repl, enum drbd_repl peer_repl);

#endif
