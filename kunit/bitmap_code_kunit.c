// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the code of compressed bitmaps
 *
 * Expectations are literals of spec/wire.md 5.10, 9 (40 and 41) and 10.8, and packets
 * that existing nodes sent to each other.
 */

#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/prandom.h>
#include <linux/string.h>

#include "../core/bitmap_code.h"

struct vli_row {
	u64 value;
	int bits;
	u64 code;
};

static const struct vli_row vlis[] = {
	{ 1, 2, 0x0 }, { 2, 2, 0x2 }, { 3, 3, 0x1 }, { 4, 3, 0x5 }, { 5, 5, 0x3 }, { 8, 5, 0x1b },
	{ 9, 7, 0x7 }, { 10, 7, 0x17 }, { 16, 7, 0x77 }, { 17, 10, 0xf }, { 48, 10, 0x3ef },
	{ 49, 14, 0x1f }, { 51, 14, 0x9f }, { 304, 14, 0x3fdf }, { 305, 21, 0x3f },
	{ 8496, 21, 0x1fff3f }, { 8497, 29, 0x7f }, { 262144, 29, 0x3decf7f },
	{ 2105648, 29, 0x1fffff7f }, { 2105649, 42, 0xbf },
	{ 17181974832ULL, 42, 0x3ffffffffbfULL }, { 17181974833ULL, 64, 0xff },
	{ 72057611219902768ULL, 64, U64_MAX },
};

static void vli_table_test(struct kunit *test)
{
	u64 code, value;
	int i;

	for (i = 0; i < ARRAY_SIZE(vlis); i++) {
		const struct vli_row *row = &vlis[i];

		code = 0;
		value = 0;
		KUNIT_EXPECT_EQ_MSG(test, drbd_vli_encode(row->value, &code), row->bits,
				    "row %d", i);
		KUNIT_EXPECT_EQ_MSG(test, code, row->code, "row %d", i);
		KUNIT_EXPECT_EQ_MSG(test, drbd_vli_decode(row->code, row->bits, &value),
				    row->bits, "row %d", i);
		KUNIT_EXPECT_EQ_MSG(test, value, row->value, "row %d", i);
		KUNIT_EXPECT_EQ_MSG(test, drbd_vli_decode(row->code, row->bits - 1, &value),
				    -EINVAL, "row %d", i);
		KUNIT_EXPECT_EQ_MSG(test, drbd_vli_decode(row->code, 0, &value), -EINVAL,
				    "row %d", i);
		/* What follows the code does not matter. */
		if (row->bits < 64) {
			code = row->code | U64_MAX << row->bits;
			KUNIT_EXPECT_EQ(test, drbd_vli_decode(code, 64, &value), row->bits);
			KUNIT_EXPECT_EQ(test, value, row->value);
		}
	}
}

static void vli_limits_test(struct kunit *test)
{
	u64 code = 4711;

	KUNIT_EXPECT_EQ(test, DRBD_RLE_RUN_MAX, 72057611219902768ULL);
	KUNIT_EXPECT_EQ(test, drbd_vli_encode(0, &code), -EINVAL);
	KUNIT_EXPECT_EQ(test, drbd_vli_encode(72057611219902769ULL, &code), -EOVERFLOW);
	KUNIT_EXPECT_EQ(test, drbd_vli_encode(U64_MAX, &code), -EOVERFLOW);
	KUNIT_EXPECT_EQ(test, code, 4711);
}

static void vli_round_trip_test(struct kunit *test)
{
	struct rnd_state rnd;
	u64 value, code, back;
	int i, bits;

	prandom_seed_state(&rnd, 86);
	for (i = 0; i < 20000; i++) {
		value = (u64)prandom_u32_state(&rnd) << 32 | prandom_u32_state(&rnd);
		value >>= prandom_u32_state(&rnd) % 64;
		if (!value || value > DRBD_RLE_RUN_MAX)
			continue;
		bits = drbd_vli_encode(value, &code);
		KUNIT_ASSERT_EQ(test, drbd_vli_decode(code, bits, &back), bits);
		KUNIT_ASSERT_EQ(test, back, value);
	}
}

struct stream_row {
	const char *name;
	u64 runs[14];	/* up to the first 0 */
	bool first;
	unsigned int size;
	u8 body[16];
};

