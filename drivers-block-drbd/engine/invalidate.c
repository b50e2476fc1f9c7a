// SPDX-License-Identifier: GPL-2.0-only
/*
 * Resyncs that the administrator orders
 *
 * Source: spec/resync.md 7.1, 7.2.
 */

#include "../core/resync_order.h"
#include "commands.h"
#include "resync.h"
#include "volume.h"

#define PROTO_KEEP_BITS	120

/* A resync with a peer that is to begin. */
struct begin {
	struct drbd_peer_device *pd;
	enum drbd_repl repl;
};

static void modify_repl(struct drbd_resource *res, struct drbd_own_change *own, bool apply)
{
	const struct begin *begin = own->arg;
	struct drbd_state_pd *sp = drbd_states_pd(&res->st, begin->pd->conn->node_id,
						  begin->pd->dev->volume);

	if (sp)
		sp->new.repl = begin->repl;
}

static enum drbd_repl repl_of(struct drbd_peer_device *pd)
{
	struct drbd_states *st = &pd->dev->res->st;
	struct drbd_state_pd *sp;
	enum drbd_repl repl;

	spin_lock_irq(&st->lock);
	sp = drbd_states_pd(st, pd->conn->node_id, pd->dev->volume);
	repl = sp ? sp->old.repl : DRBD_R_OFF;
	spin_unlock_irq(&st->lock);
	return repl;
}

static bool starting(struct drbd_peer_device *pd)
{
	enum drbd_repl repl = repl_of(pd);

	return repl == DRBD_R_STARTING_SYNC_S || repl == DRBD_R_STARTING_SYNC_T;
}

/* All of it, or what the bitmap has, to this node or to the peer. */
static int begin_resync(struct drbd_cmd *cmd, struct drbd_peer_device *pd, bool target, bool all)
{
	struct drbd_resource *res = pd->dev->res;
	struct begin begin = { .pd = pd };
	struct drbd_own_change own = { .modify = modify_repl, .arg = &begin };
	enum drbd_rv rv;

	if (all)
		begin.repl = target ? DRBD_R_STARTING_SYNC_T : DRBD_R_STARTING_SYNC_S;
	else
		begin.repl = target ? DRBD_R_WF_BITMAP_T : DRBD_R_WF_BITMAP_S;
	if (repl_of(pd) < DRBD_R_ESTABLISHED)
		return DRBD_SS_NEED_CONNECTION;
	if (!all && pd->conn->link.version < PROTO_KEEP_BITS) {
		drbd_cmd_text(cmd, "Need protocol level 120 to initiate bitmap based resync");
		return DRBD_ERR_APV_TOO_LOW;
	}
	if (down_interruptible(&res->change))
		return DRBD_ERR_INTR;
	rv = drbd_change_cluster(res, &own);
	up(&res->change);
	if (rv < DRBD_SS_SUCCESS && own.why.text[0])
		drbd_cmd_text(cmd, "%s", own.why.text);
	if (rv >= DRBD_SS_SUCCESS)
		wait_event_interruptible(res->st.wait, !starting(pd));
	return rv;
}

static void set_bits(struct drbd_device *dev, int node)
{
	int slot;

	for (slot = 0; slot < dev->bm.layout.slots; slot++) {
		if (node == DRBD_NO_NODE || slot == dev->uuids.slots[node].bitmap_index)
			drbd_slot_fill(dev, slot, true);
	}
	drbd_bitmap_write(dev);
}

/* Nobody is there to get data from, for now. */
static int invalidate_alone(struct drbd_cmd *cmd, struct drbd_device *dev)
{
	struct drbd_states *st = &dev->res->st;
	struct drbd_change chg;
	enum drbd_rv rv;
	int d;

	drbd_change_begin(&chg, st, DRBD_CHG_LOCAL_ONLY);
	d = drbd_states_dev(st, dev->volume);
	if (d >= 0)
		st->s.dev[d].new.disk = DRBD_D_INCONSISTENT;
	rv = drbd_change_end(&chg);
	if (rv < DRBD_SS_SUCCESS) {
		if (chg.why.text[0])
			drbd_cmd_text(cmd, "%s", chg.why.text);
		return rv;
	}
	set_bits(dev, DRBD_NO_NODE);
	drbd_volume_sync(dev);
	return rv;
}

static int from_any_peer(struct drbd_cmd *cmd, struct drbd_device *dev, bool all)
{
	int rv = DRBD_SS_NEED_CONNECTION, one;
	struct drbd_connection *conn;
	struct drbd_peer_device *pd;

	drbd_for_each_connection(dev->res, conn) {
		pd = drbd_peer_device_find(conn, dev->volume);
		if (!pd)
			continue;
		one = begin_resync(cmd, pd, true, all);
		drbd_peer_device_put(pd);
		if (one != DRBD_SS_NEED_CONNECTION)
			rv = one;
		/* Errors of commands are greater than that. */
		if (one >= DRBD_SS_SUCCESS && one <= DRBD_NO_ERROR) {
			drbd_connection_put(conn);
			break;
		}
	}
	return rv;
}

