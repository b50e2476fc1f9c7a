/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What has to be done because of a change of state, as a list
 *
 * drbd_state_stage() is called under the state lock, after a change was found
 * valid and before drbd_state_publish(). It changes bits and metadata flags in
 * the state vector itself, and lists what to do before the lock is released.
 * drbd_state_after() works on a snapshot, and lists what the worker has to do.
 * Both lists are in the order in which things have to be done.
 */
#ifndef DRBD_CORE_STATE_EFFECTS_H
#define DRBD_CORE_STATE_EFFECTS_H

#include "state.h"

/* Effects of one change are never more than that. */
#define DRBD_EFFECTS_MAX(ndev, nconn)	(32 * ((ndev) + 1) * ((nconn) + 1))

/* Arguments of effects. */
#define DRBD_EFFECT_CONTINUES	1	/* event: more of the same change follow */
#define DRBD_EFFECT_GOT_STABLE	1	/* UUIDs: with the flag GOT_STABLE */

/**
 * enum drbd_effect_kind - what to do
 * @DRBD_DO_SEND_DAGTAG: before any other data for the node, send it the dagtag
 * @DRBD_DO_CLOSE_EPOCH: close the write epoch
 * @DRBD_DO_FLUSH_PEER_ACK: queue the pending peer ack for sending
 * @DRBD_DO_CLEAR_SYNC_MARKS: forget helper done, resync done, going Behind
 * @DRBD_DO_FLUSH_ROUND: start a flush round for a resync as target
 * @DRBD_DO_EXPECT_FLUSH: expect flush acks by way of a Primary; arg: node mask
 * @DRBD_DO_FORGET_FLUSH: expect no more flush acks from that node
 * @DRBD_DO_FORGET_SLOTS: forget bitmap slot indexes of all peers
 * @DRBD_DO_GET_DISK: take the reference that the worker puts
 * @DRBD_DO_VERIFY_ENDED: remember the position that verify reached
 * @DRBD_DO_RESYNC_RESUMED: restart marks of progress and the bit cursor
 * @DRBD_DO_RESYNC_PAUSED: freeze marks of progress
 * @DRBD_DO_RESYNC_INIT: initialise counters from the weight of the bitmap
 * @DRBD_DO_RESYNC_UNSTABLE: mark the resync unstable
 * @DRBD_DO_PEER_WRITES_OOS: mark unacknowledged writes of that Primary out of sync
 * @DRBD_DO_MD_DIRTY: metadata has to be written
 * @DRBD_DO_SET_EXPOSED: exposed data UUID becomes arg
 * @DRBD_DO_BECOME_UP_TO_DATE: promotion waits for Consistent disks to settle
 * @DRBD_DO_STOP_RECEIVER: tell the receiver to stop
 * @DRBD_DO_RESTART_RECEIVER: tell the receiver to clean up and start over
 * @DRBD_DO_TWOPC_LOST: the peer is gone from a running transaction
 * @DRBD_DO_WALK_RESEND: requests for that node: send again
 * @DRBD_DO_WALK_CANCEL: requests for that node: as if the connection was lost
 * @DRBD_DO_WALK_RESTART: restart postponed requests, complete withheld ones
 * @DRBD_DO_LOST_PEER_TWOPC: schedule the empty "lost-peer" transaction
 * @DRBD_DO_PRIMARY_RESUME_TWOPC: schedule the "primary-resume" transaction
 * @DRBD_DO_RELEASE_UUIDS: end the UUID hold of all handshakes
 * @DRBD_DO_WAKE: wake all that wait for a change
 * @DRBD_DO_EVENT_RESOURCE: netlink event; arg may be DRBD_EFFECT_CONTINUES
 * @DRBD_DO_EVENT_CONNECTION: same, of a connection
 * @DRBD_DO_EVENT_DEVICE: same, of a device
 * @DRBD_DO_EVENT_PEER_DEVICE: same, of a peer device
 * @DRBD_DO_CLEAR_BITMAP: bitmap UUID for the peer becomes 0, its slot clear; only if
 *	their current UUIDs are still the same when that is done, with UUIDs locked
 * @DRBD_DO_SEND_UUIDS: arg may be DRBD_EFFECT_GOT_STABLE
 * @DRBD_DO_SEND_SYNC_UUID: P_SYNC_UUID, for an 8.4 target
 * @DRBD_DO_SEND_SIZES: P_SIZES
 * @DRBD_DO_SEND_STATE: P_STATE
 * @DRBD_DO_SEND_ROLE: P_STATE of the resource (8.4 peers: of each volume)
 * @DRBD_DO_SEND_BITMAP: mark requests in flight out of sync, send the bitmap
 * @DRBD_DO_SUSPEND_DEPENDANTS: pause resyncs that wait for this one
 * @DRBD_DO_RESUME_NEXT: let resyncs go on that waited for this one
 * @DRBD_DO_FULL_SYNC_TARGET: set all bits of all slots, then start the resync
 * @DRBD_DO_FULL_SYNC_SOURCE: set all bits of the peer's slot, start the resync
 * @DRBD_DO_WRITE_BITMAP_SLOT: queue writing of the peer's slot
 * @DRBD_DO_WRITE_BITMAP: write the whole bitmap
 * @DRBD_DO_RELABEL_PREDECESSOR: a diskless node takes over a UUID
 * @DRBD_DO_VERIFY_START: start to verify
 * @DRBD_DO_RESYNC_START: start, or continue, to resync
 * @DRBD_DO_RESYNC_DRAIN: wait for requests of a resync that ended
 * @DRBD_DO_SEND_ENABLE_REPLICATION: P_ENABLE_REPLICATION
 * @DRBD_DO_SAVE_SIZE: keep the effective size in the metadata
 * @DRBD_DO_HELPER_PRI_ON_INCON: helper pri-on-incon-degr
 * @DRBD_DO_HELPER_IO_ERROR: helper local-io-error
 * @DRBD_DO_HELPER_QUORUM_LOST: helper quorum-lost
 * @DRBD_DO_HELPER_UNFENCE: helper unfence-peer
 * @DRBD_DO_ABORT_LOCAL_IO: complete local I/O with an error
 * @DRBD_DO_MD_SYNC: write metadata if dirty
 * @DRBD_DO_STOP_MD_TIMER: metadata has nowhere to go to
 * @DRBD_DO_PUT_DISK: put the reference of DRBD_DO_GET_DISK
 * @DRBD_DO_RESYNC_COMPARE: find a peer with the data of the Primary in arg
 * @DRBD_DO_NEW_UUID: make a new current UUID now
 * @DRBD_DO_DROP_NEW_UUID: no new current UUID is needed any more
 * @DRBD_DO_FLUSH_REQUESTS: send the requests of a new flush round
 * @DRBD_DO_START_RECEIVER: start the receiver
 * @DRBD_DO_CLEAR_SUSP_FEN: change: susp_fen of the connection to 0
 * @DRBD_DO_CLEAR_SUSP_UUID: change: susp_uuid to 0
 * @DRBD_DO_EXPIRE_TWOPC: nobody is left to wait for in a transaction
 * @DRBD_DO_COMPLETE: complete who waits for all of this
 */
