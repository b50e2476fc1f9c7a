// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of fencing
 *
 * The tables are those of spec/state.md 7 and spec/admin.md 20.8.
 */

#include <kunit/test.h>

#include "../core/fencing.h"

#define DONT_CARE DRBD_FENCING_DONT_CARE
#define RESOURCE DRBD_FENCING_RESOURCE_ONLY
#define STONITH DRBD_FENCING_RESOURCE_AND_STONITH

struct plan_row {
	const char *name;
	struct drbd_fence_conn c;
	bool at_teardown;
	enum drbd_fence_plan plan;
};

#define LOST DRBD_C_NETWORK_FAILURE
#define UTD DRBD_D_UP_TO_DATE

static const struct plan_row plan_rows[] = {
	{ "Primary lost a peer", { RESOURCE, LOST, 1, UTD, DRBD_D_UNKNOWN }, 1, DRBD_FENCE_RUN },
	{ "stonith", { STONITH, LOST, 1, UTD, DRBD_D_UNKNOWN }, 1, DRBD_FENCE_RUN },
	{ "Secondary", { STONITH, LOST, 0, UTD, DRBD_D_UNKNOWN }, 0, DRBD_FENCE_RUN },
	{ "dont-care", { DONT_CARE, LOST, 1, UTD, DRBD_D_UNKNOWN }, 0, DRBD_FENCE_NEEDLESS },
	{ "peer Outdated", { STONITH, LOST, 1, UTD, DRBD_D_OUTDATED }, 0, DRBD_FENCE_RUN },
	{ "peer was Consistent", { STONITH, LOST, 1, UTD, DRBD_D_CONSISTENT }, 1, DRBD_FENCE_RUN },
	{ "connected", { STONITH, DRBD_C_CONNECTED, 1, UTD, DRBD_D_UNKNOWN }, 1,
	  DRBD_FENCE_CONNECTED },
	{ "connecting", { STONITH, DRBD_C_CONNECTING, 1, UTD, DRBD_D_UNKNOWN }, 1,
	  DRBD_FENCE_RUN },
	{ "own disk Consistent", { STONITH, LOST, 0, DRBD_D_CONSISTENT, DRBD_D_UNKNOWN }, 0,
	  DRBD_FENCE_RUN },
	{ "own disk Outdated", { STONITH, LOST, 1, DRBD_D_OUTDATED, DRBD_D_UNKNOWN }, 1,
	  DRBD_FENCE_CANNOT },
	{ "own disk lost", { STONITH, LOST, 1, DRBD_D_DISKLESS, DRBD_D_UNKNOWN }, 1,
	  DRBD_FENCE_CANNOT },
	{ "diskless client", { STONITH, LOST, 1, DRBD_D_DISKLESS, DRBD_D_UNKNOWN, 1 }, 1,
	  DRBD_FENCE_RUN },
	{ "helper disabled", { STONITH, LOST, 1, UTD, DRBD_D_UNKNOWN, 0, 1 }, 1,
	  DRBD_FENCE_NEEDLESS },
	/* A suspension must not last because a helper is missing. */
	{ "helper disabled, disk lost", { STONITH, LOST, 1, DRBD_D_FAILED, DRBD_D_UNKNOWN, 0, 1 },
	  1, DRBD_FENCE_CANNOT },
};

KUNIT_ARRAY_PARAM_DESC(plan, plan_rows, name);

static void fencing_plan_test(struct kunit *test)
{
	const struct plan_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_fence_at_teardown(&row->c), row->at_teardown);
	KUNIT_EXPECT_EQ(test, drbd_fence_plan(&row->c), row->plan);
}

/**
 * struct exit_row - exit code of fence-peer
 * @name: number, and what is special
 * @exit_code: the number
 * @best_disk: own disk
 * @pdsk: what an unknown disk of the peer becomes
 * @disk: what an UpToDate own disk becomes
 * @broken: the code means nothing
 * @shot: the peer was shot
 */
struct exit_row {
	const char *name;
	int exit_code;
	enum drbd_disk best_disk;
	enum drbd_disk pdsk;
	enum drbd_disk disk;
	bool broken;
	bool shot;
};

#define UNKNOWN DRBD_D_UNKNOWN

static const struct exit_row exit_rows[] = {
	{ "0", 0, UTD, UNKNOWN, UTD, 1 },
	{ "1", 1, UTD, UNKNOWN, UTD, 1 },
	{ "2", 2, UTD, UNKNOWN, UTD, 1 },
	{ "3", 3, UTD, DRBD_D_INCONSISTENT, UTD },
	{ "3, Consistent", 3, DRBD_D_CONSISTENT, DRBD_D_INCONSISTENT, UTD },
	{ "4", 4, UTD, DRBD_D_OUTDATED, UTD },
	{ "4, Consistent", 4, DRBD_D_CONSISTENT, DRBD_D_OUTDATED, UTD },
	{ "5", 5, UTD, DRBD_D_OUTDATED, UTD },
	{ "5, Consistent", 5, DRBD_D_CONSISTENT, UNKNOWN, UTD },
	{ "5, Diskless", 5, DRBD_D_DISKLESS, UNKNOWN, UTD },
	{ "6", 6, UTD, UNKNOWN, DRBD_D_OUTDATED },
	{ "7", 7, UTD, DRBD_D_OUTDATED, UTD, 0, 1 },
	{ "7, Consistent", 7, DRBD_D_CONSISTENT, DRBD_D_OUTDATED, UTD, 0, 1 },
	{ "8", 8, UTD, UNKNOWN, UTD, 1 },
	{ "20", 20, UTD, UNKNOWN, UTD, 1 },
	{ "255", 255, UTD, UNKNOWN, UTD, 1 },
	{ "-1", -1, UTD, UNKNOWN, UTD, 1 },
};

