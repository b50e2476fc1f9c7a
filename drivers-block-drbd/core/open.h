/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Opening and closing a device: admission, auto-promote, auto-demote
 *
 * Everything here is a pure function that may be called in any context.
 */
#ifndef DRBD_CORE_OPEN_H
#define DRBD_CORE_OPEN_H

#include "types.h"

/**
 * struct drbd_read_open - what a read-only open depends on
 * @have_quorum: the volume has quorum
 * @primary: this node is Primary
 * @peer_primary: a peer is Primary, without allow-two-primaries
 * @allow_oos: debugging override: read what may be old
 * @up_to_date: some disk of the volume is UpToDate, here or at a peer
 * @may_improve: drbd_conn_may_improve() for some connection
 */
struct drbd_read_open {
	bool have_quorum;
	bool primary;
	bool peer_primary;
	bool allow_oos;
	bool up_to_date;
	bool may_improve;
};

/**
 * enum drbd_open_step - what an open has to do next
 * @DRBD_OPEN_OK: nothing, it succeeds
 * @DRBD_OPEN_FAIL: fail
 * @DRBD_OPEN_WAIT_TWOPC: wait for the end of the cluster-wide change, for
 *	auto-promote-timeout at most
 * @DRBD_OPEN_COUNT: count the opener
 * @DRBD_OPEN_PROMOTE: promote
 * @DRBD_OPEN_PING: ping all peers
 * @DRBD_OPEN_WAIT_CHANGE: wait until the read condition changes, for
 *	auto-promote-timeout at most
 */
enum drbd_open_step {
	DRBD_OPEN_OK,
	DRBD_OPEN_FAIL,
	DRBD_OPEN_WAIT_TWOPC,
	DRBD_OPEN_COUNT,
	DRBD_OPEN_PROMOTE,
	DRBD_OPEN_PING,
	DRBD_OPEN_WAIT_CHANGE,
};

/**
 * struct drbd_open - an open, and how far it is
 * @read: what matters to read-only opens, and to others: role and override
 * @write: opened for writing
 * @nonblock: opened with O_NDELAY
 * @udev: by systemd-udevd
 * @read_only: the block device is set read-only
 * @fail_io: all I/O fails since a forced demotion
 * @going_down: the resource is taken down
 * @unregistered: the device is being deleted
 * @twopc_active: a cluster-wide change is running
 * @first: nobody has the device open
 * @auto_promote: option auto-promote
 * @counted: DRBD_OPEN_COUNT is done
 * @promoted: DRBD_OPEN_PROMOTE is done, or failed
 * @interrupted: DRBD_OPEN_PROMOTE was interrupted by a signal
 * @pinged: DRBD_OPEN_PING is done
 * @expired: a wait took auto-promote-timeout
 */
struct drbd_open {
	struct drbd_read_open read;
	bool write;
	bool nonblock;
	bool udev;
	bool read_only;
	bool fail_io;
	bool going_down;
	bool unregistered;
	bool twopc_active;
	bool first;
	bool auto_promote;
	bool counted;
	bool promoted;
	bool interrupted;
	bool pinged;
	bool expired;
};

/**
 * enum drbd_auto_promote_step - what to do after a try to auto-promote
 * @DRBD_AUTO_PROMOTE_DONE: nothing, this node is Primary
 * @DRBD_AUTO_PROMOTE_GIVE_UP: the open fails
 * @DRBD_AUTO_PROMOTE_PAUSE: try again after 100 ms
 * @DRBD_AUTO_PROMOTE_WAIT_DEMOTE: try again when no peer is Primary, and some
 *	disk is UpToDate
 * @DRBD_AUTO_PROMOTE_WAIT_DISK: try again when some disk is UpToDate
 *
 * All of them within auto-promote-timeout.
 */
enum drbd_auto_promote_step {
	DRBD_AUTO_PROMOTE_DONE,
	DRBD_AUTO_PROMOTE_GIVE_UP,
	DRBD_AUTO_PROMOTE_PAUSE,
	DRBD_AUTO_PROMOTE_WAIT_DEMOTE,
	DRBD_AUTO_PROMOTE_WAIT_DISK,
};

bool drbd_conn_may_improve(enum drbd_cstate conn);
int drbd_read_open(const struct drbd_read_open *read);
enum drbd_open_step drbd_open_next(const struct drbd_open *open, int *error);
enum drbd_auto_promote_step drbd_auto_promote_next(enum drbd_rv rv, bool nonblock,
						   bool may_improve);
bool drbd_auto_demote(bool auto_promote, bool primary, bool explicit_primary,
		      unsigned int writers);

#endif
