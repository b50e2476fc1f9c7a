// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what says more than the generations of two nodes
 *
 * The tables of spec/resync.md 2.5 to 2.7, from both sides.
 */

#include <kunit/test.h>

#include "../core/uuid_override.h"
#include "uuid_pair.h"

struct missed_row {
	const char *name;
	int proto;
	bool peer;		/* the peer missed it, not this node */
	enum drbd_node_role role;
	u64 bits;
	u64 dirty;
	const char *result;
};

static const struct missed_row misseds[] = {
	{ "source", 123, false, DRBD_ROLE_SECONDARY, 0, 0, "RETRY" },
	{ "source, bits", 123, false, DRBD_ROLE_SECONDARY, 1, 0, "SB" },
	{ "source, bits at the peer", 123, false, DRBD_ROLE_SECONDARY, 0, 1, "SB" },
	{ "source, p124", 124, false, DRBD_ROLE_SECONDARY, 0, 0, "SB" },
	{ "target", 123, true, DRBD_ROLE_SECONDARY, 0, 0, "TB" },
	{ "target, Primary", 123, true, DRBD_ROLE_PRIMARY, 0, 0, "P124" },
	{ "target, Primary, bits", 123, true, DRBD_ROLE_PRIMARY, 0, 1, "TB" },
	{ "target, Primary, p124", 124, true, DRBD_ROLE_PRIMARY, 0, 0, "TB" },
};

KUNIT_ARRAY_PARAM_DESC(missed, misseds, name);

static void override_missed_test(struct kunit *test)
{
	const struct missed_row *row = test->param_value;
	const struct vector v = {
		"", "C=a", "C=a",
		.missed = row->peer ? DRBD_MISSED_PEER : DRBD_MISSED_SOURCE,
	};
	struct pair *p = make_pair(test, &v);
	struct drbd_decision d;

	p->c[0].proto = row->proto;
	p->c[0].comm.bits = row->bits;
	p->view[0].dirty_bits = row->dirty;
	drbd_uuid_compare(&p->c[0], &d);
	drbd_uuid_missed_without_bits(&p->c[0], row->role, &d);
	expect_decision(test, &d, row->result);
	/* Other rules are not meant. */
	d.strategy = row->peer ? DRBD_TARGET_USE_BITMAP : DRBD_SOURCE_USE_BITMAP;
	d.rule = DRBD_RULE_BITMAP_SELF;
	drbd_uuid_missed_without_bits(&p->c[0], row->role, &d);
	expect_decision(test, &d, row->peer ? "TB" : "SB");
}

/**
 * struct disk_row - disk states that overrule a decision
 * @name: of the row
 * @before: the strategy
 * @rule: its rule
 * @own: own disk state
 * @peer: disk state of the peer
 * @result: expected
 * @peer_result: what the peer comes to, from the mirrored strategy
 * @proto: 124 by default
 */
struct disk_row {
	const char *name;
	enum drbd_strategy before;
	enum drbd_rule rule;
	enum drbd_disk own;
	enum drbd_disk peer;
	const char *result;
	const char *peer_result;
	int proto;
};

#define NS DRBD_NO_SYNC
#define SF DRBD_SOURCE_IF_BOTH_FAILED
#define TF DRBD_TARGET_IF_BOTH_FAILED
#define SB DRBD_SOURCE_USE_BITMAP
#define RECONNECTED DRBD_RULE_RECONNECTED
#define LOST_QUORUM DRBD_RULE_LOST_QUORUM
#define BOTH_OFF DRBD_RULE_BOTH_OFF
#define INC DRBD_D_INCONSISTENT
#define OUT DRBD_D_OUTDATED
#define CON DRBD_D_CONSISTENT
#define UTD DRBD_D_UP_TO_DATE

