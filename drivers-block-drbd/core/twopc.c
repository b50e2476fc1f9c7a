// SPDX-License-Identifier: GPL-2.0-only
/*
 * The automaton of two-phase commits: where events arrive
 *
 * A change that concerns the whole cluster (who is Primary, who is connected, which
 * disk takes part) has to be possible on every node, and has to happen on all of
 * them or on none. The initiator asks everybody with PREPARE, and tells what came
 * out with COMMIT or ABORT. Not everybody is connected with everybody, so nodes
 * pass PREPARE on to neighbours that nobody has asked yet, and collect their
 * answers before they answer themselves. With redundant paths a node may be asked
 * several times: all who asked are its parents, they all get its answer, and it
 * keeps its promise for as long as one of them can still deliver the verdict.
 *
 * A node that loses its last parent cannot learn the verdict, so it forgets the
 * transaction and tells those behind it by an ABORT "to all nodes". Such an ABORT
 * says nothing about what the initiator decided. It therefore only counts as the
 * loss of its sender: who has another parent keeps waiting, and who is no child of
 * the sender ignores it. Executed like an initiator's ABORT it could overtake a
 * COMMIT on another path, and the nodes would disagree.
 *
 * Nothing here blocks. What takes time (checking, applying, waiting for readers to
 * leave) is an action with an answering call, and the transaction stays active, which
 * holds off others, until that call. Answers that belong to a transaction that is over
 * meanwhile are recognised by its tid.
 */

#include <linux/bug.h>
#include <linux/export.h>
#include <linux/string.h>

#include "twopc_parts.h"

struct drbd_twopc_action *drbd_twopc_add(struct drbd_twopc_actions *acts,
					 enum drbd_twopc_act act)
{
	struct drbd_twopc_action *action;

	if (WARN_ON_ONCE(acts->n == DRBD_TWOPC_MAX_ACTIONS))
		acts->n--;
	action = &acts->action[acts->n++];
	memset(action, 0, sizeof(*action));
	action->act = act;
	return action;
}

void drbd_twopc_add_node(struct drbd_twopc_actions *acts, enum drbd_twopc_act act, int node)
{
	drbd_twopc_add(acts, act)->node = node;
}

void drbd_twopc_add_msg(struct drbd_twopc_actions *acts, struct drbd_twopc_action *action,
			const struct drbd_twopc_msg *msg)
{
	if (WARN_ON_ONCE(acts->nmsgs == DRBD_TWOPC_MAX_MSGS))
		acts->nmsgs--;
	acts->msg[acts->nmsgs] = *msg;
	action->msg = &acts->msg[acts->nmsgs++];
}

void drbd_twopc_add_send(struct drbd_twopc_actions *acts, u64 nodes,
			 const struct drbd_twopc_msg *msg)
{
	struct drbd_twopc_action *action;

	if (!nodes)
		return;
	action = drbd_twopc_add(acts, DRBD_TWOPC_SEND);
	action->nodes = nodes;
	drbd_twopc_add_msg(acts, action, msg);
}

void drbd_twopc_add_timer(struct drbd_twopc_actions *acts, enum drbd_twopc_timer timer,
			  unsigned int ms)
{
	struct drbd_twopc_action *action = drbd_twopc_add(acts, DRBD_TWOPC_START_TIMER);

	action->timer = timer;
	action->ms = ms;
}

/* The end of the last transaction is not forgotten. */
void drbd_twopc_begin(struct drbd_twopc *tp, enum drbd_twopc_state state,
		      const struct drbd_twopc_msg *prepare)
{
	memset_startat(tp, 0, state);
	tp->state = state;
	tp->msg = *prepare;
}

/* Back to idle; what is to be sent or said has been added before. */
void drbd_twopc_end(struct drbd_twopc *tp, struct drbd_twopc_actions *acts)
{
	drbd_twopc_add(acts, DRBD_TWOPC_STOP_TIMER)->timer = DRBD_TWOPC_TIMER_MAIN;
	drbd_twopc_add(acts, DRBD_TWOPC_ENDED);
	tp->state = DRBD_TWOPC_IDLE;
}

