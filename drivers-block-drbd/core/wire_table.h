/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of packets: which there are, where, when, and what they look like
 *
 * Everything here is a pure function that may be called in any context.
 */
#ifndef DRBD_CORE_WIRE_TABLE_H
#define DRBD_CORE_WIRE_TABLE_H

#include "types.h"
#include "wire_packets.h"

/**
 * enum drbd_wire_kind - how a field is encoded
 * @DRBD_WIRE_UINT: big-endian number, the member has the same width
 * @DRBD_WIRE_NODE: node id or DRBD_NO_NODE, signed, big-endian; the member is an s32
 * @DRBD_WIRE_OPAQUE: bytes of the sender that are handed back as they came
 * @DRBD_WIRE_NAME: name of an algorithm, filled up with NULs
 * @DRBD_WIRE_OV: 64-bit magic number for an &enum drbd_wire_ov; the member is a u32
 * @DRBD_WIRE_PAD: zeroes are sent, anything may be received
 */
enum drbd_wire_kind {
	DRBD_WIRE_UINT,
	DRBD_WIRE_NODE,
	DRBD_WIRE_OPAQUE,
	DRBD_WIRE_NAME,
	DRBD_WIRE_OV,
	DRBD_WIRE_PAD,
};

/**
 * enum drbd_wire_range - values that a field may have
 * @DRBD_WIRE_ANY: all
 * @DRBD_WIRE_NOT_ZERO: all others
 * @DRBD_WIRE_BOOL: 0 and 1
 * @DRBD_WIRE_ABC: letter of a replication protocol, 1 to 3
 * @DRBD_WIRE_AFTER_SB: policy after a split brain, 0 to 12
 * @DRBD_WIRE_RESULT: &enum drbd_wire_ov
 * @DRBD_WIRE_SECTORS: number of sectors, byte offsets fit into 63 bits
 * @DRBD_WIRE_BLOCK: bytes of a block: whole sectors, at least one, up to 1 MiB
 * @DRBD_WIRE_LARGE: bytes: whole sectors, at least one, up to 128 MiB
 * @DRBD_WIRE_ACKED: bytes: whole sectors, maybe none, up to 128 MiB
 * @DRBD_WIRE_EXTENT: bytes: whole sectors, at least one, up to 4 MiB
 * @DRBD_WIRE_QUEUE_BLOCK: bytes, power of two of at least a sector
 * @DRBD_WIRE_SHIFT: shift of the size of bitmap blocks, 0 to 8
 * @DRBD_WIRE_NODE_ID: 0 to 31
 * @DRBD_WIRE_NODE_OR_ALL: the same or DRBD_NO_NODE
 * @DRBD_WIRE_NODES: mask of nodes that exist, none above 31
 * @DRBD_WIRE_WRITE_FLAGS: &enum drbd_wire_dp without DRBD_DP_WSAME
 * @DRBD_WIRE_TRIM_FLAGS: those with DRBD_DP_DISCARD
 * @DRBD_WIRE_ZERO_FLAGS: those with DRBD_DP_ZEROES
 * @DRBD_WIRE_TWOPC_FLAGS: with DRBD_WIRE_HAS_FLAGS
 * @DRBD_WIRE_ENCODING: of a compressed bitmap: code 2
 */
enum drbd_wire_range {
	DRBD_WIRE_ANY,
	DRBD_WIRE_NOT_ZERO,
	DRBD_WIRE_BOOL,
	DRBD_WIRE_ABC,
	DRBD_WIRE_AFTER_SB,
	DRBD_WIRE_RESULT,
	DRBD_WIRE_SECTORS,
	DRBD_WIRE_BLOCK,
	DRBD_WIRE_LARGE,
	DRBD_WIRE_ACKED,
	DRBD_WIRE_EXTENT,
	DRBD_WIRE_QUEUE_BLOCK,
	DRBD_WIRE_SHIFT,
	DRBD_WIRE_NODE_ID,
	DRBD_WIRE_NODE_OR_ALL,
	DRBD_WIRE_NODES,
	DRBD_WIRE_WRITE_FLAGS,
	DRBD_WIRE_TRIM_FLAGS,
	DRBD_WIRE_ZERO_FLAGS,
	DRBD_WIRE_TWOPC_FLAGS,
	DRBD_WIRE_ENCODING,
};

