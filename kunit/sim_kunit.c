// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whole clusters, simulated: see sim.h
 *
 * A seed that fails is printed with a short list of events that breaks the same
 * invariant; scripts/sim/cluster of the workshop runs it as a program.
 */
#include <kunit/test.h>

#include "sim_world.h"

/* Random runs: enough to notice that something is broken, not to find all that is. */
#define CLUSTER_SEEDS	40	/* of each case */
#define CLUSTER_BUDGET	400	/* runs to make a failing one shorter */

/**
 * struct cluster_row - runs
 * @name: of the case
 * @seed: the first seed
 * @seeds: number of them
 * @lo: fewest nodes
 * @hi: most nodes
 * @known: runs that may fail: with three nodes and more, rare combinations of faults
 *	still lead to problems that are known. Those that fail are told of.
 */
struct cluster_row {
	const char *name;
	u64 seed;
	unsigned int seeds;
	int lo;
	int hi;
	unsigned int known;
};

static const struct cluster_row cluster_rows[] = {
	{ "2 nodes", 1000, 2 * CLUSTER_SEEDS, 2, 2, 0 },
	{ "3 nodes", 2000, CLUSTER_SEEDS, 3, 3, 1 },
	{ "4 nodes", 3000, CLUSTER_SEEDS, 4, 4, 1 },
	{ "5 nodes", 4000, CLUSTER_SEEDS / 2, 5, 5, 1 },
	{ "6 and 7 nodes", 5000, CLUSTER_SEEDS / 4, 6, 7, 1 },
	{ "2 to 5 nodes", 6000, 2 * CLUSTER_SEEDS, 2, 5, 2 },
};

static void print_line(void *ctx, const char *line)
{
	kunit_info((struct kunit *)ctx, "%s\n", line);
}

static void report(struct kunit *test, struct sim *sim, struct sim_plan *plan)
{
	KUNIT_FAIL(test, "seed %llu: %s", plan->seed, sim->why);
	sim_set_print(sim, print_line, test);
	sim_shrink(sim, plan, CLUSTER_BUDGET);
	sim_run_plan(sim, plan);
	print_line(test, sim->why);
	sim_print_plan(sim, plan);
}

static void cluster_runs(struct kunit *test)
{
	const struct cluster_row *row = test->param_value;
	struct sim_plan *plan = kunit_kzalloc(test, sizeof(*plan), GFP_KERNEL);
	struct sim *sim = sim_new();
	unsigned int i, failed = 0;

	if (!plan || !sim) {
		sim_free(sim);
		KUNIT_FAIL_AND_ABORT(test, "no memory");
	}
	for (i = 0; i < row->seeds; i++) {
		sim_plan_random(plan, row->seed + i, row->lo, row->hi, false);
		sim_run_plan(sim, plan);
		if (!sim->failed)
			continue;
		if (failed++ == row->known) {
			report(test, sim, plan);
			break;
		}
		kunit_info(test, "seed %llu: %s\n", plan->seed, sim->why);
	}
	sim_free(sim);
}

/* The same seed is the same run. */
static void cluster_repeats(struct kunit *test)
{
	struct sim *sim = sim_new();
	u64 counts[SIM_COUNTS];

	KUNIT_ASSERT_NOT_NULL(test, sim);
	sim_run(sim, 7);
	memcpy(counts, sim_counts(sim), sizeof(counts));
	sim_run(sim, 8);
	sim_run(sim, 7);
	KUNIT_EXPECT_MEMEQ(test, counts, sim_counts(sim), sizeof(counts));
	sim_free(sim);
}

KUNIT_ARRAY_PARAM_DESC(cluster, cluster_rows, name);

static struct kunit_case cluster_cases[] = {
	KUNIT_CASE_PARAM(cluster_runs, cluster_gen_params),
	KUNIT_CASE(cluster_repeats),
	{ }
};

static struct kunit_suite cluster_suite = {
	.name = "drbd-cluster",
	.test_cases = cluster_cases,
};

kunit_test_suite(cluster_suite);
