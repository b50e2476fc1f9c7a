// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules of two-phase commits that need no memory
 *
 * A node takes part in one transaction at a time. When two meet, somebody has to
 * give way, and a node can only give up what it started itself: a promise made
 * to another initiator stays valid until that one decides. So priority (the lower
 * node id) only settles what happens when a node's own attempt meets a foreign
 * one. In all other cases the one that comes later is told to retry, and random
 * delays that grow with each attempt separate those who keep colliding.
 *
 * Who is weak matters because data flows only between neighbours. A node that
 * sees a Primary's writes only through others does not get them at all, so that
 * two Primaries that are no neighbours of each other would diverge. The exception
 * are nodes without disks that use the same servers: there the servers order the
 * writes.
 */

#include <linux/bitops.h>
#include <linux/export.h>
#include <linux/minmax.h>

#include "twopc_rules.h"

/**
 * drbd_twopc_arbitrate() - what to do with a PREPARE
 * @me: own node id
 * @active: active transaction
 * @parents: nodes that sent PREPARE of @active to this node
 * @new: transaction of the PREPARE that arrived
 * @from: node that sent it
 *
 * DRBD_TWOPC_ORDER_WAIT is for a follow-up of the same initiator that overtook the
 * verdict on another path. Over the path of a parent there is no overtaking, and
 * waiting would keep the verdict from arriving. Source: spec/state.md 4.4.
 *
 * Return: what to do.
 */
enum drbd_twopc_order drbd_twopc_arbitrate(int me, struct drbd_twopc_id active, u64 parents,
					   struct drbd_twopc_id new, int from)
{
	if (active.initiator == DRBD_NO_NODE)
		return DRBD_TWOPC_ORDER_ACCEPT;
	if (active.initiator == new.initiator) {
		if (active.tid == new.tid)
			return DRBD_TWOPC_ORDER_DUPLICATE;
		return parents & drbd_node_mask(from) ? DRBD_TWOPC_ORDER_BUSY :
							DRBD_TWOPC_ORDER_WAIT;
	}
	if (active.initiator == me && new.initiator < me)
		return DRBD_TWOPC_ORDER_YIELD;
	return DRBD_TWOPC_ORDER_BUSY;
}
EXPORT_SYMBOL_GPL(drbd_twopc_arbitrate);

/**
 * drbd_twopc_match_end() - what to do with a COMMIT or ABORT
 * @active: transaction that waits for its end here
 * @end: the packet
 *
 * A node behind this one may have been asked without this one knowing (it did not
 * take part, or not any more), hence the forwarding. Source: spec/state.md 4.5.
 *
 * Return: what to do.
 */
enum drbd_twopc_end drbd_twopc_match_end(struct drbd_twopc_id active,
					 const struct drbd_twopc_msg *end)
{
	if (active.initiator == end->initiator && active.tid == end->tid)
		return DRBD_TWOPC_END_EXECUTE;
	return end->cmd == DRBD_TWOPC_ABORT ? DRBD_TWOPC_END_FORWARD : DRBD_TWOPC_END_IGNORE;
}
EXPORT_SYMBOL_GPL(drbd_twopc_match_end);

/**
 * drbd_twopc_scope() - what a change is to this node
 * @me: own node id
 * @msg: PREPARE
 * @connected: nodes that are Connected
 * @connecting: nodes that are Connecting
 * @known_volume: the volume of @msg exists here
 *
 * A volume that does not exist (yet) here must not stop those who have it. The size
 * of a volume, in contrast, is everybody's who has it. Source: spec/state.md 4.4,
 * 13 (1, 39).
 *
 * Return: what it is.
 */
