// SPDX-License-Identifier: GPL-2.0-only
/*
 * A simulated node: its life, its state transactions, and its worker
 *
 * What the engine does under its state lock happens here in sim_change_end(): all
 * of it between two events of the world. What the engine leaves to its worker
 * becomes an event of its own, so that the world may let other things happen first.
 */

#include <kunit/test.h>

#include "../core/meta_flags.h"
#include "../core/names.h"
#include "../core/state_predicates.h"
#include "../core/state_sanitize.h"
#include "../core/state_validate.h"
#include "../core/uuid_gen.h"
#include "sim.h"

/* The state engine works on copies of what others own. */
static void refresh(struct sim_node *n)
{
	struct drbd_state *s = &n->s;
	unsigned int c, d;
	int i;

	s->peer_requests = sim_data_peer_requests(n);
	for (d = 0; d < s->ndev; d++) {
		struct drbd_state_dev *dev = &s->dev[d];
		struct drbd_uuids *ids = &n->vol[d].ids;

		dev->current_uuid = ids->current_uuid;
		dev->exposed_uuid = ids->exposed;
		dev->open = n->readers || n->writers;
		dev->writable = n->writers;
		for (i = 0; i < n->sim->cfg.nodes; i++)
			dev->slot_flags[i] = ids->slots[i].flags;
		for (c = 0; c < s->nconn; c++) {
			struct drbd_state_pd *pd = drbd_state_pd(s, d, c);
			int peer = s->conn[c].node_id;
			struct sim_peer *p = &n->peer[peer];

			pd->current_uuid = p->uuids_valid ? p->uuids.current_uuid : 0;
			pd->bitmap_uuid = ids->slots[peer].uuid;
			pd->oos_bits = sim_data_oos(n, d, peer);
			pd->uuids_received = p->uuids_valid;
			pd->stable = p->uuids_valid &&
				     (p->uuids.flags & DRBD_UUID_FLAG_STABLE);
		}
	}
}

void sim_change_begin(struct sim_node *n)
{
	refresh(n);
	drbd_state_begin(&n->s);
}

static void quorum_of(struct sim_node *n, unsigned int d)
{
	struct drbd_state *s = &n->s;
	struct drbd_state_dev *dev = &s->dev[d];
	struct drbd_quorum_node nodes[DRBD_NODES];
	struct drbd_quorum_counts counts;
	struct drbd_quorum_result res;
	const struct drbd_quorum_self self = {
		.node_id = n->id,
		.disk = dev->new.disk,
		.old_disk = dev->old.disk,
		.intentional_diskless = n->vol[d].intentional_diskless,
		.had_quorum = dev->old.have_quorum,
		.members = s->new.members,
	};
	int i;

	memset(nodes, 0, sizeof(nodes));
	for (i = 0; i < n->sim->cfg.nodes; i++) {
		u32 flags = dev->slot_flags[i];

		nodes[i].has_bitmap = flags & DRBD_MDF_HAVE_BITMAP;
		nodes[i].exists = flags & DRBD_MDF_NODE_EXISTS;
		nodes[i].seen = flags & DRBD_MDF_PEER_DEVICE_SEEN;
		nodes[i].outdated = flags & DRBD_MDF_PEER_OUTDATED;
		if (i == n->id || !sim_configured(n, i))
			continue;
		nodes[i].configured = true;
		nodes[i].repl = sim_pd(n, d, i)->new.repl;
		nodes[i].disk = sim_pd(n, d, i)->new.disk;
		nodes[i].bitmap = sim_pd(n, d, i)->bitmap;
		nodes[i].tiebreaker = true;
		nodes[i].remote_read = true;
		nodes[i].quorate = n->peer[i].quorate;
	}
	drbd_quorum_count(&self, nodes, &counts);
	drbd_quorum_decide(&n->sim->cfg.quorum, &counts, dev->old.quorum, &res);
	dev->quorum_computed = (struct drbd_state_quorum) {
		.quorum = res.real,
		.up_to_date = res.up_to_date,
		.present = res.in_sight - res.up_to_date,
		.voters = res.voters,
		.quorum_at = res.quorum_at,
		.redundancy_at = res.redundancy_at,
	};
}

static enum drbd_rv evaluate(struct sim_node *n, unsigned int flags)
{
	struct drbd_state_reason why;
	unsigned int d;

	drbd_state_sanitize(&n->s, flags);
	for (d = 0; d < n->s.ndev; d++)
		quorum_of(n, d);
	drbd_state_sanitize_io(&n->s, flags);
	return drbd_state_validate(&n->s, flags, &why);
}

/* The verdict only; the proposal is gone afterwards. */
enum drbd_rv sim_change_check(struct sim_node *n, unsigned int flags)
{
	enum drbd_rv rv = DRBD_SS_NOTHING_TO_DO;

	if (drbd_state_pending(&n->s, flags))
		rv = evaluate(n, flags);
	drbd_state_begin(&n->s);
	return rv;
}

