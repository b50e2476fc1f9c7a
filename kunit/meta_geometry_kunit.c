// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the placement of metadata
 *
 * The tables are those of spec/metadata.md 2.3 and 14.1 to 14.3 (the striping
 * check), and limits reasoned by hand.
 */

#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/prandom.h>

#include "../core/meta_geometry.h"

#define MIB	2048ULL
#define GIB	(1024 * MIB)
#define TIB	(1024 * GIB)
#define PIB	(1024 * TIB)

/**
 * struct internal_row - internal metadata of a device
 * @what: name of the row
 * @capacity: size of the device in sectors
 * @peers: bitmap slots
 * @bytes_per_bit: storage per bit
 * @stripes: stripes of the activity log
 * @stripe_4k: their size in blocks
 * @bitmap: sectors of the bitmap
 * @size: sectors of all metadata
 * @superblock: sector of the superblock
 * @al: offset of the activity log
 * @bm: offset of the bitmap
 * @usable: sectors left for data
 */
struct internal_row {
	const char *what;
	u64 capacity;
	u32 peers;
	u32 bytes_per_bit;
	u32 stripes;
	u32 stripe_4k;
	s64 bitmap;
	u32 size;
	u64 superblock;
	s32 al;
	s32 bm;
	s64 usable;
};

static const struct internal_row internal_rows[] = {
	{ "64 MiB, 1 peer", 64 * MIB, 1, 4096, 1, 8,
	  8, 80, 131064, -64, -72, 130992 },
	{ "64 MiB, 3 peers", 64 * MIB, 3, 4096, 1, 8,
	  16, 88, 131064, -64, -80, 130984 },
	{ "64 MiB and 3 sectors", 64 * MIB + 3, 3, 4096, 1, 8,
	  16, 88, 131064, -64, -80, 130984 },
	{ "64 MiB, 31 peers", 64 * MIB, 31, 4096, 1, 8,
	  128, 200, 131064, -64, -192, 130872 },
	{ "1 GiB, 7 peers", GIB, 7, 4096, 1, 8,
	  448, 520, 2097144, -64, -512, 2096632 },
	{ "1 GiB, 31 peers", GIB, 31, 4096, 1, 8,
	  1984, 2056, 2097144, -64, -2048, 2095096 },
	{ "1 GiB, 64 KiB per bit", GIB, 7, 65536, 1, 8,
	  32, 104, 2097144, -64, -96, 2097048 },
	{ "1 GiB, 1 MiB per bit", GIB, 7, 1048576, 1, 8,
	  8, 80, 2097144, -64, -72, 2097072 },
	{ "100 GiB", 100 * GIB, 7, 4096, 1, 8,
	  44800, 44872, 209715192, -64, -44864, 209670328 },
	{ "100 GiB, 64 KiB per bit", 100 * GIB, 7, 65536, 1, 8,
	  2800, 2872, 209715192, -64, -2864, 209712328 },
	{ "1 TiB, 1 peer", TIB, 1, 4096, 1, 8,
	  65536, 65608, 2147483640, -64, -65600, 2147418040 },
	{ "1 TiB, 7 peers", TIB, 7, 4096, 1, 8,
	  458752, 458824, 2147483640, -64, -458816, 2147024824 },
	{ "1 TiB, 4 stripes", TIB, 7, 4096, 4, 64,
	  458752, 460808, 2147483640, -2048, -460800, 2147022840 },
	{ "100 TiB", 100 * TIB, 31, 4096, 1, 8,
	  203161600, 203161672, 214748364792, -64, -203161664, 214545203128 },
	{ "1 PiB", PIB, 31, 4096, 1, 8,
	  2080374784, 2080374856, 2199023255544, -64, -2080374848, 2196942880696 },
	/* 8 sectors of bitmap, 8 of superblock, 64 of activity log, 8 of data */
	{ "smallest", 88, 1, 4096, 1, 8, 8, 80, 80, -64, -72, 8 },
	{ "smallest, unaligned", 95, 1, 4096, 1, 8, 8, 80, 80, -64, -72, 8 },
	/* the bitmap has 2^31 sectors less those of the log: the very last offset */
	{ "largest offset", 2199023255552 - 67584, 32, 4096, 1, 8,
	  2147483584, 2147483656, 2199023187960, -64, S32_MIN, 2196875704312 },
};

