// SPDX-License-Identifier: GPL-2.0-only
/*
 * The disk below a device
 *
 * Metadata are written one block at a time, each of them durable before whatever
 * it allows: the superblock before a peer hears of it, a block of the activity log
 * before the writes that it is about. That takes a flush in front of the block, for
 * the data and the bitmap that the block relies on, and FUA for the block itself.
 *
 * Nothing here allocates memory once the disk is open: it is on the way of writes
 * that free memory.
 */

#include <linux/bio.h>
#include <linux/completion.h>
#include <linux/slab.h>

#include "backing.h"

/* Pages of the bitmap that are written at the same time */
#define BITMAP_BATCH	16

/* Slots on one device may belong to several devices of DRBD. */
static const char shared_holder[] = "drbd metadata";

/* A page of the bitmap on its way. */
struct drbd_bm_page_io {
	struct bio bio;
	struct bio_vec vec;
	unsigned int page;
	void *data;
};

/**
 * struct drbd_bm_batch - pages of the bitmap that are written at the same time
 * @done: all of them are through
 * @pending: number of those that are not, and one more while pages are added
 * @n: number of pages
 * @io: the pages
 */
struct drbd_bm_batch {
	struct completion done;
	atomic_t pending;
	unsigned int n;
	struct drbd_bm_page_io io[BITMAP_BATCH];
};

static void free_batch(struct drbd_bm_batch *batch)
{
	unsigned int i;

	for (i = 0; batch && i < BITMAP_BATCH; i++)
		free_page((unsigned long)batch->io[i].data);
	kfree(batch);
}

static struct drbd_bm_batch *alloc_batch(void)
{
	struct drbd_bm_batch *batch = kzalloc_obj(*batch, GFP_NOIO);
	unsigned int i;

	if (!batch)
		return NULL;
	init_completion(&batch->done);
	for (i = 0; i < BITMAP_BATCH; i++) {
		batch->io[i].data = (void *)__get_free_page(GFP_NOIO);
		if (!batch->io[i].data) {
			free_batch(batch);
			return NULL;
		}
	}
	return batch;
}

static void page_written(struct bio *bio)
{
	struct drbd_bm_batch *batch = bio->bi_private;

	if (atomic_dec_and_test(&batch->pending))
		complete(&batch->done);
}

static struct file *open_disk(const char *path, const void *holder)
{
	return bdev_file_open_by_path(path, BLK_OPEN_READ | BLK_OPEN_WRITE, (void *)holder,
				      NULL);
}

static void free_memory(struct drbd_backing *backing)
{
	free_batch(backing->batch);
	free_page((unsigned long)backing->block);
	kfree(backing);
}

/**
 * drbd_backing_open() - open the block devices of a disk
 * @data: path of the device that has the data
 * @meta: path of the device that has the metadata
 * @idx: where the metadata is
 * @meta_failed: set if it was @meta that could not be opened
 *
 * Whether @idx goes with the devices is up to drbd_md_check_device(); @area is not
 * known before the superblock is read. Source: spec/metadata.md 2.1.
 *
 * Context: may sleep.
 *
 * Return: the disk, or an ERR_PTR().
 */
struct drbd_backing *drbd_backing_open(const char *data, const char *meta, int idx,
				       bool *meta_failed)
{
	struct drbd_backing *backing;
	int err = -ENOMEM;

	*meta_failed = false;
	backing = kzalloc_obj(*backing, GFP_NOIO);
	if (!backing)
		return ERR_PTR(-ENOMEM);
	mutex_init(&backing->io);
	mutex_init(&backing->bitmap_io);
	backing->idx = idx;
	backing->block = (void *)__get_free_page(GFP_NOIO);
	backing->batch = alloc_batch();
	if (!backing->block || !backing->batch)
		goto free;
	backing->data = open_disk(data, backing);
	if (IS_ERR(backing->data)) {
		err = PTR_ERR(backing->data);
		goto free;
	}
	backing->meta = open_disk(meta, idx >= 0 ? (const void *)shared_holder : backing);
	if (IS_ERR(backing->meta)) {
		err = PTR_ERR(backing->meta);
		*meta_failed = true;
		goto close_data;
	}
	return backing;

close_data:
	bdev_fput(backing->data);
free:
	free_memory(backing);
	return ERR_PTR(err);
}

/**
 * drbd_backing_close() - close the block devices of a disk
 * @backing: the disk, which nobody uses any more
 *
 * Context: may sleep.
 */
void drbd_backing_close(struct drbd_backing *backing)
{
	bdev_fput(backing->meta);
	bdev_fput(backing->data);
	free_memory(backing);
}

/**
 * drbd_md_read() - read a block of metadata into @backing->block
 * @backing: the disk, with @io held
 * @sector: first sector of the block
 *
 * Return: 0, or a negative errno.
 */
int drbd_md_read(struct drbd_backing *backing, u64 sector)
{
	lockdep_assert_held(&backing->io);
	return bdev_rw_virt(drbd_meta_bdev(backing), sector, backing->block,
			    DRBD_MD_BLOCK_SIZE, REQ_OP_READ | REQ_META | REQ_PRIO);
}

