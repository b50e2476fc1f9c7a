// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections of a simulated node: handshake, states of the peer, teardown
 */

#include <linux/minmax.h>

#include "../core/names.h"
#include "../core/resync_finish.h"
#include "../core/state_predicates.h"
#include "../core/uuid_override.h"
#include "../core/uuid_source.h"
#include "../core/uuid_tell.h"
#include "sim.h"

#define RECONNECT_MS	100
#define DRAIN_MS	2

/* ---- transport ---- */

static void connect_soon(struct sim_node *n, int peer, u32 ms)
{
	sim_timer_set(n, SIM_T_CONNECT + peer, ms);
}

void sim_conn_up(struct sim_node *n, int peer)
{
	struct sim_peer *p = &n->peer[peer];

	if (!n->up || sim_conn(n, peer)->old.cstate != DRBD_C_CONNECTING)
		return;
	p->link = SIM_LINK_UP;
	sim_handshake_reset(n, peer);
	p->quorate = false;
	if (n->id < peer)
		connect_soon(n, peer, sim_rand(n->sim, 10));
}

void sim_conn_down(struct sim_node *n, int peer, enum drbd_cstate why)
{
	if (!n->up)
		return;
	n->peer[peer].link = SIM_LINK_NONE;
	sim_conn_lose(n, peer, why);
	sim_poll(n);
}

/* ---- handshake ---- */

void sim_handshake_reset(struct sim_node *n, int peer)
{
	struct sim_peer *p = &n->peer[peer];

	p->got_uuids = false;
	p->got_state = false;
	p->hs_connect = false;
	p->hs_outdate = false;
	p->consider_resync = false;
	p->attach_untold = false;
	p->settled = false;
	p->told_flags = 0;
	p->uuids_valid = false;
	p->comm_valid = false;
	p->asked = false;
	p->notified = 0;
	p->missed = DRBD_MISSED_NONE;
	p->lost.received = false;
	p->lost.sent = false;
	memset(&p->hs, 0, sizeof(p->hs));
	memset(&p->hs_result, 0, sizeof(p->hs_result));
}

void sim_handshake_release(struct sim_node *n, int peer)
{
	int v;

	for (v = 0; v < SIM_VOLUMES; v++)
		sim_pd(n, v, peer)->handshake_running = false;
	sim_handshake_reset(n, peer);
	sim_net_release(n);
}

void sim_send_peer_dagtag(struct sim_node *n, int peer, int lost)
{
	struct sim_msg *msg = sim_msg(n, DRBD_P_PEER_DAGTAG, DRBD_NO_VOLUME);

	msg->body.dagtag.dagtag = n->peer_dagtag[lost];
	msg->body.dagtag.node_id = lost;
	sim_send(n, peer, SIM_DATA, msg);
}

/* 2.7: name the one Primary that may be lost. */
static void name_lost_primary(struct sim_node *n, int peer)
{
	u64 others = 0, connected = 0;
	int i, lost;

	for (i = 0; i < n->sim->cfg.nodes; i++) {
		if (i == n->id || i == peer || !sim_configured(n, i))
			continue;
		others |= drbd_node_mask(i);
		if (sim_conn(n, i)->old.cstate == DRBD_C_CONNECTED)
			connected |= drbd_node_mask(i);
	}
	lost = drbd_lost_primary(others, connected, n->peer_dagtag);
	n->peer[peer].lost.sent = lost != DRBD_NO_NODE;
	n->peer[peer].lost.sent_node = lost;
	if (lost != DRBD_NO_NODE)
		sim_send_peer_dagtag(n, peer, lost);
}

void sim_send_initial(struct sim_node *n, int peer)
{
	int v;

	name_lost_primary(n, peer);
	for (v = 0; v < SIM_VOLUMES; v++) {
		sim_pd(n, v, peer)->handshake_running = true;
		sim_send_uuids(n, peer, v, 0);
		sim_send_state(n, peer, v);
	}
}

static bool can_replay(struct sim_node *n, int peer)
{
	return drbd_state_suspended(&n->s, DRBD_OLD) && sim_data_can_replay(n, peer);
}

