// SPDX-License-Identifier: GPL-2.0-only
/*
 * Discards on a backing device: which part is discarded, which one zeroed
 *
 * Copies have to stay equal. Discards of a device are for whole chunks only, and
 * what is in the partial ones at the ends afterwards differs between devices of
 * different geometry. So the ends are zeroed instead. The whole chunks read
 * zeroes after a discard on the devices that this is used with.
 */

#include <linux/export.h>
#include <linux/math64.h>
#include <linux/minmax.h>

#include "discard.h"

/* Sectors: keeps the number of bytes within 32 bits. */
#define LARGEST		4194304U

/**
 * drbd_discard_geometry() - understand limits of a backing device
 * @granularity: its discard granularity in bytes, 0 if unknown
 * @alignment: its discard alignment in bytes
 * @max_sectors: its largest discard in sectors, 0 if it cannot discard
 * @geometry: result
 *
 * Source: spec/io.md 7.2
 */
void drbd_discard_geometry(u32 granularity, u32 alignment, u32 max_sectors,
			   struct drbd_discard_geometry *geometry)
{
	u32 largest = min(max_sectors, LARGEST);

	geometry->granularity = max(granularity >> DRBD_SECTOR_SHIFT, 1U);
	geometry->offset = (alignment >> DRBD_SECTOR_SHIFT) % geometry->granularity;
	geometry->max = largest - largest % geometry->granularity;
}
EXPORT_SYMBOL_GPL(drbd_discard_geometry);

/**
 * drbd_discard_peer_flags() - what a discard of a peer is meant to be here
 * @flags: DRBD_DISCARD_x
 * @can_discard: the backing device can
 * @zeroes_if_aligned: option discard-zeroes-if-aligned
 *
 * Return: the flags.
 * Source: spec/io.md 7.2
 */
unsigned int drbd_discard_peer_flags(unsigned int flags, bool can_discard,
				     bool zeroes_if_aligned)
{
	return can_discard && zeroes_if_aligned ? flags : flags | DRBD_DISCARD_ZERO_OUT;
}
EXPORT_SYMBOL_GPL(drbd_discard_peer_flags);

static void take(struct drbd_discard_range *left, struct drbd_discard_range *piece, u32 sectors)
{
	piece->sector = left->sector;
	piece->sectors = sectors;
	left->sector += sectors;
	left->sectors -= sectors;
}

/**
 * drbd_discard_next() - next part of a discard
 * @geometry: of the backing device
 * @flags: DRBD_DISCARD_x
 * @left: what is left of it; becomes what is left after the part
 * @piece: the part
 * @op: what to do with it
 *
 * An error with any part is an error of the request, and no reason to detach.
 *
 * Return: false if nothing is left.
 * Source: spec/io.md 7.2 and F7
 */
bool drbd_discard_next(const struct drbd_discard_geometry *geometry, unsigned int flags,
		       struct drbd_discard_range *left, struct drbd_discard_range *piece,
		       enum drbd_discard_op *op)
{
	u32 chunk = geometry->granularity, in_chunk, whole;

	if (!left->sectors)
		return false;
	*op = DRBD_DISCARD_ZERO;
	if (!(flags & DRBD_DISCARD_TRIM))
		*op = DRBD_DISCARD_ZERO_KEEP;
	if (flags != DRBD_DISCARD_TRIM || !geometry->max || left->sectors < chunk) {
		take(left, piece, left->sectors);
		return true;
	}

	div_u64_rem(left->sector + chunk - geometry->offset, chunk, &in_chunk);
	if (in_chunk) {
		take(left, piece,
		     left->sectors / 2 < chunk ? left->sectors : chunk - in_chunk);
		return true;
	}
	whole = left->sectors - left->sectors % chunk;
	*op = DRBD_DISCARD;
	take(left, piece, min(whole, geometry->max));
	return true;
}
EXPORT_SYMBOL_GPL(drbd_discard_next);
