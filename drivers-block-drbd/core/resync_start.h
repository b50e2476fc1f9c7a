/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a resync starts: helper, cluster-wide state, first state, stability
 *
 * Source: spec/resync.md 3.4, 3.8 and 7.4.
 */
#ifndef DRBD_CORE_RESYNC_START_H
#define DRBD_CORE_RESYNC_START_H

#include <linux/bits.h>

#include "types.h"

/* Until the next attempt, when a cluster-wide state change is under way */
#define DRBD_RESYNC_START_BUSY_MS	200

/**
 * struct drbd_resync_starting - a resync that is about to start
 * @target: this node is the target
 * @repl: replication state
 * @helper_done: the helper was called for this start, and had no objection
 * @state_busy: a cluster-wide state change is under way
 */
struct drbd_resync_starting {
	bool target;
	enum drbd_repl repl;
	bool helper_done;
	bool state_busy;
};

/**
 * enum drbd_resync_start_step - what to do next
 * @DRBD_START_IGNORE: nothing; the connection is gone, or something runs already
 * @DRBD_START_HELPER: call before-resync-target or before-resync-source, ask
 *	drbd_resync_helper_agrees()
 * @DRBD_START_LATER: ask again after %DRBD_RESYNC_START_BUSY_MS, without waiting
 * @DRBD_START_GO: change the state: drbd_resync_start()
 */
enum drbd_resync_start_step {
	DRBD_START_IGNORE,
	DRBD_START_HELPER,
	DRBD_START_LATER,
	DRBD_START_GO,
};

/**
 * struct drbd_resync_first - what decides on the first state of a resync
 * @target: this node is the target
 * @pause: reasons to pause, DRBD_PAUSE_x
 * @disk: own disk state
 * @other_target: this node is target of another peer already
 * @source_stable: target: the source is stable
 * @stable_source: target: drbd_sync_stable_source()
 * @just_created: target: the own current UUID is that of a new disk
 * @bitmap_uuid: target: the source's bitmap UUID for this node
 * @source_crashed: target: the source was a crashed Primary
 * @reported: source: the target reported the end before this node started
 */
struct drbd_resync_first {
	bool target;
	u8 pause;
	enum drbd_disk disk;
	bool other_target;
	bool source_stable;
	bool stable_source;
	bool just_created;
	u64 bitmap_uuid;
	bool source_crashed;
	bool reported;
};

/**
 * enum drbd_resync_start_flags - what else belongs to the start of a resync
 * @DRBD_START_ADOPT_UUID: the source's bitmap UUID becomes the own current UUID, so
 *	that a first resync can be continued after an interruption
 * @DRBD_START_CLEAR_STABLE: the device is not marked stable any more
 * @DRBD_START_UNSTABLE: this resync is marked unstable, else it is not
 * @DRBD_START_NOTE_CRASHED: remember that the source was a crashed Primary
 * @DRBD_START_FINISH: drbd_resync_finish() at once, with the state that was reported
 */
enum drbd_resync_start_flags {
	DRBD_START_ADOPT_UUID = BIT(0),
	DRBD_START_CLEAR_STABLE = BIT(1),
	DRBD_START_UNSTABLE = BIT(2),
	DRBD_START_NOTE_CRASHED = BIT(3),
	DRBD_START_FINISH = BIT(4),
};

enum drbd_resync_start_step drbd_resync_start_step(const struct drbd_resync_starting *at);
bool drbd_resync_helper_agrees(bool target, int exit_code);
enum drbd_repl drbd_resync_start(const struct drbd_resync_first *first, u32 *flags);
bool drbd_resync_ends_stable(bool resync_unstable, bool device_stable);

#endif
