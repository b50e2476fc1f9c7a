// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of whom to sync from
 *
 * The rules of spec/resync.md 2.7, 3.8 and 3.10, and sequence S2 of 11.6.
 */

#include <kunit/test.h>

#include "../core/uuid_compare.h"
#include "../core/uuid_finish.h"
#include "../core/uuid_gen.h"
#include "../core/uuid_recv.h"
#include "../core/uuid_source.h"
#include "../core/uuid_tell.h"
#include "uuid_fixture.h"

#define OFF DRBD_R_OFF
#define EST DRBD_R_ESTABLISHED
#define SST DRBD_R_SYNC_TARGET
#define PST DRBD_R_PAUSED_SYNC_T
#define UTD DRBD_D_UP_TO_DATE
#define OUT DRBD_D_OUTDATED

/**
 * struct stable_row - node 0 is target of node 1, and node 2 is there
 * @name: of the row
 * @authoritative: what node 1 tells
 * @flags: of node 1
 * @repl: replication state of node 2
 * @role: role of node 2
 * @other_flags: of node 2
 * @two_primaries: allowed with node 2
 * @exists: expected
 */
struct stable_row {
	const char *name;
	u64 authoritative;
	u64 flags;
	enum drbd_repl repl;
	enum drbd_node_role role;
	u64 other_flags;
	bool two_primaries;
	bool exists;
};

#define STABLE DRBD_UUID_FLAG_STABLE
#define PRI DRBD_ROLE_PRIMARY
#define SEC DRBD_ROLE_SECONDARY

static const struct stable_row stables[] = {
	{ "nobody", 0x8, 0, EST, SEC, STABLE, 0, false },
	{ "this node", 0x1, 0, OFF, SEC, 0, 0, true },
	{ "node 2 by the source", 0x4, 0, EST, SEC, 0, 0, true },
	{ "node 2 by the source, but it is away", 0x4, 0, OFF, SEC, 0, 0, false },
	{ "the mask of a stable one is another", 0x5, STABLE, EST, SEC, 0, 0, false },
	{ "Primary", 0, 0, EST, PRI, 0, 0, true },
	{ "Primary, of two", 0, 0, EST, PRI, 0, 1, false },
	{ "Primary, bitmap", 0, 0, DRBD_R_WF_BITMAP_S, PRI, 0, 0, true },
	{ "Primary, bitmap as target", 0, 0, DRBD_R_WF_BITMAP_T, PRI, 0, 0, false },
	{ "Primary, Ahead", 0, 0, DRBD_R_AHEAD, PRI, 0, 0, false },
	{ "Primary, source", 0, 0, DRBD_R_SYNC_SOURCE, PRI, 0, 0, true },
	{ "another source", 0, 0, SST, SEC, STABLE, 0, true },
	{ "another source, paused", 0, 0, PST, SEC, STABLE, 0, true },
	{ "another unstable source", 0, 0, PST, SEC, 0, 0, false },
};

KUNIT_ARRAY_PARAM_DESC(stable, stables, name);

static void source_stable_test(struct kunit *test)
{
	const struct stable_row *row = test->param_value;
	struct fixture *f = setup(test, 0, A);

	add_peer(f, 1, UTD, SST);
	add_peer(f, 2, UTD, row->repl);
	f->env.peer[2].role = row->role;
	f->view[1].node_mask = row->authoritative;
	f->view[1].flags = row->flags;
	f->view[2].flags = row->other_flags;
	KUNIT_EXPECT_EQ(test, drbd_sync_stable_source(&f->env, 0, 1, row->two_primaries ? 4 : 0),
			row->exists);
	/* It has to have what it is to close the gap with. */
	f->env.peer[2].disk = DRBD_D_INCONSISTENT;
	KUNIT_EXPECT_EQ(test, drbd_sync_stable_source(&f->env, 0, 1, row->two_primaries ? 4 : 0),
			row->exists && row->repl != SST && row->repl != PST);
	/* The source itself is none, even if it is Primary or syncs. */
	f->env.peer[2].configured = false;
	f->view[1].node_mask = 2;
	f->env.peer[1].role = PRI;
	KUNIT_EXPECT_FALSE(test, drbd_sync_stable_source(&f->env, 0, 1, 0));
}

