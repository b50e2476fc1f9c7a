// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests against a naive model, with events in random legal order
 *
 * The model knows neither bits nor counts. It remembers what has happened to
 * each leg, and from that says after every event whether the master bio may
 * complete (spec/io.md 2.9), whether the write is done (2.10) and whether it may
 * leave the log. The request has to tell each of these at that very event, once.
 */

#include <kunit/test.h>
#include <linux/prandom.h>

#include "../core/request.h"

#define EV(x)		DRBD_REQ_EV_##x
#define FX(x)		DRBD_REQ_FX_##x
#define BAD		(FX(MISUSE) | FX(PROTOCOL_ERROR) | FX(BARRIER_EARLY))
#define PEERS		3
#define REQUESTS	6
#define OWN		0
#define STEPS		400

enum proto { NONE, A, B, C, OOS, DATA_REQUEST };
enum local { ABSENT, OUT, ENDED, ABORTED };

/**
 * struct leg - what has happened between a request and a peer
 * @proto: what the peer gets
 * @through: the sender has dealt with it
 * @wire: the packet reached the peer
 * @satisfied: nothing to wait for any more, as for completion
 * @stable: nothing to wait for any more, at all
 * @ok: the peer has it
 * @refused: the peer said that it does not have it
 * @ready: an out-of-sync entry that the sender may take
 * @instance: of the connection on which the sender sent it
 */
struct leg {
	enum proto proto;
	bool through;
	bool wire;
	bool satisfied;
	bool stable;
	bool ok;
	bool refused;
	bool ready;
	u32 instance;
};

struct entry {
	struct drbd_request req;
	struct leg leg[PEERS];
	enum local local;
	bool write;
	bool local_ok;
	bool submitted;
	bool held;
	bool completed;
	bool settled;
	bool unlogged;
};

struct world {
	struct kunit *test;
	int seed;
	struct rnd_state rnd;
	struct entry log[REQUESTS];
	int n;
	bool up[PEERS];
	u32 instance[PEERS];
	bool suspended;
	int pending[PEERS];
	int flight[PEERS];
	int completions;
};

static u32 rnd(struct world *w, u32 n)
{
	return prandom_u32_state(&w->rnd) % n;
}

/* Node ids of peers: not adjacent, and the highest one among them. */
static int node_of(int peer)
{
	return peer == PEERS - 1 ? DRBD_NODES - 1 : peer + 1;
}

static struct entry *older_write(struct world *w, struct entry *e)
{
	while (e-- > w->log) {
		if (e->write)
			return e;
	}
	return NULL;
}

static struct entry *younger_write(struct world *w, struct entry *e)
{
	while (++e < w->log + w->n) {
		if (e->write)
			return e;
	}
	return NULL;
}

static bool is_data(const struct leg *leg)
{
	return leg->proto == A || leg->proto == B || leg->proto == C;
}

static bool may_complete(const struct entry *e)
{
	int p;

	if (!e->submitted || e->local == OUT || e->held)
		return false;
	for (p = 0; p < PEERS; p++) {
		if (is_data(&e->leg[p]) && !(e->leg[p].satisfied && e->leg[p].through))
			return false;
		if (e->leg[p].proto == DATA_REQUEST && !e->leg[p].satisfied)
			return false;
	}
	return true;
}

static bool may_settle(struct world *w, struct entry *e)
{
	struct entry *older = e->write ? older_write(w, e) : NULL;
	int p;

	if (!e->completed || e->local == ABORTED || (older && !older->settled))
		return false;
	for (p = 0; p < PEERS; p++) {
		if (is_data(&e->leg[p]) && !e->leg[p].stable)
			return false;
	}
	return true;
}

static bool may_unlog(struct world *w, struct entry *e)
{
	struct entry *older = e->write ? older_write(w, e) : NULL;
	int p;

	if (!e->settled || (older && !older->unlogged))
		return false;
	for (p = 0; p < PEERS; p++) {
		if (e->leg[p].proto != NONE && !e->leg[p].through)
			return false;
	}
	return true;
}

