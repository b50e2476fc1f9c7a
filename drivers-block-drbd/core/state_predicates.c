// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a disk may be called, given what is known about peers
 *
 * UpToDate is a claim about all nodes: that none of them has a newer write. It
 * can be made only if each node that could have one is either visible, or known
 * not to have it, for which metadata remembers what was seen of nodes that are
 * away. The opposite claim, that data is Outdated, must not be made while a
 * Primary writes to it.
 */

#include <linux/export.h>

#include "meta_flags.h"
#include "state_predicates.h"

#define CLAMP(_dmin, _dmax, _pmin, _pmax) {	\
	.disk_min = DRBD_D_##_dmin,		\
	.disk_max = DRBD_D_##_dmax,		\
	.pdsk_min = DRBD_D_##_pmin,		\
	.pdsk_max = DRBD_D_##_pmax,		\
}

static const struct drbd_state_clamp clamps[] = {
	[DRBD_R_OFF] = CLAMP(DISKLESS, UP_TO_DATE, INCONSISTENT, UNKNOWN),
	[DRBD_R_ESTABLISHED] = CLAMP(DISKLESS, UP_TO_DATE, DISKLESS, UP_TO_DATE),
	[DRBD_R_STARTING_SYNC_S] = CLAMP(INCONSISTENT, UP_TO_DATE, INCONSISTENT, CONSISTENT),
	[DRBD_R_STARTING_SYNC_T] = CLAMP(INCONSISTENT, OUTDATED, INCONSISTENT, UP_TO_DATE),
	[DRBD_R_WF_BITMAP_S] = CLAMP(INCONSISTENT, UP_TO_DATE, INCONSISTENT, CONSISTENT),
	[DRBD_R_WF_BITMAP_T] = CLAMP(INCONSISTENT, OUTDATED, INCONSISTENT, UP_TO_DATE),
	[DRBD_R_WF_SYNC_UUID] = CLAMP(INCONSISTENT, OUTDATED, INCONSISTENT, UP_TO_DATE),
	[DRBD_R_SYNC_SOURCE] = CLAMP(INCONSISTENT, UP_TO_DATE, INCONSISTENT, INCONSISTENT),
	[DRBD_R_SYNC_TARGET] = CLAMP(INCONSISTENT, INCONSISTENT, INCONSISTENT, UP_TO_DATE),
	[DRBD_R_VERIFY_S] = CLAMP(INCONSISTENT, UP_TO_DATE, INCONSISTENT, UP_TO_DATE),
	[DRBD_R_VERIFY_T] = CLAMP(INCONSISTENT, UP_TO_DATE, INCONSISTENT, UP_TO_DATE),
	[DRBD_R_PAUSED_SYNC_S] = CLAMP(INCONSISTENT, UP_TO_DATE, INCONSISTENT, CONSISTENT),
	[DRBD_R_PAUSED_SYNC_T] = CLAMP(INCONSISTENT, INCONSISTENT, INCONSISTENT, UP_TO_DATE),
	[DRBD_R_AHEAD] = CLAMP(INCONSISTENT, UP_TO_DATE, INCONSISTENT, CONSISTENT),
	[DRBD_R_BEHIND] = CLAMP(INCONSISTENT, OUTDATED, INCONSISTENT, UP_TO_DATE),
};

/**
 * drbd_state_clamp() - disk states that go with a replication state
 * @repl: replication state, DRBD_R_OFF to DRBD_R_BEHIND
 *
 * Source: spec/state.md 2.2, SZ16.
 *
 * Return: the limits, all inclusive.
 */
const struct drbd_state_clamp *drbd_state_clamp(enum drbd_repl repl)
{
	return &clamps[repl];
}
EXPORT_SYMBOL_GPL(drbd_state_clamp);

static struct drbd_state_conn *conn_of_node(const struct drbd_state *s, int node_id)
{
	unsigned int c;

	for (c = 0; c < s->nconn; c++) {
		if (s->conn[c].node_id == node_id)
			return &s->conn[c];
	}
	return NULL;
}

/**
 * drbd_state_foreign_primary() - whether a Diskless Primary has other data
 * @s: state vector; the new copies count
 * @d: index of the device
 *
 * Such a Primary went on with data of nodes that are not here. Source:
 * spec/state.md 2.6.
 *
 * Return: true if there is one, connected, with another current UUID.
 */
bool drbd_state_foreign_primary(const struct drbd_state *s, unsigned int d)
{
	unsigned int c;

	for (c = 0; c < s->nconn; c++) {
		const struct drbd_state_pd *pd = drbd_state_pd(s, d, c);

		if (s->conn[c].new.peer_role == DRBD_ROLE_PRIMARY &&
		    pd->new.disk == DRBD_D_DISKLESS &&
		    !drbd_uuid_equal(pd->current_uuid, s->dev[d].current_uuid))
			return true;
	}
	return false;
}
EXPORT_SYMBOL_GPL(drbd_state_foreign_primary);

/* Whether a node that might have been fenced cannot have newer data. */
static bool node_is_no_rival(const struct drbd_state *s, unsigned int d, int node_id)
{
	const struct drbd_state_conn *conn = conn_of_node(s, node_id);
	u32 slot = s->dev[d].slot_flags[node_id];
	enum drbd_disk pdsk = DRBD_D_UNKNOWN;
	bool bitmap = true;

	if (conn) {
		const struct drbd_state_pd *pd = drbd_state_pd(s, d, conn - s->conn);

		pdsk = pd->new.disk;
		bitmap = pd->bitmap;
	}
	switch (pdsk) {
	case DRBD_D_INCONSISTENT:
	case DRBD_D_OUTDATED:
	case DRBD_D_CONSISTENT:
	case DRBD_D_UP_TO_DATE:
		return true;
	case DRBD_D_DISKLESS:
		if (!(slot & DRBD_MDF_PEER_DEVICE_SEEN))
			return true;
		break;
	default:
		break;
	}
	return !bitmap || (slot & DRBD_MDF_PEER_OUTDATED);
}

