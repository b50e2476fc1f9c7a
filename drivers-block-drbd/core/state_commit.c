// SPDX-License-Identifier: GPL-2.0-only
/*
 * What belongs to a change of state and has to happen in the same instant
 *
 * Some consequences cannot wait for a worker: between the change and them a
 * write could slip through. A lost peer needs a new data generation before the
 * next write is admitted; requests for a peer that came back have to be queued
 * before the sender picks up anything newer. So this runs under the state lock,
 * when it is certain that the change happens. Bits in the state vector, and flags
 * that go to the metadata, are changed here; the rest is listed for the caller.
 */

#include <linux/bug.h>
#include <linux/export.h>

#include "meta_flags.h"
#include "quorum_enforce.h"
#include "state_effects.h"
#include "state_predicates.h"

/**
 * drbd_effects_add() - add a thing to do to a list
 * @list: the list
 * @kind: what to do
 * @volume: for which volume, or DRBD_NO_VOLUME
 * @node_id: for which peer, or DRBD_NO_NODE
 * @arg: as the kind needs it
 */
void drbd_effects_add(struct drbd_effects *list, enum drbd_effect_kind kind, int volume,
		      int node_id, u64 arg)
{
	if (WARN_ON_ONCE(list->n >= list->max))
		return;
	list->e[list->n++] = (struct drbd_effect) {
		.kind = kind, .volume = volume, .node_id = node_id, .arg = arg,
	};
}
EXPORT_SYMBOL_GPL(drbd_effects_add);

static void add(struct drbd_effects *list, enum drbd_effect_kind kind)
{
	drbd_effects_add(list, kind, DRBD_NO_VOLUME, DRBD_NO_NODE, 0);
}

static void add_conn(struct drbd_effects *list, enum drbd_effect_kind kind,
		     const struct drbd_state_conn *conn)
{
	drbd_effects_add(list, kind, DRBD_NO_VOLUME, conn->node_id, 0);
}

static void add_dev(struct drbd_effects *list, enum drbd_effect_kind kind,
		    const struct drbd_state_dev *dev)
{
	drbd_effects_add(list, kind, dev->volume, DRBD_NO_NODE, 0);
}

static bool demotes(const struct drbd_state *s)
{
	return s->old.role == DRBD_ROLE_PRIMARY && s->new.role == DRBD_ROLE_SECONDARY;
}

/* A13: flags of peers that have a slot in the bitmap. */
static u32 slot_flags(const struct drbd_state *s, unsigned int d, unsigned int c)
{
	const struct drbd_state_pd *pd = drbd_state_pd(s, d, c);
	u32 flags = s->dev[d].slot_flags[s->conn[c].node_id];
	const struct drbd_md_peer_state state = {
		.repl = pd->new.repl,
		.disk = pd->new.disk,
		.fencing = s->conn[c].fencing != DRBD_FENCING_DONT_CARE,
		.no_bitmap = !pd->bitmap,
	};

	return flags & DRBD_MDF_HAVE_BITMAP ? drbd_md_peer_flags(flags, &state) : flags;
}

/* A14, A15. A peer that this change disconnects does not count. */
static u32 md_flags(const struct drbd_state *s, unsigned int d)
{
	const struct drbd_dev_vals *dev = &s->dev[d].new;
	struct drbd_md_state state = {
		.disk = dev->disk,
		.role = s->new.role,
		.peer_request = s->peer_requests,
		.graceful_detach = dev->disk == DRBD_D_DETACHING && !dev->forced_detach,
		.crashed_primary = dev->crashed_primary,
		.lost_quorum = dev->primary_lost_quorum,
		.have_quorum = dev->have_quorum,
	};
	unsigned int c;

	for (c = 0; c < s->nconn; c++) {
		if (s->conn[c].new.peer_role == DRBD_ROLE_PRIMARY)
			state.peer_primary = true;
		if (s->conn[c].new.cstate == DRBD_C_CONNECTED &&
		    drbd_state_pd(s, d, c)->new.disk == DRBD_D_UP_TO_DATE)
			state.peer_up_to_date = true;
	}
	return drbd_md_device_flags(s->dev[d].md_flags, &state);
}

