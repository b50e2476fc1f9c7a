// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the order of resyncs
 *
 * Expectations are literals of spec/admin.md 20.12, or reasoned by hand from
 * spec/resync.md 3.5, 5.4, 7.2 and 7.3.
 */

#include <kunit/test.h>
#include <linux/prandom.h>

#include "../core/resync_order.h"

#define TEST_DEVICES 8
#define TEST_PEERS 2

struct order_table {
	struct drbd_order_device devices[TEST_DEVICES];
	struct drbd_order_peer peers[TEST_DEVICES][TEST_PEERS];
};

/* Minors 10, 11, ...; two devices to a resource, two peers each, all Established */
static struct order_table *make_table(struct kunit *test)
{
	struct order_table *table = kunit_kzalloc(test, sizeof(*table), GFP_KERNEL);
	int i, j;

	KUNIT_ASSERT_NOT_NULL(test, table);
	for (i = 0; i < TEST_DEVICES; i++) {
		table->devices[i] = (struct drbd_order_device) {
			.minor = 10 + i, .after = DRBD_NO_MINOR, .has_disk = true,
			.resource = i / 2, .peers = table->peers[i], .nr_peers = TEST_PEERS,
		};
		for (j = 0; j < TEST_PEERS; j++)
			table->peers[i][j].repl = DRBD_R_ESTABLISHED;
	}
	return table;
}

/* What the state engine makes of the flags */
static void follow_flags(struct order_table *table)
{
	int i, j;

	for (i = 0; i < TEST_DEVICES; i++)
		for (j = 0; j < TEST_PEERS; j++)
			table->peers[i][j].repl = drbd_pause_repl(table->peers[i][j].repl,
								  table->peers[i][j].pause);
}

struct pause_row {
	const char *name;
	enum drbd_repl repl;
	enum drbd_disk disk;
	unsigned int pause;
	bool told;
	bool suspended;
};

static const struct pause_row pauses[] = {
	{ "none", DRBD_R_SYNC_TARGET, DRBD_D_INCONSISTENT, 0, false, false },
	{ "user", DRBD_R_SYNC_TARGET, DRBD_D_INCONSISTENT, DRBD_PAUSE_USER, false, true },
	{ "peer", DRBD_R_SYNC_TARGET, DRBD_D_INCONSISTENT, DRBD_PAUSE_PEER, false, true },
	{ "dependency", DRBD_R_ESTABLISHED, DRBD_D_UP_TO_DATE, DRBD_PAUSE_DEPENDENCY, true, true },
	{ "other connection", DRBD_R_SYNC_SOURCE, DRBD_D_UP_TO_DATE, DRBD_PAUSE_OTHER, true, true },
	{ "max-parallel", DRBD_R_SYNC_SOURCE, DRBD_D_UP_TO_DATE, DRBD_PAUSE_PARALLEL, false, true },
	{ "inconsistent source", DRBD_R_SYNC_SOURCE, DRBD_D_INCONSISTENT, 0, true, true },
	{ "inconsistent paused source", DRBD_R_PAUSED_SYNC_S, DRBD_D_INCONSISTENT, 0, true, true },
	{ "outdated source", DRBD_R_SYNC_SOURCE, DRBD_D_OUTDATED, 0, false, false },
};

KUNIT_ARRAY_PARAM_DESC(pause, pauses, name);

static void order_pause_test(struct kunit *test)
{
	const struct pause_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_pause_dependency_told(row->repl, row->disk, row->pause),
			row->told);
	KUNIT_EXPECT_EQ(test, drbd_pause_suspended(row->repl, row->disk, row->pause),
			row->suspended);
}

