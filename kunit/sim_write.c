// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data side of a simulated node: application requests and the transfer log
 */

#include "../core/actlog.h"
#include "../core/gate.h"
#include "../core/uuid_diskless.h"
#include "../core/uuid_tell.h"
#include "sim_data.h"

#define PEER_ACK_WINDOW	4096
#define PEER_ACK_DELAY	100
#define MAX_EPOCH_SIZE	4

/* ---- before the gate ---- */

static void bio_end(struct sim_node *n, const struct sim_bio *bio, u32 content, int error)
{
	switch (bio->kind) {
	case SIM_BIO_WRITE:
		sim_app_write_done(n, bio->content, error);
		break;
	case SIM_BIO_READ:
		sim_app_read_done(n, bio->cookie, bio->block, content, error);
		break;
	case SIM_BIO_FLUSH:
		sim_app_flush_done(n, bio->cookie, error);
		break;
	}
}

/* A bio goes to the end of a queue. */
static void bio_queue(struct sim_node *n, const struct sim_bio *from, struct list_head *queue)
{
	struct sim_data *d = n->data;
	int i;

	for (i = 0; i < SIM_BIOS; i++) {
		struct sim_bio *bio = &d->bio[i];

		if (bio->used)
			continue;
		*bio = *from;
		bio->used = true;
		list_add_tail(&bio->entry, queue);
		d->again = true;
		return;
	}
	sim_fail(n->sim, "node %d: too many bios", n->id);
}

static void bio_new(struct sim_node *n, const struct sim_bio *bio)
{
	struct sim_data *d = n->data;

	if (bio->kind == SIM_BIO_WRITE && n->s.new.role != DRBD_ROLE_PRIMARY) {
		bio_end(n, bio, 0, -EIO);
		return;
	}
	bio_queue(n, bio, &d->gate);
	sim_data_run(n);
}

/**
 * sim_data_write() - an application writes
 * @n: the node
 * @v: the volume
 * @block: where
 * @content: what
 * @flush: with preflush
 * @fua: to stable storage
 */
void sim_data_write(struct sim_node *n, int v, u32 block, u32 content, bool flush, bool fua)
{
	bio_new(n, &(struct sim_bio) {
		.kind = SIM_BIO_WRITE, .block = block, .content = content,
		.flush = flush, .fua = fua,
	});
}

/**
 * sim_data_read() - an application reads
 * @n: the node
 * @v: the volume
 * @block: where
 * @cookie: to be handed back
 */
void sim_data_read(struct sim_node *n, int v, u32 block, u64 cookie)
{
	bio_new(n, &(struct sim_bio) {
		.kind = SIM_BIO_READ, .block = block, .cookie = cookie,
	});
}

/**
 * sim_data_flush() - an application flushes
 * @n: the node
 * @v: the volume
 * @cookie: to be handed back
 */
void sim_data_flush(struct sim_node *n, int v, u64 cookie)
{
	bio_new(n, &(struct sim_bio) { .kind = SIM_BIO_FLUSH, .cookie = cookie });
}

static bool bitmap_work(const struct sim_data *d)
{
	int i;

	for (i = 0; i < SIM_NODES; i++)
		if (d->peer[i].sync.send_bitmap || d->peer[i].sync.full_sync)
			return true;
	return false;
}

static enum drbd_admission gate(struct sim_node *n, bool write)
{
	struct drbd_gate gate = {
		.io_error = drbd_state_error_io(&n->s, 0, DRBD_NEW),
		.suspended = drbd_state_suspended(&n->s, DRBD_NEW),
		.unstable = drbd_state_unstable(&n->s, 0, DRBD_NEW),
		.bitmap_work = bitmap_work(n->data),
		.want_new_uuid = n->dev[0].new.want_new_uuid,
		.in_flight = n->data->in_flight[!write],
		.limit = SIM_IO_DEPTH,
	};

