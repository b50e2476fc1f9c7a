// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is said in other words to other versions
 *
 * Over the years packets got successors with an id, a dagtag or room for more
 * nodes, and acks whose meaning once was to be guessed from the block id got
 * numbers of their own. All else of the engine shall know the newest form only:
 * here is what stands for it between peers that have agreed on less.
 *
 * Source: spec/wire.md 5.4, 5.7, 5.9, 5.12, 6.2.
 */

#include <linux/array_size.h>
#include <linux/export.h>

#include "wire_compat.h"

/* The first version in which an answer has the block id of what it answers. */
#define VERSION_IDS	122

/**
 * struct successor - a packet, and the one that it has replaced
 * @number: of the newer one
 * @older: number of the older one
 * @since: version that has the newer one
 * @features: that it needs
 */
struct successor {
	u16 number;
	u16 older;
	u8 since;
	u16 features;
};

static const struct successor successors[] = {
	{ DRBD_P_SYNC_PARAM89, DRBD_P_SYNC_PARAM, 89 },
	{ DRBD_P_CONN_ST_CHG_REQ, DRBD_P_STATE_CHG_REQ, 100 },
	{ DRBD_P_CONN_ST_CHG_REPLY, DRBD_P_STATE_CHG_REPLY, 100 },
	{ DRBD_P_UUIDS110, DRBD_P_UUIDS, 110 },
	{ DRBD_P_RS_CANCEL_AHEAD, DRBD_P_RS_CANCEL, 115 },
	{ DRBD_P_WRITE_ACK_IN_SYNC, DRBD_P_RS_WRITE_ACK, VERSION_IDS },
	{ DRBD_P_RS_NEG_ACK, DRBD_P_NEG_ACK, VERSION_IDS },
	{ DRBD_P_OV_RESULT_ID, DRBD_P_OV_RESULT, VERSION_IDS },
	{ DRBD_P_RS_DEALLOCATED_ID, DRBD_P_RS_DEALLOCATED, VERSION_IDS },
	{ DRBD_P_RS_DAGTAG_REQ, DRBD_P_RS_DATA_REQUEST, 0, DRBD_FF_RESYNC_DAGTAG },
	{ DRBD_P_RS_CSUM_DAGTAG_REQ, DRBD_P_CSUM_RS_REQUEST, 0, DRBD_FF_RESYNC_DAGTAG },
	{ DRBD_P_RS_THIN_DAGTAG_REQ, DRBD_P_RS_THIN_REQ, 0, DRBD_FF_RESYNC_DAGTAG },
	{ DRBD_P_OV_DAGTAG_REQ, DRBD_P_OV_REQUEST, 0, DRBD_FF_RESYNC_DAGTAG },
	{ DRBD_P_OV_DAGTAG_REPLY, DRBD_P_OV_REPLY, 0, DRBD_FF_RESYNC_DAGTAG },
	{ DRBD_P_ZEROES, DRBD_P_TRIM, 0, DRBD_FF_WZEROES },
};

/**
 * drbd_wire_number_for() - packet that stands for another one between two peers
 * @link: what they have agreed on
 * @number: of the packet that is meant, in its newest form
 *
 * Source: spec/wire.md 4, 5.7, 5.9.
 *
 * Return: number of the packet to send.
 */
u32 drbd_wire_number_for(const struct drbd_wire_link *link, u32 number)
{
	const struct successor *s = successors;
	const struct successor *end = s + ARRAY_SIZE(successors);

	for (; s < end; s++) {
		if (s->number != number)
			continue;
		if (link->version < s->since || s->features & ~link->features)
			return s->older;
		break;
	}
	return number;
}
EXPORT_SYMBOL_GPL(drbd_wire_number_for);

/**
 * drbd_wire_has_ids() - do answers to resync requests have their block id
 * @version: agreed version
 *
 * Source: spec/wire.md 5.7, 5.9.
 *
 * Return: true if they are matched by the id, false if by sector and size.
 */
bool drbd_wire_has_ids(u32 version)
{
	return version >= VERSION_IDS;
}
EXPORT_SYMBOL_GPL(drbd_wire_has_ids);

/**
 * drbd_wire_resync_id() - block id of an answer to do with a resync
 * @version: agreed version
 * @block_id: of the request
 *
 * For P_RS_DATA_REPLY, P_RS_WRITE_ACK and P_RS_NEG_ACK. Source: spec/wire.md 5.7.
 *
 * Return: the id to send.
 */
u64 drbd_wire_resync_id(u32 version, u64 block_id)
{
	return drbd_wire_has_ids(version) ? block_id : DRBD_WIRE_ID_SYNCER;
}
EXPORT_SYMBOL_GPL(drbd_wire_resync_id);

/**
 * drbd_wire_ack_meaning() - what a received ack means
 * @version: agreed version
 * @number: of the packet
 * @block_id: that it has
 *
 * Source: spec/wire.md 5.7.
 *
 * Return: the meaning, DRBD_ACK_OTHER if it acknowledges no write.
 */
enum drbd_wire_ack drbd_wire_ack_meaning(u32 version, u32 number, u64 block_id)
{
	bool guess = !drbd_wire_has_ids(version);
	bool syncer = block_id == DRBD_WIRE_ID_SYNCER;

