// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the life of a resync request
 *
 * Expectations are reasoned by hand from spec/resync.md 4.3, 4.4 and 4.6.
 */

#include <kunit/test.h>
#include <linux/prandom.h>
#include <linux/string.h>

#include "../core/resync_flow.h"
#include "../core/resync_request.h"

#define A(x) DRBD_RS_##x

struct target_row {
	const char *name;
	struct drbd_rs_target target;
	struct { enum drbd_rs_event event; int actions; } steps[6];
};

#define GOT_IT (A(ANSWERED) | A(SET_ALL) | A(TELL_TARGETS) | A(RELOCK))

static const struct target_row targets[] = {
	{ "data", { false, true, true, true, true }, {
		{ A(START), A(LOCK) }, { A(FREE), A(SEND) },
		{ A(GOT_DATA), GOT_IT | A(RECEIVE) }, { A(FREE), A(WRITE) },
		{ A(WRITE_OK), A(CLEAR) | A(SEND_ACK) | A(PROGRESS) | A(RELEASE) } } },
	{ "write error, unstable source", { false, true, true, false, false }, {
		{ A(START), A(LOCK) }, { A(FREE), A(SEND) },
		{ A(GOT_DATA), GOT_IT | A(RECEIVE) | A(UNSTABLE) }, { A(FREE), A(WRITE) },
		{ A(WRITE_FAILED),
		  A(SET) | A(FAILED) | A(SEND_NEG) | A(IO_ERROR) | A(RELEASE) } } },
	{ "zeroes", { false, true, true, false, true }, {
		{ A(START), A(LOCK) }, { A(FREE), A(SEND) },
		{ A(GOT_ZEROES), GOT_IT | A(MERGE) }, { A(FREE), A(WRITE) },
		{ A(GOT_DATA), -EPROTO }, { A(LOST), 0 } } },
	{ "equal", { true, true, true, false, true }, {
		{ A(START), A(READ) }, { A(READ_OK), A(LOCK) }, { A(FREE), A(SEND) },
		{ A(GOT_SAME), A(ANSWERED) | A(CLEAR) | A(SAME) | A(PROGRESS) | A(RELEASE) },
		{ A(GOT_SAME), -EPROTO } } },
	{ "digest cannot be made", { true, true, true, false, true }, {
		{ A(START), A(READ) }, { A(READ_FAILED), A(RELEASE) } } },
	{ "source cannot read", { false, true, true, false, true }, {
		{ A(START), A(LOCK) }, { A(FREE), A(SEND) },
		{ A(GOT_NEG), A(ANSWERED) | A(FAILED) | A(RELEASE) } } },
	{ "cancelled", { false, true, true, false, true }, {
		{ A(START), A(LOCK) }, { A(FREE), A(SEND) },
		{ A(GOT_CANCEL), A(ANSWERED) | A(UNSUCCESSFUL) | A(RELEASE) } } },
	{ "source is Ahead", { false, true, true, false, true }, {
		{ A(START), A(LOCK) }, { A(FREE), A(SEND) },
		{ A(GOT_AHEAD), A(ANSWERED) | A(UNSUCCESSFUL) | A(STOP) | A(RELEASE) } } },
	{ "disk is gone", { false, false, true, false, true }, {
		{ A(START), A(LOCK) }, { A(FREE), A(SEND) },
		{ A(GOT_DATA), A(ANSWERED) | A(DRAIN) | A(SEND_NEG) | A(RELEASE) } } },
	{ "disk is gone, zeroes", { false, false, true, false, true }, {
		{ A(START), A(LOCK) }, { A(FREE), A(SEND) },
		{ A(GOT_ZEROES), A(ANSWERED) | A(SEND_NEG) | A(RELEASE) } } },
	{ "old peer, hot extent", { false, true, false, true, true }, {
		{ A(START), A(LOCK) }, { A(GOT_DATA), -EPROTO },
		{ A(FREE), A(UNSUCCESSFUL) | A(RELEASE) } } },
	{ "old peer", { false, true, false, false, true }, {
		{ A(START), A(LOCK) }, { A(FREE), A(SEND) } } },
	{ "lost while it is read", { true, true, true, false, true }, {
		{ A(START), A(READ) }, { A(LOST), 0 }, { A(READ_OK), A(RELEASE) },
		{ A(LOST), 0 } } },
	{ "lost before sending", { false, true, true, false, true }, {
		{ A(START), A(LOCK) }, { A(LOST), A(RELEASE) } } },
	{ "lost while it waits for the answer", { false, true, true, false, true }, {
		{ A(START), A(LOCK) }, { A(FREE), A(SEND) },
		{ A(LOST), A(ANSWERED) | A(RELEASE) }, { A(LOST), 0 } } },
	{ "lost before it is written", { false, true, true, false, true }, {
		{ A(START), A(LOCK) }, { A(FREE), A(SEND) },
		{ A(GOT_DATA), GOT_IT | A(RECEIVE) }, { A(LOST), A(RELEASE) } } },
	{ "lost while it is written", { false, true, true, false, true }, {
		{ A(START), A(LOCK) }, { A(FREE), A(SEND) },
		{ A(GOT_DATA), GOT_IT | A(RECEIVE) }, { A(FREE), A(WRITE) }, { A(LOST), 0 },
		{ A(WRITE_OK), A(CLEAR) | A(SEND_ACK) | A(PROGRESS) | A(RELEASE) } } },
};

