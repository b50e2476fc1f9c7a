// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices: the volumes of a resource, and their block devices
 */

#include <linux/major.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "../core/limits.h"
#include "../core/open.h"
#include "commands.h"
#include "connection.h"
#include "receiver.h"
#include "request.h"
#include "volume.h"

/* All devices by their minor, until the last reference is gone. */
static DEFINE_XARRAY(minors);

/* ---- references ---- */

static void free_device(struct rcu_head *rcu)
{
	struct drbd_device *dev = container_of(rcu, struct drbd_device, rcu);

	percpu_ref_exit(&dev->local);
	drbd_resource_put(dev->res);
	kfree(dev);
}

static void release_device(struct kref *refs)
{
	struct drbd_device *dev = container_of(refs, struct drbd_device, refs);

	xa_erase(&minors, dev->minor);
	call_rcu(&dev->rcu, free_device);
}

/**
 * drbd_device_put() - drop a reference to a device
 * @dev: the device
 *
 * Context: any that may sleep.
 */
void drbd_device_put(struct drbd_device *dev)
{
	kref_put(&dev->refs, release_device);
}

/**
 * drbd_device_find() - find a device by its volume number
 * @res: the resource
 * @volume: the number
 *
 * Return: the device with a reference, or NULL.
 */
struct drbd_device *drbd_device_find(struct drbd_resource *res, int volume)
{
	struct drbd_device *dev;

	rcu_read_lock();
	dev = xa_load(&res->devices, volume);
	if (dev && !kref_get_unless_zero(&dev->refs))
		dev = NULL;
	rcu_read_unlock();
	return dev;
}

/**
 * drbd_minor_find() - find a device by its minor number
 * @minor: the number
 *
 * Return: the device with a reference, or NULL; it may be unregistered.
 */
struct drbd_device *drbd_minor_find(u32 minor)
{
	struct drbd_device *dev;

	rcu_read_lock();
	dev = xa_load(&minors, minor);
	if (dev && !kref_get_unless_zero(&dev->refs))
		dev = NULL;
	rcu_read_unlock();
	return dev;
}

/**
 * drbd_device_next() - walk over the devices of a resource
 * @res: the resource
 * @prev: where the walk is, referenced; NULL to begin
 *
 * Context: any that may sleep. Drops the reference to @prev.
 *
 * Return: the device with the next volume number, with a reference; NULL after the last
 * one.
 */
struct drbd_device *drbd_device_next(struct drbd_resource *res, struct drbd_device *prev)
{
	unsigned long index = prev ? prev->volume + 1 : 0;
	struct drbd_device *dev;

	rcu_read_lock();
	dev = xa_find(&res->devices, &index, ULONG_MAX, XA_PRESENT);
	while (dev && !kref_get_unless_zero(&dev->refs))
		dev = xa_find_after(&res->devices, &index, ULONG_MAX, XA_PRESENT);
	rcu_read_unlock();
	if (prev)
		drbd_device_put(prev);
	return dev;
}

/* ---- open and release ---- */

/* What a read-only open depends on, and others. */
static void look(struct drbd_device *dev, struct drbd_open *open)
{
	struct drbd_resource *res = dev->res;
	struct drbd_state *s = &res->st.s;
	unsigned int c;
	int d;

	spin_lock_irq(&res->st.lock);
	d = drbd_states_dev(&res->st, dev->volume);
	open->unregistered = dev->unregistered || d < 0;
	open->going_down = res->going_down;
	open->fail_io = s->old.fail_io;
	open->twopc_active = res->cluster.tp.state != DRBD_TWOPC_IDLE;
	open->first = !dev->openers;
	open->auto_promote = res->opts.auto_promote;
	open->read = (struct drbd_read_open) {
		.primary = s->old.role == DRBD_ROLE_PRIMARY,
	};
	if (d >= 0) {
		open->read.have_quorum = s->dev[d].old.have_quorum;
		open->read.up_to_date = s->dev[d].old.disk == DRBD_D_UP_TO_DATE;
	}
	for (c = 0; d >= 0 && c < s->nconn; c++) {
		const struct drbd_state_conn *sc = &s->conn[c];

		open->read.peer_primary |= sc->old.peer_role == DRBD_ROLE_PRIMARY &&
					   !sc->two_primaries;
		open->read.up_to_date |= drbd_state_pd(s, d, c)->old.disk == DRBD_D_UP_TO_DATE;
		open->read.may_improve |= drbd_conn_may_improve(sc->old.cstate);
	}
	spin_unlock_irq(&res->st.lock);
}

static void opened(struct drbd_device *dev, bool write)
{
	spin_lock_irq(&dev->res->st.lock);
	dev->openers++;
	dev->writable |= write;
	spin_unlock_irq(&dev->res->st.lock);
}

/* Returns whether it was the last one, of those who may write. */
static bool closed(struct drbd_device *dev)
{
	bool last;

	spin_lock_irq(&dev->res->st.lock);
	last = !--dev->openers && dev->writable;
	if (!dev->openers)
		dev->writable = false;
	spin_unlock_irq(&dev->res->st.lock);
	return last;
}

