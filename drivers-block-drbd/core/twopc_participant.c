// SPDX-License-Identifier: GPL-2.0-only
/*
 * The automaton of two-phase commits: what a participant does
 *
 * A participant checks the change, asks those behind it, and answers for all of
 * them. From then on it is bound until the verdict, or until nobody is left who
 * could deliver it, or until time is over.
 *
 * With redundant paths, a PREPARE may arrive when the verdict has come over another
 * path already. Taken for a new one it would bind a node for nothing, or make it
 * apply a change for the second time when the verdict follows over this path, too.
 * Therefore a node remembers which transactions are over, and a verdict goes to all
 * nodes that a PREPARE went to, and not only to those that its own nodes_to_reach
 * names.
 */

#include <linux/export.h>
#include <linux/minmax.h>

#include "twopc_parts.h"

/* An expired timer comes again after this time while an answer is composed. */
#define COMPOSING_MS	100

static void answer(struct drbd_twopc *tp, u64 nodes, struct drbd_twopc_actions *acts)
{
	struct drbd_twopc_msg reply = {
		.cmd = tp->answer,
		.resize = tp->msg.resize,
		.initiator = tp->msg.initiator,
		.target = tp->msg.target,
		.volume = tp->msg.volume,
		.tid = tp->msg.tid,
	};

	if (tp->answer == DRBD_TWOPC_YES) {
		reply.reachable_nodes = tp->reply.reachable_nodes;
		reply.primary_nodes = tp->reply.primary_nodes;
		reply.weak_nodes = tp->reply.weak_nodes;
		reply.size = tp->reply.max_size;
	}
	drbd_twopc_add_send(acts, nodes, &reply);
}

static void answer_all(struct drbd_twopc *tp, enum drbd_twopc_cmd cmd,
		       struct drbd_twopc_actions *acts)
{
	tp->answer = cmd;
	tp->state = DRBD_TWOPC_ANSWERED;
	answer(tp, tp->parents, acts);
}

void drbd_twopc_p_evaluate(struct drbd_twopc *tp, struct drbd_twopc_actions *acts)
{
	if (drbd_twopc_ready(&tp->votes))
		answer_all(tp, drbd_twopc_answer(drbd_twopc_verdict(&tp->votes)), acts);
}

static void stop_waiting(struct drbd_twopc *tp, struct drbd_twopc_actions *acts)
{
	if (tp->readers_waited)
		drbd_twopc_add(acts, DRBD_TWOPC_STOP_TIMER)->timer =
			DRBD_TWOPC_TIMER_READERS;
	tp->readers_waited = false;
}

static void remember(struct drbd_twopc *tp, const struct drbd_twopc_msg *msg,
		     enum drbd_twopc_cmd answer)
{
	struct drbd_twopc_done *done = &tp->done[tp->next_done];

	done->id.initiator = msg->initiator;
	done->id.tid = msg->tid;
	done->answer = answer;
	tp->next_done = (tp->next_done + 1) % DRBD_TWOPC_MAX_DONE;
}

static const struct drbd_twopc_done *recall(const struct drbd_twopc *tp,
					    const struct drbd_twopc_msg *msg)
{
	int i;

	for (i = 0; i < DRBD_TWOPC_MAX_DONE; i++)
		if (tp->done[i].id.tid == msg->tid &&
		    tp->done[i].id.initiator == msg->initiator)
			return &tp->done[i];
	return NULL;
}

static void forget(struct drbd_twopc *tp, struct drbd_twopc_actions *acts)
{
	remember(tp, &tp->msg, DRBD_TWOPC_RETRY);
	stop_waiting(tp, acts);
	if (tp->votes.hs_needed)
		drbd_twopc_add_node(acts, DRBD_TWOPC_HS_RELEASE, tp->msg.initiator);
	drbd_twopc_end(tp, acts);
}

static void drop(struct drbd_twopc *tp, const struct drbd_twopc_env *env, u64 except,
		 struct drbd_twopc_actions *acts)
{
	struct drbd_twopc_msg end = drbd_twopc_end_msg(tp, DRBD_TWOPC_ABORT);

