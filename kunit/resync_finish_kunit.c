// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the end of a resync
 *
 * Expectations are reasoned by hand from spec/resync.md 3.6, 3.7 and 4.9.
 */

#include <kunit/test.h>
#include <linux/string.h>

#include "../core/resync_finish.h"

#define D(x) DRBD_D_##x
#define R(x) DRBD_R_##x

struct pass_row {
	const char *name;
	struct drbd_resync_pass pass;
	enum drbd_resync_pass_end end;
	u64 last_weight;
};

static const struct pass_row passes[] = {
	{ "bits ahead", { true, false, false, true, 0, 5, 9 }, DRBD_PASS_GOES_ON, 9 },
	{ "flush", { false, true, false, true, 0, 5, 9 }, DRBD_PASS_GOES_ON, 9 },
	{ "requests", { false, false, true, true, 0, 5, 9 }, DRBD_PASS_GOES_ON, 9 },
	{ "all done", { false, false, false, true, 0, 0, 9 }, DRBD_PASS_FINISHED, 0 },
	{ "bits behind", { false, false, false, true, 0, 8, 9 }, DRBD_PASS_AGAIN, 8 },
	{ "failures", { false, false, false, true, 1, 8, 9 }, DRBD_PASS_FINISHED, 8 },
	{ "halved", { false, false, false, false, 0, 4, 10 }, DRBD_PASS_AGAIN, 4 },
	{ "not halved", { false, false, false, false, 0, 5, 10 }, DRBD_PASS_MIRROR, 5 },
	{ "halved, failures", { false, false, false, false, 1, 4, 10 }, DRBD_PASS_MIRROR, 4 },
	{ "done without mirror", { false, false, false, false, 0, 0, 10 }, DRBD_PASS_MIRROR, 0 },
};

KUNIT_ARRAY_PARAM_DESC(pass, passes, name);

static void finish_pass_test(struct kunit *test)
{
	const struct pass_row *row = test->param_value;
	struct drbd_resync_pass pass = row->pass;

	KUNIT_EXPECT_EQ(test, drbd_resync_pass_end(&pass), row->end);
	KUNIT_EXPECT_EQ(test, pass.last_weight, row->last_weight);
}

/* Primaries 1 and 2; 1, 3 and 4 are UpToDate */
static void finish_flush_test(struct kunit *test)
{
	struct drbd_flush flush = { };

	KUNIT_EXPECT_FALSE(test, drbd_flush_pending(&flush));
	drbd_flush_start(&flush, BIT(1) | BIT(2), BIT(1) | BIT(3) | BIT(4));
	KUNIT_EXPECT_EQ(test, flush.sequence, 1);
	drbd_flush_ack(&flush, 1, 1, 1);
	drbd_flush_ack(&flush, 1, 1, 3);
	drbd_flush_ack(&flush, 1, 1, 4);
	drbd_flush_ack(&flush, 1, 2, 3);
	drbd_flush_ack(&flush, 0, 2, 1);
	drbd_flush_ack(&flush, 1, -1, 1);
	drbd_flush_ack(&flush, 1, 32, 1);
	KUNIT_EXPECT_EQ(test, flush.pending[1], 0);
	KUNIT_EXPECT_EQ(test, flush.pending[2], BIT(1) | BIT(4));
	drbd_flush_lost(&flush, 4, false);
	KUNIT_EXPECT_TRUE(test, drbd_flush_pending(&flush));
	drbd_flush_ack(&flush, 1, 2, 1);
	KUNIT_EXPECT_FALSE(test, drbd_flush_pending(&flush));

	/* once more: answers of the first one do not count */
	drbd_flush_start(&flush, BIT(1), BIT(1) | BIT(3));
	drbd_flush_ack(&flush, 1, 1, 3);
	KUNIT_EXPECT_EQ(test, flush.pending[1], BIT(1) | BIT(3));
	KUNIT_EXPECT_EQ(test, flush.pending[2], 0);
	drbd_flush_lost(&flush, 1, false);
	KUNIT_EXPECT_EQ(test, flush.pending[1], BIT(3));
	drbd_flush_lost(&flush, 1, true);
	KUNIT_EXPECT_FALSE(test, drbd_flush_pending(&flush));
}

