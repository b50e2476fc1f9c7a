// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the UUID set of a device
 *
 * Tables of spec/resync.md 11.4 and spec/metadata.md 14.6.
 */

#include <kunit/test.h>
#include <linux/string.h>

#include "../core/uuid.h"
#include "uuid_fixture.h"

/**
 * struct push_row - a generation that goes to the history
 * @name: of the row
 * @uuid: the generation; the current one is C
 * @slot: UUID in the slot of node 2
 * @before: history, with a length of 32 if full
 * @after: the same, afterwards
 * @full: all of the history is in use before
 */
struct push_row {
	const char *name;
	u64 uuid;
	u64 slot;
	u64 before[3];
	u64 after[4];
	bool full;
};

static const struct push_row pushes[] = {
	{ "0", 0, 0, { A }, { A } },
	{ "just created", 4, 0, { A }, { A } },
	{ "just created, empty history", 4, 0, {}, {} },
	{ "just created, primary", 5, 0, { A }, { A } },
	{ "unknown", DRBD_UUID_UNKNOWN, 0, { A }, { A } },
	{ "current", C, 0, { A, B }, { A, B } },
	{ "current, primary", P(C), 0, { A }, { A } },
	{ "current, empty history", C, 0, {}, {} },
	{ "new, empty history", A, 0, {}, { A } },
	{ "in a slot, empty history", P(A), A, {}, { A } },
	{ "in a slot", A, A, { B }, { B } },
	{ "in a slot, primary", P(D), D, { A, B }, { A, B } },
	{ "in a slot that is primary", D, P(D), { A, B }, { A, B } },
	{ "in the history", A, 0, { B, A }, { B, A } },
	{ "newest of the history", A, D, { A, B }, { A, B } },
	{ "in the history, primary", P(B), D, { A, B }, { A, B } },
	{ "new", P(A), 0, { B }, { A, B } },
	{ "new, slot in use", E, D, { A, B }, { E, A, B } },
	{ "new, slot in use, primary", P(E), D, { A, B }, { E, A, B } },
	{ "full", A, 0, {}, { A, 0x1000, 0x1002, 0x1004 }, true },
};

KUNIT_ARRAY_PARAM_DESC(push, pushes, name);

static void uuid_push_test(struct kunit *test)
{
	const struct push_row *row = test->param_value;
	struct fixture *f = setup(test, 0, P(C));
	bool changed;
	int i;

	f->ids.slots[2].uuid = row->slot;
	memcpy(f->ids.history, row->before, sizeof(row->before));
	for (i = 0; row->full && i < DRBD_HISTORY_UUIDS; i++)
		f->ids.history[i] = 0x1000 + 2 * i;
	changed = drbd_uuid_push_history(&f->ids, row->uuid);
	KUNIT_EXPECT_EQ(test, changed, row->full || memcmp(row->before, row->after,
							   sizeof(row->before)));
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, f->ids.history[i], row->after[i]);
	/* 0x1000 + 2 * 31 fell off its end. */
	KUNIT_EXPECT_EQ(test, f->ids.history[31], row->full ? 0x103cULL : 0ULL);
}

static void uuid_set_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, A);

	drbd_uuid_set_slot(&f->ids, 1, B, 7);
	drbd_uuid_set_slot(&f->ids, 2, C, 9);
	drbd_uuid_set_slot(&f->ids, 0, C, 90);
	f->ids.slots[3].dagtag = 100;	/* without a UUID, so it is void */
	KUNIT_EXPECT_EQ(test, drbd_uuid_max_dagtag(&f->ids), 9);
	drbd_uuid_replace_slot(&f->ids, 2, 0, 10);
	KUNIT_EXPECT_EQ(test, f->ids.slots[2].dagtag, 0);
	KUNIT_EXPECT_EQ(test, f->ids.history[0], C);
	drbd_uuid_set_slot(&f->ids, 1, D, 8);
	KUNIT_EXPECT_EQ(test, f->ids.history[0], C);
	KUNIT_EXPECT_EQ(test, f->ids.slots[1].dagtag, 8);

	drbd_uuid_set_current(&f->ids, E, DRBD_ROLE_PRIMARY);
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, P(E));
	KUNIT_EXPECT_EQ(test, f->ids.exposed, P(E));
	drbd_uuid_set_primary(&f->ids, DRBD_ROLE_SECONDARY);
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, E);
	drbd_uuid_set_primary(&f->ids, DRBD_ROLE_PRIMARY);
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, P(E));
	drbd_uuid_set_current(&f->ids, P(D), DRBD_ROLE_SECONDARY);
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, D);
	KUNIT_EXPECT_EQ(test, f->ids.exposed, D);
	/* No data, no Primary bit, and nothing to expose. */
	drbd_uuid_set_current(&f->ids, 5, DRBD_ROLE_PRIMARY);
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, 4);
	KUNIT_EXPECT_EQ(test, f->ids.exposed, D);
	drbd_uuid_set_primary(&f->ids, DRBD_ROLE_PRIMARY);
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, 4);
	drbd_uuid_set_exposed(&f->ids, P(D), DRBD_ROLE_PRIMARY);
	KUNIT_EXPECT_EQ(test, f->ids.exposed, D);
}

static void uuid_equal_test(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, drbd_uuid_equal(0x1000, 0x1001));
	KUNIT_EXPECT_TRUE(test, drbd_uuid_equal(0, 0));
	KUNIT_EXPECT_FALSE(test, drbd_uuid_equal(0x1000, 0x1002));
	KUNIT_EXPECT_FALSE(test, drbd_uuid_equal(0x8000000000001000ULL, 0x1000));
}

static struct kunit_case uuid_cases[] = {
	KUNIT_CASE(uuid_equal_test),
	KUNIT_CASE_PARAM(uuid_push_test, push_gen_params),
	KUNIT_CASE(uuid_set_test),
	{}
};

static struct kunit_suite uuid_suite = {
	.name = "drbd-uuid",
	.test_cases = uuid_cases,
};

kunit_test_suite(uuid_suite);
