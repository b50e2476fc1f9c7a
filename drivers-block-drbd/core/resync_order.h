/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which resyncs of a host run, and which ones wait
 *
 * Everything here is a pure function over a table of all devices, that the caller
 * makes and protects. No device may change meanwhile.
 */
#ifndef DRBD_CORE_RESYNC_ORDER_H
#define DRBD_CORE_RESYNC_ORDER_H

#include "types.h"

/* Reasons why the resync with a peer pauses */
#define DRBD_PAUSE_USER		1	/* pause-sync here */
#define DRBD_PAUSE_PEER		2	/* the peer has a reason */
#define DRBD_PAUSE_DEPENDENCY	4	/* option resync-after */
#define DRBD_PAUSE_OTHER	8	/* a resync over another connection */
#define DRBD_PAUSE_PARALLEL	16	/* too many resyncs on this host */

/* Option resync-after: none */
#define DRBD_NO_MINOR		(-1)

/**
 * struct drbd_order_peer - a volume's relation to one peer
 * @repl: replication state
 * @pause: DRBD_PAUSE_x
 */
struct drbd_order_peer {
	enum drbd_repl repl;
	u8 pause;
};

/**
 * struct drbd_order_device - a device of this host
 * @minor: its number
 * @after: option resync-after, a minor number or %DRBD_NO_MINOR
 * @has_disk: there is a disk here
 * @resource: number of its resource, in any numbering
 * @peers: its peers
 * @nr_peers: number of them
 */
struct drbd_order_device {
	s32 minor;
	s32 after;
	bool has_disk;
	u32 resource;
	struct drbd_order_peer *peers;
	u32 nr_peers;
};

/**
 * enum drbd_pause_error - why pause-sync or resume-sync fails
 * @DRBD_PAUSE_OK: it does not
 * @DRBD_PAUSE_IS_SET: it is paused already
 * @DRBD_PAUSE_IS_CLEAR: it is not paused
 * @DRBD_PAUSE_AFTER_DEP: it is resumed, but waits for another device
 * @DRBD_PAUSE_PEER_DEP: it is resumed, but the peer has it paused
 */
enum drbd_pause_error {
	DRBD_PAUSE_OK = 0,
	DRBD_PAUSE_IS_SET = 134,
	DRBD_PAUSE_IS_CLEAR = 135,
	DRBD_PAUSE_AFTER_DEP = 156,
	DRBD_PAUSE_PEER_DEP = 157,
};

bool drbd_pause_dependency_told(enum drbd_repl repl, enum drbd_disk disk, unsigned int pause);
bool drbd_pause_suspended(enum drbd_repl repl, enum drbd_disk disk, unsigned int pause);
enum drbd_repl drbd_pause_repl(enum drbd_repl repl, bool suspended);
enum drbd_pause_error drbd_pause_user(struct drbd_order_peer *peer, bool set);

int drbd_resync_after_check(const struct drbd_order_device *devices, u32 nr, s32 minor,
			    s32 after);
bool drbd_may_sync(const struct drbd_order_device *devices, u32 nr, u32 device);
u32 drbd_resync_after_pause(struct drbd_order_device *devices, u32 nr);
u32 drbd_resync_after_resume(struct drbd_order_device *devices, u32 nr);

bool drbd_resync_admit(const struct drbd_order_device *devices, u32 nr, u32 device, u32 limit);
u32 drbd_resync_parallel(struct drbd_order_device *devices, u32 nr, u32 limit);

#endif
