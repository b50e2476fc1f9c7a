// SPDX-License-Identifier: GPL-2.0-only
/*
 * UUIDs of a simulated node: told, received, compared, begun
 */

#include "../core/uuid_gen.h"
#include "../core/uuid_override.h"
#include "../core/uuid_recv.h"
#include "../core/uuid_source.h"
#include "../core/uuid_tell.h"
#include "../core/state_predicates.h"
#include "../core/resync_finish.h"
#include "sim.h"

#define ASKS	3

void sim_uuid_env(struct sim_node *n, int v, struct drbd_uuid_env *env)
{
	unsigned int c;

	memset(env, 0, sizeof(*env));
	env->role = n->s.old.role;
	env->disk = n->dev[v].old.disk;
	env->owed = sim_data_owed(n);
	for (c = 0; c < n->s.nconn; c++) {
		const struct drbd_state_conn *conn = &n->conn[c];
		const struct drbd_state_pd *pd = drbd_state_pd(&n->s, v, c);
		struct sim_peer *p = &n->peer[conn->node_id];

		env->peer[conn->node_id] = (struct drbd_uuid_peer) {
			.configured = true,
			.remote_read = conn->allow_remote_read,
			.no_bitmap = !pd->bitmap,
			.role = conn->old.peer_role,
			.disk = pd->old.disk,
			.repl = pd->old.repl,
			.proto = SIM_PROTOCOL,
			.uuids = p->uuids_valid ? &p->uuids : NULL,
		};
	}
}

bool sim_uuid_held(struct sim_node *n, int v)
{
	unsigned int c;

	for (c = 0; c < n->s.nconn; c++) {
		if (drbd_state_pd(&n->s, v, c)->handshake_running)
			return true;
	}
	return false;
}

/* The same for an attach, until all were told. The worker, which tells them, cannot
 * wait for that.
 */
bool sim_uuid_untold(struct sim_node *n, int v)
{
	unsigned int c;

	for (c = 0; c < n->s.nconn; c++) {
		if (n->conn[c].old.cstate == DRBD_C_CONNECTED &&
		    n->peer[n->conn[c].node_id].attach_untold)
			return true;
	}
	return false;
}

static bool is_stable(struct sim_node *n, int v)
{
	struct drbd_uuid_env env;

	sim_uuid_env(n, v, &env);
	return drbd_uuid_stable(&env);
}

/* DRBD_UUID_FLAG_* that a node always tells; STABLE and SYNC_TARGET are added. */
u64 sim_own_uuid_flags(struct sim_node *n, int v, int peer)
{
	const struct drbd_state_dev *dev = &n->dev[v];
	/* what is owed to a peer is dealt with when it connects */
	bool connecting = sim_conn(n, peer)->old.cstate < DRBD_C_CONNECTED;
	const struct drbd_own_flags own = {
		.discard = n->peer[peer].discard,
		.inconsistent = !(dev->md_flags & DRBD_MDF_CONSISTENT),
		.crashed = dev->old.crashed_primary ||
			   (connecting && sim_data_crash_owed(n, peer)),
		.lost_quorum = dev->old.primary_lost_quorum,
		.primary = n->s.old.role == DRBD_ROLE_PRIMARY,
		.unstable = !is_stable(n, v),
		.was_connected = n->peer[peer].reconnect,
		.missing = connecting && (sim_data_oos(n, v, peer) || sim_data_missed(n, peer)),
		.orphaned = sim_data_orphaned(n, peer) && !n->peer[peer].lost.sent,
		.synced = sim_data_synced(n, peer),
		.settled = n->peer[peer].settled,
	};

	return drbd_uuid_own_flags(&own);
}

static void send_current(struct sim_node *n, int peer, int v, const struct drbd_uuid_env *env,
			 bool exposed)
{
	struct sim_msg *msg = sim_msg(n, DRBD_P_CURRENT_UUID, v);

	/* A Primary whose disk is being synced begins generations like one without. */
	msg->uuids.current_uuid = env->disk >= DRBD_D_NEGOTIATING && !exposed ?
				  n->vol[v].ids.current_uuid : n->vol[v].ids.exposed;
	msg->uuids.node_mask = drbd_uuid_weak_nodes(env, n->id);
	n->peer[peer].comm.current_uuid = msg->uuids.current_uuid;
	n->peer[peer].comm.bitmap_uuid = 0;
	n->peer[peer].comm.flags = 0;
	n->peer[peer].comm.bits = 0;
	n->peer[peer].comm_valid = true;
	n->peer[peer].attach_untold = false;
	sim_send(n, peer, SIM_DATA, msg);
}

