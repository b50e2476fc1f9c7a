// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two-phase commits of a simulated node: what the automaton of the core says, done
 */

#include <linux/bitfield.h>
#include <linux/bitops.h>

#include "../core/promote.h"
#include "../core/state_predicates.h"
#include "../core/state_validate.h"
#include "sim.h"

#define TWOPC_TIMEOUT	300	/* in 0.1 s, as all that follow */
#define RETRY_TIMEOUT	1
#define AUTO_PROMOTE	20
#define PING_TIMEOUT	5

void sim_2pc_env(struct sim_node *n, struct drbd_twopc_env *env)
{
	const struct drbd_state *s = &n->s;
	unsigned int c, d;

	memset(env, 0, sizeof(*env));
	env->members = s->old.members;
	env->primary = s->old.role == DRBD_ROLE_PRIMARY;
	env->quorate = drbd_state_all_quorate(s, DRBD_OLD);
	env->reader = n->readers && !n->writers;
	env->known_volume = true;
	env->twopc_timeout = TWOPC_TIMEOUT;
	env->retry_timeout = RETRY_TIMEOUT;
	env->auto_promote_timeout = AUTO_PROMOTE;
	env->ping_timeout = PING_TIMEOUT;
	for (d = 0; d < s->ndev; d++) {
		env->data_access = env->data_access || drbd_state_data_access(s, d, DRBD_OLD);
		env->have_disk = env->have_disk || s->dev[d].old.disk > DRBD_D_DISKLESS;
	}
	for (c = 0; c < s->nconn; c++) {
		const struct drbd_state_conn *conn = &s->conn[c];
		u64 node = drbd_node_mask(conn->node_id);

		env->configured |= node;
		if (conn->two_primaries)
			env->two_primaries |= node;
		if (conn->old.cstate == DRBD_C_CONNECTED) {
			env->connected |= node;
			if (conn->old.peer_role == DRBD_ROLE_PRIMARY)
				env->primary_peers |= node;
			if (n->peer[conn->node_id].quorate)
				env->peer_quorate = true;
		} else if (conn->old.cstate == DRBD_C_CONNECTING &&
			   n->peer[conn->node_id].link == SIM_LINK_UP) {
			env->connecting |= node;
		}
	}
}

static bool can_send(struct sim_node *n, int peer)
{
	enum drbd_cstate cstate;

	if (!sim_configured(n, peer))
		return false;
	cstate = sim_conn(n, peer)->old.cstate;
	return cstate >= DRBD_C_CONNECTING && n->peer[peer].link == SIM_LINK_UP;
}

static u16 packet_of(const struct drbd_twopc_msg *msg)
{
	switch (msg->cmd) {
	case DRBD_TWOPC_PREPARE:
		return DRBD_P_TWOPC_PREPARE;
	case DRBD_TWOPC_COMMIT:
		return DRBD_P_TWOPC_COMMIT;
	case DRBD_TWOPC_ABORT:
		return DRBD_P_TWOPC_ABORT;
	case DRBD_TWOPC_YES:
		return DRBD_P_TWOPC_YES;
	case DRBD_TWOPC_NO:
		return DRBD_P_TWOPC_NO;
	default:
		return DRBD_P_TWOPC_RETRY;
	}
}

/* Returns those of the nodes that it could not be sent to. */
static u64 send_all(struct sim_node *n, u64 nodes, const struct drbd_twopc_msg *twopc)
{
	enum sim_stream stream = twopc->cmd >= DRBD_TWOPC_YES ? SIM_CONTROL : SIM_DATA;
	u64 unsent = 0;
	int peer;

	for (peer = 0; peer < DRBD_NODES; peer++) {
		struct sim_msg *msg;

		if (!(nodes & drbd_node_mask(peer)))
			continue;
		if (peer >= n->sim->cfg.nodes || peer == n->id || !can_send(n, peer)) {
			unsent |= drbd_node_mask(peer);
			continue;
		}
		msg = sim_msg(n, packet_of(twopc), twopc->volume);
		msg->twopc = *twopc;
		if (!sim_send(n, peer, stream, msg))
			unsent |= drbd_node_mask(peer);
	}
	return unsent;
}

