// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of whom to sync from
 *
 * The table of spec/resync.md 11.7, and the rules of 2.7, 2.12, 3.8 and 3.10.
 */

#include <kunit/test.h>

#include "../core/uuid_source.h"
#include "uuid_fixture.h"

#define OFF DRBD_R_OFF
#define EST DRBD_R_ESTABLISHED
#define SST DRBD_R_SYNC_TARGET
#define PST DRBD_R_PAUSED_SYNC_T
#define UTD DRBD_D_UP_TO_DATE

/**
 * struct select_row - up to three peers
 * @name: of the row
 * @peers: the peers
 * @nr: number of them
 * @selected: expected
 */
struct select_row {
	const char *name;
	struct drbd_sync_peer peers[3];
	int nr;
	int selected;
};

#define CAND(weight) { PST, PST, UTD, false, false, weight }
#define WAS(weight) { SST, SST, UTD, false, false, weight }
#define WAS_ACT(weight) { SST, SST, UTD, false, true, weight }
#define PAUSED(weight) { PST, PST, UTD, true, false, weight }
#define PAUSED_ACT(weight) { SST, SST, UTD, true, true, weight }
#define NO_TARGET_ACT { SST, EST, UTD, false, true, 0 }

static const struct select_row selects[] = {
	{ "1", { CAND(1000), CAND(900) }, 2, 1 },
	{ "2", { CAND(900), CAND(900) }, 2, 1 },
	{ "3", { WAS_ACT(1000), CAND(900) }, 2, 0 },
	{ "4", { WAS_ACT(1155), CAND(900) }, 2, 0 },
	{ "5", { WAS_ACT(1156), CAND(900) }, 2, -1 },
	{ "6", { WAS(1156), CAND(900) }, 2, 1 },
	{ "7", { PAUSED_ACT(500), CAND(900) }, 2, -1 },
	{ "8", { PAUSED(500), CAND(900) }, 2, 1 },
	{ "9", { PAUSED(500), PAUSED(900) }, 2, -1 },
	{ "10", { NO_TARGET_ACT, CAND(900) }, 2, -1 },
	{ "11", { CAND(700), CAND(600), CAND(600) }, 3, 2 },
	{ "no peer", {}, 0, -1 },
	{ "no other", { WAS_ACT(5000) }, 1, 0 },
	{ "drains without another", { PAUSED_ACT(500), PAUSED(900) }, 2, -1 },
	{ "Inconsistent source", { { PST, PST, DRBD_D_INCONSISTENT, false, false, 5 }, CAND(9) },
		2, 1 },
	{ "Outdated source", { { PST, PST, DRBD_D_OUTDATED, false, false, 5 }, CAND(9) }, 2, 0 },
	{ "a source is no target", { { OFF, DRBD_R_SYNC_SOURCE, UTD, false, false, 5 } }, 1, -1 },
};

KUNIT_ARRAY_PARAM_DESC(select, selects, name);

static void source_select_test(struct kunit *test)
{
	const struct select_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_sync_select(row->peers, row->nr), row->selected);
}

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
	/* The source itself is none, even if it is Primary or syncs. */
	f->env.peer[2].configured = false;
	f->view[1].node_mask = 2;
	f->env.peer[1].role = PRI;
	KUNIT_EXPECT_FALSE(test, drbd_sync_stable_source(&f->env, 0, 1, 0));
}

/**
 * struct attach_row - answers of node 1 and node 2, while a disk is attached
 * @name: of the row
 * @answers: the answers
 * @disks: disk states of the two
 * @md: what the metadata says
 * @disk: expected
 */
struct attach_row {
	const char *name;
	enum drbd_attach_answer answers[2];
	enum drbd_disk disks[2];
	struct drbd_attach_md md;
	enum drbd_disk disk;
};

#define WAIT DRBD_ATTACH_WAIT
#define NONE DRBD_ATTACH_NO_RESULT
#define SAME DRBD_ATTACH_NO_SYNC
#define SOURCE DRBD_ATTACH_SOURCE
#define TARGET DRBD_ATTACH_TARGET
#define GOOD { true, true, true }
#define OUT DRBD_D_OUTDATED

static const struct attach_row attaches[] = {
	{ "waits", { SAME, WAIT }, { UTD, UTD }, GOOD, DRBD_D_NEGOTIATING },
	{ "does not wait for the diskless", { SAME, WAIT }, { UTD, DRBD_D_DISKLESS }, GOOD, UTD },
	{ "waits for the negotiating", { SAME, WAIT }, { UTD, DRBD_D_NEGOTIATING }, GOOD,
		DRBD_D_NEGOTIATING },
	{ "fits to none", { NONE, NONE }, { UTD, OUT }, GOOD, DRBD_D_DISKLESS },
	{ "fits to one", { NONE, SAME }, { UTD, OUT }, GOOD, UTD },
	{ "target", { SAME, TARGET }, { UTD, UTD }, GOOD, DRBD_D_INCONSISTENT },
	{ "source", { SOURCE, SOURCE }, { OUT, OUT }, GOOD, UTD },
	{ "UpToDate neighbour", { SAME, SAME }, { OUT, UTD }, { false, false, false }, UTD },
	{ "Inconsistent", { SAME, SAME }, { OUT, OUT }, { false, true, true },
		DRBD_D_INCONSISTENT },
	{ "Outdated", { SAME, SAME }, { OUT, OUT }, { true, false, true }, OUT },
	{ "Consistent", { SAME, SAME }, { OUT, OUT }, { true, true, false }, DRBD_D_CONSISTENT },
	{ "nobody to ask", { WAIT, WAIT }, { DRBD_D_DISKLESS, DRBD_D_DISKLESS }, GOOD, UTD },
};

KUNIT_ARRAY_PARAM_DESC(attach, attaches, name);

static void source_attach_test(struct kunit *test)
{
	const struct attach_row *row = test->param_value;
	const enum drbd_attach_answer answers[DRBD_NODES] = {
		[1] = row->answers[0], [2] = row->answers[1],
	};
	struct fixture *f = setup(test, 0, A);

	add_peer(f, 1, row->disks[0], EST);
	add_peer(f, 2, row->disks[1], EST);
	add_peer(f, 3, UTD, OFF);
	KUNIT_EXPECT_EQ(test, drbd_attach_disk(&f->env, answers, &row->md), row->disk);
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
	f->env.disk = DRBD_D_DISKLESS;
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

static struct kunit_case source_cases[] = {
	KUNIT_CASE_PARAM(source_select_test, select_gen_params),
	KUNIT_CASE_PARAM(source_stable_test, stable_gen_params),
	KUNIT_CASE_PARAM(source_attach_test, attach_gen_params),
	KUNIT_CASE(source_lost_test),
	KUNIT_CASE_PARAM(source_survivor_test, survivor_gen_params),
	{}
};

static struct kunit_suite source_suite = {
	.name = "drbd-uuid-source",
	.test_cases = source_cases,
};

kunit_test_suite(source_suite);
