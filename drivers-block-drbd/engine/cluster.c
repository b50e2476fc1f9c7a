// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes that the whole cluster has to agree on
 *
 * What concerns a two-phase commit comes from many sides: commands, the receivers
 * of all connections, answers that arrive in softirqs, timers, lost connections.
 * The automaton sees one of these at a time, together with the state as it is at
 * that moment: it is called with the state lock held. What it wants to be done
 * sleeps, and is done with the mutex of the cluster held, so that lists of actions
 * do not mix. Requests are handled by the receiver of their connection, since what
 * follows them on that stream relies on them; anything that comes from where one
 * may not sleep is handed to a work item.
 */

#include <linux/bitfield.h>
#include <linux/delay.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "../core/promote.h"
#include "../core/state_predicates.h"
#include "../core/wire_state.h"
#include "cluster.h"
#include "../core/names.h"
#include "connection.h"
#include "handshake.h"
#include "packets.h"
#include "receiver.h"
#include "volume.h"

struct reply {
	struct llist_node node;
	int from;
	struct drbd_twopc_msg msg;
};

/* What follows when a list of actions is done; each leads to another list. */
struct follow {
	u64 unsent;
	bool checked;
	u32 check_tid;
	struct drbd_twopc_local local;
	bool applied;
	enum drbd_rv rv;
	bool defer;
	unsigned int defer_ms;
	const char *bad_field;
	s64 bad_value;
};

static void fill_env(struct drbd_resource *res, struct drbd_twopc_env *env)
{
	const struct drbd_state *s = &res->st.s;
	unsigned int c, d;

	*env = (struct drbd_twopc_env) {
		.members = s->old.members,
		.primary = s->old.role == DRBD_ROLE_PRIMARY,
		.quorate = drbd_state_all_quorate(s, DRBD_OLD),
		.known_volume = true,
		.twopc_timeout = res->opts.twopc_timeout,
		.retry_timeout = res->opts.twopc_retry_timeout,
		.auto_promote_timeout = res->opts.auto_promote_timeout,
	};
	for (d = 0; d < s->ndev; d++) {
		env->data_access |= drbd_state_data_access(s, d, DRBD_OLD);
		env->have_disk |= s->dev[d].old.disk > DRBD_D_DISKLESS;
		env->reader |= s->dev[d].open && !s->dev[d].writable;
	}
	for (c = 0; c < s->nconn; c++) {
		const struct drbd_state_conn *sc = &s->conn[c];
		u64 node = drbd_node_mask(sc->node_id);
		struct drbd_connection *conn = xa_load(&res->connections, sc->node_id);
		bool quorate = s->ndev > 0;

		env->configured |= node;
		if (!conn)
			continue;
		env->ping_timeout = max(env->ping_timeout, conn->conf.ping_timeo);
		if (sc->two_primaries)
			env->two_primaries |= node;
		if (sc->old.cstate == DRBD_C_CONNECTING)
			env->connecting |= node;
		if (sc->old.cstate != DRBD_C_CONNECTED)
			continue;
		env->connected |= node;
		if (sc->protocol < DRBD_PROTO_9_MIN)
			env->peers_84 |= node;
		if (sc->old.peer_role == DRBD_ROLE_PRIMARY)
			env->primary_peers |= node;
		for (d = 0; d < s->ndev && quorate; d++) {
			struct drbd_peer_device *pd = xa_load(&conn->peer_devices,
							      s->dev[d].volume);

			quorate = pd && pd->quorate;
		}
		env->peer_quorate |= quorate;
	}
}

/* ---- what a change is to this node ---- */

static void apply_volume(struct drbd_states *st, int peer, int d, u32 mask, u32 val)
{
	int c = drbd_states_conn(st, peer);
	struct drbd_state_pd *pd = drbd_state_pd(&st->s, d, c);
	unsigned int conn = FIELD_GET(DRBD_STATE_CONN, val);

	if (mask & DRBD_STATE_DISK)
		st->s.dev[d].new.disk = FIELD_GET(DRBD_STATE_DISK, val);
	if (mask & DRBD_STATE_PDSK)
		pd->new.disk = FIELD_GET(DRBD_STATE_PDSK, val);
	if (mask & DRBD_STATE_CONN && conn > DRBD_R_OFF)
		pd->new.repl = conn;
}