KUNIT_ARRAY_PARAM_DESC(internal, internal_rows, what);

static void geometry_internal_test(struct kunit *test)
{
	const struct internal_row *row = test->param_value;
	struct drbd_md_layout layout = {
		.bm_bytes_per_bit = row->bytes_per_bit,
		.bm_max_peers = row->peers,
		.al_stripes = row->stripes,
		.al_stripe_size_4k = row->stripe_4k,
	};
	static const int kinds[] = { DRBD_MD_IDX_INTERNAL, DRBD_MD_IDX_FLEX_INT };
	struct drbd_md_area area;
	u64 sector;
	int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		KUNIT_EXPECT_TRUE(test, drbd_md_internal(kinds[i]));
		KUNIT_ASSERT_EQ(test, drbd_md_place(kinds[i], row->capacity, &layout), 0);
		KUNIT_EXPECT_EQ(test, layout.md_size_sect, row->size);
		KUNIT_EXPECT_EQ(test, layout.al_offset, row->al);
		KUNIT_EXPECT_EQ(test, layout.bm_offset, row->bm);

		KUNIT_ASSERT_EQ(test, drbd_md_find(kinds[i], row->capacity, &sector), 0);
		KUNIT_EXPECT_EQ(test, sector, row->superblock);

		drbd_md_locate(kinds[i], row->capacity, &layout, &area);
		KUNIT_EXPECT_EQ(test, area.superblock, row->superblock);
		KUNIT_EXPECT_EQ(test, area.al, row->usable + row->bitmap);
		KUNIT_EXPECT_EQ(test, area.bitmap, row->usable);
		KUNIT_EXPECT_EQ(test, area.bitmap_sectors, row->bitmap);
		KUNIT_EXPECT_EQ(test, area.first, row->usable);
		KUNIT_EXPECT_EQ(test, area.last, row->superblock + 7);
	}
}

/**
 * struct external_row - metadata on a device of its own
 * @what: name of the row
 * @idx: meta_dev_idx
 * @capacity: size of the device in sectors
 * @stripes: stripes of the activity log
 * @stripe_4k: their size in blocks
 * @superblock: sector of the superblock
 * @size: sectors of all metadata
 * @bm: offset of the bitmap; that of the activity log is 8
 * @bitmap: sectors of the bitmap
 */
struct external_row {
	const char *what;
	int idx;
	u64 capacity;
	u32 stripes;
	u32 stripe_4k;
	u64 superblock;
	u32 size;
	s32 bm;
	s64 bitmap;
};

static const struct external_row external_rows[] = {
	{ "flexible, 16 MiB", -2, 32768, 1, 8, 0, 32768, 72, 32696 },
	{ "flexible, 16 MiB and 5 sectors", -2, 32773, 1, 8, 0, 32773, 72, 32701 },
	{ "flexible, 4 stripes", -2, 32768, 4, 64, 0, 32768, 2056, 30712 },
	{ "flexible, smallest", -2, 73, 1, 8, 0, 73, 72, 1 },
	{ "flexible, largest log", -2, 33554441, 1024, 4096, 0, 33554441, 33554440, 1 },
	{ "flexible, more than has a number", -2, 1ULL << 32, 1, 8,
	  0, U32_MAX, 72, 4294967223 },
	{ "flexible, 1 PiB", -2, PIB, 1, 8, 0, U32_MAX, 72, 4294967223 },
	{ "slot 0", 0, 262144, 1, 8, 0, 262144, 72, 262072 },
	{ "slot 1", 1, 614400, 1, 8, 262144, 262144, 72, 262072 },
	{ "last slot", S32_MAX, 1ULL << 49, 1, 8, 562949953159168, 262144, 72, 262072 },
};

KUNIT_ARRAY_PARAM_DESC(external, external_rows, what);

