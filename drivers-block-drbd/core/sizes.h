/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Size of a device: agreement among peers, and changes of it
 *
 * All sizes are in sectors of 512 bytes. Everything here is a pure function that
 * may be called in any context.
 */
#ifndef DRBD_CORE_SIZES_H
#define DRBD_CORE_SIZES_H

#include <linux/bits.h>

#include "types.h"

/* Flags of a change of the size, as in P_SIZES and P_TWOPC_PREP_RSZ */
#define DRBD_SIZE_ASSUME_SPACE	1	/* peers that are gone have the space */
#define DRBD_SIZE_NO_RESYNC	2	/* what is new need not be resynced */

/* What a node without a disk can have, in a resize. */
#define DRBD_SIZE_UNLIMITED	BIT_ULL(41)

/**
 * struct drbd_size_peer - what is known about the size of a peer's disk
 * @max_size: largest size that it announced, 0 if it never did
 * @known: it did so on the present connection
 * @seen: it had a disk once
 * @answered: it agreed to the resize that is under way
 */
struct drbd_size_peer {
	u64 max_size;
	bool known;
	bool seen;
	bool answered;
};

/**
 * struct drbd_size_query - what the size of a device depends on
 * @node_id: own node id
 * @own_max: largest size on the own disk, 0 without one
 * @last_agreed: last size that was agreed upon, 0 if none was
 * @user_size: configured size, 0 for the largest possible
 * @flags: DRBD_SIZE_x
 * @twopc_max: largest size for all who answered in a resize
 * @peers: DRBD_NODES peers by node id, the own one is not looked at
 */
struct drbd_size_query {
	int node_id;
	u64 own_max;
	u64 last_agreed;
	u64 user_size;
	unsigned int flags;
	u64 twopc_max;
	const struct drbd_size_peer *peers;
};

/**
 * struct drbd_size_answer - a size that all can have
 * @size: the size, 0 if nobody has a disk
 * @user_too_big: the configured size is larger; it is ignored, with an error
 *	message
 * @assumed: it is larger than agreed, assuming that peers have the space, which
 *	is worth a warning
 */
struct drbd_size_answer {
	u64 size;
	bool user_too_big;
	bool assumed;
};

/**
 * struct drbd_size_offer - what a peer sent about its sizes
 * @d_size: what its disk can hold, or what it knows about others
 * @u_size: its configured size, 0 if none
 * @c_size: the present size of its device
 * @diskless: it has no disk
 */
struct drbd_size_offer {
	u64 d_size;
	u64 u_size;
	u64 c_size;
	bool diskless;
};

/**
 * struct drbd_size_here - own state when a peer's sizes come in
 * @current_size: present size of the device
 * @disk: own disk
 * @repl: replication state towards the peer
 * @handshake: they are part of a connect
 * @primary: this node is Primary
 * @smallest_attached: smallest size that another peer with a disk announced, 0
 *	if there is none
 */
struct drbd_size_here {
	u64 current_size;
	enum drbd_disk disk;
	enum drbd_repl repl;
	bool handshake;
	bool primary;
	u64 smallest_attached;
};

/**
 * enum drbd_size_verdict - what to do about a peer's sizes
 * @DRBD_SIZE_APPLY: change to the size, if it is another one
 * @DRBD_SIZE_IGNORE: nothing
 * @DRBD_SIZE_BOGUS: drop the connection, they contradict each other; forget the
 *	largest size that the peer announced
 * @DRBD_SIZE_TOO_SMALL: drop the connection, the device would shrink
 * @DRBD_SIZE_TOO_BIG: drop the connection, the peer's device does not fit here
 *
 * Instead of dropping the connection, a connect ends with a disconnect.
 */
enum drbd_size_verdict {
	DRBD_SIZE_APPLY,
	DRBD_SIZE_IGNORE,
	DRBD_SIZE_BOGUS,
	DRBD_SIZE_TOO_SMALL,
	DRBD_SIZE_TOO_BIG,
};

/**
 * struct drbd_size_received - conclusion from a peer's sizes
 * @verdict: what to do
 * @size: size to apply
 * @user_size: configured size from now on
 * @flags: DRBD_SIZE_x to apply it with
 * @answer: how the size came about, with an own disk
 */
struct drbd_size_received {
	enum drbd_size_verdict verdict;
	u64 size;
	u64 user_size;
	unsigned int flags;
	struct drbd_size_answer answer;
};

/**
 * enum drbd_size_change - what a new size means
 * @DRBD_SIZE_UNCHANGED: nothing
 * @DRBD_SIZE_SHRUNK: the device gets smaller
 * @DRBD_SIZE_GREW: it gets larger
 * @DRBD_SIZE_GREW_FROM_ZERO: it had no size yet
 * @DRBD_SIZE_ERR_NO_FIT: refused, the metadata leave too little space
 * @DRBD_SIZE_ERR_IMPLICIT_SHRINK: refused, nobody asked for less
 */
enum drbd_size_change {
	DRBD_SIZE_UNCHANGED,
	DRBD_SIZE_SHRUNK,
	DRBD_SIZE_GREW,
	DRBD_SIZE_GREW_FROM_ZERO,
	DRBD_SIZE_ERR_NO_FIT,
	DRBD_SIZE_ERR_IMPLICIT_SHRINK,
};

/**
 * struct drbd_size_apply - what a new size is compared with
 * @size: the new one
 * @current_size: present size of the device
 * @last_agreed: last size that was agreed upon, 0 if none was
 * @user_size: configured size, 0 if none
 * @command: the administrator resizes, as opposed to what peers want
 */
struct drbd_size_apply {
	u64 size;
	u64 current_size;
	u64 last_agreed;
	u64 user_size;
	bool command;
};

/**
 * struct drbd_attach_area - what is known about the area that an attach adds
 * @reads_zeroes: the disk reads zeroes where nothing was written, and the
 *	administrator trusts in that (discard-zeroes-if-aligned)
 * @just_created: the current UUID is that of new metadata
 * @was_up_to_date: the disk was UpToDate
 * @rs_granularity: rs-discard-granularity is configured
 * @no_uuids: all bitmap and history UUIDs are 0
 */
struct drbd_attach_area {
	bool reads_zeroes;
	bool just_created;
	bool was_up_to_date;
	bool rs_granularity;
	bool no_uuids;
};

void drbd_size_agree(const struct drbd_size_query *query, struct drbd_size_answer *answer);
u64 drbd_size_to_announce(const struct drbd_size_query *query, unsigned int protocol);
u64 drbd_size_limit(enum drbd_disk disk, u64 own_max);
void drbd_size_receive(struct drbd_size_query *query, const struct drbd_size_offer *offer,
		       const struct drbd_size_here *here, struct drbd_size_received *result);
enum drbd_size_change drbd_size_change(const struct drbd_size_apply *apply);
bool drbd_size_is_fixed(u64 last_agreed, bool up_to_date);
bool drbd_attach_shrinks(u64 last_agreed, u64 size, u64 user_size, bool consistent);
bool drbd_attach_area_is_clean(const struct drbd_attach_area *area);

#endif