static void note_told(struct sim_node *n, int peer, int v, const struct drbd_peer_uuids *told)
{
	struct sim_peer *p = &n->peer[peer];

	p->told_stable = n->vol[v].ids;
	p->told_self = told->current_uuid;
	p->told_flags = told->flags;
}

void sim_send_uuids(struct sim_node *n, int peer, int v, u64 flags)
{
	struct drbd_uuid_env env;
	struct drbd_uuid_comm *comm = &n->peer[peer].comm;
	struct sim_msg *msg;
	u64 bits;

	sim_uuid_env(n, v, &env);
	if (env.disk < DRBD_D_NEGOTIATING) {
		send_current(n, peer, v, &env, false);
		return;
	}
	msg = sim_msg(n, DRBD_P_UUIDS110, v);
	bits = sim_data_oos(n, v, peer);
	drbd_uuid_tell(&n->vol[v].ids, &env, peer, bits,
		       flags | sim_own_uuid_flags(n, v, peer), &msg->uuids);
	comm->current_uuid = msg->uuids.current_uuid;
	comm->bitmap_uuid = n->vol[v].ids.slots[peer].uuid;
	comm->flags = msg->uuids.flags;
	comm->bits = bits;
	if (flags & DRBD_UUID_FLAG_GOT_STABLE)
		note_told(n, peer, v, &msg->uuids);
	n->peer[peer].comm_valid = true;
	n->peer[peer].attach_untold = false;
	sim_send(n, peer, SIM_DATA, msg);
}

/* What the worker is about to tell. */
void sim_uuid_will_tell(struct sim_node *n, int peer, int v)
{
	struct drbd_uuid_comm *comm = &n->peer[peer].comm;
	struct drbd_uuid_env env;

	sim_uuid_env(n, v, &env);
	comm->flags = sim_own_uuid_flags(n, v, peer);
	comm->current_uuid = drbd_uuid_resolved(&n->vol[v].ids, &env, peer, &comm->flags);
	if (drbd_uuid_stable(&env))
		comm->flags |= DRBD_UUID_FLAG_STABLE;
	comm->bitmap_uuid = n->vol[v].ids.slots[peer].uuid;
	comm->bits = sim_data_oos(n, v, peer);
	n->peer[peer].comm_disk = n->dev[v].old.disk;
}

static void send_to(struct sim_node *n, int v, u64 nodes, u64 flags)
{
	int peer;

	for (peer = 0; peer < n->sim->cfg.nodes; peer++) {
		if (peer == n->id || !sim_configured(n, peer) ||
		    !(nodes & drbd_node_mask(peer)) ||
		    sim_pd(n, v, peer)->old.repl < DRBD_R_ESTABLISHED)
			continue;
		sim_send_uuids(n, peer, v, flags);
	}
}

/* ---- generations that begin here ---- */

static void not_due(struct sim_node *n, int v)
{
	n->dev[v].old.want_new_uuid = false;
	n->dev[v].new.want_new_uuid = false;
	sim_data_published(n);
}

static void new_uuid_diskless(struct sim_node *n, int v, struct drbd_uuid_env *env)
{
	struct sim_vol *vol = &n->vol[v];
	const struct drbd_diskless_opts opts = {
		.intentional = vol->intentional_diskless,
		.io_error = !n->s.suspend_on_no_quorum,
	};
	u64 old = vol->ids.exposed, tell;
	int peer;

	if (!drbd_diskless_bump(&vol->ids, env, &vol->exposed, &opts))
		return;
	tell = drbd_diskless_begin(&vol->ids, env, &vol->exposed, sim_rand64(n->sim),
				   sim_data_close_epoch(n));
	sim_check_new_uuid(n, v, old, vol->ids.exposed);
	for (peer = 0; peer < n->sim->cfg.nodes; peer++) {
		if (tell & drbd_node_mask(peer))
			send_current(n, peer, v, env, true);
	}
}

