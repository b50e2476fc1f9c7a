// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which discards of a resync become one
 *
 * A thin resync gets answers of the size of one request, while backing devices want
 * large discards and ignore small ones. Deallocated answers are therefore not
 * submitted one by one: requests are walked in the order they were made in, and
 * adjacent ones are put together. The range stays open as long as the request
 * behind it has no answer, and must be closed when none will follow.
 */

#include <linux/export.h>
#include <linux/math64.h>
#include <linux/minmax.h>

#include "resync_merge.h"

/* Sectors: 128 MiB */
#define MERGE_ALIGN	262144ULL

static bool is_aligned(u64 sector, u64 granularity)
{
	u64 rem;

	div64_u64_rem(sector, max(granularity, MERGE_ALIGN), &rem);
	return !rem;
}

/**
 * drbd_merge_offer() - next request of a walk over those that are outstanding
 * @merge: what was put together so far in this walk
 * @sector: first sector of the request
 * @size: of the request in bytes
 * @answer: what it was answered with
 * @last: no request follows: end of a pass, pause, abort or disconnect
 * @granularity: of discards of the backing device in sectors
 *
 * Whoever starts anew sets @merge->nr to 0. What is left at the end of a walk stays
 * for the next one.
 *
 * Return: what to do.
 * Source: spec/resync.md 4.5
 */
enum drbd_merge_verdict drbd_merge_offer(struct drbd_merge *merge, u64 sector, u32 size,
					 enum drbd_merge_answer answer, bool last,
					 u64 granularity)
{
	bool adjacent = merge->sector + merge->sectors == sector;

	if (merge->nr && (!adjacent || answer == DRBD_MERGE_DATA))
		return DRBD_MERGE_SUBMIT;
	if (answer != DRBD_MERGE_ZEROES)
		return merge->nr ? DRBD_MERGE_KEEP : DRBD_MERGE_GO_ON;
	if (!merge->nr) {
		merge->sector = sector;
		merge->sectors = 0;
	}
	merge->nr++;
	merge->sectors += size >> DRBD_SECTOR_SHIFT;
	if (last || is_aligned(merge->sector + merge->sectors, granularity))
		return DRBD_MERGE_SUBMIT_ALL;
	return DRBD_MERGE_GO_ON;
}
EXPORT_SYMBOL_GPL(drbd_merge_offer);