/**
 * struct drbd_wire_field - one field of the fixed part of a packet
 * @name: for messages
 * @offset: of the member in &union drbd_wire_body
 * @width: bytes in the packet
 * @kind: how it is encoded
 * @range: values that it may have
 * @since: first version with it
 * @features: &enum drbd_wire_feature that it needs
 * @without: &enum drbd_wire_feature that it is not there with
 */
struct drbd_wire_field {
	const char *name;
	u16 offset;
	u8 width;
	enum drbd_wire_kind kind;
	enum drbd_wire_range range;
	u8 since;
	u16 features;
	u16 without;
};

/**
 * enum drbd_wire_tail - what follows the fixed part
 * @DRBD_WIRE_TAIL_NONE: nothing
 * @DRBD_WIRE_TAIL_DATA: the digest if there is one, then data: whole sectors
 * @DRBD_WIRE_TAIL_VERIFY: digest of verify-alg
 * @DRBD_WIRE_TAIL_CSUMS: digest of csums-alg
 * @DRBD_WIRE_TAIL_CHALLENGE: random bytes
 * @DRBD_WIRE_TAIL_RESPONSE: response to a challenge
 * @DRBD_WIRE_TAIL_NAME: name of an algorithm and a NUL
 * @DRBD_WIRE_TAIL_UUIDS: bitmap UUIDs for bitmap_uuids_mask, then history UUIDs
 * @DRBD_WIRE_TAIL_WORDS: 64-bit words of a bitmap
 * @DRBD_WIRE_TAIL_CODE: code bytes of a compressed bitmap
 */
enum drbd_wire_tail {
	DRBD_WIRE_TAIL_NONE,
	DRBD_WIRE_TAIL_DATA,
	DRBD_WIRE_TAIL_VERIFY,
	DRBD_WIRE_TAIL_CSUMS,
	DRBD_WIRE_TAIL_CHALLENGE,
	DRBD_WIRE_TAIL_RESPONSE,
	DRBD_WIRE_TAIL_NAME,
	DRBD_WIRE_TAIL_UUIDS,
	DRBD_WIRE_TAIL_WORDS,
	DRBD_WIRE_TAIL_CODE,
};

/**
 * enum drbd_wire_scope - what a packet is about
 * @DRBD_WIRE_CONNECTION: the connection; the volume in the header is ignored
 * @DRBD_WIRE_VOLUME: a volume
 * @DRBD_WIRE_EITHER: the volume in the header, if there is one
 */
enum drbd_wire_scope {
	DRBD_WIRE_CONNECTION,
	DRBD_WIRE_VOLUME,
	DRBD_WIRE_EITHER,
};

/**
 * struct drbd_wire_packet - one kind of packet
 * @name: for messages
 * @number: in headers
 * @stream: &enum drbd_wire_stream where it may come
 * @since: first version with it
 * @until: last version with it
 * @features: &enum drbd_wire_feature that it needs
 * @scope: what it is about
 * @tail: what follows the fixed part
 * @tail_since: first version with the tail
 * @nfields: number of @fields
 * @fields: the fixed part, in the order of the packet
 */
struct drbd_wire_packet {
	const char *name;
	u16 number;
	u8 stream;
	u8 since;
	u8 until;
	u16 features;
	enum drbd_wire_scope scope;
	enum drbd_wire_tail tail;
	u8 tail_since;
	u8 nfields;
	const struct drbd_wire_field *fields;
};

/**
 * drbd_wire_field_present() - does a field exist between two nodes
 * @link: what they have agreed on
 * @field: the field
 *
 * Return: true if packets have it.
 */
static inline bool drbd_wire_field_present(const struct drbd_wire_link *link,
					   const struct drbd_wire_field *field)
{
	return link->version >= field->since && !(link->features & field->without) &&
	       (link->features & field->features) == field->features;
}

