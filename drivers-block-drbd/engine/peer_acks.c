// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a peer writes here: epochs, and what follows when a write was acknowledged
 *
 * Source: spec/io.md 4.4, 4.6, 4.8 (1), 6.5, 6.6
 */

#include <linux/mempool.h>

#include "incoming.h"
#include "packets.h"
#include "volume.h"

/* Packets that can be prepared without memory */
#define POOL_REPLIES	128

static struct kmem_cache *cache;
static mempool_t *pool;

/* ---- packets that wait for their turn ---- */

/**
 * drbd_reply_init() - make the pool
 *
 * Return: 0, or -ENOMEM.
 */
int drbd_reply_init(void)
{
	cache = KMEM_CACHE(drbd_peer_reply, 0);
	if (!cache)
		return -ENOMEM;
	pool = mempool_create_slab_pool(POOL_REPLIES, cache);
	if (pool)
		return 0;
	kmem_cache_destroy(cache);
	return -ENOMEM;
}

/**
 * drbd_reply_exit() - undo drbd_reply_init()
 */
void drbd_reply_exit(void)
{
	mempool_destroy(pool);
	kmem_cache_destroy(cache);
}

static int send_reply(struct drbd_connection *conn, struct drbd_job *job, bool cancel)
{
	struct drbd_peer_reply *reply = container_of(job, struct drbd_peer_reply, job);
	struct drbd_peer_device *pd = reply->pd;
	int rv = 0;

	if (!cancel) {
		if (reply->numbered)
			reply->body.block.seq_num = drbd_next_seq(pd);
		rv = drbd_send_packet(conn, reply->number, pd ? pd->dev->volume : DRBD_NO_VOLUME,
				      &reply->body, NULL, 0);
	}
	mempool_free(reply, pool);
	if (!pd)
		return rv;
	spin_lock_irq(&conn->res->st.lock);
	drbd_device_request_done(pd->dev);
	spin_unlock_irq(&conn->res->st.lock);
	drbd_peer_device_put(pd);
	return rv;
}

/**
 * drbd_reply_alloc() - prepare a packet
 * @number: of the packet
 * @pd: what it is about, NULL for the connection
 * @gfp: how to allocate it
 *
 * Return: the packet with an empty body; NULL if there is no memory and @gfp does not
 * allow to wait.
 */
struct drbd_peer_reply *drbd_reply_alloc(u32 number, struct drbd_peer_device *pd, gfp_t gfp)
{
	struct drbd_peer_reply *reply = mempool_alloc(pool, gfp);

	if (reply)
		*reply = (struct drbd_peer_reply) {
			.job = { .run = send_reply }, .number = number, .pd = pd,
		};
	return reply;
}

/**
 * drbd_reply_free() - forget a packet
 * @reply: the packet, which was not queued
 */
void drbd_reply_free(struct drbd_peer_reply *reply)
{
	mempool_free(reply, pool);
}

/**
 * drbd_reply_queue() - have a packet sent
 * @conn: to whom, locked; if it is down, nothing is sent
 * @reply: the packet
 *
 * Context: any.
 */
void drbd_reply_queue(struct drbd_connection *conn, struct drbd_peer_reply *reply)
{
	bool data = drbd_wire_packet(reply->number)->stream & DRBD_WIRE_DATA;

	if (reply->pd)
		reply->pd->dev->requests++;
	if (data ? drbd_sender_queue(conn, &reply->job) : drbd_acks_queue(conn, &reply->job)) {
		if (reply->pd)
			kref_get(&reply->pd->refs);
		return;
	}
	if (reply->pd)
		drbd_device_request_done(reply->pd->dev);
	mempool_free(reply, pool);
}

/* ---- write ordering ---- */

static enum drbd_write_order wanted_order(struct drbd_resource *res)
{
	/*
	 * A write that flushes does not wait for those that are still at the disk: as a
	 * barrier between epochs it is worth nothing, so none is tried.
	 */
	enum drbd_write_order order = min(res->order_limit, DRBD_ORDER_FLUSH);
	struct drbd_write_order_options opts;
	struct drbd_device *dev;
	unsigned long i;

