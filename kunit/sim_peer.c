// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data side of a simulated node: writes that peers sent
 */

#include "sim_data.h"

static struct sim_preq *preq_alloc(struct sim_data *d)
{
	int i;

	for (i = 0; i < SIM_PREQS; i++) {
		struct sim_preq *p = &d->preq[i];

		if (p->used)
			continue;
		memset(p, 0, sizeof(*p));
		p->used = true;
		INIT_LIST_HEAD(&p->entry);
		INIT_LIST_HEAD(&p->order);
		p->iv.owner = SIM_OWN_PREQ;
		p->iv.index = i;
		return p;
	}
	return NULL;
}

/* ---- epochs ---- */

static struct drbd_epoch_received *epoch_of(struct sim_dpeer *peer, u32 serial)
{
	return &peer->epoch[serial % SIM_EPOCHS];
}

/* Returns whether the current epoch was finished, and is empty again. */
static bool try_finish(struct sim_node *n, int from)
{
	struct sim_data *d = n->data;
	struct sim_dpeer *peer = &d->peer[from];
	bool recycled = false;

	for (;;) {
		struct drbd_epoch_received *e = epoch_of(peer, peer->e_first);

		if (!drbd_epoch_may_finish(e, true, d->order, peer->down))
			break;
		if (!peer->down) {
			struct sim_msg *msg = sim_msg(n, DRBD_P_BARRIER_ACK, DRBD_NO_VOLUME);

			msg->body.barrier.barrier = e->nr;
			msg->body.barrier.set_size = drbd_epoch_set_size(e);
			sim_send(n, from, SIM_CONTROL, msg);
		}
		memset(e, 0, sizeof(*e));
		if (peer->e_first == peer->e_last) {
			recycled = true;
			break;
		}
		peer->e_first++;
	}
	return recycled;
}

static void flush(struct sim_node *n, enum sim_io io, int from, u8 *stage)
{
	struct sim_data *d = n->data;

	if (!d->attached || d->order < DRBD_ORDER_FLUSH || sim_own_disk(n) < DRBD_D_INCONSISTENT) {
		*stage = 2;
		return;
	}
	*stage = 1;
	d->io++;
	sim_disk_flush(n, 0, sim_cookie(io, d, from));
}

static bool got_barrier(struct sim_node *n, int from, const struct sim_msg *msg)
{
	struct sim_data *d = n->data;
	struct sim_dpeer *peer = &d->peer[from];
	struct drbd_epoch_received *e = epoch_of(peer, peer->e_last);
	bool finished = false;
	u32 steps;

	if (!(e->flags & DRBD_EPOCH_HAS_NUMBER)) {
		e->nr = msg->body.barrier.barrier;
		e->flags |= DRBD_EPOCH_HAS_NUMBER;
		finished = try_finish(n, from);
		if (finished)
			return true;
	}
	if (peer->e_last - peer->e_first + 1 >= SIM_EPOCHS)
		return false;
	if (!peer->barrier) {
		steps = drbd_epoch_barrier(e, d->order, finished, true);
		if (steps & DRBD_EPOCH_DRAIN && peer->active)
			return false;
		if (steps & DRBD_EPOCH_FLUSH)
			flush(n, SIM_IO_EPOCH, from, &peer->barrier);
		else
			peer->barrier = 2;
	}
	if (peer->barrier == 1)
		return false;
	peer->barrier = 0;
	e->flags |= DRBD_EPOCH_BARRIER_DONE;
	if (!try_finish(n, from)) {
		peer->e_last++;
		memset(epoch_of(peer, peer->e_last), 0, sizeof(*e));
		/* It may be the oldest one by now. */
		if (peer->e_first + 1 == peer->e_last &&
		    !epoch_of(peer, peer->e_first)->size)
			peer->e_first = peer->e_last;
	}
	peer->has_oldest = false;
	return true;
}

/* ---- a write ---- */

static void send_ack(struct sim_node *n, int from, u16 cmd, u64 sector, u64 id, u32 seq)
{
	struct sim_msg *msg = sim_msg(n, cmd, 0);

	msg->body.block.sector = sector;
	msg->body.block.block_id = id;
	msg->body.block.blksize = SIM_BLOCK_BYTES;
	msg->body.block.seq_num = seq;
	sim_send(n, from, SIM_CONTROL, msg);
}

