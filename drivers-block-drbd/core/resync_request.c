// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which blocks the target of a resync requests next, and in which pieces
 *
 * Large requests are cheap per byte, and small dirty areas must not cost the
 * transfer of large ones. So a request grows while there is anything dirty in its
 * next part, up to a size that its position is a multiple of: that keeps requests
 * aligned to what disks like, and means that one never straddles a border of 1 MiB
 * for long.
 *
 * The unit is the larger one of both nodes' bitmap blocks. With less the coarser
 * bitmap would never clear a bit, and the resync would start over forever.
 */

#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/export.h>
#include <linux/math.h>
#include <linux/minmax.h>

#include "resync_request.h"

/**
 * drbd_resync_ready() - does a turn take place?
 * @ready: what decides
 *
 * After a cancelled request those in flight are waited for first. The source
 * cancels what conflicts with writes, and to repeat it at once would only have it
 * cancelled again.
 *
 * Return: what to do.
 * Source: spec/resync.md 4.2
 */
enum drbd_resync_ready_turn drbd_resync_ready(const struct drbd_resync_ready *ready)
{
	if (ready->source_ahead || !ready->has_disk)
		return DRBD_RESYNC_STOP;
	if (ready->send_buffer_full)
		return DRBD_RESYNC_SKIP;
	if (ready->unsuccessful && ready->outstanding)
		return DRBD_RESYNC_DRAIN;
	return DRBD_RESYNC_GO;
}
EXPORT_SYMBOL_GPL(drbd_resync_ready);

/**
 * drbd_resync_align_limit() - largest request at a position
 * @step: position in units of 1 << @shift bytes
 * @shift: of the unit, 12 to 20
 *
 * Return: units.
 * Source: spec/resync.md 4.2 and 11.10
 */
u32 drbd_resync_align_limit(u64 step, unsigned int shift)
{
	u32 most = 1U << (DRBD_RESYNC_MAX_SHIFT - shift);
	u32 within = step & (most - 1);

	return within ? within & -within : most;
}
EXPORT_SYMBOL_GPL(drbd_resync_align_limit);

/**
 * drbd_resync_round_budget() - what is left for a turn, as the size of a request
 * @steps: what is left, in any unit; below 1 << 62
 *
 * Return: the nearest power of two, the larger one if there are two, or 0 for 0.
 * Source: spec/resync.md 4.2 and 11.10
 */
u64 drbd_resync_round_budget(u64 steps)
{
	u64 below;

	if (!steps)
		return 0;
	below = 1ULL << (fls64(steps) - 1);
	return (steps - below) * 2 >= below ? below * 2 : below;
}
EXPORT_SYMBOL_GPL(drbd_resync_round_budget);

/**
 * drbd_resync_discard_granularity() - size of requests whose data may be zeroes
 * @configured: option rs-discard-granularity in bytes, 0 for none
 * @granularity: of discards of the backing device in bytes
 * @max_discard: of the backing device in bytes, 0 if it cannot discard
 *
 * Return: bytes, or 0 for none.
 * Source: spec/resync.md 4.5 and 11.10
 */
u32 drbd_resync_discard_granularity(u32 configured, u32 granularity, u64 max_discard)
{
	u32 size;

	if (!configured || !max_discard)
		return 0;
	granularity = max(granularity, 512U);
	size = min3((u64)DIV_ROUND_UP_ULL(configured, granularity) * granularity, max_discard,
		    (u64)DRBD_RESYNC_MAX_SIZE);
	if (size < granularity && granularity % size)
		return 0;
	return size;
}
EXPORT_SYMBOL_GPL(drbd_resync_discard_granularity);

static u64 nr_bits(const struct drbd_resync_scan *scan)
{
	unsigned int shift = scan->own_shift - DRBD_SECTOR_SHIFT;

	return (scan->capacity + BIT_ULL(shift) - 1) >> shift;
}

static unsigned int step_shift(const struct drbd_resync_scan *scan)
{
	return max(scan->own_shift, scan->peer_shift);
}

/* Blocks of the own bitmap in a unit of requests */
static u32 blocks_per_step(const struct drbd_resync_scan *scan)
{
	return 1U << (step_shift(scan) - scan->own_shift);
}

static u32 granularity_blocks(const struct drbd_resync_scan *scan)
{
	return scan->discard_granularity >> scan->own_shift;
}

