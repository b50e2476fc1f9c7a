// SPDX-License-Identifier: GPL-2.0-only
/*
 * Speed of a resync or verify: how much to request, when, and when not
 *
 * A resync shall use what the network and disks have to spare, without filling
 * buffers in which the packets of applications then wait. Neither node knows the
 * bandwidth, so it is controlled by what is in flight: what was answered in the
 * last turn is requested again, plus a correction towards the amount (or delay)
 * that is configured. Answers come one round trip late. Correcting all of the
 * difference at once would correct it again and again until they come, so each
 * correction is spread over the turns of a plan, and what is in the plan already
 * counts as done.
 *
 * The sums are over many turns of unbounded input. Each quantity is therefore
 * limited to more than any device can do, which keeps the sums in their types.
 */

#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "resync_ctrl.h"

/* Sectors per turn: 32 GiB in 100 ms */
#define MOST_SECTORS	(32U << 21)

#define SECOND_NS	1000000000ULL
#define TURNS_PER_SECOND (1000 / DRBD_RESYNC_TURN_MS)
#define SHIFT_4K	12

/* Sectors of others that do not yet make a backing device busy */
#define IDLE_SECTORS	64

/**
 * drbd_resync_plan_reset() - start without any plans
 * @plan: plan
 * @turns: number of turns it shall span, option c-plan-ahead
 *
 * To be called when a resync or verify starts, and when the option changed.
 *
 * Source: spec/resync.md 3.4 and 5.1
 */
void drbd_resync_plan_reset(struct drbd_resync_plan *plan, u32 turns)
{
	memset(plan, 0, sizeof(*plan));
	plan->nr = min_t(u32, turns, DRBD_RESYNC_PLAN_MAX);
}
EXPORT_SYMBOL_GPL(drbd_resync_plan_reset);

/* Sectors that should be in flight */
static s32 wanted(const struct drbd_resync_plan *plan,
		  const struct drbd_resync_options *options, u32 answered, u32 in_flight,
		  u64 elapsed)
{
	u64 want;

	if (!answered && !in_flight)
		want = (u64)options->resync_rate * 2 / TURNS_PER_SECOND * plan->nr;
	else if (options->c_fill_target)
		want = options->c_fill_target;
	else
		want = div_u64((u64)answered * min(options->c_delay_target, 100U) *
			       (SECOND_NS / 10), (u32)elapsed);
	return min_t(u64, want, MOST_SECTORS);
}

/**
 * drbd_resync_plan_turn() - decide how much to request in this turn
 * @plan: plan of at least one turn, that is advanced by one
 * @options: options
 * @input: what happened in the last turn
 * @step: result, and how it came about
 *
 * Source: spec/resync.md 5.2
 */
void drbd_resync_plan_turn(struct drbd_resync_plan *plan,
			   const struct drbd_resync_options *options,
			   const struct drbd_resync_input *input, struct drbd_resync_step *step)
{
	u32 elapsed = clamp(input->elapsed, 1ULL, SECOND_NS);
	u64 answered = min(input->answered, MOST_SECTORS);
	s32 in_flight = min(input->in_flight, MOST_SECTORS);
	s32 request;
	int i;

	if (elapsed < DRBD_RESYNC_TURN_NS)
		answered = div_u64(answered * DRBD_RESYNC_TURN_NS, elapsed);
	step->answered = min_t(u64, answered, MOST_SECTORS);
	step->want = wanted(plan, options, step->answered, in_flight, elapsed);
	step->correction = step->want - in_flight - plan->total;
	step->each = step->correction / plan->nr;
	for (i = 0; i < plan->nr; i++)
		plan->entry[i] += step->each;
	plan->total += (s64)step->each * plan->nr;

	step->now = plan->entry[plan->head];
	plan->entry[plan->head] = 0;
	plan->head = (plan->head + 1) % plan->nr;
	plan->total -= step->now;

	request = max(step->answered + step->now, 0);
	step->request = request;
	/* KiB per second are 2 sectors in ten turns. */
	if (options->c_max_rate)
		step->request = min(step->request,
				    (u32)((u64)options->c_max_rate * 2 / TURNS_PER_SECOND));
}
EXPORT_SYMBOL_GPL(drbd_resync_plan_turn);

static u32 rate_of(u32 blocks4k)
{
	return blocks4k * 4 * TURNS_PER_SECOND;
}

static void set_budget(u32 blocks4k, const struct drbd_resync_options *options, u32 in_flight,
		       const struct drbd_resync_limits *limits,
		       struct drbd_resync_budget *budget)
{
	u64 sectors = (u64)options->max_buffers * (limits->page_size >> DRBD_SECTOR_SHIFT);
	u64 room = sectors > in_flight ? sectors - in_flight : 0;
	u32 unit = 1U << (max(limits->own_shift, limits->peer_shift) - SHIFT_4K);

