// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of packets
 *
 * There is no way to skip a packet that is not known: its sender and the receiver
 * would go on with different ideas of what is replicated. So a packet that does
 * not belong to what was agreed on is a fault of the peer, just like one on the
 * wrong stream or of a wrong length, and it is found here before its payload is
 * received. The length is the one number of a packet that gets used before
 * anything of it was checked, and all 32 bits of it are the peer's choice: here it
 * is bounded, as an unsigned number, by what the packet can have.
 *
 * Source: spec/wire.md 3.3, 4, 5.
 */

#include <linux/align.h>
#include <linux/array_size.h>
#include <linux/bitops.h>
#include <linux/export.h>
#include <linux/limits.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "wire_table.h"

/* Last version of what is still in use. */
#define LAST	U8_MAX

#define FIELD(_kind, _body, _member, _width, _range, ...) { \
	.name = #_member, \
	.offset = offsetof(union drbd_wire_body, _body._member), \
	.width = (_width), \
	.kind = DRBD_WIRE_##_kind, \
	.range = DRBD_WIRE_##_range, \
	##__VA_ARGS__ }
/* Members have the widths of fields, but for node ids and verdicts. */
#define U64(_body, _member, _range, ...) \
	FIELD(UINT, _body, _member, 8, _range, ##__VA_ARGS__)
#define U32(_body, _member, _range, ...) \
	FIELD(UINT, _body, _member, 4, _range, ##__VA_ARGS__)
#define U16(_body, _member, _range, ...) \
	FIELD(UINT, _body, _member, 2, _range, ##__VA_ARGS__)
#define U8(_body, _member, _range, ...) \
	FIELD(UINT, _body, _member, 1, _range, ##__VA_ARGS__)
#define NODE(_body, _member, _width, _range, ...) \
	FIELD(NODE, _body, _member, _width, _range, ##__VA_ARGS__)
#define OPAQUE(_body, _member, _width) \
	FIELD(OPAQUE, _body, _member, _width, ANY)
#define NAME(_body, _member) \
	FIELD(NAME, _body, _member, DRBD_WIRE_NAME_SIZE, ANY)
#define PAD(_width, ...) \
	{ .name = "pad", .width = (_width), .kind = DRBD_WIRE_PAD, ##__VA_ARGS__ }

static const struct drbd_wire_field write_fields[] = {
	U64(data, sector, SECTORS),
	OPAQUE(data, block_id, 8),
	U32(data, seq_num, ANY),
	U32(data, dp_flags, WRITE_FLAGS),
};

static const struct drbd_wire_field data_reply_fields[] = {
	U64(data, sector, SECTORS),
	OPAQUE(data, block_id, 8),
	U32(data, seq_num, ANY),
	U32(data, dp_flags, ANY),
};

static const struct drbd_wire_field trim_fields[] = {
	U64(data, sector, SECTORS),
	OPAQUE(data, block_id, 8),
	U32(data, seq_num, ANY),
	U32(data, dp_flags, TRIM_FLAGS),
	U32(data, size, LARGE),
};

static const struct drbd_wire_field zeroes_fields[] = {
	U64(data, sector, SECTORS),
	OPAQUE(data, block_id, 8),
	U32(data, seq_num, ANY),
	U32(data, dp_flags, ZERO_FLAGS),
	U32(data, size, LARGE),
};

static const struct drbd_wire_field request_fields[] = {
	U64(block, sector, SECTORS),
	OPAQUE(block, block_id, 8),
	U32(block, blksize, BLOCK),
	PAD(4),
};

static const struct drbd_wire_field dagtag_request_fields[] = {
	U64(block, sector, SECTORS),
	OPAQUE(block, block_id, 8),
	U32(block, blksize, BLOCK),
	NODE(block, dagtag_node_id, 4, NODE_ID),
	U64(block, dagtag, ANY),
};

/* 8.4 sends no size when it refuses a discard. */
static const struct drbd_wire_field ack_fields[] = {
	U64(block, sector, SECTORS),
	OPAQUE(block, block_id, 8),
	U32(block, blksize, ACKED),
	U32(block, seq_num, ANY),
};

static const struct drbd_wire_field deallocated_id_fields[] = {
	U64(block, sector, SECTORS),
	OPAQUE(block, block_id, 8),
	U32(block, blksize, BLOCK),
	U32(block, seq_num, ANY),
};

static const struct drbd_wire_field deallocated_fields[] = {
	U64(block, sector, SECTORS),
	U32(block, blksize, BLOCK),
	PAD(4),
};

static const struct drbd_wire_field out_of_sync_fields[] = {
	U64(block, sector, SECTORS),
	U32(block, blksize, LARGE),
	PAD(4),
};

static const struct drbd_wire_field ov_result_fields[] = {
	U64(block, sector, SECTORS),
	FIELD(OV, block, result, 8, RESULT),
	U32(block, blksize, BLOCK),
	U32(block, seq_num, ANY),
};

static const struct drbd_wire_field ov_result_id_fields[] = {
	U64(block, sector, SECTORS),
	OPAQUE(block, block_id, 8),
	U32(block, blksize, BLOCK),
	U32(block, seq_num, ANY),
	U32(block, result, RESULT),
	PAD(4),
};

static const struct drbd_wire_field barrier_fields[] = {
	OPAQUE(barrier, barrier, 4),
	PAD(4),
};

static const struct drbd_wire_field barrier_ack_fields[] = {
	OPAQUE(barrier, barrier, 4),
	U32(barrier, set_size, ANY),
};

static const struct drbd_wire_field confirm_fields[] = {
	OPAQUE(confirm, oldest_block_id, 8),
	OPAQUE(confirm, youngest_block_id, 8),
	U32(confirm, set_size, ANY),
	PAD(4),
};

/* What differs from the configuration ends the connection for good; that cannot
 * be left to a complaint about the packet, after which peers reconnect.
 */
static const struct drbd_wire_field protocol_fields[] = {
	U32(protocol, protocol, ANY),
	U32(protocol, after_sb_0p, ANY),
	U32(protocol, after_sb_1p, ANY),
	U32(protocol, after_sb_2p, ANY),
	U32(protocol, conn_flags, ANY),
	U32(protocol, two_primaries, ANY),
};

/* These are adopted, without a comparison. */
static const struct drbd_wire_field protocol_update_fields[] = {
	U32(protocol, protocol, ABC),
	U32(protocol, after_sb_0p, AFTER_SB),
	U32(protocol, after_sb_1p, AFTER_SB),
	U32(protocol, after_sb_2p, AFTER_SB),
	U32(protocol, conn_flags, ANY),
	U32(protocol, two_primaries, BOOL),
};

static const struct drbd_wire_field sync_param_fields[] = {
	U32(sync_param, resync_rate, ANY),
};

static const struct drbd_wire_field sync_param89_fields[] = {
	U32(sync_param, resync_rate, ANY),
	NAME(sync_param, verify_alg),
	NAME(sync_param, csums_alg),
	U32(sync_param, c_plan_ahead, ANY, .since = 95),
	U32(sync_param, c_delay_target, ANY, .since = 95),
	U32(sync_param, c_fill_target, ANY, .since = 95),
	U32(sync_param, c_max_rate, ANY, .since = 95),
};

#define LIMITS	.features = DRBD_FF_WSAME

/* The 2 bytes of padding once were about the order of queues; of the last three
 * that of another discard and of the WRITE SAME of old.
 */
static const struct drbd_wire_field sizes_fields[] = {
	U64(sizes, d_size, SECTORS),
	U64(sizes, u_size, SECTORS),
	U64(sizes, c_size, SECTORS),
	U32(sizes, max_bio_size, ANY),
	PAD(2),
	U16(sizes, dds_flags, ANY),
	U32(sizes, physical_block_size, QUEUE_BLOCK, LIMITS),
	U32(sizes, logical_block_size, QUEUE_BLOCK, LIMITS),
	U32(sizes, alignment_offset, ANY, LIMITS),
	U32(sizes, io_min, ANY, LIMITS),
	U32(sizes, io_opt, ANY, LIMITS),
	U8(sizes, discard_enabled, ANY, LIMITS),
	PAD(2, LIMITS),
	U8(sizes, bm_block_shift, SHIFT,
	   .features = DRBD_FF_WSAME | DRBD_FF_BM_BLOCK_SHIFT),
	PAD(1, LIMITS, .without = DRBD_FF_BM_BLOCK_SHIFT),
};

static const struct drbd_wire_field uuids_fields[] = {
	U64(uuids, current_uuid, ANY),
	U64(uuids, bitmap_uuid, ANY),
	U64(uuids, history[0], ANY),
	U64(uuids, history[1], ANY),
	U64(uuids, dirty_bits, ANY),
	U64(uuids, uuid_flags, ANY),
};

static const struct drbd_wire_field uuids110_fields[] = {
	U64(uuids, current_uuid, ANY),
	U64(uuids, dirty_bits, ANY),
	U64(uuids, uuid_flags, ANY),
	U64(uuids, node_mask, ANY),
	U64(uuids, bitmap_uuids_mask, NODES),
};

static const struct drbd_wire_field current_uuid_fields[] = {
	U64(uuids, current_uuid, ANY),
	U64(uuids, node_mask, ANY),
};

static const struct drbd_wire_field sync_uuid_fields[] = {
	U64(uuids, current_uuid, ANY),
};

/* A word is of use only to who knows whether it is a state or a request. */
static const struct drbd_wire_field state_fields[] = {
	{ .name = "state", .offset = offsetof(union drbd_wire_body, state), .width = 4 },
};

static const struct drbd_wire_field change_fields[] = {
	U32(change, mask, ANY),
	U32(change, val, ANY),
};

static const struct drbd_wire_field retcode_fields[] = {
	{ .name = "retcode", .offset = offsetof(union drbd_wire_body, retcode), .width = 4 },
};

#define V2	.features = DRBD_FF_2PC_V2
#define NOT_V2	.without = DRBD_FF_2PC_V2

/* Released receivers add the padding to the mask of Primaries: it must be zero. */
static const struct drbd_wire_field twopc_prepare_fields[] = {
	U32(twopc, tid, NOT_ZERO),
	U32(twopc, flags, TWOPC_FLAGS, V2),
	PAD(2, V2),
	NODE(twopc, initiator_node_id, 1, NODE_ID, V2),
	NODE(twopc, target_node_id, 1, NODE_OR_ALL, V2),
	NODE(twopc, initiator_node_id, 4, NODE_ID, NOT_V2),
	NODE(twopc, target_node_id, 4, NODE_OR_ALL, NOT_V2),
	U64(twopc, nodes_to_reach, ANY),
	PAD(8),
	U32(twopc, change.mask, ANY),
	U32(twopc, change.val, ANY),
};

static const struct drbd_wire_field twopc_resize_fields[] = {
	U32(twopc, tid, NOT_ZERO),
	U32(twopc, flags, TWOPC_FLAGS, V2),
	PAD(2, V2),
	NODE(twopc, initiator_node_id, 1, NODE_ID, V2),
	NODE(twopc, target_node_id, 1, NODE_OR_ALL, V2),
	NODE(twopc, initiator_node_id, 4, NODE_ID, NOT_V2),
	NODE(twopc, target_node_id, 4, NODE_OR_ALL, NOT_V2),
	U64(twopc, nodes_to_reach, ANY),
	U64(twopc, user_size, SECTORS),
	U16(twopc, dds_flags, ANY),
	PAD(6),
};

static const struct drbd_wire_field twopc_verdict_fields[] = {
	U32(twopc, tid, NOT_ZERO),
	U32(twopc, flags, TWOPC_FLAGS, V2),
	PAD(2, V2),
	NODE(twopc, initiator_node_id, 1, NODE_ID, V2),
	NODE(twopc, target_node_id, 1, NODE_OR_ALL, V2),
	NODE(twopc, initiator_node_id, 4, NODE_ID, NOT_V2),
	NODE(twopc, target_node_id, 4, NODE_OR_ALL, NOT_V2),
	U64(twopc, nodes_to_reach, ANY),
	U64(twopc, primary_nodes, ANY),
	U64(twopc, verdict, ANY),
};

static const struct drbd_wire_field twopc_reply_fields[] = {
	U32(reply, tid, NOT_ZERO),
	NODE(reply, initiator_node_id, 4, NODE_ID),
	U64(reply, reachable_nodes, ANY),
	U64(reply, primary_nodes, ANY),
	U64(reply, weak_nodes, ANY),
};

static const struct drbd_wire_field dagtag_fields[] = {
	U64(dagtag, dagtag, ANY),
};

static const struct drbd_wire_field peer_dagtag_fields[] = {
	U64(dagtag, dagtag, ANY),
	NODE(dagtag, node_id, 4, NODE_ID),
};

static const struct drbd_wire_field peer_ack_fields[] = {
	U64(dagtag, mask, ANY),
	U64(dagtag, dagtag, ANY),
};

static const struct drbd_wire_field in_sync_fields[] = {
	U64(in_sync, sector, SECTORS),
	U64(in_sync, mask, ANY),
	U32(in_sync, size, EXTENT),
	PAD(4),
};

static const struct drbd_wire_field flush_fields[] = {
	U64(flush, flush_sequence, NOT_ZERO),
};

static const struct drbd_wire_field flush_node_fields[] = {
	U64(flush, flush_sequence, NOT_ZERO),
	NODE(flush, node_id, 4, NODE_ID),
};

static const struct drbd_wire_field enable_fields[] = {
	{ .name = "enable", .offset = offsetof(union drbd_wire_body, enable), .width = 1,
	  .range = DRBD_WIRE_BOOL },
	PAD(3),
};

static const struct drbd_wire_field encoding_fields[] = {
	{ .name = "encoding", .offset = offsetof(union drbd_wire_body, encoding),
	  .width = 1, .range = DRBD_WIRE_ENCODING },
};

static const struct drbd_wire_field delay_fields[] = {
	PAD(8),
};

static const struct drbd_wire_field offer_fields[] = {
	U32(offer, version_min, ANY),
	U32(offer, features, ANY),
	U32(offer, version_max, ANY),
	U32(offer, sender_node_id, ANY),
	U32(offer, receiver_node_id, ANY),
	PAD(52),
};

/* On one stream, about one thing, in versions from and to. */
#define PACKET(_name, _stream, _scope, _since, _until, ...) { \
	.name = "P_" #_name, \
	.number = DRBD_P_##_name, \
	.stream = (_stream), \
	.scope = DRBD_WIRE_##_scope, \
	.since = (_since), \
	.until = (_until), \
	##__VA_ARGS__ }
#define P(_name, ...) \
	[DRBD_P_##_name] = PACKET(_name, __VA_ARGS__)
#define L(_fields) \
	.fields = (_fields), .nfields = sizeof(_fields) / sizeof(struct drbd_wire_field)
#define T(_tail)	.tail = DRBD_WIRE_TAIL_##_tail
#define D	DRBD_WIRE_DATA
#define C	DRBD_WIRE_CONTROL
#define FF_THIN	.features = DRBD_FF_THIN_RESYNC
#define FF_DAGTAG	.features = DRBD_FF_RESYNC_DAGTAG
#define FF_WITHOUT	.features = DRBD_FF_RESYNC_WITHOUT_REPLICATION

static const struct drbd_wire_packet packets[] = {
	P(DATA, D, VOLUME, 86, LAST, L(write_fields), T(DATA)),
	P(DATA_REPLY, D, VOLUME, 86, LAST, L(data_reply_fields), T(DATA)),
	P(RS_DATA_REPLY, D, VOLUME, 86, LAST, L(data_reply_fields), T(DATA)),
	P(BARRIER, D, CONNECTION, 86, LAST, L(barrier_fields)),
	P(BITMAP, D, VOLUME, 86, LAST, T(WORDS)),
	P(UNPLUG_REMOTE, D, CONNECTION, 86, LAST),
	P(DATA_REQUEST, D, VOLUME, 86, LAST, L(request_fields)),
	P(RS_DATA_REQUEST, D, VOLUME, 86, LAST, L(request_fields)),
	P(SYNC_PARAM, D, VOLUME, 86, 88, L(sync_param_fields), T(NAME), .tail_since = 88),
	P(PROTOCOL, D, CONNECTION, 86, LAST, L(protocol_fields), T(NAME), .tail_since = 87),
	P(UUIDS, D, VOLUME, 86, 101, L(uuids_fields)),
	P(SIZES, D, VOLUME, 86, LAST, L(sizes_fields)),
	P(STATE, D, EITHER, 86, LAST, L(state_fields)),
	P(SYNC_UUID, D, VOLUME, 86, 101, L(sync_uuid_fields)),
	P(AUTH_CHALLENGE, D, CONNECTION, 86, LAST, T(CHALLENGE)),
	P(AUTH_RESPONSE, D, CONNECTION, 86, LAST, T(RESPONSE)),
	P(STATE_CHG_REQ, D, VOLUME, 86, 101, L(change_fields)),
	/* Pings of a peer may overtake the agreement, which is on the other stream. */
	P(PING, C, CONNECTION, DRBD_WIRE_NO_VERSION, LAST),
	P(PING_ACK, C, CONNECTION, DRBD_WIRE_NO_VERSION, LAST),
	P(RECV_ACK, C, VOLUME, 86, LAST, L(ack_fields)),
	P(WRITE_ACK, C, VOLUME, 86, LAST, L(ack_fields)),
	P(RS_WRITE_ACK, C, VOLUME, 86, LAST, L(ack_fields)),
	P(SUPERSEDED, C, VOLUME, 86, 101, L(ack_fields)),
	P(NEG_ACK, C, VOLUME, 86, LAST, L(ack_fields)),
	P(NEG_DREPLY, C, VOLUME, 86, LAST, L(ack_fields)),
	P(NEG_RS_DREPLY, C, VOLUME, 86, LAST, L(ack_fields)),
	P(BARRIER_ACK, C, CONNECTION, 86, LAST, L(barrier_ack_fields)),
	P(STATE_CHG_REPLY, C, VOLUME, 86, 101, L(retcode_fields)),
	P(OV_REQUEST, D, VOLUME, 88, LAST, L(request_fields)),
	P(OV_REPLY, D, VOLUME, 88, LAST, L(request_fields), T(VERIFY)),
	P(OV_RESULT, C, VOLUME, 88, 121, L(ov_result_fields)),
	P(CSUM_RS_REQUEST, D, VOLUME, 89, LAST, L(request_fields), T(CSUMS)),
	P(RS_IS_IN_SYNC, C, VOLUME, 89, LAST, L(ack_fields)),
	P(SYNC_PARAM89, D, VOLUME, 89, LAST, L(sync_param89_fields)),
	P(COMPRESSED_BITMAP, D, VOLUME, 90, LAST, L(encoding_fields), T(CODE)),
	P(DELAY_PROBE, D | C, CONNECTION, 93, 95, L(delay_fields)),
	P(OUT_OF_SYNC, D, VOLUME, 96, LAST, L(out_of_sync_fields)),
	P(RS_CANCEL, C, VOLUME, 96, LAST, L(ack_fields)),
	P(CONN_ST_CHG_REQ, D, CONNECTION, 100, 101, L(change_fields)),
	P(CONN_ST_CHG_REPLY, C, CONNECTION, 100, 101, L(retcode_fields)),
	P(RETRY_WRITE, C, VOLUME, 100, 101, L(ack_fields)),
	P(PROTOCOL_UPDATE, D, CONNECTION, 100, LAST, L(protocol_update_fields), T(NAME)),
	P(TWOPC_PREPARE, D, EITHER, 110, LAST, L(twopc_prepare_fields)),
	P(TWOPC_ABORT, D, EITHER, 110, LAST, L(twopc_verdict_fields)),
	P(DAGTAG, D, CONNECTION, 110, LAST, L(dagtag_fields)),
	P(TRIM, D, VOLUME, 86, LAST, L(trim_fields), .features = DRBD_FF_TRIM),
	P(RS_THIN_REQ, D, VOLUME, 86, LAST, L(request_fields), FF_THIN),
	P(RS_DEALLOCATED, D, VOLUME, 86, 121, L(deallocated_fields), FF_THIN),
	P(TWOPC_PREP_RSZ, D, VOLUME, 112, LAST, L(twopc_resize_fields)),
	P(ZEROES, D, VOLUME, 86, LAST, L(zeroes_fields), .features = DRBD_FF_WZEROES),
	P(PEER_ACK, C, CONNECTION, 110, LAST, L(peer_ack_fields)),
	P(PEERS_IN_SYNC, C, VOLUME, 110, LAST, L(in_sync_fields)),
	P(UUIDS110, D, VOLUME, 110, LAST, L(uuids110_fields), T(UUIDS)),
	P(PEER_DAGTAG, D, CONNECTION, 110, LAST, L(peer_dagtag_fields)),
	P(CURRENT_UUID, D, VOLUME, 110, LAST, L(current_uuid_fields)),
	P(TWOPC_YES, C, EITHER, 110, LAST, L(twopc_reply_fields)),
	P(TWOPC_NO, C, EITHER, 110, LAST, L(twopc_reply_fields)),
	P(TWOPC_COMMIT, D, EITHER, 110, LAST, L(twopc_verdict_fields)),
	P(TWOPC_RETRY, C, EITHER, 110, LAST, L(twopc_reply_fields)),
	P(CONFIRM_STABLE, C, CONNECTION, 114, LAST, L(confirm_fields)),
	P(RS_CANCEL_AHEAD, C, VOLUME, 115, LAST, L(ack_fields)),
	P(DISCONNECT, D, CONNECTION, 118, LAST),
	P(RS_DAGTAG_REQ, D, VOLUME, 86, LAST, L(dagtag_request_fields), FF_DAGTAG),
	P(RS_CSUM_DAGTAG_REQ, D, VOLUME, 86, LAST, L(dagtag_request_fields), T(CSUMS), FF_DAGTAG),
	P(RS_THIN_DAGTAG_REQ, D, VOLUME, 86, LAST, L(dagtag_request_fields), FF_DAGTAG),
	P(OV_DAGTAG_REQ, D, VOLUME, 86, LAST, L(dagtag_request_fields), FF_DAGTAG),
	P(OV_DAGTAG_REPLY, D, VOLUME, 86, LAST, L(dagtag_request_fields), T(VERIFY), FF_DAGTAG),
	P(WRITE_ACK_IN_SYNC, C, VOLUME, 122, LAST, L(ack_fields)),
	P(RS_NEG_ACK, C, VOLUME, 122, LAST, L(ack_fields)),
	P(OV_RESULT_ID, C, VOLUME, 122, LAST, L(ov_result_id_fields)),
	P(RS_DEALLOCATED_ID, D, VOLUME, 122, LAST, L(deallocated_id_fields), FF_THIN),
	P(FLUSH_REQUESTS, D, CONNECTION, 123, LAST, L(flush_fields)),
	P(FLUSH_FORWARD, C, CONNECTION, 123, LAST, L(flush_node_fields)),
	P(FLUSH_REQUESTS_ACK, D, CONNECTION, 123, LAST, L(flush_node_fields)),
	P(ENABLE_REPLICATION_NEXT, D, VOLUME, 86, LAST, L(enable_fields), FF_WITHOUT),
	P(ENABLE_REPLICATION, D, VOLUME, 86, LAST, L(enable_fields), FF_WITHOUT),
};

/* Numbers far away from all others; only before there is an agreement. */
static const struct drbd_wire_packet first_packets[] = {
	PACKET(INITIAL_META, C, CONNECTION, DRBD_WIRE_NO_VERSION, DRBD_WIRE_NO_VERSION),
	PACKET(INITIAL_DATA, D, CONNECTION, DRBD_WIRE_NO_VERSION, DRBD_WIRE_NO_VERSION),
	PACKET(CONNECTION_FEATURES, D, CONNECTION, DRBD_WIRE_NO_VERSION, DRBD_WIRE_NO_VERSION,
	       L(offer_fields)),
};

/**
 * drbd_wire_packet() - look up a packet
 * @number: as in headers, may be any
 *
 * Source: spec/wire.md 4.
 *
 * Return: the packet, or NULL if there is none with this number.
 */
const struct drbd_wire_packet *drbd_wire_packet(u32 number)
{
	unsigned int i;

	if (number < ARRAY_SIZE(packets))
		return packets[number].name ? &packets[number] : NULL;
	for (i = 0; i < ARRAY_SIZE(first_packets); i++) {
		if (first_packets[i].number == number)
			return &first_packets[i];
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(drbd_wire_packet);

/* Lengths of a tail: from min to max, in steps of unit. */
struct lengths {
	u32 min;
	u32 max;
	u32 unit;
};

static struct lengths exactly(u32 bytes)
{
	return (struct lengths) { bytes, bytes, 1 };
}

static u32 buffer_left(const struct drbd_wire_header *head, u32 fixed)
{
	u32 header = head->format == DRBD_WIRE_H100 ? 16 : 8;

	return DRBD_WIRE_BUFFER - header - fixed;
}

static struct lengths tail_lengths(const struct drbd_wire_link *link,
				   const struct drbd_wire_packet *packet,
				   const struct drbd_wire_header *head, u32 fixed)
{
	if (link->version < packet->tail_since)
		return exactly(0);
	switch (packet->tail) {
	case DRBD_WIRE_TAIL_NONE:
		break;
	case DRBD_WIRE_TAIL_DATA:
		return (struct lengths) {
			link->data_digest + (1 << DRBD_SECTOR_SHIFT),
			link->data_digest + DRBD_WIRE_MAX_BIO,
			1 << DRBD_SECTOR_SHIFT,
		};
	case DRBD_WIRE_TAIL_VERIFY:
		return exactly(link->verify_digest);
	case DRBD_WIRE_TAIL_CSUMS:
		return exactly(link->csums_digest);
	case DRBD_WIRE_TAIL_CHALLENGE:
		return exactly(DRBD_WIRE_CHALLENGE);
	case DRBD_WIRE_TAIL_RESPONSE:
		return exactly(link->auth_digest);
	case DRBD_WIRE_TAIL_NAME:
		return (struct lengths) { 1, DRBD_WIRE_NAME_SIZE, 1 };
	case DRBD_WIRE_TAIL_UUIDS:
	case DRBD_WIRE_TAIL_WORDS:
		return (struct lengths) {
			0, ALIGN_DOWN(buffer_left(head, fixed), sizeof(u64)), sizeof(u64),
		};
	case DRBD_WIRE_TAIL_CODE:
		return (struct lengths) { 1, buffer_left(head, fixed), 1 };
	}
	return exactly(0);
}

/* A digest without an algorithm for it makes the packet as wrong as another size. */
static bool digest_missing(const struct drbd_wire_link *link, enum drbd_wire_tail tail)
{
	return (tail == DRBD_WIRE_TAIL_VERIFY && !link->verify_digest) ||
	       (tail == DRBD_WIRE_TAIL_CSUMS && !link->csums_digest) ||
	       (tail == DRBD_WIRE_TAIL_RESPONSE && !link->auth_digest);
}

static int check_header(const struct drbd_wire_link *link,
			const struct drbd_wire_packet *packet,
			const struct drbd_wire_header *head,
			struct drbd_wire_error *err)
{
	u32 fixed = drbd_wire_fixed_size(link, packet);
	struct lengths tail = tail_lengths(link, packet, head, fixed);

	if (packet->scope == DRBD_WIRE_VOLUME && head->vnr == DRBD_NO_VOLUME)
		return drbd_wire_fail(err, packet->name, "volume", (u16)head->vnr);
	if (digest_missing(link, packet->tail))
		return drbd_wire_fail(err, packet->name, "digest", 0);
	if (head->len < fixed + tail.min || head->len > fixed + tail.max ||
	    (head->len - fixed - tail.min) % tail.unit)
		return drbd_wire_fail(err, packet->name, "length", head->len);
	return 0;
}

/**
 * drbd_wire_accept() - may a packet with this header come
 * @link: what the peers agreed on
 * @stream: where it was received
 * @head: the header
 * @err: gets what is wrong
 *
 * After this the length of the payload, of the fixed part and of the tail can be
 * relied on: they fit each other, what was agreed on, and an int.
 *
 * Source: spec/wire.md 3.2, 3.3, 4.
 *
 * Return: the packet, or NULL if it must not come, or not like this.
 */
const struct drbd_wire_packet *drbd_wire_accept(const struct drbd_wire_link *link,
						enum drbd_wire_stream stream,
						const struct drbd_wire_header *head,
						struct drbd_wire_error *err)
{
	const struct drbd_wire_packet *packet = drbd_wire_packet(head->number);

	if (!packet) {
		drbd_wire_fail(err, "header", "command", head->number);
		return NULL;
	}
	if (!(packet->stream & stream)) {
		drbd_wire_fail(err, packet->name, "stream", stream);
		return NULL;
	}
	if (drbd_wire_permitted(link, packet, err) ||
	    check_header(link, packet, head, err))
		return NULL;
	return packet;
}
EXPORT_SYMBOL_GPL(drbd_wire_accept);

/**
 * drbd_wire_announce() - header of a packet to send
 * @link: what the peers agreed on
 * @packet: the packet
 * @vnr: volume number or DRBD_NO_VOLUME; ignored if the packet is about the
 *	connection; before version 100 there is only volume 0
 * @tail: bytes behind the fixed part
 * @head: gets the header
 * @err: gets what is wrong
 *
 * Source: spec/wire.md 2.2, 2.4.
 *
 * Return: 0, or -EPROTO if such a packet must not be sent: an error in this node.
 */
int drbd_wire_announce(const struct drbd_wire_link *link,
		       const struct drbd_wire_packet *packet, s32 vnr, u32 tail,
		       struct drbd_wire_header *head, struct drbd_wire_error *err)
{
	u64 len = (u64)drbd_wire_fixed_size(link, packet) + tail;
	int rv;

	rv = drbd_wire_permitted(link, packet, err);
	if (rv)
		return rv;
	if (len > U32_MAX)
		return drbd_wire_fail(err, packet->name, "length", len);
	head->number = packet->number;
	head->len = len;
	head->format = drbd_wire_header_format(link->version, len + 8);
	head->vnr = packet->scope == DRBD_WIRE_CONNECTION ? DRBD_NO_VOLUME : vnr;
	/* For the peer it would be about volume 0. */
	if (head->format != DRBD_WIRE_H100 && head->vnr > 0)
		return drbd_wire_fail(err, packet->name, "volume", head->vnr);
	if (head->format == DRBD_WIRE_H80 && len > U16_MAX)
		return drbd_wire_fail(err, packet->name, "length", len);
	return check_header(link, packet, head, err);
}
EXPORT_SYMBOL_GPL(drbd_wire_announce);

/**
 * drbd_wire_check_tail() - check what follows the fixed part of a packet
 * @packet: the packet, as drbd_wire_accept() has found it
 * @body: the fixed part, as drbd_wire_decode() has read it
 * @tail: what follows; not looked at if it is data, a digest or of a bitmap
 * @len: bytes of it; drbd_wire_accept() has checked that the packet may be so long
 * @err: gets what is wrong
 *
 * Source: spec/wire.md 5.2, 5.3, 5.5.
 *
 * Return: 0, or -EPROTO if a name does not end, or UUIDs are missing.
 */
int drbd_wire_check_tail(const struct drbd_wire_packet *packet,
			 const union drbd_wire_body *body, const u8 *tail, u32 len,
			 struct drbd_wire_error *err)
{
	u32 uuids;

	switch (packet->tail) {
	case DRBD_WIRE_TAIL_NAME:
		if (len && strnlen((const char *)tail, len) == len)
			return drbd_wire_fail(err, packet->name, "name", len);
		return 0;
	case DRBD_WIRE_TAIL_UUIDS:
		uuids = hweight64(body->uuids.bitmap_uuids_mask);
		if (len < uuids * sizeof(u64))
			return drbd_wire_fail(err, packet->name, "bitmap_uuids_mask",
					      body->uuids.bitmap_uuids_mask);
		return 0;
	default:
		return 0;
	}
}
EXPORT_SYMBOL_GPL(drbd_wire_check_tail);
