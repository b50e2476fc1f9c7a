/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whom to sync from: unstable sources, survivors of a Primary, those who have to ask
 *
 * Source: spec/resync.md 2.7, 3.8, 3.10.
 */
#ifndef DRBD_CORE_UUID_SOURCE_H
#define DRBD_CORE_UUID_SOURCE_H

#include "uuid.h"
#include "uuid_strategy.h"

/* How long a node waits for others to do something before it asks */
#define DRBD_UUID_ASK_MS	1000

/**
 * struct drbd_volume_compare - a volume on two survivors of a Primary
 * @strategy: what comparing came to
 * @repl: replication state
 * @disk: the worse of both disk states
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

bool drbd_sync_stable_source(const struct drbd_uuid_env *env, int self, int source,
			     u64 two_primaries);
bool drbd_uuid_may_follow(const struct drbd_uuids *ids, const struct drbd_uuid_env *env);
int drbd_uuid_ask_source(const struct drbd_uuids *ids, const struct drbd_uuid_env *env,
			 u64 two_primaries);
int drbd_lost_primary(u64 others, u64 connected, const u64 *dagtags);
u64 drbd_survivors_owed(const struct drbd_uuid_env *env, int lost);
enum drbd_survivor drbd_survivor_compare(const struct drbd_volume_compare *volumes, int nr,
					 s64 offset);

#endif