	if (room < (u64)blocks4k * 8)
		blocks4k = room / 8;
	budget->blocks4k = round_up(blocks4k, unit);
	budget->rate = rate_of(budget->blocks4k);
	budget->blocks = budget->blocks4k >> (limits->own_shift - SHIFT_4K);
}

/**
 * drbd_resync_budget() - make whole blocks of what is to be requested
 * @request: sectors that the plan came to
 * @options: options
 * @in_flight: sectors of requests without an answer
 * @limits: units
 * @budget: result
 *
 * A request for less than a block of either bitmap would never clear a bit in the
 * coarser one, so the number is rounded up to the larger of both. That may exceed
 * the limits by less than one such block.
 *
 * Source: spec/resync.md 5.2
 */
void drbd_resync_budget(u32 request, const struct drbd_resync_options *options, u32 in_flight,
			const struct drbd_resync_limits *limits,
			struct drbd_resync_budget *budget)
{
	set_budget(request / 8, options, in_flight, limits, budget);
}
EXPORT_SYMBOL_GPL(drbd_resync_budget);

/**
 * drbd_resync_number() - size of the next turn
 * @plan: plan, advanced by one turn
 * @options: options
 * @input: what happened in the last turn
 * @limits: units
 * @budget: result
 *
 * Source: spec/resync.md 5.2
 */
void drbd_resync_number(struct drbd_resync_plan *plan,
			const struct drbd_resync_options *options,
			const struct drbd_resync_input *input,
			const struct drbd_resync_limits *limits,
			struct drbd_resync_budget *budget)
{
	struct drbd_resync_step step;

	if (!plan->nr) {
		set_budget(options->resync_rate / (4 * TURNS_PER_SECOND), options,
			   input->in_flight, limits, budget);
		return;
	}
	drbd_resync_plan_turn(plan, options, input, &step);
	drbd_resync_budget(step.request, options, input->in_flight, limits, budget);
}
EXPORT_SYMBOL_GPL(drbd_resync_number);

/**
 * drbd_resync_next_turn() - when the next turn is due
 * @turn: length of a turn, in ticks of any clock
 * @done: blocks that were requested in this one
 * @number: blocks that could have been requested
 * @cut_short: it ended early because requests failed
 *
 * A turn that used only part of its budget took that part of the time from its
 * share of the bandwidth.
 *
 * Return: ticks from the start of this turn.
 * Source: spec/resync.md 5.3
 */
u32 drbd_resync_next_turn(u32 turn, u32 done, u32 number, bool cut_short)
{
	if (!done || done >= number || cut_short)
		return turn;
	return div_u64((u64)turn * done, number);
}
EXPORT_SYMBOL_GPL(drbd_resync_next_turn);

/**
 * drbd_resync_early_turn() - all requests came back before the next turn
 * @early: what came back, and when
 *
 * A turn of few small requests ends long before its time, and the disks would idle
 * until the next one. Requests of less than the maximum size count as more than
 * they are: many of them cost more than their sectors.
 *
 * Return: ticks from now until the next turn, or -EAGAIN to leave it when it is.
 * Source: spec/resync.md 5.3
 */
int drbd_resync_early_turn(const struct drbd_resync_early *early)
{
	u32 turn = early->hz / TURNS_PER_SECOND;
	/* Half a KiB is not nothing. */
	u32 kib = DIV_ROUND_UP(min(early->answered, MOST_SECTORS), 2);
	u64 interval = 0;
	u32 cost;

	if (!kib || early->answered < early->in_flight)
		return -EAGAIN;
	if (early->target && early->unsuccessful)
		return -EAGAIN;
	if (kib < early->c_max_rate / TURNS_PER_SECOND / 2 && early->elapsed < turn / 2)
		return 0;
	cost = kib * max(1U, early->max_bio_size / kib);
	if (early->c_max_rate)
		interval = div_u64((u64)cost * early->hz, early->c_max_rate);
	if (interval <= early->elapsed)
		return 0;
	if (interval < turn)
		return interval - early->elapsed;
	return -EAGAIN;
}
EXPORT_SYMBOL_GPL(drbd_resync_early_turn);

/**
 * drbd_resync_throttle() - does a request have to wait, because applications are busy?
 * @c_min_rate: option
 * @load: what the backing device does
 * @events_last: @load->events at the last time when applications were busy
 *
 * Return: true if it has to.
 * Source: spec/resync.md 5.5
 */
bool drbd_resync_throttle(u32 c_min_rate, const struct drbd_resync_load *load,
			  s64 *events_last)
{
	s64 done;

	if (!c_min_rate)
		return false;
	if (!load->al_active && load->events - *events_last <= IDLE_SECTORS)
		return false;
	*events_last = load->events;
	/* It is losing ground, making it slower still would not help anybody. */
	if (load->done <= 0)
		return false;
	done = min(load->done, S64_MAX >> 20) << (load->shift - 10);
	return div_u64(done, max(load->seconds, 1U)) > c_min_rate;
}
EXPORT_SYMBOL_GPL(drbd_resync_throttle);