/* ---- what a change is to this node ---- */

static void apply_volume(struct sim_node *n, int peer, int v, u32 mask, u32 val)
{
	struct drbd_state_pd *pd = sim_pd(n, v, peer);
	unsigned int conn = FIELD_GET(DRBD_STATE_CONN, val);

	if (mask & DRBD_STATE_DISK)
		n->dev[v].new.disk = FIELD_GET(DRBD_STATE_DISK, val);
	if (mask & DRBD_STATE_PDSK)
		pd->new.disk = FIELD_GET(DRBD_STATE_PDSK, val);
	if (mask & DRBD_STATE_CONN && conn > DRBD_R_OFF)
		pd->new.repl = conn;
}

static enum drbd_rv apply_word(struct sim_node *n, const struct drbd_twopc_msg *msg)
{
	struct drbd_wire_change change = { .mask = msg->mask, .val = msg->value };
	int peer = msg->initiator, v;
	enum drbd_rv rv = drbd_wire_change_from_peer(&change, SIM_PROTOCOL);
	unsigned int conn = FIELD_GET(DRBD_STATE_CONN, change.val);

	if (rv != DRBD_SS_SUCCESS)
		return rv;
	for (v = 0; v < SIM_VOLUMES; v++) {
		u32 mask = change.mask;

		if (msg->volume != DRBD_NO_VOLUME && msg->volume != v)
			continue;
		/* A disk that is worse already need not be outdated. */
		if (drbd_twopc_is_disconnect(msg) && n->dev[v].old.disk < DRBD_D_OUTDATED)
			mask &= ~DRBD_STATE_DISK;
		if (drbd_twopc_is_disconnect(msg) &&
		    sim_pd(n, v, peer)->old.disk < DRBD_D_OUTDATED)
			mask &= ~DRBD_STATE_PDSK;
		apply_volume(n, peer, v, mask, change.val);
		if (msg->volume != DRBD_NO_VOLUME && change.mask & DRBD_STATE_CONN &&
		    conn == DRBD_R_OFF)
			sim_pd(n, v, peer)->new.repl = DRBD_R_OFF;
	}
	if (msg->volume != DRBD_NO_VOLUME)
		return rv;
	if (change.mask & DRBD_STATE_PEER)
		sim_conn(n, peer)->new.peer_role = FIELD_GET(DRBD_STATE_PEER, change.val);
	if (change.mask & DRBD_STATE_CONN && conn <= DRBD_C_CONNECTED)
		drbd_state_set_cstate(&n->s, sim_conn_index(n, peer), conn);
	return rv;
}

static enum drbd_rv check(struct sim_node *n, const struct drbd_twopc_msg *msg)
{
	enum drbd_rv rv;

	sim_change_begin(n);
	rv = apply_word(n, msg);
	if (rv != DRBD_SS_SUCCESS) {
		drbd_state_begin(&n->s);
		return rv;
	}
	rv = sim_change_check(n, DRBD_CHG_PREPARE);
	return rv == DRBD_SS_NOTHING_TO_DO ? DRBD_SS_SUCCESS : rv;
}

static void outdate_disks(struct sim_node *n)
{
	int v;

	for (v = 0; v < SIM_VOLUMES; v++) {
		if (n->dev[v].new.disk > DRBD_D_OUTDATED)
			n->dev[v].new.disk = DRBD_D_OUTDATED;
	}
}

static void confirm_disks(struct sim_node *n)
{
	int v;

	if (drbd_state_hold_active(&n->s))
		return;
	for (v = 0; v < SIM_VOLUMES; v++) {
		if (n->dev[v].new.disk == DRBD_D_CONSISTENT &&
		    !drbd_state_foreign_primary(&n->s, v))
			n->dev[v].new.disk = DRBD_D_UP_TO_DATE;
	}
}