/* 1.14: a node without a disk has seen a generation, and the peer has another. */
static void compare_exposed(struct sim_node *n, int peer, int v)
{
	struct sim_vol *vol = &n->vol[v];
	struct sim_peer *p = &n->peer[peer];
	const struct drbd_diskless_opts opts = {
		.intentional = vol->intentional_diskless,
		.io_error = !n->s.suspend_on_no_quorum,
	};
	enum drbd_exposed_verdict verdict;
	struct drbd_uuid_env env;

	sim_uuid_env(n, v, &env);
	verdict = drbd_diskless_compare(&vol->ids, &env, peer, &vol->exposed, &opts,
					can_replay(n, peer));
	sim_trace(n->sim, "node %d: compared with %d: %d, exposed %llx / %llx", n->id, peer,
		  verdict, vol->ids.exposed, p->uuids.current_uuid);
	switch (verdict) {
	case DRBD_EXPOSED_SAME:
		break;
	case DRBD_EXPOSED_ADOPT:
		drbd_uuid_set_exposed(&vol->ids, p->uuids.current_uuid, n->s.old.role);
		break;
	case DRBD_EXPOSED_RETRY:
		p->hs.retry = true;
		break;
	case DRBD_EXPOSED_OUTDATED:
		if (p->hs_disk > DRBD_D_OUTDATED)
			p->hs_disk = DRBD_D_OUTDATED;
		break;
	case DRBD_EXPOSED_RELABEL:
		sim_pd(n, v, peer)->predecessor_armed = true;
		break;
	case DRBD_EXPOSED_DISCONNECT:
		p->hs.disconnect = true;
		break;
	}
}

static enum drbd_disk exposed_disk(struct sim_node *n, int peer, int v, enum drbd_disk disk)
{
	struct drbd_uuid_env env;

	sim_uuid_env(n, v, &env);
	return drbd_diskless_peer_disk(&n->vol[v].ids, &env, peer, disk);
}

static void compare_disks(struct sim_node *n, int peer, int v, bool attach,
			  struct drbd_handshake_result *r)
{
	struct sim_peer *p = &n->peer[peer];
	struct drbd_handshake h;

	/* The worker tells what is decided by here, but may not have done it yet. */
	if (attach && p->attach_untold)
		sim_uuid_will_tell(n, peer, v);
	sim_compare_setup(n, peer, v, &h);
	h.attach = attach;
	/* The peer decides by what it was told. A handshake is tried again if that is not
	 * so any more; an attach has to do with it.
	 */
	if (attach && p->comm_valid) {
		h.c.self = p->comm.current_uuid;
		h.c.flags = p->comm.flags;
	}
	drbd_uuid_handshake(&h, r);
	if (r->outcome == DRBD_OUTCOME_DEMOTE) {
		h.demotion = DRBD_DEMOTION_FAILED;
		drbd_uuid_handshake(&h, r);
	}
	sim_trace(n->sim, "node %d: compared with %d: %s (%s), %s %llx f%llx / %s %llx f%llx",
		  n->id, peer, drbd_strategy_name(r->d.strategy), drbd_rule_name(r->d.rule),
		  drbd_disk_name(h.disk), h.c.self, h.c.flags, drbd_disk_name(h.peer_disk),
		  p->uuids.current_uuid, p->uuids.flags);
	sim_check_compared(n, peer, v, &h, r);
	if (r->d.fix)
		drbd_uuid_compare_fix(&n->vol[v].ids, &p->uuids, peer, r->d.fix, n->dagtag);
}

/* Will what the handshake came to be possible? COMMIT cannot be refused. */
static bool may_connect(struct sim_node *n, int peer, int v)
{
	struct sim_peer *p = &n->peer[peer];
	struct drbd_state_pd *pd = sim_pd(n, v, peer);

	sim_change_begin(n);
	drbd_state_set_cstate(&n->s, sim_conn_index(n, peer), DRBD_C_CONNECTED);
	sim_conn(n, peer)->new.peer_role = p->state.role;
	pd->new.repl = n->dev[v].old.disk == DRBD_D_NEGOTIATING ? DRBD_R_ESTABLISHED :
								  p->hs_result.repl;
	pd->new.disk = p->hs_disk;
	if (p->hs_outdate && n->dev[v].new.disk > DRBD_D_OUTDATED)
		n->dev[v].new.disk = DRBD_D_OUTDATED;
	return sim_change_check(n, DRBD_CHG_PREPARE) >= DRBD_SS_SUCCESS;
}