static void happen(struct world *w, struct entry *e, enum drbd_request_event event, int peer);

static u64 model_nodes(struct world *w, struct entry *e, bool sent)
{
	u64 nodes = !sent && e->local_ok ? BIT_ULL(OWN) : 0;
	int p;

	for (p = 0; p < PEERS; p++) {
		if (sent ? e->leg[p].instance == w->instance[p] : e->leg[p].ok)
			nodes |= BIT_ULL(node_of(p));
	}
	return nodes;
}

/* Nothing is sent to the others, so that it does not matter what they were sent. */
static u64 up_nodes(struct world *w)
{
	u64 nodes = 0;
	int p;

	for (p = 0; p < PEERS; p++) {
		if (w->up[p])
			nodes |= BIT_ULL(node_of(p));
	}
	return nodes;
}

static u32 model_complete(struct world *w, struct entry *e)
{
	struct drbd_request_verdict verdict = {};
	u32 fx = drbd_request_complete(&e->req, &verdict);
	bool ok = model_nodes(w, e, false);

	KUNIT_EXPECT_FALSE(w->test, fx & FX(MISUSE));
	if (!ok && !e->write)
		KUNIT_EXPECT_EQ(w->test, verdict.outcome, DRBD_REQ_RESTART);
	else
		KUNIT_EXPECT_EQ(w->test, verdict.outcome,
				ok ? DRBD_REQ_SUCCESS : DRBD_REQ_ERROR);
	e->completed = true;
	w->completions++;
	return fx;
}

/* Settles a write, and what waits behind it. */
static u32 settle(struct world *w, struct entry *e)
{
	struct entry *next = e->write ? younger_write(w, e) : NULL;
	u32 fx;
	int p;

	KUNIT_EXPECT_EQ(w->test, drbd_request_ok_nodes(&e->req, OWN),
			model_nodes(w, e, false));
	fx = drbd_request_settle(&e->req);
	KUNIT_EXPECT_FALSE(w->test, fx & FX(MISUSE));
	e->settled = true;
	for (p = 0; p < PEERS; p++) {
		if (e->leg[p].proto == OOS && !e->leg[p].through) {
			e->leg[p].ready = true;
			happen(w, e, rnd(w, 2) ? EV(READY) : EV(OUT_OF_SYNC_SKIP), p);
		}
	}
	if (next)
		happen(w, next, EV(OLDER_SETTLED), -1);
	return fx;
}

static void unlog(struct world *w, struct entry *e)
{
	struct entry *next = e->write ? younger_write(w, e) : NULL;

	if (e->write)
		KUNIT_EXPECT_EQ(w->test, drbd_request_sent_nodes(&e->req) & up_nodes(w),
				model_nodes(w, e, true) & up_nodes(w));
	KUNIT_EXPECT_EQ(w->test, e->req.completion_refs, 0);
	KUNIT_EXPECT_EQ(w->test, e->req.done_refs, 0);
	KUNIT_EXPECT_EQ(w->test, e->req.log_refs, 0);
	e->unlogged = true;
	if (next)
		happen(w, next, EV(OLDER_UNLOGGED), -1);
}

