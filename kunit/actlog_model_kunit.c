// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit test of the activity log against a naive model, with a disk that crashes
 *
 * Random requests get and put extents, a submitter commits, writes fail, the log
 * gets disabled and enabled. The model knows no lists and no hashes, it looks at
 * all extents each time; it has to predict each result. And whenever something
 * was written, or written in part, the ring is replayed as after a crash. It has
 * to list, in no more slots than there are,
 *
 *  - each extent that a request was allowed to write to (spec/metadata.md 8.1, I1),
 *  - each extent whose bits in the bitmap changed in memory only (I2).
 */

#include <kunit/test.h>
#include <linux/minmax.h>
#include <linux/prandom.h>
#include <linux/string.h>

#include "../core/actlog.h"
#include "../core/actlog_replay.h"

#define REQUESTS 40

enum heat { COLD, PENDING, HOT };

enum phase { IDLE, WAITING, HELD, RUNNING };

/**
 * struct extent_model - what is known about an extent
 * @heat: COLD: not in the set
 * @refs: references of all requests
 * @running: those of requests that were allowed to write
 * @stamp: when the last reference was dropped
 * @unstable: its bits in the bitmap changed, and are not on disk
 */
struct extent_model {
	enum heat heat;
	u32 refs;
	u32 running;
	u32 stamp;
	bool unstable;
};

/**
 * struct request_model - a request
 * @phase: WAITING: has some of its extents; HELD: has all of them, and waits for
 *	the commit
 * @range: its extents
 */
struct request_model {
	enum phase phase;
	struct drbd_al_range range;
};

/**
 * struct config_row - sizes of a run
 * @name: description
 * @stripes: stripes of the ring
 * @size_4k: blocks of each stripe
 * @slots: slots of the log
 * @extents: extents of the device
 * @longest: extents of the largest request, at most half of the slots
 * @steps: how long to run
 * @number: number of the first transaction
 */
struct config_row {
	const char *name;
	u32 stripes;
	u32 size_4k;
	u32 slots;
	u32 extents;
	u32 longest;
	u32 steps;
	u32 number;
};

static const struct config_row configs[] = {
	{ "tiny", 1, 8, 5, 16, 2, 3000, 0 },
	{ "smallest", 1, 8, 67, 200, 33, 2000, 0xfffffff0 },
	{ "default", 1, 8, 1237, 1800, 33, 1500, 0 },
	{ "fullest", 1, 8, 6433, 7000, 33, 1500, 0xffffffb0 },
	{ "nine blocks", 3, 3, 7352, 8000, 33, 1500, 0xffffffc0 },
	{ "ten blocks", 5, 2, 2000, 2100, 33, 1500, 0xffffffe0 },
};

KUNIT_ARRAY_PARAM_DESC(config, configs, name);

/**
 * struct model - a device with an activity log
 * @test: the test
 * @row: its sizes
 * @rnd: source of what happens
 * @al: the set
 * @memory: of @al
 * @plan: transaction that is being committed
 * @ring: shape of the ring
 * @area: the ring
 * @block: a block as it was, or will be
 * @seen: for replays
 * @slot: slots as found by a replay
 * @hot: which extents that lists
 * @extent: the extents
 * @request: the requests
 * @now: counts what happens, for the order
 * @starving: of the set
 * @disabled: of the set
 * @exempt: since the log was disabled, the ring was not complete
 * @unwritten: of the set
 * @transactions: how many were written, torn, and how often it crashed
 */
struct model {
	struct kunit *test;
	const struct config_row *row;
	struct rnd_state rnd;
	struct drbd_al al;
	void *memory;
	struct drbd_al_plan plan;
	struct drbd_al_ring ring;
	u8 *area;
	u8 *block;
	struct drbd_al_seen *seen;
	u32 *slot;
	u8 *hot;
	struct extent_model *extent;
	struct request_model request[REQUESTS];
	u32 now;
	bool starving;
	bool disabled;
	bool exempt;
	u32 unwritten;
	u32 transactions[3];
};