/* Proposes what a peer wants, as this node sees it. */
static enum drbd_rv apply_word(struct drbd_states *st, const struct drbd_twopc_msg *msg)
{
	struct drbd_wire_change change = { .mask = msg->mask, .val = msg->value };
	int c = drbd_states_conn(st, msg->initiator);
	bool all = msg->volume == DRBD_NO_VOLUME;
	enum drbd_rv rv;
	unsigned int conn, d;

	if (c < 0)
		return DRBD_SS_NEED_CONNECTION;
	rv = drbd_wire_change_from_peer(&change, st->s.conn[c].protocol);
	if (rv != DRBD_SS_SUCCESS)
		return rv;
	conn = FIELD_GET(DRBD_STATE_CONN, change.val);
	for (d = 0; d < st->s.ndev; d++) {
		struct drbd_state_pd *pd = drbd_state_pd(&st->s, d, c);
		u32 mask = change.mask;

		if (!all && msg->volume != st->s.dev[d].volume)
			continue;
		/* A disk that is worse already need not be outdated. */
		if (drbd_twopc_is_disconnect(msg) && st->s.dev[d].old.disk < DRBD_D_OUTDATED)
			mask &= ~DRBD_STATE_DISK;
		if (drbd_twopc_is_disconnect(msg) && pd->old.disk < DRBD_D_OUTDATED)
			mask &= ~DRBD_STATE_PDSK;
		apply_volume(st, msg->initiator, d, mask, change.val);
		if (!all && change.mask & DRBD_STATE_CONN && conn == DRBD_R_OFF)
			pd->new.repl = DRBD_R_OFF;
	}
	if (!all)
		return rv;
	if (change.mask & DRBD_STATE_PEER)
		st->s.conn[c].new.peer_role = FIELD_GET(DRBD_STATE_PEER, change.val);
	if (change.mask & DRBD_STATE_CONN && conn <= DRBD_C_CONNECTED)
		drbd_state_set_cstate(&st->s, c, conn);
	return rv;
}

static enum drbd_rv check(struct drbd_resource *res, const struct drbd_twopc_msg *msg)
{
	struct drbd_change chg;
	enum drbd_rv rv;

	drbd_change_begin(&chg, &res->st, DRBD_CHG_PREPARE);
	rv = apply_word(&res->st, msg);
	if (rv == DRBD_SS_SUCCESS)
		rv = drbd_change_check(&chg);
	drbd_change_cancel(&chg);
	if (rv < DRBD_SS_SUCCESS)
		drbd_info(res, "declined a change of node %d: %s%s%s\n", msg->initiator,
			  drbd_rv_text(rv), chg.why.text[0] ? ": " : "", chg.why.text);
	return rv == DRBD_SS_NOTHING_TO_DO ? DRBD_SS_SUCCESS : rv;
}

static void outdate_disks(struct drbd_states *st)
{
	unsigned int d;

	for (d = 0; d < st->s.ndev; d++) {
		if (st->s.dev[d].new.disk > DRBD_D_OUTDATED)
			st->s.dev[d].new.disk = DRBD_D_OUTDATED;
	}
}

static void confirm_disks(struct drbd_states *st)
{
	unsigned int d;

	if (drbd_state_hold_active(&st->s))
		return;
	for (d = 0; d < st->s.ndev; d++) {
		if (st->s.dev[d].new.disk == DRBD_D_CONSISTENT &&
		    !drbd_state_foreign_primary(&st->s, d))
			st->s.dev[d].new.disk = DRBD_D_UP_TO_DATE;
	}
}

static void outdate_peer(struct drbd_resource *res, int peer)
{
	struct drbd_states *st = &res->st;
	int c = drbd_states_conn(st, peer);
	unsigned int d;

	for (d = 0; d < st->s.ndev; d++) {
		struct drbd_device *dev = xa_load(&res->devices, st->s.dev[d].volume);
		struct drbd_state_pd *pd;

		if (c < 0 && dev) {
			st->s.dev[d].slot_flags[peer] |= DRBD_MDF_PEER_OUTDATED;
			dev->md_dirty = true;
		}
		if (c < 0)
			continue;
		pd = drbd_state_pd(&st->s, d, c);
		if (pd->new.disk > DRBD_D_OUTDATED)
			pd->new.disk = DRBD_D_OUTDATED;
	}
}

