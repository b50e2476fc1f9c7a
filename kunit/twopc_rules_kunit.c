// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the rules of two-phase commits
 *
 * The rows are those of spec/state.md 4.1, 4.4 to 4.6, 4.8, 4.9 and 14, and of
 * spec/resync.md 8.3.
 */

#include <kunit/test.h>

#include "../core/twopc_rules.h"

/**
 * struct order_row - a PREPARE that meets a transaction; own node id is 1
 * @name: description
 * @active: active transaction
 * @parents: who sent its PREPARE
 * @new: transaction of the new PREPARE
 * @from: who sent that
 * @order: what to do
 */
struct order_row {
	const char *name;
	struct drbd_twopc_id active;
	u64 parents;
	struct drbd_twopc_id new;
	int from;
	enum drbd_twopc_order order;
};

static const struct order_row order_rows[] = {
	{ "none, 0/T5", { DRBD_NO_NODE }, 0, { 0, 5 }, 0, DRBD_TWOPC_ORDER_ACCEPT },
	{ "none, 2/T5", { DRBD_NO_NODE }, 0, { 2, 5 }, 3, DRBD_TWOPC_ORDER_ACCEPT },
	{ "1/T3, 0/T5", { 1, 3 }, 0, { 0, 5 }, 0, DRBD_TWOPC_ORDER_YIELD },
	{ "1/T3, 0/T3", { 1, 3 }, 0, { 0, 3 }, 2, DRBD_TWOPC_ORDER_YIELD },
	{ "1/T3, 2/T5", { 1, 3 }, 0, { 2, 5 }, 2, DRBD_TWOPC_ORDER_BUSY },
	{ "2/T3, 0/T5", { 2, 3 }, 4, { 0, 5 }, 0, DRBD_TWOPC_ORDER_BUSY },
	{ "0/T3, 2/T5", { 0, 3 }, 1, { 2, 5 }, 2, DRBD_TWOPC_ORDER_BUSY },
	{ "0/T3, 2/T3", { 0, 3 }, 1, { 2, 3 }, 2, DRBD_TWOPC_ORDER_BUSY },
	{ "0/T3, 0/T3", { 0, 3 }, 1, { 0, 3 }, 2, DRBD_TWOPC_ORDER_DUPLICATE },
	{ "0/T3, 0/T3 from the parent", { 0, 3 }, 1, { 0, 3 }, 0, DRBD_TWOPC_ORDER_DUPLICATE },
	{ "0/T3, 0/T5 from 2", { 0, 3 }, 1, { 0, 5 }, 2, DRBD_TWOPC_ORDER_WAIT },
	{ "0/T3, 0/T5 from 0", { 0, 3 }, 1, { 0, 5 }, 0, DRBD_TWOPC_ORDER_BUSY },
	{ "0/T3 of 0 and 2, 0/T5 from 2", { 0, 3 }, 5, { 0, 5 }, 2, DRBD_TWOPC_ORDER_BUSY },
};

KUNIT_ARRAY_PARAM_DESC(order, order_rows, name);

static void twopc_order_test(struct kunit *test)
{
	const struct order_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_twopc_arbitrate(1, row->active, row->parents, row->new,
						   row->from), row->order);
}

static void twopc_end_test(struct kunit *test)
{
	const struct drbd_twopc_id none = { DRBD_NO_NODE }, active = { 0, 3 };
	struct drbd_twopc_msg end = { .cmd = DRBD_TWOPC_ABORT, .initiator = 0, .tid = 9 };

	KUNIT_EXPECT_EQ(test, drbd_twopc_match_end(active, &end), DRBD_TWOPC_END_FORWARD);
	KUNIT_EXPECT_EQ(test, drbd_twopc_match_end(none, &end), DRBD_TWOPC_END_FORWARD);
	end.tid = 3;
	KUNIT_EXPECT_EQ(test, drbd_twopc_match_end(active, &end), DRBD_TWOPC_END_EXECUTE);
	end.cmd = DRBD_TWOPC_COMMIT;
	KUNIT_EXPECT_EQ(test, drbd_twopc_match_end(active, &end), DRBD_TWOPC_END_EXECUTE);
	KUNIT_EXPECT_EQ(test, drbd_twopc_match_end(none, &end), DRBD_TWOPC_END_IGNORE);
	end.initiator = 2;
	KUNIT_EXPECT_EQ(test, drbd_twopc_match_end(active, &end), DRBD_TWOPC_END_IGNORE);
}

