// SPDX-License-Identifier: GPL-2.0-only
/*
 * Payloads of packets: decoding and encoding of the fixed part
 *
 * Nearly a hundred kinds of packets differ in their fields only, and the fields
 * in where they are, how wide they are and what values make sense. So none of
 * them has code of its own: a table lists the fields of each (wire_table.c), and
 * the functions here walk through it. Whatever a packet has is thus checked the
 * same way on both sides: nothing is received that could not be sent, a length
 * is compared once, before the first byte is looked at, and a complaint can name
 * the field.
 *
 * What the peers agreed on decides about fields as well as about packets, so it
 * is an argument of everything.
 *
 * Source: spec/wire.md 5.
 */

#include <linux/bits.h>
#include <linux/export.h>
#include <linux/log2.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "wire_packets.h"
#include "wire_table.h"

#define SECTOR		512

#define AFTER_SB_LAST	12
#define SHIFT_LAST	8
/* Code of a compressed bitmap, and the bits with it. */
#define CODE_MASK	15
#define CODE_VLI	2

/* What P_OV_RESULT has in place of a block id. */
#define ID_SKIP		4710
#define ID_IN_SYNC	4711
#define ID_OUT_OF_SYNC	4712

static bool bytes_valid(u64 value, u64 max)
{
	return !(value & (SECTOR - 1)) && value <= max;
}

static bool flags_valid(u64 value, u32 needed)
{
	return (value & (needed | DRBD_DP_WSAME)) == needed;
}

static bool block_valid(enum drbd_wire_range range, u64 value)
{
	u32 max = DRBD_WIRE_MAX_DISCARD;

	switch (range) {
	case DRBD_WIRE_BLOCK:
		max = DRBD_WIRE_MAX_BIO;
		break;
	case DRBD_WIRE_EXTENT:
		max = DRBD_WIRE_MAX_IN_SYNC;
		break;
	default:
		break;
	}
	return bytes_valid(value, max) && (value || range == DRBD_WIRE_ACKED);
}

static bool value_valid(enum drbd_wire_range range, u64 value)
{
	switch (range) {
	case DRBD_WIRE_ANY:
		return true;
	case DRBD_WIRE_NOT_ZERO:
		return value;
	case DRBD_WIRE_BOOL:
		return value <= 1;
	case DRBD_WIRE_ABC:
		return value >= 1 && value <= 3;
	case DRBD_WIRE_AFTER_SB:
		return value <= AFTER_SB_LAST;
	case DRBD_WIRE_RESULT:
		return value <= DRBD_OV_OUT_OF_SYNC;
	case DRBD_WIRE_SECTORS:
		return value <= DRBD_WIRE_MAX_SECTOR;
	case DRBD_WIRE_QUEUE_BLOCK:
		return value >= SECTOR && is_power_of_2(value);
	case DRBD_WIRE_SHIFT:
		return value <= SHIFT_LAST;
	case DRBD_WIRE_NODE_ID:
		return value < DRBD_NODES;
	case DRBD_WIRE_NODE_OR_ALL:
		return value < DRBD_NODES || value == (u64)DRBD_NO_NODE;
	case DRBD_WIRE_NODES:
		return !(value >> DRBD_NODES);
	case DRBD_WIRE_WRITE_FLAGS:
		return flags_valid(value, 0);
	case DRBD_WIRE_TRIM_FLAGS:
		return flags_valid(value, DRBD_DP_DISCARD);
	case DRBD_WIRE_ZERO_FLAGS:
		return flags_valid(value, DRBD_DP_ZEROES);
	case DRBD_WIRE_TWOPC_FLAGS:
		return value & DRBD_WIRE_HAS_FLAGS;
	case DRBD_WIRE_ENCODING:
		return (value & CODE_MASK) == CODE_VLI;
	default:
		return block_valid(range, value);
	}
}

static u64 load_be(const u8 *buf, u8 width)
{
	switch (width) {
	case 1:
		return *buf;
	case 2:
		return get_unaligned_be16(buf);
	case 4:
		return get_unaligned_be32(buf);
	default:
		return get_unaligned_be64(buf);
	}
}

