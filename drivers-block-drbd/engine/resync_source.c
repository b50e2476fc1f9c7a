// SPDX-License-Identifier: GPL-2.0-only
/*
 * Resync as source: what the target asks for is read, sent, and locked until it is written
 *
 * Source: spec/resync.md 4.4.
 */

#include "packets.h"
#include "payload.h"
#include "receiver.h"
#include "resync_io.h"
#include "volume.h"

#define PROTO_OWN_IDS	122

static int source_event(struct drbd_rs *rs, enum drbd_rs_event event);

static struct drbd_rs_source source_ctx(struct drbd_rs *rs)
{
	struct drbd_peer_device *pd = rs->pd;
	struct drbd_resource *res = pd->dev->res;
	const struct drbd_state *s = &res->st.s;
	int c = drbd_states_conn(&res->st, pd->conn->node_id);
	int d = drbd_states_dev(&res->st, pd->dev->volume);
	struct drbd_rs_source source = {
		.protocol = pd->conn->link.version,
		.repl = DRBD_R_OFF,
		.dagtags = pd->conn->link.features & DRBD_FF_RESYNC_DAGTAG,
	};

	if (c < 0 || d < 0)
		return source;
	source.repl = drbd_state_pd(s, d, c)->old.repl;
	source.peer_disk = drbd_state_pd(s, d, c)->old.disk;
	source.disk = s->dev[d].old.disk;
	source.connected = pd->conn->out.up && s->conn[c].old.cstate == DRBD_C_CONNECTED;
	source.wait_dagtag = drbd_rs_dagtag_waits(res, &rs->want);
	/* Older peers lock extents of 128 MiB of the activity log against resync. */
	source.al_active = !source.dagtags &&
		drbd_extents_active(pd->dev, round_down(rs->iv.first, (u64)SZ_128M >> SECTOR_SHIFT),
				    SZ_128M);
	return source;
}

static void source_unblocked(struct drbd_interval *iv)
{
	source_event(container_of(iv, struct drbd_rs, iv), DRBD_RS_FREE);
}

static void source_lock(struct drbd_rs *rs)
{
	drbd_interval_insert(rs->pd->dev, &rs->iv);
	if (!drbd_interval_blocked(rs->pd->dev, &rs->iv))
		source_event(rs, DRBD_RS_FREE);
}

static void has_read(struct drbd_rs *rs, bool ok)
{
	struct drbd_states *st = &rs->pd->dev->res->st;
	struct bio *bio = NULL;
	unsigned long irq;
	int actions;

	spin_lock_irqsave(&st->lock, irq);
	actions = source_event(rs, ok ? DRBD_RS_READ_OK : DRBD_RS_READ_FAILED);
	if (!(actions & DRBD_RS_SEND))
		swap(bio, rs->bio);
	drbd_rs_put(rs);
	spin_unlock_irqrestore(&st->lock, irq);
	if (bio)
		drbd_payload_free(bio);
}

static void read_done(struct bio *bio)
{
	struct drbd_rs *rs = bio->bi_private;
	struct drbd_device *dev = rs->pd->dev;
	bool ok = !bio->bi_status;

	if (!ok)
		drbd_err(dev->res, "volume %d: cannot read for a resync at sector %llu: %d\n",
			 dev->volume, rs->iv.first, blk_status_to_errno(bio->bi_status));
	has_read(rs, ok);
	if (!ok)
		drbd_rs_disk_error(dev);
	drbd_volume_put_disk(dev);
}

static void submit_read(struct drbd_rs *rs)
{
	rs->bio = drbd_payload_alloc(rs->bytes);
	if (!drbd_rs_submit(rs, REQ_OP_READ, read_done))
		has_read(rs, false);
}

static void source_read(struct drbd_rs *rs)
{
	drbd_interval_advance(rs->pd->dev, &rs->iv, DRBD_INTERVAL_SUBMITTED);
	drbd_rs_work(rs, submit_read);
}

