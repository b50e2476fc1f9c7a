// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the replay of the activity log
 *
 * Expectations are the sequence of spec/metadata.md 13.6, and what 8.10 says about
 * rings that are damaged.
 */

#include <kunit/test.h>
#include <linux/crc32c.h>
#include <linux/prandom.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "../core/actlog_replay.h"

/**
 * struct replay_env - a ring and what is found in it
 * @ring: shape of the ring
 * @area: its blocks
 * @map: the slots
 * @scan: the blocks
 * @context: extents for the context of blocks, all free
 */
struct replay_env {
	struct drbd_al_ring ring;
	u8 *area;
	struct drbd_al_map map;
	struct drbd_al_scan scan;
	u32 *context;
};

#define MAX_BLOCKS 24

/* More slots than there can be. */
#define CONTEXT_SLOTS 65536

static struct replay_env *new_env(struct kunit *test, u32 stripes, u32 size_4k)
{
	struct drbd_al_seen *seen;
	struct replay_env *env;
	u32 *extent;
	u32 i;

	env = kunit_kzalloc(test, sizeof(*env), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, env);
	KUNIT_ASSERT_EQ(test, drbd_al_ring_init(&env->ring, stripes, size_4k), 0);
	env->area = kunit_kzalloc(test, MAX_BLOCKS * DRBD_MD_BLOCK_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, env->area);
	env->context = kunit_kcalloc(test, CONTEXT_SLOTS, sizeof(u32), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, env->context);
	extent = kunit_kcalloc(test, DRBD_AL_EXTENTS_MAX, sizeof(u32), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, extent);
	seen = kunit_kzalloc(test, MAX_BLOCKS * sizeof(*seen), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, seen);

	for (i = 0; i < CONTEXT_SLOTS; i++)
		env->context[i] = DRBD_AL_FREE;
	for (i = 0; i < env->ring.blocks; i++)
		drbd_al_block_init(env->area + i * DRBD_MD_BLOCK_SIZE);
	drbd_al_map_init(&env->map, extent, DRBD_AL_EXTENTS_MAX);
	drbd_al_scan_init(&env->scan, env->ring.blocks, seen);
	return env;
}

/* Block of the area that has a place in the order of the ring. */
static u8 *ring_block(struct replay_env *env, u32 index)
{
	return env->area + drbd_al_ring_block(&env->ring, index) * DRBD_MD_BLOCK_SIZE;
}

static int replay(struct replay_env *env)
{
	return drbd_al_replay(&env->map, &env->scan, &env->ring, env->area);
}

/* No slot has an extent, but for those that a test has looked at and freed. */
static void expect_no_others(struct kunit *test, struct replay_env *env)
{
	unsigned int i;

	for (i = 0; i < env->map.size; i++)
		if (env->map.extent[i] != DRBD_AL_FREE)
			KUNIT_FAIL(test, "slot %u has extent %u", i, env->map.extent[i]);
}

static void expect_slot(struct kunit *test, struct replay_env *env, unsigned int slot,
			u32 extent)
{
	KUNIT_EXPECT_EQ(test, env->map.extent[slot], extent);
	env->map.extent[slot] = DRBD_AL_FREE;
}

/* The ten transactions of 13.6. */
static void write_sequence(struct kunit *test, struct replay_env *env)
{
	static const struct drbd_al_change eight[] = {
		{ 0, DRBD_AL_FREE, 1236 }, { 7, DRBD_AL_FREE, 1235 },
	};
	static const struct drbd_al_change nine[] = { { 3, 7, 1235 } };
	struct drbd_al_head head = { .slots = 1237 };

	for (head.number = 0; head.number < 10; head.number++) {
		const struct drbd_al_change *change = head.number == 8 ? eight : nine;

		head.start = head.number & 1 ? 919 : 0;
		head.updates = head.number == 8 ? 2 : head.number == 9 ? 1 : 0;
		KUNIT_ASSERT_EQ(test, drbd_al_block_encode(ring_block(env, head.number),
							   &head, change,
							   env->context), 0);
		if (head.number == 8) {
			env->context[1236] = 0;
			env->context[1235] = 7;
		}
	}
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(env->area + 8), 0x7a0e3de9);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(env->area + 4096 + 8), 0x286d9f21);
}

