// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of two-phase commits: events at a participant
 *
 * What the charts and meshes do not reach: packets that make no sense, waits, timers,
 * readers, and what a COMMIT means. Expectations are those of spec/state.md 4.4, 4.5,
 * 4.8 to 4.10 and 13.
 */

#include <linux/prandom.h>

#include "twopc_bench.h"

/**
 * struct bad_row - a packet that makes no sense
 * @name: description
 * @msg: the packet
 * @field: what is wrong with it, NULL if nothing
 * @value: value of that
 */
struct bad_row {
	const char *name;
	struct drbd_twopc_msg msg;
	const char *field;
	s64 value;
};

#define MSG(c, i, t, v) .cmd = DRBD_TWOPC_##c, .initiator = i, .target = t, .volume = v
static const struct bad_row bad_rows[] = {
	{ "no tid", { MSG(PREPARE, 0, NONE, NOV) }, "tid", 0 },
	{ "reply without tid", { MSG(YES, 1, NONE, NOV) }, "tid", 0 },
	{ "initiator too large", { MSG(PREPARE, 32, NONE, NOV), .tid = 1 }, "initiator", 32 },
	{ "initiator negative", { MSG(ABORT, -1, NONE, NOV), .tid = 1 }, "initiator", -1 },
	{ "reply for nobody", { MSG(NO, 100, NONE, NOV), .tid = 1 }, "initiator", 100 },
	{ "PREPARE of myself", { MSG(PREPARE, 1, NONE, NOV), .tid = 1 }, "initiator", 1 },
	{ "COMMIT of myself", { MSG(COMMIT, 1, NONE, NOV), .tid = 1 }, "initiator", 1 },
	{ "ABORT of myself", { MSG(ABORT, 1, NONE, NOV), .tid = 1 } },
	{ "target too large", { MSG(PREPARE, 0, 32, NOV), .tid = 1 }, "target", 32 },
	{ "target too small", { MSG(PREPARE, 0, -2, NOV), .tid = 1 }, "target", -2 },
	{ "target is initiator", { MSG(PREPARE, 0, 0, NOV), .tid = 1 }, "target", 0 },
	{ "connect to nobody",
	  { MSG(PREPARE, 0, NONE, NOV), .tid = 1, .mask = 0x1f3, .value = 0x92 }, "target", -1 },
	{ "disconnect from nobody",
	  { MSG(PREPARE, 0, NONE, NOV), .tid = 1, .mask = 0x1f0, .value = 0x10 }, "target", -1 },
	{ "volume too large", { MSG(PREPARE, 0, NONE, 65535), .tid = 1 }, "volume", 65535 },
	{ "volume too small", { MSG(YES, 1, NONE, -2), .tid = 1 }, "volume", -2 },
	{ "last volume", { MSG(PREPARE, 0, NONE, 65534), .tid = 1 } },
	{ "resize of no volume", { MSG(PREPARE, 0, NONE, NOV), .tid = 1, .resize = true },
	  "volume", -1 },
	{ "last node", { MSG(PREPARE, 31, NONE, NOV), .tid = 1 } },
};

KUNIT_ARRAY_PARAM_DESC(bad, bad_rows, name);

static void twopc_bad_packet_test(struct kunit *test)
{
	const struct bad_row *row = test->param_value;
	const struct drbd_twopc_action *bad;
	struct bench *b = test->priv;

	drbd_twopc_packet(&b->tp, &b->env, 2, &row->msg, false, &b->acts);
	bad = act(b, DRBD_TWOPC_BAD_PACKET);
	KUNIT_ASSERT_EQ(test, !!bad, !!row->field);
	if (!bad)
		return;
	KUNIT_EXPECT_STREQ(test, bad->field, row->field);
	KUNIT_EXPECT_EQ(test, bad->value, row->value);
	KUNIT_EXPECT_EQ(test, b->acts.n, 1);
	KUNIT_EXPECT_EQ(test, b->tp.state, DRBD_TWOPC_IDLE);
}

static void twopc_wait_for_verdict_test(struct kunit *test)
{
	struct bench *b = test->priv;
	struct drbd_twopc_msg next = {
		.cmd = DRBD_TWOPC_PREPARE, .initiator = 0, .target = NONE, .volume = NOV,
		.tid = b->tid + 1, .mask = 0x3, .value = 0x1,
	};

	prepare(b, 0, 0, NONE, NOV, 0x3, 0x1);
	drbd_twopc_packet(&b->tp, &b->env, 2, &next, false, &b->acts);
	KUNIT_EXPECT_EQ(test, act(b, DRBD_TWOPC_DEFER)->ms, 1500);
	drbd_twopc_packet(&b->tp, &b->env, 2, &next, true, &b->acts);
	KUNIT_ASSERT_NOT_NULL(test, sent(b, DRBD_TWOPC_RETRY, 4));
	KUNIT_EXPECT_EQ(test, sent(b, DRBD_TWOPC_RETRY, 4)->tid, b->tid + 1);
	drbd_twopc_packet(&b->tp, &b->env, 0, &next, false, &b->acts);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_RETRY, 1));
	packet(b, 0, DRBD_TWOPC_ABORT, 0);
	drbd_twopc_packet(&b->tp, &b->env, 2, &next, true, &b->acts);
	KUNIT_EXPECT_NOT_NULL(test, act(b, DRBD_TWOPC_CHECK));
}

