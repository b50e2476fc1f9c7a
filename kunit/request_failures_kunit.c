// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of failures in a cluster of three: P writes to S1 and S2
 *
 * The matrices of spec/io.md 18, each with the parts of the core that decide
 * about it on P, on S1 and on S2.
 */

#include <kunit/test.h>

#include "request_paths.h"
#include "../core/dagtag.h"
#include "../core/uuid_source.h"

#define EV(x)	DRBD_REQ_EV_##x
#define FX(x)	DRBD_REQ_FX_##x

enum { P, S1, S2 };

/**
 * struct cluster - one write on P
 * @req: the write
 * @verdict: its end
 * @completions: how often that came
 */
struct cluster {
	struct drbd_request req;
	struct drbd_request_verdict verdict;
	int completions;
};

static void happen(struct cluster *c, enum drbd_request_event event, int node)
{
	if (drbd_request_event(&c->req, event, node, false) & FX(COMPLETE)) {
		drbd_request_complete(&c->req, &c->verdict);
		c->completions++;
	}
}

static void both(struct cluster *c, enum drbd_request_event event)
{
	happen(c, event, S1);
	happen(c, event, S2);
}

/* Up to the point where both legs were sent, and the local disk answered unless
 * @local is its submission.
 */
static void start(struct cluster *c, char proto, enum drbd_request_event local)
{
	memset(c, 0, sizeof(*c));
	drbd_request_init(&c->req, DRBD_REQ_WRITE, 4096);
	drbd_request_log(&c->req, false, false);
	both(c, request_path_event(proto));
	both(c, EV(READY));
	happen(c, EV(LOCAL_SUBMIT), DRBD_NO_NODE);
	happen(c, EV(SUBMITTED), DRBD_NO_NODE);
	both(c, EV(SENT_OK));
	if (local != EV(LOCAL_SUBMIT))
		happen(c, local, DRBD_NO_NODE);
}

static void expect_end(struct kunit *test, struct cluster *c,
		       enum drbd_request_outcome outcome, u64 nodes, u64 set)
{
	static const s8 slots[] = { S1, S2 };
	struct drbd_request_bitmap plan;

	KUNIT_EXPECT_EQ(test, c->completions, 1);
	KUNIT_EXPECT_EQ(test, c->verdict.outcome, outcome);
	KUNIT_EXPECT_EQ(test, c->req.done_refs, 0);
	KUNIT_EXPECT_EQ(test, drbd_request_ok_nodes(&c->req, P), nodes);
	drbd_request_bitmap_plan(&c->req, DRBD_D_UP_TO_DATE, slots, 2, &plan);
	KUNIT_EXPECT_EQ(test, plan.set, set);
	KUNIT_EXPECT_EQ(test, plan.clear, 0);
}

static void failures_suspended_test(struct kunit *test)
{
	struct cluster c;

	/* A: given up, the local leg is enough */
	start(&c, 'A', EV(LOCAL_OK));
	both(&c, EV(CONN_LOST_SUSPENDED));
	expect_end(test, &c, DRBD_REQ_SUCCESS, 1, 3);

	/* C, pending: frozen; the administrator resumes without the peers */
	start(&c, 'C', EV(LOCAL_OK));
	both(&c, EV(CONN_LOST_SUSPENDED));
	KUNIT_EXPECT_EQ(test, c.completions, 0);
	both(&c, EV(SUSPEND_CANCEL));
	KUNIT_EXPECT_EQ(test, c.completions, 0);
	happen(&c, EV(COMPLETION_RESUME), DRBD_NO_NODE);
	expect_end(test, &c, DRBD_REQ_SUCCESS, 1, 3);

	/* B, acknowledged by both: complete already */
	start(&c, 'B', EV(LOCAL_OK));
	both(&c, EV(RECV_ACK));
	KUNIT_EXPECT_EQ(test, c.completions, 1);
	both(&c, EV(CONN_LOST_SUSPENDED));
	both(&c, EV(SUSPEND_CANCEL));
	expect_end(test, &c, DRBD_REQ_SUCCESS, 1, 3);

	/* C, acknowledged by one: frozen */
	start(&c, 'C', EV(LOCAL_OK));
	happen(&c, EV(WRITE_ACK), S2);
	both(&c, EV(CONN_LOST_SUSPENDED));
	KUNIT_EXPECT_EQ(test, c.completions, 0);
}