KUNIT_ARRAY_PARAM_DESC(target, targets, name);

static void flow_target_test(struct kunit *test)
{
	const struct target_row *row = test->param_value;
	struct drbd_rs_request req = { };
	int i;

	for (i = 0; i < ARRAY_SIZE(row->steps); i++)
		if (row->steps[i].actions || row->steps[i].event == A(LOST))
			KUNIT_EXPECT_EQ(test, drbd_rs_target_event(&req, row->steps[i].event,
								   &row->target),
					row->steps[i].actions);
}

struct accept_row {
	const char *name;
	struct drbd_rs_source source;
	int actions;
	enum drbd_rs_state state;
};

#define SRC(r, d, p) .repl = DRBD_R_##r, .disk = DRBD_D_##d, .protocol = p

static const struct accept_row accepts[] = {
	{ "read", { SRC(SYNC_SOURCE, UP_TO_DATE, 122) }, A(RECEIVE) | A(LOCK), A(WAITING) },
	{ "paused", { SRC(PAUSED_SYNC_S, OUTDATED, 122) }, A(RECEIVE) | A(LOCK), A(WAITING) },
	{ "bitmaps", { SRC(WF_BITMAP_S, UP_TO_DATE, 122) },
	  A(DRAIN) | A(SEND_CANCEL) | A(RELEASE), A(DONE) },
	{ "starting", { SRC(STARTING_SYNC_S, UP_TO_DATE, 122) },
	  A(DRAIN) | A(SEND_CANCEL) | A(RELEASE), A(DONE) },
	{ "disk too old", { SRC(SYNC_SOURCE, INCONSISTENT, 122) },
	  A(DRAIN) | A(SEND_NEG) | A(RELEASE), A(DONE) },
	{ "disk too old, paused", { SRC(PAUSED_SYNC_S, INCONSISTENT, 122) },
	  A(DRAIN) | A(SEND_CANCEL) | A(RELEASE), A(DONE) },
	{ "Ahead", { SRC(AHEAD, UP_TO_DATE, 118) },
	  A(DRAIN) | A(SEND_AHEAD) | A(RELEASE), A(DONE) },
	{ "Ahead, old peer", { SRC(AHEAD, UP_TO_DATE, 101) }, A(RECEIVE) | A(LOCK), A(WAITING) },
	{ "throttled", { SRC(SYNC_SOURCE, UP_TO_DATE, 122), .throttled = true,
	  .wait_dagtag = true }, A(RECEIVE) | A(DELAY), A(NEW) },
	{ "dagtag", { SRC(SYNC_SOURCE, UP_TO_DATE, 122), .wait_dagtag = true },
	  A(RECEIVE) | A(PARK), A(NEW) },
};

KUNIT_ARRAY_PARAM_DESC(accept, accepts, name);

static void flow_accept_test(struct kunit *test)
{
	const struct accept_row *row = test->param_value;
	struct drbd_rs_request req = { };

	KUNIT_EXPECT_EQ(test, drbd_rs_source_accept(&req, &row->source), row->actions);
	KUNIT_EXPECT_EQ(test, req.state, row->state);
}

struct read_row {
	const char *name;
	struct drbd_rs_source source;
	bool ok;
	int actions;
};

