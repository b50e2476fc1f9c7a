// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of data generations on a node with a disk
 *
 * Tables of spec/resync.md 11.5 and spec/metadata.md 14.7.
 */

#include <kunit/test.h>
#include <linux/prandom.h>

#include "../core/uuid_gen.h"
#include "uuid_fixture.h"

static const u64 randoms[2] = { FRESH, NEXT };

/**
 * struct rotate_row - a node that may stay behind
 * @name: of the row
 * @current_uuid: current UUID before
 * @slot: its bitmap UUID before
 * @configured: it is a configured peer
 * @disk: its disk state
 * @bitmap: it has a bitmap
 * @weak: it does not get what the Primary writes
 * @max_peers: number of bitmaps that the disk has
 * @after: its bitmap UUID afterwards
 * @counts: it stays behind, a new generation is needed
 */
struct rotate_row {
	const char *name;
	u64 current_uuid;
	u64 slot;
	bool configured;
	enum drbd_disk disk;
	bool bitmap;
	bool weak;
	int max_peers;
	u64 after;
	bool counts;
};

static const struct rotate_row rotates[] = {
	{ "UpToDate", U, 0, 1, DRBD_D_UP_TO_DATE, 1, 0, 1, 0, 0 },
	{ "UpToDate, weak", U, 0, 1, DRBD_D_UP_TO_DATE, 1, 1, 1, U, 1 },
	{ "UpToDate, weak, no bitmap", U, 0, 1, DRBD_D_UP_TO_DATE, 0, 1, 1, U, 1 },
	{ "DUnknown", U, 0, 1, DRBD_D_UNKNOWN, 1, 0, 1, U, 1 },
	{ "DUnknown, weak", U, 0, 1, DRBD_D_UNKNOWN, 1, 1, 1, U, 1 },
	{ "Outdated", U, 0, 1, DRBD_D_OUTDATED, 1, 0, 1, U, 1 },
	{ "Inconsistent", U, 0, 1, DRBD_D_INCONSISTENT, 1, 0, 1, U, 1 },
	{ "Diskless", U, 0, 1, DRBD_D_DISKLESS, 1, 0, 1, U, 1 },
	{ "Diskless, no bitmap", U, 0, 1, DRBD_D_DISKLESS, 0, 0, 1, 0, 0 },
	{ "Diskless, no bitmap, weak", U, 0, 1, DRBD_D_DISKLESS, 0, 1, 1, 0, 0 },
	{ "Failed, no bitmap", U, 0, 1, DRBD_D_FAILED, 0, 0, 1, U, 1 },
	{ "DUnknown, no bitmap", U, 0, 1, DRBD_D_UNKNOWN, 0, 0, 1, U, 1 },
	{ "Negotiating", U, 0, 1, DRBD_D_NEGOTIATING, 1, 0, 1, 0, 0 },
	{ "Negotiating, weak", U, 0, 1, DRBD_D_NEGOTIATING, 1, 1, 1, U, 1 },
	{ "Consistent", U, 0, 1, DRBD_D_CONSISTENT, 1, 0, 1, 0, 0 },
	{ "Consistent, weak", U, 0, 1, DRBD_D_CONSISTENT, 1, 1, 1, U, 1 },
	{ "DUnknown, stays behind already", U, T, 1, DRBD_D_UNKNOWN, 1, 0, 1, T, 0 },
	{ "DUnknown, recorded already", U, U, 1, DRBD_D_UNKNOWN, 1, 0, 1, U, 1 },
	{ "the Primary bit is compared", U, P(U), 1, DRBD_D_UNKNOWN, 1, 0, 1, P(U), 0 },
	{ "the Primary bit is recorded", P(U), 0, 1, DRBD_D_UNKNOWN, 1, 0, 1, P(U), 1 },
	{ "not configured, free bitmap", U, 0, 0, 0, 0, 0, 1, U, 1 },
	{ "not configured, no free bitmap", U, 0, 0, 0, 0, 0, 0, U, 0 },
	{ "not configured, has a bitmap", U, 0, 0, 0, 1, 0, 1, U, 1 },
	{ "not configured, has it from the first day", U, T, 0, 0, 0, 0, 1, T, 0 },
	{ "just created", 4, 0, 1, DRBD_D_UNKNOWN, 1, 0, 1, FRESH, 1 },
	{ "no current UUID", 0, 0, 1, DRBD_D_UNKNOWN, 1, 0, 1, FRESH, 1 },
	{ "just created, not configured", 4, 0, 0, 0, 0, 0, 1, FRESH, 1 },
};

