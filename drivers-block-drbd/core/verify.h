/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Online verify: where it is, what it skips, what it finds
 *
 * Everything here is a pure function; the caller keeps others from the structure
 * meanwhile. Blocks are those of the own bitmap.
 */
#ifndef DRBD_CORE_VERIFY_H
#define DRBD_CORE_VERIFY_H

#include "types.h"

/* Stop sector: verify all of it */
#define DRBD_VERIFY_NO_STOP	U64_MAX

/**
 * enum drbd_verify_result - what comparing a block came to
 * @DRBD_VERIFY_SKIP: it was written meanwhile, or could not be compared
 * @DRBD_VERIFY_IN_SYNC: equal
 * @DRBD_VERIFY_OUT_OF_SYNC: different, or not readable
 *
 * The numbers are those of P_OV_RESULT_ID.
 */
enum drbd_verify_result {
	DRBD_VERIFY_SKIP = 0,
	DRBD_VERIFY_IN_SYNC = 1,
	DRBD_VERIFY_OUT_OF_SYNC = 2,
};

/**
 * struct drbd_verify_range - adjacent blocks to report in one line
 * @sector: first sector
 * @sectors: number of sectors, 0 if there is nothing to report
 */
struct drbd_verify_range {
	u64 sector;
	u64 sectors;
};

/**
 * struct drbd_verify - a verify, on either side
 * @capacity: of the device in sectors
 * @shift: of the size of a block
 * @source: this node compares
 * @start: sector where it began
 * @stop: sector where it ends, or %DRBD_VERIFY_NO_STOP
 * @position: sector of the next request
 * @left: blocks without a result, up to the end of the device
 * @skipped: sectors that were skipped
 * @found: last blocks that were out of sync, not reported so far
 * @busy: last blocks that were skipped, not reported so far
 */
struct drbd_verify {
	u64 capacity;
	u8 shift;
	bool source;
	u64 start;
	u64 stop;
	u64 position;
	u64 left;
	u64 skipped;
	struct drbd_verify_range found;
	struct drbd_verify_range busy;
};

/**
 * struct drbd_verify_report - lines to log
 * @found: "Out of sync"
 * @busy: "Skipped verify, too busy"
 */
struct drbd_verify_report {
	struct drbd_verify_range found;
	struct drbd_verify_range busy;
};

/**
 * struct drbd_verify_ready - what decides whether a verify may start
 * @algorithm: verify-alg is set
 * @algorithm_differs: from that of the peer
 * @protocol: agreed version
 * @repl: replication state
 * @disk: own disk state
 * @peer_disk: disk state of the peer
 */
struct drbd_verify_ready {
	bool algorithm;
	bool algorithm_differs;
	unsigned int protocol;
	enum drbd_repl repl;
	enum drbd_disk disk;
	enum drbd_disk peer_disk;
};

/**
 * enum drbd_verify_answer - what the other side does with a request
 * @DRBD_VERIFY_ANSWER_DIGEST: read, and send the digest
 * @DRBD_VERIFY_ANSWER_CANCEL: count it as skipped, and send P_RS_CANCEL
 * @DRBD_VERIFY_ANSWER_AHEAD: count it as skipped, and send P_RS_CANCEL_AHEAD
 */
enum drbd_verify_answer {
	DRBD_VERIFY_ANSWER_DIGEST,
	DRBD_VERIFY_ANSWER_CANCEL,
	DRBD_VERIFY_ANSWER_AHEAD,
};

/**
 * struct drbd_verify_compare - what decides on the result of a block
 * @has_disk: there is a disk here
 * @conflict: a write overlaps it
 * @dagtags: DRBD_FF_RESYNC_DAGTAG was agreed
 * @al_active: an activity log extent of the surrounding 128 MiB is active
 * @read_failed: it could not be read here
 * @digest_equal: both digests are equal
 */
struct drbd_verify_compare {
	bool has_disk;
	bool conflict;
	bool dagtags;
	bool al_active;
	bool read_failed;
	bool digest_equal;
};

int drbd_verify_ready(const struct drbd_verify_ready *ready);
void drbd_verify_start(struct drbd_verify *v, u64 capacity, unsigned int shift, u64 start);
void drbd_verify_start_source(struct drbd_verify *v, u64 stop, unsigned int protocol);
bool drbd_verify_next(struct drbd_verify *v, bool first, u64 *sector, u32 *size);
enum drbd_verify_answer drbd_verify_answer(enum drbd_disk disk, enum drbd_repl repl,
					   bool conflict, unsigned int protocol);
enum drbd_verify_result drbd_verify_compare(const struct drbd_verify_compare *compare);
u64 drbd_verify_result_encode(enum drbd_verify_result result, unsigned int protocol);
enum drbd_verify_result drbd_verify_result_decode(u64 value, unsigned int protocol);
bool drbd_verify_result(struct drbd_verify *v, u64 sector, u32 size,
			enum drbd_verify_result result, struct drbd_verify_report *report);
void drbd_verify_end(struct drbd_verify *v, struct drbd_verify_report *report);
u64 drbd_verify_resume(const struct drbd_verify *v);

#endif
