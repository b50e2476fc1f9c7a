// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of two-phase commits: random meshes
 *
 * Some of two to six nodes in a random mesh want something at about the same time,
 * while links break and come back. Whatever the order of events is, the invariants
 * of spec/state.md 12 hold after each of them, and when nothing moves any more all
 * have come to an end, with the same result on all nodes that could learn it. A
 * failure prints the seed.
 */

#include "twopc_sim.h"

#define NOV		DRBD_NO_VOLUME
#define NONE		DRBD_NO_NODE
#define MAX_ATTEMPTS	60

/**
 * struct mesh - a kind of random runs
 * @name: description
 * @runs: number of runs; each is another seed
 * @promote: nodes may want to promote, and demote after that
 * @empty: nodes may run empty transactions
 * @resize: nodes may resize
 * @connect: nodes may connect and disconnect
 * @refuse: some nodes refuse, or handshakes fail
 * @cuts: links break and come back
 * @hangs: links break without notice for longer than all timeouts
 */
struct mesh {
	const char *name;
	int runs;
	bool promote;
	bool empty;
	bool resize;
	bool connect;
	bool refuse;
	bool cuts;
	bool hangs;
};

static const struct mesh meshes[] = {
	{ "promote", 400, .promote = true },
	{ "lost-peer", 300, .empty = true },
	{ "promote, lost-peer, resize", 400, .promote = true, .empty = true, .resize = true },
	{ "somebody refuses", 300, .promote = true, .empty = true, .connect = true,
	  .refuse = true },
	{ "connect, disconnect", 400, .promote = true, .empty = true, .connect = true },
	{ "links break", 600, .promote = true, .empty = true, .resize = true, .cuts = true },
	{ "links break and come back", 600, .promote = true, .empty = true, .connect = true,
	  .cuts = true },
	{ "links hang", 300, .promote = true, .empty = true, .connect = true, .hangs = true },
	{ "all at once", 600, .promote = true, .empty = true, .resize = true, .connect = true,
	  .refuse = true, .cuts = true, .hangs = true },
};

KUNIT_ARRAY_PARAM_DESC(mesh, meshes, name);

static u64 component(const struct sim *sim, int i)
{
	u64 nodes = drbd_node_mask(i), before;
	int k;

	do {
		before = nodes;
		for (k = 0; k < sim->n; k++)
			if (nodes & drbd_node_mask(k))
				nodes |= sim->node[k].env.connected;
	} while (nodes != before);
	return nodes;
}

/* A tree, and some more links; those that are missing may be connected later. */
static void make_links(struct sim *sim)
{
	u32 dense = prandom_u32_state(&sim->rnd) % 4;
	int i, k, parent;

	for (i = 1; i < sim->n; i++) {
		parent = prandom_u32_state(&sim->rnd) % i;
		for (k = 0; k < i; k++)
			if (k == parent || prandom_u32_state(&sim->rnd) % 4 < dense)
				sim_link(sim, k, i, true);
	}
	for (i = 0; i < sim->n; i++)
		sim->node[i].env.members = component(sim, i);
}

static bool make_connection_request(struct sim *sim, int i, struct drbd_twopc_request *req)
{
	struct drbd_twopc_env *env = &sim->node[i].env;
	int peer = prandom_u32_state(&sim->rnd) % sim->n;
	struct sim_node *other = &sim->node[peer];
	bool quiet = other->detect_at[i] == SIM_NEVER &&
		     sim->node[i].detect_at[peer] == SIM_NEVER;
	u64 bit = drbd_node_mask(peer);
	int k;

	if (peer == i || !quiet)
		return false;
	*req = (struct drbd_twopc_request) { NOV, peer, 0x1f0, 0x10 };
	if (env->connected & bit)
		return true;
	/* the lower id connects, and only when both ends know that they are not */
	if (peer < i || env->connecting & bit ||
	    (other->env.connected | other->env.connecting) & drbd_node_mask(i))
		return false;
	for (k = 0; k < SIM_PACKETS; k++)
		if (sim->packet[k].used &&
		    ((sim->packet[k].from == i && sim->packet[k].to == peer) ||
		     (sim->packet[k].from == peer && sim->packet[k].to == i)))
			sim->packet[k].used = false;
	sim_link(sim, i, peer, false);
	*req = (struct drbd_twopc_request) { NOV, peer, 0x1f3, env->primary ? 0x91 : 0x92 };
	return true;
}

