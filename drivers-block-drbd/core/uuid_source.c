// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whom to sync from: several sources, unstable ones, survivors of a Primary
 *
 * A node may have to be synced by several others, but requests go to one of them
 * at a time: what comes from the first saves the same blocks from being asked of
 * the others. The one with the least to do makes this node useful soonest. It is
 * not worth to change it for a few blocks, nor while its answers are on the way.
 *
 * A source with a Primary neighbour gets writes that the target does not get, so
 * what it leads to is worth nothing by itself, unless somebody else closes the
 * gap.
 */

#include <linux/export.h>

#include "uuid_source.h"

/* Another source must have this many blocks less to do. */
#define WORTH_IT 256

static bool is_target(enum drbd_repl repl)
{
	return repl == DRBD_R_SYNC_TARGET || repl == DRBD_R_PAUSED_SYNC_T;
}

static bool is_candidate(const struct drbd_sync_peer *peer)
{
	return is_target(peer->repl) && !peer->suspended && peer->disk >= DRBD_D_OUTDATED;
}

/**
 * drbd_sync_select() - select the one source that gets requests
 * @peers: the peers of a device
 * @nr: number of them
 *
 * It becomes SyncTarget and active. All others that this node is target of become
 * PausedSyncT; if there is one, others of all kinds are suspended for another
 * connection.
 *
 * Return: index into @peers, or -1 for none: also while the former one still has
 *	requests in flight.
 * Source: spec/resync.md 3.5, spec/state.md 2.5
 */
int drbd_sync_select(const struct drbd_sync_peer *peers, int nr)
{
	int present = -1, desired = -1, active = -1, i;

	for (i = 0; i < nr; i++) {
		if (peers[i].active)
			active = i;
		if (!is_candidate(&peers[i]))
			continue;
		if (peers[i].before == DRBD_R_SYNC_TARGET)
			present = i;
		if (desired < 0 || peers[i].weight <= peers[desired].weight)
			desired = i;
	}
	if (present >= 0 && peers[present].weight < peers[desired].weight + WORTH_IT)
		desired = present;
	if (active >= 0 && active != desired)
		return -1;
	return desired;
}
EXPORT_SYMBOL_GPL(drbd_sync_select);

/* A peer whose writes, or data, this node gets. */
static bool is_in_touch(enum drbd_repl repl)
{
	return repl == DRBD_R_ESTABLISHED || repl == DRBD_R_WF_BITMAP_S ||
	       (repl >= DRBD_R_SYNC_SOURCE && repl <= DRBD_R_PAUSED_SYNC_T);
}

static bool closes_gap(const struct drbd_uuid_peer *peer, u64 authoritative, u64 two_primaries,
		       int n)
{
	if (!peer->configured || !is_in_touch(peer->repl))
		return false;
	if (authoritative & drbd_node_mask(n))
		return true;
	if (peer->role == DRBD_ROLE_PRIMARY && !(two_primaries & drbd_node_mask(n)))
		return true;
	return is_target(peer->repl) && peer->uuids &&
	       (peer->uuids->flags & DRBD_UUID_FLAG_STABLE);
}

/**
 * drbd_sync_stable_source() - does somebody close the gap of an unstable source?
 * @env: states of the peers, from which the source told its UUIDs
 * @self: own node id
 * @source: id of the source, which is not stable
 * @two_primaries: mask of the peers on whose connections two Primaries may be
 *
 * Return: whether there is a stable source apart from it.
 * Source: spec/resync.md 3.8
 */
bool drbd_sync_stable_source(const struct drbd_uuid_env *env, int self, int source,
			     u64 two_primaries)
{
	const struct drbd_peer_uuids *view = env->peer[source].uuids;
	u64 authoritative = view->flags & DRBD_UUID_FLAG_STABLE ? 0 : view->node_mask;
	int n;

	if (authoritative & drbd_node_mask(self))
		return true;
	for (n = 0; n < DRBD_NODES; n++) {
		if (n != source && closes_gap(&env->peer[n], authoritative, two_primaries, n))
			return true;
	}
	return false;
}
EXPORT_SYMBOL_GPL(drbd_sync_stable_source);

static enum drbd_disk disk_of_metadata(const struct drbd_attach_md *md)
{
	if (!md->consistent)
		return DRBD_D_INCONSISTENT;
	if (!md->up_to_date)
		return DRBD_D_OUTDATED;
	return md->accounted ? DRBD_D_UP_TO_DATE : DRBD_D_CONSISTENT;
}

