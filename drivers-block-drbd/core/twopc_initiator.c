// SPDX-License-Identifier: GPL-2.0-only
/*
 * The automaton of two-phase commits: what the initiator does
 *
 * An attempt fails as a whole as soon as something moves that it was based on: a
 * node is busy, a link breaks, a lower node id wants to go first. It is then
 * repeated from the beginning, with a new number, after a random delay. Until the
 * verdict that costs nothing but time. Therefore a link that breaks counts against the
 * attempt even if its node had agreed already; that node forgets its promise when
 * it notices, and could not be told the verdict.
 *
 * When a connect fails, the verdict waits a moment for the rest of the peer's initial
 * packets. They would otherwise arrive during the next attempt, and be taken for that
 * one's.
 */

#include <linux/bitops.h>
#include <linux/export.h>
#include <linux/string.h>

#include "twopc_parts.h"

static void finish(struct drbd_twopc *tp, const struct drbd_twopc_env *env, enum drbd_rv rv,
		   struct drbd_twopc_actions *acts)
{
	bool again = rv == DRBD_SS_TIMEOUT || rv == DRBD_SS_CONCURRENT_ST_CHG;
	unsigned int connections = hweight64(env->connected | env->connecting);
	struct drbd_twopc_action *action;

	if (again && !tp->no_retry) {
		action = drbd_twopc_add(acts, DRBD_TWOPC_BACK_OFF);
	} else {
		action = drbd_twopc_add(acts, DRBD_TWOPC_DONE);
		action->node = tp->votes.no ? __ffs64(tp->votes.no) : DRBD_NO_NODE;
		action->rv = rv;
	}
	if (again)
		action->ms = drbd_twopc_backoff_ms(env->retry_timeout, connections,
						   tp->attempt);
	drbd_twopc_end(tp, acts);
}

static u64 still_asked(const struct drbd_twopc *tp)
{
	return tp->votes.asked & ~tp->gone;
}

static void fail(struct drbd_twopc *tp, const struct drbd_twopc_env *env, enum drbd_rv rv,
		 struct drbd_twopc_actions *acts)
{
	struct drbd_twopc_msg end = drbd_twopc_end_msg(tp, DRBD_TWOPC_ABORT);

	drbd_twopc_add_send(acts, still_asked(tp), &end);
	if (tp->votes.hs_needed)
		drbd_twopc_add_node(acts, DRBD_TWOPC_HS_RELEASE, tp->msg.target);
	finish(tp, env, rv, acts);
}

static void send_commit(struct drbd_twopc *tp, struct drbd_twopc_actions *acts)
{
	u64 target = 0;

	if (tp->target_end.cmd == DRBD_TWOPC_COMMIT)
		target = drbd_node_mask(tp->msg.target) & still_asked(tp);
	drbd_twopc_add_send(acts, target, &tp->target_end);
	drbd_twopc_add_send(acts, still_asked(tp) & ~target, &tp->end);
}

static bool becomes_primary(const struct drbd_twopc *tp, const struct drbd_twopc_env *env)
{
	enum drbd_node_role role = drbd_twopc_role_value(&tp->msg);

	return role == DRBD_ROLE_UNKNOWN ? env->primary : role == DRBD_ROLE_PRIMARY;
}

/* Nodes at the other end of a connection of this node, after the change. */
static u64 neighbours(const struct drbd_twopc *tp, const struct drbd_twopc_env *env)
{
	if (drbd_twopc_is_connect(&tp->msg))
		return env->connected | drbd_node_mask(tp->msg.target);
	if (drbd_twopc_is_disconnect(&tp->msg))
		return env->connected & ~drbd_node_mask(tp->msg.target);
	return env->connected;
}

/* What only the initiator can see, with all answers at hand. */
static enum drbd_rv last_check(struct drbd_twopc *tp, const struct drbd_twopc_env *env)
{
	bool connect = drbd_twopc_is_connect(&tp->msg);
	u64 me = drbd_node_mask(tp->me);
	const struct drbd_twopc_primaries p = {
		.primary_nodes = tp->reply.primary_nodes,
		.weak_nodes = tp->reply.weak_nodes,
		.me = tp->me,
		.have_disk = env->have_disk,
		.configured = env->configured,
		.two_primaries = env->two_primaries,
	};

	enum drbd_rv rv = DRBD_SS_SUCCESS;

	if (connect || drbd_twopc_role_value(&tp->msg) == DRBD_ROLE_PRIMARY)
		rv = drbd_twopc_check_primaries(&p);
	if (rv == DRBD_SS_SUCCESS && connect && env->reader &&
	    p.primary_nodes & ~me & env->configured & ~env->two_primaries)
		rv = DRBD_SS_PRIMARY_READER;
	return rv;
}

