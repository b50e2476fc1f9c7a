// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the bookkeeping of online verify
 *
 * Expectations are literals of spec/resync.md 6, or reasoned by hand from it.
 */

#include <kunit/test.h>
#include <linux/prandom.h>
#include <linux/string.h>

#include "../core/verify.h"

struct ready_row {
	const char *name;
	struct drbd_verify_ready ready;
	int error;
};

#define R(x) DRBD_R_##x
#define D(x) DRBD_D_##x

static const struct ready_row readies[] = {
	{ "ready", { true, false, 88, R(ESTABLISHED), D(INCONSISTENT), D(INCONSISTENT) }, 0 },
	{ "off", { true, false, 0, R(OFF), D(UP_TO_DATE), D(UNKNOWN) }, -15 },
	{ "no algorithm",
	  { false, false, 118, R(ESTABLISHED), D(UP_TO_DATE), D(UP_TO_DATE) }, -14 },
	{ "algorithms differ", { true, true, 118, R(ESTABLISHED), D(UP_TO_DATE), D(UP_TO_DATE) },
	  -EINVAL },
	{ "old peer", { true, false, 87, R(ESTABLISHED), D(UP_TO_DATE), D(UP_TO_DATE) }, -17 },
	{ "resync", { true, false, 118, R(SYNC_SOURCE), D(UP_TO_DATE), D(INCONSISTENT) }, -8 },
	{ "verify", { true, false, 118, R(VERIFY_S), D(UP_TO_DATE), D(UP_TO_DATE) }, -8 },
	{ "no disk", { true, false, 118, R(ESTABLISHED), D(DISKLESS), D(UP_TO_DATE) }, -4 },
	{ "no peer disk", { true, false, 118, R(ESTABLISHED), D(UP_TO_DATE), D(DISKLESS) }, -5 },
	{ "unknown", { true, false, 118, R(ESTABLISHED), D(UP_TO_DATE), D(UNKNOWN) }, -5 },
};

KUNIT_ARRAY_PARAM_DESC(ready, readies, name);

static void verify_ready_test(struct kunit *test)
{
	const struct ready_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_verify_ready(&row->ready), row->error);
}

struct start_row {
	const char *name;
	u64 capacity;
	unsigned int shift;
	u64 start;
	u64 first;
	u64 left;
};

static const struct start_row starts[] = {
	{ "all", 2049, 12, 0, 0, 257 },
	{ "rounded down", 2049, 12, 15, 8, 256 },
	{ "last block", 2049, 12, 2048, 2048, 1 },
	{ "end of the device", 2049, 12, 2049, 2048, 1 },
	{ "end of whole blocks", 2048, 12, 2048, 2040, 1 },
	{ "behind it", 2049, 12, U64_MAX, 2048, 1 },
	{ "large blocks", 2049, 16, 2047, 1920, 2 },
};

KUNIT_ARRAY_PARAM_DESC(start, starts, name);

static void verify_start_test(struct kunit *test)
{
	const struct start_row *row = test->param_value;
	struct drbd_verify v;

	drbd_verify_start(&v, row->capacity, row->shift, row->start);
	KUNIT_EXPECT_EQ(test, v.start, row->first);
	KUNIT_EXPECT_EQ(test, v.position, row->first);
	KUNIT_EXPECT_EQ(test, v.left, row->left);
	KUNIT_EXPECT_EQ(test, v.stop, U64_MAX);
	/* interrupted at once: goes on at the same place */
	KUNIT_EXPECT_EQ(test, drbd_verify_resume(&v), row->first);
}

