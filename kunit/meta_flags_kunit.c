// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the flags of the superblock
 *
 * Tables are those of spec/metadata.md 3.4, 3.5, 4.3, and 14.8.
 */

#include <kunit/test.h>
#include <linux/bits.h>

#include "../core/meta_flags.h"

#define PRI	DRBD_ROLE_PRIMARY
#define SEC	DRBD_ROLE_SECONDARY

static void flags_initial_disk_test(struct kunit *test)
{
	const u32 both = DRBD_MDF_CONSISTENT | DRBD_MDF_WAS_UP_TO_DATE;

	KUNIT_EXPECT_EQ(test, drbd_md_initial_disk(0, true), DRBD_D_INCONSISTENT);
	KUNIT_EXPECT_EQ(test, drbd_md_initial_disk(DRBD_MDF_WAS_UP_TO_DATE, true),
			DRBD_D_INCONSISTENT);
	KUNIT_EXPECT_EQ(test, drbd_md_initial_disk(DRBD_MDF_CONSISTENT, true), DRBD_D_OUTDATED);
	KUNIT_EXPECT_EQ(test, drbd_md_initial_disk(DRBD_MDF_CONSISTENT, false), DRBD_D_OUTDATED);
	KUNIT_EXPECT_EQ(test, drbd_md_initial_disk(both, true), DRBD_D_UP_TO_DATE);
	KUNIT_EXPECT_EQ(test, drbd_md_initial_disk(both, false), DRBD_D_CONSISTENT);
	KUNIT_EXPECT_EQ(test, drbd_md_initial_disk(~both, true), DRBD_D_INCONSISTENT);
}

static void flags_degraded_test(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, drbd_md_degraded(0x2, 0, SEC));
	KUNIT_EXPECT_TRUE(test, drbd_md_degraded(0x2, ~0x1, SEC));
	KUNIT_EXPECT_FALSE(test, drbd_md_degraded(0x2, 0x1, SEC));
	KUNIT_EXPECT_FALSE(test, drbd_md_degraded(0x2, 0, PRI));
	KUNIT_EXPECT_FALSE(test, drbd_md_degraded(~0x2, 0, SEC));
}

static void flags_quorum_was_own_test(struct kunit *test)
{
	static const struct {
		u32 flags;
		u64 members;
		bool expected;
	} rows[] = {
		{ 0x410, 0x4, true }, { 0xffffffff, 0x4, true }, { 0x410, 0, false },
		{ 0x410, 0x5, false }, { 0x410, 0x2, false }, { 0x010, 0x4, false },
		{ 0x400, 0x4, false }, { 0xfffffbef, 0x4, false },
	};
	struct drbd_sb *sb = kunit_kzalloc(test, sizeof(*sb), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, sb);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		sb->flags = rows[i].flags;
		sb->members = rows[i].members;
		KUNIT_EXPECT_EQ(test, drbd_md_quorum_was_own(sb, 2), rows[i].expected);
	}
}

/**
 * enum expect - what becomes of a flag
 * @SET: it is set afterwards
 * @CLEAR: it is not
 * @KEEP: it is as before
 */
enum expect { SET, CLEAR, KEEP };

static void expect_flag(struct kunit *test, const struct drbd_md_state *state, u32 flag,
			enum expect expect)
{
	u32 from_none = drbd_md_device_flags(0, state);
	u32 from_all = drbd_md_device_flags(~0U, state);

	KUNIT_EXPECT_EQ(test, from_none & flag, expect == SET ? flag : 0);
	KUNIT_EXPECT_EQ(test, from_all & flag, expect == CLEAR ? 0 : flag);
}

/**
 * struct primary_row - a row of 14.8
 * @what: name of the row
 * @state: the states
 * @primary_ind: what becomes of that flag
 */
struct primary_row {
	const char *what;
	struct drbd_md_state state;
	enum expect primary_ind;
};

#define PRIMARY(r, p, q, d, g) { .role = (r), .peer_primary = (p), .peer_request = (q), \
				 .disk = DRBD_D_##d, .graceful_detach = (g) }