static void geometry_external_test(struct kunit *test)
{
	const struct external_row *row = test->param_value;
	struct drbd_md_layout layout = {
		.bm_bytes_per_bit = 4096,
		.bm_max_peers = 7,
		.al_stripes = row->stripes,
		.al_stripe_size_4k = row->stripe_4k,
	};
	struct drbd_md_area area;
	u64 sector;

	KUNIT_EXPECT_FALSE(test, drbd_md_internal(row->idx));
	KUNIT_ASSERT_EQ(test, drbd_md_place(row->idx, row->capacity, &layout), 0);
	KUNIT_EXPECT_EQ(test, layout.md_size_sect, row->size);
	KUNIT_EXPECT_EQ(test, layout.al_offset, 8);
	KUNIT_EXPECT_EQ(test, layout.bm_offset, row->bm);

	KUNIT_ASSERT_EQ(test, drbd_md_find(row->idx, row->capacity, &sector), 0);
	KUNIT_EXPECT_EQ(test, sector, row->superblock);

	drbd_md_locate(row->idx, row->capacity, &layout, &area);
	KUNIT_EXPECT_EQ(test, area.superblock, row->superblock);
	KUNIT_EXPECT_EQ(test, area.al, row->superblock + 8);
	KUNIT_EXPECT_EQ(test, area.bitmap, row->superblock + row->bm);
	KUNIT_EXPECT_EQ(test, area.bitmap_sectors, row->bitmap);
	KUNIT_EXPECT_EQ(test, area.first, row->superblock);
	KUNIT_EXPECT_EQ(test, area.last, row->superblock + row->size - 1);
}

/**
 * struct no_place_row - metadata that has no place
 * @what: name of the row
 * @idx: meta_dev_idx
 * @capacity: size of the device in sectors
 * @peers: bitmap slots
 * @bytes_per_bit: storage per bit
 * @stripes: stripes of the activity log
 * @stripe_4k: their size in blocks
 * @err: expected error
 */
struct no_place_row {
	const char *what;
	int idx;
	u64 capacity;
	u32 peers;
	u32 bytes_per_bit;
	u32 stripes;
	u32 stripe_4k;
	int err;
};

