// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of family drbd version 2, the dialect of drbd-utils 9
 *
 * Expectations are literals of spec/netlink.md 4, 5 and 12.
 */

#include <linux/prandom.h>
#include <linux/socket.h>

#include "nl_options.h"
#include "nl_v2.h"

int v2_init(struct kunit *test)
{
	return nl_bench_init(test, DRBD_NL_DRBD_V2, "drbd");
}

struct v2_header *v2_begin(struct nl_bench *b, u8 cmd, u32 minor)
{
	struct v2_header *header = nl_begin(b, cmd, 0);

	header->minor = minor;
	return header;
}

/* Context with a name, a volume, and a peer node id, each if not NULL or < 0 */
void v2_context(struct nl_bench *b, const char *name, s64 volume, s64 peer)
{
	struct nlattr *nest = nl_nest(b, CONTEXT);

	if (peer >= 0)
		nla_put_u32(b->skb, 6, peer);
	if (volume >= 0)
		nla_put_u32(b->skb, 1, volume);
	if (name)
		nla_put_string(b->skb, 2, name);
	nla_nest_end(b->skb, nest);
}

/* Sends, and gets the one reply that there is */
struct nlmsghdr *v2_reply(struct nl_bench *b)
{
	struct nlmsghdr *msg;

	KUNIT_ASSERT_EQ(b->test, nl_send(b), 0);
	msg = nl_receive(b);
	KUNIT_ASSERT_NOT_NULL(b->test, msg);
	KUNIT_EXPECT_EQ(b->test, msg->nlmsg_seq, b->seq);
	KUNIT_EXPECT_NULL(b->test, b->left > 0 ? (void *)b->next : NULL);
	return msg;
}

struct v2_header *v2_head(struct nlmsghdr *msg)
{
	return nlmsg_data(msg) + GENL_HDRLEN;
}

const char *v2_text(struct nl_bench *b, struct nlmsghdr *msg)
{
	struct nlattr *attr = nl_find(b, msg, 2, 1, 1);

	return attr ? nla_data(attr) : "";
}

/* Sends; the result, which must be a reply */
int v2_result(struct nl_bench *b)
{
	struct nlmsghdr *msg = v2_reply(b);

	KUNIT_ASSERT_EQ(b->test, msg->nlmsg_type, b->id);
	return v2_head(msg)->code;
}

static void v2_discovery_test(struct kunit *test)
{
	struct nl_bench *b = test->priv;

	KUNIT_EXPECT_EQ(test, b->version, 2);
	KUNIT_EXPECT_EQ(test, b->hdrsize, 8);
	KUNIT_EXPECT_NE(test, b->group, 0);
}

struct resolve_row {
	const char *desc;
	u8 cmd;
	u32 minor;
	const char *name;
	s64 volume;
	s64 peer;
	int code;
	const char *text;
};

/* A command for each need; NEW_RESOURCE needs nothing */
#define MINOR_CMD	25
#define RES_CMD		8
#define PEER_CMD	44
#define NO_CMD		7
#define CONN_CMD	11
#define PEER_DEVICE_CMD	21

