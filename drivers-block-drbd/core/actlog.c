// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which extents are in the activity log, and what has to be written for that
 *
 * An extent has to be in the log on disk before it is written to, and to stay
 * there until all nodes' outcome of the write is in the bitmap, and the bitmap
 * on disk. A transaction costs a flush, so extents stay in the log when nobody
 * uses them any more; only when a slot is needed, the one whose use is longest
 * ago has to go. And one transaction takes all changes that came together while
 * the preceding one was being written.
 *
 * Who finds no slot makes the set starve: nobody gets a reference any more, not
 * even to what is in the log, until one extent is released. Otherwise a stream
 * of writes to few extents could keep others out forever. Large requests keep
 * the extents that they got while they wait for the others. At most two can do
 * that at the same time, the first ones of the two queues of the submitter (own
 * writes and those of peers), and together they have at most 66 extents: this is
 * why a set has at least 67 slots.
 *
 * lib/lru_cache.c has the same policy, for the 8.4 engine. It is not used here.
 * Which extent gets which slot, when, and instead of which other one, is the
 * part that has to be right, so the simulation of a cluster has to run the same
 * code as the kernel. lru_cache allocates its elements and cannot be part of a
 * pure function; it cannot start with the extents that were found on disk; it
 * does not allow a reference to be dropped before its transaction is committed,
 * which is what happens when a peer's connection is lost; and it does not know
 * that the disk may be behind. Indices instead of pointers also make the table
 * a third of the size, in one piece.
 *
 * The disk is behind when transactions were not written: logging was disabled,
 * or writing failed. Then the set contains extents that the ring does not have,
 * and finding them would wrongly permit to write. So &drbd_al.unwritten counts
 * the transactions, with or without changes, that it takes to repeat all slots
 * as context.
 */

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/hashtable.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "actlog.h"

/* End of a list of slots; more than the largest index. */
#define NONE	0xffff

/* What the hash knows a slot by. */
static u32 label(const struct drbd_al *al, u16 i)
{
	return al->slot[i].pending != DRBD_AL_FREE ? al->slot[i].pending : al->extent[i];
}

static u16 *bucket(const struct drbd_al *al, u32 extent)
{
	return &al->bucket[hash_32(extent, al->hash_bits)];
}

static u16 find(const struct drbd_al *al, u32 extent)
{
	u16 i;

	for (i = *bucket(al, extent); i != NONE; i = al->slot[i].chain)
		if (label(al, i) == extent)
			break;
	return i;
}

static void hash_insert(struct drbd_al *al, u16 i)
{
	u16 *head = bucket(al, label(al, i));

	al->slot[i].chain = *head;
	*head = i;
}

static void hash_remove(struct drbd_al *al, u16 i)
{
	u16 *link = bucket(al, label(al, i));

	while (*link != i)
		link = &al->slot[*link].chain;
	*link = al->slot[i].chain;
}

/* Idle slots have an extent and no references; the latest one is the first. */
static void idle_insert(struct drbd_al *al, u16 i)
{
	struct drbd_al_slot *head = &al->slot[al->slots];

	al->slot[i].prev = al->slots;
	al->slot[i].next = head->next;
	al->slot[head->next].prev = i;
	head->next = i;
}

static void idle_remove(struct drbd_al *al, u16 i)
{
	al->slot[al->slot[i].prev].next = al->slot[i].next;
	al->slot[al->slot[i].next].prev = al->slot[i].prev;
}

static bool idle_empty(const struct drbd_al *al)
{
	return al->slot[al->slots].next == al->slots;
}

static void release(struct drbd_al *al, u16 i)
{
	idle_insert(al, i);
	al->starving = false;
}

/* The slot with the highest index comes first, as in all versions. */
static void collect_free(struct drbd_al *al)
{
	unsigned int i;

	al->free = NONE;
	for (i = 0; i < al->slots; i++) {
		if (al->extent[i] != DRBD_AL_FREE)
			continue;
		al->slot[i].next = al->free;
		al->free = i;
	}
}

