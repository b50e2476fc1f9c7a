// SPDX-License-Identifier: GPL-2.0-only
/*
 * Beginning and ending of data generations on a node with a disk
 *
 * A Primary needs a new generation when it is about to write what a node that
 * has the same data now will not get. More of them than necessary do no harm,
 * one that is missing makes two different disks look the same. So they are given
 * for every reason that might matter, but not twice for one loss: a slot that
 * holds an older generation already is what the node will be found by, and the
 * bitmap has all that changed since.
 */

#include <linux/bitops.h>
#include <linux/export.h>
#include <linux/string.h>

#include "uuid_gen.h"

static unsigned long used_indexes(const struct drbd_uuids *ids)
{
	unsigned long used = 0;
	int n;

	for (n = 0; n < DRBD_NODES; n++) {
		int index = ids->slots[n].bitmap_index;

		if (n != ids->self && index >= 0 && index < DRBD_NODES)
			used |= BIT(index);
	}
	return used;
}

/* The lowest that is free. There always is one: 31 slots, 32 indexes. */
static int take_index(unsigned long *used)
{
	int index = __ffs(~*used);

	*used |= BIT(index);
	return index;
}

/**
 * drbd_uuid_free_index() - find a bitmap that belongs to no node
 * @ids: the UUID set
 *
 * It has the blocks that changed since the first generation.
 *
 * Return: the lowest such index, or -1.
 * Source: spec/metadata.md 9.7
 */
int drbd_uuid_free_index(const struct drbd_uuids *ids)
{
	unsigned long used = used_indexes(ids);
	int index = take_index(&used);

	return index < ids->max_peers ? index : -1;
}
EXPORT_SYMBOL_GPL(drbd_uuid_free_index);

/* Does a peer stay behind, when this node begins a new generation? */
static bool stays_behind(const struct drbd_uuid_peer *peer, const struct drbd_uuid_slot *slot,
			 bool weak)
{
	/* Present, and never had a disk. */
	if (peer->disk == DRBD_D_DISKLESS && !(slot->flags & DRBD_MDF_HAVE_BITMAP))
		return false;
	if (weak)
		return true;
	return peer->disk <= DRBD_D_UNKNOWN && peer->disk != DRBD_D_NEGOTIATING;
}

/**
 * drbd_uuid_rotate() - record the current generation for nodes that stay behind
 * @ids: the UUID set
 * @env: states of the peers
 * @weak: nodes that do not get what the Primary writes
 * @dagtag: dagtag of the resource
 * @fresh: a random UUID, for a current one that names no data
 *
 * Slots that hold an older generation keep it, since their bitmaps began with
 * it. Node ids that are not configured get one too: a node that joins later with
 * the data of the first day is found by it. Of those, one counts only if there
 * is a bitmap that keeps track for it.
 *
 * Return: mask of the nodes that have the current generation in their slot now.
 * Source: spec/resync.md 1.3
 */
u64 drbd_uuid_rotate(struct drbd_uuids *ids, const struct drbd_uuid_env *env, u64 weak,
		     u64 dagtag, u64 fresh)
{
	u64 prev = drbd_uuid_unset(ids->current_uuid) ? fresh : ids->current_uuid;
	unsigned long used = used_indexes(ids);
	u64 got = 0;
	int n;

	for (n = 0; n < DRBD_NODES; n++) {
		struct drbd_uuid_slot *slot = &ids->slots[n];
		const struct drbd_uuid_peer *peer = &env->peer[n];

		if (n == ids->self || (slot->uuid && slot->uuid != prev))
			continue;
		if (peer->configured) {
			if (!stays_behind(peer, slot, weak & drbd_node_mask(n)))
				continue;
			got |= drbd_node_mask(n);
		} else {
			int index = slot->bitmap_index;

			if (index < 0)
				index = take_index(&used);
			if (index < ids->max_peers)
				got |= drbd_node_mask(n);
		}
		drbd_uuid_set_slot(ids, n, prev, dagtag);
	}
	return got;
}
EXPORT_SYMBOL_GPL(drbd_uuid_rotate);

