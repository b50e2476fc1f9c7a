/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers that all of the core shares: node ids, roles, states, results
 *
 * They travel in packets, in netlink messages and on disk, so none of them can
 * ever change. Source: spec/state.md 1.3 and 2.7.
 */
#ifndef DRBD_CORE_TYPES_H
#define DRBD_CORE_TYPES_H

#include <linux/types.h>

/* Node ids are 0 to DRBD_NODES - 1. Masks of nodes have bit i for node i, and
 * 64 bits: a complement has ones above those of real nodes.
 */
#define DRBD_NODES		32
#define DRBD_MAX_PEERS		(DRBD_NODES - 1)
#define DRBD_NO_NODE		(-1)

/* Volume number of what is not about a volume, in packets. */
#define DRBD_NO_VOLUME		(-1)
#define DRBD_MAX_VOLUME		65534

#define DRBD_SECTOR_SHIFT	9

/* Version 9 peers speak 118 to 124, those of 8.4 speak 86 to 101; nobody speaks
 * what is between.
 */
#define DRBD_PROTO_84_MIN	86
#define DRBD_PROTO_84_MAX	101
#define DRBD_PROTO_9_MIN	118
#define DRBD_PROTO_9_MAX	124

/**
 * enum drbd_node_role - role of a node in a resource
 * @DRBD_ROLE_UNKNOWN: that of a peer that is not connected
 * @DRBD_ROLE_PRIMARY: may be opened and written
 * @DRBD_ROLE_SECONDARY: takes only what a Primary replicates
 */
enum drbd_node_role {
	DRBD_ROLE_UNKNOWN = 0,
	DRBD_ROLE_PRIMARY = 1,
	DRBD_ROLE_SECONDARY = 2,
};

/**
 * enum drbd_cstate - state of a connection
 * @DRBD_C_STANDALONE: not configured, or given up
 * @DRBD_C_DISCONNECTING: on the way to StandAlone, nothing else may follow
 * @DRBD_C_UNCONNECTED: about to connect
 * @DRBD_C_TIMEOUT: lost, the peer did not answer in time
 * @DRBD_C_BROKEN_PIPE: lost, sending or receiving failed
 * @DRBD_C_NETWORK_FAILURE: lost, the link is dead
 * @DRBD_C_PROTOCOL_ERROR: lost, the peer sent what it must not send
 * @DRBD_C_TEAR_DOWN: the peer disconnects in order
 * @DRBD_C_CONNECTING: waits for the peer, or shakes hands with it
 * @DRBD_C_CONNECTED: part of the cluster; each volume has a replication state
 *
 * Shares one number space with &enum drbd_repl: Connected is Off.
 */
enum drbd_cstate {
	DRBD_C_STANDALONE = 0,
	DRBD_C_DISCONNECTING = 1,
	DRBD_C_UNCONNECTED = 2,
	DRBD_C_TIMEOUT = 3,
	DRBD_C_BROKEN_PIPE = 4,
	DRBD_C_NETWORK_FAILURE = 5,
	DRBD_C_PROTOCOL_ERROR = 6,
	DRBD_C_TEAR_DOWN = 7,
	DRBD_C_CONNECTING = 8,
	DRBD_C_CONNECTED = 9,
};

/**
 * enum drbd_repl - replication state of a volume towards one peer
 * @DRBD_R_OFF: not connected, or without this volume
 * @DRBD_R_ESTABLISHED: writes are replicated
 * @DRBD_R_STARTING_SYNC_S: full resync towards the peer, requested here
 * @DRBD_R_STARTING_SYNC_T: full resync from the peer, requested here
 * @DRBD_R_WF_BITMAP_S: source, bitmaps get exchanged
 * @DRBD_R_WF_BITMAP_T: target, bitmaps get exchanged
 * @DRBD_R_WF_SYNC_UUID: target, waits for the source's UUID (8.4 peers only)
 * @DRBD_R_SYNC_SOURCE: resync towards the peer
 * @DRBD_R_SYNC_TARGET: resync from the peer
 * @DRBD_R_VERIFY_S: online verify, this node compares
 * @DRBD_R_VERIFY_T: online verify, the peer compares
 * @DRBD_R_PAUSED_SYNC_S: agreed resync towards the peer, suspended
 * @DRBD_R_PAUSED_SYNC_T: agreed resync from the peer, suspended
 * @DRBD_R_AHEAD: congested, only out-of-sync marks are sent
 * @DRBD_R_BEHIND: the peer is Ahead
 */
