// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cluster simulation of drivers/block/drbd/tests/sim*.c as a program: runs seeds on all cores, says what the runs
 * did, and makes the first one that fails shorter.
 */
#include <linux/types.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/sim_world.h"

#define MAX_JOBS 64
#define MAX_KINDS 64

/* What a job reports: failures by the number of their invariant, counts, and where it is now. */
struct job {
	u64 seed, runs, failures, counts[SIM_COUNTS];
	int kinds;
	struct { char kind[16], why[200]; u64 n, seed; } kind[MAX_KINDS];
};

static struct options {
	u64 schedules, seed;
	int lo, hi, jobs, all, trace, no_shrink, budget, wild;
	const char *failures, *skip;
	double tolerate;
} o = { .schedules = 10000, .seed = 1, .lo = 2, .hi = 5, .budget = 4000 };

static struct job *jobs, *mine;

static void print_line(void *ctx, const char *line)
{
	(void)ctx;
	puts(line);
}

static void died(int sig)
{
	char text[100];
	int n = snprintf(text, sizeof(text), "seed %llu: signal %d (%s)\n", mine ? mine->seed : 0, sig,
			 sig == SIGALRM ? "endless loop" : "crash");

	if (write(1, text, n) < 0)
		_exit(3);
	_exit(2);
}

static void note_failure(struct job *job, u64 seed, const char *why)
{
	char kind[16];
	int i;

	snprintf(kind, sizeof(kind), "%.*s", (int)strcspn(why, ":"), why);
	job->failures++;
	for (i = 0; i < job->kinds && strcmp(job->kind[i].kind, kind); i++)
		;
	if (i == MAX_KINDS)
		return;
	if (i == job->kinds) {
		job->kinds++;
		job->kind[i].n = 0;
		job->kind[i].seed = seed;
		snprintf(job->kind[i].kind, sizeof(job->kind[i].kind), "%s", kind);
		snprintf(job->kind[i].why, sizeof(job->kind[i].why), "%s", why);
	}
	job->kind[i].n++;
}

static volatile int *stop;

/* Seeds of --skip; of --failures, appended by all jobs, a line at a time. */
static u64 *skip;
static int skips, failures = -1;

static void read_skip(void)
{
	FILE *f = fopen(o.skip, "r");
	u64 seed;

	while (f && fscanf(f, "%llu", &seed) == 1) {
		skip = realloc(skip, (skips + 1) * sizeof(*skip));
		skip[skips++] = seed;
	}
	if (f)
		fclose(f);
}

static int is_skipped(u64 seed)
{
	for (int i = 0; i < skips; i++)
		if (skip[i] == seed)
			return 1;
	return 0;
}

static void write_failure(u64 seed)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%llu\n", seed);

	if (failures >= 0 && write(failures, text, n) != n)
		_exit(3);
}

static void run_job(int index)
{
	struct sim *sim = sim_new();
	struct sim_plan plan;

	mine = &jobs[index];
	for (u64 i = index; i < o.schedules && (o.all || !*stop); i += o.jobs) {
		mine->seed = o.seed + i;
		if (is_skipped(mine->seed))
			continue;
		alarm(20);
		sim_plan_random(&plan, mine->seed, o.lo, o.hi, o.wild);
		sim_run_plan(sim, &plan);
		mine->runs++;
		for (int c = 0; c < SIM_COUNTS; c++)
			mine->counts[c] += sim_counts(sim)[c];
		if (sim->failed) {
			note_failure(mine, mine->seed, sim->why);
			write_failure(mine->seed);
			*stop = 1;
		}
	}
	alarm(0);
	sim_free(sim);
}

/* Print a failing run: as it is, then as short as it gets. */
static void explain(u64 seed)
{
	struct sim *sim = sim_new();
	struct sim_plan *plan = malloc(sizeof(*plan));
	char why[256];
	u64 spent;

	sim_set_print(sim, print_line, NULL);
	mine = &jobs[0];
	mine->seed = seed;
	sim_plan_random(plan, seed, o.lo, o.hi, o.wild);
	sim_run_plan(sim, plan);
	snprintf(why, sizeof(why), "%s", sim->why);
	printf("seed %llu (--nodes %d-%d%s): %s\n", seed, o.lo, o.hi, o.wild ? " --wild" : "", sim->failed ? why : "passes");
	if (sim->failed && !o.no_shrink) {
		spent = sim_shrink(sim, plan, o.budget);
		printf("made shorter in %llu runs; scheduler's seed %llu\n", spent, plan->seed);
	}
	sim_print_plan(sim, plan);
	sim->verbose = o.trace;
	sim_run_plan(sim, plan);
	if (o.trace)
		sim_print_trace(sim);
	if (sim->failed)
		printf("  breaks %s\n", sim->why);
	free(plan);
	sim_free(sim);
}

static int usage(void)
{
	fprintf(stderr, "cluster [--schedules N] [--seed S] [--nodes A-B] [--jobs N] [--all] [--trace] [--no-shrink]\n"
		"        [--failures FILE] [--skip FILE] [--wild] [--tolerate PERCENT]\n"
		"  --wild: besides crashes, cuts and changes of role, disk errors and all commands, any configuration\n"
		"  --tolerate: list failures, and fail only if there are more than that\n"
		"  --failures: write the seeds that fail; --skip: leave these out\n"
		"  --all: go on after a failure, list failures by kind; --trace: of one schedule, what happens\n");
	return 2;
}

