// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the comparison of two nodes
 *
 * The vectors of spec/resync.md 11.1 as they are written there, each from both
 * sides.
 */

#include <kunit/test.h>

#include "../core/uuid_compare.h"
#include "uuid_pair.h"

static const struct vector vectors[] = {
	{ "1", "C=JC", "C=JC", "NS", "just-created-both", "NS" },
	{ "2", "C=JC", "C=a", "TS", "just-created-self", "SS" },
	{ "3", "C=a", "C=JC", "SS", "just-created-peer", "TS" },
	{ "4", "C=0", "C=a", "TS", "just-created-self", "SS" },
	{ "5", "C=0", "C=JC", "NS", "just-created-both", "NS" },
	{ "6", "C=JC*", "C=a", "TS", "just-created-self", "SS" },
	{ "7", "C=a H=b", "C=a H=b", "NS", "both-off", "NS" },
	{ "8", "C=a* H=b", "C=a H=b", "NS", "both-off", "NS" },
	{ "9", "C=a", "C=a", "NS", "reconnected", "NS", .rec = { 1, 1 } },
	{ "10", "C=a B=b", "C=a", "NS", "reconnected", "NS", .rec = { 1, 1 } },
	{ "11", "C=a", "C=a", "NS", "lost-quorum", "NS", .rec = { 1, 0 } },
	{ "12", "C=a", "C=a", "SF", "lost-quorum", "TF", .rec = { 1, 0 }, .crash = { 0, 1 } },
	{ "13", "C=a", "C=a", "NS", "lost-quorum", "NS", .rec = { 1, 0 }, .crash = { 1, 0 } },
	{ "14", "C=a", "C=a", "SF", "both-off", "TF", .crash = { 1, 0 } },
	{ "15", "C=a", "C=a", "TF", "both-off", "SF", .crash = { 1, 1 }, .rc = true },
	{ "16", "C=a", "C=a", "SB", "crashed-primary", "TB", .protocol = 'A', .crash = { 1, 0 } },
	{ "17", "C=a", "C=a", "TB", "crashed-primary", "SB", .protocol = 'B', .crash = { 0, 1 } },
	{ "18", "C=a", "C=a", "TF", "both-off", "SF",
		.protocol = 'A', .crash = { 1, 1 }, .rc = true },
	{ "19", "C=a", "C=a", "NS", "reconnected", "NS",
		.protocol = 'A', .rec = { 1, 1 }, .crash = { 1, 0 } },
	{ "20", "C=a", "C=a", "SF", "both-off", "TF",
		.proto = 120, .protocol = 'A', .crash = { 1, 0 } },
	{ "p121", "C=a", "C=a", "SB", "crashed-primary", "TB", .protocol = 'A', .crash = { 1, 0 },
		.proto = 121 },
	{ "p120, one stayed up", "C=a", "C=a", "NS", "lost-quorum", "NS", .rec = { 1, 0 },
		.proto = 120 },
	{ "p119, one stayed up", "C=a", "C=a", "NS", "reconnected", "NS", .rec = { 1, 0 },
		.proto = 119 },
	{ "p120, both stayed up", "C=a", "C=a", "NS", "reconnected", "NS", .rec = { 1, 1 },
		.lq = { 1, 0 }, .proto = 120 },
	{ "21", "C=a", "C=a", "TF", "lost-quorum", "SF", .lq = { 0, 1 } },
	{ "22", "C=a", "C=a", "SF", "lost-quorum", "TF", .lq = { 1, 1 }, .rc = true },
	{ "23", "C=a", "C=a", "NS", "reconnected", "NS", .rec = { 1, 1 }, .lq = { 1, 0 } },
	{ "24", "C=a", "C=a", "SF", "lost-quorum", "TF",
		.proto = 119, .rec = { 1, 1 }, .lq = { 1, 0 } },
	{ "25", "C=a", "C=a", "SF", "lost-quorum", "TF", .crash = { 0, 1 }, .lq = { 1, 0 } },
	{ "26", "C=a", "C=a", "TB", "crashed-primary", "SB",
		.protocol = 'A', .crash = { 0, 1 }, .lq = { 1, 0 } },
	{ "27", "C=a B=b", "C=a", "SB", "sync-source-missed-finish", "TB",
		.missed = DRBD_MISSED_SOURCE },
	{ "28", "C=a", "C=a B=b", "TB", "sync-target-peer-missed-finish", "SB",
		.rec = { 1, 1 }, .missed = DRBD_MISSED_PEER },
	{ "29", "C=b", "C=a B=b", "TB", "bitmap-peer", "SB" },
	{ "30", "C=b*", "C=a B=b", "TB", "bitmap-peer", "SB" },
	{ "31", "C=a B=b", "C=b*", "SB", "bitmap-self", "TB" },
	{ "32", "C=b", "C=a B=c n2=b", "TC(2)", "bitmap-peer-other", "SC(2)" },
	{ "33", "C=b", "C=a n3=b n5=b", "TC(3)", "bitmap-peer-other", "SC(3)" },
	{ "34", "C=b", "C=a n1=-1 n2=b", "TC(2)", "bitmap-peer-other", "SC(2)" },
	{ "35", "C=a n4=b n6=b", "C=b", "SC(4)", "bitmap-self-other", "TC(4)" },
	{ "36", "C=a B=b n2=b", "C=b", "SB", "bitmap-self", "TB" },
	{ "37", "C=b R=a", "C=a", "NS", "reconnected", "NS", .rec = { 1, 1 } },
	{ "38", "C=c R=a B=c", "C=b H=c", "UN", "history-both", "UN" },
	{ "39", "C=c R=a n2=b", "C=b H=c", "SC(2)", "bitmap-self-other", "TC(2)" },
	{ "40", "C=b", "C=a H=c,b", "TS", "history-peer", "SS" },
	{ "41", "C=a B=d H=c,b", "C=b H=c", "SS", "history-self", "TS" },
	{ "42", "C=a H=b", "C=b H=a", "UN", "history-both", "UN" },
	{ "43", "C=a B=c H=b", "C=b B=c H=a", "XA", "bitmap-both", "XA" },
	{ "44", "C=a B=c", "C=b B=c", "XA", "bitmap-both", "XA" },
	{ "45", "C=a B=c*", "C=b B=c", "XA", "bitmap-both", "XA" },
	{ "46", "C=a B=c H=d", "C=b B=e H=d", "XD", "history-both", "XD" },
	{ "47", "C=a H=d,e", "C=b H=f,e", "XD", "history-both", "XD" },
	{ "48", "C=a H=0", "C=b H=0", "UN", "history-both", "UN" },
	{ "49", "C=a H=d", "C=b H=f", "UN", "history-both", "UN" },
	{ "50", "C=a", "C=b", "UN", "history-both", "UN" },
	{ "51", "C=a B=c", "C=b H=c", "UN", "history-both", "UN" },
	{ "52", "C=a B=b", "C=b B=a", "TB", "bitmap-peer", "TB" },
	{ "53", "C=a B=-1", "C=b B=-1", "XA", "bitmap-both", "XA" },
	{ "54", "C=a n7=d H=d", "C=d", "SC(7)", "bitmap-self-other", "TC(7)" },
	{ "55", "C=a H=d", "C=d", "SS", "history-self", "TS" },
	{ "56", "C=a B=b H=c", "C=a H=b,c", "SB", "sync-source-peer-missed-finish", "TB",
		.proto = 101 },
	{ "57", "C=a B=b H=b", "C=a H=b", "SB", "sync-source-missed-finish", "TB", .proto = 101,
		.fix = DRBD_FIX_FINISH_SELF },
	{ "58", "C=a H=b,c", "C=a B=b H=c", "TB", "sync-target-peer-missed-finish", "SB",
		.proto = 101 },
	{ "59", "C=a H=d", "C=a B=b", "TB", "sync-target-missed-finish", "SB", .proto = 101 },
	{ "60", "C=b", "C=a B=b+ H=b", "TB", "sync-target-missed-start", "SB", .proto = 101 },
	{ "61", "C=b", "C=a B=c H=b", "TS", "history-peer", "SS", .proto = 101 },
	{ "62", "C=a B=b", "C=a", "P91", "none", "P91", .proto = 90 },
	{ "63", "C=b R=a B=b", "C=a B=b", "NS", "reconnected", "NS", .rec = { 1, 1 } },
	{ "64", "C=a H=b", "C=c H=d,a", "TS", "history-peer", "SS" },
	{ "65", "C=a* B=c* H=d", "C=b* B=c* H=d", "XA", "bitmap-both", "XA" },
	{ "66", "C=a B=d H=c", "C=b B=e H=c,f", "XD", "history-both", "XD" },
	/* What 8.4 peers did not write down, before protocol 96 */
	{ "p95 start", "C=b H=d", "C=a B=c H=b,d", "TB", "sync-target-missed-start", "SB",
		.proto = 95, .fix = DRBD_FIX_START_PEER },
	{ "p95 start, source", "C=a B=c H=b,d", "C=b H=d", "SB", "sync-source-missed-start", "TB",
		.proto = 95, .fix = DRBD_FIX_START_SELF },
	{ "p95 no start", "C=b H=e", "C=a B=c H=b,d", "TS", "history-peer", "SS", .proto = 95 },
	{ "p101 start, source", "C=a B=b+ H=b", "C=b", "SB", "sync-source-missed-start", "TB",
		.proto = 101, .fix = DRBD_FIX_START_SELF },
	{ "p110 start", "C=b", "C=a B=b+ H=b", "TS", "history-peer", "SS", .proto = 110 },
	{ "p90, target", "C=a", "C=a B=b", "P91", "none", "P91", .proto = 90 },
	{ "p91, target", "C=a", "C=a B=b", "TB", "sync-target-missed-finish", "SB", .proto = 91 },
	{ "p110, bitmap of equals", "C=a B=b", "C=a", "NS", "both-off", "NS", .proto = 110 },
	{ "p101, both bitmaps", "C=a B=b", "C=a B=b", "NS", "both-off", "NS", .proto = 101 },
	/* Own flags that an 8.4 peer does not know must not count. */
	{ "p101, survivor", "C=a", "C=a", "TF", "both-off", "SF", .proto = 101,
		.rec = { 1, 0 }, .crash = { 0, 1 } },
	{ "p101, crashed survivor", "C=a", "C=a", "SF", "both-off", "TF", .proto = 101,
		.rec = { 1, 0 }, .crash = { 1, 0 }, .lq = { 1, 0 } },
	{ "p119, survivor", "C=a", "C=a", "SF", "reconnected", "TF", .proto = 119,
		.rec = { 1, 0 }, .crash = { 0, 1 } },
	{ "p119, peer is the survivor", "C=a", "C=a", "TF", "reconnected", "SF", .proto = 119,
		.rec = { 0, 1 }, .crash = { 1, 0 } },
	{ "p119, survivors", "C=a", "C=a", "NS", "reconnected", "NS", .proto = 119,
		.rec = { 1, 1 }, .crash = { 1, 0 } },
	{ "lost quorum, RC at the peer", "C=a", "C=a", "TF", "lost-quorum", "TF",
		.lq = { 1, 1 } },
	{ "newest and oldest", "C=a H=b,c,d", "C=d H=e", "SS", "history-self", "TS" },
};

