// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the names and numbers of states
 *
 * Expectations are literals of spec/state.md 1.3, 1.4 and 2.7: what user space
 * parses, and what peers send.
 */

#include <kunit/test.h>

#include "../core/names.h"

struct state_row {
	const char *name;
	unsigned int number;
	const char *name_84;	/* of a connection state or replication state */
};

static const struct state_row conns[] = {
	{ "StandAlone", 0, "StandAlone" }, { "Disconnecting", 1, "Disconnecting" },
	{ "Unconnected", 2, "Unconnected" }, { "Timeout", 3, "Timeout" },
	{ "BrokenPipe", 4, "BrokenPipe" }, { "NetworkFailure", 5, "NetworkFailure" },
	{ "ProtocolError", 6, "ProtocolError" }, { "TearDown", 7, "TearDown" },
	{ "Connecting", 8, "WFConnection" }, { "Connected", 9, "WFReportParams" },
};

static const struct state_row repls[] = {
	{ "Off", 9, "WFReportParams" }, { "Established", 10, "Connected" },
	{ "StartingSyncS", 11, "StartingSyncS" }, { "StartingSyncT", 12, "StartingSyncT" },
	{ "WFBitMapS", 13, "WFBitMapS" }, { "WFBitMapT", 14, "WFBitMapT" },
	{ "WFSyncUUID", 15, "WFSyncUUID" }, { "SyncSource", 16, "SyncSource" },
	{ "SyncTarget", 17, "SyncTarget" }, { "VerifyS", 18, "VerifyS" },
	{ "VerifyT", 19, "VerifyT" }, { "PausedSyncS", 20, "PausedSyncS" },
	{ "PausedSyncT", 21, "PausedSyncT" }, { "Ahead", 22, "Ahead" },
	{ "Behind", 23, "Behind" },
};

static void names_conn_test(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(conns); i++) {
		KUNIT_EXPECT_STREQ(test, drbd_conn_name(conns[i].number), conns[i].name);
		KUNIT_EXPECT_STREQ(test, drbd_conn_name_84(conns[i].number), conns[i].name_84);
	}
	KUNIT_EXPECT_STREQ(test, drbd_conn_name(10), "unknown");
	KUNIT_EXPECT_STREQ(test, drbd_conn_name((enum drbd_cstate)-1), "unknown");
}

static void names_repl_test(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(repls); i++) {
		KUNIT_EXPECT_STREQ(test, drbd_repl_name(repls[i].number), repls[i].name);
		KUNIT_EXPECT_STREQ(test, drbd_conn_name_84(repls[i].number), repls[i].name_84);
	}
	KUNIT_EXPECT_STREQ(test, drbd_repl_name(8), "unknown");
	KUNIT_EXPECT_STREQ(test, drbd_repl_name(24), "unknown");
	KUNIT_EXPECT_STREQ(test, drbd_conn_name_84(24), "unknown");
	KUNIT_EXPECT_STREQ(test, drbd_conn_name_84(31), "unknown");
}

static void names_role_test(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, drbd_role_name(0), "Unknown");
	KUNIT_EXPECT_STREQ(test, drbd_role_name(1), "Primary");
	KUNIT_EXPECT_STREQ(test, drbd_role_name(2), "Secondary");
	KUNIT_EXPECT_STREQ(test, drbd_role_name(3), "unknown");
}

/**
 * struct disk_row - a disk state and its numbers
 * @name: name for user space
 * @disk: number in version 9
 * @state: what an 8.4 peer is told with P_STATE
 * @request: what an 8.4 peer is told with a state change request
 */
struct disk_row {
	const char *name;
	unsigned int disk;
	unsigned int state;
	unsigned int request;
};

static const struct disk_row disks[] = {
	{ "Diskless", 0, 0, 0 },
	{ "Attaching", 1, 1, 1 },
	{ "Detaching", 2, 2, 2 },
	{ "Failed", 3, 2, 2 },
	{ "Negotiating", 4, 3, 3 },
	{ "Inconsistent", 5, 4, 4 },
	{ "Outdated", 6, 5, 5 },
	{ "DUnknown", 7, 6, 6 },
	{ "Consistent", 8, 7, 7 },
	{ "UpToDate", 9, 8, 8 },
};

KUNIT_ARRAY_PARAM_DESC(disk, disks, name);

static void names_disk_test(struct kunit *test)
{
	const struct disk_row *row = test->param_value;

	KUNIT_EXPECT_STREQ(test, drbd_disk_name(row->disk), row->name);
	KUNIT_EXPECT_EQ(test, drbd_disk_to_84(row->disk), row->state);
	KUNIT_EXPECT_EQ(test, drbd_request_disk_to_84(row->disk), row->request);
	/* 2 is Failed in a state, and Detaching in a request. */
	if (row->disk != 2)
		KUNIT_EXPECT_EQ(test, drbd_disk_from_84(row->state), row->disk);
	if (row->disk != 3)
		KUNIT_EXPECT_EQ(test, drbd_request_disk_from_84(row->request), row->disk);
}

static void names_no_disk_test(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, drbd_disk_name(10), "unknown");
	KUNIT_EXPECT_STREQ(test, drbd_disk_name(15), "unknown");
	/* a complete mask stays one */
	KUNIT_EXPECT_EQ(test, drbd_request_disk_to_84(15), 15);
	KUNIT_EXPECT_EQ(test, drbd_request_disk_from_84(15), 15);
}

static void names_rv_test(struct kunit *test)
{
	int rv;

	KUNIT_EXPECT_STREQ(test, drbd_rv_text(1), "");
	KUNIT_EXPECT_STREQ(test, drbd_rv_text(4), "");
	KUNIT_EXPECT_STREQ(test, drbd_rv_text(0), "unknown error");
	KUNIT_EXPECT_STREQ(test, drbd_rv_text(-1), "Multiple primaries not allowed by config");
	KUNIT_EXPECT_STREQ(test, drbd_rv_text(-2), "Need access to UpToDate data");
	KUNIT_EXPECT_STREQ(test, drbd_rv_text(-3), "unknown error");
	KUNIT_EXPECT_STREQ(test, drbd_rv_text(-16), "Disk state is lower than outdated");
	KUNIT_EXPECT_STREQ(test, drbd_rv_text(-18),
			   "In transient state, retry after next state change");
	KUNIT_EXPECT_STREQ(test, drbd_rv_text(-28), "Retry chosen in handshake");
	KUNIT_EXPECT_STREQ(test, drbd_rv_text(-29), "unknown error");
	KUNIT_EXPECT_STREQ(test, drbd_rv_text(-1000000), "unknown error");
	for (rv = -28; rv < 0; rv++) {
		if (rv != -3)
			KUNIT_EXPECT_STRNEQ(test, drbd_rv_text(rv), "unknown error");
	}
}

static struct kunit_case names_cases[] = {
	KUNIT_CASE(names_conn_test),
	KUNIT_CASE(names_repl_test),
	KUNIT_CASE(names_role_test),
	KUNIT_CASE_PARAM(names_disk_test, disk_gen_params),
	KUNIT_CASE(names_no_disk_test),
	KUNIT_CASE(names_rv_test),
	{}
};

static struct kunit_suite names_suite = {
	.name = "drbd-names",
	.test_cases = names_cases,
};

kunit_test_suite(names_suite);