static void clear(struct drbd_al *al)
{
	unsigned int i;

	memset(al->bucket, 0xff, sizeof(*al->bucket) << al->hash_bits);
	memset(al->extent, 0xff, sizeof(*al->extent) * al->slots);
	for (i = 0; i < al->slots; i++) {
		al->slot[i].pending = DRBD_AL_FREE;
		al->slot[i].refs = 0;
	}
	al->slot[al->slots].next = al->slots;
	al->slot[al->slots].prev = al->slots;
	collect_free(al);
	al->used = 0;
	al->changes = 0;
	al->start = 0;
	al->unwritten = 0;
	al->starving = false;
}

/* What is in the set is not all on disk yet, and has to be. */
static bool behind(const struct drbd_al *al)
{
	return al->unwritten && !al->disabled;
}

static size_t slots_size(unsigned int slots)
{
	return (slots + 1) * sizeof(struct drbd_al_slot);
}

/**
 * drbd_al_memory() - how much memory a set needs
 * @slots: number of slots
 *
 * Return: bytes, to be allocated by the caller for drbd_al_init().
 */
size_t drbd_al_memory(unsigned int slots)
{
	return slots_size(slots) + slots * sizeof(u32) + (sizeof(u16) << fls(slots));
}
EXPORT_SYMBOL_GPL(drbd_al_memory);

/**
 * drbd_al_init() - make an empty set
 * @al: to be filled
 * @slots: number of slots, usually from drbd_al_clamp_slots()
 * @blocks: size of the ring, at least DRBD_AL_BLOCKS_MIN
 * @number: number of the first transaction: 0 for a ring that was initialised, so
 *	that a loss of this transaction, and of no other, leaves the first block bad;
 *	that of the other set if this set takes the place of another one
 * @memory: drbd_al_memory() bytes, aligned for u32, uninitialised; used until the
 *	set is not needed any more
 *
 * A set that takes the place of another one needs what drbd_al_empty() needs.
 *
 * Return: 0, or -EINVAL if the ring cannot keep that many slots, or there are
 * none.
 *
 * Source: spec/metadata.md 8.4, 8.5, 8.9.
 */
int drbd_al_init(struct drbd_al *al, unsigned int slots, u32 blocks, u32 number, void *memory)
{
	if (!slots || slots > drbd_al_max_slots(blocks))
		return -EINVAL;
	memset(al, 0, sizeof(*al));
	al->slot = memory;
	al->extent = memory + slots_size(slots);
	al->bucket = (u16 *)(al->extent + slots);
	al->hash_bits = fls(slots);
	al->slots = slots;
	al->blocks = blocks;
	al->number = number;
	clear(al);
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_al_init);

/**
 * drbd_al_range_init() - take the extents of a request
 * @range: to be filled; has no references yet
 * @sector: first sector
 * @bytes: size
 *
 * Return: 0; -E2BIG if they are more than DRBD_AL_REQUEST_EXTENTS; -ERANGE if
 * there is no number for one of them.
 *
 * Source: spec/metadata.md 8.7.
 */
int drbd_al_range_init(struct drbd_al_range *range, u64 sector, u32 bytes)
{
	u64 first = sector >> (DRBD_AL_EXTENT_SHIFT - DRBD_SECTOR_SHIFT);
	unsigned int n = drbd_al_extents(sector, bytes);

	if (n > DRBD_AL_REQUEST_EXTENTS)
		return -E2BIG;
	if (first + n > DRBD_AL_FREE)
		return -ERANGE;
	range->first = first;
	range->last = first + n - 1;
	range->next = first;
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_al_range_init);

static void take_ref(struct drbd_al *al, u16 i)
{
	if (!al->slot[i].refs++) {
		al->used++;
		if (al->slot[i].pending == DRBD_AL_FREE)
			idle_remove(al, i);
	}
}

