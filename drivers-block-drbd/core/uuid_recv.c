// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a node does with the UUIDs that a peer tells
 *
 * They come in handshakes, when a Primary began a generation, when a resync
 * ended somewhere, when a node's view of the cluster got more or less reliable.
 * It is one packet for all of that, so what to do depends on the states; some of
 * it has to be done in order.
 *
 * What a peer tells must not go to the own history: it tells bitmap UUIDs of
 * nodes this one never had to do with, and one of a slot that belongs to nobody.
 * Two nodes would then find a common ancestor, or none, where it is the other
 * way.
 */

#include <linux/export.h>
#include <linux/bitfield.h>
#include <linux/string.h>

#include "uuid_gen.h"
#include "uuid_recv.h"
#include "uuid_tell.h"

static bool has_disk(const struct drbd_uuid_env *env)
{
	return env->disk >= DRBD_D_NEGOTIATING;
}

/* A diskless Primary has told the peer its generation, and the peer's packet may
 * have been on its way already.
 */
static bool is_behind(const struct drbd_uuids *ids, const struct drbd_uuid_env *env,
		      const struct drbd_peer_uuids *view, u64 told_current)
{
	return env->role == DRBD_ROLE_PRIMARY && env->disk == DRBD_D_DISKLESS &&
	       drbd_uuid_equal(view->current_uuid, ids->exposed) &&
	       drbd_uuid_equal(told_current, ids->exposed);
}

static bool mark_nodes(struct drbd_uuids *ids, const struct drbd_peer_uuids *got)
{
	int unalloc = -1, n;
	bool dirty = false;

	if (got->flags & DRBD_UUID_FLAG_HAS_UNALLOC)
		unalloc = FIELD_GET(DRBD_UUID_UNALLOC_NODE, got->flags);
	for (n = 0; n < DRBD_NODES; n++) {
		if (n == ids->self || n == unalloc || !(got->bitmap_mask & drbd_node_mask(n)) ||
		    (ids->slots[n].flags & (DRBD_MDF_HAVE_BITMAP | DRBD_MDF_NODE_EXISTS)))
			continue;
		ids->slots[n].flags |= DRBD_MDF_NODE_EXISTS;
		dirty = true;
	}
	return dirty;
}

/**
 * drbd_uuid_store() - remember what a peer told
 * @ids: the UUID set
 * @env: states of the peers; the views of the peer and of others get updated.
 *	There has to be one of the peer, all zeroes before it told anything.
 * @from: id of the peer
 * @got: what it told, decoded
 * @told_current: the current UUID that this node told the peer last
 * @unconfirmed: this diskless Primary has no evidence that the peer has the
 *	generation that it exposes
 *
 * Return: whether metadata changed, since a node turned out to exist.
 * Source: spec/resync.md 1.11
 */
bool drbd_uuid_store(struct drbd_uuids *ids, const struct drbd_uuid_env *env, int from,
		     const struct drbd_peer_uuids *got, u64 told_current, bool unconfirmed)
{
	struct drbd_peer_uuids *view = env->peer[from].uuids;
	u64 keep = 0;
	int n;

	if (!unconfirmed && is_behind(ids, env, view, told_current))
		keep = view->current_uuid;
	for (n = 0; n < DRBD_NODES; n++) {
		const struct drbd_uuid_peer *other = &env->peer[n];

		if (view->bitmap[n] && !got->bitmap[n] && n != from && other->configured &&
		    other->uuids)
			other->uuids->bitmap[from] = 0;
	}
	*view = *got;
	if (keep)
		view->current_uuid = keep;
	if (env->peer[from].proto < 110)
		view->flags = (view->flags & DRBD_UUID_FLAGS_84) | DRBD_UUID_FLAG_STABLE;
	return has_disk(env) && env->peer[from].proto >= 110 && mark_nodes(ids, got);
}
EXPORT_SYMBOL_GPL(drbd_uuid_store);

/**
 * drbd_uuid_weak_sources() - resyncs that cannot be trusted any more
 * @env: states of the peers
 * @weak: nodes that do not get what a Primary writes
 *
 * Bits that a Primary's peer ack sets here would make this node ask a weak node
 * for data that it does not have.
 *
 * Return: mask of the nodes among @weak that this node is being synced from.
 * Source: spec/resync.md 3.9
 */
