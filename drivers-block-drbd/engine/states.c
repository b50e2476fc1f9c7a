// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state of a resource at work
 *
 * A change is prepared, judged and published within one critical section that
 * neither sleeps nor allocates with patience: connections are lost and disks fail
 * in any context, and whatever they find the state to be, they have to be able to
 * change it there and then. What such a change leads to can take its time. It is
 * decided from a copy of old and new, by a worker that takes one change after the
 * other, so that none is missed and none overtakes another.
 *
 * Memory for that copy may be short in the very moment in which a disk gets lost.
 * One copy is therefore always in reserve. Should that be in use as well, the
 * change happens all the same, and the log says that its consequences are lost.
 */

#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../core/state.h"
#include "../core/state_sanitize.h"
#include "states.h"

/**
 * struct drbd_states_after - what the worker needs of a change
 * @work: for the worker
 * @st: the state
 * @nconn: connections that @arrays has room for
 * @ndev: devices that @arrays has room for
 * @flags: DRBD_CHG_* of the change
 * @done: completed in the end, or NULL
 * @snap: copy of old and new
 * @arrays: those of @snap
 */
struct drbd_states_after {
	struct work_struct work;
	struct drbd_states *st;
	unsigned int nconn;
	unsigned int ndev;
	unsigned int flags;
	struct completion *done;
	struct drbd_state snap;
	u8 arrays[] __aligned(8);
};

static size_t arrays_size(unsigned int nconn, unsigned int ndev)
{
	return nconn * sizeof(struct drbd_state_conn) + ndev * sizeof(struct drbd_state_dev) +
	       (size_t)nconn * ndev * sizeof(struct drbd_state_pd);
}

/* Devices first: they have the members of 8 bytes, and so have peer devices. */
static void place_arrays(struct drbd_state *s, void *memory, unsigned int nconn,
			 unsigned int ndev)
{
	s->dev = memory;
	s->pd = (void *)(s->dev + ndev);
	s->conn = (void *)(s->pd + (size_t)nconn * ndev);
}

static void run_after(struct work_struct *work);

static struct drbd_states_after *alloc_after(struct drbd_states *st, unsigned int nconn,
					     unsigned int ndev, gfp_t gfp)
{
	struct drbd_states_after *after;

	after = kmalloc(struct_size(after, arrays, arrays_size(nconn, ndev)), gfp);
	if (!after)
		return NULL;
	INIT_WORK(&after->work, run_after);
	after->st = st;
	after->nconn = nconn;
	after->ndev = ndev;
	return after;
}

/**
 * drbd_states_init() - set up the state of a resource without objects
 * @st: the state
 * @name: of the resource
 * @node_id: own node id
 * @ops: of the owner
 *
 * Return: 0, or -ENOMEM.
 */
int drbd_states_init(struct drbd_states *st, const char *name, int node_id,
		     const struct drbd_states_ops *ops)
{
	memset(st, 0, sizeof(*st));
	spin_lock_init(&st->lock);
	init_waitqueue_head(&st->wait);
	st->ops = ops;
	st->s.node_id = node_id;
	st->s.old.role = DRBD_ROLE_SECONDARY;
	st->s.old.members = drbd_node_mask(node_id);
	st->s.new = st->s.old;
	st->wq = alloc_ordered_workqueue("drbd_state_%s", WQ_MEM_RECLAIM, name);
	return st->wq ? 0 : -ENOMEM;
}

/**
 * drbd_states_destroy() - free what belongs to the state of a resource
 * @st: the state, without objects; nobody changes it any more
 */
void drbd_states_destroy(struct drbd_states *st)
{
	if (st->wq)
		destroy_workqueue(st->wq);
	kfree(st->spare);
	kfree(st->s.dev);
	kvfree(st->now.e);
}

/**
 * drbd_states_flush() - wait for the consequences of all changes so far
 * @st: the state
 *
 * Context: may sleep; not from the worker itself.
 */
void drbd_states_flush(struct drbd_states *st)
{
	flush_workqueue(st->wq);
}

/**
 * drbd_states_conn() - find the index of a connection
 * @st: the state, locked
 * @node_id: of the peer
 *
 * Return: the index, or -1.
 */
int drbd_states_conn(const struct drbd_states *st, int node_id)
{
	unsigned int c;

	for (c = 0; c < st->s.nconn; c++) {
		if (st->s.conn[c].node_id == node_id)
			return c;
	}
	return -1;
}

