// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data side of a simulated node: intervals, and the loop
 *
 * The real engine has threads and work queues that wake each other. Here each entry
 * point changes what it has to, and then lets one loop do all that can be done:
 * requests that waited for a conflict, for the activity log or before the gate,
 * and what senders may send. What takes time are the disks, the network and timers.
 */

#include <linux/slab.h>

#include "../core/conn_lost.h"
#include "sim_data.h"

/**
 * sim_data_new() - memory for the data side of a node
 * @n: the node
 *
 * Return: the data side, or NULL.
 */
struct sim_data *sim_data_new(struct sim_node *n)
{
	struct sim_data *d = kvzalloc(sizeof(*d), GFP_KERNEL);

	if (!d)
		return NULL;
	d->n = n;
	d->page = kvzalloc(DRBD_BM_PAGE_SIZE, GFP_KERNEL);
	d->al_memory = kvzalloc(drbd_al_memory(SIM_AL_SLOTS), GFP_KERNEL);
	d->packet = kvzalloc(DRBD_BM_PACKET_MAX, GFP_KERNEL);
	if (!d->page || !d->al_memory || !d->packet) {
		sim_data_free(d);
		return NULL;
	}
	d->pages[0] = d->page;
	return d;
}

/**
 * sim_data_free() - free it
 * @d: of sim_data_new(), or NULL
 */
void sim_data_free(struct sim_data *d)
{
	if (!d)
		return;
	kvfree(d->page);
	kvfree(d->al_memory);
	kvfree(d->packet);
	kvfree(d);
}

static void peer_reset(struct sim_dpeer *p)
{
	memset(p, 0, sizeof(*p));
	INIT_LIST_HEAD(&p->order);
}

/**
 * sim_data_reset() - forget everything in memory
 * @n: a node that boots, or has crashed
 */
void sim_data_reset(struct sim_node *n)
{
	struct sim_data *d = n->data;
	__le32 *page = d->page;
	void *al_memory = d->al_memory;
	u8 *packet = d->packet;
	u32 al_epoch = d->al_epoch;
	int i;

	memset(d, 0, sizeof(*d));
	d->n = n;
	d->page = page;
	d->pages[0] = page;
	d->al_memory = al_memory;
	d->packet = packet;
	/* I/O of former lives has other cookies. */
	d->al_epoch = al_epoch + 1;
	d->order = DRBD_ORDER_FLUSH;
	INIT_LIST_HEAD(&d->al_wait);
	INIT_LIST_HEAD(&d->al_wait_peer);
	INIT_LIST_HEAD(&d->gate);
	INIT_LIST_HEAD(&d->parked);
	INIT_LIST_HEAD(&d->log);
	for (i = 0; i < SIM_BLOCKS; i++)
		INIT_LIST_HEAD(&d->tree[i]);
	for (i = 0; i < SIM_NODES; i++)
		peer_reset(&d->peer[i]);
}

/* ---- intervals ---- */

/**
 * sim_iv_blocker() - what an interval has to wait for
 * @n: the node
 * @iv: the interval
 * @send_only: for a resync request: whether it may be sent
 *
 * Return: one that it has to wait for, or NULL.
 */
struct sim_iv *sim_iv_blocker(struct sim_node *n, struct sim_iv *iv, bool send_only)
{
	struct sim_iv *old;

	list_for_each_entry(old, &n->data->tree[iv->block], entry) {
		if (old == iv)
			continue;
		switch (drbd_conflict(&iv->st, &old->st, send_only)) {
		case DRBD_CONFLICT_NONE:
			break;
		case DRBD_CONFLICT_MARK:
			old->conflict = true;
			break;
		case DRBD_CONFLICT_WAIT:
			return old;
		}
	}
	return NULL;
}

/**
 * sim_iv_insert() - put an interval into the tree
 * @n: the node
 * @iv: the interval; nothing happens if it is there
 */
void sim_iv_insert(struct sim_node *n, struct sim_iv *iv)
{
	if (iv->in_tree)
		return;
	iv->in_tree = true;
	list_add_tail(&iv->entry, &n->data->tree[iv->block]);
}

