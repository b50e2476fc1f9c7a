// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a resync ends
 *
 * The target finds nothing that is out of sync any more, and takes over the data
 * generation of the source. It tells so by its UUIDs and, after these, its state; from
 * that the source learns it.
 *
 * Source: spec/resync.md 4.9.
 */

#include <linux/blkdev.h>

#include "../core/state_predicates.h"
#include "../core/resync_start.h"
#include "../core/uuid_finish.h"
#include "helper.h"
#include "packets.h"
#include "receiver.h"
#include "resync_io.h"
#include "volume.h"

/* Locked. */
static struct drbd_state_pd *state_of(struct drbd_peer_device *pd)
{
	return drbd_states_pd(&pd->dev->res->st, pd->conn->node_id, pd->dev->volume);
}

/* Locked. Another resync waits, from a peer with good data. */
static bool has_survivor(struct drbd_peer_device *pd)
{
	struct drbd_states *st = &pd->dev->res->st;
	int d = drbd_states_dev(st, pd->dev->volume);
	struct drbd_connection *conn;
	struct drbd_peer_device *other;
	unsigned int c;

	for (c = 0; d >= 0 && c < st->s.nconn; c++) {
		const struct drbd_state_pd *sp = drbd_state_pd(&st->s, d, c);

		if (st->s.conn[c].node_id == pd->conn->node_id ||
		    sp->old.repl != DRBD_R_PAUSED_SYNC_T || sp->old.disk != DRBD_D_UP_TO_DATE)
			continue;
		conn = xa_load(&pd->dev->res->connections, st->s.conn[c].node_id);
		other = conn ? xa_load(&conn->peer_devices, pd->dev->volume) : NULL;
		if (other && !other->resync.crashed_source)
			return true;
	}
	return false;
}

/* Locked. */
static bool outcome(struct drbd_peer_device *pd, enum drbd_disk reported,
		    struct drbd_resync_over *over, struct drbd_resync_result *result)
{
	struct drbd_device *dev = pd->dev;
	struct drbd_states *st = &dev->res->st;
	struct drbd_resync *r = &pd->resync;
	const struct drbd_state_pd *sp = state_of(pd);
	int d = drbd_states_dev(st, dev->volume);

	if (!sp || d < 0 || !pd->conn->out.up)
		return false;
	*over = (struct drbd_resync_over) {
		.target = drbd_repl_is_target(sp->old.repl),
		.repl = sp->old.repl,
		.disk = st->s.dev[d].old.disk,
		.peer_disk = sp->old.disk,
		.failed = r->failed,
		.stable = drbd_resync_ends_stable(r->unstable, dev->resync_stable),
		.source_crashed = r->crashed_source,
		.survivor = pd->conn->conf.wire_protocol == DRBD_PROTOCOL_C && has_survivor(pd),
		.has_uuids = pd->uuids_valid,
		.protocol = pd->conn->link.version,
	};
	if (!over->target && over->repl != DRBD_R_VERIFY_S)
		over->peer_disk = reported;
	drbd_resync_finish(over, result);
	return !(result->flags & DRBD_FINISH_IGNORE);
}

/* Locked. Returns which peers turned out to be Outdated. */
static u64 take_uuids(struct drbd_peer_device *pd)
{
	struct drbd_device *dev = pd->dev;
	struct drbd_uuid_env env;

	drbd_volume_uuid_env(dev, &env);
	dev->md_dirty = true;
	dev->synced = ~drbd_node_mask(pd->conn->node_id);
	return drbd_uuid_resync_finished(&dev->uuids, &env, pd->conn->node_id,
					 pd->resync.start_uuid, dev->res->dagtag.now);
}