KUNIT_ARRAY_PARAM_DESC(vector, vectors, name);

static void compare_vector_test(struct kunit *test)
{
	const struct vector *v = test->param_value;
	struct pair *p = make_pair(test, v);
	struct drbd_decision d;
	int i;

	for (i = 0; i < 2; i++) {
		drbd_uuid_compare(&p->c[i], &d);
		expect_decision(test, &d, i ? v->peer_result : v->result);
		KUNIT_EXPECT_FALSE(test, d.reconcile);
		if (!i) {
			KUNIT_EXPECT_STREQ(test, drbd_rule_name(d.rule), v->rule);
			if (v->fix)
				KUNIT_EXPECT_EQ(test, d.fix, v->fix);
		}
		/* Any of it, when the peer has been told something else. */
		p->c[i].comm.bitmap_uuid ^= 0x10;
		drbd_uuid_compare(&p->c[i], &d);
		expect_decision(test, &d, "RETRY");
		KUNIT_EXPECT_STREQ(test, drbd_rule_name(d.rule), "initial-handshake-changed");
	}
}

/* Who tells the same again need not shake hands again. */
static void compare_changed_test(struct kunit *test)
{
	static const struct vector v = { "", "C=a B=b", "C=b" };
	struct pair *p = make_pair(test, &v);
	struct drbd_compare *c = &p->c[0];
	struct drbd_decision d;

	c->comm.current_uuid ^= DRBD_UUID_PRIMARY;
	c->comm.bitmap_uuid ^= DRBD_UUID_PRIMARY;
	c->comm.flags ^= DRBD_UUID_FLAG_INCONSISTENT;
	drbd_uuid_compare(c, &d);
	expect_decision(test, &d, "SB");
	c->comm.current_uuid ^= 2;
	drbd_uuid_compare(c, &d);
	expect_decision(test, &d, "RETRY");
	c->comm.current_uuid ^= 2;
	c->comm.flags ^= DRBD_UUID_FLAG_CRASHED_PRIMARY;
	drbd_uuid_compare(c, &d);
	expect_decision(test, &d, "RETRY");
	c->sent = false;
	drbd_uuid_compare(c, &d);
	expect_decision(test, &d, "SB");
	c->sent = true;
	c->connecting = false;
	drbd_uuid_compare(c, &d);
	expect_decision(test, &d, "SB");
}

