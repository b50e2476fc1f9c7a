// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose data is newer, and how does the other one get it?
 *
 * Both nodes of a connection ask this at the same time, each with its own UUID
 * set and what the other told. They do not tell each other the answer, so they
 * must come to mirrored ones: if one is source by the bitmap for a node, the
 * other is target by that very bitmap. That holds as long as the rules come in
 * pairs, in one order, and look only at what both know. Where one side could see
 * more than the other, as slots that it does not send, it must not look.
 */

#include <linux/export.h>
#include <linux/string.h>

#include "uuid_compare.h"
#include "uuid_tell.h"

static bool decide(struct drbd_decision *d, enum drbd_strategy strategy, enum drbd_rule rule)
{
	d->strategy = strategy;
	d->rule = rule;
	return true;
}

static bool decide_node(struct drbd_decision *d, enum drbd_strategy strategy, int node,
			enum drbd_rule rule)
{
	d->node = node;
	return decide(d, strategy, rule);
}

static bool decide_fix(struct drbd_decision *d, enum drbd_strategy strategy, enum drbd_rule rule,
		       enum drbd_uuid_fix fix)
{
	d->fix = fix;
	return decide(d, strategy, rule);
}

/* Rule 0. The peer decides by what it was told. */
static bool was_told_otherwise(const struct drbd_compare *c)
{
	if (!c->sent || !c->connecting)
		return false;
	return !drbd_uuid_equal(c->self, c->comm.current_uuid) ||
	       !drbd_uuid_equal(c->ids->slots[c->peer].uuid, c->comm.bitmap_uuid) ||
	       ((c->flags ^ c->comm.flags) & ~DRBD_UUID_FLAG_INCONSISTENT);
}

/* Rules 4 and 5: 8.4 peers do not tell when a resync ends. */
static bool compare_equal_84(const struct drbd_compare *c, struct drbd_decision *d)
{
	const u64 *own = c->ids->history, *his = c->view->history;
	u64 bs = c->ids->slots[c->peer].uuid, bp = c->view->bitmap[c->ids->self];

	if (!bs == !bp)
		return false;
	if (c->proto < 91)
		return decide(d, DRBD_REQUIRES_PROTO_91, DRBD_RULE_NONE);
	if (bs) {
		if (drbd_uuid_equal(bs, his[0]) && drbd_uuid_equal(own[0], his[0]))
			return decide_fix(d, DRBD_SOURCE_USE_BITMAP,
					  DRBD_RULE_SOURCE_MISSED_FINISH, DRBD_FIX_FINISH_SELF);
		return decide(d, DRBD_SOURCE_USE_BITMAP, DRBD_RULE_SOURCE_PEER_MISSED_FINISH);
	}
	if (drbd_uuid_equal(own[0], bp) && drbd_uuid_equal(own[1], his[0]))
		return decide_fix(d, DRBD_TARGET_USE_BITMAP, DRBD_RULE_TARGET_PEER_MISSED_FINISH,
				  DRBD_FIX_FINISH_PEER);
	return decide(d, DRBD_TARGET_USE_BITMAP, DRBD_RULE_TARGET_MISSED_FINISH);
}

/* Rules 10 to 12. */
static bool compare_lost_quorum(const struct drbd_compare *c, u64 own, u64 his,
				struct drbd_decision *d)
{
	own &= DRBD_UUID_FLAG_PRIMARY_LOST_QUORUM;
	his &= DRBD_UUID_FLAG_PRIMARY_LOST_QUORUM;
	if (!own && !his)
		return false;
	if (own && (!his || c->resolve_conflicts))
		return decide(d, DRBD_SOURCE_IF_BOTH_FAILED, DRBD_RULE_LOST_QUORUM);
	return decide(d, DRBD_TARGET_IF_BOTH_FAILED, DRBD_RULE_LOST_QUORUM);
}

