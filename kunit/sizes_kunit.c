// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the size of a device
 *
 * The tables are those of spec/resync.md 8 and 11.12.
 */

#include <kunit/test.h>
#include <linux/prandom.h>

#include "../core/sizes.h"

/* Peers: connected, with a largest size; gone, had a disk; gone, never had one;
 * connected and diskless; agreed to a resize
 */
#define K(max) { max, true, true, false }
#define G { 0, false, true, false }
#define N { 0, false, false, false }
#define D { 0, true, false, false }
#define A(max) { max, true, true, true }

#define ASSUME DRBD_SIZE_ASSUME_SPACE

/**
 * struct agree_row - an agreement
 * @name: what is special
 * @peers: peers
 * @last_agreed: last agreed size
 * @user_size: configured size
 * @flags: flags
 * @size: expected
 * @user_too_big: expected
 * @assumed: expected
 * @own_max: largest size here, 3000 if 0
 * @twopc_max: of a resize
 */
struct agree_row {
	const char *name;
	struct drbd_size_peer peers[2];
	u64 last_agreed;
	u64 user_size;
	unsigned int flags;
	u64 size;
	bool user_too_big;
	bool assumed;
	u64 own_max;
	u64 twopc_max;
};

static const struct agree_row agree_rows[] = {
	/* 11.12 */
	{ "smaller peer", { K(2000) }, 0, 0, 0, 2000 },
	{ "larger peer", { K(4000) }, 0, 0, 0, 3000 },
	{ "two peers", { K(2000), K(2500) }, 1500, 0, 0, 2000 },
	{ "gone", { G }, 2000, 0, 0, 2000 },
	{ "gone, assumed", { G }, 2000, 0, ASSUME, 3000, 0, 1 },
	{ "gone, never a disk", { N }, 2000, 0, 0, 3000 },
	{ "one gone", { K(2500), G }, 2000, 0, 0, 2000 },
	{ "one gone, smaller peer", { K(1500), G }, 2000, 0, 0, 1500 },
	{ "diskless", { D }, 0, 0, 0, 3000 },
	{ "gone, nothing agreed", { G }, 0, 0, 0, 3000 },
	{ "configured", { K(2500) }, 2000, 2200, 0, 2200 },
	{ "configured, too big", { K(2500) }, 2000, 2800, 0, 2500, 1 },
	{ "configured, smaller", { K(2500) }, 2000, 1000, 0, 1000 },
	/* limits */
	{ "configured, just fits", { K(2500) }, 2000, 2500, 0, 2500 },
	{ "alone", { N }, 0, 0, 0, 3000 },
	{ "assumed, smaller peer", { K(1500), G }, 2000, 0, ASSUME, 1500 },
	{ "assumed, same", { K(2000), G }, 2000, 0, ASSUME, 2000 },
	{ "diskless with a size", { { 1800, true, true } }, 0, 0, 0, 1800 },
	{ "size of a connection before", { { 1800, false, true } }, 2500, 0, 0, 2500 },
	{ "no disk at all", { D }, 0, 0, 0, 0, 0, 0, ~0ULL },
	{ "no disk at all, configured", { D }, 0, 100, 0, 0, 1, 0, ~0ULL },
	/* resize */
	{ "resize beyond what was known", { A(2000) }, 2000, 0, 0, 2800, 0, 0, 0, 2800 },
	{ "resize, less than was known", { A(2500) }, 2500, 0, 0, 2400, 0, 0, 0, 2400 },
	{ "resize, diskless", { A(0) }, 2000, 0, 0, 3000, 0, 0, 0, DRBD_SIZE_UNLIMITED },
	{ "resize, one gone", { A(2000), G }, 2000, 0, 0, 2000, 0, 0, 0, 2800 },
	{ "resize, one gone, assumed", { A(2000), G }, 2000, 0, ASSUME, 2800, 0, 1, 0, 2800 },
	{ "resize, one did not answer", { A(2000), K(2300) }, 2000, 0, 0, 2300, 0, 0, 0, 2800 },
};

