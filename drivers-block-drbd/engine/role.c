// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes of the role
 *
 * core/ knows what to do after each try. A change of the role may have to wait for
 * others, for disks, or for peers to be fenced, and gives way to other changes of the
 * cluster meanwhile.
 */

#include <linux/delay.h>
#include <linux/random.h>

#include "../core/promote.h"
#include "commands.h"
#include "handshake.h"
#include "packets.h"
#include "receiver.h"
#include "volume.h"

static void modify_role(struct drbd_resource *res, struct drbd_own_change *own, bool apply)
{
	const struct drbd_role_change *role = own->arg;
	struct drbd_state *s = &res->st.s;
	unsigned int c, d;

	s->new.role = role->primary ? DRBD_ROLE_PRIMARY : DRBD_ROLE_SECONDARY;
	for (d = 0; role->primary && d < s->ndev; d++) {
		bool good = false;
		enum drbd_disk disk;

		for (c = 0; c < s->nconn; c++) {
			struct drbd_state_pd *pd = drbd_state_pd(s, d, c);

			good |= pd->new.disk == DRBD_D_UP_TO_DATE;
			pd->new.disk = drbd_promote_peer_disk(role->flags, pd->new.disk, false);
		}
		disk = drbd_promote_own_disk(role->flags, s->dev[d].new.disk, good);
		if (disk == s->dev[d].new.disk)
			continue;
		s->dev[d].new.disk = disk;
		for (c = 0; c < s->nconn; c++) {
			if (drbd_repl_is_target(drbd_state_pd(s, d, c)->new.repl))
				drbd_state_set_cstate(s, c, DRBD_C_TEAR_DOWN);
		}
	}
}

static bool settled(struct drbd_resource *res)
{
	struct drbd_state *s = &res->st.s;
	unsigned int c, d;
	bool all = true;

	spin_lock_irq(&res->st.lock);
	for (d = 0; d < s->ndev; d++) {
		struct drbd_promote_settle one = {
			.try_up_to_date_pending = res->try_up_to_date,
			.disk = s->dev[d].old.disk,
		};

		for (c = 0; c < s->nconn; c++) {
			const struct drbd_state_pd *pd = drbd_state_pd(s, d, c);

			one.consistent_peer |= pd->old.disk == DRBD_D_CONSISTENT;
			one.reconciling |= pd->old.reconcile_running;
		}
		all &= drbd_promote_settled(&one, 1);
	}
	spin_unlock_irq(&res->st.lock);
	return all;
}

static unsigned int longest_ping(struct drbd_resource *res)
{
	struct drbd_connection *conn;
	unsigned int longest = 0;
	unsigned long i;

	rcu_read_lock();
	xa_for_each(&res->connections, i, conn)
		longest = max(longest, READ_ONCE(conn->conf.ping_timeo));
	rcu_read_unlock();
	return 100 * longest;
}

static void wait_until_settled(struct drbd_resource *res)
{
	unsigned int ms = 100 * READ_ONCE(res->opts.auto_promote_timeout) + longest_ping(res);

	wait_event_interruptible_timeout(res->st.wait, settled(res), msecs_to_jiffies(ms));
}

static unsigned int up_to_date_disks(struct drbd_resource *res)
{
	unsigned int d, n = 0;

	spin_lock_irq(&res->st.lock);
	for (d = 0; d < res->st.s.ndev; d++)
		n += res->st.s.dev[d].old.disk == DRBD_D_UP_TO_DATE;
	spin_unlock_irq(&res->st.lock);
	return n;
}

static void tell_peers(struct drbd_resource *res, bool consider_resync)
{
	struct drbd_connection *conn;
	struct drbd_peer_device *pd;

	drbd_for_each_connection(res, conn) {
		drbd_for_each_peer_device(conn, pd) {
			struct drbd_state_pd *sp;
			bool connected;

			spin_lock_irq(&res->st.lock);
			sp = drbd_states_pd(&res->st, conn->node_id, pd->dev->volume);
			connected = sp && sp->old.repl >= DRBD_R_ESTABLISHED;
			pd->consider_resync |= connected && consider_resync;
			spin_unlock_irq(&res->st.lock);
			if (!connected)
				continue;
			if (consider_resync)
				drbd_send_uuids(pd, 0);
			drbd_send_current_state(pd);
		}
	}
}

static void promoted(struct drbd_resource *res, bool forced)
{
	struct drbd_connection *conn;
	struct drbd_device *dev;

	drbd_for_each_connection(res, conn)
		clear_bit(DRBD_CONN_DISCARD, &conn->flags);
	if (forced) {
		drbd_for_each_device(res, dev)
			drbd_volume_new_uuid(dev, true);
	}
	tell_peers(res, forced);
	drbd_volumes_sync(res);
	if (res->opts.auto_promote)
		return;
	drbd_for_each_device(res, dev)
		kobject_uevent(&disk_to_dev(dev->disk)->kobj, KOBJ_CHANGE);
}

