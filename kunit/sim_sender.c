// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data side of a simulated node: senders, and answers to what they sent
 */

#include "../core/uuid_diskless.h"
#include "../core/uuid_tell.h"
#include "sim_data.h"

/* ---- senders ---- */

static void send_barrier(struct sim_node *n, int peer, u32 nr)
{
	struct sim_msg *msg = sim_msg(n, DRBD_P_BARRIER, DRBD_NO_VOLUME);

	msg->body.barrier.barrier = nr;
	sim_send(n, peer, SIM_DATA, msg);
}

static void send_dagtag(struct sim_node *n, int peer, u64 dagtag)
{
	struct sim_msg *msg = sim_msg(n, DRBD_P_DAGTAG, DRBD_NO_VOLUME);

	msg->body.dagtag.dagtag = dagtag;
	sim_send(n, peer, SIM_DATA, msg);
}

static bool send_data(struct sim_node *n, int peer, struct sim_req *q)
{
	struct sim_msg *msg = sim_msg(n, DRBD_P_DATA, 0);
	enum drbd_repl repl = sim_repl(n, peer);
	u32 flags = 0;

	if (q->bio.fua)
		flags |= DRBD_DP_FUA;
	if (q->bio.flush)
		flags |= DRBD_DP_FLUSH;
	if (repl >= DRBD_R_SYNC_SOURCE && repl <= DRBD_R_PAUSED_SYNC_T)
		flags |= DRBD_DP_MAY_SET_IN_SYNC | DRBD_DP_SEND_WRITE_ACK;
	if (q->r.leg[peer] & DRBD_LEG_EXPECT_RECV_ACK)
		flags |= DRBD_DP_SEND_RECEIVE_ACK;
	if (q->r.leg[peer] & DRBD_LEG_EXPECT_WRITE_ACK)
		flags |= DRBD_DP_SEND_WRITE_ACK;
	msg->body.data.sector = sim_block_sector(q->bio.block);
	msg->body.data.block_id = q->id;
	msg->body.data.seq_num = ++n->data->peer[peer].seq;
	msg->body.data.dp_flags = flags;
	msg->content = q->bio.content;
	return sim_send(n, peer, SIM_DATA, msg);
}

static bool send_read(struct sim_node *n, int peer, struct sim_req *q)
{
	struct sim_msg *msg = sim_msg(n, DRBD_P_DATA_REQUEST, 0);

	msg->body.block.sector = sim_block_sector(q->bio.block);
	msg->body.block.block_id = q->id;
	msg->body.block.blksize = SIM_BLOCK_BYTES;
	return sim_send(n, peer, SIM_DATA, msg);
}

static void send_entry(struct sim_node *n, int peer, struct sim_req *q)
{
	struct sim_dpeer *p = &n->data->peer[peer];
	u16 leg = q->r.leg[peer];
	enum drbd_epoch_entry entry = DRBD_EPOCH_READ;
	bool ok;
	u32 nr;

	if (q->r.state & DRBD_REQ_WRITE)
		entry = leg & DRBD_LEG_EXPECT_BARRIER_ACK ? DRBD_EPOCH_WRITE :
			DRBD_EPOCH_OUT_OF_SYNC;
	if (drbd_epoch_send(&p->sender, entry, q->epoch, &nr))
		send_barrier(n, peer, nr);
	switch (entry) {
	case DRBD_EPOCH_WRITE:
		if (drbd_state_before_data(n->peer[peer].comm_disk, sim_own_disk(n)))
			sim_send_state(n, peer, 0);
		if (drbd_dagtag_sending(&p->sent, q->dagtag, q->r.size))
			send_dagtag(n, peer, q->dagtag - (q->r.size >> DRBD_SECTOR_SHIFT));
		ok = send_data(n, peer, q);
		sim_req_event(n, q, ok ? DRBD_REQ_EV_SENT_OK : DRBD_REQ_EV_SEND_FAIL, peer, false);
		break;
	case DRBD_EPOCH_OUT_OF_SYNC:
		if (leg & DRBD_LEG_OUT_OF_SYNC)
			sim_send_out_of_sync(n, peer, q->bio.block);
		sim_req_event(n, q, DRBD_REQ_EV_OUT_OF_SYNC_SENT, peer, false);
		break;
	case DRBD_EPOCH_READ:
		ok = send_read(n, peer, q);
		sim_req_event(n, q, ok ? DRBD_REQ_EV_SENT_OK : DRBD_REQ_EV_SEND_FAIL, peer, false);
		break;
	}
}