static int from_peer(struct drbd_cmd *cmd, struct drbd_device *dev, int node, bool all)
{
	struct drbd_connection *conn = drbd_connection_find(dev->res, node);
	struct drbd_peer_device *pd = conn ? drbd_peer_device_find(conn, dev->volume) : NULL;
	int rv = DRBD_SS_NEED_CONNECTION;

	if (pd) {
		rv = begin_resync(cmd, pd, true, all);
		drbd_peer_device_put(pd);
	}
	if (conn)
		drbd_connection_put(conn);
	return rv;
}

/**
 * drbd_invalidate() - get the data from a peer again
 * @cmd: the command, with the device
 * @parms: from whom, and how much
 *
 * Context: may sleep; the mutex of the administrator is held.
 *
 * Return: &enum drbd_ret or &enum drbd_rv.
 */
int drbd_invalidate(struct drbd_cmd *cmd, const struct drbd_invalidate_parms *parms)
{
	struct drbd_device *dev = cmd->device;
	int rv;

	if (!drbd_volume_get_disk(dev))
		return DRBD_ERR_NO_DISK;
	if (parms->sync_from < DRBD_NODES)
		rv = from_peer(cmd, dev, parms->sync_from, parms->reset_bitmap);
	else
		rv = from_any_peer(cmd, dev, parms->reset_bitmap);
	if (rv == DRBD_SS_NEED_CONNECTION && parms->reset_bitmap)
		rv = invalidate_alone(cmd, dev);
	drbd_volume_put_disk(dev);
	return rv;
}

/* The peer gets all of it when it comes back. */
static int invalidate_away(struct drbd_cmd *cmd, struct drbd_peer_device *pd)
{
	struct drbd_states *st = &pd->dev->res->st;
	struct drbd_state_pd *sp;
	struct drbd_change chg;
	enum drbd_rv rv;

	drbd_change_begin(&chg, st, DRBD_CHG_LOCAL_ONLY);
	sp = drbd_states_pd(st, pd->conn->node_id, pd->dev->volume);
	if (!sp || st->s.old.role != DRBD_ROLE_PRIMARY) {
		drbd_change_cancel(&chg);
		return DRBD_SS_NEED_CONNECTION;
	}
	sp->new.disk = DRBD_D_INCONSISTENT;
	rv = drbd_change_end(&chg);
	if (rv >= DRBD_SS_SUCCESS)
		set_bits(pd->dev, pd->conn->node_id);
	else if (chg.why.text[0])
		drbd_cmd_text(cmd, "%s", chg.why.text);
	return rv;
}

/**
 * drbd_invalidate_peer() - have a peer get the data from here again
 * @cmd: the command, with the peer device
 * @reset_bitmap: all of it, else what the bitmap has
 *
 * Context: may sleep; the mutex of the administrator is held.
 *
 * Return: &enum drbd_ret or &enum drbd_rv.
 */
int drbd_invalidate_peer(struct drbd_cmd *cmd, bool reset_bitmap)
{
	struct drbd_peer_device *pd = cmd->peer_device;
	int rv;

	if (!drbd_volume_get_disk(pd->dev))
		return DRBD_ERR_NO_DISK;
	rv = begin_resync(cmd, pd, false, reset_bitmap);
	if (rv == DRBD_SS_NEED_CONNECTION && reset_bitmap)
		rv = invalidate_away(cmd, pd);
	drbd_volume_put_disk(pd->dev);
	return rv;
}

/**
 * drbd_pause_sync() - pause a resync, or let it go on
 * @cmd: the command, with the peer device
 * @pause: pause it
 *
 * Return: &enum drbd_ret or &enum drbd_rv.
 */
int drbd_pause_sync(struct drbd_cmd *cmd, bool pause)
{
	struct drbd_peer_device *pd = cmd->peer_device;
	struct drbd_states *st = &pd->dev->res->st;
	struct drbd_order_peer peer = {};
	enum drbd_pause_error err;
	struct drbd_state_pd *sp;
	struct drbd_change chg;
	enum drbd_rv rv;

	drbd_change_begin(&chg, st, DRBD_CHG_LOCAL_ONLY);
	sp = drbd_states_pd(st, pd->conn->node_id, pd->dev->volume);
	if (!sp) {
		drbd_change_cancel(&chg);
		return pause ? DRBD_ERR_PAUSE_IS_SET : DRBD_ERR_PAUSE_IS_CLEAR;
	}
	peer.repl = sp->old.repl;
	peer.pause = (sp->old.resync_susp_user ? DRBD_PAUSE_USER : 0) |
		     (sp->old.resync_susp_peer ? DRBD_PAUSE_PEER : 0) |
		     (sp->old.resync_susp_dependency ? DRBD_PAUSE_DEPENDENCY : 0);
	err = drbd_pause_user(&peer, pause);
	if (err == DRBD_PAUSE_IS_SET || err == DRBD_PAUSE_IS_CLEAR) {
		drbd_change_cancel(&chg);
		return err;
	}
	sp->new.resync_susp_user = pause;
	rv = drbd_change_end(&chg);
	if (rv < DRBD_SS_SUCCESS && chg.why.text[0])
		drbd_cmd_text(cmd, "%s", chg.why.text);
	return rv < DRBD_SS_SUCCESS || err == DRBD_PAUSE_OK ? (int)rv : (int)err;
}