static void twopc_readers_test(struct kunit *test)
{
	struct bench *b = test->priv;

	/* they do not leave */
	prepare(b, 0, 0, NONE, NOV, 0x3, 0x1);
	KUNIT_ASSERT_NOT_NULL(test, act(b, DRBD_TWOPC_CHECK));
	checked(b, DRBD_SS_PRIMARY_READER);
	KUNIT_EXPECT_EQ(test, act(b, DRBD_TWOPC_START_TIMER)->timer, DRBD_TWOPC_TIMER_READERS);
	KUNIT_EXPECT_EQ(test, act(b, DRBD_TWOPC_START_TIMER)->ms, 2000);
	checked(b, DRBD_SS_PRIMARY_READER);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
	/* the transaction does not end while the answer is composed */
	drbd_twopc_expired(&b->tp, &b->env, b->tid, DRBD_TWOPC_TIMER_MAIN, &b->acts);
	KUNIT_EXPECT_EQ(test, act(b, DRBD_TWOPC_START_TIMER)->ms, 100);
	drbd_twopc_expired(&b->tp, &b->env, b->tid, DRBD_TWOPC_TIMER_READERS, &b->acts);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_NO, 1));
	drbd_twopc_expired(&b->tp, &b->env, b->tid, DRBD_TWOPC_TIMER_READERS, &b->acts);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
	packet(b, 0, DRBD_TWOPC_ABORT, 0);

	/* they leave */
	b->tid++;
	prepare(b, 0, 0, NONE, NOV, 0x3, 0x1);
	checked(b, DRBD_SS_NO_UP_TO_DATE_DISK);
	KUNIT_EXPECT_NOT_NULL(test, act(b, DRBD_TWOPC_START_TIMER));
	checked(b, DRBD_SS_SUCCESS);
	KUNIT_EXPECT_EQ(test, act(b, DRBD_TWOPC_STOP_TIMER)->timer, DRBD_TWOPC_TIMER_READERS);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_YES, 1));
	packet(b, 0, DRBD_TWOPC_ABORT, 0);

	/* the initiator does not wait so long */
	b->tid++;
	prepare(b, 0, 0, NONE, NOV, 0x3, 0x1);
	checked(b, DRBD_SS_PRIMARY_READER);
	packet(b, 0, DRBD_TWOPC_ABORT, 0);
	KUNIT_EXPECT_EQ(test, act(b, DRBD_TWOPC_STOP_TIMER)->timer, DRBD_TWOPC_TIMER_READERS);
	checked(b, DRBD_SS_SUCCESS);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);

	/* what a Primary lacks is not the fault of readers */
	b->tid++;
	b->env.primary = true;
	prepare(b, 0, 0, NONE, NOV, 0x3, 0x1);
	checked(b, DRBD_SS_NO_UP_TO_DATE_DISK);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_NO, 1));
}

static void twopc_transient_test(struct kunit *test)
{
	struct bench *b = test->priv;

	b->env.connected = 0xd;
	prepare(b, 0, 0, NONE, NOV, 0x3, 0x1);
	checked(b, DRBD_SS_IN_TRANSIENT_STATE);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_RETRY, 1));
	KUNIT_EXPECT_EQ(test, b->acts.n, 1);
	/* asked again over another path: the same answer */
	prepare(b, 2, 0, NONE, NOV, 0x3, 0x1);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_RETRY, 4));
	/* a COMMIT in spite of that is none */
	packet(b, 0, DRBD_TWOPC_COMMIT, 0);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
	drbd_twopc_expired(&b->tp, &b->env, b->tid, DRBD_TWOPC_TIMER_MAIN, &b->acts);
	KUNIT_EXPECT_NULL(test, act(b, DRBD_TWOPC_SEND));
	KUNIT_EXPECT_NOT_NULL(test, act(b, DRBD_TWOPC_ENDED));
}

static void twopc_refuse_test(struct kunit *test)
{
	struct bench *b = test->priv;

	/* nobody else needs to be asked then */
	b->env.connected = 0xd;
	prepare(b, 0, 0, NONE, NOV, 0x3, 0x1);
	checked(b, DRBD_SS_TWO_PRIMARIES);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_NO, 1));
	KUNIT_EXPECT_EQ(test, b->acts.n, 1);
	packet(b, 0, DRBD_TWOPC_ABORT, 0);
	KUNIT_EXPECT_NOT_NULL(test, act(b, DRBD_TWOPC_ENDED));
}

/**
 * struct far_row - a Primary is asked about a promote that is far away (4.4)
 * @name: description
 * @primary: it is one
 * @two_primaries: links that allow two
 * @have_disk: it has a disk
 * @answer: what it answers
 */
struct far_row {
	const char *name;
	bool primary;
	u64 two_primaries;
	bool have_disk;
	enum drbd_twopc_cmd answer;
};

