/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the fuzz targets share: numbers from the input, and an oracle that stops
 *
 * An input starts with a few bytes that choose the circumstances; the rest is what a peer or a disk presents, and is
 * given to core/ where it is, so that the address sanitizer sees a read behind its end.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <linux/types.h>
#include "driver/core/wire_packets.h"
#include "driver/core/wire_table.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#define CHECK(c) do { \
	if (!(c)) { \
		printf("%s:%d: not true: %s\n", __FILE__, __LINE__, #c); \
		fflush(stdout); \
		abort(); \
	} \
} while (0)

/* What is left of an input; zeroes follow. */
struct input {
	const u8 *p;
	size_t n;
};

static inline u64 take(struct input *in, unsigned int bytes)
{
	u64 v = 0;

	for (unsigned int i = 0; i < bytes && in->n; i++, in->p++, in->n--)
		v |= (u64)*in->p << 8 * i;
	return v;
}

static inline void take_bytes(struct input *in, void *to, size_t size)
{
	size_t n = min(size, in->n);

	memset(to, 0, size);
	memcpy(to, in->p, n);
	in->p += n;
	in->n -= n;
}

/* Small numbers are frequent, so are those around powers of two. */
static inline u64 take_number(struct input *in)
{
	u8 how = take(in, 1);

	switch (how >> 6) {
	case 0:
		return how;
	case 1:
		return (1ULL << (how & 63)) + (s8)take(in, 1);
	case 2:
		return take(in, 4) << (how & 31);
	default:
		return take(in, 8);
	}
}

/* What peers agreed on: 7 bytes, as seeds.py writes them. */
static inline struct drbd_wire_link take_link(struct input *in)
{
	static const u8 versions[] = { 0, 86, 87, 88, 89, 90, 93, 94, 95, 96, 97, 99, 100, 101, 110, 112, 114, 115, 117, 118, 121,
		122, 123, 124 };
	static const u8 digests[] = { 0, 4, 16, 20, 32, 48, 64, 255 };
	struct drbd_wire_link link = {};
	u8 version = take(in, 1);

	link.version = version < ARRAY_SIZE(versions) ? versions[version] : version;
	link.features = take(in, 2);
	link.data_digest = digests[take(in, 1) % 8];
	link.verify_digest = digests[take(in, 1) % 8];
	link.csums_digest = digests[take(in, 1) % 8];
	link.auth_digest = digests[take(in, 1) % 8];
	return link;
}

/* A refusal tells what is wrong. */
static inline void check_error(const struct drbd_wire_error *err, const char *packet)
{
	CHECK(err->packet && err->field);
	CHECK(!packet || !strcmp(err->packet, packet));
}

#endif