static const struct no_place_row no_place_rows[] = {
	{ "internal, empty device", -3, 0, 1, 4096, 1, 8, -ENOSPC },
	{ "internal, 7 sectors", -3, 7, 1, 4096, 1, 8, -ENOSPC },
	{ "internal, no room for data", -3, 87, 1, 4096, 1, 8, -ENOSPC },
	{ "internal, large log", -3, 131072, 1, 4096, 1, 16384, -ENOSPC },
	{ "internal, 32 peers of 1 PiB", -3, PIB, 32, 4096, 1, 8, -EOVERFLOW },
	/* "largest offset" above has room for 4 more words of 64 bits in each slot */
	{ "internal, one block beyond the last offset", -3,
	  2199023255552 - 67584 + 4 * 512 + 1, 32, 4096, 1, 8, -EOVERFLOW },
	{ "internal, largest number of sectors", -3, U64_MAX, 32, 4096, 1, 8, -EOVERFLOW },
	{ "flexible, no room for a bitmap", -2, 72, 1, 4096, 1, 8, -ENOSPC },
	{ "flexible, empty device", -2, 0, 1, 4096, 1, 8, -ENOSPC },
	{ "slot 0 of a short device", 0, 262143, 1, 4096, 1, 8, -ENOSPC },
	{ "slot 2 of a short device", 2, 614400, 1, 4096, 1, 8, -ENOSPC },
	{ "slot, 8 KiB per bit", 0, 262144, 1, 8192, 1, 8, -EINVAL },
	{ "slot, 2 stripes", 0, 262144, 1, 4096, 2, 8, -EINVAL },
	{ "slot, larger stripe", 0, 262144, 1, 4096, 1, 9, -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(no_place, no_place_rows, what);

static void geometry_no_place_test(struct kunit *test)
{
	const struct no_place_row *row = test->param_value;
	struct drbd_md_layout layout = {
		.bm_bytes_per_bit = row->bytes_per_bit,
		.bm_max_peers = row->peers,
		.al_stripes = row->stripes,
		.al_stripe_size_4k = row->stripe_4k,
		.md_size_sect = 1,
		.al_offset = 2,
		.bm_offset = 3,
	};

	KUNIT_EXPECT_EQ(test, drbd_md_place(row->idx, row->capacity, &layout), row->err);
	KUNIT_EXPECT_EQ(test, layout.md_size_sect, 1);
	KUNIT_EXPECT_EQ(test, layout.al_offset, 2);
	KUNIT_EXPECT_EQ(test, layout.bm_offset, 3);
}

static void geometry_find_test(struct kunit *test)
{
	u64 sector = 4711;

	KUNIT_EXPECT_EQ(test, drbd_md_find(-4, GIB, &sector), -EINVAL);
	KUNIT_EXPECT_EQ(test, drbd_md_find(S32_MIN, GIB, &sector), -EINVAL);
	KUNIT_EXPECT_EQ(test, drbd_md_find(-3, 7, &sector), -ENOSPC);
	KUNIT_EXPECT_EQ(test, drbd_md_find(-2, 7, &sector), -ENOSPC);
	KUNIT_EXPECT_EQ(test, drbd_md_find(0, 7, &sector), -ENOSPC);
	KUNIT_EXPECT_EQ(test, drbd_md_find(1, 262144 + 7, &sector), -ENOSPC);
	KUNIT_EXPECT_EQ(test, drbd_md_find(S32_MAX, GIB, &sector), -ENOSPC);
	KUNIT_EXPECT_EQ(test, sector, 4711);

	KUNIT_EXPECT_EQ(test, drbd_md_find(-2, 8, &sector), 0);
	KUNIT_EXPECT_EQ(test, sector, 0);
	KUNIT_EXPECT_EQ(test, drbd_md_find(-1, 15, &sector), 0);
	KUNIT_EXPECT_EQ(test, sector, 0);
	KUNIT_EXPECT_EQ(test, drbd_md_find(-1, 16, &sector), 0);
	KUNIT_EXPECT_EQ(test, sector, 8);
	KUNIT_EXPECT_EQ(test, drbd_md_find(1, 262144 + 8, &sector), 0);
	KUNIT_EXPECT_EQ(test, sector, 262144);

	KUNIT_EXPECT_EQ(test, drbd_md_min_sectors(-1), 2048);
	KUNIT_EXPECT_EQ(test, drbd_md_min_sectors(-2), 2048);
	KUNIT_EXPECT_EQ(test, drbd_md_min_sectors(-3), 2048);
	KUNIT_EXPECT_EQ(test, drbd_md_min_sectors(0), 262144);
	KUNIT_EXPECT_EQ(test, drbd_md_min_sectors(3), 1048576);
	KUNIT_EXPECT_EQ(test, drbd_md_min_sectors(S32_MAX), 1ULL << 49);
}

/**
 * struct bitmap_row - size of a bitmap
 * @what: name of the row
 * @sectors: size of the device
 * @peers: bitmap slots
 * @bytes_per_bit: storage per bit
 * @bitmap: sectors of the bitmap
 */
struct bitmap_row {
	const char *what;
	u64 sectors;
	u32 peers;
	u32 bytes_per_bit;
	u64 bitmap;
};

static const struct bitmap_row bitmap_rows[] = {
	{ "nothing", 0, 1, 4096, 0 },
	{ "1 sector", 1, 1, 4096, 8 },
	{ "8 sectors", 8, 1, 4096, 8 },
	{ "262144 sectors", 262144, 1, 4096, 8 },
	{ "262145 sectors", 262145, 1, 4096, 16 },
	{ "1 GiB, 1 peer", 2097152, 1, 4096, 64 },
	{ "1 GiB, 7 peers", 2097152, 7, 4096, 448 },
	{ "1 GiB, 31 peers", 2097152, 31, 4096, 1984 },
	{ "1 GiB and a sector", 2097153, 1, 4096, 72 },
	{ "100 GiB, 4 KiB", 209715200, 7, 4096, 44800 },
	{ "100 GiB, 64 KiB", 209715200, 7, 65536, 2800 },
	{ "1 TiB, 1 peer", 2147483648, 1, 4096, 65536 },
	{ "1 TiB, 31 peers", 2147483648, 31, 4096, 2031616 },
	{ "1 PiB, 1 peer", PIB, 1, 4096, 67108864 },
	{ "1 PiB, 31 peers", PIB, 31, 4096, 2080374784 },
	{ "1 PiB, 1 MiB per bit", PIB, 31, 1048576, 8126464 },
	/* 2^61 bits are 2^58 bytes a slot */
	{ "largest number", U64_MAX, 32, 4096, 1ULL << 54 },
};

KUNIT_ARRAY_PARAM_DESC(bitmap, bitmap_rows, what);

static void geometry_bitmap_test(struct kunit *test)
{
	const struct bitmap_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_md_bitmap_sectors(row->sectors, row->peers,
						     row->bytes_per_bit), row->bitmap);
}

static void geometry_bits_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, drbd_md_bit_shift(4096), 3);
	KUNIT_EXPECT_EQ(test, drbd_md_bit_shift(1048576), 11);
	KUNIT_EXPECT_EQ(test, drbd_md_bits(0, 4096), 0);
	KUNIT_EXPECT_EQ(test, drbd_md_bits(1, 4096), 1);
	KUNIT_EXPECT_EQ(test, drbd_md_bits(8, 4096), 1);
	KUNIT_EXPECT_EQ(test, drbd_md_bits(9, 4096), 2);
	KUNIT_EXPECT_EQ(test, drbd_md_bits(2048, 1048576), 1);
	KUNIT_EXPECT_EQ(test, drbd_md_bits(2049, 1048576), 2);
	KUNIT_EXPECT_EQ(test, drbd_md_bits(U64_MAX, 4096), 1ULL << 61);
}

