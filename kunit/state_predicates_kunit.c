// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what a disk may be called
 *
 * Expectations follow spec/state.md 2.2 (SZ16) and 2.6; words are those of 2.8.
 */

#include <kunit/test.h>

#include "state_rows.h"

struct clamp_row {
	const char *name;
	enum drbd_repl repl;
	int disk_min, disk_max, pdsk_min, pdsk_max;
};

/* spec/state.md 2.2, SZ16; numbers of 1.3 */
static const struct clamp_row clamp_rows[] = {
	{ "Off", DRBD_R_OFF, 0, 9, 5, 7 },
	{ "Established", DRBD_R_ESTABLISHED, 0, 9, 0, 9 },
	{ "StartingSyncS", DRBD_R_STARTING_SYNC_S, 5, 9, 5, 8 },
	{ "StartingSyncT", DRBD_R_STARTING_SYNC_T, 5, 6, 5, 9 },
	{ "WFBitMapS", DRBD_R_WF_BITMAP_S, 5, 9, 5, 8 },
	{ "WFBitMapT", DRBD_R_WF_BITMAP_T, 5, 6, 5, 9 },
	{ "WFSyncUUID", DRBD_R_WF_SYNC_UUID, 5, 6, 5, 9 },
	{ "SyncSource", DRBD_R_SYNC_SOURCE, 5, 9, 5, 5 },
	{ "SyncTarget", DRBD_R_SYNC_TARGET, 5, 5, 5, 9 },
	{ "VerifyS", DRBD_R_VERIFY_S, 5, 9, 5, 9 },
	{ "VerifyT", DRBD_R_VERIFY_T, 5, 9, 5, 9 },
	{ "PausedSyncS", DRBD_R_PAUSED_SYNC_S, 5, 9, 5, 8 },
	{ "PausedSyncT", DRBD_R_PAUSED_SYNC_T, 5, 5, 5, 9 },
	{ "Ahead", DRBD_R_AHEAD, 5, 9, 5, 8 },
	{ "Behind", DRBD_R_BEHIND, 5, 6, 5, 9 },
};

KUNIT_ARRAY_PARAM_DESC(clamp, clamp_rows, name);

static void clamp_test(struct kunit *test)
{
	const struct clamp_row *row = test->param_value;
	const struct drbd_state_clamp *limits = drbd_state_clamp(row->repl);

	KUNIT_EXPECT_EQ(test, limits->disk_min, row->disk_min);
	KUNIT_EXPECT_EQ(test, limits->disk_max, row->disk_max);
	KUNIT_EXPECT_EQ(test, limits->pdsk_min, row->pdsk_min);
	KUNIT_EXPECT_EQ(test, limits->pdsk_max, row->pdsk_max);
}

struct rival_row {
	const char *name;
	const char *given;
	bool may;
};

/* spec/state.md 2.6; a slot is HAVE_BITMAP 0x80000000, NODE_EXISTS 0x10000,
 * DEVICE_SEEN 0x10, FENCING 4, OUTDATED 2
 */
static const struct rival_row rival_rows[] = {
	{ "no fencing", "OFF0", true },
	{ "fenced", "OFF0 slot1=0x80000014", false },
	{ "fenced, by NODE_EXISTS", "OFF0 slot1=0x10014", false },
	{ "no evidence", "OFF0 slot1=0x14", true },
	{ "known to be Outdated", "OFF0 slot1=0x80000016", true },
	{ "no bitmap", "OFF0 slot1=0x10004 p0.bitmap=0", true },
	{ "seen Outdated", "OFF0(Connecting,Outdated) slot1=0x80000014", true },
	{ "seen Inconsistent", "OFF0(Connecting,Inconsistent) slot1=0x80000014", true },
	{ "connected, UpToDate", "slot1=0x80000014", true },
	{ "connected, Consistent", "slot1=0x80000014 p0.pdsk=Consistent", true },
	{ "connected, Failed", "slot1=0x80000014 p0.pdsk=Failed", false },
	{ "connected, Negotiating", "slot1=0x80000014 p0.pdsk=Negotiating", false },
	{ "connected, lost its disk", "slot1=0x80000014 p0.pdsk=Diskless", false },
	{ "connected, never had a disk", "slot1=0x80000004 p0.pdsk=Diskless", true },
	{ "not configured", "slot9=0x10004", false },
	{ "not configured, Outdated", "slot9=0x10006", true },
	{ "held by notice", "c1.notice=1", false },
	{ "held by debt", "p1.reconcile_owed=1", false },
	{ "held by a resync", "p1.reconcile_running=1", false },
	{ "Diskless Primary, same data", "c0.peer=Pri p0.pdsk=Diskless p0.peer_uuid=0x1001", true },
	{ "Diskless Primary, other data", "c0.peer=Pri p0.pdsk=Diskless p0.peer_uuid=0x2000",
	  false },
	{ "Diskless Secondary, other data", "p0.pdsk=Diskless p0.peer_uuid=0x2000", true },
};

