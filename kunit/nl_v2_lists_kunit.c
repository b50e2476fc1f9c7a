// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of family drbd version 2: lists of objects, and events
 *
 * Expectations are literals of spec/netlink.md 6, 7 and 12.6.
 */

#include <linux/cred.h>

#include "nl_options.h"
#include "nl_v2.h"

static void v2_dump(struct nl_bench *b, u8 cmd, const char *filter)
{
	struct v2_header *header = nl_begin(b, cmd, NLM_F_DUMP);

	header->minor = NO_MINOR;
	if (filter)
		v2_context(b, filter, -1, -1);
	KUNIT_ASSERT_EQ(b->test, nl_send(b), 0);
}

static const char *v2_name(struct nl_bench *b, struct nlmsghdr *msg)
{
	struct nlattr *attr = nl_find(b, msg, 2, CONTEXT, 2);

	return attr ? nla_data(attr) : "";
}

static u32 v2_u32(struct nl_bench *b, struct nlmsghdr *msg, int nest, int type)
{
	struct nlattr *attr = nl_find(b, msg, 2, nest, type);

	return attr && nla_len(attr) == 4 ? nla_get_u32(attr) : 0xdeadbeef;
}

static u64 v2_u64(struct nl_bench *b, struct nlmsghdr *msg, int nest, int type)
{
	struct nlattr *attr = nl_find(b, msg, 2, nest, type);

	return attr && nla_len(attr) == 8 ? nla_get_u64(attr) : 0xdeadbeef;
}

static int v2_u8(struct nl_bench *b, struct nlmsghdr *msg, int nest, int type)
{
	struct nlattr *attr = nl_find(b, msg, 2, nest, type);

	return attr && nla_len(attr) == 1 ? nla_get_u8(attr) : -1;
}

/* Numbers of the nests of a message, in order */
static const char *v2_nests(struct nl_bench *b, struct nlmsghdr *msg)
{
	static char text[80];
	struct nlattr *attr;
	int left, at = 0;

	text[0] = '\0';
	nlmsg_for_each_attr(attr, msg, GENL_HDRLEN + 8, left)
		at += scnprintf(text + at, sizeof(text) - at, " %u", attr->nla_type);
	return text;
}

static void v2_options_check(struct nl_bench *b, struct nlmsghdr *msg, u8 nest,
			     const char *without)
{
	nl_expect_defaults(b, &v2_options, nest, nl_find(b, msg, 1, nest), without);
}

static void v2_dump_resources_test(struct kunit *test)
{
	struct nl_bench *b = test->priv;
	unsigned int n, count = 0;
	struct nlmsghdr *msg;

	nl_engine.resources = 60;
	/* this list cannot be filtered */
	v2_dump(b, 30, "n003");
	for (n = 0; n < 60; n++) {
		char name[8];

		if (n == 5)
			continue;
		msg = nl_receive(b);
		KUNIT_ASSERT_NOT_NULL(test, msg);
		KUNIT_ASSERT_EQ(test, msg->nlmsg_type, b->id);
		KUNIT_EXPECT_EQ(test, msg->nlmsg_flags & NLM_F_MULTI, NLM_F_MULTI);
		KUNIT_EXPECT_EQ(test, msg->nlmsg_seq, b->seq);
		KUNIT_EXPECT_EQ(test, nl_cmd(msg), 30);
		KUNIT_EXPECT_EQ(test, v2_head(msg)->code, 101);
		KUNIT_EXPECT_EQ(test, v2_head(msg)->minor, NO_MINOR);
		sprintf(name, "n%03u", n);
		KUNIT_EXPECT_STREQ(test, v2_name(b, msg), name);
		if (count++)
			continue;
		KUNIT_EXPECT_STREQ(test, v2_nests(b, msg), " 2 4 15 19");
		KUNIT_EXPECT_EQ(test, v2_u32(b, msg, 15, 1), 1);
		KUNIT_EXPECT_EQ(test, v2_u8(b, msg, 15, 2), 0);
		KUNIT_EXPECT_EQ(test, v2_u8(b, msg, 15, 3), 1);
		KUNIT_EXPECT_EQ(test, v2_u8(b, msg, 15, 4), 0);
		KUNIT_EXPECT_EQ(test, v2_u8(b, msg, 15, 5), 1);
		KUNIT_EXPECT_EQ(test, v2_u8(b, msg, 15, 6), 0);
		KUNIT_EXPECT_EQ(test, v2_u32(b, msg, 19, 1), 2);
		KUNIT_EXPECT_EQ(test, v2_u32(b, msg, 4, 4), 7);
		v2_options_check(b, msg, 4, NULL);
	}
	msg = nl_receive(b);
	KUNIT_ASSERT_NOT_NULL(test, msg);
	KUNIT_EXPECT_EQ(test, msg->nlmsg_type, NLMSG_DONE);
	KUNIT_EXPECT_NULL(test, nl_receive(b));
}

