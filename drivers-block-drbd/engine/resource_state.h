/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the state of a resource depends on, and what its changes lead to
 */
#ifndef DRBD_ENGINE_RESOURCE_STATE_H
#define DRBD_ENGINE_RESOURCE_STATE_H

#include "states.h"

extern const struct drbd_states_ops drbd_resource_state_ops;

#endif