static void source_lost_test(struct kunit *test)
{
	const u64 dagtags[DRBD_NODES] = { [1] = 5, [2] = 7 };
	struct fixture *f = setup(test, 0, A);

	KUNIT_EXPECT_EQ(test, drbd_lost_primary(0x2, 0, dagtags), 1);
	KUNIT_EXPECT_EQ(test, drbd_lost_primary(0xa, 0, dagtags), 1);
	KUNIT_EXPECT_EQ(test, drbd_lost_primary(0x6, 0, dagtags), DRBD_NO_NODE);
	KUNIT_EXPECT_EQ(test, drbd_lost_primary(0x6, 0x2, dagtags), 2);
	KUNIT_EXPECT_EQ(test, drbd_lost_primary(0x8, 0, dagtags), DRBD_NO_NODE);
	KUNIT_EXPECT_EQ(test, drbd_lost_primary(0, 0, dagtags), DRBD_NO_NODE);

	add_peer(f, 1, UTD, EST);
	add_peer(f, 2, UTD, EST);
	add_peer(f, 3, DRBD_D_DISKLESS, EST);
	add_peer(f, 4, DRBD_D_UNKNOWN, OFF);
	add_peer(f, 5, DRBD_D_INCONSISTENT, DRBD_R_SYNC_SOURCE);
	KUNIT_EXPECT_EQ(test, drbd_survivors_owed(&f->env, 1), 0x24ULL);
	f->env.disk = DRBD_D_INCONSISTENT;
	KUNIT_EXPECT_EQ(test, drbd_survivors_owed(&f->env, 1), 0x24ULL);
	f->env.disk = DRBD_D_NEGOTIATING;
	KUNIT_EXPECT_EQ(test, drbd_survivors_owed(&f->env, 1), 0);
}

struct survivor_row {
	const char *name;
	struct drbd_volume_compare volumes[2];
	s64 offset;
	enum drbd_survivor result;
};

#define VOLUME(strategy) { strategy, EST, DRBD_D_CONSISTENT }
#define END DRBD_SURVIVOR_END

static const struct survivor_row survivors[] = {
	{ "more here", { VOLUME(DRBD_NO_SYNC), VOLUME(DRBD_NO_SYNC) }, 1, DRBD_SURVIVOR_SOURCE },
	{ "more there", { VOLUME(DRBD_NO_SYNC), VOLUME(DRBD_NO_SYNC) }, -1,
		DRBD_SURVIVOR_TARGET },
	{ "equal", { VOLUME(DRBD_NO_SYNC), VOLUME(DRBD_NO_SYNC) }, 0, DRBD_SURVIVOR_CLEAR },
	{ "newer here", { VOLUME(DRBD_SOURCE_USE_BITMAP), VOLUME(DRBD_SOURCE_USE_BITMAP) }, -1,
		DRBD_SURVIVOR_SOURCE },
	{ "newer there", { VOLUME(DRBD_TARGET_USE_BITMAP), VOLUME(DRBD_TARGET_USE_BITMAP) }, 1,
		DRBD_SURVIVOR_TARGET },
	{ "different", { VOLUME(DRBD_NO_SYNC), VOLUME(DRBD_TARGET_USE_BITMAP) }, 1, END },
	{ "something else", { VOLUME(DRBD_SPLIT_BRAIN), VOLUME(DRBD_SPLIT_BRAIN) }, 1, END },
	{ "full sync", { VOLUME(DRBD_SOURCE_SET_BITMAP), VOLUME(DRBD_SOURCE_SET_BITMAP) }, 1,
		END },
	{ "syncing", { VOLUME(DRBD_NO_SYNC), { DRBD_NO_SYNC, SST, UTD } }, 1, END },
	{ "UpToDate", { VOLUME(DRBD_NO_SYNC), { DRBD_NO_SYNC, EST, UTD } }, 1,
		DRBD_SURVIVOR_SOURCE },
	{ "Outdated", { VOLUME(DRBD_NO_SYNC), { DRBD_NO_SYNC, EST, OUT } }, 1, END },
};

KUNIT_ARRAY_PARAM_DESC(survivor, survivors, name);