void drbd_twopc_i_apply(struct drbd_twopc *tp, const struct drbd_twopc_env *env, u64 reachable,
			struct drbd_twopc_actions *acts)
{
	const struct drbd_twopc_msg *msg = &tp->msg;
	struct drbd_twopc_apply *apply = &acts->apply;
	u64 me = drbd_node_mask(tp->me), near = neighbours(tp, env) | me, joining = 0;

	if (drbd_twopc_is_connect(msg))
		joining = me | drbd_node_mask(msg->target);
	else if (drbd_twopc_is_disconnect(msg))
		joining = env->members;
	memset(apply, 0, sizeof(*apply));
	apply->initiator = true;
	apply->members = drbd_twopc_members(env->members, &reachable, joining);
	apply->primary_nodes = tp->end.primary_nodes;
	apply->recalc = drbd_twopc_is_empty(msg);
	if (msg->resize) {
		apply->size = tp->end.size;
		apply->children = tp->votes.asked;
	} else {
		apply->outdate = apply->primary_nodes & ~near &&
				 !becomes_primary(tp, env) &&
				 !(tp->end.flags & DRBD_TWOPC_PRI_INCAPABLE);
		apply->confirm = drbd_twopc_is_empty(msg) && !apply->outdate;
	}
	if (drbd_twopc_role_value(msg) == DRBD_ROLE_PRIMARY)
		apply->far_nodes = reachable & ~near;
	drbd_twopc_add_msg(acts, drbd_twopc_add(acts, DRBD_TWOPC_APPLY), msg);
	tp->state = DRBD_TWOPC_APPLYING;
}

/* The masks of COMMIT. A disconnect that splits the cluster has one for each side. */
static u64 make_commit(struct drbd_twopc *tp)
{
	u64 reachable = tp->reply.reachable_nodes, target_reachable = tp->target_reachable;

	tp->end = drbd_twopc_end_msg(tp, DRBD_TWOPC_COMMIT);
	tp->end.primary_nodes = tp->reply.primary_nodes;
	if (tp->reply.primary_nodes && !tp->reply.weak_nodes)
		tp->end.flags |= DRBD_TWOPC_PRI_INCAPABLE;
	if (drbd_twopc_is_disconnect(&tp->msg) && !(reachable & target_reachable)) {
		tp->target_end = tp->end;
		tp->target_end.reachable_nodes = target_reachable;
	} else {
		reachable |= target_reachable;
	}
	tp->end.reachable_nodes = reachable;
	return reachable;
}

static void succeed(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
		    struct drbd_twopc_actions *acts)
{
	u64 me = drbd_node_mask(tp->me), reachable;
	enum drbd_rv rv;

	if (becomes_primary(tp, env)) {
		tp->reply.primary_nodes |= me;
		if (env->data_access)
			tp->reply.weak_nodes |= ~(neighbours(tp, env) | me);
	}
	rv = last_check(tp, env);
	if (rv != DRBD_SS_SUCCESS) {
		fail(tp, env, rv, acts);
		return;
	}
	reachable = make_commit(tp);
	if (tp->verdict_first)
		send_commit(tp, acts);
	drbd_twopc_i_apply(tp, env, reachable, acts);
}

void drbd_twopc_i_decide(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
			 enum drbd_rv rv, struct drbd_twopc_actions *acts)
{
	if (rv != DRBD_SS_SUCCESS) {
		fail(tp, env, rv, acts);
	} else if (tp->msg.resize) {
		drbd_twopc_add(acts, DRBD_TWOPC_SIZE);
		tp->state = DRBD_TWOPC_SIZING;
	} else {
		succeed(tp, env, acts);
	}
}

void drbd_twopc_i_conclude(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
			   enum drbd_rv rv, struct drbd_twopc_actions *acts)
{
	bool more = tp->votes.hs_needed && !tp->votes.hs_complete &&
		    still_asked(tp) & drbd_node_mask(tp->msg.target);

	if (!more || !env->ping_timeout) {
		drbd_twopc_i_decide(tp, env, rv, acts);
		return;
	}
	tp->rv = rv;
	tp->state = DRBD_TWOPC_SETTLING;
	drbd_twopc_add_timer(acts, DRBD_TWOPC_TIMER_MAIN, env->ping_timeout * 100);
}

void drbd_twopc_i_evaluate(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
			   struct drbd_twopc_actions *acts)
{
	if (drbd_twopc_ready(&tp->votes))
		drbd_twopc_i_conclude(tp, env, drbd_twopc_verdict(&tp->votes), acts);
}

