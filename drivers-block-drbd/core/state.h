/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state of a resource: one vector with an old and a new copy of each field
 *
 * A change is a transaction: drbd_state_begin(), modify the new copies,
 * drbd_state_pending(), then sanitise (state_sanitize.h), validate
 * (state_validate.h), stage (state_commit.h) and drbd_state_publish(). To give
 * it up is to begin again. The caller holds the state lock of the resource from
 * begin to publish; nothing here locks, allocates or sleeps.
 */
#ifndef DRBD_CORE_STATE_H
#define DRBD_CORE_STATE_H

#include <linux/bits.h>
#include <linux/types.h>

#include "uuid.h"

/* Features of a connection that rules of the state engine depend on; numbers of
 * the feature flags of the wire.
 */
#define DRBD_STATE_FF_2PC_V2		0x20
#define DRBD_STATE_FF_RS_SKIP_UUID	0x40

/* Modifiers of a change that rules look at. */
#define DRBD_CHG_HARD			BIT(0)	/* a fact, cannot be refused */
#define DRBD_CHG_LOCAL_ONLY		BIT(1)	/* never cluster-wide */
#define DRBD_CHG_PREPARE		BIT(2)	/* participant of a 2PC: check */
#define DRBD_CHG_PREPARED		BIT(3)	/* participant of a 2PC: apply */
#define DRBD_CHG_OWN_TWOPC		BIT(4)	/* initiator of a 2PC: apply */
#define DRBD_CHG_FORCE_RECALC		BIT(5)	/* even if nothing was requested */
#define DRBD_CHG_IGN_OUTD		BIT(6)	/* drop outdating a worse disk */
#define DRBD_CHG_CLUSTER_WIDE		BIT(7)	/* WFBitMapS/T need a 2PC */
#define DRBD_CHG_IGN_OPENERS		BIT(8)	/* demote in spite of writers */
#define DRBD_CHG_FP_LOCAL_UP_TO_DATE	BIT(9)	/* promote makes disks UpToDate */

/* Result of a UUID comparison for an attach, besides a replication state. */
#define DRBD_NEG_PENDING	(-1)
#define DRBD_NEG_NO_RESULT	0

/**
 * enum drbd_state_when - which copy of a field
 * @DRBD_OLD: the committed one
 * @DRBD_NEW: the proposed one
 */
enum drbd_state_when {
	DRBD_OLD,
	DRBD_NEW,
};

/**
 * struct drbd_res_vals - one copy of the fields of a resource
 * @role: own role
 * @susp_user: the admin suspended I/O
 * @susp_nod: suspended because no UpToDate data is in reach
 * @susp_quorum: suspended because a volume has no quorum
 * @susp_uuid: suspended until the worker wrote a new current UUID
 * @fail_io: all I/O fails until the last opener of a demoted resource is gone
 * @resume_held: susp_nod stays until the "primary-resume" transaction. This and
 * what follows is not part of the state tuple.
 * @members: mask of nodes that may be online
 */
struct drbd_res_vals {
	enum drbd_node_role role;
	bool susp_user;
	bool susp_nod;
	bool susp_quorum;
	bool susp_uuid;
	bool fail_io;
	bool resume_held;
	u64 members;
};

/**
 * struct drbd_conn_vals - one copy of the fields of a connection
 * @cstate: state of the transport
 * @peer_role: role of the peer
 * @susp_fen: suspended because fencing of this peer is outstanding
 * @lost_primary_notice: peers have to be told that this Primary is lost; not
 * part of the state tuple
 */
struct drbd_conn_vals {
	enum drbd_cstate cstate;
	enum drbd_node_role peer_role;
	bool susp_fen;
	bool lost_primary_notice;
};

/**
 * struct drbd_dev_vals - one copy of the fields of a device
 * @disk: own disk
 * @have_quorum: quorum as enforced, always set if quorum is off
 * @quorum: quorum as computed
 * @want_new_uuid: a new current UUID has to be made before the next write. This
 * and what follows is not part of the state tuple.
 * @primary_lost_quorum: was Primary without quorum
 * @crashed_primary: this node crashed as a Primary, and has not resynced since
 * @forced_detach: the disk is going, and not in order
 * @try_resync_from: node id of a Diskless Primary that came with another UUID,
 * so that the worker looks for a peer with its data; DRBD_NO_NODE if none
 */
struct drbd_dev_vals {
	enum drbd_disk disk;
	bool have_quorum;
	bool quorum;
	bool want_new_uuid;
	bool primary_lost_quorum;
	bool crashed_primary;
	bool forced_detach;
	s8 try_resync_from;
};

