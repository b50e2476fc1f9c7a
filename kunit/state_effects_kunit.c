// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what has to be done because of a change of state
 *
 * A row has a change in the words of spec/state.md 2.8, and all that follows from
 * it, in order: what is staged with the change (3.2), and what the worker does
 * (3.3). An effect is written as KIND/volume@node=argument. Bits are those of the
 * state vector that are set, or have to be clear, once the change is staged.
 */

#include <kunit/test.h>
#include <linux/string.h>

#include "../core/state_effects.h"
#include "state_rows.h"

#define LIST_SIZE	DRBD_EFFECTS_MAX(ROWS_VOLUMES, ROWS_PEERS)
#define TEXT_SIZE	4096

#define NAME(_kind) { DRBD_DO_##_kind, #_kind }

static const struct kind_name {
	enum drbd_effect_kind kind;
	const char *name;
} kind_names[] = {
	NAME(SEND_DAGTAG), NAME(CLOSE_EPOCH), NAME(FLUSH_PEER_ACK), NAME(CLEAR_SYNC_MARKS),
	NAME(FLUSH_ROUND), NAME(EXPECT_FLUSH), NAME(FORGET_FLUSH), NAME(FORGET_SLOTS),
	NAME(GET_DISK), NAME(VERIFY_ENDED), NAME(RESYNC_RESUMED), NAME(RESYNC_PAUSED),
	NAME(RESYNC_INIT), NAME(RESYNC_UNSTABLE), NAME(PEER_WRITES_OOS), NAME(MD_DIRTY),
	NAME(SET_EXPOSED), NAME(BECOME_UP_TO_DATE), NAME(STOP_RECEIVER),
	NAME(RESTART_RECEIVER), NAME(TWOPC_LOST), NAME(WALK_RESEND), NAME(WALK_CANCEL),
	NAME(WALK_RESTART), NAME(LOST_PEER_TWOPC), NAME(PRIMARY_RESUME_TWOPC),
	NAME(RELEASE_UUIDS), NAME(WAKE), NAME(EVENT_RESOURCE), NAME(EVENT_CONNECTION),
	NAME(EVENT_DEVICE), NAME(EVENT_PEER_DEVICE), NAME(CLEAR_BITMAP), NAME(SEND_UUIDS),
	NAME(SEND_SYNC_UUID), NAME(SEND_SIZES), NAME(SEND_STATE), NAME(SEND_ROLE),
	NAME(SEND_BITMAP), NAME(SUSPEND_DEPENDANTS), NAME(RESUME_NEXT), NAME(FULL_SYNC_TARGET),
	NAME(FULL_SYNC_SOURCE), NAME(WRITE_BITMAP_SLOT), NAME(WRITE_BITMAP),
	NAME(RELABEL_PREDECESSOR), NAME(VERIFY_START), NAME(RESYNC_START), NAME(RESYNC_DRAIN),
	NAME(SEND_ENABLE_REPLICATION), NAME(SAVE_SIZE), NAME(HELPER_PRI_ON_INCON),
	NAME(HELPER_IO_ERROR), NAME(HELPER_QUORUM_LOST), NAME(HELPER_UNFENCE),
	NAME(ABORT_LOCAL_IO), NAME(MD_SYNC), NAME(STOP_MD_TIMER), NAME(PUT_DISK),
	NAME(RESYNC_COMPARE), NAME(NEW_UUID), NAME(DROP_NEW_UUID), NAME(FLUSH_REQUESTS),
	NAME(START_RECEIVER), NAME(CLEAR_SUSP_FEN), NAME(CLEAR_SUSP_UUID), NAME(EXPIRE_TWOPC),
	NAME(COMPLETE),
};

static const char *name_of(enum drbd_effect_kind kind)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kind_names); i++) {
		if (kind_names[i].kind == kind)
			return kind_names[i].name;
	}
	return "?";
}

struct effect_row {
	const char *name;
	unsigned int peers;
	unsigned int volumes;
	const char *given;
	const char *request;
	unsigned int flags;
	const char *staged;
	const char *bits;
	const char *after;
};

