// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a change of state implies
 *
 * Whoever asks for a change names what happened, for example that a connection
 * is lost. What follows from it, for a disk that might be outdated now, for a
 * resync that has to pause, for I/O that has to freeze, is decided here, in one
 * place, so that it cannot depend on who noticed. Rules may also cancel what was
 * asked for, where it makes no sense any more.
 *
 * Each rule is a function, and tables give their order: a rule sees what those
 * before it did. A rule is applied to all devices and peers before the next one
 * is, so that the result does not depend on the order of peers. (SZ18 to SZ23
 * improve a disk because of one peer; they do not leave what the relation to
 * another peer allows, which would be taken back by the very next change.)
 *
 * Quorum is not computed here: drbd_state_sanitize() does what quorum depends
 * on, drbd_state_sanitize_io() what depends on it.
 */

#include <linux/array_size.h>
#include <linux/export.h>
#include <linux/minmax.h>

#include "quorum_enforce.h"
#include "state_predicates.h"
#include "state_sanitize.h"

/* Where a rule is applied. Rules for devices have no conn and pd. */
struct place {
	struct drbd_state *s;
	struct drbd_state_dev *dev;
	struct drbd_state_conn *conn;
	struct drbd_state_pd *pd;
	unsigned int d;
	unsigned int c;
	unsigned int flags;
};

/* Improve the own disk, as far as relations to all peers allow. */
static void raise_disk(const struct place *at, enum drbd_disk disk)
{
	const struct drbd_state_clamp *limit;
	unsigned int c;

	for (c = 0; c < at->s->nconn; c++) {
		limit = drbd_state_clamp(drbd_state_pd(at->s, at->d, c)->new.repl);
		disk = min_t(unsigned int, disk, limit->disk_max);
	}
	at->dev->new.disk = max(at->dev->new.disk, disk);
}

/* SZ1: nothing is known about who is not connected. */
static void forget_role(struct drbd_state *s)
{
	unsigned int c;

	for (c = 0; c < s->nconn; c++) {
		if (s->conn[c].new.cstate < DRBD_C_CONNECTED)
			s->conn[c].new.peer_role = DRBD_ROLE_UNKNOWN;
	}
}

/* SZ2 */
static void cancel_detach(const struct place *at)
{
	if (at->dev->old.disk == DRBD_D_DISKLESS && at->dev->new.disk == DRBD_D_DETACHING)
		at->dev->new.disk = DRBD_D_DISKLESS;
}

/* SZ3 */
static void cancel_outdate(const struct place *at)
{
	if ((at->flags & DRBD_CHG_IGN_OUTD) && at->dev->old.disk < DRBD_D_OUTDATED &&
	    at->dev->new.disk == DRBD_D_OUTDATED)
		at->dev->new.disk = at->dev->old.disk;
}

static bool takes_part(const struct drbd_state_pd *pd)
{
	return pd->new.disk >= DRBD_D_NEGOTIATING && pd->new.repl != DRBD_R_OFF;
}

/* What all peers together make of a disk, or Negotiating if one has not decided. If it
 * does not go together with the data of one of them, it is given up: that one, and this
 * node, would take each other's data for the same.
 */
static enum drbd_disk negotiated_disk(const struct place *at)
{
	bool target = false, up_to_date = false, without = false;
	unsigned int c;

	for (c = 0; c < at->s->nconn; c++) {
		const struct drbd_state_pd *pd = drbd_state_pd(at->s, at->d, c);

		if (!takes_part(pd))
			continue;
		if (pd->new.neg == DRBD_NEG_PENDING)
			return DRBD_D_NEGOTIATING;
		if (pd->new.neg == DRBD_NEG_NO_RESULT)
			without = true;
		if (pd->new.neg == DRBD_R_WF_BITMAP_T)
			target = true;
		if (pd->new.disk == DRBD_D_UP_TO_DATE)
			up_to_date = true;
	}
	if (without)
		return DRBD_D_DETACHING;
	if (target)
		return DRBD_D_INCONSISTENT;
	return up_to_date ? DRBD_D_UP_TO_DATE : drbd_state_disk_from_md(at->s, at->d);
}

/* A source that is not complete itself exchanges bitmaps as any other, and pauses then,
 * see drbd_state_dependency(): the target waits for its bitmap.
 */
static void take_negotiated_repl(struct drbd_state_pd *pd)
{
	pd->new.repl = pd->new.neg;
	if (pd->new.neg == DRBD_NEG_NO_RESULT)
		pd->new.repl = DRBD_R_ESTABLISHED;
}