static const struct stream_row streams[] = {
	{ "10 clear, 3 set, 51 clear", { 10, 3, 51 }, false, 4, { 0x02, 0x97, 0x7c, 0x02 } },
	{ "all of 1 GiB set", { 262144 }, true, 5, { 0xb2, 0x7f, 0xcf, 0xde, 0x03 } },
	{ "nine runs", { 1, 1, 2, 4, 8, 16, 100, 1000, 260012 }, false, 12,
	  { 0x32, 0x60, 0xf7, 0xfd, 0x9b, 0xf9, 0xb9, 0x15, 0x7f, 0x7b, 0xd6, 0x03 } },
	{ "nine runs, set first", { 1, 1, 2, 4, 8, 16, 100, 1000, 260012 }, true, 12,
	  { 0xb2, 0x60, 0xf7, 0xfd, 0x9b, 0xf9, 0xb9, 0x15, 0x7f, 0x7b, 0xd6, 0x03 } },
	/* seen between existing nodes, devices of 4086, 16371, 16371 and 1014 blocks */
	{ "9.3.3, one in 200", { 200, 1, 199, 1, 199, 1, 199, 1, 199, 1, 199, 1, 2885 }, false, 16,
	  { 0x32, 0xdf, 0x25, 0x9f, 0x25, 0x9f, 0x25, 0x9f,
	    0x25, 0x9f, 0x25, 0x9f, 0x25, 0x3f, 0x14, 0x0a } },
	{ "9.3.3, 3 MiB of zeroes", { 2048, 768, 13555 }, false, 10,
	  { 0x12, 0x3f, 0xcf, 0xe6, 0xe7, 0x39, 0xfc, 0x09, 0x4f, 0x00 } },
	{ "9.3.3, an extent", { 1024, 15347 }, true, 8,
	  { 0xe2, 0x3f, 0xcf, 0xe2, 0x4f, 0x58, 0x03, 0x00 } },
	{ "8.4.11, all set", { 1014 }, true, 4, { 0xb2, 0x3f, 0xc5, 0x02 } },
	{ "one bit", { 1 }, true, 2, { 0xe2, 0x00 } },
	{ "two bits", { 2 }, false, 2, { 0x62, 0x02 } },
	{ "longest run", { DRBD_RLE_RUN_MAX }, false, 9,
	  { 0x02, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } },
	{ "longest run across bytes", { 1, DRBD_RLE_RUN_MAX }, false, 10,
	  { 0x62, 0xfc, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x03 } },
};

KUNIT_ARRAY_PARAM_DESC(stream, streams, name);

static void rle_stream_test(struct kunit *test)
{
	const struct stream_row *row = test->param_value;
	struct drbd_rle_writer writer;
	struct drbd_rle_reader reader;
	u64 run, total = 0;
	u8 body[20];
	bool set;
	int i;

	memset(body, 0xaa, sizeof(body));
	drbd_rle_start(&writer, body, sizeof(body), row->first);
	for (i = 0; row->runs[i]; i++) {
		KUNIT_EXPECT_EQ(test, drbd_rle_add(&writer, row->runs[i]), 0);
		total += row->runs[i];
	}
	KUNIT_EXPECT_EQ(test, writer.total, total);
	KUNIT_EXPECT_EQ(test, drbd_rle_code_bytes(&writer), row->size - 1);
	KUNIT_EXPECT_EQ(test, drbd_rle_finish(&writer), row->size);
	KUNIT_EXPECT_MEMEQ(test, body, row->body, row->size);
	KUNIT_EXPECT_EQ(test, body[row->size], 0xaa);

	KUNIT_ASSERT_EQ(test, drbd_rle_open(&reader, row->body, row->size), 0);
	for (i = 0; row->runs[i]; i++) {
		KUNIT_EXPECT_EQ(test, drbd_rle_next(&reader, &set, &run), 1);
		KUNIT_EXPECT_EQ(test, run, row->runs[i]);
		KUNIT_EXPECT_EQ(test, set, row->first != (i % 2 == 1));
	}
	KUNIT_EXPECT_EQ(test, drbd_rle_next(&reader, &set, &run), 0);
	KUNIT_EXPECT_EQ(test, drbd_rle_next(&reader, &set, &run), 0);
}

struct broken_row {
	const char *name;
	unsigned int size;
	u8 body[4];
	int err;
	int runs;	/* that can be read before it is found to be broken */
};

