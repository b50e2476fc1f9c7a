// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands to a simulated node
 *
 * One at a time. A command may have to wait, for a change of state, a disk, or a
 * random time; SIM_T_ADMIN wakes it then, and gives it up at its deadline.
 */

#include "../core/fencing.h"
#include "../core/state_predicates.h"
#include "../core/state_validate.h"
#include "sim.h"

#define SETTLE_MS	2500
#define GIVE_UP_MS	5000
#define AGAIN_MS	30

/* Steps of a command. */
enum {
	STEP_SETTLE,		/* a promotion waits for disks */
	STEP_DRAIN,		/* a demotion waits for writes */
	STEP_TRY,
	STEP_WAIT_CHANGE,	/* for any change of state */
	STEP_WAIT_DISK,		/* for an UpToDate disk */
	STEP_WORKER,		/* an attach waits until peers were told that it began */
};

static void finish(struct sim_node *n, enum drbd_rv rv)
{
	enum sim_cmd cmd = n->cmd;

	n->cmd = SIM_CMDS;
	sim_timer_stop(n, SIM_T_ADMIN);
	sim_app_cmd_done(n, cmd, rv);
}

static void wake_at(struct sim_node *n, unsigned int step, u32 ms)
{
	n->cmd_step = step;
	sim_timer_set(n, SIM_T_ADMIN, ms);
}

static bool is_role(enum sim_cmd cmd)
{
	return cmd <= SIM_CMD_DEMOTE_FORCE;
}

/* ---- what a command changes ---- */

static void modify_role(struct sim_node *n)
{
	unsigned int c, d;

	n->s.new.role = n->cmd_role.primary ? DRBD_ROLE_PRIMARY : DRBD_ROLE_SECONDARY;
	if (!n->cmd_role.primary)
		return;
	for (d = 0; d < n->s.ndev; d++) {
		bool good = false;
		enum drbd_disk disk;

		for (c = 0; c < n->s.nconn; c++) {
			struct drbd_state_pd *pd = drbd_state_pd(&n->s, d, c);

			good = good || pd->new.disk == DRBD_D_UP_TO_DATE;
			pd->new.disk = drbd_promote_peer_disk(n->cmd_role.flags, pd->new.disk,
							      false);
		}
		disk = drbd_promote_own_disk(n->cmd_role.flags, n->dev[d].new.disk, good);
		if (disk == n->dev[d].new.disk)
			continue;
		n->dev[d].new.disk = disk;
		for (c = 0; c < n->s.nconn; c++) {
			if (drbd_repl_is_target(drbd_state_pd(&n->s, d, c)->new.repl))
				drbd_state_set_cstate(&n->s, c, DRBD_C_TEAR_DOWN);
		}
	}
}

/* 11.3: an ordered disconnect may leave one side behind. */
static void modify_disconnect(struct sim_node *n, int peer, bool graceful)
{
	struct drbd_state_conn *conn = sim_conn(n, peer);
	int v;

	if (graceful && conn->old.cstate == DRBD_C_CONNECTED &&
	    conn->old.peer_role != n->s.old.role &&
	    (conn->fencing != DRBD_FENCING_DONT_CARE || n->s.quorum_on)) {
		for (v = 0; v < SIM_VOLUMES; v++) {
			struct drbd_state_pd *pd = sim_pd(n, v, peer);

			if (conn->old.peer_role == DRBD_ROLE_PRIMARY &&
			    n->dev[v].new.disk > DRBD_D_OUTDATED)
				n->dev[v].new.disk = DRBD_D_OUTDATED;
			else if (n->s.old.role == DRBD_ROLE_PRIMARY &&
				 pd->new.disk > DRBD_D_OUTDATED)
				pd->new.disk = DRBD_D_OUTDATED;
		}
	}
	drbd_state_set_cstate(&n->s, sim_conn_index(n, peer), DRBD_C_DISCONNECTING);
}

