// SPDX-License-Identifier: GPL-2.0-only
/*
 * When a new data generation that is due begins
 *
 * A state change makes it due, but it begins only with the first request after
 * that: a Primary that loses two peers at the same moment should leave them
 * behind with one and the same generation, and one that is not written to does
 * not need any. No request may pass before it began. Where requests were on
 * their way when a peer got lost, it begins before they are completed.
 *
 * While I/O is suspended nothing begins, since the peer may come back and get
 * what it missed; so the suspension must not end without it.
 */

#include <linux/export.h>

#include "uuid_need.h"

/**
 * drbd_uuid_need_consume() - what an event does to a generation that is due
 * @event: the event
 * @state: of the device
 *
 * One at a time for a device: a second request waits for the first one's work.
 *
 * Return: DRBD_NEED_* actions, 0 for none.
 * Source: spec/resync.md 1.6
 */
unsigned int drbd_uuid_need_consume(enum drbd_need_event event,
				    const struct drbd_need_state *state)
{
	bool may_create = state->quorum && state->accessible;

	if (!state->due)
		return 0;
	switch (event) {
	case DRBD_NEED_REQUEST:
		/* Without quorum or data it stays due: that peer will miss what is
		 * written when they are back.
		 */
		if (state->suspended || !may_create)
			return 0;
		return DRBD_NEED_PING | DRBD_NEED_CREATE | DRBD_NEED_CLEAR;
	case DRBD_NEED_CONN_LOST:
		if (state->suspended || !may_create || state->lost_quorum || !state->unfinished)
			return 0;
		/* Cleared afterwards, a second loss during the ping would be lost. */
		return DRBD_NEED_CLEAR_FIRST | DRBD_NEED_PING | DRBD_NEED_CREATE;
	case DRBD_NEED_UNSUSPEND:
		return DRBD_NEED_HOLD | DRBD_NEED_CREATE | DRBD_NEED_CLEAR;
	case DRBD_NEED_DISK_FAILED:
		if (state->suspended)
			return 0;
		return DRBD_NEED_CREATE | DRBD_NEED_CLEAR;
	case DRBD_NEED_FENCED:
	case DRBD_NEED_RESUME_IO:
	case DRBD_NEED_PEER_REBOOTED:
		/* These end the suspension right after it. */
		return DRBD_NEED_CREATE | DRBD_NEED_CLEAR;
	case DRBD_NEED_PEER_BACK:
	case DRBD_NEED_DEMOTED:
		return DRBD_NEED_CLEAR;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_uuid_need_consume);
