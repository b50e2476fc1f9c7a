// SPDX-License-Identifier: GPL-2.0-only
/*
 * The handshake between a transport that is up and a peer that is Connected
 *
 * Both ends tell each other, for each volume, what they have. Each works out by
 * itself what follows from that: who gets data from whom, or that they must not
 * connect. The two-phase commit that makes them Connected applies these results on
 * both ends in the same change, so there is no moment in which only one of them
 * believes to be connected. Until then the UUIDs that were told must stay as they are.
 *
 * The same comparison is done again later whenever a peer's state or UUIDs say that
 * one of the two has other data than before.
 */

#include <linux/random.h>

#include "../core/names.h"
#include "../core/resync_finish.h"
#include "../core/sizes.h"
#include "../core/state_predicates.h"
#include "../core/uuid_recv.h"
#include "../core/uuid_source.h"
#include "../core/uuid_tell.h"
#include "../core/wire_table.h"
#include "handshake.h"
#include "packets.h"
#include "request.h"
#include "receiver.h"
#include "volume.h"

/* ---- connect transactions ---- */

static void reset_pd(struct drbd_peer_device *pd)
{
	pd->hs_state = false;
	pd->hs_uuids = false;
	pd->hs_outdate = false;
	pd->uuids_valid = false;
	pd->told_valid = false;
	pd->sizes_valid = false;
	pd->consider_resync = false;
	pd->missed = DRBD_MISSED_NONE;
	pd->hs = (struct drbd_handshake_result) {};
	pd->lost = (struct drbd_lost_primary) {};
	pd->dev->settled &= ~drbd_node_mask(pd->conn->node_id);
}

/**
 * drbd_handshake_reset() - forget what the handshake found out
 * @conn: the connection
 *
 * Context: may sleep.
 */
void drbd_handshake_reset(struct drbd_connection *conn)
{
	struct drbd_peer_device *pd;
	unsigned long i;

	spin_lock_irq(&conn->res->st.lock);
	xa_for_each(&conn->peer_devices, i, pd)
		reset_pd(pd);
	conn->hs = (struct drbd_twopc_handshake) {};
	spin_unlock_irq(&conn->res->st.lock);
}

static void hold_uuids(struct drbd_connection *conn, bool hold)
{
	struct drbd_states *st = &conn->res->st;
	unsigned int d;
	int c;

	spin_lock_irq(&st->lock);
	c = drbd_states_conn(st, conn->node_id);
	for (d = 0; c >= 0 && d < st->s.ndev; d++)
		drbd_state_pd(&st->s, d, c)->handshake_running = hold;
	spin_unlock_irq(&st->lock);
	if (!hold)
		wake_up_all(&st->wait);
}

/**
 * drbd_handshake_release() - forget the handshake, and let UUIDs change again
 * @conn: the connection
 *
 * Context: may sleep.
 */
void drbd_handshake_release(struct drbd_connection *conn)
{
	hold_uuids(conn, false);
	drbd_handshake_reset(conn);
}

/**
 * drbd_handshake_send() - tell the peer what there is
 * @conn: the connection
 *
 * Context: may sleep. What cannot be sent takes the connection down.
 */
void drbd_handshake_send(struct drbd_connection *conn)
{
	union drbd_wire_body next = {};
	struct drbd_peer_device *pd;
	int rv = 0;

	hold_uuids(conn, true);
	drbd_for_each_peer_device(conn, pd) {
		rv = rv ?: drbd_send_sync_param(pd);
		next.enable = drbd_resync_next(pd);
		if (!rv && conn->link.features & DRBD_FF_RESYNC_WITHOUT_REPLICATION)
			rv = drbd_send_packet(conn, DRBD_P_ENABLE_REPLICATION_NEXT,
					      pd->dev->volume, &next, NULL, 0);
		rv = rv ?: drbd_send_sizes(pd, 0);
		rv = rv ?: drbd_send_uuids(pd, 0);
		rv = rv ?: drbd_send_current_state(pd);
	}
}

/* In the change that makes the peer Connected: what the handshake found out. */
static void modify_connect(struct drbd_connection *conn, bool apply)
{
	struct drbd_states *st = &conn->res->st;
	struct drbd_peer_device *pd;
	int c = drbd_states_conn(st, conn->node_id);
	unsigned int d;

	if (c < 0)
		return;
	drbd_state_set_cstate(&st->s, c, DRBD_C_CONNECTED);
	if (!apply)
		return;
	clear_bit(DRBD_CONN_DISCARD, &conn->flags);
	for (d = 0; d < st->s.ndev; d++) {
		struct drbd_state_dev *dev = &st->s.dev[d];
		struct drbd_state_pd *sp = drbd_state_pd(&st->s, d, c);

		pd = xa_load(&conn->peer_devices, dev->volume);
		if (!pd || !pd->hs_state)
			continue;
		st->s.conn[c].new.peer_role = pd->state.role;
		pd->quorate = pd->state.quorum;
		sp->new.replication = true;
		sp->new.peer_replication = true;
		sp->new.repl = dev->old.disk == DRBD_D_NEGOTIATING ? DRBD_R_ESTABLISHED :
								     pd->hs.repl;
		sp->new.disk = pd->hs_disk;
		sp->new.resync_susp_peer = pd->state.aftr_isp || pd->state.user_isp;
		pd->detect_due = true;
		if (pd->hs_outdate && dev->new.disk > DRBD_D_OUTDATED)
			dev->new.disk = DRBD_D_OUTDATED;
	}
}

/**
 * drbd_handshake_consider() - compare with a peer as soon as its state comes
 * @res: the resource, with the state lock held
 * @node_id: of the peer
 */
void drbd_handshake_consider(struct drbd_resource *res, int node_id)
{
	struct drbd_connection *conn = xa_load(&res->connections, node_id);
	struct drbd_peer_device *pd;
	unsigned long i;

	if (!conn)
		return;
	xa_for_each(&conn->peer_devices, i, pd)
		pd->consider_resync = true;
}

/**
 * drbd_handshake_modify() - propose the result of a handshake
 * @res: the resource, with the state lock held
 * @node_id: of the peer
 */
void drbd_handshake_modify(struct drbd_resource *res, int node_id)
{
	struct drbd_connection *conn = xa_load(&res->connections, node_id);

	if (conn)
		modify_connect(conn, true);
}

/**
 * drbd_handshake_prepare() - do what has to be done before a peer is Connected
 * @res: the resource
 * @node_id: of the peer
 *
 * Context: may sleep.
 */
