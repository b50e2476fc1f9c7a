// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the exchange of bitmaps
 *
 * Expectations are literals of spec/wire.md 5.10, 9 (40 to 42) and 10.11. Random bitmaps
 * travel between nodes with blocks of different sizes, and are compared with what a
 * block-by-block look says the receiver must have.
 */

#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/prandom.h>
#include <linux/string.h>

#include "../core/bitmap_xfer.h"

#define MAX_PAGES	20
#define H80		8
#define H100		16

/**
 * struct node - a bitmap and one direction of an exchange
 * @bm: the bitmap
 * @xfer: the direction
 * @slot: the slot of the peer
 * @pages: pages of the bitmap
 * @page: pointers to them
 * @need: marks
 * @lazy: marks
 * @hint: marks
 */
struct node {
	struct drbd_bitmap bm;
	struct drbd_bm_xfer xfer;
	int slot;
	u8 pages[MAX_PAGES][DRBD_BM_PAGE_SIZE] __aligned(8);
	__le32 *page[MAX_PAGES];
	unsigned long need, lazy, hint;
};

/**
 * struct wire - an exchange
 * @from: sender
 * @to: receiver
 * @body: the packet under way
 * @fault: what the receiver has to say about it
 * @log: the packets: P plain, C compressed, T the terminator
 * @sizes: of their bodies
 * @count: number of packets
 * @before: for each bit of the receiver, whether it was set before the exchange
 */
struct wire {
	struct node from, to;
	u8 body[DRBD_BM_PACKET_MAX];
	struct drbd_bm_fault fault;
	char log[64];
	unsigned int sizes[64];
	int count;
	bool before[80000];
};

static struct drbd_bm_range range_of(u64 start, u64 end)
{
	return (struct drbd_bm_range) { start, end };
}

static void node_init(struct kunit *test, struct node *node, u64 capacity, unsigned int slots,
		      unsigned int shift)
{
	struct drbd_bm_layout layout;
	struct drbd_bm_walk walk;
	struct drbd_bm_buffer buffer = {
		.pages = node->page, .need = &node->need, .lazy = &node->lazy, .hint = &node->hint,
	};
	int i;

	for (i = 0; i < MAX_PAGES; i++)
		node->page[i] = (__le32 *)node->pages[i];
	KUNIT_ASSERT_EQ(test, drbd_bm_layout_init(&layout, capacity, slots, shift), 0);
	KUNIT_ASSERT_LE(test, layout.pages, MAX_PAGES);
	drbd_bm_setup(&node->bm, &layout, &buffer, &walk);
	while (drbd_bm_walk_page(&node->bm, &walk))
		;
	node->slot = slots - 1;
}

static struct wire *new_wire(struct kunit *test, u64 capacity, unsigned int shift,
			     unsigned int peer_shift)
{
	struct wire *wire = kunit_kzalloc(test, sizeof(*wire), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, wire);
	node_init(test, &wire->from, capacity, 1, shift);
	node_init(test, &wire->to, capacity, 1, peer_shift);
	return wire;
}

static void start(struct wire *wire, unsigned int header, enum drbd_bm_mode mode)
{
	struct node *from = &wire->from, *to = &wire->to;

	drbd_bm_tx_start(&from->xfer, &from->bm.layout, header, mode, to->bm.layout.shift);
	drbd_bm_rx_start(&to->xfer, &to->bm.layout, header);
	wire->count = 0;
	memset(wire->log, 0, sizeof(wire->log));
}

static int receive_rle(struct node *node, const u8 *body, unsigned int size,
		       struct drbd_bm_fault *fault)
{
	struct drbd_bm_range bits;
	int ret = drbd_bm_rx_rle(&node->xfer, body, size, fault);

	if (ret)
		return ret;
	while ((ret = drbd_bm_rx_rle_next(&node->xfer, &bits, fault)) > 0)
		drbd_bm_set(&node->bm, node->slot, bits);
	return ret;
}

