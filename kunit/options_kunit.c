// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the options
 *
 * Expectations are literals of spec/netlink.md 4.4 and 12.3, and of spec/admin.md
 * 4.2, 6.3, 20.1 and 20.3.
 */

#include <kunit/test.h>
#include <linux/prandom.h>

#include "../core/options.h"

struct option_row {
	const struct drbd_option_set *set;
	const char *name;
	enum drbd_option_type type;
	s64 def;
	s64 min;
	s64 max;
	u32 mask;	/* of an enumeration */
	u8 flags;	/* required and invariant */
};

#define RI	(DRBD_OPTION_REQUIRED | DRBD_OPTION_INVARIANT)
#define BOOL_ROW(set, name, def)	{ set, name, DRBD_OPTION_BOOL, def, 0, 1, 0, 0 }
#define U32_ROW(set, name, def, min, max) \
	{ set, name, DRBD_OPTION_U32, def, min, max, 0, 0 }
#define ENUM_ROW(set, name, def, mask)	{ set, name, DRBD_OPTION_ENUM, def, 0, 31, mask, 0 }
#define TEXT_ROW(set, name, max)	{ set, name, DRBD_OPTION_STRING, 0, 0, max, 0, 0 }

static const struct option_row option_rows[] = {
	{ &drbd_disk_options, "backing-dev", DRBD_OPTION_STRING, 0, 0, 127, 0, RI },
	{ &drbd_disk_options, "meta-dev", DRBD_OPTION_STRING, 0, 0, 127, 0, RI },
	{ &drbd_disk_options, "meta-dev-idx", DRBD_OPTION_S32, 0, -3, S32_MAX, 0, RI },
	{ &drbd_disk_options, "size", DRBD_OPTION_U64, 0, 0, S64_MAX, 0, DRBD_OPTION_INVARIANT },
	ENUM_ROW(&drbd_disk_options, "on-io-error", 2, 0x7),
	{ &drbd_disk_options, "resync-after", DRBD_OPTION_S32, -1, -1, 1048575, 0, 0 },
	U32_ROW(&drbd_disk_options, "al-extents", 1237, 67, 65534),
	BOOL_ROW(&drbd_disk_options, "disk-barrier", 0),
	BOOL_ROW(&drbd_disk_options, "disk-flushes", 1),
	BOOL_ROW(&drbd_disk_options, "disk-drain", 1),
	BOOL_ROW(&drbd_disk_options, "md-flushes", 1),
	U32_ROW(&drbd_disk_options, "disk-timeout", 0, 0, 6000),
	ENUM_ROW(&drbd_disk_options, "read-balancing", 0, 0x7ff),
	U32_ROW(&drbd_disk_options, "unplug-watermark", 128, 1, 131072),
	BOOL_ROW(&drbd_disk_options, "al-updates", 1),
	BOOL_ROW(&drbd_disk_options, "discard-zeroes-if-aligned", 1),
	U32_ROW(&drbd_disk_options, "rs-discard-granularity", 0, 0, 1048576),
	BOOL_ROW(&drbd_disk_options, "disable-write-same", 0),
	BOOL_ROW(&drbd_disk_options, "bitmap", 1),

	TEXT_ROW(&drbd_res_options, "cpu-mask", 255),
	ENUM_ROW(&drbd_res_options, "on-no-data-accessible", 0, 0x3),
	BOOL_ROW(&drbd_res_options, "auto-promote", 1),
	{ &drbd_res_options, "node-id", DRBD_OPTION_U32, 0, 0, 31, 0, RI },
	U32_ROW(&drbd_res_options, "peer-ack-window", 4096, 2048, 204800),
	U32_ROW(&drbd_res_options, "twopc-timeout", 300, 50, 600),
	U32_ROW(&drbd_res_options, "twopc-retry-timeout", 1, 1, 50),
	U32_ROW(&drbd_res_options, "peer-ack-delay", 100, 1, 10000),
	U32_ROW(&drbd_res_options, "auto-promote-timeout", 20, 0, 600),
	U32_ROW(&drbd_res_options, "max-io-depth", 8000, 4, 4294967295),
	{ &drbd_res_options, "quorum", DRBD_OPTION_S32, 0, 0, 1025, 0, 0 },
	ENUM_ROW(&drbd_res_options, "on-no-quorum", 1, 0x3),
	{ &drbd_res_options, "quorum-minimum-redundancy", DRBD_OPTION_S32, 0, 0, 1025, 0, 0 },
	ENUM_ROW(&drbd_res_options, "on-suspended-primary-outdated", 0, 0x3),
	BOOL_ROW(&drbd_res_options, "drbd8-compat-mode", 0),
	BOOL_ROW(&drbd_res_options, "drbd8-api-compatibility", 0),

	TEXT_ROW(&drbd_net_options, "shared-secret", 63),
	TEXT_ROW(&drbd_net_options, "cram-hmac-alg", 63),
	TEXT_ROW(&drbd_net_options, "data-integrity-alg", 63),
	TEXT_ROW(&drbd_net_options, "verify-alg", 63),
	TEXT_ROW(&drbd_net_options, "csums-alg", 63),
	ENUM_ROW(&drbd_net_options, "protocol", 3, 0xe),
	U32_ROW(&drbd_net_options, "connect-int", 10, 1, 120),
	U32_ROW(&drbd_net_options, "timeout", 60, 1, 600),
	U32_ROW(&drbd_net_options, "ping-int", 10, 1, 120),
	U32_ROW(&drbd_net_options, "ping-timeout", 5, 1, 300),
	U32_ROW(&drbd_net_options, "sndbuf-size", 0, 0, 134217728),
	U32_ROW(&drbd_net_options, "rcvbuf-size", 0, 0, 134217728),
	U32_ROW(&drbd_net_options, "ko-count", 7, 0, 200),
	U32_ROW(&drbd_net_options, "max-epoch-size", 2048, 1, 20000),
	ENUM_ROW(&drbd_net_options, "after-sb-0pri", 0, 0x7f),
	ENUM_ROW(&drbd_net_options, "after-sb-1pri", 0, 0x781),
	ENUM_ROW(&drbd_net_options, "after-sb-2pri", 0, 0x601),
	ENUM_ROW(&drbd_net_options, "rr-conflict", 0, 0x1e01),
	ENUM_ROW(&drbd_net_options, "on-congestion", 0, 0x7),
	U32_ROW(&drbd_net_options, "congestion-fill", 0, 0, 20971520),
	U32_ROW(&drbd_net_options, "congestion-extents", 1237, 67, 65534),
	BOOL_ROW(&drbd_net_options, "allow-two-primaries", 0),
	BOOL_ROW(&drbd_net_options, "tcp-cork", 1),
	BOOL_ROW(&drbd_net_options, "always-asbp", 0),
	BOOL_ROW(&drbd_net_options, "use-rle", 1),
	ENUM_ROW(&drbd_net_options, "fencing", 0, 0x7),
	TEXT_ROW(&drbd_net_options, "_name", 63),
	BOOL_ROW(&drbd_net_options, "csums-after-crash-only", 0),
	U32_ROW(&drbd_net_options, "socket-check-timeout", 0, 0, 300),
	{ &drbd_net_options, "transport", DRBD_OPTION_STRING, 0, 0, 63, 0, DRBD_OPTION_INVARIANT },
	U32_ROW(&drbd_net_options, "max-buffers", 2048, 32, 131072),
	BOOL_ROW(&drbd_net_options, "allow-remote-read", 1),
	BOOL_ROW(&drbd_net_options, "tls", 0),
	{ &drbd_net_options, "tls-privkey", DRBD_OPTION_S32, 0, S32_MIN, S32_MAX, 0, 0 },
	{ &drbd_net_options, "tls-certificate", DRBD_OPTION_S32, 0, S32_MIN, S32_MAX, 0, 0 },
	{ &drbd_net_options, "tls-keyring", DRBD_OPTION_S32, 0, S32_MIN, S32_MAX, 0, 0 },
	{ &drbd_net_options, "load-balance-paths", DRBD_OPTION_BOOL, 0, 0, 1, 0,
	  DRBD_OPTION_INVARIANT },
	U32_ROW(&drbd_net_options, "rdma-ctrl-rcvbuf-size", 0, 0, 10485760),
	U32_ROW(&drbd_net_options, "rdma-ctrl-sndbuf-size", 0, 0, 10485760),

	{ &drbd_device_options, "max-bio-size", DRBD_OPTION_U32, 1048576, 512, 1048576, 0,
	  DRBD_OPTION_INVARIANT },
	BOOL_ROW(&drbd_device_options, "diskless", 0),
	U32_ROW(&drbd_device_options, "block-size", 512, 512, 4096),
	U32_ROW(&drbd_device_options, "discard-granularity", 4294967295, 0, 134217728),

	U32_ROW(&drbd_peer_device_options, "resync-rate", 250, 1, 8388608),
	U32_ROW(&drbd_peer_device_options, "c-plan-ahead", 20, 0, 300),
	U32_ROW(&drbd_peer_device_options, "c-delay-target", 10, 1, 100),
	U32_ROW(&drbd_peer_device_options, "c-fill-target", 100, 0, 1048576),
	U32_ROW(&drbd_peer_device_options, "c-max-rate", 102400, 0, 4194304),
	U32_ROW(&drbd_peer_device_options, "c-min-rate", 250, 0, 4194304),
	BOOL_ROW(&drbd_peer_device_options, "bitmap", 1),
	BOOL_ROW(&drbd_peer_device_options, "resync-without-replication", 1),
	BOOL_ROW(&drbd_peer_device_options, "peer-tiebreaker", 1),
};