struct over_row {
	const char *name;
	struct drbd_resync_over over;
	struct drbd_resync_result result;
};

#define ALL_UUIDS (DRBD_FINISH_TAKE_UUIDS | DRBD_FINISH_END_PAUSED)
#define RETRY (DRBD_FINISH_TAKE_UUIDS | DRBD_FINISH_CRASHED | DRBD_FINISH_TRY_PRIMARY | \
	       DRBD_FINISH_INHERIT)

static const struct over_row overs[] = {
	{ "target",
	  { true, R(SYNC_TARGET), D(INCONSISTENT), D(UP_TO_DATE), 0, true, false, true, 122 },
	  { R(ESTABLISHED), D(UP_TO_DATE), D(UP_TO_DATE), ALL_UUIDS } },
	{ "source was a crashed Primary, UpToDate",
	  { true, R(SYNC_TARGET), D(INCONSISTENT), D(UP_TO_DATE), 0, true, true, true, 122 },
	  { R(ESTABLISHED), D(UP_TO_DATE), D(UP_TO_DATE), ALL_UUIDS | DRBD_FINISH_INHERIT } },
	{ "target without UUIDs",
	  { true, R(SYNC_TARGET), D(INCONSISTENT), D(UP_TO_DATE), 0, true, false, false, 122 },
	  { R(ESTABLISHED), D(UP_TO_DATE), D(UP_TO_DATE), DRBD_FINISH_END_PAUSED } },
	{ "source was a crashed Primary",
	  { true, R(SYNC_TARGET), D(INCONSISTENT), D(CONSISTENT), 0, true, true, true, 122 },
	  { R(ESTABLISHED), D(CONSISTENT), D(CONSISTENT), RETRY } },
	{ "source was a crashed Primary, a survivor waits",
	  { true, R(SYNC_TARGET), D(INCONSISTENT), D(UP_TO_DATE), 0, true, true, true, 122, true },
	  { R(ESTABLISHED), D(INCONSISTENT), D(UP_TO_DATE), 0 } },
	{ "another source waits",
	  { true, R(SYNC_TARGET), D(INCONSISTENT), D(UP_TO_DATE), 0, true, false, true, 122, true },
	  { R(ESTABLISHED), D(UP_TO_DATE), D(UP_TO_DATE), ALL_UUIDS } },
	{ "source is Outdated",
	  { true, R(SYNC_TARGET), D(INCONSISTENT), D(OUTDATED), 0, true, false, true, 122 },
	  { R(ESTABLISHED), D(OUTDATED), D(OUTDATED), DRBD_FINISH_TAKE_UUIDS } },
	{ "unstable",
	  { true, R(SYNC_TARGET), D(INCONSISTENT), D(UP_TO_DATE), 0, false, true, true, 122 },
	  { R(ESTABLISHED), D(INCONSISTENT), D(UP_TO_DATE), 0 } },
	{ "target, failures",
	  { true, R(SYNC_TARGET), D(INCONSISTENT), D(UP_TO_DATE), 1, true, true, true, 122 },
	  { R(ESTABLISHED), D(INCONSISTENT), D(UP_TO_DATE), 0 } },
	{ "source",
	  { false, R(SYNC_SOURCE), D(UP_TO_DATE), D(CONSISTENT), 0, true, false, true, 122 },
	  { R(ESTABLISHED), D(UP_TO_DATE), D(CONSISTENT), 0 } },
	{ "source of 8.4",
	  { false, R(SYNC_SOURCE), D(UP_TO_DATE), D(UP_TO_DATE), 0, true, false, true, 101 },
	  { R(ESTABLISHED), D(UP_TO_DATE), D(UP_TO_DATE), DRBD_FINISH_CLEAR_SLOT } },
	{ "source, failures",
	  { false, R(PAUSED_SYNC_S), D(OUTDATED), D(UP_TO_DATE), 1, true, false, true, 101 },
	  { R(ESTABLISHED), D(UP_TO_DATE), D(INCONSISTENT), 0 } },
	{ "verify",
	  { true, R(VERIFY_T), D(UP_TO_DATE), D(OUTDATED), 0, true, true, true, 122 },
	  { R(ESTABLISHED), D(UP_TO_DATE), D(OUTDATED), 0 } },
	{ "verify, compared here",
	  { false, R(VERIFY_S), D(OUTDATED), D(UP_TO_DATE), 1, true, false, true, 101 },
	  { R(ESTABLISHED), D(OUTDATED), D(UP_TO_DATE), 0 } },
	{ "over already",
	  { true, R(ESTABLISHED), D(INCONSISTENT), D(UP_TO_DATE), 0, true, true, true, 122 },
	  { R(ESTABLISHED), D(INCONSISTENT), D(UP_TO_DATE), DRBD_FINISH_IGNORE } },
	{ "source has become a target",
	  { true, R(PAUSED_SYNC_T), D(INCONSISTENT), D(INCONSISTENT), 0, true, false, true, 122 },
	  { R(PAUSED_SYNC_T), D(INCONSISTENT), D(INCONSISTENT), DRBD_FINISH_IGNORE } },
	{ "disconnected",
	  { true, R(OFF), D(INCONSISTENT), D(UNKNOWN), 0, true, true, true, 122 },
	  { R(OFF), D(INCONSISTENT), D(UNKNOWN), DRBD_FINISH_IGNORE } },
	{ "source pulled ahead",
	  { true, R(BEHIND), D(INCONSISTENT), D(UP_TO_DATE), 0, true, true, true, 122 },
	  { R(BEHIND), D(INCONSISTENT), D(UP_TO_DATE), DRBD_FINISH_IGNORE } },
};

