// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of writes that a peer sent
 *
 * Source: spec/io.md 6.1 to 6.4, 6.9 and 7.1; spec/wire.md 5.7.
 */

#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/prandom.h>

#include "../core/wire_packets.h"
#include "../core/peer_request.h"

#define EV(x)		DRBD_PEER_REQ_EV_##x
#define FX(x)		DRBD_PEER_FX_##x
#define FLAG(x)		DRBD_PEER_REQ_##x
#define UTD		DRBD_D_UP_TO_DATE

static void peer_request_check_test(struct kunit *test)
{
	static const struct {
		enum drbd_peer_packet packet;
		u64 sector;
		u32 size, dp_flags;
		const char *field;
		u64 value;
	} rows[] = {
		{ DRBD_PEER_DATA, 0, 4096, 0, NULL },
		{ DRBD_PEER_DATA, 0, 1 << 20, 0, NULL },
		{ DRBD_PEER_DATA, 0, (1 << 20) + 512, 0, "size", (1 << 20) + 512 },
		{ DRBD_PEER_DATA, 0, 513, 0, "size", 513 },
		{ DRBD_PEER_DATA, 0, 0, 0, "size", 0 },
		{ DRBD_PEER_TRIM, 0, 128 << 20, 0, NULL },
		{ DRBD_PEER_ZEROES, 0, (128 << 20) + 512, 0, "size", (128 << 20) + 512 },
		{ DRBD_PEER_DATA, 0, 4096, DRBD_DP_WSAME, "dp_flags", 512 },
		{ DRBD_PEER_DATA, 999992, 4096, 0, NULL },
		{ DRBD_PEER_DATA, 999993, 4096, 0, "sector", 999993 },
		{ DRBD_PEER_DATA, 1000000, 512, 0, "sector", 1000000 },
		{ DRBD_PEER_DATA, U64_MAX, 512, 0, "sector", U64_MAX },
		{ DRBD_PEER_DATA, U64_MAX - 7, 8192, 0, "sector", U64_MAX - 7 },
	};
	struct drbd_peer_fault fault;
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct drbd_peer_write write = {
			.packet = rows[i].packet, .sector = rows[i].sector,
			.size = rows[i].size, .dp_flags = rows[i].dp_flags,
			.capacity = 1000000,
		};

		KUNIT_EXPECT_EQ_MSG(test, drbd_peer_write_check(&write, &fault),
				    !rows[i].field, "row %d", i);
		if (!rows[i].field) {
			KUNIT_EXPECT_NULL(test, fault.field);
			continue;
		}
		KUNIT_EXPECT_STREQ(test, fault.field, rows[i].field);
		KUNIT_EXPECT_EQ_MSG(test, fault.value, rows[i].value, "row %d", i);
	}
}

#define TAKEN	(FX(EPOCH_SIZE) | FX(EPOCH_ACTIVE) | FX(ACTIVE_INC) | FX(WANT_EXTENTS) | \
		 FX(ORDER))

/**
 * struct accept_row - a write that arrives
 * @name: the case
 * @packet: its packet
 * @dp_flags: of the packet
 * @protocol: agreed version
 * @wire: configured wire protocol
 * @wzeroes: feature
 * @disk: there is a local disk
 * @peer_disk: the sender's
 * @blocked: by another interval
 * @flags: expected
 * @fx: expected
 */
struct accept_row {
	const char *name;
	enum drbd_peer_packet packet;
	u32 dp_flags;
	unsigned int protocol;
	unsigned int wire;
	bool wzeroes;
	bool disk;
	enum drbd_disk peer_disk;
	bool blocked;
	u32 flags;
	u32 fx;
};

