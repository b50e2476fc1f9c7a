// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of state words
 *
 * Expectations are literals of spec/wire.md 5.6, 5.11, 10.5, 10.6 and 10.18, and
 * of spec/state.md 1.4 and 1.5.
 */

#include <kunit/test.h>
#include <linux/prandom.h>

#include "../core/wire_state.h"

#define UNKNOWN		DRBD_ROLE_UNKNOWN
#define PRIMARY		DRBD_ROLE_PRIMARY
#define SECONDARY	DRBD_ROLE_SECONDARY

struct word_row {
	const char *name;
	u32 version;
	u32 word;
	struct drbd_wire_state state;
};

static const struct word_row words[] = {
	/* wire.md 10.5 */
	{ "handshake", 124, 0x0080f282, { SECONDARY, UNKNOWN, 8, 9, 7, .quorum = true } },
	{ "handshake, 8.4", 101, 0x0000d082, { SECONDARY, UNKNOWN, 8, 9, 7 } },
	{ "established", 124, 0x008132a9, { PRIMARY, SECONDARY, 10, 9, 9, .quorum = true } },
	{ "established, 8.4", 101, 0x000110a9, { PRIMARY, SECONDARY, 10, 9, 9 } },
	{ "source", 124, 0x0080b309, { PRIMARY, SECONDARY, 16, 9, 5, .quorum = true } },
	{ "source, 8.4", 101, 0x00009109, { PRIMARY, SECONDARY, 16, 9, 5 } },
	{ "quorum", 118, 0x800000, { .quorum = true } },
	{ "susp_fen", 124, 0x400000, { .susp_fen = true } },
	{ "susp_nod", 124, 0x200000, { .susp_nod = true } },
	{ "user_isp", 124, 0x100000, { .user_isp = true } },
	{ "peer_isp", 124, 0x80000, { .peer_isp = true } },
	{ "aftr_isp", 124, 0x40000, { .aftr_isp = true } },
	{ "susp", 86, 0x20000, { .susp = true } },
	/* state.md 1.5 */
	{ "both Secondary", 124, 0x8132aa,
	  { SECONDARY, SECONDARY, 10, 9, 9, .quorum = true } },
	{ "target", 124, 0x812b16, { SECONDARY, PRIMARY, 17, 5, 9, .quorum = true } },
	{ "alone", 124, 0x00f082, { SECONDARY, UNKNOWN, 8, 8, 7 } },
	{ "suspended", 124, 0x02f281, { PRIMARY, UNKNOWN, 8, 9, 7, .susp = true } },
	/* wire.md 5.6 */
	{ "demotion", 124, 0x00000002, { SECONDARY } },
	{ "Failed, 8.4", 101, 0x00000400, { .disk = DRBD_D_FAILED } },
	{ "Failed", 110, 0x00000600, { .disk = DRBD_D_FAILED } },
	{ "Failed peer, 8.4", 109, 0x00004000, { .pdsk = DRBD_D_FAILED } },
	{ "Detaching", 124, 0x00000400, { .disk = DRBD_D_DETACHING } },
	{ "last conn", 124, 0x170, { .conn = 23 } },
};

KUNIT_ARRAY_PARAM_DESC(word, words, name);

static void expect_state(struct kunit *test, const struct drbd_wire_state *a,
			 const struct drbd_wire_state *b)
{
	KUNIT_EXPECT_EQ(test, a->role, b->role);
	KUNIT_EXPECT_EQ(test, a->peer, b->peer);
	KUNIT_EXPECT_EQ(test, a->conn, b->conn);
	KUNIT_EXPECT_EQ(test, a->disk, b->disk);
	KUNIT_EXPECT_EQ(test, a->pdsk, b->pdsk);
	KUNIT_EXPECT_EQ(test, a->susp, b->susp);
	KUNIT_EXPECT_EQ(test, a->aftr_isp, b->aftr_isp);
	KUNIT_EXPECT_EQ(test, a->peer_isp, b->peer_isp);
	KUNIT_EXPECT_EQ(test, a->user_isp, b->user_isp);
	KUNIT_EXPECT_EQ(test, a->susp_nod, b->susp_nod);
	KUNIT_EXPECT_EQ(test, a->susp_fen, b->susp_fen);
	KUNIT_EXPECT_EQ(test, a->quorum, b->quorum);
}

