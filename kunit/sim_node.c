// SPDX-License-Identifier: GPL-2.0-only
/*
 * A simulated node: its disk, that comes and goes, and its life
 */

#include <kunit/test.h>

#include "../core/meta_flags.h"
#include "../core/uuid_source.h"
#include "sim.h"

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

/* From Diskless to Attaching, with the metadata in memory. */
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
		if (n->timer[SIM_T_ASK] == SIM_NEVER && sim_uuid_may_ask(n, v))
			sim_timer_set(n, SIM_T_ASK, DRBD_UUID_ASK_MS);
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
	    n->empty_due || n->resume_due || n->mutex != SIM_CHG_NONE ||
	    n->timer[SIM_T_ASK] != SIM_NEVER)
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
	else if (timer == SIM_T_ASK)
		sim_uuid_ask(n, 0);
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
		taken = sim_got_peer_dagtag(n, from, msg);
		break;
	case DRBD_P_PING:
		/* also while the other end is further than this one */
		sim_send(n, from, SIM_CONTROL, sim_msg(n, DRBD_P_PING_ACK, DRBD_NO_VOLUME));
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
