// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the activity log in memory
 *
 * Expectations follow spec/metadata.md 8.4 to 8.9; the blocks are those of 13.5
 * and 13.6. See actlog_model_kunit.c for sequences that are random.
 */

#include <kunit/test.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "../core/actlog.h"

static struct drbd_al *new_al(struct kunit *test, unsigned int slots, u32 number)
{
	struct drbd_al *al = kunit_kzalloc(test, sizeof(*al), GFP_KERNEL);
	void *memory = kunit_kzalloc(test, drbd_al_memory(slots), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, al);
	KUNIT_ASSERT_NOT_NULL(test, memory);
	memset(memory, 0x55, drbd_al_memory(slots));
	KUNIT_ASSERT_EQ(test, drbd_al_init(al, slots, 128, number, memory), 0);
	return al;
}

static struct drbd_al_plan *new_plan(struct kunit *test)
{
	struct drbd_al_plan *plan = kunit_kzalloc(test, sizeof(*plan), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, plan);
	return plan;
}

/* Write all that there is to write, and return how many transactions it took. */
static unsigned int commit(struct kunit *test, struct drbd_al *al)
{
	struct drbd_al_plan *plan = new_plan(test);
	unsigned int n = 0;

	while (drbd_al_begin(al, plan) == 1) {
		KUNIT_EXPECT_TRUE(test, plan->write);
		drbd_al_end(al, true);
		n++;
	}
	return n;
}

/* Get n extents from first on, and commit them. */
static void heat(struct kunit *test, struct drbd_al *al, u32 first, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (al->changes == DRBD_AL_UPDATES)
			commit(test, al);
		KUNIT_ASSERT_EQ(test, drbd_al_get(al, first + i), DRBD_AL_PENDING);
	}
	commit(test, al);
}

static void put(struct kunit *test, struct drbd_al *al, u32 first, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		KUNIT_ASSERT_EQ(test, drbd_al_put(al, first + i), 1);
}

static void actlog_init_test(struct kunit *test)
{
	struct drbd_al *al = new_al(test, 67, 5);
	struct drbd_al_plan *plan = new_plan(test);
	void *memory = al->slot;

	KUNIT_EXPECT_EQ(test, al->number, 5);
	KUNIT_EXPECT_EQ(test, al->slots, 67);
	KUNIT_EXPECT_EQ(test, al->used, 0);
	KUNIT_EXPECT_EQ(test, drbd_al_begin(al, plan), 0);
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 0), DRBD_AL_COLD);
	/* the option has other bounds, see drbd_al_clamp_slots() */
	KUNIT_EXPECT_EQ(test, drbd_al_init(al, 0, 8, 0, memory), -EINVAL);
	KUNIT_EXPECT_EQ(test, drbd_al_init(al, 1, 8, 0, memory), 0);
	KUNIT_EXPECT_EQ(test, drbd_al_init(al, 6434, 8, 0, memory), -EINVAL);
	KUNIT_EXPECT_EQ(test, drbd_al_init(al, 65535, 4096, 0, memory), -EINVAL);
	/* 68 slots and the head of a list, 67 extents, 128 hashes */
	KUNIT_EXPECT_EQ(test, drbd_al_memory(67), 68 * 16 + 67 * 4 + 128 * 2);
}

