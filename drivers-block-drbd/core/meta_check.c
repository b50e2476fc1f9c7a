// SPDX-License-Identifier: GPL-2.0-only
/*
 * What has to be true of a disk and its metadata before it is used
 *
 * Wrong metadata makes a driver overwrite data. A disk is therefore refused at
 * the first thing that is not as it must be, and the administrator, who has no
 * other way to find out, is told which and how. Codes, their order, and texts
 * are those that tools and their users know (spec/metadata.md 4.2): an unclean
 * superblock is called unclean even if it would be refused for its age.
 *
 * Superblocks have no checksum; whoever can write to the disk can write any
 * number there. Nothing is computed from a number that was not checked before,
 * except with more bits than the number has.
 */

#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/string.h>

#include "meta_check.h"
#include "meta_convert.h"

static __printf(5, 6)
enum drbd_md_err refuse(struct drbd_md_refusal *why, enum drbd_md_err err,
			const char *field, s64 value, const char *fmt, ...)
{
	va_list args;

	why->err = err;
	why->field = field;
	why->value = value;
	va_start(args, fmt);
	vscnprintf(why->text, sizeof(why->text), fmt, args);
	va_end(args);
	return err;
}

static bool wrong(struct drbd_md_refusal *why, const char *field, s64 value)
{
	why->field = field;
	why->value = value;
	return true;
}

/**
 * drbd_md_check_device() - check what is to be attached, before it is opened
 * @disk: state of the local disk
 * @idx: meta_dev_idx as configured
 * @same_device: one device is to carry data and metadata
 * @why: set if refused
 *
 * Return: DRBD_MD_OK or the reason to refuse.
 *
 * Source: spec/metadata.md 2.1, 4.2.
 */
enum drbd_md_err drbd_md_check_device(enum drbd_disk disk, int idx, bool same_device,
				      struct drbd_md_refusal *why)
{
	if (disk != DRBD_D_DISKLESS)
		return refuse(why, DRBD_MD_ERR_DISK_CONFIGURED, "disk", disk,
			      "Device is attached to a disk already");
	if (idx < DRBD_MD_IDX_FLEX_INT)
		return refuse(why, DRBD_MD_ERR_IDX_INVALID, "meta_dev_idx", idx,
			      "invalid meta-disk index: %d", idx);
	if (drbd_md_internal(idx) && !same_device)
		return refuse(why, DRBD_MD_ERR_IDX_INVALID, "meta_dev_idx", idx,
			      "internal meta-disk index %d needs one device for both", idx);
	if (!drbd_md_internal(idx) && same_device)
		return refuse(why, DRBD_MD_ERR_IDX_INVALID, "meta_dev_idx", idx,
			      "external meta-disk index %d needs a device of its own", idx);
	return DRBD_MD_OK;
}
EXPORT_SYMBOL_GPL(drbd_md_check_device);

/**
 * drbd_md_check_format() - check whether a block is a superblock to be decoded
 * @block: DRBD_MD_BLOCK_SIZE bytes, aligned to 8
 * @v08_allowed: version 8 is welcome, too
 * @why: set if refused
 *
 * Return: DRBD_MD_OK or the reason to refuse.
 *
 * Source: spec/metadata.md 4.2.
 */
enum drbd_md_err drbd_md_check_format(const void *block, bool v08_allowed,
				      struct drbd_md_refusal *why)
{
	enum drbd_sb_format format = drbd_sb_identify(block);
	u32 flags = drbd_sb_peek_flags(block);

	if (format == DRBD_SB_V08_UNCLEAN ||
	    ((format == DRBD_SB_V08 || format == DRBD_SB_V09) && !(flags & DRBD_MDF_AL_CLEAN)))
		return refuse(why, DRBD_MD_ERR_UNCLEAN, "flags", flags,
			      "Found unclean meta data. Did you \"drbdadm apply-al\"?");
	if (format == DRBD_SB_NONE)
		return refuse(why, DRBD_MD_ERR_INVALID, "magic", drbd_sb_peek_magic(block),
			      "Meta data magic not found. Did you \"drbdadm create-md\"?");
	if (format == DRBD_SB_V07 || (format == DRBD_SB_V08 && !v08_allowed))
		return refuse(why, DRBD_MD_ERR_INVALID, "magic", drbd_sb_peek_magic(block),
			      "Found old meta data magic. Did you \"drbdadm create-md\"?");
	return DRBD_MD_OK;
}
EXPORT_SYMBOL_GPL(drbd_md_check_format);

static enum drbd_md_err check_granularity(const struct drbd_sb *sb, struct drbd_md_refusal *why)
{
	u32 bytes = sb->layout.bm_bytes_per_bit;