enum drbd_twopc_scope drbd_twopc_scope(int me, const struct drbd_twopc_msg *msg, u64 connected,
				       u64 connecting, bool known_volume)
{
	u64 near = connected;

	if (msg->resize)
		return known_volume ? DRBD_TWOPC_VOLUME : DRBD_TWOPC_FAR;
	if (msg->target != DRBD_NO_NODE && msg->target != me)
		return DRBD_TWOPC_FAR;
	if (drbd_twopc_conn_value(msg) >= 0)
		near |= connecting;
	if (!(near & drbd_node_mask(msg->initiator)))
		return DRBD_TWOPC_FAR;
	if (msg->volume == DRBD_NO_VOLUME)
		return DRBD_TWOPC_CONNECTION;
	return known_volume ? DRBD_TWOPC_VOLUME : DRBD_TWOPC_FAR;
}
EXPORT_SYMBOL_GPL(drbd_twopc_scope);

/**
 * drbd_twopc_verdict_first() - does the initiator tell others before itself
 * @msg: PREPARE; not an empty one, where it depends on the purpose
 *
 * So does who demotes (peers know before it stops), and who connects or
 * disconnects (the verdict still travels over that link), but not who promotes.
 * Source: spec/state.md 4.1.
 *
 * Return: true if COMMIT is sent before the local change.
 */
bool drbd_twopc_verdict_first(const struct drbd_twopc_msg *msg)
{
	if (msg->resize)
		return true;
	switch (drbd_twopc_conn_value(msg)) {
	case DRBD_C_CONNECTED:
		return msg->volume == DRBD_NO_VOLUME;
	case DRBD_C_DISCONNECTING:
	case DRBD_R_VERIFY_S:
	case DRBD_R_WF_BITMAP_S:
		return true;
	case -1:
		break;
	default:
		return false;
	}
	if (drbd_twopc_role_value(msg) != DRBD_ROLE_UNKNOWN)
		return drbd_twopc_role_value(msg) == DRBD_ROLE_SECONDARY;
	return msg->mask & DRBD_TWOPC_DISK_MASK;
}
EXPORT_SYMBOL_GPL(drbd_twopc_verdict_first);

/**
 * drbd_twopc_check_primaries() - are the Primaries near enough to each other
 * @p: who is Primary
 *
 * For the initiator of a promote or connect. Source: spec/state.md 4.6.
 *
 * Return: DRBD_SS_SUCCESS, or why these nodes cannot be Primary together.
 */
enum drbd_rv drbd_twopc_check_primaries(const struct drbd_twopc_primaries *p)
{
	u64 servers = ~p->weak_nodes;

	if (hweight64(p->primary_nodes) <= 1)
		return DRBD_SS_SUCCESS;
	if (!(p->two_primaries & p->configured))
		return DRBD_SS_TWO_PRIMARIES;
	if (!(p->primary_nodes & p->weak_nodes))
		return DRBD_SS_SUCCESS;
	if (!servers)
		return DRBD_SS_WEAKLY_CONNECTED;
	if (p->primary_nodes & drbd_node_mask(p->me) && p->have_disk)
		return DRBD_SS_WEAKLY_CONNECTED;
	if (servers & p->configured & ~p->two_primaries)
		return DRBD_SS_TWO_PRIMARIES;
	return DRBD_SS_SUCCESS;
}
EXPORT_SYMBOL_GPL(drbd_twopc_check_primaries);

/**
 * drbd_twopc_backoff_ms() - upper limit of the delay before the next attempt
 * @retry_timeout: option twopc-retry-timeout, in 0.1 s
 * @connections: number of connections that are Connecting or Connected
 * @attempt: number of the attempt that failed, the first is 1
 *
 * Source: spec/state.md 4.3 (step 12), 14.
 *
 * Return: the delay, in ms, is to be random and smaller than this; 0 is no delay.
 */
unsigned int drbd_twopc_backoff_ms(unsigned int retry_timeout, unsigned int connections,
				   unsigned int attempt)
{
	return retry_timeout * 100 * connections << min(attempt, 5U);
}
EXPORT_SYMBOL_GPL(drbd_twopc_backoff_ms);

/**
 * drbd_twopc_members() - who is a member after a commit
 * @members: who is before
 * @reachable: nodes that the commit names, NULL if it does not tell or must not
 *	be believed
 * @joining: nodes that the commit connects, or is not to lose
 *
 * The mask may contain a node that has just died, but has to contain every node
 * that is there. That goes for the other part of a cluster that a disconnect
 * splits, too: if each part took the other for left behind without quorum, two
 * halves would both have it. Source: spec/state.md 4.9, 12 (G2, G16).
 *
 * Return: mask of members.
 */
