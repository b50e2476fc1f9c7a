// SPDX-License-Identifier: GPL-2.0-only
/*
 * The superblock of a disk: what is in it, and its two formats
 *
 * The superblock is what a node remembers: which data it has, what it knew of
 * its peers, and where the other metadata is. It has no checksum; that a write
 * of 4 KiB is not torn, the magic, and the checks of meta_check.c are all that
 * protects it. Hence it is always encoded as a whole, never changed in place.
 *
 * drbdmeta keeps a promise with its help: after a crash, bits are set for all
 * that was in the activity log before a kernel uses the disk again. A superblock
 * that says that this was done must not come from a kernel, whose next crash
 * would go unnoticed. So no encoder here writes one, whatever it is asked.
 *
 * What a kernel does not know about (peers that are not configured, say) it
 * keeps as it was; what is reserved it writes as zeroes.
 *
 * Source: spec/metadata.md 3.
 */

#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <asm/byteorder.h>

#include "meta_sb.h"

#define SB_MAGIC_07		0x8374026a
#define SB_MAGIC_08		0x8374026b
#define SB_MAGIC_84_UNCLEAN	0x8374026c
#define SB_MAGIC_09		0x8374026d

struct disk_layout {
	__be32 md_size_sect;
	__be32 al_offset;
	__be32 al_nr_extents;
	__be32 bm_offset;
	__be32 bm_bytes_per_bit;
	__be32 la_peer_max_bio_size;
} __packed;

struct disk_peer {
	__be64 bitmap_uuid;
	__be64 bitmap_dagtag;
	__be32 flags;
	__be32 bitmap_index;
	__be32 reserved[2];
} __packed;

struct disk_v09 {
	__be64 effective_size;
	__be64 current_uuid;
	__be64 members;
	__be64 reserved1[3];
	__be64 device_uuid;
	__be32 flags;
	__be32 magic;
	struct disk_layout layout;
	__be32 bm_max_peers;
	__be32 node_id;
	__be32 al_stripes;
	__be32 al_stripe_size_4k;
	__be32 reserved2[2];
	struct disk_peer peers[DRBD_NODES];
	__be64 history[DRBD_HISTORY_UUIDS];
	u8 padding[2704];
} __packed;

struct disk_v08 {
	__be64 effective_size;
	__be64 current_uuid;
	__be64 bitmap_uuid;
	__be64 history[DRBD_HISTORY_UUIDS_V08];
	__be64 device_uuid;
	__be64 reserved;
	__be32 flags;
	__be32 magic;
	struct disk_layout layout;
	__be32 al_stripes;
	__be32 al_stripe_size_4k;
	u8 padding[4000];
} __packed;

static_assert(offsetof(struct disk_v09, magic) == 0x3c);
static_assert(offsetof(struct disk_v09, bm_max_peers) == 0x58);
static_assert(offsetof(struct disk_v09, peers) == 0x70);
static_assert(offsetof(struct disk_v09, history) == 0x470);
static_assert(sizeof(struct disk_v09) == DRBD_MD_BLOCK_SIZE);
static_assert(offsetof(struct disk_v08, device_uuid) == 0x28);
static_assert(offsetof(struct disk_v08, magic) == 0x3c);
static_assert(sizeof(struct disk_v08) == DRBD_MD_BLOCK_SIZE);

/**
 * drbd_sb_peek_magic() - read the magic of a block
 * @block: DRBD_MD_BLOCK_SIZE bytes
 *
 * All formats have it at the same place.
 *
 * Return: the number that says what the block is.
 *
 * Source: spec/metadata.md 3.
 */
u32 drbd_sb_peek_magic(const void *block)
{
	const struct disk_v09 *disk = block;

	return be32_to_cpu(disk->magic);
}
EXPORT_SYMBOL_GPL(drbd_sb_peek_magic);

/**
 * drbd_sb_identify() - tell what a block is
 * @block: DRBD_MD_BLOCK_SIZE bytes
 *
 * Return: the format.
 *
 * Source: spec/metadata.md 1, 3.
 */