static const struct far_row far_rows[] = {
	{ "Secondary", false, 0, true, DRBD_TWOPC_YES },
	{ "Primary", true, 0, true, DRBD_TWOPC_NO },
	{ "Primary, allowed elsewhere", true, 4, false, DRBD_TWOPC_NO },
	{ "Primary, allowed, disk", true, 1, true, DRBD_TWOPC_NO },
	{ "Primary, allowed, diskless", true, 1, false, DRBD_TWOPC_YES },
};

KUNIT_ARRAY_PARAM_DESC(far, far_rows, name);

static void twopc_far_promote_test(struct kunit *test)
{
	const struct far_row *row = test->param_value;
	struct bench *b = test->priv;

	b->env.primary = row->primary;
	b->env.two_primaries = row->two_primaries;
	b->env.have_disk = row->have_disk;
	prepare(b, 0, 3, NONE, NOV, 0x3, 0x1);
	KUNIT_EXPECT_NULL(test, act(b, DRBD_TWOPC_CHECK));
	KUNIT_EXPECT_NOT_NULL(test, sent(b, row->answer, 1));
	packet(b, 0, DRBD_TWOPC_ABORT, 3);

	/* a demote is nothing to object to */
	b->tid++;
	prepare(b, 0, 3, NONE, NOV, 0x3, 0x2);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_YES, 1));
}

/* An unknown volume must not stop others (spec/state.md 13, 1). */
static void twopc_unknown_volume_test(struct kunit *test)
{
	struct bench *b = test->priv;
	struct drbd_twopc_msg size = {
		.cmd = DRBD_TWOPC_PREPARE, .resize = true, .initiator = 0, .target = NONE,
		.volume = 5, .tid = 5,
	};
	const struct drbd_twopc_msg *reply;

	b->env.known_volume = false;
	prepare(b, 0, 0, NONE, 5, 0x1e00, 0x400);
	KUNIT_EXPECT_NULL(test, act(b, DRBD_TWOPC_CHECK));
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_YES, 1));
	packet(b, 0, DRBD_TWOPC_ABORT, 0);
	b->env.primary = true;
	b->tid = 5;
	drbd_twopc_packet(&b->tp, &b->env, 0, &size, false, &b->acts);
	reply = sent(b, DRBD_TWOPC_YES, 1);
	KUNIT_ASSERT_NOT_NULL(test, reply);
	KUNIT_EXPECT_EQ(test, reply->size, 1ULL << 41);
	KUNIT_EXPECT_EQ(test, reply->primary_nodes, 0);
	KUNIT_EXPECT_EQ(test, reply->volume, 5);
	KUNIT_EXPECT_TRUE(test, drbd_twopc_is_resize(&b->tp, 0, b->tid));
	KUNIT_EXPECT_FALSE(test, drbd_twopc_is_resize(&b->tp, 0, b->tid + 1));
	KUNIT_EXPECT_FALSE(test, drbd_twopc_is_resize(&b->tp, 2, b->tid));
}

static void commit(struct bench *b, u64 primaries, u64 reachable, u32 flags)
{
	const struct drbd_twopc_msg msg = {
		.cmd = DRBD_TWOPC_COMMIT, .initiator = b->tp.msg.initiator, .target = NONE,
		.volume = NOV, .tid = b->tid, .primary_nodes = primaries,
		.reachable_nodes = reachable, .flags = flags,
	};

	drbd_twopc_packet(&b->tp, &b->env, 0, &msg, false, &b->acts);
}

/**
 * struct commit_row - what a COMMIT means to a participant
 * @name: description
 * @initiator: of the transaction; it arrives from 0
 * @target: of the change
 * @mask: of the change
 * @value: of the change
 * @primary: the node is Primary
 * @quorum: 0 none, 1 at a neighbour, 2 here
 * @primaries: of COMMIT
 * @reachable: of COMMIT
 * @flags: of COMMIT
 * @outdate: own disks become Outdated
 * @peer_outdated: the initiator's do
 * @members: afterwards, 7 before
 * @recalc: quorum is computed again
 */
struct commit_row {
	const char *name;
	int initiator;
	s8 target;
	u32 mask;
	u32 value;
	bool primary;
	int quorum;
	u64 primaries;
	u64 reachable;
	u32 flags;
	bool outdate;
	bool peer_outdated;
	u64 members;
	bool recalc;
};