KUNIT_ARRAY_PARAM_DESC(exit, exit_rows, name);

static void fencing_exit_test(struct kunit *test)
{
	const struct exit_row *row = test->param_value;
	struct drbd_fence_result r;
	int policy;

	for (policy = DONT_CARE; policy <= STONITH; policy++) {
		memset(&r, 0xff, sizeof(r));
		drbd_fence_result(row->exit_code, policy, row->best_disk, &r);
		KUNIT_EXPECT_EQ(test, drbd_fence_disk(UNKNOWN, r.pdsk), row->pdsk);
		KUNIT_EXPECT_EQ(test, drbd_fence_disk(UTD, r.disk), row->disk);
		KUNIT_EXPECT_EQ(test, r.broken, row->broken);
		KUNIT_EXPECT_EQ(test, r.against_policy, row->shot && policy != STONITH);
		KUNIT_EXPECT_GT(test, strlen(r.reason), 0);
		/* It only ever makes disks worse. */
		KUNIT_EXPECT_EQ(test, drbd_fence_disk(DRBD_D_INCONSISTENT, r.pdsk),
				DRBD_D_INCONSISTENT);
		KUNIT_EXPECT_EQ(test, drbd_fence_disk(DRBD_D_DISKLESS, r.disk), DRBD_D_DISKLESS);
		KUNIT_EXPECT_EQ(test, drbd_fence_succeeded(drbd_fence_disk(UNKNOWN, r.pdsk)),
				row->pdsk != UNKNOWN);
	}
}

static void fencing_stale_test(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, drbd_fence_is_stale(DRBD_C_CONNECTING, false, 5, 5));
	KUNIT_EXPECT_FALSE(test, drbd_fence_is_stale(DRBD_C_STANDALONE, false, 0, 0));
	KUNIT_EXPECT_TRUE(test, drbd_fence_is_stale(DRBD_C_CONNECTED, false, 5, 5));
	KUNIT_EXPECT_TRUE(test, drbd_fence_is_stale(DRBD_C_CONNECTING, true, 5, 5));
	/* connected and lost again meanwhile */
	KUNIT_EXPECT_TRUE(test, drbd_fence_is_stale(DRBD_C_CONNECTING, false, 6, 5));
	KUNIT_EXPECT_TRUE(test, drbd_fence_is_stale(DRBD_C_CONNECTING, false, 0, ~0ULL));
}

struct nodes_row {
	const char *name;
	struct drbd_up_to_date_volume volumes[2];
	u64 nodes;		/* of a Secondary that runs another helper */
	u64 primary;		/* of a Primary, or with fence-peer */
};

static const struct nodes_row nodes_rows[] = {
	{ "alone", { { UTD, 0, 0 }, { UTD, 0, 0 } }, 0x8, 0x8 },
	{ "peers", { { UTD, 0x3, 0 }, { UTD, 0x3, 0 } }, 0xb, 0xb },
	{ "one is behind", { { UTD, 0x3, 0 }, { UTD, 0x1, 0 } }, 0x9, 0x9 },
	{ "missed nothing", { { UTD, 0x1, 0x4 }, { UTD, 0x1, 0x6 } }, 0xd, 0x9 },
	{ "no disk", { { DRBD_D_DISKLESS, 0x1, 0 }, { UTD, 0x3, 0 } }, 0xb, 0xb },
	{ "no disks", { { DRBD_D_DISKLESS, 0x1, 0 }, { DRBD_D_DISKLESS, 0x3, 0 } }, ~0ULL, ~0ULL },
	{ "Outdated", { { DRBD_D_OUTDATED, 0x1, 0 }, { UTD, 0x3, 0 } }, 0xb, 0x9 },
	{ "Consistent", { { DRBD_D_CONSISTENT, 0, 0x2 }, { DRBD_D_CONSISTENT, 0, 0 } },
	  ~0ULL, 0x8 },
};

KUNIT_ARRAY_PARAM_DESC(nodes, nodes_rows, name);

static void fencing_nodes_test(struct kunit *test)
{
	const struct nodes_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_up_to_date_nodes(row->volumes, 2, 3, false), row->nodes);
	KUNIT_EXPECT_EQ(test, drbd_up_to_date_nodes(row->volumes, 2, 3, true), row->primary);
	KUNIT_EXPECT_EQ(test, drbd_up_to_date_nodes(row->volumes, 0, 3, true), ~0ULL);
}

static struct kunit_case fencing_cases[] = {
	KUNIT_CASE_PARAM(fencing_plan_test, plan_gen_params),
	KUNIT_CASE_PARAM(fencing_exit_test, exit_gen_params),
	KUNIT_CASE(fencing_stale_test),
	KUNIT_CASE_PARAM(fencing_nodes_test, nodes_gen_params),
	{}
};

static struct kunit_suite fencing_suite = {
	.name = "drbd-fencing",
	.test_cases = fencing_cases,
};

kunit_test_suite(fencing_suite);
