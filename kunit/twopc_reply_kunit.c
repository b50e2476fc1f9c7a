// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the answers in a two-phase commit
 *
 * The rows of readiness and verdict are those of spec/state.md 14, with nodes 0
 * and 1 asked, and what the order of 4.3 (steps 7 and 8) adds to them.
 */

#include <kunit/test.h>
#include <linux/prandom.h>

#include "../core/twopc_reply.h"

/**
 * struct vote_row - answers and what they mean
 * @name: answers of the nodes asked: Y yes, N no, R retry, - none so far
 * @votes: the same as masks
 * @ready: a verdict is possible
 * @verdict: the verdict, if so
 */
struct vote_row {
	const char *name;
	struct drbd_twopc_votes votes;
	bool ready;
	int verdict;
};

#define HS .hs_needed = true, .hs_complete = true
static const struct vote_row vote_rows[] = {
	{ "Y,Y", { .asked = 3, .yes = 3 }, true, DRBD_SS_SUCCESS },
	{ "Y,-", { .asked = 3, .yes = 1 }, false },
	{ "-,-", { .asked = 3 }, false },
	{ "N,-", { .asked = 3, .no = 1 }, true, DRBD_SS_CW_FAILED_BY_PEER },
	{ "R,-", { .asked = 3, .retry = 1 }, true, DRBD_SS_CONCURRENT_ST_CHG },
	{ "N,R", { .asked = 3, .no = 1, .retry = 2 }, true, DRBD_SS_CONCURRENT_ST_CHG },
	{ "nobody", { }, true, DRBD_SS_SUCCESS },
	{ "own failed, -", { .asked = 1, .own_failed = true }, true, DRBD_SS_CW_FAILED_BY_PEER },
	{ "local abort, -,-", { .asked = 3, .local_abort = true }, true,
	  DRBD_SS_CONCURRENT_ST_CHG },
	{ "local abort outranks N", { .asked = 3, .no = 1, .local_abort = true }, true,
	  DRBD_SS_CONCURRENT_ST_CHG },
	{ "connect Y,Y not complete", { .asked = 3, .yes = 3, .hs_needed = true }, false },
	{ "connect N,Y not complete", { .asked = 3, .no = 1, .yes = 2, .hs_needed = true },
	  false },
	{ "connect own failed not complete", { .own_failed = true, .hs_needed = true }, false },
	{ "connect R,- not complete", { .asked = 3, .retry = 1, .hs_needed = true }, true,
	  DRBD_SS_CONCURRENT_ST_CHG },
	{ "connect local abort not complete",
	  { .asked = 3, .local_abort = true, .hs_needed = true }, true,
	  DRBD_SS_CONCURRENT_ST_CHG },
	{ "connect Y,Y", { .asked = 3, .yes = 3, HS }, true, DRBD_SS_SUCCESS },
	{ "connect Y,-", { .asked = 3, .yes = 1, HS }, false },
	{ "connect N,- wants retry", { .asked = 3, .no = 1, HS, .hs_retry = true }, true,
	  DRBD_SS_HANDSHAKE_RETRY },
	{ "connect N,- wants disconnect", { .asked = 3, .no = 1, HS, .hs_disconnect = true },
	  true, DRBD_SS_HANDSHAKE_DISCONNECT },
	{ "connect Y,Y wants both",
	  { .asked = 3, .yes = 3, HS, .hs_retry = true, .hs_disconnect = true }, true,
	  DRBD_SS_HANDSHAKE_RETRY },
	{ "connect Y,Y sizes failed", { .asked = 3, .yes = 3, HS, .hs_sizes_failed = true },
	  true, DRBD_SS_HANDSHAKE_DISCONNECT },
	{ "connect N,- sizes failed", { .asked = 3, .no = 1, HS, .hs_sizes_failed = true },
	  true, DRBD_SS_CW_FAILED_BY_PEER },
	{ "connect R,- wants disconnect",
	  { .asked = 3, .retry = 1, HS, .hs_disconnect = true }, true,
	  DRBD_SS_CONCURRENT_ST_CHG },
	{ "connect own failed, wants retry", { HS, .own_failed = true, .hs_retry = true }, true,
	  DRBD_SS_HANDSHAKE_RETRY },
	{ "somebody else's handshake does not count",
	  { .asked = 1, .yes = 1, .hs_retry = true, .hs_disconnect = true,
	    .hs_sizes_failed = true }, true, DRBD_SS_SUCCESS },
};

KUNIT_ARRAY_PARAM_DESC(vote, vote_rows, name);

static void twopc_vote_test(struct kunit *test)
{
	const struct vote_row *row = test->param_value;

	KUNIT_ASSERT_EQ(test, drbd_twopc_ready(&row->votes), row->ready);
	if (row->ready)
		KUNIT_EXPECT_EQ(test, (int)drbd_twopc_verdict(&row->votes), row->verdict);
}

static void twopc_answer_test(struct kunit *test)
{
	static const int no[] = {
		DRBD_SS_CW_FAILED_BY_PEER, DRBD_SS_HANDSHAKE_DISCONNECT, DRBD_SS_TWO_PRIMARIES,
		DRBD_SS_NOT_SUPPORTED, DRBD_SS_UNKNOWN_ERROR,
	};
	int i;

	KUNIT_EXPECT_EQ(test, drbd_twopc_answer(DRBD_SS_SUCCESS), DRBD_TWOPC_YES);
	KUNIT_EXPECT_EQ(test, drbd_twopc_answer(DRBD_SS_CONCURRENT_ST_CHG), DRBD_TWOPC_RETRY);
	KUNIT_EXPECT_EQ(test, drbd_twopc_answer(DRBD_SS_HANDSHAKE_RETRY), DRBD_TWOPC_RETRY);
	for (i = 0; i < ARRAY_SIZE(no); i++)
		KUNIT_EXPECT_EQ(test, drbd_twopc_answer(no[i]), DRBD_TWOPC_NO);
}