/* A new ring, and the first transactions in it, byte for byte. */
static void actlog_golden_test(struct kunit *test)
{
	static const u32 crcs[8] = { 0x7396232e, 0xa619fd4b, 0x3ddbc52b, 0xe8541b4e,
				     0xef0def24, 0x3a823141, 0xa1400921, 0x74cfd744 };
	struct drbd_al *al = new_al(test, 1237, 0);
	struct drbd_al_plan *plan = new_plan(test);
	u8 *block = kunit_kzalloc(test, DRBD_MD_BLOCK_SIZE, GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, block);
	KUNIT_ASSERT_TRUE(test, drbd_al_lock(al));
	KUNIT_ASSERT_EQ(test, drbd_al_rewrite(al, 8), 0);
	for (i = 0; i < 8; i++) {
		KUNIT_ASSERT_TRUE(test, drbd_al_rewrite_begin(al, plan));
		KUNIT_EXPECT_EQ(test, plan->head.number, i);
		KUNIT_EXPECT_EQ(test, plan->head.updates, 0);
		KUNIT_ASSERT_EQ(test, drbd_al_encode(al, plan, block), 0);
		KUNIT_EXPECT_EQ(test, get_unaligned_be32(block + 8), crcs[i]);
		drbd_al_rewrite_end(al, true);
	}
	KUNIT_EXPECT_FALSE(test, drbd_al_rewrite_begin(al, plan));
	drbd_al_unlock(al);
	KUNIT_EXPECT_EQ(test, drbd_al_begin(al, plan), 0);

	/* the highest slot comes first */
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 0), DRBD_AL_PENDING);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 7), DRBD_AL_PENDING);
	KUNIT_ASSERT_EQ(test, drbd_al_begin(al, plan), 1);
	KUNIT_ASSERT_EQ(test, drbd_al_encode(al, plan, block), 0);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(block + 8), 0x7a0e3de9);
	drbd_al_end(al, true);

	al = new_al(test, 1237, 2);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 0), DRBD_AL_PENDING);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 7), DRBD_AL_PENDING);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 1000), DRBD_AL_PENDING);
	KUNIT_ASSERT_EQ(test, drbd_al_begin(al, plan), 1);
	KUNIT_EXPECT_EQ(test, plan->head.updates, 3);
	KUNIT_EXPECT_EQ(test, plan->change[2].slot, 1234);
	KUNIT_EXPECT_EQ(test, plan->change[2].extent, 1000);
	KUNIT_EXPECT_EQ(test, plan->change[2].evicted, DRBD_AL_FREE);
	KUNIT_ASSERT_EQ(test, drbd_al_encode(al, plan, block), 0);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(block + 8), 0x6532f1a3);
}

/* From not being in the log to being forgotten. */
static void actlog_life_test(struct kunit *test)
{
	struct drbd_al *al = new_al(test, 67, 0);
	struct drbd_al_plan *plan = new_plan(test);

	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 3), DRBD_AL_COLD);
	KUNIT_EXPECT_EQ(test, drbd_al_put(al, 3), -ENOENT);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 3), DRBD_AL_PENDING);
	KUNIT_EXPECT_EQ(test, al->used, 1);
	/* pending is not enough for the fast path, but another one may join */
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 3), DRBD_AL_COLD);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 3), DRBD_AL_PENDING);
	KUNIT_EXPECT_EQ(test, al->used, 1);
	KUNIT_EXPECT_EQ(test, al->changes, 1);

	KUNIT_ASSERT_EQ(test, drbd_al_begin(al, plan), 1);
	KUNIT_EXPECT_TRUE(test, plan->write);
	KUNIT_EXPECT_EQ(test, plan->head.number, 0);
	KUNIT_EXPECT_EQ(test, plan->head.updates, 1);
	KUNIT_EXPECT_EQ(test, plan->head.slots, 67);
	KUNIT_EXPECT_EQ(test, plan->head.start, 0);
	KUNIT_EXPECT_EQ(test, plan->change[0].slot, 66);
	KUNIT_EXPECT_EQ(test, plan->change[0].extent, 3);
	KUNIT_EXPECT_EQ(test, plan->change[0].evicted, DRBD_AL_FREE);
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 3), DRBD_AL_COLD);
	drbd_al_end(al, true);
	KUNIT_EXPECT_EQ(test, al->number, 1);
	KUNIT_EXPECT_EQ(test, drbd_al_begin(al, plan), 0);

	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 3), DRBD_AL_HOT);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 3), DRBD_AL_HOT);
	KUNIT_EXPECT_EQ(test, drbd_al_put(al, 3), 0);
	KUNIT_EXPECT_EQ(test, drbd_al_put(al, 3), 0);
	KUNIT_EXPECT_EQ(test, drbd_al_put(al, 3), 0);
	KUNIT_EXPECT_EQ(test, al->used, 1);
	KUNIT_EXPECT_TRUE(test, drbd_al_in_use(al, 3));
	KUNIT_EXPECT_EQ(test, drbd_al_put(al, 3), 1);
	KUNIT_EXPECT_FALSE(test, drbd_al_in_use(al, 3));
	KUNIT_EXPECT_FALSE(test, drbd_al_in_use(al, 4));
	KUNIT_EXPECT_EQ(test, drbd_al_put(al, 3), -ENOENT);
	KUNIT_EXPECT_EQ(test, al->used, 0);
	/* it stays in the log */
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 3), DRBD_AL_HOT);
	KUNIT_EXPECT_EQ(test, al->used, 1);
}

