/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which extents are in the activity log, and what has to be written for that
 *
 * One &struct drbd_al for each device. Callers serialise all that is done with
 * it, in the kernel with a spinlock that disables interrupts: references are
 * dropped where writes complete.
 *
 * The way of a request: drbd_al_range_init(), then drbd_al_try_get() if it is in
 * one extent, else, or if that refuses, drbd_al_get_range() by the submitter,
 * until it has all its extents. The submitter then commits:
 *
 *	drbd_al_begin()		decides what to write, and locks the set
 *	  write the changed bitmap pages of all extents that are evicted, and
 *	  wait for them
 *	drbd_al_encode(), and write the block to drbd_al_ring_block(), with a
 *	  flush before it and with FUA
 *	drbd_al_end()		unlocks
 *
 * again and again while drbd_al_begin() has something to write, and nothing failed.
 * Only then may it submit the requests. After a failure it submits them as well,
 * but their part for the local disk is to be refused. When the outcome of a request
 * is known everywhere, its bits in the bitmap are changed first, and
 * drbd_al_put_range() comes second.
 *
 * A metadata buffer for the block is taken after drbd_al_begin() or drbd_al_lock(),
 * never before: there are users of both.
 */
#ifndef DRBD_CORE_ACTLOG_H
#define DRBD_CORE_ACTLOG_H

#include "actlog_block.h"

/**
 * struct drbd_al_slot - a slot of the activity log, for actlog.c
 * @pending: extent that the next transaction gives it, or DRBD_AL_FREE
 * @refs: references to the extent that it has, or gets
 * @next: following slot of the idle ones or of the free ones
 * @prev: preceding slot of the idle ones
 * @chain: following slot with the same hash
 */
struct drbd_al_slot {
	u32 pending;
	u32 refs;
	u16 next;
	u16 prev;
	u16 chain;
};

/**
 * struct drbd_al - the extents that are in the activity log
 * @slot: the slots, and behind them the head of the list of idle ones
 * @extent: the extent that each slot has on disk; what has not been written yet
 *	is not here but in @slot
 * @bucket: first slot of each hash
 * @hash_bits: log2 of the number of hashes
 * @blocks: size of the ring on disk
 * @number: number of the next transaction
 * @unwritten: how many transactions have to be written until the ring has all
 *	that is in @extent; 0 in normal operation
 * @slots: number of slots
 * @used: number of slots with references
 * @free: first slot without an extent
 * @start: first slot of the context of the next transaction
 * @changes: number of slots that the next transaction changes
 * @locked: a transaction is being written, or the set is under maintenance
 * @starving: a request found no slot; no more references until one is released
 * @disabled: transactions are not written
 * @changing: the slots that change, the first one to change first; last here, so
 *	that what each write looks at is in one cache line
 */
struct drbd_al {
	struct drbd_al_slot *slot;
	u32 *extent;
	u16 *bucket;
	unsigned int hash_bits;
	u32 blocks;
	u32 number;
	u32 unwritten;
	u16 slots;
	u16 used;
	u16 free;
	u16 start;
	u16 changes;
	bool locked;
	bool starving;
	bool disabled;
	u16 changing[DRBD_AL_UPDATES];
};

/**
 * enum drbd_al_got - what became of an attempt to get an extent
 * @DRBD_AL_HOT: there is a reference, and the extent may be written to
 * @DRBD_AL_PENDING: there is a reference; a transaction has to be committed
 *	before the extent may be written to
 * @DRBD_AL_COLD: none; only the submitter can get it
 * @DRBD_AL_STARVING: none; to be tried again when some other reference was the
 *	last one of its extent, and nobody may overtake who waits for that
 * @DRBD_AL_LOCKED: none; to be tried again after drbd_al_end() or
 *	drbd_al_unlock()
 * @DRBD_AL_FULL: none; to be tried again when the transaction is committed,
 *	which has room for no more changes
 */
enum drbd_al_got {
	DRBD_AL_HOT,
	DRBD_AL_PENDING,
	DRBD_AL_COLD,
	DRBD_AL_STARVING,
	DRBD_AL_LOCKED,
	DRBD_AL_FULL,
};

/**
 * struct drbd_al_range - the extents of a request, and how many of them it has
 * @first: first extent
 * @last: last extent
 * @next: the one to get next; there are references to those from @first on
 */
struct drbd_al_range {
	u32 first;
	u32 last;
	u32 next;
};

/**
 * struct drbd_al_plan - a transaction
 * @head: for drbd_al_encode()
 * @write: false if there is nothing to write: drbd_al_end() can follow at once
 * @change: the slots that change, head.updates of them. The bitmap pages of each
 *	extent that is evicted have to be written before the block of the
 *	transaction.
 */
struct drbd_al_plan {
	struct drbd_al_head head;
	bool write;
	struct drbd_al_change change[DRBD_AL_UPDATES];
};

size_t drbd_al_memory(unsigned int slots);
int drbd_al_init(struct drbd_al *al, unsigned int slots, u32 blocks, u32 number, void *memory);

int drbd_al_range_init(struct drbd_al_range *range, u64 sector, u32 bytes);
enum drbd_al_got drbd_al_try_get(struct drbd_al *al, u32 extent);
enum drbd_al_got drbd_al_get(struct drbd_al *al, u32 extent);
enum drbd_al_got drbd_al_get_range(struct drbd_al *al, struct drbd_al_range *range);
int drbd_al_put(struct drbd_al *al, u32 extent);
bool drbd_al_in_use(const struct drbd_al *al, u32 extent);
int drbd_al_put_range(struct drbd_al *al, struct drbd_al_range *range);
bool drbd_al_has_room(const struct drbd_al *al, unsigned int waiting);

int drbd_al_begin(struct drbd_al *al, struct drbd_al_plan *plan);
int drbd_al_encode(const struct drbd_al *al, const struct drbd_al_plan *plan, void *block);
void drbd_al_end(struct drbd_al *al, bool written);
int drbd_al_load(struct drbd_al *al, const u32 *extent, unsigned int n);

bool drbd_al_lock(struct drbd_al *al);
void drbd_al_unlock(struct drbd_al *al);
int drbd_al_empty(struct drbd_al *al);
void drbd_al_disable(struct drbd_al *al);
void drbd_al_enable(struct drbd_al *al);
int drbd_al_rewrite(struct drbd_al *al, u32 blocks);
bool drbd_al_rewrite_begin(struct drbd_al *al, struct drbd_al_plan *plan);
void drbd_al_rewrite_end(struct drbd_al *al, bool written);

#endif