static void v2_dump_devices_test(struct kunit *test)
{
	struct nl_bench *b = test->priv;
	struct nlattr *attr;
	struct nlmsghdr *msg;
	unsigned int round;

	nl_engine.resources = 2;
	nl_engine.volumes = 2;
	for (round = 0; round < 2; round++) {
		nl_engine.has_disk = round;
		v2_dump(b, 31, "n001");
		msg = nl_receive(b);
		KUNIT_ASSERT_NOT_NULL(test, msg);
		KUNIT_EXPECT_STREQ(test, v2_nests(b, msg),
				   round ? " 2 3 14 16 20" : " 2 14 16 20");
		KUNIT_EXPECT_EQ(test, v2_head(msg)->minor, 100);
		KUNIT_EXPECT_STREQ(test, v2_name(b, msg), "n001");
		KUNIT_EXPECT_EQ(test, v2_u32(b, msg, CONTEXT, 1), 0);
		KUNIT_EXPECT_EQ(test, v2_u32(b, msg, 16, 1), 9);
		KUNIT_EXPECT_EQ(test, v2_u8(b, msg, 16, 2), 0);
		KUNIT_EXPECT_EQ(test, v2_u8(b, msg, 16, 3), 1);
		attr = nl_find(b, msg, 2, 16, 4);
		KUNIT_ASSERT_NOT_NULL(test, attr);
		KUNIT_EXPECT_STREQ(test, (char *)nla_data(attr), "/dev/sdx");
		KUNIT_EXPECT_EQ(test, v2_u8(b, msg, 16, 5), 1);
		KUNIT_EXPECT_EQ(test, v2_u64(b, msg, 20, 1), 1ULL << 40);
		KUNIT_EXPECT_EQ(test, v2_u64(b, msg, 20, 2), 2);
		KUNIT_EXPECT_EQ(test, v2_u64(b, msg, 20, 5), 5);
		KUNIT_EXPECT_EQ(test, v2_u32(b, msg, 20, 6), 6);
		KUNIT_EXPECT_EQ(test, v2_u32(b, msg, 20, 7), 7);
		KUNIT_EXPECT_EQ(test, v2_u8(b, msg, 20, 8), 1);
		KUNIT_EXPECT_EQ(test, v2_u8(b, msg, 20, 9), 0);
		KUNIT_EXPECT_EQ(test, v2_u8(b, msg, 20, 10), 0);
		KUNIT_EXPECT_EQ(test, v2_u64(b, msg, 20, 11), 0x1111222233334444);
		KUNIT_EXPECT_EQ(test, v2_u64(b, msg, 20, 12), 0x5555666677778888);
		KUNIT_EXPECT_EQ(test, v2_u32(b, msg, 20, 13), 0x13);
		attr = nl_find(b, msg, 2, 20, 14);
		KUNIT_ASSERT_NOT_NULL(test, attr);
		KUNIT_EXPECT_EQ(test, nla_len(attr), round ? 256 : 0);
		v2_options_check(b, msg, 14, NULL);
		if (round)
			v2_options_check(b, msg, 3, NULL);
		msg = nl_receive(b);
		KUNIT_ASSERT_NOT_NULL(test, msg);
		KUNIT_EXPECT_EQ(test, v2_head(msg)->minor, 101);
		msg = nl_receive(b);
		KUNIT_EXPECT_EQ(test, msg->nlmsg_type, NLMSG_DONE);
	}
}

