// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what a change of state implies, and whether it is allowed
 *
 * The table is that of spec/state.md 2.8, in its words: what deviates from the
 * base state, the request, and what changes beyond the request (which includes
 * what goes back to its old value because the request was cancelled).
 */

#include <kunit/test.h>

#include "state_rows.h"

struct vector {
	const char *name;
	unsigned int peers;
	unsigned int volumes;
	const char *given;
	const char *request;
	unsigned int flags;
	enum drbd_rv rv;
	const char *implied;
	const char *text;
};

static const struct vector vectors[] = {
	/* Losing a connection */
	{ "S1", 1, 1, "", "c0.cs=NetworkFailure p0.repl=Off", DRBD_CHG_HARD, DRBD_SS_SUCCESS,
	  "c0.peer=Unk p0.pdsk=DUnknown" },
	{ "S2", 1, 1, "c0.peer=Pri", "c0.cs=NetworkFailure p0.repl=Off", DRBD_CHG_HARD,
	  DRBD_SS_SUCCESS, "c0.peer=Unk disk=Consistent p0.pdsk=DUnknown" },
	{ "S3", 1, 1, "c0.peer=Pri", "c0.cs=TearDown p0.repl=Off", 0, DRBD_SS_SUCCESS,
	  "c0.peer=Unk p0.pdsk=DUnknown" },
	{ "S4", 1, 1, "c0.peer=Pri", "c0.cs=Disconnecting p0.repl=Off", DRBD_CHG_HARD,
	  DRBD_SS_SUCCESS, "c0.peer=Unk disk=Consistent p0.pdsk=DUnknown" },
	{ "S5", 2, 1, "c0.peer=Pri c1.peer=Pri", "c0.cs=NetworkFailure p0.repl=Off",
	  DRBD_CHG_HARD, DRBD_SS_SUCCESS, "c0.peer=Unk p0.pdsk=DUnknown" },
	{ "S6", 2, 1, "c0.peer=Pri", "c0.cs=NetworkFailure p0.repl=Off", DRBD_CHG_HARD,
	  DRBD_SS_SUCCESS, "c0.peer=Unk disk=Consistent p0.pdsk=DUnknown" },
	{ "S7", 2, 1, "c0.peer=Pri p0.pdsk=Diskless", "c0.cs=Timeout p0.repl=Off",
	  DRBD_CHG_HARD, DRBD_SS_SUCCESS, "c0.peer=Unk disk=Consistent p0.pdsk=DUnknown" },
	{ "S8", 2, 1, "c0.peer=Pri p0.pdsk=Diskless p1.pdsk=Inconsistent",
	  "c0.cs=Timeout p0.repl=Off", DRBD_CHG_HARD, DRBD_SS_SUCCESS,
	  "c0.peer=Unk p0.pdsk=DUnknown" },
	{ "S9", 1, 1, "role=Pri quorum=majority", "c0.cs=NetworkFailure p0.repl=Off",
	  DRBD_CHG_HARD, DRBD_SS_SUCCESS,
	  "susp_quorum=1 c0.peer=Unk have_quorum=0 real_quorum=0 p0.pdsk=DUnknown" },
	{ "S10", 1, 1, "role=Pri quorum=majority on-no-quorum=io-error",
	  "c0.cs=NetworkFailure p0.repl=Off", DRBD_CHG_HARD, DRBD_SS_SUCCESS,
	  "c0.peer=Unk have_quorum=0 real_quorum=0 p0.pdsk=DUnknown" },
	{ "S11", 1, 1, "role=Pri disk=Diskless on-no-data=suspend-io",
	  "c0.cs=NetworkFailure p0.repl=Off", DRBD_CHG_HARD, DRBD_SS_SUCCESS,
	  "susp_nod=1 c0.peer=Unk p0.pdsk=DUnknown" },
	{ "S12", 1, 1, "role=Pri c0.fencing=resource-and-stonith",
	  "c0.cs=NetworkFailure p0.repl=Off", DRBD_CHG_HARD, DRBD_SS_SUCCESS,
	  "c0.peer=Unk c0.susp_fen=1 p0.pdsk=DUnknown" },
	{ "S13", 1, 1, "p0.pdsk=Outdated", "c0.cs=NetworkFailure p0.repl=Off", DRBD_CHG_HARD,
	  DRBD_SS_SUCCESS, "c0.peer=Unk" },
	{ "S14", 2, 1, "p0.repl=WFBitMapT disk=Outdated", "c0.cs=NetworkFailure p0.repl=Off",
	  DRBD_CHG_HARD, DRBD_SS_SUCCESS, "c0.peer=Unk disk=UpToDate p0.pdsk=DUnknown" },
	{ "S15", 1, 1, "disk=Negotiating p0.neg=pending", "c0.cs=NetworkFailure p0.repl=Off",
	  DRBD_CHG_HARD, DRBD_SS_SUCCESS, "c0.peer=Unk disk=UpToDate p0.pdsk=DUnknown" },
	{ "S16", 1, 1, "p0.rs_susp_peer=1 p0.repl=PausedSyncS p0.pdsk=Inconsistent",
	  "c0.cs=Timeout p0.repl=Off", DRBD_CHG_HARD, DRBD_SS_SUCCESS,
	  "c0.peer=Unk p0.rs_susp_peer=0" },
	/* Role changes */
	{ "S17", 1, 1, "c0.peer=Pri", "role=Pri", 0, DRBD_SS_TWO_PRIMARIES, "" },
	{ "S18", 1, 1, "c0.peer=Pri c0.two-primaries=1", "role=Pri", 0, DRBD_SS_SUCCESS, "" },
	{ "S19", 1, 1, "OFF0 disk=Inconsistent", "role=Pri", 0, DRBD_SS_NO_UP_TO_DATE_DISK,
	  "" },
	{ "S20", 1, 1, "OFF0 disk=Consistent", "role=Pri", 0, DRBD_SS_NO_UP_TO_DATE_DISK, "" },
	{ "S21", 1, 1, "disk=Inconsistent", "role=Pri", 0, DRBD_SS_SUCCESS, "" },
	{ "S22", 1, 1, "OFF0 quorum=majority have_quorum=0 real_quorum=0", "role=Pri", 0,
	  DRBD_SS_NO_QUORUM, "", "1 of 2 nodes visible, need 2 for quorum" },
	{ "S23", 1, 1, "OFF0 quorum=majority have_quorum=0 real_quorum=0", "role=Pri",
	  DRBD_CHG_HARD, DRBD_SS_SUCCESS, "susp_quorum=1" },
	{ "S24", 1, 1,
	  "quorum=majority min-red=2 p0.pdsk=Inconsistent have_quorum=0 real_quorum=0",
	  "role=Pri", 0, DRBD_SS_NO_QUORUM, "",
	  "1 of 2 nodes up_to_date, need 2 for quorum-minimum-redundancy" },
	{ "S25", 1, 1, "OFF0 quorum=majority have_quorum=0 real_quorum=0 p0.pdsk=Outdated",
	  "role=Pri", 0, DRBD_SS_SUCCESS, "have_quorum=1 real_quorum=1" },
	{ "S26", 1, 1, "OFF0 c0.fencing=resource-only", "role=Pri", 0, DRBD_SS_PRIMARY_NOP,
	  "" },
	{ "S27", 1, 1, "OFF0 c0.fencing=resource-and-stonith", "role=Pri", 0,
	  DRBD_SS_PRIMARY_NOP, "" },
	{ "S28", 1, 1, "fail_io=1", "role=Pri", 0, DRBD_SS_DEVICE_IN_USE, "" },
	{ "S29", 1, 1, "role=Pri writable=1 open_cnt=1", "role=Sec", 0, DRBD_SS_DEVICE_IN_USE,
	  "" },
	{ "S30", 1, 1, "role=Pri writable=1 open_cnt=1", "role=Sec", DRBD_CHG_IGN_OPENERS,
	  DRBD_SS_SUCCESS, "fail_io=1" },
	{ "S31", 1, 1, "role=Pri", "c0.peer=Pri", 0, DRBD_SS_TWO_PRIMARIES, "" },
	{ "S32", 1, 1, "open_cnt=1", "c0.peer=Pri", 0, DRBD_SS_PRIMARY_READER, "" },
	{ "S33", 1, 1, "open_cnt=1 writable=1", "c0.peer=Pri", 0, DRBD_SS_SUCCESS, "" },
	/* Voluntary disconnect / detach / outdate */
	{ "S34", 1, 1, "role=Pri quorum=majority", "c0.cs=Disconnecting p0.repl=Off", 0,
	  DRBD_SS_NO_QUORUM, "", "1 of 2 nodes visible, need 2 for quorum" },
	{ "S35", 1, 1, "role=Pri quorum=majority",
	  "c0.cs=Disconnecting p0.repl=Off p0.pdsk=Outdated", 0, DRBD_SS_SUCCESS,
	  "c0.peer=Unk" },
	{ "S36", 1, 1, "role=Pri c0.fencing=resource-only", "c0.cs=Disconnecting p0.repl=Off",
	  0, DRBD_SS_PRIMARY_NOP, "" },
	{ "S37", 1, 1, "role=Pri p0.pdsk=Inconsistent", "disk=Detaching", 0,
	  DRBD_SS_NO_UP_TO_DATE_DISK, "" },
	{ "S38", 1, 1, "disk=Diskless", "disk=Detaching", 0, DRBD_SS_SUCCESS, "disk=Diskless" },
	{ "S39", 1, 1, "disk=Diskless", "disk=Failed", DRBD_CHG_HARD, DRBD_SS_IS_DISKLESS, "" },
	{ "S40", 1, 1, "disk=Diskless OFF0 p0.+handshake_running", "disk=Attaching", 0,
	  DRBD_SS_IN_TRANSIENT_STATE, "" },
	{ "S41", 1, 1, "OFF0 disk=Inconsistent", "disk=Outdated", 0,
	  DRBD_SS_LOWER_THAN_OUTDATED, "" },
	{ "S42", 1, 1, "c0.peer=Pri", "disk=Outdated", 0, DRBD_SS_CONNECTED_OUTDATES, "" },
	{ "S43", 1, 1, "role=Pri", "disk=Outdated", 0, DRBD_SS_CONNECTED_OUTDATES, "" },
	{ "S44", 1, 1, "c0.peer=Pri", "disk=Outdated c0.cs=Disconnecting p0.repl=Off", 0,
	  DRBD_SS_SUCCESS, "c0.peer=Unk p0.pdsk=DUnknown" },
	{ "S45", 1, 1, "p0.bitmap=0 p0.pdsk=Diskless", "p0.pdsk=Inconsistent", 0,
	  DRBD_SS_ATTACH_NO_BITMAP, "" },
	{ "S46", 1, 1, "p0.pdsk=Diskless", "p0.pdsk=Failed", 0, DRBD_SS_SUCCESS,
	  "p0.pdsk=Diskless" },
	{ "S47", 1, 1, "p0.pdsk=Diskless disk=Attaching", "disk=Negotiating", 0,
	  DRBD_SS_SUCCESS, "disk=UpToDate" },
	{ "S48", 1, 1, "disk=Attaching p0.pdsk=Negotiating", "disk=Negotiating", 0,
	  DRBD_SS_IN_TRANSIENT_STATE, "" },
	/* Replication state */
	{ "S49", 1, 1, "", "p0.repl=VerifyS", 0, DRBD_SS_NO_VERIFY_ALG, "" },
	{ "S50", 1, 1, "c0.verify-alg=set p0.repl=SyncSource p0.pdsk=Inconsistent",
	  "p0.repl=VerifyS", 0, DRBD_SS_RESYNC_RUNNING, "" },
	{ "S51", 1, 1, "disk=Diskless", "p0.repl=StartingSyncT", 0, DRBD_SS_SUCCESS,
	  "p0.repl=Established" },
	{ "S52", 1, 1, "", "p0.repl=StartingSyncT", 0, DRBD_SS_SUCCESS, "disk=Outdated" },
	{ "S53", 1, 1, "p0.repl=SyncSource p0.pdsk=Inconsistent", "p0.repl=WFBitMapS", 0,
	  DRBD_SS_RESYNC_RUNNING, "" },
	{ "S54", 1, 1, "", "p0.repl=WFBitMapT", 0, DRBD_SS_SUCCESS, "disk=Outdated" },
	{ "S55", 1, 1, "role=Pri", "p0.repl=WFBitMapT", 0, DRBD_SS_SUCCESS, "disk=Outdated" },
	{ "S56", 1, 1, "p0.repl=WFBitMapS", "p0.repl=SyncSource", 0, DRBD_SS_SUCCESS,
	  "p0.pdsk=Inconsistent" },
	{ "S57", 1, 1, "p0.repl=WFBitMapT disk=Outdated", "p0.repl=SyncTarget", 0,
	  DRBD_SS_SUCCESS, "disk=Inconsistent p0.resync_active=1" },
	{ "S58", 1, 1, "p0.repl=SyncTarget p0.resync_active=1 disk=Inconsistent",
	  "p0.rs_susp_user=1", 0, DRBD_SS_SUCCESS, "p0.repl=PausedSyncT" },
	{ "S59", 1, 1, "p0.repl=SyncTarget p0.resync_active=1 disk=Inconsistent",
	  "p0.pdsk=Failed", 0, DRBD_SS_SUCCESS, "p0.repl=Established p0.resync_active=0" },
	{ "S60", 2, 1,
	  "p0.repl=SyncTarget p0.resync_active=1 p0.oos_bits=5000\n"
	  "p1.repl=WFBitMapT p1.oos_bits=100 disk=Inconsistent",
	  "p1.repl=SyncTarget", 0, DRBD_SS_SUCCESS, "p0.repl=PausedSyncT p1.repl=PausedSyncT" },
	{ "S61", 2, 1,
	  "p0.repl=SyncTarget p0.oos_bits=5000 p1.repl=WFBitMapT p1.oos_bits=100 disk=Inconsistent",
	  "p1.repl=SyncTarget", 0, DRBD_SS_SUCCESS,
	  "p0.repl=PausedSyncT p0.rs_susp_other_c=1 p1.resync_active=1" },
	{ "S62", 2, 1,
	  "p0.repl=SyncTarget p0.oos_bits=300 p1.repl=WFBitMapT p1.oos_bits=100 disk=Inconsistent",
	  "p1.repl=SyncTarget", 0, DRBD_SS_SUCCESS,
	  "p0.resync_active=1 p1.repl=PausedSyncT p1.rs_susp_other_c=1" },
	{ "S63", 2, 1, "p0.repl=SyncTarget p0.resync_active=1 disk=Inconsistent",
	  "p1.repl=SyncSource", 0, DRBD_SS_SUCCESS,
	  "p1.pdsk=Consistent p1.repl=PausedSyncS p1.rs_susp_other_c=1" },
	{ "S64", 2, 1, "", "p0.repl=StartingSyncT", 0, DRBD_SS_SUCCESS,
	  "disk=Inconsistent p1.repl=PausedSyncT" },
	/* (Re)connecting, following neighbours */
	{ "S65", 1, 1, "OFF0 disk=Outdated",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=UpToDate", DRBD_CHG_HARD,
	  DRBD_SS_SUCCESS, "disk=UpToDate" },
	{ "S66", 1, 1, "OFF0 disk=Outdated p0.peer_uuid_flags=0",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=UpToDate", DRBD_CHG_HARD,
	  DRBD_SS_SUCCESS, "" },
	{ "S67", 1, 1, "disk=Outdated p0.peer_uuid_flags=96", "", DRBD_CHG_FORCE_RECALC,
	  DRBD_SS_SUCCESS, "disk=UpToDate p0.-got_stable" },
	{ "S68", 1, 1, "disk=Outdated p0.pdsk=Outdated", "p0.pdsk=UpToDate", 0, DRBD_SS_SUCCESS,
	  "disk=UpToDate" },
	{ "S69", 1, 1, "OFF0 disk=Consistent",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=Consistent", DRBD_CHG_HARD,
	  DRBD_SS_SUCCESS, "disk=UpToDate" },
	{ "S70", 1, 1, "OFF0 disk=Consistent c0.apv=101",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=Consistent", DRBD_CHG_HARD,
	  DRBD_SS_SUCCESS, "disk=UpToDate p0.pdsk=UpToDate" },
	{ "S71", 1, 1, "OFF0 disk=Consistent p0.+reconcile_owed",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=Consistent", DRBD_CHG_HARD,
	  DRBD_SS_SUCCESS, "" },
	{ "S72", 1, 1, "OFF0 disk=Outdated",
	  "c0.cs=Connected c0.peer=Pri p0.repl=Established p0.pdsk=Diskless", DRBD_CHG_HARD,
	  DRBD_SS_SUCCESS, "disk=UpToDate" },
	{ "S73", 1, 1, "OFF0 p0.peer_uuid=0x2000",
	  "c0.cs=Connected c0.peer=Pri p0.repl=Established p0.pdsk=Diskless", DRBD_CHG_HARD,
	  DRBD_SS_SUCCESS, "disk=Consistent try_resync_from=1" },
	{ "S74", 1, 1, "OFF0 role=Pri disk=Diskless p0.peer_uuid=0x2000",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=UpToDate", DRBD_CHG_HARD,
	  DRBD_SS_SUCCESS, "p0.pdsk=Consistent" },
	{ "S75", 1, 1, "OFF0 role=Pri disk=Diskless p0.peer_uuid=0x2000 exposed=0",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=UpToDate", DRBD_CHG_HARD,
	  DRBD_SS_SUCCESS, "" },
	{ "S76", 1, 1, "OFF0 role=Pri disk=Diskless on-no-data=suspend-io susp_nod=1",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=UpToDate", DRBD_CHG_HARD,
	  DRBD_SS_SUCCESS, "susp_nod=0" },
	{ "S77", 2, 1,
	  "OFF1 OFF0 role=Pri disk=Diskless on-no-data=suspend-io susp_nod=1 members=7",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=UpToDate", DRBD_CHG_HARD,
	  DRBD_SS_SUCCESS, "+resume_held" },
	{ "S78", 1, 1,
	  "OFF0 role=Pri quorum=majority have_quorum=0 real_quorum=0 susp_quorum=1",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=UpToDate", DRBD_CHG_HARD,
	  DRBD_SS_SUCCESS, "susp_quorum=0 have_quorum=1 real_quorum=1" },
	{ "S79", 1, 1,
	  "OFF0 role=Pri quorum=majority have_quorum=0 real_quorum=0 susp_quorum=1 +want_new_uuid",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=UpToDate", DRBD_CHG_HARD,
	  DRBD_SS_SUCCESS, "susp_quorum=0 susp_uuid=1 have_quorum=1 real_quorum=1" },
	/* Suspension, options, negotiation, replication flags */
	{ "S80", 1, 1,
	  "OFF0 role=Pri quorum=majority have_quorum=0 real_quorum=0 susp_quorum=1 on-no-quorum=io-error",
	  "", DRBD_CHG_FORCE_RECALC, DRBD_SS_SUCCESS, "susp_quorum=0" },
	{ "S81", 1, 1, "OFF0 role=Pri quorum=off have_quorum=0 real_quorum=0 susp_quorum=1", "",
	  DRBD_CHG_FORCE_RECALC, DRBD_SS_SUCCESS, "susp_quorum=0 have_quorum=1 real_quorum=1" },
	{ "S82", 1, 1,
	  "OFF0 quorum=majority have_quorum=0 real_quorum=0 disk=Attaching +restore_quorum",
	  "disk=UpToDate", 0, DRBD_SS_SUCCESS, "have_quorum=1" },
	{ "S83", 1, 2, "quorum=majority role=Pri min-red=2", "p0.1.pdsk=Inconsistent", 0,
	  DRBD_SS_NO_QUORUM, "",
	  "1 of 2 nodes up_to_date, need 2 for quorum-minimum-redundancy" },
	{ "S84", 1, 1, "disk=Negotiating p0.neg=WFBitMapT", "", DRBD_CHG_FORCE_RECALC,
	  DRBD_SS_SUCCESS, "disk=Inconsistent p0.repl=WFBitMapT" },
	{ "S85", 1, 1, "disk=Negotiating p0.neg=NO_RESULT", "", DRBD_CHG_FORCE_RECALC,
	  DRBD_SS_SUCCESS, "disk=Detaching" },
	{ "S86", 1, 1, "disk=Negotiating p0.neg=pending", "", DRBD_CHG_FORCE_RECALC,
	  DRBD_SS_SUCCESS, "" },
	{ "S87", 2, 1, "disk=Negotiating p0.neg=WFBitMapS p1.neg=WFBitMapT p0.pdsk=Outdated",
	  "", DRBD_CHG_FORCE_RECALC, DRBD_SS_SUCCESS,
	  "disk=Inconsistent p0.repl=WFBitMapS p1.repl=WFBitMapT" },
	{ "S88", 1, 1, "p0.-replicate_next", "p0.pdsk=Inconsistent", 0, DRBD_SS_SUCCESS,
	  "p0.replication=0" },
	{ "S89", 1, 1, "p0.-peer_replicate_next p0.repl=WFBitMapT disk=Outdated",
	  "p0.repl=SyncTarget", 0, DRBD_SS_SUCCESS,
	  "disk=Inconsistent p0.resync_active=1 p0.peer_replication=0" },
};

