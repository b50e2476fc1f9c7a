// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what a node does with the UUIDs that a peer tells
 *
 * The rules of spec/resync.md 1.11 and 3.9, sequence S2 of 11.6 and recorded
 * packets.
 */

#include <kunit/test.h>
#include <linux/prandom.h>
#include <linux/string.h>

#include "../core/uuid_recv.h"
#include "uuid_fixture.h"

#define UNKNOWN DRBD_UUID_UNKNOWN

static struct drbd_peer_uuids *packet(struct fixture *f, u64 current_uuid, u64 mask)
{
	int n;

	f->out.current_uuid = current_uuid;
	f->out.bitmap_mask = mask;
	for (n = 0; n < DRBD_NODES; n++)
		f->out.bitmap[n] = mask & drbd_node_mask(n) ? 0 : UNKNOWN;
	return &f->out;
}

static void recv_store_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, A);
	struct drbd_peer_uuids *got = packet(f, B, 0x3f);

	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	add_peer(f, 2, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	got->flags = DRBD_UUID_FLAG_HAS_UNALLOC | 4ULL << 56;
	got->history[31] = C;
	f->view[1].bitmap[2] = D;
	f->view[1].bitmap[3] = D;
	f->view[2].bitmap[1] = E;
	f->view[3].bitmap[1] = E;	/* no peer */
	KUNIT_EXPECT_TRUE(test, drbd_uuid_store(&f->ids, &f->env, 1, got, 0, false));
	KUNIT_EXPECT_MEMEQ(test, &f->view[1], got, sizeof(*got));
	/* Node 2 does not track anything for node 1 either. */
	KUNIT_EXPECT_EQ(test, f->view[2].bitmap[1], 0);
	KUNIT_EXPECT_EQ(test, f->view[3].bitmap[1], E);
	KUNIT_EXPECT_EQ(test, f->ids.slots[0].flags, 0);
	KUNIT_EXPECT_EQ(test, f->ids.slots[2].flags, DRBD_MDF_HAVE_BITMAP);
	KUNIT_EXPECT_EQ(test, f->ids.slots[3].flags, DRBD_MDF_NODE_EXISTS);
	KUNIT_EXPECT_EQ(test, f->ids.slots[4].flags, 0);
	KUNIT_EXPECT_EQ(test, f->ids.slots[5].flags, DRBD_MDF_NODE_EXISTS);
	KUNIT_EXPECT_EQ(test, f->ids.slots[6].flags, 0);
	/* Nothing that was told goes to the history. */
	KUNIT_EXPECT_EQ(test, f->ids.history[0], 0);
	/* Known by now. */
	KUNIT_EXPECT_FALSE(test, drbd_uuid_store(&f->ids, &f->env, 1, got, 0, false));

	/* An 8.4 peer tells of nobody else, and cannot be but stable. */
	got = packet(f, B, 1 | BIT_ULL(9));
	got->flags = 0xffff;
	f->env.peer[1].proto = 101;
	KUNIT_EXPECT_FALSE(test, drbd_uuid_store(&f->ids, &f->env, 1, got, 0, false));
	KUNIT_EXPECT_EQ(test, f->view[1].flags, 0x2fULL);
	KUNIT_EXPECT_EQ(test, f->ids.slots[9].flags, 0);
}

struct keep_row {
	const char *name;
	enum drbd_node_role role;
	enum drbd_disk disk;
	u64 view;
	u64 told;
	bool unconfirmed;
	u64 after;
};

/* The exposed UUID is U, and the peer tells T. */
static const struct keep_row keeps[] = {
	{ "on its way", DRBD_ROLE_PRIMARY, DRBD_D_DISKLESS, U, P(U), false, U },
	{ "unconfirmed", DRBD_ROLE_PRIMARY, DRBD_D_DISKLESS, U, U, true, T },
	{ "not told", DRBD_ROLE_PRIMARY, DRBD_D_DISKLESS, U, T, false, T },
	{ "had something else", DRBD_ROLE_PRIMARY, DRBD_D_DISKLESS, A, U, false, T },
	{ "Secondary", DRBD_ROLE_SECONDARY, DRBD_D_DISKLESS, U, U, false, T },
	{ "with a disk", DRBD_ROLE_PRIMARY, DRBD_D_UP_TO_DATE, U, U, false, T },
};