/* Returns false if it did not begin. */
static bool new_uuid_disk(struct sim_node *n, int v, struct drbd_uuid_env *env, bool forced)
{
	struct sim_vol *vol = &n->vol[v];
	u64 random[2] = { sim_rand64(n->sim), sim_rand64(n->sim) };
	u64 weak = forced ? drbd_uuid_forced_mask(env) : 0, old = vol->ids.current_uuid;
	struct drbd_uuids before = vol->ids;

	if (!drbd_uuid_new_generation(&vol->ids, env, weak, n->dagtag, random))
		return true;
	drbd_uuid_set_exposed(&vol->ids, vol->ids.current_uuid, n->s.old.role);
	sim_md_dirty(n, v);
	sim_md_sync(n, v);
	/* G5: nothing is announced that is not on disk; the lost disk makes it due again. */
	if (n->dev[v].old.disk <= DRBD_D_FAILED) {
		vol->ids = before;
		return false;
	}
	sim_check_new_uuid(n, v, old, vol->ids.current_uuid);
	sim_data_close_epoch(n);
	send_to(n, v, ~0ULL, forced ? 0 : DRBD_UUID_FLAG_NEW_DATAGEN);
	return true;
}

static bool make_new_uuid(struct sim_node *n, int v, bool forced)
{
	struct drbd_uuid_env env;

	if (sim_uuid_held(n, v))
		return false;
	sim_uuid_env(n, v, &env);
	if (env.disk != DRBD_D_UP_TO_DATE)
		new_uuid_diskless(n, v, &env);
	else if (!new_uuid_disk(n, v, &env, forced))
		return false;
	not_due(n, v);
	return true;
}

bool sim_new_uuid(struct sim_node *n, int v)
{
	return make_new_uuid(n, v, false);
}

void sim_forced_uuid(struct sim_node *n, int v)
{
	make_new_uuid(n, v, true);
}

/* Does what an event does to a generation that is due; those that wait ask again. */
void sim_uuid_event(struct sim_node *n, int v, enum drbd_need_event event)
{
	struct drbd_uuid_env env;
	struct drbd_need_state state;
	unsigned int todo;

	sim_uuid_env(n, v, &env);
	state = (struct drbd_need_state) {
		.due = n->dev[v].old.want_new_uuid,
		.suspended = drbd_state_suspended(&n->s, DRBD_OLD),
		.quorum = n->dev[v].old.have_quorum,
		.accessible = drbd_uuid_data_accessible(&env),
		.lost_quorum = n->dev[v].old.primary_lost_quorum,
		.unfinished = sim_data_unfinished(n, v),
	};
	todo = drbd_uuid_need_consume(event, &state);
	if (todo & DRBD_NEED_CREATE)
		sim_new_uuid(n, v);
	else if (todo & (DRBD_NEED_CLEAR | DRBD_NEED_CLEAR_FIRST))
		not_due(n, v);
}

bool sim_node_want_uuid(struct sim_node *n, int v)
{
	if (n->dev[v].old.want_new_uuid && !sim_uuid_untold(n, v))
		sim_uuid_event(n, v, DRBD_NEED_REQUEST);
	return !n->dev[v].old.want_new_uuid;
}

/* ---- ends of resyncs ---- */

void sim_uuid_resync_finished(struct sim_node *n, int v, int source)
{
	struct drbd_uuid_env env;
	u64 outdated;
	int peer;

	sim_uuid_env(n, v, &env);
	if (!env.peer[source].uuids)
		return;
	outdated = drbd_uuid_resync_finished(&n->vol[v].ids, &env, source,
					     n->vol[v].resync_start, n->dagtag);
	for (peer = 0; peer < n->sim->cfg.nodes; peer++) {
		if (outdated & drbd_node_mask(peer) && peer != source &&
		    sim_configured(n, peer))
			n->vol[v].outdated_peers |= drbd_node_mask(peer);
	}
	sim_md_dirty(n, v);
}

void sim_uuid_start_target(struct sim_node *n, int v, int source)
{
	struct drbd_uuid_env env;

	sim_uuid_env(n, v, &env);
	n->vol[v].resync_start = n->vol[v].ids.current_uuid;
	if (!env.peer[source].uuids)
		return;
	drbd_uuid_set_exposed(&n->vol[v].ids, n->peer[source].uuids.current_uuid,
			      n->s.old.role);
	drbd_uuid_start_target(&n->vol[v].ids, &env, source, n->dagtag, sim_rand64(n->sim));
	n->vol[v].resync_start = n->vol[v].ids.current_uuid;
	sim_md_dirty(n, v);
	sim_md_sync(n, v);
}