KUNIT_ARRAY_PARAM_DESC(over, overs, name);

static void finish_over_test(struct kunit *test)
{
	const struct over_row *row = test->param_value;
	struct drbd_resync_result result;

	drbd_resync_finish(&row->over, &result);
	KUNIT_EXPECT_EQ(test, result.repl, row->result.repl);
	KUNIT_EXPECT_EQ(test, result.disk, row->result.disk);
	KUNIT_EXPECT_EQ(test, result.peer_disk, row->result.peer_disk);
	KUNIT_EXPECT_EQ(test, result.flags, row->result.flags);
}

static void finish_learn_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, drbd_resync_learn(R(SYNC_SOURCE), D(INCONSISTENT), R(ESTABLISHED)),
			DRBD_LEARN_FINISH);
	KUNIT_EXPECT_EQ(test, drbd_resync_learn(R(PAUSED_SYNC_S), D(CONSISTENT), R(ESTABLISHED)),
			DRBD_LEARN_FINISH);
	KUNIT_EXPECT_EQ(test, drbd_resync_learn(R(WF_BITMAP_S), D(INCONSISTENT), R(ESTABLISHED)),
			DRBD_LEARN_REMEMBER);
	KUNIT_EXPECT_EQ(test, drbd_resync_learn(R(SYNC_SOURCE), D(INCONSISTENT), R(WF_BITMAP_T)),
			DRBD_LEARN_NOTHING);
	KUNIT_EXPECT_EQ(test, drbd_resync_learn(R(SYNC_SOURCE), D(OUTDATED), R(ESTABLISHED)),
			DRBD_LEARN_NOTHING);
	KUNIT_EXPECT_EQ(test, drbd_resync_learn(R(VERIFY_S), D(CONSISTENT), R(ESTABLISHED)),
			DRBD_LEARN_NOTHING);
}

static struct kunit_case finish_cases[] = {
	KUNIT_CASE_PARAM(finish_pass_test, pass_gen_params),
	KUNIT_CASE(finish_flush_test),
	KUNIT_CASE_PARAM(finish_over_test, over_gen_params),
	KUNIT_CASE(finish_learn_test),
	{}
};

static struct kunit_suite finish_suite = {
	.name = "drbd-resync-finish",
	.test_cases = finish_cases,
};

kunit_test_suite(finish_suite);
