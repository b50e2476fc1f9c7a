// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of family drbd version 2: parameters of requests
 *
 * Expectations are literals of spec/netlink.md 4, 11 and 12.
 */

#include <linux/socket.h>

#include "nl_v2.h"

struct limit_row {
	const char *desc;
	u8 cmd;
	u8 nest;
	u8 attr;
	u32 value;
	const char *text;
};

static const struct limit_row limit_rows[] = {
	{ "connect-int 0", 29, 5, 7, 0,
	  "invalid attribute value: connect-int: 0 is not in 1 to 120" },
	{ "connect-int 121", 29, 5, 7, 121,
	  "invalid attribute value: connect-int: 121 is not in 1 to 120" },
	{ "protocol 4", 29, 5, 6, 4,
	  "invalid attribute value: protocol: 4 is not one of its values" },
	{ "al-extents 66", 28, 3, 10, 66,
	  "invalid attribute value: al-extents: 66 is not in 67 to 65534" },
	{ "quorum 33", 9, 4, 11, 33,
	  "invalid attribute value: quorum: 33 is not in 0 to 32, 1024 or 1025" },
	{ "resync-rate 0", 43, 27, 1, 0,
	  "invalid attribute value: resync-rate: 0 is not in 1 to 8388608" },
	{ "max-bio-size 511", 5, 14, 1, 511,
	  "invalid attribute value: max-bio-size: 511 is not in 512 to 1048576" },
	/* these commands have texts of their own */
	{ "block-size 3", 5, 14, 3, 3, NULL },
	{ "node-id 77", 7, 4, 4, 77, NULL },
	{ "quorum all", 9, 4, 11, 1025, NULL },
};

KUNIT_ARRAY_PARAM_DESC(limit, limit_rows, desc);

static void v2_limit_test(struct kunit *test)
{
	const struct limit_row *row = test->param_value;
	struct nl_bench *b = test->priv;
	struct nlmsghdr *msg;
	struct nlattr *nest;

	v2_begin(b, row->cmd, NL_MINOR_R);
	v2_context(b, "r", 0, 1);
	nest = nl_nest(b, row->nest);
	nla_put_u32(b->skb, row->attr, row->value);
	nla_nest_end(b->skb, nest);
	msg = v2_reply(b);
	KUNIT_EXPECT_EQ(test, v2_head(msg)->code, row->text ? 126 : 101);
	KUNIT_EXPECT_STREQ(test, v2_text(b, msg), row->text ?: "");
	KUNIT_EXPECT_EQ(test, nl_engine.calls, !row->text);
}

struct missing_row {
	const char *desc;
	u8 cmd;
	u8 nest;
	u8 empty;	/* the nest is there, with attribute 1 to this number */
	int code;
	const char *text;
};

static const struct missing_row missing_rows[] = {
	{ "new-resource", 7, 4, 0, 126, "required attribute missing: node-id" },
	{ "new-resource, nest", 7, 4, 1, 126, "required attribute missing: node-id" },
	{ "new-peer", 44, 5, 0, 126, "required attribute missing: net_conf" },
	{ "new-peer, nest", 44, 5, 1, 101, "" },
	{ "attach", 12, 3, 0, 126, "required attribute missing: backing-dev" },
	{ "attach, nest", 12, 3, 1, 126, "required attribute missing: backing-dev" },
	{ "attach, one", 12, 3, 2, 126, "required attribute missing: meta-dev" },
	{ "attach, two", 12, 3, 3, 126, "required attribute missing: meta-dev-idx" },
	{ "new-path", 45, 28, 0, 126, "required attribute missing: my_addr" },
	{ "new-path, nest", 45, 28, 1, 126, "required attribute missing: my_addr" },
	{ "new-path, one", 45, 28, 2, 126, "required attribute missing: peer_addr" },
	{ "del-path", 47, 28, 0, 126, "required attribute missing: my_addr" },
	{ "del-path, one", 47, 28, 2, 126, "required attribute missing: peer_addr" },
	{ "forget-peer", 42, 26, 0, 126, "required attribute missing: peer_node_id" },
	{ "forget-peer, nest", 42, 26, 1, 126, "required attribute missing: peer_node_id" },
	{ "rename", 49, 31, 0, 126, "required attribute missing: new_name" },
	{ "rename, nest", 49, 31, 1, 126, "required attribute missing: new_name" },
	{ "disk-options", 28, 3, 0, 101, "" }, { "net-options", 29, 5, 0, 101, "" },
	{ "resource-options", 9, 4, 0, 101, "" },
	{ "peer-device-options", 43, 27, 0, 101, "" },
	{ "new-minor", 5, 14, 0, 101, "" }, { "primary", 14, 6, 0, 101, "" },
	{ "secondary", 15, 6, 0, 101, "" }, { "invalidate", 19, 25, 0, 101, "" },
	{ "verify", 17, 9, 0, 101, "" }, { "resize", 13, 7, 0, 101, "" },
	{ "detach", 18, 13, 0, 101, "" }, { "connect", 10, 29, 0, 101, "" },
	{ "disconnect", 11, 12, 0, 101, "" }, { "suspend-io", 23, 34, 0, 101, "" },
};

