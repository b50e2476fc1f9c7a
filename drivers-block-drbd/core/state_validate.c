// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether a change of state is allowed
 *
 * Hard rules are about what cannot happen, whoever asks. Soft ones protect data
 * and users from wishes, so that they do not apply to facts such as a lost
 * connection. Most of them are about what gets worse: a request that has nothing
 * to do with a problem is not refused because the problem exists.
 *
 * The order of rules is part of the interface, because the first that fails gives
 * the result, and tools react to results in different ways.
 */

#include <linux/array_size.h>
#include <linux/export.h>
#include <linux/kernel.h>

#include "quorum_enforce.h"
#include "state_predicates.h"
#include "state_validate.h"

/* Where a rule is applied. Rules for devices have no conn and pd, those for
 * connections have no dev and pd.
 */
struct spot {
	const struct drbd_state *s;
	const struct drbd_state_dev *dev;
	const struct drbd_state_conn *conn;
	const struct drbd_state_pd *pd;
	struct drbd_state_reason *why;
	unsigned int d;
	unsigned int flags;
};

typedef enum drbd_rv (*check)(const struct spot *at);

static bool promotes(const struct drbd_state *s)
{
	return s->old.role != DRBD_ROLE_PRIMARY && s->new.role == DRBD_ROLE_PRIMARY;
}

static bool handshake(const struct drbd_state *s)
{
	unsigned int i;

	for (i = 0; i < s->ndev * s->nconn; i++) {
		if (s->pd[i].handshake_running && s->pd[i].old.repl == DRBD_R_OFF)
			return true;
	}
	return false;
}

/* H1 to H4 */
static enum drbd_rv hard_conn(const struct spot *at)
{
	enum drbd_cstate old = at->conn->old.cstate, new = at->conn->new.cstate;

	if (old == new)
		return DRBD_SS_SUCCESS;
	if (old == DRBD_C_STANDALONE && new == DRBD_C_DISCONNECTING)
		return DRBD_SS_ALREADY_STANDALONE;
	if (old == DRBD_C_STANDALONE && new != DRBD_C_UNCONNECTED)
		return DRBD_SS_NEED_CONNECTION;
	if (old >= DRBD_C_TIMEOUT && old <= DRBD_C_TEAR_DOWN &&
	    new != DRBD_C_UNCONNECTED && new != DRBD_C_DISCONNECTING)
		return DRBD_SS_IN_TRANSIENT_STATE;
	if (old == DRBD_C_DISCONNECTING && new != DRBD_C_STANDALONE)
		return DRBD_SS_IN_TRANSIENT_STATE;
	return DRBD_SS_SUCCESS;
}

/* H5 */
static enum drbd_rv hard_dev(const struct spot *at)
{
	if (at->dev->old.disk == DRBD_D_DISKLESS &&
	    (at->dev->new.disk == DRBD_D_FAILED || at->dev->new.disk == DRBD_D_DETACHING))
		return DRBD_SS_IS_DISKLESS;
	return DRBD_SS_SUCCESS;
}

/* V1 */
static enum drbd_rv one_primary(const struct spot *at)
{
	if (promotes(at->s) && !at->conn->two_primaries &&
	    at->conn->new.peer_role == DRBD_ROLE_PRIMARY)
		return DRBD_SS_TWO_PRIMARIES;
	return DRBD_SS_SUCCESS;
}

/* V2, V3 */
static enum drbd_rv may_promote(const struct spot *at)
{
	if (!promotes(at->s))
		return DRBD_SS_SUCCESS;
	if (handshake(at->s))
		return DRBD_SS_IN_TRANSIENT_STATE;
	return at->s->new.fail_io ? DRBD_SS_DEVICE_IN_USE : DRBD_SS_SUCCESS;
}

/* V4, V5, V6 */
static enum drbd_rv soft_conn(const struct spot *at)
{
	enum drbd_cstate old = at->conn->old.cstate, new = at->conn->new.cstate;