static struct sim_req *next_entry(struct sim_data *d, int peer)
{
	struct sim_req *q;

	list_for_each_entry(q, &d->log, log)
		if (q->r.leg[peer] & DRBD_LEG_QUEUED)
			return q;
	return NULL;
}

static void run_sender(struct sim_node *n, int peer)
{
	struct sim_data *d = n->data;
	struct sim_dpeer *p = &d->peer[peer];
	struct drbd_epoch_idle idle;
	struct sim_req *q;
	u32 nr;

	for (;;) {
		if (!sim_connected(n, peer) || p->down)
			return;
		q = next_entry(d, peer);
		if (p->want_dagtag) {
			p->want_dagtag = false;
			drbd_dagtag_sending(&p->sent, d->dagtag.now, 0);
			send_dagtag(n, peer, d->dagtag.now);
		}
		if (!q || !(q->r.leg[peer] & DRBD_LEG_READY))
			break;
		send_entry(n, peer, q);
	}
	idle = (struct drbd_epoch_idle) {
		.nr = d->epoch.nr, .dagtag_seen = !q, .next_not_ready = q,
	};
	if (drbd_epoch_send_idle(&p->sender, &idle, &nr))
		send_barrier(n, peer, nr);
}

/**
 * sim_senders_run() - send what can be sent
 * @n: the node
 */
void sim_senders_run(struct sim_node *n)
{
	int peer;

	for (peer = -1; sim_next_peer(n, &peer);)
		run_sender(n, peer);
}

/**
 * sim_senders_cancel() - the sender of a connection exits
 * @n: the node
 * @peer: the peer
 */
void sim_senders_cancel(struct sim_node *n, int peer)
{
	struct sim_req *q;

	while ((q = next_entry(n->data, peer)))
		sim_req_event(n, q, DRBD_REQ_EV_SEND_CANCEL, peer, false);
}

/**
 * sim_log_walk() - tell something to all of the transfer log
 * @n: the node
 * @event: what
 * @node: about which peer, or DRBD_NO_NODE
 */
void sim_log_walk(struct sim_node *n, enum drbd_request_event event, int node)
{
	struct sim_data *d = n->data;
	u64 id[SIM_REQS];
	unsigned int i, count = 0;
	struct sim_req *q;

	list_for_each_entry(q, &d->log, log)
		id[count++] = q->id;
	for (i = 0; i < count; i++) {
		q = &d->req[id[i] & 0xff];
		if (q->used && q->on_log && q->id == id[i])
			sim_req_event(n, q, event, node, false);
	}
}

/**
 * sim_mark_in_flight() - mark what a peer may not have, before a bitmap is sent
 * @n: the node
 * @peer: the peer
 */
void sim_mark_in_flight(struct sim_node *n, int peer)
{
	struct sim_req *q;

	list_for_each_entry(q, &n->data->log, log)
		if (q->r.state & DRBD_REQ_WRITE && !(q->r.leg[peer] & DRBD_LEG_OK))
			sim_bits_peer(n, peer, q->bio.block, true);
}

/* ---- answers ---- */

/**
 * sim_req_of() - look up the request that an answer is about
 * @n: the node
 * @id: from the packet
 * @sector: from the packet
 *
 * Return: the request, or NULL.
 */
struct sim_req *sim_req_of(struct sim_node *n, u64 id, u64 sector)
{
	struct sim_req *q;

	if ((id & 0xff) >= SIM_REQS)
		return NULL;
	q = &n->data->req[id & 0xff];
	return q->used && q->ready && q->id == id && sim_block_sector(q->bio.block) == sector ?
	       q : NULL;
}

static void got_ack(struct sim_node *n, int from, const struct sim_msg *msg,
		    enum drbd_request_event event)
{
	struct sim_req *q = sim_req_of(n, msg->body.block.block_id, msg->body.block.sector);

