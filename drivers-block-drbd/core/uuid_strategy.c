// SPDX-License-Identifier: GPL-2.0-only
/*
 * What two nodes with disks may come to, and by which rule
 *
 * The names are for the log: whoever asks why a resync went this way and not the
 * other finds the answer there.
 */

#include <linux/export.h>

#include "uuid_strategy.h"

static const char *const strategy_names[DRBD_STRATEGIES] = {
	[DRBD_NO_SYNC] = "no-sync",
	[DRBD_SOURCE_IF_BOTH_FAILED] = "source-if-both-failed",
	[DRBD_SOURCE_USE_BITMAP] = "source-use-bitmap",
	[DRBD_SOURCE_SET_BITMAP] = "source-set-bitmap",
	[DRBD_SOURCE_COPY_BITMAP] = "source-copy-other-bitmap",
	[DRBD_TARGET_IF_BOTH_FAILED] = "target-if-both-failed",
	[DRBD_TARGET_USE_BITMAP] = "target-use-bitmap",
	[DRBD_TARGET_SET_BITMAP] = "target-set-bitmap",
	[DRBD_TARGET_CLEAR_BITMAP] = "target-clear-bitmap",
	[DRBD_SPLIT_BRAIN] = "split-brain-auto-recover",
	[DRBD_SPLIT_BRAIN_DISCONNECT] = "split-brain-disconnect",
	[DRBD_UNRELATED_DATA] = "unrelated-data",
	[DRBD_REQUIRES_PROTO_91] = "requires-proto-91",
	[DRBD_REQUIRES_PROTO_124] = "requires-proto-124",
	[DRBD_RETRY_CONNECT] = "retry-connect",
	[DRBD_PRIMARY_RECONNECT] = "sync-target-primary-reconnect",
	[DRBD_PRIMARY_DISCONNECT] = "sync-target-primary-disconnect",
};

static const char *const rule_names[DRBD_RULES] = {
	[DRBD_RULE_NONE] = "none",
	[DRBD_RULE_HANDSHAKE_CHANGED] = "initial-handshake-changed",
	[DRBD_RULE_JUST_CREATED_BOTH] = "just-created-both",
	[DRBD_RULE_JUST_CREATED_SELF] = "just-created-self",
	[DRBD_RULE_JUST_CREATED_PEER] = "just-created-peer",
	[DRBD_RULE_SOURCE_MISSED_FINISH] = "sync-source-missed-finish",
	[DRBD_RULE_SOURCE_PEER_MISSED_FINISH] = "sync-source-peer-missed-finish",
	[DRBD_RULE_TARGET_PEER_MISSED_FINISH] = "sync-target-peer-missed-finish",
	[DRBD_RULE_TARGET_MISSED_FINISH] = "sync-target-missed-finish",
	[DRBD_RULE_RECONNECTED] = "reconnected",
	[DRBD_RULE_CRASHED_PRIMARY] = "crashed-primary",
	[DRBD_RULE_LOST_QUORUM] = "lost-quorum",
	[DRBD_RULE_BOTH_OFF] = "both-off",
	[DRBD_RULE_BITMAP_PEER] = "bitmap-peer",
	[DRBD_RULE_BITMAP_PEER_OTHER] = "bitmap-peer-other",
	[DRBD_RULE_TARGET_MISSED_START] = "sync-target-missed-start",
	[DRBD_RULE_BITMAP_SELF] = "bitmap-self",
	[DRBD_RULE_BITMAP_SELF_OTHER] = "bitmap-self-other",
	[DRBD_RULE_SOURCE_MISSED_START] = "sync-source-missed-start",
	[DRBD_RULE_HISTORY_PEER] = "history-peer",
	[DRBD_RULE_HISTORY_SELF] = "history-self",
	[DRBD_RULE_BITMAP_BOTH] = "bitmap-both",
	[DRBD_RULE_HISTORY_BOTH] = "history-both",
	[DRBD_RULE_RECONCILE_BITMAP] = "reconcile-bitmap",
	[DRBD_RULE_RECONCILE_DAGTAG] = "reconcile-dagtag",
};

/**
 * drbd_strategy_name() - name of a strategy
 * @strategy: the strategy, may be out of range
 *
 * Return: the name for the log, or "unknown".
 * Source: spec/resync.md 2.2
 */
const char *drbd_strategy_name(enum drbd_strategy strategy)
{
	return (unsigned int)strategy < DRBD_STRATEGIES ? strategy_names[strategy] : "unknown";
}
EXPORT_SYMBOL_GPL(drbd_strategy_name);

/**
 * drbd_rule_name() - name of a rule
 * @rule: the rule, may be out of range
 *
 * Return: the name for the log, or "unknown".
 * Source: spec/resync.md 2.3
 */
const char *drbd_rule_name(enum drbd_rule rule)
{
	return (unsigned int)rule < DRBD_RULES ? rule_names[rule] : "unknown";
}
EXPORT_SYMBOL_GPL(drbd_rule_name);

/**
 * drbd_strategy_is_source() - is this node the source by a strategy?
 * @strategy: the strategy
 *
 * Return: whether it is.
 */
bool drbd_strategy_is_source(enum drbd_strategy strategy)
{
	return strategy >= DRBD_SOURCE_IF_BOTH_FAILED && strategy <= DRBD_SOURCE_COPY_BITMAP;
}
EXPORT_SYMBOL_GPL(drbd_strategy_is_source);

/**
 * drbd_strategy_is_target() - is this node the target by a strategy?
 * @strategy: the strategy
 *
 * Return: whether it is. Not if it will not connect because it is.
 */
bool drbd_strategy_is_target(enum drbd_strategy strategy)
{
	return strategy >= DRBD_TARGET_IF_BOTH_FAILED && strategy <= DRBD_TARGET_CLEAR_BITMAP;
}
EXPORT_SYMBOL_GPL(drbd_strategy_is_target);

/**
 * drbd_strategy_determined() - does a strategy say who gets whose data?
 * @strategy: the strategy
 *
 * Return: whether it does, or says that nobody needs to.
 * Source: spec/resync.md 2.2
 */
bool drbd_strategy_determined(enum drbd_strategy strategy)
{
	return strategy == DRBD_NO_SYNC || drbd_strategy_is_source(strategy) ||
	       drbd_strategy_is_target(strategy);
}
EXPORT_SYMBOL_GPL(drbd_strategy_determined);
