/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The world of the cluster simulation: what its own parts share
 *
 * Everything that comes from outside - faults, commands, application I/O - is a
 * list that is drawn from the seed before the run, so that a failing run can be
 * made shorter by leaving out some of it.
 */
#ifndef DRBD_TESTS_SIM_WORLD_H
#define DRBD_TESTS_SIM_WORLD_H

#include "sim.h"

#define SIM_EVENTS	256	/* of one run */
#define SIM_WRITES	512	/* application writes of one run */

/**
 * enum sim_event_kind - what can happen from outside
 * @SIM_EV_WRITE: a Primary's application writes a block; arg: &enum sim_write_arg
 * @SIM_EV_READ: it reads one
 * @SIM_EV_FLUSH: it flushes
 * @SIM_EV_OPEN_READ: somebody opens the device on a node, only to read
 * @SIM_EV_CLOSE: all close it
 * @SIM_EV_ADMIN: a command; arg: &enum sim_cmd
 * @SIM_EV_CRASH: a node is gone; arg: its disks lose their caches as well
 * @SIM_EV_BOOT: it comes back
 * @SIM_EV_CUT: the link between two nodes fails
 * @SIM_EV_HALF_CUT: it fails in one direction
 * @SIM_EV_RESET: connections over it are lost, but it works
 * @SIM_EV_HEAL: it works again
 * @SIM_EV_PARTITION: nodes in arg are cut off from the others
 * @SIM_EV_HEAL_ALL: all links work again
 * @SIM_EV_DISK_FAIL: all I/O of a disk fails
 * @SIM_EV_DISK_ERROR: one request of a disk will fail; arg: a write
 * @SIM_EV_DISK_OK: a failed disk works again
 * @SIM_EV_KINDS: number of them
 */
enum sim_event_kind {
	SIM_EV_WRITE,
	SIM_EV_READ,
	SIM_EV_FLUSH,
	SIM_EV_OPEN_READ,
	SIM_EV_CLOSE,
	SIM_EV_ADMIN,
	SIM_EV_CRASH,
	SIM_EV_BOOT,
	SIM_EV_CUT,
	SIM_EV_HALF_CUT,
	SIM_EV_RESET,
	SIM_EV_HEAL,
	SIM_EV_PARTITION,
	SIM_EV_HEAL_ALL,
	SIM_EV_DISK_FAIL,
	SIM_EV_DISK_ERROR,
	SIM_EV_DISK_OK,
	SIM_EV_KINDS,
};

/* How an application writes. */
enum sim_write_arg {
	SIM_WRITE_PLAIN,
	SIM_WRITE_FLUSH,
	SIM_WRITE_FUA,
};

/**
 * struct sim_event - something from outside
 * @step: when, in steps of the run; earlier if nothing else is to be done
 * @kind: &enum sim_event_kind
 * @node: where
 * @peer: and towards whom
 * @block: of what
 * @arg: as the kind says
 */
struct sim_event {
	u32 step;
	u8 kind;
	u8 node;
	u8 peer;
	u8 block;
	u8 arg;
};

/**
 * struct sim_plan - all that determines a run
 * @seed: of the scheduler
 * @cfg: configuration
 * @clean: nothing happens that a cluster with quorum need not survive: what an
 *	application was told is written stays written
 * @n: number of events
 * @event: in the order of their steps
 */
struct sim_plan {
	u64 seed;
	struct sim_config cfg;
	bool clean;
	unsigned int n;
	struct sim_event event[SIM_EVENTS];
};

/* What a run, or many, did. */
enum sim_count {
	SIM_N_STEPS,
	SIM_N_PACKETS,
	SIM_N_CONNECTS,
	SIM_N_LOSSES,
	SIM_N_CRASHES,
	SIM_N_PROMOTIONS,
	SIM_N_DEMOTIONS,
	SIM_N_FORCED,
	SIM_N_WRITES,
	SIM_N_ACKED,
	SIM_N_WRITE_ERRORS,
	SIM_N_READS,
	SIM_N_FLUSHES,
	SIM_N_GENERATIONS,
	SIM_N_RESYNCS,
	SIM_N_RESYNCED,
	SIM_N_SPLIT_BRAINS,
	SIM_N_QUORUM_LOST,
	SIM_N_SUSPENDED,
	SIM_N_DETACHES,
	SIM_N_COMMITS,
	SIM_N_ABORTS,
	SIM_N_STRICT,
	SIM_N_UNIFORM,
	SIM_COUNTS,
};

