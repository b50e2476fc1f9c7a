/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The UUID set at the end of resyncs, one's own and those of others
 *
 * Source: spec/resync.md 1.12, 1.13.
 */
#ifndef DRBD_CORE_UUID_FINISH_H
#define DRBD_CORE_UUID_FINISH_H

#include "uuid.h"

/**
 * enum drbd_missed_end - who does not know that a resync ended
 * @DRBD_MISSED_NONE: nobody
 * @DRBD_MISSED_SOURCE: this node, it was the source
 * @DRBD_MISSED_PEER: the peer, it was the source
 */
enum drbd_missed_end {
	DRBD_MISSED_NONE,
	DRBD_MISSED_SOURCE,
	DRBD_MISSED_PEER,
};

/**
 * struct drbd_uuid_copy - a bitmap to copy
 * @from: node whose bitmap it is
 * @to: node whose bitmap to overwrite
 */
struct drbd_uuid_copy {
	s8 from;
	s8 to;
};

/**
 * struct drbd_uuid_moves - what happened to slots, for their bitmaps to follow
 * @changed: mask of nodes whose UUIDs changed
 * @clear: mask of nodes whose bitmaps have to be cleared
 * @nr_copies: number of valid @copies
 * @copies: bitmaps to copy, in this order
 */
struct drbd_uuid_moves {
	u64 changed;
	u64 clear;
	int nr_copies;
	struct drbd_uuid_copy copies[2 * DRBD_NODES];
};

/**
 * struct drbd_uuid_comm - what this node told a peer last
 * @current_uuid: resolved current UUID
 * @bitmap_uuid: of the slot of the peer
 * @flags: DRBD_UUID_FLAG_*
 * @bits: number of bits that were set towards the peer
 */
struct drbd_uuid_comm {
	u64 current_uuid;
	u64 bitmap_uuid;
	u64 flags;
	u64 bits;
};

u64 drbd_uuid_resync_finished(struct drbd_uuids *ids, const struct drbd_uuid_env *env,
			      int source, u64 start, u64 dagtag);
enum drbd_missed_end drbd_uuid_detect_missed(struct drbd_uuids *ids,
					     const struct drbd_uuid_env *env, int from,
					     struct drbd_uuid_comm *comm);
void drbd_uuid_detect_finished(struct drbd_uuids *ids, const struct drbd_uuid_env *env,
			       int from, u64 partial, struct drbd_uuid_moves *moves);

#endif
