// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of epochs and barriers
 *
 * Source: spec/io.md 2.7 to 2.9, 4.2, 4.4, 6.5, 6.6, F8, F13 and F17.
 */

#include <kunit/test.h>
#include <linux/prandom.h>

#include "../core/epoch.h"
#include "../core/epoch_receive.h"
#include "../core/request.h"

static void epoch_close_test(struct kunit *test)
{
	struct drbd_epoch epoch = { .nr = 0xffffffff };

	KUNIT_EXPECT_FALSE(test, drbd_epoch_close(&epoch));
	KUNIT_EXPECT_EQ(test, drbd_epoch_add(&epoch, 0), 0xffffffff);
	KUNIT_EXPECT_FALSE(test, drbd_epoch_close(&epoch));
	KUNIT_EXPECT_EQ(test, drbd_epoch_add(&epoch, 512), 0xffffffff);
	/* an empty flush closes nothing, nor does a write of an older epoch */
	KUNIT_EXPECT_FALSE(test, drbd_epoch_completed(&epoch, 0xffffffff, 0));
	KUNIT_EXPECT_FALSE(test, drbd_epoch_completed(&epoch, 0xfffffffe, 512));
	KUNIT_EXPECT_TRUE(test, drbd_epoch_completed(&epoch, 0xffffffff, 512));
	KUNIT_EXPECT_EQ(test, epoch.nr, 0);
	KUNIT_EXPECT_EQ(test, epoch.writes, 0);

	KUNIT_EXPECT_TRUE(test, drbd_epoch_reached(0, 0xffffffff));
	KUNIT_EXPECT_TRUE(test, drbd_epoch_reached(7, 7));
	KUNIT_EXPECT_FALSE(test, drbd_epoch_reached(6, 7));
}

static void epoch_limit_test(struct kunit *test)
{
	struct drbd_epoch epoch = {};

	drbd_epoch_add(&epoch, 512);
	KUNIT_EXPECT_FALSE(test, drbd_epoch_limit(&epoch, 2, false, 118));
	KUNIT_EXPECT_FALSE(test, drbd_epoch_limit(&epoch, 2, false, 101));
	KUNIT_EXPECT_FALSE(test, drbd_epoch_limit(&epoch, 2, true, 114));
	KUNIT_EXPECT_TRUE(test, drbd_epoch_limit(&epoch, 2, true, 113));
	KUNIT_EXPECT_EQ(test, epoch.nr, 1);
	drbd_epoch_add(&epoch, 512);
	drbd_epoch_add(&epoch, 512);
	KUNIT_EXPECT_TRUE(test, drbd_epoch_limit(&epoch, 2, false, 118));
	KUNIT_EXPECT_EQ(test, epoch.nr, 2);
}

static void epoch_sender_test(struct kunit *test)
{
	struct drbd_epoch_sender sender = {};
	u32 nr = 77;

	/* no barrier before the first write */
	KUNIT_EXPECT_FALSE(test, drbd_epoch_send(&sender, DRBD_EPOCH_READ, 3, &nr));
	KUNIT_EXPECT_FALSE(test, drbd_epoch_send(&sender, DRBD_EPOCH_OUT_OF_SYNC, 4, &nr));
	KUNIT_EXPECT_FALSE(test, drbd_epoch_send(&sender, DRBD_EPOCH_WRITE, 5, &nr));
	KUNIT_EXPECT_FALSE(test, drbd_epoch_send(&sender, DRBD_EPOCH_WRITE, 5, &nr));
	KUNIT_EXPECT_EQ(test, nr, 77);
	/* each kind of a later epoch ends it */
	KUNIT_EXPECT_TRUE(test, drbd_epoch_send(&sender, DRBD_EPOCH_WRITE, 7, &nr));
	KUNIT_EXPECT_EQ(test, nr, 5);
	KUNIT_EXPECT_TRUE(test, drbd_epoch_send(&sender, DRBD_EPOCH_READ, 8, &nr));
	KUNIT_EXPECT_EQ(test, nr, 7);
	/* nothing was written in epoch 8 */
	KUNIT_EXPECT_FALSE(test, drbd_epoch_send(&sender, DRBD_EPOCH_WRITE, 9, &nr));
	KUNIT_EXPECT_TRUE(test, drbd_epoch_send(&sender, DRBD_EPOCH_OUT_OF_SYNC, 10, &nr));
	KUNIT_EXPECT_EQ(test, nr, 9);
	KUNIT_EXPECT_FALSE(test, drbd_epoch_send(&sender, DRBD_EPOCH_OUT_OF_SYNC, 11, &nr));
}

