// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of how application requests end
 *
 * Source: spec/io.md 3.4, 4.5, F12 and F21.
 */

#include <kunit/test.h>

#include "request_paths.h"

#define EV(x)	DRBD_REQ_EV_##x
#define FX(x)	DRBD_REQ_FX_##x
#define OWN	0
#define N1	1
#define N2	2
#define WR	DRBD_REQ_WRITE
#define RA	DRBD_REQ_READ_AHEAD

static u32 ev(struct drbd_request *req, int node, enum drbd_request_event event)
{
	return drbd_request_event(req, event, node, false);
}

static u32 local(struct drbd_request *req, enum drbd_request_event event)
{
	return drbd_request_event(req, event, DRBD_NO_NODE, false);
}

/**
 * struct outcome_row - line of the decision table
 * @name: which one
 * @kind: 0 for a read, else any of WR, RA
 * @postponed: postponed before submission
 * @local_ok: the local disk succeeded; otherwise it failed
 * @peer_ok: a peer succeeded; otherwise none was asked
 * @error_all: see &struct drbd_request_verdict
 * @no_quorum: see there
 * @log: on the transfer log
 * @outcome: expected
 * @error: expected
 */
struct outcome_row {
	const char *name;
	u32 kind;
	bool postponed;
	bool local_ok;
	bool peer_ok;
	bool error_all;
	bool no_quorum;
	bool log;
	enum drbd_request_outcome outcome;
	int error;
};

static const struct outcome_row outcomes[] = {
	{ "write, local", WR, 0, 1, 0, 0, 0, 1, DRBD_REQ_SUCCESS, 0 },
	{ "write, both", WR, 0, 1, 1, 0, 0, 1, DRBD_REQ_SUCCESS, 0 },
	{ "write, peer", WR, 0, 0, 1, 0, 0, 1, DRBD_REQ_SUCCESS, 0 },
	{ "write, none", WR, 0, 0, 0, 0, 0, 1, DRBD_REQ_ERROR, -ENOSPC },
	{ "write, none, no quorum", WR, 0, 0, 0, 0, 1, 1, DRBD_REQ_ERROR, -ENOSPC },
	{ "write, error all", WR, 0, 1, 1, 1, 0, 1, DRBD_REQ_ERROR, -EIO },
	{ "write, error all, no quorum", WR, 0, 1, 1, 1, 1, 1, DRBD_REQ_ERROR, -EIO },
	{ "write, no quorum", WR, 0, 1, 1, 0, 1, 1, DRBD_REQ_ERROR, -EIO },
	{ "write, postponed", WR, 1, 0, 0, 0, 0, 0, DRBD_REQ_RESTART, 0 },
	{ "write, postponed, no quorum", WR, 1, 0, 0, 0, 1, 0, DRBD_REQ_RESTART, 0 },
	{ "write, postponed, error all", WR, 1, 0, 0, 1, 0, 0, DRBD_REQ_ERROR, -EIO },
	{ "read, local", 0, 0, 1, 0, 0, 0, 1, DRBD_REQ_SUCCESS, 0 },
	{ "read, peer", 0, 0, 0, 1, 0, 0, 1, DRBD_REQ_SUCCESS, 0 },
	{ "read, none", 0, 0, 0, 0, 0, 0, 1, DRBD_REQ_RESTART, 0 },
	{ "read, none, no quorum", 0, 0, 0, 0, 0, 1, 1, DRBD_REQ_RESTART, 0 },
	{ "read, no quorum", 0, 0, 1, 0, 0, 1, 1, DRBD_REQ_ERROR, -EIO },
	{ "read-ahead, none", RA, 0, 0, 0, 0, 0, 1, DRBD_REQ_ERROR, -ENOSPC },
	{ "read, no path", 0, 0, 0, 0, 0, 0, 0, DRBD_REQ_ERROR, -ENOSPC },
	{ "read, error all", 0, 0, 0, 0, 1, 0, 1, DRBD_REQ_ERROR, -ENOSPC },
	{ "read ok, error all", 0, 0, 1, 0, 1, 0, 1, DRBD_REQ_ERROR, -EIO },
	{ "read, postponed", 0, 1, 0, 0, 0, 0, 0, DRBD_REQ_RESTART, 0 },
};

