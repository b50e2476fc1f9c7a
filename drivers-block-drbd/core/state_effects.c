// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the worker has to do after a change of state
 *
 * Most consequences of a change may sleep: packets, metadata, helpers. They are
 * decided from a snapshot of old and new, not from what the state is when the
 * worker gets there, so that nothing is missed when changes follow each other
 * quickly. (To start something that needs a connection or a disk, the worker
 * looks again.)
 *
 * The order is what makes it right: UUIDs before the state that relies on them,
 * because a diskless peer would distrust it; bitmap slots before anything is sent
 * about them; helpers that may reset the machine before peers get to know.
 */

#include <linux/array_size.h>
#include <linux/export.h>

#include "state_effects.h"

/* Where effects are found. Those of a resource have no dev, those of a device no
 * conn and pd, those of a connection no dev and pd.
 */
struct scene {
	const struct drbd_state *s;
	const struct drbd_state_dev *dev;
	const struct drbd_state_conn *conn;
	const struct drbd_state_pd *pd;
	struct drbd_effects *list;
	unsigned int d;
	unsigned int c;
	unsigned int flags;
};

static void todo_arg(const struct scene *at, enum drbd_effect_kind kind, u64 arg)
{
	drbd_effects_add(at->list, kind, at->dev ? at->dev->volume : DRBD_NO_VOLUME,
			 at->conn ? at->conn->node_id : DRBD_NO_NODE, arg);
}

static void todo(const struct scene *at, enum drbd_effect_kind kind)
{
	todo_arg(at, kind, 0);
}

static bool enters(const struct scene *at, enum drbd_repl repl)
{
	return at->pd->old.repl != repl && at->pd->new.repl == repl;
}

static bool disk_enters(const struct scene *at, enum drbd_disk disk)
{
	return at->dev->old.disk != disk && at->dev->new.disk == disk;
}

static bool reachable(const struct drbd_state_pd *pd)
{
	return pd->new.repl >= DRBD_R_ESTABLISHED;
}

/* 3.4: netlink events, all but the last with the mark that more follow. */
static void events(const struct scene *top)
{
	struct scene at = *top;
	unsigned int first = at.list->n;
	unsigned int i;

	if (drbd_state_res_event(at.s))
		todo(&at, DRBD_DO_EVENT_RESOURCE);
	for (at.c = 0; at.c < at.s->nconn; at.c++) {
		at.conn = &at.s->conn[at.c];
		if (drbd_state_conn_event(at.conn))
			todo(&at, DRBD_DO_EVENT_CONNECTION);
	}
	at.conn = NULL;
	for (at.d = 0; at.d < at.s->ndev; at.d++) {
		at.dev = &at.s->dev[at.d];
		if (drbd_state_dev_event(at.dev))
			todo(&at, DRBD_DO_EVENT_DEVICE);
	}
	for (at.d = 0; at.d < at.s->ndev; at.d++) {
		at.dev = &at.s->dev[at.d];
		for (at.c = 0; at.c < at.s->nconn; at.c++) {
			at.conn = &at.s->conn[at.c];
			if (drbd_state_pd_event(drbd_state_pd(at.s, at.d, at.c)))
				todo(&at, DRBD_DO_EVENT_PEER_DEVICE);
		}
	}
	for (i = first; i + 1 < at.list->n; i++)
		at.list->e[i].arg = DRBD_EFFECT_CONTINUES;
}

/* Step 1: with the same UUID there is nothing to resync; make that true here. */
static void clear_bitmap(const struct scene *at)
{
	const struct drbd_state_pd *pd = at->pd;

	if (at->dev->new.disk >= DRBD_D_OUTDATED && pd->new.repl == DRBD_R_ESTABLISHED &&
	    pd->new.disk >= DRBD_D_OUTDATED &&
	    (pd->old.repl == DRBD_R_OFF || pd->old.disk == DRBD_D_DISKLESS) &&
	    drbd_uuid_equal(at->dev->current_uuid, pd->current_uuid))
		todo(at, DRBD_DO_CLEAR_BITMAP);
}

