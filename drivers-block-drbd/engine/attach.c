// SPDX-License-Identifier: GPL-2.0-only
/*
 * Disks that come and go
 *
 * Source: spec/metadata.md 4, spec/admin.md 5.1, 5.2.
 */

#include <linux/bio.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "../core/bitmap_slots.h"
#include "../core/meta_flags.h"
#include "../core/names.h"
#include "../core/quorum.h"
#include "../core/sizes.h"
#include "commands.h"
#include "volume.h"

/* ---- memory of a bitmap ---- */

static void free_bitmap(struct drbd_bm_buffer *buffer, unsigned int pages)
{
	unsigned int i;

	for (i = 0; buffer->pages && i < pages; i++)
		free_page((unsigned long)buffer->pages[i]);
	kvfree(buffer->pages);
	bitmap_free(buffer->need);
	bitmap_free(buffer->lazy);
	bitmap_free(buffer->hint);
	*buffer = (struct drbd_bm_buffer) {};
}

static int alloc_bitmap(struct drbd_bm_buffer *buffer, unsigned int pages)
{
	gfp_t gfp = GFP_NOIO | __GFP_ZERO | __GFP_RETRY_MAYFAIL | __GFP_NOWARN;
	unsigned int i;

	*buffer = (struct drbd_bm_buffer) {
		.pages = kvcalloc(pages, sizeof(*buffer->pages), GFP_NOIO),
		.need = bitmap_zalloc(pages, GFP_NOIO),
		.lazy = bitmap_zalloc(pages, GFP_NOIO),
		.hint = bitmap_zalloc(pages, GFP_NOIO),
	};
	if (!buffer->pages || !buffer->need || !buffer->lazy || !buffer->hint)
		goto fail;
	for (i = 0; i < pages; i++) {
		buffer->pages[i] = (void *)__get_free_page(gfp);
		if (!buffer->pages[i])
			goto fail;
		cond_resched();
	}
	return 0;
fail:
	free_bitmap(buffer, pages);
	return -ENOMEM;
}

static void drop_bitmap(struct drbd_device *dev)
{
	struct drbd_bm_buffer buffer;
	unsigned int pages = dev->bm.layout.pages;

	spin_lock_irq(&dev->bm_lock);
	buffer = dev->bm.buffer;
	memset(&dev->bm, 0, sizeof(dev->bm));
	spin_unlock_irq(&dev->bm_lock);
	free_bitmap(&buffer, pages);
}

static int load_bitmap(struct drbd_device *dev, struct drbd_backing *backing, u64 sectors)
{
	struct drbd_bm_buffer buffer;
	struct drbd_bm_layout layout;
	struct drbd_bm_walk walk;
	int err;

	err = drbd_bm_layout_init(&layout, sectors, dev->sb.layout.bm_max_peers,
				  ilog2(dev->sb.layout.bm_bytes_per_bit));
	if (!err)
		err = alloc_bitmap(&buffer, layout.pages);
	if (err)
		return err;
	spin_lock_irq(&dev->bm_lock);
	drbd_bm_setup(&dev->bm, &layout, &buffer, &walk);
	spin_unlock_irq(&dev->bm_lock);
	err = drbd_bm_load(backing, &dev->bm);
	while (!err && drbd_bm_walk_page(&dev->bm, &walk))
		cond_resched();
	if (err)
		drop_bitmap(dev);
	return err;
}

/* ---- attach ---- */

/* Everything that an attach has, so that it can be given back. */
struct attaching {
	struct drbd_cmd *cmd;
	struct drbd_device *dev;
	struct drbd_disk_conf conf;
	struct drbd_backing *backing;
	struct drbd_md_attach md;
	struct drbd_md_refusal why;
	bool attaching;
};

static int refused(struct attaching *a)
{
	drbd_cmd_text(a->cmd, "%s", a->why.text);
	return a->why.err;
}