static void modify(struct sim_node *n)
{
	int v = 0, peer = n->cmd_peer;

	switch (n->cmd) {
	case SIM_CMD_PROMOTE:
	case SIM_CMD_PROMOTE_FORCE:
	case SIM_CMD_DEMOTE:
	case SIM_CMD_DEMOTE_FORCE:
		modify_role(n);
		break;
	case SIM_CMD_CONNECT:
	case SIM_CMD_CONNECT_DISCARD:
		sim_conn(n, peer)->new.cstate = DRBD_C_UNCONNECTED;
		break;
	case SIM_CMD_DISCONNECT:
	case SIM_CMD_DISCONNECT_FORCE:
		modify_disconnect(n, peer, n->cmd == SIM_CMD_DISCONNECT);
		break;
	case SIM_CMD_ATTACH:
		n->dev[v].new.disk = DRBD_D_NEGOTIATING;
		break;
	case SIM_CMD_DETACH:
	case SIM_CMD_DETACH_FORCE:
		n->dev[v].new.disk = DRBD_D_DETACHING;
		break;
	case SIM_CMD_INVALIDATE:
		sim_pd(n, v, peer)->new.repl = DRBD_R_STARTING_SYNC_T;
		break;
	case SIM_CMD_INVALIDATE_REMOTE:
		sim_pd(n, v, peer)->new.repl = DRBD_R_STARTING_SYNC_S;
		break;
	case SIM_CMD_OUTDATE:
		n->dev[v].new.disk = DRBD_D_OUTDATED;
		n->vol[v].outdated = true;
		break;
	case SIM_CMD_SUSPEND_IO:
		n->s.new.susp_user = true;
		break;
	case SIM_CMD_RESUME_IO:
		n->s.new.susp_user = false;
		n->s.new.susp_nod = false;
		n->s.new.susp_quorum = false;
		for (v = 0; v < (int)n->s.nconn; v++)
			n->conn[v].new.susp_fen = false;
		break;
	case SIM_CMD_PAUSE_SYNC:
		sim_pd(n, v, peer)->new.resync_susp_user = true;
		break;
	case SIM_CMD_RESUME_SYNC:
		sim_pd(n, v, peer)->new.resync_susp_user = false;
		break;
	case SIM_CMD_VERIFY:
		sim_pd(n, v, peer)->new.repl = DRBD_R_VERIFY_S;
		break;
	case SIM_CMDS:
		break;
	}
}

void sim_own_modify(struct sim_node *n, enum sim_change kind, bool apply)
{
	switch (kind) {
	case SIM_CHG_ADMIN:
		modify(n);
		break;
	case SIM_CHG_CONNECT:
		sim_conn_modify(n, n->twopc_peer, apply);
		break;
	case SIM_CHG_RESUME:
		n->s.new.resume_held = false;
		break;
	default:
		break;
	}
}

unsigned int sim_own_flags(struct sim_node *n, enum sim_change kind)
{
	unsigned int flags = 0;

	if (kind != SIM_CHG_ADMIN)
		return 0;
	if (is_role(n->cmd)) {
		if (n->cmd_role.flags & DRBD_ROLE_LOCAL_UP_TO_DATE)
			flags |= DRBD_CHG_FP_LOCAL_UP_TO_DATE;
		if (n->cmd_role.flags & DRBD_ROLE_IGNORE_OPENERS)
			flags |= DRBD_CHG_IGN_OPENERS;
	}
	if (n->cmd == SIM_CMD_DISCONNECT_FORCE || n->cmd == SIM_CMD_DETACH_FORCE)
		flags |= DRBD_CHG_HARD;
	if (n->cmd == SIM_CMD_DISCONNECT)
		flags |= DRBD_CHG_IGN_OUTD;
	return flags;
}

/* ---- steps ---- */

static bool settled(struct sim_node *n)
{
	struct drbd_promote_settle s[SIM_VOLUMES];
	unsigned int c, d;

	for (d = 0; d < SIM_VOLUMES; d++) {
		s[d] = (struct drbd_promote_settle) {
			.try_up_to_date_pending = n->try_up_to_date,
			.disk = n->dev[d].old.disk,
		};
		for (c = 0; c < n->s.nconn; c++) {
			struct drbd_state_pd *pd = drbd_state_pd(&n->s, d, c);

			if (pd->old.disk == DRBD_D_CONSISTENT)
				s[d].consistent_peer = true;
			if (pd->old.reconcile_running)
				s[d].reconciling = true;
		}
	}
	return drbd_promote_settled(s, SIM_VOLUMES);
}