static bool ends_as_target(const struct drbd_state_pd *pd)
{
	return drbd_repl_is_target(pd->old.repl) && pd->new.repl == DRBD_R_ESTABLISHED;
}

static bool any_ends_as_target(const struct scene *at)
{
	unsigned int c;

	for (c = 0; c < at->s->nconn; c++) {
		if (ends_as_target(drbd_state_pd(at->s, at->d, c)))
			return true;
	}
	return false;
}

/* Steps 2a and 2k: UUIDs that the state sent later relies on. */
static void send_uuids_first(const struct scene *at)
{
	bool flips = drbd_state_device_stable(at->s, at->d, DRBD_OLD) !=
		     drbd_state_device_stable(at->s, at->d, DRBD_NEW);
	bool stale = at->pd->uuids_stale && at->pd->old.repl == DRBD_R_OFF;

	if (reachable(at->pd) && (any_ends_as_target(at) || stale || flips))
		todo(at, DRBD_DO_SEND_UUIDS);
}

/* Steps 2b and 2c */
static void data_lost(const struct scene *at)
{
	if (drbd_state_lost_data(at->s, at->d))
		todo(at, DRBD_DO_HELPER_PRI_ON_INCON);
	if (at->conn->protocol >= 96 && at->conn->protocol <= DRBD_PROTO_84_MAX &&
	    drbd_repl_is_source(at->pd->new.repl) && !drbd_repl_is_source(at->pd->old.repl))
		todo(at, DRBD_DO_SEND_SYNC_UUID);
}

/* Steps 2d to 2f */
static void attach_and_bitmap(const struct scene *at)
{
	const struct drbd_dev_vals *old = &at->dev->old, *new = &at->dev->new;

	if (at->pd->old.disk != DRBD_D_NEGOTIATING && at->pd->new.disk == DRBD_D_NEGOTIATING) {
		todo(at, DRBD_DO_SEND_UUIDS);
		todo(at, DRBD_DO_SEND_STATE);
	}
	if (enters(at, DRBD_R_WF_BITMAP_S))
		todo(at, DRBD_DO_SEND_BITMAP);
	if (old->disk == DRBD_D_ATTACHING && new->disk >= DRBD_D_NEGOTIATING &&
	    reachable(at->pd)) {
		todo(at, DRBD_DO_SEND_SIZES);
		todo(at, DRBD_DO_SEND_UUIDS);
		todo(at, DRBD_DO_SEND_STATE);
	}
}

static unsigned int resync_reasons(const struct drbd_pd_vals *pd)
{
	return pd->resync_susp_user | pd->resync_susp_peer << 1 |
	       pd->resync_susp_dependency << 2 | pd->resync_susp_other_c << 3 |
	       pd->resync_susp_max_parallel << 4;
}

/* Step 2g: resyncs that come after this one. */
static void dependants(const struct scene *at)
{
	unsigned int old = resync_reasons(&at->pd->old), new = resync_reasons(&at->pd->new);

	if (new & ~old)
		todo(at, DRBD_DO_SUSPEND_DEPENDANTS);
	if ((old & ~new) || (drbd_repl_is_sync(at->pd->old.repl) &&
			     !drbd_repl_is_sync(at->pd->new.repl)))
		todo(at, DRBD_DO_RESUME_NEXT);
}

/* Steps 2h and 2j */
static void bitmap_work(const struct scene *at)
{
	bool ended = drbd_repl_is_sync(at->pd->old.repl) || at->pd->old.repl == DRBD_R_AHEAD ||
		     at->pd->old.repl == DRBD_R_BEHIND;

	if (enters(at, DRBD_R_STARTING_SYNC_T))
		todo(at, DRBD_DO_FULL_SYNC_TARGET);
	if (enters(at, DRBD_R_STARTING_SYNC_S))
		todo(at, DRBD_DO_FULL_SYNC_SOURCE);
	if ((ended && at->pd->new.repl == DRBD_R_ESTABLISHED) ||
	    enters(at, DRBD_R_AHEAD) || enters(at, DRBD_R_BEHIND))
		todo(at, DRBD_DO_WRITE_BITMAP_SLOT);
}

