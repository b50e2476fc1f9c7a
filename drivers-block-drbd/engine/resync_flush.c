// SPDX-License-Identifier: GPL-2.0-only
/*
 * P_FLUSH_REQUESTS: before a target ends a resync, it has to hear of all writes
 *
 * Source: spec/resync.md 3.7.
 */

#include "packets.h"
#include "receiver.h"
#include "request.h"
#include "resync.h"

#define PROTO_FLUSH	123

/* ---- this node as target ---- */

/**
 * drbd_flush_effect() - do what a state change demands of flush rounds
 * @res: the resource, locked
 * @e: what
 */
void drbd_flush_effect(struct drbd_resource *res, const struct drbd_effect *e)
{
	switch (e->kind) {
	case DRBD_DO_FLUSH_ROUND:
		/* Who answers this round need not answer those before. */
		res->flush.sequence++;
		break;
	case DRBD_DO_EXPECT_FLUSH:
		res->flush.pending[e->node_id] |= e->arg;
		break;
	case DRBD_DO_FORGET_FLUSH:
		drbd_flush_lost(&res->flush, e->node_id, e->volume == DRBD_NO_VOLUME);
		break;
	default:
		break;
	}
}

/**
 * drbd_flush_send() - send the requests of a new round
 * @res: the resource
 *
 * Context: may sleep.
 */
void drbd_flush_send(struct drbd_resource *res)
{
	struct drbd_connection *conn;
	union drbd_wire_body body = {};
	bool ask;
	int c;

	drbd_for_each_connection(res, conn) {
		spin_lock_irq(&res->st.lock);
		c = drbd_states_conn(&res->st, conn->node_id);
		ask = c >= 0 && conn->out.up && conn->link.version >= PROTO_FLUSH &&
		      res->st.s.conn[c].old.cstate == DRBD_C_CONNECTED &&
		      res->st.s.conn[c].old.peer_role == DRBD_ROLE_PRIMARY;
		body.flush.flush_sequence = res->flush.sequence;
		spin_unlock_irq(&res->st.lock);
		if (ask)
			drbd_send_packet(conn, DRBD_P_FLUSH_REQUESTS, DRBD_NO_VOLUME, &body,
					 NULL, 0);
	}
}

/* ---- jobs ---- */

/* Takes one of those that are due, or returns false. */
static bool take_due(struct drbd_connection *conn, u64 *due, const u64 *sequence,
		     struct drbd_wire_flush *flush)
{
	bool any;

	spin_lock_irq(&conn->res->st.lock);
	any = *due;
	if (any) {
		flush->node_id = __ffs64(*due);
		flush->flush_sequence = sequence[flush->node_id];
		*due &= ~drbd_node_mask(flush->node_id);
	}
	spin_unlock_irq(&conn->res->st.lock);
	return any;
}

static int send_acks(struct drbd_connection *conn, struct drbd_job *job, bool cancel)
{
	struct drbd_flush_out *out = container_of(job, struct drbd_flush_out, ack);
	union drbd_wire_body body = {};
	int rv = 0;

	while (!rv && take_due(conn, &out->ack_due, out->ack_sequence, &body.flush)) {
		if (!cancel)
			rv = drbd_send_packet(conn, DRBD_P_FLUSH_REQUESTS_ACK, DRBD_NO_VOLUME,
					      &body, NULL, 0);
	}
	return rv;
}

static int send_forwards(struct drbd_connection *conn, struct drbd_job *job, bool cancel)
{
	struct drbd_flush_out *out = container_of(job, struct drbd_flush_out, forward);
	union drbd_wire_body body = {};
	int rv = 0;

	while (!rv && take_due(conn, &out->forward_due, out->forward_sequence, &body.flush)) {
		if (!cancel)
			rv = drbd_send_packet(conn, DRBD_P_FLUSH_FORWARD, DRBD_NO_VOLUME, &body,
					      NULL, 0);
	}
	return rv;
}

/* Locked. @primary has sent, or this node has passed on, all that @conn has to know. */
static void queue_ack(struct drbd_connection *conn, int primary, u64 sequence)
{
	struct drbd_flush_out *out = &conn->flush;

	out->ack_sequence[primary] = sequence;
	out->ack_due |= drbd_node_mask(primary);
	out->ack.run = send_acks;
	if (list_empty(&out->ack.entry))
		drbd_sender_queue(conn, &out->ack);
}

