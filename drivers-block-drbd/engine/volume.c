// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a volume has on its disk, and what follows from it
 *
 * UUIDs, flags and sizes are kept in memory under the state lock; what is on disk
 * follows when drbd_volume_sync() is called. Whoever tells a peer about a change
 * calls it before that.
 */

#include <linux/random.h>

#include "../core/bitmap_slots.h"
#include "../core/meta_convert.h"
#include "../core/uuid_gen.h"
#include "../core/uuid_recv.h"
#include "../core/uuid_tell.h"
#include "packets.h"
#include "request.h"
#include "volume.h"

/* ---- who uses the disk ---- */

/**
 * drbd_volume_get_disk() - take a reference to the disk
 * @dev: the device
 *
 * Context: any.
 *
 * Return: whether there is one; it stays until drbd_volume_put_disk().
 */
bool drbd_volume_get_disk(struct drbd_device *dev)
{
	return percpu_ref_tryget_live(&dev->local);
}

/**
 * drbd_volume_put_disk() - drop a reference to the disk
 * @dev: the device
 *
 * Context: any.
 */
void drbd_volume_put_disk(struct drbd_device *dev)
{
	percpu_ref_put(&dev->local);
}

/**
 * drbd_volume_max_size() - the largest size that the disk allows
 * @dev: the device, with a reference to its disk
 *
 * Return: sectors.
 */
u64 drbd_volume_max_size(struct drbd_device *dev)
{
	struct drbd_backing *backing = dev->backing;
	struct drbd_md_capacity max;

	drbd_md_limit(backing->idx, bdev_nr_sectors(drbd_data_bdev(backing)),
		      bdev_nr_sectors(drbd_meta_bdev(backing)), &dev->sb.layout, BITS_PER_LONG,
		      &max);
	/* More would need a larger bitmap, and a resync of what is new. */
	return min_not_zero(max.sectors, (u64)get_capacity(dev->disk));
}

/**
 * drbd_volume_out_of_sync() - how much is out of sync towards a peer
 * @dev: the device
 * @node_id: of the peer
 *
 * Return: number of bits.
 */
u64 drbd_volume_out_of_sync(struct drbd_device *dev, int node_id)
{
	unsigned long irq;
	u64 bits;

	spin_lock_irqsave(&dev->bm_lock, irq);
	bits = drbd_bm_weight(&dev->bm, dev->uuids.slots[node_id].bitmap_index);
	spin_unlock_irqrestore(&dev->bm_lock, irq);
	return bits;
}

/* ---- UUIDs ---- */

/**
 * drbd_volume_uuid_env() - the states that decide about UUIDs
 * @dev: the device, locked
 * @env: gets them
 */
void drbd_volume_uuid_env(struct drbd_device *dev, struct drbd_uuid_env *env)
{
	struct drbd_resource *res = dev->res;
	struct drbd_state *s = &res->st.s;
	int d = drbd_states_dev(&res->st, dev->volume);
	unsigned int c;

	memset(env, 0, sizeof(*env));
	if (d < 0)
		return;
	env->role = s->old.role;
	env->disk = s->dev[d].old.disk;
	env->owed = dev->crash_owed | dev->orphaned | dev->synced;
	for (c = 0; c < s->nconn; c++) {
		const struct drbd_state_conn *sc = &s->conn[c];
		const struct drbd_state_pd *sp = drbd_state_pd(s, d, c);
		struct drbd_connection *conn = xa_load(&res->connections, sc->node_id);
		struct drbd_peer_device *pd = conn ? xa_load(&conn->peer_devices, dev->volume) :
						     NULL;

		env->peer[sc->node_id] = (struct drbd_uuid_peer) {
			.configured = true,
			.remote_read = sc->allow_remote_read,
			.no_bitmap = !sp->bitmap,
			.role = sc->old.peer_role,
			.disk = sp->old.disk,
			.repl = sp->old.repl,
			.proto = sc->protocol,
			.uuids = pd && pd->uuids_valid ? &pd->uuids : NULL,
		};
	}
}

