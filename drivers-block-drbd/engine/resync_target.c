// SPDX-License-Identifier: GPL-2.0-only
/*
 * Resync as target: which blocks to request, and what becomes of each request
 *
 * Source: spec/resync.md 4.2, 4.3.
 */

#include "../core/state_predicates.h"
#include "digest.h"
#include "packets.h"
#include "payload.h"
#include "receiver.h"
#include "resync_io.h"
#include "volume.h"

#define PROTO_OWN_IDS	122

static int target_event(struct drbd_rs *rs, enum drbd_rs_event event);

static enum drbd_disk own_disk(struct drbd_device *dev)
{
	int d = drbd_states_dev(&dev->res->st, dev->volume);

	return d < 0 ? DRBD_D_DISKLESS : dev->res->st.s.dev[d].old.disk;
}

static enum drbd_repl repl_of(struct drbd_peer_device *pd)
{
	struct drbd_state_pd *sp = drbd_states_pd(&pd->dev->res->st, pd->conn->node_id,
						  pd->dev->volume);

	return sp ? sp->old.repl : DRBD_R_OFF;
}

/* ---- one request ---- */

static struct drbd_rs_target target_ctx(struct drbd_rs *rs)
{
	struct drbd_peer_device *pd = rs->pd;

	return (struct drbd_rs_target) {
		.has_disk = own_disk(pd->dev) >= DRBD_D_INCONSISTENT,
		.dagtags = pd->conn->link.features & DRBD_FF_RESYNC_DAGTAG,
		.al_active = drbd_extents_active(pd->dev, rs->iv.first, rs->bytes),
		.source_stable = pd->uuids_valid && pd->uuids.flags & DRBD_UUID_FLAG_STABLE,
	};
}

static int send_request(struct drbd_connection *conn, struct drbd_job *job, bool cancel)
{
	struct drbd_rs *rs = container_of(job, struct drbd_rs, job);
	bool dagtags = conn->link.features & DRBD_FF_RESYNC_DAGTAG, known = true, go;
	struct drbd_resource *res = conn->res;
	union drbd_wire_body body = {};
	int volume = rs->pd->dev->volume;
	int rv = 0;

	spin_lock_irq(&res->st.lock);
	go = !cancel && rs->r.state == DRBD_RS_SENT;
	if (go && dagtags)
		known = drbd_rs_take_dagtag(res, &rs->want);
	body.block = (struct drbd_wire_block) {
		.sector = rs->iv.first,
		.block_id = rs->iv.id,
		.blksize = rs->bytes,
		.dagtag = rs->want.dagtag,
		.dagtag_node_id = rs->want.dagtag ? rs->want.node : 0,
	};
	/* Nothing of it is needed for what is sent: the answer may come before this returns. */
	drbd_rs_put(rs);
	spin_unlock_irq(&res->st.lock);
	if (!known) {
		drbd_err(res, "peer %d: two Primaries write during a resync\n", conn->node_id);
		drbd_conn_lost(conn, DRBD_C_DISCONNECTING);
	} else if (go) {
		rv = drbd_send_packet(conn, dagtags ? DRBD_P_RS_DAGTAG_REQ : DRBD_P_RS_DATA_REQUEST,
				      volume, &body, NULL, 0);
	}
	return rv;
}

static void target_again(struct drbd_rs *rs)
{
	struct drbd_states *st = &rs->pd->dev->res->st;

	spin_lock_irq(&st->lock);
	if (rs->r.state == DRBD_RS_WAITING && !drbd_interval_blocked(rs->pd->dev, &rs->iv))
		target_event(rs, DRBD_RS_FREE);
	drbd_rs_put(rs);
	spin_unlock_irq(&st->lock);
}

/* Called while the tree is being walked, so nothing may leave it. */
static void target_unblocked(struct drbd_interval *iv)
{
	struct drbd_rs *rs = container_of(iv, struct drbd_rs, iv);

	if (rs->r.state == DRBD_RS_WAITING &&
	    !(rs->pd->conn->link.features & DRBD_FF_RESYNC_DAGTAG))
		drbd_rs_work(rs, target_again);
	else
		target_event(rs, DRBD_RS_FREE);
}

static void target_lock(struct drbd_rs *rs)
{
	rs->iv.send_only = true;
	drbd_interval_insert(rs->pd->dev, &rs->iv);
	if (!drbd_interval_blocked(rs->pd->dev, &rs->iv))
		target_event(rs, DRBD_RS_FREE);
}