static void stage_metadata(struct drbd_state *s, unsigned int d, unsigned int flags,
			   struct drbd_effects *list)
{
	struct drbd_state_dev *dev = &s->dev[d];
	bool dirty = s->old.members != s->new.members;
	unsigned int c;
	u32 md;

	/* Changes that come while the disk is going say nothing of how. */
	if (dev->new.disk != DRBD_D_DETACHING)
		dev->new.forced_detach = false;
	else if (dev->old.disk != DRBD_D_DETACHING)
		dev->new.forced_detach = flags & DRBD_CHG_HARD;
	if (dev->new.disk < DRBD_D_DETACHING || dev->new.disk == DRBD_D_NEGOTIATING)
		return;
	for (c = 0; c < s->nconn; c++) {
		u32 *slot = &dev->slot_flags[s->conn[c].node_id];
		u32 new = slot_flags(s, d, c);

		dirty = dirty || new != *slot;
		*slot = new;
	}
	md = md_flags(s, d);
	dirty = dirty || md != dev->md_flags;
	dev->md_flags = md;
	if (dirty)
		add_dev(list, DRBD_DO_MD_DIRTY, dev);
}

static bool lost_peer_data(const struct drbd_state_pd *pd)
{
	return (pd->old.disk == DRBD_D_INCONSISTENT || pd->old.disk == DRBD_D_CONSISTENT ||
		pd->old.disk == DRBD_D_UP_TO_DATE) &&
	       (pd->new.disk < DRBD_D_INCONSISTENT || pd->new.disk == DRBD_D_OUTDATED ||
		pd->new.disk == DRBD_D_UNKNOWN);
}

static bool returns_without_data(const struct drbd_state_pd *pd)
{
	return pd->old.disk == DRBD_D_UNKNOWN && !pd->bitmap_uuid &&
	       (pd->new.disk == DRBD_D_DISKLESS || pd->new.disk == DRBD_D_FAILED ||
		pd->new.disk == DRBD_D_OUTDATED);
}

static bool own_disk_fails(const struct drbd_state_dev *dev)
{
	return (dev->old.disk > DRBD_D_FAILED && dev->new.disk == DRBD_D_FAILED) ||
	       (dev->old.disk >= DRBD_D_INCONSISTENT && dev->new.disk < DRBD_D_INCONSISTENT);
}

/* Its resync may have ended without this node having heard of it, and then it has data
 * that gets old with the next write.
 */
static bool lost_sync_target(const struct drbd_state_pd *pd)
{
	return pd->old.repl >= DRBD_R_ESTABLISHED && pd->new.repl < DRBD_R_ESTABLISHED &&
	       pd->old.disk == DRBD_D_INCONSISTENT && pd->new.disk == DRBD_D_INCONSISTENT;
}

/* A17, for one peer */
static bool peer_wants_new_uuid(const struct drbd_state *s, unsigned int d, unsigned int c)
{
	const struct drbd_state_pd *pd = drbd_state_pd(s, d, c);
	bool primary = s->new.role == DRBD_ROLE_PRIMARY;
	bool good = s->dev[d].new.disk == DRBD_D_UP_TO_DATE;

	if (pd->new.repl == DRBD_R_AHEAD && pd->old.repl != DRBD_R_AHEAD)
		return true;
	if (primary && (lost_peer_data(pd) || lost_sync_target(pd)) && !s->dev[d].unregistered &&
	    (drbd_state_data_access(s, d, DRBD_OLD) || drbd_state_data_access(s, d, DRBD_NEW)))
		return true;
	/* For an 8.4 Primary that goes on without its disk, the Secondary does it. */
	if (s->conn[c].protocol < 110 && s->conn[c].new.peer_role == DRBD_ROLE_PRIMARY &&
	    lost_peer_data(pd) && good)
		return true;
	return primary && good && returns_without_data(pd);
}