/**
 * drbd_uuid_is_day0() - is the first generation still the current one?
 * @ids: the UUID set
 *
 * Management software may give all disks the same UUID when it creates them.
 *
 * Return: whether there is a current UUID and nothing else.
 * Source: spec/resync.md 1.3
 */
bool drbd_uuid_is_day0(const struct drbd_uuids *ids)
{
	int n;

	if (drbd_uuid_unset(ids->current_uuid) ||
	    memchr_inv(ids->history, 0, sizeof(ids->history)))
		return false;
	for (n = 0; n < DRBD_NODES; n++) {
		if (n != ids->self && ids->slots[n].uuid)
			return false;
	}
	return true;
}
EXPORT_SYMBOL_GPL(drbd_uuid_is_day0);

/* A sync target out of sight may have got all of the data in its last moment. Its slot
 * names what it had before.
 */
static bool may_have_finished(const struct drbd_uuid_env *env)
{
	int n;

	for (n = 0; n < DRBD_NODES; n++) {
		const struct drbd_uuid_peer *peer = &env->peer[n];

		if (peer->configured && !drbd_uuid_connected(peer) &&
		    peer->disk == DRBD_D_INCONSISTENT)
			return true;
	}
	return false;
}

/**
 * drbd_uuid_new_generation() - begin a new generation on a node with a disk
 * @ids: the UUID set
 * @env: states of the peers
 * @weak: nodes to leave behind although they look well
 * @dagtag: dagtag of the resource
 * @random: two random UUIDs
 *
 * The caller writes the metadata, closes the epoch, and only then announces the
 * new current UUID to its peers.
 *
 * Return: whether there is one. Not if nobody stays behind.
 * Source: spec/resync.md 1.8
 */
bool drbd_uuid_new_generation(struct drbd_uuids *ids, const struct drbd_uuid_env *env,
			      u64 weak, u64 dagtag, const u64 random[2])
{
	bool day0 = drbd_uuid_is_day0(ids);
	u64 old = ids->current_uuid;
	u64 got = drbd_uuid_rotate(ids, env, weak, dagtag, random[0]);

	if (!got && !day0 && !may_have_finished(env))
		return false;
	drbd_uuid_set_current(ids, random[1], env->role);
	if (!got || day0)
		drbd_uuid_push_history(ids, old);
	return true;
}
EXPORT_SYMBOL_GPL(drbd_uuid_new_generation);

/**
 * drbd_uuid_forced_mask() - whom a forced promotion leaves behind
 * @env: states of the peers
 *
 * Return: mask of the connected peers that are Inconsistent, as this node was
 *	when it was declared UpToDate.
 * Source: spec/resync.md 1.7
 */
u64 drbd_uuid_forced_mask(const struct drbd_uuid_env *env)
{
	u64 mask = 0;
	int n;

	for (n = 0; n < DRBD_NODES; n++) {
		const struct drbd_uuid_peer *peer = &env->peer[n];

		if (peer->configured && peer->repl == DRBD_R_ESTABLISHED &&
		    peer->disk == DRBD_D_INCONSISTENT)
			mask |= drbd_node_mask(n);
	}
	return mask;
}
EXPORT_SYMBOL_GPL(drbd_uuid_forced_mask);

/**
 * drbd_uuid_admin_generation() - begin a new generation on request
 * @ids: the UUID set
 * @env: states of the peers
 * @dagtag: dagtag of the resource
 * @random: two random UUIDs
 *
 * Slots get emptied first, those of nodes that are not configured as well: a
 * node that joins later would match one of them, and the bitmap that goes with
 * it may have been cleared.
 *
 * Return: whether there is a new generation.
 * Source: spec/resync.md 1.7, 7.5, 10.1
 */
bool drbd_uuid_admin_generation(struct drbd_uuids *ids, const struct drbd_uuid_env *env,
				u64 dagtag, const u64 random[2])
{
	int n;

	for (n = 0; n < DRBD_NODES; n++) {
		if (n != ids->self)
			drbd_uuid_replace_slot(ids, n, 0, dagtag);
	}
	return drbd_uuid_new_generation(ids, env, 0, dagtag, random);
}
EXPORT_SYMBOL_GPL(drbd_uuid_admin_generation);

