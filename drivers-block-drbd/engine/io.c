// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests of applications
 *
 * Nothing is sent to peers: whatever is written to a resource that has peers would be
 * missing there, so it is refused.
 */

#include <linux/bio.h>

#include "device.h"
#include "io.h"
#include "volume.h"

static struct bio_set clones;

/**
 * drbd_io_init() - prepare for requests
 *
 * Return: 0, or a negative errno.
 */
int drbd_io_init(void)
{
	return bioset_init(&clones, BIO_POOL_SIZE, 0, 0);
}

/**
 * drbd_io_exit() - undo drbd_io_init()
 */
void drbd_io_exit(void)
{
	bioset_exit(&clones);
}

static void local_done(struct bio *clone)
{
	struct bio *bio = clone->bi_private;
	struct drbd_device *dev = bio->bi_bdev->bd_disk->private_data;

	bio->bi_status = clone->bi_status;
	bio_put(clone);
	bio_endio(bio);
	drbd_volume_put_disk(dev);
}

static bool is_allowed(struct drbd_device *dev, struct bio *bio)
{
	return op_is_write(bio_op(bio)) ? READ_ONCE(dev->may_write) : READ_ONCE(dev->may_read);
}

/**
 * drbd_submit_bio() - take a request
 * @bio: the request
 */
void drbd_submit_bio(struct bio *bio)
{
	struct drbd_device *dev = bio->bi_bdev->bd_disk->private_data;
	struct bio *clone;

	if (READ_ONCE(dev->frozen) && bio->bi_opf & REQ_NOWAIT) {
		bio_wouldblock_error(bio);
		return;
	}
	wait_event(dev->res->st.wait, !READ_ONCE(dev->frozen));
	if (!is_allowed(dev, bio) || !drbd_volume_get_disk(dev)) {
		bio_io_error(bio);
		return;
	}
	clone = bio_alloc_clone(drbd_data_bdev(dev->backing), bio, GFP_NOIO, &clones);
	clone->bi_private = bio;
	clone->bi_end_io = local_done;
	submit_bio_noacct(clone);
}
