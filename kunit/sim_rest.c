// SPDX-License-Identifier: GPL-2.0-only
/*
 * Invariants of a cluster simulation that has come to rest
 *
 * See sim_check.c for their numbers.
 */
#include <linux/kernel.h>

#include "../core/names.h"
#include "sim_world.h"

static bool why_not(char *why, size_t size, const char *what, int node)
{
	if (why)
		scnprintf(why, size, "%s %d", what, node);
	return false;
}

/*
 * sim_quiet() - is there nothing left to do
 * @sim: the world
 * @why: result: what is, or NULL
 * @size: of @why
 */
bool sim_quiet(struct sim *sim, char *why, size_t size)
{
	int i;

	if (!sim_net_idle(sim))
		return why_not(why, size, "packets under way", 0);
	for (i = 0; i < sim->cfg.nodes; i++) {
		struct sim_node *n = &sim->node[i];

		if (sim_disk_choices(n))
			return why_not(why, size, "disk requests of", i);
		if (!n->up)
			continue;
		if (n->work_count)
			return why_not(why, size, "work of", i);
		if (drbd_twopc_active(&n->tp).tid)
			return why_not(why, size, "transaction on", i);
		if (n->cmd != SIM_CMDS)
			return why_not(why, size, "command on", i);
		if (!sim_node_idle(n))
			return why_not(why, size, "control side of", i);
		if (!sim_data_idle(n))
			return why_not(why, size, "data side of", i);
	}
	return true;
}

static enum drbd_repl mirror(enum drbd_repl repl)
{
	switch (repl) {
	case DRBD_R_SYNC_SOURCE:
		return DRBD_R_SYNC_TARGET;
	case DRBD_R_SYNC_TARGET:
		return DRBD_R_SYNC_SOURCE;
	case DRBD_R_PAUSED_SYNC_S:
		return DRBD_R_PAUSED_SYNC_T;
	case DRBD_R_PAUSED_SYNC_T:
		return DRBD_R_PAUSED_SYNC_S;
	case DRBD_R_WF_BITMAP_S:
		return DRBD_R_WF_BITMAP_T;
	case DRBD_R_WF_BITMAP_T:
		return DRBD_R_WF_BITMAP_S;
	case DRBD_R_AHEAD:
		return DRBD_R_BEHIND;
	case DRBD_R_BEHIND:
		return DRBD_R_AHEAD;
	case DRBD_R_VERIFY_S:
		return DRBD_R_VERIFY_T;
	case DRBD_R_VERIFY_T:
		return DRBD_R_VERIFY_S;
	default:
		return repl;
	}
}

/* Blocks of two disks, and what the bitmaps say about them. */
static void check_contents(struct sim_node *a, struct sim_node *b, bool linked)
{
	struct sim *sim = a->sim;
	bool same = drbd_uuid_equal(a->vol[0].ids.current_uuid, b->vol[0].ids.current_uuid);
	bool up_to_date = a->dev[0].old.disk == DRBD_D_UP_TO_DATE &&
		       b->dev[0].old.disk == DRBD_D_UP_TO_DATE;
	u32 i;

	if (!same || a->dev[0].old.disk < DRBD_D_OUTDATED || b->dev[0].old.disk < DRBD_D_OUTDATED)
		return;
	for (i = 0; i < SIM_BLOCKS; i++) {
		u32 x = sim_disk_peek(a, 0, i), y = sim_disk_peek(b, 0, i);
		bool bit = sim_data_bit(a, 0, b->id, i) || sim_data_bit(b, 0, a->id, i);

		if (x == y || sim_apps_undefined(sim, max(x, y)))
			continue;
		if (linked && up_to_date) {
			sim_fail(sim, "G5: block %u is %u on %d and %u on %d, both UpToDate", i, x,
				 a->id, y, b->id);
			return;
		}
		if (!bit) {
			sim_fail(sim, "G5: block %u is %u on %d and %u on %d, and no bit is set",
				 i, x, a->id, y, b->id);
			return;
		}
	}
}

