// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exchange of bitmaps at the start of a resync
 *
 * The source sends its bitmap, the target adds it to its own and sends back what it
 * has then, which the source adds to its own. Both have the same then.
 *
 * Source: spec/resync.md 3.2, 3.3.
 */

#include <linux/blkdev.h>

#include "packets.h"
#include "receiver.h"
#include "resync.h"
#include "volume.h"

#define HEADER_SIZE_100	16
#define PROTO_HEADER_100	100

/**
 * drbd_bitmap_write() - write what has changed of the bitmap
 * @dev: the device, with a reference to its disk
 *
 * A cleared bit must not survive a crash that the data does not survive.
 *
 * Context: may sleep.
 */
void drbd_bitmap_write(struct drbd_device *dev)
{
	struct drbd_backing *backing = dev->backing;

	if (READ_ONCE(dev->disk_conf.disk_flushes) &&
	    blkdev_issue_flush(drbd_data_bdev(backing))) {
		drbd_err(dev->res, "volume %d: cannot flush the disk\n", dev->volume);
		drbd_volume_disk_error(dev);
		return;
	}
	if (drbd_bm_write(backing, &dev->bm, &dev->bm_lock, DRBD_BM_WRITE_CHANGED))
		drbd_volume_disk_error(dev);
}

static void set_sending(struct drbd_device *dev, int slot, bool sending)
{
	spin_lock_irq(&dev->bm_lock);
	if (sending)
		dev->bm_sending |= BIT(slot);
	else
		dev->bm_sending &= ~BIT(slot);
	spin_unlock_irq(&dev->bm_lock);
}

/* All bits should have been set, and this node was interrupted. */
static void complete_full_sync(struct drbd_peer_device *pd, int slot)
{
	struct drbd_device *dev = pd->dev;
	struct drbd_states *st = &dev->res->st;
	int node = pd->conn->node_id, d;
	bool due;

	spin_lock_irq(&st->lock);
	due = dev->uuids.slots[node].flags & DRBD_MDF_PEER_FULL_SYNC;
	spin_unlock_irq(&st->lock);
	if (!due)
		return;
	drbd_slot_fill(dev, slot, true);
	drbd_bitmap_write(dev);
	spin_lock_irq(&st->lock);
	d = drbd_states_dev(st, dev->volume);
	dev->uuids.slots[node].flags &= ~DRBD_MDF_PEER_FULL_SYNC;
	if (d >= 0)
		st->s.dev[d].slot_flags[node] &= ~DRBD_MDF_PEER_FULL_SYNC;
	dev->md_dirty = true;
	spin_unlock_irq(&st->lock);
	drbd_volume_sync(dev);
}

static int send_part(struct drbd_peer_device *pd, enum drbd_bm_packet packet, const u8 *part,
		     unsigned int size)
{
	union drbd_wire_body body = {};

	if (packet == DRBD_BM_SEND_PLAIN)
		return drbd_send_packet(pd->conn, DRBD_P_BITMAP, pd->dev->volume, &body, part,
					size);
	body.encoding = part[0];
	return drbd_send_packet(pd->conn, DRBD_P_COMPRESSED_BITMAP, pd->dev->volume, &body,
				part + sizeof(body.encoding), size - sizeof(body.encoding));
}

static void log_sent(struct drbd_peer_device *pd, const struct drbd_bm_xfer *tx)
{
	drbd_info(pd->dev->res,
		  "volume %d, peer %d: sent bitmap [packets plain(bytes) %llu(%llu), RLE %llu(%llu)]\n",
		  pd->dev->volume, pd->conn->node_id, tx->packets[DRBD_BM_SEND_PLAIN],
		  tx->bytes[DRBD_BM_SEND_PLAIN], tx->packets[DRBD_BM_SEND_RLE],
		  tx->bytes[DRBD_BM_SEND_RLE]);
}

/* With a reference to the disk. Sets of bits meanwhile reach the peer some other way. */
static void send_slot(struct drbd_peer_device *pd, int slot)
{
	struct drbd_connection *conn = pd->conn;
	unsigned int peer_shift = DRBD_BM_SHIFT_MIN + pd->sizes.bm_block_shift, size;
	struct drbd_device *dev = pd->dev;
	enum drbd_bm_packet packet;
	struct drbd_bm_xfer tx;
	int rv = 0;
	u8 *part;

	part = kmalloc(DRBD_BM_PACKET_MAX, GFP_NOIO | __GFP_NOFAIL);
	drbd_bm_tx_start(&tx, &dev->bm.layout,
			 conn->link.version >= PROTO_HEADER_100 ? HEADER_SIZE_100 :
								  HEADER_SIZE_100 / 2,
			 drbd_bm_xfer_mode(READ_ONCE(conn->conf.use_rle), conn->link.version,
					   dev->bm.layout.shift, peer_shift), peer_shift);
	set_sending(dev, slot, true);
	while (!rv) {
		packet = drbd_bm_tx_next(&tx, &dev->bm, slot, part, &size);
		if (packet == DRBD_BM_SEND_NOTHING)
			break;
		rv = send_part(pd, packet, part, size);
		cond_resched();
	}
	set_sending(dev, slot, false);
	kfree(part);
	if (!rv)
		log_sent(pd, &tx);
}

/**
 * drbd_bitmap_send() - send the bitmap towards a peer to it
 * @pd: which peer, of which volume
 *
 * Context: may sleep.
 */
void drbd_bitmap_send(struct drbd_peer_device *pd)
{
	struct drbd_device *dev = pd->dev;
	int slot;

	if (!drbd_volume_get_disk(dev))
		return;
	slot = READ_ONCE(dev->uuids.slots[pd->conn->node_id].bitmap_index);
	if (slot >= 0) {
		complete_full_sync(pd, slot);
		send_slot(pd, slot);
	}
	drbd_volume_put_disk(dev);
}