	if (old == DRBD_C_STANDALONE && new == DRBD_C_DISCONNECTING)
		return DRBD_SS_ALREADY_STANDALONE;
	if (old < DRBD_C_UNCONNECTED && new == DRBD_C_CONNECTING)
		return DRBD_SS_NO_NET_CONFIG;
	if (old == DRBD_C_UNCONNECTED && new == DRBD_C_DISCONNECTING)
		return DRBD_SS_IN_TRANSIENT_STATE;
	return DRBD_SS_SUCCESS;
}

/* V7 */
static enum drbd_rv peer_promotes(const struct spot *at)
{
	const struct drbd_state *s = at->s;
	unsigned int d;

	if (at->conn->two_primaries || at->conn->old.peer_role == DRBD_ROLE_PRIMARY ||
	    at->conn->new.peer_role != DRBD_ROLE_PRIMARY)
		return DRBD_SS_SUCCESS;
	if (s->new.role == DRBD_ROLE_PRIMARY)
		return DRBD_SS_TWO_PRIMARIES;
	if (s->new.fail_io)
		return DRBD_SS_SUCCESS;
	for (d = 0; d < s->ndev; d++) {
		if (s->dev[d].open && !s->dev[d].writable) {
			at->why->volume = s->dev[d].volume;
			return DRBD_SS_PRIMARY_READER;
		}
	}
	return DRBD_SS_SUCCESS;
}

/* V8 */
static enum drbd_rv no_disk_in_handshake(const struct spot *at)
{
	enum drbd_disk old = at->dev->old.disk, new = at->dev->new.disk;

	if (handshake(at->s) &&
	    ((old < DRBD_D_ATTACHING && new == DRBD_D_ATTACHING) ||
	     (old > DRBD_D_DETACHING && new == DRBD_D_DETACHING)))
		return DRBD_SS_IN_TRANSIENT_STATE;
	return DRBD_SS_SUCCESS;
}

/* V9 */
static enum drbd_rv no_writer_at_demote(const struct spot *at)
{
	if (at->s->old.role == DRBD_ROLE_PRIMARY && at->s->new.role != DRBD_ROLE_PRIMARY &&
	    at->dev->writable && !(at->flags & DRBD_CHG_IGN_OPENERS))
		return DRBD_SS_DEVICE_IN_USE;
	return DRBD_SS_SUCCESS;
}

/* V10 */
static enum drbd_rv needs_disk(const struct spot *at)
{
	if (at->dev->old.disk == DRBD_D_DISKLESS && at->dev->new.disk > DRBD_D_ATTACHING)
		return DRBD_SS_IS_DISKLESS;
	return DRBD_SS_SUCCESS;
}

/* V11 */
static enum drbd_rv no_better_by_outdate(const struct spot *at)
{
	enum drbd_disk old = at->dev->old.disk;
	unsigned int c;

	if (at->dev->new.disk != DRBD_D_OUTDATED || old >= DRBD_D_OUTDATED ||
	    old == DRBD_D_ATTACHING || old == DRBD_D_NEGOTIATING)
		return DRBD_SS_SUCCESS;
	for (c = 0; c < at->s->nconn; c++) {
		const struct drbd_state_pd *pd = drbd_state_pd(at->s, at->d, c);

		if (pd->old.repl == DRBD_R_SYNC_TARGET && pd->new.repl == DRBD_R_ESTABLISHED)
			return DRBD_SS_SUCCESS;
	}
	return DRBD_SS_LOWER_THAN_OUTDATED;
}

/* V12, V13 */
static enum drbd_rv keeps_data(const struct spot *at)
{
	bool before = drbd_state_data_access(at->s, at->d, DRBD_OLD);

	if (drbd_state_data_access(at->s, at->d, DRBD_NEW))
		return DRBD_SS_SUCCESS;
	if (at->s->new.role == DRBD_ROLE_PRIMARY &&
	    (at->s->old.role != DRBD_ROLE_PRIMARY || before))
		return DRBD_SS_NO_UP_TO_DATE_DISK;
	if (at->dev->open && !at->dev->writable && before)
		return DRBD_SS_NO_UP_TO_DATE_DISK;
	return DRBD_SS_SUCCESS;
}

