// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data side of a simulated node: bitmap and activity log
 */

#include "../core/actlog_replay.h"
#include "sim_data.h"

/* ---- bitmap ---- */

/**
 * sim_slots() - look up whose slots of the bitmap are whose
 * @n: the node
 */
void sim_slots(struct sim_node *n)
{
	struct sim_data *d = n->data;
	int i;

	memset(d->slot_node, DRBD_NO_NODE, sizeof(d->slot_node));
	for (i = 0; i < DRBD_NODES; i++) {
		int index = n->vol[0].ids.slots[i].bitmap_index;

		if (i != n->id && index >= 0 && index < SIM_BM_SLOTS)
			d->slot_node[index] = i;
	}
}

static struct drbd_bm_range block_bits(const struct sim_data *d, u32 block, bool touched)
{
	u64 sector = sim_block_sector(block);

	return touched ? drbd_bm_touched(&d->bm.layout, sector, SIM_BLOCK_BYTES) :
			 drbd_bm_covered(&d->bm.layout, sector, SIM_BLOCK_BYTES);
}

/* The bitmap of a node is not complete any more, as of the generation in its slot. */
static void note_partial(struct sim_node *n, u64 slots)
{
	struct sim_data *d = n->data;
	int i;

	for (i = 0; i < SIM_BM_SLOTS; i++) {
		int node = d->slot_node[i];

		if (slots >> i & 1 && node != DRBD_NO_NODE && node < SIM_NODES)
			d->partial[node] = n->vol[0].ids.slots[node].uuid;
	}
}

/**
 * sim_bits() - change bits of a block in several slots at once
 * @n: the node
 * @set: slots in which to set it
 * @clear: slots in which to clear it
 * @block: the block
 *
 * Return: mask of slots in which it is set now, and was not before.
 */
u32 sim_bits(struct sim_node *n, u64 set, u64 clear, u32 block)
{
	struct sim_data *d = n->data;
	struct drbd_bm_changed changed;

	if (!d->attached)
		return 0;
	changed = drbd_bm_update(&d->bm, set, block_bits(d, block, true),
				 clear, block_bits(d, block, false));
	if (changed.cleared)
		note_partial(n, changed.cleared);
	return changed.set;
}

/**
 * sim_bits_peer() - change the bit of a block towards one peer
 * @n: the node
 * @peer: the peer
 * @block: the block
 * @set: set it, else clear it
 */
void sim_bits_peer(struct sim_node *n, int peer, u32 block, bool set)
{
	int index = n->vol[0].ids.slots[peer].bitmap_index;

	if (index < 0)
		return;
	sim_slots(n);
	sim_bits(n, set ? BIT_ULL(index) : 0, set ? 0 : BIT_ULL(index), block);
}

/**
 * sim_bm_write() - write pages of the bitmap
 * @n: the node
 * @class: which ones
 */
void sim_bm_write(struct sim_node *n, enum drbd_bm_class class)
{
	struct sim_data *d = n->data;
	u8 *disk = sim_disk_bm(n, 0);
	unsigned int page;

	if (!d->attached)
		return;
	/* A cleared bit must not survive a crash that the data does not survive: what
	 * resync has written may still be in the cache of the disk.
	 */
	if (d->lazy[0])
		sim_disk_al_written(n, 0);
	for (page = drbd_bm_take_page(&d->bm, class, 0); page < d->bm.layout.pages;
	     page = drbd_bm_take_page(&d->bm, class, page + 1))
		memcpy(disk + page * DRBD_BM_PAGE_SIZE, d->pages[page], DRBD_BM_PAGE_SIZE);
}

/**
 * sim_data_oos() - how many bits are set towards a peer
 * @n: the node
 * @v: the volume
 * @peer: the peer
 *
 * Return: the number.
 */
u64 sim_data_oos(struct sim_node *n, int v, int peer)
{
	return n->data->attached ?
		drbd_bm_weight(&n->data->bm, n->vol[v].ids.slots[peer].bitmap_index) : 0;
}

/**
 * sim_data_bit() - is a block out of sync towards a peer?
 * @n: the node
 * @v: the volume
 * @peer: the peer
 * @block: the block
 *
 * Return: whether it is, as far as this node's bitmap knows.
 */