static int send_data(struct drbd_connection *conn, struct drbd_job *job, bool cancel)
{
	struct drbd_rs *rs = container_of(job, struct drbd_rs, job);
	const union drbd_wire_body body = {
		.data = { .sector = rs->iv.first, .block_id = rs->iv.id },
	};
	struct bio *bio = rs->bio;
	int rv = 0;

	drbd_payload_rewind(bio, rs->iv.first, rs->bytes);
	if (!cancel)
		rv = drbd_send_block(conn, DRBD_P_RS_DATA_REPLY, rs->pd->dev->volume, &body, bio,
				     rs->bytes, true);
	rs->bio = NULL;
	drbd_payload_free(bio);
	spin_lock_irq(&conn->res->st.lock);
	source_event(rs, DRBD_RS_SENDING_OVER);
	drbd_rs_put(rs);
	spin_unlock_irq(&conn->res->st.lock);
	return rv;
}

static void source_send(struct drbd_rs *rs)
{
	rs->job.run = send_data;
	rs->pd->resync.in_flight += rs->bytes >> SECTOR_SHIFT;
	if (drbd_sender_queue(rs->pd->conn, &rs->job))
		rs->refs++;
	else
		source_event(rs, DRBD_RS_SENDING_OVER);
}

static void park(struct drbd_rs *rs)
{
	if (list_empty(&rs->parked))
		list_add_tail(&rs->parked, &rs->pd->dev->res->parked);
}

static void note_progress(struct drbd_peer_device *pd)
{
	struct drbd_resync *r = &pd->resync;
	u64 left = drbd_progress_left(&r->progress, drbd_volume_out_of_sync(pd->dev,
									    pd->conn->node_id));

	drbd_progress_note(&r->progress, left, drbd_resync_now_ms());
	if (time_after(jiffies, r->written + 2 * HZ))
		drbd_resync_kick(pd, 0);
}

static void change_bits(struct drbd_rs *rs, int actions)
{
	struct drbd_peer_device *pd = rs->pd;
	struct drbd_resync *r = &pd->resync;
	u32 sectors = rs->bytes >> SECTOR_SHIFT;

	if (actions & DRBD_RS_ANSWERED)
		r->in_flight -= min(r->in_flight, sectors);
	if (actions & DRBD_RS_CLEAR)
		drbd_bits_peer(pd->dev, pd->conn->node_id, rs->iv.first, rs->bytes, false);
	if (actions & DRBD_RS_FAILED)
		r->failed += drbd_rs_bits(rs);
	if (actions & DRBD_RS_ANSWERED)
		note_progress(pd);
}

static void release(struct drbd_rs *rs)
{
	drbd_interval_remove(rs->pd->dev, &rs->iv);
	list_del_init(&rs->entry);
	list_del_init(&rs->parked);
	drbd_rs_put(rs);
}

/* At most one of the actions leads to another event. */
static void act(struct drbd_rs *rs, int actions)
{
	change_bits(rs, actions);
	if (actions & DRBD_RS_SEND_NEG)
		drbd_rs_ack(rs, DRBD_P_NEG_RS_DREPLY);
	if (actions & DRBD_RS_SEND_CANCEL)
		drbd_rs_ack(rs, DRBD_P_RS_CANCEL);
	if (actions & DRBD_RS_SEND_AHEAD)
		drbd_rs_ack(rs, DRBD_P_RS_CANCEL_AHEAD);
	if (actions & DRBD_RS_PARK)
		park(rs);
	if (actions & DRBD_RS_LOCK)
		source_lock(rs);
	else if (actions & DRBD_RS_READ)
		source_read(rs);
	else if (actions & DRBD_RS_SEND)
		source_send(rs);
	if (actions & DRBD_RS_RELEASE)
		release(rs);
}

/* Locked. With DRBD_RS_RELEASE in the result the request may be gone. */
static int source_event(struct drbd_rs *rs, enum drbd_rs_event event)
{
	struct drbd_rs_source ctx = source_ctx(rs);
	int actions = drbd_rs_source_event(&rs->r, event, &ctx);

	if (actions > 0)
		act(rs, actions);
	return actions;
}

/**
 * drbd_rs_source_lost() - the connection of a request is lost
 * @rs: the request, locked
 */
void drbd_rs_source_lost(struct drbd_rs *rs)
{
	source_event(rs, DRBD_RS_LOST);
}