static const struct resolve_row resolve_rows[] = {
	{ "minor", MINOR_CMD, 10, NULL, -1, -1, 101 },
	{ "no such minor", MINOR_CMD, 11, NULL, -1, -1, 127, "unknown minor" },
	{ "minor not given", MINOR_CMD, NO_MINOR, "r", 0, -1, 127, "unknown minor" },
	{ "minor, other resource", MINOR_CMD, 10, "s", -1, -1, 162,
	  "minor exists in different resource" },
	{ "minor, other volume", MINOR_CMD, 10, "r", 1, -1, 162,
	  "minor exists as different volume" },
	{ "minor, unknown name", MINOR_CMD, 10, "x", -1, -1, 101 },
	{ "no such resource", RES_CMD, NO_MINOR, "x", -1, -1, 158, "unknown resource" },
	{ "no name", RES_CMD, NO_MINOR, NULL, -1, -1, 162, "unknown resource" },
	{ "resource, other minor", RES_CMD, 20, "r", -1, -1, 162,
	  "minor exists in different resource" },
	{ "node id too large", RES_CMD, NO_MINOR, "r", -1, 40, 162, "peer node id out of range" },
	{ "node id 32", RES_CMD, NO_MINOR, "r", -1, 32, 162, "peer node id out of range" },
	{ "node id 31", RES_CMD, NO_MINOR, "r", -1, 31, 101 },
	{ "own node id", RES_CMD, NO_MINOR, "r", -1, 0, 162,
	  "peer node id cannot be my own node id" },
	{ "no peer", PEER_CMD, NO_MINOR, "r", -1, -1, 162, "peer node id missing" },
	{ "new peer", PEER_CMD, NO_MINOR, "r", -1, 5, 101 },
	{ "peer of nothing", NO_CMD, NO_MINOR, NULL, -1, 3, 162,
	  "peer node id given without a resource" },
	{ "no such connection", CONN_CMD, NO_MINOR, "r", -1, 5, 162, "unknown connection" },
	{ "connection", CONN_CMD, NO_MINOR, "r", -1, 1, 101 },
	{ "no volume", PEER_DEVICE_CMD, NO_MINOR, "r", -1, 1, 162, "unknown volume" },
	{ "no such volume", PEER_DEVICE_CMD, NO_MINOR, "r", 7, 1, 162, "unknown volume" },
	{ "peer device", PEER_DEVICE_CMD, NO_MINOR, "r", 0, 1, 101 },
	{ "peer device and minor", PEER_DEVICE_CMD, 10, "r", 0, 1, 101 },
	{ "peer device, other minor", PEER_DEVICE_CMD, 20, "r", 0, 1, 162,
	  "minor exists in different resource" },
};

KUNIT_ARRAY_PARAM_DESC(resolve, resolve_rows, desc);

static void v2_resolve_test(struct kunit *test)
{
	const struct resolve_row *row = test->param_value;
	struct nl_bench *b = test->priv;
	struct nlattr *nest, *context;
	struct nlmsghdr *msg;

	v2_begin(b, row->cmd, row->minor);
	v2_context(b, row->name, row->volume, row->peer);
	context = (struct nlattr *)(b->skb->data + NLMSG_HDRLEN + GENL_HDRLEN + 8);
	if (row->cmd == PEER_CMD) {
		nest = nl_nest(b, 5);
		nla_put_string(b->skb, 31, "peer5");
		nla_nest_end(b->skb, nest);
	}
	msg = v2_reply(b);
	KUNIT_ASSERT_EQ(test, msg->nlmsg_type, b->id);
	KUNIT_EXPECT_EQ(test, nl_cmd(msg), row->cmd);
	KUNIT_EXPECT_EQ(test, v2_head(msg)->code, row->code);
	KUNIT_EXPECT_STREQ(test, v2_text(b, msg), row->text ?: "");
	KUNIT_EXPECT_EQ(test, v2_head(msg)->minor, row->minor);
	/* the context comes back as it was */
	nest = nlmsg_attrdata(msg, GENL_HDRLEN + 8);
	KUNIT_ASSERT_EQ(test, nest->nla_len, context->nla_len);
	KUNIT_EXPECT_MEMEQ(test, nest, context, context->nla_len);
	KUNIT_EXPECT_EQ(test, nl_engine.calls, row->code == 101);
	if (row->code == 101) {
		KUNIT_EXPECT_STREQ(test, nl_engine.name, row->name ?: "");
		KUNIT_EXPECT_EQ(test, nl_engine.cmd.minor, row->minor);
		KUNIT_EXPECT_EQ(test, nl_engine.cmd.volume, (u32)row->volume);
		KUNIT_EXPECT_EQ(test, nl_engine.cmd.peer_node_id, (u32)row->peer);
		KUNIT_EXPECT_PTR_EQ(test, nl_engine.cmd.net, &init_net);
	}
}

struct command_row {
	u8 cmd;
	u8 nest;	/* of parameters, 0 for none */
	const char *name;
};