static void outdate_far(struct drbd_states *st, u64 far)
{
	unsigned int c, d;

	for (c = 0; c < st->s.nconn; c++) {
		if (!(far & drbd_node_mask(st->s.conn[c].node_id)))
			continue;
		for (d = 0; d < st->s.ndev; d++) {
			struct drbd_state_pd *pd = drbd_state_pd(&st->s, d, c);
			bool is_far = pd->bitmap && pd->new.repl < DRBD_R_ESTABLISHED;

			pd->new.disk = drbd_promote_peer_disk(0, pd->new.disk, is_far);
		}
	}
}

static void propose(struct drbd_resource *res, const struct drbd_twopc_msg *msg,
		    const struct drbd_twopc_apply *apply)
{
	struct drbd_cluster *cl = &res->cluster;
	struct drbd_states *st = &res->st;

	if (apply->initiator) {
		if (cl->own->modify)
			cl->own->modify(res, cl->own, true);
		if (apply->far_nodes)
			outdate_far(st, apply->far_nodes);
	} else if (apply->scope != DRBD_TWOPC_FAR) {
		apply_word(st, msg);
		/* Promoted by force: its data is the one that counts from now on. */
		if (drbd_twopc_role_value(msg) == DRBD_ROLE_PRIMARY && msg->mask & DRBD_STATE_DISK)
			drbd_handshake_consider(res, msg->initiator);
		if (drbd_twopc_is_connect(msg))
			drbd_handshake_modify(res, msg->initiator);
	} else if (cl->outdate) {
		outdate_disks(st);
	}
	st->s.new.members = apply->members;
	if (apply->peer_outdated)
		outdate_peer(res, msg->initiator);
	if (apply->outdate)
		outdate_disks(st);
	else if (apply->confirm)
		confirm_disks(st);
}

static enum drbd_rv apply(struct drbd_resource *res, const struct drbd_twopc_msg *msg,
			  const struct drbd_twopc_apply *apply)
{
	struct drbd_own_change *own = res->cluster.own;
	unsigned int flags = apply->initiator ? DRBD_CHG_OWN_TWOPC | own->flags :
						DRBD_CHG_PREPARED;
	struct drbd_change chg;
	enum drbd_rv rv;

	if (apply->initiator && own->prepare)
		own->prepare(res, own);
	if (!apply->initiator && drbd_twopc_is_connect(msg) &&
	    apply->scope != DRBD_TWOPC_FAR)
		drbd_handshake_prepare(res, msg->initiator);
	if (apply->recalc || drbd_twopc_is_empty(msg))
		flags |= DRBD_CHG_FORCE_RECALC;
	drbd_change_begin(&chg, &res->st, flags);
	propose(res, msg, apply);
	rv = drbd_change_end(&chg);
	if (rv < DRBD_SS_SUCCESS)
		drbd_err(res, "a change that the cluster agreed on fails here: %s %s\n",
			 drbd_rv_text(rv), chg.why.text);
	if (rv >= DRBD_SS_SUCCESS)
		drbd_handshake_applied(res);
	drbd_volumes_sync(res);
	return rv == DRBD_SS_NOTHING_TO_DO ? DRBD_SS_SUCCESS : rv;
}

/* ---- actions ---- */

/* Sends to all nodes of a mask. Returns those that it could not be sent to. */
static u64 send_all(struct drbd_resource *res, u64 nodes, const struct drbd_twopc_msg *msg)
{
	u64 unsent = 0;
	int node;

	for (node = 0; node < DRBD_NODES; node++) {
		struct drbd_connection *conn;

		if (!(nodes & drbd_node_mask(node)))
			continue;
		conn = drbd_connection_find(res, node);
		if (!conn || drbd_send_twopc(conn, msg))
			unsent |= drbd_node_mask(node);
		else if (msg->cmd == DRBD_TWOPC_PREPARE)
			queue_work(drbd_wq, &conn->ping_work);
		if (conn)
			drbd_connection_put(conn);
	}
	return unsent;
}

static void finish_own(struct drbd_cluster *cl, enum drbd_rv rv, bool again, unsigned int ms)
{
	struct drbd_own_change *own = cl->own;

	if (!own)
		return;
	cl->own = NULL;
	own->rv = rv;
	own->again = again;
	own->ms = ms;
	complete(&own->done);
}

static void with_connection(struct drbd_resource *res, int node,
			    void (*what)(struct drbd_connection *conn))
{
	struct drbd_connection *conn = drbd_connection_find(res, node);

	if (!conn)
		return;
	what(conn);
	drbd_connection_put(conn);
}