static const struct primary_row primary_rows[] = {
	{ "Primary", PRIMARY(PRI, 0, 0, UP_TO_DATE, 0), SET },
	{ "peer Primary", PRIMARY(SEC, 1, 0, UP_TO_DATE, 0), SET },
	{ "Primary detaches", PRIMARY(PRI, 0, 0, DETACHING, 1), SET },
	{ "peer Primary, detaches", PRIMARY(SEC, 1, 0, DETACHING, 1), SET },
	{ "Primary fails", PRIMARY(PRI, 0, 0, FAILED, 0), SET },
	{ "Secondary", PRIMARY(SEC, 0, 0, UP_TO_DATE, 0), CLEAR },
	{ "Secondary, Inconsistent", PRIMARY(SEC, 0, 0, INCONSISTENT, 0), CLEAR },
	{ "Secondary, in flight", PRIMARY(SEC, 0, 1, UP_TO_DATE, 0), KEEP },
	{ "Secondary, Failed", PRIMARY(SEC, 0, 0, FAILED, 0), KEEP },
	{ "Secondary detaches", PRIMARY(SEC, 0, 0, DETACHING, 1), CLEAR },
	{ "Secondary detaches, in flight", PRIMARY(SEC, 0, 1, DETACHING, 1), KEEP },
	{ "Secondary is forced to detach", PRIMARY(SEC, 0, 0, DETACHING, 0), KEEP },
	{ "Negotiating", PRIMARY(PRI, 1, 0, NEGOTIATING, 0), KEEP },
	{ "Attaching", PRIMARY(PRI, 1, 0, ATTACHING, 0), KEEP },
	{ "Diskless", PRIMARY(SEC, 0, 0, DISKLESS, 0), KEEP },
};

KUNIT_ARRAY_PARAM_DESC(primary, primary_rows, what);

static void flags_primary_ind_test(struct kunit *test)
{
	const struct primary_row *row = test->param_value;

	expect_flag(test, &row->state, DRBD_MDF_PRIMARY_IND, row->primary_ind);
}

static void flags_crashed_primary_test(struct kunit *test)
{
	static const struct {
		bool crashed, primary, graceful;
		enum expect expect;
	} rows[] = {
		{ 0, 0, 0, CLEAR }, { 0, 1, 0, SET }, { 0, 1, 1, CLEAR }, { 0, 0, 1, CLEAR },
		{ 1, 0, 0, SET }, { 1, 1, 1, SET }, { 1, 0, 1, SET }, { 1, 1, 0, SET },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct drbd_md_state state = {
			.disk = DRBD_D_DETACHING,
			.role = rows[i].primary ? PRI : SEC,
			/* a peer's role is of no concern */
			.peer_primary = i & 1,
			.graceful_detach = rows[i].graceful,
			.crashed_primary = rows[i].crashed,
		};

		expect_flag(test, &state, DRBD_MDF_CRASHED_PRIMARY, rows[i].expect);
	}
}

static void flags_quorum_test(struct kunit *test)
{
	struct drbd_md_state state = { .disk = DRBD_D_FAILED, .role = SEC };

	expect_flag(test, &state, DRBD_MDF_HAVE_QUORUM, CLEAR);
	expect_flag(test, &state, DRBD_MDF_PRIMARY_LOST_QUORUM, CLEAR);
	state.have_quorum = true;
	expect_flag(test, &state, DRBD_MDF_HAVE_QUORUM, SET);
	expect_flag(test, &state, DRBD_MDF_PRIMARY_LOST_QUORUM, CLEAR);
	state.lost_quorum = true;
	expect_flag(test, &state, DRBD_MDF_PRIMARY_LOST_QUORUM, SET);
	/* what is decided elsewhere, or by user space */
	expect_flag(test, &state, DRBD_MDF_AL_DISABLED, KEEP);
	expect_flag(test, &state, 0xfffff82c, KEEP);
	expect_flag(test, &state, DRBD_MDF_AL_CLEAN, CLEAR);
	state.disk = DRBD_D_NEGOTIATING;
	expect_flag(test, &state, ~0, KEEP);
	state.disk = DRBD_D_ATTACHING;
	expect_flag(test, &state, ~0, KEEP);
}

/**
 * struct data_row - what becomes of the flags about data
 * @what: name of the row
 * @state: the states
 * @consistent: what becomes of CONSISTENT
 * @up_to_date: what becomes of WAS_UP_TO_DATE
 */
