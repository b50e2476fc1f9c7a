/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * State change requests from and to a peer of version 8.4
 */
#ifndef DRBD_CORE_TWOPC_84_H
#define DRBD_CORE_TWOPC_84_H

#include "twopc.h"

/**
 * enum drbd_twopc_84_step - what to do with a request of an 8.4 peer
 * @DRBD_TWOPC_84_REPLY: send the result, change nothing
 * @DRBD_TWOPC_84_CHECK: check the change, send what came out, then make it. The
 *	change may close the connection, so that a reply after it would be too late
 * @DRBD_TWOPC_84_BAD: the peer must not send this: drop the connection
 */
enum drbd_twopc_84_step {
	DRBD_TWOPC_84_REPLY,
	DRBD_TWOPC_84_CHECK,
	DRBD_TWOPC_84_BAD,
};

/**
 * struct drbd_twopc_84_request - P_STATE_CHG_REQ or P_CONN_ST_CHG_REQ of a peer
 * @protocol: protocol version of the connection
 * @connection: it is P_CONN_ST_CHG_REQ
 * @known_volume: the volume that it names exists; without meaning with @connection
 * @mask: fields of the state word to change, in the peer's view
 * @value: new values of these
 */
struct drbd_twopc_84_request {
	int protocol;
	bool connection;
	bool known_volume;
	u32 mask;
	u32 value;
};

/**
 * struct drbd_twopc_84_next - what to do with a request of an 8.4 peer
 * @step: what to do
 * @rv: DRBD_TWOPC_84_REPLY: the result
 * @ign_outd: DRBD_TWOPC_84_CHECK: leave disks alone that are worse than Outdated
 */
struct drbd_twopc_84_next {
	enum drbd_twopc_84_step step;
	enum drbd_rv rv;
	bool ign_outd;
};

bool drbd_twopc_84_of_connection(int protocol, s32 volume);
void drbd_twopc_84_replied(struct drbd_twopc *tp, const struct drbd_twopc_env *env, int from,
			   enum drbd_rv rv, struct drbd_twopc_actions *acts);
struct drbd_twopc_84_next drbd_twopc_84_received(const struct drbd_twopc *tp,
						 const struct drbd_twopc_84_request *req);

#endif
