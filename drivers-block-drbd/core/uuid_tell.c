// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a node tells its peers about its data generations
 *
 * Peers decide by it, so it must be true at the moment when it is decided upon.
 * A node that is being synced is already told about as what it will be, and what
 * it does not have yet, it must not be said to have.
 */

#include <linux/bitfield.h>
#include <linux/export.h>
#include <linux/string.h>

#include "uuid_gen.h"
#include "uuid_tell.h"

/**
 * drbd_uuid_own_flags() - flags that a node tells a peer, before others are added
 * @own: what decides about them
 *
 * RECONNECT of both nodes says that there is nothing to be resynced, and then bits are
 * dropped. But a Primary can have data that a peer of the same generation misses: it
 * lost quorum together with the peer, so that none could begin; or the peer got this
 * generation from a third node; or a resync for that ended before it began. So it does
 * not claim to have just reconnected then, but to have lost quorum, which makes it the
 * source for the blocks in question. Both nodes conclude the same from the flags.
 *
 * What a neighbour of a Primary has bits for is what the Primary told it that the peer
 * misses, so it is the source as well.
 *
 * So it is with the last writes of a Primary that was lost, if that one is back by now, or
 * lost together with others: then survivors do not compare what they got of it, and the
 * bits would be taken for those that are left over from resyncs.
 *
 * The same holds for a node that has been synced. The one that it was synced from may
 * have known better than its peers, about the last writes of a Primary that crashed, or
 * was lost. Bits that are left then, as nobody said that these blocks are in sync, are
 * what those peers may lack.
 *
 * Return: the flags.
 * Source: spec/resync.md 1.2, 1.9, 2.3
 */
u64 drbd_uuid_own_flags(const struct drbd_own_flags *own)
{
	bool owes = own->settled || (own->missing &&
				     (own->primary || own->lost_quorum || own->synced ||
				      own->unstable || own->orphaned));
	u64 flags = 0;

	if (own->discard)
		flags |= DRBD_UUID_FLAG_DISCARD_MY_DATA;
	if (own->inconsistent)
		flags |= DRBD_UUID_FLAG_INCONSISTENT;
	if (own->crashed)
		flags |= DRBD_UUID_FLAG_CRASHED_PRIMARY;
	if (own->lost_quorum || owes)
		flags |= DRBD_UUID_FLAG_PRIMARY_LOST_QUORUM;
	if (own->was_connected && !own->crashed && !owes)
		flags |= DRBD_UUID_FLAG_RECONNECT;
	return flags;
}
EXPORT_SYMBOL_GPL(drbd_uuid_own_flags);

/**
 * drbd_uuid_resolved() - the generation that this node is, or is about to be
 * @ids: the UUID set
 * @env: states of the peers
 * @to: id of the node that is told
 * @flags: where to set DRBD_UUID_FLAG_SYNC_TARGET, may be NULL
 *
 * While a third node's data arrives, comparing with the own current UUID would
 * start a resync that is superfluous when the running one ends.
 *
 * Return: the current UUID of the node this one is being synced from, or its
 *	own.
 * Source: spec/resync.md 1.4
 */
u64 drbd_uuid_resolved(const struct drbd_uuids *ids, const struct drbd_uuid_env *env, int to,
		       u64 *flags)
{
	int n;

	for (n = 0; n < DRBD_NODES; n++) {
		const struct drbd_uuid_peer *peer = &env->peer[n];

		if (n == to || !peer->configured || !peer->uuids ||
		    peer->repl != DRBD_R_SYNC_TARGET)
			continue;
		if (flags)
			*flags |= DRBD_UUID_FLAG_SYNC_TARGET;
		return peer->uuids->current_uuid;
	}
	return ids->current_uuid;
}
EXPORT_SYMBOL_GPL(drbd_uuid_resolved);

/**
 * drbd_uuid_slot_as_sent() - the bitmap UUID to tell others about a node
 * @ids: the UUID set
 * @env: states of the peers
 * @node: id of the node in question
 *
 * 0 says that the node has the same generation. While this node is getting that
 * node's data, it must not say so.
 *
 * Return: the bitmap UUID, or DRBD_UUID_UNKNOWN.
 * Source: spec/resync.md 1.4
 */
