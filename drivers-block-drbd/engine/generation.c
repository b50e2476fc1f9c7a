// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data generations that an administrator begins
 *
 * Who knows that all disks have the same data, or that it does not matter what they
 * have, saves the initial resync; who knows that they differ orders one.
 */

#include <linux/random.h>

#include "../core/uuid_gen.h"
#include "commands.h"
#include "packets.h"
#include "volume.h"

/* Locked. Peers that take part; -1 if one has to be disconnected before. */
static int choose_peers(struct drbd_device *dev, bool shortcut, u64 *all, u64 *diskful)
{
	const struct drbd_state *s = &dev->res->st.s;
	int d = drbd_states_dev(&dev->res->st, dev->volume);
	unsigned int c;

	*all = 0;
	*diskful = 0;
	for (c = 0; d >= 0 && c < s->nconn; c++) {
		const struct drbd_state_pd *sp = drbd_state_pd(s, d, c);
		u64 node = drbd_node_mask(s->conn[c].node_id);

		if (sp->old.repl == DRBD_R_OFF)
			continue;
		if (!shortcut || sp->old.repl != DRBD_R_ESTABLISHED)
			return -1;
		*all |= node;
		if (sp->old.disk >= DRBD_D_INCONSISTENT)
			*diskful |= node;
	}
	return 0;
}

/* Locked. */
static void begin_generation(struct drbd_device *dev, const u64 *random, bool clear_bitmap,
			     u64 peers)
{
	struct drbd_states *st = &dev->res->st;
	struct drbd_peer_device *pd;
	struct drbd_connection *conn;
	struct drbd_uuid_env env;
	unsigned long i;

	drbd_volume_uuid_env(dev, &env);
	drbd_uuid_admin_generation(&dev->uuids, &env, 0, random);
	drbd_uuid_set_exposed(&dev->uuids, dev->uuids.current_uuid, st->s.old.role);
	dev->md_dirty = true;
	xa_for_each(&dev->res->connections, i, conn) {
		pd = xa_load(&conn->peer_devices, dev->volume);
		if (!pd || !(peers & drbd_node_mask(i)))
			continue;
		pd->consider_resync |= !clear_bitmap;
		if (!clear_bitmap)
			continue;
		/* It will not tell that it has taken it over. */
		drbd_uuid_replace_slot(&dev->uuids, i, 0, 0);
		pd->uuids.current_uuid = dev->uuids.current_uuid;
	}
}

static void become_up_to_date(struct drbd_device *dev, u64 peers)
{
	struct drbd_states *st = &dev->res->st;
	struct drbd_change chg;
	unsigned int c;
	int d;

	drbd_change_begin(&chg, st, DRBD_CHG_LOCAL_ONLY);
	d = drbd_states_dev(st, dev->volume);
	if (d >= 0)
		st->s.dev[d].new.disk = DRBD_D_UP_TO_DATE;
	for (c = 0; d >= 0 && c < st->s.nconn; c++) {
		if (peers & drbd_node_mask(st->s.conn[c].node_id))
			drbd_state_pd(&st->s, d, c)->new.disk = DRBD_D_UP_TO_DATE;
	}
	drbd_change_end(&chg);
}

static void tell_peers(struct drbd_device *dev, u64 peers, u64 flags, bool state)
{
	struct drbd_peer_device *pd;
	struct drbd_connection *conn;

	drbd_for_each_connection(dev->res, conn) {
		if (!(peers & drbd_node_mask(conn->node_id)))
			continue;
		pd = drbd_peer_device_find(conn, dev->volume);
		if (!pd)
			continue;
		drbd_send_uuids(pd, flags);
		if (state)
			drbd_send_current_state(pd);
		drbd_peer_device_put(pd);
	}
}

/**
 * drbd_admin_generation() - begin a new data generation
 * @cmd: the command, with the device
 * @parms: what else to do
 *
 * Source: spec/resync.md 7.5.
 *
 * Context: may sleep; the mutex of the administrator is held.
 *
 * Return: &enum drbd_ret.
 */
int drbd_admin_generation(struct drbd_cmd *cmd, const struct drbd_new_uuid_parms *parms)
{
	const u64 random[2] = { get_random_u64(), get_random_u64() };
	struct drbd_device *dev = cmd->device;
	struct drbd_states *st = &dev->res->st;
	bool special = parms->clear_bitmap || parms->force_resync, shortcut;
	int rv = DRBD_NO_ERROR;
	u64 all, diskful;

	if (!drbd_volume_get_disk(dev))
		return DRBD_ERR_NO_DISK;
	if (wait_event_interruptible(st->wait, !drbd_volume_uuids_held(dev))) {
		drbd_volume_put_disk(dev);
		return DRBD_ERR_INTR;
	}
	spin_lock_irq(&st->lock);
	shortcut = special && dev->uuids.current_uuid == DRBD_UUID_JUST_CREATED;
	if (choose_peers(dev, shortcut, &all, &diskful))
		rv = DRBD_ERR_CONNECTED;
	else
		begin_generation(dev, random, parms->clear_bitmap, diskful);
	spin_unlock_irq(&st->lock);
	if (rv == DRBD_NO_ERROR && parms->clear_bitmap && drbd_volume_clear_bitmap(dev)) {
		drbd_cmd_text(cmd, "Writing bitmap failed");
		rv = DRBD_ERR_IO_MD_DISK;
	}
	if (rv != DRBD_NO_ERROR)
		goto out;
	drbd_volume_sync(dev);
	if (parms->clear_bitmap) {
		tell_peers(dev, all, DRBD_UUID_FLAG_SKIP_INITIAL_SYNC, false);
		become_up_to_date(dev, diskful);
	} else if (parms->force_resync) {
		become_up_to_date(dev, 0);
		tell_peers(dev, diskful, DRBD_UUID_FLAG_RESYNC, true);
		tell_peers(dev, all & ~diskful, 0, false);
	}
	drbd_volume_sync(dev);
out:
	drbd_volume_put_disk(dev);
	return rv;
}
