// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets to a peer
 *
 * core/ knows what packets look like. A packet is put together on the stack and is
 * handed to the transport in one piece, so that nobody gets in between, and so that
 * transports that send units never see a part of one.
 */

#include <linux/log2.h>
#include <linux/slab.h>

#include "../core/limits.h"
#include "../core/sizes.h"
#include "../core/state_tell.h"
#include "../core/uuid_tell.h"
#include "../core/wire_compat.h"
#include "../core/wire_table.h"
#include "packets.h"
#include "receiver.h"
#include "volume.h"

/* The largest packet but for parts of a bitmap: P_UUIDS110 with 32 bitmap and 32 history UUIDs. */
#define PACKET_SIZE	640

/* What goes out after these must not wait for more. */
static bool is_urgent(u32 number)
{
	switch (number) {
	case DRBD_P_PING:
	case DRBD_P_PING_ACK:
	case DRBD_P_TWOPC_PREPARE:
	case DRBD_P_TWOPC_COMMIT:
	case DRBD_P_TWOPC_ABORT:
	case DRBD_P_TWOPC_YES:
	case DRBD_P_TWOPC_NO:
	case DRBD_P_TWOPC_RETRY:
	case DRBD_P_DISCONNECT:
		return true;
	default:
		return false;
	}
}

/**
 * drbd_send_packet() - send a packet without data
 * @conn: to whom
 * @number: of the packet
 * @volume: number of the volume, or DRBD_NO_VOLUME
 * @body: the fixed part
 * @tail: what follows
 * @tail_len: bytes of @tail
 *
 * Return: 0, or a negative errno; -EOPNOTSUPP for a packet that this peer does not
 * understand.
 */
int drbd_send_packet(struct drbd_connection *conn, u32 number, int volume,
		     const union drbd_wire_body *body, const void *tail, u32 tail_len)
{
	const struct drbd_wire_packet *packet = drbd_wire_packet(number);
	struct drbd_transport *tr = conn->transport;
	struct drbd_wire_header head;
	struct drbd_wire_error err;
	enum drbd_stream stream;
	u8 buf[PACKET_SIZE];
	int len, fixed, rv;

	if (drbd_wire_announce(&conn->link, packet, volume, tail_len, &head, &err)) {
		drbd_err(conn->res, "peer %d: cannot send %s: %s 0x%llx\n", conn->node_id,
			 err.packet, err.field, err.value);
		return -EOPNOTSUPP;
	}
	len = drbd_wire_header_encode(&head, buf, sizeof(buf));
	fixed = drbd_wire_encode(&conn->link, packet, body, buf + len, sizeof(buf) - len, &err);
	if (len < 0 || fixed < 0) {
		drbd_err(conn->res, "peer %d: cannot encode %s: %s 0x%llx\n", conn->node_id,
			 err.packet, err.field, err.value);
		return -EINVAL;
	}
	len += fixed;
	/* Only parts of a bitmap are larger. */
	if (tail_len <= sizeof(buf) - len) {
		memcpy(buf + len, tail, tail_len);
		len += tail_len;
		tail_len = 0;
	}
	stream = packet->stream & DRBD_WIRE_DATA ? DRBD_DATA_STREAM : DRBD_CONTROL_STREAM;
	drbd_transport_send_begin(tr, stream);
	rv = drbd_transport_send_buf(tr, stream, buf, len, tail_len ? DRBD_SEND_MORE : 0);
	if (!rv && tail_len)
		rv = drbd_transport_send_buf(tr, stream, tail, tail_len, 0);
	if (!rv && is_urgent(number))
		drbd_transport_hint(tr, stream, DRBD_HINT_PUSH);
	drbd_transport_send_end(tr, stream);
	if (rv)
		drbd_conn_lost(conn, rv == -EAGAIN ? DRBD_C_TIMEOUT : DRBD_C_NETWORK_FAILURE);
	return rv;
}

