/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The activity log and the bitmap of a device at work
 */
#ifndef DRBD_ENGINE_EXTENTS_H
#define DRBD_ENGINE_EXTENTS_H

#include <linux/list.h>
#include <linux/workqueue.h>

#include "../core/actlog.h"
#include "../core/bitmap.h"

struct drbd_device;

/**
 * struct drbd_actlog - activity log of a device; under the state lock
 * @al: what is in it
 * @memory: of @al; NULL without a disk
 * @ring: where its blocks are
 * @incarnation: counts attaches; references of former ones are not put any more
 * @own: writes of this node that wait for extents
 * @peers: those of peers, which go first
 * @wanted: extents that writes wait for
 * @work: gets extents, and writes transactions
 * @plan: transaction that is being written; of @work
 */
struct drbd_actlog {
	struct drbd_al al;
	void *memory;
	struct drbd_al_ring ring;
	u32 incarnation;
	struct list_head own;
	struct list_head peers;
	u32 wanted;
	struct work_struct work;
	struct drbd_al_plan plan;
};

/**
 * struct drbd_extents - the extents of a write
 * @entry: in a list of &struct drbd_actlog, while it waits
 * @range: the extents
 * @incarnation: of the activity log that references are of
 * @got: called when it has waited: it has them, and the transaction is on disk;
 *	false if that failed, then the disk is on its way out. May sleep.
 */
struct drbd_extents {
	struct list_head entry;
	struct drbd_al_range range;
	u32 incarnation;
	void (*got)(struct drbd_extents *ex, bool ok);
};

int drbd_actlog_attach(struct drbd_device *dev, bool updates);
void drbd_actlog_detach(struct drbd_device *dev);
void drbd_actlog_work(struct work_struct *work);

bool drbd_extents_try(struct drbd_device *dev, struct drbd_extents *ex, u64 sector, u32 bytes);
void drbd_extents_wait(struct drbd_device *dev, struct drbd_extents *ex, bool peer);
bool drbd_extents_cancel(struct drbd_device *dev, struct drbd_extents *ex);
bool drbd_extents_put(struct drbd_device *dev, struct drbd_extents *ex);
bool drbd_extents_active(struct drbd_device *dev, u64 sector, u32 bytes);

void drbd_bits_nodes(struct drbd_device *dev, s8 *slot_node);
u32 drbd_bits_change(struct drbd_device *dev, u32 set, u32 clear, u64 sector, u32 bytes);
bool drbd_bits_clear(struct drbd_device *dev, u32 slots, u64 sector, u32 bytes);
void drbd_bits_peer(struct drbd_device *dev, int node, u64 sector, u32 bytes, bool set);
bool drbd_bits_any(struct drbd_device *dev, int node, u64 sector, u32 bytes);

#endif