u64 drbd_uuid_slot_as_sent(const struct drbd_uuids *ids, const struct drbd_uuid_env *env,
			   int node)
{
	const struct drbd_uuid_peer *peer = &env->peer[node];
	u64 uuid = ids->slots[node].uuid;

	if (node == ids->self)
		return 0;
	if (uuid || !peer->configured || !peer->uuids)
		return uuid;
	if (peer->repl != DRBD_R_SYNC_TARGET && peer->repl != DRBD_R_PAUSED_SYNC_T)
		return uuid;
	if (!peer->uuids->current_uuid ||
	    drbd_uuid_equal(peer->uuids->current_uuid, ids->current_uuid))
		return uuid;
	return DRBD_UUID_UNKNOWN;
}
EXPORT_SYMBOL_GPL(drbd_uuid_slot_as_sent);

/**
 * drbd_uuid_sent_mask() - whose bitmap UUIDs a peer gets to know
 * @ids: the UUID set
 * @to: id of the peer
 * @proto: protocol version agreed with it
 * @unalloc: where to store the id of the one slot among them that belongs to no
 *	node, -1 if there is none
 *
 * That slot tells about the bitmap that follows the first generation, if the
 * disk has one. The own id is among the others: peers on which a resync from
 * this node's data ended look there for the 0.
 *
 * Return: mask of node ids.
 * Source: spec/resync.md 1.11
 */
u64 drbd_uuid_sent_mask(const struct drbd_uuids *ids, int to, int proto, int *unalloc)
{
	bool may_unalloc = proto >= 116 && drbd_uuid_free_index(ids) >= 0;
	u64 mask = drbd_node_mask(ids->self);
	int n;

	*unalloc = -1;
	for (n = 0; n < DRBD_NODES; n++) {
		const struct drbd_uuid_slot *slot = &ids->slots[n];

		if (n == ids->self)
			continue;
		if (slot->flags & (DRBD_MDF_HAVE_BITMAP | DRBD_MDF_NODE_EXISTS)) {
			mask |= drbd_node_mask(n);
		} else if (may_unalloc && *unalloc < 0 && n != to && slot->uuid) {
			*unalloc = n;
			mask |= drbd_node_mask(n);
		}
	}
	return mask;
}
EXPORT_SYMBOL_GPL(drbd_uuid_sent_mask);

/**
 * drbd_uuid_stable() - is nobody writing behind the back of those who ask here?
 * @env: states of the peers
 *
 * Return: whether this node is Primary or has no Primary neighbour.
 * Source: spec/resync.md 1.4
 */
bool drbd_uuid_stable(const struct drbd_uuid_env *env)
{
	return env->role == DRBD_ROLE_PRIMARY || !drbd_uuid_authoritative(env);
}
EXPORT_SYMBOL_GPL(drbd_uuid_stable);

/**
 * drbd_uuid_authoritative() - neighbours that know better than this node
 * @env: states of the peers
 *
 * Return: mask of the connected peers that are Primary.
 * Source: spec/resync.md 1.4
 */
u64 drbd_uuid_authoritative(const struct drbd_uuid_env *env)
{
	u64 mask = 0;
	int n;

	for (n = 0; n < DRBD_NODES; n++) {
		if (drbd_uuid_connected(&env->peer[n]) &&
		    env->peer[n].role == DRBD_ROLE_PRIMARY)
			mask |= drbd_node_mask(n);
	}
	return mask;
}
EXPORT_SYMBOL_GPL(drbd_uuid_authoritative);

/**
 * drbd_uuid_weak_nodes() - who does not get what this node writes
 * @env: states of the peers
 * @self: own node id
 *
 * Return: mask of all but the nodes with usable data that are in reach. Ids that
 *	do not exist have their bits set, all 64 of them.
 * Source: spec/resync.md 1.4
 */
u64 drbd_uuid_weak_nodes(const struct drbd_uuid_env *env, int self)
{
	u64 strong = env->disk == DRBD_D_UP_TO_DATE ? drbd_node_mask(self) : 0;
	int n;

	for (n = 0; n < DRBD_NODES; n++) {
		if (!env->peer[n].configured)
			continue;
		switch (env->peer[n].disk) {
		case DRBD_D_NEGOTIATING:
		case DRBD_D_INCONSISTENT:
		case DRBD_D_CONSISTENT:
		case DRBD_D_UP_TO_DATE:
			strong |= drbd_node_mask(n);
			break;
		default:
			break;
		}
	}
	return ~strong;
}
EXPORT_SYMBOL_GPL(drbd_uuid_weak_nodes);

