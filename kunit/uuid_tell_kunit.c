// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what a node tells about its data generations
 *
 * The table of spec/resync.md 11.8, and recorded packets.
 */

#include <kunit/test.h>

#include "../core/uuid_gen.h"
#include "../core/uuid_tell.h"
#include "uuid_fixture.h"

struct weak_row {
	const char *name;
	enum drbd_disk own;
	enum drbd_disk peer1;
	enum drbd_disk peer2;
	u64 mask;
};

static const struct weak_row weaks[] = {
	{ "all UpToDate", DRBD_D_UP_TO_DATE, DRBD_D_UP_TO_DATE, DRBD_D_UP_TO_DATE, 0 },
	{ "one away", DRBD_D_UP_TO_DATE, DRBD_D_UNKNOWN, DRBD_D_UP_TO_DATE, 2 },
	{ "one Outdated", DRBD_D_UP_TO_DATE, DRBD_D_OUTDATED, DRBD_D_CONSISTENT, 2 },
	{ "one Failed", DRBD_D_UP_TO_DATE, DRBD_D_INCONSISTENT, DRBD_D_FAILED, 4 },
	{ "diskless", DRBD_D_DISKLESS, DRBD_D_UP_TO_DATE, DRBD_D_UNKNOWN, 5 },
	{ "Inconsistent", DRBD_D_INCONSISTENT, DRBD_D_DISKLESS, DRBD_D_NEGOTIATING, 3 },
};

KUNIT_ARRAY_PARAM_DESC(weak, weaks, name);

static void uuid_weak_test(struct kunit *test)
{
	const struct weak_row *row = test->param_value;
	struct fixture *f = setup(test, 0, C);

	add_peer(f, 1, row->peer1, DRBD_R_ESTABLISHED);
	add_peer(f, 2, row->peer2, DRBD_R_ESTABLISHED);
	f->env.disk = row->own;
	/* Not configured any more, whatever is left of it. */
	f->env.peer[3].disk = DRBD_D_UP_TO_DATE;
	KUNIT_EXPECT_EQ(test, drbd_uuid_weak_nodes(&f->env, 0), row->mask | ~7ULL);
}

static void uuid_stable_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, C);

	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	add_peer(f, 2, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	KUNIT_EXPECT_TRUE(test, drbd_uuid_stable(&f->env));
	f->env.peer[2].role = DRBD_ROLE_PRIMARY;
	KUNIT_EXPECT_FALSE(test, drbd_uuid_stable(&f->env));
	KUNIT_EXPECT_EQ(test, drbd_uuid_authoritative(&f->env), 4);
	f->env.role = DRBD_ROLE_PRIMARY;
	KUNIT_EXPECT_TRUE(test, drbd_uuid_stable(&f->env));
	f->env.role = DRBD_ROLE_SECONDARY;
	f->env.peer[2].repl = DRBD_R_OFF;
	KUNIT_EXPECT_TRUE(test, drbd_uuid_stable(&f->env));
	KUNIT_EXPECT_EQ(test, drbd_uuid_authoritative(&f->env), 0);
}

static void uuid_exposable_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, C);
	bool ambiguous;

	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	add_peer(f, 2, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	f->view[1].current_uuid = A;
	f->view[2].current_uuid = B;
	KUNIT_EXPECT_EQ(test, drbd_uuid_exposable(&f->ids, &f->env, &ambiguous), C);
	KUNIT_EXPECT_TRUE(test, drbd_uuid_data_accessible(&f->env));
	f->env.disk = DRBD_D_DISKLESS;
	KUNIT_EXPECT_EQ(test, drbd_uuid_exposable(&f->ids, &f->env, &ambiguous), 0);
	KUNIT_EXPECT_FALSE(test, drbd_uuid_data_accessible(&f->env));
	f->env.peer[2].remote_read = true;
	KUNIT_EXPECT_EQ(test, drbd_uuid_exposable(&f->ids, &f->env, &ambiguous), B);
	KUNIT_EXPECT_TRUE(test, drbd_uuid_data_accessible(&f->env));
	KUNIT_EXPECT_FALSE(test, ambiguous);
	f->env.peer[1].remote_read = true;
	KUNIT_EXPECT_EQ(test, drbd_uuid_exposable(&f->ids, &f->env, &ambiguous), A);
	KUNIT_EXPECT_TRUE(test, ambiguous);
	f->view[2].current_uuid = P(A);
	drbd_uuid_exposable(&f->ids, &f->env, &ambiguous);
	KUNIT_EXPECT_FALSE(test, ambiguous);
	f->env.peer[1].disk = DRBD_D_CONSISTENT;
	f->env.peer[2].disk = DRBD_D_UNKNOWN;
	KUNIT_EXPECT_FALSE(test, drbd_uuid_data_accessible(&f->env));
}

