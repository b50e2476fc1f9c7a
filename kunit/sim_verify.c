// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data side of a simulated node: online verify
 *
 * Both nodes read a block, and one of them compares. As there are no digests here,
 * the contents themselves travel.
 */

#include "../core/verify.h"
#include "sim_data.h"

#define TURN_BLOCKS	4

/* So that answers to what was given up are known from those to resync requests. */
#define ID_VERIFY	BIT_ULL(63)

static struct sim_ov *ov_alloc(struct sim_data *d)
{
	int i;

	for (i = 0; i < SIM_OVS; i++) {
		struct sim_ov *o = &d->ov[i];

		if (o->used)
			continue;
		memset(o, 0, sizeof(*o));
		o->used = true;
		o->iv.owner = SIM_OWN_OV;
		o->iv.index = i;
		return o;
	}
	return NULL;
}

static struct sim_ov *ov_find(struct sim_data *d, bool source, int peer, u64 id, u64 sector)
{
	int i;

	for (i = 0; i < SIM_OVS; i++) {
		struct sim_ov *o = &d->ov[i];

		if (o->used && o->source == source && o->peer == peer && o->id == id &&
		    sim_block_sector(o->iv.block) == sector)
			return o;
	}
	return NULL;
}

static void ov_free(struct sim_node *n, struct sim_ov *o)
{
	sim_iv_remove(n, &o->iv);
	o->used = false;
	n->data->again = true;
}

/* It never waits: what overlaps spoils the result. */
static void ov_insert(struct sim_node *n, struct sim_ov *o)
{
	o->iv.st = (struct drbd_interval_state) {
		.kind = DRBD_INTERVAL_VERIFY, .flags = DRBD_INTERVAL_SUBMITTED, .node = o->peer,
	};
	if (sim_iv_blocker(n, &o->iv, false))
		o->iv.conflict = true;
	sim_iv_insert(n, &o->iv);
}

static void send_block(struct sim_node *n, enum sim_stream stream, u16 cmd,
		       const struct sim_ov *o, u32 result)
{
	struct sim_msg *msg;

	if (n->data->peer[o->peer].down)
		return;
	msg = sim_msg(n, cmd, 0);
	msg->body.block.sector = sim_block_sector(o->iv.block);
	msg->body.block.block_id = o->id;
	msg->body.block.blksize = SIM_BLOCK_BYTES;
	msg->body.block.dagtag = o->want.dagtag;
	msg->body.block.dagtag_node_id = o->want.node;
	msg->body.block.result = result;
	msg->content = o->content;
	sim_send(n, o->peer, stream, msg);
}

static void finish_target(struct sim_node *n, int peer)
{
	sim_change_begin(n);
	sim_pd(n, 0, peer)->new.repl = DRBD_R_ESTABLISHED;
	sim_change_end(n, DRBD_CHG_LOCAL_ONLY);
}

static void result(struct sim_node *n, struct sim_ov *o, enum drbd_verify_result res)
{
	struct drbd_verify *v = &n->data->peer[o->peer].verify;
	struct drbd_verify_report report;
	bool source = o->source, over;
	int peer = o->peer;

	if (res == DRBD_VERIFY_OUT_OF_SYNC) {
		sim_trace(n->sim, "node %d: verify with %d: block %u differs", n->id, peer,
			  o->iv.block);
		sim_bits_peer(n, peer, o->iv.block, true);
	}
	over = drbd_verify_result(v, sim_block_sector(o->iv.block), SIM_BLOCK_BYTES, res, &report);
	ov_free(n, o);
	if (over && source && sim_repl(n, peer) == DRBD_R_VERIFY_S)
		sim_begin_finish(n, peer);
}

static void read_block(struct sim_node *n, struct sim_ov *o)
{
	struct sim_data *d = n->data;

	o->stage = SIM_OV_READING;
	d->io++;
	sim_disk_read(n, 0, o->iv.block, sim_cookie(SIM_IO_OV, d, o - d->ov));
}

static void skip_target(struct sim_node *n, struct sim_ov *o, u16 cmd)
{
	send_block(n, SIM_CONTROL, cmd, o, 0);
	result(n, o, DRBD_VERIFY_SKIP);
}

static void end_source(struct sim_node *n, struct sim_ov *o, enum drbd_verify_result res)
{
	send_block(n, SIM_CONTROL, DRBD_P_OV_RESULT_ID, o, res);
	result(n, o, res);
}

