// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data side of a simulated node: resync, as target and as source
 */

#include "../core/uuid_source.h"
#include "sim_data.h"

#define TURN_MS	20

static struct sim_sync *sync_of(struct sim_node *n, int peer)
{
	struct sim_sync *s = &n->data->peer[peer].sync;

	s->n = n;
	s->peer = peer;
	return s;
}

static int slot_of(struct sim_node *n, int peer)
{
	return n->vol[0].ids.slots[peer].bitmap_index;
}

static struct drbd_bm_range all_bits(const struct sim_data *d)
{
	return (struct drbd_bm_range) { 0, d->bm.layout.bits };
}

static bool transaction(struct sim_node *n)
{
	return n->tp.state != DRBD_TWOPC_IDLE || n->mutex != SIM_CHG_NONE;
}

static void poke(struct sim_node *n)
{
	if (n->timer[SIM_T_DATA] == SIM_NEVER)
		sim_timer_set(n, SIM_T_DATA, 1 + sim_rand(n->sim, TURN_MS));
}

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

		if (r->used && r->target == target && r->peer == peer && r->id == id &&
		    sim_block_sector(r->iv.block) == sector)
			return r;
	}
	return NULL;
}

static bool outstanding(struct sim_data *d, int peer, int extent)
{
	int i;

	for (i = 0; i < SIM_RSS; i++)
		if (d->rs[i].used && d->rs[i].target && d->rs[i].peer == peer &&
		    (extent < 0 || d->rs[i].iv.block / SIM_EXTENT_BLOCKS == extent))
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

/* ---- P_PEERS_IN_SYNC ---- */

static bool extent_in_use(struct sim_data *d, u32 extent)
{
	u32 block = extent * SIM_EXTENT_BLOCKS;
	int i;

	for (i = 0; i < SIM_EXTENT_BLOCKS; i++)
		if (!list_empty(&d->tree[block + i]))
			return true;
	for (i = 0; i < SIM_REQS; i++)
		if (d->req[i].used && d->req[i].ready && d->req[i].r.state & DRBD_REQ_IN_AL &&
		    d->req[i].iv.block / SIM_EXTENT_BLOCKS == extent)
			return true;
	for (i = 0; i < SIM_PREQS; i++)
		if (d->preq[i].used && d->preq[i].iv.block / SIM_EXTENT_BLOCKS == extent)
			return true;
	return false;
}

static bool extent_dirty(struct sim_node *n, int peer, u32 extent)
{
	return drbd_bm_count(&n->data->bm, slot_of(n, peer),
			     drbd_bm_extent_bits(&n->data->bm.layout, extent));
}

static bool may_tell(enum drbd_repl repl)
{
	switch (repl) {
	case DRBD_R_ESTABLISHED:
	case DRBD_R_SYNC_SOURCE:
	case DRBD_R_SYNC_TARGET:
	case DRBD_R_PAUSED_SYNC_S:
	case DRBD_R_PAUSED_SYNC_T:
		return true;
	default:
		return false;
	}
}

/* An extent of a peer was brought in sync. */
static void peers_in_sync(struct sim_node *n, int peer, u32 extent)
{
	struct sim_data *d = n->data;
	u64 mask = drbd_node_mask(peer);
	int other;

	if (!d->attached || extent_in_use(d, extent) || extent_dirty(n, peer, extent))
		return;
	for (other = -1; sim_next_peer(n, &other);)
		if (other != peer && slot_of(n, other) >= 0 && may_tell(sim_repl(n, other)) &&
		    !extent_dirty(n, other, extent))
			mask |= drbd_node_mask(other);
	/* Others will clear bits: it has to be on stable storage. */
	sim_disk_al_written(n, 0);
	for (other = -1; sim_next_peer(n, &other);) {
		struct sim_msg *msg;

		if (!(mask & drbd_node_mask(other)) || !sim_connected(n, other) ||
		    d->peer[other].down)
			continue;
		msg = sim_msg(n, DRBD_P_PEERS_IN_SYNC, 0);
		msg->body.in_sync.sector = sim_block_sector(extent * SIM_EXTENT_BLOCKS);
		msg->body.in_sync.size = SIM_EXTENT_BLOCKS * SIM_BLOCK_BYTES;
		msg->body.in_sync.mask = mask;
		sim_send(n, other, SIM_CONTROL, msg);
	}
}

static void got_peers_in_sync(struct sim_node *n, int from, const struct sim_msg *msg)
{
	struct sim_data *d = n->data;
	u32 extent = msg->body.in_sync.sector / SIM_BLOCK_SECT / SIM_EXTENT_BLOCKS;
	bool changed = false;
	int i;

	if (!d->attached)
		return;
	for (i = 0; i < SIM_NODES; i++) {
		u32 block;

		if (!(msg->body.in_sync.mask & drbd_node_mask(i)) || i == n->id ||
		    slot_of(n, i) < 0)
			continue;
		for (block = extent * SIM_EXTENT_BLOCKS;
		     block < (extent + 1) * SIM_EXTENT_BLOCKS; block++) {
			if (!sim_data_bit(n, 0, i, block))
				continue;
			changed = true;
			sim_bits_peer(n, i, block, false);
		}
	}
	if (changed || sim_repl(n, from) == DRBD_R_SYNC_SOURCE)
		peers_in_sync(n, from, extent);
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

static bool take_dagtag(struct sim_node *n, struct sim_rs *r)
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
					primaries, dagtags, &r->want);
}

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
	if (!take_dagtag(n, r)) {
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

/* At most one of the actions that lead to another event, and that is the last one. */
static void target_actions(struct sim_node *n, struct sim_rs *r, int actions)
{
	struct sim_data *d = n->data;
	struct sim_sync *s = sync_of(n, r->peer);
	u32 extent = r->iv.block / SIM_EXTENT_BLOCKS;
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
	if (actions & DRBD_RS_RELEASE)
		rs_free(n, r);
	if (actions & DRBD_RS_PROGRESS && !outstanding(d, peer, extent))
		peers_in_sync(n, peer, extent);
}

static void target_event(struct sim_node *n, struct sim_rs *r, enum drbd_rs_event event)
{
	struct drbd_rs_target ctx = target_ctx(n, r);

	target_actions(n, r, drbd_rs_target_event(&r->r, event, &ctx));
}

static u64 next_bit(void *bitmap, u64 bit)
{
	struct sim_sync *s = bitmap;
	struct sim_data *d = s->n->data;

	return drbd_bm_find_set(&d->bm, slot_of(s->n, s->peer),
				(struct drbd_bm_range) { bit, d->bm.layout.bits });
}

static void request(struct sim_node *n, int peer, u32 block)
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

static bool all_mirror(struct sim_node *n)
{
	unsigned int c;

	for (c = 0; c < n->s.nconn; c++)
		if (!drbd_state_pd(&n->s, 0, c)->new.peer_replication)
			return false;
	return true;
}

static void mirror_all(struct sim_node *n)
{
	unsigned int c;

	sim_change_begin(n);
	for (c = 0; c < n->s.nconn; c++)
		drbd_state_pd(&n->s, 0, c)->new.peer_replication = true;
	sim_change_end(n, DRBD_CHG_LOCAL_ONLY);
}

/**
 * sim_begin_finish() - a resync or verify is over
 * @n: the node
 * @peer: the peer
 */
void sim_begin_finish(struct sim_node *n, int peer)
{
	struct sim_sync *s = sync_of(n, peer);

	if (s->finishing || n->data->peer[peer].down)
		return;
	s->finishing = true;
	s->pinged = false;
	n->data->again = true;
}

static void ping(struct sim_node *n, int peer)
{
	struct sim_sync *s = sync_of(n, peer);
	struct sim_msg *msg = sim_msg(n, DRBD_P_PING, DRBD_NO_VOLUME);

	s->pinged = true;
	s->ponged = false;
	sim_send(n, peer, SIM_CONTROL, msg);
}

static void finish(struct sim_node *n, int peer);

/* The answer has to be recent when UUIDs change, so it is asked for when they may. */
static void run_finish(struct sim_node *n, int peer)
{
	struct sim_sync *s = sync_of(n, peer);

	if (n->data->peer[peer].down)
		return;
	if (!s->pinged) {
		if (!sim_uuid_held(n, 0))
			ping(n, peer);
	} else if (s->ponged) {
		s->pinged = false;
		if (!sim_uuid_held(n, 0))
			finish(n, peer);
		n->data->again = true;
	}
}

/* Returns whether requests may be made. */
static bool pass_goes_on(struct sim_node *n, int peer)
{
	struct sim_data *d = n->data;
	struct sim_sync *s = sync_of(n, peer);

	s->pass.bits_ahead = next_bit(s, s->scan.cursor) != DRBD_BM_NONE;
	s->pass.flushing = drbd_flush_pending(&d->flush);
	s->pass.outstanding = outstanding(d, peer, -1);
	s->pass.all_mirror = all_mirror(n);
	s->pass.failed = s->failed;
	s->pass.weight = drbd_bm_weight(&d->bm, slot_of(n, peer));
	switch (drbd_resync_pass_end(&s->pass)) {
	case DRBD_PASS_GOES_ON:
		return true;
	case DRBD_PASS_AGAIN:
		s->scan.cursor = 0;
		return true;
	case DRBD_PASS_MIRROR:
		mirror_all(n);
		return false;
	case DRBD_PASS_FINISHED:
		sim_begin_finish(n, peer);
		return false;
	}
	return false;
}

static void turn(struct sim_node *n, int peer)
{
	struct sim_data *d = n->data;
	struct sim_sync *s = sync_of(n, peer);
	struct drbd_resync_ready ready = {
		.has_disk = d->attached,
		.source_ahead = s->stop,
		.unsuccessful = s->unsuccessful,
		.outstanding = outstanding(d, peer, -1),
	};
	struct drbd_resync_piece piece;
	struct drbd_resync_turn t;

	if (s->finishing || !d->attached || slot_of(n, peer) < 0)
		return;
	s->scan.next_bit = next_bit;
	s->scan.bitmap = s;
	s->scan.capacity = SIM_CAPACITY;
	s->scan.own_shift = SIM_BLOCK_SHIFT;
	s->scan.peer_shift = SIM_BLOCK_SHIFT;
	if (!pass_goes_on(n, peer) || drbd_resync_ready(&ready) != DRBD_RESYNC_GO)
		return;
	s->unsuccessful = false;
	drbd_resync_turn_start(&t, 1 + sim_rand(n->sim, 4), &s->scan);
	while (drbd_resync_next_piece(&s->scan, &t, false, &piece) == DRBD_RESYNC_REQUEST) {
		if (sim_repl(n, peer) != DRBD_R_SYNC_TARGET || d->peer[peer].down)
			break;
		request(n, peer, piece.bit);
	}
}

static void end_paused(struct sim_node *n)
{
	int peer;

	for (peer = -1; sim_next_peer(n, &peer);)
		if (sim_pd(n, 0, peer)->new.repl == DRBD_R_PAUSED_SYNC_T)
			sim_pd(n, 0, peer)->new.repl = DRBD_R_ESTABLISHED;
}

static void outdate_peers(struct sim_node *n)
{
	int peer;

	for (peer = -1; sim_next_peer(n, &peer);)
		if (n->vol[0].outdated_peers & drbd_node_mask(peer) &&
		    sim_pd(n, 0, peer)->new.disk > DRBD_D_OUTDATED)
			sim_pd(n, 0, peer)->new.disk = DRBD_D_OUTDATED;
	n->vol[0].outdated_peers = 0;
}

/* The peer has answered the ping. */
static void finish(struct sim_node *n, int peer)
{
	struct sim_data *d = n->data;
	struct sim_sync *s = sync_of(n, peer);
	struct drbd_state_pd *pd = sim_pd(n, 0, peer);
	struct drbd_resync_over over = {
		.target = drbd_repl_is_target(pd->old.repl),
		.repl = pd->old.repl,
		.disk = n->dev[0].old.disk,
		.peer_disk = pd->old.disk,
		.failed = s->failed,
		.stable = !s->unstable || d->stable,
		.source_crashed = s->crashed_source,
		.has_uuids = n->peer[peer].uuids_valid,
		.protocol = SIM_PROTOCOL,
	};
	struct drbd_resync_result result;
	enum drbd_rv rv;

	s->finishing = false;
	if (!over.target && over.repl != DRBD_R_VERIFY_S)
		over.peer_disk = s->reported;
	drbd_resync_finish(&over, &result);
	if (result.flags & DRBD_FINISH_IGNORE)
		return;
	sim_trace(n->sim, "node %d: resync with %d ends as %s%s", n->id, peer,
		  over.target ? "target" : "source", over.stable ? "" : ", unstable");
	if (result.flags & DRBD_FINISH_TAKE_UUIDS)
		sim_uuid_resync_finished(n, 0, peer);
	sim_change_begin(n);
	pd->new.resync_active = false;
	pd->new.repl = result.repl;
	pd->new.disk = result.peer_disk;
	n->dev[0].new.disk = result.disk;
	if (result.flags & DRBD_FINISH_CRASHED)
		n->dev[0].new.crashed_primary = true;
	if (result.flags & DRBD_FINISH_END_PAUSED)
		end_paused(n);
	if (result.flags & DRBD_FINISH_TAKE_UUIDS)
		outdate_peers(n);
	rv = sim_change_end(n, DRBD_CHG_LOCAL_ONLY);
	if (rv < DRBD_SS_SUCCESS)
		sim_fail(n->sim, "node %d: end of the resync with %d refused: %d", n->id, peer, rv);
	if (over.target && !over.failed && over.stable)
		d->stable = true;
	/* The other side of a verify ends when it hears of it. */
	if (over.repl == DRBD_R_VERIFY_S)
		sim_send_state(n, peer, 0);
}

/* ---- source ---- */

static struct drbd_rs_source source_ctx(struct sim_node *n, const struct sim_rs *r)
{
	struct sim_data *d = n->data;
	int node = r->want.node;
	bool known = node >= 0 && node < n->sim->cfg.nodes && node != n->id &&
		     sim_connected(n, node);

	return (struct drbd_rs_source) {
		.protocol = SIM_PROTOCOL,
		.repl = sim_repl(n, r->peer),
		.disk = d->attached ? sim_own_disk(n) : DRBD_D_DISKLESS,
		.peer_disk = sim_pd(n, 0, r->peer)->new.disk,
		.connected = sim_connected(n, r->peer) && !d->peer[r->peer].down,
		.dagtags = true,
		.wait_dagtag = drbd_resync_wait_dagtag(&r->want, n->id, known,
						       known ? d->peer[node].rcv.last : 0),
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
		sync_of(n, r->peer)->failed++;
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

static bool got_request(struct sim_node *n, int from, const struct sim_msg *msg)
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

		if (!r->used)
			continue;
		if (r->peer == peer)
			lose(n, r);
		else if (!r->target && r->r.state == DRBD_RS_NEW && r->want.node == peer)
			source_event(n, r, DRBD_RS_DAGTAG_LOST);
	}
	drbd_flush_lost(&d->flush, peer, true);
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
		if (n->data->rs[i].used && n->data->rs[i].peer == peer)
			return true;
	return false;
}

/**
 * sim_resync_lost() - the cleanup of a connection goes on
 * @n: the node
 * @peer: the peer
 */
void sim_resync_lost(struct sim_node *n, int peer)
{
	/* What is in struct sim_sync goes with the rest of the connection. */
}

/* ---- bitmap exchange and start ---- */

static void send_bitmap(struct sim_node *n, int peer)
{
	struct sim_data *d = n->data;
	struct drbd_bm_xfer tx;
	enum drbd_bm_mode mode = drbd_bm_xfer_mode(true, SIM_PROTOCOL, SIM_BLOCK_SHIFT,
						   SIM_BLOCK_SHIFT);
	enum drbd_bm_packet packet;
	unsigned int size;

	drbd_bm_tx_start(&tx, &d->bm.layout, 8, mode, SIM_BLOCK_SHIFT);
	for (;;) {
		struct sim_msg *msg;

		packet = drbd_bm_tx_next(&tx, &d->bm, slot_of(n, peer), d->packet, &size);
		if (packet == DRBD_BM_SEND_NOTHING)
			break;
		msg = sim_msg(n, DRBD_P_COMPRESSED_BITMAP, 0);
		if (packet != DRBD_BM_SEND_RLE || size > sizeof(msg->code.byte)) {
			sim_fail(n->sim, "node %d: bitmap does not fit", n->id);
			return;
		}
		msg->code.size = size;
		memcpy(msg->code.byte, d->packet, size);
		sim_send(n, peer, SIM_DATA, msg);
	}
}

static bool merge_bitmap(struct sim_node *n, int from, const struct sim_msg *msg)
{
	struct sim_data *d = n->data;
	struct sim_sync *s = sync_of(n, from);
	struct drbd_bm_fault fault;
	struct drbd_bm_range set;
	int ret;

	if (!s->rx_open) {
		drbd_bm_rx_start(&s->rx, &d->bm.layout, 8);
		s->rx_open = true;
	}
	ret = drbd_bm_rx_rle(&s->rx, msg->code.byte, msg->code.size, &fault);
	while (!ret) {
		ret = drbd_bm_rx_rle_next(&s->rx, &set, &fault);
		if (ret <= 0)
			break;
		drbd_bm_set(&d->bm, slot_of(n, from), set);
		ret = 0;
	}
	if (ret < 0) {
		sim_protocol_error(n, from, "bitmap");
		return false;
	}
	return s->rx.done;
}

static bool got_bitmap(struct sim_node *n, int from, const struct sim_msg *msg)
{
	struct sim_data *d = n->data;
	struct sim_sync *s = sync_of(n, from);

	if (sim_own_disk(n) == DRBD_D_NEGOTIATING || transaction(n) || s->start_side)
		return false;
	if (!d->attached || slot_of(n, from) < 0)
		return true;
	if (!merge_bitmap(n, from, msg))
		return true;
	s->rx_open = false;
	switch (sim_repl(n, from)) {
	case DRBD_R_WF_BITMAP_T:
		/* The source clears bits when a block is written here, not when it is
		 * on stable storage: after a crash the own bits have to be there.
		 */
		sim_bm_write(n, DRBD_BM_WRITE_CHANGED);
		send_bitmap(n, from);
		s->start_side = DRBD_R_SYNC_TARGET;
		break;
	case DRBD_R_WF_BITMAP_S:
		s->start_side = DRBD_R_SYNC_SOURCE;
		break;
	default:
		break;
	}
	d->again = true;
	return true;
}

static bool other_target(struct sim_node *n, int peer)
{
	int other;

	for (other = -1; sim_next_peer(n, &other);)
		if (other != peer && drbd_repl_is_target(sim_repl(n, other)))
			return true;
	return false;
}

static void note_stability(struct sim_node *n, int peer)
{
	struct sim_sync *s = sync_of(n, peer);
	struct drbd_uuid_env env;
	u64 two = n->sim->cfg.two_primaries ? ~0ULL : 0;

	sim_uuid_env(n, 0, &env);
	s->crashed_source = n->peer[peer].uuids.flags & DRBD_UUID_FLAG_CRASHED_PRIMARY;
	s->unstable = !(n->peer[peer].uuids.flags & DRBD_UUID_FLAG_STABLE) &&
		      !drbd_sync_stable_source(&env, n->id, peer, two);
}

static void start_resync(struct sim_node *n, int peer)
{
	struct sim_data *d = n->data;
	struct sim_sync *s = sync_of(n, peer);
	enum drbd_repl side = s->start_side, repl = sim_repl(n, peer);
	bool remember = s->remember;
	enum drbd_rv rv;

	s->start_side = 0;
	if (repl < DRBD_R_ESTABLISHED || drbd_repl_is_sync(repl) || d->peer[peer].down)
		return;
	if (side == DRBD_R_SYNC_TARGET && !other_target(n, peer))
		d->stable = false;
	sim_change_begin(n);
	sim_pd(n, 0, peer)->new.repl = side;
	rv = sim_change_end(n, DRBD_CHG_LOCAL_ONLY);
	if (rv < DRBD_SS_SUCCESS) {
		sim_trace(n->sim, "node %d: resync with %d refused: %d", n->id, peer, rv);
		return;
	}
	if (drbd_repl_is_target(sim_repl(n, peer))) {
		note_stability(n, peer);
		sim_uuid_start_target(n, 0, peer);
	}
	if (remember && drbd_repl_is_source(sim_repl(n, peer))) {
		s->reported = s->remembered;
		s->remember = false;
		sim_begin_finish(n, peer);
	}
}

static void full_sync(struct sim_node *n, int peer)
{
	struct sim_data *d = n->data;
	struct sim_sync *s = sync_of(n, peer);
	bool target = s->full_sync == 1;

	s->full_sync = 0;
	if (sim_repl(n, peer) != (target ? DRBD_R_STARTING_SYNC_T : DRBD_R_STARTING_SYNC_S) ||
	    !d->attached)
		return;
	if (target)
		drbd_bm_fill_page(&d->bm, 0, GENMASK(SIM_BM_SLOTS - 1, 0), true);
	else
		drbd_bm_set(&d->bm, slot_of(n, peer), all_bits(d));
	sim_bm_write(n, DRBD_BM_WRITE_CHANGED);
	s->start_side = target ? DRBD_R_SYNC_TARGET : DRBD_R_SYNC_SOURCE;
}

/* An ex-target has drained. */
static void drained(struct sim_node *n, int peer)
{
	struct drbd_state_pd *pd = sim_pd(n, 0, peer);

	if (!pd->new.resync_active || pd->new.repl == DRBD_R_SYNC_TARGET ||
	    outstanding(n->data, peer, -1))
		return;
	sim_change_begin(n);
	pd->new.resync_active = false;
	sim_change_end(n, DRBD_CHG_LOCAL_ONLY);
}

/**
 * sim_resync_run() - do what can be done for resyncs
 * @n: the node
 */
void sim_resync_run(struct sim_node *n)
{
	struct sim_data *d = n->data;
	int peer;

	for (peer = -1; sim_next_peer(n, &peer);) {
		struct sim_sync *s = sync_of(n, peer);

		if (s->send_bitmap && !d->in_flight[0]) {
			s->send_bitmap = false;
			if (sim_repl(n, peer) == DRBD_R_WF_BITMAP_S && d->attached) {
				sim_mark_in_flight(n, peer);
				send_bitmap(n, peer);
			}
			d->again = true;
		}
		if (s->full_sync && !d->in_flight[0]) {
			full_sync(n, peer);
			d->again = true;
		}
		if (s->start_side && !transaction(n)) {
			start_resync(n, peer);
			d->again = true;
		}
		if (s->finishing)
			run_finish(n, peer);
		drained(n, peer);
		if (sim_repl(n, peer) == DRBD_R_SYNC_TARGET ||
		    sim_repl(n, peer) == DRBD_R_VERIFY_S || s->start_side ||
		    (s->finishing && !s->pinged))
			poke(n);
	}
}

/**
 * sim_resync_timer() - time for a turn
 * @n: the node
 */
void sim_resync_timer(struct sim_node *n)
{
	int peer;

	for (peer = -1; sim_next_peer(n, &peer);) {
		if (sim_repl(n, peer) == DRBD_R_SYNC_TARGET && !n->data->peer[peer].down)
			turn(n, peer);
		if (sim_repl(n, peer) == DRBD_R_VERIFY_S)
			sim_ov_turn(n, peer);
	}
}

static void cancel_waiting(struct sim_node *n, int peer)
{
	struct sim_data *d = n->data;
	int i;

	for (i = 0; i < SIM_RSS; i++) {
		struct sim_rs *r = &d->rs[i];

		if (r->used && r->peer == peer && r->target && r->r.state == DRBD_RS_WAITING)
			lose(n, r);
	}
}

/**
 * sim_resync_stage() - do what belongs to a state change
 * @n: the node
 * @e: what to do
 */
void sim_resync_stage(struct sim_node *n, const struct drbd_effect *e)
{
	struct sim_data *d = n->data;
	struct sim_sync *s = e->node_id == DRBD_NO_NODE ? NULL : sync_of(n, e->node_id);

	switch (e->kind) {
	case DRBD_DO_CLEAR_SYNC_MARKS:
		s->remember = false;
		s->rx_open = false;
		break;
	case DRBD_DO_RESYNC_INIT:
		s->scan.cursor = 0;
		s->pass.last_weight = sim_data_oos(n, 0, e->node_id);
		s->failed = 0;
		s->stop = false;
		s->unsuccessful = false;
		s->unstable = false;
		s->finishing = false;
		break;
	case DRBD_DO_RESYNC_RESUMED:
		s->scan.cursor = 0;
		s->stop = false;
		break;
	case DRBD_DO_RESYNC_UNSTABLE:
		s->unstable = true;
		break;
	case DRBD_DO_VERIFY_ENDED:
		sim_ov_end(n, e->node_id);
		break;
	case DRBD_DO_FLUSH_ROUND:
		drbd_flush_start(&d->flush, 0, 0);
		break;
	case DRBD_DO_EXPECT_FLUSH:
		d->flush.pending[e->node_id] = e->arg;
		break;
	case DRBD_DO_FORGET_FLUSH:
		drbd_flush_lost(&d->flush, e->node_id, e->volume == DRBD_NO_VOLUME);
		break;
	default:
		break;
	}
}

static void send_flush_requests(struct sim_node *n)
{
	struct sim_data *d = n->data;
	int peer;

	for (peer = -1; sim_next_peer(n, &peer);) {
		struct sim_msg *msg;

		if (!sim_connected(n, peer) || d->peer[peer].down ||
		    sim_conn(n, peer)->new.peer_role != DRBD_ROLE_PRIMARY)
			continue;
		msg = sim_msg(n, DRBD_P_FLUSH_REQUESTS, DRBD_NO_VOLUME);
		msg->body.flush.flush_sequence = d->flush.sequence;
		sim_send(n, peer, SIM_DATA, msg);
	}
}

/**
 * sim_resync_effect() - do what the worker has to do after a state change
 * @n: the node
 * @e: what
 */
void sim_resync_effect(struct sim_node *n, const struct drbd_effect *e)
{
	struct sim_data *d = n->data;
	struct sim_sync *s = e->node_id == DRBD_NO_NODE ? NULL : sync_of(n, e->node_id);
	struct sim_msg *msg;

	switch (e->kind) {
	case DRBD_DO_VERIFY_START:
		if (sim_repl(n, e->node_id) == DRBD_R_VERIFY_S)
			sim_ov_start(n, e->node_id, true);
		break;
	case DRBD_DO_SEND_BITMAP:
		s->send_bitmap = true;
		break;
	case DRBD_DO_FULL_SYNC_TARGET:
		s->full_sync = 1;
		break;
	case DRBD_DO_FULL_SYNC_SOURCE:
		s->full_sync = 2;
		break;
	case DRBD_DO_RESYNC_DRAIN:
		cancel_waiting(n, e->node_id);
		break;
	case DRBD_DO_SEND_ENABLE_REPLICATION:
		if (!sim_connected(n, e->node_id) || d->peer[e->node_id].down)
			break;
		msg = sim_msg(n, DRBD_P_ENABLE_REPLICATION, 0);
		msg->body.enable = 1;
		sim_send(n, e->node_id, SIM_DATA, msg);
		break;
	case DRBD_DO_FLUSH_REQUESTS:
		send_flush_requests(n);
		break;
	default:
		break;
	}
	d->again = true;
}

static void got_answer(struct sim_node *n, int from, const struct sim_msg *msg,
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

static void got_rs_ack(struct sim_node *n, int from, const struct sim_msg *msg,
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

static void pong(struct sim_node *n, int from)
{
	struct sim_msg *msg = sim_msg(n, DRBD_P_PING_ACK, DRBD_NO_VOLUME);

	sim_send(n, from, SIM_CONTROL, msg);
}

static void forward_flush(struct sim_node *n, int from, const struct sim_msg *msg)
{
	int to = msg->body.flush.node_id;
	struct sim_msg *out;

	if (to < 0 || to >= n->sim->cfg.nodes || to == n->id || !sim_connected(n, to) ||
	    n->data->peer[to].down)
		return;
	out = sim_msg(n, DRBD_P_FLUSH_REQUESTS_ACK, DRBD_NO_VOLUME);
	out->body.flush.flush_sequence = msg->body.flush.flush_sequence;
	out->body.flush.node_id = from;
	sim_send(n, to, SIM_DATA, out);
}

static void enable_replication(struct sim_node *n, int from, bool enable)
{
	sim_change_begin(n);
	sim_pd(n, 0, from)->new.replication = enable;
	sim_change_end(n, DRBD_CHG_LOCAL_ONLY);
}

/**
 * sim_resync_deliver() - a packet of a resync
 * @n: the node
 * @from: the sender
 * @msg: the packet
 * @taken: result: it is one
 *
 * Return: false if it has to be presented again.
 */
bool sim_resync_deliver(struct sim_node *n, int from, struct sim_msg *msg, bool *taken)
{
	struct sim_data *d = n->data;

	*taken = true;
	switch (msg->cmd) {
	case DRBD_P_COMPRESSED_BITMAP:
		return got_bitmap(n, from, msg);
	case DRBD_P_RS_DAGTAG_REQ:
		return got_request(n, from, msg);
	case DRBD_P_RS_DATA_REPLY:
		got_answer(n, from, msg, DRBD_RS_GOT_DATA, true);
		return true;
	case DRBD_P_NEG_RS_DREPLY:
		got_answer(n, from, msg, DRBD_RS_GOT_NEG, false);
		return true;
	case DRBD_P_RS_CANCEL:
		if (sim_ov_cancelled(n, from, msg))
			return true;
		got_answer(n, from, msg, DRBD_RS_GOT_CANCEL, false);
		return true;
	case DRBD_P_RS_CANCEL_AHEAD:
		got_answer(n, from, msg, DRBD_RS_GOT_AHEAD, false);
		return true;
	case DRBD_P_RS_WRITE_ACK:
		got_rs_ack(n, from, msg, DRBD_RS_GOT_ACK);
		return true;
	case DRBD_P_RS_NEG_ACK:
		got_rs_ack(n, from, msg, DRBD_RS_GOT_NEG);
		return true;
	case DRBD_P_PEERS_IN_SYNC:
		got_peers_in_sync(n, from, msg);
		return true;
	case DRBD_P_PING:
		pong(n, from);
		return true;
	case DRBD_P_PING_ACK:
		d->peer[from].sync.ponged = true;
		return true;
	case DRBD_P_FLUSH_FORWARD:
		forward_flush(n, from, msg);
		return true;
	case DRBD_P_FLUSH_REQUESTS_ACK:
		drbd_flush_ack(&d->flush, msg->body.flush.flush_sequence, msg->body.flush.node_id,
			       from);
		return true;
	case DRBD_P_ENABLE_REPLICATION:
		enable_replication(n, from, msg->body.enable);
		return true;
	case DRBD_P_ENABLE_REPLICATION_NEXT:
		sim_pd(n, 0, from)->replicate_next = msg->body.enable;
		return true;
	default:
		*taken = false;
		return true;
	}
}

/**
 * sim_data_source_over() - the target has reported the end
 * @n: the node
 * @v: the volume
 * @peer: the target
 * @reported: its disk state
 */
void sim_data_source_over(struct sim_node *n, int v, int peer, enum drbd_disk reported)
{
	sync_of(n, peer)->reported = reported;
	sim_begin_finish(n, peer);
	sim_data_run(n);
}

/**
 * sim_data_finishing() - the end of a resync is being worked on
 * @n: the node
 * @peer: the other one
 *
 * Return: whether it is; the receiver waits for that, and takes nothing meanwhile.
 */
bool sim_data_finishing(struct sim_node *n, int peer)
{
	return sync_of(n, peer)->finishing;
}

/**
 * sim_data_source_remember() - it has reported the end before this node began
 * @n: the node
 * @v: the volume
 * @peer: the target
 * @reported: its disk state
 */
void sim_data_source_remember(struct sim_node *n, int v, int peer, enum drbd_disk reported)
{
	struct sim_sync *s = sync_of(n, peer);

	s->remember = true;
	s->remembered = reported;
}

/**
 * sim_data_state_seen() - P_STATE was handled
 * @n: the node
 * @v: the volume
 * @peer: the sender
 * @state: its state
 */
void sim_data_state_seen(struct sim_node *n, int v, int peer, const struct drbd_wire_state *state)
{
	n->data->busy++;
	sim_ov_state(n, peer, state->conn);
	n->data->busy--;
	sim_data_run(n);
}

/**
 * sim_data_resync_unstable() - resyncs as target that are not stable
 * @n: the node
 * @v: the volume
 *
 * Return: mask of the sources.
 */
u64 sim_data_resync_unstable(struct sim_node *n, int v)
{
	u64 mask = 0;
	int peer;

	for (peer = -1; sim_next_peer(n, &peer);)
		if (drbd_repl_is_target(sim_repl(n, peer)) && n->data->peer[peer].sync.unstable)
			mask |= drbd_node_mask(peer);
	return mask;
}

/**
 * sim_data_mark_unstable() - a source turned out not to be stable
 * @n: the node
 * @v: the volume
 * @peer: the source
 */
void sim_data_mark_unstable(struct sim_node *n, int v, int peer)
{
	n->data->peer[peer].sync.unstable = true;
}

/**
 * sim_data_write_bitmap() - write all of the bitmap that has changed
 * @n: the node
 */
void sim_data_write_bitmap(struct sim_node *n)
{
	sim_bm_write(n, DRBD_BM_WRITE_CHANGED);
}

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
