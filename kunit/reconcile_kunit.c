// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of reconciliation
 *
 * Source: spec/io.md 4.8 and F18.
 */

#include <kunit/test.h>

#include "../core/reconcile.h"

static void reconcile_test(struct kunit *test)
{
	static const struct {
		enum drbd_reconcile_uuids uuids;
		u64 own, peer;
		enum drbd_reconcile result;
	} rows[] = {
		{ DRBD_RECONCILE_UUIDS_EQUAL, 100, 92, DRBD_RECONCILE_SOURCE },
		{ DRBD_RECONCILE_UUIDS_EQUAL, 92, 100, DRBD_RECONCILE_TARGET },
		{ DRBD_RECONCILE_UUIDS_EQUAL, 100, 100, DRBD_RECONCILE_CLEAR },
		{ DRBD_RECONCILE_UUIDS_SOURCE, 92, 100, DRBD_RECONCILE_SOURCE },
		{ DRBD_RECONCILE_UUIDS_TARGET, 100, 92, DRBD_RECONCILE_TARGET },
		{ DRBD_RECONCILE_UUIDS_EQUAL, 4, 0 - 4ULL, DRBD_RECONCILE_SOURCE },
		{ DRBD_RECONCILE_UUIDS_OTHER, 4, 4, DRBD_RECONCILE_IGNORE },
		{ DRBD_RECONCILE_UUIDS_OTHER, 5, 4, DRBD_RECONCILE_IGNORE },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		KUNIT_EXPECT_EQ_MSG(test, drbd_reconcile(rows[i].uuids, rows[i].own,
							 rows[i].peer),
				    rows[i].result, "row %d", i);
}

static void reconcile_volumes_test(struct kunit *test)
{
	struct drbd_reconcile_volume v[2] = {
		{ DRBD_R_ESTABLISHED, DRBD_D_CONSISTENT, DRBD_RECONCILE_UUIDS_EQUAL },
		{ DRBD_R_ESTABLISHED, DRBD_D_UP_TO_DATE, DRBD_RECONCILE_UUIDS_EQUAL },
	};

	KUNIT_EXPECT_EQ(test, drbd_reconcile_volumes(v, 2, 9, 8), DRBD_RECONCILE_SOURCE);
	KUNIT_EXPECT_EQ(test, drbd_reconcile_volumes(v, 2, 8, 9), DRBD_RECONCILE_TARGET);
	KUNIT_EXPECT_EQ(test, drbd_reconcile_volumes(v, 0, 8, 9), DRBD_RECONCILE_IGNORE);
	v[1].uuids = DRBD_RECONCILE_UUIDS_SOURCE;
	KUNIT_EXPECT_EQ(test, drbd_reconcile_volumes(v, 2, 9, 8), DRBD_RECONCILE_IGNORE);
	v[1].uuids = DRBD_RECONCILE_UUIDS_EQUAL;
	v[1].disk = DRBD_D_OUTDATED;
	KUNIT_EXPECT_EQ(test, drbd_reconcile_volumes(v, 2, 9, 8), DRBD_RECONCILE_IGNORE);
	v[1].disk = DRBD_D_UP_TO_DATE;
	v[1].repl = DRBD_R_SYNC_SOURCE;
	KUNIT_EXPECT_EQ(test, drbd_reconcile_volumes(v, 2, 9, 8), DRBD_RECONCILE_IGNORE);
}

static void reconcile_handshake_test(struct kunit *test)
{
	static const u64 tags[] = { 0, 5, 6, 0 - 1ULL };
	int bits, i, j;

	KUNIT_EXPECT_EQ(test, drbd_reconcile_handshake(1, 1, 5, 5, 1, 2), DRBD_RECONCILE_SOURCE);
	KUNIT_EXPECT_EQ(test, drbd_reconcile_handshake(1, 1, 5, 5, 2, 1), DRBD_RECONCILE_TARGET);
	KUNIT_EXPECT_EQ(test, drbd_reconcile_handshake(1, 1, 6, 5, 2, 1), DRBD_RECONCILE_SOURCE);
	KUNIT_EXPECT_EQ(test, drbd_reconcile_handshake(1, 0, 5, 6, 2, 1), DRBD_RECONCILE_SOURCE);
	KUNIT_EXPECT_EQ(test, drbd_reconcile_handshake(0, 1, 6, 5, 1, 2), DRBD_RECONCILE_TARGET);
	KUNIT_EXPECT_EQ(test, drbd_reconcile_handshake(0, 0, 6, 5, 1, 2), DRBD_RECONCILE_IGNORE);

	/* The two ends never choose the same part. */
	for (bits = 1; bits < 4; bits++) {
		for (i = 0; i < ARRAY_SIZE(tags); i++) {
			for (j = 0; j < ARRAY_SIZE(tags); j++)
				KUNIT_EXPECT_NE(test,
						drbd_reconcile_handshake(bits & 1, bits & 2,
									 tags[i], tags[j], 4, 3),
						drbd_reconcile_handshake(bits & 2, bits & 1,
									 tags[j], tags[i], 3, 4));
		}
	}
}

static struct kunit_case reconcile_cases[] = {
	KUNIT_CASE(reconcile_test),
	KUNIT_CASE(reconcile_volumes_test),
	KUNIT_CASE(reconcile_handshake_test),
	{}
};

static struct kunit_suite reconcile_suite = {
	.name = "drbd-reconcile",
	.test_cases = reconcile_cases,
};

kunit_test_suite(reconcile_suite);
