// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of rules for what a change of state implies, one at a time
 *
 * The rows of spec/state.md 2.8 are in state_validate_kunit.c. Those here are for
 * what these do not reach: other rules and limits of 2.2. Words are those of 2.8.
 */

#include <kunit/test.h>

#include "state_rows.h"

struct rule_row {
	const char *name;
	unsigned int peers;
	const char *given;
	const char *request;
	unsigned int flags;
	const char *implied;
};

static const struct rule_row rule_rows[] = {
	{ "SZ3", 1, "disk=Inconsistent", "disk=Outdated", DRBD_CHG_IGN_OUTD,
	  "disk=Inconsistent" },
	{ "SZ3 not for what gets worse", 1, "", "disk=Outdated", DRBD_CHG_IGN_OUTD, "" },
	{ "SZ4 forgets old results", 1, "disk=Attaching p0.neg=WFBitMapT", "disk=Negotiating", 0,
	  "p0.neg=pending" },
	{ "SZ4 one is pending", 2, "disk=Negotiating p0.neg=WFBitMapT", "",
	  DRBD_CHG_FORCE_RECALC, "" },
	{ "SZ4 peers without disk do not count", 2, "disk=Negotiating p0.neg=NO_RESULT\n"
	  "p1.pdsk=Diskless", "", DRBD_CHG_FORCE_RECALC, "disk=Detaching" },
	{ "SZ4 one has no result", 2, "disk=Negotiating p0.neg=NO_RESULT p0.pdsk=Outdated\n"
	  "p1.neg=Established p1.pdsk=UpToDate", "", DRBD_CHG_FORCE_RECALC,
	  "disk=Detaching" },
	{ "SZ4 stale result for a missing volume", 2, "disk=Negotiating p0.neg=Established\n"
	  "p1.repl=Off p1.pdsk=DUnknown p1.neg=WFBitMapS", "", DRBD_CHG_FORCE_RECALC,
	  "disk=UpToDate" },
	{ "SZ4 source", 1, "disk=Negotiating p0.neg=WFBitMapS p0.pdsk=Outdated", "",
	  DRBD_CHG_FORCE_RECALC, "disk=UpToDate p0.repl=WFBitMapS" },
	{ "SZ4 metadata Outdated", 1, "disk=Negotiating p0.pdsk=Outdated p0.neg=Established\n"
	  "md_flags=1", "", DRBD_CHG_FORCE_RECALC, "disk=Outdated" },
	{ "SZ4 metadata Inconsistent", 1, "disk=Negotiating p0.pdsk=Outdated\n"
	  "p0.neg=Established md_flags=16", "", DRBD_CHG_FORCE_RECALC, "disk=Inconsistent" },
	{ "SZ4 metadata Consistent", 1, "disk=Negotiating p0.pdsk=Outdated p0.neg=Established\n"
	  "slot9=0x10004", "", DRBD_CHG_FORCE_RECALC, "disk=Consistent" },
	{ "SZ4 UpToDate neighbour", 1, "disk=Negotiating p0.neg=Established md_flags=0", "",
	  DRBD_CHG_FORCE_RECALC, "disk=UpToDate" },
	{ "SZ4 target of one, the other UpToDate", 2, "disk=Negotiating p0.neg=Established\n"
	  "p1.neg=WFBitMapT", "", DRBD_CHG_FORCE_RECALC, "disk=Inconsistent p1.repl=WFBitMapT" },
	{ "SZ4 nobody to ask", 2, "disk=Negotiating p0.pdsk=Diskless p1.pdsk=Diskless md_flags=1",
	  "", DRBD_CHG_FORCE_RECALC, "disk=Outdated" },
	{ "SZ6 keeps Inconsistent", 1, "p0.pdsk=Inconsistent", "c0.cs=TearDown p0.repl=Off", 0,
	  "c0.peer=Unk" },
	{ "SZ6 forgets Failed", 1, "p0.pdsk=Failed", "c0.cs=TearDown p0.repl=Off", 0,
	  "c0.peer=Unk p0.pdsk=DUnknown" },
	{ "SZ7", 1, "p0.repl=SyncTarget p0.resync_active=1 disk=Inconsistent",
	  "c0.cs=TearDown p0.repl=Off", 0,
	  "c0.peer=Unk p0.pdsk=DUnknown p0.resync_active=0" },
	{ "SZ7 still draining", 1, "p0.resync_active=1", "c0.cs=TearDown p0.repl=Off", 0,
	  "c0.peer=Unk p0.pdsk=DUnknown p0.resync_active=0" },
	{ "SZ8", 1, "OFF0(Disconnecting) p0.rs_susp_dependency=1 disk=Diskless",
	  "c0.cs=StandAlone", 0, "p0.rs_susp_dependency=0" },
	{ "SZ8 has a disk", 1, "OFF0(Disconnecting) p0.rs_susp_dependency=1",
	  "c0.cs=StandAlone", 0, "" },
	{ "SZ9 own disk", 1, "p0.repl=SyncSource p0.pdsk=Inconsistent p0.+reconcile_running",
	  "disk=Failed", DRBD_CHG_HARD, "p0.repl=Established p0.reconcile_running=0" },
	{ "SZ9 not while Established", 1, "p0.pdsk=Diskless p0.reconcile_running=1",
	  "p0.rs_susp_user=1", 0, "" },
	{ "SZ10 promoted while lost", 1, "OFF0 c0.fencing=resource-and-stonith", "role=Pri",
	  DRBD_CHG_HARD, "c0.susp_fen=1" },
	{ "SZ10 was so before", 1, "OFF0 role=Pri c0.fencing=resource-and-stonith",
	  "c0.cs=NetworkFailure", DRBD_CHG_HARD, "" },
	{ "SZ10 not for resource-only", 1, "role=Pri c0.fencing=resource-only",
	  "c0.cs=Timeout p0.repl=Off", DRBD_CHG_HARD, "c0.peer=Unk p0.pdsk=DUnknown" },
	{ "SZ10 outdated in time", 1, "role=Pri c0.fencing=resource-and-stonith",
	  "c0.cs=Timeout p0.repl=Off p0.pdsk=Outdated", DRBD_CHG_HARD, "c0.peer=Unk" },
	{ "SZ11 255 bits less", 2, "p0.repl=SyncTarget p0.resync_active=1 p0.oos_bits=355\n"
	  "p1.repl=PausedSyncT p1.rs_susp_other_c=1 p1.oos_bits=100 disk=Inconsistent", "",
	  DRBD_CHG_FORCE_RECALC, "" },
	{ "SZ11 256 bits less", 2, "p0.repl=SyncTarget p0.resync_active=1 p0.oos_bits=356\n"
	  "p1.repl=PausedSyncT p1.rs_susp_other_c=1 p1.oos_bits=100 disk=Inconsistent", "",
	  DRBD_CHG_FORCE_RECALC, "p0.repl=PausedSyncT p1.rs_susp_other_c=0" },
	{ "SZ11 tie", 2, "p0.repl=WFBitMapT p1.repl=WFBitMapT disk=Outdated",
	  "p0.repl=SyncTarget p1.repl=SyncTarget", 0,
	  "p0.repl=PausedSyncT p0.rs_susp_other_c=1 p1.resync_active=1 disk=Inconsistent" },
	{ "SZ11 suspended ones are no candidates", 2, "p0.repl=WFBitMapT p1.repl=WFBitMapT\n"
	  "disk=Outdated p0.rs_susp_max=1 p1.rs_susp_dependency=1",
	  "p0.repl=SyncTarget p1.repl=SyncTarget", 0,
	  "p0.repl=PausedSyncT p1.repl=PausedSyncT disk=Inconsistent" },
	{ "SZ11 Outdated ones are", 2, "p0.repl=WFBitMapT p1.repl=WFBitMapT disk=Outdated\n"
	  "p0.pdsk=Outdated p1.rs_susp_user=1",
	  "p0.repl=SyncTarget p1.repl=SyncTarget", 0, "p1.rs_susp_other_c=1\n"
	  "p0.resync_active=1 p1.repl=PausedSyncT disk=Inconsistent" },
	{ "SZ12 while all targets are paused", 2, "p0.repl=PausedSyncT p0.rs_susp_user=1\n"
	  "disk=Inconsistent", "p1.repl=SyncSource", 0,
	  "p1.repl=PausedSyncS p1.rs_susp_other_c=1 p1.pdsk=Consistent" },
	{ "SZ12 not while still draining", 2, "p0.repl=WFBitMapT disk=Inconsistent",
	  "p1.repl=SyncSource", 0, "p1.repl=PausedSyncS p1.pdsk=Consistent" },
	{ "SZ11 bad ones are no candidates", 2, "p0.repl=WFBitMapT p1.repl=WFBitMapT\n"
	  "disk=Outdated p0.rs_susp_peer=1 p1.pdsk=Inconsistent",
	  "p0.repl=SyncTarget p1.repl=SyncTarget", 0,
	  "p0.repl=PausedSyncT p1.repl=PausedSyncT disk=Inconsistent" },
	{ "SZ13 pause", 1, "p0.repl=SyncSource p0.pdsk=Inconsistent", "p0.rs_susp_peer=1", 0,
	  "p0.repl=PausedSyncS" },
	{ "SZ13 go on", 1, "p0.repl=PausedSyncS p0.rs_susp_user=1", "p0.rs_susp_user=0", 0,
	  "p0.repl=SyncSource p0.pdsk=Inconsistent" },
	{ "SZ14 not with a bad peer", 3, "p1.pdsk=Diskless p2.pdsk=Inconsistent",
	  "p0.repl=StartingSyncT", 0, "disk=Inconsistent p2.repl=PausedSyncT" },
	{ "SZ14 not the order of peers", 2, "", "p1.repl=StartingSyncT", 0,
	  "disk=Inconsistent p0.repl=PausedSyncT" },
	{ "SZ15 not while Off", 1, "OFF0 disk=Consistent c0.apv=101", "p0.rs_susp_user=1", 0,
	  "" },
	{ "SZ15 only Consistent", 1, "disk=Outdated c0.apv=101 p0.pdsk=Inconsistent",
	  "p0.rs_susp_user=1", 0, "" },
	{ "SZ15 not while Ahead", 1, "disk=Consistent c0.apv=101 p0.pdsk=Consistent",
	  "p0.repl=Ahead", 0, "" },
	{ "SZ17 while detached", 1, "p0.pdsk=Diskless", "p0.pdsk=Detaching", 0,
	  "p0.pdsk=Diskless" },
	{ "SZ18 to Consistent", 1, "disk=Outdated p0.pdsk=Consistent p0.+got_stable", "", 0,
	  "disk=Consistent p0.got_stable=0" },
	{ "SZ18 after an attach there", 1, "disk=Outdated p0.pdsk=Negotiating",
	  "p0.pdsk=UpToDate", 0, "disk=UpToDate" },
	{ "SZ18 not after one of other data", 1, "disk=Outdated p0.pdsk=Negotiating\n"
	  "p0.peer_uuid=0x2000", "p0.pdsk=UpToDate", 0, "" },
	{ "SZ20 joins a Primary in spite of debts", 2, "OFF0 disk=Consistent p1.reconcile_owed=1",
	  "c0.cs=Connected c0.peer=Pri p0.repl=Established p0.pdsk=UpToDate", DRBD_CHG_HARD,
	  "disk=UpToDate" },
	{ "SZ20 not with a Secondary then", 2, "OFF0 disk=Consistent p1.reconcile_owed=1",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=UpToDate", DRBD_CHG_HARD, "" },
	{ "SZ21 after an attach there", 1, "disk=Consistent p0.pdsk=Negotiating",
	  "p0.pdsk=UpToDate", 0, "disk=UpToDate" },
	{ "SZ18 not without UUIDs", 1, "disk=Outdated p0.+got_stable p0.uuids_received=0", "", 0,
	  "p0.got_stable=0" },
	{ "SZ18 not while syncing from another", 2, "disk=Outdated p0.+got_stable\n"
	  "p1.repl=WFBitMapT", "", 0, "p0.got_stable=0" },
	{ "SZ19 not with other data", 2, "p0.repl=WFBitMapT disk=Outdated p1.peer_uuid=0x2000",
	  "c0.cs=Timeout p0.repl=Off", DRBD_CHG_HARD, "c0.peer=Unk p0.pdsk=DUnknown" },
	{ "SZ19 not while unstable", 2, "p0.repl=WFBitMapT disk=Outdated p1.stable=0",
	  "c0.cs=Timeout p0.repl=Off", DRBD_CHG_HARD, "c0.peer=Unk p0.pdsk=DUnknown" },
	{ "SZ20 not with a rival", 1, "OFF0 disk=Consistent slot9=0x10004",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=Consistent", 0, "" },
	{ "SZ21", 1, "disk=Consistent p0.pdsk=Consistent", "p0.pdsk=UpToDate", 0,
	  "disk=UpToDate" },
	{ "SZ21 not while unstable", 1, "disk=Consistent p0.pdsk=Consistent p0.stable=0",
	  "p0.pdsk=UpToDate", 0, "" },
	{ "SZ23 while syncing from another", 2, "OFF0 disk=Inconsistent p1.repl=SyncTarget\n"
	  "p1.resync_active=1 p0.rs_susp_other_c=1",
	  "c0.cs=Connected c0.peer=Pri p0.repl=Established p0.pdsk=Diskless", 0,
	  "try_resync_from=1" },
	{ "SZ23 while another is paused", 2, "OFF0 disk=Inconsistent p1.repl=PausedSyncT\n"
	  "p1.rs_susp_user=1",
	  "c0.cs=Connected c0.peer=Pri p0.repl=Established p0.pdsk=Diskless", 0, "" },
	{ "SZ23 not for a Secondary", 1, "OFF0 p0.peer_uuid=0x2000",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=Diskless", 0, "" },
	{ "SZ23 not if it promotes later", 1, "p0.peer_uuid=0x2000 p0.pdsk=Diskless",
	  "c0.peer=Pri", 0, "" },
	{ "SZ23 without a disk", 1, "OFF0 disk=Diskless",
	  "c0.cs=Connected c0.peer=Pri p0.repl=Established p0.pdsk=Diskless", 0, "" },
	{ "SZ23 while negotiating", 2, "OFF0 disk=Negotiating p1.neg=pending",
	  "c0.cs=Connected c0.peer=Pri p0.repl=Established p0.pdsk=Diskless", 0,
	  "disk=UpToDate" },
	{ "SZ24 armed", 1, "OFF0 role=Pri disk=Diskless p0.peer_uuid=0x2000 p0.+predecessor",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=UpToDate", DRBD_CHG_HARD,
	  "" },
	{ "SZ24 trusted already", 1, "disk=Diskless p0.peer_uuid=0x2000", "role=Pri", 0, "" },
	{ "SZ24 older peer", 1, "OFF0 role=Pri disk=Diskless p0.peer_uuid=0x2000 c0.features=0",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=UpToDate", DRBD_CHG_HARD,
	  "p0.pdsk=Consistent" },
	{ "SZ24 older peer, Secondary", 1, "OFF0 disk=Diskless p0.peer_uuid=0x2000\n"
	  "c0.features=0",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=UpToDate", DRBD_CHG_HARD,
	  "" },
	{ "SZ25 not while Inconsistent already", 1, "disk=Inconsistent p0.-peer_replicate_next",
	  "p0.rs_susp_user=1", 0, "" },
	{ "SZ25 connects while Inconsistent", 1, "OFF0 disk=Inconsistent\n"
	  "p0.-peer_replicate_next",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=Inconsistent", 0,
	  "p0.peer_replication=0" },
	{ "SZ25 target while Inconsistent", 1, "p0.repl=WFBitMapT disk=Inconsistent\n"
	  "p0.-peer_replicate_next", "p0.repl=SyncTarget", 0,
	  "p0.resync_active=1 p0.peer_replication=0" },
	{ "SZ25 I/O error", 1, "p0.-peer_replicate_next", "disk=Inconsistent", DRBD_CHG_HARD,
	  "p0.peer_replication=0" },
	{ "SZ26 connects while Inconsistent", 1, "OFF0(Connecting,Inconsistent)\n"
	  "p0.-replicate_next",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established", 0, "p0.replication=0" },
	{ "SZ26 source", 1, "p0.-replicate_next p0.repl=WFBitMapS p0.pdsk=Inconsistent",
	  "p0.repl=SyncSource", 0, "p0.replication=0" },
	{ "SZ26 not while source already", 1, "p0.-replicate_next p0.repl=SyncSource\n"
	  "p0.pdsk=Inconsistent", "members=1", DRBD_CHG_FORCE_RECALC, "" },
	{ "SZ26 not without cause", 1, "p0.-replicate_next p0.-peer_replicate_next",
	  "p0.rs_susp_user=1", 0, "" },
	{ "SZ26 end", 1, "p0.pdsk=Inconsistent p0.replication=0", "p0.pdsk=UpToDate", 0,
	  "p0.replication=1" },
	{ "SZ29", 2, "disk=Negotiating p0.neg=pending p1.neg=pending",
	  "c0.cs=Timeout p0.repl=Off", DRBD_CHG_HARD,
	  "c0.peer=Unk p0.pdsk=DUnknown disk=UpToDate" },
	{ "SZ30 was Primary", 1, "role=Pri c0.peer=Pri c0.two-primaries=1",
	  "c0.cs=Timeout p0.repl=Off", DRBD_CHG_HARD, "c0.peer=Unk p0.pdsk=DUnknown" },
	{ "SZ30 demoted just then", 1, "role=Pri c0.peer=Pri c0.two-primaries=1",
	  "role=Sec c0.cs=Timeout p0.repl=Off", DRBD_CHG_HARD, "c0.peer=Unk p0.pdsk=DUnknown" },
	{ "SZ30 another has Consistent data", 2, "c0.peer=Pri p0.pdsk=Outdated\n"
	  "p1.pdsk=Consistent", "c0.cs=Timeout p0.repl=Off", DRBD_CHG_HARD,
	  "c0.peer=Unk disk=Consistent" },
	{ "SZ19 it had outdated itself before", 2, "disk=Outdated", "c0.cs=Timeout p0.repl=Off",
	  DRBD_CHG_HARD, "c0.peer=Unk p0.pdsk=DUnknown" },
	{ "SZ19 not while connected", 2, "disk=Outdated p0.repl=WFBitMapT", "p0.repl=Established",
	  0, "" },
	{ "SZ19 not while a lost Primary is in doubt", 2,
	  "disk=Outdated p0.repl=WFBitMapT p1.+reconcile_owed", "c0.cs=Timeout p0.repl=Off",
	  DRBD_CHG_HARD, "c0.peer=Unk p0.pdsk=DUnknown" },
	{ "SZ24 not with a disk", 1, "OFF0 p0.peer_uuid=0x2000",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=UpToDate", DRBD_CHG_HARD, "" },
	{ "SZ24 not what is worse anyway", 1, "OFF0 disk=Diskless p0.peer_uuid=0x2000",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=Outdated", DRBD_CHG_HARD, "" },
	{ "SZ30 alone with an Outdated Primary", 2, "c0.peer=Pri p0.pdsk=Outdated\n"
	  "p1.pdsk=Outdated", "c0.cs=Timeout p0.repl=Off", DRBD_CHG_HARD, "c0.peer=Unk" },
	{ "SZ30 protocol error", 1, "c0.peer=Pri", "c0.cs=ProtocolError p0.repl=Off",
	  DRBD_CHG_HARD, "c0.peer=Unk p0.pdsk=DUnknown disk=Consistent" },
	{ "SZ30 P_DISCONNECT", 1, "c0.peer=Pri", "c0.cs=Disconnecting p0.repl=Off",
	  DRBD_CHG_LOCAL_ONLY, "c0.peer=Unk p0.pdsk=DUnknown" },
	{ "SZ31 Secondary", 1, "susp_nod=1 on-no-data=suspend-io", "", DRBD_CHG_FORCE_RECALC,
	  "susp_nod=0" },
	{ "SZ31 admin resumed", 1, "OFF0 role=Pri disk=Diskless on-no-data=suspend-io\n"
	  "susp_nod=1", "susp_nod=0", 0, "" },
	{ "SZ31 held", 1, "role=Pri resume_held=1 susp_nod=1 on-no-data=suspend-io", "susp_nod=0",
	  0, "susp_nod=1" },
	{ "SZ31 promote with far members", 1, "members=7 on-no-data=suspend-io", "role=Pri", 0,
	  "susp_nod=1 resume_held=1" },
	{ "SZ31 no news for a Primary", 1, "members=7 on-no-data=suspend-io role=Pri", "",
	  DRBD_CHG_FORCE_RECALC, "" },
	{ "SZ31 promote by force without data", 1, "on-no-data=suspend-io OFF0 disk=Inconsistent",
	  "role=Pri", DRBD_CHG_HARD, "susp_nod=1" },
	{ "SZ31 far members without freezing", 1, "members=7", "role=Pri", 0, "" },
	{ "SZ31 I/O fails instead", 1, "role=Pri disk=Diskless", "c0.cs=Timeout p0.repl=Off",
	  DRBD_CHG_HARD, "c0.peer=Unk p0.pdsk=DUnknown" },
	{ "SZ32 Secondary", 1, "quorum=majority", "c0.cs=Timeout p0.repl=Off", DRBD_CHG_HARD,
	  "c0.peer=Unk p0.pdsk=DUnknown susp_quorum=1 have_quorum=0 real_quorum=0" },
	{ "SZ33 once", 1, "susp_uuid=1 role=Pri +want_new_uuid", "susp_uuid=0", 0, "" },
	{ "SZ33 user resumes", 1, "susp_user=1 role=Pri +want_new_uuid", "susp_user=0", 0,
	  "susp_uuid=1" },
	{ "SZ34 nobody writes", 1, "role=Pri open_cnt=1", "role=Sec", DRBD_CHG_IGN_OPENERS, "" },
	{ "SZ34 not by force", 1, "writable=1", "susp_user=1", DRBD_CHG_IGN_OPENERS, "" },
};

KUNIT_ARRAY_PARAM_DESC(rule, rule_rows, name);

static void rule_test(struct kunit *test)
{
	const struct rule_row *row = test->param_value;
	struct rows_world *is = rows_world(test, row->peers, 1, row->given);
	struct rows_world *want = rows_world(test, row->peers, 1, row->given);
	struct drbd_state_reason why;

	rows_read(test, is, DRBD_NEW, row->request);
	KUNIT_ASSERT_EQ(test, rows_change(is, row->flags, &why), DRBD_SS_SUCCESS);
	rows_read(test, want, DRBD_NEW, row->request);
	rows_read(test, want, DRBD_NEW, row->implied);
	rows_expect(test, is, want);
}

/**
 * struct select_row - the peers of a device that has to be synced
 * @name: number in the spec, or what is special
 * @given: the peers
 * @selected: number of the one to sync from, -1 for none
 *
 * Rows with numbers are those of spec/resync.md 11.7.
 */
struct select_row {
	const char *name;
	const char *given;
	int selected;
};

static const struct select_row select_rows[] = {
	{ "1",
	  "p0.repl=PausedSyncT p0.oos_bits=1000 p1.repl=PausedSyncT\n"
	  "p1.oos_bits=900", 1 },
	{ "2",
	  "p0.repl=PausedSyncT p0.oos_bits=900 p1.repl=PausedSyncT p1.oos_bits=900", 1 },
	{ "3",
	  "p0.repl=SyncTarget p0.oos_bits=1000 p0.resync_active=1\n"
	  "p1.repl=PausedSyncT p1.oos_bits=900", 0 },
	{ "4",
	  "p0.repl=SyncTarget p0.oos_bits=1155 p0.resync_active=1\n"
	  "p1.repl=PausedSyncT p1.oos_bits=900", 0 },
	{ "5",
	  "p0.repl=SyncTarget p0.oos_bits=1156 p0.resync_active=1\n"
	  "p1.repl=PausedSyncT p1.oos_bits=900", -1 },
	{ "6",
	  "p0.repl=SyncTarget p0.oos_bits=1156 p1.repl=PausedSyncT p1.oos_bits=900", 1 },
	{ "7",
	  "p0.repl=PausedSyncT p0.oos_bits=500 p0.rs_susp_user=1\n"
	  "p0.resync_active=1 p1.repl=PausedSyncT p1.oos_bits=900", -1 },
	{ "8",
	  "p0.repl=PausedSyncT p0.oos_bits=500 p0.rs_susp_user=1\n"
	  "p1.repl=PausedSyncT p1.oos_bits=900", 1 },
	{ "9",
	  "p0.repl=PausedSyncT p0.oos_bits=500 p0.rs_susp_user=1\n"
	  "p1.repl=PausedSyncT p1.oos_bits=900 p1.rs_susp_user=1", -1 },
	{ "10",
	  "p0.resync_active=1 p1.repl=PausedSyncT p1.oos_bits=900", -1 },
	{ "11",
	  "p0.repl=PausedSyncT p0.oos_bits=700 p1.repl=PausedSyncT p1.oos_bits=600\n"
	  "p2.repl=PausedSyncT p2.oos_bits=600", 2 },
	{ "no other",
	  "p0.repl=SyncTarget p0.oos_bits=5000 p0.resync_active=1", 0 },
	{ "drains without another",
	  "p0.repl=SyncTarget p0.oos_bits=500 p0.rs_susp_user=1 p0.resync_active=1\n"
	  "p1.repl=PausedSyncT p1.oos_bits=900 p1.rs_susp_user=1", -1 },
	{ "the least is between",
	  "p0.repl=PausedSyncT p0.oos_bits=700 p1.repl=PausedSyncT p1.oos_bits=500\n"
	  "p2.repl=PausedSyncT p2.oos_bits=600", 1 },
	{ "Inconsistent source",
	  "p0.repl=PausedSyncT p0.oos_bits=5 p0.pdsk=Inconsistent\n"
	  "p1.repl=PausedSyncT p1.oos_bits=9", 1 },
	{ "Outdated source",
	  "p0.repl=PausedSyncT p0.oos_bits=5 p0.pdsk=Outdated p1.repl=PausedSyncT\n"
	  "p1.oos_bits=9", 0 },
	{ "peer pauses",
	  "p0.repl=PausedSyncT p0.oos_bits=5 p0.rs_susp_peer=1 p1.repl=PausedSyncT\n"
	  "p1.oos_bits=9", 1 },
	{ "dependency",
	  "p0.repl=PausedSyncT p0.oos_bits=5 p0.rs_susp_dependency=1\n"
	  "p1.repl=PausedSyncT p1.oos_bits=9", 1 },
	{ "too many",
	  "p0.repl=PausedSyncT p0.oos_bits=5 p0.rs_susp_max=1 p1.repl=PausedSyncT\n"
	  "p1.oos_bits=9", 1 },
	{ "waits for another",
	  "p0.repl=PausedSyncT p0.oos_bits=5 p0.rs_susp_other_c=1\n"
	  "p1.repl=PausedSyncT p1.oos_bits=9", 0 },
};

KUNIT_ARRAY_PARAM_DESC(select, select_rows, name);

static void select_test(struct kunit *test)
{
	const struct select_row *row = test->param_value;
	struct rows_world *w = rows_world(test, 3, 1, row->given);
	struct drbd_state_reason why;
	int c;

	w->dev[0].old.disk = DRBD_D_INCONSISTENT;
	drbd_state_begin(&w->s);
	KUNIT_ASSERT_EQ(test, rows_change(w, DRBD_CHG_FORCE_RECALC, &why), DRBD_SS_SUCCESS);
	for (c = 0; c < 3; c++) {
		const struct drbd_pd_vals *pd = &w->pd[c].new;

		if (drbd_repl_is_target(w->pd[c].old.repl))
			KUNIT_EXPECT_EQ(test, pd->repl, c == row->selected ?
					DRBD_R_SYNC_TARGET : DRBD_R_PAUSED_SYNC_T);
		else
			KUNIT_EXPECT_EQ(test, pd->repl, w->pd[c].old.repl);
		KUNIT_EXPECT_EQ(test, pd->resync_active,
				c == row->selected || w->pd[c].old.resync_active);
		KUNIT_EXPECT_EQ(test, pd->resync_susp_other_c,
				row->selected >= 0 && c != row->selected);
	}
}

static struct kunit_case sanitize_cases[] = {
	KUNIT_CASE_PARAM(rule_test, rule_gen_params),
	KUNIT_CASE_PARAM(select_test, select_gen_params),
	{}
};

static struct kunit_suite sanitize_suite = {
	.name = "drbd-state-sanitize",
	.test_cases = sanitize_cases,
};

kunit_test_suite(sanitize_suite);
