// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of data generations: the UUID set of a device, and how it changes
 *
 * Nobody can tell from the data of two disks which one is the newer. So each
 * time a Primary goes on writing without a node that had the same data, it gives
 * its data a new name, the current UUID, and records the old one together with a
 * bitmap of what it changes from then on, once for each node that stays behind.
 * A node that comes back names its data; where that name is found decides who
 * copies from whom, and by which bitmap.
 *
 * What must never happen is that two nodes differ and none of them has both the
 * bits that say where and a bitmap UUID that names the other's data. Hence
 * generations may be given away lavishly, slots are filled even for nodes that
 * never were there, and what is dropped from a slot goes to the history, where
 * it at least tells that two nodes have a common ancestor.
 *
 * All of this is called with the UUID set locked by the caller.
 */

#include <linux/export.h>
#include <linux/string.h>

#include "uuid.h"

static u64 with_role(u64 uuid, enum drbd_node_role role)
{
	if (drbd_uuid_unset(uuid))
		return uuid & ~DRBD_UUID_PRIMARY;
	if (role == DRBD_ROLE_PRIMARY)
		return uuid | DRBD_UUID_PRIMARY;
	return uuid & ~DRBD_UUID_PRIMARY;
}

/**
 * drbd_uuid_in_history() - look for a generation in a history
 * @history: DRBD_HISTORY_UUIDS entries, ending at the first that is 0
 * @uuid: what to look for
 *
 * Return: whether it is there, the Primary bit ignored.
 */
bool drbd_uuid_in_history(const u64 *history, u64 uuid)
{
	int i;

	for (i = 0; i < DRBD_HISTORY_UUIDS && history[i]; i++) {
		if (drbd_uuid_equal(history[i], uuid))
			return true;
	}
	return false;
}
EXPORT_SYMBOL_GPL(drbd_uuid_in_history);

static bool in_slots(const struct drbd_uuids *ids, u64 uuid)
{
	int n;

	for (n = 0; n < DRBD_NODES; n++) {
		if (n != ids->self && drbd_uuid_equal(ids->slots[n].uuid, uuid))
			return true;
	}
	return false;
}

/**
 * drbd_uuid_push_history() - record an older generation
 * @ids: the UUID set
 * @uuid: the generation
 *
 * What is found anyway, as current UUID or in a slot, does not take an entry.
 * The first one does even then: it is the generation that all disks had on the
 * day they were created, and has to be found for ever.
 *
 * Return: whether the history changed.
 * Source: spec/resync.md 1.3, spec/metadata.md 3.6
 */
bool drbd_uuid_push_history(struct drbd_uuids *ids, u64 uuid)
{
	uuid &= ~DRBD_UUID_PRIMARY;
	if (drbd_uuid_unset(uuid) || drbd_uuid_equal(uuid, DRBD_UUID_UNKNOWN) ||
	    drbd_uuid_equal(uuid, ids->current_uuid))
		return false;
	if (ids->history[0]) {
		if (in_slots(ids, uuid) || drbd_uuid_in_history(ids->history, uuid))
			return false;
		memmove(&ids->history[1], &ids->history[0],
			(DRBD_HISTORY_UUIDS - 1) * sizeof(ids->history[0]));
	}
	ids->history[0] = uuid;
	return true;
}
EXPORT_SYMBOL_GPL(drbd_uuid_push_history);

/**
 * drbd_uuid_set_slot() - set the bitmap UUID of a node
 * @ids: the UUID set
 * @node: id of the node
 * @uuid: the generation that the node has, 0 for this one
 * @dagtag: dagtag of the resource
 *
 * Source: spec/resync.md 1.3
 */
void drbd_uuid_set_slot(struct drbd_uuids *ids, int node, u64 uuid, u64 dagtag)
{
	ids->slots[node].uuid = uuid;
	ids->slots[node].dagtag = uuid ? dagtag : 0;
}
EXPORT_SYMBOL_GPL(drbd_uuid_set_slot);

/**
 * drbd_uuid_replace_slot() - set the bitmap UUID of a node, record the old one
 * @ids: the UUID set
 * @node: id of the node
 * @uuid: the generation that the node has, 0 for this one
 * @dagtag: dagtag of the resource
 *
 * Source: spec/resync.md 1.3, the rotating variant
 */
void drbd_uuid_replace_slot(struct drbd_uuids *ids, int node, u64 uuid, u64 dagtag)
{
	u64 old = ids->slots[node].uuid;

	drbd_uuid_set_slot(ids, node, uuid, dagtag);
	drbd_uuid_push_history(ids, old);
}
EXPORT_SYMBOL_GPL(drbd_uuid_replace_slot);

/**
 * drbd_uuid_set_exposed() - users of this node see another generation
 * @ids: the UUID set
 * @uuid: the generation
 * @role: own role
 *
 * Source: spec/resync.md 1.3
 */
void drbd_uuid_set_exposed(struct drbd_uuids *ids, u64 uuid, enum drbd_node_role role)
{
	if (drbd_uuid_equal(uuid, ids->exposed) || drbd_uuid_equal(uuid, DRBD_UUID_JUST_CREATED))
		return;
	ids->exposed = with_role(uuid, role);
}
EXPORT_SYMBOL_GPL(drbd_uuid_set_exposed);

/**
 * drbd_uuid_set_current() - give the data on this disk another name
 * @ids: the UUID set
 * @uuid: the name
 * @role: own role, which becomes the Primary bit
 *
 * To be undone with the former current UUID, if the metadata cannot be written:
 * what is not on stable storage must not be announced.
 *
 * Source: spec/resync.md 1.3, 1.1
 */
void drbd_uuid_set_current(struct drbd_uuids *ids, u64 uuid, enum drbd_node_role role)
{
	ids->current_uuid = with_role(uuid, role);
	drbd_uuid_set_exposed(ids, uuid, role);
}
EXPORT_SYMBOL_GPL(drbd_uuid_set_current);

/**
 * drbd_uuid_set_primary() - adjust the Primary bit of the current UUID
 * @ids: the UUID set
 * @role: own role, at attach or after demotion
 *
 * Not for promotion: the bit names who created a generation, so it waits for the
 * next one.
 *
 * Source: spec/resync.md 1.1
 */
void drbd_uuid_set_primary(struct drbd_uuids *ids, enum drbd_node_role role)
{
	ids->current_uuid = with_role(ids->current_uuid, role);
}
EXPORT_SYMBOL_GPL(drbd_uuid_set_primary);

/**
 * drbd_uuid_max_dagtag() - the dagtag that a resource has to go on from
 * @ids: the UUID set, as read at attach
 *
 * Return: the highest dagtag of all slots with a UUID.
 * Source: spec/resync.md 1.1
 */
u64 drbd_uuid_max_dagtag(const struct drbd_uuids *ids)
{
	u64 dagtag = 0;
	int n;

	for (n = 0; n < DRBD_NODES; n++) {
		if (n != ids->self && ids->slots[n].uuid && ids->slots[n].dagtag > dagtag)
			dagtag = ids->slots[n].dagtag;
	}
	return dagtag;
}
EXPORT_SYMBOL_GPL(drbd_uuid_max_dagtag);