/* COMMIT or ABORT of the active transaction, as this node would start it. */
struct drbd_twopc_msg drbd_twopc_end_msg(const struct drbd_twopc *tp, enum drbd_twopc_cmd cmd)
{
	struct drbd_twopc_msg end = tp->msg;

	end.cmd = cmd;
	end.flags = end.resize ? 0 : DRBD_TWOPC_HAS_REACHABLE;
	end.dds_flags = 0;
	end.primary_nodes = 0;
	end.reachable_nodes = 0;
	end.weak_nodes = 0;
	end.size = 0;
	return end;
}

bool drbd_twopc_initiates(const struct drbd_twopc *tp)
{
	return tp->state != DRBD_TWOPC_IDLE && tp->msg.initiator == tp->me;
}

/**
 * drbd_twopc_init() - begin with no transaction
 * @tp: the automaton
 * @me: own node id
 */
void drbd_twopc_init(struct drbd_twopc *tp, int me)
{
	memset(tp, 0, sizeof(*tp));
	tp->me = me;
}
EXPORT_SYMBOL_GPL(drbd_twopc_init);

/**
 * drbd_twopc_active() - which transaction is active
 * @tp: the automaton
 *
 * While one is active, devices must not be opened for the first time, as a peer may
 * rely on that. Source: spec/state.md 4.10, 5.3.
 *
 * Return: the transaction, with DRBD_NO_NODE as initiator if there is none.
 */
struct drbd_twopc_id drbd_twopc_active(const struct drbd_twopc *tp)
{
	struct drbd_twopc_id id = { .initiator = DRBD_NO_NODE };

	if (tp->state != DRBD_TWOPC_IDLE) {
		id.initiator = tp->msg.initiator;
		id.tid = tp->msg.tid;
	}
	return id;
}
EXPORT_SYMBOL_GPL(drbd_twopc_active);

/**
 * drbd_twopc_is_resize() - does a packet belong to a resize
 * @tp: the automaton
 * @initiator: of the packet
 * @tid: of the packet
 *
 * To decode COMMIT, ABORT and replies, which do not tell. Source: spec/wire.md 5.12.
 *
 * Return: true if that transaction is active, and a resize.
 */
bool drbd_twopc_is_resize(const struct drbd_twopc *tp, int initiator, u32 tid)
{
	struct drbd_twopc_id id = drbd_twopc_active(tp);

	return id.initiator == initiator && id.tid == tid && tp->msg.resize;
}
EXPORT_SYMBOL_GPL(drbd_twopc_is_resize);

/**
 * drbd_twopc_connects() - is the active transaction a connect with a peer
 * @tp: the automaton
 * @peer: node id
 *
 * Only then initial packets of the peer count; others belong to an attempt that was
 * aborted. Source: spec/state.md 4.8, 13 (17).
 *
 * Return: true if it is.
 */
bool drbd_twopc_connects(const struct drbd_twopc *tp, int peer)
{
	if (tp->state == DRBD_TWOPC_IDLE || !tp->votes.hs_needed)
		return false;
	return peer == (tp->msg.initiator == tp->me ? tp->msg.target : tp->msg.initiator);
}
EXPORT_SYMBOL_GPL(drbd_twopc_connects);

static void bad_packet(struct drbd_twopc_actions *acts, const char *field, s64 value)
{
	struct drbd_twopc_action *action = drbd_twopc_add(acts, DRBD_TWOPC_BAD_PACKET);

	action->field = field;
	action->value = value;
}

static bool is_node(int id)
{
	return id >= 0 && id < DRBD_NODES;
}

static bool check_request(const struct drbd_twopc *tp, const struct drbd_twopc_msg *msg,
			  struct drbd_twopc_actions *acts)
{
	bool connection = drbd_twopc_is_connect(msg) || drbd_twopc_is_disconnect(msg);

	if (msg->initiator == tp->me && msg->cmd != DRBD_TWOPC_ABORT)
		bad_packet(acts, "initiator", msg->initiator);
	else if (msg->target != DRBD_NO_NODE &&
		 (!is_node(msg->target) || msg->target == msg->initiator))
		bad_packet(acts, "target", msg->target);
	else if (msg->cmd == DRBD_TWOPC_PREPARE && connection && msg->target == DRBD_NO_NODE)
		bad_packet(acts, "target", msg->target);
	else if (msg->cmd == DRBD_TWOPC_PREPARE && msg->resize &&
		 msg->volume == DRBD_NO_VOLUME)
		bad_packet(acts, "volume", msg->volume);
	else
		return true;
	return false;
}