void sim_uuid_clear_slot(struct sim_node *n, int v, int peer)
{
	drbd_uuid_replace_slot(&n->vol[v].ids, peer, 0, 0);
	sim_md_dirty(n, v);
}

/* ---- comparing ---- */

void sim_compare_setup(struct sim_node *n, int peer, int v, struct drbd_handshake *h)
{
	struct sim_peer *p = &n->peer[peer];
	const struct sim_config *cfg = &n->sim->cfg;
	struct drbd_uuid_env env;
	int i;

	memset(h, 0, sizeof(*h));
	sim_uuid_env(n, v, &env);
	h->c.ids = &n->vol[v].ids;
	h->c.view = &p->uuids;
	h->c.peer = peer;
	h->c.proto = SIM_PROTOCOL;
	h->c.wire_protocol = cfg->protocol;
	h->c.resolve_conflicts = n->id > peer;
	h->c.connecting = sim_conn(n, peer)->old.cstate < DRBD_C_CONNECTED;
	h->c.sent = p->comm_valid;
	h->c.flags = sim_own_uuid_flags(n, v, peer);
	h->c.self = drbd_uuid_resolved(&n->vol[v].ids, &env, peer, &h->c.flags);
	if (drbd_uuid_stable(&env))
		h->c.flags |= DRBD_UUID_FLAG_STABLE;
	h->c.comm = p->comm;
	/* What a packet says besides is not a state that could change. */
	h->c.flags |= p->comm.flags & (DRBD_UUID_FLAG_HAS_UNALLOC | DRBD_UUID_UNALLOC_NODE |
				       DRBD_UUID_FLAG_RESYNC | DRBD_UUID_FLAG_GOT_STABLE |
				       DRBD_UUID_FLAG_DISKLESS_PRIMARY |
				       DRBD_UUID_FLAG_NEW_DATAGEN);
	h->c.missed = p->missed;
	h->sb = (struct drbd_split_brain) {
		.policy = { cfg->asb[0], cfg->asb[1], cfg->asb[2] },
		.quorum = n->s.quorum_on,
		.quorate = n->dev[v].old.have_quorum,
		.peer_quorate = p->state.quorum,
	};
	h->lost = p->lost;
	h->rr_conflict = cfg->rr_conflict;
	h->role = n->s.old.role;
	h->peer_role = p->state.role;
	/* As the peer sees it, and not as the metadata has it: they have to agree. */
	h->disk = drbd_uuid_negotiated_disk(p->comm_disk, p->comm.flags);
	h->peer_disk = drbd_uuid_negotiated_disk(p->state.disk, p->uuids.flags);
	h->own_disk = p->comm_disk;
	if (h->own_disk == DRBD_D_NEGOTIATING)
		h->own_disk = drbd_state_disk_from_md(&n->s, v);
	h->stable = drbd_uuid_stable(&env);
	h->other_source = DRBD_NO_NODE;
	for (i = 0; i < cfg->nodes; i++) {
		if (i != peer && env.peer[i].configured &&
		    (env.peer[i].repl == DRBD_R_SYNC_TARGET ||
		     env.peer[i].repl == DRBD_R_PAUSED_SYNC_T))
			h->other_source = i;
	}
	h->partial = sim_data_partial(n, v);
}

void sim_apply_handshake_bitmap(struct sim_node *n, int peer, int v,
				const struct drbd_handshake_result *r)
{
	struct drbd_uuids *ids = &n->vol[v].ids;

	if (r->clear_slot)
		drbd_uuid_replace_slot(ids, peer, 0, 0);
	sim_data_bitmap_todo(n, v, peer, &r->bitmap);
	if (r->bitmap.slot_uuid)
		drbd_uuid_replace_slot(ids, peer, r->bitmap.slot_uuid, n->dagtag);
	if (r->clear_slot || r->bitmap.op != DRBD_BITMAP_KEEP || r->bitmap.slot_uuid)
		sim_md_dirty(n, v);
}