void drbd_handshake_prepare(struct drbd_resource *res, int node_id)
{
	struct drbd_connection *conn = drbd_connection_find(res, node_id);
	struct drbd_peer_device *pd;

	if (!conn)
		return;
	drbd_for_each_peer_device(conn, pd) {
		if (pd->hs_state)
			drbd_volume_apply_handshake(pd, &pd->hs);
	}
	drbd_transport_set_rcvtimeo(conn->transport, DRBD_DATA_STREAM, MAX_SCHEDULE_TIMEOUT);
	drbd_connection_put(conn);
}

static void modify_own(struct drbd_resource *res, struct drbd_own_change *own, bool apply)
{
	modify_connect(own->arg, apply);
}

static void prepare_own(struct drbd_resource *res, struct drbd_own_change *own)
{
	struct drbd_connection *conn = own->arg;

	drbd_handshake_prepare(res, conn->node_id);
}

static void outdate_targets(struct drbd_connection *conn)
{
	struct drbd_states *st = &conn->res->st;
	struct drbd_peer_device *pd;
	struct drbd_change chg;
	unsigned int d;

	drbd_change_begin(&chg, st, DRBD_CHG_HARD);
	for (d = 0; d < st->s.ndev; d++) {
		struct drbd_state_dev *dev = &st->s.dev[d];

		pd = xa_load(&conn->peer_devices, dev->volume);
		if (pd && (pd->hs.repl == DRBD_R_WF_BITMAP_T || drbd_repl_is_target(pd->hs.repl)) &&
		    dev->new.disk > DRBD_D_OUTDATED)
			dev->new.disk = DRBD_D_OUTDATED;
	}
	drbd_change_end(&chg);
}

static void force_secondary(struct drbd_resource *res)
{
	struct drbd_change chg;

	drbd_change_begin(&chg, &res->st, DRBD_CHG_HARD | DRBD_CHG_IGN_OPENERS);
	res->st.s.new.role = DRBD_ROLE_SECONDARY;
	drbd_change_end(&chg);
}

static void connect_over(struct drbd_connection *conn, enum drbd_rv rv)
{
	const union drbd_wire_body none = {};
	struct drbd_resource *res = conn->res;
	struct drbd_twopc_connect_try attempt = {
		.rv = rv,
		.retry_connect = conn->conf.rr_conflict == DRBD_ASB_RETRY_CONNECT,
		.no_data_error = res->opts.on_no_data == DRBD_NO_DATA_IO_ERROR,
		.force_secondary = res->opts.on_susp_primary_outdated ==
				   DRBD_SUSPENDED_PRIMARY_SECONDARY,
	};
	struct drbd_twopc_connect_next next;

	spin_lock_irq(&res->st.lock);
	attempt.primary = res->st.s.old.role == DRBD_ROLE_PRIMARY;
	attempt.suspended = drbd_state_suspended(&res->st.s, DRBD_OLD);
	spin_unlock_irq(&res->st.lock);
	next = drbd_twopc_after_connect(&attempt);
	if (next.outdate)
		outdate_targets(conn);
	if (next.demote)
		force_secondary(res);
	switch (next.step) {
	case DRBD_TWOPC_CONNECTED:
		break;
	case DRBD_TWOPC_CONNECT_AGAIN:
		queue_delayed_work(drbd_wq, &conn->connect_work,
				   msecs_to_jiffies(next.delay_ms + get_random_u32_below(20)));
		break;
	case DRBD_TWOPC_CONNECT_READERS:
		queue_delayed_work(drbd_wq, &conn->connect_work, HZ / 10);
		break;
	case DRBD_TWOPC_CONNECT_GIVE_UP:
		drbd_send_packet(conn, DRBD_P_DISCONNECT, DRBD_NO_VOLUME, &none, NULL, 0);
		drbd_conn_lost(conn, DRBD_C_DISCONNECTING);
		break;
	case DRBD_TWOPC_CONNECT_LOST:
		drbd_info(res, "peer %d: failure to connect: %s; retrying\n", conn->node_id,
			  drbd_rv_text(rv));
		drbd_conn_lost(conn, DRBD_C_NETWORK_FAILURE);
		break;
	}
}

/**
 * drbd_connect_work() - try to make a peer Connected
 * @work: that of the connection
 */
void drbd_connect_work(struct work_struct *work)
{
	struct drbd_connection *conn = container_of(to_delayed_work(work),
						    struct drbd_connection, connect_work);
	struct drbd_resource *res = conn->res;
	struct drbd_own_change own = {
		.modify = modify_own, .prepare = prepare_own, .arg = conn, .no_retry = true,
	};
	enum drbd_cstate cstate = DRBD_C_STANDALONE;
	enum drbd_rv rv;
	int c;

	if (down_trylock(&res->change)) {
		queue_delayed_work(drbd_wq, &conn->connect_work, msecs_to_jiffies(50));
		return;
	}
	spin_lock_irq(&res->st.lock);
	c = drbd_states_conn(&res->st, conn->node_id);
	if (c >= 0)
		cstate = res->st.s.conn[c].old.cstate;
	spin_unlock_irq(&res->st.lock);
	rv = cstate == DRBD_C_CONNECTING ? drbd_change_cluster(res, &own) : DRBD_SS_SUCCESS;
	up(&res->change);
	if (cstate == DRBD_C_CONNECTING)
		connect_over(conn, rv);
}

/* ---- sizes ---- */

/**
 * drbd_got_sizes() - take the sizes of a peer
 * @pd: whose, of which volume
 * @sizes: the sizes
 *
 * Context: the receiver.
 *
 * Return: 0, or a negative errno for the reason to drop the connection.
 */
int drbd_got_sizes(struct drbd_peer_device *pd, const struct drbd_wire_sizes *sizes)
{
	struct drbd_size_received r;
	int rv;

	rv = drbd_volume_peer_sizes(pd, sizes, &r);
	if (rv)
		return rv;
	switch (r.verdict) {
	case DRBD_SIZE_BOGUS:
		drbd_err(pd->dev->res, "peer %d: sent bogus sizes, disconnecting\n",
			 pd->conn->node_id);
		break;
	case DRBD_SIZE_TOO_SMALL:
		drbd_err(pd->dev->res, "peer %d: the disk of volume %d is too small\n",
			 pd->conn->node_id, pd->dev->volume);
		break;
	case DRBD_SIZE_TOO_BIG:
		drbd_err(pd->dev->res, "peer %d: volume %d does not fit on the disk here\n",
			 pd->conn->node_id, pd->dev->volume);
		break;
	default:
		return 0;
	}
	if (!drbd_twopc_connects(&pd->dev->res->cluster.tp, pd->conn->node_id))
		return -ECONNREFUSED;
	mutex_lock(&pd->dev->res->cluster.mutex);
	pd->conn->hs.sizes_failed = true;
	mutex_unlock(&pd->dev->res->cluster.mutex);
	return 0;
}

