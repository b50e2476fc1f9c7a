// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what a handshake of two disks comes to
 *
 * The pipeline of spec/resync.md 2.2, with the tables of 2.5, 2.12 and 11.3.
 */

#include <kunit/test.h>
#include <linux/prandom.h>

#include "../core/uuid_handshake.h"
#include "uuid_pair.h"

#define PRI DRBD_ROLE_PRIMARY
#define SEC DRBD_ROLE_SECONDARY
#define INC DRBD_D_INCONSISTENT
#define OUT DRBD_D_OUTDATED
#define CON DRBD_D_CONSISTENT
#define UTD DRBD_D_UP_TO_DATE
#define GO DRBD_OUTCOME_CONNECT
#define RETRY DRBD_OUTCOME_RETRY
#define DISC DRBD_OUTCOME_DISCONNECT
#define DEMOTE DRBD_OUTCOME_DEMOTE
#define SB_NOTICE (DRBD_HS_INITIAL_SPLIT_BRAIN | DRBD_HS_SPLIT_BRAIN)
#define SB_SOLVED DRBD_HS_INITIAL_SPLIT_BRAIN
#define EST DRBD_R_ESTABLISHED
#define WFS DRBD_R_WF_BITMAP_S
#define WFT DRBD_R_WF_BITMAP_T

/**
 * struct hs_row - a handshake
 * @name: of the row
 * @self: UUIDs of this node
 * @peer: UUIDs of the peer
 * @outcome: expected
 * @strategy: expected
 * @repl: expected, if they connect
 * @op: what to do with the bitmap, if they connect
 * @role: own role and the peer's, Secondary by default
 * @disk: own disk state and the peer's, UpToDate by default
 * @discard: discard-my-data of both
 * @bits: of both
 * @notices: expected
 * @policy: after-sb-0pri, -1pri, -2pri
 * @rr: rr-conflict
 * @unstable: this node is not stable
 * @peer_unstable: the peer is not
 * @always: always-asbp
 * @attach: at attach
 * @dry_run: only to know
 * @clear: the slot is to be emptied
 * @demotion: attempted
 * @missed: who missed the end of a resync
 * @lost: a Primary is named by both
 * @own_disk: of the metadata, where it is not @disk[0]
 * @crash: CRASHED_PRIMARY of both
 * @protocol: 'C' by default
 * @proto: 124 by default
 */
struct hs_row {
	const char *name;
	const char *self;
	const char *peer;
	enum drbd_outcome outcome;
	const char *strategy;
	enum drbd_repl repl;
	enum drbd_bitmap_op op;
	enum drbd_node_role role[2];
	enum drbd_disk disk[2];
	enum drbd_disk own_disk;
	bool discard[2];
	u64 bits[2];
	unsigned int notices;
	enum drbd_asb policy[3];
	enum drbd_asb rr;
	bool unstable;
	bool peer_unstable;
	bool always;
	bool attach;
	bool dry_run;
	bool clear;
	enum drbd_demotion demotion;
	enum drbd_missed_end missed;
	bool lost;
	bool crash[2];
	char protocol;
	int proto;
};

#define XA "C=a B=c", "C=b B=c"
#define XD "C=a B=c H=d", "C=b B=e H=d"