static void twopc_count_test(struct kunit *test)
{
	struct drbd_twopc_votes votes = { .asked = 0x80000007 };

	KUNIT_EXPECT_TRUE(test, drbd_twopc_count(&votes, 0, DRBD_TWOPC_YES));
	KUNIT_EXPECT_TRUE(test, drbd_twopc_count(&votes, 31, DRBD_TWOPC_NO));
	KUNIT_EXPECT_TRUE(test, drbd_twopc_count(&votes, 2, DRBD_TWOPC_RETRY));
	/* not asked, or for the second time */
	KUNIT_EXPECT_FALSE(test, drbd_twopc_count(&votes, 3, DRBD_TWOPC_YES));
	KUNIT_EXPECT_FALSE(test, drbd_twopc_count(&votes, 0, DRBD_TWOPC_NO));
	KUNIT_EXPECT_FALSE(test, drbd_twopc_count(&votes, 31, DRBD_TWOPC_YES));
	KUNIT_EXPECT_FALSE(test, drbd_twopc_count(&votes, 2, DRBD_TWOPC_YES));
	KUNIT_EXPECT_EQ(test, votes.yes, 1);
	KUNIT_EXPECT_EQ(test, votes.no, 0x80000000);
	KUNIT_EXPECT_EQ(test, votes.retry, 4);
}

/* Node 1 of the chain 0(Primary)-1-2-3 of spec/state.md 4.12 (C11), one longer. */
static void twopc_merge_test(struct kunit *test)
{
	struct drbd_twopc_reply sum = { .reachable_nodes = 7, .max_size = 5000 };
	const struct drbd_twopc_msg left = {
		.cmd = DRBD_TWOPC_YES, .reachable_nodes = 3, .primary_nodes = 1,
		.weak_nodes = ~3ULL, .size = 4000,
	};
	const struct drbd_twopc_msg right = {
		.cmd = DRBD_TWOPC_YES, .reachable_nodes = 0xc, .size = 1ULL << 41,
	};

	drbd_twopc_merge(&sum, &left);
	drbd_twopc_merge(&sum, &right);
	KUNIT_EXPECT_EQ(test, sum.reachable_nodes, 0xf);
	KUNIT_EXPECT_EQ(test, sum.primary_nodes, 1);
	KUNIT_EXPECT_EQ(test, sum.weak_nodes, ~3ULL);
	KUNIT_EXPECT_EQ(test, sum.max_size, 4000);
}

/* Only weak masks may have bits that are no nodes (spec/state.md 12, G16). */
static void twopc_merge_bits_test(struct kunit *test)
{
	struct drbd_twopc_reply sum = { };
	const struct drbd_twopc_msg all = {
		.cmd = DRBD_TWOPC_YES, .reachable_nodes = ~0ULL, .primary_nodes = ~0ULL,
		.weak_nodes = ~0ULL,
	};

	drbd_twopc_merge(&sum, &all);
	KUNIT_EXPECT_EQ(test, sum.reachable_nodes, 0xffffffff);
	KUNIT_EXPECT_EQ(test, sum.primary_nodes, 0xffffffff);
	KUNIT_EXPECT_EQ(test, sum.weak_nodes, ~0ULL);
}

/* What is ready stays ready, and the order of the answers does not matter. */
static void twopc_vote_property_test(struct kunit *test)
{
	struct rnd_state rnd;
	int round, i;

	prandom_seed_state(&rnd, 14);
	for (round = 0; round < 20000; round++) {
		struct drbd_twopc_votes up = { }, down;
		enum drbd_twopc_cmd answers[6];
		int n = prandom_u32_state(&rnd) % 7;
		bool was_ready = false;
		int bits = prandom_u32_state(&rnd);

		up.asked = (1 << n) - 1;
		up.hs_needed = bits & 1;
		up.hs_complete = bits & 2;
		up.hs_retry = bits & 4;
		up.hs_disconnect = bits & 8;
		down = up;
		for (i = 0; i < n; i++)
			answers[i] = DRBD_TWOPC_YES + prandom_u32_state(&rnd) % 3;
		for (i = 0; i < n; i++) {
			KUNIT_ASSERT_TRUE(test, drbd_twopc_count(&up, i, answers[i]));
			KUNIT_ASSERT_TRUE(test, drbd_twopc_count(&down, n - 1 - i,
								 answers[n - 1 - i]));
			KUNIT_ASSERT_TRUE(test, !was_ready || drbd_twopc_ready(&up));
			was_ready = drbd_twopc_ready(&up);
		}
		KUNIT_ASSERT_EQ(test, drbd_twopc_ready(&up), drbd_twopc_ready(&down));
		KUNIT_ASSERT_EQ(test, drbd_twopc_verdict(&up), drbd_twopc_verdict(&down));
		/* nobody may commit what not all agreed to (G7) */
		if (up.yes != up.asked)
			KUNIT_ASSERT_LT(test, (int)drbd_twopc_verdict(&up), 1);
	}
}

static struct kunit_case twopc_reply_cases[] = {
	KUNIT_CASE_PARAM(twopc_vote_test, vote_gen_params),
	KUNIT_CASE(twopc_answer_test),
	KUNIT_CASE(twopc_count_test),
	KUNIT_CASE(twopc_merge_test),
	KUNIT_CASE(twopc_merge_bits_test),
	KUNIT_CASE(twopc_vote_property_test),
	{}
};

static struct kunit_suite twopc_reply_suite = {
	.name = "drbd-twopc-reply",
	.test_cases = twopc_reply_cases,
};

kunit_test_suite(twopc_reply_suite);
