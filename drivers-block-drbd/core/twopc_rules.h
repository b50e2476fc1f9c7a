/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules of two-phase commits that need no memory: who goes first, who may be
 * Primary together with whom, how long to wait, what a result leads to
 */
#ifndef DRBD_CORE_TWOPC_RULES_H
#define DRBD_CORE_TWOPC_RULES_H

#include "twopc_msg.h"

/**
 * struct drbd_twopc_id - names a transaction
 * @initiator: node that started it, DRBD_NO_NODE for no transaction
 * @tid: its number
 */
struct drbd_twopc_id {
	int initiator;
	u32 tid;
};

/**
 * enum drbd_twopc_order - what to do with a PREPARE
 * @DRBD_TWOPC_ORDER_ACCEPT: take part
 * @DRBD_TWOPC_ORDER_DUPLICATE: it is that of the active transaction again
 * @DRBD_TWOPC_ORDER_YIELD: give up the own transaction, then take part
 * @DRBD_TWOPC_ORDER_WAIT: the active one is about to end; see again then
 * @DRBD_TWOPC_ORDER_BUSY: answer RETRY
 */
enum drbd_twopc_order {
	DRBD_TWOPC_ORDER_ACCEPT,
	DRBD_TWOPC_ORDER_DUPLICATE,
	DRBD_TWOPC_ORDER_YIELD,
	DRBD_TWOPC_ORDER_WAIT,
	DRBD_TWOPC_ORDER_BUSY,
};

/**
 * enum drbd_twopc_end - what to do with a COMMIT or ABORT
 * @DRBD_TWOPC_END_EXECUTE: do it, and pass it on
 * @DRBD_TWOPC_END_FORWARD: only pass it on
 * @DRBD_TWOPC_END_IGNORE: nothing
 */
enum drbd_twopc_end {
	DRBD_TWOPC_END_EXECUTE,
	DRBD_TWOPC_END_FORWARD,
	DRBD_TWOPC_END_IGNORE,
};

/**
 * enum drbd_twopc_scope - what a change is to this node
 * @DRBD_TWOPC_FAR: a change elsewhere, or of a volume that is not known here
 * @DRBD_TWOPC_CONNECTION: of the connection to the initiator and all its volumes
 * @DRBD_TWOPC_VOLUME: of one volume on the connection to the initiator; a resize:
 *	of that volume
 */
enum drbd_twopc_scope {
	DRBD_TWOPC_FAR,
	DRBD_TWOPC_CONNECTION,
	DRBD_TWOPC_VOLUME,
};

/**
 * struct drbd_twopc_primaries - who is Primary, as the initiator knows it
 * @primary_nodes: Primaries after the change
 * @weak_nodes: complement of the nodes that all of them are connected to
 * @me: own node id
 * @have_disk: some volume has a disk here
 * @configured: peers that have a connection configured
 * @two_primaries: those of @configured that allow two Primaries
 */
struct drbd_twopc_primaries {
	u64 primary_nodes;
	u64 weak_nodes;
	int me;
	bool have_disk;
	u64 configured;
	u64 two_primaries;
};

/**
 * enum drbd_twopc_connect_step - what follows an attempt to connect
 * @DRBD_TWOPC_CONNECTED: nothing
 * @DRBD_TWOPC_CONNECT_AGAIN: keep the link, try again after a delay
 * @DRBD_TWOPC_CONNECT_READERS: wait for local readers to leave, then try again
 * @DRBD_TWOPC_CONNECT_GIVE_UP: send P_DISCONNECT, go to Disconnecting
 * @DRBD_TWOPC_CONNECT_LOST: treat the link as failed
 */
enum drbd_twopc_connect_step {
	DRBD_TWOPC_CONNECTED,
	DRBD_TWOPC_CONNECT_AGAIN,
	DRBD_TWOPC_CONNECT_READERS,
	DRBD_TWOPC_CONNECT_GIVE_UP,
	DRBD_TWOPC_CONNECT_LOST,
};

/**
 * struct drbd_twopc_connect_try - an attempt to connect, and the policies for it
 * @rv: its result
 * @retry_connect: rr-conflict is retry-connect
 * @primary: this node is Primary
 * @suspended: I/O is suspended here
 * @no_data_error: on-no-data-accessible is io-error
 * @force_secondary: on-suspended-primary-outdated is force-secondary
 */
struct drbd_twopc_connect_try {
	enum drbd_rv rv;
	bool retry_connect;
	bool primary;
	bool suspended;
	bool no_data_error;
	bool force_secondary;
};

/**
 * struct drbd_twopc_connect_next - what to do after an attempt to connect
 * @step: what happens with the connection
 * @delay_ms: DRBD_TWOPC_CONNECT_AGAIN: before the next try
 * @outdate: outdate the disks that the handshake wants to be sync target
 * @demote: become Secondary, failing all I/O if a device is open
 */
struct drbd_twopc_connect_next {
	enum drbd_twopc_connect_step step;
	unsigned int delay_ms;
	bool outdate;
	bool demote;
};

/**
 * enum drbd_twopc_resync - resync of the area that a resize added
 * @DRBD_TWOPC_RESYNC_NONE: not with this peer
 * @DRBD_TWOPC_RESYNC_SOURCE: towards the peer
 * @DRBD_TWOPC_RESYNC_TARGET: from the peer
 */
enum drbd_twopc_resync {
	DRBD_TWOPC_RESYNC_NONE,
	DRBD_TWOPC_RESYNC_SOURCE,
	DRBD_TWOPC_RESYNC_TARGET,
};

enum drbd_twopc_order drbd_twopc_arbitrate(int me, struct drbd_twopc_id active, u64 parents,
					   struct drbd_twopc_id new, int from);
enum drbd_twopc_end drbd_twopc_match_end(struct drbd_twopc_id active,
					 const struct drbd_twopc_msg *end);
enum drbd_twopc_scope drbd_twopc_scope(int me, const struct drbd_twopc_msg *msg, u64 connected,
				       u64 connecting, bool known_volume);
bool drbd_twopc_verdict_first(const struct drbd_twopc_msg *msg);
enum drbd_rv drbd_twopc_check_primaries(const struct drbd_twopc_primaries *p);
unsigned int drbd_twopc_backoff_ms(unsigned int retry_timeout, unsigned int connections,
				   unsigned int attempt);
u64 drbd_twopc_members(u64 members, const u64 *reachable, u64 joining);
struct drbd_twopc_connect_next
drbd_twopc_after_connect(const struct drbd_twopc_connect_try *attempt);
enum drbd_twopc_resync drbd_twopc_resize_resync(int me, int peer, u64 diskful_primaries,
						u64 parents, u64 children);

#endif
