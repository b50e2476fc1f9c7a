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

#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/semaphore.h>
#include <linux/xarray.h>

#include "../core/options.h"
#include "cluster.h"
#include "states.h"

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