static const char *role_name(enum drbd_node_role role)
{
	return role == DRBD_ROLE_PRIMARY ? "Pri" : role == DRBD_ROLE_SECONDARY ? "Sec" : "Unk";
}

static void trace_change(struct sim_node *n, unsigned int flags)
{
	struct drbd_state *s = &n->s;
	char text[220];
	unsigned int c;
	int len = 0;

	if (s->old.role != s->new.role)
		len += scnprintf(text + len, sizeof(text) - len, " role=%s",
				 role_name(s->new.role));
	if (s->dev[0].old.disk != s->dev[0].new.disk)
		len += scnprintf(text + len, sizeof(text) - len, " disk=%s",
				 drbd_disk_name(s->dev[0].new.disk));
	if (s->dev[0].old.have_quorum != s->dev[0].new.have_quorum)
		len += scnprintf(text + len, sizeof(text) - len, " quorum=%d",
				 s->dev[0].new.have_quorum);
	if (drbd_state_suspended(s, DRBD_OLD) != drbd_state_suspended(s, DRBD_NEW))
		len += scnprintf(text + len, sizeof(text) - len, " susp=%d",
				 drbd_state_suspended(s, DRBD_NEW));
	if (s->old.members != s->new.members)
		len += scnprintf(text + len, sizeof(text) - len, " members=%llx",
				 (unsigned long long)s->new.members);
	for (c = 0; c < s->nconn; c++) {
		struct drbd_state_conn *conn = &s->conn[c];
		struct drbd_state_pd *pd = drbd_state_pd(s, 0, c);
		int id = conn->node_id;

		if (conn->old.cstate != conn->new.cstate)
			len += scnprintf(text + len, sizeof(text) - len, " c%d=%s", id,
					 drbd_conn_name(conn->new.cstate));
		if (conn->old.peer_role != conn->new.peer_role)
			len += scnprintf(text + len, sizeof(text) - len, " peer%d=%s", id,
					 role_name(conn->new.peer_role));
		if (pd->old.repl != pd->new.repl)
			len += scnprintf(text + len, sizeof(text) - len, " repl%d=%s", id,
					 drbd_repl_name(pd->new.repl));
		if (pd->old.disk != pd->new.disk)
			len += scnprintf(text + len, sizeof(text) - len, " pdsk%d=%s", id,
					 drbd_disk_name(pd->new.disk));
	}
	if (len)
		sim_trace(n->sim, "node %d:%s%s", n->id, text,
			  flags & DRBD_CHG_HARD ? " (hard)" : "");
}

/* Effects that are not for the instant before the change is published. */
static bool after_publish(enum drbd_effect_kind kind)
{
	switch (kind) {
	case DRBD_DO_TWOPC_LOST:
	case DRBD_DO_LOST_PEER_TWOPC:
	case DRBD_DO_PRIMARY_RESUME_TWOPC:
	case DRBD_DO_RELEASE_UUIDS:
	case DRBD_DO_STOP_RECEIVER:
	case DRBD_DO_RESTART_RECEIVER:
	case DRBD_DO_BECOME_UP_TO_DATE:
	case DRBD_DO_WAKE:
		return true;
	default:
		return false;
	}
}

static void release_uuids(struct sim_node *n)
{
	unsigned int i;

	for (i = 0; i < n->s.ndev * n->s.nconn; i++)
		n->s.pd[i].handshake_running = false;
	sim_net_release(n);
}

static void published_effect(struct sim_node *n, const struct drbd_effect *e)
{
	switch (e->kind) {
	case DRBD_DO_TWOPC_LOST:
		n->peer[e->node_id].reconnect = true;
		sim_2pc_lost(n, e->node_id);
		break;
	case DRBD_DO_LOST_PEER_TWOPC:
		n->empty_due = true;
		sim_timer_set(n, SIM_T_EMPTY, sim_rand(n->sim, 20));
		break;
	case DRBD_DO_PRIMARY_RESUME_TWOPC:
		n->resume_due = true;
		sim_timer_set(n, SIM_T_EMPTY, sim_rand(n->sim, 20));
		break;
	case DRBD_DO_RELEASE_UUIDS:
		release_uuids(n);
		sim_uuid_connected(n);
		break;
	case DRBD_DO_STOP_RECEIVER:
	case DRBD_DO_RESTART_RECEIVER:
		/* StandAlone is where a teardown ends. */
		if (sim_conn(n, e->node_id)->old.cstate == DRBD_C_STANDALONE)
			break;
		n->peer[e->node_id].teardown = true;
		/* One that was not Connected yet may be part of a transaction, too. */
		sim_2pc_lost(n, e->node_id);
		sim_timer_set(n, SIM_T_CONNECT + e->node_id, sim_rand(n->sim, 10));
		break;
	case DRBD_DO_BECOME_UP_TO_DATE:
		n->try_up_to_date = true;
		break;
	default:
		break;
	}
}

