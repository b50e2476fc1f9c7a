// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sender of a connection
 *
 * A work item that sends what is there to be sent on the data stream: first jobs, then
 * requests of the transfer log, in their order. Another one sends acks on the control
 * stream. Both run on a queue of their own: what they do lets others free memory.
 *
 * Source: spec/io.md 4.
 */

#include "../core/admission.h"
#include "digest.h"
#include "packets.h"
#include "receiver.h"
#include "request.h"
#include "sender.h"

static struct workqueue_struct *wq;

/**
 * drbd_sender_init() - make the queue
 *
 * Return: 0, or -ENOMEM.
 */
int drbd_sender_init(void)
{
	wq = alloc_workqueue("drbd_send", WQ_UNBOUND | WQ_MEM_RECLAIM | WQ_HIGHPRI, 0);
	return wq ? 0 : -ENOMEM;
}

/**
 * drbd_sender_exit() - undo drbd_sender_init()
 */
void drbd_sender_exit(void)
{
	destroy_workqueue(wq);
}

/* ---- packets ---- */

/**
 * drbd_send_block() - send a packet with data of blocks
 * @conn: to whom
 * @number: of the packet
 * @volume: number of the volume
 * @body: the fixed part
 * @bio: has the data
 * @bytes: how much it has
 * @stable: nobody changes it before the peer has got it
 *
 * Context: may sleep.
 *
 * Return: 0, or a negative errno after which the connection is on its way down.
 */
int drbd_send_block(struct drbd_connection *conn, u32 number, int volume,
		    const union drbd_wire_body *body, struct bio *bio, u32 bytes, bool stable)
{
	const struct drbd_wire_packet *packet = drbd_wire_packet(number);
	u8 buf[DRBD_WIRE_MAX_HEADER + DRBD_WIRE_MAX_FIXED + DRBD_WIRE_MAX_DIGEST];
	u32 digest = conn->link.data_digest;
	struct drbd_transport *tr = conn->transport;
	struct drbd_wire_header head;
	struct drbd_wire_error err;
	int len, fixed, rv;

	if (drbd_wire_announce(&conn->link, packet, volume, digest + bytes, &head, &err))
		goto bad;
	len = drbd_wire_header_encode(&head, buf, sizeof(buf));
	fixed = len < 0 ? len : drbd_wire_encode(&conn->link, packet, body, buf + len,
						 sizeof(buf) - len, &err);
	if (fixed < 0)
		goto bad;
	len += fixed;
	/* What has a digest must not change before it is on the wire. */
	if (digest && drbd_integrity_sending(conn, bio, buf + len))
		return -EIO;
	drbd_transport_send_begin(tr, DRBD_DATA_STREAM);
	rv = drbd_transport_send_buf(tr, DRBD_DATA_STREAM, buf, len + digest, DRBD_SEND_MORE);
	if (!rv)
		rv = drbd_transport_send_bio(tr, bio, stable && !digest ? DRBD_SEND_ZEROCOPY : 0);
	drbd_transport_send_end(tr, DRBD_DATA_STREAM);
	if (!rv && digest)
		drbd_integrity_sent(conn, bio, buf + len);
	if (rv)
		drbd_conn_lost(conn, rv == -EAGAIN ? DRBD_C_TIMEOUT : DRBD_C_NETWORK_FAILURE);
	return rv;
bad:
	drbd_err(conn->res, "peer %d: cannot send %s: %s 0x%llx\n", conn->node_id, err.packet,
		 err.field, err.value);
	drbd_conn_lost(conn, DRBD_C_PROTOCOL_ERROR);
	return -EPROTO;
}

/**
 * drbd_send_out_of_sync() - tell a peer that it misses something
 * @pd: which peer, of which volume
 * @sector: where that begins
 * @bytes: size of it
 *
 * Context: may sleep.
 *
 * Return: 0, or a negative errno.
 */
int drbd_send_out_of_sync(struct drbd_peer_device *pd, u64 sector, u32 bytes)
{
	const union drbd_wire_body body = {
		.block = { .sector = sector, .blksize = bytes },
	};

	return drbd_send_packet(pd->conn, DRBD_P_OUT_OF_SYNC, pd->dev->volume, &body, NULL, 0);
}

static int send_barrier(struct drbd_connection *conn, u32 nr)
{
	const union drbd_wire_body body = { .barrier = { .barrier = nr } };

	spin_lock_irq(&conn->res->st.lock);
	conn->out.barrier_sent = get_jiffies_64();
	spin_unlock_irq(&conn->res->st.lock);
	return drbd_send_packet(conn, DRBD_P_BARRIER, DRBD_NO_VOLUME, &body, NULL, 0);
}