static void submit(struct sim_node *n, struct sim_preq *p)
{
	struct sim_data *d = n->data;
	unsigned int index = p - d->preq;

	d->io++;
	p->io = true;
	if (p->flush)
		sim_disk_flush(n, 0, sim_cookie(SIM_IO_PREQ_FLUSH, d, index));
	else
		sim_disk_write(n, 0, p->iv.block, p->content, p->fua,
			       sim_cookie(SIM_IO_PREQ, d, index));
}

static void preq_fx(struct sim_node *n, struct sim_preq *p, u32 fx);

static void queue_ack(struct sim_node *n, struct sim_preq *p)
{
	enum drbd_repl repl = n->data->peer[p->from].down ? DRBD_R_OFF : sim_repl(n, p->from);

	preq_fx(n, p, drbd_peer_request_ack(&p->r, repl));
}

/* Those effects that are counts of something that nobody looks at are left out. */
static void preq_fx(struct sim_node *n, struct sim_preq *p, u32 fx)
{
	struct sim_data *d = n->data;
	struct sim_dpeer *peer = &d->peer[p->from];
	u64 sector = sim_block_sector(p->iv.block);
	u32 epoch = p->epoch;
	int from = p->from;

	if (fx & (DRBD_PEER_FX_MISUSE | DRBD_PEER_FX_PROTOCOL_ERROR)) {
		sim_fail(n->sim, "node %d: misuse of a peer request, stage %d fx %x", n->id,
			 p->r.stage, fx);
		return;
	}
	if (fx & DRBD_PEER_FX_RECV_ACK)
		send_ack(n, from, DRBD_P_RECV_ACK, sector, p->id, p->seq);
	if (fx & DRBD_PEER_FX_ACTIVE_INC)
		peer->active++;
	if (fx & DRBD_PEER_FX_ORDER)
		list_add_tail(&p->order, &peer->order);
	if (fx & DRBD_PEER_FX_QUEUE_AL) {
		list_add_tail(&p->entry, &d->al_wait_peer);
		d->again = true;
	}
	if (fx & DRBD_PEER_FX_OUT_OF_SYNC)
		sim_bits_peer(n, from, p->iv.block, true);
	if (fx & DRBD_PEER_FX_SUBMIT)
		submit(n, p);
	if (fx & DRBD_PEER_FX_IO_ERROR)
		sim_disk_error(n, 0, true);
	if (fx & DRBD_PEER_FX_ACTIVE_DEC) {
		peer->active--;
		d->again = true;
	}
	if (fx & DRBD_PEER_FX_SET_IN_SYNC)
		sim_bits_peer(n, from, p->iv.block, false);
	if (fx & DRBD_PEER_FX_NEG_ACK)
		send_ack(n, from, DRBD_P_NEG_ACK, sector, p->id, p->seq);
	if (fx & DRBD_PEER_FX_WRITE_ACK)
		send_ack(n, from, DRBD_P_WRITE_ACK, sector, p->id, p->seq);
	if (fx & DRBD_PEER_FX_WRITE_ACK_IN_SYNC)
		send_ack(n, from, DRBD_P_WRITE_ACK_IN_SYNC, sector, p->id, p->seq);
	if (fx & DRBD_PEER_FX_REMOVE)
		sim_iv_remove(n, &p->iv);
	if (fx & DRBD_PEER_FX_AL_PUT)
		sim_al_put(n, &p->al, p->al_epoch);
	if (fx & DRBD_PEER_FX_FREE) {
		list_del_init(&p->entry);
		list_del_init(&p->order);
		p->used = false;
	}
	if (fx & DRBD_PEER_FX_EPOCH_DONE) {
		epoch_of(peer, epoch)->active--;
		try_finish(n, from);
	}
	if (fx & DRBD_PEER_FX_QUEUE_ACK)
		queue_ack(n, p);
}

