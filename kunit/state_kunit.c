// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the state vector and of what is derived from it
 *
 * Expectations follow spec/state.md 1.2, 2.1, 2.6, 3.4 and 8.
 */

#include <kunit/test.h>
#include <linux/string.h>

#include "../core/state.h"

#define PEERS	2
#define VOLUMES	2

struct world {
	struct drbd_state s;
	struct drbd_state_conn conn[PEERS];
	struct drbd_state_dev dev[VOLUMES];
	struct drbd_state_pd pd[PEERS * VOLUMES];
};

/* Two peers, two volumes, all Connected, Established, UpToDate and with quorum. */
static struct world *new_world(struct kunit *test)
{
	struct world *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, w);
	w->s = (struct drbd_state) {
		.nconn = PEERS, .ndev = VOLUMES,
		.conn = w->conn, .dev = w->dev, .pd = w->pd,
		.old = { .role = DRBD_ROLE_SECONDARY },
		.suspend_on_no_quorum = true, .suspend_on_no_data = true,
	};
	for (i = 0; i < PEERS; i++)
		w->conn[i] = (struct drbd_state_conn) {
			.node_id = i + 1, .protocol = 124, .allow_remote_read = true,
			.old = { .cstate = DRBD_C_CONNECTED, .peer_role = DRBD_ROLE_SECONDARY },
		};
	for (i = 0; i < VOLUMES; i++)
		w->dev[i] = (struct drbd_state_dev) {
			.volume = i,
			.old = { .disk = DRBD_D_UP_TO_DATE, .have_quorum = true, .quorum = true },
		};
	for (i = 0; i < PEERS * VOLUMES; i++)
		w->pd[i].old = (struct drbd_pd_vals) {
			.disk = DRBD_D_UP_TO_DATE, .repl = DRBD_R_ESTABLISHED,
			.replication = true, .peer_replication = true,
		};
	drbd_state_begin(&w->s);
	return w;
}

static void expect_change(struct kunit *test, struct world *w, bool event, bool announced)
{
	KUNIT_EXPECT_TRUE(test, drbd_state_changed(&w->s));
	KUNIT_EXPECT_TRUE(test, drbd_state_pending(&w->s, 0));
	KUNIT_EXPECT_EQ(test, event, announced);
	drbd_state_begin(&w->s);
	KUNIT_EXPECT_FALSE(test, drbd_state_changed(&w->s));
}

/* Each field of the tuple is a change, and is announced or not (3.4). */
static void change_test(struct kunit *test)
{
	struct world *w = new_world(test);

	w->s.new.role = DRBD_ROLE_PRIMARY;
	expect_change(test, w, drbd_state_res_event(&w->s), true);
	w->s.new.susp_user = true;
	expect_change(test, w, drbd_state_res_event(&w->s), true);
	w->s.new.susp_nod = true;
	expect_change(test, w, drbd_state_res_event(&w->s), true);
	w->s.new.susp_quorum = true;
	expect_change(test, w, drbd_state_res_event(&w->s), true);
	w->s.new.susp_uuid = true;
	expect_change(test, w, drbd_state_res_event(&w->s), true);
	w->s.new.fail_io = true;
	expect_change(test, w, drbd_state_res_event(&w->s), true);
	w->conn[1].new.susp_fen = true;
	expect_change(test, w, drbd_state_res_event(&w->s), true);
	w->conn[1].new.susp_fen = true;
	expect_change(test, w, drbd_state_conn_event(&w->conn[1]), false);
	w->conn[1].new.cstate = DRBD_C_TIMEOUT;
	expect_change(test, w, drbd_state_conn_event(&w->conn[1]), true);
	w->conn[1].new.peer_role = DRBD_ROLE_PRIMARY;
	expect_change(test, w, drbd_state_conn_event(&w->conn[1]), true);
	w->dev[1].new.disk = DRBD_D_OUTDATED;
	expect_change(test, w, drbd_state_dev_event(&w->dev[1]), true);
	w->dev[1].new.have_quorum = false;
	expect_change(test, w, drbd_state_dev_event(&w->dev[1]), true);
	w->dev[1].new.quorum = false;
	expect_change(test, w, drbd_state_dev_event(&w->dev[1]), false);
	w->pd[3].new.disk = DRBD_D_OUTDATED;
	expect_change(test, w, drbd_state_pd_event(&w->pd[3]), true);
	w->pd[3].new.repl = DRBD_R_AHEAD;
	expect_change(test, w, drbd_state_pd_event(&w->pd[3]), true);
	w->pd[3].new.resync_susp_user = true;
	expect_change(test, w, drbd_state_pd_event(&w->pd[3]), true);
	w->pd[3].new.resync_susp_peer = true;
	expect_change(test, w, drbd_state_pd_event(&w->pd[3]), true);
	w->pd[3].new.resync_susp_dependency = true;
	expect_change(test, w, drbd_state_pd_event(&w->pd[3]), true);
	w->pd[3].new.resync_susp_other_c = true;
	expect_change(test, w, drbd_state_pd_event(&w->pd[3]), true);
	w->pd[3].new.resync_susp_max_parallel = true;
	expect_change(test, w, drbd_state_pd_event(&w->pd[3]), true);
	w->pd[3].new.resync_active = true;
	expect_change(test, w, drbd_state_pd_event(&w->pd[3]), false);
	w->pd[3].new.replication = false;
	expect_change(test, w, drbd_state_pd_event(&w->pd[3]), false);
	w->pd[3].new.peer_replication = false;
	expect_change(test, w, drbd_state_pd_event(&w->pd[3]), false);
}

