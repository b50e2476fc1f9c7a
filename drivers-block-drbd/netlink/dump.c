// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lists of objects
 *
 * User space reads a list in many pieces, and objects come and go meanwhile. What
 * is remembered in between are names and numbers, not objects: the next object is
 * the one that follows these, whether or not the last one still exists. So every
 * object that exists all the time is listed exactly once.
 *
 * The state for listeners of events is different. It has to fit to the events, so
 * all of it is recorded at one time.
 *
 * Generic netlink waits for requests when a family goes, but not for lists: those
 * that were begun can still be read. So each piece has to find out whether there
 * is an engine, and keep it while it works.
 */

#include <linux/overflow.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "netlink.h"

const struct drbd_commands *drbd_nl_commands;

/* Held for reading while a list uses the engine, for writing to change it */
static DECLARE_RWSEM(engine_rwsem);

/**
 * drbd_nl_set_engine() - the engine comes or goes
 * @commands: the engine, or NULL
 *
 * Waits for lists that use the engine. Requests are not waited for: there are
 * none, as no dialect is registered.
 *
 * Context: may sleep
 */
void drbd_nl_set_engine(const struct drbd_commands *commands)
{
	down_write(&engine_rwsem);
	drbd_nl_commands = commands;
	up_write(&engine_rwsem);
}

/**
 * drbd_snapshot_alloc() - room for a snapshot of a resource
 * @n_connections: connections it has
 * @n_devices: devices it has
 * @gfp: flags of the allocation
 *
 * Return: the snapshot, all zero; NULL without memory.
 */
struct drbd_snapshot *drbd_snapshot_alloc(unsigned int n_connections, unsigned int n_devices,
					  gfp_t gfp)
{
	struct drbd_snapshot *snapshot = kzalloc(sizeof(*snapshot), gfp);
	size_t pairs;

	if (!snapshot)
		return NULL;
	INIT_LIST_HEAD(&snapshot->list);
	snapshot->n_connections = n_connections;
	snapshot->n_devices = n_devices;
	pairs = array_size(n_connections, n_devices);
	/* one more of each: nothing is allocated for none otherwise */
	snapshot->connections = kvcalloc(size_add(n_connections, 1),
					 sizeof(*snapshot->connections), gfp);
	snapshot->devices = kvcalloc(size_add(n_devices, 1), sizeof(*snapshot->devices), gfp);
	snapshot->peer_devices = kvcalloc(size_add(pairs, 1), sizeof(*snapshot->peer_devices),
					  gfp);
	if (snapshot->connections && snapshot->devices && snapshot->peer_devices)
		return snapshot;
	drbd_snapshot_free(snapshot);
	return NULL;
}
EXPORT_SYMBOL_GPL(drbd_snapshot_alloc);

/**
 * drbd_snapshot_free() - the end of a snapshot
 * @snapshot: the snapshot, on no list; or NULL
 */
void drbd_snapshot_free(struct drbd_snapshot *snapshot)
{
	if (!snapshot)
		return;
	kvfree(snapshot->connections);
	kvfree(snapshot->devices);
	kvfree(snapshot->peer_devices);
	kfree(snapshot);
}
EXPORT_SYMBOL_GPL(drbd_snapshot_free);

/**
 * drbd_nl_snapshot_events() - number of objects in a snapshot
 * @snapshot: the snapshot
 *
 * Return: how many there are, paths included.
 * Source: spec/netlink.md 12.6
 */
unsigned int drbd_nl_snapshot_events(const struct drbd_snapshot *snapshot)
{
	unsigned int i, count = 1 + snapshot->n_connections + snapshot->n_devices +
		snapshot->n_connections * snapshot->n_devices;

	for (i = 0; i < snapshot->n_connections; i++)
		count += drbd_nl_paths(&snapshot->connections[i]);
	return count;
}

static bool path_event(const struct drbd_snapshot *snapshot, unsigned int *index,
		       struct drbd_event *event, struct drbd_path_event *path)
{
	unsigned int i;

	for (i = 0; i < snapshot->n_connections; i++) {
		const struct drbd_connection_state *connection = &snapshot->connections[i];

		if (*index < drbd_nl_paths(connection)) {
			path->resource = connection->resource;
			path->peer_node_id = connection->peer_node_id;
			path->conn_name = connection->name;
			path->path = &connection->paths[*index];
			event->object = DRBD_EVENT_PATH;
			event->path = path;
			return true;
		}
		*index -= drbd_nl_paths(connection);
	}
	return false;
}