static const struct command_row command_rows[] = {
	{ 5, 14, "new_minor" }, { 6, 0, "del_minor" }, { 7, 4, "new_resource" },
	{ 8, 0, "del_resource" }, { 9, 4, "resource_options" }, { 10, 29, "connect" },
	{ 11, 12, "disconnect" }, { 12, 3, "attach" }, { 13, 7, "resize" }, { 14, 6, "primary" },
	{ 15, 6, "secondary" }, { 16, 10, "new_current_uuid" }, { 17, 9, "start_verify" },
	{ 18, 13, "detach" }, { 19, 25, "invalidate" }, { 20, 33, "invalidate_peer" },
	{ 21, 0, "pause_sync" }, { 22, 0, "resume_sync" }, { 23, 34, "suspend_io" },
	{ 24, 0, "resume_io" }, { 25, 0, "outdate" }, { 26, 0, "timeout_type" },
	{ 27, 0, "down" }, { 28, 3, "disk_options" }, { 29, 5, "net_options" },
	{ 42, 26, "forget_peer" }, { 43, 27, "peer_device_options" }, { 44, 5, "new_peer" },
	{ 45, 28, "new_path" }, { 46, 12, "del_peer" }, { 47, 28, "del_path" },
	{ 49, 31, "rename_resource" },
};

KUNIT_ARRAY_PARAM_DESC(command, command_rows, name);

const u8 v2_ipv4[16] = { AF_INET, 0, 0x1b, 0x58, 10, 0, 0, 1 };

/* What the nest of a command cannot do without */
static void v2_required(struct nl_bench *b, u8 cmd)
{
	switch (cmd) {
	case 7:
		nla_put_u32(b->skb, 4, 3);
		break;
	case 12:
		nla_put_string(b->skb, 1, "/dev/sda");
		nla_put_string(b->skb, 2, "/dev/sdb");
		nla_put_s32(b->skb, 3, -1);
		break;
	case 42:
		nla_put_u32(b->skb, 1, 9);
		break;
	case 45:
	case 47:
		nla_put(b->skb, 1, 16, v2_ipv4);
		nla_put(b->skb, 2, 16, v2_ipv4);
		break;
	case 49:
		nla_put_string(b->skb, 1, "new");
		break;
	}
}

static void v2_command_with(struct nl_bench *b, const struct command_row *row,
			    void (*more)(struct nl_bench *b, u8 cmd))
{
	struct nlattr *nest;

	v2_begin(b, row->cmd, NL_MINOR_R);
	v2_context(b, "r", 0, 1);
	if (row->nest) {
		nest = nl_nest(b, row->nest);
		v2_required(b, row->cmd);
		if (more)
			more(b, row->cmd);
		nla_nest_end(b->skb, nest);
	}
}

/* Each command ends up where it should, and its results come back. */
static void v2_command_test(struct kunit *test)
{
	static const int results[] = { 101, 1, 2, 3, 4, 0, -1, -2, -18, -28, 102, 138, 176 };
	const struct command_row *row = test->param_value;
	struct nl_bench *b = test->priv;
	struct nlmsghdr *msg;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(results); i++) {
		nl_engine_reset();
		nl_engine.result = results[i];
		v2_command_with(b, row, NULL);
		KUNIT_EXPECT_EQ(test, v2_result(b), results[i]);
		KUNIT_ASSERT_NOT_NULL(test, nl_engine.called);
		KUNIT_EXPECT_STREQ(test, nl_engine.called, row->name);
		KUNIT_EXPECT_EQ(test, nl_engine.calls, 1);
	}
	/* an errno is no result: there is an error, and no reply */
	nl_engine.result = -ETIMEDOUT;
	v2_command_with(b, row, NULL);
	msg = v2_reply(b);
	KUNIT_EXPECT_EQ(test, nl_error(b, msg), -ETIMEDOUT);
}

/* Unknown attributes in a nest do not matter, not even with the bit that said so,
 * nor do those that align.
 */
static void add_unknown(struct nl_bench *b, u8 cmd)
{
	nla_put_u32(b->skb, 99, 1);
	nla_put_u32(b->skb, 200 | 0x4000, 1);
	nla_put(b->skb, 0, 0, NULL);
}