/**
 * drbd_states_dev() - find the index of a device
 * @st: the state, locked
 * @volume: its number
 *
 * Return: the index, or -1.
 */
int drbd_states_dev(const struct drbd_states *st, int volume)
{
	unsigned int d;

	for (d = 0; d < st->s.ndev; d++) {
		if (st->s.dev[d].volume == volume)
			return d;
	}
	return -1;
}

/**
 * drbd_states_pd() - find a peer device
 * @st: the state, locked
 * @node_id: of the peer
 * @volume: number of the device
 *
 * Return: the peer device, or NULL.
 */
struct drbd_state_pd *drbd_states_pd(const struct drbd_states *st, int node_id, int volume)
{
	int c = drbd_states_conn(st, node_id), d = drbd_states_dev(st, volume);

	return c < 0 || d < 0 ? NULL : drbd_state_pd(&st->s, d, c);
}

/* Memory for a vector of another size, and for what its changes lead to. */
struct room {
	void *arrays;
	struct drbd_states_after *spare;
	struct drbd_effect *now;
	unsigned int nconn;
	unsigned int ndev;
};

static void free_room(struct room *room)
{
	kfree(room->arrays);
	kfree(room->spare);
	kvfree(room->now);
}

static int get_room(struct drbd_states *st, struct room *room, unsigned int nconn,
		    unsigned int ndev)
{
	room->nconn = nconn;
	room->ndev = ndev;
	room->arrays = kzalloc(arrays_size(nconn, ndev) + 1, GFP_NOIO);
	room->spare = alloc_after(st, nconn, ndev, GFP_NOIO);
	room->now = kvmalloc_array(DRBD_EFFECTS_MAX(ndev, nconn), sizeof(*room->now),
				   GFP_NOIO);
	if (room->arrays && room->spare && room->now)
		return 0;
	free_room(room);
	return -ENOMEM;
}

/* Move what there is into new arrays, but for the connection and the device with
 * the given indexes (-1 for none); those that are added are left as zeroes. What
 * is no longer needed is left in @room.
 */
static void move_in(struct drbd_states *st, struct room *room, int without_c, int without_d)
{
	struct drbd_state old = st->s, *s = &st->s;
	unsigned int c, d, to_c = 0, to_d = 0;

	place_arrays(s, room->arrays, room->nconn, room->ndev);
	s->nconn = room->nconn;
	s->ndev = room->ndev;
	for (c = 0; c < old.nconn; c++) {
		if ((int)c != without_c)
			s->conn[to_c++] = old.conn[c];
	}
	for (d = 0; d < old.ndev; d++) {
		if ((int)d == without_d)
			continue;
		s->dev[to_d] = old.dev[d];
		to_c = 0;
		for (c = 0; c < old.nconn; c++) {
			if ((int)c != without_c)
				*drbd_state_pd(s, to_d, to_c++) = *drbd_state_pd(&old, d, c);
		}
		to_d++;
	}
	room->arrays = old.dev;
	swap(room->now, st->now.e);
	st->now.max = DRBD_EFFECTS_MAX(room->ndev, room->nconn);
	swap(room->spare, st->spare);
}

static void init_pd(struct drbd_state_pd *pd)
{
	pd->old.disk = DRBD_D_UNKNOWN;
	pd->old.repl = DRBD_R_OFF;
	pd->old.replication = true;
	pd->old.peer_replication = true;
	pd->old.neg = DRBD_NEG_NO_RESULT;
	pd->bitmap = true;
	pd->replicate_next = true;
	pd->peer_replicate_next = true;
	pd->new = pd->old;
}

/**
 * drbd_states_add_conn() - add a connection, StandAlone, with its peer devices
 * @st: the state
 * @node_id: of the peer; there is none with it
 *
 * Context: may sleep. The caller sees to it that no other object comes or goes.
 *
 * Return: 0, or -ENOMEM.
 */
int drbd_states_add_conn(struct drbd_states *st, int node_id)
{
	struct drbd_state_conn *conn;
	struct room room;
	unsigned int d;
	int err;

	err = get_room(st, &room, st->s.nconn + 1, st->s.ndev);
	if (err)
		return err;
	spin_lock_irq(&st->lock);
	move_in(st, &room, -1, -1);
	conn = &st->s.conn[room.nconn - 1];
	conn->node_id = node_id;
	conn->old.cstate = DRBD_C_STANDALONE;
	conn->old.peer_role = DRBD_ROLE_UNKNOWN;
	conn->new = conn->old;
	conn->allow_remote_read = true;
	for (d = 0; d < room.ndev; d++)
		init_pd(drbd_state_pd(&st->s, d, room.nconn - 1));
	st->ops->publish(st);
	spin_unlock_irq(&st->lock);
	free_room(&room);
	return 0;
}