	return drbd_gate(&gate);
}

static struct sim_req *req_alloc(struct sim_data *d)
{
	int i;

	for (i = 0; i < SIM_REQS; i++) {
		struct sim_req *q = &d->req[i];

		if (q->used)
			continue;
		memset(q, 0, sizeof(*q));
		q->used = true;
		INIT_LIST_HEAD(&q->entry);
		q->id = ++d->serial << 8 | i;
		q->iv.owner = SIM_OWN_REQ;
		q->iv.index = i;
		return q;
	}
	return NULL;
}

static void uncount(struct sim_node *n, struct sim_req *q)
{
	if (!q->counted)
		return;
	q->counted = false;
	n->data->in_flight[q->bio.kind == SIM_BIO_READ]--;
	n->data->again = true;
}

static bool fails_at_once(struct sim_node *n, const struct sim_bio *bio)
{
	return drbd_state_error_io(&n->s, 0, DRBD_NEW) ||
	       (bio->kind == SIM_BIO_WRITE && n->s.new.role != DRBD_ROLE_PRIMARY);
}

static void start_write(struct sim_node *n, struct sim_req *q);

static void admit(struct sim_node *n, struct sim_req *q)
{
	struct sim_data *d = n->data;

	q->counted = true;
	d->in_flight[q->bio.kind == SIM_BIO_READ]++;
	q->local = d->attached && sim_own_disk(n) >= DRBD_D_INCONSISTENT;
	q->iv.block = q->bio.block;
	/* What was started over has to pass the checks at the entry again. */
	if (fails_at_once(n, &q->bio)) {
		uncount(n, q);
		q->used = false;
		bio_end(n, &q->bio, 0, -EIO);
		return;
	}
	if (q->bio.kind == SIM_BIO_READ)
		sim_read_start(n, q);
	else
		start_write(n, q);
}

/**
 * sim_gate_run() - let requests through the gate
 * @n: the node
 */
void sim_gate_run(struct sim_node *n)
{
	struct sim_data *d = n->data;
	struct sim_bio *bio, *next;

	list_for_each_entry_safe(bio, next, &d->gate, entry) {
		struct sim_req *q;

		switch (gate(n, bio->kind != SIM_BIO_READ)) {
		case DRBD_ADMIT:
			q = req_alloc(d);
			if (!q)
				return;
			q->bio = *bio;
			list_del(&bio->entry);
			bio->used = false;
			admit(n, q);
			d->again = true;
			/* The list may have changed. */
			return;
		case DRBD_ADMIT_NEW_UUID:
			if (sim_node_want_uuid(n, 0))
				d->again = true;
			return;
		case DRBD_ADMIT_WAIT:
			break;
		}
	}
}

/* ---- what a request is told, and what follows ---- */

static u32 complete(struct sim_node *n, struct sim_req *q)
{
	struct sim_data *d = n->data;
	struct drbd_request_verdict verdict = {
		.error_all = drbd_state_error_io(&n->s, 0, DRBD_NEW),
		.no_quorum = !n->s.suspend_on_no_quorum && !drbd_state_all_quorate(&n->s, DRBD_NEW),
	};
	u32 fx = drbd_request_complete(&q->r, &verdict);

	uncount(n, q);
	if (verdict.outcome == DRBD_REQ_RESTART) {
		bool park = drbd_state_suspended(&n->s, DRBD_NEW);

		if (++q->bio.tries > 100)
			sim_fail(n->sim, "node %d: a request is started over forever", n->id);
		bio_queue(n, &q->bio, park ? &d->parked : &d->gate);
	} else {
		if (q->bio.kind == SIM_BIO_WRITE)
			drbd_epoch_completed(&d->epoch, q->epoch, q->r.size);
		sim_iv_flags(n, &q->iv, DRBD_INTERVAL_COMPLETED);
		bio_end(n, &q->bio, q->content, verdict.error);
	}
	if (q->r.state & DRBD_REQ_POSTPONED)
		sim_iv_remove(n, &q->iv);
	return fx;
}