KUNIT_ARRAY_PARAM_DESC(vector, vectors, name);

static void vector_test(struct kunit *test)
{
	const struct vector *row = test->param_value;
	struct rows_world *is = rows_world(test, row->peers, row->volumes, row->given);
	struct rows_world *want = rows_world(test, row->peers, row->volumes, row->given);
	struct drbd_state_reason why;

	rows_read(test, is, DRBD_NEW, row->request);
	KUNIT_ASSERT_EQ(test, rows_change(is, row->flags, &why), row->rv);
	if (row->rv < DRBD_SS_SUCCESS) {
		KUNIT_EXPECT_STREQ(test, &why.text[0], row->text ?: "");
		return;
	}
	rows_read(test, want, DRBD_NEW, row->request);
	rows_read(test, want, DRBD_NEW, row->implied);
	rows_expect(test, is, want);
}

/*
 * From each state of a connection to each: ok, nothing to do, Already standalone,
 * need Connection, in Transient state; and s for what only a soft request gets
 * refused as Transient.
 */
static const char matrix[10][11] = {
	"-AoCCCCCCC",	/* StandAlone */
	"o-TTTTTTTT",	/* Disconnecting */
	"os-ooooooo",	/* Unconnected */
	"Too-TTTTTT",	/* Timeout */
	"TooT-TTTTT",	/* BrokenPipe */
	"TooTT-TTTT",	/* NetworkFailure */
	"TooTTT-TTT",	/* ProtocolError */
	"TooTTTT-TT",	/* TearDown */
	"oooooooo-o",	/* Connecting */
	"ooooooooo-",	/* Connected */
};

