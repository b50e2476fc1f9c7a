// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the gate for application requests
 *
 * The table is that of F22 in spec/io.md, but for a new UUID that cannot be created
 * for want of quorum: to give it up would lose it for the first write that succeeds.
 */

#include <kunit/test.h>

#include "../core/gate.h"

struct gate_row {
	const char *name;
	struct drbd_gate gate;
	enum drbd_admission admission;
};

static const struct gate_row gate_rows[] = {
	{ "free", { .limit = 8000 }, DRBD_ADMIT },
	{ "suspended", { .suspended = 1, .limit = 8000 }, DRBD_ADMIT_WAIT },
	{ "error, suspended", { .io_error = 1, .suspended = 1, .limit = 8000 }, DRBD_ADMIT },
	{ "count", { .suspend_count = 1, .limit = 8000 }, DRBD_ADMIT_WAIT },
	{ "unstable", { .unstable = 1, .limit = 8000 }, DRBD_ADMIT_WAIT },
	{ "bitmap work", { .bitmap_work = 1, .limit = 8000 }, DRBD_ADMIT_WAIT },
	{ "new UUID", { .want_new_uuid = 1, .limit = 8000 }, DRBD_ADMIT_NEW_UUID },
	{ "new UUID, triggered", { .want_new_uuid = 1, .uuid_triggered = 1, .limit = 8000 },
	  DRBD_ADMIT_WAIT },
	{ "limit", { .in_flight = 8000, .limit = 8000 }, DRBD_ADMIT_WAIT },
	{ "below the limit", { .in_flight = 7999, .limit = 8000 }, DRBD_ADMIT },
	{ "error, new UUID", { .io_error = 1, .want_new_uuid = 1, .uuid_triggered = 1,
			       .limit = 8000 }, DRBD_ADMIT },
	{ "error, limit", { .io_error = 1, .in_flight = 8000, .limit = 8000 }, DRBD_ADMIT_WAIT },
	{ "error, all others", { .io_error = 1, .suspended = 1, .suspend_count = 2, .unstable = 1,
				 .bitmap_work = 1, .limit = 8000 }, DRBD_ADMIT },
	/* no UUID while the suspension may still show that none is needed */
	{ "suspended, new UUID", { .suspended = 1, .want_new_uuid = 1, .limit = 8000 },
	  DRBD_ADMIT_WAIT },
};

KUNIT_ARRAY_PARAM_DESC(gate, gate_rows, name);

static void gate_test(struct kunit *test)
{
	const struct gate_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_gate(&row->gate), row->admission);
}

static struct kunit_case gate_cases[] = {
	KUNIT_CASE_PARAM(gate_test, gate_gen_params),
	{}
};

static struct kunit_suite gate_suite = {
	.name = "drbd-gate",
	.test_cases = gate_cases,
};

kunit_test_suite(gate_suite);