#define UP(r, p, d) .connected = true, .repl = DRBD_R_##r, .protocol = p, .dagtags = d, \
	.peer_disk = DRBD_D_INCONSISTENT
#define NORMAL UP(SYNC_SOURCE, 122, true)

static const struct read_row reads[] = {
	{ "data", { NORMAL }, true, A(SEND) },
	{ "thin, but data", { NORMAL, .thin = true }, true, A(SEND) },
	{ "zeroes, not thin", { NORMAL, .zeroes = true }, true, A(SEND) },
	{ "thin zeroes", { NORMAL, .thin = true, .zeroes = true }, true, A(SEND_ZEROES) },
	{ "equal", { NORMAL, .digest_equal = true }, true,
	  A(CLEAR) | A(SAME) | A(SEND_SAME) | A(RELEASE) },
	{ "error", { NORMAL, .digest_equal = true }, false, A(SEND_NEG) | A(FAILED) | A(RELEASE) },
	{ "not connected", { .protocol = 122 }, true, A(RELEASE) },
	{ "Ahead", { UP(AHEAD, 122, true) }, true, A(SEND_AHEAD) | A(RELEASE) },
	{ "Ahead, old peer", { UP(AHEAD, 101, true) }, true,
	  A(SEND_CANCEL) | A(RELEASE) },
	{ "peer's disk is gone",
	  { .connected = true, .peer_disk = DRBD_D_FAILED, .dagtags = true }, true,
	  A(SEND_CANCEL) | A(RELEASE) },
	{ "peer's disk is gone, old peer", { .connected = true, .peer_disk = DRBD_D_FAILED },
	  true, A(RELEASE) },
	{ "hot extents", { NORMAL, .al_active = true }, true, A(SEND) },
	{ "hot extents, old peer of version 9",
	  { UP(SYNC_SOURCE, 118, false), .al_active = true }, true,
	  A(SEND_CANCEL) | A(RELEASE) },
	{ "hot extents, 8.4", { UP(SYNC_SOURCE, 101, false), .al_active = true }, true,
	  A(SEND) },
};

KUNIT_ARRAY_PARAM_DESC(read, reads, name);

static void flow_read_test(struct kunit *test)
{
	const struct read_row *row = test->param_value;
	struct drbd_rs_request req = { .state = DRBD_RS_WAITING };

	KUNIT_EXPECT_EQ(test, drbd_rs_source_event(&req, A(GOT_ACK), &row->source), -EPROTO);
	KUNIT_EXPECT_EQ(test, drbd_rs_source_event(&req, A(FREE), &row->source), A(READ));
	KUNIT_EXPECT_EQ(test, drbd_rs_source_event(&req, A(LOST), &row->source), 0);
	KUNIT_EXPECT_EQ(test, drbd_rs_source_event(&req, row->ok ? A(READ_OK) : A(READ_FAILED),
						   &row->source), row->actions);
	KUNIT_EXPECT_EQ(test, req.state, row->actions & A(RELEASE) ? A(DONE) : A(SENT));
}

/* Whichever is later, the ack or the end of sending, ends it. */
static void flow_source_end_test(struct kunit *test)
{
	const struct drbd_rs_request sent = { DRBD_RS_SENT, true, true };
	struct drbd_rs_request req = sent;

	KUNIT_EXPECT_EQ(test, drbd_rs_source_event(&req, A(SENDING_OVER), NULL), 0);
	KUNIT_EXPECT_EQ(test, drbd_rs_source_event(&req, A(GOT_ACK), NULL),
			A(ANSWERED) | A(CLEAR) | A(RELEASE));
	req = sent;
	KUNIT_EXPECT_EQ(test, drbd_rs_source_event(&req, A(GOT_NEG), NULL),
			A(ANSWERED) | A(FAILED));
	KUNIT_EXPECT_EQ(test, drbd_rs_source_event(&req, A(GOT_ACK), NULL), -EPROTO);
	KUNIT_EXPECT_EQ(test, drbd_rs_source_event(&req, A(LOST), NULL), 0);
	KUNIT_EXPECT_EQ(test, drbd_rs_source_event(&req, A(SENDING_OVER), NULL), A(RELEASE));
	req = sent;
	KUNIT_EXPECT_EQ(test, drbd_rs_source_event(&req, A(LOST), NULL), A(ANSWERED));
	KUNIT_EXPECT_EQ(test, drbd_rs_source_event(&req, A(SENDING_OVER), NULL), A(RELEASE));
}