static void epoch_sender_idle_test(struct kunit *test)
{
	struct drbd_epoch_idle idle = { .nr = 6, .dagtag_seen = true };
	struct drbd_epoch_sender sender = {};
	u32 nr = 77;

	KUNIT_EXPECT_FALSE(test, drbd_epoch_send_idle(&sender, &idle, &nr));
	drbd_epoch_send(&sender, DRBD_EPOCH_WRITE, 5, &nr);
	/* a write may be about to be added to epoch 5 */
	idle.dagtag_seen = false;
	KUNIT_EXPECT_FALSE(test, drbd_epoch_send_idle(&sender, &idle, &nr));
	idle.next_not_ready = true;
	KUNIT_EXPECT_TRUE(test, drbd_epoch_send_idle(&sender, &idle, &nr));
	KUNIT_EXPECT_EQ(test, nr, 5);
	/* once */
	KUNIT_EXPECT_FALSE(test, drbd_epoch_send_idle(&sender, &idle, &nr));
	drbd_epoch_send(&sender, DRBD_EPOCH_WRITE, 6, &nr);
	/* the epoch is still open */
	KUNIT_EXPECT_FALSE(test, drbd_epoch_send_idle(&sender, &idle, &nr));
	idle.nr = 7;
	idle.next_not_ready = false;
	idle.dagtag_seen = true;
	KUNIT_EXPECT_TRUE(test, drbd_epoch_send_idle(&sender, &idle, &nr));
	KUNIT_EXPECT_EQ(test, nr, 6);
}

/**
 * struct barrier_row - F17
 * @name: the log: D data, O out-of-sync, N not for this peer, R read, F data that
 *	is done, Q data that is not sent, S superseded; each followed by its epoch
 * @nr: number in the packet
 * @n: count in the packet
 * @verdict: expected
 */
struct barrier_row {
	const char *name;
	u32 nr;
	u32 n;
	enum drbd_barrier_verdict verdict;
};

static const struct barrier_row barriers[] = {
	{ "D1D1D2", 1, 2, DRBD_BARRIER_OK },
	{ "D1D1D2", 1, 1, DRBD_BARRIER_BAD_COUNT },
	{ "D1D1D2", 2, 1, DRBD_BARRIER_BAD_NUMBER },
	{ "F1D2D2", 2, 2, DRBD_BARRIER_OK },
	{ "D1O1D1", 1, 2, DRBD_BARRIER_OK },
	{ "D1N1D1", 1, 2, DRBD_BARRIER_OK },
	{ "R1D1", 1, 1, DRBD_BARRIER_OK },
	{ "", 1, 1, DRBD_BARRIER_BAD_NUMBER },
	{ "O1", 1, 0, DRBD_BARRIER_BAD_NUMBER },
	{ "F5F5D5D5", 5, 2, DRBD_BARRIER_OK },
	{ "F5F5D5D5", 5, 4, DRBD_BARRIER_BAD_COUNT },
	{ "D1Q1", 1, 2, DRBD_BARRIER_NOT_SENT },
	{ "D1Q2", 1, 1, DRBD_BARRIER_OK },
	{ "D1D2D1", 1, 1, DRBD_BARRIER_OK },
	/* 8.4 peers may or may not count what they refused */
	{ "D1S1D2", 1, 2, DRBD_BARRIER_OK },
	{ "D1S1D2", 1, 1, DRBD_BARRIER_OK },
	{ "D1S1D2", 1, 3, DRBD_BARRIER_BAD_COUNT },
	{ "D1S1D2", 1, 0, DRBD_BARRIER_BAD_COUNT },
	{ "S1D2", 1, 1, DRBD_BARRIER_OK },
	{ "S1D2", 2, 1, DRBD_BARRIER_BAD_NUMBER },
};

