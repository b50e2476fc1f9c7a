// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what has to be true of a disk before it is used
 *
 * Every refusal of spec/metadata.md 4.2 that is a decision has a row, and the
 * layouts are those of 14.10.
 */

#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/prandom.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "../core/meta_check.h"
#include "../core/meta_convert.h"

#define UNCLEAN		"Found unclean meta data. Did you \"drbdadm apply-al\"?"
#define NO_MAGIC	"Meta data magic not found. Did you \"drbdadm create-md\"?"
#define OLD_MAGIC	"Found old meta data magic. Did you \"drbdadm create-md\"?"

#define BAD_OFFSET	"meta data offsets don't make sense: idx=-3 bm_offset=-60 (al_offset=-64 bm_offset=-60 md_size_sect=88 al_blocks=8 bm_max_peers=3 device=131072)"
#define SMALL_MD	"refusing attach: md-device too small, at least 2048 sectors needed for this meta-disk type"

#define MAGIC_07	0x8374026a
#define MAGIC_08	0x8374026b
#define MAGIC_UNCLEAN	0x8374026c
#define MAGIC_09	0x8374026d

static struct drbd_md_refusal *new_refusal(struct kunit *test)
{
	struct drbd_md_refusal *why = kunit_kzalloc(test, sizeof(*why), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, why);
	return why;
}

/* SB-B of 13.2: node 0 of 3, internal metadata of 64 MiB. */
static struct drbd_sb *new_sb(struct kunit *test)
{
	struct drbd_sb *sb = kunit_kzalloc(test, sizeof(*sb), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, sb);
	sb->effective_size = 130984;
	sb->current_uuid = 0x1122334455667789;
	sb->flags = 0x453;
	sb->al_nr_extents = 1237;
	sb->layout.bm_bytes_per_bit = 4096;
	sb->layout.bm_max_peers = 3;
	sb->layout.al_stripes = 1;
	sb->layout.al_stripe_size_4k = 8;
	sb->layout.md_size_sect = 88;
	sb->layout.al_offset = -64;
	sb->layout.bm_offset = -80;
	for (i = 0; i < 32; i++)
		sb->peers[i].bitmap_index = i == 1 || i == 2 ? i - 1 : -1;
	return sb;
}

/* The same block as apply-al leaves it. */
static u8 *new_block(struct kunit *test)
{
	u8 *block = kunit_kzalloc(test, 4096, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, block);
	drbd_sb_encode(new_sb(test), true, block);
	put_unaligned_be32(0x4d3, block + 0x38);
	return block;
}

/* SB-C of 13.3 as apply-al leaves it. */
static u8 *new_block_v08(struct kunit *test)
{
	struct drbd_sb *sb = new_sb(test);
	u8 *block = new_block(test);

	sb->v08 = true;
	sb->node_id = -1;
	sb->effective_size = 130992;
	sb->layout.md_size_sect = 80;
	sb->layout.bm_offset = -72;
	drbd_sb_encode(sb, true, block);
	put_unaligned_be32(0xd7, block + 0x38);
	put_unaligned_be32(MAGIC_08, block + 0x3c);
	return block;
}

static const struct drbd_md_attach node0 = {
	.idx = -3,
	.backing_capacity = 131072,
	.md_capacity = 131072,
	.bits_per_long = 64,
	.bitmap = true,
};

/**
 * struct device_row - a disk before it is opened
 * @what: name of the row
 * @disk: state of the disk
 * @idx: meta_dev_idx
 * @same: one device for data and metadata
 * @err: expected reason to refuse
 * @field: expected field
 * @value: expected value of it
 */
struct device_row {
	const char *what;
	enum drbd_disk disk;
	int idx;
	bool same;
	enum drbd_md_err err;
	const char *field;
	s64 value;
};

static const struct device_row device_rows[] = {
	{ "internal", DRBD_D_DISKLESS, -1, true, 0 },
	{ "flexible internal", DRBD_D_DISKLESS, -3, true, 0 },
	{ "flexible external", DRBD_D_DISKLESS, -2, false, 0 },
	{ "slot 0", DRBD_D_DISKLESS, 0, false, 0 },
	{ "last slot", DRBD_D_DISKLESS, S32_MAX, false, 0 },
	{ "attaching", DRBD_D_ATTACHING, -3, true, 124, "disk", 1 },
	{ "failed", DRBD_D_FAILED, -3, true, 124, "disk", 3 },
	{ "attached comes first", DRBD_D_UP_TO_DATE, -9, true, 124, "disk", 9 },
	{ "no such kind", DRBD_D_DISKLESS, -4, true, 116, "meta_dev_idx", -4 },
	{ "far from any kind", DRBD_D_DISKLESS, S32_MIN, false, 116, "meta_dev_idx", S32_MIN },
	{ "internal on two", DRBD_D_DISKLESS, -1, false, 116, "meta_dev_idx", -1 },
	{ "flexible internal on two", DRBD_D_DISKLESS, -3, false, 116, "meta_dev_idx", -3 },
	{ "external on one", DRBD_D_DISKLESS, -2, true, 116, "meta_dev_idx", -2 },
	{ "slot on one", DRBD_D_DISKLESS, 7, true, 116, "meta_dev_idx", 7 },
};

