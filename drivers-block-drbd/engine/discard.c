// SPDX-License-Identifier: GPL-2.0-only
/*
 * Discards and zeroes on a backing device
 *
 * Source: spec/io.md 7.2
 */

#include <linux/blkdev.h>

#include "../core/discard.h"
#include "discard.h"

/**
 * drbd_can_discard() - whether a disk can give space back
 * @bdev: the disk
 *
 * Return: whether it can.
 */
bool drbd_can_discard(struct block_device *bdev)
{
	return bdev_max_discard_sectors(bdev);
}

static int do_piece(struct block_device *bdev, const struct drbd_discard_range *piece,
		    enum drbd_discard_op op)
{
	switch (op) {
	case DRBD_DISCARD:
		return blkdev_issue_discard(bdev, piece->sector, piece->sectors, GFP_NOIO);
	case DRBD_DISCARD_ZERO:
		return blkdev_issue_zeroout(bdev, piece->sector, piece->sectors, GFP_NOIO, 0);
	case DRBD_DISCARD_ZERO_KEEP:
		break;
	}
	return blkdev_issue_zeroout(bdev, piece->sector, piece->sectors, GFP_NOIO,
				    BLKDEV_ZERO_NOUNMAP);
}

/**
 * drbd_discard() - discard or zero a range of a disk
 * @bdev: the disk
 * @sector: where the range begins
 * @bytes: size of it
 * @flags: DRBD_DISCARD_TRIM, DRBD_DISCARD_ZERO_OUT
 *
 * Context: may sleep, until the disk is through.
 *
 * Return: 0, or a negative errno; that is no reason to detach.
 */
int drbd_discard(struct block_device *bdev, u64 sector, u32 bytes, unsigned int flags)
{
	struct drbd_discard_range left = { .sector = sector, .sectors = bytes >> SECTOR_SHIFT };
	struct drbd_discard_geometry geometry;
	struct drbd_discard_range piece;
	enum drbd_discard_op op;
	int err = 0;

	drbd_discard_geometry(bdev_discard_granularity(bdev), bdev_discard_alignment(bdev),
			      bdev_max_discard_sectors(bdev), &geometry);
	while (!err && drbd_discard_next(&geometry, flags, &left, &piece, &op))
		err = do_piece(bdev, &piece, op);
	return err;
}