KUNIT_ARRAY_PARAM_DESC(keep, keeps, name);

static void recv_keep_test(struct kunit *test)
{
	const struct keep_row *row = test->param_value;
	struct fixture *f = setup(test, 0, U);

	f->env.role = row->role;
	f->env.disk = row->disk;
	f->ids.exposed = U;
	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	f->view[1].current_uuid = row->view;
	drbd_uuid_store(&f->ids, &f->env, 1, packet(f, T, 3), row->told, row->unconfirmed);
	KUNIT_EXPECT_EQ(test, f->view[1].current_uuid, row->after);
}

/**
 * struct received_row - UUIDs of node 1 arrived
 * @name: of the row
 * @role: own role
 * @disk: own disk state
 * @own: own current UUID, or exposed one without a disk
 * @peer_role: role of node 1
 * @peer_disk: disk state of node 1
 * @repl: replication state
 * @told: current UUID of node 1
 * @flags: of node 1
 * @todo: expected; for a node with a disk, DETECT is not mentioned
 * @ctx: what else decides
 * @proto: protocol version, 124 by default
 */
struct received_row {
	const char *name;
	enum drbd_node_role role;
	enum drbd_disk disk;
	u64 own;
	enum drbd_node_role peer_role;
	enum drbd_disk peer_disk;
	enum drbd_repl repl;
	u64 told;
	u64 flags;
	unsigned int todo;
	struct drbd_recv_ctx ctx;
	int proto;
};

#define PRI DRBD_ROLE_PRIMARY
#define SEC DRBD_ROLE_SECONDARY
#define STABLE DRBD_UUID_FLAG_STABLE
#define GOT_STABLE (STABLE | DRBD_UUID_FLAG_GOT_STABLE)
#define RESYNC (STABLE | DRBD_UUID_FLAG_RESYNC)

/* Disk and replication states by number: 9 is UpToDate, 5 Inconsistent, 8
 * Consistent; 10 is Established, 9 Off, 17 SyncTarget, 20 and 21 paused.
 */
