// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of when a data generation becomes due, and when it begins
 *
 * Rows are the conditions of spec/resync.md 1.5, and the rules G1 to G4 of 1.6.
 */

#include <kunit/test.h>

#include "../core/uuid_need.h"
#include "uuid_fixture.h"

/* States of disks and of replication stand by their numbers: 9 is UpToDate, 7 is
 * DUnknown; 10 is Established, 9 is Off.
 */
#define PRI DRBD_ROLE_PRIMARY
#define SEC DRBD_ROLE_SECONDARY
#define UNK DRBD_ROLE_UNKNOWN

/**
 * struct side - one side of a state change
 * @role: own role
 * @disk: own disk state
 * @peer_role: role of the peer
 * @peer_disk: disk state of the peer
 * @repl: replication state
 */
struct side {
	enum drbd_node_role role;
	enum drbd_disk disk;
	enum drbd_node_role peer_role;
	enum drbd_disk peer_disk;
	enum drbd_repl repl;
};

struct need_row {
	const char *name;
	struct side before;
	struct side after;
	unsigned int need;
	u64 slot;
	int proto;
	bool unregistering;
	bool held;
};

static const struct need_row needs[] = {
	{ "nothing", { PRI, 9, SEC, 9, 10 }, { PRI, 9, SEC, 9, 10 }, 0 },
	{ "promoted", { SEC, 9, SEC, 9, 10 }, { PRI, 9, SEC, 9, 10 }, DRBD_NEED_PROMOTED },
	{ "promoted, held", { SEC, 9, SEC, 9, 10 }, { PRI, 9, SEC, 9, 10 }, 0, .held = true },
	{ "demoted", { PRI, 9, SEC, 9, 10 }, { SEC, 9, SEC, 9, 10 }, 0 },
	{ "peer lost", { PRI, 9, SEC, 9, 10 }, { PRI, 9, UNK, 7, 9 }, DRBD_NEED_PEER_LOST },
	{ "peer lost, Secondary", { SEC, 9, SEC, 9, 10 }, { SEC, 9, UNK, 7, 9 }, 0 },
	{ "peer lost, at removal", { PRI, 9, SEC, 9, 10 }, { PRI, 9, UNK, 7, 9 }, 0,
		.unregistering = true },
	{ "Inconsistent peer lost", { PRI, 9, SEC, 5, 16 }, { PRI, 9, UNK, 7, 9 },
		DRBD_NEED_PEER_LOST },
	{ "Consistent peer detaches", { PRI, 9, SEC, 8, 10 }, { PRI, 9, SEC, 0, 10 },
		DRBD_NEED_PEER_LOST },
	{ "Outdated peer lost", { PRI, 9, SEC, 6, 10 }, { PRI, 9, UNK, 7, 9 }, 0 },
	{ "peer gets Outdated", { PRI, 9, SEC, 9, 10 }, { PRI, 9, SEC, 6, 10 },
		DRBD_NEED_PEER_LOST },
	{ "peer gets Inconsistent", { PRI, 9, SEC, 9, 10 }, { PRI, 9, SEC, 5, 10 }, 0 },
	{ "diskless, lost its only data", { PRI, 0, SEC, 9, 10 }, { PRI, 0, UNK, 7, 9 },
		DRBD_NEED_PEER_LOST },
	{ "diskless, had no data", { PRI, 0, SEC, 8, 10 }, { PRI, 0, UNK, 7, 9 }, 0 },
	{ "lost a peer, gained the disk", { PRI, 4, SEC, 8, 10 }, { PRI, 9, UNK, 7, 9 },
		DRBD_NEED_PEER_LOST },
	{ "8.4 Primary lost", { SEC, 9, PRI, 9, 10 }, { SEC, 9, UNK, 7, 9 },
		DRBD_NEED_PEER_84_LOST, .proto = 101 },
	{ "8.4 Primary detaches", { SEC, 9, PRI, 9, 10 }, { SEC, 9, PRI, 0, 10 },
		DRBD_NEED_PEER_84_LOST, .proto = 101 },
	{ "8.4 Primary lost, Outdated here", { SEC, 6, PRI, 9, 10 }, { SEC, 6, UNK, 7, 9 }, 0,
		.proto = 101 },
	{ "8.4 Secondary lost", { SEC, 9, SEC, 9, 10 }, { SEC, 9, UNK, 7, 9 }, 0,
		.proto = 101 },
	{ "9 Primary lost", { SEC, 9, PRI, 9, 10 }, { SEC, 9, UNK, 7, 9 }, 0 },
	{ "back Diskless", { PRI, 9, UNK, 7, 9 }, { PRI, 9, SEC, 0, 10 },
		DRBD_NEED_PEER_EMPTY },
	{ "back Failed", { PRI, 9, UNK, 7, 9 }, { PRI, 9, SEC, 3, 10 }, DRBD_NEED_PEER_EMPTY },
	{ "back Outdated", { PRI, 9, UNK, 7, 9 }, { PRI, 9, SEC, 6, 10 },
		DRBD_NEED_PEER_EMPTY },
	{ "back UpToDate", { PRI, 9, UNK, 7, 9 }, { PRI, 9, SEC, 9, 10 }, 0 },
	{ "back Diskless, stays behind already", { PRI, 9, UNK, 7, 9 },
		{ PRI, 9, SEC, 0, 10 }, 0, .slot = A },
	{ "back Diskless, Secondary", { SEC, 9, UNK, 7, 9 }, { SEC, 9, SEC, 0, 10 }, 0 },
	{ "back Diskless, Consistent", { PRI, 8, UNK, 7, 9 }, { PRI, 8, SEC, 0, 10 }, 0 },
	{ "own disk fails", { PRI, 9, SEC, 9, 10 }, { PRI, 3, SEC, 9, 10 },
		DRBD_NEED_DISK_LOST },
	{ "own disk fails while negotiating", { PRI, 4, SEC, 9, 10 }, { PRI, 3, SEC, 9, 10 },
		DRBD_NEED_DISK_LOST },
	{ "detaches", { PRI, 9, SEC, 9, 10 }, { PRI, 2, SEC, 9, 10 }, DRBD_NEED_DISK_LOST },
	{ "Failed becomes Diskless", { PRI, 3, SEC, 9, 10 }, { PRI, 0, SEC, 9, 10 }, 0 },
	{ "own disk fails, no other", { PRI, 9, SEC, 6, 10 }, { PRI, 3, SEC, 6, 10 }, 0 },
	{ "own disk fails, Secondary", { SEC, 9, SEC, 9, 10 }, { SEC, 3, SEC, 9, 10 }, 0 },
	{ "Ahead", { PRI, 9, SEC, 9, 10 }, { PRI, 9, SEC, 9, 22 }, DRBD_NEED_AHEAD },
	{ "still Ahead", { PRI, 9, SEC, 6, 22 }, { PRI, 9, SEC, 6, 22 }, 0 },
	{ "promoted without the peer", { SEC, 9, SEC, 9, 10 }, { PRI, 9, UNK, 7, 9 },
		DRBD_NEED_PROMOTED | DRBD_NEED_PEER_LOST },
};

