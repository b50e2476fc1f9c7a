/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state of a resource at work: its lock, changes, waiters, worker
 *
 * core/ knows what a change implies and whether it is allowed. This makes it
 * happen: all at once for those who look, and its consequences in order.
 *
 * Locking: &drbd_states.lock is taken with interrupts off, by everybody who looks
 * at more than one field, and for changes. It is the innermost lock of the engine
 * but for those of the block layer. Objects are added and removed by one task at a
 * time (the caller's configuration mutex), under the lock as well.
 */
#ifndef DRBD_ENGINE_STATES_H
#define DRBD_ENGINE_STATES_H

#include <linux/completion.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "../core/quorum.h"
#include "../core/state_effects.h"
#include "../core/state_validate.h"

struct drbd_states;
struct drbd_states_after;

/**
 * struct drbd_states_ops - what the machinery needs of its owner
 * @refresh: under the lock, before a change is looked at: fill in what rules read
 *	but the state does not own: options, UUIDs, open counts, weights of bitmaps
 * @quorum: under the lock: compute the quorum of a device from the new copies
 * @publish: under the lock, right after a change: update what hot paths read
 * @now: under the lock, before a change is published: do what cannot wait
 * @later: from the worker, may sleep; @snap is what the state was before (old) and
 *	after (new) the change
 * @begin_later: from the worker, before the first @later of a change with these flags,
 *	DRBD_CHG_*; optional
 *
 * Neither @refresh, @quorum, @publish nor @now may sleep or allocate.
 */
struct drbd_states_ops {
	void (*refresh)(struct drbd_states *st);
	void (*quorum)(struct drbd_states *st, unsigned int d,
		       struct drbd_quorum_result *result);
	void (*publish)(struct drbd_states *st);
	void (*now)(struct drbd_states *st, const struct drbd_effect *effect);
	void (*begin_later)(struct drbd_states *st, const struct drbd_state *snap,
			    unsigned int flags);
	void (*later)(struct drbd_states *st, const struct drbd_state *snap,
		      const struct drbd_effect *effect);
};

/**
 * struct drbd_states - state of a resource, and its machinery
 * @lock: protects @s, and what the owner says that it protects
 * @s: the vector
 * @now: list for effects that are done under @lock, with enough room
 * @spare: for the worker, taken when there is no memory in the middle of a change
 * @ops: of the owner
 * @wq: runs what comes after changes, one by one in their order
 * @wait: woken after each change
 * @changes: number of changes so far
 */
struct drbd_states {
	spinlock_t lock; /* the state */
	struct drbd_state s;
	struct drbd_effects now;
	struct drbd_states_after *spare;
	const struct drbd_states_ops *ops;
	struct workqueue_struct *wq;
	wait_queue_head_t wait;
	unsigned long changes;
};

/**
 * struct drbd_change - a change in the making
 * @st: of which state
 * @flags: DRBD_CHG_* of core/
 * @irq: interrupt state to return to
 * @why: why it was refused
 * @done: optional: completed when all consequences have been carried out
 */
struct drbd_change {
	struct drbd_states *st;
	unsigned int flags;
	unsigned long irq;
	struct drbd_state_reason why;
	struct completion *done;
};

int drbd_states_init(struct drbd_states *st, const char *name, int node_id,
		     const struct drbd_states_ops *ops);
void drbd_states_destroy(struct drbd_states *st);
int drbd_states_add_conn(struct drbd_states *st, int node_id);
void drbd_states_del_conn(struct drbd_states *st, int node_id);
int drbd_states_add_dev(struct drbd_states *st, int volume);
void drbd_states_del_dev(struct drbd_states *st, int volume);
void drbd_states_flush(struct drbd_states *st);

int drbd_states_conn(const struct drbd_states *st, int node_id);
int drbd_states_dev(const struct drbd_states *st, int volume);
struct drbd_state_pd *drbd_states_pd(const struct drbd_states *st, int node_id, int volume);

void drbd_change_begin(struct drbd_change *chg, struct drbd_states *st, unsigned int flags);
enum drbd_rv drbd_change_check(struct drbd_change *chg);
enum drbd_rv drbd_change_end(struct drbd_change *chg);
void drbd_change_cancel(struct drbd_change *chg);

#endif