	if (!q) {
		sim_protocol_error(n, from, "answer to an unknown request");
		return;
	}
	sim_req_event(n, q, event, from, sim_req_held(n, q->epoch));
}

/* No write of the exposed generation is left that the peer has to make durable. */
static bool all_durable(struct sim_node *n, int peer)
{
	struct sim_req *q;

	list_for_each_entry(q, &n->data->log, log) {
		if (q->r.state & DRBD_REQ_WRITE &&
		    drbd_epoch_reached(q->epoch, n->vol[0].exposed.epoch) &&
		    q->r.leg[peer] & DRBD_LEG_EXPECT_BARRIER_ACK &&
		    !(q->r.leg[peer] & DRBD_LEG_DONE))
			return false;
	}
	return true;
}

/**
 * sim_confirm_check() - is the generation of a diskless Primary confirmed?
 * @n: the node
 */
void sim_confirm_check(struct sim_node *n)
{
	struct drbd_uuid_env env;
	u64 peers;

	if (!n->vol[0].exposed.unconfirmed)
		return;
	peers = n->sim->cfg.protocol == 'C' ? ~0ULL : 0;
	sim_uuid_env(n, 0, &env);
	if (drbd_diskless_confirm(&n->vol[0].exposed, &env, peers,
				  !n->s.suspend_on_no_quorum || n->dev[0].new.quorum))
		sim_log_walk(n, DRBD_REQ_EV_GENERATION_CONFIRMED, DRBD_NO_NODE);
}

static void deliver_barrier_ack(struct sim_node *n, int from,
				const struct drbd_barrier_check *check)
{
	struct sim_data *d = n->data;
	u64 id[SIM_REQS];
	unsigned int i, count = 0;
	struct sim_req *q;

	list_for_each_entry(q, &d->log, log) {
		bool expects = q->r.state & DRBD_REQ_WRITE &&
			       q->r.leg[from] & DRBD_LEG_EXPECT_BARRIER_ACK &&
			       !(q->r.leg[from] & DRBD_LEG_DONE);

		if (expects && count < check->count && q->epoch == check->epoch)
			id[count++] = q->id;
	}
	for (i = 0; i < count; i++) {
		q = &d->req[id[i] & 0xff];
		if (q->used && q->id == id[i])
			sim_req_event(n, q, DRBD_REQ_EV_BARRIER_ACK, from, false);
	}
	drbd_diskless_barrier_ack(&n->vol[0].exposed, from, check->epoch, all_durable(n, from));
	sim_confirm_check(n);
}

static void got_barrier_ack(struct sim_node *n, int from, struct drbd_barrier_check *check)
{
	enum drbd_barrier_verdict verdict;
	struct sim_req *q;

	list_for_each_entry(q, &n->data->log, log) {
		if (q->r.state & DRBD_REQ_WRITE &&
		    !drbd_barrier_check_entry(check, q->id, q->epoch, q->r.leg[from]))
			break;
	}
	verdict = drbd_barrier_check_end(check);
	if (verdict != DRBD_BARRIER_OK) {
		sim_trace(n->sim, "%d: barrier ack from %d: verdict %d, nr %u/%u, n %u/%u", n->id,
			  from, verdict, check->nr, check->epoch, check->claimed, check->count);
		sim_protocol_error(n, from, "barrier ack");
		return;
	}
	deliver_barrier_ack(n, from, check);
}

static void send_flush(struct sim_node *n, int peer, int target)
{
	bool ack = drbd_flush_packet(target, peer) == DRBD_FLUSH_ACK;
	struct sim_msg *msg = sim_msg(n, ack ? DRBD_P_FLUSH_REQUESTS_ACK : DRBD_P_FLUSH_FORWARD,
				      DRBD_NO_VOLUME);

	msg->body.flush.flush_sequence = n->data->rounds.round[target].sequence;
	msg->body.flush.node_id = ack ? n->id : target;
	sim_send(n, peer, ack ? SIM_DATA : SIM_CONTROL, msg);
}

/**
 * sim_flush_answer() - answer P_FLUSH_REQUESTS whose writes are covered
 * @n: the node
 */
