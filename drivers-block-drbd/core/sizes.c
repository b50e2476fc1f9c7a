// SPDX-License-Identifier: GPL-2.0-only
/*
 * Size of a device: agreement among peers, and changes of it
 *
 * A device is as large as all of its copies can be. Peers that are connected say
 * how much they have. One that had a disk and is gone now may have no more than
 * what was agreed upon when it was there, so the device does not grow beyond
 * that without it, unless the administrator knows better.
 *
 * Data must not be cut off by accident. A smaller disk that connects is refused,
 * as soon as there are usable data; only a configured size shrinks them.
 */

#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "sizes.h"

/* What all peers can have: 0 for unlimited. @all_known: nobody is missing. */
static u64 limit_of_peers(const struct drbd_size_query *query, bool *all_known)
{
	u64 limit = 0;
	int i;

	*all_known = true;
	for (i = 0; i < DRBD_NODES; i++) {
		const struct drbd_size_peer *peer = &query->peers[i];

		if (i == query->node_id)
			continue;
		if (peer->answered)
			limit = min_not_zero(limit, query->twopc_max);
		else if (peer->known)
			limit = min_not_zero(limit, peer->max_size);
		else if (peer->seen)
			*all_known = false;
	}
	return limit;
}

/**
 * drbd_size_agree() - find the size that all can have
 * @query: what it depends on
 * @answer: result
 *
 * Source: spec/resync.md 8.1
 */
void drbd_size_agree(const struct drbd_size_query *query, struct drbd_size_answer *answer)
{
	bool all_known;
	u64 limit = limit_of_peers(query, &all_known);
	u64 size = min_not_zero(limit, query->own_max);

	memset(answer, 0, sizeof(*answer));
	if (!all_known) {
		if (!(query->flags & DRBD_SIZE_ASSUME_SPACE))
			size = min_not_zero(size, query->last_agreed);
		else
			answer->assumed = size > query->last_agreed;
	}
	if (query->user_size > size)
		answer->user_too_big = true;
	else if (query->user_size)
		size = query->user_size;
	answer->size = size;
}
EXPORT_SYMBOL_GPL(drbd_size_agree);

/**
 * drbd_size_to_announce() - d_size of P_SIZES
 * @query: what is known about sizes
 * @protocol: version agreed with the receiver
 *
 * Return: the size, 0 for a node without a disk that knows of none.
 * Source: spec/resync.md 8, spec/wire.md 5.4
 */
u64 drbd_size_to_announce(const struct drbd_size_query *query, unsigned int protocol)
{
	u64 size = query->own_max;
	int i;

	if (protocol < 112)
		return size;
	for (i = 0; i < DRBD_NODES; i++) {
		if (i != query->node_id && query->peers[i].known)
			size = min_not_zero(size, query->peers[i].max_size);
	}
	return size;
}
EXPORT_SYMBOL_GPL(drbd_size_to_announce);

/**
 * drbd_size_limit() - what this node says about its size in a resize
 * @disk: own disk; Diskless also if the volume is not known here
 * @own_max: largest size on it
 *
 * Return: the limit.
 * Source: spec/resync.md 8.3, spec/state.md 13 (39)
 */
u64 drbd_size_limit(enum drbd_disk disk, u64 own_max)
{
	return disk >= DRBD_D_NEGOTIATING ? own_max : DRBD_SIZE_UNLIMITED;
}
EXPORT_SYMBOL_GPL(drbd_size_limit);

static bool is_bogus(const struct drbd_size_offer *offer)
{
	return (offer->d_size && offer->c_size > offer->d_size) ||
	       (offer->u_size && offer->c_size > offer->u_size);
}

static u64 new_user_size(u64 user_size, const struct drbd_size_offer *offer, bool handshake)
{
	if (handshake)
		return min_not_zero(user_size, offer->u_size);
	if (!offer->u_size && offer->diskless)
		return user_size;
	return offer->u_size;
}

static void receive_with_disk(struct drbd_size_query *query, const struct drbd_size_offer *offer,
			      const struct drbd_size_here *here,
			      struct drbd_size_received *result)
{
	query->user_size = new_user_size(query->user_size, offer, here->handshake);
	drbd_size_agree(query, &result->answer);
	result->user_size = query->user_size;
	result->size = result->answer.size;
	result->flags = query->flags;
	/* The first agreement: leave the new area clean for nodes that join later. */
	if (!query->last_agreed)
		result->flags |= DRBD_SIZE_NO_RESYNC;

	if (result->size < here->current_size && here->disk >= DRBD_D_OUTDATED &&
	    (here->repl < DRBD_R_ESTABLISHED || offer->diskless))
		result->verdict = DRBD_SIZE_TOO_SMALL;
	else if (!here->handshake && offer->c_size > query->own_max)
		result->verdict = DRBD_SIZE_TOO_BIG;
	else
		result->verdict = DRBD_SIZE_APPLY;
}