static void v2_dump_connections_test(struct kunit *test)
{
	struct nl_bench *b = test->priv;
	struct nlattr *nest, *attr;
	struct nlmsghdr *msg;
	unsigned int i;
	int left;

	nl_engine.resources = 1;
	nl_engine.peers = 3;
	nl_engine.paths = DRBD_MAX_PATHS;
	v2_dump(b, 32, NULL);
	for (i = 1; i <= 3; i++) {
		char name[8];
		u16 type = 1;

		msg = nl_receive(b);
		KUNIT_ASSERT_NOT_NULL(test, msg);
		KUNIT_EXPECT_STREQ(test, v2_nests(b, msg), " 2 5 28 17 21");
		KUNIT_EXPECT_EQ(test, v2_head(msg)->minor, NO_MINOR);
		KUNIT_EXPECT_EQ(test, v2_u32(b, msg, CONTEXT, 6), i);
		sprintf(name, "peer%u", i);
		KUNIT_EXPECT_STREQ(test, name, nla_data(nl_find(b, msg, 2, CONTEXT, 5)));
		KUNIT_EXPECT_EQ(test, v2_u32(b, msg, 17, 1), 9);
		KUNIT_EXPECT_EQ(test, v2_u32(b, msg, 17, 2), 2);
		KUNIT_EXPECT_EQ(test, v2_u8(b, msg, 21, 1), 1);
		KUNIT_EXPECT_EQ(test, v2_u64(b, msg, 21, 2), 8);
		KUNIT_EXPECT_EQ(test, v2_u64(b, msg, 21, 3), 9);
		KUNIT_EXPECT_STREQ(test, "open sesame", nla_data(nl_find(b, msg, 2, 5, 1)));
		v2_options_check(b, msg, 5, NULL);
		/* addresses in turn, with the bit that tools look for */
		nest = nl_find(b, msg, 1, 28);
		nla_for_each_nested(attr, nest, left) {
			KUNIT_EXPECT_EQ(test, attr->nla_type, type | 0x4000);
			type = 3 - type;
		}
		attr = nla_data(nest);
		KUNIT_EXPECT_EQ(test, nla_len(attr), 16);
		KUNIT_EXPECT_EQ(test, nla_len(nest), 8 * (2 * 20 + 2 * 32));
	}
	msg = nl_receive(b);
	KUNIT_EXPECT_EQ(test, msg->nlmsg_type, NLMSG_DONE);
}

/* The secret is for administrators. */
static void v2_secret_test(struct kunit *test)
{
	struct nl_bench *b = test->priv;
	const struct cred *old;
	struct nlmsghdr *msg;

	nl_engine.resources = 1;
	nl_engine.peers = 1;
	old = nl_drop(test, NL_ALL_CAPS);
	v2_dump(b, 32, NULL);
	msg = nl_receive(b);
	nl_restore(old);
	KUNIT_ASSERT_NOT_NULL(test, msg);
	KUNIT_ASSERT_EQ(test, msg->nlmsg_type, b->id);
	v2_options_check(b, msg, 5, "shared-secret");
	nl_drain(b);
}

