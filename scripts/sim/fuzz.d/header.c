// SPDX-License-Identifier: GPL-2.0-only
/*
 * Headers in all three formats, the agreement on versions, and whether a packet with that header may come
 */
#include "fuzz.h"
#include "driver/core/wire_features.h"

static void header(const struct drbd_wire_link *link, u32 stream, const u8 *buf, u32 len)
{
	struct drbd_wire_error err = {};
	struct drbd_wire_header head, again;
	const struct drbd_wire_packet *packet;
	u8 out[DRBD_WIRE_MAX_HEADER];
	int size, rv;

	size = drbd_wire_header_decode(buf, len, link->version, stream, &head, &err);
	if (size == -EAGAIN) {
		CHECK(len < DRBD_WIRE_MAX_HEADER);
		CHECK(len < 4 || drbd_wire_header_size(buf) > (int)len);
		return;
	}
	if (size < 0) {
		CHECK(size == -EPROTO);
		check_error(&err, "header");
		return;
	}
	CHECK(size == drbd_wire_header_size(buf) && size <= (int)len);
	/* every byte of a header has a meaning */
	CHECK(drbd_wire_header_encode(&head, out, sizeof(out)) == size);
	CHECK(!memcmp(out, buf, size));
	for (rv = 0; rv < size; rv++)
		CHECK(drbd_wire_header_decode(buf, rv, link->version, stream, &again, &err) == -EAGAIN);
	CHECK(drbd_wire_header_encode(&head, out, size - 1) == -EMSGSIZE);

	packet = drbd_wire_accept(link, stream, &head, &err);
	if (!packet) {
		check_error(&err, NULL);
		return;
	}
	CHECK(packet == drbd_wire_packet(head.number) && packet->stream & stream);
	CHECK(head.len >= drbd_wire_fixed_size(link, packet) && head.len < 2 * 1024 * 1024);
	/* What may come, in the format for it, could have been sent. */
	if (drbd_wire_header_format(link->version, (u64)head.len + 8) != head.format)
		return;
	CHECK(!drbd_wire_announce(link, packet, head.vnr, head.len - drbd_wire_fixed_size(link, packet), &again, &err));
	CHECK(again.len == head.len && again.number == head.number && again.format == head.format);
	CHECK(packet->scope == DRBD_WIRE_CONNECTION ? again.vnr == DRBD_NO_VOLUME : again.vnr == head.vnr);
}

static void agree(struct input *in)
{
	const struct drbd_wire_offer own = { 86, DRBD_FF_ALL, 124, 0, 1 };
	struct drbd_wire_offer peer = { take_number(in), take_number(in), take_number(in), take_number(in), take_number(in) };
	struct drbd_wire_agreement agreed, back;
	enum drbd_wire_verdict verdict;
	bool multiple = take(in, 1) & 1;

	verdict = drbd_wire_agree(&own, &peer, multiple, &agreed);
	CHECK(!drbd_wire_retry(verdict) || agreed.version >= 110);
	if (verdict != DRBD_WIRE_AGREED)
		return;
	CHECK(drbd_wire_version_valid(agreed.version) && agreed.version >= peer.version_min);
	CHECK(!(agreed.features & ~(own.features & peer.features)));
	if (peer.version_max && !multiple) {
		CHECK(drbd_wire_agree(&peer, &own, false, &back) == DRBD_WIRE_AGREED);
		CHECK(back.version == agreed.version && back.features == agreed.features);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { data, size };
	struct drbd_wire_link link = take_link(&in);
	u8 stream = take(&in, 1);

	if (stream & 0x80)
		agree(&in);
	else
		header(&link, stream & 1 ? DRBD_WIRE_DATA : DRBD_WIRE_CONTROL, in.p, in.n);
	return 0;
}