static int send_dagtag(struct drbd_connection *conn, u64 dagtag)
{
	const union drbd_wire_body body = { .dagtag = { .dagtag = dagtag } };

	return drbd_send_packet(conn, DRBD_P_DAGTAG, DRBD_NO_VOLUME, &body, NULL, 0);
}

/* ---- what comes from the transfer log ---- */

/* What a packet needs, looked up under the state lock. */
struct entry {
	struct drbd_req *req;
	struct drbd_peer_device *pd;
	enum drbd_epoch_entry kind;
	bool barrier;
	u32 barrier_nr;
	bool dagtag;
	u64 dagtag_before;
	bool state;
	bool out_of_sync;
	bool copy;
	u32 flags;
};

static u32 data_flags(struct drbd_req *req, u16 leg, enum drbd_repl repl)
{
	u32 flags = 0;

	if (req->op & REQ_SYNC)
		flags |= DRBD_DP_RW_SYNC;
	if (req->op & REQ_FUA)
		flags |= DRBD_DP_FUA;
	if (req->op & REQ_PREFLUSH)
		flags |= DRBD_DP_FLUSH;
	switch (req->op & REQ_OP_MASK) {
	case REQ_OP_DISCARD:
		flags |= DRBD_DP_DISCARD;
		break;
	case REQ_OP_WRITE_ZEROES:
		flags |= DRBD_DP_ZEROES;
		if (!(req->op & REQ_NOUNMAP))
			flags |= DRBD_DP_DISCARD;
		break;
	default:
		break;
	}
	if (repl >= DRBD_R_SYNC_SOURCE && repl <= DRBD_R_PAUSED_SYNC_T)
		flags |= DRBD_DP_MAY_SET_IN_SYNC | DRBD_DP_SEND_WRITE_ACK;
	if (leg & DRBD_LEG_EXPECT_RECV_ACK)
		flags |= DRBD_DP_SEND_RECEIVE_ACK;
	if (leg & DRBD_LEG_EXPECT_WRITE_ACK)
		flags |= DRBD_DP_SEND_WRITE_ACK;
	return flags;
}

static struct drbd_req *next_queued(struct drbd_connection *conn)
{
	struct drbd_outgoing *out = &conn->out;

	while (out->next && !(out->next->r.leg[conn->node_id] & DRBD_LEG_QUEUED))
		out->next = list_is_last(&out->next->log, &conn->res->log) ?
			    NULL : list_next_entry(out->next, log);
	return out->next;
}

/* Locked. The next one to be sent: it stays until the sender has dealt with it. */
static bool take_entry(struct drbd_connection *conn, struct entry *e)
{
	struct drbd_req *req = next_queued(conn);
	struct drbd_outgoing *out = &conn->out;
	struct drbd_state_pd *sp;
	struct drbd_device *dev;
	u16 leg;
	int d;

	if (!req || !(req->r.leg[conn->node_id] & DRBD_LEG_READY))
		return false;
	dev = req->dev;
	leg = req->r.leg[conn->node_id];
	*e = (struct entry) { .req = req, .kind = DRBD_EPOCH_READ };
	e->pd = xa_load(&conn->peer_devices, dev->volume);
	if (req->r.state & DRBD_REQ_WRITE)
		e->kind = leg & DRBD_LEG_EXPECT_BARRIER_ACK ? DRBD_EPOCH_WRITE :
							      DRBD_EPOCH_OUT_OF_SYNC;
	e->barrier = drbd_epoch_send(&out->epoch, e->kind, req->epoch, &e->barrier_nr);
	e->out_of_sync = leg & DRBD_LEG_OUT_OF_SYNC;
	if (e->kind != DRBD_EPOCH_WRITE)
		return true;
	sp = drbd_states_pd(&conn->res->st, conn->node_id, dev->volume);
	d = drbd_states_dev(&conn->res->st, dev->volume);
	if (e->pd && d >= 0)
		e->state = drbd_state_before_data(e->pd->told_disk,
						  conn->res->st.s.dev[d].old.disk);
	e->dagtag = drbd_dagtag_sending(&out->sent, req->dagtag, req->r.size);
	e->dagtag_before = req->dagtag - (req->r.size >> SECTOR_SHIFT);
	e->flags = data_flags(req, leg, sp ? sp->old.repl : DRBD_R_OFF);
	e->copy = !(leg & (DRBD_LEG_EXPECT_RECV_ACK | DRBD_LEG_EXPECT_WRITE_ACK));
	return true;
}

