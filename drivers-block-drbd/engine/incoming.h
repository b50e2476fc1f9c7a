/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a peer writes and reads here: between the files that deal with it
 *
 * Where it says "locked", the caller holds the state lock.
 */
#ifndef DRBD_ENGINE_INCOMING_H
#define DRBD_ENGINE_INCOMING_H

#include "extents.h"
#include "interval.h"
#include "receiver.h"

/**
 * struct drbd_peer_req - a write of a peer
 * @r: how far it is
 * @pd: where it came from, and what it is for; stays as long as
 *	&drbd_device.requests counts the write
 * @iv: its interval
 * @ex: its extents
 * @order: in &drbd_incoming.order
 * @job: acknowledges it
 * @work: submits it
 * @bio: its data, NULL without and when it is acknowledged
 * @sector: where it begins
 * @bytes: size of it
 * @opf: flags for the disk
 * @dagtag: position in the peer's stream of writes
 * @epoch: serial number of its epoch
 * @extents: how many extents it needs
 */
struct drbd_peer_req {
	struct drbd_peer_request r;
	struct drbd_peer_device *pd;
	struct drbd_interval iv;
	struct drbd_extents ex;
	struct list_head order;
	struct drbd_job job;
	struct work_struct work;
	struct bio *bio;
	u64 sector;
	u32 bytes;
	blk_opf_t opf;
	u64 dagtag;
	u32 epoch;
	u32 extents;
};

/**
 * struct drbd_peer_reply - a packet that waits to be sent
 * @job: sends it
 * @pd: what it is about, NULL for the connection
 * @number: of the packet
 * @numbered: it has a sequence number
 * @body: the packet
 */
struct drbd_peer_reply {
	struct drbd_job job;
	struct drbd_peer_device *pd;
	u32 number;
	bool numbered;
	union drbd_wire_body body;
};

/* incoming.c */
u32 drbd_conn_cstate(struct drbd_connection *conn);
bool drbd_incoming_wait(struct drbd_connection *conn, const u32 *count);
int drbd_incoming_range(struct drbd_connection *conn, struct drbd_peer_device *pd,
			const struct drbd_packet *p, u64 sector, u32 bytes);
void drbd_incoming_throttle(struct drbd_connection *conn, u32 bytes);
void drbd_incoming_pages_done(struct drbd_connection *conn, u32 bytes);
void drbd_device_request_done(struct drbd_device *dev);
int drbd_seq_wait(struct drbd_peer_device *pd, u32 seq);

/* peer_write.c */
void drbd_peer_req_release(struct drbd_peer_req *req, enum drbd_peer_request_event event);

/* peer_acks.c */
int drbd_reply_init(void);
void drbd_reply_exit(void);
struct drbd_peer_reply *drbd_reply_alloc(u32 number, struct drbd_peer_device *pd, gfp_t gfp);
void drbd_reply_free(struct drbd_peer_reply *reply);
void drbd_reply_queue(struct drbd_connection *conn, struct drbd_peer_reply *reply);
struct drbd_incoming_epoch *drbd_incoming_epoch(struct drbd_connection *conn, u32 serial);
bool drbd_epochs_finish(struct drbd_connection *conn);
void drbd_epochs_reset(struct drbd_connection *conn);
int drbd_got_barrier(struct drbd_connection *conn, u32 nr);
int drbd_incoming_room(struct drbd_connection *conn, struct drbd_device *dev, u32 extents);
void drbd_write_order_update(struct drbd_resource *res);
int drbd_got_peer_ack(struct drbd_connection *conn, u64 dagtag, u64 nodes);
void drbd_incoming_forget(struct drbd_connection *conn);

/* serve.c */
int drbd_serve_init(void);
void drbd_serve_exit(void);
int drbd_got_data_request(struct drbd_connection *conn, struct drbd_peer_device *pd,
			  const struct drbd_packet *p);

#endif