KUNIT_ARRAY_PARAM_DESC(option, option_rows, name);

static const struct drbd_option *find(const struct drbd_option_set *set, const char *name)
{
	unsigned int i;

	for (i = 0; i < set->count; i++)
		if (!strcmp(set->options[i].name, name))
			return &set->options[i];
	return NULL;
}

static void store(const struct drbd_option *option, void *conf, s64 value)
{
	void *member = conf + option->offset;

	if (option->type == DRBD_OPTION_BOOL)
		*(bool *)member = value;
	else if (option->type == DRBD_OPTION_U64)
		*(u64 *)member = value;
	else
		*(u32 *)member = value;
}

static void options_table_test(struct kunit *test)
{
	const struct option_row *row = test->param_value;
	const struct drbd_option *option = find(row->set, row->name);
	void *conf = kunit_kmalloc(test, row->set->size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, option);
	KUNIT_ASSERT_NOT_NULL(test, conf);
	KUNIT_EXPECT_EQ(test, option->type, row->type);
	KUNIT_EXPECT_EQ(test, option->min, row->min);
	KUNIT_EXPECT_EQ(test, row->max, row->type == DRBD_OPTION_STRING ?
			option->size - 1 : option->max);
	KUNIT_EXPECT_EQ(test, option->mask, row->mask);
	KUNIT_EXPECT_EQ(test, option->flags & RI, row->flags);

	memset(conf, 0xff, row->set->size);
	drbd_options_default(row->set, conf);
	if (row->type == DRBD_OPTION_STRING)
		KUNIT_EXPECT_NULL(test, memchr_inv(conf + option->offset, 0, option->size));
	else
		KUNIT_EXPECT_EQ(test, drbd_option_number(option, conf), row->def);
}

