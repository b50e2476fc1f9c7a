/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests of applications
 */
#ifndef DRBD_ENGINE_IO_H
#define DRBD_ENGINE_IO_H

#include <linux/blkdev.h>

int drbd_io_init(void);
void drbd_io_exit(void);
void drbd_submit_bio(struct bio *bio);

#endif