/* Before the change is published. */
static void staged_effect(struct sim_node *n, const struct drbd_effect *e)
{
	switch (e->kind) {
	case DRBD_DO_MD_DIRTY:
		n->vol[e->volume].md_dirty = true;
		break;
	case DRBD_DO_SET_EXPOSED:
		drbd_uuid_set_exposed(&n->vol[e->volume].ids, e->arg, n->s.new.role);
		break;
	default:
		sim_data_stage(n, e);
		break;
	}
}

static void queue_item(struct sim_node *n, unsigned int flags)
{
	struct sim_work *w = &n->work[(n->work_first + n->work_count) % SIM_WORKS];

	if (n->work_count == SIM_WORKS) {
		sim_fail(n->sim, "node %d: the worker has too much to do", n->id);
		return;
	}
	n->work_count++;
	w->s.conn = w->conn;
	w->s.dev = w->dev;
	w->s.pd = w->pd;
	drbd_state_snapshot(&w->s, &n->s);
	w->flags = flags;
}

static void take_back(struct sim_node *n)
{
	struct drbd_state *s = &n->s;
	unsigned int d;
	int i;

	for (d = 0; d < s->ndev; d++) {
		struct drbd_state_dev *dev = &s->dev[d];

		for (i = 0; i < n->sim->cfg.nodes; i++)
			n->vol[d].ids.slots[i].flags = dev->slot_flags[i];
		if (dev->old.quorum || (dev->old.disk >= DRBD_D_INCONSISTENT &&
					dev->old.disk < DRBD_D_UP_TO_DATE))
			dev->restore_quorum = false;
	}
}

/* Publishing may lead to another change at once, if it ends a two-phase commit. */
static void commit(struct sim_node *n, unsigned int flags)
{
	struct drbd_effects list = { .e = n->staged[n->staging], .max = SIM_STAGED };
	struct drbd_effect *e = list.e;
	unsigned int i;

	if (n->staging == SIM_ACTS - 1) {
		sim_fail(n->sim, "node %d: changes without end", n->id);
		return;
	}
	n->staging++;
	drbd_state_stage(&n->s, flags, &list);
	for (i = 0; i < list.n; i++) {
		if (e[i].kind == DRBD_DO_GET_DISK)
			n->vol[e[i].volume].disk_refs++;
		else if (!after_publish(e[i].kind))
			staged_effect(n, &e[i]);
	}
	queue_item(n, flags);
	trace_change(n, flags);
	drbd_state_publish(&n->s);
	take_back(n);
	sim_data_published(n);
	for (i = 0; i < list.n; i++) {
		if (after_publish(e[i].kind))
			published_effect(n, &e[i]);
	}
	n->staging--;
	sim_admin_poke(n);
	sim_net_release(n);
}

enum drbd_rv sim_change_end(struct sim_node *n, unsigned int flags)
{
	enum drbd_rv rv;

	if (!drbd_state_pending(&n->s, flags)) {
		drbd_state_begin(&n->s);
		return DRBD_SS_NOTHING_TO_DO;
	}
	rv = evaluate(n, flags);
	if (rv < DRBD_SS_SUCCESS)
		drbd_state_begin(&n->s);
	else
		commit(n, flags);
	return rv;
}

void sim_md_dirty(struct sim_node *n, int v)
{
	n->vol[v].md_dirty = true;
}

void sim_md_sync(struct sim_node *n, int v)
{
	struct sim_vol *vol = &n->vol[v];
	struct drbd_sb *md = &vol->md;
	int i;

	if (!vol->attached || !vol->md_dirty)
		return;
	vol->md_dirty = false;
	md->current_uuid = vol->ids.current_uuid;
	md->members = n->s.old.members;
	md->flags = n->dev[v].md_flags;
	for (i = 0; i < n->sim->cfg.nodes; i++) {
		md->peers[i].bitmap_uuid = vol->ids.slots[i].uuid;
		md->peers[i].bitmap_dagtag = vol->ids.slots[i].dagtag;
		md->peers[i].flags = vol->ids.slots[i].flags & ~DRBD_MDF_HAVE_BITMAP;
		md->peers[i].bitmap_index = vol->ids.slots[i].bitmap_index;
	}
	memcpy(md->history, vol->ids.history, sizeof(md->history));
	if (sim_disk_md_write(n, v, md))
		sim_disk_error(n, v, true);
}

/* A disk that cannot keep metadata, or data, is given up (on-io-error detach). */
void sim_disk_error(struct sim_node *n, int v, bool write)
{
	sim_change_begin(n);
	if (n->dev[v].new.disk > DRBD_D_FAILED)
		n->dev[v].new.disk = DRBD_D_FAILED;
	sim_change_end(n, DRBD_CHG_HARD);
}

void sim_conn_lose(struct sim_node *n, int peer, enum drbd_cstate why)
{
	sim_change_begin(n);
	if (n->conn[sim_conn_index(n, peer)].new.cstate >= DRBD_C_CONNECTING) {
		drbd_state_set_cstate(&n->s, sim_conn_index(n, peer), why);
		sim_change_end(n, DRBD_CHG_HARD);
	}
}