static bool drained(struct sim_node *n)
{
	int v;

	for (v = 0; v < SIM_VOLUMES; v++) {
		if (sim_data_unfinished(n, v))
			return false;
	}
	return true;
}

static void try_now(struct sim_node *n)
{
	if (n->mutex != SIM_CHG_NONE) {
		wake_at(n, STEP_TRY, AGAIN_MS);
		return;
	}
	n->cmd_step = STEP_TRY;
	sim_2pc_start(n, SIM_CHG_ADMIN, n->cmd_peer);
}

static bool has_up_to_date(struct sim_node *n)
{
	int v;

	for (v = 0; v < SIM_VOLUMES; v++) {
		if (n->dev[v].old.disk != DRBD_D_UP_TO_DATE)
			return false;
	}
	return true;
}

static void role_step(struct sim_node *n, enum drbd_role_step step, enum drbd_rv rv, u32 ms)
{
	switch (step) {
	case DRBD_ROLE_DONE:
	case DRBD_ROLE_FAIL:
		finish(n, rv);
		break;
	case DRBD_ROLE_RETRY:
		wake_at(n, STEP_TRY, 0);
		break;
	case DRBD_ROLE_WAIT_CHANGE:
		wake_at(n, STEP_WAIT_CHANGE, 1000);
		break;
	case DRBD_ROLE_BACK_OFF:
		wake_at(n, STEP_SETTLE, sim_rand(n->sim, ms + 1));
		break;
	case DRBD_ROLE_WAIT_PING:
		wake_at(n, STEP_SETTLE, 500);
		break;
	case DRBD_ROLE_WAIT_DISK:
		wake_at(n, STEP_WAIT_DISK, SETTLE_MS);
		break;
	case DRBD_ROLE_FENCE:
	case DRBD_ROLE_FENCE_UNKNOWN:
		/* The policy is dont-care: there is nobody to be fenced. */
		role_step(n, drbd_role_fenced(&n->cmd_role, 0, 0), rv, ms);
		break;
	}
}

static void promoted(struct sim_node *n, bool forced)
{
	unsigned int c;
	int v;

	for (c = 0; c < n->s.nconn; c++)
		n->peer[n->conn[c].node_id].discard = false;
	for (v = 0; v < SIM_VOLUMES; v++) {
		if (forced) {
			sim_forced_uuid(n, v);
			for (c = 0; c < n->s.nconn; c++) {
				if (drbd_state_pd(&n->s, v, c)->old.repl < DRBD_R_ESTABLISHED)
					continue;
				sim_send_uuids(n, n->conn[c].node_id, v, 0);
				n->peer[n->conn[c].node_id].consider_resync = true;
			}
		}
		for (c = 0; c < n->s.nconn; c++) {
			if (n->conn[c].old.cstate == DRBD_C_CONNECTED)
				sim_send_state(n, n->conn[c].node_id, v);
		}
		sim_md_sync(n, v);
	}
}

static void demoted(struct sim_node *n)
{
	int v;

	for (v = 0; v < SIM_VOLUMES; v++) {
		drbd_uuid_set_primary(&n->vol[v].ids, DRBD_ROLE_SECONDARY);
		sim_md_dirty(n, v);
		sim_md_sync(n, v);
	}
}

static void disconnect_result(struct sim_node *n, enum drbd_rv rv)
{
	bool connected = sim_conn(n, n->cmd_peer)->old.cstate == DRBD_C_CONNECTED;

	if (rv == DRBD_SS_ALREADY_STANDALONE)
		rv = DRBD_SS_SUCCESS;
	else if ((rv == DRBD_SS_CW_FAILED_BY_PEER || rv == DRBD_SS_NEED_CONNECTION) &&
		 !connected)
		rv = DRBD_SS_IN_TRANSIENT_STATE;
	if (rv == DRBD_SS_IS_DISKLESS || rv == DRBD_SS_LOWER_THAN_OUTDATED) {
		n->cmd = SIM_CMD_DISCONNECT_FORCE;
		wake_at(n, STEP_TRY, 0);
	} else if (rv == DRBD_SS_IN_TRANSIENT_STATE) {
		wake_at(n, STEP_WAIT_CHANGE, 200);
	} else {
		finish(n, rv);
	}
}