/* The one whose use is longest ago has to go, when there is no free slot left. */
static void actlog_evict_test(struct kunit *test)
{
	struct drbd_al *al = new_al(test, 4, 0);
	struct drbd_al_plan *plan = new_plan(test);

	heat(test, al, 10, 4);
	KUNIT_EXPECT_EQ(test, drbd_al_put(al, 12), 1);
	KUNIT_EXPECT_EQ(test, drbd_al_put(al, 10), 1);
	KUNIT_EXPECT_EQ(test, drbd_al_put(al, 13), 1);
	/* used again, so that 10 is the oldest of those without reference */
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 12), DRBD_AL_HOT);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 20), DRBD_AL_PENDING);
	/* from now on 10 is not in the log, even if it comes back at once */
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 10), DRBD_AL_COLD);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 10), DRBD_AL_PENDING);
	KUNIT_ASSERT_EQ(test, drbd_al_begin(al, plan), 1);
	KUNIT_EXPECT_EQ(test, plan->head.updates, 2);
	/* slots 3, 2, 1, 0 have 10, 11, 12, 13 */
	KUNIT_EXPECT_EQ(test, plan->change[0].slot, 3);
	KUNIT_EXPECT_EQ(test, plan->change[0].extent, 20);
	KUNIT_EXPECT_EQ(test, plan->change[0].evicted, 10);
	KUNIT_EXPECT_EQ(test, plan->change[1].slot, 0);
	KUNIT_EXPECT_EQ(test, plan->change[1].extent, 10);
	KUNIT_EXPECT_EQ(test, plan->change[1].evicted, 13);
	drbd_al_end(al, true);
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 13), DRBD_AL_COLD);
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 10), DRBD_AL_HOT);
}

/* A transaction has room for 64 changes. */
static void actlog_full_test(struct kunit *test)
{
	struct drbd_al *al = new_al(test, 67, 0);
	struct drbd_al_plan *plan = new_plan(test);
	u32 i;

	for (i = 0; i < 64; i++)
		KUNIT_ASSERT_EQ(test, drbd_al_get(al, i), DRBD_AL_PENDING);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 64), DRBD_AL_FULL);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 63), DRBD_AL_PENDING);
	KUNIT_ASSERT_EQ(test, drbd_al_begin(al, plan), 1);
	KUNIT_EXPECT_EQ(test, plan->head.updates, 64);
	drbd_al_end(al, true);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 64), DRBD_AL_PENDING);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 65), DRBD_AL_PENDING);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 66), DRBD_AL_PENDING);
	/* that there is no slot comes before that there is no room */
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 67), DRBD_AL_STARVING);
}

static void actlog_starving_test(struct kunit *test)
{
	struct drbd_al *al = new_al(test, 67, 0);

	heat(test, al, 0, 67);
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 0), DRBD_AL_HOT);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 100), DRBD_AL_STARVING);
	/* nobody overtakes, not even who needs no slot */
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 0), DRBD_AL_STARVING);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 0), DRBD_AL_STARVING);
	KUNIT_EXPECT_FALSE(test, drbd_al_lock(al));
	/* until one extent is released, not only a reference of it */
	KUNIT_EXPECT_EQ(test, drbd_al_put(al, 0), 0);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 100), DRBD_AL_STARVING);
	KUNIT_EXPECT_EQ(test, drbd_al_put(al, 0), 1);
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 1), DRBD_AL_HOT);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 100), DRBD_AL_PENDING);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 101), DRBD_AL_STARVING);
	/* a slot that changes is nobody's yet, it becomes free for others later */
	KUNIT_EXPECT_EQ(test, drbd_al_put(al, 100), 1);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 101), DRBD_AL_STARVING);
	KUNIT_EXPECT_EQ(test, commit(test, al), 1);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 101), DRBD_AL_PENDING);
}

/* A reference can be dropped before its transaction, and taken again. */
static void actlog_cancel_test(struct kunit *test)
{
	struct drbd_al *al = new_al(test, 4, 0);

	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 1), DRBD_AL_PENDING);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 2), DRBD_AL_PENDING);
	KUNIT_EXPECT_EQ(test, drbd_al_put(al, 1), 1);
	KUNIT_EXPECT_EQ(test, drbd_al_put(al, 1), -ENOENT);
	KUNIT_EXPECT_EQ(test, drbd_al_put(al, 2), 1);
	KUNIT_EXPECT_EQ(test, al->used, 0);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 2), DRBD_AL_PENDING);
	KUNIT_EXPECT_EQ(test, al->used, 1);
	KUNIT_EXPECT_EQ(test, al->changes, 2);
	KUNIT_EXPECT_EQ(test, commit(test, al), 1);
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 1), DRBD_AL_HOT);
	KUNIT_EXPECT_EQ(test, drbd_al_put(al, 1), 1);
	KUNIT_EXPECT_EQ(test, drbd_al_put(al, 2), 1);
	KUNIT_EXPECT_EQ(test, al->used, 0);
}

