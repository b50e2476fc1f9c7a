/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Payloads of packets: the part of fixed size, and rules for what follows it
 *
 * Everything here is a pure function that may be called in any context.
 */
#ifndef DRBD_CORE_WIRE_PACKETS_H
#define DRBD_CORE_WIRE_PACKETS_H

#include <linux/limits.h>

#include "types.h"
#include "wire_features.h"
#include "wire_header.h"
#include "wire_state.h"

/* Bytes of the largest fixed part (P_SYNC_PARAM89), of a name of an algorithm, of
 * a challenge, and of the largest digest.
 */
#define DRBD_WIRE_MAX_FIXED	148
#define DRBD_WIRE_NAME_SIZE	64
#define DRBD_WIRE_CHALLENGE	64
#define DRBD_WIRE_MAX_DIGEST	64

/* Bytes of what one packet may read or write, of what it may discard, and of what
 * P_PEERS_IN_SYNC is about. Towards older peers, senders keep to less.
 */
#define DRBD_WIRE_MAX_BIO		(1024 * 1024U)
#define DRBD_WIRE_MAX_DISCARD		(128 * 1024 * 1024U)
#define DRBD_WIRE_MAX_IN_SYNC		(4 * 1024 * 1024U)

/* Packets that are not of data are no larger than this, header included. */
#define DRBD_WIRE_BUFFER	4096

/* Block id of resync packets for peers that do not hand back one's own. */
#define DRBD_WIRE_ID_SYNCER	(~0ULL)

/* Sectors of the largest device: byte offsets are signed 64-bit numbers. Whether a
 * packet stays within its device is for who knows the device to check; with sectors
 * up to here, adding a length cannot overflow.
 */
#define DRBD_WIRE_MAX_SECTOR	(1ULL << (63 - DRBD_SECTOR_SHIFT))

struct drbd_wire_packet;

/**
 * struct drbd_wire_link - what the layout of packets on a connection depends on
 * @version: agreed version, DRBD_WIRE_NO_VERSION before the agreement
 * @features: agreed &enum drbd_wire_feature
 * @data_digest: bytes of the digest before data that this direction carries, or 0
 * @verify_digest: bytes of a digest of verify-alg, or 0 without one
 * @csums_digest: bytes of a digest of csums-alg, or 0 without one
 * @auth_digest: bytes of a response to a challenge, or 0 without cram-hmac-alg
 */
struct drbd_wire_link {
	u32 version;
	u32 features;
	u8 data_digest;
	u8 verify_digest;
	u8 csums_digest;
	u8 auth_digest;
};

/**
 * enum drbd_wire_dp - flags of writes, in dp_flags
 * @DRBD_DP_RW_SYNC: somebody waits for it
 * @DRBD_DP_MAY_SET_IN_SYNC: the sender is source of a resync to the receiver, or
 *	target of one from it
 * @DRBD_DP_FUA: to stable storage
 * @DRBD_DP_FLUSH: what was written before, too
 * @DRBD_DP_DISCARD: a discard; of P_ZEROES: may discard
 * @DRBD_DP_SEND_RECEIVE_ACK: wants P_RECV_ACK
 * @DRBD_DP_SEND_WRITE_ACK: wants P_WRITE_ACK
 * @DRBD_DP_WSAME: of a packet that is gone, must not be set
 * @DRBD_DP_ZEROES: zeroes
 */
enum drbd_wire_dp {
	DRBD_DP_RW_SYNC = 0x002,
	DRBD_DP_MAY_SET_IN_SYNC = 0x004,
	DRBD_DP_FUA = 0x010,
	DRBD_DP_FLUSH = 0x020,
	DRBD_DP_DISCARD = 0x040,
	DRBD_DP_SEND_RECEIVE_ACK = 0x080,
	DRBD_DP_SEND_WRITE_ACK = 0x100,
	DRBD_DP_WSAME = 0x200,
	DRBD_DP_ZEROES = 0x400,
};

/**
 * struct drbd_wire_data - P_DATA, P_DATA_REPLY, P_RS_DATA_REPLY, P_TRIM, P_ZEROES
 * @sector: first sector
 * @block_id: opaque: the sender's own of a write, the receiver's of a reply
 * @seq_num: of a write; 0 in replies
 * @dp_flags: &enum drbd_wire_dp of a write; 0 in replies
 * @size: bytes, of P_TRIM and P_ZEROES only
 */