#define HAS	DRBD_TWOPC_HAS_REACHABLE
#define INCAP	DRBD_TWOPC_PRI_INCAPABLE
static const struct commit_row commit_rows[] = {
	{ "neighbour promotes", 0, NONE, 0x3, 0x1, .quorum = 2, .primaries = 1,
	  .reachable = 0xf, .flags = HAS, .members = 0xf },
	{ "far node promotes", 3, NONE, 0x3, 0x1, .quorum = 2, .primaries = 8,
	  .reachable = 0xf, .flags = HAS, .outdate = true, .members = 0xf },
	{ "far node promotes, incapable", 3, NONE, 0x3, 0x1, .quorum = 2, .primaries = 8,
	  .reachable = 0xf, .flags = HAS | INCAP, .members = 0xf },
	{ "masks not told", 0, NONE, 0x3, 0x1, .quorum = 2, .primaries = 1,
	  .reachable = 0xf, .members = 7 },
	{ "no quorum anywhere", 0, NONE, 0x3, 0x1, .quorum = 0, .primaries = 1,
	  .reachable = 0xf, .flags = HAS, .members = 7 },
	{ "quorum at a neighbour", 0, NONE, 0x3, 0x1, .quorum = 1, .primaries = 1,
	  .reachable = 0xf, .flags = HAS, .members = 0xf, .recalc = true },
	{ "near initiator, far Primary", 0, NONE, 0, 0, .quorum = 2, .primaries = 8,
	  .reachable = 0xf, .flags = HAS, .outdate = true, .members = 0xf },
	{ "near initiator, far incapable Primary", 0, NONE, 0, 0, .quorum = 2,
	  .primaries = 8, .reachable = 0xf, .flags = HAS | INCAP, .outdate = true,
	  .members = 0xf },
	{ "empty of a far node, I am Primary", 3, NONE, 0, 0, .primary = true, .quorum = 2,
	  .primaries = 2, .reachable = 0xf, .flags = HAS, .peer_outdated = true,
	  .members = 0xf },
	{ "empty of a far node, I am an incapable Primary", 3, NONE, 0, 0, .primary = true,
	  .quorum = 2, .primaries = 2, .reachable = 0xf, .flags = HAS | INCAP,
	  .members = 0xf },
	{ "empty of a neighbour, I am Primary", 0, NONE, 0, 0, .primary = true, .quorum = 2,
	  .primaries = 2, .reachable = 7, .flags = HAS, .members = 7 },
	{ "far connect", 3, 4, 0x1f3, 0x92, .quorum = 0, .reachable = 0x1f, .flags = HAS,
	  .members = 0x1f },
	{ "disconnect from me, initiator is Primary", 0, 1, 0x1f0, 0x10, .quorum = 2,
	  .primaries = 1, .reachable = 7, .flags = HAS, .outdate = true, .members = 7 },
	{ "disconnect from another, initiator is Primary", 0, 2, 0x1f0, 0x10, .quorum = 2,
	  .primaries = 1, .reachable = 7, .flags = HAS, .members = 7 },
	{ "disconnect from me, splits", 0, 1, 0x1f0, 0x10, .quorum = 2, .reachable = 2,
	  .flags = HAS, .members = 7 },
	{ "disconnect from another, splits", 0, 2, 0x1f0, 0x10, .quorum = 2, .reachable = 3,
	  .flags = HAS, .members = 7 },
	{ "bits that are no nodes", 0, NONE, 0x3, 0x1, .quorum = 2,
	  .primaries = 0xffffffff00000001, .reachable = ~0ULL, .flags = HAS,
	  .members = 0xffffffff },
};

KUNIT_ARRAY_PARAM_DESC(commit, commit_rows, name);

static void twopc_commit_test(struct kunit *test)
{
	const struct commit_row *row = test->param_value;
	const struct drbd_twopc_apply *apply;
	struct bench *b = test->priv;

	b->env.primary = row->primary;
	b->env.quorate = row->quorum == 2;
	b->env.peer_quorate = row->quorum == 1;
	prepare(b, 0, row->initiator, row->target, NOV, row->mask, row->value);
	if (act(b, DRBD_TWOPC_CHECK))
		checked(b, DRBD_SS_SUCCESS);
	KUNIT_ASSERT_NOT_NULL(test, sent(b, DRBD_TWOPC_YES, 1));
	commit(b, row->primaries, row->reachable, row->flags);
	KUNIT_ASSERT_NOT_NULL(test, act(b, DRBD_TWOPC_APPLY));
	apply = &b->acts.apply;
	KUNIT_EXPECT_FALSE(test, apply->initiator);
	KUNIT_EXPECT_EQ(test, apply->outdate, row->outdate);
	KUNIT_EXPECT_EQ(test, apply->peer_outdated, row->peer_outdated);
	KUNIT_EXPECT_EQ(test, apply->members, row->members);
	KUNIT_EXPECT_EQ(test, apply->recalc, row->recalc);

	/* once is enough, and then nothing can stop it */
	commit(b, row->primaries, row->reachable, row->flags);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
	packet(b, 0, DRBD_TWOPC_ABORT, row->initiator);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
	drbd_twopc_lost(&b->tp, &b->env, 0, &b->acts);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
	drbd_twopc_expired(&b->tp, &b->env, b->tid, DRBD_TWOPC_TIMER_MAIN, &b->acts);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
	drbd_twopc_applied(&b->tp, &b->env, DRBD_SS_SUCCESS, &b->acts);
	KUNIT_EXPECT_NOT_NULL(test, act(b, DRBD_TWOPC_ENDED));
	commit(b, row->primaries, row->reachable, row->flags);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
}