static const struct received_row receiveds[] = {
	{ "nothing", SEC, 9, A, SEC, 9, 10, A, STABLE, 0 },
	{ "skip the initial resync", SEC, 5, 4, SEC, 9, 10, B,
		STABLE | DRBD_UUID_FLAG_SKIP_INITIAL_SYNC, DRBD_RECV_SKIP_SYNC },
	{ "skip the initial resync, in a handshake", SEC, 5, 4, SEC, 9, 9, B,
		STABLE | DRBD_UUID_FLAG_SKIP_INITIAL_SYNC, 0 },
	{ "skip the initial resync, have data", SEC, 9, A, SEC, 9, 10, B,
		STABLE | DRBD_UUID_FLAG_SKIP_INITIAL_SYNC, 0 },
	{ "skip the initial resync, no data there", SEC, 5, 4, SEC, 9, 10, 4,
		STABLE | DRBD_UUID_FLAG_SKIP_INITIAL_SYNC, 0 },
	{ "new generation", SEC, 9, A, PRI, 9, 10, B, STABLE | DRBD_UUID_FLAG_NEW_DATAGEN,
		DRBD_RECV_NEW_CURRENT },
	{ "new generation without a name", SEC, 9, A, PRI, 9, 10, 0,
		STABLE | DRBD_UUID_FLAG_NEW_DATAGEN, 0 },
	{ "new generation of new metadata", SEC, 9, A, PRI, 9, 10, P(4),
		STABLE | DRBD_UUID_FLAG_NEW_DATAGEN, 0 },
	{ "weak source", SEC, 5, A, PRI, 9, 10, B, STABLE | DRBD_UUID_FLAG_NEW_DATAGEN,
		DRBD_RECV_NEW_CURRENT | DRBD_RECV_ABORT_WEAK },
	{ "weak source, of a Secondary", SEC, 5, A, SEC, 9, 10, B, STABLE, 0 },
	{ "weak source, not stable", SEC, 5, A, PRI, 9, 10, B, 0, 0 },
	{ "Primary without data meets an 8.4 peer", PRI, 0, A, SEC, 9, 9, B, STABLE,
		DRBD_RECV_DROP, .proto = 101 },
	{ "with the same data", PRI, 0, A, SEC, 9, 9, P(A), STABLE, 0, .proto = 101 },
	{ "Secondary without data meets an 8.4 peer", SEC, 0, A, SEC, 9, 9, B, STABLE, 0,
		.proto = 101 },
	{ "established with an 8.4 peer", PRI, 0, A, SEC, 9, 10, B, STABLE, 0, .proto = 101 },
	{ "diskless, new data", SEC, 0, A, SEC, 9, 10, B, STABLE, DRBD_RECV_EXPOSE },
	{ "diskless, new data, in a transaction", SEC, 0, A, SEC, 9, 10, B, STABLE,
		DRBD_RECV_EXPOSE_LATER, { .twopc = true } },
	{ "diskless, no data there", SEC, 0, A, SEC, 9, 10, 0, STABLE, 0 },
	{ "diskless, new data, not UpToDate", SEC, 0, A, SEC, 8, 10, B, STABLE, 0 },
	{ "diskless Primary, new data", PRI, 0, A, SEC, 9, 10, B, STABLE, 0, { .due = true } },
	{ "diskless Primary, of another one", PRI, 0, A, PRI, 9, 10, B, STABLE,
		DRBD_RECV_EXPOSE | DRBD_RECV_USE_NEED,
		{ .due = true, .two_primaries = true } },
	{ "diskless Primary, of another one, not due", PRI, 0, A, PRI, 9, 10, B, STABLE, 0,
		{ .two_primaries = true } },
	{ "diskless, same data, Consistent", SEC, 0, A, SEC, 8, 10, P(A), STABLE,
		DRBD_RECV_RAISE_PEER },
	{ "diskless, same data", SEC, 0, A, SEC, 9, 10, A, STABLE, 0 },
	{ "source becomes unstable", SEC, 5, A, SEC, 9, 17, B, 0, DRBD_RECV_UNSTABLE },
	{ "paused source becomes unstable", SEC, 5, A, SEC, 9, 21, B, 0, DRBD_RECV_UNSTABLE },
	{ "source becomes unstable, but another is not", SEC, 5, A, SEC, 9, 17, B, 0, 0,
		{ .stable_source = true } },
	{ "source is stable", SEC, 5, A, SEC, 9, 17, B, STABLE, 0 },
	{ "target is unstable", SEC, 9, A, SEC, 5, 16, B, 0, 0 },
	{ "got stable", SEC, 9, A, SEC, 9, 10, A, GOT_STABLE, DRBD_RECV_ANSWER },
	{ "got stable, syncing", SEC, 5, A, SEC, 9, 17, B, GOT_STABLE, 0 },
	{ "got stable, diskless", SEC, 0, A, SEC, 9, 10, A, GOT_STABLE, 0 },
	{ "got stable, reconciling", SEC, 9, A, SEC, 9, 10, A, GOT_STABLE, 0,
		{ .reconcile = true } },
	{ "resync", SEC, 9, A, SEC, 9, 10, A, RESYNC, DRBD_RECV_COMPARE },
	{ "resync, diskless Primary", SEC, 9, A, SEC, 9, 10, A,
		RESYNC | DRBD_UUID_FLAG_DISKLESS_PRIMARY, DRBD_RECV_COMPARE_DISKLESS },
	{ "resync, reconciling", SEC, 9, A, SEC, 9, 10, A, RESYNC, 0, { .reconcile = true } },
	{ "resync of an 8.4 peer is none", SEC, 9, A, SEC, 9, 10, A, RESYNC, 0, .proto = 101 },
	{ "got stable and resync", SEC, 9, A, SEC, 9, 10, A, GOT_STABLE | RESYNC,
		DRBD_RECV_ANSWER | DRBD_RECV_COMPARE },
};

KUNIT_ARRAY_PARAM_DESC(received, receiveds, name);