static void wire_state_word_test(struct kunit *test)
{
	const struct word_row *row = test->param_value;
	struct drbd_wire_state state;
	struct drbd_wire_error err;

	KUNIT_EXPECT_EQ(test, drbd_wire_state_encode(&row->state, row->version), row->word);
	KUNIT_EXPECT_EQ(test, drbd_wire_state_decode(row->word, row->version, &state, &err),
			0);
	expect_state(test, &state, &row->state);
}

/* What an 8.4 peer cannot be told. */
static void wire_state_lossy_test(struct kunit *test)
{
	struct drbd_wire_state state = { .disk = DRBD_D_DETACHING, .quorum = true };
	struct drbd_wire_error err;

	KUNIT_EXPECT_EQ(test, drbd_wire_state_encode(&state, 101), 0x00000400);
	/* bits without a meaning, and one that 8.4 does not have */
	KUNIT_EXPECT_EQ(test, drbd_wire_state_decode(0xff800001, 101, &state, &err), 0);
	KUNIT_EXPECT_FALSE(test, state.quorum);
	KUNIT_EXPECT_EQ(test, state.role, PRIMARY);
	KUNIT_EXPECT_EQ(test, drbd_wire_state_decode(0xff800001, 110, &state, &err), 0);
	KUNIT_EXPECT_TRUE(test, state.quorum);
}

struct bad_row {
	const char *name;
	u32 word;
	u32 version;
	const char *field;
	u64 value;
};

static const struct bad_row bad_words[] = {
	{ "role 3", 0x3, 124, "role", 3 },
	{ "peer 3", 0xc, 124, "peer", 3 },
	{ "conn 24", 0x180, 124, "conn", 24 },
	{ "conn 31", 0x1f0, 101, "conn", 31 },
	{ "disk 10", 0x1400, 124, "disk", 10 },
	{ "disk 15", 0x1e00, 124, "disk", 15 },
	{ "pdsk 10", 0x14000, 110, "pdsk", 10 },
	{ "disk 9 of 8.4", 0x1200, 101, "disk", 10 },
	{ "pdsk 15 of 8.4", 0x1e000, 101, "pdsk", 16 },
	{ "all", 0xffffffff, 124, "role", 3 },
};

KUNIT_ARRAY_PARAM_DESC(bad, bad_words, name);

static void wire_state_bad_test(struct kunit *test)
{
	const struct bad_row *row = test->param_value;
	struct drbd_wire_error err = { "", "", 0 };
	struct drbd_wire_state state;

	KUNIT_EXPECT_EQ(test, drbd_wire_state_decode(row->word, row->version, &state, &err),
			-EPROTO);
	KUNIT_EXPECT_STREQ(test, err.packet, "P_STATE");
	KUNIT_EXPECT_STREQ(test, err.field, row->field);
	KUNIT_EXPECT_EQ(test, err.value, row->value);
}

struct conn_row {
	const char *name;
	u32 conn;
	u32 mirrored;
};

static const struct conn_row conns[] = {
	/* 10.18 */
	{ "Connected", 9, 9 }, { "Established", 10, 10 }, { "StartingSyncS", 11, 12 },
	{ "StartingSyncT", 12, 11 }, { "WFBitMapS", 13, 14 }, { "WFBitMapT", 14, 13 },
	{ "Disconnecting", 1, 7 }, { "Connecting", 8, 8 }, { "VerifyS", 18, 19 },
	{ "mask", 31, 31 }, { "SyncSource", 16, 0 }, { "SyncTarget", 17, 0 },
	/* all others */
	{ "StandAlone", 0, 0 }, { "Unconnected", 2, 0 }, { "TearDown", 7, 0 },
	{ "WFSyncUUID", 15, 0 }, { "VerifyT", 19, 0 }, { "PausedSyncS", 20, 0 },
	{ "PausedSyncT", 21, 0 }, { "Ahead", 22, 0 }, { "Behind", 23, 0 },
	{ "24", 24, 0 }, { "30", 30, 0 },
};