enum drbd_sb_format drbd_sb_identify(const void *block)
{
	switch (drbd_sb_peek_magic(block)) {
	case SB_MAGIC_07:
		return DRBD_SB_V07;
	case SB_MAGIC_08:
		return DRBD_SB_V08;
	case SB_MAGIC_84_UNCLEAN:
		return DRBD_SB_V08_UNCLEAN;
	case SB_MAGIC_09:
		return DRBD_SB_V09;
	default:
		return DRBD_SB_NONE;
	}
}
EXPORT_SYMBOL_GPL(drbd_sb_identify);

/**
 * drbd_sb_peek_flags() - read the flags of a block that is not yet decoded
 * @block: DRBD_MD_BLOCK_SIZE bytes
 *
 * All formats have them at the same place.
 *
 * Return: the flags as they are on disk.
 *
 * Source: spec/metadata.md 3.
 */
u32 drbd_sb_peek_flags(const void *block)
{
	const struct disk_v09 *disk = block;

	return be32_to_cpu(disk->flags);
}
EXPORT_SYMBOL_GPL(drbd_sb_peek_flags);

static void decode_layout(const struct disk_layout *disk, u32 peers, u32 stripes,
			  u32 stripe_size_4k, struct drbd_md_layout *layout)
{
	layout->bm_bytes_per_bit = be32_to_cpu(disk->bm_bytes_per_bit);
	layout->bm_max_peers = peers;
	layout->al_stripes = stripes;
	layout->al_stripe_size_4k = stripe_size_4k;
	layout->md_size_sect = be32_to_cpu(disk->md_size_sect);
	layout->al_offset = be32_to_cpu(disk->al_offset);
	layout->bm_offset = be32_to_cpu(disk->bm_offset);
	/* from the time before there were stripes */
	if (!stripes && !stripe_size_4k) {
		layout->al_stripes = 1;
		layout->al_stripe_size_4k = DRBD_AL_BLOCKS_MIN;
	}
}

static void encode_layout(const struct drbd_md_layout *layout, u32 al_nr_extents,
			  u32 la_peer_max_bio_size, struct disk_layout *disk)
{
	disk->md_size_sect = cpu_to_be32(layout->md_size_sect);
	disk->al_offset = cpu_to_be32(layout->al_offset);
	disk->al_nr_extents = cpu_to_be32(al_nr_extents);
	disk->bm_offset = cpu_to_be32(layout->bm_offset);
	disk->bm_bytes_per_bit = cpu_to_be32(layout->bm_bytes_per_bit);
	disk->la_peer_max_bio_size = cpu_to_be32(la_peer_max_bio_size);
}

/**
 * drbd_sb_decode_v09() - decode a version 9 superblock
 * @block: DRBD_MD_BLOCK_SIZE bytes, aligned to 8, of format DRBD_SB_V09
 * @sb: set to the result, unchecked but for the meaning of 0 stripes
 *
 * Source: spec/metadata.md 3.1, 3.5.
 */
void drbd_sb_decode_v09(const void *block, struct drbd_sb *sb)
{
	const struct disk_v09 *disk = block;
	int i;

	sb->v08 = false;
	sb->effective_size = be64_to_cpu(disk->effective_size);
	sb->current_uuid = be64_to_cpu(disk->current_uuid);
	sb->members = be64_to_cpu(disk->members);
	sb->device_uuid = be64_to_cpu(disk->device_uuid);
	sb->flags = be32_to_cpu(disk->flags);
	sb->al_nr_extents = be32_to_cpu(disk->layout.al_nr_extents);
	sb->la_peer_max_bio_size = be32_to_cpu(disk->layout.la_peer_max_bio_size);
	sb->node_id = be32_to_cpu(disk->node_id);
	decode_layout(&disk->layout, be32_to_cpu(disk->bm_max_peers),
		      be32_to_cpu(disk->al_stripes), be32_to_cpu(disk->al_stripe_size_4k),
		      &sb->layout);
	for (i = 0; i < DRBD_NODES; i++) {
		const struct disk_peer *from = &disk->peers[i];
		struct drbd_sb_peer *peer = &sb->peers[i];

		peer->bitmap_uuid = be64_to_cpu(from->bitmap_uuid);
		peer->bitmap_dagtag = be64_to_cpu(from->bitmap_dagtag);
		peer->bitmap_index = be32_to_cpu(from->bitmap_index);
		peer->flags = be32_to_cpu(from->flags) & ~DRBD_MDF_HAVE_BITMAP;
		if (peer->bitmap_index != -1)
			peer->flags |= DRBD_MDF_HAVE_BITMAP;
	}
	for (i = 0; i < DRBD_HISTORY_UUIDS; i++)
		sb->history[i] = be64_to_cpu(disk->history[i]);
}
EXPORT_SYMBOL_GPL(drbd_sb_decode_v09);

