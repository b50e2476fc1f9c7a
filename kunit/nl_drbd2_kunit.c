// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of family drbd2
 *
 * Expectations are literals of spec/netlink.md 8 and 12.4.
 */

#include <linux/prandom.h>
#include <linux/socket.h>

#include "nl_drbd2.h"
#include "nl_options.h"

#define STATE_RESULT	3
#define MESSAGE		4

int drbd2_init(struct kunit *test)
{
	return nl_bench_init(test, DRBD_NL_DRBD2, "drbd2");
}

void drbd2_context(struct nl_bench *b, const char *name, s64 volume, s64 minor, s64 peer)
{
	struct nlattr *nest = nl_nest(b, CONTEXT);

	if (name)
		nla_put_string(b->skb, 1, name);
	if (volume >= 0)
		nla_put_u32(b->skb, 2, volume);
	if (minor >= 0)
		nla_put_u32(b->skb, 3, minor);
	if (peer >= 0)
		nla_put_u32(b->skb, 4, peer);
	nla_nest_end(b->skb, nest);
}

/* Sends, and gets the one answer that there is */
static struct nlmsghdr *answer(struct nl_bench *b)
{
	struct nlmsghdr *msg;

	KUNIT_ASSERT_EQ(b->test, nl_send(b), 0);
	msg = nl_receive(b);
	KUNIT_ASSERT_NOT_NULL(b->test, msg);
	KUNIT_EXPECT_EQ(b->test, msg->nlmsg_seq, b->seq);
	KUNIT_EXPECT_FALSE(b->test, b->left > 0);
	return msg;
}

/* Sends; the result of the state change, or an errno */
static int result(struct nl_bench *b)
{
	struct nlmsghdr *msg = answer(b);
	struct nlattr *attr;

	if (msg->nlmsg_type == NLMSG_ERROR)
		return nl_error(b, msg);
	attr = nl_find(b, msg, 1, STATE_RESULT);
	KUNIT_ASSERT_NOT_NULL(b->test, attr);
	return nla_get_u32(attr);
}

static void drbd2_discovery_test(struct kunit *test)
{
	struct nl_bench *b = test->priv;

	KUNIT_EXPECT_EQ(test, b->version, 1);
	KUNIT_EXPECT_EQ(test, b->hdrsize, 0);
	KUNIT_EXPECT_NE(test, b->group, 0);
}

struct command_row {
	u8 cmd;
	u8 nest;
	const char *name;
};

static const struct command_row command_rows[] = {
	{ 1, 7, "new_resource" }, { 2, 0, "del_resource" }, { 3, 7, "resource_options" },
	{ 4, 20, "rename_resource" }, { 5, 0, "down" }, { 6, 9, "primary" },
	{ 7, 9, "secondary" }, { 8, 22, "suspend_io" }, { 9, 0, "resume_io" },
	{ 10, 15, "new_minor" }, { 11, 0, "del_minor" }, { 12, 6, "attach" }, { 13, 14, "detach" },
	{ 14, 6, "disk_options" }, { 15, 10, "resize" }, { 16, 0, "outdate" },
	{ 17, 17, "invalidate" }, { 18, 12, "new_current_uuid" }, { 19, 8, "new_peer" },
	{ 20, 13, "del_peer" }, { 21, 19, "connect" }, { 22, 13, "disconnect" },
	{ 23, 8, "net_options" }, { 24, 0, "forget_peer" }, { 25, 0, "new_path" },
	{ 26, 0, "del_path" }, { 27, 18, "peer_device_options" }, { 28, 21, "invalidate_peer" },
	{ 29, 0, "pause_sync" }, { 30, 0, "resume_sync" }, { 31, 11, "start_verify" },
};

KUNIT_ARRAY_PARAM_DESC(command, command_rows, name);

static void put_address(struct nl_bench *b, int attr)
{
	struct nlattr *nest = nl_nest(b, attr);

	nla_put_u16(b->skb, 1, AF_INET);
	nla_put_be16(b->skb, 2, htons(7000));
	nla_put_be32(b->skb, 3, htonl(0x0a000001));
	nla_nest_end(b->skb, nest);
}

static void required(struct nl_bench *b, u8 cmd)
{
	if (cmd == 1)
		nla_put_u32(b->skb, 4, 3);
	if (cmd == 4)
		nla_put_string(b->skb, 1, "new");
	if (cmd == 12) {
		nla_put_string(b->skb, 1, "/dev/sda");
		nla_put_string(b->skb, 2, "/dev/sdb");
		nla_put_s32(b->skb, 3, -1);
	}
}