/* The first state of the peer in this attempt: now all is known. */
void sim_handshake_state(struct sim_node *n, int from, int v, const struct drbd_wire_state *st)
{
	struct sim_peer *p = &n->peer[from];

	if (p->got_state || !p->got_uuids)
		return;
	p->got_state = true;
	p->state = *st;
	p->last_conn = st->conn;
	p->hs_resync_susp_peer = st->aftr_isp || st->user_isp;
	p->hs_disk = st->disk;
	p->hs_connect = true;
	p->hs_result.outcome = DRBD_OUTCOME_CONNECT;
	p->hs_result.repl = DRBD_R_ESTABLISHED;
	if (n->dev[v].old.disk >= DRBD_D_NEGOTIATING && st->disk >= DRBD_D_NEGOTIATING)
		compare_disks(n, from, v, false, &p->hs_result);
	else if (n->dev[v].old.disk == DRBD_D_DISKLESS && st->disk == DRBD_D_UP_TO_DATE)
		compare_exposed(n, from, v);
	else if (n->dev[v].old.disk == DRBD_D_DISKLESS)
		p->hs_disk = exposed_disk(n, from, v, st->disk);
	/* the peer does not stay Outdated */
	if (n->dev[v].old.disk >= DRBD_D_NEGOTIATING &&
	    st->disk != DRBD_D_NEGOTIATING && p->hs_result.outcome == DRBD_OUTCOME_CONNECT &&
	    p->hs_result.peer_disk > p->hs_disk)
		p->hs_disk = p->hs_result.peer_disk;
	p->missed = DRBD_MISSED_NONE;
	p->hs.complete = true;
	p->hs.retry = p->hs.retry || p->hs_result.outcome == DRBD_OUTCOME_RETRY;
	p->hs.disconnect = p->hs.disconnect || p->hs_result.outcome == DRBD_OUTCOME_DISCONNECT;
	if (p->hs_result.outcome == DRBD_OUTCOME_CONNECT && !may_connect(n, from, v)) {
		if (n->sim->cfg.rr_conflict == DRBD_ASB_RETRY_CONNECT)
			p->hs.retry = true;
		else
			p->hs.disconnect = true;
	}
	sim_2pc_shaken(n, from);
}

/* What the handshake found out, in the change that makes it Connected. */
void sim_conn_modify(struct sim_node *n, int peer, bool apply)
{
	struct sim_peer *p = &n->peer[peer];
	int v;

	drbd_state_set_cstate(&n->s, sim_conn_index(n, peer), DRBD_C_CONNECTED);
	for (v = 0; v < n->sim->cfg.nodes; v++)
		n->peer[v].notified &= ~drbd_node_mask(peer);
	if (!apply || !p->hs_connect)
		return;
	sim_conn(n, peer)->new.peer_role = p->state.role;
	p->quorate = p->state.quorum;
	p->detect_due = true;
	p->discard = false;
	for (v = 0; v < SIM_VOLUMES; v++) {
		struct drbd_state_pd *pd = sim_pd(n, v, peer);

		sim_apply_handshake_bitmap(n, peer, v, &p->hs_result);
		pd->oos_bits = sim_data_oos(n, v, peer);
		pd->bitmap_uuid = n->vol[v].ids.slots[peer].uuid;
		pd->new.replication = true;
		pd->new.peer_replication = true;
		pd->new.repl = p->hs_result.repl;
		if (n->dev[v].old.disk == DRBD_D_NEGOTIATING)
			pd->new.repl = DRBD_R_ESTABLISHED;
		pd->new.disk = p->hs_disk;
		pd->new.resync_susp_peer = p->hs_resync_susp_peer;
		if (p->hs_outdate && n->dev[v].new.disk > DRBD_D_OUTDATED)
			n->dev[v].new.disk = DRBD_D_OUTDATED;
	}
	sim_data_conn_up(n, peer);
}

static void outdate_targets(struct sim_node *n, int peer)
{
	int v;

	sim_change_begin(n);
	for (v = 0; v < SIM_VOLUMES; v++) {
		enum drbd_repl repl = n->peer[peer].hs_result.repl;

		if ((repl == DRBD_R_WF_BITMAP_T || drbd_repl_is_target(repl)) &&
		    n->dev[v].new.disk > DRBD_D_OUTDATED)
			n->dev[v].new.disk = DRBD_D_OUTDATED;
	}
	sim_change_end(n, DRBD_CHG_HARD);
}

