/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state word of P_STATE, composed from the state vector
 */
#ifndef DRBD_CORE_STATE_TELL_H
#define DRBD_CORE_STATE_TELL_H

#include "state.h"
#include "wire_state.h"

void drbd_state_tell(const struct drbd_state *s, unsigned int d, unsigned int c,
		     enum drbd_state_when when, struct drbd_wire_state *wire);

#endif