/* A request with all that it needs, and an unknown attribute if there is to be one */
static void begin_command(struct nl_bench *b, const struct command_row *row, int unknown)
{
	struct nlattr *nest;

	nl_begin(b, row->cmd, 0);
	nest = nl_nest(b, CONTEXT);
	nla_put_string(b->skb, 1, "r");
	nla_put_u32(b->skb, 2, 0);
	nla_put_u32(b->skb, 3, 10);
	nla_put_u32(b->skb, 4, 1);
	if (row->cmd == 25 || row->cmd == 26) {
		put_address(b, 6);
		put_address(b, 7);
	}
	nla_nest_end(b->skb, nest);
	if (!row->nest)
		return;
	nest = nl_nest(b, row->nest);
	required(b, row->cmd);
	if (unknown)
		nla_put_u32(b->skb, unknown, 1);
	nla_nest_end(b->skb, nest);
}

/* What results of commands become: the state's result, or an errno */
static const struct {
	int result;
	int answer;
} results[] = {
	{ 101, 29 }, { 1, 29 }, { 2, 30 }, { 3, 31 }, { 4, 32 }, { 0, 0 }, { -1, 1 }, { -2, 2 },
	{ -4, 4 }, { -12, 12 }, { -18, 18 }, { -25, 25 }, { -28, 28 }, { 102, -EADDRINUSE },
	{ 104, -ENOENT }, { 107, -ENOTBLK }, { 111, -ENOSPC }, { 118, -EIO }, { 122, -ENOMEM },
	{ 126, -EINVAL }, { 127, -ENOENT }, { 129, -EINTR }, { 134, -EALREADY },
	{ 138, -ENODEV }, { 151, -EBUSY }, { 152, -EPERM }, { 158, -ENOENT }, { 160, -EBUSY },
	{ 161, -EEXIST }, { 163, -EOPNOTSUPP }, { 175, -EOPNOTSUPP }, { 176, -EEXIST },
	{ -30, -EROFS }, { -ETIMEDOUT, -ETIMEDOUT }, { 100, -EINVAL }, { 177, -EINVAL },
};

static void drbd2_command_test(struct kunit *test)
{
	const struct command_row *row = test->param_value;
	struct nl_bench *b = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(results); i++) {
		nl_engine_reset();
		nl_engine.result = results[i].result;
		begin_command(b, row, 0);
		KUNIT_EXPECT_EQ_MSG(test, result(b), results[i].answer, "%d", results[i].result);
		KUNIT_ASSERT_NOT_NULL(test, nl_engine.called);
		KUNIT_EXPECT_STREQ(test, nl_engine.called, row->name);
		KUNIT_EXPECT_EQ(test, nl_engine.calls, 1);
		KUNIT_EXPECT_PTR_EQ(test, nl_engine.cmd.net, &init_net);
	}
}

/* Nothing unknown is accepted anywhere. */
static void drbd2_unknown_test(struct kunit *test)
{
	const struct command_row *row = test->param_value;
	struct nl_bench *b = test->priv;
	struct nlmsghdr *msg;
	struct nlattr *nest;

	if (row->nest) {
		begin_command(b, row, 99);
		msg = answer(b);
		KUNIT_EXPECT_EQ(test, nl_error(b, msg), -EINVAL);
		KUNIT_EXPECT_NE(test, strlen(nl_error_text(b, msg)), 0);
		KUNIT_EXPECT_NOT_NULL(test, nl_error_attr(b, msg, NLMSGERR_ATTR_OFFS));
	}
	begin_command(b, row, 0);
	nla_put_u32(b->skb, 28, 1);
	KUNIT_EXPECT_EQ(test, result(b), -EINVAL);
	/* parameters of another command */
	begin_command(b, row, 0);
	nla_nest_end(b->skb, nl_nest(b, row->nest == 9 ? 10 : 9));
	KUNIT_EXPECT_EQ(test, result(b), -EINVAL);
	/* an unknown name of an object */
	nl_begin(b, row->cmd, 0);
	nest = nl_nest(b, CONTEXT);
	nla_put_u32(b->skb, 8, 1);
	nla_nest_end(b->skb, nest);
	KUNIT_EXPECT_EQ(test, result(b), -EINVAL);
	KUNIT_EXPECT_EQ(test, nl_engine.calls, 0);
}

