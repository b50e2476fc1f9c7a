// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the variable length integer code for bitmap run lengths
 *
 * What P_COMPRESSED_BITMAP carries has to be understood by every other DRBD
 * node, so that expectations are literals from the description of the
 * protocol (spec/wire.md: the table of section 5.10, vectors of 10.8) and are
 * not derived from the implementation under test.
 */

#include <kunit/test.h>
#include <linux/prandom.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/unaligned.h>

#include "../drbd_vli.h"

/* A bitmap packet has 4096 bytes, with 16 bytes of header and 1 of encoding. */
#define MAX_CODE_BYTES	4079

#define VLI_MAX		72057611219902768ULL

/**
 * struct vli_word - a value and the code word for it
 * @value: run length
 * @bits: length of the code word
 * @code: code word, to be sent least significant bit first
 */
struct vli_word {
	u64 value;
	int bits;
	u64 code;
};

static const struct vli_word words[] = {
	{ 1, 2, 0x0 },
	{ 2, 2, 0x2 },
	{ 3, 3, 0x1 },
	{ 4, 3, 0x5 },
	{ 5, 5, 0x3 },
	{ 8, 5, 0x1b },
	{ 9, 7, 0x7 },
	{ 10, 7, 0x17 },
	{ 16, 7, 0x77 },
	{ 17, 10, 0xf },
	{ 48, 10, 0x3ef },
	{ 49, 14, 0x1f },
	{ 51, 14, 0x9f },
	{ 304, 14, 0x3fdf },
	{ 305, 21, 0x3f },
	{ 8496, 21, 0x1fff3f },
	{ 8497, 29, 0x7f },
	{ 262144, 29, 0x3decf7f },
	{ 2105648, 29, 0x1fffff7f },
	{ 2105649, 42, 0xbf },
	{ 17181974832ULL, 42, 0x3ffffffffbfULL },
	{ 17181974833ULL, 64, 0xff },
	{ VLI_MAX, 64, 0xffffffffffffffffULL },
};

static void word_desc(const struct vli_word *word, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "value %llu", word->value);
}

KUNIT_ARRAY_PARAM(vli_word, words, word_desc);

/**
 * struct vli_class - a range of values that share a prefix
 * @name: prefix in order of transmission
 * @prefix_bits: length of the prefix
 * @prefix: prefix as number
 * @data_bits: number of bits that follow the prefix
 * @first: smallest value
 * @last: largest value
 */
struct vli_class {
	const char *name;
	unsigned int prefix_bits;
	u64 prefix;
	unsigned int data_bits;
	u64 first;
	u64 last;
};

static const struct vli_class classes[] = {
	{ "prefix 0",        1, 0x00,  1, 1, 2 },
	{ "prefix 10",       2, 0x01,  1, 3, 4 },
	{ "prefix 110",      3, 0x03,  2, 5, 8 },
	{ "prefix 1110",     4, 0x07,  3, 9, 16 },
	{ "prefix 11110",    5, 0x0f,  5, 17, 48 },
	{ "prefix 111110",   6, 0x1f,  8, 49, 304 },
	{ "prefix 11111100", 8, 0x3f, 13, 305, 8496 },
	{ "prefix 11111110", 8, 0x7f, 21, 8497, 2105648 },
	{ "prefix 11111101", 8, 0xbf, 34, 2105649, 17181974832ULL },
	{ "prefix 11111111", 8, 0xff, 56, 17181974833ULL, VLI_MAX },
};

KUNIT_ARRAY_PARAM_DESC(vli_class, classes, name);

/**
 * struct vli_stream - a sequence of runs as it is sent
 * @name: what it shows
 * @values: run lengths
 * @count: number of run lengths
 * @bytes: the code bytes
 * @len: number of code bytes
 * @pad_bits: number of unused bits at the end of the last byte
 */
