// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the payloads of packets
 *
 * The bytes are literals of spec/wire.md 9; what they mean is written by hand.
 */

#include <kunit/test.h>
#include <linux/hex.h>
#include <linux/prandom.h>

#include "../core/wire_table.h"

#define D	DRBD_WIRE_DATA
#define C	DRBD_WIRE_CONTROL

/* Opaque bytes 88 77 66 55 44 33 22 11 and others, as this machine sees them. */
#define IS_LITTLE	(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
#define ID		(IS_LITTLE ? 0x1122334455667788ULL : 0x8877665544332211ULL)
#define ID2		(IS_LITTLE ? 0x3344556677889900ULL : 0x0099887766554433ULL)
#define EPOCH5		(IS_LITTLE ? 0x00000005U : 0x05000000U)

#define V9	.version = 124, .features = 0x3ff
#define V84	.version = 101, .features = 0x00f
#define OLD2PC	.version = 121, .features = 0x00f
#define NEW	.version = 0

/**
 * struct golden_row - a packet
 * @name: of the packet
 * @link: what was agreed on
 * @stream: where
 * @bytes: hexadecimal; [n] stands for n zero bytes, {n} for a name of n letters
 * @vnr: volume
 * @tail: bytes behind the fixed part
 * @body: the fixed part
 */
struct golden_row {
	const char *name;
	struct drbd_wire_link link;
	enum drbd_wire_stream stream;
	const char *bytes[4];
	s32 vnr;
	u32 tail;
	union drbd_wire_body body;
};

