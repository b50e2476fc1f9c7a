// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the UUID set at the end of resyncs
 *
 * The rules of spec/resync.md 1.12 and 1.13, sequences S1 and S3 of 11.6.
 */

#include <kunit/test.h>
#include <linux/string.h>

#include "../core/uuid_finish.h"
#include "uuid_fixture.h"

#define UNKNOWN DRBD_UUID_UNKNOWN

static void no_bitmaps(struct drbd_peer_uuids *view)
{
	int n;

	for (n = 0; n < DRBD_NODES; n++)
		view->bitmap[n] = UNKNOWN;
}

/* Sequence S3: node 0 is target of node 1; node 2 is behind, node 3 is not. */
static void finish_target_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, P(T));

	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_SYNC_TARGET);
	add_peer(f, 2, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	add_peer(f, 3, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	f->view[1].current_uuid = P(C);
	f->view[1].bitmap[0] = T;
	f->view[1].bitmap[2] = A;
	f->view[1].history[0] = D;
	f->view[1].history[1] = E;
	f->view[2].current_uuid = A;
	f->view[3].current_uuid = C;
	f->ids.slots[1].uuid = B;
	KUNIT_EXPECT_EQ(test, drbd_uuid_resync_finished(&f->ids, &f->env, 1, T, 5), 4);
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, C);
	KUNIT_EXPECT_EQ(test, f->ids.slots[1].uuid, 0);
	KUNIT_EXPECT_EQ(test, f->ids.slots[2].uuid, T);
	KUNIT_EXPECT_EQ(test, f->ids.slots[2].dagtag, 5);
	KUNIT_EXPECT_EQ(test, f->ids.slots[3].uuid, 0);
	KUNIT_EXPECT_EQ(test, f->ids.slots[0].uuid, 0);
	/* T is in a slot, so it is not needed here. */
	KUNIT_EXPECT_EQ(test, f->ids.history[0], B);
	KUNIT_EXPECT_EQ(test, f->ids.history[1], A);
	KUNIT_EXPECT_EQ(test, f->ids.history[2], D);
	KUNIT_EXPECT_EQ(test, f->ids.history[3], E);
	KUNIT_EXPECT_EQ(test, f->ids.history[4], 0);
	/* The source is known to have all of that. */
	KUNIT_EXPECT_MEMEQ(test, f->view[1].history, f->ids.history, sizeof(f->ids.history));
	KUNIT_EXPECT_EQ(test, f->view[1].bitmap[0], 0);
	KUNIT_EXPECT_EQ(test, f->view[1].bitmap[2], T);

	/* Node 2 has got on since node 1 saw it last, and told node 0. */
	f->view[1].bitmap[2] = A;
	f->view[2].current_uuid = FRESH;
	KUNIT_EXPECT_EQ(test, drbd_uuid_resync_finished(&f->ids, &f->env, 1, T, 5), 0);
	/* Or else the source has left it behind long ago. */
	f->view[1].bitmap[2] = A;
	f->view[2].current_uuid = E;
	KUNIT_EXPECT_EQ(test, drbd_uuid_resync_finished(&f->ids, &f->env, 1, T, 5), 4);
}

/**
 * struct third_row - a third node, 2, when node 0 has been synced from node 1
 * @name: of the row
 * @told: what the source has in its slot
 * @disk: its disk state, Diskless if it is no peer
 * @current_uuid: what it told last
 * @slot: own slot before; the resync began with T, and led to C
 * @after: own slot afterwards
 * @outdated: it turns out to be Outdated
 * @syncing: what it told is what it is being synced to
 */
struct third_row {
	const char *name;
	u64 told;
	enum drbd_disk disk;
	u64 current_uuid;
	u64 slot;
	u64 after;
	bool outdated;
	bool syncing;
};

static const struct third_row thirds[] = {
	{ "behind", A, DRBD_D_UP_TO_DATE, A, 0, T, true },
	{ "behind, Consistent", A, DRBD_D_CONSISTENT, A, 0, T, true },
	{ "behind, Outdated", A, DRBD_D_OUTDATED, A, 0, T, false },
	{ "behind, away", A, DRBD_D_UNKNOWN, C, 0, T, false },
	{ "behind, was behind", A, DRBD_D_UNKNOWN, A, B, T, false },
	{ "behind, but it has the generation", A, DRBD_D_UP_TO_DATE, P(C), B, 0, false },
	{ "Inconsistent, but it has the generation", A, DRBD_D_INCONSISTENT, C, B, 0, false },
	{ "being synced to the generation", A, DRBD_D_INCONSISTENT, C, B, T, false,
	  .syncing = true },
	{ "not attached", A, DRBD_D_FAILED, C, 0, T, false },
	{ "in sync", 0, DRBD_D_UP_TO_DATE, A, B, 0, false },
	{ "in sync, away", 0, DRBD_D_UNKNOWN, A, B, 0, false },
	{ "not known to the source", UNKNOWN, DRBD_D_UNKNOWN, A, B, 0, false },
	{ "no peer", A, DRBD_D_DISKLESS, A, 0, T, false },
};