enum drbd_repl {
	DRBD_R_OFF = 9,
	DRBD_R_ESTABLISHED = 10,
	DRBD_R_STARTING_SYNC_S = 11,
	DRBD_R_STARTING_SYNC_T = 12,
	DRBD_R_WF_BITMAP_S = 13,
	DRBD_R_WF_BITMAP_T = 14,
	DRBD_R_WF_SYNC_UUID = 15,
	DRBD_R_SYNC_SOURCE = 16,
	DRBD_R_SYNC_TARGET = 17,
	DRBD_R_VERIFY_S = 18,
	DRBD_R_VERIFY_T = 19,
	DRBD_R_PAUSED_SYNC_S = 20,
	DRBD_R_PAUSED_SYNC_T = 21,
	DRBD_R_AHEAD = 22,
	DRBD_R_BEHIND = 23,
};

/**
 * enum drbd_disk - state of a disk, one's own or a peer's
 * @DRBD_D_DISKLESS: none
 * @DRBD_D_ATTACHING: the metadata is being read
 * @DRBD_D_DETACHING: about to be Diskless on request
 * @DRBD_D_FAILED: about to be Diskless after an I/O error
 * @DRBD_D_NEGOTIATING: attached while connected, peers decide what it is worth
 * @DRBD_D_INCONSISTENT: not usable as a whole
 * @DRBD_D_OUTDATED: usable, known not to be the newest
 * @DRBD_D_UNKNOWN: a peer's, while it is not connected
 * @DRBD_D_CONSISTENT: UpToDate or Outdated, not yet known
 * @DRBD_D_UP_TO_DATE: the newest data
 *
 * The numbers of version 9; see drbd_disk_to_84() for those of 8.4.
 */
enum drbd_disk {
	DRBD_D_DISKLESS = 0,
	DRBD_D_ATTACHING = 1,
	DRBD_D_DETACHING = 2,
	DRBD_D_FAILED = 3,
	DRBD_D_NEGOTIATING = 4,
	DRBD_D_INCONSISTENT = 5,
	DRBD_D_OUTDATED = 6,
	DRBD_D_UNKNOWN = 7,
	DRBD_D_CONSISTENT = 8,
	DRBD_D_UP_TO_DATE = 9,
};

/**
 * enum drbd_fencing - fencing policy of a connection
 * @DRBD_FENCING_DONT_CARE: none
 * @DRBD_FENCING_RESOURCE_ONLY: a Primary needs lost peers to be outdated
 * @DRBD_FENCING_RESOURCE_AND_STONITH: besides, I/O is suspended until they are
 *
 * The numbers are those of the option.
 */
enum drbd_fencing {
	DRBD_FENCING_DONT_CARE = 0,
	DRBD_FENCING_RESOURCE_ONLY = 1,
	DRBD_FENCING_RESOURCE_AND_STONITH = 2,
};

