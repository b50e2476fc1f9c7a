/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The handshake between a transport that is up and a peer that is Connected
 */
#ifndef DRBD_ENGINE_HANDSHAKE_H
#define DRBD_ENGINE_HANDSHAKE_H

#include "connection.h"

void drbd_handshake_reset(struct drbd_connection *conn);
void drbd_handshake_send(struct drbd_connection *conn);
void drbd_handshake_release(struct drbd_connection *conn);
void drbd_handshake_prepare(struct drbd_resource *res, int node_id);
void drbd_handshake_consider(struct drbd_resource *res, int node_id);
void drbd_handshake_applied(struct drbd_resource *res);
void drbd_handshake_modify(struct drbd_resource *res, int node_id);
void drbd_connect_work(struct work_struct *work);

int drbd_got_sizes(struct drbd_peer_device *pd, const struct drbd_wire_sizes *sizes);
int drbd_got_peer_dagtag(struct drbd_connection *conn, int lost, u64 dagtag);
int drbd_got_uuids(struct drbd_peer_device *pd, const struct drbd_peer_uuids *uuids);
int drbd_got_current_uuid(struct drbd_peer_device *pd, u64 uuid, u64 weak);
int drbd_got_state(struct drbd_peer_device *pd, const struct drbd_wire_state *state);
bool drbd_compare_now(struct drbd_peer_device *pd, enum drbd_compare_kind kind);

#endif