static u32 twopc_number(const struct drbd_twopc_msg *msg)
{
	switch (msg->cmd) {
	case DRBD_TWOPC_PREPARE:
		return msg->resize ? DRBD_P_TWOPC_PREP_RSZ : DRBD_P_TWOPC_PREPARE;
	case DRBD_TWOPC_COMMIT:
		return DRBD_P_TWOPC_COMMIT;
	case DRBD_TWOPC_ABORT:
		return DRBD_P_TWOPC_ABORT;
	case DRBD_TWOPC_YES:
		return DRBD_P_TWOPC_YES;
	case DRBD_TWOPC_NO:
		return DRBD_P_TWOPC_NO;
	case DRBD_TWOPC_RETRY:
		break;
	}
	return DRBD_P_TWOPC_RETRY;
}

/**
 * drbd_send_twopc() - send a packet of a two-phase commit
 * @conn: to whom
 * @msg: the packet
 *
 * Return: 0, or a negative errno.
 */
int drbd_send_twopc(struct drbd_connection *conn, const struct drbd_twopc_msg *msg)
{
	bool v2 = conn->link.features & DRBD_FF_2PC_V2;
	union drbd_wire_body body = {};

	if (msg->cmd >= DRBD_TWOPC_YES) {
		body.reply = (struct drbd_wire_twopc_reply) {
			.tid = msg->tid, .initiator_node_id = msg->initiator,
			.reachable_nodes = msg->reachable_nodes,
			.primary_nodes = msg->primary_nodes,
			.weak_nodes = msg->resize ? msg->size : msg->weak_nodes,
		};
		return drbd_send_packet(conn, twopc_number(msg), msg->volume, &body, NULL, 0);
	}
	body.twopc = (struct drbd_wire_twopc) {
		.tid = msg->tid,
		.flags = v2 ? DRBD_WIRE_HAS_FLAGS | msg->flags : 0,
		.initiator_node_id = msg->initiator,
		.target_node_id = msg->target,
		.nodes_to_reach = msg->nodes_to_reach,
		.user_size = msg->size,
		.change = { .mask = msg->mask, .val = msg->value },
		.dds_flags = msg->dds_flags,
		.primary_nodes = msg->primary_nodes,
		.verdict = msg->resize ? msg->size : msg->reachable_nodes,
	};
	if (msg->cmd != DRBD_TWOPC_PREPARE && !msg->resize && !v2)
		body.twopc.verdict = drbd_wire_twopc_verdict(body.twopc.change);
	return drbd_send_packet(conn, twopc_number(msg), msg->volume, &body, NULL, 0);
}

/**
 * drbd_twopc_from_wire() - put a packet of a two-phase commit into plain form
 * @number: of the packet
 * @volume: of the header
 * @resize: the transaction is a resize
 * @body: the packet
 * @msg: the result
 *
 * Return: false if @number is not of a two-phase commit.
 */
bool drbd_twopc_from_wire(u32 number, int volume, bool resize, const union drbd_wire_body *body,
			  struct drbd_twopc_msg *msg)
{
	const struct drbd_wire_twopc_reply *reply = &body->reply;
	const struct drbd_wire_twopc *req = &body->twopc;

	*msg = (struct drbd_twopc_msg) { .volume = volume, .resize = resize };
	switch (number) {
	case DRBD_P_TWOPC_PREPARE:
	case DRBD_P_TWOPC_PREP_RSZ:
		msg->cmd = DRBD_TWOPC_PREPARE;
		msg->resize = number == DRBD_P_TWOPC_PREP_RSZ;
		break;
	case DRBD_P_TWOPC_COMMIT:
		msg->cmd = DRBD_TWOPC_COMMIT;
		break;
	case DRBD_P_TWOPC_ABORT:
		msg->cmd = DRBD_TWOPC_ABORT;
		break;
	case DRBD_P_TWOPC_YES:
		msg->cmd = DRBD_TWOPC_YES;
		break;
	case DRBD_P_TWOPC_NO:
		msg->cmd = DRBD_TWOPC_NO;
		break;
	case DRBD_P_TWOPC_RETRY:
		msg->cmd = DRBD_TWOPC_RETRY;
		break;
	default:
		return false;
	}
	if (msg->cmd >= DRBD_TWOPC_YES) {
		msg->tid = reply->tid;
		msg->initiator = reply->initiator_node_id;
		msg->target = DRBD_NO_NODE;
		msg->reachable_nodes = reply->reachable_nodes;
		msg->primary_nodes = reply->primary_nodes;
		if (resize)
			msg->size = reply->weak_nodes;
		else
			msg->weak_nodes = reply->weak_nodes;
		return true;
	}
	msg->tid = req->tid;
	msg->flags = req->flags & (DRBD_TWOPC_HAS_REACHABLE | DRBD_TWOPC_PRI_INCAPABLE);
	msg->initiator = req->initiator_node_id;
	msg->target = req->target_node_id;
	msg->nodes_to_reach = req->nodes_to_reach;
	msg->dds_flags = req->dds_flags;
	if (msg->cmd == DRBD_TWOPC_PREPARE) {
		msg->size = req->user_size;
		msg->mask = req->change.mask;
		msg->value = req->change.val;
		return true;
	}
	msg->primary_nodes = req->primary_nodes;
	if (resize)
		msg->size = req->verdict;
	else if (req->flags & DRBD_WIRE_HAS_REACHABLE)
		msg->reachable_nodes = req->verdict;
	return true;
}