static void flow_source_wait_test(struct kunit *test)
{
	struct drbd_rs_source source = { NORMAL, .wait_dagtag = true };
	struct drbd_rs_request req = { };

	/* delayed first, then parked, then it waits for conflicts */
	KUNIT_EXPECT_EQ(test, drbd_rs_source_event(&req, A(FREE), &source), A(PARK));
	source.wait_dagtag = false;
	KUNIT_EXPECT_EQ(test, drbd_rs_source_event(&req, A(FREE), &source), A(LOCK));
	KUNIT_EXPECT_EQ(test, drbd_rs_source_event(&req, A(LOST), &source), A(RELEASE));
	req.state = DRBD_RS_NEW;
	KUNIT_EXPECT_EQ(test, drbd_rs_source_event(&req, A(DAGTAG_LOST), &source),
			A(SEND_CANCEL) | A(RELEASE));
	KUNIT_EXPECT_EQ(test, drbd_rs_source_event(&req, A(LOST), &source), 0);
}

static void flow_check_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, drbd_rs_source_check(0, 4096, 8), 0);
	KUNIT_EXPECT_EQ(test, drbd_rs_source_check(0, 1 << 20, 2048), 0);
	KUNIT_EXPECT_EQ(test, drbd_rs_source_check(7, 512, 8), 0);
	KUNIT_EXPECT_EQ(test, drbd_rs_source_check(0, 0, 8), -EINVAL);
	KUNIT_EXPECT_EQ(test, drbd_rs_source_check(0, 1000, 8), -EINVAL);
	KUNIT_EXPECT_EQ(test, drbd_rs_source_check(0, (1 << 20) + 512, 1 << 20), -EINVAL);
	KUNIT_EXPECT_EQ(test, drbd_rs_source_check(1, 4096, 8), -ERANGE);
	KUNIT_EXPECT_EQ(test, drbd_rs_source_check(8, 512, 8), -ERANGE);
	KUNIT_EXPECT_EQ(test, drbd_rs_source_check(U64_MAX, 512, 8), -ERANGE);
}

static void flow_csums_test(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, drbd_resync_use_csums(89, true, false, false, false));
	KUNIT_EXPECT_FALSE(test, drbd_resync_use_csums(88, true, false, false, false));
	KUNIT_EXPECT_FALSE(test, drbd_resync_use_csums(122, false, false, true, true));
	KUNIT_EXPECT_FALSE(test, drbd_resync_use_csums(122, true, true, false, false));
	KUNIT_EXPECT_TRUE(test, drbd_resync_use_csums(122, true, true, true, false));
	KUNIT_EXPECT_TRUE(test, drbd_resync_use_csums(122, true, true, false, true));
}

static void flow_dagtag_test(struct kunit *test)
{
	u64 dagtags[DRBD_NODES] = { [3] = 300, [5] = 500 };
	struct drbd_resync_dagtag d;

	KUNIT_EXPECT_EQ(test, drbd_resync_take_dagtag(1, true, 100, BIT(3), dagtags, &d), 0);
	KUNIT_EXPECT_EQ(test, d.node, 1);
	KUNIT_EXPECT_EQ(test, d.dagtag, 100);
	KUNIT_EXPECT_EQ(test, drbd_resync_take_dagtag(1, false, 100, BIT(3), dagtags, &d), 0);
	KUNIT_EXPECT_EQ(test, d.node, 3);
	KUNIT_EXPECT_EQ(test, d.dagtag, 300);
	/* another Primary, that has sent nothing on this connection */
	KUNIT_EXPECT_EQ(test, drbd_resync_take_dagtag(1, false, 1, BIT(4) | BIT(5), dagtags, &d),
			0);
	KUNIT_EXPECT_EQ(test, d.node, 5);
	KUNIT_EXPECT_EQ(test, drbd_resync_take_dagtag(1, false, 1, 0, dagtags, &d), 0);
	KUNIT_EXPECT_EQ(test, d.node, DRBD_NO_NODE);
	KUNIT_EXPECT_EQ(test, d.dagtag, 0);
	KUNIT_EXPECT_EQ(test, drbd_resync_take_dagtag(1, false, 1, BIT(3) | BIT(5), dagtags, &d),
			-EPROTO);

	d = (struct drbd_resync_dagtag) { 3, 300 };
	KUNIT_EXPECT_TRUE(test, drbd_resync_wait_dagtag(&d, 1, true, 299));
	KUNIT_EXPECT_FALSE(test, drbd_resync_wait_dagtag(&d, 1, true, 300));
	KUNIT_EXPECT_FALSE(test, drbd_resync_wait_dagtag(&d, 1, false, 299));
	KUNIT_EXPECT_FALSE(test, drbd_resync_wait_dagtag(&d, 3, true, 299));
	d.dagtag = 0;
	KUNIT_EXPECT_FALSE(test, drbd_resync_wait_dagtag(&d, 1, true, 0));
	/* across the end of the number space */
	d.dagtag = 8;
	KUNIT_EXPECT_TRUE(test, drbd_resync_wait_dagtag(&d, 1, true, 0 - 8ULL));
	d.dagtag = 0 - 8ULL;
	KUNIT_EXPECT_FALSE(test, drbd_resync_wait_dagtag(&d, 1, true, 8));
}