static const struct broken_row brokens[] = {
	{ "empty", 0, {}, -ENODATA },
	{ "header byte only", 1, { 0x02 }, -ENODATA },
	{ "encoding 0", 2, { 0x00, 0x00 }, -EOPNOTSUPP },
	{ "encoding 1", 2, { 0x01, 0x00 }, -EOPNOTSUPP },
	{ "encoding 3", 2, { 0x83, 0x00 }, -EOPNOTSUPP },
	{ "encoding 15", 2, { 0xff, 0x00 }, -EOPNOTSUPP },
	{ "one bit of code", 2, { 0x72, 0x00 }, 0, 0 },
	{ "all ones", 2, { 0x02, 0xff }, 0, 0 },
	{ "prefix only", 2, { 0x02, 0x3f }, 0, 0 },
	{ "data cut", 3, { 0x02, 0x3f, 0xff }, 0, 0 },
	{ "four runs and a bit", 3, { 0x72, 0x00, 0x01 }, 0, 4 },
	{ "four runs, cut prefix", 3, { 0x52, 0x00, 0x07 }, 0, 4 },
};

KUNIT_ARRAY_PARAM_DESC(broken, brokens, name);

static void rle_broken_test(struct kunit *test)
{
	const struct broken_row *row = test->param_value;
	struct drbd_rle_reader reader;
	bool set;
	int runs;
	u64 run;

	KUNIT_ASSERT_EQ(test, drbd_rle_open(&reader, row->body, row->size), row->err);
	if (row->err)
		return;
	for (runs = 0; drbd_rle_next(&reader, &set, &run) == 1; runs++)
		KUNIT_EXPECT_EQ(test, run, 1);
	KUNIT_EXPECT_EQ(test, runs, row->runs);
	KUNIT_EXPECT_EQ(test, drbd_rle_next(&reader, &set, &run), -EPROTO);
}

/* Unused bits should be 0; nobody minds if they are not. */
static void rle_pad_test(struct kunit *test)
{
	static const u8 body[] = { 0x52, 0xf8 };
	struct drbd_rle_reader reader;
	bool set;
	u64 run;

	KUNIT_ASSERT_EQ(test, drbd_rle_open(&reader, body, 2), 0);
	KUNIT_EXPECT_EQ(test, drbd_rle_next(&reader, &set, &run), 1);
	KUNIT_EXPECT_EQ(test, run, 1);
	KUNIT_EXPECT_FALSE(test, set);
	KUNIT_EXPECT_EQ(test, drbd_rle_next(&reader, &set, &run), -EPROTO);
}

static void rle_room_test(struct kunit *test)
{
	struct drbd_rle_writer writer;
	u8 body[10] = {};
	int i;

	/* 64 bits and then 8 of 9 bytes are used up, and 4 more runs fit into the last. */
	drbd_rle_start(&writer, body, sizeof(body), false);
	KUNIT_EXPECT_EQ(test, drbd_rle_add(&writer, DRBD_RLE_RUN_MAX), 0);
	KUNIT_EXPECT_EQ(test, drbd_rle_add(&writer, 17), -ENOSPC);
	KUNIT_EXPECT_EQ(test, drbd_rle_add(&writer, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, drbd_rle_add(&writer, U64_MAX), -EOVERFLOW);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, drbd_rle_add(&writer, 2), 0);
	KUNIT_EXPECT_EQ(test, drbd_rle_add(&writer, 2), -ENOSPC);
	KUNIT_EXPECT_EQ(test, writer.total, DRBD_RLE_RUN_MAX + 8);
	KUNIT_EXPECT_EQ(test, drbd_rle_finish(&writer), 10);
	KUNIT_EXPECT_EQ(test, body[0], 0x02);
	KUNIT_EXPECT_EQ(test, body[8], 0xff);
	KUNIT_EXPECT_EQ(test, body[9], 0xaa);
}

