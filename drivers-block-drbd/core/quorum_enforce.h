/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What follows from a decision about quorum
 *
 * Everything here is a pure function that may be called in any context.
 */
#ifndef DRBD_CORE_QUORUM_ENFORCE_H
#define DRBD_CORE_QUORUM_ENFORCE_H

#include "types.h"

/* Enough for each text of drbd_quorum_text(). */
#define DRBD_QUORUM_TEXT_SIZE	96

/**
 * struct drbd_quorum_result - a decision, and what led to it
 * @voters: number of nodes that have a say
 * @quorum_at: how many of them have to be in sight
 * @redundancy_at: how many of those have to be UpToDate
 * @in_sight: how many are in sight
 * @up_to_date: how many of those are UpToDate
 * @real: there is quorum
 * @by_tiebreaker: tiebreakers kept it
 * @by_peer: a quorate peer vouches for it
 */
struct drbd_quorum_result {
	unsigned int voters;
	unsigned int quorum_at;
	unsigned int redundancy_at;
	unsigned int in_sight;
	unsigned int up_to_date;
	bool real;
	bool by_tiebreaker;
	bool by_peer;
};

bool drbd_quorum_enforced(bool configured, bool real, enum drbd_disk disk, bool *restore);
int drbd_quorum_text(char *text, size_t size, enum drbd_disk disk,
		     const struct drbd_quorum_result *result);

#endif