static void twopc_demote_bitmap_test(struct kunit *test)
{
	struct bench *b = test->priv;

	b->env.primary_peers = 1;
	prepare(b, 0, 0, NONE, NOV, 0x3, 0x2);
	checked(b, DRBD_SS_SUCCESS);
	commit(b, 0, 7, HAS);
	KUNIT_EXPECT_EQ(test, place(b, DRBD_TWOPC_WRITE_BITMAP), 0);
	KUNIT_EXPECT_EQ(test, act(b, DRBD_TWOPC_WRITE_BITMAP)->node, 0);
	KUNIT_EXPECT_EQ(test, place(b, DRBD_TWOPC_APPLY), 1);
}

/* Target of a connect: initial packets first, whatever the answer is. */
static void twopc_connect_target_test(struct kunit *test)
{
	struct drbd_twopc_handshake hs = { .complete = true };
	struct bench *b = test->priv;

	b->env.connected = 4;
	b->env.connecting = 1;
	prepare(b, 0, 0, 1, NOV, 0x1f3, 0x92);
	KUNIT_EXPECT_EQ(test, act(b, DRBD_TWOPC_HS_RESET)->node, 0);
	KUNIT_EXPECT_EQ(test, act(b, DRBD_TWOPC_CHECK)->scope, DRBD_TWOPC_CONNECTION);
	KUNIT_EXPECT_TRUE(test, drbd_twopc_connects(&b->tp, 0));
	checked(b, DRBD_SS_SUCCESS);
	KUNIT_EXPECT_EQ(test, act(b, DRBD_TWOPC_HS_SEND)->node, 0);
	KUNIT_EXPECT_NULL(test, act(b, DRBD_TWOPC_SEND));
	shaken(b, 0, true);
	KUNIT_ASSERT_NOT_NULL(test, sent(b, DRBD_TWOPC_YES, 1));
	KUNIT_EXPECT_EQ(test, sent(b, DRBD_TWOPC_YES, 1)->reachable_nodes, 7);
	/* the Primary behind 0 is no neighbour, 0 will be one */
	commit(b, 9, 0xf, HAS);
	KUNIT_EXPECT_TRUE(test, b->acts.apply.outdate);
	drbd_twopc_applied(&b->tp, &b->env, DRBD_SS_SUCCESS, &b->acts);
	KUNIT_EXPECT_NULL(test, act(b, DRBD_TWOPC_HS_RELEASE));

	b->tid++;
	prepare(b, 0, 0, 1, NOV, 0x1f3, 0x91);
	checked(b, DRBD_SS_SUCCESS);
	shaken(b, 0, true);
	commit(b, 1, 7, HAS);
	KUNIT_EXPECT_FALSE(test, b->acts.apply.outdate);
	drbd_twopc_applied(&b->tp, &b->env, DRBD_SS_SUCCESS, &b->acts);

	/* refused, but what the handshake wants counts more */
	b->tid++;
	prepare(b, 0, 0, 1, NOV, 0x1f3, 0x92);
	checked(b, DRBD_SS_TWO_PRIMARIES);
	KUNIT_EXPECT_EQ(test, act(b, DRBD_TWOPC_HS_SEND)->node, 0);
	KUNIT_EXPECT_NULL(test, act(b, DRBD_TWOPC_SEND));
	hs.retry = true;
	drbd_twopc_shaken(&b->tp, &b->env, 0, &hs, &b->acts);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_RETRY, 1));
	drbd_twopc_expired(&b->tp, &b->env, b->tid, DRBD_TWOPC_TIMER_MAIN, &b->acts);
	KUNIT_EXPECT_EQ(test, act(b, DRBD_TWOPC_HS_RELEASE)->node, 0);
}

static void twopc_lost_test(struct kunit *test)
{
	struct bench *b = test->priv;
	const struct drbd_twopc_msg *end;

	/* a child that did not answer counts as busy */
	b->env.connected = 0x1d;
	prepare(b, 0, 0, NONE, NOV, 0x3, 0x1);
	checked(b, DRBD_SS_SUCCESS);
	KUNIT_ASSERT_NOT_NULL(test, sent(b, DRBD_TWOPC_PREPARE, 0x18));
	KUNIT_EXPECT_EQ(test, sent(b, DRBD_TWOPC_PREPARE, 0x18)->nodes_to_reach, ~0x1fULL);
	drbd_twopc_unsent(&b->tp, &b->env, 0x10, &b->acts);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
	b->env.connected = 0x15;
	drbd_twopc_lost(&b->tp, &b->env, 3, &b->acts);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_RETRY, 1));
	drbd_twopc_lost(&b->tp, &b->env, 4, &b->acts);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);

	/* one parent of two, then the other */
	prepare(b, 2, 0, NONE, NOV, 0x3, 0x1);
	b->env.connected = 0x14;
	drbd_twopc_lost(&b->tp, &b->env, 0, &b->acts);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
	b->env.connected = 0x10;
	drbd_twopc_lost(&b->tp, &b->env, 2, &b->acts);
	end = sent(b, DRBD_TWOPC_ABORT, 0x10);
	KUNIT_ASSERT_NOT_NULL(test, end);
	KUNIT_EXPECT_EQ(test, end->nodes_to_reach, ~0ULL);
	KUNIT_EXPECT_NOT_NULL(test, act(b, DRBD_TWOPC_ENDED));
	drbd_twopc_lost(&b->tp, &b->env, 4, &b->acts);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
}