	end.nodes_to_reach = DRBD_TWOPC_ALL_NODES;
	drbd_twopc_add_send(acts, env->connected & ~except, &end);
	forget(tp, acts);
}

/* A Primary that the change is far away from, and that would have company. */
static enum drbd_rv far_verdict(const struct drbd_twopc_env *env, int from,
				const struct drbd_twopc_msg *msg)
{
	if (!env->primary || drbd_twopc_role_value(msg) != DRBD_ROLE_PRIMARY)
		return DRBD_SS_SUCCESS;
	if (!(env->two_primaries & drbd_node_mask(from)))
		return DRBD_SS_TWO_PRIMARIES;
	return env->have_disk ? DRBD_SS_WEAKLY_CONNECTED : DRBD_SS_SUCCESS;
}

static void make_reply(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
		       const struct drbd_twopc_local *local)
{
	u64 me = drbd_node_mask(tp->me), initiator = drbd_node_mask(tp->msg.initiator);
	struct drbd_twopc_reply *reply = &tp->reply;

	reply->reachable_nodes = env->connected | me;
	if (drbd_twopc_is_connect(&tp->msg))
		reply->reachable_nodes |= initiator;
	else if (drbd_twopc_is_disconnect(&tp->msg))
		reply->reachable_nodes &= ~initiator;
	if (tp->msg.resize) {
		reply->primary_nodes = local->diskful_primary ? me : 0;
		reply->max_size = local->max_size;
	} else if (env->primary) {
		reply->primary_nodes = me;
		if (env->data_access)
			reply->weak_nodes = ~reply->reachable_nodes;
	}
}

static void pass_on(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
		    struct drbd_twopc_actions *acts)
{
	u64 *nodes_to_reach = &tp->msg.nodes_to_reach;
	u64 known = tp->parents | drbd_node_mask(tp->me) | drbd_node_mask(tp->msg.initiator);

	tp->votes.asked = env->connected & *nodes_to_reach & ~known;
	*nodes_to_reach &= ~(known | tp->votes.asked);
	drbd_twopc_add_send(acts, tp->votes.asked, &tp->msg);
}

static void proceed(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
		    const struct drbd_twopc_local *local, struct drbd_twopc_actions *acts)
{
	stop_waiting(tp, acts);
	if (local->rv == DRBD_SS_IN_TRANSIENT_STATE) {
		answer_all(tp, DRBD_TWOPC_RETRY, acts);
		return;
	}
	make_reply(tp, env, local);
	tp->votes.own_failed = local->rv < DRBD_SS_SUCCESS;
	if (tp->votes.hs_needed)
		drbd_twopc_add_node(acts, DRBD_TWOPC_HS_SEND, tp->msg.initiator);
	if (!tp->votes.own_failed)
		pass_on(tp, env, acts);
	tp->state = DRBD_TWOPC_COLLECTING;
	drbd_twopc_p_evaluate(tp, acts);
}

/**
 * drbd_twopc_checked() - DRBD_TWOPC_CHECK was done, or done again
 * @tp: the automaton
 * @env: the resource
 * @tid: transaction that it was done for
 * @local: what came out
 * @acts: what to do
 *
 * A change that only readers are in the way of gets a chance: the automaton waits
 * for them to leave, and expects to be called again whenever one did. Source:
 * spec/state.md 4.4.
 */
void drbd_twopc_checked(struct drbd_twopc *tp, const struct drbd_twopc_env *env, u32 tid,
			const struct drbd_twopc_local *local, struct drbd_twopc_actions *acts)
{
	bool reader = local->rv == DRBD_SS_PRIMARY_READER ||
		      (local->rv == DRBD_SS_NO_UP_TO_DATE_DISK && !env->primary);

	acts->n = 0;
	acts->nmsgs = 0;
	if (tp->state != DRBD_TWOPC_CHECKING || tp->msg.tid != tid)
		return;
	if (!reader || !env->auto_promote_timeout) {
		proceed(tp, env, local, acts);
		return;
	}
	tp->rv = local->rv;
	if (tp->readers_waited)
		return;
	tp->readers_waited = true;
	drbd_twopc_add_timer(acts, DRBD_TWOPC_TIMER_READERS, env->auto_promote_timeout * 100);
}
EXPORT_SYMBOL_GPL(drbd_twopc_checked);

