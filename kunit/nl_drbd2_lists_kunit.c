// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of family drbd2: lists of objects, and events
 *
 * Expectations are literals of spec/netlink.md 8.
 */

#include <linux/cred.h>

#include "nl_drbd2.h"
#include "nl_options.h"

static void send_dump(struct nl_bench *b, u8 cmd, const char *filter)
{
	nl_begin(b, cmd, NLM_F_DUMP);
	if (filter)
		drbd2_context(b, filter, -1, -1, -1);
	KUNIT_ASSERT_EQ(b->test, nl_send(b), 0);
}

static void check_options(struct nl_bench *b, struct nlmsghdr *msg, u8 object, u8 attr, u8 nest)
{
	nl_expect_defaults(b, &drbd2_options, nest, nl_find(b, msg, 2, object, attr), NULL);
}

static void drbd2_dump_test(struct kunit *test)
{
	struct nl_bench *b = test->priv;
	struct nlmsghdr *msg;
	struct nlattr *attr;
	unsigned int n, i;
	int left;

	nl_engine.resources = 4;
	nl_engine.volumes = 2;
	nl_engine.peers = 2;
	nl_engine.paths = DRBD_MAX_PATHS;
	nl_engine.has_disk = true;

	/* the list of resources cannot be filtered */
	send_dump(b, 33, "n001");
	for (n = 0; (msg = nl_receive(b)) && msg->nlmsg_type == b->id; n++) {
		KUNIT_EXPECT_EQ(test, nl_cmd(msg), 33);
		KUNIT_EXPECT_TRUE(test, msg->nlmsg_flags & NLM_F_MULTI);
		KUNIT_EXPECT_EQ(test, nla_get_u32(nl_find(b, msg, 3, 23, 2, 1)), 1);
		KUNIT_EXPECT_EQ(test, nla_get_u8(nl_find(b, msg, 3, 23, 2, 3)), 1);
		KUNIT_EXPECT_EQ(test, nla_get_u32(nl_find(b, msg, 3, 23, 3, 1)), 2);
		KUNIT_EXPECT_NULL(test, nl_find(b, msg, 2, 23, 4));
		check_options(b, msg, 23, 5, 7);
	}
	KUNIT_EXPECT_EQ(test, n, 4);
	KUNIT_EXPECT_EQ(test, nl_error(b, msg), 1);

	send_dump(b, 34, "n001");
	for (n = 0; (msg = nl_receive(b)) && msg->nlmsg_type == b->id; n++) {
		KUNIT_EXPECT_STREQ(test, "n001", nla_data(nl_find(b, msg, 3, 24, 1, 1)));
		KUNIT_EXPECT_EQ(test, nla_get_u32(nl_find(b, msg, 3, 24, 1, 2)), n);
		KUNIT_EXPECT_EQ(test, nla_get_u32(nl_find(b, msg, 3, 24, 1, 3)), 100 + n);
		KUNIT_EXPECT_EQ(test, nla_get_u32(nl_find(b, msg, 3, 24, 2, 1)), 9);
		KUNIT_EXPECT_EQ(test, nla_get_u8(nl_find(b, msg, 3, 24, 2, 4)), 1);
		KUNIT_EXPECT_STREQ(test, "/dev/sdx", nla_data(nl_find(b, msg, 3, 24, 2, 5)));
		KUNIT_EXPECT_EQ(test, nla_get_u64(nl_find(b, msg, 3, 24, 3, 1)), 1ULL << 40);
		KUNIT_EXPECT_EQ(test, nla_len(nl_find(b, msg, 3, 24, 3, 14)), 256);
		check_options(b, msg, 24, 4, 6);
		check_options(b, msg, 24, 5, 15);
	}
	KUNIT_EXPECT_EQ(test, n, 2);

	send_dump(b, 35, NULL);
	for (n = 0; (msg = nl_receive(b)) && msg->nlmsg_type == b->id; n++) {
		KUNIT_EXPECT_EQ(test, nla_get_u32(nl_find(b, msg, 3, 25, 1, 4)), 1 + n % 2);
		KUNIT_EXPECT_EQ(test, nla_get_u32(nl_find(b, msg, 3, 25, 2, 1)), 9);
		KUNIT_EXPECT_EQ(test, nla_get_u64(nl_find(b, msg, 3, 25, 3, 3)), 9);
		KUNIT_EXPECT_STREQ(test, "open sesame", nla_data(nl_find(b, msg, 3, 25, 4, 1)));
		check_options(b, msg, 25, 4, 8);
		i = 0;
		nla_for_each_nested(attr, nl_find(b, msg, 1, 25), left)
			if (nla_type(attr) == 5) {
				struct nlattr *info = nla_find_nested(attr, 2);

				KUNIT_EXPECT_EQ(test, nla_get_u8(nla_find_nested(info, 1)), !i);
				i++;
			}
		KUNIT_EXPECT_EQ(test, i, DRBD_MAX_PATHS);
	}
	KUNIT_EXPECT_EQ(test, n, 8);

	send_dump(b, 36, NULL);
	for (n = 0; (msg = nl_receive(b)) && msg->nlmsg_type == b->id; n++) {
		KUNIT_EXPECT_EQ(test, nla_get_u32(nl_find(b, msg, 3, 26, 1, 2)), n / 2 % 2);
		KUNIT_EXPECT_EQ(test, nla_get_u32(nl_find(b, msg, 3, 26, 2, 1)), 16);
		KUNIT_EXPECT_EQ(test, nla_len(nl_find(b, msg, 3, 26, 2, 4)), 1);
		KUNIT_EXPECT_EQ(test, nla_get_u32(nl_find(b, msg, 3, 26, 3, 8)), 109);
		KUNIT_EXPECT_EQ(test, nla_get_u64(nl_find(b, msg, 3, 26, 3, 9)), 110);
		KUNIT_EXPECT_EQ(test, nla_get_u32(nl_find(b, msg, 3, 26, 3, 22)), 123);
		KUNIT_EXPECT_EQ(test, nla_get_u64(nl_find(b, msg, 3, 26, 3, 23)), 124);
		check_options(b, msg, 26, 4, 18);
	}
	KUNIT_EXPECT_EQ(test, n, 16);

	send_dump(b, 37, "n002");
	for (n = 0; (msg = nl_receive(b)) && msg->nlmsg_type == b->id; n++) {
		bool odd = n % DRBD_MAX_PATHS % 2;

		KUNIT_EXPECT_EQ(test, nla_get_u16(nl_find(b, msg, 4, 27, 1, 6, 1)),
				odd ? AF_INET6 : AF_INET);
		KUNIT_EXPECT_EQ(test, ntohs(nla_get_be16(nl_find(b, msg, 4, 27, 1, 7, 2))),
				7000 + n % DRBD_MAX_PATHS);
		KUNIT_EXPECT_EQ(test, nla_len(nl_find(b, msg, 4, 27, 1, 7, odd ? 4 : 3)),
				odd ? 16 : 4);
	}
	KUNIT_EXPECT_EQ(test, n, 2 * DRBD_MAX_PATHS);

	send_dump(b, 36, "nobody");
	msg = nl_receive(b);
	KUNIT_ASSERT_NOT_NULL(test, msg);
	KUNIT_EXPECT_EQ(test, nl_error(b, msg), -ENOENT);
	KUNIT_EXPECT_STREQ(test, nl_error_text(b, msg), "unknown resource");
}

