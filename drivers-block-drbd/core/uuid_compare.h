/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose data is newer, and how does the other one get it?
 *
 * Source: spec/resync.md 2.3.
 */
#ifndef DRBD_CORE_UUID_COMPARE_H
#define DRBD_CORE_UUID_COMPARE_H

#include "uuid.h"
#include "uuid_finish.h"
#include "uuid_strategy.h"

/**
 * enum drbd_uuid_fix - what one of the two did not write down, with 8.4 peers
 * @DRBD_FIX_NONE: nothing
 * @DRBD_FIX_FINISH_SELF: this node, that a resync from here ended
 * @DRBD_FIX_FINISH_PEER: the peer, that a resync from there ended
 * @DRBD_FIX_START_PEER: the peer wrote down that a resync began; undo
 * @DRBD_FIX_START_SELF: this node wrote down that a resync began; undo
 */
enum drbd_uuid_fix {
	DRBD_FIX_NONE,
	DRBD_FIX_FINISH_SELF,
	DRBD_FIX_FINISH_PEER,
	DRBD_FIX_START_PEER,
	DRBD_FIX_START_SELF,
};

/**
 * struct drbd_compare - two nodes to be compared, as this one sees them
 * @ids: own UUID set
 * @view: what the peer told
 * @peer: id of the peer
 * @proto: agreed protocol version
 * @wire_protocol: 'A', 'B' or 'C'
 * @resolve_conflicts: set on one end of the connection
 * @connecting: the connection is not established yet
 * @sent: the peer has been told @comm
 * @self: resolved current UUID
 * @flags: own DRBD_UUID_FLAG_*, as they would be told now
 * @comm: what the peer has been told
 * @missed: of drbd_uuid_detect_missed()
 */
struct drbd_compare {
	const struct drbd_uuids *ids;
	const struct drbd_peer_uuids *view;
	int peer;
	int proto;
	char wire_protocol;
	bool resolve_conflicts;
	bool connecting;
	bool sent;
	u64 self;
	u64 flags;
	struct drbd_uuid_comm comm;
	enum drbd_missed_end missed;
};

/**
 * struct drbd_decision - result of a comparison
 * @strategy: what to do
 * @rule: why
 * @node: whose slot to use for a copied or cleared bitmap, else DRBD_NO_NODE
 * @fix: what drbd_uuid_compare_fix() has to put right
 * @reconcile: the resync reconciles what a lost Primary left behind
 */
struct drbd_decision {
	enum drbd_strategy strategy;
	enum drbd_rule rule;
	int node;
	enum drbd_uuid_fix fix;
	bool reconcile;
};

void drbd_uuid_compare(const struct drbd_compare *c, struct drbd_decision *d);
void drbd_uuid_compare_fix(struct drbd_uuids *ids, struct drbd_peer_uuids *view, int peer,
			   enum drbd_uuid_fix fix, u64 dagtag);
int drbd_uuid_find_peer_slot(const struct drbd_compare *c, u64 uuid);
int drbd_uuid_find_own_slot(const struct drbd_compare *c, u64 uuid);

#endif