static enum drbd_size_verdict verdict_without_disk(u64 size, const struct drbd_size_offer *offer,
						   const struct drbd_size_here *here)
{
	if (!size)
		return DRBD_SIZE_IGNORE;
	if (!here->current_size || size == here->current_size)
		return DRBD_SIZE_APPLY;
	if (offer->diskless)
		return DRBD_SIZE_IGNORE;
	if (size < here->current_size && here->primary)
		return DRBD_SIZE_TOO_SMALL;
	if (here->smallest_attached && here->smallest_attached < size)
		return DRBD_SIZE_IGNORE;
	return DRBD_SIZE_APPLY;
}

/**
 * drbd_size_receive() - conclude from the sizes that a peer sent
 * @query: what is known about sizes, with those of the peer, and with the flags
 *	that it sent; user_size is updated
 * @offer: what it sent
 * @here: own state
 * @result: conclusion
 *
 * After DRBD_SIZE_APPLY, other peers have to be told if the size changed, or the
 * size of the own disk did. Telling them each new configured size as well would
 * go on forever.
 *
 * Source: spec/resync.md 8.4, spec/wire.md 5.4
 */
void drbd_size_receive(struct drbd_size_query *query, const struct drbd_size_offer *offer,
		       const struct drbd_size_here *here, struct drbd_size_received *result)
{
	memset(result, 0, sizeof(*result));
	result->user_size = query->user_size;
	if (is_bogus(offer)) {
		result->verdict = DRBD_SIZE_BOGUS;
		return;
	}
	if (here->disk >= DRBD_D_NEGOTIATING) {
		receive_with_disk(query, offer, here, result);
		return;
	}
	result->size = min_not_zero(offer->c_size, min_not_zero(offer->u_size, offer->d_size));
	result->verdict = verdict_without_disk(result->size, offer, here);
}
EXPORT_SYMBOL_GPL(drbd_size_receive);

/**
 * drbd_size_change() - what a new size means
 * @apply: what to compare it with
 *
 * Return: the meaning, or an error.
 * Source: spec/resync.md 8.2, spec/metadata.md 9.11
 */
enum drbd_size_change drbd_size_change(const struct drbd_size_apply *apply)
{
	if (apply->size < apply->last_agreed) {
		if (apply->user_size > apply->size)
			return DRBD_SIZE_ERR_NO_FIT;
		if (!apply->user_size && apply->command)
			return DRBD_SIZE_ERR_IMPLICIT_SHRINK;
	}
	if (apply->size == apply->current_size)
		return DRBD_SIZE_UNCHANGED;
	if (apply->size < apply->current_size)
		return DRBD_SIZE_SHRUNK;
	return apply->current_size ? DRBD_SIZE_GREW : DRBD_SIZE_GREW_FROM_ZERO;
}
EXPORT_SYMBOL_GPL(drbd_size_change);

/**
 * drbd_size_is_fixed() - whether the size is to be written to the metadata
 * @last_agreed: the one that is there, 0 if none is
 * @up_to_date: some disk is UpToDate, here or at a peer
 *
 * Until then, it may become anything.
 *
 * Return: whether it is.
 * Source: spec/resync.md 8.2, spec/metadata.md 3.3
 */
bool drbd_size_is_fixed(u64 last_agreed, bool up_to_date)
{
	return last_agreed || up_to_date;
}
EXPORT_SYMBOL_GPL(drbd_size_is_fixed);

/**
 * drbd_attach_shrinks() - whether to refuse a disk because data would be cut off
 * @last_agreed: size that the metadata say, 0 if none
 * @size: size that the device would get
 * @user_size: configured size, 0 if none
 * @consistent: the data on the disk are
 *
 * Return: whether to refuse it.
 * Source: spec/resync.md 8.5, spec/admin.md 5.1 (22)
 */
bool drbd_attach_shrinks(u64 last_agreed, u64 size, u64 user_size, bool consistent)
{
	return consistent && size < last_agreed && size != user_size;
}
EXPORT_SYMBOL_GPL(drbd_attach_shrinks);

/**
 * drbd_attach_area_is_clean() - whether the area that an attach adds is in sync
 * @area: what is known about it
 *
 * Return: false if its bits have to be set.
 * Source: spec/resync.md 8.5, spec/metadata.md 9.11
 */
bool drbd_attach_area_is_clean(const struct drbd_attach_area *area)
{
	return area->reads_zeroes && !area->just_created &&
	       (area->was_up_to_date || (area->rs_granularity && area->no_uuids));
}
EXPORT_SYMBOL_GPL(drbd_attach_area_is_clean);