/* A17: copies of the data differ from the next write on. */
static bool wants_new_uuid(const struct drbd_state *s, unsigned int d)
{
	unsigned int c;

	if (s->new.role == DRBD_ROLE_PRIMARY &&
	    (s->old.role != DRBD_ROLE_PRIMARY ||
	     (own_disk_fails(&s->dev[d]) && (drbd_state_data_access(s, d, DRBD_OLD) ||
					     drbd_state_data_access(s, d, DRBD_NEW)))))
		return true;
	for (c = 0; c < s->nconn; c++) {
		if (peer_wants_new_uuid(s, d, c))
			return true;
	}
	return false;
}

/* A8: this node and a peer agree on the data again. */
static bool both_up_to_date(const struct drbd_state *s, unsigned int d)
{
	unsigned int c;

	if (s->dev[d].new.disk != DRBD_D_UP_TO_DATE)
		return false;
	for (c = 0; c < s->nconn; c++) {
		if (drbd_state_pd(s, d, c)->new.disk == DRBD_D_UP_TO_DATE)
			return true;
	}
	return false;
}

/* A4, A7, A8, A17 to A20 */
static void stage_dev(struct drbd_state *s, unsigned int d, struct drbd_effects *list)
{
	struct drbd_state_dev *dev = &s->dev[d];
	enum drbd_disk old = dev->old.disk, new = dev->new.disk;

	/* Sanitising may have been for a change that was refused, this is not. */
	drbd_quorum_enforced(s->quorum_on, dev->new.quorum, new, &dev->restore_quorum);
	if (dev->new.have_quorum && !dev->old.have_quorum)
		dev->new.primary_lost_quorum = false;
	else if (s->new.role == DRBD_ROLE_PRIMARY && !dev->new.have_quorum)
		dev->new.primary_lost_quorum = true;
	if (both_up_to_date(s, d))
		dev->new.crashed_primary = false;
	if (demotes(s))
		dev->new.want_new_uuid = false;
	else if (!s->old.susp_uuid && wants_new_uuid(s, d))
		dev->new.want_new_uuid = true;
	if (old != new && new == DRBD_D_DISKLESS)
		add_dev(list, DRBD_DO_FORGET_SLOTS, dev);
	if (old != new && (new == DRBD_D_DISKLESS || new == DRBD_D_FAILED ||
			   new == DRBD_D_DETACHING))
		add_dev(list, DRBD_DO_GET_DISK, dev);
	if (old == DRBD_D_UP_TO_DATE && new == DRBD_D_CONSISTENT &&
	    !drbd_state_foreign_primary(s, d))
		add_dev(list, DRBD_DO_BECOME_UP_TO_DATE, dev);
}

/* UUID of the data that users can see, 0 if there is none in reach. */
/* A Primary that goes on has begun the last generation itself. What a peer told that was
 * connected all the time may be from before it had heard of that.
 */
static bool may_lag(const struct drbd_state *s, unsigned int d, unsigned int c)
{
	return s->old.role == DRBD_ROLE_PRIMARY && s->new.role == DRBD_ROLE_PRIMARY &&
	       s->dev[d].exposed_uuid && !s->conn[c].two_primaries &&
	       drbd_state_pd(s, d, c)->old.repl >= DRBD_R_ESTABLISHED &&
	       drbd_state_data_access(s, d, DRBD_OLD);
}

static u64 exposable_uuid(const struct drbd_state *s, unsigned int d)
{
	unsigned int c;

	if (s->dev[d].new.disk == DRBD_D_UP_TO_DATE)
		return s->dev[d].current_uuid;
	for (c = 0; c < s->nconn; c++) {
		const struct drbd_state_pd *pd = drbd_state_pd(s, d, c);

		if (s->conn[c].allow_remote_read && pd->new.disk == DRBD_D_UP_TO_DATE &&
		    !may_lag(s, d, c))
			return pd->current_uuid;
	}
	return 0;
}