static void target_relock(struct drbd_rs *rs)
{
	rs->iv.send_only = false;
	drbd_interval_advance(rs->pd->dev, &rs->iv, DRBD_INTERVAL_RECEIVED);
	if (!drbd_interval_blocked(rs->pd->dev, &rs->iv))
		target_event(rs, DRBD_RS_FREE);
}

static void target_send(struct drbd_rs *rs)
{
	drbd_interval_advance(rs->pd->dev, &rs->iv, DRBD_INTERVAL_READY_TO_SEND);
	rs->job.run = send_request;
	if (drbd_sender_queue(rs->pd->conn, &rs->job))
		rs->refs++;
}

static void written(struct drbd_rs *rs, bool ok)
{
	struct drbd_states *st = &rs->pd->dev->res->st;
	struct bio *bio = rs->bio;
	unsigned long irq;

	spin_lock_irqsave(&st->lock, irq);
	rs->bio = NULL;
	target_event(rs, ok ? DRBD_RS_WRITE_OK : DRBD_RS_WRITE_FAILED);
	drbd_rs_put(rs);
	spin_unlock_irqrestore(&st->lock, irq);
	drbd_payload_free(bio);
}

static void write_done(struct bio *bio)
{
	struct drbd_rs *rs = bio->bi_private;
	struct drbd_device *dev = rs->pd->dev;
	bool ok = !bio->bi_status;

	if (!ok)
		drbd_err(dev->res, "volume %d: cannot write resync data at sector %llu: %d\n",
			 dev->volume, rs->iv.first, blk_status_to_errno(bio->bi_status));
	written(rs, ok);
	if (!ok)
		drbd_rs_disk_error(dev);
	drbd_volume_put_disk(dev);
}

static void submit_write(struct drbd_rs *rs)
{
	if (!drbd_rs_submit(rs, REQ_OP_WRITE, write_done))
		written(rs, false);
}

static void target_write(struct drbd_rs *rs)
{
	drbd_interval_advance(rs->pd->dev, &rs->iv, DRBD_INTERVAL_SUBMITTED);
	drbd_rs_work(rs, submit_write);
}

/* Locked. No answer is expected any more. */
static void uncount(struct drbd_rs *rs)
{
	if (rs->counted)
		rs->pd->resync.in_flight -= rs->bytes >> SECTOR_SHIFT;
	rs->counted = false;
}

/* Locked. The next turn is due no later than that. */
static void schedule_turn(struct drbd_peer_device *pd, unsigned int ms)
{
	struct drbd_resync *r = &pd->resync;
	unsigned long due = jiffies + msecs_to_jiffies(ms);

	if (time_before(due, r->turn_due))
		r->turn_due = due;
	drbd_resync_kick(pd, ms);
}

/* The source may have answered all that it was asked for, before the next turn is due. */
static void answered(struct drbd_rs *rs)
{
	struct drbd_peer_device *pd = rs->pd;
	struct drbd_resync *r = &pd->resync;
	struct drbd_resync_early early;
	int delay;

	uncount(rs);
	r->answered += rs->bytes >> SECTOR_SHIFT;
	if (r->in_flight)
		return;
	early = (struct drbd_resync_early) {
		.target = true,
		.unsuccessful = r->unsuccessful,
		.answered = r->answered,
		.in_flight = r->in_flight,
		.elapsed = jiffies - r->turn_jiffies,
		.hz = HZ,
		.c_max_rate = READ_ONCE(pd->conf.c_max_rate),
		.max_bio_size = DRBD_RESYNC_MAX_SIZE >> 10,
	};
	delay = drbd_resync_early_turn(&early);
	if (delay >= 0)
		schedule_turn(pd, jiffies_to_msecs(delay));
}

/* Others are told in the order of the requests. */
static void progress(struct drbd_peer_device *pd)
{
	struct drbd_in_sync_range ranges[DRBD_IN_SYNC_RANGES];
	struct drbd_resync *r = &pd->resync;
	unsigned int i, n;
	struct drbd_rs *rs;

	while ((rs = list_first_entry_or_null(&r->targets, struct drbd_rs, entry)) && rs->over) {
		n = drbd_in_sync_done(&r->walk, rs->iv.first, rs->bytes, ranges);
		for (i = 0; i < n; i++)
			drbd_in_sync_tell(pd->dev, pd->conn->node_id, &ranges[i]);
		rs->over = false;
		list_del_init(&rs->entry);
		drbd_rs_put(rs);
	}
}