	if (sb->v08 && bytes != DRBD_BM_BLOCK_MIN)
		return refuse(why, DRBD_MD_ERR_INVALID, "bm_bytes_per_bit", bytes,
			      "unexpected bm_bytes_per_bit: %u (expected %u)",
			      bytes, DRBD_BM_BLOCK_MIN);
	if (!is_power_of_2(bytes) || bytes < DRBD_BM_BLOCK_MIN || bytes > DRBD_BM_BLOCK_MAX)
		return refuse(why, DRBD_MD_ERR_INVALID, "bm_bytes_per_bit", bytes,
			      "unexpected bm_bytes_per_bit: %u (expected power of 2 in [%u..%u])",
			      bytes, DRBD_BM_BLOCK_MIN, DRBD_BM_BLOCK_MAX);
	return DRBD_MD_OK;
}

static enum drbd_md_err check_striping(const struct drbd_sb *sb, struct drbd_md_refusal *why)
{
	const struct drbd_md_layout *layout = &sb->layout;

	if (drbd_md_striping_valid(layout->al_stripes, layout->al_stripe_size_4k))
		return DRBD_MD_OK;
	if (!layout->al_stripes)
		wrong(why, "al_stripes", 0);
	else
		wrong(why, "al_stripe_size_4k", layout->al_stripe_size_4k);
	return refuse(why, DRBD_MD_ERR_INVALID, why->field, why->value,
		      "invalid activity log striping: al_stripes=%u, al_stripe_size_4k=%u",
		      layout->al_stripes, layout->al_stripe_size_4k);
}

static bool wrong_external_areas(int idx, const struct drbd_md_layout *layout, s64 al_sectors,
				 struct drbd_md_refusal *why)
{
	if (layout->al_offset != DRBD_MD_BLOCK_SECT)
		return wrong(why, "al_offset", layout->al_offset);
	if (layout->bm_offset < layout->al_offset + al_sectors)
		return wrong(why, "bm_offset", layout->bm_offset);
	if (idx < 0)
		return false;
	if (layout->bm_bytes_per_bit != DRBD_BM_BLOCK_MIN)
		return wrong(why, "bm_bytes_per_bit", layout->bm_bytes_per_bit);
	if (layout->md_size_sect != DRBD_MD_SLOT_SECT)
		return wrong(why, "md_size_sect", layout->md_size_sect);
	if (layout->bm_offset != DRBD_MD_SLOT_BM_OFFSET)
		return wrong(why, "bm_offset", layout->bm_offset);
	if (layout->al_stripes != 1)
		return wrong(why, "al_stripes", layout->al_stripes);
	return false;
}

/*
 * Finds the first number that makes no sense. The order is that of the spec,
 * which also says what each area may be; that offsets have the sign that goes
 * with the kind of metadata is in addition to it, as an activity log before the
 * start of an external device would be a lot of data of somebody else. Blocks
 * of an activity log that has the size of its striping need no further check.
 */
static bool wrong_layout(int idx, u64 md_capacity, const struct drbd_sb *sb,
			 struct drbd_md_refusal *why)
{
	const struct drbd_md_layout *layout = &sb->layout;
	s64 al_sectors = drbd_md_al_blocks(layout) * DRBD_MD_BLOCK_SECT;
	bool before_superblock = layout->al_offset < 0;
	bool internal = drbd_md_internal(idx);
	struct drbd_md_area area;
	s64 al_area, need;

	if (internal != before_superblock)
		return wrong(why, "al_offset", layout->al_offset);
	if (internal && layout->bm_offset > layout->al_offset)
		return wrong(why, "bm_offset", layout->bm_offset);
	if (!internal && wrong_external_areas(idx, layout, al_sectors, why))
		return true;

	if (md_capacity < DRBD_MD_BLOCK_SECT || md_capacity < layout->md_size_sect)
		return wrong(why, "md_size_sect", layout->md_size_sect);
	drbd_md_locate(idx, md_capacity, layout, &area);
	if (area.first < 0)
		return wrong(why, "bm_offset", layout->bm_offset);
	if (md_capacity - layout->md_size_sect < area.first)
		return wrong(why, "md_size_sect", layout->md_size_sect);

	al_area = internal ? -(s64)layout->al_offset : layout->bm_offset - layout->al_offset;
	if (al_area != al_sectors)
		return internal ? wrong(why, "al_offset", layout->al_offset) :
				  wrong(why, "bm_offset", layout->bm_offset);
	if (!IS_ALIGNED(layout->bm_offset, DRBD_MD_BLOCK_SECT))
		return wrong(why, "bm_offset", layout->bm_offset);
	need = drbd_md_bitmap_sectors(sb->effective_size, layout->bm_max_peers,
				      layout->bm_bytes_per_bit);
	if (area.bitmap_sectors < need)
		return wrong(why, "effective_size", sb->effective_size);
	return false;
}