	rcu_read_lock();
	xa_for_each(&res->devices, i, dev) {
		opts.barrier = false;
		opts.flushes = dev->disk_conf.disk_flushes;
		opts.drain = dev->disk_conf.disk_drain;
		if (dev->backing)
			order = drbd_write_order(order, &opts, 1);
	}
	rcu_read_unlock();
	return order;
}

/**
 * drbd_write_order_update() - find out how to keep the order of writes of peers
 * @res: the resource
 *
 * Context: any that may sleep.
 */
void drbd_write_order_update(struct drbd_resource *res)
{
	static const char * const names[] = { "none", "drain", "flush", "barrier" };
	enum drbd_write_order old, new;

	spin_lock_irq(&res->st.lock);
	old = res->write_order;
	new = wanted_order(res);
	res->write_order = new;
	spin_unlock_irq(&res->st.lock);
	if (old != new)
		drbd_info(res, "Method to ensure write ordering: %s\n", names[new]);
}

/**
 * drbd_write_order_reset() - try again what did not work
 * @res: resource with a new disk, or new options of one
 *
 * Context: any that may sleep.
 */
void drbd_write_order_reset(struct drbd_resource *res)
{
	spin_lock_irq(&res->st.lock);
	res->order_limit = DRBD_ORDER_BARRIER;
	spin_unlock_irq(&res->st.lock);
	drbd_write_order_update(res);
}

static void flush_disks(struct drbd_resource *res)
{
	struct drbd_device *dev;
	int err = 0, rv;

	drbd_for_each_device(res, dev) {
		if (!drbd_volume_get_disk(dev))
			continue;
		rv = blkdev_issue_flush(drbd_data_bdev(dev->backing));
		if (rv)
			drbd_err(res, "volume %d: local disk FLUSH FAILED with status %d\n",
				 dev->volume, rv);
		err = err ?: rv;
		drbd_volume_put_disk(dev);
	}
	if (!err)
		return;
	spin_lock_irq(&res->st.lock);
	res->order_limit = min(res->order_limit, DRBD_ORDER_DRAIN);
	spin_unlock_irq(&res->st.lock);
	drbd_write_order_update(res);
}

/* ---- epochs ---- */

/**
 * drbd_incoming_epoch() - get an epoch by its number
 * @conn: of which connection, locked
 * @serial: the number
 *
 * Return: the epoch.
 */
struct drbd_incoming_epoch *drbd_incoming_epoch(struct drbd_connection *conn, u32 serial)
{
	return &conn->in.epochs[serial % DRBD_INCOMING_EPOCHS];
}

static void confirm(struct drbd_connection *conn, struct drbd_incoming_epoch *epoch)
{
	struct drbd_peer_reply *reply = epoch->reply;

	epoch->reply = NULL;
	if (!reply)
		return;
	reply->body.barrier.barrier = epoch->e.nr;
	reply->body.barrier.set_size = drbd_epoch_set_size(&epoch->e);
	drbd_reply_queue(conn, reply);
}

/**
 * drbd_epochs_finish() - finish epochs that can be finished
 * @conn: of which connection, locked
 *
 * Return: true if the current one was, it is empty now.
 */
bool drbd_epochs_finish(struct drbd_connection *conn)
{
	enum drbd_write_order order = conn->res->write_order;
	struct drbd_incoming *in = &conn->in;

	for (;;) {
		struct drbd_incoming_epoch *epoch = drbd_incoming_epoch(conn, in->first);

		if (!drbd_epoch_may_finish(&epoch->e, true, order, !conn->out.up))
			return false;
		confirm(conn, epoch);
		epoch->e = (struct drbd_epoch_received) {};
		if (in->first == in->last)
			return true;
		in->first++;
	}
}

