/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The code of compressed bitmaps: runs of bits, their lengths in a variable-length code
 *
 * Everything here is a pure function that may be called in any context.
 */
#ifndef DRBD_CORE_BITMAP_CODE_H
#define DRBD_CORE_BITMAP_CODE_H

#include <linux/types.h>

/* The longest run that there is a code for. */
#define DRBD_RLE_RUN_MAX	0x100000400202130ULL

/* The encoding in a header byte, and the only one that there is. */
#define DRBD_RLE_ENCODING(header)	((header) & 0x0f)
#define DRBD_RLE_VLI		2

/* Header byte, then at least one byte of code. */
#define DRBD_RLE_BODY_MIN	2

/**
 * struct drbd_rle_writer - a compressed bitmap that is being made
 * @body: body of the packet: the header byte, then the code
 * @room: bits there is room for
 * @used: bits of code so far
 * @first: whether the first run is one of set bits
 * @total: length of all runs so far
 */
struct drbd_rle_writer {
	u8 *body;
	u64 room;
	u64 used;
	bool first;
	u64 total;
};

/**
 * struct drbd_rle_reader - a compressed bitmap that is being read
 * @code: the code, without the header byte
 * @bits: its length in bits
 * @pos: bits read so far
 * @set: whether the next run is one of set bits
 */
struct drbd_rle_reader {
	const u8 *code;
	u64 bits;
	u64 pos;
	bool set;
};

int drbd_vli_encode(u64 value, u64 *code);
int drbd_vli_decode(u64 code, unsigned int available, u64 *value);

void drbd_rle_start(struct drbd_rle_writer *writer, u8 *body, size_t size, bool first);
int drbd_rle_add(struct drbd_rle_writer *writer, u64 run);
size_t drbd_rle_code_bytes(const struct drbd_rle_writer *writer);
size_t drbd_rle_finish(struct drbd_rle_writer *writer);

int drbd_rle_open(struct drbd_rle_reader *reader, const u8 *body, size_t size);
int drbd_rle_next(struct drbd_rle_reader *reader, bool *set, u64 *run);

#endif
