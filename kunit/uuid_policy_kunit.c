// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what the administrator wants when generations do not decide
 *
 * The tables of spec/resync.md 11.2 and 11.3.
 */

#include <kunit/test.h>
#include <linux/prandom.h>

#include "../core/uuid_policy.h"

#define PRI DRBD_ROLE_PRIMARY
#define SEC DRBD_ROLE_SECONDARY
#define YOUNGER DRBD_ASB_DISCARD_YOUNGER
#define OLDER DRBD_ASB_DISCARD_OLDER
#define ZERO DRBD_ASB_DISCARD_ZERO
#define LEAST DRBD_ASB_DISCARD_LEAST
#define UNRESOLVED DRBD_ASB_UNRESOLVED
#define BAD DRBD_ASB_BAD_POLICY
#define SOURCE DRBD_ASB_SOURCE
#define TARGET DRBD_ASB_TARGET
#define DEMOTED DRBD_ASB_TARGET_IF_DEMOTED

/**
 * struct zero_row - no Primary
 * @name: of the row
 * @policy: after-sb-0pri
 * @p: this node was Primary
 * @q: the peer was Primary
 * @s: own bits
 * @r: bits of the peer
 * @rc: RESOLVE_CONFLICTS
 * @verdict: expected
 */
struct zero_row {
	const char *name;
	enum drbd_asb policy;
	bool p;
	bool q;
	u64 s;
	u64 r;
	bool rc;
	enum drbd_asb_verdict verdict;
};

static const struct zero_row zeros[] = {
	{ "younger 1", YOUNGER, 0, 1, 5, 9, 0, TARGET },
	{ "younger 2", YOUNGER, 1, 0, 5, 9, 0, SOURCE },
	{ "younger 3", YOUNGER, 1, 1, 5, 9, 0, TARGET },
	{ "younger 4", YOUNGER, 0, 0, 9, 5, 0, SOURCE },
	{ "younger 5", YOUNGER, 0, 0, 5, 5, 1, TARGET },
	{ "younger 6", YOUNGER, 0, 0, 5, 5, 0, SOURCE },
	{ "younger 7", YOUNGER, 1, 1, 0, 5, 0, TARGET },
	{ "younger 8", YOUNGER, 1, 1, 5, 0, 1, SOURCE },
	{ "older 1", OLDER, 0, 1, 5, 9, 0, SOURCE },
	{ "older 2", OLDER, 1, 0, 5, 9, 0, TARGET },
	{ "older 3", OLDER, 0, 0, 0, 0, 1, TARGET },
	{ "older 4", OLDER, 1, 1, 0, 0, 0, SOURCE },
	{ "zero changes 1", ZERO, 1, 0, 0, 0, 1, TARGET },
	{ "zero changes 2", ZERO, 0, 1, 0, 0, 0, SOURCE },
	{ "zero changes 3", ZERO, 0, 0, 0, 7, 0, TARGET },
	{ "zero changes 4", ZERO, 1, 1, 7, 0, 0, SOURCE },
	{ "zero changes 5", ZERO, 0, 0, 7, 3, 0, UNRESOLVED },
	{ "least changes 1", LEAST, 0, 1, 7, 3, 0, SOURCE },
	{ "least changes 2", LEAST, 0, 1, 3, 7, 0, TARGET },
	{ "least changes 3", LEAST, 0, 1, 3, 3, 1, TARGET },
	{ "least changes 4", LEAST, 0, 1, 3, 3, 0, SOURCE },
	{ "disconnect", DRBD_ASB_DISCONNECT, 0, 1, 0, 7, 0, UNRESOLVED },
	{ "local", DRBD_ASB_DISCARD_LOCAL, 1, 0, 7, 0, 0, TARGET },
	{ "remote", DRBD_ASB_DISCARD_REMOTE, 0, 1, 0, 7, 0, SOURCE },
	{ "consensus", DRBD_ASB_CONSENSUS, 0, 1, 0, 7, 0, BAD },
	{ "violently", DRBD_ASB_VIOLENTLY, 0, 1, 0, 7, 0, BAD },
	{ "auto-discard", DRBD_ASB_AUTO_DISCARD, 0, 1, 0, 7, 0, BAD },
};

KUNIT_ARRAY_PARAM_DESC(zero, zeros, name);

