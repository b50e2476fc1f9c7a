/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the automaton of two-phase commits call of each other
 *
 * twopc.c receives all events, twopc_initiator.c and twopc_participant.c handle
 * those that reach a node in the one role or the other. None of this is for other
 * files. Functions that have the same arguments take: the automaton, what it needs
 * to know of the resource, and the list of actions to add to.
 */
#ifndef DRBD_CORE_TWOPC_PARTS_H
#define DRBD_CORE_TWOPC_PARTS_H

#include "twopc.h"

struct drbd_twopc_action *drbd_twopc_add(struct drbd_twopc_actions *acts,
					 enum drbd_twopc_act act);
void drbd_twopc_add_node(struct drbd_twopc_actions *acts, enum drbd_twopc_act act, int node);
void drbd_twopc_add_msg(struct drbd_twopc_actions *acts, struct drbd_twopc_action *action,
			const struct drbd_twopc_msg *msg);
void drbd_twopc_add_send(struct drbd_twopc_actions *acts, u64 nodes,
			 const struct drbd_twopc_msg *msg);
void drbd_twopc_add_timer(struct drbd_twopc_actions *acts, enum drbd_twopc_timer timer,
			  unsigned int ms);
void drbd_twopc_begin(struct drbd_twopc *tp, enum drbd_twopc_state state,
		      const struct drbd_twopc_msg *prepare);
void drbd_twopc_end(struct drbd_twopc *tp, struct drbd_twopc_actions *acts);
struct drbd_twopc_msg drbd_twopc_end_msg(const struct drbd_twopc *tp, enum drbd_twopc_cmd cmd);

bool drbd_twopc_initiates(const struct drbd_twopc *tp);
void drbd_twopc_i_evaluate(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
			   struct drbd_twopc_actions *acts);
void drbd_twopc_i_conclude(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
			   enum drbd_rv rv, struct drbd_twopc_actions *acts);
void drbd_twopc_i_decide(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
			 enum drbd_rv rv, struct drbd_twopc_actions *acts);
void drbd_twopc_i_yield(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
			struct drbd_twopc_actions *acts);
void drbd_twopc_i_lost(struct drbd_twopc *tp, const struct drbd_twopc_env *env, int peer,
		       struct drbd_twopc_actions *acts);
void drbd_twopc_i_expired(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
			  struct drbd_twopc_actions *acts);
void drbd_twopc_i_applied(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
			  enum drbd_rv rv, struct drbd_twopc_actions *acts);
void drbd_twopc_84_ask(struct drbd_twopc *tp, const struct drbd_twopc_env *env, int peer,
		       struct drbd_twopc_actions *acts);
void drbd_twopc_i_apply(struct drbd_twopc *tp, const struct drbd_twopc_env *env, u64 reachable,
			struct drbd_twopc_actions *acts);

void drbd_twopc_p_evaluate(struct drbd_twopc *tp, struct drbd_twopc_actions *acts);
void drbd_twopc_p_prepare(struct drbd_twopc *tp, const struct drbd_twopc_env *env, int from,
			  const struct drbd_twopc_msg *msg, bool waited,
			  struct drbd_twopc_actions *acts);
void drbd_twopc_p_commit(struct drbd_twopc *tp, const struct drbd_twopc_env *env, int from,
			 const struct drbd_twopc_msg *msg, struct drbd_twopc_actions *acts);
void drbd_twopc_p_abort(struct drbd_twopc *tp, const struct drbd_twopc_env *env, int from,
			const struct drbd_twopc_msg *msg, struct drbd_twopc_actions *acts);
void drbd_twopc_p_lost(struct drbd_twopc *tp, const struct drbd_twopc_env *env, int peer,
		       struct drbd_twopc_actions *acts);
void drbd_twopc_p_expired(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
			  enum drbd_twopc_timer timer, struct drbd_twopc_actions *acts);
void drbd_twopc_p_applied(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
			  struct drbd_twopc_actions *acts);

#endif
