// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers of peers to requests of applications
 *
 * Acks come with the control stream, in softirq. The data of reads comes with the data
 * stream and goes straight to the pages of the application.
 *
 * Source: spec/io.md 3, 4.2, 5.4.
 */

#include <linux/bio.h>

#include "../core/uuid_diskless.h"
#include "../core/wire_compat.h"
#include "digest.h"
#include "receiver.h"
#include "request.h"
#include "volume.h"

static int bad_answer(struct drbd_connection *conn, const char *what, u64 sector, u64 id)
{
	drbd_err(conn->res, "peer %d: %s for an unknown request: sector %llu, id 0x%llx\n",
		 conn->node_id, what, sector, id);
	return -EPROTO;
}

/* ---- acks ---- */

static int got_ack(struct drbd_connection *conn, int volume, const struct drbd_wire_block *w,
		   enum drbd_request_event event, const char *name)
{
	struct drbd_resource *res = conn->res;
	struct drbd_req *req = NULL;
	struct drbd_device *dev;
	unsigned long irq;
	bool unsure;

	rcu_read_lock();
	spin_lock_irqsave(&res->st.lock, irq);
	dev = xa_load(&res->devices, volume);
	if (dev)
		req = drbd_req_find(dev, w->sector, w->block_id);
	if (req)
		drbd_req_event(req, event, conn->node_id, drbd_req_held(dev, req->epoch));
	/* The peer need not have it, whatever it has confirmed before. */
	unsure = dev && !req && event == DRBD_REQ_EV_NEG_ACK && w->blksize &&
		 w->sector < get_capacity(dev->disk);
	if (unsure)
		drbd_bits_peer(dev, conn->node_id, w->sector, w->blksize, true);
	spin_unlock_irqrestore(&res->st.lock, irq);
	rcu_read_unlock();
	drbd_req_finish(res);
	return req || unsure ? 0 : bad_answer(conn, name, w->sector, w->block_id);
}

/* Before protocol 122, resyncs have some of their acks in common with requests. */
static int got_write_ack(struct drbd_connection *conn, u32 number, int volume,
			 const struct drbd_wire_block *w)
{
	switch (drbd_wire_ack_meaning(conn->link.version, number, w->block_id)) {
	case DRBD_ACK_RECEIVED:
		return got_ack(conn, volume, w, DRBD_REQ_EV_RECV_ACK, "P_RECV_ACK");
	case DRBD_ACK_WRITTEN:
		return got_ack(conn, volume, w, DRBD_REQ_EV_WRITE_ACK, "P_WRITE_ACK");
	case DRBD_ACK_WRITTEN_IN_SYNC:
		return got_ack(conn, volume, w, DRBD_REQ_EV_WRITE_ACK_IN_SYNC,
			       "P_WRITE_ACK_IN_SYNC");
	case DRBD_ACK_FAILED:
		return got_ack(conn, volume, w, DRBD_REQ_EV_NEG_ACK, "P_NEG_ACK");
	default:
		return -EOPNOTSUPP;
	}
}

/* Locked. No write of the exposed generation is left that the peer has to make durable. */
static bool all_durable(struct drbd_device *dev, int peer)
{
	struct drbd_req *req;

	list_for_each_entry(req, &dev->res->writes, writes) {
		if (req->dev == dev && drbd_epoch_reached(req->epoch, dev->exposed.epoch) &&
		    req->r.leg[peer] & DRBD_LEG_EXPECT_BARRIER_ACK &&
		    !(req->r.leg[peer] & DRBD_LEG_DONE))
			return false;
	}
	return true;
}

static bool expects(const struct drbd_req *req, int peer)
{
	u16 leg = req->r.leg[peer];

	return leg & DRBD_LEG_EXPECT_BARRIER_ACK && !(leg & DRBD_LEG_DONE);
}

/* Locked. */
static void deliver_barrier_ack(struct drbd_connection *conn,
				const struct drbd_barrier_check *check)
{
	struct drbd_resource *res = conn->res;
	int peer = conn->node_id;
	struct drbd_device *dev;
	unsigned long i;
	u32 count = 0;
	struct drbd_req *req;

	res->walk = list_first_entry_or_null(&res->log, struct drbd_req, log);
	while ((req = res->walk) && count < check->count) {
		res->walk = list_is_last(&req->log, &res->log) ? NULL :
								 list_next_entry(req, log);
		if (!(req->r.state & DRBD_REQ_WRITE) || !expects(req, peer) ||
		    req->epoch != check->epoch)
			continue;
		count++;
		drbd_req_event(req, DRBD_REQ_EV_BARRIER_ACK, peer, false);
	}
	res->walk = NULL;
	xa_for_each(&res->devices, i, dev) {
		drbd_diskless_barrier_ack(&dev->exposed, peer, check->epoch,
					  all_durable(dev, peer));
		drbd_req_confirm(dev);
	}
}