static const struct effect_row effect_rows[] = {
	{ "lost peer", 1, 1, "", "c0.cs=NetworkFailure p0.repl=Off", DRBD_CHG_HARD,
	  "CLOSE_EPOCH FORGET_FLUSH/0@1 MD_DIRTY/0 RESTART_RECEIVER@1 TWOPC_LOST@1\n"
	  "LOST_PEER_TWOPC WAKE",
	  "c0.notice=0 want_new_uuid=0",
	  "EVENT_CONNECTION@1=1 EVENT_PEER_DEVICE/0@1 SAVE_SIZE/0 MD_SYNC/0 EXPIRE_TWOPC\n"
	  "COMPLETE" },
	{ "lost Primary", 2, 1, "c0.peer=Pri", "c0.cs=Timeout p0.repl=Off", DRBD_CHG_HARD,
	  "CLOSE_EPOCH FORGET_FLUSH/0@1 BECOME_UP_TO_DATE/0 MD_DIRTY/0\n"
	  "FORGET_FLUSH@1 RESTART_RECEIVER@1 TWOPC_LOST@1 LOST_PEER_TWOPC WAKE",
	  "c0.notice=1 c1.notice=0",
	  "EVENT_CONNECTION@1=1 EVENT_DEVICE/0=1 EVENT_PEER_DEVICE/0@1\n"
	  "SEND_UUIDS/0@2 SEND_STATE/0@2 SEND_UUIDS/0@2=1\n"
	  "SAVE_SIZE/0 MD_SYNC/0 LOST_PEER_TWOPC COMPLETE" },
	{ "own Primary loses a peer", 1, 1, "role=Pri", "c0.cs=BrokenPipe p0.repl=Off",
	  DRBD_CHG_HARD,
	  "CLOSE_EPOCH FORGET_FLUSH/0@1 MD_DIRTY/0 RESTART_RECEIVER@1 TWOPC_LOST@1\n"
	  "LOST_PEER_TWOPC WAKE",
	  "want_new_uuid=1",
	  "EVENT_CONNECTION@1=1 EVENT_PEER_DEVICE/0@1 SAVE_SIZE/0 MD_SYNC/0 EXPIRE_TWOPC\n"
	  "COMPLETE" },
	{ "disconnect in order", 1, 1, "", "c0.cs=Disconnecting p0.repl=Off",
	  DRBD_CHG_OWN_TWOPC,
	  "CLOSE_EPOCH FORGET_FLUSH/0@1 MD_DIRTY/0 STOP_RECEIVER@1 TWOPC_LOST@1 WAKE", "",
	  "EVENT_CONNECTION@1=1 EVENT_PEER_DEVICE/0@1 SAVE_SIZE/0 MD_SYNC/0 EXPIRE_TWOPC\n"
	  "COMPLETE" },
	{ "told to disconnect", 1, 1, "", "c0.cs=TearDown p0.repl=Off", DRBD_CHG_PREPARED,
	  "CLOSE_EPOCH FORGET_FLUSH/0@1 MD_DIRTY/0 RESTART_RECEIVER@1 TWOPC_LOST@1 WAKE", "",
	  "EVENT_CONNECTION@1=1 EVENT_PEER_DEVICE/0@1 SAVE_SIZE/0 MD_SYNC/0 EXPIRE_TWOPC\n"
	  "COMPLETE" },
	{ "told to, without 2PC_V2", 1, 1, "c0.features=0", "c0.cs=TearDown p0.repl=Off",
	  DRBD_CHG_PREPARED,
	  "CLOSE_EPOCH FORGET_FLUSH/0@1 MD_DIRTY/0 RESTART_RECEIVER@1 TWOPC_LOST@1\n"
	  "LOST_PEER_TWOPC WAKE", "",
	  "EVENT_CONNECTION@1=1 EVENT_PEER_DEVICE/0@1 SAVE_SIZE/0 MD_SYNC/0 EXPIRE_TWOPC\n"
	  "COMPLETE" },
	{ "lost, not a member", 1, 1, "members=1", "c0.cs=Timeout p0.repl=Off", DRBD_CHG_HARD,
	  "CLOSE_EPOCH FORGET_FLUSH/0@1 MD_DIRTY/0 RESTART_RECEIVER@1 TWOPC_LOST@1 WAKE", "",
	  "EVENT_CONNECTION@1=1 EVENT_PEER_DEVICE/0@1 SAVE_SIZE/0 MD_SYNC/0 EXPIRE_TWOPC\n"
	  "COMPLETE" },
	{ "disconnected", 1, 1, "OFF0(Disconnecting)", "c0.cs=StandAlone", DRBD_CHG_HARD,
	  "STOP_RECEIVER@1 WAKE", "",
	  "EVENT_CONNECTION@1 SAVE_SIZE/0 MD_SYNC/0 EXPIRE_TWOPC COMPLETE" },
	{ "connect", 1, 1, "OFF0(StandAlone)", "c0.cs=Unconnected", 0, "WAKE", "",
	  "EVENT_CONNECTION@1 SAVE_SIZE/0 MD_SYNC/0 START_RECEIVER@1 EXPIRE_TWOPC COMPLETE" },
	{ "connected without resync", 1, 1, "OFF0",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=UpToDate", 0,
	  "SEND_DAGTAG@1 CLOSE_EPOCH MD_DIRTY/0 RELEASE_UUIDS WAKE", "",
	  "EVENT_CONNECTION@1=1 EVENT_PEER_DEVICE/0@1 CLEAR_BITMAP/0@1 SEND_STATE/0@1\n"
	  "SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "connected with an Outdated peer", 1, 1, "OFF0",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=Outdated", 0,
	  "MD_DIRTY/0 RELEASE_UUIDS WAKE", "",
	  "EVENT_CONNECTION@1=1 EVENT_PEER_DEVICE/0@1 CLEAR_BITMAP/0@1 SEND_STATE/0@1\n"
	  "SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "connected, both are Outdated", 1, 1, "OFF0 disk=Outdated",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=Outdated", 0,
	  "MD_DIRTY/0 RELEASE_UUIDS WAKE", "",
	  "EVENT_CONNECTION@1=1 EVENT_PEER_DEVICE/0@1 CLEAR_BITMAP/0@1 SEND_STATE/0@1\n"
	  "MD_SYNC/0 COMPLETE" },
	{ "connected, one is Inconsistent", 1, 1, "OFF0 disk=Inconsistent",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=Outdated", 0,
	  "MD_DIRTY/0 RELEASE_UUIDS WAKE", "",
	  "EVENT_CONNECTION@1=1 EVENT_PEER_DEVICE/0@1 SEND_STATE/0@1 MD_SYNC/0 COMPLETE" },
	{ "a peer got a good disk", 1, 1, "p0.pdsk=Diskless", "p0.pdsk=UpToDate", 0,
	  "SEND_DAGTAG@1 CLOSE_EPOCH WAKE", "",
	  "EVENT_PEER_DEVICE/0@1 CLEAR_BITMAP/0@1 SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "the peer's disk fails", 1, 1, "role=Pri", "p0.pdsk=Failed", 0,
	  "CLOSE_EPOCH FORGET_FLUSH/0@1 WAKE", "want_new_uuid=1",
	  "EVENT_PEER_DEVICE/0@1 SAVE_SIZE/0 MD_SYNC/0 NEW_UUID/0 COMPLETE" },
	{ "the peer's disk gets bad", 1, 1, "role=Pri want_new_uuid=1", "p0.pdsk=Inconsistent",
	  0, "FORGET_FLUSH/0@1 MD_DIRTY/0 WAKE", "want_new_uuid=1",
	  "EVENT_PEER_DEVICE/0@1 SAVE_SIZE/0 MD_SYNC/0 NEW_UUID/0 COMPLETE" },
	{ "a UUID is due, later", 1, 1, "role=Pri want_new_uuid=1", "p0.pdsk=Outdated",
	  0, "CLOSE_EPOCH FORGET_FLUSH/0@1 MD_DIRTY/0 WAKE", "want_new_uuid=1",
	  "EVENT_PEER_DEVICE/0@1 SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "waits for another resync", 1, 1, "", "p0.rs_susp_dependency=1", 0, "WAKE", "",
	  "EVENT_PEER_DEVICE/0@1 SUSPEND_DEPENDANTS/0@1 SEND_STATE/0@1 SAVE_SIZE/0\n"
	  "MD_SYNC/0 COMPLETE" },
	{ "too many resyncs", 1, 1, "", "p0.rs_susp_max=1", 0, "WAKE", "",
	  "EVENT_PEER_DEVICE/0@1 SUSPEND_DEPENDANTS/0@1 SEND_STATE/0@1 SAVE_SIZE/0\n"
	  "MD_SYNC/0 COMPLETE" },
	{ "the peer pauses", 1, 1, "", "p0.rs_susp_peer=1", 0, "WAKE", "",
	  "EVENT_PEER_DEVICE/0@1 SUSPEND_DEPENDANTS/0@1 SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "connected, UUIDs changed", 1, 1, "OFF0 p0.+uuids_stale p0.peer_uuid=0x2000",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=Outdated", 0,
	  "MD_DIRTY/0 RELEASE_UUIDS WAKE", "",
	  "EVENT_CONNECTION@1=1 EVENT_PEER_DEVICE/0@1 SEND_UUIDS/0@1 SEND_STATE/0@1\n"
	  "SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "connected as source", 1, 1, "OFF0",
	  "c0.cs=Connected c0.peer=Sec p0.repl=WFBitMapS p0.pdsk=Outdated", 0,
	  "CLEAR_SYNC_MARKS/0@1 MD_DIRTY/0 RELEASE_UUIDS WAKE", "",
	  "EVENT_CONNECTION@1=1 EVENT_PEER_DEVICE/0@1 SEND_BITMAP/0@1 SEND_STATE/0@1\n"
	  "SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "resync as source", 1, 1, "p0.repl=WFBitMapS p0.pdsk=Outdated",
	  "p0.repl=SyncSource", 0,
	  "SEND_DAGTAG@1 CLOSE_EPOCH CLEAR_SYNC_MARKS/0@1 RESYNC_INIT/0@1 WAKE",
	  "",
	  "EVENT_PEER_DEVICE/0@1 SEND_STATE/0@1 RESYNC_START/0@1 SAVE_SIZE/0 MD_SYNC/0\n"
	  "COMPLETE" },
	{ "to be a source, a Primary writes", 2, 1, "c1.peer=Pri p0.pdsk=Outdated",
	  "p0.repl=WFBitMapS", 0,
	  "CLEAR_SYNC_MARKS/0@1 PEER_WRITES_OOS/0@2 WAKE", "",
	  "EVENT_PEER_DEVICE/0@1 SEND_BITMAP/0@1 SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "resync as source, a Primary writes", 2, 1,
	  "c1.peer=Pri p0.repl=WFBitMapS p0.pdsk=Inconsistent", "p0.repl=SyncSource", 0,
	  "SEND_DAGTAG@1 CLOSE_EPOCH CLEAR_SYNC_MARKS/0@1 RESYNC_INIT/0@1 WAKE", "",
	  "EVENT_PEER_DEVICE/0@1 SEND_STATE/0@1 RESYNC_START/0@1 SAVE_SIZE/0 MD_SYNC/0\n"
	  "COMPLETE" },
	{ "full resync as source, a Primary writes", 2, 1,
	  "c1.peer=Pri p0.repl=StartingSyncS p0.pdsk=Inconsistent", "p0.repl=SyncSource", 0,
	  "SEND_DAGTAG@1 CLOSE_EPOCH CLEAR_SYNC_MARKS/0@1 RESYNC_INIT/0@1\n"
	  "PEER_WRITES_OOS/0@2 WAKE", "",
	  "EVENT_PEER_DEVICE/0@1 SEND_STATE/0@1 RESYNC_START/0@1 SAVE_SIZE/0 MD_SYNC/0\n"
	  "COMPLETE" },
	{ "resync as source, for 8.4", 1, 1, "c0.apv=101 p0.repl=WFBitMapS p0.pdsk=Inconsistent",
	  "p0.repl=SyncSource", 0,
	  "SEND_DAGTAG@1 CLOSE_EPOCH CLEAR_SYNC_MARKS/0@1 RESYNC_INIT/0@1 WAKE", "",
	  "EVENT_PEER_DEVICE/0@1 SEND_SYNC_UUID/0@1 SEND_STATE/0@1 RESYNC_START/0@1\n"
	  "SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "resync as target", 2, 1, "p0.repl=WFBitMapT disk=Outdated c1.peer=Pri",
	  "p0.repl=SyncTarget", 0,
	  "CLEAR_SYNC_MARKS/0@1 RESYNC_INIT/0@1 FLUSH_ROUND/0 EXPECT_FLUSH/0@2=6 MD_DIRTY/0\n"
	  "WAKE",
	  "p0.resync_active=1",
	  "EVENT_DEVICE/0=1 EVENT_PEER_DEVICE/0@1=1 EVENT_PEER_DEVICE/0@2\n"
	  "SEND_STATE/0@1 RESYNC_START/0@1 SUSPEND_DEPENDANTS/0@2 SEND_STATE/0@2\n"
	  "SAVE_SIZE/0 MD_SYNC/0 FLUSH_REQUESTS/0 COMPLETE" },
	{ "resync as target without replication", 1, 1,
	  "p0.-peer_replicate_next p0.repl=WFBitMapT disk=Outdated", "p0.repl=SyncTarget", 0,
	  "CLEAR_SYNC_MARKS/0@1 RESYNC_INIT/0@1 MD_DIRTY/0 WAKE", "p0.peer_replication=0",
	  "EVENT_DEVICE/0=1 EVENT_PEER_DEVICE/0@1 SEND_STATE/0@1 RESYNC_START/0@1\n"
	  "SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "replication comes on", 2, 1, "c1.peer=Pri p1.rs_susp_other_c=1\n"
	  "p0.peer_replication=0 p0.repl=SyncTarget p0.resync_active=1 disk=Inconsistent",
	  "p0.peer_replication=1", 0, "FLUSH_ROUND/0 EXPECT_FLUSH/0@2=6 WAKE", "",
	  "SEND_ENABLE_REPLICATION/0@1 SAVE_SIZE/0 MD_SYNC/0 FLUSH_REQUESTS/0 COMPLETE" },
	{ "replication comes on, but not from all", 2, 1, "c1.peer=Pri p1.rs_susp_other_c=1\n"
	  "p0.peer_replication=0 p0.repl=SyncTarget p0.resync_active=1 disk=Inconsistent\n"
	  "p1.peer_replication=0", "p0.peer_replication=1", 0, "WAKE", "",
	  "SEND_ENABLE_REPLICATION/0@1 SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "replication comes on, no resync", 1, 1, "p0.peer_replication=0",
	  "p0.peer_replication=1", 0, "WAKE", "",
	  "SEND_ENABLE_REPLICATION/0@1 SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "resync as target done", 2, 1,
	  "p0.repl=SyncTarget p0.resync_active=1 p1.rs_susp_other_c=1 disk=Inconsistent",
	  "p0.repl=Established p0.resync_active=0 disk=UpToDate", 0,
	  "MD_DIRTY/0 WAKE", "",
	  "EVENT_DEVICE/0=1 EVENT_PEER_DEVICE/0@1=1 EVENT_PEER_DEVICE/0@2\n"
	  "SEND_UUIDS/0@1 RESUME_NEXT/0@1 WRITE_BITMAP_SLOT/0@1 SEND_STATE/0@1\n"
	  "RESYNC_DRAIN/0@1\n"
	  "SEND_UUIDS/0@2 RESUME_NEXT/0@2 SEND_STATE/0@2 SEND_UUIDS/0@2=1\n"
	  "SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "resync from an Outdated source done", 2, 1,
	  "p0.repl=SyncTarget p0.resync_active=1 p0.pdsk=Outdated p1.rs_susp_other_c=1\n"
	  "p1.pdsk=Outdated disk=Inconsistent",
	  "p0.repl=Established p0.resync_active=0 disk=Outdated", 0,
	  "MD_DIRTY/0 WAKE", "",
	  "EVENT_DEVICE/0=1 EVENT_PEER_DEVICE/0@1=1 EVENT_PEER_DEVICE/0@2\n"
	  "SEND_UUIDS/0@1 RESUME_NEXT/0@1 WRITE_BITMAP_SLOT/0@1 SEND_STATE/0@1\n"
	  "RESYNC_DRAIN/0@1\n"
	  "SEND_UUIDS/0@2 RESUME_NEXT/0@2 SEND_STATE/0@2 SEND_UUIDS/0@2\n"
	  "MD_SYNC/0 COMPLETE" },
	{ "resync from an Outdated source done, bits", 2, 1,
	  "p0.repl=SyncTarget p0.resync_active=1 p0.pdsk=Outdated p1.rs_susp_other_c=1\n"
	  "p1.pdsk=Outdated p1.oos_bits=1 disk=Inconsistent",
	  "p0.repl=Established p0.resync_active=0 disk=Outdated", 0,
	  "MD_DIRTY/0 WAKE", "",
	  "EVENT_DEVICE/0=1 EVENT_PEER_DEVICE/0@1=1 EVENT_PEER_DEVICE/0@2\n"
	  "SEND_UUIDS/0@1 RESUME_NEXT/0@1 WRITE_BITMAP_SLOT/0@1 SEND_STATE/0@1\n"
	  "RESYNC_DRAIN/0@1\n"
	  "SEND_UUIDS/0@2 RESUME_NEXT/0@2 SEND_STATE/0@2 SEND_UUIDS/0@2=1\n"
	  "MD_SYNC/0 COMPLETE" },
	{ "resync as target done, the Primary is gone", 2, 1, "c1.peer=Pri\n"
	  "p0.repl=SyncTarget p0.resync_active=1 p1.rs_susp_other_c=1 disk=Inconsistent",
	  "p0.repl=Established p0.resync_active=0 disk=UpToDate c1.peer=Sec", 0,
	  "MD_DIRTY/0 WAKE", "",
	  "EVENT_CONNECTION@2=1 EVENT_DEVICE/0=1 EVENT_PEER_DEVICE/0@1=1 EVENT_PEER_DEVICE/0@2\n"
	  "SEND_UUIDS/0@1 RESUME_NEXT/0@1 WRITE_BITMAP_SLOT/0@1 SEND_STATE/0@1\n"
	  "RESYNC_DRAIN/0@1 SEND_UUIDS/0@2 RESUME_NEXT/0@2 SEND_STATE/0@2\n"
	  "WRITE_BITMAP/0 SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "resync as source done", 1, 1, "p0.repl=SyncSource p0.pdsk=Inconsistent",
	  "p0.repl=Established p0.pdsk=UpToDate", 0, "MD_DIRTY/0 WAKE", "",
	  "EVENT_PEER_DEVICE/0@1 RESUME_NEXT/0@1 WRITE_BITMAP_SLOT/0@1 RESYNC_DRAIN/0@1\n"
	  "SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "resync as source done, crash forgotten", 1, 1,
	  "crashed_primary=1 p0.repl=SyncSource p0.pdsk=Inconsistent c0.fencing=resource-only",
	  "p0.repl=Established p0.pdsk=UpToDate", 0, "MD_DIRTY/0 WAKE", "crashed_primary=0",
	  "EVENT_PEER_DEVICE/0@1 RESUME_NEXT/0@1 WRITE_BITMAP_SLOT/0@1 RESYNC_DRAIN/0@1\n"
	  "SAVE_SIZE/0 MD_SYNC/0 HELPER_UNFENCE@1 COMPLETE" },
	{ "resync as target, acks of new peers only", 3, 1, "p0.repl=WFBitMapT disk=Outdated\n"
	  "c0.apv=122 c1.peer=Pri c1.apv=123 c2.peer=Pri c2.apv=122",
	  "p0.repl=SyncTarget", 0,
	  "CLEAR_SYNC_MARKS/0@1 RESYNC_INIT/0@1 FLUSH_ROUND/0 EXPECT_FLUSH/0@2=4 MD_DIRTY/0\n"
	  "WAKE", "",
	  "EVENT_DEVICE/0=1 EVENT_PEER_DEVICE/0@1=1 EVENT_PEER_DEVICE/0@2=1\n"
	  "EVENT_PEER_DEVICE/0@3\n"
	  "SEND_STATE/0@1 RESYNC_START/0@1 SUSPEND_DEPENDANTS/0@2 SEND_STATE/0@2\n"
	  "SUSPEND_DEPENDANTS/0@3 SEND_STATE/0@3\n"
	  "SAVE_SIZE/0 MD_SYNC/0 FLUSH_REQUESTS/0 COMPLETE" },
	{ "resync as target, the source fails", 2, 1, "p1.repl=SyncTarget\n"
	  "p1.resync_active=1 p0.rs_susp_other_c=1 disk=Inconsistent",
	  "p1.pdsk=Failed", 0,
	  "CLOSE_EPOCH FORGET_FLUSH/0@2 WAKE", "p1.resync_active=0 p0.rs_susp_other_c=0",
	  "EVENT_PEER_DEVICE/0@1=1 EVENT_PEER_DEVICE/0@2 SEND_UUIDS/0@1 RESUME_NEXT/0@1\n"
	  "SEND_STATE/0@1 SEND_UUIDS/0@2 RESUME_NEXT/0@2 WRITE_BITMAP_SLOT/0@2\n"
	  "SEND_STATE/0@2 RESYNC_DRAIN/0@2 SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "resync paused", 1, 1, "p0.repl=SyncTarget p0.resync_active=1 disk=Inconsistent",
	  "p0.rs_susp_user=1", 0, "RESYNC_PAUSED/0@1 WAKE", "",
	  "EVENT_PEER_DEVICE/0@1 SUSPEND_DEPENDANTS/0@1 SEND_STATE/0@1 SAVE_SIZE/0\n"
	  "MD_SYNC/0 COMPLETE" },
	{ "resync goes on", 1, 1, "p0.repl=PausedSyncS p0.pdsk=Inconsistent p0.rs_susp_user=1",
	  "p0.rs_susp_user=0", 0, "RESYNC_RESUMED/0@1 WAKE", "",
	  "EVENT_PEER_DEVICE/0@1 RESUME_NEXT/0@1 SEND_STATE/0@1 RESYNC_START/0@1\n"
	  "SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "full sync from the peer", 2, 1, "", "p0.repl=StartingSyncT", 0,
	  "CLEAR_SYNC_MARKS/0@2 RESYNC_INIT/0@2 FLUSH_ROUND/0 MD_DIRTY/0 WAKE", "",
	  "EVENT_DEVICE/0=1 EVENT_PEER_DEVICE/0@1=1 EVENT_PEER_DEVICE/0@2\n"
	  "FULL_SYNC_TARGET/0@1 SAVE_SIZE/0 SEND_STATE/0@1 SEND_STATE/0@2 MD_SYNC/0\n"
	  "FLUSH_REQUESTS/0 COMPLETE" },
	{ "full sync to the peer", 1, 1, "", "p0.repl=StartingSyncS", 0,
	  "CLOSE_EPOCH FORGET_FLUSH/0@1 WAKE", "",
	  "EVENT_PEER_DEVICE/0@1 FULL_SYNC_SOURCE/0@1 SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "verify", 1, 1, "c0.verify-alg=set", "p0.repl=VerifyS", 0,
	  "RESYNC_INIT/0@1 WAKE", "",
	  "EVENT_PEER_DEVICE/0@1 SEND_STATE/0@1 VERIFY_START/0@1 SAVE_SIZE/0 MD_SYNC/0\n"
	  "COMPLETE" },
	{ "verify done", 1, 1, "p0.repl=VerifyS", "p0.repl=Established", 0,
	  "VERIFY_ENDED/0@1 WAKE", "", "EVENT_PEER_DEVICE/0@1 SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "congested", 1, 1, "role=Pri", "p0.repl=Ahead p0.pdsk=Consistent", 0,
	  "CLOSE_EPOCH FORGET_FLUSH/0@1 WAKE", "want_new_uuid=1",
	  "EVENT_PEER_DEVICE/0@1 WRITE_BITMAP_SLOT/0@1 SEND_STATE/0@1 SAVE_SIZE/0 MD_SYNC/0\n"
	  "COMPLETE" },
	{ "congested no more", 1, 1, "role=Pri p0.repl=Ahead p0.pdsk=Consistent",
	  "p0.repl=Established", 0, "WAKE", "",
	  "EVENT_PEER_DEVICE/0@1 WRITE_BITMAP_SLOT/0@1 SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "behind", 1, 1, "disk=Outdated", "p0.repl=Behind", 0, "WAKE", "",
	  "EVENT_PEER_DEVICE/0@1 WRITE_BITMAP_SLOT/0@1 SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "behind no more", 1, 1, "disk=Outdated p0.repl=Behind", "p0.repl=Established", 0,
	  "WAKE", "",
	  "EVENT_PEER_DEVICE/0@1 WRITE_BITMAP_SLOT/0@1 SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "promote", 1, 1, "", "role=Pri", DRBD_CHG_OWN_TWOPC, "MD_DIRTY/0 WAKE",
	  "want_new_uuid=1", "EVENT_RESOURCE SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "demote", 1, 1, "role=Pri want_new_uuid=1", "role=Sec", DRBD_CHG_OWN_TWOPC,
	  "FLUSH_PEER_ACK MD_DIRTY/0 WAKE", "want_new_uuid=0",
	  "EVENT_RESOURCE WRITE_BITMAP/0 SAVE_SIZE/0 MD_SYNC/0 SEND_ROLE@1 COMPLETE" },
	{ "demote with a bad disk", 1, 1, "role=Pri disk=Inconsistent", "role=Sec", 0,
	  "FLUSH_PEER_ACK MD_DIRTY/0 WAKE", "",
	  "EVENT_RESOURCE WRITE_BITMAP/0 SAVE_SIZE/0 MD_SYNC/0 SEND_ROLE@1 COMPLETE" },
	{ "demote without a disk", 1, 1, "role=Pri disk=Diskless", "role=Sec", 0,
	  "FLUSH_PEER_ACK WAKE", "",
	  "EVENT_RESOURCE SAVE_SIZE/0 MD_SYNC/0 SEND_ROLE@1 COMPLETE" },
	{ "a peer demotes", 1, 1, "c0.peer=Pri", "c0.peer=Sec", DRBD_CHG_PREPARED,
	  "MD_DIRTY/0 WAKE", "",
	  "EVENT_CONNECTION@1 SEND_UUIDS/0@1 WRITE_BITMAP/0 SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "both are Primary now", 1, 1, "c0.peer=Pri c0.two-primaries=1", "role=Pri",
	  DRBD_CHG_OWN_TWOPC, "MD_DIRTY/0 WAKE", "want_new_uuid=1",
	  "EVENT_RESOURCE SEND_UUIDS/0@1 SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "a peer demotes, another is told", 2, 1, "c0.peer=Pri", "c0.peer=Sec",
	  DRBD_CHG_PREPARED, "MD_DIRTY/0 WAKE", "",
	  "EVENT_CONNECTION@1 SEND_UUIDS/0@1 SEND_UUIDS/0@2 SEND_UUIDS/0@2=1\n"
	  "WRITE_BITMAP/0 SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "disk fails", 1, 1, "role=Pri call_local_io_error=1", "disk=Failed", DRBD_CHG_HARD,
	  "GET_DISK/0 MD_DIRTY/0 WAKE", "want_new_uuid=1",
	  "EVENT_DEVICE/0 SAVE_SIZE/0 HELPER_IO_ERROR/0 SEND_STATE/0@1 WRITE_BITMAP/0\n"
	  "MD_SYNC/0 PUT_DISK/0 MD_SYNC/0 NEW_UUID/0 COMPLETE" },
	{ "disk fails, no helper", 1, 1, "", "disk=Failed", DRBD_CHG_HARD,
	  "GET_DISK/0 WAKE", "want_new_uuid=0",
	  "EVENT_DEVICE/0 SAVE_SIZE/0 SEND_STATE/0@1 WRITE_BITMAP/0 MD_SYNC/0 PUT_DISK/0\n"
	  "MD_SYNC/0 COMPLETE" },
	{ "detach", 1, 1, "call_local_io_error=1", "disk=Detaching", DRBD_CHG_OWN_TWOPC,
	  "GET_DISK/0 WAKE", "",
	  "EVENT_DEVICE/0 SAVE_SIZE/0 SEND_STATE/0@1 WRITE_BITMAP/0 MD_SYNC/0 PUT_DISK/0\n"
	  "MD_SYNC/0 COMPLETE" },
	{ "detach by force", 1, 1, "", "disk=Detaching", DRBD_CHG_HARD,
	  "GET_DISK/0 WAKE", "",
	  "EVENT_DEVICE/0 SAVE_SIZE/0 ABORT_LOCAL_IO/0 SEND_STATE/0@1 WRITE_BITMAP/0\n"
	  "MD_SYNC/0 PUT_DISK/0 MD_SYNC/0 COMPLETE" },
	{ "detached", 1, 1, "disk=Detaching", "disk=Diskless", DRBD_CHG_HARD,
	  "FORGET_SLOTS/0 GET_DISK/0 WAKE", "",
	  "EVENT_DEVICE/0 SAVE_SIZE/0 STOP_MD_TIMER/0 SEND_STATE/0@1 PUT_DISK/0 MD_SYNC/0\n"
	  "COMPLETE" },
	{ "I/O error passed on", 1, 1, "", "disk=Inconsistent", DRBD_CHG_HARD,
	  "MD_DIRTY/0 WAKE", "",
	  "EVENT_DEVICE/0 SAVE_SIZE/0 SEND_STATE/0@1 MD_SYNC/0 COMPLETE" },
	{ "attached", 1, 1, "disk=Attaching p0.pdsk=Diskless exposed=0", "disk=Negotiating",
	  DRBD_CHG_OWN_TWOPC, "MD_DIRTY/0 SET_EXPOSED/0=4096 WAKE", "",
	  "EVENT_DEVICE/0 SEND_SIZES/0@1 SEND_UUIDS/0@1 SEND_STATE/0@1 SEND_STATE/0@1\n"
	  "SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "the peer attaches", 1, 1, "p0.pdsk=Diskless", "p0.pdsk=Negotiating",
	  DRBD_CHG_PREPARED, "WAKE", "",
	  "EVENT_PEER_DEVICE/0@1 SEND_UUIDS/0@1 SEND_STATE/0@1 SAVE_SIZE/0 MD_SYNC/0\n"
	  "COMPLETE" },
	{ "Consistent exposes", 1, 1, "disk=Outdated exposed=0 p0.pdsk=Consistent\n"
	  "p0.+got_stable", "", 0, "MD_DIRTY/0 SET_EXPOSED/0=4096 WAKE", "disk=Consistent",
	  "EVENT_DEVICE/0 SEND_STATE/0@1 MD_SYNC/0 COMPLETE" },
	{ "Consistent stays", 1, 1, "disk=Consistent exposed=0 p0.pdsk=Consistent",
	  "p0.rs_susp_user=1", 0, "WAKE", "",
	  "EVENT_PEER_DEVICE/0@1 SUSPEND_DEPENDANTS/0@1 SEND_STATE/0@1 MD_SYNC/0 COMPLETE" },
	{ "diskless exposes", 1, 1, "OFF0 disk=Diskless exposed=0 p0.peer_uuid=0x2000",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=UpToDate", 0,
	  "SEND_DAGTAG@1 CLOSE_EPOCH SET_EXPOSED/0=8192 RELEASE_UUIDS WAKE", "",
	  "EVENT_CONNECTION@1=1 EVENT_PEER_DEVICE/0@1 SEND_STATE/0@1 SAVE_SIZE/0 MD_SYNC/0\n"
	  "COMPLETE" },
	{ "diskless Secondary exposes another one", 1, 1,
	  "disk=Diskless exposed=0x1000 p0.peer_uuid=0x2000", "p0.rs_susp_user=1", 0,
	  "SET_EXPOSED/0=8192 WAKE", "",
	  "EVENT_PEER_DEVICE/0@1 SUSPEND_DEPENDANTS/0@1 SEND_STATE/0@1 SAVE_SIZE/0 MD_SYNC/0\n"
	  "COMPLETE" },
	{ "diskless Primary does not step back", 1, 1,
	  "role=Pri disk=Diskless exposed=0x2000 p0.peer_uuid=0x1000", "p0.rs_susp_user=1", 0,
	  "WAKE", "",
	  "EVENT_PEER_DEVICE/0@1 SUSPEND_DEPENDANTS/0@1 SEND_STATE/0@1 SAVE_SIZE/0 MD_SYNC/0\n"
	  "COMPLETE" },
	{ "diskless, two Primaries", 1, 1,
	  "role=Pri disk=Diskless exposed=0x1000 p0.peer_uuid=0x2000 c0.two-primaries=1",
	  "p0.rs_susp_user=1", 0, "SET_EXPOSED/0=8192 WAKE", "",
	  "EVENT_PEER_DEVICE/0@1 SUSPEND_DEPENDANTS/0@1 SEND_STATE/0@1 SAVE_SIZE/0 MD_SYNC/0\n"
	  "COMPLETE" },
	{ "Primary that loses its disk does not", 1, 1, "role=Pri p0.peer_uuid=0x2000",
	  "disk=Diskless", DRBD_CHG_HARD, "FORGET_SLOTS/0 GET_DISK/0 WAKE", "",
	  "EVENT_DEVICE/0 SAVE_SIZE/0 STOP_MD_TIMER/0 SEND_STATE/0@1 PUT_DISK/0 MD_SYNC/0\n"
	  "COMPLETE" },
	{ "Primary that connects to newer data steps on", 1, 1,
	  "OFF0 role=Pri p0.peer_uuid=0x2000",
	  "c0.cs=Connected c0.peer=Sec p0.repl=WFBitMapT p0.pdsk=UpToDate", DRBD_CHG_HARD,
	  "SEND_DAGTAG@1 CLOSE_EPOCH CLEAR_SYNC_MARKS/0@1 MD_DIRTY/0 SET_EXPOSED/0=8192\n"
	  "RELEASE_UUIDS WAKE", "",
	  "EVENT_CONNECTION@1=1 EVENT_DEVICE/0=1 EVENT_PEER_DEVICE/0@1 SEND_STATE/0@1 SAVE_SIZE/0\n"
	  "MD_SYNC/0 COMPLETE" },
	{ "Diskless Primary with other data", 1, 1, "OFF0 p0.peer_uuid=0x2000",
	  "c0.cs=Connected c0.peer=Pri p0.repl=Established p0.pdsk=Diskless", DRBD_CHG_HARD,
	  "MD_DIRTY/0 RELEASE_UUIDS WAKE", "try_resync_from=1",
	  "EVENT_CONNECTION@1=1 EVENT_DEVICE/0=1 EVENT_PEER_DEVICE/0@1 SEND_UUIDS/0@1\n"
	  "SEND_STATE/0@1 RESYNC_COMPARE/0=1 MD_SYNC/0 LOST_PEER_TWOPC COMPLETE" },
	{ "comparison is due already", 1, 1, "try_resync_from=1 disk=Consistent\n"
	  "p0.pdsk=Consistent", "p0.rs_susp_user=1", 0, "WAKE", "try_resync_from=1",
	  "EVENT_PEER_DEVICE/0@1 SUSPEND_DEPENDANTS/0@1 SEND_STATE/0@1 MD_SYNC/0 COMPLETE" },
	{ "predecessor", 1, 1, "disk=Diskless p0.pdsk=Consistent p0.+predecessor",
	  "p0.pdsk=UpToDate", 0, "SEND_DAGTAG@1 CLOSE_EPOCH WAKE", "",
	  "EVENT_PEER_DEVICE/0@1 RELABEL_PREDECESSOR/0@1 SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "quorum lost", 1, 1, "role=Pri quorum=majority", "c0.cs=NetworkFailure p0.repl=Off",
	  DRBD_CHG_HARD,
	  "CLOSE_EPOCH FORGET_FLUSH/0@1 MD_DIRTY/0 RESTART_RECEIVER@1 TWOPC_LOST@1\n"
	  "LOST_PEER_TWOPC WAKE",
	  "primary_lost_quorum=1 want_new_uuid=1",
	  "EVENT_RESOURCE=1 EVENT_CONNECTION@1=1 EVENT_DEVICE/0=1 EVENT_PEER_DEVICE/0@1\n"
	  "SAVE_SIZE/0 MD_SYNC/0 HELPER_QUORUM_LOST/0 EXPIRE_TWOPC COMPLETE" },
	{ "quorum lost, a peer is told", 3, 1, "OFF2 quorum=majority", "c1.cs=Timeout p1.repl=Off",
	  DRBD_CHG_HARD,
	  "CLOSE_EPOCH FORGET_FLUSH/0@2 MD_DIRTY/0 RESTART_RECEIVER@2 TWOPC_LOST@2\n"
	  "LOST_PEER_TWOPC WAKE",
	  "primary_lost_quorum=0 susp_quorum=1",
	  "EVENT_RESOURCE=1 EVENT_CONNECTION@2=1 EVENT_DEVICE/0=1 EVENT_PEER_DEVICE/0@2\n"
	  "SEND_STATE/0@1 SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "quorum back", 1, 1, "OFF0 role=Pri quorum=majority have_quorum=0 real_quorum=0\n"
	  "susp_quorum=1 primary_lost_quorum=1 +want_new_uuid",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=UpToDate", DRBD_CHG_HARD,
	  "SEND_DAGTAG@1 CLOSE_EPOCH MD_DIRTY/0 WALK_RESEND@1 RELEASE_UUIDS WAKE",
	  "primary_lost_quorum=0 susp_uuid=1",
	  "EVENT_RESOURCE=1 EVENT_CONNECTION@1=1 EVENT_DEVICE/0=1 EVENT_PEER_DEVICE/0@1\n"
	  "CLEAR_BITMAP/0@1 SEND_STATE/0@1 SAVE_SIZE/0 MD_SYNC/0 NEW_UUID/0 CLEAR_SUSP_UUID\n"
	  "COMPLETE" },
	{ "back with a resync, frozen", 1, 1, "OFF0 role=Pri susp_user=1",
	  "c0.cs=Connected c0.peer=Sec p0.repl=WFBitMapS p0.pdsk=Outdated", 0,
	  "CLEAR_SYNC_MARKS/0@1 MD_DIRTY/0 WALK_CANCEL@1 RELEASE_UUIDS WAKE", "",
	  "EVENT_CONNECTION@1=1 EVENT_PEER_DEVICE/0@1 SEND_BITMAP/0@1 SEND_STATE/0@1\n"
	  "SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "resume", 2, 1, "OFF0 role=Pri susp_user=1", "susp_user=0", 0,
	  "WALK_CANCEL@1 WALK_RESTART WAKE", "",
	  "EVENT_RESOURCE SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "frozen requests fail", 1, 1, "role=Pri susp_user=1 writable=1", "role=Sec",
	  DRBD_CHG_IGN_OPENERS, "FLUSH_PEER_ACK MD_DIRTY/0 WALK_RESTART WAKE", "fail_io=1",
	  "EVENT_RESOURCE WRITE_BITMAP/0 SAVE_SIZE/0 MD_SYNC/0 SEND_ROLE@1 COMPLETE" },
	{ "data lost while frozen", 1, 1, "role=Pri susp_user=1 disk=Diskless",
	  "c0.cs=Timeout p0.repl=Off", DRBD_CHG_HARD,
	  "CLOSE_EPOCH FORGET_FLUSH/0@1 RESTART_RECEIVER@1 TWOPC_LOST@1 WALK_CANCEL@1\n"
	  "WALK_RESTART LOST_PEER_TWOPC WAKE", "want_new_uuid=1",
	  "EVENT_CONNECTION@1=1 EVENT_PEER_DEVICE/0@1 HELPER_PRI_ON_INCON/0@1 MD_SYNC/0\n"
	  "EXPIRE_TWOPC COMPLETE" },
	{ "promoted without data", 1, 1, "OFF0 disk=Inconsistent", "role=Pri", DRBD_CHG_HARD,
	  "MD_DIRTY/0 WAKE", "want_new_uuid=1",
	  "EVENT_RESOURCE HELPER_PRI_ON_INCON/0@1 MD_SYNC/0 COMPLETE" },
	{ "Primary without data anyway", 1, 1, "role=Pri OFF0 disk=Inconsistent",
	  "p0.rs_susp_user=1", 0, "WAKE", "",
	  "EVENT_PEER_DEVICE/0@1 SUSPEND_DEPENDANTS/0@1 MD_SYNC/0 COMPLETE" },
	{ "data back, far members", 2, 1,
	  "OFF1 OFF0 role=Pri disk=Diskless on-no-data=suspend-io susp_nod=1",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=UpToDate", DRBD_CHG_HARD,
	  "SEND_DAGTAG@1 CLOSE_EPOCH WALK_RESEND@1 RELEASE_UUIDS WAKE", "resume_held=1",
	  "EVENT_CONNECTION@1=1 EVENT_PEER_DEVICE/0@1 SEND_STATE/0@1 SAVE_SIZE/0 MD_SYNC/0\n"
	  "LOST_PEER_TWOPC PRIMARY_RESUME_TWOPC COMPLETE" },
	{ "fenced", 1, 1, "OFF0 role=Pri c0.susp_fen=1 c0.fencing=resource-and-stonith\n"
	  "+want_new_uuid", "p0.pdsk=Outdated", 0, "MD_DIRTY/0 WAKE", "want_new_uuid=1",
	  "EVENT_PEER_DEVICE/0@1 SAVE_SIZE/0 MD_SYNC/0 NEW_UUID/0@1 CLEAR_SUSP_FEN@1\n"
	  "COMPLETE" },
	{ "back before it was fenced", 1, 1, "OFF0 role=Pri c0.susp_fen=1\n"
	  "c0.fencing=resource-and-stonith +want_new_uuid",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=UpToDate", 0,
	  "SEND_DAGTAG@1 CLOSE_EPOCH MD_DIRTY/0 WALK_RESEND@1 RELEASE_UUIDS WAKE", "",
	  "EVENT_CONNECTION@1=1 EVENT_PEER_DEVICE/0@1 CLEAR_BITMAP/0@1 SEND_STATE/0@1\n"
	  "SAVE_SIZE/0 MD_SYNC/0 DROP_NEW_UUID/0@1 CLEAR_SUSP_FEN@1 HELPER_UNFENCE@1\n"
	  "COMPLETE" },
	{ "back before it was fenced, one volume without its data", 1, 2,
	  "OFF0 role=Pri c0.susp_fen=1 c0.fencing=resource-and-stonith +want_new_uuid",
	  "c0.cs=Connected c0.peer=Sec p0.repl=Established p0.pdsk=UpToDate\n"
	  "p0.1.repl=Established p0.1.pdsk=Diskless", 0,
	  "SEND_DAGTAG@1 CLOSE_EPOCH MD_DIRTY/0 MD_DIRTY/1 WALK_RESEND@1 RELEASE_UUIDS WAKE",
	  "d1.want_new_uuid=1",
	  "EVENT_CONNECTION@1=1 EVENT_PEER_DEVICE/0@1=1 EVENT_PEER_DEVICE/1@1\n"
	  "CLEAR_BITMAP/0@1 SEND_STATE/0@1 SAVE_SIZE/0 MD_SYNC/0 SEND_STATE/1@1 SAVE_SIZE/1\n"
	  "MD_SYNC/1 DROP_NEW_UUID/0@1 CLEAR_SUSP_FEN@1 COMPLETE" },
	{ "one volume is not fenced", 1, 2, "OFF0 role=Pri c0.susp_fen=1\n"
	  "c0.fencing=resource-and-stonith", "p0.pdsk=Outdated", 0, "MD_DIRTY/0 WAKE", "",
	  "EVENT_PEER_DEVICE/0@1 SAVE_SIZE/0 MD_SYNC/0 SAVE_SIZE/1 MD_SYNC/1 COMPLETE" },
	{ "reconciled", 2, 1, "disk=Consistent p0.repl=WFBitMapS p0.pdsk=Consistent\n"
	  "p0.+reconcile_owed p1.pdsk=Consistent",
	  "p0.repl=Established", 0, "LOST_PEER_TWOPC WAKE",
	  "p0.reconcile_owed=0",
	  "EVENT_PEER_DEVICE/0@1 MD_SYNC/0 COMPLETE" },
	{ "reconciled, nothing was in doubt", 2, 1, "p0.repl=WFBitMapS p0.pdsk=Consistent\n"
	  "p0.+reconcile_owed p1.pdsk=Consistent", "p0.repl=Established", 0, "WAKE", "",
	  "EVENT_PEER_DEVICE/0@1 SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "another peer is still owed", 2, 1, "disk=Consistent p0.repl=WFBitMapS\n"
	  "p0.pdsk=Consistent p0.+reconcile_running p1.+reconcile_owed p1.pdsk=Consistent",
	  "p0.repl=Established", 0, "WAKE", "p0.reconcile_running=0 p1.reconcile_owed=1",
	  "EVENT_PEER_DEVICE/0@1 MD_SYNC/0 COMPLETE" },
	{ "Primary lost by its target", 2, 1, "disk=Inconsistent p0.repl=SyncTarget\n"
	  "p0.resync_active=1 p1.rs_susp_other_c=1 p0.stable=0 c1.peer=Pri",
	  "c1.cs=NetworkFailure p1.repl=Off", DRBD_CHG_HARD,
	  "CLOSE_EPOCH FORGET_FLUSH/0@2 RESYNC_UNSTABLE/0@1 MD_DIRTY/0 FORGET_FLUSH@2\n"
	  "RESTART_RECEIVER@2 TWOPC_LOST@2 LOST_PEER_TWOPC WAKE", "c1.notice=1",
	  "EVENT_CONNECTION@2=1 EVENT_PEER_DEVICE/0@2 SEND_UUIDS/0@1 SAVE_SIZE/0 MD_SYNC/0\n"
	  "COMPLETE" },
	{ "Secondary lost by a target", 2, 1, "disk=Inconsistent p0.repl=SyncTarget\n"
	  "p0.resync_active=1 p1.rs_susp_other_c=1 p0.stable=0 c0.peer=Pri",
	  "c1.cs=NetworkFailure p1.repl=Off", DRBD_CHG_HARD,
	  "CLOSE_EPOCH FORGET_FLUSH/0@2 MD_DIRTY/0 RESTART_RECEIVER@2 TWOPC_LOST@2\n"
	  "LOST_PEER_TWOPC WAKE", "c1.notice=0",
	  "EVENT_CONNECTION@2=1 EVENT_PEER_DEVICE/0@2 SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
	{ "Primary lost, the source is stable", 2, 1, "disk=Inconsistent p0.repl=SyncTarget\n"
	  "p0.resync_active=1 p1.rs_susp_other_c=1 c1.peer=Pri",
	  "c1.cs=NetworkFailure p1.repl=Off", DRBD_CHG_HARD,
	  "CLOSE_EPOCH FORGET_FLUSH/0@2 MD_DIRTY/0 FORGET_FLUSH@2\n"
	  "RESTART_RECEIVER@2 TWOPC_LOST@2 LOST_PEER_TWOPC WAKE", "c1.notice=1",
	  "EVENT_CONNECTION@2=1 EVENT_PEER_DEVICE/0@2 SEND_UUIDS/0@1 SAVE_SIZE/0 MD_SYNC/0\n"
	  "COMPLETE" },
	{ "resync was not needed", 2, 1, "disk=Inconsistent p0.pdsk=Inconsistent",
	  "disk=UpToDate p0.pdsk=UpToDate", DRBD_CHG_FP_LOCAL_UP_TO_DATE,
	  "MD_DIRTY/0 WAKE", "",
	  "EVENT_DEVICE/0=1 EVENT_PEER_DEVICE/0@1 SEND_STATE/0@2 SAVE_SIZE/0 MD_SYNC/0\n"
	  "COMPLETE" },
	{ "forced promote", 1, 1, "disk=Inconsistent p0.pdsk=Inconsistent",
	  "role=Pri disk=UpToDate", DRBD_CHG_FP_LOCAL_UP_TO_DATE, "MD_DIRTY/0 WAKE",
	  "want_new_uuid=1", "EVENT_RESOURCE=1 EVENT_DEVICE/0 SAVE_SIZE/0 MD_SYNC/0 COMPLETE" },
};

KUNIT_ARRAY_PARAM_DESC(effect, effect_rows, name);

static void describe(struct kunit *test, const struct drbd_effects *list, char *text)
{
	unsigned int i;
	int n = 0;

	for (i = 0; i < list->n; i++) {
		const struct drbd_effect *e = &list->e[i];

		n += snprintf(text + n, TEXT_SIZE - n, "%s%s", i ? " " : "", name_of(e->kind));
		if (e->volume != DRBD_NO_VOLUME)
			n += snprintf(text + n, TEXT_SIZE - n, "/%d", e->volume);
		if (e->node_id != DRBD_NO_NODE)
			n += snprintf(text + n, TEXT_SIZE - n, "@%d", e->node_id);
		if (e->arg)
			n += snprintf(text + n, TEXT_SIZE - n, "=%llu",
				      (unsigned long long)e->arg);
		KUNIT_ASSERT_LT(test, n, TEXT_SIZE);
	}
}

/* Lines of an expectation are one list of words. */
static void expect_words(struct kunit *test, const char *is, const char *want)
{
	char *text = kunit_kzalloc(test, TEXT_SIZE, GFP_KERNEL);
	size_t i;

	KUNIT_ASSERT_NOT_NULL(test, text);
	KUNIT_ASSERT_LT(test, strlen(want), (size_t)TEXT_SIZE);
	for (i = 0; want[i]; i++)
		text[i] = want[i] == '\n' ? ' ' : want[i];
	KUNIT_EXPECT_STREQ(test, is, text);
}

static struct drbd_effects *new_list(struct kunit *test)
{
	struct drbd_effects *list = kunit_kzalloc(test, sizeof(*list), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, list);
	list->max = LIST_SIZE;
	list->e = kunit_kcalloc(test, LIST_SIZE, sizeof(*list->e), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, list->e);
	return list;
}

/* A given state whose metadata flags are as a change would have left them. */
static struct rows_world *settled_world(struct kunit *test, const struct effect_row *row)
{
	struct rows_world *w = rows_world(test, row->peers, row->volumes, row->given);

	drbd_state_stage(&w->s, 0, new_list(test));
	drbd_state_begin(&w->s);
	return w;
}

static void effect_test(struct kunit *test)
{
	const struct effect_row *row = test->param_value;
	struct rows_world *w = settled_world(test, row);
	struct rows_world *want = kunit_kzalloc(test, sizeof(*want), GFP_KERNEL);
	struct rows_world *snapshot = rows_world(test, row->peers, row->volumes, "");
	struct drbd_effects *staged = new_list(test), *after = new_list(test);
	char *text = kunit_kzalloc(test, TEXT_SIZE, GFP_KERNEL);
	struct drbd_state_reason why;

	KUNIT_ASSERT_NOT_NULL(test, text);
	KUNIT_ASSERT_NOT_NULL(test, want);
	rows_read(test, w, DRBD_NEW, row->request);
	KUNIT_ASSERT_EQ(test, rows_change(w, row->flags, &why), DRBD_SS_SUCCESS);
	drbd_state_stage(&w->s, row->flags, staged);
	drbd_state_snapshot(&snapshot->s, &w->s);
	drbd_state_publish(&w->s);
	KUNIT_EXPECT_FALSE(test, drbd_state_changed(&w->s));
	drbd_state_after(&snapshot->s, row->flags, after);

	describe(test, staged, text);
	expect_words(test, text, row->staged);
	describe(test, after, text);
	expect_words(test, text, row->after);

	*want = *w;
	want->s.conn = want->conn;
	want->s.dev = want->dev;
	want->s.pd = want->pd;
	rows_read(test, want, DRBD_NEW, row->bits);
	rows_expect(test, w, want);
}

static struct kunit_case effects_cases[] = {
	KUNIT_CASE_PARAM(effect_test, effect_gen_params),
	{}
};

static struct kunit_suite effects_suite = {
	.name = "drbd-state-effects",
	.test_cases = effects_cases,
};

kunit_test_suite(effects_suite);
