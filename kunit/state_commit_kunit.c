// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of bits and metadata flags that change together with the state
 *
 * Words are those of spec/state.md 2.8; what is staged besides, and in which
 * order, is in state_effects_kunit.c.
 */

#include <kunit/test.h>

#include "../core/state_effects.h"
#include "state_rows.h"

#define LIST_SIZE	DRBD_EFFECTS_MAX(1, ROWS_PEERS)

static struct rows_world *staged(struct kunit *test, unsigned int peers, const char *given,
				 const char *request, unsigned int flags)
{
	struct rows_world *w = rows_world(test, peers, 1, given);
	struct drbd_effects list = { .max = LIST_SIZE };
	struct drbd_state_reason why;

	list.e = kunit_kcalloc(test, LIST_SIZE, sizeof(*list.e), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, list.e);
	rows_read(test, w, DRBD_NEW, request);
	KUNIT_ASSERT_EQ(test, rows_change(w, flags, &why), DRBD_SS_SUCCESS);
	drbd_state_stage(&w->s, flags, &list);
	return w;
}

struct uuid_row {
	const char *name;
	const char *given;
	const char *request;
	unsigned int flags;
	bool want;
};

/* spec/state.md 3.2, A17 and A18; resync.md 1.5 has the same in letters. */
static const struct uuid_row uuid_rows[] = {
	{ "a: promote", "", "role=Pri", 0, true },
	{ "a: is Primary", "role=Pri", "p0.rs_susp_user=1", 0, false },
	{ "b: lost", "role=Pri", "c0.cs=Timeout p0.repl=Off", DRBD_CHG_HARD, true },
	{ "b: lost as Secondary", "", "c0.cs=Timeout p0.repl=Off", DRBD_CHG_HARD, false },
	{ "b: outdated", "role=Pri", "p0.pdsk=Outdated", 0, true },
	{ "b: peer detaches", "role=Pri", "p0.pdsk=Detaching", 0, true },
	{ "b: Inconsistent peer lost its disk", "role=Pri p0.pdsk=Inconsistent",
	  "p0.pdsk=Failed", 0, true },
	{ "b: Consistent peer lost", "role=Pri p0.pdsk=Consistent",
	  "c0.cs=Timeout p0.repl=Off", DRBD_CHG_HARD, true },
	{ "b: Outdated peer lost", "role=Pri p0.pdsk=Outdated", "c0.cs=Timeout p0.repl=Off",
	  DRBD_CHG_HARD, false },
	{ "b: Diskless peer lost", "role=Pri p0.pdsk=Diskless", "c0.cs=Timeout p0.repl=Off",
	  DRBD_CHG_HARD, false },
	{ "b: peer gets Inconsistent", "role=Pri", "p0.pdsk=Inconsistent", 0, false },
	{ "b: sync target lost", "role=Pri p0.repl=SyncSource p0.pdsk=Inconsistent",
	  "c0.cs=Timeout p0.repl=Off", DRBD_CHG_HARD, true },
	{ "b: somebody else's sync target lost", "role=Pri p0.pdsk=Inconsistent",
	  "c0.cs=Timeout p0.repl=Off", DRBD_CHG_HARD, true },
	{ "b: source lost a sync target", "p0.repl=SyncSource p0.pdsk=Inconsistent",
	  "c0.cs=Timeout p0.repl=Off", DRBD_CHG_HARD, false },
	{ "b: last data lost", "role=Pri disk=Diskless", "c0.cs=Timeout p0.repl=Off",
	  DRBD_CHG_HARD, true },
	{ "b: no data anyway", "role=Pri disk=Diskless p0.pdsk=Consistent p1.pdsk=Outdated",
	  "c0.cs=Timeout p0.repl=Off", DRBD_CHG_HARD, false },
	{ "b: own data is back just then", "role=Pri disk=Inconsistent p0.pdsk=Consistent\n"
	  "p1.pdsk=Outdated", "disk=UpToDate c0.cs=Timeout p0.repl=Off", DRBD_CHG_HARD, true },
	{ "b: being deleted", "role=Pri unregistered=1", "c0.cs=Timeout p0.repl=Off",
	  DRBD_CHG_HARD, false },
	{ "b: waits for a UUID already", "role=Pri susp_uuid=1", "c0.cs=Timeout p0.repl=Off",
	  DRBD_CHG_HARD, false },
	{ "c: 8.4 Primary lost its disk", "c0.peer=Pri c0.apv=101", "p0.pdsk=Failed", 0, true },
	{ "c: 8.4 Primary, own disk not good", "c0.peer=Pri c0.apv=101 disk=Outdated",
	  "p0.pdsk=Failed", 0, false },
	{ "c: 8.4 Secondary", "c0.apv=101", "p0.pdsk=Failed", 0, false },
	{ "c: 8.4 Primary lost", "c0.peer=Pri c0.apv=101", "c0.cs=Timeout p0.repl=Off",
	  DRBD_CHG_HARD, false },
	{ "c: Primary of version 9", "c0.peer=Pri", "p0.pdsk=Failed", 0, false },
	{ "d: Diskless", "role=Pri OFF0",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=Diskless", 0, true },
	{ "d: Failed", "role=Pri OFF0",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=Failed", 0, true },
	{ "d: Outdated", "role=Pri OFF0", "p0.pdsk=Outdated", 0, true },
	{ "d: Inconsistent", "role=Pri OFF0", "p0.pdsk=Inconsistent", 0, false },
	{ "d: has a bitmap UUID", "role=Pri OFF0 p0.bitmap_uuid=0x800", "p0.pdsk=Outdated", 0,
	  false },
	{ "d: Secondary", "OFF0", "p0.pdsk=Outdated", 0, false },
	{ "d: own disk not good", "role=Pri OFF0 disk=Outdated", "p0.pdsk=Outdated", 0, false },
	{ "e: disk fails", "role=Pri", "disk=Failed", DRBD_CHG_HARD, true },
	{ "e: disk fails as Secondary", "", "disk=Failed", DRBD_CHG_HARD, false },
	{ "e: bad disk detached", "role=Pri disk=Inconsistent", "disk=Detaching", 0, true },
	{ "e: still Failed", "role=Pri disk=Failed", "p0.rs_susp_user=1", 0, false },
	{ "e: I/O error passed on", "role=Pri", "disk=Inconsistent", DRBD_CHG_HARD, false },
	{ "e: Failed before", "role=Pri disk=Failed", "disk=Diskless", DRBD_CHG_HARD, false },
	{ "e: negotiating disk fails", "role=Pri disk=Negotiating", "disk=Failed",
	  DRBD_CHG_HARD, true },
	{ "e: last data", "role=Pri OFF0 p1.pdsk=Outdated", "disk=Failed", DRBD_CHG_HARD,
	  true },
	{ "e: no data before", "role=Pri disk=Outdated OFF0 p1.pdsk=Outdated", "disk=Failed",
	  DRBD_CHG_HARD, false },
	{ "f: Ahead", "role=Pri", "p0.repl=Ahead p0.pdsk=Consistent", 0, true },
	{ "f: is Ahead", "role=Pri p0.repl=Ahead p0.pdsk=Consistent", "p0.rs_susp_user=1", 0,
	  false },
	{ "stays wanted", "role=Pri want_new_uuid=1", "p0.rs_susp_user=1", 0, true },
	{ "demote", "role=Pri want_new_uuid=1", "role=Sec c0.cs=Timeout p0.repl=Off",
	  DRBD_CHG_HARD, false },
};

KUNIT_ARRAY_PARAM_DESC(uuid, uuid_rows, name);

static void uuid_test(struct kunit *test)
{
	const struct uuid_row *row = test->param_value;
	struct rows_world *w = staged(test, 2, row->given, row->request, row->flags);

	KUNIT_EXPECT_EQ(test, w->dev[0].new.want_new_uuid, row->want);
}

struct md_row {
	const char *name;
	const char *given;
	const char *request;
	unsigned int flags;
	u32 md_flags;
	u32 slot;
};

/*
 * spec/state.md 3.2, A13 to A15; metadata.md 3.4 and 3.5 have the bits:
 * CONSISTENT 1, PRIMARY_IND 2, WAS_UP_TO_DATE 0x10, CRASHED_PRIMARY 0x40, AL_CLEAN 0x80,
 * PRIMARY_LOST_QUORUM 0x200, HAVE_QUORUM 0x400; of a slot: CONNECTED 1, OUTDATED 2,
 * FENCING 4, FULL_SYNC 8, DEVICE_SEEN 0x10, NODE_EXISTS 0x10000, HAVE_BITMAP 0x80000000
 */
static const struct md_row md_rows[] = {
	{ "plain", "", "p0.rs_susp_user=1", 0, 0x411, 0x80010011 },
	{ "AL is not clean", "md_flags=0x91", "p0.rs_susp_user=1", 0, 0x411, 0x80010011 },
	{ "others are kept", "md_flags=0x111 slot1=0x80010018", "p0.rs_susp_user=1", 0,
	  0x511, 0x80010019 },
	{ "Outdated", "md_flags=0", "disk=Outdated", 0, 0x401, 0x80010011 },
	{ "Inconsistent", "", "disk=Inconsistent", DRBD_CHG_HARD, 0x400, 0x80010011 },
	{ "Consistent", "disk=Consistent md_flags=0", "p0.rs_susp_user=1", 0, 0x411,
	  0x80010011 },
	{ "no slot", "slot1=0x10000", "p0.rs_susp_user=1", 0, 0x411, 0x10000 },
	{ "lost", "slot1=0x80010013", "c0.cs=TearDown p0.repl=Off", 0, 0x411, 0x80010010 },
	{ "lost Outdated", "p0.pdsk=Outdated", "c0.cs=TearDown p0.repl=Off", 0, 0x411,
	  0x80010012 },
	{ "Inconsistent peer", "slot1=0x80010000", "p0.pdsk=Inconsistent", 0, 0x411,
	  0x80010013 },
	{ "seen Consistent", "slot1=0x80010000", "p0.pdsk=Consistent", 0, 0x411, 0x80010011 },
	{ "not seen", "slot1=0x80010000", "p0.pdsk=Diskless", 0, 0x411, 0x80010001 },
	{ "unknown is not seen", "slot1=0x80010000", "c0.cs=TearDown p0.repl=Off", 0, 0x411,
	  0x80010000 },
	{ "was seen", "", "p0.pdsk=Diskless", 0, 0x411, 0x80010011 },
	{ "was seen, no bitmap", "p0.bitmap=0", "p0.pdsk=Diskless", 0, 0x411, 0x80010001 },
	{ "was seen, lost, no bitmap", "p0.bitmap=0", "c0.cs=TearDown p0.repl=Off", 0, 0x411,
	  0x80010010 },
	{ "fencing", "c0.fencing=resource-only", "p0.rs_susp_user=1", 0, 0x411, 0x80010015 },
	{ "no fencing any more", "slot1=0x80010014", "p0.rs_susp_user=1", 0, 0x411,
	  0x80010011 },
	{ "promote", "", "role=Pri", 0, 0x453, 0x80010011 },
	{ "demote", "role=Pri md_flags=0x453", "role=Sec", 0, 0x411, 0x80010011 },
	{ "demote, Inconsistent", "role=Pri disk=Inconsistent md_flags=0x442", "role=Sec", 0,
	  0x400, 0x80010011 },
	{ "demote, writes of peers in flight", "role=Pri md_flags=0x453 peer_requests=1",
	  "role=Sec", 0, 0x413, 0x80010011 },
	{ "peer promotes", "", "c0.peer=Pri", 0, 0x413, 0x80010011 },
	{ "peer demotes", "c0.peer=Pri md_flags=0x413", "c0.peer=Sec", 0, 0x411, 0x80010011 },
	{ "crashed before", "crashed_primary=1 OFF0 md_flags=0", "p0.rs_susp_user=1", 0,
	  0x451, 0x80010010 },
	{ "crash forgotten", "crashed_primary=1", "p0.rs_susp_user=1", 0, 0x411, 0x80010011 },
	{ "no quorum", "quorum=majority role=Pri", "c0.cs=Timeout p0.repl=Off", DRBD_CHG_HARD,
	  0x253, 0x80010010 },
	{ "detach", "md_flags=0x13", "disk=Detaching", 0, 0x411, 0x80010011 },
	{ "detach of a Primary", "role=Pri", "disk=Detaching", 0, 0x403, 0x80010011 },
	{ "detach by force", "md_flags=0x13", "disk=Detaching", DRBD_CHG_HARD, 0x413,
	  0x80010011 },
	{ "detach by force of a Primary", "role=Pri", "disk=Detaching", DRBD_CHG_HARD, 0x443,
	  0x80010011 },
	{ "detach of a Primary, a peer is lost meanwhile", "role=Pri disk=Detaching md_flags=0x403",
	  "c0.cs=Timeout p0.repl=Off", DRBD_CHG_HARD, 0x403, 0x80010010 },
	{ "detach by force of a Primary, other change meanwhile",
	  "role=Pri disk=Detaching forced_detach=1 md_flags=0x443", "p0.rs_susp_user=1", 0, 0x443,
	  0x80010011 },
	{ "detach by force, other change meanwhile",
	  "disk=Detaching forced_detach=1 md_flags=0x413", "p0.rs_susp_user=1", 0, 0x413,
	  0x80010011 },
	{ "fails, others go on", "c0.peer=Pri", "disk=Failed", DRBD_CHG_HARD, 0x403,
	  0x80010011 },
	{ "fails, others have no data", "c0.peer=Pri p0.pdsk=Diskless", "disk=Failed",
	  DRBD_CHG_HARD, 0x413, 0x80010011 },
	{ "fails, nobody writes", "", "disk=Failed", DRBD_CHG_HARD, 0x411, 0x80010011 },
	{ "Negotiating", "disk=Attaching md_flags=0x91", "disk=Negotiating", 0, 0x91,
	  0x80010010 },
	{ "Attaching", "disk=Diskless md_flags=0x91", "disk=Attaching", 0, 0x91, 0x80010010 },
};

KUNIT_ARRAY_PARAM_DESC(md, md_rows, name);

static void md_test(struct kunit *test)
{
	const struct md_row *row = test->param_value;
	struct rows_world *w = staged(test, 1, row->given, row->request, row->flags);

	KUNIT_EXPECT_EQ(test, w->dev[0].md_flags, row->md_flags);
	KUNIT_EXPECT_EQ(test, w->dev[0].slot_flags[1], row->slot);
}

struct bits_row {
	const char *name;
	const char *given;
	const char *request;
	unsigned int flags;
	const char *bits;
};

static const struct bits_row bits_rows[] = {
	{ "A4 still without quorum", "OFF0 quorum=majority have_quorum=0 real_quorum=0 role=Pri",
	  "p0.rs_susp_user=1", 0, "primary_lost_quorum=1" },
	{ "A4 Secondary", "quorum=majority", "c0.cs=Timeout p0.repl=Off", DRBD_CHG_HARD,
	  "primary_lost_quorum=0" },
	{ "A19 not regained", "primary_lost_quorum=1", "p0.rs_susp_user=1", 0,
	  "primary_lost_quorum=1" },
	{ "A8 peer is not good", "crashed_primary=1 p0.pdsk=Outdated", "p0.rs_susp_user=1", 0,
	  "crashed_primary=1" },
	{ "A8 own disk is not good", "crashed_primary=1 disk=Outdated", "p0.rs_susp_user=1", 0,
	  "crashed_primary=1" },
	{ "A12 ends", "p0.repl=SyncTarget p0.resync_active=1 disk=Inconsistent\n"
	  "p0.reconcile_running=1 p0.reconcile_owed=1", "p0.repl=Established p0.resync_active=0",
	  0, "p0.reconcile_running=0 p0.reconcile_owed=0" },
	{ "A12 becomes source", "p0.reconcile_owed=1 p0.repl=WFBitMapS p0.pdsk=Outdated",
	  "p0.repl=SyncSource", 0, "p0.reconcile_owed=0" },
	{ "A12 becomes target", "p0.reconcile_owed=1 p0.repl=WFBitMapT disk=Outdated",
	  "p0.repl=SyncTarget", 0, "p0.reconcile_owed=1" },
	{ "A12 lost while Established", "p0.reconcile_owed=1", "c0.cs=Timeout p0.repl=Off",
	  DRBD_CHG_HARD, "p0.reconcile_owed=1" },
	{ "A12 Primary comes back", "OFF0 p0.reconcile_owed=1",
	  "c0.cs=Connected c0.peer=Pri p0.repl=Established p0.pdsk=UpToDate", DRBD_CHG_HARD,
	  "p0.reconcile_owed=0" },
	{ "A12 Secondary comes back", "OFF0 p0.reconcile_owed=1",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=UpToDate", DRBD_CHG_HARD,
	  "p0.reconcile_owed=1" },
	{ "A21 Secondary lost", "", "c0.cs=Timeout p0.repl=Off", DRBD_CHG_HARD, "c0.notice=0" },
	{ "A21 Primary leaves", "c0.peer=Pri", "c0.cs=TearDown p0.repl=Off", 0, "c0.notice=1" },
};

KUNIT_ARRAY_PARAM_DESC(bits, bits_rows, name);

static void bits_test(struct kunit *test)
{
	const struct bits_row *row = test->param_value;
	struct rows_world *w = staged(test, 1, row->given, row->request, row->flags);
	struct rows_world *want = staged(test, 1, row->given, row->request, row->flags);

	rows_read(test, want, DRBD_NEW, row->bits);
	rows_expect(test, w, want);
}

static void restore_step(struct kunit *test, struct rows_world *w, const char *request,
			 enum drbd_rv rv, bool have_quorum, bool restore)
{
	struct drbd_effects list = { .max = LIST_SIZE };
	struct drbd_state_reason why;

	list.e = kunit_kcalloc(test, LIST_SIZE, sizeof(*list.e), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, list.e);
	drbd_state_begin(&w->s);
	rows_read(test, w, DRBD_NEW, request);
	KUNIT_EXPECT_EQ(test, rows_change(w, rv == DRBD_SS_SUCCESS ? DRBD_CHG_HARD : 0, &why), rv);
	if (rv == DRBD_SS_SUCCESS) {
		drbd_state_stage(&w->s, DRBD_CHG_HARD, &list);
		drbd_state_publish(&w->s);
	}
	KUNIT_EXPECT_EQ_MSG(test, w->dev[0].old.have_quorum, have_quorum, "%s", request);
	KUNIT_EXPECT_EQ_MSG(test, w->dev[0].restore_quorum, restore, "%s", request);
}

/* A node that had quorum all alone has it after a reboot, but not for ever. */
static void restore_test(struct kunit *test)
{
	static const char given[] = "quorum=majority disk=Attaching restore_quorum=1 OFF0\n"
				    "have_quorum=0 real_quorum=0";
	static const char back[] = "c0.cs=Connected c0.peer=Sec p0.repl=Established\n"
				   "p0.pdsk=UpToDate";
	struct rows_world *w = rows_world(test, 1, 1, given);

	restore_step(test, w, "susp_user=1", DRBD_SS_SUCCESS, false, true);
	restore_step(test, w, "disk=UpToDate", DRBD_SS_SUCCESS, true, true);
	restore_step(test, w, "susp_user=0", DRBD_SS_SUCCESS, true, true);
	/* Refused, it changes nothing. */
	restore_step(test, w, "role=Pri disk=Inconsistent", DRBD_SS_NO_UP_TO_DATE_DISK, true,
		     true);
	restore_step(test, w, back, DRBD_SS_SUCCESS, true, false);
	restore_step(test, w, "c0.cs=Timeout p0.repl=Off", DRBD_SS_SUCCESS, false, false);

	w = rows_world(test, 1, 1, given);
	restore_step(test, w, "disk=Outdated", DRBD_SS_SUCCESS, false, false);
	restore_step(test, w, "disk=UpToDate", DRBD_SS_SUCCESS, false, false);
}

/* New members go to the metadata, even if nothing else does. */
static void members_test(struct kunit *test)
{
	struct rows_world *w = staged(test, 1, "", "p0.rs_susp_user=1", 0);
	struct drbd_effect e[2];
	struct drbd_effects list = { .e = e, .max = ARRAY_SIZE(e) };

	drbd_state_publish(&w->s);
	drbd_state_stage(&w->s, 0, &list);
	KUNIT_ASSERT_EQ(test, list.n, 1);
	KUNIT_EXPECT_EQ(test, e[0].kind, DRBD_DO_WAKE);
	list.n = 0;
	w->s.new.members = 1;
	drbd_state_stage(&w->s, 0, &list);
	KUNIT_ASSERT_EQ(test, list.n, 2);
	KUNIT_EXPECT_EQ(test, e[0].kind, DRBD_DO_MD_DIRTY);
	KUNIT_EXPECT_EQ(test, e[0].volume, 0);
	KUNIT_EXPECT_EQ(test, e[1].kind, DRBD_DO_WAKE);
}

static struct kunit_case commit_cases[] = {
	KUNIT_CASE_PARAM(uuid_test, uuid_gen_params),
	KUNIT_CASE_PARAM(md_test, md_gen_params),
	KUNIT_CASE_PARAM(bits_test, bits_gen_params),
	KUNIT_CASE(restore_test),
	KUNIT_CASE(members_test),
	{}
};

static struct kunit_suite commit_suite = {
	.name = "drbd-state-commit",
	.test_cases = commit_cases,
};

kunit_test_suite(commit_suite);