/* Who was asked is told, even if the verdict does not name them. */
static void twopc_tell_children_test(struct kunit *test)
{
	struct bench *b = test->priv;
	int i;

	b->env.connected = 0xd;
	for (i = 0; i < 2; i++) {
		b->tid++;
		prepare(b, 0, 0, NONE, NOV, 0x3, 0x1);
		checked(b, DRBD_SS_SUCCESS);
		KUNIT_ASSERT_NOT_NULL(test, sent(b, DRBD_TWOPC_PREPARE, 8));
		packet(b, 3, DRBD_TWOPC_YES, 0);
		KUNIT_ASSERT_NOT_NULL(test, sent(b, DRBD_TWOPC_YES, 1));
		if (i) {
			packet(b, 0, DRBD_TWOPC_ABORT, 0);
			KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_ABORT, 8));
			continue;
		}
		commit(b, 1, 0xf, HAS);
		KUNIT_EXPECT_NULL(test, act(b, DRBD_TWOPC_SEND));
		drbd_twopc_applied(&b->tp, &b->env, DRBD_SS_SUCCESS, &b->acts);
		KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_COMMIT, 8));
	}
}

/* An ABORT "to all" is the loss of its sender, not the will of the initiator. */
static void twopc_abort_all_test(struct kunit *test)
{
	struct bench *b = test->priv;
	struct drbd_twopc_msg all = {
		.cmd = DRBD_TWOPC_ABORT, .initiator = 0, .target = NONE, .volume = NOV,
		.tid = b->tid, .nodes_to_reach = ~0ULL,
	};

	b->env.connected = 0xd;
	prepare(b, 0, 0, NONE, NOV, 0x3, 0x1);
	checked(b, DRBD_SS_SUCCESS);
	prepare(b, 3, 0, NONE, NOV, 0x3, 0x1);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_YES, 9));
	drbd_twopc_packet(&b->tp, &b->env, 2, &all, false, &b->acts);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
	drbd_twopc_packet(&b->tp, &b->env, 3, &all, false, &b->acts);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
	drbd_twopc_packet(&b->tp, &b->env, 0, &all, false, &b->acts);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_ABORT, 0xc));
	KUNIT_EXPECT_NOT_NULL(test, act(b, DRBD_TWOPC_ENDED));

	/* who does not take part passes it on, but not back */
	drbd_twopc_packet(&b->tp, &b->env, 2, &all, false, &b->acts);
	KUNIT_ASSERT_NOT_NULL(test, sent(b, DRBD_TWOPC_ABORT, 8));
	KUNIT_EXPECT_EQ(test, sent(b, DRBD_TWOPC_ABORT, 8)->nodes_to_reach, ~0xeULL);
	KUNIT_EXPECT_EQ(test, b->acts.n, 1);
}

/* Asked when all is over: the same answer, and nothing to be bound to. */
static void twopc_late_test(struct kunit *test)
{
	struct bench *b = test->priv;
	const struct drbd_twopc_msg all = {
		.cmd = DRBD_TWOPC_ABORT, .initiator = 0, .target = NONE, .volume = NOV,
		.tid = 99, .nodes_to_reach = ~0ULL,
	};
	u32 first = b->tid;
	int i;

	prepare(b, 0, 0, NONE, NOV, 0x3, 0x1);
	checked(b, DRBD_SS_SUCCESS);
	commit(b, 1, 7, HAS);
	drbd_twopc_applied(&b->tp, &b->env, DRBD_SS_SUCCESS, &b->acts);
	prepare(b, 2, 0, NONE, NOV, 0x3, 0x1);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_YES, 4));
	KUNIT_EXPECT_EQ(test, b->acts.n, 1);
	commit(b, 1, 7, HAS);
	KUNIT_EXPECT_EQ(test, b->acts.n, 0);
	/* the same number of another initiator is another transaction */
	prepare(b, 2, 2, NONE, NOV, 0x3, 0x1);
	KUNIT_EXPECT_NOT_NULL(test, act(b, DRBD_TWOPC_CHECK));
	packet(b, 2, DRBD_TWOPC_ABORT, 2);
	prepare(b, 0, 2, NONE, NOV, 0x3, 0x1);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_RETRY, 1));
	KUNIT_EXPECT_EQ(test, b->acts.n, 1);

	/* aborted without having been heard of; but not if only somebody forgot it */
	b->tid++;
	packet(b, 2, DRBD_TWOPC_ABORT, 0);
	packet(b, 2, DRBD_TWOPC_ABORT, 0);
	prepare(b, 2, 0, NONE, NOV, 0x3, 0x1);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_RETRY, 4));
	drbd_twopc_packet(&b->tp, &b->env, 2, &all, false, &b->acts);
	b->tid = 99;
	prepare(b, 0, 0, NONE, NOV, 0x3, 0x1);
	KUNIT_EXPECT_NOT_NULL(test, act(b, DRBD_TWOPC_CHECK));
	packet(b, 0, DRBD_TWOPC_ABORT, 0);

	/* four are known by now, and sixteen at most */
	for (i = 0; i < 12; i++) {
		b->tid++;
		packet(b, 2, DRBD_TWOPC_ABORT, 0);
	}
	b->tid = first;
	prepare(b, 0, 0, NONE, NOV, 0x3, 0x1);
	KUNIT_EXPECT_NULL(test, act(b, DRBD_TWOPC_CHECK));
	b->tid = 200;
	packet(b, 2, DRBD_TWOPC_ABORT, 0);
	b->tid = first;
	prepare(b, 0, 0, NONE, NOV, 0x3, 0x1);
	KUNIT_EXPECT_NOT_NULL(test, act(b, DRBD_TWOPC_CHECK));
}

