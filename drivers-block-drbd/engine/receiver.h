/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The receiver of a connection: connects, shakes hands, takes packets, cleans up
 */
#ifndef DRBD_ENGINE_RECEIVER_H
#define DRBD_ENGINE_RECEIVER_H

#include "../core/wire_header.h"
#include "../core/wire_table.h"
#include "connection.h"

/**
 * struct drbd_packet - a packet on the data stream
 * @head: its header
 * @kind: what it is
 * @body: the fixed part
 * @tail: what follows, of a packet without data of blocks; for the call only
 * @tail_len: bytes of @tail
 * @data: bytes of data, with a digest in front if there is one: still to be received
 */
struct drbd_packet {
	struct drbd_wire_header head;
	const struct drbd_wire_packet *kind;
	union drbd_wire_body body;
	u8 *tail;
	u32 tail_len;
	u32 data;
};

extern const struct drbd_transport_engine drbd_transport_callbacks;

int drbd_receiver_start(struct drbd_connection *conn);
void drbd_receiver_stop(struct drbd_connection *conn);
void drbd_conn_lost(struct drbd_connection *conn, enum drbd_cstate why);
void drbd_ping_work(struct work_struct *work);
void drbd_pong_work(struct work_struct *work);
bool drbd_ping_peer(struct drbd_connection *conn);
bool drbd_ping_peers(struct drbd_resource *res);

#endif
