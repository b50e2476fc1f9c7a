// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of which overlapping requests wait
 *
 * Source: spec/io.md 2.5, F15 and F16; spec/resync.md 11.13.
 */

#include <kunit/test.h>

#include "../core/conflict.h"

static void conflict_overlap_test(struct kunit *test)
{
	static const struct {
		u64 sector;
		u32 size;
		bool overlaps;
	} rows[] = {
		{ 92, 4096, false }, { 93, 4096, true }, { 100, 512, true },
		{ 107, 512, true }, { 108, 512, false }, { 96, 8192, true },
		{ 0, 0, false }, { 100, 0, false }, { 104, 0, true }, { 108, 0, false },
	};
	/* [0,16), [8,24), [30,40) against [10,31), [24,30), [16,31) */
	static const struct {
		u64 sector;
		u32 sectors;
		bool hits[3];
	} queries[] = {
		{ 10, 21, { 1, 1, 1 } }, { 24, 6, { 0, 0, 0 } }, { 16, 15, { 0, 1, 1 } },
	};
	static const u64 starts[] = { 0, 8, 30 };
	static const u32 sectors[] = { 16, 16, 10 };
	int i, j;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		KUNIT_EXPECT_EQ_MSG(test, drbd_interval_overlaps(rows[i].sector, rows[i].size,
								 100, 4096),
				    rows[i].overlaps, "row %d", i);
	for (i = 0; i < ARRAY_SIZE(queries); i++) {
		for (j = 0; j < 3; j++)
			KUNIT_EXPECT_EQ_MSG(test,
					    drbd_interval_overlaps(queries[i].sector,
								   queries[i].sectors * 512,
								   starts[j], sectors[j] * 512),
					    queries[i].hits[j], "query %d of %d", i, j);
	}
}

/**
 * struct conflict_row - F16
 * @name: the new interval, the old one and its flags: LW, PW, RW, RR, OV, PI,
 *	each with the letter of a peer; s submitted, b backing-completed, c completed,
 *	y ready-to-send, v received; ! if it is only about sending
 * @result: expected
 */
struct conflict_row {
	const char *name;
	enum drbd_conflict result;
};

#define NO	DRBD_CONFLICT_NONE
#define MARK	DRBD_CONFLICT_MARK
#define WAITS	DRBD_CONFLICT_WAIT

static const struct conflict_row conflicts[] = {
	{ "LW-;LW-:s", WAITS }, { "LW-;LW-:sb", WAITS }, { "LW-;LW-:sbc", NO },
	{ "LW-;LW-:", NO }, { "LW-;PWx:s", WAITS }, { "LW-;PWx:", NO },
	{ "PWx;LW-:s", WAITS }, { "PWx;LW-:sb", NO },
	{ "LW-;RWx:y", WAITS }, { "LW-;RRx:", WAITS },
	{ "PWx;RWx:y", NO }, { "PWx;RWz:y", WAITS }, { "PWx;RWx:yv", WAITS },
	{ "PWx;RRx:", NO }, { "PWx;RRz:", WAITS },
	{ "RWx;LW-:s", WAITS }, { "RWx;RWx:y", WAITS }, { "RWx;RWz:y", WAITS },
	{ "RWx;RWx:", NO }, { "RWx;RWz:", NO },
	{ "RRx;LW-:s", WAITS }, { "RRx;LW-:sb", NO }, { "RRx;RRx:s", NO },
	{ "LW-;OVx:s", MARK }, { "OVx;LW-:s", WAITS },
	{ "LW-;PI-:s", WAITS }, { "RRx;PI-:s", NO },
	{ "RWx;PWx:s!", NO }, { "RWx;PWz:s!", WAITS }, { "RWx;PWx:s", WAITS },
	{ "PWx;OVx:", MARK }, { "RWx;OVx:s", MARK }, { "PWx;PWx:s", WAITS },
	{ "OVx;OVx:s", NO }, { "PI-;RRx:s", NO }, { "PI-;PI-:s", NO },
	{ "PI-;PWx:s", WAITS }, { "OVx;RWx:s", WAITS }, { "OVx;RWx:y", NO },
};

KUNIT_ARRAY_PARAM_DESC(conflict, conflicts, name);

/* The exclusion test of spec/resync.md 11.13, with peers 1 as x and 2 as z. That a
 * verify "never waits" but is marked is what WAITS means for it.
 */
static const struct conflict_row exclusions[] = {
	{ "LW-;LW-:sb", WAITS }, { "PWx;LW-:sb", NO },
	{ "LW-;RWx:y", WAITS }, { "PWx;RWx:y", NO }, { "PWz;RWx:y", WAITS },
	{ "PWx;RWx:yv", WAITS },
	{ "RWx;PWx:s!", NO }, { "RWx;PWz:s!", WAITS }, { "RWx;PWx:s", WAITS },
	{ "RWx;RWz:y", WAITS },
	{ "RRx;RRx:s", NO }, { "RRx;RRz:s", NO },
	{ "RRx;PWx:s", WAITS }, { "RRx;PWz:s", WAITS }, { "RRx;PWx:", NO }, { "RRx;PWz:", NO },
	{ "PWx;RRz:", WAITS },
	{ "LW-;OVx:s", MARK }, { "PWx;OVx:s", MARK }, { "PWx;OVz:s", MARK },
	{ "RWx;OVz:s", MARK },
	{ "OVx;PWx:s", WAITS }, { "OVx;PWz:s", WAITS },
	{ "LW-;PI-:s", WAITS },
};

