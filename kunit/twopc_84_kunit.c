// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of state change requests from and to an 8.4 peer
 *
 * Expectations are those of spec/state.md 4.11 and spec/wire.md 5.11.
 */

#include <kunit/test.h>

#include "../core/twopc_84.h"

#define NOV	DRBD_NO_VOLUME
#define NONE	DRBD_NO_NODE

/**
 * struct bench - node 0, connected to node 1 of version 8.4
 * @tp: the automaton
 * @env: its surroundings
 * @acts: what it wants after the last event
 */
struct bench {
	struct drbd_twopc tp;
	struct drbd_twopc_env env;
	struct drbd_twopc_actions acts;
};

static int twopc_84_init(struct kunit *test)
{
	struct bench *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	if (!b)
		return -ENOMEM;
	b->env = (struct drbd_twopc_env) {
		.connected = 2, .configured = 2, .peers_84 = 2, .members = 3, .quorate = true,
		.twopc_timeout = 300, .retry_timeout = 1, .ping_timeout = 5,
	};
	test->priv = b;
	return 0;
}

static void start(struct bench *b, u32 mask, u32 value)
{
	struct drbd_twopc_request req = { NOV, NONE, mask, value };

	drbd_twopc_start(&b->tp, &b->env, &req, DRBD_SS_SUCCESS, 7, &b->acts);
}

static void twopc_84_packet_test(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, drbd_twopc_84_of_connection(86, NOV));
	KUNIT_EXPECT_FALSE(test, drbd_twopc_84_of_connection(99, NOV));
	KUNIT_EXPECT_TRUE(test, drbd_twopc_84_of_connection(100, NOV));
	KUNIT_EXPECT_TRUE(test, drbd_twopc_84_of_connection(101, NOV));
	KUNIT_EXPECT_FALSE(test, drbd_twopc_84_of_connection(99, 0));
	KUNIT_EXPECT_FALSE(test, drbd_twopc_84_of_connection(101, 0));
}

static void twopc_84_agreed_test(struct kunit *test)
{
	struct bench *b = test->priv;

	start(b, 0x3, 0x1);
	KUNIT_ASSERT_EQ(test, b->acts.n, 1);
	KUNIT_EXPECT_EQ(test, b->acts.action[0].act, DRBD_TWOPC_SEND_84);
	KUNIT_EXPECT_EQ(test, b->acts.action[0].node, 1);
	KUNIT_EXPECT_EQ(test, b->acts.action[0].msg->mask, 0x3);
	KUNIT_EXPECT_EQ(test, b->acts.action[0].msg->value, 0x1);
	KUNIT_EXPECT_EQ(test, b->acts.action[0].msg->volume, NOV);
	/* it may be done already */
	drbd_twopc_interrupt(&b->tp, &b->env, &b->acts);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
	drbd_twopc_84_replied(&b->tp, &b->env, 2, DRBD_SS_SUCCESS, &b->acts);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
	drbd_twopc_84_replied(&b->tp, &b->env, 1, DRBD_SS_CW_NO_NEED, &b->acts);
	KUNIT_ASSERT_EQ(test, b->acts.n, 1);
	KUNIT_EXPECT_EQ(test, b->acts.action[0].act, DRBD_TWOPC_APPLY);
	KUNIT_EXPECT_EQ(test, b->acts.apply.members, 3);
	drbd_twopc_applied(&b->tp, &b->env, DRBD_SS_SUCCESS, &b->acts);
	KUNIT_EXPECT_EQ(test, b->acts.action[0].act, DRBD_TWOPC_DONE);
	KUNIT_EXPECT_EQ(test, b->acts.action[0].rv, DRBD_SS_SUCCESS);
	/* a second answer is none */
	drbd_twopc_84_replied(&b->tp, &b->env, 1, DRBD_SS_SUCCESS, &b->acts);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
}

static void twopc_84_refused_test(struct kunit *test)
{
	static const int rvs[] = { DRBD_SS_TWO_PRIMARIES, DRBD_SS_UNKNOWN_ERROR, -21, -1000 };
	struct bench *b = test->priv;
	int i;

	for (i = 0; i < ARRAY_SIZE(rvs); i++) {
		start(b, 0x3, 0x1);
		drbd_twopc_84_replied(&b->tp, &b->env, 1, rvs[i], &b->acts);
		KUNIT_EXPECT_EQ(test, b->acts.action[0].act, DRBD_TWOPC_DONE);
		KUNIT_EXPECT_EQ(test, (int)b->acts.action[0].rv, -10);
		KUNIT_EXPECT_EQ(test, b->acts.action[0].node, 1);
	}
	start(b, 0x3, 0x1);
	drbd_twopc_84_replied(&b->tp, &b->env, 1, -19, &b->acts);
	KUNIT_EXPECT_EQ(test, b->acts.action[0].act, DRBD_TWOPC_BACK_OFF);
	KUNIT_EXPECT_EQ(test, b->acts.action[0].ms, 200);
	KUNIT_EXPECT_EQ(test, b->tp.state, DRBD_TWOPC_IDLE);
}