#define NOV DRBD_NO_VOLUME
/**
 * struct scope_row - a change as node 1 sees it; 0 is the initiator
 * @name: description
 * @volume: of the change
 * @target: of the change
 * @mask: of the change
 * @value: of the change
 * @connected: nodes that are Connected
 * @connecting: nodes that are Connecting
 * @known: the volume exists
 * @scope: what it is
 */
struct scope_row {
	const char *name;
	s32 volume;
	s8 target;
	u32 mask;
	u32 value;
	u64 connected;
	u64 connecting;
	bool known;
	enum drbd_twopc_scope scope;
};

static const struct scope_row scope_rows[] = {
	{ "neighbour promotes", NOV, -1, 0x3, 0x1, 1, 0, false, DRBD_TWOPC_CONNECTION },
	{ "somebody promotes", NOV, -1, 0x3, 0x1, 4, 0, false, DRBD_TWOPC_FAR },
	{ "who is just connecting promotes", NOV, -1, 0x3, 0x1, 4, 1, false, DRBD_TWOPC_FAR },
	{ "neighbour connects to another", NOV, 2, 0x1f3, 0x92, 1, 0, false, DRBD_TWOPC_FAR },
	{ "connects to me", NOV, 1, 0x1f3, 0x92, 0, 1, false, DRBD_TWOPC_CONNECTION },
	{ "connects to me, link is gone", NOV, 1, 0x1f3, 0x92, 4, 0, false, DRBD_TWOPC_FAR },
	{ "disconnects from me", NOV, 1, 0x1f0, 0x10, 1, 0, false, DRBD_TWOPC_CONNECTION },
	{ "disconnects from another", NOV, 2, 0x1f0, 0x10, 1, 0, false, DRBD_TWOPC_FAR },
	{ "detaches volume", 3, -1, 0x1e00, 0x400, 1, 0, true, DRBD_TWOPC_VOLUME },
	{ "detaches unknown volume", 3, -1, 0x1e00, 0x400, 1, 0, false, DRBD_TWOPC_FAR },
	{ "far node detaches volume", 3, -1, 0x1e00, 0x400, 4, 0, true, DRBD_TWOPC_FAR },
	{ "syncs me", 3, 1, 0x1f0, 0xb0, 1, 0, true, DRBD_TWOPC_VOLUME },
	{ "syncs another", 3, 2, 0x1f0, 0xb0, 1, 0, true, DRBD_TWOPC_FAR },
	{ "empty, neighbour", NOV, -1, 0, 0, 1, 0, false, DRBD_TWOPC_CONNECTION },
	{ "empty, far", NOV, -1, 0, 0, 4, 0, false, DRBD_TWOPC_FAR },
};

KUNIT_ARRAY_PARAM_DESC(scope, scope_rows, name);

static void twopc_scope_test(struct kunit *test)
{
	const struct scope_row *row = test->param_value;
	struct drbd_twopc_msg msg = {
		.volume = row->volume, .target = row->target, .mask = row->mask,
		.value = row->value,
	};

	KUNIT_EXPECT_EQ(test, drbd_twopc_scope(1, &msg, row->connected, row->connecting,
					       row->known), row->scope);
	/* a resize is of those who have the volume, wherever it comes from */
	msg.resize = true;
	KUNIT_EXPECT_EQ(test, drbd_twopc_scope(1, &msg, row->connected, row->connecting, true),
			DRBD_TWOPC_VOLUME);
	KUNIT_EXPECT_EQ(test, drbd_twopc_scope(1, &msg, row->connected, row->connecting, false),
			DRBD_TWOPC_FAR);
}