static void recv_received_test(struct kunit *test)
{
	const struct received_row *row = test->param_value;
	struct fixture *f = setup(test, 0, row->own);
	unsigned int todo = row->todo;

	f->env.role = row->role;
	f->env.disk = row->disk;
	f->ids.exposed = row->own;
	add_peer(f, 1, row->peer_disk, row->repl);
	add_peer(f, 2, DRBD_D_UP_TO_DATE, row->disk == DRBD_D_INCONSISTENT &&
		 row->repl == DRBD_R_ESTABLISHED && row->own == A ?
		 DRBD_R_PAUSED_SYNC_T : DRBD_R_ESTABLISHED);
	f->env.peer[1].role = row->peer_role;
	if (row->proto)
		f->env.peer[1].proto = row->proto;
	f->view[1].current_uuid = row->told;
	f->view[1].flags = row->flags;
	f->view[1].node_mask = 4;
	if (row->disk >= DRBD_D_NEGOTIATING)
		todo |= DRBD_RECV_DETECT;
	KUNIT_EXPECT_EQ(test, drbd_uuid_received(&f->ids, &f->env, 1, &row->ctx), todo);
}

static void recv_unstable_answer_test(struct kunit *test)
{
	const struct drbd_recv_ctx ctx = {};
	struct fixture *f = setup(test, 0, A);

	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	add_peer(f, 2, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	f->env.peer[2].role = DRBD_ROLE_PRIMARY;
	f->view[1].flags = GOT_STABLE;
	KUNIT_EXPECT_EQ(test, drbd_uuid_received(&f->ids, &f->env, 1, &ctx), DRBD_RECV_DETECT);
}

static void recv_skip_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, 4);

	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	f->view[1].current_uuid = P(B);
	f->ids.slots[1].uuid = A;
	drbd_uuid_skip_initial_sync(&f->ids, &f->env, 1);
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, B);
	KUNIT_EXPECT_EQ(test, f->ids.slots[1].uuid, 0);
	KUNIT_EXPECT_EQ(test, f->ids.history[0], 0);
}

/* Sequence S2: node 0 is Primary and began a generation without node 2. */
static void recv_new_current_test(struct kunit *test)
{
	struct fixture *f = setup(test, 1, U);
	struct drbd_new_current result;

	add_peer(f, 0, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	add_peer(f, 2, DRBD_D_UNKNOWN, DRBD_R_OFF);
	f->env.peer[0].role = DRBD_ROLE_PRIMARY;
	drbd_uuid_received_new_current(&f->ids, &f->env, P(A), ~3ULL, 77, FRESH, &result);
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, A);
	KUNIT_EXPECT_EQ(test, f->ids.slots[2].uuid, U);
	KUNIT_EXPECT_EQ(test, f->ids.slots[2].dagtag, 77);
	KUNIT_EXPECT_EQ(test, f->ids.slots[0].uuid, 0);
	KUNIT_EXPECT_EQ(test, f->ids.history[0], U);
	KUNIT_EXPECT_EQ(test, result.tell, 1);
	KUNIT_EXPECT_FALSE(test, result.views_only);
	KUNIT_EXPECT_EQ(test, result.slots & 7, 4);
}

/* Recorded: slot 2 is one of a peer that got lost, slot 3 belongs to nobody. */
static void recv_recorded_test(struct kunit *test)
{
	const u64 old = 0xbf5c7517552e8bd6ULL, new = 0x8e7f1a437493ac9dULL;
	struct fixture *f = setup(test, 1, old);
	struct drbd_new_current result;

	add_peer(f, 0, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	add_peer(f, 2, DRBD_D_UNKNOWN, DRBD_R_OFF);
	f->env.peer[0].role = DRBD_ROLE_PRIMARY;
	f->ids.slots[3].uuid = 0x610b50c88ced308dULL;
	drbd_uuid_received_new_current(&f->ids, &f->env, new, 0xfffffffffffffffcULL, 1, FRESH,
				       &result);
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, 0x8e7f1a437493ac9cULL);
	KUNIT_EXPECT_EQ(test, f->ids.slots[2].uuid, old);
	KUNIT_EXPECT_EQ(test, f->ids.slots[3].uuid, 0x610b50c88ced308dULL);
	KUNIT_EXPECT_EQ(test, f->ids.history[0], old);
	KUNIT_EXPECT_EQ(test, f->ids.history[1], 0);
}