/* Locked. A function of its own for the environment's size on the stack. */
static noinline_for_stack bool is_stable(struct drbd_device *dev)
{
	struct drbd_uuid_env env;

	drbd_volume_uuid_env(dev, &env);
	return drbd_uuid_stable(&env);
}

/**
 * drbd_volume_uuid_flags() - flags that are told with UUIDs
 * @pd: to which peer, of which volume; locked
 *
 * Return: DRBD_UUID_FLAG_* that follow from the state; STABLE and SYNC_TARGET are up to
 * drbd_uuid_tell().
 */
u64 drbd_volume_uuid_flags(struct drbd_peer_device *pd)
{
	struct drbd_states *st = &pd->dev->res->st;
	int d = drbd_states_dev(st, pd->dev->volume);
	int c = drbd_states_conn(st, pd->conn->node_id);
	const struct drbd_state_dev *sd = &st->s.dev[d];
	u64 peer = drbd_node_mask(pd->conn->node_id);
	/* What is owed to a peer is dealt with when it connects. */
	bool connecting = st->s.conn[c].old.cstate < DRBD_C_CONNECTED;
	const struct drbd_own_flags own = {
		.discard = test_bit(DRBD_CONN_DISCARD, &pd->conn->flags),
		.inconsistent = !(sd->md_flags & DRBD_MDF_CONSISTENT),
		.crashed = sd->old.crashed_primary ||
			   (connecting && pd->dev->crash_owed & peer),
		.lost_quorum = sd->old.primary_lost_quorum,
		.primary = st->s.old.role == DRBD_ROLE_PRIMARY,
		.unstable = !is_stable(pd->dev),
		.was_connected = test_bit(DRBD_CONN_RECONNECT, &pd->conn->flags),
		.missing = connecting &&
			   (drbd_volume_out_of_sync(pd->dev, pd->conn->node_id) ||
			    drbd_req_missed(pd->dev, pd->conn->node_id)),
		.orphaned = pd->dev->orphaned & peer && !pd->lost.sent,
		.synced = pd->dev->synced & peer,
		.settled = pd->dev->settled & peer,
	};

	return drbd_uuid_own_flags(&own);
}

/**
 * drbd_volume_partial() - nodes whose bitmaps are not complete
 * @dev: the device, locked
 *
 * Return: mask of nodes to which blocks were sent that changed since the generation in
 * their slots.
 */
u64 drbd_volume_partial(const struct drbd_device *dev)
{
	u64 mask = 0;
	int i;

	for (i = 0; i < DRBD_NODES; i++)
		if (dev->uuids.slots[i].uuid && dev->partial[i] == dev->uuids.slots[i].uuid)
			mask |= drbd_node_mask(i);
	return mask;
}

/**
 * drbd_volume_settled() - this node becomes settled, or has been compared
 * @pd: with which peer, of which volume
 * @got_stable: it is about to tell that it became stable
 *
 * See &struct drbd_own_flags.
 *
 * Context: may sleep.
 */
void drbd_volume_settled(struct drbd_peer_device *pd, bool got_stable)
{
	struct drbd_device *dev = pd->dev;
	struct drbd_states *st = &dev->res->st;
	u64 peer = drbd_node_mask(pd->conn->node_id);
	struct drbd_state_pd *sp;
	int d;

	spin_lock_irq(&st->lock);
	sp = drbd_states_pd(st, pd->conn->node_id, dev->volume);
	d = drbd_states_dev(st, dev->volume);
	if (!got_stable)
		dev->settled &= ~peer;
	else if (sp && sp->old.disk == DRBD_D_UP_TO_DATE && pd->uuids_valid &&
		 st->s.dev[d].old.disk == DRBD_D_UP_TO_DATE &&
		 drbd_uuid_equal(pd->uuids.current_uuid, dev->uuids.current_uuid) &&
		 drbd_volume_out_of_sync(dev, pd->conn->node_id))
		dev->settled |= peer;
	spin_unlock_irq(&st->lock);
}

/**
 * drbd_volume_published() - the state has changed
 * @dev: the device, locked
 */
