// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of quorum in a cluster: nodes with different views of it decide
 *
 * The scenarios are those of spec/state.md 6.7. The random runs check what
 * quorum is for: two nodes that do not reach each other, not even through
 * others, must not both have quorum and UpToDate data (12.2 G2).
 */

#include <kunit/test.h>
#include <linux/prandom.h>

#include "../core/quorum.h"

#define MAX_NODES 7

/**
 * struct node - one node
 * @diskful: it has a disk; otherwise it is a tiebreaker
 * @up: it runs
 * @disk: its disk
 * @had_quorum: enforced quorum
 * @real: real quorum
 * @restore: it may go on with quorum after a reboot
 * @members: mask of members
 * @links: mask of nodes it is connected to
 * @pdsk: what it believes about disks of others that are out of sight
 */
struct node {
	bool diskful, up;
	enum drbd_disk disk;
	bool had_quorum, real, restore;
	u64 members;
	u32 links;
	enum drbd_disk pdsk[MAX_NODES];
};

/**
 * struct cluster - all nodes
 * @test: test that it belongs to
 * @count: number of nodes
 * @options: options
 * @nodes: the nodes
 * @view: scratch: what one node knows
 */
struct cluster {
	struct kunit *test;
	int count;
	struct drbd_quorum_options options;
	struct node nodes[MAX_NODES];
	struct drbd_quorum_node view[DRBD_NODES];
};

static bool linked(struct cluster *c, int i, int j)
{
	return c->nodes[i].links & BIT(j);
}

static void see(struct cluster *c, int i, int j)
{
	struct drbd_quorum_node *v = &c->view[j];
	struct node *peer = &c->nodes[j];

	v->repl = linked(c, i, j) ? DRBD_R_ESTABLISHED : DRBD_R_OFF;
	v->disk = linked(c, i, j) ? peer->disk : c->nodes[i].pdsk[j];
	v->quorate = linked(c, i, j) && peer->had_quorum;
	v->configured = true;
	v->bitmap = peer->diskful;
	v->tiebreaker = true;
	v->remote_read = true;
	v->has_bitmap = peer->diskful;
	v->exists = true;
	v->seen = peer->diskful;
	v->outdated = !linked(c, i, j) && c->nodes[i].pdsk[j] == DRBD_D_OUTDATED;
}

/* One state change of one node: whether its quorum changed. */
static bool evaluate(struct cluster *c, int i, enum drbd_disk old_disk)
{
	struct node *n = &c->nodes[i];
	struct drbd_quorum_self self = {
		.node_id = i,
		.disk = n->disk,
		.old_disk = old_disk,
		.intentional_diskless = !n->diskful,
		.had_quorum = n->had_quorum,
		.members = n->members,
	};
	struct drbd_quorum_counts counts;
	struct drbd_quorum_result result;
	bool enforced;
	int j;

	if (!n->up)
		return false;
	memset(c->view, 0, sizeof(c->view));
	for (j = 0; j < c->count; j++) {
		if (j != i)
			see(c, i, j);
	}
	drbd_quorum_count(&self, c->view, &counts);
	drbd_quorum_decide(&c->options, &counts, n->real, &result);
	KUNIT_EXPECT_FALSE(c->test, result.by_tiebreaker && !n->real);
	enforced = drbd_quorum_enforced(c->options.quorum != DRBD_QUORUM_OFF, result.real,
					n->disk, &n->restore);
	if (enforced == n->had_quorum && result.real == n->real)
		return false;
	n->had_quorum = enforced;
	n->real = result.real;
	return true;
}

/* Each node tells its neighbours; what they conclude may change others. */
static void evaluate_all(struct cluster *c)
{
	bool again = true;
	int round, i;

	for (round = 0; again && round < 20; round++) {
		again = false;
		for (i = 0; i < c->count; i++)
			again |= evaluate(c, i, c->nodes[i].disk);
	}
	KUNIT_EXPECT_FALSE_MSG(c->test, again, "quorum does not settle");
}

