// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the superblock, in both formats
 *
 * The blocks are those of spec/metadata.md 13.1 to 13.3, given as the rows that
 * are not zero, and confirmed by a checksum of the whole.
 */

#include <kunit/test.h>
#include <linux/crc32c.h>
#include <linux/limits.h>
#include <linux/prandom.h>
#include <linux/unaligned.h>

#include "../core/meta_sb.h"

/**
 * struct golden_row - 16 bytes of a block
 * @at: offset in the block
 * @bytes: the bytes
 */
struct golden_row {
	unsigned int at;
	u8 bytes[16];
};

/* Made by drbdmeta 9.22: internal, 64 MiB, 3 peers. */
static const struct golden_row sb_a[] = {
	{ 0x00, { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x04 } },
	{ 0x30, { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x83, 0x74, 0x02, 0x6d } },
	{ 0x40, { 0, 0, 0, 0x58, 0xff, 0xff, 0xff, 0xc0,
		  0, 0, 0x01, 0x01, 0xff, 0xff, 0xff, 0xb0 } },
	{ 0x50, { 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0x03, 0xff, 0xff, 0xff, 0xff } },
	{ 0x60, { 0, 0, 0, 0x01, 0, 0, 0, 0x08 } },
};

static const struct golden_row sb_b[] = {
	{ 0x00, { 0, 0, 0, 0, 0, 0x01, 0xff, 0xa8,
		  0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x89 } },
	{ 0x10, { 0, 0, 0, 0, 0, 0, 0, 0x07 } },
	{ 0x30, { 0xde, 0xad, 0xbe, 0xef, 0x01, 0x02, 0x03, 0x04,
		  0, 0, 0x04, 0x53, 0x83, 0x74, 0x02, 0x6d } },
	{ 0x40, { 0, 0, 0, 0x58, 0xff, 0xff, 0xff, 0xc0,
		  0, 0, 0x04, 0xd5, 0xff, 0xff, 0xff, 0xb0 } },
	{ 0x50, { 0, 0, 0x10, 0, 0, 0x10, 0, 0, 0, 0, 0, 0x03 } },
	{ 0x60, { 0, 0, 0, 0x01, 0, 0, 0, 0x08 } },
	{ 0x90, { 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0x00, 0x10,
		  0, 0, 0, 0, 0, 0x12, 0x34, 0x56 } },
	{ 0xa0, { 0, 0x01, 0, 0x11 } },
	{ 0xc0, { 0, 0, 0, 0x11, 0, 0, 0, 0x01 } },
	{ 0x470, { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
		   0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18 } },
};

static const struct golden_row sb_c[] = {
	{ 0x00, { 0, 0, 0, 0, 0, 0x01, 0xff, 0xb0,
		  0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11 } },
	{ 0x10, { 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22,
		  0x33, 0x33, 0x33, 0x33, 0x33, 0x33, 0x33, 0x32 } },
	{ 0x20, { 0x44, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44,
		  0xde, 0xad, 0xbe, 0xef, 0x01, 0x02, 0x03, 0x04 } },
	{ 0x30, { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x57, 0x83, 0x74, 0x02, 0x6c } },
	{ 0x40, { 0, 0, 0, 0x50, 0xff, 0xff, 0xff, 0xc0,
		  0, 0, 0x04, 0xd5, 0xff, 0xff, 0xff, 0xb8 } },
	{ 0x50, { 0, 0, 0x10, 0, 0, 0x10, 0, 0, 0, 0, 0, 0x01, 0, 0, 0, 0x08 } },
};

/* Makes a block of @n rows; nodes in @unused have no slot, which is no zero. */
static u8 *golden(struct kunit *test, const struct golden_row *rows, int n, u32 unused,
		  u32 digest)
{
	u8 *block = kunit_kzalloc(test, 4096, GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, block);
	for (i = 0; i < n; i++)
		memcpy(block + rows[i].at, rows[i].bytes, sizeof(rows[i].bytes));
	for (i = 0; i < 32; i++) {
		if (unused & BIT(i))
			put_unaligned_be32(-1, block + 0x70 + 32 * i + 20);
	}
	KUNIT_EXPECT_EQ(test, crc32c(0, block, 4096), digest);
	return block;
}