static void explain_quorum(const struct spot *at)
{
	const struct drbd_state_quorum *q = &at->dev->quorum_computed;
	const struct drbd_quorum_result result = {
		.voters = q->voters,
		.quorum_at = q->quorum_at,
		.redundancy_at = q->redundancy_at,
		.in_sight = q->up_to_date + q->present,
		.up_to_date = q->up_to_date,
	};

	drbd_quorum_text(at->why->text, DRBD_STATE_TEXT_SIZE, at->dev->new.disk, &result);
}

/* V14 */
static enum drbd_rv keeps_quorum(const struct spot *at)
{
	if (at->s->new.role != DRBD_ROLE_PRIMARY || at->dev->new.have_quorum ||
	    (at->s->old.role == DRBD_ROLE_PRIMARY && !at->dev->old.have_quorum))
		return DRBD_SS_SUCCESS;
	explain_quorum(at);
	return DRBD_SS_NO_QUORUM;
}

/* V15 */
static enum drbd_rv one_negotiates(const struct spot *at)
{
	unsigned int c, negotiating = at->dev->new.disk == DRBD_D_NEGOTIATING;

	for (c = 0; c < at->s->nconn; c++) {
		if (drbd_state_pd(at->s, at->d, c)->new.disk == DRBD_D_NEGOTIATING)
			negotiating++;
	}
	return negotiating > 1 ? DRBD_SS_IN_TRANSIENT_STATE : DRBD_SS_SUCCESS;
}

static bool needs_fencing(const struct spot *at, enum drbd_state_when when)
{
	const struct drbd_pd_vals *pd = drbd_state_pd_vals(at->pd, when);

	return drbd_state_res_vals(at->s, when)->role == DRBD_ROLE_PRIMARY &&
	       pd->repl < DRBD_R_ESTABLISHED && pd->disk > DRBD_D_OUTDATED;
}

/* V16 */
static enum drbd_rv fenced(const struct spot *at)
{
	if (at->conn->fencing >= DRBD_FENCING_RESOURCE_ONLY &&
	    needs_fencing(at, DRBD_NEW) && !needs_fencing(at, DRBD_OLD))
		return DRBD_SS_PRIMARY_NOP;
	return DRBD_SS_SUCCESS;
}

/* V17, V18: drbd_state_sanitize() ends such resyncs, so this never happens. */
static enum drbd_rv has_disks(const struct spot *at)
{
	const struct drbd_pd_vals *old = &at->pd->old, *new = &at->pd->new;
	bool before = old->repl > DRBD_R_ESTABLISHED;

	if (new->repl <= DRBD_R_ESTABLISHED)
		return DRBD_SS_SUCCESS;
	if (at->dev->new.disk < DRBD_D_INCONSISTENT &&
	    !(before && at->dev->old.disk < DRBD_D_INCONSISTENT))
		return DRBD_SS_NO_LOCAL_DISK;
	if (new->disk < DRBD_D_INCONSISTENT && !(before && old->disk < DRBD_D_INCONSISTENT))
		return DRBD_SS_NO_REMOTE_DISK;
	return DRBD_SS_SUCCESS;
}

/* V19 */
static enum drbd_rv connected_outdates(const struct spot *at)
{
	if (at->dev->old.disk > DRBD_D_OUTDATED && at->dev->new.disk == DRBD_D_OUTDATED &&
	    !drbd_state_may_be_outdated(at->s, at->d))
		return DRBD_SS_CONNECTED_OUTDATES;
	return DRBD_SS_SUCCESS;
}

/* V20, V21 */
static enum drbd_rv can_verify(const struct spot *at)
{
	if (!drbd_repl_is_verify(at->pd->new.repl) || drbd_repl_is_verify(at->pd->old.repl))
		return DRBD_SS_SUCCESS;
	if (!at->conn->verify_alg)
		return DRBD_SS_NO_VERIFY_ALG;
	return at->conn->protocol < 88 ? DRBD_SS_NOT_SUPPORTED : DRBD_SS_SUCCESS;
}

