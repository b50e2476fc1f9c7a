// SPDX-License-Identifier: GPL-2.0-only
/*
 * What third nodes are told about a resync
 *
 * P_PEERS_IN_SYNC says that blocks are equal on several nodes, P_OUT_OF_SYNC that they
 * are different. The former is only a favour: who is not told resyncs more than needed.
 *
 * Source: spec/resync.md 3.11.
 */

#include <linux/blkdev.h>
#include <linux/mempool.h>

#include "../core/state_predicates.h"
#include "../core/uuid_tell.h"
#include "packets.h"
#include "receiver.h"
#include "resync_io.h"
#include "volume.h"

/* ---- P_PEERS_IN_SYNC ---- */

/* A range that peers have to be told about. */
struct note {
	struct list_head entry;
	int node;
	struct drbd_in_sync_range range;
};

/**
 * drbd_in_sync_tell() - let others know that a range is in sync with a peer
 * @dev: the device, locked
 * @node: node id of the peer
 * @range: the range
 *
 * Context: any.
 */
void drbd_in_sync_tell(struct drbd_device *dev, int node, const struct drbd_in_sync_range *range)
{
	struct note *note = kmalloc_obj(*note, GFP_ATOMIC | __GFP_NOWARN);

	if (!note)
		return;
	note->node = node;
	note->range = *range;
	list_add_tail(&note->entry, &dev->in_sync);
	queue_work(drbd_wq, &dev->in_sync_work);
}

/* A function of its own for the environment's size on the stack. */
static noinline_for_stack u64 resolved_uuid(struct drbd_device *dev)
{
	struct drbd_uuid_env env;

	drbd_volume_uuid_env(dev, &env);
	return drbd_uuid_resolved(&dev->uuids, &env, DRBD_NO_NODE, NULL);
}

/* Locked, with the marker in the tree. */
static u64 nodes_in_sync(struct drbd_device *dev, int node, const struct drbd_in_sync_range *part,
			 bool conflict)
{
	u32 bytes = part->sectors << SECTOR_SHIFT;
	const struct drbd_in_sync_now now = {
		.conflict = conflict,
		.al_active = drbd_extents_active(dev, part->sector, bytes),
	};
	struct drbd_in_sync_peer peers[DRBD_NODES] = {};
	const struct drbd_state *s = &dev->res->st.s;
	int d = drbd_states_dev(&dev->res->st, dev->volume);
	u64 uuid = resolved_uuid(dev);
	unsigned int c;

	for (c = 0; d >= 0 && c < s->nconn; c++) {
		int other = s->conn[c].node_id;
		struct drbd_connection *conn = xa_load(&dev->res->connections, other);
		struct drbd_peer_device *pd = conn ? xa_load(&conn->peer_devices, dev->volume) :
						     NULL;

		if (!pd || dev->uuids.slots[other].bitmap_index < 0)
			continue;
		peers[other].repl = drbd_state_pd(s, d, c)->old.repl;
		/* In a resync with it, bits say all there is to say. */
		peers[other].differs = peers[other].repl == DRBD_R_ESTABLISHED &&
				       (!pd->uuids_valid ||
					!drbd_uuid_equal(pd->uuids.current_uuid, uuid));
		peers[other].bits = drbd_bits_any(dev, other, part->sector, bytes);
	}
	return drbd_in_sync_nodes(&now, peers, node);
}

/* Sends a packet behind the acks: they are what makes it true for the peer as well. */
struct tell_job {
	struct drbd_job job;
	int volume;
	union drbd_wire_body body;
	struct completion done;
};

static int send_tell(struct drbd_connection *conn, struct drbd_job *job, bool cancel)
{
	struct tell_job *tell = container_of(job, struct tell_job, job);
	int rv = 0;

	if (!cancel)
		rv = drbd_send_packet(conn, DRBD_P_PEERS_IN_SYNC, tell->volume, &tell->body, NULL,
				      0);
	complete(&tell->done);
	return rv;
}