static void release(struct drbd_rs *rs, bool done)
{
	struct drbd_peer_device *pd = rs->pd;

	uncount(rs);
	drbd_interval_remove(pd->dev, &rs->iv);
	pd->resync.outstanding--;
	if (done)
		rs->over = true;
	else
		list_del_init(&rs->entry);
	if (!done)
		drbd_rs_put(rs);
	progress(pd);
	if (!pd->resync.outstanding && repl_of(pd) != DRBD_R_SYNC_TARGET)
		drbd_resync_kick(pd, 0);
}

static void change_bits(struct drbd_rs *rs, int actions)
{
	struct drbd_peer_device *pd = rs->pd;
	struct drbd_device *dev = pd->dev;
	int node = pd->conn->node_id;

	if (actions & DRBD_RS_SET_ALL)
		drbd_bits_change(dev, GENMASK(dev->bm.layout.slots - 1, 0), 0, rs->iv.first,
				 rs->bytes);
	if (actions & DRBD_RS_SET)
		drbd_bits_peer(dev, node, rs->iv.first, rs->bytes, true);
	if (actions & DRBD_RS_CLEAR)
		drbd_bits_peer(dev, node, rs->iv.first, rs->bytes, false);
	if (actions & DRBD_RS_FAILED)
		pd->resync.failed += drbd_rs_bits(rs);
}

/* At most one of the actions leads to another event, and that is the last one. */
static void act(struct drbd_rs *rs, int actions)
{
	struct drbd_peer_device *pd = rs->pd;
	struct drbd_resync *r = &pd->resync;

	if (actions & DRBD_RS_ANSWERED)
		answered(rs);
	change_bits(rs, actions);
	if (actions & DRBD_RS_UNSUCCESSFUL)
		r->unsuccessful = true;
	if (actions & DRBD_RS_STOP)
		r->stop = true;
	if (actions & DRBD_RS_UNSTABLE)
		pd->dev->resync_stable = false;
	if (actions & DRBD_RS_SEND_ACK)
		drbd_rs_ack(rs, DRBD_P_RS_WRITE_ACK);
	if (actions & DRBD_RS_SEND_NEG)
		drbd_rs_ack(rs, pd->conn->link.version >= PROTO_OWN_IDS ? DRBD_P_RS_NEG_ACK :
									 DRBD_P_NEG_ACK);
	if (actions & DRBD_RS_LOCK)
		target_lock(rs);
	else if (actions & DRBD_RS_SEND)
		target_send(rs);
	else if (actions & DRBD_RS_RELOCK)
		target_relock(rs);
	else if (actions & DRBD_RS_WRITE)
		target_write(rs);
	if (actions & DRBD_RS_RELEASE)
		release(rs, actions & DRBD_RS_PROGRESS);
}

/* Locked. With DRBD_RS_RELEASE in the result the request may be gone. */
static int target_event(struct drbd_rs *rs, enum drbd_rs_event event)
{
	struct drbd_rs_target ctx = target_ctx(rs);
	int actions = drbd_rs_target_event(&rs->r, event, &ctx);

	if (actions > 0)
		act(rs, actions);
	return actions;
}

/**
 * drbd_rs_target_lost() - the connection of a request is lost
 * @rs: the request, locked
 */
void drbd_rs_target_lost(struct drbd_rs *rs)
{
	target_event(rs, DRBD_RS_LOST);
}

/**
 * drbd_rs_cancel_waiting() - give up requests that were not sent yet
 * @pd: which peer, of which volume; locked
 */
void drbd_rs_cancel_waiting(struct drbd_peer_device *pd)
{
	struct drbd_rs *rs;
	bool found;

	do {
		found = false;
		list_for_each_entry(rs, &pd->resync.targets, entry) {
			if (rs->over || rs->r.state != DRBD_RS_WAITING)
				continue;
			target_event(rs, DRBD_RS_LOST);
			found = true;
			break;
		}
	} while (found);
}

/**
 * drbd_rs_forget() - forget requests that others were not told about
 * @pd: which peer, of which volume; locked
 */
void drbd_rs_forget(struct drbd_peer_device *pd)
{
	struct drbd_rs *rs, *next;

	list_for_each_entry_safe(rs, next, &pd->resync.targets, entry) {
		if (!rs->over)
			continue;
		rs->over = false;
		list_del_init(&rs->entry);
		drbd_rs_put(rs);
	}
}