u64 drbd_uuid_weak_sources(const struct drbd_uuid_env *env, u64 weak)
{
	u64 mask = 0;
	int n;

	for (n = 0; n < DRBD_NODES; n++) {
		const struct drbd_uuid_peer *peer = &env->peer[n];

		if (peer->configured && (weak & drbd_node_mask(n)) &&
		    (peer->repl == DRBD_R_SYNC_TARGET || peer->repl == DRBD_R_PAUSED_SYNC_T))
			mask |= drbd_node_mask(n);
	}
	return mask;
}
EXPORT_SYMBOL_GPL(drbd_uuid_weak_sources);

/* As a Primary; what an unstable node tells is something else. */
static bool tells_weak(const struct drbd_uuid_peer *peer)
{
	return drbd_uuid_connected(peer) && peer->role == DRBD_ROLE_PRIMARY && peer->uuids &&
	       (peer->disk < DRBD_D_NEGOTIATING ||
		(peer->uuids->flags & DRBD_UUID_FLAG_STABLE));
}

/**
 * drbd_uuid_told_weak() - who does not get what the Primaries in sight write
 * @env: states of the peers
 *
 * To be asked with drbd_uuid_weak_sources() when a Primary got connected, since its role
 * was not known when its UUIDs came, and when a resync as target begins. A node that is
 * UpToDate is in touch again since.
 *
 * Return: mask of nodes.
 * Source: spec/resync.md 3.9
 */
u64 drbd_uuid_told_weak(const struct drbd_uuid_env *env)
{
	u64 weak = 0, good = 0;
	int n;

	for (n = 0; n < DRBD_NODES; n++) {
		const struct drbd_uuid_peer *peer = &env->peer[n];

		if (!peer->configured)
			continue;
		if (peer->disk == DRBD_D_UP_TO_DATE)
			good |= drbd_node_mask(n);
		if (tells_weak(peer))
			weak |= peer->uuids->node_mask;
	}
	return weak & ~good;
}
EXPORT_SYMBOL_GPL(drbd_uuid_told_weak);

/* A current UUID that names no data is never taken over: it would turn good data
 * into none.
 */
static unsigned int received_with_disk(const struct drbd_uuids *ids,
				       const struct drbd_uuid_peer *peer)
{
	unsigned int todo = DRBD_RECV_DETECT;

	if (drbd_uuid_unset(peer->uuids->current_uuid))
		return todo;
	if (peer->repl == DRBD_R_ESTABLISHED && drbd_uuid_unset(ids->current_uuid) &&
	    (peer->uuids->flags & DRBD_UUID_FLAG_SKIP_INITIAL_SYNC))
		todo |= DRBD_RECV_SKIP_SYNC;
	if (peer->uuids->flags & DRBD_UUID_FLAG_NEW_DATAGEN)
		todo |= DRBD_RECV_NEW_CURRENT;
	return todo;
}

static unsigned int received_diskless(const struct drbd_uuids *ids,
				      const struct drbd_uuid_env *env,
				      const struct drbd_uuid_peer *peer,
				      const struct drbd_recv_ctx *ctx)
{
	bool due = ctx->two_primaries && ctx->due;
	unsigned int todo;

	if (drbd_uuid_equal(peer->uuids->current_uuid, ids->exposed))
		return peer->disk == DRBD_D_CONSISTENT ? DRBD_RECV_RAISE_PEER : 0;
	if (peer->repl != DRBD_R_ESTABLISHED || peer->disk != DRBD_D_UP_TO_DATE ||
	    drbd_uuid_unset(peer->uuids->current_uuid))
		return 0;
	todo = ctx->twopc ? DRBD_RECV_EXPOSE_LATER : DRBD_RECV_EXPOSE;
	if (env->role == DRBD_ROLE_SECONDARY)
		return todo;
	return due ? todo | DRBD_RECV_USE_NEED : 0;
}

static unsigned int received_requests(const struct drbd_uuid_env *env,
				      const struct drbd_uuid_peer *peer)
{
	u64 flags = peer->uuids->flags;
	unsigned int todo = 0;

	if ((flags & DRBD_UUID_FLAG_GOT_STABLE) && peer->repl == DRBD_R_ESTABLISHED &&
	    drbd_uuid_stable(env) && has_disk(env))
		todo |= DRBD_RECV_ANSWER;
	if (flags & DRBD_UUID_FLAG_RESYNC)
		todo |= flags & DRBD_UUID_FLAG_DISKLESS_PRIMARY ?
			DRBD_RECV_COMPARE_DISKLESS : DRBD_RECV_COMPARE;
	return todo;
}

/**
 * drbd_uuid_received() - what to do, now that a peer told its UUIDs
 * @ids: the UUID set
 * @env: states of the peers; drbd_uuid_store() has been called
 * @from: id of the peer
 * @ctx: what else decides
 *
 * Return: DRBD_RECV_* actions, to be done in the order of their bits.
 * Source: spec/resync.md 1.11
 */
