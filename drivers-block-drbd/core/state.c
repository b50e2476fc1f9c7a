// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state vector of a resource
 *
 * What a resource is doing is one value, not many: a rule for the disk looks at
 * roles and connections, one for a connection at disks. So all fields of all
 * objects change in one step, which either happens as a whole or not at all.
 * For this each field has two copies. While a change is prepared, the old one is
 * what the rest of the driver sees, and rules can ask for what becomes what.
 * Giving up needs no undo.
 *
 * Bits beside the state tuple that rules change (such as "a new UUID is wanted")
 * have two copies for the same reason. They do not count as a change.
 */

#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "state.h"

/**
 * drbd_state_begin() - begin a change, or give one up
 * @s: state vector
 *
 * Makes each new copy the same as the old one. Source: spec/state.md 2.1.
 */
void drbd_state_begin(struct drbd_state *s)
{
	unsigned int i;

	s->new = s->old;
	for (i = 0; i < s->nconn; i++)
		s->conn[i].new = s->conn[i].old;
	for (i = 0; i < s->ndev; i++)
		s->dev[i].new = s->dev[i].old;
	for (i = 0; i < s->ndev * s->nconn; i++)
		s->pd[i].new = s->pd[i].old;
}
EXPORT_SYMBOL_GPL(drbd_state_begin);

/**
 * drbd_state_publish() - make the new copies the committed ones
 * @s: state vector
 *
 * Readers without the lock have to see the bits beside the tuple first, and a
 * wanted new UUID last; the caller who has such readers keeps that order in what
 * they read. Source: spec/state.md 2.1.
 */
void drbd_state_publish(struct drbd_state *s)
{
	unsigned int i;

	s->old = s->new;
	for (i = 0; i < s->nconn; i++)
		s->conn[i].old = s->conn[i].new;
	for (i = 0; i < s->ndev; i++)
		s->dev[i].old = s->dev[i].new;
	for (i = 0; i < s->ndev * s->nconn; i++)
		s->pd[i].old = s->pd[i].new;
}
EXPORT_SYMBOL_GPL(drbd_state_publish);

/**
 * drbd_state_snapshot() - keep old and new for what is done after the change
 * @to: vector with arrays for as many objects as @from has
 * @from: state vector, before drbd_state_publish()
 *
 * Source: spec/state.md 3.1.
 */
void drbd_state_snapshot(struct drbd_state *to, const struct drbd_state *from)
{
	struct drbd_state_conn *conn = to->conn;
	struct drbd_state_dev *dev = to->dev;
	struct drbd_state_pd *pd = to->pd;

	*to = *from;
	to->conn = memcpy(conn, from->conn, from->nconn * sizeof(*conn));
	to->dev = memcpy(dev, from->dev, from->ndev * sizeof(*dev));
	to->pd = memcpy(pd, from->pd, from->ndev * from->nconn * sizeof(*pd));
}
EXPORT_SYMBOL_GPL(drbd_state_snapshot);

/**
 * drbd_state_set_cstate() - propose a state of a connection
 * @s: state vector
 * @c: index of the connection
 * @cstate: its new state
 *
 * Below Connected no volume has a replication state. Source: spec/state.md 12.1,
 * I1 and I2.
 */
void drbd_state_set_cstate(struct drbd_state *s, unsigned int c, enum drbd_cstate cstate)
{
	unsigned int d;

	s->conn[c].new.cstate = cstate;
	if (cstate == DRBD_C_CONNECTED)
		return;
	for (d = 0; d < s->ndev; d++)
		drbd_state_pd(s, d, c)->new.repl = DRBD_R_OFF;
}
EXPORT_SYMBOL_GPL(drbd_state_set_cstate);

/**
 * drbd_state_res_event() - whether a change has to be announced for the resource
 * @s: state vector
 *
 * Source: spec/state.md 3.4.
 *
 * Return: true if a field of the resource changes, or whether some connection
 * waits for fencing.
 */
