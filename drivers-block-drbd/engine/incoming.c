// SPDX-License-Identifier: GPL-2.0-only
/*
 * What comes from a peer: ranges, memory, sequence numbers
 *
 * Source: spec/io.md 6
 */

#include "incoming.h"
#include "volume.h"

/* ---- what is asked for again and again ---- */

/**
 * drbd_conn_cstate() - look up the state of a connection
 * @conn: the connection
 *
 * Context: any, unlocked.
 *
 * Return: &enum drbd_cstate.
 */
u32 drbd_conn_cstate(struct drbd_connection *conn)
{
	struct drbd_states *st = &conn->res->st;
	enum drbd_cstate cstate = DRBD_C_STANDALONE;
	unsigned long irq;
	int c;

	spin_lock_irqsave(&st->lock, irq);
	c = drbd_states_conn(st, conn->node_id);
	if (c >= 0)
		cstate = st->s.conn[c].old.cstate;
	spin_unlock_irqrestore(&st->lock, irq);
	return cstate;
}

/**
 * drbd_incoming_wait() - wait until something of a peer is done
 * @conn: the connection
 * @count: number of what is not done, in &drbd_incoming
 *
 * Context: the receiver.
 *
 * Return: false if the connection was lost meanwhile.
 */
bool drbd_incoming_wait(struct drbd_connection *conn, const u32 *count)
{
	bool lost = false;

	wait_event(conn->res->st.wait, !READ_ONCE(*count) ||
		   (lost = drbd_conn_cstate(conn) < DRBD_C_CONNECTING));
	return !lost;
}

/**
 * drbd_incoming_range() - check what a packet is about
 * @conn: where it came from
 * @pd: of which volume
 * @p: the packet
 * @sector: where the range begins
 * @bytes: size of it
 *
 * Return: 0, or -EPROTO if the device does not have it.
 */
int drbd_incoming_range(struct drbd_connection *conn, struct drbd_peer_device *pd,
			const struct drbd_packet *p, u64 sector, u32 bytes)
{
	u64 capacity = get_capacity(pd->dev->disk), sectors = bytes >> SECTOR_SHIFT;
	u32 block = queue_logical_block_size(pd->dev->disk->queue);

	if (bytes && !(bytes & (block - 1)) && !(sector & ((block >> SECTOR_SHIFT) - 1)) &&
	    sector <= capacity &&
	    sectors <= capacity - sector)
		return 0;
	drbd_err(conn->res, "peer %d: volume %d: %s: bad range %llu +%u, size is %llu\n",
		 conn->node_id, pd->dev->volume, p->kind->name, sector, bytes, capacity);
	return -EPROTO;
}

static u32 pages_of(u32 bytes)
{
	return DIV_ROUND_UP(bytes, PAGE_SIZE);
}

/**
 * drbd_incoming_throttle() - do not let a peer have all memory
 * @conn: the connection
 * @bytes: of what comes next; it is counted
 *
 * A limit that were kept would block what makes room.
 *
 * Context: the receiver.
 */
void drbd_incoming_throttle(struct drbd_connection *conn, u32 bytes)
{
	struct drbd_states *st = &conn->res->st;
	struct drbd_incoming *in = &conn->in;

	wait_event_timeout(st->wait, READ_ONCE(in->pages) < READ_ONCE(conn->conf.max_buffers),
			   HZ / 10);
	spin_lock_irq(&st->lock);
	in->pages += pages_of(bytes);
	spin_unlock_irq(&st->lock);
}

/**
 * drbd_incoming_pages_done() - pages were given back
 * @conn: the connection, locked
 * @bytes: what drbd_incoming_throttle() counted
 */
void drbd_incoming_pages_done(struct drbd_connection *conn, u32 bytes)
{
	struct drbd_incoming *in = &conn->in;
	bool full = in->pages >= conn->conf.max_buffers;

	in->pages -= pages_of(bytes);
	if (full)
		wake_up_all(&conn->res->st.wait);
}

/**
 * drbd_device_request_done() - something does not refer to a device any more
 * @dev: the device, locked; it may be gone when the lock is released
 */
void drbd_device_request_done(struct drbd_device *dev)
{
	if (!--dev->requests)
		wake_up_all(&dev->res->st.wait);
}

/* ---- sequence numbers ---- */

/**
 * drbd_next_seq() - get a sequence number for a write or an ack
 * @pd: to which peer, of which volume
 *
 * Context: any.
 *
 * Return: the number.
 */
u32 drbd_next_seq(struct drbd_peer_device *pd)
{
	return atomic_inc_return(&pd->in.seq);
}

static void seen(struct drbd_peer_device *pd, u32 seq)
{
	if (!drbd_seq_newer(seq, pd->in.seen))
		return;
	pd->in.seen = seq;
	if (pd->conn->conf.two_primaries)
		wake_up_all(&pd->conn->res->st.wait);
}

static bool is_ack(u32 number)
{
	switch (number) {
	case DRBD_P_RECV_ACK:
	case DRBD_P_WRITE_ACK:
	case DRBD_P_WRITE_ACK_IN_SYNC:
	case DRBD_P_RS_WRITE_ACK:
	case DRBD_P_NEG_ACK:
	case DRBD_P_NEG_DREPLY:
	case DRBD_P_NEG_RS_DREPLY:
	case DRBD_P_RS_NEG_ACK:
	case DRBD_P_RS_IS_IN_SYNC:
	case DRBD_P_RS_CANCEL:
	case DRBD_P_RS_CANCEL_AHEAD:
		return true;
	default:
		return false;
	}
}

/**
 * drbd_seq_seen() - note the sequence number of an ack
 * @conn: where it came from
 * @number: of the packet, on the control stream
 * @volume: number of the volume
 * @body: the packet
 *
 * The effects of an ack are to be there before writes with higher numbers are looked at.
 *
 * Context: any, unlocked.
 */
void drbd_seq_seen(struct drbd_connection *conn, u32 number, int volume,
		   const union drbd_wire_body *body)
{
	struct drbd_peer_device *pd;
	unsigned long irq;

	if (!is_ack(number))
		return;
	rcu_read_lock();
	spin_lock_irqsave(&conn->res->st.lock, irq);
	pd = xa_load(&conn->peer_devices, volume);
	if (pd)
		seen(pd, body->block.seq_num);
	spin_unlock_irqrestore(&conn->res->st.lock, irq);
	rcu_read_unlock();
}

/**
 * drbd_seq_wait() - wait until it is the turn of a write
 * @pd: of which peer, to which volume
 * @seq: its sequence number
 *
 * With two Primaries, acks of the peer that were sent before its write come first.
 *
 * Context: the receiver.
 *
 * Return: 0, or -EPROTO if these do not come.
 */
int drbd_seq_wait(struct drbd_peer_device *pd, u32 seq)
{
	struct drbd_connection *conn = pd->conn;
	struct drbd_states *st = &conn->res->st;
	bool due = true;

	if (conn->conf.two_primaries)
		due = wait_event_timeout(st->wait, drbd_seq_due(seq, READ_ONCE(pd->in.seen)) ||
					 drbd_conn_cstate(conn) < DRBD_C_CONNECTING,
					 msecs_to_jiffies(100 * READ_ONCE(conn->conf.ping_timeo)));
	if (!due) {
		drbd_err(conn->res,
			 "peer %d: Timed out waiting for missing ack packets; disconnecting\n",
			 conn->node_id);
		return -EPROTO;
	}
	spin_lock_irq(&st->lock);
	seen(pd, seq);
	spin_unlock_irq(&st->lock);
	return 0;
}