/* Locked. */
static void end_others(struct drbd_peer_device *pd, u32 flags, u64 outdated)
{
	struct drbd_states *st = &pd->dev->res->st;
	int d = drbd_states_dev(st, pd->dev->volume);
	unsigned int c;

	for (c = 0; c < st->s.nconn; c++) {
		struct drbd_state_pd *sp = drbd_state_pd(&st->s, d, c);

		if (flags & DRBD_FINISH_END_PAUSED && sp->new.repl == DRBD_R_PAUSED_SYNC_T)
			sp->new.repl = DRBD_R_ESTABLISHED;
		if (outdated & drbd_node_mask(st->s.conn[c].node_id) &&
		    sp->new.disk > DRBD_D_OUTDATED)
			sp->new.disk = DRBD_D_OUTDATED;
	}
}

static void log_end(struct drbd_peer_device *pd, const struct drbd_resync_over *over)
{
	struct drbd_resync *r = &pd->resync;
	u64 now = drbd_resync_now_ms();
	unsigned int shift = pd->dev->bm.layout.shift ?: DRBD_BM_SHIFT_MIN;

	drbd_info(pd->dev->res,
		  "volume %d, peer %d: resync done as %s%s (total %llu ms; paused %llu ms; %llu KB)\n",
		  pd->dev->volume, pd->conn->node_id, over->target ? "target" : "source",
		  over->target && !over->stable ? ", unstable" : "", now - r->progress.start,
		  r->progress.paused, r->progress.total << (shift - 10));
	if (over->failed)
		drbd_err(pd->dev->res, "volume %d, peer %d: %llu blocks failed\n",
			 pd->dev->volume, pd->conn->node_id, over->failed);
}

/* Makes one change of it, in which nothing else can come in between. */
static bool change(struct drbd_peer_device *pd, enum drbd_disk reported, u64 outdated,
		   struct drbd_resync_over *over)
{
	struct drbd_device *dev = pd->dev;
	struct drbd_states *st = &dev->res->st;
	struct drbd_resync_result result;
	struct drbd_state_pd *sp;
	struct drbd_change chg;
	enum drbd_rv rv;
	int d;

	drbd_change_begin(&chg, st, DRBD_CHG_LOCAL_ONLY);
	if (!outcome(pd, reported, over, &result)) {
		drbd_change_cancel(&chg);
		return false;
	}
	sp = state_of(pd);
	d = drbd_states_dev(st, dev->volume);
	sp->new.resync_active = false;
	sp->new.repl = result.repl;
	sp->new.disk = result.peer_disk;
	st->s.dev[d].new.disk = result.disk;
	if (result.flags & DRBD_FINISH_INHERIT)
		dev->crash_owed = ~drbd_node_mask(pd->conn->node_id);
	if (result.flags & DRBD_FINISH_CRASHED)
		st->s.dev[d].new.crashed_primary = true;
	if (over->target)
		sp->new.reconcile_running = false;
	if (over->target && !over->failed && over->stable)
		dev->resync_stable = true;
	if (result.flags & DRBD_FINISH_CLEAR_SLOT) {
		drbd_uuid_replace_slot(&dev->uuids, pd->conn->node_id, 0, 0);
		dev->md_dirty = true;
	}
	end_others(pd, result.flags, outdated);
	rv = drbd_change_end(&chg);
	if (rv < DRBD_SS_SUCCESS)
		drbd_err(dev->res, "volume %d, peer %d: the end of a resync is refused: %d %s\n",
			 dev->volume, pd->conn->node_id, rv, chg.why.text);
	return rv >= DRBD_SS_SUCCESS;
}

/* The UUIDs have to be on disk before anybody is told. */
static bool prepare(struct drbd_peer_device *pd, u64 *outdated)
{
	struct drbd_device *dev = pd->dev;
	struct drbd_states *st = &dev->res->st;
	struct drbd_resync_result result;
	struct drbd_resync_over over;
	bool go;

	drbd_bitmap_write(dev);
	spin_lock_irq(&st->lock);
	go = outcome(pd, DRBD_D_UNKNOWN, &over, &result) && over.target;
	*outdated = go && result.flags & DRBD_FINISH_TAKE_UUIDS ? take_uuids(pd) : 0;
	spin_unlock_irq(&st->lock);
	if (go)
		drbd_volume_sync(dev);
	return go;
}

