// SPDX-License-Identifier: GPL-2.0-only
/*
 * What user space gets to know
 */

#include <linux/slab.h>

#include "notify.h"
#include "volume.h"

/* ---- objects as user space sees them ---- */

void drbd_fill_resource(struct drbd_resource *res, const struct drbd_state *s,
			enum drbd_state_when when, struct drbd_resource_state *to)
{
	const struct drbd_res_vals *v = drbd_state_res_vals(s, when);

	strscpy(to->name, res->name);
	to->role = v->role;
	to->susp_user = v->susp_user;
	to->susp_no_data = v->susp_nod;
	to->susp_fencing = drbd_state_susp_fen(s, when);
	to->susp_quorum = v->susp_quorum || v->susp_uuid;
	to->fail_io = v->fail_io;
	to->write_ordering = res->write_order;
}

void drbd_fill_device(struct drbd_device *dev, const struct drbd_state *s, unsigned int d,
		      enum drbd_state_when when, struct drbd_device_state *to)
{
	const struct drbd_dev_vals *v = drbd_state_dev_vals(&s->dev[d], when);

	strscpy(to->resource, dev->res->name);
	to->volume = dev->volume;
	to->minor = dev->minor;
	to->disk = v->disk;
	to->intentional_diskless = dev->conf.intentional_diskless;
	to->has_quorum = v->have_quorum;
	to->is_open = dev->openers;
	to->size = get_capacity(dev->disk);
	to->exposed_data_uuid = dev->uuids.exposed;
	to->read = dev->sectors[READ];
	to->write = dev->sectors[WRITE];
	to->al_writes = dev->al_writes;
	to->upper_pending = dev->in_flight[READ] + dev->in_flight[WRITE];
	to->lower_pending = dev->requests;
	to->upper_blocked = !bio_list_empty(&dev->waiting);
	if (v->disk <= DRBD_D_FAILED)
		return;
	strscpy(to->backing_dev, dev->disk_conf.backing_dev);
	to->bm_writes = dev->backing ? dev->backing->bitmap_writes : 0;
	to->current_uuid = dev->uuids.current_uuid;
	to->disk_flags = s->dev[d].md_flags;
	to->history_given = true;
	memcpy(to->history_uuids, dev->uuids.history, sizeof(to->history_uuids));
}

void drbd_fill_connection(struct drbd_connection *conn, const struct drbd_state *s,
			  unsigned int c, enum drbd_state_when when,
			  struct drbd_connection_state *to)
{
	const struct drbd_conn_vals *v = drbd_state_conn_vals(&s->conn[c], when);
	struct drbd_path *path;

	strscpy(to->resource, conn->res->name);
	to->peer_node_id = conn->node_id;
	strscpy(to->name, conn->conf.name);
	to->cstate = v->cstate;
	to->role = v->peer_role;
	to->ap_in_flight = conn->out.in_flight;
	to->congested = test_bit(DRBD_TRANSPORT_CONGESTED, &conn->transport->flags);
	rcu_read_lock();
	to->n_paths = 0;
	list_for_each_entry_rcu(path, &conn->transport->paths, list) {
		struct drbd_path_state *p = &to->paths[to->n_paths];

		if (to->n_paths == DRBD_MAX_PATHS)
			break;
		drbd_fill_path(path, p);
		to->n_paths++;
	}
	rcu_read_unlock();
}

void drbd_fill_path(struct drbd_path *path, struct drbd_path_state *to)
{
	to->ends.local.sa = path->my_addr;
	to->ends.local.len = path->my_len;
	to->ends.remote.sa = path->peer_addr;
	to->ends.remote.len = path->peer_len;
	to->established = test_bit(DRBD_PATH_ESTABLISHED, &path->flags);
}

void drbd_fill_peer_device(struct drbd_peer_device *pd, const struct drbd_state *s,
			   unsigned int d, unsigned int c, enum drbd_state_when when,
			   struct drbd_peer_device_state *to)
{
	const struct drbd_pd_vals *v = drbd_state_pd_vals(drbd_state_pd(s, d, c), when);
	int node = pd->conn->node_id;