unsigned int drbd_uuid_received(const struct drbd_uuids *ids, const struct drbd_uuid_env *env,
				int from, const struct drbd_recv_ctx *ctx)
{
	const struct drbd_uuid_peer *peer = &env->peer[from];
	const struct drbd_peer_uuids *view = peer->uuids;
	bool stable = view->flags & DRBD_UUID_FLAG_STABLE;
	unsigned int todo = 0;

	if (peer->role == DRBD_ROLE_PRIMARY && stable &&
	    drbd_uuid_weak_sources(env, view->node_mask))
		todo |= DRBD_RECV_ABORT_WEAK;
	if (peer->proto < 110 && env->role == DRBD_ROLE_PRIMARY && !has_disk(env) &&
	    !drbd_uuid_connected(peer) && !drbd_uuid_equal(view->current_uuid, ids->exposed))
		return todo | DRBD_RECV_DROP;
	if (has_disk(env))
		todo |= received_with_disk(ids, peer);
	else
		todo |= received_diskless(ids, env, peer, ctx);
	if ((peer->repl == DRBD_R_SYNC_TARGET || peer->repl == DRBD_R_PAUSED_SYNC_T) && !stable &&
	    !ctx->stable_source)
		todo |= DRBD_RECV_UNSTABLE;
	if (peer->proto >= 110 && !ctx->reconcile)
		todo |= received_requests(env, peer);
	return todo;
}
EXPORT_SYMBOL_GPL(drbd_uuid_received);

/**
 * drbd_uuid_skip_initial_sync() - a peer declared that the disks are equal
 * @ids: the UUID set
 * @env: own role, and the peer's UUIDs
 * @from: id of the peer
 *
 * The caller has cleared all bitmaps on disk; both disks are UpToDate now, and
 * diskless neighbours have to be told.
 *
 * Source: spec/resync.md 1.7, 1.11
 */
void drbd_uuid_skip_initial_sync(struct drbd_uuids *ids, const struct drbd_uuid_env *env,
				 int from)
{
	drbd_uuid_set_current(ids, env->peer[from].uuids->current_uuid, env->role);
	drbd_uuid_set_slot(ids, from, 0, 0);
}
EXPORT_SYMBOL_GPL(drbd_uuid_skip_initial_sync);

/* A target gets the data of that generation with the end of the resync. That holds from
 * the moment that the resync is agreed on: a disk that took the name in the meantime would
 * be taken for one with the data, should the connection be lost before it starts.
 */
static bool takes_data(const struct drbd_uuid_peer *peer)
{
	return peer->configured &&
	       (peer->repl == DRBD_R_SYNC_TARGET || peer->repl == DRBD_R_PAUSED_SYNC_T ||
		peer->repl == DRBD_R_WF_BITMAP_T || peer->repl == DRBD_R_STARTING_SYNC_T ||
		peer->repl == DRBD_R_BEHIND);
}

static bool wants_uuids(const struct drbd_uuid_peer *peer, bool got_slot)
{
	if (!drbd_uuid_connected(peer))
		return false;
	switch (peer->repl) {
	case DRBD_R_WF_BITMAP_S:
	case DRBD_R_SYNC_SOURCE:
	case DRBD_R_PAUSED_SYNC_S:
	case DRBD_R_ESTABLISHED:
		return true;
	default:
		return got_slot || peer->disk == DRBD_D_DISKLESS;
	}
}

/* At this moment this node has the same data as those that are in touch with the
 * Primary, but not with this node.
 */
static u64 follow_strong_nodes(struct drbd_uuids *ids, u64 uuid, u64 weak, u64 dagtag)
{
	u64 mask = 0;
	int n;

	for (n = 0; n < DRBD_NODES; n++) {
		if (n == ids->self || (weak & drbd_node_mask(n)) || !ids->slots[n].uuid)
			continue;
		drbd_uuid_replace_slot(ids, n, uuid, dagtag);
		mask |= drbd_node_mask(n);
	}
	return mask;
}

/**
 * drbd_uuid_received_new_current() - a Primary began a generation
 * @ids: the UUID set
 * @env: states of the peers; views of those that data comes from get updated
 * @uuid: the new current UUID
 * @weak: nodes that do not get what the Primary writes
 * @dagtag: last dagtag of the Primary
 * @fresh: a random UUID
 * @result: what changed
 *
 * A node that is weak itself does not get what is written, so it must not take
 * the name for it. Nor must one that is Inconsistent, which the Primary tracks under
 * the name of what it had.
 *
 * The old generation has to go to the history at any rate: a node outside of
 * @weak that has not been told yet must still find it.
 *
 * Source: spec/resync.md 1.11
 */