/* One packet. Returns whether there was one. */
static bool step(struct kunit *test, struct wire *wire)
{
	struct node *from = &wire->from, *to = &wire->to;
	enum drbd_bm_packet packet;
	unsigned int size = 0;
	int err;

	memset(wire->body, 0xaa, sizeof(wire->body));
	packet = drbd_bm_tx_next(&from->xfer, &from->bm, from->slot, wire->body, &size);
	if (packet == DRBD_BM_SEND_NOTHING)
		return false;
	KUNIT_ASSERT_LE(test, size + from->xfer.header, DRBD_BM_PACKET_MAX);
	KUNIT_ASSERT_FALSE(test, to->xfer.done);
	if (packet == DRBD_BM_SEND_RLE)
		err = receive_rle(to, wire->body, size, &wire->fault);
	else
		err = drbd_bm_rx_plain(&to->xfer, &to->bm, to->slot, wire->body, size,
				       &wire->fault);
	KUNIT_ASSERT_EQ_MSG(test, err, 0, "%s", drbd_bm_fault_text(wire->fault.kind));
	KUNIT_ASSERT_EQ(test, from->xfer.pos, to->xfer.pos);
	KUNIT_ASSERT_EQ(test, from->xfer.word, to->xfer.word);
	if (wire->count < ARRAY_SIZE(wire->sizes) - 1) {
		wire->log[wire->count] = packet == DRBD_BM_SEND_RLE ? 'C' : size ? 'P' : 'T';
		wire->sizes[wire->count++] = size;
	}
	return true;
}

static void run(struct kunit *test, struct wire *wire)
{
	while (step(test, wire))
		;
	KUNIT_EXPECT_TRUE(test, wire->from.xfer.done);
	KUNIT_EXPECT_TRUE(test, wire->to.xfer.done);
	KUNIT_EXPECT_EQ(test, wire->from.xfer.bytes[0], wire->to.xfer.bytes[0]);
	KUNIT_EXPECT_EQ(test, wire->from.xfer.bytes[1], wire->to.xfer.bytes[1]);
	KUNIT_EXPECT_EQ(test, wire->from.xfer.packets[0], wire->to.xfer.packets[0]);
	KUNIT_EXPECT_EQ(test, wire->from.xfer.packets[1], wire->to.xfer.packets[1]);
}

/* spec/wire.md 9, vector 40 */
static void xfer_vector_40_test(struct kunit *test)
{
	struct wire *wire = new_wire(test, 512, 12, 12);
	static const u8 want[] = { 0x02, 0x97, 0x7c, 0x02 };

	drbd_bm_set(&wire->from.bm, 0, range_of(10, 13));
	start(wire, H100, DRBD_BM_RLE_IF_SMALLER);
	KUNIT_ASSERT_TRUE(test, step(test, wire));
	KUNIT_EXPECT_STREQ(test, wire->log, "C");
	KUNIT_EXPECT_EQ(test, wire->sizes[0], 4);
	KUNIT_EXPECT_MEMEQ(test, wire->body, want, 4);
	KUNIT_EXPECT_FALSE(test, step(test, wire));
	KUNIT_EXPECT_EQ(test, drbd_bm_weight(&wire->to.bm, 0), 3);
	KUNIT_EXPECT_EQ(test, drbd_bm_count(&wire->to.bm, 0, range_of(10, 13)), 3);
}

/* spec/wire.md 9, vector 41: 1 GiB, all set. */
static void xfer_vector_41_test(struct kunit *test)
{
	struct wire *wire = new_wire(test, 2097152, 12, 12);
	static const u8 want[] = { 0xb2, 0x7f, 0xcf, 0xde, 0x03 };

	drbd_bm_set(&wire->from.bm, 0, range_of(0, U64_MAX));
	start(wire, H100, DRBD_BM_RLE_IF_SMALLER);
	KUNIT_ASSERT_TRUE(test, step(test, wire));
	KUNIT_EXPECT_STREQ(test, wire->log, "C");
	KUNIT_EXPECT_EQ(test, wire->sizes[0], 5);
	KUNIT_EXPECT_MEMEQ(test, wire->body, want, 5);
	KUNIT_EXPECT_FALSE(test, step(test, wire));
	KUNIT_EXPECT_EQ(test, drbd_bm_weight(&wire->to.bm, 0), 262144);
	/* 32768 bytes, 9 packets, 1 terminator, less 21 bytes: 999.3 of 1000. */
	KUNIT_EXPECT_EQ(test, drbd_bm_xfer_plain_bytes(&wire->to.xfer), 32768 + 10 * 16);
	KUNIT_EXPECT_EQ(test, wire->to.xfer.packets[DRBD_BM_SEND_RLE], 1);
	KUNIT_EXPECT_EQ(test, wire->to.xfer.bytes[DRBD_BM_SEND_RLE], 21);
	KUNIT_EXPECT_EQ(test, drbd_bm_xfer_saved(&wire->to.xfer), 999);
}

struct plain_row {
	const char *name;
	u64 capacity;
	unsigned int header;
	const char *log;
	unsigned int sizes[12];
};

