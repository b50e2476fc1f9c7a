// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the limits of the block device
 *
 * The tables are those of spec/io.md 7.4 to 7.6 and F10.
 */

#include <kunit/test.h>
#include <linux/prandom.h>

#include "../core/limits.h"

struct bio_row {
	const char *name;
	unsigned int protocol;
	u32 max_bio;
};

static const struct bio_row bio_rows[] = {
	{ "86", 86, 32768 }, { "94", 94, 32768 }, { "95", 95, 131072 }, { "99", 99, 131072 },
	{ "100", 100, 1048576 }, { "101", 101, 1048576 }, { "118", 118, 1048576 },
	{ "124", 124, 1048576 },
};

KUNIT_ARRAY_PARAM_DESC(bio, bio_rows, name);

static void limits_max_bio_test(struct kunit *test)
{
	const struct bio_row *row = test->param_value;
	struct drbd_limits_disk disk = { .max_bio_size = 65536 };

	KUNIT_EXPECT_EQ(test, drbd_protocol_max_bio(row->protocol), row->max_bio);
	KUNIT_EXPECT_EQ(test, drbd_peer_max_bio(4096, row->protocol), 4096);
	KUNIT_EXPECT_EQ(test, drbd_peer_max_bio(U32_MAX, row->protocol), row->max_bio);
	KUNIT_EXPECT_EQ(test, drbd_max_bio_to_announce(NULL, row->protocol), row->max_bio);
	KUNIT_EXPECT_EQ(test, drbd_max_bio_to_announce(&disk, row->protocol),
			row->protocol < 95 ? 32768 : 65536);
	disk.max_bio_size = 16 << 20;
	KUNIT_EXPECT_EQ(test, drbd_max_bio_to_announce(&disk, row->protocol), row->max_bio);
}

struct takes_row {
	const char *name;
	u32 max_bio_size;
	u32 announced;
	unsigned int protocol;
	bool takes;
	u32 limit;
};

static const struct takes_row takes_rows[] = {
	{ "1 MiB", 1048576, 1048576, 124, 1, 1048576 },
	{ "1 MiB, splits", 1048576, 65536, 124, 1, 1048576 },
	{ "1 MiB, 99", 1048576, 131072, 99, 0, 131072 },
	{ "128 KiB, 99", 131072, 131072, 99, 1, 131072 },
	{ "128 KiB and a sector, 99", 131584, 131072, 99, 0, 131072 },
	{ "32 KiB, 94", 32768, 4096, 94, 1, 32768 },
	{ "32 KiB, 93", 32768, 4096, 93, 0, 4096 },
	{ "4 KiB, 93", 4096, 4096, 93, 1, 4096 },
	{ "32 KiB, 93, large", 32768, 1048576, 93, 1, 32768 },
};

KUNIT_ARRAY_PARAM_DESC(takes, takes_rows, name);

static void limits_takes_test(struct kunit *test)
{
	const struct takes_row *row = test->param_value;
	u32 limit;

	KUNIT_EXPECT_EQ(test, drbd_peer_takes_bios(row->max_bio_size, row->announced,
						   row->protocol, &limit), row->takes);
	KUNIT_EXPECT_EQ(test, limit, row->limit);
}

struct fault_row {
	const char *name;
	u32 max_bio, logical, physical;
	enum drbd_limits_fault fault;
};

static const struct fault_row fault_rows[] = {
	{ "usual", 1048576, 512, 512, DRBD_LIMITS_OK },
	{ "large blocks", 1048576, 4096, 65536, DRBD_LIMITS_OK },
	{ "did not say", 32768, 0, 0, DRBD_LIMITS_OK },
	{ "one sector", 512, 512, 512, DRBD_LIMITS_OK },
	{ "no size", 0, 512, 512, DRBD_LIMITS_MAX_BIO },
	{ "no size, did not say", 0, 0, 0, DRBD_LIMITS_MAX_BIO },
	{ "less than a sector", 511, 0, 0, DRBD_LIMITS_MAX_BIO },
	{ "no sectors", 1000, 512, 512, DRBD_LIMITS_MAX_BIO },
	{ "less than a block", 2048, 4096, 4096, DRBD_LIMITS_MAX_BIO },
	{ "256", 1048576, 256, 512, DRBD_LIMITS_LOGICAL },
	{ "1", 1048576, 1, 512, DRBD_LIMITS_LOGICAL },
	{ "8192", 1048576, 8192, 8192, DRBD_LIMITS_LOGICAL },
	{ "1536", 1048576, 1536, 4096, DRBD_LIMITS_LOGICAL },
	{ "2^31", 1048576, 0x80000000, 4096, DRBD_LIMITS_LOGICAL },
	{ "physical 3000", 1048576, 512, 3000, DRBD_LIMITS_PHYSICAL },
};