KUNIT_ARRAY_PARAM_DESC(outcome, outcomes, name);

static void request_outcome_test(struct kunit *test)
{
	const struct outcome_row *row = test->param_value;
	struct drbd_request_verdict verdict = {
		.error_all = row->error_all,
		.no_quorum = row->no_quorum,
	};
	struct drbd_request req;
	u32 fx;

	drbd_request_init(&req, row->kind, 4096);
	if (row->postponed) {
		fx = local(&req, EV(POSTPONE));
	} else {
		if (row->log)
			drbd_request_log(&req, false, false);
		if (row->peer_ok && row->kind & WR) {
			ev(&req, N1, EV(NET_WRITE_C));
			ev(&req, N1, EV(READY));
			ev(&req, N1, EV(SENT_OK));
			ev(&req, N1, EV(WRITE_ACK));
		} else if (row->peer_ok) {
			ev(&req, N1, EV(NET_READ));
			ev(&req, N1, EV(READY));
			ev(&req, N1, EV(SENT_OK));
			ev(&req, N1, EV(DATA_RECEIVED));
		}
		if (row->local_ok || !row->peer_ok || row->kind & WR) {
			local(&req, EV(LOCAL_SUBMIT));
			req.error = row->local_ok ? 0 : -ENOSPC;
			local(&req, row->local_ok ? EV(LOCAL_OK) : EV(LOCAL_BATCH_ERROR));
		}
		fx = local(&req, EV(SUBMITTED));
	}
	KUNIT_ASSERT_EQ(test, fx, FX(COMPLETE));

	fx = drbd_request_complete(&req, &verdict);
	KUNIT_EXPECT_EQ(test, verdict.outcome, row->outcome);
	KUNIT_EXPECT_EQ(test, verdict.error, row->error);
	KUNIT_EXPECT_EQ(test, !!(req.state & DRBD_REQ_POSTPONED),
			row->outcome == DRBD_REQ_RESTART);
	/* never twice */
	KUNIT_EXPECT_EQ(test, drbd_request_complete(&req, &verdict), FX(MISUSE));
}

/* -EIO where nothing else is known: a diskless node loses its only peer. */
static void request_eio_test(struct kunit *test)
{
	struct drbd_request_verdict verdict = {};
	struct drbd_request req;

	drbd_request_init(&req, WR, 4096);
	drbd_request_log(&req, false, false);
	ev(&req, N1, EV(NET_WRITE_A));
	ev(&req, N1, EV(READY));
	local(&req, EV(SUBMITTED));
	KUNIT_EXPECT_EQ(test, drbd_request_complete(&req, &verdict), FX(MISUSE));
	ev(&req, N1, EV(SEND_CANCEL));
	KUNIT_EXPECT_TRUE(test, ev(&req, N1, EV(CONN_LOST)) & FX(COMPLETE));
	KUNIT_EXPECT_EQ(test, drbd_request_complete(&req, &verdict), FX(DONE));
	KUNIT_EXPECT_EQ(test, verdict.outcome, DRBD_REQ_ERROR);
	KUNIT_EXPECT_EQ(test, verdict.error, -EIO);
}

enum { WAIT, OK, EIO_ERROR };

/**
 * struct legs_row - F12: which legs a completion waits for
 * @name: the row
 * @local: event of the local disk after its submission, %UNASKED if it is not asked,
 *	%OUT if it is pending
 * @peer: events of the peer, in letters of request_paths.h
 * @hold: the acknowledgment has to wait for a confirmed generation
 * @result: %WAIT, or how it completes
 */
