// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exchange of bitmaps: packets of a peer against a naive model, then what was received is sent on
 */
#include "fuzz.h"
#include "driver/core/bitmap_xfer.h"

/* Sectors, and pages of 4 KiB of bits for it with 4 slots. */
#define MAX_SECTORS	(8 * 65536)
#define PAGES		10

struct memory {
	__le32 *pages[PAGES];
	unsigned long marks[3][BITS_TO_LONGS(PAGES)];
	__le32 words[PAGES][DRBD_BM_PAGE_WORDS];
};

static void setup(struct drbd_bitmap *bm, struct memory *m, u64 capacity, unsigned int slots, unsigned int shift)
{
	struct drbd_bm_buffer buffer = { m->pages, m->marks[0], m->marks[1], m->marks[2] };
	struct drbd_bm_layout layout;
	struct drbd_bm_walk walk;

	CHECK(!drbd_bm_layout_init(&layout, capacity, slots, shift) && layout.pages <= PAGES);
	memset(m->marks, 0, sizeof(m->marks));
	for (unsigned int i = 0; i < layout.pages; i++) {
		m->pages[i] = m->words[i];
		memset(m->words[i], 0, 4096);
	}
	drbd_bm_setup(bm, &layout, &buffer, &walk);
	while (drbd_bm_walk_page(bm, &walk))
		;
}

/* The same bits without slots and pages: a plain image, as on the wire. */
static u64 model[MAX_SECTORS / 8 / 64 + 1], expected[MAX_SECTORS / 8 / 64 + 1];

static void image_set(u64 *image, struct drbd_bm_range bits)
{
	for (; bits.start < bits.end && bits.start % 64; bits.start++)
		image[bits.start / 64] |= cpu_to_le64(BIT_ULL(bits.start % 64));
	for (; bits.start + 64 <= bits.end; bits.start += 64)
		image[bits.start / 64] = U64_MAX;
	for (; bits.start < bits.end; bits.start++)
		image[bits.start / 64] |= cpu_to_le64(BIT_ULL(bits.start % 64));
}

static void check_image(const struct drbd_bitmap *bm, int slot, const u64 *image)
{
	static u64 words[MAX_SECTORS / 8 / 64 + 1];
	u64 weight = 0;

	CHECK(drbd_bm_extract(bm, slot, 0, words, bm->layout.words) == bm->layout.words);
	CHECK(!memcmp(words, image, 4 * bm->layout.words));
	for (u64 i = 0; i < bm->layout.words / 2; i++)
		weight += hweight64(image[i]);
	CHECK(drbd_bm_weight(bm, slot) == weight);
	for (int other = 0; other < bm->layout.slots; other++)
		CHECK(other == slot || !drbd_bm_weight(bm, other));
}

static struct drbd_bm_range outwards(struct drbd_bm_range bits, unsigned int from, unsigned int to)
{
	return (struct drbd_bm_range) { bits.start << from >> to, ((bits.end << from) + (1ULL << to) - 1) >> to };
}

static void model_plain(const struct drbd_bm_xfer *xfer, const u8 *body, unsigned int size)
{
	for (unsigned int i = 0; i < 8 * size; i++) {
		u64 bit = 64 * xfer->word + i;

		if (body[i / 8] >> i % 8 & 1 && bit < xfer->bits)
			image_set(model, outwards((struct drbd_bm_range) { bit, bit + 1 }, 12, xfer->shift));
	}
}

static void check_fault(const struct drbd_bm_fault *fault)
{
	CHECK(fault->kind != DRBD_BM_FINE && *drbd_bm_fault_text(fault->kind));
}

static bool receive(struct drbd_bm_xfer *xfer, struct drbd_bitmap *bm, int slot, bool rle, const u8 *body, unsigned int size)
{
	struct drbd_bm_fault fault = {};
	struct drbd_bm_range set;
	u64 pos = xfer->pos;
	int rv;

	if (!rle) {
		struct drbd_bm_xfer before = *xfer;

		if (drbd_bm_rx_plain(xfer, bm, slot, body, size, &fault)) {
			check_fault(&fault);
			CHECK(xfer->pos == pos && !memcmp(&before, xfer, sizeof(before)));
			return false;
		}
		model_plain(&before, body, size);
		return true;
	}
	if (drbd_bm_rx_rle(xfer, body, size, &fault)) {
		check_fault(&fault);
		return false;
	}
	while ((rv = drbd_bm_rx_rle_next(xfer, &set, &fault)) > 0) {
		CHECK(set.start < set.end && set.end <= bm->layout.bits && xfer->pos <= xfer->bits && xfer->pos > pos);
		pos = xfer->pos;
		image_set(model, set);
		drbd_bm_set(bm, slot, set);
	}
	if (rv < 0)
		check_fault(&fault);
	return !rv;
}