static void outdate_peer(struct sim_node *n, int peer)
{
	int v;

	for (v = 0; v < SIM_VOLUMES; v++) {
		if (!sim_configured(n, peer))
			n->vol[v].ids.slots[peer].flags |= DRBD_MDF_PEER_OUTDATED;
		else if (sim_pd(n, v, peer)->new.disk > DRBD_D_OUTDATED)
			sim_pd(n, v, peer)->new.disk = DRBD_D_OUTDATED;
		sim_md_dirty(n, v);
	}
}

static void outdate_far(struct sim_node *n, u64 far)
{
	int v, peer;

	for (peer = 0; peer < n->sim->cfg.nodes; peer++) {
		if (peer == n->id || !sim_configured(n, peer))
			continue;
		for (v = 0; v < SIM_VOLUMES; v++) {
			struct drbd_state_pd *pd = sim_pd(n, v, peer);
			bool is_far = far & drbd_node_mask(peer) && pd->bitmap &&
				      pd->new.repl < DRBD_R_ESTABLISHED;

			pd->new.disk = drbd_promote_peer_disk(n->cmd_role.flags,
							      pd->new.disk, is_far);
		}
	}
}

static void own_apply(struct sim_node *n, const struct drbd_twopc_apply *apply)
{
	if (n->mutex != SIM_CHG_LOST_PEER)
		sim_own_modify(n, n->mutex, true);
	if (apply->far_nodes)
		outdate_far(n, apply->far_nodes);
}

/* Whoever takes part tells its UUIDs once more, and only then has told them. */
static void begin_attach(struct sim_node *n, const struct drbd_twopc_msg *msg)
{
	int peer;

	if (msg->volume == DRBD_NO_VOLUME || !(msg->mask & DRBD_STATE_DISK) ||
	    FIELD_GET(DRBD_STATE_DISK, msg->value) != DRBD_D_NEGOTIATING)
		return;
	for (peer = 0; peer < n->sim->cfg.nodes; peer++) {
		if (msg->initiator == n->id || msg->initiator == peer)
			n->peer[peer].attach_untold = true;
	}
}

static enum drbd_rv apply(struct sim_node *n, const struct drbd_twopc_msg *msg,
			  const struct drbd_twopc_apply *apply)
{
	unsigned int flags = apply->initiator ? DRBD_CHG_OWN_TWOPC : DRBD_CHG_PREPARED;
	bool connect = drbd_twopc_is_connect(msg);
	enum drbd_rv rv;
	int v;

	sim_check_applied(n, msg->initiator, msg->tid, msg->mask, msg->value);
	if (apply->initiator || apply->scope != DRBD_TWOPC_FAR)
		begin_attach(n, msg);
	sim_change_begin(n);
	if (apply->initiator) {
		flags |= sim_own_flags(n, n->mutex);
		own_apply(n, apply);
	} else if (apply->scope != DRBD_TWOPC_FAR) {
		apply_word(n, msg);
		/* Promoted by force: its data is the one that counts from now on. */
		if (drbd_twopc_role_value(msg) == DRBD_ROLE_PRIMARY &&
		    msg->mask & DRBD_STATE_DISK)
			n->peer[msg->initiator].consider_resync = true;
		if (connect)
			sim_conn_modify(n, msg->initiator, true);
	} else {
		for (v = 0; v < SIM_VOLUMES; v++) {
			if (n->outdate_on_commit & BIT(v) &&
			    n->dev[v].new.disk > DRBD_D_OUTDATED)
				n->dev[v].new.disk = DRBD_D_OUTDATED;
		}
	}
	n->s.new.members = apply->members;
	if (apply->peer_outdated)
		outdate_peer(n, msg->initiator);
	if (apply->outdate)
		outdate_disks(n);
	else if (apply->confirm)
		confirm_disks(n);
	if (apply->recalc || drbd_twopc_is_empty(msg))
		flags |= DRBD_CHG_FORCE_RECALC;
	/* Who has agreed cannot refuse any more, even if the handshake, or something else,
	 * showed meanwhile that it would be better.
	 */
	if (!apply->initiator || connect)
		flags |= DRBD_CHG_HARD;
	rv = sim_change_end(n, flags);
	if (rv < DRBD_SS_SUCCESS && (!apply->initiator || drbd_twopc_verdict_first(msg)))
		sim_fail(n->sim, "G6: node %d: change of the cluster fails here: %d", n->id, rv);
	for (v = 0; v < SIM_VOLUMES; v++)
		sim_md_sync(n, v);
	return rv == DRBD_SS_NOTHING_TO_DO ? DRBD_SS_SUCCESS : rv;
}