/* ---- worker ---- */

static bool reachable(struct sim_node *n, int peer, int v)
{
	return sim_pd(n, v, peer)->old.repl >= DRBD_R_ESTABLISHED;
}

static void send_state_of(struct sim_node *n, int peer, int v, const struct drbd_state *s,
			  enum drbd_state_when when)
{
	unsigned int c = sim_conn_index(n, peer);
	const struct drbd_pd_vals *pd = drbd_state_pd_vals(drbd_state_pd(s, v, c), when);
	const struct drbd_conn_vals *conn = drbd_state_conn_vals(&s->conn[c], when);
	const struct drbd_dev_vals *dev = drbd_state_dev_vals(&s->dev[v], when);
	const struct drbd_res_vals *res = drbd_state_res_vals(s, when);
	/* The role is told by a COMMIT, which a snapshot must not take back. */
	const struct drbd_wire_state st = {
		.role = n->s.old.role,
		.peer = conn->peer_role,
		.conn = drbd_wire_conn(conn->cstate, pd->repl),
		.disk = dev->disk,
		.pdsk = pd->disk,
		.susp = res->susp_user || res->susp_quorum || res->susp_uuid,
		.aftr_isp = drbd_state_dependency(s, v, c, when),
		.peer_isp = pd->resync_susp_peer,
		.user_isp = pd->resync_susp_user,
		.susp_nod = res->susp_nod,
		.susp_fen = drbd_state_susp_fen(s, when),
		.quorum = dev->have_quorum,
	};
	struct sim_msg *msg = sim_msg(n, DRBD_P_STATE, v);

	msg->body.state = drbd_wire_state_encode(&st, SIM_PROTOCOL);
	n->peer[peer].comm_disk = dev->disk;
	sim_send(n, peer, SIM_DATA, msg);
}

void sim_send_state(struct sim_node *n, int peer, int v)
{
	send_state_of(n, peer, v, &n->s, DRBD_OLD);
}

static void send_role(struct sim_node *n, int peer, const struct drbd_state *snap)
{
	const struct drbd_wire_state st = {
		.role = snap->new.role,
		.conn = DRBD_C_CONNECTED,
	};
	struct sim_msg *msg = sim_msg(n, DRBD_P_STATE, DRBD_NO_VOLUME);

	msg->body.state = drbd_wire_state_encode(&st, SIM_PROTOCOL);
	sim_send(n, peer, SIM_DATA, msg);
}

static void clear_bitmap(struct sim_node *n, int peer, int v)
{
	if (!reachable(n, peer, v) || n->dev[v].old.disk < DRBD_D_INCONSISTENT)
		return;
	drbd_uuid_replace_slot(&n->vol[v].ids, peer, 0, 0);
	sim_data_bm_clear(n, v, peer);
	sim_md_dirty(n, v);
}

static void clear_susp_uuid(struct sim_node *n)
{
	unsigned int d;

	for (d = 0; d < n->s.ndev; d++) {
		if (n->dev[d].old.want_new_uuid)
			return;
	}
	sim_change_begin(n);
	n->s.new.susp_uuid = false;
	sim_change_end(n, DRBD_CHG_HARD);
}

static void clear_susp_fen(struct sim_node *n, int peer)
{
	sim_change_begin(n);
	sim_conn(n, peer)->new.susp_fen = false;
	sim_change_end(n, DRBD_CHG_HARD);
}

/* If there is still nobody; the change that made it so may be long ago. */
static void expire_twopc(struct sim_node *n)
{
	unsigned int c;

	for (c = 0; c < n->s.nconn; c++) {
		if (n->conn[c].old.cstate >= DRBD_C_CONNECTING)
			return;
	}
	if (n->timer[SIM_T_TWOPC_MAIN] != SIM_NEVER)
		sim_timer_set(n, SIM_T_TWOPC_MAIN, 0);
}

static void relabel(struct sim_node *n, int peer, int v)
{
	if (!reachable(n, peer, v) || !sim_pd(n, v, peer)->predecessor_armed)
		return;
	sim_pd(n, v, peer)->predecessor_armed = false;
	n->peer[peer].uuids.current_uuid = n->vol[v].ids.exposed;
	sim_send_uuids(n, peer, v, 0);
}