/* A disk must not stay in between. */
static void attach_failed(struct sim_node *n)
{
	if (n->cmd != SIM_CMD_ATTACH || n->dev[0].old.disk != DRBD_D_ATTACHING)
		return;
	sim_change_begin(n);
	n->dev[0].new.disk = DRBD_D_DISKLESS;
	sim_change_end(n, DRBD_CHG_HARD);
}

void sim_admin_result(struct sim_node *n, enum drbd_rv rv, u32 ms)
{
	if (n->cmd == SIM_CMDS)
		return;
	n->cmd_rv = rv;
	if (is_role(n->cmd)) {
		if (rv >= DRBD_SS_SUCCESS && n->cmd_role.primary && rv != DRBD_SS_NOTHING_TO_DO)
			promoted(n, n->cmd_role.flags & DRBD_ROLE_LOCAL_UP_TO_DATE);
		else if (rv >= DRBD_SS_SUCCESS && !n->cmd_role.primary)
			demoted(n);
		role_step(n, drbd_role_next(&n->cmd_role, rv), rv, ms);
		return;
	}
	switch (n->cmd) {
	case SIM_CMD_DISCONNECT:
	case SIM_CMD_DISCONNECT_FORCE:
		disconnect_result(n, rv);
		return;
	case SIM_CMD_ATTACH:
		/* The disk stays attaching for as long as it takes. */
		if (rv == DRBD_SS_IN_TRANSIENT_STATE || rv == DRBD_SS_CW_FAILED_BY_PEER) {
			wake_at(n, STEP_WAIT_CHANGE, 100);
			return;
		}
		attach_failed(n);
		break;
	default:
		if (rv == DRBD_SS_IN_TRANSIENT_STATE) {
			wake_at(n, STEP_WAIT_CHANGE, 1000);
			return;
		}
		break;
	}
	finish(n, rv);
}

static bool attach_first(struct sim_node *n)
{
	enum drbd_rv rv;

	if (n->dev[0].old.disk == DRBD_D_ATTACHING)
		return true;
	if (n->vol[0].attached || n->dev[0].old.disk != DRBD_D_DISKLESS)
		return false;
	sim_change_begin(n);
	n->dev[0].new.disk = DRBD_D_ATTACHING;
	rv = sim_change_end(n, DRBD_CHG_LOCAL_ONLY);
	if (rv < DRBD_SS_SUCCESS)
		return false;
	sim_attach_begin(n, 0);
	return n->dev[0].old.disk == DRBD_D_ATTACHING;
}

static void begin(struct sim_node *n)
{
	switch (n->cmd) {
	case SIM_CMD_PROMOTE:
	case SIM_CMD_PROMOTE_FORCE:
		wake_at(n, STEP_SETTLE, 0);
		break;
	case SIM_CMD_DEMOTE:
	case SIM_CMD_DEMOTE_FORCE:
		wake_at(n, STEP_DRAIN, 0);
		break;
	case SIM_CMD_ATTACH:
		if (attach_first(n))
			wake_at(n, STEP_WORKER, 0);
		else
			finish(n, DRBD_SS_UNKNOWN_ERROR);
		break;
	case SIM_CMD_CONNECT_DISCARD:
		n->peer[n->cmd_peer].discard = n->s.old.role != DRBD_ROLE_PRIMARY;
		try_now(n);
		break;
	case SIM_CMD_RESUME_IO:
		sim_uuid_event(n, 0, DRBD_NEED_RESUME_IO);
		try_now(n);
		break;
	default:
		try_now(n);
		break;
	}
}

void sim_admin_timer(struct sim_node *n)
{
	bool late = n->sim->now >= n->cmd_deadline;

	if (n->cmd == SIM_CMDS || n->mutex == SIM_CHG_ADMIN)
		return;
	if (late && n->cmd_step != STEP_TRY) {
		attach_failed(n);
		finish(n, DRBD_SS_TIMEOUT);
		return;
	}
	switch (n->cmd_step) {
	case STEP_SETTLE:
		if (!settled(n) && n->sim->now + GIVE_UP_MS - SETTLE_MS < n->cmd_deadline)
			wake_at(n, STEP_SETTLE, AGAIN_MS);
		else
			try_now(n);
		break;
	case STEP_DRAIN:
		if (!drained(n) && n->cmd == SIM_CMD_DEMOTE)
			wake_at(n, STEP_DRAIN, AGAIN_MS);
		else
			try_now(n);
		break;
	case STEP_WORKER:
		if (n->work_count)
			wake_at(n, STEP_WORKER, 2);
		else
			try_now(n);
		break;
	case STEP_WAIT_DISK:
		role_step(n, drbd_role_waited(&n->cmd_role, has_up_to_date(n)), n->cmd_rv, 0);
		break;
	default:
		try_now(n);
		break;
	}
}

