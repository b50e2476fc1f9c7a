// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the state word that is composed for a peer
 *
 * Words of whole states are those of spec/state.md 1.5, single bits follow its table.
 */

#include <kunit/test.h>

#include "../core/state_tell.h"
#include "state_rows.h"

struct tell_row {
	const char *name;
	const char *given;
	u32 word;
};

static const struct tell_row tell_rows[] = {
	{ "Secondaries", "", 0x8132AA },
	{ "SyncSource", "role=Pri p0.repl=SyncSource p0.pdsk=Inconsistent", 0x80B309 },
	{ "SyncTarget", "c0.peer=Pri disk=Inconsistent p0.repl=SyncTarget", 0x812B16 },
	{ "alone",
	  "c0.cs=Connecting c0.peer=Unk p0.repl=Off disk=Consistent p0.pdsk=DUnknown have_quorum=0",
	  0x00F082 },
	{ "suspended Primary alone",
	  "role=Pri c0.cs=Connecting c0.peer=Unk p0.repl=Off p0.pdsk=DUnknown have_quorum=0 susp_quorum=1",
	  0x02F281 },
	{ "susp by the admin", "susp_user=1", 0x8332AA },
	{ "susp for quorum", "susp_quorum=1", 0x8332AA },
	{ "susp for a new UUID", "susp_uuid=1", 0x8332AA },
	{ "susp without data", "susp_nod=1", 0xA132AA },
	{ "susp for fencing of another peer", "c1.susp_fen=1", 0xC132AA },
	{ "resync waits here", "p0.rs_susp_dependency=1", 0x8532AA },
	{ "resync waits for another one", "p0.rs_susp_other_c=1", 0x8532AA },
	{ "too many resyncs are not told of", "p0.rs_susp_max=1", 0x8132AA },
	{ "source without good data", "disk=Inconsistent p0.repl=PausedSyncS p0.pdsk=Inconsistent",
	  0x84AB4A },
	{ "peer pauses", "p0.rs_susp_peer=1", 0x8932AA },
	{ "admin pauses", "p0.rs_susp_user=1", 0x9132AA },
};

KUNIT_ARRAY_PARAM_DESC(tell, tell_rows, name);

static void tell_test(struct kunit *test)
{
	const struct tell_row *row = test->param_value;
	struct rows_world *w = rows_world(test, 2, 1, row->given);
	struct drbd_wire_state wire;

	drbd_state_tell(&w->s, 0, 0, DRBD_OLD, &wire);
	KUNIT_EXPECT_EQ(test, drbd_wire_state_encode(&wire, 124), row->word);
}

/* A snapshot has the state before a change, and the one after it. */
static void tell_new_test(struct kunit *test)
{
	struct rows_world *w = rows_world(test, 2, 1, "");
	struct drbd_wire_state wire;

	rows_read(test, w, DRBD_NEW, "disk=Failed susp_user=1");
	drbd_state_tell(&w->s, 0, 0, DRBD_NEW, &wire);
	KUNIT_EXPECT_EQ(test, wire.disk, DRBD_D_FAILED);
	KUNIT_EXPECT_TRUE(test, wire.susp);
	drbd_state_tell(&w->s, 0, 0, DRBD_OLD, &wire);
	KUNIT_EXPECT_EQ(test, wire.disk, DRBD_D_UP_TO_DATE);
	KUNIT_EXPECT_FALSE(test, wire.susp);
}

static struct kunit_case tell_cases[] = {
	KUNIT_CASE_PARAM(tell_test, tell_gen_params),
	KUNIT_CASE(tell_new_test),
	{}
};

static struct kunit_suite tell_suite = {
	.name = "drbd-state-tell",
	.test_cases = tell_cases,
};

kunit_test_suite(tell_suite);
