// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit test of the state engine on random walks
 *
 * A node with three peers and two volumes lives through random events, each of
 * the kind that can happen in the state it is in, or that an admin can ask for.
 * After each committed change the invariants of spec/state.md 12.1 that are about
 * the state of one node have to hold, whatever the history.
 */

#include <kunit/test.h>
#include <linux/prandom.h>

#include "../core/state_effects.h"
#include "state_rows.h"

#define WALKS		200
#define STEPS		250
#define SETTLE		2
#define LIST_SIZE	DRBD_EFFECTS_MAX(ROWS_VOLUMES, ROWS_PEERS)

struct walk {
	struct kunit *test;
	struct rows_world w;
	struct rnd_state rnd;
	struct drbd_effect staged[LIST_SIZE];
	struct drbd_effect after[LIST_SIZE];
	unsigned int seed;
	unsigned int step;
	unsigned int committed;
	unsigned int settled;
};

static unsigned int pick(struct walk *walk, unsigned int n)
{
	return prandom_u32_state(&walk->rnd) % n;
}

static enum drbd_disk random_disk(struct walk *walk)
{
	static const enum drbd_disk disks[] = {
		DRBD_D_DISKLESS, DRBD_D_FAILED, DRBD_D_NEGOTIATING, DRBD_D_INCONSISTENT,
		DRBD_D_OUTDATED, DRBD_D_CONSISTENT, DRBD_D_UP_TO_DATE,
	};

	return disks[pick(walk, ARRAY_SIZE(disks))];
}

/* The next step of a connection, as in spec/state.md 11.1. */
static unsigned int conn_event(struct walk *walk, unsigned int c)
{
	struct drbd_state *s = &walk->w.s;
	struct drbd_state_conn *conn = &s->conn[c];
	unsigned int d;

	switch (conn->old.cstate) {
	case DRBD_C_STANDALONE:
		drbd_state_set_cstate(s, c, DRBD_C_UNCONNECTED);
		return 0;
	case DRBD_C_DISCONNECTING:
		drbd_state_set_cstate(s, c, DRBD_C_STANDALONE);
		return DRBD_CHG_HARD;
	case DRBD_C_UNCONNECTED:
		drbd_state_set_cstate(s, c, DRBD_C_CONNECTING);
		return 0;
	case DRBD_C_CONNECTING:
		drbd_state_set_cstate(s, c, DRBD_C_CONNECTED);
		conn->new.peer_role = DRBD_ROLE_PRIMARY + pick(walk, 2);
		for (d = 0; d < s->ndev; d++) {
			static const enum drbd_repl repls[] = {
				DRBD_R_ESTABLISHED, DRBD_R_ESTABLISHED, DRBD_R_WF_BITMAP_S,
				DRBD_R_WF_BITMAP_T,
			};
			struct drbd_state_pd *pd = drbd_state_pd(s, d, c);

			pd->new.repl = repls[pick(walk, ARRAY_SIZE(repls))];
			pd->new.disk = random_disk(walk);
			pd->current_uuid = 0x1000 * (1 + pick(walk, 2)) + pick(walk, 2);
		}
		return pick(walk, 2) ? DRBD_CHG_HARD : DRBD_CHG_PREPARED;
	case DRBD_C_CONNECTED:
		switch (pick(walk, 4)) {
		case 0:
			drbd_state_set_cstate(s, c, DRBD_C_DISCONNECTING);
			return pick(walk, 2) ? DRBD_CHG_HARD : DRBD_CHG_OWN_TWOPC;
		case 1:
			drbd_state_set_cstate(s, c, DRBD_C_TEAR_DOWN);
			return DRBD_CHG_PREPARED;
		default:
			drbd_state_set_cstate(s, c, DRBD_C_TIMEOUT + pick(walk, 4));
			return DRBD_CHG_HARD;
		}
	default:
		drbd_state_set_cstate(s, c, DRBD_C_UNCONNECTED);
		return 0;
	}
}