static int open_disk(struct attaching *a)
{
	bool meta_failed;
	int err;

	a->backing = drbd_backing_open(a->conf.backing_dev, a->conf.meta_dev,
				       a->conf.meta_dev_idx, &meta_failed);
	if (IS_ERR(a->backing)) {
		err = PTR_ERR(a->backing);
		drbd_cmd_text(a->cmd, "open(\"%s\") failed with %d",
			      meta_failed ? a->conf.meta_dev : a->conf.backing_dev, err);
		a->backing = NULL;
		return meta_failed ? DRBD_ERR_OPEN_MD_DISK : DRBD_ERR_OPEN_DISK;
	}
	a->backing->no_flush = !a->conf.md_flushes;
	return DRBD_NO_ERROR;
}

/* What the metadata have to go with; as far as it can change, with the state lock. */
static void describe(struct attaching *a)
{
	struct drbd_resource *res = a->dev->res;
	struct drbd_peer_device *pd;
	struct drbd_connection *conn;
	unsigned long i;
	unsigned int c;
	int d;

	a->md = (struct drbd_md_attach) {
		.idx = a->conf.meta_dev_idx,
		.backing_capacity = bdev_nr_sectors(drbd_data_bdev(a->backing)),
		.md_capacity = bdev_nr_sectors(drbd_meta_bdev(a->backing)),
		.bits_per_long = BITS_PER_LONG,
		.v08_allowed = res->opts.drbd8_compat_mode,
		.node_id = res->node_id,
		.bitmap = a->conf.bitmap,
		.disk_size = a->conf.disk_size,
		.virtual_size = get_capacity(a->dev->disk),
	};
	rcu_read_lock();
	xa_for_each(&res->connections, i, conn) {
		pd = xa_load(&conn->peer_devices, a->dev->volume);
		a->md.peers |= drbd_node_mask(i);
		if (pd && pd->conf.bitmap)
			a->md.bitmap_peers |= drbd_node_mask(i);
	}
	rcu_read_unlock();
	spin_lock_irq(&res->st.lock);
	a->md.primary = res->st.s.old.role == DRBD_ROLE_PRIMARY;
	a->md.exposed_uuid = a->dev->uuids.exposed;
	d = drbd_states_dev(&res->st, a->dev->volume);
	for (c = 0; d >= 0 && c < res->st.s.nconn; c++)
		a->md.peer_up_to_date |= drbd_state_pd(&res->st.s, d, c)->old.disk ==
					 DRBD_D_UP_TO_DATE;
	spin_unlock_irq(&res->st.lock);
}

static int read_metadata(struct attaching *a, struct drbd_sb *sb)
{
	struct drbd_backing *backing = a->backing;
	u64 sector;
	int err;

	if (drbd_md_check_device(DRBD_D_DISKLESS, a->conf.meta_dev_idx,
				 drbd_data_bdev(backing) == drbd_meta_bdev(backing), &a->why))
		return refused(a);
	describe(a);
	if (drbd_md_find(a->md.idx, a->md.md_capacity, &sector)) {
		drbd_cmd_text(a->cmd, "the device has no room for metadata");
		return DRBD_ERR_MD_DISK_TOO_SMALL;
	}
	mutex_lock(&backing->io);
	err = drbd_md_read(backing, sector);
	if (!err && drbd_md_accept(backing->block, &a->md, sb, &a->why))
		err = 1;
	mutex_unlock(&backing->io);
	if (err < 0) {
		drbd_cmd_text(a->cmd, "Error while reading metadata.");
		return DRBD_ERR_IO_MD_DISK;
	}
	if (err || drbd_md_check_attach(sb, &a->md, &a->why))
		return refused(a);
	drbd_md_locate(a->md.idx, a->md.md_capacity, &sb->layout, &backing->area);
	return DRBD_NO_ERROR;
}

static int change_disk(struct drbd_device *dev, enum drbd_disk disk, unsigned int flags,
		       struct drbd_cmd *cmd)
{
	struct drbd_states *st = &dev->res->st;
	struct drbd_change chg;
	enum drbd_rv rv;
	int d;

	drbd_change_begin(&chg, st, flags);
	d = drbd_states_dev(st, dev->volume);
	if (d < 0) {
		drbd_change_cancel(&chg);
		return DRBD_ERR_MINOR_INVALID;
	}
	st->s.dev[d].new.disk = disk;
	rv = drbd_change_end(&chg);
	if (rv < DRBD_SS_SUCCESS && cmd && chg.why.text[0])
		drbd_cmd_text(cmd, "%s", chg.why.text);
	return rv;
}