/**
 * drbd_send_protocol() - send P_PROTOCOL
 * @conn: to whom
 *
 * Context: the receiver.
 *
 * Return: 0, or a negative errno.
 */
int drbd_send_protocol(struct drbd_connection *conn)
{
	char integrity[DRBD_ALG_SIZE];
	union drbd_wire_body body = {};

	spin_lock_irq(&conn->res->st.lock);
	body.protocol = (struct drbd_wire_protocol) {
		.protocol = conn->conf.wire_protocol,
		.after_sb_0p = conn->conf.after_sb_0p,
		.after_sb_1p = conn->conf.after_sb_1p,
		.after_sb_2p = conn->conf.after_sb_2p,
		.conn_flags = (test_bit(DRBD_CONN_DISCARD, &conn->flags) ? 1 : 0) |
			      (test_bit(DRBD_CONN_TENTATIVE, &conn->flags) ? 2 : 0),
		.two_primaries = conn->conf.two_primaries,
	};
	strscpy_pad(integrity, conn->conf.integrity_alg);
	spin_unlock_irq(&conn->res->st.lock);
	return drbd_send_packet(conn, DRBD_P_PROTOCOL, DRBD_NO_VOLUME, &body, integrity,
				strlen(integrity) + 1);
}

/**
 * drbd_send_sync_param() - send P_SYNC_PARAM89
 * @pd: to whom, about which volume
 *
 * Return: 0, or a negative errno.
 */
int drbd_send_sync_param(struct drbd_peer_device *pd)
{
	struct drbd_connection *conn = pd->conn;
	union drbd_wire_body body = {};

	spin_lock_irq(&conn->res->st.lock);
	body.sync_param = (struct drbd_wire_sync_param) {
		.resync_rate = pd->conf.resync_rate,
		.c_plan_ahead = pd->conf.c_plan_ahead,
		.c_delay_target = pd->conf.c_delay_target,
		.c_fill_target = pd->conf.c_fill_target,
		.c_max_rate = pd->conf.c_max_rate,
	};
	strscpy(body.sync_param.verify_alg, conn->conf.verify_alg);
	strscpy(body.sync_param.csums_alg, conn->conf.csums_alg);
	spin_unlock_irq(&conn->res->st.lock);
	return drbd_send_packet(conn, DRBD_P_SYNC_PARAM89, pd->dev->volume, &body, NULL, 0);
}

/**
 * drbd_send_sizes() - send P_SIZES
 * @pd: to whom, about which volume
 * @flags: DRBD_SIZE_*
 *
 * Return: 0, or a negative errno.
 */
int drbd_send_sizes(struct drbd_peer_device *pd, unsigned int flags)
{
	struct drbd_device *dev = pd->dev;
	struct queue_limits *lim = &dev->disk->queue->limits;
	union drbd_wire_body body = {};
	struct drbd_wire_sizes *sizes = &body.sizes;

	sizes->c_size = get_capacity(dev->disk);
	sizes->max_bio_size = DRBD_MAX_BIO_SIZE;
	sizes->dds_flags = flags;
	if (drbd_volume_get_disk(dev)) {
		sizes->d_size = drbd_volume_max_size(dev);
		sizes->u_size = dev->disk_conf.disk_size;
		sizes->discard_enabled =
			!!bdev_max_discard_sectors(drbd_data_bdev(dev->backing));
		sizes->bm_block_shift = ilog2(dev->sb.layout.bm_bytes_per_bit) -
					DRBD_BM_SHIFT_MIN;
		drbd_volume_put_disk(dev);
	}
	sizes->physical_block_size = lim->physical_block_size;
	sizes->logical_block_size = lim->logical_block_size;
	sizes->io_min = lim->io_min;
	sizes->io_opt = lim->io_opt;
	return drbd_send_packet(pd->conn, DRBD_P_SIZES, dev->volume, &body, NULL, 0);
}

