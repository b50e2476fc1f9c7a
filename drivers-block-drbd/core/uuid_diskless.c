// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data generations of a node without a disk
 *
 * A diskless Primary has nothing to write a generation's name to, and what it
 * remembers of absent peers is not worth much, since a third node may have
 * brought them in sync. So it decides by what its UpToDate peers have recorded,
 * and begins a new generation when one of them thinks that a node out of reach
 * has the same data.
 *
 * It tells its peers the new name and goes on. That may fail: a peer that gets
 * lost right then either has the new name and the first writes with it, or
 * neither, and nobody is left to tell. Until data of the new generation is known
 * to be on all peers that matter, the generation is unconfirmed: there must be
 * no second one, and where requests are held for quorum, its writes are not
 * completed, so that they can be sent again to a peer that has only the data of
 * the predecessor. A name in a UUID packet is no evidence, it may have been sent
 * without the data; an acknowledged barrier is.
 */

#include <linux/export.h>

#include "uuid_diskless.h"

/* Does a peer's disk say that some node, which is not here, has the same data? */
static bool peer_shares(const struct drbd_uuids *ids, const struct drbd_uuid_env *env, int p,
			bool intentional)
{
	const u64 *bitmap = env->peer[p].uuids->bitmap;
	bool all_with = true;
	int n;

	for (n = 0; n < DRBD_NODES; n++) {
		const struct drbd_uuid_peer *peer = &env->peer[n];

		if (n == p)
			continue;
		if (n != ids->self && peer->configured && drbd_uuid_real(bitmap[n]))
			all_with = false;
		if (bitmap[n] || (n == ids->self && intentional) ||
		    (peer->configured && peer->no_bitmap))
			continue;
		return true;
	}
	return intentional && all_with;
}

/* May a disk out of reach have what this node exposes? It may be that of a peer that
 * is in reach itself, and that no other peer knows of.
 */
static bool absent_has_it(const struct drbd_uuid_peer *peer, u64 exposed)
{
	if (drbd_uuid_connected(peer))
		return peer->disk < DRBD_D_NEGOTIATING && !peer->no_bitmap && peer->uuids &&
		       drbd_uuid_equal(peer->uuids->current_uuid, exposed);
	if (peer->disk < DRBD_D_INCONSISTENT || peer->disk > DRBD_D_UNKNOWN)
		return false;
	/* Not heard of since this node started: it may have anything. */
	if (!peer->uuids)
		return true;
	if (peer->uuids->flags & DRBD_UUID_FLAG_SYNC_TARGET)
		return false;
	return !peer->uuids->current_uuid || drbd_uuid_equal(peer->uuids->current_uuid, exposed);
}

/**
 * drbd_diskless_bump() - does a diskless Primary have to begin a new generation?
 * @ids: the UUID set, of which only the exposed one and the own id count
 * @env: states of the peers
 * @exposed: the exposed generation
 * @opts: options
 *
 * To be asked when a new generation is due.
 *
 * Return: whether it has to.
 * Source: spec/resync.md 1.10
 */
bool drbd_diskless_bump(const struct drbd_uuids *ids, const struct drbd_uuid_env *env,
			const struct drbd_exposed *exposed,
			const struct drbd_diskless_opts *opts)
{
	int n;

	if (exposed->unconfirmed && !opts->io_error)
		return false;
	for (n = 0; n < DRBD_NODES; n++) {
		const struct drbd_uuid_peer *peer = &env->peer[n];

		if (!peer->configured)
			continue;
		if (absent_has_it(peer, ids->exposed))
			return true;
		if (drbd_uuid_connected(peer) && peer->proto >= 110 && peer->uuids &&
		    peer->disk == DRBD_D_UP_TO_DATE &&
		    peer_shares(ids, env, n, opts->intentional))
			return true;
	}
	return false;
}
EXPORT_SYMBOL_GPL(drbd_diskless_bump);