/**
 * struct limit_row - what a bitmap can track
 * @what: name of the row
 * @bitmap: sectors of the bitmap
 * @peers: bitmap slots
 * @bytes_per_bit: storage per bit
 * @bits: bits of each slot
 * @sectors: the storage they stand for
 */
struct limit_row {
	const char *what;
	u64 bitmap;
	u32 peers;
	u32 bytes_per_bit;
	u64 bits;
	u64 sectors;
};

static const struct limit_row limit_rows[] = {
	{ "indexed, 1 peer", 262072, 1, 4096, 1073446912, 8587575296 },
	{ "indexed, 3 peers", 262072, 3, 4096, 357815616, 2862524928 },
	{ "indexed, 7 peers", 262072, 7, 4096, 153349504, 1226796032 },
	{ "16 MiB, 7 peers", 32696, 7, 4096, 19131776, 153054208 },
	{ "8 sectors, 3 peers", 8, 3, 4096, 10880, 87040 },
	{ "8 sectors, 1 peer", 8, 1, 4096, 32768, 262144 },
	{ "1 MiB per bit", 1976, 1, 1048576, 8093696, 16575889408 },
	{ "nothing", 0, 31, 4096, 0, 0 },
	{ "too little for all", 0, 32, 4096, 0, 0 },
	{ "2 TiB, 1 MiB per bit", 1ULL << 32, 1, 1048576, 1ULL << 44, 1ULL << 55 },
};

KUNIT_ARRAY_PARAM_DESC(limit, limit_rows, what);

static void geometry_limit_test(struct kunit *test)
{
	const struct limit_row *row = test->param_value;
	struct drbd_md_layout layout = {
		.bm_bytes_per_bit = row->bytes_per_bit,
		.bm_max_peers = row->peers,
		.al_stripes = 1,
		.al_stripe_size_4k = 8,
		.al_offset = 8,
		.bm_offset = 72,
	};
	struct drbd_md_capacity capacity;

	KUNIT_EXPECT_EQ(test, drbd_md_bits_per_slot(row->bitmap, row->peers), row->bits);
	if (row->bitmap + 72 > U32_MAX)
		return;
	layout.md_size_sect = row->bitmap + 72;
	drbd_md_limit(-2, PIB, row->bitmap + 72, &layout, 64, &capacity);
	KUNIT_EXPECT_EQ(test, capacity.limit_md, row->sectors);
	KUNIT_EXPECT_EQ(test, capacity.sectors, row->sectors);
	KUNIT_EXPECT_EQ(test, capacity.remaining, PIB);
}