static const struct hs_row rows[] = {
	{ "same", "C=a", "C=a", GO, "NS", EST },
	{ "just created", "C=JC", "C=JC", GO, "NS", EST },
	{ "source", "C=a B=b", "C=b", GO, "SB", WFS },
	{ "target", "C=b", "C=a B=b", GO, "TB", WFT },
	{ "unrelated", "C=a", "C=b", DISC, "UN" },
	{ "too old", "C=a B=b", "C=a", DISC, "P91", .proto = 90 },
	{ "dry run", "C=a B=b", "C=b", DISC, "SB", .dry_run = true },
	{ "dry run, missed finish", "C=a", "C=a", DISC, "NS", .dry_run = true,
		.missed = DRBD_MISSED_PEER, .bits = { 1, 0 }, .disk = { UTD, OUT } },
	/* bitmaps */
	{ "all of it", "C=a H=b", "C=b", GO, "SS", WFS, DRBD_BITMAP_SET },
	{ "all of it, target", "C=b", "C=a H=b", GO, "TS", WFT, DRBD_BITMAP_SET },
	{ "all of it, no data there", "C=a", "C=JC", GO, "SS", WFS, DRBD_BITMAP_SET },
	{ "all of it, no data here", "C=JC", "C=a", GO, "TS", WFT, DRBD_BITMAP_SET_ALL },
	{ "of another", "C=a n4=b", "C=b", GO, "SC(4)", WFS, DRBD_BITMAP_COPY },
	{ "of another, target", "C=b", "C=a n4=b", GO, "TC(4)", WFT, DRBD_BITMAP_CLEAR },
	/* 2.5 */
	{ "missed finish, no bits", "C=a", "C=a", RETRY, "RETRY", .missed = DRBD_MISSED_SOURCE,
		.proto = 123 },
	{ "missed finish", "C=a", "C=a", GO, "SB", WFS, .missed = DRBD_MISSED_SOURCE,
		.bits = { 1, 0 } },
	{ "missed finish, Outdated", "C=a", "C=a", GO, "NS", EST,
		.missed = DRBD_MISSED_SOURCE, .bits = { 1, 0 }, .disk = { OUT, UTD } },
	{ "peer missed finish", "C=a", "C=a", GO, "TB", WFT, .missed = DRBD_MISSED_PEER,
		.bits = { 1, 0 } },
	{ "peer missed finish, Outdated", "C=a", "C=a", GO, "NS", EST, .clear = true,
		.missed = DRBD_MISSED_PEER, .bits = { 1, 0 }, .disk = { UTD, OUT } },
	{ "peer missed finish, p123, Primary", "C=a", "C=a", DISC, "P124",
		.missed = DRBD_MISSED_PEER, .proto = 123, .role = { PRI, SEC } },
	{ "peer missed finish, p101", "C=a B=b", "C=a", GO, "NS", EST, .proto = 101,
		.bits = { 1, 0 }, .disk = { OUT, UTD } },
	{ "missed finish, p101", "C=a", "C=a B=b", GO, "NS", EST, .proto = 101, .clear = true,
		.bits = { 1, 0 }, .disk = { UTD, OUT } },
	/* 2.6 and 2.7 */
	{ "worse disk", "C=a", "C=a", GO, "SB", WFS, .disk = { UTD, INC } },
	{ "reconcile", "C=a", "C=a", GO, "SB", WFS, .lost = true, .bits = { 1, 0 } },
	{ "reconcile, attach", "C=a", "C=a", GO, "NS", EST, .lost = true, .bits = { 1, 0 },
		.attach = true },
	{ "if both failed", "C=a", "C=a", GO, "SF", WFS, .crash = { 1, 0 } },
	{ "if both failed, Primary there", "C=a", "C=a", GO, "SF", WFT, .crash = { 1, 0 },
		.role = { SEC, PRI } },
	/* split brain */
	{ "unresolved", XA, DISC, "XD", .notices = SB_NOTICE },
	{ "unstable", XA, GO, "NS", EST, .unstable = true },
	{ "unstable peer", XA, GO, "NS", EST, .peer_unstable = true },
	{ "unstable, more than a split brain", XD, DISC, "XD", .unstable = true,
		.notices = SB_NOTICE },
	{ "local", XA, GO, "TB", WFT, .policy = { DRBD_ASB_DISCARD_LOCAL },
		.notices = SB_SOLVED },
	{ "least changes", XA, GO, "SB", WFS, .policy = { DRBD_ASB_DISCARD_LEAST },
		.bits = { 2, 1 }, .notices = SB_SOLVED },
	{ "younger", "C=a B=c*", "C=b B=c", GO, "SB", WFS,
		.policy = { DRBD_ASB_DISCARD_YOUNGER }, .notices = SB_SOLVED },
	{ "younger, peer", "C=a B=c", "C=b B=c*", GO, "TB", WFT,
		.policy = { DRBD_ASB_DISCARD_YOUNGER }, .notices = SB_SOLVED },
	{ "not for this case", XA, DISC, "XD", .policy = { DRBD_ASB_CONSENSUS },
		.notices = SB_NOTICE | DRBD_HS_BAD_POLICY },
	{ "not always", XD, DISC, "XD", .policy = { DRBD_ASB_DISCARD_LOCAL },
		.notices = SB_NOTICE },
	{ "always", XD, GO, "TS", WFT, DRBD_BITMAP_SET, .policy = { DRBD_ASB_DISCARD_LOCAL },
		.always = true, .notices = SB_SOLVED },
	{ "to be demoted", XA, DEMOTE, "XA", .role = { PRI, SEC }, .bits = { 1, 1 },
		.policy = { DRBD_ASB_DISCARD_LOCAL, DRBD_ASB_CALL_HELPER },
		.notices = SB_SOLVED },
	{ "demoted", XA, GO, "TB", WFT, .role = { SEC, SEC }, .bits = { 1, 1 },
		.policy = { DRBD_ASB_DISCARD_LOCAL, DRBD_ASB_CALL_HELPER },
		.notices = SB_SOLVED, .demotion = DRBD_DEMOTION_DONE },
	{ "not demoted", XA, DISC, "XD", .role = { PRI, SEC }, .bits = { 1, 1 },
		.policy = { DRBD_ASB_DISCARD_LOCAL, DRBD_ASB_CALL_HELPER },
		.notices = SB_NOTICE | DRBD_HS_PRI_LOST_AFTER_SB,
		.demotion = DRBD_DEMOTION_FAILED },
	/* 2.9 */
	{ "discard, ambiguous", XD, GO, "TS", WFT, DRBD_BITMAP_SET, .discard = { 1, 0 },
		.notices = SB_SOLVED },
	{ "discard at the peer", XA, GO, "SB", WFS, .discard = { 0, 1 }, .notices = SB_SOLVED },
	{ "discard on both", XA, DISC, "XD", .discard = { 1, 1 }, .notices = SB_NOTICE },
	{ "discard against the policy", XA, GO, "TB", WFT, .discard = { 1, 0 },
		.policy = { DRBD_ASB_DISCARD_REMOTE },
		.notices = SB_SOLVED | DRBD_HS_REVERTING },
	{ "discard newer data", "C=a B=b", "C=b", GO, "TB", WFT, .discard = { 1, 0 },
		.notices = DRBD_HS_REVERTING },
	{ "discard newer data, Inconsistent there", "C=a B=b", "C=b", GO, "SB", WFS,
		.discard = { 1, 0 }, .disk = { UTD, INC }, .notices = DRBD_HS_NOT_REVERTING },
	/* 2.10 */
	{ "Primary as target", "C=b", "C=a B=b", DISC, "PD", .role = { PRI, SEC },
		.bits = { 0, 1 } },
	{ "Primary as target, helper", "C=b", "C=a B=b", DISC, "PD", .role = { PRI, SEC },
		.bits = { 0, 1 }, .rr = DRBD_ASB_CALL_HELPER, .notices = DRBD_HS_PRI_LOST },
	{ "Primary as target, retry", "C=b", "C=a B=b", RETRY, "PR", .role = { PRI, SEC },
		.bits = { 1, 0 }, .rr = DRBD_ASB_RETRY_CONNECT },
	{ "Primary attaches what is Outdated", "C=b", "C=a B=b", GO, "TB", WFT,
		.role = { PRI, SEC }, .bits = { 0, 1 }, .attach = true,
		.disk = { DRBD_D_CONSISTENT, UTD }, .own_disk = OUT },
	{ "Primary attaches what is Consistent", "C=b", "C=a B=b", DISC, "PD",
		.role = { PRI, SEC }, .bits = { 0, 1 }, .attach = true,
		.disk = { DRBD_D_CONSISTENT, UTD }, .own_disk = DRBD_D_CONSISTENT },
	{ "crashed source", "C=a", "C=a", GO, "TB", WFT, .role = { SEC, PRI }, .bits = { 1, 0 },
		.rr = DRBD_ASB_AUTO_DISCARD, .crash = { 1, 0 }, .protocol = 'A' },
	{ "crashed source, attach", "C=a", "C=a", GO, "SB", WFS, .role = { SEC, PRI },
		.bits = { 1, 0 }, .rr = DRBD_ASB_AUTO_DISCARD, .crash = { 1, 0 },
		.protocol = 'A', .attach = true },
};