KUNIT_ARRAY_PARAM_DESC(device, device_rows, what);

static void check_device_test(struct kunit *test)
{
	const struct device_row *row = test->param_value;
	struct drbd_md_refusal *why = new_refusal(test);

	KUNIT_ASSERT_EQ(test, drbd_md_check_device(row->disk, row->idx, row->same, why), row->err);
	KUNIT_EXPECT_EQ(test, why->err, row->err);
	if (!row->err)
		return;
	KUNIT_EXPECT_STREQ(test, why->field, row->field);
	KUNIT_EXPECT_EQ(test, why->value, row->value);
	KUNIT_EXPECT_NE(test, why->text[0], 0);
}

/**
 * struct read_row - a superblock and what is thought of it
 * @what: name of the row
 * @v08: start from a block of version 8
 * @forbid_v08: the resource is not in compatibility mode
 * @node_id: own node id
 * @change: up to three changes of the block: offset and 32-bit value; those
 *	with offset 0 are none
 * @err: expected reason to refuse
 * @field: expected field
 * @value: expected value of it
 * @text: expected text
 */
struct read_row {
	const char *what;
	bool v08;
	bool forbid_v08;
	int node_id;
	struct {
		unsigned int at;
		u32 value;
	} change[3];
	enum drbd_md_err err;
	const char *field;
	s64 value;
	const char *text;
};

#define FLAGS_AT	0x38
#define MAGIC_AT	0x3c
#define BPB_AT		0x50
#define PEERS_AT	0x58
#define NODE_AT		0x5c
#define STRIPES_AT	0x60
#define STRIPE_AT	0x64
#define INDEX_AT(node)	(0x70 + 32 * (node) + 20)
#define V08_STRIPES_AT	0x58
#define V08_STRIPE_AT	0x5c