KUNIT_ARRAY_PARAM_DESC(fault, fault_rows, name);

static void limits_fault_test(struct kunit *test)
{
	const struct fault_row *row = test->param_value;
	struct drbd_limits_peer peer = {
		.max_bio_size = row->max_bio,
		.logical_block_size = row->logical,
		.physical_block_size = row->physical,
	};

	KUNIT_EXPECT_EQ(test, drbd_peer_limits_check(&peer), row->fault);
}

struct good_row {
	const char *name;
	u32 block;
	u64 sector;
	u32 bytes;
	bool good;
};

static const struct good_row good_rows[] = {
	{ "128 MiB", 512, 0, 134217728, 1 },
	{ "128 MiB and a sector", 512, 0, 134218240, 0 },
	{ "513", 512, 0, 513, 0 },
	{ "one sector", 512, 1, 512, 1 },
	{ "large block, sector 1", 4096, 1, 4096, 0 },
	{ "large block", 4096, 8, 4096, 1 },
	{ "large block, one sector", 4096, 8, 512, 0 },
	{ "nothing", 512, 0, 0, 1 },
	{ "nothing, large block", 4096, 8, 0, 1 },
	{ "far away", 4096, (1ULL << 41) - 8, 4096, 1 },
	{ "far away, odd", 4096, (1ULL << 41) - 7, 4096, 0 },
};

KUNIT_ARRAY_PARAM_DESC(good, good_rows, name);

static void limits_good_test(struct kunit *test)
{
	const struct good_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_bio_is_good(row->block, row->sector, row->bytes), row->good);
}

#define UNSET DRBD_GRANULARITY_UNSET

/* max bio, logical, physical, io_min, max discard, granularity, cache, fua, rotational */
static const struct drbd_limits_disk ssd = {
	4 << 20, 512, 4096, 4096, 4194304, 4096, 1, 1, 0
};

static const struct drbd_limits_disk hdd = { 512 << 10, 512, 512, 512, 0, 0, 1, 0, 1 };
static const struct drbd_limits_disk thin = { 1 << 20, 512, 512, 65536, 2048, 65536, 0, 0, 0 };
static const struct drbd_limits_disk native_4k = {
	1 << 20, 4096, 4096, 4096, 1 << 14, 4096, 1, 1, 0
};

static const struct drbd_limits_disk coarse = { 1 << 20, 512, 512, 512, 64, 65536, 0, 0, 0 };

#define PEER(block) { 1, 1, 1, 1, 1, 0, 1 << 20, block }
#define AWAY(block) { 0, 0, 1, 1, 1, 0, 1 << 20, block }
/* 8.4 in its older form: no features */
#define OLD { 1, 1, 0, 0, 0, 0, 128 << 10, 0, 0, 0 }

/**
 * struct limits_row - limits of a device
 * @name: what is special
 * @options: its options
 * @disk: its disk
 * @peers: two peers
 * @limits: expected
 */
struct limits_row {
	const char *name;
	struct drbd_limits_options options;
	const struct drbd_limits_disk *disk;
	struct drbd_limits_peer peers[2];
	struct drbd_limits limits;
};

#define MIB 1048576
#define D128 262144
#define D4 8192

