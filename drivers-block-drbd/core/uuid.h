/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of data generations: the UUID set of a device, and how it changes
 *
 * Source: spec/resync.md 1.1 to 1.3.
 */
#ifndef DRBD_CORE_UUID_H
#define DRBD_CORE_UUID_H

#include <linux/bits.h>
#include <linux/types.h>

#include "meta_sb.h"

/* A current UUID of 4 is one of fresh metadata, without data. */
#define DRBD_UUID_JUST_CREATED	4ULL
/* Bit 0: this node was Primary when the UUID became current. Not part of the
 * name of the generation.
 */
#define DRBD_UUID_PRIMARY	1ULL
/* In what a peer tells: it tracks nothing for that node, or cannot say. */
#define DRBD_UUID_UNKNOWN	(~0ULL)
/* Added to a bitmap UUID, it names the data that an 8.4 peer gets in a resync. */
#define DRBD_UUID_SYNC_OFFSET	0x0001000000000000ULL

/* Flags of a UUID packet. */
#define DRBD_UUID_FLAG_DISCARD_MY_DATA		BIT_ULL(0)
#define DRBD_UUID_FLAG_CRASHED_PRIMARY		BIT_ULL(1)
#define DRBD_UUID_FLAG_INCONSISTENT		BIT_ULL(2)
#define DRBD_UUID_FLAG_SKIP_INITIAL_SYNC	BIT_ULL(3)
#define DRBD_UUID_FLAG_NEW_DATAGEN		BIT_ULL(4)
#define DRBD_UUID_FLAG_STABLE			BIT_ULL(5)
#define DRBD_UUID_FLAG_GOT_STABLE		BIT_ULL(6)
#define DRBD_UUID_FLAG_RESYNC			BIT_ULL(7)
#define DRBD_UUID_FLAG_RECONNECT		BIT_ULL(8)
#define DRBD_UUID_FLAG_DISKLESS_PRIMARY		BIT_ULL(9)
#define DRBD_UUID_FLAG_PRIMARY_LOST_QUORUM	BIT_ULL(10)
#define DRBD_UUID_FLAG_SYNC_TARGET		BIT_ULL(11)
#define DRBD_UUID_FLAG_HAS_UNALLOC		BIT_ULL(12)
/* With HAS_UNALLOC: the node id of the unallocated slot. */
#define DRBD_UUID_UNALLOC_NODE			GENMASK_ULL(63, 56)
/* All that an 8.4 peer knows. */
#define DRBD_UUID_FLAGS_84			GENMASK_ULL(3, 0)

/**
 * struct drbd_uuid_slot - what this node's disk records about another node
 * @uuid: the bitmap UUID: 0 if that node has this generation, or else the
 *	generation that it was last known to have
 * @dagtag: the resource's dagtag when @uuid was set, 0 when @uuid is
 * @flags: of a peer in the metadata; DRBD_MDF_HAVE_BITMAP and DRBD_MDF_NODE_EXISTS
 *	count, others are only carried along
 * @bitmap_index: number of its bitmap on disk, -1 if it has none
 */
struct drbd_uuid_slot {
	u64 uuid;
	u64 dagtag;
	u32 flags;
	int bitmap_index;
};

/**
 * struct drbd_uuids - the UUID set of a device
 * @current_uuid: names the data on this node's disk
 * @exposed: names the data that users of this node saw last; not on disk
 * @self: this node's id
 * @max_peers: number of bitmaps that the disk has room for
 * @slots: of each other node, by its id
 * @history: older generations, newest first, the rest 0
 */
struct drbd_uuids {
	u64 current_uuid;
	u64 exposed;
	int self;
	int max_peers;
	struct drbd_uuid_slot slots[DRBD_NODES];
	u64 history[DRBD_HISTORY_UUIDS];
};

/**
 * struct drbd_peer_uuids - what a node tells another about its UUIDs
 * @current_uuid: its current UUID, or the one of the node it is being synced from
 * @dirty_bits: number of bits that are set towards the receiver
 * @flags: DRBD_UUID_FLAG_*
 * @node_mask: weak nodes, or the authoritative ones of a node that is not stable
 * @bitmap_mask: node ids that @bitmap is known of
 * @bitmap: bitmap UUIDs by node id, DRBD_UUID_UNKNOWN where not known
 * @history: older generations, newest first, the rest 0
 */
