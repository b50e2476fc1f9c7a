// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of two-phase commits: events at the initiator
 *
 * What the charts and meshes do not reach: waits, timers, signals, checks after the
 * answers, a change that fails locally. Expectations are those of spec/state.md 4.3,
 * 4.6 and 4.10, and spec/resync.md 8.3.
 */

#include "twopc_bench.h"

static const struct drbd_twopc_request promote = { NOV, NONE, 0x3, 0x1 };
static const struct drbd_twopc_request empty = { NOV, NONE, 0, 0 };
static const struct drbd_twopc_request connect_2 = { NOV, 2, 0x1f3, 0x92 };
static const struct drbd_twopc_request resize = {
	3, NONE, .resize = true, .user_size = 700, .dds_flags = 2, .max_size = 900,
	.diskful_primary = true,
};

static void start(struct bench *b, const struct drbd_twopc_request *request)
{
	struct drbd_twopc_request req = *request;

	drbd_twopc_start(&b->tp, &b->env, &req, DRBD_SS_SUCCESS, b->tid, &b->acts);
}

static void twopc_start_test(struct kunit *test)
{
	struct drbd_twopc_request req = promote;
	struct bench *b = test->priv;

	/* what fails here, or is nothing, is not asked for */
	drbd_twopc_start(&b->tp, &b->env, &req, DRBD_SS_NOTHING_TO_DO, b->tid, &b->acts);
	KUNIT_EXPECT_EQ(test, result(b), DRBD_SS_NOTHING_TO_DO);
	drbd_twopc_start(&b->tp, &b->env, &req, DRBD_SS_NO_QUORUM, b->tid, &b->acts);
	KUNIT_EXPECT_EQ(test, result(b), DRBD_SS_NO_QUORUM);
	KUNIT_EXPECT_EQ(test, act(b, DRBD_TWOPC_DONE)->node, NONE);
	KUNIT_EXPECT_EQ(test, req.attempt, 0);
	KUNIT_EXPECT_EQ(test, drbd_twopc_active(&b->tp).initiator, NONE);

	/* only one at a time */
	start(b, &promote);
	KUNIT_EXPECT_EQ(test, drbd_twopc_active(&b->tp).initiator, 1);
	KUNIT_EXPECT_EQ(test, drbd_twopc_active(&b->tp).tid, b->tid);
	KUNIT_EXPECT_EQ(test, act(b, DRBD_TWOPC_START_TIMER)->ms, 30000);
	drbd_twopc_start(&b->tp, &b->env, &req, DRBD_SS_SUCCESS, 9, &b->acts);
	KUNIT_EXPECT_EQ(test, act(b, DRBD_TWOPC_WAIT)->ms, 30000);
	req.no_wait = true;
	drbd_twopc_start(&b->tp, &b->env, &req, DRBD_SS_SUCCESS, 9, &b->acts);
	KUNIT_EXPECT_EQ(test, result(b), DRBD_SS_CONCURRENT_ST_CHG);
	KUNIT_EXPECT_EQ(test, drbd_twopc_active(&b->tp).tid, b->tid);
	KUNIT_EXPECT_EQ(test, req.attempt, 0);
}

static void twopc_alone_test(struct kunit *test)
{
	struct bench *b = test->priv;

	b->env.connected = 0;
	b->env.members = 7;
	start(b, &promote);
	KUNIT_EXPECT_NULL(test, act(b, DRBD_TWOPC_SEND));
	KUNIT_ASSERT_NOT_NULL(test, act(b, DRBD_TWOPC_APPLY));
	KUNIT_EXPECT_EQ(test, b->acts.apply.members, 2);
	drbd_twopc_applied(&b->tp, &b->env, DRBD_SS_SUCCESS, &b->acts);
	KUNIT_EXPECT_EQ(test, result(b), DRBD_SS_SUCCESS);
}

