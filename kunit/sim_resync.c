// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data side of a simulated node: turns and the end of resyncs
 */

#include "sim_data.h"

#define TURN_MS	20

static void poke(struct sim_node *n)
{
	if (n->timer[SIM_T_DATA] == SIM_NEVER)
		sim_timer_set(n, SIM_T_DATA, 1 + sim_rand(n->sim, TURN_MS));
}

static u64 next_bit(void *bitmap, u64 bit)
{
	struct sim_sync *s = bitmap;
	struct sim_data *d = s->n->data;

	return drbd_bm_find_set(&d->bm, sim_slot_of(s->n, s->peer),
				(struct drbd_bm_range) { bit, d->bm.layout.bits });
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
	struct sim_sync *s = sim_sync_of(n, peer);

	if (s->finishing || n->data->peer[peer].down)
		return;
	s->finishing = true;
	s->pinged = false;
	n->data->again = true;
}

static void ping(struct sim_node *n, int peer)
{
	struct sim_sync *s = sim_sync_of(n, peer);
	struct sim_msg *msg = sim_msg(n, DRBD_P_PING, DRBD_NO_VOLUME);

	s->pinged = true;
	s->ponged = false;
	sim_send(n, peer, SIM_CONTROL, msg);
}

static void finish(struct sim_node *n, int peer);