KUNIT_ARRAY_PARAM_DESC(need, needs, name);

static void fill(struct drbd_uuid_env *env, const struct side *side, int proto)
{
	struct drbd_uuid_peer *peer = &env->peer[2];

	env->role = side->role;
	env->disk = side->disk;
	peer->configured = true;
	peer->remote_read = true;
	peer->role = side->peer_role;
	peer->disk = side->peer_disk;
	peer->repl = side->repl;
	peer->proto = proto;
}

static void need_test(struct kunit *test)
{
	const struct need_row *row = test->param_value;
	struct fixture *before = setup(test, 0, A), *after = setup(test, 0, A);
	int proto = row->proto ?: 124;

	fill(&before->env, &row->before, proto);
	fill(&after->env, &row->after, proto);
	after->ids.slots[2].uuid = row->slot;
	KUNIT_EXPECT_EQ(test, drbd_uuid_need(&before->env, &after->env, &after->ids,
					     row->unregistering, row->held), row->need);
}

struct consume_row {
	const char *name;
	enum drbd_need_event event;
	struct drbd_need_state state;
	unsigned int actions;
};

#define DUE .due = true
#define OK DUE, .quorum = true, .accessible = true
#define WRITES OK, .unfinished = true
#define CREATE (DRBD_NEED_CREATE | DRBD_NEED_CLEAR)