KUNIT_ARRAY_PARAM_DESC(rotate, rotates, name);

static void uuid_rotate_test(struct kunit *test)
{
	const struct rotate_row *row = test->param_value;
	struct fixture *f = setup(test, 0, row->current_uuid);
	u64 got;
	int n;

	/* Other ids have an older generation, so they do not matter. */
	for (n = 1; n < DRBD_NODES; n++)
		f->ids.slots[n].uuid = B;
	f->ids.slots[1].uuid = row->slot;
	f->ids.slots[1].dagtag = 17;
	f->ids.max_peers = row->max_peers;
	f->env.peer[1].configured = row->configured;
	f->env.peer[1].disk = row->disk;
	if (row->bitmap) {
		f->ids.slots[1].flags = DRBD_MDF_HAVE_BITMAP;
		f->ids.slots[1].bitmap_index = 0;
	}
	got = drbd_uuid_rotate(&f->ids, &f->env, row->weak ? 2 : 0, 99, FRESH);
	KUNIT_EXPECT_EQ(test, f->ids.slots[1].uuid, row->after);
	KUNIT_EXPECT_EQ(test, got, row->counts ? 2ULL : 0ULL);
	KUNIT_EXPECT_EQ(test, f->ids.slots[1].dagtag,
			row->after == row->slot && !row->counts ? 17ULL : 99ULL);
	KUNIT_EXPECT_EQ(test, f->ids.slots[2].uuid, B);
	KUNIT_EXPECT_EQ(test, f->ids.slots[0].uuid, 0);
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, row->current_uuid);
}

/* Each id without a bitmap is worth one of the bitmaps that are left. */
static void uuid_rotate_indexes_test(struct kunit *test)
{
	struct fixture *f = setup(test, 3, U);

	f->ids.max_peers = 4;
	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);	/* index 0 */
	add_peer(f, 2, DRBD_D_UNKNOWN, DRBD_R_OFF);		/* index 1 */
	f->ids.slots[7].bitmap_index = 3;
	/* 2 itself, 0 by index 2, 7 by its own; 4 and later ones by index 4 and up */
	KUNIT_EXPECT_EQ(test, drbd_uuid_rotate(&f->ids, &f->env, 0, 1, FRESH),
			BIT_ULL(2) | BIT_ULL(0) | BIT_ULL(7));
	KUNIT_EXPECT_EQ(test, f->ids.slots[1].uuid, 0);
	KUNIT_EXPECT_EQ(test, f->ids.slots[4].uuid, U);
	KUNIT_EXPECT_EQ(test, f->ids.slots[31].uuid, U);
	KUNIT_EXPECT_EQ(test, drbd_uuid_free_index(&f->ids), 2);
	f->ids.max_peers = 2;
	KUNIT_EXPECT_EQ(test, drbd_uuid_free_index(&f->ids), -1);
	/* An index that no bitmap has, of broken metadata, is none in use. */
	f->ids.slots[7].bitmap_index = 32;
	f->ids.max_peers = 4;
	f->ids.slots[0].bitmap_index = 2;
	KUNIT_EXPECT_EQ(test, drbd_uuid_free_index(&f->ids), 3);
}

struct day0_row {
	const char *name;
	u64 current_uuid;
	u64 history;
	u64 slot;
	u64 own_slot;
	bool day0;
};

static const struct day0_row day0s[] = {
	{ "first generation", U, 0, 0, 0, true },
	{ "first generation, primary", P(U), 0, 0, 0, true },
	{ "none", 0, 0, 0, 0, false },
	{ "just created", 4, 0, 0, 0, false },
	{ "just created, primary", 5, 0, 0, 0, false },
	{ "history", U, A, 0, 0, false },
	{ "slot", U, 0, A, 0, false },
	{ "own slot", U, 0, 0, A, true },
};

KUNIT_ARRAY_PARAM_DESC(day0, day0s, name);