/* Bits beside the tuple are no change, but a pending got_stable is worth to go on. */
static void pending_test(struct kunit *test)
{
	struct world *w = new_world(test);

	w->s.new.members = 3;
	w->s.new.resume_held = true;
	w->conn[0].new.lost_primary_notice = true;
	w->dev[0].new.want_new_uuid = true;
	w->pd[0].new.reconcile_owed = true;
	KUNIT_EXPECT_FALSE(test, drbd_state_changed(&w->s));
	KUNIT_EXPECT_FALSE(test, drbd_state_pending(&w->s, 0));
	KUNIT_EXPECT_FALSE(test, drbd_state_pending(&w->s, DRBD_CHG_HARD));
	KUNIT_EXPECT_TRUE(test, drbd_state_pending(&w->s, DRBD_CHG_FORCE_RECALC));
	w->pd[3].old.got_stable = true;
	KUNIT_EXPECT_TRUE(test, drbd_state_pending(&w->s, 0));
	KUNIT_EXPECT_FALSE(test, drbd_state_changed(&w->s));
}

static void transaction_test(struct kunit *test)
{
	struct world *w = new_world(test), *copy = new_world(test);

	w->s.new.role = DRBD_ROLE_PRIMARY;
	w->dev[1].new.want_new_uuid = true;
	drbd_state_set_cstate(&w->s, 1, DRBD_C_TIMEOUT);
	KUNIT_EXPECT_EQ(test, w->conn[1].new.cstate, DRBD_C_TIMEOUT);
	KUNIT_EXPECT_EQ(test, drbd_state_pd(&w->s, 0, 0)->new.repl, DRBD_R_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, drbd_state_pd(&w->s, 0, 1)->new.repl, DRBD_R_OFF);
	KUNIT_EXPECT_EQ(test, drbd_state_pd(&w->s, 1, 1)->new.repl, DRBD_R_OFF);

	drbd_state_snapshot(&copy->s, &w->s);
	KUNIT_EXPECT_PTR_EQ(test, copy->s.conn, &copy->conn[0]);
	KUNIT_EXPECT_PTR_EQ(test, copy->s.dev, &copy->dev[0]);
	KUNIT_EXPECT_PTR_EQ(test, copy->s.pd, &copy->pd[0]);
	KUNIT_EXPECT_MEMEQ(test, copy->conn, w->conn, sizeof(w->conn));
	KUNIT_EXPECT_MEMEQ(test, copy->dev, w->dev, sizeof(w->dev));
	KUNIT_EXPECT_MEMEQ(test, copy->pd, w->pd, sizeof(w->pd));

	drbd_state_publish(&w->s);
	KUNIT_EXPECT_FALSE(test, drbd_state_changed(&w->s));
	KUNIT_EXPECT_EQ(test, w->s.old.role, DRBD_ROLE_PRIMARY);
	KUNIT_EXPECT_TRUE(test, w->dev[1].old.want_new_uuid);
	KUNIT_EXPECT_EQ(test, w->conn[1].old.cstate, DRBD_C_TIMEOUT);
	KUNIT_EXPECT_EQ(test, drbd_state_pd(&w->s, 1, 1)->old.repl, DRBD_R_OFF);
	KUNIT_EXPECT_TRUE(test, drbd_state_changed(&copy->s));

	drbd_state_begin(&copy->s);
	KUNIT_EXPECT_EQ(test, copy->s.new.role, DRBD_ROLE_SECONDARY);
	KUNIT_EXPECT_FALSE(test, copy->dev[1].new.want_new_uuid);
	KUNIT_EXPECT_EQ(test, copy->pd[1].new.repl, DRBD_R_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, copy->conn[1].new.cstate, DRBD_C_CONNECTED);

	drbd_state_set_cstate(&w->s, 1, DRBD_C_CONNECTED);
	KUNIT_EXPECT_EQ(test, drbd_state_pd(&w->s, 0, 1)->new.repl, DRBD_R_OFF);
}

