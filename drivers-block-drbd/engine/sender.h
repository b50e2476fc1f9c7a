/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is on its way to a peer
 */
#ifndef DRBD_ENGINE_SENDER_H
#define DRBD_ENGINE_SENDER_H

#include <linux/list.h>
#include <linux/workqueue.h>

#include "../core/dagtag.h"
#include "../core/epoch.h"
#include "../core/request.h"
#include "../core/wire_packets.h"

struct bio;
struct drbd_connection;
struct drbd_peer_device;
struct drbd_req;
struct drbd_resource;

/**
 * struct drbd_job - something that has to be sent to a peer, in its turn
 * @entry: in a list of &struct drbd_outgoing, empty if it is in none
 * @run: sends it, may sleep, and owns it from then on: may free it; with @cancel the
 *	connection is gone, and it only gives back what the job has. Returns 0 or a
 *	negative errno, with which the connection is on its way down.
 */
struct drbd_job {
	struct list_head entry;
	int (*run)(struct drbd_connection *conn, struct drbd_job *job, bool cancel);
};

/**
 * struct drbd_outgoing - what is on its way to a peer
 * @incarnation: counts handshakes: what is of a former one is not sent any more
 * @up: the handshake is through, and the connection not yet cleaned up
 * @jobs: to be sent on the data stream, before what comes from the transfer log
 * @work: sends them, and the transfer log
 * @acks: to be sent on the control stream
 * @ack_work: sends them
 * @epoch: epochs
 * @mix: out-of-sync entries
 * @sent: dagtags
 * @want_dagtag: P_DAGTAG goes first
 * @next: where the sender is in the transfer log, NULL at its end
 * @walk: what requests are told with the next state
 * @walk_due: they are
 * @since: when the handshake was through, in jiffies
 * @barrier_sent: when the last barrier was sent, in jiffies
 * @pending: writes and reads that an answer is expected to
 * @in_flight: sectors of writes
 *
 * All of it is protected by the state lock.
 */
struct drbd_outgoing {
	unsigned int incarnation;
	bool up;
	struct list_head jobs;
	struct work_struct work;
	struct list_head acks;
	struct work_struct ack_work;
	struct drbd_epoch_sender epoch;
	struct drbd_epoch_mix mix;
	struct drbd_dagtag_sent sent;
	bool want_dagtag;
	struct drbd_req *next;
	enum drbd_request_event walk;
	bool walk_due;
	u64 since;
	u64 barrier_sent;
	u32 pending;
	u32 in_flight;
};

int drbd_sender_init(void);
void drbd_sender_exit(void);
void drbd_outgoing_init(struct drbd_connection *conn);
void drbd_outgoing_up(struct drbd_connection *conn);
void drbd_outgoing_down(struct drbd_connection *conn);

bool drbd_sender_queue(struct drbd_connection *conn, struct drbd_job *job);
bool drbd_acks_queue(struct drbd_connection *conn, struct drbd_job *job);
void drbd_sender_kick(struct drbd_connection *conn);
void drbd_senders_kick(struct drbd_resource *res);

int drbd_send_block(struct drbd_connection *conn, u32 number, int volume,
		    const union drbd_wire_body *body, struct bio *bio, u32 bytes, bool stable);
int drbd_send_out_of_sync(struct drbd_peer_device *pd, u64 sector, u32 bytes);

#endif
