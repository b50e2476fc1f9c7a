// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of where application writes go
 *
 * Source: spec/io.md 2.7, 9.4, 10, 14, F5, F11 and F20.
 */

#include <kunit/test.h>

#include "../core/admission.h"

#define DATA	DRBD_SEND_DATA
#define OOS	DRBD_SEND_OUT_OF_SYNC
#define NONE	DRBD_SEND_NOTHING

static const struct send_row {
	const char *name;
	enum drbd_disk disk;
	enum drbd_repl repl;
	bool replicate;
	enum drbd_send send;
} sends[] = {
	{ "UpToDate Established", DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED, 1, DATA },
	{ "UpToDate Off", DRBD_D_UP_TO_DATE, DRBD_R_OFF, 1, DATA },
	{ "UpToDate VerifyS", DRBD_D_UP_TO_DATE, DRBD_R_VERIFY_S, 1, DATA },
	{ "UpToDate SyncTarget", DRBD_D_UP_TO_DATE, DRBD_R_SYNC_TARGET, 1, DATA },
	{ "UpToDate Behind", DRBD_D_UP_TO_DATE, DRBD_R_BEHIND, 1, DATA },
	{ "Inconsistent Established", DRBD_D_INCONSISTENT, DRBD_R_ESTABLISHED, 1, DATA },
	{ "Inconsistent Established 0", DRBD_D_INCONSISTENT, DRBD_R_ESTABLISHED, 0, OOS },
	{ "Inconsistent StartingSyncS", DRBD_D_INCONSISTENT, DRBD_R_STARTING_SYNC_S, 1, NONE },
	{ "Inconsistent WFBitMapS", DRBD_D_INCONSISTENT, DRBD_R_WF_BITMAP_S, 1, OOS },
	{ "Consistent WFBitMapS", DRBD_D_CONSISTENT, DRBD_R_WF_BITMAP_S, 1, OOS },
	{ "Inconsistent WFBitMapT", DRBD_D_INCONSISTENT, DRBD_R_WF_BITMAP_T, 1, DATA },
	{ "Inconsistent SyncSource", DRBD_D_INCONSISTENT, DRBD_R_SYNC_SOURCE, 1, DATA },
	{ "Inconsistent SyncSource 0", DRBD_D_INCONSISTENT, DRBD_R_SYNC_SOURCE, 0, OOS },
	{ "Inconsistent PausedSyncS", DRBD_D_INCONSISTENT, DRBD_R_PAUSED_SYNC_S, 1, DATA },
	{ "Inconsistent PausedSyncT", DRBD_D_INCONSISTENT, DRBD_R_PAUSED_SYNC_T, 1, DATA },
	{ "Inconsistent SyncTarget", DRBD_D_INCONSISTENT, DRBD_R_SYNC_TARGET, 1, DATA },
	{ "Inconsistent Ahead", DRBD_D_INCONSISTENT, DRBD_R_AHEAD, 1, OOS },
	{ "Consistent Ahead", DRBD_D_CONSISTENT, DRBD_R_AHEAD, 1, OOS },
	{ "Inconsistent Behind", DRBD_D_INCONSISTENT, DRBD_R_BEHIND, 1, NONE },
	{ "Outdated Established", DRBD_D_OUTDATED, DRBD_R_ESTABLISHED, 1, OOS },
	{ "Outdated SyncSource", DRBD_D_OUTDATED, DRBD_R_SYNC_SOURCE, 1, OOS },
	{ "Outdated Off", DRBD_D_OUTDATED, DRBD_R_OFF, 1, NONE },
	{ "Inconsistent Off 0", DRBD_D_INCONSISTENT, DRBD_R_OFF, 0, NONE },
	{ "Consistent Established", DRBD_D_CONSISTENT, DRBD_R_ESTABLISHED, 1, NONE },
	{ "Diskless Established", DRBD_D_DISKLESS, DRBD_R_ESTABLISHED, 1, NONE },
	{ "Failed Established", DRBD_D_FAILED, DRBD_R_ESTABLISHED, 1, NONE },
	{ "DUnknown Off", DRBD_D_UNKNOWN, DRBD_R_OFF, 1, NONE },
};

KUNIT_ARRAY_PARAM_DESC(send, sends, name);

static void admission_send_test(struct kunit *test)
{
	const struct send_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_send_decision(row->disk, row->repl, row->replicate),
			row->send);
}

#define BLOCK	DRBD_CONGESTION_BLOCK
#define GO	DRBD_CONGESTION_PULL_AHEAD
#define LEAVE	DRBD_CONGESTION_DISCONNECT

