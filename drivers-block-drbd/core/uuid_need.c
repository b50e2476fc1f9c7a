// SPDX-License-Identifier: GPL-2.0-only
/*
 * When a new data generation becomes due, and when it begins
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
#include "uuid_tell.h"

static bool data_lost(const struct drbd_uuid_peer *before, const struct drbd_uuid_peer *after)
{
	if (before->disk != DRBD_D_INCONSISTENT && before->disk != DRBD_D_CONSISTENT &&
	    before->disk != DRBD_D_UP_TO_DATE)
		return false;
	return after->disk < DRBD_D_INCONSISTENT || after->disk == DRBD_D_OUTDATED ||
	       after->disk == DRBD_D_UNKNOWN;
}

/* It was frozen for, and now it is back empty-handed. */
static bool came_back_empty(const struct drbd_uuid_peer *before,
			    const struct drbd_uuid_peer *after)
{
	return before->disk == DRBD_D_UNKNOWN &&
	       (after->disk == DRBD_D_DISKLESS || after->disk == DRBD_D_FAILED ||
		after->disk == DRBD_D_OUTDATED);
}

static bool disk_lost(enum drbd_disk before, enum drbd_disk after)
{
	return (before > DRBD_D_FAILED && after == DRBD_D_FAILED) ||
	       (before >= DRBD_D_INCONSISTENT && after < DRBD_D_INCONSISTENT);
}

static unsigned int need_of_peer(const struct drbd_uuid_env *before,
				 const struct drbd_uuid_env *after, int n, u64 slot,
				 bool unregistering, bool accessible)
{
	const struct drbd_uuid_peer *old = &before->peer[n], *new = &after->peer[n];
	bool primary = after->role == DRBD_ROLE_PRIMARY;
	unsigned int need = 0;

	if (accessible && data_lost(old, new)) {
		if (primary && !unregistering)
			need |= DRBD_NEED_PEER_LOST;
		if (old->proto < 110 && old->role == DRBD_ROLE_PRIMARY &&
		    after->disk == DRBD_D_UP_TO_DATE)
			need |= DRBD_NEED_PEER_84_LOST;
	}
	if (primary && after->disk == DRBD_D_UP_TO_DATE && came_back_empty(old, new) && !slot)
		need |= DRBD_NEED_PEER_EMPTY;
	if (old->repl != DRBD_R_AHEAD && new->repl == DRBD_R_AHEAD)
		need |= DRBD_NEED_AHEAD;
	return need;
}

/**
 * drbd_uuid_need() - does a state change make a new generation due?
 * @before: old states
 * @after: new states, of the same configuration
 * @ids: the UUID set
 * @unregistering: the device is being removed
 * @held: I/O is suspended until a due generation begins
 *
 * To be made visible only after the new state is.
 *
 * Return: DRBD_NEED_* reasons, 0 for none.
 * Source: spec/resync.md 1.5
 */
unsigned int drbd_uuid_need(const struct drbd_uuid_env *before, const struct drbd_uuid_env *after,
			    const struct drbd_uuids *ids, bool unregistering, bool held)
{
	bool still = drbd_uuid_data_accessible(after);
	bool accessible = still || drbd_uuid_data_accessible(before);
	unsigned int need = 0;
	int n;

	if (held)
		return 0;
	if (before->role == DRBD_ROLE_SECONDARY && after->role == DRBD_ROLE_PRIMARY)
		need |= DRBD_NEED_PROMOTED;
	if (after->role == DRBD_ROLE_PRIMARY && still && disk_lost(before->disk, after->disk))
		need |= DRBD_NEED_DISK_LOST;
	for (n = 0; n < DRBD_NODES; n++) {
		if (after->peer[n].configured)
			need |= need_of_peer(before, after, n, ids->slots[n].uuid, unregistering,
					     accessible);
	}
	return need;
}
EXPORT_SYMBOL_GPL(drbd_uuid_need);

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
		if (state->suspended)
			return 0;
		return DRBD_NEED_PING | (may_create ? DRBD_NEED_CREATE : 0) | DRBD_NEED_CLEAR;
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