/**
 * drbd_md_check_layout() - check the layout that a superblock tells
 * @idx: meta_dev_idx
 * @md_capacity: size of the device that carries the metadata, in sectors
 * @sb: superblock with valid granularity and striping
 * @why: set if refused
 *
 * Return: DRBD_MD_OK or the reason to refuse.
 *
 * Source: spec/metadata.md 4.2, 14.10.
 */
enum drbd_md_err drbd_md_check_layout(int idx, u64 md_capacity, const struct drbd_sb *sb,
				      struct drbd_md_refusal *why)
{
	const struct drbd_md_layout *layout = &sb->layout;
	u32 peers = layout->bm_max_peers;

	if (peers < 1 || peers > DRBD_NODES)
		return refuse(why, DRBD_MD_ERR_INVALID, "bm_max_peers", peers,
			      peers < 1 ? "bm_max_peers too low: %u (expected 1 to %u)" :
					  "bm_max_peers too high: %u (expected 1 to %u)",
			      peers, DRBD_NODES);
	if (!wrong_layout(idx, md_capacity, sb, why))
		return DRBD_MD_OK;
	return refuse(why, DRBD_MD_ERR_INVALID, why->field, why->value,
		      "meta data offsets don't make sense: idx=%d %s=%lld (al_offset=%d bm_offset=%d md_size_sect=%u al_blocks=%llu bm_max_peers=%u device=%llu)",
		      idx, why->field, why->value, layout->al_offset, layout->bm_offset,
		      layout->md_size_sect, drbd_md_al_blocks(layout), peers, md_capacity);
}
EXPORT_SYMBOL_GPL(drbd_md_check_layout);

/*
 * Two nodes that share a slot would each clear what the other needs; nothing is
 * known to write that, and nothing good can come of it.
 */
static enum drbd_md_err check_slots(const struct drbd_sb *sb, struct drbd_md_refusal *why)
{
	s8 owner[DRBD_NODES];
	int i;

	memset(owner, DRBD_NO_NODE, sizeof(owner));
	for (i = 0; i < DRBD_NODES; i++) {
		s32 index = sb->peers[i].bitmap_index;

		if (index < -1 || index >= (s32)sb->layout.bm_max_peers)
			return refuse(why, DRBD_MD_ERR_INVALID, "bitmap_index", index,
				      "peer node id %d: bitmap index (%d) exceeds allocated bitmap slots (%d)",
				      i, index, sb->layout.bm_max_peers);
		if (index == -1)
			continue;
		if (owner[index] != DRBD_NO_NODE)
			return refuse(why, DRBD_MD_ERR_INVALID, "bitmap_index", index,
				      "peer node id %d: bitmap index (%d) belongs to peer node id %d",
				      i, index, owner[index]);
		owner[index] = i;
	}
	return DRBD_MD_OK;
}

static enum drbd_md_err check_nodes(const struct drbd_sb *sb, int own_node_id,
				    struct drbd_md_refusal *why)
{
	s32 index;

	if (own_node_id != DRBD_NO_NODE) {
		if (sb->node_id != DRBD_NO_NODE && sb->node_id != own_node_id)
			return refuse(why, DRBD_MD_ERR_INVALID, "node_id", sb->node_id,
				      "ambiguous node id: meta-data: %d, config: %d",
				      sb->node_id, own_node_id);
		index = sb->peers[own_node_id].bitmap_index;
		if (index != -1)
			return refuse(why, DRBD_MD_ERR_INVALID, "bitmap_index", index,
				      "my own node id (%d) should not have a bitmap index (%d)",
				      own_node_id, index);
	}
	return check_slots(sb, why);
}

/**
 * drbd_md_accept() - decode and check the superblock of a disk
 * @block: what was read, DRBD_MD_BLOCK_SIZE bytes, aligned to 8
 * @attach: what it has to go with; only the first half up to @node_id is used
 * @sb: set to the result; has undefined contents if refused
 * @why: set if refused
 *
 * Return: DRBD_MD_OK or the reason to refuse.
 *
 * Source: spec/metadata.md 4.2.
 */
enum drbd_md_err drbd_md_accept(const void *block, const struct drbd_md_attach *attach,
				struct drbd_sb *sb, struct drbd_md_refusal *why)
{
	enum drbd_md_err err = drbd_md_check_format(block, attach->v08_allowed, why);
	struct drbd_sb_v08 v08;

