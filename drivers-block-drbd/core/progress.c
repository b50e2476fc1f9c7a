// SPDX-License-Identifier: GPL-2.0-only
/*
 * Progress of a resync or verify: marks, speed, time to finish
 *
 * A speed over the whole resync would hide what happens now, and one over the
 * last moment jumps. So there are marks of the last half minute or so, and both
 * user space and the controller's throttle compare with an old and with a recent
 * one. Writes add blocks while a resync removes them, therefore each difference
 * is signed: a resync that loses ground must not look like one that is enormously
 * fast.
 */

#include <linux/bits.h>
#include <linux/export.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "progress.h"

/* Larger counts of blocks are of no device; products with them fit in 64 bits. */
#define MOST_BLOCKS	BIT_ULL(40)
#define MOST_SECONDS	(12ULL * 24 * 3600)

#define BAR_CELLS	20

static const struct drbd_progress_mark *old_mark(const struct drbd_progress *p)
{
	return &p->marks[(p->last + 2) % DRBD_PROGRESS_MARKS];
}

static const struct drbd_progress_mark *recent_mark(const struct drbd_progress *p)
{
	return &p->marks[(p->last + 7) % DRBD_PROGRESS_MARKS];
}

static u64 since(u64 now, u64 then)
{
	return now > then ? now - then : 0;
}

static s32 seconds(u64 ms)
{
	return clamp(div_u64(ms, 1000), 1ULL, MOST_SECONDS);
}

static s64 difference(u64 before, u64 after)
{
	return (s64)min(before, MOST_BLOCKS) - (s64)min(after, MOST_BLOCKS);
}

/* By multiplication, as shifting negative numbers is undefined. */
static s64 to_sectors(s64 blocks, unsigned int shift)
{
	return blocks * (1LL << (shift - DRBD_SECTOR_SHIFT));
}

static u64 paused_until(const struct drbd_progress *p, u64 now)
{
	return p->paused + (p->is_paused ? since(now, p->pause_start) : 0);
}

/**
 * drbd_progress_start() - a resync or verify starts
 * @p: is set up, all of it
 * @blocks: blocks to do
 * @now: time
 *
 * Source: spec/resync.md 3.4
 */
void drbd_progress_start(struct drbd_progress *p, u64 blocks, u64 now)
{
	memset(p, 0, sizeof(*p));
	p->total = blocks;
	p->start = now;
	drbd_progress_restart_marks(p, blocks, now);
}
EXPORT_SYMBOL_GPL(drbd_progress_start);

/**
 * drbd_progress_restart_marks() - forget what the speed was
 * @p: progress
 * @left: blocks left
 * @now: time
 */
void drbd_progress_restart_marks(struct drbd_progress *p, u64 left, u64 now)
{
	int i;

	for (i = 0; i < DRBD_PROGRESS_MARKS; i++) {
		p->marks[i].time = now;
		p->marks[i].left = left;
	}
	p->last = 0;
}
EXPORT_SYMBOL_GPL(drbd_progress_restart_marks);

/**
 * drbd_progress_note() - make a mark if it is time for one
 * @p: progress
 * @left: blocks left
 * @now: time
 *
 * There are no marks in a pause, and none as long as nothing moves, so that the
 * age of the marks tells that it stalled.
 *
 * Return: true if a mark was made, which is when to tell user space.
 * Source: spec/resync.md 4.11
 */
bool drbd_progress_note(struct drbd_progress *p, u64 left, u64 now)
{
	const struct drbd_progress_mark *newest = &p->marks[p->last];

	if (p->is_paused || newest->left == left ||
	    since(now, newest->time) < DRBD_PROGRESS_MARK_MS)
		return false;
	p->last = (p->last + 1) % DRBD_PROGRESS_MARKS;
	p->marks[p->last].time = now;
	p->marks[p->last].left = left;
	return true;
}
EXPORT_SYMBOL_GPL(drbd_progress_note);

/**
 * drbd_progress_pause() - the resync pauses
 * @p: progress
 * @now: time
 *
 * Source: spec/resync.md 4.11
 */
void drbd_progress_pause(struct drbd_progress *p, u64 now)
{
	if (p->is_paused)
		return;
	p->is_paused = true;
	p->pause_start = now;
}
EXPORT_SYMBOL_GPL(drbd_progress_pause);

/**
 * drbd_progress_resume() - the resync goes on
 * @p: progress
 * @left: blocks left
 * @now: time
 *
 * Source: spec/resync.md 3.5 and 4.11
 */
void drbd_progress_resume(struct drbd_progress *p, u64 left, u64 now)
{
	if (!p->is_paused)
		return;
	p->paused = paused_until(p, now);
	p->is_paused = false;
	drbd_progress_restart_marks(p, left, now);
}
EXPORT_SYMBOL_GPL(drbd_progress_resume);

/**
 * drbd_progress_left() - what is left of a resync
 * @p: progress
 * @weight: number of blocks that are out of sync
 *
 * Blocks that failed stay out of sync, but this resync does not try them again. An
 * application may have written them since.
 *
 * Return: number of blocks.
 * Source: spec/resync.md 4.11
 */
