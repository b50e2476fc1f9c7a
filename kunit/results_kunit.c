// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the results of commands
 *
 * Expectations are literals of spec/netlink.md 5 and 12.4.
 */

#include <kunit/test.h>
#include <linux/errno.h>

#include "../core/results.h"

struct result_row {
	u16 result;
	u8 error;
	u8 attr;
};

static const struct result_row results[] = {
	{ 102, EADDRINUSE }, { 103, EADDRINUSE },
	{ 104, ENOENT, DRBD_RET_ATTR_BACKING_DEV }, { 105, ENOENT, DRBD_RET_ATTR_META_DEV },
	{ 107, ENOTBLK, DRBD_RET_ATTR_BACKING_DEV }, { 108, ENOTBLK, DRBD_RET_ATTR_META_DEV },
	{ 111, ENOSPC, DRBD_RET_ATTR_BACKING_DEV }, { 112, ENOSPC, DRBD_RET_ATTR_META_DEV },
	{ 114, EBUSY, DRBD_RET_ATTR_BACKING_DEV }, { 115, EBUSY, DRBD_RET_ATTR_META_DEV },
	{ 116, EINVAL, DRBD_RET_ATTR_META_DEV_IDX }, { 118, EIO }, { 119, EINVAL },
	{ 120, EINVAL, DRBD_RET_ATTR_CRAM_HMAC_ALG },
	{ 121, EINVAL, DRBD_RET_ATTR_CRAM_HMAC_ALG }, { 122, ENOMEM }, { 123, EINVAL },
	{ 124, EEXIST }, { 125, EEXIST }, { 126, EINVAL }, { 127, ENOENT }, { 129, EINTR },
	{ 130, EBUSY }, { 131, EINVAL }, { 132, EINVAL, DRBD_RET_ATTR_RESYNC_AFTER },
	{ 133, EINVAL, DRBD_RET_ATTR_RESYNC_AFTER }, { 134, EALREADY }, { 135, EALREADY },
	{ 137, EPROTO }, { 138, ENODEV }, { 139, EINVAL }, { 140, ENOMEM },
	{ 141, EINVAL, DRBD_RET_ATTR_INTEGRITY_ALG },
	{ 142, EINVAL, DRBD_RET_ATTR_INTEGRITY_ALG }, { 143, EINVAL, DRBD_RET_ATTR_CPU_MASK },
	{ 144, EINVAL, DRBD_RET_ATTR_CSUMS_ALG }, { 145, EINVAL, DRBD_RET_ATTR_CSUMS_ALG },
	{ 146, EINVAL, DRBD_RET_ATTR_VERIFY_ALG }, { 147, EINVAL, DRBD_RET_ATTR_VERIFY_ALG },
	{ 148, EBUSY, DRBD_RET_ATTR_CSUMS_ALG }, { 149, EBUSY, DRBD_RET_ATTR_VERIFY_ALG },
	{ 150, EINVAL }, { 151, EBUSY }, { 152, EPERM }, { 153, EOPNOTSUPP },
	{ 154, EINVAL, DRBD_RET_ATTR_FENCING }, { 155, EINVAL, DRBD_RET_ATTR_ON_CONGESTION },
	{ 156, EALREADY }, { 157, EALREADY }, { 158, ENOENT }, { 159, EBUSY }, { 160, EBUSY },
	{ 161, EEXIST }, { 162, EINVAL }, { 163, EOPNOTSUPP }, { 164, EINVAL }, { 165, EINVAL },
	{ 166, EBUSY }, { 167, ENOSPC }, { 168, ENOSPC }, { 169, ENOSPC }, { 170, EINVAL },
	{ 171, EINVAL, DRBD_RET_ATTR_PEER_NODE_ID }, { 172, ENOENT }, { 173, EADDRINUSE },
	{ 174, EEXIST }, { 175, EOPNOTSUPP }, { 176, EEXIST },
};

static void results_errors_test(struct kunit *test)
{
	struct drbd_result description;
	int result, next = 0;

	for (result = -200; result < 300; result++) {
		bool error = drbd_result_describe(result, &description);

		if (next == ARRAY_SIZE(results) || result != results[next].result) {
			KUNIT_EXPECT_FALSE_MSG(test, error, "%d", result);
			continue;
		}
		KUNIT_ASSERT_TRUE_MSG(test, error, "%d", result);
		KUNIT_EXPECT_EQ_MSG(test, description.error, -results[next].error, "%d", result);
		KUNIT_EXPECT_EQ_MSG(test, description.attr, results[next].attr, "%d", result);
		KUNIT_EXPECT_GT(test, strlen(description.text), 4);
		next++;
	}
	KUNIT_EXPECT_EQ(test, next, ARRAY_SIZE(results));
	KUNIT_EXPECT_EQ(test, DRBD_ERR_LAST, 176);
}

static struct kunit_case results_cases[] = {
	KUNIT_CASE(results_errors_test),
	{ }
};

static struct kunit_suite results_suite = {
	.name = "drbd-nl-results",
	.test_cases = results_cases,
};

kunit_test_suite(results_suite);