static void make_request(struct sim *sim, const struct mesh *mesh, int i)
{
	struct drbd_twopc_request req;

	if (sim->node[i].want)
		return;
	switch (prandom_u32_state(&sim->rnd) % 4) {
	case 0:
		if (!mesh->promote)
			return;
		req = (struct drbd_twopc_request) { NOV, NONE, 0x3, 0x1 };
		if (sim->node[i].env.primary)
			req.value = 0x2;
		break;
	case 1:
		if (!mesh->empty)
			return;
		req = (struct drbd_twopc_request) { NOV, NONE, 0, 0 };
		break;
	case 2:
		if (!mesh->resize)
			return;
		req = (struct drbd_twopc_request) {
			0, NONE, .resize = true, .max_size = 1000 + sim_rnd(sim, 1000),
		};
		break;
	default:
		if (!mesh->connect || !make_connection_request(sim, i, &req))
			return;
		break;
	}
	sim_want(sim, i, sim_soon(sim, 60), &req);
}

static void give_up_connect(struct sim *sim, int i)
{
	struct sim_node *node = &sim->node[i];
	int k;

	if (node->want)
		return;
	for (k = i + 1; k < sim->n; k++)
		if (node->env.connecting & drbd_node_mask(k) &&
		    node->detect_at[k] == SIM_NEVER)
			sim_cut(sim, i, k, 0);
}

static void check_node(struct sim *sim, int i)
{
	const struct sim_node *node = &sim->node[i];
	const struct drbd_twopc *tp = &node->tp;
	struct kunit *test = sim->test;

	switch (tp->state) {
	case DRBD_TWOPC_CHECKING:
	case DRBD_TWOPC_COLLECTING:
	case DRBD_TWOPC_ANSWERED:
		KUNIT_ASSERT_NE(test, tp->parents, 0);
		KUNIT_ASSERT_NE(test, node->timer_at[0], SIM_NEVER);
		KUNIT_ASSERT_LE(test, node->timer_at[0], sim->now + 30000);
		break;
	case DRBD_TWOPC_IDLE:
		KUNIT_ASSERT_EQ(test, node->timer_at[0], SIM_NEVER);
		KUNIT_ASSERT_EQ(test, node->timer_at[1], SIM_NEVER);
		break;
	default:
		break;
	}
	KUNIT_ASSERT_EQ(test, node->env.members >> DRBD_NODES, 0);
	KUNIT_ASSERT_LT(test, node->req.attempt, MAX_ATTEMPTS);
}

/* Nobody applies what was aborted; sim_act() looks for those who refused. */
static void check_record(struct sim *sim, u32 tid)
{
	const struct sim_record *record = &sim->record[tid];

	KUNIT_ASSERT_FALSE(sim->test, record->committed && record->aborted);
	KUNIT_ASSERT_FALSE(sim->test, record->applied && !record->committed);
}

/* Nodes that a chain of parents, whose links held all the time, leads to. */
static u64 could_learn(const struct sim *sim, const struct sim_record *record)
{
	u64 nodes = drbd_node_mask(record->initiator), before;
	int i;

	do {
		before = nodes;
		for (i = 0; i < sim->n; i++)
			if (nodes & record->asked_by[i] & ~record->cut[i])
				nodes |= drbd_node_mask(i);
	} while (nodes != before);
	return nodes;
}

static void check_end(struct sim *sim, const struct mesh *mesh)
{
	bool calm = !mesh->cuts && !mesh->hangs && !mesh->connect;
	u64 nodes;
	u32 t;
	int i;

	for (i = 0; i < sim->n; i++) {
		KUNIT_ASSERT_EQ(sim->test, sim->node[i].tp.state, DRBD_TWOPC_IDLE);
		KUNIT_ASSERT_FALSE(sim->test, sim->node[i].want);
	}
	for (t = 1; t <= sim->tids; t++) {
		const struct sim_record *record = &sim->record[t];

		if (!record->committed)
			continue;
		nodes = could_learn(sim, record);
		KUNIT_ASSERT_EQ(sim->test, record->yes & nodes & ~record->applied, 0);
		if (calm)
			KUNIT_ASSERT_EQ(sim->test, record->applied,
					component(sim, record->initiator));
	}
	for (i = 0; i < sim->n; i++) {
		int k, primaries = 0;

		nodes = component(sim, i);
		for (k = 0; k < sim->n; k++)
			primaries += nodes & drbd_node_mask(k) && sim->node[k].env.primary;
		KUNIT_ASSERT_LE(sim->test, primaries, 1);
		if (calm)
			KUNIT_ASSERT_EQ(sim->test, sim->node[i].env.members, nodes);
	}
}

