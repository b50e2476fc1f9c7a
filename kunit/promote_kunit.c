// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of promotion: scores, and what to do after failed tries
 *
 * The tables are those of spec/state.md 5.1 and 5.5, and spec/admin.md 20.4.
 */

#include <kunit/test.h>
#include <linux/prandom.h>

#include "../core/promote.h"

#define MAX_VOLUMES 3

/**
 * struct score_row - promotability of a resource
 * @name: what it looks like
 * @volumes: its volumes
 * @count: number of volumes
 * @primary: somebody is Primary
 * @may_promote: expected
 * @score: expected
 */
struct score_row {
	const char *name;
	struct drbd_promote_volume volumes[MAX_VOLUMES];
	u8 count;
	bool primary;
	bool may_promote;
	unsigned int score;
};

#define VOLUME(d, peers, stable) { DRBD_D_##d, true, peers, stable }
#define NO_QUORUM(d, peers, stable) { DRBD_D_##d, false, peers, stable }

static const struct score_row score_rows[] = {
	/* spec/state.md 5.5 */
	{ "UpToDate, UpToDate s", { VOLUME(UP_TO_DATE, 1, 1) }, 1, 0, 1, 10102 },
	{ "the same, peer Primary", { VOLUME(UP_TO_DATE, 1, 1) }, 1, 1, 0, 10102 },
	{ "UpToDate, no quorum", { NO_QUORUM(UP_TO_DATE, 0, 0) }, 1, 0, 0, 0 },
	{ "Diskless, 2 x UpToDate s", { VOLUME(DISKLESS, 2, 1) }, 1, 0, 1, 2 },
	{ "Diskless, UpToDate unstable", { VOLUME(DISKLESS, 1, 0) }, 1, 0, 0, 1 },
	{ "Inconsistent, UpToDate s", { VOLUME(INCONSISTENT, 1, 1) }, 1, 0, 1, 10001 },
	{ "Outdated, UpToDate s", { VOLUME(OUTDATED, 1, 1) }, 1, 0, 1, 1 },
	{ "Consistent, Consistent", { VOLUME(CONSISTENT, 0, 0) }, 1, 0, 0, 0 },
	{ "2 volumes, one peer disk Inconsistent",
	  { VOLUME(UP_TO_DATE, 1, 1), VOLUME(UP_TO_DATE, 0, 0) }, 2, 0, 1, 10201 },
	{ "2 volumes, one Diskless", { VOLUME(UP_TO_DATE, 0, 0), VOLUME(DISKLESS, 0, 0) },
	  2, 0, 0, 0 },
	{ "no volumes", { }, 0, 0, 0, 0 },
	/* spec/admin.md 20.4 */
	{ "UpToDate", { VOLUME(UP_TO_DATE, 0, 0) }, 1, 0, 1, 10101 },
	{ "UpToDate, 2 x UpToDate s", { VOLUME(UP_TO_DATE, 2, 1) }, 1, 0, 1, 10103 },
	{ "Diskless, UpToDate s", { VOLUME(DISKLESS, 1, 1) }, 1, 0, 1, 1 },
	{ "Diskless, DUnknown", { VOLUME(DISKLESS, 0, 0) }, 1, 0, 0, 0 },
	{ "Inconsistent volume", { VOLUME(UP_TO_DATE, 1, 1), VOLUME(INCONSISTENT, 1, 1) },
	  2, 0, 1, 10101 },
	{ "Diskless volume", { VOLUME(UP_TO_DATE, 1, 1), VOLUME(DISKLESS, 1, 1) }, 2, 0, 1, 101 },
	{ "useless volume", { VOLUME(UP_TO_DATE, 0, 0), VOLUME(INCONSISTENT, 0, 0) }, 2, 0, 0, 0 },
	{ "3 volumes", { VOLUME(UP_TO_DATE, 2, 1), VOLUME(UP_TO_DATE, 2, 1),
			 VOLUME(UP_TO_DATE, 2, 1) }, 3, 0, 1, 10303 },
	{ "Attaching", { VOLUME(ATTACHING, 1, 1) }, 1, 0, 1, 1 },
	{ "Negotiating", { VOLUME(NEGOTIATING, 1, 1) }, 1, 0, 1, 1 },
	/* one of two volumes decides */
	{ "one without quorum", { VOLUME(UP_TO_DATE, 1, 1), NO_QUORUM(UP_TO_DATE, 1, 1) },
	  2, 0, 0, 0 },
	{ "one unstable", { VOLUME(DISKLESS, 1, 0), VOLUME(UP_TO_DATE, 1, 1) }, 2, 0, 0, 101 },
	{ "Consistent, UpToDate s", { VOLUME(CONSISTENT, 1, 1) }, 1, 0, 1, 10001 },
};