KUNIT_ARRAY_PARAM_DESC(missing, missing_rows, desc);

static void v2_missing_test(struct kunit *test)
{
	const struct missing_row *row = test->param_value;
	struct nl_bench *b = test->priv;
	struct nlmsghdr *msg;
	struct nlattr *nest;
	unsigned int i;

	v2_begin(b, row->cmd, NL_MINOR_R);
	v2_context(b, "r", 0, 1);
	if (row->empty) {
		nest = nl_nest(b, row->nest);
		for (i = 1; i < row->empty; i++) {
			if (row->nest == 28)
				nla_put(b->skb, i, 16, v2_ipv4);
			else
				nla_put_string(b->skb, i, "/dev/sda");
		}
		nla_nest_end(b->skb, nest);
	}
	msg = v2_reply(b);
	KUNIT_EXPECT_EQ(test, v2_head(msg)->code, row->code);
	KUNIT_EXPECT_STREQ(test, v2_text(b, msg), row->text);
	KUNIT_EXPECT_EQ(test, nl_engine.calls, row->code == 101);
}

/* What commands get that are given nothing, and what if it is all given */
static void v2_parms_test(struct kunit *test)
{
	struct nl_bench *b = test->priv;
	struct nlattr *nest;
	unsigned int i;

#define PARMS(cmd, number, ...)						\
	do {								\
		v2_begin(b, cmd, NL_MINOR_R);				\
		v2_context(b, "r", 0, 1);				\
		nest = nl_nest(b, number);				\
		__VA_ARGS__						\
		nla_nest_end(b->skb, nest);				\
		KUNIT_EXPECT_EQ(test, v2_result(b), 101);		\
	} while (0)

	PARMS(13, 7, {});
	KUNIT_EXPECT_EQ(test, nl_engine.resize.size, 0);
	KUNIT_EXPECT_FALSE(test, nl_engine.resize.force);
	KUNIT_EXPECT_FALSE(test, nl_engine.resize.no_resync);
	KUNIT_EXPECT_EQ(test, nl_engine.resize.al_stripes, 1);
	KUNIT_EXPECT_EQ(test, nl_engine.resize.al_stripe_size, 32);
	KUNIT_EXPECT_FALSE(test, nl_engine.resize.al_given);
	PARMS(13, 7,
	      nla_put_u64_64bit(b->skb, 1, 1ULL << 41, 0);
	      nla_put_u8(b->skb, 2, 1);
	      nla_put_u32(b->skb, 5, 64););
	KUNIT_EXPECT_EQ(test, nl_engine.resize.size, 1ULL << 41);
	KUNIT_EXPECT_TRUE(test, nl_engine.resize.force);
	KUNIT_EXPECT_FALSE(test, nl_engine.resize.no_resync);
	KUNIT_EXPECT_EQ(test, nl_engine.resize.al_stripes, 1);
	KUNIT_EXPECT_EQ(test, nl_engine.resize.al_stripe_size, 64);
	KUNIT_EXPECT_TRUE(test, nl_engine.resize.al_given);
	PARMS(13, 7, nla_put_u8(b->skb, 3, 1); nla_put_u32(b->skb, 4, 8););
	KUNIT_EXPECT_TRUE(test, nl_engine.resize.no_resync);
	KUNIT_EXPECT_EQ(test, nl_engine.resize.al_stripes, 8);

	for (i = 0; i < 2; i++) {
		PARMS(14, 6, nla_put_u8(b->skb, 1, i););
		KUNIT_EXPECT_EQ(test, nl_engine.flag, i);
		PARMS(15, 6, nla_put_u8(b->skb, 1, i););
		KUNIT_EXPECT_EQ(test, nl_engine.flag, i);
		PARMS(11, 12, nla_put_u8(b->skb, 1, i););
		KUNIT_EXPECT_EQ(test, nl_engine.flag, i);
		PARMS(46, 12, nla_put_u8(b->skb, 1, i););
		KUNIT_EXPECT_EQ(test, nl_engine.flag, i);
		PARMS(23, 34, nla_put_u8(b->skb, 1, i););
		KUNIT_EXPECT_EQ(test, nl_engine.flag, i);
		PARMS(20, 33, nla_put_u8(b->skb, 1, i););
		KUNIT_EXPECT_EQ(test, nl_engine.flag, i);
		PARMS(18, 13, nla_put_u8(b->skb, 1, i); nla_put_u8(b->skb, 2, !i););
		KUNIT_EXPECT_EQ(test, nl_engine.detach.force, i);
		KUNIT_EXPECT_EQ(test, nl_engine.detach.intentional_diskless, !i);
		PARMS(16, 10, nla_put_u8(b->skb, 1, i); nla_put_u8(b->skb, 2, !i););
		KUNIT_EXPECT_EQ(test, nl_engine.new_uuid.clear_bitmap, i);
		KUNIT_EXPECT_EQ(test, nl_engine.new_uuid.force_resync, !i);
		PARMS(10, 29, nla_put_u8(b->skb, 1, i); nla_put_u8(b->skb, 2, !i););
		KUNIT_EXPECT_EQ(test, nl_engine.connect.tentative, i);
		KUNIT_EXPECT_EQ(test, nl_engine.connect.discard_my_data, !i);
		PARMS(19, 25, nla_put_s32(b->skb, 1, i ? -1 : 7); nla_put_u8(b->skb, 2, i););
		KUNIT_EXPECT_EQ(test, nl_engine.invalidate.sync_from, i ? U32_MAX : 7);
		KUNIT_EXPECT_EQ(test, nl_engine.invalidate.reset_bitmap, i);
	}
	PARMS(23, 34, {});
	KUNIT_EXPECT_TRUE(test, nl_engine.flag);
	PARMS(20, 33, {});
	KUNIT_EXPECT_TRUE(test, nl_engine.flag);
	PARMS(19, 25, {});
	KUNIT_EXPECT_EQ(test, nl_engine.invalidate.sync_from, U32_MAX);
	KUNIT_EXPECT_TRUE(test, nl_engine.invalidate.reset_bitmap);
	PARMS(17, 9, {});
	KUNIT_EXPECT_EQ(test, nl_engine.verify.start, U64_MAX);
	KUNIT_EXPECT_EQ(test, nl_engine.verify.stop, U64_MAX);
	PARMS(17, 9, nla_put_u64_64bit(b->skb, 1, 8, 0); nla_put_u64_64bit(b->skb, 2, 16, 0););
	KUNIT_EXPECT_EQ(test, nl_engine.verify.start, 8);
	KUNIT_EXPECT_EQ(test, nl_engine.verify.stop, 16);
	PARMS(42, 26, nla_put_u32(b->skb, 1, 31););
	KUNIT_EXPECT_EQ(test, nl_engine.number, 31);
	PARMS(49, 31, nla_put_string(b->skb, 1, "other"););
	KUNIT_EXPECT_STREQ(test, nl_engine.new_name, "other");
#undef PARMS
}