KUNIT_ARRAY_PARAM_DESC(conn, conns, name);

static void wire_state_conn_test(struct kunit *test)
{
	const struct conn_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_wire_state_mirror(row->conn << 4), row->mirrored << 4);
}

struct mirror_row {
	const char *name;
	u32 word;
	u32 mirrored;
};

static const struct mirror_row mirrors[] = {
	{ "nothing", 0, 0 },
	{ "role", 0x1, 0x4 },
	{ "peer", 0x8, 0x2 },
	{ "disk", 0x1e00, 0x1e000 },
	{ "pdsk", 0xa000, 0xa00 },
	{ "aftr_isp", 0x40000, 0x80000 },
	{ "user_isp", 0x100000, 0x80000 },
	{ "both", 0x140000, 0x80000 },
	{ "peer_isp is nobody's wish", 0x80000, 0 },
	{ "susp", 0x20000, 0 },
	{ "susp_nod, susp_fen", 0x600000, 0 },
	{ "quorum", 0x800000, 0 },
	{ "connect", 0x92, 0x98 },
	{ "all", 0xffffffff, 0x9ffff },
};

KUNIT_ARRAY_PARAM_DESC(mirror, mirrors, name);

static void wire_state_mirror_test(struct kunit *test)
{
	const struct mirror_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_wire_state_mirror(row->word), row->mirrored);
}

/**
 * struct change_row - a request on its way
 * @name: of the case
 * @version: agreed
 * @change: of the node that asks
 * @wire: in the packet
 * @peer: for the node that is asked
 */
struct change_row {
	const char *name;
	u32 version;
	struct drbd_wire_change change;
	struct drbd_wire_change wire;
	struct drbd_wire_change peer;
};

static const struct change_row changes[] = {
	/* state.md 1.5, wire.md 10.5 */
	{ "promote", 124, { 0x3, 0x1 }, { 0x3, 0x1 }, { 0xc, 0x4 } },
	{ "promote, UpToDate", 124, { 0x1e03, 0x1201 }, { 0x1e03, 0x1201 },
	  { 0x1e00c, 0x12004 } },
	{ "promote, UpToDate, 8.4", 101, { 0x1e03, 0x1201 }, { 0x1e03, 0x1001 },
	  { 0x1e00c, 0x12004 } },
	{ "demote", 124, { 0x3, 0x2 }, { 0x3, 0x2 }, { 0xc, 0x8 } },
	{ "connect", 124, { 0x1f3, 0x92 }, { 0x1f3, 0x92 }, { 0x1fc, 0x98 } },
	{ "connect, Primary", 124, { 0x1f3, 0x91 }, { 0x1f3, 0x91 }, { 0x1fc, 0x94 } },
	{ "disconnect", 124, { 0x1f0, 0x10 }, { 0x1f0, 0x10 }, { 0x1f0, 0x70 } },
	{ "disconnect, outdated", 124, { 0x1ff0, 0xc10 }, { 0x1ff0, 0xc10 },
	  { 0x1e1f0, 0xc070 } },
	{ "disconnect, outdates", 124, { 0x1e1f0, 0xc010 }, { 0x1e1f0, 0xc010 },
	  { 0x1ff0, 0xc70 } },
	{ "disconnect, outdates, 8.4", 101, { 0x1e1f0, 0xc010 }, { 0x1e1f0, 0xa010 },
	  { 0x1ff0, 0xc70 } },
	{ "disconnect, outdated, 8.4", 101, { 0x1ff0, 0xc10 }, { 0x1ff0, 0xa10 },
	  { 0x1e1f0, 0xc070 } },
	{ "attach", 124, { 0x1e00, 0x800 }, { 0x1e00, 0x800 }, { 0x1e000, 0x8000 } },
	{ "detach", 124, { 0x1e00, 0x400 }, { 0x1e00, 0x400 }, { 0x1e000, 0x4000 } },
	{ "detach, 8.4", 101, { 0x1e00, 0x400 }, { 0x1e00, 0x400 }, { 0x1e000, 0x4000 } },
	{ "StartingSyncS", 124, { 0x1f0, 0xb0 }, { 0x1f0, 0xb0 }, { 0x1f0, 0xc0 } },
	{ "StartingSyncT", 101, { 0x1f0, 0xc0 }, { 0x1f0, 0xc0 }, { 0x1f0, 0xb0 } },
	{ "WFBitMapS", 124, { 0x1f0, 0xd0 }, { 0x1f0, 0xd0 }, { 0x1f0, 0xe0 } },
	{ "WFBitMapT", 124, { 0x1f0, 0xe0 }, { 0x1f0, 0xe0 }, { 0x1f0, 0xd0 } },
	{ "VerifyS", 101, { 0x1f0, 0x120 }, { 0x1f0, 0x120 }, { 0x1f0, 0x130 } },
	{ "volume removed", 101, { 0x1f0, 0x90 }, { 0x1f0, 0x90 }, { 0x1f0, 0x90 } },
	{ "empty", 124, { 0, 0 }, { 0, 0 }, { 0, 0 } },
	{ "value without mask", 101, { 0x3, 0x1e01 }, { 0x3, 0x1 }, { 0xc, 0x4 } },
};