/**
 * struct kind_row - a kind of change (spec/state.md 4.1, masks of 1.5)
 * @name: description
 * @volume: of the change
 * @mask: of the change
 * @value: of the change
 * @first: COMMIT comes before the local change
 * @connect: it is a connect
 * @disconnect: it is a disconnect
 * @role: role that it changes to
 */
struct kind_row {
	const char *name;
	s32 volume;
	u32 mask;
	u32 value;
	bool first;
	bool connect;
	bool disconnect;
	enum drbd_node_role role;
};

static const struct kind_row kind_rows[] = {
	{ "promote", NOV, 0x3, 0x1, .role = DRBD_ROLE_PRIMARY },
	{ "promote, forced UpToDate", NOV, 0x1e03, 0x1201, .role = DRBD_ROLE_PRIMARY },
	{ "demote", NOV, 0x3, 0x2, .first = true, .role = DRBD_ROLE_SECONDARY },
	{ "connect, Secondary", NOV, 0x1f3, 0x92, .first = true, .connect = true },
	{ "connect, Primary", NOV, 0x1f3, 0x91, .first = true, .connect = true },
	{ "disconnect", NOV, 0x1f0, 0x10, .first = true, .disconnect = true },
	{ "disconnect, outdate me", NOV, 0x1ff0, 0xc10, .first = true, .disconnect = true },
	{ "disconnect, outdate target", NOV, 0x1e1f0, 0xc010, .first = true,
	  .disconnect = true },
	{ "attach", 0, 0x1e00, 0x800, .first = true },
	{ "detach", 0, 0x1e00, 0x400, .first = true },
	{ "StartingSyncS", 0, 0x1f0, 0xb0 },
	{ "StartingSyncT", 0, 0x1f0, 0xc0 },
	{ "WFBitMapS", 0, 0x1f0, 0xd0, .first = true },
	{ "WFBitMapT", 0, 0x1f0, 0xe0 },
	{ "VerifyS", 0, 0x1f0, 0x120, .first = true },
	{ "volume removed", 0, 0x1f0, 0x90 },
	{ "empty", NOV, 0, 0 },
};

KUNIT_ARRAY_PARAM_DESC(kind, kind_rows, name);

static void twopc_kind_test(struct kunit *test)
{
	const struct kind_row *row = test->param_value;
	struct drbd_twopc_msg msg = {
		.volume = row->volume, .mask = row->mask, .value = row->value,
	};

	KUNIT_EXPECT_EQ(test, drbd_twopc_verdict_first(&msg), row->first);
	KUNIT_EXPECT_EQ(test, drbd_twopc_is_connect(&msg), row->connect);
	KUNIT_EXPECT_EQ(test, drbd_twopc_is_disconnect(&msg), row->disconnect);
	KUNIT_EXPECT_EQ(test, drbd_twopc_role_value(&msg), row->role);
	KUNIT_EXPECT_EQ(test, drbd_twopc_is_empty(&msg), !row->mask);

	/* the same fields in a resize mean nothing */
	msg.resize = true;
	KUNIT_EXPECT_TRUE(test, drbd_twopc_verdict_first(&msg));
	KUNIT_EXPECT_FALSE(test, drbd_twopc_is_connect(&msg));
	KUNIT_EXPECT_FALSE(test, drbd_twopc_is_disconnect(&msg));
	KUNIT_EXPECT_FALSE(test, drbd_twopc_is_empty(&msg));
	KUNIT_EXPECT_EQ(test, drbd_twopc_role_value(&msg), DRBD_ROLE_UNKNOWN);
}

static void twopc_partial_mask_test(struct kunit *test)
{
	const struct drbd_twopc_msg conn = { .volume = NOV, .mask = 0x90, .value = 0x90 };
	const struct drbd_twopc_msg role = { .volume = NOV, .mask = 0x1, .value = 0x1 };

	KUNIT_EXPECT_EQ(test, drbd_twopc_conn_value(&conn), -1);
	KUNIT_EXPECT_EQ(test, drbd_twopc_role_value(&role), DRBD_ROLE_UNKNOWN);
}

