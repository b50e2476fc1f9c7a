// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which resyncs of a host run, and which ones wait
 *
 * Several volumes often share a disk or a network link, where two resyncs at a time
 * are slower than one after the other. The administrator can order them by
 * resync-after, or limit their number.
 *
 * Dependencies form chains of minor numbers, and a device waits for all that are
 * in front of it. To pause one makes others wait that depend on it, and their
 * minors may come earlier in the table, so both directions are repeated until
 * nothing changes. A pass only sets flags, or only clears them, hence there are no
 * more passes than devices.
 */

#include <linux/errno.h>
#include <linux/export.h>

#include "resync_order.h"

static bool is_sync_source(enum drbd_repl repl)
{
	return repl == DRBD_R_SYNC_SOURCE || repl == DRBD_R_PAUSED_SYNC_S;
}

/**
 * drbd_pause_dependency_told() - dependency flag of the state that peers are told
 * @repl: replication state
 * @disk: own disk state
 * @pause: DRBD_PAUSE_x
 *
 * A source that is not consistent itself has to be synced first.
 *
 * Return: the flag.
 * Source: spec/resync.md 3.5
 */
bool drbd_pause_dependency_told(enum drbd_repl repl, enum drbd_disk disk, unsigned int pause)
{
	return pause & (DRBD_PAUSE_DEPENDENCY | DRBD_PAUSE_OTHER) ||
	       (is_sync_source(repl) && disk <= DRBD_D_INCONSISTENT);
}
EXPORT_SYMBOL_GPL(drbd_pause_dependency_told);

/**
 * drbd_pause_suspended() - is there any reason to pause?
 * @repl: replication state
 * @disk: own disk state
 * @pause: DRBD_PAUSE_x
 *
 * Return: true if there is one.
 * Source: spec/resync.md 3.5
 */
bool drbd_pause_suspended(enum drbd_repl repl, enum drbd_disk disk, unsigned int pause)
{
	return pause & (DRBD_PAUSE_USER | DRBD_PAUSE_PEER | DRBD_PAUSE_PARALLEL) ||
	       drbd_pause_dependency_told(repl, disk, pause);
}
EXPORT_SYMBOL_GPL(drbd_pause_suspended);

/**
 * drbd_pause_repl() - replication state of a resync with or without a reason to pause
 * @repl: replication state
 * @suspended: there is a reason
 *
 * Return: the replication state it has to be in; others than those of an agreed
 * resync do not change.
 * Source: spec/resync.md 3.5
 */
enum drbd_repl drbd_pause_repl(enum drbd_repl repl, bool suspended)
{
	switch (repl) {
	case DRBD_R_SYNC_SOURCE:
	case DRBD_R_PAUSED_SYNC_S:
		return suspended ? DRBD_R_PAUSED_SYNC_S : DRBD_R_SYNC_SOURCE;
	case DRBD_R_SYNC_TARGET:
	case DRBD_R_PAUSED_SYNC_T:
		return suspended ? DRBD_R_PAUSED_SYNC_T : DRBD_R_SYNC_TARGET;
	default:
		return repl;
	}
}
EXPORT_SYMBOL_GPL(drbd_pause_repl);

/**
 * drbd_pause_user() - pause-sync and resume-sync
 * @peer: whose resync is meant; its flag changes
 * @set: pause, else resume
 *
 * With the last two errors the flag is cleared, but the resync goes on to pause.
 *
 * Return: error for the administrator.
 * Source: spec/resync.md 7.2 and spec/admin.md 5
 */
enum drbd_pause_error drbd_pause_user(struct drbd_order_peer *peer, bool set)
{
	if (!!(peer->pause & DRBD_PAUSE_USER) == set)
		return set ? DRBD_PAUSE_IS_SET : DRBD_PAUSE_IS_CLEAR;
	peer->pause ^= DRBD_PAUSE_USER;
	if (set || (peer->repl != DRBD_R_PAUSED_SYNC_S && peer->repl != DRBD_R_PAUSED_SYNC_T))
		return DRBD_PAUSE_OK;
	if (peer->pause & DRBD_PAUSE_DEPENDENCY)
		return DRBD_PAUSE_AFTER_DEP;
	return peer->pause & DRBD_PAUSE_PEER ? DRBD_PAUSE_PEER_DEP : DRBD_PAUSE_OK;
}
EXPORT_SYMBOL_GPL(drbd_pause_user);

/* The device that has a disk and the number, or @nr: there the chain ends. */
static u32 find(const struct drbd_order_device *devices, u32 nr, s32 minor)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (devices[i].minor == minor && devices[i].has_disk)
			break;
	return i;
}

