// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the progress of a resync or verify
 *
 * Expectations are literals of spec/admin.md 20.13, or reasoned by hand from
 * spec/resync.md 4.11.
 */

#include <kunit/test.h>
#include <linux/prandom.h>
#include <linux/string.h>

#include "../core/progress.h"

struct bar_row {
	const char *name;
	unsigned int permille;
	const char *bar;
};

static const struct bar_row bars[] = {
	{ "nothing", 0, "[>....................]" },
	{ "too little", 49, "[>....................]" },
	{ "first cell", 50, "[>...................]" },
	{ "a third", 335, "[=====>..............]" },
	{ "half", 500, "[=========>..........]" },
	{ "nearly", 999, "[==================>.]" },
	{ "all", 1000, "[===================>]" },
	{ "too much", 5000, "[===================>]" },
};

KUNIT_ARRAY_PARAM_DESC(bar, bars, name);

static void progress_bar_test(struct kunit *test)
{
	const struct bar_row *row = test->param_value;
	char bar[DRBD_PROGRESS_BAR];

	memset(bar, 'x', sizeof(bar));
	drbd_progress_bar(row->permille, bar);
	KUNIT_EXPECT_STREQ(test, bar, row->bar);
}

struct permille_row {
	const char *name;
	u64 total;
	u64 left;
	unsigned int permille;
};

static const struct permille_row permilles[] = {
	{ "no resync", 0, 0, 1000 },
	{ "out of nothing", 0, 5, 0 },
	{ "start", 1000, 1000, 0 },
	{ "one of a thousand", 1000, 999, 1 },
	{ "a third", 3, 2, 333 },
	{ "half", 2000, 1000, 500 },
	{ "one left of many", 1ULL << 38, 1, 999 },
	{ "done", 1ULL << 38, 0, 1000 },
	{ "more than at the start", 10, 11, 0 },
	{ "no such device", U64_MAX, U64_MAX - 1, 0 },
};

KUNIT_ARRAY_PARAM_DESC(permille, permilles, name);

static void progress_permille_test(struct kunit *test)
{
	const struct permille_row *row = test->param_value;
	struct drbd_progress p = { .total = row->total };

	KUNIT_EXPECT_EQ(test, drbd_progress_permille(&p, row->left), row->permille);
}

/* 1000 blocks of 4 KiB per second, one call a second */
static void progress_marks_test(struct kunit *test)
{
	struct drbd_progress_report report;
	struct drbd_progress p;
	int i, marks = 0;

	drbd_progress_start(&p, 100000, 5000);
	KUNIT_EXPECT_EQ(test, p.total, 100000);
	KUNIT_EXPECT_EQ(test, drbd_progress_speed(&p, 100000, 5000, 12), 0);
	KUNIT_EXPECT_EQ(test, drbd_progress_eta(&p, 100000, 5000), DRBD_PROGRESS_NEVER);
	for (i = 1; i <= 30; i++)
		marks += drbd_progress_note(&p, 100000 - i * 1000, 5000 + i * 1000);
	KUNIT_EXPECT_EQ(test, marks, 10);
	KUNIT_EXPECT_EQ(test, p.last, 2);
	KUNIT_EXPECT_EQ(test, p.marks[2].time, 35000);
	KUNIT_EXPECT_EQ(test, p.marks[2].left, 70000);

	/* mark 4 is 18 s old, mark 1 is 3 s old */
	drbd_progress_report(&p, 70000, 35000, 12, &report);
	KUNIT_EXPECT_EQ(test, report.total, 800000);
	KUNIT_EXPECT_EQ(test, report.dt_start, 30000);
	KUNIT_EXPECT_EQ(test, report.paused, 0);
	KUNIT_EXPECT_EQ(test, report.dt0, 18000);
	KUNIT_EXPECT_EQ(test, report.db0, 18000 * 8);
	KUNIT_EXPECT_EQ(test, report.dt1, 3000);
	KUNIT_EXPECT_EQ(test, report.db1, 3000 * 8);
	KUNIT_EXPECT_EQ(test, drbd_progress_speed(&p, 70000, 35000, 12), 4000);
	KUNIT_EXPECT_EQ(test, drbd_progress_average(&p, 70000, 35000, 12), 4000);
	KUNIT_EXPECT_EQ(test, drbd_progress_eta(&p, 70000, 35000), 70);
	/* blocks of 64 KiB */
	KUNIT_EXPECT_EQ(test, drbd_progress_speed(&p, 70000, 35000, 16), 64000);

	drbd_progress_report(&p, 0, 35000, 12, &report);
	KUNIT_EXPECT_EQ(test, report.total, 0);
	KUNIT_EXPECT_EQ(test, report.dt_start, 0);
	KUNIT_EXPECT_EQ(test, report.db0, 0);
	KUNIT_EXPECT_EQ(test, drbd_progress_eta(&p, 0, 35000), 0);
}

static void progress_stalled_test(struct kunit *test)
{
	struct drbd_progress p;

	drbd_progress_start(&p, 1000, 0);
	KUNIT_EXPECT_FALSE(test, drbd_progress_note(&p, 999, 2999));
	KUNIT_EXPECT_TRUE(test, drbd_progress_note(&p, 999, 3000));
	/* nothing moves: no marks */
	KUNIT_EXPECT_FALSE(test, drbd_progress_note(&p, 999, 100000));
	KUNIT_EXPECT_FALSE(test, drbd_progress_stalled(&p, 180000));
	KUNIT_EXPECT_TRUE(test, drbd_progress_stalled(&p, 180001));
	/* a clock that goes backwards harms nothing */
	KUNIT_EXPECT_FALSE(test, drbd_progress_note(&p, 998, 1));
	KUNIT_EXPECT_FALSE(test, drbd_progress_stalled(&p, 0));
}

