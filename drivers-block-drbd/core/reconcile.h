/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How survivors of a primary become equal again
 *
 * Source: spec/io.md 4.8.
 */
#ifndef DRBD_CORE_RECONCILE_H
#define DRBD_CORE_RECONCILE_H

#include "types.h"

/**
 * enum drbd_reconcile_uuids - what generation UUIDs demand between survivors
 * @DRBD_RECONCILE_UUIDS_EQUAL: no resync
 * @DRBD_RECONCILE_UUIDS_SOURCE: bitmap based resync, this node is the source
 * @DRBD_RECONCILE_UUIDS_TARGET: bitmap based resync, this node is the target
 * @DRBD_RECONCILE_UUIDS_OTHER: anything else, or volumes that disagree
 */
enum drbd_reconcile_uuids {
	DRBD_RECONCILE_UUIDS_EQUAL,
	DRBD_RECONCILE_UUIDS_SOURCE,
	DRBD_RECONCILE_UUIDS_TARGET,
	DRBD_RECONCILE_UUIDS_OTHER,
};

/**
 * enum drbd_reconcile - what survivors of a primary do
 * @DRBD_RECONCILE_IGNORE: nothing, it is not a matter of dagtags
 * @DRBD_RECONCILE_CLEAR: no resync; clear the bits for this peer
 * @DRBD_RECONCILE_SOURCE: resync to the peer
 * @DRBD_RECONCILE_TARGET: resync from the peer
 */
enum drbd_reconcile {
	DRBD_RECONCILE_IGNORE,
	DRBD_RECONCILE_CLEAR,
	DRBD_RECONCILE_SOURCE,
	DRBD_RECONCILE_TARGET,
};

/**
 * struct drbd_reconcile_volume - one volume, as P_PEER_DAGTAG finds it
 * @repl: replication state towards the peer that sent it
 * @disk: state of the local disk
 * @uuids: comparison of UUIDs with that peer
 */
struct drbd_reconcile_volume {
	enum drbd_repl repl;
	enum drbd_disk disk;
	enum drbd_reconcile_uuids uuids;
};

enum drbd_reconcile drbd_reconcile(enum drbd_reconcile_uuids uuids, u64 own, u64 peer);
enum drbd_reconcile drbd_reconcile_volumes(const struct drbd_reconcile_volume *volumes,
					   unsigned int n, u64 own, u64 peer);
enum drbd_reconcile drbd_reconcile_handshake(bool own_bits, bool peer_bits, u64 own,
					     u64 peer, int own_id, int peer_id);

#endif
