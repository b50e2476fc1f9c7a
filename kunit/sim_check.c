// SPDX-License-Identifier: GPL-2.0-only
/*
 * Invariants of the cluster simulation
 *
 * Numbers are those of spec/state.md 12: I and G hold after each step, L and some of G
 * once the faults have ended and everything came to rest. Gio is spec/io.md 1.2. W are
 * about what applications read, U about data generations: who descends from whom is
 * recorded when one begins, so that a split brain is known independently of the UUIDs
 * that nodes keep.
 */
#include <linux/kernel.h>
#include <linux/slab.h>

#include "../core/names.h"
#include "sim_world.h"

#define CHECK_TIDS	64
#define CHECK_UUIDS	256

/**
 * struct check_tid - a transaction
 * @initiator: its node
 * @tid: its number
 * @refused: the initiator received NO or RETRY
 * @aborted: it sent ABORT
 * @committed: it sent COMMIT
 * @applied: somebody applied it
 * @mask: what was applied
 * @value: likewise
 */
struct check_tid {
	int initiator;
	u32 tid;
	bool refused;
	bool aborted;
	bool committed;
	bool applied;
	u32 mask;
	u32 value;
};

/**
 * struct check_uuid - a data generation
 * @uuid: its name, without the bit of the Primary
 * @parent: index of the one that it began from, -1 if none
 * @won: index of one that it won against after a split brain, -1 if none
 * @by: node on which it began
 */
struct check_uuid {
	u64 uuid;
	int parent;
	int won;
	int by;
};

/**
 * struct check_node - what a node was like at the last step about it
 * @boots: how often it was booted
 * @role: own role
 * @disk: own disk
 * @quorum: it had real quorum
 * @suspended: I/O was suspended
 * @cstate: connections, by node
 * @repl: replication, by node
 * @primary_since: step when it became Primary
 * @acked_beside: Primaries beside which it completed a write that was submitted later
 * @stale: another Primary completed a write
 * @handshake: current UUID while it must not change, 0 if it may
 */
struct check_node {
	u32 boots;
	enum drbd_node_role role;
	enum drbd_disk disk;
	bool quorum;
	bool suspended;
	u8 cstate[SIM_NODES];
	u8 repl[SIM_NODES];
	u32 primary_since;
	u32 acked_beside;
	bool stale;
	u64 handshake;
};

/**
 * struct sim_checks - what invariants need to remember
 * @node: nodes
 * @tid: the last transactions
 * @next_tid: index of the oldest one
 * @uuids: number of generations
 * @uuid: generations
 */
struct sim_checks {
	struct check_node node[SIM_NODES];
	struct check_tid tid[CHECK_TIDS];
	unsigned int next_tid;
	int uuids;
	struct check_uuid uuid[CHECK_UUIDS];
};

struct sim_checks *sim_checks_new(void)
{
	return kvzalloc(sizeof(struct sim_checks), GFP_KERNEL);
}

void sim_checks_free(struct sim_checks *checks)
{
	kvfree(checks);
}

void sim_checks_init(struct sim *sim)
{
	struct sim_checks *k = sim->checks;
	int i, j;

	memset(k, 0, sizeof(*k));
	for (i = 0; i < SIM_NODES; i++) {
		k->node[i].role = DRBD_ROLE_SECONDARY;
		for (j = 0; j < SIM_NODES; j++)
			k->node[i].repl[j] = DRBD_R_OFF;
	}
}

/* ---- data generations ---- */

static int find_uuid(const struct sim_checks *k, u64 uuid)
{
	int i;

	for (i = k->uuids - 1; i >= 0; i--)
		if (drbd_uuid_equal(k->uuid[i].uuid, uuid))
			return i;
	return -1;
}

static int add_uuid(struct sim *sim, u64 uuid, int parent, int by)
{
	struct sim_checks *k = sim->checks;

	if (k->uuids == CHECK_UUIDS) {
		sim_fail(sim, "L0: too many generations");
		return 0;
	}
	k->uuid[k->uuids].uuid = uuid & ~DRBD_UUID_PRIMARY;
	k->uuid[k->uuids].parent = parent;
	k->uuid[k->uuids].won = -1;
	k->uuid[k->uuids].by = by;
	return k->uuids++;
}