bool sim_data_bit(struct sim_node *n, int v, int peer, u32 block)
{
	return n->data->attached &&
	       drbd_bm_test(&n->data->bm, n->vol[v].ids.slots[peer].bitmap_index, block);
}

/**
 * sim_data_bitmap_todo() - what a handshake demands of the bitmap
 * @n: the node
 * @v: the volume
 * @peer: the peer
 * @todo: what it demands
 */
void sim_data_bitmap_todo(struct sim_node *n, int v, int peer,
			  const struct drbd_bitmap_todo *todo)
{
	const struct drbd_uuid_slot *slots = n->vol[v].ids.slots;
	struct sim_data *d = n->data;
	int slot = slots[peer].bitmap_index;

	if (!d->attached || slot < 0)
		return;
	sim_slots(n);
	switch (todo->op) {
	case DRBD_BITMAP_KEEP:
		break;
	case DRBD_BITMAP_COPY:
		drbd_bm_copy(&d->bm, slots[todo->from].bitmap_index, slot, sim_all_bits(d));
		break;
	case DRBD_BITMAP_COPY_FREE:
		drbd_bm_copy(&d->bm, todo->from, slot, sim_all_bits(d));
		break;
	case DRBD_BITMAP_CLEAR:
		drbd_bm_clear(&d->bm, slot, sim_all_bits(d));
		break;
	case DRBD_BITMAP_SET:
		drbd_bm_set(&d->bm, slot, sim_all_bits(d));
		break;
	case DRBD_BITMAP_SET_ALL:
		drbd_bm_fill_page(&d->bm, 0, GENMASK(SIM_BM_SLOTS - 1, 0), true);
		break;
	}
	if (todo->merge != DRBD_NO_NODE && slots[todo->merge].bitmap_index >= 0) {
		u32 i;

		for (i = 0; i < SIM_BLOCKS; i++)
			if (drbd_bm_test(&d->bm, slots[todo->merge].bitmap_index, i))
				drbd_bm_set(&d->bm, slot, (struct drbd_bm_range) { i, i + 1 });
	}
	if (todo->op != DRBD_BITMAP_KEEP || todo->merge != DRBD_NO_NODE)
		sim_bm_write(n, DRBD_BM_WRITE_CHANGED);
}

/**
 * sim_data_bm_moves() - let bitmaps follow their UUIDs
 * @n: the node
 * @v: the volume
 * @moves: what happened
 */
void sim_data_bm_moves(struct sim_node *n, int v, const struct drbd_uuid_moves *moves)
{
	const struct drbd_uuid_slot *slots = n->vol[v].ids.slots;
	struct sim_data *d = n->data;
	int i;

	if (!d->attached)
		return;
	for (i = 0; i < DRBD_NODES; i++)
		if (moves->clear & drbd_node_mask(i))
			drbd_bm_clear(&d->bm, slots[i].bitmap_index, sim_all_bits(d));
	for (i = 0; i < moves->nr_copies; i++) {
		int from = slots[moves->copies[i].from].bitmap_index;
		int to = slots[moves->copies[i].to].bitmap_index;

		if (from >= 0 && to >= 0)
			drbd_bm_copy(&d->bm, from, to, sim_all_bits(d));
	}
	if (moves->clear || moves->nr_copies)
		sim_bm_write(n, DRBD_BM_WRITE_CHANGED);
}

/**
 * sim_data_bm_clear() - clear the bitmap towards a peer
 * @n: the node
 * @v: the volume
 * @peer: the peer
 */
void sim_data_bm_clear(struct sim_node *n, int v, int peer)
{
	struct sim_data *d = n->data;

	if (!d->attached)
		return;
	drbd_bm_clear(&d->bm, n->vol[v].ids.slots[peer].bitmap_index, sim_all_bits(d));
	sim_bm_write(n, DRBD_BM_WRITE_CHANGED);
}

/**
 * sim_data_write_bitmap() - write all of the bitmap that has changed
 * @n: the node
 */
void sim_data_write_bitmap(struct sim_node *n)
{
	sim_bm_write(n, DRBD_BM_WRITE_CHANGED);
}

