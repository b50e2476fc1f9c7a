// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of data generations of a node without a disk
 *
 * The conditions of spec/resync.md 1.10, and the table of 1.14.
 */

#include <kunit/test.h>

#include "../core/uuid_diskless.h"
#include "uuid_fixture.h"

static const struct drbd_diskless_opts suspend_io, io_error = { .io_error = true };
static const struct drbd_diskless_opts intentional = { .intentional = true };

#define ALL_ONES DRBD_UUID_UNKNOWN

/**
 * struct bump_row - a diskless Primary, node 0, that exposes U
 * @name: of the row
 * @bitmap: what node 1 has in its slots 0 to 3; it is UpToDate and connected
 * @absent: disk state of node 2, which is not connected
 * @absent_uuid: current UUID that node 2 told last
 * @bump: a new generation has to begin
 * @opts: options
 * @no_bitmap: node 2 is configured to have no disk
 * @syncing: node 2 was being synced by a third node
 * @unconfirmed: the exposed generation is
 * @proto: protocol version of node 1
 */
struct bump_row {
	const char *name;
	u64 bitmap[4];
	enum drbd_disk absent;
	u64 absent_uuid;
	bool bump;
	const struct drbd_diskless_opts *opts;
	bool no_bitmap;
	bool syncing;
	bool unconfirmed;
	int proto;
};

static const struct bump_row bumps[] = {
	{ "the peer records that all are behind", { T, ALL_ONES, T, ALL_ONES }, DRBD_D_OUTDATED,
		T, false },
	{ "an absent node shares (A1)", { T, ALL_ONES, 0, ALL_ONES }, DRBD_D_OUTDATED, T, true },
	{ "a node that is not configured shares (A1)", { T, ALL_ONES, T, 0 }, DRBD_D_OUTDATED,
		T, true },
	{ "this node shares (A1)", { 0, ALL_ONES, T, ALL_ONES }, DRBD_D_OUTDATED, T, true },
	{ "this node never has a disk", { 0, ALL_ONES, T, ALL_ONES }, DRBD_D_OUTDATED, T, false,
		&intentional },
	{ "the peer's own slot does not matter", { T, 0, T, ALL_ONES }, DRBD_D_OUTDATED, T,
		false },
	{ "the absent node never has a disk", { T, ALL_ONES, 0, ALL_ONES }, DRBD_D_DISKLESS, T,
		false, .no_bitmap = true },
	{ "never has a disk, nobody is behind (A2)", { 0, ALL_ONES, ALL_ONES, ALL_ONES },
		DRBD_D_OUTDATED, T, true, &intentional },
	{ "never has a disk, a stranger is behind (A2)", { 0, ALL_ONES, ALL_ONES, T },
		DRBD_D_OUTDATED, T, true, &intentional },
	{ "the absent node had it (B)", { T, ALL_ONES, T, ALL_ONES }, DRBD_D_UNKNOWN, P(U),
		true },
	{ "the absent node was not heard of (B)", { T, ALL_ONES, T, ALL_ONES }, DRBD_D_OUTDATED,
		0, true },
	{ "the absent node had another one", { T, ALL_ONES, T, ALL_ONES }, DRBD_D_UNKNOWN, A,
		false },
	{ "the absent node was diskless", { T, ALL_ONES, T, ALL_ONES }, DRBD_D_DISKLESS, U,
		false },
	{ "the absent node was not ready", { T, ALL_ONES, T, ALL_ONES }, DRBD_D_CONSISTENT, U,
		false },
	{ "the absent node was being synced", { T, ALL_ONES, T, ALL_ONES }, DRBD_D_UNKNOWN, U,
		false, .syncing = true },
	{ "unconfirmed", { T, ALL_ONES, 0, ALL_ONES }, DRBD_D_UNKNOWN, U, false,
		.unconfirmed = true },
	{ "unconfirmed, requests may fail", { T, ALL_ONES, 0, ALL_ONES }, DRBD_D_UNKNOWN, U,
		true, &io_error, .unconfirmed = true },
	{ "an 8.4 peer has no slots", { T, ALL_ONES, 0, ALL_ONES }, DRBD_D_OUTDATED, T, false,
		.proto = 101 },
};

KUNIT_ARRAY_PARAM_DESC(bump, bumps, name);