static void act(struct drbd_resource *res, const struct drbd_twopc_action *a, struct follow *f)
{
	struct drbd_cluster *cl = &res->cluster;

	switch (a->act) {
	case DRBD_TWOPC_SEND:
		f->unsent |= send_all(res, a->nodes, a->msg);
		break;
	case DRBD_TWOPC_CHECK:
		f->checked = true;
		f->check_tid = a->msg->tid;
		f->local = (struct drbd_twopc_local) {
			.rv = check(res, a->msg), .max_size = DRBD_TWOPC_SIZE_UNLIMITED,
		};
		break;
	case DRBD_TWOPC_HS_RESET:
		with_connection(res, a->node, drbd_handshake_reset);
		break;
	case DRBD_TWOPC_HS_SEND:
		with_connection(res, a->node, drbd_handshake_send);
		break;
	case DRBD_TWOPC_HS_RELEASE:
		with_connection(res, a->node, drbd_handshake_release);
		break;
	case DRBD_TWOPC_WRITE_BITMAP:
		drbd_volumes_write_bitmap(res);
		break;
	case DRBD_TWOPC_APPLY:
		f->applied = true;
		f->rv = apply(res, a->msg, &cl->acts.apply);
		break;
	case DRBD_TWOPC_START_TIMER:
		cl->timer_tid[a->timer] = drbd_twopc_active(&cl->tp).tid;
		mod_delayed_work(drbd_wq, &cl->timer[a->timer], msecs_to_jiffies(a->ms));
		break;
	case DRBD_TWOPC_STOP_TIMER:
		cancel_delayed_work(&cl->timer[a->timer]);
		break;
	case DRBD_TWOPC_DEFER:
		f->defer = true;
		f->defer_ms = a->ms;
		break;
	case DRBD_TWOPC_WAIT:
		finish_own(cl, DRBD_SS_CONCURRENT_ST_CHG, true, a->ms);
		break;
	case DRBD_TWOPC_BACK_OFF:
		finish_own(cl, DRBD_SS_TIMEOUT, true, a->ms);
		break;
	case DRBD_TWOPC_DONE:
		if (cl->own)
			cl->own->refused_by = a->rv == DRBD_SS_CW_FAILED_BY_PEER ? a->node :
									DRBD_NO_NODE;
		finish_own(cl, a->rv, false, a->ms);
		break;
	case DRBD_TWOPC_ENDED:
		drbd_volumes_twopc_ended(res);
		wake_up_all(&cl->wait);
		break;
	case DRBD_TWOPC_BAD_PACKET:
		f->bad_field = a->field;
		f->bad_value = a->value;
		break;
	case DRBD_TWOPC_SIZE:
	case DRBD_TWOPC_SEND_84:
		break;
	}
}

static bool next_list(struct drbd_resource *res, struct follow *f)
{
	struct drbd_cluster *cl = &res->cluster;
	struct drbd_twopc_env env;

	if (!f->unsent && !f->checked && !f->applied)
		return false;
	spin_lock_irq(&res->st.lock);
	fill_env(res, &env);
	if (f->unsent) {
		drbd_twopc_unsent(&cl->tp, &env, f->unsent, &cl->acts);
		f->unsent = 0;
	} else if (f->checked) {
		f->checked = false;
		drbd_twopc_checked(&cl->tp, &env, f->check_tid, &f->local, &cl->acts);
	} else {
		f->applied = false;
		drbd_twopc_applied(&cl->tp, &env, f->rv, &cl->acts);
	}
	spin_unlock_irq(&res->st.lock);
	return true;
}

/* Does what the automaton said, and what follows from that. */
static void run(struct drbd_resource *res, struct follow *f)
{
	unsigned int i;

	lockdep_assert_held(&res->cluster.mutex);
	do {
		for (i = 0; i < res->cluster.acts.n; i++)
			act(res, &res->cluster.acts.action[i], f);
	} while (next_list(res, f));
}

/* ---- events ---- */

/**
 * drbd_cluster_active() - is a two-phase commit active?
 * @res: the resource
 *
 * Return: true if so; it may have begun or ended meanwhile, unless the state lock is
 * held.
 */
bool drbd_cluster_active(struct drbd_resource *res)
{
	return READ_ONCE(res->cluster.tp.state) != DRBD_TWOPC_IDLE;
}

/**
 * drbd_cluster_packet() - take a request of a two-phase commit
 * @conn: connection that it came from
 * @msg: PREPARE, COMMIT or ABORT
 *
 * Context: the receiver of @conn; it may have to wait for another transaction.
 */