/* ---- actions ---- */

/* What follows when a list of actions is done; each leads to another list. */
struct follow {
	u64 unsent;
	bool checked;
	u32 check_tid;
	struct drbd_twopc_local local;
	bool applied;
	enum drbd_rv rv;
};

static void ended(struct sim_node *n)
{
	int v;

	n->outdate_on_commit = 0;
	for (v = 0; v < SIM_VOLUMES; v++) {
		u64 uuid = n->vol[v].exposed_later;

		n->vol[v].exposed_later = 0;
		if (uuid && n->dev[v].old.disk < DRBD_D_INCONSISTENT)
			drbd_uuid_set_exposed(&n->vol[v].ids, uuid, n->s.old.role);
	}
	sim_net_release(n);
}

static void own_done(struct sim_node *n, enum drbd_rv rv, u32 ms)
{
	enum sim_change kind = n->mutex;
	int peer = n->twopc_peer;

	n->mutex = SIM_CHG_NONE;
	sim_trace(n->sim, "node %d: own change (%d) ends: %d", n->id, kind, rv);
	switch (kind) {
	case SIM_CHG_ADMIN:
		sim_admin_result(n, rv, ms);
		break;
	case SIM_CHG_CONNECT:
		sim_connect_done(n, peer, rv);
		break;
	case SIM_CHG_LOST_PEER:
		n->try_up_to_date = false;
		n->attempt = 0;
		break;
	case SIM_CHG_RESUME:
	case SIM_CHG_NONE:
		n->attempt = 0;
		break;
	}
	if (n->empty_due || n->resume_due)
		sim_timer_set(n, SIM_T_EMPTY, sim_rand(n->sim, 20));
}

/* It has to begin again; who waits is waken by a timer. */
static void own_again(struct sim_node *n, u32 ms)
{
	enum sim_change kind = n->mutex;
	int peer = n->twopc_peer;

	n->mutex = SIM_CHG_NONE;
	switch (kind) {
	case SIM_CHG_ADMIN:
		sim_timer_set(n, SIM_T_ADMIN, ms);
		break;
	case SIM_CHG_CONNECT:
		sim_timer_set(n, SIM_T_CONNECT + peer, ms);
		break;
	case SIM_CHG_LOST_PEER:
		n->empty_due = true;
		sim_timer_set(n, SIM_T_EMPTY, ms);
		break;
	case SIM_CHG_RESUME:
		n->resume_due = true;
		sim_timer_set(n, SIM_T_EMPTY, ms);
		break;
	case SIM_CHG_NONE:
		break;
	}
}

static void act(struct sim_node *n, const struct drbd_twopc_actions *acts,
		const struct drbd_twopc_action *a, struct follow *f)
{
	switch (a->act) {
	case DRBD_TWOPC_SEND:
		f->unsent |= send_all(n, a->nodes, a->msg);
		break;
	case DRBD_TWOPC_CHECK:
		f->checked = true;
		f->check_tid = a->msg->tid;
		f->local = (struct drbd_twopc_local) {
			.rv = check(n, a->msg), .max_size = DRBD_TWOPC_SIZE_UNLIMITED,
		};
		break;
	case DRBD_TWOPC_HS_RESET:
		sim_handshake_reset(n, a->node);
		break;
	case DRBD_TWOPC_HS_SEND:
		sim_send_initial(n, a->node);
		break;
	case DRBD_TWOPC_HS_RELEASE:
		sim_handshake_release(n, a->node);
		break;
	case DRBD_TWOPC_WRITE_BITMAP:
		sim_data_write_bitmap(n);
		break;
	case DRBD_TWOPC_APPLY:
		f->applied = true;
		f->rv = apply(n, a->msg, &acts->apply);
		break;
	case DRBD_TWOPC_START_TIMER:
		n->timer_tid[a->timer] = drbd_twopc_active(&n->tp).tid;
		sim_timer_set(n, SIM_T_TWOPC_MAIN + a->timer, a->ms);
		break;
	case DRBD_TWOPC_STOP_TIMER:
		sim_timer_stop(n, SIM_T_TWOPC_MAIN + a->timer);
		break;
	case DRBD_TWOPC_WAIT:
		own_again(n, 5 + sim_rand(n->sim, 20));
		break;
	case DRBD_TWOPC_BACK_OFF:
		own_again(n, sim_rand(n->sim, a->ms + 1));
		break;
	case DRBD_TWOPC_DONE:
		own_done(n, a->rv, a->ms);
		break;
	case DRBD_TWOPC_ENDED:
		ended(n);
		break;
	case DRBD_TWOPC_BAD_PACKET:
		sim_fail(n->sim, "node %d: two-phase commit: bad %s %lld", n->id, a->field,
			 (long long)a->value);
		break;
	default:
		break;
	}
}