/* One block that is resynced by two simulated nodes, and what became of it */
struct sim {
	struct kunit *test;
	struct rnd_state rnd;
	struct drbd_rs_request target, source;
	bool target_bit, source_bit, equal, failed, connected;
	int pending, unacked;
	enum drbd_rs_event answer;
	bool answered, acked;
};

static bool chance(struct sim *sim, int percent)
{
	return prandom_u32_state(&sim->rnd) % 100 < percent;
}

static void on_target(struct sim *sim, enum drbd_rs_event event)
{
	const struct drbd_rs_target target = { false, !chance(sim, 5), true, false, true };
	int actions = drbd_rs_target_event(&sim->target, event, &target);

	KUNIT_ASSERT_GE(sim->test, actions, 0);
	sim->pending += !!(actions & A(SEND)) - !!(actions & A(ANSWERED));
	sim->failed |= !!(actions & A(FAILED));
	if (actions & A(CLEAR)) {
		KUNIT_ASSERT_TRUE(sim->test, sim->equal);
		sim->target_bit = false;
	}
	if (actions & (A(SEND_ACK) | A(SEND_NEG)))
		sim->acked = true;
	sim->answer = actions & A(SEND_ACK) ? A(GOT_ACK) : A(GOT_NEG);
}

static void on_source(struct sim *sim, enum drbd_rs_event event)
{
	const struct drbd_rs_source source = {
		.repl = chance(sim, 5) ? DRBD_R_AHEAD : DRBD_R_SYNC_SOURCE, .protocol = 122,
		.disk = chance(sim, 5) ? DRBD_D_FAILED : DRBD_D_UP_TO_DATE,
		.peer_disk = chance(sim, 5) ? DRBD_D_FAILED : DRBD_D_INCONSISTENT,
		.connected = sim->connected, .dagtags = true,
		.throttled = chance(sim, 20), .wait_dagtag = chance(sim, 20),
		.digest_equal = sim->equal, .thin = true, .zeroes = chance(sim, 20),
	};
	bool first = event == A(START);
	int actions = first ? drbd_rs_source_accept(&sim->source, &source) :
			      drbd_rs_source_event(&sim->source, event, &source);

	KUNIT_ASSERT_GE(sim->test, actions, 0);
	sim->unacked += !!(actions & (A(SEND) | A(SEND_ZEROES))) - !!(actions & A(ANSWERED));
	sim->failed |= !!(actions & A(FAILED));
	if (actions & A(CLEAR)) {
		KUNIT_ASSERT_TRUE(sim->test, sim->equal);
		sim->source_bit = false;
	}
	sim->answered = true;
	if (actions & A(SEND))
		sim->answer = A(GOT_DATA);
	else if (actions & A(SEND_ZEROES))
		sim->answer = A(GOT_ZEROES);
	else if (actions & A(SEND_SAME))
		sim->answer = A(GOT_SAME);
	else if (actions & A(SEND_NEG))
		sim->answer = A(GOT_NEG);
	else if (actions & A(SEND_CANCEL))
		sim->answer = A(GOT_CANCEL);
	else if (actions & A(SEND_AHEAD))
		sim->answer = A(GOT_AHEAD);
	else
		sim->answered = false;
}