static void v2_unknown_test(struct kunit *test)
{
	const struct command_row *row = test->param_value;
	struct nl_bench *b = test->priv;
	struct nlmsghdr *msg;

	v2_command_with(b, row, add_unknown);
	KUNIT_EXPECT_EQ(test, v2_result(b), 101);

	/* an unknown nest does */
	v2_command_with(b, row, NULL);
	nla_nest_end(b->skb, nl_nest(b, 35));
	msg = v2_reply(b);
	KUNIT_EXPECT_EQ(test, nl_error(b, msg), -EINVAL);
	KUNIT_EXPECT_NE(test, strlen(nl_error_text(b, msg)), 0);
	v2_command_with(b, row, NULL);
	nla_nest_end(b->skb, nl_nest(b, 8));
	KUNIT_EXPECT_EQ(test, nl_error(b, v2_reply(b)), -EINVAL);
	KUNIT_EXPECT_EQ(test, nl_engine.calls, 1);
}

/* Nothing but DOWN for tools of another version */
static void v2_version_test(struct kunit *test)
{
	const struct command_row *row = test->param_value;
	struct nl_bench *b = test->priv;
	unsigned int version;

	for (version = 0; version < 4; version++) {
		b->version = version;
		nl_engine_reset();
		v2_command_with(b, row, NULL);
		if (version == 2 || row->cmd == 27) {
			KUNIT_EXPECT_EQ(test, v2_result(b), 101);
			continue;
		}
		KUNIT_EXPECT_EQ(test, nl_error(b, v2_reply(b)), -EINVAL);
		KUNIT_EXPECT_EQ(test, nl_engine.calls, 0);
	}
}

static void v2_without(struct nl_bench *b, int cap, const struct command_row *row)
{
	const struct cred *old = nl_drop(b->test, cap);

	v2_command_with(b, row, NULL);
	KUNIT_EXPECT_EQ(b->test, nl_error(b, v2_reply(b)), -EPERM);
	KUNIT_EXPECT_EQ(b->test, nl_engine.calls, 0);
	nl_restore(old);
}

static void v2_capability_test(struct kunit *test)
{
	v2_without(test->priv, CAP_NET_ADMIN, test->param_value);
	v2_without(test->priv, CAP_SYS_ADMIN, test->param_value);
}