static u8 *golden_a(struct kunit *test)
{
	return golden(test, sb_a, ARRAY_SIZE(sb_a), ~0, 0xece75406);
}

static u8 *golden_b(struct kunit *test)
{
	return golden(test, sb_b, ARRAY_SIZE(sb_b), ~6, 0xc2d1d712);
}

static u8 *golden_c(struct kunit *test)
{
	return golden(test, sb_c, ARRAY_SIZE(sb_c), 0, 0x1594f1a5);
}

static struct drbd_sb *new_sb(struct kunit *test)
{
	struct drbd_sb *sb = kunit_kzalloc(test, sizeof(*sb), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, sb);
	memset(sb, 0x5a, sizeof(*sb));
	return sb;
}

static void *new_block(struct kunit *test)
{
	void *block = kunit_kzalloc(test, 4096, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, block);
	memset(block, 0xa5, 4096);
	return block;
}

static void sb_fresh_v09_test(struct kunit *test)
{
	u8 *block = golden_a(test);
	void *out = new_block(test);
	struct drbd_sb *sb = new_sb(test);
	int i;

	KUNIT_EXPECT_EQ(test, drbd_sb_identify(block), DRBD_SB_V09);
	KUNIT_EXPECT_EQ(test, drbd_sb_peek_magic(block), 0x8374026dU);
	KUNIT_EXPECT_EQ(test, drbd_sb_peek_flags(block), 0x80);
	drbd_sb_decode_v09(block, sb);
	KUNIT_EXPECT_FALSE(test, sb->v08);
	KUNIT_EXPECT_EQ(test, sb->effective_size, 0);
	KUNIT_EXPECT_EQ(test, sb->current_uuid, 4);
	KUNIT_EXPECT_EQ(test, sb->members, 0);
	KUNIT_EXPECT_EQ(test, sb->device_uuid, 0);
	KUNIT_EXPECT_EQ(test, sb->flags, DRBD_MDF_AL_CLEAN);
	KUNIT_EXPECT_EQ(test, sb->al_nr_extents, 257);
	KUNIT_EXPECT_EQ(test, sb->la_peer_max_bio_size, 0);
	KUNIT_EXPECT_EQ(test, sb->node_id, -1);
	KUNIT_EXPECT_EQ(test, sb->layout.md_size_sect, 88);
	KUNIT_EXPECT_EQ(test, sb->layout.al_offset, -64);
	KUNIT_EXPECT_EQ(test, sb->layout.bm_offset, -80);
	KUNIT_EXPECT_EQ(test, sb->layout.bm_bytes_per_bit, 4096);
	KUNIT_EXPECT_EQ(test, sb->layout.bm_max_peers, 3);
	KUNIT_EXPECT_EQ(test, sb->layout.al_stripes, 1);
	KUNIT_EXPECT_EQ(test, sb->layout.al_stripe_size_4k, 8);
	for (i = 0; i < 32; i++) {
		KUNIT_EXPECT_EQ(test, sb->peers[i].bitmap_uuid, 0);
		KUNIT_EXPECT_EQ(test, sb->peers[i].bitmap_dagtag, 0);
		KUNIT_EXPECT_EQ(test, sb->peers[i].flags, 0);
		KUNIT_EXPECT_EQ(test, sb->peers[i].bitmap_index, -1);
		KUNIT_EXPECT_EQ(test, sb->history[i], 0);
	}

	/* all but that the activity log is clean, which a kernel never says */
	drbd_sb_encode_v09(sb, true, out);
	block[0x3b] = 0;
	KUNIT_EXPECT_MEMEQ(test, out, block, 4096);
}

