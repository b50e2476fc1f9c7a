// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the speed of a resync or verify
 *
 * Expectations are literals of spec/resync.md 11.9, or reasoned by hand from 5.2
 * to 5.5.
 */

#include <kunit/test.h>
#include <linux/math64.h>
#include <linux/prandom.h>
#include <linux/string.h>

#include "../core/resync_ctrl.h"

#define TURN_NS DRBD_RESYNC_TURN_NS

struct turn_row {
	u32 answered;
	u32 ms;
	u32 in_flight;
	struct drbd_resync_step step;
	u32 blocks4k;
	s64 total;
};

struct plan_row {
	const char *name;
	u32 plan_ahead;
	u32 fill;
	u32 max;
	struct turn_row turns[4];
};

#define FIRST { 0, 100, 0, { 0, 1000, 1000, 50, 50, 50 }, 6, 950 }

static const struct plan_row plans[] = {
	{ "defaults", 20, 100, 102400, {
		FIRST,
		{ 48, 100, 0, { 48, 100, -850, -42, 8, 56 }, 7, 102 },
		{ 56, 100, 0, { 56, 100, -2, 0, 8, 64 }, 8, 94 },
		{ 56, 100, 8, { 56, 100, -2, 0, 8, 64 }, 8, 86 } } },
	{ "no answers", 20, 100, 102400, {
		FIRST,
		{ 0, 100, 48, { 0, 100, -898, -44, 6, 6 }, 0, 64 },
		{ 0, 100, 48, { 0, 100, -12, 0, 6, 6 }, 0, 58 } } },
	{ "short turns", 20, 100, 102400, {
		FIRST,
		{ 48, 50, 0, { 96, 100, -850, -42, 8, 104 }, 13, 102 },
		{ 104, 20, 0, { 520, 100, -2, 0, 8, 528 }, 66, 94 } } },
	{ "aim at a delay", 20, 0, 102400, {
		FIRST,
		{ 48, 100, 0, { 48, 480, -470, -23, 27, 75 }, 9, 463 },
		{ 72, 100, 0, { 72, 720, 257, 12, 39, 111 }, 13, 664 },
		{ 96, 100, 8, { 96, 960, 288, 14, 53, 149 }, 18, 891 } } },
	{ "a turn of 5 s", 20, 0, 102400, {
		FIRST,
		{ 48, 5000, 0, { 48, 48, -902, -45, 5, 53 }, 6, 45 } } },
	{ "up to the maximum", 20, 24000, 10240, {
		FIRST,
		{ 48, 100, 0, { 48, 24000, 23050, 1152, 1202, 1250 }, 156, 22788 },
		{ 1000, 100, 248, { 1000, 24000, 964, 48, 1250, 2048 }, 256, 22498 },
		{ 2048, 100, 248, { 2048, 24000, 1254, 62, 1312, 2048 }, 256, 22426 } } },
	{ "without maximum", 10, 20000, 0, {
		{ 0, 100, 0, { 0, 500, 500, 50, 50, 50 }, 6, 450 },
		{ 48, 100, 0, { 48, 20000, 19550, 1955, 2005, 2053 }, 256, 17995 },
		{ 2040, 100, 8, { 2040, 20000, 1997, 199, 2204, 4244 }, 530, 17781 },
		{ 2000, 200, 2248, { 2000, 20000, -29, -2, 2202, 4202 }, 525, 15559 } } },
	{ "plan of one turn", 1, 100, 102400, {
		{ 0, 100, 0, { 0, 50, 50, 50, 50, 50 }, 6, 0 },
		{ 48, 100, 0, { 48, 100, 100, 100, 100, 148 }, 18, 0 } } },
};

KUNIT_ARRAY_PARAM_DESC(plan, plans, name);