/* ---- answers ---- */

static int unexpected(struct drbd_peer_device *pd, const char *packet, u64 sector)
{
	drbd_err(pd->dev->res, "peer %d: %s for sector %llu, which was not requested\n",
		 pd->conn->node_id, packet, sector);
	return -EPROTO;
}

/* Locked. While its job is in the queue of the sender, it is not known to the peer. */
static bool answerable(const struct drbd_rs *rs)
{
	return rs && rs->r.state == DRBD_RS_SENT && list_empty(&rs->job.entry);
}

static u64 id_of(struct drbd_peer_device *pd, u64 id)
{
	return pd->conn->link.version >= PROTO_OWN_IDS ? id : DRBD_WIRE_ID_SYNCER;
}

/**
 * drbd_rs_got_data() - P_RS_DATA_REPLY
 * @pd: from which peer, for which volume
 * @p: the packet
 *
 * Context: the receiver.
 *
 * Return: 0, or a negative errno for the reason to drop the connection.
 */
int drbd_rs_got_data(struct drbd_peer_device *pd, struct drbd_packet *p)
{
	struct drbd_resource *res = pd->dev->res;
	const struct drbd_wire_data *d = &p->body.data;
	struct drbd_device *dev = pd->dev;
	u32 bytes = drbd_integrity_bytes(pd->conn, p);
	int actions = -EPROTO;
	struct drbd_rs *rs;
	struct bio *bio;

	if (bytes > DRBD_RESYNC_MAX_SIZE || bytes & (SECTOR_SIZE - 1))
		return unexpected(pd, p->kind->name, d->sector);
	bio = drbd_integrity_receive(pd->conn, p, d->sector);
	if (IS_ERR(bio))
		return PTR_ERR(bio);
	spin_lock_irq(&res->st.lock);
	rs = drbd_rs_find(pd, true, d->sector, bytes, id_of(pd, d->block_id));
	if (answerable(rs)) {
		if (own_disk(dev) >= DRBD_D_INCONSISTENT) {
			rs->bio = bio;
			bio = NULL;
		}
		actions = target_event(rs, DRBD_RS_GOT_DATA);
	}
	spin_unlock_irq(&res->st.lock);
	if (bio)
		drbd_payload_free(bio);
	if (actions < 0)
		return unexpected(pd, p->kind->name, d->sector);
	if (actions & DRBD_RS_TELL_TARGETS)
		drbd_resync_tell_targets(pd, d->sector, bytes);
	return 0;
}

/**
 * drbd_rs_got_answer() - an answer without data
 * @pd: from which peer, for which volume; locked
 * @event: what it is
 * @b: the packet
 *
 * Context: softirq.
 *
 * Return: 0, or -EPROTO.
 */
int drbd_rs_got_answer(struct drbd_peer_device *pd, enum drbd_rs_event event,
		       const struct drbd_wire_block *b)
{
	struct drbd_rs *rs = drbd_rs_find(pd, true, b->sector, b->blksize,
					  id_of(pd, b->block_id));

	if (!answerable(rs) || target_event(rs, event) < 0)
		return unexpected(pd, "answer", b->sector);
	return 0;
}

/* ---- turns ---- */

static u64 next_bit(void *bitmap, u64 bit)
{
	struct drbd_peer_device *pd = bitmap;
	struct drbd_device *dev = pd->dev;
	const struct drbd_bm_layout *layout = &dev->bm.layout;
	int slot = dev->uuids.slots[pd->conn->node_id].bitmap_index;
	struct drbd_bm_range range = { .start = bit };
	u64 found = DRBD_BM_NONE;

	while (range.start < layout->bits && found == DRBD_BM_NONE) {
		range.end = min(drbd_bm_page_end(layout, slot, range.start), layout->bits);
		spin_lock_irq(&dev->bm_lock);
		found = drbd_bm_find_set(&dev->bm, slot, range);
		spin_unlock_irq(&dev->bm_lock);
		range.start = range.end;
		cond_resched();
	}
	return found;
}

static bool all_mirror(struct drbd_device *dev)
{
	struct drbd_states *st = &dev->res->st;
	int d = drbd_states_dev(st, dev->volume);
	unsigned int c;

	for (c = 0; d >= 0 && c < st->s.nconn; c++) {
		if (!drbd_state_pd(&st->s, d, c)->old.peer_replication)
			return false;
	}
	return true;
}

