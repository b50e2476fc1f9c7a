/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a peer writes and reads here
 */
#ifndef DRBD_ENGINE_PEER_WRITE_H
#define DRBD_ENGINE_PEER_WRITE_H

#include <linux/atomic.h>

#include "../core/dagtag.h"
#include "../core/epoch_receive.h"
#include "../core/peer_request.h"
#include "../core/wire_packets.h"

struct drbd_connection;
struct drbd_device;
struct drbd_packet;
struct drbd_peer_device;
struct drbd_peer_reply;
struct drbd_resource;

/* Epochs of a peer that may wait for disks at the same time */
#define DRBD_INCOMING_EPOCHS	16

/**
 * struct drbd_incoming_epoch - an epoch of a peer
 * @e: the epoch
 * @reply: its P_BARRIER_ACK, since its P_BARRIER came
 */
struct drbd_incoming_epoch {
	struct drbd_epoch_received e;
	struct drbd_peer_reply *reply;
};

/**
 * struct drbd_incoming - what comes from a peer; under the state lock
 * @dagtag: position in its stream of writes
 * @order: its writes, in the order of their arrival
 * @epochs: ring of epochs
 * @first: serial number of the oldest epoch; it is in @epochs[@first % size]
 * @last: that of the current one
 * @active: writes that the disk has not finished
 * @unsent: writes that were not acknowledged, those of protocol A included
 * @reads: reads at the disk
 * @pages: pages that its writes and reads have
 * @has_oldest: a write of the current epoch has not been confirmed
 * @oldest: the first of these, as the peer calls it
 * @youngest: the last of these
 */
struct drbd_incoming {
	struct drbd_dagtag_received dagtag;
	struct list_head order;
	struct drbd_incoming_epoch epochs[DRBD_INCOMING_EPOCHS];
	u32 first;
	u32 last;
	u32 active;
	u32 unsent;
	u32 reads;
	u32 pages;
	bool has_oldest;
	u64 oldest;
	u64 youngest;
};

/**
 * struct drbd_incoming_device - what comes from a peer for a volume
 * @seq: sequence number of what was last sent to it: writes and acks
 * @seen: newest sequence number that came from it; this and the rest under the state lock
 * @unacked: writes and reads that it waits for an answer to
 */
struct drbd_incoming_device {
	atomic_t seq;
	u32 seen;
	u32 unacked;
};

int drbd_peer_pool_init(void);
void drbd_peer_pool_exit(void);
void drbd_incoming_init(struct drbd_connection *conn);
void drbd_incoming_up(struct drbd_connection *conn);
void drbd_incoming_down(struct drbd_connection *conn);

int drbd_peer_write_packet(struct drbd_connection *conn, struct drbd_peer_device *pd,
			   struct drbd_packet *p);
int drbd_peer_write_control(struct drbd_connection *conn, u32 number, int volume,
			    const union drbd_wire_body *body);

u32 drbd_next_seq(struct drbd_peer_device *pd);
void drbd_seq_seen(struct drbd_connection *conn, u32 number, int volume,
		   const union drbd_wire_body *body);
void drbd_peer_writes_oos(struct drbd_resource *res, int node, int volume);
void drbd_write_order_reset(struct drbd_resource *res);

#endif