/* Once it is lost nothing else arrives; what is at a disk returns. */
static void lose(struct sim *sim)
{
	sim->connected = false;
	on_target(sim, A(LOST));
	on_source(sim, A(LOST));
	if (sim->source.state == DRBD_RS_SENT)
		on_source(sim, A(SENDING_OVER));
	if (sim->source.state == DRBD_RS_READING)
		on_source(sim, A(READ_OK));
	if (sim->target.state == DRBD_RS_WRITING) {
		sim->equal = true;
		on_target(sim, A(WRITE_OK));
	}
}

static void serve(struct sim *sim)
{
	on_source(sim, A(START));
	while (!sim->answered && sim->connected) {
		if (chance(sim, 5))
			lose(sim);
		else if (sim->source.state == DRBD_RS_READING)
			on_source(sim, chance(sim, 10) ? A(READ_FAILED) : A(READ_OK));
		else if (sim->source.state == DRBD_RS_NEW && chance(sim, 20))
			on_source(sim, A(DAGTAG_LOST));
		else if (sim->source.state == DRBD_RS_DONE)
			lose(sim);	/* no answer will come, see source_read() */
		else
			on_source(sim, A(FREE));
	}
}

static void receive(struct sim *sim)
{
	bool late = chance(sim, 50);

	if (sim->source.state == DRBD_RS_SENT && !late)
		on_source(sim, A(SENDING_OVER));
	on_target(sim, sim->answer);
	while (sim->target.state != DRBD_RS_DONE && sim->connected) {
		bool ok = !chance(sim, 10);

		if (chance(sim, 10)) {
			lose(sim);
		} else if (sim->target.state == DRBD_RS_WRITING) {
			sim->equal = ok;
			on_target(sim, ok ? A(WRITE_OK) : A(WRITE_FAILED));
		} else {
			on_target(sim, A(FREE));
		}
	}
	if (!sim->connected || !sim->acked)
		return;
	if (chance(sim, 10)) {
		lose(sim);
		return;
	}
	on_source(sim, sim->answer);
	if (late)
		on_source(sim, A(SENDING_OVER));
}

static void flow_random_test(struct kunit *test)
{
	struct sim *sim = kunit_kzalloc(test, sizeof(*sim), GFP_KERNEL);
	int i, cleared = 0;

	KUNIT_ASSERT_NOT_NULL(test, sim);
	sim->test = test;
	prandom_seed_state(&sim->rnd, 51);
	for (i = 0; i < 20000; i++) {
		memset(&sim->target, 0, sizeof(sim->target));
		memset(&sim->source, 0, sizeof(sim->source));
		sim->target_bit = true;
		sim->source_bit = true;
		sim->connected = true;
		sim->equal = chance(sim, 20);
		sim->failed = false;
		sim->answered = false;
		sim->acked = false;
		on_target(sim, A(START));
		on_target(sim, A(FREE));
		serve(sim);
		if (sim->connected)
			receive(sim);
		KUNIT_ASSERT_EQ(test, sim->target.state, DRBD_RS_DONE);
		KUNIT_ASSERT_EQ(test, sim->source.state, DRBD_RS_DONE);
		KUNIT_ASSERT_EQ(test, sim->pending, 0);
		KUNIT_ASSERT_EQ(test, sim->unacked, 0);
		/* different data: both know */
		if (!sim->equal)
			KUNIT_ASSERT_TRUE(test, sim->target_bit && sim->source_bit);
		/* both agree, unless the last packet was lost */
		if (sim->connected)
			KUNIT_ASSERT_EQ(test, sim->target_bit, sim->source_bit);
		if (sim->connected && sim->failed)
			KUNIT_ASSERT_TRUE(test, sim->target_bit);
		cleared += !sim->target_bit;
	}
	KUNIT_EXPECT_GT(test, cleared, 8000);
}

static struct kunit_case flow_cases[] = {
	KUNIT_CASE_PARAM(flow_target_test, target_gen_params),
	KUNIT_CASE_PARAM(flow_accept_test, accept_gen_params),
	KUNIT_CASE_PARAM(flow_read_test, read_gen_params),
	KUNIT_CASE(flow_source_end_test),
	KUNIT_CASE(flow_source_wait_test),
	KUNIT_CASE(flow_check_test),
	KUNIT_CASE(flow_csums_test),
	KUNIT_CASE(flow_dagtag_test),
	KUNIT_CASE(flow_random_test),
	{}
};

static struct kunit_suite flow_suite = {
	.name = "drbd-resync-flow",
	.test_cases = flow_cases,
};

kunit_test_suite(flow_suite);