static void expect_denied(struct nl_bench *b, int cap, const struct command_row *row)
{
	const struct cred *old = nl_drop(b->test, cap);
	struct nlmsghdr *msg;

	begin_command(b, row, 0);
	msg = answer(b);
	KUNIT_EXPECT_EQ(b->test, nl_error(b, msg), -EPERM);
	if (cap == CAP_SYS_ADMIN)
		KUNIT_EXPECT_STREQ(b->test, nl_error_text(b, msg), "CAP_SYS_ADMIN required");
	KUNIT_EXPECT_EQ(b->test, nl_engine.calls, 0);
	nl_restore(old);
}

static void drbd2_capability_test(struct kunit *test)
{
	expect_denied(test->priv, CAP_NET_ADMIN, test->param_value);
	expect_denied(test->priv, CAP_SYS_ADMIN, test->param_value);
}

/* Everybody may ask for the timeout. */
static void drbd2_timeout_test(struct kunit *test)
{
	const struct cred *old = nl_drop(test, NL_ALL_CAPS);
	struct nl_bench *b = test->priv;
	struct nlmsghdr *msg;

	nl_engine.timeout = 1;
	nl_begin(b, 32, 0);
	drbd2_context(b, "r", 0, -1, 1);
	msg = answer(b);
	nl_restore(old);
	KUNIT_ASSERT_EQ(test, msg->nlmsg_type, b->id);
	KUNIT_EXPECT_EQ(test, nla_get_u32(nl_find(b, msg, 1, 5)), 1);
	KUNIT_EXPECT_NULL(test, nl_find(b, msg, 1, STATE_RESULT));
}

struct resolve_row {
	const char *desc;
	u8 cmd;
	const char *name;
	s64 volume;
	s64 minor;
	s64 peer;
	int answer;
	const char *text;
};

static const struct resolve_row resolve_rows[] = {
	{ "minor", 16, NULL, -1, 10, -1, 29 },
	{ "no such minor", 16, NULL, -1, 11, -1, -ENOENT, "unknown minor" },
	{ "no such resource", 2, "x", -1, -1, -1, -ENOENT, "unknown resource" },
	{ "no name", 2, NULL, -1, -1, -1, -EINVAL, "unknown resource" },
	{ "own node id", 2, "r", -1, -1, 0, -EINVAL, "peer node id cannot be my own node id" },
	{ "node id", 2, "r", -1, -1, 40, -EINVAL, "peer node id out of range" },
	{ "no connection", 22, "r", -1, -1, 5, -EINVAL, "unknown connection" },
	{ "no volume", 29, "r", 7, -1, 1, -EINVAL, "unknown volume" },
	{ "other resource", 16, "s", -1, 10, -1, -EINVAL, "minor exists in different resource" },
	{ "forget nobody", 24, "r", -1, -1, -1, -EINVAL,
	  "required attribute missing: peer_node_id" },
};

KUNIT_ARRAY_PARAM_DESC(resolve, resolve_rows, desc);

static void drbd2_resolve_test(struct kunit *test)
{
	const struct resolve_row *row = test->param_value;
	struct nl_bench *b = test->priv;
	struct nlmsghdr *msg;

	nl_begin(b, row->cmd, 0);
	drbd2_context(b, row->name, row->volume, row->minor, row->peer);
	msg = answer(b);
	if (row->answer > 0) {
		KUNIT_EXPECT_EQ(test, nla_get_u32(nl_find(b, msg, 1, STATE_RESULT)), row->answer);
		return;
	}
	KUNIT_EXPECT_EQ(test, nl_error(b, msg), row->answer);
	KUNIT_EXPECT_STREQ(test, nl_error_text(b, msg), row->text);
	KUNIT_EXPECT_EQ(test, nl_engine.calls, 0);
}

