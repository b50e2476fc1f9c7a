/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The gate: what an application request waits for before it is taken in
 *
 * Everything here is a pure function that may be called in any context.
 */
#ifndef DRBD_CORE_GATE_H
#define DRBD_CORE_GATE_H

#include "types.h"

/**
 * enum drbd_admission - what happens to an application request
 * @DRBD_ADMIT: it goes on
 * @DRBD_ADMIT_WAIT: it waits
 * @DRBD_ADMIT_NEW_UUID: it waits; have a new current UUID created, once
 */
enum drbd_admission {
	DRBD_ADMIT,
	DRBD_ADMIT_WAIT,
	DRBD_ADMIT_NEW_UUID,
};

/**
 * struct drbd_gate - what an application request waits for
 * @io_error: requests of the volume fail; this one will, too
 * @suspended: the resource is suspended
 * @suspend_count: number of short internal suspensions of the device
 * @unstable: the state of the device does not allow requests yet
 * @bitmap_work: bitmap I/O is queued
 * @want_new_uuid: a new current UUID has to be created
 * @uuid_triggered: and somebody has been told to do that
 * @in_flight: number of requests
 * @limit: largest number of requests
 */
struct drbd_gate {
	bool io_error;
	bool suspended;
	unsigned int suspend_count;
	bool unstable;
	bool bitmap_work;
	bool want_new_uuid;
	bool uuid_triggered;
	unsigned int in_flight;
	unsigned int limit;
};

enum drbd_admission drbd_gate(const struct drbd_gate *gate);

#endif