/* A new size takes time: others are told first. */
static void twopc_resize_participant_test(struct kunit *test)
{
	struct bench *b = test->priv;
	struct drbd_twopc_msg size = {
		.cmd = DRBD_TWOPC_PREPARE, .resize = true, .initiator = 0, .target = NONE,
		.volume = 5, .tid = b->tid, .nodes_to_reach = ~7ULL,
	};
	const struct drbd_twopc_msg *msg;

	b->env.connected = 0xd;
	drbd_twopc_packet(&b->tp, &b->env, 0, &size, false, &b->acts);
	KUNIT_EXPECT_EQ(test, act(b, DRBD_TWOPC_CHECK)->scope, DRBD_TWOPC_VOLUME);
	checked(b, DRBD_SS_SUCCESS);
	size.cmd = DRBD_TWOPC_YES;
	size.size = 750;
	size.primary_nodes = 8;
	drbd_twopc_packet(&b->tp, &b->env, 3, &size, false, &b->acts);
	msg = sent(b, DRBD_TWOPC_YES, 1);
	KUNIT_ASSERT_NOT_NULL(test, msg);
	KUNIT_EXPECT_EQ(test, msg->size, 750);
	KUNIT_EXPECT_EQ(test, msg->primary_nodes, 8);
	KUNIT_EXPECT_EQ(test, msg->weak_nodes, 0);
	size.cmd = DRBD_TWOPC_COMMIT;
	drbd_twopc_packet(&b->tp, &b->env, 0, &size, false, &b->acts);
	KUNIT_EXPECT_NOT_NULL(test, sent(b, DRBD_TWOPC_COMMIT, 8));
	KUNIT_EXPECT_LT(test, place(b, DRBD_TWOPC_SEND), place(b, DRBD_TWOPC_APPLY));
	KUNIT_EXPECT_EQ(test, b->acts.apply.size, 750);
	KUNIT_EXPECT_EQ(test, b->acts.apply.parents, 1);
	KUNIT_EXPECT_EQ(test, b->acts.apply.children, 8);
	KUNIT_EXPECT_EQ(test, b->acts.apply.primary_nodes, 8);
	drbd_twopc_applied(&b->tp, &b->env, DRBD_SS_SUCCESS, &b->acts);
	KUNIT_EXPECT_NULL(test, act(b, DRBD_TWOPC_SEND));
}

/* A packet of a peer that makes no sense, or just a little. */
static void garbage_packet(struct rnd_state *rnd, struct bench *b, struct drbd_twopc_msg *msg)
{
	const struct drbd_twopc_id active = drbd_twopc_active(&b->tp);
	u32 how = prandom_u32_state(rnd);

	*msg = (struct drbd_twopc_msg) {
		.cmd = how % 6,
		.resize = !(how & 0x700),
		.initiator = prandom_u32_state(rnd) % 5,
		.target = (int)(prandom_u32_state(rnd) % 5) - 1,
		.volume = how & 0x800 ? DRBD_NO_VOLUME : how >> 16 & 3,
		.tid = prandom_u32_state(rnd) % 500,
		.flags = how & (DRBD_TWOPC_HAS_REACHABLE | DRBD_TWOPC_PRI_INCAPABLE),
		.mask = prandom_u32_state(rnd) & 0xffffff,
		.value = prandom_u32_state(rnd) & 0xffffff,
		.nodes_to_reach = (u64)prandom_u32_state(rnd) << 32 | prandom_u32_state(rnd),
		.primary_nodes = prandom_u32_state(rnd),
		.reachable_nodes = (u64)prandom_u32_state(rnd) << 32 | prandom_u32_state(rnd),
		.weak_nodes = prandom_u32_state(rnd),
		.size = prandom_u32_state(rnd),
	};
	if (how & 0x1000) {
		static const u32 masks[] = { 0, 0x3, 0x1f0, 0x1f3 };

		msg->mask = masks[how >> 13 & 3];
		msg->value = (how & 0x8000 ? 0x92 : 0x11) & msg->mask;
	}
	if (how & 0x10000 && active.initiator != DRBD_NO_NODE) {
		msg->initiator = active.initiator;
		msg->tid = active.tid;
		msg->resize = msg->resize || (msg->cmd && b->tp.msg.resize);
	}
}

