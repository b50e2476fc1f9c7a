// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the rules of connecting over TCP
 *
 * The tables are those of spec/transport.md 16.
 */

#include <kunit/test.h>
#include <linux/errno.h>

#include "../transport/rules.h"

struct first_row {
	const char *name;
	u8 bytes[DRBD_TCP_FIRST_SIZE];
	int result;
};

static const struct first_row first_rows[] = {
	{ "META", { 0x83, 0x74, 2, 0x67, 0xff, 0xf1, 0, 0 }, DRBD_CONTROL_STREAM },
	{ "DATA", { 0x83, 0x74, 2, 0x67, 0xff, 0xf2, 0, 0 }, DRBD_DATA_STREAM },
	{ "META, length", { 0x83, 0x74, 2, 0x67, 0xff, 0xf1, 0, 4 }, DRBD_CONTROL_STREAM },
	{ "features", { 0x83, 0x74, 2, 0x67, 0xff, 0xfe, 0, 0x48 }, -EPROTO },
	{ "ping", { 0x83, 0x74, 2, 0x67, 0, 0x13, 0, 0 }, -EPROTO },
	{ "h95", { 0x83, 0x5a, 0xff, 0xf1, 0, 0, 0, 0 }, -EINVAL },
	{ "h100", { 0x86, 0x20, 0xec, 0x20, 0xff, 0xff, 0xff, 0xf1 }, -EINVAL },
	{ "lb-tcp", { 0, 0, 0, 0, 0, 0, 0, 8 }, -EINVAL },
	{ "little-endian", { 0x67, 2, 0x74, 0x83, 0xf1, 0xff, 0, 0 }, -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(first, first_rows, name);

static void rules_first_test(struct kunit *test)
{
	const struct first_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_tcp_first_decode(row->bytes), row->result);
}

static void rules_first_encode_test(struct kunit *test)
{
	u8 buf[DRBD_TCP_FIRST_SIZE];

	drbd_tcp_first_encode(DRBD_CONTROL_STREAM, buf);
	KUNIT_EXPECT_MEMEQ(test, buf, first_rows[0].bytes, sizeof(buf));
	drbd_tcp_first_encode(DRBD_DATA_STREAM, buf);
	KUNIT_EXPECT_MEMEQ(test, buf, first_rows[1].bytes, sizeof(buf));
}

static void rules_soften_test(struct kunit *test)
{
	static const int again[] = { 110, 115, 4, 512, 111, 104, 101, 112, 113, 11, 103, 100 };
	static const int fatal[] = { 98, 97, 13, 12, 5 };
	int i;

	for (i = 0; i < ARRAY_SIZE(again); i++)
		KUNIT_EXPECT_EQ_MSG(test, drbd_tcp_soften(-again[i]), -11, "%d", again[i]);
	for (i = 0; i < ARRAY_SIZE(fatal); i++)
		KUNIT_EXPECT_EQ_MSG(test, drbd_tcp_soften(-fatal[i]), -fatal[i], "%d", fatal[i]);
	KUNIT_EXPECT_EQ(test, drbd_tcp_soften(-22), -99);
	KUNIT_EXPECT_EQ(test, drbd_tcp_soften(-99), -99);
}

#define CONNECTED	(-1)

/* @event is a stream that was accepted, or CONNECTED */
struct step_row {
	const char *name;
	bool data, control, same_path;
	int event;
	bool greater;
	struct drbd_tcp_step step;
};

static const struct step_row step_rows[] = {
	{ "connected, greater", 0, 0, 0, CONNECTED, 1, { 0, 0, 0, DRBD_DATA_STREAM } },
	{ "connected, smaller", 0, 0, 0, CONNECTED, 0, { 0, 0, 0, DRBD_CONTROL_STREAM } },
	{ "C, connected", 0, 1, 1, CONNECTED, 0, { 0, 0, 0, DRBD_DATA_STREAM } },
	{ "D, connected", 1, 0, 1, CONNECTED, 1, { 0, 0, 0, DRBD_CONTROL_STREAM } },
	{ "D, connected elsewhere, greater", 1, 0, 0, CONNECTED, 1,
	  { 1, 0, 0, DRBD_DATA_STREAM } },
	{ "D, connected elsewhere, smaller", 1, 0, 0, CONNECTED, 0,
	  { 1, 0, 0, DRBD_CONTROL_STREAM } },
	{ "accepted DATA", 0, 0, 0, DRBD_DATA_STREAM, 0, { 0, 0, 0, DRBD_DATA_STREAM } },
	{ "C, accepted DATA", 0, 1, 1, DRBD_DATA_STREAM, 0, { 0, 0, 0, DRBD_DATA_STREAM } },
	{ "D, accepted DATA", 1, 0, 1, DRBD_DATA_STREAM, 0, { 0, 1, 1, DRBD_DATA_STREAM } },
	{ "D, accepted META", 1, 0, 1, DRBD_CONTROL_STREAM, 0, { 0, 0, 0, DRBD_CONTROL_STREAM } },
	{ "C, accepted META", 0, 1, 1, DRBD_CONTROL_STREAM, 0, { 0, 1, 1, DRBD_CONTROL_STREAM } },
	{ "D, accepted META elsewhere", 1, 0, 0, DRBD_CONTROL_STREAM, 0,
	  { 1, 0, 0, DRBD_CONTROL_STREAM } },
	{ "D, accepted DATA elsewhere", 1, 0, 0, DRBD_DATA_STREAM, 0,
	  { 1, 0, 0, DRBD_DATA_STREAM } },
};

KUNIT_ARRAY_PARAM_DESC(step, step_rows, name);

static void rules_step_test(struct kunit *test)
{
	const struct step_row *row = test->param_value;
	struct drbd_tcp_step step;

	if (row->event == CONNECTED)
		step = drbd_tcp_step_connected(row->data, row->control, row->same_path,
					       row->greater);
	else
		step = drbd_tcp_step_accepted(row->data, row->control, row->same_path,
					      row->event);
	KUNIT_EXPECT_EQ(test, step.drop, row->step.drop);
	KUNIT_EXPECT_EQ(test, step.replace, row->step.replace);
	KUNIT_EXPECT_EQ(test, step.coin, row->step.coin);
	KUNIT_EXPECT_EQ(test, step.stream, row->step.stream);
}

static void rules_ticks_test(struct kunit *test)
{
	static const struct {
		u32 connect_int;
		unsigned int hz;
		unsigned long longer, shorter;
	} wait[] = {
		{ 10, 1000, 11428, 8572 }, { 10, 250, 2857, 2143 }, { 10, 100, 1142, 858 },
		{ 1, 1000, 1142, 858 }, { 1, 250, 285, 215 }, { 1, 100, 114, 86 },
		{ 3, 300, 1028, 772 }, { 2, 250, 571, 429 }, { 120, 1000, 137142, 102858 },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(wait); i++) {
		KUNIT_EXPECT_EQ(test, drbd_tcp_wait_ticks(wait[i].connect_int, wait[i].hz, true),
				wait[i].longer);
		KUNIT_EXPECT_EQ(test, drbd_tcp_wait_ticks(wait[i].connect_int, wait[i].hz, false),
				wait[i].shorter);
	}
	KUNIT_EXPECT_EQ(test, drbd_tcp_first_ticks(5, 250), 500);
	KUNIT_EXPECT_EQ(test, drbd_tcp_check_ticks(0, 5, 250), 125);
	KUNIT_EXPECT_EQ(test, drbd_tcp_check_ticks(20, 5, 250), 500);
}

static struct kunit_case rules_cases[] = {
	KUNIT_CASE_PARAM(rules_first_test, first_gen_params),
	KUNIT_CASE(rules_first_encode_test),
	KUNIT_CASE(rules_soften_test),
	KUNIT_CASE_PARAM(rules_step_test, step_gen_params),
	KUNIT_CASE(rules_ticks_test),
	{}
};

static struct kunit_suite rules_suite = {
	.name = "drbd-transport-rules",
	.test_cases = rules_cases,
};

kunit_test_suite(rules_suite);
