// SPDX-License-Identifier: GPL-2.0-only
/*
 * The transfer log: requests in the order in which they were begun
 *
 * A request stays until nothing is expected from any peer any more. So what is in the
 * log is what a peer may not have.
 *
 * Source: spec/io.md 2.7, 2.11.
 */

#include "request.h"

/**
 * drbd_log_write_behind() - the next write of the transfer log
 * @req: a write, locked
 *
 * Return: the write, or NULL.
 */
struct drbd_req *drbd_log_write_behind(struct drbd_req *req)
{
	struct drbd_resource *res = req->dev->res;

	if (list_empty(&req->writes) || list_is_last(&req->writes, &res->writes))
		return NULL;
	return list_next_entry(req, writes);
}

/**
 * drbd_log_append() - put a request at the end of the transfer log
 * @req: the request, locked
 */
void drbd_log_append(struct drbd_req *req)
{
	struct drbd_resource *res = req->dev->res;
	struct drbd_req *last = NULL;

	if (!list_empty(&res->writes))
		last = list_last_entry(&res->writes, struct drbd_req, writes);
	list_add_tail(&req->log, &res->log);
	if (req->r.state & DRBD_REQ_WRITE)
		list_add_tail(&req->writes, &res->writes);
	queue_delayed_work(drbd_wq, &res->timeout_work, HZ);
	drbd_request_log(&req->r, last && !(last->r.state & DRBD_REQ_SETTLED), last);
}

/**
 * drbd_log_next() - the next request of the transfer log
 * @req: a request of it, locked
 *
 * Return: the request, or NULL.
 */
struct drbd_req *drbd_log_next(struct drbd_req *req)
{
	return list_is_last(&req->log, &req->dev->res->log) ? NULL : list_next_entry(req, log);
}

/**
 * drbd_log_remove() - take a request out of the transfer log
 * @req: the request, locked
 *
 * Whoever has come to it goes on with the next one.
 */
void drbd_log_remove(struct drbd_req *req)
{
	struct drbd_resource *res = req->dev->res;
	struct drbd_req *next = drbd_log_next(req);
	struct drbd_connection *conn;
	unsigned long i;

	if (res->walk == req)
		res->walk = next;
	rcu_read_lock();
	xa_for_each(&res->connections, i, conn) {
		if (conn->out.next == req)
			conn->out.next = next;
	}
	rcu_read_unlock();
	list_del_init(&req->log);
	list_del_init(&req->writes);
	if (list_empty(&res->writes))
		wake_up_all(&res->st.wait);
}

/**
 * drbd_req_find() - look up the request that an answer is about
 * @dev: the device, locked
 * @sector: from the packet
 * @id: from the packet
 *
 * Return: the request, or NULL.
 */
struct drbd_req *drbd_req_find(struct drbd_device *dev, u64 sector, u64 id)
{
	struct drbd_req *req;

	hash_for_each_possible(dev->res->requests, req, hash, id) {
		if (req->iv.id == id && req->dev == dev && req->sector == sector)
			return req;
	}
	return NULL;
}

/**
 * drbd_req_mark_in_flight() - mark what a peer may not have, before a bitmap is sent
 * @pd: which peer, of which volume; locked
 */
void drbd_req_mark_in_flight(struct drbd_peer_device *pd)
{
	struct drbd_device *dev = pd->dev;
	int node = pd->conn->node_id;
	struct drbd_req *req;

	list_for_each_entry(req, &dev->res->writes, writes) {
		if (req->dev == dev && req->r.size && !(req->r.leg[node] & DRBD_LEG_OK))
			drbd_bits_peer(dev, node, req->sector, req->r.size, true);
	}
}

/**
 * drbd_req_can_replay() - can all that a lost peer missed be sent again?
 * @dev: the device, locked
 * @node: node id of the peer
 *
 * Return: whether there is such a write, and none was given up.
 */
bool drbd_req_can_replay(struct drbd_device *dev, int node)
{
	struct drbd_req *req;
	bool any = false;

	list_for_each_entry(req, &dev->res->writes, writes) {
		u16 leg = req->r.leg[node];

		if (req->dev != dev || !(leg & DRBD_LEG_EXPECT_BARRIER_ACK))
			continue;
		if (leg & DRBD_LEG_DONE && !(leg & DRBD_LEG_OK))
			return false;
		any = any || (leg & DRBD_LEG_LOST && leg & DRBD_LEG_PENDING);
	}
	return any;
}

/**
 * drbd_req_missed() - has a lost peer missed a write that is still in flight?
 * @dev: the device, locked
 * @node: node id of the peer
 *
 * Its bit will be set when the write is done, which may be after the connect.
 *
 * Return: whether there is one that cannot be sent again.
 */
bool drbd_req_missed(struct drbd_device *dev, int node)
{
	struct drbd_req *req;

	list_for_each_entry(req, &dev->res->writes, writes) {
		u16 leg = req->r.leg[node];
		bool resend = leg & (DRBD_LEG_EXPECT_RECV_ACK | DRBD_LEG_EXPECT_WRITE_ACK) &&
			      !(leg & DRBD_LEG_DONE);

		if (req->dev == dev && req->r.size && !(leg & DRBD_LEG_OK) && !resend)
			return true;
	}
	return false;
}

/**
 * drbd_req_unfinished() - are there writes in the transfer log?
 * @dev: the device, locked
 *
 * Complete or not: what is not confirmed as stable is missing on a lost peer.
 *
 * Return: whether there are.
 */
bool drbd_req_unfinished(struct drbd_device *dev)
{
	struct drbd_req *req;

	list_for_each_entry(req, &dev->res->writes, writes) {
		if (req->dev == dev)
			return true;
	}
	return false;
}
