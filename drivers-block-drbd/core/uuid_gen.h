/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Beginning and ending of data generations on a node with a disk
 *
 * Source: spec/resync.md 1.3, 1.7, 1.8.
 */
#ifndef DRBD_CORE_UUID_GEN_H
#define DRBD_CORE_UUID_GEN_H

#include "uuid.h"

int drbd_uuid_free_index(const struct drbd_uuids *ids);
u64 drbd_uuid_rotate(struct drbd_uuids *ids, const struct drbd_uuid_env *env, u64 weak,
		     u64 dagtag, u64 fresh);
bool drbd_uuid_is_day0(const struct drbd_uuids *ids);
bool drbd_uuid_new_generation(struct drbd_uuids *ids, const struct drbd_uuid_env *env,
			      u64 weak, u64 dagtag, const u64 random[2]);
u64 drbd_uuid_forced_mask(const struct drbd_uuid_env *env);
bool drbd_uuid_admin_generation(struct drbd_uuids *ids, const struct drbd_uuid_env *env,
				u64 dagtag, const u64 random[2]);
void drbd_uuid_start_target(struct drbd_uuids *ids, const struct drbd_uuid_env *env,
			    int source, u64 dagtag, u64 fresh);
u64 drbd_uuid_start_source_84(struct drbd_uuids *ids, int target, u64 dagtag, u64 fresh);
void drbd_uuid_got_sync_uuid(struct drbd_uuids *ids, const struct drbd_uuid_env *env,
			     int source, u64 uuid);
void drbd_uuid_forget_peer(struct drbd_uuids *ids, int node, u32 keep);

#endif