static bool suspension_changed(const struct scene *at)
{
	const struct drbd_pd_vals *old = &at->pd->old, *new = &at->pd->new;

	return drbd_state_dependency(at->s, at->d, at->c, DRBD_OLD) !=
	       drbd_state_dependency(at->s, at->d, at->c, DRBD_NEW) ||
	       old->resync_susp_user != new->resync_susp_user ||
	       old->resync_susp_max_parallel != new->resync_susp_max_parallel;
}

/* A resync that turned out to be unnecessary: this node and another peer rise. */
static bool resync_skipped(const struct scene *at)
{
	unsigned int c;

	if (at->dev->old.disk != DRBD_D_INCONSISTENT || at->dev->new.disk != DRBD_D_UP_TO_DATE)
		return false;
	for (c = 0; c < at->s->nconn; c++) {
		const struct drbd_state_pd *pd = drbd_state_pd(at->s, at->d, c);

		if (c != at->c && pd->old.disk == DRBD_D_INCONSISTENT &&
		    pd->new.disk == DRBD_D_UP_TO_DATE)
			return true;
	}
	return false;
}

static bool state_is_news(const struct scene *at)
{
	const struct drbd_pd_vals *old = &at->pd->old, *new = &at->pd->new;
	const struct drbd_state_dev *dev = at->dev;

	if (drbd_repl_in_resync(new->repl) && !drbd_repl_in_resync(old->repl))
		return true;
	if (suspension_changed(at) || old->repl == DRBD_R_OFF || enters(at, DRBD_R_AHEAD))
		return true;
	if (any_ends_as_target(at))
		return true;
	if (dev->old.disk != dev->new.disk && !(at->flags & DRBD_CHG_FP_LOCAL_UP_TO_DATE))
		return true;
	return (dev->old.have_quorum != dev->new.have_quorum &&
		dev->new.disk >= DRBD_D_INCONSISTENT) || resync_skipped(at);
}

/* Steps 5 to 7 tell all peers that the disk goes, when it is time to. */
static bool told_later(const struct scene *at)
{
	return disk_enters(at, DRBD_D_FAILED) || disk_enters(at, DRBD_D_DETACHING) ||
	       disk_enters(at, DRBD_D_DISKLESS) ||
	       (at->dev->old.disk == DRBD_D_UP_TO_DATE &&
		at->dev->new.disk == DRBD_D_INCONSISTENT);
}

/* Steps 2i and 2l: one P_STATE, whatever the reasons for it are. */
static void send_state(const struct scene *at)
{
	if (reachable(at->pd) && !told_later(at) && state_is_news(at))
		todo(at, DRBD_DO_SEND_STATE);
}

/* None of both has good data, and they have the same. A comparison would resync nothing
 * if one of them crashed as Primary, and go on to do so for ever.
 */
static bool equal_in_vain(const struct scene *at)
{
	return at->dev->new.disk < DRBD_D_UP_TO_DATE && at->pd->new.disk < DRBD_D_UP_TO_DATE &&
	       drbd_uuid_equal(at->dev->current_uuid, at->pd->current_uuid) &&
	       !at->pd->oos_bits;
}

/* Step 2m: who is stable now may be worth a comparison. */
static void send_uuids_stable(const struct scene *at)
{
	bool was_primary = at->conn->old.peer_role == DRBD_ROLE_PRIMARY;
	bool was_source = drbd_repl_is_target(at->pd->old.repl);
	bool target_no_more = false;
	unsigned int c;

	if (!reachable(at->pd) || was_primary || was_source ||
	    at->dev->new.disk < DRBD_D_OUTDATED ||
	    !drbd_state_device_stable(at->s, at->d, DRBD_NEW))
		return;
	for (c = 0; c < at->s->nconn; c++) {
		const struct drbd_state_pd *pd = drbd_state_pd(at->s, at->d, c);

		if (drbd_repl_is_target(pd->old.repl) && !drbd_repl_is_target(pd->new.repl))
			target_no_more = true;
	}
	if (!drbd_state_device_stable(at->s, at->d, DRBD_OLD) || target_no_more)
		todo_arg(at, DRBD_DO_SEND_UUIDS,
			 equal_in_vain(at) ? 0 : DRBD_EFFECT_GOT_STABLE);
}