static bool starts_sync(enum drbd_repl repl)
{
	return repl == DRBD_R_STARTING_SYNC_S || repl == DRBD_R_STARTING_SYNC_T;
}

/* V22 to V26 */
static enum drbd_rv resync_order(const struct spot *at)
{
	enum drbd_repl old = at->pd->old.repl, new = at->pd->new.repl;

	if ((drbd_repl_is_source(old) && new == DRBD_R_WF_BITMAP_S) ||
	    (drbd_repl_is_target(old) && new == DRBD_R_WF_BITMAP_T))
		return DRBD_SS_RESYNC_RUNNING;
	if (starts_sync(new) && old != new && old > DRBD_R_ESTABLISHED)
		return DRBD_SS_RESYNC_RUNNING;
	if (drbd_repl_is_verify(new) && old < DRBD_R_ESTABLISHED)
		return DRBD_SS_NEED_CONNECTION;
	if (drbd_repl_is_verify(new) && old != new && old > DRBD_R_ESTABLISHED)
		return DRBD_SS_RESYNC_RUNNING;
	if (starts_sync(new) && old < DRBD_R_ESTABLISHED)
		return DRBD_SS_NEED_CONNECTION;
	if ((new == DRBD_R_SYNC_SOURCE || new == DRBD_R_SYNC_TARGET) &&
	    at->conn->old.cstate < DRBD_C_CONNECTED)
		return DRBD_SS_NEED_CONNECTION;
	return DRBD_SS_SUCCESS;
}

/* V27 */
static enum drbd_rv has_bitmap(const struct spot *at)
{
	if (!at->pd->bitmap && at->pd->old.disk == DRBD_D_DISKLESS &&
	    at->pd->new.disk > DRBD_D_DISKLESS && at->pd->new.disk != DRBD_D_UNKNOWN)
		return DRBD_SS_ATTACH_NO_BITMAP;
	return DRBD_SS_SUCCESS;
}

/* All checks for one peer, then those for the next: of one device, if at is at one. */
static enum drbd_rv each_peer(struct spot *at, const check *checks, unsigned int n)
{
	unsigned int c, i;

	for (c = 0; c < at->s->nconn; c++) {
		at->conn = &at->s->conn[c];
		at->pd = at->dev ? drbd_state_pd(at->s, at->d, c) : NULL;
		at->why->node_id = at->conn->node_id;
		for (i = 0; i < n; i++) {
			enum drbd_rv rv = checks[i](at);

			if (rv < DRBD_SS_SUCCESS)
				return rv;
		}
	}
	at->why->node_id = DRBD_NO_NODE;
	return DRBD_SS_SUCCESS;
}

static enum drbd_rv each_dev(struct spot *at, const check *dev_checks, unsigned int ndev_checks,
			     const check *pd_checks, unsigned int npd_checks)
{
	enum drbd_rv rv;
	unsigned int i;

	for (at->d = 0; at->d < at->s->ndev; at->d++) {
		at->dev = &at->s->dev[at->d];
		at->why->volume = at->dev->volume;
		for (i = 0; i < ndev_checks; i++) {
			rv = dev_checks[i](at);
			if (rv < DRBD_SS_SUCCESS)
				return rv;
		}
		rv = each_peer(at, pd_checks, npd_checks);
		if (rv < DRBD_SS_SUCCESS)
			return rv;
	}
	at->why->volume = DRBD_NO_VOLUME;
	return DRBD_SS_SUCCESS;
}

static void no_reason(struct drbd_state_reason *why)
{
	why->volume = DRBD_NO_VOLUME;
	why->node_id = DRBD_NO_NODE;
	why->text[0] = 0;
}

/**
 * drbd_state_check_hard() - whether a change can happen at all
 * @s: state vector, sanitised
 * @why: set to what is about, if it cannot
 *
 * Source: spec/state.md 2.3.
 *
 * Return: DRBD_SS_SUCCESS, or why not.
 */
enum drbd_rv drbd_state_check_hard(const struct drbd_state *s, struct drbd_state_reason *why)
{
	static const check conn_checks[] = { hard_conn };
	static const check dev_checks[] = { hard_dev };
	struct spot at = { .s = s, .why = why };
	enum drbd_rv rv;