/**
 * drbd_state_may_be_up_to_date() - whether nobody can have newer data
 * @s: state vector; the new copies count
 * @d: index of the device
 *
 * Source: spec/state.md 2.6.
 *
 * Return: true if a Consistent disk may be called UpToDate.
 */
bool drbd_state_may_be_up_to_date(const struct drbd_state *s, unsigned int d)
{
	int node;

	if (drbd_state_hold_active(s) || drbd_state_foreign_primary(s, d))
		return false;
	for (node = 0; node < DRBD_NODES; node++) {
		u32 slot = s->dev[d].slot_flags[node];

		if (node == s->node_id || !(slot & DRBD_MDF_PEER_FENCING) ||
		    !(slot & (DRBD_MDF_HAVE_BITMAP | DRBD_MDF_NODE_EXISTS)))
			continue;
		if (!node_is_no_rival(s, d, node))
			return false;
	}
	return true;
}
EXPORT_SYMBOL_GPL(drbd_state_may_be_up_to_date);

static bool repl_outdates(enum drbd_repl repl)
{
	return repl == DRBD_R_WF_SYNC_UUID || repl == DRBD_R_WF_BITMAP_T ||
	       repl == DRBD_R_STARTING_SYNC_T || repl == DRBD_R_BEHIND ||
	       drbd_repl_is_target(repl);
}

/**
 * drbd_state_may_be_outdated() - whether own data may be called Outdated
 * @s: state vector; the new copies count
 * @d: index of the device
 *
 * As long as a Primary writes to it, it is not. Source: spec/state.md 2.6.
 *
 * Return: true if so.
 */
bool drbd_state_may_be_outdated(const struct drbd_state *s, unsigned int d)
{
	bool primary = s->new.role == DRBD_ROLE_PRIMARY, neighbour = false, target = false;
	unsigned int c;

	for (c = 0; c < s->nconn; c++) {
		const struct drbd_state_pd *pd = drbd_state_pd(s, d, c);

		if (primary) {
			if (pd->new.disk == DRBD_D_UP_TO_DATE &&
			    pd->new.repl == DRBD_R_WF_BITMAP_T)
				return true;
			continue;
		}
		if (repl_outdates(pd->new.repl))
			target = true;
		if (pd->new.repl == DRBD_R_OFF || s->conn[c].new.peer_role != DRBD_ROLE_PRIMARY)
			continue;
		neighbour = true;
		if (pd->new.disk == DRBD_D_DISKLESS && pd->old.repl == DRBD_R_OFF &&
		    pd->new.repl == DRBD_R_ESTABLISHED)
			return true;
	}
	return !primary && (!neighbour || target);
}
EXPORT_SYMBOL_GPL(drbd_state_may_be_outdated);

/**
 * drbd_state_lost_primary() - whether a change loses a Primary that may have crashed
 * @conn: connection
 * @flags: DRBD_CHG_* of the change
 *
 * Source: spec/state.md 2.2, SZ30.
 *
 * Return: true if the peer was Primary, and did not leave in order.
 */
bool drbd_state_lost_primary(const struct drbd_state_conn *conn, unsigned int flags)
{
	if (conn->old.peer_role != DRBD_ROLE_PRIMARY || conn->old.cstate != DRBD_C_CONNECTED)
		return false;
	return (conn->new.cstate >= DRBD_C_TIMEOUT && conn->new.cstate <= DRBD_C_PROTOCOL_ERROR) ||
	       (conn->new.cstate == DRBD_C_DISCONNECTING && (flags & DRBD_CHG_HARD));
}
EXPORT_SYMBOL_GPL(drbd_state_lost_primary);

/**
 * drbd_state_sole_authority() - whether own data is the best after loss of a Primary
 * @s: state vector
 * @d: index of the device
 * @flags: DRBD_CHG_* of the change
 *
 * The Primary had no good data of its own, and there is no other peer that may
 * have got a write that did not get here. Source: spec/state.md 2.6.
 *
 * Return: true if so.
 */
bool drbd_state_sole_authority(const struct drbd_state *s, unsigned int d, unsigned int flags)
{
	bool lost = false;
	unsigned int c;

	for (c = 0; c < s->nconn; c++) {
		const struct drbd_state_pd *pd = drbd_state_pd(s, d, c);

		if (drbd_state_lost_primary(&s->conn[c], flags)) {
			if (pd->old.disk > DRBD_D_OUTDATED)
				return false;
			lost = true;
		} else if (pd->new.disk >= DRBD_D_CONSISTENT) {
			return false;
		}
	}
	return lost;
}
EXPORT_SYMBOL_GPL(drbd_state_sole_authority);

/**
 * drbd_state_disk_from_md() - state of a disk for which no peer decides
 * @s: state vector; the new copies count
 * @d: index of the device
 *
 * Source: spec/state.md 2.2.
 *
 * Return: what the metadata says that the disk is.
 */
enum drbd_disk drbd_state_disk_from_md(const struct drbd_state *s, unsigned int d)
{
	return drbd_md_initial_disk(s->dev[d].md_flags, drbd_state_may_be_up_to_date(s, d));
}
EXPORT_SYMBOL_GPL(drbd_state_disk_from_md);