/* Step 2n */
static void start_and_end(const struct scene *at)
{
	const struct drbd_pd_vals *old = &at->pd->old, *new = &at->pd->new;

	if (at->pd->predecessor_armed && at->dev->new.disk == DRBD_D_DISKLESS &&
	    old->disk != DRBD_D_UP_TO_DATE && new->disk == DRBD_D_UP_TO_DATE)
		todo(at, DRBD_DO_RELABEL_PREDECESSOR);
	if (enters(at, DRBD_R_VERIFY_S))
		todo(at, DRBD_DO_VERIFY_START);
	if (enters(at, DRBD_R_SYNC_SOURCE) || enters(at, DRBD_R_SYNC_TARGET))
		todo(at, DRBD_DO_RESYNC_START);
	if (drbd_repl_is_sync(old->repl) && !drbd_repl_is_sync(new->repl))
		todo(at, DRBD_DO_RESYNC_DRAIN);
	if (!old->peer_replication && new->peer_replication && reachable(at->pd))
		todo(at, DRBD_DO_SEND_ENABLE_REPLICATION);
}

static bool any_demoted(const struct drbd_state *s)
{
	unsigned int c;

	if (s->old.role == DRBD_ROLE_PRIMARY && s->new.role == DRBD_ROLE_SECONDARY)
		return true;
	for (c = 0; c < s->nconn; c++) {
		if (s->conn[c].old.peer_role == DRBD_ROLE_PRIMARY &&
		    s->conn[c].new.peer_role == DRBD_ROLE_SECONDARY)
			return true;
	}
	return false;
}

/* Steps 3 and 4 */
static void demoted(const struct scene *at)
{
	unsigned int c;
	bool good = at->dev->new.disk == DRBD_D_UP_TO_DATE;

	if (any_demoted(at->s) && at->dev->new.disk >= DRBD_D_INCONSISTENT)
		todo(at, DRBD_DO_WRITE_BITMAP);
	for (c = 0; c < at->s->nconn; c++)
		good = good || drbd_state_pd(at->s, at->d, c)->new.disk == DRBD_D_UP_TO_DATE;
	if (good)
		todo(at, DRBD_DO_SAVE_SIZE);
}

static void state_to_all(const struct scene *top)
{
	struct scene at = *top;

	for (at.c = 0; at.c < at.s->nconn; at.c++) {
		at.conn = &at.s->conn[at.c];
		if (reachable(drbd_state_pd(at.s, at.d, at.c)))
			todo(&at, DRBD_DO_SEND_STATE);
	}
}

/*
 * Step 5. A helper for I/O errors may reset the machine, and peers should take it
 * for a crash then. Only a detach by force may give up I/O that is still running.
 */
static void disk_goes(const struct scene *at)
{
	bool fails = disk_enters(at, DRBD_D_FAILED), detaches = disk_enters(at, DRBD_D_DETACHING);

	if (!fails && !detaches)
		return;
	if (fails && at->dev->call_local_io_error)
		todo(at, DRBD_DO_HELPER_IO_ERROR);
	if (detaches && (at->flags & DRBD_CHG_HARD))
		todo(at, DRBD_DO_ABORT_LOCAL_IO);
	state_to_all(at);
	todo(at, DRBD_DO_WRITE_BITMAP);
	todo(at, DRBD_DO_MD_SYNC);
	todo(at, DRBD_DO_PUT_DISK);
}

/* Steps 6 to 8 */
static void disk_gone(const struct scene *at)
{
	if (disk_enters(at, DRBD_D_DISKLESS)) {
		todo(at, DRBD_DO_STOP_MD_TIMER);
		state_to_all(at);
		todo(at, DRBD_DO_PUT_DISK);
	}
	if (at->dev->old.disk == DRBD_D_UP_TO_DATE && at->dev->new.disk == DRBD_D_INCONSISTENT)
		state_to_all(at);
	if (at->dev->new.try_resync_from != DRBD_NO_NODE &&
	    at->dev->old.try_resync_from != at->dev->new.try_resync_from)
		todo_arg(at, DRBD_DO_RESYNC_COMPARE, at->dev->new.try_resync_from);
}