static void twopc_target_test(struct kunit *test)
{
	const struct drbd_twopc_request disconnect = { NOV, 2, 0x1f0, 0x10 };
	const struct drbd_twopc_request nobody = { NOV, NONE, 0x1f0, 0x10 };
	struct bench *b = test->priv;

	start(b, &nobody);
	KUNIT_EXPECT_EQ(test, result(b), DRBD_SS_NEED_CONNECTION);
	/* a connection can be made while Connecting, and changed while Connected */
	b->env.connected = 1;
	start(b, &connect_2);
	KUNIT_EXPECT_EQ(test, result(b), DRBD_SS_NEED_CONNECTION);
	b->env.connecting = 4;
	start(b, &disconnect);
	KUNIT_EXPECT_EQ(test, result(b), DRBD_SS_NEED_CONNECTION);
	start(b, &connect_2);
	KUNIT_ASSERT_NOT_NULL(test, sent(b, DRBD_TWOPC_PREPARE, 5));
	KUNIT_EXPECT_EQ(test, sent(b, DRBD_TWOPC_PREPARE, 5)->nodes_to_reach, ~7ULL);
	KUNIT_EXPECT_LT(test, place(b, DRBD_TWOPC_HS_RESET), place(b, DRBD_TWOPC_SEND));
	KUNIT_EXPECT_LT(test, place(b, DRBD_TWOPC_SEND), place(b, DRBD_TWOPC_HS_SEND));
	KUNIT_EXPECT_TRUE(test, drbd_twopc_connects(&b->tp, 2));
	KUNIT_EXPECT_FALSE(test, drbd_twopc_connects(&b->tp, 0));

	/* a target that cannot be asked spoils it, and the others have to know */
	drbd_twopc_unsent(&b->tp, &b->env, 4, &b->acts);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_ABORT, 1));
	KUNIT_EXPECT_EQ(test, act(b, DRBD_TWOPC_HS_RELEASE)->node, 2);
	KUNIT_EXPECT_EQ(test, result(b), DRBD_SS_NEED_CONNECTION);
	KUNIT_EXPECT_FALSE(test, drbd_twopc_connects(&b->tp, 2));

	/* another one is just not asked */
	start(b, &connect_2);
	drbd_twopc_unsent(&b->tp, &b->env, 1, &b->acts);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
	packet(b, 2, DRBD_TWOPC_YES, 1);
	shaken(b, 2, true);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_COMMIT, 4));
	KUNIT_EXPECT_LT(test, place(b, DRBD_TWOPC_SEND), place(b, DRBD_TWOPC_APPLY));
	/* too late */
	drbd_twopc_unsent(&b->tp, &b->env, 4, &b->acts);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
}

/* A verdict against a connect waits for initial packets, as long as they can come. */
static void twopc_settle_test(struct kunit *test)
{
	struct bench *b = test->priv;

	b->env.connected = 1;
	b->env.connecting = 4;
	start(b, &connect_2);
	packet(b, 0, DRBD_TWOPC_RETRY, 1);
	KUNIT_EXPECT_EQ(test, b->acts.n, 1);
	KUNIT_EXPECT_EQ(test, act(b, DRBD_TWOPC_START_TIMER)->ms, 500);
	/* a lower id waits for one and a half */
	prepare(b, 0, 0, NONE, NOV, 0x3, 0x1);
	KUNIT_EXPECT_EQ(test, act(b, DRBD_TWOPC_DEFER)->ms, 750);
	shaken(b, 0, true);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
	shaken(b, 2, false);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
	shaken(b, 2, true);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_ABORT, 5));
	KUNIT_EXPECT_EQ(test, act(b, DRBD_TWOPC_HS_RELEASE)->node, 2);
	KUNIT_EXPECT_EQ(test, act(b, DRBD_TWOPC_BACK_OFF)->ms, 400);
	KUNIT_EXPECT_EQ(test, act(b, DRBD_TWOPC_STOP_TIMER)->timer, DRBD_TWOPC_TIMER_MAIN);
	KUNIT_EXPECT_NOT_NULL(test, act(b, DRBD_TWOPC_ENDED));

	start(b, &connect_2);
	packet(b, 0, DRBD_TWOPC_RETRY, 1);
	drbd_twopc_lost(&b->tp, &b->env, 0, &b->acts);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
	drbd_twopc_lost(&b->tp, &b->env, 2, &b->acts);
	KUNIT_EXPECT_NOT_NULL(test, act(b, DRBD_TWOPC_BACK_OFF));

	start(b, &connect_2);
	packet(b, 0, DRBD_TWOPC_RETRY, 1);
	drbd_twopc_expired(&b->tp, &b->env, b->tid, DRBD_TWOPC_TIMER_MAIN, &b->acts);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_ABORT, 5));

	/* the target itself is gone: nothing to wait for */
	start(b, &connect_2);
	drbd_twopc_lost(&b->tp, &b->env, 2, &b->acts);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_ABORT, 1));
	KUNIT_EXPECT_NOT_NULL(test, act(b, DRBD_TWOPC_BACK_OFF));
}

