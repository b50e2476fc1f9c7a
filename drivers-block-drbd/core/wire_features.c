// SPDX-License-Identifier: GPL-2.0-only
/*
 * Agreement on a protocol version and features
 *
 * Both peers send one packet, without waiting for the other's, and each draws
 * the same conclusion from the two: the newest version and the features that
 * both have. Nothing confirms it. So a node that refuses can only close the
 * connection, and whether it tries again is a question of what may change: the
 * software of the peer does not while both run, the node id of a peer that is
 * just being reconfigured does.
 *
 * Versions alone do not tell what works. Those before 118 of DRBD 9 (110 to 117)
 * deadlock in the handshake, and RESYNC_DAGTAG of the first releases with it,
 * recognised by version 121, sends acknowledgements that match no request.
 *
 * Source: spec/wire.md 6.
 */

#include <linux/export.h>
#include <linux/minmax.h>

#include "wire_features.h"
#include "wire_header.h"

/* The first version with node ids and more than one connection. */
#define VERSION_NODES		110
/* Of releases with a broken RESYNC_DAGTAG, and of others without it. */
#define VERSION_EARLY_DAGTAG	121

/**
 * drbd_wire_version_valid() - can a version be agreed on
 * @version: the version
 *
 * Source: spec/wire.md 6.2.
 *
 * Return: true for those of 8.4 and of DRBD 9, false for those between and
 * beyond.
 */
bool drbd_wire_version_valid(u32 version)
{
	return (version >= DRBD_PROTO_84_MIN && version <= DRBD_PROTO_84_MAX) ||
	       (version >= DRBD_PROTO_9_MIN && version <= DRBD_PROTO_9_MAX);
}
EXPORT_SYMBOL_GPL(drbd_wire_version_valid);

/**
 * drbd_wire_agree() - agree on version and features
 * @own: what this node has sent; version_max not 0
 * @peer: what the peer has sent
 * @multiple: the resource has another connection, too
 * @agreed: gets the agreement; of meaning only with DRBD_WIRE_AGREED, and for the
 *	log message of DRBD_WIRE_EARLY_DAGTAG and DRBD_WIRE_MULTIPLE
 *
 * Source: spec/wire.md 6.1, 6.3.
 *
 * Return: whether peers understand each other, or the first reason why not.
 */
enum drbd_wire_verdict drbd_wire_agree(const struct drbd_wire_offer *own,
				       const struct drbd_wire_offer *peer, bool multiple,
				       struct drbd_wire_agreement *agreed)
{
	u32 peer_max = peer->version_max ?: peer->version_min;

	agreed->version = DRBD_WIRE_NO_VERSION;
	agreed->features = 0;
	if (own->version_max < peer->version_min || own->version_min > peer_max ||
	    peer->version_min > peer_max)
		return DRBD_WIRE_NO_COMMON_VERSION;
	if (peer_max > DRBD_PROTO_84_MAX && peer_max < DRBD_PROTO_9_MIN)
		return DRBD_WIRE_EARLY_NINE;

	agreed->version = min(own->version_max, peer_max);
	agreed->features = own->features & peer->features;
	if (!(agreed->features & DRBD_FF_WSAME))
		agreed->features &= ~DRBD_FF_BM_BLOCK_SHIFT;

	if (agreed->version == VERSION_EARLY_DAGTAG &&
	    agreed->features & DRBD_FF_RESYNC_DAGTAG)
		return DRBD_WIRE_EARLY_DAGTAG;
	if (agreed->version < VERSION_NODES)
		return multiple ? DRBD_WIRE_MULTIPLE : DRBD_WIRE_AGREED;
	if (peer->sender_node_id != own->receiver_node_id)
		return DRBD_WIRE_OTHER_PEER;
	if (peer->receiver_node_id != own->sender_node_id)
		return DRBD_WIRE_OTHER_SELF;
	return DRBD_WIRE_AGREED;
}
EXPORT_SYMBOL_GPL(drbd_wire_agree);

/**
 * drbd_wire_retry() - may another attempt to connect have another result
 * @verdict: result of drbd_wire_agree() other than DRBD_WIRE_AGREED
 *
 * Source: spec/wire.md 6.1.
 *
 * Return: true to try again after a second, false to become StandAlone.
 */
bool drbd_wire_retry(enum drbd_wire_verdict verdict)
{
	return verdict == DRBD_WIRE_OTHER_PEER || verdict == DRBD_WIRE_OTHER_SELF;
}
EXPORT_SYMBOL_GPL(drbd_wire_retry);