static const struct accept_row accepts[] = {
	{ "A", DRBD_PEER_DATA, 0, 118, 3, 1, 1, UTD, 0,
	  FLAG(PEER_ACKED), TAKEN | FX(QUEUE_AL) },
	{ "B", DRBD_PEER_DATA, 128, 118, 3, 1, 1, UTD, 0,
	  FLAG(PEER_ACKED), TAKEN | FX(QUEUE_AL) | FX(RECV_ACK) },
	{ "C", DRBD_PEER_DATA, 256, 118, 1, 1, 1, UTD, 0,
	  FLAG(PEER_ACKED) | FLAG(WRITE_ACK), TAKEN | FX(QUEUE_AL) | FX(UNACKED_INC) },
	{ "B, resync", DRBD_PEER_DATA, 388, 118, 2, 1, 1, DRBD_D_INCONSISTENT, 0,
	  FLAG(PEER_ACKED) | FLAG(WRITE_ACK) | FLAG(MAY_SET_IN_SYNC),
	  TAKEN | FX(QUEUE_AL) | FX(UNACKED_INC) | FX(RECV_ACK) },
	{ "resync, sender without disk", DRBD_PEER_DATA, 260, 118, 1, 1, 1, DRBD_D_FAILED, 0,
	  FLAG(PEER_ACKED) | FLAG(WRITE_ACK) | FLAG(MARK_OUT_OF_SYNC),
	  TAKEN | FX(QUEUE_AL) | FX(UNACKED_INC) },
	{ "blocked", DRBD_PEER_DATA, 0, 118, 3, 1, 1, UTD, 1, FLAG(PEER_ACKED), TAKEN },
	{ "no disk", DRBD_PEER_DATA, 256, 118, 3, 1, 0, UTD, 0,
	  0, FX(DRAIN) | FX(EPOCH_SIZE) | FX(NEG_ACK) },
	{ "no disk, A", DRBD_PEER_TRIM, 64, 118, 1, 1, 0, UTD, 0,
	  0, FX(DRAIN) | FX(EPOCH_SIZE) | FX(NEG_ACK) },
	{ "8.4, C", DRBD_PEER_DATA, 256, 101, 3, 0, 1, UTD, 0,
	  FLAG(WRITE_ACK), TAKEN | FX(QUEUE_AL) | FX(UNACKED_INC) },
	{ "old, A", DRBD_PEER_DATA, 0, 99, 1, 0, 1, UTD, 0, 0, TAKEN | FX(QUEUE_AL) },
	{ "old, B", DRBD_PEER_DATA, 256, 99, 2, 0, 1, UTD, 0,
	  0, TAKEN | FX(QUEUE_AL) | FX(RECV_ACK) },
	{ "old, C", DRBD_PEER_DATA, 0, 99, 3, 0, 1, UTD, 0,
	  FLAG(WRITE_ACK), TAKEN | FX(QUEUE_AL) | FX(UNACKED_INC) },
	{ "trim", DRBD_PEER_TRIM, 64, 118, 1, 1, 1, UTD, 0,
	  FLAG(PEER_ACKED) | FLAG(TRIM), TAKEN | FX(QUEUE_AL) },
	{ "trim, may mean zeroes", DRBD_PEER_TRIM, 64, 118, 1, 0, 1, UTD, 0,
	  FLAG(PEER_ACKED) | FLAG(TRIM) | FLAG(ZERO_OUT), TAKEN | FX(QUEUE_AL) },
	{ "zeroes, unmap", DRBD_PEER_ZEROES, 1088, 118, 1, 1, 1, UTD, 0,
	  FLAG(PEER_ACKED) | FLAG(TRIM) | FLAG(ZERO_OUT), TAKEN | FX(QUEUE_AL) },
	{ "zeroes", DRBD_PEER_ZEROES, 1024, 118, 1, 1, 1, UTD, 0,
	  FLAG(PEER_ACKED) | FLAG(ZERO_OUT), TAKEN | FX(QUEUE_AL) },
	{ "first with flags, A", DRBD_PEER_DATA, 0, 100, 3, 0, 1, UTD, 0,
	  0, TAKEN | FX(QUEUE_AL) },
	{ "first with peer acks", DRBD_PEER_DATA, 0, 110, 3, 0, 1, UTD, 0,
	  FLAG(PEER_ACKED), TAKEN | FX(QUEUE_AL) },
};

KUNIT_ARRAY_PARAM_DESC(accept, accepts, name);

static u32 take(struct drbd_peer_request *req, const struct accept_row *row)
{
	struct drbd_peer_write write = {
		.packet = row->packet, .size = 4096, .capacity = 1000,
		.dp_flags = row->dp_flags, .protocol = row->protocol,
		.wire_protocol = row->wire, .wzeroes = row->wzeroes,
		.has_disk = row->disk, .peer_disk = row->peer_disk, .blocked = row->blocked,
	};

	memset(req, 0, sizeof(*req));
	return drbd_peer_request_accept(req, &write);
}

static void peer_request_accept_test(struct kunit *test)
{
	const struct accept_row *row = test->param_value;
	struct drbd_peer_request req;

	KUNIT_EXPECT_EQ(test, take(&req, row), row->fx);
	KUNIT_EXPECT_EQ(test, req.flags, row->flags);
}