bool drbd_state_res_event(const struct drbd_state *s)
{
	const struct drbd_res_vals *o = &s->old, *n = &s->new;

	return o->role != n->role || o->susp_user != n->susp_user ||
	       o->susp_nod != n->susp_nod || o->susp_quorum != n->susp_quorum ||
	       o->susp_uuid != n->susp_uuid || o->fail_io != n->fail_io ||
	       drbd_state_susp_fen(s, DRBD_OLD) != drbd_state_susp_fen(s, DRBD_NEW);
}
EXPORT_SYMBOL_GPL(drbd_state_res_event);

/**
 * drbd_state_conn_event() - whether a change has to be announced for a connection
 * @conn: connection
 *
 * Source: spec/state.md 3.4.
 *
 * Return: true if its state or the peer's role changes.
 */
bool drbd_state_conn_event(const struct drbd_state_conn *conn)
{
	return conn->old.cstate != conn->new.cstate ||
	       conn->old.peer_role != conn->new.peer_role;
}
EXPORT_SYMBOL_GPL(drbd_state_conn_event);

/**
 * drbd_state_dev_event() - whether a change has to be announced for a device
 * @dev: device
 *
 * Source: spec/state.md 3.4.
 *
 * Return: true if the disk or the enforced quorum changes.
 */
bool drbd_state_dev_event(const struct drbd_state_dev *dev)
{
	return dev->old.disk != dev->new.disk || dev->old.have_quorum != dev->new.have_quorum;
}
EXPORT_SYMBOL_GPL(drbd_state_dev_event);

/**
 * drbd_state_pd_event() - whether a change has to be announced for a peer device
 * @pd: peer device
 *
 * Source: spec/state.md 3.4.
 *
 * Return: true if disk, replication state or a reason for suspension changes.
 */
bool drbd_state_pd_event(const struct drbd_state_pd *pd)
{
	const struct drbd_pd_vals *o = &pd->old, *n = &pd->new;

	return o->disk != n->disk || o->repl != n->repl ||
	       o->resync_susp_user != n->resync_susp_user ||
	       o->resync_susp_peer != n->resync_susp_peer ||
	       o->resync_susp_dependency != n->resync_susp_dependency ||
	       o->resync_susp_other_c != n->resync_susp_other_c ||
	       o->resync_susp_max_parallel != n->resync_susp_max_parallel;
}
EXPORT_SYMBOL_GPL(drbd_state_pd_event);

static bool conn_changed(const struct drbd_state_conn *conn)
{
	return drbd_state_conn_event(conn) || conn->old.susp_fen != conn->new.susp_fen;
}

static bool dev_changed(const struct drbd_state_dev *dev)
{
	return drbd_state_dev_event(dev) || dev->old.quorum != dev->new.quorum;
}

static bool pd_changed(const struct drbd_state_pd *pd)
{
	const struct drbd_pd_vals *o = &pd->old, *n = &pd->new;

	return drbd_state_pd_event(pd) || o->resync_active != n->resync_active ||
	       o->replication != n->replication || o->peer_replication != n->peer_replication;
}

/**
 * drbd_state_changed() - whether any field of the state tuple differs
 * @s: state vector
 *
 * Source: spec/state.md 1.2.
 *
 * Return: true if so.
 */
bool drbd_state_changed(const struct drbd_state *s)
{
	unsigned int i;

	if (drbd_state_res_event(s))
		return true;
	for (i = 0; i < s->nconn; i++) {
		if (conn_changed(&s->conn[i]))
			return true;
	}
	for (i = 0; i < s->ndev; i++) {
		if (dev_changed(&s->dev[i]))
			return true;
	}
	for (i = 0; i < s->ndev * s->nconn; i++) {
		if (pd_changed(&s->pd[i]))
			return true;
	}
	return false;
}
EXPORT_SYMBOL_GPL(drbd_state_changed);

/**
 * drbd_state_pending() - whether a request is worth to go on with
 * @s: state vector with the request, not sanitised yet
 * @flags: DRBD_CHG_* of the request
 *
 * Source: spec/state.md 2.1, step 3.
 *
 * Return: false if the result is DRBD_SS_NOTHING_TO_DO.
 */
