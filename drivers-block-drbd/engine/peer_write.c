// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a peer writes here
 *
 * The receiver takes a write in, and goes on with the next packet. What the write has to
 * wait for (overlapping requests, the activity log, the disk) lets it go on when it is
 * there; core/peer_request.h tells what each of these steps leads to. The clean-up of a
 * connection waits until the disk has finished all its writes, so nothing that is at the
 * disk has to find out whether the connection is still the same.
 *
 * Source: spec/io.md 6
 */

#include <linux/mempool.h>

#include "../core/discard.h"
#include "digest.h"
#include "discard.h"
#include "incoming.h"
#include "packets.h"
#include "payload.h"
#include "request.h"
#include "resync_io.h"
#include "volume.h"

/* Writes that can be taken in without memory */
#define POOL_WRITES	128

static struct kmem_cache *cache;
static mempool_t *pool;
/* What makes room for others; discards sleep in it until the disk is through. */
static struct workqueue_struct *wq;

/* ---- the steps of a write ---- */

static int ack(struct drbd_connection *conn, struct drbd_job *job, bool cancel);
static void unblocked(struct drbd_interval *iv);
static void got_extents(struct drbd_extents *ex, bool ok);

static void epoch_done(struct drbd_connection *conn, u32 serial)
{
	drbd_incoming_epoch(conn, serial)->e.active--;
	if (!--conn->in.unsent)
		wake_up_all(&conn->res->st.wait);
	drbd_epochs_finish(conn);
}

static u32 get_extents(struct drbd_peer_req *req)
{
	struct drbd_device *dev = req->pd->dev;

	req->ex.got = got_extents;
	if (drbd_extents_try(dev, &req->ex, req->sector, req->bytes))
		return drbd_peer_request_event(&req->r, DRBD_PEER_REQ_EV_AL_OBTAINED);
	drbd_extents_wait(dev, &req->ex, true);
	return 0;
}

static void free_req(struct drbd_peer_req *req)
{
	struct drbd_device *dev = req->pd->dev;

	list_del(&req->order);
	mempool_free(req, pool);
	drbd_device_request_done(dev);
}

static void apply_accept(struct drbd_peer_req *req, u32 fx)
{
	struct drbd_connection *conn = req->pd->conn;
	struct drbd_incoming_epoch *epoch = drbd_incoming_epoch(conn, req->epoch);

	if (fx & DRBD_PEER_FX_EPOCH_SIZE)
		epoch->e.size++;
	if (fx & DRBD_PEER_FX_EPOCH_ACTIVE) {
		epoch->e.active++;
		conn->in.unsent++;
	}
	if (fx & DRBD_PEER_FX_UNACKED_INC)
		req->pd->in.unacked++;
	if (fx & DRBD_PEER_FX_ACTIVE_INC)
		conn->in.active++;
	if (fx & DRBD_PEER_FX_WANT_EXTENTS)
		req->pd->dev->actlog.wanted += req->extents;
	if (fx & DRBD_PEER_FX_ORDER)
		list_add_tail(&req->order, &conn->in.order);
}

static void apply_ack(struct drbd_peer_req *req, u32 fx, struct bio_list *gone)
{
	struct drbd_peer_device *pd = req->pd;
	struct drbd_device *dev = pd->dev;

	if (fx & DRBD_PEER_FX_SET_IN_SYNC)
		drbd_bits_peer(dev, pd->conn->node_id, req->sector, req->bytes, false);
	if (fx & DRBD_PEER_FX_UNACKED_DEC)
		pd->in.unacked--;
	if (fx & DRBD_PEER_FX_REMOVE)
		drbd_interval_remove(dev, &req->iv);
	if (fx & DRBD_PEER_FX_FREE_PAGES && req->bio) {
		bio_list_add(gone, req->bio);
		req->bio = NULL;
		drbd_incoming_pages_done(pd->conn, req->bytes);
	}
	if (fx & DRBD_PEER_FX_AL_PUT)
		drbd_extents_put(dev, &req->ex);
	if (fx & DRBD_PEER_FX_FREE)
		free_req(req);
}

/*
 * Locked. Does what a step of a write leads to; the write may be gone then.
 *
 * Acks are up to ack(), errors of the disk were dealt with before. Returns what is left:
 * DRBD_PEER_FX_SUBMIT, which needs a context that may sleep.
 */