static bool data_failed(const struct scene *at)
{
	unsigned int c;

	if (at->s->new.role == DRBD_ROLE_PRIMARY && disk_enters(at, DRBD_D_FAILED))
		return true;
	for (c = 0; c < at->s->nconn; c++) {
		const struct drbd_state_pd *pd = drbd_state_pd(at->s, at->d, c);

		if (pd->old.disk == DRBD_D_UP_TO_DATE && (pd->new.disk == DRBD_D_FAILED ||
							  pd->new.disk == DRBD_D_INCONSISTENT))
			return true;
	}
	return false;
}

/* Steps 9 and 10 */
static void sync_and_new_uuid(const struct scene *at)
{
	const struct drbd_state *s = at->s;

	todo(at, DRBD_DO_MD_SYNC);
	if (s->new.role == DRBD_ROLE_PRIMARY && at->dev->old.have_quorum &&
	    !at->dev->new.have_quorum)
		todo(at, DRBD_DO_HELPER_QUORUM_LOST);
	if (at->dev->new.want_new_uuid &&
	    ((s->new.susp_uuid && !s->old.susp_uuid) || data_failed(at)))
		todo(at, DRBD_DO_NEW_UUID);
}

/* The role is news for all of the resource, and so are flush requests. */
static void announce(const struct scene *top)
{
	struct scene at = *top;
	bool demote = at.s->old.role == DRBD_ROLE_PRIMARY &&
		      at.s->new.role == DRBD_ROLE_SECONDARY;

	for (at.c = 0; demote && at.c < at.s->nconn; at.c++) {
		at.conn = &at.s->conn[at.c];
		if (at.conn->new.cstate == DRBD_C_CONNECTED)
			todo(&at, DRBD_DO_SEND_ROLE);
	}
	at.conn = NULL;
	for (at.d = 0; at.d < at.s->ndev; at.d++) {
		at.dev = &at.s->dev[at.d];
		if (drbd_state_starts_flush_round(at.s, at.d))
			todo(&at, DRBD_DO_FLUSH_REQUESTS);
	}
}

/* 7.4: fencing is over when all disks are outdated, or all are back. What they
 * missed is sent again then, but not to one that came back without its data.
 */
static void thaw_fenced(const struct scene *top)
{
	struct scene at = *top;
	bool outdated = true, back = true;

	if (!at.conn->new.susp_fen)
		return;
	for (at.d = 0; at.d < at.s->ndev; at.d++) {
		const struct drbd_pd_vals *pd = &drbd_state_pd(at.s, at.d, at.c)->new;

		outdated = outdated && pd->disk <= DRBD_D_OUTDATED;
		back = back && pd->repl >= DRBD_R_ESTABLISHED;
	}
	if (!outdated && !back)
		return;
	for (at.d = 0; at.d < at.s->ndev; at.d++) {
		at.dev = &at.s->dev[at.d];
		if (!at.dev->new.want_new_uuid)
			continue;
		if (outdated)
			todo(&at, DRBD_DO_NEW_UUID);
		else if (drbd_state_pd(at.s, at.d, at.c)->new.disk > DRBD_D_OUTDATED)
			todo(&at, DRBD_DO_DROP_NEW_UUID);
	}
	at.dev = NULL;
	todo(&at, DRBD_DO_CLEAR_SUSP_FEN);
}

/* 7.5 */
static void unfence(const struct scene *at)
{
	bool all = at->s->ndev, news = false;
	unsigned int d;

	for (d = 0; d < at->s->ndev; d++) {
		const struct drbd_state_pd *pd = drbd_state_pd(at->s, d, at->c);

		all = all && at->s->dev[d].new.disk == DRBD_D_UP_TO_DATE &&
		      pd->new.disk == DRBD_D_UP_TO_DATE;
		news = news || pd->old.disk != DRBD_D_UP_TO_DATE;
	}
	if (all && news && at->conn->fencing != DRBD_FENCING_DONT_CARE)
		todo(at, DRBD_DO_HELPER_UNFENCE);
}