struct drbd_wire_data {
	u64 sector;
	u64 block_id;
	u32 seq_num;
	u32 dp_flags;
	u32 size;
};

/**
 * enum drbd_wire_ov - verdict of an online verify about a block
 * @DRBD_OV_SKIP: none, a write came in between
 * @DRBD_OV_IN_SYNC: equal
 * @DRBD_OV_OUT_OF_SYNC: different
 */
enum drbd_wire_ov {
	DRBD_OV_SKIP = 0,
	DRBD_OV_IN_SYNC = 1,
	DRBD_OV_OUT_OF_SYNC = 2,
};

/**
 * struct drbd_wire_block - packets about a block: requests, acks, marks
 * @sector: first sector
 * @block_id: opaque: of who asks for an answer to it
 * @dagtag: of requests with one: position in a stream of writes, or 0
 * @blksize: bytes
 * @seq_num: of acks
 * @dagtag_node_id: of requests with a dagtag: whose stream of writes
 * @result: &enum drbd_wire_ov, of P_OV_RESULT and P_OV_RESULT_ID
 *
 * What a packet does not have is zero.
 */
struct drbd_wire_block {
	u64 sector;
	u64 block_id;
	u64 dagtag;
	u32 blksize;
	u32 seq_num;
	s32 dagtag_node_id;
	u32 result;
};

/**
 * struct drbd_wire_barrier - P_BARRIER, P_BARRIER_ACK
 * @barrier: opaque number of the epoch
 * @set_size: of the ack: writes in the epoch
 */
struct drbd_wire_barrier {
	u32 barrier;
	u32 set_size;
};

/**
 * struct drbd_wire_confirm - P_CONFIRM_STABLE
 * @oldest_block_id: opaque id of the first write that is stable
 * @youngest_block_id: opaque id of the last one
 * @set_size: how many they are
 */
struct drbd_wire_confirm {
	u64 oldest_block_id;
	u64 youngest_block_id;
	u32 set_size;
};

/**
 * struct drbd_wire_protocol - P_PROTOCOL, P_PROTOCOL_UPDATE
 * @protocol: 1 is A, 2 is B, 3 is C
 * @after_sb_0p: policy after a split brain without a Primary
 * @after_sb_1p: policy with one Primary
 * @after_sb_2p: policy with two
 * @conn_flags: 1 discard-my-data, 2 dry run
 * @two_primaries: allow-two-primaries
 *
 * Of P_PROTOCOL, numbers that mean nothing here are not refused: they differ from
 * what is configured, and that has its own consequences.
 */
struct drbd_wire_protocol {
	u32 protocol;
	u32 after_sb_0p;
	u32 after_sb_1p;
	u32 after_sb_2p;
	u32 conn_flags;
	u32 two_primaries;
};

/**
 * struct drbd_wire_sync_param - P_SYNC_PARAM, P_SYNC_PARAM89
 * @resync_rate: KiB/s
 * @verify_alg: name, "" for none; of P_SYNC_PARAM it follows the fixed part
 * @csums_alg: name, "" for none
 * @c_plan_ahead: 0.1 s; this and the rest only since version 95
 * @c_delay_target: 0.1 s
 * @c_fill_target: sectors
 * @c_max_rate: KiB/s
 */
struct drbd_wire_sync_param {
	u32 resync_rate;
	char verify_alg[DRBD_WIRE_NAME_SIZE];
	char csums_alg[DRBD_WIRE_NAME_SIZE];
	u32 c_plan_ahead;
	u32 c_delay_target;
	u32 c_fill_target;
	u32 c_max_rate;
};

/**
 * struct drbd_wire_sizes - P_SIZES
 * @d_size: sectors that the disk can hold, 0 without one
 * @u_size: sectors, limit that a user has set, 0 without one
 * @c_size: sectors of the device
 * @max_bio_size: bytes
 * @dds_flags: 1 assume that there is space, 2 do not resync what is new
 * @physical_block_size: bytes; this and the rest only with DRBD_FF_WSAME
 * @logical_block_size: bytes
 * @alignment_offset: bytes
 * @io_min: bytes
 * @io_opt: bytes
 * @discard_enabled: the disk discards, if not 0
 * @bm_block_shift: 2 to its power times 4096 bytes for each bit of the bitmap, 0
 *	to 8; 0 without DRBD_FF_BM_BLOCK_SHIFT
 */
