// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens in a run of the cluster simulation
 *
 * A configuration and a list of events, both drawn from the seed, and their texts.
 */
#include <linux/kernel.h>

#include "sim_world.h"

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

/*
 * sim_cmd_name() - what a command of the admin is called
 */
const char *sim_cmd_name(enum sim_cmd cmd)
{
	return cmd_name[cmd];
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
		return scnprintf(buf, size, "node %u: %s (peer %u)", ev->node,
				 sim_cmd_name(ev->arg),
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