struct data_row {
	const char *what;
	struct drbd_md_state state;
	enum expect consistent;
	enum expect up_to_date;
};

#define DATA(d, r, p, u) { .disk = DRBD_D_##d, .role = (r), .peer_primary = (p), \
			   .peer_up_to_date = (u) }

static const struct data_row data_rows[] = {
	{ "Diskless", DATA(DISKLESS, PRI, 1, 1), KEEP, KEEP },
	{ "Attaching", DATA(ATTACHING, PRI, 1, 1), KEEP, KEEP },
	{ "Negotiating", DATA(NEGOTIATING, PRI, 1, 1), KEEP, KEEP },
	{ "Inconsistent", DATA(INCONSISTENT, SEC, 0, 0), CLEAR, CLEAR },
	{ "Outdated", DATA(OUTDATED, SEC, 0, 0), SET, CLEAR },
	{ "Consistent", DATA(CONSISTENT, SEC, 0, 0), SET, SET },
	{ "UpToDate", DATA(UP_TO_DATE, SEC, 0, 0), SET, SET },
	{ "UpToDate, as is a peer", DATA(UP_TO_DATE, PRI, 1, 1), SET, SET },
	{ "Detaching", DATA(DETACHING, SEC, 0, 0), KEEP, KEEP },
	{ "Detaching, last data", DATA(DETACHING, PRI, 0, 0), KEEP, KEEP },
	{ "Detaching, nobody writes", DATA(DETACHING, SEC, 0, 1), KEEP, KEEP },
	{ "Detaching, Primary goes on", DATA(DETACHING, PRI, 0, 1), KEEP, CLEAR },
	{ "Detaching, peer goes on", DATA(DETACHING, SEC, 1, 1), KEEP, CLEAR },
	{ "Failed", DATA(FAILED, SEC, 1, 0), KEEP, KEEP },
	{ "Failed, peer goes on", DATA(FAILED, SEC, 1, 1), KEEP, CLEAR },
};

KUNIT_ARRAY_PARAM_DESC(data, data_rows, what);

static void flags_data_test(struct kunit *test)
{
	const struct data_row *row = test->param_value;

	expect_flag(test, &row->state, DRBD_MDF_CONSISTENT, row->consistent);
	expect_flag(test, &row->state, DRBD_MDF_WAS_UP_TO_DATE, row->up_to_date);
}

/* What a disk was is what it is at the next attach, if no peer knows better. */
static void flags_disk_round_trip_test(struct kunit *test)
{
	static const enum drbd_disk disks[] = {
		DRBD_D_INCONSISTENT, DRBD_D_OUTDATED, DRBD_D_CONSISTENT, DRBD_D_UP_TO_DATE,
	};
	struct drbd_md_state state = { .role = SEC };
	u32 flags = 0;
	int i, j;

	for (i = 0; i < ARRAY_SIZE(disks); i++) {
		for (j = 0; j < ARRAY_SIZE(disks); j++) {
			state.disk = disks[j];
			flags = drbd_md_device_flags(flags, &state);
			state.disk = DRBD_D_DETACHING;
			flags = drbd_md_device_flags(flags, &state);
			KUNIT_EXPECT_EQ(test, drbd_md_initial_disk(flags, true),
					disks[j] == DRBD_D_CONSISTENT ? DRBD_D_UP_TO_DATE :
									disks[j]);
		}
		state.disk = disks[i];
		flags = drbd_md_device_flags(flags, &state);
	}
}

/**
 * struct peer_row - what becomes of the flags of a peer
 * @what: name of the row
 * @state: the states
 * @from_none: flags afterwards, if none were set before
 * @from_all: of the lowest 5 flags those afterwards, if all were set before
 */
struct peer_row {
	const char *what;
	struct drbd_md_peer_state state;
	u32 from_none;
	u32 from_all;
};