struct drbd_wire_sizes {
	u64 d_size;
	u64 u_size;
	u64 c_size;
	u32 max_bio_size;
	u16 dds_flags;
	u32 physical_block_size;
	u32 logical_block_size;
	u32 alignment_offset;
	u32 io_min;
	u32 io_opt;
	u8 discard_enabled;
	u8 bm_block_shift;
};

/**
 * struct drbd_wire_uuids - P_UUIDS, P_UUIDS110, P_CURRENT_UUID, P_SYNC_UUID
 * @current_uuid: the one that all of them have
 * @bitmap_uuid: of P_UUIDS
 * @history: of P_UUIDS
 * @dirty_bits: bits set in the bitmap towards the receiver
 * @uuid_flags: see spec/wire.md 5.5; not all bits need be known
 * @node_mask: weak nodes, or authoritative nodes
 * @bitmap_uuids_mask: of P_UUIDS110: nodes whose bitmap UUID follows
 */
struct drbd_wire_uuids {
	u64 current_uuid;
	u64 bitmap_uuid;
	u64 history[2];
	u64 dirty_bits;
	u64 uuid_flags;
	u64 node_mask;
	u64 bitmap_uuids_mask;
};

/**
 * enum drbd_wire_twopc_flag - flags of a request of a two-phase commit
 * @DRBD_WIRE_HAS_FLAGS: tells the layout of DRBD_FF_2PC_V2
 * @DRBD_WIRE_HAS_REACHABLE: reachable nodes instead of mask and value
 * @DRBD_WIRE_PRI_INCAPABLE: a Primary has no access to UpToDate data
 */
enum drbd_wire_twopc_flag {
	DRBD_WIRE_HAS_FLAGS = 0x80000000,
	DRBD_WIRE_HAS_REACHABLE = 0x40000000,
	DRBD_WIRE_PRI_INCAPABLE = 0x20000000,
};

/**
 * struct drbd_wire_twopc - P_TWOPC_PREPARE, _PREP_RSZ, _COMMIT, _ABORT
 * @tid: id of the transaction, not 0
 * @flags: &enum drbd_wire_twopc_flag, 0 without DRBD_FF_2PC_V2
 * @initiator_node_id: who has started it
 * @target_node_id: the node that it is about, or DRBD_NO_NODE for all
 * @nodes_to_reach: nodes nobody has asked yet
 * @user_size: of PREP_RSZ: sectors
 * @change: of PREPARE
 * @dds_flags: of PREP_RSZ, as in &struct drbd_wire_sizes
 * @primary_nodes: of COMMIT and ABORT; of a resize: those with a disk
 * @verdict: of COMMIT and ABORT: reachable nodes (DRBD_WIRE_HAS_REACHABLE), the
 *	new size in sectors (a resize), or see drbd_wire_twopc_change()
 */
struct drbd_wire_twopc {
	u32 tid;
	u32 flags;
	s32 initiator_node_id;
	s32 target_node_id;
	u64 nodes_to_reach;
	u64 user_size;
	struct drbd_wire_change change;
	u16 dds_flags;
	u64 primary_nodes;
	u64 verdict;
};

/**
 * drbd_wire_twopc_change() - mask and value in a COMMIT of a state change
 * @verdict: of a COMMIT without DRBD_WIRE_HAS_REACHABLE
 *
 * Return: mask and value.
 */
static inline struct drbd_wire_change drbd_wire_twopc_change(u64 verdict)
{
	return (struct drbd_wire_change) {
		.mask = verdict >> 32,
		.val = verdict & U32_MAX,
	};
}

/**
 * drbd_wire_twopc_verdict() - verdict of a COMMIT of a state change
 * @change: mask and value
 *
 * Return: what drbd_wire_twopc_change() reads.
 */
static inline u64 drbd_wire_twopc_verdict(struct drbd_wire_change change)
{
	return (u64)change.mask << 32 | change.val;
}

/**
 * struct drbd_wire_twopc_reply - P_TWOPC_YES, P_TWOPC_NO, P_TWOPC_RETRY
 * @tid: id of the transaction
 * @initiator_node_id: who has started it
 * @reachable_nodes: nodes that the sender reaches
 * @primary_nodes: Primaries among them; of a resize: those with a disk
 * @weak_nodes: nodes without access to the data of a Primary; of a resize: the
 *	largest size that is possible, in sectors
 */