static bool next_list(struct sim_node *n, struct follow *f, struct drbd_twopc_actions *acts)
{
	struct drbd_twopc_env env;

	sim_2pc_env(n, &env);
	if (f->unsent) {
		u64 unsent = f->unsent;

		f->unsent = 0;
		drbd_twopc_unsent(&n->tp, &env, unsent, acts);
	} else if (f->checked) {
		f->checked = false;
		drbd_twopc_checked(&n->tp, &env, f->check_tid, &f->local, acts);
	} else if (f->applied) {
		f->applied = false;
		drbd_twopc_applied(&n->tp, &env, f->rv, acts);
	} else {
		return false;
	}
	return true;
}

/* Returns true if the packet has to wait, for at most *ms. */
static bool run(struct sim_node *n, struct drbd_twopc_actions *acts, u32 *ms)
{
	struct follow f = {};
	bool defer = false;
	unsigned int i;

	do {
		for (i = 0; i < acts->n && n->up; i++) {
			if (acts->action[i].act == DRBD_TWOPC_DEFER) {
				defer = true;
				*ms = acts->action[i].ms;
			} else {
				act(n, acts, &acts->action[i], &f);
			}
		}
	} while (n->up && next_list(n, &f, acts));
	return defer;
}

static struct drbd_twopc_actions *take_acts(struct sim_node *n)
{
	if (n->acts_used == SIM_ACTS - 1) {
		sim_fail(n->sim, "node %d: two-phase commits without end", n->id);
		return &n->acts[n->acts_used];
	}
	return &n->acts[n->acts_used++];
}

static bool run_taken(struct sim_node *n, struct drbd_twopc_actions *acts, u32 *ms)
{
	bool defer = run(n, acts, ms);

	if (n->acts_used)
		n->acts_used--;
	return defer;
}

bool sim_2pc_packet(struct sim_node *n, int from, struct sim_msg *msg)
{
	struct drbd_twopc_actions *acts;
	struct drbd_twopc_env env;
	u32 ms;

	/* A stream that stands still presents its packet once more, at the end. */
	if (msg->held && n->tp.state != DRBD_TWOPC_IDLE &&
	    n->timer[SIM_T_TWOPC_DEFER] != SIM_NEVER)
		return false;
	acts = take_acts(n);
	sim_2pc_env(n, &env);
	drbd_twopc_packet(&n->tp, &env, from, &msg->twopc, msg->held, acts);
	if (!run_taken(n, acts, &ms))
		return true;
	sim_timer_set(n, SIM_T_TWOPC_DEFER, ms);
	return false;
}

void sim_2pc_lost(struct sim_node *n, int peer)
{
	struct drbd_twopc_actions *acts = take_acts(n);
	struct drbd_twopc_env env;
	u32 ms;

	sim_2pc_env(n, &env);
	drbd_twopc_lost(&n->tp, &env, peer, acts);
	run_taken(n, acts, &ms);
}