void drbd_volume_published(struct drbd_device *dev)
{
	const struct drbd_state *s = &dev->res->st.s;
	int d = drbd_states_dev(&dev->res->st, dev->volume);
	unsigned int c;

	if (d < 0 || s->dev[d].old.disk != DRBD_D_UP_TO_DATE)
		return;
	for (c = 0; c < s->nconn; c++) {
		const struct drbd_state_pd *sp = drbd_state_pd(s, d, c);

		if (sp->old.disk != DRBD_D_UP_TO_DATE || sp->old.repl != DRBD_R_ESTABLISHED)
			continue;
		dev->crash_owed &= ~drbd_node_mask(s->conn[c].node_id);
		dev->orphaned &= ~drbd_node_mask(s->conn[c].node_id);
		dev->synced &= ~drbd_node_mask(s->conn[c].node_id);
	}
}

/**
 * drbd_volume_uuids_held() - have UUIDs to stay as they are?
 * @dev: the device
 *
 * Return: true while a handshake is running.
 */
bool drbd_volume_uuids_held(struct drbd_device *dev)
{
	struct drbd_states *st = &dev->res->st;
	bool held = false;
	unsigned int c;
	int d;

	spin_lock_irq(&st->lock);
	d = drbd_states_dev(st, dev->volume);
	for (c = 0; d >= 0 && c < st->s.nconn; c++)
		held |= drbd_state_pd(&st->s, d, c)->handshake_running;
	spin_unlock_irq(&st->lock);
	return held;
}

/**
 * drbd_volume_not_due() - no new generation is due any more
 * @dev: the device
 */
void drbd_volume_not_due(struct drbd_device *dev)
{
	struct drbd_states *st = &dev->res->st;
	int d;

	spin_lock_irq(&st->lock);
	d = drbd_states_dev(st, dev->volume);
	if (d >= 0) {
		st->s.dev[d].old.want_new_uuid = false;
		st->s.dev[d].new.want_new_uuid = false;
	}
	spin_unlock_irq(&st->lock);
	wake_up_all(&st->wait);
}

static void tell_connected(struct drbd_device *dev, u64 nodes, u64 flags, bool current_only)
{
	struct drbd_peer_device *pd;
	struct drbd_connection *conn;
	int node;

	for (node = 0; node < DRBD_NODES; node++) {
		struct drbd_state_pd *sp;
		bool connected;

		if (!(nodes & drbd_node_mask(node)))
			continue;
		spin_lock_irq(&dev->res->st.lock);
		sp = drbd_states_pd(&dev->res->st, node, dev->volume);
		connected = sp && sp->old.repl >= DRBD_R_ESTABLISHED;
		spin_unlock_irq(&dev->res->st.lock);
		conn = connected ? drbd_connection_find(dev->res, node) : NULL;
		pd = conn ? drbd_peer_device_find(conn, dev->volume) : NULL;
		if (pd && current_only)
			drbd_send_own_current(pd, 0);
		else if (pd)
			drbd_send_uuids(pd, flags);
		if (pd)
			drbd_peer_device_put(pd);
		if (conn)
			drbd_connection_put(conn);
	}
}

static void new_uuid_diskless(struct drbd_device *dev)
{
	const struct drbd_diskless_opts opts = {
		.intentional = dev->conf.intentional_diskless,
		.io_error = dev->res->opts.on_no_quorum == DRBD_NO_DATA_IO_ERROR,
	};
	struct drbd_uuid_env env;
	u64 tell = 0;

	spin_lock_irq(&dev->res->st.lock);
	drbd_volume_uuid_env(dev, &env);
	if (drbd_diskless_bump(&dev->uuids, &env, &dev->exposed, &opts)) {
		drbd_epoch_close(&dev->res->epoch);
		tell = drbd_diskless_begin(&dev->uuids, &env, &dev->exposed, get_random_u64(),
					   dev->res->epoch.nr);
	}
	spin_unlock_irq(&dev->res->st.lock);
	tell_connected(dev, tell, 0, true);
}