/**
 * enum drbd_wire_number - numbers of packets
 * @DRBD_P_DATA: replicated write
 * @DRBD_P_DATA_REPLY: answer to P_DATA_REQUEST
 * @DRBD_P_RS_DATA_REPLY: resync data
 * @DRBD_P_BARRIER: closes a write epoch
 * @DRBD_P_BITMAP: plain chunk of a bitmap, or its end
 * @DRBD_P_UNPLUG_REMOTE: hint: submit plugged I/O
 * @DRBD_P_DATA_REQUEST: remote read
 * @DRBD_P_RS_DATA_REQUEST: resync request
 * @DRBD_P_SYNC_PARAM: resync rate, verify-alg
 * @DRBD_P_PROTOCOL: connection settings at connect
 * @DRBD_P_UUIDS: UUID set, 2-node format
 * @DRBD_P_SIZES: sizes and queue limits
 * @DRBD_P_STATE: state word
 * @DRBD_P_SYNC_UUID: new current UUID for the target
 * @DRBD_P_AUTH_CHALLENGE: challenge to prove who one is
 * @DRBD_P_AUTH_RESPONSE: response to the challenge
 * @DRBD_P_STATE_CHG_REQ: per-volume state change request
 * @DRBD_P_PING: keep-alive and fence
 * @DRBD_P_PING_ACK: answer to P_PING
 * @DRBD_P_RECV_ACK: protocol B ack
 * @DRBD_P_WRITE_ACK: protocol C ack
 * @DRBD_P_RS_WRITE_ACK: resync write done (before 122 also: write done, bits in sync)
 * @DRBD_P_SUPERSEDED: two Primaries: this write lost (8.4 only)
 * @DRBD_P_NEG_ACK: write failed (before 122 also: resync write failed)
 * @DRBD_P_NEG_DREPLY: remote read failed
 * @DRBD_P_NEG_RS_DREPLY: resync read failed
 * @DRBD_P_BARRIER_ACK: epoch on stable storage
 * @DRBD_P_STATE_CHG_REPLY: answer to P_STATE_CHG_REQ
 * @DRBD_P_OV_REQUEST: verify block
 * @DRBD_P_OV_REPLY: digest of a verify block
 * @DRBD_P_OV_RESULT: verdict on a verify block
 * @DRBD_P_CSUM_RS_REQUEST: resync request with digest
 * @DRBD_P_RS_IS_IN_SYNC: the digest matched
 * @DRBD_P_SYNC_PARAM89: resync params, verify-alg, csums-alg
 * @DRBD_P_COMPRESSED_BITMAP: RLE bitmap chunk
 * @DRBD_P_DELAY_PROBE: obsolete; receivers skip it
 * @DRBD_P_OUT_OF_SYNC: mark range dirty
 * @DRBD_P_RS_CANCEL: request not served, try again later
 * @DRBD_P_CONN_ST_CHG_REQ: connection state change request
 * @DRBD_P_CONN_ST_CHG_REPLY: answer to P_CONN_ST_CHG_REQ
 * @DRBD_P_RETRY_WRITE: two Primaries: send it again (8.4 only)
 * @DRBD_P_PROTOCOL_UPDATE: P_PROTOCOL while connected
 * @DRBD_P_TWOPC_PREPARE: 2PC phase 1
 * @DRBD_P_TWOPC_ABORT: 2PC abort
 * @DRBD_P_DAGTAG: set data generation tag
 * @DRBD_P_TRIM: discard
 * @DRBD_P_RS_THIN_REQ: resync request, may answer "all zero"
 * @DRBD_P_RS_DEALLOCATED: block is all zero
 * @DRBD_P_TWOPC_PREP_RSZ: 2PC resize phase 1
 * @DRBD_P_ZEROES: write zeroes
 * @DRBD_P_PEER_ACK: who has which writes
 * @DRBD_P_PEERS_IN_SYNC: range in sync among nodes
 * @DRBD_P_UUIDS110: UUID set, n-node format
 * @DRBD_P_PEER_DAGTAG: the sender's position in a lost Primary's stream
 * @DRBD_P_CURRENT_UUID: current UUID only
 * @DRBD_P_TWOPC_YES: 2PC consent
 * @DRBD_P_TWOPC_NO: 2PC refusal
 * @DRBD_P_TWOPC_COMMIT: 2PC phase 2
 * @DRBD_P_TWOPC_RETRY: 2PC: busy, try again
 * @DRBD_P_CONFIRM_STABLE: unsolicited partial barrier ack
 * @DRBD_P_RS_CANCEL_AHEAD: cancel, and source is Ahead
 * @DRBD_P_DISCONNECT: go StandAlone
 * @DRBD_P_RS_DAGTAG_REQ: P_RS_DATA_REQUEST with a dagtag
 * @DRBD_P_RS_CSUM_DAGTAG_REQ: P_CSUM_RS_REQUEST with a dagtag
 * @DRBD_P_RS_THIN_DAGTAG_REQ: P_RS_THIN_REQ with a dagtag
 * @DRBD_P_OV_DAGTAG_REQ: P_OV_REQUEST with a dagtag
 * @DRBD_P_OV_DAGTAG_REPLY: P_OV_REPLY with a dagtag
 * @DRBD_P_WRITE_ACK_IN_SYNC: write done, bits set in sync
 * @DRBD_P_RS_NEG_ACK: resync write failed
 * @DRBD_P_OV_RESULT_ID: verdict with id
 * @DRBD_P_RS_DEALLOCATED_ID: P_RS_DEALLOCATED with an id
 * @DRBD_P_FLUSH_REQUESTS: asks a Primary to send the peer acks that are due
 * @DRBD_P_FLUSH_FORWARD: asks a third node to send the marks that are due
 * @DRBD_P_FLUSH_REQUESTS_ACK: they have been sent
 * @DRBD_P_ENABLE_REPLICATION_NEXT: replicate after the next start of a resync, or not
 * @DRBD_P_ENABLE_REPLICATION: switch replication now
 * @DRBD_P_INITIAL_META: first packet on C
 * @DRBD_P_INITIAL_DATA: first packet on D
 * @DRBD_P_CONNECTION_FEATURES: negotiation
 *
 * Numbers that are missing were never in use, or are not any more. Source:
 * spec/wire.md 4.
 */