KUNIT_ARRAY_PARAM_DESC(rival, rival_rows, name);

static void rival_test(struct kunit *test)
{
	const struct rival_row *row = test->param_value;
	struct rows_world *w = rows_world(test, 2, 1, row->given);

	KUNIT_EXPECT_EQ(test, drbd_state_may_be_up_to_date(&w->s, 0), row->may);
}

/* The own slot is nobody else. */
static void own_slot_test(struct kunit *test)
{
	struct rows_world *w = rows_world(test, 1, 1, "");

	w->dev[0].slot_flags[0] = 0x80010014;
	KUNIT_EXPECT_TRUE(test, drbd_state_may_be_up_to_date(&w->s, 0));
	w->dev[0].slot_flags[31] = 0x80010014;
	KUNIT_EXPECT_FALSE(test, drbd_state_may_be_up_to_date(&w->s, 0));
}

struct outdate_row {
	const char *name;
	const char *given;
	const char *request;
	bool may;
};

static const struct outdate_row outdate_rows[] = {
	{ "nobody is Primary", "", "", true },
	{ "a neighbour is", "c0.peer=Pri", "", false },
	{ "a neighbour is, without this volume", "c0.peer=Pri p0.repl=Off", "", true },
	{ "resync from it", "c0.peer=Pri", "p0.repl=SyncTarget", true },
	{ "resync from another", "c0.peer=Pri", "p1.repl=StartingSyncT", true },
	{ "paused", "c0.peer=Pri p1.repl=PausedSyncT", "", true },
	{ "behind", "c0.peer=Pri p0.repl=Behind", "", true },
	{ "from 8.4", "c0.peer=Pri p0.repl=WFSyncUUID", "", true },
	{ "source", "c0.peer=Pri p1.repl=SyncSource", "", false },
	{ "Diskless Primary comes", "OFF0 c0.peer=Pri p0.pdsk=Diskless", "p0.repl=Established",
	  true },
	{ "Diskless Primary is there", "c0.peer=Pri p0.pdsk=Diskless", "", false },
	{ "Diskless Primary comes as target", "OFF0 c0.peer=Pri p0.pdsk=Diskless",
	  "p0.repl=WFBitMapS", false },
	{ "Primary with a disk comes", "OFF0 c0.peer=Pri", "p0.repl=Established", false },
	{ "own Primary", "role=Pri", "", false },
	{ "own Primary, bitmap from good data", "role=Pri", "p0.repl=WFBitMapT", true },
	{ "own Primary, bitmap from bad data", "role=Pri p0.pdsk=Outdated", "p0.repl=WFBitMapT",
	  false },
	{ "own Primary, resync", "role=Pri p0.repl=SyncTarget", "", false },
};

KUNIT_ARRAY_PARAM_DESC(outdate, outdate_rows, name);

static void outdate_test(struct kunit *test)
{
	const struct outdate_row *row = test->param_value;
	struct rows_world *w = rows_world(test, 2, 1, row->given);

	rows_read(test, w, DRBD_NEW, row->request);
	KUNIT_EXPECT_EQ(test, drbd_state_may_be_outdated(&w->s, 0), row->may);
}

static struct kunit_case predicates_cases[] = {
	KUNIT_CASE_PARAM(clamp_test, clamp_gen_params),
	KUNIT_CASE_PARAM(rival_test, rival_gen_params),
	KUNIT_CASE(own_slot_test),
	KUNIT_CASE_PARAM(outdate_test, outdate_gen_params),
	{}
};

static struct kunit_suite predicates_suite = {
	.name = "drbd-state-predicates",
	.test_cases = predicates_cases,
};

kunit_test_suite(predicates_suite);
