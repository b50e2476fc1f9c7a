// SPDX-License-Identifier: GPL-2.0-only
/*
 * What says more than the generations of two nodes
 *
 * Two disks of the same generation need not be the same: one may be known to be
 * incomplete, or a Primary is lost that did not get to tell who has which of its
 * last writes. And a rule that is about crashes is no more than a guess when the
 * disks have a word to say.
 *
 * As in the comparison itself, both nodes decide from what they told each other,
 * not from what one of them learned since.
 */

#include <linux/export.h>

#include "uuid_override.h"

/**
 * drbd_uuid_missed_without_bits() - a resync ended unnoticed, nothing is to do
 * @c: the nodes
 * @role: own role
 * @d: the decision so far
 *
 * Peers before protocol 124 insist on a resync of nothing.
 *
 * Source: spec/resync.md 2.5
 */
void drbd_uuid_missed_without_bits(const struct drbd_compare *c, enum drbd_node_role role,
				   struct drbd_decision *d)
{
	if (c->proto >= 124 || c->comm.bits || c->view->dirty_bits)
		return;
	if (d->strategy == DRBD_SOURCE_USE_BITMAP && d->rule == DRBD_RULE_SOURCE_MISSED_FINISH)
		d->strategy = DRBD_RETRY_CONNECT;
	else if (d->strategy == DRBD_TARGET_USE_BITMAP && role == DRBD_ROLE_PRIMARY &&
		 d->rule == DRBD_RULE_TARGET_PEER_MISSED_FINISH)
		d->strategy = DRBD_REQUIRES_PROTO_124;
}
EXPORT_SYMBOL_GPL(drbd_uuid_missed_without_bits);

/**
 * drbd_uuid_negotiated_disk() - what a peer's disk counts as
 * @disk: disk state, as in its P_STATE
 * @flags: DRBD_UUID_FLAG_* that the peer told
 *
 * Return: the state, what the metadata says if it is being negotiated.
 * Source: spec/resync.md 2.6
 */
enum drbd_disk drbd_uuid_negotiated_disk(enum drbd_disk disk, u64 flags)
{
	if (disk != DRBD_D_NEGOTIATING)
		return disk;
	return flags & DRBD_UUID_FLAG_INCONSISTENT ? DRBD_D_INCONSISTENT : DRBD_D_CONSISTENT;
}
EXPORT_SYMBOL_GPL(drbd_uuid_negotiated_disk);

/* The peer is becoming what it told; what it still has is what its slot for this
 * node began with.
 */
static void prefer_source(const struct drbd_compare *c, struct drbd_decision *d)
{
	u64 bp = c->view->bitmap[c->ids->self], own = c->ids->current_uuid;

	d->strategy = DRBD_SOURCE_USE_BITMAP;
	if (!(c->view->flags & DRBD_UUID_FLAG_SYNC_TARGET))
		return;
	if (drbd_uuid_equal(bp, own) && drbd_uuid_equal(c->view->current_uuid, own))
		return;
	d->strategy = DRBD_SOURCE_SET_BITMAP;
	if (!drbd_uuid_real(bp))
		return;
	if (drbd_uuid_equal(c->ids->slots[c->peer].uuid, bp)) {
		d->strategy = DRBD_SOURCE_USE_BITMAP;
		return;
	}
	d->node = drbd_uuid_find_own_slot(c, bp);
	if (d->node != DRBD_NO_NODE)
		d->strategy = DRBD_SOURCE_COPY_BITMAP;
}

static void prefer_target(const struct drbd_compare *c, struct drbd_decision *d)
{
	u64 bs = c->comm.bitmap_uuid, peer = c->view->current_uuid;

	d->strategy = DRBD_TARGET_USE_BITMAP;
	if (!(c->comm.flags & DRBD_UUID_FLAG_SYNC_TARGET))
		return;
	if (drbd_uuid_equal(bs, peer) && drbd_uuid_equal(c->comm.current_uuid, peer))
		return;
	d->strategy = DRBD_TARGET_SET_BITMAP;
	if (!drbd_uuid_real(bs))
		return;
	if (drbd_uuid_equal(c->view->bitmap[c->ids->self], bs)) {
		d->strategy = DRBD_TARGET_USE_BITMAP;
		return;
	}
	d->node = drbd_uuid_find_peer_slot(c, bs);
	if (d->node != DRBD_NO_NODE)
		d->strategy = DRBD_TARGET_CLEAR_BITMAP;
}