static void take_part(struct drbd_twopc *tp, const struct drbd_twopc_env *env, int from,
		      const struct drbd_twopc_msg *msg, struct drbd_twopc_actions *acts)
{
	struct drbd_twopc_local local = {
		.rv = DRBD_SS_SUCCESS, .max_size = DRBD_TWOPC_SIZE_UNLIMITED,
	};
	struct drbd_twopc_action *action;

	drbd_twopc_begin(tp, DRBD_TWOPC_CHECKING, msg);
	tp->parents = drbd_node_mask(from);
	tp->scope = drbd_twopc_scope(tp->me, msg, env->connected, env->connecting,
				     env->known_volume);
	drbd_twopc_add_timer(acts, DRBD_TWOPC_TIMER_MAIN, env->twopc_timeout * 100);
	if (tp->scope == DRBD_TWOPC_FAR) {
		local.rv = far_verdict(env, from, msg);
		proceed(tp, env, &local, acts);
		return;
	}
	if (drbd_twopc_is_connect(msg)) {
		tp->votes.hs_needed = true;
		drbd_twopc_add_node(acts, DRBD_TWOPC_HS_RESET, msg->initiator);
	}
	action = drbd_twopc_add(acts, DRBD_TWOPC_CHECK);
	drbd_twopc_add_msg(acts, action, &tp->msg);
	action->scope = tp->scope;
}

/* The sender was on its way to this node when this node asked it, or is slower than
 * another path. Either way it agrees, as it could not ask otherwise.
 */
static void duplicate(struct drbd_twopc *tp, int from, struct drbd_twopc_actions *acts)
{
	tp->parents |= drbd_node_mask(from);
	if (tp->state == DRBD_TWOPC_COLLECTING) {
		if (drbd_twopc_count(&tp->votes, from, DRBD_TWOPC_YES))
			drbd_twopc_p_evaluate(tp, acts);
	} else if (tp->state != DRBD_TWOPC_CHECKING) {
		answer(tp, drbd_node_mask(from), acts);
	}
}

/* An answer without being bound to anything. */
static void reject(int from, const struct drbd_twopc_msg *msg, enum drbd_twopc_cmd cmd,
		   struct drbd_twopc_actions *acts)
{
	const struct drbd_twopc_msg reply = {
		.cmd = cmd,
		.resize = msg->resize,
		.initiator = msg->initiator,
		.target = msg->target,
		.volume = msg->volume,
		.tid = msg->tid,
	};

	drbd_twopc_add_send(acts, drbd_node_mask(from), &reply);
}

static void defer(int from, const struct drbd_twopc_msg *msg, bool waited, unsigned int ms,
		  struct drbd_twopc_actions *acts)
{
	if (waited)
		reject(from, msg, DRBD_TWOPC_RETRY, acts);
	else
		drbd_twopc_add(acts, DRBD_TWOPC_DEFER)->ms = ms;
}

void drbd_twopc_p_prepare(struct drbd_twopc *tp, const struct drbd_twopc_env *env, int from,
			  const struct drbd_twopc_msg *msg, bool waited,
			  struct drbd_twopc_actions *acts)
{
	const struct drbd_twopc_id new = { .initiator = msg->initiator, .tid = msg->tid };
	const struct drbd_twopc_done *done = recall(tp, msg);

	if (done) {
		reject(from, msg, done->answer, acts);
		return;
	}
	switch (drbd_twopc_arbitrate(tp->me, drbd_twopc_active(tp), tp->parents, new, from)) {
	case DRBD_TWOPC_ORDER_ACCEPT:
		take_part(tp, env, from, msg, acts);
		break;
	case DRBD_TWOPC_ORDER_DUPLICATE:
		duplicate(tp, from, acts);
		break;
	case DRBD_TWOPC_ORDER_YIELD:
		drbd_twopc_i_yield(tp, env, acts);
		if (tp->state == DRBD_TWOPC_IDLE)
			take_part(tp, env, from, msg, acts);
		else
			defer(from, msg, waited, env->ping_timeout * 150, acts);
		break;
	case DRBD_TWOPC_ORDER_WAIT:
		defer(from, msg, waited, env->twopc_timeout * 5, acts);
		break;
	case DRBD_TWOPC_ORDER_BUSY:
		reject(from, msg, DRBD_TWOPC_RETRY, acts);
		break;
	}
}