enum drbd_wire_number {
	DRBD_P_DATA = 0x00,
	DRBD_P_DATA_REPLY = 0x01,
	DRBD_P_RS_DATA_REPLY = 0x02,
	DRBD_P_BARRIER = 0x03,
	DRBD_P_BITMAP = 0x04,
	DRBD_P_UNPLUG_REMOTE = 0x07,
	DRBD_P_DATA_REQUEST = 0x08,
	DRBD_P_RS_DATA_REQUEST = 0x09,
	DRBD_P_SYNC_PARAM = 0x0a,
	DRBD_P_PROTOCOL = 0x0b,
	DRBD_P_UUIDS = 0x0c,
	DRBD_P_SIZES = 0x0d,
	DRBD_P_STATE = 0x0e,
	DRBD_P_SYNC_UUID = 0x0f,
	DRBD_P_AUTH_CHALLENGE = 0x10,
	DRBD_P_AUTH_RESPONSE = 0x11,
	DRBD_P_STATE_CHG_REQ = 0x12,
	DRBD_P_PING = 0x13,
	DRBD_P_PING_ACK = 0x14,
	DRBD_P_RECV_ACK = 0x15,
	DRBD_P_WRITE_ACK = 0x16,
	DRBD_P_RS_WRITE_ACK = 0x17,
	DRBD_P_SUPERSEDED = 0x18,
	DRBD_P_NEG_ACK = 0x19,
	DRBD_P_NEG_DREPLY = 0x1a,
	DRBD_P_NEG_RS_DREPLY = 0x1b,
	DRBD_P_BARRIER_ACK = 0x1c,
	DRBD_P_STATE_CHG_REPLY = 0x1d,
	DRBD_P_OV_REQUEST = 0x1e,
	DRBD_P_OV_REPLY = 0x1f,
	DRBD_P_OV_RESULT = 0x20,
	DRBD_P_CSUM_RS_REQUEST = 0x21,
	DRBD_P_RS_IS_IN_SYNC = 0x22,
	DRBD_P_SYNC_PARAM89 = 0x23,
	DRBD_P_COMPRESSED_BITMAP = 0x24,
	DRBD_P_DELAY_PROBE = 0x27,
	DRBD_P_OUT_OF_SYNC = 0x28,
	DRBD_P_RS_CANCEL = 0x29,
	DRBD_P_CONN_ST_CHG_REQ = 0x2a,
	DRBD_P_CONN_ST_CHG_REPLY = 0x2b,
	DRBD_P_RETRY_WRITE = 0x2c,
	DRBD_P_PROTOCOL_UPDATE = 0x2d,
	DRBD_P_TWOPC_PREPARE = 0x2e,
	DRBD_P_TWOPC_ABORT = 0x2f,
	DRBD_P_DAGTAG = 0x30,
	DRBD_P_TRIM = 0x31,
	DRBD_P_RS_THIN_REQ = 0x32,
	DRBD_P_RS_DEALLOCATED = 0x33,
	DRBD_P_TWOPC_PREP_RSZ = 0x35,
	DRBD_P_ZEROES = 0x36,
	DRBD_P_PEER_ACK = 0x40,
	DRBD_P_PEERS_IN_SYNC = 0x41,
	DRBD_P_UUIDS110 = 0x42,
	DRBD_P_PEER_DAGTAG = 0x43,
	DRBD_P_CURRENT_UUID = 0x44,
	DRBD_P_TWOPC_YES = 0x45,
	DRBD_P_TWOPC_NO = 0x46,
	DRBD_P_TWOPC_COMMIT = 0x47,
	DRBD_P_TWOPC_RETRY = 0x48,
	DRBD_P_CONFIRM_STABLE = 0x49,
	DRBD_P_RS_CANCEL_AHEAD = 0x4a,
	DRBD_P_DISCONNECT = 0x4b,
	DRBD_P_RS_DAGTAG_REQ = 0x4c,
	DRBD_P_RS_CSUM_DAGTAG_REQ = 0x4d,
	DRBD_P_RS_THIN_DAGTAG_REQ = 0x4e,
	DRBD_P_OV_DAGTAG_REQ = 0x4f,
	DRBD_P_OV_DAGTAG_REPLY = 0x50,
	DRBD_P_WRITE_ACK_IN_SYNC = 0x51,
	DRBD_P_RS_NEG_ACK = 0x52,
	DRBD_P_OV_RESULT_ID = 0x53,
	DRBD_P_RS_DEALLOCATED_ID = 0x54,
	DRBD_P_FLUSH_REQUESTS = 0x55,
	DRBD_P_FLUSH_FORWARD = 0x56,
	DRBD_P_FLUSH_REQUESTS_ACK = 0x57,
	DRBD_P_ENABLE_REPLICATION_NEXT = 0x58,
	DRBD_P_ENABLE_REPLICATION = 0x59,
	DRBD_P_INITIAL_META = 0xfff1,
	DRBD_P_INITIAL_DATA = 0xfff2,
	DRBD_P_CONNECTION_FEATURES = 0xfffe,
};

const struct drbd_wire_packet *drbd_wire_packet(u32 number);
const struct drbd_wire_packet *drbd_wire_accept(const struct drbd_wire_link *link,
						enum drbd_wire_stream stream,
						const struct drbd_wire_header *head,
						struct drbd_wire_error *err);
int drbd_wire_announce(const struct drbd_wire_link *link,
		       const struct drbd_wire_packet *packet, s32 vnr, u32 tail,
		       struct drbd_wire_header *head, struct drbd_wire_error *err);
int drbd_wire_check_tail(const struct drbd_wire_packet *packet,
			 const union drbd_wire_body *body, const u8 *tail, u32 len,
			 struct drbd_wire_error *err);

#endif