/* The other one has what this one has then, in blocks of the larger size. */
static void send(const struct drbd_bitmap *bm, int slot, enum drbd_bm_mode mode, unsigned int header, unsigned int peer_shift)
{
	static struct memory memory;
	static u8 body[DRBD_BM_PACKET_MAX];
	struct drbd_bitmap peer;
	struct drbd_bm_xfer tx, rx;
	struct drbd_bm_fault fault;
	struct drbd_bm_range set;
	enum drbd_bm_packet packet;
	unsigned int size, unit = max_t(unsigned int, peer_shift, bm->layout.shift);

	if (peer_shift != 12 || bm->layout.shift != 12)
		mode = DRBD_BM_RLE;
	setup(&peer, &memory, bm->layout.capacity, 1, peer_shift);
	drbd_bm_tx_start(&tx, &bm->layout, header, mode, peer_shift);
	drbd_bm_rx_start(&rx, &peer.layout, header);
	while ((packet = drbd_bm_tx_next(&tx, bm, slot, body, &size)) != DRBD_BM_SEND_NOTHING) {
		CHECK(size + header <= DRBD_BM_PACKET_MAX);
		if (packet == DRBD_BM_SEND_PLAIN) {
			CHECK(!drbd_bm_rx_plain(&rx, &peer, 0, body, size, &fault));
		} else {
			CHECK(!drbd_bm_rx_rle(&rx, body, size, &fault));
			while ((size = drbd_bm_rx_rle_next(&rx, &set, &fault)) == 1)
				drbd_bm_set(&peer, 0, set);
			CHECK(!size);
		}
		CHECK(tx.pos == rx.pos && tx.word == rx.word && tx.done == rx.done);
	}
	CHECK(rx.done);
	memset(expected, 0, sizeof(expected));
	for (u64 end, bit = 0; (bit = drbd_bm_find_set(bm, slot, (struct drbd_bm_range) { bit, U64_MAX })) != DRBD_BM_NONE; bit = end) {
		end = min(drbd_bm_find_clear(bm, slot, (struct drbd_bm_range) { bit, U64_MAX }), bm->layout.bits);
		set = outwards((struct drbd_bm_range) { bit, end }, bm->layout.shift, unit);
		set = outwards(set, unit, peer_shift);
		image_set(expected, (struct drbd_bm_range) { set.start, min(set.end, peer.layout.bits) });
	}
	check_image(&peer, 0, expected);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct memory memory;
	struct input in = { data, size };
	u8 how = take(&in, 1), shifts = take(&in, 1);
	unsigned int shift = how & 1 ? 12 : 12 + (shifts & 15) % 9, peer_shift = how & 2 ? shift : 12 + (shifts >> 4) % 9;
	unsigned int slots = 1 + (how >> 2 & 3), header = how & 0x10 ? 16 : 8;
	u64 capacity = take(&in, how & 0x20 ? 1 : 2) << (how & 0x40 ? 3 : 0);
	struct drbd_bitmap bm;
	struct drbd_bm_xfer rx;
	int slot = (how >> 2 & 3) - (how >> 7 & 1), packets = 0;

	slot = max(slot, 0);
	setup(&bm, &memory, capacity, slots, shift);
	memset(model, 0, sizeof(model));
	drbd_bm_rx_start(&rx, &bm.layout, header);
	while (in.n && packets++ < 8) {
		u8 what = take(&in, 1);
		unsigned int len = take(&in, 2);

		/* the size that is wanted, unless the input insists */
		if (!(what & 0x80))
			len = what & 1 ? len % 64 : min_t(u64, rx.chunk, rx.words - rx.word) * 8;
		if (len > in.n && !(what & 1) && !(what & 0x80)) {
			static u8 filled[DRBD_BM_PACKET_MAX];

			take_bytes(&in, filled, len);
			if (!receive(&rx, &bm, slot, false, filled, len))
				break;
			continue;
		}
		len = min_t(size_t, len, in.n);
		if (!receive(&rx, &bm, slot, what & 1, in.p, len))
			break;
		in.p += len;
		in.n -= len;
	}
	check_image(&bm, slot, model);
	CHECK(drbd_bm_xfer_saved(&rx) <= 1000);
	send(&bm, slot, shifts % 3, header, peer_shift);
	return 0;
}
