/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether the activity log is needed
 *
 * Everything here is a pure function that may be called in any context.
 */
#ifndef DRBD_CORE_ACTLOG_MODE_H
#define DRBD_CORE_ACTLOG_MODE_H

#include "types.h"

/**
 * enum drbd_al_mode - whether transactions are written
 * @DRBD_AL_ON: yes
 * @DRBD_AL_OFF: no, by configuration
 * @DRBD_AL_OPTIMIZED: no, the log of the Primary is enough
 *
 * MDF_AL_DISABLED is set unless it is DRBD_AL_ON.
 */
enum drbd_al_mode {
	DRBD_AL_ON,
	DRBD_AL_OFF,
	DRBD_AL_OPTIMIZED,
};

/**
 * struct drbd_al_conditions - what that depends on
 * @al_updates: the option al-updates
 * @has_bitmap: the disk has a bitmap
 * @bitmap_slots: number of bitmap slots in the metadata, bm_max_peers
 * @disks_seen: number of other nodes with MDF_PEER_DEVICE_SEEN
 * @role: own role
 * @peer_role: role of the node that was seen; DRBD_ROLE_UNKNOWN if it is not
 *	connected or there are others
 * @peer_disk: state of its disk
 */
struct drbd_al_conditions {
	bool al_updates;
	bool has_bitmap;
	unsigned int bitmap_slots;
	unsigned int disks_seen;
	enum drbd_node_role role;
	enum drbd_node_role peer_role;
	enum drbd_disk peer_disk;
};

enum drbd_al_mode drbd_al_choose_mode(const struct drbd_al_conditions *c);
const char *drbd_al_mode_name(enum drbd_al_mode mode);
const char *drbd_al_mode_text(enum drbd_al_mode mode);
bool drbd_al_may_suspend(bool has_bitmap, bool all_set, enum drbd_repl highest);

#endif
