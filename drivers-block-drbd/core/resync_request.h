/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which blocks the target of a resync requests next, and in which pieces
 *
 * Everything here is a pure function. Bits are those of the own bitmap; a block of
 * it has 1 << own_shift bytes.
 */
#ifndef DRBD_CORE_RESYNC_REQUEST_H
#define DRBD_CORE_RESYNC_REQUEST_H

#include "types.h"

/* Largest request: 1 MiB */
#define DRBD_RESYNC_MAX_SHIFT	20
#define DRBD_RESYNC_MAX_SIZE	(1024U << 10)

/**
 * typedef drbd_next_bit_fn - find a block that is out of sync
 * @bitmap: what the caller passed on
 * @bit: where to start
 *
 * Return: the first set bit from there on, anything beyond the end if none.
 */
typedef u64 (*drbd_next_bit_fn)(void *bitmap, u64 bit);

/**
 * struct drbd_resync_scan - where a resync is in the bitmap
 * @next_bit: looks into the bitmap of the peer
 * @bitmap: passed to it
 * @capacity: of the device in sectors
 * @own_shift: of the size of a block of the own bitmap, 12 to 20
 * @peer_shift: of the size of a block of the peer's bitmap, 12 to 20
 * @discard_granularity: drbd_resync_discard_granularity() in bytes; 0 for a source
 *	without DRBD_FF_THIN_RESYNC
 * @cursor: next bit to look at; reaches the number of bits at the end
 */
struct drbd_resync_scan {
	drbd_next_bit_fn next_bit;
	void *bitmap;
	u64 capacity;
	u8 own_shift;
	u8 peer_shift;
	u32 discard_granularity;
	u64 cursor;
};

/**
 * struct drbd_resync_turn - what a turn may still request
 * @left: blocks of the own bitmap; negative when requests got larger than planned
 * @requested: blocks requested in this turn
 * @end: bit behind the last request of this turn
 * @last_blocks: size of that request in blocks, 0 if there was none
 */
struct drbd_resync_turn {
	s64 left;
	u64 requested;
	u64 end;
	u32 last_blocks;
};

/**
 * struct drbd_resync_piece - a request
 * @bit: first block of it
 * @sector: first sector
 * @size: in bytes
 * @thin: the peer shall say if it is all zeroes
 */
struct drbd_resync_piece {
	u64 bit;
	u64 sector;
	u32 size;
	bool thin;
};

/**
 * enum drbd_resync_next - outcome of looking for the next request
 * @DRBD_RESYNC_REQUEST: there is one
 * @DRBD_RESYNC_TURN_OVER: enough for this turn
 * @DRBD_RESYNC_END: there are no more blocks out of sync behind the cursor
 */
enum drbd_resync_next {
	DRBD_RESYNC_REQUEST,
	DRBD_RESYNC_TURN_OVER,
	DRBD_RESYNC_END,
};

/**
 * struct drbd_resync_ready - what decides whether a turn takes place
 * @has_disk: there is a disk here
 * @source_ahead: the source cancelled requests because it is Ahead
 * @send_buffer_full: more than half of the send buffer is used
 * @unsuccessful: a request was cancelled or could not be made since the last turn
 * @outstanding: requests are without an answer
 */
struct drbd_resync_ready {
	bool has_disk;
	bool source_ahead;
	bool send_buffer_full;
	bool unsuccessful;
	bool outstanding;
};

/**
 * enum drbd_resync_ready_turn - what to do in a turn
 * @DRBD_RESYNC_GO: request blocks; nothing counts as unsuccessful any more
 * @DRBD_RESYNC_SKIP: try again next turn
 * @DRBD_RESYNC_DRAIN: submit complete merged discards, try again next turn
 * @DRBD_RESYNC_STOP: no more turns until the state changes
 */
enum drbd_resync_ready_turn {
	DRBD_RESYNC_GO,
	DRBD_RESYNC_SKIP,
	DRBD_RESYNC_DRAIN,
	DRBD_RESYNC_STOP,
};

enum drbd_resync_ready_turn drbd_resync_ready(const struct drbd_resync_ready *ready);
u32 drbd_resync_align_limit(u64 step, unsigned int shift);
u64 drbd_resync_round_budget(u64 steps);
u32 drbd_resync_discard_granularity(u32 configured, u32 granularity, u64 max_discard);
void drbd_resync_turn_start(struct drbd_resync_turn *turn, u32 number,
			    const struct drbd_resync_scan *scan);
enum drbd_resync_next drbd_resync_next_piece(struct drbd_resync_scan *scan,
					     struct drbd_resync_turn *turn, bool throttled,
					     struct drbd_resync_piece *piece);
void drbd_resync_undo_piece(struct drbd_resync_scan *scan, struct drbd_resync_turn *turn,
			    const struct drbd_resync_piece *piece);

#endif