KUNIT_ARRAY_PARAM_DESC(third, thirds, name);

static void finish_third_test(struct kunit *test)
{
	const struct third_row *row = test->param_value;
	struct fixture *f = setup(test, 0, T);

	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_SYNC_TARGET);
	add_peer(f, 2, row->disk, DRBD_R_ESTABLISHED);
	f->env.peer[2].configured = row->disk != DRBD_D_DISKLESS;
	f->view[1].current_uuid = C;
	f->view[1].bitmap[2] = row->told;
	f->view[1].bitmap[3] = row->told;	/* has no bitmap */
	f->view[2].current_uuid = row->current_uuid;
	f->view[2].flags = row->syncing ? DRBD_UUID_FLAG_SYNC_TARGET : 0;
	f->ids.slots[2].uuid = row->slot;
	f->ids.slots[3].uuid = E;
	KUNIT_EXPECT_EQ(test, drbd_uuid_resync_finished(&f->ids, &f->env, 1, T, 5),
			row->outdated ? 4 : 0);
	KUNIT_EXPECT_EQ(test, f->ids.slots[2].uuid, row->after);
	KUNIT_EXPECT_EQ(test, f->ids.slots[3].uuid, E);
}

/**
 * struct missed_row - both have generation A at a handshake
 * @name: of the row
 * @mine: own slot, as told
 * @theirs: slot of the peer
 * @bits: own bits
 * @dirty: bits of the peer
 * @proto: protocol version
 * @missed: expected
 * @peer_missed: expected at the peer
 */
struct missed_row {
	const char *name;
	u64 mine;
	u64 theirs;
	u64 bits;
	u64 dirty;
	int proto;
	enum drbd_missed_end missed;
	enum drbd_missed_end peer_missed;
};

static const struct missed_row misseds[] = {
	{ "nobody", 0, 0, 0, 0, 124, DRBD_MISSED_NONE, DRBD_MISSED_NONE },
	{ "nobody, with bits", 0, 0, 3, 3, 124, DRBD_MISSED_NONE, DRBD_MISSED_NONE },
	{ "source", B, 0, 3, 0, 124, DRBD_MISSED_SOURCE, DRBD_MISSED_PEER },
	{ "source, bits at the peer", B, 0, 0, 3, 124, DRBD_MISSED_SOURCE, DRBD_MISSED_PEER },
	{ "source, no bits", B, 0, 0, 0, 124, DRBD_MISSED_NONE, DRBD_MISSED_NONE },
	{ "source, no bits, old peer", B, 0, 0, 0, 123, DRBD_MISSED_SOURCE, DRBD_MISSED_PEER },
	{ "source, slot is current", P(A), 0, 3, 0, 124, DRBD_MISSED_NONE, DRBD_MISSED_NONE },
	{ "both", B, C, 3, 3, 124, DRBD_MISSED_NONE, DRBD_MISSED_NONE },
	{ "source, about to get it", UNKNOWN, 0, 3, 0, 124, DRBD_MISSED_NONE,
		DRBD_MISSED_NONE },
};

KUNIT_ARRAY_PARAM_DESC(missed, misseds, name);

static void finish_missed_side(struct kunit *test, const struct missed_row *row, bool peer,
			       enum drbd_missed_end missed)
{
	struct fixture *f = setup(test, 0, A);
	struct drbd_uuid_comm comm = {
		.bitmap_uuid = peer ? row->theirs : row->mine,
		.bits = peer ? row->dirty : row->bits,
	};
	bool cleared = comm.bitmap_uuid == B && !row->bits && !row->dirty;

