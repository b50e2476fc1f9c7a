// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of version 8 metadata as seen by version 9
 *
 * Tables are those of spec/metadata.md 13.3, 13.4, and 14.12.
 */

#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/prandom.h>
#include <linux/unaligned.h>

#include "../core/meta_convert.h"

/**
 * struct flags_row - flags on a version 8 disk and in memory
 * @what: name of the row
 * @disk: on disk when read
 * @device: flags of the device in memory
 * @peer: flags of the peer in memory
 * @again: on disk when written
 */
struct flags_row {
	const char *what;
	u32 disk;
	u32 device;
	u32 peer;
	u32 again;
};

static const struct flags_row flags_rows[] = {
	{ "live", 0x57, 0x53, 0x1, 0x57 },
	{ "all of a peer", 0x3d, 0x11, 0xb, 0x3d },
	{ "all of the device", 0x1d3, 0x1d3, 0, 0x1d3 },
	{ "full sync", 0x08, 0, 0x8, 0x08 },
	{ "peer outdated", 0x20, 0, 0x2, 0x20 },
	{ "13.4", 0xbd, 0x91, 0xb, 0xbd },
	{ "unknown bits", 0xfffffe00, 0, 0, 0 },
	{ "none", 0, 0, 0, 0 },
};

KUNIT_ARRAY_PARAM_DESC(flags, flags_rows, what);

static void convert_flags_test(struct kunit *test)
{
	const struct flags_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_sb_device_flags_of_v08(row->disk), row->device);
	KUNIT_EXPECT_EQ(test, drbd_sb_peer_flags_of_v08(row->disk), row->peer);
	KUNIT_EXPECT_EQ(test, drbd_sb_flags_to_v08(row->device, row->peer), row->again);
}

static void convert_flags_lost_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, drbd_sb_flags_to_v08(0x653, 0x00010017), 0x77);
	KUNIT_EXPECT_EQ(test, drbd_sb_flags_to_v08(0xffffffff, 0), 0x1d3);
	KUNIT_EXPECT_EQ(test, drbd_sb_flags_to_v08(0, 0xffffffff), 0x2c);
}

static struct drbd_sb *new_sb(struct kunit *test)
{
	struct drbd_sb *sb = kunit_kzalloc(test, sizeof(*sb), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, sb);
	memset(sb, 0x5a, sizeof(*sb));
	return sb;
}

/* SB-C of 13.3, as apply-al leaves it: flags 0xd7. */
static const struct drbd_sb_v08 live = {
	.effective_size = 130992,
	.current_uuid = 0x1111111111111111,
	.bitmap_uuid = 0x2222222222222222,
	.history = { 0x3333333333333332, 0x4444444444444444 },
	.device_uuid = 0xdeadbeef01020304,
	.flags = 0xd7,
	.al_nr_extents = 1237,
	.la_peer_max_bio_size = 1048576,
	.layout = {
		.bm_bytes_per_bit = 4096,
		.bm_max_peers = 1,
		.al_stripes = 1,
		.al_stripe_size_4k = 8,
		.md_size_sect = 80,
		.al_offset = -64,
		.bm_offset = -72,
	},
};

static void expect_no_peer(struct kunit *test, const struct drbd_sb_peer *peer)
{
	KUNIT_EXPECT_EQ(test, peer->bitmap_uuid, 0);
	KUNIT_EXPECT_EQ(test, peer->bitmap_dagtag, 0);
	KUNIT_EXPECT_EQ(test, peer->flags, 0);
	KUNIT_EXPECT_EQ(test, peer->bitmap_index, -1);
}

static void expect_peer(struct kunit *test, const struct drbd_sb *sb, int node_id)
{
	const struct drbd_sb_peer *peer = &sb->peers[node_id];
	int i;

	KUNIT_EXPECT_EQ(test, peer->bitmap_uuid, 0x2222222222222222);
	KUNIT_EXPECT_EQ(test, peer->bitmap_dagtag, 0);
	KUNIT_EXPECT_EQ(test, peer->flags, 0x80000001);
	KUNIT_EXPECT_EQ(test, peer->bitmap_index, 0);
	for (i = 0; i < 32; i++) {
		if (i != node_id)
			expect_no_peer(test, &sb->peers[i]);
	}
}

