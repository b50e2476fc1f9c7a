// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the administrator wants, when generations do not decide
 *
 * After a split brain someone's writes get lost. Policies say whose, and both
 * nodes have to read them in the same way: they are negotiated to be equal, or
 * mirrored, when the connection is made, and judge only what both know. Where
 * nothing is left to tell the two apart, an arbitrary but opposite bit of the
 * two ends of the connection does.
 */

#include <linux/export.h>

#include "uuid_policy.h"

static enum drbd_asb_verdict source_if(bool source)
{
	return source ? DRBD_ASB_SOURCE : DRBD_ASB_TARGET;
}

static enum drbd_asb_verdict discard_zero(const struct drbd_split_brain *sb)
{
	if (!sb->bits && !sb->peer_bits)
		return source_if(!sb->resolve_conflicts);
	if (sb->bits && sb->peer_bits)
		return DRBD_ASB_UNRESOLVED;
	return source_if(sb->bits);
}

static enum drbd_asb_verdict discard_least(const struct drbd_split_brain *sb)
{
	if (sb->bits == sb->peer_bits)
		return source_if(!sb->resolve_conflicts);
	return source_if(sb->bits > sb->peer_bits);
}

static enum drbd_asb_verdict without_primary(const struct drbd_split_brain *sb)
{
	switch (sb->policy[0]) {
	case DRBD_ASB_DISCONNECT:
		return DRBD_ASB_UNRESOLVED;
	case DRBD_ASB_DISCARD_YOUNGER:
		if (sb->was_primary != sb->peer_was_primary)
			return source_if(sb->was_primary);
		return discard_least(sb);
	case DRBD_ASB_DISCARD_OLDER:
		if (sb->was_primary != sb->peer_was_primary)
			return source_if(!sb->was_primary);
		return discard_least(sb);
	case DRBD_ASB_DISCARD_ZERO:
		return discard_zero(sb);
	case DRBD_ASB_DISCARD_LEAST:
		return discard_least(sb);
	case DRBD_ASB_DISCARD_LOCAL:
		return DRBD_ASB_TARGET;
	case DRBD_ASB_DISCARD_REMOTE:
		return DRBD_ASB_SOURCE;
	default:
		return DRBD_ASB_BAD_POLICY;
	}
}

static enum drbd_asb_verdict resign(const struct drbd_split_brain *sb)
{
	enum drbd_asb_verdict verdict = without_primary(sb);

	if (verdict == DRBD_ASB_TARGET && sb->role == DRBD_ROLE_PRIMARY)
		return DRBD_ASB_TARGET_IF_DEMOTED;
	return verdict;
}

static enum drbd_asb_verdict with_primary(const struct drbd_split_brain *sb)
{
	bool primary = sb->role == DRBD_ROLE_PRIMARY;
	enum drbd_asb_verdict verdict;

	switch (sb->policy[1]) {
	case DRBD_ASB_DISCONNECT:
		return DRBD_ASB_UNRESOLVED;
	case DRBD_ASB_CONSENSUS:
		verdict = without_primary(sb);
		if (verdict == (primary ? DRBD_ASB_TARGET : DRBD_ASB_SOURCE))
			return DRBD_ASB_UNRESOLVED;
		return verdict;
	case DRBD_ASB_VIOLENTLY:
		return without_primary(sb);
	case DRBD_ASB_DISCARD_SECONDARY:
		return source_if(primary);
	case DRBD_ASB_CALL_HELPER:
		return resign(sb);
	default:
		return DRBD_ASB_BAD_POLICY;
	}
}

static enum drbd_asb_verdict with_primaries(const struct drbd_split_brain *sb)
{
	switch (sb->policy[2]) {
	case DRBD_ASB_DISCONNECT:
		return DRBD_ASB_UNRESOLVED;
	case DRBD_ASB_VIOLENTLY:
		return without_primary(sb);
	case DRBD_ASB_CALL_HELPER:
		return resign(sb);
	default:
		return DRBD_ASB_BAD_POLICY;
	}
}

