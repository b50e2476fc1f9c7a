// SPDX-License-Identifier: GPL-2.0-only
/*
 * Quorum: which nodes count, and whether those in sight are enough
 *
 * A partition may write only when no other one can. The plain way is that a
 * majority of all nodes with a disk has to be in sight. Two refinements keep a
 * cluster going when nodes leave one after the other:
 *
 * - Nodes which are known to be unable to take over are no voters: those whose
 *   disk is Outdated, and those that a partition with quorum left behind. This
 *   is how the last node that is shut down keeps quorum. The latter could find
 *   each other, so it holds only while all nodes out of sight would not make a
 *   quorum, and only when each of them is known.
 * - With an even number of voters, diskless nodes break the tie. Both halves
 *   may see the same tiebreaker, one after the other. Hence it can only keep
 *   quorum, never give it back.
 *
 * A node without a disk sees less: it has no metadata which remembers nodes
 * that are not configured. It believes UpToDate peers that have quorum.
 *
 * Real quorum is what this computes, also when the option is off. Enforced
 * quorum is what the user feels. The tiebreaker has to look at the real one:
 * enforced quorum is always there while the option is off, and turning it on
 * would make that the past that a tiebreaker keeps.
 */

#include <linux/bits.h>
#include <linux/export.h>
#include <linux/string.h>

#include "quorum.h"

/**
 * drbd_quorum_option_valid() - check a value of quorum, or of the redundancy
 * @setting: the value
 *
 * Return: whether it means something.
 * Source: spec/state.md 6.1
 */
bool drbd_quorum_option_valid(u32 setting)
{
	return setting <= DRBD_NODES || setting == DRBD_QUORUM_MAJORITY ||
	       setting == DRBD_QUORUM_ALL;
}
EXPORT_SYMBOL_GPL(drbd_quorum_option_valid);

/**
 * drbd_quorum_need() - how many nodes an option demands
 * @setting: value of quorum, or of quorum-minimum-redundancy
 * @voters: number of voters
 *
 * Return: the number of nodes, 0 if the option is off.
 * Source: spec/state.md 6.1
 */
unsigned int drbd_quorum_need(u32 setting, unsigned int voters)
{
	switch (setting) {
	case DRBD_QUORUM_MAJORITY:
		return voters / 2 + 1;
	case DRBD_QUORUM_ALL:
		return voters;
	default:
		return setting;
	}
}
EXPORT_SYMBOL_GPL(drbd_quorum_need);

/* Without metadata, which is there from the moment that Attaching was committed. */
static bool diskless_view(const struct drbd_quorum_self *self)
{
	return self->disk <= DRBD_D_ATTACHING || self->old_disk < DRBD_D_ATTACHING;
}

/**
 * drbd_quorum_own_vote() - what this node counts as
 * @self: its state
 *
 * Return: the vote.
 * Source: spec/state.md 6.2
 */
enum drbd_vote drbd_quorum_own_vote(const struct drbd_quorum_self *self)
{
	if (diskless_view(self)) {
		if (self->disk != DRBD_D_DISKLESS)
			return DRBD_VOTE_NONE;
		return self->intentional_diskless ? DRBD_VOTE_DISKLESS : DRBD_VOTE_UNKNOWN;
	}
	return self->disk == DRBD_D_UP_TO_DATE ? DRBD_VOTE_UP_TO_DATE : DRBD_VOTE_PRESENT;
}
EXPORT_SYMBOL_GPL(drbd_quorum_own_vote);

static bool is_counted(const struct drbd_quorum_node *node, bool diskless, bool intentional)
{
	if (diskless)
		return node->configured && node->remote_read &&
		       (!intentional || node->tiebreaker);
	if (!node->has_bitmap && !node->exists && !node->seen)
		return false;
	if (!node->configured)
		return true;
	return node->remote_read && (!intentional || node->tiebreaker);
}

/**
 * drbd_quorum_vote() - what another node counts as
 * @self: state of this node
 * @node_id: the other one, in @self's mask of members
 * @node: what is known about it
 *
 * Return: the vote.
 * Source: spec/state.md 6.2
 */
enum drbd_vote drbd_quorum_vote(const struct drbd_quorum_self *self, int node_id,
				const struct drbd_quorum_node *node)
{
	bool intentional = node->configured ? !node->bitmap : !node->seen;
	bool diskless = diskless_view(self);

	if (!is_counted(node, diskless, intentional))
		return DRBD_VOTE_NONE;
	if (node->configured && node->repl > DRBD_R_OFF) {
		if (node->disk == DRBD_D_DISKLESS)
			return intentional || diskless ? DRBD_VOTE_DISKLESS :
							 DRBD_VOTE_PRESENT;
		return node->disk == DRBD_D_UP_TO_DATE ? DRBD_VOTE_UP_TO_DATE :
							 DRBD_VOTE_PRESENT;
	}
	if (intentional)
		return DRBD_VOTE_MISSING;
	if (node->configured && node->disk <= DRBD_D_OUTDATED)
		return DRBD_VOTE_OUTDATED;
	if (!diskless && node->outdated)
		return DRBD_VOTE_OUTDATED;
	if (self->had_quorum && !(self->members & drbd_node_mask(node_id)))
		return DRBD_VOTE_QUORUMLESS;
	return DRBD_VOTE_UNKNOWN;
}
EXPORT_SYMBOL_GPL(drbd_quorum_vote);