/**
 * drbd_epochs_reset() - begin with an empty epoch
 * @conn: of which connection, locked; none of its writes is on its way
 */
void drbd_epochs_reset(struct drbd_connection *conn)
{
	struct drbd_incoming *in = &conn->in;
	unsigned int i;

	for (i = 0; i < DRBD_INCOMING_EPOCHS; i++) {
		if (in->epochs[i].reply)
			drbd_reply_free(in->epochs[i].reply);
		in->epochs[i] = (struct drbd_incoming_epoch) {};
	}
	in->first = 0;
	in->last = 0;
	in->has_oldest = false;
}

static bool mark_done(struct drbd_connection *conn)
{
	struct drbd_incoming *in = &conn->in;
	bool finished;

	spin_lock_irq(&conn->res->st.lock);
	drbd_incoming_epoch(conn, in->last)->e.flags |= DRBD_EPOCH_BARRIER_DONE;
	finished = drbd_epochs_finish(conn);
	spin_unlock_irq(&conn->res->st.lock);
	return finished;
}

static int end_epoch(struct drbd_connection *conn, u32 steps)
{
	struct drbd_incoming *in = &conn->in;
	bool finished = false;

	if (steps & DRBD_EPOCH_DRAIN && !drbd_incoming_wait(conn, &in->active))
		return -ECONNRESET;
	if (steps & DRBD_EPOCH_FLUSH)
		flush_disks(conn->res);
	if (steps & DRBD_EPOCH_MARK_DONE)
		finished = mark_done(conn);
	if (finished)
		return 0;
	if (steps & DRBD_EPOCH_ACKS && !drbd_incoming_wait(conn, &in->unsent))
		return -ECONNRESET;
	if (steps & DRBD_EPOCH_NEW) {
		spin_lock_irq(&conn->res->st.lock);
		in->last++;
		spin_unlock_irq(&conn->res->st.lock);
	}
	return 0;
}

/**
 * drbd_got_barrier() - take P_BARRIER
 * @conn: where it came from
 * @nr: number of the epoch that it ends
 *
 * Context: the receiver.
 *
 * Return: 0, or a negative errno.
 */
int drbd_got_barrier(struct drbd_connection *conn, u32 nr)
{
	struct drbd_peer_reply *reply = drbd_reply_alloc(DRBD_P_BARRIER_ACK, NULL, GFP_NOIO);
	struct drbd_incoming *in = &conn->in;
	struct drbd_incoming_epoch *epoch;
	bool finished, empty;
	u32 steps = 0;

	drbd_write_order_update(conn->res);
	spin_lock_irq(&conn->res->st.lock);
	epoch = drbd_incoming_epoch(conn, in->last);
	/* Without a write there is nothing to put in order, and nobody waits for it. */
	empty = !epoch->e.size;
	if (!empty) {
		epoch->e.nr = nr;
		epoch->e.flags |= DRBD_EPOCH_HAS_NUMBER;
		epoch->reply = reply;
		in->has_oldest = false;
		finished = drbd_epochs_finish(conn);
		steps = drbd_epoch_barrier(&epoch->e, conn->res->write_order, finished,
					   in->last - in->first + 1 < DRBD_INCOMING_EPOCHS);
	}
	spin_unlock_irq(&conn->res->st.lock);
	if (!empty)
		return end_epoch(conn, steps);
	drbd_reply_free(reply);
	return 0;
}

/* ---- room in the activity log ---- */

/* Locked. Returns whether there is room; if not, how many writes to confirm. */
static bool has_room(struct drbd_connection *conn, struct drbd_device *dev, u32 extents,
		     u32 *confirm)
{
	struct drbd_incoming *in = &conn->in;
	struct drbd_epoch_received epoch = drbd_incoming_epoch(conn, in->last)->e;
	const struct drbd_headroom room = {
		.need = dev->actlog.wanted + extents, .slots = dev->actlog.al.slots,
		.used = dev->actlog.al.used, .is_oldest = !in->has_oldest,
	};

	epoch.size++;
	return drbd_epoch_headroom(&room, &epoch, confirm);
}