static void v2_dump_peer_devices_test(struct kunit *test)
{
	static const u8 wide[] = { 1, 2, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
				   22, 24 };
	struct nl_bench *b = test->priv;
	struct nlmsghdr *msg;
	unsigned int i, n = 0;

	nl_engine.resources = 2;
	nl_engine.volumes = 2;
	nl_engine.peers = 2;
	v2_dump(b, 33, NULL);
	while ((msg = nl_receive(b)) && msg->nlmsg_type == b->id) {
		u32 volume = n / 2 % 2;

		KUNIT_EXPECT_STREQ(test, v2_nests(b, msg), " 2 18 22 27");
		KUNIT_EXPECT_STREQ(test, v2_name(b, msg), n < 4 ? "n000" : "n001");
		KUNIT_EXPECT_EQ(test, v2_head(msg)->minor, n / 4 * 100 + volume);
		KUNIT_EXPECT_EQ(test, v2_u32(b, msg, CONTEXT, 1), volume);
		KUNIT_EXPECT_EQ(test, v2_u32(b, msg, CONTEXT, 6), 1 + n % 2);
		KUNIT_EXPECT_NOT_NULL(test, nl_find(b, msg, 2, CONTEXT, 5));
		KUNIT_EXPECT_EQ(test, v2_u32(b, msg, 18, 1), 16);
		KUNIT_EXPECT_EQ(test, v2_u32(b, msg, 18, 2), 5);
		KUNIT_EXPECT_EQ(test, v2_u32(b, msg, 18, 3), 0);
		KUNIT_EXPECT_EQ(test, v2_u32(b, msg, 18, 4), 1);
		KUNIT_EXPECT_EQ(test, v2_u32(b, msg, 18, 5), 0);
		KUNIT_EXPECT_EQ(test, v2_u8(b, msg, 18, 6), 0);
		KUNIT_EXPECT_EQ(test, v2_u32(b, msg, 18, 7), 1);
		/* the value of each is 100 and its number */
		for (i = 0; i < ARRAY_SIZE(wide); i++)
			KUNIT_EXPECT_EQ(test, v2_u64(b, msg, 22, wide[i]), 100 + wide[i]);
		KUNIT_EXPECT_EQ(test, v2_u32(b, msg, 22, 3), 103);
		KUNIT_EXPECT_EQ(test, v2_u32(b, msg, 22, 4), 104);
		KUNIT_EXPECT_EQ(test, v2_u32(b, msg, 22, 9), 109);
		KUNIT_EXPECT_EQ(test, v2_u32(b, msg, 22, 23), 123);
		KUNIT_EXPECT_NULL(test, nl_find(b, msg, 2, 22, 8));
		v2_options_check(b, msg, 27, NULL);
		n++;
	}
	KUNIT_EXPECT_EQ(test, n, 8);
	KUNIT_ASSERT_NOT_NULL(test, msg);
	KUNIT_EXPECT_EQ(test, msg->nlmsg_type, NLMSG_DONE);
	/* with a filter, the header has the volume */
	v2_dump(b, 33, "n001");
	msg = nl_receive(b);
	KUNIT_ASSERT_NOT_NULL(test, msg);
	KUNIT_EXPECT_EQ(test, v2_head(msg)->minor, 0);
	nl_drain(b);
}

static void v2_dump_paths_test(struct kunit *test)
{
	struct nl_bench *b = test->priv;
	struct nlmsghdr *msg;
	unsigned int n = 0, end;

	nl_engine.resources = 2;
	nl_engine.peers = 2;
	nl_engine.paths = 3;
	v2_dump(b, 50, NULL);
	while ((msg = nl_receive(b)) && msg->nlmsg_type == b->id) {
		KUNIT_EXPECT_STREQ(test, v2_nests(b, msg), " 2 30");
		KUNIT_EXPECT_STREQ(test, v2_name(b, msg), n < 6 ? "n000" : "n001");
		KUNIT_EXPECT_EQ(test, v2_u32(b, msg, CONTEXT, 6), 1 + n / 3 % 2);
		for (end = 3; end <= 4; end++)
			KUNIT_EXPECT_EQ(test, nla_len(nl_find(b, msg, 2, CONTEXT, end)),
					n % 3 == 1 ? 28 : 16);
		KUNIT_EXPECT_EQ(test, v2_u8(b, msg, 30, 1), n % 3 == 0);
		n++;
	}
	KUNIT_EXPECT_EQ(test, n, 12);
}

static void v2_dump_unknown_test(struct kunit *test)
{
	struct nl_bench *b = test->priv;
	struct nlmsghdr *msg;
	static const u8 cmds[] = { 31, 32, 33, 50 };
	unsigned int i;

	nl_engine.resources = 1;
	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		v2_dump(b, cmds[i], "nobody");
		msg = nl_receive(b);
		KUNIT_ASSERT_NOT_NULL(test, msg);
		KUNIT_ASSERT_EQ(test, msg->nlmsg_type, b->id);
		KUNIT_EXPECT_EQ(test, v2_head(msg)->code, 158);
		KUNIT_EXPECT_EQ(test, v2_head(msg)->minor, NO_MINOR);
		KUNIT_EXPECT_STREQ(test, v2_nests(b, msg), "");
		msg = nl_receive(b);
		KUNIT_ASSERT_NOT_NULL(test, msg);
		KUNIT_EXPECT_EQ(test, msg->nlmsg_type, NLMSG_DONE);
		/* a known one without anything */
		v2_dump(b, cmds[i], "n000");
		msg = nl_receive(b);
		KUNIT_ASSERT_NOT_NULL(test, msg);
		KUNIT_EXPECT_EQ(test, msg->nlmsg_type, NLMSG_DONE);
	}
	b->version = 1;
	v2_dump(b, 30, NULL);
	KUNIT_EXPECT_EQ(test, nl_error(b, nl_receive(b)), -EINVAL);
}

