// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of headers of packets
 *
 * Expectations are literals of spec/wire.md 2, 9 and 10.1 to 10.3.
 */

#include <kunit/test.h>
#include <linux/prandom.h>

#include "../core/wire_header.h"

#define D	DRBD_WIRE_DATA
#define C	DRBD_WIRE_CONTROL
#define H80	DRBD_WIRE_H80
#define H95	DRBD_WIRE_H95
#define H100	DRBD_WIRE_H100

struct magic_row {
	const char *name;
	u8 bytes[4];
	int size;
};

static const struct magic_row magics[] = {
	{ "h100", { 0x86, 0x20, 0xec, 0x20 }, 16 },
	{ "h95", { 0x83, 0x5a, 0x00, 0x00 }, 8 },
	{ "h95, other command", { 0x83, 0x5a, 0xff, 0xfe }, 8 },
	{ "h80", { 0x83, 0x74, 0x02, 0x67 }, 8 },
	{ "first half of h80", { 0x83, 0x74, 0x02, 0x66 }, -EPROTO },
	{ "first half of h100", { 0x86, 0x20, 0xec, 0x21 }, -EPROTO },
	{ "near h95", { 0x83, 0x5b, 0x00, 0x00 }, -EPROTO },
	{ "zeroes", { 0, 0, 0, 0 }, -EPROTO },
	{ "ones", { 0xff, 0xff, 0xff, 0xff }, -EPROTO },
};

KUNIT_ARRAY_PARAM_DESC(magic, magics, name);

static void wire_header_size_test(struct kunit *test)
{
	const struct magic_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_wire_header_size(row->bytes), row->size);
}

/**
 * struct decode_row - bytes, and what they mean
 * @name: of the case
 * @bytes: what is received
 * @size: how many, those of the header
 * @version: agreed
 * @stream: where
 * @rv: what decoding returns
 * @head: what decoding finds
 * @field: what is wrong
 * @value: with this value
 */
struct decode_row {
	const char *name;
	u8 bytes[16];
	u32 size;
	u32 version;
	enum drbd_wire_stream stream;
	int rv;
	struct drbd_wire_header head;
	const char *field;
	u64 value;
};

#define B100(a, b, c, d, e, f, g, h, i) \
	.bytes = { 0x86, 0x20, 0xec, 0x20, a, b, c, d, e, f, g, h, 0, 0, 0, i }, \
	.size = 16
#define B80(a, b, c, d) \
	.bytes = { 0x83, 0x74, 0x02, 0x67, a, b, c, d }, .size = 8
#define B95(a, b, c, d, e, f) \
	.bytes = { 0x83, 0x5a, a, b, c, d, e, f }, .size = 8

