// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whom to sync from: unstable sources, survivors of a Primary
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