void drbd_cluster_packet(struct drbd_connection *conn, const struct drbd_twopc_msg *msg)
{
	struct drbd_resource *res = conn->res;
	struct drbd_cluster *cl = &res->cluster;
	struct drbd_twopc_env env;
	bool waited = false;
	struct follow f;

	do {
		f = (struct follow) {};
		mutex_lock(&cl->mutex);
		spin_lock_irq(&res->st.lock);
		fill_env(res, &env);
		env.known_volume = msg->volume == DRBD_NO_VOLUME ||
				   drbd_states_dev(&res->st, msg->volume) >= 0;
		drbd_twopc_packet(&cl->tp, &env, conn->node_id, msg, waited, &cl->acts);
		spin_unlock_irq(&res->st.lock);
		run(res, &f);
		mutex_unlock(&cl->mutex);
		if (f.defer)
			wait_event_timeout(cl->wait, !drbd_cluster_active(res),
					   msecs_to_jiffies(f.defer_ms));
		waited = true;
	} while (f.defer);
	if (f.bad_field) {
		drbd_err(res, "peer %d: two-phase commit with bad %s %lld\n", conn->node_id,
			 f.bad_field, f.bad_value);
		drbd_conn_lost(conn, DRBD_C_PROTOCOL_ERROR);
	}
}

/**
 * drbd_cluster_reply() - take an answer to a PREPARE
 * @conn: connection that it came from
 * @msg: YES, NO or RETRY
 *
 * Context: any.
 */
void drbd_cluster_reply(struct drbd_connection *conn, const struct drbd_twopc_msg *msg)
{
	struct reply *reply = kmalloc_obj(*reply, GFP_ATOMIC);

	if (!reply) {
		drbd_conn_lost(conn, DRBD_C_NETWORK_FAILURE);
		return;
	}
	reply->from = conn->node_id;
	reply->msg = *msg;
	llist_add(&reply->node, &conn->res->cluster.replies);
	queue_work(drbd_wq, &conn->res->cluster.work);
}

static void take_reply(struct drbd_resource *res, const struct reply *reply)
{
	struct drbd_twopc_env env;
	struct follow f = {};

	spin_lock_irq(&res->st.lock);
	fill_env(res, &env);
	drbd_twopc_packet(&res->cluster.tp, &env, reply->from, &reply->msg, false,
			  &res->cluster.acts);
	spin_unlock_irq(&res->st.lock);
	run(res, &f);
}

static void take_loss(struct drbd_resource *res, int node)
{
	struct drbd_twopc_env env;
	struct follow f = {};

	spin_lock_irq(&res->st.lock);
	fill_env(res, &env);
	drbd_twopc_lost(&res->cluster.tp, &env, node, &res->cluster.acts);
	spin_unlock_irq(&res->st.lock);
	run(res, &f);
}

/* Answers first: they came before the connection was lost. */
static void do_work(struct work_struct *work)
{
	struct drbd_resource *res = container_of(work, struct drbd_resource, cluster.work);
	struct drbd_cluster *cl = &res->cluster;
	struct llist_node *list;
	struct reply *reply, *next;
	u64 lost;
	int node;

	mutex_lock(&cl->mutex);
	spin_lock_irq(&res->st.lock);
	lost = cl->lost;
	cl->lost = 0;
	spin_unlock_irq(&res->st.lock);
	list = llist_reverse_order(llist_del_all(&cl->replies));
	llist_for_each_entry_safe(reply, next, list, node) {
		take_reply(res, reply);
		kfree(reply);
	}
	for (node = 0; node < DRBD_NODES; node++) {
		if (lost & drbd_node_mask(node))
			take_loss(res, node);
	}
	mutex_unlock(&cl->mutex);
}

/**
 * drbd_cluster_lost() - a peer is gone
 * @res: the resource, with the state lock held
 * @node_id: of the peer
 */
void drbd_cluster_lost(struct drbd_resource *res, int node_id)
{
	res->cluster.lost |= drbd_node_mask(node_id);
	queue_work(drbd_wq, &res->cluster.work);
}

/**
 * drbd_cluster_shaken() - the handshake with a peer has got on
 * @conn: the connection, with what was found out in @hs
 *
 * Context: may sleep.
 */