static const struct consume_row consumes[] = {
	{ "request", DRBD_NEED_REQUEST, { OK }, DRBD_NEED_PING | CREATE },
	{ "request, not due", DRBD_NEED_REQUEST, { .quorum = true, .accessible = true }, 0 },
	{ "request, no quorum", DRBD_NEED_REQUEST, { DUE, .accessible = true },
		DRBD_NEED_PING | DRBD_NEED_CLEAR },
	{ "request, no data", DRBD_NEED_REQUEST, { DUE, .quorum = true },
		DRBD_NEED_PING | DRBD_NEED_CLEAR },
	{ "request, suspended", DRBD_NEED_REQUEST, { OK, .suspended = true }, 0 },
	{ "connection lost", DRBD_NEED_CONN_LOST, { WRITES },
		DRBD_NEED_CLEAR_FIRST | DRBD_NEED_PING | DRBD_NEED_CREATE },
	{ "connection lost, idle", DRBD_NEED_CONN_LOST, { OK }, 0 },
	{ "connection lost, suspended", DRBD_NEED_CONN_LOST, { WRITES, .suspended = true }, 0 },
	{ "connection lost, no data", DRBD_NEED_CONN_LOST,
		{ DUE, .quorum = true, .unfinished = true }, 0 },
	{ "connection lost, no quorum", DRBD_NEED_CONN_LOST,
		{ DUE, .accessible = true, .unfinished = true }, 0 },
	{ "connection lost, quorum was lost", DRBD_NEED_CONN_LOST,
		{ WRITES, .lost_quorum = true }, 0 },
	{ "end of suspension", DRBD_NEED_UNSUSPEND, { OK, .suspended = true },
		DRBD_NEED_HOLD | CREATE },
	{ "disk failed", DRBD_NEED_DISK_FAILED, { OK }, CREATE },
	{ "disk failed, suspended", DRBD_NEED_DISK_FAILED, { OK, .suspended = true }, 0 },
	{ "fenced", DRBD_NEED_FENCED, { OK, .suspended = true }, CREATE },
	{ "fenced, not due", DRBD_NEED_FENCED, { .suspended = true }, 0 },
	{ "resume-io", DRBD_NEED_RESUME_IO, { OK, .suspended = true }, CREATE },
	{ "peer rebooted", DRBD_NEED_PEER_REBOOTED, { OK, .suspended = true }, CREATE },
	{ "peer back", DRBD_NEED_PEER_BACK, { OK, .suspended = true }, DRBD_NEED_CLEAR },
	{ "demoted", DRBD_NEED_DEMOTED, { OK }, DRBD_NEED_CLEAR },
	{ "no such event", (enum drbd_need_event)99, { OK }, 0 },
};

KUNIT_ARRAY_PARAM_DESC(consume, consumes, name);

static void need_consume_test(struct kunit *test)
{
	const struct consume_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_uuid_need_consume(row->event, &row->state), row->actions);
}

static struct kunit_case need_cases[] = {
	KUNIT_CASE_PARAM(need_test, need_gen_params),
	KUNIT_CASE_PARAM(need_consume_test, consume_gen_params),
	{}
};

static struct kunit_suite need_suite = {
	.name = "drbd-uuid-need",
	.test_cases = need_cases,
};

kunit_test_suite(need_suite);