static void forget(struct cluster *c, int i, int j)
{
	enum drbd_disk disk = c->nodes[j].disk;

	c->nodes[i].links &= ~BIT(j);
	c->nodes[i].pdsk[j] = disk == DRBD_D_OUTDATED ? disk : DRBD_D_UNKNOWN;
}

static void cut(struct cluster *c, int i, int j)
{
	if (!linked(c, i, j))
		return;
	forget(c, i, j);
	forget(c, j, i);
}

static void isolate(struct cluster *c, int i)
{
	int j;

	for (j = 0; j < c->count; j++)
		cut(c, i, j);
}

static u32 component(struct cluster *c, int i)
{
	u32 mask = BIT(i), old;
	int j;

	do {
		old = mask;
		for (j = 0; j < c->count; j++) {
			if (mask & BIT(j))
				mask |= c->nodes[j].links;
		}
	} while (mask != old);
	return mask;
}

static bool quorate_neighbour(struct cluster *c, int i)
{
	int j;

	for (j = 0; j < c->count; j++) {
		if (linked(c, i, j) && c->nodes[j].had_quorum)
			return true;
	}
	return false;
}

/* The transaction after a peer got lost, which @i initiates: nodes that it
 * reaches become the members, where somebody with quorum says so. With a
 * Primary, nodes that are not its neighbours are outdated.
 */
static void settle(struct cluster *c, int i, int primary)
{
	u32 reached = component(c, i);
	bool trusted[MAX_NODES];
	int j;

	for (j = 0; j < c->count; j++)
		trusted[j] = j == i || c->nodes[j].had_quorum || quorate_neighbour(c, j);
	for (j = 0; j < c->count; j++) {
		struct node *n = &c->nodes[j];

		if (!(reached & BIT(j)))
			continue;
		if (trusted[j])
			n->members = reached;
		if (primary >= 0 && reached & BIT(primary) && j != primary && n->diskful &&
		    !linked(c, j, primary)) {
			n->disk = DRBD_D_OUTDATED;
			c->nodes[primary].pdsk[j] = DRBD_D_OUTDATED;
		}
	}
	evaluate_all(c);
}

/* A connect reaches all that either of the two reaches. */
static void join(struct cluster *c, int i, int j)
{
	struct node *a = &c->nodes[i], *b = &c->nodes[j];

	if (i == j || linked(c, i, j) || !a->up || !b->up)
		return;
	a->links |= BIT(j);
	b->links |= BIT(i);
	a->members |= drbd_node_mask(j);
	b->members |= drbd_node_mask(i);
	settle(c, i, -1);
}

/* Leave in order: whoever is a neighbour knows that it is Outdated. */
static void leave(struct cluster *c, int i)
{
	if (c->nodes[i].diskful)
		c->nodes[i].disk = DRBD_D_OUTDATED;
	isolate(c, i);
}

static void crash(struct cluster *c, int i)
{
	isolate(c, i);
	c->nodes[i].up = false;
}

static void boot(struct cluster *c, int i)
{
	struct node *n = &c->nodes[i];
	enum drbd_disk disk = n->disk;

	n->restore = n->diskful && drbd_quorum_may_restore(n->had_quorum,
							   disk == DRBD_D_UP_TO_DATE,
							   n->members, i);
	n->up = true;
	n->had_quorum = false;
	n->real = false;
	n->members = drbd_node_mask(i);
	if (!n->diskful)
		return;
	n->disk = DRBD_D_ATTACHING;
	evaluate(c, i, DRBD_D_DISKLESS);
	n->disk = disk;
	evaluate(c, i, DRBD_D_ATTACHING);
}

static void join_all(struct cluster *c)
{
	int i, j;

	for (i = 0; i < c->count; i++) {
		for (j = 0; j < i; j++)
			join(c, i, j);
	}
}