static u32 apply(struct drbd_peer_req *req, u32 fx, struct bio_list *gone)
{
	struct drbd_peer_device *pd = req->pd;
	struct drbd_connection *conn = pd->conn;
	struct drbd_incoming *in = &conn->in;
	u32 epoch = req->epoch;

	lockdep_assert_held(&conn->res->st.lock);
	if (WARN_ON_ONCE(fx & (DRBD_PEER_FX_MISUSE | DRBD_PEER_FX_PROTOCOL_ERROR)))
		return 0;
	apply_accept(req, fx);
	if (fx & DRBD_PEER_FX_QUEUE_AL)
		fx |= get_extents(req);
	if (fx & DRBD_PEER_FX_GOT_EXTENTS)
		pd->dev->actlog.wanted -= req->extents;
	if (fx & DRBD_PEER_FX_OUT_OF_SYNC)
		drbd_bits_peer(pd->dev, conn->node_id, req->sector, req->bytes, true);
	/* Without a connection it is as if it was acknowledged. */
	if (fx & DRBD_PEER_FX_QUEUE_ACK && !drbd_acks_queue(conn, &req->job))
		fx |= drbd_peer_request_ack(&req->r, DRBD_R_OFF);
	if (fx & DRBD_PEER_FX_ACTIVE_DEC && !--in->active)
		wake_up_all(&conn->res->st.wait);
	if (fx & DRBD_PEER_FX_PUT_DISK)
		drbd_volume_put_disk(pd->dev);
	apply_ack(req, fx, gone);
	if (fx & DRBD_PEER_FX_EPOCH_DONE)
		epoch_done(conn, epoch);
	return fx & DRBD_PEER_FX_SUBMIT;
}

static void free_bios(struct bio_list *gone)
{
	struct bio *bio;

	while ((bio = bio_list_pop(gone)))
		drbd_payload_free(bio);
}

/**
 * drbd_peer_req_release() - a write is settled
 * @req: the write, locked; it is gone afterwards
 * @event: DRBD_PEER_REQ_EV_PEER_ACK or DRBD_PEER_REQ_EV_FORGET
 *
 * Its device may be gone when the lock is released.
 *
 * Context: any.
 */
void drbd_peer_req_release(struct drbd_peer_req *req, enum drbd_peer_request_event event)
{
	apply(req, drbd_peer_request_event(&req->r, event), NULL);
}

/* ---- acknowledgments ---- */

static u32 ack_number(struct drbd_connection *conn, u32 fx)
{
	if (fx & DRBD_PEER_FX_NEG_ACK)
		return DRBD_P_NEG_ACK;
	if (fx & DRBD_PEER_FX_WRITE_ACK)
		return DRBD_P_WRITE_ACK;
	if (!(fx & DRBD_PEER_FX_WRITE_ACK_IN_SYNC))
		return 0;
	return drbd_wire_packet(DRBD_P_WRITE_ACK_IN_SYNC)->since <= conn->link.version ?
	       DRBD_P_WRITE_ACK_IN_SYNC : DRBD_P_RS_WRITE_ACK;
}

static int ack(struct drbd_connection *conn, struct drbd_job *job, bool cancel)
{
	struct drbd_peer_req *req = container_of(job, struct drbd_peer_req, job);
	struct drbd_peer_device *pd = req->pd;
	int volume = pd->dev->volume, rv = 0;
	union drbd_wire_body body = {
		.block = {
			.sector = req->sector, .block_id = req->iv.id, .blksize = req->bytes,
		},
	};
	struct bio_list gone = BIO_EMPTY_LIST;
	struct drbd_state_pd *sp;
	u32 epoch = req->epoch, fx, number;

	spin_lock_irq(&conn->res->st.lock);
	sp = drbd_states_pd(&conn->res->st, conn->node_id, volume);
	fx = drbd_peer_request_ack(&req->r, sp && !cancel ? sp->old.repl : DRBD_R_OFF);
	number = ack_number(conn, fx);
	if (number)
		body.block.seq_num = drbd_next_seq(pd);
	/* The interval goes first: whoever gets the ack may write there again. */
	apply(req, fx & ~DRBD_PEER_FX_EPOCH_DONE, &gone);
	spin_unlock_irq(&conn->res->st.lock);
	if (number)
		rv = drbd_send_packet(conn, number, volume, &body, NULL, 0);
	spin_lock_irq(&conn->res->st.lock);
	if (fx & DRBD_PEER_FX_EPOCH_DONE)
		epoch_done(conn, epoch);
	spin_unlock_irq(&conn->res->st.lock);
	free_bios(&gone);
	return rv;
}