/* A16, B1 */
static void stage_exposed(const struct drbd_state *s, unsigned int d, struct drbd_effects *list)
{
	const struct drbd_state_dev *dev = &s->dev[d];
	u64 uuid = exposable_uuid(s, d);

	if (!uuid && dev->old.disk < DRBD_D_CONSISTENT && dev->new.disk >= DRBD_D_CONSISTENT)
		uuid = dev->current_uuid;
	if (uuid && !drbd_uuid_equal(uuid, dev->exposed_uuid))
		drbd_effects_add(list, DRBD_DO_SET_EXPOSED, dev->volume, DRBD_NO_NODE, uuid);
}

static bool conn_lost(const struct drbd_state_conn *conn)
{
	return conn->old.cstate == DRBD_C_CONNECTED && conn->new.cstate < DRBD_C_CONNECTED;
}

static bool becomes_target(const struct drbd_state_pd *pd)
{
	return drbd_repl_is_target(pd->new.repl) && !drbd_repl_is_target(pd->old.repl);
}

static bool becomes_source(const struct drbd_state_pd *pd)
{
	return drbd_repl_is_source(pd->new.repl) && !drbd_repl_is_source(pd->old.repl);
}

/**
 * drbd_state_starts_flush_round() - whether a resync has to wait for older marks
 * @s: state vector
 * @d: index of the device
 *
 * Source: spec/state.md 3.2, A6; spec/resync.md 3.7.
 *
 * Return: true if it becomes target while all peers replicate to it, or if the
 * last of them begins to while it is target.
 */
bool drbd_state_starts_flush_round(const struct drbd_state *s, unsigned int d)
{
	bool starts = false, all_before = true, target = false;
	unsigned int c;

	for (c = 0; c < s->nconn; c++) {
		const struct drbd_state_pd *pd = drbd_state_pd(s, d, c);

		if (!pd->new.peer_replication)
			return false;
		all_before = all_before && pd->old.peer_replication;
		target = target || drbd_repl_is_target(pd->new.repl);
		starts = starts || becomes_target(pd);
	}
	return starts || (target && !all_before);
}
EXPORT_SYMBOL_GPL(drbd_state_starts_flush_round);

/**
 * drbd_state_lost_data() - whether a Primary loses access to UpToDate data
 * @s: state vector
 * @d: index of the device
 *
 * Source: spec/state.md 2.2, SZ28.
 *
 * Return: true if it has none now, and did not have none as Primary before.
 */
bool drbd_state_lost_data(const struct drbd_state *s, unsigned int d)
{
	return s->new.role == DRBD_ROLE_PRIMARY && !drbd_state_data_access(s, d, DRBD_NEW) &&
	       (s->old.role != DRBD_ROLE_PRIMARY || drbd_state_data_access(s, d, DRBD_OLD));
}
EXPORT_SYMBOL_GPL(drbd_state_lost_data);

/* A1, A2: who gets data changes. */
static void stage_replication(const struct drbd_state *s, struct drbd_effects *list)
{
	bool close = false;
	unsigned int c, d;

	for (c = 0; c < s->nconn; c++) {
		bool dagtag = false;

		for (d = 0; d < s->ndev; d++) {
			const struct drbd_state_pd *pd = drbd_state_pd(s, d, c);
			bool before = drbd_state_replicates(&pd->old);
			bool after = drbd_state_replicates(&pd->new);

			dagtag = dagtag || (after && !before);
			close = close || after != before;
		}
		if (dagtag)
			add_conn(list, DRBD_DO_SEND_DAGTAG, &s->conn[c]);
	}
	if (close)
		add(list, DRBD_DO_CLOSE_EPOCH);
}

/* A6: acks that a new round needs. */
static void stage_flush_round(const struct drbd_state *s, unsigned int d,
			      struct drbd_effects *list)
{
	u64 acks = 0;
	unsigned int c;