/**
 * struct primaries_row - Primaries and how they are connected (spec/state.md 4.6)
 * @name: description
 * @p: the facts
 * @rv: what the check says
 */
struct primaries_row {
	const char *name;
	struct drbd_twopc_primaries p;
	int rv;
};

static const struct primaries_row primaries_rows[] = {
	{ "{0,1} in mesh, allowed", { 3, ~7ULL, 0, true, 6, 6 }, DRBD_SS_SUCCESS },
	{ "{0,1} in mesh, not allowed", { 3, ~7ULL, 0, true, 6, 0 }, DRBD_SS_TWO_PRIMARIES },
	{ "{0,1}, allowed by who has no connection", { 3, ~7ULL, 0, true, 6, 8 },
	  DRBD_SS_TWO_PRIMARIES },
	{ "{0,2} in chain, diskful", { 5, ~2ULL, 2, true, 2, 2 }, DRBD_SS_WEAKLY_CONNECTED },
	{ "{0,2} in chain, diskless, allowed", { 5, ~2ULL, 2, false, 2, 2 }, DRBD_SS_SUCCESS },
	{ "{0,2} in chain, diskless, allowed elsewhere", { 5, ~2ULL, 2, false, 0xa, 8 },
	  DRBD_SS_TWO_PRIMARIES },
	{ "{0,2} in chain, initiator is the server", { 5, ~2ULL, 1, true, 5, 5 },
	  DRBD_SS_SUCCESS },
	{ "{0,3} in chain of four", { 9, ~0ULL, 3, false, 4, 4 }, DRBD_SS_WEAKLY_CONNECTED },
	{ "nobody", { 0, ~0ULL, 0, true, 6, 0 }, DRBD_SS_SUCCESS },
	{ "only me", { 1, ~0ULL, 0, true, 6, 0 }, DRBD_SS_SUCCESS },
	{ "only another", { 4, ~2ULL, 0, true, 6, 0 }, DRBD_SS_SUCCESS },
};

KUNIT_ARRAY_PARAM_DESC(primaries, primaries_rows, name);

static void twopc_primaries_test(struct kunit *test)
{
	const struct primaries_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, (int)drbd_twopc_check_primaries(&row->p), row->rv);
}

static void twopc_backoff_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, drbd_twopc_backoff_ms(1, 2, 1), 400);
	KUNIT_EXPECT_EQ(test, drbd_twopc_backoff_ms(1, 2, 5), 6400);
	KUNIT_EXPECT_EQ(test, drbd_twopc_backoff_ms(1, 2, 9), 6400);
	KUNIT_EXPECT_EQ(test, drbd_twopc_backoff_ms(10, 1, 1), 2000);
	KUNIT_EXPECT_EQ(test, drbd_twopc_backoff_ms(1, 0, 1), 0);
	KUNIT_EXPECT_EQ(test, drbd_twopc_backoff_ms(1, 0, 7), 0);
	KUNIT_EXPECT_EQ(test, drbd_twopc_backoff_ms(50, 31, 5), 4960000);
}

static void twopc_members_test(struct kunit *test)
{
	const u64 reachable = 0x13, silly = ~0ULL;

	KUNIT_EXPECT_EQ(test, drbd_twopc_members(7, NULL, 0), 7);
	KUNIT_EXPECT_EQ(test, drbd_twopc_members(7, NULL, 0x18), 0x1f);
	KUNIT_EXPECT_EQ(test, drbd_twopc_members(7, &reachable, 0), 0x13);
	KUNIT_EXPECT_EQ(test, drbd_twopc_members(7, &reachable, 4), 0x17);
	KUNIT_EXPECT_EQ(test, drbd_twopc_members(7, &silly, 0), 0xffffffff);
}

/**
 * struct after_row - end of an attempt to connect
 * @name: description
 * @attempt: the facts
 * @next: what follows
 */
struct after_row {
	const char *name;
	struct drbd_twopc_connect_try attempt;
	struct drbd_twopc_connect_next next;
};