static void sb_live_v09_test(struct kunit *test)
{
	u8 *block = golden_b(test);
	void *out = new_block(test);
	struct drbd_sb *sb = new_sb(test);
	int i;

	drbd_sb_decode_v09(block, sb);
	KUNIT_EXPECT_EQ(test, sb->effective_size, 130984);
	KUNIT_EXPECT_EQ(test, sb->current_uuid, 0x1122334455667789);
	KUNIT_EXPECT_EQ(test, sb->members, 7);
	KUNIT_EXPECT_EQ(test, sb->device_uuid, 0xdeadbeef01020304);
	KUNIT_EXPECT_EQ(test, sb->flags, DRBD_MDF_CONSISTENT | DRBD_MDF_PRIMARY_IND |
			DRBD_MDF_WAS_UP_TO_DATE | DRBD_MDF_CRASHED_PRIMARY |
			DRBD_MDF_HAVE_QUORUM);
	KUNIT_EXPECT_EQ(test, sb->flags, 0x453);
	KUNIT_EXPECT_EQ(test, sb->al_nr_extents, 1237);
	KUNIT_EXPECT_EQ(test, sb->la_peer_max_bio_size, 1048576);
	KUNIT_EXPECT_EQ(test, sb->node_id, 0);
	KUNIT_EXPECT_EQ(test, sb->layout.bm_max_peers, 3);

	KUNIT_EXPECT_EQ(test, sb->peers[0].flags, 0);
	KUNIT_EXPECT_EQ(test, sb->peers[0].bitmap_index, -1);
	KUNIT_EXPECT_EQ(test, sb->peers[1].bitmap_uuid, 0xaabbccddeeff0010);
	KUNIT_EXPECT_EQ(test, sb->peers[1].bitmap_dagtag, 0x123456);
	KUNIT_EXPECT_EQ(test, sb->peers[1].flags, 0x80010011);
	KUNIT_EXPECT_EQ(test, sb->peers[1].flags, DRBD_MDF_PEER_CONNECTED |
			DRBD_MDF_PEER_DEVICE_SEEN | DRBD_MDF_NODE_EXISTS | DRBD_MDF_HAVE_BITMAP);
	KUNIT_EXPECT_EQ(test, sb->peers[1].bitmap_index, 0);
	KUNIT_EXPECT_EQ(test, sb->peers[2].bitmap_uuid, 0);
	KUNIT_EXPECT_EQ(test, sb->peers[2].flags, 0x80000011);
	KUNIT_EXPECT_EQ(test, sb->peers[2].bitmap_index, 1);
	KUNIT_EXPECT_EQ(test, sb->peers[31].bitmap_index, -1);
	KUNIT_EXPECT_EQ(test, sb->history[0], 0x0102030405060708);
	KUNIT_EXPECT_EQ(test, sb->history[1], 0x1112131415161718);
	KUNIT_EXPECT_EQ(test, sb->history[2], 0);

	drbd_sb_encode_v09(sb, true, out);
	KUNIT_EXPECT_MEMEQ(test, out, block, 4096);

	/* nothing tracks what peers miss: all of them get a full sync */
	drbd_sb_encode_v09(sb, false, out);
	for (i = 0; i < 32; i++)
		block[0x70 + 32 * i + 19] |= DRBD_MDF_PEER_FULL_SYNC;
	KUNIT_EXPECT_MEMEQ(test, out, block, 4096);
	KUNIT_EXPECT_EQ(test, sb->peers[2].flags, 0x80000011);

	/* a bitmap is there if it has a slot, whatever the flag on disk says */
	put_unaligned_be32(0x80000001, block + 0x70 + 16);
	put_unaligned_be32(0x80000001, block + 0x90 + 16);
	drbd_sb_decode_v09(block, sb);
	KUNIT_EXPECT_EQ(test, sb->peers[0].flags, 0x00000001);
	KUNIT_EXPECT_EQ(test, sb->peers[1].flags, 0x80000001);
}