static const struct disk_row disks[] = {
	{ "1", NS, RECONNECTED, UTD, INC, "SB", "TB" },
	{ "2", NS, RECONNECTED, OUT, UTD, "NS", "NS" },
	{ "3", NS, BOTH_OFF, INC, OUT, "TB", "SB" },
	{ "4", TF, LOST_QUORUM, UTD, OUT, "SB", "TB" },
	{ "5", SF, BOTH_OFF, CON, UTD, "TB", "SB" },
	{ "6", SF, BOTH_OFF, UTD, UTD, "SF", "TF" },
	{ "7", SB, DRBD_RULE_BITMAP_SELF, INC, UTD, "SB", "TB" },
	{ "if both failed, by another rule", SF, DRBD_RULE_BITMAP_SELF, CON, UTD, "SF", "TF" },
	{ "no rule", NS, DRBD_RULE_JUST_CREATED_BOTH, UTD, INC, "SB", "TB" },
	{ "both Inconsistent", NS, BOTH_OFF, INC, INC, "NS", "NS" },
	{ "peer not known", SF, BOTH_OFF, INC, DRBD_D_UNKNOWN, "SF", NULL },
	{ "no disk", SF, BOTH_OFF, UTD, DRBD_D_DISKLESS, "SF", "TF" },
	{ "p118, both off", SF, BOTH_OFF, UTD, INC, "SB", "TB", 118 },
	{ "p118, both off, Outdated", SF, BOTH_OFF, OUT, UTD, "SF", "TF", 118 },
	{ "p118, no sync", NS, RECONNECTED, INC, UTD, "TB", "SB", 118 },
	{ "p118, lost quorum", SF, LOST_QUORUM, INC, UTD, "SF", "TF", 118 },
	{ "p118, both Inconsistent", NS, BOTH_OFF, INC, INC, "NS", "NS", 118 },
	{ "p119, lost quorum", TF, LOST_QUORUM, UTD, OUT, "SB", "TB", 119 },
	{ "p101, crashed", TF, BOTH_OFF, UTD, INC, "SB", "TB", 101 },
};

KUNIT_ARRAY_PARAM_DESC(disk, disks, name);

static enum drbd_strategy mirror(enum drbd_strategy s)
{
	switch (s) {
	case SF:
		return TF;
	case TF:
		return SF;
	case SB:
		return DRBD_TARGET_USE_BITMAP;
	default:
		return s;
	}
}

static void override_disk_test(struct kunit *test)
{
	const struct disk_row *row = test->param_value;
	static const struct vector v = { "", "C=a", "C=a" };
	struct pair *p = make_pair(test, &v);
	struct drbd_decision d = { row->before, row->rule, DRBD_NO_NODE };

	p->c[0].proto = row->proto ?: 124;
	p->c[1].proto = row->proto ?: 124;
	drbd_uuid_disk_override(&p->c[0], row->own, row->peer, &d);
	expect_decision(test, &d, row->result);
	KUNIT_EXPECT_EQ(test, d.rule, row->rule);
	if (!row->peer_result)
		return;
	d = (struct drbd_decision){ mirror(row->before), row->rule, DRBD_NO_NODE };
	drbd_uuid_disk_override(&p->c[1], row->peer, row->own, &d);
	expect_decision(test, &d, row->peer_result);
}

/**
 * struct becoming_row - the worse disk is being synced by a third node
 * @name: of the row
 * @self: UpToDate
 * @peer: Inconsistent, and resolved by R
 * @result: expected
 * @peer_result: expected of the peer
 */
struct becoming_row {
	const char *name;
	const char *self;
	const char *peer;
	const char *result;
	const char *peer_result;
};

static const struct becoming_row becomings[] = {
	{ "has that generation", "C=a", "C=a R=a B=a", "SB", "TB" },
	{ "no bitmap UUID", "C=a B=c", "C=c R=a", "SS", "TS" },
	{ "no known one", "C=a B=c", "C=c R=a B=-1", "SS", "TS" },
	{ "in the slot", "C=a B=c", "C=c R=a B=c", "SB", "TB" },
	{ "in another slot", "C=a n3=c n4=c", "C=c R=a B=c", "SC(3)", "TC(3)" },
	{ "in both slots", "C=a B=c n3=c", "C=c R=a B=c", "SB", "TB" },
	{ "in none", "C=a B=d n3=e", "C=c R=a B=c", "SS", "TS" },
};

