// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads packets from stdin, decodes and encodes each with core/, and compares the bytes.
 * Record: le32 version, features, stream (1 D, 2 C), digests (data, verify, csums, auth: a byte each), length; bytes.
 * Prints one line for each record: "same", "pad" (differs in padding only), or "FAIL ...".
 */
#include <stdio.h>
#include <stdlib.h>
#include "driver/core/wire_packets.h"
#include "driver/core/wire_table.h"

/* 0: same, 1: other padding, -1: another field */
static int compare(const struct drbd_wire_link *link, const struct drbd_wire_packet *packet,
		   const u8 *a, const u8 *b)
{
	int rv = 0;

	for (unsigned int i = 0; i < packet->nfields; i++) {
		const struct drbd_wire_field *f = &packet->fields[i];

		if (!drbd_wire_field_present(link, f))
			continue;
		if (memcmp(a, b, f->width)) {
			if (f->kind != DRBD_WIRE_PAD)
				return -1;
			rv = 1;
		}
		a += f->width;
		b += f->width;
	}
	return rv;
}

/* The state word decoded and encoded; 9.3.3 announces quorum to 8.4, which has no such bit. */
static bool state_same(const struct drbd_wire_link *link, u32 word, struct drbd_wire_error *err)
{
	struct drbd_wire_state state;

	if (drbd_wire_state_decode(word, link->version, &state, err))
		return false;
	*err = (struct drbd_wire_error){ "P_STATE", "word differs", word };
	return drbd_wire_state_encode(&state, link->version) ==
	       (link->version < 110 ? word & ~DRBD_STATE_QUORUM : word);
}

static void one(const struct drbd_wire_link *link, u32 stream, const u8 *buf, u32 len)
{
	struct drbd_wire_error err = { "?", "?", 0 };
	const struct drbd_wire_packet *packet;
	struct drbd_wire_header head, sent;
	union drbd_wire_body body;
	u8 out[DRBD_WIRE_MAX_HEADER + DRBD_WIRE_MAX_FIXED];
	int hs, fs, rv;

	hs = drbd_wire_header_decode(buf, len, link->version, stream, &head, &err);
	if (hs < 0 || hs + head.len != len)
		goto fail;
	packet = drbd_wire_accept(link, stream, &head, &err);
	if (!packet)
		goto fail;
	fs = drbd_wire_decode(link, packet, buf + hs, len - hs, &body, &err);
	if (fs < 0 || drbd_wire_check_tail(packet, &body, buf + hs + fs, len - hs - fs, &err))
		goto fail;
	/* 8.4 names volume 0 in what is about the connection; pings may have an older format. */
	if (drbd_wire_announce(link, packet, head.vnr, len - hs - fs, &sent, &err))
		goto fail;
	sent.vnr = head.vnr;
	if (packet->stream & DRBD_WIRE_CONTROL)
		sent.format = head.format;
	if (drbd_wire_header_encode(&sent, out, sizeof(out)) != hs || memcmp(out, buf, hs)) {
		err = (struct drbd_wire_error){ packet->name, "header differs", 0 };
		goto fail;
	}
	if (packet->number == DRBD_P_STATE && !state_same(link, body.state, &err))
		goto fail;
	if (packet->number == DRBD_P_TWOPC_PREPARE) {
		struct drbd_wire_change change = body.twopc.change;

		err = (struct drbd_wire_error){ packet->name, "change", drbd_wire_twopc_verdict(change) };
		if (drbd_wire_change_from_peer(&change, link->version) != DRBD_SS_SUCCESS)
			goto fail;
	}
	if (drbd_wire_encode(link, packet, &body, out + hs, sizeof(out) - hs, &err) != fs)
		goto fail;
	rv = compare(link, packet, out + hs, buf + hs);
	if (rv < 0) {
		err = (struct drbd_wire_error){ packet->name, "bytes differ", 0 };
		goto fail;
	}
	printf("%s %s\n", rv ? "pad" : "same", packet->name);
	return;
fail:
	printf("FAIL %s: %s (%llu), version %u features 0x%x length %u\n", err.packet, err.field, err.value,
	       link->version, link->features, len);
}

int main(void)
{
	u32 head[5];

	while (fread(head, sizeof(head), 1, stdin) == 1) {
		struct drbd_wire_link link = { head[0], head[1], head[3], head[3] >> 8, head[3] >> 16, head[3] >> 24 };
		u8 *buf = malloc(head[4]);	/* exactly: the sanitizer sees a read behind it */

		if (!buf || fread(buf, 1, head[4], stdin) != head[4])
			return 1;
		one(&link, head[2], buf, head[4]);
		free(buf);
	}
	return 0;
}