	add_peer(f, 1, DRBD_D_UNKNOWN, DRBD_R_OFF);
	f->env.peer[1].proto = row->proto;
	f->view[1].current_uuid = P(A);
	f->view[1].bitmap[0] = peer ? row->mine : row->theirs;
	f->view[1].dirty_bits = peer ? row->bits : row->dirty;
	f->ids.slots[1].uuid = comm.bitmap_uuid;
	KUNIT_EXPECT_EQ(test, drbd_uuid_detect_missed(&f->ids, &f->env, 1, &comm), missed);
	KUNIT_EXPECT_EQ(test, f->ids.history[0], cleared ? B : 0);
	KUNIT_EXPECT_EQ(test, !f->ids.slots[1].uuid, !comm.bitmap_uuid);
	if (cleared)
		KUNIT_EXPECT_EQ(test, comm.bitmap_uuid, 0);

	/* Of different generations, or one that it is just about to be. */
	comm.bitmap_uuid = B;
	comm.bits = 1;
	f->view[1].flags = DRBD_UUID_FLAG_SYNC_TARGET;
	KUNIT_EXPECT_EQ(test, drbd_uuid_detect_missed(&f->ids, &f->env, 1, &comm),
			DRBD_MISSED_NONE);
	f->view[1].flags = 0;
	f->view[1].current_uuid = C;
	KUNIT_EXPECT_EQ(test, drbd_uuid_detect_missed(&f->ids, &f->env, 1, &comm),
			DRBD_MISSED_NONE);
}

static void finish_missed_test(struct kunit *test)
{
	const struct missed_row *row = test->param_value;

	finish_missed_side(test, row, false, row->missed);
	finish_missed_side(test, row, true, row->peer_missed);
}

/* Sequence S1: the target, node 1, tells that it has node 0's generation now. */
static void finish_source_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, P(A));
	struct drbd_uuid_moves moves;

	add_peer(f, 1, DRBD_D_INCONSISTENT, DRBD_R_SYNC_SOURCE);
	f->ids.slots[1].uuid = U;
	no_bitmaps(&f->view[1]);
	f->view[1].bitmap[0] = 0;
	/* It is not there yet. */
	f->view[1].current_uuid = U;
	drbd_uuid_detect_finished(&f->ids, &f->env, 1, 0, &moves);
	KUNIT_EXPECT_EQ(test, moves.changed, 0);
	f->view[1].current_uuid = A;
	drbd_uuid_detect_finished(&f->ids, &f->env, 1, 0, &moves);
	KUNIT_EXPECT_EQ(test, moves.changed, 2);
	KUNIT_EXPECT_EQ(test, moves.clear, 0);
	KUNIT_EXPECT_EQ(test, moves.nr_copies, 0);
	KUNIT_EXPECT_EQ(test, f->ids.slots[1].uuid, 0);
	KUNIT_EXPECT_EQ(test, f->ids.history[0], U);
}

/* A peer of version 9 says it by its own slot. */
static void finish_source_own_slot_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, P(A));
	struct drbd_uuid_moves moves;

	add_peer(f, 1, DRBD_D_INCONSISTENT, DRBD_R_SYNC_SOURCE);
	f->ids.slots[1].uuid = U;
	no_bitmaps(&f->view[1]);
	f->view[1].bitmap[1] = 0;
	f->view[1].current_uuid = A;
	/* In a handshake it is left to the comparison. */
	f->env.peer[1].repl = DRBD_R_OFF;
	drbd_uuid_detect_finished(&f->ids, &f->env, 1, 0, &moves);
	KUNIT_EXPECT_EQ(test, moves.changed, 0);
	f->env.peer[1].repl = DRBD_R_ESTABLISHED;
	drbd_uuid_detect_finished(&f->ids, &f->env, 1, 0, &moves);
	KUNIT_EXPECT_EQ(test, moves.changed, 2);
}