void sim_check_new_uuid(struct sim_node *n, int v, u64 old, u64 uuid)
{
	struct sim *sim = n->sim;
	int parent = -1;

	sim_counts(sim)[SIM_N_GENERATIONS]++;
	if (!drbd_uuid_unset(old)) {
		parent = find_uuid(sim->checks, old);
		if (parent < 0)
			parent = add_uuid(sim, old, -1, DRBD_NO_NODE);
	}
	if (find_uuid(sim->checks, uuid) >= 0)
		sim_fail(sim, "U1: %d: generation %llx begins twice", n->id, uuid);
	else
		add_uuid(sim, uuid, parent, n->id);
	sim_trace(sim, "%d: generation %016llx begins after %016llx", n->id, uuid, old);
}

static bool descends(const struct sim_checks *k, int from, int to)
{
	while (from >= 0 && from != to)
		from = k->uuid[from].parent;
	return from >= 0;
}

/* Are both known? Not known is what fresh metadata is taken for (spec/resync.md 1.3). */
static bool known(const struct sim_checks *k, u64 a, u64 b)
{
	return !drbd_uuid_unset(a) && !drbd_uuid_unset(b) && find_uuid(k, a) >= 0 &&
	       find_uuid(k, b) >= 0;
}

/* After a split brain that a policy resolved: do those who lost it count as ancestors?
 * They do for nodes that know of the resync, if it ended.
 */
static bool merged(const struct sim_checks *k, int from)
{
	for (; from >= 0; from = k->uuid[from].parent)
		if (k->uuid[from].won >= 0)
			return true;
	return false;
}

static void resolved(struct sim_checks *k, u64 self, u64 peer_uuid, bool source)
{
	int i = find_uuid(k, source ? self : peer_uuid);

	k->uuid[i].won = find_uuid(k, source ? peer_uuid : self);
}

/* Both have been written to since they were the same. */
static bool diverged(const struct sim_checks *k, u64 a, u64 b)
{
	int i = find_uuid(k, a), j = find_uuid(k, b);

	return !descends(k, i, j) && !descends(k, j, i);
}

static u64 generation(const struct sim_node *n)
{
	return n->dev[0].old.disk >= DRBD_D_INCONSISTENT ? n->vol[0].ids.current_uuid :
							   n->vol[0].ids.exposed;
}

/*
 * sim_check_overtaken() - has a peer data that another node than this one wrote since
 * @n: the node
 * @peer: the peer
 */
bool sim_check_overtaken(const struct sim_node *n, int peer)
{
	const struct sim_checks *k = n->sim->checks;
	int mine = find_uuid(k, generation(n));
	int its = find_uuid(k, generation(&n->sim->node[peer]));

	return mine >= 0 && its >= 0 && !descends(k, mine, its) && k->uuid[its].by != n->id;
}

void sim_check_compared(struct sim_node *n, int peer, int v, const struct drbd_handshake *h,
			const struct drbd_handshake_result *r)
{
	struct sim *sim = n->sim;
	const struct drbd_decision *d = &r->d;
	u64 self = h->c.self, peer_uuid = h->c.view->current_uuid;
	bool declared = d->strategy == DRBD_SPLIT_BRAIN ||
			d->strategy == DRBD_SPLIT_BRAIN_DISCONNECT ||
			d->strategy == DRBD_UNRELATED_DATA ||
			d->rule == DRBD_RULE_BITMAP_BOTH || d->rule == DRBD_RULE_HISTORY_BOTH;
	bool real;

	if (declared)
		sim_counts(sim)[SIM_N_SPLIT_BRAINS]++;
	/* what an attached disk is to a target that has no result, that of its source tells */
	if (!h->c.connecting && (h->c.flags | h->c.view->flags) & DRBD_UUID_FLAG_SYNC_TARGET)
		return;
	/* two Primaries may begin generations at once: who is the parent is undefined;
	 * what fresh metadata is taken for has no parent
	 */
	if (d->strategy == DRBD_RETRY_CONNECT || sim->cfg.two_primaries || !sim->cfg.initial_sync ||
	    !known(sim->checks, self, peer_uuid))
		return;
	if (declared && drbd_strategy_determined(d->strategy) && d->strategy != DRBD_NO_SYNC)
		resolved(sim->checks, self, peer_uuid, drbd_strategy_is_source(d->strategy));
	if (merged(sim->checks, find_uuid(sim->checks, self)) ||
	    merged(sim->checks, find_uuid(sim->checks, peer_uuid)))
		return;
	real = diverged(sim->checks, self, peer_uuid);
	if (declared && !real)
		sim_fail(sim, "U2: %d: split brain with %d, but one descends from the other",
			 n->id, peer);
	else if (real && !declared)
		sim_fail(sim, "U3: %d: no split brain with %d (%s by %s), but data diverged",
			 n->id, peer, drbd_strategy_name(d->strategy), drbd_rule_name(d->rule));
}