KUNIT_ARRAY_PARAM_DESC(hs, rows, name);

static struct drbd_handshake *make_handshake(struct kunit *test, const struct hs_row *row)
{
	struct drbd_handshake *h = kunit_kzalloc(test, sizeof(*h), GFP_KERNEL);
	const struct vector v = {
		.self = row->self, .peer = row->peer, .missed = row->missed,
		.proto = row->proto, .protocol = row->protocol,
		.crash = { row->crash[0], row->crash[1] },
	};
	struct pair *p = make_pair(test, &v);

	KUNIT_ASSERT_NOT_NULL(test, h);
	h->c = p->c[0];
	h->c.comm.bits = row->bits[0];
	p->view[0].dirty_bits = row->bits[1];
	if (!row->peer_unstable)
		p->view[0].flags |= DRBD_UUID_FLAG_STABLE;
	if (row->discard[1])
		p->view[0].flags |= DRBD_UUID_FLAG_DISCARD_MY_DATA;
	if (row->discard[0])
		h->c.flags |= DRBD_UUID_FLAG_DISCARD_MY_DATA;
	h->c.comm.flags = h->c.flags;
	memcpy(h->sb.policy, row->policy, sizeof(row->policy));
	h->sb.always = row->always;
	h->lost = (struct drbd_lost_primary){ .sent = row->lost, .received = row->lost };
	h->rr_conflict = row->rr;
	h->role = row->role[0] ?: SEC;
	h->peer_role = row->role[1] ?: SEC;
	h->disk = row->disk[0] ?: UTD;
	h->own_disk = row->own_disk ?: h->disk;
	h->peer_disk = row->disk[1] ?: UTD;
	h->stable = !row->unstable;
	h->attach = row->attach;
	h->dry_run = row->dry_run;
	h->demotion = row->demotion;
	h->other_source = DRBD_NO_NODE;
	return h;
}

