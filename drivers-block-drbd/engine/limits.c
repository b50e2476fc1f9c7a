// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits of requests that the disk and all peers can bear
 *
 * Source: spec/io.md 7.
 */

#include <linux/slab.h>

#include "../core/limits.h"
#include "connection.h"
#include "volume.h"

static void limits_of_disk(struct drbd_device *dev, struct drbd_limits_disk *disk)
{
	struct block_device *bdev = drbd_data_bdev(dev->backing);
	const struct queue_limits *lim = bdev_limits(bdev);

	*disk = (struct drbd_limits_disk) {
		.max_bio_size = min_t(u64, (u64)lim->max_hw_sectors << SECTOR_SHIFT,
				      DRBD_MAX_BIO_SIZE),
		.logical_block_size = lim->logical_block_size,
		.physical_block_size = lim->physical_block_size,
		.io_min = lim->io_min,
		.max_discard = bdev_max_discard_sectors(bdev),
		.discard_granularity = bdev_discard_granularity(bdev),
		.write_cache = bdev_write_cache(bdev),
		.fua = bdev_fua(bdev),
		.rotational = bdev_rot(bdev),
	};
}

/* Locked. */
static void limits_of_peer(const struct drbd_peer_device *pd, struct drbd_limits_peer *peer)
{
	const struct drbd_connection *conn = pd->conn;
	struct drbd_states *st = &conn->res->st;
	struct drbd_state_pd *sp = drbd_states_pd(st, conn->node_id, pd->dev->volume);
	int c = drbd_states_conn(st, conn->node_id);
	u32 features = conn->link.features;

	*peer = (struct drbd_limits_peer) {
		.considered = pd->sizes_valid || (sp && sp->old.repl >= DRBD_R_ESTABLISHED),
		.connected = c >= 0 && st->s.conn[c].old.cstate == DRBD_C_CONNECTED,
		.trim = features & DRBD_FF_TRIM,
		.wsame = features & DRBD_FF_WSAME,
		.wzeroes = features & DRBD_FF_WZEROES,
		.integrity = conn->conf.integrity_alg[0],
		.max_bio_size = drbd_peer_max_bio(pd->sizes.max_bio_size, conn->link.version),
		.logical_block_size = pd->sizes.logical_block_size,
		.physical_block_size = pd->sizes.physical_block_size,
		.io_min = pd->sizes.io_min,
	};
}

static unsigned int collect(struct drbd_device *dev, struct drbd_limits_peer *peers)
{
	struct drbd_resource *res = dev->res;
	struct drbd_connection *conn;
	struct drbd_peer_device *pd;
	unsigned int n = 0;
	unsigned long i;

	rcu_read_lock();
	spin_lock_irq(&res->st.lock);
	xa_for_each(&res->connections, i, conn) {
		pd = xa_load(&conn->peer_devices, dev->volume);
		if (pd)
			limits_of_peer(pd, &peers[n++]);
	}
	spin_unlock_irq(&res->st.lock);
	rcu_read_unlock();
	return n;
}

static int apply(struct gendisk *disk, const struct drbd_limits *to)
{
	struct queue_limits lim = queue_limits_start_update(disk->queue);

	lim.max_hw_sectors = to->max_bio_size >> SECTOR_SHIFT;
	lim.max_sectors = lim.max_hw_sectors;
	lim.logical_block_size = to->logical_block_size;
	lim.physical_block_size = to->physical_block_size;
	lim.io_min = to->io_min;
	lim.max_hw_discard_sectors = to->max_discard;
	lim.discard_granularity = to->discard_granularity;
	lim.max_write_zeroes_sectors = to->max_write_zeroes;
	lim.features &= ~(BLK_FEAT_ROTATIONAL | BLK_FEAT_WRITE_CACHE | BLK_FEAT_FUA);
	lim.features |= BLK_FEAT_STABLE_WRITES;
	if (to->rotational)
		lim.features |= BLK_FEAT_ROTATIONAL;
	if (to->write_cache)
		lim.features |= BLK_FEAT_WRITE_CACHE;
	if (to->fua)
		lim.features |= BLK_FEAT_FUA;
	return queue_limits_commit_update(disk->queue, &lim);
}

/**
 * drbd_volume_limits() - take the limits of the disk and of all peers
 * @dev: the device
 *
 * Nothing is frozen for that: what is under way keeps to limits that were valid when it
 * began, and who cannot bear it says so.
 *
 * Context: may sleep.
 */
void drbd_volume_limits(struct drbd_device *dev)
{
	const struct drbd_limits_options options = {
		.max_bio_size = dev->conf.max_bio_size,
		.block_size = dev->conf.block_size,
		.discard_granularity = dev->conf.discard_granularity,
	};
	struct drbd_limits_disk disk;
	struct drbd_limits_peer *peers;
	struct drbd_limits limits;
	bool has_disk;
	unsigned int n;
	int err;

	peers = kzalloc_objs(*peers, DRBD_NODES, GFP_NOIO | __GFP_NOFAIL);
	has_disk = drbd_volume_get_disk(dev);
	if (has_disk) {
		limits_of_disk(dev, &disk);
		drbd_volume_put_disk(dev);
	}
	n = collect(dev, peers);
	drbd_limits_agree(&options, has_disk ? &disk : NULL, peers, n, &limits);
	err = apply(dev->disk, &limits);
	if (err)
		drbd_err(dev->res, "volume %d: the block layer refuses limits (%u/%u/%u): %d\n",
			 dev->volume, limits.logical_block_size, limits.physical_block_size,
			 limits.max_bio_size, err);
	kfree(peers);
}