/* Others may go on now. */
static void release(struct sim_node *n, const struct sim_iv *iv)
{
	n->data->recheck |= BIT(iv->block);
	n->data->again = true;
}

/**
 * sim_iv_remove() - take an interval out of the tree
 * @n: the node
 * @iv: the interval; nothing happens if it is not there
 */
void sim_iv_remove(struct sim_node *n, struct sim_iv *iv)
{
	if (!iv->in_tree)
		return;
	list_del(&iv->entry);
	iv->in_tree = false;
	iv->waiting = false;
	release(n, iv);
}

/**
 * sim_iv_flags() - an interval gets further
 * @n: the node
 * @iv: the interval
 * @flags: &enum drbd_interval_flags to add
 */
void sim_iv_flags(struct sim_node *n, struct sim_iv *iv, u32 flags)
{
	iv->st.flags |= flags;
	if (flags & (DRBD_INTERVAL_BACKING_COMPLETED | DRBD_INTERVAL_COMPLETED))
		release(n, iv);
}

static void unblocked(struct sim_node *n, struct sim_iv *iv)
{
	struct sim_data *d = n->data;

	switch (iv->owner) {
	case SIM_OWN_REQ:
		sim_req_unblocked(n, &d->req[iv->index]);
		break;
	case SIM_OWN_PREQ:
		sim_preq_unblocked(n, &d->preq[iv->index]);
		break;
	case SIM_OWN_RS:
		sim_rs_unblocked(n, &d->rs[iv->index]);
		break;
	case SIM_OWN_OV:
		break;
	}
}

/* The conflict work queue: each one that waited looks again. */
static void run_conflicts(struct sim_node *n)
{
	struct sim_data *d = n->data;

	while (d->recheck) {
		u32 block = __ffs(d->recheck);
		struct sim_iv *iv, *found = NULL;
		bool send_only;

		list_for_each_entry(iv, &d->tree[block], entry) {
			send_only = iv->owner == SIM_OWN_RS && d->rs[iv->index].target &&
				    d->rs[iv->index].r.state == DRBD_RS_WAITING;
			if (iv->waiting && !sim_iv_blocker(n, iv, send_only)) {
				found = iv;
				break;
			}
		}
		if (!found) {
			d->recheck &= ~BIT(block);
			continue;
		}
		found->waiting = false;
		unblocked(n, found);
	}
}

/* ---- the loop ---- */

/**
 * sim_data_run() - do all that can be done
 * @n: the node
 */
void sim_data_run(struct sim_node *n)
{
	struct sim_data *d = n->data;
	unsigned int turns = 0;

	d->again = true;
	if (d->busy)
		return;
	d->busy++;
	while (d->again && n->up && !n->sim->failed) {
		d->again = false;
		run_conflicts(n);
		sim_al_run(n);
		sim_gate_run(n);
		sim_senders_run(n);
		sim_resync_run(n);
		if (++turns > 1000)
			sim_fail(n->sim, "node %d: data side does not come to rest", n->id);
	}
	d->busy--;
	sim_net_release(n);
}

static void settle(struct sim_data *d, int peer)
{
	d->crash_owed &= ~drbd_node_mask(peer);
	d->orphaned &= ~drbd_node_mask(peer);
	d->synced &= ~drbd_node_mask(peer);
}

/**
 * sim_data_published() - the state has changed
 * @n: the node
 */
void sim_data_published(struct sim_node *n)
{
	int peer;

	for (peer = -1; sim_next_peer(n, &peer);) {
		const struct drbd_pd_vals *pd = &sim_pd(n, 0, peer)->old;

		if (n->dev[0].old.disk == DRBD_D_UP_TO_DATE && pd->disk == DRBD_D_UP_TO_DATE &&
		    pd->repl == DRBD_R_ESTABLISHED)
			settle(n->data, peer);
	}
	sim_confirm_check(n);
	sim_flush_answer(n);
	sim_data_run(n);
}

/**
 * sim_data_crash_owed() - may a peer differ since this node crashed as a Primary?
 * @n: the node
 * @peer: the peer
 *
 * The flag of the device is gone when the first peer is in sync; but what was in
 * flight at the crash may be missing on the others as well.
 *
 * Return: whether it may.
 */