KUNIT_ARRAY_PARAM_DESC(barrier, barriers, name);

static u16 leg_of(char letter)
{
	u16 data = DRBD_LEG_EXPECT_BARRIER_ACK | DRBD_LEG_READY;

	switch (letter) {
	case 'D': return data | DRBD_LEG_SENT | DRBD_LEG_OK;
	case 'F': return data | DRBD_LEG_SENT | DRBD_LEG_OK | DRBD_LEG_DONE;
	case 'Q': return data | DRBD_LEG_QUEUED | DRBD_LEG_PENDING;
	case 'O': return DRBD_LEG_OUT_OF_SYNC | DRBD_LEG_QUEUED | DRBD_LEG_DONE;
	case 'S': return data | DRBD_LEG_SENT | DRBD_LEG_OK | DRBD_LEG_REFUSED;
	case 'R': return DRBD_LEG_PENDING | DRBD_LEG_READY | DRBD_LEG_SENT;
	default:
		return 0;
	}
}

/* The id of an entry is its place in the log, from 0 on. */
static enum drbd_barrier_verdict feed(struct drbd_barrier_check *check, const char *log)
{
	u64 id;

	for (id = 0; *log; id++, log += 2) {
		if (!drbd_barrier_check_entry(check, id, log[1] - '0', leg_of(log[0])))
			break;
	}
	return drbd_barrier_check_end(check);
}

static void epoch_barrier_ack_test(struct kunit *test)
{
	const struct barrier_row *row = test->param_value;
	struct drbd_barrier_check check;

	drbd_barrier_ack_begin(&check, row->nr, row->n);
	KUNIT_EXPECT_EQ(test, feed(&check, row->name), row->verdict);
}

static void epoch_barrier_expected_test(struct kunit *test)
{
	struct drbd_barrier_check check;

	drbd_barrier_ack_begin(&check, 9, 9);
	feed(&check, "F3D4D4O4D5");
	KUNIT_EXPECT_EQ(test, check.epoch, 4);
	KUNIT_EXPECT_EQ(test, check.count, 2);
}

static void epoch_confirm_stable_test(struct kunit *test)
{
	static const struct {
		const char *log;
		u64 oldest, youngest;
		u32 n;
		enum drbd_barrier_verdict verdict;
	} rows[] = {
		{ "D5D5D5D5", 0, 1, 2, DRBD_BARRIER_OK },
		{ "D5N5D5D5", 0, 2, 2, DRBD_BARRIER_OK },
		{ "F5F5D5D5", 2, 2, 1, DRBD_BARRIER_OK },
		{ "D5D5D5D5", 0, 3, 4, DRBD_BARRIER_OK },
		{ "D5D5D5D5", 1, 2, 2, DRBD_BARRIER_BAD_OLDEST },
		{ "F5D5", 0, 1, 2, DRBD_BARRIER_BAD_OLDEST },
		{ "", 0, 0, 1, DRBD_BARRIER_BAD_OLDEST },
		{ "D5D6", 0, 1, 2, DRBD_BARRIER_BAD_YOUNGEST },
		{ "D5D5", 0, 7, 2, DRBD_BARRIER_BAD_YOUNGEST },
		{ "D5O5", 0, 1, 1, DRBD_BARRIER_BAD_YOUNGEST },
		{ "D5D5D5D5", 0, 1, 3, DRBD_BARRIER_BAD_COUNT },
		{ "D5Q5", 0, 1, 2, DRBD_BARRIER_NOT_SENT },
	};
	struct drbd_barrier_check check;
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		drbd_confirm_stable_begin(&check, rows[i].oldest, rows[i].youngest, rows[i].n);
		KUNIT_EXPECT_EQ_MSG(test, feed(&check, rows[i].log), rows[i].verdict,
				    "row %d", i);
	}
}

