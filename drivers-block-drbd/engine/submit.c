// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests of applications until they are on their way
 *
 * A bio waits until the state allows it, then becomes a request. A write waits for its
 * extents in the activity log, and for what overlaps it. Then, in one go as far as the
 * state is concerned, it gets its place in the stream of writes, and it is decided who
 * gets it: the disk and each of the peers.
 *
 * Source: spec/io.md 2, 5.
 */

#include <linux/bio.h>

#include "../core/admission.h"
#include "../core/discard.h"
#include "../core/gate.h"
#include "../core/read_path.h"
#include "discard.h"
#include "request.h"
#include "volume.h"

static struct bio_set clones;
/* What waits for memory that other work gives back must not keep that from running. */
static struct workqueue_struct *wq;

/**
 * drbd_submit_init() - prepare for bios
 *
 * Return: 0, or a negative errno.
 */
int drbd_submit_init(void)
{
	int err;

	wq = alloc_workqueue("drbd_submit", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!wq)
		return -ENOMEM;
	err = bioset_init(&clones, BIO_POOL_SIZE, 0, 0);
	if (err)
		destroy_workqueue(wq);
	return err;
}

/**
 * drbd_submit_exit() - undo drbd_submit_init()
 */
void drbd_submit_exit(void)
{
	bioset_exit(&clones);
	destroy_workqueue(wq);
}

/**
 * drbd_submit_kick() - have drbd_request_work() run
 * @dev: the device, locked
 *
 * Context: any.
 */
void drbd_submit_kick(struct drbd_device *dev)
{
	queue_work(wq, &dev->ready_work);
}

/* ---- the gate; locked ---- */

static bool fails_at_once(struct drbd_device *dev, bool write)
{
	return drbd_req_error_io(dev) ||
	       (write && dev->res->st.s.old.role != DRBD_ROLE_PRIMARY);
}

static enum drbd_admission gate_of(struct drbd_device *dev, bool write)
{
	struct drbd_state_dev *sd = drbd_req_state(dev);
	struct drbd_gate gate = {
		.io_error = drbd_req_error_io(dev),
		.suspended = drbd_req_suspended(dev),
		.suspend_count = dev->suspended,
		.in_flight = dev->in_flight[write],
		.limit = dev->res->opts.nr_requests,
	};

	if (sd) {
		gate.unstable = drbd_state_unstable(&dev->res->st.s, sd - dev->res->st.s.dev,
						    DRBD_OLD);
		gate.want_new_uuid = sd->old.want_new_uuid;
	}
	return drbd_gate(&gate);
}

/* ---- local I/O ---- */

static bool is_batch(blk_opf_t op)
{
	return (op & REQ_OP_MASK) == REQ_OP_DISCARD || (op & REQ_OP_MASK) == REQ_OP_WRITE_ZEROES;
}

static enum drbd_request_event local_error(const struct drbd_req *req)
{
	if (is_batch(req->op))
		return DRBD_REQ_EV_LOCAL_BATCH_ERROR;
	if (req->r.state & DRBD_REQ_WRITE)
		return DRBD_REQ_EV_LOCAL_WRITE_ERROR;
	return req->op & REQ_RAHEAD ? DRBD_REQ_EV_LOCAL_READ_AHEAD_ERROR :
				      DRBD_REQ_EV_LOCAL_READ_ERROR;
}

static void local_done(struct bio *bio)
{
	struct drbd_req *req = bio->bi_private;
	struct drbd_device *dev = req->dev;
	struct drbd_resource *res = dev->res;
	int error = blk_status_to_errno(bio->bi_status);
	unsigned long irq;

	/* What nobody insisted on says nothing about the disk. */
	if (error && !is_batch(req->op) && !(req->op & REQ_RAHEAD))
		drbd_volume_io_error(dev);
	bio_put(bio);
	/* With the last reference to the disk, nothing keeps the resource. */
	rcu_read_lock();
	spin_lock_irqsave(&res->st.lock, irq);
	req->local = NULL;
	req->r.error = error;
	if (req->r.state & DRBD_REQ_WRITE)
		drbd_interval_advance(dev, &req->iv, DRBD_INTERVAL_BACKING_COMPLETED);
	drbd_req_event(req, error ? local_error(req) : DRBD_REQ_EV_LOCAL_OK, DRBD_NO_NODE, false);
	spin_unlock_irqrestore(&res->st.lock, irq);
	drbd_volume_put_disk(dev);
	drbd_req_finish(res);
	rcu_read_unlock();
}