static void suspended_test(struct kunit *test)
{
	struct world *w = new_world(test);
	bool *reasons[] = {
		&w->s.new.susp_user, &w->s.new.susp_nod, &w->s.new.susp_quorum,
		&w->s.new.susp_uuid, &w->conn[1].new.susp_fen,
	};
	unsigned int i;

	KUNIT_EXPECT_FALSE(test, drbd_state_suspended(&w->s, DRBD_NEW));
	for (i = 0; i < ARRAY_SIZE(reasons); i++) {
		*reasons[i] = true;
		KUNIT_EXPECT_TRUE(test, drbd_state_suspended(&w->s, DRBD_NEW));
		KUNIT_EXPECT_FALSE(test, drbd_state_suspended(&w->s, DRBD_OLD));
		*reasons[i] = false;
	}
	w->s.new.fail_io = true;
	KUNIT_EXPECT_FALSE(test, drbd_state_suspended(&w->s, DRBD_NEW));
}

static void resync_suspended_test(struct kunit *test)
{
	struct world *w = new_world(test);
	struct drbd_pd_vals *pd = &drbd_state_pd(&w->s, 1, 0)->new;

	KUNIT_EXPECT_FALSE(test, drbd_state_resync_suspended(&w->s, 1, 0, DRBD_NEW));
	pd->resync_susp_user = true;
	KUNIT_EXPECT_TRUE(test, drbd_state_resync_suspended(&w->s, 1, 0, DRBD_NEW));
	KUNIT_EXPECT_FALSE(test, drbd_state_dependency(&w->s, 1, 0, DRBD_NEW));
	pd->resync_susp_user = false;
	pd->resync_susp_peer = true;
	KUNIT_EXPECT_TRUE(test, drbd_state_resync_suspended(&w->s, 1, 0, DRBD_NEW));
	pd->resync_susp_peer = false;
	pd->resync_susp_max_parallel = true;
	KUNIT_EXPECT_TRUE(test, drbd_state_resync_suspended(&w->s, 1, 0, DRBD_NEW));
	KUNIT_EXPECT_FALSE(test, drbd_state_dependency(&w->s, 1, 0, DRBD_NEW));
	pd->resync_susp_max_parallel = false;
	pd->resync_susp_other_c = true;
	KUNIT_EXPECT_TRUE(test, drbd_state_dependency(&w->s, 1, 0, DRBD_NEW));
	pd->resync_susp_other_c = false;
	pd->resync_susp_dependency = true;
	KUNIT_EXPECT_TRUE(test, drbd_state_dependency(&w->s, 1, 0, DRBD_NEW));
	KUNIT_EXPECT_TRUE(test, drbd_state_resync_suspended(&w->s, 1, 0, DRBD_NEW));
	pd->resync_susp_dependency = false;
	/* a source without good data */
	pd->repl = DRBD_R_PAUSED_SYNC_S;
	w->dev[1].new.disk = DRBD_D_INCONSISTENT;
	KUNIT_EXPECT_TRUE(test, drbd_state_dependency(&w->s, 1, 0, DRBD_NEW));
	w->dev[1].new.disk = DRBD_D_OUTDATED;
	KUNIT_EXPECT_FALSE(test, drbd_state_dependency(&w->s, 1, 0, DRBD_NEW));
	pd->repl = DRBD_R_PAUSED_SYNC_T;
	w->dev[1].new.disk = DRBD_D_INCONSISTENT;
	KUNIT_EXPECT_FALSE(test, drbd_state_dependency(&w->s, 1, 0, DRBD_NEW));
}

