// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the table of packets
 *
 * The catalogue is that of spec/wire.md 4, row by row. Lengths are from 3.3, 5 and
 * 10.14.
 */

#include <kunit/test.h>
#include <linux/prandom.h>

#include "../core/wire_table.h"

#define D	DRBD_WIRE_DATA
#define C	DRBD_WIRE_CONTROL
#define CONN	DRBD_WIRE_CONNECTION
#define VOLUME	DRBD_WIRE_VOLUME
#define EITHER	DRBD_WIRE_EITHER
#define LAST	124
#define THIN	DRBD_FF_THIN_RESYNC
#define DAGTAG	DRBD_FF_RESYNC_DAGTAG
#define WITHOUT	DRBD_FF_RESYNC_WITHOUT_REPLICATION

/**
 * struct catalogue_row - a row of spec/wire.md 4
 * @name: of the packet
 * @number: of the packet
 * @stream: where
 * @scope: what it is about
 * @len: bytes of the fixed part in the first version with it, no features
 * @len_last: in the last one with all features
 * @tail: a variable part may follow
 * @first: version with it
 * @last: version with it
 * @features: needed
 */
struct catalogue_row {
	const char *name;
	u32 number;
	u32 stream;
	enum drbd_wire_scope scope;
	u32 len;
	u32 len_last;
	bool tail;
	u32 first;
	u32 last;
	u32 features;
};