/* The write behind it in the log. */
static struct sim_req *write_behind(struct sim_data *d, struct sim_req *q)
{
	struct sim_req *at = q;

	if (!q->on_log)
		return NULL;
	while (!list_is_last(&at->log, &d->log)) {
		at = list_next_entry(at, log);
		if (at->r.state & DRBD_REQ_WRITE)
			return at;
	}
	return NULL;
}

static void announce_out_of_sync(struct sim_node *n, struct sim_req *q, u32 newly)
{
	int peer;

	for (peer = -1; sim_next_peer(n, &peer);) {
		int slot = n->vol[0].ids.slots[peer].bitmap_index;

		if (!(q->r.leg[peer] & DRBD_LEG_OUT_OF_SYNC))
			continue;
		sim_req_event(n, q, slot >= 0 && newly >> slot & 1 ? DRBD_REQ_EV_READY :
			      DRBD_REQ_EV_OUT_OF_SYNC_SKIP, peer, false);
	}
}

/* Nodes that got it, while others are missing blocks of the same generation. */
static void note_sent(struct sim_node *n, struct sim_req *q)
{
	struct sim_data *d = n->data;
	int peer;

	for (peer = -1; sim_next_peer(n, &peer);)
		if (q->r.leg[peer] & DRBD_LEG_OK && n->vol[0].ids.slots[peer].uuid)
			d->partial[peer] = n->vol[0].ids.slots[peer].uuid;
}

static u32 settle(struct sim_node *n, struct sim_req *q, bool *al_wanted)
{
	struct sim_data *d = n->data;
	struct drbd_request_bitmap plan;
	struct sim_req *behind = write_behind(d, q);
	u32 fx, newly = 0;

	sim_iv_remove(n, &q->iv);
	sim_slots(n);
	drbd_request_bitmap_plan(&q->r, sim_own_disk(n), d->slot_node, SIM_BM_SLOTS, &plan);
	if (plan.set || plan.clear)
		newly = sim_bits(n, plan.set, plan.clear, q->bio.block);
	if (q->on_log && q->r.size) {
		note_sent(n, q);
		announce_out_of_sync(n, q, newly);
	}
	fx = drbd_request_settle(&q->r);
	if (fx & DRBD_REQ_FX_AL_PUT)
		*al_wanted = sim_al_put(n, &q->al, q->al_epoch) && !list_empty(&d->al_wait);
	if (behind && behind->r.state & DRBD_REQ_BEHIND_UNSETTLED && q->r.state & DRBD_REQ_WRITE)
		sim_req_event(n, behind, DRBD_REQ_EV_OLDER_SETTLED, DRBD_NO_NODE, false);
	return fx;
}

/* Sends the peer ack of the write that is given. */
static void send_peer_ack(struct sim_node *n, u64 nodes, u64 dagtag, u64 sent)
{
	struct sim_data *d = n->data;
	int peer;

	for (peer = -1; sim_next_peer(n, &peer);) {
		struct sim_msg *msg;

		if (drbd_peer_ack_to(sim_connected(n, peer) && !d->peer[peer].down, SIM_PROTOCOL,
				     sent, peer) != DRBD_PEER_ACK_SEND)
			continue;
		msg = sim_msg(n, DRBD_P_PEER_ACK, DRBD_NO_VOLUME);
		msg->body.dagtag.dagtag = dagtag;
		msg->body.dagtag.mask = nodes;
		sim_send(n, peer, SIM_CONTROL, msg);
	}
	d->covered = dagtag;
	sim_flush_answer(n);
}

/**
 * sim_peer_ack_flush() - send the pending peer ack
 * @n: the node
 */