bool sim_data_crash_owed(struct sim_node *n, int peer)
{
	return n->data->crash_owed & drbd_node_mask(peer);
}

/**
 * sim_data_synced() - was this node synced since it was connected to a peer?
 * @n: the node
 * @peer: the peer
 *
 * Return: whether it was.
 */
bool sim_data_synced(struct sim_node *n, int peer)
{
	return n->data->synced & drbd_node_mask(peer);
}

/**
 * sim_data_orphaned() - did this node get writes of a lost Primary that a peer may miss?
 * @n: the node
 * @peer: the peer
 *
 * Return: whether it did.
 */
bool sim_data_orphaned(struct sim_node *n, int peer)
{
	return n->data->orphaned & drbd_node_mask(peer);
}

/**
 * sim_data_owed() - who may miss what this node alone knows of
 * @n: the node
 *
 * Return: mask of nodes.
 */
u64 sim_data_owed(struct sim_node *n)
{
	return n->data->crash_owed | n->data->orphaned | n->data->synced;
}

/**
 * sim_data_disk_done() - a disk has completed a request
 * @n: the node
 * @v: the volume
 * @cookie: of the request
 * @content: that was read
 * @error: 0 or negative errno
 */
void sim_data_disk_done(struct sim_node *n, int v, u64 cookie, u32 content, int error)
{
	struct sim_data *d = n->data;
	unsigned int index = cookie & 0xffff;
	enum sim_io io = cookie >> 56;

	if (!n->up)
		return;
	d->busy++;
	d->io--;
	switch (io) {
	case SIM_IO_REQ:
	case SIM_IO_REQ_FLUSH:
		sim_req_io(n, io, index, content, error);
		break;
	case SIM_IO_PREQ:
	case SIM_IO_PREQ_FLUSH:
	case SIM_IO_EPOCH:
	case SIM_IO_CONFIRM:
		sim_preq_io(n, io, index, error);
		break;
	case SIM_IO_RS:
		sim_rs_io(n, index, content, error);
		break;
	case SIM_IO_OV:
		sim_ov_io(n, index, content, error);
		break;
	case SIM_IO_SERVE:
		sim_serve_io(n, index, content, error);
		break;
	}
	d->busy--;
	sim_data_run(n);
}

/**
 * sim_data_disk_busy() - is local I/O in flight?
 * @n: the node
 * @v: the volume
 *
 * Return: whether it is.
 */
bool sim_data_disk_busy(struct sim_node *n, int v)
{
	return n->data->io;
}

/**
 * sim_data_timer() - a timer of the data side has expired
 * @n: the node
 * @timer: SIM_T_DATA or SIM_T_PEER_ACK
 */
void sim_data_timer(struct sim_node *n, unsigned int timer)
{
	struct sim_data *d = n->data;

	d->busy++;
	if (timer == SIM_T_PEER_ACK)
		sim_peer_ack_flush(n);
	else if (timer == SIM_T_DATA)
		sim_resync_timer(n);
	d->busy--;
	sim_data_run(n);
}

/**
 * sim_data_deliver() - a packet for the data side
 * @n: the node
 * @from: the sender
 * @msg: the packet
 *
 * Return: false if it has to be presented again.
 */
bool sim_data_deliver(struct sim_node *n, int from, struct sim_msg *msg)
{
	struct sim_data *d = n->data;
	bool taken = false, done;

	/* The Primary is Connected, and its COMMIT is on its way in the other stream. */
	if (msg->cmd == DRBD_P_FLUSH_FORWARD && !sim_connected(n, from) &&
	    drbd_twopc_connects(&n->tp, from))
		return false;
	/* What is behind the end of a connection is nobody's. */
	if (!sim_connected(n, from) || d->peer[from].down)
		return true;
	d->busy++;
	done = sim_peer_deliver(n, from, msg, &taken);
	if (!taken)
		done = sim_resync_deliver(n, from, msg, &taken);
	if (!taken)
		done = sim_ov_deliver(n, from, msg, &taken);
	if (!taken)
		done = sim_read_deliver(n, from, msg, &taken);
	if (!taken)
		done = sim_write_deliver(n, from, msg);
	d->busy--;
	sim_data_run(n);
	return done;
}

