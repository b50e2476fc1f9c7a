// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections and peer devices
 */

#include <linux/slab.h>

#include "../core/wire_packets.h"
#include "connection.h"
#include "handshake.h"
#include "receiver.h"

static void free_connection(struct rcu_head *rcu)
{
	struct drbd_connection *conn = container_of(rcu, struct drbd_connection, rcu);

	kfree(conn->buffer);
	kfree(conn);
}

static void release_connection(struct kref *refs)
{
	struct drbd_connection *conn = container_of(refs, struct drbd_connection, refs);

	drbd_resource_put(conn->res);
	call_rcu(&conn->rcu, free_connection);
}

/**
 * drbd_connection_put() - drop a reference to a connection
 * @conn: the connection
 *
 * Context: any.
 */
void drbd_connection_put(struct drbd_connection *conn)
{
	kref_put(&conn->refs, release_connection);
}

/**
 * drbd_connection_find() - find a connection by the node id of the peer
 * @res: the resource
 * @node_id: the node id
 *
 * Return: the connection with a reference, or NULL.
 */
struct drbd_connection *drbd_connection_find(struct drbd_resource *res, int node_id)
{
	struct drbd_connection *conn;

	rcu_read_lock();
	conn = xa_load(&res->connections, node_id);
	if (conn && !kref_get_unless_zero(&conn->refs))
		conn = NULL;
	rcu_read_unlock();
	return conn;
}

static void free_peer_device(struct kref *refs)
{
	struct drbd_peer_device *pd = container_of(refs, struct drbd_peer_device, refs);

	drbd_connection_put(pd->conn);
	drbd_device_put(pd->dev);
	kfree_rcu(pd, rcu);
}

/**
 * drbd_peer_device_put() - drop a reference to a peer device
 * @pd: the peer device
 *
 * Context: any that may sleep.
 */
void drbd_peer_device_put(struct drbd_peer_device *pd)
{
	kref_put(&pd->refs, free_peer_device);
}

/**
 * drbd_peer_device_find() - find a volume at a peer
 * @conn: connection to the peer
 * @volume: number of the volume
 *
 * Return: the peer device with a reference, or NULL.
 */
struct drbd_peer_device *drbd_peer_device_find(struct drbd_connection *conn, int volume)
{
	struct drbd_peer_device *pd;

	rcu_read_lock();
	pd = xa_load(&conn->peer_devices, volume);
	if (pd && !kref_get_unless_zero(&pd->refs))
		pd = NULL;
	rcu_read_unlock();
	return pd;
}

/**
 * drbd_connection_next() - walk over the connections of a resource
 * @res: the resource
 * @prev: where the walk is, referenced; NULL to begin
 *
 * Context: any that may sleep. Drops the reference to @prev.
 *
 * Return: the connection with the next node id, with a reference; NULL after the last one.
 */
struct drbd_connection *drbd_connection_next(struct drbd_resource *res,
					     struct drbd_connection *prev)
{
	unsigned long index = prev ? prev->node_id + 1 : 0;
	struct drbd_connection *conn;

	rcu_read_lock();
	conn = xa_find(&res->connections, &index, ULONG_MAX, XA_PRESENT);
	while (conn && !kref_get_unless_zero(&conn->refs))
		conn = xa_find_after(&res->connections, &index, ULONG_MAX, XA_PRESENT);
	rcu_read_unlock();
	if (prev)
		drbd_connection_put(prev);
	return conn;
}

/**
 * drbd_peer_device_next() - walk over the volumes at a peer
 * @conn: connection to the peer
 * @prev: where the walk is, referenced; NULL to begin
 *
 * Context: any that may sleep. Drops the reference to @prev.
 *
 * Return: the peer device with the next volume number, with a reference; NULL after the
 * last one.
 */
struct drbd_peer_device *drbd_peer_device_next(struct drbd_connection *conn,
					       struct drbd_peer_device *prev)
{
	unsigned long index = prev ? prev->dev->volume + 1 : 0;
	struct drbd_peer_device *pd;

	rcu_read_lock();
	pd = xa_find(&conn->peer_devices, &index, ULONG_MAX, XA_PRESENT);
	while (pd && !kref_get_unless_zero(&pd->refs))
		pd = xa_find_after(&conn->peer_devices, &index, ULONG_MAX, XA_PRESENT);
	rcu_read_unlock();
	if (prev)
		drbd_peer_device_put(prev);
	return pd;
}

static int add_peer_device(struct drbd_connection *conn, struct drbd_device *dev)
{
	struct drbd_peer_device *pd = kzalloc_obj(*pd, GFP_NOIO);
	int err;

	if (!pd)
		return -ENOMEM;
	kref_init(&pd->refs);
	drbd_options_default(&drbd_peer_device_options, &pd->conf);
	pd->conn = conn;
	pd->dev = dev;
	drbd_resync_init(pd);
	err = xa_err(xa_store(&conn->peer_devices, dev->volume, pd, GFP_NOIO));
	if (err) {
		kfree(pd);
		return err;
	}
	kref_get(&conn->refs);
	kref_get(&dev->refs);
	return 0;
}

/**
 * drbd_peer_devices_add() - add what a new object makes necessary
 * @res: the resource, with @res->conf held
 * @conn: the new connection, or NULL
 * @dev: the new device, or NULL
 *
 * Return: 0, or -ENOMEM; then drbd_peer_devices_del() cleans up.
 */
int drbd_peer_devices_add(struct drbd_resource *res, struct drbd_connection *conn,
			  struct drbd_device *dev)
{
	struct drbd_connection *c;
	struct drbd_device *d;
	unsigned long i;
	int err = 0;