static void sb_live_v08_test(struct kunit *test)
{
	u8 *block = golden_c(test);
	void *out = new_block(test);
	struct drbd_sb_v08 sb;

	KUNIT_EXPECT_EQ(test, drbd_sb_identify(block), DRBD_SB_V08_UNCLEAN);
	KUNIT_EXPECT_EQ(test, drbd_sb_peek_flags(block), 0x57);
	drbd_sb_decode_v08(block, &sb);
	KUNIT_EXPECT_EQ(test, sb.effective_size, 130992);
	KUNIT_EXPECT_EQ(test, sb.current_uuid, 0x1111111111111111);
	KUNIT_EXPECT_EQ(test, sb.bitmap_uuid, 0x2222222222222222);
	KUNIT_EXPECT_EQ(test, sb.history[0], 0x3333333333333332);
	KUNIT_EXPECT_EQ(test, sb.history[1], 0x4444444444444444);
	KUNIT_EXPECT_EQ(test, sb.device_uuid, 0xdeadbeef01020304);
	KUNIT_EXPECT_EQ(test, sb.flags, 0x57);
	KUNIT_EXPECT_EQ(test, sb.al_nr_extents, 1237);
	KUNIT_EXPECT_EQ(test, sb.la_peer_max_bio_size, 1048576);
	KUNIT_EXPECT_EQ(test, sb.layout.md_size_sect, 80);
	KUNIT_EXPECT_EQ(test, sb.layout.al_offset, -64);
	KUNIT_EXPECT_EQ(test, sb.layout.bm_offset, -72);
	KUNIT_EXPECT_EQ(test, sb.layout.bm_bytes_per_bit, 4096);
	KUNIT_EXPECT_EQ(test, sb.layout.bm_max_peers, 1);
	KUNIT_EXPECT_EQ(test, sb.layout.al_stripes, 1);
	KUNIT_EXPECT_EQ(test, sb.layout.al_stripe_size_4k, 8);

	/* whoever says that it is clean */
	sb.flags |= DRBD_MDF_AL_CLEAN;
	drbd_sb_encode_v08(&sb, out);
	KUNIT_EXPECT_MEMEQ(test, out, block, 4096);
}

static void sb_magic_test(struct kunit *test)
{
	static const struct {
		u32 magic;
		enum drbd_sb_format format;
	} magics[] = {
		{ 0x8374026a, DRBD_SB_V07 },
		{ 0x8374026b, DRBD_SB_V08 },
		{ 0x8374026c, DRBD_SB_V08_UNCLEAN },
		{ 0x8374026d, DRBD_SB_V09 },
		{ 0x83740267, DRBD_SB_NONE },
		{ 0x83740269, DRBD_SB_NONE },
		{ 0x8374026e, DRBD_SB_NONE },
		{ 0x6d027483, DRBD_SB_NONE },
		{ 0, DRBD_SB_NONE },
	};
	u8 *block = new_block(test);
	int i;

	for (i = 0; i < ARRAY_SIZE(magics); i++) {
		put_unaligned_be32(magics[i].magic, block + 0x3c);
		KUNIT_EXPECT_EQ(test, drbd_sb_identify(block), magics[i].format);
		KUNIT_EXPECT_EQ(test, drbd_sb_peek_magic(block), magics[i].magic);
		KUNIT_EXPECT_EQ(test, drbd_sb_peek_flags(block), 0xa5a5a5a5U);
	}
}

/* Before there were stripes, both fields were zero; any other zero is an error. */
static void sb_old_striping_test(struct kunit *test)
{
	u8 *v08 = golden_c(test);
	u8 *v09 = golden_b(test);
	struct drbd_sb *sb = new_sb(test);
	struct drbd_sb_v08 sb8;

	put_unaligned_be64(0, v08 + 0x58);
	drbd_sb_decode_v08(v08, &sb8);
	KUNIT_EXPECT_EQ(test, sb8.layout.al_stripes, 1);
	KUNIT_EXPECT_EQ(test, sb8.layout.al_stripe_size_4k, 8);
	put_unaligned_be64(7, v08 + 0x58);
	drbd_sb_decode_v08(v08, &sb8);
	KUNIT_EXPECT_EQ(test, sb8.layout.al_stripes, 0);
	KUNIT_EXPECT_EQ(test, sb8.layout.al_stripe_size_4k, 7);

	put_unaligned_be64(0, v09 + 0x60);
	drbd_sb_decode_v09(v09, sb);
	KUNIT_EXPECT_EQ(test, sb->layout.al_stripes, 1);
	KUNIT_EXPECT_EQ(test, sb->layout.al_stripe_size_4k, 8);
	put_unaligned_be64(7ULL << 32, v09 + 0x60);
	drbd_sb_decode_v09(v09, sb);
	KUNIT_EXPECT_EQ(test, sb->layout.al_stripes, 7);
	KUNIT_EXPECT_EQ(test, sb->layout.al_stripe_size_4k, 0);
}