KUNIT_ARRAY_PARAM_DESC(score, score_rows, name);

static void promote_score_test(struct kunit *test)
{
	const struct score_row *row = test->param_value;
	struct drbd_promotability p;

	drbd_promotability(row->volumes, row->count, row->primary, &p);
	KUNIT_EXPECT_EQ(test, p.may_promote, row->may_promote);
	KUNIT_EXPECT_EQ(test, p.score, row->score);
}

static void promote_score_limit_test(struct kunit *test)
{
	struct drbd_promote_volume *volumes;
	struct drbd_promotability p;
	int i;

	volumes = kunit_kzalloc(test, 120 * sizeof(*volumes), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, volumes);
	for (i = 0; i < 120; i++)
		volumes[i] = (struct drbd_promote_volume)VOLUME(UP_TO_DATE, 31, 1);
	drbd_promotability(volumes, 99, false, &p);
	KUNIT_EXPECT_EQ(test, p.score, 10000 + 9900 + 32);
	drbd_promotability(volumes, 120, false, &p);
	KUNIT_EXPECT_EQ(test, p.score, 10000 + 9900 + 32);
	volumes[0].up_to_date_peers = 98;
	drbd_promotability(volumes, 1, false, &p);
	KUNIT_EXPECT_EQ(test, p.score, 10000 + 100 + 99);
	volumes[0].up_to_date_peers = 200;
	drbd_promotability(volumes, 1, false, &p);
	KUNIT_EXPECT_EQ(test, p.score, 10000 + 100 + 99);
}

/* What a try ends with, or what came of a step that a script waits for */
enum script_event {
	TRY,
	WAITED,
	FENCED,
};

struct script_step {
	enum script_event event;
	int arg;		/* result; disk became UpToDate; failed fencing */
	int tried;		/* peers to be fenced */
	enum drbd_role_step step;
	unsigned int flags;	/* expected after it */
};

/**
 * struct script_row - a whole request
 * @name: what it is about
 * @primary: promotion
 * @force: by force
 * @steps: what happens; the last step is DONE or FAIL
 */
struct script_row {
	const char *name;
	bool primary;
	bool force;
	struct script_step steps[10];
};

#define LOCAL DRBD_ROLE_LOCAL_UP_TO_DATE
#define PEERS DRBD_ROLE_OUTDATE_PEERS
#define OPENERS DRBD_ROLE_IGNORE_OPENERS
#define RV(rv, step, flags) { TRY, DRBD_SS_##rv, 0, DRBD_ROLE_##step, flags }
#define WAIT(better, step, flags) { WAITED, better, 0, DRBD_ROLE_##step, flags }
#define FENCE(tried, failed, step, flags) { FENCED, failed, tried, DRBD_ROLE_##step, flags }