static void actlog_replay_golden_test(struct kunit *test)
{
	struct replay_env *env = new_env(test, 1, 8);

	write_sequence(test, env);
	KUNIT_EXPECT_EQ(test, replay(env), 8);
	KUNIT_EXPECT_EQ(test, env->scan.valid, 8);
	KUNIT_EXPECT_EQ(test, env->scan.corrupt, 0);
	KUNIT_EXPECT_FALSE(test, env->scan.torn);
	KUNIT_EXPECT_EQ(test, env->scan.newest.number, 9);
	KUNIT_EXPECT_EQ(test, env->scan.seen[0].number, 2);
	KUNIT_EXPECT_EQ(test, env->map.ignored, 0);
	expect_slot(test, env, 1236, 0);
	expect_slot(test, env, 1235, 3);
	expect_no_others(test, env);
}

static void actlog_replay_golden_corrupt_test(struct kunit *test)
{
	struct replay_env *env = new_env(test, 1, 8);

	write_sequence(test, env);
	env->area[4096 + 100] ^= 1;
	KUNIT_EXPECT_EQ(test, replay(env), 7);
	KUNIT_EXPECT_EQ(test, env->scan.corrupt, 1);
	KUNIT_EXPECT_TRUE(test, env->scan.torn);
	expect_slot(test, env, 1236, 0);
	expect_slot(test, env, 1235, 7);
	expect_no_others(test, env);
}

static void actlog_replay_golden_pmem_test(struct kunit *test)
{
	struct replay_env *env = new_env(test, 1, 8);

	KUNIT_EXPECT_EQ(test, drbd_al_replay_pmem(&env->map, env->area, 8, 1237), -ENODATA);
	memset(env->area, 0xff, 8 * DRBD_MD_BLOCK_SIZE);
	put_unaligned_be32(0x6aa667a6, env->area);
	put_unaligned_be32(5, env->area + 4);
	put_unaligned_be32(2, env->area + 4 + 4 * 1236);
	put_unaligned_be32(9, env->area + 4 + 4 * 1237);
	KUNIT_EXPECT_EQ(test, drbd_al_replay_pmem(&env->map, env->area, 8, 1237), 0);
	expect_slot(test, env, 0, 5);
	expect_slot(test, env, 1236, 2);
	expect_no_others(test, env);

	/* 8 blocks have room for 8191 slots */
	put_unaligned_be32(11, env->area + 8 * DRBD_MD_BLOCK_SIZE - 4);
	KUNIT_EXPECT_EQ(test, drbd_al_replay_pmem(&env->map, env->area, 8, 8190), 0);
	expect_slot(test, env, 0, 5);
	expect_slot(test, env, 1236, 2);
	expect_slot(test, env, 1237, 9);
	expect_no_others(test, env);
	KUNIT_EXPECT_EQ(test, drbd_al_replay_pmem(&env->map, env->area, 8, 65534), 0);
	expect_slot(test, env, 8190, 11);
	expect_slot(test, env, 8191, DRBD_AL_FREE);
}

/**
 * struct ring_row - a ring of 8 blocks
 * @blocks: each block in the order of the ring: I initialised, x corrupt, a letter
 *	for a transaction
 * @result: of the replay
 * @corrupt: corrupt blocks
 * @torn: one of them is explained
 * @slots: in each slot the transaction that changed it last: transaction a changes
 *	slot 0, b slot 1, and so on; - for a slot that is free. Transaction i
 *	changes slot 0 again.
 */
struct ring_row {
	const char *blocks;
	int result;
	u32 corrupt;
	bool torn;
	const char *slots;
};

static const struct ring_row rings[] = {
	{ "IIIIIIII", 0, 0, false, "--------" },
	{ "xIIIIIII", 0, 1, true, "--------" },
	{ "IxIIIIII", -EBADMSG, 1, false, "--------" },
	{ "IIIIIIIx", -EBADMSG, 1, false, "--------" },
	{ "xxIIIIII", -EBADMSG, 2, true, "--------" },
	{ "xxxxxxxI", -EBADMSG, 7, true, "--------" },
	{ "xxxxxxxx", -ENODATA, 8, true, "--------" },
	{ "aIIIIIII", 1, 0, false, "a-------" },
	{ "axIIIIII", 1, 1, true, "a-------" },
	{ "aIxIIIII", 1, 1, false, "a-------" },
	{ "axxIIIII", 1, 2, true, "a-------" },
	{ "aIIIIIIx", 1, 1, false, "a-------" },
	{ "abcIIIII", 3, 0, false, "abc-----" },
	{ "abcxIIII", 3, 1, true, "abc-----" },
	{ "xbcIIIII", 2, 1, false, "-bc-----" },
	{ "axcIIIII", 2, 1, false, "a-c-----" },
	{ "abcdefgh", 8, 0, false, "abcdefgh" },
	{ "xbcdefgh", 7, 1, true, "-bcdefgh" },
	{ "abcdefgx", 7, 1, true, "abcdefg-" },
	{ "ibcdefgh", 8, 0, false, "ibcdefgh" },
	{ "ixcdefgh", 7, 1, true, "i-cdefgh" },
	{ "ixxdefgh", 6, 2, true, "i--defgh" },
	{ "ibxdefgh", 7, 1, false, "ib-defgh" },
	{ "ibcdefgx", 7, 1, false, "ibcdefg-" },
	{ "xxxxxxxh", 1, 7, true, "-------h" },
};

