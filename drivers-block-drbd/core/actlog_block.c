// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks of the activity log, and where in its ring they are
 *
 * The activity log lists the extents of 4 MiB that writes may be in flight to,
 * so that after a crash only these need a resync. It is a table of slots, each
 * with an extent, that lives in memory. On disk there is a ring of blocks, each
 * the record of one transaction, that is of up to 64 slots that got another
 * extent. So that old records can be overwritten, each block also repeats the
 * present content of 919 slots, its context; a window that moves on with each
 * transaction. As many blocks as there are windows therefore have the complete
 * table, and one more may be lost because it is being written.
 *
 * drbdmeta reads the ring before each attach: the form of the blocks, their
 * places and the order of their numbers are interface.
 */

#include <linux/array_size.h>
#include <linux/build_bug.h>
#include <linux/crc32c.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/limits.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include <asm/byteorder.h>

#include "actlog_block.h"

/**
 * struct disk_block - a block as stored
 * @magic: DRBD_AL_MAGIC
 * @number: number of the transaction
 * @crc32c: of the whole block, seed 0, not inverted, with this field 0
 * @type: one of &enum drbd_al_type
 * @updates: number of updates
 * @slots: number of slots of the writer, "context size"
 * @start: slot of the first word of the context
 * @reserved: zero
 * @update_slot: slots that change, DRBD_AL_NO_SLOT if unused
 * @update_extent: the extents they get, DRBD_AL_FREE if unused
 * @context: extents that slots had before this transaction
 */
struct disk_block {
	__be32 magic;
	__be32 number;
	__be32 crc32c;
	__be16 type;
	__be16 updates;
	__be16 slots;
	__be16 start;
	__be32 reserved[4];
	__be16 update_slot[DRBD_AL_UPDATES];
	__be32 update_extent[DRBD_AL_UPDATES];
	__be32 context[DRBD_AL_CONTEXT];
};

static const char *const fault_texts[] = {
	[DRBD_AL_VALID] = "valid",
	[DRBD_AL_BAD_MAGIC] = "bad magic",
	[DRBD_AL_BAD_CRC] = "checksum mismatch",
	[DRBD_AL_BAD_TYPE] = "unknown transaction type",
	[DRBD_AL_BAD_UPDATES] = "too many updates",
};

/**
 * drbd_al_ring_init() - take the shape of the ring from the superblock
 * @ring: to be filled
 * @stripes: al_stripes of the superblock, decoded
 * @stripe_blocks: al_stripe_size_4k of the superblock, decoded
 *
 * Return: 0, or -EINVAL if drbd_md_striping_valid() refuses it.
 *
 * Source: spec/metadata.md 4.2, 8.3.
 */
int drbd_al_ring_init(struct drbd_al_ring *ring, u32 stripes, u32 stripe_blocks)
{
	if (!drbd_md_striping_valid(stripes, stripe_blocks))
		return -EINVAL;
	ring->stripes = stripes;
	ring->stripe_blocks = stripe_blocks;
	ring->blocks = stripes * stripe_blocks;
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_al_ring_init);

/**
 * drbd_al_ring_block() - find the place of a transaction
 * @ring: shape of the ring
 * @number: number of the transaction
 *
 * Consecutive transactions go to different stripes, which are on different
 * disks if whoever chose the striping knows the RAID below.
 *
 * Return: index of the block; its first sector is that of the log plus 8 times
 * this.
 *
 * Source: spec/metadata.md 8.3.
 */
u32 drbd_al_ring_block(const struct drbd_al_ring *ring, u32 number)
{
	u32 t = number % ring->blocks;

	return t % ring->stripes * ring->stripe_blocks + t / ring->stripes;
}
EXPORT_SYMBOL_GPL(drbd_al_ring_block);

/**
 * drbd_al_next_number() - number the transaction that follows another one
 * @blocks: size of the ring
 * @number: number of the other one
 *
 * If the size of the ring is no power of two, zero after the largest number
 * would jump in the ring, over blocks that are needed still. Some small numbers
 * are left out then, so that the next place is used. Readers order by the
 * signed difference of numbers, and do not miss any.
 *
 * Return: the number.
 *
 * Source: spec/metadata.md 8.3, 8.10, pitfall 23.
 */
