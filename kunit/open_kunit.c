// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of opening and closing a device
 *
 * The tables are those of spec/io.md 13.1, 13.2 and F23, and of spec/admin.md
 * 20.7.
 */

#include <kunit/test.h>

#include "../core/open.h"

static void open_may_improve_test(struct kunit *test)
{
	int conn;

	for (conn = DRBD_C_STANDALONE; conn <= DRBD_C_CONNECTED; conn++)
		KUNIT_EXPECT_EQ(test, drbd_conn_may_improve(conn), conn >= 2 && conn <= 8);
}

struct read_row {
	const char *name;
	struct drbd_read_open read;
	int error;
};

static const struct read_row read_rows[] = {
	/* F23 */
	{ "no quorum", { 0, 0, 0, 0, 0, 0 }, -ENODATA },
	{ "no quorum, all else fine", { 0, 1, 0, 1, 1, 1 }, -ENODATA },
	{ "peer Primary", { 1, 0, 1, 0, 0, 0 }, -EMEDIUMTYPE },
	{ "peer Primary, override", { 1, 0, 1, 1, 1, 0 }, 0 },
	{ "both Primary", { 1, 1, 1, 0, 1, 0 }, 0 },
	{ "UpToDate", { 1, 0, 0, 0, 1, 0 }, 0 },
	{ "connecting", { 1, 0, 0, 0, 0, 1 }, -EAGAIN },
	{ "no data", { 1, 0, 0, 0, 0, 0 }, -ENODATA },
	/* spec/admin.md 20.7 */
	{ "peer Primary, UpToDate", { 1, 0, 1, 0, 1, 1 }, -EMEDIUMTYPE },
	{ "Primary without data", { 1, 1, 0, 0, 0, 0 }, -ENODATA },
	{ "UpToDate, connecting", { 1, 0, 0, 0, 1, 1 }, 0 },
};

KUNIT_ARRAY_PARAM_DESC(read, read_rows, name);

static void open_read_test(struct kunit *test)
{
	const struct read_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_read_open(&row->read), row->error);
}

#define GOOD	{ .have_quorum = true, .up_to_date = true }
#define PRIMARY	{ .have_quorum = true, .up_to_date = true, .primary = true }
#define TAKEN	{ .have_quorum = true, .up_to_date = true, .peer_primary = true }
#define SOON	{ .have_quorum = true, .may_improve = true }
#define NO_DATA	{ .have_quorum = true }
#define OOS	{ .have_quorum = true, .up_to_date = true, .allow_oos = true }

/**
 * struct open_row - one question of an open
 * @name: what it is about
 * @open: the open
 * @step: expected
 * @error: expected
 */
struct open_row {
	const char *name;
	struct drbd_open open;
	enum drbd_open_step step;
	int error;
};