KUNIT_ARRAY_PARAM_DESC(agree, agree_rows, name);

static struct drbd_size_peer *new_peers(struct kunit *test)
{
	struct drbd_size_peer *peers;

	peers = kunit_kzalloc(test, DRBD_NODES * sizeof(*peers), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, peers);
	/* What is known about oneself must not count. */
	peers[2] = (struct drbd_size_peer){ 1, true, true, false };
	return peers;
}

static void sizes_agree_test(struct kunit *test)
{
	const struct agree_row *row = test->param_value;
	struct drbd_size_peer *peers = new_peers(test);
	struct drbd_size_query query = {
		.node_id = 2,
		.own_max = row->own_max ?: 3000,
		.last_agreed = row->last_agreed,
		.user_size = row->user_size,
		.flags = row->flags,
		.twopc_max = row->twopc_max,
		.peers = peers,
	};
	struct drbd_size_answer answer;

	if (row->own_max == ~0ULL)
		query.own_max = 0;
	peers[0] = row->peers[0];
	peers[31] = row->peers[1];
	drbd_size_agree(&query, &answer);
	KUNIT_EXPECT_EQ(test, answer.size, row->size);
	KUNIT_EXPECT_EQ(test, answer.user_too_big, row->user_too_big);
	KUNIT_EXPECT_EQ(test, answer.assumed, row->assumed);
}

/* Nobody gets more than there is, and nobody who is gone is forgotten. */
static void sizes_property_test(struct kunit *test)
{
	struct drbd_size_peer *peers = new_peers(test);
	struct rnd_state rnd;
	int run, i;

	prandom_seed_state(&rnd, 11);
	for (run = 0; run < 3000; run++) {
		struct drbd_size_query query = {
			.node_id = 2,
			.own_max = 1000 + prandom_u32_state(&rnd) % 1000,
			.last_agreed = prandom_u32_state(&rnd) % 2000,
			.user_size = prandom_u32_state(&rnd) % 2 ?
				     prandom_u32_state(&rnd) % 2000 : 0,
			.peers = peers,
		};
		struct drbd_size_answer answer, more;
		bool gone = false;

		for (i = 0; i < DRBD_NODES; i++) {
			if (i == 2)
				continue;
			peers[i].seen = prandom_u32_state(&rnd) % 16 == 0;
			peers[i].known = prandom_u32_state(&rnd) % 4 == 0;
			peers[i].max_size = peers[i].known && prandom_u32_state(&rnd) % 2 ?
					    1000 + prandom_u32_state(&rnd) % 1000 : 0;
			gone |= peers[i].seen && !peers[i].known;
		}
		drbd_size_agree(&query, &answer);
		KUNIT_EXPECT_LE(test, answer.size, query.own_max);
		KUNIT_EXPECT_FALSE(test, answer.assumed);
		for (i = 0; i < DRBD_NODES; i++) {
			if (i != 2 && peers[i].max_size)
				KUNIT_EXPECT_LE(test, answer.size, peers[i].max_size);
		}
		if (gone && query.last_agreed)
			KUNIT_EXPECT_LE(test, answer.size, query.last_agreed);
		/* Force does not make it smaller, and matters only if somebody is gone. */
		query.flags = ASSUME;
		query.user_size = 0;
		drbd_size_agree(&query, &more);
		KUNIT_EXPECT_GE(test, more.size, answer.size);
		KUNIT_EXPECT_TRUE(test, gone || !more.assumed);
		/* Each peer comes to the same size, seen from there. */
		KUNIT_EXPECT_GE(test, drbd_size_to_announce(&query, 112), answer.size);
	}
}