/* SZ4: an attach while connected ends when all peers have compared UUIDs. */
static void finish_negotiation(const struct place *at)
{
	enum drbd_disk disk;
	unsigned int c;

	if (at->dev->new.disk != DRBD_D_NEGOTIATING)
		return;
	if (at->dev->old.disk != DRBD_D_NEGOTIATING) {
		for (c = 0; c < at->s->nconn; c++)
			drbd_state_pd(at->s, at->d, c)->new.neg = DRBD_NEG_PENDING;
	}
	disk = negotiated_disk(at);
	if (disk == DRBD_D_NEGOTIATING)
		return;
	at->dev->new.disk = disk;
	for (c = 0; c < at->s->nconn; c++) {
		struct drbd_state_pd *pd = drbd_state_pd(at->s, at->d, c);

		if (at->s->conn[c].new.cstate == DRBD_C_CONNECTED && takes_part(pd) &&
		    pd->new.neg != DRBD_NEG_PENDING)
			take_negotiated_repl(pd);
	}
}

/* SZ6, SZ7: what a peer was doing is over when it is gone. */
static void forget_peer(const struct place *at)
{
	struct drbd_state_pd *pd = at->pd;

	if (pd->new.repl < DRBD_R_ESTABLISHED) {
		pd->new.resync_susp_peer = false;
		if (pd->new.disk < DRBD_D_INCONSISTENT || pd->new.disk > DRBD_D_UNKNOWN)
			pd->new.disk = DRBD_D_UNKNOWN;
		if (pd->old.repl >= DRBD_R_ESTABLISHED)
			pd->new.resync_active = false;
	}
}

/* SZ8 */
static void forget_dependency(const struct place *at)
{
	if (at->conn->new.cstate == DRBD_C_STANDALONE &&
	    at->dev->new.disk == DRBD_D_DISKLESS &&
	    at->s->new.role == DRBD_ROLE_SECONDARY)
		at->pd->new.resync_susp_dependency = false;
}

/* SZ9: a resync or verify needs two disks. */
static void abort_resync(const struct place *at)
{
	struct drbd_state_pd *pd = at->pd;

	if (pd->new.repl > DRBD_R_ESTABLISHED &&
	    (at->dev->new.disk <= DRBD_D_FAILED || pd->new.disk <= DRBD_D_FAILED)) {
		pd->new.repl = DRBD_R_ESTABLISHED;
		pd->new.resync_active = false;
		pd->new.reconcile_running = false;
	}
}

/* SZ10 */
static void freeze_for_fencing(const struct place *at)
{
	if (at->conn->fencing == DRBD_FENCING_RESOURCE_AND_STONITH &&
	    at->s->new.role == DRBD_ROLE_PRIMARY && at->pd->new.repl < DRBD_R_ESTABLISHED &&
	    at->pd->new.disk == DRBD_D_UNKNOWN &&
	    (at->s->old.role != DRBD_ROLE_PRIMARY || at->pd->old.disk != DRBD_D_UNKNOWN))
		at->conn->new.susp_fen = true;
}

/* A peer with that many bits less is worth to leave a running resync for. */
#define SWITCH_TARGET_BITS	256

static bool target_candidate(const struct drbd_state_pd *pd)
{
	return drbd_repl_is_target(pd->new.repl) && !pd->new.resync_susp_dependency &&
	       !pd->new.resync_susp_peer && !pd->new.resync_susp_user &&
	       !pd->new.resync_susp_max_parallel && pd->new.disk >= DRBD_D_OUTDATED;
}

/*
 * The peer that the device should resync from now. To switch costs, so a running
 * resync is left only for one that is clearly smaller, and not before its
 * requests have drained.
 */
static struct drbd_state_pd *desired_source(const struct place *at)
{
	struct drbd_state_pd *desired = NULL, *current_pd = NULL, *active = NULL;
	unsigned int c;

	for (c = 0; c < at->s->nconn; c++) {
		struct drbd_state_pd *pd = drbd_state_pd(at->s, at->d, c);

		if (pd->new.resync_active)
			active = pd;
		if (!target_candidate(pd))
			continue;
		if (pd->old.repl == DRBD_R_SYNC_TARGET)
			current_pd = pd;
		if (!desired || pd->oos_bits <= desired->oos_bits)
			desired = pd;
	}
	if (current_pd && current_pd->oos_bits < desired->oos_bits + SWITCH_TARGET_BITS)
		desired = current_pd;
	return active && active != desired ? NULL : desired;
}