/* The model was told already what is about to happen. */
static void happen(struct world *w, struct entry *e, enum drbd_request_event event, int peer)
{
	u32 payload = drbd_request_payload(&e->req);
	u32 fx = drbd_request_event(&e->req, event, peer < 0 ? DRBD_NO_NODE : node_of(peer),
				    false);

	KUNIT_ASSERT_FALSE_MSG(w->test, fx & BAD, "seed %d, event %d", w->seed, event);
	if (peer >= 0) {
		w->pending[peer] += !!(fx & FX(PENDING_INC)) - !!(fx & FX(PENDING_DEC));
		if (fx & FX(FLIGHT_ADD))
			w->flight[peer] += payload;
		if (fx & FX(FLIGHT_SUB))
			w->flight[peer] -= payload;
		KUNIT_ASSERT_GE(w->test, w->flight[peer], 0);
		KUNIT_ASSERT_GE(w->test, w->pending[peer], 0);
	}

	KUNIT_ASSERT_EQ_MSG(w->test, !!(fx & FX(COMPLETE)), may_complete(e) && !e->completed,
			    "seed %d, event %d", w->seed, event);
	if (fx & FX(COMPLETE))
		fx |= model_complete(w, e);
	KUNIT_ASSERT_EQ_MSG(w->test, !!(fx & FX(DONE)), may_settle(w, e) && !e->settled,
			    "seed %d, event %d", w->seed, event);
	if (fx & FX(DONE))
		fx |= settle(w, e);
	if (fx & FX(UNLOG))
		unlog(w, e);
	KUNIT_ASSERT_EQ_MSG(w->test, e->unlogged, may_unlog(w, e),
			    "seed %d, event %d", w->seed, event);
}

static void assign(struct world *w, struct entry *e, int p, enum proto proto)
{
	static const enum drbd_request_event events[] = {
		[A] = EV(NET_WRITE_A), [B] = EV(NET_WRITE_B), [C] = EV(NET_WRITE_C),
		[OOS] = EV(NET_OUT_OF_SYNC), [DATA_REQUEST] = EV(NET_READ),
	};

	e->leg[p].proto = proto;
	if (proto == NONE)
		return;
	happen(w, e, events[proto], p);
	if (proto != OOS)
		happen(w, e, EV(READY), p);
}

static void begin(struct world *w)
{
	struct entry *e = &w->log[w->n];
	struct entry *older;
	int p;

	if (w->n == REQUESTS || w->suspended)
		return;
	w->n++;
	e->write = rnd(w, 4);
	older = e->write ? older_write(w, e) : NULL;
	drbd_request_init(&e->req, (e->write ? DRBD_REQ_WRITE : 0) |
			  (rnd(w, 4) ? 0 : DRBD_REQ_BATCH), 4096 * (1 + rnd(w, 4)));
	drbd_request_log(&e->req, older && !older->settled, older && !older->unlogged);
	if (e->write) {
		for (p = 0; p < PEERS; p++)
			assign(w, e, p, w->up[p] ? rnd(w, 5) : NONE);
		e->local = rnd(w, 4) ? OUT : ABSENT;
	} else {
		p = rnd(w, PEERS);
		if (w->up[p])
			assign(w, e, p, DATA_REQUEST);
		else
			e->local = OUT;
	}
	if (e->local == OUT)
		happen(w, e, EV(LOCAL_SUBMIT), -1);
	e->submitted = true;
	happen(w, e, EV(SUBMITTED), -1);
}

static void local_step(struct world *w, struct entry *e)
{
	if (e->local == OUT && !rnd(w, 4)) {
		e->local = ABORTED;
		happen(w, e, EV(LOCAL_ABORT), -1);
	} else if (e->local == OUT && rnd(w, 4)) {
		e->local = ENDED;
		e->local_ok = true;
		happen(w, e, EV(LOCAL_OK), -1);
	} else if (e->local == OUT || e->local == ABORTED) {
		e->local = ENDED;
		happen(w, e, e->write ? EV(LOCAL_WRITE_ERROR) : EV(LOCAL_READ_ERROR), -1);
	}
}

static void send_step(struct world *w, struct entry *e, int p)
{
	struct leg *leg = &e->leg[p];

	if (leg->proto == NONE || leg->through || !w->up[p])
		return;
	if (leg->proto == OOS) {
		if (!leg->ready)
			return;
		leg->through = true;
		happen(w, e, EV(OUT_OF_SYNC_SENT), p);
		return;
	}
	if (!leg->wire) {
		leg->wire = true;
		return;
	}
	leg->through = true;
	if (e->write)
		leg->instance = w->instance[p];
	if (leg->proto == A && !leg->satisfied) {
		leg->satisfied = true;
		leg->ok = !leg->refused;
	}
	happen(w, e, EV(SENT_OK), p);
}