static void force_secondary(struct sim_node *n)
{
	sim_change_begin(n);
	n->s.new.role = DRBD_ROLE_SECONDARY;
	sim_change_end(n, DRBD_CHG_HARD | DRBD_CHG_IGN_OPENERS);
}

static void give_up(struct sim_node *n, int peer)
{
	sim_send(n, peer, SIM_DATA, sim_msg(n, DRBD_P_DISCONNECT, DRBD_NO_VOLUME));
	sim_conn_lose(n, peer, DRBD_C_DISCONNECTING);
}

void sim_connect_done(struct sim_node *n, int peer, enum drbd_rv rv)
{
	const struct drbd_twopc_connect_try attempt = {
		.rv = rv,
		.retry_connect = n->sim->cfg.rr_conflict == DRBD_ASB_RETRY_CONNECT,
		.primary = n->s.old.role == DRBD_ROLE_PRIMARY,
		.suspended = drbd_state_suspended(&n->s, DRBD_OLD),
		.no_data_error = !n->s.suspend_on_no_data,
		.force_secondary = n->sim->cfg.force_secondary,
	};
	struct drbd_twopc_connect_next next = drbd_twopc_after_connect(&attempt);

	if (next.outdate)
		outdate_targets(n, peer);
	if (next.demote)
		force_secondary(n);
	switch (next.step) {
	case DRBD_TWOPC_CONNECTED:
		break;
	case DRBD_TWOPC_CONNECT_AGAIN:
		connect_soon(n, peer, next.delay_ms + sim_rand(n->sim, 20));
		break;
	case DRBD_TWOPC_CONNECT_READERS:
		connect_soon(n, peer, 100);
		break;
	case DRBD_TWOPC_CONNECT_GIVE_UP:
		give_up(n, peer);
		break;
	case DRBD_TWOPC_CONNECT_LOST:
		sim_conn_lose(n, peer, DRBD_C_NETWORK_FAILURE);
		break;
	}
}

/* ---- teardown ---- */

static void notify_lost_primary(struct sim_node *n, int lost)
{
	u64 owed = 0;
	int v, peer;

	for (v = 0; v < SIM_VOLUMES; v++) {
		struct drbd_uuid_env env;

		sim_uuid_env(n, v, &env);
		owed |= drbd_survivors_owed(&env, lost);
		for (peer = 0; peer < n->sim->cfg.nodes; peer++) {
			struct sim_msg *msg;

			if (!(owed & drbd_node_mask(peer)))
				continue;
			sim_pd(n, v, peer)->old.reconcile_owed = true;
			sim_pd(n, v, peer)->new.reconcile_owed = true;
			msg = sim_msg(n, DRBD_P_CURRENT_UUID, v);
			msg->uuids.current_uuid = n->vol[v].ids.current_uuid;
			msg->uuids.node_mask = drbd_uuid_weak_nodes(&env, n->id);
			sim_send(n, peer, SIM_DATA, msg);
		}
	}
	for (peer = 0; peer < n->sim->cfg.nodes; peer++) {
		if (owed & drbd_node_mask(peer))
			sim_send_peer_dagtag(n, peer, lost);
	}
}

static void settle_later(struct sim_node *n)
{
	int v;

	for (v = 0; v < SIM_VOLUMES; v++) {
		if (n->dev[v].old.disk == DRBD_D_CONSISTENT && !drbd_state_hold_active(&n->s)) {
			n->empty_due = true;
			sim_timer_set(n, SIM_T_EMPTY, sim_rand(n->sim, 20));
		}
	}
}

/* 11.2 (9) */
static void lost_primary(struct sim_node *n, int peer)
{
	struct drbd_state_conn *conn = sim_conn(n, peer);
	int v;

	if (!conn->old.lost_primary_notice)
		return;
	notify_lost_primary(n, peer);
	conn->old.lost_primary_notice = false;
	conn->new.lost_primary_notice = false;
	for (v = 0; v < SIM_VOLUMES; v++) {
		sim_pd(n, v, peer)->old.reconcile_owed = false;
		sim_pd(n, v, peer)->new.reconcile_owed = false;
	}
	settle_later(n);
}

