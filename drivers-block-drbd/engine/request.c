// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens to requests of applications
 *
 * core/ says what follows from what a request is told; here it is done.
 *
 * Source: spec/io.md 3.
 */

#include <linux/bio.h>
#include <linux/mempool.h>
#include <linux/string_choices.h>

#include "../core/uuid_diskless.h"
#include "receiver.h"
#include "request.h"
#include "volume.h"

#define POOL_REQUESTS	128

static struct kmem_cache *cache;
static mempool_t *pool;

/**
 * drbd_request_pool_init() - prepare for requests
 *
 * Return: 0, or -ENOMEM.
 */
int drbd_request_pool_init(void)
{
	cache = KMEM_CACHE(drbd_req, 0);
	if (!cache)
		return -ENOMEM;
	pool = mempool_create_slab_pool(POOL_REQUESTS, cache);
	if (pool)
		return 0;
	kmem_cache_destroy(cache);
	return -ENOMEM;
}

/**
 * drbd_request_pool_exit() - undo drbd_request_pool_init()
 */
void drbd_request_pool_exit(void)
{
	mempool_destroy(pool);
	kmem_cache_destroy(cache);
}

/**
 * drbd_req_alloc() - get memory for a request
 *
 * Context: may sleep, until another one is freed.
 *
 * Return: the memory, zeroed.
 */
struct drbd_req *drbd_req_alloc(void)
{
	struct drbd_req *req = mempool_alloc(pool, GFP_NOIO);

	memset(req, 0, sizeof(*req));
	INIT_LIST_HEAD(&req->log);
	INIT_LIST_HEAD(&req->writes);
	INIT_LIST_HEAD(&req->entry);
	return req;
}

/* ---- what is known of the state; locked ---- */

/**
 * drbd_req_state() - look up the state of a device
 * @dev: the device, locked
 *
 * Return: the state, or NULL if the device is not part of it any more.
 */
struct drbd_state_dev *drbd_req_state(struct drbd_device *dev)
{
	int d = drbd_states_dev(&dev->res->st, dev->volume);

	return d < 0 ? NULL : &dev->res->st.s.dev[d];
}

/**
 * drbd_req_error_io() - do all requests fail?
 * @dev: the device, locked
 *
 * Return: whether they do.
 */
bool drbd_req_error_io(struct drbd_device *dev)
{
	int d = drbd_states_dev(&dev->res->st, dev->volume);

	return d < 0 || drbd_state_error_io(&dev->res->st.s, d, DRBD_OLD);
}

/**
 * drbd_req_suspended() - are requests held?
 * @dev: the device, locked
 *
 * Return: whether they are.
 */
bool drbd_req_suspended(struct drbd_device *dev)
{
	return drbd_state_suspended(&dev->res->st.s, DRBD_OLD);
}

/**
 * drbd_req_disk() - look up the state of the disk
 * @dev: the device, locked
 *
 * Return: the state.
 */
enum drbd_disk drbd_req_disk(struct drbd_device *dev)
{
	struct drbd_state_dev *sd = drbd_req_state(dev);

	return sd ? sd->old.disk : DRBD_D_DISKLESS;
}

/**
 * drbd_req_held() - is the completion of a write held back?
 * @dev: the device, locked; maybe of a Primary without a disk
 * @epoch: of the write
 *
 * Return: whether it waits until its generation is confirmed.
 */
bool drbd_req_held(struct drbd_device *dev, u32 epoch)
{
	const struct drbd_diskless_opts opts = {
		.intentional = dev->conf.intentional_diskless,
		.io_error = dev->res->opts.on_no_quorum == DRBD_NO_DATA_IO_ERROR,
	};

	return drbd_diskless_hold(&dev->exposed, &opts, epoch);
}

/* ---- the end of a request; locked ---- */

/**
 * drbd_req_let_in() - there may be something that can go on
 * @dev: the device, locked
 */
void drbd_req_let_in(struct drbd_device *dev)
{
	if (!bio_list_empty(&dev->waiting) || !list_empty(&dev->ready))
		drbd_submit_kick(dev);
}