/* Values at the limits and next to them */
static void options_limits_test(struct kunit *test)
{
	const struct option_row *row = test->param_value;
	const struct drbd_option *option = find(row->set, row->name);
	char text[DRBD_OPTION_TEXT_SIZE];
	void *conf = kunit_kzalloc(test, row->set->size, GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, option);
	KUNIT_ASSERT_NOT_NULL(test, conf);
	if (row->type == DRBD_OPTION_STRING || row->type == DRBD_OPTION_BOOL ||
	    option->flags & DRBD_OPTION_COMMAND) {
		KUNIT_EXPECT_TRUE(test, drbd_option_check(option, conf, text, sizeof(text)));
		return;
	}
	if (row->type == DRBD_OPTION_ENUM) {
		for (i = 0; i < 40; i++) {
			store(option, conf, i);
			KUNIT_EXPECT_EQ(test, drbd_option_check(option, conf, text, sizeof(text)),
					i < 32 && row->mask >> i & 1);
		}
		return;
	}
	store(option, conf, row->min);
	KUNIT_EXPECT_TRUE(test, drbd_option_check(option, conf, text, sizeof(text)));
	store(option, conf, row->max);
	KUNIT_EXPECT_TRUE(test, drbd_option_check(option, conf, text, sizeof(text)));
	if (row->min > 0 || (row->type == DRBD_OPTION_S32 && row->min > S32_MIN)) {
		store(option, conf, row->min - 1);
		KUNIT_EXPECT_FALSE(test, drbd_option_check(option, conf, text, sizeof(text)));
	}
	if (row->max < (row->type == DRBD_OPTION_S32 ? S32_MAX : U32_MAX)) {
		store(option, conf, row->max + 1);
		KUNIT_EXPECT_FALSE(test, drbd_option_check(option, conf, text, sizeof(text)));
	}
}

