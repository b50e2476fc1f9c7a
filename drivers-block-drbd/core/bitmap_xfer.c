// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exchange of bitmaps: which packets a bitmap becomes, and back
 *
 * On the wire a bit is 4 KiB, always: nodes with blocks of other sizes, and those of
 * version 8.4, understand each other without knowing. Receiving is OR, so that sending
 * a bit twice does no harm; what must never happen is that a bit gets lost. Hence all
 * rounding is outwards.
 *
 * Both ends count bits and words in step. A plain packet starts at a word of 64 bits,
 * also after a compressed one that ended in the middle of it.
 *
 * Plain packets between nodes with blocks of different sizes do not work with existing
 * peers: these want sizes that cannot be had. There everything is compressed. Runs are
 * rounded to the larger of both sizes before they are sent, which the receiver would do
 * anyway; they then are long enough to always be smaller than the plain bitmap.
 */

#include <linux/array_size.h>
#include <linux/bits.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "bitmap_xfer.h"
#include "types.h"

/* Of 4 KiB, the unit on the wire. */
#define WIRE_SHIFT	12

/**
 * drbd_bm_xfer_mode() - decide how to send a bitmap
 * @use_rle: whether the configuration wants compression
 * @agreed: protocol version agreed with the peer
 * @shift: binary logarithm of the bytes of a block here
 * @peer_shift: the same at the peer; 12 unless the peer said something else
 *
 * Return: the mode.
 * Source: spec/wire.md 5.10, spec/resync.md 10.3
 */
enum drbd_bm_mode drbd_bm_xfer_mode(bool use_rle, unsigned int agreed, unsigned int shift,
				    unsigned int peer_shift)
{
	if (agreed < DRBD_PROTO_RLE_MIN)
		return DRBD_BM_PLAIN;
	if (shift != WIRE_SHIFT || peer_shift != WIRE_SHIFT)
		return DRBD_BM_RLE;
	return use_rle ? DRBD_BM_RLE_IF_SMALLER : DRBD_BM_PLAIN;
}
EXPORT_SYMBOL_GPL(drbd_bm_xfer_mode);

/**
 * drbd_bm_rx_start() - start receiving a bitmap
 * @xfer: to be filled in
 * @layout: of the own bitmap; both ends agreed on the size of the device
 * @header: bytes of the header of a packet, 8 or 16
 *
 * Source: spec/wire.md 5.10
 */
void drbd_bm_rx_start(struct drbd_bm_xfer *xfer, const struct drbd_bm_layout *layout,
		      unsigned int header)
{
	u64 sectors = layout->capacity;

	*xfer = (struct drbd_bm_xfer) {
		.bits = (sectors >> (WIRE_SHIFT - DRBD_SECTOR_SHIFT)) + !!(sectors & 7),
		.header = header,
		.chunk = (DRBD_BM_PACKET_MAX - header) / 8,
		.shift = layout->shift,
		.unit = layout->shift,
	};
	xfer->words = (xfer->bits + 63) / 64;
}
EXPORT_SYMBOL_GPL(drbd_bm_rx_start);

/**
 * drbd_bm_tx_start() - start sending a bitmap
 * @xfer: to be filled in
 * @layout: of the own bitmap; both ends agreed on the size of the device
 * @header: bytes of the header of a packet, 8 or 16
 * @mode: from drbd_bm_xfer_mode()
 * @peer_shift: as for drbd_bm_xfer_mode()
 *
 * Source: spec/wire.md 5.10
 */
void drbd_bm_tx_start(struct drbd_bm_xfer *xfer, const struct drbd_bm_layout *layout,
		      unsigned int header, enum drbd_bm_mode mode, unsigned int peer_shift)
{
	drbd_bm_rx_start(xfer, layout, header);
	xfer->unit = max_t(u8, layout->shift, peer_shift);
	xfer->mode = mode;
}
EXPORT_SYMBOL_GPL(drbd_bm_tx_start);

static void account(struct drbd_bm_xfer *xfer, enum drbd_bm_packet packet, unsigned int size)
{
	xfer->packets[packet]++;
	xfer->bytes[packet] += xfer->header + size;
}