static void handshake_test(struct kunit *test)
{
	const struct hs_row *row = test->param_value;
	struct drbd_handshake *h = make_handshake(test, row);
	struct drbd_handshake_result r;

	drbd_uuid_handshake(h, &r);
	KUNIT_EXPECT_EQ(test, r.outcome, row->outcome);
	expect_decision(test, &r.d, row->strategy);
	KUNIT_EXPECT_EQ(test, r.repl, row->repl);
	KUNIT_EXPECT_EQ(test, r.bitmap.op, row->op);
	KUNIT_EXPECT_EQ(test, r.notices, row->notices);
	KUNIT_EXPECT_EQ(test, r.clear_slot, row->clear);
	KUNIT_EXPECT_EQ(test, r.d.reconcile, row->lost && !row->attach);
}

/* With equal data, the disk of the peer is worth what one's own is. */
static void handshake_peer_disk_test(struct kunit *test)
{
	static const struct hs_row row = { "", "C=a", "C=a", .disk = { UTD, OUT } };
	static const struct {
		enum drbd_node_role role;
		enum drbd_disk own;
		bool stable;
		enum drbd_disk peer, result;
		enum drbd_repl repl;
	} rows[] = {
		{ SEC, UTD, true, OUT, UTD, EST },
		{ SEC, DRBD_D_CONSISTENT, true, OUT, DRBD_D_CONSISTENT, EST },
		{ SEC, OUT, true, OUT, OUT, EST },
		/* Who does not know whether there is newer data has nothing to say. */
		{ SEC, UTD, false, OUT, OUT, EST },
		{ SEC, UTD, true, INC, INC, WFS },
		/* A doubt that only a Primary can end. */
		{ SEC, UTD, true, DRBD_D_CONSISTENT, DRBD_D_CONSISTENT, EST },
		{ PRI, UTD, true, DRBD_D_CONSISTENT, UTD, EST },
	};
	struct drbd_handshake *h = make_handshake(test, &row);
	struct drbd_handshake_result r;
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		h->role = rows[i].role;
		h->disk = rows[i].own;
		h->stable = rows[i].stable;
		h->peer_disk = rows[i].peer;
		drbd_uuid_handshake(h, &r);
		KUNIT_EXPECT_EQ_MSG(test, r.repl, rows[i].repl, "row %d", i);
		KUNIT_EXPECT_EQ_MSG(test, r.peer_disk, rows[i].result, "row %d", i);
	}
}