/* Whether there is room in the activity log; if not, what is there has to go. */
static bool headroom(struct sim_node *n, int from, const struct sim_msg *msg)
{
	struct sim_data *d = n->data;
	struct sim_dpeer *peer = &d->peer[from];
	struct drbd_epoch_received e = *epoch_of(peer, peer->e_last);
	struct drbd_headroom room = {
		.need = 1, .slots = d->al.slots, .used = d->al.used,
		.is_oldest = !peer->has_oldest,
	};
	struct sim_preq *p;
	struct sim_req *q;
	u32 confirm;

	list_for_each_entry(p, &d->al_wait_peer, entry)
		room.need++;
	list_for_each_entry(q, &d->al_wait, entry)
		room.need++;
	e.size++;
	if (!peer->confirm && drbd_epoch_headroom(&room, &e, &confirm))
		return true;
	if (peer->active)
		return false;
	if (!peer->confirm)
		flush(n, SIM_IO_CONFIRM, from, &peer->confirm);
	if (peer->confirm == 1)
		return false;
	peer->confirm = 0;
	drbd_epoch_headroom(&room, &e, &confirm);
	if (confirm) {
		struct sim_msg *out = sim_msg(n, DRBD_P_CONFIRM_STABLE, DRBD_NO_VOLUME);

		out->body.confirm.oldest_block_id = peer->oldest;
		out->body.confirm.youngest_block_id = peer->youngest;
		out->body.confirm.set_size = confirm;
		sim_send(n, from, SIM_CONTROL, out);
		epoch_of(peer, peer->e_last)->confirmed += confirm;
		peer->has_oldest = false;
	}
	return true;
}

/* Two Primaries have written to the same block. */
static bool collides(struct sim_node *n, u32 block)
{
	struct sim_iv *iv;

	if (!n->sim->cfg.two_primaries)
		return false;
	list_for_each_entry(iv, &n->data->tree[block], entry)
		if (drbd_conflict_two_primaries(&iv->st))
			return true;
	return false;
}

static bool got_data(struct sim_node *n, int from, const struct sim_msg *msg)
{
	struct sim_data *d = n->data;
	struct sim_dpeer *peer = &d->peer[from];
	u32 block = msg->body.data.sector / SIM_BLOCK_SECT;
	struct drbd_peer_write write = {
		.packet = DRBD_PEER_DATA, .sector = msg->body.data.sector,
		.size = SIM_BLOCK_BYTES, .dp_flags = msg->body.data.dp_flags,
		.capacity = SIM_CAPACITY, .protocol = SIM_PROTOCOL, .wire_protocol = 3,
		.wzeroes = true,
		.has_disk = d->attached && sim_own_disk(n) >= DRBD_D_INCONSISTENT,
		.peer_disk = sim_pd(n, 0, from)->new.disk,
	};
	struct drbd_epoch_received *e = epoch_of(peer, peer->e_last);
	struct drbd_peer_fault fault;
	struct sim_preq *p;
	u32 fx;

	if (!drbd_peer_write_check(&write, &fault)) {
		sim_protocol_error(n, from, fault.field);
		return true;
	}
	if (write.has_disk && !headroom(n, from, msg))
		return false;
	p = preq_alloc(d);
	if (!p)
		return false;
	if (write.has_disk && collides(n, block)) {
		p->used = false;
		sim_protocol_error(n, from, "concurrent writes");
		return true;
	}
	p->from = from;
	p->id = msg->body.data.block_id;
	p->seq = msg->body.data.seq_num;
	p->content = msg->content;
	p->flush = msg->body.data.dp_flags & DRBD_DP_FLUSH;
	p->fua = msg->body.data.dp_flags & DRBD_DP_FUA;
	p->epoch = peer->e_last;
	p->iv.block = block;
	p->iv.st = (struct drbd_interval_state) {
		.kind = DRBD_INTERVAL_PEER_WRITE, .node = from,
	};
	drbd_al_range_init(&p->al, write.sector, write.size);
	write.blocked = write.has_disk && sim_iv_blocker(n, &p->iv, false);
	fx = drbd_peer_request_accept(&p->r, &write);
	if (fx & DRBD_PEER_FX_EPOCH_SIZE)
		e->size++;
	if (fx & DRBD_PEER_FX_EPOCH_ACTIVE)
		e->active++;
	p->dagtag = drbd_dagtag_receive(&peer->rcv, write.size);
	n->peer_dagtag[from] = p->dagtag;
	if (fx & DRBD_PEER_FX_DRAIN) {
		send_ack(n, from, DRBD_P_NEG_ACK, write.sector, p->id, p->seq);
		p->used = false;
		return true;
	}
	if (!peer->has_oldest) {
		peer->has_oldest = true;
		peer->oldest = p->id;
	}
	peer->youngest = p->id;
	sim_iv_insert(n, &p->iv);
	if (write.blocked)
		p->iv.waiting = true;
	else
		sim_iv_flags(n, &p->iv, DRBD_INTERVAL_SUBMITTED);
	preq_fx(n, p, fx);
	sim_resync_dagtag(n, from);
	return true;
}

