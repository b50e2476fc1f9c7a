// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data side of a simulated node: requests of a resync, of the target and of the source
 */

#include "sim_data.h"

static struct sim_rs *rs_alloc(struct sim_data *d)
{
	int i;

	for (i = 0; i < SIM_RSS; i++) {
		struct sim_rs *r = &d->rs[i];

		if (r->used)
			continue;
		memset(r, 0, sizeof(*r));
		r->used = true;
		r->iv.owner = SIM_OWN_RS;
		r->iv.index = i;
		return r;
	}
	return NULL;
}

static struct sim_rs *rs_find(struct sim_data *d, bool target, int peer, u64 id, u64 sector)
{
	int i;

	for (i = 0; i < SIM_RSS; i++) {
		struct sim_rs *r = &d->rs[i];

		if (r->used && !r->over && r->target == target && r->peer == peer && r->id == id &&
		    sim_block_sector(r->iv.block) == sector)
			return r;
	}
	return NULL;
}

/**
 * sim_rs_outstanding() - are there requests of this target?
 * @n: the node
 * @peer: the source
 *
 * Return: whether there are.
 */
bool sim_rs_outstanding(struct sim_node *n, int peer)
{
	struct sim_data *d = n->data;
	int i;

	for (i = 0; i < SIM_RSS; i++)
		if (d->rs[i].used && !d->rs[i].over && d->rs[i].target && d->rs[i].peer == peer)
			return true;
	return false;
}

static void send_block(struct sim_node *n, enum sim_stream stream, u16 cmd, const struct sim_rs *r)
{
	struct sim_msg *msg;

	if (n->data->peer[r->peer].down)
		return;
	msg = sim_msg(n, cmd, 0);
	msg->body.block.sector = sim_block_sector(r->iv.block);
	msg->body.block.block_id = r->id;
	msg->body.block.blksize = SIM_BLOCK_BYTES;
	msg->body.block.dagtag = r->want.dagtag;
	msg->body.block.dagtag_node_id = r->want.node;
	sim_send(n, r->peer, stream, msg);
}

/**
 * sim_take_dagtag() - up to which writes has a peer to wait with a request?
 * @n: the node
 * @want: result
 *
 * Return: false if that cannot be told.
 */
bool sim_take_dagtag(struct sim_node *n, struct drbd_resync_dagtag *want)
{
	struct sim_data *d = n->data;
	u64 dagtags[DRBD_NODES] = {};
	u64 primaries = 0;
	int peer;

	for (peer = -1; sim_next_peer(n, &peer);) {
		if (!sim_connected(n, peer))
			continue;
		if (sim_conn(n, peer)->new.peer_role == DRBD_ROLE_PRIMARY)
			primaries |= drbd_node_mask(peer);
		if (d->peer[peer].rcv.fresh)
			dagtags[peer] = d->peer[peer].rcv.last;
	}
	return !drbd_resync_take_dagtag(n->id, n->s.new.role == DRBD_ROLE_PRIMARY, d->dagtag.now,
					primaries, dagtags, want);
}

/**
 * sim_dagtag_waits() - has a request of a peer to wait for writes?
 * @n: the node
 * @want: for which ones
 *
 * Return: whether it has.
 */
bool sim_dagtag_waits(struct sim_node *n, const struct drbd_resync_dagtag *want)
{
	struct sim_data *d = n->data;
	int node = want->node;
	bool known = node >= 0 && node < n->sim->cfg.nodes && node != n->id &&
		     sim_connected(n, node);

	return drbd_resync_wait_dagtag(want, n->id, known, known ? d->peer[node].rcv.last : 0);
}

/* ---- target ---- */

static struct drbd_rs_target target_ctx(struct sim_node *n, const struct sim_rs *r)
{
	return (struct drbd_rs_target) {
		.has_disk = n->data->attached && sim_own_disk(n) >= DRBD_D_INCONSISTENT,
		.dagtags = true,
		.source_stable = sim_pd(n, 0, r->peer)->stable,
	};
}

