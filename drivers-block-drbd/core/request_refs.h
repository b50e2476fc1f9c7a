/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the bits of a request contribute to its counts, inside of the core
 */
#ifndef DRBD_CORE_REQUEST_REFS_H
#define DRBD_CORE_REQUEST_REFS_H

#include "request.h"

/* One letter a bit, as in the tables of spec/io.md 3.2 and 3.3. */
#define LEG_P	DRBD_LEG_PENDING
#define LEG_O	DRBD_LEG_OUT_OF_SYNC
#define LEG_Q	DRBD_LEG_QUEUED
#define LEG_R	DRBD_LEG_READY
#define LEG_S	DRBD_LEG_SENT
#define LEG_D	DRBD_LEG_DONE
#define LEG_K	DRBD_LEG_OK
#define LEG_I	DRBD_LEG_IN_SYNC
#define LEG_B	DRBD_LEG_EXPECT_RECV_ACK
#define LEG_C	DRBD_LEG_EXPECT_WRITE_ACK
#define LEG_X	DRBD_LEG_EXPECT_BARRIER_ACK

/**
 * struct drbd_request_change - bits after an event
 * @state: of the request
 * @leg: of the peer
 * @fx: effects that do not follow from the change of bits
 */
struct drbd_request_change {
	u32 state;
	u16 leg;
	u32 fx;
};

static inline bool drbd_request_writes(u32 state)
{
	return state & DRBD_REQ_WRITE;
}

/* The entry carries data, or asks for some; those that are only about
 * P_OUT_OF_SYNC, or about an empty flush, do not.
 */
static inline bool drbd_request_leg_carries(u32 state, u16 leg)
{
	return drbd_request_writes(state) ? leg & LEG_X : leg & DRBD_LEG_NET;
}

static inline bool drbd_request_leg_unconfirmed(u16 leg)
{
	return (leg & (LEG_X | LEG_D)) == LEG_X;
}

void drbd_request_count(struct drbd_request *req);
u32 drbd_request_apply(struct drbd_request *req, int node,
		       const struct drbd_request_change *to);

#endif