/* SZ11 */
static void select_sync_source(const struct place *at)
{
	struct drbd_state_pd *desired = desired_source(at);
	unsigned int c;

	if (desired)
		desired->new.resync_active = true;
	for (c = 0; c < at->s->nconn; c++) {
		struct drbd_state_pd *pd = drbd_state_pd(at->s, at->d, c);

		pd->new.resync_susp_other_c = desired && pd != desired;
		if (drbd_repl_is_target(pd->new.repl))
			pd->new.repl = pd == desired ? DRBD_R_SYNC_TARGET : DRBD_R_PAUSED_SYNC_T;
	}
}

/* SZ12: do not hand on data that is just being fetched. */
static void pause_new_source(const struct place *at)
{
	unsigned int c;

	if (at->pd->new.repl != DRBD_R_SYNC_SOURCE || at->pd->old.repl == DRBD_R_SYNC_SOURCE)
		return;
	for (c = 0; c < at->s->nconn; c++) {
		if (c != at->c && drbd_repl_is_target(drbd_state_pd(at->s, at->d, c)->new.repl))
			at->pd->new.resync_susp_other_c = true;
	}
}

/* SZ13 */
static void pause_source(const struct place *at)
{
	if (drbd_repl_is_source(at->pd->new.repl))
		at->pd->new.repl = drbd_state_resync_suspended(at->s, at->d, at->c, DRBD_NEW) ?
				   DRBD_R_PAUSED_SYNC_S : DRBD_R_SYNC_SOURCE;
}

/* SZ14: a full resync makes the disk Inconsistent for the others as well. */
static void pause_other_peers(const struct place *at)
{
	unsigned int c;

	if (at->pd->new.repl != DRBD_R_STARTING_SYNC_T ||
	    at->pd->old.repl == DRBD_R_STARTING_SYNC_T)
		return;
	for (c = 0; c < at->s->nconn; c++) {
		struct drbd_state_pd *pd = drbd_state_pd(at->s, at->d, c);

		if (c != at->c && pd->new.disk >= DRBD_D_INCONSISTENT &&
		    pd->new.repl == DRBD_R_ESTABLISHED)
			pd->new.repl = DRBD_R_PAUSED_SYNC_T;
	}
}

/* SZ15: 8.4 peers do not know a Consistent disk while connected. */
static void no_consistent_for_84(const struct place *at)
{
	if (at->conn->protocol >= 110 || at->pd->new.repl < DRBD_R_ESTABLISHED ||
	    at->pd->new.repl >= DRBD_R_AHEAD)
		return;
	if (at->dev->new.disk == DRBD_D_CONSISTENT)
		at->dev->new.disk = DRBD_D_UP_TO_DATE;
	if (at->pd->new.disk == DRBD_D_CONSISTENT)
		at->pd->new.disk = DRBD_D_UP_TO_DATE;
}

/* SZ16 */
static void clamp_disks(const struct place *at)
{
	const struct drbd_state_clamp *limit = drbd_state_clamp(at->pd->new.repl);

	at->dev->new.disk = clamp_t(unsigned int, at->dev->new.disk,
				    limit->disk_min, limit->disk_max);
	at->pd->new.disk = clamp_t(unsigned int, at->pd->new.disk,
				   limit->pdsk_min, limit->pdsk_max);
}

/* SZ17 */
static void cancel_peer_detach(const struct place *at)
{
	if (at->pd->old.disk == DRBD_D_DISKLESS &&
	    (at->pd->new.disk == DRBD_D_FAILED || at->pd->new.disk == DRBD_D_DETACHING))
		at->pd->new.disk = DRBD_D_DISKLESS;
}

/* A disk was attached there, with the data that this one has. */
static bool attaches_same(const struct place *at)
{
	return at->pd->old.disk == DRBD_D_NEGOTIATING &&
	       drbd_uuid_equal(at->pd->current_uuid, at->dev->current_uuid);
}

/* SZ18: the data is that of a neighbour which knows what it is worth. */
static void follow_neighbour(const struct place *at)
{
	const struct drbd_state_pd *pd = at->pd;

	if (pd->new.repl == DRBD_R_ESTABLISHED && at->dev->new.disk == DRBD_D_OUTDATED &&
	    pd->new.disk >= DRBD_D_CONSISTENT && pd->uuids_received && pd->stable &&
	    (pd->old.repl < DRBD_R_ESTABLISHED || pd->old.got_stable ||
	     pd->old.disk == DRBD_D_OUTDATED || attaches_same(at)))
		raise_disk(at, pd->new.disk);
}