/**
 * drbd_sb_encode_v09() - encode a version 9 superblock
 * @sb: what to write
 * @have_bitmap: false if the device runs without bitmap, so that nothing tracks
 *	what peers miss: they are to get a full sync
 * @block: set to the result, DRBD_MD_BLOCK_SIZE bytes, aligned to 8
 *
 * Source: spec/metadata.md 3.1, 3.4, 3.5, 7.4.
 */
void drbd_sb_encode_v09(const struct drbd_sb *sb, bool have_bitmap, void *block)
{
	struct disk_v09 *disk = block;
	int i;

	memset(disk, 0, sizeof(*disk));
	disk->effective_size = cpu_to_be64(sb->effective_size);
	disk->current_uuid = cpu_to_be64(sb->current_uuid);
	disk->members = cpu_to_be64(sb->members);
	disk->device_uuid = cpu_to_be64(sb->device_uuid);
	disk->flags = cpu_to_be32(sb->flags & ~DRBD_MDF_AL_CLEAN);
	disk->magic = cpu_to_be32(SB_MAGIC_09);
	encode_layout(&sb->layout, sb->al_nr_extents, sb->la_peer_max_bio_size, &disk->layout);
	disk->bm_max_peers = cpu_to_be32(sb->layout.bm_max_peers);
	disk->node_id = cpu_to_be32(sb->node_id);
	disk->al_stripes = cpu_to_be32(sb->layout.al_stripes);
	disk->al_stripe_size_4k = cpu_to_be32(sb->layout.al_stripe_size_4k);
	for (i = 0; i < DRBD_NODES; i++) {
		const struct drbd_sb_peer *peer = &sb->peers[i];
		struct disk_peer *to = &disk->peers[i];
		u32 flags = peer->flags & ~DRBD_MDF_HAVE_BITMAP;

		if (!have_bitmap)
			flags |= DRBD_MDF_PEER_FULL_SYNC;
		to->bitmap_uuid = cpu_to_be64(peer->bitmap_uuid);
		to->bitmap_dagtag = cpu_to_be64(peer->bitmap_dagtag);
		to->flags = cpu_to_be32(flags);
		to->bitmap_index = cpu_to_be32(peer->bitmap_index);
	}
	for (i = 0; i < DRBD_HISTORY_UUIDS; i++)
		disk->history[i] = cpu_to_be64(sb->history[i]);
}
EXPORT_SYMBOL_GPL(drbd_sb_encode_v09);

/**
 * drbd_sb_decode_v08() - decode a version 8 superblock
 * @block: DRBD_MD_BLOCK_SIZE bytes, aligned to 8, of format DRBD_SB_V08 or
 *	DRBD_SB_V08_UNCLEAN
 * @sb: set to the result, unchecked but for the meaning of 0 stripes
 *
 * Source: spec/metadata.md 3.2.
 */
void drbd_sb_decode_v08(const void *block, struct drbd_sb_v08 *sb)
{
	const struct disk_v08 *disk = block;
	int i;

	sb->effective_size = be64_to_cpu(disk->effective_size);
	sb->current_uuid = be64_to_cpu(disk->current_uuid);
	sb->bitmap_uuid = be64_to_cpu(disk->bitmap_uuid);
	for (i = 0; i < DRBD_HISTORY_UUIDS_V08; i++)
		sb->history[i] = be64_to_cpu(disk->history[i]);
	sb->device_uuid = be64_to_cpu(disk->device_uuid);
	sb->flags = be32_to_cpu(disk->flags);
	sb->al_nr_extents = be32_to_cpu(disk->layout.al_nr_extents);
	sb->la_peer_max_bio_size = be32_to_cpu(disk->layout.la_peer_max_bio_size);
	decode_layout(&disk->layout, 1, be32_to_cpu(disk->al_stripes),
		      be32_to_cpu(disk->al_stripe_size_4k), &sb->layout);
}
EXPORT_SYMBOL_GPL(drbd_sb_decode_v08);

