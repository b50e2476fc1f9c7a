// SPDX-License-Identifier: GPL-2.0-only
/*
 * Resyncs that wait for those of other devices
 *
 * The option resync-after makes chains of devices, which may be of different resources.
 * What all of them do at a moment is written down; core/ finds out who has to wait, and
 * then each device whose flags are not as they should be gets them changed. A change
 * in between leads to another look.
 *
 * Source: spec/resync.md 7.3.
 */

#include "../core/resync_order.h"
#include "resync.h"
#include "volume.h"

/* Devices of the host, in any order, with a reference to each; and what node each of
 * their peers is.
 */
struct table {
	struct drbd_order_device *devices;
	struct drbd_order_peer *peers;
	s8 *nodes;
	struct drbd_device **devs;
	u32 nr;
	u32 max;
};

/* One look at a time. */
static DEFINE_MUTEX(looking);

static void note_device(struct table *t, struct drbd_device *dev)
{
	struct drbd_order_device *to = &t->devices[t->nr];
	struct drbd_states *st = &dev->res->st;
	unsigned int c;
	int d;

	to->minor = dev->minor;
	to->after = DRBD_NO_MINOR;
	to->peers = &t->peers[t->nr * DRBD_NODES];
	to->nr_peers = 0;
	spin_lock_irq(&st->lock);
	d = drbd_states_dev(st, dev->volume);
	to->has_disk = d >= 0 && st->s.dev[d].old.disk > DRBD_D_FAILED;
	if (to->has_disk)
		to->after = dev->disk_conf.resync_after;
	for (c = 0; d >= 0 && c < st->s.nconn && c < DRBD_NODES; c++) {
		const struct drbd_pd_vals *v = &drbd_state_pd(&st->s, d, c)->old;
		struct drbd_order_peer *peer = &to->peers[to->nr_peers];

		t->nodes[t->nr * DRBD_NODES + to->nr_peers++] = st->s.conn[c].node_id;
		peer->repl = v->repl;
		peer->pause = (v->resync_susp_user ? DRBD_PAUSE_USER : 0) |
			      (v->resync_susp_peer ? DRBD_PAUSE_PEER : 0) |
			      (v->resync_susp_dependency ? DRBD_PAUSE_DEPENDENCY : 0);
	}
	spin_unlock_irq(&st->lock);
	kref_get(&dev->refs);
	t->devs[t->nr++] = dev;
}

static void note_all(struct table *t)
{
	struct drbd_resource *res;
	struct drbd_device *dev;

	for (res = drbd_resource_next(""); res;) {
		struct drbd_resource *prev = res;

		drbd_for_each_device(res, dev) {
			if (t->nr < t->max)
				note_device(t, dev);
		}
		res = drbd_resource_next(prev->name);
		drbd_resource_put(prev);
	}
}

static void set_flags(const struct table *t, u32 i)
{
	const struct drbd_order_device *order = &t->devices[i];
	struct drbd_device *dev = t->devs[i];
	struct drbd_states *st = &dev->res->st;
	struct drbd_state_pd *sp;
	struct drbd_change chg;
	u32 p;

	drbd_change_begin(&chg, st, DRBD_CHG_HARD);
	for (p = 0; p < order->nr_peers; p++) {
		sp = drbd_states_pd(st, t->nodes[i * DRBD_NODES + p], dev->volume);
		if (sp)
			sp->new.resync_susp_dependency = order->peers[p].pause &
							 DRBD_PAUSE_DEPENDENCY;
	}
	drbd_change_end(&chg);
}

static u32 count_devices(void)
{
	struct drbd_resource *res;
	struct drbd_device *dev;
	u32 n = 0;

	for (res = drbd_resource_next(""); res;) {
		struct drbd_resource *prev = res;

		drbd_for_each_device(res, dev)
			n++;
		res = drbd_resource_next(prev->name);
		drbd_resource_put(prev);
	}
	return n;
}

static bool any_depends(const struct table *t)
{
	u32 i;

	for (i = 0; i < t->nr; i++) {
		if (t->devices[i].after != DRBD_NO_MINOR)
			return true;
	}
	return false;
}

/**
 * drbd_resync_after() - let resyncs wait for others, or go on
 * @pause: something may have to wait, else something may go on
 *
 * Context: may sleep.
 */
void drbd_resync_after(bool pause)
{
	struct table t = {};
	u32 changed = 0, i;

	mutex_lock(&looking);
	t.max = count_devices();
	t.devices = kvcalloc(t.max, sizeof(*t.devices), GFP_NOIO | __GFP_NOFAIL);
	t.peers = kvcalloc(t.max, DRBD_NODES * sizeof(*t.peers), GFP_NOIO | __GFP_NOFAIL);
	t.nodes = kvcalloc(t.max, DRBD_NODES, GFP_NOIO | __GFP_NOFAIL);
	t.devs = kvcalloc(t.max, sizeof(*t.devs), GFP_NOIO | __GFP_NOFAIL);
	note_all(&t);
	if (any_depends(&t) || !pause)
		changed = pause ? drbd_resync_after_pause(t.devices, t.nr) :
				  drbd_resync_after_resume(t.devices, t.nr);
	for (i = 0; i < t.nr; i++) {
		if (changed)
			set_flags(&t, i);
		drbd_device_put(t.devs[i]);
	}
	mutex_unlock(&looking);
	kvfree(t.devs);
	kvfree(t.nodes);
	kvfree(t.peers);
	kvfree(t.devices);
}
