// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the order in which a lost connection is cleaned up
 *
 * The rows are the reasons of the order, from spec/io.md 4.8, 6.9 and 9.7 and
 * spec/resync.md 4.10.
 */

#include <kunit/test.h>

#include "../core/conn_lost.h"

#define L(x) DRBD_LOST_##x

struct before_row {
	const char *name;
	enum drbd_lost_step first;
	enum drbd_lost_step then;
};

/* The last @first comes before the first @then. */
static const struct before_row before_rows[] = {
	{ "no new requests before old ones are cancelled", L(STATE), L(STOP_SENDER) },
	{ "no ack after the streams are closed", L(STOP_ACKS), L(CLOSE) },
	{ "nobody sends on closed streams", L(STOP_SENDER), L(CLOSE) },
	{ "nothing arrives any more before it is drained", L(CLOSE), L(RS_PARKED) },
	{ "parked requests do not go to the disk", L(RS_PARKED), L(RS_DRAIN) },
	{ "merged discards are written", L(RS_MERGED), L(RS_DRAIN) },
	{ "what waits for a conflict does not hold up the drain", L(RS_CONFLICTS), L(RS_DRAIN) },
	{ "what is written is accounted", L(RS_DRAIN), L(DONE_LIST) },
	{ "then what has no answer is freed", L(RS_DRAIN), L(RS_UNANSWERED) },
	{ "resync requests do not block writes", L(RS_UNANSWERED), L(WRITES_DRAIN) },
	{ "writes that wait for a conflict go first", L(WRITES_CANCEL), L(WRITES_DRAIN) },
	{ "positions are final before the walk", L(WRITES_DRAIN), L(WALK) },
	{ "a new generation before anything completes", L(NEW_UUID), L(WALK) },
	{ "it is on stable storage by then", L(WRITE_META), L(WALK) },
	{ "received writes are in the bitmap", L(FORGET), L(DAGTAG) },
	{ "all writes are acked before they are forgotten", L(DONE_LIST), L(FORGET) },
	{ "position is kept until it is final", L(WRITES_DRAIN), L(RESET) },
	{ "survivors know that they owe a comparison", L(OWE), L(DRAINED) },
	{ "and are through with the cleanup", L(FORGET), L(DRAINED) },
	{ "no new connection before the old one is gone", L(RESET), L(RECONNECT) },
	{ "peer acks for the old connection are gone", L(PEER_ACKS), L(RECONNECT) },
};

KUNIT_ARRAY_PARAM_DESC(before, before_rows, name);

static int find(const enum drbd_lost_step *steps, unsigned int n, enum drbd_lost_step step,
		bool last)
{
	int i, at = -1;

	for (i = 0; i < n; i++) {
		if (steps[i] == step && (at < 0 || last))
			at = i;
	}
	return at;
}

static void lost_order_test(struct kunit *test)
{
	const struct before_row *row = test->param_value;
	enum drbd_lost_step steps[DRBD_LOST_STEPS];
	unsigned int n = drbd_lost_steps(true, steps);
	int first = find(steps, n, row->first, true);
	int then = find(steps, n, row->then, false);

	KUNIT_ASSERT_LE(test, n, DRBD_LOST_STEPS);
	KUNIT_ASSERT_GE(test, first, 0);
	KUNIT_ASSERT_GE(test, then, 0);
	KUNIT_EXPECT_LT(test, first, then);
}

static void lost_flush_test(struct kunit *test)
{
	enum drbd_lost_step steps[DRBD_LOST_STEPS];
	unsigned int n = drbd_lost_steps(true, steps), i;
	bool flushed = false;

	/* each wait for the disk is followed by one for the sender */
	for (i = n; i-- > 0;) {
		if (steps[i] == L(FLUSH_SENDER))
			flushed = true;
		if (steps[i] == L(RS_DRAIN) || steps[i] == L(WRITES_DRAIN)) {
			KUNIT_EXPECT_TRUE(test, flushed);
			flushed = false;
		}
	}
}

static void lost_primary_test(struct kunit *test)
{
	enum drbd_lost_step all[DRBD_LOST_STEPS], steps[DRBD_LOST_STEPS];
	unsigned int n = drbd_lost_steps(true, all);

	KUNIT_EXPECT_EQ(test, drbd_lost_steps(false, steps), n - 2);
	KUNIT_EXPECT_EQ(test, find(steps, n - 2, L(OWE), false), -1);
	KUNIT_EXPECT_EQ(test, find(steps, n - 2, L(DAGTAG), false), -1);
	KUNIT_EXPECT_GE(test, find(steps, n - 2, L(DRAINED), false), 0);
	/* answers that will not come are waited for only if the peer is there */
	KUNIT_EXPECT_EQ(test, find(all, n, L(RS_ANSWERS), false), -1);
}

static void lost_abort_test(struct kunit *test)
{
	static const enum drbd_lost_step expected[] = {
		L(FLUSH_SENDER), L(RS_MERGED), L(RS_CONFLICTS), L(RS_DRAIN), L(RS_ANSWERS),
		L(RS_COUNTERS),
	};
	enum drbd_lost_step steps[DRBD_LOST_STEPS];
	unsigned int i;

	KUNIT_ASSERT_EQ(test, drbd_resync_abort_steps(steps), ARRAY_SIZE(expected));
	for (i = 0; i < ARRAY_SIZE(expected); i++)
		KUNIT_EXPECT_EQ_MSG(test, steps[i], expected[i], "step %u", i);
}

static void lost_walk_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, drbd_lost_walk_event(false), DRBD_REQ_EV_CONN_LOST);
	KUNIT_EXPECT_EQ(test, drbd_lost_walk_event(true), DRBD_REQ_EV_CONN_LOST_SUSPENDED);
}

static struct kunit_case lost_cases[] = {
	KUNIT_CASE_PARAM(lost_order_test, before_gen_params),
	KUNIT_CASE(lost_flush_test),
	KUNIT_CASE(lost_primary_test),
	KUNIT_CASE(lost_abort_test),
	KUNIT_CASE(lost_walk_test),
	{}
};

static struct kunit_suite lost_suite = {
	.name = "drbd-conn-lost",
	.test_cases = lost_cases,
};

kunit_test_suite(lost_suite);