/* Two resources with two connections, of which the first has two paths, and so on */
static void v2_initial_state_test(struct kunit *test)
{
	static const u8 order[] = { 34, 36, 36, 48, 48, 48, 48, 35, 35, 37, 37, 37, 37 };
	struct nl_bench *b = test->priv;
	struct nlmsghdr *msg;
	unsigned int n, i;

	nl_engine.resources = 2;
	nl_engine.volumes = 2;
	nl_engine.peers = 2;
	nl_engine.paths = 2;
	v2_dump(b, 38, NULL);
	for (n = 0; n < 2; n++)
		for (i = 0; i < ARRAY_SIZE(order); i++) {
			msg = nl_receive(b);
			KUNIT_ASSERT_NOT_NULL(test, msg);
			KUNIT_ASSERT_EQ(test, msg->nlmsg_type, b->id);
			KUNIT_EXPECT_EQ(test, nl_cmd(msg), order[i]);
			KUNIT_EXPECT_EQ(test, msg->nlmsg_flags, 0);
			KUNIT_EXPECT_EQ(test, msg->nlmsg_pid, 0);
			KUNIT_EXPECT_EQ(test, msg->nlmsg_seq, b->seq);
			KUNIT_EXPECT_EQ(test, v2_u32(b, msg, 23, 1),
					i + 1 < ARRAY_SIZE(order) ? 0x8000 : 0);
			KUNIT_EXPECT_STREQ(test, v2_name(b, msg), n ? "n001" : "n000");
		}
	msg = nl_receive(b);
	KUNIT_ASSERT_NOT_NULL(test, msg);
	KUNIT_EXPECT_EQ(test, nl_cmd(msg), 41);
	KUNIT_EXPECT_STREQ(test, v2_nests(b, msg), " 23");
	KUNIT_EXPECT_EQ(test, v2_u32(b, msg, 23, 1), 0);
	msg = nl_receive(b);
	KUNIT_ASSERT_NOT_NULL(test, msg);
	KUNIT_EXPECT_EQ(test, msg->nlmsg_type, NLMSG_DONE);
	KUNIT_EXPECT_NULL(test, nl_receive(b));
}

/* A resource without anything: one message, and nothing follows */
static void v2_initial_small_test(struct kunit *test)
{
	struct nl_bench *b = test->priv;
	struct nlmsghdr *msg;

	nl_engine.resources = 1;
	v2_dump(b, 38, NULL);
	msg = nl_receive(b);
	KUNIT_ASSERT_NOT_NULL(test, msg);
	KUNIT_EXPECT_EQ(test, nl_cmd(msg), 34);
	KUNIT_EXPECT_EQ(test, v2_u32(b, msg, 23, 1), 0);
	KUNIT_EXPECT_EQ(test, nl_cmd(nl_receive(b)), 41);
	nl_drain(b);
	nl_engine.resources = 0;
	v2_dump(b, 38, NULL);
	KUNIT_EXPECT_EQ(test, nl_cmd(nl_receive(b)), 41);
	KUNIT_EXPECT_EQ(test, nl_receive(b)->nlmsg_type, NLMSG_DONE);
}

/* A reader that goes away early: nothing is left (kmemleak) */
static void v2_dump_abandoned_test(struct kunit *test)
{
	struct nl_bench *b = test->priv;

	nl_engine.resources = 90;
	nl_engine.volumes = 4;
	nl_engine.peers = 4;
	v2_dump(b, 38, NULL);
}