/* Any runs come back, whatever their length and however much fits. */
static void rle_round_trip_test(struct kunit *test)
{
	u64 *runs = kunit_kcalloc(test, 2048, sizeof(u64), GFP_KERNEL);
	u8 *body = kunit_kzalloc(test, 512, GFP_KERNEL);
	struct drbd_rle_writer writer;
	struct drbd_rle_reader reader;
	struct rnd_state rnd;
	int round, i, n;
	size_t size;
	bool set;
	u64 run;

	KUNIT_ASSERT_NOT_NULL(test, runs);
	KUNIT_ASSERT_NOT_NULL(test, body);
	prandom_seed_state(&rnd, 101);
	for (round = 0; round < 200; round++) {
		bool first = prandom_u32_state(&rnd) & 1;
		u32 range = 1 + prandom_u32_state(&rnd) % 35;

		drbd_rle_start(&writer, body, 9 + prandom_u32_state(&rnd) % 500, first);
		for (n = 0; ; n++) {
			run = (u64)prandom_u32_state(&rnd) << 6;
			runs[n] = 1 + (run & ((1ULL << range) - 1));
			if (drbd_rle_add(&writer, runs[n]))
				break;
		}
		KUNIT_ASSERT_GT(test, n, 0);
		size = drbd_rle_finish(&writer);
		KUNIT_ASSERT_EQ(test, drbd_rle_open(&reader, body, size), 0);
		for (i = 0; i < n; i++) {
			KUNIT_ASSERT_EQ(test, drbd_rle_next(&reader, &set, &run), 1);
			KUNIT_ASSERT_EQ(test, run, runs[i]);
			KUNIT_ASSERT_EQ(test, set, first != (i % 2 == 1));
		}
		KUNIT_ASSERT_EQ(test, drbd_rle_next(&reader, &set, &run), 0);
	}
}

/* Garbage is broken, or the only form that its runs have, but for the unused bits. */
static void rle_garbage_test(struct kunit *test)
{
	u8 *end = kunit_kzalloc(test, 64, GFP_KERNEL);
	u8 *out = kunit_kzalloc(test, 80, GFP_KERNEL);
	int round, err, good = 0, broken = 0;
	struct drbd_rle_writer writer;
	struct drbd_rle_reader reader;
	struct rnd_state rnd;

	KUNIT_ASSERT_NOT_NULL(test, end);
	KUNIT_ASSERT_NOT_NULL(test, out);
	end += 64;
	prandom_seed_state(&rnd, 2);
	for (round = 0; round < 5000; round++) {
		u32 size = prandom_u32_state(&rnd) % 65;
		u8 *body = end - size;
		bool set;
		u64 run;

		prandom_bytes_state(&rnd, body, size);
		if (size && round % 8)
			body[0] = (body[0] & 0xf0) | DRBD_RLE_VLI;
		err = drbd_rle_open(&reader, body, size);
		if (size < 2) {
			KUNIT_ASSERT_EQ(test, err, -ENODATA);
			continue;
		}
		if ((body[0] & 0xf) != DRBD_RLE_VLI) {
			KUNIT_ASSERT_EQ(test, err, -EOPNOTSUPP);
			continue;
		}
		KUNIT_ASSERT_EQ(test, err, 0);
		drbd_rle_start(&writer, out, 80, body[0] & 0x80);
		while ((err = drbd_rle_next(&reader, &set, &run)) > 0)
			KUNIT_ASSERT_EQ(test, drbd_rle_add(&writer, run), 0);
		if (err || !writer.used) {
			broken++;
			continue;
		}
		good++;
		KUNIT_ASSERT_EQ(test, drbd_rle_finish(&writer), size);
		if (reader.bits % 8)
			body[size - 1] &= (1 << reader.bits % 8) - 1;
		KUNIT_ASSERT_MEMEQ(test, out, body, size);
	}
	KUNIT_EXPECT_GT(test, good, 100);
	KUNIT_EXPECT_GT(test, broken, 1000);
}

static struct kunit_case bitmap_code_cases[] = {
	KUNIT_CASE(vli_table_test),
	KUNIT_CASE(vli_limits_test),
	KUNIT_CASE(vli_round_trip_test),
	KUNIT_CASE_PARAM(rle_stream_test, stream_gen_params),
	KUNIT_CASE_PARAM(rle_broken_test, broken_gen_params),
	KUNIT_CASE(rle_pad_test),
	KUNIT_CASE(rle_room_test),
	KUNIT_CASE(rle_round_trip_test),
	KUNIT_CASE(rle_garbage_test),
	{}
};

static struct kunit_suite bitmap_code_suite = {
	.name = "drbd-bitmap-code",
	.test_cases = bitmap_code_cases,
};

kunit_test_suite(bitmap_code_suite);