static long open_timeout(struct drbd_resource *res)
{
	return msecs_to_jiffies(100 * READ_ONCE(res->opts.auto_promote_timeout));
}

static bool auto_promote(struct drbd_device *dev, const struct drbd_open *open)
{
	unsigned long end = jiffies + open_timeout(dev->res);
	struct drbd_open now = *open;
	enum drbd_rv rv;

	for (;;) {
		rv = drbd_set_role(dev->res, true, false, NULL);
		look(dev, &now);
		switch (drbd_auto_promote_next(rv, open->nonblock, now.read.may_improve)) {
		case DRBD_AUTO_PROMOTE_DONE:
		case DRBD_AUTO_PROMOTE_GIVE_UP:
			return !signal_pending(current);
		default:
			if (time_after_eq(jiffies, end))
				return true;
			/* Whatever is in the way may be at a peer, which does not tell. */
			if (schedule_timeout_interruptible(HZ / 10))
				return false;
		}
	}
}

static int try_open(struct drbd_device *dev, struct drbd_open *open)
{
	struct drbd_resource *res = dev->res;
	unsigned long changes;
	int error = 0;

	for (;;) {
		look(dev, open);
		changes = READ_ONCE(res->st.changes);
		switch (drbd_open_next(open, &error)) {
		case DRBD_OPEN_OK:
			return 0;
		case DRBD_OPEN_FAIL:
			return error;
		case DRBD_OPEN_COUNT:
			opened(dev, open->write);
			open->counted = true;
			break;
		case DRBD_OPEN_WAIT_TWOPC:
			if (wait_event_interruptible_timeout(res->cluster.wait,
							     !drbd_cluster_active(res),
							     open_timeout(res)) <= 0)
				open->expired = true;
			break;
		case DRBD_OPEN_PROMOTE:
			open->interrupted = !auto_promote(dev, open);
			open->promoted = true;
			break;
		case DRBD_OPEN_PING:
			drbd_ping_peers(res);
			open->pinged = true;
			break;
		case DRBD_OPEN_WAIT_CHANGE:
			if (wait_event_interruptible_timeout(res->st.wait,
							     READ_ONCE(res->st.changes) != changes,
							     open_timeout(res)) <= 0)
				open->expired = true;
			break;
		}
	}
}

static int open_device(struct gendisk *disk, blk_mode_t mode)
{
	struct drbd_device *dev = disk->private_data;
	struct drbd_open open = {
		.write = mode & BLK_OPEN_WRITE,
		.nonblock = mode & BLK_OPEN_NDELAY,
		.udev = !strcmp(current->comm, "systemd-udevd"),
		.read_only = bdev_read_only(disk->part0),
	};
	int err;

	kref_get(&dev->refs);
	mutex_lock(&dev->res->open);
	err = try_open(dev, &open);
	if (err && open.counted)
		closed(dev);
	mutex_unlock(&dev->res->open);
	if (err)
		drbd_device_put(dev);
	return err;
}

static void last_closed(struct drbd_resource *res)
{
	struct drbd_change chg;
	unsigned int d;
	bool open = false;

	drbd_change_begin(&chg, &res->st, DRBD_CHG_LOCAL_ONLY);
	for (d = 0; d < res->st.s.ndev; d++)
		open |= res->st.s.dev[d].open;
	if (!open)
		res->st.s.new.fail_io = false;
	drbd_change_end(&chg);
}

static bool wants_demotion(struct drbd_resource *res)
{
	struct drbd_device *dev;
	unsigned int writers = 0;
	unsigned long i;
	bool primary;

	spin_lock_irq(&res->st.lock);
	primary = res->st.s.old.role == DRBD_ROLE_PRIMARY;
	xa_for_each(&res->devices, i, dev)
		writers += dev->writable;
	spin_unlock_irq(&res->st.lock);
	return drbd_auto_demote(res->opts.auto_promote, primary, res->explicit_primary, writers);
}

static void release_disk(struct gendisk *disk)
{
	struct drbd_device *dev = disk->private_data;
	struct drbd_resource *res = dev->res;

	mutex_lock(&res->open);
	if (closed(dev) && wants_demotion(res))
		drbd_set_role(res, false, false, NULL);
	/* A device that is not there any more has no part in the state. */
	if (!dev->unregistered) {
		last_closed(res);
		drbd_cluster_readers_left(res);
	}
	mutex_unlock(&res->open);
	drbd_device_put(dev);
}

static const struct block_device_operations drbd_operations = {
	.owner = THIS_MODULE,
	.submit_bio = drbd_submit_bio,
	.open = open_device,
	.release = release_disk,
};

/* ---- life ---- */

static void local_idle(struct percpu_ref *ref)
{
	complete_all(&container_of(ref, struct drbd_device, local)->local_idle);
}