static const struct decode_row decodes[] = {
	/* 10.2 */
	{ "P_STATE", B100(0, 0, 0, 0x0e, 0, 0, 0, 4, 0), 101, D, 16, { H100, 0x0e, 0, 4 } },
	{ "no volume", B100(0xff, 0xff, 0, 0x13, 0, 0, 0, 0, 0), 124, D, 16,
	  { H100, 0x13, -1, 0 } },
	{ "volume 1", B100(0, 1, 0, 0, 0, 0, 0x10, 0x18, 0), 118, D, 16,
	  { H100, 0, 1, 4120 } },
	{ "padding", B100(0, 0, 0, 0x0e, 0, 0, 0, 4, 1), 124, D, -EPROTO, {}, "pad", 1 },
	{ "h100 too early", B100(0, 0, 0, 0x0e, 0, 0, 0, 4, 0), 86, D, -EPROTO, {},
	  "magic", 0x8620ec20 },
	{ "features", B80(0xff, 0xfe, 0, 0x48), 86, D, 8, { H80, 0xfffe, 0, 72 } },
	{ "h80 too late", B80(0, 0x13, 0, 0), 124, D, -EPROTO, {}, "magic", 0x83740267 },
	{ "h80 on C", B80(0, 0x13, 0, 0), 124, C, 8, { H80, 0x13, 0, 0 } },
	{ "h95", B95(0, 0, 0, 1, 0, 0x18), 96, D, 8, { H95, 0, 0, 65560 } },
	{ "h95 too late", B95(0, 0, 0, 1, 0, 0x18), 100, D, -EPROTO, {},
	  "magic", 0x835a0000 },
	{ "zeroes", { }, 8, 124, D, -EPROTO, {}, "magic", 0 },
	{ "zeroes on C", { }, 8, 124, C, -EPROTO, {}, "magic", 0 },
	/* 2.3: small packets of those that may use h95 */
	{ "h80 at 95", B80(0, 0x0e, 0, 4), 95, D, 8, { H80, 0x0e, 0, 4 } },
	{ "h80 at 99", B80(0, 0x0e, 0, 4), 99, D, 8, { H80, 0x0e, 0, 4 } },
	{ "h100 at 99", B100(0, 0, 0, 0x0e, 0, 0, 0, 4, 0), 99, D, -EPROTO, {},
	  "magic", 0x8620ec20 },
	{ "h100 at 100", B100(0, 0, 0, 0x0e, 0, 0, 0, 4, 0), 100, D, 16,
	  { H100, 0x0e, 0, 4 } },
	{ "h95 on C", B95(0, 0x13, 0, 0, 0, 0), 124, C, 8, { H95, 0x13, 0, 0 } },
	/* A ping overtakes the agreement. */
	{ "h100 on C before", B100(0xff, 0xff, 0, 0x13, 0, 0, 0, 0, 0), 0, C, 16,
	  { H100, 0x13, -1, 0 } },
	{ "padding on C", B100(0xff, 0xff, 0, 0x13, 0, 0, 0, 0, 9), 124, C, -EPROTO, {},
	  "pad", 9 },
	/* 2.2: nodes with protocol_version_min of at least 100 */
	{ "features, h100", B100(0xff, 0xff, 0xff, 0xfe, 0, 0, 0, 0x48, 0), 0, D, 16,
	  { H100, 0xfffe, -1, 72 } },
	{ "features, h80", B80(0xff, 0xfe, 0, 0x48), 0, D, 8, { H80, 0xfffe, 0, 72 } },
	/* limits */
	{ "last volume", B100(0xff, 0xfe, 0, 0, 0xff, 0xff, 0xff, 0xff, 0), 124, D, 16,
	  { H100, 0, 65534, 0xffffffff } },
	{ "longest h80", B80(0, 0, 0xff, 0xff), 94, D, 8, { H80, 0, 0, 65535 } },
	{ "longest h95", B95(0xff, 0xff, 0xff, 0xff, 0xff, 0xff), 95, D, 8,
	  { H95, 0xffff, 0, 0xffffffff } },
};

KUNIT_ARRAY_PARAM_DESC(decode, decodes, name);

static void wire_header_decode_test(struct kunit *test)
{
	const struct decode_row *row = test->param_value;
	struct drbd_wire_error err = { "", "", ~0ULL };
	struct drbd_wire_header head;
	u8 out[DRBD_WIRE_MAX_HEADER];
	u32 n;

	KUNIT_ASSERT_EQ(test, drbd_wire_header_decode(row->bytes, row->size, row->version,
						      row->stream, &head, &err), row->rv);
	if (row->rv < 0) {
		KUNIT_EXPECT_STREQ(test, err.packet, "header");
		KUNIT_EXPECT_STREQ(test, err.field, row->field);
		KUNIT_EXPECT_EQ(test, err.value, row->value);
		return;
	}
	KUNIT_EXPECT_EQ(test, head.format, row->head.format);
	KUNIT_EXPECT_EQ(test, head.number, row->head.number);
	KUNIT_EXPECT_EQ(test, head.vnr, row->head.vnr);
	KUNIT_EXPECT_EQ(test, head.len, row->head.len);

	KUNIT_EXPECT_EQ(test, drbd_wire_header_encode(&head, out, row->size), row->rv);
	KUNIT_EXPECT_MEMEQ(test, out, row->bytes, row->rv);

	/* a part of it, in memory that ends there */
	for (n = 0; n < row->size; n++) {
		u8 *part = kunit_kzalloc(test, n, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, part);
		memcpy(part, row->bytes, n);
		KUNIT_EXPECT_EQ(test, drbd_wire_header_decode(part, n, row->version,
							      row->stream, &head, &err),
				-EAGAIN);
	}
}

struct format_row {
	const char *name;
	u32 version;
	u64 total;
	enum drbd_wire_format format;
};

static const struct format_row formats[] = {
	/* 10.3 */
	{ "86", 86, 40, H80 },
	{ "94, large", 94, 32800, H80 },
	{ "95, limit", 95, 32768, H80 },
	{ "95, above", 95, 32769, H95 },
	{ "99, large", 99, 131104, H95 },
	{ "100", 100, 16, H100 },
	{ "124, large", 124, 1048616, H100 },
	/* 2.2 */
	{ "before agreement", 0, 80, H80 },
	{ "99, small", 99, 12, H80 },
	{ "101", 101, 8, H100 },
};