/**
 * sim_preq_unblocked() - nothing blocks a write any more
 * @n: the node
 * @p: the write
 */
void sim_preq_unblocked(struct sim_node *n, struct sim_preq *p)
{
	sim_iv_flags(n, &p->iv, DRBD_INTERVAL_SUBMITTED);
	preq_fx(n, p, drbd_peer_request_event(&p->r, DRBD_PEER_REQ_EV_UNBLOCKED));
}

/**
 * sim_preq_al_got() - a write has its activity log references
 * @n: the node
 * @p: the write
 */
void sim_preq_al_got(struct sim_node *n, struct sim_preq *p)
{
	struct sim_data *d = n->data;

	if (!d->attached) {
		/* The disk went meanwhile: like a submission that fails at once. */
		u32 fx = drbd_peer_request_event(&p->r, DRBD_PEER_REQ_EV_NO_AL);

		preq_fx(n, p, fx & ~DRBD_PEER_FX_SUBMIT);
		preq_fx(n, p, drbd_peer_request_event(&p->r, DRBD_PEER_REQ_EV_ERROR) &
			      ~DRBD_PEER_FX_IO_ERROR);
		return;
	}
	preq_fx(n, p, drbd_peer_request_event(&p->r, DRBD_PEER_REQ_EV_AL_OBTAINED));
}

/**
 * sim_preq_io() - the disk is through with something for a peer's writes
 * @n: the node
 * @io: what
 * @index: of the write, or of the peer
 * @error: 0 or negative errno
 */
void sim_preq_io(struct sim_node *n, enum sim_io io, unsigned int index, int error)
{
	struct sim_data *d = n->data;
	struct sim_preq *p = &d->preq[index];

	switch (io) {
	case SIM_IO_EPOCH:
	case SIM_IO_CONFIRM:
		if (error)
			d->order = drbd_write_order_fallback(d->order, DRBD_ORDER_DRAIN,
							     &(struct drbd_write_order_options) {
								.drain = true }, 1);
		if (io == SIM_IO_EPOCH)
			d->peer[index].barrier = 2;
		else
			d->peer[index].confirm = 2;
		d->again = true;
		return;
	case SIM_IO_PREQ_FLUSH:
		if (error)
			break;
		d->io++;
		sim_disk_write(n, 0, p->iv.block, p->content, p->fua,
			       sim_cookie(SIM_IO_PREQ, d, index));
		return;
	default:
		break;
	}
	p->io = false;
	preq_fx(n, p, drbd_peer_request_event(&p->r, error ? DRBD_PEER_REQ_EV_ERROR :
					      DRBD_PEER_REQ_EV_OK));
}

/* ---- peer acks ---- */

static void apply_plan(struct sim_node *n, struct sim_preq *p, bool lost, u64 nodes)
{
	struct sim_data *d = n->data;
	struct drbd_received_write write = {
		.sender = p->from, .has_disk = d->attached,
		.failed = p->r.flags & DRBD_PEER_REQ_FAILED,
	};
	struct drbd_peer_ack_plan plan;
	int peer;

	sim_slots(n);
	if (lost)
		drbd_peer_ack_lost_plan(&write, sim_sync_targets(n), d->slot_node, SIM_BM_SLOTS,
					&plan);
	else
		drbd_peer_ack_plan(&write, nodes, sim_sync_targets(n), d->slot_node, SIM_BM_SLOTS,
				   &plan);
	sim_bits(n, plan.set, plan.clear, p->iv.block);
	for (peer = -1; sim_next_peer(n, &peer);) {
		if (nodes & drbd_node_mask(peer) && peer != p->from &&
		    n->vol[0].ids.slots[peer].uuid)
			d->partial[peer] = n->vol[0].ids.slots[peer].uuid;
		if (plan.tell & drbd_node_mask(peer) && !d->peer[peer].down)
			sim_send_out_of_sync(n, peer, p->iv.block);
	}
}

