/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a volume has on its disk, and what follows from it
 *
 * Where it says "locked", the caller holds the state lock.
 */
#ifndef DRBD_ENGINE_VOLUME_H
#define DRBD_ENGINE_VOLUME_H

#include "../core/bitmap_slots.h"
#include "../core/sizes.h"
#include "../core/uuid_need.h"
#include "connection.h"

bool drbd_volume_get_disk(struct drbd_device *dev);
void drbd_volume_put_disk(struct drbd_device *dev);
u64 drbd_volume_max_size(struct drbd_device *dev);
u64 drbd_volume_out_of_sync(struct drbd_device *dev, int node_id);

void drbd_volume_uuid_env(struct drbd_device *dev, struct drbd_uuid_env *env);
u64 drbd_volume_uuid_flags(struct drbd_peer_device *pd);
u64 drbd_volume_partial(const struct drbd_device *dev);
void drbd_volume_settled(struct drbd_peer_device *pd, bool got_stable);
void drbd_volume_published(struct drbd_device *dev);
bool drbd_volume_uuids_held(struct drbd_device *dev);
void drbd_volume_need_event(struct drbd_device *dev, enum drbd_need_event event);
bool drbd_volume_new_uuid(struct drbd_device *dev, bool forced);

void drbd_volume_write_sb(struct drbd_device *dev, struct drbd_backing *backing);
void drbd_volume_sync(struct drbd_device *dev);
void drbd_volumes_sync(struct drbd_resource *res);
void drbd_volumes_write_bitmap(struct drbd_resource *res);
void drbd_volumes_twopc_ended(struct drbd_resource *res);
void drbd_volume_disk_error(struct drbd_device *dev);
void drbd_volume_io_error(struct drbd_device *dev);
void drbd_volume_release_disk(struct drbd_device *dev);
void drbd_volume_limits(struct drbd_device *dev);
void drbd_volume_set_size(struct drbd_device *dev, u64 sectors);
void drbd_volume_not_due(struct drbd_device *dev);
void drbd_slot_fill(struct drbd_device *dev, int slot, bool set);
void drbd_slot_set(struct drbd_device *dev, int slot, struct drbd_bm_range bits);
void drbd_slot_copy(struct drbd_device *dev, int from, int to);
int drbd_volume_assign_slots(struct drbd_device *dev, struct drbd_bm_need *need);
int drbd_volume_forget_peer(struct drbd_device *dev, int node);
void drbd_volume_move_bitmaps(struct drbd_device *dev, const struct drbd_uuid_moves *moves);
int drbd_volume_clear_bitmap(struct drbd_device *dev);
void drbd_volume_skip_initial_sync(struct drbd_peer_device *pd);
void drbd_volume_apply_handshake(struct drbd_peer_device *pd,
				 const struct drbd_handshake_result *r);
int drbd_volume_peer_sizes(struct drbd_peer_device *pd, const struct drbd_wire_sizes *sizes,
			   struct drbd_size_received *r);

#endif