static enum drbd_rv matrix_rv(char c, unsigned int flags)
{
	switch (c) {
	case '-':
		return DRBD_SS_NOTHING_TO_DO;
	case 'A':
		return DRBD_SS_ALREADY_STANDALONE;
	case 'C':
		return DRBD_SS_NEED_CONNECTION;
	case 'T':
		return DRBD_SS_IN_TRANSIENT_STATE;
	case 's':
		return flags ? DRBD_SS_SUCCESS : DRBD_SS_IN_TRANSIENT_STATE;
	default:
		return DRBD_SS_SUCCESS;
	}
}

static void matrix_test(struct kunit *test)
{
	struct drbd_state_reason why;
	int old, new, hard;

	for (old = 0; old <= DRBD_C_CONNECTED; old++) {
		for (new = 0; new <= DRBD_C_CONNECTED; new++) {
			for (hard = 0; hard < 2; hard++) {
				unsigned int flags = hard ? DRBD_CHG_HARD : 0;
				struct rows_world *w = rows_world(test, 1, 1,
								  old < 9 ? "OFF0" : "");

				w->conn[0].old.cstate = old;
				drbd_state_begin(&w->s);
				drbd_state_set_cstate(&w->s, 0, new);
				KUNIT_EXPECT_EQ_MSG(test, rows_change(w, flags, &why),
						    matrix_rv(matrix[old][new], flags),
						    "%s -> %s", drbd_conn_name(old),
						    drbd_conn_name(new));
			}
		}
	}
}