void drbd_cluster_shaken(struct drbd_connection *conn)
{
	struct drbd_resource *res = conn->res;
	struct drbd_twopc_env env;
	struct follow f = {};

	mutex_lock(&res->cluster.mutex);
	spin_lock_irq(&res->st.lock);
	fill_env(res, &env);
	drbd_twopc_shaken(&res->cluster.tp, &env, conn->node_id, &conn->hs,
			  &res->cluster.acts);
	spin_unlock_irq(&res->st.lock);
	run(res, &f);
	mutex_unlock(&res->cluster.mutex);
}

/**
 * drbd_cluster_readers_left() - the last reader of a device has closed it
 * @res: the resource
 *
 * Context: may sleep.
 */
void drbd_cluster_readers_left(struct drbd_resource *res)
{
	struct drbd_cluster *cl = &res->cluster;
	struct follow f = {};

	mutex_lock(&cl->mutex);
	if (cl->tp.state == DRBD_TWOPC_CHECKING && cl->tp.readers_waited) {
		cl->acts.n = 0;
		f.checked = true;
		f.check_tid = cl->tp.msg.tid;
		f.local = (struct drbd_twopc_local) {
			.rv = check(res, &cl->tp.msg), .max_size = DRBD_TWOPC_SIZE_UNLIMITED,
		};
		run(res, &f);
	}
	mutex_unlock(&cl->mutex);
}

static void expired(struct drbd_resource *res, enum drbd_twopc_timer timer)
{
	struct drbd_cluster *cl = &res->cluster;
	struct drbd_twopc_env env;
	struct follow f = {};

	mutex_lock(&cl->mutex);
	spin_lock_irq(&res->st.lock);
	fill_env(res, &env);
	drbd_twopc_expired(&cl->tp, &env, cl->timer_tid[timer], timer, &cl->acts);
	spin_unlock_irq(&res->st.lock);
	run(res, &f);
	mutex_unlock(&cl->mutex);
}

static void main_expired(struct work_struct *work)
{
	expired(container_of(to_delayed_work(work), struct drbd_resource,
			     cluster.timer[DRBD_TWOPC_TIMER_MAIN]), DRBD_TWOPC_TIMER_MAIN);
}

static void readers_expired(struct work_struct *work)
{
	expired(container_of(to_delayed_work(work), struct drbd_resource,
			     cluster.timer[DRBD_TWOPC_TIMER_READERS]),
		DRBD_TWOPC_TIMER_READERS);
}

/**
 * drbd_cluster_expire() - nobody is left to wait for
 * @res: the resource
 */
void drbd_cluster_expire(struct drbd_resource *res)
{
	if (drbd_cluster_active(res))
		mod_delayed_work(drbd_wq, &res->cluster.timer[DRBD_TWOPC_TIMER_MAIN], 0);
}

/* ---- own changes ---- */

static void fill_request(const struct drbd_state *s, const struct drbd_state_cw *cw,
			 struct drbd_own_change *own)
{
	struct drbd_twopc_request *req = &own->req;
	unsigned int conn = 0, c, d;

	req->volume = cw->volume;
	req->target = cw->target;
	for (c = 0; c < s->nconn && s->conn[c].node_id != cw->target; c++)
		;
	for (d = 0; d < s->ndev; d++) {
		const struct drbd_state_dev *dev = &s->dev[d];
		const struct drbd_state_pd *pd = c < s->nconn ? drbd_state_pd(s, d, c) : NULL;

		if (cw->volume != DRBD_NO_VOLUME && cw->volume != dev->volume)
			continue;
		if (dev->old.disk != dev->new.disk && cw->kind != DRBD_CW_DEMOTE) {
			req->mask |= DRBD_STATE_DISK;
			req->value |= FIELD_PREP(DRBD_STATE_DISK, dev->new.disk);
		}
		if (pd && cw->kind == DRBD_CW_DISCONNECT && pd->old.disk != pd->new.disk &&
		    pd->new.disk == DRBD_D_OUTDATED) {
			req->mask |= DRBD_STATE_PDSK;
			req->value |= FIELD_PREP(DRBD_STATE_PDSK, DRBD_D_OUTDATED);
		}
		if (pd && cw->volume != DRBD_NO_VOLUME)
			conn = pd->new.repl;
	}
	switch (cw->kind) {
	case DRBD_CW_PROMOTE:
	case DRBD_CW_DEMOTE:
		req->mask |= DRBD_STATE_ROLE;
		req->value |= s->new.role;
		break;
	case DRBD_CW_CONNECT:
		req->mask = DRBD_STATE_ROLE | DRBD_STATE_CONN;
		req->value = s->new.role | FIELD_PREP(DRBD_STATE_CONN, DRBD_C_CONNECTED);
		break;
	case DRBD_CW_DISCONNECT:
		conn = DRBD_C_DISCONNECTING;
		fallthrough;
	default:
		if (cw->kind == DRBD_CW_ATTACH || cw->kind == DRBD_CW_DETACH)
			break;
		req->mask |= DRBD_STATE_CONN;
		req->value |= FIELD_PREP(DRBD_STATE_CONN, conn);
		break;
	}
}