static void go_on(struct sim_node *n, struct sim_ov *o)
{
	bool has_disk = n->data->attached && sim_own_disk(n) >= DRBD_D_INCONSISTENT;

	if (sim_dagtag_waits(n, &o->want)) {
		o->stage = SIM_OV_PARKED;
		return;
	}
	if (!has_disk) {
		if (o->source)
			end_source(n, o, DRBD_VERIFY_SKIP);
		else
			skip_target(n, o, DRBD_P_RS_CANCEL);
		return;
	}
	if (!o->source)
		ov_insert(n, o);
	read_block(n, o);
}

static void got_request(struct sim_node *n, int from, const struct sim_msg *msg, struct sim_ov *o)
{
	struct sim_dpeer *p = &n->data->peer[from];

	o->peer = from;
	o->id = msg->body.block.block_id;
	o->iv.block = msg->body.block.sector / SIM_BLOCK_SECT;
	o->want.dagtag = msg->body.block.dagtag;
	o->want.node = msg->body.block.dagtag_node_id;
	if (!p->verify.capacity)
		drbd_verify_start(&p->verify, SIM_CAPACITY, SIM_BLOCK_SHIFT,
				  msg->body.block.sector);
	switch (drbd_verify_answer(n->data->attached ? sim_own_disk(n) : DRBD_D_DISKLESS,
				   sim_repl(n, from), false, SIM_PROTOCOL)) {
	case DRBD_VERIFY_ANSWER_DIGEST:
		go_on(n, o);
		break;
	case DRBD_VERIFY_ANSWER_CANCEL:
		skip_target(n, o, DRBD_P_RS_CANCEL);
		break;
	case DRBD_VERIFY_ANSWER_AHEAD:
		skip_target(n, o, DRBD_P_RS_CANCEL_AHEAD);
		break;
	}
}

/**
 * sim_ov_io() - the disk is through with a read
 * @n: the node
 * @index: of the block
 * @content: that was read
 * @error: 0 or negative errno
 */
void sim_ov_io(struct sim_node *n, unsigned int index, u32 content, int error)
{
	struct sim_ov *o = &n->data->ov[index];
	struct drbd_verify_compare compare = {
		.has_disk = n->data->attached, .conflict = o->iv.conflict, .dagtags = true,
		.read_failed = error, .digest_equal = content == o->content,
	};

	if (n->data->peer[o->peer].down || o->stage != SIM_OV_READING) {
		ov_free(n, o);
		return;
	}
	if (o->source) {
		end_source(n, o, drbd_verify_compare(&compare));
		return;
	}
	if (drbd_verify_answer(sim_own_disk(n), sim_repl(n, o->peer), o->iv.conflict,
			       SIM_PROTOCOL) != DRBD_VERIFY_ANSWER_DIGEST) {
		skip_target(n, o, DRBD_P_RS_CANCEL);
		return;
	}
	o->content = content;
	o->stage = SIM_OV_WAITING;
	if (sim_take_dagtag(n, &o->want))
		send_block(n, SIM_DATA, DRBD_P_OV_DAGTAG_REPLY, o, 0);
	else
		sim_conn_lose(n, o->peer, DRBD_C_DISCONNECTING);
}

/**
 * sim_ov_dagtag() - the position in the stream of a node has advanced, or it is gone
 * @n: the node
 * @node: the other one
 * @lost: it is gone
 */
void sim_ov_dagtag(struct sim_node *n, int node, bool lost)
{
	struct sim_data *d = n->data;
	int i;

	for (i = 0; i < SIM_OVS; i++) {
		struct sim_ov *o = &d->ov[i];

		if (!o->used || o->stage != SIM_OV_PARKED || o->want.node != node)
			continue;
		if (!lost)
			go_on(n, o);
		else if (o->source)
			end_source(n, o, DRBD_VERIFY_SKIP);
		else
			skip_target(n, o, DRBD_P_RS_CANCEL);
	}
}

/**
 * sim_ov_turn() - time for requests
 * @n: the node
 * @peer: the peer
 */