/* F8; options as bits: 4 barrier, 2 flushes, 1 drain */
static void epoch_write_order_test(struct kunit *test)
{
	static const struct {
		enum drbd_write_order wanted;
		enum drbd_write_order of[8];
	} rows[] = {
		{ DRBD_ORDER_BARRIER, { 0, 1, 2, 2, 3, 3, 3, 3 } },
		{ DRBD_ORDER_FLUSH, { 0, 1, 2, 2, 0, 1, 2, 2 } },
		{ DRBD_ORDER_DRAIN, { 0, 1, 0, 1, 0, 1, 0, 1 } },
		{ DRBD_ORDER_NONE, { 0, 0, 0, 0, 0, 0, 0, 0 } },
	};
	struct drbd_write_order_options v[2];
	int i, bits;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		for (bits = 0; bits < 8; bits++) {
			v[0].barrier = bits & 4;
			v[0].flushes = bits & 2;
			v[0].drain = bits & 1;
			KUNIT_EXPECT_EQ_MSG(test, drbd_write_order(rows[i].wanted, v, 1),
					    rows[i].of[bits], "row %d, options %d", i, bits);
		}
	}
	v[0] = (struct drbd_write_order_options){ true, true, true };
	v[1] = v[0];
	KUNIT_EXPECT_EQ(test, drbd_write_order(DRBD_ORDER_BARRIER, v, 2), DRBD_ORDER_FLUSH);
	v[1].flushes = false;
	KUNIT_EXPECT_EQ(test, drbd_write_order(DRBD_ORDER_BARRIER, v, 2), DRBD_ORDER_DRAIN);
	v[1].flushes = true;
	KUNIT_EXPECT_EQ(test, drbd_write_order_fallback(DRBD_ORDER_NONE, DRBD_ORDER_DRAIN, v, 1),
			DRBD_ORDER_NONE);
	KUNIT_EXPECT_EQ(test, drbd_write_order_fallback(DRBD_ORDER_FLUSH, DRBD_ORDER_DRAIN, v, 1),
			DRBD_ORDER_DRAIN);
	KUNIT_EXPECT_EQ(test, drbd_write_order_fallback(DRBD_ORDER_BARRIER, DRBD_ORDER_FLUSH,
							v, 1), DRBD_ORDER_FLUSH);
}

/**
 * struct finish_row - F13
 * @name: the row
 * @size: writes
 * @active: of these, not yet acknowledged
 * @number: the number is known
 * @oldest: there is no older epoch
 * @finishing: is being finished
 * @done: the barrier is done
 * @order: method
 * @contains: contains a barrier
 * @cleanup: the connection is gone
 * @result: expected
 */
struct finish_row {
	const char *name;
	u32 size;
	u32 active;
	bool number;
	bool oldest;
	bool finishing;
	bool done;
	enum drbd_write_order order;
	bool contains;
	bool cleanup;
	bool result;
};

static const struct finish_row finishes[] = {
	{ "finish", 3, 0, 1, 1, 0, 1, DRBD_ORDER_FLUSH, 0, 0, true },
	{ "empty", 0, 0, 1, 1, 0, 1, DRBD_ORDER_FLUSH, 0, 0, false },
	{ "active", 3, 1, 1, 1, 0, 1, DRBD_ORDER_FLUSH, 0, 0, false },
	{ "no number", 3, 0, 0, 1, 0, 1, DRBD_ORDER_FLUSH, 0, 0, false },
	{ "cleanup", 3, 0, 0, 1, 0, 0, DRBD_ORDER_FLUSH, 0, 1, true },
	{ "not oldest", 3, 0, 1, 0, 0, 1, DRBD_ORDER_FLUSH, 0, 0, false },
	{ "finishing", 3, 0, 1, 1, 1, 1, DRBD_ORDER_FLUSH, 0, 0, false },
	{ "flush not done", 3, 0, 1, 1, 0, 0, DRBD_ORDER_FLUSH, 0, 0, false },
	{ "drain not done", 3, 0, 1, 1, 0, 0, DRBD_ORDER_DRAIN, 0, 0, false },
	{ "none", 3, 0, 1, 1, 0, 0, DRBD_ORDER_NONE, 0, 0, true },
	{ "one barrier", 1, 0, 1, 1, 0, 0, DRBD_ORDER_BARRIER, 1, 0, true },
	{ "barrier and a write", 2, 0, 1, 1, 0, 0, DRBD_ORDER_BARRIER, 1, 0, false },
	{ "cleanup, active", 3, 1, 1, 1, 0, 0, DRBD_ORDER_FLUSH, 0, 1, false },
	{ "one write", 1, 0, 1, 1, 0, 0, DRBD_ORDER_BARRIER, 0, 0, false },
};

