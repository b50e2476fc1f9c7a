// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of when a data generation that is due begins
 *
 * Rows are the rules G1 to G4 of spec/resync.md 1.6.
 */

#include <kunit/test.h>

#include "../core/uuid_need.h"

struct consume_row {
	const char *name;
	enum drbd_need_event event;
	struct drbd_need_state state;
	unsigned int actions;
};

#define DUE .due = true
#define OK DUE, .quorum = true, .accessible = true
#define WRITES OK, .unfinished = true
#define CREATE (DRBD_NEED_CREATE | DRBD_NEED_CLEAR)

static const struct consume_row consumes[] = {
	{ "request", DRBD_NEED_REQUEST, { OK }, DRBD_NEED_PING | CREATE },
	{ "request, not due", DRBD_NEED_REQUEST, { .quorum = true, .accessible = true }, 0 },
	{ "request, no quorum", DRBD_NEED_REQUEST, { DUE, .accessible = true }, 0 },
	{ "request, no data", DRBD_NEED_REQUEST, { DUE, .quorum = true }, 0 },
	{ "request, suspended", DRBD_NEED_REQUEST, { OK, .suspended = true }, 0 },
	{ "connection lost", DRBD_NEED_CONN_LOST, { WRITES },
		DRBD_NEED_CLEAR_FIRST | DRBD_NEED_PING | DRBD_NEED_CREATE },
	{ "connection lost, idle", DRBD_NEED_CONN_LOST, { OK }, 0 },
	{ "connection lost, suspended", DRBD_NEED_CONN_LOST, { WRITES, .suspended = true }, 0 },
	{ "connection lost, no data", DRBD_NEED_CONN_LOST,
		{ DUE, .quorum = true, .unfinished = true }, 0 },
	{ "connection lost, no quorum", DRBD_NEED_CONN_LOST,
		{ DUE, .accessible = true, .unfinished = true }, 0 },
	{ "connection lost, quorum was lost", DRBD_NEED_CONN_LOST,
		{ WRITES, .lost_quorum = true }, 0 },
	{ "end of suspension", DRBD_NEED_UNSUSPEND, { OK, .suspended = true },
		DRBD_NEED_HOLD | CREATE },
	{ "disk failed", DRBD_NEED_DISK_FAILED, { OK }, CREATE },
	{ "disk failed, suspended", DRBD_NEED_DISK_FAILED, { OK, .suspended = true }, 0 },
	{ "fenced", DRBD_NEED_FENCED, { OK, .suspended = true }, CREATE },
	{ "fenced, not due", DRBD_NEED_FENCED, { .suspended = true }, 0 },
	{ "resume-io", DRBD_NEED_RESUME_IO, { OK, .suspended = true }, CREATE },
	{ "peer rebooted", DRBD_NEED_PEER_REBOOTED, { OK, .suspended = true }, CREATE },
	{ "peer back", DRBD_NEED_PEER_BACK, { OK, .suspended = true }, DRBD_NEED_CLEAR },
	{ "demoted", DRBD_NEED_DEMOTED, { OK }, DRBD_NEED_CLEAR },
	{ "no such event", (enum drbd_need_event)99, { OK }, 0 },
};

KUNIT_ARRAY_PARAM_DESC(consume, consumes, name);

static void need_consume_test(struct kunit *test)
{
	const struct consume_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_uuid_need_consume(row->event, &row->state), row->actions);
}

static struct kunit_case need_cases[] = {
	KUNIT_CASE_PARAM(need_consume_test, consume_gen_params),
	{}
};

static struct kunit_suite need_suite = {
	.name = "drbd-uuid-need",
	.test_cases = need_cases,
};

kunit_test_suite(need_suite);