/* Rules 14 to 16: one of the two stayed up, and did not lose anything. */
static bool compare_survivor(const struct drbd_compare *c, u64 own, u64 his,
			     struct drbd_decision *d)
{
	enum drbd_rule rule = c->proto >= 120 ? DRBD_RULE_LOST_QUORUM : DRBD_RULE_RECONNECTED;

	if ((his & DRBD_UUID_FLAG_CRASHED_PRIMARY) && (own & DRBD_UUID_FLAG_RECONNECT))
		return decide(d, DRBD_SOURCE_IF_BOTH_FAILED, rule);
	if ((own & DRBD_UUID_FLAG_CRASHED_PRIMARY) && (his & DRBD_UUID_FLAG_RECONNECT))
		return decide(d, DRBD_TARGET_IF_BOTH_FAILED, rule);
	if ((own | his) & DRBD_UUID_FLAG_RECONNECT)
		return decide(d, DRBD_NO_SYNC, rule);
	return false;
}

/* Rules 4 to 19: same generation. Still, a Primary that crashed may have left
 * writes on one disk that are not on the other.
 */
static bool compare_equal(const struct drbd_compare *c, struct drbd_decision *d)
{
	u64 own = c->proto < 110 ? c->flags & DRBD_UUID_FLAGS_84 : c->flags;
	u64 his = c->view->flags;
	bool reconnected = own & his & DRBD_UUID_FLAG_RECONNECT;
	bool crashed = own & DRBD_UUID_FLAG_CRASHED_PRIMARY;
	bool peer_crashed = his & DRBD_UUID_FLAG_CRASHED_PRIMARY;

	if (c->proto < 110 && compare_equal_84(c, d))
		return true;
	if (c->missed == DRBD_MISSED_SOURCE)
		return decide(d, DRBD_SOURCE_USE_BITMAP, DRBD_RULE_SOURCE_MISSED_FINISH);
	if (c->missed == DRBD_MISSED_PEER)
		return decide(d, DRBD_TARGET_USE_BITMAP, DRBD_RULE_TARGET_PEER_MISSED_FINISH);
	if (c->proto >= 120 && reconnected)
		return decide(d, DRBD_NO_SYNC, DRBD_RULE_RECONNECTED);
	if (c->proto >= 121 && c->wire_protocol != 'C' && crashed != peer_crashed)
		return decide(d, crashed ? DRBD_SOURCE_USE_BITMAP : DRBD_TARGET_USE_BITMAP,
			      DRBD_RULE_CRASHED_PRIMARY);
	if (compare_lost_quorum(c, own, his, d))
		return true;
	if (reconnected)
		return decide(d, DRBD_NO_SYNC, DRBD_RULE_RECONNECTED);
	if (compare_survivor(c, own, his, d))
		return true;
	if (crashed)
		return decide(d, peer_crashed && c->resolve_conflicts ?
			      DRBD_TARGET_IF_BOTH_FAILED : DRBD_SOURCE_IF_BOTH_FAILED,
			      DRBD_RULE_BOTH_OFF);
	return decide(d, peer_crashed ? DRBD_TARGET_IF_BOTH_FAILED : DRBD_NO_SYNC,
		      DRBD_RULE_BOTH_OFF);
}

/**
 * drbd_uuid_find_peer_slot() - find a generation in the slots of the peer
 * @c: the nodes
 * @uuid: the generation
 *
 * Return: the lowest node id other than the own one whose slot has it, or
 *	DRBD_NO_NODE.
 */
int drbd_uuid_find_peer_slot(const struct drbd_compare *c, u64 uuid)
{
	int n;

	for (n = 0; n < DRBD_NODES; n++) {
		if (n != c->ids->self && drbd_uuid_real(c->view->bitmap[n]) &&
		    drbd_uuid_equal(c->view->bitmap[n], uuid))
			return n;
	}
	return DRBD_NO_NODE;
}
EXPORT_SYMBOL_GPL(drbd_uuid_find_peer_slot);

/**
 * drbd_uuid_find_own_slot() - find a generation in the own slots
 * @c: the nodes
 * @uuid: the generation
 *
 * Return: the lowest node id other than the peer's whose slot has it, of those
 *	that the peer is told of, or DRBD_NO_NODE.
 */