static void sizes_announce_test(struct kunit *test)
{
	struct drbd_size_peer *peers = new_peers(test);
	struct drbd_size_query query = { .node_id = 2, .own_max = 3000, .peers = peers };

	KUNIT_EXPECT_EQ(test, drbd_size_to_announce(&query, 124), 3000);
	peers[5] = (struct drbd_size_peer)K(2000);
	peers[6] = (struct drbd_size_peer){ 1000, false, true, false };
	KUNIT_EXPECT_EQ(test, drbd_size_to_announce(&query, 124), 2000);
	KUNIT_EXPECT_EQ(test, drbd_size_to_announce(&query, 112), 2000);
	KUNIT_EXPECT_EQ(test, drbd_size_to_announce(&query, 111), 3000);
	query.own_max = 0;
	KUNIT_EXPECT_EQ(test, drbd_size_to_announce(&query, 124), 2000);
	KUNIT_EXPECT_EQ(test, drbd_size_to_announce(&query, 101), 0);
	peers[5].max_size = 0;
	KUNIT_EXPECT_EQ(test, drbd_size_to_announce(&query, 124), 0);
}

static void sizes_limit_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, drbd_size_limit(DRBD_D_UP_TO_DATE, 3000), 3000);
	KUNIT_EXPECT_EQ(test, drbd_size_limit(DRBD_D_NEGOTIATING, 3000), 3000);
	KUNIT_EXPECT_EQ(test, drbd_size_limit(DRBD_D_DISKLESS, 3000), 2199023255552ULL);
	KUNIT_EXPECT_EQ(test, drbd_size_limit(DRBD_D_FAILED, 3000), 2199023255552ULL);
}

/**
 * struct receive_row - sizes of a peer come in
 * @name: what is special
 * @offer: what it sent; d_size is what the peer has
 * @here: own state
 * @own_max: largest size here
 * @last_agreed: last agreed size
 * @user_size: configured size
 * @verdict: expected
 * @size: expected
 * @user_after: expected configured size
 * @flags: expected
 */
struct receive_row {
	const char *name;
	struct drbd_size_offer offer;
	struct drbd_size_here here;
	u64 own_max;
	u64 last_agreed;
	u64 user_size;
	enum drbd_size_verdict verdict;
	u64 size;
	u64 user_after;
	unsigned int flags;
};

#define UTD DRBD_D_UP_TO_DATE
#define INC DRBD_D_INCONSISTENT
#define CONNECTS(size, disk, ...) { size, disk, DRBD_R_OFF, true, ##__VA_ARGS__ }
#define IS_UP(size, disk, ...) { size, disk, DRBD_R_ESTABLISHED, false, ##__VA_ARGS__ }