static void policy_zero_test(struct kunit *test)
{
	const struct zero_row *row = test->param_value;
	struct drbd_split_brain sb = {
		.policy = { row->policy }, .proto = 124, .role = SEC, .peer_role = SEC,
		.was_primary = row->p, .peer_was_primary = row->q,
		.bits = row->s, .peer_bits = row->r, .resolve_conflicts = row->rc,
		.quorate = true,
	};

	KUNIT_EXPECT_EQ(test, drbd_after_split_brain(&sb), row->verdict);
	/* Quorum decides if only one has it, and if it is asked for. */
	sb.quorum = true;
	KUNIT_EXPECT_EQ(test, drbd_after_split_brain(&sb), SOURCE);
	sb.peer_quorate = true;
	KUNIT_EXPECT_EQ(test, drbd_after_split_brain(&sb), row->verdict);
	sb.quorate = false;
	KUNIT_EXPECT_EQ(test, drbd_after_split_brain(&sb), TARGET);
	sb.proto = 113;
	KUNIT_EXPECT_EQ(test, drbd_after_split_brain(&sb), TARGET);
	sb.proto = 112;
	KUNIT_EXPECT_EQ(test, drbd_after_split_brain(&sb), row->verdict);
}

/**
 * struct roles_row - one Primary or two
 * @name: of the row
 * @role: own role
 * @peer_role: role of the peer
 * @policy: after-sb-1pri or -2pri
 * @target: verdict if it were target without Primaries
 * @source: verdict if it were source
 */
struct roles_row {
	const char *name;
	enum drbd_node_role role;
	enum drbd_node_role peer_role;
	enum drbd_asb policy;
	enum drbd_asb_verdict target;
	enum drbd_asb_verdict source;
};

static const struct roles_row roles[] = {
	{ "1p disconnect", PRI, SEC, DRBD_ASB_DISCONNECT, UNRESOLVED, UNRESOLVED },
	{ "1p consensus", PRI, SEC, DRBD_ASB_CONSENSUS, UNRESOLVED, SOURCE },
	{ "1p consensus, Secondary", SEC, PRI, DRBD_ASB_CONSENSUS, TARGET, UNRESOLVED },
	{ "1p violently", PRI, SEC, DRBD_ASB_VIOLENTLY, TARGET, SOURCE },
	{ "1p violently, Secondary", SEC, PRI, DRBD_ASB_VIOLENTLY, TARGET, SOURCE },
	{ "1p discard-secondary", PRI, SEC, DRBD_ASB_DISCARD_SECONDARY, SOURCE, SOURCE },
	{ "1p discard-secondary, Secondary", SEC, PRI, DRBD_ASB_DISCARD_SECONDARY, TARGET,
		TARGET },
	{ "1p call-helper", PRI, SEC, DRBD_ASB_CALL_HELPER, DEMOTED, SOURCE },
	{ "1p call-helper, Secondary", SEC, PRI, DRBD_ASB_CALL_HELPER, TARGET, SOURCE },
	{ "1p discard-local", PRI, SEC, DRBD_ASB_DISCARD_LOCAL, BAD, BAD },
	{ "2p disconnect", PRI, PRI, DRBD_ASB_DISCONNECT, UNRESOLVED, UNRESOLVED },
	{ "2p violently", PRI, PRI, DRBD_ASB_VIOLENTLY, TARGET, SOURCE },
	{ "2p call-helper", PRI, PRI, DRBD_ASB_CALL_HELPER, DEMOTED, SOURCE },
	{ "2p consensus", PRI, PRI, DRBD_ASB_CONSENSUS, BAD, BAD },
	{ "2p discard-secondary", PRI, PRI, DRBD_ASB_DISCARD_SECONDARY, BAD, BAD },
	{ "2p discard-remote", PRI, PRI, DRBD_ASB_DISCARD_REMOTE, BAD, BAD },
};

KUNIT_ARRAY_PARAM_DESC(roles, roles, name);

static void policy_roles_test(struct kunit *test)
{
	const struct roles_row *row = test->param_value;
	bool both = row->role == row->peer_role;
	struct drbd_split_brain sb = {
		.policy = { DRBD_ASB_DISCARD_LOCAL, both ? DRBD_ASB_DISCONNECT : row->policy,
			    both ? row->policy : DRBD_ASB_DISCONNECT },
		.proto = 124, .role = row->role, .peer_role = row->peer_role,
	};

	KUNIT_EXPECT_EQ(test, drbd_after_split_brain(&sb), row->target);
	sb.policy[0] = DRBD_ASB_DISCARD_REMOTE;
	KUNIT_EXPECT_EQ(test, drbd_after_split_brain(&sb), row->source);
}