/**
 * drbd_resync_after_check() - may a device depend on another one?
 * @devices: all devices of the host
 * @nr: number of them
 * @minor: the device
 * @after: what it shall depend on
 *
 * What it depended on so far, and whether it has a disk, does not matter.
 *
 * Return: 0, -EINVAL if @after is not a minor number, or -ELOOP if the device would
 * depend on itself.
 * Source: spec/resync.md 7.3 and spec/admin.md 20.12
 */
int drbd_resync_after_check(const struct drbd_order_device *devices, u32 nr, s32 minor,
			    s32 after)
{
	u32 steps, at;

	if (after < DRBD_NO_MINOR)
		return -EINVAL;
	/* More steps than there are devices: a loop of others, that may not exist. */
	for (steps = 0; steps <= nr; steps++) {
		if (after == minor)
			return -ELOOP;
		at = find(devices, nr, after);
		if (at == nr)
			return 0;
		after = devices[at].after;
	}
	return -ELOOP;
}
EXPORT_SYMBOL_GPL(drbd_resync_after_check);

/* Does it make those wait that depend on it? */
static bool blocks(const struct drbd_order_device *device)
{
	u32 i;

	for (i = 0; i < device->nr_peers; i++) {
		const struct drbd_order_peer *peer = &device->peers[i];

		if (peer->repl >= DRBD_R_SYNC_SOURCE && peer->repl <= DRBD_R_PAUSED_SYNC_T)
			return true;
		if (peer->pause & (DRBD_PAUSE_DEPENDENCY | DRBD_PAUSE_PEER | DRBD_PAUSE_USER))
			return true;
	}
	return false;
}

/**
 * drbd_may_sync() - do all those allow a resync that a device depends on?
 * @devices: all devices of the host
 * @nr: number of them
 * @device: index of the device
 *
 * Return: true if they do.
 * Source: spec/resync.md 7.3
 */
bool drbd_may_sync(const struct drbd_order_device *devices, u32 nr, u32 device)
{
	s32 after = devices[device].after;
	u32 steps, at;

	for (steps = 0; steps < nr; steps++) {
		at = find(devices, nr, after);
		if (at == nr)
			return true;
		if (blocks(&devices[at]))
			return false;
		after = devices[at].after;
	}
	return true;
}
EXPORT_SYMBOL_GPL(drbd_may_sync);

static u32 set_dependency(struct drbd_order_device *device, bool set)
{
	u32 changed = 0, i;

	for (i = 0; i < device->nr_peers; i++) {
		struct drbd_order_peer *peer = &device->peers[i];

		if (!!(peer->pause & DRBD_PAUSE_DEPENDENCY) == set ||
		    (set && peer->repl == DRBD_R_OFF))
			continue;
		peer->pause ^= DRBD_PAUSE_DEPENDENCY;
		changed++;
	}
	return changed;
}

static u32 apply_dependencies(struct drbd_order_device *devices, u32 nr, bool set)
{
	u32 changed = 0, before, i;

	do {
		before = changed;
		for (i = 0; i < nr; i++)
			if (drbd_may_sync(devices, nr, i) != set)
				changed += set_dependency(&devices[i], set);
	} while (changed != before);
	return changed;
}

/**
 * drbd_resync_after_pause() - make those wait that depend on others
 * @devices: all devices of the host; dependency flags get set
 * @nr: number of them
 *
 * After a resync started, a reason to pause came up, or the configuration changed.
 *
 * Return: number of flags that changed.
 * Source: spec/resync.md 7.3
 */
u32 drbd_resync_after_pause(struct drbd_order_device *devices, u32 nr)
{
	return apply_dependencies(devices, nr, true);
}
EXPORT_SYMBOL_GPL(drbd_resync_after_pause);

/**
 * drbd_resync_after_resume() - let those go on that need not wait any more
 * @devices: all devices of the host; dependency flags get cleared
 * @nr: number of them
 *
 * After a resync ended, a reason to pause is gone, or a device is.
 *
 * Return: number of flags that changed.
 * Source: spec/resync.md 7.3
 */
u32 drbd_resync_after_resume(struct drbd_order_device *devices, u32 nr)
{
	return apply_dependencies(devices, nr, false);
}
EXPORT_SYMBOL_GPL(drbd_resync_after_resume);

static bool is_verify(enum drbd_repl repl)
{
	return repl == DRBD_R_VERIFY_S || repl == DRBD_R_VERIFY_T;
}

static bool is_resync(enum drbd_repl repl)
{
	return repl == DRBD_R_SYNC_SOURCE || repl == DRBD_R_SYNC_TARGET;
}

