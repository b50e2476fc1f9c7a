// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the UUIDs of two nodes to what has to be done
 *
 * The order matters. A disk state overrules a guess about crashes, a policy
 * applies to what the generations left open, what the administrator demands
 * overrules both, and a Primary's users have the last word. Each step asks only
 * for what both nodes were told, so that they stay mirror images of each other.
 *
 * Nothing is changed here. The result of a connection takes effect only when the
 * whole cluster agreed, or is forgotten.
 */

#include <linux/export.h>
#include <linux/string.h>

#include "uuid_gen.h"
#include "uuid_handshake.h"

/**
 * drbd_strategy_repl() - the replication state that a strategy leads to
 * @strategy: the strategy
 * @role: own role
 * @peer_role: role of the peer
 *
 * Who was Primary at a crash does not matter any more when one is Primary now.
 *
 * Return: the state.
 * Source: spec/resync.md 2.12
 */
enum drbd_repl drbd_strategy_repl(enum drbd_strategy strategy, enum drbd_node_role role,
				  enum drbd_node_role peer_role)
{
	bool primary = role == DRBD_ROLE_PRIMARY, peer_primary = peer_role == DRBD_ROLE_PRIMARY;

	if ((strategy == DRBD_SOURCE_IF_BOTH_FAILED || strategy == DRBD_TARGET_IF_BOTH_FAILED) &&
	    (primary || peer_primary)) {
		if (primary && peer_primary)
			return DRBD_R_ESTABLISHED;
		return primary ? DRBD_R_WF_BITMAP_S : DRBD_R_WF_BITMAP_T;
	}
	if (drbd_strategy_is_source(strategy))
		return DRBD_R_WF_BITMAP_S;
	if (drbd_strategy_is_target(strategy))
		return DRBD_R_WF_BITMAP_T;
	return DRBD_R_ESTABLISHED;
}
EXPORT_SYMBOL_GPL(drbd_strategy_repl);

/**
 * drbd_strategy_preference() - which peer is the best to be synced from?
 * @strategy: what comparing with it came to
 *
 * Return: the higher the better; 0 for none at all.
 * Source: spec/resync.md 2.2
 */
int drbd_strategy_preference(enum drbd_strategy strategy)
{
	switch (strategy) {
	case DRBD_NO_SYNC:
		return 5;
	case DRBD_TARGET_IF_BOTH_FAILED:
		return 4;
	case DRBD_TARGET_USE_BITMAP:
		return 3;
	case DRBD_TARGET_SET_BITMAP:
		return 2;
	case DRBD_TARGET_CLEAR_BITMAP:
		return 1;
	default:
		return 0;
	}
}
EXPORT_SYMBOL_GPL(drbd_strategy_preference);

static void copy_bitmap(const struct drbd_uuids *ids, int node, bool partial,
			struct drbd_bitmap_todo *todo)
{
	int index = drbd_uuid_free_index(ids);

	if (partial) {
		todo->op = DRBD_BITMAP_SET;
	} else if (ids->slots[node].flags & DRBD_MDF_HAVE_BITMAP) {
		todo->op = DRBD_BITMAP_COPY;
		todo->from = node;
	} else if (index >= 0) {
		todo->op = DRBD_BITMAP_COPY_FREE;
		todo->from = index;
	} else {
		todo->op = DRBD_BITMAP_SET;
	}
}

static void set_bitmap(const struct drbd_handshake *h, bool source,
		       struct drbd_bitmap_todo *todo)
{
	const struct drbd_compare *c = &h->c;

	if (drbd_uuid_unset(c->ids->current_uuid)) {
		/* Nobody knows what is on this disk; but what arrives is known. */
		if (h->other_source == DRBD_NO_NODE)
			todo->op = DRBD_BITMAP_SET_ALL;
		else if (source)
			todo->op = DRBD_BITMAP_SET;
		return;
	}
	todo->op = DRBD_BITMAP_SET;
	/* Interrupted, it can be continued then. */
	if (source && !drbd_uuid_unset(c->view->current_uuid))
		todo->slot_uuid = c->view->current_uuid;
}