static void failures_resend_test(struct kunit *test)
{
	struct cluster c;

	/* S2 has it, S1 gets it once more; nothing differs in the end */
	start(&c, 'C', EV(LOCAL_OK));
	happen(&c, EV(WRITE_ACK), S2);
	both(&c, EV(CONN_LOST_SUSPENDED));
	both(&c, EV(RESEND));
	happen(&c, EV(COMPLETION_RESUME), DRBD_NO_NODE);
	happen(&c, EV(SENT_OK), S1);
	KUNIT_EXPECT_EQ(test, c.completions, 0);
	happen(&c, EV(WRITE_ACK), S1);
	happen(&c, EV(BARRIER_ACK), S1);
	expect_end(test, &c, DRBD_REQ_SUCCESS, 7, 0);
	/* only S1 has its dagtag from this connection */
	KUNIT_EXPECT_EQ(test, drbd_request_sent_nodes(&c.req), BIT_ULL(S1));

	/* S1 is resynced instead, S2 refused it before */
	start(&c, 'C', EV(LOCAL_OK));
	happen(&c, EV(NEG_ACK), S2);
	both(&c, EV(CONN_LOST_SUSPENDED));
	happen(&c, EV(SUSPEND_CANCEL), S1);
	happen(&c, EV(RESEND), S2);
	KUNIT_EXPECT_EQ(test, c.completions, 0);
	happen(&c, EV(COMPLETION_RESUME), DRBD_NO_NODE);
	expect_end(test, &c, DRBD_REQ_SUCCESS, 1, 3);
}

static void failures_io_error_test(struct kunit *test)
{
	static const char protos[] = "ABC";
	struct cluster c;
	int i;

	for (i = 0; i < 3; i++) {
		start(&c, protos[i], EV(LOCAL_SUBMIT));
		both(&c, EV(CONN_LOST));
		KUNIT_EXPECT_EQ(test, c.completions, 0);
		c.verdict.no_quorum = true;
		happen(&c, EV(LOCAL_OK), DRBD_NO_NODE);
		expect_end(test, &c, DRBD_REQ_ERROR, 1, 3);
		KUNIT_EXPECT_EQ(test, c.verdict.error, -EIO);
	}
}

static void failures_disk_test(struct kunit *test)
{
	struct cluster c;

	/* S1's disk, C: satisfied without ok */
	start(&c, 'C', EV(LOCAL_OK));
	happen(&c, EV(NEG_ACK), S1);
	happen(&c, EV(WRITE_ACK), S2);
	both(&c, EV(BARRIER_ACK));
	expect_end(test, &c, DRBD_REQ_SUCCESS, 5, 1);

	/* S1's disk, A: the application was told before */
	start(&c, 'A', EV(LOCAL_OK));
	KUNIT_EXPECT_EQ(test, c.completions, 1);
	happen(&c, EV(NEG_ACK), S1);
	both(&c, EV(BARRIER_ACK));
	expect_end(test, &c, DRBD_REQ_SUCCESS, 5, 1);

	/* P's disk: the others have it, their slots stay as they are */
	start(&c, 'C', EV(LOCAL_WRITE_ERROR));
	both(&c, EV(WRITE_ACK));
	both(&c, EV(BARRIER_ACK));
	expect_end(test, &c, DRBD_REQ_SUCCESS, 6, 0);

	/* P's disk, and both links */
	start(&c, 'C', EV(LOCAL_WRITE_ERROR));
	both(&c, EV(CONN_LOST));
	expect_end(test, &c, DRBD_REQ_ERROR, 0, 3);
	start(&c, 'C', EV(LOCAL_WRITE_ERROR));
	both(&c, EV(CONN_LOST_SUSPENDED));
	KUNIT_EXPECT_EQ(test, c.completions, 0);
}

