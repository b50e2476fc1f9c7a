// SPDX-License-Identifier: GPL-2.0-only
/*
 * Resources
 */

#include <linux/module.h>
#include <linux/slab.h>

#include "connection.h"
#include "resource.h"
#include "request.h"
#include "resource_state.h"

/* The list of resources, and their names */
DEFINE_MUTEX(drbd_resources_mutex);
LIST_HEAD(drbd_resources);

static void free_resource(struct rcu_head *rcu)
{
	struct drbd_resource *res = container_of(rcu, struct drbd_resource, rcu);

	kfree(res);
	module_put(THIS_MODULE);
}

static void last_put(struct kref *refs)
{
	struct drbd_resource *res = container_of(refs, struct drbd_resource, refs);

	call_rcu(&res->rcu, free_resource);
}

/**
 * drbd_resource_put() - drop a reference to a resource
 * @res: the resource
 *
 * Context: any.
 */
void drbd_resource_put(struct drbd_resource *res)
{
	kref_put(&res->refs, last_put);
}

/**
 * drbd_resource_create() - create a resource, and let it be found
 * @name: its name, which no other has; drbd_resources_mutex is held
 * @opts: its options
 *
 * Return: the resource, with a reference for the list; or an ERR_PTR().
 */
struct drbd_resource *drbd_resource_create(const char *name, const struct drbd_res_opts *opts)
{
	struct drbd_resource *res, *next;
	int err;

	lockdep_assert_held(&drbd_resources_mutex);
	if (!try_module_get(THIS_MODULE))
		return ERR_PTR(-ENODEV);
	res = kzalloc_obj(*res, GFP_NOIO);
	if (!res) {
		module_put(THIS_MODULE);
		return ERR_PTR(-ENOMEM);
	}
	kref_init(&res->refs);
	strscpy(res->name, name);
	res->node_id = opts->node_id;
	res->opts = *opts;
	mutex_init(&res->admin);
	mutex_init(&res->conf);
	mutex_init(&res->open);
	sema_init(&res->change, 1);
	xa_init(&res->devices);
	xa_init(&res->connections);
	res->write_order = DRBD_ORDER_FLUSH;
	res->order_limit = DRBD_ORDER_BARRIER;
	INIT_LIST_HEAD(&res->log);
	INIT_LIST_HEAD(&res->writes);
	INIT_LIST_HEAD(&res->peer_acks);
	hash_init(res->requests);
	bio_list_init(&res->finished);
	INIT_WORK(&res->finish_work, drbd_req_finish_work);
	INIT_LIST_HEAD(&res->parked);
	INIT_DELAYED_WORK(&res->peer_ack_work, drbd_peer_ack_work);
	INIT_DELAYED_WORK(&res->timeout_work, drbd_timeout_work);
	err = drbd_states_init(&res->st, name, res->node_id, &drbd_resource_state_ops);
	if (err) {
		kfree(res);
		module_put(THIS_MODULE);
		return ERR_PTR(err);
	}
	drbd_cluster_init(res);
	list_for_each_entry(next, &drbd_resources, link) {
		if (strcmp(next->name, name) > 0)
			break;
	}
	list_add_tail_rcu(&res->link, &next->link);
	return res;
}

/**
 * drbd_resource_unlink() - make a resource disappear
 * @res: the resource, without devices and connections, marked as unlinked;
 *	drbd_resources_mutex is held
 *
 * Drops the reference of the list.
 */
void drbd_resource_unlink(struct drbd_resource *res)
{
	lockdep_assert_held(&drbd_resources_mutex);
	list_del_rcu(&res->link);
	drbd_cluster_stop(res);
	cancel_delayed_work_sync(&res->timeout_work);
	cancel_delayed_work_sync(&res->peer_ack_work);
	flush_work(&res->finish_work);
	drbd_states_flush(&res->st);
	drbd_states_destroy(&res->st);
	drbd_resource_put(res);
}

/**
 * drbd_resource_find() - find a resource by its name
 * @name: the name
 *
 * Return: the resource with a reference, or NULL.
 */
struct drbd_resource *drbd_resource_find(const char *name)
{
	struct drbd_resource *res, *found = NULL;

	rcu_read_lock();
	list_for_each_entry_rcu(res, &drbd_resources, link) {
		if (!strcmp(res->name, name) && kref_get_unless_zero(&res->refs)) {
			found = res;
			break;
		}
	}
	rcu_read_unlock();
	return found;
}

/**
 * drbd_resource_next() - find the resource that follows a name
 * @after: the name, "" for the first one
 *
 * Return: the resource with a reference, or NULL.
 */
struct drbd_resource *drbd_resource_next(const char *after)
{
	struct drbd_resource *res, *found = NULL;

	rcu_read_lock();
	list_for_each_entry_rcu(res, &drbd_resources, link) {
		if (strcmp(res->name, after) > 0 && kref_get_unless_zero(&res->refs)) {
			found = res;
			break;
		}
	}
	rcu_read_unlock();
	return found;
}