/* Disks discard what they can, and the rest may have to be zeroed: that takes time. */
static void queue_batch(struct drbd_req *req)
{
	struct drbd_device *dev = req->dev;

	spin_lock_irq(&dev->res->st.lock);
	list_add_tail(&req->entry, &dev->batches);
	spin_unlock_irq(&dev->res->st.lock);
	queue_work(drbd_wq, &dev->batch_work);
}

static struct drbd_req *next_batch(struct drbd_device *dev)
{
	struct drbd_req *req;

	spin_lock_irq(&dev->res->st.lock);
	req = list_first_entry_or_null(&dev->batches, struct drbd_req, entry);
	if (req)
		list_del_init(&req->entry);
	spin_unlock_irq(&dev->res->st.lock);
	return req;
}

/**
 * drbd_batch_work() - discard and zero what applications discard and zero
 * @work: that of the device
 */
void drbd_batch_work(struct work_struct *work)
{
	struct drbd_device *dev = container_of(work, struct drbd_device, batch_work);
	struct drbd_req *req;
	struct bio *local;

	while ((req = next_batch(dev))) {
		unsigned int flags = DRBD_DISCARD_TRIM;

		if ((req->op & REQ_OP_MASK) == REQ_OP_WRITE_ZEROES)
			flags = DRBD_DISCARD_ZERO_OUT |
				(req->op & REQ_NOUNMAP ? 0 : DRBD_DISCARD_TRIM);
		local = req->local;
		local->bi_status = errno_to_blk_status(drbd_discard(drbd_data_bdev(dev->backing),
								    req->sector, req->r.size,
								    flags));
		bio_endio(local);
	}
}

/* ---- the start of a request; locked where it says so ---- */

static bool data_accessible(struct drbd_device *dev)
{
	struct drbd_state *s = &dev->res->st.s;
	int d = drbd_states_dev(&dev->res->st, dev->volume);
	unsigned int c;

	if (d < 0 || s->dev[d].old.disk == DRBD_D_UP_TO_DATE)
		return d >= 0;
	for (c = 0; c < s->nconn; c++) {
		if (drbd_state_pd(s, d, c)->old.disk == DRBD_D_UP_TO_DATE)
			return true;
	}
	return false;
}

static enum drbd_request_event net_write(const struct drbd_connection *conn)
{
	switch (conn->conf.wire_protocol) {
	case DRBD_PROTOCOL_A:
		return DRBD_REQ_EV_NET_WRITE_A;
	case DRBD_PROTOCOL_B:
		return DRBD_REQ_EV_NET_WRITE_B;
	default:
		return DRBD_REQ_EV_NET_WRITE_C;
	}
}

static enum drbd_send decide(struct drbd_device *dev, int node)
{
	struct drbd_state_pd *sp = drbd_states_pd(&dev->res->st, node, dev->volume);

	return sp ? drbd_send_decision(sp->old.disk, sp->old.repl, sp->old.replication) :
		    DRBD_SEND_NOTHING;
}

static void assign_legs(struct drbd_req *req)
{
	struct drbd_device *dev = req->dev;
	struct drbd_resource *res = dev->res;
	struct drbd_connection *conn;
	unsigned long i;

	xa_for_each(&res->connections, i, conn) {
		if (!conn->out.up)
			continue;
		switch (decide(dev, i)) {
		case DRBD_SEND_DATA:
			drbd_req_event(req, net_write(conn), i, false);
			drbd_epoch_limit(&res->epoch, conn->conf.max_epoch_size, is_batch(req->op),
					 conn->link.version);
			drbd_req_event(req, DRBD_REQ_EV_READY, i, false);
			break;
		case DRBD_SEND_OUT_OF_SYNC:
			drbd_epoch_add_out_of_sync(&conn->out.mix, req->epoch);
			drbd_req_event(req, DRBD_REQ_EV_NET_OUT_OF_SYNC, i, false);
			break;
		case DRBD_SEND_NOTHING:
			break;
		}
	}
}

/* The place of a write in the stream of writes, and in its epoch. */
static void take_place(struct drbd_req *req)
{
	struct drbd_device *dev = req->dev;
	struct drbd_resource *res = dev->res;
	struct drbd_connection *conn;
	unsigned long i;

	if (req->r.size) {
		req->dagtag = drbd_dagtag_write(&res->dagtag, req->r.size);
		xa_for_each(&res->connections, i, conn) {
			if (conn->out.up && decide(dev, i) == DRBD_SEND_DATA)
				drbd_epoch_close_before_data(&res->epoch, &conn->out.mix);
		}
	}
	req->epoch = drbd_epoch_add(&res->epoch, req->r.size);
}