static void uuid_resolved_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, C);
	u64 flags = 0;

	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_SYNC_TARGET);
	add_peer(f, 2, DRBD_D_UP_TO_DATE, DRBD_R_PAUSED_SYNC_T);
	f->view[1].current_uuid = A;
	f->view[2].current_uuid = B;
	KUNIT_EXPECT_EQ(test, drbd_uuid_resolved(&f->ids, &f->env, 1, &flags), C);
	KUNIT_EXPECT_EQ(test, flags, 0);
	KUNIT_EXPECT_EQ(test, drbd_uuid_resolved(&f->ids, &f->env, 2, &flags), A);
	KUNIT_EXPECT_EQ(test, flags, DRBD_UUID_FLAG_SYNC_TARGET);
	KUNIT_EXPECT_EQ(test, drbd_uuid_resolved(&f->ids, &f->env, 2, NULL), A);

	/* Running or paused, it does not have their generations yet. */
	KUNIT_EXPECT_EQ(test, drbd_uuid_slot_as_sent(&f->ids, &f->env, 1), DRBD_UUID_UNKNOWN);
	KUNIT_EXPECT_EQ(test, drbd_uuid_slot_as_sent(&f->ids, &f->env, 2), DRBD_UUID_UNKNOWN);
	KUNIT_EXPECT_EQ(test, drbd_uuid_slot_as_sent(&f->ids, &f->env, 3), 0);
	f->ids.slots[0].uuid = D;
	KUNIT_EXPECT_EQ(test, drbd_uuid_slot_as_sent(&f->ids, &f->env, 0), 0);
	f->ids.slots[2].uuid = D;
	KUNIT_EXPECT_EQ(test, drbd_uuid_slot_as_sent(&f->ids, &f->env, 2), D);
	f->view[1].current_uuid = P(C);
	KUNIT_EXPECT_EQ(test, drbd_uuid_slot_as_sent(&f->ids, &f->env, 1), 0);
	f->view[1].current_uuid = 0;
	KUNIT_EXPECT_EQ(test, drbd_uuid_slot_as_sent(&f->ids, &f->env, 1), 0);
	f->view[1].current_uuid = A;
	f->env.peer[1].repl = DRBD_R_SYNC_SOURCE;
	KUNIT_EXPECT_EQ(test, drbd_uuid_slot_as_sent(&f->ids, &f->env, 1), 0);

	/* What is not known, and what is left of a peer that is not configured. */
	f->env.peer[1].repl = DRBD_R_SYNC_TARGET;
	f->env.peer[1].configured = false;
	KUNIT_EXPECT_EQ(test, drbd_uuid_slot_as_sent(&f->ids, &f->env, 1), 0);
	KUNIT_EXPECT_EQ(test, drbd_uuid_resolved(&f->ids, &f->env, 2, NULL), C);
	f->env.peer[1].configured = true;
	f->env.peer[1].uuids = NULL;
	KUNIT_EXPECT_EQ(test, drbd_uuid_slot_as_sent(&f->ids, &f->env, 1), 0);
	KUNIT_EXPECT_EQ(test, drbd_uuid_resolved(&f->ids, &f->env, 2, NULL), C);
}