static const struct peer_row peer_rows[] = {
	{ "StandAlone", { DRBD_R_OFF, DRBD_D_UNKNOWN }, 0, 0x18 },
	{ "StandAlone, outdated", { DRBD_R_OFF, DRBD_D_OUTDATED }, 0x12, 0x1a },
	{ "Connected", { DRBD_R_ESTABLISHED, DRBD_D_UP_TO_DATE }, 0x11, 0x19 },
	{ "Consistent", { DRBD_R_ESTABLISHED, DRBD_D_CONSISTENT }, 0x11, 0x19 },
	{ "sync target", { DRBD_R_SYNC_SOURCE, DRBD_D_INCONSISTENT }, 0x13, 0x1b },
	{ "Behind", { DRBD_R_AHEAD, DRBD_D_OUTDATED }, 0x13, 0x1b },
	{ "fencing", { DRBD_R_OFF, DRBD_D_UNKNOWN, .fencing = true }, 0x4, 0x1c },
	{ "Negotiating", { DRBD_R_ESTABLISHED, DRBD_D_NEGOTIATING }, 0x1, 0x19 },
	{ "Failed", { DRBD_R_ESTABLISHED, DRBD_D_FAILED, .no_bitmap = true }, 0x1, 0x19 },
	{ "Diskless for now", { DRBD_R_ESTABLISHED, DRBD_D_DISKLESS }, 0x1, 0x19 },
	{ "Diskless for good", { DRBD_R_ESTABLISHED, DRBD_D_DISKLESS, .no_bitmap = true },
	  0x1, 0x09 },
	{ "no bitmap, not connected", { DRBD_R_OFF, DRBD_D_UNKNOWN, .no_bitmap = true },
	  0, 0x18 },
	{ "no bitmap, but a disk", { DRBD_R_ESTABLISHED, DRBD_D_UP_TO_DATE, .no_bitmap = true },
	  0x11, 0x19 },
};

KUNIT_ARRAY_PARAM_DESC(peer, peer_rows, what);

static void flags_peer_test(struct kunit *test)
{
	const struct peer_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_md_peer_flags(0, &row->state), row->from_none);
	KUNIT_EXPECT_EQ(test, drbd_md_peer_flags(~0U, &row->state), 0xffffffe0 | row->from_all);
}

static void flags_excess_nodes_test(struct kunit *test)
{
	struct drbd_sb *sb = kunit_kzalloc(test, sizeof(*sb), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, sb);
	KUNIT_EXPECT_EQ(test, drbd_md_excess_nodes(sb, 0, 0x6), 0);
	for (i = 3; i < 32; i++)
		sb->peers[i].flags = DRBD_MDF_NODE_EXISTS;
	KUNIT_EXPECT_EQ(test, drbd_md_excess_nodes(sb, 0, 0x6), 0xfffffff8);
	/* whether the configured ones have it does not matter */
	sb->peers[1].flags = DRBD_MDF_NODE_EXISTS;
	KUNIT_EXPECT_EQ(test, drbd_md_excess_nodes(sb, 0, 0x6), 0xfffffff8);
	KUNIT_EXPECT_EQ(test, drbd_md_excess_nodes(sb, 2, 0x3), 0xfffffff8);
	/* 2 is neither configured nor own, and was not damaged */
	KUNIT_EXPECT_EQ(test, drbd_md_excess_nodes(sb, 0, 0x2), 0);
	sb->peers[31].flags = 0xfffeffff;
	KUNIT_EXPECT_EQ(test, drbd_md_excess_nodes(sb, 0, 0x6), 0);
}

static struct kunit_case flags_cases[] = {
	KUNIT_CASE(flags_initial_disk_test),
	KUNIT_CASE(flags_quorum_was_own_test),
	KUNIT_CASE(flags_degraded_test),
	KUNIT_CASE_PARAM(flags_primary_ind_test, primary_gen_params),
	KUNIT_CASE(flags_crashed_primary_test),
	KUNIT_CASE(flags_quorum_test),
	KUNIT_CASE_PARAM(flags_data_test, data_gen_params),
	KUNIT_CASE(flags_disk_round_trip_test),
	KUNIT_CASE_PARAM(flags_peer_test, peer_gen_params),
	KUNIT_CASE(flags_excess_nodes_test),
	{}
};

static struct kunit_suite flags_suite = {
	.name = "drbd-meta-flags",
	.test_cases = flags_cases,
};

kunit_test_suite(flags_suite);