static void expect(struct kunit *test, struct drbd_peer_request *req,
		   enum drbd_peer_request_event event, u32 fx)
{
	KUNIT_EXPECT_EQ_MSG(test, drbd_peer_request_event(req, event), fx, "event %d", event);
}

#define BACK	(FX(QUEUE_ACK) | FX(ACTIVE_DEC) | FX(PUT_DISK))
#define FAIL	(BACK | FX(OUT_OF_SYNC) | FX(IO_ERROR))
#define ACKED	(FX(REMOVE) | FX(FREE_PAGES) | FX(EPOCH_DONE))
#define ROW_A	(&accepts[0])
#define ROW_C	(&accepts[2])
#define ROW_SYNC (&accepts[3])
#define ROW_84	(&accepts[8])

/* The life of a write in protocol C, as in the chart of spec 18. */
static void peer_request_life_test(struct kunit *test)
{
	struct accept_row row = *ROW_C;
	struct drbd_peer_request req;

	row.blocked = true;
	take(&req, &row);
	expect(test, &req, EV(AL_OBTAINED), FX(MISUSE));
	expect(test, &req, EV(UNBLOCKED), FX(QUEUE_AL));
	expect(test, &req, EV(AL_OBTAINED), FX(GOT_EXTENTS) | FX(SUBMIT));
	KUNIT_EXPECT_EQ(test, drbd_peer_request_ack(&req, DRBD_R_ESTABLISHED), FX(MISUSE));
	/* nobody can know yet that it is there */
	expect(test, &req, EV(PEER_ACK), FX(PROTOCOL_ERROR));
	expect(test, &req, EV(OK), BACK);
	KUNIT_EXPECT_EQ(test, drbd_peer_request_ack(&req, DRBD_R_ESTABLISHED),
			ACKED | FX(WRITE_ACK) | FX(UNACKED_DEC));
	KUNIT_EXPECT_EQ(test, req.stage, DRBD_PEER_REQ_WAIT_PEER_ACK);
	expect(test, &req, EV(CANCEL), 0);
	expect(test, &req, EV(PEER_ACK), FX(AL_PUT) | FX(FREE));
	expect(test, &req, EV(PEER_ACK), FX(PROTOCOL_ERROR));
	expect(test, &req, EV(FORGET), FX(MISUSE));
}

/* An 8.4 peer sends no peer ack. */
static void peer_request_84_test(struct kunit *test)
{
	struct drbd_peer_request req;

	take(&req, ROW_84);
	drbd_peer_request_event(&req, EV(AL_OBTAINED));
	drbd_peer_request_event(&req, EV(OK));
	KUNIT_EXPECT_EQ(test, drbd_peer_request_ack(&req, DRBD_R_ESTABLISHED),
			ACKED | FX(WRITE_ACK) | FX(UNACKED_DEC) | FX(AL_PUT) | FX(FREE));
}

/**
 * struct ack_row - which acknowledgment a write gets
 * @name: the case
 * @accept: how it arrived
 * @error: the backing device failed
 * @repl: replication state
 * @fx: expected, besides what is always done
 */
struct ack_row {
	const char *name;
	const struct accept_row *accept;
	bool error;
	enum drbd_repl repl;
	u32 fx;
};

static const struct ack_row acks[] = {
	{ "A", ROW_A, 0, DRBD_R_ESTABLISHED, 0 },
	{ "A, failed", ROW_A, 1, DRBD_R_ESTABLISHED, FX(NEG_ACK) | FX(UNACKED_DEC) },
	{ "C", ROW_C, 0, DRBD_R_ESTABLISHED, FX(WRITE_ACK) | FX(UNACKED_DEC) },
	{ "C, failed", ROW_C, 1, DRBD_R_ESTABLISHED, FX(NEG_ACK) | FX(UNACKED_DEC) },
	{ "C, sync target", ROW_C, 0, DRBD_R_SYNC_TARGET, FX(WRITE_ACK) | FX(UNACKED_DEC) },
	{ "B, sync target", ROW_SYNC, 0, DRBD_R_SYNC_TARGET,
	  FX(WRITE_ACK_IN_SYNC) | FX(SET_IN_SYNC) | FX(UNACKED_DEC) },
	{ "B, sync source", ROW_SYNC, 0, DRBD_R_SYNC_SOURCE,
	  FX(WRITE_ACK_IN_SYNC) | FX(SET_IN_SYNC) | FX(UNACKED_DEC) },
	{ "B, paused", ROW_SYNC, 0, DRBD_R_PAUSED_SYNC_T,
	  FX(WRITE_ACK_IN_SYNC) | FX(SET_IN_SYNC) | FX(UNACKED_DEC) },
	{ "B, resync over", ROW_SYNC, 0, DRBD_R_ESTABLISHED, FX(WRITE_ACK) | FX(UNACKED_DEC) },
	{ "B, behind", ROW_SYNC, 0, DRBD_R_BEHIND, FX(WRITE_ACK) | FX(UNACKED_DEC) },
	{ "B, resync, failed", ROW_SYNC, 1, DRBD_R_SYNC_TARGET, FX(NEG_ACK) | FX(UNACKED_DEC) },
	{ "C, lost", ROW_C, 0, DRBD_R_OFF, FX(UNACKED_DEC) },
	{ "C, failed, lost", ROW_C, 1, DRBD_R_OFF, FX(UNACKED_DEC) },
};