/**
 * enum drbd_rv - result of a state change
 * @DRBD_SS_CW_NO_NEED: is not a matter of the whole cluster
 * @DRBD_SS_CW_SUCCESS: the cluster agreed
 * @DRBD_SS_NOTHING_TO_DO: changes nothing
 * @DRBD_SS_SUCCESS: done; all that is smaller is a failure
 * @DRBD_SS_UNKNOWN_ERROR: no reason known
 * @DRBD_SS_TWO_PRIMARIES: there is a Primary already
 * @DRBD_SS_NO_UP_TO_DATE_DISK: a Primary needs UpToDate data
 * @DRBD_SS_NO_LOCAL_DISK: a resync needs a disk here
 * @DRBD_SS_NO_REMOTE_DISK: a resync needs a disk at the peer
 * @DRBD_SS_CONNECTED_OUTDATES: a connected peer vouches for the data
 * @DRBD_SS_PRIMARY_NOP: fencing wants the peer outdated first
 * @DRBD_SS_RESYNC_RUNNING: not during a resync or verify
 * @DRBD_SS_ALREADY_STANDALONE: there is nothing to disconnect
 * @DRBD_SS_CW_FAILED_BY_PEER: a peer refused
 * @DRBD_SS_IS_DISKLESS: needs a disk
 * @DRBD_SS_DEVICE_IN_USE: the device is open
 * @DRBD_SS_NO_NET_CONFIG: needs a configured connection
 * @DRBD_SS_NO_VERIFY_ALG: needs a verify algorithm
 * @DRBD_SS_NEED_CONNECTION: needs a connection
 * @DRBD_SS_LOWER_THAN_OUTDATED: the disk is worse than Outdated already
 * @DRBD_SS_NOT_SUPPORTED: the peer's protocol does not have it
 * @DRBD_SS_IN_TRANSIENT_STATE: to be tried after the next change
 * @DRBD_SS_CONCURRENT_ST_CHG: collided with another change
 * @DRBD_SS_O_VOL_PEER_PRI: the peer is Primary of another volume (8.4 only)
 * @DRBD_SS_INTERRUPTED: a signal came (8.4: cannot outdate without a connection)
 * @DRBD_SS_PRIMARY_READER: a reader has the device open here
 * @DRBD_SS_TIMEOUT: no answer in time
 * @DRBD_SS_WEAKLY_CONNECTED: Primaries have to reach each other
 * @DRBD_SS_NO_QUORUM: the partition has no quorum
 * @DRBD_SS_ATTACH_NO_BITMAP: there is no bitmap for that disk
 * @DRBD_SS_HANDSHAKE_DISCONNECT: the handshake decided to disconnect
 * @DRBD_SS_HANDSHAKE_RETRY: the handshake decided to retry
 *
 * The numbers travel in netlink messages and in replies to 8.4 peers.
 */
enum drbd_rv {
	DRBD_SS_CW_NO_NEED = 4,
	DRBD_SS_CW_SUCCESS = 3,
	DRBD_SS_NOTHING_TO_DO = 2,
	DRBD_SS_SUCCESS = 1,
	DRBD_SS_UNKNOWN_ERROR = 0,
	DRBD_SS_TWO_PRIMARIES = -1,
	DRBD_SS_NO_UP_TO_DATE_DISK = -2,
	DRBD_SS_NO_LOCAL_DISK = -4,
	DRBD_SS_NO_REMOTE_DISK = -5,
	DRBD_SS_CONNECTED_OUTDATES = -6,
	DRBD_SS_PRIMARY_NOP = -7,
	DRBD_SS_RESYNC_RUNNING = -8,
	DRBD_SS_ALREADY_STANDALONE = -9,
	DRBD_SS_CW_FAILED_BY_PEER = -10,
	DRBD_SS_IS_DISKLESS = -11,
	DRBD_SS_DEVICE_IN_USE = -12,
	DRBD_SS_NO_NET_CONFIG = -13,
	DRBD_SS_NO_VERIFY_ALG = -14,
	DRBD_SS_NEED_CONNECTION = -15,
	DRBD_SS_LOWER_THAN_OUTDATED = -16,
	DRBD_SS_NOT_SUPPORTED = -17,
	DRBD_SS_IN_TRANSIENT_STATE = -18,
	DRBD_SS_CONCURRENT_ST_CHG = -19,
	DRBD_SS_O_VOL_PEER_PRI = -20,
	DRBD_SS_INTERRUPTED = -21,
	DRBD_SS_PRIMARY_READER = -22,
	DRBD_SS_TIMEOUT = -23,
	DRBD_SS_WEAKLY_CONNECTED = -24,
	DRBD_SS_NO_QUORUM = -25,
	DRBD_SS_ATTACH_NO_BITMAP = -26,
	DRBD_SS_HANDSHAKE_DISCONNECT = -27,
	DRBD_SS_HANDSHAKE_RETRY = -28,
};

/**
 * drbd_node_mask() - mask with one node in it
 * @node_id: 0 to DRBD_NODES - 1
 *
 * Return: the mask.
 */
static inline u64 drbd_node_mask(int node_id)
{
	return 1ULL << node_id;
}

#endif