/* Rules of 2.3 and 2.4 that no row of 2.8 is about, and what they are near to. */
struct refusal {
	const char *name;
	unsigned int peers;
	unsigned int volumes;
	const char *given;
	const char *request;
	unsigned int flags;
	enum drbd_rv rv;
	int volume;
	int node_id;
};

static const struct refusal refusals[] = {
	{ "V1 names the Primary", 2, 1, "c1.peer=Pri", "role=Pri", 0,
	  DRBD_SS_TWO_PRIMARIES, -1, 2 },
	{ "V1 not if Primary already", 2, 1, "role=Pri c1.peer=Pri", "p0.rs_susp_user=1", 0,
	  DRBD_SS_SUCCESS },
	{ "V2 promote in handshake", 1, 1, "OFF0 p0.+handshake_running", "role=Pri", 0,
	  DRBD_SS_IN_TRANSIENT_STATE, -1, -1 },
	{ "V2 not once established", 1, 1, "p0.+handshake_running", "role=Pri", 0,
	  DRBD_SS_SUCCESS },
	{ "V1 before V2", 2, 1, "OFF0 p0.+handshake_running c1.peer=Pri", "role=Pri", 0,
	  DRBD_SS_TWO_PRIMARIES, -1, 2 },
	{ "V7 not while failing I/O", 1, 1, "open_cnt=1 fail_io=1", "c0.peer=Pri", 0,
	  DRBD_SS_SUCCESS },
	{ "V7 with two primaries", 1, 1, "role=Pri c0.two-primaries=1", "c0.peer=Pri", 0,
	  DRBD_SS_SUCCESS },
	{ "V7 names the volume", 1, 2, "d1.open_cnt=1", "c0.peer=Pri", 0,
	  DRBD_SS_PRIMARY_READER, 1, 1 },
	{ "V8 detach in handshake", 2, 1, "OFF1 p1.+handshake_running", "disk=Detaching", 0,
	  DRBD_SS_IN_TRANSIENT_STATE, 0, -1 },
	{ "V8 not if detaching anyway", 2, 1, "OFF1 p1.+handshake_running disk=Detaching",
	  "p0.rs_susp_user=1", 0, DRBD_SS_SUCCESS },
	{ "V8 not if attaching anyway", 1, 1, "disk=Attaching OFF0 p0.+handshake_running",
	  "p0.rs_susp_user=1", 0, DRBD_SS_SUCCESS },
	{ "V9 names the volume", 1, 2, "role=Pri d1.writable=1", "role=Sec", 0,
	  DRBD_SS_DEVICE_IN_USE, 1, -1 },
	{ "V10 no disk to be good", 1, 1, "disk=Diskless", "disk=UpToDate", 0,
	  DRBD_SS_IS_DISKLESS, 0, -1 },
	{ "V10 not for attach", 1, 1, "disk=Diskless", "disk=Attaching", 0, DRBD_SS_SUCCESS },
	{ "V11 of an attach", 1, 1, "disk=Attaching", "disk=Outdated", 0, DRBD_SS_SUCCESS },
	{ "V11 end of a resync", 1, 1, "p0.repl=SyncTarget p0.resync_active=1 disk=Inconsistent",
	  "p0.repl=Established p0.resync_active=0 disk=Outdated", 0, DRBD_SS_SUCCESS },
	{ "V12 Primary without data before", 1, 1, "role=Pri OFF0 disk=Inconsistent",
	  "p0.rs_susp_user=1", 0, DRBD_SS_SUCCESS },
	{ "V12 no remote reads", 1, 1, "c0.remote-read=0 disk=Inconsistent", "role=Pri", 0,
	  DRBD_SS_NO_UP_TO_DATE_DISK, 0, -1 },
	{ "V13 reader loses data", 1, 1, "open_cnt=1 disk=Diskless",
	  "c0.cs=Disconnecting p0.repl=Off", 0, DRBD_SS_NO_UP_TO_DATE_DISK, 0, -1 },
	{ "V13 nobody reads", 1, 1, "disk=Diskless", "c0.cs=Disconnecting p0.repl=Off", 0,
	  DRBD_SS_SUCCESS },
	{ "V13 had none before", 1, 1, "open_cnt=1 OFF0 disk=Inconsistent",
	  "p0.rs_susp_user=1", 0, DRBD_SS_SUCCESS },
	{ "V14 had none before", 1, 1,
	  "role=Pri OFF0 quorum=majority have_quorum=0 real_quorum=0", "p0.rs_susp_user=1", 0,
	  DRBD_SS_SUCCESS },
	{ "V15 two peers", 2, 1, "p0.pdsk=Negotiating", "p1.pdsk=Negotiating", 0,
	  DRBD_SS_IN_TRANSIENT_STATE, 0, 1 },
	{ "V16 was so before", 1, 1, "role=Pri OFF0 c0.fencing=resource-only",
	  "p0.rs_susp_user=1", 0, DRBD_SS_SUCCESS },
	{ "V16 of the other volume", 1, 2, "c0.fencing=resource-only OFF0(Connecting,Outdated)\n"
	  "p0.1.pdsk=DUnknown", "role=Pri", 0, DRBD_SS_PRIMARY_NOP, 1, 1 },
	{ "V19 a Primary is a target", 2, 1, "c0.peer=Pri disk=Consistent",
	  "disk=Outdated p1.repl=WFBitMapT", 0, DRBD_SS_SUCCESS },
	{ "V19 other peers are not", 2, 1, "c0.peer=Pri", "disk=Outdated p1.repl=WFBitMapS", 0,
	  DRBD_SS_CONNECTED_OUTDATES, 0, 1 },
	{ "V19 Diskless Primary comes", 1, 1, "OFF0",
	  "c0.cs=Connected c0.peer=Pri p0.repl=Established p0.pdsk=Diskless disk=Outdated", 0,
	  DRBD_SS_SUCCESS },
	{ "V20 names the peer", 2, 1, "c0.verify-alg=set", "p1.repl=VerifyS", 0,
	  DRBD_SS_NO_VERIFY_ALG, 0, 2 },
	{ "V20 verify", 1, 1, "c0.verify-alg=set", "p0.repl=VerifyS", 0, DRBD_SS_SUCCESS },
	{ "V21 protocol", 1, 1, "c0.verify-alg=set c0.apv=87", "p0.repl=VerifyT", 0,
	  DRBD_SS_NOT_SUPPORTED, 0, 1 },
	{ "V22 target", 1, 1, "p0.repl=PausedSyncT disk=Inconsistent", "p0.repl=WFBitMapT", 0,
	  DRBD_SS_RESYNC_RUNNING, 0, 1 },
	{ "V23 source", 1, 1, "p0.repl=VerifyS", "p0.repl=StartingSyncS", 0,
	  DRBD_SS_RESYNC_RUNNING, 0, 1 },
	{ "V24 not connected", 1, 1, "OFF0 c0.verify-alg=set", "p0.repl=VerifyS", 0,
	  DRBD_SS_NEED_CONNECTION, 0, 1 },
	{ "V24 goes on", 1, 1, "c0.verify-alg=set p0.repl=VerifyS", "p0.rs_susp_user=1", 0,
	  DRBD_SS_SUCCESS },
	{ "V25 not connected", 1, 1, "OFF0(Connecting,Outdated)", "p0.repl=StartingSyncS", 0,
	  DRBD_SS_NEED_CONNECTION, 0, 1 },
	{ "V26 not connected", 1, 1, "OFF0(Connecting,Outdated)", "p0.repl=SyncSource", 0,
	  DRBD_SS_NEED_CONNECTION, 0, 1 },
	{ "V26 not with the connect", 1, 1, "OFF0(Connecting,Outdated)",
	  "c0.cs=Connected c0.peer=Sec p0.repl=SyncSource", 0, DRBD_SS_NEED_CONNECTION, 0, 1 },
	{ "V27 still diskless", 1, 1, "p0.bitmap=0 p0.pdsk=Diskless", "p0.rs_susp_user=1", 0,
	  DRBD_SS_SUCCESS },
	{ "V27 unknown is no disk", 1, 1, "p0.bitmap=0 p0.pdsk=Diskless",
	  "c0.cs=TearDown p0.repl=Off", 0, DRBD_SS_SUCCESS },
	{ "nothing", 1, 1, "", "", 0, DRBD_SS_NOTHING_TO_DO },
	{ "pending got_stable", 1, 1, "p0.+got_stable", "", 0, DRBD_SS_SUCCESS },
};