/* spec/wire.md 10.11 and 9, vector 42 */
static const struct plain_row plains[] = {
	{ "64 bits", 512, H100, "PT", { 8, 0 } },
	{ "65 bits", 520, H100, "PT", { 16, 0 } },
	{ "65 bits, the last not full", 513, H100, "PT", { 16, 0 } },
	{ "one bit", 1, H80, "PT", { 8, 0 } },
	{ "no bits", 0, H100, "T", { 0 } },
	{ "1 GiB, 16-byte header", 2097152, H100, "PPPPPPPPPT",
	  { 4080, 4080, 4080, 4080, 4080, 4080, 4080, 4080, 128, 0 } },
	{ "1 GiB, 8-byte header", 2097152, H80, "PPPPPPPPPT",
	  { 4088, 4088, 4088, 4088, 4088, 4088, 4088, 4088, 64, 0 } },
	{ "a full packet", 510 * 512, H100, "PT", { 4080, 0 } },
	{ "a full packet and a word", 511 * 512, H100, "PPT", { 4080, 8, 0 } },
	{ "a full packet, 8-byte header", 511 * 512, H80, "PT", { 4088, 0 } },
};

KUNIT_ARRAY_PARAM_DESC(plain, plains, name);

static void xfer_plain_test(struct kunit *test)
{
	const struct plain_row *row = test->param_value;
	struct wire *wire = new_wire(test, row->capacity, 12, 12);
	u64 bits = wire->from.bm.layout.bits;
	u64 bytes = 0;
	int i;

	for (i = 0; i < bits; i += 7)
		drbd_bm_set(&wire->from.bm, 0, range_of(i, i + 3));
	start(wire, row->header, DRBD_BM_PLAIN);
	run(test, wire);
	KUNIT_EXPECT_STREQ(test, wire->log, row->log);
	for (i = 0; i < wire->count; i++) {
		KUNIT_EXPECT_EQ_MSG(test, wire->sizes[i], row->sizes[i], "packet %d", i);
		bytes += row->sizes[i] + row->header;
	}
	KUNIT_EXPECT_MEMEQ(test, wire->to.pages, wire->from.pages, sizeof(wire->to.pages));
	KUNIT_EXPECT_EQ(test, drbd_bm_xfer_plain_bytes(&wire->from.xfer), bytes);
	KUNIT_EXPECT_EQ(test, wire->from.xfer.bytes[DRBD_BM_SEND_PLAIN], bytes);
	KUNIT_EXPECT_EQ(test, drbd_bm_xfer_saved(&wire->from.xfer), 0);
}

/*
 * Runs of 4 take 3 bits each: 10877 of them fill the 32632 bits of the first packet but
 * one, 43508 bits of the bitmap. Behind it, runs of 1 do not compress. The plain packet
 * starts at word 679, bit 43456: 52 bits are sent twice.
 */
static void xfer_fallback_test(struct kunit *test)
{
	struct wire *wire = new_wire(test, 8 * 90000, 12, 12);
	struct node *from = &wire->from;
	u64 i;

	for (i = 4; i < 43508; i += 8)
		drbd_bm_set(&from->bm, 0, range_of(i, i + 4));
	for (i = 43508; i < 80000; i += 2)
		drbd_bm_set(&from->bm, 0, range_of(i, i + 1));
	start(wire, H100, DRBD_BM_RLE_IF_SMALLER);
	KUNIT_ASSERT_TRUE(test, step(test, wire));
	KUNIT_EXPECT_STREQ(test, wire->log, "C");
	KUNIT_EXPECT_EQ(test, wire->sizes[0], 4080);
	KUNIT_EXPECT_EQ(test, wire->body[0], 0x12);
	KUNIT_EXPECT_EQ(test, from->xfer.pos, 43508);
	KUNIT_EXPECT_EQ(test, from->xfer.word, 679);
	KUNIT_ASSERT_TRUE(test, step(test, wire));
	KUNIT_EXPECT_STREQ(test, wire->log, "CP");
	KUNIT_EXPECT_EQ(test, wire->sizes[1], 4080);
	KUNIT_EXPECT_EQ(test, from->xfer.word, 679 + 510);
	KUNIT_EXPECT_EQ(test, from->xfer.pos, 64 * (679 + 510));
	/* The last 3904 runs of 1 take 976 bytes, then 10001 bits take 21 bits. */
	KUNIT_ASSERT_TRUE(test, step(test, wire));
	KUNIT_EXPECT_STREQ(test, wire->log, "CPC");
	KUNIT_EXPECT_EQ(test, wire->sizes[2], 1 + DIV_ROUND_UP(2 * 3903 + 29, 8));
	KUNIT_EXPECT_FALSE(test, step(test, wire));
	KUNIT_EXPECT_EQ(test, drbd_bm_weight(&wire->to.bm, 0), drbd_bm_weight(&from->bm, 0));
	KUNIT_EXPECT_MEMEQ(test, wire->to.pages, from->pages, sizeof(from->pages));
}