/* Writes outrun the resync. */
static void progress_backwards_test(struct kunit *test)
{
	struct drbd_progress_report report;
	struct drbd_progress p;

	drbd_progress_start(&p, 1000, 0);
	p.total = 1500;
	KUNIT_EXPECT_TRUE(test, drbd_progress_note(&p, 1400, 4000));
	drbd_progress_report(&p, 1500, 10000, 12, &report);
	KUNIT_EXPECT_EQ(test, report.db0, -4000);
	KUNIT_EXPECT_EQ(test, report.db1, -4000);
	KUNIT_EXPECT_EQ(test, drbd_progress_speed(&p, 1500, 10000, 12), -200);
	KUNIT_EXPECT_EQ(test, drbd_progress_average(&p, 1600, 10000, 12), -40);
	KUNIT_EXPECT_EQ(test, drbd_progress_eta(&p, 1500, 10000), DRBD_PROGRESS_NEVER);
}

static void progress_pause_test(struct kunit *test)
{
	struct drbd_progress_report report;
	struct drbd_progress p;

	drbd_progress_start(&p, 1000, 0);
	drbd_progress_resume(&p, 77, 50);
	KUNIT_EXPECT_EQ(test, p.marks[0].left, 1000);
	drbd_progress_pause(&p, 10000);
	drbd_progress_pause(&p, 20000);
	/* the pause still lasts */
	drbd_progress_report(&p, 500, 25000, 12, &report);
	KUNIT_EXPECT_EQ(test, report.paused, 15000);
	KUNIT_EXPECT_EQ(test, report.dt_start, 25000);
	KUNIT_EXPECT_FALSE(test, drbd_progress_note(&p, 400, 30000));
	drbd_progress_resume(&p, 500, 40000);
	KUNIT_EXPECT_EQ(test, p.paused, 30000);
	KUNIT_EXPECT_EQ(test, p.marks[7].time, 40000);
	KUNIT_EXPECT_EQ(test, p.marks[7].left, 500);
	/* 500 blocks in the 10 s that were not paused */
	KUNIT_EXPECT_EQ(test, drbd_progress_average(&p, 500, 40000, 12), 200);
	drbd_progress_pause(&p, 41000);
	drbd_progress_resume(&p, 500, 41500);
	KUNIT_EXPECT_EQ(test, p.paused, 30500);
}

static void progress_left_test(struct kunit *test)
{
	struct drbd_progress p = { .failed = 10 };

	KUNIT_EXPECT_EQ(test, drbd_progress_left(&p, 100), 90);
	KUNIT_EXPECT_EQ(test, drbd_progress_left(&p, 10), 0);
	KUNIT_EXPECT_EQ(test, drbd_progress_left(&p, 3), 0);
}

/* Any numbers, also those of no device: no part above 1, no nonsense. */
static void progress_random_test(struct kunit *test)
{
	struct drbd_progress_report report;
	struct drbd_progress p;
	struct rnd_state rnd;
	u64 now = 0, left;
	int i;

	prandom_seed_state(&rnd, 11);
	drbd_progress_start(&p, 0, 0);
	for (i = 0; i < 20000; i++) {
		unsigned int shift = 12 + prandom_u32_state(&rnd) % 9;
		u32 what = prandom_u32_state(&rnd) % 100;

		left = prandom_u32_state(&rnd);
		left = (left << 32 | prandom_u32_state(&rnd)) >> prandom_u32_state(&rnd) % 64;
		now += prandom_u32_state(&rnd) >> prandom_u32_state(&rnd) % 32;
		if (what == 0)
			drbd_progress_start(&p, left, now);
		else if (what == 1)
			drbd_progress_pause(&p, now);
		else if (what == 2)
			drbd_progress_resume(&p, left, now);
		else
			drbd_progress_note(&p, left, now);
		KUNIT_ASSERT_LE(test, drbd_progress_permille(&p, left), 1000);
		KUNIT_ASSERT_EQ(test, drbd_progress_permille(&p, left) == 1000, left == 0);
		drbd_progress_report(&p, left, now, shift, &report);
		KUNIT_ASSERT_LE(test, report.paused, report.dt_start);
		KUNIT_ASSERT_GE(test, report.dt0, report.dt1);
		KUNIT_ASSERT_LE(test, report.db0, 1LL << 51);
		KUNIT_ASSERT_GE(test, report.db0, -(1LL << 51));
		if (report.db0 < 0) {
			KUNIT_ASSERT_LE(test, drbd_progress_speed(&p, left, now, shift), 0);
			KUNIT_ASSERT_EQ(test, drbd_progress_eta(&p, left, now),
					DRBD_PROGRESS_NEVER);
		}
		drbd_progress_average(&p, left, now, shift);
	}
}

static struct kunit_case progress_cases[] = {
	KUNIT_CASE_PARAM(progress_bar_test, bar_gen_params),
	KUNIT_CASE_PARAM(progress_permille_test, permille_gen_params),
	KUNIT_CASE(progress_marks_test),
	KUNIT_CASE(progress_stalled_test),
	KUNIT_CASE(progress_backwards_test),
	KUNIT_CASE(progress_pause_test),
	KUNIT_CASE(progress_left_test),
	KUNIT_CASE(progress_random_test),
	{}
};

static struct kunit_suite progress_suite = {
	.name = "drbd-progress",
	.test_cases = progress_cases,
};

kunit_test_suite(progress_suite);