struct legs_row {
	const char *name;
	u8 local;
	const char *peer;
	bool hold;
	int result;
};

#define DONE	EV(LOCAL_OK)
#define OUT	EV(LOCAL_SUBMIT)
#define UNASKED	0xff

static const struct legs_row legs[] = {
	{ "L done, A sent", DONE, "A+s", 0, OK },
	{ "L done, A queued", DONE, "A+", 0, WAIT },
	{ "L done, B sent", DONE, "B+s", 0, WAIT },
	{ "L done, B acked but queued", DONE, "B+r", 0, WAIT },
	{ "L done, B acked, sent", DONE, "B+rs", 0, OK },
	{ "L pending, C acked", OUT, "C+sw", 0, WAIT },
	{ "L error, C acked", EV(LOCAL_WRITE_ERROR),
	  "C+sw", 0, OK },
	{ "L error, C refused", EV(LOCAL_WRITE_ERROR),
	  "C+sn", 0, EIO_ERROR },
	{ "no L, A lost", UNASKED, "A+xl", 0, EIO_ERROR },
	{ "L done, C frozen", DONE,
	  "C+sz", 0, WAIT },
	{ "L aborted, C acked", EV(LOCAL_ABORT),
	  "C+sw", 0, OK },
	{ "L done, C acked, hold", DONE, "C+sw", 1, WAIT },
};

KUNIT_ARRAY_PARAM_DESC(legs, legs, name);

static void request_legs_test(struct kunit *test)
{
	const struct legs_row *row = test->param_value;
	struct drbd_request_verdict verdict = {};
	struct drbd_request req;
	const char *letter;

	drbd_request_init(&req, WR, 4096);
	drbd_request_log(&req, false, false);
	for (letter = row->peer; *letter; letter++)
		drbd_request_event(&req, request_path_event(*letter), N1, row->hold);
	if (row->local != UNASKED)
		local(&req, EV(LOCAL_SUBMIT));
	if (row->local != UNASKED && row->local != OUT)
		local(&req, row->local);
	KUNIT_EXPECT_EQ(test, !!(local(&req, EV(SUBMITTED)) & FX(COMPLETE)),
			row->result != WAIT);
	if (row->result == WAIT)
		return;
	drbd_request_complete(&req, &verdict);
	KUNIT_EXPECT_EQ(test, verdict.error, row->result == OK ? 0 : -EIO);
}

/**
 * struct bitmap_row - F21: what a finished write leaves in the bitmap
 * @name: the row
 * @size: of the write, in bytes
 * @disk: state of the local disk
 * @n1: events of the peer in slot 0, in letters of request_paths.h
 * @n2: events of the peer in slot 1
 * @clear: expected
 * @set: expected; slot 2 is unused
 */
struct bitmap_row {
	const char *name;
	u32 size;
	enum drbd_disk disk;
	const char *n1;
	const char *n2;
	u64 clear;
	u64 set;
};

#define UTD	DRBD_D_UP_TO_DATE

static const struct bitmap_row bitmaps[] = {
	{ "n1 ok in sync, n2 ok", 4096, UTD,
	  "C+si", "C+sw", 1, 4 },
	{ "both ok", 4096, UTD, "C+sw", "C+sw", 0, 4 },
	{ "n2 lost", 4096, UTD, "C+sw", "C+swl", 0, 6 },
	{ "none ok", 4096, UTD, "C+sl", "", 0, 7 },
	{ "n1 refused after ok", 4096, UTD, "A+sn",
	  "C+sw", 0, 5 },
	{ "in sync, then lost", 4096, UTD,
	  "C+sil",
	  "C+sw", 0, 5 },
	{ "out-of-sync entry", 4096, UTD, "C+sw", "O", 0, 6 },
	{ "empty flush", 0, UTD, "E", "", 0, 0 },
	{ "Detaching", 4096, DRBD_D_DETACHING, "C+sw", "", 0, 6 },
	{ "Attaching", 4096, DRBD_D_ATTACHING, "C+sw", "", 0, 0 },
	{ "Diskless", 4096, DRBD_D_DISKLESS, "C+sw", "", 0, 0 },
};