void sim_peer_ack_flush(struct sim_node *n)
{
	struct sim_data *d = n->data;
	u64 nodes = d->ack.nodes, dagtag = d->ack.dagtag, sent = d->ack_sent;

	sim_timer_stop(n, SIM_T_PEER_ACK);
	if (drbd_peer_ack_flush(&d->ack))
		send_peer_ack(n, nodes, dagtag, sent);
}

static void unlog(struct sim_node *n, struct sim_req *q, bool al_wanted)
{
	struct sim_data *d = n->data;
	struct sim_req *behind = write_behind(d, q);
	u64 nodes = d->ack.nodes, dagtag = d->ack.dagtag, sent = d->ack_sent;

	if (!q->on_log)
		return;
	list_del(&q->log);
	q->on_log = false;
	if (!(q->r.state & DRBD_REQ_WRITE))
		return;
	if (q->r.size) {
		bool send = drbd_peer_ack_write(&d->ack, drbd_request_ok_nodes(&q->r, n->id),
						q->dagtag, al_wanted, PEER_ACK_WINDOW);

		d->ack_sent = drbd_request_sent_nodes(&q->r);
		sim_timer_set(n, SIM_T_PEER_ACK, PEER_ACK_DELAY);
		if (send)
			send_peer_ack(n, nodes, dagtag, sent);
	}
	if (behind && behind->r.state & DRBD_REQ_BEHIND_LOGGED)
		sim_req_event(n, behind, DRBD_REQ_EV_OLDER_UNLOGGED, DRBD_NO_NODE, false);
}

static void req_free(struct sim_node *n, struct sim_req *q)
{
	uncount(n, q);
	sim_iv_remove(n, &q->iv);
	q->used = false;
	q->ready = false;
	n->data->again = true;
}

/**
 * sim_req_fx() - do what the core demands for a request
 * @n: the node
 * @q: the request; may be gone afterwards
 * @fx: &enum drbd_request_effects
 * @node: node id of the leg that it is about, or DRBD_NO_NODE
 */
void sim_req_fx(struct sim_node *n, struct sim_req *q, u32 fx, int node)
{
	struct sim_data *d = n->data;
	bool al_wanted = false;

	if (fx & DRBD_REQ_FX_MISUSE)
		sim_fail(n->sim, "node %d: misuse of a request, state %x leg %x", n->id,
			 q->r.state, node == DRBD_NO_NODE ? 0 : q->r.leg[node]);
	if (fx & DRBD_REQ_FX_PANIC)
		sim_fail(n->sim, "node %d: an aborted request succeeded", n->id);
	if (fx & DRBD_REQ_FX_BARRIER_EARLY)
		sim_fail(n->sim, "node %d: barrier ack of %d before an ack", n->id, node);
	if (fx & DRBD_REQ_FX_ALL_OUT_OF_SYNC)
		sim_bits(n, GENMASK(SIM_BM_SLOTS - 1, 0), 0, q->bio.block);
	if (fx & DRBD_REQ_FX_FLIGHT_ADD)
		d->peer[node].in_flight += drbd_request_payload(&q->r);
	if (fx & DRBD_REQ_FX_FLIGHT_SUB)
		d->peer[node].in_flight -= drbd_request_payload(&q->r);
	d->again = true;
	for (;;) {
		if (fx & DRBD_REQ_FX_COMPLETE) {
			fx &= ~DRBD_REQ_FX_COMPLETE;
			fx |= complete(n, q);
		} else if (fx & DRBD_REQ_FX_DONE) {
			fx &= ~DRBD_REQ_FX_DONE;
			fx |= settle(n, q, &al_wanted);
		} else if (fx & DRBD_REQ_FX_UNLOG) {
			fx &= ~DRBD_REQ_FX_UNLOG;
			unlog(n, q, al_wanted);
			req_free(n, q);
		} else {
			break;
		}
	}
}