bool drbd_state_pending(const struct drbd_state *s, unsigned int flags)
{
	unsigned int i;

	if ((flags & DRBD_CHG_FORCE_RECALC) || drbd_state_changed(s))
		return true;
	for (i = 0; i < s->ndev * s->nconn; i++) {
		if (s->pd[i].old.got_stable)
			return true;
	}
	return false;
}
EXPORT_SYMBOL_GPL(drbd_state_pending);

/**
 * drbd_repl_is_target() - whether a resync from the peer is agreed
 * @repl: replication state
 *
 * Return: true for SyncTarget and PausedSyncT.
 */
bool drbd_repl_is_target(enum drbd_repl repl)
{
	return repl == DRBD_R_SYNC_TARGET || repl == DRBD_R_PAUSED_SYNC_T;
}
EXPORT_SYMBOL_GPL(drbd_repl_is_target);

/**
 * drbd_repl_is_source() - whether a resync towards the peer is agreed
 * @repl: replication state
 *
 * Return: true for SyncSource and PausedSyncS.
 */
bool drbd_repl_is_source(enum drbd_repl repl)
{
	return repl == DRBD_R_SYNC_SOURCE || repl == DRBD_R_PAUSED_SYNC_S;
}
EXPORT_SYMBOL_GPL(drbd_repl_is_source);

/**
 * drbd_repl_is_sync() - whether a resync is agreed
 * @repl: replication state
 *
 * Return: true for SyncSource, SyncTarget, PausedSyncS and PausedSyncT.
 */
bool drbd_repl_is_sync(enum drbd_repl repl)
{
	return drbd_repl_is_source(repl) || drbd_repl_is_target(repl);
}
EXPORT_SYMBOL_GPL(drbd_repl_is_sync);

/**
 * drbd_repl_in_resync() - whether a resync or verify is agreed
 * @repl: replication state
 *
 * Return: true for SyncSource to PausedSyncT.
 */
bool drbd_repl_in_resync(enum drbd_repl repl)
{
	return repl >= DRBD_R_SYNC_SOURCE && repl <= DRBD_R_PAUSED_SYNC_T;
}
EXPORT_SYMBOL_GPL(drbd_repl_in_resync);

/**
 * drbd_repl_is_verify() - whether online verify is running
 * @repl: replication state
 *
 * Return: true for VerifyS and VerifyT.
 */
bool drbd_repl_is_verify(enum drbd_repl repl)
{
	return repl == DRBD_R_VERIFY_S || repl == DRBD_R_VERIFY_T;
}
EXPORT_SYMBOL_GPL(drbd_repl_is_verify);

/**
 * drbd_state_susp_fen() - whether I/O waits for the fencing of some peer
 * @s: state vector
 * @when: which copy
 *
 * Source: spec/state.md 1.2.
 *
 * Return: true if so.
 */
bool drbd_state_susp_fen(const struct drbd_state *s, enum drbd_state_when when)
{
	unsigned int c;

	for (c = 0; c < s->nconn; c++) {
		if (drbd_state_conn_vals(&s->conn[c], when)->susp_fen)
			return true;
	}
	return false;
}
EXPORT_SYMBOL_GPL(drbd_state_susp_fen);

/**
 * drbd_state_suspended() - whether I/O of a resource is suspended
 * @s: state vector
 * @when: which copy
 *
 * Source: spec/state.md 1.2.
 *
 * Return: true if there is any reason.
 */
bool drbd_state_suspended(const struct drbd_state *s, enum drbd_state_when when)
{
	const struct drbd_res_vals *res = drbd_state_res_vals(s, when);

	return res->susp_user || res->susp_nod || res->susp_quorum || res->susp_uuid ||
	       drbd_state_susp_fen(s, when);
}
EXPORT_SYMBOL_GPL(drbd_state_suspended);

/**
 * drbd_state_all_quorate() - whether all volumes have quorum
 * @s: state vector
 * @when: which copy
 *
 * Source: spec/state.md 2.1.
 *
 * Return: true if so.
 */
