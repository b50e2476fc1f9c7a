// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the agreement on version and features
 *
 * Expectations are literals of spec/wire.md 6.1, 6.3 and 10.4.
 */

#include <kunit/test.h>
#include <linux/prandom.h>

#include "../core/wire_features.h"

#define OK		DRBD_WIRE_AGREED
#define NO_COMMON	DRBD_WIRE_NO_COMMON_VERSION
#define GAP		DRBD_WIRE_EARLY_NINE
#define DAGTAG		DRBD_WIRE_EARLY_DAGTAG

/* This node is 0 and expects node 1. */
static const struct drbd_wire_offer own = { 86, 0x3ff, 124, 0, 1 };

struct agree_row {
	const char *name;
	u32 min;
	u32 max;
	u32 features;
	enum drbd_wire_verdict verdict;
	u32 version;
	u32 agreed;
};

static const struct agree_row agreements[] = {
	/* 10.4 */
	{ "8.4", 86, 101, 0x00f, OK, 101, 0x00f },
	{ "9.3.3", 86, 124, 0x3ff, OK, 124, 0x3ff },
	{ "9.2.19", 86, 124, 0x27f, OK, 124, 0x27f },
	{ "9.2.14", 86, 123, 0x07f, OK, 123, 0x07f },
	{ "late 9.1", 86, 121, 0x06f, OK, 121, 0x06f },
	{ "9.1 from 110", 110, 121, 0x02f, OK, 121, 0x02f },
	{ "9.2.0", 86, 121, 0x03f, DAGTAG, 121, 0x03f },
	{ "9.0.24", 86, 117, 0x00f, GAP },
	{ "9.0.0", 86, 110, 0x003, GAP },
	{ "9.0.26", 86, 118, 0x00f, OK, 118, 0x00f },
	{ "too new", 125, 130, 0xfff, NO_COMMON },
	{ "newer", 86, 130, 0xfff, OK, 124, 0x3ff },
	{ "too old", 80, 85, 0, NO_COMMON },
	{ "max 0 is min", 86, 0, 0, OK, 86, 0 },
	{ "97 only", 97, 97, 0, OK, 97, 0 },
	/* 6.3 */
	{ "9.0.32", 86, 121, 0x00f, OK, 121, 0x00f },
	{ "8.4.6", 86, 101, 0x001, OK, 101, 0x001 },
	{ "9.3.0", 86, 123, 0x1ff, OK, 123, 0x1ff },
	{ "shift without limits", 86, 124, 0x3fb, OK, 124, 0x2fb },
	{ "no features", 86, 124, 0, OK, 124, 0 },
	{ "unknown features", 86, 124, 0xfffffc00, OK, 124, 0 },
	/* 122 is no release with a broken RESYNC_DAGTAG, 121 is one */
	{ "9.2.3", 86, 122, 0x03f, OK, 122, 0x03f },
	{ "120", 86, 120, 0x010, OK, 120, 0x010 },
	/* limits */
	{ "102", 86, 102, 0, GAP },
	{ "newer from 124", 124, 124, 0, OK, 124, 0 },
	{ "newer from 125", 125, 125, 0, NO_COMMON },
	{ "no version", 0, 0, 0, NO_COMMON },
	{ "largest", 0, 0xffffffff, 0xffffffff, OK, 124, 0x3ff },
	{ "min above max", 120, 90, 0, NO_COMMON },
	{ "up to 86", 1, 86, 0, OK, 86, 0 },
};

KUNIT_ARRAY_PARAM_DESC(agree, agreements, name);

static void wire_features_agree_test(struct kunit *test)
{
	const struct agree_row *row = test->param_value;
	struct drbd_wire_offer peer = { row->min, row->features, row->max, 1, 0 };
	struct drbd_wire_agreement agreed;

	KUNIT_EXPECT_EQ(test, drbd_wire_agree(&own, &peer, false, &agreed), row->verdict);
	KUNIT_EXPECT_EQ(test, agreed.version, row->version);
	KUNIT_EXPECT_EQ(test, agreed.features, row->agreed);
}

struct node_row {
	const char *name;
	u32 max;
	bool multiple;
	u32 sender;
	u32 receiver;
	enum drbd_wire_verdict verdict;
	bool retry;
};

static const struct node_row nodes[] = {
	{ "as expected", 124, false, 1, 0, OK },
	{ "one of several", 124, true, 1, 0, OK },
	{ "other peer", 124, false, 2, 0, DRBD_WIRE_OTHER_PEER, true },
	{ "other receiver", 124, false, 1, 2, DRBD_WIRE_OTHER_SELF, true },
	{ "both, the peer first", 124, false, 2, 2, DRBD_WIRE_OTHER_PEER, true },
	{ "exchanged", 118, false, 0, 1, DRBD_WIRE_OTHER_PEER, true },
	{ "all ones", 124, false, 0xffffffff, 0, DRBD_WIRE_OTHER_PEER, true },
	{ "8.4 has no ids", 101, false, 0, 0, OK },
	{ "8.4 and a third node", 101, true, 0, 0, DRBD_WIRE_MULTIPLE },
	{ "gap before multiple", 117, true, 0, 0, GAP },
};

