// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a resync starts
 *
 * Both nodes start on their own, after bitmaps were exchanged or all bits were set.
 *
 * Source: spec/resync.md 3.4.
 */

#include <linux/random.h>

#include "../core/resync_order.h"
#include "../core/resync_start.h"
#include "../core/state_predicates.h"
#include "../core/uuid_gen.h"
#include "../core/uuid_source.h"
#include "helper.h"
#include "receiver.h"
#include "resync.h"
#include "volume.h"

static void set_all_slots(struct drbd_device *dev)
{
	unsigned int slot;

	for (slot = 0; slot < dev->bm.layout.slots; slot++)
		drbd_slot_fill(dev, slot, true);
}

static bool is_in(struct drbd_peer_device *pd, enum drbd_repl repl)
{
	struct drbd_states *st = &pd->dev->res->st;
	struct drbd_state_pd *sp;
	bool is;

	spin_lock_irq(&st->lock);
	sp = drbd_states_pd(st, pd->conn->node_id, pd->dev->volume);
	is = sp && sp->old.repl == repl;
	spin_unlock_irq(&st->lock);
	return is;
}

/**
 * drbd_resync_full() - set all bits for a resync of everything
 * @pd: with which peer, of which volume
 * @target: this node is the target: nobody has what is here
 *
 * Context: the work of the resync.
 */
void drbd_resync_full(struct drbd_peer_device *pd, bool target)
{
	struct drbd_device *dev = pd->dev;
	struct drbd_states *st = &dev->res->st;

	if (!is_in(pd, target ? DRBD_R_STARTING_SYNC_T : DRBD_R_STARTING_SYNC_S) ||
	    !drbd_volume_get_disk(dev))
		return;
	if (target)
		set_all_slots(dev);
	else
		drbd_slot_fill(dev, READ_ONCE(dev->uuids.slots[pd->conn->node_id].bitmap_index),
			       true);
	drbd_bitmap_write(dev);
	drbd_volume_put_disk(dev);
	spin_lock_irq(&st->lock);
	pd->resync.todo |= DRBD_RESYNC_START;
	pd->resync.start_target = target;
	drbd_resync_kick(pd, 0);
	spin_unlock_irq(&st->lock);
}

/* Locked. */
static bool other_target(struct drbd_peer_device *pd)
{
	struct drbd_states *st = &pd->dev->res->st;
	int d = drbd_states_dev(st, pd->dev->volume);
	unsigned int c;

	for (c = 0; d >= 0 && c < st->s.nconn; c++) {
		if (st->s.conn[c].node_id != pd->conn->node_id &&
		    drbd_repl_is_target(drbd_state_pd(&st->s, d, c)->old.repl))
			return true;
	}
	return false;
}

static u8 pause_reasons(const struct drbd_pd_vals *v)
{
	return (v->resync_susp_user ? DRBD_PAUSE_USER : 0) |
	       (v->resync_susp_peer ? DRBD_PAUSE_PEER : 0) |
	       (v->resync_susp_dependency ? DRBD_PAUSE_DEPENDENCY : 0) |
	       (v->resync_susp_other_c ? DRBD_PAUSE_OTHER : 0) |
	       (v->resync_susp_max_parallel ? DRBD_PAUSE_PARALLEL : 0);
}

/* Locked. */
static enum drbd_repl first_state(struct drbd_peer_device *pd, bool target, u32 *flags)
{
	struct drbd_device *dev = pd->dev;
	struct drbd_states *st = &dev->res->st;
	int node = pd->conn->node_id, self = dev->res->node_id;
	const struct drbd_state_pd *sp = drbd_states_pd(st, node, dev->volume);
	const struct drbd_peer_uuids *view = &pd->uuids;
	u64 two = pd->conn->conf.two_primaries ? ~0ULL : 0;
	struct drbd_resync_first first;
	struct drbd_uuid_env env;

	drbd_volume_uuid_env(dev, &env);
	first = (struct drbd_resync_first) {
		.target = target,
		.pause = pause_reasons(&sp->old),
		.disk = env.disk,
		.other_target = other_target(pd),
		.source_stable = view->flags & DRBD_UUID_FLAG_STABLE,
		.stable_source = drbd_sync_stable_source(&env, self, node, two),
		.just_created = drbd_uuid_unset(dev->uuids.current_uuid),
		.bitmap_uuid = drbd_uuid_real(view->bitmap[self]) ? view->bitmap[self] : 0,
		.source_crashed = view->flags & DRBD_UUID_FLAG_CRASHED_PRIMARY,
		.reported = pd->resync.remember,
	};
	return drbd_resync_start(&first, flags);
}

/* Locked, and in one of the states of a target. */
static void became_target(struct drbd_peer_device *pd, u32 flags)
{
	struct drbd_device *dev = pd->dev;
	struct drbd_states *st = &dev->res->st;
	struct drbd_resync *r = &pd->resync;
	struct drbd_uuid_env env;

	r->unstable |= !!(flags & DRBD_START_UNSTABLE);
	r->crashed_source = flags & DRBD_START_NOTE_CRASHED;
	r->start_uuid = dev->uuids.current_uuid;
	if (!pd->uuids_valid)
		return;
	drbd_volume_uuid_env(dev, &env);
	drbd_uuid_set_exposed(&dev->uuids, pd->uuids.current_uuid, st->s.old.role);
	drbd_uuid_start_target(&dev->uuids, &env, pd->conn->node_id, dev->res->dagtag.now,
			       get_random_u64());
	r->start_uuid = dev->uuids.current_uuid;
	dev->md_dirty = true;
}