static const struct catalogue_row catalogue[] = {
	{ "P_DATA", 0x00, D, VOLUME, 24, 24, true, 86, LAST, 0 },
	{ "P_DATA_REPLY", 0x01, D, VOLUME, 24, 24, true, 86, LAST, 0 },
	{ "P_RS_DATA_REPLY", 0x02, D, VOLUME, 24, 24, true, 86, LAST, 0 },
	{ "P_BARRIER", 0x03, D, CONN, 8, 8, false, 86, LAST, 0 },
	{ "P_BITMAP", 0x04, D, VOLUME, 0, 0, true, 86, LAST, 0 },
	{ "P_UNPLUG_REMOTE", 0x07, D, CONN, 0, 0, false, 86, LAST, 0 },
	{ "P_DATA_REQUEST", 0x08, D, VOLUME, 24, 24, false, 86, LAST, 0 },
	{ "P_RS_DATA_REQUEST", 0x09, D, VOLUME, 24, 24, false, 86, LAST, 0 },
	{ "P_SYNC_PARAM", 0x0a, D, VOLUME, 4, 4, true, 86, 88, 0 },
	{ "P_PROTOCOL", 0x0b, D, CONN, 24, 24, true, 86, LAST, 0 },
	{ "P_UUIDS", 0x0c, D, VOLUME, 48, 48, false, 86, 101, 0 },
	{ "P_SIZES", 0x0d, D, VOLUME, 32, 56, false, 86, LAST, 0 },
	{ "P_STATE", 0x0e, D, EITHER, 4, 4, false, 86, LAST, 0 },
	{ "P_SYNC_UUID", 0x0f, D, VOLUME, 8, 8, false, 86, 101, 0 },
	{ "P_AUTH_CHALLENGE", 0x10, D, CONN, 0, 0, true, 86, LAST, 0 },
	{ "P_AUTH_RESPONSE", 0x11, D, CONN, 0, 0, true, 86, LAST, 0 },
	{ "P_STATE_CHG_REQ", 0x12, D, VOLUME, 8, 8, false, 86, 101, 0 },
	{ "P_PING", 0x13, C, CONN, 0, 0, false, 0, LAST, 0 },
	{ "P_PING_ACK", 0x14, C, CONN, 0, 0, false, 0, LAST, 0 },
	{ "P_RECV_ACK", 0x15, C, VOLUME, 24, 24, false, 86, LAST, 0 },
	{ "P_WRITE_ACK", 0x16, C, VOLUME, 24, 24, false, 86, LAST, 0 },
	{ "P_RS_WRITE_ACK", 0x17, C, VOLUME, 24, 24, false, 86, LAST, 0 },
	{ "P_SUPERSEDED", 0x18, C, VOLUME, 24, 24, false, 86, 101, 0 },
	{ "P_NEG_ACK", 0x19, C, VOLUME, 24, 24, false, 86, LAST, 0 },
	{ "P_NEG_DREPLY", 0x1a, C, VOLUME, 24, 24, false, 86, LAST, 0 },
	{ "P_NEG_RS_DREPLY", 0x1b, C, VOLUME, 24, 24, false, 86, LAST, 0 },
	{ "P_BARRIER_ACK", 0x1c, C, CONN, 8, 8, false, 86, LAST, 0 },
	{ "P_STATE_CHG_REPLY", 0x1d, C, VOLUME, 4, 4, false, 86, 101, 0 },
	{ "P_OV_REQUEST", 0x1e, D, VOLUME, 24, 24, false, 88, LAST, 0 },
	{ "P_OV_REPLY", 0x1f, D, VOLUME, 24, 24, true, 88, LAST, 0 },
	{ "P_OV_RESULT", 0x20, C, VOLUME, 24, 24, false, 88, 121, 0 },
	{ "P_CSUM_RS_REQUEST", 0x21, D, VOLUME, 24, 24, true, 89, LAST, 0 },
	{ "P_RS_IS_IN_SYNC", 0x22, C, VOLUME, 24, 24, false, 89, LAST, 0 },
	{ "P_SYNC_PARAM89", 0x23, D, VOLUME, 132, 148, false, 89, LAST, 0 },
	{ "P_COMPRESSED_BITMAP", 0x24, D, VOLUME, 1, 1, true, 90, LAST, 0 },
	{ "P_DELAY_PROBE", 0x27, D | C, CONN, 8, 8, false, 93, 95, 0 },
	{ "P_OUT_OF_SYNC", 0x28, D, VOLUME, 16, 16, false, 96, LAST, 0 },
	{ "P_RS_CANCEL", 0x29, C, VOLUME, 24, 24, false, 96, LAST, 0 },
	{ "P_CONN_ST_CHG_REQ", 0x2a, D, CONN, 8, 8, false, 100, 101, 0 },
	{ "P_CONN_ST_CHG_REPLY", 0x2b, C, CONN, 4, 4, false, 100, 101, 0 },
	{ "P_RETRY_WRITE", 0x2c, C, VOLUME, 24, 24, false, 100, 101, 0 },
	{ "P_PROTOCOL_UPDATE", 0x2d, D, CONN, 24, 24, true, 100, LAST, 0 },
	{ "P_TWOPC_PREPARE", 0x2e, D, EITHER, 36, 36, false, 110, LAST, 0 },
	{ "P_TWOPC_ABORT", 0x2f, D, EITHER, 36, 36, false, 110, LAST, 0 },
	{ "P_DAGTAG", 0x30, D, CONN, 8, 8, false, 110, LAST, 0 },
	{ "P_TRIM", 0x31, D, VOLUME, 28, 28, false, 86, LAST, DRBD_FF_TRIM },
	{ "P_RS_THIN_REQ", 0x32, D, VOLUME, 24, 24, false, 86, LAST, THIN },
	{ "P_RS_DEALLOCATED", 0x33, D, VOLUME, 16, 16, false, 86, 121, THIN },
	{ "P_TWOPC_PREP_RSZ", 0x35, D, VOLUME, 36, 36, false, 112, LAST, 0 },
	{ "P_ZEROES", 0x36, D, VOLUME, 28, 28, false, 86, LAST, DRBD_FF_WZEROES },
	{ "P_PEER_ACK", 0x40, C, CONN, 16, 16, false, 110, LAST, 0 },
	{ "P_PEERS_IN_SYNC", 0x41, C, VOLUME, 24, 24, false, 110, LAST, 0 },
	{ "P_UUIDS110", 0x42, D, VOLUME, 40, 40, true, 110, LAST, 0 },
	{ "P_PEER_DAGTAG", 0x43, D, CONN, 12, 12, false, 110, LAST, 0 },
	{ "P_CURRENT_UUID", 0x44, D, VOLUME, 16, 16, false, 110, LAST, 0 },
	{ "P_TWOPC_YES", 0x45, C, EITHER, 32, 32, false, 110, LAST, 0 },
	{ "P_TWOPC_NO", 0x46, C, EITHER, 32, 32, false, 110, LAST, 0 },
	{ "P_TWOPC_COMMIT", 0x47, D, EITHER, 36, 36, false, 110, LAST, 0 },
	{ "P_TWOPC_RETRY", 0x48, C, EITHER, 32, 32, false, 110, LAST, 0 },
	{ "P_CONFIRM_STABLE", 0x49, C, CONN, 24, 24, false, 114, LAST, 0 },
	{ "P_RS_CANCEL_AHEAD", 0x4a, C, VOLUME, 24, 24, false, 115, LAST, 0 },
	{ "P_DISCONNECT", 0x4b, D, CONN, 0, 0, false, 118, LAST, 0 },
	{ "P_RS_DAGTAG_REQ", 0x4c, D, VOLUME, 32, 32, false, 86, LAST, DAGTAG },
	{ "P_RS_CSUM_DAGTAG_REQ", 0x4d, D, VOLUME, 32, 32, true, 86, LAST, DAGTAG },
	{ "P_RS_THIN_DAGTAG_REQ", 0x4e, D, VOLUME, 32, 32, false, 86, LAST, DAGTAG },
	{ "P_OV_DAGTAG_REQ", 0x4f, D, VOLUME, 32, 32, false, 86, LAST, DAGTAG },
	{ "P_OV_DAGTAG_REPLY", 0x50, D, VOLUME, 32, 32, true, 86, LAST, DAGTAG },
	{ "P_WRITE_ACK_IN_SYNC", 0x51, C, VOLUME, 24, 24, false, 122, LAST, 0 },
	{ "P_RS_NEG_ACK", 0x52, C, VOLUME, 24, 24, false, 122, LAST, 0 },
	{ "P_OV_RESULT_ID", 0x53, C, VOLUME, 32, 32, false, 122, LAST, 0 },
	{ "P_RS_DEALLOCATED_ID", 0x54, D, VOLUME, 24, 24, false, 122, LAST, THIN },
	{ "P_FLUSH_REQUESTS", 0x55, D, CONN, 8, 8, false, 123, LAST, 0 },
	{ "P_FLUSH_FORWARD", 0x56, C, CONN, 12, 12, false, 123, LAST, 0 },
	{ "P_FLUSH_REQUESTS_ACK", 0x57, D, CONN, 12, 12, false, 123, LAST, 0 },
	{ "P_ENABLE_REPLICATION_NEXT", 0x58, D, VOLUME, 4, 4, false, 86, LAST, WITHOUT },
	{ "P_ENABLE_REPLICATION", 0x59, D, VOLUME, 4, 4, false, 86, LAST, WITHOUT },
	{ "P_INITIAL_META", 0xfff1, C, CONN, 0, 0, false, 0, 0, 0 },
	{ "P_INITIAL_DATA", 0xfff2, D, CONN, 0, 0, false, 0, 0, 0 },
	{ "P_CONNECTION_FEATURES", 0xfffe, D, CONN, 72, 72, false, 0, 0, 0 },};