void sim_2pc_shaken(struct sim_node *n, int peer)
{
	struct drbd_twopc_actions *acts = take_acts(n);
	struct drbd_twopc_env env;
	u32 ms;

	sim_2pc_env(n, &env);
	drbd_twopc_shaken(&n->tp, &env, peer, &n->peer[peer].hs, acts);
	run_taken(n, acts, &ms);
}

void sim_2pc_readers(struct sim_node *n)
{
	struct drbd_twopc_actions *acts;
	struct drbd_twopc_local local = { .max_size = DRBD_TWOPC_SIZE_UNLIMITED };
	struct drbd_twopc_env env;
	u32 ms;

	if (n->tp.state != DRBD_TWOPC_CHECKING || !n->tp.readers_waited)
		return;
	local.rv = check(n, &n->tp.msg);
	acts = take_acts(n);
	sim_2pc_env(n, &env);
	drbd_twopc_checked(&n->tp, &env, n->tp.msg.tid, &local, acts);
	run_taken(n, acts, &ms);
}

/* ---- own changes ---- */

static void fill_request(struct sim_node *n, enum sim_change kind,
			 const struct drbd_state_cw *cw, struct drbd_twopc_request *req)
{
	const struct drbd_state *s = &n->s;
	const struct drbd_state_pd *pd = NULL;
	unsigned int conn = 0;
	int v = cw->volume == DRBD_NO_VOLUME ? 0 : cw->volume;

	req->volume = cw->volume;
	req->target = cw->target;
	if (cw->target != DRBD_NO_NODE)
		pd = sim_pd(n, v, cw->target);
	switch (cw->kind) {
	case DRBD_CW_PROMOTE:
	case DRBD_CW_DEMOTE:
		req->mask = DRBD_STATE_ROLE;
		req->value = s->new.role;
		if (cw->kind == DRBD_CW_PROMOTE && s->dev[0].old.disk != s->dev[0].new.disk) {
			req->mask |= DRBD_STATE_DISK;
			req->value |= FIELD_PREP(DRBD_STATE_DISK, s->dev[0].new.disk);
		}
		return;
	case DRBD_CW_CONNECT:
		req->mask = DRBD_STATE_ROLE | DRBD_STATE_CONN;
		req->value = s->new.role | FIELD_PREP(DRBD_STATE_CONN, DRBD_C_CONNECTED);
		return;
	case DRBD_CW_DISCONNECT:
		conn = DRBD_C_DISCONNECTING;
		if (s->dev[0].new.disk == DRBD_D_OUTDATED &&
		    s->dev[0].old.disk != DRBD_D_OUTDATED) {
			req->mask |= DRBD_STATE_DISK;
			req->value |= FIELD_PREP(DRBD_STATE_DISK, DRBD_D_OUTDATED);
		}
		if (pd->new.disk == DRBD_D_OUTDATED && pd->old.disk != DRBD_D_OUTDATED) {
			req->mask |= DRBD_STATE_PDSK;
			req->value |= FIELD_PREP(DRBD_STATE_PDSK, DRBD_D_OUTDATED);
		}
		break;
	case DRBD_CW_ATTACH:
	case DRBD_CW_DETACH:
		req->mask = DRBD_STATE_DISK;
		req->value = FIELD_PREP(DRBD_STATE_DISK, s->dev[v].new.disk);
		return;
	default:
		conn = pd->new.repl;
		break;
	}
	req->mask |= DRBD_STATE_CONN;
	req->value |= FIELD_PREP(DRBD_STATE_CONN, conn);
}

static u32 new_tid(struct sim_node *n)
{
	u32 tid = sim_rand64(n->sim);

	return tid ? tid : 1;
}

static void start(struct sim_node *n, struct drbd_twopc_env *env, enum drbd_rv rv)
{
	struct drbd_twopc_actions *acts = take_acts(n);
	u32 ms;

	drbd_twopc_start(&n->tp, env, &n->twopc_req, rv, new_tid(n), acts);
	n->attempt = n->twopc_req.attempt;
	run_taken(n, acts, &ms);
}