static void send_to(struct drbd_device *dev, u64 nodes, const struct drbd_in_sync_range *part)
{
	struct tell_job tell = {
		.job = { .run = send_tell },
		.volume = dev->volume,
		.body = {
			.in_sync = {
				.sector = part->sector,
				.size = part->sectors << SECTOR_SHIFT,
				.mask = nodes,
			},
		},
	};
	struct drbd_states *st = &dev->res->st;
	struct drbd_connection *conn;
	bool queued;

	init_completion(&tell.done);
	drbd_for_each_connection(dev->res, conn) {
		int c;

		if (!(nodes & drbd_node_mask(conn->node_id)))
			continue;
		reinit_completion(&tell.done);
		spin_lock_irq(&st->lock);
		c = drbd_states_conn(st, conn->node_id);
		queued = c >= 0 && st->s.conn[c].old.cstate == DRBD_C_CONNECTED &&
			 drbd_acks_queue(conn, &tell.job);
		spin_unlock_irq(&st->lock);
		if (queued)
			wait_for_completion(&tell.done);
	}
}

/* No write may begin between looking and telling. */
static void tell_part(struct drbd_device *dev, int node, const struct drbd_in_sync_range *part)
{
	struct drbd_states *st = &dev->res->st;
	struct drbd_interval marker;
	u64 nodes;

	drbd_interval_init(&marker, part->sector, part->sectors << SECTOR_SHIFT,
			   DRBD_INTERVAL_PEERS_IN_SYNC, DRBD_NO_NODE, NULL);
	marker.st.flags = DRBD_INTERVAL_SUBMITTED;
	spin_lock_irq(&st->lock);
	drbd_interval_insert(dev, &marker);
	nodes = nodes_in_sync(dev, node, part, drbd_interval_blocked(dev, &marker));
	marker.waiting = false;
	if (!nodes)
		drbd_interval_remove(dev, &marker);
	spin_unlock_irq(&st->lock);
	if (!nodes)
		return;
	send_to(dev, nodes, part);
	spin_lock_irq(&st->lock);
	drbd_interval_remove(dev, &marker);
	spin_unlock_irq(&st->lock);
}

static bool flush(struct drbd_device *dev)
{
	return !READ_ONCE(dev->disk_conf.disk_flushes) ||
	       !blkdev_issue_flush(drbd_data_bdev(dev->backing));
}

/**
 * drbd_in_sync_work() - tell others what is in sync
 * @work: that of the device
 */
void drbd_in_sync_work(struct work_struct *work)
{
	struct drbd_device *dev = container_of(work, struct drbd_device, in_sync_work);
	struct drbd_in_sync_range part;
	struct note *note, *next;
	LIST_HEAD(notes);
	bool disk, stable;

	spin_lock_irq(&dev->res->st.lock);
	list_splice_init(&dev->in_sync, &notes);
	spin_unlock_irq(&dev->res->st.lock);
	/* Others will clear bits: what was written has to be on stable storage. */
	disk = drbd_volume_get_disk(dev);
	stable = disk && flush(dev);
	list_for_each_entry_safe(note, next, &notes, entry) {
		while (stable && drbd_in_sync_split(&note->range.sector, &note->range.sectors,
						    &part)) {
			tell_part(dev, note->node, &part);
			cond_resched();
		}
		kfree(note);
	}
	if (disk)
		drbd_volume_put_disk(dev);
}

/**
 * drbd_in_sync_got() - P_PEERS_IN_SYNC
 * @conn: from whom; locked
 * @volume: number of the volume
 * @body: the packet
 *
 * Context: softirq.
 *
 * Return: 0, or -EPROTO.
 */