KUNIT_ARRAY_PARAM_DESC(catalogue, catalogue, name);

static void expect_error(struct kunit *test, const struct drbd_wire_error *err,
			 const char *packet, const char *field, u64 value)
{
	KUNIT_EXPECT_STREQ(test, err->packet, packet);
	KUNIT_EXPECT_STREQ(test, err->field, field);
	KUNIT_EXPECT_EQ(test, err->value, value);
}

static void wire_table_catalogue_test(struct kunit *test)
{
	const struct catalogue_row *row = test->param_value;
	const struct drbd_wire_packet *packet = drbd_wire_packet(row->number);
	struct drbd_wire_link link = { row->first, row->features };
	struct drbd_wire_error err = { "", "", 0 };

	KUNIT_ASSERT_NOT_NULL(test, packet);
	KUNIT_EXPECT_STREQ(test, packet->name, row->name);
	KUNIT_EXPECT_EQ(test, packet->number, row->number);
	KUNIT_EXPECT_EQ(test, packet->stream, row->stream);
	KUNIT_EXPECT_EQ(test, packet->scope, row->scope);
	KUNIT_EXPECT_EQ(test, packet->tail != DRBD_WIRE_TAIL_NONE, row->tail);
	KUNIT_EXPECT_EQ(test, drbd_wire_fixed_size(&link, packet), row->len);

	KUNIT_EXPECT_EQ(test, drbd_wire_permitted(&link, packet, &err), 0);
	if (row->first) {
		link.version = row->first - 1;
		KUNIT_EXPECT_EQ(test, drbd_wire_permitted(&link, packet, &err), -EPROTO);
		expect_error(test, &err, row->name, "version", row->first - 1);
	}
	link.version = row->last;
	KUNIT_EXPECT_EQ(test, drbd_wire_permitted(&link, packet, &err), 0);
	if (row->last < LAST) {
		link.version = row->last + 1;
		KUNIT_EXPECT_EQ(test, drbd_wire_permitted(&link, packet, &err), -EPROTO);
		expect_error(test, &err, row->name, "version", row->last + 1);
	}
	if (row->features) {
		link = (struct drbd_wire_link) { row->last, 0x3ff & ~row->features };
		KUNIT_EXPECT_EQ(test, drbd_wire_permitted(&link, packet, &err), -EPROTO);
		expect_error(test, &err, row->name, "feature", row->features);
	}
	link = (struct drbd_wire_link) { row->last, 0x3ff };
	KUNIT_EXPECT_EQ(test, drbd_wire_fixed_size(&link, packet), row->len_last);
}