/**
 * drbd_nl_snapshot_event() - an object in a snapshot as an event
 * @snapshot: the snapshot
 * @index: below drbd_nl_snapshot_events()
 * @event: that the object exists
 * @path: room for what @event refers to
 *
 * The order is resource, connections, paths, devices, peer devices.
 *
 * Source: spec/netlink.md 7.3
 */
void drbd_nl_snapshot_event(const struct drbd_snapshot *snapshot, unsigned int index,
			    struct drbd_event *event, struct drbd_path_event *path)
{
	event->action = DRBD_EVENT_EXISTS;
	event->new_name = NULL;
	if (index == 0) {
		event->object = DRBD_EVENT_RESOURCE;
		event->resource = &snapshot->resource;
		return;
	}
	index--;
	if (index < snapshot->n_connections) {
		event->object = DRBD_EVENT_CONNECTION;
		event->connection = &snapshot->connections[index];
		return;
	}
	index -= snapshot->n_connections;
	if (path_event(snapshot, &index, event, path))
		return;
	if (index < snapshot->n_devices) {
		event->object = DRBD_EVENT_DEVICE;
		event->device = &snapshot->devices[index];
		return;
	}
	index -= snapshot->n_devices;
	event->object = DRBD_EVENT_PEER_DEVICE;
	event->peer_device = &snapshot->peer_devices[index];
}

/**
 * drbd_nl_dump_new() - begin a list
 * @kind: of objects
 *
 * Return: the list; NULL without memory.
 */
struct drbd_nl_dump *drbd_nl_dump_new(enum drbd_nl_dump_kind kind)
{
	struct drbd_nl_dump *dump = kzalloc(sizeof(*dump), GFP_KERNEL);

	if (!dump)
		return NULL;
	dump->kind = kind;
	dump->volume = -1;
	dump->peer_node_id = -1;
	dump->path_node = DRBD_UNSET;
	INIT_LIST_HEAD(&dump->snapshots);
	return dump;
}

/**
 * drbd_nl_dump_free() - end a list
 * @dump: the list, or NULL; it need not be at its end
 */
void drbd_nl_dump_free(struct drbd_nl_dump *dump)
{
	struct drbd_snapshot *snapshot, *next;

	if (!dump)
		return;
	list_for_each_entry_safe(snapshot, next, &dump->snapshots, list)
		drbd_snapshot_free(snapshot);
	/* may hold a shared secret */
	kfree_sensitive(dump);
}

/**
 * drbd_nl_dump_filter() - list only what belongs to one resource
 * @dump: the list, at its begin
 * @resource: name of the resource
 *
 * Context: start of a list, which is part of a request
 * Return: false if there is no such resource; the list is empty then.
 */
bool drbd_nl_dump_filter(struct drbd_nl_dump *dump, const char *resource)
{
	struct drbd_resource *found = drbd_nl_commands->resource_get(resource);

	dump->filter = true;
	dump->over = !found;
	if (!found)
		return false;
	drbd_nl_commands->resource_put(found);
	strscpy(dump->resource, resource, sizeof(dump->resource));
	dump->inside = true;
	return true;
}

/**
 * drbd_nl_dump_state() - record what DRBD_NL_DUMP_STATE lists
 * @dump: the list, at its begin
 *
 * Return: 0 or a negative errno.
 */
int drbd_nl_dump_state(struct drbd_nl_dump *dump)
{
	int err = -ENODEV;

	dump->recorded = true;
	down_read(&engine_rwsem);
	if (drbd_nl_commands)
		err = drbd_nl_commands->snapshots(&dump->snapshots);
	up_read(&engine_rwsem);
	return err;
}

/* The next path of the connections that are listed behind the scenes */
static bool next_path(struct drbd_nl_dump *dump, struct drbd_resource *resource)
{
	struct drbd_connection_state *state = &dump->connection.state;

	/* the same connection again, which may have other paths now */
	while (drbd_nl_commands->connection_dump(resource, dump->peer_node_id,
						 &dump->connection)) {
		if (dump->path_node != state->peer_node_id)
			dump->path = 0;
		dump->path_node = state->peer_node_id;
		if (dump->path < drbd_nl_paths(state)) {
			dump->path_event.resource = state->resource;
			dump->path_event.peer_node_id = state->peer_node_id;
			dump->path_event.conn_name = state->name;
			dump->path_event.path = &state->paths[dump->path++];
			return true;
		}
		dump->peer_node_id = state->peer_node_id;
	}
	return false;
}