/* The last one counts, old bits do not, and defaults are asked for in the header. */
static void v2_overlay_test(struct kunit *test)
{
	struct nl_bench *b = test->priv;
	struct v2_header *header;
	struct nlattr *nest;

	header = v2_begin(b, 9, NO_MINOR);
	header->code = 1;
	v2_context(b, "r", -1, -1);
	nest = nl_nest(b, 4);
	nla_put_u32(b->skb, 8 | 0x4000, 7);
	nla_put_u32(b->skb, 8, 8);
	nla_put_u8(b->skb, 3, 0);
	nla_nest_end(b->skb, nest);
	KUNIT_EXPECT_EQ(test, v2_result(b), 101);
	KUNIT_EXPECT_TRUE(test, nl_engine.change.defaults);
	KUNIT_EXPECT_EQ(test, nl_engine.change.given, BIT_ULL(7) | BIT_ULL(2));
	KUNIT_EXPECT_EQ(test, nl_engine.conf.res_opts.peer_ack_delay, 8);
	KUNIT_EXPECT_FALSE(test, nl_engine.conf.res_opts.auto_promote);

	header = v2_begin(b, 9, NO_MINOR);
	header->code = 1;
	v2_context(b, "r", -1, -1);
	KUNIT_EXPECT_EQ(test, v2_result(b), 101);
	KUNIT_EXPECT_TRUE(test, nl_engine.change.defaults);
	KUNIT_EXPECT_EQ(test, nl_engine.change.given, 0);
}