static void store_be(u8 *buf, u8 width, u64 value)
{
	switch (width) {
	case 1:
		*buf = value;
		break;
	case 2:
		put_unaligned_be16(value, buf);
		break;
	case 4:
		put_unaligned_be32(value, buf);
		break;
	default:
		put_unaligned_be64(value, buf);
		break;
	}
}

static u64 member_get(const void *member, u8 width)
{
	switch (width) {
	case 1:
		return *(const u8 *)member;
	case 2:
		return *(const u16 *)member;
	case 4:
		return *(const u32 *)member;
	default:
		return *(const u64 *)member;
	}
}

static void member_set(void *member, u8 width, u64 value)
{
	switch (width) {
	case 1:
		*(u8 *)member = value;
		break;
	case 2:
		*(u16 *)member = value;
		break;
	case 4:
		*(u32 *)member = value;
		break;
	default:
		*(u64 *)member = value;
		break;
	}
}

/* Anything but a verdict means that there is none. */
static u32 ov_from_id(u64 id)
{
	if (id == ID_IN_SYNC)
		return DRBD_OV_IN_SYNC;
	return id == ID_OUT_OF_SYNC ? DRBD_OV_OUT_OF_SYNC : DRBD_OV_SKIP;
}

static bool name_terminated(const void *name)
{
	return strnlen(name, DRBD_WIRE_NAME_SIZE) < DRBD_WIRE_NAME_SIZE;
}

/* False if the value is out of range; *value is what the packet has. */
static bool field_decode(const struct drbd_wire_field *field, const u8 *buf,
			 void *member, u64 *value)
{
	switch (field->kind) {
	case DRBD_WIRE_UINT:
		*value = load_be(buf, field->width);
		member_set(member, field->width, *value);
		break;
	case DRBD_WIRE_NODE:
		*value = load_be(buf, field->width);
		*(s32 *)member = field->width == 1 ? (s8)*value : (s32)*value;
		return value_valid(field->range, (s64)*(s32 *)member);
	case DRBD_WIRE_OPAQUE:
		memcpy(member, buf, field->width);
		return true;
	case DRBD_WIRE_NAME:
		*value = DRBD_WIRE_NAME_SIZE;
		if (!name_terminated(buf))
			return false;
		memcpy(member, buf, strnlen((const char *)buf, DRBD_WIRE_NAME_SIZE));
		return true;
	case DRBD_WIRE_OV:
		*(u32 *)member = ov_from_id(load_be(buf, field->width));
		return true;
	case DRBD_WIRE_PAD:
		return true;
	}
	return value_valid(field->range, *value);
}

/* False if the value is out of range; *value is what the member has. */
static bool field_encode(const struct drbd_wire_field *field, const void *member,
			 u8 *buf, u64 *value)
{
	switch (field->kind) {
	case DRBD_WIRE_UINT:
		*value = member_get(member, field->width);
		break;
	case DRBD_WIRE_NODE:
		*value = (s64)*(const s32 *)member;
		break;
	case DRBD_WIRE_OPAQUE:
		memcpy(buf, member, field->width);
		return true;
	case DRBD_WIRE_NAME:
		*value = DRBD_WIRE_NAME_SIZE;
		if (!name_terminated(member))
			return false;
		memset(buf, 0, field->width);
		memcpy(buf, member, strnlen(member, DRBD_WIRE_NAME_SIZE));
		return true;
	case DRBD_WIRE_OV:
		*value = *(const u32 *)member;
		store_be(buf, field->width, ID_SKIP + *value);
		return value_valid(field->range, *value);
	case DRBD_WIRE_PAD:
		memset(buf, 0, field->width);
		return true;
	}
	store_be(buf, field->width, *value);
	return value_valid(field->range, *value);
}

/**
 * drbd_wire_permitted() - is a packet part of what peers agreed on
 * @link: what they agreed on
 * @packet: the packet
 * @err: gets the version, or the missing features ("feature")
 *
 * Source: spec/wire.md 3.2, 4.
 *
 * Return: 0, or -EPROTO if it must neither be sent nor accepted.
 */
