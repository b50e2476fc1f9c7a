/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Discards on a backing device: which part is discarded, which one zeroed
 *
 * Everything here is a pure function that may be called in any context.
 */
#ifndef DRBD_CORE_DISCARD_H
#define DRBD_CORE_DISCARD_H

#include "types.h"

/* What a discard is meant to be */
#define DRBD_DISCARD_TRIM	1	/* the space may be given back */
#define DRBD_DISCARD_ZERO_OUT	2	/* it has to read zeroes */

/**
 * struct drbd_discard_geometry - what a backing device can discard
 * @granularity: smallest discard, in sectors
 * @offset: of the first sector where one may start, below @granularity
 * @max: largest discard in sectors, a multiple of @granularity; 0 for none
 */
struct drbd_discard_geometry {
	u32 granularity;
	u32 offset;
	u32 max;
};

/**
 * enum drbd_discard_op - what to do with a range
 * @DRBD_DISCARD: discard it
 * @DRBD_DISCARD_ZERO: zero it, and give back the space if that is possible
 * @DRBD_DISCARD_ZERO_KEEP: zero it, and keep the space
 */
enum drbd_discard_op {
	DRBD_DISCARD,
	DRBD_DISCARD_ZERO,
	DRBD_DISCARD_ZERO_KEEP,
};

/**
 * struct drbd_discard_range - a range of a device
 * @sector: first sector
 * @sectors: number of sectors
 */
struct drbd_discard_range {
	u64 sector;
	u32 sectors;
};

void drbd_discard_geometry(u32 granularity, u32 alignment, u32 max_sectors,
			   struct drbd_discard_geometry *geometry);
unsigned int drbd_discard_peer_flags(unsigned int flags, bool can_discard,
				     bool zeroes_if_aligned);
bool drbd_discard_next(const struct drbd_discard_geometry *geometry, unsigned int flags,
		       struct drbd_discard_range *left, struct drbd_discard_range *piece,
		       enum drbd_discard_op *op);

#endif
