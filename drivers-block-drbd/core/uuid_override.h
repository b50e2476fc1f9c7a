/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What says more than the generations of two nodes
 *
 * Source: spec/resync.md 2.5 to 2.7.
 */
#ifndef DRBD_CORE_UUID_OVERRIDE_H
#define DRBD_CORE_UUID_OVERRIDE_H

#include "uuid_compare.h"

/**
 * struct drbd_lost_primary - what two nodes told each other of one
 * @sent: this node named a lost Primary to the peer
 * @sent_node: its id
 * @received: the peer named one
 * @received_node: its id
 * @offset_known: this node has seen writes of @received_node
 * @offset: own last dagtag of @received_node minus the peer's
 */
struct drbd_lost_primary {
	bool sent;
	int sent_node;
	bool received;
	int received_node;
	bool offset_known;
	s64 offset;
};

void drbd_uuid_missed_without_bits(const struct drbd_compare *c, enum drbd_node_role role,
				   struct drbd_decision *d);
enum drbd_disk drbd_uuid_negotiated_disk(enum drbd_disk disk, u64 flags);
void drbd_uuid_disk_override(const struct drbd_compare *c, enum drbd_disk own,
			     enum drbd_disk peer, struct drbd_decision *d);
void drbd_uuid_reconcile(const struct drbd_compare *c, enum drbd_disk own, enum drbd_disk peer,
			 const struct drbd_lost_primary *lost, struct drbd_decision *d);

#endif