static void order_repl_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, drbd_pause_repl(DRBD_R_SYNC_SOURCE, true), DRBD_R_PAUSED_SYNC_S);
	KUNIT_EXPECT_EQ(test, drbd_pause_repl(DRBD_R_PAUSED_SYNC_S, false), DRBD_R_SYNC_SOURCE);
	KUNIT_EXPECT_EQ(test, drbd_pause_repl(DRBD_R_SYNC_TARGET, true), DRBD_R_PAUSED_SYNC_T);
	KUNIT_EXPECT_EQ(test, drbd_pause_repl(DRBD_R_PAUSED_SYNC_T, false), DRBD_R_SYNC_TARGET);
	KUNIT_EXPECT_EQ(test, drbd_pause_repl(DRBD_R_VERIFY_S, true), DRBD_R_VERIFY_S);
	KUNIT_EXPECT_EQ(test, drbd_pause_repl(DRBD_R_ESTABLISHED, true), DRBD_R_ESTABLISHED);
}

struct user_row {
	const char *name;
	struct drbd_order_peer peer;
	bool set;
	enum drbd_pause_error error;
	unsigned int after;
};

static const struct user_row users[] = {
	{ "pause", { DRBD_R_OFF, 0 }, true, DRBD_PAUSE_OK, DRBD_PAUSE_USER },
	{ "pause again", { DRBD_R_PAUSED_SYNC_T, DRBD_PAUSE_USER }, true,
	  DRBD_PAUSE_IS_SET, DRBD_PAUSE_USER },
	{ "resume", { DRBD_R_PAUSED_SYNC_T, DRBD_PAUSE_USER }, false, DRBD_PAUSE_OK, 0 },
	{ "resume again", { DRBD_R_PAUSED_SYNC_T, DRBD_PAUSE_PEER }, false,
	  DRBD_PAUSE_IS_CLEAR, DRBD_PAUSE_PEER },
	{ "dependency comes first",
	  { DRBD_R_PAUSED_SYNC_S, DRBD_PAUSE_USER | DRBD_PAUSE_PEER | DRBD_PAUSE_DEPENDENCY },
	  false, DRBD_PAUSE_AFTER_DEP, DRBD_PAUSE_PEER | DRBD_PAUSE_DEPENDENCY },
	{ "peer", { DRBD_R_PAUSED_SYNC_S, DRBD_PAUSE_USER | DRBD_PAUSE_PEER }, false,
	  DRBD_PAUSE_PEER_DEP, DRBD_PAUSE_PEER },
	{ "no resync", { DRBD_R_ESTABLISHED, DRBD_PAUSE_USER | DRBD_PAUSE_PEER }, false,
	  DRBD_PAUSE_OK, DRBD_PAUSE_PEER },
};

KUNIT_ARRAY_PARAM_DESC(user, users, name);

static void order_user_test(struct kunit *test)
{
	const struct user_row *row = test->param_value;
	struct drbd_order_peer peer = row->peer;

	KUNIT_EXPECT_EQ(test, drbd_pause_user(&peer, row->set), row->error);
	KUNIT_EXPECT_EQ(test, peer.pause, row->after);
}

/* 10 after 11 after 12; 13 after 14, which has no disk and depends on 13 */
static void order_check_test(struct kunit *test)
{
	struct order_table *table = make_table(test);
	const struct drbd_order_device *devices = table->devices;

	table->devices[0].after = 11;
	table->devices[1].after = 12;
	table->devices[3].after = 14;
	table->devices[4].after = 13;
	table->devices[4].has_disk = false;
	KUNIT_EXPECT_EQ(test, drbd_resync_after_check(devices, 8, 12, -1), 0);
	KUNIT_EXPECT_EQ(test, drbd_resync_after_check(devices, 8, 12, -2), -EINVAL);
	KUNIT_EXPECT_EQ(test, drbd_resync_after_check(devices, 8, 12, 12), -ELOOP);
	KUNIT_EXPECT_EQ(test, drbd_resync_after_check(devices, 8, 12, 99), 0);
	KUNIT_EXPECT_EQ(test, drbd_resync_after_check(devices, 8, 12, 10), -ELOOP);
	KUNIT_EXPECT_EQ(test, drbd_resync_after_check(devices, 8, 12, 11), -ELOOP);
	KUNIT_EXPECT_EQ(test, drbd_resync_after_check(devices, 8, 12, 13), 0);
	KUNIT_EXPECT_EQ(test, drbd_resync_after_check(devices, 8, 10, 12), 0);
	KUNIT_EXPECT_EQ(test, drbd_resync_after_check(devices, 0, 10, 12), 0);
	/* others form a loop, which must not hang */
	table->devices[4].has_disk = true;
	KUNIT_EXPECT_EQ(test, drbd_resync_after_check(devices, 8, 12, 13), -ELOOP);
	KUNIT_EXPECT_TRUE(test, drbd_may_sync(devices, 8, 3));
}