/* @disks: a letter for each node: U has a disk, D is a tiebreaker. */
static struct cluster *new_cluster(struct kunit *test, const char *disks)
{
	struct cluster *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, c);
	c->test = test;
	c->count = strlen(disks);
	c->options.quorum = DRBD_QUORUM_MAJORITY;
	for (i = 0; i < c->count; i++) {
		struct node *n = &c->nodes[i];
		int j;

		n->up = true;
		n->diskful = disks[i] == 'U';
		n->disk = n->diskful ? DRBD_D_UP_TO_DATE : DRBD_D_DISKLESS;
		n->members = drbd_node_mask(i);
		for (j = 0; j < c->count; j++)
			n->pdsk[j] = DRBD_D_UNKNOWN;
	}
	join_all(c);
	return c;
}

static void expect_quorum(struct cluster *c, int i, bool has)
{
	KUNIT_EXPECT_EQ_MSG(c->test, c->nodes[i].had_quorum, has, "node %d", i);
}

static void cluster_all_test(struct kunit *test)
{
	struct cluster *c = new_cluster(test, "UUD");

	expect_quorum(c, 0, true);
	expect_quorum(c, 1, true);
	expect_quorum(c, 2, true);
}

/* A and B have disks, C breaks ties, A is Primary: rows 1 to 3 */
static void cluster_tiebreaker_test(struct kunit *test)
{
	struct cluster *c = new_cluster(test, "UUD");

	cut(c, 0, 1);
	evaluate_all(c);
	expect_quorum(c, 0, true);
	expect_quorum(c, 1, true);
	expect_quorum(c, 2, true);
	settle(c, 1, 0);
	KUNIT_EXPECT_EQ(test, c->nodes[1].disk, DRBD_D_OUTDATED);
	expect_quorum(c, 0, true);
	expect_quorum(c, 1, true);
	expect_quorum(c, 2, true);

	cut(c, 1, 2);
	evaluate_all(c);
	expect_quorum(c, 0, true);
	expect_quorum(c, 1, false);
	expect_quorum(c, 2, true);

	/* The tiebreaker switches over to B. */
	cut(c, 0, 2);
	evaluate_all(c);
	join(c, 1, 2);
	expect_quorum(c, 0, true);
	expect_quorum(c, 1, false);
}

static void cluster_isolated_test(struct kunit *test)
{
	struct cluster *c = new_cluster(test, "UUD");

	isolate(c, 0);
	evaluate_all(c);
	expect_quorum(c, 0, false);
	expect_quorum(c, 1, true);
	expect_quorum(c, 2, true);
	/* Coming back, it has quorum again, and no tiebreaker did that. */
	join(c, 0, 1);
	expect_quorum(c, 0, true);
}

/* A node that was left behind comes back by way of the tiebreaker, which goes
 * over to it then. The other one must have noticed that it came back.
 */
static void cluster_go_over_test(struct kunit *test)
{
	struct cluster *c = new_cluster(test, "UUD");

	isolate(c, 0);
	evaluate_all(c);
	settle(c, 1, -1);
	KUNIT_EXPECT_EQ(test, c->nodes[1].members, 0x6);
	join(c, 0, 2);
	KUNIT_EXPECT_EQ(test, c->nodes[1].members, 0x7);
	expect_quorum(c, 0, false);
	expect_quorum(c, 1, true);
	cut(c, 1, 2);
	evaluate_all(c);
	expect_quorum(c, 0, false);
	expect_quorum(c, 1, false);
}

/* The last one of a cluster with quorum keeps it over a reboot. */
static void cluster_restore_test(struct kunit *test)
{
	struct cluster *c = new_cluster(test, "UUD");

	isolate(c, 1);
	evaluate_all(c);
	settle(c, 0, 0);
	KUNIT_EXPECT_EQ(test, c->nodes[0].members, 0x5);
	expect_quorum(c, 1, false);
	cut(c, 0, 2);
	evaluate_all(c);
	expect_quorum(c, 0, true);
	settle(c, 0, 0);
	KUNIT_EXPECT_EQ(test, c->nodes[0].members, 0x1);
	crash(c, 0);
	boot(c, 0);
	expect_quorum(c, 0, true);
	KUNIT_EXPECT_FALSE(test, c->nodes[0].real);
	/* The other one does not. */
	crash(c, 1);
	boot(c, 1);
	expect_quorum(c, 1, false);
}

