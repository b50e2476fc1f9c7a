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
#include "extents.h"
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
 * @intervals: parts that are being worked on; under the state lock
 * @actlog: activity log
 * @requests: requests of applications and peers that are not yet done with; under the
 *	state lock
 * @in_flight: of applications, those that were let in: reads and writes; likewise
 * @sectors: read from the disk, and written to it, likewise
 * @al_writes: writes of the activity log, likewise
 * @ready: requests that can go on, see request.c; likewise
 * @ready_work: goes on with them
 * @batches: discards and zeroes for the disk, likewise
 * @batch_work: deals with them
 * @waiting: bios that wait to be let in; likewise
 * @crash_owed: peers that may differ since this node crashed as a Primary; likewise
 * @orphaned: peers that may miss writes of a Primary that was lost; likewise
 * @synced: peers that may miss what this node got from its source; likewise
 * @settled: peers that this node told that it is settled, see &struct drbd_own_flags
 * @partial: generation in whose slot the bitmap of a node is not complete; likewise
 * @suspended: number of short suspensions: nothing is let in; likewise
 * @read_left: peers that the next reads go to; likewise
 * @read_toggle: the next read goes to the other one; likewise
 * @bm: bitmap; under @bm_lock
 * @bm_lock: protects @bm
 * @bm_sending: slots that are being sent to a peer, no bits are cleared in them; under
 *	@bm_lock
 * @resync_stable: a resync as target ended stable, and no data of an unstable source was
 *	written since; under the state lock
 * @in_sync: ranges that peers have to be told about, see in_sync.c; likewise
 * @in_sync_work: tells them
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
	struct rb_root_cached intervals;
	struct drbd_actlog actlog;
	unsigned int requests;
	unsigned int in_flight[2];
	u64 sectors[2];
	u64 al_writes;
	struct list_head ready;
	struct work_struct ready_work;
	struct list_head batches;
	struct work_struct batch_work;
	struct bio_list waiting;
	u64 crash_owed;
	u64 orphaned;
	u64 synced;
	u64 settled;
	u64 partial[DRBD_NODES];
	unsigned int suspended;
	u64 read_left;
	bool read_toggle;
	struct drbd_bitmap bm;
	spinlock_t bm_lock; /* the bitmap */
	u32 bm_sending;
	bool resync_stable;
	struct list_head in_sync;
	struct work_struct in_sync_work;
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