/* The engine goes while a list is read. */
static void v2_dump_gone_test(struct kunit *test)
{
	struct nl_bench *b = test->priv;
	struct nlmsghdr *msg;

	nl_engine.resources = 400;
	v2_dump(b, 30, NULL);
	msg = nl_receive(b);
	KUNIT_ASSERT_NOT_NULL(test, msg);
	KUNIT_EXPECT_EQ(test, msg->nlmsg_type, b->id);
	drbd_nl_unregister();
	while (msg && msg->nlmsg_type == b->id)
		msg = nl_receive(b);
	KUNIT_ASSERT_NOT_NULL(test, msg);
	KUNIT_EXPECT_EQ(test, msg->nlmsg_type, NLMSG_DONE);
	KUNIT_EXPECT_EQ(test, *(int *)nlmsg_data(msg), -ENODEV);
}

struct event_row {
	const char *desc;
	enum drbd_event_object object;
	enum drbd_event_action action;
	u8 cmd;
	u32 minor;
	u32 type;
	const char *nests;
};

static const struct event_row event_rows[] = {
	{ "resource create", DRBD_EVENT_RESOURCE, 1, 34, NO_MINOR, 1, " 2 23 15 19" },
	{ "resource change", DRBD_EVENT_RESOURCE, 2, 34, NO_MINOR, 2, " 2 23 15 19" },
	{ "resource destroy", DRBD_EVENT_RESOURCE, 3, 34, NO_MINOR, 3, " 2 23 19" },
	{ "resource rename", DRBD_EVENT_RESOURCE, 6, 34, NO_MINOR, 6, " 2 23 19 32" },
	{ "device change", DRBD_EVENT_DEVICE, 2, 35, 301, 2, " 2 23 16 20" },
	{ "device destroy", DRBD_EVENT_DEVICE, 3, 35, 301, 3, " 2 23 20" },
	{ "connection change", DRBD_EVENT_CONNECTION, 2, 36, NO_MINOR, 2, " 2 23 17 28 21" },
	{ "connection destroy", DRBD_EVENT_CONNECTION, 3, 36, NO_MINOR, 3, " 2 23 28 21" },
	{ "peer device change", DRBD_EVENT_PEER_DEVICE, 2, 37, NO_MINOR, 2, " 2 23 18 22" },
	{ "peer device destroy", DRBD_EVENT_PEER_DEVICE, 3, 37, NO_MINOR, 3, " 2 23 22" },
	{ "path create", DRBD_EVENT_PATH, 1, 48, NO_MINOR, 1, " 2 23 30" },
	{ "path destroy", DRBD_EVENT_PATH, 3, 48, NO_MINOR, 3, " 2 23 30" },
	{ "helper call", DRBD_EVENT_HELPER, 4, 40, 301, 4, " 2 23 24" },
	{ "helper response", DRBD_EVENT_HELPER, 5, 40, 301, 5, " 2 23 24" },
};

KUNIT_ARRAY_PARAM_DESC(event, event_rows, desc);

/* Room for one object of each kind */
struct objects {
	struct drbd_resource_state resource;
	struct drbd_device_state device;
	struct drbd_connection_state connection;
	struct drbd_peer_device_state peer_device;
	struct drbd_path_event path;
	struct drbd_helper_event helper;
};

static void make_event(struct objects *o, enum drbd_event_object object,
		       enum drbd_event_action action, struct drbd_event *event)
{
	memset(event, 0, sizeof(*event));
	event->object = object;
	event->action = action;
	switch (object) {
	case DRBD_EVENT_RESOURCE:
		nl_fill_resource(&o->resource, 3);
		event->resource = &o->resource;
		event->new_name = action == DRBD_EVENT_RENAME ? "newname" : NULL;
		break;
	case DRBD_EVENT_DEVICE:
		nl_fill_device(&o->device, 3, 1);
		event->device = &o->device;
		break;
	case DRBD_EVENT_CONNECTION:
		nl_fill_connection(&o->connection, 3, 2);
		event->connection = &o->connection;
		break;
	case DRBD_EVENT_PEER_DEVICE:
		nl_fill_peer_device(&o->peer_device, 3, 1, 2);
		event->peer_device = &o->peer_device;
		break;
	case DRBD_EVENT_PATH:
		nl_fill_connection(&o->connection, 3, 2);
		o->path.resource = o->connection.resource;
		o->path.peer_node_id = 2;
		o->path.conn_name = o->connection.name;
		o->path.path = &o->connection.paths[0];
		event->path = &o->path;
		break;
	case DRBD_EVENT_HELPER:
		o->helper.name = "before-resync-target-and-a-name-that-is-too-long";
		o->helper.status = action == DRBD_EVENT_RESPONSE ? 0x400 : 0;
		o->helper.resource = "n003";
		o->helper.minor = 301;
		o->helper.volume = 1;
		o->helper.peer_node_id = 2;
		o->helper.conn_name = "peer2";
		event->helper = &o->helper;
		break;
	}
}