static int bad_request(struct drbd_peer_device *pd, struct drbd_packet *p)
{
	drbd_err(pd->dev->res, "peer %d: %s: sector %llu, %u bytes: outside of volume %d\n",
		 pd->conn->node_id, p->kind->name, p->body.block.sector, p->body.block.blksize,
		 pd->dev->volume);
	return -EPROTO;
}

/**
 * drbd_rs_got_request() - the target asks for a block
 * @pd: which peer, of which volume
 * @p: the packet
 *
 * Context: the receiver.
 *
 * Return: 0, or a negative errno for the reason to drop the connection.
 */
int drbd_rs_got_request(struct drbd_peer_device *pd, struct drbd_packet *p)
{
	const struct drbd_wire_block *b = &p->body.block;
	struct drbd_resource *res = pd->dev->res;
	struct drbd_rs_source ctx;
	struct drbd_rs *rs;
	int actions;

	if (drbd_rs_source_check(b->sector, b->blksize, get_capacity(pd->dev->disk)))
		return bad_request(pd, p);
	rs = drbd_rs_alloc(GFP_NOIO);
	spin_lock_irq(&res->st.lock);
	drbd_rs_add(rs, pd, false, b->sector, b->blksize,
		    pd->conn->link.version >= PROTO_OWN_IDS ? b->block_id : DRBD_WIRE_ID_SYNCER);
	rs->iv.unblocked = source_unblocked;
	rs->want = (struct drbd_resync_dagtag) {
		.node = b->dagtag ? b->dagtag_node_id : DRBD_NO_NODE, .dagtag = b->dagtag,
	};
	ctx = source_ctx(rs);
	actions = drbd_rs_source_accept(&rs->r, &ctx);
	act(rs, actions);
	spin_unlock_irq(&res->st.lock);
	return 0;
}

/**
 * drbd_rs_got_ack() - the target has written a block, or failed to
 * @pd: which peer, of which volume; locked
 * @event: what it is
 * @b: the packet
 *
 * Context: softirq.
 *
 * Return: 0, or -EPROTO.
 */
int drbd_rs_got_ack(struct drbd_peer_device *pd, enum drbd_rs_event event,
		    const struct drbd_wire_block *b)
{
	u64 id = pd->conn->link.version >= PROTO_OWN_IDS ? b->block_id : DRBD_WIRE_ID_SYNCER;
	struct drbd_rs *rs = drbd_rs_find(pd, false, b->sector, b->blksize, id);

	if (rs && source_event(rs, event) >= 0)
		return 0;
	drbd_err(pd->dev->res, "peer %d: ack for sector %llu, which was not sent\n",
		 pd->conn->node_id, b->sector);
	return -EPROTO;
}

/**
 * drbd_resync_dagtag() - the position in the stream of a node has advanced
 * @res: the resource, locked
 * @node: the node
 *
 * To be called when the interval of the write is in the tree.
 *
 * Context: any.
 */
void drbd_resync_dagtag(struct drbd_resource *res, int node)
{
	struct drbd_rs *rs, *next;
	LIST_HEAD(free);

	list_for_each_entry_safe(rs, next, &res->parked, parked) {
		if (rs->want.node == node && !drbd_rs_dagtag_waits(res, &rs->want))
			list_move_tail(&rs->parked, &free);
	}
	while ((rs = list_first_entry_or_null(&free, struct drbd_rs, parked))) {
		list_del_init(&rs->parked);
		source_event(rs, DRBD_RS_FREE);
	}
}

/**
 * drbd_rs_dagtag_lost() - a node whose writes were waited for is gone
 * @res: the resource, locked
 * @node: the node
 */
void drbd_rs_dagtag_lost(struct drbd_resource *res, int node)
{
	struct drbd_rs *rs, *next;
	LIST_HEAD(free);

	list_for_each_entry_safe(rs, next, &res->parked, parked) {
		if (rs->want.node == node)
			list_move_tail(&rs->parked, &free);
	}
	while ((rs = list_first_entry_or_null(&free, struct drbd_rs, parked))) {
		list_del_init(&rs->parked);
		source_event(rs, DRBD_RS_DAGTAG_LOST);
	}
}