/* ---- comparing ---- */

static void setup(struct drbd_peer_device *pd, struct drbd_handshake *h)
{
	struct drbd_device *dev = pd->dev;
	struct drbd_connection *conn = pd->conn;
	struct drbd_states *st = &dev->res->st;
	struct drbd_uuid_env env;
	int c = drbd_states_conn(st, conn->node_id), d = drbd_states_dev(st, dev->volume);
	int i;

	memset(h, 0, sizeof(*h));
	drbd_volume_uuid_env(dev, &env);
	h->c = (struct drbd_compare) {
		.ids = &dev->uuids,
		.view = &pd->uuids,
		.peer = conn->node_id,
		.proto = conn->link.version,
		.wire_protocol = 'A' + conn->conf.wire_protocol - DRBD_PROTOCOL_A,
		.resolve_conflicts = test_bit(DRBD_TRANSPORT_RESOLVE, &conn->transport->flags),
		.connecting = st->s.conn[c].old.cstate < DRBD_C_CONNECTED,
		.sent = pd->told_valid,
		.flags = drbd_volume_uuid_flags(pd),
		.comm = pd->told,
		.missed = pd->missed,
	};
	h->c.self = drbd_uuid_resolved(&dev->uuids, &env, conn->node_id, &h->c.flags);
	if (drbd_uuid_stable(&env))
		h->c.flags |= DRBD_UUID_FLAG_STABLE;
	h->c.flags |= pd->told.flags & (DRBD_UUID_FLAG_HAS_UNALLOC | DRBD_UUID_UNALLOC_NODE |
					DRBD_UUID_FLAG_RESYNC | DRBD_UUID_FLAG_GOT_STABLE |
					DRBD_UUID_FLAG_DISKLESS_PRIMARY |
					DRBD_UUID_FLAG_NEW_DATAGEN);
	h->sb = (struct drbd_split_brain) {
		.policy = { conn->conf.after_sb_0p, conn->conf.after_sb_1p,
			    conn->conf.after_sb_2p },
		.quorum = st->s.quorum_on,
		.quorate = st->s.dev[d].old.have_quorum,
		.peer_quorate = pd->state.quorum,
	};
	h->lost = pd->lost;
	h->rr_conflict = conn->conf.rr_conflict;
	h->role = st->s.old.role;
	h->peer_role = pd->state.role;
	/* As the peer sees it, and not as the metadata has it: they have to agree. */
	h->disk = drbd_uuid_negotiated_disk(pd->told_disk, pd->told.flags);
	h->own_disk = pd->told_disk;
	if (h->own_disk == DRBD_D_NEGOTIATING)
		h->own_disk = drbd_state_disk_from_md(&st->s, d);
	h->peer_disk = drbd_uuid_negotiated_disk(pd->state.disk, pd->uuids.flags);
	h->stable = drbd_uuid_stable(&env);
	h->dry_run = test_bit(DRBD_CONN_TENTATIVE, &conn->flags);
	h->other_source = DRBD_NO_NODE;
	for (i = 0; i < DRBD_NODES; i++) {
		if (i != conn->node_id && env.peer[i].configured &&
		    drbd_repl_is_target(env.peer[i].repl))
			h->other_source = i;
	}
	h->partial = drbd_volume_partial(dev);
}

static void compare(struct drbd_peer_device *pd, bool attach, struct drbd_handshake_result *r)
{
	struct drbd_device *dev = pd->dev;
	struct drbd_handshake *h;

	h = kmalloc_obj(*h, GFP_NOIO | __GFP_NOFAIL);
	spin_lock_irq(&dev->res->st.lock);
	setup(pd, h);
	h->attach = attach;
	drbd_uuid_handshake(h, r);
	if (r->outcome == DRBD_OUTCOME_DEMOTE) {
		h->demotion = DRBD_DEMOTION_FAILED;
		drbd_uuid_handshake(h, r);
	}
	if (r->d.fix)
		drbd_uuid_compare_fix(&dev->uuids, &pd->uuids, pd->conn->node_id, r->d.fix,
				      dev->res->dagtag.now);
	spin_unlock_irq(&dev->res->st.lock);
	drbd_info(dev->res, "volume %d, peer %d: %s by rule %s; self %016llX, peer %016llX\n",
		  dev->volume, pd->conn->node_id, drbd_strategy_name(r->d.strategy),
		  drbd_rule_name(r->d.rule), h->c.self, pd->uuids.current_uuid);
	kfree(h);
}

/* A node without a disk has seen a generation, and the peer has one, too. */
static void compare_exposed(struct drbd_peer_device *pd)
{
	struct drbd_device *dev = pd->dev;
	struct drbd_states *st = &dev->res->st;
	const struct drbd_diskless_opts opts = {
		.intentional = dev->conf.intentional_diskless,
		.io_error = dev->res->opts.on_no_quorum == DRBD_NO_DATA_IO_ERROR,
	};
	struct drbd_state_pd *sp;
	struct drbd_uuid_env env;
	bool can_replay;

	spin_lock_irq(&st->lock);
	drbd_volume_uuid_env(dev, &env);
	sp = drbd_states_pd(st, pd->conn->node_id, dev->volume);
	can_replay = drbd_state_suspended(&st->s, DRBD_OLD) &&
		     drbd_req_can_replay(dev, pd->conn->node_id);
	switch (drbd_diskless_compare(&dev->uuids, &env, pd->conn->node_id, &dev->exposed, &opts,
				      can_replay)) {
	case DRBD_EXPOSED_SAME:
		break;
	case DRBD_EXPOSED_ADOPT:
		drbd_uuid_set_exposed(&dev->uuids, pd->uuids.current_uuid, st->s.old.role);
		break;
	case DRBD_EXPOSED_RETRY:
		pd->conn->hs.retry = true;
		break;
	case DRBD_EXPOSED_OUTDATED:
		pd->hs_disk = min(pd->hs_disk, DRBD_D_OUTDATED);
		break;
	case DRBD_EXPOSED_RELABEL:
		if (sp)
			sp->predecessor_armed = true;
		break;
	case DRBD_EXPOSED_DISCONNECT:
		pd->conn->hs.disconnect = true;
		break;
	}
	spin_unlock_irq(&st->lock);
}

