// SPDX-License-Identifier: GPL-2.0-only
/*
 * State change requests from and to a peer of version 8.4
 *
 * With an 8.4 peer there are two nodes, and nothing to prepare: the peer checks,
 * answers and changes, and who asked changes after it. A request takes the place of
 * a transaction here, so that a two-phase commit and a request never run at once.
 * There is no timeout, because a request cannot be taken back. A peer that is dead
 * does not answer pings either, and when the connection is gone its state is not of
 * interest any more.
 */

#include <linux/export.h>

#include "twopc_84.h"
#include "twopc_parts.h"

/* From here on connections have volumes, and P_CONN_ST_CHG_REQ exists. */
#define PROTO_VOLUMES		100
/* From here on there are two-phase commits. */
#define PROTO_TWOPC		110

/**
 * drbd_twopc_84_of_connection() - which packet carries a request
 * @protocol: protocol version of the connection
 * @volume: volume to change, or DRBD_NO_VOLUME
 *
 * Source: spec/state.md 4.11.
 *
 * Return: true for P_CONN_ST_CHG_REQ, false for P_STATE_CHG_REQ.
 */
bool drbd_twopc_84_of_connection(int protocol, s32 volume)
{
	return protocol >= PROTO_VOLUMES && volume == DRBD_NO_VOLUME;
}
EXPORT_SYMBOL_GPL(drbd_twopc_84_of_connection);

/* Nobody there needs to know who is reachable: an empty transaction stays here. */
void drbd_twopc_84_ask(struct drbd_twopc *tp, const struct drbd_twopc_env *env, int peer,
		       struct drbd_twopc_actions *acts)
{
	struct drbd_twopc_action *action;

	tp->verdict_first = true;
	if (drbd_twopc_is_empty(&tp->msg)) {
		drbd_twopc_i_apply(tp, env, tp->reply.reachable_nodes, acts);
		return;
	}
	tp->state = DRBD_TWOPC_ASKING_84;
	tp->votes.asked = drbd_node_mask(peer);
	action = drbd_twopc_add(acts, DRBD_TWOPC_SEND_84);
	action->node = peer;
	drbd_twopc_add_msg(acts, action, &tp->msg);
}

/**
 * drbd_twopc_84_replied() - an 8.4 peer answered a request
 * @tp: the automaton
 * @env: the resource
 * @from: node id of the peer
 * @rv: what it says. Only the sign is the same in all versions, and that another
 *	request was under way
 * @acts: what to do
 *
 * Source: spec/state.md 4.11, spec/wire.md 5.11.
 */
void drbd_twopc_84_replied(struct drbd_twopc *tp, const struct drbd_twopc_env *env, int from,
			   enum drbd_rv rv, struct drbd_twopc_actions *acts)
{
	u64 node = drbd_node_mask(from);

	acts->n = 0;
	acts->nmsgs = 0;
	if (tp->state != DRBD_TWOPC_ASKING_84 || !(tp->votes.asked & node))
		return;
	tp->gone = node;
	if (rv >= DRBD_SS_SUCCESS) {
		drbd_twopc_i_apply(tp, env, tp->reply.reachable_nodes, acts);
	} else if (rv == DRBD_SS_CONCURRENT_ST_CHG) {
		drbd_twopc_i_decide(tp, env, DRBD_SS_CONCURRENT_ST_CHG, acts);
	} else {
		tp->votes.no = node;
		drbd_twopc_i_decide(tp, env, DRBD_SS_CW_FAILED_BY_PEER, acts);
	}
}
EXPORT_SYMBOL_GPL(drbd_twopc_84_replied);

/**
 * drbd_twopc_84_received() - what to do with a request of an 8.4 peer
 * @tp: the automaton
 * @req: the request
 *
 * Source: spec/state.md 4.11, spec/wire.md 5.11.
 *
 * Return: what to do.
 */
struct drbd_twopc_84_next drbd_twopc_84_received(const struct drbd_twopc *tp,
						 const struct drbd_twopc_84_request *req)
{
	struct drbd_twopc_84_next next = { .step = DRBD_TWOPC_84_BAD };

	if (req->protocol >= PROTO_TWOPC)
		return next;
	if (!req->connection && !req->known_volume) {
		/* The peer removed a volume that is not here either. */
		if (req->mask == DRBD_TWOPC_CONN_MASK &&
		    req->value == DRBD_R_OFF << DRBD_TWOPC_CONN_SHIFT) {
			next.step = DRBD_TWOPC_84_REPLY;
			next.rv = DRBD_SS_NOTHING_TO_DO;
		}
		return next;
	}
	if (tp->state != DRBD_TWOPC_IDLE) {
		next.step = DRBD_TWOPC_84_REPLY;
		next.rv = DRBD_SS_CONCURRENT_ST_CHG;
		return next;
	}
	next.step = DRBD_TWOPC_84_CHECK;
	next.ign_outd = req->connection;
	return next;
}
EXPORT_SYMBOL_GPL(drbd_twopc_84_received);