u64 drbd_progress_left(const struct drbd_progress *p, u64 weight)
{
	return since(weight, p->failed);
}
EXPORT_SYMBOL_GPL(drbd_progress_left);

/**
 * drbd_progress_report() - numbers for user space
 * @p: progress
 * @left: blocks left
 * @now: time
 * @shift: of the size of blocks
 * @report: result
 *
 * Source: spec/resync.md 4.11 and spec/netlink.md 4 (peer device statistics)
 */
void drbd_progress_report(const struct drbd_progress *p, u64 left, u64 now, unsigned int shift,
			  struct drbd_progress_report *report)
{
	memset(report, 0, sizeof(*report));
	if (!left)
		return;
	report->total = to_sectors(min(p->total, MOST_BLOCKS), shift);
	report->dt_start = since(now, p->start);
	report->paused = paused_until(p, now);
	report->dt0 = since(now, old_mark(p)->time);
	report->db0 = to_sectors(difference(old_mark(p)->left, left), shift);
	report->dt1 = since(now, recent_mark(p)->time);
	report->db1 = to_sectors(difference(recent_mark(p)->left, left), shift);
}
EXPORT_SYMBOL_GPL(drbd_progress_report);

/**
 * drbd_progress_permille() - part that is done
 * @p: progress
 * @left: blocks left
 *
 * Return: 0 to 1000; 1000 only if nothing is left.
 */
unsigned int drbd_progress_permille(const struct drbd_progress *p, u64 left)
{
	u64 total = min(p->total, MOST_BLOCKS);

	if (!left)
		return 1000;
	if (left >= total)
		return 0;
	return 1000 - (u32)div64_u64(left * 1000 + total - 1, total);
}
EXPORT_SYMBOL_GPL(drbd_progress_permille);

/* In KiB per second */
static s64 speed(s64 blocks, u64 ms, unsigned int shift)
{
	return div_s64(blocks * (1LL << (shift - 10)), seconds(ms));
}

/**
 * drbd_progress_speed() - speed of the last while
 * @p: progress
 * @left: blocks left
 * @now: time
 * @shift: of the size of blocks, at least 10
 *
 * Return: KiB per second, negative if more becomes out of sync than is done.
 */
s64 drbd_progress_speed(const struct drbd_progress *p, u64 left, u64 now, unsigned int shift)
{
	const struct drbd_progress_mark *mark = old_mark(p);

	return speed(difference(mark->left, left), since(now, mark->time), shift);
}
EXPORT_SYMBOL_GPL(drbd_progress_speed);

/**
 * drbd_progress_average() - speed since the start, without the pauses
 * @p: progress
 * @left: blocks left
 * @now: time
 * @shift: of the size of blocks, at least 10
 *
 * Return: KiB per second, negative if more became out of sync than was done.
 */
s64 drbd_progress_average(const struct drbd_progress *p, u64 left, u64 now, unsigned int shift)
{
	u64 active = since(since(now, p->start), paused_until(p, now));

	return speed(difference(p->total, left), active, shift);
}
EXPORT_SYMBOL_GPL(drbd_progress_average);

/**
 * drbd_progress_eta() - time to finish at the speed of the last while
 * @p: progress
 * @left: blocks left
 * @now: time
 *
 * Return: seconds, or %DRBD_PROGRESS_NEVER.
 */
u64 drbd_progress_eta(const struct drbd_progress *p, u64 left, u64 now)
{
	const struct drbd_progress_mark *mark = old_mark(p);
	s64 done = difference(mark->left, left);

	if (!left)
		return 0;
	if (done <= 0)
		return DRBD_PROGRESS_NEVER;
	return div64_u64(min(left, MOST_BLOCKS) * seconds(since(now, mark->time)), done);
}
EXPORT_SYMBOL_GPL(drbd_progress_eta);

/**
 * drbd_progress_stalled() - has nothing moved for long?
 * @p: progress
 * @now: time
 *
 * Return: true if so.
 * Source: spec/admin.md 13
 */
bool drbd_progress_stalled(const struct drbd_progress *p, u64 now)
{
	return since(now, old_mark(p)->time) > DRBD_PROGRESS_STALLED_MS;
}
EXPORT_SYMBOL_GPL(drbd_progress_stalled);

/**
 * drbd_progress_bar() - picture of the part that is done
 * @permille: part that is done
 * @bar: result, a string in brackets
 *
 * Source: spec/admin.md 13 and 20.13
 */
void drbd_progress_bar(unsigned int permille, char bar[DRBD_PROGRESS_BAR])
{
	unsigned int done = min(permille, 1000U) / (1000 / BAR_CELLS);
	unsigned int shafts = done ? done - 1 : 0;
	char *at = bar;

	*at++ = '[';
	memset(at, '=', shafts);
	at += shafts;
	*at++ = '>';
	memset(at, '.', BAR_CELLS - done);
	at += BAR_CELLS - done;
	*at++ = ']';
	*at = 0;
}
EXPORT_SYMBOL_GPL(drbd_progress_bar);