/* Every option of the sets is in the table above, and no member is forgotten. */
static void options_sets_test(struct kunit *test)
{
	static const struct {
		const struct drbd_option_set *set;
		unsigned int count;
	} sets[] = {
		{ &drbd_disk_options, 19 }, { &drbd_res_options, 16 }, { &drbd_net_options, 39 },
		{ &drbd_device_options, 4 }, { &drbd_peer_device_options, 9 },
	};
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(sets); i++) {
		const struct drbd_option_set *set = sets[i].set;
		unsigned int end = 0;

		KUNIT_EXPECT_EQ(test, set->count, sets[i].count);
		for (j = 0; j < set->count; j++) {
			/* in the order of the members, and without room for one more */
			KUNIT_EXPECT_GE(test, set->options[j].offset, end);
			KUNIT_EXPECT_LT(test, set->options[j].offset, end + 8);
			end = set->options[j].offset + set->options[j].size;
		}
		KUNIT_EXPECT_LE(test, end, set->size);
		KUNIT_EXPECT_GT(test, end + 8, set->size);
	}
	KUNIT_EXPECT_EQ(test, ARRAY_SIZE(option_rows), 19 + 16 + 39 + 4 + 9);
}

static void options_texts_test(struct kunit *test)
{
	static const struct {
		const struct drbd_option_set *set;
		const char *name;
		s64 value;
		const char *text;
	} rows[] = {
		{ &drbd_net_options, "connect-int", 121, "connect-int: 121 is not in 1 to 120" },
		{ &drbd_net_options, "connect-int", 0, "connect-int: 0 is not in 1 to 120" },
		{ &drbd_net_options, "protocol", 0, "protocol: 0 is not one of its values" },
		{ &drbd_net_options, "protocol", U32_MAX,
		  "protocol: 4294967295 is not one of its values" },
		{ &drbd_res_options, "quorum", 33, "quorum: 33 is not in 0 to 32, 1024 or 1025" },
		{ &drbd_res_options, "quorum", 1023,
		  "quorum: 1023 is not in 0 to 32, 1024 or 1025" },
		{ &drbd_res_options, "quorum", -1, "quorum: -1 is not in 0 to 1025" },
		{ &drbd_res_options, "quorum-minimum-redundancy", 1026,
		  "quorum-minimum-redundancy: 1026 is not in 0 to 1025" },
		{ &drbd_disk_options, "size", -1, "size: -1 is not in 0 to 9223372036854775807" },
		{ &drbd_res_options, "quorum", 32, NULL },
		{ &drbd_res_options, "quorum", 1024, NULL },
		{ &drbd_res_options, "node-id", 77, NULL },	/* left to the command */
		{ &drbd_device_options, "block-size", 3, NULL },
	};
	char text[DRBD_OPTION_TEXT_SIZE];
	void *conf = kunit_kzalloc(test, sizeof(struct drbd_net_conf), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, conf);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct drbd_option *option = find(rows[i].set, rows[i].name);

		KUNIT_ASSERT_NOT_NULL(test, option);
		store(option, conf, rows[i].value);
		KUNIT_EXPECT_EQ(test, drbd_option_check(option, conf, text, sizeof(text)),
				!rows[i].text);
		if (rows[i].text)
			KUNIT_EXPECT_STREQ(test, text, rows[i].text);
	}
}

/* Indices of peer_ack_delay and node_id */
#define NODE_ID		3
#define DELAY		7

