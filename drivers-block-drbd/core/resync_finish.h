/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a resync ends: passes over the bitmap, flushes, the last state change
 *
 * Everything here is a pure function; the caller keeps others from the structures
 * meanwhile.
 */
#ifndef DRBD_CORE_RESYNC_FINISH_H
#define DRBD_CORE_RESYNC_FINISH_H

#include <linux/bits.h>

#include "types.h"

/**
 * struct drbd_resync_pass - what is known about a pass of the target over its bitmap
 * @bits_ahead: bits are set at or behind the cursor
 * @flushing: drbd_flush_pending()
 * @outstanding: there are requests without an answer, or that are being written
 * @all_mirror: all peers replicate writes to this node
 * @failed: blocks that failed
 * @weight: number of bits that are set
 * @last_weight: the same at the end of the pass before, or at the start
 */
struct drbd_resync_pass {
	bool bits_ahead;
	bool flushing;
	bool outstanding;
	bool all_mirror;
	u64 failed;
	u64 weight;
	u64 last_weight;
};

/**
 * enum drbd_resync_pass_end - what comes after a pass
 * @DRBD_PASS_GOES_ON: it is not over
 * @DRBD_PASS_AGAIN: another one, from the start of the device
 * @DRBD_PASS_MIRROR: peers have to replicate writes from now on; ask again next turn
 * @DRBD_PASS_FINISHED: none, the resync is finished
 */
enum drbd_resync_pass_end {
	DRBD_PASS_GOES_ON,
	DRBD_PASS_AGAIN,
	DRBD_PASS_MIRROR,
	DRBD_PASS_FINISHED,
};

/**
 * struct drbd_flush - P_FLUSH_REQUESTS that a target waits for
 * @sequence: of the last one, as it is sent
 * @pending: for each Primary, mask of the nodes that have to answer
 */
struct drbd_flush {
	u64 sequence;
	u64 pending[DRBD_NODES];
};

/* What else belongs to the end of a resync */
#define DRBD_FINISH_IGNORE	BIT(0)	/* nothing of it, it is over already */
#define DRBD_FINISH_TAKE_UUIDS	BIT(1)	/* target: take over the source's */
#define DRBD_FINISH_CLEAR_SLOT	BIT(2)	/* source: bitmap UUID becomes 0, old to history */
#define DRBD_FINISH_CRASHED	BIT(3)	/* target: set the crashed-primary flag */
#define DRBD_FINISH_TRY_PRIMARY	BIT(4)	/* target: sync again, from a Primary */
#define DRBD_FINISH_END_PAUSED	BIT(5)	/* target: each PausedSyncT becomes Established */
#define DRBD_FINISH_INHERIT	BIT(6)	/* target: other peers may miss what it got: it is
					 * to them as if it had crashed itself, see @crashed
					 * of struct drbd_own_flags
					 */

/**
 * struct drbd_resync_over - a resync that is over
 * @target: this node was the target
 * @repl: replication state
 * @disk: own disk state
 * @peer_disk: disk state of the peer; for the source what the target reported
 * @failed: blocks that failed
 * @stable: target: the resync ends stable
 * @source_crashed: target: the source was a crashed Primary
 * @has_uuids: target: the source's UUIDs were received
 * @protocol: agreed version
 * @survivor: target: another resync as target waits, from an UpToDate peer that did not
 *	crash as Primary; with protocol C only, else what it completed is with the source
 */
struct drbd_resync_over {
	bool target;
	enum drbd_repl repl;
	enum drbd_disk disk;
	enum drbd_disk peer_disk;
	u64 failed;
	bool stable;
	bool source_crashed;
	bool has_uuids;
	unsigned int protocol;
	bool survivor;
};

/**
 * struct drbd_resync_result - state after a resync
 * @repl: replication state
 * @disk: own disk state
 * @peer_disk: disk state of the peer
 * @flags: DRBD_FINISH_x
 */
struct drbd_resync_result {
	enum drbd_repl repl;
	enum drbd_disk disk;
	enum drbd_disk peer_disk;
	u32 flags;
};

/**
 * enum drbd_resync_learn - what the state of a target tells its source
 * @DRBD_LEARN_NOTHING: the resync is not over
 * @DRBD_LEARN_FINISH: it is, with the disk state that was reported
 * @DRBD_LEARN_REMEMBER: it is, before this node has started it
 */
enum drbd_resync_learn {
	DRBD_LEARN_NOTHING,
	DRBD_LEARN_FINISH,
	DRBD_LEARN_REMEMBER,
};

enum drbd_resync_pass_end drbd_resync_pass_end(struct drbd_resync_pass *pass);
void drbd_flush_start(struct drbd_flush *flush, u64 primaries, u64 up_to_date);
void drbd_flush_ack(struct drbd_flush *flush, u64 sequence, int primary, int sender);
void drbd_flush_lost(struct drbd_flush *flush, int node, bool disconnected);
bool drbd_flush_pending(const struct drbd_flush *flush);
void drbd_resync_finish(const struct drbd_resync_over *over, struct drbd_resync_result *result);
enum drbd_resync_learn drbd_resync_learn(enum drbd_repl repl, enum drbd_disk peer_disk,
					 enum drbd_repl reported);

#endif
