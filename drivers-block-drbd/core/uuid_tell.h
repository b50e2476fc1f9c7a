/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a node tells its peers about its data generations
 *
 * Source: spec/resync.md 1.4, 1.11.
 */
#ifndef DRBD_CORE_UUID_TELL_H
#define DRBD_CORE_UUID_TELL_H

#include "uuid.h"

/**
 * struct drbd_own_flags - what decides about the flags that a node tells a peer
 * @discard: this connection is with discard-my-data
 * @inconsistent: the disk is not consistent, as the metadata says
 * @crashed: this node crashed as Primary, or was synced from one that had, and this very
 *	peer has not been found, or brought, to have the same data since
 * @lost_quorum: this node lost quorum as Primary, and has not got it back
 * @primary: this node is Primary
 * @unstable: this node has a Primary neighbour
 * @was_connected: there was an established connection to the peer since this node runs
 * @missing: bits are set towards the peer, or writes are in flight that it missed and
 *	that cannot be sent to it again
 * @orphaned: this node got writes of a Primary that was lost before it told who has them,
 *	and did not name that Primary to the peer; until the peer is found to have the same
 * @synced: bits towards the peer are from before this node started; or
 *	a resync made this node UpToDate since it was connected to the peer last, with
 *	both of them UpToDate
 * @settled: this node became stable, or ended a resync while it was, and told so with
 *	DRBD_UUID_FLAG_GOT_STABLE when it had bits set towards the peer, both UpToDate and
 *	of one generation; until they have compared. Or it asks the peer for a resync,
 *	drbd_uuid_ask_source()
 */
struct drbd_own_flags {
	bool discard;
	bool inconsistent;
	bool crashed;
	bool lost_quorum;
	bool primary;
	bool unstable;
	bool was_connected;
	bool missing;
	bool orphaned;
	bool synced;
	bool settled;
};

u64 drbd_uuid_own_flags(const struct drbd_own_flags *own);
u64 drbd_uuid_resolved(const struct drbd_uuids *ids, const struct drbd_uuid_env *env, int to,
		       u64 *flags);
u64 drbd_uuid_slot_as_sent(const struct drbd_uuids *ids, const struct drbd_uuid_env *env,
			   int node);
u64 drbd_uuid_sent_mask(const struct drbd_uuids *ids, int to, int proto, int *unalloc);
bool drbd_uuid_stable(const struct drbd_uuid_env *env);
u64 drbd_uuid_authoritative(const struct drbd_uuid_env *env);
u64 drbd_uuid_weak_nodes(const struct drbd_uuid_env *env, int self);
bool drbd_uuid_data_accessible(const struct drbd_uuid_env *env);
u64 drbd_uuid_exposable(const struct drbd_uuids *ids, const struct drbd_uuid_env *env,
			bool *ambiguous);
void drbd_uuid_tell(const struct drbd_uuids *ids, const struct drbd_uuid_env *env, int to,
		    u64 dirty_bits, u64 flags, struct drbd_peer_uuids *out);

#endif