KUNIT_ARRAY_PARAM_DESC(finish, finishes, name);

static void epoch_finish_test(struct kunit *test)
{
	const struct finish_row *row = test->param_value;
	struct drbd_epoch_received epoch = {
		.size = row->size,
		.active = row->active,
		.flags = (row->number ? DRBD_EPOCH_HAS_NUMBER : 0) |
			 (row->finishing ? DRBD_EPOCH_FINISHING : 0) |
			 (row->done ? DRBD_EPOCH_BARRIER_DONE : 0) |
			 (row->contains ? DRBD_EPOCH_CONTAINS_BARRIER : 0),
	};

	KUNIT_EXPECT_EQ(test, drbd_epoch_may_finish(&epoch, row->oldest, row->order,
						    row->cleanup), row->result);
}

static void epoch_barrier_test(struct kunit *test)
{
	struct drbd_epoch_received epoch = { .size = 5, .confirmed = 2 };

	KUNIT_EXPECT_EQ(test, drbd_epoch_set_size(&epoch), 3);

	KUNIT_EXPECT_EQ(test, drbd_epoch_barrier(&epoch, DRBD_ORDER_FLUSH, true, true), 0);
	KUNIT_EXPECT_EQ(test, drbd_epoch_barrier(&epoch, DRBD_ORDER_NONE, false, true),
			DRBD_EPOCH_NEW);
	KUNIT_EXPECT_EQ(test, drbd_epoch_barrier(&epoch, DRBD_ORDER_BARRIER, false, true),
			DRBD_EPOCH_NEW);
	KUNIT_EXPECT_EQ(test, epoch.flags, 0);
	KUNIT_EXPECT_EQ(test, drbd_epoch_barrier(&epoch, DRBD_ORDER_DRAIN, false, true),
			DRBD_EPOCH_DRAIN | DRBD_EPOCH_MARK_DONE | DRBD_EPOCH_NEW);
	KUNIT_EXPECT_EQ(test, epoch.flags, DRBD_EPOCH_BARRIER_ISSUED);
	KUNIT_EXPECT_EQ(test, drbd_epoch_barrier(&epoch, DRBD_ORDER_FLUSH, false, true),
			DRBD_EPOCH_DRAIN | DRBD_EPOCH_FLUSH | DRBD_EPOCH_MARK_DONE |
			DRBD_EPOCH_NEW);
	KUNIT_EXPECT_EQ(test, drbd_epoch_barrier(&epoch, DRBD_ORDER_NONE, false, false),
			DRBD_EPOCH_DRAIN | DRBD_EPOCH_MARK_DONE | DRBD_EPOCH_ACKS |
			DRBD_EPOCH_REUSE);
	KUNIT_EXPECT_EQ(test, drbd_epoch_barrier(&epoch, DRBD_ORDER_BARRIER, false, false),
			DRBD_EPOCH_DRAIN | DRBD_EPOCH_FLUSH | DRBD_EPOCH_MARK_DONE |
			DRBD_EPOCH_ACKS | DRBD_EPOCH_REUSE);
}

static void epoch_first_write_test(struct kunit *test)
{
	struct drbd_epoch_received previous = { .size = 1 };

	KUNIT_EXPECT_FALSE(test, drbd_epoch_first_write_flushes(DRBD_ORDER_FLUSH, NULL));
	KUNIT_EXPECT_TRUE(test, drbd_epoch_first_write_flushes(DRBD_ORDER_BARRIER, NULL));
	KUNIT_EXPECT_TRUE(test, drbd_epoch_first_write_flushes(DRBD_ORDER_BARRIER, &previous));
	/* it flushed itself, and nothing is behind it */
	previous.flags = DRBD_EPOCH_CONTAINS_BARRIER;
	KUNIT_EXPECT_FALSE(test, drbd_epoch_first_write_flushes(DRBD_ORDER_BARRIER, &previous));
	previous.size = 2;
	KUNIT_EXPECT_TRUE(test, drbd_epoch_first_write_flushes(DRBD_ORDER_BARRIER, &previous));
}

