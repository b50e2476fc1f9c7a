/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Quorum: which nodes count, and whether those in sight are enough
 *
 * Everything here is a pure function that may be called in any context.
 */
#ifndef DRBD_CORE_QUORUM_H
#define DRBD_CORE_QUORUM_H

#include "quorum_enforce.h"

/* Options quorum and quorum-minimum-redundancy: these, or 1 to 32 nodes. */
#define DRBD_QUORUM_OFF		0
#define DRBD_QUORUM_MAJORITY	1024
#define DRBD_QUORUM_ALL		1025

/**
 * enum drbd_vote - what a node counts as
 * @DRBD_VOTE_NONE: nothing, it is left out
 * @DRBD_VOTE_UP_TO_DATE: a voter in sight with the newest data
 * @DRBD_VOTE_PRESENT: a voter in sight with other data
 * @DRBD_VOTE_OUTDATED: a voter out of sight that cannot become Primary
 * @DRBD_VOTE_QUORUMLESS: a voter out of sight that was left behind by a
 *	partition with quorum
 * @DRBD_VOTE_UNKNOWN: a voter out of sight that may be doing anything
 * @DRBD_VOTE_DISKLESS: a tiebreaker in sight
 * @DRBD_VOTE_MISSING: a tiebreaker out of sight
 * @DRBD_VOTES: how many there are
 */
enum drbd_vote {
	DRBD_VOTE_NONE,
	DRBD_VOTE_UP_TO_DATE,
	DRBD_VOTE_PRESENT,
	DRBD_VOTE_OUTDATED,
	DRBD_VOTE_QUORUMLESS,
	DRBD_VOTE_UNKNOWN,
	DRBD_VOTE_DISKLESS,
	DRBD_VOTE_MISSING,
	DRBD_VOTES,
};

/**
 * struct drbd_quorum_options - options of a resource
 * @quorum: how many voters have to be in sight: DRBD_QUORUM_x, or a number
 * @redundancy: how many of them have to be UpToDate, likewise
 */
struct drbd_quorum_options {
	u32 quorum;
	u32 redundancy;
};

/**
 * struct drbd_quorum_self - one's own part in the quorum of a volume
 * @node_id: own node id
 * @disk: own disk after the change
 * @old_disk: own disk before the change, the committed one
 * @intentional_diskless: it is Diskless because it was configured so
 * @had_quorum: enforced quorum before the change
 * @members: mask of nodes which were online at the last cluster-wide change
 */
struct drbd_quorum_self {
	int node_id;
	enum drbd_disk disk;
	enum drbd_disk old_disk;
	bool intentional_diskless;
	bool had_quorum;
	u64 members;
};

/**
 * struct drbd_quorum_node - what is known about another node
 * @repl: replication state of the volume towards it, after the change
 * @disk: its disk, after the change
 * @configured: it is a configured peer; what is below does not matter else, up
 *	to @has_bitmap
 * @bitmap: option bitmap of the peer device; without, it is Diskless by intent
 * @tiebreaker: option peer-tiebreaker of the peer device
 * @remote_read: option allow-remote-read of the connection
 * @quorate: it said in its last state that it has quorum
 * @has_bitmap: metadata slot: there is a bitmap for it
 * @exists: metadata slot: there was evidence that it exists
 * @seen: metadata slot: it had a disk once
 * @outdated: metadata slot: its disk was Outdated when it was last seen
 */
struct drbd_quorum_node {
	enum drbd_repl repl;
	enum drbd_disk disk;
	bool configured;
	bool bitmap;
	bool tiebreaker;
	bool remote_read;
	bool quorate;
	bool has_bitmap;
	bool exists;
	bool seen;
	bool outdated;
};

/**
 * struct drbd_quorum_counts - how many nodes count as what
 * @votes: number of nodes, by &enum drbd_vote
 * @quorate_peers: number of UpToDate peers that have quorum, for a node without
 *	a disk
 */
struct drbd_quorum_counts {
	unsigned int votes[DRBD_VOTES];
	unsigned int quorate_peers;
};

bool drbd_quorum_option_valid(u32 setting);
unsigned int drbd_quorum_need(u32 setting, unsigned int voters);
enum drbd_vote drbd_quorum_own_vote(const struct drbd_quorum_self *self);
enum drbd_vote drbd_quorum_vote(const struct drbd_quorum_self *self, int node_id,
				const struct drbd_quorum_node *node);
void drbd_quorum_count(const struct drbd_quorum_self *self,
		       const struct drbd_quorum_node nodes[DRBD_NODES],
		       struct drbd_quorum_counts *counts);
void drbd_quorum_decide(const struct drbd_quorum_options *options,
			const struct drbd_quorum_counts *counts, bool had_real_quorum,
			struct drbd_quorum_result *result);
bool drbd_quorum_may_restore(bool had_quorum, bool was_up_to_date, u64 members, int node_id);
u64 drbd_quorum_excess_exists(u64 exists, u64 configured, int node_id);

#endif