static void verify_stop_test(struct kunit *test)
{
	struct drbd_verify_report report;
	struct drbd_verify v;
	u64 sector;
	u32 size;

	drbd_verify_start(&v, 2049, 12, 0);
	drbd_verify_start_source(&v, 12, 96);
	KUNIT_EXPECT_EQ(test, v.stop, U64_MAX);
	drbd_verify_start_source(&v, 12, 100);
	KUNIT_EXPECT_EQ(test, v.stop, U64_MAX);
	drbd_verify_start_source(&v, 12, 97);
	KUNIT_EXPECT_EQ(test, v.stop, 12);
	KUNIT_EXPECT_TRUE(test, drbd_verify_next(&v, true, &sector, &size));
	KUNIT_EXPECT_EQ(test, sector, 0);
	KUNIT_EXPECT_EQ(test, size, 4096);
	KUNIT_EXPECT_TRUE(test, drbd_verify_next(&v, false, &sector, &size));
	KUNIT_EXPECT_EQ(test, sector, 8);
	KUNIT_EXPECT_FALSE(test, drbd_verify_next(&v, false, &sector, &size));
	KUNIT_EXPECT_FALSE(test, drbd_verify_result(&v, 0, 4096, DRBD_VERIFY_IN_SYNC, &report));
	KUNIT_EXPECT_TRUE(test, drbd_verify_result(&v, 8, 4096, DRBD_VERIFY_IN_SYNC, &report));
	KUNIT_EXPECT_EQ(test, drbd_verify_resume(&v), 16);

	/* at the border of a block there is nothing left of it */
	drbd_verify_start(&v, 2049, 12, 0);
	drbd_verify_start_source(&v, 8, 118);
	KUNIT_EXPECT_TRUE(test, drbd_verify_next(&v, true, &sector, &size));
	KUNIT_EXPECT_FALSE(test, drbd_verify_next(&v, false, &sector, &size));
	KUNIT_EXPECT_TRUE(test, drbd_verify_result(&v, 0, 4096, DRBD_VERIFY_IN_SYNC, &report));

	/* at least one request is made */
	drbd_verify_start(&v, 2049, 12, 2048);
	drbd_verify_start_source(&v, 0, 118);
	KUNIT_EXPECT_TRUE(test, drbd_verify_next(&v, true, &sector, &size));
	KUNIT_EXPECT_EQ(test, sector, 2048);
	KUNIT_EXPECT_EQ(test, size, 512);
	KUNIT_EXPECT_FALSE(test, drbd_verify_next(&v, true, &sector, &size));
	KUNIT_EXPECT_TRUE(test, drbd_verify_result(&v, 2048, 512, DRBD_VERIFY_SKIP, &report));
	KUNIT_EXPECT_EQ(test, v.skipped, 1);
	KUNIT_EXPECT_EQ(test, drbd_verify_resume(&v), 0);
	/* one result too many does no harm */
	KUNIT_EXPECT_TRUE(test, drbd_verify_result(&v, 2048, 512, DRBD_VERIFY_SKIP, &report));
	KUNIT_EXPECT_EQ(test, v.left, 0);
}

static void verify_answer_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, drbd_verify_answer(D(UP_TO_DATE), R(VERIFY_T), false, 118),
			DRBD_VERIFY_ANSWER_DIGEST);
	KUNIT_EXPECT_EQ(test, drbd_verify_answer(D(INCONSISTENT), R(AHEAD), false, 118),
			DRBD_VERIFY_ANSWER_CANCEL);
	KUNIT_EXPECT_EQ(test, drbd_verify_answer(D(UP_TO_DATE), R(AHEAD), true, 118),
			DRBD_VERIFY_ANSWER_AHEAD);
	KUNIT_EXPECT_EQ(test, drbd_verify_answer(D(UP_TO_DATE), R(AHEAD), false, 115),
			DRBD_VERIFY_ANSWER_AHEAD);
	/* 8.4 does not know that packet */
	KUNIT_EXPECT_EQ(test, drbd_verify_answer(D(UP_TO_DATE), R(AHEAD), false, 101),
			DRBD_VERIFY_ANSWER_DIGEST);
	KUNIT_EXPECT_EQ(test, drbd_verify_answer(D(OUTDATED), R(VERIFY_T), true, 110),
			DRBD_VERIFY_ANSWER_CANCEL);
	KUNIT_EXPECT_EQ(test, drbd_verify_answer(D(OUTDATED), R(VERIFY_T), true, 101),
			DRBD_VERIFY_ANSWER_DIGEST);
}