static const struct golden_row goldens[] = {
	{ "P_INITIAL_DATA", { NEW }, D, { "83740267 fff2 0000" } },
	{ "P_INITIAL_META", { NEW }, C, { "83740267 fff1 0000" } },
	{ "P_CONNECTION_FEATURES", { NEW }, D,
	  { "83740267 fffe 0048  00000056 0000000f 00000065 [60]" },
	  .body.offer = { 86, 0x00f, 101 } },
	{ "P_CONNECTION_FEATURES", { NEW }, D,
	  { "83740267 fffe 0048  00000056 000003ff 0000007c 00000001 00000000 [52]" },
	  .body.offer = { 86, 0x3ff, 124, 1, 0 } },
	{ "P_PING", { NEW }, C, { "83740267 0013 0000" } },
	{ "P_PING", { V9 }, C, { "8620ec20 ffff 0013 00000000 00000000" }, -1 },
	{ "P_PING_ACK", { V84 }, C, { "8620ec20 0000 0014 00000000 00000000" } },
	{ "P_AUTH_CHALLENGE", { V9 }, D, { "8620ec20 ffff 0010 00000040 00000000 [64]" }, -1, 64 },
	{ "P_PROTOCOL", { V9 }, D,
	  { "8620ec20 ffff 000b 00000019 00000000",
	    "00000003 00000000 00000000 00000000 00000000 00000000 00" }, -1, 1,
	  .body.protocol = { .protocol = 3 } },
	{ "P_PROTOCOL", { V9 }, D,
	  { "8620ec20 ffff 000b 0000001f 00000000",
	    "00000001 00000003 0000000a 00000000 00000001 00000000 63726333326300" }, -1, 7,
	  .body.protocol = { 1, 3, 10, 0, 1, 0 } },
	{ "P_SYNC_PARAM89", { V9 }, D,
	  { "8620ec20 0000 0023 00000094 00000000",
	    "000000fa 637263333263 [122] 00000014 0000000a 00000064 00019000" },
	  .body.sync_param = { 250, "crc32c", "", 20, 10, 100, 102400 } },
	{ "P_SIZES", { V9 }, D,
	  { "8620ec20 0000 000d 00000038 00000000",
	    "0000000000200000 0000000000000000 0000000000200000 00100000 0000 0000",
	    "00001000 00000200 00000000 00001000 00000000 01 00 00 00" },
	  .body.sizes = { 0x200000, 0, 0x200000, 1 << 20, 0, 4096, 512, 0, 4096, 0, 1, 0 } },
	{ "P_UUIDS", { V84 }, D,
	  { "8620ec20 0000 000c 00000030 00000000",
	    "1122334455667788 0000000000000000 99aabbccddeeff00 [24]" },
	  .body.uuids = { 0x1122334455667788, 0, { 0x99aabbccddeeff00 } } },
	{ "P_UUIDS110", { V9 }, D,
	  { "8620ec20 0000 0042 00000130 00000000",
	    "1122334455667788 0000000000000000 0000000000000020 0000000000000000",
	    "0000000000000001  0000000000000000  99aabbccddeeff00 [248]" }, 0, 264,
	  .body.uuids = { .current_uuid = 0x1122334455667788, .uuid_flags = 0x20,
			  .bitmap_uuids_mask = 1 } },
	{ "P_CURRENT_UUID", { V9 }, D,
	  { "8620ec20 0000 0044 00000010 00000000 1122334455667789 0000000000000000" },
	  .body.uuids = { .current_uuid = 0x1122334455667789 } },
	{ "P_STATE", { V9 }, D, { "8620ec20 0000 000e 00000004 00000000 0080f282" },
	  .body.state = 0x0080f282 },
	{ "P_STATE", { V84 }, D, { "8620ec20 0000 000e 00000004 00000000 0000d082" },
	  .body.state = 0x0000d082 },
	{ "P_STATE", { V9 }, D, { "8620ec20 ffff 000e 00000004 00000000 00000002" }, -1,
	  .body.state = 2 },
	{ "P_TWOPC_PREPARE", { V9 }, D,
	  { "8620ec20 ffff 002e 00000024 00000000",
	    "12345678 c0000000 0000 01 02 fffffffffffffff9 0000000000000000 000001f3 00000092" },
	  -1, .body.twopc = { 0x12345678, 0xc0000000, 1, 2, 0xfffffffffffffff9,
			      .change = { 0x1f3, 0x92 } } },
	{ "P_TWOPC_PREPARE", { OLD2PC }, D,
	  { "8620ec20 ffff 002e 00000024 00000000",
	    "12345678 00000001 00000002 fffffffffffffff9 0000000000000000 000001f3 00000092" },
	  -1, .body.twopc = { 0x12345678, 0, 1, 2, 0xfffffffffffffff9,
			      .change = { 0x1f3, 0x92 } } },
	{ "P_TWOPC_COMMIT", { V9 }, D,
	  { "8620ec20 ffff 0047 00000024 00000000",
	    "12345678 c0000000 0000 01 02 fffffffffffffff9 0000000000000000 0000000000000006" },
	  -1, .body.twopc = { 0x12345678, 0xc0000000, 1, 2, 0xfffffffffffffff9,
			      .verdict = 6 } },
	{ "P_TWOPC_YES", { V9 }, C,
	  { "8620ec20 ffff 0045 00000020 00000000",
	    "12345678 00000001 0000000000000006 0000000000000000 0000000000000000" }, -1,
	  .body.reply = { 0x12345678, 1, 6 } },
	{ "P_TWOPC_PREP_RSZ", { V9 }, D,
	  { "8620ec20 0000 0035 00000024 00000000",
	    "0a0b0c0d 80000000 0000 01 ff fffffffffffffff9 0000000000000000 0000 [6]" },
	  .body.twopc = { 0x0a0b0c0d, 0x80000000, 1, -1, 0xfffffffffffffff9 } },
	{ "P_DAGTAG", { V9 }, D,
	  { "8620ec20 ffff 0030 00000008 00000000 0000000000002000" }, -1,
	  .body.dagtag = { 0x2000 } },
	{ "P_DATA", { V9 }, D,
	  { "8620ec20 0000 0000 00001018 00000000",
	    "0000000000001000 8877665544332211 00000001 00000102 [4096]" }, 0, 4096,
	  .body.data = { 0x1000, ID, 1, 0x102 } },
	{ "P_DATA", { V9, .data_digest = 4 }, D,
	  { "8620ec20 0000 0000 0000101c 00000000",
	    "0000000000001000 8877665544332211 00000001 00000102 [4100]" }, 0, 4100,
	  .body.data = { 0x1000, ID, 1, 0x102 } },
	{ "P_DATA", { .version = 97 }, D,
	  { "835a 0000 00010018  0000000000001000 8877665544332211 00000001 00000002 [65536]" },
	  0, 65536, .body.data = { 0x1000, ID, 1, 2 } },
	{ "P_WRITE_ACK", { V9 }, C,
	  { "8620ec20 0000 0016 00000018 00000000",
	    "0000000000001000 8877665544332211 00001000 00000001" },
	  .body.block = { .sector = 0x1000, ID, .blksize = 4096, .seq_num = 1 } },
	{ "P_BARRIER", { V9 }, D,
	  { "8620ec20 ffff 0003 00000008 00000000 05000000 00000000" }, -1,
	  .body.barrier = { EPOCH5 } },
	{ "P_BARRIER_ACK", { V9 }, C,
	  { "8620ec20 ffff 001c 00000008 00000000 05000000 00000001" }, -1,
	  .body.barrier = { EPOCH5, 1 } },
	{ "P_PEER_ACK", { V9 }, C,
	  { "8620ec20 ffff 0040 00000010 00000000 0000000000000003 0000000000002008" }, -1,
	  .body.dagtag = { 0x2008, 3 } },
	{ "P_TRIM", { V9 }, D,
	  { "8620ec20 0000 0031 0000001c 00000000",
	    "0000000000000800 8877665544332211 00000002 00000140 00100000" },
	  .body.data = { 0x800, ID, 2, 0x140, 1 << 20 } },
	{ "P_ZEROES", { V9 }, D,
	  { "8620ec20 0000 0036 0000001c 00000000",
	    "0000000000000800 8877665544332211 00000003 00000540 00100000" },
	  .body.data = { 0x800, ID, 3, 0x540, 1 << 20 } },
	{ "P_RS_DAGTAG_REQ", { V9 }, D,
	  { "8620ec20 0000 004c 00000020 00000000",
	    "0000000000004000 8877665544332211 00020000 00000001 0000000000002008" },
	  .body.block = { 0x4000, ID, 0x2008, 128 << 10, .dagtag_node_id = 1 } },
	{ "P_RS_WRITE_ACK", { OLD2PC }, C,
	  { "8620ec20 0000 0017 00000018 00000000",
	    "0000000000004000 ffffffffffffffff 00020000 00000007" },
	  .body.block = { 0x4000, DRBD_WIRE_ID_SYNCER, 0, 128 << 10, 7 } },
	{ "P_OV_RESULT_ID", { V9 }, C,
	  { "8620ec20 0000 0053 00000020 00000000",
	    "0000000000004000 8877665544332211 00020000 00000008 00000002 00000000" },
	  .body.block = { 0x4000, ID, 0, 128 << 10, 8, 0, 2 } },
	{ "P_OV_RESULT", { OLD2PC }, C,
	  { "8620ec20 0000 0020 00000018 00000000",
	    "0000000000004000 0000000000001268 00020000 00000008" },
	  .body.block = { 0x4000, 0, 0, 128 << 10, 8, 0, DRBD_OV_OUT_OF_SYNC } },
	{ "P_OV_RESULT", { V84 }, C,
	  { "8620ec20 0000 0020 00000018 00000000",
	    "0000000000004000 0000000000001267 00020000 00000008" },
	  .body.block = { 0x4000, 0, 0, 128 << 10, 8, 0, DRBD_OV_IN_SYNC } },
	{ "P_OV_RESULT", { V84 }, C,
	  { "8620ec20 0000 0020 00000018 00000000",
	    "0000000000004000 0000000000001266 00020000 00000008" },
	  .body.block = { 0x4000, 0, 0, 128 << 10, 8, 0, DRBD_OV_SKIP } },
	{ "P_OUT_OF_SYNC", { V9 }, D,
	  { "8620ec20 0000 0028 00000010 00000000 0000000000000800 00001000 00000000" },
	  .body.block = { .sector = 0x800, .blksize = 4096 } },
	{ "P_PEERS_IN_SYNC", { V9 }, C,
	  { "8620ec20 0000 0041 00000018 00000000",
	    "0000000000002000 0000000000000005 00400000 00000000" },
	  .body.in_sync = { 0x2000, 5, 4 << 20 } },
	{ "P_COMPRESSED_BITMAP", { V9 }, D,
	  { "8620ec20 0000 0024 00000004 00000000 02 97 7c 02" }, 0, 3, .body.encoding = 0x02 },
	{ "P_COMPRESSED_BITMAP", { V9 }, D,
	  { "8620ec20 0000 0024 00000005 00000000 b2 7f cf de 03" }, 0, 4,
	  .body.encoding = 0xb2 },
	{ "P_BITMAP", { V9 }, D, { "8620ec20 0000 0004 00000000 00000000" } },
	{ "P_FLUSH_REQUESTS", { V9 }, D,
	  { "8620ec20 ffff 0055 00000008 00000000 0000000000000001" }, -1, .body.flush = { 1 } },
	{ "P_FLUSH_FORWARD", { V9 }, C,
	  { "8620ec20 ffff 0056 0000000c 00000000 0000000000000001 00000002" }, -1,
	  .body.flush = { 1, 2 } },
	{ "P_ENABLE_REPLICATION_NEXT", { V9 }, D,
	  { "8620ec20 0000 0058 00000004 00000000 00000000" } },
	{ "P_CONFIRM_STABLE", { V9 }, C,
	  { "8620ec20 ffff 0049 00000018 00000000",
	    "8877665544332211 0099887766554433 00000007 00000000" }, -1,
	  .body.confirm = { ID, ID2, 7 } },
	{ "P_CONN_ST_CHG_REQ", { V84 }, D,
	  { "8620ec20 ffff 002a 00000008 00000000 000001f0 00000010" }, -1,
	  .body.change = { 0x1f0, 0x10 } },
	{ "P_CONN_ST_CHG_REPLY", { V84 }, C,
	  { "8620ec20 0000 002b 00000004 00000000 ffffffed" },
	  .body.retcode = DRBD_SS_CONCURRENT_ST_CHG },
	/* Not in 9, from the layouts of 5. */
	{ "P_SYNC_PARAM", { .version = 87 }, D, { "83740267 000a 0004 000000fa" },
	  .body.sync_param = { 250 } },
	{ "P_SYNC_PARAM", { .version = 88 }, D, { "83740267 000a 000b 000000fa 63726333326300" },
	  0, 7, .body.sync_param = { 250 } },
	{ "P_SYNC_PARAM89", { .version = 94 }, D,
	  { "83740267 0023 0084 000000fa [64] 6d6435 [61]" },
	  .body.sync_param = { 250, "", "md5" } },
	{ "P_SIZES", { .version = 101, .features = 1 }, D,
	  { "8620ec20 0000 000d 00000020 00000000",
	    "0000000000200000 0000000000100000 0000000000100000 00100000 0000 0002" },
	  .body.sizes = { 0x200000, 0x100000, 0x100000, 1 << 20, 2 } },
	{ "P_SIZES", { V9 }, D,
	  { "8620ec20 0000 000d 00000038 00000000",
	    "0000000000000000 0000000000000000 0000000000000000 00100000 0000 0000",
	    "00000200 00001000 00000001 00000002 00000003 00 00 00 08" },
	  .body.sizes = { .max_bio_size = 1 << 20, .physical_block_size = 512,
			  .logical_block_size = 4096, .alignment_offset = 1, .io_min = 2,
			  .io_opt = 3, .bm_block_shift = 8 } },
	{ "P_PROTOCOL", { .version = 86 }, D,
	  { "83740267 000b 0018  00000002 00000001 00000002 00000004 00000002 00000001" },
	  .body.protocol = { 2, 1, 2, 4, 2, 1 } },
	{ "P_UUIDS", { .version = 86 }, D,
	  { "83740267 000c 0030 0000000000000001 0000000000000002 0000000000000003",
	    "0000000000000004 0000000000000005 0000000000000006" },
	  .body.uuids = { 1, 2, { 3, 4 }, 5, 6 } },
	{ "P_SYNC_UUID", { V84 }, D,
	  { "8620ec20 0001 000f 00000008 00000000 1122334455667788" }, 1,
	  .body.uuids = { 0x1122334455667788 } },
	{ "P_TWOPC_COMMIT", { OLD2PC }, D,
	  { "8620ec20 0007 0047 00000024 00000000",
	    "12345678 00000001 ffffffff fffffffffffffff9 0000000000000002 00001e00 00000800" },
	  7, .body.twopc = { 0x12345678, 0, 1, -1, 0xfffffffffffffff9,
			     .primary_nodes = 2, .verdict = 0x00001e0000000800 } },
	{ "P_DELAY_PROBE", { .version = 93 }, C, { "83740267 0027 0008 [8]" } },
	{ "P_PEER_DAGTAG", { V9 }, D,
	  { "8620ec20 ffff 0043 0000000c 00000000 0000000000002008 0000001f" }, -1,
	  .body.dagtag = { 0x2008, .node_id = 31 } },
	{ "P_RS_DEALLOCATED", { OLD2PC }, D,
	  { "8620ec20 0000 0033 00000010 00000000 0000000000000800 00100000 00000000" },
	  .body.block = { .sector = 0x800, .blksize = 1 << 20 } },
	{ "P_OV_REPLY", { V84, .verify_digest = 4 }, D,
	  { "8620ec20 0000 001f 0000001c 00000000",
	    "0000000000000800 8877665544332211 00001000 00000000 89 41 f9 98" }, 0, 4,
	  .body.block = { 0x800, ID, 0, 4096 } },
};

