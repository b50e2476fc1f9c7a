/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Data generations of a node without a disk
 *
 * Source: spec/resync.md 1.10, 1.14.
 */
#ifndef DRBD_CORE_UUID_DISKLESS_H
#define DRBD_CORE_UUID_DISKLESS_H

#include "uuid.h"

/**
 * struct drbd_exposed - the generation that a diskless node exposes
 * @predecessor: the one before
 * @epoch: number of the epoch that this generation begins with
 * @unconfirmed: it is not known that all peers that matter have data of it;
 *	to be published after @marks
 * @marks: mask of the peers without evidence that they have
 */
struct drbd_exposed {
	u64 predecessor;
	u32 epoch;
	bool unconfirmed;
	u64 marks;
};

/**
 * struct drbd_diskless_opts - options of a diskless node
 * @intentional: it never has a disk
 * @io_error: without quorum requests fail, instead of being held
 */
struct drbd_diskless_opts {
	bool intentional;
	bool io_error;
};

/**
 * enum drbd_exposed_verdict - what an UpToDate peer is to a diskless node
 * @DRBD_EXPOSED_SAME: it has the exposed generation
 * @DRBD_EXPOSED_ADOPT: take over its generation and announce it
 * @DRBD_EXPOSED_RETRY: it is newer than what this Primary exposes; maybe become
 *	Secondary by force, try again
 * @DRBD_EXPOSED_OUTDATED: it is older; Outdated at most
 * @DRBD_EXPOSED_RELABEL: it has all but what can be sent again: UpToDate, to get
 *	the new name after that
 * @DRBD_EXPOSED_DISCONNECT: it has something else
 */
enum drbd_exposed_verdict {
	DRBD_EXPOSED_SAME,
	DRBD_EXPOSED_ADOPT,
	DRBD_EXPOSED_RETRY,
	DRBD_EXPOSED_OUTDATED,
	DRBD_EXPOSED_RELABEL,
	DRBD_EXPOSED_DISCONNECT,
};

bool drbd_diskless_bump(const struct drbd_uuids *ids, const struct drbd_uuid_env *env,
			const struct drbd_exposed *exposed,
			const struct drbd_diskless_opts *opts);
u64 drbd_diskless_begin(struct drbd_uuids *ids, struct drbd_uuid_env *env,
			struct drbd_exposed *exposed, u64 uuid, u32 epoch);
void drbd_diskless_barrier_ack(struct drbd_exposed *exposed, int peer, u32 epoch,
			       bool all_durable);
bool drbd_diskless_confirm(struct drbd_exposed *exposed, const struct drbd_uuid_env *env,
			   u64 protocol_c, bool real_quorum);
bool drbd_diskless_hold(const struct drbd_exposed *exposed,
			const struct drbd_diskless_opts *opts, u32 epoch);
enum drbd_exposed_verdict drbd_diskless_compare(const struct drbd_uuids *ids,
						const struct drbd_uuid_env *env, int peer,
						const struct drbd_exposed *exposed,
						const struct drbd_diskless_opts *opts,
						bool can_replay);

enum drbd_disk drbd_diskless_peer_disk(const struct drbd_uuids *ids,
				       const struct drbd_uuid_env *env, int peer,
				       enum drbd_disk disk);

#endif