static const struct read_row read_rows[] = {
	{ "good" },
	{ "good, node id on disk", .change = { { NODE_AT, 0 } } },
	{ "good, another node", .node_id = 5, .change = { { NODE_AT, 5 } } },
	{ "good, node id not yet on disk", .node_id = 5, .change = { { NODE_AT, -1 } } },
	{ "good, node id not configured", .node_id = -1, .change = { { NODE_AT, 5 } } },
	{ "good v08", .v08 = true },
	{ "good v08, node 1", .v08 = true, .node_id = 1 },
	{ "good v08, node not yet known", .v08 = true, .node_id = -1 },
	{ "good v08, no stripes", .v08 = true,
	  .change = { { V08_STRIPES_AT, 0 }, { V08_STRIPE_AT, 0 } } },
	{ "good, no stripes", .change = { { STRIPES_AT, 0 }, { STRIPE_AT, 0 } } },
	{ "good, 1 MiB per bit", .change = { { BPB_AT, 1048576 } } },

	{ "v09 unclean", .change = { { FLAGS_AT, 0x453 } },
	  .err = 165, .field = "flags", .value = 0x453, .text = UNCLEAN },
	{ "v08 with unclean magic", .v08 = true, .change = { { MAGIC_AT, MAGIC_UNCLEAN } },
	  .err = 165, .field = "flags", .value = 0xd7, .text = UNCLEAN },
	{ "v08 without flag", .v08 = true, .change = { { FLAGS_AT, 0x57 } },
	  .err = 165, .field = "flags", .value = 0x57, .text = UNCLEAN },
	{ "unclean before old", .v08 = true, .forbid_v08 = true,
	  .change = { { MAGIC_AT, MAGIC_UNCLEAN } },
	  .err = 165, .field = "flags", .value = 0xd7, .text = UNCLEAN },
	{ "unclean before nonsense", .change = { { FLAGS_AT, 0x453 }, { BPB_AT, 1 } },
	  .err = 165, .field = "flags", .value = 0x453, .text = UNCLEAN },
	{ "magic 07", .change = { { MAGIC_AT, MAGIC_07 } },
	  .err = 119, .field = "magic", .value = MAGIC_07, .text = OLD_MAGIC },
	{ "magic 07 has no flag", .change = { { MAGIC_AT, MAGIC_07 }, { FLAGS_AT, 0 } },
	  .err = 119, .field = "magic", .value = MAGIC_07, .text = OLD_MAGIC },
	{ "no magic", .change = { { MAGIC_AT, 0 } },
	  .err = 119, .field = "magic", .value = 0, .text = NO_MAGIC },
	{ "base of magics", .change = { { MAGIC_AT, 0x83740267 }, { FLAGS_AT, 0 } },
	  .err = 119, .field = "magic", .value = 0x83740267, .text = NO_MAGIC },
	{ "v08 not allowed", .v08 = true, .forbid_v08 = true,
	  .err = 119, .field = "magic", .value = MAGIC_08, .text = OLD_MAGIC },

	{ "v08 with 8 KiB per bit", .v08 = true, .change = { { BPB_AT, 8192 } },
	  .err = 119, .field = "bm_bytes_per_bit", .value = 8192,
	  .text = "unexpected bm_bytes_per_bit: 8192 (expected 4096)" },
	{ "no granularity", .change = { { BPB_AT, 0 } },
	  .err = 119, .field = "bm_bytes_per_bit", .value = 0,
	  .text = "unexpected bm_bytes_per_bit: 0 (expected power of 2 in [4096..1048576])" },
	{ "2 KiB per bit", .change = { { BPB_AT, 2048 } },
	  .err = 119, .field = "bm_bytes_per_bit", .value = 2048,
	  .text = "unexpected bm_bytes_per_bit: 2048 (expected power of 2 in [4096..1048576])" },
	{ "12 KiB per bit", .change = { { BPB_AT, 12288 } },
	  .err = 119, .field = "bm_bytes_per_bit", .value = 12288,
	  .text = "unexpected bm_bytes_per_bit: 12288 (expected power of 2 in [4096..1048576])" },
	{ "2 MiB per bit", .change = { { BPB_AT, 2097152 } },
	  .err = 119, .field = "bm_bytes_per_bit", .value = 2097152,
	  .text = "unexpected bm_bytes_per_bit: 2097152 (expected power of 2 in [4096..1048576])" },
	{ "granularity before striping", .change = { { BPB_AT, 1 }, { STRIPES_AT, 0 } },
	  .err = 119, .field = "bm_bytes_per_bit", .value = 1,
	  .text = "unexpected bm_bytes_per_bit: 1 (expected power of 2 in [4096..1048576])" },

	{ "one zero of striping", .change = { { STRIPES_AT, 0 } },
	  .err = 119, .field = "al_stripes", .value = 0,
	  .text = "invalid activity log striping: al_stripes=0, al_stripe_size_4k=8" },
	{ "the other zero of striping", .change = { { STRIPE_AT, 0 } },
	  .err = 119, .field = "al_stripe_size_4k", .value = 0,
	  .text = "invalid activity log striping: al_stripes=1, al_stripe_size_4k=0" },
	{ "log too small", .change = { { STRIPE_AT, 7 } },
	  .err = 119, .field = "al_stripe_size_4k", .value = 7,
	  .text = "invalid activity log striping: al_stripes=1, al_stripe_size_4k=7" },
	{ "log too large", .change = { { STRIPES_AT, 1024 }, { STRIPE_AT, 8192 } },
	  .err = 119, .field = "al_stripe_size_4k", .value = 8192,
	  .text = "invalid activity log striping: al_stripes=1024, al_stripe_size_4k=8192" },
	{ "v08 one zero of striping", .v08 = true, .change = { { V08_STRIPE_AT, 0 } },
	  .err = 119, .field = "al_stripe_size_4k", .value = 0,
	  .text = "invalid activity log striping: al_stripes=1, al_stripe_size_4k=0" },
	{ "striping before peers", .change = { { STRIPE_AT, 1 }, { PEERS_AT, 0 } },
	  .err = 119, .field = "al_stripe_size_4k", .value = 1,
	  .text = "invalid activity log striping: al_stripes=1, al_stripe_size_4k=1" },

	{ "no peers", .change = { { PEERS_AT, 0 } },
	  .err = 119, .field = "bm_max_peers", .value = 0,
	  .text = "bm_max_peers too low: 0 (expected 1 to 32)" },
	{ "33 peers", .change = { { PEERS_AT, 33 } },
	  .err = 119, .field = "bm_max_peers", .value = 33,
	  .text = "bm_max_peers too high: 33 (expected 1 to 32)" },
	{ "offset", .change = { { 0x4c, -60 }, { NODE_AT, 3 } },
	  .err = 119, .field = "bm_offset", .value = -60,
	  .text = BAD_OFFSET },

	{ "another node's", .change = { { NODE_AT, 3 } },
	  .err = 119, .field = "node_id", .value = 3,
	  .text = "ambiguous node id: meta-data: 3, config: 0" },
	{ "nobody's", .change = { { NODE_AT, -2 } },
	  .err = 119, .field = "node_id", .value = -2,
	  .text = "ambiguous node id: meta-data: -2, config: 0" },
	{ "v08, node 2", .v08 = true, .node_id = 2,
	  .err = 119, .field = "node_id", .value = 2,
	  .text = "node id 2 does not exist for version 8 meta data" },
	{ "own node has a slot", .change = { { INDEX_AT(0), 2 } },
	  .err = 119, .field = "bitmap_index", .value = 2,
	  .text = "my own node id (0) should not have a bitmap index (2)" },
	{ "own slot before others", .change = { { INDEX_AT(0), 7 }, { INDEX_AT(1), 8 } },
	  .err = 119, .field = "bitmap_index", .value = 7,
	  .text = "my own node id (0) should not have a bitmap index (7)" },
	{ "node id before slots", .change = { { INDEX_AT(0), 7 }, { NODE_AT, 3 } },
	  .err = 119, .field = "node_id", .value = 3,
	  .text = "ambiguous node id: meta-data: 3, config: 0" },
	{ "slot beyond the last", .change = { { INDEX_AT(9), 3 } },
	  .err = 119, .field = "bitmap_index", .value = 3,
	  .text = "peer node id 9: bitmap index (3) exceeds allocated bitmap slots (3)" },
	{ "slot below none", .change = { { INDEX_AT(31), -2 } },
	  .err = 119, .field = "bitmap_index", .value = -2,
	  .text = "peer node id 31: bitmap index (-2) exceeds allocated bitmap slots (3)" },
	{ "smallest number", .change = { { INDEX_AT(4), 0x80000000 } },
	  .err = 119, .field = "bitmap_index", .value = S32_MIN,
	  .text = "peer node id 4: bitmap index (-2147483648) exceeds allocated bitmap slots (3)" },
	{ "shared slot", .change = { { INDEX_AT(9), 1 } },
	  .err = 119, .field = "bitmap_index", .value = 1,
	  .text = "peer node id 9: bitmap index (1) belongs to peer node id 2" },
};

