/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a disk may be called: limits by replication state, and claims about data
 */
#ifndef DRBD_CORE_STATE_PREDICATES_H
#define DRBD_CORE_STATE_PREDICATES_H

#include "state.h"

/**
 * struct drbd_state_clamp - disk states that go with a replication state
 * @disk_min: lowest own disk
 * @disk_max: highest own disk
 * @pdsk_min: lowest disk of the peer
 * @pdsk_max: highest disk of the peer
 */
struct drbd_state_clamp {
	u8 disk_min;
	u8 disk_max;
	u8 pdsk_min;
	u8 pdsk_max;
};

const struct drbd_state_clamp *drbd_state_clamp(enum drbd_repl repl);
bool drbd_state_may_be_up_to_date(const struct drbd_state *s, unsigned int d);
bool drbd_state_foreign_primary(const struct drbd_state *s, unsigned int d);
bool drbd_state_may_be_outdated(const struct drbd_state *s, unsigned int d);
bool drbd_state_lost_primary(const struct drbd_state_conn *conn, unsigned int flags);
bool drbd_state_sole_authority(const struct drbd_state *s, unsigned int d, unsigned int flags);
enum drbd_disk drbd_state_disk_from_md(const struct drbd_state *s, unsigned int d);

#endif