int drbd_uuid_find_own_slot(const struct drbd_compare *c, u64 uuid)
{
	int unalloc, n;
	u64 mask = drbd_uuid_sent_mask(c->ids, c->peer, c->proto, &unalloc);

	for (n = 0; n < DRBD_NODES; n++) {
		if (n != c->ids->self && n != c->peer && (mask & drbd_node_mask(n)) &&
		    drbd_uuid_real(c->ids->slots[n].uuid) &&
		    drbd_uuid_equal(c->ids->slots[n].uuid, uuid))
			return n;
	}
	return DRBD_NO_NODE;
}
EXPORT_SYMBOL_GPL(drbd_uuid_find_own_slot);

static bool same_history(const u64 *a, const u64 *b)
{
	int i;

	for (i = 0; i < DRBD_HISTORY_UUIDS && a[i]; i++) {
		if (drbd_uuid_in_history(b, a[i]))
			return true;
	}
	return false;
}

/* Rule 22 from the other side is rule 25: the source wrote down that a resync
 * began, by a new bitmap UUID, and the target did not get it.
 */
static bool missed_start(int proto, const u64 *source, const u64 *target, u64 bitmap)
{
	if (proto >= 96)
		return drbd_uuid_equal(source[0] + DRBD_UUID_SYNC_OFFSET, bitmap);
	return drbd_uuid_equal(source[1], target[0]);
}

/* Rules 20 to 25: one of the two tracks the other's generation. */
static bool compare_bitmaps(const struct drbd_compare *c, struct drbd_decision *d)
{
	const u64 *own = c->ids->history, *his = c->view->history;
	u64 bs = c->ids->slots[c->peer].uuid, bp = c->view->bitmap[c->ids->self];
	u64 peer = c->view->current_uuid;
	int n;

	if (drbd_uuid_equal(c->self, bp))
		return decide(d, DRBD_TARGET_USE_BITMAP, DRBD_RULE_BITMAP_PEER);
	n = drbd_uuid_find_peer_slot(c, c->self);
	if (n != DRBD_NO_NODE)
		return decide_node(d, DRBD_TARGET_CLEAR_BITMAP, n, DRBD_RULE_BITMAP_PEER_OTHER);
	if (c->proto < 110 && drbd_uuid_equal(c->self, his[0]) &&
	    missed_start(c->proto, his, own, bp))
		return decide_fix(d, DRBD_TARGET_USE_BITMAP, DRBD_RULE_TARGET_MISSED_START,
				  DRBD_FIX_START_PEER);
	if (drbd_uuid_equal(bs, peer))
		return decide(d, DRBD_SOURCE_USE_BITMAP, DRBD_RULE_BITMAP_SELF);
	n = drbd_uuid_find_own_slot(c, peer);
	if (n != DRBD_NO_NODE)
		return decide_node(d, DRBD_SOURCE_COPY_BITMAP, n, DRBD_RULE_BITMAP_SELF_OTHER);
	if (c->proto < 110 && drbd_uuid_equal(own[0], peer) &&
	    missed_start(c->proto, own, his, bs))
		return decide_fix(d, DRBD_SOURCE_USE_BITMAP, DRBD_RULE_SOURCE_MISSED_START,
				  DRBD_FIX_START_SELF);
	return false;
}