static void drop_debts(struct sim_node *n, int peer)
{
	int v;

	for (v = 0; v < SIM_VOLUMES; v++) {
		struct drbd_state_pd *pd = sim_pd(n, v, peer);
		bool owed = pd->old.reconcile_owed || pd->old.reconcile_running;

		pd->old.reconcile_owed = false;
		pd->old.reconcile_running = false;
		pd->predecessor_armed = false;
		n->vol[v].again[peer] = 0;
		n->peer[peer].survivor = false;
		if (owed)
			settle_later(n);
	}
}

static void teardown(struct sim_node *n, int peer)
{
	struct sim_peer *p = &n->peer[peer];
	enum drbd_cstate cstate;
	int v;

	if (!p->draining) {
		p->draining = true;
		p->link = SIM_LINK_NONE;
		sim_net_close(n, peer);
		sim_2pc_lost(n, peer);
		sim_data_conn_stop(n, peer);
	}
	if (!sim_data_conn_drained(n, peer)) {
		connect_soon(n, peer, DRAIN_MS);
		return;
	}
	for (v = 0; v < SIM_VOLUMES; v++) {
		sim_pd(n, v, peer)->handshake_running = false;
		sim_uuid_event(n, v, DRBD_NEED_CONN_LOST);
		sim_md_sync(n, v);
	}
	sim_handshake_reset(n, peer);
	sim_data_conn_lost(n, peer);
	p->draining = false;
	p->teardown = false;
	cstate = sim_conn(n, peer)->old.cstate;
	sim_change_begin(n);
	if (cstate != DRBD_C_DISCONNECTING)
		drbd_state_set_cstate(&n->s, sim_conn_index(n, peer), DRBD_C_UNCONNECTED);
	sim_change_end(n, DRBD_CHG_HARD);
	lost_primary(n, peer);
	drop_debts(n, peer);
	if (cstate == DRBD_C_DISCONNECTING) {
		sim_change_begin(n);
		drbd_state_set_cstate(&n->s, sim_conn_index(n, peer), DRBD_C_STANDALONE);
		sim_change_end(n, DRBD_CHG_HARD);
	} else {
		connect_soon(n, peer, RECONNECT_MS + sim_rand(n->sim, RECONNECT_MS));
	}
	sim_net_release(n);
}

void sim_conn_timer(struct sim_node *n, int peer)
{
	struct sim_peer *p = &n->peer[peer];

	if (p->teardown) {
		teardown(n, peer);
		return;
	}
	switch (sim_conn(n, peer)->old.cstate) {
	case DRBD_C_UNCONNECTED:
		sim_change_begin(n);
		drbd_state_set_cstate(&n->s, sim_conn_index(n, peer), DRBD_C_CONNECTING);
		sim_change_end(n, DRBD_CHG_HARD);
		p->link = SIM_LINK_OPENING;
		sim_net_open(n, peer);
		break;
	case DRBD_C_CONNECTING:
		if (p->link != SIM_LINK_UP || n->id > peer)
			break;
		/* The state mutex is only tried for. */
		if (n->mutex != SIM_CHG_NONE)
			connect_soon(n, peer, 50 + sim_rand(n->sim, 10));
		else
			sim_2pc_start(n, SIM_CHG_CONNECT, peer);
		break;
	default:
		break;
	}
}

/* ---- states of the peer ---- */

static void got_role(struct sim_node *n, int from, const struct drbd_wire_state *st)
{
	if (st->role != DRBD_ROLE_SECONDARY || sim_conn(n, from)->old.cstate != DRBD_C_CONNECTED)
		return;
	sim_change_begin(n);
	sim_conn(n, from)->new.peer_role = DRBD_ROLE_SECONDARY;
	sim_change_end(n, DRBD_CHG_HARD);
}