void sim_ov_turn(struct sim_node *n, int peer)
{
	struct sim_data *d = n->data;
	struct drbd_verify *v = &d->peer[peer].verify;
	int i;

	for (i = 0; i < TURN_BLOCKS; i++) {
		struct sim_ov *o;
		u64 sector;
		u32 size;

		if (sim_repl(n, peer) != DRBD_R_VERIFY_S || d->peer[peer].down)
			return;
		o = ov_alloc(d);
		if (!o)
			return;
		if (!drbd_verify_next(v, !i, &sector, &size)) {
			o->used = false;
			return;
		}
		o->source = true;
		o->peer = peer;
		o->id = ++d->serial | ID_VERIFY;
		o->iv.block = sector / SIM_BLOCK_SECT;
		ov_insert(n, o);
		o->stage = SIM_OV_WAITING;
		if (!sim_take_dagtag(n, &o->want)) {
			ov_free(n, o);
			sim_conn_lose(n, peer, DRBD_C_DISCONNECTING);
			return;
		}
		send_block(n, SIM_DATA, DRBD_P_OV_DAGTAG_REQ, o, 0);
	}
}

/**
 * sim_ov_start() - a verify begins
 * @n: the node
 * @peer: the peer
 * @source: this node compares
 */
void sim_ov_start(struct sim_node *n, int peer, bool source)
{
	struct drbd_verify *v = &n->data->peer[peer].verify;

	memset(v, 0, sizeof(*v));
	if (!source)
		return;
	drbd_verify_start(v, SIM_CAPACITY, SIM_BLOCK_SHIFT, 0);
	drbd_verify_start_source(v, DRBD_VERIFY_NO_STOP, SIM_PROTOCOL);
}

/**
 * sim_ov_end() - a verify is over, or aborted
 * @n: the node
 * @peer: the peer
 */
void sim_ov_end(struct sim_node *n, int peer)
{
	struct sim_data *d = n->data;
	int i;

	for (i = 0; i < SIM_OVS; i++) {
		struct sim_ov *o = &d->ov[i];

		if (!o->used || o->peer != peer)
			continue;
		/* Answers that are under way are about nothing then. */
		if (o->stage == SIM_OV_READING)
			o->stage = SIM_OV_GIVEN_UP;
		else
			ov_free(n, o);
	}
	memset(&d->peer[peer].verify, 0, sizeof(d->peer[peer].verify));
}

/**
 * sim_ov_busy() - are there reads at the disk?
 * @n: the node
 * @peer: for which peer
 *
 * Return: whether there are.
 */
bool sim_ov_busy(struct sim_node *n, int peer)
{
	int i;

	for (i = 0; i < SIM_OVS; i++)
		if (n->data->ov[i].used && n->data->ov[i].peer == peer)
			return true;
	return false;
}

/**
 * sim_ov_cancelled() - P_RS_CANCEL may be about a verify
 * @n: the node
 * @from: the sender
 * @msg: the packet
 *
 * Return: whether it was.
 */
bool sim_ov_cancelled(struct sim_node *n, int from, const struct sim_msg *msg)
{
	struct sim_ov *o = ov_find(n->data, true, from, msg->body.block.block_id,
				   msg->body.block.sector);

	if (o)
		result(n, o, DRBD_VERIFY_SKIP);
	return msg->body.block.block_id & ID_VERIFY;
}

/**
 * sim_ov_state() - a peer told its state
 * @n: the node
 * @peer: the peer
 * @reported: its replication state
 */
void sim_ov_state(struct sim_node *n, int peer, enum drbd_repl reported)
{
	if (sim_repl(n, peer) == DRBD_R_VERIFY_T && reported == DRBD_R_ESTABLISHED)
		finish_target(n, peer);
}

/**
 * sim_ov_deliver() - a packet of a verify
 * @n: the node
 * @from: the sender
 * @msg: the packet
 * @taken: result: it is one
 *
 * Return: false if it has to be presented again.
 */
bool sim_ov_deliver(struct sim_node *n, int from, struct sim_msg *msg, bool *taken)
{
	struct sim_data *d = n->data;
	struct sim_ov *o;

	*taken = true;
	switch (msg->cmd) {
	case DRBD_P_OV_DAGTAG_REQ:
		o = ov_alloc(d);
		if (!o)
			return false;
		got_request(n, from, msg, o);
		return true;
	case DRBD_P_OV_DAGTAG_REPLY:
		o = ov_find(d, true, from, msg->body.block.block_id, msg->body.block.sector);
		if (!o || o->stage != SIM_OV_WAITING)
			return true;
		o->content = msg->content;
		o->want.dagtag = msg->body.block.dagtag;
		o->want.node = msg->body.block.dagtag_node_id;
		go_on(n, o);
		return true;
	case DRBD_P_OV_RESULT_ID:
		o = ov_find(d, false, from, msg->body.block.block_id, msg->body.block.sector);
		if (o)
			result(n, o, msg->body.block.result);
		return true;
	default:
		*taken = false;
		return true;
	}
}