static void refuse(struct world *w, struct entry *e, int p)
{
	struct leg *leg = &e->leg[p];

	leg->refused = true;
	leg->satisfied = true;
	leg->ok = false;
	happen(w, e, EV(NEG_ACK), p);
}

static void answer_step(struct world *w, struct entry *e, int p)
{
	struct leg *leg = &e->leg[p];
	u32 what = rnd(w, 5);

	if (!leg->wire || !w->up[p] || leg->stable || leg->refused)
		return;
	if (leg->proto == DATA_REQUEST) {
		if (leg->satisfied)
			return;
		if (!what) {
			refuse(w, e, p);
			return;
		}
		leg->satisfied = true;
		leg->ok = true;
		happen(w, e, EV(DATA_RECEIVED), p);
		return;
	}
	if (!is_data(leg))
		return;
	if (!what) {
		refuse(w, e, p);
	} else if (what == 1 && leg->proto == B) {
		leg->satisfied = true;
		leg->ok = true;
		happen(w, e, EV(RECV_ACK), p);
	} else if (leg->proto == C || what == 2) {
		leg->satisfied = true;
		leg->ok = true;
		happen(w, e, rnd(w, 2) ? EV(WRITE_ACK) : EV(WRITE_ACK_IN_SYNC), p);
	}
}

static void barrier_step(struct world *w, struct entry *e, int p)
{
	struct leg *leg = &e->leg[p];

	/* The old answers, of another connection, do not come any more. */
	if (!w->up[p] || !is_data(leg) || !leg->through || !leg->satisfied || leg->stable)
		return;
	leg->stable = true;
	happen(w, e, EV(BARRIER_ACK), p);
}

static void give_up(struct leg *leg)
{
	if (leg->stable)
		return;
	if (is_data(leg) || !leg->satisfied)
		leg->ok = false;
	leg->satisfied = true;
	leg->stable = true;
}

static void lose(struct world *w, int p)
{
	struct entry *e;

	if (!w->up[p])
		return;
	w->up[p] = false;
	for (e = w->log; e < w->log + w->n; e++) {
		if (e->leg[p].proto == NONE || e->leg[p].through)
			continue;
		e->leg[p].through = true;
		happen(w, e, EV(SEND_CANCEL), p);
	}
	w->instance[p]++;
	for (e = w->log; e < w->log + w->n; e++) {
		struct leg *leg = &e->leg[p];
		bool keep = w->suspended && (leg->proto == B || leg->proto == C);

		if (keep && !leg->satisfied)
			e->held = true;
		else if (!keep && leg->proto != NONE)
			give_up(leg);
		happen(w, e, w->suspended ? EV(CONN_LOST_SUSPENDED) : EV(CONN_LOST), p);
	}
	KUNIT_EXPECT_EQ(w->test, w->flight[p], 0);
}

static void cancel(struct world *w, int p)
{
	struct entry *e;

	for (e = w->log; e < w->log + w->n; e++) {
		if (is_data(&e->leg[p]))
			give_up(&e->leg[p]);
		happen(w, e, EV(SUSPEND_CANCEL), p);
	}
}

static void resend(struct world *w, int p)
{
	struct entry *e;

	for (e = w->log; e < w->log + w->n; e++) {
		struct leg *leg = &e->leg[p];

		if (is_data(leg) && !leg->stable) {
			if (leg->satisfied)
				leg->stable = true;
			else
				leg->through = false;
			leg->wire = false;
		}
		happen(w, e, EV(RESEND), p);
	}
}

static void connect(struct world *w, int p)
{
	if (w->up[p])
		return;
	KUNIT_EXPECT_EQ(w->test, w->flight[p], 0);
	if (w->suspended && rnd(w, 2))
		resend(w, p);
	else if (w->suspended)
		cancel(w, p);
	w->up[p] = true;
}