static int send_current_uuid(struct drbd_peer_device *pd, u64 uuid, u64 weak)
{
	union drbd_wire_body body = {};

	body.uuids.current_uuid = uuid;
	body.uuids.node_mask = weak;
	return drbd_send_packet(pd->conn, DRBD_P_CURRENT_UUID, pd->dev->volume, &body, NULL, 0);
}

/**
 * drbd_send_own_current() - send P_CURRENT_UUID, with a disk as well
 * @pd: to whom, about which volume
 * @weak: nodes that have no stable data
 *
 * Return: 0, or a negative errno.
 */
int drbd_send_own_current(struct drbd_peer_device *pd, u64 weak)
{
	struct drbd_device *dev = pd->dev;
	struct drbd_states *st = &dev->res->st;
	u64 uuid;
	int d;

	spin_lock_irq(&st->lock);
	d = drbd_states_dev(st, dev->volume);
	uuid = d >= 0 && st->s.dev[d].old.disk >= DRBD_D_NEGOTIATING ?
	       dev->uuids.current_uuid : dev->uuids.exposed;
	spin_unlock_irq(&st->lock);
	return send_current_uuid(pd, uuid, weak);
}

/* What is told to the peer; remembered, since the peer will rely on it. */
static noinline_for_stack bool tell(struct drbd_peer_device *pd, u64 flags,
				    struct drbd_peer_uuids *out)
{
	struct drbd_device *dev = pd->dev;
	struct drbd_uuid_env env;
	bool disk;
	u64 bits;

	spin_lock_irq(&dev->res->st.lock);
	drbd_volume_uuid_env(dev, &env);
	disk = env.disk >= DRBD_D_NEGOTIATING;
	if (disk) {
		bits = drbd_volume_out_of_sync(dev, pd->conn->node_id);
		drbd_uuid_tell(&dev->uuids, &env, pd->conn->node_id, bits,
			       flags | drbd_volume_uuid_flags(pd), out);
		pd->told = (struct drbd_uuid_comm) {
			.current_uuid = out->current_uuid,
			.bitmap_uuid = dev->uuids.slots[pd->conn->node_id].uuid,
			.flags = out->flags,
			.bits = bits,
		};
	} else {
		out->current_uuid = dev->uuids.exposed;
		out->node_mask = drbd_uuid_weak_nodes(&env, dev->res->node_id);
		pd->told = (struct drbd_uuid_comm) { .current_uuid = out->current_uuid };
	}
	pd->told_valid = true;
	spin_unlock_irq(&dev->res->st.lock);
	return disk;
}

/* Returns the number of UUIDs behind the fixed part, or -1 on a node without a disk. Functions
 * of their own for what they have on the stack.
 */
static noinline_for_stack int put_uuids(struct drbd_peer_device *pd, u64 flags,
					struct drbd_wire_uuids *fixed, __be64 *tail)
{
	struct drbd_peer_uuids uuids;
	bool disk = tell(pd, flags, &uuids);
	int n = 0, i;

	*fixed = (struct drbd_wire_uuids) {
		.current_uuid = uuids.current_uuid, .node_mask = uuids.node_mask,
	};
	if (!disk)
		return -1;
	fixed->dirty_bits = uuids.dirty_bits;
	fixed->uuid_flags = uuids.flags;
	fixed->bitmap_uuids_mask = uuids.bitmap_mask;
	for (i = 0; i < DRBD_NODES; i++) {
		if (uuids.bitmap_mask & drbd_node_mask(i))
			tail[n++] = cpu_to_be64(uuids.bitmap[i]);
	}
	for (i = 0; i < DRBD_HISTORY_UUIDS; i++)
		tail[n++] = cpu_to_be64(uuids.history[i]);
	return n;
}

