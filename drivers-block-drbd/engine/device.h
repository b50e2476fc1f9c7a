/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices: the volumes of a resource
 *
 * Lifetime: a device is created and unregistered by commands; the block layer keeps
 * a reference as long as its disk is open. The number of its minor is free again
 * when the last reference is gone.
 */
#ifndef DRBD_ENGINE_DEVICE_H
#define DRBD_ENGINE_DEVICE_H

#include <linux/blkdev.h>
#include <linux/percpu-refcount.h>

#include "../core/meta_sb.h"
#include "../core/uuid_diskless.h"
#include "backing.h"
#include "resource.h"

/**
 * struct drbd_device - a volume
 * @refs: references
 * @rcu: to free it
 * @res: its resource
 * @minor: number of the block device
 * @volume: number in the resource
 * @unregistered: it is being deleted
 * @disk: the block device
 * @conf: options
 * @disk_conf: options of the disk; with &drbd_resource.conf and the state lock
 * @backing: the disk; set with the state lock, until it is Diskless again
 * @local: references to @backing of those who use it
 * @local_idle: completed when @local is 0 for good
 * @works: changes whose consequences still need @backing; under the state lock
 * @openers: how often it is open; under &drbd_resource.open and the state lock
 * @writable: somebody opened it for writing, and it was not closed by all since: the
 *	block layer does not tell whether who closes it is a writer; likewise
 * @uuids: UUID set; under the state lock
 * @exposed: generation that a node without a disk began; under the state lock
 * @sb: the rest of the superblock; under the state lock
 * @md_dirty: what the superblock has is out of date; under the state lock
 * @may_read: requests can be read from the disk; written under the state lock
 * @may_write: there is nobody but this node who has to get what is written; likewise
 * @frozen: requests have to wait; likewise
 * @bm: bitmap; under @bm_lock
 * @bm_lock: protects @bm
 */
struct drbd_device {
	struct kref refs;
	struct rcu_head rcu;
	struct drbd_resource *res;
	u32 minor;
	int volume;
	bool unregistered;
	struct gendisk *disk;
	struct drbd_device_conf conf;
	struct drbd_disk_conf disk_conf;
	struct drbd_backing *backing;
	struct percpu_ref local;
	struct completion local_idle;
	unsigned int works;
	unsigned int openers;
	bool writable;
	struct drbd_uuids uuids;
	struct drbd_exposed exposed;
	struct drbd_sb sb;
	bool md_dirty;
	bool may_read;
	bool may_write;
	bool frozen;
	struct drbd_bitmap bm;
	spinlock_t bm_lock; /* the bitmap */
};

struct drbd_device *drbd_device_create(struct drbd_resource *res, u32 minor, int volume,
				       const struct drbd_device_conf *conf);
void drbd_device_unregister(struct drbd_device *dev);
struct drbd_device *drbd_device_find(struct drbd_resource *res, int volume);
struct drbd_device *drbd_minor_find(u32 minor);
void drbd_device_put(struct drbd_device *dev);
struct drbd_device *drbd_device_next(struct drbd_resource *res, struct drbd_device *prev);

/* A walk that may sleep; who leaves it early has to drop the reference. */
#define drbd_for_each_device(res, dev)					\
	for (dev = drbd_device_next(res, NULL); dev; dev = drbd_device_next(res, dev))

#endif
