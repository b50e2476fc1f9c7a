/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether a change of state is allowed, and whether the cluster has to agree
 */
#ifndef DRBD_CORE_STATE_VALIDATE_H
#define DRBD_CORE_STATE_VALIDATE_H

#include "state.h"

#define DRBD_STATE_TEXT_SIZE	80

/**
 * struct drbd_state_reason - why a change was refused
 * @volume: volume number, or DRBD_NO_VOLUME if it is not about one
 * @node_id: of the peer, or DRBD_NO_NODE if it is not about one
 * @text: more than the result says, for users; empty if there is no more
 */
struct drbd_state_reason {
	int volume;
	int node_id;
	char text[DRBD_STATE_TEXT_SIZE];
};

/**
 * enum drbd_state_cw_kind - kind of a change that needs a two-phase commit
 * @DRBD_CW_NONE: needs none
 * @DRBD_CW_PROMOTE: Secondary to Primary
 * @DRBD_CW_DEMOTE: Primary to Secondary
 * @DRBD_CW_CONNECT: a connection becomes Connected
 * @DRBD_CW_DISCONNECT: a connection is closed in order
 * @DRBD_CW_ATTACH: end of an attach
 * @DRBD_CW_DETACH: begin of a detach
 * @DRBD_CW_FULL_SYNC: start of a full resync
 * @DRBD_CW_VERIFY: start of online verify
 * @DRBD_CW_BITMAP_SYNC: request of a resync by bitmap
 * @DRBD_CW_REMOVE_VOLUME: a volume is deleted
 */
enum drbd_state_cw_kind {
	DRBD_CW_NONE,
	DRBD_CW_PROMOTE,
	DRBD_CW_DEMOTE,
	DRBD_CW_CONNECT,
	DRBD_CW_DISCONNECT,
	DRBD_CW_ATTACH,
	DRBD_CW_DETACH,
	DRBD_CW_FULL_SYNC,
	DRBD_CW_VERIFY,
	DRBD_CW_BITMAP_SYNC,
	DRBD_CW_REMOVE_VOLUME,
};

/**
 * struct drbd_state_cw - how a change is put to the cluster
 * @kind: what it is
 * @volume: volume number of the request, or DRBD_NO_VOLUME
 * @target: node id of the target, or DRBD_NO_NODE for all
 * @last: the initiator sends the verdict before it applies the change itself
 */
struct drbd_state_cw {
	enum drbd_state_cw_kind kind;
	int volume;
	int target;
	bool last;
};

enum drbd_rv drbd_state_check_hard(const struct drbd_state *s, struct drbd_state_reason *why);
enum drbd_rv drbd_state_check_soft(const struct drbd_state *s, unsigned int flags,
				   struct drbd_state_reason *why);
enum drbd_rv drbd_state_validate(const struct drbd_state *s, unsigned int flags,
				 struct drbd_state_reason *why);
void drbd_state_cluster_wide(const struct drbd_state *s, unsigned int flags,
			     struct drbd_state_cw *cw);

#endif