/**
 * drbd_quorum_count() - count all nodes
 * @self: state of this node
 * @nodes: what is known about each node id; the own one is not looked at
 * @counts: result
 *
 * Source: spec/state.md 6.2
 */
void drbd_quorum_count(const struct drbd_quorum_self *self,
		       const struct drbd_quorum_node nodes[DRBD_NODES],
		       struct drbd_quorum_counts *counts)
{
	bool diskless = diskless_view(self);
	int i;

	memset(counts, 0, sizeof(*counts));
	counts->votes[drbd_quorum_own_vote(self)]++;
	for (i = 0; i < DRBD_NODES; i++) {
		enum drbd_vote vote;

		if (i == self->node_id)
			continue;
		vote = drbd_quorum_vote(self, i, &nodes[i]);
		counts->votes[vote]++;
		if (diskless && vote == DRBD_VOTE_UP_TO_DATE && nodes[i].quorate)
			counts->quorate_peers++;
	}
}
EXPORT_SYMBOL_GPL(drbd_quorum_count);

/* A majority of the tiebreakers is in sight, and exactly half of the voters. */
static bool tie_broken(const struct drbd_quorum_counts *counts,
		       const struct drbd_quorum_result *result)
{
	unsigned int diskless = counts->votes[DRBD_VOTE_DISKLESS];
	unsigned int all = diskless + counts->votes[DRBD_VOTE_MISSING];

	return result->voters && result->voters % 2 == 0 &&
	       result->in_sight + 1 == result->quorum_at && diskless >= all / 2 + 1;
}

/**
 * drbd_quorum_decide() - decide about quorum
 * @options: options of the resource
 * @counts: how many nodes count as what
 * @had_real_quorum: real quorum before the change
 * @result: the decision
 *
 * Source: spec/state.md 6.3
 */
void drbd_quorum_decide(const struct drbd_quorum_options *options,
			const struct drbd_quorum_counts *counts, bool had_real_quorum,
			struct drbd_quorum_result *result)
{
	unsigned int quorumless = counts->votes[DRBD_VOTE_QUORUMLESS];
	unsigned int unknown = counts->votes[DRBD_VOTE_UNKNOWN];
	unsigned int out_of_sight, voters;

	memset(result, 0, sizeof(*result));
	result->up_to_date = counts->votes[DRBD_VOTE_UP_TO_DATE];
	result->in_sight = result->up_to_date + counts->votes[DRBD_VOTE_PRESENT];

	out_of_sight = counts->votes[DRBD_VOTE_OUTDATED] + quorumless + unknown;
	voters = out_of_sight + result->in_sight;
	if (out_of_sight >= drbd_quorum_need(options->quorum, voters))
		unknown += quorumless;
	result->voters = unknown ? voters : result->in_sight;

	result->quorum_at = drbd_quorum_need(options->quorum, result->voters);
	result->redundancy_at = drbd_quorum_need(options->redundancy, result->voters);
	result->by_peer = counts->quorate_peers > 0;
	result->real = result->by_peer || (result->in_sight >= result->quorum_at &&
					   result->up_to_date >= result->redundancy_at);
	if (!result->real && had_real_quorum && tie_broken(counts, result)) {
		result->by_tiebreaker = true;
		result->real = true;
	}
}
EXPORT_SYMBOL_GPL(drbd_quorum_decide);

/**
 * drbd_quorum_may_restore() - whether a reboot interrupts quorum at all
 * @had_quorum: metadata: there was quorum
 * @was_up_to_date: metadata: the disk was UpToDate
 * @members: metadata: mask of the nodes that were online
 * @node_id: own node id
 *
 * A node that was the last one with quorum is still the last one when it comes
 * back: nobody else could have got quorum meanwhile.
 *
 * Return: whether it may go on with quorum.
 * Source: spec/state.md 1.6 (restore_quorum), spec/metadata.md 3.3 (members)
 */
bool drbd_quorum_may_restore(bool had_quorum, bool was_up_to_date, u64 members, int node_id)
{
	return had_quorum && was_up_to_date && members == drbd_node_mask(node_id);
}
EXPORT_SYMBOL_GPL(drbd_quorum_may_restore);

/**
 * drbd_quorum_excess_exists() - slots wrongly marked as those of existing nodes
 * @exists: mask of slots that have the mark
 * @configured: mask of configured peers
 * @node_id: own node id
 *
 * Releases 9.1.7 to 9.1.12 marked all slots. Each of them would be a missing
 * node.
 *
 * Return: mask of the slots that have to lose the mark.
 * Source: spec/state.md 6.2, spec/metadata.md 3.5
 */
u64 drbd_quorum_excess_exists(u64 exists, u64 configured, int node_id)
{
	u64 others = GENMASK_ULL(DRBD_NODES - 1, 0) & ~configured & ~drbd_node_mask(node_id);

	return (exists & others) == others ? others : 0;
}
EXPORT_SYMBOL_GPL(drbd_quorum_excess_exists);