	if (conn) {
		xa_for_each(&res->devices, i, d)
			err = err ?: add_peer_device(conn, d);
	} else {
		xa_for_each(&res->connections, i, c)
			err = err ?: add_peer_device(c, dev);
	}
	return err;
}

static void del_peer_device(struct drbd_connection *conn, unsigned long volume)
{
	struct drbd_peer_device *pd = xa_erase(&conn->peer_devices, volume);

	if (!pd)
		return;
	drbd_resync_exit(pd);
	drbd_peer_device_put(pd);
}

/**
 * drbd_peer_devices_del() - remove what goes with an object
 * @res: the resource, with @res->conf held
 * @conn: the connection that goes, or NULL
 * @dev: the device that goes, or NULL
 *
 * Context: may sleep.
 */
void drbd_peer_devices_del(struct drbd_resource *res, struct drbd_connection *conn,
			   struct drbd_device *dev)
{
	struct drbd_connection *c;
	struct drbd_peer_device *pd;
	unsigned long i;

	if (conn) {
		xa_for_each(&conn->peer_devices, i, pd)
			del_peer_device(conn, i);
	} else {
		xa_for_each(&res->connections, i, c)
			del_peer_device(c, dev->volume);
	}
}

static void to_transport_conf(const struct drbd_net_conf *conf, struct drbd_transport_conf *to)
{
	*to = (struct drbd_transport_conf) {
		.connect_int = conf->connect_int,
		.ping_timeo = conf->ping_timeo,
		.sock_check_timeo = conf->sock_check_timeo,
		.timeout = conf->timeout,
		.sndbuf_size = conf->sndbuf_size,
		.rcvbuf_size = conf->rcvbuf_size,
	};
}

/**
 * drbd_connection_set_conf() - tell the transport about options
 * @conn: the connection
 * @conf: the options
 *
 * Return: 0, or a negative errno if the transport refuses them.
 */
int drbd_connection_set_conf(struct drbd_connection *conn, const struct drbd_net_conf *conf)
{
	struct drbd_transport_conf tc;

	to_transport_conf(conf, &tc);
	return drbd_transport_set_conf(conn->transport, &tc);
}

/**
 * drbd_connection_create() - create a connection, and let it be found
 * @res: the resource, with @res->conf held; it has none with that peer
 * @node_id: of the peer
 * @conf: options
 *
 * Context: may sleep.
 *
 * Return: the connection, with a reference for the resource; or an ERR_PTR(), of
 * -EPROTONOSUPPORT if there is no such transport.
 */
struct drbd_connection *drbd_connection_create(struct drbd_resource *res, int node_id,
					       const struct drbd_net_conf *conf)
{
	struct drbd_transport_conf tc;
	struct drbd_connection *conn;
	int err;

	lockdep_assert_held(&res->conf);
	conn = kzalloc_obj(*conn, GFP_NOIO);
	if (!conn)
		return ERR_PTR(-ENOMEM);
	kref_init(&conn->refs);
	conn->node_id = node_id;
	conn->conf = *conf;
	conn->buffer = kmalloc(DRBD_WIRE_BUFFER, GFP_NOIO);
	if (!conn->buffer) {
		kfree(conn);
		return ERR_PTR(-ENOMEM);
	}
	kref_get(&res->refs);
	conn->res = res;
	xa_init(&conn->peer_devices);
	init_waitqueue_head(&conn->wait);
	init_completion(&conn->receiver_done);
	complete_all(&conn->receiver_done);
	INIT_WORK(&conn->ping_work, drbd_ping_work);
	INIT_WORK(&conn->pong_work, drbd_pong_work);
	INIT_DELAYED_WORK(&conn->connect_work, drbd_connect_work);
	drbd_outgoing_init(conn);
	drbd_incoming_init(conn);
	INIT_LIST_HEAD(&conn->flush.ack.entry);
	INIT_LIST_HEAD(&conn->flush.forward.entry);
	to_transport_conf(conf, &tc);
	conn->transport = drbd_transport_create(drbd_transport_choose(conf->transport_name,
								      conf->load_balance_paths),
						&drbd_transport_callbacks, &tc, conn->conf.name,
						conn);
	if (IS_ERR(conn->transport)) {
		err = PTR_ERR(conn->transport);
		goto put;
	}
	err = drbd_states_add_conn(&res->st, node_id);
	if (err)
		goto destroy;
	err = xa_err(xa_store(&res->connections, node_id, conn, GFP_NOIO));
	if (err)
		goto del_state;
	err = drbd_peer_devices_add(res, conn, NULL);
	if (!err)
		return conn;
	drbd_peer_devices_del(res, conn, NULL);
	xa_erase(&res->connections, node_id);
del_state:
	drbd_states_del_conn(&res->st, node_id);
destroy:
	drbd_transport_destroy(conn->transport);
put:
	drbd_connection_put(conn);
	return ERR_PTR(err);
}

/**
 * drbd_connection_unregister() - make a connection disappear
 * @conn: connection that is StandAlone, its receiver has ended; @res->conf is held
 *
 * Drops the reference of the resource.
 *
 * Context: may sleep; consequences of changes are through.
 */
void drbd_connection_unregister(struct drbd_connection *conn)
{
	struct drbd_resource *res = conn->res;

	lockdep_assert_held(&res->conf);
	conn->unregistered = true;
	drbd_peer_devices_del(res, conn, NULL);
	xa_erase(&res->connections, conn->node_id);
	drbd_states_del_conn(&res->st, conn->node_id);
	cancel_delayed_work_sync(&conn->connect_work);
	cancel_work_sync(&conn->ping_work);
	cancel_work_sync(&conn->pong_work);
	synchronize_rcu();
	drbd_transport_destroy(conn->transport);
	drbd_connection_put(conn);
}
