// SPDX-License-Identifier: GPL-2.0-only
/*
 * Disks with metadata of version 8, seen as those of version 9 with one peer
 *
 * A cluster of two nodes that is managed with tools for version 8 keeps its
 * metadata as it is, so that it can go back to an older kernel at any time. The
 * bitmap and the activity log are the same in both versions as long as there is
 * one peer; only the superblock differs. This is the one place that knows: for
 * all others there are peers with node ids.
 *
 * Version 8 has no node ids. Its two nodes become 0 and 1, and which is which
 * comes from the addresses, so it is not known before a path is configured.
 * Until then the peer is node 0, and the own node id is -1.
 *
 * What a superblock of version 8 has no room for gets lost: dagtags, history
 * beyond two UUIDs, quorum. Nothing that it has room for does.
 *
 * Source: spec/metadata.md 5.
 */

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/string.h>

#include "meta_convert.h"

#define V08_DEVICE_FLAGS \
	(DRBD_MDF_CONSISTENT | DRBD_MDF_PRIMARY_IND | DRBD_MDF_WAS_UP_TO_DATE | \
	 DRBD_MDF_CRASHED_PRIMARY | DRBD_MDF_AL_CLEAN | DRBD_MDF_AL_DISABLED)

/**
 * drbd_sb_device_flags_of_v08() - get the device's part of version 8 flags
 * @v08_flags: flags of a version 8 superblock
 *
 * Return: DRBD_MDF_*.
 *
 * Source: spec/metadata.md 5, 14.12.
 */
u32 drbd_sb_device_flags_of_v08(u32 v08_flags)
{
	return v08_flags & V08_DEVICE_FLAGS;
}
EXPORT_SYMBOL_GPL(drbd_sb_device_flags_of_v08);

/**
 * drbd_sb_peer_flags_of_v08() - get the peer's part of version 8 flags
 * @v08_flags: flags of a version 8 superblock
 *
 * Return: DRBD_MDF_PEER_*.
 *
 * Source: spec/metadata.md 5, 14.12.
 */
u32 drbd_sb_peer_flags_of_v08(u32 v08_flags)
{
	u32 flags = 0;

	if (v08_flags & DRBD_MDF_V08_CONNECTED_IND)
		flags |= DRBD_MDF_PEER_CONNECTED;
	if (v08_flags & DRBD_MDF_V08_FULL_SYNC)
		flags |= DRBD_MDF_PEER_FULL_SYNC;
	if (v08_flags & DRBD_MDF_V08_PEER_OUT_DATED)
		flags |= DRBD_MDF_PEER_OUTDATED;
	return flags;
}
EXPORT_SYMBOL_GPL(drbd_sb_peer_flags_of_v08);

/**
 * drbd_sb_flags_to_v08() - join flags for a version 8 superblock
 * @device_flags: DRBD_MDF_*
 * @peer_flags: DRBD_MDF_PEER_*
 *
 * Return: the flags that version 8 knows.
 *
 * Source: spec/metadata.md 5, 14.12.
 */
u32 drbd_sb_flags_to_v08(u32 device_flags, u32 peer_flags)
{
	u32 flags = device_flags & V08_DEVICE_FLAGS;

	if (peer_flags & DRBD_MDF_PEER_CONNECTED)
		flags |= DRBD_MDF_V08_CONNECTED_IND;
	if (peer_flags & DRBD_MDF_PEER_FULL_SYNC)
		flags |= DRBD_MDF_V08_FULL_SYNC;
	if (peer_flags & DRBD_MDF_PEER_OUTDATED)
		flags |= DRBD_MDF_V08_PEER_OUT_DATED;
	return flags;
}
EXPORT_SYMBOL_GPL(drbd_sb_flags_to_v08);

/* The peer's node id; 0 as long as one does not know the own. */
static int v08_peer(int own_node_id)
{
	return own_node_id == 0 ? 1 : 0;
}

static void clear_peer(struct drbd_sb_peer *peer)
{
	memset(peer, 0, sizeof(*peer));
	peer->bitmap_index = -1;
}

/**
 * drbd_sb_from_v08() - see a version 8 superblock as one of version 9
 * @from: what was decoded
 * @sb: set to the result; its peer is node 0, and the own node id is not known
 *
 * Source: spec/metadata.md 5.
 */