/* Numbers of all options, by the names of the tools */
static const struct nl_option option_rows[] = {
	{ "backing-dev", 3, 1 }, { "meta-dev", 3, 2 }, { "meta-dev-idx", 3, 3 }, { "size", 3, 4 },
	{ "on-io-error", 3, 6 }, { "resync-after", 3, 9 }, { "al-extents", 3, 10 },
	{ "disk-barrier", 3, 16 }, { "disk-flushes", 3, 17 }, { "disk-drain", 3, 18 },
	{ "md-flushes", 3, 19 }, { "disk-timeout", 3, 20 }, { "read-balancing", 3, 21 },
	{ "unplug-watermark", 3, 22 }, { "al-updates", 3, 23 },
	{ "discard-zeroes-if-aligned", 3, 24 }, { "rs-discard-granularity", 3, 25 },
	{ "disable-write-same", 3, 26 }, { "bitmap", 3, 27 },

	{ "cpu-mask", 4, 1 }, { "on-no-data-accessible", 4, 2 }, { "auto-promote", 4, 3 },
	{ "node-id", 4, 4 }, { "peer-ack-window", 4, 5 }, { "twopc-timeout", 4, 6 },
	{ "twopc-retry-timeout", 4, 7 }, { "peer-ack-delay", 4, 8 },
	{ "auto-promote-timeout", 4, 9 }, { "max-io-depth", 4, 10 }, { "quorum", 4, 11 },
	{ "on-no-quorum", 4, 12 }, { "quorum-minimum-redundancy", 4, 13 },
	{ "on-suspended-primary-outdated", 4, 14 }, { "drbd8-compat-mode", 4, 15 },
	{ "drbd8-api-compatibility", 4, 16 },

	{ "shared-secret", 5, 1 }, { "cram-hmac-alg", 5, 2 }, { "data-integrity-alg", 5, 3 },
	{ "verify-alg", 5, 4 }, { "csums-alg", 5, 5 }, { "protocol", 5, 6 },
	{ "connect-int", 5, 7 }, { "timeout", 5, 8 }, { "ping-int", 5, 9 },
	{ "ping-timeout", 5, 10 }, { "sndbuf-size", 5, 11 }, { "rcvbuf-size", 5, 12 },
	{ "ko-count", 5, 13 }, { "max-epoch-size", 5, 15 }, { "after-sb-0pri", 5, 17 },
	{ "after-sb-1pri", 5, 18 }, { "after-sb-2pri", 5, 19 }, { "rr-conflict", 5, 20 },
	{ "on-congestion", 5, 21 }, { "congestion-fill", 5, 22 }, { "congestion-extents", 5, 23 },
	{ "allow-two-primaries", 5, 24 }, { "tcp-cork", 5, 26 }, { "always-asbp", 5, 27 },
	{ "use-rle", 5, 29 }, { "fencing", 5, 30 }, { "_name", 5, 31 },
	{ "csums-after-crash-only", 5, 33 }, { "socket-check-timeout", 5, 34 },
	{ "transport", 5, 35 }, { "max-buffers", 5, 36 }, { "allow-remote-read", 5, 37 },
	{ "tls", 5, 38 }, { "tls-privkey", 5, 39 }, { "tls-certificate", 5, 40 },
	{ "tls-keyring", 5, 41 }, { "load-balance-paths", 5, 42 },
	{ "rdma-ctrl-rcvbuf-size", 5, 43 }, { "rdma-ctrl-sndbuf-size", 5, 44 },

	{ "max-bio-size", 14, 1 }, { "diskless", 14, 2 }, { "block-size", 14, 3 },
	{ "discard-granularity", 14, 4 },

	{ "resync-rate", 27, 1 }, { "c-plan-ahead", 27, 2 }, { "c-delay-target", 27, 3 },
	{ "c-fill-target", 27, 4 }, { "c-max-rate", 27, 5 }, { "c-min-rate", 27, 6 },
	{ "bitmap", 27, 7 }, { "resync-without-replication", 27, 8 }, { "peer-tiebreaker", 27, 9 },
};

KUNIT_ARRAY_PARAM_DESC(option, option_rows, desc);

static const struct nl_option_nest option_nests[] = {
	{ 3, 12, 28, &drbd_disk_options },
	{ 4, 7, 9, &drbd_res_options },
	{ 5, 44, 29, &drbd_net_options },
	{ 14, 5, 0, &drbd_device_options },
	{ 27, 0, 43, &drbd_peer_device_options },
};

const struct nl_options v2_options = { option_rows, ARRAY_SIZE(option_rows), option_nests };

static void put_option(struct nl_bench *b, const struct drbd_option *option, u8 attr, s64 value)
{
	switch (option->type) {
	case DRBD_OPTION_BOOL:
		nla_put_u8(b->skb, attr, value);
		break;
	case DRBD_OPTION_U64:
		nla_put_u64_64bit(b->skb, attr, value, 0);
		break;
	case DRBD_OPTION_STRING:
		nla_put_string(b->skb, attr, "text");
		break;
	default:
		nla_put_u32(b->skb, attr, value);
		break;
	}
}

static void check_option(struct kunit *test, const struct drbd_option_set *set,
			 const struct drbd_option *option)
{
	unsigned int i;

	for (i = 0; i < set->count; i++) {
		const struct drbd_option *o = &set->options[i];

		if (o == option && o->type == DRBD_OPTION_STRING)
			KUNIT_EXPECT_STREQ(test, (char *)&nl_engine.conf + o->offset, "text");
		else if (o == option)
			KUNIT_EXPECT_EQ(test, drbd_option_number(o, &nl_engine.conf),
					nl_other_value(o));
		else if (!(o->flags & DRBD_OPTION_REQUIRED) && o->type != DRBD_OPTION_STRING)
			KUNIT_EXPECT_EQ_MSG(test, drbd_option_number(o, &nl_engine.conf), o->def,
					    "%s", o->name);
	}
}

