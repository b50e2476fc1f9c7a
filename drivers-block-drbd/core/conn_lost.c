// SPDX-License-Identifier: GPL-2.0-only
/*
 * What has to be cleaned up, in which order, when a connection is lost
 *
 * Most of the order follows from what waits for what. Nothing new may come in before
 * anything is drained. What is not at a disk yet is cancelled before one waits for the
 * disk, or the wait need not end, as a write may wait for a conflict with a resync
 * request whose answer will never come. And as there is work of the sender that others
 * queue while they finish, it has to be waited for more than once.
 *
 * Two rules are about data. A write that misses the peer may not be completed before the
 * generation has a new name, or both nodes go on with different data under the same one.
 * And survivors of a Primary compare positions only after what they received is in their
 * bitmaps, but promise to compare before anybody may take the cleanup for complete.
 */

#include <linux/array_size.h>
#include <linux/export.h>
#include <linux/string.h>

#include "conn_lost.h"

static const enum drbd_lost_step lost_steps[] = {
	DRBD_LOST_STATE,
	DRBD_LOST_STOP_ACKS,
	DRBD_LOST_STOP_SENDER,
	DRBD_LOST_CLOSE,

	DRBD_LOST_RS_PARKED,
	DRBD_LOST_FLUSH_SENDER,
	DRBD_LOST_RS_MERGED,
	DRBD_LOST_RS_CONFLICTS,
	DRBD_LOST_RS_DRAIN,
	DRBD_LOST_FLUSH_SENDER,
	DRBD_LOST_DONE_LIST,
	DRBD_LOST_RS_UNANSWERED,
	DRBD_LOST_RS_DEPENDENT,
	DRBD_LOST_RS_COUNTERS,

	DRBD_LOST_WRITES_CANCEL,
	DRBD_LOST_WRITES_DRAIN,
	DRBD_LOST_FLUSH_SENDER,
	DRBD_LOST_DONE_LIST,
	DRBD_LOST_FLUSH_SENDER,

	DRBD_LOST_NEW_UUID,
	DRBD_LOST_WRITE_META,
	DRBD_LOST_LIMITS,
	DRBD_LOST_WALK,
	DRBD_LOST_FORGET,
	DRBD_LOST_PEER_ACKS,
	DRBD_LOST_RESET,
	DRBD_LOST_OWE,
	DRBD_LOST_DRAINED,
	DRBD_LOST_DAGTAG,
	DRBD_LOST_RECONNECT,
};

/**
 * drbd_lost_steps() - what to do when a connection is lost
 * @peer_primary: the peer was Primary when it was lost
 * @steps: result
 *
 * Return: number of steps.
 * Source: spec/io.md 4.8, 6.9, 9.7; spec/resync.md 4.10
 */
unsigned int drbd_lost_steps(bool peer_primary, enum drbd_lost_step steps[DRBD_LOST_STEPS])
{
	unsigned int i, n = 0;

	for (i = 0; i < ARRAY_SIZE(lost_steps); i++) {
		if (!peer_primary && (lost_steps[i] == DRBD_LOST_OWE ||
				      lost_steps[i] == DRBD_LOST_DAGTAG))
			continue;
		steps[n++] = lost_steps[i];
	}
	return n;
}
EXPORT_SYMBOL_GPL(drbd_lost_steps);

/**
 * drbd_resync_abort_steps() - what to do when a resync is given up, the peer being there
 * @steps: result; the state is Established already
 *
 * Return: number of steps.
 * Source: spec/resync.md 3.9
 */
unsigned int drbd_resync_abort_steps(enum drbd_lost_step steps[DRBD_LOST_STEPS])
{
	static const enum drbd_lost_step abort_steps[] = {
		DRBD_LOST_FLUSH_SENDER, DRBD_LOST_RS_MERGED, DRBD_LOST_RS_CONFLICTS,
		DRBD_LOST_RS_DRAIN, DRBD_LOST_RS_ANSWERS, DRBD_LOST_RS_COUNTERS,
	};

	memcpy(steps, abort_steps, sizeof(abort_steps));
	return ARRAY_SIZE(abort_steps);
}
EXPORT_SYMBOL_GPL(drbd_resync_abort_steps);

/**
 * drbd_lost_walk_event() - what requests are told in %DRBD_LOST_WALK
 * @suspended: I/O is suspended at this moment
 *
 * Return: the event.
 * Source: spec/io.md 6.9 (8)
 */
enum drbd_request_event drbd_lost_walk_event(bool suspended)
{
	return suspended ? DRBD_REQ_EV_CONN_LOST_SUSPENDED : DRBD_REQ_EV_CONN_LOST;
}
EXPORT_SYMBOL_GPL(drbd_lost_walk_event);