static void mirror_all(struct drbd_device *dev)
{
	struct drbd_states *st = &dev->res->st;
	struct drbd_change chg;
	unsigned int c;
	int d;

	drbd_change_begin(&chg, st, DRBD_CHG_LOCAL_ONLY);
	d = drbd_states_dev(st, dev->volume);
	for (c = 0; d >= 0 && c < st->s.nconn; c++)
		drbd_state_pd(&st->s, d, c)->new.peer_replication = true;
	drbd_change_end(&chg);
}

/* Returns whether requests may be made. */
static bool pass_goes_on(struct drbd_peer_device *pd, bool ahead)
{
	struct drbd_resource *res = pd->dev->res;
	struct drbd_resync *r = &pd->resync;
	enum drbd_resync_pass_end end;

	spin_lock_irq(&res->st.lock);
	r->pass.bits_ahead = ahead;
	r->pass.flushing = drbd_flush_pending(&res->flush);
	r->pass.outstanding = r->outstanding;
	r->pass.all_mirror = all_mirror(pd->dev);
	r->pass.failed = r->failed;
	r->pass.weight = drbd_volume_out_of_sync(pd->dev, pd->conn->node_id);
	end = drbd_resync_pass_end(&r->pass);
	spin_unlock_irq(&res->st.lock);
	switch (end) {
	case DRBD_PASS_GOES_ON:
		return true;
	case DRBD_PASS_AGAIN:
		r->scan.cursor = 0;
		return true;
	case DRBD_PASS_MIRROR:
		mirror_all(pd->dev);
		return false;
	case DRBD_PASS_FINISHED:
		drbd_resync_target_over(pd);
		return false;
	}
	return false;
}

static bool make_request(struct drbd_peer_device *pd, const struct drbd_resync_piece *piece)
{
	struct drbd_resource *res = pd->dev->res;
	struct drbd_resync *r = &pd->resync;
	struct drbd_rs *rs = drbd_rs_alloc(GFP_NOWAIT | __GFP_NOWARN);
	bool ok;

	if (!rs) {
		WRITE_ONCE(r->unsuccessful, true);
		return false;
	}
	spin_lock_irq(&res->st.lock);
	ok = pd->conn->out.up && !r->gone && repl_of(pd) == DRBD_R_SYNC_TARGET;
	if (ok) {
		drbd_rs_add(rs, pd, true, piece->sector, piece->size,
			    id_of(pd, ++res->serial));
		rs->iv.unblocked = target_unblocked;
		rs->counted = true;
		r->outstanding++;
		r->in_flight += piece->size >> SECTOR_SHIFT;
		target_event(rs, DRBD_RS_START);
	}
	spin_unlock_irq(&res->st.lock);
	if (!ok)
		drbd_rs_discard(rs);
	return ok;
}

static void set_up_scan(struct drbd_peer_device *pd)
{
	struct drbd_resync_scan *scan = &pd->resync.scan;

	scan->next_bit = next_bit;
	scan->bitmap = pd;
	scan->capacity = get_capacity(pd->dev->disk);
	scan->own_shift = pd->dev->bm.layout.shift;
	scan->peer_shift = DRBD_BM_SHIFT_MIN + pd->sizes.bm_block_shift;
}

static void speed_options(struct drbd_peer_device *pd, struct drbd_resync_options *options)
{
	const struct drbd_peer_device_conf *conf = &pd->conf;

	*options = (struct drbd_resync_options) {
		.resync_rate = conf->resync_rate,
		.c_plan_ahead = conf->c_plan_ahead,
		.c_delay_target = conf->c_delay_target,
		.c_fill_target = conf->c_fill_target,
		.c_max_rate = conf->c_max_rate,
		.c_min_rate = conf->c_min_rate,
		.max_buffers = pd->conn->conf.max_buffers,
	};
}

/* How many blocks to request. */
static u32 number(struct drbd_peer_device *pd)
{
	struct drbd_resync *r = &pd->resync;
	const struct drbd_resync_limits limits = {
		.page_size = PAGE_SIZE,
		.own_shift = r->scan.own_shift,
		.peer_shift = r->scan.peer_shift,
	};
	struct drbd_resync_options options;
	struct drbd_resync_budget budget;
	struct drbd_resync_input input;
	u64 now = ktime_get_ns();

	spin_lock_irq(&pd->dev->res->st.lock);
	speed_options(pd, &options);
	if (r->plan.nr != options.c_plan_ahead)
		drbd_resync_plan_reset(&r->plan, options.c_plan_ahead);
	input = (struct drbd_resync_input) {
		.answered = r->answered, .in_flight = r->in_flight, .elapsed = now - r->turn,
	};
	drbd_resync_number(&r->plan, &options, &input, &limits, &budget);
	r->answered = 0;
	r->turn = now;
	r->turn_jiffies = jiffies;
	r->sync_rate = budget.rate;
	spin_unlock_irq(&pd->dev->res->st.lock);
	return budget.blocks;
}

