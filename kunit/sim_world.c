// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scheduler of the cluster simulation
 *
 * Each step is one thing that can happen now: a packet arrives, a timer expires, a
 * worker takes an item, a disk completes a request, or something comes from outside.
 * Which one is drawn; some links are slow for a while, so that far more than the usual
 * order of things is seen. The clock stands still while there is a lot to do, and jumps
 * to the next timer when there is nothing else.
 */
#include <linux/kernel.h>
#include <linux/slab.h>

#include "sim_world.h"

#define WORLD_CHOICES	192
#define WORLD_TRACE	400	/* lines */
#define WORLD_LINE	176

/* Steps that a run may need to come to rest, how long that may take, and how often the
 * admin looks whether something is to be done.
 */
#define WORLD_SETTLE_STEPS	20000
#define WORLD_SETTLE_MS		(120 * 1000)
#define WORLD_ROUNDS		9

/* Choices besides those of the network. */
enum world_choice {
	CHOICE_WORK = 1 << 12,
	CHOICE_DISK = 2 << 12,
	CHOICE_TIMER = 3 << 12,
	CHOICE_MASK = 7 << 12,
};

/**
 * struct sim_world - the scheduler
 * @plan: of the run
 * @next: index of the next event in it
 * @slow: links that are slow for a while
 * @touched: nodes that this step was about
 * @counts: what the run did, by &enum sim_count
 * @print: prints a line
 * @ctx: for it
 * @lines: number of lines of trace so far
 * @trace: the last ones
 * @own: plan of sim_run()
 */
struct sim_world {
	const struct sim_plan *plan;
	unsigned int next;
	u64 slow;
	u32 touched;
	u64 counts[SIM_COUNTS];
	void (*print)(void *ctx, const char *line);
	void *ctx;
	unsigned int lines;
	char trace[WORLD_TRACE][WORLD_LINE];
	struct sim_plan own;
};

const char *const sim_count_name[SIM_COUNTS] = {
	[SIM_N_STEPS] = "steps",
	[SIM_N_PACKETS] = "packets",
	[SIM_N_CONNECTS] = "connects",
	[SIM_N_LOSSES] = "connections lost",
	[SIM_N_CRASHES] = "crashes",
	[SIM_N_PROMOTIONS] = "promotions",
	[SIM_N_DEMOTIONS] = "demotions",
	[SIM_N_FORCED] = "forced promotions",
	[SIM_N_WRITES] = "writes",
	[SIM_N_ACKED] = "writes acked",
	[SIM_N_WRITE_ERRORS] = "write errors",
	[SIM_N_READS] = "reads",
	[SIM_N_FLUSHES] = "flushes",
	[SIM_N_GENERATIONS] = "generations",
	[SIM_N_RESYNCS] = "resyncs begun",
	[SIM_N_RESYNCED] = "resyncs ended",
	[SIM_N_SPLIT_BRAINS] = "split brains",
	[SIM_N_QUORUM_LOST] = "quorum lost",
	[SIM_N_SUSPENDED] = "I/O suspended",
	[SIM_N_DETACHES] = "disks lost",
	[SIM_N_COMMITS] = "2PC committed",
	[SIM_N_ABORTS] = "2PC aborted",
	[SIM_N_STRICT] = "strict runs",
	[SIM_N_UNIFORM] = "uniform ends",
};