/**
 * drbd_resync_turn_start() - start a turn
 * @turn: is set up
 * @number: blocks of the own bitmap that the controller grants
 * @scan: position in the bitmap
 *
 * The caller counts @turn->left as in flight from now on, and corrects that at the
 * end of the turn, or answers would let the next turn begin during this one.
 *
 * Source: spec/resync.md 4.2
 */
void drbd_resync_turn_start(struct drbd_resync_turn *turn, u32 number,
			    const struct drbd_resync_scan *scan)
{
	turn->left = max(number, granularity_blocks(scan));
	turn->requested = 0;
	turn->end = 0;
	turn->last_blocks = 0;
}
EXPORT_SYMBOL_GPL(drbd_resync_turn_start);

/* Number of units from @bit on that make one request */
static u32 grow(const struct drbd_resync_scan *scan, u64 bit, u64 budget)
{
	unsigned int shift = step_shift(scan);
	u32 k = blocks_per_step(scan);
	u32 steps = 1;
	u32 limit;

	limit = drbd_resync_align_limit(bit >> (shift - scan->own_shift), shift);
	limit = min_t(u64, limit, drbd_resync_round_budget(DIV_ROUND_UP_ULL(budget, k)));
	while (steps < limit && steps << shift != scan->discard_granularity) {
		u64 from = bit + (u64)steps * k;

		if (scan->next_bit(scan->bitmap, from) >= min(from + k, nr_bits(scan)))
			break;
		steps++;
	}
	return steps;
}

static void make_piece(const struct drbd_resync_scan *scan, u64 bit, u32 blocks,
		       struct drbd_resync_piece *piece)
{
	u64 sector = bit << (scan->own_shift - DRBD_SECTOR_SHIFT);
	u64 sectors = (u64)blocks << (scan->own_shift - DRBD_SECTOR_SHIFT);

	sectors = min(sectors, scan->capacity - sector);
	piece->bit = bit;
	piece->sector = sector;
	piece->size = sectors << DRBD_SECTOR_SHIFT;
	piece->thin = piece->size == scan->discard_granularity;
}

/**
 * drbd_resync_next_piece() - find the next request of a turn
 * @scan: position in the bitmap, that moves behind the request
 * @turn: what the turn may still request
 * @throttled: drbd_resync_throttle()
 * @piece: result
 *
 * The turn is over as well when a request fails at once: then the caller calls
 * drbd_resync_undo_piece(). It stops calling when an answer tells that requests get
 * cancelled, if this turn has requested anything.
 *
 * Return: whether there is one.
 * Source: spec/resync.md 4.2
 */
enum drbd_resync_next drbd_resync_next_piece(struct drbd_resync_scan *scan,
					     struct drbd_resync_turn *turn, bool throttled,
					     struct drbd_resync_piece *piece)
{
	u64 bits = nr_bits(scan);
	u32 blocks;
	u64 bit;

	if (turn->left <= 0 || turn->left < granularity_blocks(scan))
		return DRBD_RESYNC_TURN_OVER;
	bit = scan->cursor < bits ? scan->next_bit(scan->bitmap, scan->cursor) : bits;
	if (bit >= bits) {
		scan->cursor = bits;
		return DRBD_RESYNC_END;
	}
	bit = round_down(bit, (u64)blocks_per_step(scan));
	scan->cursor = bit;
	if (throttled)
		return DRBD_RESYNC_TURN_OVER;
	/* Else sizes would shrink with the budget inside one dirty area. */
	if (bit == turn->end && turn->left < turn->last_blocks)
		return DRBD_RESYNC_TURN_OVER;

	blocks = grow(scan, bit, turn->left) * blocks_per_step(scan);
	make_piece(scan, bit, blocks, piece);
	scan->cursor = min(bit + blocks, bits);
	turn->left -= blocks;
	turn->requested += blocks;
	turn->end = bit + blocks;
	turn->last_blocks = blocks;
	return DRBD_RESYNC_REQUEST;
}
EXPORT_SYMBOL_GPL(drbd_resync_next_piece);

/**
 * drbd_resync_undo_piece() - the last request could not be made
 * @scan: position in the bitmap, that moves back
 * @turn: what the turn may still request
 * @piece: what drbd_resync_next_piece() found last
 *
 * Source: spec/resync.md 4.2
 */
void drbd_resync_undo_piece(struct drbd_resync_scan *scan, struct drbd_resync_turn *turn,
			    const struct drbd_resync_piece *piece)
{
	scan->cursor = piece->bit;
	turn->left += turn->last_blocks;
	turn->requested -= turn->last_blocks;
	turn->end = piece->bit;
}
EXPORT_SYMBOL_GPL(drbd_resync_undo_piece);