static void v2_event_test(struct kunit *test)
{
	const struct event_row *row = test->param_value;
	struct objects *o = kunit_kzalloc(test, sizeof(*o), GFP_KERNEL);
	struct nl_bench *b = test->priv;
	struct drbd_event event;
	struct nlmsghdr *msg;

	KUNIT_ASSERT_NOT_NULL(test, o);
	nl_engine.paths = 2;
	make_event(o, row->object, row->action, &event);
	nl_listen(b);
	drbd_nl_notify(&event, 1);
	msg = nl_receive(b);
	KUNIT_ASSERT_NOT_NULL(test, msg);
	KUNIT_EXPECT_EQ(test, nl_cmd(msg), row->cmd);
	KUNIT_EXPECT_EQ(test, msg->nlmsg_pid, 0);
	KUNIT_EXPECT_EQ(test, msg->nlmsg_flags, 0);
	KUNIT_EXPECT_EQ(test, v2_head(msg)->minor, row->minor);
	KUNIT_EXPECT_EQ(test, v2_head(msg)->code, 101);
	KUNIT_EXPECT_EQ(test, v2_u32(b, msg, 23, 1), row->type);
	KUNIT_EXPECT_STREQ(test, v2_nests(b, msg), row->nests);
	KUNIT_EXPECT_STREQ(test, v2_name(b, msg), "n003");
	if (row->cmd == 37 || row->cmd == 36 || row->cmd == 48 || row->cmd == 40)
		KUNIT_EXPECT_STREQ(test, "peer2", nla_data(nl_find(b, msg, 2, CONTEXT, 5)));
	if (row->type == 6)
		KUNIT_EXPECT_STREQ(test, "newname", nla_data(nl_find(b, msg, 2, 32, 1)));
	if (row->cmd == 40) {
		KUNIT_EXPECT_EQ(test, strlen(nla_data(nl_find(b, msg, 2, 24, 1))), 31);
		KUNIT_EXPECT_EQ(test, v2_u32(b, msg, 24, 2), row->type == 5 ? 0x400 : 0);
	}
	KUNIT_EXPECT_NULL(test, nl_receive(b));
}

struct change_row {
	const char *desc;
	u8 changed;	/* R, C1, C2, D0, P01, P02 from bit 0 on */
	u8 count;
	u8 cmds[6];
};

static const struct change_row change_rows[] = {
	{ "none", 0, 0 },
	{ "R", 0x01, 1, { 34 } },
	{ "C1", 0x02, 1, { 36 } },
	{ "R, C1", 0x03, 2, { 34, 36 } },
	{ "R, D0, P02", 0x29, 3, { 34, 35, 37 } },
	{ "C1, C2, P01, P02", 0x36, 4, { 36, 36, 37, 37 } },
	{ "D0", 0x08, 1, { 35 } },
	{ "all", 0x3f, 6, { 34, 36, 36, 35, 37, 37 } },
};

KUNIT_ARRAY_PARAM_DESC(change, change_rows, desc);