KUNIT_ARRAY_PARAM_DESC(becoming, becomings, name);

static void override_becoming_test(struct kunit *test)
{
	const struct becoming_row *row = test->param_value;
	const struct vector v = { "", row->self, row->peer };
	struct pair *p = make_pair(test, &v);
	struct drbd_decision d = { NS, RECONNECTED, DRBD_NO_NODE };

	p->view[0].flags |= DRBD_UUID_FLAG_SYNC_TARGET;
	p->c[1].comm.flags |= DRBD_UUID_FLAG_SYNC_TARGET;
	drbd_uuid_disk_override(&p->c[0], UTD, INC, &d);
	expect_decision(test, &d, row->result);
	d = (struct drbd_decision){ NS, RECONNECTED, DRBD_NO_NODE };
	drbd_uuid_disk_override(&p->c[1], INC, UTD, &d);
	expect_decision(test, &d, row->peer_result);
}

static void override_negotiated_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, drbd_uuid_negotiated_disk(UTD, DRBD_UUID_FLAG_INCONSISTENT), UTD);
	KUNIT_EXPECT_EQ(test, drbd_uuid_negotiated_disk(DRBD_D_NEGOTIATING,
							DRBD_UUID_FLAG_INCONSISTENT), INC);
	KUNIT_EXPECT_EQ(test, drbd_uuid_negotiated_disk(DRBD_D_NEGOTIATING, 0), CON);
}

/**
 * struct reconcile_row - same generation, bits, and maybe a lost Primary
 * @name: of the row
 * @bits: of this node and the peer
 * @named: id of the Primary that this node and the peer named, 0 for none
 * @offset: own dagtag minus the peer's, with @known
 * @known: both have seen writes of it
 * @result: expected
 * @rule: expected
 * @peer_result: expected of the peer
 */
struct reconcile_row {
	const char *name;
	u64 bits[2];
	int named[2];
	s64 offset;
	bool known;
	const char *result;
	const char *rule;
	const char *peer_result;
};

#define ONLY_BITMAP "reconcile-bitmap"

static const struct reconcile_row reconciles[] = {
	{ "no bits", { 0, 0 }, { 3, 3 }, 5, 1, "NS", "reconnected", "NS" },
	{ "nobody is lost", { 5, 0 }, { 0, 0 }, 0, 0, "NS", "reconnected", "NS" },
	{ "bits here, named there", { 5, 0 }, { 0, 3 }, -1, 1, "SB", ONLY_BITMAP, "TB" },
	{ "bits here, named here", { 5, 0 }, { 3, 0 }, 0, 0, "SB", ONLY_BITMAP, "TB" },
	{ "bits there, named here", { 0, 5 }, { 3, 0 }, 0, 0, "TB", ONLY_BITMAP, "SB" },
	{ "bits there, both named", { 0, 5 }, { 3, 3 }, 1, 1, "TB", ONLY_BITMAP, "SB" },
	{ "more here", { 5, 5 }, { 3, 3 }, 1, 1, "SB", "reconcile-dagtag", "TB" },
	{ "more there", { 5, 5 }, { 3, 3 }, -1, 1, "TB", "reconcile-dagtag", "SB" },
	{ "equal", { 5, 5 }, { 3, 3 }, 0, 1, "SB", ONLY_BITMAP, "TB" },
	{ "not known", { 5, 5 }, { 3, 3 }, -1, 0, "SB", ONLY_BITMAP, "TB" },
	{ "different ones", { 5, 5 }, { 3, 4 }, -1, 1, "SB", ONLY_BITMAP, "TB" },
	{ "bits on both, named here", { 5, 5 }, { 3, 0 }, 0, 0, "NS", "reconnected", "NS" },
	{ "bits on both, named there", { 5, 5 }, { 0, 3 }, 1, 1, "NS", "reconnected", "NS" },
};

