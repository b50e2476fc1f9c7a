/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What two nodes with disks may come to, and by which rule
 *
 * Source: spec/resync.md 2.2, 2.3.
 */
#ifndef DRBD_CORE_UUID_STRATEGY_H
#define DRBD_CORE_UUID_STRATEGY_H

#include <linux/types.h>

/**
 * enum drbd_strategy - what the comparison of two nodes comes to
 * @DRBD_NO_SYNC: same data
 * @DRBD_SOURCE_IF_BOTH_FAILED: source, by who was Primary when it crashed
 * @DRBD_SOURCE_USE_BITMAP: source, of what the bitmaps say
 * @DRBD_SOURCE_SET_BITMAP: source, of everything
 * @DRBD_SOURCE_COPY_BITMAP: source, of what the bitmap of another node says
 * @DRBD_TARGET_IF_BOTH_FAILED: target, by who was Primary when it crashed
 * @DRBD_TARGET_USE_BITMAP: target, of what the bitmaps say
 * @DRBD_TARGET_SET_BITMAP: target, of everything
 * @DRBD_TARGET_CLEAR_BITMAP: target, of what the source's bitmap says
 * @DRBD_SPLIT_BRAIN: both have been written to; a policy may resolve it
 * @DRBD_SPLIT_BRAIN_DISCONNECT: both have been written to, more than once
 * @DRBD_UNRELATED_DATA: nothing in common
 * @DRBD_REQUIRES_PROTO_91: not with a peer that old
 * @DRBD_REQUIRES_PROTO_124: not with a peer that old
 * @DRBD_RETRY_CONNECT: shake hands again
 * @DRBD_PRIMARY_RECONNECT: target although Primary: shake hands again
 * @DRBD_PRIMARY_DISCONNECT: target although Primary: do not connect
 * @DRBD_STRATEGIES: number of them
 */
enum drbd_strategy {
	DRBD_NO_SYNC,
	DRBD_SOURCE_IF_BOTH_FAILED,
	DRBD_SOURCE_USE_BITMAP,
	DRBD_SOURCE_SET_BITMAP,
	DRBD_SOURCE_COPY_BITMAP,
	DRBD_TARGET_IF_BOTH_FAILED,
	DRBD_TARGET_USE_BITMAP,
	DRBD_TARGET_SET_BITMAP,
	DRBD_TARGET_CLEAR_BITMAP,
	DRBD_SPLIT_BRAIN,
	DRBD_SPLIT_BRAIN_DISCONNECT,
	DRBD_UNRELATED_DATA,
	DRBD_REQUIRES_PROTO_91,
	DRBD_REQUIRES_PROTO_124,
	DRBD_RETRY_CONNECT,
	DRBD_PRIMARY_RECONNECT,
	DRBD_PRIMARY_DISCONNECT,
	DRBD_STRATEGIES,
};

/**
 * enum drbd_rule - the rule that decided
 * @DRBD_RULE_NONE: none by name
 * @DRBD_RULE_HANDSHAKE_CHANGED: what was told is not true any more
 * @DRBD_RULE_JUST_CREATED_BOTH: no data
 * @DRBD_RULE_JUST_CREATED_SELF: no data here
 * @DRBD_RULE_JUST_CREATED_PEER: no data at the peer
 * @DRBD_RULE_SOURCE_MISSED_FINISH: a resync from here ended, not known here
 * @DRBD_RULE_SOURCE_PEER_MISSED_FINISH: the same, or an 8.4 target did not write
 *	it down
 * @DRBD_RULE_TARGET_PEER_MISSED_FINISH: a resync to here ended, not known there
 * @DRBD_RULE_TARGET_MISSED_FINISH: the same, or not written down here
 * @DRBD_RULE_RECONNECTED: both stayed up
 * @DRBD_RULE_CRASHED_PRIMARY: a Primary crashed that did not wait for the peer
 * @DRBD_RULE_LOST_QUORUM: a Primary lost quorum; or no rule before it applied
 * @DRBD_RULE_BOTH_OFF: both were down
 * @DRBD_RULE_BITMAP_PEER: the peer tracks this node's generation
 * @DRBD_RULE_BITMAP_PEER_OTHER: it does so for another node
 * @DRBD_RULE_TARGET_MISSED_START: a resync to here began, not written down here
 * @DRBD_RULE_BITMAP_SELF: this node tracks the peer's generation
 * @DRBD_RULE_BITMAP_SELF_OTHER: it does so for another node
 * @DRBD_RULE_SOURCE_MISSED_START: a resync from here began, not known there
 * @DRBD_RULE_HISTORY_PEER: this node's generation is an older one of the peer's
 * @DRBD_RULE_HISTORY_SELF: the peer's generation is an older one of this node's
 * @DRBD_RULE_BITMAP_BOTH: both began new ones from the same
 * @DRBD_RULE_HISTORY_BOTH: they have a common ancestor, or none
 * @DRBD_RULE_RECONCILE_BITMAP: one side has bits of a Primary that is lost
 * @DRBD_RULE_RECONCILE_DAGTAG: one side got more from a Primary that is lost
 * @DRBD_RULES: number of them
 */
enum drbd_rule {
	DRBD_RULE_NONE,
	DRBD_RULE_HANDSHAKE_CHANGED,
	DRBD_RULE_JUST_CREATED_BOTH,
	DRBD_RULE_JUST_CREATED_SELF,
	DRBD_RULE_JUST_CREATED_PEER,
	DRBD_RULE_SOURCE_MISSED_FINISH,
	DRBD_RULE_SOURCE_PEER_MISSED_FINISH,
	DRBD_RULE_TARGET_PEER_MISSED_FINISH,
	DRBD_RULE_TARGET_MISSED_FINISH,
	DRBD_RULE_RECONNECTED,
	DRBD_RULE_CRASHED_PRIMARY,
	DRBD_RULE_LOST_QUORUM,
	DRBD_RULE_BOTH_OFF,
	DRBD_RULE_BITMAP_PEER,
	DRBD_RULE_BITMAP_PEER_OTHER,
	DRBD_RULE_TARGET_MISSED_START,
	DRBD_RULE_BITMAP_SELF,
	DRBD_RULE_BITMAP_SELF_OTHER,
	DRBD_RULE_SOURCE_MISSED_START,
	DRBD_RULE_HISTORY_PEER,
	DRBD_RULE_HISTORY_SELF,
	DRBD_RULE_BITMAP_BOTH,
	DRBD_RULE_HISTORY_BOTH,
	DRBD_RULE_RECONCILE_BITMAP,
	DRBD_RULE_RECONCILE_DAGTAG,
	DRBD_RULES,
};

const char *drbd_strategy_name(enum drbd_strategy strategy);
const char *drbd_rule_name(enum drbd_rule rule);
bool drbd_strategy_is_source(enum drbd_strategy strategy);
bool drbd_strategy_is_target(enum drbd_strategy strategy);
bool drbd_strategy_determined(enum drbd_strategy strategy);

#endif