KUNIT_ARRAY_PARAM_DESC(read, read_rows, what);

static void check_read_test(struct kunit *test)
{
	const struct read_row *row = test->param_value;
	struct drbd_md_refusal *why = new_refusal(test);
	struct drbd_md_attach attach = node0;
	u8 *block = row->v08 ? new_block_v08(test) : new_block(test);
	struct drbd_sb *sb = new_sb(test);
	int i;

	for (i = 0; i < ARRAY_SIZE(row->change); i++) {
		if (row->change[i].at)
			put_unaligned_be32(row->change[i].value, block + row->change[i].at);
	}
	attach.v08_allowed = !row->forbid_v08;
	attach.node_id = row->node_id;
	KUNIT_ASSERT_EQ(test, drbd_md_accept(block, &attach, sb, why), row->err);
	KUNIT_EXPECT_EQ(test, why->err, row->err);
	if (row->err) {
		KUNIT_EXPECT_STREQ(test, why->field, row->field);
		KUNIT_EXPECT_EQ(test, why->value, row->value);
		KUNIT_EXPECT_STREQ(test, why->text, row->text);
		return;
	}
	KUNIT_EXPECT_EQ(test, sb->v08, row->v08);
	KUNIT_EXPECT_EQ(test, sb->current_uuid, 0x1122334455667789);
	if (row->v08) {
		/* the peer is the other node */
		KUNIT_EXPECT_EQ(test, sb->node_id, row->node_id);
		KUNIT_EXPECT_EQ(test, sb->peers[row->node_id == 0].bitmap_index, 0);
		KUNIT_EXPECT_EQ(test, sb->peers[row->node_id != 0].bitmap_index, -1);
	}
}

/**
 * struct layout_row - a layout and what is thought of it
 * @what: name of the row
 * @idx: meta_dev_idx
 * @device: size of the device in sectors
 * @layout: the layout
 * @effective: size of the data in sectors
 * @field: the field that is refused, or NULL
 * @value: its value
 */
struct layout_row {
	const char *what;
	int idx;
	u64 device;
	struct drbd_md_layout layout;
	u64 effective;
	const char *field;
	s64 value;
};

