// SPDX-License-Identifier: GPL-2.0-only
/*
 * Peer acks: which nodes have what this one wrote
 *
 * Source: spec/io.md 4.5.
 */

#include "../core/wire_table.h"
#include "packets.h"
#include "request.h"

static void peer_ack(struct drbd_resource *res, u64 dagtag, u64 nodes, u64 sent)
{
	const union drbd_wire_body body = { .dagtag = { .dagtag = dagtag, .mask = nodes } };
	struct drbd_connection *conn;
	bool up;

	drbd_for_each_connection(res, conn) {
		spin_lock_irq(&res->st.lock);
		up = conn->out.up;
		spin_unlock_irq(&res->st.lock);
		if (drbd_peer_ack_to(up, conn->link.version, sent, conn->node_id) ==
		    DRBD_PEER_ACK_SEND)
			drbd_send_packet(conn, DRBD_P_PEER_ACK, DRBD_NO_VOLUME, &body, NULL, 0);
	}
	spin_lock_irq(&res->st.lock);
	res->covered = dagtag;
	spin_unlock_irq(&res->st.lock);
	drbd_resync_covered(res);
}

/* Returns false if there was none. */
static bool send_kept(struct drbd_resource *res)
{
	struct drbd_req *req;

	spin_lock_irq(&res->st.lock);
	req = list_first_entry_or_null(&res->peer_acks, struct drbd_req, entry);
	if (req)
		list_del(&req->entry);
	spin_unlock_irq(&res->st.lock);
	if (!req)
		return false;
	peer_ack(res, req->ack.dagtag, req->ack.nodes, req->ack.sent);
	spin_lock_irq(&res->st.lock);
	drbd_req_free(req);
	spin_unlock_irq(&res->st.lock);
	return true;
}

/**
 * drbd_peer_ack_work() - tell peers which nodes have what was written
 * @work: that of the resource
 */
void drbd_peer_ack_work(struct work_struct *work)
{
	struct drbd_resource *res = container_of(to_delayed_work(work), struct drbd_resource,
						 peer_ack_work);
	u64 nodes, dagtag, sent;
	bool idle, pending;

	do {
		while (send_kept(res))
			;
		spin_lock_irq(&res->st.lock);
		nodes = res->peer_ack.nodes;
		dagtag = res->peer_ack.dagtag;
		sent = res->peer_ack_sent;
		idle = list_empty(&res->peer_acks);
		pending = idle && drbd_peer_ack_flush(&res->peer_ack);
		spin_unlock_irq(&res->st.lock);
		if (pending)
			peer_ack(res, dagtag, nodes, sent);
	} while (!idle);
}

/**
 * drbd_send_peer_ack() - have the pending peer ack sent now
 * @res: the resource
 *
 * Context: any.
 */
void drbd_send_peer_ack(struct drbd_resource *res)
{
	mod_delayed_work(drbd_wq, &res->peer_ack_work, 0);
}

/**
 * drbd_delay_peer_ack() - have the pending peer ack sent if nothing follows for a while
 * @res: the resource, locked
 *
 * What is to be sent now stays so.
 *
 * Context: any.
 */
void drbd_delay_peer_ack(struct drbd_resource *res)
{
	struct delayed_work *work = &res->peer_ack_work;

	if (delayed_work_pending(work) && !timer_pending(&work->timer))
		return;
	mod_delayed_work(drbd_wq, work, msecs_to_jiffies(res->opts.peer_ack_delay));
}
