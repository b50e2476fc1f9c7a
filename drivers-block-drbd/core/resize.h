/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The resize command, and the resync of what a device grew by
 *
 * All sizes are in sectors of 512 bytes, unless said otherwise. Everything here
 * is a pure function that may be called in any context.
 */
#ifndef DRBD_CORE_RESIZE_H
#define DRBD_CORE_RESIZE_H

#include "types.h"

/**
 * enum drbd_resize_error - why a resize is refused
 * @DRBD_RESIZE_OK: it is not
 * @DRBD_RESIZE_DISK_TOO_SMALL: there is less space on the own disk
 * @DRBD_RESIZE_RESYNC: a resync or verify is running
 * @DRBD_RESIZE_NO_PRIMARY: there is no Primary with UpToDate data, and an old
 *	peer needs one to know the direction of the resync
 * @DRBD_RESIZE_NO_DISK: there is no disk
 * @DRBD_RESIZE_NEED_APV_93: a peer is too old for it to be without a resync
 * @DRBD_RESIZE_INVALID: sizes in an activity log are multiples of 4 KiB
 * @DRBD_RESIZE_AL_TOO_BIG: so large an activity log is not possible
 * @DRBD_RESIZE_AL_TOO_SMALL: so small an activity log is not possible
 *
 * The numbers are those of netlink replies.
 */
enum drbd_resize_error {
	DRBD_RESIZE_OK = 0,
	DRBD_RESIZE_DISK_TOO_SMALL = 111,
	DRBD_RESIZE_RESYNC = 130,
	DRBD_RESIZE_NO_PRIMARY = 131,
	DRBD_RESIZE_NO_DISK = 138,
	DRBD_RESIZE_NEED_APV_93 = 153,
	DRBD_RESIZE_INVALID = 162,
	DRBD_RESIZE_AL_TOO_BIG = 167,
	DRBD_RESIZE_AL_TOO_SMALL = 168,
};

/**
 * struct drbd_resize_peer - what matters of a peer
 * @conn: state of the connection
 * @repl: replication state
 * @protocol: version agreed upon
 * @primary: it is Primary
 * @pdsk: its disk
 */
struct drbd_resize_peer {
	enum drbd_cstate conn;
	enum drbd_repl repl;
	unsigned int protocol;
	bool primary;
	enum drbd_disk pdsk;
};

/**
 * struct drbd_resize - a resize command
 * @size: size that is asked for, 0 for the largest possible
 * @no_resync: what is new need not be resynced
 * @change_al: with another layout of the activity log:
 * @al_stripes: number of stripes
 * @al_stripe_kib: size of a stripe in KiB
 * @disk: own disk
 * @own_max: largest size on it
 * @primary: this node is Primary
 * @peers: all peers
 * @count: number of @peers
 */
struct drbd_resize {
	u64 size;
	bool no_resync;
	bool change_al;
	u32 al_stripes;
	u32 al_stripe_kib;
	enum drbd_disk disk;
	u64 own_max;
	bool primary;
	const struct drbd_resize_peer *peers;
	unsigned int count;
};

/**
 * struct drbd_grow_peer - what the resync of a new area with a peer depends on
 * @node_id: own node id
 * @peer_id: its node id
 * @primary: this node is Primary
 * @peer_primary: it is Primary
 * @protocol: version agreed upon
 * @resolves: this node resolves conflicts on the connection
 */
struct drbd_grow_peer {
	int node_id;
	int peer_id;
	bool primary;
	bool peer_primary;
	unsigned int protocol;
	bool resolves;
};

/**
 * enum drbd_grow_when - when to resync a new area with a peer
 * @DRBD_GROW_NO_RESYNC: never
 * @DRBD_GROW_RESYNC: now
 * @DRBD_GROW_LATER: after the disks were negotiated
 */
enum drbd_grow_when {
	DRBD_GROW_NO_RESYNC,
	DRBD_GROW_RESYNC,
	DRBD_GROW_LATER,
};

/**
 * struct drbd_grow - a device that may have grown, and a peer
 * @pending: a resize for this peer is pending
 * @grew: the device grew here just now
 * @no_resync: what is new need not be resynced
 * @repl: replication state
 * @disk: own disk
 * @pdsk: disk of the peer
 */
struct drbd_grow {
	bool pending;
	bool grew;
	bool no_resync;
	enum drbd_repl repl;
	enum drbd_disk disk;
	enum drbd_disk pdsk;
};

enum drbd_resize_error drbd_al_layout_check(u32 stripes, u32 stripe_kib);
enum drbd_resize_error drbd_resize_check(const struct drbd_resize *resize);
bool drbd_resize_by_twopc(const struct drbd_resize_peer *peers, unsigned int count);
u64 drbd_grow_neighbours(u64 diskful, int node_id);
bool drbd_grow_is_source(const struct drbd_grow_peer *p);
enum drbd_grow_when drbd_grow_when(const struct drbd_grow *g);

#endif