/**
 * drbd_md_write() - write @backing->block, durably, after all that was written before
 * @backing: the disk, with @io held
 * @sector: first sector of the block
 *
 * Source: spec/metadata.md 7.
 *
 * Return: 0, or a negative errno.
 */
int drbd_md_write(struct drbd_backing *backing, u64 sector)
{
	blk_opf_t opf = REQ_OP_WRITE | REQ_META | REQ_SYNC | REQ_PRIO;

	lockdep_assert_held(&backing->io);
	if (!backing->no_flush)
		opf |= REQ_PREFLUSH | REQ_FUA;
	return bdev_rw_virt(drbd_meta_bdev(backing), sector, backing->block,
			    DRBD_MD_BLOCK_SIZE, opf);
}

static u64 bitmap_sector(const struct drbd_backing *backing, unsigned int page)
{
	return backing->area.bitmap + (u64)page * (DRBD_BM_PAGE_SIZE >> SECTOR_SHIFT);
}

/**
 * drbd_bm_load() - read a bitmap
 * @backing: the disk
 * @bm: bitmap with pages that nobody else uses; bits are not counted
 *
 * Context: may sleep.
 *
 * Return: 0, or a negative errno.
 */
int drbd_bm_load(struct drbd_backing *backing, struct drbd_bitmap *bm)
{
	unsigned int page;
	int err;

	for (page = 0; page < bm->layout.pages; page++) {
		err = bdev_rw_virt(drbd_meta_bdev(backing), bitmap_sector(backing, page),
				   bm->buffer.pages[page], DRBD_BM_PAGE_SIZE,
				   REQ_OP_READ | REQ_META);
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

static bool submit_page(struct drbd_backing *backing, struct drbd_bm_batch *batch,
			struct drbd_bitmap *bm, spinlock_t *lock, enum drbd_bm_class class,
			unsigned int *next)
{
	struct drbd_bm_page_io *io = &batch->io[batch->n];
	struct bio *bio = &io->bio;

	spin_lock_irq(lock);
	io->page = drbd_bm_take_page(bm, class, *next);
	if (io->page < bm->layout.pages)
		memcpy(io->data, bm->buffer.pages[io->page], DRBD_BM_PAGE_SIZE);
	spin_unlock_irq(lock);
	if (io->page >= bm->layout.pages)
		return false;
	*next = io->page + 1;
	bio_init(bio, drbd_meta_bdev(backing), &io->vec, 1,
		 REQ_OP_WRITE | REQ_META | REQ_SYNC | REQ_PRIO);
	bio->bi_iter.bi_sector = bitmap_sector(backing, io->page);
	bio->bi_end_io = page_written;
	bio->bi_private = batch;
	bio_add_virt_nofail(bio, io->data, DRBD_BM_PAGE_SIZE);
	batch->n++;
	backing->bitmap_writes++;
	atomic_inc(&batch->pending);
	submit_bio(bio);
	return true;
}

/* Waits for the pages of a batch; those that failed are to be written again. */
static int finish_batch(struct drbd_bm_batch *batch, struct drbd_bitmap *bm, spinlock_t *lock)
{
	int err = 0;

	if (!atomic_dec_and_test(&batch->pending))
		wait_for_completion_io(&batch->done);
	while (batch->n) {
		struct drbd_bm_page_io *io = &batch->io[--batch->n];

		if (io->bio.bi_status) {
			err = blk_status_to_errno(io->bio.bi_status);
			spin_lock_irq(lock);
			drbd_bm_untake_page(bm, io->page);
			spin_unlock_irq(lock);
		}
		bio_uninit(&io->bio);
	}
	return err;
}

/**
 * drbd_bm_write() - write pages of a bitmap
 * @backing: the disk
 * @bm: the bitmap
 * @lock: protects @bm
 * @class: which pages
 *
 * Pages are copied: bits may change meanwhile, which marks the page anew. Nothing
 * is flushed; the next block of metadata sees to that. When this returns, earlier
 * writes of these pages are over as well. Source: spec/metadata.md 9.8.
 *
 * Context: may sleep.
 *
 * Return: 0, or a negative errno; pages that were not written stay marked.
 */
int drbd_bm_write(struct drbd_backing *backing, struct drbd_bitmap *bm, spinlock_t *lock,
		  enum drbd_bm_class class)
{
	struct drbd_bm_batch *batch = backing->batch;
	unsigned int next = 0;
	struct blk_plug plug;
	bool more = true;
	int err = 0;

	mutex_lock(&backing->bitmap_io);
	while (more && !err) {
		reinit_completion(&batch->done);
		atomic_set(&batch->pending, 1);
		blk_start_plug(&plug);
		while (more && batch->n < BITMAP_BATCH)
			more = submit_page(backing, batch, bm, lock, class, &next);
		blk_finish_plug(&plug);
		err = finish_batch(batch, bm, lock);
		cond_resched();
	}
	mutex_unlock(&backing->bitmap_io);
	return err;
}