static int got_barrier_ack(struct drbd_connection *conn, struct drbd_barrier_check *check)
{
	struct drbd_resource *res = conn->res;
	enum drbd_barrier_verdict verdict;
	struct drbd_req *req;
	unsigned long irq;

	rcu_read_lock();
	spin_lock_irqsave(&res->st.lock, irq);
	list_for_each_entry(req, &res->writes, writes) {
		if (!drbd_barrier_check_entry(check, req->iv.id, req->epoch,
					      req->r.leg[conn->node_id]))
			break;
	}
	verdict = drbd_barrier_check_end(check);
	if (verdict == DRBD_BARRIER_OK)
		deliver_barrier_ack(conn, check);
	spin_unlock_irqrestore(&res->st.lock, irq);
	rcu_read_unlock();
	drbd_req_finish(res);
	if (verdict == DRBD_BARRIER_OK)
		return 0;
	drbd_err(res, "peer %d: bad barrier ack %u with %u writes, expected %u with %u (%d)\n",
		 conn->node_id, check->nr, check->claimed, check->epoch, check->count, verdict);
	return -EPROTO;
}

/**
 * drbd_request_control() - a packet of the control stream
 * @conn: from whom
 * @number: of the packet
 * @volume: from the packet
 * @body: the fixed part
 *
 * Context: softirq.
 *
 * Return: 0; -EOPNOTSUPP if it is not about a request; -EPROTO.
 */
int drbd_request_control(struct drbd_connection *conn, u32 number, int volume,
			 const union drbd_wire_body *body)
{
	struct drbd_barrier_check check;
	int rv;

	switch (number) {
	case DRBD_P_RECV_ACK:
	case DRBD_P_WRITE_ACK:
	case DRBD_P_WRITE_ACK_IN_SYNC:
	case DRBD_P_RS_WRITE_ACK:
	case DRBD_P_NEG_ACK:
		return got_write_ack(conn, number, volume, &body->block);
	case DRBD_P_NEG_DREPLY:
		return got_ack(conn, volume, &body->block, DRBD_REQ_EV_NEG_ACK, "P_NEG_DREPLY");
	case DRBD_P_BARRIER_ACK:
		drbd_barrier_ack_begin(&check, body->barrier.barrier, body->barrier.set_size);
		return got_barrier_ack(conn, &check);
	case DRBD_P_CONFIRM_STABLE:
		drbd_confirm_stable_begin(&check, body->confirm.oldest_block_id,
					  body->confirm.youngest_block_id,
					  body->confirm.set_size);
		rv = got_barrier_ack(conn, &check);
		if (!rv)
			drbd_send_peer_ack(conn->res);
		return rv;
	default:
		return -EOPNOTSUPP;
	}
}

/* ---- reads ---- */

static int receive_into(struct drbd_connection *conn, struct bio *bio, u32 bytes)
{
	struct bvec_iter iter;
	struct iov_iter to;
	struct bio_vec bv;
	int segments = 0, rv;

	bio_for_each_bvec(bv, bio, iter)
		segments++;
	iov_iter_bvec(&to, ITER_DEST, __bvec_iter_bvec(bio->bi_io_vec, bio->bi_iter), segments,
		      bytes);
	to.iov_offset = bio->bi_iter.bi_offset;
	rv = drbd_transport_recv(conn->transport, &to, true);
	if (rv < 0)
		return rv;
	return rv == bytes ? 0 : -ECONNRESET;
}

static int got_data_reply(struct drbd_connection *conn, struct drbd_peer_device *pd,
			  struct drbd_packet *p)
{
	struct drbd_resource *res = conn->res;
	const struct drbd_wire_data *w = &p->body.data;
	u32 bytes = drbd_integrity_bytes(conn, p);
	u8 digest[DRBD_WIRE_MAX_DIGEST];
	struct bio *master = NULL;
	struct drbd_req *req;
	int rv;

	spin_lock_irq(&res->st.lock);
	req = drbd_req_find(pd->dev, w->sector, w->block_id);
	if (req && !(req->r.state & DRBD_REQ_WRITE) &&
	    req->r.leg[conn->node_id] & DRBD_LEG_PENDING && req->r.size == bytes)
		master = req->master;
	spin_unlock_irq(&res->st.lock);
	if (!master)
		return bad_answer(conn, "P_DATA_REPLY", w->sector, w->block_id);
	/* Only this thread ends what the peer was asked for. */
	rv = drbd_integrity_head(conn, digest) ?: receive_into(conn, master, bytes) ?:
	     drbd_integrity_check(conn, p, master, w->sector, digest);
	if (rv)
		return rv;
	spin_lock_irq(&res->st.lock);
	pd->received += bytes >> SECTOR_SHIFT;
	drbd_req_event(req, DRBD_REQ_EV_DATA_RECEIVED, conn->node_id, false);
	spin_unlock_irq(&res->st.lock);
	drbd_req_finish(res);
	return 0;
}

/**
 * drbd_request_packet() - a packet of the data stream
 * @conn: from whom
 * @pd: which volume, NULL if it is about the connection
 * @p: the packet
 *
 * Context: the receiver.
 *
 * Return: 0; -EOPNOTSUPP if it is not about a request; or another negative errno.
 */
int drbd_request_packet(struct drbd_connection *conn, struct drbd_peer_device *pd,
			struct drbd_packet *p)
{
	switch (p->kind->number) {
	case DRBD_P_DATA_REPLY:
		return got_data_reply(conn, pd, p);
	default:
		return -EOPNOTSUPP;
	}
}