static void cover_flush(struct drbd_req *req)
{
	struct drbd_state *s = &req->dev->res->st.s;
	int d = drbd_states_dev(&req->dev->res->st, req->dev->volume);
	unsigned int c;

	for (c = 0; d >= 0 && c < s->nconn; c++) {
		if (drbd_state_pd(s, d, c)->old.disk == DRBD_D_UP_TO_DATE)
			drbd_req_event(req, DRBD_REQ_EV_FLUSH_COVERED, s->conn[c].node_id, false);
	}
}

/* Locked. Returns the bio for the disk, if there is one to be submitted. */
static struct bio *begin_write(struct drbd_req *req)
{
	struct drbd_device *dev = req->dev;
	struct bio *local = req->local;

	if (drbd_req_suspended(dev) && !drbd_req_error_io(dev)) {
		drbd_req_event(req, DRBD_REQ_EV_POSTPONE, DRBD_NO_NODE, false);
		return NULL;
	}
	if (!data_accessible(dev) || fails_at_once(dev, true)) {
		req->r.error = -EIO;
		drbd_req_event(req, DRBD_REQ_EV_SUBMITTED, DRBD_NO_NODE, false);
		return NULL;
	}
	rcu_read_lock();
	take_place(req);
	if (req->r.size) {
		drbd_log_append(req);
		assign_legs(req);
		if (drbd_req_held(dev, req->epoch))
			drbd_epoch_close(&dev->res->epoch);
	} else {
		cover_flush(req);
	}
	if (local)
		drbd_req_event(req, DRBD_REQ_EV_LOCAL_SUBMIT, DRBD_NO_NODE, false);
	rcu_read_unlock();
	drbd_senders_kick(dev->res);
	drbd_req_event(req, DRBD_REQ_EV_SUBMITTED, DRBD_NO_NODE, false);
	return local;
}

/* A bio for the disk that is not needed; its request may be gone. */
static void drop_local(struct drbd_device *dev, struct bio *local)
{
	bio_put(local);
	drbd_volume_put_disk(dev);
}

static void write_now(struct drbd_req *req)
{
	struct drbd_device *dev = req->dev;
	struct bio *local = req->local, *submit;

	spin_lock_irq(&dev->res->st.lock);
	drbd_interval_advance(dev, &req->iv, DRBD_INTERVAL_SUBMITTED);
	submit = begin_write(req);
	spin_unlock_irq(&dev->res->st.lock);
	if (submit && is_batch(req->op))
		queue_batch(req);
	else if (submit)
		submit_bio_noacct(submit);
	else if (local)
		drop_local(dev, local);
	drbd_req_finish(dev->res);
}

static void unblocked(struct drbd_interval *iv)
{
	struct drbd_req *req = container_of(iv, struct drbd_req, iv);

	list_add_tail(&req->entry, &req->dev->ready);
	drbd_submit_kick(req->dev);
}

/* It has its extents. */
static void go_on(struct drbd_req *req)
{
	struct drbd_device *dev = req->dev;
	bool blocked = false;

	if (req->r.size) {
		spin_lock_irq(&dev->res->st.lock);
		drbd_interval_insert(dev, &req->iv);
		blocked = drbd_interval_blocked(dev, &req->iv);
		spin_unlock_irq(&dev->res->st.lock);
	}
	if (!blocked)
		write_now(req);
}

static void got_extents(struct drbd_extents *ex, bool ok)
{
	struct drbd_req *req = container_of(ex, struct drbd_req, ex);

	/* Without them the disk is given up, and has no part in this. */
	if (!ok) {
		drop_local(req->dev, req->local);
		req->local = NULL;
	}
	req->r.state |= DRBD_REQ_IN_AL;
	go_on(req);
}

