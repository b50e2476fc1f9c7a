// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the blocks of the activity log
 *
 * Expectations are the golden vectors of spec/metadata.md 13.5 and 13.6, and the
 * tables of 14.3, 14.4 and io.md F3.
 */

#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/crc32c.h>
#include <linux/prandom.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "../core/actlog_block.h"

#define MIB 1048576U

/**
 * struct block_row - a golden block
 * @name: its name in the specification
 * @crc: checksum that it has to get
 * @head: its head
 * @change: its updates
 * @context: pairs of slot and extent that are not free; slot 0 ends the list
 */
struct block_row {
	const char *name;
	u32 crc;
	struct drbd_al_head head;
	struct drbd_al_change change[3];
	struct {
		u16 slot;
		u32 extent;
	} context[4];
};

static const struct block_row blocks[] = {
	{ "AL-1", 0x7396232e, { 0, 0, 0, 1237, 0 } },
	{ "AL-2", 0xa619fd4b, { 1, 0, 0, 1237, 919 } },
	{ "AL-3", 0x6532f1a3, { 2, 0, 3, 1237, 0 },
	  { { 0, DRBD_AL_FREE, 1236 }, { 7, DRBD_AL_FREE, 1235 },
	    { 1000, DRBD_AL_FREE, 1234 } } },
	{ "AL-4", 0x7f1771f2, { 3, 0, 1, 1237, 919 }, { { 42, 7, 1235 } },
	  { { 1234, 1000 }, { 1235, 7 }, { 1236, 0 } } },
	{ "AL-5", 0x96f87678, { 0, 0, 1, 67, 0 }, { { 5, DRBD_AL_FREE, 0 } } },
	{ "AL-6", 0x6635f01a, { 0xffffffff, 0, 0, 67, 0 } },
	{ "replay 2", 0x3ddbc52b, { 2, 0, 0, 1237, 0 } },
	{ "replay 3", 0xe8541b4e, { 3, 0, 0, 1237, 919 } },
	{ "replay 4", 0xef0def24, { 4, 0, 0, 1237, 0 } },
	{ "replay 5", 0x3a823141, { 5, 0, 0, 1237, 919 } },
	{ "replay 6", 0xa1400921, { 6, 0, 0, 1237, 0 } },
	{ "replay 7", 0x74cfd744, { 7, 0, 0, 1237, 919 } },
	{ "replay 8", 0x7a0e3de9, { 8, 0, 2, 1237, 0 },
	  { { 0, DRBD_AL_FREE, 1236 }, { 7, DRBD_AL_FREE, 1235 } } },
	{ "replay 9", 0x286d9f21, { 9, 0, 1, 1237, 919 }, { { 3, 7, 1235 } },
	  { { 1235, 7 }, { 1236, 0 } } },
};

KUNIT_ARRAY_PARAM_DESC(block, blocks, name);

static u8 *new_block(struct kunit *test)
{
	u8 *block = kunit_kzalloc(test, DRBD_MD_BLOCK_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, block);
	return block;
}

static u32 *new_extents(struct kunit *test)
{
	u32 *extent = kunit_kcalloc(test, DRBD_AL_EXTENTS_MAX, sizeof(*extent), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, extent);
	for (i = 0; i < DRBD_AL_EXTENTS_MAX; i++)
		extent[i] = DRBD_AL_FREE;
	return extent;
}

/* Give a block the checksum that it should have, by the words of the spec. */
static void seal(u8 *block)
{
	put_unaligned_be32(0, block + 8);
	put_unaligned_be32(crc32c(0, block, DRBD_MD_BLOCK_SIZE), block + 8);
}