KUNIT_ARRAY_PARAM_DESC(refusal, refusals, name);

static void refusal_test(struct kunit *test)
{
	const struct refusal *row = test->param_value;
	struct rows_world *w = rows_world(test, row->peers, row->volumes, row->given);
	struct drbd_state_reason why;

	rows_read(test, w, DRBD_NEW, row->request);
	KUNIT_EXPECT_EQ(test, rows_change(w, row->flags, &why), row->rv);
	if (row->rv < DRBD_SS_SUCCESS) {
		KUNIT_EXPECT_EQ(test, why.volume, row->volume);
		KUNIT_EXPECT_EQ(test, why.node_id, row->node_id);
	}
}

/* Rules that others hide: without those. */
static void shadowed_test(struct kunit *test)
{
	struct rows_world *w = rows_world(test, 1, 1, "OFF0(StandAlone)");
	struct drbd_state_reason why;

	w->conn[0].new.cstate = DRBD_C_DISCONNECTING;
	KUNIT_EXPECT_EQ(test, drbd_state_check_soft(&w->s, 0, &why), DRBD_SS_ALREADY_STANDALONE);
	w->conn[0].new.cstate = DRBD_C_CONNECTING;
	KUNIT_EXPECT_EQ(test, drbd_state_check_soft(&w->s, 0, &why), DRBD_SS_NO_NET_CONFIG);

	w = rows_world(test, 1, 1, "disk=Failed");
	w->pd[0].new.repl = DRBD_R_SYNC_TARGET;
	KUNIT_EXPECT_EQ(test, drbd_state_check_soft(&w->s, 0, &why), DRBD_SS_NO_LOCAL_DISK);
	w->pd[0].old.repl = DRBD_R_SYNC_TARGET;
	KUNIT_EXPECT_EQ(test, drbd_state_check_soft(&w->s, 0, &why), DRBD_SS_SUCCESS);

	w->dev[0].old.disk = DRBD_D_INCONSISTENT;
	KUNIT_EXPECT_EQ(test, drbd_state_check_soft(&w->s, 0, &why), DRBD_SS_NO_LOCAL_DISK);

	w = rows_world(test, 1, 1, "p0.pdsk=Failed");
	w->pd[0].new.repl = DRBD_R_SYNC_SOURCE;
	KUNIT_EXPECT_EQ(test, drbd_state_check_soft(&w->s, 0, &why), DRBD_SS_NO_REMOTE_DISK);
	w->pd[0].old.repl = DRBD_R_SYNC_SOURCE;
	KUNIT_EXPECT_EQ(test, drbd_state_check_soft(&w->s, 0, &why), DRBD_SS_SUCCESS);
	w->pd[0].old.disk = DRBD_D_INCONSISTENT;
	KUNIT_EXPECT_EQ(test, drbd_state_check_soft(&w->s, 0, &why), DRBD_SS_NO_REMOTE_DISK);
}