static const struct after_row after_rows[] = {
	{ "success", { DRBD_SS_SUCCESS }, { DRBD_TWOPC_CONNECTED } },
	{ "cluster-wide success", { DRBD_SS_CW_SUCCESS, .primary = true },
	  { DRBD_TWOPC_CONNECTED } },
	{ "timeout", { DRBD_SS_TIMEOUT }, { DRBD_TWOPC_CONNECT_AGAIN, 50 } },
	{ "concurrent", { DRBD_SS_CONCURRENT_ST_CHG }, { DRBD_TWOPC_CONNECT_AGAIN, 50 } },
	{ "reader", { DRBD_SS_PRIMARY_READER }, { DRBD_TWOPC_CONNECT_READERS } },
	{ "handshake retry", { DRBD_SS_HANDSHAKE_RETRY },
	  { DRBD_TWOPC_CONNECT_AGAIN, 1000, .outdate = true } },
	{ "handshake retry, Primary", { DRBD_SS_HANDSHAKE_RETRY, .primary = true },
	  { DRBD_TWOPC_CONNECT_AGAIN, 1000 } },
	{ "handshake retry, Primary, would be forced",
	  { DRBD_SS_HANDSHAKE_RETRY, .primary = true, .force_secondary = true },
	  { DRBD_TWOPC_CONNECT_AGAIN, 1000 } },
	{ "handshake retry, suspended Primary",
	  { DRBD_SS_HANDSHAKE_RETRY, .primary = true, .suspended = true },
	  { DRBD_TWOPC_CONNECT_AGAIN, 1000 } },
	{ "handshake retry, suspended Primary, no-data io-error",
	  { DRBD_SS_HANDSHAKE_RETRY, .primary = true, .suspended = true,
	    .no_data_error = true }, { DRBD_TWOPC_CONNECT_AGAIN, 1000, .outdate = true } },
	{ "handshake retry, suspended Primary, forced",
	  { DRBD_SS_HANDSHAKE_RETRY, .primary = true, .suspended = true,
	    .force_secondary = true },
	  { DRBD_TWOPC_CONNECT_AGAIN, 1000, .outdate = true, .demote = true } },
	{ "refused", { DRBD_SS_CW_FAILED_BY_PEER },
	  { DRBD_TWOPC_CONNECT_GIVE_UP, .outdate = true } },
	{ "refused, retry-connect", { DRBD_SS_CW_FAILED_BY_PEER, .retry_connect = true },
	  { DRBD_TWOPC_CONNECT_AGAIN, 1000, .outdate = true } },
	{ "refused, forced",
	  { DRBD_SS_CW_FAILED_BY_PEER, .primary = true, .suspended = true,
	    .force_secondary = true },
	  { DRBD_TWOPC_CONNECT_AGAIN, 1000, .outdate = true, .demote = true } },
	{ "two Primaries", { DRBD_SS_TWO_PRIMARIES, .primary = true },
	  { DRBD_TWOPC_CONNECT_GIVE_UP } },
	{ "two Primaries, retry-connect",
	  { DRBD_SS_TWO_PRIMARIES, .primary = true, .retry_connect = true },
	  { DRBD_TWOPC_CONNECT_AGAIN, 1000 } },
	{ "handshake disconnect", { DRBD_SS_HANDSHAKE_DISCONNECT, .retry_connect = true },
	  { DRBD_TWOPC_CONNECT_GIVE_UP, .outdate = true } },
	{ "handshake disconnect, forced",
	  { DRBD_SS_HANDSHAKE_DISCONNECT, .primary = true, .suspended = true,
	    .force_secondary = true }, { DRBD_TWOPC_CONNECT_GIVE_UP, .outdate = true } },
	{ "need connection", { DRBD_SS_NEED_CONNECTION }, { DRBD_TWOPC_CONNECT_LOST } },
	{ "weakly connected", { DRBD_SS_WEAKLY_CONNECTED }, { DRBD_TWOPC_CONNECT_LOST } },
	{ "interrupted", { DRBD_SS_INTERRUPTED }, { DRBD_TWOPC_CONNECT_LOST } },
};