/* As received: stream, volume and length have to be right. */
static void wire_table_accept_test(struct kunit *test)
{
	const struct catalogue_row *row = test->param_value;
	struct drbd_wire_link link = { row->last, 0x3ff, 4, 4, 4, 20 };
	struct drbd_wire_header head = { DRBD_WIRE_H100, row->number, 0, row->len_last };
	struct drbd_wire_error err = { "", "", 0 };
	u32 stream = row->stream == C ? C : D;

	if (row->tail)
		return;
	KUNIT_EXPECT_PTR_EQ(test, drbd_wire_accept(&link, stream, &head, &err),
			    drbd_wire_packet(row->number));
	head.vnr = DRBD_NO_VOLUME;
	if (row->scope == VOLUME) {
		KUNIT_EXPECT_NULL(test, drbd_wire_accept(&link, stream, &head, &err));
		expect_error(test, &err, row->name, "volume", 0xffff);
	} else {
		KUNIT_EXPECT_NOT_NULL(test, drbd_wire_accept(&link, stream, &head, &err));
	}
	head.vnr = 5;
	if (row->stream != (D | C)) {
		KUNIT_EXPECT_NULL(test, drbd_wire_accept(&link, (D | C) & ~stream, &head, &err));
		expect_error(test, &err, row->name, "stream", (D | C) & ~stream);
	}
	head.len++;
	KUNIT_EXPECT_NULL(test, drbd_wire_accept(&link, stream, &head, &err));
	expect_error(test, &err, row->name, "length", row->len_last + 1);
	head.len = row->len_last - 1;	/* or almost 4 GiB */
	KUNIT_EXPECT_NULL(test, drbd_wire_accept(&link, stream, &head, &err));
	expect_error(test, &err, row->name, "length", (u32)(row->len_last - 1));
}

/* No number has a packet but those of the catalogue. */
static void wire_table_unknown_test(struct kunit *test)
{
	struct drbd_wire_link link = { 124, 0x3ff };
	struct drbd_wire_error err = { "", "", 0 };
	struct drbd_wire_header head = { DRBD_WIRE_H100 };
	u32 number, found = 0;

	for (number = 0; number <= 0xffff; number++) {
		if (drbd_wire_packet(number)) {
			found++;
			continue;
		}
		head.number = number;
		KUNIT_ASSERT_NULL(test, drbd_wire_accept(&link, C, &head, &err));
		KUNIT_ASSERT_STREQ(test, err.field, "command");
		KUNIT_ASSERT_EQ(test, err.value, number);
	}
	KUNIT_EXPECT_EQ(test, found, ARRAY_SIZE(catalogue));
	KUNIT_EXPECT_NULL(test, drbd_wire_packet(0x05));
	KUNIT_EXPECT_NULL(test, drbd_wire_packet(0x06));
	KUNIT_EXPECT_NULL(test, drbd_wire_packet(0x25));
	KUNIT_EXPECT_NULL(test, drbd_wire_packet(0x26));
	KUNIT_EXPECT_NULL(test, drbd_wire_packet(0x34));
	KUNIT_EXPECT_NULL(test, drbd_wire_packet(0x5a));
	KUNIT_EXPECT_NULL(test, drbd_wire_packet(0x100));
	KUNIT_EXPECT_NULL(test, drbd_wire_packet(0x10000));
	KUNIT_EXPECT_NULL(test, drbd_wire_packet(0xffffffff));
}

struct length_row {
	const char *name;
	enum drbd_wire_number number;
	struct drbd_wire_link link;
	enum drbd_wire_format format;
	u32 len;
	const char *field;	/* that is wrong */
};

#define H80	DRBD_WIRE_H80
#define H95	DRBD_WIRE_H95
#define H100	DRBD_WIRE_H100
#define V9	{ 124, 0x3ff }
#define ALGS	{ 124, 0x3ff, 4, 20, 16, 32 }