/* While a transaction is being written, the set does not change. */
static void actlog_locked_test(struct kunit *test)
{
	struct drbd_al *al = new_al(test, 67, 0);
	struct drbd_al_plan *plan = new_plan(test);

	heat(test, al, 0, 1);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 1), DRBD_AL_PENDING);
	KUNIT_EXPECT_FALSE(test, drbd_al_lock(al));
	KUNIT_ASSERT_EQ(test, drbd_al_begin(al, plan), 1);
	KUNIT_EXPECT_EQ(test, drbd_al_begin(al, plan), -EBUSY);
	KUNIT_EXPECT_FALSE(test, drbd_al_lock(al));
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 2), DRBD_AL_LOCKED);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 1), DRBD_AL_PENDING);
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 0), DRBD_AL_HOT);
	drbd_al_end(al, true);
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 1), DRBD_AL_HOT);

	KUNIT_EXPECT_TRUE(test, drbd_al_lock(al));
	KUNIT_EXPECT_FALSE(test, drbd_al_lock(al));
	KUNIT_EXPECT_EQ(test, drbd_al_begin(al, plan), -EBUSY);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 2), DRBD_AL_LOCKED);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 1), DRBD_AL_HOT);
	drbd_al_unlock(al);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 2), DRBD_AL_PENDING);
}

/* Requests go on after a failure, but nothing counts as being in the log. */
static void actlog_failed_test(struct kunit *test)
{
	struct drbd_al *al = new_al(test, 1237, 7);
	struct drbd_al_plan *plan = new_plan(test);

	heat(test, al, 0, 1);
	KUNIT_EXPECT_EQ(test, al->start, 919);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 1), DRBD_AL_PENDING);
	KUNIT_ASSERT_EQ(test, drbd_al_begin(al, plan), 1);
	KUNIT_EXPECT_EQ(test, plan->head.number, 8);
	drbd_al_end(al, false);
	KUNIT_EXPECT_EQ(test, al->number, 8);
	KUNIT_EXPECT_EQ(test, al->changes, 0);
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 0), DRBD_AL_COLD);
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 1), DRBD_AL_COLD);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 1), DRBD_AL_PENDING);
	KUNIT_EXPECT_EQ(test, drbd_al_put(al, 1), 0);
	KUNIT_EXPECT_EQ(test, drbd_al_put(al, 1), 1);

	/* two windows of 919 make up 1237 slots */
	KUNIT_ASSERT_EQ(test, drbd_al_begin(al, plan), 1);
	KUNIT_EXPECT_EQ(test, plan->head.number, 8);
	KUNIT_EXPECT_EQ(test, plan->head.updates, 0);
	KUNIT_EXPECT_EQ(test, plan->head.start, 919);
	drbd_al_end(al, true);
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 1), DRBD_AL_COLD);
	/* another failure, and all over again */
	KUNIT_ASSERT_EQ(test, drbd_al_begin(al, plan), 1);
	KUNIT_EXPECT_EQ(test, plan->head.start, 0);
	drbd_al_end(al, false);
	KUNIT_EXPECT_EQ(test, commit(test, al), 2);
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 1), DRBD_AL_HOT);
}

static void actlog_disabled_test(struct kunit *test)
{
	struct drbd_al *al = new_al(test, 1237, 0);
	struct drbd_al_plan *plan = new_plan(test);

	heat(test, al, 0, 1);
	drbd_al_disable(al);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 1), DRBD_AL_PENDING);
	KUNIT_ASSERT_EQ(test, drbd_al_begin(al, plan), 1);
	KUNIT_EXPECT_FALSE(test, plan->write);
	KUNIT_EXPECT_EQ(test, plan->head.updates, 1);
	drbd_al_end(al, false);
	KUNIT_EXPECT_EQ(test, al->number, 1);
	KUNIT_EXPECT_EQ(test, drbd_al_begin(al, plan), 0);
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 1), DRBD_AL_HOT);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 0), DRBD_AL_HOT);

	/* what is used has to be on disk before it may be used again */
	drbd_al_enable(al);
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 1), DRBD_AL_COLD);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 1), DRBD_AL_PENDING);
	KUNIT_EXPECT_EQ(test, commit(test, al), 2);
	KUNIT_EXPECT_EQ(test, al->number, 3);
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 1), DRBD_AL_HOT);

	/* nothing to do if nothing changed meanwhile */
	drbd_al_disable(al);
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 1), DRBD_AL_HOT);
	drbd_al_enable(al);
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 1), DRBD_AL_HOT);
	KUNIT_EXPECT_EQ(test, commit(test, al), 0);
}