static bool check_packet(const struct drbd_twopc *tp, const struct drbd_twopc_msg *msg,
			 struct drbd_twopc_actions *acts)
{
	if (!msg->tid)
		bad_packet(acts, "tid", msg->tid);
	else if (!is_node(msg->initiator))
		bad_packet(acts, "initiator", msg->initiator);
	else if (msg->volume < DRBD_NO_VOLUME || msg->volume > DRBD_MAX_VOLUME)
		bad_packet(acts, "volume", msg->volume);
	else
		return msg->cmd >= DRBD_TWOPC_YES || check_request(tp, msg, acts);
	return false;
}

static void reply_packet(struct drbd_twopc *tp, const struct drbd_twopc_env *env, int from,
			 const struct drbd_twopc_msg *msg, struct drbd_twopc_actions *acts)
{
	if (tp->state != DRBD_TWOPC_ASKING && tp->state != DRBD_TWOPC_COLLECTING)
		return;
	if (msg->initiator != tp->msg.initiator || msg->tid != tp->msg.tid)
		return;
	if (!drbd_twopc_count(&tp->votes, from, msg->cmd))
		return;
	if (msg->cmd == DRBD_TWOPC_YES) {
		u64 reachable = tp->reply.reachable_nodes;

		drbd_twopc_merge(&tp->reply, msg);
		if (drbd_twopc_initiates(tp) && from == tp->msg.target) {
			tp->target_reachable |= msg->reachable_nodes & DRBD_TWOPC_REAL_NODES;
			tp->reply.reachable_nodes = reachable;
		}
	}
	if (tp->state == DRBD_TWOPC_ASKING)
		drbd_twopc_i_evaluate(tp, env, acts);
	else
		drbd_twopc_p_evaluate(tp, acts);
}

/**
 * drbd_twopc_packet() - a packet arrived
 * @tp: the automaton
 * @env: the resource
 * @from: node that sent it
 * @msg: the packet
 * @waited: this packet was deferred (DRBD_TWOPC_DEFER) before
 * @acts: what to do
 *
 * Source: spec/state.md 4.4, 4.5; spec/wire.md 5.12.
 */
void drbd_twopc_packet(struct drbd_twopc *tp, const struct drbd_twopc_env *env, int from,
		       const struct drbd_twopc_msg *msg, bool waited,
		       struct drbd_twopc_actions *acts)
{
	acts->n = 0;
	acts->nmsgs = 0;
	if (!check_packet(tp, msg, acts))
		return;
	switch (msg->cmd) {
	case DRBD_TWOPC_PREPARE:
		drbd_twopc_p_prepare(tp, env, from, msg, waited, acts);
		break;
	case DRBD_TWOPC_COMMIT:
		drbd_twopc_p_commit(tp, env, from, msg, acts);
		break;
	case DRBD_TWOPC_ABORT:
		drbd_twopc_p_abort(tp, env, from, msg, acts);
		break;
	default:
		reply_packet(tp, env, from, msg, acts);
		break;
	}
}
EXPORT_SYMBOL_GPL(drbd_twopc_packet);

/**
 * drbd_twopc_unsent() - a PREPARE could not be sent
 * @tp: the automaton
 * @env: the resource
 * @nodes: nodes that did not get it
 * @acts: what to do
 *
 * They do not count as asked. If the target of the change is one of them the change
 * makes no sense any more, and those who were asked have to know. Source:
 * spec/state.md 4.3 (step 6), 13 (3).
 */
void drbd_twopc_unsent(struct drbd_twopc *tp, const struct drbd_twopc_env *env, u64 nodes,
		       struct drbd_twopc_actions *acts)
{
	acts->n = 0;
	acts->nmsgs = 0;
	if (tp->state != DRBD_TWOPC_ASKING && tp->state != DRBD_TWOPC_COLLECTING)
		return;
	tp->votes.asked &= ~nodes;
	if (tp->state == DRBD_TWOPC_COLLECTING)
		drbd_twopc_p_evaluate(tp, acts);
	else if (tp->msg.target != DRBD_NO_NODE && nodes & drbd_node_mask(tp->msg.target))
		drbd_twopc_i_decide(tp, env, DRBD_SS_NEED_CONNECTION, acts);
	else
		drbd_twopc_i_evaluate(tp, env, acts);
}
EXPORT_SYMBOL_GPL(drbd_twopc_unsent);