/* The next object of a resource; where it is becomes the key */
static bool next_object(struct drbd_nl_dump *dump, struct drbd_resource *resource)
{
	const struct drbd_commands *commands = drbd_nl_commands;

	switch (dump->kind) {
	case DRBD_NL_DUMP_DEVICES:
		if (!commands->device_dump(resource, dump->volume, &dump->device))
			return false;
		dump->volume = dump->device.state.volume;
		return true;
	case DRBD_NL_DUMP_CONNECTIONS:
		if (!commands->connection_dump(resource, dump->peer_node_id, &dump->connection))
			return false;
		dump->peer_node_id = dump->connection.state.peer_node_id;
		return true;
	case DRBD_NL_DUMP_PEER_DEVICES:
		if (!commands->peer_device_dump(resource, dump->volume, dump->peer_node_id,
						&dump->peer_device))
			return false;
		dump->volume = dump->peer_device.state.volume;
		dump->peer_node_id = dump->peer_device.state.peer_node_id;
		return true;
	case DRBD_NL_DUMP_PATHS:
		return next_path(dump, resource);
	default:
		return false;
	}
}

/* Goes to the resource with the next name. A resource that was removed has no
 * dump, but a name, and is skipped.
 */
static bool next_resource(struct drbd_nl_dump *dump)
{
	const struct drbd_commands *commands = drbd_nl_commands;
	struct drbd_resource *resource;
	bool found = false;

	while (!found && !dump->filter) {
		resource = commands->resource_next(dump->resource);
		if (!resource)
			break;
		found = commands->resource_dump(resource, &dump->parent);
		commands->resource_put(resource);
		strscpy(dump->resource, dump->parent.state.name, sizeof(dump->resource));
	}
	dump->volume = -1;
	dump->peer_node_id = -1;
	dump->path_node = DRBD_UNSET;
	return found;
}

static bool next_event(struct drbd_nl_dump *dump)
{
	struct drbd_snapshot *snapshot;
	unsigned int count;

	while (!list_empty(&dump->snapshots)) {
		snapshot = list_first_entry(&dump->snapshots, struct drbd_snapshot, list);
		count = drbd_nl_snapshot_events(snapshot);
		if (dump->event_index < count) {
			drbd_nl_snapshot_event(snapshot, dump->event_index++, &dump->event,
					       &dump->path_event);
			dump->more = dump->event_index < count;
			return true;
		}
		list_del(&snapshot->list);
		drbd_snapshot_free(snapshot);
		dump->event_index = 0;
	}
	return false;
}

static bool next(struct drbd_nl_dump *dump)
{
	if (dump->kind == DRBD_NL_DUMP_RESOURCES)
		return next_resource(dump);
	for (;;) {
		struct drbd_resource *resource;
		bool found = false;

		if (!dump->inside && !next_resource(dump))
			return false;
		dump->inside = true;
		resource = drbd_nl_commands->resource_get(dump->resource);
		if (resource) {
			found = next_object(dump, resource);
			drbd_nl_commands->resource_put(resource);
		}
		if (found)
			return true;
		dump->inside = false;
	}
}

/**
 * drbd_nl_dump_peek() - the object to send next
 * @dump: the list
 *
 * It stays the same until drbd_nl_dump_advance().
 *
 * Return: 1 if there is one, 0 if there is no more, -ENODEV if the engine is gone.
 */
int drbd_nl_dump_peek(struct drbd_nl_dump *dump)
{
	int err = 0;

	if (dump->pending || dump->over)
		return dump->pending;
	if (dump->kind == DRBD_NL_DUMP_STATE) {
		dump->pending = next_event(dump);
	} else {
		down_read(&engine_rwsem);
		if (drbd_nl_commands)
			dump->pending = next(dump);
		else
			err = -ENODEV;
		up_read(&engine_rwsem);
	}
	dump->over = !dump->pending && !err;
	return err ?: dump->pending;
}

/**
 * drbd_nl_dump_advance() - the object was sent
 * @dump: the list
 */
void drbd_nl_dump_advance(struct drbd_nl_dump *dump)
{
	dump->pending = false;
}