struct compare_row {
	const char *name;
	struct drbd_verify_compare compare;
	enum drbd_verify_result result;
};

static const struct compare_row compares[] = {
	{ "equal", { true, false, true, true, false, true }, DRBD_VERIFY_IN_SYNC },
	{ "different", { true, false, true, true, false, false }, DRBD_VERIFY_OUT_OF_SYNC },
	{ "read error", { true, false, true, true, true, true }, DRBD_VERIFY_OUT_OF_SYNC },
	{ "no disk", { false, false, true, false, true, false }, DRBD_VERIFY_SKIP },
	{ "conflict", { true, true, true, false, false, false }, DRBD_VERIFY_SKIP },
	{ "old peer, hot extents", { true, false, false, true, false, false }, DRBD_VERIFY_SKIP },
	{ "old peer", { true, false, false, false, false, true }, DRBD_VERIFY_IN_SYNC },
};

KUNIT_ARRAY_PARAM_DESC(compare, compares, name);

static void verify_compare_test(struct kunit *test)
{
	const struct compare_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_verify_compare(&row->compare), row->result);
}

static void verify_wire_test(struct kunit *test)
{
	int i;

	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, drbd_verify_result_encode(i, 122), i);
		KUNIT_EXPECT_EQ(test, drbd_verify_result_encode(i, 121), 4710 + i);
		KUNIT_EXPECT_EQ(test, drbd_verify_result_decode(i, 122), i);
		KUNIT_EXPECT_EQ(test, drbd_verify_result_decode(4710 + i, 121), i);
	}
	KUNIT_EXPECT_EQ(test, drbd_verify_result_decode(3, 122), DRBD_VERIFY_SKIP);
	KUNIT_EXPECT_EQ(test, drbd_verify_result_decode(4713, 118), DRBD_VERIFY_SKIP);
	KUNIT_EXPECT_EQ(test, drbd_verify_result_decode(4709, 118), DRBD_VERIFY_SKIP);
	KUNIT_EXPECT_EQ(test, drbd_verify_result_decode(2, 118), DRBD_VERIFY_SKIP);
}

static void verify_report_test(struct kunit *test)
{
	struct drbd_verify_report report;
	struct drbd_verify v;

	drbd_verify_start(&v, 80, 12, 0);
	drbd_verify_result(&v, 0, 4096, DRBD_VERIFY_OUT_OF_SYNC, &report);
	KUNIT_EXPECT_EQ(test, report.found.sectors, 0);
	drbd_verify_result(&v, 8, 4096, DRBD_VERIFY_OUT_OF_SYNC, &report);
	KUNIT_EXPECT_EQ(test, report.found.sectors, 0);
	/* not adjacent */
	drbd_verify_result(&v, 24, 4096, DRBD_VERIFY_OUT_OF_SYNC, &report);
	KUNIT_EXPECT_EQ(test, report.found.sector, 0);
	KUNIT_EXPECT_EQ(test, report.found.sectors, 16);
	drbd_verify_result(&v, 32, 4096, DRBD_VERIFY_SKIP, &report);
	KUNIT_EXPECT_EQ(test, report.found.sector, 24);
	KUNIT_EXPECT_EQ(test, report.found.sectors, 8);
	KUNIT_EXPECT_EQ(test, report.busy.sectors, 0);
	drbd_verify_result(&v, 40, 4096, DRBD_VERIFY_IN_SYNC, &report);
	KUNIT_EXPECT_EQ(test, report.found.sectors, 0);
	KUNIT_EXPECT_EQ(test, report.busy.sector, 32);
	KUNIT_EXPECT_EQ(test, report.busy.sectors, 8);
	drbd_verify_result(&v, 48, 4096, DRBD_VERIFY_OUT_OF_SYNC, &report);
	drbd_verify_end(&v, &report);
	KUNIT_EXPECT_EQ(test, report.found.sector, 48);
	KUNIT_EXPECT_EQ(test, report.found.sectors, 8);
	KUNIT_EXPECT_EQ(test, report.busy.sectors, 0);
	KUNIT_EXPECT_EQ(test, v.skipped, 8);
	KUNIT_EXPECT_EQ(test, v.left, 4);
	/* interrupted after 6 of 10 blocks */
	KUNIT_EXPECT_EQ(test, drbd_verify_resume(&v), 48);
}