/* Returns false if the worker has to wait. */
static bool do_effect(struct sim_node *n, const struct drbd_effect *e, struct sim_work *w)
{
	const struct drbd_state *snap = &w->s;
	int v = e->volume, peer = e->node_id;

	switch (e->kind) {
	case DRBD_DO_EVENT_RESOURCE:
	case DRBD_DO_EVENT_CONNECTION:
	case DRBD_DO_EVENT_DEVICE:
	case DRBD_DO_EVENT_PEER_DEVICE:
	case DRBD_DO_SUSPEND_DEPENDANTS:
	case DRBD_DO_RESUME_NEXT:
	case DRBD_DO_HELPER_PRI_ON_INCON:
	case DRBD_DO_HELPER_IO_ERROR:
	case DRBD_DO_HELPER_QUORUM_LOST:
	case DRBD_DO_HELPER_UNFENCE:
	case DRBD_DO_SAVE_SIZE:
	case DRBD_DO_STOP_MD_TIMER:
	case DRBD_DO_SEND_SIZES:
	case DRBD_DO_COMPLETE:
		break;
	case DRBD_DO_CLEAR_BITMAP:
		if (sim_uuid_held(n, v))
			return false;
		clear_bitmap(n, peer, v);
		break;
	case DRBD_DO_SEND_UUIDS:
		n->peer[peer].attach_untold = false;
		if (reachable(n, peer, v))
			sim_send_uuids(n, peer, v, e->arg == DRBD_EFFECT_GOT_STABLE ?
						   DRBD_UUID_FLAG_GOT_STABLE : 0);
		break;
	case DRBD_DO_SEND_STATE:
		if (reachable(n, peer, v))
			send_state_of(n, peer, v, snap, DRBD_NEW);
		break;
	case DRBD_DO_SEND_ROLE:
		send_role(n, peer, snap);
		break;
	case DRBD_DO_RELABEL_PREDECESSOR:
		relabel(n, peer, v);
		break;
	case DRBD_DO_MD_SYNC:
		sim_md_sync(n, v);
		break;
	case DRBD_DO_PUT_DISK:
		n->vol[v].disk_refs--;
		break;
	case DRBD_DO_RESYNC_COMPARE:
		sim_resync_compare(n, v, e->arg);
		break;
	case DRBD_DO_NEW_UUID:
		if (n->dev[v].old.want_new_uuid)
			return sim_new_uuid(n, v);
		break;
	case DRBD_DO_DROP_NEW_UUID:
		n->dev[v].old.want_new_uuid = false;
		break;
	case DRBD_DO_START_RECEIVER:
		sim_timer_set(n, SIM_T_CONNECT + peer, sim_rand(n->sim, 10));
		break;
	case DRBD_DO_CLEAR_SUSP_FEN:
		clear_susp_fen(n, peer);
		break;
	case DRBD_DO_CLEAR_SUSP_UUID:
		if (n->s.old.susp_uuid)
			clear_susp_uuid(n);
		break;
	case DRBD_DO_LOST_PEER_TWOPC:
	case DRBD_DO_PRIMARY_RESUME_TWOPC:
		published_effect(n, e);
		break;
	case DRBD_DO_EXPIRE_TWOPC:
		expire_twopc(n);
		break;
	default:
		sim_data_effect(n, e, snap);
		break;
	}
	return true;
}

void sim_node_work(struct sim_node *n)
{
	struct sim_work *w = &n->work[n->work_first];
	struct drbd_effects list = { .e = n->effects, .max = SIM_EFFECTS };

	if (!n->work_count)
		return;
	if (!n->effects_count) {
		drbd_state_after(&w->s, w->flags, &list);
		n->effects_count = list.n;
		n->effects_done = 0;
	}
	while (n->effects_done < n->effects_count) {
		if (!do_effect(n, &n->effects[n->effects_done], w))
			return;
		/* It may have crashed the node. */
		if (!n->up || !n->effects_count)
			return;
		n->effects_done++;
	}
	sim_data_published(n);
	sim_net_release(n);
	n->effects_count = 0;
	n->work_first = (n->work_first + 1) % SIM_WORKS;
	n->work_count--;
	sim_poll(n);
}

/* ---- disks that come and go ---- */

static void load_uuids(struct sim_node *n, int v)
{
	struct sim_vol *vol = &n->vol[v];
	struct drbd_uuids *ids = &vol->ids;
	const struct drbd_sb *md = &vol->md;
	u64 dagtag;
	int i;

	ids->current_uuid = md->current_uuid;
	ids->max_peers = md->layout.bm_max_peers;
	for (i = 0; i < DRBD_NODES; i++) {
		ids->slots[i].uuid = md->peers[i].bitmap_uuid;
		ids->slots[i].dagtag = md->peers[i].bitmap_dagtag;
		ids->slots[i].flags = md->peers[i].flags;
		ids->slots[i].bitmap_index = md->peers[i].bitmap_index;
		if (md->peers[i].bitmap_index >= 0)
			ids->slots[i].flags |= DRBD_MDF_HAVE_BITMAP;
	}
	memcpy(ids->history, md->history, sizeof(ids->history));
	drbd_uuid_set_primary(ids, n->s.old.role);
	dagtag = drbd_uuid_max_dagtag(ids);
	if (dagtag > n->dagtag)
		n->dagtag = dagtag;
}

/* From Diskless to Attaching, with the metadata in memory. */
/* DRBD_MD_ERR_DATA_NOT_CURRENT: users of this Primary have seen other data, and nobody
 * is there to bring it back.
 */
