// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of where application reads go
 *
 * Source: spec/io.md 5.1 to 5.3, F4 and F19.
 */

#include <kunit/test.h>

#include "../core/read_path.h"

static void read_locally_test(struct kunit *test)
{
	static const struct {
		struct drbd_read_local local;
		bool readable;
	} rows[] = {
		{ { DRBD_D_UP_TO_DATE, 0, 0, 1 }, true },
		{ { DRBD_D_INCONSISTENT, 0, 2, 0 }, true },
		{ { DRBD_D_INCONSISTENT, 0, 2, 1 }, false },
		{ { DRBD_D_INCONSISTENT, 0, 0, 0 }, false },
		{ { DRBD_D_INCONSISTENT, 1, 0, 0 }, true },
		{ { DRBD_D_OUTDATED, 1, 2, 0 }, false },
		{ { DRBD_D_CONSISTENT, 0, 2, 0 }, false },
		{ { DRBD_D_FAILED, 0, 2, 0 }, false },
		{ { DRBD_D_DISKLESS, 0, 2, 0 }, false },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		KUNIT_EXPECT_EQ_MSG(test, drbd_read_locally(&rows[i].local), rows[i].readable,
				    "row %d", i);
}

static void read_candidate_test(struct kunit *test)
{
	struct drbd_read_peers peers = { .c = BIT_ULL(1) | BIT_ULL(3), .b = BIT_ULL(2) };
	u64 left = 0;

	KUNIT_EXPECT_EQ(test, drbd_read_candidate(&peers, &left), 1);
	KUNIT_EXPECT_EQ(test, drbd_read_candidate(&peers, &left), 3);
	KUNIT_EXPECT_EQ(test, drbd_read_candidate(&peers, &left), 1);
	KUNIT_EXPECT_EQ(test, drbd_read_candidate(&peers, &left), 3);
	KUNIT_EXPECT_EQ(test, drbd_read_candidate(&peers, &left), 1);
	/* 3 is left in this round, but is no candidate any more */
	peers.c = 0;
	KUNIT_EXPECT_EQ(test, drbd_read_candidate(&peers, &left), 2);
	peers.b = 0;
	peers.a = BIT_ULL(31);
	KUNIT_EXPECT_EQ(test, drbd_read_candidate(&peers, &left), 31);
	peers.a = 0;
	KUNIT_EXPECT_EQ(test, drbd_read_candidate(&peers, &left), DRBD_NO_NODE);
}

static void read_stripe_test(struct kunit *test)
{
	static const struct {
		enum drbd_read_balancing policy;
		u64 sector;
		bool remote;
	} rows[] = {
		{ 5, 0, 0 }, { 5, 63, 0 }, { 5, 64, 1 }, { 5, 127, 1 }, { 5, 128, 0 },
		{ 5, 2047, 1 }, { 6, 64, 0 }, { 6, 128, 1 }, { 6, 256, 0 }, { 6, 2047, 1 },
		{ 7, 128, 0 }, { 7, 256, 1 }, { 7, 512, 0 }, { 8, 256, 0 }, { 8, 512, 1 },
		{ 8, 1024, 0 }, { 8, 2047, 1 }, { 9, 512, 0 }, { 9, 1024, 1 }, { 9, 2047, 1 },
		{ 9, 2048, 0 }, { 10, 2047, 0 }, { 10, 2048, 1 }, { 10, 4096, 0 },
		{ 5, 1ULL << 40 | 64, 1 },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		KUNIT_EXPECT_EQ_MSG(test, drbd_read_stripe(rows[i].policy, rows[i].sector),
				    rows[i].remote, "row %d", i);
}

#define HERE	DRBD_READ_LOCAL
#define THERE	DRBD_READ_REMOTE

static void read_choose_test(struct kunit *test)
{
	static const struct {
		struct drbd_read_choice choice;
		bool toggle;
		enum drbd_read_from from;
		bool toggle_after;
	} rows[] = {
		{ { 1, 1, DRBD_READ_PREFER_LOCAL }, 0, HERE, 0 },
		{ { 1, 1, DRBD_READ_PREFER_REMOTE }, 0, THERE, 0 },
		{ { 1, 0, DRBD_READ_PREFER_REMOTE }, 0, HERE, 0 },
		{ { 0, 1, DRBD_READ_PREFER_LOCAL }, 0, THERE, 0 },
		{ { 0, 1, DRBD_READ_ROUND_ROBIN }, 0, THERE, 0 },
		{ { 0, 0, DRBD_READ_PREFER_LOCAL }, 0, DRBD_READ_FAIL, 0 },
		{ { 1, 1, DRBD_READ_ROUND_ROBIN }, 0, HERE, 1 },
		{ { 1, 1, DRBD_READ_ROUND_ROBIN }, 1, THERE, 0 },
		{ { 1, 1, DRBD_READ_LEAST_PENDING, 0, 5, 4 }, 0, THERE, 0 },
		{ { 1, 1, DRBD_READ_LEAST_PENDING, 0, 5, 5 }, 0, HERE, 0 },
		{ { 1, 1, DRBD_READ_WHEN_CONGESTED }, 0, HERE, 0 },
		{ { 1, 1, DRBD_READ_32K_STRIPING, 64 }, 0, THERE, 0 },
		{ { 1, 1, DRBD_READ_1M_STRIPING, 64 }, 0, HERE, 0 },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		bool toggle = rows[i].toggle;

		KUNIT_EXPECT_EQ_MSG(test, drbd_read_choose(&rows[i].choice, &toggle),
				    rows[i].from, "row %d", i);
		KUNIT_EXPECT_EQ_MSG(test, toggle, rows[i].toggle_after, "row %d", i);
	}
}

static struct kunit_case read_path_cases[] = {
	KUNIT_CASE(read_locally_test),
	KUNIT_CASE(read_candidate_test),
	KUNIT_CASE(read_stripe_test),
	KUNIT_CASE(read_choose_test),
	{}
};

static struct kunit_suite read_path_suite = {
	.name = "drbd-read-path",
	.test_cases = read_path_cases,
};

kunit_test_suite(read_path_suite);