/* A node that the Primary has in touch, and this one has not. */
static void recv_strong_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, U);
	struct drbd_new_current result;

	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	add_peer(f, 2, DRBD_D_UNKNOWN, DRBD_R_OFF);	/* strong, was in sync */
	add_peer(f, 3, DRBD_D_UNKNOWN, DRBD_R_OFF);	/* strong, was behind */
	add_peer(f, 4, DRBD_D_OUTDATED, DRBD_R_AHEAD);	/* weak, in sync */
	add_peer(f, 5, DRBD_D_UNKNOWN, DRBD_R_OFF);	/* weak, behind */
	add_peer(f, 6, DRBD_D_DISKLESS, DRBD_R_AHEAD);
	add_peer(f, 7, DRBD_D_OUTDATED, DRBD_R_AHEAD);	/* behind; not told */
	f->ids.slots[3].uuid = T;
	f->ids.slots[5].uuid = T;
	f->ids.slots[7].uuid = T;
	drbd_uuid_received_new_current(&f->ids, &f->env, A, ~0xfULL, 9, FRESH, &result);
	KUNIT_EXPECT_EQ(test, f->ids.slots[1].uuid, 0);
	KUNIT_EXPECT_EQ(test, f->ids.slots[2].uuid, A);
	KUNIT_EXPECT_EQ(test, f->ids.slots[3].uuid, A);
	KUNIT_EXPECT_EQ(test, f->ids.slots[4].uuid, U);
	KUNIT_EXPECT_EQ(test, f->ids.slots[5].uuid, T);
	KUNIT_EXPECT_EQ(test, f->ids.slots[7].uuid, T);
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, A);
	/* The empty history takes T; U is found in slot 4 and needs no entry. */
	KUNIT_EXPECT_EQ(test, f->ids.history[0], T);
	KUNIT_EXPECT_EQ(test, f->ids.history[1], 0);
	KUNIT_EXPECT_EQ(test, result.tell, BIT_ULL(1) | BIT_ULL(4) | BIT_ULL(6));
	KUNIT_EXPECT_EQ(test, result.slots & 0xff, 0x5cULL);
}

static void recv_told_weak_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, A);

	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	add_peer(f, 2, DRBD_D_OUTDATED, DRBD_R_SYNC_TARGET);
	f->view[1].node_mask = 0xf4;
	f->view[1].flags = DRBD_UUID_FLAG_STABLE;
	KUNIT_EXPECT_EQ(test, drbd_uuid_told_weak(&f->env), 0);
	f->env.peer[1].role = DRBD_ROLE_PRIMARY;
	KUNIT_EXPECT_EQ(test, drbd_uuid_told_weak(&f->env), 0xf4);
	/* It is in touch with the Primary since. */
	f->env.peer[2].disk = DRBD_D_UP_TO_DATE;
	KUNIT_EXPECT_EQ(test, drbd_uuid_told_weak(&f->env), 0xf0);
	f->env.peer[2].disk = DRBD_D_OUTDATED;
	/* A mask from before it was Primary names those who know better. */
	f->view[1].flags = 0;
	KUNIT_EXPECT_EQ(test, drbd_uuid_told_weak(&f->env), 0);
	f->env.peer[1].disk = DRBD_D_DISKLESS;
	KUNIT_EXPECT_EQ(test, drbd_uuid_told_weak(&f->env), 0xf4);
	f->env.peer[1].repl = DRBD_R_OFF;
	KUNIT_EXPECT_EQ(test, drbd_uuid_told_weak(&f->env), 0);
}

