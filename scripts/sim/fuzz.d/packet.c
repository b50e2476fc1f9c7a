// SPDX-License-Identifier: GPL-2.0-only
/*
 * Payloads of every packet, whatever was agreed on: decoded, encoded again, and encoded from arbitrary values
 *
 * The header is made to fit, so that each input gets as far as its payload.
 */
#include "fuzz.h"
#include "driver/core/wire_compat.h"

/* Same but for padding, and numbers that are no verdict. */
static void compare(const struct drbd_wire_link *link, const struct drbd_wire_packet *packet, const u8 *a, const u8 *b)
{
	for (unsigned int i = 0; i < packet->nfields; i++) {
		const struct drbd_wire_field *f = &packet->fields[i];

		if (!drbd_wire_field_present(link, f))
			continue;
		switch (f->kind) {
		case DRBD_WIRE_PAD:
			break;
		case DRBD_WIRE_NAME:
			CHECK(!strcmp((const char *)a, (const char *)b));
			break;
		case DRBD_WIRE_OV:
			CHECK(!memcmp(a, b, f->width) || get_unaligned_be64(b) == 4710);
			break;
		default:
			CHECK(!memcmp(a, b, f->width));
			break;
		}
		a += f->width;
		b += f->width;
	}
}

static void received(const struct drbd_wire_link *link, const struct drbd_wire_packet *packet, const u8 *buf, u32 len)
{
	struct drbd_wire_header head = { DRBD_WIRE_H100, packet->number, 0, len };
	enum drbd_wire_stream stream = packet->stream & DRBD_WIRE_DATA ? DRBD_WIRE_DATA : DRBD_WIRE_CONTROL;
	struct drbd_wire_error err = {};
	union drbd_wire_body body, again;
	u8 out[DRBD_WIRE_MAX_FIXED], twice[DRBD_WIRE_MAX_FIXED];
	int fixed;

	if (!drbd_wire_accept(link, stream, &head, &err)) {
		check_error(&err, packet->name);
		/* Whoever calls without asking first reads nothing wrong, either. */
		fixed = drbd_wire_decode(link, packet, buf, len, &body, &err);
		CHECK(fixed <= (int)len);
		return;
	}
	memset(&body, 0xa5, sizeof(body));
	fixed = drbd_wire_decode(link, packet, buf, len, &body, &err);
	if (fixed < 0) {
		CHECK(fixed == -EPROTO);
		check_error(&err, packet->name);
		return;
	}
	CHECK(fixed == (int)drbd_wire_fixed_size(link, packet) && fixed <= (int)len);
	CHECK(fixed <= DRBD_WIRE_MAX_FIXED);
	CHECK(drbd_wire_encode(link, packet, &body, out, sizeof(out), &err) == fixed);
	compare(link, packet, buf, out);
	CHECK(drbd_wire_decode(link, packet, out, fixed, &again, &err) == fixed);
	CHECK(!memcmp(&body, &again, sizeof(body)));
	CHECK(drbd_wire_encode(link, packet, &again, twice, fixed, &err) == fixed && !memcmp(out, twice, fixed));
	CHECK(!fixed || drbd_wire_encode(link, packet, &again, twice, fixed - 1, &err) == -EMSGSIZE);
	if (drbd_wire_check_tail(packet, &body, buf + fixed, len - fixed, &err)) {
		check_error(&err, packet->name);
		return;
	}
	if (packet->tail == DRBD_WIRE_TAIL_UUIDS)
		CHECK(hweight64(body.uuids.bitmap_uuids_mask) * 8 <= len - fixed);
	/* What acks mean to old and new peers: a known meaning, and the same after a translation. */
	drbd_wire_ack_meaning(link->version, packet->number, body.block.block_id);
	drbd_wire_number_for(link, packet->number);
}

/* Nothing is written that the peer would refuse. */
static void sent(const struct drbd_wire_link *link, const struct drbd_wire_packet *packet, struct input *in)
{
	struct drbd_wire_error err = {};
	union drbd_wire_body body, again;
	u8 out[DRBD_WIRE_MAX_FIXED], twice[DRBD_WIRE_MAX_FIXED];
	int fixed;

	take_bytes(in, &body, sizeof(body));
	fixed = drbd_wire_encode(link, packet, &body, out, sizeof(out), &err);
	if (fixed < 0) {
		CHECK(fixed == -EPROTO);
		check_error(&err, packet->name);
		return;
	}
	CHECK(drbd_wire_decode(link, packet, out, fixed, &again, &err) == fixed);
	CHECK(drbd_wire_encode(link, packet, &again, twice, sizeof(twice), &err) == fixed);
	CHECK(!memcmp(out, twice, fixed));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { data, size };
	struct drbd_wire_link link = take_link(&in);
	u8 how = take(&in, 1), number = take(&in, 1);
	const struct drbd_wire_packet *packet = drbd_wire_packet(number < 0xf0 ? number : 0xff00 | number);

	if (!packet)
		return 0;
	/* Usually one that was agreed on. */
	if (how & 0x40) {
		link.features |= packet->features;
		link.version = clamp_t(u32, link.version, packet->since, packet->until);
	}
	if (how & 0x80)
		sent(&link, packet, &in);
	else
		received(&link, packet, in.p, in.n);
	return 0;
}