KUNIT_ARRAY_PARAM_DESC(ack, acks, name);

static void peer_request_ack_test(struct kunit *test)
{
	const struct ack_row *row = test->param_value;
	struct drbd_peer_request req;
	u32 unacked;

	unacked = take(&req, row->accept) & FX(UNACKED_INC) ? 0 : FX(UNACKED_INC);
	expect(test, &req, EV(NO_AL), FX(GOT_EXTENTS) | FX(SUBMIT));
	if (row->error)
		expect(test, &req, EV(ERROR), FAIL | unacked);
	else
		expect(test, &req, EV(OK), BACK);
	KUNIT_EXPECT_EQ(test, drbd_peer_request_ack(&req, row->repl), ACKED | row->fx);
	/* without activity log there is nothing to put */
	expect(test, &req, EV(FORGET), FX(FREE));
}

static void peer_request_mark_test(struct kunit *test)
{
	struct drbd_peer_request req;

	take(&req, &accepts[4]);
	expect(test, &req, EV(AL_OBTAINED),
	       FX(GOT_EXTENTS) | FX(SUBMIT) | FX(OUT_OF_SYNC));
	expect(test, &req, EV(OK), BACK);
	/* it is not in sync, whatever the state */
	KUNIT_EXPECT_EQ(test, drbd_peer_request_ack(&req, DRBD_R_SYNC_SOURCE),
			ACKED | FX(WRITE_ACK) | FX(UNACKED_DEC));
}

static void peer_request_retry_test(struct kunit *test)
{
	struct drbd_peer_request req;

	take(&req, ROW_C);
	req.flags |= FLAG(BARRIER);
	drbd_peer_request_event(&req, EV(AL_OBTAINED));
	expect(test, &req, EV(ERROR), FX(DOWNGRADE) | FX(QUEUE_RETRY) | FX(ACTIVE_DEC));
	expect(test, &req, EV(RETRY), FX(ACTIVE_INC) | FX(SUBMIT));
	/* once only */
	expect(test, &req, EV(ERROR), FAIL);

	take(&req, ROW_C);
	req.flags |= FLAG(BARRIER);
	drbd_peer_request_event(&req, EV(AL_OBTAINED));
	drbd_peer_request_event(&req, EV(ERROR));
	/* it was not active while it waited */
	expect(test, &req, EV(CANCEL), FAIL & ~FX(ACTIVE_DEC));

	take(&req, &accepts[12]);
	req.flags |= FLAG(BARRIER);
	drbd_peer_request_event(&req, EV(AL_OBTAINED));
	expect(test, &req, EV(ERROR), FAIL | FX(UNACKED_INC));
}

static void peer_request_cancel_test(struct kunit *test)
{
	u32 all = FX(GOT_EXTENTS) | FX(ACTIVE_DEC) | FX(PUT_DISK) | FX(REMOVE) |
		  FX(FREE_PAGES) | FX(FREE) | FX(EPOCH_DONE);
	struct drbd_peer_request req;

	take(&req, ROW_C);
	expect(test, &req, EV(CANCEL), all | FX(UNACKED_DEC));
	expect(test, &req, EV(CANCEL), 0);
	take(&req, &accepts[5]);
	expect(test, &req, EV(CANCEL), all);
	take(&req, ROW_C);
	drbd_peer_request_event(&req, EV(AL_OBTAINED));
	expect(test, &req, EV(CANCEL), 0);
	expect(test, &req, EV(OK), BACK);
}