/* The disk of the own diskless Primary neighbour, or a node that got stable. */
bool sim_compare_now(struct sim_node *n, int peer, int v, enum drbd_compare_kind kind)
{
	struct sim_peer *p = &n->peer[peer];
	struct drbd_handshake h;
	struct drbd_compare_now r;
	struct drbd_handshake_result todo;
	struct drbd_state_pd *pd = sim_pd(n, v, peer);
	const u64 claims = DRBD_UUID_FLAG_PRIMARY_LOST_QUORUM | DRBD_UUID_FLAG_RECONNECT;
	bool answer = kind == DRBD_COMPARE_AFTER_UNSTABLE && p->told_flags &&
		      p->uuids.flags & DRBD_UUID_FLAG_RESYNC;

	if (n->dev[v].old.disk < DRBD_D_INCONSISTENT || pd->old.disk < DRBD_D_INCONSISTENT ||
	    !p->uuids_valid || sim_conn(n, peer)->old.cstate != DRBD_C_CONNECTED)
		return false;
	sim_compare_setup(n, peer, v, &h);
	/* The peer decides by what it was told, even if it was told something since. */
	if (answer) {
		h.c.ids = &p->told_stable;
		h.c.self = p->told_self;
		h.c.flags = p->told_flags;
		p->told_flags = 0;
	} else if (p->comm_valid) {
		h.c.flags = (h.c.flags & ~claims) | (p->comm.flags & claims);
	}
	/* Connected nodes compare what is now. */
	h.disk = n->dev[v].old.disk;
	h.peer_disk = pd->old.disk;
	h.peer_role = sim_conn(n, peer)->old.peer_role;
	drbd_uuid_compare_now(&h, kind, &r);
	if (r.d.fix)
		drbd_uuid_compare_fix(&n->vol[v].ids, &p->uuids, peer, r.d.fix, n->dagtag);
	if (r.discharge && pd->old.reconcile_owed) {
		pd->old.reconcile_owed = false;
		if (!drbd_state_hold_active(&n->s)) {
			n->empty_due = true;
			sim_timer_set(n, SIM_T_EMPTY, sim_rand(n->sim, 20));
		}
	}
	if (r.take_disk) {
		sim_change_begin(n);
		n->dev[v].new.disk = pd->old.disk;
		sim_change_end(n, DRBD_CHG_LOCAL_ONLY);
		return true;
	}
	if (r.repl == DRBD_R_OFF)
		return false;
	if (pd->old.repl > DRBD_R_ESTABLISHED) {
		n->vol[v].again[peer] = r.repl;
		return true;
	}
	memset(&todo, 0, sizeof(todo));
	todo.bitmap = r.bitmap;
	sim_apply_handshake_bitmap(n, peer, v, &todo);
	sim_change_begin(n);
	pd->new.repl = r.repl;
	if (sim_change_end(n, DRBD_CHG_LOCAL_ONLY) < DRBD_SS_SUCCESS)
		return false;
	return true;
}

static bool may_follow(struct sim_node *n, int v)
{
	struct drbd_uuid_env env;

	sim_uuid_env(n, v, &env);
	return drbd_uuid_may_follow(&n->vol[v].ids, &env);
}

/* 2.12c: look for the peer that is the best to be synced from. */
void sim_resync_compare(struct sim_node *n, int v, int primary)
{
	enum drbd_strategy best = DRBD_UNRELATED_DATA;
	int peer, from = DRBD_NO_NODE;

	for (peer = 0; peer < n->sim->cfg.nodes; peer++) {
		struct drbd_handshake h;
		struct drbd_decision d;

		if (peer == n->id || !sim_configured(n, peer) || !n->peer[peer].uuids_valid ||
		    sim_pd(n, v, peer)->old.repl < DRBD_R_ESTABLISHED ||
		    sim_pd(n, v, peer)->old.disk != DRBD_D_UP_TO_DATE)
			continue;
		sim_compare_setup(n, peer, v, &h);
		drbd_uuid_compare(&h.c, &d);
		drbd_uuid_disk_override(&h.c, n->dev[v].old.disk, DRBD_D_UP_TO_DATE, &d);
		if (drbd_strategy_preference(d.strategy) > drbd_strategy_preference(best)) {
			best = d.strategy;
			from = peer;
		}
	}
	n->dev[v].old.try_resync_from = DRBD_NO_NODE;
	if (from == DRBD_NO_NODE)
		return;
	if (best == DRBD_NO_SYNC) {
		if (!may_follow(n, v))
			return;
		sim_change_begin(n);
		n->dev[v].new.disk = DRBD_D_UP_TO_DATE;
		sim_change_end(n, DRBD_CHG_LOCAL_ONLY);
		return;
	}
	if (drbd_repl_is_target(sim_pd(n, v, from)->old.repl) &&
	    !(sim_data_resync_unstable(n, v) & drbd_node_mask(from)))
		return;
	sim_send_uuids(n, from, v, DRBD_UUID_FLAG_RESYNC | DRBD_UUID_FLAG_DISKLESS_PRIMARY);
	sim_compare_now(n, from, v, DRBD_COMPARE_DISKLESS_PRIMARY);
}

