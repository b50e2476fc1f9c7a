/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets of a two-phase commit as plain data
 *
 * Everything is in host order, and independent of which of the two layouts a
 * connection speaks: the automaton fills every field that any of the layouts
 * may need, encoding and decoding take what they have room for.
 * Source: spec/state.md 1.5, 4.1, 4.2; spec/wire.md 5.12.
 */
#ifndef DRBD_CORE_TWOPC_MSG_H
#define DRBD_CORE_TWOPC_MSG_H

#include <linux/bits.h>

#include "types.h"

/* Flags of requests that say what the others mean (layout of FF_2PC_V2). */
#define DRBD_TWOPC_HAS_REACHABLE	BIT(30)
#define DRBD_TWOPC_PRI_INCAPABLE	BIT(29)

/* nodes_to_reach of an ABORT that comes from a node that lost its last parent */
#define DRBD_TWOPC_ALL_NODES		(~0ULL)

/* Bits of a node mask that can stand for a node */
#define DRBD_TWOPC_REAL_NODES		GENMASK_ULL(DRBD_NODES - 1, 0)

/* Size limit, in sectors, of who has no disk (and so no limit) */
#define DRBD_TWOPC_SIZE_UNLIMITED	BIT_ULL(41)

/* Fields of the state word in mask and value */
#define DRBD_TWOPC_ROLE_SHIFT		0
#define DRBD_TWOPC_ROLE_MASK		(3U << DRBD_TWOPC_ROLE_SHIFT)
#define DRBD_TWOPC_CONN_SHIFT		4
#define DRBD_TWOPC_CONN_MASK		(31U << DRBD_TWOPC_CONN_SHIFT)
#define DRBD_TWOPC_DISK_SHIFT		9
#define DRBD_TWOPC_DISK_MASK		(15U << DRBD_TWOPC_DISK_SHIFT)

/**
 * enum drbd_twopc_cmd - kind of packet
 * @DRBD_TWOPC_PREPARE: may the state change? (P_TWOPC_PREPARE or _PREP_RSZ)
 * @DRBD_TWOPC_COMMIT: yes, change it
 * @DRBD_TWOPC_ABORT: no, forget it
 * @DRBD_TWOPC_YES: agreed
 * @DRBD_TWOPC_NO: refused
 * @DRBD_TWOPC_RETRY: not now
 *
 * The first three are requests and travel on the data stream, the others are
 * replies and travel on the control stream.
 */
enum drbd_twopc_cmd {
	DRBD_TWOPC_PREPARE,
	DRBD_TWOPC_COMMIT,
	DRBD_TWOPC_ABORT,
	DRBD_TWOPC_YES,
	DRBD_TWOPC_NO,
	DRBD_TWOPC_RETRY,
};

/**
 * struct drbd_twopc_msg - a packet
 * @cmd: what it is
 * @resize: belongs to a change of the size. COMMIT, ABORT and replies do not say
 *	so on the wire: the receiver asks drbd_twopc_is_resize()
 * @initiator: node that wants the change
 * @target: node at the other end of the connection to change, or DRBD_NO_NODE
 * @dds_flags: PREPARE of a resize: 1 assume that unconnected peers have the
 *	space, 2 no resync
 * @volume: volume to change, or DRBD_NO_VOLUME
 * @tid: identifies, with @initiator, the transaction; never 0
 * @flags: requests: DRBD_TWOPC_HAS_REACHABLE, DRBD_TWOPC_PRI_INCAPABLE
 * @mask: fields of the state word to change, in the view of @initiator; also in
 *	COMMIT, for peers whose layout has it there
 * @value: new values of the fields in @mask
 * @nodes_to_reach: requests: nodes that nobody has sent it to yet
 * @primary_nodes: COMMIT, YES: Primaries; in a resize, those with a disk
 * @reachable_nodes: YES, and COMMIT with HAS_REACHABLE: nodes that take part
 * @weak_nodes: YES: complement of the neighbours of a Primary with data
 * @size: sectors; PREPARE of a resize: size that the user asks for (0 none), YES:
 *	largest possible, COMMIT: new size
 */
struct drbd_twopc_msg {
	enum drbd_twopc_cmd cmd;
	bool resize;
	s8 initiator;
	s8 target;
	u16 dds_flags;
	s32 volume;
	u32 tid;
	u32 flags;
	u32 mask;
	u32 value;
	u64 nodes_to_reach;
	u64 primary_nodes;
	u64 reachable_nodes;
	u64 weak_nodes;
	u64 size;
};

/**
 * drbd_twopc_conn_value() - connection or replication state that is asked for
 * @msg: PREPARE
 *
 * Return: the number, or -1 if that field is not to change.
 */
static inline int drbd_twopc_conn_value(const struct drbd_twopc_msg *msg)
{
	if (msg->resize || (msg->mask & DRBD_TWOPC_CONN_MASK) != DRBD_TWOPC_CONN_MASK)
		return -1;
	return (msg->value & DRBD_TWOPC_CONN_MASK) >> DRBD_TWOPC_CONN_SHIFT;
}

/**
 * drbd_twopc_role_value() - role that the initiator changes to
 * @msg: PREPARE
 *
 * A connect carries the initiator's role as well, without changing it.
 *
 * Return: the role, or DRBD_ROLE_UNKNOWN if it is not a change of the role.
 */
static inline enum drbd_node_role drbd_twopc_role_value(const struct drbd_twopc_msg *msg)
{
	if (msg->resize || msg->mask & DRBD_TWOPC_CONN_MASK ||
	    (msg->mask & DRBD_TWOPC_ROLE_MASK) != DRBD_TWOPC_ROLE_MASK)
		return DRBD_ROLE_UNKNOWN;
	return (msg->value & DRBD_TWOPC_ROLE_MASK) >> DRBD_TWOPC_ROLE_SHIFT;
}

/**
 * drbd_twopc_is_connect() - is it a change to Connected
 * @msg: PREPARE
 *
 * Return: true if it is; of a volume the same number means its removal.
 */
static inline bool drbd_twopc_is_connect(const struct drbd_twopc_msg *msg)
{
	return msg->volume == DRBD_NO_VOLUME && drbd_twopc_conn_value(msg) == DRBD_C_CONNECTED;
}

/**
 * drbd_twopc_is_disconnect() - is it a graceful disconnect
 * @msg: PREPARE
 *
 * Return: true if it is.
 */
static inline bool drbd_twopc_is_disconnect(const struct drbd_twopc_msg *msg)
{
	return msg->volume == DRBD_NO_VOLUME &&
	       drbd_twopc_conn_value(msg) == DRBD_C_DISCONNECTING;
}

/**
 * drbd_twopc_is_empty() - is it a transaction that changes nothing
 * @msg: PREPARE
 *
 * Such a transaction tells everybody who is still there.
 *
 * Return: true if it is.
 */
static inline bool drbd_twopc_is_empty(const struct drbd_twopc_msg *msg)
{
	return !msg->resize && !msg->mask;
}

#endif