static void v2_option_test(struct kunit *test)
{
	const struct nl_option *row = test->param_value;
	const struct nl_option_nest *in = nl_option_nest(&v2_options, row->nest);
	const struct drbd_option *option = nl_option_of(&v2_options, row);
	struct nl_bench *b = test->priv;
	struct nlattr *nest;
	struct nlmsghdr *msg;

	KUNIT_ASSERT_NOT_NULL(test, option);
	if (in->create) {
		v2_begin(b, in->create, NL_MINOR_R);
		v2_context(b, "r", 0, 1);
		nest = nl_nest(b, row->nest);
		v2_required(b, in->create);
		put_option(b, option, row->attr, nl_other_value(option));
		nla_nest_end(b->skb, nest);
		KUNIT_EXPECT_EQ(test, v2_result(b), 101);
		check_option(test, in->set, option);
	}
	if (!in->change)
		return;
	nl_engine_reset();
	v2_begin(b, in->change, NL_MINOR_R);
	v2_context(b, "r", 0, 1);
	nest = nl_nest(b, row->nest);
	put_option(b, option, row->attr, nl_other_value(option));
	nla_nest_end(b->skb, nest);
	msg = v2_reply(b);
	if (option->flags & DRBD_OPTION_INVARIANT) {
		char text[80];

		snprintf(text, sizeof(text), "can not change invariant setting: %s", option->name);
		KUNIT_EXPECT_EQ(test, v2_head(msg)->code, 126);
		KUNIT_EXPECT_STREQ(test, v2_text(b, msg), text);
		KUNIT_EXPECT_EQ(test, nl_engine.calls, 0);
		return;
	}
	KUNIT_EXPECT_EQ(test, v2_head(msg)->code, 101);
	KUNIT_EXPECT_EQ(test, nl_engine.change.given,
			BIT_ULL(option - in->set->options));
	KUNIT_EXPECT_FALSE(test, nl_engine.change.defaults);
	if (option->type == DRBD_OPTION_STRING)
		KUNIT_EXPECT_STREQ(test, (char *)&nl_engine.conf + option->offset, "text");
	else
		KUNIT_EXPECT_EQ(test, drbd_option_number(option, &nl_engine.conf),
				nl_other_value(option));
}

/* Wrong lengths and values name the option. */
static void v2_option_invalid_test(struct kunit *test)
{
	const struct nl_option *row = test->param_value;
	const struct nl_option_nest *in = nl_option_nest(&v2_options, row->nest);
	const struct drbd_option *option = nl_option_of(&v2_options, row);
	struct nl_bench *b = test->priv;
	unsigned int length;
	static const char zeroes[300];
	struct nlmsghdr *msg;
	struct nlattr *nest;
	u8 cmd;

	KUNIT_ASSERT_NOT_NULL(test, option);
	cmd = in->create ?: in->change;
	for (length = 0; length < 12; length++) {
		bool good = option->type == DRBD_OPTION_STRING ? length : length == option->size;

		v2_begin(b, cmd, NL_MINOR_R);
		v2_context(b, "r", 0, 1);
		nest = nl_nest(b, row->nest);
		v2_required(b, cmd);
		nla_put(b->skb, row->attr, length, zeroes);
		nla_nest_end(b->skb, nest);
		msg = v2_reply(b);
		KUNIT_ASSERT_EQ(test, msg->nlmsg_type, b->id);
		if (!good) {
			KUNIT_EXPECT_EQ_MSG(test, v2_head(msg)->code, 126, "%u", length);
			KUNIT_EXPECT_NOT_NULL(test, strstr(v2_text(b, msg),
							   "invalid attribute value: "));
			KUNIT_EXPECT_NOT_NULL(test, strstr(v2_text(b, msg), option->name));
		}
	}
}

/* Both families tell of the same event with the same number. */
static void v2_both_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, drbd_nl_register(&nl_commands, DRBD_NL_DRBD2), -EBUSY);
	KUNIT_EXPECT_EQ(test, -EINVAL,
			drbd_nl_register(&nl_commands, DRBD_NL_DRBD_V1 | DRBD_NL_DRBD_V2));
	KUNIT_EXPECT_EQ(test, drbd_nl_register(&nl_commands, DRBD_NL_DRBD_V1), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, drbd_nl_register(&nl_commands, 0), -EOPNOTSUPP);
}