/* Give up for somebody else; what is decided already cannot be taken back. */
void drbd_twopc_i_yield(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
			struct drbd_twopc_actions *acts)
{
	if (tp->state != DRBD_TWOPC_ASKING)
		return;
	tp->votes.local_abort = true;
	drbd_twopc_i_evaluate(tp, env, acts);
}

void drbd_twopc_i_lost(struct drbd_twopc *tp, const struct drbd_twopc_env *env, int peer,
		       struct drbd_twopc_actions *acts)
{
	u64 node = drbd_node_mask(peer);

	if (!(still_asked(tp) & node))
		return;
	tp->gone |= node;
	switch (tp->state) {
	case DRBD_TWOPC_ASKING:
		tp->votes.retry |= node;
		drbd_twopc_i_evaluate(tp, env, acts);
		break;
	case DRBD_TWOPC_ASKING_84:
		/* The peer has applied the change, or its connection is no more. */
		drbd_twopc_i_apply(tp, env, tp->reply.reachable_nodes & ~node, acts);
		break;
	case DRBD_TWOPC_SETTLING:
		if (peer == tp->msg.target)
			drbd_twopc_i_decide(tp, env, tp->rv, acts);
		break;
	default:
		break;
	}
}

void drbd_twopc_i_expired(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
			  struct drbd_twopc_actions *acts)
{
	if (tp->state == DRBD_TWOPC_ASKING)
		drbd_twopc_i_decide(tp, env, DRBD_SS_TIMEOUT, acts);
	else if (tp->state == DRBD_TWOPC_SETTLING)
		drbd_twopc_i_decide(tp, env, tp->rv, acts);
}

void drbd_twopc_i_applied(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
			  enum drbd_rv rv, struct drbd_twopc_actions *acts)
{
	if (!tp->verdict_first && rv < DRBD_SS_SUCCESS) {
		fail(tp, env, rv, acts);
		return;
	}
	if (!tp->verdict_first)
		send_commit(tp, acts);
	finish(tp, env, rv, acts);
}

static void reject(struct drbd_twopc_actions *acts, enum drbd_rv rv)
{
	struct drbd_twopc_action *action = drbd_twopc_add(acts, DRBD_TWOPC_DONE);

	action->node = DRBD_NO_NODE;
	action->rv = rv;
}

/* Sets up everything but the node itself; what others know is not known yet. */
static void begin(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
		  struct drbd_twopc_request *req, u32 tid)
{
	const struct drbd_twopc_msg msg = {
		.cmd = DRBD_TWOPC_PREPARE,
		.resize = req->resize,
		.initiator = tp->me,
		.target = req->target,
		.dds_flags = req->dds_flags,
		.volume = req->volume,
		.tid = tid,
		.flags = req->resize ? 0 : DRBD_TWOPC_HAS_REACHABLE,
		.mask = req->mask,
		.value = req->value,
		.size = req->user_size,
	};
	u64 me = drbd_node_mask(tp->me);

	drbd_twopc_begin(tp, DRBD_TWOPC_ASKING, &msg);
	tp->no_retry = req->no_retry;
	tp->attempt = ++req->attempt;
	tp->verdict_first = drbd_twopc_is_empty(&msg) ? req->resume :
							drbd_twopc_verdict_first(&msg);
	tp->reply.reachable_nodes = env->connected | me;
	if (req->resize) {
		tp->reply.max_size = req->max_size;
		tp->reply.primary_nodes = req->diskful_primary ? me : 0;
	}
}

static void ask(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
		struct drbd_twopc_actions *acts)
{
	struct drbd_twopc_msg *msg = &tp->msg;
	u64 target = msg->target == DRBD_NO_NODE ? 0 : drbd_node_mask(msg->target);
	u64 reach = env->connected;

	if (drbd_twopc_is_connect(msg)) {
		reach |= target;
		tp->reply.reachable_nodes |= target;
		tp->votes.hs_needed = true;
		drbd_twopc_add_node(acts, DRBD_TWOPC_HS_RESET, msg->target);
	}
	tp->target_reachable = tp->reply.reachable_nodes;
	if (drbd_twopc_is_disconnect(msg)) {
		tp->target_reachable = target;
		tp->reply.reachable_nodes &= ~target;
	}
	tp->votes.asked = reach;
	msg->nodes_to_reach = ~(reach | drbd_node_mask(tp->me));
	drbd_twopc_add_send(acts, reach, msg);
	if (tp->votes.hs_needed)
		drbd_twopc_add_node(acts, DRBD_TWOPC_HS_SEND, msg->target);
	drbd_twopc_add_timer(acts, DRBD_TWOPC_TIMER_MAIN, env->twopc_timeout * 100);
	drbd_twopc_i_evaluate(tp, env, acts);
}