extern const char *const sim_count_name[SIM_COUNTS];

/* sim_world.c */
u64 *sim_counts(struct sim *sim);
const struct sim_plan *sim_plan_of(struct sim *sim);
void sim_run_plan(struct sim *sim, const struct sim_plan *plan);
void sim_set_print(struct sim *sim, void (*print)(void *ctx, const char *line), void *ctx);
__printf(2, 3) void sim_print(struct sim *sim, const char *fmt, ...);
void sim_print_trace(struct sim *sim);
void sim_touch(struct sim *sim, int node);

/* sim_net.c */
struct sim_net *sim_net_new(void);
void sim_net_free(struct sim_net *net);
void sim_net_init(struct sim *sim);
unsigned int sim_net_choices(struct sim *sim, u16 *choice, unsigned int max);
void sim_net_do(struct sim *sim, u16 choice);
bool sim_net_slow(u16 choice, u64 slow);
void sim_net_crash(struct sim_node *n);
void sim_net_cut(struct sim *sim, int a, int b, bool both);
void sim_net_reset(struct sim *sim, int a, int b);
void sim_net_heal(struct sim *sim, int a, int b);
bool sim_net_idle(struct sim *sim);
bool sim_net_quiet_between(struct sim *sim, int a, int b);
void sim_net_awake(struct sim_node *n);

/* sim_disk.c */
struct sim_disk *sim_disk_new(void);
void sim_disk_free(struct sim_disk *disk);
void sim_disk_init(struct sim_node *n, int v);
unsigned int sim_disk_choices(struct sim_node *n);
void sim_disk_do(struct sim_node *n);
void sim_disk_crash(struct sim_node *n, int v, bool power);
void sim_disk_fail(struct sim_node *n, int v, bool fail);
void sim_disk_error_next(struct sim_node *n, int v, bool write);

/* sim_app.c */
struct sim_apps *sim_apps_new(void);
void sim_apps_free(struct sim_apps *apps);
void sim_apps_init(struct sim *sim);
void sim_apps_do(struct sim *sim, const struct sim_event *ev);
void sim_apps_crashed(struct sim_node *n);
void sim_apps_weigh(struct sim *sim);
unsigned int sim_apps_settle(struct sim *sim, unsigned int round);
unsigned int sim_apps_pending(struct sim *sim);
void sim_apps_disk_error(struct sim *sim, u32 content);
bool sim_apps_undefined(struct sim *sim, u32 content);
u32 sim_apps_floor(struct sim *sim, u32 block);
bool sim_apps_wrote(struct sim *sim, u32 block, u32 content);
bool sim_apps_strict(struct sim *sim);

/* sim_plan.c */
const char *sim_cmd_name(enum sim_cmd cmd);
void sim_plan_random(struct sim_plan *plan, u64 seed, int lo, int hi, bool wild);
bool sim_plan_outdates(struct sim *sim);
int sim_event_text(char *buf, size_t size, const struct sim_event *ev);
int sim_config_text(char *buf, size_t size, const struct sim_config *cfg, bool clean);

/* sim_check.c */
struct sim_checks *sim_checks_new(void);
void sim_checks_free(struct sim_checks *checks);
void sim_checks_init(struct sim *sim);
void sim_check_step(struct sim *sim, u32 touched);
void sim_check_sent(struct sim_node *n, int peer, const struct sim_msg *msg);
void sim_check_received(struct sim_node *n, int from, const struct sim_msg *msg);
void sim_check_acked(struct sim_node *n, u32 since);
bool sim_check_overtaken(const struct sim_node *n, int peer);
bool sim_check_stale(const struct sim_node *n);
bool sim_link_between(struct sim *sim, int a, int b);
bool sim_all_know_all(const struct sim_config *cfg);

/* sim_rest.c */
void sim_check_end(struct sim *sim);
bool sim_quiet(struct sim *sim, char *why, size_t size);

/* sim_shrink.c */
unsigned int sim_shrink(struct sim *sim, struct sim_plan *plan, unsigned int budget);
void sim_print_plan(struct sim *sim, const struct sim_plan *plan);

#endif
