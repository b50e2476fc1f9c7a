// SPDX-License-Identifier: GPL-2.0-only
/*
 * The code of compressed bitmaps: runs of bits, their lengths in a variable-length code
 *
 * Peers exchange bitmaps before each resync. Most of a bitmap is long runs, but where a
 * database wrote, it is many short ones; and a device can have 2^38 blocks. Therefore a
 * run length takes between two bits, for one or two blocks, and 64, for more blocks than
 * there ever will be: a prefix that says how many bits of data follow, like UTF-8 but
 * down to single bits. What would not compress is sent as it is, so that the few
 * patterns for which this code is bad do not matter.
 *
 * Bits of a code go into each byte from the least significant one on, so do the bits of
 * data. Source: spec/wire.md 5.10.
 */

#include <linux/array_size.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/minmax.h>

#include "bitmap_code.h"

/* Bits of the header byte. */
#define RLE_PAD_SHIFT	4
#define RLE_PAD		0x07	/* when shifted down */
#define RLE_FIRST_SET	0x80

/**
 * struct vli_level - one row of the code
 * @prefix: value of the prefix, its first bit on the wire is the least significant one
 * @prefix_bits: length of the prefix
 * @data_bits: bits of data that follow
 * @base: the smallest number that this row encodes, with data 0
 */
struct vli_level {
	u8 prefix;
	u8 prefix_bits;
	u8 data_bits;
	u64 base;
};

static const struct vli_level levels[] = {
	{ 0x00, 1, 1, 1 },
	{ 0x01, 2, 1, 3 },
	{ 0x03, 3, 2, 5 },
	{ 0x07, 4, 3, 9 },
	{ 0x0f, 5, 5, 17 },
	{ 0x1f, 6, 8, 49 },
	{ 0x3f, 8, 13, 305 },
	{ 0x7f, 8, 21, 8497 },
	{ 0xbf, 8, 34, 2105649 },
	{ 0xff, 8, 56, 17181974833ULL },
};

/**
 * drbd_vli_encode() - code of a number
 * @value: the number, at least 1
 * @code: the code, least significant bit first
 *
 * Return: the number of bits, 2 to 64; -EINVAL for 0; -EOVERFLOW for what is above
 * %DRBD_RLE_RUN_MAX.
 * Source: spec/wire.md 5.10 and 10.8
 */
int drbd_vli_encode(u64 value, u64 *code)
{
	const struct vli_level *level;
	int i;

	if (!value)
		return -EINVAL;
	if (value > DRBD_RLE_RUN_MAX)
		return -EOVERFLOW;
	for (i = ARRAY_SIZE(levels) - 1; value < levels[i].base; i--)
		;
	level = &levels[i];
	*code = (value - level->base) << level->prefix_bits | level->prefix;
	return level->prefix_bits + level->data_bits;
}
EXPORT_SYMBOL_GPL(drbd_vli_encode);

/**
 * drbd_vli_decode() - number of a code
 * @code: bits that start with the code, least significant bit first
 * @available: how many of these are valid
 * @value: the number
 *
 * Return: the number of bits that the code has; -EINVAL if it has more than @available.
 * Source: spec/wire.md 5.10
 */
int drbd_vli_decode(u64 code, unsigned int available, u64 *value)
{
	const struct vli_level *level = levels;
	unsigned int bits;

	/* No code is a part of another one, and the last row takes what is left. */
	while ((code & ((1U << level->prefix_bits) - 1)) != level->prefix)
		level++;
	bits = level->prefix_bits + level->data_bits;
	if (bits > available)
		return -EINVAL;
	*value = level->base + (code >> level->prefix_bits & GENMASK_ULL(level->data_bits - 1, 0));
	return bits;
}
EXPORT_SYMBOL_GPL(drbd_vli_decode);

/**
 * drbd_rle_start() - start a compressed bitmap
 * @writer: to be filled in
 * @body: room for the body of the packet
 * @size: its size; at least 9 bytes, so that there is room for any one run
 * @first: whether the first run is one of set bits
 */
void drbd_rle_start(struct drbd_rle_writer *writer, u8 *body, size_t size, bool first)
{
	*writer = (struct drbd_rle_writer) {
		.body = body,
		.room = 8 * (u64)(size - 1),
		.first = first,
	};
}
EXPORT_SYMBOL_GPL(drbd_rle_start);