/**
 * drbd_req_uncount() - a request is not in flight any more
 * @req: the request, locked
 */
void drbd_req_uncount(struct drbd_req *req)
{
	struct drbd_device *dev = req->dev;

	if (!req->counted)
		return;
	req->counted = false;
	dev->in_flight[op_is_write(req->op)]--;
	drbd_req_let_in(dev);
}

/**
 * drbd_req_end_master() - give a bio back to the block layer
 * @req: the request, locked; drbd_req_finish() has to follow
 * @status: how it ends
 */
void drbd_req_end_master(struct drbd_req *req, blk_status_t status)
{
	struct drbd_device *dev = req->dev;

	req->master->bi_status = status;
	bio_list_add(&dev->res->finished, req->master);
	req->master = NULL;
}

static u32 complete_req(struct drbd_req *req)
{
	struct drbd_device *dev = req->dev;
	struct drbd_resource *res = dev->res;
	struct drbd_request_verdict verdict = {
		.error_all = drbd_req_error_io(dev),
		.no_quorum = !res->st.s.suspend_on_no_quorum &&
			     !drbd_state_all_quorate(&res->st.s, DRBD_OLD),
	};
	u32 fx = drbd_request_complete(&req->r, &verdict);

	drbd_req_uncount(req);
	if (verdict.outcome == DRBD_REQ_RESTART) {
		bio_list_add(&dev->waiting, req->master);
		req->master = NULL;
		drbd_req_let_in(dev);
	} else {
		if (req->r.state & DRBD_REQ_WRITE &&
		    drbd_epoch_completed(&res->epoch, req->epoch, req->r.size))
			drbd_senders_kick(res);
		drbd_interval_advance(dev, &req->iv, DRBD_INTERVAL_COMPLETED);
		drbd_req_end_master(req, errno_to_blk_status(verdict.error));
	}
	if (req->r.state & DRBD_REQ_POSTPONED)
		drbd_interval_remove(dev, &req->iv);
	return fx;
}

/* Something that happens to one request because of another one. */
struct req_step {
	struct drbd_req *req;
	enum drbd_request_event event;
	int node;
	bool hold;
};

/* Each step leads to two more at most, for the request behind: see drbd_req_event(). */
struct req_steps {
	struct req_step step[8];
	unsigned int first;
	unsigned int n;
};

static void add_step(struct req_steps *steps, struct drbd_req *req,
		     enum drbd_request_event event, int node)
{
	if (WARN_ON_ONCE(steps->n == ARRAY_SIZE(steps->step)))
		return;
	steps->step[(steps->first + steps->n++) % ARRAY_SIZE(steps->step)] = (struct req_step) {
		.req = req, .event = event, .node = node,
	};
}

/* Peers learn of what they miss now, and did not before. */
static u32 announce_out_of_sync(struct drbd_req *req, u32 newly)
{
	struct drbd_resource *res = req->dev->res;
	struct drbd_connection *conn;
	unsigned long i;
	u32 fx = 0;

	rcu_read_lock();
	xa_for_each(&res->connections, i, conn) {
		int slot = req->dev->uuids.slots[i].bitmap_index;
		bool news = slot >= 0 && newly & BIT(slot);

		if (!(req->r.leg[i] & DRBD_LEG_OUT_OF_SYNC))
			continue;
		fx |= drbd_request_event(&req->r, news ? DRBD_REQ_EV_READY :
					 DRBD_REQ_EV_OUT_OF_SYNC_SKIP, i, false);
		drbd_sender_kick(conn);
	}
	rcu_read_unlock();
	return fx;
}

/* Nodes that got it, while others are missing blocks of the same generation. */
static void note_sent(struct drbd_req *req)
{
	struct drbd_device *dev = req->dev;
	int i;

	for (i = 0; i < DRBD_NODES; i++)
		if (req->r.leg[i] & DRBD_LEG_OK && dev->uuids.slots[i].uuid)
			dev->partial[i] = dev->uuids.slots[i].uuid;
}

