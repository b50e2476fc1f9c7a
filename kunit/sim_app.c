// SPDX-License-Identifier: GPL-2.0-only
/*
 * Applications and the admin of the cluster simulation, and how all faults are done
 *
 * Applications write contents that are numbers, each used once and larger than all
 * before it. What they were told is remembered for each block: with quorum, protocol C
 * and nothing done by force, a block must never again be read with an older content
 * than the last one that was acknowledged, or read. Of writes to one block that were in
 * flight together, any may be the last one: the block layer does not order them, and
 * what is started over after a suspension goes to the end of the queue.
 */
#include <linux/kernel.h>
#include <linux/slab.h>

#include "../core/names.h"
#include "sim_world.h"

#define APP_READS	512
#define APP_PENDING	32	/* of a node */

enum write_state {
	WRITE_PENDING,
	WRITE_ACKED,
	WRITE_FAILED,
	WRITE_LOST,		/* its node crashed, nobody was told anything */
};

/**
 * struct app_write - a write of an application
 * @block: where
 * @node: by which node
 * @state: what became of it
 * @disk_error: a disk failed to write it, and may have written some of it
 * @since: step when it was submitted
 * @oldest: content that the block may have when it is complete: its own, or that of a
 *	write that was in flight when it was submitted
 */
struct app_write {
	u8 block;
	u8 node;
	u8 state;
	bool disk_error;
	u32 since;
	u32 oldest;
};

/**
 * struct app_read - a read, or a flush
 * @pending: not complete
 * @flush: a flush
 * @block: where
 * @node: by which node
 * @floor: the block is to have this content or a later one
 */
struct app_read {
	bool pending;
	bool flush;
	u8 block;
	u8 node;
	u32 floor;
};

/**
 * struct sim_apps - applications
 * @strict: what was acknowledged must not be lost
 * @writes: number of writes so far; content n is that of @write[n - 1]
 * @write: writes
 * @reads: number of reads and flushes so far
 * @read: reads and flushes
 * @floor: for each block, the oldest content that may be read
 * @fragile: the same, should those crash that have @floor; some disk has lost it
 * @pending: requests that are not complete
 */
struct sim_apps {
	bool strict;
	unsigned int writes;
	struct app_write write[SIM_WRITES];
	unsigned int reads;
	struct app_read read[APP_READS];
	u32 floor[SIM_BLOCKS];
	u32 fragile[SIM_BLOCKS];
	unsigned int pending;
};

struct sim_apps *sim_apps_new(void)
{
	return kvzalloc(sizeof(struct sim_apps), GFP_KERNEL);
}

void sim_apps_free(struct sim_apps *apps)
{
	kvfree(apps);
}

void sim_apps_init(struct sim *sim)
{
	struct sim_apps *apps = sim->apps;

	apps->strict = sim_plan_of(sim)->clean;
	apps->writes = 0;
	apps->reads = 0;
	apps->pending = 0;
	memset(apps->floor, 0, sizeof(apps->floor));
	memset(apps->fragile, 0xff, sizeof(apps->fragile));
	if (apps->strict)
		sim_counts(sim)[SIM_N_STRICT]++;
}

u32 sim_apps_floor(struct sim *sim, u32 block)
{
	return sim->apps->floor[block];
}

bool sim_apps_strict(struct sim *sim)
{
	return sim->apps->strict;
}

/*
 * sim_apps_wrote() - may a block have a content
 */
bool sim_apps_wrote(struct sim *sim, u32 block, u32 content)
{
	return !content || (content <= sim->apps->writes &&
			    sim->apps->write[content - 1].block == block);
}

/*
 * sim_apps_disk_error() - a disk failed to write a content
 */
void sim_apps_disk_error(struct sim *sim, u32 content)
{
	if (content && content <= sim->apps->writes)
		sim->apps->write[content - 1].disk_error = true;
}