/* 3.5 (6): what the replication state should be, by what the peer reports. */
static enum drbd_repl compare_again(struct sim_node *n, int from, int v,
				    const struct drbd_wire_state *st, s8 *neg)
{
	struct sim_peer *p = &n->peer[from];
	enum drbd_repl repl = sim_pd(n, v, from)->old.repl;
	enum drbd_disk disk = n->dev[v].old.disk;
	/* What was on its way when the attach began is not the answer to it. */
	bool attach = repl == DRBD_R_ESTABLISHED &&
		      (disk == DRBD_D_NEGOTIATING ? st->pdsk == DRBD_D_NEGOTIATING :
						    st->disk == DRBD_D_NEGOTIATING);
	bool starting = st->conn == DRBD_R_STARTING_SYNC_S ||
			st->conn == DRBD_R_STARTING_SYNC_T;
	struct drbd_handshake_result r;

	*neg = DRBD_NEG_PENDING;
	if (disk < DRBD_D_NEGOTIATING || st->disk < DRBD_D_NEGOTIATING || !p->uuids_valid)
		return repl;
	if (!attach && !p->consider_resync && !(repl == DRBD_R_ESTABLISHED && starting) &&
	    !(st->conn == DRBD_R_WF_BITMAP_T && p->uuids.flags & DRBD_UUID_FLAG_CRASHED_PRIMARY &&
	      repl == DRBD_R_ESTABLISHED))
		return repl;
	if (starting) {
		/* Both have set all bits; the state says who is what. */
		return st->conn == DRBD_R_STARTING_SYNC_S ? DRBD_R_WF_BITMAP_T :
							    DRBD_R_WF_BITMAP_S;
	}
	p->consider_resync = false;
	compare_disks(n, from, v, attach, &r);
	if (r.outcome != DRBD_OUTCOME_CONNECT) {
		*neg = DRBD_NEG_NO_RESULT;
		if (!attach)
			return DRBD_R_OFF;
		return repl;
	}
	sim_apply_handshake_bitmap(n, from, v, &r);
	*neg = r.repl;
	return r.repl;
}

static void learn(struct sim_node *n, int from, int v, const struct drbd_wire_state *st,
		  bool *done)
{
	struct drbd_state_pd *pd = sim_pd(n, v, from);

	switch (drbd_resync_learn(pd->old.repl, pd->old.disk, st->conn)) {
	case DRBD_LEARN_FINISH:
		sim_data_source_over(n, v, from, st->disk);
		*done = true;
		break;
	case DRBD_LEARN_REMEMBER:
		sim_data_source_remember(n, v, from, st->disk);
		*done = true;
		break;
	case DRBD_LEARN_NOTHING:
		break;
	}
}

static bool was_target(u8 conn)
{
	return conn >= DRBD_R_STARTING_SYNC_S && conn <= DRBD_R_PAUSED_SYNC_T &&
	       (conn == DRBD_R_STARTING_SYNC_T || conn == DRBD_R_WF_BITMAP_T ||
		conn == DRBD_R_SYNC_TARGET || conn == DRBD_R_PAUSED_SYNC_T);
}

static void take_state(struct sim_node *n, int from, int v, const struct drbd_wire_state *st,
		       enum drbd_disk disk)
{
	struct drbd_state_pd *pd = sim_pd(n, v, from);
	enum drbd_repl before = pd->old.repl, repl = before;
	bool negotiating = st->disk == DRBD_D_NEGOTIATING;
	bool attach = n->dev[v].old.disk == DRBD_D_NEGOTIATING;
	unsigned int flags = DRBD_CHG_LOCAL_ONLY;
	enum drbd_rv rv;
	s8 neg = DRBD_NEG_PENDING;

	if (repl == DRBD_R_OFF)
		repl = DRBD_R_ESTABLISHED;
	if (st->conn == DRBD_R_AHEAD)
		repl = DRBD_R_BEHIND;
	else if (repl >= DRBD_R_ESTABLISHED)
		repl = compare_again(n, from, v, st, &neg);
	sim_change_begin(n);
	if (attach) {
		if (neg != DRBD_NEG_PENDING)
			pd->new.neg = neg;
		flags |= DRBD_CHG_FORCE_RECALC;
	} else {
		pd->new.repl = repl;
	}
	if (n->conn[sim_conn_index(n, from)].new.cstate == DRBD_C_CONNECTED)
		sim_conn(n, from)->new.peer_role = st->role;
	if (!negotiating)
		pd->new.disk = disk;
	pd->new.resync_susp_peer = st->aftr_isp || st->user_isp;
	if (pd->old.repl < DRBD_R_ESTABLISHED && repl >= DRBD_R_ESTABLISHED)
		flags = DRBD_CHG_HARD | (flags & DRBD_CHG_FORCE_RECALC);
	rv = sim_change_end(n, flags);
	if (rv < DRBD_SS_SUCCESS) {
		sim_trace(n->sim, "node %d: state of %d is refused: %d", n->id, from, rv);
		sim_conn_lose(n, from, DRBD_C_DISCONNECTING);
		return;
	}
	/* 3.5 (11): the peer has to compare as well. */
	if ((repl == DRBD_R_WF_BITMAP_S || repl == DRBD_R_WF_BITMAP_T) && before != repl &&
	    pd->old.repl == repl && st->conn == DRBD_R_ESTABLISHED && !attach && !negotiating) {
		sim_send_uuids(n, from, v, 0);
		sim_send_state(n, from, v);
	}
}