/* A target that has not yet got the slots and the history of its source sees a split
 * brain where there is none: it waits for the end of the resync, and so does the peer.
 */
static void compare_target_test(struct kunit *test)
{
	static const struct vector v = { "", "C=a R=c B=a", "C=b B=a" };
	struct pair *p = make_pair(test, &v);
	struct drbd_decision d;
	int i;

	for (i = 0; i < 2; i++) {
		struct drbd_compare *c = &p->c[i];

		drbd_uuid_compare(c, &d);
		expect_decision(test, &d, "XA");
		if (i) {
			p->view[i].flags |= DRBD_UUID_FLAG_SYNC_TARGET;
		} else {
			c->flags |= DRBD_UUID_FLAG_SYNC_TARGET;
			c->comm.flags |= DRBD_UUID_FLAG_SYNC_TARGET;
		}
		drbd_uuid_compare(c, &d);
		expect_decision(test, &d, "RETRY");
		c->connecting = false;
		drbd_uuid_compare(c, &d);
		expect_decision(test, &d, "XA");
	}
}

/* A slot that belongs to nobody counts if the peer has been told of it. */
static void compare_unallocated_test(struct kunit *test)
{
	static const struct vector v = { "", "C=a n7=d H=d", "C=d" };
	struct pair *p = make_pair(test, &v);
	struct drbd_compare *c = &p->c[0];
	struct drbd_decision d;

	p->ids[0].slots[7].flags = 0;
	p->ids[0].slots[7].bitmap_index = -1;
	drbd_uuid_compare(c, &d);
	expect_decision(test, &d, "SC(7)");
	c->proto = 116;
	drbd_uuid_compare(c, &d);
	expect_decision(test, &d, "SC(7)");
	c->proto = 115;
	drbd_uuid_compare(c, &d);
	expect_decision(test, &d, "SS");
	KUNIT_EXPECT_STREQ(test, drbd_rule_name(d.rule), "history-self");
	/* No bitmap is left that tracks it. */
	c->proto = 124;
	p->ids[0].max_peers = 0;
	drbd_uuid_compare(c, &d);
	expect_decision(test, &d, "SS");
	/* Only one is told, the first. */
	p->ids[0].max_peers = 31;
	p->ids[0].slots[3].uuid = 0x4400;
	drbd_uuid_compare(c, &d);
	expect_decision(test, &d, "SS");
}