static void got_peer_ack(struct sim_node *n, int from, const struct sim_msg *msg)
{
	struct sim_dpeer *peer = &n->data->peer[from];
	struct sim_preq *p;

	while (!list_empty(&peer->order)) {
		p = list_first_entry(&peer->order, struct sim_preq, order);
		if (!drbd_peer_ack_covers(msg->body.dagtag.dagtag, p->dagtag))
			break;
		apply_plan(n, p, false, msg->body.dagtag.mask);
		preq_fx(n, p, drbd_peer_request_event(&p->r, DRBD_PEER_REQ_EV_PEER_ACK));
		if (n->sim->failed)
			return;
	}
}

/**
 * sim_peer_writes_oos() - mark unacknowledged writes of a Primary out of sync
 * @n: the node
 * @peer: the Primary
 */
void sim_peer_writes_oos(struct sim_node *n, int peer)
{
	struct sim_preq *p;

	list_for_each_entry(p, &n->data->peer[peer].order, order)
		apply_plan(n, p, true, 0);
}

/**
 * sim_peer_down() - the cleanup of a connection begins: cancel what waits
 * @n: the node
 * @peer: the peer
 */
void sim_peer_down(struct sim_node *n, int peer)
{
	struct sim_data *d = n->data;
	int i;

	for (i = 0; i < SIM_PREQS; i++) {
		struct sim_preq *p = &d->preq[i];

		if (!p->used || p->from != peer)
			continue;
		list_del_init(&p->entry);
		/* It may have got some of its extents. */
		if (p->r.stage == DRBD_PEER_REQ_WAIT_AL && d->attached && p->al.next != p->al.first)
			drbd_al_put_range(&d->al, &p->al);
		preq_fx(n, p, drbd_peer_request_event(&p->r, DRBD_PEER_REQ_EV_CANCEL));
	}
}

/**
 * sim_peer_forget() - peer acks of a lost peer will never come
 * @n: the node
 * @peer: the peer
 */
void sim_peer_forget(struct sim_node *n, int peer)
{
	struct sim_dpeer *dp = &n->data->peer[peer];
	struct sim_preq *p;

	if (!list_empty(&dp->order))
		n->data->orphaned |= ~drbd_node_mask(peer);
	while (!list_empty(&dp->order) && !n->sim->failed) {
		p = list_first_entry(&dp->order, struct sim_preq, order);
		apply_plan(n, p, true, 0);
		preq_fx(n, p, drbd_peer_request_event(&p->r, DRBD_PEER_REQ_EV_FORGET));
	}
}

/**
 * sim_peer_deliver() - a packet of a writer
 * @n: the node
 * @from: the sender
 * @msg: the packet
 * @taken: result: it is one
 *
 * Return: false if it has to be presented again.
 */
bool sim_peer_deliver(struct sim_node *n, int from, struct sim_msg *msg, bool *taken)
{
	struct sim_dpeer *peer = &n->data->peer[from];

	*taken = true;
	switch (msg->cmd) {
	case DRBD_P_DATA:
		return got_data(n, from, msg);
	case DRBD_P_BARRIER:
		return got_barrier(n, from, msg);
	case DRBD_P_DAGTAG:
		drbd_dagtag_receive_set(&peer->rcv, msg->body.dagtag.dagtag);
		n->peer_dagtag[from] = msg->body.dagtag.dagtag;
		sim_resync_dagtag(n, from);
		return true;
	case DRBD_P_PEER_ACK:
		got_peer_ack(n, from, msg);
		return true;
	case DRBD_P_OUT_OF_SYNC:
		if (peer->active)
			return false;
		sim_bits_peer(n, from, msg->body.block.sector / SIM_BLOCK_SECT, true);
		return true;
	default:
		*taken = false;
		return true;
	}
}