KUNIT_ARRAY_PARAM_DESC(bitmap, bitmaps, name);

static const s8 slot_node[] = { N1, N2, DRBD_NO_NODE };

static void request_bitmap_test(struct kunit *test)
{
	const struct bitmap_row *row = test->param_value;
	struct drbd_request_bitmap plan;
	struct drbd_request req;
	const char *letter;

	drbd_request_init(&req, WR, row->size);
	drbd_request_log(&req, false, false);
	for (letter = row->n1; *letter; letter++)
		ev(&req, N1, request_path_event(*letter));
	for (letter = row->n2; *letter; letter++)
		ev(&req, N2, request_path_event(*letter));
	drbd_request_bitmap_plan(&req, row->disk, slot_node, ARRAY_SIZE(slot_node), &plan);
	KUNIT_EXPECT_EQ(test, plan.clear, row->clear);
	KUNIT_EXPECT_EQ(test, plan.set, row->set);
}

static void request_no_bitmap_test(struct kunit *test)
{
	struct drbd_request_bitmap plan = { .clear = 1, .set = 1 };
	static const s8 many[33] = { [0 ... 31] = DRBD_NO_NODE, [32] = N1 };
	struct drbd_request req;

	/* postponed before submission: no peer and no disk has seen it */
	drbd_request_init(&req, WR, 4096);
	local(&req, EV(POSTPONE));
	drbd_request_bitmap_plan(&req, UTD, slot_node, 3, &plan);
	KUNIT_EXPECT_EQ(test, plan.clear | plan.set, 0);

	/* a read changes nothing */
	drbd_request_init(&req, 0, 4096);
	drbd_request_log(&req, false, false);
	drbd_request_bitmap_plan(&req, UTD, slot_node, 3, &plan);
	KUNIT_EXPECT_EQ(test, plan.clear | plan.set, 0);

	/* a peer without slot has no effect; slots above 31 count */
	drbd_request_init(&req, WR, 4096);
	drbd_request_log(&req, false, false);
	ev(&req, 9, EV(NET_WRITE_A));
	ev(&req, 9, EV(READY));
	ev(&req, 9, EV(SENT_OK));
	drbd_request_bitmap_plan(&req, UTD, many, 33, &plan);
	KUNIT_EXPECT_EQ(test, plan.clear, 0);
	KUNIT_EXPECT_EQ(test, plan.set, 0x1ffffffffULL);
}