static void target_event(struct sim_node *n, struct sim_rs *r, enum drbd_rs_event event);

static void target_lock(struct sim_node *n, struct sim_rs *r)
{
	sim_iv_insert(n, &r->iv);
	if (sim_iv_blocker(n, &r->iv, true))
		r->iv.waiting = true;
	else
		target_event(n, r, DRBD_RS_FREE);
}

static void target_relock(struct sim_node *n, struct sim_rs *r)
{
	sim_iv_flags(n, &r->iv, DRBD_INTERVAL_RECEIVED);
	if (sim_iv_blocker(n, &r->iv, false))
		r->iv.waiting = true;
	else
		target_event(n, r, DRBD_RS_FREE);
}

static void target_send(struct sim_node *n, struct sim_rs *r)
{
	sim_iv_flags(n, &r->iv, DRBD_INTERVAL_READY_TO_SEND);
	if (!sim_take_dagtag(n, &r->want)) {
		sim_conn_lose(n, r->peer, DRBD_C_DISCONNECTING);
		return;
	}
	send_block(n, SIM_DATA, DRBD_P_RS_DAGTAG_REQ, r);
}

static void target_write(struct sim_node *n, struct sim_rs *r)
{
	struct sim_data *d = n->data;

	sim_iv_flags(n, &r->iv, DRBD_INTERVAL_SUBMITTED);
	if (!d->attached) {
		target_event(n, r, DRBD_RS_WRITE_FAILED);
		return;
	}
	r->io = true;
	d->io++;
	sim_disk_write(n, 0, r->iv.block, r->content, false,
		       sim_cookie(SIM_IO_RS, d, r - d->rs));
}

static void tell_targets(struct sim_node *n, struct sim_rs *r)
{
	u64 targets = sim_sync_targets(n);
	int peer;

	for (peer = -1; sim_next_peer(n, &peer);)
		if (targets & drbd_node_mask(peer) && peer != r->peer && !n->data->peer[peer].down)
			sim_send_out_of_sync(n, peer, r->iv.block);
}

static void rs_free(struct sim_node *n, struct sim_rs *r)
{
	sim_iv_remove(n, &r->iv);
	r->used = false;
	n->data->again = true;
}

static struct sim_rs *oldest(struct sim_data *d, int peer)
{
	struct sim_rs *found = NULL;
	int i;

	for (i = 0; i < SIM_RSS; i++) {
		struct sim_rs *r = &d->rs[i];

		if (r->used && r->target && r->peer == peer && (!found || r->id < found->id))
			found = r;
	}
	return found;
}

/* Others are told in the order of the requests. */
static void rs_progress(struct sim_node *n, int peer)
{
	struct sim_rs *r;

	while ((r = oldest(n->data, peer)) && r->over) {
		sim_in_sync_done(n, peer, r->iv.block);
		rs_free(n, r);
	}
}

/**
 * sim_rs_forget() - forget requests that others were not told about
 * @n: the node, the target
 * @peer: the source
 */
void sim_rs_forget(struct sim_node *n, int peer)
{
	struct sim_data *d = n->data;
	int i;

	for (i = 0; i < SIM_RSS; i++)
		if (d->rs[i].used && d->rs[i].over && d->rs[i].peer == peer)
			rs_free(n, &d->rs[i]);
}