/* ---- two-phase commits ---- */

static struct check_tid *find_tid(struct sim_checks *k, int initiator, u32 tid)
{
	struct check_tid *t;
	int i;

	for (i = 0; i < CHECK_TIDS; i++)
		if (k->tid[i].tid == tid && k->tid[i].initiator == initiator)
			return &k->tid[i];
	t = &k->tid[k->next_tid++ % CHECK_TIDS];
	memset(t, 0, sizeof(*t));
	t->tid = tid;
	t->initiator = initiator;
	return t;
}

static bool is_twopc(u16 cmd)
{
	switch (cmd) {
	case DRBD_P_TWOPC_PREPARE:
	case DRBD_P_TWOPC_PREP_RSZ:
	case DRBD_P_TWOPC_ABORT:
	case DRBD_P_TWOPC_COMMIT:
	case DRBD_P_TWOPC_YES:
	case DRBD_P_TWOPC_NO:
	case DRBD_P_TWOPC_RETRY:
		return true;
	}
	return false;
}

/*
 * sim_check_sent() - a node sends a packet
 */
void sim_check_sent(struct sim_node *n, int peer, const struct sim_msg *msg)
{
	struct sim *sim = n->sim;
	const struct drbd_twopc_msg *m = &msg->twopc;
	struct check_tid *t;

	if (!is_twopc(msg->cmd))
		return;
	if (m->reachable_nodes >> DRBD_NODES || m->primary_nodes >> DRBD_NODES)
		sim_fail(sim, "G16: %d: masks %llx %llx of a transaction", n->id,
			 m->reachable_nodes, m->primary_nodes);
	if (m->initiator != n->id ||
	    (msg->cmd != DRBD_P_TWOPC_COMMIT && msg->cmd != DRBD_P_TWOPC_ABORT))
		return;
	t = find_tid(sim->checks, n->id, m->tid);
	if (msg->cmd == DRBD_P_TWOPC_COMMIT) {
		if (!t->committed)
			sim_counts(sim)[SIM_N_COMMITS]++;
		t->committed = true;
		if (t->refused)
			sim_fail(sim, "G7: %d: commits %u, which was refused", n->id, m->tid);
	} else {
		if (!t->aborted)
			sim_counts(sim)[SIM_N_ABORTS]++;
		t->aborted = true;
	}
	if (t->committed && t->aborted)
		sim_fail(sim, "G6: %d: commits and aborts %u", n->id, m->tid);
}

/*
 * sim_check_received() - a node receives a packet
 */
void sim_check_received(struct sim_node *n, int from, const struct sim_msg *msg)
{
	if ((msg->cmd == DRBD_P_TWOPC_NO || msg->cmd == DRBD_P_TWOPC_RETRY) &&
	    msg->twopc.initiator == n->id)
		find_tid(n->sim->checks, n->id, msg->twopc.tid)->refused = true;
}

void sim_check_applied(struct sim_node *n, int initiator, u32 tid, u32 mask, u32 value)
{
	struct check_tid *t = find_tid(n->sim->checks, initiator, tid);

	if (t->aborted)
		sim_fail(n->sim, "G6: %d: applies %u of %d, which was aborted", n->id, tid,
			 initiator);
	if (t->applied && (t->mask != mask || t->value != value))
		sim_fail(n->sim, "G6: %d: applies %u of %d as %x/%x, others as %x/%x", n->id, tid,
			 initiator, mask, value, t->mask, t->value);
	t->applied = true;
	t->mask = mask;
	t->value = value;
}

/* ---- after each step ---- */

struct clamp {
	u8 own_min, own_max, peer_min, peer_max;
};

#define D_NO	DRBD_D_DISKLESS
#define D_IN	DRBD_D_INCONSISTENT
#define D_OUT	DRBD_D_OUTDATED
#define D_UN	DRBD_D_UNKNOWN
#define D_CO	DRBD_D_CONSISTENT
#define D_UP	DRBD_D_UP_TO_DATE