static bool is_paused(enum drbd_repl repl)
{
	return repl == DRBD_R_PAUSED_SYNC_S || repl == DRBD_R_PAUSED_SYNC_T;
}

/* Will it be running, once the state follows the flags? */
static bool takes_slot(const struct drbd_order_device *device)
{
	u32 i;

	for (i = 0; i < device->nr_peers; i++) {
		const struct drbd_order_peer *peer = &device->peers[i];

		if (is_verify(peer->repl) ||
		    (is_resync(peer->repl) && !(peer->pause & DRBD_PAUSE_PARALLEL)) ||
		    (is_paused(peer->repl) && !peer->pause))
			return true;
	}
	return false;
}

static bool waits_for_slot(const struct drbd_order_device *device)
{
	u32 i;

	for (i = 0; i < device->nr_peers; i++)
		if (is_paused(device->peers[i].repl) &&
		    device->peers[i].pause == DRBD_PAUSE_PARALLEL)
			return true;
	return false;
}

static bool can_pause(const struct drbd_order_device *device)
{
	u32 i;

	for (i = 0; i < device->nr_peers; i++)
		if (is_verify(device->peers[i].repl))
			return false;
	return takes_slot(device);
}

static u32 count(const struct drbd_order_device *devices, u32 nr)
{
	u32 taken = 0, i;

	for (i = 0; i < nr; i++)
		taken += takes_slot(&devices[i]);
	return taken;
}

/**
 * drbd_resync_admit() - may the resync of a device start at once?
 * @devices: all devices of the host
 * @nr: number of them
 * @device: index of the device
 * @limit: module parameter max_parallel_resyncs, 0 for no limit
 *
 * Return: false if it has to start paused, with %DRBD_PAUSE_PARALLEL.
 * Source: spec/resync.md 5.4
 */
bool drbd_resync_admit(const struct drbd_order_device *devices, u32 nr, u32 device, u32 limit)
{
	return !limit || takes_slot(&devices[device]) || count(devices, nr) < limit;
}
EXPORT_SYMBOL_GPL(drbd_resync_admit);

static u32 release(struct drbd_order_device *device)
{
	u32 changed = 0, i;

	for (i = 0; i < device->nr_peers; i++) {
		changed += !!(device->peers[i].pause & DRBD_PAUSE_PARALLEL);
		device->peers[i].pause &= ~DRBD_PAUSE_PARALLEL;
	}
	return changed;
}

static u32 hold(struct drbd_order_device *device)
{
	u32 changed = 0, i;

	for (i = 0; i < device->nr_peers; i++) {
		struct drbd_order_peer *peer = &device->peers[i];

		if ((!is_resync(peer->repl) && !is_paused(peer->repl)) ||
		    peer->pause & DRBD_PAUSE_PARALLEL)
			continue;
		peer->pause |= DRBD_PAUSE_PARALLEL;
		changed++;
	}
	return changed;
}

static bool resource_runs(const struct drbd_order_device *devices, u32 nr, u32 resource)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (devices[i].resource == resource && takes_slot(&devices[i]))
			return true;
	return false;
}

/* One more device, of a resource that is at it if there is any */
static u32 next_waiting(const struct drbd_order_device *devices, u32 nr)
{
	u32 other = nr, i;

	for (i = 0; i < nr; i++) {
		if (!waits_for_slot(&devices[i]))
			continue;
		if (resource_runs(devices, nr, devices[i].resource))
			return i;
		if (other == nr)
			other = i;
	}
	return other;
}

/**
 * drbd_resync_parallel() - keep the number of resyncs at its limit
 * @devices: all devices of the host; their max-parallel flags change
 * @nr: number of them
 * @limit: module parameter max_parallel_resyncs, 0 for no limit
 *
 * After a resync or verify ended or paused, and when the parameter was written. A
 * slot goes to a device only that will use it. A verify cannot be paused.
 *
 * Return: number of flags that changed.
 * Source: spec/resync.md 5.4
 */
u32 drbd_resync_parallel(struct drbd_order_device *devices, u32 nr, u32 limit)
{
	u32 taken = count(devices, nr);
	u32 changed = 0, i;

	for (i = 0; i < nr && limit && taken > limit; i++) {
		if (!can_pause(&devices[i]))
			continue;
		changed += hold(&devices[i]);
		taken--;
	}
	for (i = 0; i < nr; i++)
		if (!limit || takes_slot(&devices[i]))
			changed += release(&devices[i]);
	while (limit && taken < limit && (i = next_waiting(devices, nr)) < nr) {
		changed += release(&devices[i]);
		taken++;
	}
	return changed;
}
EXPORT_SYMBOL_GPL(drbd_resync_parallel);
