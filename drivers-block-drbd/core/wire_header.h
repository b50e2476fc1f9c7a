/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Headers of packets: what stands in front of every payload
 *
 * Everything here is a pure function that may be called in any context. The
 * numbers in packets are big-endian.
 */
#ifndef DRBD_CORE_WIRE_HEADER_H
#define DRBD_CORE_WIRE_HEADER_H

#include <linux/errno.h>

#include "types.h"

/* Bytes of the largest header, and those that tell the size of one. */
#define DRBD_WIRE_MAX_HEADER	16
#define DRBD_WIRE_MAGIC_SIZE	4

/* Version of a connection on which none is agreed yet. */
#define DRBD_WIRE_NO_VERSION	0

/**
 * enum drbd_wire_stream - the two streams of a connection, each FIFO in itself
 * @DRBD_WIRE_DATA: requests, data, settings ("D")
 * @DRBD_WIRE_CONTROL: acknowledgements and pings ("C")
 *
 * Bits, as a packet may belong to both.
 */
enum drbd_wire_stream {
	DRBD_WIRE_DATA = 1,
	DRBD_WIRE_CONTROL = 2,
};

/**
 * enum drbd_wire_format - format of a header, named after the first version with it
 * @DRBD_WIRE_H80: 8 bytes, payload up to 65535 bytes, no volume
 * @DRBD_WIRE_H95: 8 bytes, no volume
 * @DRBD_WIRE_H100: 16 bytes
 */
enum drbd_wire_format {
	DRBD_WIRE_H80,
	DRBD_WIRE_H95,
	DRBD_WIRE_H100,
};

/**
 * struct drbd_wire_header - what a header says
 * @format: how it is or gets encoded
 * @number: of the packet
 * @vnr: volume number, or DRBD_NO_VOLUME; 0 from formats without a volume
 * @len: bytes of payload; not checked before drbd_wire_accept()
 */
struct drbd_wire_header {
	enum drbd_wire_format format;
	u16 number;
	s32 vnr;
	u32 len;
};

/**
 * struct drbd_wire_error - what is wrong with a packet
 * @packet: name of the packet, "header" as long as it is not known
 * @field: name of the field that is wrong
 * @value: what the field has
 */
struct drbd_wire_error {
	const char *packet;
	const char *field;
	u64 value;
};

/**
 * drbd_wire_fail() - describe what is wrong with a packet
 * @err: gets the description
 * @packet: name of the packet
 * @field: name of the field
 * @value: what the field has
 *
 * Return: -EPROTO.
 */
static inline int drbd_wire_fail(struct drbd_wire_error *err, const char *packet,
				 const char *field, u64 value)
{
	err->packet = packet;
	err->field = field;
	err->value = value;
	return -EPROTO;
}

int drbd_wire_header_size(const u8 *buf);
enum drbd_wire_format drbd_wire_header_format(u32 version, u64 total);
int drbd_wire_header_decode(const u8 *buf, u32 len, u32 version,
			    enum drbd_wire_stream stream, struct drbd_wire_header *head,
			    struct drbd_wire_error *err);
int drbd_wire_header_encode(const struct drbd_wire_header *head, u8 *buf, u32 size);

#endif