static void handshake_repl_test(struct kunit *test)
{
	const enum drbd_strategy sf = DRBD_SOURCE_IF_BOTH_FAILED, tf = DRBD_TARGET_IF_BOTH_FAILED;

	KUNIT_EXPECT_EQ(test, drbd_strategy_repl(sf, SEC, SEC), WFS);
	KUNIT_EXPECT_EQ(test, drbd_strategy_repl(tf, SEC, SEC), WFT);
	KUNIT_EXPECT_EQ(test, drbd_strategy_repl(tf, PRI, SEC), WFS);
	KUNIT_EXPECT_EQ(test, drbd_strategy_repl(sf, SEC, PRI), WFT);
	KUNIT_EXPECT_EQ(test, drbd_strategy_repl(sf, PRI, PRI), EST);
	KUNIT_EXPECT_EQ(test, drbd_strategy_repl(DRBD_SOURCE_COPY_BITMAP, SEC, PRI), WFS);
	KUNIT_EXPECT_EQ(test, drbd_strategy_repl(DRBD_TARGET_CLEAR_BITMAP, PRI, SEC), WFT);
	KUNIT_EXPECT_EQ(test, drbd_strategy_repl(DRBD_NO_SYNC, PRI, SEC), EST);
}

static void handshake_preference_test(struct kunit *test)
{
	static const int expected[] = {
		[DRBD_NO_SYNC] = 5, [DRBD_TARGET_IF_BOTH_FAILED] = 4,
		[DRBD_TARGET_USE_BITMAP] = 3, [DRBD_TARGET_SET_BITMAP] = 2,
		[DRBD_TARGET_CLEAR_BITMAP] = 1, [DRBD_PRIMARY_DISCONNECT] = 0,
	};
	int i;

	for (i = 0; i < DRBD_STRATEGIES; i++)
		KUNIT_EXPECT_EQ(test, drbd_strategy_preference(i), expected[i]);
}

static void handshake_bitmap_test(struct kunit *test)
{
	static const struct vector v = { .self = "C=a B=d n4=b", .peer = "C=b" };
	struct pair *p = make_pair(test, &v);
	struct drbd_handshake h = { .c = p->c[0], .other_source = DRBD_NO_NODE, .disk = INC };
	struct drbd_decision d = { DRBD_SOURCE_COPY_BITMAP, DRBD_RULE_BITMAP_SELF_OTHER, 4 };
	struct drbd_bitmap_todo todo;

	drbd_strategy_bitmap(&h, &d, &todo);
	KUNIT_EXPECT_EQ(test, todo.op, DRBD_BITMAP_COPY);
	KUNIT_EXPECT_EQ(test, todo.from, 4);
	/* What that node has got since, the peer has not. */
	h.partial = BIT_ULL(4);
	drbd_strategy_bitmap(&h, &d, &todo);
	KUNIT_EXPECT_EQ(test, todo.op, DRBD_BITMAP_SET);
	h.partial = ~BIT_ULL(4);
	/* Without a bitmap of its own, it goes by the first that is free. */
	p->ids[0].slots[4].flags = DRBD_MDF_NODE_EXISTS;
	p->ids[0].slots[4].bitmap_index = -1;
	drbd_strategy_bitmap(&h, &d, &todo);
	KUNIT_EXPECT_EQ(test, todo.op, DRBD_BITMAP_COPY_FREE);
	KUNIT_EXPECT_EQ(test, todo.from, 0);
	p->ids[0].max_peers = 0;
	drbd_strategy_bitmap(&h, &d, &todo);
	KUNIT_EXPECT_EQ(test, todo.op, DRBD_BITMAP_SET);

	/* Only a source writes down what the target has. */
	d.strategy = DRBD_SOURCE_SET_BITMAP;
	drbd_strategy_bitmap(&h, &d, &todo);
	KUNIT_EXPECT_EQ(test, todo.slot_uuid, 0x200);
	p->view[0].current_uuid = 4;
	drbd_strategy_bitmap(&h, &d, &todo);
	KUNIT_EXPECT_EQ(test, todo.slot_uuid, 0);
	p->view[0].current_uuid = 0x200;
	d.strategy = DRBD_TARGET_SET_BITMAP;
	h.other_source = 2;
	drbd_strategy_bitmap(&h, &d, &todo);
	KUNIT_EXPECT_EQ(test, todo.op, DRBD_BITMAP_SET);
	KUNIT_EXPECT_EQ(test, todo.slot_uuid, 0);
	/* Being synced by a third node, it lacks what has not come from there. */
	KUNIT_EXPECT_EQ(test, todo.merge, DRBD_NO_NODE);
	d.strategy = DRBD_TARGET_USE_BITMAP;
	drbd_strategy_bitmap(&h, &d, &todo);
	KUNIT_EXPECT_EQ(test, todo.op, DRBD_BITMAP_KEEP);
	KUNIT_EXPECT_EQ(test, todo.merge, 2);
	d.strategy = DRBD_TARGET_CLEAR_BITMAP;
	drbd_strategy_bitmap(&h, &d, &todo);
	KUNIT_EXPECT_EQ(test, todo.op, DRBD_BITMAP_KEEP);
	KUNIT_EXPECT_EQ(test, todo.merge, 2);
	h.disk = OUT;
	drbd_strategy_bitmap(&h, &d, &todo);
	KUNIT_EXPECT_EQ(test, todo.op, DRBD_BITMAP_CLEAR);
	d.strategy = DRBD_SOURCE_USE_BITMAP;
	drbd_strategy_bitmap(&h, &d, &todo);
	KUNIT_EXPECT_EQ(test, todo.merge, DRBD_NO_NODE);
	d.strategy = DRBD_TARGET_SET_BITMAP;
	/* No data here: all bitmaps, but not while they shrink. */
	p->ids[0].current_uuid = 4;
	drbd_strategy_bitmap(&h, &d, &todo);
	KUNIT_EXPECT_EQ(test, todo.op, DRBD_BITMAP_KEEP);
	h.other_source = DRBD_NO_NODE;
	drbd_strategy_bitmap(&h, &d, &todo);
	KUNIT_EXPECT_EQ(test, todo.op, DRBD_BITMAP_SET_ALL);
	d.strategy = DRBD_SOURCE_SET_BITMAP;
	drbd_strategy_bitmap(&h, &d, &todo);
	KUNIT_EXPECT_EQ(test, todo.op, DRBD_BITMAP_SET_ALL);
	KUNIT_EXPECT_EQ(test, todo.slot_uuid, 0);
	h.other_source = 2;
	drbd_strategy_bitmap(&h, &d, &todo);
	KUNIT_EXPECT_EQ(test, todo.op, DRBD_BITMAP_SET);
	KUNIT_EXPECT_EQ(test, todo.slot_uuid, 0);
}