static const struct length_row lengths[] = {
	{ "data, none", DRBD_P_DATA, V9, H100, 24, "length" },
	{ "data, a byte", DRBD_P_DATA, V9, H100, 25, "length" },
	{ "data, a sector", DRBD_P_DATA, V9, H100, 24 + 512 },
	{ "data, uneven", DRBD_P_DATA, V9, H100, 24 + 513, "length" },
	{ "data, most", DRBD_P_DATA, V9, H100, 24 + (1 << 20) },
	{ "data, more", DRBD_P_DATA, V9, H100, 24 + (1 << 20) + 512, "length" },
	{ "data, 2 GiB", DRBD_P_DATA_REPLY, V9, H100, 0x80000018, "length" },
	{ "data, 4 GiB", DRBD_P_DATA_REPLY, V9, H100, 0xfffffe18, "length" },
	{ "data, all ones", DRBD_P_RS_DATA_REPLY, V9, H100, 0xffffffff, "length" },
	{ "data, no header", DRBD_P_DATA, V9, H100, 23, "length" },
	{ "data, nothing", DRBD_P_DATA, V9, H100, 0, "length" },
	{ "digest, none", DRBD_P_DATA, ALGS, H100, 24 + 512, "length" },
	{ "digest, a sector", DRBD_P_DATA, ALGS, H100, 24 + 4 + 512 },
	{ "digest, no data", DRBD_P_RS_DATA_REPLY, ALGS, H100, 24 + 4, "length" },
	{ "digest, less", DRBD_P_DATA_REPLY, ALGS, H100, 24 + 3, "length" },
	{ "digest, most", DRBD_P_DATA, ALGS, H100, 24 + 4 + (1 << 20) },
	{ "digest, more", DRBD_P_DATA, ALGS, H100, 24 + 4 + (1 << 20) + 512, "length" },
	{ "trim has no digest", DRBD_P_ZEROES, ALGS, H100, 28 },
	{ "trim with a digest", DRBD_P_ZEROES, ALGS, H100, 32, "length" },
	{ "verify", DRBD_P_OV_REPLY, ALGS, H100, 24 + 20 },
	{ "verify, short", DRBD_P_OV_REPLY, ALGS, H100, 24 + 19, "length" },
	{ "verify, long", DRBD_P_OV_REPLY, ALGS, H100, 24 + 21, "length" },
	{ "verify, huge", DRBD_P_OV_REPLY, ALGS, H100, 0xffffffff, "length" },
	{ "verify, dagtag", DRBD_P_OV_DAGTAG_REPLY, ALGS, H100, 32 + 20 },
	{ "verify without", DRBD_P_OV_REPLY, V9, H100, 24, "digest" },
	{ "csums", DRBD_P_CSUM_RS_REQUEST, ALGS, H100, 24 + 16 },
	{ "csums of verify", DRBD_P_CSUM_RS_REQUEST, ALGS, H100, 24 + 20, "length" },
	{ "csums, dagtag", DRBD_P_RS_CSUM_DAGTAG_REQ, ALGS, H100, 32 + 16 },
	{ "csums without", DRBD_P_RS_CSUM_DAGTAG_REQ, V9, H100, 32, "digest" },
	{ "challenge", DRBD_P_AUTH_CHALLENGE, V9, H100, 64 },
	{ "challenge, short", DRBD_P_AUTH_CHALLENGE, V9, H100, 63, "length" },
	{ "challenge, long", DRBD_P_AUTH_CHALLENGE, V9, H100, 65, "length" },
	{ "response", DRBD_P_AUTH_RESPONSE, ALGS, H100, 32 },
	{ "response, other", DRBD_P_AUTH_RESPONSE, ALGS, H100, 20, "length" },
	{ "response without", DRBD_P_AUTH_RESPONSE, V9, H100, 0, "digest" },
	{ "protocol, 86", DRBD_P_PROTOCOL, { 86 }, H80, 24 },
	{ "protocol, 86, name", DRBD_P_PROTOCOL, { 86 }, H80, 25, "length" },
	{ "protocol, 87", DRBD_P_PROTOCOL, { 87 }, H80, 25 },
	{ "protocol, 87, no name", DRBD_P_PROTOCOL, { 87 }, H80, 24, "length" },
	{ "protocol, long name", DRBD_P_PROTOCOL, V9, H100, 24 + 64 },
	{ "protocol, too long", DRBD_P_PROTOCOL, V9, H100, 24 + 65, "length" },
	{ "update", DRBD_P_PROTOCOL_UPDATE, V9, H100, 31 },
	{ "update without name", DRBD_P_PROTOCOL_UPDATE, V9, H100, 24, "length" },
	/* 10.14 */
	{ "param, 86", DRBD_P_SYNC_PARAM, { 86 }, H80, 4 },
	{ "param, 87", DRBD_P_SYNC_PARAM, { 87 }, H80, 4 },
	{ "param, 87, name", DRBD_P_SYNC_PARAM, { 87 }, H80, 11, "length" },
	{ "param, 88", DRBD_P_SYNC_PARAM, { 88 }, H80, 11 },
	{ "param, 88, no name", DRBD_P_SYNC_PARAM, { 88 }, H80, 4, "length" },
	{ "param, 88, too long", DRBD_P_SYNC_PARAM, { 88 }, H80, 4 + 65, "length" },
	{ "param, 89", DRBD_P_SYNC_PARAM89, { 89 }, H80, 132 },
	{ "param, 94", DRBD_P_SYNC_PARAM89, { 94 }, H80, 132 },
	{ "param, 94, long", DRBD_P_SYNC_PARAM89, { 94 }, H80, 148, "length" },
	{ "param, 95", DRBD_P_SYNC_PARAM89, { 95 }, H80, 148 },
	{ "param, 95, short", DRBD_P_SYNC_PARAM89, { 95 }, H80, 132, "length" },
	{ "param, 101", DRBD_P_SYNC_PARAM89, { 101, 0x00f }, H100, 148 },
	{ "param, 124", DRBD_P_SYNC_PARAM89, V9, H100, 148 },
	{ "param, 89, as of old", DRBD_P_SYNC_PARAM, { 89 }, H80, 4, "version" },
	/* 3.3: exactly one size */
	{ "sizes", DRBD_P_SIZES, { 101, 0x001 }, H100, 32 },
	{ "sizes, limits unasked", DRBD_P_SIZES, { 124, 0x3fb }, H100, 56, "length" },
	{ "sizes, limits", DRBD_P_SIZES, { 101, 0x00f }, H100, 56 },
	{ "sizes, no limits", DRBD_P_SIZES, V9, H100, 32, "length" },
	{ "uuids, none", DRBD_P_UUIDS110, V9, H100, 40 },
	{ "uuids", DRBD_P_UUIDS110, V9, H100, 40 + 8 * 64 },
	{ "uuids, uneven", DRBD_P_UUIDS110, V9, H100, 47, "length" },
	{ "uuids, most", DRBD_P_UUIDS110, V9, H100, 4080 },
	{ "uuids, more", DRBD_P_UUIDS110, V9, H100, 4088, "length" },
	/* 5.10 */
	{ "bitmap, end", DRBD_P_BITMAP, V9, H100, 0 },
	{ "bitmap, 510 words", DRBD_P_BITMAP, V9, H100, 4080 },
	{ "bitmap, 511 words", DRBD_P_BITMAP, V9, H100, 4088, "length" },
	{ "bitmap, 511 words, h80", DRBD_P_BITMAP, { 94 }, H80, 4088 },
	{ "bitmap, 512 words, h80", DRBD_P_BITMAP, { 94 }, H80, 4096, "length" },
	{ "bitmap, uneven", DRBD_P_BITMAP, V9, H100, 4, "length" },
	{ "code, none", DRBD_P_COMPRESSED_BITMAP, V9, H100, 1, "length" },
	{ "code, a byte", DRBD_P_COMPRESSED_BITMAP, V9, H100, 2 },
	{ "code, most", DRBD_P_COMPRESSED_BITMAP, V9, H100, 4080 },
	{ "code, more", DRBD_P_COMPRESSED_BITMAP, V9, H100, 4081, "length" },
	{ "code, most, h80", DRBD_P_COMPRESSED_BITMAP, { 90 }, H80, 4088 },
	{ "code, more, h80", DRBD_P_COMPRESSED_BITMAP, { 90 }, H80, 4089, "length" },
	/* before and after the agreement */
	{ "features", DRBD_P_CONNECTION_FEATURES, { 0 }, H80, 72 },
	{ "features, short", DRBD_P_CONNECTION_FEATURES, { 0 }, H80, 71, "length" },
	{ "features, long", DRBD_P_CONNECTION_FEATURES, { 0 }, H80, 80, "length" },
	{ "features, again", DRBD_P_CONNECTION_FEATURES, V9, H100, 72, "version" },
	{ "first packet, again", DRBD_P_INITIAL_DATA, V9, H100, 0, "version" },
	{ "settings without features", DRBD_P_PROTOCOL, { 0 }, H80, 25, "version" },
	/* 9.3.3 does that to 8.4 (5.13) */
	{ "replication, 8.4", DRBD_P_ENABLE_REPLICATION, { 101, 0x00f }, H100, 4, "feature" },
};