static const struct clamp clamps[DRBD_R_BEHIND + 1] = {
	[DRBD_R_OFF] = { D_NO, D_UP, D_IN, D_UN },
	[DRBD_R_ESTABLISHED] = { D_NO, D_UP, D_NO, D_UP },
	[DRBD_R_STARTING_SYNC_S] = { D_IN, D_UP, D_IN, D_CO },
	[DRBD_R_STARTING_SYNC_T] = { D_IN, D_OUT, D_IN, D_UP },
	[DRBD_R_WF_BITMAP_S] = { D_IN, D_UP, D_IN, D_CO },
	[DRBD_R_WF_BITMAP_T] = { D_IN, D_OUT, D_IN, D_UP },
	[DRBD_R_WF_SYNC_UUID] = { D_IN, D_OUT, D_IN, D_UP },
	[DRBD_R_SYNC_SOURCE] = { D_IN, D_UP, D_IN, D_IN },
	[DRBD_R_SYNC_TARGET] = { D_IN, D_IN, D_IN, D_UP },
	[DRBD_R_VERIFY_S] = { D_IN, D_UP, D_IN, D_UP },
	[DRBD_R_VERIFY_T] = { D_IN, D_UP, D_IN, D_UP },
	[DRBD_R_PAUSED_SYNC_S] = { D_IN, D_UP, D_IN, D_CO },
	[DRBD_R_PAUSED_SYNC_T] = { D_IN, D_IN, D_IN, D_UP },
	[DRBD_R_AHEAD] = { D_IN, D_UP, D_IN, D_CO },
	[DRBD_R_BEHIND] = { D_IN, D_OUT, D_IN, D_UP },
};

static void check_peer(struct sim_node *n, int j)
{
	struct sim *sim = n->sim;
	const struct drbd_conn_vals *conn = &sim_conn(n, j)->old;
	const struct drbd_pd_vals *pd = &sim_pd(n, 0, j)->old;
	enum drbd_disk disk = n->dev[0].old.disk;
	const struct clamp *c = &clamps[pd->repl];

	if (conn->cstate < DRBD_C_CONNECTED &&
	    (pd->repl != DRBD_R_OFF || conn->peer_role != DRBD_ROLE_UNKNOWN))
		sim_fail(sim, "I1: %d: towards %d %s, but %s", n->id, j,
			 drbd_conn_name(conn->cstate), drbd_repl_name(pd->repl));
	if (disk < c->own_min || disk > c->own_max || pd->disk < c->peer_min ||
	    pd->disk > c->peer_max)
		sim_fail(sim, "I3: %d: towards %d %s, disks %s/%s", n->id, j,
			 drbd_repl_name(pd->repl), drbd_disk_name(disk), drbd_disk_name(pd->disk));
	if (pd->repl == DRBD_R_SYNC_TARGET && !pd->resync_active)
		sim_fail(sim, "I4: %d: SyncTarget of %d is not the active resync", n->id, j);
}

static void check_node(struct sim_node *n)
{
	struct sim *sim = n->sim;
	const struct drbd_dev_vals *dev = &n->dev[0].old;
	struct drbd_twopc_id id = drbd_twopc_active(&n->tp);
	int targets = 0, active = 0, j;
	bool on = sim->cfg.quorum.quorum;

	for (j = 0; j < sim->cfg.nodes; j++) {
		if (j == n->id || !sim_configured(n, j))
			continue;
		check_peer(n, j);
		targets += sim_pd(n, 0, j)->old.repl == DRBD_R_SYNC_TARGET;
		active += sim_pd(n, 0, j)->old.resync_active;
	}
	if (targets > 1 || active > 1)
		sim_fail(sim, "I4: %d: %d SyncTargets, %d active", n->id, targets, active);
	if (dev->disk == DRBD_D_UNKNOWN)
		sim_fail(sim, "I5: %d: own disk is DUnknown", n->id);
	if (on ? !n->dev[0].restore_quorum && dev->have_quorum != dev->quorum : !dev->have_quorum)
		sim_fail(sim, "I7: %d: quorum %d, enforced %d", n->id, dev->quorum,
			 dev->have_quorum);
	if (n->s.old.susp_quorum != (sim->cfg.suspend_on_no_quorum && !dev->have_quorum))
		sim_fail(sim, "I8: %d: suspended %d, quorum %d", n->id, n->s.old.susp_quorum,
			 dev->have_quorum);
	if (id.tid && id.initiator != n->id && !n->tp.parents)
		sim_fail(sim, "I10: %d: transaction %u without a parent", n->id, id.tid);
	if (n->s.old.members >> DRBD_NODES)
		sim_fail(sim, "G16: %d: members %llx", n->id, n->s.old.members);
}

/* I14: nobody has to learn of a generation that begins during a handshake. Slots may
 * be cleared, by spec/resync.md 1.13; what was told is corrected then.
 */