static void v2_strings_test(struct kunit *test)
{
	static const struct {
		unsigned int length;	/* without the zero */
		bool zero;
		int code;	/* -1 for an errno */
	} rows[] = {
		{ 127, true, 101 }, { 128, true, 126 }, { 127, false, 126 }, { 5, false, 126 },
	};
	struct nl_bench *b = test->priv;
	char text[200];
	struct nlattr *nest;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		memset(text, 'x', sizeof(text));
		text[rows[i].length] = '\0';
		v2_begin(b, 49, NO_MINOR);
		v2_context(b, "r", -1, -1);
		nest = nl_nest(b, 31);
		nla_put(b->skb, 1, rows[i].length + rows[i].zero, text);
		nla_nest_end(b->skb, nest);
		KUNIT_EXPECT_EQ_MSG(test, v2_result(b), rows[i].code, "%u", i);
		if (rows[i].code == 101)
			KUNIT_EXPECT_STREQ(test, nl_engine.new_name, text);
		/* the same in the context, which is read before there can be a reply */
		v2_begin(b, 7, NO_MINOR);
		nest = nl_nest(b, CONTEXT);
		nla_put(b->skb, 2, rows[i].length + rows[i].zero, text);
		nla_nest_end(b->skb, nest);
		nest = nl_nest(b, 4);
		nla_put_u32(b->skb, 4, 1);
		nla_nest_end(b->skb, nest);
		KUNIT_EXPECT_EQ(test, nl_error(b, v2_reply(b)),
				rows[i].code == 101 ? 1 : -EINVAL);
	}
	/* what is behind the zero does not matter */
	v2_begin(b, 49, NO_MINOR);
	v2_context(b, "r", -1, -1);
	nest = nl_nest(b, 31);
	nla_put(b->skb, 1, 6, "ab\0cd");
	nla_nest_end(b->skb, nest);
	KUNIT_EXPECT_EQ(test, v2_result(b), 101);
	KUNIT_EXPECT_STREQ(test, nl_engine.new_name, "ab");
}

struct address_row {
	const char *desc;
	int length;	/* -1 if it is missing */
	u16 family;
	int code;
};

static const struct address_row address_rows[] = {
	{ "IPv4", 16, AF_INET, 101 }, { "IPv6", 28, AF_INET6, 101 },
	{ "IPv6 in 16", 16, AF_INET6, 126 }, { "IPv4 in 28", 28, AF_INET, 126 },
	{ "empty", 0, AF_INET, 126 }, { "one byte", 1, AF_INET, 126 },
	{ "two bytes", 2, AF_INET, 126 }, { "128 bytes", 128, AF_INET, 126 },
	{ "129 bytes", 129, AF_INET, 126 }, { "SDP", 16, 27, 126 },
	{ "missing", -1, AF_INET, 126 },
};

KUNIT_ARRAY_PARAM_DESC(address, address_rows, desc);