static void new_uuid_disk(struct drbd_device *dev, bool forced)
{
	struct drbd_states *st = &dev->res->st;
	u64 random[2] = { get_random_u64(), get_random_u64() };
	struct drbd_uuid_env env;
	bool made;

	spin_lock_irq(&st->lock);
	drbd_volume_uuid_env(dev, &env);
	made = drbd_uuid_new_generation(&dev->uuids, &env,
					forced ? drbd_uuid_forced_mask(&env) : 0,
					dev->res->dagtag.now, random);
	if (made) {
		drbd_uuid_set_exposed(&dev->uuids, dev->uuids.current_uuid, st->s.old.role);
		dev->md_dirty = true;
		drbd_epoch_close(&dev->res->epoch);
	}
	spin_unlock_irq(&st->lock);
	if (!made)
		return;
	drbd_volume_sync(dev);
	drbd_info(dev->res, "volume %d: new current UUID %016llX\n", dev->volume,
		  dev->uuids.current_uuid);
	tell_connected(dev, ~0ULL, forced ? 0 : DRBD_UUID_FLAG_NEW_DATAGEN, false);
}

/**
 * drbd_volume_new_uuid() - begin a new data generation
 * @dev: the device
 * @forced: because of a promotion by force
 *
 * Context: may sleep.
 *
 * Return: false if it was interrupted while a handshake kept the UUIDs.
 */
bool drbd_volume_new_uuid(struct drbd_device *dev, bool forced)
{
	struct drbd_states *st = &dev->res->st;
	enum drbd_disk disk = DRBD_D_DISKLESS;
	int d;

	if (wait_event_interruptible(st->wait, !drbd_volume_uuids_held(dev)))
		return false;
	spin_lock_irq(&st->lock);
	d = drbd_states_dev(st, dev->volume);
	if (d >= 0)
		disk = st->s.dev[d].old.disk;
	spin_unlock_irq(&st->lock);
	if (disk == DRBD_D_UP_TO_DATE)
		new_uuid_disk(dev, forced);
	else
		new_uuid_diskless(dev);
	drbd_volume_not_due(dev);
	return true;
}

/**
 * drbd_volume_need_event() - something happened that may make a generation begin
 * @dev: the device
 * @event: what
 *
 * Context: may sleep.
 */
void drbd_volume_need_event(struct drbd_device *dev, enum drbd_need_event event)
{
	struct drbd_states *st = &dev->res->st;
	struct drbd_need_state state = {};
	struct drbd_uuid_env env;
	unsigned int todo;
	int d;

	spin_lock_irq(&st->lock);
	d = drbd_states_dev(st, dev->volume);
	if (d >= 0) {
		drbd_volume_uuid_env(dev, &env);
		state = (struct drbd_need_state) {
			.due = st->s.dev[d].old.want_new_uuid,
			.suspended = drbd_state_suspended(&st->s, DRBD_OLD),
			.quorum = st->s.dev[d].old.have_quorum,
			.accessible = drbd_uuid_data_accessible(&env),
			.lost_quorum = st->s.dev[d].old.primary_lost_quorum,
			.unfinished = drbd_req_unfinished(dev),
		};
	}
	spin_unlock_irq(&st->lock);
	todo = drbd_uuid_need_consume(event, &state);
	if (todo & DRBD_NEED_CREATE)
		drbd_volume_new_uuid(dev, false);
	else if (todo & (DRBD_NEED_CLEAR | DRBD_NEED_CLEAR_FIRST))
		drbd_volume_not_due(dev);
}

/**
 * drbd_volume_skip_initial_sync() - a peer declared all data as in sync
 * @pd: which peer, of which volume
 *
 * Context: may sleep.
 */
void drbd_volume_skip_initial_sync(struct drbd_peer_device *pd)
{
	struct drbd_device *dev = pd->dev;
	struct drbd_states *st = &dev->res->st;
	struct drbd_uuid_env env;
	struct drbd_state_pd *sp;
	struct drbd_change chg;
	int d;

	if (drbd_volume_get_disk(dev)) {
		if (drbd_volume_clear_bitmap(dev))
			drbd_volume_disk_error(dev);
		drbd_volume_put_disk(dev);
	}
	drbd_change_begin(&chg, st, DRBD_CHG_LOCAL_ONLY);
	drbd_volume_uuid_env(dev, &env);
	drbd_uuid_skip_initial_sync(&dev->uuids, &env, pd->conn->node_id);
	dev->md_dirty = true;
	d = drbd_states_dev(st, dev->volume);
	sp = drbd_states_pd(st, pd->conn->node_id, dev->volume);
	if (sp) {
		st->s.dev[d].new.disk = DRBD_D_UP_TO_DATE;
		sp->new.disk = DRBD_D_UP_TO_DATE;
	}
	drbd_change_end(&chg);
	drbd_volume_sync(dev);
}