static void twopc_interrupt_test(struct kunit *test)
{
	struct bench *b = test->priv;

	start(b, &promote);
	drbd_twopc_interrupt(&b->tp, &b->env, &b->acts);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_ABORT, 5));
	KUNIT_EXPECT_EQ(test, result(b), DRBD_SS_INTERRUPTED);
	drbd_twopc_interrupt(&b->tp, &b->env, &b->acts);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);

	/* not when it is decided */
	start(b, &promote);
	packet(b, 0, DRBD_TWOPC_YES, 1);
	packet(b, 2, DRBD_TWOPC_YES, 1);
	KUNIT_ASSERT_NOT_NULL(test, act(b, DRBD_TWOPC_APPLY));
	drbd_twopc_interrupt(&b->tp, &b->env, &b->acts);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
	drbd_twopc_lost(&b->tp, &b->env, 0, &b->acts);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
	drbd_twopc_expired(&b->tp, &b->env, b->tid, DRBD_TWOPC_TIMER_MAIN, &b->acts);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
	drbd_twopc_applied(&b->tp, &b->env, DRBD_SS_SUCCESS, &b->acts);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_COMMIT, 4));
}

static void twopc_initiator_timeout_test(struct kunit *test)
{
	struct drbd_twopc_request req = promote;
	struct bench *b = test->priv;
	static const unsigned int limits[] = { 400, 800, 1600, 3200, 6400, 6400 };
	int i;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		drbd_twopc_start(&b->tp, &b->env, &req, DRBD_SS_SUCCESS, b->tid, &b->acts);
		packet(b, 0, DRBD_TWOPC_YES, 1);
		drbd_twopc_expired(&b->tp, &b->env, b->tid + 1, DRBD_TWOPC_TIMER_MAIN, &b->acts);
		KUNIT_EXPECT_EQ(test, b->acts.n, 0);
		drbd_twopc_expired(&b->tp, &b->env, b->tid, DRBD_TWOPC_TIMER_MAIN, &b->acts);
		KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_ABORT, 5));
		KUNIT_ASSERT_NOT_NULL(test, act(b, DRBD_TWOPC_BACK_OFF));
		KUNIT_EXPECT_EQ(test, act(b, DRBD_TWOPC_BACK_OFF)->ms, limits[i]);
		KUNIT_EXPECT_EQ(test, req.attempt, i + 1);
	}
	/* who repeats by himself is told how long to wait */
	req.no_retry = true;
	drbd_twopc_start(&b->tp, &b->env, &req, DRBD_SS_SUCCESS, b->tid, &b->acts);
	drbd_twopc_expired(&b->tp, &b->env, b->tid, DRBD_TWOPC_TIMER_MAIN, &b->acts);
	KUNIT_EXPECT_EQ(test, result(b), DRBD_SS_TIMEOUT);
	KUNIT_EXPECT_EQ(test, act(b, DRBD_TWOPC_DONE)->ms, 6400);
}

static void twopc_declined_test(struct kunit *test)
{
	struct bench *b = test->priv;

	start(b, &promote);
	packet(b, 0, DRBD_TWOPC_YES, 1);
	packet(b, 2, DRBD_TWOPC_NO, 0);		/* another transaction's */
	packet(b, 3, DRBD_TWOPC_NO, 1);		/* was not asked */
	packet(b, 0, DRBD_TWOPC_NO, 1);		/* has answered */
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
	packet(b, 2, DRBD_TWOPC_NO, 1);
	KUNIT_EXPECT_EQ(test, result(b), DRBD_SS_CW_FAILED_BY_PEER);
	KUNIT_EXPECT_EQ(test, act(b, DRBD_TWOPC_DONE)->node, 2);
	KUNIT_EXPECT_EQ(test, act(b, DRBD_TWOPC_DONE)->ms, 0);
	packet(b, 2, DRBD_TWOPC_NO, 1);		/* it is over */
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
}