static void uuid_sent_mask_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, C);
	int unalloc;

	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	f->ids.slots[4].flags = DRBD_MDF_NODE_EXISTS;
	f->ids.slots[2].uuid = A;
	f->ids.slots[3].uuid = A;
	KUNIT_EXPECT_EQ(test, drbd_uuid_sent_mask(&f->ids, 1, 124, &unalloc), 0x17ULL);
	KUNIT_EXPECT_EQ(test, unalloc, 2);
	/* Not the receiver's own slot: it has to have the generation it names. */
	KUNIT_EXPECT_EQ(test, drbd_uuid_sent_mask(&f->ids, 2, 116, &unalloc), 0x1bULL);
	KUNIT_EXPECT_EQ(test, unalloc, 3);
	KUNIT_EXPECT_EQ(test, drbd_uuid_sent_mask(&f->ids, 1, 115, &unalloc), 0x13ULL);
	KUNIT_EXPECT_EQ(test, unalloc, -1);
	f->ids.max_peers = 1;
	KUNIT_EXPECT_EQ(test, drbd_uuid_sent_mask(&f->ids, 1, 124, &unalloc), 0x13ULL);
	/* The first bitmap is free, and the first node is nobody; never this one itself. */
	f = setup(test, 1, C);
	add_peer(f, 2, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	f->ids.slots[1].uuid = A;
	f->ids.slots[1].bitmap_index = 0;
	KUNIT_EXPECT_EQ(test, drbd_uuid_free_index(&f->ids), 0);
	KUNIT_EXPECT_EQ(test, drbd_uuid_sent_mask(&f->ids, 2, 124, &unalloc), 6ULL);
	KUNIT_EXPECT_EQ(test, unalloc, -1);
	f->ids.slots[0].uuid = A;
	f->ids.slots[5].uuid = A;
	KUNIT_EXPECT_EQ(test, drbd_uuid_sent_mask(&f->ids, 2, 124, &unalloc), 7ULL);
	KUNIT_EXPECT_EQ(test, unalloc, 0);
	drbd_uuid_tell(&f->ids, &f->env, 2, 0, 0, &f->out);
	KUNIT_EXPECT_EQ(test, f->out.flags, DRBD_UUID_FLAG_STABLE | DRBD_UUID_FLAG_HAS_UNALLOC);
	KUNIT_EXPECT_EQ(test, f->out.node_mask, 0);
	drbd_uuid_tell(&f->ids, &f->env, 2, 0, DRBD_UUID_FLAG_NEW_DATAGEN, &f->out);
	KUNIT_EXPECT_EQ(test, f->out.node_mask, ~6ULL);
}

/* The first packet of a recorded conversation of 9.3.3 nodes, whose Primary is
 * node 0 and has lost node 2: spec of the fields is resync.md 1.2 and 1.11.
 */
static void uuid_tell_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, 0x8e7f1a437493ac9dULL);

	f->ids.max_peers = 3;
	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	add_peer(f, 2, DRBD_D_UNKNOWN, DRBD_R_OFF);
	f->env.role = DRBD_ROLE_PRIMARY;
	f->ids.slots[2].uuid = 0xbf5c7517552e8bd6ULL;
	f->ids.slots[3].uuid = 0xbf5c7517552e8bd6ULL;
	f->ids.history[0] = 0xbf5c7517552e8bd6ULL;
	drbd_uuid_tell(&f->ids, &f->env, 1, 0, DRBD_UUID_FLAG_NEW_DATAGEN, &f->out);
	KUNIT_EXPECT_EQ(test, f->out.current_uuid, 0x8e7f1a437493ac9dULL);
	KUNIT_EXPECT_EQ(test, f->out.dirty_bits, 0);
	KUNIT_EXPECT_EQ(test, f->out.flags, 0x0300000000001030ULL);
	KUNIT_EXPECT_EQ(test, f->out.node_mask, 0xfffffffffffffffcULL);
	KUNIT_EXPECT_EQ(test, f->out.bitmap_mask, 0xfULL);
	KUNIT_EXPECT_EQ(test, f->out.bitmap[0], 0);
	KUNIT_EXPECT_EQ(test, f->out.bitmap[1], 0);
	KUNIT_EXPECT_EQ(test, f->out.bitmap[2], 0xbf5c7517552e8bd6ULL);
	KUNIT_EXPECT_EQ(test, f->out.bitmap[3], 0xbf5c7517552e8bd6ULL);
	KUNIT_EXPECT_EQ(test, f->out.bitmap[4], DRBD_UUID_UNKNOWN);
	KUNIT_EXPECT_EQ(test, f->out.history[0], 0xbf5c7517552e8bd6ULL);
	KUNIT_EXPECT_EQ(test, f->out.history[1], 0);

	/* And what a Secondary beside a Primary tells. */
	f->env.role = DRBD_ROLE_SECONDARY;
	f->env.peer[1].role = DRBD_ROLE_PRIMARY;
	drbd_uuid_tell(&f->ids, &f->env, 2, 6, DRBD_UUID_FLAG_RECONNECT, &f->out);
	KUNIT_EXPECT_EQ(test, f->out.flags, 0x0300000000001100ULL);
	KUNIT_EXPECT_EQ(test, f->out.dirty_bits, 6);
	KUNIT_EXPECT_EQ(test, f->out.node_mask, 2);
	f->env.peer[1].role = DRBD_ROLE_SECONDARY;
	drbd_uuid_tell(&f->ids, &f->env, 2, 0, 0, &f->out);
	KUNIT_EXPECT_EQ(test, f->out.flags, 0x0300000000001020ULL);
	KUNIT_EXPECT_EQ(test, f->out.node_mask, 0);
}