/* The order of the log is that of settling and of leaving it (G4). */
static void request_order_test(struct kunit *test)
{
	struct drbd_request_verdict verdict = {};
	struct drbd_request older, younger, read;

	drbd_request_init(&older, WR | DRBD_REQ_IN_AL, 4096);
	drbd_request_log(&older, false, false);
	drbd_request_init(&read, 0, 4096);
	drbd_request_log(&read, true, true);
	drbd_request_init(&younger, WR, 4096);
	drbd_request_log(&younger, true, true);

	ev(&older, N1, EV(NET_OUT_OF_SYNC));
	local(&older, EV(LOCAL_SUBMIT));
	local(&older, EV(SUBMITTED));
	local(&younger, EV(LOCAL_SUBMIT));
	local(&younger, EV(SUBMITTED));
	local(&read, EV(LOCAL_SUBMIT));
	local(&read, EV(SUBMITTED));

	/* completes, but is not done: an older one is not */
	KUNIT_EXPECT_TRUE(test, local(&younger, EV(LOCAL_OK)) & FX(COMPLETE));
	KUNIT_EXPECT_EQ(test, drbd_request_complete(&younger, &verdict), 0);
	KUNIT_EXPECT_EQ(test, drbd_request_settle(&younger), FX(MISUSE));
	/* reads have no part in that */
	KUNIT_EXPECT_TRUE(test, local(&read, EV(LOCAL_OK)) & FX(COMPLETE));
	KUNIT_EXPECT_EQ(test, drbd_request_complete(&read, &verdict), FX(DONE));
	KUNIT_EXPECT_EQ(test, drbd_request_settle(&read), FX(UNLOG));

	KUNIT_EXPECT_TRUE(test, local(&older, EV(LOCAL_OK)) & FX(COMPLETE));
	KUNIT_EXPECT_EQ(test, drbd_request_complete(&older, &verdict), FX(DONE));
	KUNIT_EXPECT_EQ(test, drbd_request_settle(&older), FX(AL_PUT));
	KUNIT_EXPECT_EQ(test, drbd_request_settle(&older), FX(MISUSE));
	KUNIT_EXPECT_EQ(test, local(&younger, EV(OLDER_SETTLED)), FX(DONE));
	KUNIT_EXPECT_EQ(test, drbd_request_settle(&younger), 0);
	/* a sender still needs the older one */
	ev(&older, N1, EV(READY));
	KUNIT_EXPECT_EQ(test, ev(&older, N1, EV(OUT_OF_SYNC_SENT)),
			FX(QUEUED_END) | FX(AHEAD_EXIT) | FX(UNLOG));
	KUNIT_EXPECT_EQ(test, local(&younger, EV(OLDER_UNLOGGED)), FX(UNLOG));
}

/* Step by step through the chart of spec 18, protocols A and C. */
static void request_chart_test(struct kunit *test)
{
	struct drbd_request_verdict verdict = {};
	struct drbd_request_bitmap plan;
	struct drbd_request req;

	drbd_request_init(&req, WR | DRBD_REQ_IN_AL, 4096);
	drbd_request_log(&req, false, false);
	ev(&req, N1, EV(NET_WRITE_A));
	ev(&req, N2, EV(NET_WRITE_C));
	ev(&req, N1, EV(READY));
	ev(&req, N2, EV(READY));
	local(&req, EV(LOCAL_SUBMIT));
	KUNIT_EXPECT_EQ(test, local(&req, EV(SUBMITTED)), 0);
	KUNIT_EXPECT_FALSE(test, ev(&req, N1, EV(SENT_OK)) & FX(COMPLETE));	/* b */
	KUNIT_EXPECT_FALSE(test, ev(&req, N2, EV(SENT_OK)) & FX(COMPLETE));	/* c */
	KUNIT_EXPECT_FALSE(test, local(&req, EV(LOCAL_OK)) & FX(COMPLETE));	/* d */
	KUNIT_EXPECT_TRUE(test, ev(&req, N2, EV(WRITE_ACK)) & FX(COMPLETE));	/* f */
	KUNIT_EXPECT_EQ(test, drbd_request_complete(&req, &verdict), 0);	/* g */
	KUNIT_EXPECT_EQ(test, verdict.outcome, DRBD_REQ_SUCCESS);
	KUNIT_EXPECT_FALSE(test, ev(&req, N1, EV(BARRIER_ACK)) & FX(DONE));	/* i */
	KUNIT_EXPECT_TRUE(test, ev(&req, N2, EV(BARRIER_ACK)) & FX(DONE));
	drbd_request_bitmap_plan(&req, UTD, slot_node, 2, &plan);		/* j */
	KUNIT_EXPECT_EQ(test, plan.set | plan.clear, 0);
	KUNIT_EXPECT_EQ(test, drbd_request_settle(&req), FX(AL_PUT) | FX(UNLOG));
	KUNIT_EXPECT_EQ(test, drbd_request_ok_nodes(&req, OWN), 7);		/* k */
	KUNIT_EXPECT_EQ(test, drbd_request_sent_nodes(&req), 6);

	/* Its dagtag is unknown to N1 once that connection is gone. */
	ev(&req, N1, EV(CONN_LOST));
	KUNIT_EXPECT_EQ(test, drbd_request_sent_nodes(&req), 4);
	KUNIT_EXPECT_EQ(test, drbd_request_ok_nodes(&req, OWN), 7);
}