static int whom_to_ask(struct sim_node *n, int v)
{
	struct drbd_uuid_env env;
	int peer;

	if (n->vol[v].outdated)
		return DRBD_NO_NODE;
	sim_uuid_env(n, v, &env);
	peer = drbd_uuid_ask_source(&n->vol[v].ids, &env,
				    n->sim->cfg.two_primaries ? ~0ULL : 0);
	if (peer == DRBD_NO_NODE || sim_pd(n, v, peer)->old.reconcile_owed ||
	    sim_pd(n, v, peer)->old.reconcile_running)
		return DRBD_NO_NODE;
	return peer;
}

/* Not for ever: something is wrong if it does not help. */
bool sim_uuid_may_ask(struct sim_node *n, int v)
{
	if (n->dev[v].old.disk == DRBD_D_UP_TO_DATE) {
		n->vol[v].asked = 0;
		n->vol[v].outdated = false;
	}
	return n->vol[v].asked < ASKS && whom_to_ask(n, v) != DRBD_NO_NODE;
}

void sim_uuid_ask(struct sim_node *n, int v)
{
	int peer = whom_to_ask(n, v);

	if (peer == DRBD_NO_NODE || sim_uuid_held(n, v))
		return;
	sim_trace(n->sim, "node %d: asks %d for a resync", n->id, peer);
	n->vol[v].asked++;
	n->peer[peer].settled = true;
	sim_send_uuids(n, peer, v, DRBD_UUID_FLAG_RESYNC | DRBD_UUID_FLAG_DISKLESS_PRIMARY);
	sim_compare_now(n, peer, v, DRBD_COMPARE_DISKLESS_PRIMARY);
	n->peer[peer].settled = false;
}

/* ---- receiving ---- */

static void outdate(struct sim_node *n, int v)
{
	if (n->tp.state != DRBD_TWOPC_IDLE) {
		n->outdate_on_commit |= BIT(v);
		return;
	}
	sim_change_begin(n);
	if (n->dev[v].new.disk > DRBD_D_OUTDATED)
		n->dev[v].new.disk = DRBD_D_OUTDATED;
	sim_change_end(n, DRBD_CHG_HARD);
}

static void abort_weak(struct sim_node *n, int v, u64 weak)
{
	struct drbd_uuid_env env;
	u64 nodes;
	int peer;

	sim_uuid_env(n, v, &env);
	nodes = drbd_uuid_weak_sources(&env, weak);
	for (peer = 0; peer < n->sim->cfg.nodes; peer++) {
		if (!(nodes & drbd_node_mask(peer)))
			continue;
		sim_change_begin(n);
		sim_pd(n, v, peer)->new.repl = DRBD_R_ESTABLISHED;
		sim_pd(n, v, peer)->new.resync_active = false;
		sim_change_end(n, DRBD_CHG_HARD);
	}
}

/* A Primary that got connected, or a source that is new, may change what can be trusted. */
void sim_uuid_check_sources(struct sim_node *n, int v)
{
	struct drbd_uuid_env env;

	sim_uuid_env(n, v, &env);
	abort_weak(n, v, drbd_uuid_told_weak(&env));
}

static void new_current(struct sim_node *n, int from, int v, u64 uuid, u64 weak)
{
	struct drbd_uuid_env env;
	struct drbd_new_current result;

	sim_uuid_env(n, v, &env);
	drbd_uuid_received_new_current(&n->vol[v].ids, &env, uuid, weak, n->peer_dagtag[from],
				       sim_rand64(n->sim), &result);
	sim_trace(n->sim, "node %d: takes %llx from %d%s", n->id, (unsigned long long)uuid,
		  from, result.views_only ? " (views)" : "");
	if (!result.views_only) {
		drbd_uuid_set_exposed(&n->vol[v].ids, n->vol[v].ids.current_uuid,
				      n->s.old.role);
		sim_md_dirty(n, v);
	}
	sim_md_sync(n, v);
	send_to(n, v, result.tell, 0);
}

static void expose(struct sim_node *n, int v, u64 uuid)
{
	drbd_uuid_set_exposed(&n->vol[v].ids, uuid, n->s.old.role);
}