static void demoted(struct drbd_resource *res)
{
	struct drbd_device *dev;
	unsigned long i;

	spin_lock_irq(&res->st.lock);
	xa_for_each(&res->devices, i, dev) {
		drbd_uuid_set_primary(&dev->uuids, DRBD_ROLE_SECONDARY);
		dev->md_dirty = true;
	}
	spin_unlock_irq(&res->st.lock);
	drbd_volumes_sync(res);
}

static unsigned int change_flags(const struct drbd_role_change *role)
{
	unsigned int flags = 0;

	if (role->flags & DRBD_ROLE_LOCAL_UP_TO_DATE)
		flags |= DRBD_CHG_FP_LOCAL_UP_TO_DATE;
	if (role->flags & DRBD_ROLE_IGNORE_OPENERS)
		flags |= DRBD_CHG_IGN_OPENERS;
	return flags;
}

static enum drbd_rv try_role(struct drbd_resource *res, struct drbd_role_change *role,
			     struct drbd_own_change *own)
{
	enum drbd_rv rv;

	*own = (struct drbd_own_change) {
		.modify = modify_role, .arg = role, .flags = change_flags(role),
		.no_retry = role->primary,
	};
	if (down_interruptible(&res->change))
		return DRBD_SS_INTERRUPTED;
	rv = drbd_change_cluster(res, own);
	if (rv >= DRBD_SS_SUCCESS && !role->primary)
		demoted(res);
	up(&res->change);
	if (rv >= DRBD_SS_SUCCESS && rv != DRBD_SS_NOTHING_TO_DO && role->primary)
		promoted(res, role->flags & DRBD_ROLE_LOCAL_UP_TO_DATE);
	return rv;
}

/* All that was written is where it has to be, or nothing gets on anyway. */
static bool drained(struct drbd_resource *res)
{
	bool done;

	spin_lock_irq(&res->st.lock);
	done = list_empty(&res->writes) || drbd_state_suspended(&res->st.s, DRBD_OLD);
	spin_unlock_irq(&res->st.lock);
	return done;
}

/* Has peers make all that was written stable. */
static void close_epoch(struct drbd_resource *res)
{
	spin_lock_irq(&res->st.lock);
	drbd_epoch_close(&res->epoch);
	drbd_senders_kick(res);
	spin_unlock_irq(&res->st.lock);
}

/* Before a try that begins anew. */
static bool prepare(struct drbd_resource *res, bool primary)
{
	if (!primary) {
		close_epoch(res);
		return !wait_event_interruptible(res->st.wait, drained(res));
	}
	if (!drbd_ping_peers(res))
		return false;
	wait_until_settled(res);
	return !signal_pending(current);
}

/**
 * drbd_set_role() - change the role of this node
 * @res: the resource
 * @primary: become Primary, or else Secondary
 * @force: by force
 * @cmd: for texts about what went wrong, or NULL
 *
 * Source: spec/state.md 5.1, 5.2.
 *
 * Context: may sleep, for long.
 *
 * Return: DRBD_SS_SUCCESS, or another &enum drbd_rv.
 */
enum drbd_rv drbd_set_role(struct drbd_resource *res, bool primary, bool force,
			   struct drbd_cmd *cmd)
{
	struct drbd_role_change role = { .primary = primary, .force = force };
	enum drbd_role_step step = DRBD_ROLE_BACK_OFF;
	struct drbd_own_change own;
	enum drbd_rv rv = DRBD_SS_INTERRUPTED;
	unsigned int before;

	if (!prepare(res, primary))
		return rv;
	for (;;) {
		before = up_to_date_disks(res);
		rv = try_role(res, &role, &own);
		step = drbd_role_next(&role, rv);
		if (step == DRBD_ROLE_WAIT_DISK) {
			drbd_states_flush(&res->st);
			wait_until_settled(res);
			step = drbd_role_waited(&role, up_to_date_disks(res) > before);
		}
		if (step == DRBD_ROLE_FENCE || step == DRBD_ROLE_FENCE_UNKNOWN)
			step = drbd_role_fenced(&role, 0, 0);
		switch (step) {
		case DRBD_ROLE_DONE:
		case DRBD_ROLE_FAIL:
			if (rv < DRBD_SS_SUCCESS && cmd && own.why.text[0])
				drbd_cmd_text(cmd, "%s", own.why.text);
			if (rv == DRBD_SS_CW_FAILED_BY_PEER && cmd)
				drbd_cmd_text(cmd,
					      "Declined by peer (id: %d), see the kernel log there",
					      own.refused_by);
			return rv;
		case DRBD_ROLE_BACK_OFF:
			/* So that those who got in each other's way do not again. */
			fsleep(1000UL * get_random_u32_below(own.ms + 1));
			if (!prepare(res, primary))
				return DRBD_SS_INTERRUPTED;
			break;
		case DRBD_ROLE_WAIT_PING:
			/* By then, a peer that is gone has been noticed. */
			fsleep(1000UL * max(longest_ping(res), 10U));
			if (!prepare(res, primary))
				return DRBD_SS_INTERRUPTED;
			break;
		case DRBD_ROLE_WAIT_CHANGE:
			wait_event_interruptible_timeout(res->st.wait, settled(res), HZ / 10);
			break;
		default:
			break;
		}
		if (signal_pending(current))
			return DRBD_SS_INTERRUPTED;
	}
}