KUNIT_ARRAY_PARAM_DESC(reconcile, reconciles, name);

static struct drbd_decision reconciled(struct pair *p, int i, const struct drbd_lost_primary *lost,
				       enum drbd_disk own, enum drbd_disk peer)
{
	struct drbd_decision d = { NS, RECONNECTED, DRBD_NO_NODE };

	drbd_uuid_reconcile(&p->c[i], own, peer, lost, &d);
	return d;
}

static void override_reconcile_test(struct kunit *test)
{
	const struct reconcile_row *row = test->param_value;
	static const struct vector v = { "", "C=a", "C=a" };
	struct pair *p = make_pair(test, &v);
	struct drbd_decision d;
	int i;

	for (i = 0; i < 2; i++) {
		struct drbd_lost_primary lost = {
			.sent = row->named[i], .sent_node = row->named[i],
			.received = row->named[!i], .received_node = row->named[!i],
			.offset = i ? -row->offset : row->offset, .offset_known = row->known,
		};

		p->c[i].comm.bits = row->bits[i];
		p->view[i].dirty_bits = row->bits[!i];
		d = reconciled(p, i, &lost, UTD, UTD);
		expect_decision(test, &d, i ? row->peer_result : row->result);
		KUNIT_EXPECT_STREQ(test, drbd_rule_name(d.rule), row->rule);
		KUNIT_EXPECT_EQ(test, d.reconcile, strcmp(row->result, "NS") != 0);
	}
}

static void override_reconcile_gate_test(struct kunit *test)
{
	static const struct vector v = { "", "C=a", "C=a" };
	const struct drbd_lost_primary lost = { .sent = true, .sent_node = 3 };
	struct pair *p = make_pair(test, &v);
	struct drbd_decision d;

	p->c[0].comm.bits = 1;
	KUNIT_EXPECT_TRUE(test, reconciled(p, 0, &lost, UTD, UTD).reconcile);
	KUNIT_EXPECT_FALSE(test, reconciled(p, 0, &lost, CON, UTD).reconcile);
	KUNIT_EXPECT_FALSE(test, reconciled(p, 0, &lost, UTD, CON).reconcile);
	p->c[0].connecting = false;
	KUNIT_EXPECT_FALSE(test, reconciled(p, 0, &lost, UTD, UTD).reconcile);
	p->c[0].connecting = true;
	p->c[0].comm.flags = DRBD_UUID_FLAG_CRASHED_PRIMARY;
	KUNIT_EXPECT_FALSE(test, reconciled(p, 0, &lost, UTD, UTD).reconcile);
	p->c[0].comm.flags = 0;
	p->view[0].flags = DRBD_UUID_FLAG_PRIMARY_LOST_QUORUM;
	KUNIT_EXPECT_FALSE(test, reconciled(p, 0, &lost, UTD, UTD).reconcile);
	p->view[0].flags = 0;
	d = (struct drbd_decision){ SB, RECONNECTED, DRBD_NO_NODE };
	drbd_uuid_reconcile(&p->c[0], UTD, UTD, &lost, &d);
	KUNIT_EXPECT_FALSE(test, d.reconcile);
}

static struct kunit_case override_cases[] = {
	KUNIT_CASE_PARAM(override_missed_test, missed_gen_params),
	KUNIT_CASE_PARAM(override_disk_test, disk_gen_params),
	KUNIT_CASE_PARAM(override_becoming_test, becoming_gen_params),
	KUNIT_CASE(override_negotiated_test),
	KUNIT_CASE_PARAM(override_reconcile_test, reconcile_gen_params),
	KUNIT_CASE(override_reconcile_gate_test),
	{}
};

static struct kunit_suite override_suite = {
	.name = "drbd-uuid-override",
	.test_cases = override_cases,
};

kunit_test_suite(override_suite);