static void options_change_test(struct kunit *test)
{
	struct drbd_option_change change = { };
	struct drbd_res_opts *conf, *values;

	conf = kunit_kzalloc(test, 2 * sizeof(*conf), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, conf);
	values = conf + 1;
	change.values = values;
	KUNIT_ASSERT_STREQ(test, drbd_res_options.options[NODE_ID].name, "node-id");
	KUNIT_ASSERT_STREQ(test, drbd_res_options.options[DELAY].name, "peer-ack-delay");

	drbd_options_default(&drbd_res_options, conf);
	conf->node_id = 5;
	conf->peer_ack_delay = 30;
	conf->quorum = 1024;
	memcpy(conf->cpu_mask, "f", sizeof("f"));

	drbd_options_change(&drbd_res_options, conf, &change);
	KUNIT_EXPECT_EQ(test, conf->peer_ack_delay, 30);

	values->peer_ack_delay = 7;
	change.given = BIT(DELAY);
	drbd_options_change(&drbd_res_options, conf, &change);
	KUNIT_EXPECT_EQ(test, conf->peer_ack_delay, 7);
	KUNIT_EXPECT_EQ(test, conf->quorum, 1024);
	KUNIT_EXPECT_STREQ(test, conf->cpu_mask, "f");

	change.defaults = true;
	drbd_options_change(&drbd_res_options, conf, &change);
	KUNIT_EXPECT_EQ(test, conf->peer_ack_delay, 7);
	KUNIT_EXPECT_EQ(test, conf->quorum, 0);
	KUNIT_EXPECT_STREQ(test, conf->cpu_mask, "");
	KUNIT_EXPECT_EQ(test, conf->node_id, 5);

	change.given = 0;
	drbd_options_change(&drbd_res_options, conf, &change);
	KUNIT_EXPECT_EQ(test, conf->peer_ack_delay, 100);
	KUNIT_EXPECT_EQ(test, conf->node_id, 5);
}

/* Transport and load balancing outlive new defaults. */
static void options_invariant_test(struct kunit *test)
{
	struct drbd_option_change change = { .defaults = true };
	struct drbd_net_conf *conf = kunit_kzalloc(test, sizeof(*conf), GFP_KERNEL);
	const struct drbd_option *option;

	KUNIT_ASSERT_NOT_NULL(test, conf);
	memcpy(conf->transport_name, "lb-tcp", sizeof("lb-tcp"));
	memcpy(conf->verify_alg, "sha1", sizeof("sha1"));
	conf->load_balance_paths = true;
	change.values = conf;
	drbd_options_change(&drbd_net_options, conf, &change);
	KUNIT_EXPECT_STREQ(test, conf->transport_name, "lb-tcp");
	KUNIT_EXPECT_STREQ(test, conf->verify_alg, "");
	KUNIT_EXPECT_TRUE(test, conf->load_balance_paths);
	KUNIT_EXPECT_EQ(test, conf->timeout, 60);

	option = drbd_options_invariant(&drbd_res_options, BIT(NODE_ID) | BIT(DELAY));
	KUNIT_ASSERT_NOT_NULL(test, option);
	KUNIT_EXPECT_STREQ(test, option->name, "node-id");
	KUNIT_EXPECT_NULL(test, drbd_options_invariant(&drbd_res_options, ~BIT_ULL(NODE_ID)));
	option = drbd_options_missing(&drbd_disk_options, BIT(0) | BIT(2));
	KUNIT_ASSERT_NOT_NULL(test, option);
	KUNIT_EXPECT_STREQ(test, option->name, "meta-dev");
	KUNIT_EXPECT_NULL(test, drbd_options_missing(&drbd_disk_options, 0x7));
	KUNIT_EXPECT_NULL(test, drbd_options_missing(&drbd_net_options, 0));
}

/* Against a model with one byte for each option: what it should be made from */
static void options_random_test(struct kunit *test)
{
	struct drbd_net_conf *conf = kunit_kzalloc(test, 4 * sizeof(*conf), GFP_KERNEL);
	struct drbd_net_conf *values = conf + 1, *old = conf + 2, *defaults = conf + 3;
	const struct drbd_option_set *set = &drbd_net_options;
	struct rnd_state rnd;
	unsigned int round, i;

	KUNIT_ASSERT_NOT_NULL(test, conf);
	prandom_seed_state(&rnd, 9);
	drbd_options_default(set, defaults);
	for (round = 0; round < 200; round++) {
		struct drbd_option_change change = { .values = values };

		prandom_bytes_state(&rnd, &change.given, sizeof(change.given));
		change.defaults = prandom_u32_state(&rnd) & 1;
		prandom_bytes_state(&rnd, values, 2 * sizeof(*conf));
		memcpy(conf, old, sizeof(*conf));
		drbd_options_change(set, conf, &change);
		for (i = 0; i < set->count; i++) {
			const struct drbd_option *o = &set->options[i];
			const void *from = change.given >> i & 1 ? values :
				change.defaults && !(o->flags & RI) ? defaults : old;

			KUNIT_ASSERT_EQ_MSG(test, 0, memcmp((void *)conf + o->offset,
							    from + o->offset, o->size),
					    "round %u, %s", round, o->name);
		}
	}
}