static void order_chain_test(struct kunit *test)
{
	struct order_table *table = make_table(test);
	struct drbd_order_device *devices = table->devices;

	/* 10 after 11 after 12, against the order of the table */
	devices[0].after = 11;
	devices[1].after = 12;
	table->peers[0][0].repl = DRBD_R_SYNC_TARGET;
	table->peers[1][0].repl = DRBD_R_SYNC_TARGET;
	table->peers[1][1].repl = DRBD_R_OFF;
	KUNIT_EXPECT_TRUE(test, drbd_may_sync(devices, 8, 1));
	KUNIT_EXPECT_FALSE(test, drbd_may_sync(devices, 8, 0));
	table->peers[2][1].repl = DRBD_R_VERIFY_S;
	KUNIT_EXPECT_FALSE(test, drbd_may_sync(devices, 8, 1));
	/* both of 10, and the one of 11 that is connected */
	KUNIT_EXPECT_EQ(test, drbd_resync_after_pause(devices, 8), 3);
	KUNIT_EXPECT_EQ(test, table->peers[1][1].pause, 0);
	KUNIT_EXPECT_EQ(test, drbd_resync_after_pause(devices, 8), 0);
	KUNIT_EXPECT_EQ(test, drbd_resync_after_resume(devices, 8), 0);
	follow_flags(table);
	KUNIT_EXPECT_EQ(test, table->peers[1][0].repl, DRBD_R_PAUSED_SYNC_T);

	table->peers[2][1].repl = DRBD_R_ESTABLISHED;
	KUNIT_EXPECT_EQ(test, drbd_resync_after_resume(devices, 8), 1);
	KUNIT_EXPECT_EQ(test, table->peers[1][0].pause, 0);
	KUNIT_EXPECT_NE(test, table->peers[0][0].pause, 0);
	table->peers[1][0].repl = DRBD_R_ESTABLISHED;
	/* paused by its user, 11 still comes first */
	table->peers[1][0].pause = DRBD_PAUSE_USER;
	KUNIT_EXPECT_EQ(test, drbd_resync_after_resume(devices, 8), 0);
	table->peers[1][0].pause = 0;
	KUNIT_EXPECT_EQ(test, drbd_resync_after_resume(devices, 8), 2);
	/* a chain ends where there is no disk */
	table->peers[2][0].repl = DRBD_R_SYNC_SOURCE;
	KUNIT_EXPECT_FALSE(test, drbd_may_sync(devices, 8, 0));
	devices[1].has_disk = false;
	KUNIT_EXPECT_TRUE(test, drbd_may_sync(devices, 8, 0));
}

/* Flags propagate through a whole chain, whichever way the minors are ordered. */
static void order_fixed_point_test(struct kunit *test)
{
	struct order_table *table = make_table(test);
	int down, i;

	for (down = 0; down < 2; down++) {
		int first = down ? TEST_DEVICES - 1 : 0;

		for (i = 0; i < TEST_DEVICES; i++) {
			table->devices[i].after = 10 + (down ? i + 1 : i - 1);
			table->peers[i][0].pause = 0;
			table->peers[i][1].repl = DRBD_R_OFF;
		}
		table->peers[first][0].pause = DRBD_PAUSE_PEER;
		KUNIT_EXPECT_EQ(test, drbd_resync_after_pause(table->devices, TEST_DEVICES), 7);
		table->peers[first][0].pause = 0;
		KUNIT_EXPECT_EQ(test, drbd_resync_after_resume(table->devices, TEST_DEVICES), 7);
	}
}