	no_reason(why);
	rv = each_peer(&at, conn_checks, ARRAY_SIZE(conn_checks));
	if (rv < DRBD_SS_SUCCESS)
		return rv;
	return each_dev(&at, dev_checks, ARRAY_SIZE(dev_checks), NULL, 0);
}
EXPORT_SYMBOL_GPL(drbd_state_check_hard);

/**
 * drbd_state_check_soft() - whether a request is allowed
 * @s: state vector, sanitised
 * @flags: DRBD_CHG_* of the change
 * @why: set to what it is about, if it is not allowed
 *
 * Source: spec/state.md 2.4.
 *
 * Return: DRBD_SS_SUCCESS, or why not.
 */
enum drbd_rv drbd_state_check_soft(const struct drbd_state *s, unsigned int flags,
				   struct drbd_state_reason *why)
{
	static const check primary_checks[] = { one_primary };
	static const check conn_checks[] = { soft_conn, peer_promotes };
	static const check dev_checks[] = { no_disk_in_handshake, no_writer_at_demote,
					    needs_disk, no_better_by_outdate, keeps_data,
					    keeps_quorum };
	static const check pd_checks[] = { one_negotiates, fenced, has_disks,
					   connected_outdates, can_verify, resync_order,
					   has_bitmap };
	struct spot at = { .s = s, .flags = flags, .why = why };
	enum drbd_rv rv;

	no_reason(why);
	rv = each_peer(&at, primary_checks, ARRAY_SIZE(primary_checks));
	if (rv < DRBD_SS_SUCCESS)
		return rv;
	rv = may_promote(&at);
	if (rv < DRBD_SS_SUCCESS)
		return rv;
	rv = each_peer(&at, conn_checks, ARRAY_SIZE(conn_checks));
	if (rv < DRBD_SS_SUCCESS)
		return rv;
	return each_dev(&at, dev_checks, ARRAY_SIZE(dev_checks), pd_checks,
			ARRAY_SIZE(pd_checks));
}
EXPORT_SYMBOL_GPL(drbd_state_check_soft);

/**
 * drbd_state_validate() - whether a change may be committed
 * @s: state vector, sanitised
 * @flags: DRBD_CHG_* of the change
 * @why: set to what it is about, if it may not
 *
 * Source: spec/state.md 2.1, step 5.
 *
 * Return: DRBD_SS_SUCCESS, or why not.
 */
enum drbd_rv drbd_state_validate(const struct drbd_state *s, unsigned int flags,
				 struct drbd_state_reason *why)
{
	enum drbd_rv rv = drbd_state_check_hard(s, why);

	if (rv < DRBD_SS_SUCCESS || (flags & DRBD_CHG_HARD))
		return rv;
	return drbd_state_check_soft(s, flags, why);
}
EXPORT_SYMBOL_GPL(drbd_state_validate);

static bool cw_res(const struct drbd_state *s, struct drbd_state_cw *cw)
{
	if (s->old.role == s->new.role)
		return false;
	cw->last = s->new.role != DRBD_ROLE_PRIMARY;
	cw->kind = cw->last ? DRBD_CW_DEMOTE : DRBD_CW_PROMOTE;
	return true;
}

static bool cw_conn(const struct drbd_state_conn *conn, struct drbd_state_cw *cw)
{
	if (conn->old.cstate == conn->new.cstate)
		return false;
	if (conn->new.cstate == DRBD_C_CONNECTED)
		cw->kind = DRBD_CW_CONNECT;
	else if (conn->old.cstate == DRBD_C_CONNECTED && conn->new.cstate == DRBD_C_DISCONNECTING)
		cw->kind = DRBD_CW_DISCONNECT;
	else
		return false;
	cw->target = conn->node_id;
	cw->last = true;
	return true;
}