static u32 new_tid(void)
{
	return get_random_u32() ?: 1;
}

static bool alone(const struct drbd_state *s)
{
	unsigned int c;

	for (c = 0; c < s->nconn; c++) {
		if (s->conn[c].old.cstate == DRBD_C_CONNECTED)
			return false;
	}
	return true;
}

/* What a node does that has nobody to ask. */
static enum drbd_rv settle_alone(struct drbd_resource *res, struct drbd_own_change *own,
				 struct drbd_change *chg)
{
	res->st.s.new.members = drbd_node_mask(res->node_id);
	if (own->resume)
		res->st.s.new.resume_held = false;
	confirm_disks(&res->st);
	chg->flags |= DRBD_CHG_FORCE_RECALC;
	return drbd_change_end(chg);
}

/* Begins a try. Returns false, with the result, if nothing has to be waited for. */
static bool begin_try(struct drbd_resource *res, struct drbd_own_change *own)
{
	struct drbd_cluster *cl = &res->cluster;
	struct drbd_state_cw cw = { .kind = DRBD_CW_NONE };
	struct drbd_state *s = &res->st.s;
	unsigned int attempt = own->req.attempt, d;
	struct drbd_twopc_env env;
	struct drbd_change chg;
	struct follow f = {};
	enum drbd_rv rv = DRBD_SS_SUCCESS;

	own->again = false;
	reinit_completion(&own->done);
	own->req = (struct drbd_twopc_request) {
		.volume = DRBD_NO_VOLUME, .target = DRBD_NO_NODE, .resume = own->resume,
		.no_retry = own->no_retry, .attempt = attempt,
	};
	drbd_change_begin(&chg, &res->st, own->flags);
	fill_env(res, &env);
	if (own->empty) {
		if (alone(s)) {
			own->rv = settle_alone(res, own, &chg);
			return false;
		}
	} else {
		own->modify(res, own, false);
		drbd_state_cluster_wide(s, own->flags, &cw);
		if (cw.kind == DRBD_CW_NONE) {
			own->rv = drbd_change_end(&chg);
			own->why = chg.why;
			return false;
		}
		fill_request(s, &cw, own);
		if (cw.kind == DRBD_CW_PROMOTE) {
			env.data_access = false;
			for (d = 0; d < s->ndev; d++)
				env.data_access |= drbd_state_data_access(s, d, DRBD_NEW);
		}
		rv = drbd_change_check(&chg);
		own->why = chg.why;
		drbd_state_begin(s);
	}
	cl->own = own;
	drbd_twopc_start(&cl->tp, &env, &own->req, rv, new_tid(), &cl->acts);
	drbd_change_cancel(&chg);
	run(res, &f);
	return true;
}

static void interrupt(struct drbd_resource *res)
{
	struct drbd_cluster *cl = &res->cluster;
	struct drbd_twopc_env env;
	struct follow f = {};

	mutex_lock(&cl->mutex);
	if (cl->own) {
		spin_lock_irq(&res->st.lock);
		fill_env(res, &env);
		drbd_twopc_interrupt(&cl->tp, &env, &cl->acts);
		spin_unlock_irq(&res->st.lock);
		run(res, &f);
	}
	mutex_unlock(&cl->mutex);
}

/**
 * drbd_change_cluster() - change the state, with the cluster's consent if it takes it
 * @res: the resource
 * @own: the change
 *
 * Context: may sleep, for long. The caller holds @res->change, or else makes sure
 * that nobody else gets here.
 *
 * Return: DRBD_SS_SUCCESS, or another &enum drbd_rv.
 */
enum drbd_rv drbd_change_cluster(struct drbd_resource *res, struct drbd_own_change *own)
{
	struct drbd_cluster *cl = &res->cluster;
	bool waits;