static bool all_reported(struct drbd_connection *conn)
{
	struct drbd_peer_device *pd;
	unsigned long i;
	bool all = true, any = false;

	rcu_read_lock();
	xa_for_each(&conn->peer_devices, i, pd) {
		any = true;
		all &= pd->hs_state;
	}
	rcu_read_unlock();
	return any && all;
}

/* The first state of the peer in this attempt. */
static void first_state(struct drbd_peer_device *pd, const struct drbd_wire_state *state)
{
	struct drbd_connection *conn = pd->conn;
	struct drbd_resource *res = conn->res;
	enum drbd_disk disk = DRBD_D_DISKLESS;
	int d;

	if (pd->hs_state || !pd->hs_uuids)
		return;
	spin_lock_irq(&res->st.lock);
	d = drbd_states_dev(&res->st, pd->dev->volume);
	if (d >= 0)
		disk = res->st.s.dev[d].old.disk;
	pd->state = *state;
	pd->last_conn = state->conn;
	pd->hs_disk = state->disk;
	pd->hs = (struct drbd_handshake_result) {
		.outcome = DRBD_OUTCOME_CONNECT, .repl = DRBD_R_ESTABLISHED,
	};
	spin_unlock_irq(&res->st.lock);
	if (disk >= DRBD_D_NEGOTIATING && state->disk >= DRBD_D_NEGOTIATING)
		compare(pd, false, &pd->hs);
	else if (disk == DRBD_D_DISKLESS && state->disk == DRBD_D_UP_TO_DATE)
		compare_exposed(pd);
	pd->missed = DRBD_MISSED_NONE;
	mutex_lock(&res->cluster.mutex);
	pd->hs_state = true;
	conn->hs.retry |= pd->hs.outcome == DRBD_OUTCOME_RETRY;
	conn->hs.disconnect |= pd->hs.outcome == DRBD_OUTCOME_DISCONNECT;
	conn->hs.complete = all_reported(conn);
	mutex_unlock(&res->cluster.mutex);
	drbd_cluster_shaken(conn);
}

/* What the replication state should be, by what the peer reports. */
static enum drbd_repl compare_again(struct drbd_peer_device *pd, enum drbd_disk disk,
				    enum drbd_repl repl, const struct drbd_wire_state *state,
				    s8 *neg)
{
	bool established = repl == DRBD_R_ESTABLISHED;
	/* What was on its way when the attach began is not the answer to it. */
	bool attach = established &&
		      (disk == DRBD_D_NEGOTIATING ? state->pdsk == DRBD_D_NEGOTIATING :
						    state->disk == DRBD_D_NEGOTIATING);
	bool starting = established && (state->conn == DRBD_R_STARTING_SYNC_S ||
					state->conn == DRBD_R_STARTING_SYNC_T);
	bool crashed = established && state->conn == DRBD_R_WF_BITMAP_T &&
		       pd->uuids.flags & DRBD_UUID_FLAG_CRASHED_PRIMARY;
	struct drbd_handshake_result r;

	*neg = DRBD_NEG_PENDING;
	if (disk < DRBD_D_NEGOTIATING || state->disk < DRBD_D_NEGOTIATING || !pd->uuids_valid)
		return repl;
	if (starting)
		return state->conn == DRBD_R_STARTING_SYNC_S ? DRBD_R_WF_BITMAP_T :
							      DRBD_R_WF_BITMAP_S;
	if (!attach && !pd->consider_resync && !crashed)
		return repl;
	pd->consider_resync = false;
	compare(pd, attach, &r);
	if (r.outcome != DRBD_OUTCOME_CONNECT) {
		*neg = DRBD_NEG_NO_RESULT;
		return attach ? repl : DRBD_R_OFF;
	}
	drbd_volume_apply_handshake(pd, &r);
	*neg = r.repl;
	return r.repl;
}

static bool was_target(u8 conn)
{
	return conn == DRBD_R_STARTING_SYNC_T || conn == DRBD_R_WF_BITMAP_T ||
	       conn == DRBD_R_SYNC_TARGET || conn == DRBD_R_PAUSED_SYNC_T;
}

/* The peer's disk for our purposes. */
static enum drbd_disk believed_disk(const struct drbd_peer_device *pd,
				    const struct drbd_state_pd *sp,
				    const struct drbd_wire_state *state, u8 before)
{
	enum drbd_disk disk = drbd_uuid_negotiated_disk(state->disk, pd->uuids.flags);

	if (was_target(before) && sp->old.repl > DRBD_R_ESTABLISHED &&
	    (sp->old.disk == DRBD_D_INCONSISTENT || sp->old.disk == DRBD_D_CONSISTENT) &&
	    state->conn > DRBD_R_ESTABLISHED && state->conn < DRBD_R_SYNC_SOURCE)
		return DRBD_D_INCONSISTENT;
	if (sp->old.disk == DRBD_D_UP_TO_DATE && disk == DRBD_D_INCONSISTENT &&
	    sp->old.repl == DRBD_R_ESTABLISHED && state->conn > DRBD_R_SYNC_SOURCE)
		return DRBD_D_UP_TO_DATE;
	return disk;
}