/*
 * sim_apps_undefined() - did a write fail, on disks and for the application
 *
 * Where such a write was to go, disks may differ, and nobody may find out: bits are set,
 * but when all disks failed the nodes meet again under the same generation, and no-sync
 * drops the bits (spec/resync.md 2.3 rule 8, 2.7).
 */
bool sim_apps_undefined(struct sim *sim, u32 content)
{
	return content && sim->apps->write[content - 1].disk_error &&
	       sim->apps->write[content - 1].state != WRITE_ACKED;
}

unsigned int sim_apps_pending(struct sim *sim)
{
	return sim->apps->pending;
}

/* ---- what the nodes report ---- */

void sim_app_write_done(struct sim_node *n, u32 content, int error)
{
	struct sim *sim = n->sim;
	struct sim_apps *apps = sim->apps;
	struct app_write *w;

	if (!content || content > apps->writes) {
		sim_fail(sim, "G7: %d: a write completes that there is not: %u", n->id, content);
		return;
	}
	w = &apps->write[content - 1];
	sim_trace(sim, "%d: write %u of block %u completes: %d", n->id, content, w->block, error);
	if (w->state != WRITE_PENDING) {
		sim_fail(sim, "G7: %d: write %u completes twice", n->id, content);
		return;
	}
	apps->pending--;
	if (error) {
		w->state = WRITE_FAILED;
		sim_counts(sim)[SIM_N_WRITE_ERRORS]++;
		return;
	}
	w->state = WRITE_ACKED;
	sim_counts(sim)[SIM_N_ACKED]++;
	if (w->oldest > apps->floor[w->block]) {
		apps->floor[w->block] = w->oldest;
		apps->fragile[w->block] = U32_MAX;
	}
	if (sim->cfg.quorum.quorum && !sim->cfg.suspend_on_no_quorum && !n->dev[0].old.have_quorum)
		sim_fail(sim, "I12: %d: write %u succeeds without quorum", n->id, content);
	sim_check_acked(n, w->since);
}

void sim_app_read_done(struct sim_node *n, u64 cookie, u32 block, u32 content, int error)
{
	struct sim *sim = n->sim;
	struct sim_apps *apps = sim->apps;
	struct app_read *r;

	if (!cookie || cookie > apps->reads || !apps->read[cookie - 1].pending) {
		sim_fail(sim, "L6: %d: a read completes that there is not", n->id);
		return;
	}
	r = &apps->read[cookie - 1];
	r->pending = false;
	apps->pending--;
	sim_trace(sim, "%d: read of block %u completes: content %u, %d", n->id, block, content,
		  error);
	if (error)
		return;
	if (!sim_apps_wrote(sim, r->block, content)) {
		sim_fail(sim, "W1: %d: block %u is read with content %u of another", n->id,
			 r->block, content);
		return;
	}
	/* one that does not yet know that it was left behind reads its own disk */
	if (!apps->strict || sim_check_stale(n))
		return;
	if (content < r->floor) {
		sim_fail(sim, "W2: %d: block %u is read with content %u, had %u before", n->id,
			 r->block, content, r->floor);
		return;
	}
	if (content && apps->write[content - 1].state != WRITE_PENDING)
		apps->floor[r->block] = max(apps->floor[r->block],
					    apps->write[content - 1].oldest);
}

void sim_app_flush_done(struct sim_node *n, u64 cookie, int error)
{
	struct sim_apps *apps = n->sim->apps;

	if (!cookie || cookie > apps->reads || !apps->read[cookie - 1].pending) {
		sim_fail(n->sim, "L6: %d: a flush completes that there is not", n->id);
		return;
	}
	sim_trace(n->sim, "%d: flush completes: %d", n->id, error);
	apps->read[cookie - 1].pending = false;
	apps->pending--;
	if (!error)
		sim_counts(n->sim)[SIM_N_FLUSHES]++;
}