KUNIT_ARRAY_PARAM_DESC(golden, goldens, name);

/* The longest is a header, a sub-header and 64 KiB. */
#define MAX_BYTES	66000

static u32 unhex(const char *s, u8 *buf)
{
	u32 n = 0;

	while (*s) {
		if (*s == ' ') {
			s++;
		} else if (*s == '[' || *s == '{') {
			u8 fill = *s == '{' ? 'a' : 0;
			u32 times = 0;

			while (*++s != ']' && *s != '}')
				times = times * 10 + hex_to_bin(*s);
			memset(buf + n, fill, times);
			n += times;
			s++;
		} else {
			buf[n++] = hex_to_bin(s[0]) << 4 | hex_to_bin(s[1]);
			s += 2;
		}
	}
	return n;
}

static void golden_encode(struct kunit *test, const struct golden_row *row,
			  const struct drbd_wire_packet *packet, const u8 *buf, int hs)
{
	struct drbd_wire_error err;
	struct drbd_wire_header head;
	u8 *out = kunit_kzalloc(test, DRBD_WIRE_MAX_HEADER + DRBD_WIRE_MAX_FIXED, GFP_KERNEL);
	int fs = drbd_wire_fixed_size(&row->link, packet);

	KUNIT_ASSERT_NOT_NULL(test, out);
	KUNIT_ASSERT_EQ(test, drbd_wire_announce(&row->link, packet, row->vnr, row->tail,
						 &head, &err), 0);
	/* 8.4 names volume 0 in packets about the connection. */
	head.vnr = row->vnr;
	KUNIT_ASSERT_EQ(test, drbd_wire_header_encode(&head, out, DRBD_WIRE_MAX_HEADER), hs);
	KUNIT_EXPECT_MEMEQ(test, out, buf, hs);
	KUNIT_ASSERT_EQ(test, drbd_wire_encode(&row->link, packet, &row->body, out + hs, fs,
					       &err), fs);
	KUNIT_EXPECT_MEMEQ(test, out + hs, buf + hs, fs);
	if (fs)
		KUNIT_EXPECT_EQ(test, drbd_wire_encode(&row->link, packet, &row->body, out,
						       fs - 1, &err), -EMSGSIZE);
}

