/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exchange of bitmaps: which packets a bitmap becomes, and back
 *
 * A transfer is one direction, from one node to another. Its user holds the bulk lock of
 * the bitmap: nobody else changes the slot while it is sent. Finding a run can mean to
 * read all of the slot; do not hold a spinlock.
 */
#ifndef DRBD_CORE_BITMAP_XFER_H
#define DRBD_CORE_BITMAP_XFER_H

#include <linux/types.h>

#include "bitmap.h"
#include "bitmap_code.h"

/* Header and body of a packet together have to fit into this. */
#define DRBD_BM_PACKET_MAX	4096

/* Protocol version from which on peers know compressed bitmaps. */
#define DRBD_PROTO_RLE_MIN	90

/**
 * enum drbd_bm_mode - how to send a bitmap
 * @DRBD_BM_PLAIN: as it is
 * @DRBD_BM_RLE_IF_SMALLER: each packet compressed if that makes it smaller
 * @DRBD_BM_RLE: always compressed
 */
enum drbd_bm_mode {
	DRBD_BM_PLAIN,
	DRBD_BM_RLE_IF_SMALLER,
	DRBD_BM_RLE,
};

/**
 * enum drbd_bm_packet - what to send next
 * @DRBD_BM_SEND_PLAIN: P_BITMAP; without a body if it is the terminator
 * @DRBD_BM_SEND_RLE: P_COMPRESSED_BITMAP
 * @DRBD_BM_SEND_NOTHING: all was sent
 *
 * The first two also are indices of the statistics.
 */
enum drbd_bm_packet {
	DRBD_BM_SEND_PLAIN,
	DRBD_BM_SEND_RLE,
	DRBD_BM_SEND_NOTHING,
};

/**
 * enum drbd_bm_fault_kind - what is wrong with a packet
 * @DRBD_BM_FINE: nothing
 * @DRBD_BM_WRONG_SIZE: a plain packet has bytes that are not those wanted
 * @DRBD_BM_NO_CODE: a compressed packet has too few bytes
 * @DRBD_BM_TOO_LONG: a compressed packet has more bytes than a packet may have
 * @DRBD_BM_UNKNOWN_ENCODING: a compressed packet has an encoding that does not exist
 * @DRBD_BM_BROKEN_CODE: the code at this bit is not complete
 * @DRBD_BM_OVERFLOW: a run ends behind the last bit
 * @DRBD_BM_TOO_LATE: there is nothing left to be received
 */
enum drbd_bm_fault_kind {
	DRBD_BM_FINE,
	DRBD_BM_WRONG_SIZE,
	DRBD_BM_NO_CODE,
	DRBD_BM_TOO_LONG,
	DRBD_BM_UNKNOWN_ENCODING,
	DRBD_BM_BROKEN_CODE,
	DRBD_BM_OVERFLOW,
	DRBD_BM_TOO_LATE,
};

/**
 * struct drbd_bm_fault - what is wrong with a packet, for the log
 * @kind: what is wrong
 * @got: the value found
 * @want: the value wanted, or the limit
 */
struct drbd_bm_fault {
	enum drbd_bm_fault_kind kind;
	u64 got;
	u64 want;
};

/**
 * struct drbd_bm_xfer - a bitmap being sent or received
 * @bits: bits to transfer, of 4 KiB each
 * @words: words of 64 bits that these are
 * @pos: the next bit
 * @word: the next word, for a plain packet
 * @header: bytes of the header of a packet
 * @chunk: words that fit into a plain packet
 * @shift: binary logarithm of the bytes that a bit of the own bitmap stands for
 * @unit: the same, of the larger of both nodes' blocks
 * @mode: how to send
 * @done: whether all was transferred
 * @packets: packets so far, plain ones and compressed ones
 * @bytes: bytes of these packets, headers included
 * @reader: the compressed packet being received
 */
struct drbd_bm_xfer {
	u64 bits;
	u64 words;
	u64 pos;
	u64 word;
	unsigned int header;
	unsigned int chunk;
	u8 shift;
	u8 unit;
	enum drbd_bm_mode mode;
	bool done;
	u64 packets[2];
	u64 bytes[2];
	struct drbd_rle_reader reader;
};

enum drbd_bm_mode drbd_bm_xfer_mode(bool use_rle, unsigned int agreed, unsigned int shift,
				    unsigned int peer_shift);
void drbd_bm_tx_start(struct drbd_bm_xfer *xfer, const struct drbd_bm_layout *layout,
		      unsigned int header, enum drbd_bm_mode mode, unsigned int peer_shift);
enum drbd_bm_packet drbd_bm_tx_next(struct drbd_bm_xfer *xfer, const struct drbd_bitmap *bm,
				    int slot, u8 *body, unsigned int *size);

void drbd_bm_rx_start(struct drbd_bm_xfer *xfer, const struct drbd_bm_layout *layout,
		      unsigned int header);
int drbd_bm_rx_plain(struct drbd_bm_xfer *xfer, struct drbd_bitmap *bm, int slot,
		     const u8 *body, unsigned int size, struct drbd_bm_fault *fault);
int drbd_bm_rx_rle(struct drbd_bm_xfer *xfer, const u8 *body, unsigned int size,
		   struct drbd_bm_fault *fault);
int drbd_bm_rx_rle_next(struct drbd_bm_xfer *xfer, struct drbd_bm_range *set,
			struct drbd_bm_fault *fault);

u64 drbd_bm_xfer_plain_bytes(const struct drbd_bm_xfer *xfer);
unsigned int drbd_bm_xfer_saved(const struct drbd_bm_xfer *xfer);
const char *drbd_bm_fault_text(enum drbd_bm_fault_kind kind);

#endif