static void check_handshake_hold(struct sim_node *n, struct check_node *k, bool connected)
{
	u64 uuid = 0;
	int j;

	for (j = 0; j < n->sim->cfg.nodes; j++)
		if (j != n->id && sim_configured(n, j) && sim_pd(n, 0, j)->handshake_running &&
		    sim_conn(n, j)->old.cstate < DRBD_C_CONNECTED)
			uuid = 1;
	if (uuid)
		uuid = n->vol[0].ids.current_uuid | DRBD_UUID_PRIMARY;
	if (uuid && k->handshake && k->handshake != uuid && !connected && k->boots == n->boots)
		sim_fail(n->sim, "I14: %d: a generation begins during a handshake", n->id);
	k->handshake = uuid;
}

static void crashed(struct check_node *k)
{
	int j;

	k->role = DRBD_ROLE_SECONDARY;
	k->disk = DRBD_D_DISKLESS;
	k->quorum = false;
	k->suspended = false;
	k->stale = false;
	k->acked_beside = 0;
	k->handshake = 0;
	for (j = 0; j < SIM_NODES; j++) {
		k->cstate[j] = DRBD_C_STANDALONE;
		k->repl[j] = DRBD_R_OFF;
	}
}

static void count_peer(struct sim_node *n, struct check_node *k, int j, bool *connected)
{
	u64 *count = sim_counts(n->sim);
	u8 cstate = sim_conn(n, j)->old.cstate, repl = sim_pd(n, 0, j)->old.repl;

	if (k->cstate[j] != cstate) {
		if (cstate == DRBD_C_CONNECTED) {
			count[SIM_N_CONNECTS]++;
			*connected = true;
		} else if (k->cstate[j] == DRBD_C_CONNECTED) {
			count[SIM_N_LOSSES]++;
		}
		k->cstate[j] = cstate;
	}
	if (k->repl[j] != repl) {
		if (repl == DRBD_R_SYNC_TARGET)
			count[SIM_N_RESYNCS]++;
		else if (k->repl[j] == DRBD_R_SYNC_TARGET && repl == DRBD_R_ESTABLISHED)
			count[SIM_N_RESYNCED]++;
		k->repl[j] = repl;
	}
}

/* Notice changes. */
static void follow(struct sim_node *n)
{
	struct sim *sim = n->sim;
	struct sim_checks *checks = sim->checks;
	struct check_node *k = &checks->node[n->id];
	const struct drbd_dev_vals *dev = &n->dev[0].old;
	u64 *count = sim_counts(sim);
	bool connected = false, suspended;
	int j;

	if (k->boots != n->boots)
		crashed(k);
	if (k->role != n->s.old.role) {
		k->role = n->s.old.role;
		k->stale = false;
		k->acked_beside = 0;
		for (j = 0; j < SIM_NODES; j++)
			checks->node[j].acked_beside &= ~(1U << n->id);
		k->primary_since = sim->step;
		count[k->role == DRBD_ROLE_PRIMARY ? SIM_N_PROMOTIONS : SIM_N_DEMOTIONS]++;
	}
	if (k->disk != dev->disk) {
		if (dev->disk == DRBD_D_DISKLESS)
			count[SIM_N_DETACHES]++;
		k->disk = dev->disk;
		sim_apps_weigh(sim);
	}
	if (k->quorum != dev->quorum) {
		if (sim->cfg.quorum.quorum && !dev->quorum)
			count[SIM_N_QUORUM_LOST]++;
		k->quorum = dev->quorum;
		sim_apps_weigh(sim);
	}
	suspended = drbd_state_suspended(&n->s, DRBD_OLD);
	if (k->suspended != suspended) {
		if (suspended)
			count[SIM_N_SUSPENDED]++;
		k->suspended = suspended;
	}
	for (j = 0; j < sim->cfg.nodes; j++)
		if (j != n->id && sim_configured(n, j))
			count_peer(n, k, j, &connected);
	check_handshake_hold(n, k, connected);
	k->boots = n->boots;
}

bool sim_link_between(struct sim *sim, int a, int b)
{
	return sim->node[a].up && sim->node[b].up && sim_configured(&sim->node[a], b) &&
	       sim_conn(&sim->node[a], b)->old.cstate == DRBD_C_CONNECTED &&
	       sim_conn(&sim->node[b], a)->old.cstate == DRBD_C_CONNECTED;
}