static void uuid_day0_test(struct kunit *test)
{
	const struct day0_row *row = test->param_value;
	struct fixture *f = setup(test, 1, row->current_uuid);

	f->ids.history[31] = row->history;
	f->ids.slots[31].uuid = row->slot;
	f->ids.slots[1].uuid = row->own_slot;
	KUNIT_EXPECT_EQ(test, drbd_uuid_is_day0(&f->ids), row->day0);
}

static void uuid_new_generation_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, U);
	int n;

	f->env.role = DRBD_ROLE_PRIMARY;
	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	f->ids.max_peers = 1;
	f->ids.history[0] = A;
	/* Nobody stays behind; day-0 slots get their UUID anyway. */
	KUNIT_EXPECT_FALSE(test, drbd_uuid_new_generation(&f->ids, &f->env, 0, 5, randoms));
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, U);
	KUNIT_EXPECT_EQ(test, f->ids.slots[2].uuid, U);

	/* The same on the first day. */
	for (n = 0; n < DRBD_NODES; n++)
		f->ids.slots[n].uuid = 0;
	f->ids.history[0] = 0;
	KUNIT_EXPECT_TRUE(test, drbd_uuid_new_generation(&f->ids, &f->env, 0, 5, randoms));
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, P(NEXT));
	KUNIT_EXPECT_EQ(test, f->ids.exposed, P(NEXT));
	KUNIT_EXPECT_EQ(test, f->ids.history[0], U);
	KUNIT_EXPECT_EQ(test, f->ids.history[1], 0);

	/* The peer goes; the current one moves to its slot, not to the history. */
	f->env.peer[1].disk = DRBD_D_UNKNOWN;
	f->env.peer[1].repl = DRBD_R_OFF;
	KUNIT_EXPECT_TRUE(test, drbd_uuid_new_generation(&f->ids, &f->env, 0, 5,
							 (const u64[]){ 1, D }));
	KUNIT_EXPECT_EQ(test, f->ids.slots[1].uuid, P(NEXT));
	KUNIT_EXPECT_EQ(test, f->ids.slots[1].dagtag, 5);
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, P(D));
	KUNIT_EXPECT_EQ(test, f->ids.history[1], 0);
	/* Nor again for the same loss. */
	KUNIT_EXPECT_FALSE(test, drbd_uuid_new_generation(&f->ids, &f->env, 0, 6,
							  (const u64[]){ 1, E }));
	KUNIT_EXPECT_EQ(test, f->ids.slots[1].dagtag, 5);

	/* A sync target that is lost keeps its slot, but may have P(D) by now. */
	f->env.peer[1].disk = DRBD_D_INCONSISTENT;
	KUNIT_EXPECT_TRUE(test, drbd_uuid_new_generation(&f->ids, &f->env, 0, 6,
							 (const u64[]){ 1, E }));
	KUNIT_EXPECT_EQ(test, f->ids.slots[1].uuid, P(NEXT));
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, P(E));
	KUNIT_EXPECT_EQ(test, f->ids.history[0], D);
}

static void uuid_forced_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, 4);

	f->env.role = DRBD_ROLE_PRIMARY;
	add_peer(f, 1, DRBD_D_INCONSISTENT, DRBD_R_ESTABLISHED);
	add_peer(f, 2, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	add_peer(f, 3, DRBD_D_INCONSISTENT, DRBD_R_OFF);
	KUNIT_EXPECT_EQ(test, drbd_uuid_forced_mask(&f->env), 2);
	KUNIT_EXPECT_TRUE(test, drbd_uuid_new_generation(&f->ids, &f->env, 2, 5, randoms));
	/* No data had a name before: the peers get one that nobody has. */
	KUNIT_EXPECT_EQ(test, f->ids.slots[1].uuid, FRESH);
	KUNIT_EXPECT_EQ(test, f->ids.slots[2].uuid, 0);
	KUNIT_EXPECT_EQ(test, f->ids.slots[3].uuid, FRESH);
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, P(NEXT));
	KUNIT_EXPECT_EQ(test, f->ids.history[0], 0);
}