/* Number of each option in its nest, and name of its member's option */
static const struct nl_option option_rows[] = {
	{ "backing-dev", 6, 1 }, { "meta-dev", 6, 2 }, { "meta-dev-idx", 6, 3 }, { "size", 6, 4 },
	{ "on-io-error", 6, 5 }, { "resync-after", 6, 6 }, { "al-extents", 6, 7 },
	{ "disk-barrier", 6, 8 }, { "disk-flushes", 6, 9 }, { "disk-drain", 6, 10 },
	{ "md-flushes", 6, 11 }, { "disk-timeout", 6, 12 }, { "read-balancing", 6, 13 },
	{ "unplug-watermark", 6, 14 }, { "rs-discard-granularity", 6, 15 },
	{ "al-updates", 6, 16 }, { "discard-zeroes-if-aligned", 6, 17 },
	{ "disable-write-same", 6, 18 }, { "bitmap", 6, 19 },

	{ "cpu-mask", 7, 1 }, { "on-no-data-accessible", 7, 2 }, { "auto-promote", 7, 3 },
	{ "node-id", 7, 4 }, { "peer-ack-window", 7, 5 }, { "twopc-timeout", 7, 6 },
	{ "twopc-retry-timeout", 7, 7 }, { "peer-ack-delay", 7, 8 },
	{ "auto-promote-timeout", 7, 9 }, { "max-io-depth", 7, 10 }, { "quorum", 7, 11 },
	{ "on-no-quorum", 7, 12 },
	{ "quorum-min-redundancy", 7, 13, "quorum-minimum-redundancy" },
	{ "on-suspended-primary-outdated", 7, 14 }, { "drbd8-compat-mode", 7, 15 },
	{ "explicit-drbd8-compat", 7, 16, "drbd8-api-compatibility" },

	{ "shared-secret", 8, 1 }, { "cram-hmac-alg", 8, 2 },
	{ "integrity-alg", 8, 3, "data-integrity-alg" }, { "verify-alg", 8, 4 },
	{ "csums-alg", 8, 5 }, { "protocol", 8, 6 }, { "connect-int", 8, 7 }, { "timeout", 8, 8 },
	{ "ping-int", 8, 9 }, { "ping-timeo", 8, 10, "ping-timeout" }, { "sndbuf-size", 8, 11 },
	{ "rcvbuf-size", 8, 12 }, { "ko-count", 8, 13 }, { "max-epoch-size", 8, 14 },
	{ "after-sb-0pri", 8, 15 }, { "after-sb-1pri", 8, 16 }, { "after-sb-2pri", 8, 17 },
	{ "rr-conflict", 8, 18 }, { "on-congestion", 8, 19 },
	{ "cong-fill", 8, 20, "congestion-fill" }, { "cong-extents", 8, 21, "congestion-extents" },
	{ "two-primaries", 8, 22, "allow-two-primaries" }, { "tcp-cork", 8, 23 },
	{ "always-asbp", 8, 24 }, { "use-rle", 8, 25 }, { "fencing", 8, 26 },
	{ "connection-name", 8, 27, "_name" }, { "csums-after-crash-only", 8, 28 },
	{ "sock-check-timeo", 8, 29, "socket-check-timeout" },
	{ "transport-name", 8, 30, "transport" }, { "max-buffers", 8, 31 },
	{ "allow-remote-read", 8, 32 }, { "tls", 8, 33 }, { "tls-privkey", 8, 34 },
	{ "tls-certificate", 8, 35 }, { "tls-keyring", 8, 36 }, { "load-balance-paths", 8, 37 },
	{ "rdma-ctrl-rcvbuf-size", 8, 38 }, { "rdma-ctrl-sndbuf-size", 8, 39 },

	{ "max-bio-size", 15, 1 }, { "intentional-diskless", 15, 2, "diskless" },
	{ "block-size", 15, 3 }, { "discard-granularity", 15, 4 },

	{ "resync-rate", 18, 1 }, { "c-plan-ahead", 18, 2 }, { "c-delay-target", 18, 3 },
	{ "c-fill-target", 18, 4 }, { "c-max-rate", 18, 5 }, { "c-min-rate", 18, 6 },
	{ "bitmap", 18, 7 }, { "resync-without-replication", 18, 8 },
	{ "peer-tiebreaker", 18, 9 },
};

KUNIT_ARRAY_PARAM_DESC(option, option_rows, desc);

static const struct nl_option_nest option_nests[] = {
	{ 6, 12, 14, &drbd_disk_options },
	{ 7, 1, 3, &drbd_res_options },
	{ 8, 19, 23, &drbd_net_options },
	{ 15, 10, 0, &drbd_device_options },
	{ 18, 0, 27, &drbd_peer_device_options },
};

const struct nl_options drbd2_options = { option_rows, ARRAY_SIZE(option_rows), option_nests };

static void put_option(struct nl_bench *b, const struct drbd_option *option, u8 attr, s64 value)
{
	if (option->type == DRBD_OPTION_BOOL)
		nla_put_u8(b->skb, attr, value);
	else if (option->type == DRBD_OPTION_U64)
		nla_put(b->skb, attr, 8, &value);
	else if (option->type == DRBD_OPTION_STRING)
		nla_put_string(b->skb, attr, "text");
	else
		nla_put_u32(b->skb, attr, value);
}

