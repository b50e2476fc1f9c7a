// SPDX-License-Identifier: GPL-2.0-only
/*
 * The resize command, and the resync of what a device grew by
 *
 * A new area differs between nodes, so one of them has to be the source for
 * each other. All have to come to the same conclusion without asking: the
 * Primary has to be, since it may write there at once; otherwise node ids
 * decide. With peers that have no two-phase commit for it, the news travel from
 * node to node with P_SIZES, and a node resyncs with those two only that are
 * next to it in the order of node ids. This is enough for all to get the data,
 * and it does not make everybody resync with everybody.
 *
 * A resize by two-phase commit has rules of its own, which are with that.
 */

#include <linux/bits.h>
#include <linux/bitops.h>
#include <linux/export.h>

#include "resize.h"

#define AL_KIB_MIN		32
#define AL_KIB_MAX		(16 * 1024 * 1024)
#define AL_STRIPES_MAX		1024
#define AL_STRIPE_KIB_MIN	4

/**
 * drbd_al_layout_check() - check a layout of the activity log
 * @stripes: number of stripes
 * @stripe_kib: size of a stripe in KiB
 *
 * Return: DRBD_RESIZE_OK, or the error.
 * Source: spec/admin.md 5.4 and 20.11, spec/metadata.md 14 (39)
 */
enum drbd_resize_error drbd_al_layout_check(u32 stripes, u32 stripe_kib)
{
	u64 kib = (u64)stripes * stripe_kib;

	if (stripes > AL_STRIPES_MAX || kib > AL_KIB_MAX)
		return DRBD_RESIZE_AL_TOO_BIG;
	if (stripe_kib < AL_STRIPE_KIB_MIN || kib < AL_KIB_MIN)
		return DRBD_RESIZE_AL_TOO_SMALL;
	return stripe_kib % 4 ? DRBD_RESIZE_INVALID : DRBD_RESIZE_OK;
}
EXPORT_SYMBOL_GPL(drbd_al_layout_check);

static bool is_old(const struct drbd_resize_peer *peer)
{
	return peer->repl == DRBD_R_ESTABLISHED && peer->protocol < 111;
}

static bool lacks_primary(const struct drbd_resize *resize)
{
	bool old = false;
	unsigned int i;

	if (resize->primary && resize->disk == DRBD_D_UP_TO_DATE)
		return false;
	for (i = 0; i < resize->count; i++) {
		const struct drbd_resize_peer *peer = &resize->peers[i];

		if (!is_old(peer))
			continue;
		if (peer->primary && peer->pdsk == DRBD_D_UP_TO_DATE)
			return false;
		old = true;
	}
	return old;
}

/**
 * drbd_resize_check() - check a resize command
 * @resize: the command, and the situation
 *
 * Return: DRBD_RESIZE_OK, or the first error.
 * Source: spec/resync.md 8.3, spec/admin.md 5.4
 */
enum drbd_resize_error drbd_resize_check(const struct drbd_resize *resize)
{
	unsigned int i;

	if (resize->disk < DRBD_D_NEGOTIATING)
		return DRBD_RESIZE_NO_DISK;
	for (i = 0; i < resize->count; i++) {
		if (resize->peers[i].repl > DRBD_R_ESTABLISHED)
			return DRBD_RESIZE_RESYNC;
	}
	if (resize->size > resize->own_max)
		return DRBD_RESIZE_DISK_TOO_SMALL;
	if (lacks_primary(resize))
		return DRBD_RESIZE_NO_PRIMARY;
	for (i = 0; resize->no_resync && i < resize->count; i++) {
		if (resize->peers[i].conn == DRBD_C_CONNECTED && resize->peers[i].protocol < 93)
			return DRBD_RESIZE_NEED_APV_93;
	}
	if (resize->change_al)
		return drbd_al_layout_check(resize->al_stripes, resize->al_stripe_kib);
	return DRBD_RESIZE_OK;
}
EXPORT_SYMBOL_GPL(drbd_resize_check);

/**
 * drbd_resize_by_twopc() - whether all peers can resize by two-phase commit
 * @peers: all peers
 * @count: number of @peers
 *
 * Return: false if it has to be done the old way, which it has also when a peer
 * refuses the new one.
 * Source: spec/resync.md 8.3
 */
bool drbd_resize_by_twopc(const struct drbd_resize_peer *peers, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (peers[i].conn == DRBD_C_CONNECTED && peers[i].protocol < 112)
			return false;
	}
	return true;
}
EXPORT_SYMBOL_GPL(drbd_resize_by_twopc);

/**
 * drbd_grow_neighbours() - peers to resync a new area with, the old way
 * @diskful: mask of connected peers with a disk
 * @node_id: own node id
 *
 * Return: mask of the next lower and the next higher one.
 * Source: spec/resync.md 8.4
 */
u64 drbd_grow_neighbours(u64 diskful, int node_id)
{
	u64 lower = diskful & (drbd_node_mask(node_id) - 1);
	u64 higher = diskful & ~(drbd_node_mask(node_id) - 1) & ~drbd_node_mask(node_id);
	u64 mask = 0;

	if (lower)
		mask |= BIT_ULL(fls64(lower) - 1);
	if (higher)
		mask |= BIT_ULL(__ffs64(higher));
	return mask;
}
EXPORT_SYMBOL_GPL(drbd_grow_neighbours);

/**
 * drbd_grow_is_source() - direction of the resync of a new area, the old way
 * @p: this node and the peer
 *
 * Return: true if this node is the source, false if it is the target.
 * Source: spec/resync.md 8.4
 */
bool drbd_grow_is_source(const struct drbd_grow_peer *p)
{
	if (p->primary != p->peer_primary)
		return p->primary;
	return p->protocol >= 111 ? p->node_id < p->peer_id : p->resolves;
}
EXPORT_SYMBOL_GPL(drbd_grow_is_source);

/**
 * drbd_grow_when() - when to resync a new area with a peer, the old way
 * @g: the device and the peer
 *
 * Return: when.
 * Source: spec/resync.md 8.4
 */
enum drbd_grow_when drbd_grow_when(const struct drbd_grow *g)
{
	if (!g->pending && !(g->grew && g->repl == DRBD_R_ESTABLISHED))
		return DRBD_GROW_NO_RESYNC;
	if (g->disk < DRBD_D_INCONSISTENT || g->pdsk < DRBD_D_INCONSISTENT)
		return DRBD_GROW_LATER;
	return g->no_resync ? DRBD_GROW_NO_RESYNC : DRBD_GROW_RESYNC;
}
EXPORT_SYMBOL_GPL(drbd_grow_when);