void sim_app_cmd_done(struct sim_node *n, enum sim_cmd cmd, enum drbd_rv rv)
{
	sim_trace(n->sim, "%d: %s: %d %s", n->id, sim_cmd_name(cmd), rv, drbd_rv_text(rv));
	if (cmd == SIM_CMD_PROMOTE_FORCE && rv >= DRBD_SS_SUCCESS)
		sim_counts(n->sim)[SIM_N_FORCED]++;
}

/* ---- what applications do ---- */

static unsigned int node_pending(const struct sim_apps *apps, int node)
{
	unsigned int i, n = 0;

	for (i = 0; i < apps->writes; i++)
		n += apps->write[i].node == node && apps->write[i].state == WRITE_PENDING;
	for (i = 0; i < apps->reads; i++)
		n += apps->read[i].node == node && apps->read[i].pending;
	return n;
}

static u32 oldest_in_flight(const struct sim_apps *apps, u8 block)
{
	unsigned int i;

	for (i = 0; i < apps->writes; i++)
		if (apps->write[i].block == block && apps->write[i].state == WRITE_PENDING)
			break;
	return i + 1;
}

/* A Primary with the device open for writing; the one asked for, or any. */
static struct sim_node *writer(struct sim *sim, int node)
{
	int i;

	for (i = 0; i < sim->cfg.nodes; i++) {
		struct sim_node *n = &sim->node[(node + i) % sim->cfg.nodes];

		if (!n->up || n->s.old.role != DRBD_ROLE_PRIMARY)
			continue;
		if (n->writers)
			return n;
		if (n->s.old.fail_io || drbd_twopc_active(&n->tp).tid)
			continue;
		n->writers = 1;
		return n;
	}
	return NULL;
}

static void app_write(struct sim *sim, const struct sim_event *ev)
{
	struct sim_apps *apps = sim->apps;
	struct sim_node *n = writer(sim, ev->node);
	struct app_write *w;

	if (!n || apps->writes == SIM_WRITES || node_pending(apps, n->id) >= APP_PENDING)
		return;
	w = &apps->write[apps->writes];
	w->oldest = oldest_in_flight(apps, ev->block);
	apps->writes++;
	w->block = ev->block;
	w->node = n->id;
	w->state = WRITE_PENDING;
	w->disk_error = false;
	w->since = sim->step;
	apps->pending++;
	sim_counts(sim)[SIM_N_WRITES]++;
	sim_trace(sim, "%d: application writes %u to block %u", n->id, apps->writes, w->block);
	sim_touch(sim, n->id);
	sim_data_write(n, 0, ev->block, apps->writes, ev->arg == SIM_WRITE_FLUSH,
		       ev->arg == SIM_WRITE_FUA);
}

static void app_read(struct sim *sim, const struct sim_event *ev, bool flush)
{
	struct sim_apps *apps = sim->apps;
	struct sim_node *n = writer(sim, ev->node);
	struct app_read *r;

	if (!n || apps->reads == APP_READS || node_pending(apps, n->id) >= APP_PENDING)
		return;
	r = &apps->read[apps->reads++];
	r->pending = true;
	r->flush = flush;
	r->block = ev->block;
	r->node = n->id;
	r->floor = apps->floor[ev->block];
	apps->pending++;
	if (!flush)
		sim_counts(sim)[SIM_N_READS]++;
	sim_touch(sim, n->id);
	if (flush)
		sim_data_flush(n, 0, apps->reads);
	else
		sim_data_read(n, 0, ev->block, apps->reads);
}

static void app_open_read(struct sim_node *n)
{
	int j;

	if (!n->up || n->s.old.fail_io || drbd_twopc_active(&n->tp).tid)
		return;
	if (n->s.old.role != DRBD_ROLE_PRIMARY) {
		if (n->dev[0].old.disk != DRBD_D_UP_TO_DATE || !n->dev[0].old.have_quorum)
			return;
		for (j = 0; j < (int)n->s.nconn; j++)
			if (n->conn[j].old.peer_role == DRBD_ROLE_PRIMARY)
				return;
	}
	n->readers = 1;
}