/* The next step of a disk, as in spec/state.md 11.4. */
static unsigned int disk_event(struct walk *walk, unsigned int d)
{
	struct drbd_state_dev *dev = &walk->w.dev[d];

	switch (dev->old.disk) {
	case DRBD_D_DISKLESS:
		dev->new.disk = DRBD_D_ATTACHING;
		return 0;
	case DRBD_D_ATTACHING:
		dev->new.disk = DRBD_D_NEGOTIATING;
		return 0;
	case DRBD_D_DETACHING:
	case DRBD_D_FAILED:
		dev->new.disk = DRBD_D_DISKLESS;
		return DRBD_CHG_HARD;
	default:
		switch (pick(walk, 6)) {
		case 0:
			dev->new.disk = DRBD_D_DETACHING;
			return pick(walk, 2) ? DRBD_CHG_HARD : 0;
		case 1:
			dev->new.disk = DRBD_D_FAILED;
			return DRBD_CHG_HARD;
		case 2:
			dev->new.disk = DRBD_D_INCONSISTENT;
			return DRBD_CHG_HARD;
		case 3:
			dev->new.disk = DRBD_D_OUTDATED;
			return pick(walk, 2) ? DRBD_CHG_IGN_OUTD : 0;
		default:
			dev->new.disk = DRBD_D_UP_TO_DATE;
			return 0;
		}
	}
}

/* What happens to replication while connected. */
static unsigned int repl_event(struct walk *walk, unsigned int d, unsigned int c)
{
	struct drbd_state_pd *pd = drbd_state_pd(&walk->w.s, d, c);

	if (walk->w.conn[c].old.cstate != DRBD_C_CONNECTED)
		return DRBD_CHG_FORCE_RECALC;
	pd->oos_bits = pick(walk, 1000);
	pd->stable = pick(walk, 3);
	pd->old.got_stable = !pick(walk, 8);
	switch (pick(walk, 5)) {
	case 0:
		pd->new.disk = random_disk(walk);
		return DRBD_CHG_HARD;
	case 1:
		pd->new.neg = pick(walk, 2) ? DRBD_R_WF_BITMAP_S + pick(walk, 2) :
					      DRBD_NEG_NO_RESULT;
		return DRBD_CHG_FORCE_RECALC;
	default:
		pd->new.repl = DRBD_R_OFF + pick(walk, DRBD_R_BEHIND - DRBD_R_OFF + 1);
		return pick(walk, 2) ? DRBD_CHG_HARD : 0;
	}
}

static unsigned int option_event(struct walk *walk)
{
	struct rows_world *w = &walk->w;
	unsigned int d = pick(walk, w->s.ndev), c = pick(walk, w->s.nconn);
	struct drbd_state_pd *pd = drbd_state_pd(&w->s, d, c);

	switch (pick(walk, 8)) {
	case 0:
		w->quorum = pick(walk, 2) ? ROWS_MAJORITY : 0;
		w->s.quorum_on = w->quorum;
		return DRBD_CHG_FORCE_RECALC;
	case 1:
		w->s.suspend_on_no_quorum = pick(walk, 2);
		w->s.suspend_on_no_data = pick(walk, 2);
		return DRBD_CHG_FORCE_RECALC;
	case 2:
		w->s.new.susp_user = pick(walk, 2);
		return 0;
	case 3:
		pd->new.resync_susp_user = pick(walk, 2);
		return 0;
	case 4:
		pd->new.resync_susp_peer = pick(walk, 2);
		pd->new.resync_susp_dependency = pick(walk, 2);
		return DRBD_CHG_HARD;
	case 5:
		w->dev[d].open = pick(walk, 2);
		w->dev[d].writable = w->dev[d].open && pick(walk, 2);
		return DRBD_CHG_FORCE_RECALC;
	case 6:
		w->dev[d].restore_quorum = pick(walk, 2);
		w->s.new.members = pick(walk, 16) | 1;
		return DRBD_CHG_FORCE_RECALC;
	default:
		w->s.new.susp_uuid = false;
		return 0;
	}
}