	if (!drbd_state_starts_flush_round(s, d))
		return;
	add_dev(list, DRBD_DO_FLUSH_ROUND, &s->dev[d]);
	for (c = 0; c < s->nconn; c++) {
		if (s->conn[c].protocol >= 123 &&
		    drbd_state_pd(s, d, c)->new.disk == DRBD_D_UP_TO_DATE)
			acks |= drbd_node_mask(s->conn[c].node_id);
	}
	for (c = 0; c < s->nconn; c++) {
		if (s->conn[c].protocol >= 123 &&
		    s->conn[c].new.peer_role == DRBD_ROLE_PRIMARY)
			drbd_effects_add(list, DRBD_DO_EXPECT_FLUSH, s->dev[d].volume,
					 s->conn[c].node_id, acks);
	}
}

static bool is_handing_on(enum drbd_repl repl)
{
	return repl == DRBD_R_WF_BITMAP_S || drbd_repl_is_source(repl);
}

/* A25: unacknowledged writes of a Primary may be missing in what is handed on, and
 * so their bits have to be in the bitmap that is sent first.
 */
static void stage_new_source(const struct drbd_state *s, unsigned int d,
			     struct drbd_effects *list)
{
	bool source = false;
	unsigned int c;

	for (c = 0; c < s->nconn; c++) {
		const struct drbd_state_pd *pd = drbd_state_pd(s, d, c);

		source = source || (is_handing_on(pd->new.repl) && !is_handing_on(pd->old.repl));
	}
	for (c = 0; source && c < s->nconn; c++) {
		if (s->conn[c].new.peer_role == DRBD_ROLE_PRIMARY)
			drbd_effects_add(list, DRBD_DO_PEER_WRITES_OOS, s->dev[d].volume,
					 s->conn[c].node_id, 0);
	}
}

static bool stable_source(const struct drbd_state *s, unsigned int d)
{
	unsigned int c;

	for (c = 0; c < s->nconn; c++) {
		const struct drbd_state_pd *pd = drbd_state_pd(s, d, c);

		if (drbd_repl_is_target(pd->new.repl) && pd->stable)
			return true;
	}
	return false;
}

/* A26 */
static void stage_unstable(const struct drbd_state *s, unsigned int d, struct drbd_effects *list)
{
	bool lost = false;
	unsigned int c;

	for (c = 0; c < s->nconn; c++)
		lost = lost || (conn_lost(&s->conn[c]) &&
				s->conn[c].old.peer_role == DRBD_ROLE_PRIMARY);
	if (!lost || stable_source(s, d))
		return;
	for (c = 0; c < s->nconn; c++) {
		if (drbd_repl_is_target(drbd_state_pd(s, d, c)->new.repl))
			drbd_effects_add(list, DRBD_DO_RESYNC_UNSTABLE, s->dev[d].volume,
					 s->conn[c].node_id, 0);
	}
}

/* A3, A6, A9 to A11 */
static void stage_pd(const struct drbd_state *s, unsigned int d, unsigned int c,
		     struct drbd_effects *list)
{
	const struct drbd_state_pd *pd = drbd_state_pd(s, d, c);
	enum drbd_repl old = pd->old.repl, new = pd->new.repl;
	int volume = s->dev[d].volume, node = s->conn[c].node_id;