/* All that is connected to a node. */
static u32 component(struct sim *sim, int node)
{
	u32 seen = 1U << node, before;
	int i, j;

	do {
		before = seen;
		for (i = 0; i < sim->cfg.nodes; i++)
			for (j = 0; j < sim->cfg.nodes; j++)
				if (i != j && seen >> i & 1 && !(seen >> j & 1) &&
				    sim_link_between(sim, i, j))
					seen |= 1U << j;
	} while (seen != before);
	return seen;
}

/* Does every node know which connections there are? */
static bool views_agree(struct sim *sim)
{
	int i, j;

	for (i = 0; i < sim->cfg.nodes; i++) {
		struct sim_node *n = &sim->node[i];

		if (!n->up)
			continue;
		if (drbd_twopc_active(&n->tp).tid || n->empty_due || n->mutex != SIM_CHG_NONE)
			return false;
		for (j = 0; j < sim->cfg.nodes; j++)
			if (j != i && sim_configured(n, j) &&
			    sim_conn(n, j)->old.cstate == DRBD_C_CONNECTED &&
			    (!sim_link_between(sim, i, j) || !sim_net_quiet_between(sim, i, j)))
				return false;
	}
	return true;
}

static bool is_primary(const struct sim_node *n)
{
	return n->up && n->s.old.role == DRBD_ROLE_PRIMARY;
}

/* Quorum counts the nodes that one was connected to at least once; in a cluster where
 * some never are, it cannot be unique (spec/state.md 6.2: slots with evidence).
 */
bool sim_all_know_all(const struct sim_config *cfg)
{
	int i;

	for (i = 0; i < cfg->nodes; i++)
		if ((cfg->links[i] | 1U << i) != (1U << cfg->nodes) - 1)
			return false;
	return true;
}

/* G1, G2: two nodes that both may go on. */
static void check_pairs(struct sim *sim)
{
	const struct sim_config *cfg = &sim->cfg;
	u32 primaries = 0, quorate = 0, c;
	int i;

	for (i = 0; i < cfg->nodes; i++) {
		const struct sim_node *n = &sim->node[i];

		if (is_primary(n))
			primaries |= 1U << i;
		if (n->up && n->dev[0].old.quorum && n->dev[0].old.disk == DRBD_D_UP_TO_DATE)
			quorate |= 1U << i;
	}
	if ((cfg->two_primaries || !(primaries & (primaries - 1))) &&
	    (!cfg->quorum.quorum || !(quorate & (quorate - 1))))
		return;
	if (!views_agree(sim))
		return;
	for (i = 0; i < cfg->nodes; i++) {
		if (!sim->node[i].up)
			continue;
		c = component(sim, i);
		if (!cfg->two_primaries && hweight32(c & primaries) > 1)
			sim_fail(sim, "G1: Primaries 0x%x are connected", c & primaries);
		if (sim_apps_strict(sim) && sim_all_know_all(cfg) && c & quorate && quorate & ~c)
			sim_fail(sim, "G2: partitions 0x%x and 0x%x both have quorum and data",
				 c & quorate, quorate & ~c);
	}
}

/*
 * sim_check_step() - check what has to hold after each step
 * @sim: the world
 * @touched: nodes that the step was about
 */
void sim_check_step(struct sim *sim, u32 touched)
{
	int i;

	if (!touched)
		return;
	for (i = 0; i < sim->cfg.nodes && !sim->failed; i++) {
		struct sim_node *n = &sim->node[i];

		if (!(touched >> i & 1) || !n->up)
			continue;
		follow(n);
		check_node(n);
	}
	check_pairs(sim);
}

/*
 * sim_check_acked() - a node completes a write
 * @n: the node
 * @since: step when the write was submitted
 *
 * G2: two Primaries that do not see each other must not both complete writes that
 * were submitted while both were Primary.
 */
void sim_check_acked(struct sim_node *n, u32 since)
{
	struct sim *sim = n->sim;
	struct sim_checks *k = sim->checks;
	int i;

	for (i = 0; i < sim->cfg.nodes; i++) {
		if (i == n->id || !is_primary(&sim->node[i]))
			continue;
		k->node[i].stale = true;
		if (k->node[i].primary_since >= since)
			continue;
		k->node[n->id].acked_beside |= 1U << i;
		if (k->node[i].acked_beside >> n->id & 1 && sim_apps_strict(sim))
			sim_fail(sim, "G2: Primaries %d and %d both complete writes", n->id, i);
	}
}

/*
 * sim_check_stale() - has another Primary taken over from this one
 */
bool sim_check_stale(const struct sim_node *n)
{
	return n->sim->checks->node[n->id].stale;
}