static int later_state(struct drbd_peer_device *pd, const struct drbd_wire_state *state)
{
	struct drbd_connection *conn = pd->conn;
	struct drbd_states *st = &conn->res->st;
	unsigned int flags = DRBD_CHG_LOCAL_ONLY;
	enum drbd_disk own = DRBD_D_DISKLESS, disk;
	u8 last = pd->last_conn;
	enum drbd_repl before, repl;
	struct drbd_state_pd *sp;
	struct drbd_change chg;
	enum drbd_rv rv;
	int c, d, err;
	s8 neg = DRBD_NEG_PENDING;

	spin_lock_irq(&st->lock);
	sp = drbd_states_pd(st, conn->node_id, pd->dev->volume);
	d = drbd_states_dev(st, pd->dev->volume);
	if (!sp) {
		spin_unlock_irq(&st->lock);
		return 0;
	}
	own = st->s.dev[d].old.disk;
	disk = believed_disk(pd, sp, state, pd->last_conn);
	before = sp->old.repl;
	repl = sp->old.repl == DRBD_R_OFF ? DRBD_R_ESTABLISHED : sp->old.repl;
	pd->state = *state;
	pd->quorate = state->quorum;
	pd->last_conn = state->conn;
	spin_unlock_irq(&st->lock);
	if (own >= DRBD_D_INCONSISTENT && drbd_resync_learned(pd, last, state, &err))
		return err;
	if (state->conn == DRBD_R_AHEAD)
		repl = DRBD_R_BEHIND;
	else
		repl = compare_again(pd, own, repl, state, &neg);

	drbd_change_begin(&chg, st, flags);
	c = drbd_states_conn(st, conn->node_id);
	d = drbd_states_dev(st, pd->dev->volume);
	if (c < 0 || d < 0 || st->s.conn[c].old.cstate != DRBD_C_CONNECTED) {
		drbd_change_cancel(&chg);
		return 0;
	}
	sp = drbd_state_pd(&st->s, d, c);
	if (st->s.dev[d].old.disk == DRBD_D_NEGOTIATING) {
		if (neg != DRBD_NEG_PENDING)
			sp->new.neg = neg;
		chg.flags |= DRBD_CHG_FORCE_RECALC;
	} else {
		sp->new.repl = repl;
	}
	st->s.conn[c].new.peer_role = state->role;
	if (state->disk != DRBD_D_NEGOTIATING)
		sp->new.disk = disk;
	sp->new.resync_susp_peer = state->aftr_isp || state->user_isp;
	if (sp->old.repl < DRBD_R_ESTABLISHED && repl >= DRBD_R_ESTABLISHED)
		chg.flags = DRBD_CHG_HARD | (chg.flags & DRBD_CHG_FORCE_RECALC);
	/* That its disk is lost is a fact, whoever needs it. */
	if (disk < sp->old.disk)
		chg.flags |= DRBD_CHG_HARD;
	rv = drbd_change_end(&chg);
	if (rv < DRBD_SS_SUCCESS) {
		drbd_err(conn->res, "peer %d: its state is refused: %s %s\n", conn->node_id,
			 drbd_rv_text(rv), chg.why.text);
		return -ECONNREFUSED;
	}
	drbd_volume_sync(pd->dev);
	/* The peer has to compare as well. */
	if ((repl == DRBD_R_WF_BITMAP_S || repl == DRBD_R_WF_BITMAP_T) && before != repl &&
	    rv != DRBD_SS_NOTHING_TO_DO && own != DRBD_D_NEGOTIATING &&
	    state->disk != DRBD_D_NEGOTIATING && state->conn == DRBD_R_ESTABLISHED) {
		drbd_send_uuids(pd, 0);
		drbd_send_current_state(pd);
	}
	return 0;
}

/**
 * drbd_got_state() - take the state of a peer
 * @pd: whose, of which volume
 * @state: the state
 *
 * Source: spec/state.md 3.5.
 *
 * Context: the receiver.
 *
 * Return: 0, or a negative errno for the reason to drop the connection.
 */
int drbd_got_state(struct drbd_peer_device *pd, const struct drbd_wire_state *state)
{
	struct drbd_connection *conn = pd->conn;
	struct drbd_states *st = &conn->res->st;
	enum drbd_cstate cstate = DRBD_C_STANDALONE;
	bool bitmap = true;
	int c;

	spin_lock_irq(&st->lock);
	c = drbd_states_conn(st, conn->node_id);
	if (c >= 0) {
		cstate = st->s.conn[c].old.cstate;
		bitmap = drbd_states_pd(st, conn->node_id, pd->dev->volume)->bitmap;
	}
	spin_unlock_irq(&st->lock);
	if (cstate == DRBD_C_CONNECTING) {
		if (drbd_twopc_connects(&conn->res->cluster.tp, conn->node_id))
			first_state(pd, state);
		return 0;
	}
	if (cstate != DRBD_C_CONNECTED)
		return 0;
	if (state->disk > DRBD_D_DISKLESS && !bitmap) {
		drbd_err(conn->res, "peer %d: has a disk for volume %d, but is configured not to\n",
			 conn->node_id, pd->dev->volume);
		return -ECONNREFUSED;
	}
	return later_state(pd, state);
}

/* ---- UUIDs ---- */

static void outdate(struct drbd_device *dev)
{
	struct drbd_states *st = &dev->res->st;
	struct drbd_change chg;
	int d;

	drbd_change_begin(&chg, st, DRBD_CHG_HARD);
	d = drbd_states_dev(st, dev->volume);
	if (dev->res->cluster.tp.state != DRBD_TWOPC_IDLE) {
		dev->res->cluster.outdate = true;
		drbd_change_cancel(&chg);
		return;
	}
	if (d >= 0 && st->s.dev[d].new.disk > DRBD_D_OUTDATED)
		st->s.dev[d].new.disk = DRBD_D_OUTDATED;
	drbd_change_end(&chg);
}

static void abort_weak(struct drbd_device *dev, u64 weak)
{
	struct drbd_states *st = &dev->res->st;
	struct drbd_uuid_env env;
	struct drbd_change chg;
	unsigned int c;
	u64 nodes;
	int d;

	drbd_change_begin(&chg, st, DRBD_CHG_HARD);
	drbd_volume_uuid_env(dev, &env);
	nodes = drbd_uuid_weak_sources(&env, weak);
	d = drbd_states_dev(st, dev->volume);
	for (c = 0; d >= 0 && c < st->s.nconn; c++) {
		struct drbd_state_pd *sp = drbd_state_pd(&st->s, d, c);

		if (!(nodes & drbd_node_mask(st->s.conn[c].node_id)))
			continue;
		sp->new.repl = DRBD_R_ESTABLISHED;
		sp->new.resync_active = false;
	}
	drbd_change_end(&chg);
}

static void tell_others(struct drbd_device *dev, u64 nodes)
{
	int node;

	for (node = 0; node < DRBD_NODES; node++) {
		struct drbd_connection *conn;
		struct drbd_peer_device *pd;

		if (!(nodes & drbd_node_mask(node)))
			continue;
		conn = drbd_connection_find(dev->res, node);
		pd = conn ? drbd_peer_device_find(conn, dev->volume) : NULL;
		if (pd) {
			drbd_send_uuids(pd, 0);
			drbd_peer_device_put(pd);
		}
		if (conn)
			drbd_connection_put(conn);
	}
}