/**
 * struct drbd_pd_vals - one copy of the fields of a peer device
 * @disk: the peer's disk
 * @repl: replication state
 * @resync_susp_user: the admin paused resync here
 * @resync_susp_peer: the peer says that it pauses
 * @resync_susp_dependency: what this has to resync after is not done
 * @resync_susp_other_c: waits for a resync over another connection
 * @resync_susp_max_parallel: too many resyncs on this node
 * @resync_active: owns the one active resync of the device as target
 * @replication: writes go to the peer although it is Inconsistent
 * @peer_replication: the peer sends writes although this node is Inconsistent
 * @got_stable: the peer's last UUIDs said that it just became stable. This and
 * what follows is not part of the state tuple.
 * @reconcile_owed: the peer is owed reconciliation after the loss of a Primary
 * @reconcile_running: a resync for that is running
 * @neg: result of the UUID comparison for an attach: DRBD_NEG_* or &enum
 * drbd_repl
 */
struct drbd_pd_vals {
	enum drbd_disk disk;
	enum drbd_repl repl;
	bool resync_susp_user;
	bool resync_susp_peer;
	bool resync_susp_dependency;
	bool resync_susp_other_c;
	bool resync_susp_max_parallel;
	bool resync_active;
	bool replication;
	bool peer_replication;
	bool got_stable;
	bool reconcile_owed;
	bool reconcile_running;
	s8 neg;
};

/**
 * struct drbd_state_quorum - what the quorum computation found for a device
 * @quorum: has quorum; set if quorum is off
 * @up_to_date: nodes with UpToDate data, this one included
 * @present: other nodes that are present, this one included
 * @voters: nodes that count
 * @quorum_at: nodes that have to be present
 * @redundancy_at: nodes that have to be UpToDate
 */
struct drbd_state_quorum {
	bool quorum;
	u8 up_to_date;
	u8 present;
	u8 voters;
	u8 quorum_at;
	u8 redundancy_at;
};

/**
 * struct drbd_state_conn - connection
 * @node_id: of the peer
 * @old: committed fields
 * @new: proposed fields
 * @protocol: agreed protocol version
 * @features: agreed DRBD_STATE_FF_* flags
 * @fencing: configured fencing policy
 * @two_primaries: both may be Primary
 * @verify_alg: a verify algorithm is configured
 * @allow_remote_read: reads may go to the peer
 */
struct drbd_state_conn {
	int node_id;
	struct drbd_conn_vals old;
	struct drbd_conn_vals new;
	unsigned int protocol;
	u32 features;
	enum drbd_fencing fencing;
	bool two_primaries;
	bool verify_alg;
	bool allow_remote_read;
};

/**
 * struct drbd_state_dev - device
 * @volume: its number
 * @old: committed fields
 * @new: proposed fields
 * @quorum_computed: filled by the caller between the halves of sanitising
 * @current_uuid: own current UUID
 * @exposed_uuid: UUID of the data that users of this node have seen, 0 if none
 * @md_flags: DRBD_MDF_* of the metadata
 * @slot_flags: DRBD_MDF_PEER_* and such of the metadata, by node id
 * @restore_quorum: the node may keep the quorum it had before a reboot
 * @open: the device is open
 * @writable: the device is open for writing
 * @unregistered: the device is being deleted
 * @call_local_io_error: policy for I/O errors is call-local-io-error
 */
struct drbd_state_dev {
	int volume;
	struct drbd_dev_vals old;
	struct drbd_dev_vals new;
	struct drbd_state_quorum quorum_computed;
	u64 current_uuid;
	u64 exposed_uuid;
	u32 md_flags;
	u32 slot_flags[DRBD_NODES];
	bool restore_quorum;
	bool open;
	bool writable;
	bool unregistered;
	bool call_local_io_error;
};

/**
 * struct drbd_state_pd - peer device
 * @old: committed fields
 * @new: proposed fields
 * @current_uuid: the peer's current UUID
 * @bitmap_uuid: own bitmap UUID for the peer
 * @oos_bits: out-of-sync bits for the peer
 * @bitmap: the peer may have a disk ("bitmap yes")
 * @handshake_running: the initial packets of a connect were sent
 * @uuids_received: the full UUID set of the peer was received
 * @uuids_stale: own UUIDs changed after they were sent for a connect
 * @stable: the peer's last UUIDs said that it is stable
 * @replicate_next: value that @new.replication takes when the peer becomes
 * Inconsistent
 * @peer_replicate_next: value that @new.peer_replication takes when this node
 * becomes Inconsistent
 * @predecessor_armed: a diskless node relabels its UUID once this peer settled
 */
struct drbd_state_pd {
	struct drbd_pd_vals old;
	struct drbd_pd_vals new;
	u64 current_uuid;
	u64 bitmap_uuid;
	u64 oos_bits;
	bool bitmap;
	bool handshake_running;
	bool uuids_received;
	bool uuids_stale;
	bool stable;
	bool replicate_next;
	bool peer_replicate_next;
	bool predecessor_armed;
};

