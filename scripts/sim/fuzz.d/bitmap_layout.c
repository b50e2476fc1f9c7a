// SPDX-License-Identifier: GPL-2.0-only
/*
 * Layouts of bitmaps, and from requests to bits and back
 */
#include "fuzz.h"
#include "driver/core/bitmap_layout.h"

static void place(const struct drbd_bm_layout *l, struct input *in)
{
	u64 bit = take_number(in) % l->bits, byte, end;
	unsigned int slot = take(in, 1) % l->slots;

	byte = drbd_bm_byte(l, slot, bit);
	CHECK(byte == 4 * (bit / 32 * l->slots + slot) + bit % 32 / 8);
	CHECK(drbd_bm_page(l, slot, bit) == byte / 4096 && byte / 4096 < l->pages);
	end = drbd_bm_page_end(l, slot, bit);
	CHECK(end > bit && !(end % 32));
	CHECK(drbd_bm_page(l, slot, end - 1) == byte / 4096 && drbd_bm_page(l, slot, end) == byte / 4096 + 1);
}

static void request(const struct drbd_bm_layout *l, struct input *in)
{
	u64 sector = take_number(in), unit = 1ULL << (l->shift - 9), end;
	u32 bytes = take_number(in), count = bytes / 512;
	struct drbd_bm_range touched, covered, back;

	if (!(take(in, 1) & 1))
		sector %= l->capacity + 2;
	touched = drbd_bm_touched(l, sector, bytes);
	covered = drbd_bm_covered(l, sector, bytes);
	CHECK(touched.start <= touched.end && touched.end <= l->bits && covered.start <= covered.end && covered.end <= l->bits);
	if (bytes % 512 || !count || sector >= l->capacity) {
		CHECK(touched.start == touched.end && covered.start == covered.end);
		return;
	}
	end = min(l->capacity, sector + count);
	CHECK(touched.start == sector / unit && touched.end == (end - 1) / unit + 1);
	/* each covered block is all there, and no other one */
	if (covered.start < covered.end) {
		CHECK(covered.start >= touched.start && covered.end <= touched.end);
		back = drbd_bm_sectors(l, covered);
		CHECK(back.start >= sector && back.end <= end);
		CHECK(touched.end - touched.start <= covered.end - covered.start + 2);
	} else {
		CHECK(end - sector < 2 * unit);
	}
	back = drbd_bm_sectors(l, touched);
	CHECK(back.start <= sector && back.end >= end && back.end <= l->capacity);
}

static void scale(struct input *in)
{
	unsigned int from = 12 + take(in, 1) % 9, to = 12 + take(in, 1) % 9;
	struct drbd_bm_range bits = { take(in, 5), take(in, 5) }, other = drbd_bm_rescale(bits, from, to), back;

	if (bits.start >= bits.end) {
		CHECK(other.start == other.end);
		return;
	}
	CHECK(other.start << to <= bits.start << from && other.end << to >= bits.end << from);
	CHECK((bits.start << from) - (other.start << to) < 1ULL << to && (other.end << to) - (bits.end << from) < 1ULL << to);
	back = drbd_bm_rescale(other, to, from);
	CHECK(back.start <= bits.start && back.end >= bits.end);
}

static void extent(const struct drbd_bm_layout *l, struct input *in)
{
	u64 number = take_number(in), order = 22 - l->shift;
	struct drbd_bm_range bits, pages;

	if (!(take(in, 1) & 1))
		number %= (l->capacity >> 13) + 2;
	bits = drbd_bm_extent_bits(l, number);
	pages = drbd_bm_extent_pages(l, number);
	CHECK(pages.start <= pages.end && pages.end - pages.start <= 2 && pages.end <= l->pages);
	if (number > (l->bits - 1) >> order) {
		CHECK(bits.start == bits.end && pages.start == pages.end);
		return;
	}
	CHECK(bits.start == number << order && bits.end > bits.start && bits.end <= l->bits);
	CHECK(bits.end == l->bits || bits.end - bits.start == 1ULL << order);
	CHECK(drbd_bm_page(l, take(in, 1) % l->slots, bits.start) >= pages.start);
	CHECK(drbd_bm_page(l, take(in, 1) % l->slots, bits.end - 1) < pages.end);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { data, size };
	u8 what = take(&in, 1), slots = take(&in, 1) % 40, shift = 10 + take(&in, 1) % 14;
	u64 capacity = take_number(&in);
	struct drbd_bm_layout l;
	int rv;

	scale(&in);
	rv = drbd_bm_layout_init(&l, capacity, slots, shift);
	CHECK((rv == -EINVAL) == (slots < 1 || slots > 32 || shift < 12 || shift > 20));
	if (rv)
		return 0;
	CHECK(l.bits == (capacity >> (shift - 9)) + !!(capacity & ((1U << (shift - 9)) - 1)));
	CHECK(l.words % 2 == 0 && l.words * 32 >= l.bits && l.words * 32 - l.bits < 64);
	CHECK((u64)l.pages * 1024 >= l.words * slots && (u64)l.pages * 1024 - l.words * slots < 1024);
	if (!l.bits)
		return 0;
	for (; in.n; what = take(&in, 1)) {
		if (what % 3 == 0)
			place(&l, &in);
		else if (what % 3 == 1)
			request(&l, &in);
		else
			extent(&l, &in);
	}
	return 0;
}