void sim_admin_poke(struct sim_node *n)
{
	if (n->cmd == SIM_CMDS || n->mutex != SIM_CHG_NONE)
		return;
	if (n->cmd_step == STEP_WAIT_CHANGE ||
	    (n->cmd_step == STEP_WAIT_DISK && has_up_to_date(n)))
		sim_timer_set(n, SIM_T_ADMIN, 0);
}

static bool possible(struct sim_node *n, enum sim_cmd cmd, int peer)
{
	switch (cmd) {
	case SIM_CMD_CONNECT:
	case SIM_CMD_CONNECT_DISCARD:
		return sim_conn(n, peer)->old.cstate == DRBD_C_STANDALONE;
	case SIM_CMD_DISCONNECT:
	case SIM_CMD_DISCONNECT_FORCE:
		return sim_conn(n, peer)->old.cstate > DRBD_C_DISCONNECTING;
	case SIM_CMD_ATTACH:
		return !n->vol[0].intentional_diskless && !n->vol[0].attached &&
		       n->dev[0].old.disk == DRBD_D_DISKLESS;
	case SIM_CMD_DETACH:
	case SIM_CMD_DETACH_FORCE:
	case SIM_CMD_OUTDATE:
		return n->dev[0].old.disk > DRBD_D_NEGOTIATING;
	case SIM_CMD_INVALIDATE:
	case SIM_CMD_INVALIDATE_REMOTE:
	case SIM_CMD_VERIFY:
		return sim_pd(n, 0, peer)->old.repl == DRBD_R_ESTABLISHED;
	case SIM_CMD_PROMOTE:
	case SIM_CMD_PROMOTE_FORCE:
		return n->s.old.role == DRBD_ROLE_SECONDARY;
	case SIM_CMD_DEMOTE:
	case SIM_CMD_DEMOTE_FORCE:
		return n->s.old.role == DRBD_ROLE_PRIMARY;
	default:
		return true;
	}
}

static bool about_peer(enum sim_cmd cmd)
{
	switch (cmd) {
	case SIM_CMD_CONNECT:
	case SIM_CMD_CONNECT_DISCARD:
	case SIM_CMD_DISCONNECT:
	case SIM_CMD_DISCONNECT_FORCE:
	case SIM_CMD_INVALIDATE:
	case SIM_CMD_INVALIDATE_REMOTE:
	case SIM_CMD_PAUSE_SYNC:
	case SIM_CMD_RESUME_SYNC:
	case SIM_CMD_VERIFY:
		return true;
	default:
		return false;
	}
}

bool sim_node_admin(struct sim_node *n, enum sim_cmd cmd, int peer)
{
	if (!n->up || n->cmd != SIM_CMDS || n->mutex == SIM_CHG_ADMIN)
		return false;
	if (about_peer(cmd) && (peer == n->id || peer < 0 || peer >= n->sim->cfg.nodes ||
				!sim_configured(n, peer)))
		return false;
	if (!possible(n, cmd, peer))
		return false;
	n->cmd = cmd;
	n->cmd_peer = about_peer(cmd) ? peer : DRBD_NO_NODE;
	n->cmd_rv = DRBD_SS_UNKNOWN_ERROR;
	n->cmd_deadline = n->sim->now + GIVE_UP_MS;
	n->attempt = 0;
	memset(&n->cmd_role, 0, sizeof(n->cmd_role));
	n->cmd_role.primary = cmd == SIM_CMD_PROMOTE || cmd == SIM_CMD_PROMOTE_FORCE;
	n->cmd_role.force = cmd == SIM_CMD_PROMOTE_FORCE || cmd == SIM_CMD_DEMOTE_FORCE;
	begin(n);
	sim_poll(n);
	return true;
}