static const struct script_row script_rows[] = {
	{ "works", 1, 0, { RV(SUCCESS, DONE, 0) } },
	{ "works cluster-wide", 1, 0, { RV(CW_SUCCESS, DONE, 0) } },
	{ "is already", 1, 0, { RV(NOTHING_TO_DO, DONE, 0) } },
	{ "not a matter of the cluster", 1, 0, { RV(CW_NO_NEED, DONE, 0) } },
	{ "collides", 1, 0, { RV(CONCURRENT_ST_CHG, BACK_OFF, 0), RV(TIMEOUT, BACK_OFF, 0),
			      RV(CW_SUCCESS, DONE, 0) } },
	{ "collides always", 1, 0, { RV(CONCURRENT_ST_CHG, BACK_OFF, 0),
				     RV(CONCURRENT_ST_CHG, BACK_OFF, 0),
				     RV(CONCURRENT_ST_CHG, BACK_OFF, 0),
				     RV(CONCURRENT_ST_CHG, FAIL, 0) } },
	{ "in a transient state", 1, 0, { RV(IN_TRANSIENT_STATE, WAIT_CHANGE, 0),
					  RV(IN_TRANSIENT_STATE, WAIT_CHANGE, 0),
					  RV(IN_TRANSIENT_STATE, WAIT_CHANGE, 0),
					  RV(IN_TRANSIENT_STATE, WAIT_CHANGE, 0),
					  RV(IN_TRANSIENT_STATE, WAIT_CHANGE, 0),
					  RV(SUCCESS, DONE, 0) } },
	{ "refused by a peer", 1, 0, { RV(CW_FAILED_BY_PEER, FAIL, 0) } },
	{ "refused by a peer, by force", 1, 1, { RV(CW_FAILED_BY_PEER, FAIL, 0) } },
	{ "disk found", 1, 0, { RV(NO_UP_TO_DATE_DISK, WAIT_DISK, 0), WAIT(1, RETRY, 0),
				RV(SUCCESS, DONE, 0) } },
	{ "peers fenced", 1, 0, { RV(NO_UP_TO_DATE_DISK, WAIT_DISK, 0),
				  WAIT(0, FENCE_UNKNOWN, 0), FENCE(2, 0, RETRY, LOCAL),
				  RV(SUCCESS, DONE, LOCAL) } },
	{ "peers fenced, peer knows better", 1, 0, { RV(NO_UP_TO_DATE_DISK, WAIT_DISK, 0),
						     WAIT(0, FENCE_UNKNOWN, 0),
						     FENCE(1, 0, RETRY, LOCAL),
						     RV(CW_FAILED_BY_PEER, RETRY, 0),
						     RV(SUCCESS, DONE, 0) } },
	{ "and again", 1, 0, { RV(NO_UP_TO_DATE_DISK, WAIT_DISK, 0),
			       WAIT(0, FENCE_UNKNOWN, 0), FENCE(1, 0, RETRY, LOCAL),
			       RV(CW_FAILED_BY_PEER, RETRY, 0), RV(CW_FAILED_BY_PEER, FAIL, 0) } },
	{ "peer not fenced", 1, 0, { RV(NO_UP_TO_DATE_DISK, WAIT_DISK, 0),
				     WAIT(0, FENCE_UNKNOWN, 0), FENCE(2, 1, FAIL, 0) } },
	{ "nobody to fence", 1, 0, { RV(NO_UP_TO_DATE_DISK, WAIT_DISK, 0),
				     WAIT(0, FENCE_UNKNOWN, 0), FENCE(0, 0, FAIL, 0) } },
	{ "forced data", 1, 1, { RV(NO_UP_TO_DATE_DISK, RETRY, LOCAL), RV(SUCCESS, DONE, LOCAL) } },
	{ "no data at all", 1, 1, { RV(NO_UP_TO_DATE_DISK, RETRY, LOCAL),
				    RV(NO_UP_TO_DATE_DISK, WAIT_DISK, LOCAL),
				    WAIT(0, FENCE_UNKNOWN, LOCAL), FENCE(0, 0, FAIL, LOCAL) } },
	{ "forced, peer refuses", 1, 1, { RV(NO_UP_TO_DATE_DISK, RETRY, LOCAL),
					  RV(CW_FAILED_BY_PEER, FAIL, LOCAL) } },
	{ "fenced", 1, 0, { RV(PRIMARY_NOP, FENCE, 0), FENCE(1, 0, RETRY, 0),
			    RV(SUCCESS, DONE, 0) } },
	{ "not fenced", 1, 0, { RV(PRIMARY_NOP, FENCE, 0), FENCE(1, 1, RETRY, 0),
				RV(PRIMARY_NOP, FAIL, 0) } },
	{ "split brain by force", 1, 1, { RV(PRIMARY_NOP, FENCE, 0), FENCE(1, 1, RETRY, LOCAL),
					  RV(PRIMARY_NOP, RETRY, LOCAL | PEERS),
					  RV(SUCCESS, DONE, LOCAL | PEERS) } },
	{ "and not even that", 1, 1, { RV(PRIMARY_NOP, FENCE, 0), FENCE(1, 1, RETRY, LOCAL),
				       RV(PRIMARY_NOP, RETRY, LOCAL | PEERS),
				       RV(PRIMARY_NOP, FAIL, LOCAL | PEERS) } },
	{ "fencing first, also by force", 1, 1, { RV(NO_UP_TO_DATE_DISK, RETRY, LOCAL),
						  RV(PRIMARY_NOP, FENCE, LOCAL),
						  FENCE(1, 0, RETRY, LOCAL),
						  RV(SUCCESS, DONE, LOCAL) } },
	{ "fenced, but refused", 1, 1, { RV(PRIMARY_NOP, FENCE, 0), FENCE(1, 0, RETRY, 0),
					 RV(PRIMARY_NOP, FAIL, 0) } },
	{ "no quorum", 1, 0, { RV(NO_QUORUM, FAIL, 0) } },
	{ "no quorum, by force", 1, 1, { RV(NO_QUORUM, RETRY, PEERS), RV(SUCCESS, DONE, PEERS) } },
	{ "no quorum even so", 1, 1, { RV(NO_QUORUM, RETRY, PEERS), RV(NO_QUORUM, FAIL, PEERS) } },
	{ "two Primaries", 1, 0, { RV(TWO_PRIMARIES, WAIT_PING, 0), RV(SUCCESS, DONE, 0) } },
	{ "two Primaries still", 1, 1, { RV(TWO_PRIMARIES, WAIT_PING, 0),
					 RV(TWO_PRIMARIES, FAIL, 0) } },
	{ "other", 1, 1, { RV(WEAKLY_CONNECTED, FAIL, 0) } },
	{ "no reason", 1, 0, { RV(UNKNOWN_ERROR, FAIL, 0) } },
	{ "interrupted", 1, 0, { RV(INTERRUPTED, FAIL, 0) } },
	{ "in use", 1, 1, { RV(DEVICE_IN_USE, FAIL, 0) } },
	{ "demoted", 0, 0, { RV(CW_SUCCESS, DONE, 0) } },
	{ "demotion, in use", 0, 0, { RV(DEVICE_IN_USE, FAIL, 0) } },
	{ "demotion by force", 0, 1, { RV(DEVICE_IN_USE, RETRY, OPENERS),
				       RV(SUCCESS, DONE, OPENERS) } },
	{ "demotion fails by force", 0, 1, { RV(DEVICE_IN_USE, RETRY, OPENERS),
					     RV(DEVICE_IN_USE, FAIL, OPENERS) } },
	{ "demotion collides", 0, 0, { RV(TIMEOUT, BACK_OFF, 0), RV(SUCCESS, DONE, 0) } },
	{ "demotion, no disk", 0, 1, { RV(NO_UP_TO_DATE_DISK, FAIL, 0) } },
};