static void geometry_smallest_limit_test(struct kunit *test)
{
	struct drbd_md_layout layout = {
		.bm_bytes_per_bit = 1048576,
		.bm_max_peers = 3,
		.al_stripes = 1,
		.al_stripe_size_4k = 8,
	};
	struct drbd_md_capacity capacity;

	/* internal: what is before the metadata */
	KUNIT_ASSERT_EQ(test, drbd_md_place(-3, GIB, &layout), 0);
	drbd_md_limit(-3, GIB, GIB, &layout, 64, &capacity);
	KUNIT_EXPECT_EQ(test, capacity.remaining, 2097072);
	KUNIT_EXPECT_EQ(test, capacity.limit_drbd, PIB);
	/* 8 sectors are 170 words of 64 bits for each of 3 peers */
	KUNIT_EXPECT_EQ(test, capacity.limit_md, 10880 * 2048);
	KUNIT_EXPECT_EQ(test, capacity.sectors, 2097072);

	/* external: all of the backing device, until DRBD's own limit */
	layout.md_size_sect = 32768;
	layout.al_offset = 8;
	layout.bm_offset = 72;
	drbd_md_limit(-2, 1000, 32768, &layout, 64, &capacity);
	KUNIT_EXPECT_EQ(test, capacity.sectors, 1000);
	layout.md_size_sect = U32_MAX;
	drbd_md_limit(-2, 5 * PIB, 8 * GIB, &layout, 64, &capacity);
	KUNIT_EXPECT_EQ(test, capacity.remaining, 5 * PIB);
	KUNIT_EXPECT_EQ(test, capacity.sectors, PIB);
	drbd_md_limit(-2, 5 * PIB, 8 * GIB, &layout, 32, &capacity);
	KUNIT_EXPECT_EQ(test, capacity.sectors, PIB);

	/* 16 TiB less 128 MiB on 32-bit machines */
	layout.bm_bytes_per_bit = 4096;
	drbd_md_limit(-2, PIB, GIB, &layout, 32, &capacity);
	KUNIT_EXPECT_EQ(test, capacity.limit_drbd, 34359476216);
	KUNIT_EXPECT_EQ(test, capacity.sectors, 34359476216);
	KUNIT_EXPECT_EQ(test, drbd_md_max_sectors(4096, 64), PIB);
}

static void geometry_striping_test(struct kunit *test)
{
	u32 size = 5;

	KUNIT_EXPECT_TRUE(test, drbd_md_striping_valid(1, 8));
	KUNIT_EXPECT_TRUE(test, drbd_md_striping_valid(2, 4));
	KUNIT_EXPECT_TRUE(test, drbd_md_striping_valid(8, 1));
	KUNIT_EXPECT_TRUE(test, drbd_md_striping_valid(1024, 4096));
	KUNIT_EXPECT_FALSE(test, drbd_md_striping_valid(0, 0));
	KUNIT_EXPECT_FALSE(test, drbd_md_striping_valid(0, 8));
	KUNIT_EXPECT_FALSE(test, drbd_md_striping_valid(8, 0));
	KUNIT_EXPECT_FALSE(test, drbd_md_striping_valid(1, 7));
	KUNIT_EXPECT_FALSE(test, drbd_md_striping_valid(1024, 8192));
	KUNIT_EXPECT_FALSE(test, drbd_md_striping_valid(1, 4194305));
	/* 2^32 blocks, and 2^32 + 8: nothing is lost in the product */
	KUNIT_EXPECT_FALSE(test, drbd_md_striping_valid(65536, 65536));
	KUNIT_EXPECT_FALSE(test, drbd_md_striping_valid(8, 536870913));
	KUNIT_EXPECT_FALSE(test, drbd_md_striping_valid(U32_MAX, U32_MAX));

	KUNIT_EXPECT_EQ(test, drbd_md_striping_from_kib(1, 30, &size), -EINVAL);
	KUNIT_EXPECT_EQ(test, drbd_md_striping_from_kib(1, 28, &size), -ENOSPC);
	KUNIT_EXPECT_EQ(test, drbd_md_striping_from_kib(0, 32, &size), -ENOSPC);
	KUNIT_EXPECT_EQ(test, drbd_md_striping_from_kib(2, 16777216, &size), -EFBIG);
	KUNIT_EXPECT_EQ(test, drbd_md_striping_from_kib(1024, 16777216, &size), -EFBIG);
	KUNIT_EXPECT_EQ(test, size, 5);
	KUNIT_EXPECT_EQ(test, drbd_md_striping_from_kib(8, 4, &size), 0);
	KUNIT_EXPECT_EQ(test, size, 1);
	KUNIT_EXPECT_EQ(test, drbd_md_striping_from_kib(1, 32, &size), 0);
	KUNIT_EXPECT_EQ(test, size, 8);
	KUNIT_EXPECT_EQ(test, drbd_md_striping_from_kib(1, 16777216, &size), 0);
	KUNIT_EXPECT_EQ(test, size, 4194304);
}