void drbd_uuid_received_new_current(struct drbd_uuids *ids, const struct drbd_uuid_env *env,
				    u64 uuid, u64 weak, u64 dagtag, u64 fresh,
				    struct drbd_new_current *result)
{
	u64 old = ids->current_uuid, got = 0;
	int n;

	memset(result, 0, sizeof(*result));
	result->views_only = (weak & drbd_node_mask(ids->self)) ||
			     env->disk == DRBD_D_INCONSISTENT;
	for (n = 0; n < DRBD_NODES; n++) {
		if (!takes_data(&env->peer[n]))
			continue;
		result->views_only = true;
		if (env->peer[n].uuids)
			env->peer[n].uuids->current_uuid = uuid;
	}
	if (!result->views_only) {
		if (env->disk == DRBD_D_UP_TO_DATE)
			got = drbd_uuid_rotate(ids, env, weak, dagtag, fresh);
		result->slots = got | follow_strong_nodes(ids, uuid, weak, dagtag);
		drbd_uuid_set_current(ids, uuid, env->role);
		drbd_uuid_push_history(ids, old);
	}
	for (n = 0; n < DRBD_NODES; n++) {
		if (wants_uuids(&env->peer[n], got & drbd_node_mask(n)))
			result->tell |= drbd_node_mask(n);
	}
}
EXPORT_SYMBOL_GPL(drbd_uuid_received_new_current);

static bool knows(const struct drbd_uuids *ids, u64 uuid)
{
	int n;

	for (n = 0; n < DRBD_NODES; n++) {
		if (n != ids->self && drbd_uuid_equal(ids->slots[n].uuid, uuid))
			return true;
	}
	return drbd_uuid_in_history(ids->history, uuid);
}

/**
 * drbd_uuid_received_current() - a peer without a disk told its generation
 * @ids: the UUID set
 * @env: states of the peers; the view of the peer gets updated. There has to be
 *	one, all zeroes before it told anything.
 * @from: id of the peer
 * @uuid: from its P_CURRENT_UUID
 * @weak: mask from the packet; gets the sender added
 *
 * A node with a disk that learns that a diskless one has seen newer data than
 * its own, which it does not know, cannot be UpToDate.
 *
 * Return: DRBD_RECV_* actions.
 * Source: spec/resync.md 1.11
 */
unsigned int drbd_uuid_received_current(struct drbd_uuids *ids, struct drbd_uuid_env *env,
					int from, u64 uuid, u64 *weak)
{
	struct drbd_uuid_peer *peer = &env->peer[from];
	u64 last = peer->uuids->current_uuid;
	bool moved_on = !drbd_uuid_equal(uuid, 0) && !drbd_uuid_equal(uuid, last) &&
			drbd_uuid_equal(last, ids->current_uuid) && !knows(ids, uuid);
	unsigned int todo = 0;

	*weak |= drbd_node_mask(from);
	peer->uuids->node_mask = *weak;
	peer->uuids->current_uuid = uuid;
	if (!(ids->slots[from].flags & DRBD_MDF_HAVE_BITMAP))
		ids->slots[from].flags |= DRBD_MDF_NODE_EXISTS;
	if (peer->role == DRBD_ROLE_PRIMARY && drbd_uuid_weak_sources(env, *weak))
		todo |= DRBD_RECV_ABORT_WEAK;
	if (peer->role == DRBD_ROLE_UNKNOWN) {
		todo |= DRBD_RECV_GOT_CURRENT;
		if (moved_on && env->disk > DRBD_D_OUTDATED)
			todo |= DRBD_RECV_OUTDATE_CONNECT;
		return todo;
	}
	if (drbd_uuid_unset(uuid) ||
	    (env->disk != DRBD_D_DISKLESS && drbd_uuid_equal(uuid, ids->current_uuid)))
		return todo;
	if (drbd_uuid_connected(peer) && env->disk == DRBD_D_UP_TO_DATE) {
		if (peer->role == DRBD_ROLE_PRIMARY)
			todo |= DRBD_RECV_NEW_CURRENT;
		else if (moved_on)
			todo |= DRBD_RECV_OUTDATE;
	}
	if (env->disk == DRBD_D_DISKLESS && env->role == DRBD_ROLE_PRIMARY)
		todo |= DRBD_RECV_EXPOSE;
	return todo;
}
EXPORT_SYMBOL_GPL(drbd_uuid_received_current);