static void source_survivor_test(struct kunit *test)
{
	const struct survivor_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_survivor_compare(row->volumes, 2, row->offset), row->result);
	KUNIT_EXPECT_EQ(test, drbd_survivor_compare(row->volumes, 0, row->offset), END);
}

static void join(struct fixture *f, int n, int index, enum drbd_disk disk, enum drbd_repl repl)
{
	add_peer(f, n, disk, repl);
	f->ids.slots[n].bitmap_index = index;
}

static void told(struct fixture *f, struct fixture *by)
{
	drbd_uuid_tell(&by->ids, &by->env, f->ids.self, 0, 0, &by->out);
	drbd_uuid_store(&f->ids, &f->env, by->ids.self, &by->out, 0, false);
}

static void expect_strategy(struct kunit *test, struct fixture *f, struct fixture *peer,
			    enum drbd_strategy strategy, int node)
{
	struct drbd_compare c = {
		.ids = &f->ids,
		.view = &f->view[peer->ids.self],
		.peer = peer->ids.self,
		.proto = DRBD_PROTO_9_MAX,
		.wire_protocol = 'C',
		.self = drbd_uuid_resolved(&f->ids, &f->env, peer->ids.self, NULL),
	};
	struct drbd_decision d;

	drbd_uuid_compare(&c, &d);
	KUNIT_EXPECT_EQ(test, d.strategy, strategy);
	KUNIT_EXPECT_EQ(test, d.node, node);
}

/* Sequence S2: node 0 is Primary, node 2 is away; it gets synced by node 1 when that
 * is behind node 0 already.
 */
static void source_behind_test(struct kunit *test)
{
	const u64 first[2] = { FRESH, B }, second[2] = { FRESH, C };
	struct fixture *a = setup(test, 0, A), *b = setup(test, 1, A), *c = setup(test, 2, A);
	struct drbd_new_current news;
	struct drbd_uuid_moves moves;

	a->env.role = PRI;
	join(a, 1, 0, UTD, EST);
	join(a, 2, 1, DRBD_D_UNKNOWN, OFF);
	join(b, 0, 0, UTD, EST);
	join(b, 2, 1, DRBD_D_UNKNOWN, OFF);
	join(c, 0, 0, DRBD_D_UNKNOWN, OFF);
	join(c, 1, 1, DRBD_D_UNKNOWN, OFF);
	b->env.peer[0].role = PRI;

	KUNIT_ASSERT_TRUE(test, drbd_uuid_new_generation(&a->ids, &a->env, 0, 1, first));
	KUNIT_EXPECT_EQ(test, drbd_uuid_weak_nodes(&a->env, 0), ~3ULL);
	drbd_uuid_received_new_current(&b->ids, &b->env, a->ids.current_uuid, ~3ULL, 1, FRESH,
				       &news);
	KUNIT_EXPECT_EQ(test, a->ids.current_uuid, P(B));
	KUNIT_EXPECT_EQ(test, a->ids.slots[1].uuid, 0);
	KUNIT_EXPECT_EQ(test, a->ids.slots[2].uuid, A);
	KUNIT_EXPECT_EQ(test, b->ids.current_uuid, B);
	KUNIT_EXPECT_EQ(test, b->ids.slots[2].uuid, A);
	KUNIT_EXPECT_EQ(test, b->ids.history[0], A);

	join(a, 1, 0, DRBD_D_UNKNOWN, OFF);
	join(b, 0, 0, DRBD_D_UNKNOWN, OFF);
	KUNIT_ASSERT_TRUE(test, drbd_uuid_new_generation(&a->ids, &a->env, 0, 2, second));
	KUNIT_EXPECT_EQ(test, a->ids.current_uuid, P(C));
	KUNIT_EXPECT_EQ(test, a->ids.slots[1].uuid, P(B));
	KUNIT_EXPECT_EQ(test, a->ids.slots[2].uuid, A);

	told(b, c);
	told(c, b);
	expect_strategy(test, c, b, DRBD_TARGET_USE_BITMAP, DRBD_NO_NODE);
	expect_strategy(test, b, c, DRBD_SOURCE_USE_BITMAP, DRBD_NO_NODE);
	join(b, 2, 1, DRBD_D_INCONSISTENT, DRBD_R_SYNC_SOURCE);
	join(c, 1, 1, UTD, SST);
	c->env.disk = DRBD_D_INCONSISTENT;
	drbd_uuid_start_target(&c->ids, &c->env, 1, 2, FRESH);
	drbd_uuid_resync_finished(&c->ids, &c->env, 1, A, 2);
	KUNIT_EXPECT_EQ(test, c->ids.current_uuid, B);
	KUNIT_EXPECT_EQ(test, c->ids.slots[1].uuid, 0);
	join(c, 1, 1, UTD, EST);
	c->env.disk = UTD;
	told(b, c);
	drbd_uuid_detect_finished(&b->ids, &b->env, 2, 0, &moves);
	KUNIT_EXPECT_EQ(test, b->ids.slots[2].uuid, 0);

	told(c, a);
	told(a, c);
	KUNIT_EXPECT_EQ(test, c->view[0].bitmap[2], A);
	expect_strategy(test, c, a, DRBD_TARGET_CLEAR_BITMAP, 1);
	expect_strategy(test, a, c, DRBD_SOURCE_COPY_BITMAP, 1);
}

