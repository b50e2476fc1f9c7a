// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data side of a simulated node: reads
 */

#include "sim_data.h"

static bool readable(struct sim_node *n, const struct sim_req *q)
{
	struct sim_data *d = n->data;
	struct drbd_read_local local = { .disk = sim_own_disk(n) };
	u32 slots = 0;
	int i;

	if (!q->local || !d->attached)
		return false;
	sim_slots(n);
	for (i = 0; i < SIM_BM_SLOTS; i++) {
		if (d->slot_node[i] == DRBD_NO_NODE)
			continue;
		local.slots++;
		slots |= BIT(i);
	}
	local.any_bit = drbd_bm_dirty_slots(&d->bm, slots, (struct drbd_bm_range) {
					    q->bio.block, q->bio.block + 1 });
	return drbd_read_locally(&local);
}

static int candidate(struct sim_node *n)
{
	struct sim_data *d = n->data;
	struct drbd_read_peers peers = {};
	u64 mask = 0;
	int peer;

	for (peer = -1; sim_next_peer(n, &peer);)
		if (sim_pd(n, 0, peer)->new.disk == DRBD_D_UP_TO_DATE && sim_connected(n, peer) &&
		    !d->peer[peer].down)
			mask |= drbd_node_mask(peer);
	if (n->sim->cfg.protocol == 'C')
		peers.c = mask;
	else if (n->sim->cfg.protocol == 'B')
		peers.b = mask;
	else
		peers.a = mask;
	return drbd_read_candidate(&peers, &d->read_left);
}

/**
 * sim_read_start() - a read is admitted
 * @n: the node
 * @q: the request
 */
void sim_read_start(struct sim_node *n, struct sim_req *q)
{
	struct sim_data *d = n->data;
	int peer = candidate(n);
	struct drbd_read_choice choice = {
		.local = readable(n, q),
		.candidate = peer != DRBD_NO_NODE,
		.policy = sim_rand(n->sim, 4) ? DRBD_READ_PREFER_LOCAL : DRBD_READ_ROUND_ROBIN,
		.sector = sim_block_sector(q->bio.block),
	};

	drbd_request_init(&q->r, 0, SIM_BLOCK_BYTES);
	q->ready = true;
	q->epoch = d->epoch.nr;
	switch (drbd_read_choose(&choice, &d->read_toggle)) {
	case DRBD_READ_FAIL:
		q->r.error = -EIO;
		sim_req_event(n, q, DRBD_REQ_EV_SUBMITTED, DRBD_NO_NODE, false);
		break;
	case DRBD_READ_LOCAL:
		sim_req_append(n, q);
		sim_req_event(n, q, DRBD_REQ_EV_LOCAL_SUBMIT, DRBD_NO_NODE, false);
		sim_req_event(n, q, DRBD_REQ_EV_SUBMITTED, DRBD_NO_NODE, false);
		d->io++;
		sim_disk_read(n, 0, q->bio.block, sim_cookie(SIM_IO_REQ, d, q - d->req));
		break;
	case DRBD_READ_REMOTE:
		sim_req_append(n, q);
		sim_req_event(n, q, DRBD_REQ_EV_NET_READ, peer, false);
		sim_req_event(n, q, DRBD_REQ_EV_READY, peer, false);
		sim_req_event(n, q, DRBD_REQ_EV_SUBMITTED, DRBD_NO_NODE, false);
		break;
	}
}

static void send_neg(struct sim_node *n, int peer, u64 sector, u64 id)
{
	struct sim_msg *msg = sim_msg(n, DRBD_P_NEG_DREPLY, 0);

	msg->body.block.sector = sector;
	msg->body.block.block_id = id;
	msg->body.block.blksize = SIM_BLOCK_BYTES;
	sim_send(n, peer, SIM_CONTROL, msg);
}

static bool serve(struct sim_node *n, int from, const struct sim_msg *msg)
{
	struct sim_data *d = n->data;
	int i;

	if (!d->attached || sim_own_disk(n) != DRBD_D_UP_TO_DATE) {
		send_neg(n, from, msg->body.block.sector, msg->body.block.block_id);
		return true;
	}
	for (i = 0; i < SIM_SERVES; i++) {
		struct sim_serve *s = &d->serve[i];

		if (s->used)
			continue;
		*s = (struct sim_serve) {
			.used = true, .peer = from, .id = msg->body.block.block_id,
			.block = msg->body.block.sector / SIM_BLOCK_SECT,
		};
		d->io++;
		sim_disk_read(n, 0, s->block, sim_cookie(SIM_IO_SERVE, d, i));
		return true;
	}
	return false;
}

/**
 * sim_serve_io() - the disk is through with a read for a peer
 * @n: the node
 * @index: of it
 * @content: that was read
 * @error: 0 or negative errno
 */
void sim_serve_io(struct sim_node *n, unsigned int index, u32 content, int error)
{
	struct sim_serve *s = &n->data->serve[index];
	u64 sector = sim_block_sector(s->block);
	int peer = s->peer;
	struct sim_msg *msg;

	s->used = false;
	if (error)
		sim_disk_error(n, 0, false);
	/* A later connection does not know it. */
	if (peer < 0 || !sim_connected(n, peer) || n->data->peer[peer].down)
		return;
	if (error) {
		send_neg(n, peer, sector, s->id);
		return;
	}
	msg = sim_msg(n, DRBD_P_DATA_REPLY, 0);
	msg->body.data.sector = sector;
	msg->body.data.block_id = s->id;
	msg->content = content;
	sim_send(n, peer, SIM_DATA, msg);
}

/**
 * sim_read_deliver() - a packet of a read
 * @n: the node
 * @from: the sender
 * @msg: the packet
 * @taken: result: it is one
 *
 * Return: false if it has to be presented again.
 */
bool sim_read_deliver(struct sim_node *n, int from, struct sim_msg *msg, bool *taken)
{
	struct sim_req *q;

	*taken = true;
	switch (msg->cmd) {
	case DRBD_P_DATA_REQUEST:
		return serve(n, from, msg);
	case DRBD_P_DATA_REPLY:
		q = sim_req_of(n, msg->body.data.block_id, msg->body.data.sector);
		if (!q) {
			sim_protocol_error(n, from, "answer to an unknown read");
			return true;
		}
		q->content = msg->content;
		sim_req_event(n, q, DRBD_REQ_EV_DATA_RECEIVED, from, false);
		return true;
	case DRBD_P_NEG_DREPLY:
		q = sim_req_of(n, msg->body.block.block_id, msg->body.block.sector);
		if (!q) {
			sim_protocol_error(n, from, "answer to an unknown read");
			return true;
		}
		sim_req_event(n, q, DRBD_REQ_EV_NEG_ACK, from, false);
		return true;
	default:
		*taken = false;
		return true;
	}
}