struct vli_stream {
	const char *name;
	u64 values[9];
	unsigned int count;
	u8 bytes[11];
	unsigned int len;
	unsigned int pad_bits;
};

static const struct vli_stream streams[] = {
	{
		.name = "fills its bytes",
		.values = { 10, 3, 51 }, .count = 3,
		.bytes = { 0x97, 0x7c, 0x02 }, .len = 3, .pad_bits = 0,
	}, {
		.name = "one run",
		.values = { 262144 }, .count = 1,
		.bytes = { 0x7f, 0xcf, 0xde, 0x03 }, .len = 4, .pad_bits = 3,
	}, {
		.name = "runs of many lengths",
		.values = { 1, 1, 2, 4, 8, 16, 100, 1000, 260012 }, .count = 9,
		.bytes = { 0x60, 0xf7, 0xfd, 0x9b, 0xf9, 0xb9, 0x15, 0x7f,
			   0x7b, 0xd6, 0x03 }, .len = 11, .pad_bits = 3,
	},
};

KUNIT_ARRAY_PARAM_DESC(vli_stream, streams, name);

static unsigned int bit_at(const u8 *buf, unsigned int pos)
{
	return buf[pos / 8] >> (pos % 8) & 1;
}

/* Decode in the way of a receiver, with up to 64 bits of look-ahead. */
struct vli_reader {
	struct bitstream bs;
	u64 ahead;
	int have;
};

static void reader_fill(struct vli_reader *r)
{
	u64 more;
	int n = bitstream_get_bits(&r->bs, &more, 64 - r->have);

	if (n > 0) {
		r->ahead |= more << r->have;
		r->have += n;
	}
}

static void reader_init(struct vli_reader *r, u8 *buf, size_t len,
			unsigned int pad_bits)
{
	bitstream_init(&r->bs, buf, len, pad_bits);
	r->ahead = 0;
	r->have = 0;
	reader_fill(r);
}

/* Returns whether there was a complete code word. */
static bool reader_next(struct vli_reader *r, u64 *value)
{
	int bits;

	if (!r->have)
		return false;
	bits = vli_decode_bits(value, r->ahead);
	if (bits > r->have)
		return false;
	r->ahead = bits < 64 ? r->ahead >> bits : 0;
	r->have -= bits;
	reader_fill(r);
	return true;
}

static void vli_encode_test(struct kunit *test)
{
	const struct vli_word *word = test->param_value;
	u64 code = 0;

	KUNIT_EXPECT_EQ(test, __vli_encode_bits(&code, word->value), word->bits);
	KUNIT_EXPECT_EQ(test, code, word->code);
	/* Only the length is asked for. */
	KUNIT_EXPECT_EQ(test, __vli_encode_bits(NULL, word->value), word->bits);
}

/* Whatever follows a code word in the stream must not matter. */
static void vli_decode_test(struct kunit *test)
{
	const struct vli_word *word = test->param_value;
	u64 following = word->bits < 64 ? ~0ULL << word->bits : 0;
	u64 value = 0;

	KUNIT_EXPECT_EQ(test, vli_decode_bits(&value, word->code), word->bits);
	KUNIT_EXPECT_EQ(test, value, word->value);
	value = 0;
	KUNIT_EXPECT_EQ(test, vli_decode_bits(&value, word->code | following),
			word->bits);
	KUNIT_EXPECT_EQ(test, value, word->value);
}

static void vli_class_test(struct kunit *test)
{
	const struct vli_class *c = test->param_value;
	const u64 values[] = {
		c->first, c->first + 1, c->first + (c->last - c->first) / 2,
		c->last - 1, c->last,
	};
	const int bits = c->prefix_bits + c->data_bits;
	u64 code, value;
	int i;

	for (i = 0; i < ARRAY_SIZE(values); i++) {
		u64 want = (values[i] - c->first) << c->prefix_bits | c->prefix;

		KUNIT_EXPECT_EQ_MSG(test, __vli_encode_bits(&code, values[i]),
				    bits, "value %llu", values[i]);
		KUNIT_EXPECT_EQ_MSG(test, code, want, "value %llu", values[i]);
		KUNIT_EXPECT_EQ_MSG(test, vli_decode_bits(&value, want), bits,
				    "value %llu", values[i]);
		KUNIT_EXPECT_EQ(test, value, values[i]);
	}
}