static void recv_while_target_test(struct kunit *test)
{
	struct fixture *f = setup(test, 0, U);
	struct drbd_new_current result;

	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_SYNC_TARGET);
	add_peer(f, 2, DRBD_D_UP_TO_DATE, DRBD_R_PAUSED_SYNC_T);
	add_peer(f, 3, DRBD_D_UP_TO_DATE, DRBD_R_BEHIND);
	add_peer(f, 4, DRBD_D_INCONSISTENT, DRBD_R_PAUSED_SYNC_S);
	add_peer(f, 5, DRBD_D_INCONSISTENT, DRBD_R_WF_BITMAP_S);
	add_peer(f, 6, DRBD_D_INCONSISTENT, DRBD_R_SYNC_SOURCE);
	f->env.peer[3].uuids = NULL;
	f->env.disk = DRBD_D_INCONSISTENT;
	drbd_uuid_received_new_current(&f->ids, &f->env, A, ~1ULL, 9, FRESH, &result);
	KUNIT_EXPECT_TRUE(test, result.views_only);
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, U);
	KUNIT_EXPECT_EQ(test, f->ids.slots[4].uuid, 0);
	KUNIT_EXPECT_EQ(test, f->view[1].current_uuid, A);
	KUNIT_EXPECT_EQ(test, f->view[2].current_uuid, A);
	KUNIT_EXPECT_EQ(test, f->view[4].current_uuid, 0);
	KUNIT_EXPECT_EQ(test, result.slots, 0);
	KUNIT_EXPECT_EQ(test, result.tell, 0x70ULL);
	KUNIT_EXPECT_EQ(test, drbd_uuid_weak_sources(&f->env, ~0ULL), 6);
	KUNIT_EXPECT_EQ(test, drbd_uuid_weak_sources(&f->env, ~2ULL), 4);

	/* About to be target: it has not begun to get that data. */
	f = setup(test, 0, U);
	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_WF_BITMAP_T);
	f->env.disk = DRBD_D_OUTDATED;
	drbd_uuid_received_new_current(&f->ids, &f->env, A, ~1ULL, 9, FRESH, &result);
	KUNIT_EXPECT_TRUE(test, result.views_only);
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, U);
	KUNIT_EXPECT_EQ(test, f->view[1].current_uuid, A);
	f->env.peer[1].repl = DRBD_R_STARTING_SYNC_T;
	drbd_uuid_received_new_current(&f->ids, &f->env, A, ~1ULL, 9, FRESH, &result);
	KUNIT_EXPECT_TRUE(test, result.views_only);
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, U);

	/* Not UpToDate: it has nothing to record. */
	f = setup(test, 0, U);
	add_peer(f, 1, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	add_peer(f, 2, DRBD_D_UNKNOWN, DRBD_R_OFF);
	f->env.disk = DRBD_D_CONSISTENT;
	drbd_uuid_received_new_current(&f->ids, &f->env, A, ~1ULL, 9, FRESH, &result);
	KUNIT_EXPECT_EQ(test, f->ids.slots[2].uuid, 0);
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, A);
	/* Weak: it does not get the data of that generation. */
	f->env.disk = DRBD_D_OUTDATED;
	drbd_uuid_received_new_current(&f->ids, &f->env, B, ~0ULL, 9, FRESH, &result);
	KUNIT_EXPECT_TRUE(test, result.views_only);
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, A);
	/* Neither has one that just gave up a weak source what it stands for. */
	f->env.disk = DRBD_D_INCONSISTENT;
	drbd_uuid_received_new_current(&f->ids, &f->env, B, ~1ULL, 9, FRESH, &result);
	KUNIT_EXPECT_TRUE(test, result.views_only);
	KUNIT_EXPECT_EQ(test, f->ids.current_uuid, A);
}

/**
 * struct current_row - P_CURRENT_UUID of node 1, which has no disk
 * @name: of the row
 * @role: role of node 1
 * @repl: replication state
 * @disk: own disk state; the own current UUID is U, A is in a slot, B in the history
 * @last: what node 1 told before
 * @uuid: what it tells now
 * @todo: expected
 * @own_role: own role, Secondary by default
 */
struct current_row {
	const char *name;
	enum drbd_node_role role;
	enum drbd_repl repl;
	enum drbd_disk disk;
	u64 last;
	u64 uuid;
	unsigned int todo;
	enum drbd_node_role own_role;
};

#define UNK DRBD_ROLE_UNKNOWN