/**
 * drbd_rle_add() - add a run
 * @writer: the compressed bitmap
 * @run: length of the run, of bits that are not what the previous run's are
 *
 * Return: 0; -ENOSPC if there is no room for the run; else as drbd_vli_encode().
 * Source: spec/wire.md 5.10
 */
int drbd_rle_add(struct drbd_rle_writer *writer, u64 run)
{
	unsigned int offset, count;
	u64 code;
	int bits;
	u8 *p;

	bits = drbd_vli_encode(run, &code);
	if (bits < 0)
		return bits;
	if (writer->used + bits > writer->room)
		return -ENOSPC;

	for (; bits > 0; bits -= count, writer->used += count, code >>= count) {
		p = writer->body + 1 + writer->used / 8;
		offset = writer->used % 8;
		count = min(8 - offset, (unsigned int)bits);
		if (!offset)
			*p = 0;
		*p |= code << offset;
	}
	writer->total += run;
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_rle_add);

/**
 * drbd_rle_code_bytes() - length of the code
 * @writer: the compressed bitmap
 *
 * Return: the number of bytes, without the header byte.
 */
size_t drbd_rle_code_bytes(const struct drbd_rle_writer *writer)
{
	return (writer->used + 7) / 8;
}
EXPORT_SYMBOL_GPL(drbd_rle_code_bytes);

/**
 * drbd_rle_finish() - write the header byte of a compressed bitmap
 * @writer: the compressed bitmap, with at least one run
 *
 * Return: the length of the body.
 * Source: spec/wire.md 5.10
 */
size_t drbd_rle_finish(struct drbd_rle_writer *writer)
{
	size_t bytes = drbd_rle_code_bytes(writer);
	unsigned int pad = 8 * bytes - writer->used;

	writer->body[0] = DRBD_RLE_VLI | pad << RLE_PAD_SHIFT | (writer->first ? RLE_FIRST_SET : 0);
	return 1 + bytes;
}
EXPORT_SYMBOL_GPL(drbd_rle_finish);

/**
 * drbd_rle_open() - start reading a compressed bitmap
 * @reader: to be filled in
 * @body: body of the packet
 * @size: its size
 *
 * Return: 0; -ENODATA if there is no code; -EOPNOTSUPP for an encoding that does not
 * exist.
 * Source: spec/wire.md 5.10
 */
int drbd_rle_open(struct drbd_rle_reader *reader, const u8 *body, size_t size)
{
	if (size < DRBD_RLE_BODY_MIN)
		return -ENODATA;
	if (DRBD_RLE_ENCODING(body[0]) != DRBD_RLE_VLI)
		return -EOPNOTSUPP;

	*reader = (struct drbd_rle_reader) {
		.code = body + 1,
		.bits = 8 * (u64)(size - 1) - (body[0] >> RLE_PAD_SHIFT & RLE_PAD),
		.set = body[0] & RLE_FIRST_SET,
	};
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_rle_open);

/* The next 64 bits, or zeroes behind the end of the code. */
static u64 look_ahead(const struct drbd_rle_reader *reader)
{
	u64 byte = reader->pos / 8, bytes = (reader->bits + 7) / 8;
	unsigned int offset = reader->pos % 8, i;
	u64 code = reader->code[byte] >> offset;

	for (i = 1; i <= 8 && byte + i < bytes && 8 * i - offset < 64; i++)
		code |= (u64)reader->code[byte + i] << (8 * i - offset);
	return code;
}

/**
 * drbd_rle_next() - read a run
 * @reader: the compressed bitmap
 * @set: whether the bits of the run are set
 * @run: length of the run
 *
 * Return: 1; 0 if there are no more runs; -EPROTO if the code is broken.
 * Source: spec/wire.md 5.10
 */
int drbd_rle_next(struct drbd_rle_reader *reader, bool *set, u64 *run)
{
	u64 left = reader->bits - reader->pos;
	int bits;

	if (!left)
		return 0;
	bits = drbd_vli_decode(look_ahead(reader), min_t(u64, left, 64), run);
	if (bits < 0)
		return -EPROTO;
	reader->pos += bits;
	*set = reader->set;
	reader->set = !reader->set;
	return 1;
}
EXPORT_SYMBOL_GPL(drbd_rle_next);
