// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the names of strategies and rules
 */

#include <kunit/test.h>

#include "../core/uuid_strategy.h"

static void strategy_names_test(struct kunit *test)
{
	int i, j;

	for (i = 0; i < DRBD_STRATEGIES; i++) {
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_STRNEQ(test, drbd_strategy_name(i), drbd_strategy_name(j));
		KUNIT_EXPECT_FALSE(test, drbd_strategy_is_source(i) && drbd_strategy_is_target(i));
		KUNIT_EXPECT_EQ(test, drbd_strategy_determined(i), i <= 8);
	}
	for (i = 0; i < DRBD_RULES; i++) {
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_STRNEQ(test, drbd_rule_name(i), drbd_rule_name(j));
	}
	KUNIT_EXPECT_STREQ(test, drbd_strategy_name(DRBD_STRATEGIES), "unknown");
	KUNIT_EXPECT_STREQ(test, drbd_strategy_name((enum drbd_strategy)-1), "unknown");
	KUNIT_EXPECT_STREQ(test, drbd_rule_name(DRBD_RULES), "unknown");
	KUNIT_EXPECT_STREQ(test, drbd_strategy_name(DRBD_SOURCE_COPY_BITMAP),
			   "source-copy-other-bitmap");
	KUNIT_EXPECT_STREQ(test, drbd_strategy_name(DRBD_SPLIT_BRAIN), "split-brain-auto-recover");
}

static struct kunit_case strategy_cases[] = {
	KUNIT_CASE(strategy_names_test),
	{}
};

static struct kunit_suite strategy_suite = {
	.name = "drbd-uuid-strategy",
	.test_cases = strategy_cases,
};

kunit_test_suite(strategy_suite);