/**
 * drbd_strategy_bitmap() - what to do with the bitmap before a resync
 * @h: the nodes
 * @d: the decision
 * @todo: filled in
 *
 * To be done while no writes are in flight. If it fails, shake hands again.
 *
 * A node that is being synced compares as what it is going to be. If it is the
 * target by that, it lacks what the bitmap says, and what it has not got yet
 * from the other source; that one may get paused, and is cancelled when the new
 * one is done.
 *
 * Another node's bitmap serves only if it is complete. It is not if that node has
 * been synced in part, or written to while it was: the peer has none of that.
 * Likewise, the own bitmap must not be cleared on a disk that is Inconsistent.
 *
 * Source: spec/resync.md 2.4, 2.12
 */
void drbd_strategy_bitmap(const struct drbd_handshake *h, const struct drbd_decision *d,
			  struct drbd_bitmap_todo *todo)
{
	memset(todo, 0, sizeof(*todo));
	todo->from = DRBD_NO_NODE;
	todo->merge = DRBD_NO_NODE;
	switch (d->strategy) {
	case DRBD_SOURCE_COPY_BITMAP:
		copy_bitmap(h->c.ids, d->node, h->partial & drbd_node_mask(d->node), todo);
		break;
	case DRBD_TARGET_CLEAR_BITMAP:
		/* Parts of other generations are in the own bitmap only. */
		if (h->disk > DRBD_D_INCONSISTENT)
			todo->op = DRBD_BITMAP_CLEAR;
		todo->merge = h->other_source;
		break;
	case DRBD_TARGET_USE_BITMAP:
		todo->merge = h->other_source;
		break;
	case DRBD_SOURCE_SET_BITMAP:
		set_bitmap(h, true, todo);
		break;
	case DRBD_TARGET_SET_BITMAP:
		set_bitmap(h, false, todo);
		break;
	default:
		break;
	}
}
EXPORT_SYMBOL_GPL(drbd_strategy_bitmap);

static bool is_split_brain(enum drbd_strategy strategy)
{
	return strategy == DRBD_SPLIT_BRAIN || strategy == DRBD_SPLIT_BRAIN_DISCONNECT;
}

/* Returns false if this node has to be demoted first. */
static bool apply_policies(const struct drbd_handshake *h, struct drbd_handshake_result *r)
{
	int self = h->c.ids->self;
	struct drbd_split_brain sb = h->sb;
	enum drbd_asb_verdict verdict;

	sb.proto = h->c.proto;
	sb.resolve_conflicts = h->c.resolve_conflicts;
	sb.role = h->role;
	sb.peer_role = h->peer_role;
	sb.was_primary = h->c.ids->slots[h->c.peer].uuid & DRBD_UUID_PRIMARY;
	sb.peer_was_primary = h->c.view->bitmap[self] & DRBD_UUID_PRIMARY;
	sb.bits = h->c.comm.bits;
	sb.peer_bits = h->c.view->dirty_bits;
	/* It was asked for as a Primary, and still is what it was asked for. */
	if (h->demotion == DRBD_DEMOTION_DONE)
		sb.role = DRBD_ROLE_PRIMARY;

	verdict = drbd_after_split_brain(&sb);
	if (verdict == DRBD_ASB_BAD_POLICY)
		r->notices |= DRBD_HS_BAD_POLICY;
	if (verdict == DRBD_ASB_TARGET_IF_DEMOTED) {
		if (h->demotion == DRBD_DEMOTION_NONE)
			return false;
		if (h->demotion == DRBD_DEMOTION_FAILED) {
			r->notices |= DRBD_HS_PRI_LOST_AFTER_SB;
			verdict = DRBD_ASB_UNRESOLVED;
		}
	}
	r->d.strategy = drbd_asb_strategy(r->d.strategy, verdict);
	return true;
}

/* Returns false if this node has to be demoted first. */
static bool resolve_split_brain(const struct drbd_handshake *h, bool discard, bool peer_discard,
				struct drbd_handshake_result *r)
{
	bool ambiguous = r->d.strategy == DRBD_SPLIT_BRAIN_DISCONNECT;
	enum drbd_strategy user = drbd_user_strategy(discard, peer_discard);

	r->notices |= DRBD_HS_INITIAL_SPLIT_BRAIN;
	if (!ambiguous || h->sb.always) {
		if (!apply_policies(h, r))
			return false;
	}
	if (r->d.strategy == DRBD_SPLIT_BRAIN_DISCONNECT && user != DRBD_NO_SYNC)
		r->d.strategy = ambiguous ? drbd_full_sync(user) : user;
	if (r->d.strategy == DRBD_SPLIT_BRAIN_DISCONNECT)
		r->notices |= DRBD_HS_SPLIT_BRAIN;
	return true;
}