static void diskless_bump_test(struct kunit *test)
{
	const struct bump_row *row = test->param_value;
	struct fixture *f = setup(test, 0, 0);
	struct drbd_exposed exposed = { .unconfirmed = row->unconfirmed };
	int n;

	f->env.role = DRBD_ROLE_PRIMARY;
	f->env.disk = DRBD_D_DISKLESS;
	f->ids.exposed = P(U);
	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	add_peer(f, 2, row->absent, DRBD_R_OFF);
	if (row->proto)
		f->env.peer[1].proto = row->proto;
	f->env.peer[2].no_bitmap = row->no_bitmap;
	for (n = 0; n < DRBD_NODES; n++)
		f->view[1].bitmap[n] = n < 4 ? row->bitmap[n] : DRBD_UUID_UNKNOWN;
	f->view[2].current_uuid = row->absent_uuid;
	if (row->syncing)
		f->view[2].flags = DRBD_UUID_FLAG_SYNC_TARGET;
	KUNIT_EXPECT_EQ(test, drbd_diskless_bump(&f->ids, &f->env, &exposed,
						 row->opts ?: &suspend_io), row->bump);
	/* No evidence of an UpToDate peer's, if it is not. */
	if (row->bump && row->absent_uuid == T) {
		f->env.peer[1].disk = DRBD_D_CONSISTENT;
		KUNIT_EXPECT_FALSE(test, drbd_diskless_bump(&f->ids, &f->env, &exposed,
							    row->opts ?: &suspend_io));
	}
}

static void diskless_bump_unknown_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, 0);
	struct drbd_exposed exposed = {};

	f->ids.exposed = U;
	KUNIT_EXPECT_FALSE(test, drbd_diskless_bump(&f->ids, &f->env, &exposed, &suspend_io));
	add_peer(f, 2, DRBD_D_UNKNOWN, DRBD_R_OFF);
	f->env.peer[2].uuids = NULL;
	KUNIT_EXPECT_TRUE(test, drbd_diskless_bump(&f->ids, &f->env, &exposed, &suspend_io));
	/* It had a disk, if not a good one. */
	f->env.peer[2].disk = DRBD_D_INCONSISTENT;
	KUNIT_EXPECT_TRUE(test, drbd_diskless_bump(&f->ids, &f->env, &exposed, &suspend_io));
	/* It is here, and gets what is written. */
	f->env.peer[2].repl = DRBD_R_ESTABLISHED;
	KUNIT_EXPECT_FALSE(test, drbd_diskless_bump(&f->ids, &f->env, &exposed, &suspend_io));
	f->env.peer[2].repl = DRBD_R_OFF;
	f->env.peer[2].configured = false;
	KUNIT_EXPECT_FALSE(test, drbd_diskless_bump(&f->ids, &f->env, &exposed, &suspend_io));
}

/* A peer in reach has lost its disk, and the one with data does not know of it. */
static void diskless_bump_disk_lost_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, 0);
	struct drbd_exposed exposed = {};
	int n;

	f->ids.exposed = U;
	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	add_peer(f, 2, DRBD_D_DISKLESS, DRBD_R_ESTABLISHED);
	for (n = 0; n < DRBD_NODES; n++)
		f->view[1].bitmap[n] = DRBD_UUID_UNKNOWN;
	f->view[1].bitmap[0] = T;
	f->view[2].current_uuid = P(U);
	KUNIT_EXPECT_TRUE(test, drbd_diskless_bump(&f->ids, &f->env, &exposed, &suspend_io));
	f->env.peer[2].disk = DRBD_D_INCONSISTENT;
	KUNIT_EXPECT_FALSE(test, drbd_diskless_bump(&f->ids, &f->env, &exposed, &suspend_io));
	f->env.peer[2].disk = DRBD_D_FAILED;
	f->view[2].current_uuid = A;
	KUNIT_EXPECT_FALSE(test, drbd_diskless_bump(&f->ids, &f->env, &exposed, &suspend_io));
	f->view[2].current_uuid = U;
	f->env.peer[2].no_bitmap = true;
	KUNIT_EXPECT_FALSE(test, drbd_diskless_bump(&f->ids, &f->env, &exposed, &suspend_io));
}