static const struct layout_row layout_rows[] = {
	{ "base", -3, 131072, { 4096, 3, 1, 8, 88, -64, -80 }, 130984 },
	{ "base, old name", -1, 131072, { 4096, 3, 1, 8, 88, -64, -80 }, 130984 },
	{ "effective 262144", -3, 131072, { 4096, 3, 1, 8, 88, -64, -80 }, 262144,
	  "effective_size", 262144 },
	{ "bitmap of the right size", -3, 131072, { 4096, 3, 1, 8, 88, -64, -80 }, 174592 },
	{ "bitmap a word too small", -3, 131072, { 4096, 3, 1, 8, 88, -64, -80 }, 174593,
	  "effective_size", 174593 },
	{ "largest effective", -3, 131072, { 4096, 3, 1, 8, 88, -64, -80 }, U64_MAX,
	  "effective_size", -1 },
	{ "al -56", -3, 131072, { 4096, 3, 1, 8, 88, -56, -80 }, 130984, "al_offset", -56 },
	{ "al area 72", -3, 131072, { 4096, 3, 1, 8, 96, -72, -88 }, 130976, "al_offset", -72 },
	{ "al area 72, 9 blocks", -3, 131072, { 4096, 3, 1, 9, 96, -72, -88 }, 130976 },
	{ "al -68", -3, 131072, { 4096, 3, 1, 8, 88, -68, -80 }, 130984, "al_offset", -68 },
	{ "bm -60", -3, 131072, { 4096, 3, 1, 8, 88, -64, -60 }, 130984, "bm_offset", -60 },
	{ "bm -64, nothing to track", -3, 131072, { 4096, 3, 1, 8, 72, -64, -64 }, 0 },
	{ "bm -84", -3, 131072, { 4096, 3, 1, 8, 92, -64, -84 }, 130980, "bm_offset", -84 },
	{ "size 96 only", -3, 131072, { 4096, 3, 1, 8, 96, -64, -80 }, 130984, "md_size_sect", 96 },
	{ "P 33", -3, 131072, { 4096, 33, 1, 8, 88, -64, -80 }, 130984, "bm_max_peers", 33 },
	{ "P 0", -3, 131072, { 4096, 0, 1, 8, 88, -64, -80 }, 130984, "bm_max_peers", 0 },
	{ "largest P", -3, 131072, { 4096, U32_MAX, 1, 8, 88, -64, -80 }, 130984,
	  "bm_max_peers", U32_MAX },
	{ "device of 80", -3, 80, { 4096, 3, 1, 8, 88, -64, -80 }, 0, "md_size_sect", 88 },
	{ "device of 7", -3, 7, { 4096, 3, 1, 8, 0, -64, -80 }, 0, "md_size_sect", 0 },
	{ "external offset, internal", -3, 131072, { 4096, 3, 1, 8, 88, 8, 72 }, 0,
	  "al_offset", 8 },
	{ "before the device", -3, 131072, { 4096, 3, 1, 8, 88, -64, -200000 }, 0,
	  "bm_offset", -200000 },
	{ "far before the device", -3, 131072, { 4096, 3, 1, 8, 88, -64, S32_MIN }, 0,
	  "bm_offset", S32_MIN },
	{ "all before the device", -3, 131072, { 4096, 3, 1, 8, 88, S32_MIN, S32_MIN }, 0,
	  "bm_offset", S32_MIN },

	{ "flexible", -2, 32768, { 4096, 7, 1, 8, 32768, 8, 72 }, 0 },
	{ "flexible, al 16", -2, 32768, { 4096, 7, 1, 8, 32768, 16, 72 }, 0, "al_offset", 16 },
	{ "flexible, bm 64", -2, 32768, { 4096, 7, 1, 8, 32768, 8, 64 }, 0, "bm_offset", 64 },
	{ "flexible, bm before size", -2, 32768, { 4096, 7, 1, 8, 40000, 8, 64 }, 0,
	  "bm_offset", 64 },
	{ "flexible, smallest bm", -2, 32768, { 4096, 7, 1, 8, 32768, 8, S32_MIN }, 0,
	  "bm_offset", S32_MIN },
	{ "flexible, bm 80", -2, 32768, { 4096, 7, 1, 8, 32768, 8, 80 }, 0, "bm_offset", 80 },
	{ "flexible, size 40000", -2, 32768, { 4096, 7, 1, 8, 40000, 8, 72 }, 0,
	  "md_size_sect", 40000 },
	{ "flexible, grown", -2, 40000, { 4096, 7, 1, 8, 32768, 8, 72 }, 0 },
	{ "flexible, no bitmap", -2, 32768, { 4096, 7, 1, 8, 72, 8, 72 }, 0 },
	{ "flexible, less than no bitmap", -2, 32768, { 4096, 7, 1, 8, 64, 8, 72 }, 0,
	  "effective_size", 0 },
	{ "flexible, internal offsets", -2, 32768, { 4096, 3, 1, 8, 88, -64, -80 }, 0,
	  "al_offset", -64 },
	{ "flexible, al 0", -2, 32768, { 4096, 3, 1, 8, 88, 0, 64 }, 0, "al_offset", 0 },
	{ "flexible, 1 MiB per bit", -2, 32768, { 1048576, 31, 4, 64, 32768, 8, 2056 },
	  2097152 },

	{ "index 1", 1, 614400, { 4096, 1, 1, 8, 262144, 8, 72 }, 0 },
	{ "index 0", 0, 614400, { 4096, 1, 1, 8, 262144, 8, 72 }, 0 },
	{ "index 2", 2, 614400, { 4096, 1, 1, 8, 262144, 8, 72 }, 0, "md_size_sect", 262144 },
	{ "last index", S32_MAX, 614400, { 4096, 1, 1, 8, 262144, 8, 72 }, 0,
	  "md_size_sect", 262144 },
	{ "index 1, 8 KiB", 1, 614400, { 8192, 1, 1, 8, 262144, 8, 72 }, 0,
	  "bm_bytes_per_bit", 8192 },
	{ "index 0, 8 KiB", 0, 614400, { 8192, 1, 1, 8, 262144, 8, 72 }, 0,
	  "bm_bytes_per_bit", 8192 },
	{ "index 1, smaller", 1, 614400, { 4096, 1, 1, 8, 262136, 8, 72 }, 0,
	  "md_size_sect", 262136 },
	{ "index 1, larger log", 1, 614400, { 4096, 1, 1, 9, 262144, 8, 80 }, 0, "bm_offset", 80 },
	{ "index 1, striped", 1, 614400, { 4096, 1, 2, 4, 262144, 8, 72 }, 0, "al_stripes", 2 },
	{ "index 1, internal offsets", 1, 614400, { 4096, 1, 1, 8, 262144, -64, -72 }, 0,
	  "al_offset", -64 },
	{ "index 1, full", 1, 614400, { 4096, 1, 1, 8, 262144, 8, 72 }, 8587575296 },
	{ "index 1, too much", 1, 614400, { 4096, 1, 1, 8, 262144, 8, 72 }, 8587575297,
	  "effective_size", 8587575297 },
};

