// SPDX-License-Identifier: GPL-2.0-only
/*
 * The code of compressed bitmaps: each stream of runs has one form only
 */
#include "fuzz.h"
#include "driver/core/bitmap_code.h"

static void body(const u8 *buf, size_t size)
{
	struct drbd_rle_reader reader;
	struct drbd_rle_writer writer;
	bool set, expected, broken = false;
	u8 out[5000];
	u64 run, total = 0, runs = 0, bits;
	unsigned int last;
	int rv;

	rv = drbd_rle_open(&reader, buf, size);
	if (rv) {
		CHECK(rv == -ENODATA ? size < 2 : (rv == -EOPNOTSUPP && (buf[0] & 15) != 2));
		return;
	}
	expected = buf[0] & 0x80;
	bits = reader.bits;
	drbd_rle_start(&writer, out, sizeof(out), expected);
	while ((rv = drbd_rle_next(&reader, &set, &run)) > 0) {
		CHECK(set == expected && run && run <= DRBD_RLE_RUN_MAX);
		CHECK(reader.pos <= reader.bits);
		expected = !expected;
		total += run;
		runs++;
		CHECK(!drbd_rle_add(&writer, run) && writer.used == reader.pos);
	}
	CHECK(rv == 0 || rv == -EPROTO);
	if (rv < 0)
		broken = true;
	CHECK(broken || reader.pos == bits);
	if (broken || !runs)
		return;
	/* the same bytes, but for what is left of the last one */
	CHECK(writer.total == total && drbd_rle_finish(&writer) == size);
	CHECK(out[0] == buf[0] && !memcmp(out + 1, buf + 1, size - 2));
	last = bits % 8;
	CHECK(!((out[size - 1] ^ buf[size - 1]) & (last ? (1 << last) - 1 : 0xff)));
	CHECK(!last || !(out[size - 1] >> last));
}

static void number(struct input *in)
{
	u64 value = take_number(in), code, back;
	int bits = drbd_vli_encode(value, &code);

	if (bits < 0) {
		CHECK(bits == (value ? -EOVERFLOW : -EINVAL) && (!value || value > DRBD_RLE_RUN_MAX));
		return;
	}
	CHECK(bits >= 2 && bits <= 64 && (bits == 64 || !(code >> bits)));
	CHECK(drbd_vli_decode(code, bits, &back) == bits && back == value);
	CHECK(drbd_vli_decode(code, bits - 1, &back) == -EINVAL);
	/* what follows does not matter */
	if (bits < 64)
		CHECK(drbd_vli_decode(code | take(in, 8) << bits, 64, &back) == bits && back == value);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { data, size };

	if (take(&in, 1) & 1)
		number(&in);
	else if (in.n <= 4096)
		body(in.p, in.n);
	return 0;
}