/* The limit of what is used at a time is the same without a log. */
static void actlog_disabled_limit_test(struct kunit *test)
{
	struct drbd_al *al = new_al(test, 3, 0);
	struct drbd_al_plan *plan = new_plan(test);
	u32 i;

	drbd_al_disable(al);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, drbd_al_get(al, i), DRBD_AL_PENDING);
	KUNIT_ASSERT_EQ(test, drbd_al_begin(al, plan), 1);
	drbd_al_end(al, false);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 3), DRBD_AL_STARVING);
	KUNIT_EXPECT_EQ(test, drbd_al_put(al, 2), 1);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 3), DRBD_AL_PENDING);
}

/**
 * struct range_row - a request and its extents
 * @name: description
 * @sector: first sector
 * @bytes: size
 * @result: of drbd_al_range_init()
 * @first: first extent
 * @last: last extent
 */
struct range_row {
	const char *name;
	u64 sector;
	u32 bytes;
	int result;
	u32 first;
	u32 last;
};

static const struct range_row ranges[] = {
	{ "first", 0, 4096, 0, 0, 0 },
	{ "no data", 8192, 0, 0, 1, 1 },
	{ "two", 8191, 1024, 0, 0, 1 },
	{ "128 MiB", 8, 128U << 20, 0, 0, 32 },
	{ "more", 8191, (128U << 20) + 512, 0, 0, 32 },
	{ "34 extents", 8191, (128U << 20) + 1024, -E2BIG, 0, 0 },
	{ "1 PiB", (1ULL << 41) - 8, 4096, 0, (1U << 28) - 1, (1U << 28) - 1 },
	{ "last number", 0xfffffffeULL << 13, 4194304, 0, 0xfffffffe, 0xfffffffe },
	{ "beyond", 0xfffffffeULL << 13, 4194305, -ERANGE, 0, 0 },
	{ "far beyond", 0x100000000ULL << 13, 512, -ERANGE, 0, 0 },
	{ "wraps", ~0ULL - 7, 4096, -ERANGE, 0, 0 },
};

KUNIT_ARRAY_PARAM_DESC(range, ranges, name);

static void actlog_range_init_test(struct kunit *test)
{
	const struct range_row *row = test->param_value;
	struct drbd_al_range range = {};

	KUNIT_EXPECT_EQ(test, drbd_al_range_init(&range, row->sector, row->bytes), row->result);
	KUNIT_EXPECT_EQ(test, range.first, row->first);
	KUNIT_EXPECT_EQ(test, range.last, row->last);
	KUNIT_EXPECT_EQ(test, range.next, row->first);
}