static const struct limits_row limits_rows[] = {
	{ "nothing", { MIB, 512, UNSET }, NULL, { AWAY(512), AWAY(512) },
	  { MIB, 512, 512, 512, D128, 512, D128, 1, 1, 1 } },
	{ "SSD", { MIB, 512, UNSET }, &ssd, { PEER(512), AWAY(512) },
	  { MIB, 512, 4096, 4096, D128, 4096, D128, 1, 1, 0 } },
	{ "HDD", { MIB, 512, UNSET }, &hdd, { PEER(512), AWAY(512) },
	  { 512 << 10, 512, 512, 512, 0, 0, D128, 1, 0, 1 } },
	{ "HDD, discards set", { MIB, 512, 8192 }, &hdd, { PEER(512), AWAY(512) },
	  { 512 << 10, 512, 512, 512, D128, 8192, D128, 1, 0, 1 } },
	{ "SSD, discards off", { MIB, 512, 0 }, &ssd, { PEER(512), AWAY(512) },
	  { MIB, 512, 4096, 4096, 0, 0, D128, 1, 1, 0 } },
	{ "SSD, coarser discards", { MIB, 512, 65536 }, &ssd, { PEER(512), AWAY(512) },
	  { MIB, 512, 4096, 4096, D128, 65536, D128, 1, 1, 0 } },
	{ "thin", { MIB, 512, UNSET }, &thin, { PEER(512), AWAY(512) },
	  { MIB, 512, 512, 65536, 2048, 65536, D128, 0, 0, 0 } },
	{ "thin, finer discards", { MIB, 512, 4096 }, &thin, { PEER(512), AWAY(512) },
	  { MIB, 512, 512, 65536, 2048, 65536, D128, 0, 0, 0 } },
	{ "largest discard below the smallest", { MIB, 512, UNSET }, &coarse,
	  { PEER(512), AWAY(512) }, { MIB, 512, 512, 512, 0, 0, D128, 0, 0, 0 } },
	{ "smaller requests", { 65536, 512, UNSET }, &ssd, { PEER(512), AWAY(512) },
	  { 65536, 512, 4096, 4096, D128, 4096, D128, 1, 1, 0 } },
	{ "old peer", { MIB, 512, UNSET }, &ssd, { OLD, PEER(512) },
	  { 128 << 10, 512, 4096, 4096, 0, 0, 0, 1, 1, 0 } },
	{ "old peer, discards set", { MIB, 512, 4096 }, &ssd, { OLD, PEER(512) },
	  { 128 << 10, 512, 4096, 4096, D4, 4096, 0, 1, 1, 0 } },
	{ "old peer is gone", { MIB, 512, UNSET }, &ssd, { { 0 }, PEER(512) },
	  { MIB, 512, 4096, 4096, D128, 4096, D128, 1, 1, 0 } },
	{ "small discards", { MIB, 512, UNSET }, &ssd,
	  { { 1, 1, 1, 0, 1, 0, MIB, 512, 512, 512 }, PEER(512) },
	  { MIB, 512, 4096, 4096, D4, 4096, D128, 1, 1, 0 } },
	{ "integrity", { MIB, 512, UNSET }, &ssd,
	  { { 1, 1, 1, 1, 1, 1, MIB, 512, 512, 512 }, PEER(512) },
	  { MIB, 512, 4096, 4096, D128, 4096, 0, 1, 1, 0 } },
	{ "connects", { MIB, 512, UNSET }, &ssd,
	  { { 1, 0, 0, 0, 0, 0, 65536, 512, 512, 512 }, PEER(512) },
	  { 65536, 512, 4096, 4096, D128, 4096, D128, 1, 1, 0 } },
	/* 7.6 */
	{ "diskless, 2048 and 4096", { MIB, 512, UNSET }, NULL, { PEER(2048), PEER(4096) },
	  { MIB, 4096, 4096, 4096, D128, 512, D128, 1, 1, 1 } },
	{ "diskless, 4096 is gone", { MIB, 512, UNSET }, NULL, { PEER(2048), AWAY(4096) },
	  { MIB, 2048, 2048, 2048, D128, 512, D128, 1, 1, 1 } },
	{ "diskless, pinned", { MIB, 4096, UNSET }, NULL, { PEER(2048), AWAY(4096) },
	  { MIB, 4096, 4096, 4096, D128, 512, D128, 1, 1, 1 } },
	{ "disk of 4096", { MIB, 512, UNSET }, &native_4k, { PEER(512), AWAY(512) },
	  { MIB, 4096, 4096, 4096, 1 << 14, 4096, D128, 1, 1, 0 } },
	{ "peer with a coarse io_min", { MIB, 512, UNSET }, &hdd,
	  { { 1, 1, 1, 1, 1, 0, MIB, 512, 4096, 65536 }, AWAY(512) },
	  { 512 << 10, 512, 4096, 65536, 0, 0, D128, 1, 0, 1 } },
	{ "options out of range", { U32_MAX, 0, UNSET }, NULL, { AWAY(512), AWAY(512) },
	  { MIB, 512, 512, 512, D128, 512, D128, 1, 1, 1 } },
};

KUNIT_ARRAY_PARAM_DESC(limits, limits_rows, name);