static void app_close(struct sim_node *n)
{
	if (!n->up || node_pending(n->sim->apps, n->id))
		return;
	n->writers = 0;
	n->readers = 0;
	sim_touch(n->sim, n->id);
	if (n->s.old.fail_io) {
		sim_change_begin(n);
		n->s.new.fail_io = false;
		sim_change_end(n, 0);
	}
}

/* Is an acknowledged content still where it has to be found */
static bool is_held(struct sim *sim, u32 block, u32 content)
{
	int i;

	for (i = 0; i < sim->cfg.nodes; i++) {
		struct sim_node *n = &sim->node[i];

		if (n->up && n->dev[0].old.disk == DRBD_D_UP_TO_DATE &&
		    n->dev[0].old.have_quorum && sim_disk_peek(n, 0, block) >= content)
			return true;
	}
	return false;
}

/*
 * sim_apps_crashed() - a node crashed, and its disk lost what it lost
 */
void sim_apps_crashed(struct sim_node *n)
{
	struct sim *sim = n->sim;
	struct sim_apps *apps = sim->apps;
	unsigned int i;

	n->writers = 0;
	n->readers = 0;
	for (i = 0; i < apps->writes; i++) {
		if (apps->write[i].node == n->id && apps->write[i].state == WRITE_PENDING) {
			apps->write[i].state = WRITE_LOST;
			apps->pending--;
		}
	}
	for (i = 0; i < apps->reads; i++) {
		if (apps->read[i].node == n->id && apps->read[i].pending) {
			apps->read[i].pending = false;
			apps->pending--;
		}
	}
}

/* What a disk lost with its cache may be lost for good, unless others have it that
 * go on: nobody has flushed it (spec/io.md 8), and a Primary that crashed with all others
 * is the one whose data counts.
 */
static void power_lost(struct sim_node *n, const u32 *before)
{
	struct sim_apps *apps = n->sim->apps;
	u32 i, now;

	for (i = 0; i < SIM_BLOCKS; i++) {
		now = sim_disk_peek(n, 0, i);
		if (now < before[i] && now < apps->floor[i])
			apps->fragile[i] = min(apps->fragile[i], now);
	}
}

/*
 * sim_apps_weigh() - who has what was lost from a cache
 *
 * After a crash, and when a node cannot go on that had it.
 */
void sim_apps_weigh(struct sim *sim)
{
	struct sim_apps *apps = sim->apps;
	u32 i;

	for (i = 0; i < SIM_BLOCKS; i++)
		if (apps->fragile[i] < apps->floor[i] && !is_held(sim, i, apps->floor[i]))
			apps->floor[i] = apps->fragile[i];
}

static void crash(struct sim_node *n, bool power)
{
	u32 before[SIM_BLOCKS], i;

	if (!n->up)
		return;
	sim_counts(n->sim)[SIM_N_CRASHES]++;
	sim_net_crash(n);
	for (i = 0; i < SIM_BLOCKS; i++)
		before[i] = sim_disk_peek(n, 0, i);
	sim_disk_crash(n, 0, power);
	sim_apps_crashed(n);
	sim_node_crash(n);
	if (power)
		power_lost(n, before);
	sim_apps_weigh(n->sim);
}

static void partition(struct sim *sim, u32 nodes)
{
	int i, j;

	for (i = 0; i < sim->cfg.nodes; i++)
		for (j = 0; j < sim->cfg.nodes; j++)
			if (nodes >> i & 1 && !(nodes >> j & 1))
				sim_net_cut(sim, i, j, true);
}

static void heal_all(struct sim *sim)
{
	int i, j;

	for (i = 0; i < sim->cfg.nodes; i++)
		for (j = 0; j < i; j++)
			sim_net_heal(sim, i, j);
}