/* Two large requests wait for each other's extents in no way. */
static void actlog_range_test(struct kunit *test)
{
	struct drbd_al *al = new_al(test, 67, 0);
	struct drbd_al_range a, b, c;

	KUNIT_ASSERT_EQ(test, drbd_al_range_init(&a, 8, 128U << 20), 0);
	KUNIT_ASSERT_EQ(test, drbd_al_range_init(&b, (100 << 13) + 8, 128U << 20), 0);
	KUNIT_ASSERT_EQ(test, drbd_al_range_init(&c, 200 << 13, 4096), 0);

	KUNIT_EXPECT_EQ(test, drbd_al_get_range(al, &a), DRBD_AL_PENDING);
	KUNIT_EXPECT_EQ(test, a.next, 33);
	KUNIT_EXPECT_EQ(test, drbd_al_get_range(al, &b), DRBD_AL_FULL);
	KUNIT_EXPECT_EQ(test, b.next, 131);
	KUNIT_EXPECT_EQ(test, drbd_al_get_range(al, &c), DRBD_AL_FULL);
	KUNIT_EXPECT_EQ(test, commit(test, al), 1);
	KUNIT_EXPECT_EQ(test, drbd_al_get_range(al, &b), DRBD_AL_PENDING);
	KUNIT_EXPECT_EQ(test, b.next, 133);
	KUNIT_EXPECT_EQ(test, drbd_al_get_range(al, &c), DRBD_AL_PENDING);
	KUNIT_EXPECT_EQ(test, commit(test, al), 1);
	/* has all of them already */
	KUNIT_EXPECT_EQ(test, drbd_al_get_range(al, &a), DRBD_AL_HOT);
	KUNIT_EXPECT_EQ(test, al->used, 67);

	KUNIT_EXPECT_EQ(test, drbd_al_put_range(al, &a), 33);
	KUNIT_EXPECT_EQ(test, a.next, a.first);
	KUNIT_EXPECT_EQ(test, drbd_al_put_range(al, &a), 0);
	KUNIT_EXPECT_EQ(test, drbd_al_get_range(al, &a), DRBD_AL_HOT);
	KUNIT_EXPECT_EQ(test, drbd_al_put_range(al, &c), 1);
	KUNIT_EXPECT_EQ(test, drbd_al_put_range(al, &b), 33);
	KUNIT_EXPECT_EQ(test, al->used, 33);

	/* one reference too few is told, the others are dropped nevertheless */
	KUNIT_EXPECT_EQ(test, drbd_al_put(al, 5), 1);
	KUNIT_EXPECT_EQ(test, drbd_al_put_range(al, &a), -ENOENT);
	KUNIT_EXPECT_EQ(test, al->used, 0);
}

/* A request that waits keeps what it has, and goes on where it stopped. */
static void actlog_range_partial_test(struct kunit *test)
{
	struct drbd_al *al = new_al(test, 8, 0);
	struct drbd_al_range range;

	heat(test, al, 100, 5);
	KUNIT_ASSERT_EQ(test, drbd_al_range_init(&range, 0, 5 * 4194304), 0);
	KUNIT_EXPECT_EQ(test, drbd_al_get_range(al, &range), DRBD_AL_STARVING);
	KUNIT_EXPECT_EQ(test, range.next, 3);
	KUNIT_EXPECT_EQ(test, al->used, 8);
	KUNIT_EXPECT_EQ(test, commit(test, al), 1);
	KUNIT_EXPECT_EQ(test, drbd_al_get_range(al, &range), DRBD_AL_STARVING);
	put(test, al, 100, 1);
	KUNIT_EXPECT_EQ(test, drbd_al_get_range(al, &range), DRBD_AL_STARVING);
	KUNIT_EXPECT_EQ(test, range.next, 4);
	put(test, al, 101, 1);
	KUNIT_EXPECT_EQ(test, drbd_al_get_range(al, &range), DRBD_AL_PENDING);
	KUNIT_EXPECT_EQ(test, drbd_al_put_range(al, &range), 5);
}

/* Slots less those used, whatever for. */
static void actlog_room_test(struct kunit *test)
{
	struct drbd_al *al = new_al(test, 67, 0);

	KUNIT_EXPECT_TRUE(test, drbd_al_has_room(al, 67));
	KUNIT_EXPECT_FALSE(test, drbd_al_has_room(al, 68));
	heat(test, al, 0, 66);
	KUNIT_EXPECT_TRUE(test, drbd_al_has_room(al, 1));
	KUNIT_EXPECT_FALSE(test, drbd_al_has_room(al, 2));
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 100), DRBD_AL_PENDING);
	KUNIT_EXPECT_TRUE(test, drbd_al_has_room(al, 0));
	KUNIT_EXPECT_FALSE(test, drbd_al_has_room(al, 1));
	put(test, al, 0, 10);
	KUNIT_EXPECT_TRUE(test, drbd_al_has_room(al, 10));
	KUNIT_EXPECT_FALSE(test, drbd_al_has_room(al, 11));
}

static void actlog_empty_test(struct kunit *test)
{
	struct drbd_al *al = new_al(test, 1237, 0);
	struct drbd_al_plan *plan = new_plan(test);

	heat(test, al, 0, 3);
	put(test, al, 0, 2);
	KUNIT_EXPECT_TRUE(test, drbd_al_lock(al));
	KUNIT_EXPECT_EQ(test, drbd_al_empty(al), -EBUSY);
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 0), DRBD_AL_HOT);
	put(test, al, 0, 1);
	put(test, al, 2, 1);
	KUNIT_EXPECT_EQ(test, drbd_al_empty(al), 0);
	KUNIT_EXPECT_TRUE(test, al->locked);
	drbd_al_unlock(al);
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 0), DRBD_AL_COLD);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 9), DRBD_AL_PENDING);
	KUNIT_ASSERT_EQ(test, drbd_al_begin(al, plan), 1);
	/* numbers go on, the context starts again, so does the choice of slots */
	KUNIT_EXPECT_EQ(test, plan->head.number, 1);
	KUNIT_EXPECT_EQ(test, plan->head.start, 0);
	KUNIT_EXPECT_EQ(test, plan->change[0].slot, 1236);
}