KUNIT_ARRAY_PARAM_DESC(after, after_rows, name);

static void twopc_after_connect_test(struct kunit *test)
{
	const struct after_row *row = test->param_value;
	struct drbd_twopc_connect_next next = drbd_twopc_after_connect(&row->attempt);

	KUNIT_EXPECT_EQ(test, next.step, row->next.step);
	KUNIT_EXPECT_EQ(test, next.delay_ms, row->next.delay_ms);
	KUNIT_EXPECT_EQ(test, next.outdate, row->next.outdate);
	KUNIT_EXPECT_EQ(test, next.demote, row->next.demote);
}

/**
 * struct resync_row - relation to a peer after a resize (spec/resync.md 8.3)
 * @name: description
 * @me: own node id
 * @peer: the peer's
 * @primaries: Primaries with a disk
 * @parents: who asked me
 * @children: whom I asked
 * @resync: what is synced
 */
struct resync_row {
	const char *name;
	int me;
	int peer;
	u64 primaries;
	u64 parents;
	u64 children;
	enum drbd_twopc_resync resync;
};

static const struct resync_row resync_rows[] = {
	{ "I am Primary", 2, 0, 4, 1, 0, DRBD_TWOPC_RESYNC_SOURCE },
	{ "both Primary, I am lower", 0, 2, 5, 0, 4, DRBD_TWOPC_RESYNC_SOURCE },
	{ "both Primary, I am higher", 2, 0, 5, 1, 0, DRBD_TWOPC_RESYNC_TARGET },
	{ "peer is Primary", 0, 2, 4, 0, 4, DRBD_TWOPC_RESYNC_TARGET },
	{ "another is Primary", 0, 2, 2, 0, 4, DRBD_TWOPC_RESYNC_NONE },
	{ "no Primary, initiator to child", 1, 2, 0, 0, 5, DRBD_TWOPC_RESYNC_SOURCE },
	{ "no Primary, child of initiator", 2, 1, 0, 2, 0, DRBD_TWOPC_RESYNC_TARGET },
	{ "no Primary, second parent", 2, 3, 0, 0xa, 0, DRBD_TWOPC_RESYNC_TARGET },
	{ "no Primary, forwarder to child", 1, 2, 0, 1, 4, DRBD_TWOPC_RESYNC_SOURCE },
	{ "no Primary, no path", 1, 3, 0, 1, 4, DRBD_TWOPC_RESYNC_NONE },
	{ "no Primary, crossed, I am lower", 3, 4, 0, 0x12, 0x10, DRBD_TWOPC_RESYNC_SOURCE },
	{ "no Primary, crossed, I am higher", 4, 3, 0, 0xc, 8, DRBD_TWOPC_RESYNC_TARGET },
};

KUNIT_ARRAY_PARAM_DESC(resync, resync_rows, name);

static void twopc_resync_test(struct kunit *test)
{
	const struct resync_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_twopc_resize_resync(row->me, row->peer, row->primaries,
						       row->parents, row->children),
			row->resync);
}

static struct kunit_case twopc_rules_cases[] = {
	KUNIT_CASE_PARAM(twopc_order_test, order_gen_params),
	KUNIT_CASE(twopc_end_test),
	KUNIT_CASE_PARAM(twopc_scope_test, scope_gen_params),
	KUNIT_CASE_PARAM(twopc_kind_test, kind_gen_params),
	KUNIT_CASE(twopc_partial_mask_test),
	KUNIT_CASE_PARAM(twopc_primaries_test, primaries_gen_params),
	KUNIT_CASE(twopc_backoff_test),
	KUNIT_CASE(twopc_members_test),
	KUNIT_CASE_PARAM(twopc_after_connect_test, after_gen_params),
	KUNIT_CASE_PARAM(twopc_resync_test, resync_gen_params),
	{}
};

static struct kunit_suite twopc_rules_suite = {
	.name = "drbd-twopc-rules",
	.test_cases = twopc_rules_cases,
};

kunit_test_suite(twopc_rules_suite);
