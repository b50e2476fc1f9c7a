// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits of the block device, as all peers and disks can bear them
 *
 * A request goes to all peers and to the disk as it is, so each of them has to
 * be able to serve it. What they can do becomes known only when they connect,
 * and changes when they are replaced; limits are computed anew each time.
 *
 * File systems remember the block size that they were made with. It follows the
 * connected peers, unless an option keeps it large enough for those to come.
 */

#include <linux/align.h>
#include <linux/export.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "limits.h"

#define SECTOR		512U
#define BLOCK_MAX	4096U

/**
 * drbd_protocol_max_bio() - largest request that a protocol version allows
 * @protocol: version agreed upon
 *
 * Return: bytes.
 * Source: spec/io.md 7.5 and F10
 */
u32 drbd_protocol_max_bio(unsigned int protocol)
{
	if (protocol < 95)
		return 32U << 10;
	return protocol < 100 ? 128U << 10 : DRBD_MAX_BIO_SIZE;
}
EXPORT_SYMBOL_GPL(drbd_protocol_max_bio);

/**
 * drbd_peer_max_bio() - largest request to send to a peer
 * @announced: max_bio_size that it announced, in bytes
 * @protocol: version agreed upon
 *
 * Return: bytes.
 * Source: spec/wire.md 5.4
 */
u32 drbd_peer_max_bio(u32 announced, unsigned int protocol)
{
	return min(announced, drbd_protocol_max_bio(protocol));
}
EXPORT_SYMBOL_GPL(drbd_peer_max_bio);

/**
 * drbd_max_bio_to_announce() - largest request to expect from a peer
 * @disk: the backing device, NULL without one
 * @protocol: version agreed upon
 *
 * Return: bytes.
 * Source: spec/io.md 7.5
 */
u32 drbd_max_bio_to_announce(const struct drbd_limits_disk *disk, unsigned int protocol)
{
	u32 limit = drbd_protocol_max_bio(protocol);

	return disk ? min(disk->max_bio_size, limit) : limit;
}
EXPORT_SYMBOL_GPL(drbd_max_bio_to_announce);

/**
 * drbd_peer_takes_bios() - whether a peer can serve the largest request
 * @max_bio_size: configured size of the largest one, in bytes
 * @announced: max_bio_size that the peer announced, in bytes
 * @protocol: version agreed upon
 * @limit: what the peer can serve, in bytes
 *
 * Before protocol 94, a peer cannot serve a request with several of its own.
 *
 * Return: false if the peer must not connect, since the limit of a device in use
 * stays as it is.
 * Source: spec/io.md 7.5
 */
bool drbd_peer_takes_bios(u32 max_bio_size, u32 announced, unsigned int protocol, u32 *limit)
{
	*limit = drbd_protocol_max_bio(protocol);
	if (protocol < 94)
		*limit = min(*limit, announced);
	return max_bio_size <= *limit;
}
EXPORT_SYMBOL_GPL(drbd_peer_takes_bios);

/**
 * drbd_peer_limits_check() - check what a peer announced
 * @peer: its limits
 *
 * Return: DRBD_LIMITS_OK, or which of them cannot be.
 * Source: spec/wire.md 5.4, spec/io.md 7.4
 */
enum drbd_limits_fault drbd_peer_limits_check(const struct drbd_limits_peer *peer)
{
	u32 logical = peer->logical_block_size, physical = peer->physical_block_size;

	if (logical && (!is_power_of_2(logical) || logical < SECTOR || logical > BLOCK_MAX))
		return DRBD_LIMITS_LOGICAL;
	if (physical && !is_power_of_2(physical))
		return DRBD_LIMITS_PHYSICAL;
	if (!IS_ALIGNED(peer->max_bio_size, SECTOR) ||
	    peer->max_bio_size < max(logical, SECTOR))
		return DRBD_LIMITS_MAX_BIO;
	return DRBD_LIMITS_OK;
}
EXPORT_SYMBOL_GPL(drbd_peer_limits_check);

