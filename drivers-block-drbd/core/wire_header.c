// SPDX-License-Identifier: GPL-2.0-only
/*
 * Headers of packets
 *
 * There are three formats. The first has 16 bits for the length of the payload;
 * the second has 32, at the cost of half the magic number; the third adds the
 * volume, since one connection carries all volumes of a resource. The agreed
 * version decides which one is sent. A receiver has to be more liberal than
 * that: the streams are not ordered towards each other, so on the control stream
 * packets come in the format of an agreement that this node, which learns of it
 * on the data stream, has not made yet; or in one from before the agreement.
 *
 * Source: spec/wire.md 2.
 */

#include <linux/export.h>
#include <linux/limits.h>
#include <linux/unaligned.h>

#include "wire_header.h"

#define MAGIC_80	0x83740267
#define MAGIC_95	0x835a
#define MAGIC_100	0x8620ec20

#define NO_VOLUME_16	0xffff

/* Packets up to this size, header included, have an h80 where h95 is possible. */
#define MAX_SMALL	32768

static const char header_name[] = "header";

static bool format_of(u32 magic, enum drbd_wire_format *format)
{
	if (magic == MAGIC_100)
		*format = DRBD_WIRE_H100;
	else if (magic == MAGIC_80)
		*format = DRBD_WIRE_H80;
	else if (magic >> 16 == MAGIC_95)
		*format = DRBD_WIRE_H95;
	else
		return false;
	return true;
}

static u32 format_size(enum drbd_wire_format format)
{
	return format == DRBD_WIRE_H100 ? 16 : 8;
}

/**
 * drbd_wire_header_size() - size of the header that begins with some bytes
 * @buf: the first DRBD_WIRE_MAGIC_SIZE bytes
 *
 * Source: spec/wire.md 2.1.
 *
 * Return: 8 or 16 bytes, or -EPROTO if no header begins so.
 */
int drbd_wire_header_size(const u8 *buf)
{
	enum drbd_wire_format format;

	if (!format_of(get_unaligned_be32(buf), &format))
		return -EPROTO;
	return format_size(format);
}
EXPORT_SYMBOL_GPL(drbd_wire_header_size);

/**
 * drbd_wire_header_format() - format of the header of a packet to send
 * @version: agreed version, DRBD_WIRE_NO_VERSION before the agreement
 * @total: bytes of an 8-byte header and the payload
 *
 * Source: spec/wire.md 2.2.
 *
 * Return: the format.
 */
enum drbd_wire_format drbd_wire_header_format(u32 version, u64 total)
{
	if (version >= 100)
		return DRBD_WIRE_H100;
	if (version >= 95 && total > MAX_SMALL)
		return DRBD_WIRE_H95;
	return DRBD_WIRE_H80;
}
EXPORT_SYMBOL_GPL(drbd_wire_header_format);

static bool format_accepted(enum drbd_wire_format format, u32 version,
			    enum drbd_wire_stream stream)
{
	if (stream == DRBD_WIRE_CONTROL || version == DRBD_WIRE_NO_VERSION)
		return true;
	return (format == DRBD_WIRE_H100) == (version >= 100);
}

/**
 * drbd_wire_header_decode() - read the header of a packet
 * @buf: what was received
 * @len: bytes of @buf
 * @version: agreed version, DRBD_WIRE_NO_VERSION before the agreement
 * @stream: where it was received
 * @head: gets what the header says
 * @err: gets what is wrong
 *
 * Source: spec/wire.md 2.1, 2.3.
 *
 * Return: bytes of the header; -EAGAIN if @buf has only a part of it; -EPROTO if
 * it is none, or none that may come here.
 */
int drbd_wire_header_decode(const u8 *buf, u32 len, u32 version,
			    enum drbd_wire_stream stream, struct drbd_wire_header *head,
			    struct drbd_wire_error *err)
{
	u32 magic, vnr, pad;

	if (len < DRBD_WIRE_MAGIC_SIZE)
		return -EAGAIN;
	magic = get_unaligned_be32(buf);
	if (!format_of(magic, &head->format) ||
	    !format_accepted(head->format, version, stream))
		return drbd_wire_fail(err, header_name, "magic", magic);
	if (len < format_size(head->format))
		return -EAGAIN;

	head->vnr = 0;
	switch (head->format) {
	case DRBD_WIRE_H80:
		head->number = get_unaligned_be16(buf + 4);
		head->len = get_unaligned_be16(buf + 6);
		break;
	case DRBD_WIRE_H95:
		head->number = get_unaligned_be16(buf + 2);
		head->len = get_unaligned_be32(buf + 4);
		break;
	case DRBD_WIRE_H100:
		vnr = get_unaligned_be16(buf + 4);
		if (vnr == NO_VOLUME_16)
			head->vnr = DRBD_NO_VOLUME;
		else
			head->vnr = vnr;
		head->number = get_unaligned_be16(buf + 6);
		head->len = get_unaligned_be32(buf + 8);
		pad = get_unaligned_be32(buf + 12);
		if (pad)
			return drbd_wire_fail(err, header_name, "pad", pad);
		break;
	}
	return format_size(head->format);
}
EXPORT_SYMBOL_GPL(drbd_wire_header_decode);

/**
 * drbd_wire_header_encode() - write the header of a packet
 * @head: what it has to say; formats without a volume leave that out
 * @buf: gets the header
 * @size: bytes of @buf
 *
 * Source: spec/wire.md 2.1, 2.4.
 *
 * Return: bytes of the header; -EMSGSIZE if @buf, or the format, is too small;
 * -EINVAL if there is no such volume.
 */
int drbd_wire_header_encode(const struct drbd_wire_header *head, u8 *buf, u32 size)
{
	if (size < format_size(head->format))
		return -EMSGSIZE;
	if (head->vnr < DRBD_NO_VOLUME || head->vnr > DRBD_MAX_VOLUME)
		return -EINVAL;

	switch (head->format) {
	case DRBD_WIRE_H80:
		if (head->len > U16_MAX)
			return -EMSGSIZE;
		put_unaligned_be32(MAGIC_80, buf);
		put_unaligned_be16(head->number, buf + 4);
		put_unaligned_be16(head->len, buf + 6);
		break;
	case DRBD_WIRE_H95:
		put_unaligned_be16(MAGIC_95, buf);
		put_unaligned_be16(head->number, buf + 2);
		put_unaligned_be32(head->len, buf + 4);
		break;
	case DRBD_WIRE_H100:
		put_unaligned_be32(MAGIC_100, buf);
		put_unaligned_be16(head->vnr, buf + 4);
		put_unaligned_be16(head->number, buf + 6);
		put_unaligned_be32(head->len, buf + 8);
		put_unaligned_be32(0, buf + 12);
		break;
	}
	return format_size(head->format);
}
EXPORT_SYMBOL_GPL(drbd_wire_header_encode);