/* Locked. What is confirmed is after all acks, and the next write begins a new set. */
static void confirm_stable(struct drbd_connection *conn, struct drbd_peer_reply *reply, u32 count)
{
	struct drbd_incoming *in = &conn->in;

	reply->body.confirm.oldest_block_id = in->oldest;
	reply->body.confirm.youngest_block_id = in->youngest;
	reply->body.confirm.set_size = count;
	drbd_incoming_epoch(conn, in->last)->e.confirmed += count;
	in->has_oldest = false;
	drbd_reply_queue(conn, reply);
}

/**
 * drbd_incoming_room() - make sure that a write will get its extents
 * @conn: where it comes from
 * @dev: the device, with a reference to its disk
 * @extents: how many extents it needs
 *
 * Extents of writes are given back when the peer has got a barrier ack, and its barrier
 * may be behind this write.
 *
 * Context: the receiver.
 *
 * Return: 0, or -ECONNRESET if the connection was lost.
 */
int drbd_incoming_room(struct drbd_connection *conn, struct drbd_device *dev, u32 extents)
{
	struct drbd_states *st = &conn->res->st;
	struct drbd_incoming *in = &conn->in;
	struct drbd_peer_reply *reply;
	u32 count = 0;
	bool room;

	spin_lock_irq(&st->lock);
	room = has_room(conn, dev, extents, &count);
	spin_unlock_irq(&st->lock);
	if (room || !count)
		return 0;
	if (!drbd_incoming_wait(conn, &in->active))
		return -ECONNRESET;
	if (READ_ONCE(conn->res->write_order) >= DRBD_ORDER_FLUSH)
		flush_disks(conn->res);
	if (!drbd_incoming_wait(conn, &in->unsent))
		return -ECONNRESET;
	reply = drbd_reply_alloc(DRBD_P_CONFIRM_STABLE, NULL, GFP_NOIO);
	spin_lock_irq(&st->lock);
	room = has_room(conn, dev, extents, &count);
	if (!room && count)
		confirm_stable(conn, reply, count);
	spin_unlock_irq(&st->lock);
	if (room || !count)
		drbd_reply_free(reply);
	return 0;
}

/* ---- who else has a write ---- */

static u64 sync_targets(struct drbd_resource *res, int volume)
{
	struct drbd_state *s = &res->st.s;
	int d = drbd_states_dev(&res->st, volume);
	unsigned int c;
	u64 nodes = 0;

	for (c = 0; d >= 0 && c < s->nconn; c++) {
		switch (drbd_state_pd(s, d, c)->old.repl) {
		case DRBD_R_SYNC_SOURCE:
		case DRBD_R_PAUSED_SYNC_S:
		case DRBD_R_WF_BITMAP_S:
			nodes |= drbd_node_mask(s->conn[c].node_id);
			break;
		default:
			break;
		}
	}
	return nodes;
}

/* Who cannot be told that it misses something has to find out by connecting again. */
static void tell(struct drbd_peer_req *req, int node)
{
	struct drbd_connection *conn = xa_load(&req->pd->conn->res->connections, node);
	struct drbd_peer_device *pd;
	struct drbd_peer_reply *reply;

	pd = conn ? xa_load(&conn->peer_devices, req->pd->dev->volume) : NULL;
	if (!pd)
		return;
	reply = drbd_reply_alloc(DRBD_P_OUT_OF_SYNC, pd, GFP_ATOMIC);
	if (!reply) {
		drbd_transport_abort(conn->transport);
		return;
	}
	reply->body.block.sector = req->sector;
	reply->body.block.blksize = req->bytes;
	drbd_reply_queue(conn, reply);
}