/**
 * sim_protocol_error() - a peer sent what it must not send
 * @n: the node
 * @peer: the peer
 * @what: what is wrong
 *
 * All nodes run the same code, so this is a fault of it; with one exception: two
 * Primaries that write to the same block.
 */
void sim_protocol_error(struct sim_node *n, int peer, const char *what)
{
	sim_trace(n->sim, "%d: protocol error of %d: %s", n->id, peer, what);
	if (!n->sim->cfg.two_primaries)
		sim_fail(n->sim, "node %d: protocol error of %d: %s", n->id, peer, what);
	sim_conn_lose(n, peer, DRBD_C_PROTOCOL_ERROR);
}

/**
 * sim_data_connected() - peers to which something may be sent
 * @n: the node
 *
 * Return: mask of them.
 */
u64 sim_data_connected(struct sim_node *n)
{
	u64 mask = 0;
	int peer;

	for (peer = -1; sim_next_peer(n, &peer);)
		if (sim_connected(n, peer) && !n->data->peer[peer].down)
			mask |= drbd_node_mask(peer);
	return mask;
}

/**
 * sim_sync_targets() - peers that are synced from here
 * @n: the node
 *
 * Return: mask of them.
 */
u64 sim_sync_targets(struct sim_node *n)
{
	u64 mask = 0;
	int peer;

	for (peer = -1; sim_next_peer(n, &peer);) {
		switch (sim_repl(n, peer)) {
		case DRBD_R_SYNC_SOURCE:
		case DRBD_R_PAUSED_SYNC_S:
		case DRBD_R_WF_BITMAP_S:
			mask |= drbd_node_mask(peer);
			break;
		default:
			break;
		}
	}
	return mask;
}

/**
 * sim_send_out_of_sync() - send P_OUT_OF_SYNC
 * @n: the node
 * @peer: to whom
 * @block: of which block
 */
void sim_send_out_of_sync(struct sim_node *n, int peer, u32 block)
{
	struct sim_msg *msg = sim_msg(n, DRBD_P_OUT_OF_SYNC, 0);

	msg->body.block.sector = sim_block_sector(block);
	msg->body.block.blksize = SIM_BLOCK_BYTES;
	sim_send(n, peer, SIM_DATA, msg);
}

/* ---- connections ---- */

/**
 * sim_data_conn_up() - a connection is Connected
 * @n: the node
 * @peer: the peer
 */
void sim_data_conn_up(struct sim_node *n, int peer)
{
	struct sim_dpeer *p = &n->data->peer[peer];

	p->down = false;
	p->in_flight = 0;
	p->seq = 0;
	drbd_flush_came(&n->data->rounds, peer);
}

static void stop(struct sim_node *n, int peer)
{
	struct sim_data *d = n->data;
	int i;

	d->peer[peer].down = true;
	sim_senders_cancel(n, peer);
	sim_resync_down(n, peer);
	sim_ov_end(n, peer);
	sim_ov_dagtag(n, peer, true);
	sim_peer_down(n, peer);
	for (i = 0; i < SIM_SERVES; i++)
		if (d->serve[i].peer == peer)
			d->serve[i].peer = DRBD_NO_NODE;
}

/**
 * sim_data_conn_stop() - the cleanup of a connection begins
 * @n: the node
 * @peer: the peer
 */
void sim_data_conn_stop(struct sim_node *n, int peer)
{
	struct sim_data *d = n->data;

	if (d->peer[peer].down)
		return;
	d->busy++;
	stop(n, peer);
	d->busy--;
	sim_data_run(n);
}

/**
 * sim_data_conn_drained() - is all activity of a connection over?
 * @n: the node
 * @peer: the peer
 *
 * Return: whether it is.
 */
bool sim_data_conn_drained(struct sim_node *n, int peer)
{
	struct sim_dpeer *p = &n->data->peer[peer];

	return !p->active && p->barrier != 1 && p->confirm != 1 && !sim_resync_busy(n, peer) &&
	       !sim_ov_busy(n, peer);
}

/**
 * sim_data_conn_lost() - the cleanup goes on, all activity is over
 * @n: the node
 * @peer: the peer
 */