static bool have_target(const struct drbd_twopc *tp, const struct drbd_twopc_env *env,
			const struct drbd_twopc_request *req)
{
	const struct drbd_twopc_msg msg = {
		.resize = req->resize, .volume = req->volume, .mask = req->mask,
		.value = req->value,
	};
	u64 nodes = env->connected;

	if (req->target == DRBD_NO_NODE)
		return !drbd_twopc_is_connect(&msg) && !drbd_twopc_is_disconnect(&msg);
	if (drbd_twopc_is_connect(&msg))
		nodes |= env->connecting;
	return nodes & drbd_node_mask(req->target);
}

/**
 * drbd_twopc_start() - this node wants a change
 * @tp: the automaton
 * @env: the resource
 * @req: the change; its number of attempts is counted
 * @rv: what a check of the change, under the same lock, says: only with
 *	DRBD_SS_SUCCESS others need to be asked
 * @tid: a random number for the transaction, not 0
 * @acts: what to do
 *
 * Ends with DRBD_TWOPC_DONE, or asks by DRBD_TWOPC_WAIT or DRBD_TWOPC_BACK_OFF to
 * be called again, with a new check and a new number. A connection to an 8.4 peer is
 * made without asking, and so is no matter for this function. Source: spec/state.md
 * 4.3, 4.11.
 */
void drbd_twopc_start(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
		      struct drbd_twopc_request *req, enum drbd_rv rv, u32 tid,
		      struct drbd_twopc_actions *acts)
{
	u64 old = env->connected & env->peers_84;

	acts->n = 0;
	acts->nmsgs = 0;
	if (rv != DRBD_SS_SUCCESS) {
		reject(acts, rv);
	} else if (old && req->resize) {
		reject(acts, DRBD_SS_NOT_SUPPORTED);
	} else if (tp->state != DRBD_TWOPC_IDLE && req->no_wait) {
		reject(acts, DRBD_SS_CONCURRENT_ST_CHG);
	} else if (tp->state != DRBD_TWOPC_IDLE) {
		drbd_twopc_add(acts, DRBD_TWOPC_WAIT)->ms = env->twopc_timeout * 100;
	} else if (!have_target(tp, env, req)) {
		reject(acts, DRBD_SS_NEED_CONNECTION);
	} else if (!old) {
		begin(tp, env, req, tid);
		ask(tp, env, acts);
	} else {
		begin(tp, env, req, tid);
		drbd_twopc_84_ask(tp, env, __ffs64(old), acts);
	}
}
EXPORT_SYMBOL_GPL(drbd_twopc_start);

/**
 * drbd_twopc_sized() - the size of a resize was decided
 * @tp: the automaton
 * @env: the resource
 * @rv: DRBD_SS_SUCCESS to go on, else why not (DRBD_SS_NOTHING_TO_DO: unchanged)
 * @size: new size in sectors
 * @acts: what to do
 *
 * Source: spec/resync.md 8.3.
 */
void drbd_twopc_sized(struct drbd_twopc *tp, const struct drbd_twopc_env *env, enum drbd_rv rv,
		      u64 size, struct drbd_twopc_actions *acts)
{
	acts->n = 0;
	acts->nmsgs = 0;
	if (tp->state != DRBD_TWOPC_SIZING)
		return;
	if (rv != DRBD_SS_SUCCESS) {
		fail(tp, env, rv, acts);
		return;
	}
	make_commit(tp);
	tp->end.flags = 0;
	tp->end.size = size;
	send_commit(tp, acts);
	drbd_twopc_i_apply(tp, env, tp->end.reachable_nodes, acts);
}
EXPORT_SYMBOL_GPL(drbd_twopc_sized);

/**
 * drbd_twopc_interrupt() - who wants the change got a signal
 * @tp: the automaton
 * @env: the resource
 * @acts: what to do
 *
 * Has no effect on what is decided, or may be done by an 8.4 peer already. Source:
 * spec/state.md 4.3 (step 7).
 */
void drbd_twopc_interrupt(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
			  struct drbd_twopc_actions *acts)
{
	acts->n = 0;
	acts->nmsgs = 0;
	if (tp->state == DRBD_TWOPC_ASKING || tp->state == DRBD_TWOPC_SETTLING)
		drbd_twopc_i_decide(tp, env, DRBD_SS_INTERRUPTED, acts);
}
EXPORT_SYMBOL_GPL(drbd_twopc_interrupt);