static int send_data(struct drbd_connection *conn, const struct entry *e)
{
	struct drbd_req *req = e->req;
	union drbd_wire_body body = {
		.data = {
			.sector = req->sector, .block_id = req->iv.id,
			.seq_num = e->pd ? drbd_next_seq(e->pd) : 0, .dp_flags = e->flags,
			.size = req->r.size,
		},
	};
	int volume = req->dev->volume;

	if (!(req->r.state & DRBD_REQ_BATCH))
		return drbd_send_block(conn, DRBD_P_DATA, volume, &body, req->master, req->r.size,
				       !e->copy);
	if (e->flags & DRBD_DP_ZEROES && conn->link.features & DRBD_FF_WZEROES)
		return drbd_send_packet(conn, DRBD_P_ZEROES, volume, &body, NULL, 0);
	body.data.dp_flags &= ~DRBD_DP_ZEROES;
	body.data.dp_flags |= DRBD_DP_DISCARD;
	return drbd_send_packet(conn, DRBD_P_TRIM, volume, &body, NULL, 0);
}

static int send_read(struct drbd_connection *conn, struct drbd_req *req)
{
	const union drbd_wire_body body = {
		.block = {
			.sector = req->sector, .block_id = req->iv.id, .blksize = req->r.size,
		},
	};

	return drbd_send_packet(conn, DRBD_P_DATA_REQUEST, req->dev->volume, &body, NULL, 0);
}

static int send_entry(struct drbd_connection *conn, struct entry *e)
{
	enum drbd_request_event event = DRBD_REQ_EV_SENT_OK;
	int rv = 0;

	if (e->barrier)
		rv = send_barrier(conn, e->barrier_nr);
	if (!rv && e->state)
		rv = drbd_send_current_state(e->pd);
	if (!rv && e->dagtag)
		rv = send_dagtag(conn, e->dagtag_before);
	switch (e->kind) {
	case DRBD_EPOCH_WRITE:
		if (!rv)
			rv = send_data(conn, e);
		break;
	case DRBD_EPOCH_OUT_OF_SYNC:
		if (!rv && e->out_of_sync && e->pd)
			rv = drbd_send_out_of_sync(e->pd, e->req->sector, e->req->r.size);
		event = DRBD_REQ_EV_OUT_OF_SYNC_SENT;
		break;
	case DRBD_EPOCH_READ:
		if (!rv)
			rv = send_read(conn, e->req);
		break;
	}
	if (rv && e->kind != DRBD_EPOCH_OUT_OF_SYNC)
		event = DRBD_REQ_EV_SEND_FAIL;
	spin_lock_irq(&conn->res->st.lock);
	e->req->sent = get_jiffies_64();
	if (!rv && e->pd)
		e->pd->sent += drbd_request_payload(&e->req->r) >> SECTOR_SHIFT;
	drbd_req_event(e->req, event, conn->node_id, false);
	spin_unlock_irq(&conn->res->st.lock);
	drbd_req_finish(conn->res);
	return rv;
}

/* Returns 1 if something was sent. */
static int run_log(struct drbd_connection *conn)
{
	struct drbd_resource *res = conn->res;
	struct drbd_outgoing *out = &conn->out;
	struct drbd_epoch_idle idle = {};
	bool taken, first = false, up;
	struct entry e;
	u64 dagtag = 0;
	int c, rv = 0;
	u32 nr = 0;

	spin_lock_irq(&res->st.lock);
	c = drbd_states_conn(&res->st, conn->node_id);
	up = out->up && c >= 0 && res->st.s.conn[c].old.cstate == DRBD_C_CONNECTED;
	if (up && out->want_dagtag) {
		out->want_dagtag = false;
		first = true;
		dagtag = res->dagtag.now;
		drbd_dagtag_sending(&out->sent, dagtag, 0);
	}
	taken = up && take_entry(conn, &e);
	if (up && !taken) {
		struct drbd_req *next = next_queued(conn);

		idle = (struct drbd_epoch_idle) {
			.nr = res->epoch.nr, .dagtag_seen = !next, .next_not_ready = next,
		};
		up = drbd_epoch_send_idle(&out->epoch, &idle, &nr);
	}
	spin_unlock_irq(&res->st.lock);
	if (first)
		rv = send_dagtag(conn, dagtag);
	if (taken)
		rv = send_entry(conn, &e) ?: rv;
	else if (up && !rv)
		rv = send_barrier(conn, nr);
	return rv ?: taken;
}

/* ---- work ---- */

static struct drbd_job *next_job(struct drbd_connection *conn, struct list_head *jobs)
{
	struct drbd_job *job;

	spin_lock_irq(&conn->res->st.lock);
	job = list_first_entry_or_null(jobs, struct drbd_job, entry);
	if (job)
		list_del_init(&job->entry);
	spin_unlock_irq(&conn->res->st.lock);
	return job;
}

static void run_jobs(struct drbd_connection *conn, struct list_head *jobs, bool cancel)
{
	struct drbd_job *job;

	while ((job = next_job(conn, jobs)))
		job->run(conn, job, cancel);
}

static void push(struct drbd_connection *conn, enum drbd_stream stream)
{
	drbd_transport_send_begin(conn->transport, stream);
	drbd_transport_hint(conn->transport, stream, DRBD_HINT_PUSH);
	drbd_transport_send_end(conn->transport, stream);
}

