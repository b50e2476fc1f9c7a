// SPDX-License-Identifier: GPL-2.0-only
/*
 * Peers that do not answer in time
 *
 * Source: spec/io.md 10.
 */

#include "../core/admission.h"
#include "receiver.h"
#include "request.h"

/* Locked. The oldest write that the peer has got, and not yet dealt with. */
static struct drbd_req *oldest(struct drbd_connection *conn, bool pending)
{
	struct drbd_req *req;

	list_for_each_entry(req, &conn->res->writes, writes) {
		u16 leg = req->r.leg[conn->node_id];

		if (leg & DRBD_LEG_SENT && !(leg & DRBD_LEG_DONE) &&
		    (!pending || leg & DRBD_LEG_PENDING))
			return req;
	}
	return NULL;
}

/* Locked. */
static enum drbd_timeout look(struct drbd_connection *conn, int *volume)
{
	struct drbd_req *req = oldest(conn, true);
	struct drbd_net_timeout t = {
		.now = get_jiffies_64(),
		.limit = (u64)conn->conf.timeout * conn->conf.ko_count * HZ / 10,
		.connected = conn->out.since,
		.barrier = conn->out.barrier_sent,
		.pending = req,
	};

	if (!req)
		req = oldest(conn, false);
	if (!req)
		return DRBD_TIMEOUT_NOT;
	t.sent = req->sent;
	t.same_epoch = req->epoch == conn->out.epoch.nr;
	*volume = req->dev->volume;
	return drbd_net_timeout(&t);
}

static void check(struct drbd_connection *conn)
{
	enum drbd_timeout what = DRBD_TIMEOUT_NOT;
	int volume = 0;

	spin_lock_irq(&conn->res->st.lock);
	if (conn->out.up)
		what = look(conn, &volume);
	spin_unlock_irq(&conn->res->st.lock);
	switch (what) {
	case DRBD_TIMEOUT_NOT:
		break;
	case DRBD_TIMEOUT_NO_BARRIER:
		drbd_warn(conn->res, "peer %d: volume %d: no barrier sent for long\n",
			  conn->node_id, volume);
		break;
	case DRBD_TIMEOUT_REQUEST:
	case DRBD_TIMEOUT_BARRIER:
		drbd_warn(conn->res, "peer %d: volume %d: failed to %s within %u.%u s x %u\n",
			  conn->node_id, volume, what == DRBD_TIMEOUT_REQUEST ?
			  "finish a request" : "answer a barrier", conn->conf.timeout / 10,
			  conn->conf.timeout % 10, conn->conf.ko_count);
		drbd_conn_lost(conn, DRBD_C_TIMEOUT);
		break;
	}
}

/**
 * drbd_timeout_work() - give up peers that do not answer
 * @work: that of the resource; it runs as long as there are writes
 */
void drbd_timeout_work(struct work_struct *work)
{
	struct drbd_resource *res = container_of(to_delayed_work(work), struct drbd_resource,
						 timeout_work);
	struct drbd_connection *conn;
	bool more;

	drbd_for_each_connection(res, conn)
		check(conn);
	spin_lock_irq(&res->st.lock);
	more = !list_empty(&res->writes);
	spin_unlock_irq(&res->st.lock);
	if (more)
		queue_delayed_work(drbd_wq, &res->timeout_work, HZ);
}
