// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the start of a resync
 *
 * Expectations are reasoned by hand from spec/resync.md 3.4, 3.5, 3.8 and 7.4.
 */

#include <kunit/test.h>

#include "../core/resync_order.h"
#include "../core/resync_start.h"

#define R(x) DRBD_R_##x
#define D(x) DRBD_D_##x

static void start_step_test(struct kunit *test)
{
	static const struct {
		struct drbd_resync_starting at;
		enum drbd_resync_start_step step;
	} rows[] = {
		{ { true, R(OFF), false, false }, DRBD_START_IGNORE },
		{ { false, R(SYNC_SOURCE), false, false }, DRBD_START_IGNORE },
		{ { true, R(SYNC_TARGET), true, false }, DRBD_START_IGNORE },
		{ { false, R(VERIFY_S), true, false }, DRBD_START_IGNORE },
		{ { true, R(VERIFY_T), true, false }, DRBD_START_IGNORE },
		{ { false, R(PAUSED_SYNC_S), true, false }, DRBD_START_IGNORE },
		{ { true, R(PAUSED_SYNC_T), true, false }, DRBD_START_IGNORE },
		{ { true, R(ESTABLISHED), false, true }, DRBD_START_HELPER },
		{ { false, R(WF_BITMAP_S), false, false }, DRBD_START_HELPER },
		{ { false, R(WF_BITMAP_S), true, true }, DRBD_START_LATER },
		{ { false, R(WF_BITMAP_S), true, false }, DRBD_START_GO },
		{ { true, R(WF_BITMAP_T), true, false }, DRBD_START_GO },
		{ { true, R(WF_SYNC_UUID), true, false }, DRBD_START_GO },
		{ { true, R(STARTING_SYNC_T), true, false }, DRBD_START_GO },
		{ { false, R(AHEAD), true, false }, DRBD_START_GO },
		{ { true, R(BEHIND), true, false }, DRBD_START_GO },
		{ { true, R(ESTABLISHED), true, false }, DRBD_START_GO },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		KUNIT_EXPECT_EQ_MSG(test, drbd_resync_start_step(&rows[i].at), rows[i].step,
				    "row %d", i);
}

static void start_helper_test(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, drbd_resync_helper_agrees(true, 0));
	KUNIT_EXPECT_TRUE(test, drbd_resync_helper_agrees(false, 0));
	KUNIT_EXPECT_TRUE(test, drbd_resync_helper_agrees(false, 3));
	KUNIT_EXPECT_FALSE(test, drbd_resync_helper_agrees(true, 3));
	KUNIT_EXPECT_FALSE(test, drbd_resync_helper_agrees(false, 1));
	KUNIT_EXPECT_FALSE(test, drbd_resync_helper_agrees(true, 127));
	KUNIT_EXPECT_FALSE(test, drbd_resync_helper_agrees(true, -1));
}

struct first_row {
	const char *name;
	struct drbd_resync_first first;
	enum drbd_repl repl;
	u32 flags;
};

#define TARGET .target = true, .disk = D(INCONSISTENT)
#define CLEAR DRBD_START_CLEAR_STABLE

static const struct first_row firsts[] = {
	{ "target", { TARGET, .source_stable = true }, R(SYNC_TARGET), CLEAR },
	{ "paused by user", { TARGET, .source_stable = true, .pause = DRBD_PAUSE_USER },
	  R(PAUSED_SYNC_T), CLEAR },
	{ "paused by the peer", { TARGET, .source_stable = true, .pause = DRBD_PAUSE_PEER },
	  R(PAUSED_SYNC_T), CLEAR },
	{ "waits for another device",
	  { TARGET, .source_stable = true, .pause = DRBD_PAUSE_DEPENDENCY },
	  R(PAUSED_SYNC_T), CLEAR },
	{ "too many", { TARGET, .source_stable = true, .pause = DRBD_PAUSE_PARALLEL },
	  R(PAUSED_SYNC_T), CLEAR },
	{ "second source, not selected",
	  { TARGET, .source_stable = true, .other_target = true, .pause = DRBD_PAUSE_OTHER },
	  R(PAUSED_SYNC_T), 0 },
	{ "second source", { TARGET, .source_stable = true, .other_target = true },
	  R(SYNC_TARGET), 0 },
	{ "unstable source", { TARGET }, R(SYNC_TARGET), CLEAR | DRBD_START_UNSTABLE },
	{ "unstable source, but not alone", { TARGET, .stable_source = true },
	  R(SYNC_TARGET), CLEAR },
	{ "new disk", { TARGET, .source_stable = true, .just_created = true, .bitmap_uuid = 8 },
	  R(SYNC_TARGET), CLEAR | DRBD_START_ADOPT_UUID },
	{ "new disk, that nothing is known of",
	  { TARGET, .source_stable = true, .just_created = true }, R(SYNC_TARGET), CLEAR },
	{ "old disk", { TARGET, .source_stable = true, .bitmap_uuid = 8 },
	  R(SYNC_TARGET), CLEAR },
	{ "source crashed", { TARGET, .source_stable = true, .source_crashed = true },
	  R(SYNC_TARGET), CLEAR | DRBD_START_NOTE_CRASHED },
	{ "source", { .disk = D(UP_TO_DATE) }, R(SYNC_SOURCE), 0 },
	{ "source knows nothing of a target's flags",
	  { .disk = D(UP_TO_DATE), .just_created = true, .bitmap_uuid = 8,
	    .source_crashed = true }, R(SYNC_SOURCE), 0 },
	{ "outdated source", { .disk = D(OUTDATED) }, R(SYNC_SOURCE), 0 },
	{ "source has to be synced first", { .disk = D(INCONSISTENT) }, R(PAUSED_SYNC_S), 0 },
	{ "source is a target", { .disk = D(OUTDATED), .other_target = true },
	  R(PAUSED_SYNC_S), 0 },
	{ "source paused", { .disk = D(UP_TO_DATE), .pause = DRBD_PAUSE_PARALLEL },
	  R(PAUSED_SYNC_S), 0 },
	{ "target is through already", { .disk = D(UP_TO_DATE), .reported = true },
	  R(SYNC_SOURCE), DRBD_START_FINISH },
};

KUNIT_ARRAY_PARAM_DESC(first, firsts, name);

static void start_first_test(struct kunit *test)
{
	const struct first_row *row = test->param_value;
	u32 flags = ~0U;

	KUNIT_EXPECT_EQ(test, drbd_resync_start(&row->first, &flags), row->repl);
	KUNIT_EXPECT_EQ(test, flags, row->flags);
}

static void start_stable_test(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, drbd_resync_ends_stable(false, false));
	KUNIT_EXPECT_TRUE(test, drbd_resync_ends_stable(false, true));
	KUNIT_EXPECT_TRUE(test, drbd_resync_ends_stable(true, true));
	KUNIT_EXPECT_FALSE(test, drbd_resync_ends_stable(true, false));
}

static struct kunit_case start_cases[] = {
	KUNIT_CASE(start_step_test),
	KUNIT_CASE(start_helper_test),
	KUNIT_CASE_PARAM(start_first_test, first_gen_params),
	KUNIT_CASE(start_stable_test),
	{}
};

static struct kunit_suite start_suite = {
	.name = "drbd-resync-start",
	.test_cases = start_cases,
};

kunit_test_suite(start_suite);