/**
 * struct now_row - connected nodes compare again
 * @name: of the row
 * @self: UUIDs of this node
 * @peer: UUIDs of the peer
 * @disk: own disk state and the peer's
 * @strategy: expected after an unstable phase
 * @repl: expected then
 * @diskless_strategy: expected for a diskless Primary
 * @diskless_repl: expected then
 * @discharge: nothing is owed any more
 * @take_disk: the disk state is taken over
 * @role: of both
 */
struct now_row {
	const char *name;
	const char *self;
	const char *peer;
	enum drbd_disk disk[2];
	const char *strategy;
	enum drbd_repl repl;
	const char *diskless_strategy;
	enum drbd_repl diskless_repl;
	bool discharge;
	bool take_disk;
	enum drbd_node_role role[2];
};

#define OFF DRBD_R_OFF

static const struct now_row nows[] = {
	{ "same", "C=a", "C=a", { UTD, UTD }, "NS", OFF, "NS", OFF },
	{ "source", "C=a B=b", "C=b", { UTD, OUT }, "SB", WFS, "SB", WFS },
	{ "target", "C=b", "C=a B=b", { OUT, UTD }, "TB", WFT, "TB", WFT },
	{ "disk states", "C=a", "C=a", { UTD, INC }, "NS", OFF, "SB", WFS },
	{ "split brain, source", XA, { UTD, OUT }, "SB", WFS, "XA", OFF },
	{ "split brain, target", XA, { OUT, UTD }, "TB", WFT, "XA", OFF },
	{ "split brain, both UpToDate", XA, { UTD, UTD }, "XA", OFF, "XA", OFF },
	{ "split brain, none UpToDate", XA, { OUT, CON }, "XA", OFF, "XA", OFF },
	{ "more than a split brain", XD, { OUT, UTD }, "XD", OFF, "XD", OFF },
	{ "Consistent", "C=a", "C=a", { CON, UTD }, "NS", OFF, "NS", OFF, true, false },
	{ "Consistent, peer as well", "C=a", "C=a", { CON, CON }, "NS", OFF, "NS", OFF },
	{ "Outdated", "C=a", "C=a", { OUT, CON }, "NS", OFF, "NS", OFF, false, true },
	{ "Primary as target", "C=b", "C=a B=b", { UTD, UTD }, "TB", OFF, "TB", OFF,
		.role = { PRI, SEC } },
	{ "Primary as target, without data", "C=b", "C=a B=b", { OUT, UTD }, "TB", WFT, "TB", WFT,
		.role = { PRI, SEC } },
	{ "Primary as target there", "C=a B=b", "C=b", { UTD, UTD }, "SB", OFF, "SB", OFF,
		.role = { SEC, PRI } },
	{ "Primary as source", "C=a B=b", "C=b", { UTD, UTD }, "SB", WFS, "SB", WFS,
		.role = { PRI, SEC } },
	{ "Outdated, peer as well", "C=a", "C=a", { OUT, OUT }, "NS", OFF, "NS", OFF },
};