static bool both_failed(const struct drbd_decision *d)
{
	return d->strategy == DRBD_SOURCE_IF_BOTH_FAILED ||
	       d->strategy == DRBD_TARGET_IF_BOTH_FAILED;
}

/**
 * drbd_uuid_disk_override() - disk states say more than generations
 * @c: the nodes
 * @own: own disk state, as told; of the metadata if it is being negotiated
 * @peer: disk state of the peer, as told; drbd_uuid_negotiated_disk()
 * @d: the decision so far
 *
 * Source: spec/resync.md 2.6
 */
void drbd_uuid_disk_override(const struct drbd_compare *c, enum drbd_disk own,
			     enum drbd_disk peer, struct drbd_decision *d)
{
	bool one_inconsistent = (own == DRBD_D_INCONSISTENT && peer > DRBD_D_INCONSISTENT) ||
				(peer == DRBD_D_INCONSISTENT && own > DRBD_D_INCONSISTENT);
	bool weak_rule = d->rule == DRBD_RULE_RECONNECTED || d->rule == DRBD_RULE_LOST_QUORUM ||
			 d->rule == DRBD_RULE_BOTH_OFF;
	bool no_sync = d->strategy == DRBD_NO_SYNC;

	if (c->proto < 119) {
		if (!one_inconsistent || !(no_sync || d->rule == DRBD_RULE_BOTH_OFF))
			return;
	} else {
		if (own == peer || own < DRBD_D_INCONSISTENT || peer < DRBD_D_INCONSISTENT ||
		    peer == DRBD_D_UNKNOWN)
			return;
		if (!(both_failed(d) && weak_rule) && !(no_sync && one_inconsistent))
			return;
	}
	if (own > peer)
		prefer_source(c, d);
	else
		prefer_target(c, d);
}
EXPORT_SYMBOL_GPL(drbd_uuid_disk_override);

/* Who got more of what a Primary sent before it was lost? */
static void reconcile_direction(const struct drbd_compare *c, const struct drbd_lost_primary *lost,
				struct drbd_decision *d)
{
	bool source = c->ids->self < c->peer;

	d->rule = DRBD_RULE_RECONCILE_BITMAP;
	if (!c->comm.bits || !c->view->dirty_bits) {
		source = c->comm.bits;
	} else if (lost->sent_node == lost->received_node && lost->offset_known && lost->offset) {
		source = lost->offset > 0;
		d->rule = DRBD_RULE_RECONCILE_DAGTAG;
	}
	d->strategy = source ? DRBD_SOURCE_USE_BITMAP : DRBD_TARGET_USE_BITMAP;
}

/**
 * drbd_uuid_reconcile() - same generation, but a common Primary is lost
 * @c: the nodes
 * @own: own disk state
 * @peer: disk state of the peer
 * @lost: what the two told each other of that Primary
 * @d: the decision so far
 *
 * Each of the two may have got writes that the other did not get. Without a lost
 * Primary, bits are left over from resyncs and mean nothing.
 *
 * Both have to come to the same result. If both have bits, only one of them
 * naming a Primary, that one would not know what the other makes of it; so it
 * takes both.
 *
 * Source: spec/resync.md 2.7
 */
void drbd_uuid_reconcile(const struct drbd_compare *c, enum drbd_disk own, enum drbd_disk peer,
			 const struct drbd_lost_primary *lost, struct drbd_decision *d)
{
	u64 crashed = DRBD_UUID_FLAG_CRASHED_PRIMARY | DRBD_UUID_FLAG_PRIMARY_LOST_QUORUM;

	if (d->strategy != DRBD_NO_SYNC || own != DRBD_D_UP_TO_DATE ||
	    peer != DRBD_D_UP_TO_DATE || !c->connecting ||
	    ((c->comm.flags | c->view->flags) & crashed))
		return;
	if (!c->comm.bits && !c->view->dirty_bits)
		return;
	if (c->comm.bits && c->view->dirty_bits) {
		if (!lost->sent || !lost->received)
			return;
	} else if (!lost->sent && !lost->received) {
		return;
	}
	d->reconcile = true;
	reconcile_direction(c, lost, d);
}
EXPORT_SYMBOL_GPL(drbd_uuid_reconcile);
