/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The disk below a device: its block devices, and the blocks of its metadata
 */
#ifndef DRBD_ENGINE_BACKING_H
#define DRBD_ENGINE_BACKING_H

#include <linux/blkdev.h>
#include <linux/mutex.h>

#include "../core/bitmap.h"
#include "../core/meta_check.h"

struct drbd_bm_batch;

/**
 * struct drbd_backing - the disk below a device
 * @data: opened device for the data
 * @meta: opened device for the metadata; may be the same block device
 * @idx: where the metadata is, DRBD_MD_IDX_* or the number of a slot
 * @no_flush: the option md-flushes is off: neither flush nor FUA
 * @area: sectors of the metadata
 * @io: serialises writes of superblock and activity log, protects @block
 * @block: a block of metadata on its way, of DRBD_MD_BLOCK_SIZE bytes
 * @bitmap_io: serialises writes of the bitmap
 * @bitmap_writes: pages of the bitmap written so far
 * @batch: pages of the bitmap on their way
 */
struct drbd_backing {
	struct file *data;
	struct file *meta;
	int idx;
	bool no_flush;
	struct drbd_md_area area;
	struct mutex io; /* writes of superblock and activity log */
	void *block;
	struct mutex bitmap_io; /* writes of the bitmap */
	u64 bitmap_writes;
	struct drbd_bm_batch *batch;
};

/**
 * drbd_data_bdev() - get the block device that has the data
 * @backing: the disk
 *
 * Return: the block device.
 */
static inline struct block_device *drbd_data_bdev(const struct drbd_backing *backing)
{
	return file_bdev(backing->data);
}

/**
 * drbd_meta_bdev() - get the block device that has the metadata
 * @backing: the disk
 *
 * Return: the block device.
 */
static inline struct block_device *drbd_meta_bdev(const struct drbd_backing *backing)
{
	return file_bdev(backing->meta);
}

struct drbd_backing *drbd_backing_open(const char *data, const char *meta, int idx,
				       bool *meta_failed);
void drbd_backing_close(struct drbd_backing *backing);

int drbd_md_read(struct drbd_backing *backing, u64 sector);
int drbd_md_write(struct drbd_backing *backing, u64 sector);
int drbd_bm_load(struct drbd_backing *backing, struct drbd_bitmap *bm);
int drbd_bm_write(struct drbd_backing *backing, struct drbd_bitmap *bm, spinlock_t *lock,
		  enum drbd_bm_class class);

#endif