KUNIT_ARRAY_PARAM_DESC(now, nows, name);

static void handshake_now_test(struct kunit *test)
{
	const struct now_row *row = test->param_value;
	const struct hs_row hs = {
		.self = row->self, .peer = row->peer, .disk = { row->disk[0], row->disk[1] },
		.role = { row->role[0], row->role[1] },
	};
	struct drbd_handshake *h = make_handshake(test, &hs);
	struct drbd_compare_now r;

	h->c.connecting = false;
	drbd_uuid_compare_now(h, DRBD_COMPARE_AFTER_UNSTABLE, &r);
	expect_decision(test, &r.d, row->strategy);
	KUNIT_EXPECT_EQ(test, r.repl, row->repl);
	KUNIT_EXPECT_EQ(test, r.discharge, row->discharge);
	KUNIT_EXPECT_EQ(test, r.take_disk, row->take_disk);
	KUNIT_EXPECT_EQ(test, r.bitmap.op, DRBD_BITMAP_KEEP);
	drbd_uuid_compare_now(h, DRBD_COMPARE_DISKLESS_PRIMARY, &r);
	expect_decision(test, &r.d, row->diskless_strategy);
	KUNIT_EXPECT_EQ(test, r.repl, row->diskless_repl);
}

static void handshake_now_bitmap_test(struct kunit *test)
{
	const struct hs_row hs = { .self = "C=b", .peer = "C=a n3=b" };
	struct drbd_handshake *h = make_handshake(test, &hs);
	struct drbd_compare_now r;

	drbd_uuid_compare_now(h, DRBD_COMPARE_AFTER_UNSTABLE, &r);
	KUNIT_EXPECT_EQ(test, r.repl, WFT);
	KUNIT_EXPECT_EQ(test, r.bitmap.op, DRBD_BITMAP_CLEAR);
}

static u64 garbage_uuid(struct rnd_state *rnd)
{
	static const u64 uuids[] = {
		0, 4, 5, 0x100, 0x101, 0x200, 0x201, 0x300, 0x400, DRBD_UUID_UNKNOWN,
		0x100 + DRBD_UUID_SYNC_OFFSET,
	};

	return uuids[prandom_u32_state(rnd) % ARRAY_SIZE(uuids)];
}