static void v2_address_test(struct kunit *test)
{
	const struct address_row *row = test->param_value;
	struct nl_bench *b = test->priv;
	u8 address[130] = { 0, 0, 0x1b, 0x58, 10, 0, 0, 1 };
	unsigned int end;

	memcpy(address, &row->family, sizeof(row->family));
	for (end = 1; end <= 2; end++) {
		struct nlattr *nest;
		struct nlmsghdr *msg;

		v2_begin(b, 45, NO_MINOR);
		v2_context(b, "r", -1, 1);
		nest = nl_nest(b, 28);
		nla_put(b->skb, 3 - end, 16, v2_ipv4);
		if (row->length >= 0)
			nla_put(b->skb, end, row->length, address);
		nla_nest_end(b->skb, nest);
		msg = v2_reply(b);
		KUNIT_EXPECT_EQ(test, v2_head(msg)->code, row->code);
		if (row->code == 101) {
			const struct drbd_address *got = end == 1 ? &nl_engine.path.local :
				&nl_engine.path.remote;

			KUNIT_EXPECT_EQ(test, got->len, row->length);
			KUNIT_EXPECT_MEMEQ(test, &got->sa, address, row->length);
		} else {
			KUNIT_EXPECT_NOT_NULL(test, strstr(v2_text(b, msg),
							   end == 1 ? "my_addr" : "peer_addr"));
		}
	}
}

static void v2_texts_test(struct kunit *test)
{
	struct nl_bench *b = test->priv;
	char *text = kunit_kzalloc(test, 400, GFP_KERNEL);
	struct nlattr *nest, *attr;
	unsigned int i = 0;
	struct nlmsghdr *msg;
	int left;

	KUNIT_ASSERT_NOT_NULL(test, text);
	memset(text, 'a', 399);
	nl_engine.texts[0] = "first";
	nl_engine.texts[1] = "second\n";
	nl_engine.texts[2] = text;
	nl_engine.result = -12;
	v2_begin(b, 15, NO_MINOR);
	v2_context(b, "r", -1, -1);
	msg = v2_reply(b);
	nest = nl_find(b, msg, 1, 1);
	KUNIT_ASSERT_NOT_NULL(test, nest);
	nla_for_each_nested(attr, nest, left) {
		KUNIT_EXPECT_EQ(test, attr->nla_type, 1);
		if (i < 2)
			KUNIT_EXPECT_STREQ(test, (char *)nla_data(attr), nl_engine.texts[i]);
		else
			KUNIT_EXPECT_EQ(test, strlen(nla_data(attr)), 255);
		i++;
	}
	KUNIT_EXPECT_EQ(test, i, 3);
	/* the kernel does not mark nests */
	KUNIT_EXPECT_EQ(test, nest->nla_type, 1);

	/* more than fits */
	for (i = 0; i < 20; i++)
		nl_engine.texts[i] = text;
	v2_begin(b, 15, NO_MINOR);
	v2_context(b, "r", -1, -1);
	KUNIT_EXPECT_EQ(test, v2_result(b), -12);
}

static void v2_timeout_type_test(struct kunit *test)
{
	struct nl_bench *b = test->priv;
	struct nlattr *attr;

	nl_engine.timeout = 2;
	v2_begin(b, 26, NO_MINOR);
	v2_context(b, "r", 0, 1);
	attr = nl_find(b, v2_reply(b), 2, 11, 1);
	KUNIT_ASSERT_NOT_NULL(test, attr);
	KUNIT_EXPECT_EQ(test, nla_get_u32(attr), 2);
}

static struct kunit_case v2_parms_cases[] = {
	KUNIT_CASE_PARAM(v2_limit_test, limit_gen_params),
	KUNIT_CASE_PARAM(v2_missing_test, missing_gen_params),
	KUNIT_CASE(v2_parms_test),
	KUNIT_CASE(v2_overlay_test),
	KUNIT_CASE(v2_strings_test),
	KUNIT_CASE_PARAM(v2_address_test, address_gen_params),
	KUNIT_CASE(v2_texts_test),
	KUNIT_CASE(v2_timeout_type_test),
	{ }
};

static struct kunit_suite v2_parms_suite = {
	.name = "drbd-nl-v2-parms",
	.init = v2_init,
	.exit = nl_bench_exit,
	.test_cases = v2_parms_cases,
};

kunit_test_suite(v2_parms_suite);