bool drbd_state_all_quorate(const struct drbd_state *s, enum drbd_state_when when)
{
	unsigned int d;

	for (d = 0; d < s->ndev; d++) {
		if (!drbd_state_dev_vals(&s->dev[d], when)->have_quorum)
			return false;
	}
	return true;
}
EXPORT_SYMBOL_GPL(drbd_state_all_quorate);

/**
 * drbd_state_min_protocol() - lowest protocol version of all connections
 * @s: state vector
 *
 * Source: spec/state.md 2.1.
 *
 * Return: the version; the newest there is if nothing is connected.
 */
unsigned int drbd_state_min_protocol(const struct drbd_state *s)
{
	unsigned int c, version = DRBD_PROTO_9_MAX;

	for (c = 0; c < s->nconn; c++) {
		if (s->conn[c].new.cstate == DRBD_C_CONNECTED)
			version = min(version, s->conn[c].protocol);
	}
	return version;
}
EXPORT_SYMBOL_GPL(drbd_state_min_protocol);

/**
 * drbd_state_hold_active() - whether reconciliation after a lost Primary is due
 * @s: state vector
 *
 * Until survivors agree on the last writes of a lost Primary, none of them may
 * call its data UpToDate. Source: spec/state.md 1.6.
 *
 * Return: true if some peer has a notice, is owed it, or is in it.
 */
bool drbd_state_hold_active(const struct drbd_state *s)
{
	unsigned int i;

	for (i = 0; i < s->nconn; i++) {
		if (s->conn[i].new.lost_primary_notice)
			return true;
	}
	for (i = 0; i < s->ndev * s->nconn; i++) {
		if (s->pd[i].new.reconcile_owed || s->pd[i].new.reconcile_running)
			return true;
	}
	return false;
}
EXPORT_SYMBOL_GPL(drbd_state_hold_active);

/**
 * drbd_state_dependency() - whether a resync has to wait for another
 * @s: state vector
 * @d: index of the device
 * @c: index of the connection
 * @when: which copy
 *
 * This is what the peer and user space are told ("combined dependency"). A
 * source without good data waits for its own resync. Source: spec/state.md 1.2.
 *
 * Return: true if so.
 */
bool drbd_state_dependency(const struct drbd_state *s, unsigned int d, unsigned int c,
			   enum drbd_state_when when)
{
	const struct drbd_pd_vals *pd = drbd_state_pd_vals(drbd_state_pd(s, d, c), when);

	return pd->resync_susp_dependency || pd->resync_susp_other_c ||
	       (drbd_repl_is_source(pd->repl) &&
		drbd_state_dev_vals(&s->dev[d], when)->disk <= DRBD_D_INCONSISTENT);
}
EXPORT_SYMBOL_GPL(drbd_state_dependency);

/**
 * drbd_state_resync_suspended() - whether a resync is suspended
 * @s: state vector
 * @d: index of the device
 * @c: index of the connection
 * @when: which copy
 *
 * Source: spec/state.md 1.2.
 *
 * Return: true if there is any reason.
 */
bool drbd_state_resync_suspended(const struct drbd_state *s, unsigned int d, unsigned int c,
				 enum drbd_state_when when)
{
	const struct drbd_pd_vals *pd = drbd_state_pd_vals(drbd_state_pd(s, d, c), when);

	return pd->resync_susp_user || pd->resync_susp_peer || pd->resync_susp_max_parallel ||
	       drbd_state_dependency(s, d, c, when);
}
EXPORT_SYMBOL_GPL(drbd_state_resync_suspended);

/**
 * drbd_state_data_access() - whether UpToDate data of a volume can be read
 * @s: state vector
 * @d: index of the device
 * @when: which copy
 *
 * Source: spec/state.md 2.2.
 *
 * Return: true if it can, here or at a peer.
 */
bool drbd_state_data_access(const struct drbd_state *s, unsigned int d,
			    enum drbd_state_when when)
{
	unsigned int c;