/**
 * struct counts - what a connection counts
 * @unacked: answers owed
 * @active: writes at the backing device or on the way there
 * @epoch: writes of epochs that are not acknowledged
 * @wanted: writes whose extents are wanted
 * @al: writes with activity log references
 * @disk: disk references
 * @intervals: in the tree
 * @allocated: writes
 * @answers: sent
 */
struct counts {
	int unacked;
	int active;
	int epoch;
	int wanted;
	int al;
	int disk;
	int intervals;
	int allocated;
	int answers;
};

static void count(struct counts *c, u32 fx)
{
	c->unacked += !!(fx & FX(UNACKED_INC)) - !!(fx & FX(UNACKED_DEC));
	c->active += !!(fx & FX(ACTIVE_INC)) - !!(fx & FX(ACTIVE_DEC));
	c->epoch += !!(fx & FX(EPOCH_ACTIVE)) - !!(fx & FX(EPOCH_DONE));
	c->wanted += !!(fx & FX(WANT_EXTENTS)) - !!(fx & FX(GOT_EXTENTS));
	c->al -= !!(fx & FX(AL_PUT));
	c->disk -= !!(fx & FX(PUT_DISK));
	c->intervals += !!(fx & FX(ORDER)) - !!(fx & FX(REMOVE));
	c->allocated -= !!(fx & FX(FREE));
	c->answers += hweight32(fx & (FX(NEG_ACK) | FX(WRITE_ACK) | FX(WRITE_ACK_IN_SYNC)));
}

/* Random events, fitting or not, until it is gone: all counts end at zero. */
static void peer_request_random_test(struct kunit *test)
{
	static const enum drbd_repl repls[] = {
		DRBD_R_OFF, DRBD_R_ESTABLISHED, DRBD_R_SYNC_TARGET,
	};
	struct drbd_peer_request req;
	struct rnd_state rnd;
	int seed, i;

	prandom_seed_state(&rnd, 3);
	for (seed = 0; seed < 20000; seed++) {
		const struct accept_row *row;
		struct counts c = {};

		do {
			row = &accepts[prandom_u32_state(&rnd) % ARRAY_SIZE(accepts)];
		} while (!row->disk);
		c.disk = 1;
		c.allocated = 1;
		count(&c, take(&req, row));
		if (prandom_u32_state(&rnd) % 4 == 0)
			req.flags |= FLAG(BARRIER);
		for (i = 0; i < 500 && req.stage != DRBD_PEER_REQ_GONE; i++) {
			u32 event = prandom_u32_state(&rnd) % (EV(FORGET) + 2);
			bool had_al = req.flags & FLAG(IN_AL);

			if (event > EV(FORGET))
				count(&c, drbd_peer_request_ack(&req, repls[i % 3]));
			else
				count(&c, drbd_peer_request_event(&req, event));
			c.al += !had_al && req.flags & FLAG(IN_AL);
			KUNIT_ASSERT_LE(test, c.active, 1);
			KUNIT_ASSERT_GE(test, c.active, 0);
			KUNIT_ASSERT_GE(test, c.unacked, 0);
		}
		KUNIT_ASSERT_EQ(test, req.stage, DRBD_PEER_REQ_GONE);
		KUNIT_ASSERT_EQ(test, c.unacked, 0);
		KUNIT_ASSERT_EQ(test, c.active, 0);
		KUNIT_ASSERT_EQ(test, c.epoch, 0);
		KUNIT_ASSERT_EQ(test, c.wanted, 0);
		KUNIT_ASSERT_EQ(test, c.al, 0);
		KUNIT_ASSERT_EQ(test, c.disk, 0);
		KUNIT_ASSERT_EQ(test, c.intervals, 0);
		KUNIT_ASSERT_EQ(test, c.allocated, 0);
		KUNIT_ASSERT_LE(test, c.answers, 1);
	}
}

static struct kunit_case peer_request_cases[] = {
	KUNIT_CASE(peer_request_check_test),
	KUNIT_CASE_PARAM(peer_request_accept_test, accept_gen_params),
	KUNIT_CASE(peer_request_life_test),
	KUNIT_CASE(peer_request_84_test),
	KUNIT_CASE_PARAM(peer_request_ack_test, ack_gen_params),
	KUNIT_CASE(peer_request_mark_test),
	KUNIT_CASE(peer_request_retry_test),
	KUNIT_CASE(peer_request_cancel_test),
	KUNIT_CASE(peer_request_random_test),
	{}
};

static struct kunit_suite peer_request_suite = {
	.name = "drbd-peer-request",
	.test_cases = peer_request_cases,
};

kunit_test_suite(peer_request_suite);