static void ctrl_plan_test(struct kunit *test)
{
	const struct plan_row *row = test->param_value;
	const struct drbd_resync_limits limits = { 4096, 12, 12 };
	struct drbd_resync_options options = {
		.resync_rate = 250, .c_plan_ahead = row->plan_ahead, .c_delay_target = 10,
		.c_fill_target = row->fill, .c_max_rate = row->max, .max_buffers = 2048,
	};
	struct drbd_resync_budget budget;
	struct drbd_resync_plan *plan;
	int i;

	plan = kunit_kzalloc(test, 2 * sizeof(*plan), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, plan);
	drbd_resync_plan_reset(plan, row->plan_ahead);
	drbd_resync_plan_reset(plan + 1, row->plan_ahead);
	for (i = 0; i < ARRAY_SIZE(row->turns) && row->turns[i].ms; i++) {
		const struct turn_row *turn = &row->turns[i];
		const struct drbd_resync_input input = {
			turn->answered, turn->in_flight, turn->ms * 1000000ULL
		};
		struct drbd_resync_step step;

		drbd_resync_plan_turn(plan, &options, &input, &step);
		KUNIT_EXPECT_EQ(test, step.answered, turn->step.answered);
		KUNIT_EXPECT_EQ(test, step.want, turn->step.want);
		KUNIT_EXPECT_EQ(test, step.correction, turn->step.correction);
		KUNIT_EXPECT_EQ(test, step.each, turn->step.each);
		KUNIT_EXPECT_EQ(test, step.now, turn->step.now);
		KUNIT_EXPECT_EQ(test, step.request, turn->step.request);
		KUNIT_EXPECT_EQ(test, plan->total, turn->total);
		drbd_resync_number(plan + 1, &options, &input, &limits, &budget);
		KUNIT_EXPECT_EQ(test, budget.blocks4k, turn->blocks4k);
		KUNIT_EXPECT_EQ(test, budget.rate, turn->blocks4k * 40);
		KUNIT_EXPECT_EQ(test, budget.blocks, turn->blocks4k);
	}
}

static void ctrl_reset_test(struct kunit *test)
{
	struct drbd_resync_plan *plan = kunit_kzalloc(test, sizeof(*plan), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, plan);
	plan->total = 5;
	plan->head = 7;
	plan->entry[3] = 5;
	drbd_resync_plan_reset(plan, 301);
	KUNIT_EXPECT_EQ(test, plan->nr, 300);
	KUNIT_EXPECT_EQ(test, plan->total, 0);
	KUNIT_EXPECT_EQ(test, plan->head, 0);
	KUNIT_EXPECT_EQ(test, plan->entry[3], 0);
}

struct budget_row {
	const char *name;
	u32 request;
	u32 max_buffers;
	u32 in_flight;
	u32 page_size;
	u8 own_shift;
	u8 peer_shift;
	struct drbd_resync_budget budget;
};

static const struct budget_row budgets[] = {
	{ "plain", 1000, 2048, 0, 4096, 12, 12, { 125, 5000, 125 } },
	{ "few buffers", 1000, 32, 0, 4096, 12, 12, { 32, 1280, 32 } },
	{ "few free buffers", 1000, 2048, 16000, 4096, 12, 12, { 48, 1920, 48 } },
	{ "coarse peer", 50, 2048, 0, 4096, 12, 16, { 16, 640, 16 } },
	{ "coarse here", 50, 2048, 0, 4096, 16, 12, { 16, 640, 1 } },
	{ "less than a block", 7, 2048, 0, 4096, 12, 12, { 0, 0, 0 } },
	{ "large", 20480, 2048, 0, 4096, 12, 12, { 2048, 81920, 2048 } },
	{ "both coarse", 1000, 2048, 0, 4096, 13, 16, { 128, 5120, 64 } },
	{ "no free buffers", 1000, 2048, 16384, 4096, 12, 12, { 0, 0, 0 } },
	{ "more in flight than there are buffers", 1000, 2048, 20000, 4096, 12, 12, { 0, 0, 0 } },
	{ "pages of 64 KiB", 1000, 32, 0, 65536, 12, 12, { 125, 5000, 125 } },
};

KUNIT_ARRAY_PARAM_DESC(budget, budgets, name);