/**
 * drbd_diskless_begin() - a diskless Primary begins a new generation
 * @ids: the UUID set
 * @env: states of the peers; those that get told are taken to have the new one
 * @exposed: the exposed generation
 * @uuid: a random UUID
 * @epoch: number of the epoch that comes next, after the one that was closed
 *
 * Return: mask of the peers to send P_CURRENT_UUID to.
 * Source: spec/resync.md 1.10
 */
u64 drbd_diskless_begin(struct drbd_uuids *ids, struct drbd_uuid_env *env,
			struct drbd_exposed *exposed, u64 uuid, u32 epoch)
{
	u64 mask = 0;
	int n;

	exposed->predecessor = ids->exposed;
	exposed->epoch = epoch;
	drbd_uuid_set_exposed(ids, uuid, env->role);
	for (n = 0; n < DRBD_NODES; n++) {
		if (!drbd_uuid_connected(&env->peer[n]))
			continue;
		mask |= drbd_node_mask(n);
		if (env->peer[n].uuids)
			env->peer[n].uuids->current_uuid = ids->exposed;
	}
	exposed->marks |= mask;
	exposed->unconfirmed = true;
	return mask;
}
EXPORT_SYMBOL_GPL(drbd_diskless_begin);

/**
 * drbd_diskless_barrier_ack() - a peer has all writes of an epoch
 * @exposed: the exposed generation
 * @peer: id of the peer
 * @epoch: number of the epoch, may wrap
 * @all_durable: no write of this generation is left that the peer has to make
 *	durable
 *
 * Source: spec/resync.md 1.10
 */
void drbd_diskless_barrier_ack(struct drbd_exposed *exposed, int peer, u32 epoch,
			       bool all_durable)
{
	if (all_durable && (s32)(epoch - exposed->epoch) >= 0)
		exposed->marks &= ~drbd_node_mask(peer);
}
EXPORT_SYMBOL_GPL(drbd_diskless_barrier_ack);

/**
 * drbd_diskless_confirm() - is there evidence now that the generation exists?
 * @exposed: the exposed generation
 * @env: states of the peers
 * @protocol_c: mask of the peers whose acks mean durability
 * @real_quorum: the device has quorum as computed, whatever is enforced; true if
 *	requests are not held for quorum
 *
 * To be asked after each barrier ack and each state change.
 *
 * Return: whether it got confirmed by this; held completions may go on.
 * Source: spec/resync.md 1.10
 */
bool drbd_diskless_confirm(struct drbd_exposed *exposed, const struct drbd_uuid_env *env,
			   u64 protocol_c, bool real_quorum)
{
	int n;

	if (!exposed->unconfirmed || !real_quorum)
		return false;
	for (n = 0; n < DRBD_NODES; n++) {
		if (drbd_uuid_connected(&env->peer[n]) &&
		    env->peer[n].disk == DRBD_D_UP_TO_DATE &&
		    (protocol_c & exposed->marks & drbd_node_mask(n)))
			return false;
	}
	exposed->unconfirmed = false;
	return true;
}
EXPORT_SYMBOL_GPL(drbd_diskless_confirm);

/**
 * drbd_diskless_hold() - must the completion of a write wait for confirmation?
 * @exposed: the exposed generation
 * @opts: options
 * @epoch: number of the write's epoch, may wrap
 *
 * An epoch with such a write has to be closed at once: its barrier brings the
 * confirmation, and would itself wait for the completion.
 *
 * Return: whether it has to wait.
 * Source: spec/resync.md 1.10
 */
bool drbd_diskless_hold(const struct drbd_exposed *exposed,
			const struct drbd_diskless_opts *opts, u32 epoch)
{
	return exposed->unconfirmed && !opts->io_error && (s32)(epoch - exposed->epoch) >= 0;
}
EXPORT_SYMBOL_GPL(drbd_diskless_hold);