	strscpy(to->resource, pd->dev->res->name);
	to->volume = pd->dev->volume;
	to->minor = pd->dev->minor;
	to->peer_node_id = node;
	strscpy(to->conn_name, pd->conn->conf.name);
	to->repl = v->repl;
	to->disk = v->disk;
	to->resync_susp_user = v->resync_susp_user;
	to->resync_susp_peer = v->resync_susp_peer;
	to->resync_susp_dependency = drbd_state_dependency(s, d, c, when);
	to->resync_susp_max_parallel = v->resync_susp_max_parallel;
	to->intentional_diskless = !pd->conf.bitmap;
	to->out_of_sync = drbd_volume_out_of_sync(pd->dev, node)
			  << (pd->dev->bm.layout.shift ? pd->dev->bm.layout.shift - 9 : 3);
	to->sent = pd->sent;
	to->received = pd->received;
	to->pending = pd->conn->out.pending;
	to->bitmap_uuid = pd->dev->uuids.slots[node].uuid;
	to->unacked = pd->in.unacked;
	to->flags = pd->dev->uuids.slots[node].flags;
	to->uuid_flags = pd->uuids_valid ? pd->uuids.flags : 0;
	drbd_resync_fill(pd, to);
}

/**
 * drbd_snapshot_make() - take down a resource with all that is in it
 * @res: the resource
 * @s: state that it has, or had
 * @when: which copy
 * @gfp: how to allocate
 *
 * Context: the state lock is held if @s is the state of the resource.
 *
 * Return: the snapshot, or NULL without memory.
 */
struct drbd_snapshot *drbd_snapshot_make(struct drbd_resource *res, const struct drbd_state *s,
					 enum drbd_state_when when, gfp_t gfp)
{
	struct drbd_snapshot *snap = drbd_snapshot_alloc(s->nconn, s->ndev, gfp);
	unsigned int c, d;

	if (!snap)
		return NULL;
	rcu_read_lock();
	drbd_fill_resource(res, s, when, &snap->resource);
	for (c = 0; c < s->nconn; c++) {
		struct drbd_connection *conn = xa_load(&res->connections, s->conn[c].node_id);

		if (conn)
			drbd_fill_connection(conn, s, c, when, &snap->connections[c]);
	}
	for (d = 0; d < s->ndev; d++) {
		struct drbd_device *dev = xa_load(&res->devices, s->dev[d].volume);

		if (dev)
			drbd_fill_device(dev, s, d, when, &snap->devices[d]);
		for (c = 0; c < s->nconn; c++) {
			struct drbd_connection *conn = xa_load(&res->connections,
							       s->conn[c].node_id);
			struct drbd_peer_device *pd = conn ?
				xa_load(&conn->peer_devices, s->dev[d].volume) : NULL;

			if (pd)
				drbd_fill_peer_device(pd, s, d, c, when,
						      &snap->peer_devices[d * s->nconn + c]);
		}
	}
	rcu_read_unlock();
	return snap;
}

/**
 * drbd_notify_change() - tell what a change of state changed
 * @res: the resource
 * @snap: the change
 *
 * Context: the worker of the resource.
 */
void drbd_notify_change(struct drbd_resource *res, const struct drbd_state *snap)
{
	struct drbd_snapshot *old = drbd_snapshot_make(res, snap, DRBD_OLD, GFP_NOIO);
	struct drbd_snapshot *new = drbd_snapshot_make(res, snap, DRBD_NEW, GFP_NOIO);

	if (old && new)
		drbd_nl_notify_change(old, new);
	drbd_snapshot_free(old);
	drbd_snapshot_free(new);
}

static bool find(struct drbd_resource *res, int volume, int node, unsigned int *d,
		 unsigned int *c)
{
	int dev = drbd_states_dev(&res->st, volume), conn = drbd_states_conn(&res->st, node);

	*d = dev;
	*c = conn;
	return (volume == DRBD_NO_VOLUME || dev >= 0) && (node == DRBD_NO_NODE || conn >= 0);
}

static void notify_one(struct drbd_resource *res, struct drbd_device *dev,
		       struct drbd_connection *conn, struct drbd_peer_device *pd,
		       enum drbd_event_action action)
{
	struct drbd_event event = { .action = action };
	union {
		struct drbd_resource_state resource;
		struct drbd_device_state device;
		struct drbd_connection_state connection;
		struct drbd_peer_device_state peer_device;
	} *state;
	unsigned int c, d;
	bool known;