static void ctrl_budget_test(struct kunit *test)
{
	const struct budget_row *row = test->param_value;
	const struct drbd_resync_options options = { .max_buffers = row->max_buffers };
	const struct drbd_resync_limits limits = {
		row->page_size, row->own_shift, row->peer_shift
	};
	struct drbd_resync_budget budget;

	drbd_resync_budget(row->request, &options, row->in_flight, &limits, &budget);
	KUNIT_EXPECT_EQ(test, budget.blocks4k, row->budget.blocks4k);
	KUNIT_EXPECT_EQ(test, budget.rate, row->budget.rate);
	KUNIT_EXPECT_EQ(test, budget.blocks, row->budget.blocks);
}

static void ctrl_no_plan_test(struct kunit *test)
{
	const struct drbd_resync_limits limits = { 4096, 12, 12 };
	struct drbd_resync_options options = { .resync_rate = 250, .max_buffers = 2048 };
	struct drbd_resync_input input = { 1000, 0, TURN_NS };
	struct drbd_resync_plan *plan = kunit_kzalloc(test, sizeof(*plan), GFP_KERNEL);
	struct drbd_resync_budget budget;

	KUNIT_ASSERT_NOT_NULL(test, plan);
	drbd_resync_plan_reset(plan, 0);
	drbd_resync_number(plan, &options, &input, &limits, &budget);
	KUNIT_EXPECT_EQ(test, budget.blocks4k, 6);
	options.resync_rate = 10240;
	drbd_resync_number(plan, &options, &input, &limits, &budget);
	KUNIT_EXPECT_EQ(test, budget.blocks4k, 256);
	KUNIT_EXPECT_EQ(test, budget.rate, 10240);
	input.in_flight = 16000;
	drbd_resync_number(plan, &options, &input, &limits, &budget);
	KUNIT_EXPECT_EQ(test, budget.blocks4k, 48);
}

/* Whatever comes in: not below 0, not above the maximum, and the sum is right. */
static void ctrl_limits_test(struct kunit *test)
{
	struct drbd_resync_plan *plan = kunit_kzalloc(test, sizeof(*plan), GFP_KERNEL);
	struct drbd_resync_options options = { .resync_rate = 8388608 };
	struct drbd_resync_step step;
	struct rnd_state rnd;
	int i, j;

	KUNIT_ASSERT_NOT_NULL(test, plan);
	prandom_seed_state(&rnd, 21);
	for (i = 0; i < 30000; i++) {
		struct drbd_resync_input input = {
			prandom_u32_state(&rnd) >> prandom_u32_state(&rnd) % 32,
			prandom_u32_state(&rnd) >> prandom_u32_state(&rnd) % 32,
			prandom_u32_state(&rnd) >> prandom_u32_state(&rnd) % 32,
		};
		s64 sum = 0;

		if (i % 100 == 0) {
			options.c_plan_ahead = 1 + prandom_u32_state(&rnd) % 300;
			options.c_delay_target = 1 + prandom_u32_state(&rnd) % 100;
			options.c_fill_target = prandom_u32_state(&rnd) % 3 ?
				prandom_u32_state(&rnd) % 1048577 : 0;
			options.c_max_rate = prandom_u32_state(&rnd) % 3 ?
				prandom_u32_state(&rnd) % 4194305 : 0;
			drbd_resync_plan_reset(plan, options.c_plan_ahead);
		}
		/* extremes in a row do the most harm */
		if (i % 1000 < 300) {
			input.answered = i % 2 ? U32_MAX : 0;
			input.in_flight = i % 2 ? 0 : U32_MAX;
			input.elapsed = 0;
		}
		drbd_resync_plan_turn(plan, &options, &input, &step);
		if (options.c_max_rate)
			KUNIT_ASSERT_LE(test, step.request, options.c_max_rate / 5);
		KUNIT_ASSERT_LE(test, step.request, S32_MAX);
		for (j = 0; j < plan->nr; j++)
			sum += plan->entry[j];
		KUNIT_ASSERT_EQ(test, sum, plan->total);
		KUNIT_ASSERT_LE(test, sum, 1LL << 30);
		KUNIT_ASSERT_GE(test, sum, -(1LL << 30));
	}
}

