/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The receiver of a connection: connects, shakes hands, takes packets, cleans up
 */
#ifndef DRBD_ENGINE_RECEIVER_H
#define DRBD_ENGINE_RECEIVER_H

#include "connection.h"

extern const struct drbd_transport_engine drbd_transport_callbacks;

int drbd_receiver_start(struct drbd_connection *conn);
void drbd_receiver_stop(struct drbd_connection *conn);
void drbd_conn_lost(struct drbd_connection *conn, enum drbd_cstate why);
void drbd_ping_work(struct work_struct *work);
void drbd_pong_work(struct work_struct *work);
bool drbd_ping_peers(struct drbd_resource *res);

#endif