/* Locked. */
static void queue_forward(struct drbd_connection *conn, int target, u64 sequence)
{
	struct drbd_flush_out *out = &conn->flush;

	out->forward_sequence[target] = sequence;
	out->forward_due |= drbd_node_mask(target);
	out->forward.run = send_forwards;
	if (list_empty(&out->forward.entry))
		drbd_acks_queue(conn, &out->forward);
}

/* ---- this node as Primary ---- */

/* Locked. */
static void answer(struct drbd_resource *res)
{
	struct drbd_connection *conn;
	unsigned long node;
	int target;
	u64 due;

	xa_for_each(&res->connections, node, conn) {
		due = drbd_flush_covered(&res->flush_rounds, node, res->covered);
		for (target = 0; due && target < DRBD_NODES; target++) {
			u64 sequence = res->flush_rounds.round[target].sequence;

			if (!(due & drbd_node_mask(target)))
				continue;
			if (drbd_flush_packet(target, node) == DRBD_FLUSH_ACK)
				queue_ack(conn, res->node_id, sequence);
			else
				queue_forward(conn, target, sequence);
		}
	}
}

/**
 * drbd_resync_covered() - more peer acks are on their way to all who are due them
 * @res: the resource
 *
 * Context: any.
 */
void drbd_resync_covered(struct drbd_resource *res)
{
	unsigned long irq;

	spin_lock_irqsave(&res->st.lock, irq);
	answer(res);
	spin_unlock_irqrestore(&res->st.lock, irq);
}

/* Locked. */
static u64 connected(struct drbd_resource *res)
{
	const struct drbd_state *s = &res->st.s;
	unsigned int c;
	u64 nodes = 0;

	for (c = 0; c < s->nconn; c++) {
		if (s->conn[c].old.cstate == DRBD_C_CONNECTED &&
		    s->conn[c].protocol >= PROTO_FLUSH)
			nodes |= drbd_node_mask(s->conn[c].node_id);
	}
	return nodes;
}

/**
 * drbd_flush_packet_got() - P_FLUSH_REQUESTS or P_FLUSH_REQUESTS_ACK
 * @conn: from whom
 * @p: the packet
 *
 * Context: the receiver.
 *
 * Return: 0.
 */
int drbd_flush_packet_got(struct drbd_connection *conn, struct drbd_packet *p)
{
	const struct drbd_wire_flush *flush = &p->body.flush;
	struct drbd_resource *res = conn->res;

	spin_lock_irq(&res->st.lock);
	if (p->kind->number == DRBD_P_FLUSH_REQUESTS_ACK) {
		drbd_flush_ack(&res->flush, flush->flush_sequence, flush->node_id,
			       conn->node_id);
	} else {
		drbd_flush_requested(&res->flush_rounds, conn->node_id, flush->flush_sequence,
				     drbd_dagtag_to_flush(&res->dagtag), connected(res));
		drbd_send_peer_ack(res);
		answer(res);
	}
	spin_unlock_irq(&res->st.lock);
	return 0;
}

/* ---- this node as one that passes on ---- */

/**
 * drbd_flush_forward_got() - P_FLUSH_FORWARD
 * @conn: from which Primary; locked
 * @flush: the packet
 *
 * All that followed from earlier peer acks of that Primary has to be queued by now.
 *
 * Context: softirq.
 *
 * Return: 0.
 */
int drbd_flush_forward_got(struct drbd_connection *conn, const struct drbd_wire_flush *flush)
{
	struct drbd_resource *res = conn->res;
	struct drbd_connection *target;

	if (!drbd_flush_forwards(flush->node_id, res->node_id, connected(res)))
		return 0;
	target = xa_load(&res->connections, flush->node_id);
	if (target)
		queue_ack(target, conn->node_id, flush->flush_sequence);
	return 0;
}

/**
 * drbd_flush_down() - a connection is cleaned up
 * @conn: the connection, locked
 */
void drbd_flush_down(struct drbd_connection *conn)
{
	struct drbd_resource *res = conn->res;

	drbd_flush_lost(&res->flush, conn->node_id, true);
	drbd_flush_gone(&res->flush_rounds, conn->node_id);
	conn->flush.ack_due = 0;
	conn->flush.forward_due = 0;
}