/**
 * drbd_uuid_data_accessible() - can this node serve data?
 * @env: states of the disks
 *
 * Return: whether its disk or that of a peer it may read from is UpToDate.
 * Source: spec/resync.md 1.4
 */
bool drbd_uuid_data_accessible(const struct drbd_uuid_env *env)
{
	int n;

	if (env->disk == DRBD_D_UP_TO_DATE)
		return true;
	for (n = 0; n < DRBD_NODES; n++) {
		const struct drbd_uuid_peer *peer = &env->peer[n];

		if (peer->configured && peer->remote_read && peer->disk == DRBD_D_UP_TO_DATE)
			return true;
	}
	return false;
}
EXPORT_SYMBOL_GPL(drbd_uuid_data_accessible);

/**
 * drbd_uuid_exposable() - the generation that users of this node see
 * @ids: the UUID set
 * @env: states of the disks
 * @ambiguous: set if UpToDate peers have different ones, which is an error
 *
 * Return: the generation, 0 if there is no data.
 * Source: spec/resync.md 1.4
 */
u64 drbd_uuid_exposable(const struct drbd_uuids *ids, const struct drbd_uuid_env *env,
			bool *ambiguous)
{
	u64 uuid = 0;
	int n;

	*ambiguous = false;
	if (env->disk == DRBD_D_UP_TO_DATE)
		return ids->current_uuid;
	for (n = 0; n < DRBD_NODES; n++) {
		const struct drbd_uuid_peer *peer = &env->peer[n];

		if (!peer->configured || !peer->remote_read || !peer->uuids ||
		    peer->disk != DRBD_D_UP_TO_DATE)
			continue;
		if (!uuid)
			uuid = peer->uuids->current_uuid;
		else if (!drbd_uuid_equal(uuid, peer->uuids->current_uuid))
			*ambiguous = true;
	}
	return uuid;
}
EXPORT_SYMBOL_GPL(drbd_uuid_exposable);

/**
 * drbd_uuid_tell() - compose what to tell a peer
 * @ids: the UUID set
 * @env: states of the peers
 * @to: id of the peer
 * @dirty_bits: number of bits that are set towards it
 * @flags: what else to tell, DRBD_UUID_FLAG_*
 * @out: filled in
 *
 * For a peer that speaks a protocol below 110, the caller takes its own slot, two
 * entries of the history, and what DRBD_UUID_FLAGS_84 leaves of the flags.
 *
 * Source: spec/resync.md 1.2, 1.4, 1.11, 2.1
 */
void drbd_uuid_tell(const struct drbd_uuids *ids, const struct drbd_uuid_env *env, int to,
		    u64 dirty_bits, u64 flags, struct drbd_peer_uuids *out)
{
	bool stable = drbd_uuid_stable(env);
	int unalloc, n;

	out->current_uuid = drbd_uuid_resolved(ids, env, to, &flags);
	out->dirty_bits = dirty_bits;
	if (stable)
		flags |= DRBD_UUID_FLAG_STABLE;
	out->node_mask = 0;
	if (!stable)
		out->node_mask = drbd_uuid_authoritative(env);
	if (env->role == DRBD_ROLE_PRIMARY || (flags & DRBD_UUID_FLAG_NEW_DATAGEN))
		out->node_mask = drbd_uuid_weak_nodes(env, ids->self);
	out->bitmap_mask = drbd_uuid_sent_mask(ids, to, env->peer[to].proto, &unalloc);
	for (n = 0; n < DRBD_NODES; n++) {
		out->bitmap[n] = DRBD_UUID_UNKNOWN;
		if (out->bitmap_mask & drbd_node_mask(n))
			out->bitmap[n] = drbd_uuid_slot_as_sent(ids, env, n);
	}
	if (unalloc >= 0)
		flags |= DRBD_UUID_FLAG_HAS_UNALLOC |
			 FIELD_PREP(DRBD_UUID_UNALLOC_NODE, (u64)unalloc);
	out->flags = flags;
	memcpy(out->history, ids->history, sizeof(out->history));
}
EXPORT_SYMBOL_GPL(drbd_uuid_tell);