/**
 * drbd_al_try_get() - get a reference to an extent that is in the log
 * @al: the set
 * @extent: number of the extent
 *
 * The fast path, for who writes to one extent only.
 *
 * Return: DRBD_AL_HOT, DRBD_AL_COLD or DRBD_AL_STARVING.
 *
 * Source: spec/metadata.md 8.5, io.md 2.4.
 */
enum drbd_al_got drbd_al_try_get(struct drbd_al *al, u32 extent)
{
	u16 i;

	if (al->starving)
		return DRBD_AL_STARVING;
	i = find(al, extent);
	if (i == NONE || al->slot[i].pending != DRBD_AL_FREE || behind(al))
		return DRBD_AL_COLD;
	take_ref(al, i);
	return DRBD_AL_HOT;
}
EXPORT_SYMBOL_GPL(drbd_al_try_get);

/* A slot for an extent that has none: a free one, or the one idle for longest. */
static u16 take_slot(struct drbd_al *al)
{
	u16 i = al->free;

	if (i != NONE) {
		al->free = al->slot[i].next;
		return i;
	}
	i = al->slot[al->slots].prev;
	idle_remove(al, i);
	hash_remove(al, i);
	return i;
}

/**
 * drbd_al_get() - get a reference to an extent, and get it into the log
 * @al: the set
 * @extent: number of the extent
 *
 * Return: any of &enum drbd_al_got but DRBD_AL_COLD.
 *
 * Source: spec/metadata.md 8.5.
 */
enum drbd_al_got drbd_al_get(struct drbd_al *al, u32 extent)
{
	u16 i;

	if (al->starving)
		return DRBD_AL_STARVING;
	i = find(al, extent);
	if (i != NONE) {
		take_ref(al, i);
		return al->slot[i].pending != DRBD_AL_FREE || behind(al) ?
			DRBD_AL_PENDING : DRBD_AL_HOT;
	}
	if (al->locked)
		return DRBD_AL_LOCKED;
	if (al->free == NONE && idle_empty(al)) {
		al->starving = true;
		return DRBD_AL_STARVING;
	}
	if (al->changes == DRBD_AL_UPDATES)
		return DRBD_AL_FULL;

	i = take_slot(al);
	al->slot[i].pending = extent;
	hash_insert(al, i);
	al->changing[al->changes++] = i;
	take_ref(al, i);
	return DRBD_AL_PENDING;
}
EXPORT_SYMBOL_GPL(drbd_al_get);

/**
 * drbd_al_get_range() - get references to the extents that a request lacks
 * @al: the set
 * @range: extents of the request; remembers which ones it got
 *
 * Return: DRBD_AL_HOT or DRBD_AL_PENDING if the request has all of them now.
 * Else the reason why it did not get @range->next; it keeps those before that.
 *
 * Source: spec/metadata.md 8.7, io.md 2.4.
 */
enum drbd_al_got drbd_al_get_range(struct drbd_al *al, struct drbd_al_range *range)
{
	for (; range->next <= range->last; range->next++) {
		enum drbd_al_got got = drbd_al_get(al, range->next);

		if (got != DRBD_AL_HOT && got != DRBD_AL_PENDING)
			return got;
	}
	/* what it got at an earlier attempt may be still pending as well */
	return al->changes || behind(al) ? DRBD_AL_PENDING : DRBD_AL_HOT;
}
EXPORT_SYMBOL_GPL(drbd_al_get_range);

/**
 * drbd_al_put() - drop a reference to an extent
 * @al: the set
 * @extent: number of the extent
 *
 * Also if the transaction that gets it into the log is not committed yet.
 *
 * Return: 1 if it was the last one: who waits for the set has to be woken, and
 * it may be time for a peer ack. 0 if there are others; -ENOENT if there was
 * none.
 *
 * Source: spec/metadata.md 8.5, 8.7.
 */