/* Rules 26 to 30: only older generations are in common, if anything. */
static bool compare_histories(const struct drbd_compare *c, struct drbd_decision *d)
{
	const u64 *own = c->ids->history, *his = c->view->history;
	u64 bs = c->ids->slots[c->peer].uuid, bp = c->view->bitmap[c->ids->self];
	bool is_older = drbd_uuid_in_history(his, c->self);
	bool is_newer = drbd_uuid_in_history(own, c->view->current_uuid);

	if (is_older && !is_newer)
		return decide(d, DRBD_TARGET_SET_BITMAP, DRBD_RULE_HISTORY_PEER);
	if (is_newer && !is_older)
		return decide(d, DRBD_SOURCE_SET_BITMAP, DRBD_RULE_HISTORY_SELF);
	/* A target goes by the generation that it gets, but its slots and its history
	 * are still those of what it had. They may not have that in common with an
	 * ancestor of it, which is no split brain: ask again when the resync is over.
	 */
	if (c->connecting && (c->flags | c->view->flags) & DRBD_UUID_FLAG_SYNC_TARGET)
		return decide(d, DRBD_RETRY_CONNECT, DRBD_RULE_HISTORY_BOTH);
	if (bs && drbd_uuid_equal(bs, bp))
		return decide(d, DRBD_SPLIT_BRAIN, DRBD_RULE_BITMAP_BOTH);
	if (same_history(own, his))
		return decide(d, DRBD_SPLIT_BRAIN_DISCONNECT, DRBD_RULE_HISTORY_BOTH);
	return decide(d, DRBD_UNRELATED_DATA, DRBD_RULE_HISTORY_BOTH);
}

/**
 * drbd_uuid_compare() - compare the generations of two nodes
 * @c: the nodes
 * @d: the result, of which all members are set
 *
 * Source: spec/resync.md 2.3, 2.13
 */
void drbd_uuid_compare(const struct drbd_compare *c, struct drbd_decision *d)
{
	bool none = drbd_uuid_unset(c->self), peer_none = drbd_uuid_unset(c->view->current_uuid);

	memset(d, 0, sizeof(*d));
	d->node = DRBD_NO_NODE;
	if (was_told_otherwise(c))
		decide(d, DRBD_RETRY_CONNECT, DRBD_RULE_HANDSHAKE_CHANGED);
	else if (none && peer_none)
		decide(d, DRBD_NO_SYNC, DRBD_RULE_JUST_CREATED_BOTH);
	else if (none)
		decide(d, DRBD_TARGET_SET_BITMAP, DRBD_RULE_JUST_CREATED_SELF);
	else if (peer_none)
		decide(d, DRBD_SOURCE_SET_BITMAP, DRBD_RULE_JUST_CREATED_PEER);
	else if (drbd_uuid_equal(c->self, c->view->current_uuid))
		compare_equal(c, d);
	else if (!compare_bitmaps(c, d))
		compare_histories(c, d);
}
EXPORT_SYMBOL_GPL(drbd_uuid_compare);

/**
 * drbd_uuid_compare_fix() - write down what was missed, with 8.4 peers
 * @ids: own UUID set
 * @view: what the peer told
 * @peer: id of the peer
 * @fix: from the decision
 * @dagtag: dagtag of the resource
 *
 * Source: spec/resync.md 2.3, rules 4, 5, 22, 25
 */
void drbd_uuid_compare_fix(struct drbd_uuids *ids, struct drbd_peer_uuids *view, int peer,
			   enum drbd_uuid_fix fix, u64 dagtag)
{
	size_t rest = (DRBD_HISTORY_UUIDS - 1) * sizeof(u64);

	switch (fix) {
	case DRBD_FIX_NONE:
		break;
	case DRBD_FIX_FINISH_SELF:
		drbd_uuid_replace_slot(ids, peer, 0, 0);
		break;
	case DRBD_FIX_FINISH_PEER:
		memmove(&view->history[1], &view->history[0], rest);
		view->history[0] = view->bitmap[ids->self];
		view->bitmap[ids->self] = 0;
		break;
	case DRBD_FIX_START_PEER:
		view->bitmap[ids->self] = view->history[0];
		memmove(&view->history[0], &view->history[1], rest);
		view->history[DRBD_HISTORY_UUIDS - 1] = 0;
		break;
	case DRBD_FIX_START_SELF:
		drbd_uuid_set_slot(ids, peer, ids->history[0], dagtag);
		memmove(&ids->history[0], &ids->history[1], rest);
		ids->history[DRBD_HISTORY_UUIDS - 1] = 0;
		break;
	}
}
EXPORT_SYMBOL_GPL(drbd_uuid_compare_fix);