static unsigned int random_event(struct walk *walk)
{
	struct rows_world *w = &walk->w;
	unsigned int d = pick(walk, w->s.ndev), c = pick(walk, w->s.nconn);

	switch (pick(walk, 7)) {
	case 0:
	case 1:
		return conn_event(walk, c);
	case 2:
		return disk_event(walk, d);
	case 3:
	case 4:
		return repl_event(walk, d, c);
	case 5:
		if (pick(walk, 2)) {
			w->s.new.role = DRBD_ROLE_PRIMARY + pick(walk, 2);
			return pick(walk, 3) ? 0 : DRBD_CHG_IGN_OPENERS;
		}
		if (w->conn[c].old.cstate == DRBD_C_CONNECTED)
			w->conn[c].new.peer_role = DRBD_ROLE_PRIMARY + pick(walk, 2);
		return 0;
	default:
		return option_event(walk);
	}
}

static void holds(struct walk *walk, bool condition, const char *what)
{
	KUNIT_EXPECT_TRUE_MSG(walk->test, condition, "%s: seed %u step %u", what, walk->seed,
			      walk->step);
}

#define HOLDS(_walk, _cond) holds(_walk, _cond, #_cond)

/* I3 to I7 for one device, I1, I2 and I9 for its peers */
static void check_dev(struct walk *walk, unsigned int d)
{
	const struct drbd_state *s = &walk->w.s;
	const struct drbd_state_dev *dev = &s->dev[d];
	unsigned int c, targets = 0, active = 0;

	HOLDS(walk, dev->old.disk != DRBD_D_UNKNOWN);
	HOLDS(walk, s->quorum_on || dev->old.have_quorum);
	HOLDS(walk, !s->quorum_on || dev->restore_quorum ||
	      dev->old.have_quorum == dev->old.quorum);
	for (c = 0; c < s->nconn; c++) {
		const struct drbd_state_conn *conn = &s->conn[c];
		const struct drbd_pd_vals *pd = &drbd_state_pd(s, d, c)->old;
		const struct drbd_state_clamp *limit = drbd_state_clamp(pd->repl);

		HOLDS(walk, conn->old.cstate == DRBD_C_CONNECTED || pd->repl == DRBD_R_OFF);
		HOLDS(walk, conn->old.cstate == DRBD_C_CONNECTED ||
		      conn->old.peer_role == DRBD_ROLE_UNKNOWN);
		HOLDS(walk, dev->old.disk >= limit->disk_min && dev->old.disk <= limit->disk_max);
		HOLDS(walk, pd->disk >= limit->pdsk_min && pd->disk <= limit->pdsk_max);
		HOLDS(walk, pd->repl != DRBD_R_OFF || pd->disk >= DRBD_D_INCONSISTENT);
		HOLDS(walk, pd->repl != DRBD_R_OFF || pd->disk <= DRBD_D_UNKNOWN);
		HOLDS(walk, pd->repl != DRBD_R_SYNC_TARGET || pd->resync_active);
		HOLDS(walk, conn->fencing != DRBD_FENCING_RESOURCE_AND_STONITH ||
		      s->old.role != DRBD_ROLE_PRIMARY || pd->repl != DRBD_R_OFF ||
		      pd->disk != DRBD_D_UNKNOWN || conn->old.susp_fen);
		targets += pd->repl == DRBD_R_SYNC_TARGET;
		active += pd->resync_active;
	}
	HOLDS(walk, targets <= 1 && active <= 1);
}

/* I8, and the above */
static void check_state(struct walk *walk)
{
	const struct drbd_state *s = &walk->w.s;
	unsigned int d;

	HOLDS(walk, !drbd_state_changed(s));
	HOLDS(walk, s->old.susp_quorum ==
	      (s->suspend_on_no_quorum && !drbd_state_all_quorate(s, DRBD_OLD)));
	for (d = 0; d < s->ndev; d++)
		check_dev(walk, d);
}

static bool same_peer(const struct drbd_effect *a, const struct drbd_effect *b)
{
	return a->volume == b->volume && a->node_id == b->node_id;
}

/*
 * The order of effects: events come first and are marked, I/O errors are handled
 * before a peer hears of them, UUIDs come before states except those that say
 * GOT_STABLE, and completion comes last.
 */