struct small_row {
	const char *name;
	u64 capacity;
	enum drbd_bm_mode mode;
	u64 start, end;		/* set bits */
	const char *log;
};

/* Compressed only if it covers as many bits as its bytes of code have. */
static const struct small_row smalls[] = {
	{ "8 bits in a byte", 64, DRBD_BM_RLE_IF_SMALLER, 0, 8, "C" },
	{ "7 bits in a byte", 56, DRBD_BM_RLE_IF_SMALLER, 0, 7, "PT" },
	{ "7 bits in a byte, always", 56, DRBD_BM_RLE, 0, 7, "C" },
	{ "7 bits in a byte, never", 56, DRBD_BM_PLAIN, 0, 7, "PT" },
	{ "16 bits in two bytes", 128, DRBD_BM_RLE_IF_SMALLER, 7, 16, "C" },
	{ "15 bits in two bytes", 120, DRBD_BM_RLE_IF_SMALLER, 5, 10, "PT" },
	{ "no bits", 0, DRBD_BM_RLE_IF_SMALLER, 0, 0, "T" },
};

KUNIT_ARRAY_PARAM_DESC(small, smalls, name);

static void xfer_small_test(struct kunit *test)
{
	const struct small_row *row = test->param_value;
	struct wire *wire = new_wire(test, row->capacity, 12, 12);

	drbd_bm_set(&wire->from.bm, 0, range_of(row->start, row->end));
	start(wire, H100, row->mode);
	run(test, wire);
	KUNIT_EXPECT_STREQ(test, wire->log, row->log);
	KUNIT_EXPECT_MEMEQ(test, wire->to.pages, wire->from.pages, sizeof(wire->to.pages));
}

struct mode_row {
	bool use_rle;
	unsigned int agreed, shift, peer_shift;
	enum drbd_bm_mode want;
};

static const struct mode_row modes[] = {
	{ true, 86, 12, 12, DRBD_BM_PLAIN }, { true, 89, 12, 12, DRBD_BM_PLAIN },
	{ true, 90, 12, 12, DRBD_BM_RLE_IF_SMALLER },
	{ true, 124, 12, 12, DRBD_BM_RLE_IF_SMALLER },
	{ false, 90, 12, 12, DRBD_BM_PLAIN }, { false, 124, 12, 12, DRBD_BM_PLAIN },
	{ false, 124, 16, 12, DRBD_BM_RLE }, { false, 124, 12, 16, DRBD_BM_RLE },
	{ true, 124, 16, 16, DRBD_BM_RLE }, { true, 101, 20, 12, DRBD_BM_RLE },
	{ true, 89, 20, 12, DRBD_BM_PLAIN },
};

static void xfer_mode_test(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(modes); i++)
		KUNIT_EXPECT_EQ_MSG(test, drbd_bm_xfer_mode(modes[i].use_rle, modes[i].agreed,
							    modes[i].shift, modes[i].peer_shift),
				    modes[i].want, "row %d", i);
}

struct fault_row {
	const char *name;
	bool compressed;
	unsigned int size;
	u8 body[8];
	enum drbd_bm_fault_kind kind;
	u64 got, want;
};

