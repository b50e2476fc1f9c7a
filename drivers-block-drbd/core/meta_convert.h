/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Disks with metadata of version 8, seen as those of version 9 with one peer
 *
 * Everything here is a pure function that may be called in any context.
 */
#ifndef DRBD_CORE_META_CONVERT_H
#define DRBD_CORE_META_CONVERT_H

#include "meta_sb.h"

u32 drbd_sb_device_flags_of_v08(u32 v08_flags);
u32 drbd_sb_peer_flags_of_v08(u32 v08_flags);
u32 drbd_sb_flags_to_v08(u32 device_flags, u32 peer_flags);

void drbd_sb_from_v08(const struct drbd_sb_v08 *from, struct drbd_sb *sb);
void drbd_sb_to_v08(const struct drbd_sb *sb, bool have_bitmap, struct drbd_sb_v08 *to);
int drbd_sb_set_own_node(struct drbd_sb *sb, int own_node_id);

void drbd_sb_encode(const struct drbd_sb *sb, bool have_bitmap, void *block);

#endif