/* A diskless Primary has no nodes to count that would tell a user more. */
static void diskless_quorum_test(struct kunit *test)
{
	struct rows_world *w = rows_world(test, 1, 1, "disk=Diskless quorum=majority");
	struct drbd_state_reason why;

	w->s.new.role = DRBD_ROLE_PRIMARY;
	w->dev[0].new.have_quorum = false;
	KUNIT_EXPECT_EQ(test, drbd_state_validate(&w->s, 0, &why), DRBD_SS_NO_QUORUM);
	KUNIT_EXPECT_STREQ(test, &why.text[0], "no UpToDate peer with quorum");
	KUNIT_EXPECT_EQ(test, why.volume, 0);
	w->dev[0].new.disk = DRBD_D_ATTACHING;
	KUNIT_EXPECT_EQ(test, drbd_state_validate(&w->s, 0, &why), DRBD_SS_NO_QUORUM);
	KUNIT_EXPECT_STREQ(test, &why.text[0], "no UpToDate peer with quorum");
	KUNIT_EXPECT_EQ(test, drbd_state_validate(&w->s, DRBD_CHG_HARD, &why), DRBD_SS_SUCCESS);
}

struct cw_row {
	const char *name;
	unsigned int peers;
	const char *given;
	const char *request;
	unsigned int flags;
	enum drbd_state_cw_kind kind;
	int volume;
	int target;
	bool last;
};