/* Whatever the policies, the peer comes to the opposite. */
static void policy_mirror_test(struct kunit *test)
{
	static const enum drbd_asb others[] = {
		[DRBD_ASB_DISCARD_LOCAL] = DRBD_ASB_DISCARD_REMOTE,
		[DRBD_ASB_DISCARD_REMOTE] = DRBD_ASB_DISCARD_LOCAL,
		[DRBD_ASB_AUTO_DISCARD] = 0,
	};
	struct rnd_state rnd;
	int i;

	prandom_seed_state(&rnd, 2);
	for (i = 0; i < 20000; i++) {
		u32 r = prandom_u32_state(&rnd);
		struct drbd_split_brain a = {
			.policy = { prandom_u32_state(&rnd) % 7, prandom_u32_state(&rnd) % 11,
				    prandom_u32_state(&rnd) % 11 },
			.proto = 112 + (r & 1), .role = r & 2 ? PRI : SEC,
			.peer_role = r & 4 ? PRI : SEC, .was_primary = r & 8,
			.peer_was_primary = r & 16, .bits = r >> 5 & 3, .peer_bits = r >> 7 & 3,
			.quorum = r & 0x200, .quorate = r & 0x400, .peer_quorate = r & 0x800,
			.resolve_conflicts = r & 0x1000,
		}, b = a;
		enum drbd_asb_verdict va, vb;
		int j;

		b.role = a.peer_role;
		b.peer_role = a.role;
		b.was_primary = a.peer_was_primary;
		b.peer_was_primary = a.was_primary;
		b.bits = a.peer_bits;
		b.peer_bits = a.bits;
		b.quorate = a.peer_quorate;
		b.peer_quorate = a.quorate;
		b.resolve_conflicts = !a.resolve_conflicts;
		for (j = 0; j < 3; j++)
			b.policy[j] = others[a.policy[j]] ?: a.policy[j];
		va = drbd_after_split_brain(&a);
		vb = drbd_after_split_brain(&b);
		if (va == SOURCE)
			KUNIT_ASSERT_TRUE(test, vb == TARGET || vb == DEMOTED);
		else if (va == TARGET || va == DEMOTED)
			KUNIT_ASSERT_EQ(test, vb, SOURCE);
		else
			KUNIT_ASSERT_EQ(test, vb, va);
	}
}

static void policy_strategy_test(struct kunit *test)
{
	const enum drbd_strategy xa = DRBD_SPLIT_BRAIN, xd = DRBD_SPLIT_BRAIN_DISCONNECT;

	KUNIT_EXPECT_EQ(test, drbd_asb_strategy(xa, SOURCE), DRBD_SOURCE_USE_BITMAP);
	KUNIT_EXPECT_EQ(test, drbd_asb_strategy(xa, TARGET), DRBD_TARGET_USE_BITMAP);
	KUNIT_EXPECT_EQ(test, drbd_asb_strategy(xa, DEMOTED), DRBD_TARGET_USE_BITMAP);
	KUNIT_EXPECT_EQ(test, drbd_asb_strategy(xa, UNRESOLVED), xd);
	KUNIT_EXPECT_EQ(test, drbd_asb_strategy(xd, SOURCE), DRBD_SOURCE_SET_BITMAP);
	KUNIT_EXPECT_EQ(test, drbd_asb_strategy(xd, TARGET), DRBD_TARGET_SET_BITMAP);
	KUNIT_EXPECT_EQ(test, drbd_asb_strategy(xd, BAD), xd);
	KUNIT_EXPECT_EQ(test, drbd_full_sync(DRBD_SOURCE_COPY_BITMAP), xd);
	KUNIT_EXPECT_EQ(test, drbd_user_strategy(true, false), DRBD_TARGET_USE_BITMAP);
	KUNIT_EXPECT_EQ(test, drbd_user_strategy(false, true), DRBD_SOURCE_USE_BITMAP);
	KUNIT_EXPECT_EQ(test, drbd_user_strategy(false, false), DRBD_NO_SYNC);
	KUNIT_EXPECT_EQ(test, drbd_user_strategy(true, true), DRBD_NO_SYNC);
}

struct discard_row {
	const char *name;
	enum drbd_strategy strategy;
	bool own;
	bool peer;
	int proto;
	enum drbd_disk disk;
	enum drbd_disk peer_disk;
	enum drbd_strategy result;
	bool ignored;
};

#define INC DRBD_D_INCONSISTENT
#define OUT DRBD_D_OUTDATED
#define UTD DRBD_D_UP_TO_DATE