/**
 * struct crash_row - the failure matrix of S1 (spec 18), as P sees it
 * @name: protocol and last step reached
 * @n1: events of S1, in letters of request_paths.h
 * @early: complete before S1 is given up, all else being done
 * @nodes: who has the write in the end
 */
struct crash_row {
	const char *name;
	const char *n1;
	bool early;
	u64 nodes;
};

static const struct crash_row crashes[] = {
	{ "A, a", "A+xl", 0, 5 },
	{ "B, a", "B+xl", 0, 5 },
	{ "C, a", "C+xl", 0, 5 },
	{ "A, b", "A+sl", 1, 5 },
	{ "B, b", "B+sl", 0, 5 },
	{ "C, b", "C+sl", 0, 5 },
	{ "B, e", "B+srl", 1, 5 },
	{ "C, f", "C+swl", 1, 5 },
	{ "C, i", "C+swbl", 1, 7 },
	{ "A, i", "A+sbl", 1, 7 },
};

KUNIT_ARRAY_PARAM_DESC(crash, crashes, name);

static void request_crash_test(struct kunit *test)
{
	const struct crash_row *row = test->param_value;
	struct drbd_request_verdict verdict = {};
	struct drbd_request_bitmap plan;
	bool completed = false;
	struct drbd_request req;
	const char *letter;

	drbd_request_init(&req, WR, 4096);
	drbd_request_log(&req, false, false);
	ev(&req, N2, EV(NET_WRITE_C));
	ev(&req, N2, EV(READY));
	ev(&req, N2, EV(SENT_OK));
	ev(&req, N2, EV(WRITE_ACK));
	ev(&req, N2, EV(BARRIER_ACK));
	local(&req, EV(LOCAL_SUBMIT));
	local(&req, EV(LOCAL_OK));
	ev(&req, N1, request_path_event(row->n1[0]));
	local(&req, EV(SUBMITTED));
	for (letter = row->n1 + 1; *letter; letter++) {
		if (*letter == 'l')
			KUNIT_EXPECT_EQ(test, completed, row->early);
		if (ev(&req, N1, request_path_event(*letter)) & FX(COMPLETE)) {
			KUNIT_EXPECT_FALSE(test, completed);
			completed = true;
			drbd_request_complete(&req, &verdict);
			KUNIT_EXPECT_EQ(test, verdict.outcome, DRBD_REQ_SUCCESS);
		}
	}
	KUNIT_EXPECT_TRUE(test, completed);
	KUNIT_EXPECT_EQ(test, req.done_refs, 0);
	KUNIT_EXPECT_EQ(test, drbd_request_ok_nodes(&req, OWN), row->nodes);
	drbd_request_bitmap_plan(&req, UTD, slot_node, 2, &plan);
	KUNIT_EXPECT_EQ(test, plan.clear, 0);
	KUNIT_EXPECT_EQ(test, plan.set, row->nodes & 2 ? 0 : 1);
}

static struct kunit_case request_end_cases[] = {
	KUNIT_CASE_PARAM(request_outcome_test, outcome_gen_params),
	KUNIT_CASE(request_eio_test),
	KUNIT_CASE_PARAM(request_legs_test, legs_gen_params),
	KUNIT_CASE_PARAM(request_bitmap_test, bitmap_gen_params),
	KUNIT_CASE(request_no_bitmap_test),
	KUNIT_CASE(request_order_test),
	KUNIT_CASE(request_chart_test),
	KUNIT_CASE_PARAM(request_crash_test, crash_gen_params),
	{}
};

static struct kunit_suite request_end_suite = {
	.name = "drbd-request-end",
	.test_cases = request_end_cases,
};

kunit_test_suite(request_end_suite);
