// SPDX-License-Identifier: GPL-2.0-only
/*
 * Applications, the admin and all faults of the cluster simulation
 *
 * Applications write contents that are numbers, each used once and larger than all
 * before it. What they were told is remembered for each block: with quorum, protocol C
 * and nothing done by force, a block must never again be read with an older content
 * than the last one that was acknowledged, or read.
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
 */
struct app_write {
	u8 block;
	u8 node;
	u8 state;
	bool disk_error;
	u32 since;
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

static const char *const cmd_name[SIM_CMDS] = {
	[SIM_CMD_PROMOTE] = "primary",
	[SIM_CMD_PROMOTE_FORCE] = "primary --force",
	[SIM_CMD_DEMOTE] = "secondary",
	[SIM_CMD_DEMOTE_FORCE] = "secondary --force",
	[SIM_CMD_CONNECT] = "connect",
	[SIM_CMD_DISCONNECT] = "disconnect",
	[SIM_CMD_DISCONNECT_FORCE] = "disconnect --force",
	[SIM_CMD_CONNECT_DISCARD] = "connect --discard-my-data",
	[SIM_CMD_ATTACH] = "attach",
	[SIM_CMD_DETACH] = "detach",
	[SIM_CMD_DETACH_FORCE] = "detach --force",
	[SIM_CMD_INVALIDATE] = "invalidate",
	[SIM_CMD_INVALIDATE_REMOTE] = "invalidate-remote",
	[SIM_CMD_OUTDATE] = "outdate",
	[SIM_CMD_SUSPEND_IO] = "suspend-io",
	[SIM_CMD_RESUME_IO] = "resume-io",
	[SIM_CMD_PAUSE_SYNC] = "pause-sync",
	[SIM_CMD_RESUME_SYNC] = "resume-sync",
	[SIM_CMD_VERIFY] = "verify",
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
 * sim_plan_outdates() - does the admin outdate a disk in this run
 */
bool sim_plan_outdates(struct sim *sim)
{
	const struct sim_plan *plan = sim_plan_of(sim);
	unsigned int i;

	for (i = 0; i < plan->n; i++)
		if (plan->event[i].kind == SIM_EV_ADMIN && plan->event[i].arg == SIM_CMD_OUTDATE)
			return true;
	return false;
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
	if (content > apps->floor[w->block]) {
		apps->floor[w->block] = content;
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
		apps->floor[r->block] = max(apps->floor[r->block], content);
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
	sim_trace(n->sim, "%d: %s: %d %s", n->id, cmd_name[cmd], rv, drbd_rv_text(rv));
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
	w = &apps->write[apps->writes++];
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

static void lower_floors(struct sim *sim)
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
	lower_floors(n->sim);
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
		sim_trace(n->sim, "%d: %s: not now", n->id, cmd_name[cmd]);
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

/* A Primary that has to make way: the others are to connect to one. */
static bool is_surplus(struct sim_node *n)
{
	int i;

	if (n->sim->cfg.two_primaries || n->s.old.role != DRBD_ROLE_PRIMARY)
		return false;
	for (i = 0; i < n->id; i++)
		if (n->sim->node[i].up && n->sim->node[i].s.old.role == DRBD_ROLE_PRIMARY)
			return true;
	return false;
}

/* Newer data does not get to a Primary; with this policy it is asked for again and again. */
static bool is_retrying(struct sim_node *n)
{
	int j;

	if (n->sim->cfg.rr_conflict != DRBD_ASB_RETRY_CONNECT ||
	    n->s.old.role != DRBD_ROLE_PRIMARY)
		return false;
	for (j = 0; j < n->sim->cfg.nodes; j++)
		if (j != n->id && sim_configured(n, j) &&
		    sim_conn(n, j)->old.cstate == DRBD_C_CONNECTING)
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
	int j;

	*peer = n->id ? 0 : 1;
	if (n->s.old.susp_user)
		return SIM_CMD_RESUME_IO;
	if (is_surplus(n) || (round > 1 && is_retrying(n)) || (round > 2 && is_stuck(n))) {
		app_close(n);
		return round < 4 ? SIM_CMD_DEMOTE : SIM_CMD_DEMOTE_FORCE;
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
		sim_trace(sim, "%d: admin: %s %d", i, cmd_name[cmd], peer);
		admin(&sim->node[i], cmd, peer);
		commands++;
	}
	return commands;
}

/* ---- plans ---- */

int sim_event_text(char *buf, size_t size, const struct sim_event *ev)
{
	static const char *const how[] = { "", " with flush", " with FUA" };

	switch ((enum sim_event_kind)ev->kind) {
	case SIM_EV_WRITE:
		return scnprintf(buf, size, "node %u: write block %u%s", ev->node, ev->block,
				 how[ev->arg]);
	case SIM_EV_READ:
		return scnprintf(buf, size, "node %u: read block %u", ev->node, ev->block);
	case SIM_EV_FLUSH:
		return scnprintf(buf, size, "node %u: flush", ev->node);
	case SIM_EV_OPEN_READ:
		return scnprintf(buf, size, "node %u: open read-only", ev->node);
	case SIM_EV_CLOSE:
		return scnprintf(buf, size, "node %u: close", ev->node);
	case SIM_EV_ADMIN:
		return scnprintf(buf, size, "node %u: %s (peer %u)", ev->node, cmd_name[ev->arg],
				 ev->peer);
	case SIM_EV_CRASH:
		return scnprintf(buf, size, "node %u: crash%s", ev->node,
				 ev->arg ? ", caches of disks lost" : "");
	case SIM_EV_BOOT:
		return scnprintf(buf, size, "node %u: boot", ev->node);
	case SIM_EV_CUT:
		return scnprintf(buf, size, "link %u-%u: cut", ev->node, ev->peer);
	case SIM_EV_HALF_CUT:
		return scnprintf(buf, size, "link %u-%u: nothing from %u arrives", ev->node,
				 ev->peer, ev->node);
	case SIM_EV_RESET:
		return scnprintf(buf, size, "link %u-%u: connections reset", ev->node, ev->peer);
	case SIM_EV_HEAL:
		return scnprintf(buf, size, "link %u-%u: heal", ev->node, ev->peer);
	case SIM_EV_PARTITION:
		return scnprintf(buf, size, "links: 0x%x cut off from the others",
				 ev->arg);
	case SIM_EV_HEAL_ALL:
		return scnprintf(buf, size, "links: heal all");
	case SIM_EV_DISK_FAIL:
		return scnprintf(buf, size, "node %u: disk fails", ev->node);
	case SIM_EV_DISK_ERROR:
		return scnprintf(buf, size, ev->arg ? "node %u: one write of the disk will fail" :
						      "node %u: one read of the disk will fail",
				 ev->node);
	case SIM_EV_DISK_OK:
		return scnprintf(buf, size, "node %u: disk works", ev->node);
	case SIM_EV_KINDS:
		break;
	}
	return scnprintf(buf, size, "event %u", ev->kind);
}

int sim_config_text(char *buf, size_t size, const struct sim_config *cfg, bool clean)
{
	int len, i;

	len = scnprintf(buf, size, "%d nodes, protocol %c, quorum %u/%u, else %s, no data: %s",
			cfg->nodes, cfg->protocol, cfg->quorum.quorum, cfg->quorum.redundancy,
			cfg->suspend_on_no_quorum ? "suspend" : "error",
			cfg->suspend_on_no_data ? "suspend" : "error");
	if (cfg->diskless)
		len += scnprintf(buf + len, size - len, ", diskless 0x%x", cfg->diskless);
	if (cfg->two_primaries)
		len += scnprintf(buf + len, size - len, ", two primaries");
	len += scnprintf(buf + len, size - len, ", after-sb %u %u %u, rr-conflict %u, fencing %u",
			 cfg->asb[0], cfg->asb[1], cfg->asb[2], cfg->rr_conflict, cfg->fencing);
	for (i = 0; i < cfg->nodes; i++)
		if (hweight8(cfg->links[i]) != cfg->nodes - 1)
			len += scnprintf(buf + len, size - len, ", links of %d 0x%x", i,
					 cfg->links[i]);
	len += scnprintf(buf + len, size - len, "%s%s%s",
			 cfg->force_secondary ? ", force-secondary" : "",
			 cfg->initial_sync ? "" : ", disks just created",
			 clean ? ", strict" : "");
	return len;
}

/* Generator of plans, apart from that of the runs. */
static u32 draw(u64 *state, u32 below)
{
	u64 z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	z ^= z >> 31;
	return (z >> 32) * below >> 32;
}

static int draw_nodes(u64 *r, int lo, int hi)
{
	static const u8 weight[SIM_NODES + 1] = { 0, 0, 35, 40, 15, 10, 4, 2 };
	u32 sum = 0, x;
	int i;

	for (i = lo; i <= hi; i++)
		sum += weight[i];
	x = draw(r, sum);
	for (i = lo; x >= weight[i]; i++)
		x -= weight[i];
	return i;
}

static void draw_policies(struct sim_config *cfg, u64 *r)
{
	static const u8 asb0[] = { DRBD_ASB_DISCARD_YOUNGER, DRBD_ASB_DISCARD_OLDER,
				   DRBD_ASB_DISCARD_ZERO, DRBD_ASB_DISCARD_LEAST };
	static const u8 asb1[] = { DRBD_ASB_DISCONNECT, DRBD_ASB_CONSENSUS,
				   DRBD_ASB_DISCARD_SECONDARY, DRBD_ASB_VIOLENTLY };

	cfg->asb[0] = DRBD_ASB_DISCONNECT;
	cfg->asb[1] = DRBD_ASB_DISCONNECT;
	cfg->asb[2] = DRBD_ASB_DISCONNECT;
	cfg->rr_conflict = DRBD_ASB_DISCONNECT;
	if (!draw(r, 2)) {
		cfg->asb[0] = asb0[draw(r, ARRAY_SIZE(asb0))];
		cfg->asb[1] = asb1[draw(r, ARRAY_SIZE(asb1))];
	}
	if (!draw(r, 6))
		cfg->rr_conflict = DRBD_ASB_RETRY_CONNECT;
	cfg->fencing = DRBD_FENCING_DONT_CARE;
}

static void draw_config(struct sim_config *cfg, u64 *r, int lo, int hi)
{
	int i, a, b;

	memset(cfg, 0, sizeof(*cfg));
	cfg->nodes = draw_nodes(r, lo, hi);
	for (i = 0; i < cfg->nodes; i++)
		cfg->links[i] = ((1 << cfg->nodes) - 1) & ~(1 << i);
	if (cfg->nodes > 2 && !draw(r, 10)) {
		a = draw(r, cfg->nodes);
		b = (a + 1 + draw(r, cfg->nodes - 1)) % cfg->nodes;
		cfg->links[a] &= ~(1 << b);
		cfg->links[b] &= ~(1 << a);
	}
	if (!draw(r, cfg->nodes > 2 ? 5 : 16))
		cfg->diskless = 1 << draw(r, cfg->nodes);
	if (draw(r, 100) < (cfg->nodes > 2 ? 70 : 25))
		cfg->quorum.quorum = draw(r, 6) ? DRBD_QUORUM_MAJORITY : DRBD_QUORUM_ALL;
	if (cfg->quorum.quorum && !draw(r, 8))
		cfg->quorum.redundancy = 1 + draw(r, 2);
	cfg->suspend_on_no_quorum = draw(r, 2);
	cfg->suspend_on_no_data = draw(r, 2);
	cfg->two_primaries = !draw(r, 25);
	cfg->protocol = cfg->two_primaries || draw(r, 4) ? 'C' : 'A' + draw(r, 2);
	cfg->force_secondary = !draw(r, 3);
	cfg->initial_sync = draw(r, 8) > 0;
	draw_policies(cfg, r);
}

/* What most clusters are like. */
static void tame(struct sim_config *cfg)
{
	int i;

	for (i = 0; i < cfg->nodes; i++)
		cfg->links[i] = ((1 << cfg->nodes) - 1) & ~(1 << i);
	cfg->two_primaries = false;
	cfg->initial_sync = true;
}

void sim_config_random(struct sim_config *cfg, u64 seed)
{
	draw_config(cfg, &seed, 2, 5);
}

/* What a run is about; the bits of a profile. */
enum profile {
	PROFILE_CRASH = 1 << 0,
	PROFILE_POWER = 1 << 1,
	PROFILE_CUT = 1 << 2,
	PROFILE_DISK = 1 << 3,
	PROFILE_ADMIN = 1 << 4,
	PROFILE_ROLES = 1 << 5,
	PROFILE_FORCE = 1 << 6,
	PROFILE_RARE = 1 << 7,
};

static void add(struct sim_plan *plan, struct sim_event ev)
{
	unsigned int i;

	if (plan->n == SIM_EVENTS)
		return;
	for (i = plan->n++; i && plan->event[i - 1].step > ev.step; i--)
		plan->event[i] = plan->event[i - 1];
	plan->event[i] = ev;
}

static u8 other(const struct sim_plan *plan, u64 *r, u8 node)
{
	return (node + 1 + draw(r, plan->cfg.nodes - 1)) % plan->cfg.nodes;
}

static void add_admin(struct sim_plan *plan, u64 *r, u32 step, u32 profile)
{
	static const u8 usual[] = { SIM_CMD_DISCONNECT, SIM_CMD_CONNECT, SIM_CMD_DETACH,
				    SIM_CMD_ATTACH, SIM_CMD_ATTACH, SIM_CMD_CONNECT };
	static const u8 rare[] = { SIM_CMD_INVALIDATE, SIM_CMD_INVALIDATE_REMOTE, SIM_CMD_OUTDATE,
				   SIM_CMD_VERIFY, SIM_CMD_VERIFY,
				   SIM_CMD_SUSPEND_IO, SIM_CMD_RESUME_IO, SIM_CMD_PAUSE_SYNC,
				   SIM_CMD_RESUME_SYNC, SIM_CMD_DETACH_FORCE };
	static const u8 forced[] = { SIM_CMD_DISCONNECT_FORCE, SIM_CMD_DEMOTE_FORCE,
				     SIM_CMD_PROMOTE_FORCE, SIM_CMD_CONNECT_DISCARD,
				     SIM_CMD_CONNECT };
	u8 node = draw(r, plan->cfg.nodes);
	struct sim_event ev = { .step = step, .kind = SIM_EV_ADMIN, .node = node,
				.peer = other(plan, r, node) };

	if (profile & PROFILE_FORCE && !draw(r, 3))
		ev.arg = forced[draw(r, ARRAY_SIZE(forced))];
	else if (profile & PROFILE_RARE && !draw(r, 2))
		ev.arg = rare[draw(r, ARRAY_SIZE(rare))];
	else
		ev.arg = usual[draw(r, ARRAY_SIZE(usual))];
	if (ev.arg == SIM_CMD_PROMOTE_FORCE || ev.arg == SIM_CMD_CONNECT_DISCARD)
		plan->clean = false;
	add(plan, ev);
}

static void add_roles(struct sim_plan *plan, u64 *r, u32 step)
{
	u8 node = draw(r, plan->cfg.nodes);
	struct sim_event ev = { .step = step, .kind = SIM_EV_ADMIN, .node = node,
				.peer = other(plan, r, node) };

	switch (draw(r, 4)) {
	case 0:
		ev.kind = SIM_EV_CLOSE;
		add(plan, ev);
		ev.kind = SIM_EV_ADMIN;
		ev.step += draw(r, 60);
		ev.arg = SIM_CMD_DEMOTE;
		add(plan, ev);
		break;
	case 1:
		ev.kind = SIM_EV_OPEN_READ;
		add(plan, ev);
		ev.kind = SIM_EV_CLOSE;
		ev.step += draw(r, 200);
		add(plan, ev);
		break;
	default:
		ev.arg = SIM_CMD_PROMOTE;
		add(plan, ev);
		break;
	}
}

static void add_net(struct sim_plan *plan, u64 *r, u32 step)
{
	u8 node = draw(r, plan->cfg.nodes);
	struct sim_event ev = { .step = step, .node = node, .peer = other(plan, r, node) };
	u32 x = draw(r, 10);

	if (x < 4)
		ev.kind = SIM_EV_CUT;
	else if (x < 5)
		ev.kind = SIM_EV_HALF_CUT;
	else if (x < 7)
		ev.kind = SIM_EV_RESET;
	else
		ev.kind = SIM_EV_PARTITION;
	if (ev.kind == SIM_EV_PARTITION)
		ev.arg = draw(r, 3) ? 1 << node : 1 + draw(r, (1 << plan->cfg.nodes) - 1);
	add(plan, ev);
	if (ev.kind == SIM_EV_RESET || !draw(r, 5))
		return;
	ev.kind = ev.kind == SIM_EV_PARTITION ? SIM_EV_HEAL_ALL : SIM_EV_HEAL;
	ev.step += 1 + draw(r, 400);
	add(plan, ev);
}

static void add_crash(struct sim_plan *plan, u64 *r, u32 step, bool power)
{
	struct sim_event ev = { .step = step, .kind = SIM_EV_CRASH,
				.node = draw(r, plan->cfg.nodes) };

	ev.peer = ev.node;
	ev.arg = power && draw(r, 2);
	add(plan, ev);
	if (!draw(r, 5))
		return;
	ev.kind = SIM_EV_BOOT;
	ev.step += 1 + draw(r, 500);
	add(plan, ev);
}

static void add_disk(struct sim_plan *plan, u64 *r, u32 step)
{
	struct sim_event ev = { .step = step, .node = draw(r, plan->cfg.nodes) };

	ev.peer = ev.node;
	ev.arg = draw(r, 2);
	ev.kind = draw(r, 3) ? SIM_EV_DISK_ERROR : SIM_EV_DISK_FAIL;
	add(plan, ev);
	ev.step += 1 + draw(r, 300);
	if (ev.kind == SIM_EV_DISK_FAIL) {
		ev.kind = SIM_EV_DISK_OK;
		add(plan, ev);
	}
	ev.kind = SIM_EV_ADMIN;
	ev.arg = SIM_CMD_ATTACH;
	ev.peer = other(plan, r, ev.node);
	ev.step += draw(r, 100);
	add(plan, ev);
}

/* A few requests, close to each other. */
static void add_io(struct sim_plan *plan, u64 *r, u32 step, u8 node, u32 blocks)
{
	u32 count = 1 + draw(r, 6);

	while (count--) {
		struct sim_event ev = { .step = step, .node = node, .peer = node,
					.block = draw(r, blocks) };
		u32 x = draw(r, 16);

		if (x < 11) {
			ev.kind = SIM_EV_WRITE;
			if (x < 2)
				ev.arg = SIM_WRITE_FLUSH + x;
		} else {
			ev.kind = x < 15 ? SIM_EV_READ : SIM_EV_FLUSH;
		}
		add(plan, ev);
		step += draw(r, 12);
	}
}

static u32 draw_profile(u64 *r)
{
	u32 profile = 0;

	if (draw(r, 2))
		profile |= PROFILE_CRASH;
	if (!draw(r, 3))
		profile |= PROFILE_POWER;
	if (draw(r, 5) > 1)
		profile |= PROFILE_CUT;
	if (!draw(r, 4))
		profile |= PROFILE_DISK;
	if (!draw(r, 3))
		profile |= PROFILE_ADMIN;
	if (draw(r, 2))
		profile |= PROFILE_ROLES;
	if (!draw(r, 5))
		profile |= PROFILE_FORCE;
	if (!draw(r, 4))
		profile |= PROFILE_RARE;
	return profile;
}

/*
 * sim_plan_random() - draw a run
 * @plan: result
 * @seed: the seed
 * @lo: fewest nodes
 * @hi: most nodes
 * @wild: besides crashes, cut links and changes of role, disks fail and come back, the
 *	admin does everything, and the configuration is of any kind
 */
void sim_plan_random(struct sim_plan *plan, u64 seed, int lo, int hi, bool wild)
{
	u64 state = seed * 0xda942042e4dd58b5ULL + 0x1234567, *r = &state;
	u32 profile, groups, start, span, blocks, i;
	struct sim_event ev = { .kind = SIM_EV_ADMIN };
	const struct sim_config *cfg = &plan->cfg;

	plan->seed = seed;
	plan->n = 0;
	draw_config(&plan->cfg, r, lo, hi);
	if (!wild)
		tame(&plan->cfg);
	plan->clean = cfg->quorum.quorum && cfg->protocol == 'C' && !cfg->two_primaries &&
		      cfg->initial_sync;
	profile = draw_profile(r);
	if (!wild)
		profile &= PROFILE_CRASH | PROFILE_POWER | PROFILE_CUT | PROFILE_ROLES;
	/* most runs begin when all are connected */
	start = 70 * cfg->nodes * (cfg->nodes - 1) / 2;
	start = draw(r, 6) ? start + draw(r, start) : draw(r, start);
	span = 300 + draw(r, 900);
	groups = 4 + draw(r, 20);
	blocks = draw(r, 2) ? SIM_BLOCKS : 1 + draw(r, 6);
	ev.node = draw(r, cfg->nodes);
	ev.peer = (ev.node + 1) % cfg->nodes;
	ev.step = start;
	ev.arg = cfg->initial_sync ? SIM_CMD_PROMOTE : SIM_CMD_PROMOTE_FORCE;
	add(plan, ev);
	for (i = 0; i < groups; i++) {
		u32 step = start + 20 + draw(r, span), x = draw(r, 16);

		if (x < 2 && profile & PROFILE_CRASH)
			add_crash(plan, r, step, profile & PROFILE_POWER);
		else if (x < 5 && profile & PROFILE_CUT)
			add_net(plan, r, step);
		else if (x < 6 && profile & PROFILE_DISK)
			add_disk(plan, r, step);
		else if (x < 8 && profile & (PROFILE_ADMIN | PROFILE_FORCE | PROFILE_RARE))
			add_admin(plan, r, step, profile);
		else if (x < 10 && profile & PROFILE_ROLES)
			add_roles(plan, r, step);
		else
			add_io(plan, r, step, ev.node, blocks);
	}
}