KUNIT_ARRAY_PARAM_DESC(length, lengths, name);

static void wire_table_length_test(struct kunit *test)
{
	const struct length_row *row = test->param_value;
	struct drbd_wire_header head = { row->format, row->number, 0, row->len };
	struct drbd_wire_error err = { "", "", 0 };
	const struct drbd_wire_packet *packet, *known = drbd_wire_packet(row->number);
	s32 vnr = row->format == H100 ? 3 : 0;
	u32 fixed;

	KUNIT_ASSERT_NOT_NULL(test, known);
	fixed = drbd_wire_fixed_size(&row->link, known);
	packet = drbd_wire_accept(&row->link, D, &head, &err);
	if (row->field) {
		KUNIT_EXPECT_NULL(test, packet);
		KUNIT_EXPECT_STREQ(test, err.packet, known->name);
		KUNIT_EXPECT_STREQ(test, err.field, row->field);
		if (!strcmp(row->field, "length"))
			KUNIT_EXPECT_EQ(test, err.value, row->len);
	} else {
		KUNIT_EXPECT_PTR_EQ_MSG(test, packet, known, "%s", err.field);
	}
	/* What must not be received is not sent either. */
	if (row->len < fixed)
		return;
	KUNIT_EXPECT_EQ(test, drbd_wire_announce(&row->link, known, vnr, row->len - fixed,
						 &head, &err), row->field ? -EPROTO : 0);
	if (row->field)
		return;
	KUNIT_EXPECT_EQ(test, head.len, row->len);
	KUNIT_EXPECT_EQ(test, head.number, row->number);
	KUNIT_EXPECT_EQ(test, head.vnr, known->scope == CONN ? -1 : vnr);
	KUNIT_EXPECT_EQ(test, head.format, row->format);
}

