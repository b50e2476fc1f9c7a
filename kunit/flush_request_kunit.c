// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of P_FLUSH_REQUESTS on the nodes that are asked
 *
 * Expectations are reasoned by hand from spec/io.md 4.7 and spec/resync.md 3.7.
 */

#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/prandom.h>

#include "../core/dagtag.h"
#include "../core/flush_request.h"
#include "../core/resync_finish.h"

#define ALL (BIT_ULL(1) | BIT_ULL(2) | BIT_ULL(3))

/* Node 0 is Primary, 1 asks for all up to 100. */
static void flush_primary_test(struct kunit *test)
{
	struct drbd_flush_primary *primary;

	primary = kunit_kzalloc(test, sizeof(*primary), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, primary);

	KUNIT_EXPECT_EQ(test, drbd_flush_covered(primary, 1, 1000), 0);
	drbd_flush_requested(primary, 1, 7, 100, ALL);
	KUNIT_EXPECT_EQ(test, drbd_flush_covered(primary, 1, 99), 0);
	KUNIT_EXPECT_EQ(test, drbd_flush_covered(primary, 2, 100), BIT_ULL(1));
	KUNIT_EXPECT_EQ(test, drbd_flush_packet(1, 2), DRBD_FLUSH_FORWARD);
	/* once only */
	KUNIT_EXPECT_EQ(test, drbd_flush_covered(primary, 2, 200), 0);
	KUNIT_EXPECT_EQ(test, drbd_flush_covered(primary, 1, 101), BIT_ULL(1));
	KUNIT_EXPECT_EQ(test, drbd_flush_packet(1, 1), DRBD_FLUSH_ACK);
	KUNIT_EXPECT_EQ(test, primary->round[1].sequence, 7);

	/* two targets at a time; the one begins anew */
	drbd_flush_requested(primary, 3, 1, 100, ALL);
	drbd_flush_requested(primary, 1, 8, 120, ALL);
	KUNIT_EXPECT_EQ(test, drbd_flush_covered(primary, 3, 110), BIT_ULL(3));
	drbd_flush_requested(primary, 1, 9, 130, ALL);
	KUNIT_EXPECT_EQ(test, drbd_flush_covered(primary, 3, 120), 0);
	KUNIT_EXPECT_EQ(test, drbd_flush_covered(primary, 3, 130), BIT_ULL(1));
	KUNIT_EXPECT_EQ(test, primary->round[1].sequence, 9);
	KUNIT_EXPECT_EQ(test, drbd_flush_covered(primary, 2, 130), BIT_ULL(1) | BIT_ULL(3));

	/* a connection without version 123 is told nothing */
	drbd_flush_requested(primary, 2, 4, 130, BIT_ULL(2));
	KUNIT_EXPECT_EQ(test, drbd_flush_covered(primary, 3, 130), 0);
	KUNIT_EXPECT_EQ(test, drbd_flush_covered(primary, 2, 130), BIT_ULL(2));

	/* positions wrap */
	drbd_flush_requested(primary, 2, 5, 0 - 8ULL, BIT_ULL(2));
	KUNIT_EXPECT_EQ(test, drbd_flush_covered(primary, 2, 0 - 16ULL), 0);
	KUNIT_EXPECT_EQ(test, drbd_flush_covered(primary, 2, 8), BIT_ULL(2));
}

static void flush_gone_test(struct kunit *test)
{
	struct drbd_flush_primary *primary;

	primary = kunit_kzalloc(test, sizeof(*primary), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, primary);

	drbd_flush_requested(primary, 1, 1, 50, ALL);
	drbd_flush_requested(primary, 2, 1, 50, ALL);
	drbd_flush_gone(primary, 1);
	/* neither is 2 asked on behalf of 1, nor 1 on behalf of 2 */
	KUNIT_EXPECT_EQ(test, drbd_flush_covered(primary, 1, 50), 0);
	KUNIT_EXPECT_EQ(test, drbd_flush_covered(primary, 2, 50), BIT_ULL(2));
	KUNIT_EXPECT_EQ(test, drbd_flush_covered(primary, 3, 50), BIT_ULL(2));

	/* 2 still waits for 1, which knows nothing of it; what 1 asked for is of no use */
	drbd_flush_came(primary, 1);
	KUNIT_EXPECT_EQ(test, drbd_flush_covered(primary, 1, 49), 0);
	KUNIT_EXPECT_EQ(test, drbd_flush_covered(primary, 1, 50), BIT_ULL(2));
	KUNIT_EXPECT_EQ(test, drbd_flush_covered(primary, 1, 50), 0);
	KUNIT_EXPECT_EQ(test, drbd_flush_covered(primary, 2, 50), 0);
}

static void flush_forward_test(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, drbd_flush_forwards(1, 2, ALL));
	KUNIT_EXPECT_FALSE(test, drbd_flush_forwards(2, 2, ALL));
	KUNIT_EXPECT_FALSE(test, drbd_flush_forwards(4, 2, ALL));
	KUNIT_EXPECT_FALSE(test, drbd_flush_forwards(-1, 2, ~0ULL));
	KUNIT_EXPECT_FALSE(test, drbd_flush_forwards(32, 2, ~0ULL));
	KUNIT_EXPECT_FALSE(test, drbd_flush_forwards(64, 2, ~0ULL));
	KUNIT_EXPECT_TRUE(test, drbd_flush_forwards(31, 2, ~0ULL));
}

/*
 * Primary 0, target 1, secondaries 2 and 3, peer acks in any order: the target waits
 * until all of them have got beyond the position of its request, and no longer.
 */
static void flush_round_test(struct kunit *test)
{
	struct drbd_flush_primary *primary;
	struct rnd_state rnd;
	int i, node;

	primary = kunit_kzalloc(test, sizeof(*primary), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, primary);
	prandom_seed_state(&rnd, 11);
	for (i = 0; i < 300; i++) {
		u64 acked[4] = { }, dagtag = 1000 + prandom_u32_state(&rnd) % 50;
		struct drbd_flush target = { .sequence = i };

		drbd_flush_start(&target, BIT_ULL(0), BIT_ULL(0) | BIT_ULL(2) | BIT_ULL(3));
		drbd_flush_requested(primary, 1, target.sequence, dagtag, ALL);
		while (drbd_flush_pending(&target)) {
			bool all = true;

			for (node = 1; node < 4; node++)
				all = all && acked[node] >= dagtag;
			KUNIT_ASSERT_FALSE(test, all);
			node = 1 + prandom_u32_state(&rnd) % 3;
			acked[node] += prandom_u32_state(&rnd) % 400;
			if (!drbd_flush_covered(primary, node, acked[node]))
				continue;
			KUNIT_ASSERT_GE(test, acked[node], dagtag);
			drbd_flush_ack(&target, primary->round[1].sequence, 0,
				       drbd_flush_packet(1, node) == DRBD_FLUSH_ACK ? 0 : node);
		}
		for (node = 1; node < 4; node++)
			KUNIT_ASSERT_GE(test, acked[node], dagtag);
	}
}

static struct kunit_case flush_cases[] = {
	KUNIT_CASE(flush_primary_test),
	KUNIT_CASE(flush_gone_test),
	KUNIT_CASE(flush_forward_test),
	KUNIT_CASE(flush_round_test),
	{}
};

static struct kunit_suite flush_suite = {
	.name = "drbd-flush-request",
	.test_cases = flush_cases,
};

kunit_test_suite(flush_suite);