KUNIT_ARRAY_PARAM_DESC(change, changes, name);

static void wire_state_change_test(struct kunit *test)
{
	const struct change_row *row = test->param_value;
	struct drbd_wire_change change;

	change = drbd_wire_change_to_peer(row->change, row->version);
	KUNIT_EXPECT_EQ(test, change.mask, row->wire.mask);
	KUNIT_EXPECT_EQ(test, change.val, row->wire.val);
	KUNIT_EXPECT_EQ(test, drbd_wire_change_from_peer(&change, row->version),
			DRBD_SS_SUCCESS);
	KUNIT_EXPECT_EQ(test, change.mask, row->peer.mask);
	KUNIT_EXPECT_EQ(test, change.val, row->peer.val);
}

struct no_change_row {
	const char *name;
	u32 version;
	struct drbd_wire_change wire;
};

static const struct no_change_row no_changes[] = {
	{ "part of role", 124, { 0x1, 0x1 } },
	{ "part of peer", 124, { 0x8, 0x8 } },
	{ "part of conn", 124, { 0xf0, 0x90 } },
	{ "part of disk", 124, { 0x200, 0x200 } },
	{ "part of pdsk", 124, { 0x10000, 0x10000 } },
	{ "my role", 124, { 0xc, 0x4 } },
	{ "my role, too", 124, { 0xf, 0x5 } },
	{ "role 3", 124, { 0x3, 0x3 } },
	{ "conn that nobody asks for", 124, { 0x1f0, 0x100 } },
	{ "StandAlone", 124, { 0x1f0, 0 } },
	{ "conn 31", 124, { 0x1f0, 0x1f0 } },
	{ "disk 10", 124, { 0x1e00, 0x1400 } },
	{ "disk 15", 124, { 0x1e00, 0x1e00 } },
	{ "pdsk 10", 124, { 0x1e000, 0x14000 } },
	{ "disk 9 of 8.4", 101, { 0x1e00, 0x1200 } },
	{ "disk 15 of 8.4", 101, { 0x1e00, 0x1e00 } },
};

KUNIT_ARRAY_PARAM_DESC(no_change, no_changes, name);

static void wire_state_no_change_test(struct kunit *test)
{
	const struct no_change_row *row = test->param_value;
	struct drbd_wire_change change = row->wire;

	KUNIT_EXPECT_EQ(test, drbd_wire_change_from_peer(&change, row->version),
			DRBD_SS_NOT_SUPPORTED);
}