static void add_up(u64 *sum, const struct drbd_verify_range *range)
{
	*sum += range->sectors;
}

/* Any results: each sector is reported once, and an interruption loses nothing. */
static void verify_random_test(struct kunit *test)
{
	struct rnd_state rnd;
	int i;

	prandom_seed_state(&rnd, 61);
	for (i = 0; i < 500; i++) {
		u64 capacity = 1 + prandom_u32_state(&rnd) % 5000;
		unsigned int shift = 12 + prandom_u32_state(&rnd) % 5;
		u64 found = 0, found_logged = 0, busy_logged = 0, skipped = 0, start = 0, sector;
		struct drbd_verify_report report;
		struct drbd_verify v;
		bool done = false;
		u32 size;

		drbd_verify_start(&v, capacity, shift, 0);
		drbd_verify_start_source(&v, U64_MAX, 118);
		while (!done) {
			u32 result = prandom_u32_state(&rnd) % 3;

			if (prandom_u32_state(&rnd) % 20 == 0) {
				skipped += v.skipped;
				drbd_verify_end(&v, &report);
				add_up(&found_logged, &report.found);
				add_up(&busy_logged, &report.busy);
				start = drbd_verify_resume(&v);
				KUNIT_ASSERT_EQ(test, start, v.position);
				drbd_verify_start(&v, capacity, shift, start);
				KUNIT_ASSERT_EQ(test, start, v.start);
			}
			KUNIT_ASSERT_TRUE(test, drbd_verify_next(&v, false, &sector, &size));
			KUNIT_ASSERT_LE(test, sector + size / 512, capacity);
			if (result == DRBD_VERIFY_OUT_OF_SYNC)
				found += size / 512;
			done = drbd_verify_result(&v, sector, size, result, &report);
			add_up(&found_logged, &report.found);
			add_up(&busy_logged, &report.busy);
		}
		drbd_verify_end(&v, &report);
		add_up(&found_logged, &report.found);
		add_up(&busy_logged, &report.busy);
		KUNIT_ASSERT_FALSE(test, drbd_verify_next(&v, false, &sector, &size));
		KUNIT_ASSERT_EQ(test, found_logged, found);
		KUNIT_ASSERT_EQ(test, busy_logged, skipped + v.skipped);
		KUNIT_ASSERT_EQ(test, drbd_verify_resume(&v), 0);
	}
}

static struct kunit_case verify_cases[] = {
	KUNIT_CASE_PARAM(verify_ready_test, ready_gen_params),
	KUNIT_CASE_PARAM(verify_start_test, start_gen_params),
	KUNIT_CASE(verify_stop_test),
	KUNIT_CASE(verify_answer_test),
	KUNIT_CASE_PARAM(verify_compare_test, compare_gen_params),
	KUNIT_CASE(verify_wire_test),
	KUNIT_CASE(verify_report_test),
	KUNIT_CASE(verify_random_test),
	{}
};

static struct kunit_suite verify_suite = {
	.name = "drbd-verify",
	.test_cases = verify_cases,
};

kunit_test_suite(verify_suite);