KUNIT_ARRAY_PARAM_DESC(node, nodes, name);

static void wire_features_node_test(struct kunit *test)
{
	const struct node_row *row = test->param_value;
	struct drbd_wire_offer peer = { 86, 0x00f, row->max, row->sender, row->receiver };
	struct drbd_wire_agreement agreed;
	enum drbd_wire_verdict verdict;

	verdict = drbd_wire_agree(&own, &peer, row->multiple, &agreed);
	KUNIT_EXPECT_EQ(test, verdict, row->verdict);
	KUNIT_EXPECT_EQ(test, drbd_wire_retry(verdict), row->retry);
}

/* A node that an administrator has restricted. */
static void wire_features_restricted_test(struct kunit *test)
{
	static const struct drbd_wire_offer new_only = { 118, 0x3ff, 124, 0, 1 };
	static const struct drbd_wire_offer v84 = { 86, 0x00f, 101, 0, 0 };
	static const struct drbd_wire_offer v9 = { 86, 0x3ff, 124, 1, 0 };
	struct drbd_wire_agreement agreed;

	KUNIT_EXPECT_EQ(test, drbd_wire_agree(&new_only, &v84, false, &agreed), NO_COMMON);
	KUNIT_EXPECT_EQ(test, agreed.version, 0);
	KUNIT_EXPECT_EQ(test, drbd_wire_agree(&new_only, &v9, false, &agreed), OK);
	KUNIT_EXPECT_EQ(test, agreed.version, 124);
}

static void wire_features_retry_test(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, drbd_wire_retry(NO_COMMON));
	KUNIT_EXPECT_FALSE(test, drbd_wire_retry(GAP));
	KUNIT_EXPECT_FALSE(test, drbd_wire_retry(DAGTAG));
	KUNIT_EXPECT_FALSE(test, drbd_wire_retry(DRBD_WIRE_MULTIPLE));
}

struct version_row {
	const char *name;
	u32 version;
	bool valid;
};

static const struct version_row versions[] = {
	{ "0", 0, false }, { "85", 85, false }, { "86", 86, true }, { "100", 100, true },
	{ "101", 101, true }, { "102", 102, false }, { "110", 110, false },
	{ "117", 117, false }, { "118", 118, true }, { "124", 124, true },
	{ "125", 125, false }, { "largest", 0xffffffff, false },
};

KUNIT_ARRAY_PARAM_DESC(version, versions, name);

static void wire_features_version_test(struct kunit *test)
{
	const struct version_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_wire_version_valid(row->version), row->valid);
}

/* Both ends draw the same conclusion about what is not about node ids. */
static void wire_features_symmetry_test(struct kunit *test)
{
	struct drbd_wire_agreement here, there;
	struct drbd_wire_offer a, b;
	struct rnd_state rnd;
	int i;

	prandom_seed_state(&rnd, 124);
	for (i = 0; i < 20000; i++) {
		enum drbd_wire_verdict verdict;

		a = (struct drbd_wire_offer) { 86 + prandom_u32_state(&rnd) % 40,
			prandom_u32_state(&rnd) % 0x400, 0, 0, 1 };
		b = (struct drbd_wire_offer) { 86 + prandom_u32_state(&rnd) % 40,
			prandom_u32_state(&rnd) % 0x400, 0, 1, 0 };
		a.version_max = a.version_min + prandom_u32_state(&rnd) % 20;
		b.version_max = b.version_min + prandom_u32_state(&rnd) % 20;
		verdict = drbd_wire_agree(&a, &b, false, &here);
		if (verdict == GAP || drbd_wire_agree(&b, &a, false, &there) == GAP)
			continue;
		KUNIT_ASSERT_EQ(test, drbd_wire_agree(&b, &a, false, &there), verdict);
		KUNIT_ASSERT_EQ(test, here.version, there.version);
		KUNIT_ASSERT_EQ(test, here.features, there.features);
		if (verdict != OK)
			continue;
		KUNIT_ASSERT_GE(test, here.version, max(a.version_min, b.version_min));
		KUNIT_ASSERT_LE(test, here.version, min(a.version_max, b.version_max));
	}
}

static struct kunit_case wire_features_cases[] = {
	KUNIT_CASE_PARAM(wire_features_agree_test, agree_gen_params),
	KUNIT_CASE_PARAM(wire_features_node_test, node_gen_params),
	KUNIT_CASE(wire_features_restricted_test),
	KUNIT_CASE(wire_features_retry_test),
	KUNIT_CASE_PARAM(wire_features_version_test, version_gen_params),
	KUNIT_CASE(wire_features_symmetry_test),
	{}
};

static struct kunit_suite wire_features_suite = {
	.name = "drbd-wire-features",
	.test_cases = wire_features_cases,
};

kunit_test_suite(wire_features_suite);