/* What a device of 100 bits, 2 words, must not accept. */
static const struct fault_row faults[] = {
	{ "plain, empty", false, 0, {}, DRBD_BM_WRONG_SIZE, 0, 16 },
	{ "plain, too short", false, 8, {}, DRBD_BM_WRONG_SIZE, 8, 16 },
	{ "plain, 13 bytes", false, 13, {}, DRBD_BM_WRONG_SIZE, 13, 16 },
	{ "plain, too long", false, 24, {}, DRBD_BM_WRONG_SIZE, 24, 16 },
	{ "plain, a full packet", false, 4080, {}, DRBD_BM_WRONG_SIZE, 4080, 16 },
	{ "compressed, empty", true, 0, {}, DRBD_BM_NO_CODE, 0, 2 },
	{ "compressed, no code", true, 1, { 0x02 }, DRBD_BM_NO_CODE, 1, 2 },
	{ "compressed, too long", true, 4081, { 0x02 }, DRBD_BM_TOO_LONG, 4081, 4080 },
	{ "encoding 1", true, 2, { 0x81 }, DRBD_BM_UNKNOWN_ENCODING, 1, 2 },
	{ "encoding 3", true, 2, { 0xf3 }, DRBD_BM_UNKNOWN_ENCODING, 3, 2 },
	{ "half a code", true, 2, { 0x02, 0xff }, DRBD_BM_BROKEN_CODE, 0, 8 },
	{ "a run and half a code", true, 2, { 0x02, 0xfc }, DRBD_BM_BROKEN_CODE, 2, 8 },
	/* runs of 50, 51 and of 101: 14 bits each */
	{ "one run too long, set", true, 3, { 0xa2, 0x1f, 0x0d }, DRBD_BM_OVERFLOW, 101, 100 },
	{ "one run too long, clear", true, 3, { 0x22, 0x1f, 0x0d }, DRBD_BM_OVERFLOW, 101, 100 },
	{ "two runs too long", true, 5, { 0x42, 0x5f, 0xc0, 0x27, 0x00 },
	  DRBD_BM_OVERFLOW, 101, 100 },
	/* 2^48 - 1 and the 17181974833 that its row starts with */
	{ "very long run", true, 9, { 0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
	  DRBD_BM_OVERFLOW, 0x1000400202130ULL, 100 },
};

KUNIT_ARRAY_PARAM_DESC(fault, faults, name);

static void xfer_fault_test(struct kunit *test)
{
	const struct fault_row *row = test->param_value;
	struct wire *wire = new_wire(test, 800, 12, 12);
	struct drbd_bm_fault fault = {};
	struct node *to = &wire->to;
	int err;

	memcpy(wire->body, row->body, sizeof(row->body));
	start(wire, H100, DRBD_BM_PLAIN);
	if (row->compressed)
		err = receive_rle(to, wire->body, row->size, &fault);
	else
		err = drbd_bm_rx_plain(&to->xfer, &to->bm, 0, wire->body, row->size, &fault);
	KUNIT_EXPECT_EQ(test, err, -EPROTO);
	KUNIT_EXPECT_EQ(test, fault.kind, row->kind);
	KUNIT_EXPECT_EQ(test, fault.got, row->got);
	KUNIT_EXPECT_EQ(test, fault.want, row->want);
	KUNIT_EXPECT_STRNEQ(test, drbd_bm_fault_text(fault.kind), "unknown fault");
	KUNIT_EXPECT_STRNEQ(test, drbd_bm_fault_text(fault.kind), "nothing wrong");
	KUNIT_EXPECT_FALSE(test, to->xfer.done);
	KUNIT_EXPECT_EQ(test, drbd_bm_weight(&to->bm, 0), 0);
}

/* Nothing may follow the end, and nothing but the terminator may follow all words. */
static void xfer_too_late_test(struct kunit *test)
{
	static const u8 run_of_1[] = { 0xe2, 0x00 }, run_of_100[] = { 0xa2, 0xdf, 0x0c };
	struct wire *wire = new_wire(test, 800, 12, 12);
	struct drbd_bm_fault fault = {};
	struct node *to = &wire->to;

	start(wire, H100, DRBD_BM_PLAIN);
	KUNIT_EXPECT_EQ(test, drbd_bm_rx_plain(&to->xfer, &to->bm, 0, wire->body, 16, &fault), 0);
	KUNIT_EXPECT_FALSE(test, to->xfer.done);
	KUNIT_EXPECT_EQ(test, receive_rle(to, run_of_1, 2, &fault), -EPROTO);
	KUNIT_EXPECT_EQ(test, fault.kind, DRBD_BM_OVERFLOW);
	KUNIT_EXPECT_EQ(test, drbd_bm_rx_plain(&to->xfer, &to->bm, 0, wire->body, 8, &fault),
			-EPROTO);
	KUNIT_EXPECT_EQ(test, fault.kind, DRBD_BM_WRONG_SIZE);
	KUNIT_EXPECT_EQ(test, drbd_bm_rx_plain(&to->xfer, &to->bm, 0, wire->body, 0, &fault), 0);
	KUNIT_EXPECT_TRUE(test, to->xfer.done);
	KUNIT_EXPECT_EQ(test, drbd_bm_rx_plain(&to->xfer, &to->bm, 0, wire->body, 0, &fault),
			-EPROTO);
	KUNIT_EXPECT_EQ(test, fault.kind, DRBD_BM_TOO_LATE);

	start(wire, H100, DRBD_BM_PLAIN);
	KUNIT_EXPECT_EQ(test, receive_rle(to, run_of_100, 3, &fault), 0);
	KUNIT_EXPECT_TRUE(test, to->xfer.done);
	KUNIT_EXPECT_EQ(test, drbd_bm_weight(&to->bm, 0), 100);
	KUNIT_EXPECT_EQ(test, receive_rle(to, run_of_1, 2, &fault), -EPROTO);
	KUNIT_EXPECT_EQ(test, fault.kind, DRBD_BM_TOO_LATE);
	KUNIT_EXPECT_STREQ(test, drbd_bm_fault_text(DRBD_BM_FINE), "nothing wrong");
	KUNIT_EXPECT_STREQ(test, drbd_bm_fault_text(100), "unknown fault");
}

struct scale_row {
	const char *name;
	unsigned int shift, peer_shift;
	u64 start, end;		/* set at the sender */
	unsigned int size;
	u8 body[8];
	u64 want, want_end;	/* set at the receiver */
};

/* A device of 1004 sectors: 126 blocks of 4 KiB, 8 of 64 KiB. */
static const struct scale_row scales[] = {
	/* runs of 16, 16, 94: 7, 7 and 14 bits */
	{ "64 KiB to 4 KiB", 16, 12, 1, 2, 5, { 0x42, 0xf7, 0xfb, 0xd7, 0x02 }, 16, 32 },
	/* the last block has 14 bits: runs of 112, 14 */
	{ "64 KiB to 4 KiB, device end", 16, 12, 7, 8, 4, { 0x32, 0xdf, 0xcf, 0x15 }, 112, 126 },
	/* rounded before it is sent: 16, 16, 94 */
	{ "4 KiB to 64 KiB", 12, 16, 20, 21, 5, { 0x42, 0xf7, 0xfb, 0xd7, 0x02 }, 1, 2 },
	/* one bit in each of the first two blocks: runs of 32, 94 */
	{ "4 KiB to 64 KiB, across", 12, 16, 15, 17, 4, { 0x82, 0xef, 0x7d, 0x2d }, 0, 2 },
	{ "64 KiB to 64 KiB", 16, 16, 1, 2, 5, { 0x42, 0xf7, 0xfb, 0xd7, 0x02 }, 1, 2 },
	/* a whole block of 1 MiB, cut: 126 */
	{ "4 KiB to 1 MiB", 12, 20, 125, 126, 3, { 0xa2, 0x5f, 0x13 }, 0, 1 },
	{ "1 MiB to 4 KiB", 20, 12, 0, 1, 3, { 0xa2, 0x5f, 0x13 }, 0, 126 },
	{ "1 MiB to 64 KiB", 20, 16, 0, 1, 3, { 0xa2, 0x5f, 0x13 }, 0, 8 },
	{ "nothing set", 16, 12, 0, 0, 3, { 0x22, 0x5f, 0x13 }, 0, 0 },
};

KUNIT_ARRAY_PARAM_DESC(scale, scales, name);

static void xfer_scale_test(struct kunit *test)
{
	const struct scale_row *row = test->param_value;
	struct wire *wire = new_wire(test, 1004, row->shift, row->peer_shift);
	u64 count = row->want_end - row->want;

	drbd_bm_set(&wire->from.bm, 0, range_of(row->start, row->end));
	start(wire, H100, drbd_bm_xfer_mode(false, 124, row->shift, row->peer_shift));
	KUNIT_ASSERT_TRUE(test, step(test, wire));
	KUNIT_EXPECT_EQ(test, wire->sizes[0], row->size);
	KUNIT_EXPECT_MEMEQ(test, wire->body, row->body, row->size);
	KUNIT_EXPECT_FALSE(test, step(test, wire));
	KUNIT_EXPECT_EQ(test, drbd_bm_weight(&wire->to.bm, 0), count);
	KUNIT_EXPECT_EQ(test, drbd_bm_count(&wire->to.bm, 0, range_of(row->want, row->want_end)),
			count);
}

/* 126 bits: what follows in the second word must not set the block that they end in. */
static void xfer_scale_garbage_test(struct kunit *test)
{
	struct wire *wire = new_wire(test, 1004, 12, 16);
	struct drbd_bm_fault fault = {};
	struct node *to = &wire->to;

	start(wire, H100, DRBD_BM_PLAIN);
	wire->body[15] = 0xc0;
	KUNIT_EXPECT_EQ(test, drbd_bm_rx_plain(&to->xfer, &to->bm, 0, wire->body, 16, &fault), 0);
	KUNIT_EXPECT_EQ(test, drbd_bm_weight(&to->bm, 0), 0);
	start(wire, H100, DRBD_BM_PLAIN);
	wire->body[15] = 0x20;
	KUNIT_EXPECT_EQ(test, drbd_bm_rx_plain(&to->xfer, &to->bm, 0, wire->body, 16, &fault), 0);
	KUNIT_EXPECT_EQ(test, drbd_bm_weight(&to->bm, 0), 1);
	KUNIT_EXPECT_TRUE(test, drbd_bm_test(&to->bm, 0, 7));
}

/* 100 bits are 2 headers and 16 bytes if sent as they are. */
static void xfer_saved_test(struct kunit *test)
{
	struct wire *wire = new_wire(test, 800, 12, 12);
	struct drbd_bm_xfer *xfer = &wire->from.xfer;

	start(wire, H100, DRBD_BM_PLAIN);
	KUNIT_EXPECT_EQ(test, drbd_bm_xfer_plain_bytes(xfer), 48);
	KUNIT_EXPECT_EQ(test, drbd_bm_xfer_saved(xfer), 1000);
	xfer->bytes[DRBD_BM_SEND_RLE] = 12;
	KUNIT_EXPECT_EQ(test, drbd_bm_xfer_saved(xfer), 750);
	xfer->bytes[DRBD_BM_SEND_PLAIN] = 35;
	KUNIT_EXPECT_EQ(test, drbd_bm_xfer_saved(xfer), 20);
	xfer->bytes[DRBD_BM_SEND_PLAIN] = 36;
	KUNIT_EXPECT_EQ(test, drbd_bm_xfer_saved(xfer), 0);
	xfer->bytes[DRBD_BM_SEND_PLAIN] = 37;
	KUNIT_EXPECT_EQ(test, drbd_bm_xfer_saved(xfer), 0);
}

/* Bits of all densities: long runs, short runs, noise. */
static void fill_randomly(struct rnd_state *rnd, struct node *node)
{
	u32 bits = node->bm.layout.bits, pos, len, runs = prandom_u32_state(rnd) % 40;
	u32 i;

	for (; runs; runs--) {
		pos = prandom_u32_state(rnd) % bits;
		len = 1 + prandom_u32_state(rnd) % 3000;
		if (prandom_u32_state(rnd) % 3) {
			drbd_bm_set(&node->bm, node->slot, range_of(pos, pos + len % 50));
			continue;
		}
		for (i = pos; i < pos + len; i++) {
			if (prandom_u32_state(rnd) & 1)
				drbd_bm_set(&node->bm, node->slot, range_of(i, i + 1));
		}
	}
	if (prandom_u32_state(rnd) % 4 == 0)
		drbd_bm_set(&node->bm, node->slot, range_of(bits - 1, bits));
}

/* Slow and obvious: has block @block of the receiver any 4 KiB that the sender sent? */
static bool is_wanted(const struct wire *wire, u64 block)
{
	unsigned int down = wire->from.bm.layout.shift - 12, up = wire->to.bm.layout.shift - 12;
	u64 bit;

	for (bit = block << up; bit < (block + 1) << up; bit++) {
		if (drbd_bm_test(&wire->from.bm, wire->from.slot, bit >> down))
			return true;
	}
	return false;
}

struct travel_row {
	const char *name;
	unsigned int shift, peer_shift;
	unsigned int header;
	enum drbd_bm_mode mode;
};

static const struct travel_row travels[] = {
	{ "plain", 12, 12, H100, DRBD_BM_PLAIN },
	{ "plain, 8.4", 12, 12, H80, DRBD_BM_PLAIN },
	{ "compressed", 12, 12, H100, DRBD_BM_RLE_IF_SMALLER },
	{ "compressed, 8.4", 12, 12, H80, DRBD_BM_RLE_IF_SMALLER },
	{ "compressed always", 12, 12, H100, DRBD_BM_RLE },
	{ "8 KiB to 4 KiB", 13, 12, H100, DRBD_BM_RLE },
	{ "4 KiB to 8 KiB", 12, 13, H100, DRBD_BM_RLE },
	{ "64 KiB to 4 KiB", 16, 12, H100, DRBD_BM_RLE },
	{ "4 KiB to 64 KiB", 12, 16, H100, DRBD_BM_RLE },
	{ "64 KiB to 64 KiB", 16, 16, H100, DRBD_BM_RLE },
	{ "16 KiB to 256 KiB", 14, 18, H100, DRBD_BM_RLE },
	{ "256 KiB to 16 KiB", 18, 14, H100, DRBD_BM_RLE },
	{ "4 KiB to 1 MiB", 12, 20, H100, DRBD_BM_RLE },
	{ "1 MiB to 4 KiB", 20, 12, H100, DRBD_BM_RLE },
	{ "plain, 4 KiB to 16 KiB", 12, 14, H100, DRBD_BM_PLAIN },
	{ "plain, 4 KiB to 1 MiB", 12, 20, H100, DRBD_BM_PLAIN },
	{ "plain, 256 KiB to 4 KiB", 18, 12, H80, DRBD_BM_PLAIN },
	{ "plain, 64 KiB to 64 KiB", 16, 16, H80, DRBD_BM_PLAIN },
};

KUNIT_ARRAY_PARAM_DESC(travel, travels, name);

static void xfer_travel_test(struct kunit *test)
{
	const struct travel_row *row = test->param_value;
	struct wire *wire = kunit_kzalloc(test, sizeof(*wire), GFP_KERNEL);
	struct rnd_state rnd;
	u64 block, wrong;
	int round;

	KUNIT_ASSERT_NOT_NULL(test, wire);
	prandom_seed_state(&rnd, row->shift * 100 + row->peer_shift);
	for (round = 0; round < 12; round++) {
		u64 capacity = 1 + prandom_u32_state(&rnd) % (8 * 70000);
		struct node *to = &wire->to;

		memset(&wire->from, 0, sizeof(wire->from));
		memset(to, 0, sizeof(*to));
		node_init(test, &wire->from, capacity, 1 + round % 7, row->shift);
		node_init(test, to, capacity, 1 + round % 3, row->peer_shift);
		fill_randomly(&rnd, &wire->from);
		fill_randomly(&rnd, to);
		for (block = 0; block < to->bm.layout.bits; block++)
			wire->before[block] = drbd_bm_test(&to->bm, to->slot, block);

		start(wire, row->header, row->mode);
		run(test, wire);
		for (wrong = 0, block = 0; block < to->bm.layout.bits; block++)
			wrong += drbd_bm_test(&to->bm, to->slot, block) !=
				(wire->before[block] || is_wanted(wire, block));
		KUNIT_EXPECT_EQ_MSG(test, wrong, 0, "round %d capacity %llu", round, capacity);
		if (row->mode == DRBD_BM_RLE)
			KUNIT_EXPECT_EQ(test, wire->to.xfer.packets[DRBD_BM_SEND_PLAIN], 0);
		if (row->mode == DRBD_BM_RLE && row->shift + row->peer_shift > 24)
			KUNIT_EXPECT_LE(test, wire->to.xfer.bytes[DRBD_BM_SEND_RLE],
					drbd_bm_xfer_plain_bytes(&wire->to.xfer));
	}
}

/* Whatever arrives: an error, or progress; bits and positions stay where they can be. */
static void xfer_noise_test(struct kunit *test)
{
	struct wire *wire = kunit_kzalloc(test, sizeof(*wire), GFP_KERNEL);
	struct rnd_state rnd;
	int round;

	KUNIT_ASSERT_NOT_NULL(test, wire);
	prandom_seed_state(&rnd, 4711);
	for (round = 0; round < 1000; round++) {
		u64 capacity = 1 + prandom_u32_state(&rnd) % (8 * 40000);
		struct drbd_bm_fault fault = {};
		struct node *to = &wire->to;
		int err = 0, i;

		memset(to, 0, sizeof(*to));
		node_init(test, to, capacity, 1, 12 + round % 9);
		drbd_bm_rx_start(&to->xfer, &to->bm.layout, H100);
		for (i = 0; i < 20 && !err && !to->xfer.done; i++) {
			unsigned int size = prandom_u32_state(&rnd) % 40;
			u64 pos = to->xfer.pos;

			prandom_bytes_state(&rnd, wire->body, size);
			wire->body[0] &= 0xf2;
			wire->body[0] |= 2;
			err = receive_rle(to, wire->body, size, &fault);
			KUNIT_ASSERT_TRUE(test, err == 0 || err == -EPROTO);
			KUNIT_ASSERT_EQ(test, !err, fault.kind == DRBD_BM_FINE);
			KUNIT_ASSERT_LE(test, to->xfer.pos, to->xfer.bits);
			KUNIT_ASSERT_TRUE(test, err || to->xfer.pos > pos);
		}
		KUNIT_ASSERT_LE(test, drbd_bm_weight(&to->bm, 0), to->bm.layout.bits);
	}
}

static struct kunit_case bitmap_xfer_cases[] = {
	KUNIT_CASE(xfer_vector_40_test),
	KUNIT_CASE(xfer_vector_41_test),
	KUNIT_CASE_PARAM(xfer_plain_test, plain_gen_params),
	KUNIT_CASE(xfer_fallback_test),
	KUNIT_CASE_PARAM(xfer_small_test, small_gen_params),
	KUNIT_CASE(xfer_mode_test),
	KUNIT_CASE_PARAM(xfer_fault_test, fault_gen_params),
	KUNIT_CASE(xfer_too_late_test),
	KUNIT_CASE_PARAM(xfer_scale_test, scale_gen_params),
	KUNIT_CASE(xfer_scale_garbage_test),
	KUNIT_CASE(xfer_saved_test),
	KUNIT_CASE_PARAM(xfer_travel_test, travel_gen_params),
	KUNIT_CASE(xfer_noise_test),
	{}
};

static struct kunit_suite bitmap_xfer_suite = {
	.name = "drbd-bitmap-xfer",
	.test_cases = bitmap_xfer_cases,
};

kunit_test_suite(bitmap_xfer_suite);