static void access_test(struct kunit *test)
{
	struct world *w = new_world(test);

	w->dev[1].new.disk = DRBD_D_CONSISTENT;
	KUNIT_EXPECT_TRUE(test, drbd_state_data_access(&w->s, 1, DRBD_NEW));
	drbd_state_pd(&w->s, 1, 0)->new.disk = DRBD_D_CONSISTENT;
	KUNIT_EXPECT_TRUE(test, drbd_state_data_access(&w->s, 1, DRBD_NEW));
	w->conn[1].allow_remote_read = false;
	KUNIT_EXPECT_FALSE(test, drbd_state_data_access(&w->s, 1, DRBD_NEW));
	KUNIT_EXPECT_TRUE(test, drbd_state_data_access(&w->s, 0, DRBD_NEW));
	KUNIT_EXPECT_TRUE(test, drbd_state_data_access(&w->s, 1, DRBD_OLD));
}

static void caches_test(struct kunit *test)
{
	struct world *w = new_world(test);

	KUNIT_EXPECT_TRUE(test, drbd_state_all_quorate(&w->s, DRBD_NEW));
	w->dev[1].new.have_quorum = false;
	KUNIT_EXPECT_FALSE(test, drbd_state_all_quorate(&w->s, DRBD_NEW));
	KUNIT_EXPECT_TRUE(test, drbd_state_all_quorate(&w->s, DRBD_OLD));

	KUNIT_EXPECT_EQ(test, drbd_state_min_protocol(&w->s), 124);
	w->conn[1].protocol = 101;
	KUNIT_EXPECT_EQ(test, drbd_state_min_protocol(&w->s), 101);
	w->conn[1].new.cstate = DRBD_C_CONNECTING;
	KUNIT_EXPECT_EQ(test, drbd_state_min_protocol(&w->s), 124);
	w->conn[0].new.cstate = DRBD_C_STANDALONE;
	KUNIT_EXPECT_EQ(test, drbd_state_min_protocol(&w->s), DRBD_PROTO_9_MAX);
}

static void hold_test(struct kunit *test)
{
	struct world *w = new_world(test);

	KUNIT_EXPECT_FALSE(test, drbd_state_hold_active(&w->s));
	w->conn[1].new.lost_primary_notice = true;
	KUNIT_EXPECT_TRUE(test, drbd_state_hold_active(&w->s));
	drbd_state_begin(&w->s);
	w->pd[3].new.reconcile_owed = true;
	KUNIT_EXPECT_TRUE(test, drbd_state_hold_active(&w->s));
	drbd_state_begin(&w->s);
	w->pd[3].new.reconcile_running = true;
	KUNIT_EXPECT_TRUE(test, drbd_state_hold_active(&w->s));
}

