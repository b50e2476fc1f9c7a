/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where an application write goes, and when it is given up
 *
 * Source: spec/io.md 2.7, 2.8, 9.4, 10 and 14.
 */
#ifndef DRBD_CORE_ADMISSION_H
#define DRBD_CORE_ADMISSION_H

#include "request.h"

/**
 * enum drbd_send - what a peer gets of a write
 * @DRBD_SEND_NOTHING: nothing; the bitmap remembers
 * @DRBD_SEND_DATA: the data
 * @DRBD_SEND_OUT_OF_SYNC: only P_OUT_OF_SYNC
 */
enum drbd_send {
	DRBD_SEND_NOTHING,
	DRBD_SEND_DATA,
	DRBD_SEND_OUT_OF_SYNC,
};

/**
 * enum drbd_on_congestion - option on-congestion
 * @DRBD_CONGESTION_BLOCK: writers wait
 * @DRBD_CONGESTION_PULL_AHEAD: go Ahead
 * @DRBD_CONGESTION_DISCONNECT: give the connection up
 */
enum drbd_on_congestion {
	DRBD_CONGESTION_BLOCK = 0,
	DRBD_CONGESTION_PULL_AHEAD = 1,
	DRBD_CONGESTION_DISCONNECT = 2,
};

/**
 * struct drbd_congestion - what decides about congestion, at each write
 * @policy: option on-congestion
 * @protocol: agreed version
 * @sends_data: the peer gets data of this device
 * @up_to_date: the local disk is UpToDate
 * @fill: option congestion-fill, in sectors; 0 for no limit
 * @in_flight: sectors in flight, of application and resync
 * @extents: option congestion-extents
 * @hot_extents: extents of the activity log in use
 */
struct drbd_congestion {
	enum drbd_on_congestion policy;
	unsigned int protocol;
	bool sends_data;
	bool up_to_date;
	u32 fill;
	u32 in_flight;
	u32 extents;
	u32 hot_extents;
};

/**
 * enum drbd_congested - whether a connection is congested
 * @DRBD_CONGESTED_NOT: it is not
 * @DRBD_CONGESTED_FILL: congestion-fill is reached
 * @DRBD_CONGESTED_EXTENTS: congestion-extents is reached
 */
enum drbd_congested {
	DRBD_CONGESTED_NOT,
	DRBD_CONGESTED_FILL,
	DRBD_CONGESTED_EXTENTS,
};

/**
 * struct drbd_net_timeout - the oldest request that waits for a peer
 * @now: time, in any unit that wraps at 64 bits
 * @limit: timeout times ko-count, in that unit; 0 for no limit
 * @sent: when it was sent
 * @connected: when the connection was established
 * @barrier: when the last barrier was sent
 * @pending: it waits for its own acknowledgment, not only for that of a barrier
 * @same_epoch: its epoch is the one that the sender is in
 */
struct drbd_net_timeout {
	u64 now;
	u64 limit;
	u64 sent;
	u64 connected;
	u64 barrier;
	bool pending;
	bool same_epoch;
};

/**
 * enum drbd_timeout - what a timer found
 * @DRBD_TIMEOUT_NOT: nothing to do
 * @DRBD_TIMEOUT_NO_BARRIER: the barrier was not even sent; worth a warning
 * @DRBD_TIMEOUT_REQUEST: the peer failed to finish a request
 * @DRBD_TIMEOUT_BARRIER: the peer failed to answer a barrier
 */
enum drbd_timeout {
	DRBD_TIMEOUT_NOT,
	DRBD_TIMEOUT_NO_BARRIER,
	DRBD_TIMEOUT_REQUEST,
	DRBD_TIMEOUT_BARRIER,
};

/**
 * struct drbd_walk - a state change, as far as frozen requests care
 * @was_suspended: the resource was suspended before it
 * @resumes: it is not any more, or requests are to fail now
 * @was_connected: the connection was Connected before
 * @connected: it is now
 * @resync: a volume is beyond Established now
 */
struct drbd_walk {
	bool was_suspended;
	bool resumes;
	bool was_connected;
	bool connected;
	bool resync;
};

enum drbd_send drbd_send_decision(enum drbd_disk peer_disk, enum drbd_repl repl,
				  bool replicate);
enum drbd_congested drbd_congested(const struct drbd_congestion *congestion);
enum drbd_on_congestion drbd_congestion_action(enum drbd_on_congestion policy,
					       u32 in_flight);
enum drbd_timeout drbd_net_timeout(const struct drbd_net_timeout *t);
bool drbd_state_before_data(enum drbd_disk told, enum drbd_disk disk);
bool drbd_disk_timeout(u64 now, u64 limit, u64 submitted, u64 attached);
bool drbd_walk_event(const struct drbd_walk *walk, enum drbd_request_event *event);

#endif
