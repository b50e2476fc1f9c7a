/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The superblock of a disk: what is in it, and its two formats
 *
 * Everything here is a pure function that may be called in any context.
 */
#ifndef DRBD_CORE_META_SB_H
#define DRBD_CORE_META_SB_H

#include <linux/bits.h>

#include "meta_geometry.h"

#define DRBD_HISTORY_UUIDS	32
#define DRBD_HISTORY_UUIDS_V08	2

/* Flags of a device. Bits 2, 3, and 5 exist in version 8 only, see below. */
#define DRBD_MDF_CONSISTENT		BIT(0)
#define DRBD_MDF_PRIMARY_IND		BIT(1)
#define DRBD_MDF_WAS_UP_TO_DATE		BIT(4)
#define DRBD_MDF_CRASHED_PRIMARY	BIT(6)
#define DRBD_MDF_AL_CLEAN		BIT(7)
#define DRBD_MDF_AL_DISABLED		BIT(8)
#define DRBD_MDF_PRIMARY_LOST_QUORUM	BIT(9)
#define DRBD_MDF_HAVE_QUORUM		BIT(10)

/* Flags of a device in version 8 that are flags of a peer in version 9. */
#define DRBD_MDF_V08_CONNECTED_IND	BIT(2)
#define DRBD_MDF_V08_FULL_SYNC		BIT(3)
#define DRBD_MDF_V08_PEER_OUT_DATED	BIT(5)

/* Flags of a peer. The last exists in memory only. */
#define DRBD_MDF_PEER_CONNECTED		BIT(0)
#define DRBD_MDF_PEER_OUTDATED		BIT(1)
#define DRBD_MDF_PEER_FENCING		BIT(2)
#define DRBD_MDF_PEER_FULL_SYNC		BIT(3)
#define DRBD_MDF_PEER_DEVICE_SEEN	BIT(4)
#define DRBD_MDF_NODE_EXISTS		BIT(16)
#define DRBD_MDF_HAVE_BITMAP		BIT(31)

/**
 * enum drbd_sb_format - what a block says that it is
 * @DRBD_SB_NONE: no superblock
 * @DRBD_SB_V07: superblock of version 0.7, which nothing can use any more
 * @DRBD_SB_V08: superblock of version 8
 * @DRBD_SB_V08_UNCLEAN: the same, last written by a running kernel
 * @DRBD_SB_V09: superblock of version 9; a flag tells whether it is clean
 */
enum drbd_sb_format {
	DRBD_SB_NONE,
	DRBD_SB_V07,
	DRBD_SB_V08,
	DRBD_SB_V08_UNCLEAN,
	DRBD_SB_V09,
};

/**
 * struct drbd_sb_peer - what a superblock knows about a peer
 * @bitmap_uuid: UUID of the data that the peer had when it was last in sync
 * @bitmap_dagtag: position in the stream of writes when that was set; 0 if none
 * @flags: DRBD_MDF_PEER_* and others
 * @bitmap_index: slot of the bitmap, or -1
 */
struct drbd_sb_peer {
	u64 bitmap_uuid;
	u64 bitmap_dagtag;
	u32 flags;
	s32 bitmap_index;
};

/**
 * struct drbd_sb - a superblock in memory, whatever its format on disk
 * @v08: the format on disk is that of version 8, and has to stay so
 * @effective_size: size that all nodes agreed on, in sectors; 0 if never
 * @current_uuid: UUID of the data; bit 0: written by a Primary
 * @members: nodes of the partition that had quorum
 * @device_uuid: set by tools, for nobody's use
 * @flags: DRBD_MDF_*
 * @al_nr_extents: size of the activity log in memory
 * @la_peer_max_bio_size: limit of requests in bytes, as last agreed (8.4 only)
 * @node_id: own node id, or -1 if not yet known
 * @layout: layout of the metadata
 * @peers: nodes by node id; that of this node is without meaning
 * @history: UUIDs that the data had before, newest first, 0 if fewer
 *
 * Larger than a stack frame should be.
 */
struct drbd_sb {
	bool v08;
	u64 effective_size;
	u64 current_uuid;
	u64 members;
	u64 device_uuid;
	u32 flags;
	u32 al_nr_extents;
	u32 la_peer_max_bio_size;
	s32 node_id;
	struct drbd_md_layout layout;
	struct drbd_sb_peer peers[DRBD_NODES];
	u64 history[DRBD_HISTORY_UUIDS];
};

/**
 * struct drbd_sb_v08 - the fields of a version 8 superblock
 * @effective_size: size that both nodes agreed on, in sectors; 0 if never
 * @current_uuid: UUID of the data
 * @bitmap_uuid: UUID of the data that the peer had when it was last in sync
 * @history: UUIDs that the data had before, newest first
 * @device_uuid: set by tools, for nobody's use
 * @flags: DRBD_MDF_*, those of the peer included
 * @al_nr_extents: size of the activity log in memory
 * @la_peer_max_bio_size: limit of requests in bytes, as last agreed
 * @layout: layout of the metadata; the number of peers is 1
 */
struct drbd_sb_v08 {
	u64 effective_size;
	u64 current_uuid;
	u64 bitmap_uuid;
	u64 history[DRBD_HISTORY_UUIDS_V08];
	u64 device_uuid;
	u32 flags;
	u32 al_nr_extents;
	u32 la_peer_max_bio_size;
	struct drbd_md_layout layout;
};

enum drbd_sb_format drbd_sb_identify(const void *block);
u32 drbd_sb_peek_magic(const void *block);
u32 drbd_sb_peek_flags(const void *block);

void drbd_sb_decode_v09(const void *block, struct drbd_sb *sb);
void drbd_sb_encode_v09(const struct drbd_sb *sb, bool have_bitmap, void *block);
void drbd_sb_decode_v08(const void *block, struct drbd_sb_v08 *sb);
void drbd_sb_encode_v08(const struct drbd_sb_v08 *sb, void *block);

unsigned int drbd_sb_vacant_slots(const struct drbd_sb *sb);
int drbd_sb_day0_node(const struct drbd_sb *sb, int own_node_id);
u64 drbd_sb_max_dagtag(const struct drbd_sb *sb, int own_node_id);

#endif
