/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests of a resync: what target and source have in common
 */
#ifndef DRBD_ENGINE_RESYNC_IO_H
#define DRBD_ENGINE_RESYNC_IO_H

#include "../core/resync_flow.h"
#include "connection.h"
#include "interval.h"

struct bio;

/**
 * struct drbd_rs - a request of a resync; under the state lock
 * @r: how far it is
 * @pd: the peer, and the volume; stays as long as there are requests
 * @entry: in a list of &struct drbd_resync
 * @parked: in &drbd_resource.parked while it waits for a dagtag, else empty
 * @iv: its interval; also has the sectors and the number that packets have
 * @job: sends a packet
 * @work: what needs a context that may sleep
 * @run: what @work does
 * @bio: its data, if it has any at the moment
 * @bytes: its size
 * @number: of the packet that @job sends
 * @want: writes that the answer has to include
 * @refs: users: the list, @job, @work or the disk
 * @counted: target: it counts as in flight
 * @over: target: it is done, but one before it is not
 * @down: it was told that the connection is lost
 */
struct drbd_rs {
	struct drbd_rs_request r;
	struct drbd_peer_device *pd;
	struct list_head entry;
	struct list_head parked;
	struct drbd_interval iv;
	struct drbd_job job;
	struct work_struct work;
	void (*run)(struct drbd_rs *rs);
	struct bio *bio;
	u32 bytes;
	u16 number;
	struct drbd_resync_dagtag want;
	unsigned int refs;
	bool counted;
	bool over;
	bool down;
};

/* resync_io.c */
int drbd_rs_pool_init(void);
void drbd_rs_pool_exit(void);
struct drbd_rs *drbd_rs_alloc(gfp_t gfp);
void drbd_rs_discard(struct drbd_rs *rs);
void drbd_rs_add(struct drbd_rs *rs, struct drbd_peer_device *pd, bool target, u64 sector,
		 u32 bytes, u64 id);
void drbd_rs_put(struct drbd_rs *rs);
struct drbd_rs *drbd_rs_find(struct drbd_peer_device *pd, bool target, u64 sector, u32 bytes,
			     u64 id);
void drbd_rs_work(struct drbd_rs *rs, void (*run)(struct drbd_rs *rs));
void drbd_rs_ack(struct drbd_rs *rs, u16 number);
u64 drbd_rs_bits(struct drbd_rs *rs);
bool drbd_rs_submit(struct drbd_rs *rs, blk_opf_t opf, bio_end_io_t *done);
void drbd_rs_disk_error(struct drbd_device *dev);
bool drbd_rs_take_dagtag(struct drbd_resource *res, struct drbd_resync_dagtag *want);
bool drbd_rs_dagtag_waits(struct drbd_resource *res, const struct drbd_resync_dagtag *want);

/* resync_target.c */
void drbd_rs_turn(struct drbd_peer_device *pd);
void drbd_rs_target_lost(struct drbd_rs *rs);
void drbd_rs_cancel_waiting(struct drbd_peer_device *pd);
void drbd_rs_forget(struct drbd_peer_device *pd);
int drbd_rs_got_data(struct drbd_peer_device *pd, struct drbd_packet *p);
int drbd_rs_got_answer(struct drbd_peer_device *pd, enum drbd_rs_event event,
		       const struct drbd_wire_block *b);

/* resync_source.c */
void drbd_rs_source_lost(struct drbd_rs *rs);
int drbd_rs_got_request(struct drbd_peer_device *pd, struct drbd_packet *p);
int drbd_rs_got_ack(struct drbd_peer_device *pd, enum drbd_rs_event event,
		    const struct drbd_wire_block *b);
void drbd_resync_dagtag(struct drbd_resource *res, int node);
void drbd_rs_dagtag_lost(struct drbd_resource *res, int node);

#endif
