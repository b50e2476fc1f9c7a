// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flags of the superblock: from states, and back to them
 *
 * States are lost with power. What is needed of them to start over is in flags,
 * which are computed anew whenever a state changes:
 *
 * - CONSISTENT and WAS_UP_TO_DATE become the state of the disk at the next
 *   attach. A disk that is on its way out keeps what it was, with one exception:
 *   when others go on with the data, what is left here is not up to date.
 * - PRIMARY_IND says that the activity log has to be applied, as there may have
 *   been writes in flight, one's own or a peer's. CRASHED_PRIMARY says that they
 *   were one's own. Mixing up the two costs data or a needless resync.
 * - AL_CLEAN is drbdmeta's, and gone as soon as a kernel has the disk.
 *
 * Source: spec/metadata.md 3.4, 3.5, 4.3.
 */

#include <linux/bits.h>
#include <linux/export.h>

#include "meta_flags.h"

/**
 * drbd_md_initial_disk() - get the state that a disk starts with
 * @flags: DRBD_MDF_*
 * @may_be_up_to_date: no peer may have newer data, as far as is known
 *
 * Return: the state of the disk.
 *
 * Source: spec/metadata.md 4.3.
 */
enum drbd_disk drbd_md_initial_disk(u32 flags, bool may_be_up_to_date)
{
	if (!(flags & DRBD_MDF_CONSISTENT))
		return DRBD_D_INCONSISTENT;
	if (!(flags & DRBD_MDF_WAS_UP_TO_DATE))
		return DRBD_D_OUTDATED;
	return may_be_up_to_date ? DRBD_D_UP_TO_DATE : DRBD_D_CONSISTENT;
}
EXPORT_SYMBOL_GPL(drbd_md_initial_disk);

/**
 * drbd_md_quorum_was_own() - tell whether a node had quorum without any other
 * @sb: the superblock as it was read
 * @own_node_id: own node id
 *
 * Such a node may have quorum after a reboot, before it has seen others. With
 * drbdmeta 9.22 this never happens, as it does not keep the members.
 *
 * Return: true if so.
 *
 * Source: spec/metadata.md 3.3.
 */
bool drbd_md_quorum_was_own(const struct drbd_sb *sb, int own_node_id)
{
	return sb->flags & DRBD_MDF_HAVE_QUORUM && sb->flags & DRBD_MDF_WAS_UP_TO_DATE &&
		sb->members == drbd_node_mask(own_node_id);
}
EXPORT_SYMBOL_GPL(drbd_md_quorum_was_own);

/**
 * drbd_md_degraded() - tell whether a node was alone before it went down
 * @flags: DRBD_MDF_*
 * @peer_flags: DRBD_MDF_PEER_* of the peer in question
 * @role: own role
 *
 * Return: true if degr-wfc-timeout is how long to wait for the peer.
 *
 * Source: spec/metadata.md 4.3.
 */
bool drbd_md_degraded(u32 flags, u32 peer_flags, enum drbd_node_role role)
{
	return flags & DRBD_MDF_PRIMARY_IND && !(peer_flags & DRBD_MDF_PEER_CONNECTED) &&
		role != DRBD_ROLE_PRIMARY;
}
EXPORT_SYMBOL_GPL(drbd_md_degraded);

static u32 with(u32 flags, u32 flag, bool on)
{
	return on ? flags | flag : flags & ~flag;
}

static u32 data_flags(u32 flags, const struct drbd_md_state *state)
{
	bool primary = state->role == DRBD_ROLE_PRIMARY || state->peer_primary;

	if (state->disk >= DRBD_D_INCONSISTENT) {
		flags = with(flags, DRBD_MDF_CONSISTENT, state->disk > DRBD_D_INCONSISTENT);
		return with(flags, DRBD_MDF_WAS_UP_TO_DATE, state->disk > DRBD_D_OUTDATED);
	}
	if (primary && state->peer_up_to_date)
		flags &= ~DRBD_MDF_WAS_UP_TO_DATE;
	return flags;
}