static void new_current(struct drbd_peer_device *pd, u64 uuid, u64 weak)
{
	struct drbd_device *dev = pd->dev;
	struct drbd_states *st = &dev->res->st;
	struct drbd_new_current r;
	struct drbd_uuid_env env;

	spin_lock_irq(&st->lock);
	drbd_volume_uuid_env(dev, &env);
	drbd_uuid_received_new_current(&dev->uuids, &env, uuid, weak, 0, get_random_u64(), &r);
	if (!r.views_only) {
		drbd_uuid_set_exposed(&dev->uuids, dev->uuids.current_uuid, st->s.old.role);
		dev->md_dirty = true;
	}
	spin_unlock_irq(&st->lock);
	drbd_volume_sync(dev);
	tell_others(dev, r.tell);
}

static void set_exposed(struct drbd_device *dev, u64 uuid)
{
	struct drbd_states *st = &dev->res->st;

	spin_lock_irq(&st->lock);
	drbd_uuid_set_exposed(&dev->uuids, uuid, st->s.old.role);
	spin_unlock_irq(&st->lock);
}

static void raise_peer(struct drbd_peer_device *pd)
{
	struct drbd_states *st = &pd->dev->res->st;
	struct drbd_state_pd *sp;
	struct drbd_change chg;

	drbd_change_begin(&chg, st, DRBD_CHG_LOCAL_ONLY);
	sp = drbd_states_pd(st, pd->conn->node_id, pd->dev->volume);
	if (sp)
		sp->new.disk = DRBD_D_UP_TO_DATE;
	drbd_change_end(&chg);
}

/* Whatever the UUIDs make possible for a disk that waits. */
static void reconsider(struct drbd_peer_device *pd)
{
	struct drbd_change chg;

	drbd_change_begin(&chg, &pd->dev->res->st, DRBD_CHG_LOCAL_ONLY);
	drbd_change_end(&chg);
}

/* UUIDs must not change while they are frozen for a handshake with another peer. */
static bool wait_for_uuids(struct drbd_peer_device *pd)
{
	struct drbd_states *st = &pd->dev->res->st;

	return !wait_event_interruptible(st->wait, !drbd_volume_uuids_held(pd->dev));
}

static bool in_handshake(struct drbd_connection *conn, bool *connecting)
{
	struct drbd_states *st = &conn->res->st;
	int c;

	spin_lock_irq(&st->lock);
	c = drbd_states_conn(st, conn->node_id);
	*connecting = c >= 0 && st->s.conn[c].old.cstate < DRBD_C_CONNECTED;
	spin_unlock_irq(&st->lock);
	return !*connecting || drbd_twopc_connects(&conn->res->cluster.tp, conn->node_id);
}

/**
 * drbd_got_current_uuid() - take the current UUID of a peer
 * @pd: whose, of which volume
 * @uuid: the UUID
 * @weak: nodes that have no stable data
 *
 * Context: the receiver.
 *
 * Return: 0, or a negative errno for the reason to drop the connection.
 */
int drbd_got_current_uuid(struct drbd_peer_device *pd, u64 uuid, u64 weak)
{
	struct drbd_device *dev = pd->dev;
	struct drbd_states *st = &dev->res->st;
	struct drbd_uuid_env env;
	unsigned int todo;
	bool connecting;

	if (!in_handshake(pd->conn, &connecting))
		return 0;
	if (!connecting && !wait_for_uuids(pd))
		return -EINTR;
	spin_lock_irq(&st->lock);
	if (!pd->uuids_valid) {
		memset(&pd->uuids, 0, sizeof(pd->uuids));
		memset(pd->uuids.bitmap, 0xff, sizeof(pd->uuids.bitmap));
		pd->uuids_valid = true;
	}
	drbd_volume_uuid_env(dev, &env);
	todo = drbd_uuid_received_current(&dev->uuids, &env, pd->conn->node_id, uuid, &weak);
	pd->hs_uuids |= connecting || todo & DRBD_RECV_GOT_CURRENT;
	pd->hs_outdate |= !!(todo & DRBD_RECV_OUTDATE_CONNECT);
	spin_unlock_irq(&st->lock);
	if (todo & DRBD_RECV_ABORT_WEAK)
		abort_weak(dev, weak);
	if (todo & DRBD_RECV_NEW_CURRENT)
		new_current(pd, uuid, weak);
	if (todo & DRBD_RECV_OUTDATE)
		outdate(dev);
	if (todo & DRBD_RECV_EXPOSE)
		set_exposed(dev, uuid);
	return 0;
}

static unsigned int store(struct drbd_peer_device *pd, const struct drbd_peer_uuids *got,
			  bool connecting)
{
	struct drbd_device *dev = pd->dev;
	struct drbd_states *st = &dev->res->st;
	int node = pd->conn->node_id, d = drbd_states_dev(st, dev->volume);
	struct drbd_recv_ctx ctx = {};
	struct drbd_uuid_env env;
	struct drbd_state_pd *sp;

	drbd_volume_uuid_env(dev, &env);
	env.peer[node].uuids = &pd->uuids;
	if (!pd->uuids_valid)
		memset(&pd->uuids, 0, sizeof(pd->uuids));
	pd->uuids_valid = true;
	if (drbd_uuid_store(&dev->uuids, &env, node, got, pd->told.current_uuid,
			    dev->exposed.marks & drbd_node_mask(node)))
		dev->md_dirty = true;
	pd->hs_uuids = true;
	sp = drbd_states_pd(st, node, dev->volume);
	if (!sp || d < 0)
		return 0;
	ctx.due = st->s.dev[d].old.want_new_uuid;
	ctx.two_primaries = pd->conn->conf.two_primaries;
	ctx.twopc = dev->res->cluster.tp.state != DRBD_TWOPC_IDLE;
	ctx.stable_source = drbd_sync_stable_source(&env, dev->res->node_id, node,
						    pd->conn->conf.two_primaries ? ~0ULL : 0);
	ctx.reconcile = sp->old.reconcile_running;
	if (pd->uuids.flags & DRBD_UUID_FLAG_GOT_STABLE && !connecting)
		sp->old.got_stable = true;
	return drbd_uuid_received(&dev->uuids, &env, node, &ctx);
}

/* What was known of peers out of sight is not true any more: they got synced by others.
 * Or else this node might take itself for the last one that has the data.
 */