/* One generation, from its begin to its confirmation. */
static void diskless_confirm_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, 0);
	struct drbd_exposed exposed = {};

	f->env.role = DRBD_ROLE_PRIMARY;
	f->env.disk = DRBD_D_DISKLESS;
	f->ids.exposed = P(U);
	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	add_peer(f, 2, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	add_peer(f, 3, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);	/* protocol A */
	add_peer(f, 4, DRBD_D_UNKNOWN, DRBD_R_OFF);
	f->env.peer[3].uuids = NULL;
	f->view[4].current_uuid = U;
	KUNIT_EXPECT_FALSE(test, drbd_diskless_hold(&exposed, &suspend_io, 0));
	KUNIT_EXPECT_EQ(test, drbd_diskless_begin(&f->ids, &f->env, &exposed, NEXT, 0xffffffff),
			0xeULL);
	KUNIT_EXPECT_EQ(test, f->ids.exposed, P(NEXT));
	KUNIT_EXPECT_EQ(test, exposed.predecessor, P(U));
	KUNIT_EXPECT_EQ(test, f->view[1].current_uuid, P(NEXT));
	KUNIT_EXPECT_EQ(test, f->view[4].current_uuid, U);
	KUNIT_EXPECT_EQ(test, exposed.marks, 0xeULL);
	KUNIT_EXPECT_TRUE(test, exposed.unconfirmed);
	KUNIT_EXPECT_FALSE(test, drbd_diskless_hold(&exposed, &suspend_io, 0xfffffffe));
	KUNIT_EXPECT_TRUE(test, drbd_diskless_hold(&exposed, &suspend_io, 0xffffffff));
	KUNIT_EXPECT_TRUE(test, drbd_diskless_hold(&exposed, &suspend_io, 0));
	KUNIT_EXPECT_FALSE(test, drbd_diskless_hold(&exposed, &io_error, 0));

	/* The epoch before, and writes that are not durable, are no evidence. */
	drbd_diskless_barrier_ack(&exposed, 1, 0xfffffffe, true);
	drbd_diskless_barrier_ack(&exposed, 1, 0xffffffff, false);
	KUNIT_EXPECT_EQ(test, exposed.marks, 0xeULL);
	drbd_diskless_barrier_ack(&exposed, 1, 0xffffffff, true);
	KUNIT_EXPECT_EQ(test, exposed.marks, 0xcULL);
	drbd_diskless_barrier_ack(&exposed, 3, 0, true);
	KUNIT_EXPECT_EQ(test, exposed.marks, 4ULL);
	KUNIT_EXPECT_FALSE(test, drbd_diskless_confirm(&exposed, &f->env, 6, true));
	/* Without node 2 it depends on nobody else. */
	f->env.peer[2].repl = DRBD_R_OFF;
	KUNIT_EXPECT_FALSE(test, drbd_diskless_confirm(&exposed, &f->env, 6, false));
	KUNIT_EXPECT_TRUE(test, drbd_diskless_confirm(&exposed, &f->env, 6, true));
	KUNIT_EXPECT_FALSE(test, exposed.unconfirmed);
	KUNIT_EXPECT_FALSE(test, drbd_diskless_confirm(&exposed, &f->env, 6, true));
	KUNIT_EXPECT_FALSE(test, drbd_diskless_hold(&exposed, &suspend_io, 1));
}

/**
 * struct compare_row - a diskless node that exposes U and meets node 1
 * @name: of the row
 * @exposed: what it exposes
 * @current_uuid: of node 1
 * @bitmap: slot 5 of node 1
 * @history: newest of node 1
 * @other_bitmap: slot 1 of node 2
 * @other_history: newest of node 2
 * @flags: P primary, U unconfirmed, R can replay, E io-error
 * @verdict: expected
 */
struct compare_row {
	const char *name;
	u64 exposed;
	u64 current_uuid;
	u64 bitmap;
	u64 history;
	u64 other_bitmap;
	u64 other_history;
	const char *flags;
	enum drbd_exposed_verdict verdict;
};

static const struct compare_row compares[] = {
	{ "same", U, P(U), 0, 0, 0, 0, "P", DRBD_EXPOSED_SAME },
	{ "nothing exposed", 0, A, 0, 0, 0, 0, "P", DRBD_EXPOSED_ADOPT },
	{ "newer by a slot, Primary", U, A, P(U), 0, 0, 0, "P", DRBD_EXPOSED_RETRY },
	{ "newer by its history, Primary", U, A, 0, U, 0, 0, "P", DRBD_EXPOSED_RETRY },
	{ "newer by a slot", U, A, U, 0, 0, 0, "", DRBD_EXPOSED_ADOPT },
	{ "newer by its history", U, A, 0, U, A, 0, "", DRBD_EXPOSED_ADOPT },
	{ "older by a slot of another", U, A, 0, 0, P(A), 0, "P", DRBD_EXPOSED_OUTDATED },
	{ "older by a history of another", U, A, 0, 0, 0, A, "P", DRBD_EXPOSED_OUTDATED },
	{ "predecessor, to be replayed", U, T, 0, 0, 0, 0, "PUR", DRBD_EXPOSED_RELABEL },
	{ "predecessor, but others are newer", U, T, 0, 0, T, 0, "PUR", DRBD_EXPOSED_OUTDATED },
	{ "predecessor, nothing to replay", U, T, 0, 0, 0, 0, "PU", DRBD_EXPOSED_OUTDATED },
	{ "predecessor, requests may fail", U, T, 0, 0, 0, 0, "PUE", DRBD_EXPOSED_DISCONNECT },
	{ "predecessor, confirmed", U, T, 0, 0, 0, 0, "PR", DRBD_EXPOSED_DISCONNECT },
	{ "something else, unconfirmed", U, A, 0, 0, 0, 0, "PUR", DRBD_EXPOSED_OUTDATED },
	{ "something else", U, A, 0, 0, 0, 0, "P", DRBD_EXPOSED_DISCONNECT },
	{ "unknown is no match", DRBD_UUID_UNKNOWN, A, DRBD_UUID_UNKNOWN, 0, 0, 0, "P",
		DRBD_EXPOSED_DISCONNECT },
};