static void wire_packets_golden_test(struct kunit *test)
{
	const struct golden_row *row = test->param_value;
	struct drbd_wire_error err = { "", "", 0 };
	const struct drbd_wire_packet *packet;
	struct drbd_wire_header head;
	union drbd_wire_body *body;
	u8 *exact;
	u32 len = 0;
	int i, hs, fs;
	u8 *buf;

	buf = kunit_kzalloc(test, MAX_BYTES, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	for (i = 0; i < ARRAY_SIZE(row->bytes) && row->bytes[i]; i++)
		len += unhex(row->bytes[i], buf + len);
	body = kunit_kzalloc(test, sizeof(*body), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, body);
	hs = drbd_wire_header_decode(buf, len, row->link.version, row->stream, &head, &err);
	KUNIT_ASSERT_GT(test, hs, 0);
	KUNIT_EXPECT_EQ(test, head.vnr, row->vnr);
	KUNIT_EXPECT_EQ(test, head.len, len - hs);
	packet = drbd_wire_accept(&row->link, row->stream, &head, &err);
	KUNIT_ASSERT_NOT_NULL_MSG(test, packet, "%s: %s", err.packet, err.field);
	KUNIT_EXPECT_STREQ(test, packet->name, row->name);

	/* in memory that ends where the packet does */
	exact = kunit_kzalloc(test, head.len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, exact);
	memcpy(exact, buf + hs, head.len);
	fs = drbd_wire_decode(&row->link, packet, exact, head.len, body, &err);
	KUNIT_ASSERT_GE_MSG(test, fs, 0, "%s: %s", err.packet, err.field);
	KUNIT_EXPECT_EQ(test, fs, head.len - row->tail);
	KUNIT_EXPECT_MEMEQ(test, body, &row->body, sizeof(*body));
	KUNIT_EXPECT_EQ(test, drbd_wire_check_tail(packet, body, exact + fs, row->tail, &err),
			0);
	if (fs) {
		KUNIT_EXPECT_EQ(test, drbd_wire_decode(&row->link, packet, exact, fs - 1,
						       body, &err), -EPROTO);
		KUNIT_EXPECT_STREQ(test, err.field, "length");
		KUNIT_EXPECT_EQ(test, err.value, fs - 1);
	}
	golden_encode(test, row, packet, buf, hs);
}

/**
 * struct value_row - a field, and a value that it may or may not have
 * @name: of the field
 * @number: of the packet
 * @link: what was agreed on
 * @bytes: the fixed part, hexadecimal
 * @value: what the error reports
 * @good: no error
 */
struct value_row {
	const char *name;
	enum drbd_wire_number number;
	struct drbd_wire_link link;
	const char *bytes;
	u64 value;
	bool good;
};

#define SEC	"0000000000000800 0000000000000000 "
#define LIM(b)	"[28] 00000000" b

static const struct value_row values[] = {
	{ "sector", DRBD_P_DATA, { V9 }, "0040000000000000 [16]", .good = true },
	{ "sector", DRBD_P_DATA, { V9 }, "0040000000000001 [16]", 0x0040000000000001 },
	{ "sector", DRBD_P_OUT_OF_SYNC, { V9 }, "ffffffffffffffff 00001000 [4]", ~0ULL },
	{ "dp_flags", DRBD_P_DATA, { V9 }, SEC "00000000 00000200", 0x200 },
	{ "dp_flags", DRBD_P_DATA, { V9 }, SEC "00000000 fffffdff", .good = true },
	{ "dp_flags", DRBD_P_DATA_REPLY, { V9 }, SEC "00000000 00000200", .good = true },
	{ "dp_flags", DRBD_P_TRIM, { V9 }, SEC "00000000 00000100 00001000", 0x100 },
	{ "dp_flags", DRBD_P_TRIM, { V9 }, SEC "00000000 00000240 00001000", 0x240 },
	{ "dp_flags", DRBD_P_ZEROES, { V9 }, SEC "00000000 00000040 00001000", 0x40 },
	{ "dp_flags", DRBD_P_ZEROES, { V9 }, SEC "00000000 00000400 00001000", .good = true },
	{ "size", DRBD_P_TRIM, { V9 }, SEC "00000000 00000040 00000000", 0 },
	{ "size", DRBD_P_TRIM, { V9 }, SEC "00000000 00000040 00000201", 0x201 },
	{ "size", DRBD_P_TRIM, { V9 }, SEC "00000000 00000040 08000000", .good = true },
	{ "size", DRBD_P_TRIM, { V9 }, SEC "00000000 00000040 08000200", 0x8000200 },
	{ "blksize", DRBD_P_DATA_REQUEST, { V9 }, SEC "00000000 [4]", 0 },
	{ "blksize", DRBD_P_DATA_REQUEST, { V9 }, SEC "00000200 [4]", .good = true },
	{ "blksize", DRBD_P_DATA_REQUEST, { V9 }, SEC "00000100 [4]", 0x100 },
	{ "blksize", DRBD_P_DATA_REQUEST, { V9 }, SEC "00100000 [4]", .good = true },
	{ "blksize", DRBD_P_DATA_REQUEST, { V9 }, SEC "00100200 [4]", 0x100200 },
	{ "blksize", DRBD_P_RS_DAGTAG_REQ, { V9 }, SEC "ffffffff [12]", 0xffffffff },
	{ "dagtag_node_id", DRBD_P_RS_DAGTAG_REQ, { V9 }, SEC "00001000 00000020 [8]", 32 },
	{ "dagtag_node_id", DRBD_P_RS_DAGTAG_REQ, { V9 }, SEC "00001000 ffffffff [8]",
	  0xffffffff },
	{ "blksize", DRBD_P_NEG_ACK, { V84 }, SEC "00000000 [4]", .good = true },
	{ "blksize", DRBD_P_NEG_ACK, { V84 }, SEC "08000000 [4]", .good = true },
	{ "blksize", DRBD_P_NEG_ACK, { V84 }, SEC "08000200 [4]", 0x8000200 },
	{ "blksize", DRBD_P_NEG_ACK, { V84 }, SEC "000001ff [4]", 0x1ff },
	{ "blksize", DRBD_P_OUT_OF_SYNC, { V9 }, "[8] 08000000 [4]", .good = true },
	{ "blksize", DRBD_P_OUT_OF_SYNC, { V9 }, "[8] 08000200 [4]", 0x8000200 },
	{ "blksize", DRBD_P_OUT_OF_SYNC, { V9 }, "[16]", 0 },
	{ "blksize", DRBD_P_RS_DEALLOCATED_ID, { V9 }, "[24]", 0 },
	{ "size", DRBD_P_PEERS_IN_SYNC, { V9 }, "[16] 00400000 [4]", .good = true },
	{ "size", DRBD_P_PEERS_IN_SYNC, { V9 }, "[16] 00400200 [4]", 0x400200 },
	{ "size", DRBD_P_PEERS_IN_SYNC, { V9 }, "[24]", 0 },
	{ "result", DRBD_P_OV_RESULT_ID, { V9 }, SEC "00001000 [4] 00000003 [4]", 3 },
	{ "result", DRBD_P_OV_RESULT, { V84 }, "[8] 1234567890abcdef 00001000 [4]",
	  .good = true },
	{ "protocol", DRBD_P_PROTOCOL, { V9 }, "00000004 0000000d [12] 00000002",
	  .good = true },
	{ "protocol", DRBD_P_PROTOCOL_UPDATE, { V9 }, "00000000 [20]", 0 },
	{ "protocol", DRBD_P_PROTOCOL_UPDATE, { V9 }, "00000004 [20]", 4 },
	{ "protocol", DRBD_P_PROTOCOL_UPDATE, { V9 }, "00000001 [20]", .good = true },
	{ "after_sb_0p", DRBD_P_PROTOCOL_UPDATE, { V9 }, "00000003 0000000d [16]", 13 },
	{ "after_sb_1p", DRBD_P_PROTOCOL_UPDATE, { V9 }, "00000003 [4] 0000000d [12]", 13 },
	{ "after_sb_2p", DRBD_P_PROTOCOL_UPDATE, { V9 }, "00000003 [8] 0000000d [8]", 13 },
	{ "after_sb_2p", DRBD_P_PROTOCOL_UPDATE, { V9 }, "00000003 [8] 0000000c [8]",
	  .good = true },
	{ "two_primaries", DRBD_P_PROTOCOL_UPDATE, { V9 }, "00000003 [16] 00000002", 2 },
	{ "verify_alg", DRBD_P_SYNC_PARAM89, { V9 },
	  "[4] {64} [80]", 64 },
	{ "csums_alg", DRBD_P_SYNC_PARAM89, { .version = 89 },
	  "[68] {63} 00", .good = true },
	{ "d_size", DRBD_P_SIZES, { .version = 101 }, "0040000000000001 [24]",
	  0x0040000000000001 },
	{ "u_size", DRBD_P_SIZES, { .version = 101 }, "[8] ffffffffffffffff [16]", ~0ULL },
	{ "c_size", DRBD_P_SIZES, { .version = 101 }, "[16] 8000000000000000 [8]", 1ULL << 63 },
	{ "physical_block_size", DRBD_P_SIZES, { V9 }, LIM("00000000 00000200 [16]"), 0 },
	{ "physical_block_size", DRBD_P_SIZES, { V9 }, LIM("00000100 00000200 [16]"), 256 },
	{ "physical_block_size", DRBD_P_SIZES, { V9 }, LIM("00000600 00000200 [16]"), 0x600 },
	{ "logical_block_size", DRBD_P_SIZES, { V9 }, LIM("00000200 00000000 [16]"), 0 },
	{ "logical_block_size", DRBD_P_SIZES, { V84 }, LIM("00000200 00001001 [16]"), 0x1001 },
	{ "discard_enabled", DRBD_P_SIZES, { V9 }, LIM("00000200 00000200 [12] ff000000"),
	  .good = true },
	{ "bm_block_shift", DRBD_P_SIZES, { V9 }, LIM("00000200 00000200 [12] 00000009"), 9 },
	/* of no meaning to old peers, and never of what is gone */
	{ "bm_block_shift", DRBD_P_SIZES, { V84 }, LIM("00000200 00000200 [12] 00ffffff"),
	  .good = true },
	{ "bitmap_uuids_mask", DRBD_P_UUIDS110, { V9 }, "[32] 0000000100000000", 1ULL << 32 },
	{ "bitmap_uuids_mask", DRBD_P_UUIDS110, { V9 }, "[24] ffffffffffffffff [8]",
	  .good = true },
	{ "tid", DRBD_P_TWOPC_PREPARE, { V9 }, "00000000 80000000 [28]", 0 },
	{ "flags", DRBD_P_TWOPC_PREPARE, { V9 }, "00000001 40000000 [28]", 0x40000000 },
	{ "initiator_node_id", DRBD_P_TWOPC_ABORT, { V9 }, "00000001 80000000 [2] 20 00 [24]",
	  32 },
	{ "initiator_node_id", DRBD_P_TWOPC_ABORT, { V9 }, "00000001 80000000 [2] ff 00 [24]",
	  0xff },
	{ "target_node_id", DRBD_P_TWOPC_COMMIT, { V9 }, "00000001 80000000 [2] 00 20 [24]",
	  32 },
	{ "target_node_id", DRBD_P_TWOPC_COMMIT, { V9 }, "00000001 80000000 [2] 00 fe [24]",
	  0xfe },
	{ "initiator_node_id", DRBD_P_TWOPC_PREPARE, { OLD2PC }, "00000001 00000020 [28]", 32 },
	{ "initiator_node_id", DRBD_P_TWOPC_PREPARE, { OLD2PC }, "00000001 ffffffff [28]",
	  0xffffffff },
	{ "target_node_id", DRBD_P_TWOPC_PREPARE, { OLD2PC }, "00000001 [4] ffffffff [24]",
	  .good = true },
	{ "target_node_id", DRBD_P_TWOPC_PREPARE, { OLD2PC }, "00000001 [4] 00000100 [24]",
	  256 },
	{ "user_size", DRBD_P_TWOPC_PREP_RSZ, { V9 },
	  "00000001 80000000 [2] 00 ff [8] 0040000000000001 [8]", 0x0040000000000001 },
	{ "tid", DRBD_P_TWOPC_NO, { V9 }, "[32]", 0 },
	{ "initiator_node_id", DRBD_P_TWOPC_NO, { V9 }, "00000001 00000020 [24]", 32 },
	{ "node_id", DRBD_P_PEER_DAGTAG, { V9 }, "[8] 00000020", 32 },
	{ "flush_sequence", DRBD_P_FLUSH_REQUESTS, { V9 }, "[8]", 0 },
	{ "node_id", DRBD_P_FLUSH_FORWARD, { V9 }, "0000000000000001 80000000", 0x80000000 },
	{ "enable", DRBD_P_ENABLE_REPLICATION, { V9 }, "02 [3]", 2 },
	{ "enable", DRBD_P_ENABLE_REPLICATION, { V9 }, "01 ffffff", .good = true },
	{ "encoding", DRBD_P_COMPRESSED_BITMAP, { V9 }, "03", 3 },
	{ "encoding", DRBD_P_COMPRESSED_BITMAP, { V9 }, "f2", .good = true },
	{ "encoding", DRBD_P_COMPRESSED_BITMAP, { V9 }, "00", 0 },
};

KUNIT_ARRAY_PARAM_DESC(value, values, name);

static void wire_packets_value_test(struct kunit *test)
{
	const struct value_row *row = test->param_value;
	const struct drbd_wire_packet *packet = drbd_wire_packet(row->number);
	struct drbd_wire_error err = { "", "", 0 };
	union drbd_wire_body *body;
	u8 *buf, *out;
	u32 len;
	int rv;

	KUNIT_ASSERT_NOT_NULL(test, packet);
	buf = kunit_kzalloc(test, MAX_BYTES, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	len = unhex(row->bytes, buf);
	body = kunit_kzalloc(test, sizeof(*body), GFP_KERNEL);
	out = kunit_kzalloc(test, DRBD_WIRE_MAX_FIXED, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, body);
	KUNIT_ASSERT_NOT_NULL(test, out);
	KUNIT_ASSERT_EQ(test, drbd_wire_fixed_size(&row->link, packet), len);

	rv = drbd_wire_decode(&row->link, packet, buf, len, body, &err);
	if (row->good) {
		KUNIT_EXPECT_EQ_MSG(test, rv, len, "%s: %s", err.packet, err.field);
		return;
	}
	KUNIT_EXPECT_EQ(test, rv, -EPROTO);
	KUNIT_EXPECT_STREQ(test, err.packet, packet->name);
	KUNIT_EXPECT_STREQ(test, err.field, row->name);
	KUNIT_EXPECT_EQ(test, err.value, row->value);
}

struct unsent_row {
	const char *name;
	enum drbd_wire_number number;
	struct drbd_wire_link link;
	union drbd_wire_body body;
	const char *field;
	u64 value;
};

/* A packet that a peer would refuse is an error here. */
static const struct unsent_row unsents[] = {
	{ "unknown to the version", DRBD_P_DAGTAG, { V84 }, {}, "version", 101 },
	{ "gone", DRBD_P_UUIDS, { V9 }, {}, "version", 124 },
	{ "without feature", DRBD_P_ZEROES, { .version = 124, .features = 0x3f7 }, {},
	  "feature", 8 },
	{ "no size", DRBD_P_TRIM, { V9 }, { .data = { .dp_flags = 0x40 } }, "size", 0 },
	{ "odd size", DRBD_P_DATA_REQUEST, { V9 }, { .block = { .blksize = 1000 } },
	  "blksize", 1000 },
	{ "no node", DRBD_P_PEER_DAGTAG, { V9 }, { .dagtag = { .node_id = -1 } },
	  "node_id", ~0ULL },
	{ "node 256", DRBD_P_TWOPC_COMMIT, { V9 },
	  { .twopc = { 1, 0x80000000, .target_node_id = 256 } }, "target_node_id", 256 },
	{ "no verdict", DRBD_P_OV_RESULT, { V84 },
	  { .block = { .blksize = 4096, .result = 3 } }, "result", 3 },
	{ "no flags", DRBD_P_TWOPC_COMMIT, { V9 }, { .twopc = { 1 } }, "flags", 0 },
	{ "long name", DRBD_P_SYNC_PARAM89, { V9 }, { .sync_param = { .csums_alg =
	  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" } },
	  "csums_alg", 64 },
};

KUNIT_ARRAY_PARAM_DESC(unsent, unsents, name);

static void wire_packets_unsent_test(struct kunit *test)
{
	const struct unsent_row *row = test->param_value;
	const struct drbd_wire_packet *packet = drbd_wire_packet(row->number);
	u8 *out = kunit_kzalloc(test, DRBD_WIRE_MAX_FIXED, GFP_KERNEL);
	struct drbd_wire_error err = { "", "", 0 };

	KUNIT_ASSERT_NOT_NULL(test, packet);
	KUNIT_ASSERT_NOT_NULL(test, out);
	KUNIT_EXPECT_EQ(test, drbd_wire_encode(&row->link, packet, &row->body, out,
					       DRBD_WIRE_MAX_FIXED, &err), -EPROTO);
	KUNIT_EXPECT_STREQ(test, err.packet, packet->name);
	KUNIT_EXPECT_STREQ(test, err.field, row->field);
	KUNIT_EXPECT_EQ(test, err.value, row->value);
}

static void wire_packets_verdict_test(struct kunit *test)
{
	struct drbd_wire_change change = drbd_wire_twopc_change(0x1f300000092ULL);

	KUNIT_EXPECT_EQ(test, change.mask, 0x1f3);
	KUNIT_EXPECT_EQ(test, change.val, 0x92);
	KUNIT_EXPECT_EQ(test, drbd_wire_twopc_verdict(change), 0x1f300000092ULL);
	change = drbd_wire_twopc_change(0x80000000ULL);
	KUNIT_EXPECT_EQ(test, change.mask, 0);
	KUNIT_EXPECT_EQ(test, change.val, 0x80000000);
}

static const struct drbd_wire_link links[] = {
	{ .version = 86 }, { .version = 88 }, { .version = 94, .features = 1 },
	{ .version = 99 }, { V84 }, { .version = 118, .features = 0x00f }, { OLD2PC },
	{ .version = 122, .features = 0x07f }, { .version = 124, .features = 0x27f }, { V9 },
	{ NEW },
};

struct rule {
	const char *name;
	u64 good;
	u64 bad;	/* the same as good if there is no such value */
};

/* What holds for a field wherever it is. */
static const struct rule rules[] = {
	{ "sector", 1ULL << 54, (1ULL << 54) + 1 },
	{ "blksize", 4096, 513 },
	{ "size", 4096, 513 },
	{ "d_size", 0, 1ULL << 63 },
	{ "u_size", 0, 1ULL << 63 },
	{ "c_size", 0, 1ULL << 63 },
	{ "user_size", 0, 1ULL << 63 },
	{ "physical_block_size", 512, 0 },
	{ "logical_block_size", 4096, 0 },
	{ "bm_block_shift", 8, 9 },
	{ "tid", 1, 0 },
	{ "flags", 0x80000000, 0x7fffffff },
	{ "initiator_node_id", 31, 32 },
	{ "target_node_id", 31, 32 },
	{ "dagtag_node_id", 31, 32 },
	{ "node_id", 31, 32 },
	{ "bitmap_uuids_mask", U32_MAX, 1ULL << 32 },
	{ "flush_sequence", 1, 0 },
	{ "enable", 1, 2 },
	{ "encoding", 2, 1 },
	/* These differ between packets, see above. */
	{ "protocol", 3, 3 },
	{ "dp_flags", DRBD_DP_DISCARD | DRBD_DP_ZEROES, DRBD_DP_DISCARD | DRBD_DP_ZEROES },
};

static const struct rule *rule_of(const struct drbd_wire_field *field)
{
	int i;

	if (field->kind == DRBD_WIRE_PAD || field->kind == DRBD_WIRE_OPAQUE)
		return NULL;
	for (i = 0; i < ARRAY_SIZE(rules); i++) {
		if (!strcmp(rules[i].name, field->name))
			return &rules[i];
	}
	return NULL;
}

static void put_be(u8 *buf, u32 width, u64 value)
{
	while (width--) {
		buf[width] = value;
		value >>= 8;
	}
}

/* Each field with a rule obeys it, in every packet and in every layout. */
static void wire_packets_rules_test(struct kunit *test)
{
	union drbd_wire_body *body = kunit_kzalloc(test, sizeof(*body), GFP_KERNEL);
	u8 *buf = kunit_kzalloc(test, DRBD_WIRE_MAX_FIXED, GFP_KERNEL);
	const struct drbd_wire_packet *packet;
	const struct drbd_wire_field *field;
	const struct rule *rule;
	struct drbd_wire_error err;
	int i, n, pass, checked = 0;
	u32 number, at, bad_at;

	KUNIT_ASSERT_NOT_NULL(test, body);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	for (i = 0; i < ARRAY_SIZE(links) * 0x5a; i++) {
		const struct drbd_wire_link *link = &links[i / 0x5a];

		number = i % 0x5a;
		packet = drbd_wire_packet(number);
		if (!packet)
			continue;
		/* one pass with all fields good, then one for each bad field */
		for (pass = -1; pass < packet->nfields; pass++) {
			memset(buf, 0, DRBD_WIRE_MAX_FIXED);
			for (n = 0, at = 0, bad_at = 0; n < packet->nfields; n++) {
				field = &packet->fields[n];
				if (!drbd_wire_field_present(link, field))
					continue;
				rule = rule_of(field);
				if (rule)
					put_be(buf + at, field->width,
					       n == pass ? rule->bad : rule->good);
				at += field->width;
				if (n == pass && rule && rule->bad != rule->good)
					bad_at = at;
			}
			if (pass >= 0 && !bad_at)
				continue;
			n = drbd_wire_decode(link, packet, buf, at, body, &err);
			if (pass < 0) {
				KUNIT_ASSERT_EQ_MSG(test, n, at, "%s", packet->name);
				continue;
			}
			KUNIT_ASSERT_EQ_MSG(test, n, -EPROTO, "%s: %s, version %u",
					    packet->name, packet->fields[pass].name,
					    link->version);
			KUNIT_ASSERT_STREQ(test, err.field, packet->fields[pass].name);
			checked++;
		}
	}
	KUNIT_EXPECT_GT(test, checked, 500);
}

/*
 * Garbage is refused or understood. What is understood is within its limits: it
 * may be sent, and then is the same for who receives it. A field is never read
 * behind the end of the buffer (a sanitizer watches).
 */
static void wire_packets_garbage_test(struct kunit *test)
{
	union drbd_wire_body *body, *again;
	struct drbd_wire_error err;
	struct rnd_state rnd;
	int i, good = 0;
	u8 *out, *end;

	prandom_seed_state(&rnd, 5);
	body = kunit_kzalloc(test, sizeof(*body), GFP_KERNEL);
	again = kunit_kzalloc(test, sizeof(*again), GFP_KERNEL);
	out = kunit_kzalloc(test, DRBD_WIRE_MAX_FIXED, GFP_KERNEL);
	end = kunit_kzalloc(test, DRBD_WIRE_MAX_FIXED, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, body);
	KUNIT_ASSERT_NOT_NULL(test, again);
	KUNIT_ASSERT_NOT_NULL(test, out);
	KUNIT_ASSERT_NOT_NULL(test, end);
	end += DRBD_WIRE_MAX_FIXED;
	for (i = 0; i < 20000; i++) {
		const struct drbd_wire_link *link = &links[i % ARRAY_SIZE(links)];
		const struct drbd_wire_packet *packet;
		u32 len, flips, j;
		u8 *buf;
		int fs;

		packet = drbd_wire_packet(prandom_u32_state(&rnd) % 0x5a);
		if (!packet)
			continue;
		len = drbd_wire_fixed_size(link, packet);
		KUNIT_ASSERT_LE(test, len, DRBD_WIRE_MAX_FIXED);
		if (!(prandom_u32_state(&rnd) % 8))
			len = prandom_u32_state(&rnd) % (len + 1);
		buf = end - len;
		memset(buf, 0, len);
		/* all of it, or just some bits: most fields like to be small */
		flips = prandom_u32_state(&rnd) % 12;
		if (!flips)
			prandom_bytes_state(&rnd, buf, len);
		for (j = 0; j < flips && len; j++)
			buf[prandom_u32_state(&rnd) % len] ^= 1 << prandom_u32_state(&rnd) % 8;

		fs = drbd_wire_decode(link, packet, buf, len, body, &err);
		if (fs < 0) {
			KUNIT_ASSERT_STREQ(test, err.packet, packet->name);
			continue;
		}
		KUNIT_ASSERT_LE(test, fs, len);
		if (drbd_wire_permitted(link, packet, &err))
			continue;
		KUNIT_ASSERT_EQ_MSG(test, drbd_wire_encode(link, packet, body, out, fs, &err),
				    fs, "%s", packet->name);
		KUNIT_ASSERT_EQ(test, drbd_wire_decode(link, packet, out, fs, again, &err), fs);
		KUNIT_ASSERT_MEMEQ(test, body, again, sizeof(*body));
		good++;
	}
	KUNIT_EXPECT_GT(test, good, 1000);
}

static struct kunit_case wire_packets_cases[] = {
	KUNIT_CASE_PARAM(wire_packets_golden_test, golden_gen_params),
	KUNIT_CASE_PARAM(wire_packets_value_test, value_gen_params),
	KUNIT_CASE_PARAM(wire_packets_unsent_test, unsent_gen_params),
	KUNIT_CASE(wire_packets_verdict_test),
	KUNIT_CASE(wire_packets_rules_test),
	KUNIT_CASE(wire_packets_garbage_test),
	{}
};

static struct kunit_suite wire_packets_suite = {
	.name = "drbd-wire-packets",
	.test_cases = wire_packets_cases,
};

kunit_test_suite(wire_packets_suite);