/* Slots for peers that want one; the superblock was found to have enough of them. */
static void assign_slots(struct attaching *a, struct drbd_sb *sb)
{
	struct drbd_bm_slots slots = { .self = a->md.node_id, .nr = sb->layout.bm_max_peers };
	struct drbd_bm_need need;
	int i;

	for (i = 0; i < DRBD_NODES; i++) {
		slots.index[i] = sb->peers[i].bitmap_index;
		slots.flags[i] = sb->peers[i].flags;
	}
	drbd_bm_assign_slots(&slots, a->md.bitmap_peers, &need);
	for (i = 0; i < DRBD_NODES; i++) {
		sb->peers[i].bitmap_index = slots.index[i];
		sb->peers[i].flags = slots.flags[i];
	}
}

/* Locked. */
static void take_uuids(struct drbd_device *dev)
{
	struct drbd_uuids *ids = &dev->uuids;
	const struct drbd_sb *sb = &dev->sb;
	int i;

	ids->current_uuid = sb->current_uuid;
	ids->max_peers = sb->layout.bm_max_peers;
	for (i = 0; i < DRBD_NODES; i++) {
		ids->slots[i] = (struct drbd_uuid_slot) {
			.uuid = sb->peers[i].bitmap_uuid,
			.dagtag = sb->peers[i].bitmap_dagtag,
			.flags = sb->peers[i].flags,
			.bitmap_index = sb->peers[i].bitmap_index,
		};
		if (sb->peers[i].bitmap_index >= 0)
			ids->slots[i].flags |= DRBD_MDF_HAVE_BITMAP;
	}
	memcpy(ids->history, sb->history, sizeof(ids->history));
	drbd_uuid_set_primary(ids, dev->res->st.s.old.role);
}

/* From here on the disk is that of the device. */
static void install(struct attaching *a)
{
	struct drbd_device *dev = a->dev;
	struct drbd_states *st = &dev->res->st;
	struct drbd_state_dev *sd;
	bool crashed;
	int d, i;

	reinit_completion(&dev->local_idle);
	spin_lock_irq(&st->lock);
	dev->backing = a->backing;
	dev->disk_conf = a->conf;
	dev->conf.intentional_diskless = false;
	dev->md_dirty = true;
	take_uuids(dev);
	drbd_dagtag_attach(&dev->res->dagtag, drbd_uuid_max_dagtag(&dev->uuids));
	for (i = 0; i < DRBD_NODES; i++) {
		dev->partial[i] = dev->uuids.slots[i].uuid;
		if (drbd_volume_out_of_sync(dev, i))
			dev->synced |= drbd_node_mask(i);
	}
	d = drbd_states_dev(st, dev->volume);
	sd = &st->s.dev[d];
	sd->md_flags = dev->sb.flags;
	for (i = 0; i < DRBD_NODES; i++)
		sd->slot_flags[i] = dev->uuids.slots[i].flags;
	crashed = dev->sb.flags & DRBD_MDF_CRASHED_PRIMARY;
	sd->restore_quorum = drbd_quorum_may_restore(dev->sb.flags & DRBD_MDF_HAVE_QUORUM,
						     dev->sb.flags & DRBD_MDF_WAS_UP_TO_DATE,
						     dev->sb.members, dev->res->node_id);
	if (crashed && !(st->s.old.role == DRBD_ROLE_PRIMARY && st->s.old.susp_nod) &&
	    !dev->uuids.exposed && !sd->old.want_new_uuid) {
		sd->old.crashed_primary = true;
		dev->crash_owed = ~0ULL;
	}
	if (dev->sb.flags & DRBD_MDF_PRIMARY_LOST_QUORUM && !sd->old.have_quorum)
		sd->old.primary_lost_quorum = true;
	spin_unlock_irq(&st->lock);
	percpu_ref_reinit(&dev->local);
	drbd_write_order_reset(dev->res);
	a->backing = NULL;
}