/* At most one of the actions that lead to another event, and that is the last one. */
static void target_actions(struct sim_node *n, struct sim_rs *r, int actions)
{
	struct sim_data *d = n->data;
	struct sim_sync *s = sim_sync_of(n, r->peer);
	int peer = r->peer;

	if (actions < 0) {
		sim_protocol_error(n, peer, "answer to a resync request");
		return;
	}
	if (actions & DRBD_RS_SET_ALL)
		sim_bits(n, GENMASK(SIM_BM_SLOTS - 1, 0), 0, r->iv.block);
	if (actions & DRBD_RS_SET)
		sim_bits_peer(n, peer, r->iv.block, true);
	if (actions & DRBD_RS_CLEAR)
		sim_bits_peer(n, peer, r->iv.block, false);
	if (actions & DRBD_RS_FAILED)
		s->failed++;
	if (actions & DRBD_RS_IO_ERROR)
		sim_disk_error(n, 0, true);
	if (actions & DRBD_RS_UNSUCCESSFUL)
		s->unsuccessful = true;
	if (actions & DRBD_RS_STOP)
		s->stop = true;
	if (actions & DRBD_RS_UNSTABLE)
		d->stable = false;
	if (actions & DRBD_RS_TELL_TARGETS)
		tell_targets(n, r);
	if (actions & DRBD_RS_SEND_ACK)
		send_block(n, SIM_CONTROL, DRBD_P_RS_WRITE_ACK, r);
	if (actions & DRBD_RS_SEND_NEG)
		send_block(n, SIM_CONTROL, DRBD_P_RS_NEG_ACK, r);
	if (actions & DRBD_RS_LOCK)
		target_lock(n, r);
	else if (actions & DRBD_RS_SEND)
		target_send(n, r);
	else if (actions & DRBD_RS_RELOCK)
		target_relock(n, r);
	else if (actions & DRBD_RS_WRITE)
		target_write(n, r);
	if (actions & DRBD_RS_RELEASE && !(actions & DRBD_RS_PROGRESS)) {
		rs_free(n, r);
	} else if (actions & DRBD_RS_RELEASE) {
		sim_iv_remove(n, &r->iv);
		r->over = true;
	}
	if (actions & DRBD_RS_RELEASE)
		rs_progress(n, peer);
}

static void target_event(struct sim_node *n, struct sim_rs *r, enum drbd_rs_event event)
{
	struct drbd_rs_target ctx = target_ctx(n, r);

	target_actions(n, r, drbd_rs_target_event(&r->r, event, &ctx));
}

/**
 * sim_rs_request() - ask for a block
 * @n: the node, the target
 * @peer: the source
 * @block: the block
 */
void sim_rs_request(struct sim_node *n, int peer, u32 block)
{
	struct sim_data *d = n->data;
	struct sim_rs *r = rs_alloc(d);

	if (!r)
		return;
	r->target = true;
	r->peer = peer;
	r->id = ++d->serial;
	r->iv.block = block;
	r->iv.st = (struct drbd_interval_state) {
		.kind = DRBD_INTERVAL_RESYNC_WRITE, .node = peer,
	};
	target_event(n, r, DRBD_RS_START);
}

/* ---- source ---- */

static struct drbd_rs_source source_ctx(struct sim_node *n, const struct sim_rs *r)
{
	struct sim_data *d = n->data;

	return (struct drbd_rs_source) {
		.protocol = SIM_PROTOCOL,
		.repl = sim_repl(n, r->peer),
		.disk = d->attached ? sim_own_disk(n) : DRBD_D_DISKLESS,
		.peer_disk = sim_pd(n, 0, r->peer)->new.disk,
		.connected = sim_connected(n, r->peer) && !d->peer[r->peer].down,
		.dagtags = true,
		.wait_dagtag = sim_dagtag_waits(n, &r->want),
	};
}

static void source_event(struct sim_node *n, struct sim_rs *r, enum drbd_rs_event event);

static void source_read(struct sim_node *n, struct sim_rs *r)
{
	struct sim_data *d = n->data;

	sim_iv_flags(n, &r->iv, DRBD_INTERVAL_SUBMITTED);
	if (!d->attached) {
		source_event(n, r, DRBD_RS_READ_FAILED);
		return;
	}
	r->io = true;
	d->io++;
	sim_disk_read(n, 0, r->iv.block, sim_cookie(SIM_IO_RS, d, r - d->rs));
}

static void source_data(struct sim_node *n, struct sim_rs *r)
{
	struct sim_msg *msg = sim_msg(n, DRBD_P_RS_DATA_REPLY, 0);

	msg->body.data.sector = sim_block_sector(r->iv.block);
	msg->body.data.block_id = r->id;
	msg->content = r->content;
	sim_send(n, r->peer, SIM_DATA, msg);
	source_event(n, r, DRBD_RS_SENDING_OVER);
}