/* ---- the superblock ---- */

/* Locked. Puts all that is kept elsewhere into the superblock. */
static void collect(struct drbd_device *dev, struct drbd_sb *sb)
{
	struct drbd_states *st = &dev->res->st;
	int d = drbd_states_dev(st, dev->volume), i;

	sb->current_uuid = dev->uuids.current_uuid;
	sb->members = st->s.old.members;
	sb->node_id = dev->res->node_id;
	if (d >= 0)
		sb->flags = st->s.dev[d].md_flags;
	for (i = 0; i < DRBD_NODES; i++) {
		const struct drbd_uuid_slot *slot = &dev->uuids.slots[i];

		sb->peers[i] = (struct drbd_sb_peer) {
			.bitmap_uuid = slot->uuid,
			.bitmap_dagtag = slot->dagtag,
			.flags = slot->flags & ~DRBD_MDF_HAVE_BITMAP,
			.bitmap_index = slot->bitmap_index,
		};
	}
	memcpy(sb->history, dev->uuids.history, sizeof(sb->history));
}

/**
 * drbd_volume_write_sb() - write the superblock if it is out of date
 * @dev: the device
 * @backing: its disk, that does not go away meanwhile
 *
 * A disk that does not take it is given up.
 *
 * Context: may sleep.
 */
void drbd_volume_write_sb(struct drbd_device *dev, struct drbd_backing *backing)
{
	bool dirty;
	int err = 0;

	mutex_lock(&backing->io);
	spin_lock_irq(&dev->res->st.lock);
	dirty = dev->md_dirty;
	dev->md_dirty = false;
	if (dirty)
		collect(dev, &dev->sb);
	spin_unlock_irq(&dev->res->st.lock);
	if (dirty) {
		drbd_sb_encode(&dev->sb, dev->disk_conf.bitmap, backing->block);
		err = drbd_md_write(backing, backing->area.superblock);
	}
	mutex_unlock(&backing->io);
	if (err) {
		drbd_err(dev->res, "volume %d: cannot write metadata: %d\n", dev->volume, err);
		drbd_volume_disk_error(dev);
	}
}

/**
 * drbd_volume_sync() - write the superblock if it is out of date
 * @dev: the device
 *
 * A disk that does not take it is given up.
 *
 * Context: may sleep.
 */
void drbd_volume_sync(struct drbd_device *dev)
{
	if (!drbd_volume_get_disk(dev))
		return;
	drbd_volume_write_sb(dev, dev->backing);
	drbd_volume_put_disk(dev);
}

/**
 * drbd_volumes_sync() - write superblocks that are out of date
 * @res: the resource
 *
 * Context: may sleep.
 */
void drbd_volumes_sync(struct drbd_resource *res)
{
	struct drbd_device *dev;

	drbd_for_each_device(res, dev)
		drbd_volume_sync(dev);
}

static void write_bitmap(struct drbd_device *dev)
{
	if (!drbd_volume_get_disk(dev))
		return;
	drbd_bitmap_write(dev);
	drbd_volume_put_disk(dev);
}

/**
 * drbd_volumes_write_bitmap() - write bitmaps that changed
 * @res: the resource
 *
 * Context: may sleep.
 */
void drbd_volumes_write_bitmap(struct drbd_resource *res)
{
	struct drbd_device *dev;

	drbd_for_each_device(res, dev)
		write_bitmap(dev);
}

/**
 * drbd_volumes_twopc_ended() - a two-phase commit is over
 * @res: the resource
 *
 * Context: may sleep.
 */
void drbd_volumes_twopc_ended(struct drbd_resource *res)
{
	spin_lock_irq(&res->st.lock);
	res->cluster.outdate = false;
	spin_unlock_irq(&res->st.lock);
}

/**
 * drbd_volume_disk_error() - the disk cannot keep what it has to keep
 * @dev: the device
 *
 * Context: any.
 */