/**
 * struct ask_row - node 0 has a disk, and peers 1 and 2
 * @name: of the row
 * @disk: own disk
 * @repl: replication states
 * @peer_disk: disks of the peers
 * @role: of the peers
 * @flags: that they told
 * @node: expected
 */
struct ask_row {
	const char *name;
	enum drbd_disk disk;
	enum drbd_repl repl[2];
	enum drbd_disk peer_disk[2];
	enum drbd_node_role role[2];
	u64 flags[2];
	int node;
};

#define INC DRBD_D_INCONSISTENT
#define BOTH_STABLE { STABLE, STABLE }

static const struct ask_row asks[] = {
	{ "Outdated", OUT, { EST, EST }, { UTD, UTD }, { SEC, SEC }, BOTH_STABLE, 1 },
	{ "Inconsistent", INC, { EST, EST }, { UTD, UTD }, { SEC, SEC }, BOTH_STABLE, 1 },
	{ "UpToDate", UTD, { EST, EST }, { UTD, UTD }, { SEC, SEC }, BOTH_STABLE, -1 },
	{ "Consistent", DRBD_D_CONSISTENT, { EST, EST }, { UTD, UTD }, { SEC, SEC }, BOTH_STABLE,
	  -1 },
	{ "Failed", DRBD_D_FAILED, { EST, EST }, { UTD, UTD }, { SEC, SEC }, BOTH_STABLE, -1 },
	{ "rather the Primary", OUT, { EST, EST }, { UTD, UTD }, { SEC, PRI }, BOTH_STABLE, 2 },
	{ "the first Primary", OUT, { EST, EST }, { UTD, UTD }, { PRI, PRI }, BOTH_STABLE, 1 },
	{ "no good data", OUT, { EST, EST }, { OUT, UTD }, { SEC, SEC }, BOTH_STABLE, 2 },
	{ "not connected", OUT, { OFF, OFF }, { UTD, UTD }, { SEC, SEC }, BOTH_STABLE, -1 },
	{ "not stable", OUT, { EST, EST }, { UTD, UTD }, { SEC, SEC }, { 0, STABLE }, 2 },
	{ "target", OUT, { EST, EST }, { UTD, UTD }, { SEC, SEC },
	  { STABLE | DRBD_UUID_FLAG_SYNC_TARGET, 0 }, -1 },
	{ "resync runs", INC, { EST, SST }, { UTD, UTD }, { SEC, SEC }, BOTH_STABLE, -1 },
	{ "resync waits", INC, { EST, PST }, { UTD, UTD }, { SEC, SEC }, BOTH_STABLE, -1 },
	{ "resync begins", OUT, { DRBD_R_WF_BITMAP_T, EST }, { UTD, UTD }, { SEC, SEC },
	  BOTH_STABLE, -1 },
	{ "full resync begins", INC, { EST, DRBD_R_STARTING_SYNC_T }, { UTD, UTD }, { SEC, SEC },
	  BOTH_STABLE, -1 },
	{ "Behind", OUT, { EST, DRBD_R_BEHIND }, { UTD, UTD }, { SEC, SEC }, BOTH_STABLE, -1 },
	{ "source of one", OUT, { EST, DRBD_R_SYNC_SOURCE }, { UTD, INC }, { SEC, SEC },
	  BOTH_STABLE, 1 },
};

