// SPDX-License-Identifier: GPL-2.0-only
/*
 * Online verify: where it is, what it skips, what it finds
 *
 * A verify compares digests while applications write. It must not delay them, so a
 * block that a write overlaps is skipped, and a skipped block is no statement about
 * its data. What it finds is marked in the bitmap and repaired by a later resync.
 *
 * Each block has exactly one result on each side, whatever cancels it: the number
 * of blocks without one says both when it is finished and where to go on after an
 * interruption.
 *
 * Results come block by block, and a damaged area would flood the log. Adjacent
 * blocks are therefore collected, and reported when the next one is not adjacent.
 */

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "verify.h"

#define PROTO_VERIFY	88
#define PROTO_STOP	97
#define PROTO_NO_STOP	100
#define PROTO_CANCEL	110
#define PROTO_CANCEL_AHEAD 115
#define PROTO_RESULT_ID	122

/* Results in the block id of P_OV_RESULT, before %PROTO_RESULT_ID */
#define OLD_RESULT_BASE	4710

static u64 block_sectors(const struct drbd_verify *v)
{
	return 1ULL << (v->shift - DRBD_SECTOR_SHIFT);
}

static u64 to_blocks(const struct drbd_verify *v, u64 sectors)
{
	return (sectors + block_sectors(v) - 1) >> (v->shift - DRBD_SECTOR_SHIFT);
}

/**
 * drbd_verify_ready() - may a verify start?
 * @ready: what decides
 *
 * Return: 0, a negative &enum drbd_rv, or -EINVAL if the algorithms differ, which has
 * an error of its own.
 * Source: spec/resync.md 6
 */
int drbd_verify_ready(const struct drbd_verify_ready *ready)
{
	if (ready->repl < DRBD_R_ESTABLISHED)
		return DRBD_SS_NEED_CONNECTION;
	if (!ready->algorithm)
		return DRBD_SS_NO_VERIFY_ALG;
	if (ready->algorithm_differs)
		return -EINVAL;
	if (ready->protocol < PROTO_VERIFY)
		return DRBD_SS_NOT_SUPPORTED;
	if (ready->repl != DRBD_R_ESTABLISHED)
		return DRBD_SS_RESYNC_RUNNING;
	if (ready->disk < DRBD_D_INCONSISTENT)
		return DRBD_SS_NO_LOCAL_DISK;
	if (ready->peer_disk < DRBD_D_INCONSISTENT || ready->peer_disk == DRBD_D_UNKNOWN)
		return DRBD_SS_NO_REMOTE_DISK;
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_verify_ready);

/**
 * drbd_verify_start() - a verify starts
 * @v: is set up, all of it
 * @capacity: of the device in sectors, not 0
 * @shift: of the size of a block
 * @start: sector to start with
 *
 * On the side that does not compare @start is that of the first request, or 0 with
 * protocols before 90.
 *
 * Source: spec/resync.md 6
 */
void drbd_verify_start(struct drbd_verify *v, u64 capacity, unsigned int shift, u64 start)
{
	memset(v, 0, sizeof(*v));
	v->capacity = capacity;
	v->shift = shift;
	v->start = round_down(min(start, capacity - 1), block_sectors(v));
	v->stop = DRBD_VERIFY_NO_STOP;
	v->position = v->start;
	v->left = to_blocks(v, capacity - v->start);
}
EXPORT_SYMBOL_GPL(drbd_verify_start);

/**
 * drbd_verify_start_source() - this is the side that compares
 * @v: verify, after drbd_verify_start()
 * @stop: sector where to stop, or %DRBD_VERIFY_NO_STOP
 * @protocol: agreed version
 *
 * Peers of some protocols would wait for the rest.
 *
 * Source: spec/resync.md 6
 */
void drbd_verify_start_source(struct drbd_verify *v, u64 stop, unsigned int protocol)
{
	v->source = true;
	if (protocol >= PROTO_STOP && protocol != PROTO_NO_STOP)
		v->stop = stop;
}
EXPORT_SYMBOL_GPL(drbd_verify_start_source);

/**
 * drbd_verify_next() - next request
 * @v: verify, whose position moves
 * @first: no request was sent so far; one always is
 * @sector: result, first sector
 * @size: result, in bytes
 *
 * Return: false if there are no more requests to make.
 * Source: spec/resync.md 6
 */
bool drbd_verify_next(struct drbd_verify *v, bool first, u64 *sector, u32 *size)
{
	u64 sectors;

	if (v->position >= v->capacity || (!first && v->position >= v->stop))
		return false;
	sectors = min(block_sectors(v), v->capacity - v->position);
	*sector = v->position;
	*size = sectors << DRBD_SECTOR_SHIFT;
	v->position += sectors;
	return true;
}
EXPORT_SYMBOL_GPL(drbd_verify_next);

/**
 * drbd_verify_answer() - what to do with a request of the side that compares
 * @disk: own disk state
 * @repl: replication state
 * @conflict: a write overlaps it; known when it was read
 * @protocol: agreed version
 *
 * To be asked when the request comes in, and when it was read.
 *
 * Return: what to do.
 * Source: spec/resync.md 6, steps 2 and 3
 */