/**
 * drbd_after_split_brain() - apply the after-split-brain policies
 * @sb: the nodes and the policies
 *
 * Return: the verdict.
 * Source: spec/resync.md 2.8
 */
enum drbd_asb_verdict drbd_after_split_brain(const struct drbd_split_brain *sb)
{
	int primaries = (sb->role == DRBD_ROLE_PRIMARY) + (sb->peer_role == DRBD_ROLE_PRIMARY);

	if (sb->quorum && sb->proto >= 113 && sb->quorate != sb->peer_quorate)
		return source_if(sb->quorate);
	switch (primaries) {
	case 0:
		return without_primary(sb);
	case 1:
		return with_primary(sb);
	default:
		return with_primaries(sb);
	}
}
EXPORT_SYMBOL_GPL(drbd_after_split_brain);

/**
 * drbd_full_sync() - transfer everything in the same direction
 * @strategy: the strategy
 *
 * Return: the strategy for it, or DRBD_SPLIT_BRAIN_DISCONNECT if there is none.
 * Source: spec/resync.md 2.2
 */
enum drbd_strategy drbd_full_sync(enum drbd_strategy strategy)
{
	if (strategy == DRBD_SOURCE_USE_BITMAP)
		return DRBD_SOURCE_SET_BITMAP;
	if (strategy == DRBD_TARGET_USE_BITMAP)
		return DRBD_TARGET_SET_BITMAP;
	return DRBD_SPLIT_BRAIN_DISCONNECT;
}
EXPORT_SYMBOL_GPL(drbd_full_sync);

/**
 * drbd_asb_strategy() - what follows from the verdict of a policy
 * @strategy: one of the split brain strategies
 * @verdict: the verdict; TARGET_IF_DEMOTED only after that succeeded
 *
 * The bitmaps say what to transfer only if both sides began with the same
 * generation.
 *
 * Return: the strategy.
 * Source: spec/resync.md 2.8
 */
enum drbd_strategy drbd_asb_strategy(enum drbd_strategy strategy,
				     enum drbd_asb_verdict verdict)
{
	enum drbd_strategy result;

	switch (verdict) {
	case DRBD_ASB_SOURCE:
		result = DRBD_SOURCE_USE_BITMAP;
		break;
	case DRBD_ASB_TARGET:
	case DRBD_ASB_TARGET_IF_DEMOTED:
		result = DRBD_TARGET_USE_BITMAP;
		break;
	default:
		return DRBD_SPLIT_BRAIN_DISCONNECT;
	}
	return strategy == DRBD_SPLIT_BRAIN ? result : drbd_full_sync(result);
}
EXPORT_SYMBOL_GPL(drbd_asb_strategy);

/**
 * drbd_user_strategy() - what discard-my-data asks for
 * @discard: given on this node
 * @peer_discard: given on the peer
 *
 * Return: target, source, or no sync if it asks for nothing.
 * Source: spec/resync.md 2.9
 */
enum drbd_strategy drbd_user_strategy(bool discard, bool peer_discard)
{
	if (discard == peer_discard)
		return DRBD_NO_SYNC;
	return discard ? DRBD_TARGET_USE_BITMAP : DRBD_SOURCE_USE_BITMAP;
}
EXPORT_SYMBOL_GPL(drbd_user_strategy);

static enum drbd_strategy reversed(enum drbd_strategy strategy)
{
	switch (strategy) {
	case DRBD_SOURCE_IF_BOTH_FAILED:
		return DRBD_TARGET_IF_BOTH_FAILED;
	case DRBD_SOURCE_USE_BITMAP:
		return DRBD_TARGET_USE_BITMAP;
	case DRBD_SOURCE_SET_BITMAP:
		return DRBD_TARGET_SET_BITMAP;
	case DRBD_TARGET_IF_BOTH_FAILED:
		return DRBD_SOURCE_IF_BOTH_FAILED;
	case DRBD_TARGET_USE_BITMAP:
		return DRBD_SOURCE_USE_BITMAP;
	case DRBD_TARGET_SET_BITMAP:
		return DRBD_SOURCE_SET_BITMAP;
	default:
		return strategy;
	}
}