/* A resync whose end was missed is repeated only if its source has good data. */
static void filter_missed_finish(const struct drbd_handshake *h, struct drbd_handshake_result *r)
{
	switch (r->d.rule) {
	case DRBD_RULE_SOURCE_MISSED_FINISH:
	case DRBD_RULE_SOURCE_PEER_MISSED_FINISH:
	case DRBD_RULE_TARGET_PEER_MISSED_FINISH:
	case DRBD_RULE_TARGET_MISSED_FINISH:
		break;
	default:
		return;
	}
	if (r->d.strategy == DRBD_SOURCE_USE_BITMAP && h->disk != DRBD_D_UP_TO_DATE) {
		r->d.strategy = DRBD_NO_SYNC;
	} else if (r->d.strategy == DRBD_TARGET_USE_BITMAP &&
		   h->peer_disk != DRBD_D_UP_TO_DATE) {
		r->d.strategy = DRBD_NO_SYNC;
		r->clear_slot = true;
	}
}

static enum drbd_outcome outcome_of(enum drbd_strategy strategy)
{
	if (drbd_strategy_determined(strategy))
		return DRBD_OUTCOME_CONNECT;
	if (strategy == DRBD_RETRY_CONNECT || strategy == DRBD_PRIMARY_RECONNECT)
		return DRBD_OUTCOME_RETRY;
	return DRBD_OUTCOME_DISCONNECT;
}

static void apply_user_and_primary(const struct drbd_handshake *h, bool discard,
				   bool peer_discard, struct drbd_handshake_result *r)
{
	struct drbd_rr_conflict rr = {
		.policy = h->rr_conflict,
		.role = h->role,
		.peer_role = h->peer_role,
		.disk = h->own_disk,
		.peer_disk = h->peer_disk,
		.bits = h->c.comm.bits || h->c.view->dirty_bits,
		.attach = h->attach,
	};
	enum drbd_strategy before = r->d.strategy;
	bool ignored, call_helper;

	r->d.strategy = drbd_discard_reversed(before, discard, peer_discard, h->c.proto, h->disk,
					      h->peer_disk, &ignored);
	if (ignored)
		r->notices |= DRBD_HS_NOT_REVERTING;
	else if (r->d.strategy != before)
		r->notices |= DRBD_HS_REVERTING;
	r->d.strategy = drbd_rr_conflict(r->d.strategy, r->d.rule, &rr, &call_helper);
	if (call_helper)
		r->notices |= DRBD_HS_PRI_LOST;
}

static void decide(const struct drbd_handshake *h, struct drbd_handshake_result *r)
{
	bool discard = h->c.flags & DRBD_UUID_FLAG_DISCARD_MY_DATA;
	bool peer_discard = h->c.view->flags & DRBD_UUID_FLAG_DISCARD_MY_DATA;
	bool stable = h->stable && (h->c.view->flags & DRBD_UUID_FLAG_STABLE);

	drbd_uuid_compare(&h->c, &r->d);
	drbd_uuid_missed_without_bits(&h->c, h->role, &r->d);
	if (!drbd_strategy_determined(r->d.strategy) && !is_split_brain(r->d.strategy))
		return;
	drbd_uuid_disk_override(&h->c, h->disk, h->peer_disk, &r->d);
	if (!h->attach)
		drbd_uuid_reconcile(&h->c, h->disk, h->peer_disk, &h->lost, &r->d);
	/* It may look other when the writes of a Primary behind them arrived. */
	if (r->d.strategy == DRBD_SPLIT_BRAIN && !stable)
		r->d.strategy = DRBD_NO_SYNC;
	if (is_split_brain(r->d.strategy) &&
	    !resolve_split_brain(h, discard, peer_discard, r)) {
		r->outcome = DRBD_OUTCOME_DEMOTE;
		return;
	}
	apply_user_and_primary(h, discard, peer_discard, r);
	filter_missed_finish(h, r);
}

/**
 * drbd_uuid_handshake() - decide about the connection of two disks
 * @h: all that decides
 * @r: the result, of which all members are set
 *
 * For a handshake, or when a disk is attached. To be asked once only; nothing of
 * it takes effect before the transaction commits. The decision's fix has to be
 * applied whatever the outcome.
 *
 * Source: spec/resync.md 2.2
 */