int drbd_in_sync_got(struct drbd_connection *conn, int volume,
		     const struct drbd_wire_in_sync *body)
{
	struct drbd_device *dev = xa_load(&conn->res->devices, volume);
	const struct drbd_in_sync_range range = {
		.sector = body->sector, .sectors = body->size >> SECTOR_SHIFT,
	};
	struct drbd_state_pd *sp;
	s8 slot_node[DRBD_NODES];
	bool changed;
	u32 slots;

	sp = drbd_states_pd(&conn->res->st, conn->node_id, volume);
	if (!dev || !sp)
		return 0;
	if (drbd_in_sync_check(body->sector, body->size, get_capacity(dev->disk))) {
		drbd_err(dev->res,
			 "peer %d: P_PEERS_IN_SYNC: sector %llu, %u bytes: outside of volume %d\n",
			 conn->node_id, body->sector, body->size, volume);
		return -EPROTO;
	}
	drbd_bits_nodes(dev, slot_node);
	slots = drbd_in_sync_slots(body->mask, drbd_bits_any(dev, conn->node_id, body->sector,
							     body->size), slot_node, DRBD_NODES);
	changed = drbd_bits_clear(dev, slots, body->sector, body->size);
	if (drbd_in_sync_repeat(sp->old.repl, changed))
		drbd_in_sync_tell(dev, conn->node_id, &range);
	return 0;
}

/* ---- P_OUT_OF_SYNC ---- */

#define POOL_MIN	64

/* Tells a peer that it misses something. */
struct oos_job {
	struct drbd_job job;
	struct drbd_peer_device *pd;
	u64 sector;
	u32 bytes;
};

static mempool_t *pool;

/**
 * drbd_in_sync_init() - make the pool of jobs
 *
 * Return: 0, or -ENOMEM.
 */
int drbd_in_sync_init(void)
{
	pool = mempool_create_kmalloc_pool(POOL_MIN, sizeof(struct oos_job));
	return pool ? 0 : -ENOMEM;
}

/**
 * drbd_in_sync_exit() - undo drbd_in_sync_init()
 */
void drbd_in_sync_exit(void)
{
	mempool_destroy(pool);
}

static int send_oos(struct drbd_connection *conn, struct drbd_job *job, bool cancel)
{
	struct oos_job *oos = container_of(job, struct oos_job, job);
	int rv = 0;

	if (!cancel)
		rv = drbd_send_out_of_sync(oos->pd, oos->sector, oos->bytes);
	drbd_peer_device_put(oos->pd);
	mempool_free(oos, pool);
	return rv;
}

static void tell(struct drbd_peer_device *pd, u64 sector, u32 bytes)
{
	struct drbd_states *st = &pd->dev->res->st;
	struct oos_job *oos = mempool_alloc(pool, GFP_NOIO);
	bool queued;

	*oos = (struct oos_job) {
		.job = { .run = send_oos }, .pd = pd, .sector = sector, .bytes = bytes,
	};
	kref_get(&pd->refs);
	spin_lock_irq(&st->lock);
	queued = drbd_sender_queue(pd->conn, &oos->job);
	spin_unlock_irq(&st->lock);
	if (queued)
		return;
	drbd_peer_device_put(pd);
	mempool_free(oos, pool);
}

static bool gets_data(struct drbd_peer_device *pd)
{
	struct drbd_states *st = &pd->dev->res->st;
	struct drbd_state_pd *sp;
	bool gets;

	spin_lock_irq(&st->lock);
	sp = drbd_states_pd(st, pd->conn->node_id, pd->dev->volume);
	gets = sp && (drbd_repl_is_source(sp->old.repl) || sp->old.repl == DRBD_R_WF_BITMAP_S);
	spin_unlock_irq(&st->lock);
	return gets;
}

/**
 * drbd_resync_tell_targets() - tell those that sync from here what they miss
 * @from: the peer, and volume, that it came from
 * @sector: where it begins
 * @bytes: its size
 *
 * Context: may sleep.
 */
void drbd_resync_tell_targets(struct drbd_peer_device *from, u64 sector, u32 bytes)
{
	struct drbd_connection *conn;
	struct drbd_peer_device *pd;

	drbd_for_each_connection(from->dev->res, conn) {
		if (conn == from->conn)
			continue;
		pd = drbd_peer_device_find(conn, from->dev->volume);
		if (!pd)
			continue;
		if (gets_data(pd))
			tell(pd, sector, bytes);
		drbd_peer_device_put(pd);
	}
}
