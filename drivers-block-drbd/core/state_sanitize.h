/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a change of state implies: consequences that follow from a request
 *
 * In the order of use: drbd_state_sanitize(); then the caller computes quorum
 * from the new copies and fills in quorum_computed of each device; then
 * drbd_state_sanitize_io(). Both only write the new copies.
 */
#ifndef DRBD_CORE_STATE_SANITIZE_H
#define DRBD_CORE_STATE_SANITIZE_H

#include "state.h"

void drbd_state_sanitize(struct drbd_state *s, unsigned int flags);
void drbd_state_sanitize_io(struct drbd_state *s, unsigned int flags);

#endif