/**
 * sim_req_event() - something happens to a request
 * @n: the node
 * @q: the request; may be gone afterwards
 * @event: what
 * @node: node id of the leg that it is about, or DRBD_NO_NODE
 * @hold: see drbd_request_event()
 */
void sim_req_event(struct sim_node *n, struct sim_req *q, enum drbd_request_event event, int node,
		   bool hold)
{
	u32 fx = drbd_request_event(&q->r, event, node, hold);

	if (fx & DRBD_REQ_FX_PROTOCOL_ERROR) {
		sim_protocol_error(n, node, "unexpected answer");
		return;
	}
	sim_req_fx(n, q, fx, node);
}

/* ---- a write until it is submitted ---- */

static u32 req_size(const struct sim_req *q)
{
	return q->bio.kind == SIM_BIO_FLUSH ? 0 : SIM_BLOCK_BYTES;
}

static void try_submit(struct sim_node *n, struct sim_req *q);

static void start_write(struct sim_node *n, struct sim_req *q)
{
	struct sim_data *d = n->data;

	q->iv.st = (struct drbd_interval_state) {
		.kind = DRBD_INTERVAL_LOCAL_WRITE, .node = DRBD_NO_NODE,
	};
	if (!req_size(q) || !q->local) {
		drbd_request_init(&q->r, DRBD_REQ_WRITE, req_size(q));
		q->ready = true;
		try_submit(n, q);
		return;
	}
	drbd_al_range_init(&q->al, sim_block_sector(q->bio.block), SIM_BLOCK_BYTES);
	if (list_empty(&d->al_wait) && drbd_al_try_get(&d->al, q->al.first) == DRBD_AL_HOT) {
		q->al.next = q->al.last + 1;
		q->al_epoch = d->al_epoch;
		sim_req_al_got(n, q);
		return;
	}
	list_add_tail(&q->entry, &d->al_wait);
	d->again = true;
}

/**
 * sim_req_al_got() - a write has its activity log references
 * @n: the node
 * @q: the request
 */
void sim_req_al_got(struct sim_node *n, struct sim_req *q)
{
	drbd_request_init(&q->r, DRBD_REQ_WRITE | DRBD_REQ_IN_AL, req_size(q));
	q->ready = true;
	try_submit(n, q);
}

static void send_and_submit(struct sim_node *n, struct sim_req *q);

static void try_submit(struct sim_node *n, struct sim_req *q)
{
	if (req_size(q)) {
		sim_iv_insert(n, &q->iv);
		if (sim_iv_blocker(n, &q->iv, false)) {
			q->iv.waiting = true;
			return;
		}
		sim_iv_flags(n, &q->iv, DRBD_INTERVAL_SUBMITTED);
	}
	send_and_submit(n, q);
}

/**
 * sim_req_unblocked() - nothing blocks a write any more
 * @n: the node
 * @q: the request
 */
void sim_req_unblocked(struct sim_node *n, struct sim_req *q)
{
	sim_iv_flags(n, &q->iv, DRBD_INTERVAL_SUBMITTED);
	send_and_submit(n, q);
}

/**
 * sim_data_accessible() - is there UpToDate data?
 * @n: the node
 *
 * Return: whether this node's disk or that of any peer is UpToDate.
 */
bool sim_data_accessible(struct sim_node *n)
{
	int peer;

	if (sim_own_disk(n) == DRBD_D_UP_TO_DATE)
		return true;
	for (peer = -1; sim_next_peer(n, &peer);)
		if (sim_pd(n, 0, peer)->new.disk == DRBD_D_UP_TO_DATE)
			return true;
	return false;
}

/**
 * sim_req_append() - put a request at the end of the transfer log
 * @n: the node
 * @q: the request
 */
void sim_req_append(struct sim_node *n, struct sim_req *q)
{
	struct sim_data *d = n->data;
	struct sim_req *last = NULL, *at;

	list_for_each_entry(at, &d->log, log)
		if (at->r.state & DRBD_REQ_WRITE)
			last = at;
	list_add_tail(&q->log, &d->log);
	q->on_log = true;
	drbd_request_log(&q->r, last && !(last->r.state & DRBD_REQ_SETTLED), last);
}