/* A reboot before the members were settled does lose it. */
static void cluster_no_restore_test(struct kunit *test)
{
	struct cluster *c = new_cluster(test, "UUD");

	isolate(c, 1);
	evaluate_all(c);
	settle(c, 0, 0);
	cut(c, 0, 2);
	evaluate_all(c);
	crash(c, 0);
	boot(c, 0);
	expect_quorum(c, 0, false);
}

static void cluster_last_man_test(struct kunit *test)
{
	struct cluster *c = new_cluster(test, "UUU");

	leave(c, 2);
	evaluate_all(c);
	expect_quorum(c, 0, true);
	leave(c, 1);
	evaluate_all(c);
	expect_quorum(c, 0, true);
	expect_quorum(c, 1, false);
	expect_quorum(c, 2, false);
}

static void cluster_two_crash_test(struct kunit *test)
{
	struct cluster *c = new_cluster(test, "UUU");

	crash(c, 2);
	evaluate_all(c);
	expect_quorum(c, 0, true);
	settle(c, 0, 0);
	crash(c, 1);
	evaluate_all(c);
	expect_quorum(c, 0, false);
}

static void cluster_five_test(struct kunit *test)
{
	struct cluster *c = new_cluster(test, "UUUUU");
	int i;

	crash(c, 4);
	evaluate_all(c);
	settle(c, 0, 0);
	crash(c, 3);
	evaluate_all(c);
	settle(c, 0, 0);
	for (i = 0; i < 3; i++)
		expect_quorum(c, i, true);
	/* A third one is one too many, even so. */
	crash(c, 2);
	evaluate_all(c);
	expect_quorum(c, 0, false);
	expect_quorum(c, 1, false);
}

static bool sees_data(struct cluster *c, int i)
{
	int j;

	if (c->nodes[i].disk == DRBD_D_UP_TO_DATE)
		return true;
	for (j = 0; j < c->count; j++) {
		if (linked(c, i, j) && c->nodes[j].disk == DRBD_D_UP_TO_DATE)
			return true;
	}
	return false;
}

static bool may_write(struct cluster *c, int i)
{
	return c->nodes[i].up && c->nodes[i].had_quorum && sees_data(c, i);
}

static void expect_exclusive(struct cluster *c, int run, int step)
{
	int i, j;

	for (i = 0; i < c->count; i++) {
		for (j = 0; j < i; j++) {
			if (may_write(c, i) && may_write(c, j) && !(component(c, i) & BIT(j)))
				KUNIT_FAIL(c->test, "run %d step %d: nodes %d and %d have quorum",
					   run, step, j, i);
		}
	}
}

/* Resync is quick here: disks become UpToDate from neighbours which are. */
static void spread(struct cluster *c)
{
	bool again;
	int i, j;

	do {
		again = false;
		for (i = 0; i < c->count; i++) {
			for (j = 0; j < c->count; j++) {
				if (linked(c, i, j) && c->nodes[i].disk == DRBD_D_OUTDATED &&
				    c->nodes[j].disk == DRBD_D_UP_TO_DATE) {
					c->nodes[i].disk = DRBD_D_UP_TO_DATE;
					again = true;
				}
			}
		}
	} while (again);
	evaluate_all(c);
}

/* Cut everything between two random halves, at once. */
static void part(struct cluster *c, u32 half)
{
	int i, j;

	for (i = 0; i < c->count; i++) {
		for (j = 0; j < i; j++) {
			if ((half ^ half >> (i - j)) & BIT(j))
				cut(c, i, j);
		}
	}
	evaluate_all(c);
}

static int random_node(struct cluster *c, struct rnd_state *rnd)
{
	return prandom_u32_state(rnd) % c->count;
}

