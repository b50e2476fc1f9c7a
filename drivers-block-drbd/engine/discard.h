/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Discards and zeroes on a backing device
 */
#ifndef DRBD_ENGINE_DISCARD_H
#define DRBD_ENGINE_DISCARD_H

#include <linux/types.h>

struct block_device;

bool drbd_can_discard(struct block_device *bdev);
int drbd_discard(struct block_device *bdev, u64 sector, u32 bytes, unsigned int flags);

#endif