	state = kzalloc_obj(*state, GFP_NOIO);
	if (!state)
		return;
	spin_lock_irq(&res->st.lock);
	known = find(res, dev ? dev->volume : DRBD_NO_VOLUME, conn ? conn->node_id : DRBD_NO_NODE,
		     &d, &c);
	if (!known) {
		spin_unlock_irq(&res->st.lock);
		kfree(state);
		return;
	}
	if (pd) {
		event.object = DRBD_EVENT_PEER_DEVICE;
		event.peer_device = &state->peer_device;
		drbd_fill_peer_device(pd, &res->st.s, d, c, DRBD_OLD, &state->peer_device);
	} else if (conn) {
		event.object = DRBD_EVENT_CONNECTION;
		event.connection = &state->connection;
		drbd_fill_connection(conn, &res->st.s, c, DRBD_OLD, &state->connection);
	} else if (dev) {
		event.object = DRBD_EVENT_DEVICE;
		event.device = &state->device;
		drbd_fill_device(dev, &res->st.s, d, DRBD_OLD, &state->device);
	} else {
		event.object = DRBD_EVENT_RESOURCE;
		event.resource = &state->resource;
		drbd_fill_resource(res, &res->st.s, DRBD_OLD, &state->resource);
	}
	spin_unlock_irq(&res->st.lock);
	drbd_nl_notify(&event, 1);
	kfree(state);
}

/**
 * drbd_notify_object() - tell that an object came or goes, with its peer devices
 * @res: the resource
 * @dev: the device, or NULL
 * @conn: the connection, or NULL; without both it is the resource
 * @action: DRBD_EVENT_CREATE or DRBD_EVENT_DESTROY
 *
 * Context: may sleep; the object is there.
 */
void drbd_notify_object(struct drbd_resource *res, struct drbd_device *dev,
			struct drbd_connection *conn, enum drbd_event_action action)
{
	struct drbd_peer_device *pd;
	struct drbd_connection *c;
	unsigned long i;

	if (action == DRBD_EVENT_CREATE)
		notify_one(res, dev, conn, NULL, action);
	if (conn) {
		xa_for_each(&conn->peer_devices, i, pd)
			notify_one(res, pd->dev, conn, pd, action);
	} else if (dev) {
		xa_for_each(&res->connections, i, c) {
			pd = xa_load(&c->peer_devices, dev->volume);
			if (pd)
				notify_one(res, dev, c, pd, action);
		}
	}
	if (action == DRBD_EVENT_DESTROY)
		notify_one(res, dev, conn, NULL, action);
}

/**
 * drbd_notify_path_action() - tell about a path
 * @conn: its connection
 * @path: the path
 * @action: what happened
 *
 * Context: may sleep.
 */
void drbd_notify_path_action(struct drbd_connection *conn, struct drbd_path *path,
			     enum drbd_event_action action)
{
	struct drbd_path_state state;
	const struct drbd_path_event path_event = {
		.resource = conn->res->name,
		.peer_node_id = conn->node_id,
		.conn_name = conn->conf.name,
		.path = &state,
	};
	const struct drbd_event event = {
		.object = DRBD_EVENT_PATH, .action = action, .path = &path_event,
	};

	drbd_fill_path(path, &state);
	drbd_nl_notify(&event, 1);
}

/**
 * drbd_notify_path() - a path is in use now, or no longer
 * @transport: of which connection
 * @path: the path
 *
 * Context: may sleep.
 */
void drbd_notify_path(struct drbd_transport *transport, struct drbd_path *path)
{
	drbd_notify_path_action(transport->owner, path, DRBD_EVENT_CHANGE);
}

/**
 * drbd_notify_helper() - tell that a helper runs, or has run
 * @res: the resource
 * @dev: the device it is about, or NULL
 * @conn: the connection it is about, or NULL
 * @name: what for
 * @action: DRBD_EVENT_CALL or DRBD_EVENT_RESPONSE
 * @status: wait status
 *
 * Context: may sleep.
 */
void drbd_notify_helper(struct drbd_resource *res, struct drbd_device *dev,
			struct drbd_connection *conn, const char *name,
			enum drbd_event_action action, int status)
{
	const struct drbd_helper_event helper = {
		.name = name,
		.status = status,
		.resource = res->name,
		.minor = dev ? dev->minor : DRBD_UNSET,
		.volume = dev ? dev->volume : DRBD_UNSET,
		.peer_node_id = conn ? conn->node_id : DRBD_UNSET,
		.conn_name = conn ? conn->conf.name : NULL,
	};
	const struct drbd_event event = {
		.object = DRBD_EVENT_HELPER, .action = action, .helper = &helper,
	};

	drbd_nl_notify(&event, 1);
}