static void limits_agree_test(struct kunit *test)
{
	const struct limits_row *row = test->param_value;
	const struct drbd_limits *e = &row->limits;
	struct drbd_limits l;

	drbd_limits_agree(&row->options, row->disk, row->peers, 2, &l);
	KUNIT_EXPECT_EQ(test, l.max_bio_size, e->max_bio_size);
	KUNIT_EXPECT_EQ(test, l.logical_block_size, e->logical_block_size);
	KUNIT_EXPECT_EQ(test, l.physical_block_size, e->physical_block_size);
	KUNIT_EXPECT_EQ(test, l.io_min, e->io_min);
	KUNIT_EXPECT_EQ(test, l.max_discard, e->max_discard);
	KUNIT_EXPECT_EQ(test, l.discard_granularity, e->discard_granularity);
	KUNIT_EXPECT_EQ(test, l.max_write_zeroes, e->max_write_zeroes);
	KUNIT_EXPECT_EQ(test, l.write_cache, e->write_cache);
	KUNIT_EXPECT_EQ(test, l.fua, e->fua);
	KUNIT_EXPECT_EQ(test, l.rotational, e->rotational);
}

static struct drbd_limits_peer random_peer(struct rnd_state *rnd)
{
	u32 bits = prandom_u32_state(rnd);
	u32 logical = 512 << prandom_u32_state(rnd) % 4;

	return (struct drbd_limits_peer){
		bits & 1, bits & 2, bits & 4, bits & 8, bits & 16, bits & 32,
		4096 << prandom_u32_state(rnd) % 9, logical, logical << (bits >> 6) % 4, logical,
	};
}

/* Nobody gets what is too much, and one more peer never widens a limit. */
static void limits_property_test(struct kunit *test)
{
	static const struct drbd_limits_disk *const disks[] = {
		NULL, &ssd, &hdd, &thin, &native_4k, &coarse,
	};
	struct rnd_state rnd;
	int run, i;

	prandom_seed_state(&rnd, 9);
	for (run = 0; run < 3000; run++) {
		const struct drbd_limits_disk *disk =
			disks[prandom_u32_state(&rnd) % ARRAY_SIZE(disks)];
		struct drbd_limits_options options = {
			4096 << prandom_u32_state(&rnd) % 9, 512 << prandom_u32_state(&rnd) % 4,
			prandom_u32_state(&rnd) % 2 ? UNSET : 4096 << prandom_u32_state(&rnd) % 4,
		};
		struct drbd_limits_peer peers[4];
		struct drbd_limits before, l;

		for (i = 0; i < 4; i++)
			peers[i] = random_peer(&rnd);
		drbd_limits_agree(&options, disk, peers, 3, &before);
		drbd_limits_agree(&options, disk, peers, 4, &l);
		KUNIT_EXPECT_LE(test, l.max_bio_size, before.max_bio_size);
		KUNIT_EXPECT_GE(test, l.logical_block_size, before.logical_block_size);
		KUNIT_EXPECT_LE(test, l.max_discard, before.max_discard);
		KUNIT_EXPECT_LE(test, l.max_write_zeroes, before.max_write_zeroes);
		KUNIT_EXPECT_EQ(test, l.physical_block_size % l.logical_block_size, 0);
		KUNIT_EXPECT_LE(test, l.physical_block_size, l.io_min);
		KUNIT_EXPECT_TRUE(test, !l.max_discard ||
				  l.discard_granularity / 512 <= l.max_discard);
		KUNIT_EXPECT_TRUE(test, !disk || l.max_bio_size <= disk->max_bio_size);
		for (i = 0; i < 4; i++) {
			if (!peers[i].considered)
				continue;
			KUNIT_EXPECT_LE(test, l.max_bio_size, peers[i].max_bio_size);
			KUNIT_EXPECT_GE(test, l.logical_block_size, peers[i].logical_block_size);
		}
	}
}

static struct kunit_case limits_cases[] = {
	KUNIT_CASE_PARAM(limits_max_bio_test, bio_gen_params),
	KUNIT_CASE_PARAM(limits_takes_test, takes_gen_params),
	KUNIT_CASE_PARAM(limits_fault_test, fault_gen_params),
	KUNIT_CASE_PARAM(limits_good_test, good_gen_params),
	KUNIT_CASE_PARAM(limits_agree_test, limits_gen_params),
	KUNIT_CASE(limits_property_test),
	{}
};

static struct kunit_suite limits_suite = {
	.name = "drbd-limits",
	.test_cases = limits_cases,
};

kunit_test_suite(limits_suite);