enum drbd_verify_answer drbd_verify_answer(enum drbd_disk disk, enum drbd_repl repl,
					   bool conflict, unsigned int protocol)
{
	if (disk < DRBD_D_OUTDATED)
		return DRBD_VERIFY_ANSWER_CANCEL;
	if (repl == DRBD_R_AHEAD && protocol >= PROTO_CANCEL_AHEAD)
		return DRBD_VERIFY_ANSWER_AHEAD;
	/* Peers of 8.4 cannot take that, they notice the write themselves. */
	if (conflict && protocol >= PROTO_CANCEL)
		return DRBD_VERIFY_ANSWER_CANCEL;
	return DRBD_VERIFY_ANSWER_DIGEST;
}
EXPORT_SYMBOL_GPL(drbd_verify_answer);

/**
 * drbd_verify_compare() - result of a block
 * @compare: what decides
 *
 * Return: the result.
 * Source: spec/resync.md 6, steps 4 and 5
 */
enum drbd_verify_result drbd_verify_compare(const struct drbd_verify_compare *compare)
{
	if (!compare->has_disk || compare->conflict || (!compare->dagtags && compare->al_active))
		return DRBD_VERIFY_SKIP;
	if (compare->read_failed || !compare->digest_equal)
		return DRBD_VERIFY_OUT_OF_SYNC;
	return DRBD_VERIFY_IN_SYNC;
}
EXPORT_SYMBOL_GPL(drbd_verify_compare);

/**
 * drbd_verify_result_encode() - result as it is sent
 * @result: result
 * @protocol: agreed version
 *
 * Return: the result field of P_OV_RESULT_ID, or the block id of P_OV_RESULT in host
 * byte order.
 * Source: spec/resync.md 6
 */
u64 drbd_verify_result_encode(enum drbd_verify_result result, unsigned int protocol)
{
	return protocol >= PROTO_RESULT_ID ? result : OLD_RESULT_BASE + result;
}
EXPORT_SYMBOL_GPL(drbd_verify_result_encode);

/**
 * drbd_verify_result_decode() - result as it was received
 * @value: as for drbd_verify_result_encode()
 * @protocol: agreed version
 *
 * Return: the result; what is unknown is skipped.
 * Source: spec/resync.md 6
 */
enum drbd_verify_result drbd_verify_result_decode(u64 value, unsigned int protocol)
{
	u64 result = protocol >= PROTO_RESULT_ID ? value : value - OLD_RESULT_BASE;

	return result <= DRBD_VERIFY_OUT_OF_SYNC ? result : DRBD_VERIFY_SKIP;
}
EXPORT_SYMBOL_GPL(drbd_verify_result_decode);

static void flush(struct drbd_verify_range *range, struct drbd_verify_range *report)
{
	*report = *range;
	range->sectors = 0;
}

static void collect(struct drbd_verify_range *range, u64 sector, u64 sectors,
		    struct drbd_verify_range *report)
{
	if (range->sectors && range->sector + range->sectors == sector) {
		range->sectors += sectors;
		return;
	}
	flush(range, report);
	range->sector = sector;
	range->sectors = sectors;
}

/**
 * drbd_verify_result() - a block has a result
 * @v: verify
 * @sector: first sector of the block
 * @size: of the block in bytes
 * @result: result; cancelled is skipped
 * @report: what is to be logged now
 *
 * The other side calls this as well, with each result that it gets.
 *
 * Return: true if the verify is finished.
 * Source: spec/resync.md 6
 */
bool drbd_verify_result(struct drbd_verify *v, u64 sector, u32 size,
			enum drbd_verify_result result, struct drbd_verify_report *report)
{
	u64 sectors = size >> DRBD_SECTOR_SHIFT;

	memset(report, 0, sizeof(*report));
	if (v->left)
		v->left--;
	if (result == DRBD_VERIFY_OUT_OF_SYNC)
		collect(&v->found, sector, sectors, &report->found);
	else
		flush(&v->found, &report->found);
	if (result == DRBD_VERIFY_SKIP) {
		v->skipped += sectors;
		collect(&v->busy, sector, sectors, &report->busy);
	} else {
		flush(&v->busy, &report->busy);
	}
	return !v->left || (v->source && sector + sectors >= v->stop);
}
EXPORT_SYMBOL_GPL(drbd_verify_result);

/**
 * drbd_verify_end() - the verify is over or was interrupted
 * @v: verify
 * @report: what is still to be logged
 */
void drbd_verify_end(struct drbd_verify *v, struct drbd_verify_report *report)
{
	flush(&v->found, &report->found);
	flush(&v->busy, &report->busy);
}
EXPORT_SYMBOL_GPL(drbd_verify_end);

/**
 * drbd_verify_resume() - where the next verify goes on by default
 * @v: verify that is over or was interrupted
 *
 * Return: sector; 0 if it came to the end of the device.
 * Source: spec/resync.md 6
 */
u64 drbd_verify_resume(const struct drbd_verify *v)
{
	u64 blocks = to_blocks(v, v->capacity) - v->left;

	return v->left ? blocks << (v->shift - DRBD_SECTOR_SHIFT) : 0;
}
EXPORT_SYMBOL_GPL(drbd_verify_resume);