static void actlog_block_golden_test(struct kunit *test)
{
	const struct block_row *row = test->param_value;
	u32 *extent = new_extents(test);
	u8 *block = new_block(test);
	struct drbd_al_head head;
	u32 bad, word;
	int i;

	for (i = 0; row->context[i].slot; i++)
		extent[row->context[i].slot] = row->context[i].extent;
	/* what is behind the last slot must not get into the block */
	for (i = row->head.slots; i < DRBD_AL_EXTENTS_MAX; i++)
		extent[i] = 1;
	memset(block, 0x55, DRBD_MD_BLOCK_SIZE);
	KUNIT_ASSERT_EQ(test, drbd_al_block_encode(block, &row->head, row->change, extent), 0);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(block + 8), row->crc);

	KUNIT_EXPECT_EQ(test, drbd_al_block_decode(block, &head, &bad), DRBD_AL_VALID);
	KUNIT_EXPECT_EQ(test, bad, 0);
	KUNIT_EXPECT_EQ(test, head.number, row->head.number);
	KUNIT_EXPECT_EQ(test, head.type, DRBD_AL_TR_UPDATE);
	KUNIT_EXPECT_EQ(test, head.updates, row->head.updates);
	KUNIT_EXPECT_EQ(test, head.slots, row->head.slots);
	KUNIT_EXPECT_EQ(test, head.start, row->head.start);
	for (i = 0; i < DRBD_AL_UPDATES; i++) {
		u16 slot = drbd_al_block_update(block, i, &word);

		if (i < row->head.updates) {
			KUNIT_EXPECT_EQ(test, slot, row->change[i].slot);
			KUNIT_EXPECT_EQ(test, word, row->change[i].extent);
		} else {
			KUNIT_EXPECT_EQ(test, slot, 0xffff);
			KUNIT_EXPECT_EQ(test, word, 0xffffffff);
		}
	}
	for (i = 0; i < DRBD_AL_CONTEXT; i++) {
		word = head.start + i < head.slots ? extent[head.start + i] : 0xffffffff;
		KUNIT_EXPECT_EQ(test, drbd_al_block_context(block, i), word);
	}
}

/* The bytes of AL-0, AL-3 and AL-4 that the specification lists. */
static void actlog_block_bytes_test(struct kunit *test)
{
	static const u8 al0[16] = { 0x69, 0xcb, 0x65, 0xa2, 0, 0, 0, 0,
				    0x70, 0x9c, 0xc6, 0x51, 0xff, 0xff, 0, 0 };
	static const u8 al3[44] = { 0x69, 0xcb, 0x65, 0xa2, 0, 0, 0, 2,
				    0x65, 0x32, 0xf1, 0xa3, 0, 0, 0, 3,
				    0x04, 0xd5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
				    0, 0, 0, 0, 0x04, 0xd4, 0x04, 0xd3, 0x04, 0xd2,
				    0xff, 0xff };
	static const u8 al3_extents[16] = { 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 3, 0xe8,
					    0xff, 0xff, 0xff, 0xff };
	static const u8 al4_context[16] = { 0, 0, 3, 0xe8, 0, 0, 0, 7, 0, 0, 0, 0,
					    0xff, 0xff, 0xff, 0xff };
	u32 *extent = new_extents(test);
	u8 *block = new_block(test);
	struct drbd_al_head head;
	u32 bad;
	int i;

	memset(block, 0x55, DRBD_MD_BLOCK_SIZE);
	drbd_al_block_init(block);
	KUNIT_EXPECT_MEMEQ(test, block, al0, sizeof(al0));
	for (i = 16; i < DRBD_MD_BLOCK_SIZE; i++)
		KUNIT_EXPECT_EQ(test, block[i], 0);
	KUNIT_EXPECT_EQ(test, drbd_al_block_decode(block, &head, &bad), DRBD_AL_VALID);
	KUNIT_EXPECT_EQ(test, head.type, DRBD_AL_TR_INITIALIZED);

	KUNIT_ASSERT_EQ(test, drbd_al_block_encode(block, &blocks[2].head, blocks[2].change,
						   extent), 0);
	KUNIT_EXPECT_MEMEQ(test, block, al3, sizeof(al3));
	KUNIT_EXPECT_MEMEQ(test, block + 164, al3_extents, sizeof(al3_extents));

	extent[1234] = 1000;
	extent[1235] = 7;
	extent[1236] = 0;
	KUNIT_ASSERT_EQ(test, drbd_al_block_encode(block, &blocks[3].head, blocks[3].change,
						   extent), 0);
	KUNIT_EXPECT_MEMEQ(test, block + 1680, al4_context, sizeof(al4_context));
}