/* What is reserved has zeroes, and what a kernel may not write is not written. */
static void wipe_reserved_v09(u8 *block)
{
	int i;

	memset(block + 0x18, 0, 24);
	block[0x3b] &= ~DRBD_MDF_AL_CLEAN;
	put_unaligned_be32(0x8374026d, block + 0x3c);
	memset(block + 0x68, 0, 8);
	for (i = 0; i < 32; i++) {
		block[0x70 + 32 * i + 16] &= 0x7f;
		memset(block + 0x70 + 32 * i + 24, 0, 8);
	}
	memset(block + 0x570, 0, 4096 - 0x570);
}

static void sb_round_trip_v09_test(struct kunit *test)
{
	struct drbd_sb *sb = new_sb(test);
	u8 *block = new_block(test);
	u8 *out = new_block(test);
	struct rnd_state rnd;
	int i;

	prandom_seed_state(&rnd, 9);
	for (i = 0; i < 200; i++) {
		prandom_bytes_state(&rnd, block, 4096);
		/* anything decodes, and all that is in use survives */
		drbd_sb_decode_v09(block, sb);
		drbd_sb_encode_v09(sb, true, out);
		wipe_reserved_v09(block);
		KUNIT_ASSERT_MEMEQ(test, out, block, 4096);
	}
}

static void sb_round_trip_v08_test(struct kunit *test)
{
	u8 *block = new_block(test);
	u8 *out = new_block(test);
	struct drbd_sb_v08 sb;
	struct rnd_state rnd;
	int i;

	prandom_seed_state(&rnd, 8);
	for (i = 0; i < 200; i++) {
		prandom_bytes_state(&rnd, block, 4096);
		drbd_sb_decode_v08(block, &sb);
		drbd_sb_encode_v08(&sb, out);
		memset(block + 0x30, 0, 8);
		block[0x3b] &= ~DRBD_MDF_AL_CLEAN;
		put_unaligned_be32(0x8374026c, block + 0x3c);
		memset(block + 0x60, 0, 4096 - 0x60);
		KUNIT_ASSERT_MEMEQ(test, out, block, 4096);
	}
}

/**
 * struct slot_row - slots that nodes have
 * @what: name of the row
 * @peers: slots of the disk
 * @index: for nodes 0 to 5: slot, or -1
 * @count: expected number of vacant slots
 */
struct slot_row {
	const char *what;
	u32 peers;
	s32 index[6];
	unsigned int count;
};

static const struct slot_row slot_rows[] = {
	{ "none in use", 3, { -1, -1, -1, -1, -1, -1 }, 3 },
	{ "first in use", 3, { -1, 0, -1, -1, -1, -1 }, 2 },
	{ "second in use", 3, { -1, 1, -1, -1, -1, -1 }, 2 },
	{ "hole", 3, { -1, 0, 2, -1, -1, -1 }, 1 },
	{ "full", 3, { -1, 0, 1, -1, -1, 2 }, 0 },
	{ "first left", 3, { -1, 2, 1, -1, -1, -1 }, 1 },
	{ "one slot, taken", 1, { -1, 0, -1, -1, -1, -1 }, 0 },
	{ "last of 32", 32, { 0, 1, 2, 3, 4, 31 }, 26 },
	{ "slots that do not exist", 3, { 32, 63, 64, S32_MAX, S32_MIN, 3 }, 3 },
};

KUNIT_ARRAY_PARAM_DESC(slot, slot_rows, what);