static int alloc_disk(struct drbd_device *dev)
{
	struct queue_limits lim = {
		.logical_block_size = dev->conf.block_size,
		.max_hw_sectors = DRBD_MAX_BIO_SIZE >> SECTOR_SHIFT,
		.features = BLK_FEAT_STABLE_WRITES | BLK_FEAT_WRITE_CACHE | BLK_FEAT_FUA,
	};
	struct gendisk *disk = blk_alloc_disk(&lim, NUMA_NO_NODE);

	if (IS_ERR(disk))
		return PTR_ERR(disk);
	disk->major = DRBD_MAJOR;
	disk->first_minor = dev->minor;
	disk->minors = 1;
	disk->flags = GENHD_FL_NO_PART;
	disk->fops = &drbd_operations;
	disk->private_data = dev;
	snprintf(disk->disk_name, sizeof(disk->disk_name), "drbd%u", dev->minor);
	dev->disk = disk;
	return 0;
}

/**
 * drbd_device_create() - create a device, and let it be found
 * @res: the resource, with @res->conf held
 * @minor: number of the block device
 * @volume: number in the resource
 * @conf: options
 *
 * Context: may sleep.
 *
 * Return: the device, with a reference for the resource; or an ERR_PTR(), of -EEXIST
 * if one of the numbers is in use.
 */
struct drbd_device *drbd_device_create(struct drbd_resource *res, u32 minor, int volume,
				       const struct drbd_device_conf *conf)
{
	struct drbd_device *dev;
	int err, i;

	lockdep_assert_held(&res->conf);
	if (xa_load(&res->devices, volume))
		return ERR_PTR(-EEXIST);
	dev = kzalloc_obj(*dev, GFP_NOIO);
	if (!dev)
		return ERR_PTR(-ENOMEM);
	kref_init(&dev->refs);
	kref_get(&res->refs);
	dev->res = res;
	dev->minor = minor;
	dev->volume = volume;
	dev->conf = *conf;
	dev->uuids.self = res->node_id;
	for (i = 0; i < DRBD_NODES; i++)
		dev->uuids.slots[i].bitmap_index = -1;
	spin_lock_init(&dev->bm_lock);
	dev->intervals = RB_ROOT_CACHED;
	INIT_LIST_HEAD(&dev->actlog.own);
	INIT_LIST_HEAD(&dev->actlog.peers);
	INIT_WORK(&dev->actlog.work, drbd_actlog_work);
	INIT_LIST_HEAD(&dev->ready);
	INIT_WORK(&dev->ready_work, drbd_request_work);
	INIT_LIST_HEAD(&dev->in_sync);
	INIT_WORK(&dev->in_sync_work, drbd_in_sync_work);
	INIT_LIST_HEAD(&dev->batches);
	INIT_WORK(&dev->batch_work, drbd_batch_work);
	bio_list_init(&dev->waiting);
	init_completion(&dev->local_idle);
	err = percpu_ref_init(&dev->local, local_idle,
			      PERCPU_REF_INIT_DEAD | PERCPU_REF_ALLOW_REINIT, GFP_NOIO);
	if (err)
		goto free;
	err = xa_insert(&minors, minor, dev, GFP_NOIO);
	if (err) {
		err = err == -EBUSY ? -EEXIST : err;
		goto free;
	}
	err = drbd_states_add_dev(&res->st, volume);
	if (err)
		goto erase;
	err = alloc_disk(dev);
	if (err)
		goto del_state;
	err = xa_err(xa_store(&res->devices, volume, dev, GFP_NOIO));
	if (err)
		goto put_disk;
	err = drbd_peer_devices_add(res, NULL, dev);
	if (err)
		goto unlist;
	err = add_disk(dev->disk);
	if (err)
		goto unlist;
	return dev;

unlist:
	drbd_peer_devices_del(res, NULL, dev);
	xa_erase(&res->devices, volume);
put_disk:
	put_disk(dev->disk);
del_state:
	drbd_states_del_dev(&res->st, volume);
erase:
	xa_erase(&minors, minor);
free:
	call_rcu(&dev->rcu, free_device);
	return ERR_PTR(err);
}

/**
 * drbd_device_unregister() - make a device disappear
 * @dev: device that is Diskless and marked as unregistered
 *
 * Drops the reference of the resource. Who has it open still may close it.
 *
 * Context: may sleep; consequences of changes are through.
 */
void drbd_device_unregister(struct drbd_device *dev)
{
	struct drbd_resource *res = dev->res;

	del_gendisk(dev->disk);
	/* What peers have not yet confirmed as stable. */
	wait_event(res->st.wait, !READ_ONCE(dev->requests));
	flush_work(&dev->ready_work);
	flush_work(&dev->batch_work);
	mutex_lock(&res->conf);
	drbd_peer_devices_del(res, NULL, dev);
	xa_erase(&res->devices, dev->volume);
	/* Who found it before that, in a softirq, has queued what it has to queue by then. */
	spin_lock_irq(&res->st.lock);
	spin_unlock_irq(&res->st.lock);
	flush_work(&dev->in_sync_work);
	drbd_states_del_dev(&res->st, dev->volume);
	mutex_unlock(&res->conf);
	put_disk(dev->disk);
	drbd_device_put(dev);
}