/**
 * drbd_send_uuids() - send P_UUIDS110, or what a node without a disk has instead
 * @pd: to whom, about which volume
 * @flags: DRBD_UUID_FLAG_* beside those that follow from the state
 *
 * Return: 0, or a negative errno.
 */
int drbd_send_uuids(struct drbd_peer_device *pd, u64 flags)
{
	__be64 tail[DRBD_NODES + DRBD_HISTORY_UUIDS];
	union drbd_wire_body body = {};
	int n = put_uuids(pd, flags, &body.uuids, tail);

	if (n < 0)
		return send_current_uuid(pd, body.uuids.current_uuid, body.uuids.node_mask);
	return drbd_send_packet(pd->conn, DRBD_P_UUIDS110, pd->dev->volume, &body, tail,
				n * sizeof(tail[0]));
}

/**
 * drbd_send_state() - send P_STATE of a volume
 * @pd: to whom, about which volume
 * @s: state that has both
 * @when: which copy
 *
 * Return: 0, or a negative errno.
 */
int drbd_send_state(struct drbd_peer_device *pd, const struct drbd_state *s,
		    enum drbd_state_when when)
{
	union drbd_wire_body body = {};
	struct drbd_wire_state state;
	unsigned int c, d;

	for (c = 0; c < s->nconn && s->conn[c].node_id != pd->conn->node_id; c++)
		;
	for (d = 0; d < s->ndev && s->dev[d].volume != pd->dev->volume; d++)
		;
	if (c == s->nconn || d == s->ndev)
		return 0;
	drbd_state_tell(s, d, c, when, &state);
	body.state = drbd_wire_state_encode(&state, pd->conn->link.version);
	WRITE_ONCE(pd->told_disk, state.disk);
	return drbd_send_packet(pd->conn, DRBD_P_STATE, pd->dev->volume, &body, NULL, 0);
}

/**
 * drbd_send_current_state() - send P_STATE of a volume as it is now
 * @pd: to whom, about which volume
 *
 * Return: 0, or a negative errno.
 */
int drbd_send_current_state(struct drbd_peer_device *pd)
{
	struct drbd_states *st = &pd->dev->res->st;
	struct drbd_state_conn conn = {};
	struct drbd_state_dev *dev;
	struct drbd_state_pd one = {};
	struct drbd_state s;
	int c, d, rv = 0;

	dev = kmalloc_obj(*dev, GFP_NOIO);
	if (!dev)
		return -ENOMEM;
	spin_lock_irq(&st->lock);
	c = drbd_states_conn(st, pd->conn->node_id);
	d = drbd_states_dev(st, pd->dev->volume);
	if (c >= 0 && d >= 0) {
		s = st->s;
		conn = st->s.conn[c];
		*dev = st->s.dev[d];
		one = *drbd_state_pd(&st->s, d, c);
		s.nconn = 1;
		s.ndev = 1;
		s.conn = &conn;
		s.dev = dev;
		s.pd = &one;
	}
	spin_unlock_irq(&st->lock);
	if (c >= 0 && d >= 0)
		rv = drbd_send_state(pd, &s, DRBD_OLD);
	kfree(dev);
	return rv;
}

/**
 * drbd_send_role() - send P_STATE of the resource
 * @conn: to whom
 * @role: own role
 *
 * Return: 0, or a negative errno.
 */
int drbd_send_role(struct drbd_connection *conn, enum drbd_node_role role)
{
	const struct drbd_wire_state state = { .role = role, .conn = DRBD_C_CONNECTED };
	union drbd_wire_body body = {};

	body.state = drbd_wire_state_encode(&state, conn->link.version);
	return drbd_send_packet(conn, DRBD_P_STATE, DRBD_NO_VOLUME, &body, NULL, 0);
}

/**
 * drbd_send_peer_dagtag() - send P_PEER_DAGTAG
 * @conn: to whom
 * @lost: node id of a Primary that was lost
 * @dagtag: how far this node received from it
 *
 * Return: 0, or a negative errno.
 */
int drbd_send_peer_dagtag(struct drbd_connection *conn, int lost, u64 dagtag)
{
	union drbd_wire_body body = {};

	body.dagtag.dagtag = dagtag;
	body.dagtag.node_id = lost;
	return drbd_send_packet(conn, DRBD_P_PEER_DAGTAG, DRBD_NO_VOLUME, &body, NULL, 0);
}