/**
 * drbd_twopc_shaken() - a connect handshake got further
 * @tp: the automaton
 * @env: the resource
 * @peer: node at the other end
 * @hs: what it found out so far
 * @acts: what to do
 *
 * Source: spec/state.md 4.8.
 */
void drbd_twopc_shaken(struct drbd_twopc *tp, const struct drbd_twopc_env *env, int peer,
		       const struct drbd_twopc_handshake *hs, struct drbd_twopc_actions *acts)
{
	acts->n = 0;
	acts->nmsgs = 0;
	if (!drbd_twopc_connects(tp, peer))
		return;
	tp->votes.hs_complete = hs->complete;
	tp->votes.hs_retry = hs->retry;
	tp->votes.hs_disconnect = hs->disconnect;
	tp->votes.hs_sizes_failed = hs->sizes_failed;
	if (tp->state == DRBD_TWOPC_ASKING)
		drbd_twopc_i_evaluate(tp, env, acts);
	else if (tp->state == DRBD_TWOPC_SETTLING && hs->complete)
		drbd_twopc_i_decide(tp, env, tp->rv, acts);
	else if (tp->state == DRBD_TWOPC_COLLECTING)
		drbd_twopc_p_evaluate(tp, acts);
}
EXPORT_SYMBOL_GPL(drbd_twopc_shaken);

/**
 * drbd_twopc_applied() - DRBD_TWOPC_APPLY was done
 * @tp: the automaton
 * @env: the resource, after the change
 * @rv: result; an initiator that applies before it sends COMMIT may still fail,
 *	all others find out here that they disagree with the cluster
 * @acts: what to do
 *
 * Source: spec/state.md 4.3 (step 13), 4.5.
 */
void drbd_twopc_applied(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
			enum drbd_rv rv, struct drbd_twopc_actions *acts)
{
	acts->n = 0;
	acts->nmsgs = 0;
	if (tp->state == DRBD_TWOPC_APPLYING)
		drbd_twopc_i_applied(tp, env, rv, acts);
	else if (tp->state == DRBD_TWOPC_EXECUTING)
		drbd_twopc_p_applied(tp, env, acts);
}
EXPORT_SYMBOL_GPL(drbd_twopc_applied);

/**
 * drbd_twopc_lost() - a connection was lost
 * @tp: the automaton
 * @env: the resource, after the loss
 * @peer: node at the other end
 * @acts: what to do
 *
 * Source: spec/state.md 4.10.
 */
void drbd_twopc_lost(struct drbd_twopc *tp, const struct drbd_twopc_env *env, int peer,
		     struct drbd_twopc_actions *acts)
{
	acts->n = 0;
	acts->nmsgs = 0;
	if (drbd_twopc_initiates(tp))
		drbd_twopc_i_lost(tp, env, peer, acts);
	else
		drbd_twopc_p_lost(tp, env, peer, acts);
}
EXPORT_SYMBOL_GPL(drbd_twopc_lost);

/**
 * drbd_twopc_expired() - a timer expired
 * @tp: the automaton
 * @env: the resource
 * @tid: transaction that was active when the timer was started
 * @timer: which timer
 * @acts: what to do
 *
 * Source: spec/state.md 4.3 (step 7), 4.5.
 */
void drbd_twopc_expired(struct drbd_twopc *tp, const struct drbd_twopc_env *env, u32 tid,
			enum drbd_twopc_timer timer, struct drbd_twopc_actions *acts)
{
	acts->n = 0;
	acts->nmsgs = 0;
	if (tp->state == DRBD_TWOPC_IDLE || tp->msg.tid != tid)
		return;
	if (drbd_twopc_initiates(tp))
		drbd_twopc_i_expired(tp, env, acts);
	else
		drbd_twopc_p_expired(tp, env, timer, acts);
}
EXPORT_SYMBOL_GPL(drbd_twopc_expired);