void drbd_uuid_handshake(const struct drbd_handshake *h, struct drbd_handshake_result *r)
{
	memset(r, 0, sizeof(*r));
	decide(h, r);
	if (r->outcome != DRBD_OUTCOME_DEMOTE)
		r->outcome = outcome_of(r->d.strategy);
	if (r->outcome != DRBD_OUTCOME_CONNECT)
		return;
	if (h->dry_run) {
		r->outcome = DRBD_OUTCOME_DISCONNECT;
		r->clear_slot = false;
		return;
	}
	r->repl = drbd_strategy_repl(r->d.strategy, h->role, h->peer_role);
	r->peer_disk = h->peer_disk;
	if (r->repl == DRBD_R_ESTABLISHED && h->stable && !h->attach &&
	    ((h->peer_disk == DRBD_D_OUTDATED && h->disk >= DRBD_D_CONSISTENT) ||
	     (h->peer_disk == DRBD_D_CONSISTENT && h->disk == DRBD_D_UP_TO_DATE &&
	      h->role == DRBD_ROLE_PRIMARY)))
		r->peer_disk = h->disk;
	drbd_strategy_bitmap(h, &r->d, &r->bitmap);
}
EXPORT_SYMBOL_GPL(drbd_uuid_handshake);

/* Both have written while none of them was told everything; the one that is
 * UpToDate has it all.
 */
static void after_unstable(const struct drbd_handshake *h, struct drbd_decision *d)
{
	if (d->strategy != DRBD_SPLIT_BRAIN)
		return;
	if (h->peer_disk == DRBD_D_UP_TO_DATE && h->disk < DRBD_D_UP_TO_DATE)
		d->strategy = DRBD_TARGET_USE_BITMAP;
	else if (h->disk == DRBD_D_UP_TO_DATE && h->peer_disk < DRBD_D_UP_TO_DATE)
		d->strategy = DRBD_SOURCE_USE_BITMAP;
}

/* Users of a Primary are not to lose what they see, and it will refuse; a handshake has
 * a policy for that, but these nodes are connected already.
 */
static bool at_a_primarys_expense(const struct drbd_handshake *h, enum drbd_strategy strategy)
{
	if (drbd_strategy_is_target(strategy))
		return h->role == DRBD_ROLE_PRIMARY && h->disk >= DRBD_D_CONSISTENT;
	return drbd_strategy_is_source(strategy) && h->peer_role == DRBD_ROLE_PRIMARY &&
	       h->peer_disk >= DRBD_D_CONSISTENT;
}

/**
 * drbd_uuid_compare_now() - compare nodes that are connected
 * @h: the nodes; policies do not count
 * @kind: why
 * @r: the result, of which all members are set
 *
 * After an unstable phase disk states do not count: several targets that finish
 * together would choose opposite directions.
 *
 * Source: spec/resync.md 2.12, 10.2
 */
void drbd_uuid_compare_now(const struct drbd_handshake *h, enum drbd_compare_kind kind,
			   struct drbd_compare_now *r)
{
	memset(r, 0, sizeof(*r));
	r->repl = DRBD_R_OFF;
	r->bitmap.from = DRBD_NO_NODE;
	r->bitmap.merge = DRBD_NO_NODE;
	drbd_uuid_compare(&h->c, &r->d);
	if (kind == DRBD_COMPARE_AFTER_UNSTABLE)
		after_unstable(h, &r->d);
	else
		drbd_uuid_disk_override(&h->c, h->disk, h->peer_disk, &r->d);
	if (!drbd_strategy_determined(r->d.strategy) ||
	    at_a_primarys_expense(h, r->d.strategy))
		return;
	r->repl = drbd_strategy_repl(r->d.strategy, h->role, h->peer_role);
	if (r->repl == DRBD_R_ESTABLISHED) {
		r->repl = DRBD_R_OFF;
		r->discharge = h->peer_disk == DRBD_D_UP_TO_DATE &&
			       h->disk == DRBD_D_CONSISTENT;
		r->take_disk = h->disk == DRBD_D_OUTDATED && h->peer_disk >= DRBD_D_CONSISTENT;
		return;
	}
	drbd_strategy_bitmap(h, &r->d, &r->bitmap);
}
EXPORT_SYMBOL_GPL(drbd_uuid_compare_now);
