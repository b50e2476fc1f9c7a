// SPDX-License-Identifier: GPL-2.0-only
/*
 * A simulated node: its state transactions and its worker
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
#include "../core/state_tell.h"
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
		for (i = 0; i < n->sim->cfg.nodes; i++)
			n->vol[d].ids.slots[i].flags = s->dev[d].slot_flags[i];
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
	/* The activity log counts no more then: what it stands for has to be in the bitmap
	 * (spec/metadata.md 10.2).
	 */
	if (md->flags & ~n->dev[v].md_flags & DRBD_MDF_PRIMARY_IND)
		sim_data_write_bitmap(n);
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
	struct sim_msg *msg = sim_msg(n, DRBD_P_STATE, v);
	struct drbd_wire_state st;

	drbd_state_tell(s, v, sim_conn_index(n, peer), when, &st);
	/* The role is told by a COMMIT, which a snapshot must not take back. */
	st.role = n->s.old.role;
	msg->body.state = drbd_wire_state_encode(&st, SIM_PROTOCOL);
	n->peer[peer].comm_disk = st.disk;
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
	/* Since then, a generation may have begun that the peer does not get. */
	if (!drbd_uuid_equal(n->peer[peer].uuids.current_uuid, n->vol[v].ids.current_uuid))
		return;
	drbd_uuid_replace_slot(&n->vol[v].ids, peer, 0, 0);
	/* Bits that mean something, but no resync, as neither knew who missed the end of one:
	 * others must not be told that the peer has these blocks.
	 */
	if (!(n->peer[peer].comm.flags & DRBD_UUID_FLAG_PRIMARY_LOST_QUORUM))
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

static void send_uuids(struct sim_node *n, int peer, int v, bool got_stable)
{
	struct sim_peer *p = &n->peer[peer];

	if (got_stable && sim_data_oos(n, v, peer) && p->uuids_valid &&
	    n->dev[v].old.disk == DRBD_D_UP_TO_DATE &&
	    sim_pd(n, v, peer)->old.disk == DRBD_D_UP_TO_DATE &&
	    drbd_uuid_equal(p->uuids.current_uuid, n->vol[v].ids.current_uuid))
		p->settled = true;
	sim_send_uuids(n, peer, v, got_stable ? DRBD_UUID_FLAG_GOT_STABLE : 0);
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
			send_uuids(n, peer, v, e->arg == DRBD_EFFECT_GOT_STABLE);
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