static void check_effects(struct walk *walk, const struct drbd_effects *list)
{
	unsigned int i, j;

	HOLDS(walk, list->n && list->e[list->n - 1].kind == DRBD_DO_COMPLETE);
	for (i = 0; i < list->n; i++) {
		const struct drbd_effect *e = &list->e[i];
		bool event = e->kind >= DRBD_DO_EVENT_RESOURCE &&
			     e->kind <= DRBD_DO_EVENT_PEER_DEVICE;
		bool next = i + 1 < list->n && e[1].kind >= DRBD_DO_EVENT_RESOURCE &&
			    e[1].kind <= DRBD_DO_EVENT_PEER_DEVICE;

		HOLDS(walk, event || !next);
		HOLDS(walk, !event || e->arg == (next ? DRBD_EFFECT_CONTINUES : 0));
		for (j = 0; j < i; j++) {
			const struct drbd_effect *f = &list->e[j];

			HOLDS(walk, e->kind != DRBD_DO_HELPER_IO_ERROR ||
			      f->kind != DRBD_DO_SEND_STATE || f->volume != e->volume);
			HOLDS(walk, f->kind != DRBD_DO_SEND_UUIDS ||
			      f->arg != DRBD_EFFECT_GOT_STABLE ||
			      e->kind != DRBD_DO_SEND_UUIDS || !same_peer(e, f));
		}
	}
}

/* One change, if it is allowed. Return: true if it was committed. */
static bool change(struct walk *walk, unsigned int flags)
{
	struct drbd_effects staged = { .e = walk->staged, .max = LIST_SIZE };
	struct drbd_effects after = { .e = walk->after, .max = LIST_SIZE };
	struct drbd_state *s = &walk->w.s;
	struct drbd_state_reason why;
	enum drbd_rv rv;

	rv = rows_change(&walk->w, flags, &why);
	HOLDS(walk, drbd_state_check_hard(s, &why) == DRBD_SS_SUCCESS);
	if (rv != DRBD_SS_SUCCESS) {
		drbd_state_begin(s);
		return false;
	}
	drbd_state_stage(s, flags, &staged);
	HOLDS(walk, !drbd_state_starts_flush_round(s, 0) || s->dev[0].new.disk ==
	      DRBD_D_INCONSISTENT);
	drbd_state_after(s, flags, &after);
	check_effects(walk, &after);
	drbd_state_publish(s);
	check_state(walk);
	return true;
}

/* To recalculate without a request comes to rest, soon. */
static void settle(struct walk *walk)
{
	struct drbd_state *s = &walk->w.s;
	struct drbd_state_reason why;
	unsigned int i;

	for (i = 0; i < SETTLE; i++) {
		rows_change(&walk->w, DRBD_CHG_FORCE_RECALC | DRBD_CHG_HARD, &why);
		if (!drbd_state_changed(s))
			break;
		drbd_state_publish(s);
		check_state(walk);
	}
	HOLDS(walk, i < SETTLE);
	walk->settled += i;
	drbd_state_begin(s);
}

static void start(struct walk *walk)
{
	struct rows_world *w = &walk->w;
	unsigned int c;

	prandom_seed_state(&walk->rnd, walk->seed);
	rows_base(w, ROWS_PEERS, ROWS_VOLUMES);
	for (c = 0; c < ROWS_PEERS; c++) {
		w->conn[c].fencing = pick(walk, 3);
		w->conn[c].two_primaries = pick(walk, 2);
		w->conn[c].verify_alg = pick(walk, 2);
		w->conn[c].protocol = pick(walk, 6) ? 124 : 101;
	}
}

static void walk_test(struct kunit *test)
{
	struct walk *walk = kunit_kzalloc(test, sizeof(*walk), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, walk);
	walk->test = test;
	for (walk->seed = 1; walk->seed <= WALKS; walk->seed++) {
		start(walk);
		for (walk->step = 0; walk->step < STEPS; walk->step++) {
			if (change(walk, random_event(walk)))
				walk->committed++;
			if (!pick(walk, 4))
				settle(walk);
		}
	}
	/* The walks went somewhere. */
	KUNIT_EXPECT_GT(test, walk->committed, WALKS * STEPS / 3);
	KUNIT_EXPECT_GT(test, walk->settled, 0);
}

static struct kunit_case walk_cases[] = {
	KUNIT_CASE(walk_test),
	{}
};

static struct kunit_suite walk_suite = {
	.name = "drbd-state-walk",
	.test_cases = walk_cases,
};

kunit_test_suite(walk_suite);