/* When no link fails and nobody objects, those who compete all get through. */
static void check_results(struct sim *sim, const struct mesh *mesh, u64 asked)
{
	int i, succeeded = 0;

	if (mesh->cuts || mesh->hangs || mesh->refuse || mesh->connect)
		return;
	for (i = 0; i < sim->n; i++) {
		enum drbd_rv rv = sim->node[i].result;

		if (!(asked & drbd_node_mask(i)))
			continue;
		succeeded += rv == DRBD_SS_SUCCESS;
		if (sim->node[i].req.value != 0x1)
			KUNIT_ASSERT_EQ(sim->test, rv, DRBD_SS_SUCCESS);
		else if (rv != DRBD_SS_SUCCESS)
			KUNIT_ASSERT_TRUE(sim->test, rv == DRBD_SS_TWO_PRIMARIES ||
					  rv == DRBD_SS_CW_FAILED_BY_PEER);
	}
	if (asked)
		KUNIT_ASSERT_GE(sim->test, succeeded, 1);
}

static void disturb(struct sim *sim, const struct mesh *mesh)
{
	int a = prandom_u32_state(&sim->rnd) % sim->n, b = prandom_u32_state(&sim->rnd) % sim->n;
	bool hang = mesh->hangs && (!mesh->cuts || prandom_u32_state(&sim->rnd) % 3 == 0);

	if (a == b || !(sim->node[a].env.connected & drbd_node_mask(b)) ||
	    sim->node[a].detect_at[b] != SIM_NEVER)
		return;
	sim_cut(sim, a, b, hang ? 20000 + prandom_u32_state(&sim->rnd) % 20000 : 0);
}

static void make_refusal(struct sim *sim, int i)
{
	static const enum drbd_rv refusals[] = {
		DRBD_SS_IN_TRANSIENT_STATE, DRBD_SS_PRIMARY_READER, DRBD_SS_TWO_PRIMARIES,
	};
	struct sim_node *node = &sim->node[i];
	int k = prandom_u32_state(&sim->rnd) % 12;

	node->refuse = k < ARRAY_SIZE(refusals) ? refusals[k] : DRBD_SS_SUCCESS;
	node->refuse_until = prandom_u32_state(&sim->rnd) % 3000;
	node->hs.retry = k == 4;
	node->hs.disconnect = k == 5;
	node->hs.sizes_failed = k == 6;
}

static void run(struct sim *sim, const struct mesh *mesh)
{
	u64 asked = 0;
	u32 steps = 0;
	int i;

	make_links(sim);
	for (i = 0; i < sim->n; i++) {
		if (mesh->refuse)
			make_refusal(sim, i);
		make_request(sim, mesh, i);
		asked |= sim->node[i].want ? drbd_node_mask(i) : 0;
	}
	while (sim_step(sim, SIM_NEVER)) {
		for (i = 0; i < sim->n; i++) {
			check_node(sim, i);
			give_up_connect(sim, i);
		}
		if (sim->tids)
			check_record(sim, sim->tids);
		if (++steps > 300)
			continue;
		if ((mesh->cuts || mesh->hangs) && prandom_u32_state(&sim->rnd) % 24 == 0)
			disturb(sim, mesh);
		if (mesh->connect && prandom_u32_state(&sim->rnd) % 16 == 0)
			make_request(sim, mesh, prandom_u32_state(&sim->rnd) % sim->n);
	}
	for (i = 1; i <= (int)sim->tids; i++)
		check_record(sim, i);
	check_end(sim, mesh);
	check_results(sim, mesh, asked);
}

static void twopc_mesh_test(struct kunit *test)
{
	const struct mesh *mesh = test->param_value;
	struct sim *sim = kunit_kzalloc(test, sizeof(*sim), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, sim);
	test->priv = sim;
	for (i = 0; i < mesh->runs; i++) {
		sim_init(sim, test, 2 + i % (SIM_NODES - 1));
		sim->random = true;
		sim->seed = i;
		prandom_seed_state(&sim->rnd, i);
		run(sim, mesh);
		sim->seed = -1;
	}
}

static void twopc_mesh_exit(struct kunit *test)
{
	const struct sim *sim = test->priv;

	if (sim && sim->seed >= 0)
		kunit_info(test, "seed %d, %d nodes, at %llu ms\n%s", sim->seed, sim->n,
			   sim->now, sim->log);
}

static struct kunit_case twopc_mesh_cases[] = {
	KUNIT_CASE_PARAM(twopc_mesh_test, mesh_gen_params),
	{}
};

static struct kunit_suite twopc_mesh_suite = {
	.name = "drbd-twopc-mesh",
	.exit = twopc_mesh_exit,
	.test_cases = twopc_mesh_cases,
};

kunit_test_suite(twopc_mesh_suite);