/* All disks together allow this. */
static int agree_on_size(struct attaching *a, const struct drbd_sb *sb, u64 *size)
{
	struct drbd_size_query query = {
		.node_id = a->md.node_id,
		.last_agreed = sb->effective_size,
		.user_size = a->conf.disk_size,
	};
	struct drbd_size_peer *peers = kzalloc_objs(*peers, DRBD_NODES, GFP_NOIO);
	struct drbd_size_answer answer = {};
	struct drbd_md_capacity max;
	struct drbd_peer_device *pd;
	struct drbd_connection *conn;
	unsigned long i;

	if (!peers)
		return -ENOMEM;
	drbd_md_limit(a->md.idx, a->md.backing_capacity, a->md.md_capacity, &sb->layout,
		      BITS_PER_LONG, &max);
	query.own_max = max.sectors;
	query.peers = peers;
	rcu_read_lock();
	xa_for_each(&a->dev->res->connections, i, conn) {
		pd = xa_load(&conn->peer_devices, a->dev->volume);
		if (!pd)
			continue;
		peers[i].max_size = pd->sizes.d_size;
		peers[i].known = pd->sizes_valid;
		peers[i].seen = sb->peers[i].flags & DRBD_MDF_PEER_DEVICE_SEEN;
	}
	rcu_read_unlock();
	drbd_size_agree(&query, &answer);
	kfree(peers);
	*size = answer.size;
	return 0;
}

/* What the bitmap has not tracked, nobody has: blocks that the device has got since. */
static int mark_new_blocks(struct attaching *a, u64 size)
{
	struct drbd_device *dev = a->dev;
	u64 old = min_not_zero(dev->sb.effective_size, (u64)get_capacity(dev->disk));
	unsigned int shift = dev->bm.layout.shift - SECTOR_SHIFT;
	struct drbd_bm_range fresh = { old >> shift, dev->bm.layout.bits };
	struct drbd_bm_range all = { 0, dev->bm.layout.bits };
	unsigned int slot;
	int i;

	if (old & (BIT_ULL(shift) - 1))
		fresh.start++;
	for (slot = 0; old < size && slot < dev->bm.layout.slots; slot++)
		drbd_slot_set(dev, slot, fresh);
	for (i = 0; i < DRBD_NODES; i++) {
		if (dev->sb.peers[i].flags & DRBD_MDF_PEER_FULL_SYNC)
			drbd_slot_set(dev, dev->sb.peers[i].bitmap_index, all);
		dev->sb.peers[i].flags &= ~DRBD_MDF_PEER_FULL_SYNC;
	}
	return drbd_bm_write(a->backing, &dev->bm, &dev->bm_lock, DRBD_BM_WRITE_CHANGED);
}

static int use_disk(struct attaching *a)
{
	struct drbd_device *dev = a->dev;
	u64 size;
	int err;

	if (agree_on_size(a, &dev->sb, &size))
		return DRBD_ERR_NOMEM;
	if (drbd_md_check_shrink(&dev->sb, size, a->conf.disk_size, &a->why))
		return refused(a);
	assign_slots(a, &dev->sb);
	err = load_bitmap(dev, a->backing, size);
	if (!err) {
		err = mark_new_blocks(a, size);
		if (err)
			drop_bitmap(dev);
	}
	if (err)
		return err == -ENOMEM ? DRBD_ERR_NOMEM_BITMAP : DRBD_ERR_IO_MD_DISK;
	err = drbd_actlog_attach(dev, a->conf.al_updates);
	if (err) {
		drop_bitmap(dev);
		return err == -ENOMEM ? DRBD_ERR_NOMEM : DRBD_ERR_MD_INVALID;
	}
	dev->sb.effective_size = size;
	install(a);
	drbd_volume_limits(dev);
	if (size != get_capacity(dev->disk))
		drbd_volume_set_size(dev, size);
	return DRBD_NO_ERROR;
}

static void modify_negotiating(struct drbd_resource *res, struct drbd_own_change *own, bool apply)
{
	struct drbd_device *dev = own->arg;
	int d = drbd_states_dev(&res->st, dev->volume);

	if (d >= 0)
		res->st.s.dev[d].new.disk = DRBD_D_NEGOTIATING;
}