static void compare_fix_test(struct kunit *test)
{
	static const struct vector v = { "", "C=a B=b H=c,d", "C=a B=e H=f,g" };
	struct pair *p = make_pair(test, &v);
	struct drbd_uuids *ids = &p->ids[0];
	struct drbd_peer_uuids *view = &p->view[0];

	drbd_uuid_compare_fix(ids, view, PEER, DRBD_FIX_NONE, 9);
	KUNIT_EXPECT_EQ(test, ids->slots[PEER].uuid, 0x200);
	drbd_uuid_compare_fix(ids, view, PEER, DRBD_FIX_FINISH_SELF, 9);
	KUNIT_EXPECT_EQ(test, ids->slots[PEER].uuid, 0);
	KUNIT_EXPECT_EQ(test, ids->history[0], 0x200);
	KUNIT_EXPECT_EQ(test, ids->history[1], 0x300);
	drbd_uuid_compare_fix(ids, view, PEER, DRBD_FIX_START_SELF, 9);
	KUNIT_EXPECT_EQ(test, ids->slots[PEER].uuid, 0x200);
	KUNIT_EXPECT_EQ(test, ids->slots[PEER].dagtag, 9);
	KUNIT_EXPECT_EQ(test, ids->history[0], 0x300);
	KUNIT_EXPECT_EQ(test, ids->history[1], 0x400);
	KUNIT_EXPECT_EQ(test, ids->history[2], 0);
	drbd_uuid_compare_fix(ids, view, PEER, DRBD_FIX_FINISH_PEER, 9);
	KUNIT_EXPECT_EQ(test, view->bitmap[SELF], 0);
	KUNIT_EXPECT_EQ(test, view->history[0], 0x500);
	KUNIT_EXPECT_EQ(test, view->history[1], 0x600);
	KUNIT_EXPECT_EQ(test, view->history[2], 0x700);
	drbd_uuid_compare_fix(ids, view, PEER, DRBD_FIX_START_PEER, 9);
	KUNIT_EXPECT_EQ(test, view->bitmap[SELF], 0x500);
	KUNIT_EXPECT_EQ(test, view->history[0], 0x600);
	KUNIT_EXPECT_EQ(test, view->history[2], 0);
}

static struct kunit_case compare_cases[] = {
	KUNIT_CASE_PARAM(compare_vector_test, vector_gen_params),
	KUNIT_CASE(compare_changed_test),
	KUNIT_CASE(compare_target_test),
	KUNIT_CASE(compare_unallocated_test),
	KUNIT_CASE(compare_fix_test),
	{}
};

static struct kunit_suite compare_suite = {
	.name = "drbd-uuid-compare",
	.test_cases = compare_cases,
};

kunit_test_suite(compare_suite);
