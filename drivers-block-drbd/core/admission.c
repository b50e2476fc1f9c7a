// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where an application write goes, and when it is given up
 *
 * These decisions are taken for every write, in one step that excludes state
 * changes, so that all that follows can rely on them: a peer either gets the
 * data of a block, or the news that it misses it, or the bitmap remembers.
 */

#include <linux/export.h>

#include "admission.h"

/* Older peers do not know Ahead. */
#define PROTO_AHEAD	96

/**
 * drbd_send_decision() - what a peer gets of a write
 * @peer_disk: state of its disk
 * @repl: replication state towards it
 * @replicate: false while it is resynced without replication
 *
 * When this changes for a peer, the caller closes the epoch.
 *
 * Return: the decision.
 * Source: spec/io.md 2.7, F5
 */
enum drbd_send drbd_send_decision(enum drbd_disk peer_disk, enum drbd_repl repl,
				  bool replicate)
{
	bool resyncs = repl >= DRBD_R_WF_BITMAP_T && repl < DRBD_R_AHEAD;

	if (peer_disk == DRBD_D_UP_TO_DATE)
		return DRBD_SEND_DATA;
	if (peer_disk == DRBD_D_INCONSISTENT && replicate &&
	    (repl == DRBD_R_ESTABLISHED || resyncs))
		return DRBD_SEND_DATA;

	if (repl == DRBD_R_AHEAD || repl == DRBD_R_WF_BITMAP_S)
		return DRBD_SEND_OUT_OF_SYNC;
	if (repl >= DRBD_R_ESTABLISHED &&
	    (peer_disk == DRBD_D_OUTDATED ||
	     (peer_disk == DRBD_D_INCONSISTENT && !replicate)))
		return DRBD_SEND_OUT_OF_SYNC;
	return DRBD_SEND_NOTHING;
}
EXPORT_SYMBOL_GPL(drbd_send_decision);

/**
 * drbd_state_before_data() - whether a peer has to hear of a lost disk first
 * @told: state of the local disk, as the peer was told last
 * @disk: state of it now
 *
 * A peer marks what it gets from a node without a disk as out of sync towards that
 * node: nobody else does, as its activity log does not list it. So P_STATE must not
 * come behind the first write that the local disk missed. To be asked when a sender
 * takes P_DATA, P_TRIM or P_ZEROES from the transfer log.
 *
 * Return: true if P_STATE has to go first, on the same stream.
 * Source: spec/io.md 2.8, 6.1 (12)
 */
bool drbd_state_before_data(enum drbd_disk told, enum drbd_disk disk)
{
	return told >= DRBD_D_INCONSISTENT && disk < DRBD_D_INCONSISTENT;
}
EXPORT_SYMBOL_GPL(drbd_state_before_data);

/**
 * drbd_congested() - whether a connection is congested
 * @congestion: what decides
 *
 * Return: which limit is reached.
 * Source: spec/io.md 10, F20
 */
enum drbd_congested drbd_congested(const struct drbd_congestion *congestion)
{
	if (congestion->policy == DRBD_CONGESTION_BLOCK ||
	    congestion->protocol < PROTO_AHEAD || !congestion->sends_data ||
	    !congestion->up_to_date)
		return DRBD_CONGESTED_NOT;
	if (congestion->fill && congestion->in_flight >= congestion->fill)
		return DRBD_CONGESTED_FILL;
	if (congestion->hot_extents >= congestion->extents)
		return DRBD_CONGESTED_EXTENTS;
	return DRBD_CONGESTED_NOT;
}
EXPORT_SYMBOL_GPL(drbd_congested);

/**
 * drbd_congestion_action() - what a worker does about a congested connection
 * @policy: option on-congestion
 * @in_flight: application sectors in flight, by now
 *
 * Return: %DRBD_CONGESTION_BLOCK for nothing, else what to do.
 * Source: spec/io.md 10, F20
 */
enum drbd_on_congestion drbd_congestion_action(enum drbd_on_congestion policy,
					       u32 in_flight)
{
	return in_flight ? policy : DRBD_CONGESTION_BLOCK;
}
EXPORT_SYMBOL_GPL(drbd_congestion_action);

static bool after(u64 now, u64 since, u64 limit)
{
	return (s64)(now - since - limit) > 0;
}

/**
 * drbd_net_timeout() - whether a peer took too long
 * @t: oldest request that is sent and pending, else oldest one that is sent and
 *	not done
 *
 * A request that waits for a barrier which this node did not send is not the
 * peer's fault.
 *
 * Return: what to do.
 * Source: spec/io.md 14, F11
 */
enum drbd_timeout drbd_net_timeout(const struct drbd_net_timeout *t)
{
	if (!t->limit || !after(t->now, t->sent, t->limit) ||
	    !after(t->now, t->connected, t->limit))
		return DRBD_TIMEOUT_NOT;
	if (t->pending)
		return DRBD_TIMEOUT_REQUEST;
	if (t->same_epoch)
		return DRBD_TIMEOUT_NO_BARRIER;
	return after(t->now, t->barrier, t->limit) ? DRBD_TIMEOUT_BARRIER : DRBD_TIMEOUT_NOT;
}
EXPORT_SYMBOL_GPL(drbd_net_timeout);

/**
 * drbd_disk_timeout() - whether the local disk took too long
 * @now: time, in any unit that wraps at 64 bits
 * @limit: option disk-timeout, in that unit; 0 for no limit
 * @submitted: when the oldest request was submitted
 * @attached: when the disk was attached
 *
 * Return: true if it is to be given up.
 * Source: spec/io.md 14
 */
bool drbd_disk_timeout(u64 now, u64 limit, u64 submitted, u64 attached)
{
	return limit && after(now, submitted, limit) && after(now, attached, limit);
}
EXPORT_SYMBOL_GPL(drbd_disk_timeout);

/**
 * drbd_walk_event() - what frozen requests of a connection are told
 * @walk: the state change
 * @event: result: for all of the log that is not done for this connection
 *
 * Sending again is possible only if there will be no resync: it carries the data
 * as well, and the two would race. If the resource resumes, completion-resume
 * for the whole log follows after this was done for all connections.
 *
 * Return: false if they are told nothing.
 * Source: spec/io.md 9.4
 */
bool drbd_walk_event(const struct drbd_walk *walk, enum drbd_request_event *event)
{
	if (!walk->was_suspended)
		return false;
	if (walk->connected && !walk->was_connected)
		*event = walk->resync ? DRBD_REQ_EV_SUSPEND_CANCEL : DRBD_REQ_EV_RESEND;
	else if (walk->resumes && !walk->connected)
		*event = DRBD_REQ_EV_SUSPEND_CANCEL;
	else
		return false;
	return true;
}
EXPORT_SYMBOL_GPL(drbd_walk_event);