static u32 primary_flags(u32 flags, const struct drbd_md_state *state)
{
	bool primary = state->role == DRBD_ROLE_PRIMARY;

	if (primary || state->peer_primary)
		flags |= DRBD_MDF_PRIMARY_IND;
	else if (!state->peer_request &&
		 (state->graceful_detach || state->disk >= DRBD_D_INCONSISTENT))
		flags &= ~DRBD_MDF_PRIMARY_IND;
	return with(flags, DRBD_MDF_CRASHED_PRIMARY,
		    state->crashed_primary || (primary && !state->graceful_detach));
}

/**
 * drbd_md_device_flags() - get the flags of a device after a change of states
 * @flags: DRBD_MDF_* so far
 * @state: the new states
 *
 * Flags stay as they are without a disk, and while it is negotiated what the
 * disk is worth. DRBD_MDF_AL_DISABLED is not changed: whether the activity log
 * is needed is decided elsewhere.
 *
 * Return: DRBD_MDF_*; if they are others, the superblock has to be written.
 *
 * Source: spec/metadata.md 3.4, 14.8.
 */
u32 drbd_md_device_flags(u32 flags, const struct drbd_md_state *state)
{
	if (state->disk < DRBD_D_DETACHING || state->disk == DRBD_D_NEGOTIATING)
		return flags;
	flags = data_flags(flags, state);
	flags = primary_flags(flags, state);
	flags = with(flags, DRBD_MDF_PRIMARY_LOST_QUORUM, state->lost_quorum);
	flags = with(flags, DRBD_MDF_HAVE_QUORUM, state->have_quorum);
	return flags & ~DRBD_MDF_AL_CLEAN;
}
EXPORT_SYMBOL_GPL(drbd_md_device_flags);

/**
 * drbd_md_peer_flags() - get the flags of a peer after a change of states
 * @flags: DRBD_MDF_PEER_* and others so far
 * @state: the new states
 *
 * Only for peers that have a bitmap slot, and not while the local disk is
 * Negotiating.
 *
 * Return: the flags; if they are others, the superblock has to be written.
 *
 * Source: spec/metadata.md 3.5.
 */
u32 drbd_md_peer_flags(u32 flags, const struct drbd_md_peer_state *state)
{
	enum drbd_disk disk = state->disk;

	flags = with(flags, DRBD_MDF_PEER_CONNECTED, state->repl > DRBD_R_OFF);
	flags = with(flags, DRBD_MDF_PEER_OUTDATED,
		     disk == DRBD_D_INCONSISTENT || disk == DRBD_D_OUTDATED);
	flags = with(flags, DRBD_MDF_PEER_FENCING, state->fencing);
	if (disk >= DRBD_D_INCONSISTENT && disk != DRBD_D_UNKNOWN)
		flags |= DRBD_MDF_PEER_DEVICE_SEEN;
	else if (disk == DRBD_D_DISKLESS && state->no_bitmap)
		flags &= ~DRBD_MDF_PEER_DEVICE_SEEN;
	return flags;
}
EXPORT_SYMBOL_GPL(drbd_md_peer_flags);

/**
 * drbd_md_excess_nodes() - find nodes that do not exist, though flags say so
 * @sb: a checked superblock
 * @own_node_id: own node id
 * @configured: mask of the peers that are configured
 *
 * Versions 9.1.7 to 9.1.12 marked all nodes as existing. No cluster has that
 * many, so marks on all that are not configured are taken as such damage.
 *
 * Return: mask of nodes to clear DRBD_MDF_NODE_EXISTS of; 0 if there is no damage.
 *
 * Source: spec/metadata.md 3.5.
 */
u64 drbd_md_excess_nodes(const struct drbd_sb *sb, int own_node_id, u64 configured)
{
	u64 others = GENMASK_ULL(DRBD_NODES - 1, 0) & ~configured & ~drbd_node_mask(own_node_id);
	int i;

	for (i = 0; i < DRBD_NODES; i++) {
		if (others & drbd_node_mask(i) && !(sb->peers[i].flags & DRBD_MDF_NODE_EXISTS))
			return 0;
	}
	return others;
}
EXPORT_SYMBOL_GPL(drbd_md_excess_nodes);