static int negotiate(struct attaching *a)
{
	struct drbd_resource *res = a->dev->res;
	struct drbd_own_change own = { .modify = modify_negotiating, .arg = a->dev };
	enum drbd_rv rv;

	if (down_interruptible(&res->change))
		return DRBD_ERR_INTR;
	rv = drbd_change_cluster(res, &own);
	up(&res->change);
	if (rv == DRBD_SS_CW_FAILED_BY_PEER)
		drbd_cmd_text(a->cmd,
			      "Probably this node is marked as intentional diskless on a peer");
	return rv;
}

static int prepare(struct attaching *a)
{
	struct drbd_device *dev = a->dev;
	int rv;

	rv = open_disk(a);
	if (rv == DRBD_NO_ERROR)
		rv = read_metadata(a, &dev->sb);
	if (rv != DRBD_NO_ERROR)
		return rv;
	rv = change_disk(dev, DRBD_D_ATTACHING, DRBD_CHG_LOCAL_ONLY, a->cmd);
	if (rv < DRBD_SS_SUCCESS)
		return rv;
	a->attaching = true;
	rv = use_disk(a);
	if (rv != DRBD_NO_ERROR)
		return rv;
	rv = negotiate(a);
	if (rv < DRBD_SS_SUCCESS)
		return rv;
	drbd_volume_sync(dev);
	drbd_resync_after(true);
	kobject_uevent(&disk_to_dev(dev->disk)->kobj, KOBJ_CHANGE);
	return DRBD_NO_ERROR;
}

static enum drbd_disk disk_of(struct drbd_device *dev)
{
	struct drbd_states *st = &dev->res->st;
	enum drbd_disk disk = DRBD_D_DISKLESS;
	int d;

	spin_lock_irq(&st->lock);
	d = drbd_states_dev(st, dev->volume);
	if (d >= 0)
		disk = st->s.dev[d].old.disk;
	spin_unlock_irq(&st->lock);
	return disk;
}

static bool is_transient(enum drbd_disk disk)
{
	return disk == DRBD_D_ATTACHING || disk == DRBD_D_NEGOTIATING || disk == DRBD_D_DETACHING;
}

/**
 * drbd_attach() - attach a disk
 * @cmd: the command, with the device
 * @conf: options of the disk
 *
 * Return: &enum drbd_ret or &enum drbd_rv.
 */
int drbd_attach(struct drbd_cmd *cmd, const struct drbd_disk_conf *conf)
{
	struct drbd_device *dev = cmd->device;
	struct attaching *a;
	enum drbd_disk disk;
	int rv;

	a = kzalloc_obj(*a, GFP_NOIO);
	if (!a)
		return DRBD_ERR_NOMEM;
	a->cmd = cmd;
	a->dev = dev;
	a->conf = *conf;
	if (mutex_lock_interruptible(&dev->res->admin)) {
		kfree(a);
		return DRBD_ERR_INTR;
	}
	rv = DRBD_ERR_DISK_CONFIGURED;
	if (dev->unregistered)
		rv = DRBD_ERR_MINOR_INVALID;
	else if (disk_of(dev) == DRBD_D_DISKLESS && !dev->backing)
		rv = prepare(a);
	mutex_unlock(&dev->res->admin);
	if (rv != DRBD_NO_ERROR && a->attaching)
		change_disk(dev, a->backing ? DRBD_D_DISKLESS : DRBD_D_FAILED, DRBD_CHG_HARD, NULL);
	if (a->backing)
		drbd_backing_close(a->backing);
	kfree(a);
	if (rv != DRBD_NO_ERROR)
		return rv;
	if (wait_event_interruptible(dev->res->st.wait, !is_transient(disk_of(dev))))
		return DRBD_ERR_INTR;
	disk = disk_of(dev);
	if (disk > DRBD_D_FAILED)
		return DRBD_NO_ERROR;
	drbd_cmd_text(cmd, "attach negotiation ended in unexpected state %s",
		      drbd_disk_name(disk));
	return disk == DRBD_D_FAILED ? DRBD_ERR_IO_MD_DISK : DRBD_ERR_DATA_NOT_CURRENT;
}