static void actlog_block_encode_refuse_test(struct kunit *test)
{
	struct drbd_al_head head = { .slots = 67, .updates = 1 };
	struct drbd_al_change *change;
	u32 *extent = new_extents(test);
	u8 *block = new_block(test);
	int i;

	change = kunit_kcalloc(test, 65, sizeof(*change), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, change);
	for (i = 0; i < 65; i++)
		change[i].slot = i;
	head.updates = 64;
	KUNIT_EXPECT_EQ(test, drbd_al_block_encode(block, &head, change, extent), 0);
	head.updates = 65;
	KUNIT_EXPECT_EQ(test, drbd_al_block_encode(block, &head, change, extent), -EINVAL);
	head.updates = 1;
	head.start = 66;
	KUNIT_EXPECT_EQ(test, drbd_al_block_encode(block, &head, change, extent), 0);
	head.start = 67;
	KUNIT_EXPECT_EQ(test, drbd_al_block_encode(block, &head, change, extent), -EINVAL);
	head.start = 0;
	change[0].slot = 66;
	KUNIT_EXPECT_EQ(test, drbd_al_block_encode(block, &head, change, extent), 0);
	change[0].slot = 67;
	KUNIT_EXPECT_EQ(test, drbd_al_block_encode(block, &head, change, extent), -EINVAL);
}

/**
 * struct refuse_row - a damaged block
 * @name: what is damaged
 * @offset: byte that gets another value
 * @value: the other value
 * @sealed: its checksum is right nevertheless
 * @fault: what is wrong with it
 * @bad: value that is refused
 */
struct refuse_row {
	const char *name;
	unsigned int offset;
	u8 value;
	bool sealed;
	enum drbd_al_fault fault;
	u32 bad;
};

static const struct refuse_row refusals[] = {
	{ "nothing", 0, 0x69, true, DRBD_AL_VALID, 0 },
	{ "magic", 3, 0xa3, true, DRBD_AL_BAD_MAGIC, 0x69cb65a3 },
	{ "magic and checksum", 0, 0, false, DRBD_AL_BAD_MAGIC, 0x00cb65a2 },
	{ "checksum", 11, 0xa4, false, DRBD_AL_BAD_CRC, 0x6532f1a4 },
	{ "number", 7, 3, false, DRBD_AL_BAD_CRC, 0x6532f1a3 },
	{ "type unsealed", 12, 0xff, false, DRBD_AL_BAD_CRC, 0x6532f1a3 },
	{ "last byte", 4095, 0, false, DRBD_AL_BAD_CRC, 0x6532f1a3 },
	{ "type", 13, 1, true, DRBD_AL_BAD_TYPE, 1 },
	{ "half a type", 12, 0xff, true, DRBD_AL_BAD_TYPE, 0xff00 },
	{ "64 updates", 15, 64, true, DRBD_AL_VALID, 0 },
	{ "65 updates", 15, 65, true, DRBD_AL_BAD_UPDATES, 65 },
	{ "259 updates", 14, 1, true, DRBD_AL_BAD_UPDATES, 259 },
};

KUNIT_ARRAY_PARAM_DESC(refuse, refusals, name);

static void actlog_block_refuse_test(struct kunit *test)
{
	const struct refuse_row *row = test->param_value;
	u32 *extent = new_extents(test);
	u8 *block = new_block(test);
	struct drbd_al_head head;
	u32 bad = 1;

	KUNIT_ASSERT_EQ(test, drbd_al_block_encode(block, &blocks[2].head, blocks[2].change,
						   extent), 0);
	block[row->offset] = row->value;
	if (row->sealed)
		seal(block);
	KUNIT_EXPECT_EQ(test, drbd_al_block_decode(block, &head, &bad), row->fault);
	KUNIT_EXPECT_EQ(test, bad, row->bad);
}

static void actlog_block_text_test(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, drbd_al_fault_text(DRBD_AL_VALID), "valid");
	KUNIT_EXPECT_STREQ(test, drbd_al_fault_text(DRBD_AL_BAD_MAGIC), "bad magic");
	KUNIT_EXPECT_STREQ(test, drbd_al_fault_text(DRBD_AL_BAD_CRC), "checksum mismatch");
	KUNIT_EXPECT_STREQ(test, drbd_al_fault_text(DRBD_AL_BAD_TYPE),
			   "unknown transaction type");
	KUNIT_EXPECT_STREQ(test, drbd_al_fault_text(DRBD_AL_BAD_UPDATES),
			   "too many updates");
	KUNIT_EXPECT_STREQ(test, drbd_al_fault_text(DRBD_AL_BAD_UPDATES + 1), "unknown");
}