static u64 take_neighbours(struct drbd_twopc_msg *end, int me, int from, u64 asked, u64 connected)
{
	u64 known = drbd_node_mask(me) | drbd_node_mask(from) | drbd_node_mask(end->initiator);
	u64 nodes = connected & (end->nodes_to_reach | asked) & ~known;

	end->nodes_to_reach &= ~(nodes | drbd_node_mask(me) | drbd_node_mask(from));
	return nodes;
}

static void send_on(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
		    struct drbd_twopc_actions *acts)
{
	u64 nodes = take_neighbours(&tp->end, tp->me, tp->end_from, tp->votes.asked,
				    env->connected);

	drbd_twopc_add_send(acts, nodes, &tp->end);
}

static u64 neighbours_after(const struct drbd_twopc *tp, const struct drbd_twopc_env *env)
{
	u64 initiator = drbd_node_mask(tp->msg.initiator);

	if (tp->scope == DRBD_TWOPC_CONNECTION && drbd_twopc_is_connect(&tp->msg))
		return env->connected | initiator;
	if (tp->scope == DRBD_TWOPC_CONNECTION && drbd_twopc_is_disconnect(&tp->msg))
		return env->connected & ~initiator;
	return env->connected;
}

static void fill_apply(const struct drbd_twopc *tp, const struct drbd_twopc_env *env,
		       struct drbd_twopc_apply *apply)
{
	const struct drbd_twopc_msg *msg = &tp->msg, *end = &tp->end;
	bool far = tp->scope == DRBD_TWOPC_FAR;
	bool incapable = end->flags & DRBD_TWOPC_PRI_INCAPABLE;
	bool believe = end->flags & DRBD_TWOPC_HAS_REACHABLE &&
		       (env->quorate || env->peer_quorate);
	u64 joining = 0;

	if (drbd_twopc_is_connect(msg))
		joining = drbd_node_mask(msg->initiator) | drbd_node_mask(msg->target);
	else if (drbd_twopc_is_disconnect(msg))
		joining = env->members;
	*apply = (struct drbd_twopc_apply) {
		.scope = tp->scope,
		.members = drbd_twopc_members(env->members,
					      believe ? &end->reachable_nodes : NULL, joining),
		.recalc = believe && !env->quorate,
		.primary_nodes = end->primary_nodes & DRBD_TWOPC_REAL_NODES,
	};
	if (msg->resize) {
		apply->size = end->size;
		apply->parents = tp->parents;
		apply->children = tp->votes.asked;
		return;
	}
	apply->outdate = apply->primary_nodes &
			 ~(neighbours_after(tp, env) | drbd_node_mask(tp->me)) &&
			 !(far && incapable);
	apply->peer_outdated = far && drbd_twopc_is_empty(msg) && env->primary && !incapable;
}

void drbd_twopc_p_commit(struct drbd_twopc *tp, const struct drbd_twopc_env *env, int from,
			 const struct drbd_twopc_msg *msg, struct drbd_twopc_actions *acts)
{
	u64 initiator = drbd_node_mask(msg->initiator);

	if (drbd_twopc_match_end(drbd_twopc_active(tp), msg) != DRBD_TWOPC_END_EXECUTE)
		return;
	/* Without this node's agreement there cannot be a COMMIT. */
	if (tp->state != DRBD_TWOPC_ANSWERED || tp->answer != DRBD_TWOPC_YES)
		return;
	tp->end = *msg;
	tp->end.resize = tp->msg.resize;
	tp->end.mask = tp->msg.mask;
	tp->end.value = tp->msg.value;
	tp->end_from = from;
	tp->state = DRBD_TWOPC_EXECUTING;
	if (env->primary_peers & env->connected & initiator &&
	    drbd_twopc_role_value(&tp->msg) == DRBD_ROLE_SECONDARY)
		drbd_twopc_add_node(acts, DRBD_TWOPC_WRITE_BITMAP, msg->initiator);
	fill_apply(tp, env, &acts->apply);
	/* A new size takes long to apply; others need not wait for it. */
	if (tp->msg.resize)
		send_on(tp, env, acts);
	drbd_twopc_add_msg(acts, drbd_twopc_add(acts, DRBD_TWOPC_APPLY), &tp->msg);
}

