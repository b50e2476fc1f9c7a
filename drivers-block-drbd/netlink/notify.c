// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events for all dialects
 *
 * Listeners keep a copy of all states up to date with events, so they have to know
 * when they missed one: all messages of all dialects are numbered in one sequence.
 * A group of events that belong together may only be looked at as a whole, and a
 * listener finds its end by a flag in all messages but the last. One mutex is held
 * over numbering and sending a group, so that neither mixes with another one.
 *
 * A number is used even if its message could not be made, or nobody listens.
 */

#include <linux/bug.h>
#include <linux/mutex.h>
#include <linux/sched/mm.h>
#include <net/genetlink.h>

#include "netlink.h"

/* Held while events are sent; protects what follows. */
static DEFINE_MUTEX(notify_mutex);
static unsigned int listening;
static u32 sequence = 2;

/**
 * drbd_nl_events_to() - choose the dialects that events are sent in
 * @dialects: DRBD_NL_*, those that are registered
 */
void drbd_nl_events_to(unsigned int dialects)
{
	mutex_lock(&notify_mutex);
	listening = dialects;
	mutex_unlock(&notify_mutex);
}

static void send_event(const struct drbd_nl_dialect *dialect, const struct drbd_event *event,
		       bool more)
{
	struct sk_buff *skb = nlmsg_new(NLMSG_GOODSIZE, GFP_NOIO);

	if (!skb)
		return;
	if (dialect->put_event(skb, event, sequence, more)) {
		nlmsg_free(skb);
		return;
	}
	/* It is no error that nobody listens. */
	genlmsg_multicast_allns(dialect->family, skb, 0, 0);
}

/* Called with notify_mutex held */
static void notify_one(const struct drbd_event *event, bool more)
{
	const struct drbd_nl_dialect *const *dialect;

	sequence++;
	for (dialect = drbd_nl_dialects; *dialect; dialect++)
		if (listening & (*dialect)->bit)
			send_event(*dialect, event, more);
}

/**
 * drbd_nl_notify() - tell listeners about events that belong together
 * @events: the events
 * @count: how many there are
 *
 * Context: may sleep
 * Source: spec/netlink.md 7
 */
void drbd_nl_notify(const struct drbd_event *events, unsigned int count)
{
	unsigned int i, noio = memalloc_noio_save();

	mutex_lock(&notify_mutex);
	for (i = 0; i < count; i++)
		notify_one(&events[i], i + 1 < count);
	mutex_unlock(&notify_mutex);
	memalloc_noio_restore(noio);
}
EXPORT_SYMBOL_GPL(drbd_nl_notify);

static bool resource_differs(const struct drbd_resource_state *a,
			     const struct drbd_resource_state *b)
{
	return a->role != b->role || a->susp_user != b->susp_user ||
	       a->susp_no_data != b->susp_no_data || a->susp_fencing != b->susp_fencing ||
	       a->susp_quorum != b->susp_quorum || a->fail_io != b->fail_io;
}

static bool connection_differs(const struct drbd_connection_state *a,
			       const struct drbd_connection_state *b)
{
	return a->cstate != b->cstate || a->role != b->role;
}

static bool device_differs(const struct drbd_device_state *a, const struct drbd_device_state *b)
{
	return a->disk != b->disk || a->has_quorum != b->has_quorum;
}

static bool peer_device_differs(const struct drbd_peer_device_state *a,
				const struct drbd_peer_device_state *b)
{
	return a->disk != b->disk || a->repl != b->repl ||
	       a->resync_susp_user != b->resync_susp_user ||
	       a->resync_susp_peer != b->resync_susp_peer ||
	       a->resync_susp_dependency != b->resync_susp_dependency ||
	       a->resync_susp_max_parallel != b->resync_susp_max_parallel;
}

/* Whether the object that an event is about differs from what it was */
static bool differs(const struct drbd_event *a, const struct drbd_event *b)
{
	switch (a->object) {
	case DRBD_EVENT_RESOURCE:
		return resource_differs(a->resource, b->resource);
	case DRBD_EVENT_CONNECTION:
		return connection_differs(a->connection, b->connection);
	case DRBD_EVENT_DEVICE:
		return device_differs(a->device, b->device);
	case DRBD_EVENT_PEER_DEVICE:
		return peer_device_differs(a->peer_device, b->peer_device);
	default:
		return false;
	}
}

/* As if the snapshot had no paths, which have events of their own */
static unsigned int without_paths(const struct drbd_snapshot *snapshot, unsigned int index)
{
	unsigned int paths = drbd_nl_snapshot_events(snapshot) - 1 - snapshot->n_connections -
		snapshot->n_devices - snapshot->n_connections * snapshot->n_devices;

	return index <= snapshot->n_connections ? index : index + paths;
}

/**
 * drbd_nl_notify_change() - tell listeners what changed
 * @old: the resource before the change
 * @new: the resource afterwards, with the same connections and devices
 *
 * Context: may sleep
 * Source: spec/netlink.md 7.2 and 12.6
 */
void drbd_nl_notify_change(const struct drbd_snapshot *old, const struct drbd_snapshot *new)
{
	unsigned int count = 1 + new->n_connections + new->n_devices +
		new->n_connections * new->n_devices;
	struct drbd_event before, after, last = { };
	unsigned int i, noio = memalloc_noio_save();
	struct drbd_path_event path;
	bool any = false;

	if (WARN_ON_ONCE(old->n_connections != new->n_connections ||
			 old->n_devices != new->n_devices))
		goto out;
	mutex_lock(&notify_mutex);
	for (i = 0; i < count; i++) {
		drbd_nl_snapshot_event(old, without_paths(old, i), &before, &path);
		drbd_nl_snapshot_event(new, without_paths(new, i), &after, &path);
		if (!differs(&before, &after))
			continue;
		if (any)
			notify_one(&last, true);
		last = after;
		last.action = DRBD_EVENT_CHANGE;
		any = true;
	}
	if (any)
		notify_one(&last, false);
	mutex_unlock(&notify_mutex);
out:
	memalloc_noio_restore(noio);
}
EXPORT_SYMBOL_GPL(drbd_nl_notify_change);