int drbd_al_put(struct drbd_al *al, u32 extent)
{
	u16 i = find(al, extent);

	if (i == NONE || !al->slot[i].refs)
		return -ENOENT;
	if (--al->slot[i].refs)
		return 0;
	al->used--;
	if (al->slot[i].pending == DRBD_AL_FREE)
		release(al, i);
	return 1;
}
EXPORT_SYMBOL_GPL(drbd_al_put);

/**
 * drbd_al_in_use() - has an extent references?
 * @al: the activity log
 * @extent: the extent
 *
 * Return: whether it has.
 */
bool drbd_al_in_use(const struct drbd_al *al, u32 extent)
{
	u16 i = find(al, extent);

	return i != NONE && al->slot[i].refs;
}
EXPORT_SYMBOL_GPL(drbd_al_in_use);

/**
 * drbd_al_put_range() - drop all references of a request
 * @al: the set
 * @range: extents of the request, has no references afterwards
 *
 * Return: how many extents have no more references; -ENOENT if one did not have
 * any before.
 *
 * Source: spec/metadata.md 8.7.
 */
int drbd_al_put_range(struct drbd_al *al, struct drbd_al_range *range)
{
	int released = 0;
	int err = 0;
	u32 extent;

	for (extent = range->first; extent < range->next; extent++) {
		int last = drbd_al_put(al, extent);

		if (last < 0)
			err = last;
		else
			released += last;
	}
	range->next = range->first;
	return err ?: released;
}
EXPORT_SYMBOL_GPL(drbd_al_put_range);

/**
 * drbd_al_has_room() - whether requests that wait will find slots for sure
 * @al: the set
 * @waiting: extents of all requests that wait, with that of a peer which is about
 *	to join them
 *
 * A Secondary's references end with the Primary's peer acks, and those may wait
 * for an answer of the Secondary. So it must not accept a write and then wait
 * for a slot without having confirmed what it has written before.
 *
 * Return: false if the receiver has to get all its writes done first, and to send
 * P_CONFIRM_STABLE.
 *
 * Source: spec/io.md 6.6.
 */
bool drbd_al_has_room(const struct drbd_al *al, unsigned int waiting)
{
	return waiting <= al->slots - al->used;
}
EXPORT_SYMBOL_GPL(drbd_al_has_room);

/* How many transactions have all slots in their contexts. */
static u32 windows(const struct drbd_al *al)
{
	return DIV_ROUND_UP(al->slots, DRBD_AL_CONTEXT);
}

static void plan_next(const struct drbd_al *al, struct drbd_al_plan *plan, bool write)
{
	unsigned int i;

	plan->head.number = al->number;
	plan->head.type = DRBD_AL_TR_UPDATE;
	plan->head.updates = al->changes;
	plan->head.slots = al->slots;
	plan->head.start = al->start;
	plan->write = write;
	for (i = 0; i < al->changes; i++) {
		u16 slot = al->changing[i];

		plan->change[i].slot = slot;
		plan->change[i].extent = al->slot[slot].pending;
		plan->change[i].evicted = al->extent[slot];
	}
}

/* Go on to the next block of the ring, if this one is on disk. */
static void advance(struct drbd_al *al, bool written)
{
	unsigned int start = al->start + DRBD_AL_CONTEXT;

	if (!written) {
		al->unwritten = max(al->unwritten, windows(al));
		return;
	}
	al->number = drbd_al_next_number(al->blocks, al->number);
	al->start = start < al->slots ? start : 0;
	if (al->unwritten)
		al->unwritten--;
}

/**
 * drbd_al_begin() - begin to commit what changed
 * @al: the set
 * @plan: filled if the return value is 1
 *
 * Until drbd_al_end(), nobody gets an extent that is not in the set yet.
 *
 * Return: 1 if there is something to commit; 0 if not; -EBUSY if the set is
 * locked, so that its user has to be waited for.
 *
 * Source: spec/metadata.md 8.6.
 */