static const struct open_row open_rows[] = {
	/* rows 1 to 5 */
	{ "udev", { GOOD, .udev = 1 }, DRBD_OPEN_FAIL, -EACCES },
	{ "udev, override", { OOS, .udev = 1 }, DRBD_OPEN_COUNT },
	{ "udev writes", { GOOD, .udev = 1, .write = 1 }, DRBD_OPEN_COUNT },
	{ "read-only device, write", { GOOD, .write = 1, .read_only = 1 }, DRBD_OPEN_FAIL,
	  -EACCES },
	{ "read-only device, read", { GOOD, .read_only = 1 }, DRBD_OPEN_COUNT },
	{ "fail-io", { GOOD, .fail_io = 1, .going_down = 1 }, DRBD_OPEN_FAIL, -ENOTRECOVERABLE },
	{ "going down", { GOOD, .going_down = 1 }, DRBD_OPEN_FAIL, -EAGAIN },
	{ "unregistered", { GOOD, .unregistered = 1 }, DRBD_OPEN_FAIL, -EAGAIN },
	{ "unregistered later", { GOOD, .unregistered = 1, .counted = 1 }, DRBD_OPEN_FAIL,
	  -ENODEV },
	{ "2PC, first", { GOOD, .twopc_active = 1, .first = 1 }, DRBD_OPEN_WAIT_TWOPC },
	{ "2PC, write", { GOOD, .twopc_active = 1, .write = 1 }, DRBD_OPEN_WAIT_TWOPC },
	{ "2PC, second reader", { GOOD, .twopc_active = 1 }, DRBD_OPEN_COUNT },
	{ "2PC, Primary", { PRIMARY, .twopc_active = 1, .first = 1, .write = 1 },
	  DRBD_OPEN_COUNT },
	{ "2PC, nonblock", { GOOD, .twopc_active = 1, .first = 1, .nonblock = 1 },
	  DRBD_OPEN_FAIL, -EAGAIN },
	{ "2PC, too long", { GOOD, .twopc_active = 1, .first = 1, .expired = 1 },
	  DRBD_OPEN_FAIL, -EAGAIN },
	{ "no 2PC", { GOOD, .first = 1, .write = 1 }, DRBD_OPEN_COUNT },
	/* row 7 */
	{ "auto-promote", { GOOD, .write = 1, .auto_promote = 1, .counted = 1 },
	  DRBD_OPEN_PROMOTE },
	{ "promoted", { PRIMARY, .write = 1, .auto_promote = 1, .counted = 1, .promoted = 1 },
	  DRBD_OPEN_OK },
	{ "not promoted", { GOOD, .write = 1, .auto_promote = 1, .counted = 1, .promoted = 1 },
	  DRBD_OPEN_FAIL, -EROFS },
	{ "interrupted", { GOOD, .write = 1, .auto_promote = 1, .counted = 1, .promoted = 1,
			   .interrupted = 1 }, DRBD_OPEN_FAIL, -ERESTARTSYS },
	{ "is Primary", { PRIMARY, .write = 1, .auto_promote = 1, .counted = 1 }, DRBD_OPEN_OK },
	/* row 8 */
	{ "peer Primary", { TAKEN, .auto_promote = 1, .counted = 1 }, DRBD_OPEN_PING },
	{ "peer alive", { TAKEN, .auto_promote = 1, .counted = 1, .pinged = 1 },
	  DRBD_OPEN_FAIL, -EMEDIUMTYPE },
	{ "peer dead", { GOOD, .auto_promote = 1, .counted = 1, .pinged = 1 }, DRBD_OPEN_OK },
	{ "peer Primary, nonblock", { TAKEN, .auto_promote = 1, .counted = 1, .nonblock = 1 },
	  DRBD_OPEN_FAIL, -EMEDIUMTYPE },
	{ "data soon", { SOON, .auto_promote = 1, .counted = 1 }, DRBD_OPEN_WAIT_CHANGE },
	{ "data soon, pinged", { SOON, .auto_promote = 1, .counted = 1, .pinged = 1 },
	  DRBD_OPEN_WAIT_CHANGE },
	{ "data not so soon", { SOON, .auto_promote = 1, .counted = 1, .expired = 1 },
	  DRBD_OPEN_FAIL, -EMEDIUMTYPE },
	{ "data soon, nonblock", { SOON, .auto_promote = 1, .counted = 1, .nonblock = 1 },
	  DRBD_OPEN_FAIL, -EAGAIN },
	{ "no data", { NO_DATA, .auto_promote = 1, .counted = 1 }, DRBD_OPEN_FAIL, -ENODATA },
	{ "no quorum", { { .up_to_date = 1 }, .auto_promote = 1, .counted = 1 },
	  DRBD_OPEN_FAIL, -ENODATA },
	{ "read", { GOOD, .auto_promote = 1, .counted = 1 }, DRBD_OPEN_OK },
	/* rows 9 to 11 */
	{ "no auto-promote, read", { GOOD, .counted = 1 }, DRBD_OPEN_FAIL, -EMEDIUMTYPE },
	{ "no auto-promote, override", { OOS, .counted = 1 }, DRBD_OPEN_OK },
	{ "no auto-promote, write", { GOOD, .write = 1, .counted = 1 }, DRBD_OPEN_FAIL, -EROFS },
	{ "no auto-promote, Primary", { PRIMARY, .counted = 1 }, DRBD_OPEN_OK },
	{ "no auto-promote, Primary writes", { PRIMARY, .write = 1, .counted = 1 },
	  DRBD_OPEN_OK },
	{ "no auto-promote, Primary, no quorum",
	  { { .primary = 1, .up_to_date = 1 }, .counted = 1 }, DRBD_OPEN_FAIL, -ENODATA },
};

KUNIT_ARRAY_PARAM_DESC(open, open_rows, name);

static void open_next_test(struct kunit *test)
{
	const struct open_row *row = test->param_value;
	int error = 1;

	KUNIT_EXPECT_EQ(test, drbd_open_next(&row->open, &error), row->step);
	KUNIT_EXPECT_EQ(test, error, row->error);
}