static void v2_change_test(struct kunit *test)
{
	const struct change_row *row = test->param_value;
	struct nl_bench *b = test->priv;
	struct drbd_snapshot *old, *new;
	struct nlmsghdr *msg;
	unsigned int i;
	u32 seq = 0;

	nl_engine.volumes = 1;
	nl_engine.peers = 2;
	nl_engine.paths = 2;
	old = nl_snapshot(0);
	new = nl_snapshot(0);
	if (!old || !new)
		goto out;
	if (row->changed & 0x01)
		new->resource.role = 2;
	if (row->changed & 0x02)
		new->connections[0].cstate = 0;
	if (row->changed & 0x04)
		new->connections[1].role = 0;
	if (row->changed & 0x08)
		new->devices[0].has_quorum = false;
	if (row->changed & 0x10)
		new->peer_devices[0].repl = 9;
	if (row->changed & 0x20)
		new->peer_devices[1].resync_susp_max_parallel = false;
	/* statistics do not count */
	new->devices[0].read++;
	new->peer_devices[0].out_of_sync++;
	nl_listen(b);
	drbd_nl_notify_change(old, new);
	for (i = 0; i < row->count; i++) {
		msg = nl_receive(b);
		if (!msg)
			break;
		KUNIT_EXPECT_EQ(test, nl_cmd(msg), row->cmds[i]);
		KUNIT_EXPECT_EQ(test, v2_u32(b, msg, 23, 1), i + 1 < row->count ? 0x8002 : 2);
		if (i)
			KUNIT_EXPECT_EQ(test, msg->nlmsg_seq, seq + 1);
		seq = msg->nlmsg_seq;
	}
	KUNIT_EXPECT_EQ(test, i, row->count);
	KUNIT_EXPECT_NULL(test, nl_receive(b));
out:
	drbd_snapshot_free(old);
	drbd_snapshot_free(new);
}

/* Each difference that listeners have to hear of */
static void v2_differences_test(struct kunit *test)
{
	struct nl_bench *b = test->priv;
	struct drbd_snapshot *old, *new;
	unsigned int i;

	nl_engine.volumes = 1;
	nl_engine.peers = 1;
	nl_listen(b);
	old = nl_snapshot(0);
	new = nl_snapshot(0);
	if (old && new) {
		/* a bit of their first byte will do */
		void *const members[] = {
			&new->resource.role,
			&new->resource.susp_user,
			&new->resource.susp_no_data,
			&new->resource.susp_fencing,
			&new->resource.susp_quorum,
			&new->resource.fail_io,
			&new->connections[0].cstate,
			&new->connections[0].role,
			&new->devices[0].disk,
			&new->devices[0].has_quorum,
			&new->peer_devices[0].disk,
			&new->peer_devices[0].repl,
			&new->peer_devices[0].resync_susp_user,
			&new->peer_devices[0].resync_susp_peer,
			&new->peer_devices[0].resync_susp_dependency,
			&new->peer_devices[0].resync_susp_max_parallel,
		};

		for (i = 0; i < ARRAY_SIZE(members); i++) {
			*(u8 *)members[i] ^= 1;
			drbd_nl_notify_change(old, new);
			*(u8 *)members[i] ^= 1;
			KUNIT_EXPECT_NOT_NULL_MSG(test, nl_receive(b), "member %u", i);
			KUNIT_EXPECT_NULL_MSG(test, nl_receive(b), "member %u", i);
		}
	}
	drbd_snapshot_free(old);
	drbd_snapshot_free(new);
}

static struct kunit_case v2_lists_cases[] = {
	KUNIT_CASE(v2_dump_resources_test),
	KUNIT_CASE(v2_dump_devices_test),
	KUNIT_CASE(v2_dump_connections_test),
	KUNIT_CASE(v2_secret_test),
	KUNIT_CASE(v2_dump_peer_devices_test),
	KUNIT_CASE(v2_dump_paths_test),
	KUNIT_CASE(v2_dump_unknown_test),
	KUNIT_CASE(v2_initial_state_test),
	KUNIT_CASE(v2_initial_small_test),
	KUNIT_CASE(v2_dump_abandoned_test),
	KUNIT_CASE(v2_dump_gone_test),
	KUNIT_CASE_PARAM(v2_event_test, event_gen_params),
	KUNIT_CASE_PARAM(v2_change_test, change_gen_params),
	KUNIT_CASE(v2_differences_test),
	{ }
};

static struct kunit_suite v2_lists_suite = {
	.name = "drbd-nl-v2-lists",
	.init = v2_init,
	.exit = nl_bench_exit,
	.test_cases = v2_lists_cases,
};

kunit_test_suite(v2_lists_suite);