/**
 * sim_data_partial() - nodes whose bitmaps are not complete
 * @n: the node
 * @v: the volume
 *
 * Return: mask of nodes to which blocks were sent that changed since the generation
 * in their slots.
 */
u64 sim_data_partial(struct sim_node *n, int v)
{
	u64 mask = 0;
	int i;

	for (i = 0; i < SIM_NODES; i++)
		if (n->vol[v].ids.slots[i].uuid &&
		    n->data->partial[i] == n->vol[v].ids.slots[i].uuid)
			mask |= drbd_node_mask(i);
	return mask;
}

/* ---- attach and detach ---- */

/* What drbdmeta does before each attach. */
static void replay_al(struct sim_node *n)
{
	struct sim_data *d = n->data;
	struct drbd_al_seen seen[SIM_AL_BLOCKS];
	u32 extent[SIM_AL_SLOTS];
	u8 *area = sim_disk_al(n, 0);
	struct drbd_al_scan scan;
	struct drbd_al_ring ring;
	struct drbd_al_map map;
	unsigned int i;
	int updates;

	drbd_al_ring_init(&ring, 1, SIM_AL_BLOCKS);
	drbd_al_scan_init(&scan, SIM_AL_BLOCKS, seen);
	drbd_al_map_init(&map, extent, SIM_AL_SLOTS);
	updates = drbd_al_replay(&map, &scan, &ring, area);
	if (updates > 0 && n->vol[0].md.flags & DRBD_MDF_PRIMARY_IND) {
		for (i = 0; i < SIM_AL_SLOTS; i++) {
			struct drbd_bm_range bits;
			int slot;

			if (extent[i] == DRBD_AL_FREE)
				continue;
			bits = drbd_bm_extent_bits(&d->bm.layout, extent[i]);
			for (slot = 0; slot < SIM_BM_SLOTS; slot++)
				drbd_bm_set(&d->bm, slot, bits);
		}
		sim_bm_write(n, DRBD_BM_WRITE_CHANGED);
	}
	if (!updates)
		return;
	drbd_al_block_init(area);
	for (i = 1; i < SIM_AL_BLOCKS; i++)
		memcpy(area + i * DRBD_MD_BLOCK_SIZE, area, DRBD_MD_BLOCK_SIZE);
}

/**
 * sim_data_attach() - the metadata was read, the disk may be used
 * @n: the node
 * @v: the volume
 * @crashed_primary: this node was Primary when it crashed
 */
void sim_data_attach(struct sim_node *n, int v, bool crashed_primary)
{
	struct sim_data *d = n->data;
	struct drbd_bm_buffer buffer = {
		.pages = d->pages, .need = d->need, .lazy = d->lazy, .hint = d->hint,
	};
	struct drbd_bm_layout layout;
	struct drbd_bm_walk walk;
	int i;

	drbd_bm_layout_init(&layout, SIM_CAPACITY, SIM_BM_SLOTS, SIM_BLOCK_SHIFT);
	memcpy(d->page, sim_disk_bm(n, v), DRBD_BM_PAGE_SIZE);
	memset(d->need, 0, sizeof(d->need));
	memset(d->lazy, 0, sizeof(d->lazy));
	memset(d->hint, 0, sizeof(d->hint));
	drbd_bm_setup(&d->bm, &layout, &buffer, &walk);
	while (drbd_bm_walk_page(&d->bm, &walk))
		;
	sim_trace(n->sim, "node %d: disk is got", n->id);
	d->attached = true;
	d->al_epoch++;
	sim_slots(n);
	replay_al(n);
	drbd_al_init(&d->al, SIM_AL_SLOTS, SIM_AL_BLOCKS, 0, d->al_memory);
	d->order = drbd_write_order(DRBD_ORDER_BARRIER,
				    &(struct drbd_write_order_options) {
					.flushes = true, .drain = true }, 1);
	for (i = 0; i < SIM_NODES; i++) {
		d->partial[i] = n->vol[v].ids.slots[i].uuid;
		if (sim_data_oos(n, v, i))
			d->synced |= drbd_node_mask(i);
		if (n->vol[v].md.peers[i].flags & DRBD_MDF_PEER_FULL_SYNC)
			drbd_bm_set(&d->bm, n->vol[v].ids.slots[i].bitmap_index, sim_all_bits(d));
	}
	if (crashed_primary)
		d->crash_owed = ~0ULL;
	drbd_dagtag_attach(&d->dagtag, drbd_uuid_max_dagtag(&n->vol[v].ids));
	n->dagtag = d->dagtag.now;
}