	if (err)
		return err;
	if (drbd_sb_identify(block) == DRBD_SB_V09) {
		drbd_sb_decode_v09(block, sb);
	} else {
		drbd_sb_decode_v08(block, &v08);
		drbd_sb_from_v08(&v08, sb);
	}
	err = check_granularity(sb, why);
	if (!err)
		err = check_striping(sb, why);
	if (!err)
		err = drbd_md_check_layout(attach->idx, attach->md_capacity, sb, why);
	if (err)
		return err;
	if (sb->v08 && attach->node_id != DRBD_NO_NODE &&
	    drbd_sb_set_own_node(sb, attach->node_id))
		return refuse(why, DRBD_MD_ERR_INVALID, "node_id", attach->node_id,
			      "node id %d does not exist for version 8 meta data",
			      attach->node_id);
	return check_nodes(sb, attach->node_id, why);
}
EXPORT_SYMBOL_GPL(drbd_md_accept);

/**
 * drbd_md_check_attach() - check whether a disk fits the rest of the resource
 * @sb: the superblock, from drbd_md_accept()
 * @attach: what it has to go with
 * @why: set if refused
 *
 * Return: DRBD_MD_OK or the reason to refuse.
 *
 * Source: spec/metadata.md 4.1, 4.2.
 */
enum drbd_md_err drbd_md_check_attach(const struct drbd_sb *sb,
				      const struct drbd_md_attach *attach,
				      struct drbd_md_refusal *why)
{
	unsigned int vacant = drbd_sb_vacant_slots(sb), needed = 0;
	u64 least = drbd_md_min_sectors(attach->idx);
	struct drbd_md_capacity max;
	int i;

	if (!attach->bitmap && attach->peers)
		return refuse(why, DRBD_MD_ERR_INVALID_REQUEST, "bitmap", hweight64(attach->peers),
			      "Disabling bitmap allocation with peers defined is not allowed");
	drbd_md_limit(attach->idx, attach->backing_capacity, attach->md_capacity, &sb->layout,
		      attach->bits_per_long, &max);
	if (max.sectors < attach->disk_size)
		return refuse(why, DRBD_MD_ERR_DISK_TOO_SMALL, "size", attach->disk_size,
			      "max capacity %llu smaller than disk size %llu",
			      max.sectors, attach->disk_size);
	if (attach->md_capacity < least)
		return refuse(why, DRBD_MD_ERR_MD_DISK_TOO_SMALL, "meta-disk", attach->md_capacity,
			      "refusing attach: md-device too small, at least %llu sectors needed for this meta-disk type",
			      least);
	if (max.sectors < attach->virtual_size)
		return refuse(why, DRBD_MD_ERR_DISK_TOO_SMALL, "capacity", max.sectors,
			      "Current (diskless) capacity %llu, cannot attach smaller (%llu) disk",
			      attach->virtual_size, max.sectors);
	for (i = 0; i < DRBD_NODES; i++) {
		if (attach->bitmap_peers & drbd_node_mask(i) && sb->peers[i].bitmap_index == -1)
			needed++;
	}
	if (needed > vacant)
		return refuse(why, DRBD_MD_ERR_INVALID_REQUEST, "bm_max_peers",
			      sb->layout.bm_max_peers,
			      "Not enough free bitmap slots (available=%d, needed=%d)",
			      vacant, needed);
	/* bit 0 tells who wrote, not what */
	if (attach->primary && attach->exposed_uuid && !attach->peer_up_to_date &&
	    (sb->current_uuid ^ attach->exposed_uuid) & ~1ULL)
		return refuse(why, DRBD_MD_ERR_DATA_NOT_CURRENT, "current_uuid", sb->current_uuid,
			      "Can only attach to data with current UUID=%016llX",
			      attach->exposed_uuid);
	return DRBD_MD_OK;
}
EXPORT_SYMBOL_GPL(drbd_md_check_attach);

/**
 * drbd_md_check_shrink() - check whether attaching would cut off data
 * @sb: the superblock, from drbd_md_accept()
 * @new_size: size in sectors that all nodes, disks and options allow
 * @disk_size: configured size in sectors, 0 if none; who asks for less gets it
 * @why: set if refused
 *
 * Return: DRBD_MD_OK or the reason to refuse.
 *
 * Source: spec/metadata.md 4.2.
 */
enum drbd_md_err drbd_md_check_shrink(const struct drbd_sb *sb, u64 new_size, u64 disk_size,
				      struct drbd_md_refusal *why)
{
	bool wanted = disk_size && new_size == disk_size;

	if (!(sb->flags & DRBD_MDF_CONSISTENT) || new_size >= sb->effective_size || wanted)
		return DRBD_MD_OK;
	return refuse(why, DRBD_MD_ERR_IMPLICIT_SHRINK, "effective_size", sb->effective_size,
		      "To-be-attached device has last effective > current size, and is consistent\n"
		      "(%llu > %llu sectors). Refusing to attach.",
		      sb->effective_size, new_size);
}
EXPORT_SYMBOL_GPL(drbd_md_check_shrink);
