// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which overlapping requests have to wait for each other
 *
 * All replicas have to apply overlapping writes in the same order, and a resync
 * must not bring back what a write has just replaced. Nobody sleeps for that:
 * a request stays in the tree until all that blocks it is gone.
 *
 * Applications win over resync requests that are on their way, but not over those
 * whose answer has come; each block is held once, so the resync terminates. The
 * stream of one peer is in order by itself. A write must not wait there for the
 * answer to a request to the same peer, which would be behind it in the stream.
 */

#include <linux/export.h>

#include "conflict.h"

/* Peers of this protocol or newer know P_RETRY_WRITE. */
#define PROTO_RETRY_WRITE	100

/**
 * drbd_interval_overlaps() - whether two ranges overlap
 * @sector: start of the one, in 512-byte sectors
 * @size: of it, in bytes
 * @other_sector: start of the other
 * @other_size: of it, in bytes
 *
 * Return: true if they do; an empty one does if it is inside of the other.
 * Source: spec/io.md F15
 */
bool drbd_interval_overlaps(u64 sector, u32 size, u64 other_sector, u32 other_size)
{
	return sector < other_sector + (other_size >> DRBD_SECTOR_SHIFT) &&
	       other_sector < sector + (size >> DRBD_SECTOR_SHIFT);
}
EXPORT_SYMBOL_GPL(drbd_interval_overlaps);

static bool is_app_write(const struct drbd_interval_state *i)
{
	return i->kind == DRBD_INTERVAL_LOCAL_WRITE || i->kind == DRBD_INTERVAL_PEER_WRITE;
}

static bool is_resync(const struct drbd_interval_state *i)
{
	return i->kind == DRBD_INTERVAL_RESYNC_WRITE || i->kind == DRBD_INTERVAL_RESYNC_READ;
}

static bool is_write(const struct drbd_interval_state *i)
{
	return is_app_write(i) || i->kind == DRBD_INTERVAL_RESYNC_WRITE;
}

static bool same_peer(const struct drbd_interval_state *a,
		      const struct drbd_interval_state *b)
{
	return a->node != DRBD_NO_NODE && a->node == b->node;
}

/* The next local write waits until replicas agree on the order, others only
 * until the backing device is through.
 */
static bool is_finished(const struct drbd_interval_state *new,
			const struct drbd_interval_state *old)
{
	if (new->kind == DRBD_INTERVAL_LOCAL_WRITE)
		return old->flags & DRBD_INTERVAL_COMPLETED;
	return old->flags & DRBD_INTERVAL_BACKING_COMPLETED;
}

static bool defers(const struct drbd_interval_state *new,
		   const struct drbd_interval_state *old)
{
	if (old->flags & DRBD_INTERVAL_SUBMITTED)
		return true;
	if (is_app_write(new) && is_resync(old))
		return old->flags & DRBD_INTERVAL_RECEIVED || !same_peer(new, old);
	return new->kind == DRBD_INTERVAL_RESYNC_WRITE &&
	       old->kind == DRBD_INTERVAL_RESYNC_WRITE &&
	       old->flags & DRBD_INTERVAL_READY_TO_SEND;
}

/**
 * drbd_conflict() - what an existing interval means for a new one
 * @new: not yet submitted
 * @old: another one, that overlaps it
 * @send_only: whether a resync request may be sent, not yet submitted
 *
 * Return: what to do.
 * Source: spec/io.md 2.5, F16; spec/resync.md 4.7, 11.13
 */
enum drbd_conflict drbd_conflict(const struct drbd_interval_state *new,
				 const struct drbd_interval_state *old, bool send_only)
{
	if (is_write(new)) {
		if (old->kind == DRBD_INTERVAL_VERIFY)
			return DRBD_CONFLICT_MARK;
	} else if (old->kind == DRBD_INTERVAL_RESYNC_READ ||
		   old->kind == DRBD_INTERVAL_VERIFY ||
		   old->kind == DRBD_INTERVAL_PEERS_IN_SYNC) {
		return DRBD_CONFLICT_NONE;
	}
	if (send_only && old->kind == DRBD_INTERVAL_PEER_WRITE && same_peer(new, old))
		return DRBD_CONFLICT_NONE;
	if (is_finished(new, old) || !defers(new, old))
		return DRBD_CONFLICT_NONE;
	return DRBD_CONFLICT_WAIT;
}
EXPORT_SYMBOL_GPL(drbd_conflict);

/**
 * drbd_conflict_two_primaries() - whether a peer's write collides with one's own
 * @old: interval that overlaps the write, on a node with two primaries allowed
 *
 * Neither node can know the order that the other one chose.
 *
 * Return: true if the connection has to be given up.
 * Source: spec/io.md 2.5, F16
 */
bool drbd_conflict_two_primaries(const struct drbd_interval_state *old)
{
	return old->kind == DRBD_INTERVAL_LOCAL_WRITE &&
	       old->flags & DRBD_INTERVAL_SUBMITTED &&
	       !(old->flags & DRBD_INTERVAL_COMPLETED);
}
EXPORT_SYMBOL_GPL(drbd_conflict_two_primaries);

/**
 * drbd_rival() - what to do with a peer's write that collides with one's own
 * @own: own interval, on a node with two primaries allowed
 * @rival: both writes, that overlap
 *
 * With 8.4 one node decides which of both writes is the later one. What it has covers all
 * of a write that is superseded; of one that is to be tried again it covers only a part,
 * and the peer sends it anew when it has written what covers that. The one that does not
 * decide must know the decision about its own write before it writes the other.
 *
 * Return: what to do. A write that is refused counts in its epoch.
 * Source: spec/io.md 2.5
 */
enum drbd_rival drbd_rival(const struct drbd_interval_state *own,
			   const struct drbd_rival_write *rival)
{
	u64 end = rival->sector + (rival->size >> DRBD_SECTOR_SHIFT);
	u64 own_end = rival->own_sector + (rival->own_size >> DRBD_SECTOR_SHIFT);
	bool covered = rival->own_sector <= rival->sector && end <= own_end;

	if (!drbd_conflict_two_primaries(own))
		return DRBD_RIVAL_WRITE;
	if (rival->protocol > DRBD_PROTO_84_MAX)
		return DRBD_RIVAL_DISCONNECT;
	if (!rival->resolves)
		return rival->own_decided ? DRBD_RIVAL_WRITE : DRBD_RIVAL_WAIT;
	return covered || rival->protocol < PROTO_RETRY_WRITE ? DRBD_RIVAL_SUPERSEDED :
								DRBD_RIVAL_RETRY;
}
EXPORT_SYMBOL_GPL(drbd_rival);