u32 drbd_al_next_number(u32 blocks, u32 number)
{
	return number == U32_MAX ? (U32_MAX % blocks + 1) % blocks : number + 1;
}
EXPORT_SYMBOL_GPL(drbd_al_next_number);

/**
 * drbd_al_max_slots() - how many slots a ring can keep
 * @blocks: size of the ring, at least DRBD_AL_BLOCKS_MIN
 *
 * Return: the largest number of slots so that all contexts but one have them
 * all.
 *
 * Source: spec/metadata.md 8.4.
 */
unsigned int drbd_al_max_slots(u32 blocks)
{
	return min_t(u64, (u64)(blocks - 1) * DRBD_AL_CONTEXT, DRBD_AL_EXTENTS_MAX);
}
EXPORT_SYMBOL_GPL(drbd_al_max_slots);

/**
 * drbd_al_clamp_slots() - number of slots for a configured one
 * @wanted: the option al-extents
 * @blocks: size of the ring, at least DRBD_AL_BLOCKS_MIN
 *
 * Return: what is nearest to it and possible.
 *
 * Source: spec/metadata.md 8.4.
 */
unsigned int drbd_al_clamp_slots(unsigned int wanted, u32 blocks)
{
	return clamp_t(unsigned int, wanted, DRBD_AL_EXTENTS_MIN, drbd_al_max_slots(blocks));
}
EXPORT_SYMBOL_GPL(drbd_al_clamp_slots);

/**
 * drbd_al_extents() - how many extents a request touches
 * @sector: its first sector
 * @bytes: its size
 *
 * Return: their number, one for a request without data.
 *
 * Source: spec/metadata.md 8.7, io.md F3.
 */
unsigned int drbd_al_extents(u64 sector, u32 bytes)
{
	unsigned int shift = DRBD_AL_EXTENT_SHIFT - DRBD_SECTOR_SHIFT;
	u64 last = sector + ((bytes ? bytes - 1 : 0) >> DRBD_SECTOR_SHIFT);

	return (last >> shift) - (sector >> shift) + 1;
}
EXPORT_SYMBOL_GPL(drbd_al_extents);

/* Without copying or changing the block. */
static u32 block_crc(const struct disk_block *disk)
{
	static const __be32 zero;
	u32 crc;

	crc = crc32c(0, disk, offsetof(struct disk_block, crc32c));
	crc = crc32c(crc, &zero, sizeof(zero));
	return crc32c(crc, &disk->type, sizeof(*disk) - offsetof(struct disk_block, type));
}

/**
 * drbd_al_block_init() - make the block that a ring without records consists of
 * @block: DRBD_MD_BLOCK_SIZE bytes, aligned to 4, to be filled
 *
 * Source: spec/metadata.md 13.5, AL-0.
 */
void drbd_al_block_init(void *block)
{
	struct disk_block *disk = block;

	BUILD_BUG_ON(sizeof(*disk) != DRBD_MD_BLOCK_SIZE);
	memset(disk, 0, sizeof(*disk));
	disk->magic = cpu_to_be32(DRBD_AL_MAGIC);
	disk->type = cpu_to_be16(DRBD_AL_TR_INITIALIZED);
	disk->crc32c = cpu_to_be32(block_crc(disk));
}
EXPORT_SYMBOL_GPL(drbd_al_block_init);

/**
 * drbd_al_block_encode() - make the block of a transaction
 * @block: DRBD_MD_BLOCK_SIZE bytes, aligned to 4, to be filled
 * @head: number, updates, slots and start; the type is DRBD_AL_TR_UPDATE
 * @change: the updates, head->updates of them
 * @extent: for each of head->slots slots the extent that it has without this
 *	transaction, or DRBD_AL_FREE
 *
 * Return: 0; -EINVAL if there are too many updates, the window starts behind the
 * last slot, or an update is of a slot that does not exist: @block is undefined
 * then.
 *
 * Source: spec/metadata.md 8.2, 13.5.
 */
