// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of Ahead and Behind
 *
 * Expectations are reasoned by hand from spec/io.md 2.8 and 10 and spec/resync.md 9.
 */

#include <kunit/test.h>
#include <linux/string.h>

#include "../core/admission.h"
#include "../core/ahead.h"

#define R(x) DRBD_R_##x

static void ahead_exit_test(struct kunit *test)
{
	static const struct {
		struct drbd_ahead_exit at;
		bool arm;
	} rows[] = {
		{ { R(AHEAD), 0, false }, true },
		{ { R(AHEAD), 1, false }, false },
		{ { R(AHEAD), 0, true }, false },
		{ { R(ESTABLISHED), 0, false }, false },
		{ { R(BEHIND), 0, false }, false },
		{ { R(SYNC_SOURCE), 0, false }, false },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		KUNIT_EXPECT_EQ_MSG(test, drbd_ahead_exit_arm(&rows[i].at), rows[i].arm,
				    "row %d", i);
}

static void ahead_postponed_test(struct kunit *test)
{
	static const struct {
		struct drbd_resync_due due;
		bool postponed;
	} rows[] = {
		{ { true, 0, false, 0 }, false },
		{ { true, 1, false, 0 }, true },
		{ { true, 0, true, 0 }, true },
		{ { true, 0, false, 1 }, true },
		/* acks are of no interest to a target, or for a new area */
		{ { false, 0, false, 1 }, false },
		{ { false, 1, false, 0 }, true },
		{ { false, 0, true, 0 }, true },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		KUNIT_EXPECT_EQ_MSG(test, drbd_resync_postponed(&rows[i].due),
				    rows[i].postponed, "row %d", i);
}

/* d data, o out-of-sync, r read; capitals: P_STATE goes first */
static void ahead_order_test(struct kunit *test)
{
	static const char * const streams[] = {
		"ddd", "ddOooDd", "Oo", "dOooDO", "dOrroDrrd", "rrO", "OrD",
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(streams); i++) {
		const char *at;
		bool mode = false;

		for (at = streams[i]; *at; at++) {
			enum drbd_epoch_entry entry = DRBD_EPOCH_READ;

			if (strchr("dD", *at))
				entry = DRBD_EPOCH_WRITE;
			else if (strchr("oO", *at))
				entry = DRBD_EPOCH_OUT_OF_SYNC;
			KUNIT_EXPECT_EQ_MSG(test, drbd_ahead_state_first(&mode, entry),
					    *at < 'a', "stream %s at %s", streams[i], at);
		}
	}
}

static void ahead_behind_test(struct kunit *test)
{
	static const struct {
		enum drbd_repl repl, peer;
		enum drbd_behind behind;
	} rows[] = {
		{ R(ESTABLISHED), R(AHEAD), DRBD_BEHIND_ENTER },
		{ R(BEHIND), R(AHEAD), DRBD_BEHIND_NOTHING },
		/* it pulls ahead again while it is synced */
		{ R(SYNC_TARGET), R(AHEAD), DRBD_BEHIND_ENTER },
		{ R(PAUSED_SYNC_T), R(AHEAD), DRBD_BEHIND_ENTER },
		{ R(BEHIND), R(SYNC_SOURCE), DRBD_BEHIND_LEAVE },
		{ R(BEHIND), R(ESTABLISHED), DRBD_BEHIND_NOTHING },
		{ R(SYNC_TARGET), R(SYNC_SOURCE), DRBD_BEHIND_NOTHING },
		{ R(ESTABLISHED), R(SYNC_SOURCE), DRBD_BEHIND_NOTHING },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		KUNIT_EXPECT_EQ_MSG(test, drbd_behind(rows[i].repl, rows[i].peer),
				    rows[i].behind, "row %d", i);
}

/*
 * Both nodes, step by step: the peer interprets each packet by the state that it was
 * told last, so that state has to fit.
 */
static void ahead_round_test(struct kunit *test)
{
	enum drbd_repl own = R(ESTABLISHED), told = own, peer = own;
	struct drbd_ahead_exit at = { .in_flight = 8 };
	bool mode = false;

	KUNIT_EXPECT_EQ(test, drbd_congestion_action(DRBD_CONGESTION_PULL_AHEAD, at.in_flight),
			DRBD_CONGESTION_PULL_AHEAD);
	own = R(AHEAD);
	KUNIT_EXPECT_EQ(test, drbd_send_decision(DRBD_D_OUTDATED, own, true),
			DRBD_SEND_OUT_OF_SYNC);
	if (drbd_ahead_state_first(&mode, DRBD_EPOCH_OUT_OF_SYNC))
		told = own;
	KUNIT_ASSERT_EQ(test, told, R(AHEAD));
	KUNIT_ASSERT_EQ(test, drbd_behind(peer, told), DRBD_BEHIND_ENTER);
	peer = R(BEHIND);

	/* a mark was sent, but data from before is not confirmed */
	at.repl = own;
	KUNIT_EXPECT_FALSE(test, drbd_ahead_exit_arm(&at));
	at.in_flight = 0;
	KUNIT_EXPECT_TRUE(test, drbd_ahead_exit_arm(&at));

	own = R(SYNC_SOURCE);
	KUNIT_EXPECT_EQ(test, drbd_send_decision(DRBD_D_INCONSISTENT, own, true),
			DRBD_SEND_DATA);
	if (drbd_ahead_state_first(&mode, DRBD_EPOCH_WRITE))
		told = own;
	KUNIT_ASSERT_EQ(test, told, R(SYNC_SOURCE));
	KUNIT_ASSERT_EQ(test, drbd_behind(peer, told), DRBD_BEHIND_LEAVE);
}

static struct kunit_case ahead_cases[] = {
	KUNIT_CASE(ahead_exit_test),
	KUNIT_CASE(ahead_postponed_test),
	KUNIT_CASE(ahead_order_test),
	KUNIT_CASE(ahead_behind_test),
	KUNIT_CASE(ahead_round_test),
	{}
};

static struct kunit_suite ahead_suite = {
	.name = "drbd-ahead",
	.test_cases = ahead_cases,
};

kunit_test_suite(ahead_suite);