KUNIT_ARRAY_PARAM_DESC(exclusion, exclusions, name);

static struct drbd_interval_state parse_interval(const char *s)
{
	struct drbd_interval_state i = {
		.node = s[2] == '-' ? DRBD_NO_NODE : s[2] == 'x' ? 1 : 2,
	};

	if (!strncmp(s, "LW", 2))
		i.kind = DRBD_INTERVAL_LOCAL_WRITE;
	else if (!strncmp(s, "PW", 2))
		i.kind = DRBD_INTERVAL_PEER_WRITE;
	else if (!strncmp(s, "RW", 2))
		i.kind = DRBD_INTERVAL_RESYNC_WRITE;
	else if (!strncmp(s, "RR", 2))
		i.kind = DRBD_INTERVAL_RESYNC_READ;
	else if (!strncmp(s, "OV", 2))
		i.kind = DRBD_INTERVAL_VERIFY;
	else
		i.kind = DRBD_INTERVAL_PEERS_IN_SYNC;
	if (s[3] != ':')
		return i;
	for (s += 4; *s; s++) {
		switch (*s) {
		case 's':
			i.flags |= DRBD_INTERVAL_SUBMITTED;
			break;
		case 'b':
			i.flags |= DRBD_INTERVAL_BACKING_COMPLETED;
			break;
		case 'c':
			i.flags |= DRBD_INTERVAL_COMPLETED;
			break;
		case 'y':
			i.flags |= DRBD_INTERVAL_READY_TO_SEND;
			break;
		case 'v':
			i.flags |= DRBD_INTERVAL_RECEIVED;
			break;
		}
	}
	return i;
}

static void conflict_row_test(struct kunit *test)
{
	const struct conflict_row *row = test->param_value;
	struct drbd_interval_state new = parse_interval(row->name);
	struct drbd_interval_state old = parse_interval(row->name + 4);

	KUNIT_EXPECT_EQ(test, drbd_conflict(&new, &old, strchr(row->name, '!')), row->result);
}

static void conflict_two_primaries_test(struct kunit *test)
{
	static const struct {
		const char *old;
		bool collides;
	} rows[] = {
		{ "LW-:s", true }, { "LW-:sb", true }, { "LW-:sbc", false },
		{ "LW-:", false }, { "RWx:s", false }, { "PWx:s", false },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct drbd_interval_state old = parse_interval(rows[i].old);

		KUNIT_EXPECT_EQ_MSG(test, drbd_conflict_two_primaries(&old), rows[i].collides,
				    "row %d", i);
	}
}

/* Own write: [96, 112) */
static void conflict_rival_test(struct kunit *test)
{
	static const struct {
		const char *own;
		u64 sector;
		u32 sectors;
		unsigned int protocol;
		bool resolves;
		bool decided;
		enum drbd_rival rival;
	} rows[] = {
		{ "LW-:s", 96, 16, 118, true, false, DRBD_RIVAL_DISCONNECT },
		{ "LW-:sb", 100, 8, 124, false, true, DRBD_RIVAL_DISCONNECT },
		{ "LW-:sbc", 96, 16, 118, true, false, DRBD_RIVAL_WRITE },
		{ "LW-:", 96, 16, 101, true, false, DRBD_RIVAL_WRITE },
		{ "PWx:s", 96, 16, 101, true, false, DRBD_RIVAL_WRITE },
		{ "LW-:s", 96, 16, 101, true, false, DRBD_RIVAL_SUPERSEDED },
		{ "LW-:s", 100, 8, 100, true, true, DRBD_RIVAL_SUPERSEDED },
		{ "LW-:sbc", 100, 8, 100, true, false, DRBD_RIVAL_WRITE },
		{ "LW-:s", 95, 16, 101, true, false, DRBD_RIVAL_RETRY },
		{ "LW-:s", 97, 16, 100, true, false, DRBD_RIVAL_RETRY },
		{ "LW-:s", 95, 18, 101, true, false, DRBD_RIVAL_RETRY },
		{ "LW-:s", 97, 16, 99, true, false, DRBD_RIVAL_SUPERSEDED },
		{ "LW-:s", 96, 16, 101, false, false, DRBD_RIVAL_WAIT },
		{ "LW-:s", 97, 16, 86, false, false, DRBD_RIVAL_WAIT },
		{ "LW-:s", 97, 16, 101, false, true, DRBD_RIVAL_WRITE },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct drbd_interval_state own = parse_interval(rows[i].own);
		const struct drbd_rival_write rival = {
			.sector = rows[i].sector, .size = rows[i].sectors * 512,
			.own_sector = 96, .own_size = 8192,
			.own_decided = rows[i].decided,
			.protocol = rows[i].protocol, .resolves = rows[i].resolves,
		};

		KUNIT_EXPECT_EQ_MSG(test, drbd_rival(&own, &rival), rows[i].rival, "row %d", i);
	}
}

static struct kunit_case conflict_cases[] = {
	KUNIT_CASE(conflict_overlap_test),
	KUNIT_CASE_PARAM(conflict_row_test, conflict_gen_params),
	KUNIT_CASE_PARAM(conflict_row_test, exclusion_gen_params),
	KUNIT_CASE(conflict_two_primaries_test),
	KUNIT_CASE(conflict_rival_test),
	{}
};

static struct kunit_suite conflict_suite = {
	.name = "drbd-conflict",
	.test_cases = conflict_cases,
};

kunit_test_suite(conflict_suite);
