/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the administrator wants, when generations do not decide
 *
 * Source: spec/resync.md 2.8 to 2.10.
 */
#ifndef DRBD_CORE_UUID_POLICY_H
#define DRBD_CORE_UUID_POLICY_H

#include "types.h"
#include "uuid_strategy.h"

/**
 * enum drbd_asb - policies after a split brain, and for a Primary that is target
 * @DRBD_ASB_DISCONNECT: leave it to the administrator
 * @DRBD_ASB_DISCARD_YOUNGER: the one that became Primary later is the target
 * @DRBD_ASB_DISCARD_OLDER: the one that was Primary before is the target
 * @DRBD_ASB_DISCARD_ZERO: one without changes is the target
 * @DRBD_ASB_DISCARD_LEAST: the one with fewer changes is the target
 * @DRBD_ASB_DISCARD_LOCAL: this node is the target
 * @DRBD_ASB_DISCARD_REMOTE: the peer is the target
 * @DRBD_ASB_CONSENSUS: as without Primaries, unless it is at a Primary's expense
 * @DRBD_ASB_DISCARD_SECONDARY: the Primary is the source
 * @DRBD_ASB_CALL_HELPER: as without Primaries, a Primary has to resign
 * @DRBD_ASB_VIOLENTLY: as without Primaries
 * @DRBD_ASB_RETRY_CONNECT: try again until the Primary resigned
 * @DRBD_ASB_AUTO_DISCARD: reverse it, if a crashed Primary were the source
 *
 * The numbers travel in P_PROTOCOL and in netlink messages.
 */
enum drbd_asb {
	DRBD_ASB_DISCONNECT = 0,
	DRBD_ASB_DISCARD_YOUNGER = 1,
	DRBD_ASB_DISCARD_OLDER = 2,
	DRBD_ASB_DISCARD_ZERO = 3,
	DRBD_ASB_DISCARD_LEAST = 4,
	DRBD_ASB_DISCARD_LOCAL = 5,
	DRBD_ASB_DISCARD_REMOTE = 6,
	DRBD_ASB_CONSENSUS = 7,
	DRBD_ASB_DISCARD_SECONDARY = 8,
	DRBD_ASB_CALL_HELPER = 9,
	DRBD_ASB_VIOLENTLY = 10,
	DRBD_ASB_RETRY_CONNECT = 11,
	DRBD_ASB_AUTO_DISCARD = 12,
};

/**
 * enum drbd_asb_verdict - what a policy comes to
 * @DRBD_ASB_UNRESOLVED: nothing
 * @DRBD_ASB_BAD_POLICY: nothing, it is not a policy for this case
 * @DRBD_ASB_SOURCE: this node is the source
 * @DRBD_ASB_TARGET: this node is the target
 * @DRBD_ASB_TARGET_IF_DEMOTED: the same, if this Primary can become Secondary; or
 *	else call pri-lost-after-sb, unresolved
 */
enum drbd_asb_verdict {
	DRBD_ASB_UNRESOLVED,
	DRBD_ASB_BAD_POLICY,
	DRBD_ASB_SOURCE,
	DRBD_ASB_TARGET,
	DRBD_ASB_TARGET_IF_DEMOTED,
};

/**
 * struct drbd_split_brain - two nodes that have been written to, and the policies
 * @policy: after-sb-0pri, -1pri and -2pri
 * @always: always-asbp: apply them to what is not a plain split brain, too
 * @quorum: quorum is configured
 * @quorate: this node has it
 * @peer_quorate: the peer has it
 * @proto: agreed protocol version
 * @role: own role
 * @peer_role: role of the peer
 * @was_primary: Primary bit of the own bitmap UUID for the peer
 * @peer_was_primary: Primary bit of the peer's bitmap UUID for this node
 * @bits: number of bits that are set towards the peer
 * @peer_bits: number of bits that are set towards this node
 * @resolve_conflicts: set on one end of the connection
 */
struct drbd_split_brain {
	enum drbd_asb policy[3];
	bool always;
	bool quorum;
	bool quorate;
	bool peer_quorate;
	int proto;
	enum drbd_node_role role;
	enum drbd_node_role peer_role;
	bool was_primary;
	bool peer_was_primary;
	u64 bits;
	u64 peer_bits;
	bool resolve_conflicts;
};

/**
 * struct drbd_rr_conflict - this node may be a Primary that has to be the target
 * @policy: rr-conflict
 * @role: own role
 * @peer_role: role of the peer
 * @disk: own disk state
 * @peer_disk: disk state of the peer
 * @bits: some bits are set on either side
 * @attach: a disk is being attached; no auto-discard
 */
struct drbd_rr_conflict {
	enum drbd_asb policy;
	enum drbd_node_role role;
	enum drbd_node_role peer_role;
	enum drbd_disk disk;
	enum drbd_disk peer_disk;
	bool bits;
	bool attach;
};

enum drbd_asb_verdict drbd_after_split_brain(const struct drbd_split_brain *sb);
enum drbd_strategy drbd_asb_strategy(enum drbd_strategy strategy,
				     enum drbd_asb_verdict verdict);
enum drbd_strategy drbd_user_strategy(bool discard, bool peer_discard);
enum drbd_strategy drbd_full_sync(enum drbd_strategy strategy);
enum drbd_strategy drbd_discard_reversed(enum drbd_strategy strategy, bool discard,
					 bool peer_discard, int proto, enum drbd_disk disk,
					 enum drbd_disk peer_disk, bool *ignored);
enum drbd_strategy drbd_rr_conflict(enum drbd_strategy strategy, enum drbd_rule rule,
				    const struct drbd_rr_conflict *rr, bool *call_helper);

#endif