void drbd_volume_disk_error(struct drbd_device *dev)
{
	struct drbd_states *st = &dev->res->st;
	struct drbd_change chg;
	int d;

	drbd_change_begin(&chg, st, DRBD_CHG_HARD);
	d = drbd_states_dev(st, dev->volume);
	if (d >= 0 && st->s.dev[d].new.disk > DRBD_D_FAILED)
		st->s.dev[d].new.disk = DRBD_D_FAILED;
	drbd_change_end(&chg);
}

/**
 * drbd_volume_io_error() - the disk failed to read or write a block
 * @dev: the device
 *
 * Source: spec/io.md 9.5.
 *
 * Context: any.
 */
void drbd_volume_io_error(struct drbd_device *dev)
{
	struct drbd_states *st = &dev->res->st;
	struct drbd_change chg;
	int d;

	if (READ_ONCE(dev->disk_conf.on_io_error) != DRBD_IO_ERROR_PASS_ON) {
		drbd_volume_disk_error(dev);
		return;
	}
	drbd_change_begin(&chg, st, DRBD_CHG_HARD);
	d = drbd_states_dev(st, dev->volume);
	if (d >= 0 && st->s.dev[d].new.disk > DRBD_D_INCONSISTENT)
		st->s.dev[d].new.disk = DRBD_D_INCONSISTENT;
	drbd_change_end(&chg);
}

/**
 * drbd_volume_peer_sizes() - work out what the sizes of a peer mean
 * @pd: which peer, of which volume
 * @sizes: the sizes
 * @r: gets the conclusion
 *
 * Context: may sleep.
 *
 * Return: 0, or a negative errno.
 */
int drbd_volume_peer_sizes(struct drbd_peer_device *pd, const struct drbd_wire_sizes *sizes,
			   struct drbd_size_received *r)
{
	struct drbd_device *dev = pd->dev;
	struct drbd_resource *res = dev->res;
	struct drbd_size_peer *peers;
	struct drbd_size_query query = { .node_id = res->node_id };
	const struct drbd_size_offer offer = {
		.d_size = sizes->d_size, .u_size = sizes->u_size, .c_size = sizes->c_size,
		.diskless = !sizes->d_size,
	};
	struct drbd_size_here here = {};
	struct drbd_connection *conn;
	struct drbd_state_pd *sp;
	unsigned long i;
	int d;

	peers = kzalloc_objs(*peers, DRBD_NODES, GFP_NOIO);
	if (!peers)
		return -ENOMEM;
	if (drbd_volume_get_disk(dev)) {
		query.own_max = drbd_volume_max_size(dev);
		query.last_agreed = dev->sb.effective_size;
		query.user_size = dev->disk_conf.disk_size;
		drbd_volume_put_disk(dev);
	}
	spin_lock_irq(&res->st.lock);
	pd->sizes = *sizes;
	pd->sizes_valid = true;
	xa_for_each(&res->connections, i, conn) {
		struct drbd_peer_device *other = xa_load(&conn->peer_devices, dev->volume);

		if (!other)
			continue;
		peers[i].max_size = other->sizes.d_size;
		peers[i].known = other->sizes_valid;
		peers[i].seen = dev->uuids.slots[i].flags & DRBD_MDF_PEER_DEVICE_SEEN;
	}
	d = drbd_states_dev(&res->st, dev->volume);
	sp = drbd_states_pd(&res->st, pd->conn->node_id, dev->volume);
	if (sp) {
		here.disk = res->st.s.dev[d].old.disk;
		here.repl = sp->old.repl;
		here.handshake = sp->old.repl == DRBD_R_OFF;
		here.primary = res->st.s.old.role == DRBD_ROLE_PRIMARY;
	}
	spin_unlock_irq(&res->st.lock);
	here.current_size = get_capacity(dev->disk);
	query.peers = peers;
	drbd_size_receive(&query, &offer, &here, r);
	kfree(peers);
	if (r->verdict == DRBD_SIZE_APPLY && r->size && r->size != here.current_size)
		drbd_volume_set_size(dev, r->size);
	drbd_volume_limits(dev);
	return 0;
}