static int parse(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "schedules", 1, NULL, 'N' }, { "seed", 1, NULL, 's' }, { "nodes", 1, NULL, 'n' },
		{ "jobs", 1, NULL, 'j' }, { "all", 0, NULL, 'a' }, { "trace", 0, NULL, 't' },
		{ "no-shrink", 0, NULL, 'k' }, { "budget", 1, NULL, 'b' }, { "failures", 1, NULL, 'f' },
		{ "wild", 0, NULL, 'w' }, { "tolerate", 1, NULL, 't' + 128 },
		{ "skip", 1, NULL, 'x' }, { 0 },
	};
	int c;

	o.jobs = sysconf(_SC_NPROCESSORS_ONLN);
	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		switch (c) {
		case 'N': o.schedules = strtoull(optarg, NULL, 0); break;
		case 's': o.seed = strtoull(optarg, NULL, 0); break;
		case 'n':
			if (sscanf(optarg, "%d-%d", &o.lo, &o.hi) < 2)
				o.hi = o.lo;
			break;
		case 'j': o.jobs = atoi(optarg); break;
		case 'a': o.all = 1; break;
		case 't': o.trace = 1; break;
		case 'k': o.no_shrink = 1; break;
		case 'b': o.budget = atoi(optarg); break;
		case 't' + 128: o.tolerate = atof(optarg); o.all = 1; break;
		case 'w': o.wild = 1; break;
		case 'f': o.failures = optarg; break;
		case 'x': o.skip = optarg; break;
		default: return 0;
		}
	}
	return o.lo >= 2 && o.hi <= SIM_NODES && o.lo <= o.hi && o.jobs > 0 && o.jobs <= MAX_JOBS;
}

/* Sum up what the jobs report in the first one. */
static void sum_up(void)
{
	for (int j = 1; j < o.jobs; j++) {
		jobs[0].runs += jobs[j].runs;
		for (int c = 0; c < SIM_COUNTS; c++)
			jobs[0].counts[c] += jobs[j].counts[c];
		for (int i = 0; i < jobs[j].kinds; i++) {
			u64 n = jobs[j].kind[i].n;

			note_failure(&jobs[0], jobs[j].kind[i].seed, jobs[j].kind[i].why);
			for (int k = 0; k < jobs[0].kinds; k++)
				if (!strcmp(jobs[0].kind[k].kind, jobs[j].kind[i].kind))
					jobs[0].kind[k].n += n - 1;
			jobs[0].failures += n - 1;
		}
	}
}

int main(int argc, char **argv)
{
	struct timespec a, b;
	pid_t pid[MAX_JOBS];
	int died_jobs = 0, status;
	double seconds;
	u64 first = 0;

	if (!parse(argc, argv))
		return usage();
	setvbuf(stdout, NULL, _IOLBF, 0);
	jobs = mmap(NULL, MAX_JOBS * sizeof(*jobs) + 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	stop = (volatile int *)(jobs + MAX_JOBS);
	signal(SIGSEGV, died);
	signal(SIGABRT, died);
	signal(SIGFPE, died);
	signal(SIGALRM, died);
	if (o.trace) {
		explain(o.seed);
		return 0;
	}
	if (o.skip)
		read_skip();
	if (o.failures)
		failures = open(o.failures, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0644);
	clock_gettime(CLOCK_MONOTONIC, &a);
	for (int j = 0; j < o.jobs; j++) {
		pid[j] = fork();
		if (pid[j] < 0)
			return 3;
		if (!pid[j]) {
			run_job(j);
			_exit(0);
		}
	}
	for (int j = 0; j < o.jobs; j++)
		if (waitpid(pid[j], &status, 0) < 0 || status)
			died_jobs++;
	clock_gettime(CLOCK_MONOTONIC, &b);
	seconds = b.tv_sec - a.tv_sec + (b.tv_nsec - a.tv_nsec) / 1e9;
	sum_up();
	printf("cluster: %llu schedules of %d-%d nodes from seed %llu in %.1f s, %.0f per second, %llu failed\n",
	       jobs[0].runs, o.lo, o.hi, o.seed, seconds, jobs[0].runs / seconds, jobs[0].failures);
	if (died_jobs)
		printf("  %d of %d jobs died\n", died_jobs, o.jobs);
	for (int c = 0; c < SIM_COUNTS; c++)
		printf("  %-18s %12llu%s", sim_count_name[c], jobs[0].counts[c], c % 3 == 2 || c == SIM_COUNTS - 1 ? "\n" : "");
	for (int i = 0; i < jobs[0].kinds; i++) {
		printf("  failed %6llu  seed %-10llu %s\n", jobs[0].kind[i].n, jobs[0].kind[i].seed, jobs[0].kind[i].why);
		first = first ? first : jobs[0].kind[i].seed;
	}
	if (first && !o.all && !o.no_shrink)
		explain(first);
	return jobs[0].failures * 100.0 > jobs[0].runs * o.tolerate || died_jobs;
}