/* The answer has to be recent when UUIDs change, so it is asked for when they may. */
static void run_finish(struct sim_node *n, int peer)
{
	struct sim_sync *s = sim_sync_of(n, peer);

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
	struct sim_sync *s = sim_sync_of(n, peer);

	s->pass.bits_ahead = next_bit(s, s->scan.cursor) != DRBD_BM_NONE;
	s->pass.flushing = drbd_flush_pending(&d->flush);
	s->pass.outstanding = sim_rs_outstanding(n, peer);
	s->pass.all_mirror = all_mirror(n);
	s->pass.failed = s->failed;
	s->pass.weight = drbd_bm_weight(&d->bm, sim_slot_of(n, peer));
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
	struct sim_sync *s = sim_sync_of(n, peer);
	struct drbd_resync_ready ready = {
		.has_disk = d->attached,
		.source_ahead = s->stop,
		.unsuccessful = s->unsuccessful,
		.outstanding = sim_rs_outstanding(n, peer),
	};
	struct drbd_resync_piece piece;
	struct drbd_resync_turn t;

	if (s->finishing || !d->attached || sim_slot_of(n, peer) < 0)
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
		sim_rs_request(n, peer, piece.bit);
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

static bool waits_for_survivor(struct sim_node *n, int source)
{
	int peer;

	for (peer = -1; sim_next_peer(n, &peer);)
		if (peer != source && sim_repl(n, peer) == DRBD_R_PAUSED_SYNC_T &&
		    sim_pd(n, 0, peer)->new.disk == DRBD_D_UP_TO_DATE &&
		    !sim_sync_of(n, peer)->crashed_source)
			return true;
	return false;
}

/* The peer has answered the ping. */
static void finish(struct sim_node *n, int peer)
{
	struct sim_data *d = n->data;
	struct sim_sync *s = sim_sync_of(n, peer);
	struct drbd_state_pd *pd = sim_pd(n, 0, peer);
	struct drbd_resync_over over = {
		.target = drbd_repl_is_target(pd->old.repl),
		.repl = pd->old.repl,
		.disk = n->dev[0].old.disk,
		.peer_disk = pd->old.disk,
		.failed = s->failed,
		.stable = drbd_resync_ends_stable(s->unstable, d->stable),
		.source_crashed = s->crashed_source,
		.survivor = n->sim->cfg.protocol == 'C' && waits_for_survivor(n, peer),
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
	if (result.flags & DRBD_FINISH_TAKE_UUIDS) {
		sim_uuid_resync_finished(n, 0, peer);
		d->synced = ~drbd_node_mask(peer);
	}
	if (result.flags & DRBD_FINISH_INHERIT)
		d->crash_owed = ~drbd_node_mask(peer);
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
	if (over.target)
		sim_survivor_synced(n, peer);
	rv = sim_change_end(n, DRBD_CHG_LOCAL_ONLY);
	if (rv < DRBD_SS_SUCCESS)
		sim_fail(n->sim, "node %d: end of the resync with %d refused: %d", n->id, peer, rv);
	if (over.target && !over.failed && over.stable)
		d->stable = true;
	if (over.target)
		sim_in_sync_end(n, peer);
	/* The other side of a verify ends when it hears of it. */
	if (over.repl == DRBD_R_VERIFY_S)
		sim_send_state(n, peer, 0);
}

/* An ex-target has drained. */
static void drained(struct sim_node *n, int peer)
{
	struct drbd_state_pd *pd = sim_pd(n, 0, peer);

	if (!pd->new.resync_active || pd->new.repl == DRBD_R_SYNC_TARGET ||
	    sim_rs_outstanding(n, peer))
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
		struct sim_sync *s = sim_sync_of(n, peer);

		if (s->send_bitmap && !d->in_flight[0]) {
			s->send_bitmap = false;
			if (sim_repl(n, peer) == DRBD_R_WF_BITMAP_S && d->attached) {
				sim_mark_in_flight(n, peer);
				sim_send_bitmap(n, peer);
			}
			d->again = true;
		}
		if (s->full_sync && !d->in_flight[0]) {
			sim_full_sync(n, peer);
			d->again = true;
		}
		if (s->start_side && sim_start_resync(n, peer))
			d->again = true;
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

/**
 * sim_resync_stage() - do what belongs to a state change
 * @n: the node
 * @e: what to do
 */
void sim_resync_stage(struct sim_node *n, const struct drbd_effect *e)
{
	struct sim_data *d = n->data;
	struct sim_sync *s = e->node_id == DRBD_NO_NODE ? NULL : sim_sync_of(n, e->node_id);

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
		s->walk.open = false;
		sim_rs_forget(n, e->node_id);
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
	struct sim_sync *s = e->node_id == DRBD_NO_NODE ? NULL : sim_sync_of(n, e->node_id);
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
		sim_rs_cancel_waiting(n, e->node_id);
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

static void forward_flush(struct sim_node *n, int from, const struct sim_msg *msg)
{
	int to = msg->body.flush.node_id;
	struct sim_msg *out;

	if (!drbd_flush_forwards(to, n->id, sim_data_connected(n)))
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
		return sim_got_bitmap(n, from, msg);
	case DRBD_P_RS_DAGTAG_REQ:
		return sim_rs_got_request(n, from, msg);
	case DRBD_P_RS_DATA_REPLY:
		sim_rs_got_answer(n, from, msg, DRBD_RS_GOT_DATA, true);
		return true;
	case DRBD_P_NEG_RS_DREPLY:
		sim_rs_got_answer(n, from, msg, DRBD_RS_GOT_NEG, false);
		return true;
	case DRBD_P_RS_CANCEL:
		if (sim_ov_cancelled(n, from, msg))
			return true;
		sim_rs_got_answer(n, from, msg, DRBD_RS_GOT_CANCEL, false);
		return true;
	case DRBD_P_RS_CANCEL_AHEAD:
		sim_rs_got_answer(n, from, msg, DRBD_RS_GOT_AHEAD, false);
		return true;
	case DRBD_P_RS_WRITE_ACK:
		sim_rs_got_ack(n, from, msg, DRBD_RS_GOT_ACK);
		return true;
	case DRBD_P_RS_NEG_ACK:
		sim_rs_got_ack(n, from, msg, DRBD_RS_GOT_NEG);
		return true;
	case DRBD_P_PEERS_IN_SYNC:
		sim_got_peers_in_sync(n, from, msg);
		return true;
	case DRBD_P_PING_ACK:
		d->peer[from].sync.ponged = true;
		sim_peer_answered(n, from);
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
	sim_sync_of(n, peer)->reported = reported;
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
	return sim_sync_of(n, peer)->finishing;
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
	struct sim_sync *s = sim_sync_of(n, peer);

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