struct own_row {
	const char *name;
	struct drbd_own_flags own;
	u64 flags;
};

#define RECONNECT DRBD_UUID_FLAG_RECONNECT
#define LOST DRBD_UUID_FLAG_PRIMARY_LOST_QUORUM
#define CRASHED DRBD_UUID_FLAG_CRASHED_PRIMARY

static const struct own_row own_rows[] = {
	{ "just booted", {}, 0 },
	{ "reconnects", { .was_connected = true }, RECONNECT },
	{ "Primary reconnects", { .primary = true, .was_connected = true }, RECONNECT },
	{ "Secondary with bits", { .was_connected = true, .missing = true }, RECONNECT },
	{ "Primary with bits", { .primary = true, .was_connected = true, .missing = true }, LOST },
	{ "Secondary of a Primary, bits",
	  { .unstable = true, .was_connected = true, .missing = true }, LOST },
	{ "orphaned writes", { .orphaned = true, .was_connected = true }, RECONNECT },
	{ "orphaned writes, bits",
	  { .orphaned = true, .was_connected = true, .missing = true }, LOST },
	{ "lost quorum", { .lost_quorum = true, .was_connected = true }, LOST | RECONNECT },
	{ "lost quorum, bits", { .lost_quorum = true, .was_connected = true, .missing = true },
	  LOST },
	{ "synced", { .was_connected = true, .synced = true }, RECONNECT },
	{ "synced, bits", { .was_connected = true, .synced = true, .missing = true }, LOST },
	{ "settled with bits", { .was_connected = true, .settled = true }, LOST },
	{ "crashed", { .crashed = true }, CRASHED },
	{ "crashed, then connected", { .crashed = true, .was_connected = true }, CRASHED },
	{ "discard", { .discard = true, .inconsistent = true },
	  DRBD_UUID_FLAG_DISCARD_MY_DATA | DRBD_UUID_FLAG_INCONSISTENT },
};

KUNIT_ARRAY_PARAM_DESC(own, own_rows, name);

static void own_flags_test(struct kunit *test)
{
	const struct own_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_uuid_own_flags(&row->own), row->flags);
}

static struct kunit_case uuid_tell_cases[] = {
	KUNIT_CASE_PARAM(own_flags_test, own_gen_params),
	KUNIT_CASE_PARAM(uuid_weak_test, weak_gen_params),
	KUNIT_CASE(uuid_stable_test),
	KUNIT_CASE(uuid_exposable_test),
	KUNIT_CASE(uuid_resolved_test),
	KUNIT_CASE(uuid_sent_mask_test),
	KUNIT_CASE(uuid_tell_test),
	{}
};

static struct kunit_suite uuid_tell_suite = {
	.name = "drbd-uuid-tell",
	.test_cases = uuid_tell_cases,
};

kunit_test_suite(uuid_tell_suite);