static void start_receiver(const struct scene *at)
{
	if (at->conn->old.cstate == DRBD_C_STANDALONE &&
	    at->conn->new.cstate == DRBD_C_UNCONNECTED)
		todo(at, DRBD_DO_START_RECEIVER);
}

/* Whether a disk may get better, or far nodes may have to be outdated. */
static bool wants_lost_peer(const struct drbd_state *s)
{
	unsigned int d;

	for (d = 0; d < s->ndev; d++) {
		if (s->dev[d].old.disk == DRBD_D_UP_TO_DATE &&
		    s->dev[d].new.disk == DRBD_D_CONSISTENT)
			return true;
		if (s->new.role == DRBD_ROLE_PRIMARY && s->old.role == DRBD_ROLE_PRIMARY &&
		    !drbd_state_data_access(s, d, DRBD_OLD) &&
		    drbd_state_data_access(s, d, DRBD_NEW))
			return true;
	}
	return false;
}

static void transactions(const struct scene *at)
{
	const struct drbd_state *s = at->s;
	bool alone = true;
	unsigned int c;

	if (s->new.susp_uuid)
		todo(at, DRBD_DO_CLEAR_SUSP_UUID);
	if (wants_lost_peer(s))
		todo(at, DRBD_DO_LOST_PEER_TWOPC);
	if (s->new.resume_held)
		todo(at, DRBD_DO_PRIMARY_RESUME_TWOPC);
	for (c = 0; c < s->nconn; c++)
		alone = alone && s->conn[c].new.cstate < DRBD_C_CONNECTING;
	if (alone)
		todo(at, DRBD_DO_EXPIRE_TWOPC);
	todo(at, DRBD_DO_COMPLETE);
}

typedef void (*step)(const struct scene *at);

/* All steps for one peer, then those for the next: of one device, if top is at one. */
static void each_peer(const struct scene *top, const step *steps, unsigned int n)
{
	struct scene at = *top;
	unsigned int i;

	for (at.c = 0; at.c < at.s->nconn; at.c++) {
		at.conn = &at.s->conn[at.c];
		at.pd = at.dev ? drbd_state_pd(at.s, at.d, at.c) : NULL;
		for (i = 0; i < n; i++)
			steps[i](&at);
	}
}

/**
 * drbd_state_after() - list what has to be done after a change
 * @s: snapshot of the state vector, taken after drbd_state_stage()
 * @flags: DRBD_CHG_* of the change
 * @list: list to add to
 *
 * Source: spec/state.md 3.3, 3.4, 7.4, 7.5.
 */
void drbd_state_after(const struct drbd_state *s, unsigned int flags, struct drbd_effects *list)
{
	static const step bitmap_steps[] = { clear_bitmap };
	static const step pd_steps[] = {
		send_uuids_first, data_lost, attach_and_bitmap, dependants, bitmap_work,
		send_state, send_uuids_stable, start_and_end,
	};
	static const step dev_steps[] = { demoted, disk_goes, disk_gone, sync_and_new_uuid };
	static const step conn_steps[] = { start_receiver, thaw_fenced, unfence };
	struct scene at = { .s = s, .flags = flags, .list = list };
	unsigned int i;

	events(&at);
	for (at.d = 0; at.d < s->ndev; at.d++) {
		at.dev = &s->dev[at.d];
		each_peer(&at, bitmap_steps, ARRAY_SIZE(bitmap_steps));
		each_peer(&at, pd_steps, ARRAY_SIZE(pd_steps));
		for (i = 0; i < ARRAY_SIZE(dev_steps); i++)
			dev_steps[i](&at);
	}
	at.dev = NULL;
	announce(&at);
	for (i = 0; i < ARRAY_SIZE(conn_steps); i++)
		each_peer(&at, &conn_steps[i], 1);
	transactions(&at);
}
EXPORT_SYMBOL_GPL(drbd_state_after);
