// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads of peers
 *
 * Source: spec/io.md 5.5
 */

#include <linux/mempool.h>

#include "incoming.h"
#include "packets.h"
#include "payload.h"
#include "volume.h"

/* Reads that can be served without memory */
#define POOL_READS	32

/**
 * struct serve - a read of a peer
 * @job: answers it
 * @pd: where it came from, and what it is for
 * @bio: the data
 * @id: what the peer calls it
 * @sector: where it begins
 * @bytes: size of it
 * @failed: the disk failed
 */
struct serve {
	struct drbd_job job;
	struct drbd_peer_device *pd;
	struct bio *bio;
	u64 id;
	u64 sector;
	u32 bytes;
	bool failed;
};

static struct kmem_cache *cache;
static mempool_t *pool;

/**
 * drbd_serve_init() - make the pool
 *
 * Return: 0, or -ENOMEM.
 */
int drbd_serve_init(void)
{
	cache = KMEM_CACHE(serve, 0);
	if (!cache)
		return -ENOMEM;
	pool = mempool_create_slab_pool(POOL_READS, cache);
	if (pool)
		return 0;
	kmem_cache_destroy(cache);
	return -ENOMEM;
}

/**
 * drbd_serve_exit() - undo drbd_serve_init()
 */
void drbd_serve_exit(void)
{
	mempool_destroy(pool);
	kmem_cache_destroy(cache);
}

/* Locked. */
static void served(struct serve *s)
{
	struct drbd_peer_device *pd = s->pd;

	pd->in.unacked--;
	drbd_incoming_pages_done(pd->conn, s->bytes);
	drbd_device_request_done(pd->dev);
}

static int send_answer(struct serve *s)
{
	struct drbd_connection *conn = s->pd->conn;
	union drbd_wire_body body = {};

	if (!s->failed) {
		body.data.sector = s->sector;
		body.data.block_id = s->id;
		drbd_payload_rewind(s->bio, s->sector, s->bytes);
		return drbd_send_block(conn, DRBD_P_DATA_REPLY, s->pd->dev->volume, &body, s->bio,
				       s->bytes, true);
	}
	body.block.sector = s->sector;
	body.block.block_id = s->id;
	body.block.blksize = s->bytes;
	body.block.seq_num = drbd_next_seq(s->pd);
	return drbd_send_packet(conn, DRBD_P_NEG_DREPLY, s->pd->dev->volume, &body, NULL, 0);
}

static int answer(struct drbd_connection *conn, struct drbd_job *job, bool cancel)
{
	struct serve *s = container_of(job, struct serve, job);
	int rv = cancel ? 0 : send_answer(s);

	drbd_payload_free(s->bio);
	spin_lock_irq(&conn->res->st.lock);
	if (!cancel && !s->failed)
		s->pd->sent += s->bytes >> SECTOR_SHIFT;
	served(s);
	spin_unlock_irq(&conn->res->st.lock);
	mempool_free(s, pool);
	return rv;
}

static void read_done(struct bio *bio)
{
	struct serve *s = bio->bi_private;
	struct drbd_peer_device *pd = s->pd;
	struct drbd_connection *conn = pd->conn;
	struct drbd_device *dev = pd->dev;
	unsigned long irq;
	bool queued;

	s->failed = bio->bi_status;
	if (s->failed) {
		pr_err_ratelimited("drbd %s: volume %d: read of peer %d failed: %llus +%u: %d\n",
				   dev->res->name, dev->volume, conn->node_id, s->sector,
				   s->bytes, blk_status_to_errno(bio->bi_status));
		/* Where the disk stays, nobody else knows what is missing on it. */
		drbd_bits_change(dev, U32_MAX, 0, s->sector, s->bytes);
		drbd_volume_io_error(dev);
	}
	spin_lock_irqsave(&conn->res->st.lock, irq);
	if (!s->failed)
		dev->sectors[READ] += s->bytes >> SECTOR_SHIFT;
	drbd_volume_put_disk(dev);
	queued = drbd_sender_queue(conn, &s->job);
	if (!queued)
		served(s);
	if (!--conn->in.reads)
		wake_up_all(&conn->res->st.wait);
	spin_unlock_irqrestore(&conn->res->st.lock, irq);
	if (queued)
		return;
	drbd_payload_free(bio);
	mempool_free(s, pool);
}

static void refuse(struct drbd_peer_device *pd, const struct drbd_wire_block *w)
{
	struct drbd_peer_reply *reply = drbd_reply_alloc(DRBD_P_NEG_DREPLY, pd, GFP_NOIO);

	reply->numbered = true;
	reply->body.block.sector = w->sector;
	reply->body.block.block_id = w->block_id;
	reply->body.block.blksize = w->blksize;
	spin_lock_irq(&pd->conn->res->st.lock);
	drbd_reply_queue(pd->conn, reply);
	spin_unlock_irq(&pd->conn->res->st.lock);
}

static void submit(struct drbd_peer_device *pd, const struct drbd_wire_block *w)
{
	struct serve *s = mempool_alloc(pool, GFP_NOIO);
	struct bio *bio;

	drbd_incoming_throttle(pd->conn, w->blksize);
	bio = drbd_payload_alloc(w->blksize);
	*s = (struct serve) {
		.job = { .run = answer }, .pd = pd, .bio = bio, .id = w->block_id,
		.sector = w->sector, .bytes = w->blksize,
	};
	spin_lock_irq(&pd->conn->res->st.lock);
	pd->dev->requests++;
	pd->in.unacked++;
	pd->conn->in.reads++;
	spin_unlock_irq(&pd->conn->res->st.lock);
	bio_set_dev(bio, drbd_data_bdev(pd->dev->backing));
	bio->bi_iter.bi_sector = w->sector;
	bio->bi_opf = REQ_OP_READ;
	bio->bi_private = s;
	bio->bi_end_io = read_done;
	submit_bio_noacct(bio);
}

/**
 * drbd_got_data_request() - take P_DATA_REQUEST
 * @conn: where it came from
 * @pd: of which volume
 * @p: the packet
 *
 * Context: the receiver.
 *
 * Return: 0, or -EPROTO.
 */
int drbd_got_data_request(struct drbd_connection *conn, struct drbd_peer_device *pd,
			  const struct drbd_packet *p)
{
	const struct drbd_wire_block *w = &p->body.block;
	struct drbd_device *dev = pd->dev;
	struct drbd_states *st = &dev->res->st;
	enum drbd_repl repl = DRBD_R_OFF;
	struct drbd_state_pd *sp;
	bool disk, usable = false;

	if (drbd_incoming_range(conn, pd, p, w->sector, w->blksize))
		return -EPROTO;
	disk = drbd_volume_get_disk(dev);
	spin_lock_irq(&st->lock);
	sp = drbd_states_pd(st, conn->node_id, dev->volume);
	if (sp) {
		repl = sp->old.repl;
		usable = disk &&
			 st->s.dev[drbd_states_dev(st, dev->volume)].old.disk == DRBD_D_UP_TO_DATE;
	}
	spin_unlock_irq(&st->lock);
	if (disk && (!usable || repl == DRBD_R_AHEAD))
		drbd_volume_put_disk(dev);
	if (repl == DRBD_R_AHEAD) {
		drbd_err(conn->res, "peer %d: volume %d: %s while this node is Ahead\n",
			 conn->node_id, dev->volume, p->kind->name);
		return -EPROTO;
	}
	if (usable)
		submit(pd, w);
	else
		refuse(pd, w);
	return 0;
}
