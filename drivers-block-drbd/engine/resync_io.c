// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests of a resync: what target and source have in common
 *
 * A request is changed by events, under the state lock. What has to sleep is done by a
 * work item or by a job of the sender, each of which has a reference; so the end of a
 * request need not wait for them, nor they for it.
 *
 * Source: spec/resync.md 4.
 */

#include <linux/mempool.h>

#include "packets.h"
#include "payload.h"
#include "resync_io.h"
#include "volume.h"

#define POOL_MIN	256

static struct workqueue_struct *wq;
static struct kmem_cache *cache;
static mempool_t *pool;

/**
 * drbd_rs_pool_init() - make the pool of requests
 *
 * Return: 0, or -ENOMEM.
 */
int drbd_rs_pool_init(void)
{
	wq = alloc_workqueue("drbd_resync", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	cache = KMEM_CACHE(drbd_rs, 0);
	if (cache)
		pool = mempool_create_slab_pool(POOL_MIN, cache);
	if (wq && pool)
		return 0;
	drbd_rs_pool_exit();
	return -ENOMEM;
}

/**
 * drbd_rs_pool_exit() - undo drbd_rs_pool_init()
 */
void drbd_rs_pool_exit(void)
{
	mempool_destroy(pool);
	kmem_cache_destroy(cache);
	if (wq)
		destroy_workqueue(wq);
}

static void run_work(struct work_struct *work)
{
	struct drbd_rs *rs = container_of(work, struct drbd_rs, work);

	rs->run(rs);
}

/**
 * drbd_rs_alloc() - get memory for a request
 * @gfp: how
 *
 * Return: the request, not yet part of anything; NULL if @gfp does not allow to wait.
 */
struct drbd_rs *drbd_rs_alloc(gfp_t gfp)
{
	struct drbd_rs *rs = mempool_alloc(pool, gfp);

	if (!rs)
		return NULL;
	memset(rs, 0, sizeof(*rs));
	INIT_LIST_HEAD(&rs->parked);
	INIT_LIST_HEAD(&rs->job.entry);
	INIT_WORK(&rs->work, run_work);
	return rs;
}

/**
 * drbd_rs_discard() - give back a request that was not used
 * @rs: the request
 */
void drbd_rs_discard(struct drbd_rs *rs)
{
	mempool_free(rs, pool);
}

/**
 * drbd_rs_add() - make a request part of a resync
 * @rs: the request
 * @pd: which peer, of which volume; locked
 * @target: this node is the target
 * @sector: where it begins
 * @bytes: its size
 * @id: number that packets have
 */
void drbd_rs_add(struct drbd_rs *rs, struct drbd_peer_device *pd, bool target, u64 sector,
		 u32 bytes, u64 id)
{
	rs->pd = pd;
	rs->bytes = bytes;
	rs->refs = 1;
	drbd_interval_init(&rs->iv, sector, bytes,
			   target ? DRBD_INTERVAL_RESYNC_WRITE : DRBD_INTERVAL_RESYNC_READ,
			   pd->conn->node_id, NULL);
	rs->iv.id = id;
	list_add_tail(&rs->entry, target ? &pd->resync.targets : &pd->resync.sources);
	pd->resync.requests++;
	pd->dev->requests++;
}

/**
 * drbd_rs_put() - drop a reference to a request
 * @rs: the request, locked
 *
 * Context: any.
 */
void drbd_rs_put(struct drbd_rs *rs)
{
	struct drbd_peer_device *pd = rs->pd;
	struct drbd_device *dev = pd->dev;

	lockdep_assert_held(&dev->res->st.lock);
	if (--rs->refs)
		return;
	list_del(&rs->entry);
	list_del_init(&rs->parked);
	if (rs->bio)
		drbd_payload_free(rs->bio);
	mempool_free(rs, pool);
	pd->resync.requests--;
	dev->requests--;
	if (!dev->requests || !pd->resync.requests)
		wake_up_all(&dev->res->st.wait);
}

/**
 * drbd_rs_find() - find the request that a packet is about
 * @pd: which peer, of which volume; locked
 * @target: of this node as target, else of the peer
 * @sector: where it begins
 * @bytes: its size
 * @id: number of the packet
 *
 * Return: the request, or NULL.
 */
struct drbd_rs *drbd_rs_find(struct drbd_peer_device *pd, bool target, u64 sector, u32 bytes,
			     u64 id)
{
	enum drbd_interval_kind kind = target ? DRBD_INTERVAL_RESYNC_WRITE :
						DRBD_INTERVAL_RESYNC_READ;
	struct drbd_interval *iv = NULL;
	struct drbd_rs *rs;

	while ((iv = drbd_interval_next(pd->dev, sector, SECTOR_SIZE, iv))) {
		if (iv->st.kind != kind || iv->first != sector || iv->id != id)
			continue;
		rs = container_of(iv, struct drbd_rs, iv);
		if (rs->pd == pd && rs->bytes == bytes)
			return rs;
	}
	return NULL;
}

/**
 * drbd_rs_work() - have something done for a request that may sleep
 * @rs: the request, locked
 * @run: does it, and drops a reference then
 *
 * Context: any.
 */
void drbd_rs_work(struct drbd_rs *rs, void (*run)(struct drbd_rs *rs))
{
	rs->refs++;
	rs->run = run;
	queue_work(wq, &rs->work);
}

static int send_ack(struct drbd_connection *conn, struct drbd_job *job, bool cancel)
{
	struct drbd_rs *rs = container_of(job, struct drbd_rs, job);
	const union drbd_wire_body body = {
		.block = {
			.sector = rs->iv.first, .block_id = rs->iv.id, .blksize = rs->bytes,
		},
	};
	int rv = 0;

	if (!cancel)
		rv = drbd_send_packet(conn, rs->number, rs->pd->dev->volume, &body, NULL, 0);
	spin_lock_irq(&conn->res->st.lock);
	drbd_rs_put(rs);
	spin_unlock_irq(&conn->res->st.lock);
	return rv;
}

/**
 * drbd_rs_ack() - answer on the control stream
 * @rs: the request, locked
 * @number: of the packet
 *
 * Context: any.
 */
void drbd_rs_ack(struct drbd_rs *rs, u16 number)
{
	rs->number = number;
	rs->job.run = send_ack;
	if (drbd_acks_queue(rs->pd->conn, &rs->job))
		rs->refs++;
}

/**
 * drbd_rs_bits() - how many blocks of a request are out of sync?
 * @rs: the request
 *
 * Return: the number.
 */
u64 drbd_rs_bits(struct drbd_rs *rs)
{
	struct drbd_device *dev = rs->pd->dev;
	int slot = dev->uuids.slots[rs->pd->conn->node_id].bitmap_index;
	unsigned long irq;
	u64 bits = 0;

	spin_lock_irqsave(&dev->bm_lock, irq);
	if (dev->bm.layout.pages)
		bits = drbd_bm_count(&dev->bm, slot, drbd_bm_touched(&dev->bm.layout,
								     rs->iv.first, rs->bytes));
	spin_unlock_irqrestore(&dev->bm_lock, irq);
	return bits;
}

/**
 * drbd_rs_submit() - send the data of a request to the disk, or get it from there
 * @rs: the request, with a bio for its data
 * @opf: what to do
 * @done: called when it is done, with the request as private data; drops the reference
 *	to the disk
 *
 * Context: may sleep.
 *
 * Return: false if there is no disk any more.
 */
bool drbd_rs_submit(struct drbd_rs *rs, blk_opf_t opf, bio_end_io_t *done)
{
	struct drbd_device *dev = rs->pd->dev;
	struct bio *bio = rs->bio;

	if (!drbd_volume_get_disk(dev))
		return false;
	bio_set_dev(bio, drbd_data_bdev(dev->backing));
	bio->bi_iter.bi_sector = rs->iv.first;
	bio->bi_opf = opf;
	bio->bi_end_io = done;
	bio->bi_private = rs;
	submit_bio_noacct(bio);
	return true;
}

/**
 * drbd_rs_disk_error() - the disk failed a request
 * @dev: the device, with a reference to its disk; not locked
 *
 * Context: any.
 */
void drbd_rs_disk_error(struct drbd_device *dev)
{
	if (READ_ONCE(dev->disk_conf.on_io_error) != DRBD_IO_ERROR_PASS_ON)
		drbd_volume_disk_error(dev);
}

/**
 * drbd_rs_take_dagtag() - up to which writes has a peer to wait with a request?
 * @res: the resource, locked
 * @want: gets the answer
 *
 * Return: false if that cannot be told, since two Primaries write.
 */
bool drbd_rs_take_dagtag(struct drbd_resource *res, struct drbd_resync_dagtag *want)
{
	const struct drbd_state *s = &res->st.s;
	u64 dagtags[DRBD_NODES] = {}, primaries = 0;
	unsigned int c;

	for (c = 0; c < s->nconn; c++) {
		const struct drbd_state_conn *sc = &s->conn[c];
		struct drbd_connection *conn = xa_load(&res->connections, sc->node_id);

		if (!conn || sc->old.cstate != DRBD_C_CONNECTED)
			continue;
		if (sc->old.peer_role == DRBD_ROLE_PRIMARY)
			primaries |= drbd_node_mask(sc->node_id);
		if (conn->in.dagtag.fresh)
			dagtags[sc->node_id] = conn->in.dagtag.last;
	}
	return !drbd_resync_take_dagtag(res->node_id, s->old.role == DRBD_ROLE_PRIMARY,
					res->dagtag.now, primaries, dagtags, want);
}

/**
 * drbd_rs_dagtag_waits() - has a request of a peer to wait for writes of a third node?
 * @res: the resource, locked
 * @want: for which ones
 *
 * Return: whether it has.
 */
bool drbd_rs_dagtag_waits(struct drbd_resource *res, const struct drbd_resync_dagtag *want)
{
	struct drbd_connection *conn = NULL;
	int c = drbd_states_conn(&res->st, want->node);

	if (c >= 0 && res->st.s.conn[c].old.cstate == DRBD_C_CONNECTED)
		conn = xa_load(&res->connections, want->node);
	return drbd_resync_wait_dagtag(want, res->node_id, conn, conn ? conn->in.dagtag.last : 0);
}