static void uuid_admin_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, U);

	add_peer(f, 1, DRBD_D_UNKNOWN, DRBD_R_OFF);
	f->ids.slots[1].uuid = A;
	f->ids.slots[9].uuid = B;	/* of a node that once was there */
	KUNIT_EXPECT_TRUE(test, drbd_uuid_admin_generation(&f->ids, &f->env, 5, randoms));
	KUNIT_EXPECT_EQ(test, f->ids.slots[1].uuid, U);
	KUNIT_EXPECT_EQ(test, f->ids.slots[9].uuid, U);
	KUNIT_EXPECT_EQ(test, f->ids.slots[0].uuid, 0);
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, NEXT);
	KUNIT_EXPECT_EQ(test, f->ids.history[0], B);
	KUNIT_EXPECT_EQ(test, f->ids.history[1], A);
	KUNIT_EXPECT_EQ(test, f->ids.history[2], 0);
}

/* Sequence S4 of spec/resync.md 11.6: an initial resync can be continued. */
static void uuid_start_target_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, 4);

	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_SYNC_TARGET);
	add_peer(f, 2, DRBD_D_UNKNOWN, DRBD_R_OFF);
	f->view[1].current_uuid = A;
	f->view[1].bitmap[0] = B;
	drbd_uuid_start_target(&f->ids, &f->env, 1, 3, FRESH);
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, B);
	KUNIT_EXPECT_EQ(test, f->ids.slots[2].uuid, B);
	KUNIT_EXPECT_EQ(test, f->ids.slots[1].uuid, 0);
	/* A name that is there already is kept. */
	f->view[1].bitmap[0] = C;
	drbd_uuid_start_target(&f->ids, &f->env, 1, 3, FRESH);
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, B);

	f = setup(test, 0, 4);
	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_SYNC_TARGET);
	f->view[1].bitmap[0] = DRBD_UUID_UNKNOWN;
	drbd_uuid_start_target(&f->ids, &f->env, 1, 3, FRESH);
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, 4);
	KUNIT_EXPECT_EQ(test, f->ids.slots[9].uuid, FRESH);
}

static void uuid_84_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, C);

	add_peer(f, 1, DRBD_D_INCONSISTENT, DRBD_R_SYNC_SOURCE);
	f->ids.slots[1].uuid = A;
	KUNIT_EXPECT_EQ(test, drbd_uuid_start_source_84(&f->ids, 1, 3, FRESH),
			0x00010000000000a0ULL);
	KUNIT_EXPECT_EQ(test, f->ids.slots[1].uuid, 0x00010000000000a0ULL);
	KUNIT_EXPECT_EQ(test, f->ids.history[0], A);
	f->ids.slots[1].uuid = 0;
	KUNIT_EXPECT_EQ(test, drbd_uuid_start_source_84(&f->ids, 1, 3, FRESH), FRESH);
	f->ids.slots[1].uuid = 4;
	KUNIT_EXPECT_EQ(test, drbd_uuid_start_source_84(&f->ids, 1, 3, FRESH), FRESH);
	drbd_uuid_got_sync_uuid(&f->ids, &f->env, 1, B);
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, B);
	KUNIT_EXPECT_EQ(test, f->ids.slots[1].uuid, 0);
	KUNIT_EXPECT_EQ(test, f->ids.history[1], 0);
}

static void uuid_forget_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, C);
	struct drbd_uuid_slot *slot = &f->ids.slots[1];

	add_peer(f, 1, DRBD_D_UNKNOWN, DRBD_R_OFF);
	drbd_uuid_set_slot(&f->ids, 1, A, 3);
	f->ids.slots[2].flags = DRBD_MDF_NODE_EXISTS;
	drbd_uuid_set_slot(&f->ids, 2, B, 3);
	drbd_uuid_set_slot(&f->ids, 3, D, 4);
	drbd_uuid_forget_peer(&f->ids, 1, 0);
	KUNIT_EXPECT_EQ(test, slot->uuid, D);
	KUNIT_EXPECT_EQ(test, slot->dagtag, 4);
	KUNIT_EXPECT_EQ(test, slot->flags, 0U);
	KUNIT_EXPECT_EQ(test, slot->bitmap_index, -1);
	/* It still exists: no bitmap, nothing to track. */
	slot->flags = DRBD_MDF_HAVE_BITMAP | DRBD_MDF_NODE_EXISTS;
	slot->bitmap_index = 0;
	drbd_uuid_forget_peer(&f->ids, 1, DRBD_MDF_NODE_EXISTS);
	KUNIT_EXPECT_EQ(test, slot->uuid, 0);
	KUNIT_EXPECT_EQ(test, slot->flags, DRBD_MDF_NODE_EXISTS);
}