static void raise_peer(struct sim_node *n, int from, int v)
{
	sim_change_begin(n);
	sim_pd(n, v, from)->new.disk = DRBD_D_UP_TO_DATE;
	sim_change_end(n, DRBD_CHG_LOCAL_ONLY);
}

/* What was known of peers out of sight is not true any more: they got synced by others.
 * Or else this node might take itself for the last one that has the data.
 */
static void forget_outdated(struct sim_node *n, int v, u64 nodes)
{
	int peer;

	sim_change_begin(n);
	for (peer = 0; peer < n->sim->cfg.nodes; peer++) {
		struct drbd_state_pd *pd;

		if (!(nodes >> peer & 1) || peer == n->id)
			continue;
		n->vol[v].ids.slots[peer].flags &= ~DRBD_MDF_PEER_OUTDATED;
		n->dev[v].slot_flags[peer] &= ~DRBD_MDF_PEER_OUTDATED;
		if (!sim_configured(n, peer))
			continue;
		pd = sim_pd(n, v, peer);
		if (pd->old.repl == DRBD_R_OFF &&
		    (pd->old.disk == DRBD_D_INCONSISTENT || pd->old.disk == DRBD_D_OUTDATED))
			pd->new.disk = DRBD_D_UNKNOWN;
	}
	sim_change_end(n, DRBD_CHG_HARD);
}

static void detect(struct sim_node *n, int from, int v)
{
	struct sim_peer *p = &n->peer[from];
	struct drbd_uuid_moves *moves = &n->sim->moves;
	struct drbd_uuid_env env;
	int peer;

	sim_uuid_env(n, v, &env);
	if (env.peer[from].repl == DRBD_R_OFF) {
		p->missed = drbd_uuid_detect_missed(&n->vol[v].ids, &env, from, &p->comm);
		sim_md_dirty(n, v);
	}
	drbd_uuid_detect_finished(&n->vol[v].ids, &env, from, sim_data_partial(n, v), moves);
	if (!moves->changed && !moves->clear && !moves->nr_copies)
		return;
	sim_data_bm_moves(n, v, moves);
	forget_outdated(n, v, moves->clear);
	sim_md_dirty(n, v);
	for (peer = 0; peer < n->sim->cfg.nodes; peer++) {
		/* So that a handshake does not begin anew. */
		if (moves->changed & drbd_node_mask(peer) && n->peer[peer].comm_valid)
			n->peer[peer].comm.bitmap_uuid = n->vol[v].ids.slots[peer].uuid;
		if (peer != from)
			send_to(n, v, drbd_node_mask(peer), 0);
	}
	/* The sender need not hear what it just told, unless copies were made. */
	if (moves->nr_copies)
		send_to(n, v, drbd_node_mask(from), 0);
}

/* Who was away does not know of resyncs between the others. In the handshake only the
 * ends of those with the peer itself were looked for.
 */
void sim_uuid_connected(struct sim_node *n)
{
	int peer, v;

	for (peer = 0; peer < n->sim->cfg.nodes; peer++) {
		if (!n->peer[peer].detect_due)
			continue;
		n->peer[peer].detect_due = false;
		for (v = 0; v < SIM_VOLUMES; v++) {
			if (n->vol[v].attached && n->peer[peer].uuids_valid &&
			    sim_pd(n, v, peer)->old.repl == DRBD_R_ESTABLISHED &&
			    n->dev[v].old.disk >= DRBD_D_OUTDATED)
				detect(n, peer, v);
			sim_uuid_check_sources(n, v);
			sim_md_sync(n, v);
		}
	}
}

static void got_current(struct sim_node *n, int from, int v, const struct drbd_peer_uuids *got)
{
	struct sim_peer *p = &n->peer[from];
	u64 weak = got->node_mask;
	struct drbd_uuid_env env;
	unsigned int todo;

	if (!p->uuids_valid) {
		memset(&p->uuids, 0, sizeof(p->uuids));
		memset(p->uuids.bitmap, 0xff, sizeof(p->uuids.bitmap));
		p->uuids_valid = true;
	}
	sim_uuid_env(n, v, &env);
	todo = drbd_uuid_received_current(&n->vol[v].ids, &env, from, got->current_uuid, &weak);
	if (todo & DRBD_RECV_ABORT_WEAK)
		abort_weak(n, v, weak);
	if (todo & DRBD_RECV_GOT_CURRENT)
		p->got_uuids = true;
	if (todo & DRBD_RECV_OUTDATE_CONNECT)
		p->hs_outdate = true;
	if (todo & DRBD_RECV_NEW_CURRENT)
		new_current(n, from, v, got->current_uuid, weak);
	if (todo & DRBD_RECV_OUTDATE)
		outdate(n, v);
	if (todo & DRBD_RECV_EXPOSE)
		expose(n, v, got->current_uuid);
}

