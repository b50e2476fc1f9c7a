// SPDX-License-Identifier: GPL-2.0-only
/*
 * Resynchronisation of a volume with a peer: what happens, and who deals with it
 */

#include "../core/state_predicates.h"
#include "../netlink/command.h"
#include "packets.h"
#include "receiver.h"
#include "request.h"
#include "resync_io.h"
#include "volume.h"

static struct workqueue_struct *wq;

/**
 * drbd_resync_module_init() - get what all resyncs share
 *
 * Return: 0, or -ENOMEM.
 */
int drbd_resync_module_init(void)
{
	wq = alloc_workqueue("drbd_resync", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (wq && !drbd_rs_pool_init() && !drbd_in_sync_init())
		return 0;
	drbd_resync_module_exit();
	return -ENOMEM;
}

/**
 * drbd_resync_module_exit() - undo drbd_resync_module_init()
 */
void drbd_resync_module_exit(void)
{
	drbd_in_sync_exit();
	drbd_rs_pool_exit();
	if (wq)
		destroy_workqueue(wq);
}

/**
 * drbd_resync_now_ms() - the time of the progress of resyncs
 *
 * Return: milliseconds.
 */
u64 drbd_resync_now_ms(void)
{
	return ktime_to_ms(ktime_get());
}

/* ---- work ---- */

/**
 * drbd_resync_kick() - have the work of a resync run soon
 * @pd: with which peer, of which volume; locked
 * @ms: at the latest in that many milliseconds
 *
 * Context: any.
 */
void drbd_resync_kick(struct drbd_peer_device *pd, unsigned int ms)
{
	struct drbd_resync *r = &pd->resync;
	unsigned long due = jiffies + msecs_to_jiffies(ms);

	if (!pd->conn->out.up || r->gone)
		return;
	if (delayed_work_pending(&r->work) && time_before_eq(r->due, due))
		return;
	r->due = due;
	mod_delayed_work(wq, &r->work, due - jiffies);
}

/* Locked. */
static enum drbd_repl repl_of(struct drbd_peer_device *pd)
{
	struct drbd_state_pd *sp = drbd_states_pd(&pd->dev->res->st, pd->conn->node_id,
						  pd->dev->volume);

	return sp && pd->conn->out.up ? sp->old.repl : DRBD_R_OFF;
}

static void source_sends_bitmap(struct drbd_peer_device *pd)
{
	struct drbd_states *st = &pd->dev->res->st;
	bool go;

	spin_lock_irq(&st->lock);
	go = repl_of(pd) == DRBD_R_WF_BITMAP_S;
	if (go)
		drbd_req_mark_in_flight(pd);
	spin_unlock_irq(&st->lock);
	if (go)
		drbd_bitmap_send(pd);
}

/* The source clears bits when a block is written here, not when it is on stable storage:
 * after a crash the own bits have to be there.
 */
static void target_sends_bitmap(struct drbd_peer_device *pd)
{
	struct drbd_states *st = &pd->dev->res->st;
	bool go;

	if (!drbd_volume_get_disk(pd->dev))
		return;
	spin_lock_irq(&st->lock);
	go = repl_of(pd) == DRBD_R_WF_BITMAP_T;
	spin_unlock_irq(&st->lock);
	if (go) {
		drbd_bitmap_write(pd->dev);
		drbd_bitmap_send(pd);
		drbd_resync_begin(pd);
	}
	drbd_volume_put_disk(pd->dev);
}

/* A former target got all answers: another one may become active. */
static void drained(struct drbd_peer_device *pd)
{
	struct drbd_states *st = &pd->dev->res->st;
	struct drbd_state_pd *sp;
	struct drbd_change chg;

	drbd_change_begin(&chg, st, DRBD_CHG_LOCAL_ONLY);
	sp = drbd_states_pd(st, pd->conn->node_id, pd->dev->volume);
	if (sp && sp->old.resync_active && sp->old.repl != DRBD_R_SYNC_TARGET &&
	    !pd->resync.outstanding)
		sp->new.resync_active = false;
	drbd_change_end(&chg);
}

static void write_lazily(struct drbd_peer_device *pd)
{
	if (!time_after(jiffies, pd->resync.written + 2 * HZ) || !drbd_volume_get_disk(pd->dev))
		return;
	pd->resync.written = jiffies;
	drbd_bitmap_write(pd->dev);
	drbd_volume_put_disk(pd->dev);
}

static void run(struct work_struct *work)
{
	struct drbd_peer_device *pd = container_of(to_delayed_work(work),
						   struct drbd_peer_device, resync.work);
	struct drbd_states *st = &pd->dev->res->st;
	struct drbd_resync *r = &pd->resync;
	bool target, due;
	u32 todo;

	spin_lock_irq(&st->lock);
	todo = r->todo;
	r->todo = 0;
	spin_unlock_irq(&st->lock);
	if (todo & DRBD_RESYNC_SEND_BITMAP)
		source_sends_bitmap(pd);
	if (todo & DRBD_RESYNC_ANSWER)
		target_sends_bitmap(pd);
	if (todo & (DRBD_RESYNC_FULL_TARGET | DRBD_RESYNC_FULL_SOURCE))
		drbd_resync_full(pd, todo & DRBD_RESYNC_FULL_TARGET);
	if (todo & DRBD_RESYNC_START)
		drbd_resync_begin(pd);
	drained(pd);
	spin_lock_irq(&st->lock);
	target = repl_of(pd) == DRBD_R_SYNC_TARGET;
	due = time_after_eq(jiffies, r->turn_due);
	if (target && !due)
		drbd_resync_kick(pd, jiffies_to_msecs(r->turn_due - jiffies));
	spin_unlock_irq(&st->lock);
	if (target && due)
		drbd_rs_turn(pd);
	write_lazily(pd);
}

/* ---- life ---- */

/**
 * drbd_resync_init() - prepare a new peer device
 * @pd: the peer device
 */
void drbd_resync_init(struct drbd_peer_device *pd)
{
	INIT_DELAYED_WORK(&pd->resync.work, run);
	INIT_LIST_HEAD(&pd->resync.targets);
	INIT_LIST_HEAD(&pd->resync.sources);
}

static void lose_requests(struct drbd_peer_device *pd)
{
	struct drbd_resync *r = &pd->resync;
	struct drbd_rs *rs;
	bool found;

	do {
		found = false;
		list_for_each_entry(rs, &r->targets, entry) {
			if (rs->over || rs->down)
				continue;
			rs->down = true;
			drbd_rs_target_lost(rs);
			found = true;
			break;
		}
		list_for_each_entry(rs, &r->sources, entry) {
			if (rs->down)
				continue;
			rs->down = true;
			drbd_rs_source_lost(rs);
			found = true;
			break;
		}
	} while (found);
	drbd_rs_forget(pd);
}

/* Nothing of it runs any more when this returns. */
static void stop(struct drbd_peer_device *pd)
{
	struct drbd_states *st = &pd->dev->res->st;
	struct drbd_resync *r = &pd->resync;

	cancel_delayed_work_sync(&r->work);
	spin_lock_irq(&st->lock);
	lose_requests(pd);
	r->todo = 0;
	r->remember = false;
	r->rx_open = false;
	spin_unlock_irq(&st->lock);
	/* What is at the disk must not clear bits that come with the next connection. */
	wait_event(st->wait, !READ_ONCE(r->requests));
}

/**
 * drbd_resync_exit() - a peer device goes away
 * @pd: the peer device; nobody finds it any more
 *
 * Context: may sleep.
 */
void drbd_resync_exit(struct drbd_peer_device *pd)
{
	spin_lock_irq(&pd->dev->res->st.lock);
	pd->resync.gone = true;
	spin_unlock_irq(&pd->dev->res->st.lock);
	stop(pd);
}

/**
 * drbd_resync_down() - a connection is cleaned up
 * @conn: the connection; its transport is closed, and nothing can be sent any more
 *
 * Context: the receiver.
 */
void drbd_resync_down(struct drbd_connection *conn)
{
	struct drbd_states *st = &conn->res->st;
	struct drbd_peer_device *pd;

	/* The work may wait for an answer to its ping. */
	wake_up_all(&conn->wait);
	spin_lock_irq(&st->lock);
	drbd_flush_down(conn);
	drbd_rs_dagtag_lost(conn->res, conn->node_id);
	spin_unlock_irq(&st->lock);
	drbd_for_each_peer_device(conn, pd) {
		stop(pd);
		if (drbd_volume_get_disk(pd->dev)) {
			drbd_bitmap_write(pd->dev);
			drbd_volume_put_disk(pd->dev);
		}
	}
}

/**
 * drbd_resync_published() - the state has changed
 * @res: the resource, locked
 */
void drbd_resync_published(struct drbd_resource *res)
{
}

/**
 * drbd_resync_fill() - tell how far a resync is
 * @pd: with which peer, of which volume; locked
 * @to: gets it
 */
void drbd_resync_fill(struct drbd_peer_device *pd, struct drbd_peer_device_state *to)
{
	const struct drbd_resync *r = &pd->resync;
	unsigned int shift = pd->dev->bm.layout.shift ?: DRBD_BM_SHIFT_MIN;
	unsigned int to_sectors = shift - SECTOR_SHIFT;
	struct drbd_progress_report report;
	u64 left;

	if (to->repl < DRBD_R_SYNC_SOURCE || to->repl > DRBD_R_PAUSED_SYNC_T)
		return;
	left = drbd_progress_left(&r->progress, drbd_volume_out_of_sync(pd->dev,
									pd->conn->node_id));
	drbd_progress_report(&r->progress, left, drbd_resync_now_ms(), shift, &report);
	to->resync_failed = r->failed << to_sectors;
	to->rs_total = report.total;
	to->rs_same_csum = r->same << to_sectors;
	to->rs_dt_start_ms = report.dt_start;
	to->rs_paused_ms = report.paused;
	to->rs_dt0_ms = report.dt0;
	to->rs_db0_sectors = report.db0;
	to->rs_dt1_ms = report.dt1;
	to->rs_db1_sectors = report.db1;
	to->rs_c_sync_rate = r->sync_rate;
}

/* ---- changes of the state ---- */

static struct drbd_peer_device *pd_of(struct drbd_resource *res, const struct drbd_effect *e)
{
	struct drbd_connection *conn = NULL;

	if (e->node_id != DRBD_NO_NODE && e->volume != DRBD_NO_VOLUME)
		conn = xa_load(&res->connections, e->node_id);
	return conn ? xa_load(&conn->peer_devices, e->volume) : NULL;
}

/* A resync begins, running or paused. */
static void start_counting(struct drbd_peer_device *pd)
{
	struct drbd_resync *r = &pd->resync;
	u64 bits = drbd_volume_out_of_sync(pd->dev, pd->conn->node_id);

	r->restart = true;
	r->pass.last_weight = bits;
	r->failed = 0;
	r->same = 0;
	r->stop = false;
	r->unsuccessful = false;
	r->unstable = false;
	r->crashed_source = false;
	r->start_uuid = pd->dev->uuids.current_uuid;
	r->walk = (struct drbd_in_sync_walk) { .capacity = get_capacity(pd->dev->disk) };
	r->answered = 0;
	r->turn_due = jiffies;
	r->written = jiffies;
	drbd_resync_plan_reset(&r->plan, pd->conf.c_plan_ahead);
	drbd_progress_start(&r->progress, bits, drbd_resync_now_ms());
	drbd_rs_forget(pd);
}

static void resumed(struct drbd_peer_device *pd)
{
	struct drbd_resync *r = &pd->resync;

	r->restart = true;
	r->stop = false;
	r->turn_due = jiffies;
	drbd_progress_resume(&r->progress,
			     drbd_volume_out_of_sync(pd->dev, pd->conn->node_id),
			     drbd_resync_now_ms());
}

static void of_peer_device_now(struct drbd_peer_device *pd, const struct drbd_effect *e)
{
	struct drbd_resync *r = &pd->resync;

	switch (e->kind) {
	case DRBD_DO_CLEAR_SYNC_MARKS:
		r->remember = false;
		r->rx_open = false;
		r->helper_done = false;
		r->todo &= ~(DRBD_RESYNC_ANSWER | DRBD_RESYNC_START);
		break;
	case DRBD_DO_RESYNC_INIT:
		start_counting(pd);
		break;
	case DRBD_DO_RESYNC_RESUMED:
		resumed(pd);
		break;
	case DRBD_DO_RESYNC_PAUSED:
		drbd_progress_pause(&r->progress, drbd_resync_now_ms());
		break;
	case DRBD_DO_RESYNC_UNSTABLE:
		r->unstable = true;
		break;
	default:
		break;
	}
}

/**
 * drbd_resync_now() - do what cannot wait until a change of the state is published
 * @st: the state, locked
 * @e: what
 */
void drbd_resync_now(struct drbd_states *st, const struct drbd_effect *e)
{
	struct drbd_resource *res = drbd_states_resource(st);
	struct drbd_peer_device *pd = pd_of(res, e);

	switch (e->kind) {
	case DRBD_DO_FLUSH_ROUND:
	case DRBD_DO_EXPECT_FLUSH:
	case DRBD_DO_FORGET_FLUSH:
		drbd_flush_effect(res, e);
		break;
	default:
		if (pd)
			of_peer_device_now(pd, e);
		break;
	}
}

/* The peer is told before the state says so that this node gets writes. */
static void enable_replication(struct drbd_peer_device *pd)
{
	const union drbd_wire_body body = { .enable = 1 };

	if (pd->conn->link.features & DRBD_FF_RESYNC_WITHOUT_REPLICATION)
		drbd_send_packet(pd->conn, DRBD_P_ENABLE_REPLICATION, pd->dev->volume, &body,
				 NULL, 0);
}

static void to_do(struct drbd_peer_device *pd, u32 todo)
{
	struct drbd_states *st = &pd->dev->res->st;

	spin_lock_irq(&st->lock);
	pd->resync.todo |= todo;
	drbd_resync_kick(pd, 0);
	spin_unlock_irq(&st->lock);
}

static void drain(struct drbd_peer_device *pd)
{
	struct drbd_states *st = &pd->dev->res->st;

	spin_lock_irq(&st->lock);
	if (repl_of(pd) != DRBD_R_SYNC_TARGET)
		drbd_rs_cancel_waiting(pd);
	drbd_resync_kick(pd, 0);
	spin_unlock_irq(&st->lock);
}

/**
 * drbd_resync_later() - do what a change of the state leads to
 * @pd: for which peer, of which volume
 * @snap: the change
 * @e: what
 *
 * Context: the worker of the resource.
 */
void drbd_resync_later(struct drbd_peer_device *pd, const struct drbd_state *snap,
		       const struct drbd_effect *e)
{
	switch (e->kind) {
	case DRBD_DO_SEND_BITMAP:
		to_do(pd, DRBD_RESYNC_SEND_BITMAP);
		break;
	case DRBD_DO_FULL_SYNC_TARGET:
		to_do(pd, DRBD_RESYNC_FULL_TARGET);
		break;
	case DRBD_DO_FULL_SYNC_SOURCE:
		to_do(pd, DRBD_RESYNC_FULL_SOURCE);
		break;
	case DRBD_DO_RESYNC_START:
		to_do(pd, 0);
		break;
	case DRBD_DO_RESYNC_DRAIN:
		drain(pd);
		break;
	case DRBD_DO_SEND_ENABLE_REPLICATION:
		enable_replication(pd);
		break;
	case DRBD_DO_WRITE_BITMAP_SLOT:
		if (drbd_volume_get_disk(pd->dev)) {
			drbd_bitmap_write(pd->dev);
			drbd_volume_put_disk(pd->dev);
		}
		break;
	default:
		break;
	}
}

/**
 * drbd_resync_device_later() - do what a change of the state of a device leads to
 * @dev: the device
 * @e: what
 *
 * Context: the worker of the resource.
 */
void drbd_resync_device_later(struct drbd_device *dev, const struct drbd_effect *e)
{
	if (e->kind == DRBD_DO_FLUSH_REQUESTS)
		drbd_flush_send(dev->res);
}

/**
 * drbd_resync_next() - decide on replication during resyncs on a new connection
 * @pd: with which peer, of which volume
 *
 * Both nodes decide in the same way, from what they have told each other.
 *
 * Return: whether this node wants writes of the peer while it is Inconsistent.
 */
bool drbd_resync_next(struct drbd_peer_device *pd)
{
	struct drbd_states *st = &pd->dev->res->st;
	struct drbd_state_pd *sp;
	bool enable;

	spin_lock_irq(&st->lock);
	enable = !pd->conf.resync_without_replication ||
		 !(pd->conn->link.features & DRBD_FF_RESYNC_WITHOUT_REPLICATION);
	sp = drbd_states_pd(st, pd->conn->node_id, pd->dev->volume);
	if (sp) {
		sp->peer_replicate_next = enable;
		sp->replicate_next = true;
	}
	spin_unlock_irq(&st->lock);
	return enable;
}

/* ---- packets ---- */

static void replicates(struct drbd_peer_device *pd, bool enable)
{
	struct drbd_states *st = &pd->dev->res->st;
	struct drbd_state_pd *sp;
	struct drbd_change chg;

	drbd_change_begin(&chg, st, DRBD_CHG_LOCAL_ONLY);
	sp = drbd_states_pd(st, pd->conn->node_id, pd->dev->volume);
	if (sp)
		sp->new.replication = enable;
	drbd_change_end(&chg);
}

static void replicates_next(struct drbd_peer_device *pd, bool enable)
{
	struct drbd_states *st = &pd->dev->res->st;
	struct drbd_state_pd *sp;

	spin_lock_irq(&st->lock);
	sp = drbd_states_pd(st, pd->conn->node_id, pd->dev->volume);
	if (sp)
		sp->replicate_next = enable;
	spin_unlock_irq(&st->lock);
}

/**
 * drbd_resync_packet() - take a packet of a resync on the data stream
 * @conn: from whom
 * @pd: for which volume, NULL if it is about the connection
 * @p: the packet
 *
 * Context: the receiver.
 *
 * Return: 0, -EOPNOTSUPP if it is none, or another negative errno for the reason to drop
 * the connection.
 */
int drbd_resync_packet(struct drbd_connection *conn, struct drbd_peer_device *pd,
		       struct drbd_packet *p)
{
	switch (p->kind->number) {
	case DRBD_P_BITMAP:
	case DRBD_P_COMPRESSED_BITMAP:
		return drbd_bitmap_got(pd, p);
	case DRBD_P_RS_DATA_REQUEST:
	case DRBD_P_RS_DAGTAG_REQ:
	case DRBD_P_RS_THIN_REQ:
	case DRBD_P_RS_THIN_DAGTAG_REQ:
	case DRBD_P_CSUM_RS_REQUEST:
	case DRBD_P_RS_CSUM_DAGTAG_REQ:
		/* All may be answered with the data. */
		return drbd_rs_got_request(pd, p);
	case DRBD_P_RS_DATA_REPLY:
		return drbd_rs_got_data(pd, p);
	case DRBD_P_ENABLE_REPLICATION_NEXT:
		replicates_next(pd, p->body.enable);
		return 0;
	case DRBD_P_ENABLE_REPLICATION:
		replicates(pd, p->body.enable);
		return 0;
	case DRBD_P_FLUSH_REQUESTS:
	case DRBD_P_FLUSH_REQUESTS_ACK:
		return drbd_flush_packet_got(conn, p);
	default:
		return -EOPNOTSUPP;
	}
}

/* Locked. */
static int of_request(struct drbd_peer_device *pd, u32 number, const struct drbd_wire_block *b)
{
	switch (number) {
	case DRBD_P_RS_WRITE_ACK:
		return drbd_rs_got_ack(pd, DRBD_RS_GOT_ACK, b);
	case DRBD_P_RS_NEG_ACK:
	case DRBD_P_NEG_ACK:
		return drbd_rs_got_ack(pd, DRBD_RS_GOT_NEG, b);
	case DRBD_P_NEG_RS_DREPLY:
		return drbd_rs_got_answer(pd, DRBD_RS_GOT_NEG, b);
	case DRBD_P_RS_CANCEL:
		return drbd_rs_got_answer(pd, DRBD_RS_GOT_CANCEL, b);
	case DRBD_P_RS_CANCEL_AHEAD:
		return drbd_rs_got_answer(pd, DRBD_RS_GOT_AHEAD, b);
	default:
		return -EOPNOTSUPP;
	}
}

/**
 * drbd_resync_control() - take a packet of a resync on the control stream
 * @conn: from whom
 * @number: of the packet
 * @volume: number of the volume
 * @body: the packet
 *
 * Context: softirq.
 *
 * Return: 0, -EOPNOTSUPP if it is none, or another negative errno for the reason to drop
 * the connection.
 */
int drbd_resync_control(struct drbd_connection *conn, u32 number, int volume,
			const union drbd_wire_body *body)
{
	struct drbd_states *st = &conn->res->st;
	struct drbd_peer_device *pd;
	unsigned long irq;
	int rv;

	spin_lock_irqsave(&st->lock, irq);
	pd = volume == DRBD_NO_VOLUME ? NULL : xa_load(&conn->peer_devices, volume);
	switch (number) {
	case DRBD_P_FLUSH_FORWARD:
		rv = drbd_flush_forward_got(conn, &body->flush);
		break;
	case DRBD_P_PEERS_IN_SYNC:
		rv = drbd_in_sync_got(conn, volume, &body->in_sync);
		break;
	default:
		rv = pd ? of_request(pd, number, &body->block) : -EOPNOTSUPP;
		break;
	}
	spin_unlock_irqrestore(&st->lock, irq);
	return rv;
}