static const struct receive_row receive_rows[] = {
	{ "c beyond d", { 1000, 0, 1001 }, CONNECTS(1000, UTD), 1000, 1000, 0,
	  DRBD_SIZE_BOGUS },
	{ "c beyond u", { 2000, 1000, 1001 }, CONNECTS(1000, UTD), 1000, 1000, 7,
	  DRBD_SIZE_BOGUS, 0, 7 },
	{ "c beyond u, no disk", { 0, 1000, 1001, 1 }, CONNECTS(1000, DRBD_D_DISKLESS),
	  0, 0, 0, DRBD_SIZE_BOGUS },
	{ "all the same", { 1000, 1000, 1000 }, CONNECTS(1000, UTD), 1000, 1000, 1000,
	  DRBD_SIZE_APPLY, 1000, 1000 },
	{ "first connect", { 2000, 0, 0 }, CONNECTS(0, INC), 3000, 0, 0,
	  DRBD_SIZE_APPLY, 2000, 0, DRBD_SIZE_NO_RESYNC },
	{ "first connect, shrinks", { 2000, 0, 0 }, CONNECTS(3000, INC), 3000, 0, 0,
	  DRBD_SIZE_APPLY, 2000, 0, DRBD_SIZE_NO_RESYNC },
	{ "smaller disk connects", { 2000, 0, 2000 }, CONNECTS(3000, UTD), 3000, 3000, 0,
	  DRBD_SIZE_TOO_SMALL, 2000 },
	{ "smaller disk connects, Outdated", { 2000, 0, 0 },
	  CONNECTS(3000, DRBD_D_OUTDATED), 3000, 3000, 0, DRBD_SIZE_TOO_SMALL, 2000 },
	{ "smaller disk connects, Inconsistent", { 2000, 0, 2000 }, CONNECTS(3000, INC),
	  3000, 3000, 0, DRBD_SIZE_APPLY, 2000 },
	{ "smaller disk, established", { 2000, 0, 2000 }, IS_UP(3000, UTD), 3000, 3000,
	  0, DRBD_SIZE_APPLY, 2000 },
	{ "smaller disk to be attached", { 2000, 0, 0, 1 }, IS_UP(3000, UTD), 3000,
	  3000, 0, DRBD_SIZE_TOO_SMALL, 2000 },
	{ "larger device than fits", { 5000, 0, 4000 }, IS_UP(3000, UTD), 3000, 3000,
	  0, DRBD_SIZE_TOO_BIG, 3000 },
	{ "just fits", { 5000, 0, 3000 }, IS_UP(3000, UTD), 3000, 3000, 0,
	  DRBD_SIZE_APPLY, 3000 },
	{ "larger device in a handshake", { 5000, 0, 4000 }, CONNECTS(3000, UTD), 3000,
	  3000, 0, DRBD_SIZE_APPLY, 3000 },
	{ "configured at one end", { 5000, 2000, 2000 }, CONNECTS(2000, UTD), 3000, 2000, 0,
	  DRBD_SIZE_APPLY, 2000, 2000 },
	{ "configured at both ends", { 5000, 2500, 2000 }, CONNECTS(2000, UTD), 3000, 2000,
	  2000, DRBD_SIZE_APPLY, 2000, 2000 },
	{ "resized there", { 5000, 2500, 2500 }, IS_UP(2000, UTD), 3000, 2000, 2000,
	  DRBD_SIZE_APPLY, 2500, 2500 },
	{ "size not configured any more", { 5000, 0, 2000 }, IS_UP(2000, UTD), 3000,
	  2000, 2000, DRBD_SIZE_APPLY, 3000, 0 },
	{ "diskless knows of no size", { 0, 0, 2000, 1 }, IS_UP(2000, UTD), 3000, 2000,
	  2000, DRBD_SIZE_APPLY, 2000, 2000 },
	{ "diskless passes a size on", { 0, 2500, 2500, 1 }, IS_UP(2000, UTD), 3000,
	  2000, 2000, DRBD_SIZE_APPLY, 2500, 2500 },
	{ "assumes space", { 5000, 0, 2000 }, IS_UP(2000, UTD, 0), 3000, 2000, 0,
	  DRBD_SIZE_APPLY, 3000 },
	/* without a disk */
	{ "first size", { 3000, 0, 2000 }, CONNECTS(0, DRBD_D_DISKLESS), 0, 0, 0,
	  DRBD_SIZE_APPLY, 2000 },
	{ "first size, not in use", { 3000, 2500, 0 }, CONNECTS(0, DRBD_D_DISKLESS), 0, 0, 0,
	  DRBD_SIZE_APPLY, 2500 },
	{ "first size, not configured", { 3000, 0, 0 }, CONNECTS(0, DRBD_D_DISKLESS), 0, 0,
	  0, DRBD_SIZE_APPLY, 3000 },
	{ "no size", { 0, 0, 0, 1 }, CONNECTS(0, DRBD_D_DISKLESS), 0, 0, 0,
	  DRBD_SIZE_IGNORE },
	{ "no size, has one", { 0, 0, 0 }, CONNECTS(2000, DRBD_D_DISKLESS), 0, 0, 0,
	  DRBD_SIZE_IGNORE },
	{ "first size from a diskless peer", { 0, 0, 2000, 1 },
	  CONNECTS(0, DRBD_D_DISKLESS), 0, 0, 0, DRBD_SIZE_APPLY, 2000 },
	{ "other size of a diskless peer", { 0, 0, 3000, 1 },
	  CONNECTS(2000, DRBD_D_DISKLESS), 0, 0, 0, DRBD_SIZE_IGNORE, 3000 },
	{ "same size", { 0, 0, 2000, 1 }, IS_UP(2000, DRBD_D_DISKLESS, 1), 0, 0, 0,
	  DRBD_SIZE_APPLY, 2000 },
	{ "shrinks a Primary", { 1000, 0, 1000 }, CONNECTS(2000, DRBD_D_DISKLESS, 1),
	  0, 0, 0, DRBD_SIZE_TOO_SMALL, 1000 },
	{ "shrinks a Secondary", { 1000, 0, 1000 }, CONNECTS(2000, DRBD_D_DISKLESS, 0),
	  0, 0, 0, DRBD_SIZE_APPLY, 1000 },
	{ "grows", { 3000, 0, 3000 }, IS_UP(2000, DRBD_D_DISKLESS, 1), 0, 0, 0,
	  DRBD_SIZE_APPLY, 3000 },
	{ "grows, another does not", { 3000, 0, 3000 },
	  IS_UP(2000, DRBD_D_DISKLESS, 1, 2000), 0, 0, 0, DRBD_SIZE_IGNORE, 3000 },
	{ "grows, as another did", { 3000, 0, 3000 },
	  IS_UP(2000, DRBD_D_DISKLESS, 1, 3000), 0, 0, 0, DRBD_SIZE_APPLY, 3000 },
};