/* ---- the disk ---- */

static bool is_batch(const struct drbd_peer_req *req)
{
	return req->r.flags & (DRBD_PEER_REQ_TRIM | DRBD_PEER_REQ_ZERO_OUT);
}

static void finish(struct drbd_peer_req *req, bool failed)
{
	struct drbd_states *st = &req->pd->conn->res->st;
	struct bio_list gone = BIO_EMPTY_LIST;
	unsigned long irq;
	u32 fx;

	spin_lock_irqsave(&st->lock, irq);
	if (!failed)
		req->pd->dev->sectors[WRITE] += req->bytes >> SECTOR_SHIFT;
	fx = drbd_peer_request_event(&req->r, failed ? DRBD_PEER_REQ_EV_ERROR :
						       DRBD_PEER_REQ_EV_OK);
	apply(req, fx, &gone);
	spin_unlock_irqrestore(&st->lock, irq);
	free_bios(&gone);
}

static void write_done(struct bio *bio)
{
	struct drbd_peer_req *req = bio->bi_private;
	struct drbd_device *dev = req->pd->dev;
	blk_status_t status = bio->bi_status;

	/* The peer is told by the state as well; before it hears that this write failed. */
	if (status) {
		pr_err_ratelimited("drbd %s: volume %d: write of peer %d failed: %llus +%u: %d\n",
				   dev->res->name, dev->volume, req->pd->conn->node_id,
				   req->sector, req->bytes, blk_status_to_errno(status));
		drbd_volume_io_error(dev);
	}
	finish(req, status);
}

/* What a disk that was not meant for it can do with a discard says nothing about it. */
static int clear_range(struct drbd_peer_req *req)
{
	struct drbd_device *dev = req->pd->dev;
	struct block_device *bdev = drbd_data_bdev(dev->backing);
	unsigned int flags = 0;

	if (req->r.flags & DRBD_PEER_REQ_TRIM)
		flags |= DRBD_DISCARD_TRIM;
	if (req->r.flags & DRBD_PEER_REQ_ZERO_OUT)
		flags |= DRBD_DISCARD_ZERO_OUT;
	flags = drbd_discard_peer_flags(flags, drbd_can_discard(bdev),
					READ_ONCE(dev->disk_conf.discard_zeroes_if_aligned));
	return drbd_discard(bdev, req->sector, req->bytes, flags);
}

static void to_disk(struct drbd_peer_req *req)
{
	struct drbd_device *dev = req->pd->dev;
	struct bio *bio = req->bio;
	bool usable;

	spin_lock_irq(&dev->res->st.lock);
	usable = drbd_req_disk(dev) >= DRBD_D_INCONSISTENT;
	spin_unlock_irq(&dev->res->st.lock);
	if (!usable) {
		finish(req, true);
		return;
	}
	if (is_batch(req)) {
		finish(req, clear_range(req));
		return;
	}
	bio_set_dev(bio, drbd_data_bdev(dev->backing));
	bio->bi_iter.bi_sector = req->sector;
	bio->bi_opf = req->opf;
	bio->bi_private = req;
	bio->bi_end_io = write_done;
	submit_bio_noacct(bio);
}

static void disk_work(struct work_struct *work)
{
	to_disk(container_of(work, struct drbd_peer_req, work));
}

/* Discards take their time; whoever submits one has other things to do. */
static void submit(struct drbd_peer_req *req)
{
	if (is_batch(req))
		queue_work(wq, &req->work);
	else
		to_disk(req);
}

static void unblocked(struct drbd_interval *iv)
{
	struct drbd_peer_req *req = container_of(iv, struct drbd_peer_req, iv);
	u32 fx;

	drbd_interval_advance(req->pd->dev, iv, DRBD_INTERVAL_SUBMITTED);
	fx = drbd_peer_request_event(&req->r, DRBD_PEER_REQ_EV_UNBLOCKED);
	if (apply(req, fx, NULL))
		queue_work(wq, &req->work);
}