/* A peer with a disk takes part in an attach, if all connected ones can. */
static bool cw_attach(const struct drbd_state *s, unsigned int d)
{
	bool peer_disk = false;
	unsigned int c;

	for (c = 0; c < s->nconn; c++) {
		if (s->conn[c].old.cstate != DRBD_C_CONNECTED)
			continue;
		if (s->conn[c].protocol < 110)
			return false;
		if (drbd_state_pd(s, d, c)->old.disk > DRBD_D_DISKLESS)
			peer_disk = true;
	}
	return peer_disk;
}

static bool cw_dev(const struct drbd_state *s, unsigned int d, struct drbd_state_cw *cw)
{
	enum drbd_disk old = s->dev[d].old.disk, new = s->dev[d].new.disk;
	unsigned int c;

	cw->volume = s->dev[d].volume;
	cw->target = DRBD_NO_NODE;
	cw->last = true;
	if (old == DRBD_D_ATTACHING && new == DRBD_D_NEGOTIATING && cw_attach(s, d)) {
		cw->kind = DRBD_CW_ATTACH;
		return true;
	}
	for (c = 0; old != new && new == DRBD_D_DETACHING && c < s->nconn; c++) {
		if (drbd_state_pd(s, d, c)->old.repl >= DRBD_R_ESTABLISHED) {
			cw->kind = DRBD_CW_DETACH;
			return true;
		}
	}
	return false;
}

static bool cw_pd(const struct drbd_state *s, unsigned int d, unsigned int c,
		  unsigned int flags, struct drbd_state_cw *cw)
{
	enum drbd_repl old = drbd_state_pd(s, d, c)->old.repl;
	enum drbd_repl new = drbd_state_pd(s, d, c)->new.repl;
	bool established = old == DRBD_R_ESTABLISHED;

	cw->target = s->conn[c].node_id;
	cw->last = drbd_repl_is_verify(new) || new == DRBD_R_WF_BITMAP_S;
	if (old == new || old < DRBD_R_ESTABLISHED)
		return false;
	if (starts_sync(new))
		cw->kind = DRBD_CW_FULL_SYNC;
	else if (established && drbd_repl_is_verify(new))
		cw->kind = DRBD_CW_VERIFY;
	else if (established && (flags & DRBD_CHG_CLUSTER_WIDE) &&
		 (new == DRBD_R_WF_BITMAP_S || new == DRBD_R_WF_BITMAP_T))
		cw->kind = DRBD_CW_BITMAP_SYNC;
	else if (established && new == DRBD_R_OFF && s->conn[c].new.cstate == DRBD_C_CONNECTED)
		cw->kind = DRBD_CW_REMOVE_VOLUME;
	return cw->kind != DRBD_CW_NONE;
}

/**
 * drbd_state_cluster_wide() - whether a request needs a two-phase commit
 * @s: state vector with the request in its new copies, not sanitised yet
 * @flags: DRBD_CHG_* of the change
 * @cw: set to how it is put to the cluster
 *
 * Empty transactions and those for a resize change no state; they are begun by
 * who needs them. A bitmap resync can be requested from peers that speak 120 or
 * newer only, which the caller sees to. Source: spec/state.md 4.1.
 */
void drbd_state_cluster_wide(const struct drbd_state *s, unsigned int flags,
			     struct drbd_state_cw *cw)
{
	const unsigned int never = DRBD_CHG_HARD | DRBD_CHG_LOCAL_ONLY | DRBD_CHG_PREPARE |
				   DRBD_CHG_PREPARED | DRBD_CHG_OWN_TWOPC;
	static const struct drbd_state_cw none = {
		.volume = DRBD_NO_VOLUME,
		.target = DRBD_NO_NODE,
	};
	unsigned int c, d;

	*cw = none;
	if ((flags & never) || cw_res(s, cw))
		return;
	for (c = 0; c < s->nconn; c++) {
		if (cw_conn(&s->conn[c], cw))
			return;
	}
	for (d = 0; d < s->ndev; d++) {
		if (cw_dev(s, d, cw))
			return;
		for (c = 0; c < s->nconn; c++) {
			if (cw_pd(s, d, c, flags, cw))
				return;
		}
	}
	*cw = none;
}
EXPORT_SYMBOL_GPL(drbd_state_cluster_wide);