/* ---- detach ---- */

/**
 * drbd_volume_release_disk() - let go of a disk that nobody needs any more
 * @dev: device that is Failed, Detaching or Diskless
 *
 * Called by the worker for the last change whose consequences needed it.
 *
 * Context: may sleep.
 */
void drbd_volume_release_disk(struct drbd_device *dev)
{
	enum drbd_disk disk = disk_of(dev);
	struct drbd_backing *backing = dev->backing;

	if (!backing)
		return;
	if (disk != DRBD_D_FAILED && disk != DRBD_D_DETACHING && disk != DRBD_D_DISKLESS)
		return;
	/* What is still at the disk has its say about the bitmap. */
	if (!percpu_ref_is_dying(&dev->local))
		percpu_ref_kill(&dev->local);
	wait_for_completion(&dev->local_idle);
	if (disk != DRBD_D_DISKLESS) {
		if (disk == DRBD_D_DETACHING)
			drbd_bm_write(backing, &dev->bm, &dev->bm_lock, DRBD_BM_WRITE_CHANGED);
		drbd_volume_write_sb(dev, backing);
		change_disk(dev, DRBD_D_DISKLESS, DRBD_CHG_HARD, NULL);
		return;
	}
	spin_lock_irq(&dev->res->st.lock);
	dev->backing = NULL;
	spin_unlock_irq(&dev->res->st.lock);
	drbd_actlog_detach(dev);
	drop_bitmap(dev);
	drbd_backing_close(backing);
	wake_up_all(&dev->res->st.wait);
}

static void modify_detaching(struct drbd_resource *res, struct drbd_own_change *own, bool apply)
{
	struct drbd_device *dev = own->arg;
	int d = drbd_states_dev(&res->st, dev->volume);

	if (d >= 0)
		res->st.s.dev[d].new.disk = DRBD_D_DETACHING;
}

/**
 * drbd_detach() - detach a disk
 * @dev: the device
 * @parms: how
 * @cmd: for texts, or NULL
 *
 * Context: may sleep; the mutex of the administrator is held.
 *
 * Return: &enum drbd_ret or &enum drbd_rv.
 */
int drbd_detach(struct drbd_device *dev, const struct drbd_detach_parms *parms,
		struct drbd_cmd *cmd)
{
	struct drbd_resource *res = dev->res;
	struct drbd_own_change own = { .modify = modify_detaching, .arg = dev };
	bool intentional = dev->conf.intentional_diskless;
	enum drbd_rv rv;

	if (parms->force)
		return change_disk(dev, DRBD_D_DETACHING, DRBD_CHG_HARD, cmd);
	if (down_interruptible(&res->change))
		return DRBD_ERR_INTR;
	dev->conf.intentional_diskless |= parms->intentional_diskless;
	rv = drbd_change_cluster(res, &own);
	up(&res->change);
	if (rv == DRBD_SS_IS_DISKLESS)
		rv = DRBD_SS_NOTHING_TO_DO;
	if (rv < DRBD_SS_SUCCESS) {
		dev->conf.intentional_diskless = intentional;
		if (cmd && own.why.text[0])
			drbd_cmd_text(cmd, "%s", own.why.text);
		return rv;
	}
	if (wait_event_interruptible(res->st.wait, disk_of(dev) != DRBD_D_DETACHING &&
				     !READ_ONCE(dev->backing)))
		return DRBD_ERR_INTR;
	return rv;
}

/**
 * drbd_volume_set_size() - change the size of a device
 * @dev: the device
 * @sectors: the new size
 *
 * Context: may sleep.
 */
void drbd_volume_set_size(struct drbd_device *dev, u64 sectors)
{
	drbd_info(dev->res, "volume %d: size is %llu KiB\n", dev->volume, sectors / 2);
	set_capacity_and_notify(dev->disk, sectors);
	if (!drbd_volume_get_disk(dev))
		return;
	spin_lock_irq(&dev->res->st.lock);
	dev->sb.effective_size = sectors;
	dev->md_dirty = true;
	spin_unlock_irq(&dev->res->st.lock);
	drbd_volume_put_disk(dev);
}