static bool is_stale(struct sim_node *n, int v)
{
	const struct sim_vol *vol = &n->vol[v];
	unsigned int c;

	if (n->s.old.role != DRBD_ROLE_PRIMARY || !vol->ids.exposed ||
	    drbd_uuid_equal(vol->md.current_uuid, vol->ids.exposed))
		return false;
	for (c = 0; c < n->s.nconn; c++)
		if (drbd_state_pd(&n->s, v, c)->old.disk == DRBD_D_UP_TO_DATE)
			return false;
	return true;
}

void sim_attach_begin(struct sim_node *n, int v)
{
	struct sim_vol *vol = &n->vol[v];
	bool crashed;

	if (sim_disk_md_read(n, v, &vol->md) || is_stale(n, v)) {
		/* Nothing to attach; there is no state to fail from. */
		sim_change_begin(n);
		n->dev[v].new.disk = DRBD_D_DISKLESS;
		sim_change_end(n, DRBD_CHG_HARD);
		return;
	}
	load_uuids(n, v);
	vol->attached = true;
	n->dev[v].md_flags = vol->md.flags;
	crashed = vol->md.flags & DRBD_MDF_CRASHED_PRIMARY;
	sim_data_attach(n, v, crashed);
	if (drbd_quorum_may_restore(vol->md.flags & DRBD_MDF_HAVE_QUORUM,
				    vol->md.flags & DRBD_MDF_WAS_UP_TO_DATE, vol->md.members,
				    n->id))
		n->dev[v].restore_quorum = true;
	if (crashed && !(n->s.old.role == DRBD_ROLE_PRIMARY && n->s.old.susp_nod) &&
	    !vol->ids.exposed && !n->dev[v].old.want_new_uuid)
		n->dev[v].old.crashed_primary = true;
	if (vol->md.flags & DRBD_MDF_PRIMARY_LOST_QUORUM && !n->dev[v].old.have_quorum)
		n->dev[v].old.primary_lost_quorum = true;
}

/* The last reference to a disk that is to go. */
static void release_disk(struct sim_node *n, int v)
{
	enum drbd_disk disk = n->dev[v].old.disk;

	if (n->vol[v].disk_refs || (disk != DRBD_D_FAILED && disk != DRBD_D_DETACHING &&
				    disk != DRBD_D_DISKLESS))
		return;
	if (!n->vol[v].attached || sim_data_disk_busy(n, v))
		return;
	if (disk == DRBD_D_DISKLESS) {
		n->vol[v].attached = false;
		sim_data_detach(n, v);
		return;
	}
	sim_md_sync(n, v);
	sim_change_begin(n);
	n->dev[v].new.disk = DRBD_D_DISKLESS;
	sim_change_end(n, DRBD_CHG_HARD);
}

/* A comparison wanted a resync while another one was running. */
static void sync_again(struct sim_node *n, int v, int peer)
{
	enum drbd_repl repl = sim_pd(n, v, peer)->old.repl;

	if (repl > DRBD_R_ESTABLISHED)
		return;
	if (repl == DRBD_R_ESTABLISHED) {
		sim_change_begin(n);
		sim_pd(n, v, peer)->new.repl = n->vol[v].again[peer];
		sim_change_end(n, DRBD_CHG_LOCAL_ONLY);
	}
	n->vol[v].again[peer] = 0;
}

void sim_poll(struct sim_node *n)
{
	int v, peer;

	if (!n->up)
		return;
	for (v = 0; v < SIM_VOLUMES; v++) {
		release_disk(n, v);
		for (peer = 0; peer < n->sim->cfg.nodes; peer++) {
			if (n->vol[v].again[peer])
				sync_again(n, v, peer);
		}
	}
}

/* ---- the life of a node ---- */

static void setup_state(struct sim_node *n)
{
	const struct sim_config *cfg = &n->sim->cfg;
	struct drbd_state *s = &n->s;
	unsigned int i;
	int peer;

	memset(s, 0, sizeof(*s));
	memset(n->conn, 0, sizeof(n->conn));
	memset(n->dev, 0, sizeof(n->dev));
	memset(n->pd, 0, sizeof(n->pd));
	s->node_id = n->id;
	s->conn = n->conn;
	s->dev = n->dev;
	s->pd = n->pd;
	s->ndev = SIM_VOLUMES;
	s->old.role = DRBD_ROLE_SECONDARY;
	s->old.members = drbd_node_mask(n->id);
	s->quorum_on = cfg->quorum.quorum != DRBD_QUORUM_OFF;
	s->suspend_on_no_quorum = cfg->suspend_on_no_quorum;
	s->suspend_on_no_data = cfg->suspend_on_no_data;
	for (peer = 0; peer < SIM_NODES; peer++) {
		n->index[peer] = -1;
		if (peer == n->id || peer >= cfg->nodes || !sim_configured(n, peer))
			continue;
		n->index[peer] = s->nconn;
		n->conn[s->nconn++] = (struct drbd_state_conn) {
			.node_id = peer,
			.old = { .cstate = DRBD_C_STANDALONE, .peer_role = DRBD_ROLE_UNKNOWN },
			.protocol = SIM_PROTOCOL,
			.features = ~0U,
			.fencing = cfg->fencing,
			.two_primaries = cfg->two_primaries,
			.verify_alg = true,
			.allow_remote_read = true,
		};
	}
	for (i = 0; i < SIM_VOLUMES; i++) {
		n->dev[i].volume = i;
		n->dev[i].old = (struct drbd_dev_vals) {
			.disk = DRBD_D_DISKLESS,
			.have_quorum = !s->quorum_on,
			.try_resync_from = DRBD_NO_NODE,
		};
	}
	for (i = 0; i < s->nconn * SIM_VOLUMES; i++) {
		n->pd[i].old = (struct drbd_pd_vals) {
			.disk = DRBD_D_UNKNOWN, .repl = DRBD_R_OFF,
			.replication = true, .peer_replication = true,
			.neg = DRBD_NEG_PENDING,
		};
		peer = n->conn[i % s->nconn].node_id;
		n->pd[i].bitmap = !(cfg->diskless >> peer & 1);
		n->pd[i].replicate_next = true;
		n->pd[i].peer_replicate_next = true;
	}
	drbd_state_begin(s);
}