KUNIT_ARRAY_PARAM_DESC(layout, layout_rows, what);

static void check_layout_test(struct kunit *test)
{
	const struct layout_row *row = test->param_value;
	struct drbd_md_refusal *why = new_refusal(test);
	struct drbd_sb *sb = new_sb(test);

	sb->layout = row->layout;
	sb->effective_size = row->effective;
	KUNIT_ASSERT_EQ(test, drbd_md_check_layout(row->idx, row->device, sb, why),
			row->field ? 119 : 0);
	if (!row->field)
		return;
	KUNIT_EXPECT_STREQ(test, why->field, row->field);
	KUNIT_EXPECT_EQ(test, why->value, row->value);
}

/* The longest text has room, so that it has its end. */
static void check_longest_text_test(struct kunit *test)
{
	struct drbd_md_refusal *why = new_refusal(test);
	struct drbd_sb *sb = new_sb(test);
	static const char end[] = " device=18446744073709551615)";

	sb->layout.bm_bytes_per_bit = 1048576;
	sb->layout.bm_max_peers = 32;
	sb->layout.al_stripes = U32_MAX;
	sb->layout.al_stripe_size_4k = U32_MAX;
	sb->layout.md_size_sect = U32_MAX;
	sb->layout.al_offset = S32_MIN;
	sb->layout.bm_offset = S32_MIN;
	sb->effective_size = U64_MAX;
	KUNIT_ASSERT_EQ(test, drbd_md_check_layout(S32_MAX, U64_MAX, sb, why), 119);
	KUNIT_ASSERT_GT(test, strlen(why->text), strlen(end));
	KUNIT_EXPECT_STREQ(test, why->text + strlen(why->text) - strlen(end), end);
}

/**
 * struct attach_row - a good superblock that may not fit
 * @what: name of the row
 * @attach: what it has to go with
 * @err: expected reason to refuse
 * @field: expected field
 * @value: expected value of it
 * @text: expected text
 */
struct attach_row {
	const char *what;
	struct drbd_md_attach attach;
	enum drbd_md_err err;
	const char *field;
	s64 value;
	const char *text;
};

#define ATTACH(...) { .idx = -3, .backing_capacity = 131072, .md_capacity = 131072, \
		      .bits_per_long = 64, .bitmap = true, ##__VA_ARGS__ }
#define NO_BITMAP(...) { .idx = -3, .backing_capacity = 131072, .md_capacity = 131072, \
			 .bits_per_long = 64, ##__VA_ARGS__ }
#define FLEX(backing, md, ...) { .idx = -2, .backing_capacity = (backing), \
				 .md_capacity = (md), .bits_per_long = 64, \
				 .bitmap = true, ##__VA_ARGS__ }