/**
 * drbd_sb_encode_v08() - encode a version 8 superblock
 * @sb: what to write
 * @block: set to the result, DRBD_MD_BLOCK_SIZE bytes, aligned to 8
 *
 * Source: spec/metadata.md 3.2, 5.
 */
void drbd_sb_encode_v08(const struct drbd_sb_v08 *sb, void *block)
{
	struct disk_v08 *disk = block;
	int i;

	memset(disk, 0, sizeof(*disk));
	disk->effective_size = cpu_to_be64(sb->effective_size);
	disk->current_uuid = cpu_to_be64(sb->current_uuid);
	disk->bitmap_uuid = cpu_to_be64(sb->bitmap_uuid);
	for (i = 0; i < DRBD_HISTORY_UUIDS_V08; i++)
		disk->history[i] = cpu_to_be64(sb->history[i]);
	disk->device_uuid = cpu_to_be64(sb->device_uuid);
	disk->flags = cpu_to_be32(sb->flags & ~DRBD_MDF_AL_CLEAN);
	disk->magic = cpu_to_be32(SB_MAGIC_84_UNCLEAN);
	encode_layout(&sb->layout, sb->al_nr_extents, sb->la_peer_max_bio_size, &disk->layout);
	disk->al_stripes = cpu_to_be32(sb->layout.al_stripes);
	disk->al_stripe_size_4k = cpu_to_be32(sb->layout.al_stripe_size_4k);
}
EXPORT_SYMBOL_GPL(drbd_sb_encode_v08);

/* Slots that a node has; only those that exist, which is not yet checked. */
static u64 used_slots(const struct drbd_sb *sb)
{
	u64 used = 0;
	int i;

	for (i = 0; i < DRBD_NODES; i++) {
		s32 index = sb->peers[i].bitmap_index;

		if (index >= 0 && index < DRBD_NODES)
			used |= BIT_ULL(index);
	}
	return used;
}

static u64 vacant_slots(const struct drbd_sb *sb)
{
	return ~used_slots(sb) & (BIT_ULL(sb->layout.bm_max_peers) - 1);
}

/**
 * drbd_sb_vacant_slots() - count the bitmap slots that no node has
 * @sb: a checked superblock
 *
 * Such a slot tracks all writes since the metadata was created, which is just
 * what a node needs that starts with the data of that time. It gets the lowest,
 * see drbd_bm_vacant_slot().
 *
 * Return: the number of slots.
 *
 * Source: spec/metadata.md 4.2, 9.7.
 */
unsigned int drbd_sb_vacant_slots(const struct drbd_sb *sb)
{
	return hweight64(vacant_slots(sb));
}
EXPORT_SYMBOL_GPL(drbd_sb_vacant_slots);

/**
 * drbd_sb_day0_node() - find a node id that never was in use
 * @sb: a checked superblock
 * @own_node_id: own node id, which does not count; or -1
 *
 * The bitmap UUID of such a node is that of the data when the metadata was
 * created, which is what the vacant slots track.
 *
 * Return: the lowest, or -1 if there is none.
 *
 * Source: spec/metadata.md 3.5, 9.7.
 */
int drbd_sb_day0_node(const struct drbd_sb *sb, int own_node_id)
{
	int i;

	for (i = 0; i < DRBD_NODES; i++) {
		const struct drbd_sb_peer *peer = &sb->peers[i];

		if (i != own_node_id && peer->bitmap_index == -1 && !peer->flags)
			return i;
	}
	return -1;
}
EXPORT_SYMBOL_GPL(drbd_sb_day0_node);

/**
 * drbd_sb_max_dagtag() - find how far the stream of writes has come
 * @sb: a superblock
 * @own_node_id: own node id, which does not count; or -1
 *
 * Return: the largest dagtag of a bitmap UUID, which a resource that attaches
 * the disk must not fall behind; 0 if there is none.
 *
 * Source: spec/metadata.md 3.3.
 */
u64 drbd_sb_max_dagtag(const struct drbd_sb *sb, int own_node_id)
{
	u64 dagtag = 0;
	int i;

	for (i = 0; i < DRBD_NODES; i++) {
		const struct drbd_sb_peer *peer = &sb->peers[i];

		if (i != own_node_id && peer->bitmap_uuid)
			dagtag = max(dagtag, peer->bitmap_dagtag);
	}
	return dagtag;
}
EXPORT_SYMBOL_GPL(drbd_sb_max_dagtag);