void sim_data_conn_lost(struct sim_node *n, int peer)
{
	struct sim_data *d = n->data;
	struct sim_dpeer *p = &d->peer[peer];
	struct drbd_dagtag_received rcv;

	d->busy++;
	if (!p->down)
		stop(n, peer);
	sim_log_walk(n, drbd_lost_walk_event(drbd_state_suspended(&n->s, DRBD_NEW)), peer);
	sim_peer_forget(n, peer);
	d->ack_sent &= ~drbd_node_mask(peer);
	rcv = p->rcv;
	drbd_dagtag_lost(&rcv);
	peer_reset(p);
	p->rcv = rcv;
	p->down = true;
	sim_bm_write(n, DRBD_BM_WRITE_CHANGED);
	d->busy--;
	sim_data_run(n);
}

/* ---- effects of state changes ---- */

/**
 * sim_data_stage() - do what belongs to a state change
 * @n: the node, with old and new state
 * @e: what to do
 */
void sim_data_stage(struct sim_node *n, const struct drbd_effect *e)
{
	struct sim_data *d = n->data;

	d->busy++;
	switch (e->kind) {
	case DRBD_DO_SEND_DAGTAG:
		d->peer[e->node_id].want_dagtag = true;
		break;
	case DRBD_DO_CLOSE_EPOCH:
		drbd_epoch_close(&d->epoch);
		break;
	case DRBD_DO_FLUSH_PEER_ACK:
		sim_peer_ack_flush(n);
		break;
	case DRBD_DO_WALK_RESEND:
		sim_log_walk(n, DRBD_REQ_EV_RESEND, e->node_id);
		break;
	case DRBD_DO_WALK_CANCEL:
		sim_log_walk(n, DRBD_REQ_EV_SUSPEND_CANCEL, e->node_id);
		break;
	case DRBD_DO_WALK_RESTART:
		sim_log_walk(n, DRBD_REQ_EV_COMPLETION_RESUME, DRBD_NO_NODE);
		while (!list_empty(&d->parked))
			list_move_tail(d->parked.next, &d->gate);
		break;
	case DRBD_DO_PEER_WRITES_OOS:
		sim_peer_writes_oos(n, e->node_id);
		break;
	default:
		sim_resync_stage(n, e);
	}
	d->busy--;
	d->again = true;
}

/**
 * sim_data_effect() - do what the worker has to do after a state change
 * @n: the node
 * @e: what to do
 * @snap: old and new state of that change
 */
void sim_data_effect(struct sim_node *n, const struct drbd_effect *e,
		     const struct drbd_state *snap)
{
	struct sim_data *d = n->data;

	d->busy++;
	switch (e->kind) {
	case DRBD_DO_WRITE_BITMAP:
	case DRBD_DO_WRITE_BITMAP_SLOT:
		sim_bm_write(n, DRBD_BM_WRITE_CHANGED);
		break;
	case DRBD_DO_ABORT_LOCAL_IO:
		break;
	default:
		sim_resync_effect(n, e);
	}
	d->busy--;
	sim_data_run(n);
}

/**
 * sim_data_peer_requests() - are writes of peers in flight?
 * @n: the node
 *
 * Return: whether there are any.
 */
bool sim_data_peer_requests(struct sim_node *n)
{
	int i;

	for (i = 0; i < SIM_NODES; i++)
		if (n->data->peer[i].active)
			return true;
	return false;
}

/**
 * sim_data_idle() - is there nothing to do?
 * @n: the node
 *
 * What waits for the end of a suspension does not count, nor does what waits for a
 * barrier that only comes with the next write.
 *
 * Return: whether there is nothing.
 */
bool sim_data_idle(const struct sim_node *n)
{
	const struct sim_data *d = n->data;
	int i;

	if (d->io || !list_empty(&d->al_wait) || !list_empty(&d->al_wait_peer) ||
	    d->n->timer[SIM_T_DATA] != SIM_NEVER || d->n->timer[SIM_T_PEER_ACK] != SIM_NEVER)
		return false;
	for (i = 0; i < SIM_RSS; i++)
		if (d->rs[i].used)
			return false;
	for (i = 0; i < SIM_NODES; i++)
		if (d->peer[i].active || d->peer[i].sync.start_side || d->peer[i].sync.finishing)
			return false;
	return true;
}