int drbd_al_begin(struct drbd_al *al, struct drbd_al_plan *plan)
{
	if (al->locked)
		return -EBUSY;
	if (!al->changes && !behind(al))
		return 0;
	al->locked = true;
	plan_next(al, plan, !al->disabled);
	return 1;
}
EXPORT_SYMBOL_GPL(drbd_al_begin);

/**
 * drbd_al_encode() - make the block of a transaction
 * @al: the set, locked by drbd_al_begin() or drbd_al_lock()
 * @plan: the transaction
 * @block: DRBD_MD_BLOCK_SIZE bytes, aligned to 4, to be filled
 *
 * The one function that needs no spinlock, and should not have it, as it takes
 * some microseconds: what it reads does not change before the set is unlocked.
 *
 * Return: 0; see drbd_al_block_encode() for a plan that is none.
 */
int drbd_al_encode(const struct drbd_al *al, const struct drbd_al_plan *plan, void *block)
{
	return drbd_al_block_encode(block, &plan->head, plan->change, al->extent);
}
EXPORT_SYMBOL_GPL(drbd_al_encode);

/**
 * drbd_al_end() - end what drbd_al_begin() began
 * @al: the set
 * @written: the transaction is on disk, and the bitmap pages before it
 *
 * If it is not, the caller has failed the disk, or logging is disabled. The
 * requests have to go on in any case: peers get their data, and the disk refuses
 * its part. The transaction's number is used again, and all slots have to be
 * written before an extent counts as being in the log.
 *
 * Who waits for the set has to be woken.
 *
 * Source: spec/metadata.md 8.6, 11.
 */
void drbd_al_end(struct drbd_al *al, bool written)
{
	unsigned int n;

	for (n = 0; n < al->changes; n++) {
		u16 i = al->changing[n];

		al->extent[i] = al->slot[i].pending;
		al->slot[i].pending = DRBD_AL_FREE;
		if (!al->slot[i].refs)
			release(al, i);
	}
	al->changes = 0;
	al->locked = false;
	advance(al, written);
}
EXPORT_SYMBOL_GPL(drbd_al_end);

/**
 * drbd_al_load() - start with the extents that were found on disk
 * @al: a set as drbd_al_init() makes it, with the number behind the newest one
 * @extent: result of replaying the ring: extents of @n slots, or DRBD_AL_FREE
 * @n: number of slots there, may be other than that of the set
 *
 * For who continues a ring, instead of setting the bits of all extents and
 * starting a new one. Since blocks may have been damaged, all slots are written
 * once before any extent counts as being on disk.
 *
 * Return: 0, or -ENOSPC if an extent is in a slot that the set does not have:
 * the set is still empty then.
 *
 * Source: spec/metadata.md 8.10.
 */
int drbd_al_load(struct drbd_al *al, const u32 *extent, unsigned int n)
{
	unsigned int i;

	for (i = al->slots; i < n; i++)
		if (extent[i] != DRBD_AL_FREE)
			return -ENOSPC;
	n = min_t(unsigned int, n, al->slots);
	for (i = 0; i < n; i++) {
		/* damage may also have left one extent in two slots */
		if (extent[i] == DRBD_AL_FREE || find(al, extent[i]) != NONE)
			continue;
		al->extent[i] = extent[i];
		hash_insert(al, i);
		idle_insert(al, i);
	}
	collect_free(al);
	al->unwritten = windows(al);
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_al_load);

/**
 * drbd_al_lock() - lock the set for maintenance
 * @al: the set
 *
 * Return: true if it is locked now; false if it is locked already, is starving,
 * or has changes to be committed.
 *
 * Source: spec/metadata.md 8.5.
 */
bool drbd_al_lock(struct drbd_al *al)
{
	if (al->locked || al->starving || al->changes)
		return false;
	al->locked = true;
	return true;
}
EXPORT_SYMBOL_GPL(drbd_al_lock);