/* A disk that does not take the activity log is known to have failed by now. */
static void got_extents(struct drbd_extents *ex, bool ok)
{
	struct drbd_peer_req *req = container_of(ex, struct drbd_peer_req, ex);
	struct drbd_states *st = &req->pd->conn->res->st;

	spin_lock_irq(&st->lock);
	apply(req, drbd_peer_request_event(&req->r, DRBD_PEER_REQ_EV_AL_OBTAINED), NULL);
	spin_unlock_irq(&st->lock);
	submit(req);
}

/* ---- packets with a write ---- */

static enum drbd_peer_packet packet_of(const struct drbd_packet *p)
{
	switch (p->kind->number) {
	case DRBD_P_TRIM:
		return DRBD_PEER_TRIM;
	case DRBD_P_ZEROES:
		return DRBD_PEER_ZEROES;
	default:
		return DRBD_PEER_DATA;
	}
}

/* Who was faster than this node's own view of a commit is waited for. */
static int wait_for_connected(struct drbd_connection *conn)
{
	if (drbd_conn_cstate(conn) == DRBD_C_CONNECTING)
		wait_event_timeout(conn->res->st.wait,
				   drbd_conn_cstate(conn) != DRBD_C_CONNECTING,
				   msecs_to_jiffies(100 * READ_ONCE(conn->conf.ping_timeo)));
	switch (drbd_conn_cstate(conn)) {
	case DRBD_C_CONNECTED:
		return 0;
	case DRBD_C_CONNECTING:
		drbd_err(conn->res, "peer %d: it writes before it is connected\n", conn->node_id);
		return -EPROTO;
	default:
		return -ECONNRESET;
	}
}

/* Takes a reference to the disk if there is one to write to. */
static int examine(struct drbd_peer_device *pd, struct drbd_packet *p,
		   struct drbd_peer_write *write)
{
	const struct drbd_wire_data *w = &p->body.data;
	struct drbd_connection *conn = pd->conn;
	struct drbd_device *dev = pd->dev;
	struct drbd_peer_fault fault;
	struct drbd_state_pd *sp;

	*write = (struct drbd_peer_write) {
		.packet = packet_of(p),
		.sector = w->sector,
		.dp_flags = w->dp_flags,
		.capacity = get_capacity(dev->disk),
		.protocol = conn->link.version,
		.wire_protocol = conn->conf.wire_protocol,
		.wzeroes = conn->link.features & DRBD_FF_WZEROES,
	};
	write->size = write->packet == DRBD_PEER_DATA ? drbd_integrity_bytes(conn, p) : w->size;
	if (!drbd_peer_write_check(write, &fault)) {
		drbd_err(conn->res,
			 "peer %d: volume %d: %s: bad %s 0x%llx, limit 0x%llx (%llus +%u)\n",
			 conn->node_id, dev->volume, p->kind->name, fault.field, fault.value,
			 fault.limit, write->sector, write->size);
		return -EPROTO;
	}
	write->has_disk = drbd_volume_get_disk(dev);
	spin_lock_irq(&dev->res->st.lock);
	sp = drbd_states_pd(&dev->res->st, conn->node_id, dev->volume);
	write->peer_disk = sp ? sp->old.disk : DRBD_D_UNKNOWN;
	if (write->has_disk && drbd_req_disk(dev) < DRBD_D_INCONSISTENT) {
		write->has_disk = false;
		drbd_volume_put_disk(dev);
	}
	spin_unlock_irq(&dev->res->st.lock);
	return 0;
}

/* Locked. */
static void note_id(struct drbd_incoming *in, u64 id)
{
	if (!in->has_oldest)
		in->oldest = id;
	in->has_oldest = true;
	in->youngest = id;
}

/* Without a disk; but the peer counts it. */
static int refuse(struct drbd_peer_device *pd, struct drbd_packet *p, u32 bytes)
{
	const struct drbd_wire_data *w = &p->body.data;
	struct drbd_connection *conn = pd->conn;
	struct drbd_incoming *in = &conn->in;
	struct drbd_peer_reply *reply;
	int rv;

	rv = drbd_integrity_drain(conn, p);
	if (rv)
		return rv;
	reply = drbd_reply_alloc(DRBD_P_NEG_ACK, pd, GFP_NOIO);
	reply->numbered = true;
	reply->body.block.sector = w->sector;
	reply->body.block.block_id = w->block_id;
	reply->body.block.blksize = bytes;
	spin_lock_irq(&conn->res->st.lock);
	drbd_incoming_epoch(conn, in->last)->e.size++;
	drbd_dagtag_receive(&in->dagtag, bytes);
	drbd_resync_dagtag(conn->res, conn->node_id);
	note_id(in, w->block_id);
	drbd_reply_queue(conn, reply);
	spin_unlock_irq(&conn->res->st.lock);
	return 0;
}

