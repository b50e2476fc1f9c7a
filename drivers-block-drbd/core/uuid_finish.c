// SPDX-License-Identifier: GPL-2.0-only
/*
 * The UUID set at the end of resyncs, one's own and those of others
 *
 * Only the target knows that a resync ended, and tells it by its UUIDs: it has
 * the source's generation then, and what it told before tells which nodes have
 * the same. That message gets lost with a connection, so a source that still has
 * a bitmap UUID for a node of its own generation concludes it at the next
 * handshake. Both sides mark who missed it, from what they exchanged only: if
 * one of them acts on newer knowledge, it waits for a bitmap that never comes.
 *
 * Third nodes do the same for their slots of nodes that they are not connected
 * to, and so keep track of them.
 */

#include <linux/export.h>
#include <linux/string.h>

#include "uuid_finish.h"
#include "uuid_tell.h"

/* Peers that this node itself knows to have the source's generation; not those that
 * are only about to have it.
 */
static bool knows_to_have(const struct drbd_uuid_peer *peer, u64 uuid)
{
	if (!peer->configured || !peer->uuids || peer->disk < DRBD_D_INCONSISTENT ||
	    peer->disk == DRBD_D_UNKNOWN || peer->uuids->flags & DRBD_UUID_FLAG_SYNC_TARGET)
		return false;
	return drbd_uuid_equal(peer->uuids->current_uuid, uuid);
}

/* A peer may have told newer data than its slot at the source names: it got on since
 * the source saw it last, and is ahead of both.
 */
static bool is_behind(const struct drbd_uuid_peer *peer, const struct drbd_peer_uuids *source,
		      u64 tracked)
{
	return !peer->uuids || drbd_uuid_equal(peer->uuids->current_uuid, tracked) ||
	       drbd_uuid_in_history(source->history, peer->uuids->current_uuid);
}

/**
 * drbd_uuid_resync_finished() - a resync as target ended, stable and complete
 * @ids: the UUID set
 * @env: states of the peers; the view of the source gets updated
 * @source: id of the source
 * @start: current UUID of this node when the resync began
 * @dagtag: dagtag of the resource
 *
 * Nodes that are behind the source are behind this node now; what they have been
 * tracked for since the resync began are the blocks that it changed.
 *
 * Return: mask of the peers that turn out to be Outdated.
 * Source: spec/resync.md 1.12
 */
u64 drbd_uuid_resync_finished(struct drbd_uuids *ids, const struct drbd_uuid_env *env,
			      int source, u64 start, u64 dagtag)
{
	struct drbd_peer_uuids *view = env->peer[source].uuids;
	u64 behind = 0, outdated = 0, old = ids->current_uuid;
	int n;

	for (n = DRBD_HISTORY_UUIDS - 1; n >= 0; n--)
		drbd_uuid_push_history(ids, view->history[n]);
	for (n = 0; n < DRBD_NODES; n++) {
		drbd_uuid_push_history(ids, view->bitmap[n]);
		if (drbd_uuid_real(view->bitmap[n]) &&
		    !knows_to_have(&env->peer[n], view->current_uuid))
			behind |= drbd_node_mask(n);
	}
	for (n = 0; n < DRBD_NODES; n++) {
		if (n == ids->self || !(ids->slots[n].flags & DRBD_MDF_HAVE_BITMAP))
			continue;
		if (!(behind & drbd_node_mask(n))) {
			drbd_uuid_replace_slot(ids, n, 0, dagtag);
			continue;
		}
		drbd_uuid_replace_slot(ids, n, start, dagtag);
		if (env->peer[n].configured && env->peer[n].disk >= DRBD_D_CONSISTENT &&
		    is_behind(&env->peer[n], view, view->bitmap[n]))
			outdated |= drbd_node_mask(n);
	}
	drbd_uuid_set_current(ids, view->current_uuid, env->role);
	drbd_uuid_push_history(ids, old);

	for (n = 0; n < DRBD_NODES; n++)
		view->bitmap[n] = n == ids->self ? 0 : ids->slots[n].uuid;
	memcpy(view->history, ids->history, sizeof(view->history));
	return outdated;
}
EXPORT_SYMBOL_GPL(drbd_uuid_resync_finished);