static void admission_congestion_test(struct kunit *test)
{
	static const struct {
		struct drbd_congestion c;
		enum drbd_congested result;
	} rows[] = {
		{ { BLOCK, 118, 1, 1, 1, 9, 1237, 5 }, DRBD_CONGESTED_NOT },
		{ { GO, 95, 1, 1, 1, 9, 1237, 5 }, DRBD_CONGESTED_NOT },
		{ { GO, 96, 1, 1, 1, 9, 1237, 5 }, DRBD_CONGESTED_FILL },
		{ { GO, 118, 0, 1, 1, 9, 1237, 5 }, DRBD_CONGESTED_NOT },
		{ { GO, 118, 1, 0, 1, 9, 1237, 5 }, DRBD_CONGESTED_NOT },
		{ { GO, 118, 1, 1, 100, 99, 1237, 5 }, DRBD_CONGESTED_NOT },
		{ { GO, 118, 1, 1, 100, 100, 1237, 5 }, DRBD_CONGESTED_FILL },
		{ { GO, 118, 1, 1, 0, 999, 1237, 1236 }, DRBD_CONGESTED_NOT },
		{ { GO, 118, 1, 1, 0, 0, 1237, 1237 }, DRBD_CONGESTED_EXTENTS },
		{ { LEAVE, 118, 1, 1, 100, 100, 1237, 5 }, DRBD_CONGESTED_FILL },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		KUNIT_EXPECT_EQ_MSG(test, drbd_congested(&rows[i].c), rows[i].result,
				    "row %d", i);
	KUNIT_EXPECT_EQ(test, drbd_congestion_action(GO, 1), GO);
	KUNIT_EXPECT_EQ(test, drbd_congestion_action(LEAVE, 1), LEAVE);
	KUNIT_EXPECT_EQ(test, drbd_congestion_action(GO, 0), BLOCK);
}

/* F11 has 32-bit times; here they have 64 bits, and wrap there. */
static void admission_net_timeout_test(struct kunit *test)
{
	static const u64 old = 0 - (1ULL << 62);
	static const struct {
		struct drbd_net_timeout t;
		enum drbd_timeout result;
	} rows[] = {
		{ { 5200, 4200, 1000, old, 0, 1, 0 }, DRBD_TIMEOUT_NOT },
		{ { 5201, 4200, 1000, old, 0, 1, 0 }, DRBD_TIMEOUT_REQUEST },
		{ { 5201, 4200, 1000, 1500, 0, 1, 0 }, DRBD_TIMEOUT_NOT },
		{ { 5201, 4200, 1000, 900, 0, 1, 0 }, DRBD_TIMEOUT_REQUEST },
		{ { 5201, 4200, 1000, old, 0, 0, 1 }, DRBD_TIMEOUT_NO_BARRIER },
		{ { 999999, 4200, 1000, old, 0, 0, 1 }, DRBD_TIMEOUT_NO_BARRIER },
		{ { 5200, 4200, 1000, old, 0, 0, 1 }, DRBD_TIMEOUT_NOT },
		{ { 5201, 4200, 1000, old, 1001, 0, 0 }, DRBD_TIMEOUT_NOT },
		{ { 5202, 4200, 1000, old, 1001, 0, 0 }, DRBD_TIMEOUT_BARRIER },
		{ { 999999, 0, 1000, old, 0, 1, 0 }, DRBD_TIMEOUT_NOT },
		{ { 4184, 4200, 0 - 16ULL, old, 0, 1, 0 }, DRBD_TIMEOUT_NOT },
		{ { 4185, 4200, 0 - 16ULL, old, 0, 1, 0 }, DRBD_TIMEOUT_REQUEST },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		KUNIT_EXPECT_EQ_MSG(test, drbd_net_timeout(&rows[i].t), rows[i].result,
				    "row %d", i);
	KUNIT_EXPECT_FALSE(test, drbd_disk_timeout(200, 100, 100, 0));
	KUNIT_EXPECT_TRUE(test, drbd_disk_timeout(201, 100, 100, 0));
	KUNIT_EXPECT_FALSE(test, drbd_disk_timeout(201, 100, 100, 101));
	KUNIT_EXPECT_FALSE(test, drbd_disk_timeout(9999, 0, 100, 0));
}

static void admission_walk_test(struct kunit *test)
{
	static const struct {
		struct drbd_walk walk;
		bool told;
		enum drbd_request_event event;
	} rows[] = {
		/* was suspended, resumes, was connected, connected, resync */
		{ { 1, 1, 0, 0, 0 }, true, DRBD_REQ_EV_SUSPEND_CANCEL },
		{ { 1, 1, 1, 1, 0 }, false, 0 },
		{ { 1, 0, 0, 0, 0 }, false, 0 },
		{ { 1, 0, 0, 1, 0 }, true, DRBD_REQ_EV_RESEND },
		{ { 1, 1, 0, 1, 0 }, true, DRBD_REQ_EV_RESEND },
		{ { 1, 1, 0, 1, 1 }, true, DRBD_REQ_EV_SUSPEND_CANCEL },
		{ { 1, 0, 0, 1, 1 }, true, DRBD_REQ_EV_SUSPEND_CANCEL },
		{ { 0, 0, 0, 1, 0 }, false, 0 },
		{ { 0, 1, 0, 0, 0 }, false, 0 },
	};
	enum drbd_request_event event;
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		KUNIT_EXPECT_EQ_MSG(test, drbd_walk_event(&rows[i].walk, &event), rows[i].told,
				    "row %d", i);
		if (rows[i].told)
			KUNIT_EXPECT_EQ_MSG(test, event, rows[i].event, "row %d", i);
	}
}

/* Only between a disk that can be written to and one that cannot. */
static void admission_state_first_test(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, drbd_state_before_data(DRBD_D_UP_TO_DATE, DRBD_D_FAILED));
	KUNIT_EXPECT_TRUE(test, drbd_state_before_data(DRBD_D_INCONSISTENT, DRBD_D_DISKLESS));
	KUNIT_EXPECT_FALSE(test, drbd_state_before_data(DRBD_D_FAILED, DRBD_D_DISKLESS));
	KUNIT_EXPECT_FALSE(test, drbd_state_before_data(DRBD_D_UP_TO_DATE, DRBD_D_INCONSISTENT));
	KUNIT_EXPECT_FALSE(test, drbd_state_before_data(DRBD_D_DISKLESS, DRBD_D_UP_TO_DATE));
}

static struct kunit_case admission_cases[] = {
	KUNIT_CASE_PARAM(admission_send_test, send_gen_params),
	KUNIT_CASE(admission_state_first_test),
	KUNIT_CASE(admission_congestion_test),
	KUNIT_CASE(admission_net_timeout_test),
	KUNIT_CASE(admission_walk_test),
	{}
};

static struct kunit_suite admission_suite = {
	.name = "drbd-admission",
	.test_cases = admission_cases,
};

kunit_test_suite(admission_suite);
