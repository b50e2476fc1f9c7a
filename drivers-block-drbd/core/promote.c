// SPDX-License-Identifier: GPL-2.0-only
/*
 * Promotion: who may, and what to do when it fails
 *
 * A promotion is a cluster-wide state change which each node may refuse. Most
 * refusals are not the end. Two nodes that try at once get in each other's way;
 * a peer that died is still taken for a Primary, until a ping shows that it is
 * dead; a disk is Consistent until the survivors of a lost Primary know who has
 * the newest data; a peer that is gone can be fenced. And an administrator can
 * insist.
 *
 * So a request is a sequence of tries. It is bounded, because two of its
 * reactions together could take turns forever.
 */

#include <linux/export.h>
#include <linux/minmax.h>

#include "promote.h"

#define SCORE_MAX 99U

static bool is_some_data(enum drbd_disk disk)
{
	return disk == DRBD_D_UP_TO_DATE || disk == DRBD_D_CONSISTENT ||
	       disk == DRBD_D_INCONSISTENT;
}

/**
 * drbd_promotability() - tell how fit this node is as a Primary
 * @volumes: volumes of the resource
 * @count: number of @volumes
 * @primary_seen: this node or a peer is Primary
 * @promotability: result
 *
 * Source: spec/state.md 5.5, spec/admin.md 12
 */
void drbd_promotability(const struct drbd_promote_volume *volumes, unsigned int count,
			bool primary_seen, struct drbd_promotability *promotability)
{
	unsigned int least = SCORE_MAX, own = 0, i;
	bool disks = true, stable = true;

	promotability->may_promote = false;
	promotability->score = 0;
	if (!count)
		return;
	for (i = 0; i < count; i++) {
		const struct drbd_promote_volume *v = &volumes[i];
		bool up_to_date = v->disk == DRBD_D_UP_TO_DATE;
		unsigned int copies = v->up_to_date_peers + up_to_date;

		if (!v->have_quorum || !copies)
			return;
		least = min(least, copies);
		own += up_to_date;
		disks = disks && is_some_data(v->disk);
		stable = stable && (up_to_date || v->stable_peer);
	}
	promotability->may_promote = stable && !primary_seen;
	promotability->score = 10000 * disks + 100 * min(own, SCORE_MAX) + least;
}
EXPORT_SYMBOL_GPL(drbd_promotability);

static enum drbd_role_step no_up_to_date_disk(struct drbd_role_change *change)
{
	if (!change->force || change->flags & DRBD_ROLE_LOCAL_UP_TO_DATE)
		return DRBD_ROLE_WAIT_DISK;
	change->flags |= DRBD_ROLE_LOCAL_UP_TO_DATE;
	return DRBD_ROLE_RETRY;
}

static enum drbd_role_step peers_not_outdated(struct drbd_role_change *change)
{
	if (!change->nop_seen) {
		change->nop_seen = true;
		change->fencing_unknown = false;
		return DRBD_ROLE_FENCE;
	}
	if (!change->force || !(change->flags & DRBD_ROLE_LOCAL_UP_TO_DATE) ||
	    change->flags & DRBD_ROLE_OUTDATE_PEERS)
		return DRBD_ROLE_FAIL;
	change->flags |= DRBD_ROLE_OUTDATE_PEERS;
	return DRBD_ROLE_RETRY;
}

static enum drbd_role_step promote_failed(struct drbd_role_change *change, enum drbd_rv rv)
{
	switch (rv) {
	case DRBD_SS_CW_FAILED_BY_PEER:
		/* The peer has data that is newer than what fencing gave a right to. */
		if (!change->fenced || !(change->flags & DRBD_ROLE_LOCAL_UP_TO_DATE))
			return DRBD_ROLE_FAIL;
		change->flags &= ~DRBD_ROLE_LOCAL_UP_TO_DATE;
		return DRBD_ROLE_RETRY;
	case DRBD_SS_NO_UP_TO_DATE_DISK:
		return no_up_to_date_disk(change);
	case DRBD_SS_PRIMARY_NOP:
		return peers_not_outdated(change);
	case DRBD_SS_NO_QUORUM:
		if (!change->force || change->flags & DRBD_ROLE_OUTDATE_PEERS)
			return DRBD_ROLE_FAIL;
		change->flags |= DRBD_ROLE_OUTDATE_PEERS;
		return DRBD_ROLE_RETRY;
	case DRBD_SS_TWO_PRIMARIES:
		if (change->two_primaries_seen)
			return DRBD_ROLE_FAIL;
		change->two_primaries_seen = true;
		return DRBD_ROLE_WAIT_PING;
	default:
		return DRBD_ROLE_FAIL;
	}
}

static enum drbd_role_step demote_failed(struct drbd_role_change *change, enum drbd_rv rv)
{
	if (rv != DRBD_SS_DEVICE_IN_USE || !change->force ||
	    change->flags & DRBD_ROLE_IGNORE_OPENERS)
		return DRBD_ROLE_FAIL;
	change->flags |= DRBD_ROLE_IGNORE_OPENERS;
	return DRBD_ROLE_RETRY;
}

