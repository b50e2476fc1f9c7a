/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Connections: the peers of a resource, and its devices as these have them
 *
 * Lifetime: commands create and unregister connections. A receiver thread runs from
 * Unconnected until StandAlone. Each peer device belongs to a connection and a
 * device; it is there as soon as both are, and gone with the first of them.
 */
#ifndef DRBD_ENGINE_CONNECTION_H
#define DRBD_ENGINE_CONNECTION_H

#include <linux/workqueue.h>

#include "../core/uuid_handshake.h"
#include "../core/wire_packets.h"
#include "../transport/transport.h"
#include "device.h"
#include "peer_write.h"
#include "resync.h"
#include "sender.h"

struct crypto_shash;

/* Bytes of the largest packet on the control stream, header included. */
#define DRBD_CONTROL_PACKET	128

/* Bits of &drbd_connection.flags. */
#define DRBD_CONN_PING_SENT	0	/* the answer is outstanding */
#define DRBD_CONN_DISCARD	1	/* next handshake: own data lose */
#define DRBD_CONN_TENTATIVE	2	/* next handshake: only tell */
#define DRBD_CONN_RECONNECT	3	/* it was Connected before */
#define DRBD_CONN_STOP		4	/* the receiver has to end */
#define DRBD_CONN_LEAVING	5	/* the peer disconnects in order */

/**
 * struct drbd_connection - a peer of a resource
 * @refs: references
 * @rcu: to free it
 * @res: the resource
 * @node_id: of the peer
 * @unregistered: nobody finds it any more; with &drbd_resource.conf
 * @flags: DRBD_CONN_*
 * @conf: options; written with &drbd_resource.conf and the state lock held
 * @transport: how to reach the peer
 * @net: network namespace of the paths, NULL without; with &drbd_resource.conf
 * @receiver: thread that connects and receives, NULL if there is none
 * @receiver_done: completed when it has ended
 * @link: what was agreed on, for packets in both directions; written by the
 *	receiver while nobody sends
 * @ping_work: sends P_PING
 * @pong_work: sends P_PING_ACK
 * @pings: answered pings
 * @wait: woken when @pings changes
 * @buffer: DRBD_WIRE_BUFFER bytes for packets on the data stream
 * @control: start of a packet on the control stream
 * @control_len: bytes of it
 * @hs: what the handshake found out; with &drbd_cluster.mutex
 * @connect_work: tries a transaction to connect
 * @out: what is on its way to the peer
 * @in: what comes from it
 * @integrity: digest in front of data, NULL for none; from handshake to clean-up
 * @flush: answers to its P_FLUSH_REQUESTS, and what is passed on
 * @peer_devices: &struct drbd_peer_device by volume number
 */
struct drbd_connection {
	struct kref refs;
	struct rcu_head rcu;
	struct drbd_resource *res;
	int node_id;
	bool unregistered;
	unsigned long flags;
	struct drbd_net_conf conf;
	struct drbd_transport *transport;
	struct net *net;
	struct task_struct *receiver;
	struct completion receiver_done;
	struct drbd_wire_link link;
	struct work_struct ping_work;
	struct work_struct pong_work;
	unsigned int pings;
	wait_queue_head_t wait;
	u8 *buffer;
	u8 control[DRBD_CONTROL_PACKET];
	unsigned int control_len;
	struct drbd_twopc_handshake hs;
	struct delayed_work connect_work;
	struct drbd_outgoing out;
	struct drbd_incoming in;
	struct crypto_shash *integrity;
	struct drbd_flush_out flush;
	struct xarray peer_devices;
};

/**
 * struct drbd_peer_device - a volume at a peer
 * @refs: references
 * @rcu: to free it
 * @conn: the connection, referenced
 * @dev: the device, referenced
 * @conf: options; written with &drbd_resource.conf and the state lock held
 *
 * The rest is protected by the state lock.
 *
 * @uuids: what the peer told last
 * @uuids_valid: it did
 * @told: what the peer was told last, while @told_valid
 * @told_valid: it was told
 * @told_disk: own disk state that the peer was told last
 * @quorate: the peer said that it has quorum
 * @state: the last that the peer told of its state
 * @last_conn: connection or replication state that it told then
 * @sizes: the last that the peer told of its sizes
 * @sizes_valid: it did on this connection
 * @detect_due: look for resyncs that ended while the peer was away
 * @consider_resync: compare UUIDs when the peer's state comes
 * @missed: what the handshake found out about a resync whose end one of the two
 *	has missed
 * @hs_state: handshake: the peer's state has come
 * @hs_uuids: handshake: its UUIDs have come
 * @hs_outdate: handshake: own disk becomes Outdated with the commit
 * @hs_disk: handshake: disk of the peer
 * @hs: handshake: the result
 * @lost: handshake: lost Primaries of both
 * @sent: sectors sent to the peer
 * @received: sectors that came from it
 * @in: what comes from the peer
 * @resync: resync with the peer
 */
struct drbd_peer_device {
	struct kref refs;
	struct rcu_head rcu;
	struct drbd_connection *conn;
	struct drbd_device *dev;
	struct drbd_peer_device_conf conf;
	struct drbd_peer_uuids uuids;
	bool uuids_valid;
	struct drbd_uuid_comm told;
	bool told_valid;
	enum drbd_disk told_disk;
	bool quorate;
	struct drbd_wire_state state;
	u8 last_conn;
	struct drbd_wire_sizes sizes;
	bool sizes_valid;
	bool detect_due;
	bool consider_resync;
	enum drbd_missed_end missed;
	bool hs_state;
	bool hs_uuids;
	bool hs_outdate;
	enum drbd_disk hs_disk;
	struct drbd_handshake_result hs;
	struct drbd_lost_primary lost;
	u64 sent;
	u64 received;
	struct drbd_incoming_device in;
	struct drbd_resync resync;
};

struct drbd_connection *drbd_connection_create(struct drbd_resource *res, int node_id,
					       const struct drbd_net_conf *conf);
void drbd_connection_unregister(struct drbd_connection *conn);
struct drbd_connection *drbd_connection_find(struct drbd_resource *res, int node_id);
void drbd_connection_put(struct drbd_connection *conn);

int drbd_peer_devices_add(struct drbd_resource *res, struct drbd_connection *conn,
			  struct drbd_device *dev);
void drbd_peer_devices_del(struct drbd_resource *res, struct drbd_connection *conn,
			   struct drbd_device *dev);
int drbd_connection_set_conf(struct drbd_connection *conn, const struct drbd_net_conf *conf);
struct drbd_peer_device *drbd_peer_device_find(struct drbd_connection *conn, int volume);
struct drbd_connection *drbd_connection_next(struct drbd_resource *res,
					     struct drbd_connection *prev);
struct drbd_peer_device *drbd_peer_device_next(struct drbd_connection *conn,
					       struct drbd_peer_device *prev);
void drbd_peer_device_put(struct drbd_peer_device *pd);

/* Walks that may sleep; who leaves one early has to drop the reference. */
#define drbd_for_each_connection(res, conn)				\
	for (conn = drbd_connection_next(res, NULL); conn;		\
	     conn = drbd_connection_next(res, conn))

#define drbd_for_each_peer_device(conn, pd)				\
	for (pd = drbd_peer_device_next(conn, NULL); pd;		\
	     pd = drbd_peer_device_next(conn, pd))

#endif