/**
 * drbd_bio_is_good() - whether an application request keeps to the limits
 * @logical_block_size: the present one, in bytes
 * @sector: where it starts
 * @bytes: its size
 *
 * The block layer checks against limits that may be outdated by now, and some
 * disks complete what they cannot do.
 *
 * Return: false if it has to fail.
 * Source: spec/io.md 2.1, 7.6 and F10
 */
bool drbd_bio_is_good(u32 logical_block_size, u64 sector, u32 bytes)
{
	return bytes <= DRBD_MAX_DISCARD * SECTOR && IS_ALIGNED(bytes, logical_block_size) &&
	       IS_ALIGNED(sector, logical_block_size / SECTOR);
}
EXPORT_SYMBOL_GPL(drbd_bio_is_good);

static void stack_disk(struct drbd_limits *limits, const struct drbd_limits_disk *disk)
{
	limits->max_bio_size = min(limits->max_bio_size, disk->max_bio_size);
	limits->logical_block_size = max(limits->logical_block_size, disk->logical_block_size);
	limits->physical_block_size = max(limits->physical_block_size, disk->physical_block_size);
	limits->io_min = max(limits->io_min, disk->io_min);
	limits->write_cache = disk->write_cache;
	limits->fua = disk->fua;
	limits->rotational = disk->rotational;
}

static void stack_peer(struct drbd_limits *limits, const struct drbd_limits_peer *peer)
{
	limits->max_bio_size = min(limits->max_bio_size, peer->max_bio_size);
	limits->logical_block_size = max(limits->logical_block_size, peer->logical_block_size);
	limits->physical_block_size = max(limits->physical_block_size, peer->physical_block_size);
	limits->io_min = max(limits->io_min, peer->io_min);
}

static void allow_discards(struct drbd_limits *limits, u32 option,
			   const struct drbd_limits_disk *disk, bool trim, bool wsame)
{
	u32 granularity = option, largest = wsame ? DRBD_MAX_DISCARD : DRBD_MAX_DISCARD_OLD;

	if (option == DRBD_GRANULARITY_UNSET) {
		if (!trim || (disk && !disk->max_discard))
			return;
		granularity = SECTOR;
	} else if (!option) {
		return;
	}
	if (disk && disk->max_discard) {
		granularity = max(granularity, disk->discard_granularity);
		largest = min(largest, disk->max_discard);
	}
	if (granularity / SECTOR > largest)
		return;
	limits->max_discard = largest;
	limits->discard_granularity = granularity;
}

/**
 * drbd_limits_agree() - find the limits that all can bear
 * @options: options of the device
 * @disk: the backing device, NULL without one
 * @peers: peers
 * @count: number of @peers
 * @limits: result
 *
 * Source: spec/io.md 7.4 and 7.1
 */
void drbd_limits_agree(const struct drbd_limits_options *options,
		       const struct drbd_limits_disk *disk,
		       const struct drbd_limits_peer *peers, unsigned int count,
		       struct drbd_limits *limits)
{
	bool trim = true, wsame = true, wzeroes = true;
	unsigned int i;

	memset(limits, 0, sizeof(*limits));
	limits->max_bio_size = min(options->max_bio_size, DRBD_MAX_BIO_SIZE);
	limits->logical_block_size = max(options->block_size, SECTOR);
	limits->write_cache = true;
	limits->fua = true;
	limits->rotational = true;
	if (disk)
		stack_disk(limits, disk);
	for (i = 0; i < count; i++) {
		const struct drbd_limits_peer *peer = &peers[i];

		if (peer->considered)
			stack_peer(limits, peer);
		if (!peer->connected)
			continue;
		trim = trim && peer->trim;
		wsame = wsame && peer->wsame;
		wzeroes = wzeroes && peer->wzeroes && !peer->integrity;
	}
	limits->physical_block_size = max(limits->physical_block_size,
					  limits->logical_block_size);
	limits->io_min = max(limits->io_min, limits->physical_block_size);
	allow_discards(limits, options->discard_granularity, disk, trim, wsame);
	if (wzeroes)
		limits->max_write_zeroes = DRBD_MAX_DISCARD;
}
EXPORT_SYMBOL_GPL(drbd_limits_agree);