/**
 * drbd_role_next() - what to do after a try
 * @change: the request; its flags are those for the next try then
 * @rv: result of the try
 *
 * Return: the next step.
 * Source: spec/state.md 5.1 and 5.2, spec/admin.md 7.1
 */
enum drbd_role_step drbd_role_next(struct drbd_role_change *change, enum drbd_rv rv)
{
	if (rv >= DRBD_SS_SUCCESS)
		return DRBD_ROLE_DONE;
	if (rv == DRBD_SS_IN_TRANSIENT_STATE)
		return DRBD_ROLE_WAIT_CHANGE;
	if (++change->tries >= DRBD_ROLE_TRIES)
		return DRBD_ROLE_FAIL;
	if (rv == DRBD_SS_TIMEOUT || rv == DRBD_SS_CONCURRENT_ST_CHG)
		return DRBD_ROLE_BACK_OFF;
	return change->primary ? promote_failed(change, rv) : demote_failed(change, rv);
}
EXPORT_SYMBOL_GPL(drbd_role_next);

/**
 * drbd_role_waited() - what to do after DRBD_ROLE_WAIT_DISK
 * @change: the request
 * @became_up_to_date: an own disk became UpToDate meanwhile
 *
 * Return: the next step.
 * Source: spec/state.md 5.1
 */
enum drbd_role_step drbd_role_waited(struct drbd_role_change *change, bool became_up_to_date)
{
	if (became_up_to_date)
		return DRBD_ROLE_RETRY;
	change->fencing_unknown = true;
	return DRBD_ROLE_FENCE_UNKNOWN;
}
EXPORT_SYMBOL_GPL(drbd_role_waited);

/**
 * drbd_role_fenced() - what to do after DRBD_ROLE_FENCE or DRBD_ROLE_FENCE_UNKNOWN
 * @change: the request
 * @tried: number of peers that were to be fenced
 * @failed: number of those that were not fenced
 *
 * Fencing all peers with unknown disks proves that nobody can have newer data.
 * With no such peer, nothing has been proven.
 *
 * Return: the next step.
 * Source: spec/state.md 5.1, spec/admin.md 7.1
 */
enum drbd_role_step drbd_role_fenced(struct drbd_role_change *change, unsigned int tried,
				     unsigned int failed)
{
	if (tried && !failed)
		change->fenced = true;
	if (change->fencing_unknown) {
		if (!tried || failed)
			return DRBD_ROLE_FAIL;
		change->flags |= DRBD_ROLE_LOCAL_UP_TO_DATE;
	} else if (failed && change->force) {
		change->flags |= DRBD_ROLE_LOCAL_UP_TO_DATE;
		change->split_brain = true;
	}
	return DRBD_ROLE_RETRY;
}
EXPORT_SYMBOL_GPL(drbd_role_fenced);

/**
 * drbd_promote_settled() - whether the aftermath of a lost Primary is over
 * @volumes: volumes of the resource
 * @count: number of @volumes
 *
 * Return: false if a promotion should wait, for auto-promote-timeout and the
 * longest ping-timeout at most.
 * Source: spec/state.md 5.1 step 1
 */
bool drbd_promote_settled(const struct drbd_promote_settle *volumes, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		const struct drbd_promote_settle *v = &volumes[i];

		if (v->try_up_to_date_pending || v->consistent_peer ||
		    v->disk == DRBD_D_CONSISTENT)
			return false;
		if (v->reconciling && (v->disk == DRBD_D_OUTDATED ||
				       v->disk == DRBD_D_INCONSISTENT))
			return false;
	}
	return true;
}
EXPORT_SYMBOL_GPL(drbd_promote_settled);

/**
 * drbd_promote_own_disk() - what a promotion makes of an own disk
 * @flags: &enum drbd_role_flags
 * @disk: the disk
 * @up_to_date_peer: a peer's disk of the volume is UpToDate
 *
 * If it changes the disk, connections with the disk as a sync target have to go
 * to TearDown.
 *
 * Return: the new disk state.
 * Source: spec/state.md 5.1
 */
enum drbd_disk drbd_promote_own_disk(unsigned int flags, enum drbd_disk disk,
				     bool up_to_date_peer)
{
	if (flags & DRBD_ROLE_LOCAL_UP_TO_DATE && !up_to_date_peer &&
	    disk >= DRBD_D_INCONSISTENT)
		return DRBD_D_UP_TO_DATE;
	return disk;
}
EXPORT_SYMBOL_GPL(drbd_promote_own_disk);

/**
 * drbd_promote_peer_disk() - what a promotion makes of a peer's disk
 * @flags: &enum drbd_role_flags
 * @pdsk: the disk
 * @far: others took the news to the peer, there is a bitmap for it, and it is
 *	not connected; so it will outdate itself
 *
 * Return: the new disk state.
 * Source: spec/state.md 5.1 and 4.9
 */
enum drbd_disk drbd_promote_peer_disk(unsigned int flags, enum drbd_disk pdsk, bool far)
{
	if (pdsk == DRBD_D_UNKNOWN && (far || flags & DRBD_ROLE_OUTDATE_PEERS))
		return DRBD_D_OUTDATED;
	return pdsk;
}
EXPORT_SYMBOL_GPL(drbd_promote_peer_disk);