static void resume(struct world *w)
{
	struct entry *e;
	int p;

	if (!w->suspended)
		return;
	for (p = 0; p < PEERS; p++) {
		if (!w->up[p])
			cancel(w, p);
	}
	w->suspended = false;
	for (e = w->log; e < w->log + w->n; e++) {
		e->held = false;
		happen(w, e, EV(COMPLETION_RESUME), -1);
	}
}

static void step(struct world *w)
{
	struct entry *e = w->n ? &w->log[rnd(w, w->n)] : NULL;
	int p = rnd(w, PEERS);
	u32 what = rnd(w, 64);

	if (what == 0)
		lose(w, p);
	else if (what < 3)
		connect(w, p);
	else if (what == 3)
		resume(w);
	else if (what == 4)
		w->suspended = true;
	else if (what < 8 || !e)
		begin(w);
	else if (what < 16)
		local_step(w, e);
	else if (what < 36)
		send_step(w, e, p);
	else if (what < 52)
		answer_step(w, e, p);
	else
		barrier_step(w, e, p);
}

static void request_model_test(struct kunit *test)
{
	struct world *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);
	struct entry *e;
	int seed, i, p;

	KUNIT_ASSERT_NOT_NULL(test, w);
	for (seed = 1; seed <= 400; seed++) {
		memset(w, 0, sizeof(*w));
		w->test = test;
		w->seed = seed;
		prandom_seed_state(&w->rnd, seed);
		for (p = 0; p < PEERS; p++) {
			w->up[p] = true;
			w->instance[p] = 1;
		}
		for (i = 0; i < STEPS; i++)
			step(w);

		/* Let everything come to an end. */
		resume(w);
		for (p = 0; p < PEERS; p++)
			lose(w, p);
		for (i = 0; i < 2; i++) {
			for (e = w->log; e < w->log + w->n; e++)
				local_step(w, e);
		}
		KUNIT_ASSERT_EQ_MSG(test, w->completions, w->n, "seed %d", seed);
		for (e = w->log; e < w->log + w->n; e++)
			KUNIT_EXPECT_TRUE(test, e->unlogged);
		for (p = 0; p < PEERS; p++) {
			KUNIT_EXPECT_EQ(test, w->pending[p], 0);
			KUNIT_EXPECT_EQ(test, w->flight[p], 0);
		}
	}
}

/* Whatever a peer sends in whatever order: counts stay counts. */
static void request_hostile_test(struct kunit *test)
{
	struct drbd_request_verdict verdict;
	struct rnd_state state;
	struct drbd_request req;
	int seed, i;

	for (seed = 1; seed <= 300; seed++) {
		int completions = 0;

		prandom_seed_state(&state, seed);
		drbd_request_init(&req, seed & 1 ? DRBD_REQ_WRITE : 0, 4096);
		drbd_request_log(&req, false, false);
		for (i = 0; i < 200; i++) {
			u32 event = prandom_u32_state(&state) % (EV(OLDER_UNLOGGED) + 1);
			u32 fx = drbd_request_event(&req, event,
						    1 + prandom_u32_state(&state) % 3,
						    prandom_u32_state(&state) & 1);

			if (fx & FX(COMPLETE)) {
				completions++;
				memset(&verdict, 0, sizeof(verdict));
				fx |= drbd_request_complete(&req, &verdict);
			}
			if (fx & FX(DONE))
				drbd_request_settle(&req);
			/* submission, disk, hold, and twice three peers */
			KUNIT_ASSERT_LE(test, req.completion_refs, 9);
			KUNIT_ASSERT_LE(test, req.done_refs, 4);
			KUNIT_ASSERT_LE(test, req.log_refs, 4);
		}
		KUNIT_EXPECT_LE(test, completions, 1);
	}
}

static struct kunit_case request_model_cases[] = {
	KUNIT_CASE(request_model_test),
	KUNIT_CASE(request_hostile_test),
	{}
};

static struct kunit_suite request_model_suite = {
	.name = "drbd-request-model",
	.test_cases = request_model_cases,
};

kunit_test_suite(request_model_suite);