static const struct current_row currents[] = {
	{ "handshake", UNK, 9, 9, U, U, DRBD_RECV_GOT_CURRENT },
	{ "handshake, moved on", UNK, 9, 9, U, C,
		DRBD_RECV_GOT_CURRENT | DRBD_RECV_OUTDATE_CONNECT },
	{ "handshake, moved on, Primary bit", UNK, 9, 9, P(U), C,
		DRBD_RECV_GOT_CURRENT | DRBD_RECV_OUTDATE_CONNECT },
	{ "handshake, moved on, Outdated", UNK, 9, 6, U, C, DRBD_RECV_GOT_CURRENT },
	{ "handshake, nothing exposed", UNK, 9, 9, U, 0, DRBD_RECV_GOT_CURRENT },
	{ "handshake, had another", UNK, 9, 9, D, C, DRBD_RECV_GOT_CURRENT },
	{ "handshake, same as before", UNK, 9, 9, U, P(U), DRBD_RECV_GOT_CURRENT },
	{ "handshake, back to a slot", UNK, 9, 9, U, P(A), DRBD_RECV_GOT_CURRENT },
	{ "handshake, back to the history", UNK, 9, 9, U, B, DRBD_RECV_GOT_CURRENT },
	{ "Primary", DRBD_ROLE_PRIMARY, 10, 9, U, C, DRBD_RECV_NEW_CURRENT },
	{ "Primary, nothing exposed", DRBD_ROLE_PRIMARY, 10, 9, U, 0, 0 },
	{ "Primary, new metadata", DRBD_ROLE_PRIMARY, 10, 9, U, P(4), 0 },
	{ "Primary, known", DRBD_ROLE_PRIMARY, 10, 9, D, P(U), 0 },
	{ "Primary, not UpToDate here", DRBD_ROLE_PRIMARY, 10, 8, U, C, 0 },
	{ "Primary, not established", DRBD_ROLE_PRIMARY, 9, 9, U, C, 0 },
	{ "Primary, its weak node is a source", DRBD_ROLE_PRIMARY, 10, 5, U, C,
		DRBD_RECV_ABORT_WEAK },
	{ "Secondary, moved on", DRBD_ROLE_SECONDARY, 10, 9, U, C, DRBD_RECV_OUTDATE },
	{ "Secondary, did not", DRBD_ROLE_SECONDARY, 10, 9, U, B, 0 },
	{ "Secondary, weak node is a source", DRBD_ROLE_SECONDARY, 10, 5, U, C, 0 },
	{ "diskless here", DRBD_ROLE_PRIMARY, 10, 0, U, C, 0 },
	{ "diskless Primary here", DRBD_ROLE_PRIMARY, 10, 0, U, C, DRBD_RECV_EXPOSE,
		DRBD_ROLE_PRIMARY },
	{ "diskless Primary here, nothing exposed", DRBD_ROLE_PRIMARY, 10, 0, U, 0, 0,
		DRBD_ROLE_PRIMARY },
};

KUNIT_ARRAY_PARAM_DESC(current, currents, name);

static void recv_current_test(struct kunit *test)
{
	const struct current_row *row = test->param_value;
	struct fixture *f = setup(test, 0, U);
	u64 weak = 8;

	f->env.disk = row->disk;
	f->env.role = row->own_role ?: DRBD_ROLE_SECONDARY;
	add_peer(f, 1, DRBD_D_DISKLESS, row->repl);
	add_peer(f, 3, DRBD_D_UP_TO_DATE, row->disk == DRBD_D_INCONSISTENT ?
		 DRBD_R_SYNC_TARGET : DRBD_R_ESTABLISHED);
	f->env.peer[1].role = row->role;
	f->ids.slots[1].flags = 0;
	f->ids.slots[3].uuid = A;
	f->ids.history[0] = B;
	f->view[1].current_uuid = row->last;
	KUNIT_EXPECT_EQ(test, drbd_uuid_received_current(&f->ids, &f->env, 1, row->uuid, &weak),
			row->todo);
	KUNIT_EXPECT_EQ(test, f->view[1].node_mask, weak);
	KUNIT_EXPECT_EQ(test, weak, 0xa);
	KUNIT_EXPECT_EQ(test, f->view[1].current_uuid, row->uuid);
	KUNIT_EXPECT_EQ(test, f->ids.slots[1].flags, DRBD_MDF_NODE_EXISTS);
}

/* UUIDs of a small world, so that they meet again. */
static u64 garbage_uuid(struct rnd_state *rnd)
{
	static const u64 uuids[] = { 0, 4, A, B, C, D, UNKNOWN, P(A), P(B) };

	return uuids[prandom_u32_state(rnd) % ARRAY_SIZE(uuids)];
}