static void stable_test(struct kunit *test)
{
	struct world *w = new_world(test);

	KUNIT_EXPECT_TRUE(test, drbd_state_device_stable(&w->s, 0, DRBD_NEW));
	w->conn[1].new.peer_role = DRBD_ROLE_PRIMARY;
	KUNIT_EXPECT_FALSE(test, drbd_state_device_stable(&w->s, 0, DRBD_NEW));
	KUNIT_EXPECT_TRUE(test, drbd_state_device_stable(&w->s, 0, DRBD_OLD));
	drbd_state_pd(&w->s, 0, 1)->new.repl = DRBD_R_OFF;
	KUNIT_EXPECT_TRUE(test, drbd_state_device_stable(&w->s, 0, DRBD_NEW));
	KUNIT_EXPECT_FALSE(test, drbd_state_device_stable(&w->s, 1, DRBD_NEW));
	w->s.new.role = DRBD_ROLE_PRIMARY;
	KUNIT_EXPECT_TRUE(test, drbd_state_device_stable(&w->s, 1, DRBD_NEW));
}

struct unstable_row {
	const char *name;
	enum drbd_repl repl;
	enum drbd_disk disk;
	unsigned int protocol;
	bool unstable;
};

static const struct unstable_row unstable_rows[] = {
	{ "Established", DRBD_R_ESTABLISHED, DRBD_D_UP_TO_DATE, 124, false },
	{ "WFBitMapT", DRBD_R_WF_BITMAP_T, DRBD_D_OUTDATED, 124, true },
	{ "WFSyncUUID", DRBD_R_WF_SYNC_UUID, DRBD_D_OUTDATED, 101, true },
	{ "WFBitMapS", DRBD_R_WF_BITMAP_S, DRBD_D_UP_TO_DATE, 124, false },
	{ "WFBitMapS 96", DRBD_R_WF_BITMAP_S, DRBD_D_UP_TO_DATE, 96, false },
	{ "WFBitMapS 95", DRBD_R_WF_BITMAP_S, DRBD_D_UP_TO_DATE, 95, true },
	{ "SyncTarget", DRBD_R_SYNC_TARGET, DRBD_D_INCONSISTENT, 124, false },
	{ "Attaching", DRBD_R_ESTABLISHED, DRBD_D_ATTACHING, 124, true },
	{ "Negotiating", DRBD_R_OFF, DRBD_D_NEGOTIATING, 124, true },
	{ "Failed", DRBD_R_OFF, DRBD_D_FAILED, 124, false },
};

KUNIT_ARRAY_PARAM_DESC(unstable, unstable_rows, name);

static void unstable_test(struct kunit *test)
{
	const struct unstable_row *row = test->param_value;
	struct world *w = new_world(test);

	w->conn[1].protocol = row->protocol;
	drbd_state_pd(&w->s, 1, 1)->new.repl = row->repl;
	w->dev[1].new.disk = row->disk;
	KUNIT_EXPECT_EQ(test, drbd_state_unstable(&w->s, 1, DRBD_NEW), row->unstable);
	KUNIT_EXPECT_FALSE(test, drbd_state_unstable(&w->s, 0, DRBD_NEW));
	KUNIT_EXPECT_FALSE(test, drbd_state_unstable(&w->s, 1, DRBD_OLD));
}

struct replicates_row {
	const char *name;
	enum drbd_disk disk;
	enum drbd_repl repl;
	bool replication;
	bool sends;
};

/* spec/io.md 2.7 */
static const struct replicates_row replicates_rows[] = {
	{ "UpToDate", DRBD_D_UP_TO_DATE, DRBD_R_ESTABLISHED, false, true },
	{ "Established", DRBD_D_INCONSISTENT, DRBD_R_ESTABLISHED, true, true },
	{ "without replication", DRBD_D_INCONSISTENT, DRBD_R_ESTABLISHED, false, false },
	{ "StartingSyncS", DRBD_D_INCONSISTENT, DRBD_R_STARTING_SYNC_S, true, false },
	{ "WFBitMapS", DRBD_D_INCONSISTENT, DRBD_R_WF_BITMAP_S, true, false },
	{ "WFBitMapT", DRBD_D_INCONSISTENT, DRBD_R_WF_BITMAP_T, true, true },
	{ "SyncSource", DRBD_D_INCONSISTENT, DRBD_R_SYNC_SOURCE, true, true },
	{ "PausedSyncT", DRBD_D_INCONSISTENT, DRBD_R_PAUSED_SYNC_T, true, true },
	{ "Ahead", DRBD_D_INCONSISTENT, DRBD_R_AHEAD, true, false },
	{ "Outdated", DRBD_D_OUTDATED, DRBD_R_ESTABLISHED, true, false },
	{ "Diskless", DRBD_D_DISKLESS, DRBD_R_ESTABLISHED, true, false },
};

