/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which discards of a resync become one
 *
 * Everything here is a pure function.
 */
#ifndef DRBD_CORE_RESYNC_MERGE_H
#define DRBD_CORE_RESYNC_MERGE_H

#include "types.h"

/**
 * enum drbd_merge_answer - what a request of the walk was answered with
 * @DRBD_MERGE_NONE: nothing so far
 * @DRBD_MERGE_DATA: data
 * @DRBD_MERGE_ZEROES: it is a discard, that may be submitted
 */
enum drbd_merge_answer {
	DRBD_MERGE_NONE,
	DRBD_MERGE_DATA,
	DRBD_MERGE_ZEROES,
};

/**
 * struct drbd_merge - a discard that is being put together
 * @sector: first sector
 * @sectors: number of sectors
 * @nr: number of requests in it, 0 for none
 */
struct drbd_merge {
	u64 sector;
	u64 sectors;
	u32 nr;
};

/**
 * enum drbd_merge_verdict - what to do at a request of the walk
 * @DRBD_MERGE_GO_ON: go on with the next one
 * @DRBD_MERGE_SUBMIT: submit what was put together, start anew, offer this one again
 * @DRBD_MERGE_SUBMIT_ALL: submit it, this one included, and start anew
 * @DRBD_MERGE_KEEP: it may still grow: keep its requests, and start anew
 */
enum drbd_merge_verdict {
	DRBD_MERGE_GO_ON,
	DRBD_MERGE_SUBMIT,
	DRBD_MERGE_SUBMIT_ALL,
	DRBD_MERGE_KEEP,
};

enum drbd_merge_verdict drbd_merge_offer(struct drbd_merge *merge, u64 sector, u32 size,
					 enum drbd_merge_answer answer, bool last,
					 u64 granularity);

#endif
