/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets to a peer
 *
 * All of these sleep, and return 0 or a negative errno after which the connection is
 * on its way down. What is sent in one call is together on its stream.
 */
#ifndef DRBD_ENGINE_PACKETS_H
#define DRBD_ENGINE_PACKETS_H

#include "../core/state.h"
#include "../core/twopc_msg.h"
#include "connection.h"

int drbd_send_packet(struct drbd_connection *conn, u32 number, int volume,
		     const union drbd_wire_body *body, const void *tail, u32 tail_len);
int drbd_send_twopc(struct drbd_connection *conn, const struct drbd_twopc_msg *msg);
int drbd_send_protocol(struct drbd_connection *conn);
int drbd_send_sync_param(struct drbd_peer_device *pd);
int drbd_send_sizes(struct drbd_peer_device *pd, unsigned int flags);
int drbd_send_uuids(struct drbd_peer_device *pd, u64 flags);
int drbd_send_state(struct drbd_peer_device *pd, const struct drbd_state *s,
		    enum drbd_state_when when);
int drbd_send_current_state(struct drbd_peer_device *pd);
int drbd_send_role(struct drbd_connection *conn, enum drbd_node_role role);
int drbd_send_own_current(struct drbd_peer_device *pd, u64 weak);
int drbd_send_peer_dagtag(struct drbd_connection *conn, int lost, u64 dagtag);

bool drbd_twopc_from_wire(u32 number, int volume, bool resize, const union drbd_wire_body *body,
			  struct drbd_twopc_msg *msg);

#endif