/* What is applied before COMMIT can still fail, what is applied after it cannot. */
static void twopc_apply_fails_test(struct kunit *test)
{
	struct bench *b = test->priv;
	const struct drbd_twopc_request demote = { NOV, NONE, 0x3, 0x2 };

	start(b, &promote);
	packet(b, 0, DRBD_TWOPC_YES, 1);
	packet(b, 2, DRBD_TWOPC_YES, 1);
	KUNIT_EXPECT_NULL(test, act(b, DRBD_TWOPC_SEND));
	drbd_twopc_applied(&b->tp, &b->env, DRBD_SS_NO_QUORUM, &b->acts);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_ABORT, 5));
	KUNIT_EXPECT_EQ(test, result(b), DRBD_SS_NO_QUORUM);

	b->env.primary = true;
	start(b, &demote);
	packet(b, 0, DRBD_TWOPC_YES, 1);
	packet(b, 2, DRBD_TWOPC_YES, 1);
	KUNIT_ASSERT_NOT_NULL(test, sent(b, DRBD_TWOPC_COMMIT, 5));
	KUNIT_EXPECT_EQ(test, sent(b, DRBD_TWOPC_COMMIT, 5)->primary_nodes, 0);
	drbd_twopc_applied(&b->tp, &b->env, DRBD_SS_DEVICE_IN_USE, &b->acts);
	KUNIT_EXPECT_NULL(test, act(b, DRBD_TWOPC_SEND));
	KUNIT_EXPECT_EQ(test, result(b), DRBD_SS_DEVICE_IN_USE);
	drbd_twopc_applied(&b->tp, &b->env, DRBD_SS_SUCCESS, &b->acts);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
}

static void yes(struct bench *b, int from, u64 primaries, u64 weak)
{
	const struct drbd_twopc_msg msg = {
		.cmd = DRBD_TWOPC_YES, .initiator = 1, .target = NONE, .volume = NOV,
		.tid = b->tid, .reachable_nodes = 7, .primary_nodes = primaries,
		.weak_nodes = weak,
	};

	drbd_twopc_packet(&b->tp, &b->env, from, &msg, false, &b->acts);
}

static void twopc_last_check_test(struct kunit *test)
{
	struct bench *b = test->priv;

	/* two Primaries that are not allowed, then allowed, then too far away */
	start(b, &promote);
	yes(b, 0, 1, ~7ULL);
	yes(b, 2, 0, 0);
	KUNIT_EXPECT_EQ(test, result(b), DRBD_SS_TWO_PRIMARIES);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_ABORT, 5));
	b->env.two_primaries = 5;
	start(b, &promote);
	yes(b, 0, 1, ~7ULL);
	yes(b, 2, 0, 0);
	KUNIT_EXPECT_EQ(test, result(b), 1000);
	drbd_twopc_applied(&b->tp, &b->env, DRBD_SS_SUCCESS, &b->acts);
	b->env.primary = false;
	b->env.connected = 4;
	start(b, &promote);
	yes(b, 2, 1, ~5ULL);
	KUNIT_EXPECT_EQ(test, result(b), DRBD_SS_WEAKLY_CONNECTED);

	/* a reader here and a Primary at the other end */
	b->env.connected = 1;
	b->env.connecting = 4;
	b->env.two_primaries = 0;
	b->env.reader = true;
	start(b, &connect_2);
	yes(b, 0, 0, 0);
	yes(b, 2, 4, ~4ULL);
	shaken(b, 2, true);
	KUNIT_EXPECT_EQ(test, result(b), DRBD_SS_PRIMARY_READER);
	b->env.two_primaries = 4;
	start(b, &connect_2);
	yes(b, 0, 0, 0);
	yes(b, 2, 4, ~4ULL);
	shaken(b, 2, true);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_COMMIT, 5));
}