static bool in_bitmaps(const u64 *bitmap, u64 uuid)
{
	int n;

	for (n = 0; n < DRBD_NODES; n++) {
		if (drbd_uuid_real(bitmap[n]) && drbd_uuid_equal(bitmap[n], uuid))
			return true;
	}
	return false;
}

/* Does some other peer know the generation of this one as an older one? */
static bool others_are_newer(const struct drbd_uuid_env *env, int peer, u64 uuid)
{
	int n;

	for (n = 0; n < DRBD_NODES; n++) {
		const struct drbd_uuid_peer *other = &env->peer[n];

		if (n != peer && other->configured && other->uuids &&
		    (in_bitmaps(other->uuids->bitmap, uuid) ||
		     drbd_uuid_in_history(other->uuids->history, uuid)))
			return true;
	}
	return false;
}

/**
 * drbd_diskless_compare() - compare an UpToDate peer with what is exposed
 * @ids: the UUID set, of which only the exposed one counts
 * @env: states of the peers
 * @peer: id of the peer, whose UUIDs were received in the handshake
 * @exposed: the exposed generation
 * @opts: options
 * @can_replay: I/O is still suspended, and all writes that the peer missed can
 *	be sent to it again; there is one at least
 *
 * Return: the verdict.
 * Source: spec/resync.md 1.14
 */
enum drbd_exposed_verdict drbd_diskless_compare(const struct drbd_uuids *ids,
						const struct drbd_uuid_env *env, int peer,
						const struct drbd_exposed *exposed,
						const struct drbd_diskless_opts *opts,
						bool can_replay)
{
	const struct drbd_peer_uuids *view = env->peer[peer].uuids;

	if (!ids->exposed)
		return DRBD_EXPOSED_ADOPT;
	if (drbd_uuid_equal(view->current_uuid, ids->exposed))
		return DRBD_EXPOSED_SAME;
	if (in_bitmaps(view->bitmap, ids->exposed) ||
	    drbd_uuid_in_history(view->history, ids->exposed))
		return env->role == DRBD_ROLE_PRIMARY ? DRBD_EXPOSED_RETRY : DRBD_EXPOSED_ADOPT;
	if (others_are_newer(env, peer, view->current_uuid))
		return DRBD_EXPOSED_OUTDATED;
	if (exposed->unconfirmed && can_replay &&
	    drbd_uuid_equal(view->current_uuid, exposed->predecessor))
		return DRBD_EXPOSED_RELABEL;
	if (exposed->unconfirmed && !opts->io_error)
		return DRBD_EXPOSED_OUTDATED;
	return DRBD_EXPOSED_DISCONNECT;
}
EXPORT_SYMBOL_GPL(drbd_diskless_compare);

/**
 * drbd_diskless_peer_disk() - what the disk of a peer is worth once connected
 * @ids: the UUID set, of which only the exposed one counts
 * @env: states of the peers
 * @peer: id of the peer, whose UUIDs were received in the handshake
 * @disk: disk of the peer, as it told
 *
 * With the generation that a diskless Primary exposes, the peer does not stay less
 * than UpToDate (SZ23), but says so only later. What is written until then has to go
 * there, not to be marked out of sync.
 *
 * Return: the disk state to go with the connection.
 * Source: spec/state.md 2.2 SZ23
 */
enum drbd_disk drbd_diskless_peer_disk(const struct drbd_uuids *ids,
				       const struct drbd_uuid_env *env, int peer,
				       enum drbd_disk disk)
{
	const struct drbd_peer_uuids *view = env->peer[peer].uuids;

	if (env->role == DRBD_ROLE_PRIMARY && env->disk == DRBD_D_DISKLESS &&
	    (disk == DRBD_D_OUTDATED || disk == DRBD_D_CONSISTENT) &&
	    drbd_uuid_equal(view->current_uuid, ids->exposed) &&
	    !(view->flags & DRBD_UUID_FLAG_SYNC_TARGET))
		return DRBD_D_UP_TO_DATE;
	return disk;
}
EXPORT_SYMBOL_GPL(drbd_diskless_peer_disk);