/* What S1 and S2 make of the mask of a peer ack after these failures. */
static void failures_peer_ack_test(struct kunit *test)
{
	static const s8 slots_s1[] = { P, S2 };
	static const s8 slots_s2[] = { P, S1 };
	struct drbd_received_write write = { .sender = P, .has_disk = true };
	struct drbd_peer_ack_plan plan;

	/* S1 failed: it sets all but P's slot, S2 sets that of S1 */
	write.failed = true;
	drbd_peer_ack_plan(&write, BIT(P) | BIT(S2), 0, slots_s1, 2, &plan);
	KUNIT_EXPECT_EQ(test, plan.set, 2);
	write.failed = false;
	drbd_peer_ack_plan(&write, BIT(P) | BIT(S2), 0, slots_s2, 2, &plan);
	KUNIT_EXPECT_EQ(test, plan.set, 2);
	KUNIT_EXPECT_EQ(test, plan.clear, 0);
	/* P failed: its slot is not touched */
	drbd_peer_ack_plan(&write, BIT(S1) | BIT(S2), 0, slots_s1, 2, &plan);
	KUNIT_EXPECT_EQ(test, plan.set, 0);
	KUNIT_EXPECT_EQ(test, plan.clear, 2);
}

/**
 * struct crash_row - P crashes
 * @name: last step reached
 * @s1: S1 has received the write
 * @s2: S2 has received it
 * @on_s1: what S1 does in the end
 * @on_s2: what S2 does
 */
struct crash_row {
	const char *name;
	bool s1;
	bool s2;
	enum drbd_survivor on_s1;
	enum drbd_survivor on_s2;
};

static const struct crash_row crashes[] = {
	{ "a", 0, 0, DRBD_SURVIVOR_CLEAR, DRBD_SURVIVOR_CLEAR },
	{ "b", 1, 0, DRBD_SURVIVOR_SOURCE, DRBD_SURVIVOR_TARGET },
	{ "b, S2", 0, 1, DRBD_SURVIVOR_TARGET, DRBD_SURVIVOR_SOURCE },
	{ "c and later", 1, 1, DRBD_SURVIVOR_CLEAR, DRBD_SURVIVOR_CLEAR },
};

KUNIT_ARRAY_PARAM_DESC(crash, crashes, name);

static void failures_crash_test(struct kunit *test)
{
	const struct crash_row *row = test->param_value;
	const struct drbd_volume_compare volume = {
		.strategy = DRBD_NO_SYNC, .repl = DRBD_R_ESTABLISHED, .disk = DRBD_D_CONSISTENT,
	};
	struct drbd_dagtag_received s1 = {}, s2 = {};

	drbd_dagtag_receive_set(&s1, 100);
	drbd_dagtag_receive_set(&s2, 100);
	if (row->s1)
		drbd_dagtag_receive(&s1, 4096);
	if (row->s2)
		drbd_dagtag_receive(&s2, 4096);
	drbd_dagtag_lost(&s1);
	drbd_dagtag_lost(&s2);
	KUNIT_EXPECT_EQ(test, drbd_survivor_compare(&volume, 1, s1.last - s2.last), row->on_s1);
	KUNIT_EXPECT_EQ(test, drbd_survivor_compare(&volume, 1, s2.last - s1.last), row->on_s2);
}

static struct kunit_case request_failures_cases[] = {
	KUNIT_CASE(failures_suspended_test),
	KUNIT_CASE(failures_resend_test),
	KUNIT_CASE(failures_io_error_test),
	KUNIT_CASE(failures_disk_test),
	KUNIT_CASE(failures_peer_ack_test),
	KUNIT_CASE_PARAM(failures_crash_test, crash_gen_params),
	{}
};

static struct kunit_suite request_failures_suite = {
	.name = "drbd-request-failures",
	.test_cases = request_failures_cases,
};

kunit_test_suite(request_failures_suite);