enum drbd_effect_kind {
	DRBD_DO_SEND_DAGTAG,
	DRBD_DO_CLOSE_EPOCH,
	DRBD_DO_FLUSH_PEER_ACK,
	DRBD_DO_CLEAR_SYNC_MARKS,
	DRBD_DO_FLUSH_ROUND,
	DRBD_DO_EXPECT_FLUSH,
	DRBD_DO_FORGET_FLUSH,
	DRBD_DO_FORGET_SLOTS,
	DRBD_DO_GET_DISK,
	DRBD_DO_VERIFY_ENDED,
	DRBD_DO_RESYNC_RESUMED,
	DRBD_DO_RESYNC_PAUSED,
	DRBD_DO_RESYNC_INIT,
	DRBD_DO_RESYNC_UNSTABLE,
	DRBD_DO_PEER_WRITES_OOS,
	DRBD_DO_MD_DIRTY,
	DRBD_DO_SET_EXPOSED,
	DRBD_DO_BECOME_UP_TO_DATE,
	DRBD_DO_STOP_RECEIVER,
	DRBD_DO_RESTART_RECEIVER,
	DRBD_DO_TWOPC_LOST,
	DRBD_DO_WALK_RESEND,
	DRBD_DO_WALK_CANCEL,
	DRBD_DO_WALK_RESTART,
	DRBD_DO_LOST_PEER_TWOPC,
	DRBD_DO_PRIMARY_RESUME_TWOPC,
	DRBD_DO_RELEASE_UUIDS,
	DRBD_DO_WAKE,
	DRBD_DO_EVENT_RESOURCE,
	DRBD_DO_EVENT_CONNECTION,
	DRBD_DO_EVENT_DEVICE,
	DRBD_DO_EVENT_PEER_DEVICE,
	DRBD_DO_CLEAR_BITMAP,
	DRBD_DO_SEND_UUIDS,
	DRBD_DO_SEND_SYNC_UUID,
	DRBD_DO_SEND_SIZES,
	DRBD_DO_SEND_STATE,
	DRBD_DO_SEND_ROLE,
	DRBD_DO_SEND_BITMAP,
	DRBD_DO_SUSPEND_DEPENDANTS,
	DRBD_DO_RESUME_NEXT,
	DRBD_DO_FULL_SYNC_TARGET,
	DRBD_DO_FULL_SYNC_SOURCE,
	DRBD_DO_WRITE_BITMAP_SLOT,
	DRBD_DO_WRITE_BITMAP,
	DRBD_DO_RELABEL_PREDECESSOR,
	DRBD_DO_VERIFY_START,
	DRBD_DO_RESYNC_START,
	DRBD_DO_RESYNC_DRAIN,
	DRBD_DO_SEND_ENABLE_REPLICATION,
	DRBD_DO_SAVE_SIZE,
	DRBD_DO_HELPER_PRI_ON_INCON,
	DRBD_DO_HELPER_IO_ERROR,
	DRBD_DO_HELPER_QUORUM_LOST,
	DRBD_DO_HELPER_UNFENCE,
	DRBD_DO_ABORT_LOCAL_IO,
	DRBD_DO_MD_SYNC,
	DRBD_DO_STOP_MD_TIMER,
	DRBD_DO_PUT_DISK,
	DRBD_DO_RESYNC_COMPARE,
	DRBD_DO_NEW_UUID,
	DRBD_DO_DROP_NEW_UUID,
	DRBD_DO_FLUSH_REQUESTS,
	DRBD_DO_START_RECEIVER,
	DRBD_DO_CLEAR_SUSP_FEN,
	DRBD_DO_CLEAR_SUSP_UUID,
	DRBD_DO_EXPIRE_TWOPC,
	DRBD_DO_COMPLETE,
};

/**
 * struct drbd_effect - one thing to do
 * @kind: what
 * @volume: for which volume, or DRBD_NO_VOLUME
 * @node_id: for which peer, or DRBD_NO_NODE
 * @arg: as the kind needs it, else 0
 */
struct drbd_effect {
	enum drbd_effect_kind kind;
	int volume;
	int node_id;
	u64 arg;
};

/**
 * struct drbd_effects - list of things to do
 * @e: array of the caller
 * @n: number of effects
 * @max: size of @e; DRBD_EFFECTS_MAX() is always enough
 */
struct drbd_effects {
	struct drbd_effect *e;
	unsigned int n;
	unsigned int max;
};

void drbd_effects_add(struct drbd_effects *list, enum drbd_effect_kind kind, int volume,
		      int node_id, u64 arg);
bool drbd_state_starts_flush_round(const struct drbd_state *s, unsigned int d);
bool drbd_state_lost_data(const struct drbd_state *s, unsigned int d);
void drbd_state_stage(struct drbd_state *s, unsigned int flags, struct drbd_effects *list);
void drbd_state_after(const struct drbd_state *s, unsigned int flags, struct drbd_effects *list);

#endif