static void convert_from_v08_test(struct kunit *test)
{
	struct drbd_sb *sb = new_sb(test);
	int i;

	drbd_sb_from_v08(&live, sb);
	KUNIT_EXPECT_TRUE(test, sb->v08);
	KUNIT_EXPECT_EQ(test, sb->effective_size, 130992);
	KUNIT_EXPECT_EQ(test, sb->current_uuid, 0x1111111111111111);
	KUNIT_EXPECT_EQ(test, sb->members, 0);
	KUNIT_EXPECT_EQ(test, sb->device_uuid, 0xdeadbeef01020304);
	KUNIT_EXPECT_EQ(test, sb->flags, 0xd3);
	KUNIT_EXPECT_EQ(test, sb->al_nr_extents, 1237);
	KUNIT_EXPECT_EQ(test, sb->la_peer_max_bio_size, 1048576);
	KUNIT_EXPECT_EQ(test, sb->node_id, -1);
	KUNIT_EXPECT_MEMEQ(test, &sb->layout, &live.layout, sizeof(live.layout));
	KUNIT_EXPECT_EQ(test, sb->history[0], 0x3333333333333332);
	KUNIT_EXPECT_EQ(test, sb->history[1], 0x4444444444444444);
	for (i = 2; i < 32; i++)
		KUNIT_EXPECT_EQ(test, sb->history[i], 0);
	expect_peer(test, sb, 0);
}

/* Paths come and go, and each may tell other addresses: any order of node ids. */
static void convert_own_node_test(struct kunit *test)
{
	struct drbd_sb *sb = new_sb(test);
	struct drbd_sb_v08 again;

	drbd_sb_from_v08(&live, sb);
	KUNIT_EXPECT_EQ(test, drbd_sb_set_own_node(sb, 0), 0);
	KUNIT_EXPECT_EQ(test, sb->node_id, 0);
	expect_peer(test, sb, 1);
	KUNIT_EXPECT_EQ(test, drbd_sb_set_own_node(sb, 0), 0);
	expect_peer(test, sb, 1);
	drbd_sb_to_v08(sb, true, &again);
	KUNIT_EXPECT_EQ(test, again.bitmap_uuid, 0x2222222222222222);
	KUNIT_EXPECT_EQ(test, again.flags, 0xd7);

	KUNIT_EXPECT_EQ(test, drbd_sb_set_own_node(sb, 1), 0);
	KUNIT_EXPECT_EQ(test, sb->node_id, 1);
	expect_peer(test, sb, 0);
	drbd_sb_to_v08(sb, true, &again);
	KUNIT_EXPECT_EQ(test, again.bitmap_uuid, 0x2222222222222222);

	/* from not known to 1 nothing moves */
	drbd_sb_from_v08(&live, sb);
	KUNIT_EXPECT_EQ(test, drbd_sb_set_own_node(sb, 1), 0);
	expect_peer(test, sb, 0);

	KUNIT_EXPECT_EQ(test, drbd_sb_set_own_node(sb, 2), -EINVAL);
	KUNIT_EXPECT_EQ(test, drbd_sb_set_own_node(sb, -1), -EINVAL);
	KUNIT_EXPECT_EQ(test, sb->node_id, 1);
	expect_peer(test, sb, 0);
}

static void convert_own_node_v09_test(struct kunit *test)
{
	struct drbd_sb *sb = new_sb(test);

	sb->v08 = false;
	sb->node_id = -1;
	sb->peers[0].bitmap_uuid = 77;
	KUNIT_EXPECT_EQ(test, drbd_sb_set_own_node(sb, 1), 0);
	KUNIT_EXPECT_EQ(test, sb->node_id, 1);
	KUNIT_EXPECT_EQ(test, drbd_sb_set_own_node(sb, 1), 0);
	KUNIT_EXPECT_EQ(test, drbd_sb_set_own_node(sb, 0), -ENOTUNIQ);
	KUNIT_EXPECT_EQ(test, sb->node_id, 1);
	/* peers of version 9 have their place already */
	KUNIT_EXPECT_EQ(test, sb->peers[0].bitmap_uuid, 77);
}