	if (pd->old.disk == DRBD_D_UP_TO_DATE && pd->new.disk != DRBD_D_UP_TO_DATE)
		drbd_effects_add(list, DRBD_DO_FORGET_FLUSH, volume, node, 0);
	if (old == new)
		return;
	if (new == DRBD_R_WF_BITMAP_S || new == DRBD_R_WF_BITMAP_T ||
	    (drbd_repl_is_sync(new) && !drbd_repl_is_sync(old)))
		drbd_effects_add(list, DRBD_DO_CLEAR_SYNC_MARKS, volume, node, 0);
	if (drbd_repl_is_verify(old) && !drbd_repl_is_verify(new))
		drbd_effects_add(list, DRBD_DO_VERIFY_ENDED, volume, node, 0);
	if (drbd_repl_in_resync(new) && !drbd_repl_in_resync(old))
		drbd_effects_add(list, DRBD_DO_RESYNC_INIT, volume, node, 0);
	if ((old == DRBD_R_PAUSED_SYNC_S && new == DRBD_R_SYNC_SOURCE) ||
	    (old == DRBD_R_PAUSED_SYNC_T && new == DRBD_R_SYNC_TARGET))
		drbd_effects_add(list, DRBD_DO_RESYNC_RESUMED, volume, node, 0);
	if ((old == DRBD_R_SYNC_SOURCE && new == DRBD_R_PAUSED_SYNC_S) ||
	    (old == DRBD_R_SYNC_TARGET && new == DRBD_R_PAUSED_SYNC_T))
		drbd_effects_add(list, DRBD_DO_RESYNC_PAUSED, volume, node, 0);
}

/* Survivors that get in touch with a Primary again, the one that they thought was lost
 * or another one, take over from that one what there is to be taken over.
 */
static bool primary_returns(const struct drbd_state *s)
{
	unsigned int c;

	for (c = 0; c < s->nconn; c++) {
		if (s->conn[c].old.cstate < DRBD_C_CONNECTED &&
		    s->conn[c].new.cstate == DRBD_C_CONNECTED &&
		    s->conn[c].new.peer_role == DRBD_ROLE_PRIMARY)
			return true;
	}
	return false;
}

/* A12 */
static void stage_reconciliation(struct drbd_state *s, struct drbd_effects *list)
{
	bool discharged = false, consistent = false, back = primary_returns(s);
	unsigned int i;

	for (i = 0; i < s->ndev * s->nconn; i++) {
		struct drbd_state_pd *pd = &s->pd[i];
		bool ended = pd->old.repl > DRBD_R_ESTABLISHED &&
			     pd->new.repl <= DRBD_R_ESTABLISHED;

		if (back && pd->new.reconcile_owed) {
			pd->new.reconcile_owed = false;
			discharged = true;
		}
		if (!ended && !becomes_source(pd))
			continue;
		/* drbd_state_sanitize() may have ended the running one. */
		if (pd->new.reconcile_owed || pd->old.reconcile_running)
			discharged = true;
		pd->new.reconcile_owed = false;
		pd->new.reconcile_running = false;
	}
	for (i = 0; i < s->ndev; i++)
		consistent = consistent || s->dev[i].new.disk == DRBD_D_CONSISTENT;
	if (discharged && consistent && !drbd_state_hold_active(s))
		add(list, DRBD_DO_LOST_PEER_TWOPC);
}

/* A21 to A24, A6 */
static void stage_conn(struct drbd_state_conn *conn, struct drbd_effects *list)
{
	enum drbd_cstate old = conn->old.cstate, new = conn->new.cstate;

	if (old == new)
		return;
	if (conn_lost(conn) && conn->old.peer_role == DRBD_ROLE_PRIMARY) {
		conn->new.lost_primary_notice = true;
		add_conn(list, DRBD_DO_FORGET_FLUSH, conn);
	}
	if (new == DRBD_C_DISCONNECTING || new == DRBD_C_STANDALONE)
		add_conn(list, DRBD_DO_STOP_RECEIVER, conn);
	if (old >= DRBD_C_CONNECTING && new >= DRBD_C_TIMEOUT && new <= DRBD_C_TEAR_DOWN)
		add_conn(list, DRBD_DO_RESTART_RECEIVER, conn);
	if (conn_lost(conn))
		add_conn(list, DRBD_DO_TWOPC_LOST, conn);
}

static bool starts_resync(const struct drbd_state *s, unsigned int c)
{
	unsigned int d;

	for (d = 0; d < s->ndev; d++) {
		if (drbd_state_pd(s, d, c)->new.repl > DRBD_R_ESTABLISHED)
			return true;
	}
	return false;
}