static u32 settle(struct drbd_req *req, bool *al_wanted, struct req_steps *steps)
{
	struct drbd_device *dev = req->dev;
	struct drbd_req *behind = drbd_log_write_behind(req);
	struct drbd_request_bitmap plan;
	s8 slot_node[DRBD_NODES];
	u32 fx = 0, newly = 0;

	drbd_interval_remove(dev, &req->iv);
	if (req->r.state & DRBD_REQ_WRITE && req->r.size) {
		drbd_bits_nodes(dev, slot_node);
		drbd_request_bitmap_plan(&req->r, drbd_req_disk(dev), slot_node,
					 dev->bm.layout.slots, &plan);
		if (plan.set || plan.clear)
			newly = drbd_bits_change(dev, plan.set, plan.clear, req->sector,
						 req->r.size);
		if (!list_empty(&req->log)) {
			note_sent(req);
			fx |= announce_out_of_sync(req, newly);
		}
	}
	fx |= drbd_request_settle(&req->r);
	if (fx & DRBD_REQ_FX_AL_PUT)
		*al_wanted = drbd_extents_put(dev, &req->ex);
	if (behind && behind->r.state & DRBD_REQ_BEHIND_UNSETTLED)
		add_step(steps, behind, DRBD_REQ_EV_OLDER_SETTLED, DRBD_NO_NODE);
	return fx;
}

/* Returns whether a peer ack has to go out, that the request carries then. */
static bool peer_ack_due(struct drbd_req *req, bool al_wanted)
{
	struct drbd_resource *res = req->dev->res;
	u64 nodes = res->peer_ack.nodes, dagtag = res->peer_ack.dagtag;
	u64 sent = res->peer_ack_sent;

	if (!(req->r.state & DRBD_REQ_WRITE) || !req->r.size)
		return false;
	res->peer_ack_sent = drbd_request_sent_nodes(&req->r);
	drbd_delay_peer_ack(res);
	if (!drbd_peer_ack_write(&res->peer_ack,
				 drbd_request_ok_nodes(&req->r, res->node_id), req->dagtag,
				 al_wanted, res->opts.peer_ack_window))
		return false;
	req->ack.nodes = nodes;
	req->ack.dagtag = dagtag;
	req->ack.sent = sent;
	return true;
}

/**
 * drbd_req_free() - free a request
 * @req: the request, locked, of which nothing is left
 */
void drbd_req_free(struct drbd_req *req)
{
	struct drbd_device *dev = req->dev;

	if (!hlist_unhashed(&req->hash))
		hash_del(&req->hash);
	mempool_free(req, pool);
	if (!--dev->requests)
		wake_up_all(&dev->res->st.wait);
}

static void unlog(struct drbd_req *req, bool al_wanted, struct req_steps *steps)
{
	struct drbd_resource *res = req->dev->res;
	struct drbd_req *behind = drbd_log_write_behind(req);
	bool logged = !list_empty(&req->log), keep = false;

	if (logged) {
		drbd_log_remove(req);
		keep = peer_ack_due(req, al_wanted);
	}
	if (logged && behind && behind->r.state & DRBD_REQ_BEHIND_LOGGED)
		add_step(steps, behind, DRBD_REQ_EV_OLDER_UNLOGGED, DRBD_NO_NODE);
	drbd_req_uncount(req);
	drbd_interval_remove(req->dev, &req->iv);
	if (!keep) {
		drbd_req_free(req);
		return;
	}
	hash_del(&req->hash);
	INIT_HLIST_NODE(&req->hash);
	list_add_tail(&req->entry, &res->peer_acks);
	mod_delayed_work(drbd_wq, &res->peer_ack_work, 0);
}

static void count_leg(struct drbd_req *req, u32 fx, struct drbd_connection *conn)
{
	if (fx & DRBD_REQ_FX_FLIGHT_ADD)
		conn->out.in_flight += drbd_request_payload(&req->r) >> SECTOR_SHIFT;
	if (fx & DRBD_REQ_FX_FLIGHT_SUB)
		conn->out.in_flight -= drbd_request_payload(&req->r) >> SECTOR_SHIFT;
	if (fx & DRBD_REQ_FX_PENDING_INC)
		conn->out.pending++;
	if (fx & DRBD_REQ_FX_PENDING_DEC)
		conn->out.pending--;
	if (fx & DRBD_REQ_FX_QUEUED_BEGIN && !conn->out.next)
		conn->out.next = req;
	if (fx & DRBD_REQ_FX_WAKE_SENDER)
		drbd_sender_kick(conn);
}