/*
 * Where the run ends that the wire's bit @pos is in, in blocks of the larger size.
 *
 * A block is set if any of the own bits in it is. So a run of set blocks goes on behind
 * a clear bit if there is a set one in the same block, or in the next one.
 */
static u64 run_end(const struct drbd_bm_xfer *xfer, const struct drbd_bitmap *bm, int slot,
		   u64 pos, bool *set)
{
	unsigned int scale = xfer->unit - WIRE_SHIFT, own = xfer->unit - xfer->shift;
	u64 block = pos >> scale, bit, clear;

	bit = drbd_bm_find_set(bm, slot, (struct drbd_bm_range) { block << own, U64_MAX });
	*set = bit != DRBD_BM_NONE && bit >> own == block;
	if (bit == DRBD_BM_NONE)
		return xfer->bits;
	if (!*set)
		return min((bit >> own) << scale, xfer->bits);

	while (bit != DRBD_BM_NONE) {
		clear = drbd_bm_find_clear(bm, slot, (struct drbd_bm_range) { bit, U64_MAX });
		if (clear == DRBD_BM_NONE)
			return xfer->bits;
		block = ((clear - 1) >> own) + 1;
		bit = drbd_bm_find_set(bm, slot,
				       (struct drbd_bm_range) { clear, (block + 1) << own });
	}
	return min(block << scale, xfer->bits);
}

/* Returns whether the packet is worth being sent. */
static bool tx_rle(struct drbd_bm_xfer *xfer, const struct drbd_bitmap *bm, int slot,
		   u8 *body, unsigned int *size)
{
	struct drbd_rle_writer writer;
	u64 pos = xfer->pos, end;
	bool set;

	end = run_end(xfer, bm, slot, pos, &set);
	drbd_rle_start(&writer, body, DRBD_BM_PACKET_MAX - xfer->header, set);
	while (!drbd_rle_add(&writer, end - pos)) {
		pos = end;
		if (pos == xfer->bits)
			break;
		end = run_end(xfer, bm, slot, pos, &set);
	}
	if (xfer->mode == DRBD_BM_RLE_IF_SMALLER &&
	    writer.total < 8 * drbd_rle_code_bytes(&writer))
		return false;

	*size = drbd_rle_finish(&writer);
	xfer->pos = pos;
	xfer->word = pos / 64;
	xfer->done = pos == xfer->bits;
	return true;
}

/* Sets bits of a plain image, one byte after the other. */
static void set_image_bits(u8 *image, unsigned int start, unsigned int end)
{
	for (; start < end && start % 8; start++)
		image[start / 8] |= BIT(start % 8);
	for (; start + 8 <= end; start += 8)
		image[start / 8] = 0xff;
	for (; start < end; start++)
		image[start / 8] |= BIT(start % 8);
}

static void tx_plain(struct drbd_bm_xfer *xfer, const struct drbd_bitmap *bm, int slot,
		     u8 *body, unsigned int *size)
{
	unsigned int count = min_t(u64, xfer->chunk, xfer->words - xfer->word);
	u64 first = 64 * xfer->word, last = min(first + 64 * (u64)count, xfer->bits);
	u64 pos, end;
	bool set;

	if (xfer->unit == WIRE_SHIFT) {
		drbd_bm_extract(bm, slot, 2 * xfer->word, body, 2 * count);
	} else {
		memset(body, 0, 8 * count);
		for (pos = first; pos < last; pos = end) {
			end = min(run_end(xfer, bm, slot, pos, &set), last);
			if (set)
				set_image_bits(body, pos - first, end - first);
		}
	}
	*size = 8 * count;
	xfer->word += count;
	xfer->pos = last;
	xfer->done = !count;
}

/**
 * drbd_bm_tx_next() - make the next packet
 * @xfer: the transfer
 * @bm: the own bitmap
 * @slot: the slot of the peer
 * @body: room for %DRBD_BM_PACKET_MAX bytes, less those of the header
 * @size: length of the body
 *
 * Return: the packet to send; %DRBD_BM_SEND_NOTHING if there is none.
 * Source: spec/wire.md 5.10
 */