static void sb_slot_test(struct kunit *test)
{
	const struct slot_row *row = test->param_value;
	struct drbd_sb *sb = new_sb(test);
	int i;

	sb->layout.bm_max_peers = row->peers;
	for (i = 0; i < 32; i++)
		sb->peers[i].bitmap_index = i < 6 ? row->index[i] : -1;
	KUNIT_EXPECT_EQ(test, drbd_sb_vacant_slots(sb), row->count);
}

static void sb_all_slots_test(struct kunit *test)
{
	struct drbd_sb *sb = new_sb(test);
	int i;

	sb->layout.bm_max_peers = 32;
	for (i = 0; i < 32; i++)
		sb->peers[i].bitmap_index = 31 - i;
	KUNIT_EXPECT_EQ(test, drbd_sb_vacant_slots(sb), 0);
	sb->peers[0].bitmap_index = -1;
	KUNIT_EXPECT_EQ(test, drbd_sb_vacant_slots(sb), 1);
}

static void sb_day0_test(struct kunit *test)
{
	struct drbd_sb *sb = new_sb(test);
	int i;

	for (i = 0; i < 32; i++) {
		sb->peers[i].bitmap_index = -1;
		sb->peers[i].flags = 0;
	}
	KUNIT_EXPECT_EQ(test, drbd_sb_day0_node(sb, -1), 0);
	KUNIT_EXPECT_EQ(test, drbd_sb_day0_node(sb, 0), 1);
	KUNIT_EXPECT_EQ(test, drbd_sb_day0_node(sb, 5), 0);
	/* either a flag or a slot tells of a use */
	sb->peers[1].flags = DRBD_MDF_NODE_EXISTS;
	sb->peers[2].bitmap_index = 0;
	KUNIT_EXPECT_EQ(test, drbd_sb_day0_node(sb, 0), 3);
	for (i = 0; i < 31; i++)
		sb->peers[i].flags = DRBD_MDF_PEER_OUTDATED;
	KUNIT_EXPECT_EQ(test, drbd_sb_day0_node(sb, 0), 31);
	KUNIT_EXPECT_EQ(test, drbd_sb_day0_node(sb, 31), -1);
}

static void sb_dagtag_test(struct kunit *test)
{
	struct drbd_sb *sb = new_sb(test);
	int i;

	for (i = 0; i < 32; i++) {
		sb->peers[i].bitmap_uuid = 0;
		sb->peers[i].bitmap_dagtag = 1000 + i;
	}
	KUNIT_EXPECT_EQ(test, drbd_sb_max_dagtag(sb, 0), 0);
	sb->peers[31].bitmap_uuid = 2;
	sb->peers[0].bitmap_uuid = 2;
	sb->peers[2].bitmap_uuid = 4;
	KUNIT_EXPECT_EQ(test, drbd_sb_max_dagtag(sb, 0), 1031);
	KUNIT_EXPECT_EQ(test, drbd_sb_max_dagtag(sb, 31), 1002);
	sb->peers[0].bitmap_dagtag = U64_MAX;
	KUNIT_EXPECT_EQ(test, drbd_sb_max_dagtag(sb, 31), U64_MAX);
	KUNIT_EXPECT_EQ(test, drbd_sb_max_dagtag(sb, -1), U64_MAX);
}

static struct kunit_case sb_cases[] = {
	KUNIT_CASE(sb_fresh_v09_test),
	KUNIT_CASE(sb_live_v09_test),
	KUNIT_CASE(sb_live_v08_test),
	KUNIT_CASE(sb_magic_test),
	KUNIT_CASE(sb_old_striping_test),
	KUNIT_CASE(sb_round_trip_v09_test),
	KUNIT_CASE(sb_round_trip_v08_test),
	KUNIT_CASE_PARAM(sb_slot_test, slot_gen_params),
	KUNIT_CASE(sb_all_slots_test),
	KUNIT_CASE(sb_day0_test),
	KUNIT_CASE(sb_dagtag_test),
	{}
};

static struct kunit_suite sb_suite = {
	.name = "drbd-meta-sb",
	.test_cases = sb_cases,
};

kunit_test_suite(sb_suite);