/* With nothing to track what it misses, the peer gets a full sync. */
static void convert_no_bitmap_test(struct kunit *test)
{
	struct drbd_sb *sb = new_sb(test);
	struct drbd_sb_v08 again;

	drbd_sb_from_v08(&live, sb);
	drbd_sb_to_v08(sb, false, &again);
	KUNIT_EXPECT_EQ(test, again.flags, 0xdf);
	KUNIT_EXPECT_EQ(test, sb->peers[0].flags, 0x80000001);
}

static void convert_encode_test(struct kunit *test)
{
	u8 *expected = kunit_kzalloc(test, 4096, GFP_KERNEL);
	u8 *block = kunit_kzalloc(test, 4096, GFP_KERNEL);
	struct drbd_sb *sb = new_sb(test);
	struct drbd_sb_v08 v08 = live;

	KUNIT_ASSERT_NOT_NULL(test, expected);
	KUNIT_ASSERT_NOT_NULL(test, block);
	drbd_sb_from_v08(&live, sb);
	drbd_sb_encode(sb, true, block);
	drbd_sb_encode_v08(&live, expected);
	KUNIT_EXPECT_MEMEQ(test, block, expected, 4096);
	KUNIT_EXPECT_EQ(test, drbd_sb_identify(block), DRBD_SB_V08_UNCLEAN);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(block + 0x38), 0x57);

	drbd_sb_encode(sb, false, block);
	v08.flags |= DRBD_MDF_V08_FULL_SYNC;
	drbd_sb_encode_v08(&v08, expected);
	KUNIT_EXPECT_MEMEQ(test, block, expected, 4096);

	sb->v08 = false;
	drbd_sb_encode(sb, false, block);
	drbd_sb_encode_v09(sb, false, expected);
	KUNIT_EXPECT_MEMEQ(test, block, expected, 4096);
	KUNIT_EXPECT_EQ(test, drbd_sb_identify(block), DRBD_SB_V09);
}

/* Whatever version 8 wrote: what it knows about comes back, for any node id. */
static void convert_round_trip_test(struct kunit *test)
{
	struct drbd_sb *sb = new_sb(test);
	struct drbd_sb_v08 from, to;
	struct rnd_state rnd;
	int i;

	prandom_seed_state(&rnd, 84);
	memset(&from, 0, sizeof(from));
	memset(&to, 0, sizeof(to));
	for (i = 0; i < 300; i++) {
		prandom_bytes_state(&rnd, &from, sizeof(from));
		from.flags &= 0x1ff;
		from.layout.bm_max_peers = 1;
		drbd_sb_from_v08(&from, sb);
		if (i % 3)
			KUNIT_ASSERT_EQ(test, drbd_sb_set_own_node(sb, i % 3 - 1), 0);
		drbd_sb_to_v08(sb, true, &to);
		KUNIT_ASSERT_EQ(test, to.effective_size, from.effective_size);
		KUNIT_ASSERT_EQ(test, to.current_uuid, from.current_uuid);
		KUNIT_ASSERT_EQ(test, to.bitmap_uuid, from.bitmap_uuid);
		KUNIT_ASSERT_EQ(test, to.history[0], from.history[0]);
		KUNIT_ASSERT_EQ(test, to.history[1], from.history[1]);
		KUNIT_ASSERT_EQ(test, to.device_uuid, from.device_uuid);
		KUNIT_ASSERT_EQ(test, to.flags, from.flags);
		KUNIT_ASSERT_EQ(test, to.al_nr_extents, from.al_nr_extents);
		KUNIT_ASSERT_EQ(test, to.la_peer_max_bio_size, from.la_peer_max_bio_size);
		KUNIT_ASSERT_MEMEQ(test, &to.layout, &from.layout, sizeof(to.layout));
	}
}

static struct kunit_case convert_cases[] = {
	KUNIT_CASE_PARAM(convert_flags_test, flags_gen_params),
	KUNIT_CASE(convert_flags_lost_test),
	KUNIT_CASE(convert_from_v08_test),
	KUNIT_CASE(convert_own_node_test),
	KUNIT_CASE(convert_own_node_v09_test),
	KUNIT_CASE(convert_no_bitmap_test),
	KUNIT_CASE(convert_encode_test),
	KUNIT_CASE(convert_round_trip_test),
	{}
};

static struct kunit_suite convert_suite = {
	.name = "drbd-meta-convert",
	.test_cases = convert_cases,
};

kunit_test_suite(convert_suite);
