/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a node does with the UUIDs that a peer tells
 *
 * Source: spec/resync.md 1.11, 3.9.
 */
#ifndef DRBD_CORE_UUID_RECV_H
#define DRBD_CORE_UUID_RECV_H

#include "uuid.h"

/* What received UUIDs demand, in this order; of drbd_uuid_received(). */
#define DRBD_RECV_ABORT_WEAK	BIT(0)	/* abort resyncs from weak nodes */
#define DRBD_RECV_DROP		BIT(1)	/* drop the connection, and no more */
#define DRBD_RECV_SKIP_SYNC	BIT(2)	/* drbd_uuid_skip_initial_sync() */
#define DRBD_RECV_NEW_CURRENT	BIT(3)	/* drbd_uuid_received_new_current() */
#define DRBD_RECV_DETECT	BIT(4)	/* detect resyncs that ended elsewhere */
#define DRBD_RECV_EXPOSE	BIT(5)	/* expose the peer's current UUID */
#define DRBD_RECV_EXPOSE_LATER	BIT(6)	/* the same after the two-phase commit */
#define DRBD_RECV_USE_NEED	BIT(7)	/* that stands for the generation that is due */
#define DRBD_RECV_RAISE_PEER	BIT(8)	/* the peer's disk is UpToDate */
#define DRBD_RECV_UNSTABLE	BIT(9)	/* the resync from the peer is unstable */
#define DRBD_RECV_ANSWER	BIT(10)	/* send UUIDs with RESYNC; compare after-unstable */
#define DRBD_RECV_COMPARE	BIT(11)	/* compare now */
#define DRBD_RECV_COMPARE_DISKLESS BIT(12) /* compare now, for a diskless Primary */
/* Of drbd_uuid_received_current() as well as of those above. */
#define DRBD_RECV_GOT_CURRENT	BIT(13)	/* counts as UUIDs, in a handshake */
#define DRBD_RECV_OUTDATE	BIT(14)	/* become Outdated now, or with the commit */
#define DRBD_RECV_OUTDATE_CONNECT BIT(15) /* become Outdated when the connect commits */

/**
 * struct drbd_recv_ctx - what else decides about received UUIDs
 * @due: a new generation is due
 * @two_primaries: allowed on this connection
 * @twopc: a two-phase commit is going on
 * @stable_source: there is a stable source apart from the peer
 * @reconcile: a reconciliation resync is armed for this peer
 */
struct drbd_recv_ctx {
	bool due;
	bool two_primaries;
	bool twopc;
	bool stable_source;
	bool reconcile;
};

/**
 * struct drbd_new_current - what a received generation changed
 * @views_only: nothing but views of peers
 * @slots: mask of nodes whose slots changed
 * @tell: mask of peers to send UUIDs to
 */
struct drbd_new_current {
	bool views_only;
	u64 slots;
	u64 tell;
};

bool drbd_uuid_store(struct drbd_uuids *ids, const struct drbd_uuid_env *env, int from,
		     const struct drbd_peer_uuids *got, u64 told_current, bool unconfirmed);
unsigned int drbd_uuid_received(const struct drbd_uuids *ids, const struct drbd_uuid_env *env,
				int from, const struct drbd_recv_ctx *ctx);
unsigned int drbd_uuid_received_current(struct drbd_uuids *ids, struct drbd_uuid_env *env,
					int from, u64 uuid, u64 *weak);
void drbd_uuid_skip_initial_sync(struct drbd_uuids *ids, const struct drbd_uuid_env *env,
				 int from);
void drbd_uuid_received_new_current(struct drbd_uuids *ids, const struct drbd_uuid_env *env,
				    u64 uuid, u64 weak, u64 dagtag, u64 fresh,
				    struct drbd_new_current *result);
u64 drbd_uuid_told_weak(const struct drbd_uuid_env *env);
u64 drbd_uuid_weak_sources(const struct drbd_uuid_env *env, u64 weak);

#endif