/**
 * drbd_al_unlock() - end the maintenance
 * @al: the set
 *
 * Who waits for the set has to be woken.
 */
void drbd_al_unlock(struct drbd_al *al)
{
	al->locked = false;
}
EXPORT_SYMBOL_GPL(drbd_al_unlock);

/**
 * drbd_al_empty() - forget all extents
 * @al: the set, locked with drbd_al_lock()
 *
 * The ring still has them, until their slots get others; but then nobody knows
 * whose bitmap pages have to be written first. So all changes of the bitmap have
 * to be on disk before.
 *
 * Return: 0, or -EBUSY if there are references: it has to be tried again when the
 * last one is dropped.
 *
 * Source: spec/metadata.md 8.8, 8.9, pitfall 22.
 */
int drbd_al_empty(struct drbd_al *al)
{
	if (al->used)
		return -EBUSY;
	clear(al);
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_al_empty);

/**
 * drbd_al_disable() - stop to write transactions
 * @al: the set
 *
 * It still limits how many extents are used at the same time. MDF_AL_DISABLED has
 * to be on disk before.
 *
 * Source: spec/metadata.md 8.8.
 */
void drbd_al_disable(struct drbd_al *al)
{
	al->disabled = true;
}
EXPORT_SYMBOL_GPL(drbd_al_disable);

/**
 * drbd_al_enable() - write transactions again
 * @al: the set
 *
 * All changes of the bitmap have to be on disk before: extents left the set
 * without that. MDF_AL_DISABLED can be cleared when drbd_al_begin() has nothing
 * to write.
 *
 * Source: spec/metadata.md 8.8.
 */
void drbd_al_enable(struct drbd_al *al)
{
	al->disabled = false;
}
EXPORT_SYMBOL_GPL(drbd_al_enable);

/**
 * drbd_al_rewrite() - have each block of the ring written
 * @al: the set, locked with drbd_al_lock()
 * @blocks: size of the ring, at least DRBD_AL_BLOCKS_MIN
 *
 * For a ring in another place or of another size. Its blocks become valid when
 * drbd_al_rewrite_begin() is used until there is nothing to write. The set stays
 * locked all the time: the metadata buffer is in use meanwhile, which a submitter
 * that has begun a transaction would wait for.
 *
 * Return: 0, or -EINVAL if the ring cannot keep all slots.
 *
 * Source: spec/metadata.md 8.9, 9.11, pitfall 3.
 */
int drbd_al_rewrite(struct drbd_al *al, u32 blocks)
{
	if (al->slots > drbd_al_max_slots(blocks))
		return -EINVAL;
	al->blocks = blocks;
	al->unwritten = blocks;
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_al_rewrite);

/**
 * drbd_al_rewrite_begin() - begin to write the next block of the ring
 * @al: the set, locked with drbd_al_lock()
 * @plan: filled with a transaction without changes
 *
 * Also while logging is disabled: tools refuse a ring without valid blocks.
 *
 * Return: false if the ring has been written; drbd_al_unlock() may follow.
 *
 * Source: spec/metadata.md 8.9, pitfall 3.
 */
bool drbd_al_rewrite_begin(struct drbd_al *al, struct drbd_al_plan *plan)
{
	if (!al->unwritten)
		return false;
	plan_next(al, plan, true);
	return true;
}
EXPORT_SYMBOL_GPL(drbd_al_rewrite_begin);

/**
 * drbd_al_rewrite_end() - end what drbd_al_rewrite_begin() began
 * @al: the set, locked with drbd_al_lock()
 * @written: the block is on disk; if not, the caller has failed the disk, and
 *	writes no more of them
 *
 * Source: spec/metadata.md 8.9, 11.
 */
void drbd_al_rewrite_end(struct drbd_al *al, bool written)
{
	advance(al, written);
}
EXPORT_SYMBOL_GPL(drbd_al_rewrite_end);