static void forget_outdated(struct drbd_device *dev, u64 nodes)
{
	struct drbd_states *st = &dev->res->st;
	int d, c, node;
	struct drbd_change chg;

	drbd_change_begin(&chg, st, DRBD_CHG_HARD);
	d = drbd_states_dev(st, dev->volume);
	for (node = 0; d >= 0 && node < DRBD_NODES; node++) {
		struct drbd_state_pd *sp;

		if (!(nodes & drbd_node_mask(node)) || node == dev->res->node_id)
			continue;
		dev->uuids.slots[node].flags &= ~DRBD_MDF_PEER_OUTDATED;
		st->s.dev[d].slot_flags[node] &= ~DRBD_MDF_PEER_OUTDATED;
		c = drbd_states_conn(st, node);
		if (c < 0)
			continue;
		sp = drbd_state_pd(&st->s, d, c);
		if (sp->old.repl == DRBD_R_OFF && (sp->old.disk == DRBD_D_INCONSISTENT ||
						   sp->old.disk == DRBD_D_OUTDATED))
			sp->new.disk = DRBD_D_UNKNOWN;
	}
	drbd_change_end(&chg);
}

/* Those who ended a resync without this node knowing. */
static void detect(struct drbd_peer_device *pd)
{
	struct drbd_device *dev = pd->dev;
	struct drbd_states *st = &dev->res->st;
	struct drbd_uuid_moves *moves;
	struct drbd_peer_device *other;
	struct drbd_connection *conn;
	int from = pd->conn->node_id;
	struct drbd_uuid_env env;
	unsigned long i;

	moves = kzalloc_obj(*moves, GFP_NOIO | __GFP_NOFAIL);
	spin_lock_irq(&st->lock);
	drbd_volume_uuid_env(dev, &env);
	if (env.peer[from].repl == DRBD_R_OFF) {
		pd->missed = drbd_uuid_detect_missed(&dev->uuids, &env, from, &pd->told);
		dev->md_dirty = true;
	}
	drbd_uuid_detect_finished(&dev->uuids, &env, from, drbd_volume_partial(dev), moves);
	dev->md_dirty |= moves->changed || moves->clear;
	xa_for_each(&dev->res->connections, i, conn) {
		other = xa_load(&conn->peer_devices, dev->volume);
		/* So that a handshake does not begin anew. */
		if (other && other->told_valid && moves->changed & drbd_node_mask(i))
			other->told.bitmap_uuid = dev->uuids.slots[i].uuid;
	}
	spin_unlock_irq(&st->lock);
	drbd_volume_move_bitmaps(dev, moves);
	if (moves->clear)
		forget_outdated(dev, moves->clear);
	/* The sender need not hear what it just told, unless copies were made. */
	if (moves->changed || moves->clear || moves->nr_copies)
		tell_others(dev, moves->nr_copies ? ~0ULL : ~drbd_node_mask(from));
	kfree(moves);
}

static void detect_if_due(struct drbd_peer_device *pd)
{
	struct drbd_states *st = &pd->dev->res->st;
	struct drbd_state_pd *sp;
	bool due = false;

	spin_lock_irq(&st->lock);
	sp = drbd_states_pd(st, pd->conn->node_id, pd->dev->volume);
	if (sp && pd->detect_due)
		due = pd->uuids_valid && sp->old.repl == DRBD_R_ESTABLISHED &&
		      st->s.dev[drbd_states_dev(st, pd->dev->volume)].old.disk >= DRBD_D_OUTDATED;
	pd->detect_due = false;
	spin_unlock_irq(&st->lock);
	if (due)
		detect(pd);
}

/**
 * drbd_handshake_applied() - do what was put off until a peer is Connected
 * @res: the resource
 *
 * Who was away does not know of resyncs between the others. In the handshake only the
 * ends of those with the peer itself were looked for.
 *
 * Context: may sleep.
 */
void drbd_handshake_applied(struct drbd_resource *res)
{
	struct drbd_connection *conn;
	struct drbd_peer_device *pd;

	drbd_for_each_connection(res, conn) {
		drbd_for_each_peer_device(conn, pd)
			detect_if_due(pd);
	}
}

/**
 * drbd_got_uuids() - take the UUIDs of a peer
 * @pd: whose, of which volume
 * @uuids: the UUIDs
 *
 * Context: the receiver.
 *
 * Return: 0, or a negative errno for the reason to drop the connection.
 */
int drbd_got_uuids(struct drbd_peer_device *pd, const struct drbd_peer_uuids *uuids)
{
	struct drbd_device *dev = pd->dev;
	unsigned int todo;
	bool connecting;

	if (!in_handshake(pd->conn, &connecting))
		return 0;
	if (!connecting && !wait_for_uuids(pd))
		return -EINTR;
	spin_lock_irq(&dev->res->st.lock);
	todo = store(pd, uuids, connecting);
	spin_unlock_irq(&dev->res->st.lock);
	if (todo & DRBD_RECV_DROP)
		return -ECONNREFUSED;
	if (todo & DRBD_RECV_ABORT_WEAK)
		abort_weak(dev, uuids->node_mask);
	if (todo & DRBD_RECV_UNSTABLE)
		WRITE_ONCE(pd->resync.unstable, true);
	if (todo & DRBD_RECV_SKIP_SYNC)
		drbd_volume_skip_initial_sync(pd);
	if (todo & DRBD_RECV_NEW_CURRENT)
		new_current(pd, uuids->current_uuid, uuids->node_mask);
	if (todo & DRBD_RECV_DETECT)
		detect(pd);
	drbd_volume_sync(dev);
	if (todo & DRBD_RECV_EXPOSE)
		set_exposed(dev, uuids->current_uuid);
	if (todo & DRBD_RECV_USE_NEED)
		drbd_volume_not_due(dev);
	if (todo & DRBD_RECV_RAISE_PEER && !connecting)
		raise_peer(pd);
	if (todo & DRBD_RECV_ANSWER)
		drbd_send_uuids(pd, DRBD_UUID_FLAG_RESYNC);
	if (todo & (DRBD_RECV_ANSWER | DRBD_RECV_COMPARE))
		drbd_compare_now(pd, DRBD_COMPARE_AFTER_UNSTABLE);
	if (todo & DRBD_RECV_COMPARE)
		drbd_volume_settled(pd, false);
	if (todo & DRBD_RECV_COMPARE_DISKLESS)
		drbd_compare_now(pd, DRBD_COMPARE_DISKLESS_PRIMARY);
	if (!connecting)
		reconsider(pd);
	return 0;
}

/**
 * drbd_compare_now() - compare the data of nodes that are connected
 * @pd: with which peer, of which volume
 * @kind: why
 *
 * Context: may sleep.
 *
 * Return: whether something came of it.
 */