void sim_got_state(struct sim_node *n, int from, struct sim_msg *msg)
{
	struct sim_peer *p = &n->peer[from];
	struct drbd_wire_error err;
	struct drbd_wire_state st;
	struct drbd_state_pd *pd;
	enum drbd_disk disk;
	int v = msg->vnr;
	bool done = false;
	u8 before;

	if (drbd_wire_state_decode(msg->body.state, SIM_PROTOCOL, &st, &err)) {
		sim_fail(n->sim, "node %d: bad state word %x", n->id, msg->body.state);
		return;
	}
	if (v == DRBD_NO_VOLUME) {
		got_role(n, from, &st);
		return;
	}
	if (sim_conn(n, from)->old.cstate == DRBD_C_CONNECTING) {
		if (drbd_twopc_connects(&n->tp, from))
			sim_handshake_state(n, from, v, &st);
		return;
	}
	if (sim_conn(n, from)->old.cstate != DRBD_C_CONNECTED)
		return;
	pd = sim_pd(n, v, from);
	if (st.disk > DRBD_D_DISKLESS && !pd->bitmap) {
		sim_conn_lose(n, from, DRBD_C_DISCONNECTING);
		return;
	}
	before = p->last_conn;
	p->state = st;
	p->quorate = st.quorum;
	disk = drbd_uuid_negotiated_disk(st.disk, p->uuids.flags);
	if (was_target(before) && pd->old.repl > DRBD_R_ESTABLISHED &&
	    n->dev[v].old.disk >= DRBD_D_INCONSISTENT &&
	    (pd->old.disk == DRBD_D_INCONSISTENT || pd->old.disk == DRBD_D_CONSISTENT)) {
		if (st.conn > DRBD_R_ESTABLISHED && st.conn < DRBD_R_SYNC_SOURCE)
			disk = DRBD_D_INCONSISTENT;
		else
			learn(n, from, v, &st, &done);
	}
	p->last_conn = st.conn;
	if (!done) {
		if (pd->old.disk == DRBD_D_UP_TO_DATE && disk == DRBD_D_INCONSISTENT &&
		    pd->old.repl == DRBD_R_ESTABLISHED && st.conn > DRBD_R_SYNC_SOURCE)
			disk = DRBD_D_UP_TO_DATE;
		take_state(n, from, v, &st, disk);
	}
	if (n->up && sim_conn(n, from)->old.cstate == DRBD_C_CONNECTED)
		sim_data_state_seen(n, v, from, &st);
	for (v = 0; v < SIM_VOLUMES; v++)
		sim_md_sync(n, v);
}

/* ---- survivors of a lost Primary ---- */

/* What the lost Primary wrote is here now, up to where the source had it. */
void sim_survivor_synced(struct sim_node *n, int peer)
{
	struct sim_peer *p = &n->peer[peer];

	if (p->survivor && sim_conn(n, p->survivor_lost)->old.cstate != DRBD_C_CONNECTED)
		n->peer_dagtag[p->survivor_lost] = p->survivor_dagtag;
	p->survivor = false;
}

static void reconcile_volume(struct sim_node *n, int from, int v, s64 offset)
{
	struct drbd_state_pd *pd = sim_pd(n, v, from);
	struct drbd_volume_compare vc = {
		.repl = pd->old.repl, .disk = min(n->dev[v].old.disk, pd->old.disk),
	};
	struct drbd_handshake h;
	struct drbd_decision d;
	enum drbd_survivor what;

	sim_compare_setup(n, from, v, &h);
	drbd_uuid_compare(&h.c, &d);
	vc.strategy = d.strategy;
	what = drbd_survivor_compare(&vc, 1, offset);
	sim_trace(n->sim, "node %d: survivors with %d: %d", n->id, from, what);
	switch (what) {
	case DRBD_SURVIVOR_CLEAR:
		sim_data_bm_clear(n, v, from);
		break;
	case DRBD_SURVIVOR_SOURCE:
	case DRBD_SURVIVOR_TARGET:
		sim_change_begin(n);
		pd->new.repl = what == DRBD_SURVIVOR_SOURCE ? DRBD_R_WF_BITMAP_S :
							      DRBD_R_WF_BITMAP_T;
		pd->new.reconcile_running = true;
		pd->new.reconcile_owed = false;
		sim_change_end(n, DRBD_CHG_LOCAL_ONLY);
		break;
	case DRBD_SURVIVOR_END:
		break;
	}
}