static enum drbd_send decision(struct sim_node *n, int peer)
{
	const struct drbd_pd_vals *pd = &sim_pd(n, 0, peer)->new;

	return drbd_send_decision(pd->disk, pd->repl, pd->replication);
}

static enum drbd_request_event net_write(struct sim_node *n)
{
	switch (n->sim->cfg.protocol) {
	case 'A':
		return DRBD_REQ_EV_NET_WRITE_A;
	case 'B':
		return DRBD_REQ_EV_NET_WRITE_B;
	default:
		return DRBD_REQ_EV_NET_WRITE_C;
	}
}

static void assign_legs(struct sim_node *n, struct sim_req *q)
{
	struct sim_data *d = n->data;
	int peer;

	for (peer = -1; sim_next_peer(n, &peer);) {
		switch (decision(n, peer)) {
		case DRBD_SEND_DATA:
			sim_req_event(n, q, net_write(n), peer, false);
			drbd_epoch_limit(&d->epoch, MAX_EPOCH_SIZE, false, SIM_PROTOCOL);
			sim_req_event(n, q, DRBD_REQ_EV_READY, peer, false);
			break;
		case DRBD_SEND_OUT_OF_SYNC:
			drbd_epoch_add_out_of_sync(&d->peer[peer].mix, q->epoch);
			sim_req_event(n, q, DRBD_REQ_EV_NET_OUT_OF_SYNC, peer, false);
			break;
		case DRBD_SEND_NOTHING:
			break;
		}
	}
}

static struct drbd_diskless_opts diskless_opts(struct sim_node *n)
{
	return (struct drbd_diskless_opts) {
		.intentional = n->vol[0].intentional_diskless,
		.io_error = !n->s.suspend_on_no_quorum,
	};
}

/**
 * sim_req_held() - is the completion of a write held back?
 * @n: the node, which may be a Primary without a disk
 * @epoch: of the write
 *
 * Return: whether it waits until its generation is confirmed.
 */
bool sim_req_held(struct sim_node *n, u32 epoch)
{
	struct drbd_diskless_opts opts = diskless_opts(n);

	return drbd_diskless_hold(&n->vol[0].exposed, &opts, epoch);
}

static void submit_local(struct sim_node *n, struct sim_req *q)
{
	struct sim_data *d = n->data;
	unsigned int index = q - d->req;

	if (!d->attached || sim_own_disk(n) < DRBD_D_INCONSISTENT) {
		q->r.error = -EIO;
		sim_req_event(n, q, DRBD_REQ_EV_LOCAL_WRITE_ERROR, DRBD_NO_NODE, false);
		return;
	}
	d->io++;
	if (q->bio.flush || !req_size(q))
		sim_disk_flush(n, 0, sim_cookie(SIM_IO_REQ_FLUSH, d, index));
	else
		sim_disk_write(n, 0, q->bio.block, q->bio.content, q->bio.fua,
			       sim_cookie(SIM_IO_REQ, d, index));
}