/* Whether frozen requests have to fail although I/O stays frozen. */
static bool forced_failure(const struct drbd_state *s)
{
	unsigned int d;

	if (s->new.fail_io && !s->old.fail_io)
		return true;
	for (d = 0; !s->suspend_on_no_data && d < s->ndev; d++) {
		if (drbd_state_data_access(s, d, DRBD_OLD) &&
		    !drbd_state_data_access(s, d, DRBD_NEW))
			return true;
	}
	return false;
}

/*
 * A27: what becomes of requests that are frozen. Those for a peer that came back
 * are sent again, but not if a resync brings it the data.
 */
static void stage_walks(const struct drbd_state *s, struct drbd_effects *list)
{
	bool thaw = !drbd_state_suspended(s, DRBD_NEW) || forced_failure(s);
	unsigned int c;

	if (!drbd_state_suspended(s, DRBD_OLD))
		return;
	for (c = 0; c < s->nconn; c++) {
		const struct drbd_state_conn *conn = &s->conn[c];

		if (conn->new.cstate < DRBD_C_CONNECTED) {
			if (thaw)
				add_conn(list, DRBD_DO_WALK_CANCEL, conn);
		} else if (conn->old.cstate < DRBD_C_CONNECTED) {
			add_conn(list, starts_resync(s, c) ? DRBD_DO_WALK_CANCEL :
				       DRBD_DO_WALK_RESEND, conn);
		}
	}
	if (thaw)
		add(list, DRBD_DO_WALK_RESTART);
}

/* A28, B2 */
static void stage_membership(const struct drbd_state *s, unsigned int flags,
			     struct drbd_effects *list)
{
	bool lost = false, connected = false;
	unsigned int c;

	for (c = 0; c < s->nconn; c++) {
		const struct drbd_state_conn *conn = &s->conn[c];

		if (conn->old.cstate < DRBD_C_CONNECTED && conn->new.cstate == DRBD_C_CONNECTED)
			connected = true;
		if (conn_lost(conn) && (s->new.members & drbd_node_mask(conn->node_id)) &&
		    (conn->new.cstate != DRBD_C_TEAR_DOWN ||
		     !(conn->features & DRBD_STATE_FF_2PC_V2)))
			lost = true;
	}
	if (lost && !(flags & DRBD_CHG_OWN_TWOPC))
		add(list, DRBD_DO_LOST_PEER_TWOPC);
	if (connected)
		add(list, DRBD_DO_RELEASE_UUIDS);
}

/**
 * drbd_state_stage() - do and list what belongs to a change
 * @s: state vector of a valid change, before drbd_state_publish(); its bits and
 * metadata flags get changed
 * @flags: DRBD_CHG_* of the change
 * @list: list to add to
 *
 * Context: the state lock is held, and stays so until all that is listed is done
 * and the change is published. DRBD_DO_RELEASE_UUIDS and DRBD_DO_WAKE come after
 * publishing. Source: spec/state.md 3.2, 10.
 */
void drbd_state_stage(struct drbd_state *s, unsigned int flags, struct drbd_effects *list)
{
	unsigned int c, d;

	stage_replication(s, list);
	if (demotes(s))
		add(list, DRBD_DO_FLUSH_PEER_ACK);
	for (d = 0; d < s->ndev; d++) {
		for (c = 0; c < s->nconn; c++)
			stage_pd(s, d, c, list);
		stage_flush_round(s, d, list);
		stage_dev(s, d, list);
		stage_new_source(s, d, list);
		stage_unstable(s, d, list);
		stage_metadata(s, d, flags, list);
		stage_exposed(s, d, list);
	}
	for (c = 0; c < s->nconn; c++)
		stage_conn(&s->conn[c], list);
	stage_reconciliation(s, list);
	stage_walks(s, list);
	stage_membership(s, flags, list);
	add(list, DRBD_DO_WAKE);
}
EXPORT_SYMBOL_GPL(drbd_state_stage);