	switch (number) {
	case DRBD_P_RECV_ACK:
		return DRBD_ACK_RECEIVED;
	case DRBD_P_WRITE_ACK:
		return DRBD_ACK_WRITTEN;
	case DRBD_P_WRITE_ACK_IN_SYNC:
		return DRBD_ACK_WRITTEN_IN_SYNC;
	case DRBD_P_RS_NEG_ACK:
		return DRBD_ACK_RS_FAILED;
	case DRBD_P_NEG_ACK:
		return guess && syncer ? DRBD_ACK_RS_FAILED : DRBD_ACK_FAILED;
	case DRBD_P_RS_WRITE_ACK:
		return guess && !syncer ? DRBD_ACK_WRITTEN_IN_SYNC : DRBD_ACK_RS_WRITTEN;
	default:
		return DRBD_ACK_OTHER;
	}
}
EXPORT_SYMBOL_GPL(drbd_wire_ack_meaning);

/**
 * drbd_wire_write_number() - packet that replicates a write
 * @link: what the peers agreed on; discards need DRBD_FF_TRIM
 * @write: the write
 *
 * Source: spec/wire.md 5.7.
 *
 * Return: number of the packet.
 */
u32 drbd_wire_write_number(const struct drbd_wire_link *link,
			   const struct drbd_wire_write *write)
{
	if (write->zeroes)
		return drbd_wire_number_for(link, DRBD_P_ZEROES);
	return write->discard ? DRBD_P_TRIM : DRBD_P_DATA;
}
EXPORT_SYMBOL_GPL(drbd_wire_write_number);

/**
 * drbd_wire_write_flags() - dp_flags of a write
 * @link: what the peers agreed on
 * @write: the write
 *
 * Source: spec/wire.md 5.7, 10.10.
 *
 * Return: &enum drbd_wire_dp.
 */
u32 drbd_wire_write_flags(const struct drbd_wire_link *link,
			  const struct drbd_wire_write *write)
{
	bool zeroes = write->zeroes && link->features & DRBD_FF_WZEROES;
	u32 flags = 0;

	if (write->sync)
		flags |= DRBD_DP_RW_SYNC;
	if (write->syncing)
		flags |= DRBD_DP_MAY_SET_IN_SYNC;
	if (link->version < 95)
		return flags;

	if (write->fua)
		flags |= DRBD_DP_FUA;
	if (write->preflush)
		flags |= DRBD_DP_FLUSH;
	if (zeroes)
		flags |= DRBD_DP_ZEROES;
	if (write->discard || (write->zeroes && !(zeroes && write->no_unmap)))
		flags |= DRBD_DP_DISCARD;
	if (link->version < 100)
		return flags;

	if (write->protocol == 2)
		flags |= DRBD_DP_SEND_RECEIVE_ACK;
	/* Whose blocks may get in sync has to be told that they are. */
	if (write->protocol == 3 || write->syncing)
		flags |= DRBD_DP_SEND_WRITE_ACK;
	return flags;
}
EXPORT_SYMBOL_GPL(drbd_wire_write_flags);

/**
 * drbd_wire_max_bio() - largest write or read that a peer may be asked for
 * @version: agreed version
 *
 * Source: spec/wire.md 5.4, 10.15.
 *
 * Return: bytes.
 */
u32 drbd_wire_max_bio(u32 version)
{
	if (version >= 100)
		return DRBD_WIRE_MAX_BIO;
	return version >= 95 ? 128 << 10 : 32 << 10;
}
EXPORT_SYMBOL_GPL(drbd_wire_max_bio);

/**
 * drbd_wire_max_discard() - largest discard that a peer may be sent
 * @features: agreed &enum drbd_wire_feature
 *
 * Source: spec/wire.md 1, 10.15.
 *
 * Return: bytes.
 */
u32 drbd_wire_max_discard(u32 features)
{
	return features & DRBD_FF_WSAME ? DRBD_WIRE_MAX_DISCARD : 4 << 20;
}
EXPORT_SYMBOL_GPL(drbd_wire_max_discard);

/**
 * drbd_wire_has_stop_sector() - can an online verify end before the device does
 * @version: agreed version
 *
 * It came to 8.3 when 8.4 had been released already. Source: spec/wire.md 6.2.
 *
 * Return: true if the peer knows what the end is.
 */
bool drbd_wire_has_stop_sector(u32 version)
{
	return version >= 97 && version != 100;
}
EXPORT_SYMBOL_GPL(drbd_wire_has_stop_sector);

/**
 * drbd_wire_sizes_bogus() - do the sizes of a P_SIZES contradict each other
 * @d_size: sectors that the disk can hold, or 0
 * @u_size: sectors, limit of the user, or 0
 * @c_size: sectors of the device
 *
 * Source: spec/wire.md 5.4, 10.16.
 *
 * Return: true if they do; the connection cannot go on.
 */
bool drbd_wire_sizes_bogus(u64 d_size, u64 u_size, u64 c_size)
{
	return (d_size && c_size > d_size) || (u_size && c_size > u_size);
}
EXPORT_SYMBOL_GPL(drbd_wire_sizes_bogus);

/**
 * drbd_wire_after_sb_mirror() - policy after a split brain, from the other side
 * @after_sb: one of P_PROTOCOL, may be out of range
 *
 * Source: spec/wire.md 5.2, 10.7.
 *
 * Return: the policy that the other node has to have for both to act alike.
 */
u32 drbd_wire_after_sb_mirror(u32 after_sb)
{
	switch (after_sb) {
	case 5:		/* discard-local */
		return 6;
	case 6:		/* discard-remote */
		return 5;
	default:
		return after_sb;
	}
}
EXPORT_SYMBOL_GPL(drbd_wire_after_sb_mirror);
