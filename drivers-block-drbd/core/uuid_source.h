/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whom to sync from: several sources, unstable ones, survivors of a Primary
 *
 * Source: spec/resync.md 2.12, 3.5, 3.8, 3.10.
 */
#ifndef DRBD_CORE_UUID_SOURCE_H
#define DRBD_CORE_UUID_SOURCE_H

#include "uuid.h"
#include "uuid_strategy.h"

/**
 * struct drbd_sync_peer - a peer that may be the one active source
 * @before: replication state before the change
 * @repl: replication state after it, as far as it is known
 * @disk: disk state of the peer
 * @suspended: by the user, the peer, a dependency, or for too many resyncs
 * @active: there are requests in flight to it
 * @weight: number of bits that are set
 */
struct drbd_sync_peer {
	enum drbd_repl before;
	enum drbd_repl repl;
	enum drbd_disk disk;
	bool suspended;
	bool active;
	u64 weight;
};

/**
 * enum drbd_attach_answer - what a peer says about a disk that is being attached
 * @DRBD_ATTACH_WAIT: nothing so far
 * @DRBD_ATTACH_NO_RESULT: they do not fit
 * @DRBD_ATTACH_NO_SYNC: same data
 * @DRBD_ATTACH_SOURCE: this node will be the source
 * @DRBD_ATTACH_TARGET: this node will be the target
 */
enum drbd_attach_answer {
	DRBD_ATTACH_WAIT,
	DRBD_ATTACH_NO_RESULT,
	DRBD_ATTACH_NO_SYNC,
	DRBD_ATTACH_SOURCE,
	DRBD_ATTACH_TARGET,
};

/**
 * struct drbd_attach_md - what the metadata says about the disk
 * @consistent: its data is consistent
 * @up_to_date: it was UpToDate
 * @accounted: each peer that matters for fencing is accounted for
 */
struct drbd_attach_md {
	bool consistent;
	bool up_to_date;
	bool accounted;
};

/**
 * struct drbd_volume_compare - a volume on two survivors of a Primary
 * @strategy: what comparing came to
 * @repl: replication state
 * @disk: own disk state
 */
struct drbd_volume_compare {
	enum drbd_strategy strategy;
	enum drbd_repl repl;
	enum drbd_disk disk;
};

/**
 * enum drbd_survivor - what two survivors of a Primary do
 * @DRBD_SURVIVOR_END: nothing, this is not the case to be solved here
 * @DRBD_SURVIVOR_SOURCE: resync all volumes from here
 * @DRBD_SURVIVOR_TARGET: resync all volumes to here
 * @DRBD_SURVIVOR_CLEAR: they are equal, clear the bitmaps
 */
enum drbd_survivor {
	DRBD_SURVIVOR_END,
	DRBD_SURVIVOR_SOURCE,
	DRBD_SURVIVOR_TARGET,
	DRBD_SURVIVOR_CLEAR,
};

int drbd_sync_select(const struct drbd_sync_peer *peers, int nr);
bool drbd_sync_stable_source(const struct drbd_uuid_env *env, int self, int source,
			     u64 two_primaries);
enum drbd_disk drbd_attach_disk(const struct drbd_uuid_env *env,
				const enum drbd_attach_answer *answers,
				const struct drbd_attach_md *md);
int drbd_lost_primary(u64 others, u64 connected, const u64 *dagtags);
u64 drbd_survivors_owed(const struct drbd_uuid_env *env, int lost);
enum drbd_survivor drbd_survivor_compare(const struct drbd_volume_compare *volumes, int nr,
					 s64 offset);

#endif