/*
 * Whatever the device: areas are adjacent, nothing overlaps, the bitmap has room
 * for all that is left for data, and is not a block larger than the device needs.
 */
static void geometry_invariants_test(struct kunit *test)
{
	struct drbd_md_capacity capacity;
	struct drbd_md_layout layout;
	struct drbd_md_area area;
	struct rnd_state rnd;
	u64 device, need;
	int i, placed = 0;

	prandom_seed_state(&rnd, 20);
	for (i = 0; i < 3000; i++) {
		layout.bm_bytes_per_bit = 4096 << prandom_u32_state(&rnd) % 9;
		layout.bm_max_peers = prandom_u32_state(&rnd) % 32 + 1;
		layout.al_stripes = prandom_u32_state(&rnd) % 9 + 1;
		layout.al_stripe_size_4k = prandom_u32_state(&rnd) % 64 + 8;
		device = (u64)prandom_u32_state(&rnd) << 32 | prandom_u32_state(&rnd);
		device >>= prandom_u32_state(&rnd) % 40 + 23;
		if (drbd_md_place(-3, device, &layout))
			continue;
		placed++;
		drbd_md_locate(-3, device, &layout, &area);
		KUNIT_ASSERT_GT(test, area.first, 0);
		KUNIT_ASSERT_EQ(test, area.first, area.bitmap);
		KUNIT_ASSERT_EQ(test, area.bitmap + area.bitmap_sectors, area.al);
		KUNIT_ASSERT_EQ(test, area.al + drbd_md_al_blocks(&layout) * 8, area.superblock);
		KUNIT_ASSERT_EQ(test, area.last - area.first + 1, layout.md_size_sect);
		KUNIT_ASSERT_LT(test, area.last, device);
		KUNIT_ASSERT_GE(test, area.last + 8, device);
		KUNIT_ASSERT_EQ(test, (area.first | area.al | area.superblock) & 7, 0);

		drbd_md_limit(-3, device, device, &layout, 64, &capacity);
		KUNIT_ASSERT_EQ(test, capacity.sectors, min_t(u64, area.first, PIB));
		need = drbd_md_bits(device, layout.bm_bytes_per_bit);
		KUNIT_ASSERT_GE(test, capacity.limit_md, device);
		KUNIT_ASSERT_LE(test, (need + 63) / 64 * 8 * layout.bm_max_peers,
				area.bitmap_sectors * 512);
		KUNIT_ASSERT_GT(test, (need + 63) / 64 * 8 * layout.bm_max_peers + 4096,
				area.bitmap_sectors * 512);
	}
	KUNIT_EXPECT_GT(test, placed, 1500);
}

static struct kunit_case geometry_cases[] = {
	KUNIT_CASE_PARAM(geometry_internal_test, internal_gen_params),
	KUNIT_CASE_PARAM(geometry_external_test, external_gen_params),
	KUNIT_CASE_PARAM(geometry_no_place_test, no_place_gen_params),
	KUNIT_CASE(geometry_find_test),
	KUNIT_CASE_PARAM(geometry_bitmap_test, bitmap_gen_params),
	KUNIT_CASE(geometry_bits_test),
	KUNIT_CASE_PARAM(geometry_limit_test, limit_gen_params),
	KUNIT_CASE(geometry_smallest_limit_test),
	KUNIT_CASE(geometry_striping_test),
	KUNIT_CASE(geometry_invariants_test),
	{}
};

static struct kunit_suite geometry_suite = {
	.name = "drbd-meta-geometry",
	.test_cases = geometry_cases,
};

kunit_test_suite(geometry_suite);