/* Locked. Whether two Primaries write to the same place. */
static bool collides(struct drbd_peer_req *req)
{
	struct drbd_connection *conn = req->pd->conn;
	struct drbd_device *dev = req->pd->dev;
	struct drbd_interval *iv = NULL;

	if (!conn->conf.two_primaries)
		return false;
	while ((iv = drbd_interval_next(dev, req->sector, req->bytes, iv))) {
		if (!drbd_conflict_two_primaries(&iv->st))
			continue;
		drbd_err(conn->res,
			 "volume %d: Concurrent writes detected: local=%llus +%llu, remote=%llus +%u\n",
			 dev->volume, iv->first, (iv->last - iv->first + 1) << SECTOR_SHIFT,
			 req->sector, req->bytes);
		return true;
	}
	return false;
}

static struct drbd_peer_req *new_req(struct drbd_peer_device *pd, const struct drbd_wire_data *w,
				     u32 bytes)
{
	struct drbd_peer_req *req = mempool_alloc(pool, GFP_NOIO);

	*req = (struct drbd_peer_req) {
		.pd = pd, .sector = w->sector, .bytes = bytes, .opf = REQ_OP_WRITE,
		.job = { .run = ack },
		.extents = drbd_al_extents(w->sector, bytes),
	};
	if (w->dp_flags & DRBD_DP_RW_SYNC)
		req->opf |= REQ_SYNC;
	if (w->dp_flags & DRBD_DP_FUA)
		req->opf |= REQ_FUA;
	if (w->dp_flags & DRBD_DP_FLUSH)
		req->opf |= REQ_PREFLUSH;
	INIT_LIST_HEAD(&req->ex.entry);
	INIT_WORK(&req->work, disk_work);
	drbd_interval_init(&req->iv, w->sector, bytes, DRBD_INTERVAL_PEER_WRITE,
			   pd->conn->node_id, unblocked);
	req->iv.id = w->block_id;
	return req;
}

/* Locked. Returns whether to submit it. */
static bool accept(struct drbd_peer_req *req, struct drbd_peer_write *write,
		   struct drbd_peer_reply *recv_ack)
{
	struct drbd_peer_device *pd = req->pd;
	struct drbd_incoming *in = &pd->conn->in;
	u32 fx;

	pd->dev->requests++;
	req->epoch = in->last;
	drbd_interval_insert(pd->dev, &req->iv);
	write->blocked = drbd_interval_blocked(pd->dev, &req->iv);
	if (!write->blocked)
		drbd_interval_advance(pd->dev, &req->iv, DRBD_INTERVAL_SUBMITTED);
	fx = drbd_peer_request_accept(&req->r, write);
	/* Who waits for this position may rely on the interval. */
	req->dagtag = drbd_dagtag_receive(&in->dagtag, req->bytes);
	drbd_resync_dagtag(pd->dev->res, pd->conn->node_id);
	note_id(in, req->iv.id);
	if (write->packet == DRBD_PEER_DATA)
		pd->received += req->bytes >> SECTOR_SHIFT;
	if (recv_ack && fx & DRBD_PEER_FX_RECV_ACK)
		drbd_reply_queue(pd->conn, recv_ack);
	return apply(req, fx, NULL);
}

static struct drbd_peer_reply *prepare_recv_ack(const struct drbd_peer_req *req, u32 dp_flags)
{
	struct drbd_peer_reply *reply;

	if (!(dp_flags & DRBD_DP_SEND_RECEIVE_ACK))
		return NULL;
	reply = drbd_reply_alloc(DRBD_P_RECV_ACK, req->pd, GFP_NOIO);
	reply->numbered = true;
	reply->body.block.sector = req->sector;
	reply->body.block.block_id = req->iv.id;
	reply->body.block.blksize = req->bytes;
	return reply;
}