static int send_option(struct nl_bench *b, u8 cmd, const struct nl_option *row,
		       const struct drbd_option *option, s64 value)
{
	struct nlattr *nest;

	nl_engine_reset();
	nl_begin(b, cmd, 0);
	drbd2_context(b, "r", 0, 10, 1);
	nest = nl_nest(b, row->nest);
	required(b, cmd);
	put_option(b, option, row->attr, value);
	nla_nest_end(b->skb, nest);
	return result(b);
}

static void drbd2_option_test(struct kunit *test)
{
	const struct nl_option *row = test->param_value;
	const struct nl_option_nest *in = nl_option_nest(&drbd2_options, row->nest);
	const struct drbd_option *option = nl_option_of(&drbd2_options, row);
	struct nl_bench *b = test->priv;
	s64 value;

	KUNIT_ASSERT_NOT_NULL(test, option);
	value = nl_other_value(option);
	if (in->create) {
		KUNIT_EXPECT_EQ(test, send_option(b, in->create, row, option, value), 29);
		if (option->type == DRBD_OPTION_STRING)
			KUNIT_EXPECT_STREQ(test, (char *)&nl_engine.conf + option->offset, "text");
		else
			KUNIT_EXPECT_EQ(test, drbd_option_number(option, &nl_engine.conf), value);
	}
	if (in->change) {
		int expected = option->flags & DRBD_OPTION_INVARIANT ? -EINVAL : 29;

		KUNIT_EXPECT_EQ(test, send_option(b, in->change, row, option, value), expected);
		if (expected == 29)
			KUNIT_EXPECT_EQ(test, nl_engine.change.given,
					BIT_ULL(option - in->set->options));
	}
	/* what is not allowed */
	if (option->type == DRBD_OPTION_BOOL)
		KUNIT_EXPECT_LT(test, send_option(b, in->create ?: in->change, row, option,
						  2), 0);
	if (option->type == DRBD_OPTION_ENUM)
		KUNIT_EXPECT_LT(test, send_option(b, in->create, row, option, 13), 0);
}

static void drbd2_texts_test(struct kunit *test)
{
	struct nl_bench *b = test->priv;
	struct nlmsghdr *msg;
	struct nlattr *nest;

	/* result of a state change: all texts, one a line */
	nl_engine.texts[0] = "first";
	nl_engine.texts[1] = "second";
	nl_engine.result = -12;
	nl_begin(b, 7, 0);
	drbd2_context(b, "r", -1, -1, -1);
	msg = answer(b);
	KUNIT_ASSERT_EQ(test, msg->nlmsg_type, b->id);
	KUNIT_EXPECT_STREQ(test, "first\nsecond", nla_data(nl_find(b, msg, 1, MESSAGE)));
	/* an error: the first one */
	nl_engine.result = 162;
	nl_engine.texts[0] = "because\n ";
	nl_begin(b, 7, 0);
	drbd2_context(b, "r", -1, -1, -1);
	msg = answer(b);
	KUNIT_EXPECT_EQ(test, nl_error(b, msg), -EINVAL);
	KUNIT_EXPECT_STREQ(test, nl_error_text(b, msg), "because");
	/* no text */
	nl_engine_reset();
	nl_engine.result = 158;
	nl_begin(b, 7, 0);
	drbd2_context(b, "r", -1, -1, -1);
	msg = answer(b);
	KUNIT_EXPECT_STREQ(test, nl_error_text(b, msg), "unknown resource");

	/* the attribute to blame: context (8 for "r", 8 for the minor) and nest in front */
	nl_engine.result = 104;
	nl_begin(b, 12, 0);
	drbd2_context(b, "r", -1, 10, -1);
	nest = nl_nest(b, 6);
	required(b, 12);
	nla_nest_end(b->skb, nest);
	msg = answer(b);
	KUNIT_EXPECT_EQ(test, nl_error(b, msg), -ENOENT);
	KUNIT_ASSERT_NOT_NULL(test, nl_error_attr(b, msg, NLMSGERR_ATTR_OFFS));
	KUNIT_EXPECT_EQ(test, nla_get_u32(nl_error_attr(b, msg, NLMSGERR_ATTR_OFFS)),
			NLMSG_HDRLEN + GENL_HDRLEN + 4 + 8 + 8 + 4);
}