/* Node 1 has the same generation, and says that 2 to 5 have it as well. */
static void finish_elsewhere_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, A);
	struct drbd_uuid_moves moves;

	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	add_peer(f, 2, DRBD_D_UNKNOWN, DRBD_R_OFF);
	add_peer(f, 3, DRBD_D_INCONSISTENT, DRBD_R_SYNC_SOURCE);	/* not yet */
	add_peer(f, 4, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	f->ids.slots[2].uuid = B;
	f->ids.slots[3].uuid = B;
	f->ids.slots[4].uuid = C;
	f->ids.slots[5].uuid = D;
	f->ids.slots[5].flags = DRBD_MDF_NODE_EXISTS;
	f->ids.slots[6].uuid = D;	/* belongs to nobody */
	f->ids.slots[7].uuid = D;
	f->ids.slots[7].flags = DRBD_MDF_NODE_EXISTS;
	f->view[1].current_uuid = P(A);
	f->view[1].bitmap[7] = D;
	drbd_uuid_detect_finished(&f->ids, &f->env, 1, 0, &moves);
	KUNIT_EXPECT_EQ(test, moves.changed, 0x34ULL);
	KUNIT_EXPECT_EQ(test, moves.clear, 0x34ULL);
	KUNIT_EXPECT_EQ(test, f->ids.slots[2].uuid, 0);
	KUNIT_EXPECT_EQ(test, f->ids.slots[3].uuid, B);
	KUNIT_EXPECT_EQ(test, f->ids.slots[4].uuid, 0);
	KUNIT_EXPECT_EQ(test, f->ids.slots[5].uuid, 0);
	KUNIT_EXPECT_EQ(test, f->ids.slots[6].uuid, D);
	KUNIT_EXPECT_EQ(test, f->ids.slots[7].uuid, D);
}

/* The same for a Primary, that may have written more than what was synced. */
static void finish_elsewhere_primary_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, A);
	struct drbd_uuid_moves moves;

	f->env.role = DRBD_ROLE_PRIMARY;
	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	add_peer(f, 2, DRBD_D_UNKNOWN, DRBD_R_OFF);
	f->ids.slots[2].uuid = B;
	f->view[1].current_uuid = A;
	drbd_uuid_detect_finished(&f->ids, &f->env, 1, 0, &moves);
	KUNIT_EXPECT_EQ(test, moves.changed, 4);
	KUNIT_EXPECT_EQ(test, moves.clear, 0);
	KUNIT_EXPECT_EQ(test, f->ids.slots[2].uuid, 0);

	/* Or that was one, and crashed. */
	f->env.role = DRBD_ROLE_SECONDARY;
	f->env.owed = 4;
	f->ids.slots[2].uuid = B;
	drbd_uuid_detect_finished(&f->ids, &f->env, 1, 0, &moves);
	KUNIT_EXPECT_EQ(test, moves.changed, 4);
	KUNIT_EXPECT_EQ(test, moves.clear, 0);
	f->env.owed = ~4ULL;
	f->ids.slots[2].uuid = B;
	drbd_uuid_detect_finished(&f->ids, &f->env, 1, 0, &moves);
	KUNIT_EXPECT_EQ(test, moves.clear, 4);
}

/* Node 1 has an older generation, B, and node 2 has been synced to it. */
static void finish_older_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, A);
	struct drbd_uuid_moves moves;

	add_peer(f, 1, DRBD_D_OUTDATED, DRBD_R_ESTABLISHED);
	add_peer(f, 2, DRBD_D_UNKNOWN, DRBD_R_OFF);
	add_peer(f, 3, DRBD_D_UNKNOWN, DRBD_R_OFF);
	drbd_uuid_set_slot(&f->ids, 1, B, 7);
	drbd_uuid_set_slot(&f->ids, 2, C, 3);
	drbd_uuid_set_slot(&f->ids, 3, C, 9);	/* is newer than B */
	drbd_uuid_set_slot(&f->ids, 4, C, 3);
	f->ids.slots[4].flags = DRBD_MDF_NODE_EXISTS;
	f->view[1].current_uuid = B;
	/* That is what it is only about to have. */
	f->view[1].flags = DRBD_UUID_FLAG_SYNC_TARGET;
	drbd_uuid_detect_finished(&f->ids, &f->env, 1, 0, &moves);
	KUNIT_EXPECT_EQ(test, moves.changed, 0);
	f->view[1].flags = 0;
	drbd_uuid_detect_finished(&f->ids, &f->env, 1, 0, &moves);
	KUNIT_EXPECT_EQ(test, moves.changed, 0x14ULL);
	KUNIT_EXPECT_EQ(test, moves.clear, 0);
	KUNIT_EXPECT_EQ(test, moves.nr_copies, 1);
	KUNIT_EXPECT_EQ(test, moves.copies[0].from, 1);
	KUNIT_EXPECT_EQ(test, moves.copies[0].to, 2);
	KUNIT_EXPECT_EQ(test, f->ids.slots[2].uuid, B);
	KUNIT_EXPECT_EQ(test, f->ids.slots[2].dagtag, 7);
	KUNIT_EXPECT_EQ(test, f->ids.slots[3].uuid, C);
	KUNIT_EXPECT_EQ(test, f->ids.slots[4].uuid, B);
	KUNIT_EXPECT_EQ(test, f->ids.history[0], C);

	/* Without a complete bitmap for B, node 2 keeps what it has. */
	drbd_uuid_set_slot(&f->ids, 2, C, 3);
	drbd_uuid_detect_finished(&f->ids, &f->env, 1, 2, &moves);
	KUNIT_EXPECT_EQ(test, moves.changed, 0);
	f->ids.slots[1].flags = DRBD_MDF_NODE_EXISTS;
	drbd_uuid_detect_finished(&f->ids, &f->env, 1, 0, &moves);
	KUNIT_EXPECT_EQ(test, moves.changed, 0);
	KUNIT_EXPECT_EQ(test, f->ids.slots[2].uuid, C);
	/* With one that is not the first, it is found. */
	drbd_uuid_set_slot(&f->ids, 3, B, 7);
	drbd_uuid_detect_finished(&f->ids, &f->env, 1, 0, &moves);
	KUNIT_EXPECT_EQ(test, moves.copies[0].from, 3);
	KUNIT_EXPECT_EQ(test, f->ids.slots[2].uuid, B);
}