static void send_work(struct work_struct *work)
{
	struct drbd_connection *conn = container_of(work, struct drbd_connection, out.work);
	int rv;

	do {
		run_jobs(conn, &conn->out.jobs, false);
		rv = run_log(conn);
	} while (rv > 0);
	if (!rv)
		push(conn, DRBD_DATA_STREAM);
}

static void ack_work(struct work_struct *work)
{
	struct drbd_connection *conn = container_of(work, struct drbd_connection, out.ack_work);

	run_jobs(conn, &conn->out.acks, false);
	push(conn, DRBD_CONTROL_STREAM);
}

static bool queue(struct drbd_connection *conn, struct drbd_job *job, struct list_head *jobs,
		  struct work_struct *work)
{
	lockdep_assert_held(&conn->res->st.lock);
	if (!conn->out.up)
		return false;
	list_add_tail(&job->entry, jobs);
	queue_work(wq, work);
	return true;
}

/**
 * drbd_sender_queue() - have something sent on the data stream
 * @conn: the connection, locked
 * @job: what
 *
 * Context: any.
 *
 * Return: false if the connection is down; the job stays with the caller then.
 */
bool drbd_sender_queue(struct drbd_connection *conn, struct drbd_job *job)
{
	return queue(conn, job, &conn->out.jobs, &conn->out.work);
}

/**
 * drbd_acks_queue() - have something sent on the control stream
 * @conn: the connection, locked
 * @job: what
 *
 * Context: any.
 *
 * Return: false if the connection is down; the job stays with the caller then.
 */
bool drbd_acks_queue(struct drbd_connection *conn, struct drbd_job *job)
{
	return queue(conn, job, &conn->out.acks, &conn->out.ack_work);
}

/**
 * drbd_sender_kick() - there may be something to send
 * @conn: the connection, locked
 *
 * Context: any.
 */
void drbd_sender_kick(struct drbd_connection *conn)
{
	if (conn->out.up)
		queue_work(wq, &conn->out.work);
}

/**
 * drbd_senders_kick() - there may be something to send to anybody
 * @res: the resource, locked
 *
 * Context: any.
 */
void drbd_senders_kick(struct drbd_resource *res)
{
	struct drbd_connection *conn;
	unsigned long i;

	rcu_read_lock();
	xa_for_each(&res->connections, i, conn)
		drbd_sender_kick(conn);
	rcu_read_unlock();
}

/* ---- life ---- */

/**
 * drbd_outgoing_init() - prepare a new connection
 * @conn: the connection
 */
void drbd_outgoing_init(struct drbd_connection *conn)
{
	INIT_LIST_HEAD(&conn->out.jobs);
	INIT_LIST_HEAD(&conn->out.acks);
	INIT_WORK(&conn->out.work, send_work);
	INIT_WORK(&conn->out.ack_work, ack_work);
}

/**
 * drbd_outgoing_up() - a handshake is through
 * @conn: the connection
 *
 * Context: the receiver.
 */
void drbd_outgoing_up(struct drbd_connection *conn)
{
	struct drbd_outgoing *out = &conn->out;

	spin_lock_irq(&conn->res->st.lock);
	out->epoch = (struct drbd_epoch_sender) {};
	out->mix = (struct drbd_epoch_mix) {};
	out->sent = (struct drbd_dagtag_sent) {};
	out->want_dagtag = false;
	out->incarnation++;
	out->since = get_jiffies_64();
	out->barrier_sent = out->since;
	out->up = true;
	spin_unlock_irq(&conn->res->st.lock);
}

static void cancel_entries(struct drbd_connection *conn)
{
	struct drbd_req *req;

	while ((req = next_queued(conn)))
		drbd_req_event(req, DRBD_REQ_EV_SEND_CANCEL, conn->node_id, false);
}

/**
 * drbd_outgoing_down() - a connection is cleaned up
 * @conn: the connection; its transport is closed
 *
 * Context: the receiver.
 */
void drbd_outgoing_down(struct drbd_connection *conn)
{
	struct drbd_resource *res = conn->res;

	spin_lock_irq(&res->st.lock);
	conn->out.up = false;
	spin_unlock_irq(&res->st.lock);
	cancel_work_sync(&conn->out.work);
	cancel_work_sync(&conn->out.ack_work);
	run_jobs(conn, &conn->out.jobs, true);
	run_jobs(conn, &conn->out.acks, true);
	spin_lock_irq(&res->st.lock);
	cancel_entries(conn);
	drbd_req_walk(res, drbd_state_suspended(&res->st.s, DRBD_OLD) ?
		      DRBD_REQ_EV_CONN_LOST_SUSPENDED : DRBD_REQ_EV_CONN_LOST, conn->node_id);
	spin_unlock_irq(&res->st.lock);
}