static void forget_all(struct sim_node *n)
{
	int i;

	n->work_count = 0;
	n->work_first = 0;
	n->effects_count = 0;
	n->effects_done = 0;
	n->acts_used = 0;
	n->staging = 0;
	n->mutex = SIM_CHG_NONE;
	n->twopc_peer = DRBD_NO_NODE;
	n->empty_due = false;
	n->resume_due = false;
	n->attempt = 0;
	n->outdate_on_commit = 0;
	n->cmd = SIM_CMDS;
	n->cmd_peer = DRBD_NO_NODE;
	n->cmd_step = 0;
	n->try_up_to_date = false;
	n->dagtag = 0;
	n->writers = 0;
	n->readers = 0;
	memset(n->peer_dagtag, 0, sizeof(n->peer_dagtag));
	for (i = 0; i < SIM_TIMERS; i++)
		n->timer[i] = SIM_NEVER;
	memset(n->peer, 0, sizeof(n->peer));
	memset(n->vol, 0, sizeof(n->vol));
	for (i = 0; i < SIM_VOLUMES; i++) {
		n->vol[i].ids.self = n->id;
		n->vol[i].intentional_diskless = n->sim->cfg.diskless >> n->id & 1;
	}
	drbd_twopc_init(&n->tp, n->id);
	setup_state(n);
	sim_data_reset(n);
}

/* Metadata as a tool creates it; initial_sync: and as the first connect left it. */
static void make_metadata(struct sim_node *n, int v)
{
	const struct sim_config *cfg = &n->sim->cfg;
	struct drbd_sb *sb = &n->vol[v].md;
	int i, index = 0;

	memset(sb, 0, sizeof(*sb));
	sb->effective_size = SIM_CAPACITY;
	sb->current_uuid = DRBD_UUID_JUST_CREATED;
	sb->node_id = n->id;
	sb->al_nr_extents = SIM_AL_SLOTS;
	sb->members = drbd_node_mask(n->id);
	sb->layout = (struct drbd_md_layout) {
		.bm_bytes_per_bit = 1 << SIM_BLOCK_SHIFT,
		.bm_max_peers = SIM_BM_SLOTS,
		.al_stripes = 1,
		.al_stripe_size_4k = SIM_AL_BLOCKS,
		.md_size_sect = (1 + SIM_AL_BLOCKS + 1) * DRBD_MD_BLOCK_SECT,
		.al_offset = DRBD_MD_BLOCK_SECT,
		.bm_offset = (1 + SIM_AL_BLOCKS) * DRBD_MD_BLOCK_SECT,
	};
	for (i = 0; i < DRBD_NODES; i++) {
		sb->peers[i].bitmap_index = -1;
		if (i == n->id || i >= cfg->nodes || !sim_configured(n, i) ||
		    cfg->diskless >> i & 1)
			continue;
		sb->peers[i].bitmap_index = index++;
		sb->peers[i].flags = DRBD_MDF_NODE_EXISTS;
		if (cfg->initial_sync)
			sb->peers[i].flags |= DRBD_MDF_PEER_DEVICE_SEEN;
	}
	if (cfg->initial_sync) {
		sb->current_uuid = (n->sim->seed * 0x9e3779b97f4a7c15ULL + 0x1234567ULL) & ~1ULL;
		if (drbd_uuid_unset(sb->current_uuid))
			sb->current_uuid = 0x1000;
		sb->flags = DRBD_MDF_CONSISTENT | DRBD_MDF_WAS_UP_TO_DATE;
	}
	sim_disk_md_write(n, v, sb);
}

void sim_node_init(struct sim_node *n)
{
	int v;

	n->up = false;
	n->boots = 0;
	forget_all(n);
	for (v = 0; v < SIM_VOLUMES; v++) {
		if (!n->vol[v].intentional_diskless)
			make_metadata(n, v);
	}
	memset(n->vol, 0, sizeof(n->vol));
}