enum drbd_bm_packet drbd_bm_tx_next(struct drbd_bm_xfer *xfer, const struct drbd_bitmap *bm,
				    int slot, u8 *body, unsigned int *size)
{
	enum drbd_bm_packet packet = DRBD_BM_SEND_PLAIN;

	if (xfer->done)
		return DRBD_BM_SEND_NOTHING;
	if (xfer->mode != DRBD_BM_PLAIN && xfer->pos < xfer->bits &&
	    tx_rle(xfer, bm, slot, body, size))
		packet = DRBD_BM_SEND_RLE;
	else
		tx_plain(xfer, bm, slot, body, size);
	account(xfer, packet, *size);
	return packet;
}
EXPORT_SYMBOL_GPL(drbd_bm_tx_next);

static int refuse(struct drbd_bm_fault *fault, enum drbd_bm_fault_kind kind, u64 got, u64 want)
{
	*fault = (struct drbd_bm_fault) { .kind = kind, .got = got, .want = want };
	return -EPROTO;
}

/* Bits of one word of the wire, for a bitmap with larger blocks. */
static void merge_scaled(struct drbd_bm_xfer *xfer, struct drbd_bitmap *bm, int slot,
			 u64 first, u64 word)
{
	unsigned int scale = xfer->shift - WIRE_SHIFT;
	u64 own;

	while (word) {
		own = (first + __ffs64(word)) >> scale;
		drbd_bm_set(bm, slot, (struct drbd_bm_range) { own, own + 1 });
		if ((own + 1) << scale >= first + 64)
			break;
		word &= ~0ULL << (((own + 1) << scale) - first);
	}
}

/**
 * drbd_bm_rx_plain() - receive a P_BITMAP
 * @xfer: the transfer
 * @bm: the own bitmap
 * @slot: the slot of the peer
 * @body: body of the packet
 * @size: its size
 * @fault: what is wrong, if something is
 *
 * Changes as many bits as fit into one packet: short enough for a spinlock.
 *
 * Return: 0, or -EPROTO. All was received if @xfer->done.
 * Source: spec/wire.md 5.10
 */
int drbd_bm_rx_plain(struct drbd_bm_xfer *xfer, struct drbd_bitmap *bm, int slot,
		     const u8 *body, unsigned int size, struct drbd_bm_fault *fault)
{
	unsigned int count = min_t(u64, xfer->chunk, xfer->words - xfer->word), i;
	u64 first, word;

	if (xfer->done)
		return refuse(fault, DRBD_BM_TOO_LATE, size, 0);
	if (size != 8 * count)
		return refuse(fault, DRBD_BM_WRONG_SIZE, size, 8 * count);

	if (xfer->shift == WIRE_SHIFT) {
		drbd_bm_merge(bm, slot, 2 * xfer->word, body, 2 * count);
	} else {
		for (i = 0; i < count; i++) {
			first = 64 * (xfer->word + i);
			word = get_unaligned_le64(body + 8 * i);
			if (xfer->bits - first < 64)
				word &= GENMASK_ULL(xfer->bits - first - 1, 0);
			merge_scaled(xfer, bm, slot, first, word);
		}
	}
	xfer->word += count;
	xfer->pos = min(64 * xfer->word, xfer->bits);
	xfer->done = !count;
	account(xfer, DRBD_BM_SEND_PLAIN, size);
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_bm_rx_plain);

/**
 * drbd_bm_rx_rle() - receive a P_COMPRESSED_BITMAP
 * @xfer: the transfer
 * @body: body of the packet, needed until drbd_bm_rx_rle_next() has returned 0
 * @size: its size
 * @fault: what is wrong, if something is
 *
 * A packet of a few bytes can set all bits of a device, which is too long for a
 * spinlock: the runs come one by one from drbd_bm_rx_rle_next().
 *
 * Return: 0, or -EPROTO.
 * Source: spec/wire.md 5.10
 */
int drbd_bm_rx_rle(struct drbd_bm_xfer *xfer, const u8 *body, unsigned int size,
		   struct drbd_bm_fault *fault)
{
	unsigned int room = DRBD_BM_PACKET_MAX - xfer->header;
	int err;