KUNIT_ARRAY_PARAM_DESC(receive, receive_rows, name);

static void sizes_receive_test(struct kunit *test)
{
	const struct receive_row *row = test->param_value;
	struct drbd_size_peer *peers = new_peers(test);
	struct drbd_size_query query = {
		.node_id = 2,
		.own_max = row->own_max,
		.last_agreed = row->last_agreed,
		.user_size = row->user_size,
		.peers = peers,
	};
	struct drbd_size_received result;

	/* What the peer sent has been noted. */
	peers[4] = (struct drbd_size_peer)K(row->offer.d_size);
	drbd_size_receive(&query, &row->offer, &row->here, &result);
	KUNIT_EXPECT_EQ(test, result.verdict, row->verdict);
	KUNIT_EXPECT_EQ(test, result.size, row->size);
	KUNIT_EXPECT_EQ(test, result.user_size, row->user_after);
	KUNIT_EXPECT_EQ(test, result.flags, row->flags);
}

/* A connect never makes usable data smaller. */
static void sizes_no_shrink_test(struct kunit *test)
{
	struct drbd_size_peer *peers = new_peers(test);
	struct rnd_state rnd;
	int run;

	prandom_seed_state(&rnd, 12);
	for (run = 0; run < 5000; run++) {
		u64 size = 1 + prandom_u32_state(&rnd) % 8;
		struct drbd_size_query query = {
			.node_id = 2,
			.own_max = size + prandom_u32_state(&rnd) % 4,
			.last_agreed = size,
			.peers = peers,
		};
		struct drbd_size_offer offer = {
			.d_size = prandom_u32_state(&rnd) % 12,
			.u_size = prandom_u32_state(&rnd) % 12,
			.c_size = prandom_u32_state(&rnd) % 12,
			.diskless = prandom_u32_state(&rnd) % 2,
		};
		struct drbd_size_here here = {
			.current_size = size,
			.disk = DRBD_D_OUTDATED + prandom_u32_state(&rnd) % 4,
			.repl = DRBD_R_OFF,
			.handshake = true,
		};
		struct drbd_size_received result;

		peers[4] = (struct drbd_size_peer)K(offer.d_size);
		drbd_size_receive(&query, &offer, &here, &result);
		if (result.verdict != DRBD_SIZE_APPLY)
			continue;
		KUNIT_EXPECT_GE(test, result.size, size);
		KUNIT_EXPECT_LE(test, result.size, query.own_max);
		KUNIT_EXPECT_TRUE(test, !offer.d_size || result.size <= offer.d_size);
	}
}

struct change_row {
	const char *name;
	struct drbd_size_apply apply;
	enum drbd_size_change change;
};