static bool alone(struct sim_node *n)
{
	unsigned int c;

	for (c = 0; c < n->s.nconn; c++) {
		if (n->conn[c].old.cstate == DRBD_C_CONNECTED)
			return false;
	}
	return true;
}

/* An empty transaction, or what a node that is alone does instead. */
static void start_empty(struct sim_node *n, enum sim_change kind, struct drbd_twopc_env *env)
{
	enum drbd_rv rv;

	n->twopc_req.volume = DRBD_NO_VOLUME;
	n->twopc_req.target = DRBD_NO_NODE;
	n->twopc_req.resume = kind == SIM_CHG_RESUME;
	n->twopc_req.attempt = n->attempt;
	if (alone(n)) {
		sim_change_begin(n);
		n->s.new.members = drbd_node_mask(n->id);
		if (kind == SIM_CHG_RESUME)
			n->s.new.resume_held = false;
		confirm_disks(n);
		rv = sim_change_end(n, DRBD_CHG_LOCAL_ONLY | DRBD_CHG_FORCE_RECALC);
		own_done(n, rv, 0);
		return;
	}
	start(n, env, DRBD_SS_SUCCESS);
}

/*
 * A change that may concern the cluster: local if it does not, or put to it. The
 * one who wants it hears of the result by sim_admin_result() or sim_connect_done().
 */
void sim_2pc_start(struct sim_node *n, enum sim_change kind, int peer)
{
	unsigned int flags = sim_own_flags(n, kind), d;
	struct drbd_twopc_env env;
	struct drbd_state_cw cw;
	enum drbd_rv rv;

	n->mutex = kind;
	n->twopc_peer = peer;
	memset(&n->twopc_req, 0, sizeof(n->twopc_req));
	sim_2pc_env(n, &env);
	if (kind == SIM_CHG_LOST_PEER || kind == SIM_CHG_RESUME) {
		start_empty(n, kind, &env);
		return;
	}
	sim_change_begin(n);
	sim_own_modify(n, kind, false);
	drbd_state_cluster_wide(&n->s, flags, &cw);
	if (cw.kind == DRBD_CW_NONE) {
		own_done(n, sim_change_end(n, flags), 0);
		return;
	}
	fill_request(n, kind, &cw, &n->twopc_req);
	n->twopc_req.no_retry = kind == SIM_CHG_CONNECT || cw.kind == DRBD_CW_PROMOTE;
	n->twopc_req.attempt = n->twopc_req.no_retry ? 0 : n->attempt;
	if (cw.kind == DRBD_CW_PROMOTE) {
		env.data_access = false;
		for (d = 0; d < n->s.ndev; d++)
			env.data_access = env.data_access ||
					  drbd_state_data_access(&n->s, d, DRBD_NEW);
	}
	rv = sim_change_check(n, flags);
	start(n, &env, rv);
}

void sim_2pc_timer(struct sim_node *n, unsigned int timer)
{
	struct drbd_twopc_actions *acts;
	struct drbd_twopc_env env;
	u32 ms;

	if (timer == SIM_T_TWOPC_DEFER) {
		sim_net_release(n);
		return;
	}
	if (timer == SIM_T_EMPTY) {
		if (!n->empty_due && !n->resume_due)
			return;
		if (n->mutex != SIM_CHG_NONE) {
			sim_timer_set(n, SIM_T_EMPTY, 20 + sim_rand(n->sim, 20));
		} else if (n->empty_due) {
			n->empty_due = false;
			sim_2pc_start(n, SIM_CHG_LOST_PEER, DRBD_NO_NODE);
		} else {
			n->resume_due = false;
			if (n->s.old.resume_held)
				sim_2pc_start(n, SIM_CHG_RESUME, DRBD_NO_NODE);
		}
		return;
	}
	acts = take_acts(n);
	sim_2pc_env(n, &env);
	drbd_twopc_expired(&n->tp, &env, n->timer_tid[timer - SIM_T_TWOPC_MAIN],
			   timer == SIM_T_TWOPC_MAIN ? DRBD_TWOPC_TIMER_MAIN :
						       DRBD_TWOPC_TIMER_READERS, acts);
	run_taken(n, acts, &ms);
}