static void garbage_handshake(struct rnd_state *rnd, struct pair *p, struct drbd_handshake *h)
{
	struct drbd_uuids *ids = &p->ids[0];
	struct drbd_peer_uuids *view = &p->view[0];
	u32 n;

	prandom_bytes_state(rnd, view, sizeof(*view));
	view->current_uuid = garbage_uuid(rnd);
	ids->current_uuid = garbage_uuid(rnd);
	for (n = 0; n < DRBD_NODES; n++) {
		view->bitmap[n] = garbage_uuid(rnd);
		view->history[n] = n < 4 ? garbage_uuid(rnd) : 0;
		ids->history[n] = n < 4 ? garbage_uuid(rnd) : 0;
		ids->slots[n].uuid = n < 12 ? garbage_uuid(rnd) : 0;
		ids->slots[n].bitmap_index = n % 3 ? -1 : n;
		ids->slots[n].flags = n % 3 ? 0 : DRBD_MDF_HAVE_BITMAP;
	}
	ids->self = SELF;
	ids->max_peers = 1 + prandom_u32_state(rnd) % DRBD_MAX_PEERS;
	n = prandom_u32_state(rnd);
	*h = (struct drbd_handshake) {
		.c = {
			.ids = ids, .view = view, .peer = PEER, .proto = n & 1 ? 124 : 101,
			.wire_protocol = "ABC"[n / 2 % 3], .resolve_conflicts = n & 32,
			.connecting = n & 64, .sent = n & 128, .self = garbage_uuid(rnd),
			.flags = prandom_u32_state(rnd), .missed = n / 256 % 3,
		},
		.sb.policy = { prandom_u32_state(rnd) % 13, prandom_u32_state(rnd) % 13,
			       prandom_u32_state(rnd) % 13 },
		.sb.always = n & 0x1000,
		.rr_conflict = prandom_u32_state(rnd) % 13,
		.role = 1 + (n >> 13 & 1), .peer_role = 1 + (n >> 14 & 1),
		.disk = prandom_u32_state(rnd) % 10, .peer_disk = prandom_u32_state(rnd) % 10,
		.stable = n & 0x8000, .attach = n & 0x10000, .dry_run = !(n & 0xe0000),
		.demotion = prandom_u32_state(rnd) % 3,
		.other_source = (int)(prandom_u32_state(rnd) % 5) - 1,
		.partial = prandom_u32_state(rnd),
	};
	h->c.comm.current_uuid = h->c.self;
	h->c.comm.flags = h->c.flags;
	h->c.comm.bitmap_uuid = ids->slots[PEER].uuid;
}

/* Whatever a peer tells, the result is one that can be carried out. */
static void handshake_garbage_test(struct kunit *test)
{
	struct pair *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);
	struct drbd_handshake *h = kunit_kzalloc(test, sizeof(*h), GFP_KERNEL);
	int round, outcomes[DEMOTE + 1] = {}, ops[DRBD_BITMAP_SET_ALL + 1] = {}, i;
	struct drbd_handshake_result r;
	struct rnd_state rnd;

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_ASSERT_NOT_NULL(test, h);
	prandom_seed_state(&rnd, 22);
	for (round = 0; round < 20000; round++) {
		garbage_handshake(&rnd, p, h);
		drbd_uuid_handshake(h, &r);
		KUNIT_ASSERT_LT(test, r.d.strategy, DRBD_STRATEGIES);
		KUNIT_ASSERT_LT(test, r.d.rule, DRBD_RULES);
		KUNIT_ASSERT_LT(test, r.d.node, DRBD_NODES);
		KUNIT_ASSERT_LE(test, r.outcome, DEMOTE);
		outcomes[r.outcome]++;
		if (r.outcome != GO)
			continue;
		KUNIT_ASSERT_FALSE(test, h->dry_run);
		KUNIT_ASSERT_TRUE(test, r.repl == EST || r.repl == WFS || r.repl == WFT);
		KUNIT_ASSERT_LE(test, r.bitmap.op, DRBD_BITMAP_SET_ALL);
		ops[r.bitmap.op]++;
		if (r.bitmap.op == DRBD_BITMAP_COPY)
			KUNIT_ASSERT_NE(test, p->ids[0].slots[r.bitmap.from].flags, 0);
		if (r.bitmap.op == DRBD_BITMAP_COPY_FREE)
			KUNIT_ASSERT_LT(test, r.bitmap.from, p->ids[0].max_peers);
	}
	for (i = 0; i <= DISC; i++)
		KUNIT_EXPECT_GT_MSG(test, outcomes[i], 0, "outcome %d", i);
	for (i = 0; i < ARRAY_SIZE(ops); i++)
		KUNIT_EXPECT_GT_MSG(test, ops[i], 0, "bitmap operation %d", i);
}

static struct kunit_case handshake_cases[] = {
	KUNIT_CASE_PARAM(handshake_test, hs_gen_params),
	KUNIT_CASE(handshake_peer_disk_test),
	KUNIT_CASE(handshake_repl_test),
	KUNIT_CASE(handshake_preference_test),
	KUNIT_CASE(handshake_bitmap_test),
	KUNIT_CASE_PARAM(handshake_now_test, now_gen_params),
	KUNIT_CASE(handshake_now_bitmap_test),
	KUNIT_CASE(handshake_garbage_test),
	{}
};

static struct kunit_suite handshake_suite = {
	.name = "drbd-uuid-handshake",
	.test_cases = handshake_cases,
};

kunit_test_suite(handshake_suite);