static void tell_last(struct drbd_peer_device *pd)
{
	struct drbd_in_sync_range range;

	spin_lock_irq(&pd->dev->res->st.lock);
	if (drbd_in_sync_end(&pd->resync.walk, &range))
		drbd_in_sync_tell(pd->dev, pd->conn->node_id, &range);
	spin_unlock_irq(&pd->dev->res->st.lock);
}

/**
 * drbd_resync_target_over() - nothing is out of sync any more, or all that is has failed
 * @pd: from which peer, of which volume
 *
 * Does nothing if this is not the moment; the next turn tries again.
 *
 * Context: the work of the resync, with a reference to the disk.
 */
void drbd_resync_target_over(struct drbd_peer_device *pd)
{
	struct drbd_device *dev = pd->dev;
	struct drbd_resync_over over;
	u64 outdated;

	if (drbd_volume_uuids_held(dev) || !drbd_ping_peer(pd->conn) ||
	    drbd_volume_uuids_held(dev) || !prepare(pd, &outdated))
		return;
	if (!change(pd, DRBD_D_UNKNOWN, outdated, &over))
		return;
	log_end(pd, &over);
	tell_last(pd);
	drbd_bitmap_write(dev);
	drbd_volume_sync(dev);
	drbd_helper(dev->res, dev, pd->conn, "after-resync-target");
}

/**
 * drbd_resync_source_over() - the target has reported the end
 * @pd: which target, of which volume
 * @reported: its disk state
 *
 * Context: the receiver, which takes nothing meanwhile, or the work of the resync.
 *
 * Return: 0, or a negative errno for the reason to drop the connection.
 */
int drbd_resync_source_over(struct drbd_peer_device *pd, enum drbd_disk reported)
{
	struct drbd_device *dev = pd->dev;
	struct drbd_resync_over over;

	flush_work(&dev->in_sync_work);
	do {
		if (wait_event_interruptible(dev->res->st.wait, !drbd_volume_uuids_held(dev)) ||
		    !drbd_ping_peer(pd->conn))
			return -EINTR;
	} while (drbd_volume_uuids_held(dev));
	if (!change(pd, reported, 0, &over))
		return 0;
	log_end(pd, &over);
	if (drbd_volume_get_disk(dev)) {
		drbd_bitmap_write(dev);
		drbd_volume_put_disk(dev);
	}
	drbd_volume_sync(dev);
	return 0;
}

/**
 * drbd_resync_learned() - does the state of a peer say that the resync is over?
 * @pd: which peer, of which volume
 * @before: connection or replication state that it told before
 * @state: its state
 * @err: gets 0, or a negative errno for the reason to drop the connection
 *
 * Context: the receiver.
 *
 * Return: true if it does: nothing else follows from this state.
 */
bool drbd_resync_learned(struct drbd_peer_device *pd, u8 before,
			 const struct drbd_wire_state *state, int *err)
{
	struct drbd_states *st = &pd->dev->res->st;
	enum drbd_resync_learn learn = DRBD_LEARN_NOTHING;
	const struct drbd_state_pd *sp;

	*err = 0;
	spin_lock_irq(&st->lock);
	sp = state_of(pd);
	if (sp && (before == DRBD_R_STARTING_SYNC_T || before == DRBD_R_WF_BITMAP_T ||
		   before == DRBD_R_SYNC_TARGET || before == DRBD_R_PAUSED_SYNC_T))
		learn = drbd_resync_learn(sp->old.repl, sp->old.disk, state->conn);
	if (learn == DRBD_LEARN_REMEMBER) {
		pd->resync.remember = true;
		pd->resync.reported = state->disk;
	}
	spin_unlock_irq(&st->lock);
	if (learn == DRBD_LEARN_FINISH)
		*err = drbd_resync_source_over(pd, state->disk);
	return learn != DRBD_LEARN_NOTHING;
}