static void random_step(struct cluster *c, struct rnd_state *rnd)
{
	int i = random_node(c, rnd), j = random_node(c, rnd);

	switch (prandom_u32_state(rnd) % 10) {
	case 0:
	case 1:
		if (i != j)
			cut(c, i, j);
		break;
	case 2:
	case 3:
		join(c, i, j);
		break;
	case 4:
		part(c, prandom_u32_state(rnd));
		break;
	case 5:
		if (c->nodes[i].up)
			crash(c, i);
		break;
	case 6:
		if (!c->nodes[i].up)
			boot(c, i);
		break;
	case 7:
		isolate(c, i);
		break;
	default:
		if (c->nodes[i].up)
			settle(c, i, -1);
	}
	evaluate_all(c);
	spread(c);
}

static void random_cluster(char *disks, struct rnd_state *rnd)
{
	int count = 2 + prandom_u32_state(rnd) % (MAX_NODES - 1), i;

	for (i = 0; i < count; i++)
		disks[i] = i && prandom_u32_state(rnd) % 3 == 0 ? 'D' : 'U';
	disks[count] = '\0';
}

static void cluster_exclusive_test(struct kunit *test)
{
	char disks[MAX_NODES + 1];
	struct rnd_state rnd;
	int run, step, written = 0;

	prandom_seed_state(&rnd, 4711);
	for (run = 0; run < 300; run++) {
		struct cluster *c;
		int i;

		random_cluster(disks, &rnd);
		c = new_cluster(test, disks);
		for (step = 0; step < 40; step++) {
			random_step(c, &rnd);
			expect_exclusive(c, run, step);
			for (i = 0; i < c->count; i++)
				written += may_write(c, i);
		}
	}
	/* It must not hold for want of quorum. */
	KUNIT_EXPECT_GT(test, written, 300 * 40 / 2);
}

/* The same with nodes that leave in order, and come back when all do. */
static void cluster_leave_test(struct kunit *test)
{
	char disks[MAX_NODES + 1];
	struct rnd_state rnd;
	int run, step;

	prandom_seed_state(&rnd, 4712);
	for (run = 0; run < 300; run++) {
		struct cluster *c;
		u32 gone = 0;

		random_cluster(disks, &rnd);
		c = new_cluster(test, disks);
		for (step = 0; step < 20; step++) {
			int i = random_node(c, &rnd);

			if (gone & BIT(i))
				continue;
			if (prandom_u32_state(&rnd) % 2) {
				if (may_write(c, i))
					settle(c, i, -1);
				/* The last disk that is UpToDate stays. */
				if (may_write(c, i) && component(c, i) != BIT(i)) {
					leave(c, i);
					gone |= BIT(i);
				}
			} else {
				part(c, prandom_u32_state(&rnd));
			}
			evaluate_all(c);
			expect_exclusive(c, run, step);
		}
		join_all(c);
		spread(c);
		expect_exclusive(c, run, step);
		expect_quorum(c, 0, true);
	}
}

static struct kunit_case quorum_cluster_cases[] = {
	KUNIT_CASE(cluster_all_test),
	KUNIT_CASE(cluster_tiebreaker_test),
	KUNIT_CASE(cluster_isolated_test),
	KUNIT_CASE(cluster_go_over_test),
	KUNIT_CASE(cluster_restore_test),
	KUNIT_CASE(cluster_no_restore_test),
	KUNIT_CASE(cluster_last_man_test),
	KUNIT_CASE(cluster_two_crash_test),
	KUNIT_CASE(cluster_five_test),
	KUNIT_CASE_SLOW(cluster_exclusive_test),
	KUNIT_CASE_SLOW(cluster_leave_test),
	{}
};

static struct kunit_suite quorum_cluster_suite = {
	.name = "drbd-quorum-cluster",
	.test_cases = quorum_cluster_cases,
};

kunit_test_suite(quorum_cluster_suite);