/* ---- reception ---- */

static int bad_part(struct drbd_peer_device *pd, struct drbd_packet *p,
		    const struct drbd_bm_fault *fault)
{
	drbd_err(pd->dev->res, "peer %d: %s of volume %d: %s: %llu, and not %llu\n",
		 pd->conn->node_id, p->kind->name, pd->dev->volume,
		 drbd_bm_fault_text(fault->kind), fault->got, fault->want);
	return -EPROTO;
}

static int merge_rle(struct drbd_peer_device *pd, struct drbd_packet *p, int slot,
		     struct drbd_bm_fault *fault)
{
	const u32 fixed = sizeof(p->body.encoding);
	struct drbd_bm_xfer *rx = &pd->resync.rx;
	struct drbd_bm_range set;
	int rv;

	rv = drbd_bm_rx_rle(rx, p->tail - fixed, p->tail_len + fixed, fault);
	while (!rv) {
		rv = drbd_bm_rx_rle_next(rx, &set, fault);
		if (rv <= 0)
			break;
		drbd_slot_set(pd->dev, slot, set);
		rv = 0;
	}
	return rv;
}

static int merge_plain(struct drbd_peer_device *pd, struct drbd_packet *p, int slot,
		       struct drbd_bm_fault *fault)
{
	struct drbd_device *dev = pd->dev;
	int rv;

	spin_lock_irq(&dev->bm_lock);
	rv = drbd_bm_rx_plain(&pd->resync.rx, &dev->bm, slot, p->tail, p->tail_len, fault);
	spin_unlock_irq(&dev->bm_lock);
	return rv;
}

/* With a reference to the disk. */
static int merge(struct drbd_peer_device *pd, struct drbd_packet *p, int slot)
{
	struct drbd_resync *r = &pd->resync;
	struct drbd_bm_fault fault = {};
	int rv;

	if (!READ_ONCE(r->rx_open)) {
		drbd_bm_rx_start(&r->rx, &pd->dev->bm.layout,
				 pd->conn->link.version >= PROTO_HEADER_100 ? HEADER_SIZE_100 :
									      HEADER_SIZE_100 / 2);
		WRITE_ONCE(r->rx_open, true);
	}
	rv = p->kind->number == DRBD_P_BITMAP ? merge_plain(pd, p, slot, &fault) :
						merge_rle(pd, p, slot, &fault);
	return rv < 0 ? bad_part(pd, p, &fault) : 0;
}

static bool may_take(struct drbd_peer_device *pd)
{
	struct drbd_resource *res = pd->dev->res;
	enum drbd_repl repl = DRBD_R_OFF;
	struct drbd_state_pd *sp;
	bool ready = true;
	int d;

	spin_lock_irq(&res->st.lock);
	sp = drbd_states_pd(&res->st, pd->conn->node_id, pd->dev->volume);
	d = drbd_states_dev(&res->st, pd->dev->volume);
	if (sp && pd->conn->out.up) {
		repl = sp->old.repl;
		ready = res->st.s.dev[d].old.disk != DRBD_D_NEGOTIATING &&
			(repl == DRBD_R_WF_BITMAP_S || repl == DRBD_R_WF_BITMAP_T ||
			 res->cluster.tp.state == DRBD_TWOPC_IDLE);
		ready |= res->st.s.conn[drbd_states_conn(&res->st, pd->conn->node_id)].old.cstate <
			 DRBD_C_CONNECTING;
	}
	spin_unlock_irq(&res->st.lock);
	return ready;
}

static void got_all(struct drbd_peer_device *pd)
{
	struct drbd_resource *res = pd->dev->res;
	struct drbd_resync *r = &pd->resync;
	struct drbd_state_pd *sp;
	enum drbd_repl repl;

	spin_lock_irq(&res->st.lock);
	r->rx_open = false;
	sp = drbd_states_pd(&res->st, pd->conn->node_id, pd->dev->volume);
	repl = sp ? sp->old.repl : DRBD_R_OFF;
	if (repl == DRBD_R_WF_BITMAP_T) {
		r->todo |= DRBD_RESYNC_ANSWER;
		r->start_target = true;
	} else if (repl == DRBD_R_WF_BITMAP_S) {
		r->todo |= DRBD_RESYNC_START;
		r->start_target = false;
	}
	drbd_resync_kick(pd, 0);
	spin_unlock_irq(&res->st.lock);
	drbd_info(res, "volume %d, peer %d: received bitmap, %llu bits are set now\n",
		  pd->dev->volume, pd->conn->node_id,
		  drbd_volume_out_of_sync(pd->dev, pd->conn->node_id));
}

/**
 * drbd_bitmap_got() - P_BITMAP or P_COMPRESSED_BITMAP
 * @pd: from which peer, for which volume
 * @p: the packet
 *
 * Context: the receiver.
 *
 * Return: 0, or a negative errno for the reason to drop the connection.
 */
int drbd_bitmap_got(struct drbd_peer_device *pd, struct drbd_packet *p)
{
	struct drbd_device *dev = pd->dev;
	int rv = 0, slot;

	if (wait_event_interruptible(dev->res->st.wait, may_take(pd)))
		return -EINTR;
	if (!drbd_volume_get_disk(dev))
		return 0;
	slot = READ_ONCE(dev->uuids.slots[pd->conn->node_id].bitmap_index);
	if (slot >= 0)
		rv = merge(pd, p, slot);
	if (!rv && slot >= 0 && pd->resync.rx.done)
		got_all(pd);
	drbd_volume_put_disk(dev);
	return rv;
}
