// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the state of a resource depends on, and what its changes lead to
 *
 * core/ lists what a change leads to. Here each of these things is done: the ones
 * that cannot wait under the state lock, the others by the worker of the resource,
 * in the order of the list.
 */

#include "../core/promote.h"
#include "../core/quorum.h"
#include "../core/uuid_source.h"
#include "../report/statelog.h"
#include "connection.h"
#include "handshake.h"
#include "helper.h"
#include "notify.h"
#include "packets.h"
#include "receiver.h"
#include "request.h"
#include "resource_state.h"
#include "volume.h"

/* ---- what rules read ---- */

static void refresh_pd(struct drbd_states *st, struct drbd_device *dev, unsigned int d,
		       unsigned int c)
{
	struct drbd_resource *res = drbd_states_resource(st);
	struct drbd_state_pd *sp = drbd_state_pd(&st->s, d, c);
	int node = st->s.conn[c].node_id;
	struct drbd_connection *conn = xa_load(&res->connections, node);
	struct drbd_peer_device *pd = conn ? xa_load(&conn->peer_devices, dev->volume) : NULL;

	sp->bitmap_uuid = dev->uuids.slots[node].uuid;
	sp->oos_bits = drbd_volume_out_of_sync(dev, node);
	if (!pd)
		return;
	sp->bitmap = pd->conf.bitmap;
	sp->uuids_received = pd->uuids_valid;
	sp->current_uuid = pd->uuids_valid ? pd->uuids.current_uuid : 0;
	sp->stable = pd->uuids_valid && pd->uuids.flags & DRBD_UUID_FLAG_STABLE;
}

static void refresh(struct drbd_states *st)
{
	struct drbd_resource *res = drbd_states_resource(st);
	struct drbd_state *s = &st->s;
	unsigned int c, d, i;

	s->quorum_on = res->opts.quorum != DRBD_QUORUM_OFF;
	s->suspend_on_no_quorum = res->opts.on_no_quorum == DRBD_NO_DATA_SUSPEND_IO;
	s->suspend_on_no_data = res->opts.on_no_data == DRBD_NO_DATA_SUSPEND_IO;
	for (c = 0; c < s->nconn; c++) {
		struct drbd_state_conn *sc = &s->conn[c];
		struct drbd_connection *conn = xa_load(&res->connections, sc->node_id);

		if (!conn)
			continue;
		sc->fencing = conn->conf.fencing_policy;
		sc->two_primaries = conn->conf.two_primaries;
		sc->verify_alg = conn->conf.verify_alg[0];
		sc->allow_remote_read = conn->conf.allow_remote_read;
	}
	for (d = 0; d < s->ndev; d++) {
		struct drbd_state_dev *sd = &s->dev[d];
		struct drbd_device *dev = xa_load(&res->devices, sd->volume);

		if (!dev)
			continue;
		sd->current_uuid = dev->uuids.current_uuid;
		sd->exposed_uuid = dev->uuids.exposed;
		sd->open = dev->openers;
		sd->writable = dev->writable;
		sd->unregistered = dev->unregistered;
		sd->call_local_io_error =
			dev->disk_conf.on_io_error == DRBD_IO_ERROR_CALL_HELPER;
		for (i = 0; i < DRBD_NODES; i++)
			sd->slot_flags[i] = dev->uuids.slots[i].flags;
		for (c = 0; c < s->nconn; c++)
			refresh_pd(st, dev, d, c);
	}
}

static void compute_quorum(struct drbd_states *st, unsigned int d,
			   struct drbd_quorum_result *result)
{
	struct drbd_resource *res = drbd_states_resource(st);
	struct drbd_state_dev *sd = &st->s.dev[d];
	struct drbd_device *dev = xa_load(&res->devices, sd->volume);
	struct drbd_quorum_node nodes[DRBD_NODES] = {};
	const struct drbd_quorum_options options = {
		.quorum = res->opts.quorum, .redundancy = res->opts.quorum_min_redundancy,
	};
	struct drbd_quorum_counts counts;
	const struct drbd_quorum_self self = {
		.node_id = res->node_id,
		.disk = sd->new.disk,
		.old_disk = sd->old.disk,
		.intentional_diskless = dev && dev->conf.intentional_diskless,
		.had_quorum = sd->old.have_quorum,
		.members = st->s.new.members,
	};
	unsigned int c, i;