/**
 * sim_data_detach() - the disk is gone now
 * @n: the node
 * @v: the volume
 */
void sim_data_detach(struct sim_node *n, int v)
{
	struct sim_data *d = n->data;

	sim_bm_write(n, DRBD_BM_WRITE_CHANGED);
	sim_trace(n->sim, "node %d: disk is put", n->id);
	d->attached = false;
	d->al_epoch++;
	d->again = true;
}

/* ---- activity log ---- */

static void commit_al(struct sim_node *n)
{
	struct sim_data *d = n->data;
	struct drbd_al_ring ring;
	struct drbd_al_plan plan;
	u8 *area = sim_disk_al(n, 0);
	unsigned int i;

	drbd_al_ring_init(&ring, 1, SIM_AL_BLOCKS);
	while (drbd_al_begin(&d->al, &plan) > 0) {
		if (plan.write) {
			for (i = 0; i < plan.head.updates; i++)
				if (plan.change[i].evicted != DRBD_AL_FREE)
					drbd_bm_hint_extent(&d->bm, plan.change[i].evicted);
			sim_bm_write(n, DRBD_BM_WRITE_HINTED);
			drbd_al_encode(&d->al, &plan,
				       area + drbd_al_ring_block(&ring, plan.head.number) *
				       DRBD_MD_BLOCK_SIZE);
			sim_disk_al_written(n, 0);
		}
		drbd_al_end(&d->al, true);
	}
}

static bool got_extents(struct sim_data *d, struct drbd_al_range *al)
{
	enum drbd_al_got got = drbd_al_get_range(&d->al, al);

	return got == DRBD_AL_HOT || got == DRBD_AL_PENDING;
}

/**
 * sim_al_run() - one turn of the submitter
 * @n: the node
 *
 * Writes that waited for the activity log go on if their extents are in it now.
 */
void sim_al_run(struct sim_node *n)
{
	struct sim_data *d = n->data;
	struct sim_preq *p, *p2;
	struct sim_req *q, *q2;
	struct list_head peers, own;

	if (list_empty(&d->al_wait) && list_empty(&d->al_wait_peer))
		return;
	INIT_LIST_HEAD(&peers);
	INIT_LIST_HEAD(&own);
	list_for_each_entry_safe(p, p2, &d->al_wait_peer, entry) {
		if (d->attached && !got_extents(d, &p->al))
			break;
		p->al_epoch = d->al_epoch;
		list_move_tail(&p->entry, &peers);
	}
	list_for_each_entry_safe(q, q2, &d->al_wait, entry) {
		if (d->attached && !got_extents(d, &q->al))
			break;
		q->al_epoch = d->al_epoch;
		list_move_tail(&q->entry, &own);
	}
	if (list_empty(&peers) && list_empty(&own))
		return;
	if (d->attached)
		commit_al(n);
	d->again = true;
	while (!list_empty(&peers)) {
		p = list_first_entry(&peers, struct sim_preq, entry);
		list_del_init(&p->entry);
		sim_preq_al_got(n, p);
	}
	while (!list_empty(&own)) {
		q = list_first_entry(&own, struct sim_req, entry);
		list_del_init(&q->entry);
		sim_req_al_got(n, q);
	}
}

/**
 * sim_al_put() - put references to extents
 * @n: the node
 * @al: the extents
 * @al_epoch: of the activity log that they belong to
 *
 * Return: 1 if one of them has no more references.
 */
int sim_al_put(struct sim_node *n, struct drbd_al_range *al, u32 al_epoch)
{
	struct sim_data *d = n->data;
	int last;

	if (!d->attached || al_epoch != d->al_epoch)
		return 0;
	last = drbd_al_put_range(&d->al, al);
	if (last < 0)
		sim_fail(n->sim, "node %d: activity log reference put twice", n->id);
	if (last > 0)
		d->again = true;
	return last > 0;
}