/**
 * drbd_discard_reversed() - go back to older data on request
 * @strategy: what was decided
 * @discard: discard-my-data was given on this node
 * @peer_discard: it was given on the peer
 * @proto: agreed protocol version
 * @disk: own disk state
 * @peer_disk: disk state of the peer
 * @ignored: set if the request is against the decision but cannot be met
 *
 * Return: the reversed strategy if possible and asked for, else @strategy.
 * Source: spec/resync.md 2.9
 */
enum drbd_strategy drbd_discard_reversed(enum drbd_strategy strategy, bool discard,
					 bool peer_discard, int proto, enum drbd_disk disk,
					 enum drbd_disk peer_disk, bool *ignored)
{
	bool to_target = discard && !peer_discard && drbd_strategy_is_source(strategy);
	bool to_source = peer_discard && !discard && drbd_strategy_is_target(strategy);
	enum drbd_strategy result = reversed(strategy);

	*ignored = false;
	if (proto < 121 || (!to_target && !to_source))
		return strategy;
	*ignored = result == strategy ||
		   (to_target ? peer_disk : disk) <= DRBD_D_INCONSISTENT;
	return *ignored ? strategy : result;
}
EXPORT_SYMBOL_GPL(drbd_discard_reversed);

/* A resync would change data under the feet of its users. */
static bool loses_data(enum drbd_strategy strategy, enum drbd_node_role role,
		       enum drbd_disk disk)
{
	return role == DRBD_ROLE_PRIMARY && disk >= DRBD_D_CONSISTENT &&
	       drbd_strategy_is_target(strategy) && strategy != DRBD_TARGET_IF_BOTH_FAILED;
}

/**
 * drbd_rr_conflict() - a Primary must not be the target without further notice
 * @strategy: what was decided
 * @rule: by which rule
 * @rr: roles, disks, policy
 * @call_helper: set if the helper pri-lost has to be called
 *
 * The peer gets to know nothing of it, so what auto-discard reverses on a
 * Primary is reversed on its peer by the same policy there.
 *
 * Return: the strategy.
 * Source: spec/resync.md 2.10
 */
enum drbd_strategy drbd_rr_conflict(enum drbd_strategy strategy, enum drbd_rule rule,
				    const struct drbd_rr_conflict *rr, bool *call_helper)
{
	bool may_discard = rr->policy == DRBD_ASB_AUTO_DISCARD && !rr->attach && rr->bits &&
			   rule == DRBD_RULE_CRASHED_PRIMARY;

	*call_helper = false;
	if (may_discard && strategy == DRBD_SOURCE_USE_BITMAP &&
	    loses_data(DRBD_TARGET_USE_BITMAP, rr->peer_role, rr->peer_disk))
		return DRBD_TARGET_USE_BITMAP;
	if (!rr->bits || !loses_data(strategy, rr->role, rr->disk))
		return strategy;
	switch (rr->policy) {
	case DRBD_ASB_VIOLENTLY:
		return strategy;
	case DRBD_ASB_AUTO_DISCARD:
		if (may_discard && strategy == DRBD_TARGET_USE_BITMAP)
			return DRBD_SOURCE_USE_BITMAP;
		return strategy;
	case DRBD_ASB_RETRY_CONNECT:
		return DRBD_PRIMARY_RECONNECT;
	case DRBD_ASB_CALL_HELPER:
		*call_helper = true;
		return DRBD_PRIMARY_DISCONNECT;
	default:
		return DRBD_PRIMARY_DISCONNECT;
	}
}
EXPORT_SYMBOL_GPL(drbd_rr_conflict);