static void note(struct drbd_req *req, u32 fx, int node)
{
	struct drbd_device *dev = req->dev;

	if (WARN_ON_ONCE(fx & DRBD_REQ_FX_MISUSE))
		drbd_err(dev->res, "volume %d: request in state 0x%x\n", dev->volume,
			 req->r.state);
	if (fx & DRBD_REQ_FX_LOCAL_COUNT)
		dev->sectors[op_is_write(req->op)] += req->r.size >> SECTOR_SHIFT;
	if (fx & DRBD_REQ_FX_LOCAL_LOG)
		drbd_err(dev->res, "volume %d: %s error of the disk at sector %llu+%u: %d\n",
			 dev->volume, str_write_read(op_is_write(req->op)), req->sector,
			 req->r.size >> SECTOR_SHIFT, req->r.error);
	if (fx & DRBD_REQ_FX_BARRIER_EARLY)
		drbd_warn(dev->res, "peer %d: barrier ack before the ack of a write\n", node);
}

static void carry_out(struct drbd_req *req, u32 fx, int node, struct req_steps *steps)
{
	struct drbd_device *dev = req->dev;
	struct drbd_connection *conn;
	bool al_wanted = false;

	note(req, fx, node);
	if (fx & DRBD_REQ_FX_ALL_OUT_OF_SYNC)
		drbd_bits_change(dev, ~0U, 0, req->sector, req->r.size);
	if (node != DRBD_NO_NODE) {
		rcu_read_lock();
		conn = xa_load(&dev->res->connections, node);
		if (conn)
			count_leg(req, fx, conn);
		rcu_read_unlock();
	}
	for (;;) {
		if (fx & DRBD_REQ_FX_COMPLETE) {
			fx &= ~DRBD_REQ_FX_COMPLETE;
			fx |= complete_req(req);
		} else if (fx & DRBD_REQ_FX_DONE) {
			fx &= ~DRBD_REQ_FX_DONE;
			fx |= settle(req, &al_wanted, steps);
		} else {
			break;
		}
	}
	if (fx & DRBD_REQ_FX_UNLOG)
		unlog(req, al_wanted, steps);
}

/**
 * drbd_req_event() - something happens to a request
 * @req: the request, locked; may be gone afterwards
 * @event: what
 * @node: node id of the peer that it is about, or DRBD_NO_NODE
 * @hold: see drbd_request_event()
 *
 * What follows for the writes behind it is done here as well, one after the other: there
 * may be thousands of them. drbd_req_finish() has to follow when the lock is released.
 */
void drbd_req_event(struct drbd_req *req, enum drbd_request_event event, int node, bool hold)
{
	struct drbd_device *dev = req->dev;
	struct req_steps steps = {};
	struct req_step *step;
	u32 fx;

	lockdep_assert_held(&dev->res->st.lock);
	add_step(&steps, req, event, node);
	steps.step[0].hold = hold;
	while (steps.n) {
		step = &steps.step[steps.first];
		req = step->req;
		node = step->node;
		fx = drbd_request_event(&req->r, step->event, node, step->hold);
		steps.first = (steps.first + 1) % ARRAY_SIZE(steps.step);
		steps.n--;
		if (fx & DRBD_REQ_FX_PROTOCOL_ERROR)
			dev->res->bad_answers |= drbd_node_mask(node);
		else
			carry_out(req, fx, node, &steps);
	}
}

/**
 * drbd_req_walk() - tell something to all of the transfer log
 * @res: the resource, locked
 * @event: what
 * @node: node id of the peer that it is about, or DRBD_NO_NODE
 *
 * Whoever calls it need not see to what was finished.
 */