static void drbd2_secret_test(struct kunit *test)
{
	struct nl_bench *b = test->priv;
	const struct cred *old;
	struct nlmsghdr *msg;

	nl_engine.resources = 1;
	nl_engine.peers = 1;
	old = nl_drop(test, NL_ALL_CAPS);
	send_dump(b, 35, NULL);
	msg = nl_receive(b);
	nl_restore(old);
	KUNIT_ASSERT_NOT_NULL(test, msg);
	KUNIT_ASSERT_EQ(test, msg->nlmsg_type, b->id);
	KUNIT_EXPECT_STREQ(test, "", nla_data(nl_find(b, msg, 3, 25, 4, 1)));
	nl_drain(b);
}

static void drbd2_state_test(struct kunit *test)
{
	static const u8 order[] = { 3, 5, 5, 7, 7, 7, 7, 4, 4, 6, 6, 6, 6 };
	struct nl_bench *b = test->priv;
	struct nlmsghdr *msg;
	unsigned int n, i;

	nl_engine.resources = 2;
	nl_engine.volumes = 2;
	nl_engine.peers = 2;
	nl_engine.paths = 2;
	send_dump(b, 38, NULL);
	for (n = 0; n < 2; n++)
		for (i = 0; i < ARRAY_SIZE(order); i++) {
			msg = nl_receive(b);
			KUNIT_ASSERT_NOT_NULL(test, msg);
			KUNIT_ASSERT_EQ(test, msg->nlmsg_type, b->id);
			KUNIT_EXPECT_EQ(test, nl_cmd(msg), 38);
			KUNIT_EXPECT_TRUE(test, msg->nlmsg_flags & NLM_F_MULTI);
			KUNIT_EXPECT_EQ(test, nla_get_u32(nl_find(b, msg, 1, 1)), 0);
			KUNIT_EXPECT_EQ(test, !nl_find(b, msg, 1, 2), i + 1 == ARRAY_SIZE(order));
			KUNIT_EXPECT_NOT_NULL(test, nl_find(b, msg, 2, order[i], 2));
			KUNIT_EXPECT_STREQ(test, n ? "n001" : "n000",
					   nla_data(nl_find(b, msg, 3, order[i], 1, 1)));
		}
	msg = nl_receive(b);
	KUNIT_ASSERT_NOT_NULL(test, msg);
	KUNIT_EXPECT_EQ(test, msg->nlmsg_type, NLMSG_DONE);
	/* takes no attributes */
	send_dump(b, 38, "n001");
	KUNIT_EXPECT_EQ(test, nl_error(b, nl_receive(b)), -EINVAL);
}