static void wire_table_announce_test(struct kunit *test)
{
	const struct drbd_wire_packet *data = drbd_wire_packet(DRBD_P_DATA);
	struct drbd_wire_link link = { 94 };
	struct drbd_wire_header head;
	struct drbd_wire_error err = { "", "", 0 };

	/* 16 bits of length */
	KUNIT_EXPECT_EQ(test, drbd_wire_announce(&link, data, 0, 65024, &head, &err), 0);
	KUNIT_EXPECT_EQ(test, head.format, H80);
	KUNIT_EXPECT_EQ(test, drbd_wire_announce(&link, data, 0, 65536, &head, &err), -EPROTO);
	expect_error(test, &err, "P_DATA", "length", 65560);
	link.version = 95;
	KUNIT_EXPECT_EQ(test, drbd_wire_announce(&link, data, 0, 65536, &head, &err), 0);
	KUNIT_EXPECT_EQ(test, head.format, H95);
	KUNIT_EXPECT_EQ(test, drbd_wire_announce(&link, data, 0, 32256, &head, &err), 0);
	KUNIT_EXPECT_EQ(test, head.format, H80);
	/* no room for a volume, in none of the two formats */
	KUNIT_EXPECT_EQ(test, drbd_wire_announce(&link, data, 1, 512, &head, &err), -EPROTO);
	expect_error(test, &err, "P_DATA", "volume", 1);
	KUNIT_EXPECT_EQ(test, drbd_wire_announce(&link, data, 1, 65536, &head, &err), -EPROTO);
	expect_error(test, &err, "P_DATA", "volume", 1);
	link.version = 100;
	KUNIT_EXPECT_EQ(test, drbd_wire_announce(&link, data, 1, 512, &head, &err), 0);
	/* 32 bits of length */
	link.version = 124;
	KUNIT_EXPECT_EQ(test, drbd_wire_announce(&link, data, 0, 0xfffffff8, &head, &err),
			-EPROTO);
	expect_error(test, &err, "P_DATA", "length", 0x100000010);
	KUNIT_EXPECT_EQ(test, drbd_wire_announce(&link, data, -1, 512, &head, &err), -EPROTO);
	expect_error(test, &err, "P_DATA", "volume", 0xffff);
}

struct tail_row {
	const char *name;
	enum drbd_wire_number number;
	u64 mask;
	const char *tail;
	u32 len;
	const char *field;
	u64 value;
};

static const struct tail_row tails[] = {
	{ "name", DRBD_P_PROTOCOL, 0, "crc32c", 7 },
	{ "no name", DRBD_P_PROTOCOL, 0, "", 1 },
	{ "no name before 87", DRBD_P_PROTOCOL, 0, "", 0 },
	{ "name without end", DRBD_P_PROTOCOL, 0, "crc32c", 6, "name", 6 },
	{ "update without end", DRBD_P_PROTOCOL_UPDATE, 0, "sha1", 4, "name", 4 },
	{ "verify-alg without end", DRBD_P_SYNC_PARAM, 0, "md5", 3, "name", 3 },
	{ "end in between", DRBD_P_PROTOCOL, 0, "md5\0xy", 6 },
	{ "no UUIDs", DRBD_P_UUIDS110, 0, "", 0 },
	{ "one UUID", DRBD_P_UUIDS110, 1, "12345678", 8 },
	{ "one UUID missing", DRBD_P_UUIDS110, 0x80000001, "12345678", 8,
	  "bitmap_uuids_mask", 0x80000001 },
	{ "all UUIDs missing", DRBD_P_UUIDS110, 0xffffffff, "", 0,
	  "bitmap_uuids_mask", 0xffffffff },
	{ "history", DRBD_P_UUIDS110, 0x4, "1234567812345678", 16 },
	{ "digest", DRBD_P_OV_REPLY, 0, "abcd", 4 },
};

KUNIT_ARRAY_PARAM_DESC(tail, tails, name);