static void connect_all(struct sim_node *n)
{
	unsigned int c;

	for (c = 0; c < n->s.nconn; c++) {
		sim_change_begin(n);
		n->conn[c].new.cstate = DRBD_C_UNCONNECTED;
		sim_change_end(n, DRBD_CHG_LOCAL_ONLY);
	}
}

void sim_node_boot(struct sim_node *n)
{
	int v;

	forget_all(n);
	n->up = true;
	n->boots++;
	sim_trace(n->sim, "node %d: boots", n->id);
	sim_change_begin(n);
	sim_change_end(n, DRBD_CHG_LOCAL_ONLY | DRBD_CHG_FORCE_RECALC);
	for (v = 0; v < SIM_VOLUMES; v++) {
		if (n->vol[v].intentional_diskless)
			continue;
		sim_change_begin(n);
		n->dev[v].new.disk = DRBD_D_ATTACHING;
		sim_change_end(n, DRBD_CHG_LOCAL_ONLY);
		sim_attach_begin(n, v);
		if (n->dev[v].old.disk != DRBD_D_ATTACHING)
			continue;
		sim_change_begin(n);
		n->dev[v].new.disk = DRBD_D_NEGOTIATING;
		sim_change_end(n, DRBD_CHG_LOCAL_ONLY);
	}
	connect_all(n);
	sim_poll(n);
}

void sim_node_crash(struct sim_node *n)
{
	if (!n->up)
		return;
	sim_trace(n->sim, "node %d: crashes", n->id);
	forget_all(n);
	n->up = false;
}

bool sim_node_idle(const struct sim_node *n)
{
	unsigned int d, c;

	if (!n->up)
		return true;
	if (n->work_count || n->tp.state != DRBD_TWOPC_IDLE || n->cmd != SIM_CMDS ||
	    n->empty_due || n->resume_due || n->mutex != SIM_CHG_NONE)
		return false;
	for (c = 0; c < n->s.nconn; c++) {
		enum drbd_cstate cstate = n->conn[c].old.cstate;

		if (cstate > DRBD_C_STANDALONE && cstate < DRBD_C_CONNECTING)
			return false;
		if (cstate == DRBD_C_CONNECTING &&
		    n->peer[n->conn[c].node_id].link == SIM_LINK_UP)
			return false;
	}
	for (d = 0; d < n->s.ndev; d++) {
		enum drbd_disk disk = n->dev[d].old.disk;

		if (disk > DRBD_D_DISKLESS && disk < DRBD_D_INCONSISTENT)
			return false;
	}
	return sim_data_idle(n);
}

void sim_node_timer(struct sim_node *n, unsigned int timer)
{
	if (!n->up)
		return;
	n->timer[timer] = SIM_NEVER;
	if (timer >= SIM_T_CONNECT && timer < SIM_T_CONNECT + SIM_NODES)
		sim_conn_timer(n, timer - SIM_T_CONNECT);
	else if (timer == SIM_T_ADMIN)
		sim_admin_timer(n);
	else if (timer == SIM_T_DATA || timer == SIM_T_PEER_ACK)
		sim_data_timer(n, timer);
	else if (timer < SIM_T_ADMIN || timer == SIM_T_EMPTY)
		sim_2pc_timer(n, timer);
	sim_poll(n);
}

bool sim_node_deliver(struct sim_node *n, int from, struct sim_msg *msg)
{
	bool taken = true;

	if (!n->up || sim_conn(n, from)->old.cstate < DRBD_C_CONNECTING)
		return true;
	/* The receiver finishes a resync as source before it goes on. */
	if (msg->stream == SIM_DATA && sim_data_finishing(n, from) &&
	    drbd_repl_is_source(sim_pd(n, 0, from)->old.repl))
		return false;
	switch (msg->cmd) {
	case DRBD_P_TWOPC_PREPARE:
	case DRBD_P_TWOPC_ABORT:
	case DRBD_P_TWOPC_COMMIT:
	case DRBD_P_TWOPC_YES:
	case DRBD_P_TWOPC_NO:
	case DRBD_P_TWOPC_RETRY:
		taken = sim_2pc_packet(n, from, msg);
		break;
	case DRBD_P_UUIDS110:
	case DRBD_P_CURRENT_UUID:
		/* What would change UUIDs waits for handshakes with others. */
		if (sim_conn(n, from)->old.cstate == DRBD_C_CONNECTED &&
		    (sim_uuid_held(n, msg->vnr) || sim_uuid_untold(n, msg->vnr)))
			return false;
		sim_got_uuids(n, from, msg->vnr, msg);
		break;
	case DRBD_P_STATE:
		sim_got_state(n, from, msg);
		break;
	case DRBD_P_PEER_DAGTAG:
		sim_got_peer_dagtag(n, from, msg);
		break;
	case DRBD_P_DISCONNECT:
		sim_conn_lose(n, from, DRBD_C_DISCONNECTING);
		break;
	default:
		taken = sim_data_deliver(n, from, msg);
		break;
	}
	sim_poll(n);
	return taken;
}