/* 10.6, both ways: as in a state, so in a request, but for 2 */
static void wire_state_disk_test(struct kunit *test)
{
	static const u8 sent[] = { 0, 1, 2, 2, 3, 4, 5, 6, 7, 8 };
	static const u8 received[] = { 0, 1, 3, 4, 5, 6, 7, 8, 9 };
	struct drbd_wire_state state = { };
	struct drbd_wire_error err;
	struct drbd_wire_change change;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sent); i++) {
		state.disk = i;
		state.pdsk = i;
		KUNIT_EXPECT_EQ(test, drbd_wire_state_encode(&state, 101),
				(u32)sent[i] << 9 | (u32)sent[i] << 13);
		KUNIT_EXPECT_EQ(test, drbd_wire_state_encode(&state, 118), i << 9 | i << 13);
		change = (struct drbd_wire_change) { 0x1fe00, i << 9 | i << 13 };
		change = drbd_wire_change_to_peer(change, 101);
		KUNIT_EXPECT_EQ(test, change.mask, 0x1fe00);
		KUNIT_EXPECT_EQ(test, change.val, (u32)sent[i] << 9 | (u32)sent[i] << 13);
	}
	for (i = 0; i < ARRAY_SIZE(received); i++) {
		u32 request = i == 2 ? DRBD_D_DETACHING : received[i];

		KUNIT_EXPECT_EQ(test, drbd_wire_state_decode(i << 9 | i << 13, 101, &state,
							     &err), 0);
		KUNIT_EXPECT_EQ(test, state.disk, received[i]);
		KUNIT_EXPECT_EQ(test, state.pdsk, received[i]);
		change = (struct drbd_wire_change) { 0x1fe00, i << 9 | i << 13 };
		KUNIT_EXPECT_EQ(test, drbd_wire_change_from_peer(&change, 101),
				DRBD_SS_SUCCESS);
		KUNIT_EXPECT_EQ(test, change.val, request << 9 | request << 13);
	}
}

static void wire_state_combined_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, drbd_wire_conn(DRBD_C_CONNECTING, DRBD_R_OFF), 8);
	KUNIT_EXPECT_EQ(test, drbd_wire_conn(DRBD_C_STANDALONE, DRBD_R_OFF), 0);
	KUNIT_EXPECT_EQ(test, drbd_wire_conn(DRBD_C_CONNECTED, DRBD_R_OFF), 9);
	KUNIT_EXPECT_EQ(test, drbd_wire_conn(DRBD_C_CONNECTED, DRBD_R_SYNC_TARGET), 17);
}

/* Any word is refused or understood; understood, it is the same when sent again. */
static void wire_state_random_test(struct kunit *test)
{
	struct drbd_wire_state state;
	struct drbd_wire_change change;
	struct drbd_wire_error err;
	struct rnd_state rnd;
	int i, good = 0;

	prandom_seed_state(&rnd, 1);
	for (i = 0; i < 50000; i++) {
		u32 version = i & 1 ? 101 : 124;
		u32 word = prandom_u32_state(&rnd) & 0xffffff;

		change.mask = prandom_u32_state(&rnd);
		change.val = word;
		drbd_wire_change_from_peer(&change, version);
		if (drbd_wire_state_decode(word, version, &state, &err))
			continue;
		if (version == 101)
			word &= ~DRBD_STATE_QUORUM;
		KUNIT_ASSERT_EQ(test, drbd_wire_state_encode(&state, version), word);
		good++;
	}
	KUNIT_EXPECT_GT(test, good, 1000);
}

static struct kunit_case wire_state_cases[] = {
	KUNIT_CASE_PARAM(wire_state_word_test, word_gen_params),
	KUNIT_CASE(wire_state_lossy_test),
	KUNIT_CASE_PARAM(wire_state_bad_test, bad_gen_params),
	KUNIT_CASE_PARAM(wire_state_conn_test, conn_gen_params),
	KUNIT_CASE_PARAM(wire_state_mirror_test, mirror_gen_params),
	KUNIT_CASE_PARAM(wire_state_change_test, change_gen_params),
	KUNIT_CASE_PARAM(wire_state_no_change_test, no_change_gen_params),
	KUNIT_CASE(wire_state_disk_test),
	KUNIT_CASE(wire_state_combined_test),
	KUNIT_CASE(wire_state_random_test),
	{}
};

static struct kunit_suite wire_state_suite = {
	.name = "drbd-wire-state",
	.test_cases = wire_state_cases,
};

kunit_test_suite(wire_state_suite);
