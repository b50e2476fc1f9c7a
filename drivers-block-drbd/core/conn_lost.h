/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What has to be cleaned up, in which order, when a connection is lost
 *
 * Source: spec/io.md 4.8, 6.9 and 9.7; spec/resync.md 3.9 and 4.10.
 */
#ifndef DRBD_CORE_CONN_LOST_H
#define DRBD_CORE_CONN_LOST_H

#include "request.h"

/**
 * enum drbd_lost_step - something to do
 * @DRBD_LOST_STATE: NetworkFailure, if not worse already: writers choose other peers
 * @DRBD_LOST_STOP_ACKS: end the queue of acks: none is sent from now on
 * @DRBD_LOST_STOP_SENDER: restart the sender: %DRBD_REQ_EV_SEND_CANCEL for all it has
 * @DRBD_LOST_CLOSE: close the streams, drbd_twopc_lost()
 * @DRBD_LOST_RS_PARKED: drop requests of this peer that wait for a dagtag
 * @DRBD_LOST_FLUSH_SENDER: wait until work of the sender is done
 * @DRBD_LOST_RS_MERGED: submit discards that may still be merged
 * @DRBD_LOST_RS_CONFLICTS: cancel resync and verify requests that wait for conflicts
 * @DRBD_LOST_RS_DRAIN: wait for those at the disk, and for reads for this peer
 * @DRBD_LOST_RS_ANSWERS: abort only: wait for answers that are missing
 * @DRBD_LOST_DONE_LIST: run callbacks of what is done, without sending
 * @DRBD_LOST_RS_UNANSWERED: free resync requests that wait for an answer
 * @DRBD_LOST_RS_DEPENDENT: cancel requests of other peers that wait for this one's dagtag
 * @DRBD_LOST_RS_COUNTERS: stop timers of a resync, its counters become 0
 * @DRBD_LOST_WRITES_CANCEL: %DRBD_PEER_REQ_EV_CANCEL for all writes of the peer
 * @DRBD_LOST_WRITES_DRAIN: wait until none is active
 * @DRBD_LOST_NEW_UUID: drbd_uuid_need_consume() with %DRBD_NEED_CONN_LOST for each volume
 * @DRBD_LOST_WRITE_META: write metadata and bitmap
 * @DRBD_LOST_LIMITS: compute queue limits again
 * @DRBD_LOST_WALK: drbd_lost_walk_event() for all of the transfer log
 * @DRBD_LOST_FORGET: drbd_peer_ack_lost_plan() for all writes without a peer ack, then
 *	%DRBD_PEER_REQ_EV_FORGET
 * @DRBD_LOST_PEER_ACKS: drop peer acks for the peer that are queued
 * @DRBD_LOST_RESET: new epoch, new %drbd_epoch_sender and %drbd_dagtag_sent,
 *	drbd_dagtag_lost(), wake those that wait for a barrier ack
 * @DRBD_LOST_OWE: send P_CURRENT_UUID to survivors, and note that a comparison of
 *	dagtags is owed
 * @DRBD_LOST_DRAINED: let comparisons go on that wait for the cleanup of this connection
 * @DRBD_LOST_DAGTAG: send P_PEER_DAGTAG to survivors
 * @DRBD_LOST_RECONNECT: helper, then Unconnected or StandAlone
 */
enum drbd_lost_step {
	DRBD_LOST_STATE,
	DRBD_LOST_STOP_ACKS,
	DRBD_LOST_STOP_SENDER,
	DRBD_LOST_CLOSE,
	DRBD_LOST_RS_PARKED,
	DRBD_LOST_FLUSH_SENDER,
	DRBD_LOST_RS_MERGED,
	DRBD_LOST_RS_CONFLICTS,
	DRBD_LOST_RS_DRAIN,
	DRBD_LOST_RS_ANSWERS,
	DRBD_LOST_DONE_LIST,
	DRBD_LOST_RS_UNANSWERED,
	DRBD_LOST_RS_DEPENDENT,
	DRBD_LOST_RS_COUNTERS,
	DRBD_LOST_WRITES_CANCEL,
	DRBD_LOST_WRITES_DRAIN,
	DRBD_LOST_NEW_UUID,
	DRBD_LOST_WRITE_META,
	DRBD_LOST_LIMITS,
	DRBD_LOST_WALK,
	DRBD_LOST_FORGET,
	DRBD_LOST_PEER_ACKS,
	DRBD_LOST_RESET,
	DRBD_LOST_OWE,
	DRBD_LOST_DRAINED,
	DRBD_LOST_DAGTAG,
	DRBD_LOST_RECONNECT,
};

/* Steps in a list, at most */
#define DRBD_LOST_STEPS		32

unsigned int drbd_lost_steps(bool peer_primary, enum drbd_lost_step steps[DRBD_LOST_STEPS]);
unsigned int drbd_resync_abort_steps(enum drbd_lost_step steps[DRBD_LOST_STEPS]);
enum drbd_request_event drbd_lost_walk_event(bool suspended);

#endif