/* However long the state stays as it is, each step is asked for once only. */
static void open_ends_test(struct kunit *test)
{
	unsigned int bits;

	for (bits = 0; bits < 1 << 11; bits++) {
		struct drbd_open open = {
			.read = {
				.have_quorum = bits & BIT(0), .primary = bits & BIT(1),
				.peer_primary = bits & BIT(2), .allow_oos = bits & BIT(3),
				.up_to_date = bits & BIT(4), .may_improve = bits & BIT(5),
			},
			.write = bits & BIT(6), .nonblock = bits & BIT(7),
			.twopc_active = bits & BIT(8), .first = bits & BIT(9),
			.auto_promote = bits & BIT(10),
		};
		enum drbd_open_step step = DRBD_OPEN_COUNT;
		int steps, error = 0;

		for (steps = 0; steps < 6; steps++) {
			step = drbd_open_next(&open, &error);
			if (step == DRBD_OPEN_OK || step == DRBD_OPEN_FAIL)
				break;
			open.counted |= step == DRBD_OPEN_COUNT;
			open.promoted |= step == DRBD_OPEN_PROMOTE;
			open.pinged |= step == DRBD_OPEN_PING;
			open.expired |= step == DRBD_OPEN_WAIT_CHANGE;
			if (step == DRBD_OPEN_WAIT_TWOPC)
				open.twopc_active = false;
			if (open.nonblock)
				KUNIT_EXPECT_TRUE(test, step == DRBD_OPEN_COUNT ||
						  step == DRBD_OPEN_PROMOTE);
		}
		KUNIT_EXPECT_LT(test, steps, 6);
		KUNIT_EXPECT_EQ(test, step == DRBD_OPEN_OK, error == 0);
		if (step == DRBD_OPEN_OK && open.write)
			KUNIT_EXPECT_TRUE(test, open.read.primary);
		if (step == DRBD_OPEN_OK && !open.write)
			KUNIT_EXPECT_TRUE(test, open.read.have_quorum && open.read.up_to_date);
	}
}

struct auto_row {
	const char *name;
	enum drbd_rv rv;
	bool nonblock;
	bool may_improve;
	enum drbd_auto_promote_step step;
};

static const struct auto_row auto_rows[] = {
	{ "works", DRBD_SS_SUCCESS, 0, 0, DRBD_AUTO_PROMOTE_DONE },
	{ "is already", DRBD_SS_NOTHING_TO_DO, 1, 0, DRBD_AUTO_PROMOTE_DONE },
	{ "reader at a peer", DRBD_SS_CW_FAILED_BY_PEER, 0, 0, DRBD_AUTO_PROMOTE_PAUSE },
	{ "reader at a peer, nonblock", DRBD_SS_CW_FAILED_BY_PEER, 1, 0,
	  DRBD_AUTO_PROMOTE_GIVE_UP },
	{ "two Primaries", DRBD_SS_TWO_PRIMARIES, 0, 0, DRBD_AUTO_PROMOTE_WAIT_DEMOTE },
	{ "two Primaries, nonblock", DRBD_SS_TWO_PRIMARIES, 1, 0, DRBD_AUTO_PROMOTE_GIVE_UP },
	{ "no data", DRBD_SS_NO_UP_TO_DATE_DISK, 0, 0, DRBD_AUTO_PROMOTE_GIVE_UP },
	{ "data soon", DRBD_SS_NO_UP_TO_DATE_DISK, 0, 1, DRBD_AUTO_PROMOTE_WAIT_DISK },
	{ "data soon, nonblock", DRBD_SS_NO_UP_TO_DATE_DISK, 1, 1, DRBD_AUTO_PROMOTE_GIVE_UP },
	{ "no quorum", DRBD_SS_NO_QUORUM, 0, 1, DRBD_AUTO_PROMOTE_GIVE_UP },
	{ "no reason", DRBD_SS_UNKNOWN_ERROR, 0, 1, DRBD_AUTO_PROMOTE_GIVE_UP },
};

KUNIT_ARRAY_PARAM_DESC(auto, auto_rows, name);

static void open_auto_promote_test(struct kunit *test)
{
	const struct auto_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_auto_promote_next(row->rv, row->nonblock, row->may_improve),
			row->step);
}

static void open_auto_demote_test(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, drbd_auto_demote(true, true, false, 0));
	KUNIT_EXPECT_FALSE(test, drbd_auto_demote(true, true, false, 1));
	KUNIT_EXPECT_FALSE(test, drbd_auto_demote(true, true, true, 0));
	KUNIT_EXPECT_FALSE(test, drbd_auto_demote(true, false, false, 0));
	KUNIT_EXPECT_FALSE(test, drbd_auto_demote(false, true, false, 0));
}

static struct kunit_case open_cases[] = {
	KUNIT_CASE(open_may_improve_test),
	KUNIT_CASE_PARAM(open_read_test, read_gen_params),
	KUNIT_CASE_PARAM(open_next_test, open_gen_params),
	KUNIT_CASE(open_ends_test),
	KUNIT_CASE_PARAM(open_auto_promote_test, auto_gen_params),
	KUNIT_CASE(open_auto_demote_test),
	{}
};

static struct kunit_suite open_suite = {
	.name = "drbd-open",
	.test_cases = open_cases,
};

kunit_test_suite(open_suite);