static void log_start(struct drbd_peer_device *pd, bool target)
{
	u64 bits = drbd_volume_out_of_sync(pd->dev, pd->conn->node_id);

	drbd_info(pd->dev->res,
		  "volume %d, peer %d: began resync as %s (will sync %llu KB [%llu bits set])\n",
		  pd->dev->volume, pd->conn->node_id, target ? "target" : "source",
		  bits << (pd->dev->bm.layout.shift - 10), bits);
}

/* With the reference to the disk. */
static void begin(struct drbd_peer_device *pd, bool target)
{
	struct drbd_device *dev = pd->dev;
	struct drbd_states *st = &dev->res->st;
	struct drbd_state_pd *sp;
	struct drbd_change chg;
	bool over = false;
	enum drbd_rv rv;
	u32 flags = 0;

	drbd_change_begin(&chg, st, DRBD_CHG_LOCAL_ONLY);
	sp = drbd_states_pd(st, pd->conn->node_id, dev->volume);
	if (!sp || !pd->conn->out.up) {
		drbd_change_cancel(&chg);
		return;
	}
	sp->new.repl = first_state(pd, target, &flags);
	/* Or it would not stay paused. */
	if (!target && other_target(pd))
		sp->new.resync_susp_other_c = true;
	rv = drbd_change_end(&chg);
	if (rv < DRBD_SS_SUCCESS) {
		drbd_warn(dev->res, "volume %d, peer %d: resync cannot start: %d %s\n",
			  dev->volume, pd->conn->node_id, rv, chg.why.text);
		return;
	}
	spin_lock_irq(&st->lock);
	if (flags & DRBD_START_CLEAR_STABLE)
		dev->resync_stable = false;
	sp = drbd_states_pd(st, pd->conn->node_id, dev->volume);
	if (sp && drbd_repl_is_target(sp->old.repl))
		became_target(pd, flags);
	if (sp && drbd_repl_is_source(sp->old.repl) && flags & DRBD_START_FINISH) {
		over = true;
		pd->resync.remember = false;
	}
	spin_unlock_irq(&st->lock);
	drbd_volume_sync(dev);
	log_start(pd, target);
	drbd_resync_after(true);
	if (over)
		drbd_resync_source_over(pd, pd->resync.reported);
}

/* Returns false if the helper objects. */
static bool call_helper(struct drbd_peer_device *pd, bool target)
{
	int code = drbd_helper(pd->dev->res, pd->dev, pd->conn,
			       target ? "before-resync-target" : "before-resync-source");

	if (drbd_resync_helper_agrees(target, code))
		return true;
	drbd_err(pd->dev->res, "peer %d: before-resync-%s handler returned %d, dropping connection\n",
		 pd->conn->node_id, target ? "target" : "source", code);
	drbd_conn_lost(pd->conn, DRBD_C_DISCONNECTING);
	return false;
}

/* Locked. Puts the start off, or takes note that there is none. */
static enum drbd_resync_start_step next_step(struct drbd_peer_device *pd)
{
	struct drbd_resource *res = pd->dev->res;
	struct drbd_resync *r = &pd->resync;
	struct drbd_state_pd *sp = drbd_states_pd(&res->st, pd->conn->node_id, pd->dev->volume);
	const struct drbd_resync_starting at = {
		.target = r->start_target,
		.repl = sp && pd->conn->out.up ? sp->old.repl : DRBD_R_OFF,
		.helper_done = r->helper_done,
		.state_busy = res->cluster.tp.state != DRBD_TWOPC_IDLE,
	};
	enum drbd_resync_start_step step = drbd_resync_start_step(&at);

	if (step == DRBD_START_LATER) {
		r->todo |= DRBD_RESYNC_START;
		drbd_resync_kick(pd, DRBD_RESYNC_START_BUSY_MS);
	}
	return step;
}

/**
 * drbd_resync_begin() - both bitmaps are known, or all bits are set
 * @pd: with which peer, of which volume
 *
 * Context: the work of the resync.
 */
void drbd_resync_begin(struct drbd_peer_device *pd)
{
	struct drbd_states *st = &pd->dev->res->st;
	enum drbd_resync_start_step step;
	bool target;

	do {
		spin_lock_irq(&st->lock);
		step = next_step(pd);
		target = pd->resync.start_target;
		if (step == DRBD_START_HELPER)
			pd->resync.helper_done = true;
		spin_unlock_irq(&st->lock);
		if (step == DRBD_START_HELPER && !call_helper(pd, target))
			return;
	} while (step == DRBD_START_HELPER);
	if (step != DRBD_START_GO || !drbd_volume_get_disk(pd->dev))
		return;
	begin(pd, target);
	drbd_volume_put_disk(pd->dev);
	wake_up_all(&st->wait);
}