static const struct discard_row discards[] = {
	{ "to target", DRBD_SOURCE_USE_BITMAP, 1, 0, 121, UTD, OUT, DRBD_TARGET_USE_BITMAP, 0 },
	{ "bad data there", DRBD_SOURCE_USE_BITMAP, 1, 0, 121, UTD, INC,
		DRBD_SOURCE_USE_BITMAP, 1 },
	{ "8.4", DRBD_SOURCE_USE_BITMAP, 1, 0, 101, UTD, OUT, DRBD_SOURCE_USE_BITMAP, 0 },
	{ "p120", DRBD_SOURCE_USE_BITMAP, 1, 0, 120, UTD, OUT, DRBD_SOURCE_USE_BITMAP, 0 },
	{ "to source", DRBD_TARGET_SET_BITMAP, 0, 1, 124, UTD, INC, DRBD_SOURCE_SET_BITMAP, 0 },
	{ "bad data here", DRBD_TARGET_SET_BITMAP, 0, 1, 124, INC, UTD,
		DRBD_TARGET_SET_BITMAP, 1 },
	{ "not to be reversed", DRBD_SOURCE_COPY_BITMAP, 1, 0, 124, UTD, UTD,
		DRBD_SOURCE_COPY_BITMAP, 1 },
	{ "not to be reversed, target", DRBD_TARGET_CLEAR_BITMAP, 0, 1, 124, UTD, UTD,
		DRBD_TARGET_CLEAR_BITMAP, 1 },
	{ "no sync", DRBD_NO_SYNC, 1, 0, 124, UTD, UTD, DRBD_NO_SYNC, 0 },
	{ "as decided", DRBD_TARGET_USE_BITMAP, 1, 0, 124, OUT, UTD, DRBD_TARGET_USE_BITMAP, 0 },
	{ "as decided, source", DRBD_SOURCE_USE_BITMAP, 0, 1, 124, UTD, OUT,
		DRBD_SOURCE_USE_BITMAP, 0 },
	{ "not decided", DRBD_UNRELATED_DATA, 1, 0, 124, UTD, UTD, DRBD_UNRELATED_DATA, 0 },
	{ "use", DRBD_TARGET_USE_BITMAP, 0, 1, 124, UTD, UTD, DRBD_SOURCE_USE_BITMAP, 0 },
	{ "set", DRBD_SOURCE_SET_BITMAP, 1, 0, 124, UTD, UTD, DRBD_TARGET_SET_BITMAP, 0 },
	{ "if both failed", DRBD_SOURCE_IF_BOTH_FAILED, 1, 0, 124, UTD, UTD,
		DRBD_TARGET_IF_BOTH_FAILED, 0 },
	{ "if both failed, target", DRBD_TARGET_IF_BOTH_FAILED, 0, 1, 124, UTD, UTD,
		DRBD_SOURCE_IF_BOTH_FAILED, 0 },
};

KUNIT_ARRAY_PARAM_DESC(discard, discards, name);

static void policy_discard_test(struct kunit *test)
{
	const struct discard_row *row = test->param_value;
	bool ignored;

	KUNIT_EXPECT_EQ(test, drbd_discard_reversed(row->strategy, row->own, row->peer,
						    row->proto, row->disk, row->peer_disk,
						    &ignored), row->result);
	KUNIT_EXPECT_EQ(test, ignored, row->ignored);
}

/**
 * struct rr_row - this node is Primary, and has to be the target
 * @name: of the row
 * @policy: rr-conflict
 * @strategy: decided
 * @rule: by
 * @result: expected
 * @rr: what is not Primary, UpToDate, with bits, against a Secondary
 */
struct rr_row {
	const char *name;
	enum drbd_asb policy;
	enum drbd_strategy strategy;
	enum drbd_rule rule;
	enum drbd_strategy result;
	struct drbd_rr_conflict rr;
};

#define TB DRBD_TARGET_USE_BITMAP
#define SB DRBD_SOURCE_USE_BITMAP
#define BY_PEER DRBD_RULE_BITMAP_PEER
#define CRASHED DRBD_RULE_CRASHED_PRIMARY
#define DEFAULT { .role = PRI, .peer_role = SEC, .disk = UTD, .peer_disk = UTD, .bits = true }