static void source_actions(struct sim_node *n, struct sim_rs *r, int actions)
{
	if (actions < 0) {
		sim_protocol_error(n, r->peer, "ack of resync data");
		return;
	}
	if (actions & DRBD_RS_CLEAR)
		sim_bits_peer(n, r->peer, r->iv.block, false);
	if (actions & DRBD_RS_FAILED)
		sim_sync_of(n, r->peer)->failed++;
	if (actions & DRBD_RS_SEND_NEG)
		send_block(n, SIM_CONTROL, DRBD_P_NEG_RS_DREPLY, r);
	if (actions & DRBD_RS_SEND_CANCEL)
		send_block(n, SIM_CONTROL, DRBD_P_RS_CANCEL, r);
	if (actions & DRBD_RS_SEND_AHEAD)
		send_block(n, SIM_CONTROL, DRBD_P_RS_CANCEL_AHEAD, r);
	if (actions & DRBD_RS_LOCK) {
		sim_iv_insert(n, &r->iv);
		if (sim_iv_blocker(n, &r->iv, false))
			r->iv.waiting = true;
		else
			source_event(n, r, DRBD_RS_FREE);
	} else if (actions & DRBD_RS_READ) {
		source_read(n, r);
	} else if (actions & DRBD_RS_SEND) {
		source_data(n, r);
	}
	if (actions & DRBD_RS_RELEASE)
		rs_free(n, r);
}

static void source_event(struct sim_node *n, struct sim_rs *r, enum drbd_rs_event event)
{
	struct drbd_rs_source ctx = source_ctx(n, r);

	source_actions(n, r, drbd_rs_source_event(&r->r, event, &ctx));
}

/**
 * sim_rs_got_request() - P_RS_DAGTAG_REQ
 * @n: the node, the source
 * @from: the target
 * @msg: the packet
 *
 * Return: false if it has to be presented again.
 */
bool sim_rs_got_request(struct sim_node *n, int from, const struct sim_msg *msg)
{
	struct sim_data *d = n->data;
	struct drbd_rs_source ctx;
	struct sim_rs *r;

	if (drbd_rs_source_check(msg->body.block.sector, msg->body.block.blksize, SIM_CAPACITY)) {
		sim_protocol_error(n, from, "range of a resync request");
		return true;
	}
	r = rs_alloc(d);
	if (!r)
		return false;
	r->peer = from;
	r->id = msg->body.block.block_id;
	r->want.dagtag = msg->body.block.dagtag;
	r->want.node = msg->body.block.dagtag_node_id;
	r->iv.block = msg->body.block.sector / SIM_BLOCK_SECT;
	r->iv.st = (struct drbd_interval_state) {
		.kind = DRBD_INTERVAL_RESYNC_READ, .node = from,
	};
	ctx = source_ctx(n, r);
	source_actions(n, r, drbd_rs_source_accept(&r->r, &ctx));
	return true;
}

/**
 * sim_resync_dagtag() - the position in the stream of a node has advanced
 * @n: the node
 * @node: the other one
 */
void sim_resync_dagtag(struct sim_node *n, int node)
{
	struct sim_data *d = n->data;
	int i;

	sim_ov_dagtag(n, node, false);

	for (i = 0; i < SIM_RSS; i++) {
		struct sim_rs *r = &d->rs[i];

		if (r->used && !r->target && r->r.state == DRBD_RS_NEW && r->want.node == node &&
		    !source_ctx(n, r).wait_dagtag)
			source_event(n, r, DRBD_RS_FREE);
	}
}

/* ---- both ---- */

/**
 * sim_rs_unblocked() - nothing blocks a request any more
 * @n: the node
 * @r: the request
 */
void sim_rs_unblocked(struct sim_node *n, struct sim_rs *r)
{
	if (r->target)
		target_event(n, r, DRBD_RS_FREE);
	else
		source_event(n, r, DRBD_RS_FREE);
}