static void request_blocks(struct drbd_peer_device *pd, u32 blocks)
{
	struct drbd_resync *r = &pd->resync;
	struct drbd_resync_piece piece;
	struct drbd_resync_turn turn;
	bool cut_short = false;
	u32 delay;

	drbd_resync_turn_start(&turn, blocks, &r->scan);
	while (drbd_resync_next_piece(&r->scan, &turn, false, &piece) == DRBD_RESYNC_REQUEST) {
		if (make_request(pd, &piece))
			continue;
		drbd_resync_undo_piece(&r->scan, &turn, &piece);
		cut_short = true;
		break;
	}
	delay = drbd_resync_next_turn(DRBD_RESYNC_TURN_MS, turn.requested, blocks, cut_short);
	spin_lock_irq(&pd->dev->res->st.lock);
	schedule_turn(pd, delay);
	spin_unlock_irq(&pd->dev->res->st.lock);
}

static void note_progress(struct drbd_peer_device *pd)
{
	struct drbd_resync *r = &pd->resync;
	struct drbd_resource *res = pd->dev->res;
	u64 left;

	spin_lock_irq(&res->st.lock);
	left = drbd_progress_left(&r->progress,
				  drbd_volume_out_of_sync(pd->dev, pd->conn->node_id));
	drbd_progress_note(&r->progress, left, drbd_resync_now_ms());
	spin_unlock_irq(&res->st.lock);
}

/* Locked. Bits have yet to be set, so this is not the time to look for them. */
static bool being_filled(struct drbd_device *dev)
{
	struct drbd_states *st = &dev->res->st;
	int d = drbd_states_dev(st, dev->volume);
	unsigned int c;

	for (c = 0; d >= 0 && c < st->s.nconn; c++) {
		if (drbd_state_pd(&st->s, d, c)->old.repl == DRBD_R_STARTING_SYNC_T)
			return true;
	}
	return false;
}

/* With a reference to the disk. */
static void turn(struct drbd_peer_device *pd)
{
	struct drbd_resync *r = &pd->resync;
	struct drbd_resync_ready ready;
	bool wait;
	u32 blocks;

	set_up_scan(pd);
	spin_lock_irq(&pd->dev->res->st.lock);
	if (r->restart)
		r->scan.cursor = 0;
	r->restart = false;
	ready = (struct drbd_resync_ready) {
		.has_disk = own_disk(pd->dev) >= DRBD_D_INCONSISTENT,
		.source_ahead = r->stop,
		.unsuccessful = r->unsuccessful,
		.outstanding = r->outstanding,
	};
	r->turn_due = jiffies + msecs_to_jiffies(DRBD_RESYNC_TURN_MS);
	drbd_resync_kick(pd, DRBD_RESYNC_TURN_MS);
	wait = being_filled(pd->dev);
	spin_unlock_irq(&pd->dev->res->st.lock);
	if (wait || !pass_goes_on(pd, next_bit(pd, r->scan.cursor) != DRBD_BM_NONE) ||
	    drbd_resync_ready(&ready) != DRBD_RESYNC_GO)
		return;
	WRITE_ONCE(r->unsuccessful, false);
	blocks = number(pd);
	if (blocks)
		request_blocks(pd, blocks);
}

/**
 * drbd_rs_turn() - request some blocks, or find out that the resync is over
 * @pd: which peer, of which volume
 *
 * Context: the work of the resync.
 */
void drbd_rs_turn(struct drbd_peer_device *pd)
{
	struct drbd_device *dev = pd->dev;
	int slot = dev->uuids.slots[pd->conn->node_id].bitmap_index;

	if (slot < 0 || !drbd_volume_get_disk(dev))
		return;
	note_progress(pd);
	turn(pd);
	if (time_after(jiffies, pd->resync.written + 2 * HZ)) {
		pd->resync.written = jiffies;
		drbd_bitmap_write(dev);
	}
	drbd_volume_put_disk(dev);
}
