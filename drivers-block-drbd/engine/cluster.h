/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changes that the whole cluster has to agree on
 *
 * core/ has the automaton of two-phase commits. This feeds it with what happens,
 * one thing at a time, and carries out what it says.
 */
#ifndef DRBD_ENGINE_CLUSTER_H
#define DRBD_ENGINE_CLUSTER_H

#include <linux/completion.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "../core/state_validate.h"
#include "../core/twopc.h"

struct drbd_connection;
struct drbd_resource;

/**
 * struct drbd_own_change - a change that this node wants
 * @modify: under the state lock: propose it in the new copies of the state; called
 *	again for each try, and a last time, with @apply, to make it
 * @prepare: optional; from a context that may sleep, before the last call of
 *	@modify
 * @arg: for the caller
 * @flags: DRBD_CHG_*
 * @resume: empty transaction: that of a Primary whose data came back
 * @empty: changes nothing, tells who is there
 * @no_retry: the caller retries by itself
 * @why: result: why it was refused
 * @refused_by: result: node that refused it, DRBD_NO_NODE if none did
 * @ms: result: with @no_retry, time to wait before the next try is random below this
 *
 * The rest is for cluster.c.
 *
 * @req: request as of the automaton
 * @rv: result
 * @again: to be tried again
 * @done: completed at the end of a try
 */
struct drbd_own_change {
	void (*modify)(struct drbd_resource *res, struct drbd_own_change *own, bool apply);
	void (*prepare)(struct drbd_resource *res, struct drbd_own_change *own);
	void *arg;
	unsigned int flags;
	bool resume;
	bool empty;
	bool no_retry;
	struct drbd_state_reason why;
	int refused_by;
	unsigned int ms;
	struct drbd_twopc_request req;
	enum drbd_rv rv;
	bool again;
	struct completion done;
};

/**
 * struct drbd_cluster - two-phase commits of a resource
 * @mutex: serialises events and their actions
 * @tp: the automaton; also written with the state lock held
 * @acts: actions of the event; with @mutex
 * @own: the change that this node put to the cluster; with @mutex
 * @timer: timers of the automaton
 * @timer_tid: transaction that each timer is for; with @mutex
 * @wait: woken when no transaction is active any more
 * @replies: answers that came with the control stream
 * @lost: nodes whose connection was lost; with the state lock
 * @work: deals with @replies and @lost
 * @empty_work: begins the empty transactions that are due
 * @empty_due: the one for a lost peer is due; with the state lock
 * @resume_due: the one for data that came back is due; with the state lock
 * @attempt: failed tries of empty transactions
 * @outdate: volumes to be outdated with the commit: there is one at least; with the
 *	state lock
 */
struct drbd_cluster {
	struct mutex mutex; /* events and their actions */
	struct drbd_twopc tp;
	struct drbd_twopc_actions acts;
	struct drbd_own_change *own;
	struct delayed_work timer[2];
	u32 timer_tid[2];
	wait_queue_head_t wait;
	struct llist_head replies;
	u64 lost;
	struct work_struct work;
	struct delayed_work empty_work;
	bool empty_due;
	bool resume_due;
	unsigned int attempt;
	bool outdate;
};

void drbd_cluster_init(struct drbd_resource *res);
void drbd_cluster_stop(struct drbd_resource *res);
bool drbd_cluster_active(struct drbd_resource *res);

enum drbd_rv drbd_change_cluster(struct drbd_resource *res, struct drbd_own_change *own);
void drbd_cluster_packet(struct drbd_connection *conn, const struct drbd_twopc_msg *msg);
void drbd_cluster_reply(struct drbd_connection *conn, const struct drbd_twopc_msg *msg);
void drbd_cluster_lost(struct drbd_resource *res, int node_id);
void drbd_cluster_shaken(struct drbd_connection *conn);
void drbd_cluster_readers_left(struct drbd_resource *res);
void drbd_cluster_expire(struct drbd_resource *res);
void drbd_cluster_lost_peer(struct drbd_resource *res);
void drbd_cluster_resume(struct drbd_resource *res);

#endif