KUNIT_ARRAY_PARAM_DESC(ask, asks, name);

static void source_ask_test(struct kunit *test)
{
	const struct ask_row *row = test->param_value;
	struct drbd_peer_uuids *view = kunit_kzalloc(test, 2 * sizeof(*view), GFP_KERNEL);
	struct drbd_uuids *ids = kunit_kzalloc(test, sizeof(*ids), GFP_KERNEL);
	struct drbd_uuid_env env = { .disk = row->disk };
	int i;

	KUNIT_ASSERT_NOT_NULL(test, view);
	KUNIT_ASSERT_NOT_NULL(test, ids);
	for (i = 0; i < 2; i++) {
		view[i].flags = row->flags[i];
		env.peer[i + 1] = (struct drbd_uuid_peer) {
			.configured = true, .repl = row->repl[i], .disk = row->peer_disk[i],
			.role = row->role[i], .uuids = &view[i],
		};
	}
	KUNIT_EXPECT_EQ(test, drbd_uuid_ask_source(ids, &env, 0), row->node);
	env.peer[1].uuids = NULL;
	env.peer[2].uuids = NULL;
	KUNIT_EXPECT_EQ(test, drbd_uuid_ask_source(ids, &env, 0), DRBD_NO_NODE);
}

/* A peer that is not stable, as there is a Primary that this node sees, or is. */
static void source_ask_unstable_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, A);

	f->env.disk = DRBD_D_OUTDATED;
	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	add_peer(f, 2, DRBD_D_DISKLESS, DRBD_R_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, drbd_uuid_ask_source(&f->ids, &f->env, 0), DRBD_NO_NODE);
	f->view[1].node_mask = 1;
	KUNIT_EXPECT_EQ(test, drbd_uuid_ask_source(&f->ids, &f->env, 0), 1);
	f->view[1].node_mask = 4;
	KUNIT_EXPECT_EQ(test, drbd_uuid_ask_source(&f->ids, &f->env, 0), 1);
	f->env.peer[2].repl = DRBD_R_OFF;
	KUNIT_EXPECT_EQ(test, drbd_uuid_ask_source(&f->ids, &f->env, 0), DRBD_NO_NODE);
}

static void source_follow_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, A);

	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	add_peer(f, 2, DRBD_D_DISKLESS, DRBD_R_ESTABLISHED);
	f->view[1].current_uuid = B;
	f->view[2].current_uuid = B;
	KUNIT_EXPECT_TRUE(test, drbd_uuid_may_follow(&f->ids, &f->env));
	f->env.peer[2].role = DRBD_ROLE_PRIMARY;
	KUNIT_EXPECT_FALSE(test, drbd_uuid_may_follow(&f->ids, &f->env));
	f->view[2].current_uuid = P(A);
	KUNIT_EXPECT_TRUE(test, drbd_uuid_may_follow(&f->ids, &f->env));
	f->view[2].current_uuid = B;
	f->env.disk = DRBD_D_CONSISTENT;
	f->view[1].flags = STABLE;
	KUNIT_EXPECT_EQ(test, drbd_uuid_ask_source(&f->ids, &f->env, 0), 1);
	f->env.peer[2].repl = DRBD_R_OFF;
	KUNIT_EXPECT_TRUE(test, drbd_uuid_may_follow(&f->ids, &f->env));
	KUNIT_EXPECT_EQ(test, drbd_uuid_ask_source(&f->ids, &f->env, 0), DRBD_NO_NODE);
}

static struct kunit_case source_cases[] = {
	KUNIT_CASE_PARAM(source_stable_test, stable_gen_params),
	KUNIT_CASE(source_lost_test),
	KUNIT_CASE_PARAM(source_ask_test, ask_gen_params),
	KUNIT_CASE(source_ask_unstable_test),
	KUNIT_CASE(source_follow_test),
	KUNIT_CASE_PARAM(source_survivor_test, survivor_gen_params),
	KUNIT_CASE(source_behind_test),
	{}
};

static struct kunit_suite source_suite = {
	.name = "drbd-uuid-source",
	.test_cases = source_cases,
};

kunit_test_suite(source_suite);
