// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a resync starts: helper, cluster-wide state, first state, stability
 *
 * Both nodes start on their own, after bitmaps were exchanged or written. What takes
 * time (the helper, a cluster-wide state change of others) must not block the worker,
 * which others need to get on with that very change. So the start is a question that is
 * asked again, and the one thing to remember is that the helper was called.
 *
 * A source that has a Primary for a neighbour gets writes that its target does not. It
 * is called unstable, and the data of a target that only had such a source is that of
 * some moment in the past: good for less work next time, but not a generation.
 */

#include <linux/export.h>

#include "resync_order.h"
#include "resync_start.h"

/* Exit code of before-resync-source that was never meant as an objection */
#define HELPER_IGNORED	3

/**
 * drbd_resync_start_step() - what to do next to start a resync
 * @at: the resync
 *
 * Return: what to do.
 * Source: spec/resync.md 3.4 (1, 2, 4)
 */
enum drbd_resync_start_step drbd_resync_start_step(const struct drbd_resync_starting *at)
{
	if (at->repl < DRBD_R_ESTABLISHED ||
	    (at->repl >= DRBD_R_SYNC_SOURCE && at->repl <= DRBD_R_PAUSED_SYNC_T))
		return DRBD_START_IGNORE;
	if (!at->helper_done)
		return DRBD_START_HELPER;
	return at->state_busy ? DRBD_START_LATER : DRBD_START_GO;
}
EXPORT_SYMBOL_GPL(drbd_resync_start_step);

/**
 * drbd_resync_helper_agrees() - whether the helper lets a resync start
 * @target: this node is the target
 * @exit_code: of the helper
 *
 * Return: true if it does; otherwise disconnect, and stay StandAlone.
 * Source: spec/resync.md 3.4 (2), 7.4
 */
bool drbd_resync_helper_agrees(bool target, int exit_code)
{
	return !exit_code || (!target && exit_code == HELPER_IGNORED);
}
EXPORT_SYMBOL_GPL(drbd_resync_helper_agrees);

/**
 * drbd_resync_start() - first state of a resync
 * @first: what decides; with %DRBD_PAUSE_PARALLEL if drbd_resync_admit() refuses, and
 *	%DRBD_PAUSE_DEPENDENCY if not drbd_may_sync()
 * @flags: result: &enum drbd_resync_start_flags
 *
 * A source that is itself a target waits until that is over. Which of several sources a
 * target takes first is up to drbd_state_sanitize().
 *
 * Return: replication state to change to.
 * Source: spec/resync.md 3.4 (3, 5, 7), 3.5, 3.8
 */
enum drbd_repl drbd_resync_start(const struct drbd_resync_first *first, u32 *flags)
{
	enum drbd_repl repl = first->target ? DRBD_R_SYNC_TARGET : DRBD_R_SYNC_SOURCE;
	u8 pause = first->pause;

	*flags = 0;
	if (!first->target) {
		if (first->other_target)
			pause |= DRBD_PAUSE_OTHER;
		if (first->reported)
			*flags |= DRBD_START_FINISH;
	} else {
		if (first->just_created && first->bitmap_uuid)
			*flags |= DRBD_START_ADOPT_UUID;
		if (!first->other_target)
			*flags |= DRBD_START_CLEAR_STABLE;
		if (!first->source_stable && !first->stable_source)
			*flags |= DRBD_START_UNSTABLE;
		if (first->source_crashed)
			*flags |= DRBD_START_NOTE_CRASHED;
	}
	return drbd_pause_repl(repl, drbd_pause_suspended(repl, first->disk, pause));
}
EXPORT_SYMBOL_GPL(drbd_resync_start);

/**
 * drbd_resync_ends_stable() - whether a target has a whole generation now
 * @resync_unstable: the resync that is over is marked unstable
 * @device_stable: the device is marked stable: another resync ended stable, and no data
 *	of an unstable source was written since. The caller sets the mark if this is true
 *
 * Return: for @stable of &struct drbd_resync_over.
 * Source: spec/resync.md 3.8
 */
bool drbd_resync_ends_stable(bool resync_unstable, bool device_stable)
{
	return !resync_unstable || device_stable;
}
EXPORT_SYMBOL_GPL(drbd_resync_ends_stable);