/* G11, G12, G13: what two connected nodes know of each other. */
static void check_link(struct sim_node *a, struct sim_node *b)
{
	struct sim *sim = a->sim;
	const struct drbd_pd_vals *ab = &sim_pd(a, 0, b->id)->old, *ba = &sim_pd(b, 0, a->id)->old;
	enum drbd_disk disk = b->dev[0].old.disk;
	bool distrust = false;

	if (sim_conn(a, b->id)->old.peer_role != b->s.old.role)
		sim_fail(sim, "G11: %d: %d is %s, not %s", a->id, b->id,
			 drbd_role_name(b->s.old.role),
			 drbd_role_name(sim_conn(a, b->id)->old.peer_role));
	/* a diskless node does not trust a disk with another UUID (SZ24); a target that
	 * got newer data takes peers with older ones for Outdated (spec/resync.md 1.12)
	 */
	if (ab->disk != disk && disk == DRBD_D_UP_TO_DATE &&
	    !drbd_uuid_equal(a->vol[0].ids.current_uuid, b->vol[0].ids.current_uuid))
		distrust = a->dev[0].old.disk == DRBD_D_DISKLESS ?
			ab->disk == DRBD_D_CONSISTENT : ab->disk == DRBD_D_OUTDATED;
	/* what is left when only one of them still misses a Primary: see below */
	if (ab->reconcile_running && !ba->reconcile_running)
		return;
	if (ab->disk != disk && !distrust)
		sim_fail(sim, "G12: %d: the disk of %d is %s, not %s", a->id, b->id,
			 drbd_disk_name(disk), drbd_disk_name(ab->disk));
	/* a full sync of the admin pauses all other peers at once, and only on this node,
	 * until it ends (SZ14; spec/resync.md 3.2)
	 */
	if (ab->repl == DRBD_R_PAUSED_SYNC_T && ba->repl == DRBD_R_ESTABLISHED)
		return;
	/* only one of two survivors still misses the Primary (spec/state.md 15, the last) */
	if (ab->reconcile_running != ba->reconcile_running)
		return;
	if (ba->repl == DRBD_R_PAUSED_SYNC_T && ab->repl == DRBD_R_ESTABLISHED)
		return;
	if (ab->repl != mirror(ba->repl))
		sim_fail(sim, "G13: %d is %s, %d is %s", a->id, drbd_repl_name(ab->repl), b->id,
			 drbd_repl_name(ba->repl));
	if (ab->repl != DRBD_R_ESTABLISHED && ab->repl != DRBD_R_OFF &&
	    !drbd_state_resync_suspended(&a->s, 0, sim_conn_index(a, b->id), DRBD_OLD))
		sim_fail(sim, "L8: %d is still %s towards %d", a->id, drbd_repl_name(ab->repl),
			 b->id);
	if (sim->cfg.quorum.quorum && a->dev[0].old.have_quorum &&
	    !(a->s.old.members >> b->id & 1))
		sim_fail(sim, "I16: %d: members %llx without %d", a->id, a->s.old.members, b->id);
}

static void check_pair_at_rest(struct sim *sim, int i, int j)
{
	struct sim_node *a = &sim->node[i], *b = &sim->node[j];
	enum drbd_cstate ab = sim_conn(a, j)->old.cstate, ba = sim_conn(b, i)->old.cstate;

	if (ab == DRBD_C_CONNECTED && ba == DRBD_C_CONNECTED) {
		check_link(a, b);
		check_link(b, a);
		check_contents(a, b, true);
	} else if (ab != DRBD_C_STANDALONE && ba != DRBD_C_STANDALONE) {
		sim_fail(sim, "L3: %d is %s, %d is %s", i, drbd_conn_name(ab), j,
			 drbd_conn_name(ba));
	} else {
		check_contents(a, b, false);
	}
}