/* No slot is left that never was used. */
static void uuid_forget_last_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, C);
	int n;

	for (n = 1; n < DRBD_NODES; n++) {
		f->ids.slots[n].flags = DRBD_MDF_HAVE_BITMAP;
		f->ids.slots[n].bitmap_index = n - 1;
		f->ids.slots[n].uuid = A;
	}
	f->ids.max_peers = 31;
	KUNIT_EXPECT_EQ(test, drbd_uuid_free_index(&f->ids), -1);
	drbd_uuid_forget_peer(&f->ids, 7, 0);
	KUNIT_EXPECT_EQ(test, f->ids.slots[7].uuid, 0);
	KUNIT_EXPECT_EQ(test, f->ids.slots[8].uuid, A);
	KUNIT_EXPECT_EQ(test, drbd_uuid_free_index(&f->ids), 6);
}

/* What goes to the history is there once, and neither current nor in a slot when
 * it goes there; a generation that left the current UUID is found somewhere.
 */
static void uuid_random_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, 0x1000);
	struct rnd_state rnd;
	u64 next = 0x2000, last;
	int i, j, k;

	prandom_seed_state(&rnd, 1);
	f->env.role = DRBD_ROLE_PRIMARY;
	for (i = 1; i < 4; i++)
		add_peer(f, i, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	f->ids.max_peers = 3;
	for (i = 0; i < 2000; i++) {
		struct drbd_uuid_peer *peer = &f->env.peer[1 + prandom_u32_state(&rnd) % 3];
		int n = peer - f->env.peer;
		bool bumped = false;

		last = f->ids.current_uuid;
		if (peer->disk == DRBD_D_UP_TO_DATE) {
			peer->disk = DRBD_D_UNKNOWN;
			bumped = drbd_uuid_new_generation(&f->ids, &f->env, 0, i,
							  (const u64[]){ 0, next += 2 });
			KUNIT_ASSERT_TRUE(test, bumped);
			KUNIT_ASSERT_TRUE(test, drbd_uuid_equal(f->ids.slots[n].uuid, last));
		} else {
			peer->disk = DRBD_D_UP_TO_DATE;
			last = f->ids.slots[n].uuid;
			drbd_uuid_replace_slot(&f->ids, n, 0, i);
			for (j = 1; j < 4 && !drbd_uuid_equal(f->ids.slots[j].uuid, last); j++)
				;
			KUNIT_ASSERT_TRUE(test, j < 4 ||
					  drbd_uuid_in_history(f->ids.history, last));
		}
		for (j = 0; j < DRBD_HISTORY_UUIDS && f->ids.history[j]; j++) {
			KUNIT_ASSERT_FALSE(test, f->ids.history[j] & DRBD_UUID_PRIMARY);
			KUNIT_ASSERT_FALSE(test, drbd_uuid_equal(f->ids.history[j],
								 f->ids.current_uuid));
			for (k = 0; k < j; k++)
				KUNIT_ASSERT_NE(test, f->ids.history[j], f->ids.history[k]);
		}
	}
	KUNIT_EXPECT_NE(test, f->ids.history[31], 0);
}

static struct kunit_case uuid_gen_cases[] = {
	KUNIT_CASE_PARAM(uuid_rotate_test, rotate_gen_params),
	KUNIT_CASE(uuid_rotate_indexes_test),
	KUNIT_CASE_PARAM(uuid_day0_test, day0_gen_params),
	KUNIT_CASE(uuid_new_generation_test),
	KUNIT_CASE(uuid_forced_test),
	KUNIT_CASE(uuid_admin_test),
	KUNIT_CASE(uuid_start_target_test),
	KUNIT_CASE(uuid_84_test),
	KUNIT_CASE(uuid_forget_test),
	KUNIT_CASE(uuid_forget_last_test),
	KUNIT_CASE(uuid_random_test),
	{}
};

static struct kunit_suite uuid_gen_suite = {
	.name = "drbd-uuid-gen",
	.test_cases = uuid_gen_cases,
};

kunit_test_suite(uuid_gen_suite);