/* Something is missing, and the answer says what */
static void drbd2_missing_test(struct kunit *test)
{
	static const struct {
		u8 cmd;
		u8 nest;	/* that is there, but empty; or 0 */
		u8 missing;	/* number of what is missing */
		const char *text;
	} rows[] = {
		{ 1, 0, 7, "required attribute missing: node-id" },
		{ 1, 7, 4, "required attribute missing: node-id" },
		{ 12, 0, 6, "required attribute missing: backing-dev" },
		{ 12, 6, 1, "required attribute missing: backing-dev" },
		{ 19, 0, 8, "required attribute missing: net-conf" },
		{ 4, 0, 0, "required attribute missing: new_name" },
		{ 4, 20, 0, "required attribute missing: new_name" },
		{ 25, 0, 6, "required attribute missing: my-address" },
		{ 26, 0, 6, "required attribute missing: my-address" },
	};
	struct nl_bench *b = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct nlattr *attr;
		struct nlmsghdr *msg;

		nl_begin(b, rows[i].cmd, 0);
		drbd2_context(b, "r", 0, 10, 1);
		if (rows[i].nest)
			nla_nest_end(b->skb, nl_nest(b, rows[i].nest));
		msg = answer(b);
		KUNIT_EXPECT_EQ(test, nl_error(b, msg), -EINVAL);
		KUNIT_EXPECT_STREQ(test, nl_error_text(b, msg), rows[i].text);
		attr = nl_error_attr(b, msg, NLMSGERR_ATTR_MISS_TYPE);
		if (rows[i].missing) {
			KUNIT_ASSERT_NOT_NULL_MSG(test, attr, "%u", i);
			KUNIT_EXPECT_EQ(test, nla_get_u32(attr), rows[i].missing);
		}
	}
	KUNIT_EXPECT_EQ(test, nl_engine.calls, 0);
}

struct address_row {
	const char *desc;
	u16 family;	/* 0: not given */
	bool port;
	bool ipv4;
	bool ipv6;
	int answer;
};