KUNIT_ARRAY_PARAM_DESC(compare, compares, name);

static bool has(const char *flags, char flag)
{
	while (*flags && *flags != flag)
		flags++;
	return *flags;
}

static void diskless_compare_test(struct kunit *test)
{
	const struct compare_row *row = test->param_value;
	struct fixture *f = setup(test, 0, 0);
	struct drbd_exposed exposed = { .predecessor = P(T) };

	f->ids.exposed = row->exposed;
	f->env.role = has(row->flags, 'P') ? DRBD_ROLE_PRIMARY : DRBD_ROLE_SECONDARY;
	f->env.disk = DRBD_D_DISKLESS;
	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_OFF);
	add_peer(f, 2, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	f->view[1].current_uuid = row->current_uuid;
	f->view[1].bitmap[5] = row->bitmap;
	f->view[1].history[0] = row->history;
	f->view[2].bitmap[1] = row->other_bitmap;
	f->view[2].history[0] = row->other_history;
	/* Not a peer, so it does not count. */
	f->view[3].history[0] = row->current_uuid;
	exposed.unconfirmed = has(row->flags, 'U');
	KUNIT_EXPECT_EQ(test, drbd_diskless_compare(&f->ids, &f->env, 1, &exposed,
						    has(row->flags, 'E') ? &io_error :
						    &suspend_io, has(row->flags, 'R')),
			row->verdict);
}

static void diskless_peer_disk_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, 0);

	f->ids.exposed = U;
	f->env.role = DRBD_ROLE_PRIMARY;
	f->env.disk = DRBD_D_DISKLESS;
	add_peer(f, 1, DRBD_D_UNKNOWN, DRBD_R_OFF);
	f->view[1].current_uuid = U;
	KUNIT_EXPECT_EQ(test, drbd_diskless_peer_disk(&f->ids, &f->env, 1, DRBD_D_OUTDATED),
			DRBD_D_UP_TO_DATE);
	KUNIT_EXPECT_EQ(test, drbd_diskless_peer_disk(&f->ids, &f->env, 1, DRBD_D_CONSISTENT),
			DRBD_D_UP_TO_DATE);
	KUNIT_EXPECT_EQ(test, drbd_diskless_peer_disk(&f->ids, &f->env, 1, DRBD_D_INCONSISTENT),
			DRBD_D_INCONSISTENT);
	/* Who gets its data from others is what it is. */
	f->view[1].flags = DRBD_UUID_FLAG_SYNC_TARGET;
	KUNIT_EXPECT_EQ(test, drbd_diskless_peer_disk(&f->ids, &f->env, 1, DRBD_D_OUTDATED),
			DRBD_D_OUTDATED);
	f->view[1].flags = 0;
	f->view[1].current_uuid = A;
	KUNIT_EXPECT_EQ(test, drbd_diskless_peer_disk(&f->ids, &f->env, 1, DRBD_D_OUTDATED),
			DRBD_D_OUTDATED);
	f->view[1].current_uuid = U;
	f->env.role = DRBD_ROLE_SECONDARY;
	KUNIT_EXPECT_EQ(test, drbd_diskless_peer_disk(&f->ids, &f->env, 1, DRBD_D_OUTDATED),
			DRBD_D_OUTDATED);
}

static struct kunit_case diskless_cases[] = {
	KUNIT_CASE_PARAM(diskless_bump_test, bump_gen_params),
	KUNIT_CASE(diskless_bump_unknown_test),
	KUNIT_CASE(diskless_bump_disk_lost_test),
	KUNIT_CASE(diskless_confirm_test),
	KUNIT_CASE_PARAM(diskless_compare_test, compare_gen_params),
	KUNIT_CASE(diskless_peer_disk_test),
	{}
};

static struct kunit_suite diskless_suite = {
	.name = "drbd-uuid-diskless",
	.test_cases = diskless_cases,
};

kunit_test_suite(diskless_suite);