/* What is wanted can be done: no more than there is room for, and sent to others. */
static void expect_sane(struct kunit *test, const struct bench *b, unsigned int seen[])
{
	unsigned int i;

	KUNIT_ASSERT_LE(test, b->acts.n, DRBD_TWOPC_MAX_ACTIONS);
	KUNIT_ASSERT_LE(test, b->acts.nmsgs, DRBD_TWOPC_MAX_MSGS);
	for (i = 0; i < b->acts.n; i++) {
		const struct drbd_twopc_action *a = &b->acts.action[i];

		KUNIT_ASSERT_LE(test, a->act, DRBD_TWOPC_BAD_PACKET);
		seen[a->act]++;
		if (a->act == DRBD_TWOPC_SEND) {
			KUNIT_ASSERT_NOT_NULL(test, a->msg);
			KUNIT_ASSERT_NE(test, a->nodes, 0);
			KUNIT_ASSERT_EQ(test, a->nodes & ~(u64)0x1d, 0);
			KUNIT_ASSERT_NE(test, a->msg->tid, 0);
		}
		if (a->act == DRBD_TWOPC_BAD_PACKET) {
			KUNIT_ASSERT_NOT_NULL(test, a->field);
			KUNIT_ASSERT_EQ(test, b->acts.n, 1);
		}
	}
}

/* Peers send anything at any time, while things happen here as they are asked for. */
static void twopc_garbage_test(struct kunit *test)
{
	static const int peers[] = { 0, 2, 3, 4 };
	static const enum drbd_rv results[] = {
		DRBD_SS_SUCCESS, DRBD_SS_SUCCESS, DRBD_SS_PRIMARY_READER,
		DRBD_SS_IN_TRANSIENT_STATE, DRBD_SS_TWO_PRIMARIES,
	};
	unsigned int seen[DRBD_TWOPC_BAD_PACKET + 1] = {};
	struct bench *b = test->priv;
	struct drbd_twopc_msg msg;
	struct rnd_state rnd;
	int round;

	prandom_seed_state(&rnd, 2);
	b->env.connected = 0xd;
	b->env.connecting = 0x10;
	for (round = 0; round < 40000; round++) {
		u32 what = prandom_u32_state(&rnd);
		enum drbd_rv rv = results[what / 16 % ARRAY_SIZE(results)];
		int peer = peers[what / 256 % 4];

		b->tid = drbd_twopc_active(&b->tp).tid;
		switch (what % 16) {
		case 0:
			shaken(b, peer, what & 0x1000);
			break;
		case 1:
			drbd_twopc_applied(&b->tp, &b->env, rv, &b->acts);
			break;
		case 2:
			drbd_twopc_lost(&b->tp, &b->env, peer, &b->acts);
			break;
		case 3:
			drbd_twopc_expired(&b->tp, &b->env, b->tid, what >> 12 & 1, &b->acts);
			break;
		case 4:
			drbd_twopc_unsent(&b->tp, &b->env, drbd_node_mask(peer), &b->acts);
			break;
		case 5:
		case 6:
			checked(b, rv);
			break;
		default:
			garbage_packet(&rnd, b, &msg);
			b->env.primary = what & 0x1000;
			drbd_twopc_packet(&b->tp, &b->env, peer, &msg, what & 0x2000, &b->acts);
			break;
		}
		expect_sane(test, b, seen);
	}
	/* it got as far as that */
	KUNIT_EXPECT_GT(test, seen[DRBD_TWOPC_APPLY], 10);
	KUNIT_EXPECT_GT(test, seen[DRBD_TWOPC_SEND], 100);
	KUNIT_EXPECT_GT(test, seen[DRBD_TWOPC_HS_SEND], 0);
	KUNIT_EXPECT_GT(test, seen[DRBD_TWOPC_DEFER], 0);
}

static struct kunit_case twopc_participant_cases[] = {
	KUNIT_CASE_PARAM(twopc_bad_packet_test, bad_gen_params),
	KUNIT_CASE(twopc_wait_for_verdict_test),
	KUNIT_CASE(twopc_readers_test),
	KUNIT_CASE(twopc_transient_test),
	KUNIT_CASE(twopc_refuse_test),
	KUNIT_CASE_PARAM(twopc_far_promote_test, far_gen_params),
	KUNIT_CASE(twopc_unknown_volume_test),
	KUNIT_CASE_PARAM(twopc_commit_test, commit_gen_params),
	KUNIT_CASE(twopc_demote_bitmap_test),
	KUNIT_CASE(twopc_connect_target_test),
	KUNIT_CASE(twopc_lost_test),
	KUNIT_CASE(twopc_tell_children_test),
	KUNIT_CASE(twopc_abort_all_test),
	KUNIT_CASE(twopc_late_test),
	KUNIT_CASE(twopc_resize_participant_test),
	KUNIT_CASE(twopc_garbage_test),
	{}
};

static struct kunit_suite twopc_participant_suite = {
	.name = "drbd-twopc-participant",
	.init = bench_init,
	.test_cases = twopc_participant_cases,
};

kunit_test_suite(twopc_participant_suite);