static const struct change_row change_rows[] = {
	{ "same", { 2000, 2000, 2000, 0, 1 }, DRBD_SIZE_UNCHANGED },
	{ "grew", { 3000, 2000, 2000, 0, 1 }, DRBD_SIZE_GREW },
	{ "grew from zero", { 3000, 0, 0, 0, 0 }, DRBD_SIZE_GREW_FROM_ZERO },
	{ "grew from zero, as agreed", { 3000, 0, 3000, 0, 0 }, DRBD_SIZE_GREW_FROM_ZERO },
	{ "asked to shrink", { 1000, 2000, 2000, 1000, 1 }, DRBD_SIZE_SHRUNK },
	{ "shrinks by itself", { 1000, 2000, 2000, 0, 1 }, DRBD_SIZE_ERR_IMPLICIT_SHRINK },
	{ "shrinks by a peer", { 1000, 2000, 2000, 0, 0 }, DRBD_SIZE_SHRUNK },
	{ "metadata too large", { 1000, 2000, 2000, 1500, 1 }, DRBD_SIZE_ERR_NO_FIT },
	{ "peer too small for it", { 1000, 2000, 2000, 2000, 0 }, DRBD_SIZE_ERR_NO_FIT },
	{ "nothing agreed", { 1000, 2000, 0, 0, 1 }, DRBD_SIZE_SHRUNK },
	{ "no size at all", { 0, 0, 0, 0, 0 }, DRBD_SIZE_UNCHANGED },
};

KUNIT_ARRAY_PARAM_DESC(change, change_rows, name);

static void sizes_change_test(struct kunit *test)
{
	const struct change_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_size_change(&row->apply), row->change);
}

static void sizes_fixed_test(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, drbd_size_is_fixed(0, false));
	KUNIT_EXPECT_TRUE(test, drbd_size_is_fixed(1, false));
	KUNIT_EXPECT_TRUE(test, drbd_size_is_fixed(0, true));
}

static void sizes_attach_test(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, drbd_attach_shrinks(2000, 2000, 0, true));
	KUNIT_EXPECT_TRUE(test, drbd_attach_shrinks(2000, 1999, 0, true));
	KUNIT_EXPECT_FALSE(test, drbd_attach_shrinks(2000, 1999, 0, false));
	KUNIT_EXPECT_FALSE(test, drbd_attach_shrinks(2000, 1000, 1000, true));
	KUNIT_EXPECT_TRUE(test, drbd_attach_shrinks(2000, 900, 1000, true));
	KUNIT_EXPECT_FALSE(test, drbd_attach_shrinks(0, 1000, 0, true));
}

struct area_row {
	const char *name;
	struct drbd_attach_area area;
	bool clean;
};

static const struct area_row area_rows[] = {
	{ "zeroes, was UpToDate", { 1, 0, 1, 0, 0 }, 1 },
	{ "no zeroes", { 0, 0, 1, 1, 1 }, 0 },
	{ "just created", { 1, 1, 1, 1, 1 }, 0 },
	{ "was not UpToDate", { 1, 0, 0, 0, 1 }, 0 },
	{ "thin member", { 1, 0, 0, 1, 1 }, 1 },
	{ "thin member with a past", { 1, 0, 0, 1, 0 }, 0 },
};

KUNIT_ARRAY_PARAM_DESC(area, area_rows, name);

static void sizes_area_test(struct kunit *test)
{
	const struct area_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_attach_area_is_clean(&row->area), row->clean);
}

static struct kunit_case sizes_cases[] = {
	KUNIT_CASE_PARAM(sizes_agree_test, agree_gen_params),
	KUNIT_CASE(sizes_property_test),
	KUNIT_CASE(sizes_announce_test),
	KUNIT_CASE(sizes_limit_test),
	KUNIT_CASE_PARAM(sizes_receive_test, receive_gen_params),
	KUNIT_CASE(sizes_no_shrink_test),
	KUNIT_CASE_PARAM(sizes_change_test, change_gen_params),
	KUNIT_CASE(sizes_fixed_test),
	KUNIT_CASE(sizes_attach_test),
	KUNIT_CASE_PARAM(sizes_area_test, area_gen_params),
	{}
};

static struct kunit_suite sizes_suite = {
	.name = "drbd-sizes",
	.test_cases = sizes_cases,
};

kunit_test_suite(sizes_suite);