/* Whatever a peer tells, it does not get into what this node has of its own. */
static void recv_garbage_test(struct kunit *test)
{
	struct drbd_uuids *before = kunit_kzalloc(test, sizeof(*before), GFP_KERNEL);
	struct fixture *f = setup(test, 0, A);
	unsigned int todo, all = 0;
	struct rnd_state rnd;
	int round, n;
	u64 weak;

	KUNIT_ASSERT_NOT_NULL(test, before);
	prandom_seed_state(&rnd, 111);
	for (n = 1; n < 5; n++)
		add_peer(f, n, DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED);
	for (round = 0; round < 5000; round++) {
		struct drbd_recv_ctx ctx = {
			.due = round & 1, .two_primaries = round & 2, .twopc = round & 4,
			.stable_source = round & 8, .reconcile = round & 16,
		};
		int from = 1 + prandom_u32_state(&rnd) % 4;

		f->ids.current_uuid = garbage_uuid(&rnd);
		f->ids.exposed = garbage_uuid(&rnd);
		f->env.disk = prandom_u32_state(&rnd) % 10;
		f->env.role = 1 + prandom_u32_state(&rnd) % 2;
		f->env.peer[from].role = prandom_u32_state(&rnd) % 3;
		f->env.peer[from].disk = prandom_u32_state(&rnd) % 10;
		f->env.peer[from].repl = 9 + prandom_u32_state(&rnd) % 15;
		f->env.peer[from].proto = prandom_u32_state(&rnd) % 4 ? 124 : 101;
		prandom_bytes_state(&rnd, &f->out, sizeof(f->out));
		f->out.current_uuid = garbage_uuid(&rnd);
		for (n = 0; n < DRBD_NODES; n++)
			f->out.bitmap[n] = garbage_uuid(&rnd);
		for (n = 0; n < DRBD_NODES; n++)
			f->ids.slots[n].uuid = garbage_uuid(&rnd);
		weak = prandom_u32_state(&rnd);
		*before = f->ids;

		drbd_uuid_store(&f->ids, &f->env, from, &f->out, garbage_uuid(&rnd), round & 32);
		todo = drbd_uuid_received(&f->ids, &f->env, from, &ctx);
		drbd_uuid_received_current(&f->ids, &f->env, from, garbage_uuid(&rnd), &weak);
		all |= todo;
		KUNIT_ASSERT_EQ(test, f->ids.current_uuid, before->current_uuid);
		KUNIT_ASSERT_EQ(test, f->ids.exposed, before->exposed);
		KUNIT_ASSERT_MEMEQ(test, f->ids.history, before->history,
				   sizeof(before->history));
		KUNIT_ASSERT_EQ(test, f->ids.slots[0].flags, 0);
		for (n = 0; n < DRBD_NODES; n++) {
			before->slots[n].flags |= f->ids.slots[n].flags & DRBD_MDF_NODE_EXISTS;
			KUNIT_ASSERT_MEMEQ(test, &f->ids.slots[n], &before->slots[n],
					   sizeof(before->slots[n]));
		}
		/* a connection to be dropped needs nothing else */
		if (todo & DRBD_RECV_DROP)
			KUNIT_ASSERT_EQ(test, todo & ~(DRBD_RECV_DROP | DRBD_RECV_ABORT_WEAK), 0);
	}
	KUNIT_EXPECT_NE(test, all & DRBD_RECV_DROP, 0);
	KUNIT_EXPECT_NE(test, all & DRBD_RECV_COMPARE, 0);
	KUNIT_EXPECT_NE(test, all & DRBD_RECV_EXPOSE, 0);
}

static struct kunit_case recv_cases[] = {
	KUNIT_CASE(recv_store_test),
	KUNIT_CASE_PARAM(recv_keep_test, keep_gen_params),
	KUNIT_CASE_PARAM(recv_received_test, received_gen_params),
	KUNIT_CASE(recv_unstable_answer_test),
	KUNIT_CASE(recv_skip_test),
	KUNIT_CASE(recv_new_current_test),
	KUNIT_CASE(recv_recorded_test),
	KUNIT_CASE(recv_strong_test),
	KUNIT_CASE(recv_told_weak_test),
	KUNIT_CASE(recv_while_target_test),
	KUNIT_CASE_PARAM(recv_current_test, current_gen_params),
	KUNIT_CASE(recv_garbage_test),
	{}
};

static struct kunit_suite recv_suite = {
	.name = "drbd-uuid-recv",
	.test_cases = recv_cases,
};

kunit_test_suite(recv_suite);
