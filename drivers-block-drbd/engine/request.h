/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests of applications: on their way to the disk and to peers
 *
 * Everything about a request is under the state lock. What the block layer has to be
 * told is told after the lock was released, by drbd_req_finish(): each function that
 * may end a request says that it has to be called.
 */
#ifndef DRBD_ENGINE_REQUEST_H
#define DRBD_ENGINE_REQUEST_H

#include "../core/request.h"
#include "connection.h"
#include "extents.h"
#include "interval.h"

struct drbd_packet;

/**
 * struct drbd_req - a request of an application
 * @r: what is known of it
 * @dev: the device
 * @master: the bio of the application, NULL once it is completed
 * @local: the bio for the disk, with a reference to the disk; NULL without
 * @op: operation and flags of @master
 * @sector: where it begins
 * @iv: its interval; not in the tree for reads and empty flushes. @iv.id is its number
 *	in packets.
 * @ex: its extents
 * @hash: in the requests by number
 * @log: in the transfer log, empty if it is not there
 * @writes: in the writes of the transfer log, likewise
 * @entry: in a queue of the device, or of peer acks
 * @counted: it counts as in flight
 * @dagtag: position in the stream of writes, of one with data
 * @epoch: number of its epoch
 * @sent: when it was sent last, to whomever, in jiffies
 * @ack: peer ack that goes out when it is freed: position, nodes that have it, nodes
 *	that got it
 */
struct drbd_req {
	struct drbd_request r;
	struct drbd_device *dev;
	struct bio *master;
	struct bio *local;
	blk_opf_t op;
	u64 sector;
	struct drbd_interval iv;
	struct drbd_extents ex;
	struct hlist_node hash;
	struct list_head log;
	struct list_head writes;
	struct list_head entry;
	bool counted;
	u64 dagtag;
	u32 epoch;
	u64 sent;
	struct {
		u64 dagtag;
		u64 nodes;
		u64 sent;
	} ack;
};

/* submit.c */
int drbd_submit_init(void);
void drbd_submit_exit(void);
void drbd_submit_kick(struct drbd_device *dev);
void drbd_submit_bio(struct bio *bio);
void drbd_request_work(struct work_struct *work);
void drbd_batch_work(struct work_struct *work);

/* transfer_log.c */
struct drbd_req *drbd_log_write_behind(struct drbd_req *req);
struct drbd_req *drbd_log_next(struct drbd_req *req);
void drbd_log_append(struct drbd_req *req);
void drbd_log_remove(struct drbd_req *req);
struct drbd_req *drbd_req_find(struct drbd_device *dev, u64 sector, u64 id);
void drbd_req_mark_in_flight(struct drbd_peer_device *pd);
bool drbd_req_can_replay(struct drbd_device *dev, int node);
bool drbd_req_missed(struct drbd_device *dev, int node);
bool drbd_req_unfinished(struct drbd_device *dev);

/* request.c */
int drbd_request_pool_init(void);
void drbd_request_pool_exit(void);
struct drbd_req *drbd_req_alloc(void);
void drbd_req_free(struct drbd_req *req);
struct drbd_state_dev *drbd_req_state(struct drbd_device *dev);
bool drbd_req_error_io(struct drbd_device *dev);
bool drbd_req_suspended(struct drbd_device *dev);
enum drbd_disk drbd_req_disk(struct drbd_device *dev);
void drbd_req_let_in(struct drbd_device *dev);
void drbd_req_uncount(struct drbd_req *req);
void drbd_req_end_master(struct drbd_req *req, blk_status_t status);
void drbd_req_event(struct drbd_req *req, enum drbd_request_event event, int node, bool hold);
void drbd_req_walk(struct drbd_resource *res, enum drbd_request_event event, int node);
void drbd_req_finish(struct drbd_resource *res);
void drbd_req_finish_work(struct work_struct *work);
bool drbd_req_held(struct drbd_device *dev, u32 epoch);
void drbd_req_published(struct drbd_resource *res);
void drbd_req_confirm(struct drbd_device *dev);

/* timeouts.c */
void drbd_timeout_work(struct work_struct *work);

/* peer_ack.c */
void drbd_send_peer_ack(struct drbd_resource *res);
void drbd_delay_peer_ack(struct drbd_resource *res);
void drbd_peer_ack_work(struct work_struct *work);

/* answers.c */
int drbd_request_packet(struct drbd_connection *conn, struct drbd_peer_device *pd,
			struct drbd_packet *p);
int drbd_request_control(struct drbd_connection *conn, u32 number, int volume,
			 const union drbd_wire_body *body);

#endif