static void twopc_84_lost_test(struct kunit *test)
{
	struct drbd_twopc_request disconnect = { NOV, 1, 0x1f0, 0x10 };
	struct bench *b = test->priv;

	drbd_twopc_start(&b->tp, &b->env, &disconnect, DRBD_SS_SUCCESS, 7, &b->acts);
	KUNIT_EXPECT_EQ(test, b->acts.action[0].act, DRBD_TWOPC_SEND_84);
	b->env.connected = 0;
	b->env.peers_84 = 0;
	drbd_twopc_lost(&b->tp, &b->env, 1, &b->acts);
	KUNIT_ASSERT_EQ(test, b->acts.n, 1);
	KUNIT_EXPECT_EQ(test, b->acts.action[0].act, DRBD_TWOPC_APPLY);
	KUNIT_EXPECT_EQ(test, b->acts.apply.members, 3);
	drbd_twopc_applied(&b->tp, &b->env, DRBD_SS_SUCCESS, &b->acts);
	KUNIT_EXPECT_EQ(test, b->acts.action[0].rv, DRBD_SS_SUCCESS);
}

static void twopc_84_local_test(struct kunit *test)
{
	struct drbd_twopc_request resize = { 0, NONE, .resize = true };
	struct bench *b = test->priv;

	/* an empty transaction is nothing to ask for, a resize nothing to ask */
	start(b, 0, 0);
	KUNIT_ASSERT_EQ(test, b->acts.n, 1);
	KUNIT_EXPECT_EQ(test, b->acts.action[0].act, DRBD_TWOPC_APPLY);
	KUNIT_EXPECT_TRUE(test, b->acts.apply.confirm);
	drbd_twopc_applied(&b->tp, &b->env, DRBD_SS_SUCCESS, &b->acts);
	KUNIT_EXPECT_EQ(test, b->acts.action[0].act, DRBD_TWOPC_DONE);
	drbd_twopc_start(&b->tp, &b->env, &resize, DRBD_SS_SUCCESS, 7, &b->acts);
	KUNIT_EXPECT_EQ(test, b->acts.action[0].act, DRBD_TWOPC_DONE);
	KUNIT_EXPECT_EQ(test, (int)b->acts.action[0].rv, DRBD_SS_NOT_SUPPORTED);
}

/**
 * struct received_row - a request of the peer
 * @name: description
 * @req: the request
 * @active: there is a transaction already
 * @next: what to do
 */
struct received_row {
	const char *name;
	struct drbd_twopc_84_request req;
	bool active;
	struct drbd_twopc_84_next next;
};

static const struct received_row received_rows[] = {
	{ "volume", { 101, false, true, 0x3, 0x1 }, false, { DRBD_TWOPC_84_CHECK } },
	{ "connection", { 101, true, false, 0x1f0, 0x10 }, false,
	  { DRBD_TWOPC_84_CHECK, .ign_outd = true } },
	{ "volume, busy", { 101, false, true, 0x3, 0x1 }, true,
	  { DRBD_TWOPC_84_REPLY, DRBD_SS_CONCURRENT_ST_CHG } },
	{ "connection, busy", { 101, true, false, 0x1f0, 0x10 }, true,
	  { DRBD_TWOPC_84_REPLY, DRBD_SS_CONCURRENT_ST_CHG } },
	{ "removes unknown volume", { 101, false, false, 0x1f0, 0x90 }, false,
	  { DRBD_TWOPC_84_REPLY, DRBD_SS_NOTHING_TO_DO } },
	{ "removes known volume", { 101, false, true, 0x1f0, 0x90 }, false,
	  { DRBD_TWOPC_84_CHECK } },
	{ "unknown volume, other state", { 101, false, false, 0x1f0, 0xb0 }, false,
	  { DRBD_TWOPC_84_BAD } },
	{ "unknown volume, more fields", { 101, false, false, 0x1f3, 0x90 }, false,
	  { DRBD_TWOPC_84_BAD } },
	{ "oldest", { 86, false, true, 0x3, 0x1 }, false, { DRBD_TWOPC_84_CHECK } },
	{ "before 110", { 109, false, true, 0x3, 0x1 }, false, { DRBD_TWOPC_84_CHECK } },
	{ "110", { 110, false, true, 0x3, 0x1 }, false, { DRBD_TWOPC_84_BAD } },
	{ "124", { 124, true, true, 0x1f0, 0x10 }, false, { DRBD_TWOPC_84_BAD } },
};

KUNIT_ARRAY_PARAM_DESC(received, received_rows, name);

static void twopc_84_received_test(struct kunit *test)
{
	const struct received_row *row = test->param_value;
	struct drbd_twopc_84_next next;
	struct bench *b = test->priv;

	if (row->active)
		start(b, 0x3, 0x1);
	next = drbd_twopc_84_received(&b->tp, &row->req);
	KUNIT_EXPECT_EQ(test, next.step, row->next.step);
	KUNIT_EXPECT_EQ(test, (int)next.rv, (int)row->next.rv);
	KUNIT_EXPECT_EQ(test, next.ign_outd, row->next.ign_outd);
}

static struct kunit_case twopc_84_cases[] = {
	KUNIT_CASE(twopc_84_packet_test),
	KUNIT_CASE(twopc_84_agreed_test),
	KUNIT_CASE(twopc_84_refused_test),
	KUNIT_CASE(twopc_84_lost_test),
	KUNIT_CASE(twopc_84_local_test),
	KUNIT_CASE_PARAM(twopc_84_received_test, received_gen_params),
	{}
};

static struct kunit_suite twopc_84_suite = {
	.name = "drbd-twopc-84",
	.init = twopc_84_init,
	.test_cases = twopc_84_cases,
};

kunit_test_suite(twopc_84_suite);