/* The window of the largest log ends at its last slot, and starts again. */
static void actlog_window_test(struct kunit *test)
{
	struct drbd_al *al = new_al(test, 65534, 0);
	struct drbd_al_plan *plan = new_plan(test);
	u32 i;

	KUNIT_ASSERT_TRUE(test, drbd_al_lock(al));
	KUNIT_ASSERT_EQ(test, drbd_al_rewrite(al, 128), 0);
	for (i = 0; i < 128; i++) {
		KUNIT_ASSERT_TRUE(test, drbd_al_rewrite_begin(al, plan));
		KUNIT_EXPECT_EQ(test, plan->head.start, i % 72 * 919);
		drbd_al_rewrite_end(al, true);
	}
	KUNIT_EXPECT_FALSE(test, drbd_al_rewrite_begin(al, plan));

	/* 919 slots fit into one window, 920 do not */
	al = new_al(test, 919, 0);
	heat(test, al, 0, 1);
	KUNIT_EXPECT_EQ(test, al->start, 0);
	al = new_al(test, 920, 0);
	heat(test, al, 0, 1);
	KUNIT_EXPECT_EQ(test, al->start, 919);
	heat(test, al, 1, 1);
	KUNIT_EXPECT_EQ(test, al->start, 0);
}

/* Each block once, while nobody else can write one, whether enabled or not. */
static void actlog_rewrite_test(struct kunit *test)
{
	struct drbd_al *al = new_al(test, 6433, 0xfffffffe);
	struct drbd_al_plan *plan = new_plan(test);
	int i, disabled;

	heat(test, al, 0, 1);
	for (disabled = 0; disabled < 2; disabled++) {
		al->number = 0xfffffffe;
		if (disabled)
			drbd_al_disable(al);
		KUNIT_ASSERT_TRUE(test, drbd_al_lock(al));
		KUNIT_EXPECT_EQ(test, drbd_al_rewrite(al, 7), -EINVAL);
		KUNIT_EXPECT_FALSE(test, drbd_al_rewrite_begin(al, plan));
		KUNIT_EXPECT_EQ(test, drbd_al_rewrite(al, 9), 0);
		for (i = 0; drbd_al_rewrite_begin(al, plan); i++) {
			KUNIT_ASSERT_LT(test, i, 11);
			KUNIT_EXPECT_TRUE(test, plan->write);
			KUNIT_EXPECT_EQ(test, plan->head.updates, 0);
			KUNIT_EXPECT_EQ(test, drbd_al_begin(al, plan), -EBUSY);
			/* the first and the ninth attempt fail */
			drbd_al_rewrite_end(al, i != 0 && i != 8);
			KUNIT_EXPECT_TRUE(test, al->locked);
			if (i == 8)
				break;
		}
		/* seven windows of 919 make up 6433 slots */
		KUNIT_EXPECT_EQ(test, al->unwritten, 7);
		/* ...fffe, ...ffff, then five from 4 on, which is 2^32 mod 9 */
		KUNIT_EXPECT_EQ(test, al->number, 9);
		/* on another disk, from the beginning */
		KUNIT_EXPECT_EQ(test, drbd_al_rewrite(al, 9), 0);
		for (i = 0; drbd_al_rewrite_begin(al, plan); i++)
			drbd_al_rewrite_end(al, true);
		KUNIT_EXPECT_EQ(test, i, 9);
		KUNIT_EXPECT_EQ(test, al->number, 18);
		drbd_al_unlock(al);
		KUNIT_EXPECT_EQ(test, drbd_al_begin(al, plan), 0);
		KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 0), DRBD_AL_HOT);
	}
}