/**
 * drbd_states_add_dev() - add a device, Diskless, with its peer devices
 * @st: the state
 * @volume: its number; there is none with it
 *
 * Context: may sleep. The caller sees to it that no other object comes or goes.
 *
 * Return: 0, or -ENOMEM.
 */
int drbd_states_add_dev(struct drbd_states *st, int volume)
{
	struct drbd_state_dev *dev;
	struct room room;
	unsigned int c;
	int err;

	err = get_room(st, &room, st->s.nconn, st->s.ndev + 1);
	if (err)
		return err;
	spin_lock_irq(&st->lock);
	move_in(st, &room, -1, -1);
	dev = &st->s.dev[room.ndev - 1];
	dev->volume = volume;
	dev->old.disk = DRBD_D_DISKLESS;
	dev->old.have_quorum = !st->s.quorum_on;
	dev->old.try_resync_from = DRBD_NO_NODE;
	dev->new = dev->old;
	for (c = 0; c < room.nconn; c++)
		init_pd(drbd_state_pd(&st->s, room.ndev - 1, c));
	st->ops->publish(st);
	spin_unlock_irq(&st->lock);
	free_room(&room);
	return 0;
}

/* A vector that gets smaller needs memory as well, but its arrays can stay where
 * they are if there is none: that is only worse for the next one who adds.
 */
static void shrink(struct drbd_states *st, int without_c, int without_d)
{
	unsigned int nconn = st->s.nconn - (without_c >= 0);
	unsigned int ndev = st->s.ndev - (without_d >= 0);
	struct room room;

	while (get_room(st, &room, nconn, ndev))
		schedule_timeout_uninterruptible(HZ / 10); /* nobody tells of memory */
	spin_lock_irq(&st->lock);
	move_in(st, &room, without_c, without_d);
	st->ops->publish(st);
	spin_unlock_irq(&st->lock);
	free_room(&room);
}

/**
 * drbd_states_del_conn() - remove a connection and its peer devices
 * @st: the state
 * @node_id: of the peer
 *
 * Context: may sleep. The caller sees to it that no other object comes or goes,
 * and that the consequences of the last changes are through.
 */
void drbd_states_del_conn(struct drbd_states *st, int node_id)
{
	shrink(st, drbd_states_conn(st, node_id), -1);
}

/**
 * drbd_states_del_dev() - remove a device and its peer devices
 * @st: the state
 * @volume: its number
 *
 * Context: may sleep. The caller sees to it that no other object comes or goes,
 * and that the consequences of the last changes are through.
 */
void drbd_states_del_dev(struct drbd_states *st, int volume)
{
	shrink(st, -1, drbd_states_dev(st, volume));
}

/* Consequences that may sleep. Memory for the list is a matter of time. */
static void run_after(struct work_struct *work)
{
	struct drbd_states_after *after = container_of(work, struct drbd_states_after, work);
	const struct drbd_state *snap = &after->snap;
	struct drbd_states *st = after->st;
	struct drbd_effects list = { .max = DRBD_EFFECTS_MAX(snap->ndev, snap->nconn) };
	unsigned int i;

	while (!list.e) {
		list.e = kvmalloc_array(list.max, sizeof(*list.e), GFP_NOIO);
		if (!list.e)
			schedule_timeout_uninterruptible(HZ / 10); /* nobody tells of memory */
	}
	drbd_state_after(snap, after->flags, &list);
	if (st->ops->begin_later)
		st->ops->begin_later(st, snap, after->flags);
	for (i = 0; i < list.n; i++)
		st->ops->later(st, snap, &list.e[i]);
	kvfree(list.e);
	if (after->done)
		complete(after->done);

	/* Whether it was the spare one or not: one is as good as another. */
	spin_lock_irq(&st->lock);
	if (!st->spare && after->nconn >= st->s.nconn && after->ndev >= st->s.ndev)
		swap(st->spare, after);
	spin_unlock_irq(&st->lock);
	kfree(after);
}

