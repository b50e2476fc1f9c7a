/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Blocks of the activity log, and where in its ring they are
 *
 * Everything here is a pure function that may be called in any context. On disk
 * all numbers are big-endian; 8.4 and 9 write the same blocks.
 */
#ifndef DRBD_CORE_ACTLOG_BLOCK_H
#define DRBD_CORE_ACTLOG_BLOCK_H

#include "meta_geometry.h"

#define DRBD_AL_MAGIC		0x69cb65a2
#define DRBD_AL_PMEM_MAGIC	0x6aa667a6

/* An extent is 4 MiB of storage, aligned: sector number >> 13. */
#define DRBD_AL_EXTENT_SHIFT	22

/* What one block has room for. */
#define DRBD_AL_UPDATES		64
#define DRBD_AL_CONTEXT		919

/* Bounds of the number of slots, the option al-extents. */
#define DRBD_AL_EXTENTS_MIN	67
#define DRBD_AL_EXTENTS_MAX	65534

/* The extent of a slot that has none, and the slot of an unused update. */
#define DRBD_AL_FREE		0xffffffffU
#define DRBD_AL_NO_SLOT		0xffff

/* A request of the largest size, 128 MiB, that is not aligned. */
#define DRBD_AL_REQUEST_EXTENTS	33

/**
 * struct drbd_al_ring - shape of the activity log on disk
 * @stripes: number of stripes, at least 1
 * @stripe_blocks: size of each stripe in blocks of 4 KiB, at least 1
 * @blocks: product of the two, DRBD_AL_BLOCKS_MIN to DRBD_AL_BLOCKS_MAX
 */
struct drbd_al_ring {
	u32 stripes;
	u32 stripe_blocks;
	u32 blocks;
};

/**
 * enum drbd_al_type - what a block is there for
 * @DRBD_AL_TR_UPDATE: records a transaction
 * @DRBD_AL_TR_INITIALIZED: makes the ring valid, records nothing
 */
enum drbd_al_type {
	DRBD_AL_TR_UPDATE = 0,
	DRBD_AL_TR_INITIALIZED = 0xffff,
};

/**
 * enum drbd_al_fault - why a block is not one of an activity log
 * @DRBD_AL_VALID: it is one
 * @DRBD_AL_BAD_MAGIC: wrong magic number
 * @DRBD_AL_BAD_CRC: the checksum does not match: written in part, or damaged
 * @DRBD_AL_BAD_TYPE: none of &enum drbd_al_type
 * @DRBD_AL_BAD_UPDATES: more updates than a block has room for
 */
enum drbd_al_fault {
	DRBD_AL_VALID,
	DRBD_AL_BAD_MAGIC,
	DRBD_AL_BAD_CRC,
	DRBD_AL_BAD_TYPE,
	DRBD_AL_BAD_UPDATES,
};

/**
 * struct drbd_al_head - the head of a block, in host byte order
 * @number: number of the transaction, increments and wraps
 * @type: one of &enum drbd_al_type
 * @updates: number of slots that the transaction changes, up to DRBD_AL_UPDATES
 * @slots: number of slots that the writer has
 * @start: slot that the first word of the context is about
 */
struct drbd_al_head {
	u32 number;
	u16 type;
	u16 updates;
	u16 slots;
	u16 start;
};

/**
 * struct drbd_al_change - a slot that gets another extent
 * @extent: the extent it gets
 * @evicted: the extent that it had, or DRBD_AL_FREE; not stored in an update
 * @slot: number of the slot
 */
struct drbd_al_change {
	u32 extent;
	u32 evicted;
	u16 slot;
};

int drbd_al_ring_init(struct drbd_al_ring *ring, u32 stripes, u32 stripe_blocks);
u32 drbd_al_ring_block(const struct drbd_al_ring *ring, u32 number);
u32 drbd_al_next_number(u32 blocks, u32 number);

unsigned int drbd_al_max_slots(u32 blocks);
unsigned int drbd_al_clamp_slots(unsigned int wanted, u32 blocks);
unsigned int drbd_al_extents(u64 sector, u32 bytes);

void drbd_al_block_init(void *block);
int drbd_al_block_encode(void *block, const struct drbd_al_head *head,
			 const struct drbd_al_change *change, const u32 *extent);
enum drbd_al_fault drbd_al_block_decode(const void *block, struct drbd_al_head *head,
					u32 *bad);
const char *drbd_al_fault_text(enum drbd_al_fault fault);
u16 drbd_al_block_update(const void *block, unsigned int i, u32 *extent);
u32 drbd_al_block_context(const void *block, unsigned int i);

#endif