static const struct attach_row attach_rows[] = {
	{ "good", ATTACH() },
	{ "all of it", ATTACH(.disk_size = 130984, .virtual_size = 130984) },
	{ "no bitmap, no peers", NO_BITMAP() },
	{ "no bitmap, peers", NO_BITMAP(.peers = 6, .disk_size = 999999),
	  162, "bitmap", 2, "Disabling bitmap allocation with peers defined is not allowed" },
	{ "configured too large", ATTACH(.disk_size = 130985, .virtual_size = 130985),
	  111, "size", 130985, "max capacity 130984 smaller than disk size 130985" },
	{ "limit by the bitmap", FLEX(1000000, 2048, .disk_size = 1000001),
	  111, "size", 1000001, "max capacity 1000000 smaller than disk size 1000001" },
	{ "smallest md device", FLEX(1000, 2048) },
	{ "md device too small", FLEX(1000, 2047),
	  112, "meta-disk", 2047, SMALL_MD },
	{ "size before md device", FLEX(1000, 2047, .disk_size = 1001),
	  111, "size", 1001, "max capacity 1000 smaller than disk size 1001" },
	{ "md device before capacity", FLEX(1000, 2047, .virtual_size = 1001),
	  112, "meta-disk", 2047, SMALL_MD },
	{ "smaller than the device", ATTACH(.virtual_size = 130985),
	  111, "capacity", 130984,
	  "Current (diskless) capacity 130985, cannot attach smaller (130984) disk" },
	/* nodes 1 and 2 have slots 0 and 1; one is vacant */
	{ "peers have slots", ATTACH(.peers = 6, .bitmap_peers = 6) },
	{ "one more", ATTACH(.peers = 14, .bitmap_peers = 14) },
	{ "two more", ATTACH(.peers = 30, .bitmap_peers = 30),
	  162, "bm_max_peers", 3, "Not enough free bitmap slots (available=1, needed=2)" },
	{ "two more, one without bitmap", ATTACH(.peers = 30, .bitmap_peers = 22) },
	{ "all nodes", ATTACH(.peers = 0xfffffffe, .bitmap_peers = 0xfffffffe),
	  162, "bm_max_peers", 3, "Not enough free bitmap slots (available=1, needed=29)" },
	{ "slots before data", ATTACH(.peers = 30, .bitmap_peers = 30, .primary = true,
				      .exposed_uuid = 2),
	  162, "bm_max_peers", 3, "Not enough free bitmap slots (available=1, needed=2)" },
	{ "same data", ATTACH(.primary = true, .exposed_uuid = 0x1122334455667789) },
	{ "same data, written by a Secondary",
	  ATTACH(.primary = true, .exposed_uuid = 0x1122334455667788) },
	{ "other data", ATTACH(.primary = true, .exposed_uuid = 0x112233445566778b),
	  150, "current_uuid", 0x1122334455667789,
	  "Can only attach to data with current UUID=112233445566778B" },
	{ "other data, short", ATTACH(.primary = true, .exposed_uuid = 0xabc),
	  150, "current_uuid", 0x1122334455667789,
	  "Can only attach to data with current UUID=0000000000000ABC" },
	{ "other data, of a peer",
	  ATTACH(.primary = true, .exposed_uuid = 0xabc, .peer_up_to_date = true) },
	{ "other data, Secondary", ATTACH(.exposed_uuid = 0xabc) },
	{ "no data seen", ATTACH(.primary = true) },
};

KUNIT_ARRAY_PARAM_DESC(attach, attach_rows, what);

static void check_attach_test(struct kunit *test)
{
	const struct attach_row *row = test->param_value;
	struct drbd_md_refusal *why = new_refusal(test);
	struct drbd_sb *sb = new_sb(test);

	if (row->attach.idx == -2) {
		sb->layout.md_size_sect = row->attach.md_capacity;
		sb->layout.al_offset = 8;
		sb->layout.bm_offset = 72;
	}
	KUNIT_ASSERT_EQ(test, drbd_md_check_attach(sb, &row->attach, why), row->err);
	KUNIT_EXPECT_EQ(test, why->err, row->err);
	if (!row->err)
		return;
	KUNIT_EXPECT_STREQ(test, why->field, row->field);
	KUNIT_EXPECT_EQ(test, why->value, row->value);
	KUNIT_EXPECT_STREQ(test, why->text, row->text);
}

