/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where an application read goes
 *
 * Source: spec/io.md 5.1 to 5.3.
 */
#ifndef DRBD_CORE_READ_PATH_H
#define DRBD_CORE_READ_PATH_H

#include "types.h"

/**
 * enum drbd_read_balancing - option read-balancing
 * @DRBD_READ_PREFER_LOCAL: the local disk
 * @DRBD_READ_PREFER_REMOTE: a peer
 * @DRBD_READ_ROUND_ROBIN: by turns
 * @DRBD_READ_LEAST_PENDING: whoever has fewer requests
 * @DRBD_READ_WHEN_CONGESTED: a peer if the local disk is congested
 * @DRBD_READ_32K_STRIPING: by turns, in stripes of 32 KiB
 * @DRBD_READ_64K_STRIPING: in stripes of 64 KiB
 * @DRBD_READ_128K_STRIPING: in stripes of 128 KiB
 * @DRBD_READ_256K_STRIPING: in stripes of 256 KiB
 * @DRBD_READ_512K_STRIPING: in stripes of 512 KiB
 * @DRBD_READ_1M_STRIPING: in stripes of 1 MiB
 */
enum drbd_read_balancing {
	DRBD_READ_PREFER_LOCAL = 0,
	DRBD_READ_PREFER_REMOTE = 1,
	DRBD_READ_ROUND_ROBIN = 2,
	DRBD_READ_LEAST_PENDING = 3,
	DRBD_READ_WHEN_CONGESTED = 4,
	DRBD_READ_32K_STRIPING = 5,
	DRBD_READ_64K_STRIPING = 6,
	DRBD_READ_128K_STRIPING = 7,
	DRBD_READ_256K_STRIPING = 8,
	DRBD_READ_512K_STRIPING = 9,
	DRBD_READ_1M_STRIPING = 10,
};

/**
 * struct drbd_read_local - what decides whether a range is readable locally
 * @disk: state of the local disk
 * @without_bitmap: it is attached without bitmap
 * @slots: bitmap slots that hold a peer's bitmap
 * @any_bit: one of these has a bit set in the range, touched in part included
 */
struct drbd_read_local {
	enum drbd_disk disk;
	bool without_bitmap;
	unsigned int slots;
	bool any_bit;
};

/**
 * struct drbd_read_peers - peers that may serve reads, as masks of node ids
 * @c: those with an UpToDate disk and allow-remote-read, in protocol C
 * @b: the same in protocol B
 * @a: the same in protocol A
 */
struct drbd_read_peers {
	u64 c;
	u64 b;
	u64 a;
};

/**
 * struct drbd_read_choice - what decides about a read
 * @local: the range is readable locally
 * @candidate: a peer was found
 * @policy: option read-balancing
 * @sector: start of the read, in 512-byte sectors
 * @local_count: references on the local disk, that of this read included
 * @remote_count: requests that the peer has to answer
 */
struct drbd_read_choice {
	bool local;
	bool candidate;
	enum drbd_read_balancing policy;
	u64 sector;
	u32 local_count;
	u32 remote_count;
};

/**
 * enum drbd_read_from - where a read goes
 * @DRBD_READ_FAIL: there is no data
 * @DRBD_READ_LOCAL: to the local disk
 * @DRBD_READ_REMOTE: to the peer
 */
enum drbd_read_from {
	DRBD_READ_FAIL,
	DRBD_READ_LOCAL,
	DRBD_READ_REMOTE,
};

bool drbd_read_locally(const struct drbd_read_local *local);
int drbd_read_candidate(const struct drbd_read_peers *peers, u64 *left);
bool drbd_read_stripe(enum drbd_read_balancing policy, u64 sector);
enum drbd_read_from drbd_read_choose(const struct drbd_read_choice *choice, bool *toggle);

#endif