/**
 * sim_rs_io() - the disk is through with a request
 * @n: the node
 * @index: of the request
 * @content: that was read
 * @error: 0 or negative errno
 */
void sim_rs_io(struct sim_node *n, unsigned int index, u32 content, int error)
{
	struct sim_rs *r = &n->data->rs[index];

	r->io = false;
	if (r->target) {
		target_event(n, r, error ? DRBD_RS_WRITE_FAILED : DRBD_RS_WRITE_OK);
		return;
	}
	if (!error)
		r->content = content;
	else
		sim_disk_error(n, 0, false);
	source_event(n, r, error ? DRBD_RS_READ_FAILED : DRBD_RS_READ_OK);
}

static void lose(struct sim_node *n, struct sim_rs *r)
{
	if (r->target)
		target_event(n, r, DRBD_RS_LOST);
	else
		source_event(n, r, DRBD_RS_LOST);
}

/**
 * sim_resync_down() - the cleanup of a connection begins
 * @n: the node
 * @peer: the peer
 */
void sim_resync_down(struct sim_node *n, int peer)
{
	struct sim_data *d = n->data;
	int i;

	for (i = 0; i < SIM_RSS; i++) {
		struct sim_rs *r = &d->rs[i];

		if (!r->used || r->over)
			continue;
		if (r->peer == peer)
			lose(n, r);
		else if (!r->target && r->r.state == DRBD_RS_NEW && r->want.node == peer)
			source_event(n, r, DRBD_RS_DAGTAG_LOST);
	}
	sim_rs_forget(n, peer);
	drbd_flush_lost(&d->flush, peer, true);
	drbd_flush_gone(&d->rounds, peer);
}

/**
 * sim_rs_cancel_waiting() - give up requests that were not sent yet
 * @n: the node, the target
 * @peer: the source
 */
void sim_rs_cancel_waiting(struct sim_node *n, int peer)
{
	struct sim_data *d = n->data;
	int i;

	for (i = 0; i < SIM_RSS; i++) {
		struct sim_rs *r = &d->rs[i];

		if (r->used && !r->over && r->peer == peer && r->target &&
		    r->r.state == DRBD_RS_WAITING)
			lose(n, r);
	}
}

/**
 * sim_resync_busy() - are there requests at the disk?
 * @n: the node
 * @peer: for which peer
 *
 * Return: whether there are.
 */
bool sim_resync_busy(struct sim_node *n, int peer)
{
	int i;

	for (i = 0; i < SIM_RSS; i++)
		if (n->data->rs[i].used && !n->data->rs[i].over && n->data->rs[i].peer == peer)
			return true;
	return false;
}

/**
 * sim_rs_got_answer() - the answer to a request
 * @n: the node, the target
 * @from: the source
 * @msg: the packet
 * @event: what it is
 * @data: it carries data
 */
void sim_rs_got_answer(struct sim_node *n, int from, const struct sim_msg *msg,
		       enum drbd_rs_event event, bool data)
{
	u64 id = data ? msg->body.data.block_id : msg->body.block.block_id;
	u64 sector = data ? msg->body.data.sector : msg->body.block.sector;
	struct sim_rs *r = rs_find(n->data, true, from, id, sector);

	if (!r) {
		sim_protocol_error(n, from, "answer to an unknown resync request");
		return;
	}
	if (data)
		r->content = msg->content;
	target_event(n, r, event);
}

/**
 * sim_rs_got_ack() - the target has written a block, or failed to
 * @n: the node, the source
 * @from: the target
 * @msg: the packet
 * @event: what it is
 */
void sim_rs_got_ack(struct sim_node *n, int from, const struct sim_msg *msg,
		    enum drbd_rs_event event)
{
	struct sim_rs *r = rs_find(n->data, false, from, msg->body.block.block_id,
				   msg->body.block.sector);

	if (!r) {
		sim_protocol_error(n, from, "ack of unknown resync data");
		return;
	}
	source_event(n, r, event);
}
