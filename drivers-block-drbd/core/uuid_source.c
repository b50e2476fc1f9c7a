// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whom to sync from: unstable sources, survivors of a Primary, those who have to ask
 *
 * A source with a Primary neighbour gets writes that the target does not get, so
 * what it leads to is worth nothing by itself, unless somebody else closes the
 * gap.
 */

#include <linux/export.h>

#include "uuid_source.h"

static bool is_target(enum drbd_repl repl)
{
	return repl == DRBD_R_SYNC_TARGET || repl == DRBD_R_PAUSED_SYNC_T;
}

/* A peer whose writes, or data, this node gets. */
static bool is_in_touch(enum drbd_repl repl)
{
	return repl == DRBD_R_ESTABLISHED || repl == DRBD_R_WF_BITMAP_S ||
	       (repl >= DRBD_R_SYNC_SOURCE && repl <= DRBD_R_PAUSED_SYNC_T);
}

/* One that is itself being synced has nothing to close a gap with: when the resync from
 * the unstable source ends, the one from it is given up.
 */
static bool closes_gap(const struct drbd_uuid_peer *peer, u64 authoritative, u64 two_primaries,
		       int n)
{
	if (!peer->configured || !is_in_touch(peer->repl))
		return false;
	if (authoritative & drbd_node_mask(n))
		return true;
	if (peer->role == DRBD_ROLE_PRIMARY && !(two_primaries & drbd_node_mask(n)))
		return true;
	return is_target(peer->repl) && peer->disk == DRBD_D_UP_TO_DATE && peer->uuids &&
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

static bool gets_data(enum drbd_repl repl)
{
	return is_target(repl) || repl == DRBD_R_WF_BITMAP_T || repl == DRBD_R_WF_SYNC_UUID ||
	       repl == DRBD_R_STARTING_SYNC_T || repl == DRBD_R_BEHIND;
}

/**
 * drbd_uuid_may_follow() - may this disk be raised as a peer is UpToDate and has the same?
 * @ids: the UUID set
 * @env: states of the peers
 *
 * What the peer told may be from before it heard of the last generation of a Primary
 * without a disk, which told this node. If that has another one, it takes a resync.
 *
 * Return: whether it may.
 * Source: spec/resync.md 1.14, 2.12
 */
bool drbd_uuid_may_follow(const struct drbd_uuids *ids, const struct drbd_uuid_env *env)
{
	int n;

	for (n = 0; n < DRBD_NODES; n++) {
		const struct drbd_uuid_peer *peer = &env->peer[n];

		if (peer->configured && drbd_uuid_connected(peer) &&
		    peer->role == DRBD_ROLE_PRIMARY && peer->disk == DRBD_D_DISKLESS &&
		    peer->uuids &&
		    !drbd_uuid_equal(peer->uuids->current_uuid, ids->current_uuid))
			return false;
	}
	return true;
}
EXPORT_SYMBOL_GPL(drbd_uuid_may_follow);

static bool can_be_asked(const struct drbd_uuid_env *env, int self, int n, u64 two_primaries)
{
	const struct drbd_uuid_peer *peer = &env->peer[n];

	if (!peer->configured || peer->repl != DRBD_R_ESTABLISHED ||
	    peer->disk != DRBD_D_UP_TO_DATE || !peer->uuids ||
	    (peer->uuids->flags & DRBD_UUID_FLAG_SYNC_TARGET))
		return false;
	return (peer->uuids->flags & DRBD_UUID_FLAG_STABLE) ||
	       drbd_sync_stable_source(env, self, n, two_primaries);
}

/**
 * drbd_uuid_ask_source() - whom to ask for a resync that nobody started
 * @ids: the UUID set
 * @env: states of the disks
 * @two_primaries: mask of the peers on whose connections two Primaries may be
 *
 * A handshake, and the news that a node got stable, start resyncs. None of both comes to
 * a target whose source was Outdated itself, or was not stable to the end, or that gave
 * up its source as that was weak; its other peers are good and have been connected all
 * the time. It asks one of them if this has been so for %DRBD_UUID_ASK_MS: it sends
 * P_UUIDS110 with DRBD_UUID_FLAG_RESYNC and DRBD_UUID_FLAG_DISKLESS_PRIMARY, and
 * compares as for %DRBD_COMPARE_DISKLESS_PRIMARY. It claims to have lost quorum, see
 * @settled of &struct drbd_own_flags: for a disk of the same generation that is worse,
 * this is what makes both nodes look at disk states.
 *
 * Nor does anything come to a Consistent disk that a Primary without a disk has newer data
 * than, if the peer did not know yet when they were compared for that reason.
 *
 * A disk that an administrator outdated does not ask, nor does one that has to compare
 * what it got of a lost Primary with others.
 *
 * Return: the node id, or DRBD_NO_NODE for nobody.
 * Source: spec/resync.md 2.6, 2.12, 4.9
 */
int drbd_uuid_ask_source(const struct drbd_uuids *ids, const struct drbd_uuid_env *env,
			 u64 two_primaries)
{
	int found = DRBD_NO_NODE, n;

	if (env->disk != DRBD_D_INCONSISTENT && env->disk != DRBD_D_OUTDATED &&
	    (env->disk != DRBD_D_CONSISTENT || drbd_uuid_may_follow(ids, env)))
		return DRBD_NO_NODE;
	for (n = 0; n < DRBD_NODES; n++) {
		const struct drbd_uuid_peer *peer = &env->peer[n];

		if (!peer->configured)
			continue;
		if (gets_data(peer->repl))
			return DRBD_NO_NODE;
		if (!can_be_asked(env, ids->self, n, two_primaries))
			continue;
		if (found == DRBD_NO_NODE ||
		    (peer->role == DRBD_ROLE_PRIMARY &&
		     env->peer[found].role != DRBD_ROLE_PRIMARY))
			found = n;
	}
	return found;
}
EXPORT_SYMBOL_GPL(drbd_uuid_ask_source);

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
 * A dagtag counts the writes of all volumes, so there is one answer for all. The peer
 * comes to the opposite one. A target has the peer's last dagtag of the Primary when the
 * resync is over, should that still be away.
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