	for (i = 0; i < DRBD_NODES; i++) {
		nodes[i].has_bitmap = sd->slot_flags[i] & DRBD_MDF_HAVE_BITMAP;
		nodes[i].exists = sd->slot_flags[i] & DRBD_MDF_NODE_EXISTS;
		nodes[i].seen = sd->slot_flags[i] & DRBD_MDF_PEER_DEVICE_SEEN;
		nodes[i].outdated = sd->slot_flags[i] & DRBD_MDF_PEER_OUTDATED;
	}
	for (c = 0; c < st->s.nconn; c++) {
		const struct drbd_state_pd *sp = drbd_state_pd(&st->s, d, c);
		struct drbd_quorum_node *node = &nodes[st->s.conn[c].node_id];
		struct drbd_connection *conn = xa_load(&res->connections,
						       st->s.conn[c].node_id);
		struct drbd_peer_device *pd = conn ? xa_load(&conn->peer_devices, sd->volume) :
						     NULL;

		node->configured = true;
		node->repl = sp->new.repl;
		node->disk = sp->new.disk;
		node->bitmap = sp->bitmap;
		node->tiebreaker = !pd || pd->conf.peer_tiebreaker;
		node->remote_read = st->s.conn[c].allow_remote_read;
		node->quorate = pd && pd->quorate;
	}
	drbd_quorum_count(&self, nodes, &counts);
	drbd_quorum_decide(&options, &counts, sd->old.quorum, result);
}

static void publish(struct drbd_states *st)
{
	struct drbd_resource *res = drbd_states_resource(st);
	unsigned int d, i;

	for (d = 0; d < st->s.ndev; d++) {
		struct drbd_state_dev *sd = &st->s.dev[d];
		struct drbd_device *dev = xa_load(&res->devices, sd->volume);

		if (!dev)
			continue;
		for (i = 0; i < DRBD_NODES; i++)
			dev->uuids.slots[i].flags = sd->slot_flags[i];
	}
	drbd_req_published(res);
	drbd_resync_published(res);
}

/* ---- what cannot wait ---- */

static struct drbd_connection *conn_of(struct drbd_resource *res, const struct drbd_effect *e)
{
	return e->node_id == DRBD_NO_NODE ? NULL : xa_load(&res->connections, e->node_id);
}

static struct drbd_device *dev_of(struct drbd_resource *res, const struct drbd_effect *e)
{
	return e->volume == DRBD_NO_VOLUME ? NULL : xa_load(&res->devices, e->volume);
}

static void do_now(struct drbd_states *st, const struct drbd_effect *e)
{
	struct drbd_resource *res = drbd_states_resource(st);
	struct drbd_connection *conn = conn_of(res, e);
	struct drbd_device *dev = dev_of(res, e);
	unsigned int i;

	switch (e->kind) {
	case DRBD_DO_MD_DIRTY:
		if (dev)
			dev->md_dirty = true;
		break;
	case DRBD_DO_SET_EXPOSED:
		if (dev)
			drbd_uuid_set_exposed(&dev->uuids, e->arg, st->s.new.role);
		break;
	case DRBD_DO_GET_DISK:
		if (dev)
			dev->works++;
		break;
	case DRBD_DO_STOP_RECEIVER:
	case DRBD_DO_RESTART_RECEIVER:
		if (conn)
			drbd_transport_abort(conn->transport);
		break;
	case DRBD_DO_TWOPC_LOST:
		if (conn)
			set_bit(DRBD_CONN_RECONNECT, &conn->flags);
		drbd_cluster_lost(res, e->node_id);
		break;
	case DRBD_DO_LOST_PEER_TWOPC:
		drbd_cluster_lost_peer(res);
		break;
	case DRBD_DO_PRIMARY_RESUME_TWOPC:
		drbd_cluster_resume(res);
		break;
	case DRBD_DO_BECOME_UP_TO_DATE:
		res->try_up_to_date = true;
		break;
	case DRBD_DO_RELEASE_UUIDS:
		for (i = 0; i < st->s.ndev * st->s.nconn; i++)
			st->s.pd[i].handshake_running = false;
		break;
	case DRBD_DO_SEND_DAGTAG:
		if (conn)
			conn->out.want_dagtag = true;
		break;
	case DRBD_DO_CLOSE_EPOCH:
		drbd_epoch_close(&res->epoch);
		break;
	case DRBD_DO_FLUSH_PEER_ACK:
		drbd_send_peer_ack(res);
		break;
	case DRBD_DO_WALK_RESEND:
		if (conn) {
			conn->out.walk = DRBD_REQ_EV_RESEND;
			conn->out.walk_due = true;
		}
		break;
	case DRBD_DO_WALK_CANCEL:
		if (conn) {
			conn->out.walk = DRBD_REQ_EV_SUSPEND_CANCEL;
			conn->out.walk_due = true;
		}
		break;
	case DRBD_DO_WALK_RESTART:
		res->restart_due = true;
		break;
	case DRBD_DO_PEER_WRITES_OOS:
		drbd_peer_writes_oos(res, e->node_id, e->volume);
		break;
	default:
		drbd_resync_now(st, e);
		break;
	}
}