/* Both have one generation, and none of them says so just for being about to. */
static bool same_generation(const struct drbd_uuids *ids, const struct drbd_uuid_env *env,
			    int from)
{
	const struct drbd_peer_uuids *view = env->peer[from].uuids;
	u64 flags = view->flags;
	u64 own = drbd_uuid_resolved(ids, env, from, &flags);

	return drbd_uuid_equal(view->current_uuid, own) &&
	       !(flags & DRBD_UUID_FLAG_SYNC_TARGET);
}

/**
 * drbd_uuid_detect_missed() - did one of the two miss the end of a resync?
 * @ids: the UUID set; the slot of the peer may get emptied
 * @env: states of the peers
 * @from: id of the peer whose UUIDs arrived during a handshake
 * @comm: what this node told it; follows the slot
 *
 * The result is valid until the peer's state has been processed.
 *
 * Return: who missed it. Without any bits it is not worth a resync, and just
 *	cleaned up; peers before protocol 124 cannot deal with that.
 * Source: spec/resync.md 1.13
 */
enum drbd_missed_end drbd_uuid_detect_missed(struct drbd_uuids *ids,
					     const struct drbd_uuid_env *env, int from,
					     struct drbd_uuid_comm *comm)
{
	const struct drbd_peer_uuids *view = env->peer[from].uuids;
	u64 mine = comm->bitmap_uuid, theirs = view->bitmap[ids->self];
	bool bits = comm->bits || view->dirty_bits;
	bool mark = bits || env->peer[from].proto < 124;

	if (!same_generation(ids, env, from))
		return DRBD_MISSED_NONE;
	if (!mine && drbd_uuid_real(theirs) && !drbd_uuid_equal(theirs, ids->current_uuid))
		return mark ? DRBD_MISSED_PEER : DRBD_MISSED_NONE;
	if (theirs || !drbd_uuid_real(mine) || drbd_uuid_equal(mine, ids->current_uuid))
		return DRBD_MISSED_NONE;
	if (!bits) {
		drbd_uuid_replace_slot(ids, from, 0, 0);
		comm->bitmap_uuid = 0;
	}
	return mark ? DRBD_MISSED_SOURCE : DRBD_MISSED_NONE;
}
EXPORT_SYMBOL_GPL(drbd_uuid_detect_missed);

/* Preferably one with a bitmap. */
static int find_slot(const struct drbd_uuids *ids, u64 uuid)
{
	int found = DRBD_NO_NODE, n;

	for (n = 0; n < DRBD_NODES; n++) {
		const struct drbd_uuid_slot *slot = &ids->slots[n];

		if (n == ids->self || !drbd_uuid_real(slot->uuid) ||
		    !drbd_uuid_equal(slot->uuid, uuid))
			continue;
		if (slot->flags & DRBD_MDF_HAVE_BITMAP)
			return n;
		if (found == DRBD_NO_NODE)
			found = n;
	}
	return found;
}

/* A bitmap cannot be had from a slot without one, or with one that is not
 * complete: then it stays as it is, which has more bits set. A node gets one
 * copy in each of two passes at most, since its slot has the UUID that is
 * looked for after that.
 */
static void copy_slot(struct drbd_uuids *ids, int from, int to, u64 partial,
		      struct drbd_uuid_moves *moves)
{
	bool has_bitmap = ids->slots[to].flags & DRBD_MDF_HAVE_BITMAP;

	if (has_bitmap && (!(ids->slots[from].flags & DRBD_MDF_HAVE_BITMAP) ||
			   (partial & drbd_node_mask(from))))
		return;
	drbd_uuid_replace_slot(ids, to, ids->slots[from].uuid, ids->slots[from].dagtag);
	moves->changed |= drbd_node_mask(to);
	if (has_bitmap)
		moves->copies[moves->nr_copies++] = (struct drbd_uuid_copy){ from, to };
}

/* Does the sender say that a node has the sender's generation? Of itself it says
 * so by what it has for this node.
 */
static bool said_in_sync(const struct drbd_peer_uuids *view, int from, int self, int n,
			 bool same)
{
	return !view->bitmap[n] || (n == from && same && !view->bitmap[self]);
}

/* What a Primary wrote since it lost a node is in that node's bitmap as well, and the
 * node does not have it, although it got this very generation from others meanwhile. So it
 * is with the last writes of one that crashed.
 */