/* Whatever is accepted, no device gets to depend on itself. */
static void order_no_cycle_test(struct kunit *test)
{
	struct order_table *table = make_table(test);
	struct rnd_state rnd;
	int i, accepted = 0;

	prandom_seed_state(&rnd, 41);
	for (i = 0; i < 5000; i++) {
		u32 d = prandom_u32_state(&rnd) % TEST_DEVICES;
		s32 after = 9 + prandom_u32_state(&rnd) % (TEST_DEVICES + 1);
		s32 at;
		u32 steps;

		if (!drbd_resync_after_check(table->devices, TEST_DEVICES, 10 + d, after)) {
			table->devices[d].after = after;
			accepted++;
		}
		for (d = 0; d < TEST_DEVICES; d++) {
			at = table->devices[d].after;
			for (steps = 0; at >= 10 && at < 10 + TEST_DEVICES; steps++) {
				KUNIT_ASSERT_LT(test, steps, TEST_DEVICES);
				at = table->devices[at - 10].after;
			}
		}
	}
	KUNIT_EXPECT_GT(test, accepted, 500);
}

static void order_parallel_test(struct kunit *test)
{
	struct order_table *table = make_table(test);
	struct drbd_order_device *devices = table->devices;
	int i;

	KUNIT_EXPECT_TRUE(test, drbd_resync_admit(devices, 8, 0, 1));
	for (i = 0; i < 4; i++)
		table->peers[i][0].repl = DRBD_R_SYNC_TARGET;
	KUNIT_EXPECT_FALSE(test, drbd_resync_admit(devices, 8, 4, 4));
	KUNIT_EXPECT_TRUE(test, drbd_resync_admit(devices, 8, 4, 5));
	KUNIT_EXPECT_TRUE(test, drbd_resync_admit(devices, 8, 4, 0));
	/* its volume is counted already */
	KUNIT_EXPECT_TRUE(test, drbd_resync_admit(devices, 8, 0, 4));
	KUNIT_EXPECT_EQ(test, drbd_resync_parallel(devices, 8, 4), 0);

	/* a verify stays, the next ones pause */
	table->peers[0][1].repl = DRBD_R_VERIFY_T;
	KUNIT_EXPECT_EQ(test, drbd_resync_parallel(devices, 8, 2), 2);
	KUNIT_EXPECT_EQ(test, table->peers[0][0].pause, 0);
	KUNIT_EXPECT_EQ(test, table->peers[1][0].pause, DRBD_PAUSE_PARALLEL);
	KUNIT_EXPECT_EQ(test, table->peers[2][0].pause, DRBD_PAUSE_PARALLEL);
	KUNIT_EXPECT_EQ(test, table->peers[3][0].pause, 0);
	follow_flags(table);
	KUNIT_EXPECT_EQ(test, drbd_resync_parallel(devices, 8, 2), 0);

	/* one ends: device 1 is of its resource, but has another reason to wait */
	table->peers[3][0].repl = DRBD_R_ESTABLISHED;
	table->peers[1][0].pause |= DRBD_PAUSE_USER;
	KUNIT_EXPECT_EQ(test, drbd_resync_parallel(devices, 8, 2), 1);
	KUNIT_EXPECT_EQ(test, table->peers[2][0].pause, 0);
	follow_flags(table);
	KUNIT_EXPECT_EQ(test, table->peers[2][0].repl, DRBD_R_SYNC_TARGET);
	KUNIT_EXPECT_EQ(test, drbd_resync_parallel(devices, 8, 0), 1);
	KUNIT_EXPECT_EQ(test, table->peers[1][0].pause, DRBD_PAUSE_USER);
}