/* ---- what the worker does ---- */

static bool reachable(struct drbd_resource *res, const struct drbd_effect *e)
{
	struct drbd_state_pd *sp;
	bool ok;

	spin_lock_irq(&res->st.lock);
	sp = drbd_states_pd(&res->st, e->node_id, e->volume);
	ok = sp && sp->old.repl >= DRBD_R_ESTABLISHED;
	spin_unlock_irq(&res->st.lock);
	return ok;
}

static void clear_bitmap(struct drbd_peer_device *pd)
{
	const struct drbd_handshake_result clear = {
		.clear_slot = true, .bitmap = { .op = DRBD_BITMAP_CLEAR },
	};
	struct drbd_device *dev = pd->dev;

	if (!wait_event_interruptible(dev->res->st.wait, !drbd_volume_uuids_held(dev)))
		drbd_volume_apply_handshake(pd, &clear);
}

static void relabel(struct drbd_peer_device *pd)
{
	struct drbd_states *st = &pd->dev->res->st;
	struct drbd_state_pd *sp;
	bool armed;

	spin_lock_irq(&st->lock);
	sp = drbd_states_pd(st, pd->conn->node_id, pd->dev->volume);
	armed = sp && sp->predecessor_armed;
	if (armed) {
		sp->predecessor_armed = false;
		pd->uuids.current_uuid = pd->dev->uuids.exposed;
	}
	spin_unlock_irq(&st->lock);
	if (armed)
		drbd_send_uuids(pd, 0);
}

static void clear_susp_uuid(struct drbd_states *st)
{
	struct drbd_change chg;
	unsigned int d;

	drbd_change_begin(&chg, st, DRBD_CHG_LOCAL_ONLY);
	for (d = 0; d < st->s.ndev; d++) {
		if (st->s.dev[d].old.want_new_uuid) {
			drbd_change_cancel(&chg);
			return;
		}
	}
	st->s.new.susp_uuid = false;
	drbd_change_end(&chg);
}

static void clear_susp_fen(struct drbd_states *st, int node)
{
	struct drbd_change chg;
	int c;

	drbd_change_begin(&chg, st, DRBD_CHG_LOCAL_ONLY);
	c = drbd_states_conn(st, node);
	if (c >= 0)
		st->s.conn[c].new.susp_fen = false;
	drbd_change_end(&chg);
}

static void put_work(struct drbd_device *dev)
{
	bool last;

	spin_lock_irq(&dev->res->st.lock);
	last = !--dev->works;
	spin_unlock_irq(&dev->res->st.lock);
	if (last)
		drbd_volume_release_disk(dev);
}

static bool due(struct drbd_device *dev)
{
	struct drbd_states *st = &dev->res->st;
	bool due;
	int d;

	spin_lock_irq(&st->lock);
	d = drbd_states_dev(st, dev->volume);
	due = d >= 0 && st->s.dev[d].old.want_new_uuid;
	spin_unlock_irq(&st->lock);
	return due;
}

static void of_peer_device(struct drbd_peer_device *pd, const struct drbd_state *snap,
			   const struct drbd_effect *e)
{
	switch (e->kind) {
	case DRBD_DO_CLEAR_BITMAP:
		clear_bitmap(pd);
		break;
	case DRBD_DO_SEND_UUIDS:
		if (e->arg == DRBD_EFFECT_GOT_STABLE)
			drbd_volume_settled(pd, true);
		drbd_send_uuids(pd, e->arg == DRBD_EFFECT_GOT_STABLE ?
				    DRBD_UUID_FLAG_GOT_STABLE : 0);
		break;
	case DRBD_DO_SEND_SIZES:
		drbd_send_sizes(pd, 0);
		break;
	case DRBD_DO_SEND_STATE:
		drbd_send_state(pd, snap, DRBD_NEW);
		break;
	case DRBD_DO_RELABEL_PREDECESSOR:
		relabel(pd);
		break;
	case DRBD_DO_HELPER_PRI_ON_INCON:
		drbd_helper(pd->dev->res, pd->dev, pd->conn, "pri-on-incon-degr");
		break;
	default:
		drbd_resync_later(pd, snap, e);
		break;
	}
}