/* The answer to a ping. */
void sim_peer_answered(struct sim_node *n, int peer)
{
	n->peer[peer].answered = true;
	sim_net_release(n);
}

enum whereabouts {
	STILL_THERE,
	GONE,
	NOT_KNOWN,	/* asked, or the cleanup is not over */
};

/* A node that another one lost. Both survivors have to agree that it is gone. */
static enum whereabouts look_for(struct sim_node *n, int lost)
{
	struct sim_peer *p = &n->peer[lost];

	if (sim_conn(n, lost)->old.cstate != DRBD_C_CONNECTED) {
		p->asked = false;
		return p->teardown ? NOT_KNOWN : GONE;
	}
	if (!p->asked) {
		p->asked = true;
		p->answered = false;
		sim_send(n, lost, SIM_CONTROL, sim_msg(n, DRBD_P_PING, DRBD_NO_VOLUME));
	} else if (p->answered) {
		p->asked = false;
		return STILL_THERE;
	}
	return NOT_KNOWN;
}

/* The peer may have ignored what it was told when it had not lost the node itself. Both
 * have to compare, or the other one waits for it; unless a resync runs, which it may not
 * know any more. To return it once is enough.
 */
static void notify_too(struct sim_node *n, int peer, int v, int lost)
{
	struct drbd_uuid_env env;
	struct sim_msg *msg;

	sim_uuid_env(n, v, &env);
	if (sim_pd(n, v, peer)->old.repl > DRBD_R_ESTABLISHED ||
	    n->peer[peer].notified & drbd_node_mask(lost) ||
	    !(drbd_survivors_owed(&env, lost) & drbd_node_mask(peer)))
		return;
	n->peer[peer].notified |= drbd_node_mask(lost);
	msg = sim_msg(n, DRBD_P_CURRENT_UUID, v);
	msg->uuids.current_uuid = n->vol[v].ids.current_uuid;
	msg->uuids.node_mask = drbd_uuid_weak_nodes(&env, n->id);
	sim_send(n, peer, SIM_DATA, msg);
	sim_send_peer_dagtag(n, peer, lost);
}

bool sim_got_peer_dagtag(struct sim_node *n, int from, struct sim_msg *msg)
{
	struct sim_peer *p = &n->peer[from];
	int lost = msg->body.dagtag.node_id, v;
	s64 offset;
	bool known = lost >= 0 && lost < n->sim->cfg.nodes && lost != n->id &&
		     sim_configured(n, lost);

	offset = known ? (s64)(n->peer_dagtag[lost] - msg->body.dagtag.dagtag) : 0;
	if (sim_conn(n, from)->old.cstate != DRBD_C_CONNECTED) {
		if (!drbd_twopc_connects(&n->tp, from))
			return true;
		p->lost.received = true;
		p->lost.received_node = lost;
		p->lost.offset_known = known && n->peer_dagtag[lost];
		p->lost.offset = offset;
		return true;
	}
	if (!known)
		return true;
	switch (look_for(n, lost)) {
	case STILL_THERE:
		return true;
	case NOT_KNOWN:
		return false;
	case GONE:
		break;
	}
	for (v = 0; v < SIM_VOLUMES; v++) {
		struct drbd_state_pd *pd = sim_pd(n, v, from);

		notify_too(n, from, v, lost);
		if (pd->old.repl >= DRBD_R_ESTABLISHED && p->uuids_valid)
			reconcile_volume(n, from, v, offset);
		p->survivor = pd->old.repl == DRBD_R_WF_BITMAP_T && pd->old.reconcile_running;
		p->survivor_lost = lost;
		p->survivor_dagtag = msg->body.dagtag.dagtag;
		pd->old.reconcile_owed = false;
		pd->new.reconcile_owed = false;
	}
	settle_later(n);
	return true;
}