/**
 * drbd_uuid_start_target() - a resync begins, running or paused
 * @ids: the UUID set
 * @env: states of the peers
 * @source: id of the node that the data comes from; told its UUIDs
 * @dagtag: dagtag of the resource
 * @fresh: a random UUID
 *
 * A disk without data takes the name that the source has for it, so that an
 * initial resync that gets interrupted can be continued. Other nodes stay behind
 * as soon as the source's data arrives.
 *
 * Source: spec/resync.md 1.7, 3.4
 */
void drbd_uuid_start_target(struct drbd_uuids *ids, const struct drbd_uuid_env *env,
			    int source, u64 dagtag, u64 fresh)
{
	u64 mine = env->peer[source].uuids->bitmap[ids->self];

	if (drbd_uuid_unset(ids->current_uuid) && drbd_uuid_real(mine))
		drbd_uuid_set_current(ids, mine, env->role);
	drbd_uuid_rotate(ids, env, 0, dagtag, fresh);
}
EXPORT_SYMBOL_GPL(drbd_uuid_start_target);

/**
 * drbd_uuid_start_source_84() - name the data that an 8.4 peer is about to get
 * @ids: the UUID set
 * @target: id of the peer
 * @dagtag: dagtag of the resource
 * @fresh: a random UUID
 *
 * The target has that name until it is in sync.
 *
 * Return: the UUID to send with P_SYNC_UUID, once it is on stable storage.
 * Source: spec/resync.md 1.7, 3.2
 */
u64 drbd_uuid_start_source_84(struct drbd_uuids *ids, int target, u64 dagtag, u64 fresh)
{
	u64 old = ids->slots[target].uuid;
	u64 uuid = drbd_uuid_unset(old) ? fresh : old + DRBD_UUID_SYNC_OFFSET;

	drbd_uuid_replace_slot(ids, target, uuid, dagtag);
	return uuid;
}
EXPORT_SYMBOL_GPL(drbd_uuid_start_source_84);

/**
 * drbd_uuid_got_sync_uuid() - take the name that an 8.4 source has for this data
 * @ids: the UUID set
 * @env: own role
 * @source: id of the peer
 * @uuid: from its P_SYNC_UUID
 *
 * Source: spec/resync.md 1.7
 */
void drbd_uuid_got_sync_uuid(struct drbd_uuids *ids, const struct drbd_uuid_env *env,
			     int source, u64 uuid)
{
	drbd_uuid_set_current(ids, uuid, env->role);
	drbd_uuid_set_slot(ids, source, 0, 0);
}
EXPORT_SYMBOL_GPL(drbd_uuid_got_sync_uuid);

/**
 * drbd_uuid_forget_peer() - free the slot of a node
 * @ids: the UUID set
 * @node: id of the node
 * @keep: flags of the slot to keep; 0 to forget that the node exists
 *
 * A slot that is as if it had never been used follows the first generation, like
 * others of that kind. The caller copied the bitmap of one of them before.
 *
 * Source: spec/resync.md 1.7, spec/metadata.md 9.7
 */
void drbd_uuid_forget_peer(struct drbd_uuids *ids, int node, u32 keep)
{
	struct drbd_uuid_slot *slot = &ids->slots[node];
	int n;

	slot->flags &= keep & ~DRBD_MDF_HAVE_BITMAP;
	slot->bitmap_index = -1;
	drbd_uuid_set_slot(ids, node, 0, 0);
	if (slot->flags)
		return;
	for (n = 0; n < DRBD_NODES; n++) {
		const struct drbd_uuid_slot *unused = &ids->slots[n];

		if (n != ids->self && n != node && unused->bitmap_index == -1 &&
		    !unused->flags) {
			drbd_uuid_set_slot(ids, node, unused->uuid, unused->dagtag);
			return;
		}
	}
}
EXPORT_SYMBOL_GPL(drbd_uuid_forget_peer);