static u64 stable_sources(struct sim_node *n, int v, int from)
{
	struct drbd_uuid_env env;
	u64 two = n->sim->cfg.two_primaries ? ~0ULL : 0;

	sim_uuid_env(n, v, &env);
	return drbd_sync_stable_source(&env, n->id, from, two);
}

void sim_got_uuids(struct sim_node *n, int from, int v, struct sim_msg *msg)
{
	struct sim_peer *p = &n->peer[from];
	bool connecting = sim_conn(n, from)->old.cstate < DRBD_C_CONNECTED;
	struct drbd_recv_ctx ctx;
	struct drbd_uuid_env env;
	unsigned int todo;
	bool was_valid = p->uuids_valid;

	if (connecting && !drbd_twopc_connects(&n->tp, from))
		return;
	if (msg->cmd == DRBD_P_CURRENT_UUID) {
		got_current(n, from, v, &msg->uuids);
		if (connecting)
			p->got_uuids = true;
		return;
	}
	sim_uuid_env(n, v, &env);
	env.peer[from].uuids = &p->uuids;
	if (!was_valid) {
		memset(&p->uuids, 0, sizeof(p->uuids));
		p->uuids_valid = true;
	}
	if (drbd_uuid_store(&n->vol[v].ids, &env, from, &msg->uuids, p->comm.current_uuid,
			    n->vol[v].exposed.marks & drbd_node_mask(from)))
		sim_md_dirty(n, v);
	p->got_uuids = true;
	ctx = (struct drbd_recv_ctx) {
		.due = n->dev[v].old.want_new_uuid,
		.two_primaries = n->sim->cfg.two_primaries,
		.twopc = n->tp.state != DRBD_TWOPC_IDLE,
		.stable_source = stable_sources(n, v, from),
		.reconcile = sim_pd(n, v, from)->old.reconcile_running,
	};
	if (p->uuids.flags & DRBD_UUID_FLAG_GOT_STABLE && !connecting)
		sim_pd(n, v, from)->old.got_stable = true;
	todo = drbd_uuid_received(&n->vol[v].ids, &env, from, &ctx);
	if (todo & DRBD_RECV_ABORT_WEAK)
		abort_weak(n, v, p->uuids.node_mask);
	if (todo & DRBD_RECV_NEW_CURRENT)
		new_current(n, from, v, p->uuids.current_uuid, p->uuids.node_mask);
	if (todo & DRBD_RECV_DETECT)
		detect(n, from, v);
	sim_md_sync(n, v);
	if (todo & DRBD_RECV_EXPOSE)
		expose(n, v, p->uuids.current_uuid);
	if (todo & DRBD_RECV_EXPOSE_LATER)
		n->vol[v].exposed_later = p->uuids.current_uuid;
	if (todo & DRBD_RECV_USE_NEED)
		not_due(n, v);
	if (todo & DRBD_RECV_RAISE_PEER && !connecting)
		raise_peer(n, from, v);
	if (todo & DRBD_RECV_UNSTABLE)
		sim_data_mark_unstable(n, v, from);
	if (todo & DRBD_RECV_ANSWER) {
		sim_send_uuids(n, from, v, DRBD_UUID_FLAG_RESYNC);
		sim_compare_now(n, from, v, DRBD_COMPARE_AFTER_UNSTABLE);
	}
	if (todo & DRBD_RECV_COMPARE) {
		sim_compare_now(n, from, v, DRBD_COMPARE_AFTER_UNSTABLE);
		p->settled = false;
	}
	if (todo & DRBD_RECV_COMPARE_DISKLESS)
		sim_compare_now(n, from, v, DRBD_COMPARE_DISKLESS_PRIMARY);
	if (connecting || sim_pd(n, v, from)->old.repl < DRBD_R_ESTABLISHED)
		return;
	/* SZ18, SZ22: it may be all that an Outdated disk was waiting for. */
	sim_change_begin(n);
	sim_change_end(n, DRBD_CHG_LOCAL_ONLY);
}