struct link_row {
	const char *name;
	u32 plan_ahead;
	u32 fill;
	u32 capacity;	/* sectors that the network moves in a turn */
	u32 in_flight;	/* where it shall end, in sectors */
	u32 tolerance;
};

/* A link that answers "capacity" sectors per turn, as long as there are so many. */
static const struct link_row links[] = {
	{ "fill target", 20, 8000, 2000, 8000, 400 },
	{ "small fill target", 20, 3000, 2000, 3000, 400 },
	{ "long plan", 100, 8000, 2000, 8000, 400 },
	{ "delay target of 1 s", 20, 0, 2000, 20000, 1000 },
};

KUNIT_ARRAY_PARAM_DESC(link, links, name);

static void ctrl_converge_test(struct kunit *test)
{
	const struct link_row *row = test->param_value;
	struct drbd_resync_plan *plan = kunit_kzalloc(test, sizeof(*plan), GFP_KERNEL);
	const struct drbd_resync_options options = {
		.resync_rate = 250, .c_plan_ahead = row->plan_ahead, .c_delay_target = 10,
		.c_fill_target = row->fill,
	};
	struct drbd_resync_input input = { .elapsed = TURN_NS };
	struct drbd_resync_step step;
	u32 in_flight = 0;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, plan);
	drbd_resync_plan_reset(plan, row->plan_ahead);
	for (i = 0; i < 2000; i++) {
		input.answered = min(in_flight, row->capacity);
		in_flight -= input.answered;
		input.in_flight = in_flight;
		drbd_resync_plan_turn(plan, &options, &input, &step);
		in_flight += step.request;
		if (i < 1000)
			continue;
		KUNIT_ASSERT_EQ(test, input.answered, row->capacity);
		KUNIT_ASSERT_LE(test, input.in_flight, row->in_flight + row->tolerance);
		KUNIT_ASSERT_GE(test, input.in_flight + row->capacity + row->tolerance,
				row->in_flight);
	}
}

static void ctrl_next_turn_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, drbd_resync_next_turn(25, 0, 0, false), 25);
	KUNIT_EXPECT_EQ(test, drbd_resync_next_turn(25, 0, 100, false), 25);
	KUNIT_EXPECT_EQ(test, drbd_resync_next_turn(25, 40, 100, false), 10);
	KUNIT_EXPECT_EQ(test, drbd_resync_next_turn(25, 40, 100, true), 25);
	KUNIT_EXPECT_EQ(test, drbd_resync_next_turn(25, 100, 100, false), 25);
	/* merging may exceed the budget */
	KUNIT_EXPECT_EQ(test, drbd_resync_next_turn(25, 130, 100, false), 25);
	KUNIT_EXPECT_EQ(test, drbd_resync_next_turn(100, U32_MAX - 1, U32_MAX, false), 99);
}

struct early_row {
	const char *name;
	struct drbd_resync_early early;
	int ticks;
};

/* hz 1000: a turn is 100 ticks. c-max-rate 102400: 10240 KiB per turn. */
static const struct early_row early_rows[] = {
	{ "nothing came in", { true, false, 0, 0, 10, 1000, 102400, 1024 }, -EAGAIN },
	{ "not all came in", { true, false, 100, 101, 10, 1000, 102400, 1024 }, -EAGAIN },
	{ "cancelled", { true, true, 100, 100, 10, 1000, 102400, 1024 }, -EAGAIN },
	{ "cancelled, verify", { false, true, 100, 100, 10, 1000, 102400, 1024 }, 0 },
	{ "few, soon", { true, false, 100, 100, 49, 1000, 102400, 1024 }, 0 },
	/* 50 KiB count as 50 * 20 = 1000, of which 10.24 fit in a second: 9 ticks */
	{ "few, late", { true, false, 100, 100, 50, 1000, 102400, 1024 }, 0 },
	/* 5120 KiB take 50 ticks */
	{ "half, too soon", { true, false, 10240, 10240, 20, 1000, 102400, 1024 }, 30 },
	{ "half, in time", { true, false, 10240, 10240, 50, 1000, 102400, 1024 }, 0 },
	/* 10138 KiB take 99 ticks, 10240 KiB take 100 */
	{ "nearly all", { true, false, 20276, 0, 10, 1000, 102400, 1024 }, 89 },
	{ "all", { true, false, 20480, 0, 10, 1000, 102400, 1024 }, -EAGAIN },
	{ "no maximum", { true, false, 10240, 10240, 1, 1000, 0, 1024 }, 0 },
	/* 1 sector counts as 1024 KiB: 100 ticks of 10240 KiB per second */
	{ "one sector, low maximum", { true, false, 1, 1, 60, 1000, 10240, 1024 }, -EAGAIN },
	{ "one sector, lower maximum", { true, false, 1, 1, 60, 1000, 11378, 1024 }, 29 },
	{ "one sector, maximum 1", { true, false, 1, 1, 0, 1000, 1, 1024 }, -EAGAIN },
	{ "more than any device", { true, false, U32_MAX, 0, 0, 1000, 1, U32_MAX }, -EAGAIN },
	{ "slow clock", { true, false, 10240, 10240, 2, 100, 102400, 1024 }, 3 },
};