/* SZ19: the peer that outdated this disk is gone, another has the same data. */
static void undo_outdate(const struct place *at)
{
	unsigned int c;

	if (at->pd->old.repl != DRBD_R_WF_BITMAP_T || at->pd->new.repl != DRBD_R_OFF ||
	    at->dev->new.disk != DRBD_D_OUTDATED || !drbd_state_may_be_up_to_date(at->s, at->d))
		return;
	for (c = 0; c < at->s->nconn; c++) {
		const struct drbd_state_pd *pd = drbd_state_pd(at->s, at->d, c);

		if (pd->new.disk == DRBD_D_UP_TO_DATE && pd->stable &&
		    drbd_uuid_equal(pd->current_uuid, at->dev->current_uuid))
			raise_disk(at, DRBD_D_UP_TO_DATE);
	}
}

/* There is no doubt about data that a Primary has, too. It has to be now: it sends
 * nothing of what it writes to a disk that is only Consistent.
 */
static bool joins_primary(const struct place *at)
{
	const struct drbd_state_pd *pd = at->pd;

	return pd->old.repl < DRBD_R_ESTABLISHED && pd->new.repl == DRBD_R_ESTABLISHED &&
	       at->conn->new.peer_role == DRBD_ROLE_PRIMARY &&
	       pd->new.disk == DRBD_D_UP_TO_DATE &&
	       drbd_uuid_equal(pd->current_uuid, at->dev->current_uuid);
}

/* SZ20, SZ21: a peer that came makes sure that there is nothing newer. */
static void settle_consistent(const struct place *at)
{
	const struct drbd_state_pd *pd = at->pd;

	if (at->dev->new.disk != DRBD_D_CONSISTENT)
		return;
	if ((pd->old.repl < DRBD_R_ESTABLISHED && pd->new.repl >= DRBD_R_ESTABLISHED &&
	     drbd_state_may_be_up_to_date(at->s, at->d)) ||
	    ((pd->old.disk == DRBD_D_CONSISTENT || attaches_same(at)) &&
	     pd->new.disk == DRBD_D_UP_TO_DATE && pd->stable) || joins_primary(at))
		raise_disk(at, DRBD_D_UP_TO_DATE);
}

/* SZ22: takes effect once. */
static void consume_got_stable(const struct place *at)
{
	at->pd->new.got_stable = false;
}

static bool target_of_other(const struct place *at)
{
	unsigned int c;

	for (c = 0; c < at->s->nconn; c++) {
		if (c != at->c &&
		    drbd_state_pd(at->s, at->d, c)->new.repl == DRBD_R_SYNC_TARGET)
			return true;
	}
	return false;
}

/* SZ23: a Diskless Primary came, and knows which data is the newest. */
static void follow_diskless_primary(const struct place *at)
{
	if (at->conn->old.peer_role != DRBD_ROLE_UNKNOWN ||
	    at->conn->new.peer_role != DRBD_ROLE_PRIMARY ||
	    at->pd->new.disk != DRBD_D_DISKLESS || at->dev->new.disk < DRBD_D_NEGOTIATING)
		return;
	if (drbd_uuid_equal(at->pd->current_uuid, at->dev->current_uuid) && !target_of_other(at)) {
		raise_disk(at, DRBD_D_UP_TO_DATE);
		return;
	}
	at->dev->new.try_resync_from = at->conn->node_id;
	if (at->dev->new.disk == DRBD_D_UP_TO_DATE)
		at->dev->new.disk = DRBD_D_CONSISTENT;
}

/*
 * SZ24: a diskless node does not trust data that is not what its users saw. (SZ5
 * is in here: a peer with the exposed UUID exists only if there is such a UUID.)
 */
static void distrust_peer(const struct place *at)
{
	struct drbd_state_pd *pd = at->pd;
	bool other = !drbd_uuid_equal(pd->current_uuid, at->dev->exposed_uuid);

	if (at->dev->new.disk != DRBD_D_DISKLESS || pd->new.disk != DRBD_D_UP_TO_DATE ||
	    pd->predecessor_armed || !other)
		return;
	if (at->conn->features & DRBD_STATE_FF_RS_SKIP_UUID) {
		if (pd->old.disk == DRBD_D_UP_TO_DATE || !at->dev->exposed_uuid)
			return;
	} else if (pd->old.disk != DRBD_D_UNKNOWN || at->s->new.role != DRBD_ROLE_PRIMARY) {
		return;
	}
	pd->new.disk = DRBD_D_CONSISTENT;
}

