// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where an application read goes
 *
 * A read may go to any replica with current data. Peers in a weaker protocol may
 * lag behind completed writes until a barrier is through, so those in the
 * strongest protocol are preferred, and share the load among themselves.
 */

#include <linux/bitops.h>
#include <linux/export.h>

#include "read_path.h"

/* log2 of the smallest stripe, in sectors */
#define STRIPE_MIN_SHIFT	6

/**
 * drbd_read_locally() - whether a range is readable from the local disk
 * @local: what decides
 *
 * Return: true if it is.
 * Source: spec/io.md 5.1
 */
bool drbd_read_locally(const struct drbd_read_local *local)
{
	if (local->disk == DRBD_D_UP_TO_DATE)
		return true;
	if (local->disk != DRBD_D_INCONSISTENT)
		return false;
	return local->without_bitmap || (local->slots && !local->any_bit);
}
EXPORT_SYMBOL_GPL(drbd_read_locally);

/**
 * drbd_read_candidate() - the next peer to read from
 * @peers: peers that may serve it
 * @left: peers of the current round; the device's, initially 0. Races are
 *	harmless
 *
 * Return: node id, %DRBD_NO_NODE if there is none.
 * Source: spec/io.md 5.2
 */
int drbd_read_candidate(const struct drbd_read_peers *peers, u64 *left)
{
	u64 mask = *left & (peers->c | peers->b | peers->a);
	int node;

	if (!mask)
		mask = peers->c ?: peers->b ?: peers->a;
	if (!mask)
		return DRBD_NO_NODE;
	node = __ffs64(mask);
	*left = mask & ~drbd_node_mask(node);
	return node;
}
EXPORT_SYMBOL_GPL(drbd_read_candidate);

/**
 * drbd_read_stripe() - whether a stripe belongs to the peer
 * @policy: one of the striping policies
 * @sector: start of the read, in 512-byte sectors
 *
 * Return: true if it does.
 * Source: spec/io.md 5.3, F4
 */
bool drbd_read_stripe(enum drbd_read_balancing policy, u64 sector)
{
	return sector >> (STRIPE_MIN_SHIFT + policy - DRBD_READ_32K_STRIPING) & 1;
}
EXPORT_SYMBOL_GPL(drbd_read_stripe);

static bool prefers_remote(const struct drbd_read_choice *choice, bool *toggle)
{
	switch (choice->policy) {
	case DRBD_READ_PREFER_LOCAL:
	case DRBD_READ_WHEN_CONGESTED: /* Linux has no such information any more */
		return false;
	case DRBD_READ_PREFER_REMOTE:
		return true;
	case DRBD_READ_ROUND_ROBIN:
		*toggle = !*toggle;
		return !*toggle;
	case DRBD_READ_LEAST_PENDING:
		return choice->local_count > choice->remote_count;
	default:
		return drbd_read_stripe(choice->policy, choice->sector);
	}
}

/**
 * drbd_read_choose() - where a read goes
 * @choice: what decides
 * @toggle: the device's, initially false
 *
 * Return: where.
 * Source: spec/io.md 5.3, F19
 */
enum drbd_read_from drbd_read_choose(const struct drbd_read_choice *choice, bool *toggle)
{
	if (!choice->local)
		return choice->candidate ? DRBD_READ_REMOTE : DRBD_READ_FAIL;
	if (choice->candidate && prefers_remote(choice, toggle))
		return DRBD_READ_REMOTE;
	return DRBD_READ_LOCAL;
}
EXPORT_SYMBOL_GPL(drbd_read_choose);