KUNIT_ARRAY_PARAM_DESC(early, early_rows, name);

static void ctrl_early_test(struct kunit *test)
{
	const struct early_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_resync_early_turn(&row->early), row->ticks);
}

struct throttle_row {
	const char *name;
	u32 c_min_rate;
	s64 events_last;
	struct drbd_resync_load load;
	bool throttle;
	s64 events_after;
};

static const struct throttle_row throttles[] = {
	{ "never", 0, 0, { 1000000, true, 1000, 1, 12 }, false, 0 },
	{ "idle", 250, 1000, { 1064, false, 1000, 1, 12 }, false, 1000 },
	{ "busy", 250, 1000, { 1065, false, 1000, 1, 12 }, true, 1065 },
	{ "counter went back", 250, 1000, { 500, false, 1000, 1, 12 }, false, 1000 },
	{ "hot extents", 250, 1000, { 1000, true, 1000, 1, 12 }, true, 1000 },
	{ "as fast as allowed", 250, 0, { 100, false, 125, 2, 12 }, false, 100 },
	{ "faster", 249, 0, { 100, false, 125, 2, 12 }, true, 100 },
	{ "no time at all", 499, 0, { 100, false, 125, 0, 12 }, true, 100 },
	{ "large blocks", 3999, 0, { 100, false, 125, 2, 16 }, true, 100 },
	{ "no progress", 250, 0, { 100, false, 0, 1, 12 }, false, 100 },
	{ "loses ground", 250, 0, { 100, false, -100000, 1, 12 }, false, 100 },
	{ "very fast", 4194304, 0, { 100, true, S64_MAX, 1, 20 }, true, 100 },
};

KUNIT_ARRAY_PARAM_DESC(throttle, throttles, name);

static void ctrl_throttle_test(struct kunit *test)
{
	const struct throttle_row *row = test->param_value;
	s64 events = row->events_last;

	KUNIT_EXPECT_EQ(test, drbd_resync_throttle(row->c_min_rate, &row->load, &events),
			row->throttle);
	KUNIT_EXPECT_EQ(test, events, row->events_after);
}

static struct kunit_case ctrl_cases[] = {
	KUNIT_CASE_PARAM(ctrl_plan_test, plan_gen_params),
	KUNIT_CASE(ctrl_reset_test),
	KUNIT_CASE_PARAM(ctrl_budget_test, budget_gen_params),
	KUNIT_CASE(ctrl_no_plan_test),
	KUNIT_CASE(ctrl_limits_test),
	KUNIT_CASE_PARAM(ctrl_converge_test, link_gen_params),
	KUNIT_CASE(ctrl_next_turn_test),
	KUNIT_CASE_PARAM(ctrl_early_test, early_gen_params),
	KUNIT_CASE_PARAM(ctrl_throttle_test, throttle_gen_params),
	{}
};

static struct kunit_suite ctrl_suite = {
	.name = "drbd-resync-ctrl",
	.test_cases = ctrl_cases,
};

kunit_test_suite(ctrl_suite);