/* With the data in @req. Consumes it in any case. */
static int take(struct drbd_peer_req *req, struct drbd_peer_write *write)
{
	struct drbd_peer_reply *recv_ack = prepare_recv_ack(req, write->dp_flags);
	struct drbd_device *dev = req->pd->dev;
	struct drbd_states *st = &dev->res->st;
	bool collision, now = false;

	spin_lock_irq(&st->lock);
	collision = collides(req);
	if (!collision)
		now = accept(req, write, recv_ack);
	else if (req->bio)
		drbd_incoming_pages_done(req->pd->conn, req->bytes);
	spin_unlock_irq(&st->lock);
	if (!collision) {
		if (now)
			submit(req);
		return 0;
	}
	if (recv_ack)
		drbd_reply_free(recv_ack);
	if (req->bio)
		drbd_payload_free(req->bio);
	mempool_free(req, pool);
	drbd_volume_put_disk(dev);
	return -EPROTO;
}

static int receive_write(struct drbd_peer_device *pd, struct drbd_packet *p,
			 struct drbd_peer_write *write)
{
	struct drbd_connection *conn = pd->conn;
	struct drbd_peer_req *req = new_req(pd, &p->body.data, write->size);
	struct bio *bio;

	if (write->packet != DRBD_PEER_DATA)
		return take(req, write);
	drbd_incoming_throttle(conn, write->size);
	bio = drbd_integrity_receive(conn, p, write->sector);
	if (!IS_ERR(bio)) {
		req->bio = bio;
		return take(req, write);
	}
	spin_lock_irq(&conn->res->st.lock);
	drbd_incoming_pages_done(conn, write->size);
	spin_unlock_irq(&conn->res->st.lock);
	mempool_free(req, pool);
	drbd_volume_put_disk(pd->dev);
	return PTR_ERR(bio);
}

static int got_write(struct drbd_peer_device *pd, struct drbd_packet *p)
{
	struct drbd_connection *conn = pd->conn;
	struct drbd_peer_write write;
	int rv;

	rv = wait_for_connected(conn) ?: drbd_seq_wait(pd, p->body.data.seq_num) ?:
	     examine(pd, p, &write);
	if (rv)
		return rv;
	if (!write.has_disk)
		return refuse(pd, p, write.size);
	rv = drbd_incoming_room(conn, pd->dev, drbd_al_extents(write.sector, write.size));
	if (!rv)
		return receive_write(pd, p, &write);
	drbd_volume_put_disk(pd->dev);
	return rv;
}

/* ---- other packets ---- */

/* After all writes that came before. */
static int got_out_of_sync(struct drbd_peer_device *pd, const struct drbd_packet *p)
{
	const struct drbd_wire_block *w = &p->body.block;
	struct drbd_connection *conn = pd->conn;

	if (drbd_incoming_range(conn, pd, p, w->sector, w->blksize))
		return -EPROTO;
	if (!drbd_incoming_wait(conn, &conn->in.active) ||
	    !drbd_incoming_wait(conn, &conn->in.unsent))
		return -ECONNRESET;
	drbd_bits_peer(pd->dev, conn->node_id, w->sector, w->blksize, true);
	return 0;
}

static int got_dagtag(struct drbd_connection *conn, u64 dagtag)
{
	spin_lock_irq(&conn->res->st.lock);
	drbd_dagtag_receive_set(&conn->in.dagtag, dagtag);
	drbd_resync_dagtag(conn->res, conn->node_id);
	spin_unlock_irq(&conn->res->st.lock);
	return 0;
}

/**
 * drbd_peer_write_packet() - take a packet on the data stream
 * @conn: where it came from
 * @pd: of which volume, NULL if it is about the connection
 * @p: the packet
 *
 * Context: the receiver.
 *
 * Return: 0, -EOPNOTSUPP for a packet of others, or another negative errno.
 */
int drbd_peer_write_packet(struct drbd_connection *conn, struct drbd_peer_device *pd,
			   struct drbd_packet *p)
{
	switch (p->kind->number) {
	case DRBD_P_BARRIER:
		return drbd_got_barrier(conn, p->body.barrier.barrier);
	case DRBD_P_DAGTAG:
		return got_dagtag(conn, p->body.dagtag.dagtag);
	case DRBD_P_DATA:
	case DRBD_P_TRIM:
	case DRBD_P_ZEROES:
		return pd ? got_write(pd, p) : -EPROTO;
	case DRBD_P_OUT_OF_SYNC:
		return pd ? got_out_of_sync(pd, p) : -EPROTO;
	case DRBD_P_DATA_REQUEST:
		return pd ? drbd_got_data_request(conn, pd, p) : -EPROTO;
	default:
		return -EOPNOTSUPP;
	}
}

