/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is said in other words to other versions
 *
 * Everything here is a pure function that may be called in any context.
 */
#ifndef DRBD_CORE_WIRE_COMPAT_H
#define DRBD_CORE_WIRE_COMPAT_H

#include "types.h"
#include "wire_table.h"

/**
 * enum drbd_wire_ack - what an ack means
 * @DRBD_ACK_OTHER: none of these
 * @DRBD_ACK_RECEIVED: write received
 * @DRBD_ACK_WRITTEN: write done
 * @DRBD_ACK_WRITTEN_IN_SYNC: write done, its blocks are in sync now
 * @DRBD_ACK_FAILED: write failed
 * @DRBD_ACK_RS_WRITTEN: resync write done
 * @DRBD_ACK_RS_FAILED: resync write failed
 */
enum drbd_wire_ack {
	DRBD_ACK_OTHER,
	DRBD_ACK_RECEIVED,
	DRBD_ACK_WRITTEN,
	DRBD_ACK_WRITTEN_IN_SYNC,
	DRBD_ACK_FAILED,
	DRBD_ACK_RS_WRITTEN,
	DRBD_ACK_RS_FAILED,
};

/**
 * struct drbd_wire_write - a write request, as the block layer has it
 * @discard: discard
 * @zeroes: write zeroes
 * @no_unmap: of @zeroes: the blocks have to stay allocated
 * @sync: somebody waits for it
 * @fua: to stable storage
 * @preflush: what was written before, too
 * @protocol: replication protocol: 1 is A, 2 is B, 3 is C
 * @syncing: there is a resync with the peer, SyncSource to PausedSyncT
 */
struct drbd_wire_write {
	bool discard;
	bool zeroes;
	bool no_unmap;
	bool sync;
	bool fua;
	bool preflush;
	u8 protocol;
	bool syncing;
};

u32 drbd_wire_number_for(const struct drbd_wire_link *link, u32 number);
bool drbd_wire_has_ids(u32 version);
u64 drbd_wire_resync_id(u32 version, u64 block_id);
enum drbd_wire_ack drbd_wire_ack_meaning(u32 version, u32 number, u64 block_id);
u32 drbd_wire_write_number(const struct drbd_wire_link *link,
			   const struct drbd_wire_write *write);
u32 drbd_wire_write_flags(const struct drbd_wire_link *link,
			  const struct drbd_wire_write *write);
u32 drbd_wire_max_bio(u32 version);
u32 drbd_wire_max_discard(u32 features);
bool drbd_wire_has_stop_sector(u32 version);
bool drbd_wire_sizes_bogus(u64 d_size, u64 u_size, u64 c_size);
u32 drbd_wire_after_sb_mirror(u32 after_sb);

#endif