static void admin(struct sim_node *n, enum sim_cmd cmd, int peer)
{
	if (!n->up || peer == n->id)
		return;
	sim_touch(n->sim, n->id);
	if (!sim_node_admin(n, cmd, peer))
		sim_trace(n->sim, "%d: %s: not now", n->id, sim_cmd_name(cmd));
}

/*
 * sim_apps_do() - let something happen from outside
 */
void sim_apps_do(struct sim *sim, const struct sim_event *ev)
{
	struct sim_node *n = &sim->node[ev->node];

	if (ev->node >= sim->cfg.nodes || ev->peer >= sim->cfg.nodes)
		return;
	switch ((enum sim_event_kind)ev->kind) {
	case SIM_EV_WRITE:
		app_write(sim, ev);
		break;
	case SIM_EV_READ:
		app_read(sim, ev, false);
		break;
	case SIM_EV_FLUSH:
		app_read(sim, ev, true);
		break;
	case SIM_EV_OPEN_READ:
		app_open_read(n);
		break;
	case SIM_EV_CLOSE:
		app_close(n);
		break;
	case SIM_EV_ADMIN:
		admin(n, ev->arg, ev->peer);
		break;
	case SIM_EV_CRASH:
		crash(n, ev->arg);
		break;
	case SIM_EV_BOOT:
		if (!n->up)
			sim_node_boot(n);
		sim_touch(sim, n->id);
		break;
	case SIM_EV_CUT:
		sim_net_cut(sim, ev->node, ev->peer, true);
		break;
	case SIM_EV_HALF_CUT:
		sim_net_cut(sim, ev->node, ev->peer, false);
		break;
	case SIM_EV_RESET:
		sim_net_reset(sim, ev->node, ev->peer);
		break;
	case SIM_EV_HEAL:
		sim_net_heal(sim, ev->node, ev->peer);
		break;
	case SIM_EV_PARTITION:
		partition(sim, ev->arg);
		break;
	case SIM_EV_HEAL_ALL:
		heal_all(sim);
		break;
	case SIM_EV_DISK_FAIL:
		sim_disk_fail(n, 0, true);
		break;
	case SIM_EV_DISK_ERROR:
		sim_disk_error_next(n, 0, ev->arg);
		break;
	case SIM_EV_DISK_OK:
		sim_disk_fail(n, 0, false);
		break;
	case SIM_EV_KINDS:
		break;
	}
	if (n->up)
		sim_net_awake(n);
}

/* A Primary that has to make way: the others are to connect to one, to the one with the
 * newer data if one of them has it.
 */
static bool is_surplus(struct sim_node *n)
{
	struct sim *sim = n->sim;
	int i;

	if (sim->cfg.two_primaries || n->s.old.role != DRBD_ROLE_PRIMARY)
		return false;
	for (i = 0; i < sim->cfg.nodes; i++) {
		struct sim_node *other = &sim->node[i];
		bool behind = sim_check_overtaken(n, i), ahead = sim_check_overtaken(other, n->id);

		if (i == n->id || !other->up || other->s.old.role != DRBD_ROLE_PRIMARY)
			continue;
		if (behind == ahead ? i < n->id : behind)
			return true;
	}
	return false;
}

/* A peer that is asked again and again, and will not be connected: it has newer data, which
 * does not get to a Primary, or both have been written to. With one policy, all that a
 * Primary refuses is tried again.
 */
static int whom_it_retries(struct sim_node *n)
{
	bool any = n->sim->cfg.rr_conflict == DRBD_ASB_RETRY_CONNECT &&
		   n->s.old.role == DRBD_ROLE_PRIMARY;
	int j;

	for (j = 0; j < n->sim->cfg.nodes; j++)
		if (j != n->id && sim_configured(n, j) &&
		    sim_conn(n, j)->old.cstate == DRBD_C_CONNECTING &&
		    (any || sim_check_overtaken(n, j)))
			return j;
	return DRBD_NO_NODE;
}