/* The engine goes while the states are read: they were recorded, and are complete. */
static void drbd2_state_gone_test(struct kunit *test)
{
	struct nl_bench *b = test->priv;
	struct nlmsghdr *msg;
	unsigned int n;

	nl_engine.resources = 400;
	send_dump(b, 38, NULL);
	msg = nl_receive(b);
	KUNIT_ASSERT_NOT_NULL(test, msg);
	drbd_nl_unregister();
	for (n = 0; msg && msg->nlmsg_type == b->id; n++)
		msg = nl_receive(b);
	KUNIT_EXPECT_EQ(test, n, 400);
	KUNIT_ASSERT_NOT_NULL(test, msg);
	KUNIT_EXPECT_EQ(test, msg->nlmsg_type, NLMSG_DONE);
	KUNIT_EXPECT_EQ(test, *(int *)nlmsg_data(msg), 0);
}

static void drbd2_events_test(struct kunit *test)
{
	struct drbd_resource_state *state = kunit_kzalloc(test, sizeof(*state), GFP_KERNEL);
	struct drbd_device_state *device = kunit_kzalloc(test, sizeof(*device), GFP_KERNEL);
	struct drbd_helper_event helper = {
		.name = "fence-peer", .status = 0x700, .resource = "n001", .minor = U32_MAX,
		.volume = U32_MAX, .peer_node_id = 1, .conn_name = "peer1",
	};
	struct drbd_event events[3] = {
		{ .object = DRBD_EVENT_RESOURCE, .action = DRBD_EVENT_CHANGE },
		{ .object = DRBD_EVENT_DEVICE, .action = DRBD_EVENT_DESTROY },
		{ .object = DRBD_EVENT_RESOURCE, .action = DRBD_EVENT_RENAME,
		  .new_name = "other" },
	};
	struct drbd_event call = { .object = DRBD_EVENT_HELPER, .action = DRBD_EVENT_RESPONSE };
	struct nl_bench *b = test->priv;
	struct nlmsghdr *msg;
	u32 seq;

	KUNIT_ASSERT_NOT_NULL(test, state);
	KUNIT_ASSERT_NOT_NULL(test, device);
	nl_fill_resource(state, 1);
	nl_fill_device(device, 1, 2);
	events[0].resource = state;
	events[1].device = device;
	events[2].resource = state;
	call.helper = &helper;
	nl_listen(b);
	drbd_nl_notify(events, 3);
	drbd_nl_notify(&call, 1);

	msg = nl_receive(b);
	KUNIT_ASSERT_NOT_NULL(test, msg);
	seq = msg->nlmsg_seq;
	KUNIT_EXPECT_EQ(test, nl_cmd(msg), 39);
	KUNIT_EXPECT_EQ(test, nla_get_u32(nl_find(b, msg, 1, 1)), 2);
	KUNIT_EXPECT_NOT_NULL(test, nl_find(b, msg, 1, 2));
	KUNIT_EXPECT_NOT_NULL(test, nl_find(b, msg, 2, 3, 2));
	KUNIT_EXPECT_NULL(test, nl_find(b, msg, 2, 3, 5));

	msg = nl_receive(b);
	KUNIT_ASSERT_NOT_NULL(test, msg);
	KUNIT_EXPECT_EQ(test, msg->nlmsg_seq, seq + 1);
	KUNIT_EXPECT_EQ(test, nla_get_u32(nl_find(b, msg, 1, 1)), 3);
	KUNIT_EXPECT_NULL(test, nl_find(b, msg, 2, 4, 2));
	KUNIT_EXPECT_NOT_NULL(test, nl_find(b, msg, 2, 4, 3));
	KUNIT_EXPECT_EQ(test, nla_get_u32(nl_find(b, msg, 3, 4, 1, 3)), 102);

	msg = nl_receive(b);
	KUNIT_ASSERT_NOT_NULL(test, msg);
	KUNIT_EXPECT_EQ(test, nla_get_u32(nl_find(b, msg, 1, 1)), 4);
	KUNIT_EXPECT_NULL(test, nl_find(b, msg, 1, 2));
	KUNIT_EXPECT_NULL(test, nl_find(b, msg, 2, 3, 2));
	KUNIT_EXPECT_STREQ(test, "other", nla_data(nl_find(b, msg, 2, 3, 4)));

	msg = nl_receive(b);
	KUNIT_ASSERT_NOT_NULL(test, msg);
	KUNIT_EXPECT_EQ(test, nl_cmd(msg), 40);
	KUNIT_EXPECT_EQ(test, msg->nlmsg_seq, seq + 3);
	KUNIT_EXPECT_STREQ(test, "fence-peer", nla_data(nl_find(b, msg, 2, 16, 1)));
	KUNIT_EXPECT_EQ(test, nla_get_u32(nl_find(b, msg, 2, 16, 2)), 0x700);
	KUNIT_EXPECT_EQ(test, nla_get_u32(nl_find(b, msg, 2, 16, 3)), 1);
	KUNIT_EXPECT_EQ(test, nla_get_u32(nl_find(b, msg, 2, 1, 4)), 1);
	KUNIT_EXPECT_NULL(test, nl_find(b, msg, 2, 1, 3));
	KUNIT_EXPECT_NULL(test, nl_receive(b));
}

static struct kunit_case drbd2_lists_cases[] = {
	KUNIT_CASE(drbd2_dump_test),
	KUNIT_CASE(drbd2_secret_test),
	KUNIT_CASE(drbd2_state_test),
	KUNIT_CASE(drbd2_state_gone_test),
	KUNIT_CASE(drbd2_events_test),
	{ }
};

static struct kunit_suite drbd2_lists_suite = {
	.name = "drbd-nl-drbd2-lists",
	.init = drbd2_init,
	.exit = nl_bench_exit,
	.test_cases = drbd2_lists_cases,
};

kunit_test_suite(drbd2_lists_suite);
