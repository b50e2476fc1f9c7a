/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Progress of a resync or verify: marks, speed, time to finish
 *
 * Everything here is a pure function. Blocks are those of the own bitmap, of
 * 1 << shift bytes; times are milliseconds of any monotonic clock. The caller
 * keeps others from the structure meanwhile.
 */
#ifndef DRBD_CORE_PROGRESS_H
#define DRBD_CORE_PROGRESS_H

#include "types.h"

#define DRBD_PROGRESS_MARKS		8
#define DRBD_PROGRESS_MARK_MS		3000
#define DRBD_PROGRESS_STALLED_MS	180000

/* Nothing that moves forward, so there is no end in sight. */
#define DRBD_PROGRESS_NEVER		U64_MAX

/* Characters of a progress bar, its terminating 0 included. */
#define DRBD_PROGRESS_BAR		24

/**
 * struct drbd_progress_mark - how far it had come at some time
 * @time: when
 * @left: blocks that were left
 */
struct drbd_progress_mark {
	u64 time;
	u64 left;
};

/**
 * struct drbd_progress - what is known about a running resync or verify
 * @total: blocks to do, grows when blocks become out of sync meanwhile
 * @failed: blocks that could not be read or written
 * @same_csum: blocks that were found equal by their digests
 * @start: time of the start
 * @paused: time spent in pauses that are over
 * @pause_start: start of the present pause
 * @is_paused: there is one
 * @last: index of the newest mark
 * @marks: the newest mark and those before it
 */
struct drbd_progress {
	u64 total;
	u64 failed;
	u64 same_csum;
	u64 start;
	u64 paused;
	u64 pause_start;
	bool is_paused;
	u8 last;
	struct drbd_progress_mark marks[DRBD_PROGRESS_MARKS];
};

/**
 * struct drbd_progress_report - the same for user space
 * @total: sectors to do
 * @dt_start: time since the start
 * @paused: of that, time spent in pauses
 * @dt0: time since an old mark
 * @db0: sectors done since then, negative if more became out of sync
 * @dt1: time since the mark before the newest
 * @db1: sectors done since then, negative if more became out of sync
 *
 * All of it is 0 when nothing is left to do.
 */
struct drbd_progress_report {
	u64 total;
	u64 dt_start;
	u64 paused;
	u64 dt0;
	s64 db0;
	u64 dt1;
	s64 db1;
};

void drbd_progress_start(struct drbd_progress *p, u64 blocks, u64 now);
void drbd_progress_restart_marks(struct drbd_progress *p, u64 left, u64 now);
bool drbd_progress_note(struct drbd_progress *p, u64 left, u64 now);
void drbd_progress_pause(struct drbd_progress *p, u64 now);
void drbd_progress_resume(struct drbd_progress *p, u64 left, u64 now);
u64 drbd_progress_left(const struct drbd_progress *p, u64 weight);
void drbd_progress_report(const struct drbd_progress *p, u64 left, u64 now, unsigned int shift,
			  struct drbd_progress_report *report);
unsigned int drbd_progress_permille(const struct drbd_progress *p, u64 left);
s64 drbd_progress_speed(const struct drbd_progress *p, u64 left, u64 now, unsigned int shift);
s64 drbd_progress_average(const struct drbd_progress *p, u64 left, u64 now, unsigned int shift);
u64 drbd_progress_eta(const struct drbd_progress *p, u64 left, u64 now);
bool drbd_progress_stalled(const struct drbd_progress *p, u64 now);
void drbd_progress_bar(unsigned int permille, char bar[DRBD_PROGRESS_BAR]);

#endif