void drbd_twopc_p_applied(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
			  struct drbd_twopc_actions *acts)
{
	if (!tp->msg.resize)
		send_on(tp, env, acts);
	remember(tp, &tp->msg, DRBD_TWOPC_YES);
	drbd_twopc_end(tp, acts);
}

static void lost_parent(struct drbd_twopc *tp, const struct drbd_twopc_env *env, int peer,
			struct drbd_twopc_actions *acts)
{
	tp->parents &= ~drbd_node_mask(peer);
	if (!tp->parents)
		drop(tp, env, drbd_node_mask(peer), acts);
}

void drbd_twopc_p_abort(struct drbd_twopc *tp, const struct drbd_twopc_env *env, int from,
			const struct drbd_twopc_msg *msg, struct drbd_twopc_actions *acts)
{
	enum drbd_twopc_end what = drbd_twopc_match_end(drbd_twopc_active(tp), msg);
	struct drbd_twopc_msg end = *msg;
	u64 asked = 0;

	if (msg->initiator == tp->me) {
		/* Somebody forgot what this node is still asking for. */
		if (what == DRBD_TWOPC_END_EXECUTE)
			drbd_twopc_i_yield(tp, env, acts);
		return;
	}
	if (what == DRBD_TWOPC_END_EXECUTE) {
		if (tp->state == DRBD_TWOPC_EXECUTING)
			return;
		if (msg->nodes_to_reach & drbd_node_mask(msg->initiator)) {
			if (tp->parents & drbd_node_mask(from))
				lost_parent(tp, env, from, acts);
			return;
		}
		asked = tp->votes.asked;
	} else if (!(msg->nodes_to_reach & drbd_node_mask(msg->initiator)) && !recall(tp, msg)) {
		remember(tp, msg, DRBD_TWOPC_RETRY);
	}
	drbd_twopc_add_send(acts, take_neighbours(&end, tp->me, from, asked, env->connected),
			    &end);
	if (what == DRBD_TWOPC_END_EXECUTE)
		forget(tp, acts);
}

void drbd_twopc_p_lost(struct drbd_twopc *tp, const struct drbd_twopc_env *env, int peer,
		       struct drbd_twopc_actions *acts)
{
	u64 node = drbd_node_mask(peer);

	if (tp->state == DRBD_TWOPC_IDLE || tp->state == DRBD_TWOPC_EXECUTING)
		return;
	if (tp->parents & node) {
		lost_parent(tp, env, peer, acts);
		if (tp->state == DRBD_TWOPC_IDLE)
			return;
	}
	if (tp->state == DRBD_TWOPC_COLLECTING && tp->votes.asked & node) {
		tp->votes.retry |= node;
		drbd_twopc_p_evaluate(tp, acts);
	}
}

void drbd_twopc_p_expired(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
			  enum drbd_twopc_timer timer, struct drbd_twopc_actions *acts)
{
	const struct drbd_twopc_local local = { .rv = tp->rv };

	if (timer == DRBD_TWOPC_TIMER_READERS) {
		if (tp->state == DRBD_TWOPC_CHECKING && tp->readers_waited)
			proceed(tp, env, &local, acts);
	} else if (tp->state == DRBD_TWOPC_CHECKING) {
		drbd_twopc_add_timer(acts, DRBD_TWOPC_TIMER_MAIN, COMPOSING_MS);
	} else if (tp->state != DRBD_TWOPC_EXECUTING) {
		forget(tp, acts);
	}
}