void drbd_req_walk(struct drbd_resource *res, enum drbd_request_event event, int node)
{
	struct drbd_req *req;

	res->walk = list_first_entry_or_null(&res->log, struct drbd_req, log);
	while ((req = res->walk)) {
		res->walk = drbd_log_next(req);
		drbd_req_event(req, event, node, false);
	}
	if (event == DRBD_REQ_EV_RESEND) {
		struct drbd_connection *conn;

		rcu_read_lock();
		conn = xa_load(&res->connections, node);
		if (conn && !list_empty(&res->log))
			conn->out.next = list_first_entry(&res->log, struct drbd_req, log);
		rcu_read_unlock();
	}
	queue_work(drbd_wq, &res->finish_work);
}

/**
 * drbd_req_finish() - tell the block layer about finished requests
 * @res: the resource, not locked
 *
 * Context: any.
 */
void drbd_req_finish(struct drbd_resource *res)
{
	struct bio_list done = BIO_EMPTY_LIST;
	unsigned long irq;
	struct bio *bio;
	u64 bad;
	int node;

	spin_lock_irqsave(&res->st.lock, irq);
	bio_list_merge_init(&done, &res->finished);
	bad = res->bad_answers;
	res->bad_answers = 0;
	spin_unlock_irqrestore(&res->st.lock, irq);
	while ((bio = bio_list_pop(&done)))
		bio_endio(bio);
	for (node = 0; bad && node < DRBD_NODES; node++) {
		struct drbd_connection *conn;

		if (!(bad & drbd_node_mask(node)))
			continue;
		rcu_read_lock();
		conn = xa_load(&res->connections, node);
		if (conn) {
			drbd_err(res, "peer %d: unexpected answer to a request\n", node);
			drbd_conn_lost(conn, DRBD_C_PROTOCOL_ERROR);
		}
		rcu_read_unlock();
	}
}

/**
 * drbd_req_finish_work() - the same for those who cannot call it
 * @work: that of the resource
 */
void drbd_req_finish_work(struct work_struct *work)
{
	drbd_req_finish(container_of(work, struct drbd_resource, finish_work));
}

/* ---- what the state does to requests ---- */

/**
 * drbd_req_confirm() - is the generation of a diskless Primary confirmed?
 * @dev: the device, locked
 */
void drbd_req_confirm(struct drbd_device *dev)
{
	struct drbd_resource *res = dev->res;
	struct drbd_connection *conn;
	struct drbd_uuid_env env;
	unsigned long i;
	u64 peers = 0;
	struct drbd_state_dev *sd = drbd_req_state(dev);

	if (!dev->exposed.unconfirmed || !sd)
		return;
	rcu_read_lock();
	xa_for_each(&res->connections, i, conn) {
		if (conn->conf.wire_protocol == DRBD_PROTOCOL_C)
			peers |= drbd_node_mask(i);
	}
	rcu_read_unlock();
	drbd_volume_uuid_env(dev, &env);
	if (drbd_diskless_confirm(&dev->exposed, &env, peers,
				  res->opts.on_no_quorum == DRBD_NO_DATA_IO_ERROR ||
				  sd->old.quorum))
		drbd_req_walk(res, DRBD_REQ_EV_GENERATION_CONFIRMED, DRBD_NO_NODE);
}

/**
 * drbd_req_published() - the state has changed
 * @res: the resource, locked
 */
void drbd_req_published(struct drbd_resource *res)
{
	struct drbd_connection *conn;
	struct drbd_device *dev;
	unsigned long i;

	rcu_read_lock();
	xa_for_each(&res->connections, i, conn) {
		if (conn->out.walk_due)
			drbd_req_walk(res, conn->out.walk, i);
		conn->out.walk_due = false;
		drbd_sender_kick(conn);
	}
	if (res->restart_due)
		drbd_req_walk(res, DRBD_REQ_EV_COMPLETION_RESUME, DRBD_NO_NODE);
	res->restart_due = false;
	xa_for_each(&res->devices, i, dev) {
		drbd_volume_published(dev);
		drbd_req_confirm(dev);
		drbd_req_let_in(dev);
	}
	rcu_read_unlock();
}