static void of_device(struct drbd_device *dev, const struct drbd_effect *e)
{
	switch (e->kind) {
	case DRBD_DO_MD_SYNC:
		drbd_volume_sync(dev);
		break;
	case DRBD_DO_PUT_DISK:
		put_work(dev);
		break;
	case DRBD_DO_WRITE_BITMAP:
	case DRBD_DO_WRITE_BITMAP_SLOT:
		drbd_volumes_write_bitmap(dev->res);
		break;
	case DRBD_DO_NEW_UUID:
		if (due(dev))
			drbd_volume_new_uuid(dev, false);
		break;
	case DRBD_DO_DROP_NEW_UUID:
		drbd_volume_not_due(dev);
		break;
	case DRBD_DO_HELPER_IO_ERROR:
		drbd_helper(dev->res, dev, NULL, "local-io-error");
		break;
	case DRBD_DO_HELPER_QUORUM_LOST:
		drbd_helper(dev->res, dev, NULL, "quorum-lost");
		break;
	default:
		drbd_resync_device_later(dev, e);
		break;
	}
}

static void of_connection(struct drbd_connection *conn, const struct drbd_state *snap,
			  const struct drbd_effect *e)
{
	switch (e->kind) {
	case DRBD_DO_SEND_ROLE:
		drbd_send_role(conn, snap->new.role);
		break;
	case DRBD_DO_START_RECEIVER:
		drbd_receiver_start(conn);
		break;
	case DRBD_DO_CLEAR_SUSP_FEN:
		clear_susp_fen(&conn->res->st, conn->node_id);
		break;
	case DRBD_DO_HELPER_UNFENCE:
		drbd_helper(conn->res, NULL, conn, "unfence-peer");
		break;
	default:
		break;
	}
}

static void of_resource(struct drbd_resource *res, const struct drbd_effect *e)
{
	switch (e->kind) {
	case DRBD_DO_CLEAR_SUSP_UUID:
		clear_susp_uuid(&res->st);
		break;
	case DRBD_DO_LOST_PEER_TWOPC:
	case DRBD_DO_PRIMARY_RESUME_TWOPC:
		spin_lock_irq(&res->st.lock);
		do_now(&res->st, e);
		spin_unlock_irq(&res->st.lock);
		break;
	case DRBD_DO_EXPIRE_TWOPC:
		drbd_cluster_expire(res);
		break;
	default:
		break;
	}
}

static void do_later(struct drbd_states *st, const struct drbd_state *snap,
		     const struct drbd_effect *e)
{
	struct drbd_resource *res = drbd_states_resource(st);
	struct drbd_connection *conn = NULL;
	struct drbd_peer_device *pd = NULL;
	struct drbd_device *dev = NULL;

	/* Also when the peer is gone, and of other resources. */
	if (e->kind == DRBD_DO_SUSPEND_DEPENDANTS || e->kind == DRBD_DO_RESUME_NEXT) {
		drbd_resync_after(e->kind == DRBD_DO_SUSPEND_DEPENDANTS);
		return;
	}
	if (e->node_id != DRBD_NO_NODE)
		conn = drbd_connection_find(res, e->node_id);
	if (e->volume != DRBD_NO_VOLUME)
		dev = drbd_device_find(res, e->volume);
	if (conn && dev && reachable(res, e))
		pd = drbd_peer_device_find(conn, e->volume);
	if (pd)
		of_peer_device(pd, snap, e);
	else if (conn && e->volume == DRBD_NO_VOLUME)
		of_connection(conn, snap, e);
	else if (dev && e->node_id == DRBD_NO_NODE)
		of_device(dev, e);
	else if (e->node_id == DRBD_NO_NODE && e->volume == DRBD_NO_VOLUME)
		of_resource(res, e);
	if (pd)
		drbd_peer_device_put(pd);
	if (dev)
		drbd_device_put(dev);
	if (conn)
		drbd_connection_put(conn);
}

static void begin_later(struct drbd_states *st, const struct drbd_state *snap,
			unsigned int flags)
{
	struct drbd_resource *res = drbd_states_resource(st);

	drbd_log_change(res, snap);
	drbd_notify_change(res, snap);
	/* Peers must not see what follows from a commit before they see the commit. */
	if (flags & DRBD_CHG_OWN_TWOPC) {
		mutex_lock(&res->cluster.mutex);
		mutex_unlock(&res->cluster.mutex);
	}
}

const struct drbd_states_ops drbd_resource_state_ops = {
	.refresh = refresh,
	.quorum = compute_quorum,
	.publish = publish,
	.now = do_now,
	.begin_later = begin_later,
	.later = do_later,
};