/* Node 1 made the same entry for nodes 3 and 4, which had different ones. */
static void finish_copied_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, A);
	struct drbd_uuid_moves moves;
	int n;

	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	for (n = 2; n < 7; n++)
		add_peer(f, n, DRBD_D_UNKNOWN, DRBD_R_OFF);
	f->env.peer[5].repl = DRBD_R_ESTABLISHED;
	f->view[1].current_uuid = D;
	no_bitmaps(&f->view[1]);
	f->view[1].bitmap[3] = P(B);
	f->view[1].bitmap[4] = B;
	f->view[1].bitmap[5] = B;	/* connected, it will tell itself */
	drbd_uuid_set_slot(&f->ids, 3, C, 3);
	drbd_uuid_set_slot(&f->ids, 4, B, 5);
	drbd_uuid_set_slot(&f->ids, 5, C, 3);
	drbd_uuid_set_slot(&f->ids, 6, C, 3);
	drbd_uuid_detect_finished(&f->ids, &f->env, 1, 0, &moves);
	KUNIT_EXPECT_EQ(test, moves.changed, 8);
	KUNIT_EXPECT_EQ(test, moves.nr_copies, 1);
	KUNIT_EXPECT_EQ(test, moves.copies[0].from, 4);
	KUNIT_EXPECT_EQ(test, moves.copies[0].to, 3);
	KUNIT_EXPECT_EQ(test, f->ids.slots[3].uuid, B);
	KUNIT_EXPECT_EQ(test, f->ids.slots[3].dagtag, 5);
	KUNIT_EXPECT_EQ(test, f->ids.slots[5].uuid, C);

	/* Nothing to copy from, and nothing to be overwritten. */
	drbd_uuid_set_slot(&f->ids, 3, C, 3);
	f->ids.slots[4].flags = DRBD_MDF_NODE_EXISTS;
	drbd_uuid_detect_finished(&f->ids, &f->env, 1, 0, &moves);
	KUNIT_EXPECT_EQ(test, moves.changed, 0);
	f->ids.slots[4].flags = DRBD_MDF_HAVE_BITMAP;
	drbd_uuid_set_slot(&f->ids, 3, 0, 0);
	drbd_uuid_detect_finished(&f->ids, &f->env, 1, 0, &moves);
	KUNIT_EXPECT_EQ(test, moves.changed, 0);
	drbd_uuid_set_slot(&f->ids, 3, C, 3);
	drbd_uuid_set_slot(&f->ids, 4, C, 3);
	drbd_uuid_detect_finished(&f->ids, &f->env, 1, 0, &moves);
	KUNIT_EXPECT_EQ(test, moves.changed, 0);
}

static struct kunit_case finish_cases[] = {
	KUNIT_CASE(finish_target_test),
	KUNIT_CASE_PARAM(finish_third_test, third_gen_params),
	KUNIT_CASE_PARAM(finish_missed_test, missed_gen_params),
	KUNIT_CASE(finish_source_test),
	KUNIT_CASE(finish_source_own_slot_test),
	KUNIT_CASE(finish_elsewhere_test),
	KUNIT_CASE(finish_elsewhere_primary_test),
	KUNIT_CASE(finish_older_test),
	KUNIT_CASE(finish_copied_test),
	{}
};

static struct kunit_suite finish_suite = {
	.name = "drbd-uuid-finish",
	.test_cases = finish_cases,
};

kunit_test_suite(finish_suite);