struct net_row {
	const char *name;
	u32 protocol;
	bool two_primaries;
	u32 fencing;
	u32 on_congestion;
	bool both_primary;
	int result;
};

static const struct net_row net_rows[] = {
	{ "C", 3, false, 0, 0, false, 101 },
	{ "C, two primaries", 3, true, 0, 0, false, 101 },
	{ "A, two primaries", 1, true, 0, 0, false, 139 },
	{ "B, two primaries", 2, true, 0, 0, false, 139 },
	{ "A, stonith", 1, false, 2, 0, false, 154 },
	{ "A, resource-only", 1, false, 1, 0, false, 101 },
	{ "B, stonith", 2, false, 2, 0, false, 101 },
	{ "C, pull-ahead", 3, false, 0, 1, false, 155 },
	{ "A, pull-ahead", 1, false, 0, 1, false, 101 },
	{ "B, disconnect", 2, false, 0, 2, false, 155 },
	{ "A, stonith and pull-ahead", 1, false, 2, 1, false, 154 },
	{ "both Primary", 3, false, 0, 0, true, 164 },
	{ "both Primary, two primaries", 3, true, 0, 0, true, 101 },
	{ "A, all at once", 1, true, 2, 1, true, 139 },
};

KUNIT_ARRAY_PARAM_DESC(net, net_rows, name);

static void options_net_test(struct kunit *test)
{
	const struct net_row *row = test->param_value;
	struct drbd_net_link link = { .both_primary = row->both_primary };
	struct drbd_net_conf *conf = kunit_kzalloc(test, sizeof(*conf), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, conf);
	drbd_options_default(&drbd_net_options, conf);
	conf->wire_protocol = row->protocol;
	conf->two_primaries = row->two_primaries;
	conf->fencing_policy = row->fencing;
	conf->on_congestion = row->on_congestion;
	KUNIT_EXPECT_EQ(test, drbd_net_conf_check(conf, NULL, &link), row->result);
}

static void options_net_change_test(struct kunit *test)
{
	struct drbd_net_link old_peer = { .protocol = 99 }, new_peer = { .protocol = 100 };
	struct drbd_net_link idle = { }, resync = { .resync = true }, verify = { .verify = true };
	struct drbd_net_conf *old = kunit_kzalloc(test, 2 * sizeof(*old), GFP_KERNEL);
	struct drbd_net_conf *conf = old + 1;

	KUNIT_ASSERT_NOT_NULL(test, old);
	drbd_options_default(&drbd_net_options, old);

	*conf = *old;
	KUNIT_EXPECT_EQ(test, drbd_net_conf_check(conf, old, &old_peer), 101);
	conf->wire_protocol = 2;
	KUNIT_EXPECT_EQ(test, drbd_net_conf_check(conf, old, &old_peer), 163);
	KUNIT_EXPECT_EQ(test, drbd_net_conf_check(conf, NULL, &old_peer), 101);
	KUNIT_EXPECT_EQ(test, drbd_net_conf_check(conf, old, &new_peer), 101);
	KUNIT_EXPECT_EQ(test, drbd_net_conf_check(conf, old, &idle), 101);
	*conf = *old;
	conf->two_primaries = true;
	KUNIT_EXPECT_EQ(test, drbd_net_conf_check(conf, old, &old_peer), 163);
	*conf = *old;
	memcpy(conf->integrity_alg, "crc32c", sizeof("crc32c"));
	KUNIT_EXPECT_EQ(test, drbd_net_conf_check(conf, old, &old_peer), 163);
	/* what is wrong in itself comes after that */
	conf->on_congestion = 1;
	KUNIT_EXPECT_EQ(test, drbd_net_conf_check(conf, old, &old_peer), 163);
	KUNIT_EXPECT_EQ(test, drbd_net_conf_check(conf, old, &new_peer), 155);

	*conf = *old;
	memcpy(conf->csums_alg, "sha1", sizeof("sha1"));
	KUNIT_EXPECT_EQ(test, drbd_net_conf_check(conf, old, &resync), 148);
	KUNIT_EXPECT_EQ(test, drbd_net_conf_check(conf, old, &verify), 101);
	*conf = *old;
	memcpy(conf->verify_alg, "sha1", sizeof("sha1"));
	KUNIT_EXPECT_EQ(test, drbd_net_conf_check(conf, old, &verify), 149);
	KUNIT_EXPECT_EQ(test, drbd_net_conf_check(conf, old, &resync), 101);
}

