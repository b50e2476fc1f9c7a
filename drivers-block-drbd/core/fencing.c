// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fencing: when a helper has to stop a lost peer, and what its answer is worth
 *
 * A Primary that lost a peer does not know whether the peer died, or is being
 * promoted behind a broken network. A helper can reach it by other ways: tell
 * its cluster manager not to promote it, or cut its power. Its exit code says
 * how the peer's disk has to be regarded from now on.
 *
 * The helper takes its time, and the world goes on meanwhile. If the peer was
 * connected in between, even for a moment, then what the helper found out is
 * about a past that does not matter any more.
 */

#include <linux/export.h>
#include <linux/minmax.h>

#include "fencing.h"

/* Exit codes of fence-peer */
#define PEER_INCONSISTENT	3
#define PEER_OUTDATED		4
#define PEER_DOWN		5
#define PEER_PRIMARY		6
#define PEER_STONITHED		7

/**
 * drbd_fence_at_teardown() - whether to fence a peer at the end of a connection
 * @c: the connection
 *
 * Return: whether to start what drbd_fence_plan() says, without waiting for it.
 * Source: spec/state.md 7.2
 */
bool drbd_fence_at_teardown(const struct drbd_fence_conn *c)
{
	return c->primary && c->fencing != DRBD_FENCING_DONT_CARE &&
	       c->best_pdsk >= DRBD_D_UNKNOWN;
}
EXPORT_SYMBOL_GPL(drbd_fence_at_teardown);

/**
 * drbd_fence_plan() - what to do about a peer that should be fenced
 * @c: its connection
 *
 * Return: the plan.
 * Source: spec/state.md 7.2
 */
enum drbd_fence_plan drbd_fence_plan(const struct drbd_fence_conn *c)
{
	if (c->conn >= DRBD_C_CONNECTED)
		return DRBD_FENCE_CONNECTED;
	if (c->best_disk < DRBD_D_CONSISTENT && !c->intentional_diskless)
		return DRBD_FENCE_CANNOT;
	if (c->helper_disabled || c->fencing == DRBD_FENCING_DONT_CARE)
		return DRBD_FENCE_NEEDLESS;
	return DRBD_FENCE_RUN;
}
EXPORT_SYMBOL_GPL(drbd_fence_plan);

/**
 * drbd_fence_result() - understand the exit code of fence-peer
 * @exit_code: the code
 * @fencing: policy of the connection
 * @best_disk: best own disk on the connection
 * @result: what it means
 *
 * A peer that is down may have gone on without this node before. Only UpToDate
 * data here proves that it did not.
 *
 * Source: spec/state.md 7.3, spec/admin.md 20.8
 */
void drbd_fence_result(int exit_code, enum drbd_fencing fencing, enum drbd_disk best_disk,
		       struct drbd_fence_result *result)
{
	result->pdsk = DRBD_D_UP_TO_DATE;
	result->disk = DRBD_D_UP_TO_DATE;
	result->broken = false;
	result->against_policy = false;
	switch (exit_code) {
	case PEER_INCONSISTENT:
		result->pdsk = DRBD_D_INCONSISTENT;
		result->reason = "the peer's disk is not consistent";
		break;
	case PEER_OUTDATED:
		result->pdsk = DRBD_D_OUTDATED;
		result->reason = "the peer's disk is outdated";
		break;
	case PEER_DOWN:
		if (best_disk == DRBD_D_UP_TO_DATE) {
			result->pdsk = DRBD_D_OUTDATED;
			result->reason = "the peer is down";
		} else {
			result->reason = "the peer is down, but the disk here is not UpToDate";
		}
		break;
	case PEER_PRIMARY:
		result->disk = DRBD_D_OUTDATED;
		result->reason = "the peer is Primary";
		break;
	case PEER_STONITHED:
		result->pdsk = DRBD_D_OUTDATED;
		result->against_policy = fencing != DRBD_FENCING_RESOURCE_AND_STONITH;
		result->reason = "the peer was shot";
		break;
	default:
		result->broken = true;
		result->reason = "not a valid exit code";
	}
}
EXPORT_SYMBOL_GPL(drbd_fence_result);

/**
 * drbd_fence_disk() - what a result makes of one disk
 * @disk: the disk
 * @limit: from &struct drbd_fence_result
 *
 * Return: the disk, or @limit if that is worse. An unknown disk is better than
 * an Outdated one here, since it might be.
 * Source: spec/state.md 7.3
 */
enum drbd_disk drbd_fence_disk(enum drbd_disk disk, enum drbd_disk limit)
{
	return min(disk, limit);
}
EXPORT_SYMBOL_GPL(drbd_fence_disk);

/**
 * drbd_fence_is_stale() - whether a result came too late
 * @conn: state of the connection
 * @handshake: a handshake for a connect is running on it
 * @last_connected: stamp of the last time that it was established
 * @last_connected_before: the same before the helper was started
 *
 * Return: whether to ignore the result.
 * Source: spec/state.md 7.3
 */
bool drbd_fence_is_stale(enum drbd_cstate conn, bool handshake, u64 last_connected,
			 u64 last_connected_before)
{
	return conn >= DRBD_C_CONNECTED || handshake || last_connected != last_connected_before;
}
EXPORT_SYMBOL_GPL(drbd_fence_is_stale);

/**
 * drbd_fence_succeeded() - whether a peer is fenced
 * @best_pdsk: its best disk, after the result was applied
 *
 * Return: whether it is.
 * Source: spec/state.md 7.3
 */
bool drbd_fence_succeeded(enum drbd_disk best_pdsk)
{
	return best_pdsk <= DRBD_D_OUTDATED;
}
EXPORT_SYMBOL_GPL(drbd_fence_succeeded);

/**
 * drbd_up_to_date_nodes() - nodes with the newest data, for helpers that fence
 * @volumes: volumes of the resource
 * @count: number of @volumes
 * @node_id: own node id
 * @primary_or_fence: this node is Primary, or the helper is fence-peer
 *
 * Return: mask of nodes.
 * Source: spec/state.md 9
 */
u64 drbd_up_to_date_nodes(const struct drbd_up_to_date_volume *volumes, unsigned int count,
			  int node_id, bool primary_or_fence)
{
	u64 nodes = ~0ULL;
	unsigned int i;

	for (i = 0; i < count; i++) {
		const struct drbd_up_to_date_volume *v = &volumes[i];

		if (v->disk == DRBD_D_DISKLESS)
			continue;
		if (primary_or_fence)
			nodes &= drbd_node_mask(node_id) | v->peers;
		else if (v->disk == DRBD_D_UP_TO_DATE)
			nodes &= drbd_node_mask(node_id) | v->peers | v->clean;
	}
	return nodes;
}
EXPORT_SYMBOL_GPL(drbd_up_to_date_nodes);