/**
 * drbd_change_begin() - take the lock, and begin a change
 * @chg: the change
 * @st: the state
 * @flags: DRBD_CHG_*
 *
 * The caller goes on with what it wants to change in the new copies of &st->s, and
 * ends with drbd_change_check(), drbd_change_end() or drbd_change_cancel().
 *
 * Context: any; the lock is taken.
 */
void drbd_change_begin(struct drbd_change *chg, struct drbd_states *st, unsigned int flags)
	__acquires(&st->lock)
{
	chg->st = st;
	chg->flags = flags;
	chg->done = NULL;
	chg->why = (struct drbd_state_reason) {
		.volume = DRBD_NO_VOLUME, .node_id = DRBD_NO_NODE,
	};
	spin_lock_irqsave(&st->lock, chg->irq);
	st->ops->refresh(st);
	drbd_state_begin(&st->s);
}

static void compute_quorum(struct drbd_states *st)
{
	struct drbd_quorum_result result;
	unsigned int d;

	for (d = 0; d < st->s.ndev; d++) {
		st->ops->quorum(st, d, &result);
		st->s.dev[d].quorum_computed = (struct drbd_state_quorum) {
			.quorum = result.real,
			.up_to_date = result.up_to_date,
			.present = result.in_sight - result.up_to_date,
			.voters = result.voters,
			.quorum_at = result.quorum_at,
			.redundancy_at = result.redundancy_at,
		};
	}
}

/* All but the decision to do it. */
static enum drbd_rv judge(struct drbd_change *chg)
{
	struct drbd_state *s = &chg->st->s;

	if (!drbd_state_pending(s, chg->flags))
		return DRBD_SS_NOTHING_TO_DO;
	drbd_state_sanitize(s, chg->flags);
	compute_quorum(chg->st);
	drbd_state_sanitize_io(s, chg->flags);
	return drbd_state_validate(s, chg->flags, &chg->why);
}

/**
 * drbd_change_cancel() - give a change up, and release the lock
 * @chg: the change
 */
void drbd_change_cancel(struct drbd_change *chg)
	__releases(&chg->st->lock)
{
	drbd_state_begin(&chg->st->s);
	spin_unlock_irqrestore(&chg->st->lock, chg->irq);
}

/**
 * drbd_change_check() - find out whether a change is possible, and give it up
 * @chg: the change
 *
 * The lock stays taken: drbd_change_cancel() has to follow. What the change would
 * imply can be looked at in between.
 *
 * Return: DRBD_SS_SUCCESS or DRBD_SS_NOTHING_TO_DO, or why it is not possible.
 */
enum drbd_rv drbd_change_check(struct drbd_change *chg)
{
	return judge(chg);
}

static void queue_after(struct drbd_change *chg)
{
	struct drbd_states *st = chg->st;
	struct drbd_states_after *after;

	after = alloc_after(st, st->s.nconn, st->s.ndev, GFP_ATOMIC | __GFP_NOWARN);
	if (!after)
		swap(after, st->spare);
	if (!after) {
		pr_err("out of memory, consequences of a state change are lost\n");
		if (chg->done)
			complete(chg->done);
		return;
	}
	after->flags = chg->flags;
	after->done = chg->done;
	place_arrays(&after->snap, after->arrays, st->s.nconn, st->s.ndev);
	drbd_state_snapshot(&after->snap, &st->s);
	queue_work(st->wq, &after->work);
}

/**
 * drbd_change_end() - judge a change, make it if it is possible, release the lock
 * @chg: the change
 *
 * Return: DRBD_SS_SUCCESS if it is made; DRBD_SS_NOTHING_TO_DO if there was none; or
 * why it was refused, with @chg->why. @chg->done is completed if it was made.
 */
enum drbd_rv drbd_change_end(struct drbd_change *chg)
	__releases(&chg->st->lock)
{
	struct drbd_states *st = chg->st;
	enum drbd_rv rv;
	unsigned int i;

	rv = judge(chg);
	if (rv != DRBD_SS_SUCCESS) {
		drbd_change_cancel(chg);
		return rv;
	}
	st->now.n = 0;
	drbd_state_stage(&st->s, chg->flags, &st->now);
	queue_after(chg);
	for (i = 0; i < st->now.n; i++)
		st->ops->now(st, &st->now.e[i]);
	drbd_state_publish(&st->s);
	st->changes++;
	st->ops->publish(st);
	spin_unlock_irqrestore(&st->lock, chg->irq);
	wake_up_all(&st->wait);
	return rv;
}