void drbd_sb_from_v08(const struct drbd_sb_v08 *from, struct drbd_sb *sb)
{
	struct drbd_sb_peer *peer = &sb->peers[v08_peer(DRBD_NO_NODE)];
	int i;

	memset(sb, 0, sizeof(*sb));
	sb->v08 = true;
	sb->effective_size = from->effective_size;
	sb->current_uuid = from->current_uuid;
	sb->device_uuid = from->device_uuid;
	sb->flags = drbd_sb_device_flags_of_v08(from->flags);
	sb->al_nr_extents = from->al_nr_extents;
	sb->la_peer_max_bio_size = from->la_peer_max_bio_size;
	sb->node_id = DRBD_NO_NODE;
	sb->layout = from->layout;
	for (i = 0; i < DRBD_NODES; i++)
		clear_peer(&sb->peers[i]);
	peer->bitmap_uuid = from->bitmap_uuid;
	peer->flags = drbd_sb_peer_flags_of_v08(from->flags) | DRBD_MDF_HAVE_BITMAP;
	peer->bitmap_index = 0;
	for (i = 0; i < DRBD_HISTORY_UUIDS_V08; i++)
		sb->history[i] = from->history[i];
}
EXPORT_SYMBOL_GPL(drbd_sb_from_v08);

/**
 * drbd_sb_to_v08() - get what version 8 can store of a superblock
 * @sb: what came from version 8
 * @have_bitmap: false if the device runs without bitmap, see drbd_sb_encode_v09()
 * @to: set to the result
 *
 * Source: spec/metadata.md 5.
 */
void drbd_sb_to_v08(const struct drbd_sb *sb, bool have_bitmap, struct drbd_sb_v08 *to)
{
	const struct drbd_sb_peer *peer = &sb->peers[v08_peer(sb->node_id)];
	int i;

	to->effective_size = sb->effective_size;
	to->current_uuid = sb->current_uuid;
	to->bitmap_uuid = peer->bitmap_uuid;
	for (i = 0; i < DRBD_HISTORY_UUIDS_V08; i++)
		to->history[i] = sb->history[i];
	to->device_uuid = sb->device_uuid;
	to->flags = drbd_sb_flags_to_v08(sb->flags, peer->flags);
	if (!have_bitmap)
		to->flags |= DRBD_MDF_V08_FULL_SYNC;
	to->al_nr_extents = sb->al_nr_extents;
	to->la_peer_max_bio_size = sb->la_peer_max_bio_size;
	to->layout = sb->layout;
}
EXPORT_SYMBOL_GPL(drbd_sb_to_v08);

/**
 * drbd_sb_set_own_node() - tell a superblock which node it belongs to
 * @sb: the superblock; of version 8: what is known of the peer becomes that of
 *	the other node
 * @own_node_id: own node id; 0 or 1 if @sb is of version 8
 *
 * Return: 0; -ENOTUNIQ if a version 9 superblock belongs to another node; or
 * -EINVAL if version 8 has no such node.
 *
 * Source: spec/metadata.md 5.
 */
int drbd_sb_set_own_node(struct drbd_sb *sb, int own_node_id)
{
	int from = v08_peer(sb->node_id);
	int to = v08_peer(own_node_id);

	if (!sb->v08) {
		if (sb->node_id != DRBD_NO_NODE && sb->node_id != own_node_id)
			return -ENOTUNIQ;
		sb->node_id = own_node_id;
		return 0;
	}
	if (own_node_id != 0 && own_node_id != 1)
		return -EINVAL;
	if (from != to) {
		sb->peers[to] = sb->peers[from];
		clear_peer(&sb->peers[from]);
	}
	sb->node_id = own_node_id;
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_sb_set_own_node);

/**
 * drbd_sb_encode() - encode a superblock in the format that it came from
 * @sb: what to write
 * @have_bitmap: false if the device runs without bitmap, see drbd_sb_encode_v09()
 * @block: set to the result, DRBD_MD_BLOCK_SIZE bytes, aligned to 8
 *
 * Source: spec/metadata.md 3, 5, 7.4.
 */
void drbd_sb_encode(const struct drbd_sb *sb, bool have_bitmap, void *block)
{
	struct drbd_sb_v08 v08;

	if (!sb->v08) {
		drbd_sb_encode_v09(sb, have_bitmap, block);
		return;
	}
	drbd_sb_to_v08(sb, have_bitmap, &v08);
	drbd_sb_encode_v08(&v08, block);
}
EXPORT_SYMBOL_GPL(drbd_sb_encode);