struct drbd_wire_twopc_reply {
	u32 tid;
	s32 initiator_node_id;
	u64 reachable_nodes;
	u64 primary_nodes;
	u64 weak_nodes;
};

/**
 * struct drbd_wire_dagtag - P_DAGTAG, P_PEER_DAGTAG, P_PEER_ACK
 * @dagtag: position in a stream of writes
 * @mask: of P_PEER_ACK: nodes that have the writes up to there
 * @node_id: of P_PEER_DAGTAG: whose stream
 */
struct drbd_wire_dagtag {
	u64 dagtag;
	u64 mask;
	s32 node_id;
};

/**
 * struct drbd_wire_in_sync - P_PEERS_IN_SYNC
 * @sector: first sector
 * @mask: nodes that are in sync with the sender
 * @size: bytes
 */
struct drbd_wire_in_sync {
	u64 sector;
	u64 mask;
	u32 size;
};

/**
 * struct drbd_wire_flush - P_FLUSH_REQUESTS, P_FLUSH_FORWARD, P_FLUSH_REQUESTS_ACK
 * @flush_sequence: of the initiator, not 0
 * @node_id: the initiator (FORWARD), or the Primary (ACK)
 */
struct drbd_wire_flush {
	u64 flush_sequence;
	s32 node_id;
};

/**
 * union drbd_wire_body - fixed part of any packet
 * @data: writes, and data that was asked for
 * @block: requests, acks and marks
 * @barrier: P_BARRIER, P_BARRIER_ACK
 * @confirm: P_CONFIRM_STABLE
 * @protocol: P_PROTOCOL, P_PROTOCOL_UPDATE
 * @sync_param: P_SYNC_PARAM, P_SYNC_PARAM89
 * @sizes: P_SIZES
 * @uuids: P_UUIDS, P_UUIDS110, P_CURRENT_UUID, P_SYNC_UUID
 * @state: P_STATE, a state word
 * @change: P_STATE_CHG_REQ, P_CONN_ST_CHG_REQ
 * @retcode: P_STATE_CHG_REPLY, P_CONN_ST_CHG_REPLY: &enum drbd_rv, but 8.4 has
 *	other failures, so that only the sign counts
 * @twopc: requests of a two-phase commit
 * @reply: replies of a two-phase commit
 * @dagtag: P_DAGTAG, P_PEER_DAGTAG, P_PEER_ACK
 * @in_sync: P_PEERS_IN_SYNC
 * @flush: P_FLUSH_REQUESTS, P_FLUSH_FORWARD, P_FLUSH_REQUESTS_ACK
 * @offer: P_CONNECTION_FEATURES
 * @enable: P_ENABLE_REPLICATION_NEXT, P_ENABLE_REPLICATION
 * @encoding: P_COMPRESSED_BITMAP, see spec/wire.md 5.10
 *
 * Packets without a member have no fixed part with a meaning.
 */
union drbd_wire_body {
	struct drbd_wire_data data;
	struct drbd_wire_block block;
	struct drbd_wire_barrier barrier;
	struct drbd_wire_confirm confirm;
	struct drbd_wire_protocol protocol;
	struct drbd_wire_sync_param sync_param;
	struct drbd_wire_sizes sizes;
	struct drbd_wire_uuids uuids;
	u32 state;
	struct drbd_wire_change change;
	s32 retcode;
	struct drbd_wire_twopc twopc;
	struct drbd_wire_twopc_reply reply;
	struct drbd_wire_dagtag dagtag;
	struct drbd_wire_in_sync in_sync;
	struct drbd_wire_flush flush;
	struct drbd_wire_offer offer;
	u8 enable;
	u8 encoding;
};

int drbd_wire_permitted(const struct drbd_wire_link *link,
			const struct drbd_wire_packet *packet,
			struct drbd_wire_error *err);
u32 drbd_wire_fixed_size(const struct drbd_wire_link *link,
			 const struct drbd_wire_packet *packet);
int drbd_wire_decode(const struct drbd_wire_link *link,
		     const struct drbd_wire_packet *packet, const u8 *buf, u32 len,
		     union drbd_wire_body *body, struct drbd_wire_error *err);
int drbd_wire_encode(const struct drbd_wire_link *link,
		     const struct drbd_wire_packet *packet,
		     const union drbd_wire_body *body, u8 *buf, u32 size,
		     struct drbd_wire_error *err);

#endif