static void check_shrink_test(struct kunit *test)
{
	struct drbd_md_refusal *why = new_refusal(test);
	struct drbd_sb *sb = new_sb(test);

	KUNIT_EXPECT_EQ(test, drbd_md_check_shrink(sb, 130984, 0, why), 0);
	KUNIT_EXPECT_EQ(test, drbd_md_check_shrink(sb, 200000, 0, why), 0);
	KUNIT_EXPECT_EQ(test, drbd_md_check_shrink(sb, 100000, 100000, why), 0);
	KUNIT_EXPECT_EQ(test, drbd_md_check_shrink(sb, 130983, 100000, why), 170);
	KUNIT_EXPECT_EQ(test, drbd_md_check_shrink(sb, 100000, 0, why), 170);
	KUNIT_EXPECT_EQ(test, why->err, 170);
	KUNIT_EXPECT_STREQ(test, why->field, "effective_size");
	KUNIT_EXPECT_EQ(test, why->value, 130984);
	KUNIT_EXPECT_STREQ(test, why->text,
			   "To-be-attached device has last effective > current size, and is consistent\n"
			   "(130984 > 100000 sectors). Refusing to attach.");
	/* nothing left of the data, and nobody asked for that */
	KUNIT_EXPECT_EQ(test, drbd_md_check_shrink(sb, 0, 0, why), 170);
	sb->effective_size = 0;
	KUNIT_EXPECT_EQ(test, drbd_md_check_shrink(sb, 100000, 0, why), 0);
	sb->effective_size = 130984;
	sb->flags &= ~DRBD_MDF_CONSISTENT;
	KUNIT_EXPECT_EQ(test, drbd_md_check_shrink(sb, 100000, 0, why), 0);
}

/*
 * Noise in the first fields: what is accepted has its areas on the device, next
 * to each other, and room in the bitmap. Sanitizers watch the rest.
 */
static void check_noise_test(struct kunit *test)
{
	static const s32 numbers[] = {
		0, 1, 7, 8, 9, 72, 80, 88, 96, -8, -64, -72, -80, -88, 4096, 8192, 32768,
		131072, 262144, 1048576, S32_MAX, S32_MIN, -1,
	};
	static const u8 at[] = {
		0x00, 0x04, 0x40, 0x44, 0x4c, 0x50, 0x58, 0x5c, 0x60, 0x64, 0x84, 0xa4, 0xc4,
	};
	struct drbd_md_refusal *why = new_refusal(test);
	struct drbd_md_attach attach = node0;
	struct drbd_sb *sb = new_sb(test);
	struct drbd_md_area area;
	int i, j, accepted = 0;
	struct rnd_state rnd;
	u8 *block, *base;

	prandom_seed_state(&rnd, 42);
	base = new_block(test);
	block = new_block(test);
	for (i = 0; i < 20000; i++) {
		memcpy(block, base, 4096);
		for (j = prandom_u32_state(&rnd) % 3; j >= 0; j--) {
			u32 n = prandom_u32_state(&rnd);

			put_unaligned_be32(numbers[n % ARRAY_SIZE(numbers)],
					   block + at[(n >> 8) % ARRAY_SIZE(at)]);
		}
		attach.idx = (int)(prandom_u32_state(&rnd) % 5) - 3;
		if (drbd_md_accept(block, &attach, sb, why)) {
			KUNIT_ASSERT_NE(test, why->text[0], 0);
			continue;
		}
		accepted++;
		drbd_md_locate(attach.idx, attach.md_capacity, &sb->layout, &area);
		KUNIT_ASSERT_GE(test, area.first, 0);
		KUNIT_ASSERT_LT(test, area.last, attach.md_capacity);
		KUNIT_ASSERT_GE(test, area.al, area.first);
		KUNIT_ASSERT_GE(test, area.bitmap_sectors, 0);
		KUNIT_ASSERT_LE(test, sb->effective_size,
				drbd_md_bits_per_slot(area.bitmap_sectors,
						      sb->layout.bm_max_peers) *
				(sb->layout.bm_bytes_per_bit / 512));
		KUNIT_ASSERT_EQ(test, drbd_md_check_attach(sb, &attach, why), 0);
	}
	KUNIT_EXPECT_GT(test, accepted, 200);
}

static struct kunit_case check_cases[] = {
	KUNIT_CASE_PARAM(check_device_test, device_gen_params),
	KUNIT_CASE_PARAM(check_read_test, read_gen_params),
	KUNIT_CASE_PARAM(check_layout_test, layout_gen_params),
	KUNIT_CASE(check_longest_text_test),
	KUNIT_CASE_PARAM(check_attach_test, attach_gen_params),
	KUNIT_CASE(check_shrink_test),
	KUNIT_CASE(check_noise_test),
	{}
};

static struct kunit_suite check_suite = {
	.name = "drbd-meta-check",
	.test_cases = check_cases,
};

kunit_test_suite(check_suite);