int drbd_wire_permitted(const struct drbd_wire_link *link,
			const struct drbd_wire_packet *packet,
			struct drbd_wire_error *err)
{
	u32 missing = packet->features & ~link->features;

	if (link->version < packet->since || link->version > packet->until)
		return drbd_wire_fail(err, packet->name, "version", link->version);
	if (missing)
		return drbd_wire_fail(err, packet->name, "feature", missing);
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_wire_permitted);

/**
 * drbd_wire_fixed_size() - size of the fixed part of a packet
 * @link: what the peers agreed on
 * @packet: the packet
 *
 * Source: spec/wire.md 3.3, 5.
 *
 * Return: bytes, up to DRBD_WIRE_MAX_FIXED.
 */
u32 drbd_wire_fixed_size(const struct drbd_wire_link *link,
			 const struct drbd_wire_packet *packet)
{
	const struct drbd_wire_field *field = packet->fields;
	const struct drbd_wire_field *end = field + packet->nfields;
	u32 size = 0;

	for (; field < end; field++) {
		if (drbd_wire_field_present(link, field))
			size += field->width;
	}
	return size;
}
EXPORT_SYMBOL_GPL(drbd_wire_fixed_size);

/**
 * drbd_wire_decode() - read the fixed part of a packet
 * @link: what the peers agreed on
 * @packet: the packet, as drbd_wire_accept() has found it
 * @buf: the payload, or the beginning of it
 * @len: bytes of @buf
 * @body: gets the fields; what the packet does not have becomes zero
 * @err: gets what is wrong
 *
 * Source: spec/wire.md 5.
 *
 * Return: bytes of the fixed part; -EPROTO if there are fewer, or if the value
 * of a field is out of range.
 */
int drbd_wire_decode(const struct drbd_wire_link *link,
		     const struct drbd_wire_packet *packet, const u8 *buf, u32 len,
		     union drbd_wire_body *body, struct drbd_wire_error *err)
{
	const struct drbd_wire_field *field = packet->fields;
	const struct drbd_wire_field *end = field + packet->nfields;
	u32 size = drbd_wire_fixed_size(link, packet);
	u64 value = 0;

	if (len < size)
		return drbd_wire_fail(err, packet->name, "length", len);
	memset(body, 0, sizeof(*body));
	for (; field < end; field++) {
		if (!drbd_wire_field_present(link, field))
			continue;
		if (!field_decode(field, buf, (u8 *)body + field->offset, &value))
			return drbd_wire_fail(err, packet->name, field->name, value);
		buf += field->width;
	}
	return size;
}
EXPORT_SYMBOL_GPL(drbd_wire_decode);

/**
 * drbd_wire_encode() - write the fixed part of a packet
 * @link: what the peers agreed on
 * @packet: the packet
 * @body: the fields; those that the packet does not have are ignored
 * @buf: gets the payload
 * @size: bytes of @buf
 * @err: gets what is wrong
 *
 * A packet that the peer would have to refuse is not written: that it does not
 * know, or with values that are out of range. It is an error in this node.
 *
 * Source: spec/wire.md 3.2, 5.
 *
 * Return: bytes of the fixed part; -EPROTO if the packet must not be sent;
 * -EMSGSIZE if @buf is too small.
 */
int drbd_wire_encode(const struct drbd_wire_link *link,
		     const struct drbd_wire_packet *packet,
		     const union drbd_wire_body *body, u8 *buf, u32 size,
		     struct drbd_wire_error *err)
{
	const struct drbd_wire_field *field = packet->fields;
	const struct drbd_wire_field *end = field + packet->nfields;
	u32 fixed = drbd_wire_fixed_size(link, packet);
	u64 value = 0;
	int rv;

	rv = drbd_wire_permitted(link, packet, err);
	if (rv)
		return rv;
	if (size < fixed)
		return -EMSGSIZE;
	for (; field < end; field++) {
		if (!drbd_wire_field_present(link, field))
			continue;
		if (!field_encode(field, (const u8 *)body + field->offset, buf, &value))
			return drbd_wire_fail(err, packet->name, field->name, value);
		buf += field->width;
	}
	return fixed;
}
EXPORT_SYMBOL_GPL(drbd_wire_encode);
