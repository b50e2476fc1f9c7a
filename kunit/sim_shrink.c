// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shorter runs that fail in the same way
 *
 * Events are left out in chunks of decreasing size, then nodes, as long as the run still
 * breaks an invariant of the same number. What the scheduler does is another matter with
 * each change, so that a few of its seeds are tried.
 */
#include <linux/kernel.h>
#include <linux/slab.h>

#include "sim_world.h"

#define SHRINK_SEEDS	6

struct shrink {
	struct sim *sim;
	char kind[16];
	unsigned int budget;
	struct sim_plan plan;		/* the shortest so far */
	struct sim_plan try;
};

/* The number of an invariant: all before the colon. */
static void kind_of(char *kind, size_t size, const char *why)
{
	size_t i;

	for (i = 0; i + 1 < size && why[i] && why[i] != ':'; i++)
		kind[i] = why[i];
	kind[i] = 0;
}

/* Does the plan to try fail? Then it is the shortest so far. */
static bool fails(struct shrink *s)
{
	u64 seed = s->try.seed;
	unsigned int i;
	char kind[16];

	for (i = 0; i < SHRINK_SEEDS && s->budget; i++) {
		s->budget--;
		s->try.seed = seed + i * 0x100000001ULL;
		sim_run_plan(s->sim, &s->try);
		if (!s->sim->failed)
			continue;
		kind_of(kind, sizeof(kind), s->sim->why);
		if (strcmp(kind, s->kind))
			continue;
		s->plan = s->try;
		return true;
	}
	return false;
}

/* Leave out events from an index on. */
static bool without_events(struct shrink *s, unsigned int from, unsigned int count)
{
	s->try = s->plan;
	count = min(count, s->try.n - from);
	memmove(&s->try.event[from], &s->try.event[from + count],
		(s->try.n - from - count) * sizeof(s->try.event[0]));
	s->try.n -= count;
	return fails(s);
}

static u32 without_bit(u32 mask, int bit)
{
	return (mask & ((1U << bit) - 1)) | (mask >> (bit + 1) << bit);
}

/* Leave out a node; those with larger ids get smaller ones. */
static bool without_node(struct shrink *s, int node)
{
	struct sim_plan *p = &s->try;
	unsigned int i, n = 0;
	int j;

	*p = s->plan;
	for (i = 0; i < p->n; i++) {
		struct sim_event ev = p->event[i];

		if (ev.node == node)
			continue;
		if (ev.peer == node)
			ev.peer = ev.node ? 0 : 1;
		ev.node -= ev.node > node;
		ev.peer -= ev.peer > node;
		if (ev.kind == SIM_EV_PARTITION)
			ev.arg = without_bit(ev.arg, node);
		p->event[n++] = ev;
	}
	p->n = n;
	for (j = node; j + 1 < p->cfg.nodes; j++)
		p->cfg.links[j] = p->cfg.links[j + 1];
	p->cfg.nodes--;
	for (j = 0; j < p->cfg.nodes; j++)
		p->cfg.links[j] = without_bit(p->cfg.links[j], node);
	p->cfg.diskless = without_bit(p->cfg.diskless, node);
	return fails(s);
}

/*
 * sim_shrink() - make a failing run shorter
 * @sim: the world, after the run failed
 * @plan: plan of the run; result: a shorter one that fails
 * @budget: number of runs to spend
 *
 * Return: number of runs spent.
 */
unsigned int sim_shrink(struct sim *sim, struct sim_plan *plan, unsigned int budget)
{
	struct shrink *s = kvzalloc(sizeof(*s), GFP_KERNEL);
	unsigned int chunk, from, before;
	int node;

	if (!s)
		return 0;
	s->sim = sim;
	s->budget = budget;
	s->plan = *plan;
	kind_of(s->kind, sizeof(s->kind), sim->why);
	do {
		before = s->plan.n + s->plan.cfg.nodes;
		for (node = s->plan.cfg.nodes - 1; node >= 0 && s->plan.cfg.nodes > 2; node--)
			without_node(s, node);
		for (chunk = max(1U, s->plan.n / 2); chunk; chunk /= 2)
			for (from = 0; from < s->plan.n && s->budget;)
				if (!without_events(s, from, chunk))
					from += chunk;
	} while (s->plan.n + s->plan.cfg.nodes < before && s->budget);
	*plan = s->plan;
	budget -= s->budget;
	kvfree(s);
	return budget;
}

/*
 * sim_print_plan() - print configuration and events of a run
 */
void sim_print_plan(struct sim *sim, const struct sim_plan *plan)
{
	char text[256];
	unsigned int i;

	sim_config_text(text, sizeof(text), &plan->cfg, plan->clean);
	sim_print(sim, "  %s", text);
	for (i = 0; i < plan->n; i++) {
		sim_event_text(text, sizeof(text), &plan->event[i]);
		sim_print(sim, "  step %5u  %s", plan->event[i].step, text);
	}
}