static void finished_node(struct drbd_uuids *ids, const struct drbd_uuid_env *env, int from,
			  int n, bool same, u64 partial, struct drbd_uuid_moves *moves)
{
	int found;

	if (same) {
		drbd_uuid_replace_slot(ids, n, 0, 0);
		moves->changed |= drbd_node_mask(n);
		if (n != from && env->role != DRBD_ROLE_PRIMARY &&
		    !(env->owed & drbd_node_mask(n)))
			moves->clear |= drbd_node_mask(n);
		return;
	}
	/* Only about to have it, it may lose its source yet. */
	if (env->peer[from].uuids->flags & DRBD_UUID_FLAG_SYNC_TARGET)
		return;
	found = find_slot(ids, env->peer[from].uuids->current_uuid);
	if (found != DRBD_NO_NODE && found != n &&
	    (s64)(ids->slots[found].dagtag - ids->slots[n].dagtag) > 0)
		copy_slot(ids, found, n, partial, moves);
}

/* The sender has copied a slot: two nodes have one generation now. */
static void follow_copy(struct drbd_uuids *ids, u64 uuid, int n, u64 partial,
			struct drbd_uuid_moves *moves)
{
	int found = find_slot(ids, uuid);

	if (found == DRBD_NO_NODE || !(ids->slots[found].flags & DRBD_MDF_HAVE_BITMAP))
		return;
	if (ids->slots[n].uuid && !drbd_uuid_equal(ids->slots[n].uuid, uuid))
		copy_slot(ids, found, n, partial, moves);
}

static void detect_copies(struct drbd_uuids *ids, const struct drbd_uuid_env *env, int from,
			  u64 partial, struct drbd_uuid_moves *moves)
{
	const u64 *bitmap = env->peer[from].uuids->bitmap;
	int a, b;

	for (a = 0; a < DRBD_NODES; a++) {
		if (a == ids->self || a == from || drbd_uuid_connected(&env->peer[a]) ||
		    !drbd_uuid_real(bitmap[a]))
			continue;
		for (b = a + 1; b < DRBD_NODES; b++) {
			if (b == ids->self || b == from ||
			    drbd_uuid_connected(&env->peer[b]) ||
			    !drbd_uuid_equal(bitmap[a], bitmap[b]))
				continue;
			follow_copy(ids, bitmap[a], a, partial, moves);
			follow_copy(ids, bitmap[a], b, partial, moves);
		}
	}
}

/**
 * drbd_uuid_detect_finished() - find resyncs that ended between other nodes
 * @ids: the UUID set
 * @env: states of the peers
 * @from: id of the peer whose UUIDs arrived, and whose connection is established
 *	or does not have the same generation
 * @partial: mask of the nodes whose bitmaps are not complete, as some blocks were
 *	sent to them since the generation in their slots
 * @moves: what changed
 *
 * If anything did, the bitmaps have to follow while no writes are in flight, and
 * peers have to be told. What was told to one that is shaking hands counts as
 * changed along with the slot, or else its handshake would begin anew.
 *
 * Source: spec/resync.md 1.13
 */
void drbd_uuid_detect_finished(struct drbd_uuids *ids, const struct drbd_uuid_env *env,
			       int from, u64 partial, struct drbd_uuid_moves *moves)
{
	const struct drbd_peer_uuids *view = env->peer[from].uuids;
	bool same = same_generation(ids, env, from);
	int n;

	memset(moves, 0, sizeof(*moves));
	if (same && env->peer[from].repl == DRBD_R_OFF)
		return;
	for (n = 0; n < DRBD_NODES; n++) {
		const struct drbd_uuid_peer *peer = &env->peer[n];

		if (n == ids->self || !ids->slots[n].uuid ||
		    !(ids->slots[n].flags & (DRBD_MDF_HAVE_BITMAP | DRBD_MDF_NODE_EXISTS)))
			continue;
		if (n != from && peer->configured && peer->repl > DRBD_R_ESTABLISHED)
			continue;
		if (said_in_sync(view, from, ids->self, n, same))
			finished_node(ids, env, from, n, same, partial, moves);
	}
	detect_copies(ids, env, from, partial, moves);
}
EXPORT_SYMBOL_GPL(drbd_uuid_detect_finished);