static void check_rest(struct sim_node *n, bool whole)
{
	struct sim *sim = n->sim;
	enum drbd_disk disk = n->dev[0].old.disk;
	u32 i;

	if (disk == DRBD_D_NEGOTIATING || disk == DRBD_D_DETACHING || disk == DRBD_D_ATTACHING ||
	    disk == DRBD_D_FAILED)
		sim_fail(sim, "L5: %d is still %s", n->id, drbd_disk_name(disk));
	/* a survivor may be owed something by one that never knew the Primary, and a node
	 * may not see the one that has the data of a diskless Primary
	 */
	if (whole && sim_all_know_all(&sim->cfg) && disk == DRBD_D_CONSISTENT)
		sim_fail(sim, "L4: %d is still Consistent", n->id);
	if (disk < DRBD_D_OUTDATED || !sim_apps_strict(sim))
		return;
	for (i = 0; i < SIM_BLOCKS && disk == DRBD_D_UP_TO_DATE; i++)
		if (sim_disk_peek(n, 0, i) < sim_apps_floor(sim, i))
			sim_fail(sim, "G4: %d: block %u is %u, but %u was acknowledged", n->id, i,
				 sim_disk_peek(n, 0, i), sim_apps_floor(sim, i));
}

/* Why is something not as it has to be? */
static void trace_node(struct sim_node *n)
{
	int j;

	sim_trace(n->sim, "%d: %s %s, UUID %llx, members %llx", n->id,
		  drbd_role_name(n->s.old.role), drbd_disk_name(n->dev[0].old.disk),
		  n->vol[0].ids.current_uuid, n->s.old.members);
	for (j = 0; j < n->sim->cfg.nodes; j++) {
		const struct drbd_pd_vals *pd;

		if (j == n->id || !sim_configured(n, j))
			continue;
		pd = &sim_pd(n, 0, j)->old;
		sim_trace(n->sim, "%d: towards %d %s %s, %s, bits %llu%s%s%s%s%s%s", n->id, j,
			  drbd_conn_name(sim_conn(n, j)->old.cstate), drbd_repl_name(pd->repl),
			  drbd_disk_name(pd->disk), sim_data_oos(n, 0, j),
			  pd->resync_active ? ", active" : "",
			  pd->resync_susp_user ? ", user" : "",
			  pd->resync_susp_peer ? ", peer" : "",
			  pd->resync_susp_dependency ? ", dependency" : "",
			  pd->resync_susp_other_c ? ", other connection" : "",
			  pd->reconcile_owed || pd->reconcile_running ? ", reconcile" : "");
	}
}

/*
 * sim_check_end() - check what has to hold when everything came to rest
 */
void sim_check_end(struct sim *sim)
{
	bool whole = true, uniform = true, mesh = true;
	int i, j;

	for (i = 0; i < sim->cfg.nodes && sim->verbose; i++)
		trace_node(&sim->node[i]);
	for (i = 0; i < sim->cfg.nodes; i++) {
		for (j = 0; j < i; j++) {
			if (!sim_configured(&sim->node[i], j)) {
				mesh = false;
				continue;
			}
			check_pair_at_rest(sim, i, j);
			whole = whole && sim_link_between(sim, i, j);
		}
	}
	for (i = 0; i < sim->cfg.nodes && !sim->failed; i++) {
		struct sim_node *n = &sim->node[i];

		check_rest(n, whole);
		if (!n->vol[0].intentional_diskless && n->dev[0].old.disk != DRBD_D_UP_TO_DATE)
			uniform = false;
	}
	if (sim_apps_pending(sim) && whole && uniform)
		sim_fail(sim, "L6: %u requests of applications are not complete",
			 sim_apps_pending(sim));
	/* a node that does not see the Primary stays Outdated, and so does one that the
	 * admin outdated
	 */
	if (whole && mesh && !sim_plan_outdates(sim) && sim_apps_strict(sim) && !uniform &&
	    !sim_counts(sim)[SIM_N_DETACHES])
		sim_fail(sim, "L4: all are connected, but not all UpToDate");
	if (whole && uniform)
		sim_counts(sim)[SIM_N_UNIFORM]++;
}