/* A Primary that has no data cannot make anybody weak (spec/state.md 13, 12 and 38). */
static void twopc_incapable_test(struct kunit *test)
{
	const u32 has = DRBD_TWOPC_HAS_REACHABLE, incapable = DRBD_TWOPC_PRI_INCAPABLE;
	struct bench *b = test->priv;
	const struct drbd_twopc_msg *commit;

	b->env.connected = 1;
	start(b, &empty);
	yes(b, 0, 4, 0);
	KUNIT_EXPECT_FALSE(test, b->acts.apply.outdate);
	KUNIT_EXPECT_TRUE(test, b->acts.apply.confirm);
	KUNIT_EXPECT_TRUE(test, b->acts.apply.recalc);
	drbd_twopc_applied(&b->tp, &b->env, DRBD_SS_SUCCESS, &b->acts);
	commit = sent(b, DRBD_TWOPC_COMMIT, 1);
	KUNIT_ASSERT_NOT_NULL(test, commit);
	KUNIT_EXPECT_EQ(test, commit->flags, has | incapable);

	start(b, &empty);
	yes(b, 0, 4, ~5ULL);
	KUNIT_EXPECT_TRUE(test, b->acts.apply.outdate);
	KUNIT_EXPECT_FALSE(test, b->acts.apply.confirm);
	drbd_twopc_applied(&b->tp, &b->env, DRBD_SS_SUCCESS, &b->acts);
	commit = sent(b, DRBD_TWOPC_COMMIT, 1);
	KUNIT_ASSERT_NOT_NULL(test, commit);
	KUNIT_EXPECT_EQ(test, commit->flags, has);

	b->env.data_access = false;
	start(b, &promote);
	yes(b, 0, 0, 0);
	drbd_twopc_applied(&b->tp, &b->env, DRBD_SS_SUCCESS, &b->acts);
	commit = sent(b, DRBD_TWOPC_COMMIT, 1);
	KUNIT_ASSERT_NOT_NULL(test, commit);
	KUNIT_EXPECT_EQ(test, commit->flags, has | incapable);
	KUNIT_EXPECT_EQ(test, commit->primary_nodes, 2);
}

static void twopc_resume_test(struct kunit *test)
{
	struct drbd_twopc_request resume = empty;
	struct bench *b = test->priv;

	resume.resume = true;
	b->env.primary = true;
	start(b, &resume);
	yes(b, 0, 0, 0);
	yes(b, 2, 0, 0);
	KUNIT_ASSERT_NOT_NULL(test, sent(b, DRBD_TWOPC_COMMIT, 5));
	KUNIT_EXPECT_LT(test, place(b, DRBD_TWOPC_SEND), place(b, DRBD_TWOPC_APPLY));
	KUNIT_EXPECT_EQ(test, sent(b, DRBD_TWOPC_COMMIT, 5)->primary_nodes, 2);
}

/* Somebody who agreed has forgotten it: do not commit without them. */
static void twopc_abort_of_mine_test(struct kunit *test)
{
	struct bench *b = test->priv;

	start(b, &promote);
	packet(b, 0, DRBD_TWOPC_YES, 1);
	packet(b, 2, DRBD_TWOPC_ABORT, 1);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_ABORT, 5));
	KUNIT_EXPECT_NOT_NULL(test, act(b, DRBD_TWOPC_BACK_OFF));
	packet(b, 2, DRBD_TWOPC_ABORT, 1);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
}

static void twopc_yield_test(struct kunit *test)
{
	struct bench *b = test->priv;
	const struct drbd_twopc_msg again = {
		.cmd = DRBD_TWOPC_PREPARE, .initiator = 0, .target = NONE, .volume = NOV,
		.tid = b->tid + 1, .mask = 0x3, .value = 0x1,
	};

	start(b, &promote);
	prepare(b, 2, 2, NONE, NOV, 0x3, 0x1);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_RETRY, 4));
	prepare(b, 0, 0, NONE, NOV, 0x3, 0x1);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_ABORT, 5));
	KUNIT_EXPECT_NOT_NULL(test, act(b, DRBD_TWOPC_BACK_OFF));
	KUNIT_EXPECT_NOT_NULL(test, act(b, DRBD_TWOPC_CHECK));
	KUNIT_EXPECT_EQ(test, drbd_twopc_active(&b->tp).initiator, 0);
	packet(b, 0, DRBD_TWOPC_ABORT, 0);
	KUNIT_EXPECT_NOT_NULL(test, act(b, DRBD_TWOPC_ENDED));

	/* what is being applied cannot be taken back: wait, but not for ever */
	b->tid++;
	start(b, &promote);
	yes(b, 0, 0, 0);
	yes(b, 2, 0, 0);
	prepare(b, 0, 0, NONE, NOV, 0x3, 0x1);
	KUNIT_EXPECT_EQ(test, b->acts.n, 1);
	KUNIT_EXPECT_EQ(test, act(b, DRBD_TWOPC_DEFER)->ms, 750);
	drbd_twopc_packet(&b->tp, &b->env, 0, &again, true, &b->acts);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_RETRY, 1));
}