static void epoch_headroom_test(struct kunit *test)
{
	struct drbd_epoch_received epoch = { .size = 10, .confirmed = 3 };
	struct drbd_headroom room = { .need = 7, .slots = 67, .used = 60 };
	u32 confirm = 99;

	KUNIT_EXPECT_TRUE(test, drbd_epoch_headroom(&room, &epoch, &confirm));
	KUNIT_EXPECT_EQ(test, confirm, 0);
	room.need = 8;
	KUNIT_EXPECT_FALSE(test, drbd_epoch_headroom(&room, &epoch, &confirm));
	KUNIT_EXPECT_EQ(test, confirm, 6);
	room.is_oldest = true;
	KUNIT_EXPECT_FALSE(test, drbd_epoch_headroom(&room, &epoch, &confirm));
	KUNIT_EXPECT_EQ(test, confirm, 0);
	room.used = 70;
	room.need = 1;
	KUNIT_EXPECT_FALSE(test, drbd_epoch_headroom(&room, &epoch, &confirm));
}

#define LOG_MAX	64

/**
 * struct stream - a log, its sender, and the epoch that the receiver sees
 * @leg: of each entry
 * @epoch: of each entry
 * @n: entries
 * @next: entry that the sender looks at
 * @now: of the resource
 * @mix: of the connection
 * @sender: of the connection
 * @received: what the peer counts
 */
struct stream {
	u16 leg[LOG_MAX];
	u32 epoch[LOG_MAX];
	int n;
	int next;
	struct drbd_epoch now;
	struct drbd_epoch_mix mix;
	struct drbd_epoch_sender sender;
	struct drbd_epoch_received received;
};

static void confirm(struct kunit *test, struct stream *s, struct drbd_barrier_check *check)
{
	int i;

	for (i = 0; i < s->n; i++) {
		if (!drbd_barrier_check_entry(check, i, s->epoch[i], s->leg[i]))
			break;
	}
	KUNIT_ASSERT_EQ(test, drbd_barrier_check_end(check), DRBD_BARRIER_OK);
	for (i = 0; i < s->next && check->count; i++) {
		if (s->leg[i] & DRBD_LEG_EXPECT_BARRIER_ACK && !(s->leg[i] & DRBD_LEG_DONE)) {
			s->leg[i] |= DRBD_LEG_DONE;
			check->count--;
		}
	}
}

static void peer_counts(struct kunit *test, struct stream *s, u32 nr)
{
	struct drbd_barrier_check check;

	drbd_barrier_ack_begin(&check, nr, drbd_epoch_set_size(&s->received));
	confirm(test, s, &check);
	memset(&s->received, 0, sizeof(s->received));
}

static void stream_add(struct stream *s, u32 what)
{
	if (s->n == LOG_MAX)
		return;
	switch (what) {
	case 0:
		s->leg[s->n] = leg_of('N');
		break;
	case 1:
		s->leg[s->n] = leg_of('O');
		break;
	default:
		s->leg[s->n] = leg_of('Q');
		drbd_epoch_close_before_data(&s->now, &s->mix);
	}
	s->epoch[s->n] = drbd_epoch_add(&s->now, 512);
	if (what == 1)
		drbd_epoch_add_out_of_sync(&s->mix, s->epoch[s->n]);
	s->n++;
}

/* An out-of-sync entry is ready when all older writes are confirmed. */
static bool stream_ready(const struct stream *s)
{
	int i;

	for (i = 0; i < s->next; i++) {
		if (s->leg[i] & DRBD_LEG_EXPECT_BARRIER_ACK && !(s->leg[i] & DRBD_LEG_DONE))
			return false;
	}
	return true;
}