void sim_flush_answer(struct sim_node *n)
{
	struct sim_data *d = n->data;
	int target, peer;
	u64 due;

	for (peer = -1; sim_next_peer(n, &peer);) {
		due = drbd_flush_covered(&d->rounds, peer, d->covered);
		for (target = 0; target < SIM_NODES; target++)
			if (due & drbd_node_mask(target))
				send_flush(n, peer, target);
	}
}

/**
 * sim_write_deliver() - a packet that answers a write, or is about nothing known
 * @n: the node
 * @from: the sender
 * @msg: the packet
 *
 * Return: true, it is done.
 */
bool sim_write_deliver(struct sim_node *n, int from, struct sim_msg *msg)
{
	struct drbd_barrier_check check;
	struct sim_data *d = n->data;

	switch (msg->cmd) {
	case DRBD_P_RECV_ACK:
		got_ack(n, from, msg, DRBD_REQ_EV_RECV_ACK);
		break;
	case DRBD_P_WRITE_ACK:
		got_ack(n, from, msg, DRBD_REQ_EV_WRITE_ACK);
		break;
	case DRBD_P_WRITE_ACK_IN_SYNC:
		got_ack(n, from, msg, DRBD_REQ_EV_WRITE_ACK_IN_SYNC);
		break;
	case DRBD_P_NEG_ACK:
		got_ack(n, from, msg, DRBD_REQ_EV_NEG_ACK);
		break;
	case DRBD_P_BARRIER_ACK:
		drbd_barrier_ack_begin(&check, msg->body.barrier.barrier,
				       msg->body.barrier.set_size);
		got_barrier_ack(n, from, &check);
		break;
	case DRBD_P_CONFIRM_STABLE:
		drbd_confirm_stable_begin(&check, msg->body.confirm.oldest_block_id,
					  msg->body.confirm.youngest_block_id,
					  msg->body.confirm.set_size);
		got_barrier_ack(n, from, &check);
		sim_peer_ack_flush(n);
		break;
	case DRBD_P_FLUSH_REQUESTS:
		drbd_flush_requested(&d->rounds, from, msg->body.flush.flush_sequence,
				     drbd_dagtag_to_flush(&d->dagtag), sim_data_connected(n));
		sim_peer_ack_flush(n);
		sim_flush_answer(n);
		break;
	default:
		sim_fail(n->sim, "node %d: packet %x from %d that nobody knows", n->id, msg->cmd,
			 from);
	}
	return true;
}

/* ---- what a lost peer may have missed ---- */

/**
 * sim_data_can_replay() - can all that a lost peer missed be sent again?
 * @n: the node
 * @peer: the peer
 *
 * Return: whether there is such a write, and none was given up.
 */
bool sim_data_can_replay(struct sim_node *n, int peer)
{
	struct sim_req *q;
	bool any = false;

	list_for_each_entry(q, &n->data->log, log) {
		u16 leg = q->r.leg[peer];

		if (!(q->r.state & DRBD_REQ_WRITE) || !(leg & DRBD_LEG_EXPECT_BARRIER_ACK))
			continue;
		if (leg & DRBD_LEG_DONE && !(leg & DRBD_LEG_OK))
			return false;
		any = any || (leg & DRBD_LEG_LOST && leg & DRBD_LEG_PENDING);
	}
	return any;
}

/**
 * sim_data_missed() - has a lost peer missed a write that is still in flight?
 * @n: the node
 * @peer: the peer
 *
 * Its bit will be set when the write is done, which may be after the connect.
 *
 * Return: whether there is one that cannot be sent again.
 */
bool sim_data_missed(struct sim_node *n, int peer)
{
	struct sim_req *q;

	list_for_each_entry(q, &n->data->log, log) {
		u16 leg = q->r.leg[peer];
		bool resend = leg & (DRBD_LEG_EXPECT_RECV_ACK | DRBD_LEG_EXPECT_WRITE_ACK) &&
			      !(leg & DRBD_LEG_DONE);

		if (q->r.state & DRBD_REQ_WRITE && q->r.size && !(leg & DRBD_LEG_OK) && !resend)
			return true;
	}
	return false;
}
