// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the classes of transports
 */

#include <kunit/test.h>
#include <linux/errno.h>

#include "../transport/transport.h"

static void transport_choose_test(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, drbd_transport_choose("", false), "tcp");
	KUNIT_EXPECT_STREQ(test, drbd_transport_choose("", true), "lb-tcp");
	KUNIT_EXPECT_STREQ(test, drbd_transport_choose("tcp", true), "tcp");
	KUNIT_EXPECT_STREQ(test, drbd_transport_choose("lb-tcp", false), "lb-tcp");
	KUNIT_EXPECT_STREQ(test, drbd_transport_choose("rdma", true), "rdma");
}

static void transport_register_test(struct kunit *test)
{
	static const struct drbd_transport_class example = {
		.name = "kunit",
		.transport_size = sizeof(struct drbd_transport),
		.path_size = sizeof(struct drbd_path),
	};
	struct drbd_transport_class *one = kunit_kzalloc(test, sizeof(*one), GFP_KERNEL);
	struct drbd_transport_class *two = kunit_kzalloc(test, sizeof(*two), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, one);
	KUNIT_ASSERT_NOT_NULL(test, two);
	*one = example;
	*two = example;
	KUNIT_EXPECT_EQ(test, drbd_transport_register(one), 0);
	KUNIT_EXPECT_EQ(test, drbd_transport_register(two), -EEXIST);
	drbd_transport_unregister(one);
	KUNIT_EXPECT_EQ(test, drbd_transport_register(two), 0);
	drbd_transport_unregister(two);

	/* a class made for another engine */
	one->transport_size--;
	KUNIT_EXPECT_EQ(test, drbd_transport_register(one), -EINVAL);
	*one = example;
	one->path_size--;
	KUNIT_EXPECT_EQ(test, drbd_transport_register(one), -EINVAL);
}

static struct kunit_case class_cases[] = {
	KUNIT_CASE(transport_choose_test),
	KUNIT_CASE(transport_register_test),
	{}
};

static struct kunit_suite class_suite = {
	.name = "drbd-transport-class",
	.test_cases = class_cases,
};

kunit_test_suite(class_suite);