static void start_write(struct drbd_req *req)
{
	struct drbd_device *dev = req->dev;
	u32 state = DRBD_REQ_WRITE | (is_batch(req->op) ? DRBD_REQ_BATCH : 0);
	bool wait = false;

	drbd_request_init(&req->r, state, req->master->bi_iter.bi_size);
	if (req->r.size && req->local) {
		req->ex.got = got_extents;
		spin_lock_irq(&dev->res->st.lock);
		wait = !drbd_extents_try(dev, &req->ex, req->sector, req->r.size);
		if (wait)
			drbd_extents_wait(dev, &req->ex, false);
		else
			req->r.state |= DRBD_REQ_IN_AL;
		spin_unlock_irq(&dev->res->st.lock);
	}
	if (!wait)
		go_on(req);
}

/* ---- reads ---- */

/* Locked. */
static bool readable(struct drbd_req *req)
{
	struct drbd_device *dev = req->dev;
	struct drbd_read_local local = { .disk = drbd_req_disk(dev) };
	s8 slot_node[DRBD_NODES];
	int i;

	if (!req->local)
		return false;
	drbd_bits_nodes(dev, slot_node);
	for (i = 0; i < DRBD_NODES; i++)
		local.slots += slot_node[i] != DRBD_NO_NODE;
	local.without_bitmap = !dev->disk_conf.bitmap;
	local.any_bit = drbd_bits_any(dev, DRBD_NO_NODE, req->sector, req->r.size);
	return drbd_read_locally(&local);
}

/* Locked. */
static int candidate(struct drbd_device *dev)
{
	struct drbd_read_peers peers = {};
	struct drbd_connection *conn;
	unsigned long i;

	rcu_read_lock();
	xa_for_each(&dev->res->connections, i, conn) {
		struct drbd_state_pd *sp = drbd_states_pd(&dev->res->st, i, dev->volume);

		if (!conn->out.up || !sp || sp->old.disk != DRBD_D_UP_TO_DATE ||
		    !conn->conf.allow_remote_read)
			continue;
		if (conn->conf.wire_protocol == DRBD_PROTOCOL_A)
			peers.a |= drbd_node_mask(i);
		else if (conn->conf.wire_protocol == DRBD_PROTOCOL_B)
			peers.b |= drbd_node_mask(i);
		else
			peers.c |= drbd_node_mask(i);
	}
	rcu_read_unlock();
	return drbd_read_candidate(&peers, &dev->read_left);
}

/* Locked. Returns whether the disk is to be read. */
static bool begin_read(struct drbd_req *req)
{
	struct drbd_device *dev = req->dev;
	int peer = candidate(dev);
	struct drbd_read_choice choice = {
		.local = readable(req),
		.candidate = peer != DRBD_NO_NODE,
		.policy = dev->disk_conf.read_balancing,
		.sector = req->sector,
		.local_count = dev->in_flight[0],
	};
	struct drbd_connection *conn;
	bool local = false;

	rcu_read_lock();
	conn = peer == DRBD_NO_NODE ? NULL : xa_load(&dev->res->connections, peer);
	if (conn)
		choice.remote_count = conn->out.pending;
	rcu_read_unlock();
	req->epoch = dev->res->epoch.nr;
	switch (drbd_read_choose(&choice, &dev->read_toggle)) {
	case DRBD_READ_FAIL:
		req->r.error = -EIO;
		break;
	case DRBD_READ_LOCAL:
		local = true;
		drbd_log_append(req);
		drbd_req_event(req, DRBD_REQ_EV_LOCAL_SUBMIT, DRBD_NO_NODE, false);
		break;
	case DRBD_READ_REMOTE:
		drbd_log_append(req);
		drbd_req_event(req, DRBD_REQ_EV_NET_READ, peer, false);
		drbd_req_event(req, DRBD_REQ_EV_READY, peer, false);
		break;
	}
	drbd_req_event(req, DRBD_REQ_EV_SUBMITTED, DRBD_NO_NODE, false);
	return local;
}

static void start_read(struct drbd_req *req)
{
	struct drbd_device *dev = req->dev;
	struct bio *local = req->local;
	bool submit;

	drbd_request_init(&req->r, req->op & REQ_RAHEAD ? DRBD_REQ_READ_AHEAD : 0,
			  req->master->bi_iter.bi_size);
	spin_lock_irq(&dev->res->st.lock);
	submit = begin_read(req);
	spin_unlock_irq(&dev->res->st.lock);
	if (submit)
		submit_bio_noacct(local);
	else if (local)
		drop_local(dev, local);
	drbd_req_finish(dev->res);
}

/* ---- from the block layer ---- */

static struct drbd_req *make_req(struct drbd_device *dev, struct bio *bio)
{
	struct drbd_req *req = drbd_req_alloc();