/* spec/state.md 4.1 */
static const struct cw_row cw_rows[] = {
	{ "promote", 1, "", "role=Pri", 0, DRBD_CW_PROMOTE, -1, -1, false },
	{ "demote", 1, "role=Pri", "role=Sec", 0, DRBD_CW_DEMOTE, -1, -1, true },
	{ "connect", 2, "OFF1", "c1.cs=Connected p1.repl=Established", 0,
	  DRBD_CW_CONNECT, -1, 2, true },
	{ "disconnect", 2, "", "c1.cs=Disconnecting p1.repl=Off", 0,
	  DRBD_CW_DISCONNECT, -1, 2, true },
	{ "disconnect of what is not connected", 1, "OFF0", "c0.cs=Disconnecting", 0,
	  DRBD_CW_NONE, -1, -1, false },
	{ "lost", 1, "", "c0.cs=NetworkFailure p0.repl=Off", DRBD_CHG_HARD,
	  DRBD_CW_NONE, -1, -1, false },
	{ "attach", 1, "disk=Attaching", "disk=Negotiating", 0, DRBD_CW_ATTACH, 0, -1, true },
	{ "attach, peers diskless", 1, "disk=Attaching p0.pdsk=Diskless", "disk=Negotiating", 0,
	  DRBD_CW_NONE, -1, -1, false },
	{ "attach, not connected", 1, "disk=Attaching OFF0(Connecting,Outdated)",
	  "disk=Negotiating", 0, DRBD_CW_NONE, -1, -1, false },
	{ "attach, 8.4 peer", 2, "disk=Attaching c1.apv=101", "disk=Negotiating", 0,
	  DRBD_CW_NONE, -1, -1, false },
	{ "detach", 1, "", "disk=Detaching", 0, DRBD_CW_DETACH, 0, -1, true },
	{ "detach, not connected", 1, "OFF0", "disk=Detaching", 0, DRBD_CW_NONE, -1, -1, false },
	{ "detach by force", 1, "", "disk=Detaching", DRBD_CHG_HARD, DRBD_CW_NONE, -1, -1, false },
	{ "full sync S", 1, "", "p0.repl=StartingSyncS", 0, DRBD_CW_FULL_SYNC, 0, 1, false },
	{ "full sync T", 2, "", "p1.repl=StartingSyncT", 0, DRBD_CW_FULL_SYNC, 0, 2, false },
	{ "full sync, not connected", 1, "OFF0", "p0.repl=StartingSyncS", 0,
	  DRBD_CW_NONE, -1, -1, false },
	{ "verify", 1, "", "p0.repl=VerifyS", 0, DRBD_CW_VERIFY, 0, 1, true },
	{ "verify while syncing", 1, "p0.repl=SyncSource", "p0.repl=VerifyS", 0,
	  DRBD_CW_NONE, -1, -1, false },
	{ "bitmap sync S", 1, "", "p0.repl=WFBitMapS", DRBD_CHG_CLUSTER_WIDE,
	  DRBD_CW_BITMAP_SYNC, 0, 1, true },
	{ "bitmap sync T", 1, "", "p0.repl=WFBitMapT", DRBD_CHG_CLUSTER_WIDE,
	  DRBD_CW_BITMAP_SYNC, 0, 1, false },
	{ "bitmap sync, agreed before", 1, "", "p0.repl=WFBitMapT", 0,
	  DRBD_CW_NONE, -1, -1, false },
	{ "volume removed", 1, "", "p0.repl=Off", 0, DRBD_CW_REMOVE_VOLUME, 0, 1, false },
	{ "volume removed while syncing", 1, "p0.repl=SyncSource", "p0.repl=Off", 0,
	  DRBD_CW_NONE, -1, -1, false },
	{ "outdate", 1, "", "disk=Outdated", 0, DRBD_CW_NONE, -1, -1, false },
	{ "suspend", 1, "", "susp_user=1", 0, DRBD_CW_NONE, -1, -1, false },
	{ "pause", 1, "", "p0.rs_susp_user=1", 0, DRBD_CW_NONE, -1, -1, false },
	{ "local only", 1, "", "role=Pri", DRBD_CHG_LOCAL_ONLY, DRBD_CW_NONE, -1, -1, false },
	{ "prepare", 1, "", "role=Pri", DRBD_CHG_PREPARE, DRBD_CW_NONE, -1, -1, false },
	{ "prepared", 1, "", "role=Pri", DRBD_CHG_PREPARED, DRBD_CW_NONE, -1, -1, false },
	{ "own commit", 1, "", "role=Pri", DRBD_CHG_OWN_TWOPC, DRBD_CW_NONE, -1, -1, false },
};