/* Everything up to the end of it happens at once, as far as the state is concerned. */
static void send_and_submit(struct sim_node *n, struct sim_req *q)
{
	struct sim_data *d = n->data;
	bool submits = q->local;
	int peer;

	if (drbd_state_suspended(&n->s, DRBD_NEW) && !drbd_state_error_io(&n->s, 0, DRBD_NEW)) {
		sim_req_event(n, q, DRBD_REQ_EV_POSTPONE, DRBD_NO_NODE, false);
		return;
	}
	if (!sim_data_accessible(n) || fails_at_once(n, &q->bio)) {
		q->r.error = -EIO;
		sim_req_event(n, q, DRBD_REQ_EV_SUBMITTED, DRBD_NO_NODE, false);
		return;
	}
	if (req_size(q)) {
		q->dagtag = drbd_dagtag_write(&d->dagtag, req_size(q));
		n->dagtag = d->dagtag.now;
		for (peer = -1; sim_next_peer(n, &peer);)
			if (decision(n, peer) == DRBD_SEND_DATA)
				drbd_epoch_close_before_data(&d->epoch, &d->peer[peer].mix);
	}
	q->epoch = drbd_epoch_add(&d->epoch, req_size(q));
	if (req_size(q)) {
		sim_req_append(n, q);
		assign_legs(n, q);
		if (sim_req_held(n, q->epoch))
			drbd_epoch_close(&d->epoch);
	} else {
		for (peer = -1; sim_next_peer(n, &peer);)
			if (sim_pd(n, 0, peer)->new.disk == DRBD_D_UP_TO_DATE)
				sim_req_event(n, q, DRBD_REQ_EV_FLUSH_COVERED, peer, false);
	}
	if (q->local)
		sim_req_event(n, q, DRBD_REQ_EV_LOCAL_SUBMIT, DRBD_NO_NODE, false);
	sim_req_event(n, q, DRBD_REQ_EV_SUBMITTED, DRBD_NO_NODE, false);
	/* With a bio out, it is still there. */
	if (submits)
		submit_local(n, q);
}

/**
 * sim_req_io() - the local disk is through with a request
 * @n: the node
 * @io: SIM_IO_REQ or SIM_IO_REQ_FLUSH
 * @index: of the request
 * @content: that was read
 * @error: 0 or negative errno
 */
void sim_req_io(struct sim_node *n, enum sim_io io, unsigned int index, u32 content, int error)
{
	struct sim_data *d = n->data;
	struct sim_req *q = &d->req[index];
	bool write = q->bio.kind == SIM_BIO_WRITE;

	if (!q->used) {
		sim_fail(n->sim, "node %d: I/O of a request that is gone", n->id);
		return;
	}
	if (io == SIM_IO_REQ_FLUSH && write && !error) {
		d->io++;
		sim_disk_write(n, 0, q->bio.block, q->bio.content, q->bio.fua,
			       sim_cookie(SIM_IO_REQ, d, index));
		return;
	}
	if (error) {
		q->r.error = error;
		sim_disk_error(n, 0, q->bio.kind != SIM_BIO_READ);
	}
	if (q->bio.kind != SIM_BIO_READ)
		sim_iv_flags(n, &q->iv, DRBD_INTERVAL_BACKING_COMPLETED);
	q->content = content;
	if (!error)
		sim_req_event(n, q, DRBD_REQ_EV_LOCAL_OK, DRBD_NO_NODE, false);
	else if (q->bio.kind == SIM_BIO_READ)
		sim_req_event(n, q, DRBD_REQ_EV_LOCAL_READ_ERROR, DRBD_NO_NODE, false);
	else
		sim_req_event(n, q, DRBD_REQ_EV_LOCAL_WRITE_ERROR, DRBD_NO_NODE, false);
}

/**
 * sim_data_unfinished() - are there writes in the transfer log?
 * @n: the node
 * @v: the volume
 *
 * Return: whether there are, those before the gate apart.
 */
bool sim_data_unfinished(struct sim_node *n, int v)
{
	struct sim_req *q;

	/* Complete or not: what is not confirmed as stable is missing on a lost peer. */
	list_for_each_entry(q, &n->data->log, log)
		if (q->r.state & DRBD_REQ_WRITE)
			return true;
	return false;
}

/**
 * sim_data_close_epoch() - end the current epoch
 * @n: the node
 *
 * Return: number of the next one.
 */
u32 sim_data_close_epoch(struct sim_node *n)
{
	drbd_epoch_close(&n->data->epoch);
	n->data->again = true;
	return n->data->epoch.nr;
}
