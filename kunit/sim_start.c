// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data side of a simulated node: how a resync starts
 */

#include "../core/uuid_source.h"
#include "sim_data.h"

/**
 * sim_send_bitmap() - send the bitmap towards a peer to it
 * @n: the node
 * @peer: the peer
 */
void sim_send_bitmap(struct sim_node *n, int peer)
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

		packet = drbd_bm_tx_next(&tx, &d->bm, sim_slot_of(n, peer), d->packet, &size);
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
	struct sim_sync *s = sim_sync_of(n, from);
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
		drbd_bm_set(&d->bm, sim_slot_of(n, from), set);
		ret = 0;
	}
	if (ret < 0) {
		sim_protocol_error(n, from, "bitmap");
		return false;
	}
	return s->rx.done;
}

/**
 * sim_got_bitmap() - a part of the bitmap of a peer
 * @n: the node
 * @from: the peer
 * @msg: the packet
 *
 * Return: false if it has to be presented again.
 */
bool sim_got_bitmap(struct sim_node *n, int from, const struct sim_msg *msg)
{
	struct sim_data *d = n->data;
	struct sim_sync *s = sim_sync_of(n, from);

	if (sim_own_disk(n) == DRBD_D_NEGOTIATING || sim_transaction(n) || s->start_side)
		return false;
	if (!d->attached || sim_slot_of(n, from) < 0)
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
		sim_send_bitmap(n, from);
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

static u8 pause_reasons(const struct drbd_pd_vals *pd)
{
	return (pd->resync_susp_user ? DRBD_PAUSE_USER : 0) |
	       (pd->resync_susp_peer ? DRBD_PAUSE_PEER : 0) |
	       (pd->resync_susp_dependency ? DRBD_PAUSE_DEPENDENCY : 0) |
	       (pd->resync_susp_other_c ? DRBD_PAUSE_OTHER : 0) |
	       (pd->resync_susp_max_parallel ? DRBD_PAUSE_PARALLEL : 0);
}

static enum drbd_repl first_state(struct sim_node *n, int peer, bool target, u32 *flags)
{
	struct drbd_peer_uuids *view = &n->peer[peer].uuids;
	u64 two = n->sim->cfg.two_primaries ? ~0ULL : 0;
	struct drbd_resync_first first;
	struct drbd_uuid_env env;

	sim_uuid_env(n, 0, &env);
	first = (struct drbd_resync_first) {
		.target = target,
		.pause = pause_reasons(&sim_pd(n, 0, peer)->old),
		.disk = n->dev[0].old.disk,
		.other_target = other_target(n, peer),
		.source_stable = view->flags & DRBD_UUID_FLAG_STABLE,
		.stable_source = drbd_sync_stable_source(&env, n->id, peer, two),
		.just_created = drbd_uuid_unset(n->vol[0].ids.current_uuid),
		.bitmap_uuid = drbd_uuid_real(view->bitmap[n->id]) ? view->bitmap[n->id] : 0,
		.source_crashed = view->flags & DRBD_UUID_FLAG_CRASHED_PRIMARY,
		.reported = sim_sync_of(n, peer)->remember,
	};
	return drbd_resync_start(&first, flags);
}

static void start(struct sim_node *n, int peer, bool target)
{
	struct sim_data *d = n->data;
	struct sim_sync *s = sim_sync_of(n, peer);
	struct drbd_state_pd *pd = sim_pd(n, 0, peer);
	enum drbd_repl first;
	enum drbd_rv rv;
	u32 flags;

	first = first_state(n, peer, target, &flags);
	sim_change_begin(n);
	pd->new.repl = first;
	/* Or it would not stay paused. */
	if (!target && other_target(n, peer))
		pd->new.resync_susp_other_c = true;
	rv = sim_change_end(n, DRBD_CHG_LOCAL_ONLY);
	if (rv < DRBD_SS_SUCCESS) {
		sim_trace(n->sim, "node %d: resync with %d refused: %d", n->id, peer, rv);
		return;
	}
	if (flags & DRBD_START_CLEAR_STABLE)
		d->stable = false;
	if (drbd_repl_is_target(sim_repl(n, peer))) {
		s->unstable = flags & DRBD_START_UNSTABLE;
		s->crashed_source = flags & DRBD_START_NOTE_CRASHED;
		sim_uuid_start_target(n, 0, peer);
		sim_uuid_check_sources(n, 0);
	}
	if (flags & DRBD_START_FINISH && drbd_repl_is_source(sim_repl(n, peer))) {
		s->reported = s->remembered;
		s->remember = false;
		sim_begin_finish(n, peer);
	}
}

/**
 * sim_start_resync() - both bitmaps are known, or all bits are set
 * @n: the node
 * @peer: the peer
 *
 * Return: false if it has to be tried again later.
 */
bool sim_start_resync(struct sim_node *n, int peer)
{
	struct sim_sync *s = sim_sync_of(n, peer);
	struct drbd_resync_starting at = {
		.target = s->start_side == DRBD_R_SYNC_TARGET,
		.repl = sim_repl(n, peer),
		.helper_done = true,
		.state_busy = sim_transaction(n),
	};
	enum drbd_resync_start_step step = drbd_resync_start_step(&at);

	if (step == DRBD_START_LATER)
		return false;
	s->start_side = 0;
	if (step == DRBD_START_GO && !n->data->peer[peer].down)
		start(n, peer, at.target);
	return true;
}

/**
 * sim_full_sync() - set all bits for a resync of everything
 * @n: the node
 * @peer: the peer
 */
void sim_full_sync(struct sim_node *n, int peer)
{
	struct sim_data *d = n->data;
	struct sim_sync *s = sim_sync_of(n, peer);
	bool target = s->full_sync == 1;

	s->full_sync = 0;
	if (sim_repl(n, peer) != (target ? DRBD_R_STARTING_SYNC_T : DRBD_R_STARTING_SYNC_S) ||
	    !d->attached)
		return;
	if (target)
		drbd_bm_fill_page(&d->bm, 0, GENMASK(SIM_BM_SLOTS - 1, 0), true);
	else
		drbd_bm_set(&d->bm, sim_slot_of(n, peer), sim_all_bits(d));
	sim_bm_write(n, DRBD_BM_WRITE_CHANGED);
	s->start_side = target ? DRBD_R_SYNC_TARGET : DRBD_R_SYNC_SOURCE;
}