	init_completion(&own->done);
	own->req.attempt = 0;
	own->refused_by = DRBD_NO_NODE;
	do {
		mutex_lock(&cl->mutex);
		waits = begin_try(res, own);
		mutex_unlock(&cl->mutex);
		if (waits && wait_for_completion_interruptible(&own->done)) {
			interrupt(res);
			wait_for_completion(&own->done);
			return own->again ? DRBD_SS_INTERRUPTED : own->rv;
		}
		if (!own->again)
			break;
		if (own->rv == DRBD_SS_TIMEOUT) {
			/* So that those who got in each other's way do not again. */
			fsleep(1000UL * get_random_u32_below(own->ms + 1));
		} else {
			wait_event_interruptible_timeout(cl->wait, !drbd_cluster_active(res),
							 msecs_to_jiffies(own->ms));
		}
	} while (!signal_pending(current));
	return own->again ? DRBD_SS_INTERRUPTED : own->rv;
}

/* ---- empty transactions ---- */

static void modify_resume(struct drbd_resource *res, struct drbd_own_change *own, bool apply)
{
	if (own->resume)
		res->st.s.new.resume_held = false;
}

static void do_empty(struct work_struct *work)
{
	struct drbd_resource *res = container_of(to_delayed_work(work), struct drbd_resource,
						 cluster.empty_work);
	struct drbd_cluster *cl = &res->cluster;
	struct drbd_own_change own = { .modify = modify_resume, .empty = true };
	bool again;

	/* Whoever changes something else waits for its end anyway. */
	if (down_trylock(&res->change)) {
		queue_delayed_work(drbd_wq, &cl->empty_work, msecs_to_jiffies(20));
		return;
	}
	spin_lock_irq(&res->st.lock);
	own.resume = !cl->empty_due && cl->resume_due && res->st.s.old.resume_held;
	if (!cl->empty_due && !own.resume) {
		cl->resume_due = false;
		spin_unlock_irq(&res->st.lock);
		up(&res->change);
		return;
	}
	if (own.resume)
		cl->resume_due = false;
	cl->empty_due = false;
	spin_unlock_irq(&res->st.lock);
	drbd_change_cluster(res, &own);
	up(&res->change);
	spin_lock_irq(&res->st.lock);
	if (!own.resume)
		res->try_up_to_date = false;
	again = cl->empty_due || cl->resume_due;
	spin_unlock_irq(&res->st.lock);
	wake_up_all(&res->st.wait);
	if (again)
		queue_delayed_work(drbd_wq, &cl->empty_work, 0);
}

/**
 * drbd_cluster_lost_peer() - schedule the transaction that finds out who is there
 * @res: the resource, with the state lock held
 */
void drbd_cluster_lost_peer(struct drbd_resource *res)
{
	res->cluster.empty_due = true;
	mod_delayed_work(drbd_wq, &res->cluster.empty_work, 0);
}

/**
 * drbd_cluster_resume() - schedule the transaction of a Primary whose data is back
 * @res: the resource, with the state lock held
 */
void drbd_cluster_resume(struct drbd_resource *res)
{
	res->cluster.resume_due = true;
	mod_delayed_work(drbd_wq, &res->cluster.empty_work, 0);
}

/**
 * drbd_cluster_init() - set up two-phase commits of a resource
 * @res: the resource, that nobody else knows
 */
void drbd_cluster_init(struct drbd_resource *res)
{
	struct drbd_cluster *cl = &res->cluster;

	mutex_init(&cl->mutex);
	drbd_twopc_init(&cl->tp, res->node_id);
	INIT_DELAYED_WORK(&cl->timer[DRBD_TWOPC_TIMER_MAIN], main_expired);
	INIT_DELAYED_WORK(&cl->timer[DRBD_TWOPC_TIMER_READERS], readers_expired);
	INIT_DELAYED_WORK(&cl->empty_work, do_empty);
	INIT_WORK(&cl->work, do_work);
	init_llist_head(&cl->replies);
	init_waitqueue_head(&cl->wait);
}

/**
 * drbd_cluster_stop() - end what goes on by itself
 * @res: the resource, without connections, and without anybody who changes it
 *
 * Context: may sleep.
 */
void drbd_cluster_stop(struct drbd_resource *res)
{
	struct drbd_cluster *cl = &res->cluster;

	cancel_delayed_work_sync(&cl->empty_work);
	cancel_delayed_work_sync(&cl->timer[DRBD_TWOPC_TIMER_MAIN]);
	cancel_delayed_work_sync(&cl->timer[DRBD_TWOPC_TIMER_READERS]);
	cancel_work_sync(&cl->work);
}