static u32 roll(struct model *m, u32 below)
{
	return prandom_u32_state(&m->rnd) % below;
}

static void *alloc(struct kunit *test, size_t size)
{
	void *p = kunit_kzalloc(test, size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	return p;
}

static struct model *new_model(struct kunit *test, u64 seed)
{
	const struct config_row *row = test->param_value;
	struct model *m = alloc(test, sizeof(*m));
	u32 i;

	m->test = test;
	m->row = row;
	prandom_seed_state(&m->rnd, seed);
	KUNIT_ASSERT_EQ(test, drbd_al_ring_init(&m->ring, row->stripes, row->size_4k), 0);
	m->memory = alloc(test, drbd_al_memory(row->slots));
	m->area = alloc(test, m->ring.blocks * DRBD_MD_BLOCK_SIZE);
	m->block = alloc(test, DRBD_MD_BLOCK_SIZE);
	m->seen = alloc(test, m->ring.blocks * sizeof(*m->seen));
	m->slot = alloc(test, DRBD_AL_EXTENTS_MAX * sizeof(u32));
	m->hot = alloc(test, row->extents);
	m->extent = alloc(test, row->extents * sizeof(*m->extent));
	for (i = 0; i < m->ring.blocks; i++)
		drbd_al_block_init(m->area + i * DRBD_MD_BLOCK_SIZE);
	KUNIT_ASSERT_EQ(test, drbd_al_init(&m->al, row->slots, m->ring.blocks, row->number,
					   m->memory), 0);
	/* A new ring starts with number 0; this one has a history. */
	if (!row->number)
		return m;
	KUNIT_ASSERT_TRUE(test, drbd_al_lock(&m->al));
	KUNIT_ASSERT_EQ(test, drbd_al_rewrite(&m->al, m->ring.blocks), 0);
	while (drbd_al_rewrite_begin(&m->al, &m->plan)) {
		i = drbd_al_ring_block(&m->ring, m->plan.head.number);
		KUNIT_ASSERT_EQ(test, drbd_al_encode(&m->al, &m->plan,
						     m->area + i * DRBD_MD_BLOCK_SIZE), 0);
		drbd_al_rewrite_end(&m->al, true);
	}
	drbd_al_unlock(&m->al);
	return m;
}

/* How many transactions have the whole set as context. */
static u32 model_windows(struct model *m)
{
	return (m->row->slots + 918) / 919;
}

/* Replay the ring, and return the number of transactions. */
static int replay(struct model *m, struct drbd_al_scan *scan)
{
	struct drbd_al_map map;
	u32 i;
	int n;

	memset(m->hot, 0, m->row->extents);
	drbd_al_map_init(&map, m->slot, DRBD_AL_EXTENTS_MAX);
	drbd_al_scan_init(scan, m->ring.blocks, m->seen);
	n = drbd_al_replay(&map, scan, &m->ring, m->area);
	KUNIT_EXPECT_GE(m->test, n, 0);
	KUNIT_EXPECT_EQ(m->test, scan->corrupt, scan->torn);
	for (i = 0; i < DRBD_AL_EXTENTS_MAX; i++) {
		u32 extent = m->slot[i];

		if (extent == DRBD_AL_FREE)
			continue;
		KUNIT_ASSERT_LT(m->test, i, m->row->slots);
		KUNIT_ASSERT_LT(m->test, extent, m->row->extents);
		KUNIT_ASSERT_EQ(m->test, m->hot[extent], 0);
		m->hot[extent] = 1;
	}
	return n;
}

static void check_disk(struct model *m)
{
	struct drbd_al_scan scan;
	u32 e;

	if (m->exempt)
		return;
	replay(m, &scan);
	for (e = 0; e < m->row->extents; e++) {
		if (m->extent[e].running)
			KUNIT_ASSERT_EQ_MSG(m->test, m->hot[e], 1, "I1, extent %u", e);
		if (m->extent[e].unstable)
			KUNIT_ASSERT_EQ_MSG(m->test, m->hot[e], 1, "I2, extent %u", e);
	}
}

static void check_set(struct model *m)
{
	u32 used = 0, pending = 0;
	u32 e;

	for (e = 0; e < m->row->extents; e++) {
		used += !!m->extent[e].refs;
		pending += m->extent[e].heat == PENDING;
	}
	KUNIT_ASSERT_EQ(m->test, m->al.used, used);
	KUNIT_ASSERT_EQ(m->test, m->al.changes, pending);
	KUNIT_ASSERT_EQ(m->test, m->al.starving, m->starving);
	KUNIT_ASSERT_EQ(m->test, m->al.unwritten, m->unwritten);
}

/* What drbd_al_get() has to do with an extent, with or without trying hard. */
static enum drbd_al_got predict(struct model *m, u32 e, bool only_hot)
{
	bool behind = m->unwritten && !m->disabled;
	u32 taken = 0, pending = 0;
	u32 oldest = m->row->extents;
	u32 i;

	if (m->starving)
		return DRBD_AL_STARVING;
	if (only_hot && (m->extent[e].heat != HOT || behind))
		return DRBD_AL_COLD;
	if (m->extent[e].heat != COLD) {
		m->extent[e].refs++;
		return m->extent[e].heat == PENDING || behind ? DRBD_AL_PENDING : DRBD_AL_HOT;
	}
	for (i = 0; i < m->row->extents; i++) {
		taken += m->extent[i].heat != COLD;
		pending += m->extent[i].heat == PENDING;
		if (m->extent[i].heat == HOT && !m->extent[i].refs &&
		    (oldest == m->row->extents || m->extent[i].stamp < m->extent[oldest].stamp))
			oldest = i;
	}
	if (m->al.locked)
		return DRBD_AL_LOCKED;
	if (taken == m->row->slots && oldest == m->row->extents) {
		m->starving = true;
		return DRBD_AL_STARVING;
	}
	if (pending == DRBD_AL_UPDATES)
		return DRBD_AL_FULL;
	if (taken == m->row->slots)
		m->extent[oldest].heat = COLD;
	m->extent[e].heat = PENDING;
	m->extent[e].refs = 1;
	return DRBD_AL_PENDING;
}

static void set_running(struct model *m, struct request_model *r)
{
	u32 e;

	r->phase = RUNNING;
	for (e = r->range.first; e <= r->range.last; e++)
		m->extent[e].running++;
}

/* Let a request get what it lacks, one by one to compare each. */
static void advance(struct model *m, struct request_model *r)
{
	r->phase = WAITING;
	for (; r->range.next <= r->range.last; r->range.next++) {
		u32 e = r->range.next;
		enum drbd_al_got expect = predict(m, e, false);

		KUNIT_ASSERT_EQ(m->test, drbd_al_get(&m->al, e), expect);
		if (expect != DRBD_AL_HOT && expect != DRBD_AL_PENDING)
			return;
	}
	r->phase = HELD;
	if (drbd_al_get_range(&m->al, &r->range) == DRBD_AL_HOT)
		set_running(m, r);
}

static void step_get(struct model *m)
{
	struct request_model *r = &m->request[roll(m, REQUESTS)];
	u32 first, n, i, waiting = 0;

	for (i = 0; i < REQUESTS; i++)
		waiting += m->request[i].phase == WAITING;
	if (r->phase == WAITING) {
		advance(m, r);
		return;
	}
	/* as in the submitter: the heads of two queues */
	if (r->phase != IDLE || waiting == 2)
		return;
	n = roll(m, 2) ? 1 : 1 + roll(m, m->row->longest);
	/* prefers a quarter of the device */
	first = roll(m, (m->row->extents - n) / (roll(m, 2) ? 1 : 4) + 1);
	KUNIT_ASSERT_EQ(m->test, drbd_al_range_init(&r->range, (u64)first << 13, n << 22), 0);
	if (n == 1) {
		enum drbd_al_got expect = predict(m, first, true);

		KUNIT_ASSERT_EQ(m->test, drbd_al_try_get(&m->al, first), expect);
		if (expect == DRBD_AL_HOT) {
			r->range.next++;
			set_running(m, r);
			return;
		}
	}
	advance(m, r);
}

/* A request ends, or is cancelled while it waits. */
static void step_put(struct model *m)
{
	struct request_model *r = &m->request[roll(m, REQUESTS)];
	u32 e, released = 0;

	if (r->phase == IDLE || (r->phase != RUNNING && roll(m, 8)))
		return;
	for (e = r->range.first; e < r->range.next; e++) {
		struct extent_model *x = &m->extent[e];

		if (r->phase == RUNNING) {
			x->running--;
			x->unstable |= !roll(m, 2);
		}
		if (--x->refs)
			continue;
		released++;
		x->stamp = ++m->now;
		if (x->heat == HOT)
			m->starving = false;
	}
	KUNIT_ASSERT_EQ(m->test, drbd_al_put_range(&m->al, &r->range), released);
	r->phase = IDLE;
}

/* The pages of the extents that go, and then the block, perhaps not all of it. */
static bool write_transaction(struct model *m)
{
	u8 *at = m->area + (size_t)DRBD_MD_BLOCK_SIZE *
		 drbd_al_ring_block(&m->ring, m->plan.head.number);
	u32 i, torn = 8 * roll(m, DRBD_MD_BLOCK_SIZE / 8 + 1);
	bool fails = !roll(m, 10);

	for (i = 0; i < m->plan.head.updates; i++) {
		const struct drbd_al_change *change = &m->plan.change[i];

		KUNIT_EXPECT_EQ(m->test, m->extent[change->extent].heat, PENDING);
		if (change->evicted == DRBD_AL_FREE)
			continue;
		KUNIT_EXPECT_NE(m->test, m->extent[change->evicted].heat, HOT);
		m->extent[change->evicted].unstable = false;
	}
	KUNIT_ASSERT_EQ(m->test, drbd_al_encode(&m->al, &m->plan, m->block), 0);
	/* neither the old nor the new content */
	memcpy(at, m->block, torn);
	at[4] ^= 0x55;
	m->transactions[1]++;
	check_disk(m);
	if (fails)
		return false;
	memcpy(at, m->block, DRBD_MD_BLOCK_SIZE);
	m->transactions[0]++;
	check_disk(m);
	return true;
}

static void count(struct model *m, bool written)
{
	if (!written)
		m->unwritten = max(m->unwritten, model_windows(m));
	else if (m->unwritten)
		m->unwritten--;
}

static void end(struct model *m, bool written)
{
	u32 e;

	drbd_al_end(&m->al, written);
	count(m, written);
	/* those without references become the latest, in this order */
	for (e = 0; e < m->plan.head.updates; e++) {
		struct extent_model *x = &m->extent[m->plan.change[e].extent];

		KUNIT_EXPECT_EQ(m->test, x->heat, PENDING);
		x->heat = HOT;
		if (x->refs)
			continue;
		x->stamp = ++m->now;
		m->starving = false;
	}
	if (!m->disabled && !m->unwritten)
		m->exempt = false;
}

/* What the submitter does when nobody gets anything any more. */
static void step_commit(struct model *m)
{
	bool written = true;
	u32 i;

	while (written && drbd_al_begin(&m->al, &m->plan) == 1) {
		KUNIT_ASSERT_EQ(m->test, m->plan.write, !m->disabled);
		/* others try meanwhile */
		for (i = roll(m, 4); i; i--)
			step_get(m);
		if (m->disabled) {
			end(m, false);
			continue;
		}
		written = write_transaction(m);
		end(m, written);
	}
	if (!written)
		return;
	for (i = 0; i < REQUESTS; i++)
		if (m->request[i].phase == HELD)
			set_running(m, &m->request[i]);
}

static void step_disable(struct model *m)
{
	u32 e;

	m->disabled = !m->disabled;
	if (m->disabled) {
		drbd_al_disable(&m->al);
		m->exempt = true;
		return;
	}
	for (e = 0; e < m->row->extents; e++)
		m->extent[e].unstable = false;
	drbd_al_enable(&m->al);
	if (!m->unwritten)
		m->exempt = false;
}

/* In place, so that the ring has to be good at any time; others may come and go. */
static void step_rewrite(struct model *m)
{
	bool written = true;
	u32 i;

	if (!drbd_al_lock(&m->al))
		return;
	KUNIT_ASSERT_EQ(m->test, drbd_al_rewrite(&m->al, m->ring.blocks), 0);
	m->unwritten = m->ring.blocks;
	while (written && drbd_al_rewrite_begin(&m->al, &m->plan)) {
		KUNIT_ASSERT_EQ(m->test, m->plan.head.updates, 0);
		for (i = roll(m, 4); i; i--)
			step_get(m);
		written = write_transaction(m);
		drbd_al_rewrite_end(&m->al, written);
		count(m, written);
	}
	drbd_al_unlock(&m->al);
	if (!m->disabled && !m->unwritten)
		m->exempt = false;
}

/* Nothing is left but the disk; bits of what the log lists get set and written. */
static void step_crash(struct model *m)
{
	struct drbd_al_scan scan;
	u32 i, number;
	int n;

	if (m->exempt)
		return;
	check_disk(m);
	n = replay(m, &scan);
	number = n ? drbd_al_next_number(m->ring.blocks, scan.newest.number) : 0;
	KUNIT_ASSERT_EQ(m->test, number, m->al.number);
	KUNIT_ASSERT_EQ(m->test, drbd_al_init(&m->al, m->row->slots, m->ring.blocks, number,
					      m->memory), 0);
	KUNIT_ASSERT_EQ(m->test, drbd_al_load(&m->al, m->slot, DRBD_AL_EXTENTS_MAX), 0);
	memset(m->request, 0, sizeof(m->request));
	memset(m->extent, 0, m->row->extents * sizeof(*m->extent));
	for (i = 0; i < m->row->slots; i++) {
		if (m->slot[i] == DRBD_AL_FREE)
			continue;
		m->extent[m->slot[i]].heat = HOT;
		m->extent[m->slot[i]].stamp = ++m->now;
	}
	m->unwritten = model_windows(m);
	m->starving = false;
	m->disabled = false;
	m->transactions[2]++;
}

static void actlog_model_test(struct kunit *test)
{
	const struct config_row *row = test->param_value;
	struct model *m = new_model(test, 20261124 + row->slots);
	u32 step;

	for (step = 0; step < row->steps; step++) {
		u32 what = roll(m, 1000);

		if (what < 500)
			step_get(m);
		else if (what < 790)
			step_put(m);
		else if (what < 980)
			step_commit(m);
		else if (what < 985)
			step_disable(m);
		else if (what < 990)
			step_rewrite(m);
		else
			step_crash(m);
		check_set(m);
	}
	/* all of that has happened, and around the ring at least twice */
	KUNIT_EXPECT_GT(test, m->transactions[0], 2 * m->ring.blocks);
	KUNIT_EXPECT_GT(test, m->transactions[1], m->transactions[0]);
	KUNIT_EXPECT_GT(test, m->transactions[2], 1);
	KUNIT_EXPECT_TRUE(test, !row->number || m->al.number < row->number);
}

static struct kunit_case actlog_model_cases[] = {
	KUNIT_CASE_PARAM(actlog_model_test, config_gen_params),
	{}
};

static struct kunit_suite actlog_model_suite = {
	.name = "drbd-actlog-model",
	.test_cases = actlog_model_cases,
};

kunit_test_suite(actlog_model_suite);
