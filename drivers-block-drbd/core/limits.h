/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Limits of the block device, as all peers and disks can bear them
 *
 * Everything here is a pure function that may be called in any context.
 */
#ifndef DRBD_CORE_LIMITS_H
#define DRBD_CORE_LIMITS_H

#include "types.h"

/* Largest request that carries data, in bytes */
#define DRBD_MAX_BIO_SIZE	(1024U << 10)

/* Largest discard or write-zeroes in sectors; with old peers in bytes of 32 bit */
#define DRBD_MAX_DISCARD	(128U << 11)
#define DRBD_MAX_DISCARD_OLD	(4U << 11)

/* Option discard-granularity: whatever the disk has */
#define DRBD_GRANULARITY_UNSET	U32_MAX

/**
 * struct drbd_limits_options - options of a device
 * @max_bio_size: largest request in bytes
 * @block_size: smallest logical block size in bytes
 * @discard_granularity: in bytes, 0 for no discards, DRBD_GRANULARITY_UNSET
 */
struct drbd_limits_options {
	u32 max_bio_size;
	u32 block_size;
	u32 discard_granularity;
};

/**
 * struct drbd_limits_disk - limits of the backing device
 * @max_bio_size: largest request in bytes
 * @logical_block_size: in bytes
 * @physical_block_size: in bytes
 * @io_min: in bytes
 * @max_discard: in sectors, 0 if it cannot discard
 * @discard_granularity: in bytes
 * @write_cache: it has one
 * @fua: it understands FUA
 * @rotational: it is
 */
struct drbd_limits_disk {
	u32 max_bio_size;
	u32 logical_block_size;
	u32 physical_block_size;
	u32 io_min;
	u32 max_discard;
	u32 discard_granularity;
	bool write_cache;
	bool fua;
	bool rotational;
};

/**
 * struct drbd_limits_peer - limits of a peer
 * @considered: it sent its sizes on this connection, or is Established
 * @connected: the connection is Connected
 * @trim: it understands discards
 * @wsame: it understands large ones
 * @wzeroes: it understands write-zeroes
 * @integrity: data to it carry a digest
 * @max_bio_size: drbd_peer_max_bio(), in bytes
 * @logical_block_size: in bytes, 0 if it did not say
 * @physical_block_size: in bytes, 0 if it did not say
 * @io_min: in bytes, 0 if it did not say
 */
struct drbd_limits_peer {
	bool considered;
	bool connected;
	bool trim;
	bool wsame;
	bool wzeroes;
	bool integrity;
	u32 max_bio_size;
	u32 logical_block_size;
	u32 physical_block_size;
	u32 io_min;
};

/**
 * struct drbd_limits - limits of the block device
 * @max_bio_size: max_hw_sectors and max_sectors, in bytes
 * @logical_block_size: in bytes
 * @physical_block_size: in bytes
 * @io_min: in bytes
 * @max_discard: in sectors, 0 for no discards
 * @discard_granularity: in bytes, 0 for no discards
 * @max_write_zeroes: in sectors
 * @write_cache: as the disk
 * @fua: as the disk
 * @rotational: as the disk
 *
 * What is not in here has one value always: stable writes are on; secure erase,
 * zone append, atomic writes, nowait and hardware that unmaps with write-zeroes
 * are off. The caller has to set all of this after it stacked limits of the disk,
 * since that enables some of them again.
 */
struct drbd_limits {
	u32 max_bio_size;
	u32 logical_block_size;
	u32 physical_block_size;
	u32 io_min;
	u32 max_discard;
	u32 discard_granularity;
	u32 max_write_zeroes;
	bool write_cache;
	bool fua;
	bool rotational;
};

/**
 * enum drbd_limits_fault - what is wrong with what a peer announced
 * @DRBD_LIMITS_OK: nothing
 * @DRBD_LIMITS_MAX_BIO: max_bio_size is not a multiple of a sector, or not even
 *	one logical block
 * @DRBD_LIMITS_LOGICAL: logical_block_size is not a power of 2 from 512 to 4096
 * @DRBD_LIMITS_PHYSICAL: physical_block_size is not a power of 2
 */
enum drbd_limits_fault {
	DRBD_LIMITS_OK,
	DRBD_LIMITS_MAX_BIO,
	DRBD_LIMITS_LOGICAL,
	DRBD_LIMITS_PHYSICAL,
};

u32 drbd_protocol_max_bio(unsigned int protocol);
u32 drbd_peer_max_bio(u32 announced, unsigned int protocol);
u32 drbd_max_bio_to_announce(const struct drbd_limits_disk *disk, unsigned int protocol);
bool drbd_peer_takes_bios(u32 max_bio_size, u32 announced, unsigned int protocol, u32 *limit);
enum drbd_limits_fault drbd_peer_limits_check(const struct drbd_limits_peer *peer);
bool drbd_bio_is_good(u32 logical_block_size, u64 sector, u32 bytes);
void drbd_limits_agree(const struct drbd_limits_options *options,
		       const struct drbd_limits_disk *disk,
		       const struct drbd_limits_peer *peers, unsigned int count,
		       struct drbd_limits *limits);

#endif