/* Any single bit that flips is found. */
static void actlog_block_flip_test(struct kunit *test)
{
	u32 *extent = new_extents(test);
	u8 *block = new_block(test);
	struct drbd_al_head head;
	struct rnd_state rnd;
	u32 bad;
	int i;

	prandom_seed_state(&rnd, 20261124);
	KUNIT_ASSERT_EQ(test, drbd_al_block_encode(block, &blocks[3].head, blocks[3].change,
						   extent), 0);
	for (i = 0; i < 2000; i++) {
		u32 bit = prandom_u32_state(&rnd) % (DRBD_MD_BLOCK_SIZE * 8);

		block[bit / 8] ^= BIT(bit % 8);
		KUNIT_EXPECT_NE(test, drbd_al_block_decode(block, &head, &bad),
				DRBD_AL_VALID);
		block[bit / 8] ^= BIT(bit % 8);
	}
	KUNIT_EXPECT_EQ(test, drbd_al_block_decode(block, &head, &bad), DRBD_AL_VALID);
}

/* Which ones are valid is tested with drbd_md_striping_valid(). */
static void actlog_block_ring_init_test(struct kunit *test)
{
	struct drbd_al_ring ring = {};

	KUNIT_EXPECT_EQ(test, drbd_al_ring_init(&ring, 0, 8), -EINVAL);
	KUNIT_EXPECT_EQ(test, drbd_al_ring_init(&ring, 8, 0x20000001), -EINVAL);
	KUNIT_EXPECT_EQ(test, ring.blocks, 0);
	KUNIT_EXPECT_EQ(test, drbd_al_ring_init(&ring, 1024, 4096), 0);
	KUNIT_EXPECT_EQ(test, ring.stripes, 1024);
	KUNIT_EXPECT_EQ(test, ring.stripe_blocks, 4096);
	KUNIT_EXPECT_EQ(test, ring.blocks, 4194304);
}

/**
 * struct place_row - places of transactions in a ring
 * @name: description
 * @stripes: number of stripes
 * @size_4k: blocks of each
 * @place: pairs of number and index of the block; twice 0 ends the list
 */
struct place_row {
	const char *name;
	u32 stripes;
	u32 size_4k;
	struct {
		u32 number;
		u32 block;
	} place[12];
};

static const struct place_row places[] = {
	{ "1 x 8", 1, 8, { { 1, 1 }, { 7, 7 }, { 8, 0 }, { 9, 1 }, { 255, 7 },
			   { 0xffffffff, 7 } } },
	{ "4 x 64", 4, 64, { { 1, 64 }, { 2, 128 }, { 3, 192 }, { 4, 1 }, { 5, 65 },
			     { 7, 193 }, { 8, 2 }, { 255, 255 }, { 256, 0 }, { 257, 64 } } },
	{ "2 x 4", 2, 4, { { 1, 4 }, { 2, 1 }, { 3, 5 }, { 4, 2 }, { 5, 6 }, { 7, 7 },
			   { 8, 0 }, { 9, 4 } } },
};

KUNIT_ARRAY_PARAM_DESC(place, places, name);

static void actlog_block_place_test(struct kunit *test)
{
	const struct place_row *row = test->param_value;
	struct drbd_al_ring ring;
	int i;

	KUNIT_ASSERT_EQ(test, drbd_al_ring_init(&ring, row->stripes, row->size_4k), 0);
	KUNIT_EXPECT_EQ(test, drbd_al_ring_block(&ring, 0), 0);
	for (i = 0; row->place[i].number; i++)
		KUNIT_EXPECT_EQ(test, drbd_al_ring_block(&ring, row->place[i].number),
				row->place[i].block);
}

/* As many transactions as there are blocks use each of them, also where the
 * number wraps.
 */