KUNIT_ARRAY_PARAM_DESC(ring, rings, blocks);

static void write_transaction(struct kunit *test, u8 *block, u32 number, u16 slot, u32 extent)
{
	struct drbd_al_change change = { .slot = slot, .extent = extent };
	/* a context of slots that nothing else is about */
	struct drbd_al_head head = { .number = number, .updates = 1, .slots = 67,
				     .start = 66 };
	static const u32 context[67];

	KUNIT_ASSERT_EQ(test, drbd_al_block_encode(block, &head, &change, context), 0);
}

static void run_ring(struct kunit *test, const struct ring_row *row, u32 base, u32 stripes)
{
	struct replay_env *env = new_env(test, stripes, 8 / stripes);
	int i;

	for (i = 0; i < 8; i++) {
		u8 *block = ring_block(env, i);
		char what = row->blocks[i];

		if (what == 'x')
			block[i * 500] ^= 0x10;
		else if (what != 'I')
			write_transaction(test, block, base + what - 'a', (what - 'a') % 8,
					  what);
	}
	KUNIT_EXPECT_EQ(test, replay(env), row->result);
	KUNIT_EXPECT_EQ(test, env->scan.corrupt, row->corrupt);
	KUNIT_EXPECT_EQ(test, env->scan.valid, 8 - row->corrupt);
	KUNIT_EXPECT_EQ(test, env->scan.torn, row->torn);
	if (row->result > 0)
		expect_slot(test, env, 66, 0);
	for (i = 0; i < 8; i++)
		expect_slot(test, env, i,
			    row->slots[i] == '-' ? DRBD_AL_FREE : row->slots[i]);
	expect_no_others(test, env);
}

static void actlog_replay_ring_test(struct kunit *test)
{
	run_ring(test, test->param_value, 0, 1);
}

/* The same with numbers that wrap, or become negative, on the way. */
static void actlog_replay_ring_wrap_test(struct kunit *test)
{
	run_ring(test, test->param_value, 0xfffffff8, 1);
	run_ring(test, test->param_value, 0x7ffffff8, 1);
}

static void actlog_replay_ring_striped_test(struct kunit *test)
{
	run_ring(test, test->param_value, 16, 2);
	run_ring(test, test->param_value, 16, 8);
}

/* A writer that just increments jumps in a ring of 9 blocks when the number wraps:
 * 2^32 is 4 mod 9. Then the order in the ring is not that of the numbers.
 */
static void actlog_replay_jump_test(struct kunit *test)
{
	struct replay_env *env = new_env(test, 1, 9);
	u32 number;

	for (number = 0xfffffff6; number != 2; number++)
		write_transaction(test, ring_block(env, number), number, 0, number & 0xff);
	KUNIT_EXPECT_EQ(test, replay(env), 9);
	KUNIT_EXPECT_EQ(test, env->scan.newest.number, 1);
	KUNIT_EXPECT_EQ(test, env->scan.seen[0].number, 0xfffffff7);
	KUNIT_EXPECT_EQ(test, env->scan.seen[6].number, 0xffffffff);
	KUNIT_EXPECT_EQ(test, env->scan.seen[7].number, 0);
	KUNIT_EXPECT_EQ(test, env->scan.seen[8].number, 1);
	expect_slot(test, env, 0, 1);

	/* a slot that only the last transaction before the wrap changed */
	env = new_env(test, 1, 9);
	for (number = 0xfffffff6; number != 2; number++)
		write_transaction(test, ring_block(env, number), number,
				  number == 0xffffffff ? 0 : 1, number & 0xff);
	KUNIT_EXPECT_EQ(test, replay(env), 9);
	expect_slot(test, env, 0, 0xff);
	expect_slot(test, env, 1, 1);
}