static void wire_table_tail_test(struct kunit *test)
{
	const struct tail_row *row = test->param_value;
	const struct drbd_wire_packet *packet = drbd_wire_packet(row->number);
	union drbd_wire_body body = { .uuids.bitmap_uuids_mask = row->mask };
	struct drbd_wire_error err = { "", "", 0 };
	u8 *tail = kunit_kzalloc(test, row->len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, packet);
	KUNIT_ASSERT_NOT_NULL(test, tail);
	memcpy(tail, row->tail, row->len);
	KUNIT_EXPECT_EQ(test, drbd_wire_check_tail(packet, &body, tail, row->len, &err),
			row->field ? -EPROTO : 0);
	if (row->field)
		expect_error(test, &err, packet->name, row->field, row->value);
}

static void random_link(struct rnd_state *rnd, struct drbd_wire_link *link)
{
	static const u32 versions[] = { 0, 86, 87, 88, 89, 94, 95, 99, 100, 101, 118, 121, 122,
					124 };

	link->version = versions[prandom_u32_state(rnd) % ARRAY_SIZE(versions)];
	link->features = prandom_u32_state(rnd) % 0x400;
	link->data_digest = prandom_u32_state(rnd) % 65;
	link->verify_digest = prandom_u32_state(rnd) % 65;
	link->csums_digest = prandom_u32_state(rnd) % 65;
	link->auth_digest = prandom_u32_state(rnd) % 65;
}

/*
 * A stream of garbage with good magic numbers: each header is refused, or has a
 * length within bounds, of which the fixed part is a part.
 */
static void wire_table_garbage_test(struct kunit *test)
{
	static const u32 magics[] = { 0x83740267, 0x835a0000, 0x8620ec20, 0 };
	union drbd_wire_body *body = kunit_kzalloc(test, sizeof(*body), GFP_KERNEL);
	const struct drbd_wire_packet *packet;
	struct drbd_wire_header head;
	struct drbd_wire_error err;
	struct drbd_wire_link link;
	struct rnd_state rnd;
	u8 buf[DRBD_WIRE_MAX_HEADER + DRBD_WIRE_MAX_FIXED];
	int i, hs, fs, accepted = 0;

	KUNIT_ASSERT_NOT_NULL(test, body);
	prandom_seed_state(&rnd, 3);
	for (i = 0; i < 60000; i++) {
		u32 magic = magics[prandom_u32_state(&rnd) % 4];
		u32 stream = prandom_u32_state(&rnd) % 2 ? C : D;
		u32 fixed;

		random_link(&rnd, &link);
		prandom_bytes_state(&rnd, buf, sizeof(buf));
		buf[0] = magic >> 24;
		buf[1] = magic >> 16;
		buf[2] = magic >> 8;
		buf[3] = magic;
		if (prandom_u32_state(&rnd) % 8) {	/* not so much garbage */
			memset(buf + 4, 0, 11);
			buf[7] = prandom_u32_state(&rnd) % 0x60;
			buf[11] = prandom_u32_state(&rnd) % 64;
			buf[15] = 0;
		}
		hs = drbd_wire_header_decode(buf, sizeof(buf), link.version, stream, &head,
					     &err);
		if (hs < 0) {
			KUNIT_ASSERT_EQ(test, hs, -EPROTO);
			continue;
		}
		packet = drbd_wire_accept(&link, stream, &head, &err);
		if (!packet)
			continue;
		accepted++;
		fixed = drbd_wire_fixed_size(&link, packet);
		KUNIT_ASSERT_LE(test, fixed, DRBD_WIRE_MAX_FIXED);
		KUNIT_ASSERT_GE(test, head.len, fixed);
		KUNIT_ASSERT_LE(test, head.len, fixed + DRBD_WIRE_MAX_DIGEST +
				DRBD_WIRE_MAX_BIO);
		fs = drbd_wire_decode(&link, packet, buf + hs, sizeof(buf) - hs, body, &err);
		KUNIT_ASSERT_TRUE(test, fs == fixed || fs == -EPROTO);
	}
	KUNIT_EXPECT_GT(test, accepted, 50);
}

static struct kunit_case wire_table_cases[] = {
	KUNIT_CASE_PARAM(wire_table_catalogue_test, catalogue_gen_params),
	KUNIT_CASE_PARAM(wire_table_accept_test, catalogue_gen_params),
	KUNIT_CASE(wire_table_unknown_test),
	KUNIT_CASE_PARAM(wire_table_length_test, length_gen_params),
	KUNIT_CASE(wire_table_announce_test),
	KUNIT_CASE_PARAM(wire_table_tail_test, tail_gen_params),
	KUNIT_CASE(wire_table_garbage_test),
	{}
};

static struct kunit_suite wire_table_suite = {
	.name = "drbd-wire-table",
	.test_cases = wire_table_cases,
};

kunit_test_suite(wire_table_suite);