static void actlog_block_ring_walk_test(struct kunit *test)
{
	static const u32 shapes[][2] = { { 1, 8 }, { 3, 8 }, { 7, 11 }, { 1, 9 }, { 5, 2 } };
	u8 *used = new_block(test);
	struct drbd_al_ring ring;
	int i, j;

	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		u32 number = 0xffffffe0;

		KUNIT_ASSERT_EQ(test, drbd_al_ring_init(&ring, shapes[i][0], shapes[i][1]), 0);
		memset(used, 0, ring.blocks);
		for (j = 0; j < 4 * ring.blocks; j++) {
			u32 next = drbd_al_next_number(ring.blocks, number);
			u32 block = drbd_al_ring_block(&ring, number);

			KUNIT_ASSERT_LT(test, block, ring.blocks);
			/* all blocks once before any is used again */
			KUNIT_EXPECT_EQ(test, used[block], j / ring.blocks);
			used[block]++;
			KUNIT_EXPECT_GT(test, (s32)(next - number), 0);
			number = next;
		}
		KUNIT_EXPECT_LT(test, number, 1000);
	}
	KUNIT_EXPECT_EQ(test, drbd_al_next_number(8, 0), 1);
	KUNIT_EXPECT_EQ(test, drbd_al_next_number(8, 0xffffffff), 0);
	/* 2^32 is 4 mod 9, 16 mod 24 and 81 mod 185 */
	KUNIT_EXPECT_EQ(test, drbd_al_next_number(9, 0xffffffff), 4);
	KUNIT_EXPECT_EQ(test, drbd_al_next_number(24, 0xffffffff), 16);
	KUNIT_EXPECT_EQ(test, drbd_al_next_number(185, 0xffffffff), 81);
	KUNIT_EXPECT_EQ(test, drbd_al_next_number(185, 0xfffffffe), 0xffffffff);
}

static void actlog_block_slots_test(struct kunit *test)
{
	static const u32 max[][2] = {
		{ 8, 6433 }, { 16, 13785 }, { 71, 64330 }, { 72, 65249 }, { 73, 65534 },
		{ 4096, 65534 }, { 4194304, 65534 },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(max); i++)
		KUNIT_EXPECT_EQ(test, drbd_al_max_slots(max[i][0]), max[i][1]);
	KUNIT_EXPECT_EQ(test, drbd_al_clamp_slots(0, 8), 67);
	KUNIT_EXPECT_EQ(test, drbd_al_clamp_slots(66, 8), 67);
	KUNIT_EXPECT_EQ(test, drbd_al_clamp_slots(1237, 8), 1237);
	KUNIT_EXPECT_EQ(test, drbd_al_clamp_slots(6433, 8), 6433);
	KUNIT_EXPECT_EQ(test, drbd_al_clamp_slots(6434, 8), 6433);
	KUNIT_EXPECT_EQ(test, drbd_al_clamp_slots(0xffffffff, 100), 65534);
}

/**
 * struct extents_row - extents of a request
 * @sector: first sector
 * @bytes: size
 * @extents: number of extents
 */
struct extents_row {
	u64 sector;
	u32 bytes;
	unsigned int extents;
};

static const struct extents_row requests[] = {
	{ 0, 0, 1 }, { 0, 4096, 1 }, { 8191, 512, 1 }, { 8191, 1024, 2 },
	{ 8192, 512, 1 }, { 8192, 4096, 1 }, { 8184, 4096, 1 }, { 8184, 8192, 2 },
	{ 0, 4 * MIB, 1 }, { 1, 4 * MIB, 2 }, { 8, 4 * MIB, 2 }, { 0, MIB, 1 },
	{ 0, 128 * MIB, 32 }, { 1, 128 * MIB, 33 }, { 8, 128 * MIB, 33 },
	{ 16383, 512, 1 }, { 16384, 0, 1 },
	/* the last extent of 1 PiB, and what 32 bits of sectors would not do */
	{ (1ULL << 41) - 1, 512, 1 }, { (1ULL << 32) - 1, 1024, 2 },
};

static void actlog_block_extents_test(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(requests); i++)
		KUNIT_EXPECT_EQ(test, drbd_al_extents(requests[i].sector, requests[i].bytes),
				requests[i].extents);
}

static struct kunit_case actlog_block_cases[] = {
	KUNIT_CASE_PARAM(actlog_block_golden_test, block_gen_params),
	KUNIT_CASE(actlog_block_bytes_test),
	KUNIT_CASE(actlog_block_encode_refuse_test),
	KUNIT_CASE_PARAM(actlog_block_refuse_test, refuse_gen_params),
	KUNIT_CASE(actlog_block_text_test),
	KUNIT_CASE(actlog_block_flip_test),
	KUNIT_CASE(actlog_block_ring_init_test),
	KUNIT_CASE_PARAM(actlog_block_place_test, place_gen_params),
	KUNIT_CASE(actlog_block_ring_walk_test),
	KUNIT_CASE(actlog_block_slots_test),
	KUNIT_CASE(actlog_block_extents_test),
	{}
};

static struct kunit_suite actlog_block_suite = {
	.name = "drbd-actlog-block",
	.test_cases = actlog_block_cases,
};

kunit_test_suite(actlog_block_suite);
