/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Resources: what is replicated as one, with its devices and connections
 *
 * Lifetime: commands create and unlink resources. Who finds one holds a reference,
 * and so does each of its devices and connections. Once it is unlinked nobody finds
 * it any more, and nothing can be added to it.
 *
 * Locks, in this order:
 *
 *   drbd_resources_mutex	the list of resources, their names
 *   &drbd_resource.admin	one administrative command at a time; held for long
 *   &drbd_resource.open	opens and releases of all devices; held for long
 *   &drbd_resource.change	one cluster-wide change at a time is prepared here
 *   &drbd_resource.conf	options and lists of objects; held for short times
 *   &drbd_cluster.mutex	the automaton of two-phase commits
 *   send locks of transports
 *   &drbd_states.lock		the state, options that its rules read, UUIDs, metadata
 *				flags, counts of opens
 *
 * Objects are found under RCU.
 */
#ifndef DRBD_ENGINE_RESOURCE_H
#define DRBD_ENGINE_RESOURCE_H

#include <linux/bio.h>
#include <linux/hashtable.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/semaphore.h>
#include <linux/xarray.h>

#include "../core/dagtag.h"
#include "../core/epoch.h"
#include "../core/epoch_receive.h"
#include "../core/flush_request.h"
#include "../core/options.h"
#include "../core/resync_finish.h"
#include "cluster.h"
#include "states.h"

struct drbd_req;

/**
 * struct drbd_resource - a resource
 * @refs: references
 * @rcu: to free it
 * @link: in the list of resources
 * @name: its name; changes under drbd_resources_mutex and @conf
 * @node_id: own node id
 * @unlinked: nobody finds it any more; under @conf
 * @going_down: "down" is running: nobody may open a device
 * @explicit_primary: an administrator promoted it, and not an open
 * @try_up_to_date: promotions wait for what follows from a lost Primary
 * @admin: serialises commands
 * @change: serialises cluster-wide changes that begin here
 * @conf: protects @opts and the lists of objects
 * @open: serialises opens and releases of all devices
 * @opts: options; written with @conf and the state lock held
 * @st: state
 * @cluster: two-phase commits
 * @log: transfer log: requests in the order in which they were begun; under the state lock
 * @writes: writes of it, likewise
 * @requests: all requests by number, likewise
 * @walk: next request of a walk over the log, likewise
 * @restart_due: with the next state, requests that were held go on; likewise
 * @finished: bios to be given back to the block layer, likewise
 * @bad_answers: peers that answered what they were not asked; likewise
 * @finish_work: deals with these two
 * @epoch: current epoch of the log; likewise
 * @dagtag: position of this node's own stream of writes; likewise
 * @serial: number of the last request; likewise
 * @peer_ack: newest write whose peer ack was not sent; likewise
 * @peer_ack_sent: nodes that got that write; likewise
 * @peer_acks: requests that carry older peer acks; likewise
 * @peer_ack_work: sends them
 * @timeout_work: gives up peers that do not answer
 * @covered: position up to which peer acks were sent; likewise
 * @write_order: how the order of writes of peers is kept on the disks; likewise
 * @order_limit: best that is worth trying; likewise
 * @flush: P_FLUSH_REQUESTS that this node waits for as target of a resync; likewise
 * @flush_rounds: those that targets wait for, with this node as Primary; likewise
 * @parked: resync requests of peers that wait for writes of third nodes; likewise
 * @devices: &struct drbd_device by volume number
 * @connections: &struct drbd_connection by node id of the peer
 */
struct drbd_resource {
	struct kref refs;
	struct rcu_head rcu;
	struct list_head link;
	char name[DRBD_NAME_SIZE];
	int node_id;
	bool unlinked;
	bool going_down;
	bool explicit_primary;
	bool try_up_to_date;
	struct mutex admin; /* commands */
	struct semaphore change;
	struct mutex conf; /* options, lists of objects */
	struct mutex open; /* opens and releases */
	struct drbd_res_opts opts;
	struct drbd_states st;
	struct drbd_cluster cluster;
	struct list_head log;
	struct list_head writes;
	DECLARE_HASHTABLE(requests, 10);
	struct drbd_req *walk;
	bool restart_due;
	struct bio_list finished;
	u64 bad_answers;
	struct work_struct finish_work;
	struct drbd_epoch epoch;
	struct drbd_dagtag dagtag;
	u64 serial;
	struct drbd_peer_ack peer_ack;
	u64 peer_ack_sent;
	struct list_head peer_acks;
	struct delayed_work peer_ack_work;
	struct delayed_work timeout_work;
	u64 covered;
	enum drbd_write_order write_order;
	enum drbd_write_order order_limit;
	struct drbd_flush flush;
	struct drbd_flush_primary flush_rounds;
	struct list_head parked;
	struct xarray devices;
	struct xarray connections;
};

extern struct workqueue_struct *drbd_wq;
extern struct mutex drbd_resources_mutex;
extern struct list_head drbd_resources;

struct drbd_resource *drbd_resource_create(const char *name, const struct drbd_res_opts *opts);
void drbd_resource_unlink(struct drbd_resource *res);
struct drbd_resource *drbd_resource_find(const char *name);
struct drbd_resource *drbd_resource_next(const char *after);
void drbd_resource_put(struct drbd_resource *res);

static inline struct drbd_resource *drbd_states_resource(struct drbd_states *st)
{
	return container_of(st, struct drbd_resource, st);
}

#define drbd_info(res, fmt, ...)  pr_info("drbd %s: " fmt, (res)->name, ##__VA_ARGS__)
#define drbd_warn(res, fmt, ...)  pr_warn("drbd %s: " fmt, (res)->name, ##__VA_ARGS__)
#define drbd_err(res, fmt, ...)   pr_err("drbd %s: " fmt, (res)->name, ##__VA_ARGS__)

#endif