static const struct rr_row rrs[] = {
	{ "disconnect", 0, TB, BY_PEER, DRBD_PRIMARY_DISCONNECT, DEFAULT },
	{ "call-helper", DRBD_ASB_CALL_HELPER, TB, BY_PEER, DRBD_PRIMARY_DISCONNECT, DEFAULT },
	{ "retry-connect", DRBD_ASB_RETRY_CONNECT, TB, BY_PEER, DRBD_PRIMARY_RECONNECT, DEFAULT },
	{ "violently", DRBD_ASB_VIOLENTLY, TB, BY_PEER, TB, DEFAULT },
	{ "auto-discard", DRBD_ASB_AUTO_DISCARD, TB, CRASHED, SB, DEFAULT },
	{ "auto-discard, other rule", DRBD_ASB_AUTO_DISCARD, TB, BY_PEER, TB, DEFAULT },
	{ "auto-discard, full sync", DRBD_ASB_AUTO_DISCARD, DRBD_TARGET_SET_BITMAP, CRASHED,
		DRBD_TARGET_SET_BITMAP, DEFAULT },
	{ "auto-discard, attach", DRBD_ASB_AUTO_DISCARD, TB, CRASHED, TB,
		{ .role = PRI, .peer_role = SEC, .disk = UTD, .peer_disk = UTD, .bits = true,
		  .attach = true } },
	{ "if both failed", 0, DRBD_TARGET_IF_BOTH_FAILED, DRBD_RULE_BOTH_OFF,
		DRBD_TARGET_IF_BOTH_FAILED, DEFAULT },
	{ "no bits", 0, TB, BY_PEER, TB,
		{ .role = PRI, .peer_role = SEC, .disk = UTD, .peer_disk = UTD } },
	{ "auto-discard, no bits", DRBD_ASB_AUTO_DISCARD, TB, CRASHED, TB,
		{ .role = PRI, .peer_role = SEC, .disk = UTD, .peer_disk = UTD } },
	{ "Outdated", 0, TB, BY_PEER, TB,
		{ .role = PRI, .peer_role = SEC, .disk = OUT, .peer_disk = UTD, .bits = true } },
	{ "Consistent", 0, TB, BY_PEER, DRBD_PRIMARY_DISCONNECT,
		{ .role = PRI, .peer_role = SEC, .disk = DRBD_D_CONSISTENT, .peer_disk = UTD,
		  .bits = true } },
	{ "Secondary", 0, TB, BY_PEER, TB,
		{ .role = SEC, .peer_role = SEC, .disk = UTD, .peer_disk = UTD, .bits = true } },
	{ "source", 0, SB, BY_PEER, SB, DEFAULT },
	{ "peer auto-discards", DRBD_ASB_AUTO_DISCARD, SB, CRASHED, TB,
		{ .role = SEC, .peer_role = PRI, .disk = UTD, .peer_disk = UTD, .bits = true } },
	{ "peer auto-discards, Outdated", DRBD_ASB_AUTO_DISCARD, SB, CRASHED, SB,
		{ .role = SEC, .peer_role = PRI, .disk = UTD, .peer_disk = OUT, .bits = true } },
	{ "peer auto-discards, other rule", DRBD_ASB_AUTO_DISCARD, SB, BY_PEER, SB,
		{ .role = SEC, .peer_role = PRI, .disk = UTD, .peer_disk = UTD, .bits = true } },
	{ "peer is Secondary", DRBD_ASB_AUTO_DISCARD, SB, CRASHED, SB,
		{ .role = SEC, .peer_role = SEC, .disk = UTD, .peer_disk = UTD, .bits = true } },
	{ "peer disconnects", 0, SB, CRASHED, SB,
		{ .role = SEC, .peer_role = PRI, .disk = UTD, .peer_disk = UTD, .bits = true } },
};

KUNIT_ARRAY_PARAM_DESC(rr, rrs, name);

static void policy_rr_test(struct kunit *test)
{
	const struct rr_row *row = test->param_value;
	struct drbd_rr_conflict rr = row->rr;
	bool call_helper;

	rr.policy = row->policy;
	KUNIT_EXPECT_EQ(test, drbd_rr_conflict(row->strategy, row->rule, &rr, &call_helper),
			row->result);
	KUNIT_EXPECT_EQ(test, call_helper, row->policy == DRBD_ASB_CALL_HELPER);
}

static struct kunit_case policy_cases[] = {
	KUNIT_CASE_PARAM(policy_zero_test, zero_gen_params),
	KUNIT_CASE_PARAM(policy_roles_test, roles_gen_params),
	KUNIT_CASE(policy_mirror_test),
	KUNIT_CASE(policy_strategy_test),
	KUNIT_CASE_PARAM(policy_discard_test, discard_gen_params),
	KUNIT_CASE_PARAM(policy_rr_test, rr_gen_params),
	{}
};

static struct kunit_suite policy_suite = {
	.name = "drbd-uuid-policy",
	.test_cases = policy_cases,
};

kunit_test_suite(policy_suite);