/* What is not on disk counts as if it were not in the set, until it is. */
static void actlog_rewrite_unlocked_test(struct kunit *test)
{
	struct drbd_al *al = new_al(test, 67, 0);

	heat(test, al, 0, 1);
	KUNIT_ASSERT_TRUE(test, drbd_al_lock(al));
	KUNIT_EXPECT_EQ(test, drbd_al_rewrite(al, 8), 0);
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 0), DRBD_AL_COLD);
	/* given up, after a failure: transactions have to write the rest */
	drbd_al_unlock(al);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 0), DRBD_AL_PENDING);
	KUNIT_EXPECT_EQ(test, commit(test, al), 8);
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 0), DRBD_AL_HOT);
}

static void actlog_load_test(struct kunit *test)
{
	static const u32 found[6] = { 5, DRBD_AL_FREE, 7, 5, DRBD_AL_FREE, DRBD_AL_FREE };
	static const u32 too_far[6] = { 5, 6, 7, 8, DRBD_AL_FREE, 9 };
	struct drbd_al *al = new_al(test, 5, 100);
	struct drbd_al_plan *plan = new_plan(test);

	KUNIT_EXPECT_EQ(test, drbd_al_load(al, too_far, 6), -ENOSPC);
	KUNIT_EXPECT_EQ(test, drbd_al_begin(al, plan), 0);
	KUNIT_EXPECT_EQ(test, drbd_al_load(al, found, 6), 0);
	KUNIT_EXPECT_EQ(test, al->used, 0);
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 5), DRBD_AL_COLD);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 5), DRBD_AL_PENDING);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 10), DRBD_AL_PENDING);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 11), DRBD_AL_PENDING);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 12), DRBD_AL_PENDING);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 13), DRBD_AL_PENDING);
	KUNIT_EXPECT_EQ(test, drbd_al_get(al, 14), DRBD_AL_STARVING);
	KUNIT_ASSERT_EQ(test, drbd_al_begin(al, plan), 1);
	KUNIT_EXPECT_EQ(test, plan->head.number, 100);
	KUNIT_EXPECT_EQ(test, plan->head.updates, 4);
	/* slots 4, 3 and 1 are free; 2 has 7 */
	KUNIT_EXPECT_EQ(test, plan->change[0].slot, 4);
	KUNIT_EXPECT_EQ(test, plan->change[1].slot, 3);
	KUNIT_EXPECT_EQ(test, plan->change[1].evicted, DRBD_AL_FREE);
	KUNIT_EXPECT_EQ(test, plan->change[2].slot, 1);
	KUNIT_EXPECT_EQ(test, plan->change[3].slot, 2);
	KUNIT_EXPECT_EQ(test, plan->change[3].evicted, 7);
	drbd_al_end(al, true);
	KUNIT_EXPECT_EQ(test, drbd_al_begin(al, plan), 0);
	KUNIT_EXPECT_EQ(test, drbd_al_put(al, 5), 1);
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 13), DRBD_AL_HOT);

	al = new_al(test, 1237, 0);
	KUNIT_EXPECT_EQ(test, drbd_al_load(al, found, 6), 0);
	KUNIT_EXPECT_EQ(test, commit(test, al), 2);
	KUNIT_EXPECT_EQ(test, drbd_al_try_get(al, 7), DRBD_AL_HOT);
}

static struct kunit_case actlog_cases[] = {
	KUNIT_CASE(actlog_init_test),
	KUNIT_CASE(actlog_golden_test),
	KUNIT_CASE(actlog_life_test),
	KUNIT_CASE(actlog_evict_test),
	KUNIT_CASE(actlog_full_test),
	KUNIT_CASE(actlog_starving_test),
	KUNIT_CASE(actlog_cancel_test),
	KUNIT_CASE(actlog_locked_test),
	KUNIT_CASE(actlog_failed_test),
	KUNIT_CASE(actlog_disabled_test),
	KUNIT_CASE(actlog_disabled_limit_test),
	KUNIT_CASE_PARAM(actlog_range_init_test, range_gen_params),
	KUNIT_CASE(actlog_range_test),
	KUNIT_CASE(actlog_range_partial_test),
	KUNIT_CASE(actlog_room_test),
	KUNIT_CASE(actlog_empty_test),
	KUNIT_CASE(actlog_window_test),
	KUNIT_CASE(actlog_rewrite_test),
	KUNIT_CASE(actlog_rewrite_unlocked_test),
	KUNIT_CASE(actlog_load_test),
	{}
};

static struct kunit_suite actlog_suite = {
	.name = "drbd-actlog",
	.test_cases = actlog_cases,
};

kunit_test_suite(actlog_suite);