static void twopc_resize_test(struct kunit *test)
{
	struct bench *b = test->priv;
	const struct drbd_twopc_msg *msg;

	start(b, &resize);
	msg = sent(b, DRBD_TWOPC_PREPARE, 5);
	KUNIT_ASSERT_NOT_NULL(test, msg);
	KUNIT_EXPECT_TRUE(test, msg->resize);
	KUNIT_EXPECT_EQ(test, msg->size, 700);
	KUNIT_EXPECT_EQ(test, msg->dds_flags, 2);
	KUNIT_EXPECT_EQ(test, msg->flags, 0);
	KUNIT_EXPECT_EQ(test, msg->primary_nodes, 0);
	yes(b, 0, 0, 0);
	yes(b, 2, 4, 0);
	KUNIT_ASSERT_NOT_NULL(test, act(b, DRBD_TWOPC_SIZE));
	KUNIT_EXPECT_EQ(test, b->tp.reply.primary_nodes, 6);
	/* not to be interrupted, nor given up */
	prepare(b, 0, 0, NONE, NOV, 0x3, 0x1);
	KUNIT_EXPECT_NOT_NULL(test, act(b, DRBD_TWOPC_DEFER));
	drbd_twopc_sized(&b->tp, &b->env, DRBD_SS_SUCCESS, 650, &b->acts);
	msg = sent(b, DRBD_TWOPC_COMMIT, 5);
	KUNIT_ASSERT_NOT_NULL(test, msg);
	KUNIT_EXPECT_EQ(test, msg->size, 650);
	KUNIT_EXPECT_EQ(test, msg->primary_nodes, 6);
	KUNIT_EXPECT_EQ(test, msg->flags, 0);
	KUNIT_EXPECT_EQ(test, b->acts.apply.size, 650);
	KUNIT_EXPECT_EQ(test, b->acts.apply.children, 5);
	KUNIT_EXPECT_EQ(test, b->acts.apply.parents, 0);
	KUNIT_EXPECT_FALSE(test, b->acts.apply.outdate);
	drbd_twopc_applied(&b->tp, &b->env, DRBD_SS_SUCCESS, &b->acts);
	KUNIT_EXPECT_EQ(test, result(b), DRBD_SS_SUCCESS);
	drbd_twopc_sized(&b->tp, &b->env, DRBD_SS_SUCCESS, 650, &b->acts);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);

	start(b, &resize);
	yes(b, 0, 0, 0);
	yes(b, 2, 0, 0);
	drbd_twopc_sized(&b->tp, &b->env, DRBD_SS_NOTHING_TO_DO, 0, &b->acts);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_ABORT, 5));
	KUNIT_EXPECT_EQ(test, result(b), DRBD_SS_NOTHING_TO_DO);
}

static struct kunit_case twopc_initiator_cases[] = {
	KUNIT_CASE(twopc_start_test),
	KUNIT_CASE(twopc_alone_test),
	KUNIT_CASE(twopc_target_test),
	KUNIT_CASE(twopc_settle_test),
	KUNIT_CASE(twopc_interrupt_test),
	KUNIT_CASE(twopc_initiator_timeout_test),
	KUNIT_CASE(twopc_declined_test),
	KUNIT_CASE(twopc_apply_fails_test),
	KUNIT_CASE(twopc_last_check_test),
	KUNIT_CASE(twopc_incapable_test),
	KUNIT_CASE(twopc_resume_test),
	KUNIT_CASE(twopc_abort_of_mine_test),
	KUNIT_CASE(twopc_yield_test),
	KUNIT_CASE(twopc_resize_test),
	{}
};

static struct kunit_suite twopc_initiator_suite = {
	.name = "drbd-twopc-initiator",
	.init = bench_init,
	.test_cases = twopc_initiator_cases,
};

kunit_test_suite(twopc_initiator_suite);