	if (xfer->done)
		return refuse(fault, DRBD_BM_TOO_LATE, size, 0);
	if (size > room)
		return refuse(fault, DRBD_BM_TOO_LONG, size, room);
	err = drbd_rle_open(&xfer->reader, body, size);
	if (err == -ENODATA)
		return refuse(fault, DRBD_BM_NO_CODE, size, DRBD_RLE_BODY_MIN);
	if (err)
		return refuse(fault, DRBD_BM_UNKNOWN_ENCODING, DRBD_RLE_ENCODING(body[0]),
			      DRBD_RLE_VLI);
	account(xfer, DRBD_BM_SEND_RLE, size);
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_bm_rx_rle);

/**
 * drbd_bm_rx_rle_next() - get the next bits to set
 * @xfer: the transfer, after drbd_bm_rx_rle()
 * @set: the bits of the own bitmap to set
 * @fault: what is wrong, if something is
 *
 * Return: 1; 0 if there is no more in the packet; -EPROTO. After 0, all was received if
 * @xfer->done.
 * Source: spec/wire.md 5.10
 */
int drbd_bm_rx_rle_next(struct drbd_bm_xfer *xfer, struct drbd_bm_range *set,
			struct drbd_bm_fault *fault)
{
	struct drbd_bm_range range;
	bool is_set;
	u64 run;
	int ret;

	while ((ret = drbd_rle_next(&xfer->reader, &is_set, &run)) > 0) {
		if (run > xfer->bits - xfer->pos)
			return refuse(fault, DRBD_BM_OVERFLOW, xfer->pos + run, xfer->bits);
		range.start = xfer->pos;
		xfer->pos += run;
		range.end = xfer->pos;
		if (is_set) {
			*set = drbd_bm_rescale(range, WIRE_SHIFT, xfer->shift);
			return 1;
		}
	}
	if (ret < 0)
		return refuse(fault, DRBD_BM_BROKEN_CODE, xfer->reader.pos, xfer->reader.bits);
	xfer->word = xfer->pos / 64;
	xfer->done = xfer->pos == xfer->bits;
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_bm_rx_rle_next);

/**
 * drbd_bm_xfer_plain_bytes() - how much a bitmap is without compression
 * @xfer: the transfer
 *
 * Return: the number of bytes, headers and terminator included.
 */
u64 drbd_bm_xfer_plain_bytes(const struct drbd_bm_xfer *xfer)
{
	u64 packets = div_u64(xfer->words + xfer->chunk - 1, xfer->chunk) + 1;

	return packets * xfer->header + 8 * xfer->words;
}
EXPORT_SYMBOL_GPL(drbd_bm_xfer_plain_bytes);

/**
 * drbd_bm_xfer_saved() - how much compression saved
 * @xfer: the transfer, complete
 *
 * Return: saved bytes per 1000 bytes of the plain bitmap, 0 if it did not help.
 */
unsigned int drbd_bm_xfer_saved(const struct drbd_bm_xfer *xfer)
{
	u64 plain = drbd_bm_xfer_plain_bytes(xfer);
	u64 bytes = xfer->bytes[DRBD_BM_SEND_PLAIN] + xfer->bytes[DRBD_BM_SEND_RLE];

	if (bytes >= plain)
		return 0;
	return div64_u64(1000 * (plain - bytes), plain);
}
EXPORT_SYMBOL_GPL(drbd_bm_xfer_saved);

/**
 * drbd_bm_fault_text() - what is wrong with a packet, in words
 * @kind: what is wrong
 *
 * Return: the text.
 */
const char *drbd_bm_fault_text(enum drbd_bm_fault_kind kind)
{
	static const char *const texts[] = {
		[DRBD_BM_FINE] = "nothing wrong",
		[DRBD_BM_WRONG_SIZE] = "wrong size of a plain bitmap",
		[DRBD_BM_NO_CODE] = "compressed bitmap without code",
		[DRBD_BM_TOO_LONG] = "compressed bitmap too long",
		[DRBD_BM_UNKNOWN_ENCODING] = "unknown encoding of a bitmap",
		[DRBD_BM_BROKEN_CODE] = "incomplete run length",
		[DRBD_BM_OVERFLOW] = "bitmap overflow",
		[DRBD_BM_TOO_LATE] = "bitmap is complete already",
	};

	return kind < ARRAY_SIZE(texts) ? texts[kind] : "unknown fault";
}
EXPORT_SYMBOL_GPL(drbd_bm_fault_text);
