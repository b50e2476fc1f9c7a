/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Speed of a resync or verify: how much to request, when, and when not
 *
 * Everything here is a pure function; the caller keeps others from the plan
 * meanwhile.
 */
#ifndef DRBD_CORE_RESYNC_CTRL_H
#define DRBD_CORE_RESYNC_CTRL_H

#include "types.h"

/* Length of a turn */
#define DRBD_RESYNC_TURN_MS	100
#define DRBD_RESYNC_TURN_NS	100000000

/* c-plan-ahead in turns, at most */
#define DRBD_RESYNC_PLAN_MAX	300

/**
 * struct drbd_resync_options - options of a peer device about resync speed
 * @resync_rate: KiB per second to start with, and without a plan all the time
 * @c_plan_ahead: turns to plan ahead, 0 for a fixed rate
 * @c_delay_target: time from request to answer to aim at, in 0.1 s
 * @c_fill_target: sectors in flight to aim at, 0 to aim at a delay instead
 * @c_max_rate: KiB per second, 0 for no limit
 * @c_min_rate: KiB per second to leave to resync when applications are busy, 0 to not
 *	care about them
 * @max_buffers: pages of requests in flight
 */
struct drbd_resync_options {
	u32 resync_rate;
	u32 c_plan_ahead;
	u32 c_delay_target;
	u32 c_fill_target;
	u32 c_max_rate;
	u32 c_min_rate;
	u32 max_buffers;
};

/**
 * struct drbd_resync_plan - corrections that were decided on, and are yet to be made
 * @nr: number of turns it spans
 * @head: index of the next turn in @entry
 * @total: sum of the first @nr of @entry
 * @entry: sectors to request more (or fewer) than came in, for each turn
 */
struct drbd_resync_plan {
	u16 nr;
	u16 head;
	s64 total;
	s32 entry[DRBD_RESYNC_PLAN_MAX];
};

/**
 * struct drbd_resync_input - what happened since the last turn
 * @answered: sectors of requests that got any answer
 * @in_flight: sectors of requests that have none yet
 * @elapsed: nanoseconds since the last turn
 */
struct drbd_resync_input {
	u32 answered;
	u32 in_flight;
	u64 elapsed;
};

/**
 * struct drbd_resync_step - how the plan came to its result, all in sectors
 * @answered: sectors answered, scaled to a whole turn if it was a short one
 * @want: sectors that should be in flight
 * @correction: what is missing for that, and not planned yet
 * @each: of that, the part that is planned for each turn
 * @now: correction of this turn
 * @request: result, sectors to request
 */
struct drbd_resync_step {
	s32 answered;
	s32 want;
	s32 correction;
	s32 each;
	s32 now;
	u32 request;
};

/**
 * struct drbd_resync_limits - what else decides on the size of a turn
 * @page_size: in bytes
 * @own_shift: of the size of a block of the own bitmap
 * @peer_shift: of the size of a block of the peer's bitmap
 */
struct drbd_resync_limits {
	u32 page_size;
	u8 own_shift;
	u8 peer_shift;
};

/**
 * struct drbd_resync_budget - size of a turn
 * @blocks4k: in units of 4 KiB
 * @rate: the rate this means, in KiB per second, for user space
 * @blocks: in blocks of the own bitmap
 */
struct drbd_resync_budget {
	u32 blocks4k;
	u32 rate;
	u32 blocks;
};

/**
 * struct drbd_resync_early - all that was requested came back: is it time already?
 * @target: it is for a resync as target (else a verify)
 * @unsuccessful: a request of the turn was cancelled or could not be made
 * @answered: sectors answered since the last turn
 * @in_flight: sectors that were in flight
 * @elapsed: clock ticks since the last turn
 * @hz: clock ticks per second
 * @c_max_rate: option
 * @max_bio_size: largest request, in KiB
 */
struct drbd_resync_early {
	bool target;
	bool unsuccessful;
	u32 answered;
	u32 in_flight;
	u32 elapsed;
	u32 hz;
	u32 c_max_rate;
	u32 max_bio_size;
};

/**
 * struct drbd_resync_load - what the backing device does besides
 * @events: sectors that it read and wrote, without those of resyncs and verifies
 * @al_active: the activity log has extents in use
 * @done: progress since a recent mark in blocks of the own bitmap, negative if more
 *	became out of sync
 * @seconds: age of that mark
 * @shift: of the size of a block of the own bitmap
 */
struct drbd_resync_load {
	s64 events;
	bool al_active;
	s64 done;
	u32 seconds;
	u8 shift;
};

void drbd_resync_plan_reset(struct drbd_resync_plan *plan, u32 turns);
void drbd_resync_plan_turn(struct drbd_resync_plan *plan,
			   const struct drbd_resync_options *options,
			   const struct drbd_resync_input *input, struct drbd_resync_step *step);
void drbd_resync_budget(u32 request, const struct drbd_resync_options *options, u32 in_flight,
			const struct drbd_resync_limits *limits,
			struct drbd_resync_budget *budget);
void drbd_resync_number(struct drbd_resync_plan *plan,
			const struct drbd_resync_options *options,
			const struct drbd_resync_input *input,
			const struct drbd_resync_limits *limits,
			struct drbd_resync_budget *budget);
u32 drbd_resync_next_turn(u32 turn, u32 done, u32 number, bool cut_short);
int drbd_resync_early_turn(const struct drbd_resync_early *early);
bool drbd_resync_throttle(u32 c_min_rate, const struct drbd_resync_load *load,
			  s64 *events_last);

#endif