u64 sim_rand64(struct sim *sim)
{
	u64 z = sim->rnd += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

u32 sim_rand(struct sim *sim, u32 below)
{
	return (sim_rand64(sim) >> 32) * below >> 32;
}

void sim_fail(struct sim *sim, const char *fmt, ...)
{
	va_list args;

	if (sim->failed)
		return;
	sim->failed = true;
	va_start(args, fmt);
	vscnprintf(sim->why, sizeof(sim->why), fmt, args);
	va_end(args);
	sim_trace(sim, "FAILED %s", sim->why);
}

void sim_trace(struct sim *sim, const char *fmt, ...)
{
	struct sim_world *w = sim->world;
	u64 seconds;
	char *line;
	va_list args;
	u32 ms;
	int len;

	if (!sim->verbose)
		return;
	line = w->trace[w->lines++ % WORLD_TRACE];
	seconds = div_u64_rem(sim->now, 1000, &ms);
	len = scnprintf(line, WORLD_LINE, "%5u %6llu.%03u  ", sim->step, seconds, ms);
	va_start(args, fmt);
	vscnprintf(line + len, WORLD_LINE - len, fmt, args);
	va_end(args);
}

void sim_print(struct sim *sim, const char *fmt, ...)
{
	char line[256];
	va_list args;

	va_start(args, fmt);
	vscnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (sim->world->print)
		sim->world->print(sim->world->ctx, line);
}

/*
 * sim_print_trace() - print what is left of the trace of a verbose run
 */
void sim_print_trace(struct sim *sim)
{
	struct sim_world *w = sim->world;
	unsigned int i = w->lines > WORLD_TRACE ? w->lines - WORLD_TRACE : 0;

	for (; i < w->lines; i++)
		sim_print(sim, "%s", w->trace[i % WORLD_TRACE]);
}

void sim_set_print(struct sim *sim, void (*print)(void *ctx, const char *line), void *ctx)
{
	sim->world->print = print;
	sim->world->ctx = ctx;
}

u64 *sim_counts(struct sim *sim)
{
	return sim->world->counts;
}

const struct sim_plan *sim_plan_of(struct sim *sim)
{
	return sim->world->plan;
}

/*
 * sim_touch() - this step is about a node
 */
void sim_touch(struct sim *sim, int node)
{
	sim->world->touched |= 1U << node;
}

void sim_timer_set(struct sim_node *n, unsigned int timer, u32 ms)
{
	n->timer[timer] = n->sim->now + ms;
}

void sim_timer_stop(struct sim_node *n, unsigned int timer)
{
	n->timer[timer] = SIM_NEVER;
}

/* What can happen now; and when the next timer expires. */
static unsigned int choices(struct sim *sim, u16 *choice, u64 *next_timer)
{
	unsigned int n = sim_net_choices(sim, choice, WORLD_CHOICES - 32), t;
	int i;

	*next_timer = SIM_NEVER;
	for (i = 0; i < sim->cfg.nodes; i++) {
		struct sim_node *node = &sim->node[i];

		if (node->up && node->work_count)
			choice[n++] = CHOICE_WORK | i;
		if (sim_disk_choices(node))
			choice[n++] = CHOICE_DISK | i;
		for (t = 0; node->up && t < SIM_TIMERS; t++) {
			if (node->timer[t] > sim->now)
				*next_timer = min(*next_timer, node->timer[t]);
			else if (n < WORLD_CHOICES)
				choice[n++] = CHOICE_TIMER | t << 4 | i;
		}
	}
	return n;
}

static void do_choice(struct sim *sim, u16 choice)
{
	unsigned int timer = choice >> 4 & 255;
	struct sim_node *n;

	if (choice < CHOICE_WORK) {
		sim_net_do(sim, choice);
		return;
	}
	n = &sim->node[choice & 15];
	switch (choice & CHOICE_MASK) {
	case CHOICE_WORK:
		sim_touch(sim, n->id);
		sim_node_work(n);
		break;
	case CHOICE_DISK:
		sim_disk_do(n);
		sim_poll(n);
		return;
	case CHOICE_TIMER:
		n->timer[timer] = SIM_NEVER;
		sim_trace(sim, "%d: timer %u", n->id, timer);
		sim_touch(sim, n->id);
		if (timer == SIM_T_DATA || timer == SIM_T_PEER_ACK)
			sim_data_timer(n, timer);
		else
			sim_node_timer(n, timer);
		break;
	}
	sim_net_awake(n);
}

static void do_event(struct sim *sim)
{
	const struct sim_event *ev = &sim->world->plan->event[sim->world->next++];

	if (sim->verbose) {
		char text[96];

		sim_event_text(text, sizeof(text), ev);
		sim_trace(sim, "== %s", text);
	}
	sim_apps_do(sim, ev);
}

/* One step. Return: false if there is nothing left to do. */
static bool step(struct sim *sim)
{
	struct sim_world *w = sim->world;
	bool events = w->next < w->plan->n;
	u16 choice[WORLD_CHOICES];
	unsigned int n, i;
	u64 timer;

	sim->step++;
	w->touched = 0;
	if (!(sim->step & 63)) {
		w->slow = sim_rand64(sim);
		w->slow &= sim_rand64(sim);
		w->slow &= sim_rand64(sim);
	}
	if (!sim_rand(sim, 4))
		sim->now++;
	if (events && sim->step >= w->plan->event[w->next].step) {
		do_event(sim);
	} else {
		n = choices(sim, choice, &timer);
		if (timer != SIM_NEVER && n && !sim_rand(sim, 300) && timer < sim->now + 1000) {
			sim->now = timer;
			return true;
		}
		if (n) {
			i = sim_rand(sim, n);
			if (choice[i] < CHOICE_WORK && w->slow &&
			    sim_net_slow(choice[i], w->slow) && sim_rand(sim, 8))
				i = sim_rand(sim, n);
			do_choice(sim, choice[i]);
		} else if (events && (timer == SIM_NEVER || timer > sim->now + 2000 ||
				      !sim_rand(sim, 4))) {
			do_event(sim);
		} else if (timer != SIM_NEVER) {
			if (sim->quiet && sim_quiet(sim, NULL, 0))
				return false;
			sim->now = timer;
		} else {
			return false;
		}
	}
	if (!sim->failed)
		sim_check_step(sim, w->touched);
	return true;
}

/* Faults have ended; things have to come to rest now. */
static void settle(struct sim *sim)
{
	unsigned int round;
	bool quiet = false;
	char why[128];

	sim->quiet = true;
	for (round = 0; round < WORLD_ROUNDS && !sim->failed; round++) {
		u32 last = sim->step + WORLD_SETTLE_STEPS;
		u64 until = sim->now + WORLD_SETTLE_MS;

		sim_trace(sim, "== come to rest, round %u", round);
		if (!sim_apps_settle(sim, round) && round && quiet)
			break;
		while (!sim->failed && sim->step < last && sim->now < until && step(sim))
			;
		quiet = sim_quiet(sim, why, sizeof(why));
	}
	if (sim->failed)
		return;
	if (quiet)
		sim_check_end(sim);
	else
		sim_fail(sim, "L: does not come to rest: %s", why);
}

/*
 * sim_run_plan() - a run
 * @sim: the world
 * @plan: what happens
 */
void sim_run_plan(struct sim *sim, const struct sim_plan *plan)
{
	struct sim_world *w = sim->world;
	int i;

	sim->cfg = plan->cfg;
	sim->seed = plan->seed;
	sim->rnd = plan->seed * 0xd1342543de82ef95ULL + 1;
	/* time 0 is special in more than one place */
	sim->now = 1000;
	sim->step = 0;
	sim->failed = false;
	sim->why[0] = 0;
	sim->quiet = false;
	w->plan = plan;
	w->next = 0;
	w->slow = 0;
	w->lines = 0;
	memset(w->counts, 0, sizeof(w->counts));
	sim_net_init(sim);
	sim_apps_init(sim);
	sim_checks_init(sim);
	for (i = 0; i < sim->cfg.nodes; i++) {
		struct sim_node *n = &sim->node[i];
		unsigned int t;

		n->sim = sim;
		n->id = i;
		for (t = 0; t < SIM_TIMERS; t++)
			n->timer[t] = SIM_NEVER;
		sim_disk_init(n, 0);
		sim_node_init(n);
	}
	for (i = 0; i < sim->cfg.nodes; i++)
		sim_node_boot(&sim->node[i]);
	while (!sim->failed && w->next < plan->n && step(sim))
		;
	if (!sim->failed)
		settle(sim);
	w->counts[SIM_N_STEPS] = sim->step;
}

/*
 * sim_run() - the run of a seed
 */
void sim_run(struct sim *sim, u64 seed)
{
	sim_plan_random(&sim->world->own, seed, 2, 5, false);
	sim_run_plan(sim, &sim->world->own);
}

void sim_free(struct sim *sim)
{
	int i;

	if (!sim)
		return;
	for (i = 0; i < SIM_NODES; i++) {
		sim_disk_free(sim->node[i].disk[0]);
		if (sim->node[i].data)
			sim_data_free(sim->node[i].data);
	}
	sim_net_free(sim->net);
	sim_apps_free(sim->apps);
	sim_checks_free(sim->checks);
	kvfree(sim->world);
	kvfree(sim);
}

/*
 * sim_new() - a world, for any number of runs
 *
 * Return: the world, NULL without memory.
 */
struct sim *sim_new(void)
{
	struct sim *sim = kvzalloc(sizeof(*sim), GFP_KERNEL);
	bool ok;
	int i;

	if (!sim)
		return NULL;
	sim->world = kvzalloc_obj(*sim->world);
	sim->net = sim_net_new();
	sim->apps = sim_apps_new();
	sim->checks = sim_checks_new();
	ok = sim->world && sim->net && sim->apps && sim->checks;
	for (i = 0; i < SIM_NODES && ok; i++) {
		struct sim_node *n = &sim->node[i];

		n->sim = sim;
		n->id = i;
		n->disk[0] = sim_disk_new();
		n->data = sim_data_new(n);
		ok = n->disk[0] && n->data;
	}
	if (ok)
		return sim;
	sim_free(sim);
	return NULL;
}