/**
 * drbd_peer_write_control() - take a packet on the control stream
 * @conn: where it came from
 * @number: of the packet
 * @volume: number of the volume, or DRBD_NO_VOLUME
 * @body: the packet
 *
 * Context: softirq.
 *
 * Return: 0, -EOPNOTSUPP for a packet of others, or another negative errno.
 */
int drbd_peer_write_control(struct drbd_connection *conn, u32 number, int volume,
			    const union drbd_wire_body *body)
{
	switch (number) {
	case DRBD_P_PEER_ACK:
		return drbd_got_peer_ack(conn, body->dagtag.dagtag, body->dagtag.mask);
	default:
		return -EOPNOTSUPP;
	}
}

/* ---- life ---- */

/**
 * drbd_peer_pool_init() - prepare for writes and reads of peers
 *
 * Return: 0, or a negative errno.
 */
int drbd_peer_pool_init(void)
{
	int err = -ENOMEM;

	cache = KMEM_CACHE(drbd_peer_req, 0);
	if (!cache)
		return -ENOMEM;
	pool = mempool_create_slab_pool(POOL_WRITES, cache);
	if (!pool)
		goto destroy_cache;
	wq = alloc_workqueue("drbd_peer", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!wq)
		goto destroy_pool;
	err = drbd_reply_init();
	if (err)
		goto destroy_wq;
	err = drbd_serve_init();
	if (!err)
		return 0;
	drbd_reply_exit();
destroy_wq:
	destroy_workqueue(wq);
destroy_pool:
	mempool_destroy(pool);
destroy_cache:
	kmem_cache_destroy(cache);
	return err;
}

/**
 * drbd_peer_pool_exit() - undo drbd_peer_pool_init()
 */
void drbd_peer_pool_exit(void)
{
	drbd_serve_exit();
	drbd_reply_exit();
	destroy_workqueue(wq);
	mempool_destroy(pool);
	kmem_cache_destroy(cache);
}

/**
 * drbd_incoming_init() - prepare a new connection
 * @conn: the connection
 */
void drbd_incoming_init(struct drbd_connection *conn)
{
	INIT_LIST_HEAD(&conn->in.order);
}

/**
 * drbd_incoming_up() - a handshake is through
 * @conn: the connection
 *
 * Context: the receiver.
 */
void drbd_incoming_up(struct drbd_connection *conn)
{
	struct drbd_peer_device *pd;
	unsigned long i;

	spin_lock_irq(&conn->res->st.lock);
	drbd_epochs_reset(conn);
	rcu_read_lock();
	xa_for_each(&conn->peer_devices, i, pd)
		pd->in = (struct drbd_incoming_device) {};
	rcu_read_unlock();
	spin_unlock_irq(&conn->res->st.lock);
	drbd_write_order_update(conn->res);
}

/* Locked. Those that did not get to the disk may as well have been lost on their way. */
static void cancel_waiting(struct drbd_connection *conn, struct bio_list *gone)
{
	struct drbd_peer_req *req, *next;

	list_for_each_entry_safe(req, next, &conn->in.order, order) {
		switch (req->r.stage) {
		case DRBD_PEER_REQ_WAIT_AL:
			if (!drbd_extents_cancel(req->pd->dev, &req->ex))
				break;
			fallthrough;
		case DRBD_PEER_REQ_WAIT_CONFLICT:
			apply(req, drbd_peer_request_event(&req->r, DRBD_PEER_REQ_EV_CANCEL),
			      gone);
			break;
		default:
			break;
		}
	}
}

/**
 * drbd_incoming_down() - a connection is cleaned up
 * @conn: the connection; its transport is closed, nothing is sent any more
 *
 * Waits for the disk.
 *
 * Context: the receiver.
 */
void drbd_incoming_down(struct drbd_connection *conn)
{
	struct drbd_states *st = &conn->res->st;
	struct drbd_incoming *in = &conn->in;
	struct bio_list gone = BIO_EMPTY_LIST;

	spin_lock_irq(&st->lock);
	cancel_waiting(conn, &gone);
	spin_unlock_irq(&st->lock);
	free_bios(&gone);
	wait_event(st->wait, !READ_ONCE(in->active) && !READ_ONCE(in->reads));
	spin_lock_irq(&st->lock);
	drbd_incoming_forget(conn);
	drbd_epochs_reset(conn);
	drbd_dagtag_lost(&in->dagtag);
	spin_unlock_irq(&st->lock);
}