KUNIT_ARRAY_PARAM_DESC(script, script_rows, name);

static void promote_script_test(struct kunit *test)
{
	const struct script_row *row = test->param_value;
	struct drbd_role_change change = { .primary = row->primary, .force = row->force };
	const struct script_step *s = row->steps;
	enum drbd_role_step step;

	do {
		switch (s->event) {
		case TRY:
			step = drbd_role_next(&change, s->arg);
			break;
		case WAITED:
			step = drbd_role_waited(&change, s->arg);
			break;
		default:
			step = drbd_role_fenced(&change, s->tried, s->arg);
		}
		KUNIT_EXPECT_EQ_MSG(test, step, s->step, "step %d", (int)(s - row->steps));
		KUNIT_EXPECT_EQ_MSG(test, change.flags, s->flags, "step %d",
				    (int)(s - row->steps));
		s++;
	} while (step != DRBD_ROLE_DONE && step != DRBD_ROLE_FAIL);
	KUNIT_EXPECT_TRUE_MSG(test, !s->arg && !s->tried, "ended too early");
	KUNIT_EXPECT_EQ(test, change.split_brain,
			row->primary && row->force && change.flags & LOCAL && change.nop_seen &&
			!change.fenced);
}

/* Whatever the results are, a request comes to an end, and without force it
 * takes data for UpToDate only when peers were fenced.
 */