/* Random attributes with a seed: each request gets exactly one answer. */
static void v2_soup(struct nl_bench *b, struct rnd_state *rnd, unsigned int depth)
{
	unsigned int i, count = prandom_u32_state(rnd) % 8;
	u8 bytes[300];

	for (i = 0; i < count; i++) {
		u16 type = prandom_u32_state(rnd) % 48;
		struct nlattr *nest;

		if (prandom_u32_state(rnd) % 8 == 0)
			type |= 0x4000;
		if (depth && prandom_u32_state(rnd) % 2) {
			nest = nla_nest_start(b->skb, type);
			v2_soup(b, rnd, depth - 1);
			nla_nest_end(b->skb, nest);
			continue;
		}
		prandom_bytes_state(rnd, bytes, sizeof(bytes));
		if (prandom_u32_state(rnd) % 2)
			memset(bytes, 0, 8);
		nla_put(b->skb, type, prandom_u32_state(rnd) % 4 ? 4 :
			prandom_u32_state(rnd) % sizeof(bytes), bytes);
	}
}

static void v2_random_test(struct kunit *test)
{
	struct nl_bench *b = test->priv;
	struct rnd_state rnd;
	unsigned int round;

	prandom_seed_state(&rnd, 20261125);
	nl_engine.resources = 2;
	nl_engine.peers = 1;
	for (round = 0; round < 4000; round++) {
		bool dump = prandom_u32_state(&rnd) % 8 == 0;
		struct v2_header *header;
		unsigned int nests, i;
		struct nlmsghdr *msg;

		header = nl_begin(b, prandom_u32_state(&rnd) % 52, dump ? NLM_F_DUMP : 0);
		header->minor = prandom_u32_state(&rnd) % 2 ? 10 : prandom_u32_state(&rnd);
		if (prandom_u32_state(&rnd) % 2)
			v2_context(b, "r", 0, 1);
		nests = prandom_u32_state(&rnd) % 5;
		for (i = 0; i < nests; i++) {
			struct nlattr *nest = nl_nest(b, prandom_u32_state(&rnd) % 36);

			v2_soup(b, &rnd, 2);
			nla_nest_end(b->skb, nest);
		}
		KUNIT_ASSERT_EQ(test, nl_send(b), 0);
		msg = nl_receive(b);
		KUNIT_ASSERT_NOT_NULL_MSG(test, msg, "round %u", round);
		if (!(msg->nlmsg_flags & NLM_F_MULTI) && nl_cmd(msg) != 34 && nl_cmd(msg) != 41)
			KUNIT_ASSERT_NULL_MSG(test, nl_receive(b), "round %u", round);
		nl_drain(b);
		KUNIT_ASSERT_EQ(test, nl_engine.refs, 0);
	}
	KUNIT_EXPECT_GT(test, nl_engine.calls, 50);
}

static struct kunit_case v2_cases[] = {
	KUNIT_CASE(v2_discovery_test),
	KUNIT_CASE_PARAM(v2_resolve_test, resolve_gen_params),
	KUNIT_CASE_PARAM(v2_command_test, command_gen_params),
	KUNIT_CASE_PARAM(v2_unknown_test, command_gen_params),
	KUNIT_CASE_PARAM(v2_version_test, command_gen_params),
	KUNIT_CASE_PARAM(v2_capability_test, command_gen_params),
	KUNIT_CASE_PARAM(v2_option_test, option_gen_params),
	KUNIT_CASE_PARAM(v2_option_invalid_test, option_gen_params),
	KUNIT_CASE(v2_both_test),
	KUNIT_CASE(v2_random_test),
	{ }
};

static struct kunit_suite v2_suite = {
	.name = "drbd-nl-v2",
	.init = v2_init,
	.exit = nl_bench_exit,
	.test_cases = v2_cases,
};

kunit_test_suite(v2_suite);
