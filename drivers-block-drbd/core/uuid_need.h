/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When a new data generation that is due begins
 *
 * Source: spec/resync.md 1.6.
 */
#ifndef DRBD_CORE_UUID_NEED_H
#define DRBD_CORE_UUID_NEED_H

#include <linux/bits.h>
#include <linux/types.h>

/**
 * enum drbd_need_event - what may make a due generation begin
 * @DRBD_NEED_REQUEST: an application request arrived
 * @DRBD_NEED_CONN_LOST: a connection went down
 * @DRBD_NEED_UNSUSPEND: a state change is about to end the suspension of I/O
 * @DRBD_NEED_DISK_FAILED: an UpToDate disk of a peer, or a Primary's own, failed
 * @DRBD_NEED_FENCED: all peers are known to be Outdated at most
 * @DRBD_NEED_RESUME_IO: the administrator resumes I/O
 * @DRBD_NEED_PEER_REBOOTED: a handshake ends, as the peer lost what it was sent
 * @DRBD_NEED_PEER_BACK: the connection that was being fenced is back completely
 * @DRBD_NEED_DEMOTED: this node became Secondary
 */
enum drbd_need_event {
	DRBD_NEED_REQUEST,
	DRBD_NEED_CONN_LOST,
	DRBD_NEED_UNSUSPEND,
	DRBD_NEED_DISK_FAILED,
	DRBD_NEED_FENCED,
	DRBD_NEED_RESUME_IO,
	DRBD_NEED_PEER_REBOOTED,
	DRBD_NEED_PEER_BACK,
	DRBD_NEED_DEMOTED,
};

/**
 * struct drbd_need_state - what decides about a due generation
 * @due: there is one
 * @suspended: I/O is suspended
 * @quorum: the device has quorum
 * @accessible: data is accessible
 * @lost_quorum: lost quorum as Primary, and has not got it back
 * @unfinished: there are writes that are not complete
 */
struct drbd_need_state {
	bool due;
	bool suspended;
	bool quorum;
	bool accessible;
	bool lost_quorum;
	bool unfinished;
};

/* What to do, in this order; of drbd_uuid_need_consume(). */
#define DRBD_NEED_CLEAR_FIRST	BIT(0)	/* not due any more; another loss may come */
#define DRBD_NEED_HOLD		BIT(1)	/* keep I/O suspended for "uuid" meanwhile */
#define DRBD_NEED_PING		BIT(2)	/* wait until all peers answered or are lost */
#define DRBD_NEED_CREATE	BIT(3)	/* begin the generation */
#define DRBD_NEED_CLEAR		BIT(4)	/* not due any more, wake those who wait */

unsigned int drbd_uuid_need_consume(enum drbd_need_event event,
				    const struct drbd_need_state *state);

#endif