static void vli_invalid_value_test(struct kunit *test)
{
	u8 buf[16] = {}, clean[16] = {};
	struct bitstream bs;
	u64 code;

	KUNIT_EXPECT_EQ(test, __vli_encode_bits(&code, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, __vli_encode_bits(&code, VLI_MAX + 1), -EOVERFLOW);
	KUNIT_EXPECT_EQ(test, __vli_encode_bits(&code, U64_MAX), -EOVERFLOW);

	bitstream_init(&bs, buf, sizeof(buf), 0);
	KUNIT_EXPECT_EQ(test, vli_encode_bits(&bs, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, vli_encode_bits(&bs, VLI_MAX + 1), -EOVERFLOW);
	KUNIT_EXPECT_EQ(test, vli_encode_bits(&bs, U64_MAX), -EOVERFLOW);
	KUNIT_EXPECT_PTR_EQ(test, bs.cur.b, &buf[0]);
	KUNIT_EXPECT_EQ(test, bs.cur.bit, 0);
	KUNIT_EXPECT_MEMEQ(test, buf, clean, sizeof(buf));
}

/* A code word after @offset set bits: its bits, and nothing beside them. */
static void vli_put_at_offset_test(struct kunit *test)
{
	const struct vli_word *word = test->param_value;
	unsigned int offset, pos;

	for (offset = 1; offset <= 8; offset++) {
		u8 buf[16] = {};
		struct bitstream bs;

		bitstream_init(&bs, buf, sizeof(buf), 0);
		/* Bits of the argument beyond the wanted number are no part of it. */
		KUNIT_ASSERT_EQ(test, bitstream_put_bits(&bs, ~0ULL, offset), offset);
		KUNIT_ASSERT_EQ(test, vli_encode_bits(&bs, word->value), word->bits);
		for (pos = 0; pos < sizeof(buf) * 8; pos++) {
			unsigned int want = 0;

			if (pos < offset)
				want = 1;
			else if (pos < offset + word->bits)
				want = word->code >> (pos - offset) & 1;
			KUNIT_EXPECT_EQ_MSG(test, bit_at(buf, pos), want,
					    "offset %u, bit %u", offset, pos);
		}
		KUNIT_EXPECT_EQ(test, (bs.cur.b - buf) * 8 + bs.cur.bit,
				offset + word->bits);
	}
}

static void vli_stream_encode_test(struct kunit *test)
{
	const struct vli_stream *s = test->param_value;
	u8 buf[sizeof(s->bytes)];
	struct bitstream bs;
	unsigned int i, bits = 0;

	bitstream_init(&bs, buf, s->len, 0);
	memset(buf, 0xff, sizeof(buf));
	bitstream_rewind(&bs);
	for (i = 0; i < s->count; i++) {
		int n = vli_encode_bits(&bs, s->values[i]);

		KUNIT_ASSERT_GT_MSG(test, n, 0, "run %u, %llu", i, s->values[i]);
		bits += n;
	}
	KUNIT_EXPECT_EQ(test, s->len * 8 - bits, s->pad_bits);
	KUNIT_EXPECT_MEMEQ(test, buf, s->bytes, s->len);
}

static void vli_stream_decode_test(struct kunit *test)
{
	const struct vli_stream *s = test->param_value;
	struct vli_reader reader;
	u8 buf[sizeof(s->bytes)];
	unsigned int i;
	u64 value;

	memcpy(buf, s->bytes, s->len);
	reader_init(&reader, buf, s->len, s->pad_bits);
	for (i = 0; i < s->count; i++) {
		KUNIT_ASSERT_TRUE_MSG(test, reader_next(&reader, &value), "run %u", i);
		KUNIT_EXPECT_EQ_MSG(test, value, s->values[i], "run %u", i);
	}
	/* The padding of the last byte is no code word. */
	KUNIT_EXPECT_FALSE(test, reader_next(&reader, &value));
	KUNIT_EXPECT_EQ(test, reader.have, 0);
}

/*
 * No code word is the beginning of another one: one that was cut off claims
 * more bits than there are, wherever it is cut, and that is how it is noticed.
 */
static void vli_truncated_test(struct kunit *test)
{
	const struct vli_word *word = test->param_value;
	int have;

	for (have = 1; have < word->bits; have++) {
		size_t len = DIV_ROUND_UP(have, 8);
		u8 buf[sizeof(u64)] = {};
		struct vli_reader reader;
		u64 value;

		put_unaligned_le64(word->code & ~0ULL >> (64 - have), buf);
		reader_init(&reader, buf, len, len * 8 - have);
		KUNIT_EXPECT_EQ(test, reader.have, have);
		KUNIT_EXPECT_FALSE_MSG(test, reader_next(&reader, &value),
				       "%d of %d bits", have, word->bits);
	}
}

/* A code word that does not fit leaves no trace, so that the packet can end. */
static void vli_full_buffer_test(struct kunit *test)
{
	const struct vli_word *word = test->param_value;
	const unsigned int size = 12;
	unsigned int room;

	for (room = 0; room <= word->bits; room++) {
		unsigned int used = size * 8 - room, left = used;
		/* There is more memory than the stream may use. */
		u8 buf[24] = {}, before[24];
		struct bitstream bs;

		bitstream_init(&bs, buf, size, 0);
		while (left) {
			unsigned int n = min(left, 61U);

			KUNIT_ASSERT_EQ(test, bitstream_put_bits(&bs, 0, n), n);
			left -= n;
		}
		memcpy(before, buf, sizeof(buf));
		if (room == word->bits) {
			KUNIT_EXPECT_EQ(test, vli_encode_bits(&bs, word->value),
					word->bits);
			KUNIT_EXPECT_PTR_EQ(test, bs.cur.b, &buf[size]);
			KUNIT_EXPECT_EQ(test, bs.cur.bit, 0);
			KUNIT_EXPECT_EQ(test, vli_encode_bits(&bs, 1), -ENOBUFS);
			continue;
		}
		KUNIT_EXPECT_EQ_MSG(test, vli_encode_bits(&bs, word->value), -ENOBUFS,
				    "%u bits of room for %d", room, word->bits);
		KUNIT_EXPECT_MEMEQ(test, buf, before, sizeof(buf));
		KUNIT_EXPECT_EQ(test, (bs.cur.b - buf) * 8 + bs.cur.bit, used);
	}
}

static void vli_get_bits_test(struct kunit *test)
{
	/* 93 bits of content: every set bit is at a position that is a square. */
	u8 buf[12] = { 0x13, 0x02, 0x01, 0x02, 0x10, 0x00, 0x02, 0x00,
		       0x01, 0x00, 0x02, 0x00 };
	struct bitstream bs;
	u64 out;

	bitstream_init(&bs, buf, sizeof(buf), 3);

	out = 4711;
	KUNIT_EXPECT_EQ(test, bitstream_get_bits(&bs, &out, 65), -EINVAL);
	KUNIT_EXPECT_EQ(test, out, 4711);

	KUNIT_EXPECT_EQ(test, bitstream_get_bits(&bs, &out, 5), 5);
	KUNIT_EXPECT_EQ(test, out, 0x13);
	/* 64 bits from the middle of a byte touch nine bytes. */
	KUNIT_EXPECT_EQ(test, bitstream_get_bits(&bs, &out, 64), 64);
	KUNIT_EXPECT_EQ(test, out, BIT_ULL(9 - 5) | BIT_ULL(16 - 5) | BIT_ULL(25 - 5) |
			BIT_ULL(36 - 5) | BIT_ULL(49 - 5) | BIT_ULL(64 - 5));
	/* The rest without the padding, then nothing. */
	KUNIT_EXPECT_EQ(test, bitstream_get_bits(&bs, &out, 64), 93 - 69);
	KUNIT_EXPECT_EQ(test, out, BIT_ULL(81 - 69));
	KUNIT_EXPECT_EQ(test, bitstream_get_bits(&bs, &out, 64), 0);
	KUNIT_EXPECT_EQ(test, out, 0);
}

/* Between 1 and 2^56, each number of bits equally likely. */
static u64 random_run(struct rnd_state *rnd)
{
	u64 value = prandom_u32_state(rnd);

	value = value << 32 | prandom_u32_state(rnd);
	return 1 + (value >> (64 - 1 - prandom_u32_state(rnd) % 56));
}

static void vli_round_trip_test(struct kunit *test)
{
	u8 *buf = kunit_kzalloc(test, MAX_CODE_BYTES, GFP_KERNEL);
	u64 seed;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	for (seed = 1; seed <= 100; seed++) {
		unsigned int count = 0, bits = 0, i;
		struct vli_reader reader;
		struct rnd_state rnd;
		struct bitstream bs;
		u64 value, want;
		size_t len;
		int n;

		bitstream_init(&bs, buf, MAX_CODE_BYTES, 0);
		bitstream_rewind(&bs);
		prandom_seed_state(&rnd, seed);
		while ((n = vli_encode_bits(&bs, random_run(&rnd))) > 0) {
			bits += n;
			count++;
		}
		KUNIT_ASSERT_EQ_MSG(test, n, -ENOBUFS, "seed %llu", seed);

		len = DIV_ROUND_UP(bits, 8);
		reader_init(&reader, buf, len, len * 8 - bits);
		prandom_seed_state(&rnd, seed);
		for (i = 0; i < count; i++) {
			want = random_run(&rnd);
			KUNIT_ASSERT_TRUE_MSG(test, reader_next(&reader, &value),
					      "seed %llu, run %u of %u", seed, i, count);
			KUNIT_ASSERT_EQ_MSG(test, value, want,
					    "seed %llu, run %u of %u", seed, i, count);
		}
		KUNIT_ASSERT_FALSE_MSG(test, reader_next(&reader, &value),
				       "seed %llu", seed);
	}
}

static struct kunit_case vli_cases[] = {
	KUNIT_CASE_PARAM(vli_encode_test, vli_word_gen_params),
	KUNIT_CASE_PARAM(vli_decode_test, vli_word_gen_params),
	KUNIT_CASE_PARAM(vli_class_test, vli_class_gen_params),
	KUNIT_CASE(vli_invalid_value_test),
	KUNIT_CASE_PARAM(vli_put_at_offset_test, vli_word_gen_params),
	KUNIT_CASE_PARAM(vli_stream_encode_test, vli_stream_gen_params),
	KUNIT_CASE_PARAM(vli_stream_decode_test, vli_stream_gen_params),
	KUNIT_CASE_PARAM(vli_truncated_test, vli_word_gen_params),
	KUNIT_CASE_PARAM(vli_full_buffer_test, vli_word_gen_params),
	KUNIT_CASE(vli_get_bits_test),
	KUNIT_CASE(vli_round_trip_test),
	{}
};

static struct kunit_suite vli_suite = {
	.name = "drbd-vli",
	.test_cases = vli_cases,
};

kunit_test_suite(vli_suite);

MODULE_DESCRIPTION("KUnit tests for DRBD");
MODULE_IMPORT_NS("DRBD_CORE");
MODULE_LICENSE("GPL");