	req->dev = dev;
	req->master = bio;
	req->op = bio->bi_opf;
	req->sector = bio->bi_iter.bi_sector;
	drbd_interval_init(&req->iv, req->sector, bio->bi_iter.bi_size,
			   DRBD_INTERVAL_LOCAL_WRITE, DRBD_NO_NODE, unblocked);
	return req;
}

static void get_local(struct drbd_req *req)
{
	struct drbd_device *dev = req->dev;
	struct bio *bio;

	if (!drbd_volume_get_disk(dev))
		return;
	bio = bio_alloc_clone(drbd_data_bdev(dev->backing), req->master, GFP_NOIO, &clones);
	bio->bi_private = req;
	bio->bi_end_io = local_done;
	req->local = bio;
}

/* Locked by the caller for the decision to admit it; it is counted. */
static void admit(struct drbd_device *dev, struct bio *bio)
{
	struct drbd_req *req = make_req(dev, bio);
	bool write = op_is_write(bio->bi_opf), fails;

	get_local(req);
	spin_lock_irq(&dev->res->st.lock);
	req->counted = true;
	req->iv.id = ++dev->res->serial;
	hash_add(dev->res->requests, &req->hash, req->iv.id);
	if (req->local && drbd_req_disk(dev) < DRBD_D_INCONSISTENT) {
		drop_local(dev, req->local);
		req->local = NULL;
	}
	/* What was started over has to pass the checks at the entry again. */
	fails = fails_at_once(dev, write);
	if (fails) {
		if (req->local)
			drop_local(dev, req->local);
		drbd_req_uncount(req);
		drbd_req_end_master(req, BLK_STS_IOERR);
		drbd_req_free(req);
	}
	spin_unlock_irq(&dev->res->st.lock);
	if (fails)
		drbd_req_finish(dev->res);
	else if (write)
		start_write(req);
	else
		start_read(req);
}

static void count_in(struct drbd_device *dev, bool write)
{
	dev->in_flight[write]++;
	dev->requests++;
}

/* Returns true if there may be more. */
static bool run_waiting(struct drbd_device *dev)
{
	struct drbd_req *req;
	struct bio *bio;
	bool write;

	spin_lock_irq(&dev->res->st.lock);
	req = list_first_entry_or_null(&dev->ready, struct drbd_req, entry);
	if (req) {
		list_del_init(&req->entry);
		spin_unlock_irq(&dev->res->st.lock);
		write_now(req);
		return true;
	}
	bio = bio_list_peek(&dev->waiting);
	write = bio && op_is_write(bio->bi_opf);
	switch (bio ? gate_of(dev, write) : DRBD_ADMIT_WAIT) {
	case DRBD_ADMIT:
		bio_list_pop(&dev->waiting);
		count_in(dev, write);
		spin_unlock_irq(&dev->res->st.lock);
		admit(dev, bio);
		return true;
	case DRBD_ADMIT_NEW_UUID:
		spin_unlock_irq(&dev->res->st.lock);
		return drbd_volume_new_uuid(dev, false);
	case DRBD_ADMIT_WAIT:
		break;
	}
	spin_unlock_irq(&dev->res->st.lock);
	return false;
}

/**
 * drbd_request_work() - go on with what has waited
 * @work: that of the device
 */
void drbd_request_work(struct work_struct *work)
{
	struct drbd_device *dev = container_of(work, struct drbd_device, ready_work);

	while (run_waiting(dev))
		cond_resched();
}

/**
 * drbd_submit_bio() - take a bio of an application
 * @bio: the bio
 */
void drbd_submit_bio(struct bio *bio)
{
	struct drbd_device *dev = bio->bi_bdev->bd_disk->private_data;
	enum drbd_admission admission = DRBD_ADMIT_WAIT;
	bool write;

	bio = bio_split_to_limits(bio);
	if (!bio)
		return;
	write = op_is_write(bio->bi_opf);
	spin_lock_irq(&dev->res->st.lock);
	if (bio_list_empty(&dev->waiting))
		admission = gate_of(dev, write);
	if (admission == DRBD_ADMIT) {
		count_in(dev, write);
	} else {
		bio_list_add(&dev->waiting, bio);
		if (admission == DRBD_ADMIT_NEW_UUID)
			drbd_submit_kick(dev);
	}
	spin_unlock_irq(&dev->res->st.lock);
	if (admission == DRBD_ADMIT)
		admit(dev, bio);
}
