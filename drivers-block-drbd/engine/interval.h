/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which parts of a device are being worked on
 *
 * core/ knows which intervals have to wait for each other. Each device has a tree of
 * them, under the state lock.
 */
#ifndef DRBD_ENGINE_INTERVAL_H
#define DRBD_ENGINE_INTERVAL_H

#include <linux/rbtree.h>

#include "../core/conflict.h"

struct drbd_device;

/**
 * struct drbd_interval - a part of a device that is being worked on
 * @rb: in the tree, empty if it is not there
 * @first: first sector
 * @last: last sector, itself part of it
 * @subtree_last: for the tree
 * @id: number that packets have
 * @st: what decides about conflicts
 * @waiting: it waits for others
 * @send_only: it only waits until a resync request may be sent
 * @marked: a write overlapped it, its verify result is worth nothing
 * @unblocked: it need not wait any more; called with the state lock held, in any
 *	context, so it can only get something queued
 */
struct drbd_interval {
	struct rb_node rb;
	u64 first;
	u64 last;
	u64 subtree_last;
	u64 id;
	struct drbd_interval_state st;
	bool waiting;
	bool send_only;
	bool marked;
	void (*unblocked)(struct drbd_interval *iv);
};

void drbd_interval_init(struct drbd_interval *iv, u64 sector, u32 bytes,
			enum drbd_interval_kind kind, int node,
			void (*unblocked)(struct drbd_interval *iv));
void drbd_interval_insert(struct drbd_device *dev, struct drbd_interval *iv);
void drbd_interval_remove(struct drbd_device *dev, struct drbd_interval *iv);
void drbd_interval_advance(struct drbd_device *dev, struct drbd_interval *iv, u32 flags);
bool drbd_interval_blocked(struct drbd_device *dev, struct drbd_interval *iv);
struct drbd_interval *drbd_interval_next(struct drbd_device *dev, u64 sector, u32 bytes,
					 struct drbd_interval *prev);
struct drbd_interval *drbd_interval_find(struct drbd_device *dev, u64 sector, u64 id);

#endif