int drbd_al_block_encode(void *block, const struct drbd_al_head *head,
			 const struct drbd_al_change *change, const u32 *extent)
{
	struct disk_block *disk = block;
	unsigned int i, n;

	if (head->updates > DRBD_AL_UPDATES || head->start >= head->slots)
		return -EINVAL;
	/* a byte of 0xff is part of DRBD_AL_NO_SLOT and of DRBD_AL_FREE */
	memset(disk, 0xff, sizeof(*disk));
	disk->magic = cpu_to_be32(DRBD_AL_MAGIC);
	disk->number = cpu_to_be32(head->number);
	disk->type = cpu_to_be16(DRBD_AL_TR_UPDATE);
	disk->updates = cpu_to_be16(head->updates);
	disk->slots = cpu_to_be16(head->slots);
	disk->start = cpu_to_be16(head->start);
	memset(disk->reserved, 0, sizeof(disk->reserved));
	for (i = 0; i < head->updates; i++) {
		if (change[i].slot >= head->slots)
			return -EINVAL;
		disk->update_slot[i] = cpu_to_be16(change[i].slot);
		disk->update_extent[i] = cpu_to_be32(change[i].extent);
	}
	n = min_t(unsigned int, head->slots - head->start, DRBD_AL_CONTEXT);
	for (i = 0; i < n; i++)
		disk->context[i] = cpu_to_be32(extent[head->start + i]);
	disk->crc32c = cpu_to_be32(block_crc(disk));
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_al_block_encode);

/**
 * drbd_al_block_decode() - check a block and take its head
 * @block: DRBD_MD_BLOCK_SIZE bytes, aligned to 4
 * @head: filled with what the block has there, valid or not
 * @bad: set to the value that is refused: the magic, the checksum that the block
 *	has, the type, or the number of updates; 0 if none is
 *
 * Slots of updates and contexts are not checked; see drbd_al_replay_block().
 *
 * Return: DRBD_AL_VALID, or the first thing that is wrong.
 *
 * Source: spec/metadata.md 8.2, 8.10.
 */
enum drbd_al_fault drbd_al_block_decode(const void *block, struct drbd_al_head *head,
					u32 *bad)
{
	const struct disk_block *disk = block;

	head->number = be32_to_cpu(disk->number);
	head->type = be16_to_cpu(disk->type);
	head->updates = be16_to_cpu(disk->updates);
	head->slots = be16_to_cpu(disk->slots);
	head->start = be16_to_cpu(disk->start);

	*bad = be32_to_cpu(disk->magic);
	if (*bad != DRBD_AL_MAGIC)
		return DRBD_AL_BAD_MAGIC;
	*bad = be32_to_cpu(disk->crc32c);
	if (*bad != block_crc(disk))
		return DRBD_AL_BAD_CRC;
	*bad = head->type;
	if (head->type != DRBD_AL_TR_UPDATE && head->type != DRBD_AL_TR_INITIALIZED)
		return DRBD_AL_BAD_TYPE;
	*bad = head->updates;
	if (head->updates > DRBD_AL_UPDATES)
		return DRBD_AL_BAD_UPDATES;
	*bad = 0;
	return DRBD_AL_VALID;
}
EXPORT_SYMBOL_GPL(drbd_al_block_decode);

/**
 * drbd_al_fault_text() - what is wrong with a block
 * @fault: result of drbd_al_block_decode()
 *
 * Return: a text for logs.
 */
const char *drbd_al_fault_text(enum drbd_al_fault fault)
{
	return fault < ARRAY_SIZE(fault_texts) ? fault_texts[fault] : "unknown";
}
EXPORT_SYMBOL_GPL(drbd_al_fault_text);

/**
 * drbd_al_block_update() - one of the updates of a block
 * @block: a valid block
 * @i: index of the update, less than DRBD_AL_UPDATES
 * @extent: set to the extent that the slot gets
 *
 * Return: the slot, or DRBD_AL_NO_SLOT if the update is not used.
 */
u16 drbd_al_block_update(const void *block, unsigned int i, u32 *extent)
{
	const struct disk_block *disk = block;

	*extent = be32_to_cpu(disk->update_extent[i]);
	return be16_to_cpu(disk->update_slot[i]);
}
EXPORT_SYMBOL_GPL(drbd_al_block_update);

/**
 * drbd_al_block_context() - one word of the context of a block
 * @block: a valid block
 * @i: index of the word, less than DRBD_AL_CONTEXT; it is about slot start + @i
 *
 * Return: the extent that the slot had before the transaction, or DRBD_AL_FREE.
 */
u32 drbd_al_block_context(const void *block, unsigned int i)
{
	const struct disk_block *disk = block;

	return be32_to_cpu(disk->context[i]);
}
EXPORT_SYMBOL_GPL(drbd_al_block_context);