static const struct address_row address_rows[] = {
	{ "IPv4", AF_INET, true, true, false, 29 },
	{ "IPv6", AF_INET6, true, false, true, 29 },
	{ "no family", 0, true, true, true, -EINVAL },
	{ "no port", AF_INET, false, true, false, -EINVAL },
	{ "no IPv4", AF_INET, true, false, true, -EINVAL },
	{ "no IPv6", AF_INET6, true, true, false, -EINVAL },
	{ "other family", AF_UNIX, true, true, true, -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(address, address_rows, desc);

static void drbd2_address_test(struct kunit *test)
{
	static const u8 ipv6[16] = { 0x20, 1, [15] = 7 };
	const struct address_row *row = test->param_value;
	struct nl_bench *b = test->priv;
	struct nlattr *nest, *address;
	unsigned int end;

	for (end = 6; end <= 7; end++) {
		const struct drbd_address *got = end == 6 ? &nl_engine.path.local :
			&nl_engine.path.remote;

		nl_begin(b, 25, 0);
		nest = nl_nest(b, CONTEXT);
		nla_put_string(b->skb, 1, "r");
		nla_put_u32(b->skb, 4, 1);
		put_address(b, 13 - end);
		address = nl_nest(b, end);
		if (row->family)
			nla_put_u16(b->skb, 1, row->family);
		if (row->port)
			nla_put_be16(b->skb, 2, htons(7789));
		if (row->ipv4)
			nla_put_be32(b->skb, 3, htonl(0x0a0b0c0d));
		if (row->ipv6)
			nla_put(b->skb, 4, 16, ipv6);
		nla_nest_end(b->skb, address);
		nla_nest_end(b->skb, nest);
		KUNIT_EXPECT_EQ(test, result(b), row->answer);
		if (row->answer < 0)
			continue;
		KUNIT_EXPECT_EQ(test, got->sa.ss_family, row->family);
		KUNIT_EXPECT_EQ(test, got->len, row->ipv4 ? 16 : 28);
		KUNIT_EXPECT_EQ(test, 7789, ntohs(*(__be16 *)((u8 *)&got->sa + 2)));
		if (row->ipv4)
			KUNIT_EXPECT_EQ(test, 0x0a0b0c0d, ntohl(*(__be32 *)((u8 *)&got->sa + 4)));
		else
			KUNIT_EXPECT_MEMEQ(test, (u8 *)&got->sa + 8, ipv6, 16);
	}
}

static void drbd2_parms_test(struct kunit *test)
{
	struct nl_bench *b = test->priv;
	struct nlattr *nest;

#define PARMS(cmd, number, ...)						\
	do {								\
		nl_begin(b, cmd, 0);					\
		drbd2_context(b, "r", 0, 10, 1);				\
		nest = nl_nest(b, number);				\
		__VA_ARGS__						\
		nla_nest_end(b->skb, nest);				\
		KUNIT_EXPECT_EQ(test, result(b), 29);			\
	} while (0)

	PARMS(6, 9, {});
	KUNIT_EXPECT_FALSE(test, nl_engine.flag);
	PARMS(6, 9, nla_put_flag(b->skb, 1););
	KUNIT_EXPECT_TRUE(test, nl_engine.flag);
	PARMS(8, 22, {});
	KUNIT_EXPECT_TRUE(test, nl_engine.flag);
	PARMS(8, 22, nla_put_u8(b->skb, 1, 0););
	KUNIT_EXPECT_FALSE(test, nl_engine.flag);
	PARMS(28, 21, {});
	KUNIT_EXPECT_TRUE(test, nl_engine.flag);
	PARMS(28, 21, nla_put_u8(b->skb, 1, 0););
	KUNIT_EXPECT_FALSE(test, nl_engine.flag);
	PARMS(22, 13, nla_put_flag(b->skb, 1););
	KUNIT_EXPECT_TRUE(test, nl_engine.flag);
	PARMS(13, 14, nla_put_flag(b->skb, 2););
	KUNIT_EXPECT_FALSE(test, nl_engine.detach.force);
	KUNIT_EXPECT_TRUE(test, nl_engine.detach.intentional_diskless);
	PARMS(15, 10, nla_put_flag(b->skb, 3); nla_put_u32(b->skb, 4, 2););
	KUNIT_EXPECT_FALSE(test, nl_engine.resize.force);
	KUNIT_EXPECT_TRUE(test, nl_engine.resize.no_resync);
	KUNIT_EXPECT_EQ(test, nl_engine.resize.al_stripes, 2);
	KUNIT_EXPECT_EQ(test, nl_engine.resize.al_stripe_size, 32);
	KUNIT_EXPECT_TRUE(test, nl_engine.resize.al_given);
	PARMS(17, 17, nla_put_u32(b->skb, 1, 1); nla_put_u8(b->skb, 2, 0););
	KUNIT_EXPECT_EQ(test, nl_engine.invalidate.sync_from, 1);
	KUNIT_EXPECT_FALSE(test, nl_engine.invalidate.reset_bitmap);
	PARMS(17, 17, {});
	KUNIT_EXPECT_EQ(test, nl_engine.invalidate.sync_from, U32_MAX);
	KUNIT_EXPECT_TRUE(test, nl_engine.invalidate.reset_bitmap);
	PARMS(18, 12, nla_put_flag(b->skb, 1););
	KUNIT_EXPECT_TRUE(test, nl_engine.new_uuid.clear_bitmap);
	KUNIT_EXPECT_FALSE(test, nl_engine.new_uuid.force_resync);
	PARMS(21, 19, nla_put_flag(b->skb, 2););
	KUNIT_EXPECT_FALSE(test, nl_engine.connect.tentative);
	KUNIT_EXPECT_TRUE(test, nl_engine.connect.discard_my_data);
	PARMS(31, 11, {});
	KUNIT_EXPECT_EQ(test, nl_engine.verify.start, U64_MAX);
	KUNIT_EXPECT_EQ(test, nl_engine.verify.stop, U64_MAX);
	PARMS(4, 20, nla_put_string(b->skb, 1, "other"););
	KUNIT_EXPECT_STREQ(test, nl_engine.new_name, "other");
#undef PARMS
	nl_begin(b, 24, 0);
	drbd2_context(b, "r", -1, -1, 9);
	KUNIT_EXPECT_EQ(test, result(b), 29);
	KUNIT_EXPECT_EQ(test, nl_engine.number, 9);

	/* defaults are asked for with a flag, and only where options change */
	nl_begin(b, 3, 0);
	drbd2_context(b, "r", -1, -1, -1);
	nla_put_flag(b->skb, 2);
	KUNIT_EXPECT_EQ(test, result(b), 29);
	KUNIT_EXPECT_TRUE(test, nl_engine.change.defaults);
	nl_begin(b, 1, 0);
	drbd2_context(b, "r", -1, -1, -1);
	nla_put_flag(b->skb, 2);
	KUNIT_EXPECT_EQ(test, result(b), -EINVAL);
}

/* 128 bytes pass the policy, but are one more than a name can have. */
static void drbd2_long_name_test(struct kunit *test)
{
	struct nl_bench *b = test->priv;
	struct nlattr *nest;
	struct nlmsghdr *msg;
	char name[130];

	memset(name, 'x', sizeof(name));
	name[128] = '\0';
	nl_begin(b, 4, 0);
	drbd2_context(b, "r", -1, -1, -1);
	nest = nl_nest(b, 20);
	nla_put_string(b->skb, 1, name);
	nla_nest_end(b->skb, nest);
	msg = answer(b);
	KUNIT_EXPECT_EQ(test, nl_error(b, msg), -EINVAL);
	KUNIT_EXPECT_STREQ(test, nl_error_text(b, msg), "invalid attribute value: new_name");
	nl_begin(b, 2, 0);
	drbd2_context(b, name, -1, -1, -1);
	KUNIT_EXPECT_EQ(test, result(b), -EINVAL);
	name[127] = '\0';
	nl_begin(b, 4, 0);
	drbd2_context(b, "r", -1, -1, -1);
	nest = nl_nest(b, 20);
	nla_put_string(b->skb, 1, name);
	nla_nest_end(b->skb, nest);
	KUNIT_EXPECT_EQ(test, result(b), 29);
	KUNIT_EXPECT_STREQ(test, nl_engine.new_name, name);
}

static void soup(struct nl_bench *b, struct rnd_state *rnd, unsigned int depth)
{
	unsigned int i, count = prandom_u32_state(rnd) % 5;
	u8 bytes[64];

	for (i = 0; i < count; i++) {
		u16 type = 1 + prandom_u32_state(rnd) % (depth ? 8 : 20);
		static const u8 lengths[] = { 0, 1, 2, 4, 4, 4, 8, 16 };

		if (depth && prandom_u32_state(rnd) % 2) {
			struct nlattr *nest = nla_nest_start(b->skb, type);

			soup(b, rnd, depth - 1);
			nla_nest_end(b->skb, nest);
			continue;
		}
		prandom_bytes_state(rnd, bytes, sizeof(bytes));
		if (prandom_u32_state(rnd) % 2)
			memset(bytes, 0, sizeof(bytes));
		nla_put(b->skb, type, lengths[prandom_u32_state(rnd) % 8], bytes);
	}
}

static void drbd2_random_test(struct kunit *test)
{
	struct nl_bench *b = test->priv;
	struct rnd_state rnd;
	unsigned int round;

	prandom_seed_state(&rnd, 20261126);
	nl_engine.resources = 2;
	nl_engine.peers = 1;
	for (round = 0; round < 4000; round++) {
		const struct command_row *row;
		bool dump = prandom_u32_state(&rnd) % 8 == 0;
		unsigned int i, nests;

		row = &command_rows[prandom_u32_state(&rnd) % ARRAY_SIZE(command_rows)];
		nl_begin(b, dump ? 30 + prandom_u32_state(&rnd) % 14 : row->cmd,
			 dump ? NLM_F_DUMP : 0);
		if (prandom_u32_state(&rnd) % 4)
			drbd2_context(b, "r", 0, 10, 1);
		nests = prandom_u32_state(&rnd) % 3;
		for (i = 0; i < nests; i++) {
			struct nlattr *nest = nl_nest(b, i || !row->nest ?
						      prandom_u32_state(&rnd) % 29 : row->nest);

			soup(b, &rnd, 2);
			nla_nest_end(b->skb, nest);
		}
		KUNIT_ASSERT_EQ(test, nl_send(b), 0);
		KUNIT_ASSERT_NOT_NULL_MSG(test, nl_receive(b), "round %u", round);
		nl_drain(b);
		KUNIT_ASSERT_EQ(test, nl_engine.refs, 0);
	}
	KUNIT_EXPECT_GT(test, nl_engine.calls, 50);
}

static struct kunit_case drbd2_cases[] = {
	KUNIT_CASE(drbd2_discovery_test),
	KUNIT_CASE_PARAM(drbd2_command_test, command_gen_params),
	KUNIT_CASE_PARAM(drbd2_unknown_test, command_gen_params),
	KUNIT_CASE_PARAM(drbd2_capability_test, command_gen_params),
	KUNIT_CASE(drbd2_timeout_test),
	KUNIT_CASE_PARAM(drbd2_resolve_test, resolve_gen_params),
	KUNIT_CASE_PARAM(drbd2_option_test, option_gen_params),
	KUNIT_CASE(drbd2_texts_test),
	KUNIT_CASE(drbd2_missing_test),
	KUNIT_CASE_PARAM(drbd2_address_test, address_gen_params),
	KUNIT_CASE(drbd2_parms_test),
	KUNIT_CASE(drbd2_long_name_test),
	KUNIT_CASE(drbd2_random_test),
	{ }
};

static struct kunit_suite drbd2_suite = {
	.name = "drbd-nl-drbd2",
	.init = drbd2_init,
	.exit = nl_bench_exit,
	.test_cases = drbd2_cases,
};

kunit_test_suite(drbd2_suite);