static bool stream_send(struct kunit *test, struct stream *s)
{
	bool oos;
	u32 nr;

	while (s->next < s->n && !s->leg[s->next])
		s->next++;
	oos = s->next < s->n && s->leg[s->next] & DRBD_LEG_OUT_OF_SYNC;
	if (s->next == s->n || (oos && !stream_ready(s))) {
		struct drbd_epoch_idle idle = {
			.nr = s->now.nr,
			.dagtag_seen = s->next == s->n,
			.next_not_ready = s->next < s->n,
		};

		if (!drbd_epoch_send_idle(&s->sender, &idle, &nr))
			return false;
		peer_counts(test, s, nr);
		return true;
	}
	if (drbd_epoch_send(&s->sender, oos ? DRBD_EPOCH_OUT_OF_SYNC : DRBD_EPOCH_WRITE,
			    s->epoch[s->next], &nr))
		peer_counts(test, s, nr);
	if (!oos) {
		s->leg[s->next] = leg_of('D');
		s->received.size++;
	}
	s->next++;
	return true;
}

/* All but the newest one, as a receiver does before it accepts that. */
static void confirm_stable(struct kunit *test, struct stream *s)
{
	int oldest = -1, youngest = -1, newest = -1, i;
	struct drbd_barrier_check check;
	u32 n;

	for (i = 0; i < s->next; i++) {
		if ((s->leg[i] & (DRBD_LEG_EXPECT_BARRIER_ACK | DRBD_LEG_DONE)) !=
		    DRBD_LEG_EXPECT_BARRIER_ACK)
			continue;
		if (oldest < 0)
			oldest = i;
		youngest = newest;
		newest = i;
	}
	if (s->received.size < s->received.confirmed + 2)
		return;
	n = drbd_epoch_set_size(&s->received) - 1;
	drbd_confirm_stable_begin(&check, oldest, youngest, n);
	confirm(test, s, &check);
	s->received.confirmed += n;
}

/* What the peer counts is what is expected, and nothing is left waiting. */
static void epoch_stream_test(struct kunit *test)
{
	struct stream *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);
	struct rnd_state rnd;
	int seed, i;

	KUNIT_ASSERT_NOT_NULL(test, s);
	for (seed = 1; seed <= 300; seed++) {
		prandom_seed_state(&rnd, seed);
		memset(s, 0, sizeof(*s));
		s->now.nr = 0 - 10U;
		for (i = 0; i < 300; i++) {
			u32 what = prandom_u32_state(&rnd) % 16;

			if (what < 4)
				stream_add(s, prandom_u32_state(&rnd) % 5);
			else if (what < 6)
				drbd_epoch_close(&s->now);
			else if (what == 6)
				confirm_stable(test, s);
			else
				stream_send(test, s);
		}
		drbd_epoch_close(&s->now);
		while (stream_send(test, s))
			;
		KUNIT_EXPECT_EQ(test, s->next, s->n);
		KUNIT_EXPECT_TRUE(test, stream_ready(s));
	}
}

static struct kunit_case epoch_cases[] = {
	KUNIT_CASE(epoch_close_test),
	KUNIT_CASE(epoch_limit_test),
	KUNIT_CASE(epoch_sender_test),
	KUNIT_CASE(epoch_sender_idle_test),
	KUNIT_CASE_PARAM(epoch_barrier_ack_test, barrier_gen_params),
	KUNIT_CASE(epoch_barrier_expected_test),
	KUNIT_CASE(epoch_confirm_stable_test),
	KUNIT_CASE(epoch_write_order_test),
	KUNIT_CASE_PARAM(epoch_finish_test, finish_gen_params),
	KUNIT_CASE(epoch_barrier_test),
	KUNIT_CASE(epoch_first_write_test),
	KUNIT_CASE(epoch_headroom_test),
	KUNIT_CASE(epoch_stream_test),
	{}
};

static struct kunit_suite epoch_suite = {
	.name = "drbd-epoch",
	.test_cases = epoch_cases,
};

kunit_test_suite(epoch_suite);