/* SZ25 */
static void set_peer_replication(const struct place *at)
{
	bool connected = at->conn->new.cstate == DRBD_C_CONNECTED;
	bool before = at->dev->old.disk == DRBD_D_INCONSISTENT &&
		      at->conn->old.cstate == DRBD_C_CONNECTED;

	if ((connected && at->dev->new.disk == DRBD_D_INCONSISTENT && !before) ||
	    (drbd_repl_is_target(at->pd->new.repl) && !drbd_repl_is_target(at->pd->old.repl)))
		at->pd->new.peer_replication = at->pd->peer_replicate_next;
}

/* SZ26: has to be decided as the peer decides SZ25. */
static void set_replication(const struct place *at)
{
	struct drbd_state_pd *pd = at->pd;
	bool connected = at->conn->new.cstate == DRBD_C_CONNECTED;
	bool before = pd->old.disk == DRBD_D_INCONSISTENT &&
		      at->conn->old.cstate == DRBD_C_CONNECTED;

	if ((connected && pd->new.disk == DRBD_D_INCONSISTENT && !before) ||
	    (drbd_repl_is_source(pd->new.repl) && !drbd_repl_is_source(pd->old.repl)))
		pd->new.replication = pd->replicate_next;
	if (pd->old.disk == DRBD_D_INCONSISTENT && pd->new.disk != DRBD_D_INCONSISTENT)
		pd->new.replication = true;
}

typedef void (*rule)(const struct place *at);

static void apply_to_devs(struct drbd_state *s, unsigned int flags, rule apply)
{
	struct place at = { .s = s, .flags = flags };

	for (at.d = 0; at.d < s->ndev; at.d++) {
		at.dev = &s->dev[at.d];
		apply(&at);
	}
}

static void apply_to_peers(struct drbd_state *s, unsigned int flags, rule apply)
{
	struct place at = { .s = s, .flags = flags };

	for (at.d = 0; at.d < s->ndev; at.d++) {
		at.dev = &s->dev[at.d];
		for (at.c = 0; at.c < s->nconn; at.c++) {
			at.conn = &s->conn[at.c];
			at.pd = drbd_state_pd(s, at.d, at.c);
			apply(&at);
		}
	}
}

/**
 * drbd_state_sanitize() - consequences of a request, up to those of quorum
 * @s: state vector with the request in its new copies
 * @flags: DRBD_CHG_* of the change
 *
 * Source: spec/state.md 2.2, SZ1 to SZ26.
 */
void drbd_state_sanitize(struct drbd_state *s, unsigned int flags)
{
	static const rule dev_rules[] = { cancel_detach, cancel_outdate, finish_negotiation };
	static const rule peer_rules[] = { forget_peer, forget_dependency, abort_resync,
					   freeze_for_fencing };
	static const rule resync_rules[] = {
		pause_new_source, pause_source, pause_other_peers, no_consistent_for_84,
		clamp_disks, cancel_peer_detach, follow_neighbour, undo_outdate,
		settle_consistent, consume_got_stable, follow_diskless_primary,
		distrust_peer, set_peer_replication, set_replication,
	};
	unsigned int i;

	forget_role(s);
	for (i = 0; i < ARRAY_SIZE(dev_rules); i++)
		apply_to_devs(s, flags, dev_rules[i]);
	for (i = 0; i < ARRAY_SIZE(peer_rules); i++)
		apply_to_peers(s, flags, peer_rules[i]);
	apply_to_devs(s, flags, select_sync_source);
	for (i = 0; i < ARRAY_SIZE(resync_rules); i++)
		apply_to_peers(s, flags, resync_rules[i]);
}
EXPORT_SYMBOL_GPL(drbd_state_sanitize);

/* SZ27; drbd_state_stage() ends the right to restore quorum. */
static void enforce_quorum(const struct place *at)
{
	struct drbd_dev_vals *new = &at->dev->new;
	bool restore = at->dev->restore_quorum;

	new->quorum = at->dev->quorum_computed.quorum;
	new->have_quorum = drbd_quorum_enforced(at->s->quorum_on, new->quorum, new->disk,
						&restore);
}