/* Whether the disk is still the one that the write was, or will be, written to. */
static bool has_its_disk(const struct drbd_peer_req *req)
{
	const struct drbd_actlog *log = &req->pd->dev->actlog;

	return log->memory &&
	       (req->r.stage < DRBD_PEER_REQ_DONE || req->ex.incarnation == log->incarnation);
}

/* Locked. Without @acked, nobody will ever say which nodes have it. */
static void settle(struct drbd_peer_req *req, bool acked, u64 nodes)
{
	struct drbd_device *dev = req->pd->dev;
	const struct drbd_received_write write = {
		.sender = req->pd->conn->node_id,
		.has_disk = has_its_disk(req),
		.failed = req->r.flags & DRBD_PEER_REQ_FAILED,
	};
	u64 targets = sync_targets(dev->res, dev->volume);
	struct drbd_peer_ack_plan plan;
	s8 slot_node[DRBD_NODES];
	int node;

	drbd_bits_nodes(dev, slot_node);
	if (acked)
		drbd_peer_ack_plan(&write, nodes, targets, slot_node, DRBD_NODES, &plan);
	else
		drbd_peer_ack_lost_plan(&write, targets, slot_node, DRBD_NODES, &plan);
	drbd_bits_change(dev, plan.set, plan.clear, req->sector, req->bytes);
	for (node = 0; plan.tell && node < DRBD_NODES; node++) {
		if (plan.tell & drbd_node_mask(node))
			tell(req, node);
	}
}

/**
 * drbd_got_peer_ack() - take P_PEER_ACK
 * @conn: where it came from
 * @dagtag: it is about all writes up to there
 * @nodes: mask of the nodes that have them
 *
 * Context: any, unlocked.
 *
 * Return: 0, or -EPROTO if it is about a write that was not acknowledged.
 */
int drbd_got_peer_ack(struct drbd_connection *conn, u64 dagtag, u64 nodes)
{
	struct drbd_states *st = &conn->res->st;
	struct drbd_peer_req *req, *next;
	unsigned long irq;
	u64 bad = 0;
	int rv = 0;

	spin_lock_irqsave(&st->lock, irq);
	list_for_each_entry_safe(req, next, &conn->in.order, order) {
		if (!drbd_peer_ack_covers(dagtag, req->dagtag))
			break;
		if (req->r.stage != DRBD_PEER_REQ_WAIT_PEER_ACK) {
			bad = req->dagtag;
			rv = -EPROTO;
			break;
		}
		settle(req, true, nodes);
		drbd_peer_req_release(req, DRBD_PEER_REQ_EV_PEER_ACK);
	}
	spin_unlock_irqrestore(&st->lock, irq);
	if (rv)
		drbd_err(conn->res,
			 "peer %d: P_PEER_ACK for dagtag %llu, write with dagtag %llu is not done\n",
			 conn->node_id, dagtag, bad);
	return rv;
}

/**
 * drbd_incoming_forget() - no peer ack will come any more
 * @conn: from where, locked; none of its writes is on its way
 */
void drbd_incoming_forget(struct drbd_connection *conn)
{
	struct drbd_peer_req *req, *next;

	list_for_each_entry_safe(req, next, &conn->in.order, order) {
		req->pd->dev->orphaned |= ~drbd_node_mask(conn->node_id);
		settle(req, false, 0);
		drbd_peer_req_release(req, DRBD_PEER_REQ_EV_FORGET);
	}
}

/**
 * drbd_peer_writes_oos() - a new sync target must not miss what others may miss
 * @res: the resource, locked
 * @node: the Primary whose writes it is about
 * @volume: number of the volume
 *
 * The bits of writes without a peer ack are set before the bitmap is sent.
 *
 * Context: any.
 */
void drbd_peer_writes_oos(struct drbd_resource *res, int node, int volume)
{
	struct drbd_connection *conn = xa_load(&res->connections, node);
	struct drbd_peer_req *req;

	if (!conn)
		return;
	list_for_each_entry(req, &conn->in.order, order) {
		if (req->pd->dev->volume == volume)
			settle(req, false, 0);
	}
}