KUNIT_ARRAY_PARAM_DESC(format, formats, name);

static void wire_header_format_test(struct kunit *test)
{
	const struct format_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_wire_header_format(row->version, row->total),
			row->format);
}

struct refuse_row {
	const char *name;
	struct drbd_wire_header head;
	u32 size;
	int rv;
};

static const struct refuse_row refusals[] = {
	{ "h80 fits", { H80, 1, 0, 65535 }, 8, 8 },
	{ "h80 payload too long", { H80, 1, 0, 65536 }, 16, -EMSGSIZE },
	{ "h80 buffer", { H80, 1, 0, 0 }, 7, -EMSGSIZE },
	{ "h95 buffer", { H95, 1, 0, 0 }, 7, -EMSGSIZE },
	{ "h95 long payload", { H95, 1, 0, 65536 }, 8, 8 },
	{ "h100 buffer", { H100, 1, 0, 0 }, 15, -EMSGSIZE },
	{ "no volume", { H100, 1, -1, 0 }, 16, 16 },
	{ "last volume", { H100, 1, 65534, 0 }, 16, 16 },
	{ "volume like none", { H100, 1, 65535, 0 }, 16, -EINVAL },
	{ "negative volume", { H100, 1, -2, 0 }, 16, -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(refuse, refusals, name);

static void wire_header_encode_test(struct kunit *test)
{
	const struct refuse_row *row = test->param_value;
	u8 *out = kunit_kzalloc(test, row->size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, out);
	KUNIT_EXPECT_EQ(test, drbd_wire_header_encode(&row->head, out, row->size), row->rv);
}

/* What is encoded gets decoded, and garbage never leads out of its buffer. */
static void wire_header_random_test(struct kunit *test)
{
	static const u32 versions[] = { 0, 86, 94, 95, 99, 100, 101, 118, 124 };
	struct drbd_wire_header head, again;
	struct drbd_wire_error err;
	struct rnd_state rnd;
	u8 buf[DRBD_WIRE_MAX_HEADER];
	int i, rv;

	prandom_seed_state(&rnd, 80);
	for (i = 0; i < 20000; i++) {
		u32 version = versions[prandom_u32_state(&rnd) % ARRAY_SIZE(versions)];
		u32 len = prandom_u32_state(&rnd) >> (prandom_u32_state(&rnd) % 32);

		head.number = prandom_u32_state(&rnd);
		head.len = version < 95 ? (u16)len : len;
		head.format = drbd_wire_header_format(version, (u64)head.len + 8);
		head.vnr = 0;
		if (head.format == H100)
			head.vnr = (int)(prandom_u32_state(&rnd) % 65536) - 1;
		rv = drbd_wire_header_encode(&head, buf, sizeof(buf));
		KUNIT_ASSERT_EQ(test, rv, head.format == H100 ? 16 : 8);
		KUNIT_ASSERT_EQ(test, drbd_wire_header_size(buf), rv);
		KUNIT_ASSERT_EQ(test, drbd_wire_header_decode(buf, rv, version, D, &again,
							      &err), rv);
		KUNIT_ASSERT_EQ(test, again.format, head.format);
		KUNIT_ASSERT_EQ(test, again.number, head.number);
		KUNIT_ASSERT_EQ(test, again.vnr, head.vnr);
		KUNIT_ASSERT_EQ(test, again.len, head.len);

		/* One bit of the magic number decides. */
		buf[prandom_u32_state(&rnd) % 2] ^= 1 << prandom_u32_state(&rnd) % 8;
		KUNIT_ASSERT_EQ(test, drbd_wire_header_decode(buf, rv, version, C, &again,
							      &err), -EPROTO);
	}
}

static struct kunit_case wire_header_cases[] = {
	KUNIT_CASE_PARAM(wire_header_size_test, magic_gen_params),
	KUNIT_CASE_PARAM(wire_header_decode_test, decode_gen_params),
	KUNIT_CASE_PARAM(wire_header_format_test, format_gen_params),
	KUNIT_CASE_PARAM(wire_header_encode_test, refuse_gen_params),
	KUNIT_CASE(wire_header_random_test),
	{}
};

static struct kunit_suite wire_header_suite = {
	.name = "drbd-wire-header",
	.test_cases = wire_header_cases,
};

kunit_test_suite(wire_header_suite);
