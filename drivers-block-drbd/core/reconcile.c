// SPDX-License-Identifier: GPL-2.0-only
/*
 * How survivors of a primary become equal again
 *
 * What they received from it are prefixes of one stream, so the one with the
 * longer prefix has all that the other one has. They compare positions, and the
 * one that is behind is resynced. Its bitmap is pessimistic, but covers the
 * difference. If generation UUIDs differ already, these decide.
 */

#include <linux/export.h>

#include "dagtag.h"
#include "reconcile.h"

/**
 * drbd_reconcile() - what two survivors of a primary do
 * @uuids: what their UUIDs demand
 * @own: last dagtag that this node received from the primary
 * @peer: last dagtag that the peer received from it
 *
 * Both evaluate the mirror image, so that their answers match. As a target, this
 * node has to take @peer for its own position after the resync.
 *
 * Return: what to do.
 * Source: spec/io.md 4.8 (3), F18
 */
enum drbd_reconcile drbd_reconcile(enum drbd_reconcile_uuids uuids, u64 own, u64 peer)
{
	switch (uuids) {
	case DRBD_RECONCILE_UUIDS_SOURCE:
		return DRBD_RECONCILE_SOURCE;
	case DRBD_RECONCILE_UUIDS_TARGET:
		return DRBD_RECONCILE_TARGET;
	case DRBD_RECONCILE_UUIDS_EQUAL:
		if (own == peer)
			return DRBD_RECONCILE_CLEAR;
		return drbd_dagtag_newer_or_equal(own, peer) ? DRBD_RECONCILE_SOURCE :
							       DRBD_RECONCILE_TARGET;
	case DRBD_RECONCILE_UUIDS_OTHER:
		break;
	}
	return DRBD_RECONCILE_IGNORE;
}
EXPORT_SYMBOL_GPL(drbd_reconcile);

/**
 * drbd_reconcile_volumes() - the same for all volumes
 * @volumes: volumes that are shared with the peer
 * @n: number of them
 * @own: see drbd_reconcile()
 * @peer: see there
 *
 * There is one stream for all volumes, so that they have to agree, and none may
 * be busy otherwise.
 *
 * Return: what to do, on all volumes.
 * Source: spec/io.md 4.8 (3)
 */
enum drbd_reconcile drbd_reconcile_volumes(const struct drbd_reconcile_volume *volumes,
					   unsigned int n, u64 own, u64 peer)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		const struct drbd_reconcile_volume *v = &volumes[i];

		if (v->repl > DRBD_R_ESTABLISHED)
			return DRBD_RECONCILE_IGNORE;
		if (v->disk != DRBD_D_CONSISTENT && v->disk != DRBD_D_UP_TO_DATE)
			return DRBD_RECONCILE_IGNORE;
		if (v->uuids != volumes[0].uuids)
			return DRBD_RECONCILE_IGNORE;
	}
	return n ? drbd_reconcile(volumes[0].uuids, own, peer) : DRBD_RECONCILE_IGNORE;
}
EXPORT_SYMBOL_GPL(drbd_reconcile_volumes);

/**
 * drbd_reconcile_handshake() - the same while connecting, UUIDs being equal
 * @own_bits: this node has out-of-sync bits for the peer
 * @peer_bits: the peer has some for this node
 * @own: see drbd_reconcile()
 * @peer: see there
 * @own_id: node id of this node
 * @peer_id: node id of the peer
 *
 * Return: what to do; %DRBD_RECONCILE_IGNORE if nobody has bits.
 * Source: spec/io.md 4.8 (RECONCILE_RECONNECT), F18
 */
enum drbd_reconcile drbd_reconcile_handshake(bool own_bits, bool peer_bits, u64 own,
					     u64 peer, int own_id, int peer_id)
{
	bool source;

	if (!own_bits && !peer_bits)
		return DRBD_RECONCILE_IGNORE;
	if (own_bits != peer_bits)
		source = own_bits;
	else if (own != peer)
		source = drbd_dagtag_newer_or_equal(own, peer);
	else
		source = own_id < peer_id;
	return source ? DRBD_RECONCILE_SOURCE : DRBD_RECONCILE_TARGET;
}
EXPORT_SYMBOL_GPL(drbd_reconcile_handshake);
