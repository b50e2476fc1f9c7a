/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a node tells its peers about its data generations
 *
 * Source: spec/resync.md 1.4, 1.11.
 */
#ifndef DRBD_CORE_UUID_TELL_H
#define DRBD_CORE_UUID_TELL_H

#include "uuid.h"

u64 drbd_uuid_resolved(const struct drbd_uuids *ids, const struct drbd_uuid_env *env, int to,
		       u64 *flags);
u64 drbd_uuid_slot_as_sent(const struct drbd_uuids *ids, const struct drbd_uuid_env *env,
			   int node);
u64 drbd_uuid_sent_mask(const struct drbd_uuids *ids, int to, int proto, int *unalloc);
bool drbd_uuid_stable(const struct drbd_uuid_env *env);
u64 drbd_uuid_authoritative(const struct drbd_uuid_env *env);
u64 drbd_uuid_weak_nodes(const struct drbd_uuid_env *env, int self);
bool drbd_uuid_data_accessible(const struct drbd_uuid_env *env);
u64 drbd_uuid_exposable(const struct drbd_uuids *ids, const struct drbd_uuid_env *env,
			bool *ambiguous);
void drbd_uuid_tell(const struct drbd_uuids *ids, const struct drbd_uuid_env *env, int to,
		    u64 dirty_bits, u64 flags, struct drbd_peer_uuids *out);

#endif