/* SZ29 */
static void end_negotiation(const struct place *at)
{
	unsigned int c;

	if (at->dev->new.disk != DRBD_D_NEGOTIATING)
		return;
	for (c = 0; c < at->s->nconn; c++) {
		if (at->s->conn[c].old.cstate == DRBD_C_CONNECTED &&
		    at->s->conn[c].new.cstate < DRBD_C_CONNECTED)
			at->dev->new.disk = drbd_state_disk_from_md(at->s, at->d);
	}
}

/* SZ30: another survivor may have got more of the last writes. */
static void doubt_after_lost_primary(const struct place *at)
{
	const struct drbd_state *s = at->s;
	bool lost = false;
	unsigned int c;

	if (at->dev->new.disk != DRBD_D_UP_TO_DATE || s->old.role != DRBD_ROLE_SECONDARY)
		return;
	for (c = 0; c < s->nconn; c++) {
		if (s->conn[c].new.peer_role == DRBD_ROLE_PRIMARY)
			return;
		if (drbd_state_lost_primary(&s->conn[c], at->flags))
			lost = true;
	}
	if (lost && !drbd_state_sole_authority(s, at->d, at->flags))
		at->dev->new.disk = DRBD_D_CONSISTENT;
}

/* Nodes that may be online, but are no neighbours. */
static u64 far_members(const struct drbd_state *s)
{
	u64 far = s->new.members & ~drbd_node_mask(s->node_id);
	unsigned int c;

	for (c = 0; c < s->nconn; c++) {
		if (s->conn[c].new.cstate == DRBD_C_CONNECTED)
			far &= ~drbd_node_mask(s->conn[c].node_id);
	}
	return far;
}

/* SZ28, SZ31: I/O waits for data, and after that for far nodes to be outdated. */
static void freeze_without_data(struct drbd_state *s)
{
	bool primary = s->new.role == DRBD_ROLE_PRIMARY;
	bool without = false, lost = false, gained = false;
	unsigned int d;

	for (d = 0; primary && d < s->ndev; d++) {
		bool before = drbd_state_data_access(s, d, DRBD_OLD);
		bool was_primary = s->old.role == DRBD_ROLE_PRIMARY;

		if (!drbd_state_data_access(s, d, DRBD_NEW)) {
			without = true;
			lost = lost || !was_primary || before;
		} else {
			gained = gained || !was_primary || !before;
		}
	}
	if (without) {
		if (lost && s->suspend_on_no_data)
			s->new.susp_nod = true;
		return;
	}
	if (gained && s->suspend_on_no_data && far_members(s))
		s->new.resume_held = true;
	s->new.susp_nod = s->new.resume_held;
}

/* SZ33: a new UUID has to be on disk before the first write after the thaw. */
static void freeze_for_new_uuid(struct drbd_state *s)
{
	unsigned int d;

	if (s->old.susp_uuid || !drbd_state_suspended(s, DRBD_OLD) ||
	    drbd_state_suspended(s, DRBD_NEW))
		return;
	for (d = 0; d < s->ndev; d++) {
		if (s->dev[d].new.want_new_uuid)
			s->new.susp_uuid = true;
	}
}

/* SZ34 */
static void fail_after_demote(struct drbd_state *s, unsigned int flags)
{
	unsigned int d;

	if (!(flags & DRBD_CHG_IGN_OPENERS) || s->old.role != DRBD_ROLE_PRIMARY ||
	    s->new.role != DRBD_ROLE_SECONDARY)
		return;
	for (d = 0; d < s->ndev; d++) {
		if (s->dev[d].writable)
			s->new.fail_io = true;
	}
}

/**
 * drbd_state_sanitize_io() - consequences of a request, from those of quorum on
 * @s: state vector after drbd_state_sanitize(), with quorum_computed of each
 * device filled in from it
 * @flags: DRBD_CHG_* of the change
 *
 * Source: spec/state.md 2.2, SZ27 to SZ34.
 */
void drbd_state_sanitize_io(struct drbd_state *s, unsigned int flags)
{
	apply_to_devs(s, flags, enforce_quorum);
	apply_to_devs(s, flags, end_negotiation);
	apply_to_devs(s, flags, doubt_after_lost_primary);
	freeze_without_data(s);
	/* SZ32 */
	s->new.susp_quorum = s->suspend_on_no_quorum && !drbd_state_all_quorate(s, DRBD_NEW);
	freeze_for_new_uuid(s);
	fail_after_demote(s, flags);
}
EXPORT_SYMBOL_GPL(drbd_state_sanitize_io);