bool drbd_compare_now(struct drbd_peer_device *pd, enum drbd_compare_kind kind)
{
	struct drbd_device *dev = pd->dev;
	struct drbd_states *st = &dev->res->st;
	struct drbd_handshake_result todo = {};
	struct drbd_compare_now r = {};
	struct drbd_state_pd *sp;
	struct drbd_handshake *h;
	struct drbd_change chg;
	int c, d;

	h = kmalloc_obj(*h, GFP_NOIO | __GFP_NOFAIL);
	spin_lock_irq(&st->lock);
	c = drbd_states_conn(st, pd->conn->node_id);
	d = drbd_states_dev(st, dev->volume);
	if (c < 0 || d < 0 || !pd->uuids_valid || st->s.dev[d].old.disk < DRBD_D_INCONSISTENT ||
	    st->s.conn[c].old.cstate != DRBD_C_CONNECTED ||
	    drbd_state_pd(&st->s, d, c)->old.disk < DRBD_D_INCONSISTENT) {
		spin_unlock_irq(&st->lock);
		kfree(h);
		return false;
	}
	sp = drbd_state_pd(&st->s, d, c);
	setup(pd, h);
	h->disk = st->s.dev[d].old.disk;
	h->peer_disk = sp->old.disk;
	h->peer_role = st->s.conn[c].old.peer_role;
	drbd_uuid_compare_now(h, kind, &r);
	if (r.d.fix)
		drbd_uuid_compare_fix(&dev->uuids, &pd->uuids, pd->conn->node_id, r.d.fix,
				      dev->res->dagtag.now);
	if (r.discharge && sp->old.reconcile_owed) {
		sp->old.reconcile_owed = false;
		drbd_state_begin(&st->s);
		if (!drbd_state_hold_active(&st->s))
			drbd_cluster_lost_peer(dev->res);
	}
	spin_unlock_irq(&st->lock);
	kfree(h);

	if (!r.take_disk && r.repl == DRBD_R_OFF)
		return false;
	todo.bitmap = r.bitmap;
	if (!r.take_disk)
		drbd_volume_apply_handshake(pd, &todo);
	drbd_change_begin(&chg, st, DRBD_CHG_LOCAL_ONLY);
	d = drbd_states_dev(st, dev->volume);
	sp = drbd_states_pd(st, pd->conn->node_id, dev->volume);
	if (sp && r.take_disk)
		st->s.dev[d].new.disk = sp->old.disk;
	else if (sp && sp->old.repl == DRBD_R_ESTABLISHED)
		sp->new.repl = r.repl;
	return drbd_change_end(&chg) >= DRBD_SS_SUCCESS;
}

/* ---- survivors of a lost Primary ---- */

/* Offset: how much more this node has got of the writes of the Primary, in sectors. */
static void reconcile(struct drbd_peer_device *pd, s64 offset)
{
	struct drbd_states *st = &pd->dev->res->st;
	const struct drbd_handshake_result clear = { .bitmap = { .op = DRBD_BITMAP_CLEAR } };
	enum drbd_survivor what = DRBD_SURVIVOR_END;
	struct drbd_volume_compare vc;
	struct drbd_state_pd *sp;
	struct drbd_decision d;
	struct drbd_handshake *h;
	struct drbd_change chg;

	h = kmalloc_obj(*h, GFP_NOIO | __GFP_NOFAIL);
	drbd_change_begin(&chg, st, DRBD_CHG_LOCAL_ONLY);
	sp = drbd_states_pd(st, pd->conn->node_id, pd->dev->volume);
	if (sp && sp->old.repl >= DRBD_R_ESTABLISHED && pd->uuids_valid) {
		setup(pd, h);
		drbd_uuid_compare(&h->c, &d);
		vc = (struct drbd_volume_compare) {
			.strategy = d.strategy, .repl = sp->old.repl,
			.disk = st->s.dev[drbd_states_dev(st, pd->dev->volume)].old.disk,
		};
		what = drbd_survivor_compare(&vc, 1, offset);
	}
	if (sp)
		sp->old.reconcile_owed = false;
	if (sp)
		sp->new.reconcile_owed = false;
	if (what == DRBD_SURVIVOR_SOURCE || what == DRBD_SURVIVOR_TARGET) {
		sp->new.repl = what == DRBD_SURVIVOR_SOURCE ? DRBD_R_WF_BITMAP_S :
							      DRBD_R_WF_BITMAP_T;
		sp->new.reconcile_running = true;
	}
	drbd_change_end(&chg);
	kfree(h);
	if (what == DRBD_SURVIVOR_CLEAR)
		drbd_volume_apply_handshake(pd, &clear);
}

/* Consistent disks that nobody has to be waited for any more. */
static void confirm(struct drbd_resource *res)
{
	struct drbd_states *st = &res->st;
	unsigned int d;

	spin_lock_irq(&st->lock);
	drbd_state_begin(&st->s);
	for (d = 0; d < st->s.ndev; d++) {
		if (st->s.dev[d].old.disk == DRBD_D_CONSISTENT && !drbd_state_hold_active(&st->s))
			drbd_cluster_lost_peer(res);
	}
	spin_unlock_irq(&st->lock);
}

/**
 * drbd_got_peer_dagtag() - a peer has lost a Primary
 * @conn: which peer
 * @lost: node id of the Primary
 * @dagtag: how far the peer received from it
 *
 * Source: spec/resync.md 2.7, 3.10.
 *
 * Context: the receiver.
 *
 * Return: 0, or a negative errno for the reason to drop the connection.
 */
int drbd_got_peer_dagtag(struct drbd_connection *conn, int lost, u64 dagtag)
{
	struct drbd_resource *res = conn->res;
	struct drbd_states *st = &res->st;
	struct drbd_peer_device *pd;
	bool connecting, in_sight;
	unsigned long i;
	struct drbd_connection *from;
	u64 own = 0;
	int c;

	if (!in_handshake(conn, &connecting))
		return 0;
	rcu_read_lock();
	spin_lock_irq(&st->lock);
	from = xa_load(&res->connections, lost);
	if (from)
		own = from->in.dagtag.last;
	c = drbd_states_conn(st, lost);
	in_sight = c >= 0 && st->s.conn[c].old.cstate == DRBD_C_CONNECTED;
	xa_for_each(&conn->peer_devices, i, pd) {
		if (!connecting)
			continue;
		pd->lost.received = true;
		pd->lost.received_node = lost;
	}
	spin_unlock_irq(&st->lock);
	rcu_read_unlock();
	if (connecting || in_sight || c < 0)
		return 0;
	drbd_for_each_peer_device(conn, pd)
		reconcile(pd, own - dagtag);
	confirm(res);
	return 0;
}