/* Which words of a context count, and which updates. */
static void actlog_replay_block_test(struct kunit *test)
{
	struct drbd_al_change change = { .slot = 3, .extent = 33 };
	struct drbd_al_head head = { .updates = 1, .slots = 100, .start = 2 };
	struct replay_env *env = new_env(test, 1, 8);
	u8 *block = env->area;
	u32 i;

	/* The context frees all slots that the writer has, from its start on. */
	for (i = 0; i < 200; i++)
		env->map.extent[i] = 1000 + i;
	env->context[4] = 44;
	KUNIT_ASSERT_EQ(test, drbd_al_block_encode(block, &head, &change, env->context), 0);
	KUNIT_EXPECT_EQ(test, drbd_al_replay_block(&env->map, block), DRBD_AL_VALID);
	expect_slot(test, env, 0, 1000);
	expect_slot(test, env, 1, 1001);
	expect_slot(test, env, 2, DRBD_AL_FREE);
	expect_slot(test, env, 3, 33);
	expect_slot(test, env, 4, 44);
	expect_slot(test, env, 99, DRBD_AL_FREE);
	expect_slot(test, env, 100, 1100);
	expect_slot(test, env, 199, 1199);
	KUNIT_EXPECT_EQ(test, env->map.ignored, 0);

	/* the update of a slot comes after its context */
	env->context[3] = 7;
	KUNIT_ASSERT_EQ(test, drbd_al_block_encode(block, &head, &change, env->context), 0);
	KUNIT_EXPECT_EQ(test, drbd_al_replay_block(&env->map, block), DRBD_AL_VALID);
	expect_slot(test, env, 3, 33);

	/* an extent counts even in a slot that the writer does not have */
	env->context[150] = 55;
	head.slots = 160;
	KUNIT_ASSERT_EQ(test, drbd_al_block_encode(block, &head, &change, env->context), 0);
	put_unaligned_be16(100, block + 16);
	put_unaligned_be32(0, block + 8);
	put_unaligned_be32(crc32c(0, block, DRBD_MD_BLOCK_SIZE), block + 8);
	KUNIT_EXPECT_EQ(test, drbd_al_replay_block(&env->map, block), DRBD_AL_VALID);
	expect_slot(test, env, 150, 55);

	/* and so does an update behind the number of them */
	put_unaligned_be16(0, block + 14);
	put_unaligned_be16(77, block + 36 + 2 * 63);
	put_unaligned_be32(88, block + 164 + 4 * 63);
	put_unaligned_be32(0, block + 8);
	put_unaligned_be32(crc32c(0, block, DRBD_MD_BLOCK_SIZE), block + 8);
	KUNIT_EXPECT_EQ(test, drbd_al_replay_block(&env->map, block), DRBD_AL_VALID);
	expect_slot(test, env, 77, 88);
	expect_slot(test, env, 3, 33);
	KUNIT_EXPECT_EQ(test, env->map.ignored, 0);

	block[4095] ^= 1;
	KUNIT_EXPECT_EQ(test, drbd_al_replay_block(&env->map, block), DRBD_AL_BAD_CRC);
	expect_slot(test, env, 77, DRBD_AL_FREE);
}

/* Slots that the map does not have are counted, and nothing else happens. */
static void actlog_replay_bounds_test(struct kunit *test)
{
	struct drbd_al_change change[2] = { { .slot = 65534, .extent = 1 },
					    { .slot = 65533, .extent = 2 } };
	struct drbd_al_head head = { .updates = 2, .slots = 65535, .start = 65533 };
	struct replay_env *env = new_env(test, 1, 8);
	u8 *block = env->area;

	/* a window of two slots, the second of which is beyond the largest log */
	env->context[65533] = 3;
	env->context[65534] = 4;
	KUNIT_ASSERT_EQ(test, drbd_al_block_encode(block, &head, change, env->context), 0);
	KUNIT_EXPECT_EQ(test, drbd_al_replay_block(&env->map, block), DRBD_AL_VALID);
	KUNIT_EXPECT_EQ(test, env->map.ignored, 2);
	expect_slot(test, env, 65533, 2);
	expect_no_others(test, env);

	drbd_al_map_init(&env->map, env->map.extent, 10);
	write_transaction(test, block, 0, 9, 5);
	KUNIT_EXPECT_EQ(test, drbd_al_replay_block(&env->map, block), DRBD_AL_VALID);
	/* the context has slot 66 */
	KUNIT_EXPECT_EQ(test, env->map.ignored, 1);
	expect_slot(test, env, 9, 5);
	write_transaction(test, block, 0, 10, 5);
	KUNIT_EXPECT_EQ(test, drbd_al_replay_block(&env->map, block), DRBD_AL_VALID);
	KUNIT_EXPECT_EQ(test, env->map.ignored, 3);
	expect_no_others(test, env);
}