/**
 * struct drbd_state - state vector of a resource
 * @node_id: own node id
 * @nconn: number of connections
 * @ndev: number of devices
 * @conn: @nconn connections, in any order
 * @dev: @ndev devices, in any order
 * @pd: @ndev times @nconn peer devices, those of a device in a row; use
 * drbd_state_pd()
 * @old: committed fields
 * @new: proposed fields
 * @quorum_on: quorum is configured
 * @suspend_on_no_quorum: without quorum I/O waits, else it fails
 * @suspend_on_no_data: without UpToDate data I/O waits, else it fails
 * @peer_requests: writes of peers are in flight on some connection
 */
struct drbd_state {
	int node_id;
	unsigned int nconn;
	unsigned int ndev;
	struct drbd_state_conn *conn;
	struct drbd_state_dev *dev;
	struct drbd_state_pd *pd;
	struct drbd_res_vals old;
	struct drbd_res_vals new;
	bool quorum_on;
	bool suspend_on_no_quorum;
	bool suspend_on_no_data;
	bool peer_requests;
};

/**
 * drbd_state_pd() - peer device at a crossing
 * @s: state vector
 * @d: index of the device
 * @c: index of the connection
 *
 * Return: the peer device.
 */
static inline struct drbd_state_pd *drbd_state_pd(const struct drbd_state *s,
						  unsigned int d, unsigned int c)
{
	return &s->pd[d * s->nconn + c];
}

/**
 * drbd_state_res_vals() - one copy of the fields of a resource
 * @s: state vector
 * @when: which copy
 *
 * Return: the fields.
 */
static inline const struct drbd_res_vals *
drbd_state_res_vals(const struct drbd_state *s, enum drbd_state_when when)
{
	return when == DRBD_OLD ? &s->old : &s->new;
}

/**
 * drbd_state_conn_vals() - one copy of the fields of a connection
 * @conn: connection
 * @when: which copy
 *
 * Return: the fields.
 */
static inline const struct drbd_conn_vals *
drbd_state_conn_vals(const struct drbd_state_conn *conn, enum drbd_state_when when)
{
	return when == DRBD_OLD ? &conn->old : &conn->new;
}

/**
 * drbd_state_dev_vals() - one copy of the fields of a device
 * @dev: device
 * @when: which copy
 *
 * Return: the fields.
 */
static inline const struct drbd_dev_vals *
drbd_state_dev_vals(const struct drbd_state_dev *dev, enum drbd_state_when when)
{
	return when == DRBD_OLD ? &dev->old : &dev->new;
}

/**
 * drbd_state_pd_vals() - one copy of the fields of a peer device
 * @pd: peer device
 * @when: which copy
 *
 * Return: the fields.
 */
static inline const struct drbd_pd_vals *
drbd_state_pd_vals(const struct drbd_state_pd *pd, enum drbd_state_when when)
{
	return when == DRBD_OLD ? &pd->old : &pd->new;
}

void drbd_state_begin(struct drbd_state *s);
void drbd_state_publish(struct drbd_state *s);
void drbd_state_snapshot(struct drbd_state *to, const struct drbd_state *from);
void drbd_state_set_cstate(struct drbd_state *s, unsigned int c, enum drbd_cstate cstate);
bool drbd_state_changed(const struct drbd_state *s);
bool drbd_state_pending(const struct drbd_state *s, unsigned int flags);
bool drbd_state_res_event(const struct drbd_state *s);
bool drbd_state_conn_event(const struct drbd_state_conn *conn);
bool drbd_state_dev_event(const struct drbd_state_dev *dev);
bool drbd_state_pd_event(const struct drbd_state_pd *pd);

bool drbd_repl_is_target(enum drbd_repl repl);
bool drbd_repl_is_source(enum drbd_repl repl);
bool drbd_repl_is_sync(enum drbd_repl repl);
bool drbd_repl_in_resync(enum drbd_repl repl);
bool drbd_repl_is_verify(enum drbd_repl repl);

bool drbd_state_susp_fen(const struct drbd_state *s, enum drbd_state_when when);
bool drbd_state_suspended(const struct drbd_state *s, enum drbd_state_when when);
bool drbd_state_all_quorate(const struct drbd_state *s, enum drbd_state_when when);
unsigned int drbd_state_min_protocol(const struct drbd_state *s);
bool drbd_state_hold_active(const struct drbd_state *s);
bool drbd_state_dependency(const struct drbd_state *s, unsigned int d, unsigned int c,
			   enum drbd_state_when when);
bool drbd_state_resync_suspended(const struct drbd_state *s, unsigned int d, unsigned int c,
				 enum drbd_state_when when);
bool drbd_state_data_access(const struct drbd_state *s, unsigned int d,
			    enum drbd_state_when when);
bool drbd_state_unstable(const struct drbd_state *s, unsigned int d, enum drbd_state_when when);
bool drbd_state_error_io(const struct drbd_state *s, unsigned int d, enum drbd_state_when when);
bool drbd_state_device_stable(const struct drbd_state *s, unsigned int d,
			      enum drbd_state_when when);
bool drbd_state_replicates(const struct drbd_pd_vals *pd);

#endif