/**
 * drbd_attach_disk() - what a disk is worth that is attached while connected
 * @env: states of the peers
 * @answers: of the peers, by node id
 * @md: what the metadata says
 *
 * Return: the disk state; Negotiating while answers are missing, Diskless if it
 *	fits to none of the peers and cannot be attached.
 * Source: spec/resync.md 2.12
 */
enum drbd_disk drbd_attach_disk(const struct drbd_uuid_env *env,
				const enum drbd_attach_answer *answers,
				const struct drbd_attach_md *md)
{
	bool asked = false, fits = false, target = false, up_to_date = false;
	int n;

	for (n = 0; n < DRBD_NODES; n++) {
		const struct drbd_uuid_peer *peer = &env->peer[n];

		if (!drbd_uuid_connected(peer) || peer->disk < DRBD_D_NEGOTIATING)
			continue;
		if (answers[n] == DRBD_ATTACH_WAIT)
			return DRBD_D_NEGOTIATING;
		asked = true;
		fits |= answers[n] != DRBD_ATTACH_NO_RESULT;
		target |= answers[n] == DRBD_ATTACH_TARGET;
		up_to_date |= peer->disk == DRBD_D_UP_TO_DATE;
	}
	if (asked && !fits)
		return DRBD_D_DISKLESS;
	if (target)
		return DRBD_D_INCONSISTENT;
	if (up_to_date)
		return DRBD_D_UP_TO_DATE;
	return disk_of_metadata(md);
}
EXPORT_SYMBOL_GPL(drbd_attach_disk);

/**
 * drbd_lost_primary() - the lost Primary to name to a peer that connects
 * @others: mask of the nodes that a connection is configured to, without the one
 *	to the peer
 * @connected: mask of those that are connected
 * @dagtags: last dagtag that was received, by node id
 *
 * Return: the node id, or DRBD_NO_NODE if there is none or more than one.
 * Source: spec/resync.md 2.7
 */
int drbd_lost_primary(u64 others, u64 connected, const u64 *dagtags)
{
	int found = DRBD_NO_NODE, n;

	for (n = 0; n < DRBD_NODES; n++) {
		if (!(others & ~connected & drbd_node_mask(n)) || !dagtags[n])
			continue;
		if (found != DRBD_NO_NODE)
			return DRBD_NO_NODE;
		found = n;
	}
	return found;
}
EXPORT_SYMBOL_GPL(drbd_lost_primary);

/**
 * drbd_survivors_owed() - who has to be told that a Primary is lost
 * @env: states of the peers
 * @lost: id of the Primary
 *
 * Both nodes have part of its last writes, and must not be UpToDate before they
 * found out who has more.
 *
 * Return: mask of the peers.
 * Source: spec/resync.md 3.10
 */
u64 drbd_survivors_owed(const struct drbd_uuid_env *env, int lost)
{
	u64 mask = 0;
	int n;

	if (env->disk < DRBD_D_INCONSISTENT)
		return 0;
	for (n = 0; n < DRBD_NODES; n++) {
		if (n != lost && drbd_uuid_connected(&env->peer[n]) &&
		    env->peer[n].disk >= DRBD_D_INCONSISTENT)
			mask |= drbd_node_mask(n);
	}
	return mask;
}
EXPORT_SYMBOL_GPL(drbd_survivors_owed);

/**
 * drbd_survivor_compare() - which of two survivors got more from a lost Primary?
 * @volumes: all volumes that both have
 * @nr: number of them
 * @offset: own last dagtag of the Primary minus the peer's
 *
 * A dagtag counts the writes of all volumes, so there is one answer for all.
 *
 * Return: what to do.
 * Source: spec/resync.md 3.10
 */
enum drbd_survivor drbd_survivor_compare(const struct drbd_volume_compare *volumes, int nr,
					 s64 offset)
{
	int i;

	for (i = 0; i < nr; i++) {
		if (volumes[i].repl > DRBD_R_ESTABLISHED || volumes[i].disk < DRBD_D_CONSISTENT ||
		    volumes[i].strategy != volumes[0].strategy)
			return DRBD_SURVIVOR_END;
	}
	if (!nr)
		return DRBD_SURVIVOR_END;
	switch (volumes[0].strategy) {
	case DRBD_SOURCE_USE_BITMAP:
		return DRBD_SURVIVOR_SOURCE;
	case DRBD_TARGET_USE_BITMAP:
		return DRBD_SURVIVOR_TARGET;
	case DRBD_NO_SYNC:
		if (offset)
			return offset > 0 ? DRBD_SURVIVOR_SOURCE : DRBD_SURVIVOR_TARGET;
		return DRBD_SURVIVOR_CLEAR;
	default:
		return DRBD_SURVIVOR_END;
	}
}
EXPORT_SYMBOL_GPL(drbd_survivor_compare);