KUNIT_ARRAY_PARAM_DESC(replicates, replicates_rows, name);

static void replicates_test(struct kunit *test)
{
	const struct replicates_row *row = test->param_value;
	struct drbd_pd_vals pd = {
		.disk = row->disk, .repl = row->repl, .replication = row->replication,
	};

	KUNIT_EXPECT_EQ(test, drbd_state_replicates(&pd), row->sends);
}

static void error_io_test(struct kunit *test)
{
	struct world *w = new_world(test);
	struct drbd_state *s = &w->s;
	unsigned int i;

	KUNIT_EXPECT_FALSE(test, drbd_state_error_io(s, 0, DRBD_NEW));
	w->dev[0].new.have_quorum = false;
	KUNIT_EXPECT_FALSE(test, drbd_state_error_io(s, 0, DRBD_NEW));
	s->suspend_on_no_quorum = false;
	KUNIT_EXPECT_TRUE(test, drbd_state_error_io(s, 0, DRBD_NEW));
	KUNIT_EXPECT_FALSE(test, drbd_state_error_io(s, 1, DRBD_NEW));
	KUNIT_EXPECT_FALSE(test, drbd_state_error_io(s, 0, DRBD_OLD));
	drbd_state_begin(s);
	w->dev[1].new.disk = DRBD_D_DISKLESS;
	for (i = 0; i < PEERS; i++)
		drbd_state_pd(s, 1, i)->new.disk = DRBD_D_OUTDATED;
	KUNIT_EXPECT_FALSE(test, drbd_state_error_io(s, 1, DRBD_NEW));
	s->suspend_on_no_data = false;
	KUNIT_EXPECT_TRUE(test, drbd_state_error_io(s, 1, DRBD_NEW));
	KUNIT_EXPECT_FALSE(test, drbd_state_error_io(s, 0, DRBD_NEW));
	drbd_state_begin(s);
	s->new.fail_io = true;
	KUNIT_EXPECT_TRUE(test, drbd_state_error_io(s, 0, DRBD_NEW));
	KUNIT_EXPECT_FALSE(test, drbd_state_error_io(s, 0, DRBD_OLD));
}

static void repl_test(struct kunit *test)
{
	unsigned int repl;

	for (repl = DRBD_R_OFF; repl <= DRBD_R_BEHIND; repl++) {
		KUNIT_EXPECT_EQ(test, drbd_repl_is_source(repl), repl == 16 || repl == 20);
		KUNIT_EXPECT_EQ(test, drbd_repl_is_target(repl), repl == 17 || repl == 21);
		KUNIT_EXPECT_EQ(test, drbd_repl_is_verify(repl), repl == 18 || repl == 19);
		KUNIT_EXPECT_EQ(test, drbd_repl_is_sync(repl),
				repl == 16 || repl == 17 || repl == 20 || repl == 21);
		KUNIT_EXPECT_EQ(test, drbd_repl_in_resync(repl), repl >= 16 && repl <= 21);
	}
}

static struct kunit_case state_cases[] = {
	KUNIT_CASE(change_test),
	KUNIT_CASE(pending_test),
	KUNIT_CASE(transaction_test),
	KUNIT_CASE(suspended_test),
	KUNIT_CASE(resync_suspended_test),
	KUNIT_CASE(access_test),
	KUNIT_CASE(caches_test),
	KUNIT_CASE(hold_test),
	KUNIT_CASE(stable_test),
	KUNIT_CASE_PARAM(unstable_test, unstable_gen_params),
	KUNIT_CASE_PARAM(replicates_test, replicates_gen_params),
	KUNIT_CASE(error_io_test),
	KUNIT_CASE(repl_test),
	{}
};

static struct kunit_suite state_suite = {
	.name = "drbd-state",
	.test_cases = state_cases,
};

kunit_test_suite(state_suite);