static void promote_bounded_test(struct kunit *test)
{
	struct rnd_state rnd;
	int run;

	prandom_seed_state(&rnd, 42);
	for (run = 0; run < 5000; run++) {
		struct drbd_role_change change = {
			.primary = prandom_u32_state(&rnd) % 4,
			.force = prandom_u32_state(&rnd) % 2,
		};
		enum drbd_role_step step = DRBD_ROLE_RETRY;
		int tries = 0;

		while (step != DRBD_ROLE_DONE && step != DRBD_ROLE_FAIL && tries < 100) {
			if (step == DRBD_ROLE_WAIT_DISK) {
				step = drbd_role_waited(&change, prandom_u32_state(&rnd) % 2);
			} else if (step == DRBD_ROLE_FENCE || step == DRBD_ROLE_FENCE_UNKNOWN) {
				step = drbd_role_fenced(&change, prandom_u32_state(&rnd) % 3,
							prandom_u32_state(&rnd) % 2);
			} else {
				int rv = -(int)(prandom_u32_state(&rnd) % 29);

				step = drbd_role_next(&change, rv);
				if (rv != DRBD_SS_IN_TRANSIENT_STATE)
					tries++;
			}
			if (!change.force)
				KUNIT_EXPECT_TRUE(test, !change.flags || change.fenced);
		}
		KUNIT_EXPECT_LE(test, tries, 4);
		KUNIT_EXPECT_EQ(test, step, DRBD_ROLE_FAIL);
	}
}

struct settle_row {
	const char *name;
	struct drbd_promote_settle volumes[2];
	bool settled;
};

#define QUIET { false, DRBD_D_UP_TO_DATE, false, false }

static const struct settle_row settle_rows[] = {
	{ "quiet", { QUIET, QUIET }, 1 },
	{ "pending", { QUIET, { 1, DRBD_D_UP_TO_DATE, 0, 0 } }, 0 },
	{ "own disk Consistent", { { 0, DRBD_D_CONSISTENT, 0, 0 }, QUIET }, 0 },
	{ "peer's disk Consistent", { QUIET, { 0, DRBD_D_UP_TO_DATE, 1, 0 } }, 0 },
	{ "reconciles as source", { { 0, DRBD_D_UP_TO_DATE, 0, 1 }, QUIET }, 1 },
	{ "reconciles as target", { { 0, DRBD_D_INCONSISTENT, 0, 1 }, QUIET }, 0 },
	{ "reconciles, Outdated", { { 0, DRBD_D_OUTDATED, 0, 1 }, QUIET }, 0 },
	{ "other resync", { { 0, DRBD_D_INCONSISTENT, 0, 0 }, QUIET }, 1 },
	{ "Diskless", { { 0, DRBD_D_DISKLESS, 0, 1 }, QUIET }, 1 },
};

KUNIT_ARRAY_PARAM_DESC(settle, settle_rows, name);

static void promote_settled_test(struct kunit *test)
{
	const struct settle_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_promote_settled(row->volumes, 2), row->settled);
}

static void promote_own_disk_test(struct kunit *test)
{
	int disk;

	for (disk = 0; disk <= DRBD_D_UP_TO_DATE; disk++) {
		bool data = disk >= DRBD_D_INCONSISTENT;

		KUNIT_EXPECT_EQ(test, drbd_promote_own_disk(LOCAL, disk, false),
				data ? DRBD_D_UP_TO_DATE : disk);
		KUNIT_EXPECT_EQ(test, drbd_promote_own_disk(LOCAL, disk, true), disk);
		KUNIT_EXPECT_EQ(test, drbd_promote_own_disk(PEERS | OPENERS, disk, false), disk);
	}
}

static void promote_peer_disk_test(struct kunit *test)
{
	int disk;

	for (disk = 0; disk <= DRBD_D_UP_TO_DATE; disk++) {
		bool unknown = disk == DRBD_D_UNKNOWN;
		int outdated = unknown ? DRBD_D_OUTDATED : disk;

		KUNIT_EXPECT_EQ(test, drbd_promote_peer_disk(PEERS, disk, false), outdated);
		KUNIT_EXPECT_EQ(test, drbd_promote_peer_disk(0, disk, true), outdated);
		KUNIT_EXPECT_EQ(test, drbd_promote_peer_disk(LOCAL, disk, false), disk);
	}
}

static struct kunit_case promote_cases[] = {
	KUNIT_CASE_PARAM(promote_score_test, score_gen_params),
	KUNIT_CASE(promote_score_limit_test),
	KUNIT_CASE_PARAM(promote_script_test, script_gen_params),
	KUNIT_CASE(promote_bounded_test),
	KUNIT_CASE_PARAM(promote_settled_test, settle_gen_params),
	KUNIT_CASE(promote_own_disk_test),
	KUNIT_CASE(promote_peer_disk_test),
	{}
};

static struct kunit_suite promote_suite = {
	.name = "drbd-promote",
	.test_cases = promote_cases,
};

kunit_test_suite(promote_suite);
