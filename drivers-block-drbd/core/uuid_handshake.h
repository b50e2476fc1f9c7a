/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the UUIDs of two nodes to what has to be done
 *
 * Source: spec/resync.md 2.2, 2.5, 2.11, 2.12.
 */
#ifndef DRBD_CORE_UUID_HANDSHAKE_H
#define DRBD_CORE_UUID_HANDSHAKE_H

#include "uuid_override.h"
#include "uuid_policy.h"

/* Helpers to call, and messages; of struct drbd_handshake_result. */
#define DRBD_HS_INITIAL_SPLIT_BRAIN	BIT(0)	/* helper initial-split-brain */
#define DRBD_HS_SPLIT_BRAIN		BIT(1)	/* helper split-brain */
#define DRBD_HS_PRI_LOST		BIT(2)	/* helper pri-lost */
#define DRBD_HS_PRI_LOST_AFTER_SB	BIT(3)	/* helper pri-lost-after-sb */
#define DRBD_HS_BAD_POLICY		BIT(4)	/* log: after-sb-* is not for this case */
#define DRBD_HS_REVERTING		BIT(5)	/* log: going back to older data */
#define DRBD_HS_NOT_REVERTING		BIT(6)	/* log: discard-my-data is not possible */

/**
 * enum drbd_outcome - what a handshake comes to
 * @DRBD_OUTCOME_CONNECT: the replication state says how
 * @DRBD_OUTCOME_RETRY: shake hands again later
 * @DRBD_OUTCOME_DISCONNECT: do not connect
 * @DRBD_OUTCOME_DEMOTE: try to become Secondary, and ask again
 */
enum drbd_outcome {
	DRBD_OUTCOME_CONNECT,
	DRBD_OUTCOME_RETRY,
	DRBD_OUTCOME_DISCONNECT,
	DRBD_OUTCOME_DEMOTE,
};

/**
 * enum drbd_demotion - was there an attempt to become Secondary?
 * @DRBD_DEMOTION_NONE: not yet
 * @DRBD_DEMOTION_DONE: it succeeded
 * @DRBD_DEMOTION_FAILED: it failed
 */
enum drbd_demotion {
	DRBD_DEMOTION_NONE,
	DRBD_DEMOTION_DONE,
	DRBD_DEMOTION_FAILED,
};

/**
 * enum drbd_bitmap_op - what to do with a bitmap before a resync
 * @DRBD_BITMAP_KEEP: nothing
 * @DRBD_BITMAP_COPY: copy it from the one of a node
 * @DRBD_BITMAP_COPY_FREE: copy it from one that belongs to no node
 * @DRBD_BITMAP_CLEAR: clear it
 * @DRBD_BITMAP_SET: set all of it, the intent on stable storage first
 * @DRBD_BITMAP_SET_ALL: set those of all nodes
 */
enum drbd_bitmap_op {
	DRBD_BITMAP_KEEP,
	DRBD_BITMAP_COPY,
	DRBD_BITMAP_COPY_FREE,
	DRBD_BITMAP_CLEAR,
	DRBD_BITMAP_SET,
	DRBD_BITMAP_SET_ALL,
};

/**
 * struct drbd_bitmap_todo - what to do with the bitmap towards a peer
 * @op: the operation
 * @from: node id or index of the bitmap to copy
 * @merge: node id of a bitmap to merge into it after that, DRBD_NO_NODE for none
 * @slot_uuid: to replace the bitmap UUID by, after that; 0 to leave it
 */
struct drbd_bitmap_todo {
	enum drbd_bitmap_op op;
	int from;
	int merge;
	u64 slot_uuid;
};

/**
 * struct drbd_handshake - all that decides about the connection of two disks
 * @c: their UUIDs
 * @sb: the policies after a split brain; roles and bits are set by the function
 * @lost: Primaries that they lost
 * @rr_conflict: policy for a Primary that is target
 * @role: own role
 * @peer_role: role of the peer
 * @disk: own disk state, as told, and as the peer takes it: by
 *	drbd_uuid_negotiated_disk() as well
 * @peer_disk: disk state of the peer, as told; drbd_uuid_negotiated_disk()
 * @own_disk: own disk state; of the metadata if it is being negotiated. Only what
 *	the peer does not decide by is decided by this one.
 * @stable: this node is stable
 * @attach: a disk is being attached while the nodes are connected
 * @dry_run: one of them only wants to know
 * @demotion: what the last outcome asked for
 * @other_source: id of a third node that this one is being synced from, or
 *	DRBD_NO_NODE
 * @partial: mask of the nodes whose bitmaps do not have all blocks that changed
 *	since the generation in their slots, as some were sent to them meanwhile
 */
struct drbd_handshake {
	struct drbd_compare c;
	struct drbd_split_brain sb;
	struct drbd_lost_primary lost;
	enum drbd_asb rr_conflict;
	enum drbd_node_role role;
	enum drbd_node_role peer_role;
	enum drbd_disk disk;
	enum drbd_disk peer_disk;
	enum drbd_disk own_disk;
	bool stable;
	bool attach;
	bool dry_run;
	enum drbd_demotion demotion;
	int other_source;
	u64 partial;
};

/**
 * struct drbd_handshake_result - what it comes to
 * @d: the decision
 * @outcome: connect or not
 * @notices: DRBD_HS_*
 * @repl: replication state, valid for DRBD_OUTCOME_CONNECT
 * @peer_disk: disk of the peer to go with @repl: with the same data as a stable
 *	node, it does not stay Outdated (SZ18), but says so only later. What is written
 *	until then has to go there, not to be marked out of sync.
 * @clear_slot: the peer missed the end of a resync: replace the bitmap UUID by 0
 * @bitmap: what to do with the bitmap, valid for DRBD_OUTCOME_CONNECT
 */
struct drbd_handshake_result {
	struct drbd_decision d;
	enum drbd_outcome outcome;
	unsigned int notices;
	enum drbd_repl repl;
	enum drbd_disk peer_disk;
	bool clear_slot;
	struct drbd_bitmap_todo bitmap;
};

/**
 * enum drbd_compare_kind - why connected nodes compare again
 * @DRBD_COMPARE_AFTER_UNSTABLE: one of them got stable
 * @DRBD_COMPARE_DISKLESS_PRIMARY: a diskless Primary has another generation
 */
enum drbd_compare_kind {
	DRBD_COMPARE_AFTER_UNSTABLE,
	DRBD_COMPARE_DISKLESS_PRIMARY,
};

/**
 * struct drbd_compare_now - what a comparison of connected nodes comes to
 * @d: the decision
 * @repl: state to change to; Off if there is nothing to do
 * @discharge: the peer is not owed a reconciliation any more
 * @take_disk: the own disk becomes what the peer's is
 * @bitmap: what to do with the bitmap
 */
struct drbd_compare_now {
	struct drbd_decision d;
	enum drbd_repl repl;
	bool discharge;
	bool take_disk;
	struct drbd_bitmap_todo bitmap;
};

enum drbd_repl drbd_strategy_repl(enum drbd_strategy strategy, enum drbd_node_role role,
				  enum drbd_node_role peer_role);
int drbd_strategy_preference(enum drbd_strategy strategy);
void drbd_strategy_bitmap(const struct drbd_handshake *h, const struct drbd_decision *d,
			  struct drbd_bitmap_todo *todo);
void drbd_uuid_handshake(const struct drbd_handshake *h, struct drbd_handshake_result *r);
void drbd_uuid_compare_now(const struct drbd_handshake *h, enum drbd_compare_kind kind,
			   struct drbd_compare_now *r);

#endif