/* The slot goes to the resource that is at it, not to the first that waits. */
static void order_parallel_same_resource_test(struct kunit *test)
{
	struct order_table *table = make_table(test);

	table->peers[0][0] = (struct drbd_order_peer) { DRBD_R_PAUSED_SYNC_S, DRBD_PAUSE_PARALLEL };
	table->peers[4][0] = (struct drbd_order_peer) { DRBD_R_PAUSED_SYNC_S, DRBD_PAUSE_PARALLEL };
	table->peers[5][0] = (struct drbd_order_peer) { DRBD_R_SYNC_SOURCE, 0 };
	/* no slot of its own is needed for a second peer of a running volume */
	table->peers[5][1] = (struct drbd_order_peer) { DRBD_R_PAUSED_SYNC_S, DRBD_PAUSE_PARALLEL };
	KUNIT_EXPECT_EQ(test, drbd_resync_parallel(table->devices, 8, 2), 2);
	KUNIT_EXPECT_EQ(test, table->peers[0][0].pause, DRBD_PAUSE_PARALLEL);
	KUNIT_EXPECT_EQ(test, table->peers[4][0].pause, 0);
	KUNIT_EXPECT_EQ(test, table->peers[5][1].pause, 0);
}

static const enum drbd_repl some_repl[] = {
	DRBD_R_OFF, DRBD_R_ESTABLISHED, DRBD_R_SYNC_SOURCE, DRBD_R_SYNC_TARGET, DRBD_R_VERIFY_S,
	DRBD_R_PAUSED_SYNC_S, DRBD_R_PAUSED_SYNC_T,
};

/* Never above the limit, but for verifies; no slot unused that one waits for. */
static void order_parallel_random_test(struct kunit *test)
{
	struct order_table *table = make_table(test);
	struct rnd_state rnd;
	int i, j, k;

	prandom_seed_state(&rnd, 42);
	for (k = 0; k < 3000; k++) {
		u32 limit = prandom_u32_state(&rnd) % 7;
		u32 running = 0, verify = 0, waiting = 0;

		for (i = 0; i < TEST_DEVICES; i++) {
			for (j = 0; j < TEST_PEERS; j++) {
				u32 r = prandom_u32_state(&rnd);

				table->peers[i][j].repl = some_repl[r % ARRAY_SIZE(some_repl)];
				table->peers[i][j].pause = r >> 16 & 1 ? DRBD_PAUSE_PARALLEL : 0;
				table->peers[i][j].pause |= r >> 17 & r >> 18 & 1;
			}
		}
		follow_flags(table);
		drbd_resync_parallel(table->devices, TEST_DEVICES, limit);
		follow_flags(table);
		for (i = 0; i < TEST_DEVICES; i++) {
			bool runs = false, verifies = false, waits = false;

			for (j = 0; j < TEST_PEERS; j++) {
				const struct drbd_order_peer *p = &table->peers[i][j];

				verifies |= p->repl == DRBD_R_VERIFY_S;
				runs |= p->repl >= DRBD_R_SYNC_SOURCE &&
					p->repl <= DRBD_R_VERIFY_T;
				waits |= p->repl >= DRBD_R_PAUSED_SYNC_S &&
					 p->pause == DRBD_PAUSE_PARALLEL;
			}
			running += runs;
			verify += verifies;
			waiting += waits && !runs;
		}
		if (!limit)
			KUNIT_ASSERT_EQ(test, waiting, 0);
		else if (running > limit)
			KUNIT_ASSERT_EQ(test, running, verify);
		else if (running < limit)
			KUNIT_ASSERT_EQ(test, waiting, 0);
		KUNIT_ASSERT_EQ(test, drbd_resync_parallel(table->devices, TEST_DEVICES, limit), 0);
	}
}

static struct kunit_case order_cases[] = {
	KUNIT_CASE_PARAM(order_pause_test, pause_gen_params),
	KUNIT_CASE(order_repl_test),
	KUNIT_CASE_PARAM(order_user_test, user_gen_params),
	KUNIT_CASE(order_check_test),
	KUNIT_CASE(order_chain_test),
	KUNIT_CASE(order_fixed_point_test),
	KUNIT_CASE(order_no_cycle_test),
	KUNIT_CASE(order_parallel_test),
	KUNIT_CASE(order_parallel_same_resource_test),
	KUNIT_CASE(order_parallel_random_test),
	{}
};

static struct kunit_suite order_suite = {
	.name = "drbd-resync-order",
	.test_cases = order_cases,
};

kunit_test_suite(order_suite);