/* It refused to give up its data for newer data, without a policy to try that again. */
static bool is_left_behind(struct sim_node *n)
{
	int j;

	for (j = 0; j < n->sim->cfg.nodes; j++)
		if (j != n->id && sim_configured(n, j) &&
		    sim_conn(n, j)->old.cstate == DRBD_C_STANDALONE && sim_check_overtaken(n, j))
			return true;
	return false;
}

/* Its users have seen data that none of the disks has: to attach one is refused. */
static bool is_stuck(struct sim_node *n)
{
	return n->s.old.role == DRBD_ROLE_PRIMARY && n->dev[0].old.disk == DRBD_D_DISKLESS &&
	       !n->vol[0].intentional_diskless;
}

/* What the admin does to bring a node back; SIM_CMDS if nothing. Some of it does not
 * help, like to connect after a split brain: it is tried only so often.
 */
static enum sim_cmd repair(struct sim_node *n, unsigned int round, int *peer)
{
	bool primary = n->s.old.role == DRBD_ROLE_PRIMARY;
	int retries = round > 1 ? whom_it_retries(n) : DRBD_NO_NODE, j;

	*peer = n->id ? 0 : 1;
	if (n->s.old.susp_user)
		return SIM_CMD_RESUME_IO;
	if (is_surplus(n) || (round > 2 && is_stuck(n)) ||
	    (primary && (retries != DRBD_NO_NODE || (round > 2 && is_left_behind(n))))) {
		app_close(n);
		return round < 4 ? SIM_CMD_DEMOTE : SIM_CMD_DEMOTE_FORCE;
	}
	if (round > 4 && retries != DRBD_NO_NODE) {
		*peer = retries;
		return SIM_CMD_DISCONNECT;
	}
	if (n->dev[0].old.disk == DRBD_D_DISKLESS && !n->vol[0].intentional_diskless)
		return SIM_CMD_ATTACH;
	for (j = 0; j < n->sim->cfg.nodes; j++) {
		if (j == n->id || !sim_configured(n, j))
			continue;
		*peer = j;
		if (sim_pd(n, 0, j)->old.resync_susp_user)
			return SIM_CMD_RESUME_SYNC;
		/* all peers in turn */
		if (round < 5 && (round + j) % 2 == 0 &&
		    sim_conn(n, j)->old.cstate == DRBD_C_STANDALONE)
			return SIM_CMD_CONNECT;
	}
	for (j = 0; j < n->sim->cfg.nodes; j++) {
		if (j == n->id || !sim_configured(n, j))
			continue;
		*peer = j;
		if (round < 5 && sim_conn(n, j)->old.cstate == DRBD_C_STANDALONE)
			return SIM_CMD_CONNECT;
	}
	return SIM_CMDS;
}

static void end_faults(struct sim *sim)
{
	int i;

	heal_all(sim);
	for (i = 0; i < sim->cfg.nodes; i++) {
		struct sim_node *n = &sim->node[i];

		sim_disk_fail(n, 0, false);
		if (!n->up)
			sim_node_boot(n);
	}
}

/*
 * sim_apps_settle() - end faults, and bring back what the admin took away
 * @sim: the world
 * @round: at first only faults, then one command for each node
 *
 * Return: number of commands.
 */
unsigned int sim_apps_settle(struct sim *sim, unsigned int round)
{
	unsigned int commands = 0;
	enum sim_cmd cmd;
	int i, peer;

	if (!round) {
		end_faults(sim);
		return 0;
	}
	for (i = 0; i < sim->cfg.nodes; i++) {
		cmd = repair(&sim->node[i], round, &peer);
		if (cmd == SIM_CMDS)
			continue;
		sim_trace(sim, "%d: admin: %s %d", i, sim_cmd_name(cmd), peer);
		admin(&sim->node[i], cmd, peer);
		commands++;
	}
	return commands;
}