u64 drbd_twopc_members(u64 members, const u64 *reachable, u64 joining)
{
	return ((reachable ? *reachable : members) | joining) & DRBD_TWOPC_REAL_NODES;
}
EXPORT_SYMBOL_GPL(drbd_twopc_members);

#define CONNECT_AGAIN_MS	50
#define CONNECT_CONFLICT_MS	1000

/**
 * drbd_twopc_after_connect() - what follows an attempt to connect
 * @attempt: how it ended, and the policies
 *
 * For the initiator. Only a Primary that is suspended may be demoted or outdated
 * by what it finds out about its peer. Source: spec/state.md 4.8.
 *
 * Return: what to do.
 */
struct drbd_twopc_connect_next
drbd_twopc_after_connect(const struct drbd_twopc_connect_try *attempt)
{
	struct drbd_twopc_connect_next next = { .step = DRBD_TWOPC_CONNECT_AGAIN };
	bool demote = attempt->primary && attempt->suspended && attempt->force_secondary;

	if (attempt->rv >= DRBD_SS_SUCCESS) {
		next.step = DRBD_TWOPC_CONNECTED;
		return next;
	}
	switch (attempt->rv) {
	case DRBD_SS_TIMEOUT:
	case DRBD_SS_CONCURRENT_ST_CHG:
		next.delay_ms = CONNECT_AGAIN_MS;
		return next;
	case DRBD_SS_PRIMARY_READER:
		next.step = DRBD_TWOPC_CONNECT_READERS;
		return next;
	case DRBD_SS_CW_FAILED_BY_PEER:
	case DRBD_SS_TWO_PRIMARIES:
		if (!attempt->retry_connect && !demote)
			next.step = DRBD_TWOPC_CONNECT_GIVE_UP;
		break;
	case DRBD_SS_HANDSHAKE_RETRY:
		break;
	case DRBD_SS_HANDSHAKE_DISCONNECT:
		next.step = DRBD_TWOPC_CONNECT_GIVE_UP;
		break;
	default:
		next.step = DRBD_TWOPC_CONNECT_LOST;
		return next;
	}
	next.outdate = !attempt->primary ||
		       (attempt->suspended &&
			(attempt->no_data_error || attempt->force_secondary));
	if (next.step == DRBD_TWOPC_CONNECT_AGAIN) {
		next.delay_ms = CONNECT_CONFLICT_MS;
		next.demote = demote;
	}
	return next;
}
EXPORT_SYMBOL_GPL(drbd_twopc_after_connect);

/**
 * drbd_twopc_resize_resync() - who syncs the area that a resize added
 * @me: own node id
 * @peer: node id of the peer
 * @diskful_primaries: Primaries with a disk, of COMMIT
 * @parents: nodes that sent PREPARE to this node
 * @children: nodes that this node sent PREPARE to
 *
 * Without a Primary the data spreads from the initiator, along the paths that the
 * PREPARE took. On a link that it took in both directions the lower node id is
 * the source. Source: spec/resync.md 8.3.
 *
 * Return: role of this node towards the peer.
 */
enum drbd_twopc_resync drbd_twopc_resize_resync(int me, int peer, u64 diskful_primaries,
						u64 parents, u64 children)
{
	u64 peer_mask = drbd_node_mask(peer);
	bool i_am, it_is;

	if (diskful_primaries) {
		i_am = diskful_primaries & drbd_node_mask(me);
		it_is = diskful_primaries & peer_mask;
	} else {
		i_am = children & peer_mask;
		it_is = parents & peer_mask;
	}
	if (i_am && (!it_is || me < peer))
		return DRBD_TWOPC_RESYNC_SOURCE;
	return it_is ? DRBD_TWOPC_RESYNC_TARGET : DRBD_TWOPC_RESYNC_NONE;
}
EXPORT_SYMBOL_GPL(drbd_twopc_resize_resync);