/* A transaction with any windows, updates and scratches; maybe as it was written. */
static void make_garbage(struct rnd_state *rnd, u8 *block, u32 number)
{
	int i;

	memset(block, 0xff, DRBD_MD_BLOCK_SIZE);
	put_unaligned_be32(DRBD_AL_MAGIC, block);
	put_unaligned_be32(number, block + 4);
	put_unaligned_be16(prandom_u32_state(rnd) % 8 ? 0 : prandom_u32_state(rnd), block + 12);
	put_unaligned_be16(prandom_u32_state(rnd) % 70, block + 14);
	put_unaligned_be16(prandom_u32_state(rnd) % 3000, block + 16);
	put_unaligned_be16(prandom_u32_state(rnd) % 3000, block + 18);
	for (i = prandom_u32_state(rnd) % 200; i; i--)
		block[36 + prandom_u32_state(rnd) % (DRBD_MD_BLOCK_SIZE - 36)] =
			prandom_u32_state(rnd);
	put_unaligned_be32(0, block + 8);
	put_unaligned_be32(crc32c(0, block, DRBD_MD_BLOCK_SIZE), block + 8);
	if (!(prandom_u32_state(rnd) % 8))
		block[prandom_u32_state(rnd) % DRBD_MD_BLOCK_SIZE] ^= 4;
}

/* What 8.10 says, in so many words. */
static void take_block(u32 *slots, unsigned int size, const u8 *block)
{
	u32 start = get_unaligned_be16(block + 18), count = get_unaligned_be16(block + 16);
	u32 i, slot, extent;

	for (i = 0; i < 919; i++) {
		extent = get_unaligned_be32(block + 420 + 4 * i);
		if (start + i < size && (extent != DRBD_AL_FREE || start + i < count))
			slots[start + i] = extent;
	}
	for (i = 0; i < 64; i++) {
		slot = get_unaligned_be16(block + 36 + 2 * i);
		if (slot < size && (i < get_unaligned_be16(block + 14) || slot != 0xffff))
			slots[slot] = get_unaligned_be32(block + 164 + 4 * i);
	}
}

/* Any ring: those of its transactions count that are whole, in their order. */
static void actlog_replay_garbage_test(struct kunit *test)
{
	struct replay_env *env = new_env(test, 2, 4);
	u32 *slots = kunit_kcalloc(test, 2000, sizeof(u32), GFP_KERNEL);
	u32 first, good, i, bad, k, round;
	struct drbd_al_head head;
	struct rnd_state rnd;

	KUNIT_ASSERT_NOT_NULL(test, slots);
	prandom_seed_state(&rnd, 810);
	for (round = 0; round < 200; round++) {
		first = prandom_u32_state(&rnd);
		for (i = 0; i < 8; i++)
			make_garbage(&rnd, ring_block(env, first + i), first + i);
		drbd_al_map_init(&env->map, env->map.extent, 2000);
		drbd_al_scan_init(&env->scan, 8, env->scan.seen);
		memset(slots, 0xff, 2000 * sizeof(u32));
		for (good = 0, i = 0; i < 8; i++) {
			const u8 *block = ring_block(env, first + i);

			if (drbd_al_block_decode(block, &head, &bad) != DRBD_AL_VALID ||
			    head.type != DRBD_AL_TR_UPDATE)
				continue;
			take_block(slots, 2000, block);
			good++;
		}
		k = replay(env);
		KUNIT_ASSERT_EQ(test, env->scan.updates, good);
		KUNIT_ASSERT_EQ(test, env->scan.valid + env->scan.corrupt, 8);
		if (good) {
			KUNIT_ASSERT_EQ(test, k, good);
			KUNIT_ASSERT_MEMEQ(test, env->map.extent, slots, 2000 * sizeof(u32));
		}
	}
}

static struct kunit_case actlog_replay_cases[] = {
	KUNIT_CASE(actlog_replay_golden_test),
	KUNIT_CASE(actlog_replay_golden_corrupt_test),
	KUNIT_CASE(actlog_replay_golden_pmem_test),
	KUNIT_CASE_PARAM(actlog_replay_ring_test, ring_gen_params),
	KUNIT_CASE_PARAM(actlog_replay_ring_wrap_test, ring_gen_params),
	KUNIT_CASE_PARAM(actlog_replay_ring_striped_test, ring_gen_params),
	KUNIT_CASE(actlog_replay_jump_test),
	KUNIT_CASE(actlog_replay_block_test),
	KUNIT_CASE(actlog_replay_bounds_test),
	KUNIT_CASE(actlog_replay_garbage_test),
	{}
};

static struct kunit_suite actlog_replay_suite = {
	.name = "drbd-actlog-replay",
	.test_cases = actlog_replay_cases,
};

kunit_test_suite(actlog_replay_suite);
