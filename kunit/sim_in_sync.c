// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data side of a simulated node: P_PEERS_IN_SYNC, what third nodes learn of a resync
 */

#include "../core/peers_in_sync.h"
#include "../core/uuid_tell.h"
#include "sim_data.h"

static u32 first_block(const struct drbd_in_sync_range *range)
{
	return range->sector / SIM_BLOCK_SECT;
}

static u32 end_block(const struct drbd_in_sync_range *range)
{
	return (range->sector + range->sectors) / SIM_BLOCK_SECT;
}

/* The marker of the engine would meet something. */
static bool conflicts(struct sim_data *d, const struct drbd_in_sync_range *part)
{
	u32 block;

	for (block = first_block(part); block < end_block(part); block++)
		if (!list_empty(&d->tree[block]))
			return true;
	return false;
}

static bool al_active(struct sim_data *d, u32 extent)
{
	int i;

	for (i = 0; i < SIM_REQS; i++)
		if (d->req[i].used && d->req[i].ready && d->req[i].r.state & DRBD_REQ_IN_AL &&
		    d->req[i].iv.block / SIM_EXTENT_BLOCKS == extent)
			return true;
	for (i = 0; i < SIM_PREQS; i++)
		if (d->preq[i].used && d->preq[i].iv.block / SIM_EXTENT_BLOCKS == extent)
			return true;
	return false;
}

static bool out_of_sync(struct sim_node *n, int peer, const struct drbd_in_sync_range *range)
{
	const struct drbd_bm_range bits = { first_block(range), end_block(range) };

	return drbd_bm_count(&n->data->bm, sim_slot_of(n, peer), bits);
}

/* A function of its own for the environment's size on the stack. */
static noinline_for_stack u64 resolved_uuid(struct sim_node *n)
{
	struct drbd_uuid_env env;

	sim_uuid_env(n, 0, &env);
	return drbd_uuid_resolved(&n->vol[0].ids, &env, DRBD_NO_NODE, NULL);
}

static u64 nodes_in_sync(struct sim_node *n, int peer, const struct drbd_in_sync_range *part)
{
	struct sim_data *d = n->data;
	const struct drbd_in_sync_now now = {
		.conflict = conflicts(d, part),
		.al_active = al_active(d, first_block(part) / SIM_EXTENT_BLOCKS),
	};
	struct drbd_in_sync_peer peers[DRBD_NODES] = {};
	u64 uuid = resolved_uuid(n);
	int other;

	for (other = -1; sim_next_peer(n, &other);) {
		if (sim_slot_of(n, other) < 0)
			continue;
		peers[other].differs = !n->peer[other].uuids_valid ||
			!drbd_uuid_equal(n->peer[other].uuids.current_uuid, uuid);
		peers[other].repl = sim_repl(n, other);
		peers[other].bits = out_of_sync(n, other, part);
	}
	return drbd_in_sync_nodes(&now, peers, peer);
}

static void tell(struct sim_node *n, u64 nodes, const struct drbd_in_sync_range *part)
{
	u64 connected = sim_data_connected(n);
	int peer;

	/* Others will clear bits: it has to be on stable storage. */
	sim_disk_al_written(n, 0);
	for (peer = -1; sim_next_peer(n, &peer);) {
		struct sim_msg *msg;

		if (!(nodes & connected & drbd_node_mask(peer)))
			continue;
		msg = sim_msg(n, DRBD_P_PEERS_IN_SYNC, 0);
		msg->body.in_sync.sector = part->sector;
		msg->body.in_sync.size = part->sectors << DRBD_SECTOR_SHIFT;
		msg->body.in_sync.mask = nodes;
		sim_send(n, peer, SIM_CONTROL, msg);
	}
}

static void peers_in_sync(struct sim_node *n, int peer, struct drbd_in_sync_range range)
{
	struct drbd_in_sync_range part;

	while (n->data->attached && drbd_in_sync_split(&range.sector, &range.sectors, &part)) {
		u64 nodes = nodes_in_sync(n, peer, &part);

		if (nodes)
			tell(n, nodes, &part);
	}
}

/**
 * sim_in_sync_done() - the oldest request of a target is done
 * @n: the node
 * @peer: the source
 * @block: of the request
 */
void sim_in_sync_done(struct sim_node *n, int peer, u32 block)
{
	struct drbd_in_sync_walk *walk = &sim_sync_of(n, peer)->walk;
	struct drbd_in_sync_range ranges[DRBD_IN_SYNC_RANGES];
	unsigned int i, count;

	walk->capacity = SIM_CAPACITY;
	count = drbd_in_sync_done(walk, sim_block_sector(block), SIM_BLOCK_BYTES, ranges);
	for (i = 0; i < count; i++)
		peers_in_sync(n, peer, ranges[i]);
}

/**
 * sim_in_sync_end() - the resync is over
 * @n: the node, the target
 * @peer: the source
 */
void sim_in_sync_end(struct sim_node *n, int peer)
{
	struct drbd_in_sync_range range;

	if (drbd_in_sync_end(&sim_sync_of(n, peer)->walk, &range))
		peers_in_sync(n, peer, range);
}

/**
 * sim_got_peers_in_sync() - a packet
 * @n: the node
 * @from: the sender
 * @msg: the packet
 */
void sim_got_peers_in_sync(struct sim_node *n, int from, const struct sim_msg *msg)
{
	struct sim_data *d = n->data;
	const struct drbd_in_sync_range range = {
		.sector = msg->body.in_sync.sector,
		.sectors = msg->body.in_sync.size >> DRBD_SECTOR_SHIFT,
	};
	u64 slots, weight = 0;
	u32 block;
	int i;

	if (drbd_in_sync_check(range.sector, msg->body.in_sync.size, SIM_CAPACITY)) {
		sim_protocol_error(n, from, "range that is in sync");
		return;
	}
	if (!d->attached)
		return;
	sim_slots(n);
	slots = drbd_in_sync_slots(msg->body.in_sync.mask, out_of_sync(n, from, &range),
				   d->slot_node, SIM_BM_SLOTS);
	for (i = 0; i < SIM_BM_SLOTS; i++)
		weight += drbd_bm_weight(&d->bm, i);
	for (block = first_block(&range); block < end_block(&range); block++)
		sim_bits(n, 0, slots, block);
	for (i = 0; i < SIM_BM_SLOTS; i++)
		weight -= drbd_bm_weight(&d->bm, i);
	if (drbd_in_sync_repeat(sim_repl(n, from), weight))
		peers_in_sync(n, from, range);
}