static void options_device_test(struct kunit *test)
{
	static const struct {
		u32 block_size;
		u32 granularity;
		const char *text;
	} rows[] = {
		{ 512, U32_MAX, NULL }, { 1024, 0, NULL }, { 2048, 2048, NULL },
		{ 4096, 8192, NULL },
		{ 0, 0, "block_size not 512, 1024, 2048, or 4096" },
		{ 256, 0, "block_size not 512, 1024, 2048, or 4096" },
		{ 1536, 0, "block_size not 512, 1024, 2048, or 4096" },
		{ 8192, 0, "block_size not 512, 1024, 2048, or 4096" },
		{ 4096, 512, "discard_granularity must be 0 or a multiple of block_size" },
		{ 512, 513, "discard_granularity must be 0 or a multiple of block_size" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct drbd_device_conf conf = {
			.block_size = rows[i].block_size,
			.discard_granularity = rows[i].granularity,
		};

		if (rows[i].text)
			KUNIT_EXPECT_STREQ(test, drbd_device_conf_check(&conf), rows[i].text);
		else
			KUNIT_EXPECT_NULL(test, drbd_device_conf_check(&conf));
	}
}

struct name_row {
	const char *desc;
	const char *name;
	int strict;
	int other;
};

#define A16	"aaaaaaaaaaaaaaaa"
#define A127	A16 A16 A16 A16 A16 A16 A16 "aaaaaaaaaaaaaaa"

static const struct name_row name_rows[] = {
	{ "r0", "r0", 101, 101 },
	{ "all kinds", "web-1.data_x+y", 101, 101 },
	{ "empty", "", 126, 126 },
	{ "all", "all", 162, 162 },
	{ "allx", "allx", 101, 101 }, { "ALL", "ALL", 101, 101 }, { "al", "al", 101, 101 },
	{ "blank", "a b", 162, 162 }, { "slash", "a/b", 162, 162 },
	{ "tab", "a\tb", 162, 162 }, { "control", "a\004b", 162, 162 },
	{ "delete", "a\x7f", 162, 162 },
	{ "colon", "a:b", 162, 101 }, { "at", "a@b", 162, 101 }, { "comma", "a,b", 162, 101 },
	{ "utf-8", "gr\303\266\303\237e", 162, 101 },
	{ "dash", "-x", 101, 101 }, { "hidden", ".hidden", 101, 101 }, { "dots", "..", 101, 101 },
	{ "long", A127, 101, 101 },
};

KUNIT_ARRAY_PARAM_DESC(name, name_rows, desc);

static void options_name_test(struct kunit *test)
{
	const struct name_row *row = test->param_value;
	const char *text;

	KUNIT_EXPECT_EQ(test, drbd_name_check(row->name, true, &text), row->strict);
	if (row->strict == 162)
		KUNIT_EXPECT_STREQ(test, text,
				   "invalid name (strict_names=1 allows only [0-9A-Za-z+._-])");
	else if (row->strict == 126)
		KUNIT_EXPECT_STREQ(test, text, "name missing");
	else
		KUNIT_EXPECT_NULL(test, text);
	KUNIT_EXPECT_EQ(test, drbd_name_check(row->name, false, &text), row->other);
	if (row->other == 162)
		KUNIT_EXPECT_STREQ(test, text,
				   "invalid name (disallowed: ascii control, space, slash)");
}

static struct kunit_case options_cases[] = {
	KUNIT_CASE_PARAM(options_table_test, option_gen_params),
	KUNIT_CASE_PARAM(options_limits_test, option_gen_params),
	KUNIT_CASE(options_sets_test),
	KUNIT_CASE(options_texts_test),
	KUNIT_CASE(options_change_test),
	KUNIT_CASE(options_invariant_test),
	KUNIT_CASE(options_random_test),
	KUNIT_CASE_PARAM(options_net_test, net_gen_params),
	KUNIT_CASE(options_net_change_test),
	KUNIT_CASE(options_device_test),
	KUNIT_CASE_PARAM(options_name_test, name_gen_params),
	{ }
};

static struct kunit_suite options_suite = {
	.name = "drbd-nl-options",
	.test_cases = options_cases,
};

kunit_test_suite(options_suite);