struct drbd_peer_uuids {
	u64 current_uuid;
	u64 dirty_bits;
	u64 flags;
	u64 node_mask;
	u64 bitmap_mask;
	u64 bitmap[DRBD_NODES];
	u64 history[DRBD_HISTORY_UUIDS];
};

/**
 * struct drbd_uuid_peer - state of a device towards one peer
 * @configured: there is such a peer; nothing else counts if not
 * @remote_read: data of this peer may be read by this node
 * @no_bitmap: configured to never have a disk
 * @role: role of the peer
 * @disk: disk state of the peer
 * @repl: replication state
 * @proto: agreed protocol version
 * @uuids: what it told last; NULL if nothing so far
 */
struct drbd_uuid_peer {
	bool configured;
	bool remote_read;
	bool no_bitmap;
	enum drbd_node_role role;
	enum drbd_disk disk;
	enum drbd_repl repl;
	int proto;
	struct drbd_peer_uuids *uuids;
};

/**
 * struct drbd_uuid_env - states of a device that decide about its UUIDs
 * @role: own role
 * @disk: own disk state
 * @owed: mask of the nodes that may miss what this node has and no other told them: last
 *	writes of its own or of another Primary that crashed, as long as they were not found
 *	to be in sync; see &struct drbd_own_flags
 * @peer: by node id
 */
struct drbd_uuid_env {
	enum drbd_node_role role;
	enum drbd_disk disk;
	u64 owed;
	struct drbd_uuid_peer peer[DRBD_NODES];
};

/**
 * drbd_uuid_equal() - do two UUIDs name the same generation?
 * @a: a UUID
 * @b: another
 *
 * Return: whether they are equal but for the Primary bit.
 */
static inline bool drbd_uuid_equal(u64 a, u64 b)
{
	return !((a ^ b) & ~DRBD_UUID_PRIMARY);
}

/**
 * drbd_uuid_unset() - does a UUID say that there is no data?
 * @uuid: a current UUID
 *
 * Return: whether it is 0 or that of fresh metadata.
 */
static inline bool drbd_uuid_unset(u64 uuid)
{
	return drbd_uuid_equal(uuid, 0) || drbd_uuid_equal(uuid, DRBD_UUID_JUST_CREATED);
}

/**
 * drbd_uuid_real() - does a bitmap UUID name a generation?
 * @uuid: a bitmap UUID, as stored or as told by a peer
 *
 * Return: whether it is neither 0 nor DRBD_UUID_UNKNOWN.
 */
static inline bool drbd_uuid_real(u64 uuid)
{
	return uuid && uuid != DRBD_UUID_UNKNOWN;
}

/**
 * drbd_uuid_connected() - are writes and UUIDs exchanged with a peer?
 * @peer: the peer
 *
 * Return: whether it is at least Established.
 */
static inline bool drbd_uuid_connected(const struct drbd_uuid_peer *peer)
{
	return peer->configured && peer->repl >= DRBD_R_ESTABLISHED;
}

bool drbd_uuid_push_history(struct drbd_uuids *ids, u64 uuid);
bool drbd_uuid_in_history(const u64 *history, u64 uuid);
void drbd_uuid_set_slot(struct drbd_uuids *ids, int node, u64 uuid, u64 dagtag);
void drbd_uuid_replace_slot(struct drbd_uuids *ids, int node, u64 uuid, u64 dagtag);
void drbd_uuid_set_current(struct drbd_uuids *ids, u64 uuid, enum drbd_node_role role);
void drbd_uuid_set_exposed(struct drbd_uuids *ids, u64 uuid, enum drbd_node_role role);
void drbd_uuid_set_primary(struct drbd_uuids *ids, enum drbd_node_role role);
u64 drbd_uuid_max_dagtag(const struct drbd_uuids *ids);

#endif