KUNIT_ARRAY_PARAM_DESC(cw, cw_rows, name);

static void cw_test(struct kunit *test)
{
	const struct cw_row *row = test->param_value;
	struct rows_world *w = rows_world(test, row->peers, 1, row->given);
	struct drbd_state_cw cw;

	rows_read(test, w, DRBD_NEW, row->request);
	drbd_state_cluster_wide(&w->s, row->flags, &cw);
	KUNIT_EXPECT_EQ(test, cw.kind, row->kind);
	KUNIT_EXPECT_EQ(test, cw.volume, row->volume);
	KUNIT_EXPECT_EQ(test, cw.target, row->target);
	KUNIT_EXPECT_EQ(test, cw.last, row->last);
}

static struct kunit_case validate_cases[] = {
	KUNIT_CASE_PARAM(vector_test, vector_gen_params),
	KUNIT_CASE(matrix_test),
	KUNIT_CASE_PARAM(refusal_test, refusal_gen_params),
	KUNIT_CASE(shadowed_test),
	KUNIT_CASE(diskless_quorum_test),
	KUNIT_CASE_PARAM(cw_test, cw_gen_params),
	{}
};

static struct kunit_suite validate_suite = {
	.name = "drbd-state-validate",
	.test_cases = validate_cases,
};

kunit_test_suite(validate_suite);