	if (drbd_state_dev_vals(&s->dev[d], when)->disk == DRBD_D_UP_TO_DATE)
		return true;
	for (c = 0; c < s->nconn; c++) {
		const struct drbd_pd_vals *pd = drbd_state_pd_vals(drbd_state_pd(s, d, c), when);

		if (s->conn[c].allow_remote_read && pd->disk == DRBD_D_UP_TO_DATE)
			return true;
	}
	return false;
}
EXPORT_SYMBOL_GPL(drbd_state_data_access);

/**
 * drbd_state_unstable() - whether new I/O has to wait for a decision
 * @s: state vector
 * @d: index of the device
 * @when: which copy
 *
 * While bitmaps are on their way, or it is not known what the disk is worth, it
 * is not known either which blocks a write makes out of sync. Source:
 * spec/state.md 2.1.
 *
 * Return: true if so.
 */
bool drbd_state_unstable(const struct drbd_state *s, unsigned int d, enum drbd_state_when when)
{
	enum drbd_disk disk = drbd_state_dev_vals(&s->dev[d], when)->disk;
	unsigned int c;

	if (disk == DRBD_D_ATTACHING || disk == DRBD_D_NEGOTIATING)
		return true;
	for (c = 0; c < s->nconn; c++) {
		switch (drbd_state_pd_vals(drbd_state_pd(s, d, c), when)->repl) {
		case DRBD_R_WF_BITMAP_T:
		case DRBD_R_WF_SYNC_UUID:
			return true;
		case DRBD_R_WF_BITMAP_S:
			if (s->conn[c].protocol < 96)
				return true;
			break;
		default:
			break;
		}
	}
	return false;
}
EXPORT_SYMBOL_GPL(drbd_state_unstable);

/**
 * drbd_state_error_io() - whether I/O of a device has to fail at once
 * @s: state vector
 * @d: index of the device
 * @when: which copy
 *
 * Source: spec/state.md 2.1.
 *
 * Return: true if so.
 */
bool drbd_state_error_io(const struct drbd_state *s, unsigned int d, enum drbd_state_when when)
{
	return (!s->suspend_on_no_quorum &&
		!drbd_state_dev_vals(&s->dev[d], when)->have_quorum) ||
	       (!s->suspend_on_no_data && !drbd_state_data_access(s, d, when)) ||
	       drbd_state_res_vals(s, when)->fail_io;
}
EXPORT_SYMBOL_GPL(drbd_state_error_io);

/**
 * drbd_state_device_stable() - whether no write can pass by this node
 * @s: state vector
 * @d: index of the device
 * @when: which copy
 *
 * Source: spec/state.md 2.6.
 *
 * Return: true for a Primary, and for a node without a Primary neighbour.
 */
bool drbd_state_device_stable(const struct drbd_state *s, unsigned int d,
			      enum drbd_state_when when)
{
	unsigned int c;

	if (drbd_state_res_vals(s, when)->role == DRBD_ROLE_PRIMARY)
		return true;
	for (c = 0; c < s->nconn; c++) {
		if (drbd_state_pd_vals(drbd_state_pd(s, d, c), when)->repl >= DRBD_R_ESTABLISHED &&
		    drbd_state_conn_vals(&s->conn[c], when)->peer_role == DRBD_ROLE_PRIMARY)
			return false;
	}
	return true;
}
EXPORT_SYMBOL_GPL(drbd_state_device_stable);

/**
 * drbd_state_replicates() - whether writes are sent to a peer as data
 * @pd: fields of the peer device
 *
 * Source: spec/io.md 2.7.
 *
 * Return: true if so.
 */
bool drbd_state_replicates(const struct drbd_pd_vals *pd)
{
	return pd->disk == DRBD_D_UP_TO_DATE ||
	       (pd->disk == DRBD_D_INCONSISTENT && pd->replication &&
		(pd->repl == DRBD_R_ESTABLISHED ||
		 (pd->repl >= DRBD_R_WF_BITMAP_T && pd->repl < DRBD_R_AHEAD)));
}
EXPORT_SYMBOL_GPL(drbd_state_replicates);
