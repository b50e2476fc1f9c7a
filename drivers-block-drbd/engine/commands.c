// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands of user space
 *
 * Each checks in the order in which the administrator's guide promises it, since tools
 * rely on which error they get. Objects may have been removed while a command waited
 * for its lock; it looks at that first.
 *
 * Source: spec/admin.md 4 to 7.
 */

#include <linux/delay.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "../core/names.h"
#include "../core/promote.h"
#include "../core/state_predicates.h"
#include "commands.h"
#include "notify.h"
#include "receiver.h"
#include "volume.h"

static bool strict_names = true;
module_param(strict_names, bool, 0644);
MODULE_PARM_DESC(strict_names, "Names have only letters, digits, and + . _ -");

#define TEXT_NAMESPACE "connection assigned to a different network namespace"

static int check_name(struct drbd_cmd *cmd, const char *name)
{
	const char *text = NULL;
	int rv = drbd_name_check(name, READ_ONCE(strict_names), &text);

	if (rv != DRBD_NO_ERROR && text)
		drbd_cmd_text(cmd, "%s", text);
	return rv;
}

static int refuse(struct drbd_cmd *cmd, const char *text)
{
	drbd_cmd_text(cmd, "%s", text);
	return DRBD_ERR_INVALID_REQUEST;
}

static void reason(struct drbd_cmd *cmd, const struct drbd_state_reason *why)
{
	if (why->text[0])
		drbd_cmd_text(cmd, "%s", why->text);
}

static int with_admin(struct drbd_cmd *cmd, struct drbd_resource *res,
		      int (*what)(struct drbd_cmd *cmd, struct drbd_resource *res, void *arg),
		      void *arg)
{
	int rv;

	if (mutex_lock_interruptible(&res->admin))
		return DRBD_ERR_INTR;
	rv = what(cmd, res, arg);
	mutex_unlock(&res->admin);
	return rv;
}

/* ---- resources ---- */

static int new_resource(struct drbd_cmd *cmd, const struct drbd_res_opts *opts)
{
	struct drbd_resource *res;
	int rv;

	res = drbd_resource_find(cmd->resource_name);
	if (res) {
		drbd_resource_put(res);
		return DRBD_NO_ERROR;
	}
	rv = check_name(cmd, cmd->resource_name);
	if (rv != DRBD_NO_ERROR)
		return rv;
	if (opts->drbd8_compat_mode || opts->explicit_drbd8_compat)
		return refuse(cmd, "CONFIG_DRBD_COMPAT_84 not enabled");
	if (opts->node_id >= DRBD_NODES)
		return refuse(cmd, "node id out of range");
	mutex_lock(&drbd_resources_mutex);
	res = drbd_resource_find(cmd->resource_name);
	if (res) {
		drbd_resource_put(res);
	} else {
		res = drbd_resource_create(cmd->resource_name, opts);
		if (!IS_ERR(res))
			drbd_notify_object(res, NULL, NULL, DRBD_EVENT_CREATE);
	}
	mutex_unlock(&drbd_resources_mutex);
	if (!IS_ERR(res))
		return DRBD_NO_ERROR;
	return PTR_ERR(res) == -ENOMEM ? DRBD_ERR_NOMEM : DRBD_ERR_INVALID_REQUEST;
}

static int unlink_resource(struct drbd_resource *res)
{
	int rv = DRBD_NO_ERROR;

	mutex_lock(&drbd_resources_mutex);
	drbd_states_flush(&res->st);
	mutex_lock(&res->conf);
	if (res->unlinked)
		rv = DRBD_ERR_RES_NOT_KNOWN;
	else if (!xa_empty(&res->connections))
		rv = DRBD_ERR_NET_CONFIGURED;
	else if (!xa_empty(&res->devices))
		rv = DRBD_ERR_RES_IN_USE;
	if (rv == DRBD_NO_ERROR)
		res->unlinked = true;
	mutex_unlock(&res->conf);
	if (rv == DRBD_NO_ERROR) {
		drbd_notify_object(res, NULL, NULL, DRBD_EVENT_DESTROY);
		drbd_resource_unlink(res);
	}
	mutex_unlock(&drbd_resources_mutex);
	if (rv == DRBD_NO_ERROR)
		rcu_barrier();
	return rv;
}

static int del_resource(struct drbd_cmd *cmd)
{
	return unlink_resource(cmd->resource);
}

static int resource_options(struct drbd_cmd *cmd, const struct drbd_option_change *change)
{
	struct drbd_resource *res = cmd->resource;
	struct drbd_res_opts *opts;
	struct drbd_change chg;

	opts = kmalloc_obj(*opts, GFP_NOIO);
	if (!opts)
		return DRBD_ERR_NOMEM;
	mutex_lock(&res->conf);
	*opts = res->opts;
	drbd_options_change(&drbd_res_options, opts, change);
	opts->node_id = res->node_id;
	drbd_change_begin(&chg, &res->st, DRBD_CHG_LOCAL_ONLY | DRBD_CHG_FORCE_RECALC);
	res->opts = *opts;
	drbd_change_cancel(&chg);
	drbd_change_begin(&chg, &res->st, DRBD_CHG_HARD | DRBD_CHG_FORCE_RECALC);
	drbd_change_end(&chg);
	mutex_unlock(&res->conf);
	kfree(opts);
	return DRBD_NO_ERROR;
}

static int rename_resource(struct drbd_cmd *cmd, const char *new_name)
{
	struct drbd_resource *res = cmd->resource, *other, *next;
	struct drbd_resource_state state = {};
	const struct drbd_event event = {
		.object = DRBD_EVENT_RESOURCE, .action = DRBD_EVENT_RENAME,
		.resource = &state, .new_name = new_name,
	};
	int rv = check_name(cmd, new_name);

	if (rv != DRBD_NO_ERROR)
		return rv;
	mutex_lock(&drbd_resources_mutex);
	other = drbd_resource_find(new_name);
	if (other || res->unlinked) {
		if (other)
			drbd_resource_put(other);
		mutex_unlock(&drbd_resources_mutex);
		drbd_cmd_text(cmd, "Cannot rename to %s: a resource with that name already exists",
			      new_name);
		return DRBD_ERR_ALREADY_EXISTS;
	}
	drbd_info(res, "Renaming to %s\n", new_name);
	strscpy(state.name, res->name);
	drbd_nl_notify(&event, 1);
	mutex_lock(&res->conf);
	list_del_rcu(&res->link);
	synchronize_rcu();
	strscpy(res->name, new_name);
	list_for_each_entry(next, &drbd_resources, link) {
		if (strcmp(next->name, new_name) > 0)
			break;
	}
	list_add_tail_rcu(&res->link, &next->link);
	mutex_unlock(&res->conf);
	mutex_unlock(&drbd_resources_mutex);
	return DRBD_NO_ERROR;
}

static int do_role(struct drbd_cmd *cmd, struct drbd_resource *res, void *arg)
{
	const struct drbd_role_change *role = arg;
	enum drbd_rv rv;

	if (role->primary)
		res->explicit_primary = true;
	rv = drbd_set_role(res, role->primary, role->force, cmd);
	if (role->primary ? rv < DRBD_SS_SUCCESS : rv >= DRBD_SS_SUCCESS)
		res->explicit_primary = false;
	return rv;
}

static int primary(struct drbd_cmd *cmd, bool force)
{
	struct drbd_role_change role = { .primary = true, .force = force };

	return with_admin(cmd, cmd->resource, do_role, &role);
}

static int secondary(struct drbd_cmd *cmd, bool force)
{
	struct drbd_role_change role = { .force = force };

	return with_admin(cmd, cmd->resource, do_role, &role);
}

/* ---- I/O ---- */

static int do_suspend(struct drbd_cmd *cmd, struct drbd_resource *res, void *arg)
{
	struct drbd_change chg;
	enum drbd_rv rv;

	drbd_change_begin(&chg, &res->st, DRBD_CHG_LOCAL_ONLY);
	res->st.s.new.susp_user = true;
	rv = drbd_change_end(&chg);
	reason(cmd, &chg.why);
	return rv;
}

static int suspend_io(struct drbd_cmd *cmd, bool freeze)
{
	return with_admin(cmd, cmd->device->res, do_suspend, NULL);
}

static int do_resume(struct drbd_cmd *cmd, struct drbd_resource *res, void *arg)
{
	struct drbd_device *dev;
	struct drbd_change chg;
	unsigned int c;
	enum drbd_rv rv;

	drbd_for_each_device(res, dev)
		drbd_volume_need_event(dev, DRBD_NEED_RESUME_IO);
	drbd_change_begin(&chg, &res->st, DRBD_CHG_LOCAL_ONLY);
	res->st.s.new.susp_user = false;
	res->st.s.new.susp_nod = false;
	res->st.s.new.susp_quorum = false;
	for (c = 0; c < res->st.s.nconn; c++)
		res->st.s.conn[c].new.susp_fen = false;
	rv = drbd_change_end(&chg);
	reason(cmd, &chg.why);
	return rv;
}

static int resume_io(struct drbd_cmd *cmd)
{
	return with_admin(cmd, cmd->device->res, do_resume, NULL);
}

/* ---- devices ---- */

static int do_new_minor(struct drbd_cmd *cmd, struct drbd_resource *res, void *arg)
{
	const struct drbd_device_conf *conf = arg;
	const char *text = drbd_device_conf_check(conf);
	struct drbd_device *dev;

	if (cmd->minor > DRBD_MAX_MINOR)
		return refuse(cmd, "requested minor out of range");
	if (cmd->volume > DRBD_MAX_VOLUME)
		return refuse(cmd, "requested volume id out of range");
	if (text)
		return refuse(cmd, text);
	if (cmd->device && !cmd->device->unregistered)
		return DRBD_NO_ERROR;
	mutex_lock(&res->conf);
	dev = res->unlinked ? ERR_PTR(-ENOENT) :
			      drbd_device_create(res, cmd->minor, cmd->volume, conf);
	mutex_unlock(&res->conf);
	if (!IS_ERR(dev)) {
		drbd_notify_object(res, dev, NULL, DRBD_EVENT_CREATE);
		return DRBD_NO_ERROR;
	}
	switch (PTR_ERR(dev)) {
	case -EEXIST:
		return DRBD_ERR_MINOR_OR_VOLUME_EXISTS;
	case -ENOENT:
		return DRBD_ERR_RES_NOT_KNOWN;
	default:
		return DRBD_ERR_NOMEM;
	}
}

static int new_minor(struct drbd_cmd *cmd, const struct drbd_device_conf *conf)
{
	return with_admin(cmd, cmd->resource, do_new_minor, (void *)conf);
}

static void modify_off(struct drbd_resource *res, struct drbd_own_change *own, bool apply)
{
	struct drbd_device *dev = own->arg;
	int d = drbd_states_dev(&res->st, dev->volume);
	unsigned int c;

	for (c = 0; d >= 0 && c < res->st.s.nconn; c++)
		drbd_state_pd(&res->st.s, d, c)->new.repl = DRBD_R_OFF;
}

static int delete_device(struct drbd_device *dev)
{
	struct drbd_resource *res = dev->res;
	struct drbd_own_change own = { .modify = modify_off, .arg = dev };
	bool diskless, mine;
	int d;

	/* Who closes it now is done with the state before it is removed. */
	mutex_lock(&res->open);
	spin_lock_irq(&res->st.lock);
	d = drbd_states_dev(&res->st, dev->volume);
	diskless = d >= 0 && res->st.s.dev[d].old.disk == DRBD_D_DISKLESS && !dev->backing;
	mine = diskless && !dev->unregistered;
	if (mine)
		dev->unregistered = true;
	spin_unlock_irq(&res->st.lock);
	mutex_unlock(&res->open);
	if (d < 0 || (diskless && !mine))
		return DRBD_ERR_MINOR_INVALID;
	if (!diskless)
		return DRBD_ERR_MINOR_CONFIGURED;
	down(&res->change);
	drbd_change_cluster(res, &own);
	up(&res->change);
	drbd_states_flush(&res->st);
	drbd_notify_object(res, dev, NULL, DRBD_EVENT_DESTROY);
	drbd_device_unregister(dev);
	return DRBD_NO_ERROR;
}

static int do_del_minor(struct drbd_cmd *cmd, struct drbd_resource *res, void *arg)
{
	return delete_device(cmd->device);
}

static int del_minor(struct drbd_cmd *cmd)
{
	return with_admin(cmd, cmd->device->res, do_del_minor, NULL);
}

static int do_detach(struct drbd_cmd *cmd, struct drbd_resource *res, void *arg)
{
	return drbd_detach(cmd->device, arg, cmd);
}

static int detach(struct drbd_cmd *cmd, const struct drbd_detach_parms *parms)
{
	return with_admin(cmd, cmd->device->res, do_detach, (void *)parms);
}

static int do_disk_options(struct drbd_cmd *cmd, struct drbd_resource *res, void *arg)
{
	struct drbd_device *dev = cmd->device;
	struct drbd_disk_conf *conf;

	if (!drbd_volume_get_disk(dev))
		return DRBD_ERR_NO_DISK;
	conf = kmalloc_obj(*conf, GFP_NOIO);
	if (conf) {
		mutex_lock(&res->conf);
		*conf = dev->disk_conf;
		drbd_options_change(&drbd_disk_options, conf, arg);
		spin_lock_irq(&res->st.lock);
		dev->disk_conf = *conf;
		spin_unlock_irq(&res->st.lock);
		dev->backing->no_flush = !conf->md_flushes;
		mutex_unlock(&res->conf);
		drbd_write_order_reset(res);
	}
	drbd_volume_put_disk(dev);
	kfree(conf);
	drbd_resync_after(true);
	drbd_resync_after(false);
	return conf ? DRBD_NO_ERROR : DRBD_ERR_NOMEM;
}

static int disk_options(struct drbd_cmd *cmd, const struct drbd_option_change *change)
{
	return with_admin(cmd, cmd->device->res, do_disk_options, (void *)change);
}

static int do_outdate(struct drbd_cmd *cmd, struct drbd_resource *res, void *arg)
{
	struct drbd_change chg;
	enum drbd_rv rv;
	int d;

	drbd_change_begin(&chg, &res->st, 0);
	d = drbd_states_dev(&res->st, cmd->device->volume);
	if (d < 0) {
		drbd_change_cancel(&chg);
		return DRBD_ERR_MINOR_INVALID;
	}
	res->st.s.dev[d].new.disk = DRBD_D_OUTDATED;
	rv = drbd_change_end(&chg);
	reason(cmd, &chg.why);
	return rv;
}

static int outdate(struct drbd_cmd *cmd)
{
	return with_admin(cmd, cmd->device->res, do_outdate, NULL);
}

static int not_yet(struct drbd_cmd *cmd)
{
	drbd_cmd_text(cmd, "not supported by this engine yet");
	return DRBD_SS_NOT_SUPPORTED;
}

static int resize(struct drbd_cmd *cmd, const struct drbd_resize_parms *parms)
{
	return not_yet(cmd);
}

static int do_invalidate(struct drbd_cmd *cmd, struct drbd_resource *res, void *arg)
{
	return drbd_invalidate(cmd, arg);
}

static int invalidate(struct drbd_cmd *cmd, const struct drbd_invalidate_parms *parms)
{
	return with_admin(cmd, cmd->device->res, do_invalidate, (void *)parms);
}

static int do_new_uuid(struct drbd_cmd *cmd, struct drbd_resource *res, void *arg)
{
	return drbd_admin_generation(cmd, arg);
}

static int new_current_uuid(struct drbd_cmd *cmd, const struct drbd_new_uuid_parms *parms)
{
	return with_admin(cmd, cmd->device->res, do_new_uuid, (void *)parms);
}

static int do_invalidate_peer(struct drbd_cmd *cmd, struct drbd_resource *res, void *arg)
{
	const bool *reset_bitmap = arg;

	return drbd_invalidate_peer(cmd, *reset_bitmap);
}

static int invalidate_peer(struct drbd_cmd *cmd, bool reset_bitmap)
{
	return with_admin(cmd, cmd->peer_device->dev->res, do_invalidate_peer, &reset_bitmap);
}

static int start_verify(struct drbd_cmd *cmd, const struct drbd_verify_parms *parms)
{
	return not_yet(cmd);
}

/* ---- connections ---- */

static bool name_in_use(struct drbd_resource *res, const char *name, u32 but)
{
	struct drbd_connection *conn;
	unsigned long i;

	xa_for_each(&res->connections, i, conn) {
		if (i != but && !strcmp(conn->conf.name, name))
			return true;
	}
	return false;
}

static int do_new_peer(struct drbd_cmd *cmd, struct drbd_resource *res, void *arg)
{
	const struct drbd_net_conf *conf = arg;
	const struct drbd_net_link link = {};
	struct drbd_connection *conn;
	int rv;

	if (cmd->connection) {
		drbd_cmd_text(cmd, "Connection for peer node id %u already exists",
			      cmd->peer_node_id);
		return DRBD_ERR_INVALID_REQUEST;
	}
	if (cmd->peer_node_id >= DRBD_NODES || cmd->peer_node_id == res->node_id)
		return refuse(cmd, "peer node id out of range, or my own");
	rv = check_name(cmd, conf->name);
	if (rv != DRBD_NO_ERROR)
		return rv;
	mutex_lock(&res->conf);
	if (name_in_use(res, conf->name, DRBD_UNSET)) {
		mutex_unlock(&res->conf);
		drbd_cmd_text(cmd, "name already exists");
		return DRBD_ERR_ALREADY_EXISTS;
	}
	rv = drbd_net_conf_check(conf, NULL, &link);
	if (rv != DRBD_NO_ERROR) {
		mutex_unlock(&res->conf);
		return rv;
	}
	conn = drbd_connection_create(res, cmd->peer_node_id, conf);
	mutex_unlock(&res->conf);
	if (!IS_ERR(conn)) {
		drbd_notify_object(res, NULL, conn, DRBD_EVENT_CREATE);
		return DRBD_NO_ERROR;
	}
	switch (PTR_ERR(conn)) {
	case -ENOMEM:
		return DRBD_ERR_NOMEM;
	default:
		return DRBD_ERR_CREATE_TRANSPORT;
	}
}

static int new_peer(struct drbd_cmd *cmd, const struct drbd_net_conf *conf)
{
	return with_admin(cmd, cmd->resource, do_new_peer, (void *)conf);
}

static enum drbd_cstate cstate_of(struct drbd_connection *conn)
{
	struct drbd_states *st = &conn->res->st;
	enum drbd_cstate cstate = DRBD_C_STANDALONE;
	int c;

	spin_lock_irq(&st->lock);
	c = drbd_states_conn(st, conn->node_id);
	if (c >= 0)
		cstate = st->s.conn[c].old.cstate;
	spin_unlock_irq(&st->lock);
	return cstate;
}

/* An ordered disconnect of a Primary and a Secondary leaves the latter behind. */
static void modify_disconnect(struct drbd_resource *res, struct drbd_own_change *own, bool apply)
{
	struct drbd_connection *conn = own->arg;
	struct drbd_state *s = &res->st.s;
	int c = drbd_states_conn(&res->st, conn->node_id);
	struct drbd_state_conn *sc;
	unsigned int d;

	if (c < 0)
		return;
	sc = &s->conn[c];
	if (!(own->flags & DRBD_CHG_HARD) && sc->old.cstate == DRBD_C_CONNECTED &&
	    sc->old.peer_role != s->old.role &&
	    (sc->fencing != DRBD_FENCING_DONT_CARE || s->quorum_on)) {
		for (d = 0; d < s->ndev; d++) {
			struct drbd_state_pd *pd = drbd_state_pd(s, d, c);

			if (sc->old.peer_role == DRBD_ROLE_PRIMARY &&
			    s->dev[d].new.disk > DRBD_D_OUTDATED)
				s->dev[d].new.disk = DRBD_D_OUTDATED;
			else if (s->old.role == DRBD_ROLE_PRIMARY &&
				 pd->new.disk > DRBD_D_OUTDATED)
				pd->new.disk = DRBD_D_OUTDATED;
		}
	}
	drbd_state_set_cstate(s, c, DRBD_C_DISCONNECTING);
}

static int disconnect_once(struct drbd_connection *conn, bool force, struct drbd_cmd *cmd)
{
	struct drbd_resource *res = conn->res;
	struct drbd_own_change own = {
		.modify = modify_disconnect, .arg = conn,
		.flags = force ? DRBD_CHG_HARD : DRBD_CHG_IGN_OUTD,
	};
	enum drbd_rv rv;

	if (down_interruptible(&res->change))
		return DRBD_SS_INTERRUPTED;
	rv = drbd_change_cluster(res, &own);
	up(&res->change);
	if (rv == DRBD_SS_NO_QUORUM)
		reason(cmd, &own.why);
	return rv;
}

static int do_disconnect(struct drbd_connection *conn, bool force, struct drbd_cmd *cmd)
{
	int rv;

	for (;;) {
		rv = disconnect_once(conn, force, cmd);
		switch (rv) {
		case DRBD_SS_CW_FAILED_BY_PEER:
		case DRBD_SS_NEED_CONNECTION:
		case DRBD_SS_IN_TRANSIENT_STATE:
			if (cstate_of(conn) == DRBD_C_CONNECTED || signal_pending(current))
				return rv;
			if (cstate_of(conn) == DRBD_C_STANDALONE)
				return DRBD_NO_ERROR;
			/* Until what is under way with the peer is over. */
			fsleep(10000);
			continue;
		case DRBD_SS_IS_DISKLESS:
		case DRBD_SS_LOWER_THAN_OUTDATED:
			force = true;
			continue;
		case DRBD_SS_ALREADY_STANDALONE:
			return DRBD_NO_ERROR;
		}
		if (rv < DRBD_SS_SUCCESS)
			return rv;
		wait_event_interruptible_timeout(conn->res->st.wait,
						 cstate_of(conn) == DRBD_C_STANDALONE, HZ);
		return DRBD_NO_ERROR;
	}
}

static int same_net(struct drbd_cmd *cmd)
{
	if (cmd->connection->net && cmd->connection->net != cmd->net)
		return refuse(cmd, TEXT_NAMESPACE);
	return DRBD_NO_ERROR;
}

static int disconnect_cmd(struct drbd_cmd *cmd, struct drbd_resource *res, void *arg)
{
	const bool *force = arg;
	int rv = same_net(cmd);

	return rv == DRBD_NO_ERROR ? do_disconnect(cmd->connection, *force, cmd) : rv;
}

static int disconnect(struct drbd_cmd *cmd, bool force)
{
	return with_admin(cmd, cmd->connection->res, disconnect_cmd, &force);
}

static int delete_connection(struct drbd_connection *conn, bool force, struct drbd_cmd *cmd)
{
	struct drbd_resource *res = conn->res;
	int rv;

	if (conn->unregistered)
		return DRBD_NO_ERROR;
	rv = do_disconnect(conn, force, cmd);
	if (rv < DRBD_SS_SUCCESS)
		return rv;
	/* The worker may be about to start a receiver. */
	drbd_states_flush(&res->st);
	drbd_receiver_stop(conn);
	drbd_states_flush(&res->st);
	drbd_notify_object(res, NULL, conn, DRBD_EVENT_DESTROY);
	mutex_lock(&res->conf);
	drbd_connection_unregister(conn);
	mutex_unlock(&res->conf);
	return DRBD_NO_ERROR;
}

static int del_peer_cmd(struct drbd_cmd *cmd, struct drbd_resource *res, void *arg)
{
	const bool *force = arg;

	return delete_connection(cmd->connection, *force, cmd);
}

static int del_peer(struct drbd_cmd *cmd, bool force)
{
	return with_admin(cmd, cmd->connection->res, del_peer_cmd, &force);
}

static int do_connect(struct drbd_cmd *cmd, struct drbd_resource *res, void *arg)
{
	const struct drbd_connect_parms *parms = arg;
	struct drbd_connection *conn = cmd->connection;
	struct drbd_device *dev;
	struct drbd_change chg;
	struct drbd_bm_need need;
	enum drbd_rv rv;
	int c;

	if (conn->unregistered)
		return DRBD_ERR_INVALID_REQUEST;
	if (cstate_of(conn) != DRBD_C_STANDALONE)
		return DRBD_ERR_NET_CONFIGURED;
	if (list_empty(&conn->transport->paths))
		return refuse(cmd, "connection endpoint(s) missing");
	if (same_net(cmd) != DRBD_NO_ERROR)
		return DRBD_ERR_INVALID_REQUEST;
	drbd_for_each_device(res, dev) {
		if (drbd_volume_assign_slots(dev, &need)) {
			drbd_cmd_text(cmd, "Not enough free bitmap slots (available=%u, needed=%u)",
				      need.available, need.needed);
			drbd_device_put(dev);
			return DRBD_ERR_INVALID_REQUEST;
		}
	}
	drbd_states_flush(&res->st);
	drbd_change_begin(&chg, &res->st, DRBD_CHG_LOCAL_ONLY);
	if (parms->discard_my_data && res->st.s.old.role == DRBD_ROLE_PRIMARY) {
		drbd_change_cancel(&chg);
		return DRBD_ERR_DISCARD_IMPOSSIBLE;
	}
	assign_bit(DRBD_CONN_DISCARD, &conn->flags, parms->discard_my_data);
	assign_bit(DRBD_CONN_TENTATIVE, &conn->flags, parms->tentative);
	c = drbd_states_conn(&res->st, conn->node_id);
	if (c >= 0)
		drbd_state_set_cstate(&res->st.s, c, DRBD_C_UNCONNECTED);
	rv = drbd_change_end(&chg);
	reason(cmd, &chg.why);
	return rv;
}

static int connect_peer(struct drbd_cmd *cmd, const struct drbd_connect_parms *parms)
{
	return with_admin(cmd, cmd->connection->res, do_connect, (void *)parms);
}

static int do_net_options(struct drbd_cmd *cmd, struct drbd_resource *res, void *arg)
{
	struct drbd_connection *conn = cmd->connection;
	struct drbd_net_link link = {};
	struct drbd_net_conf *conf;
	int rv;

	conf = kmalloc_obj(*conf, GFP_NOIO);
	if (!conf)
		return DRBD_ERR_NOMEM;
	if (cstate_of(conn) == DRBD_C_CONNECTED)
		link.protocol = conn->link.version;
	mutex_lock(&res->conf);
	*conf = conn->conf;
	drbd_options_change(&drbd_net_options, conf, arg);
	strscpy(conf->name, conn->conf.name);
	rv = drbd_net_conf_check(conf, &conn->conf, &link);
	if (rv == DRBD_NO_ERROR && drbd_connection_set_conf(conn, conf)) {
		drbd_cmd_text(cmd, "transport net_conf_change failed");
		rv = DRBD_ERR_INVALID_REQUEST;
	}
	if (rv == DRBD_NO_ERROR) {
		spin_lock_irq(&res->st.lock);
		conn->conf = *conf;
		spin_unlock_irq(&res->st.lock);
	}
	mutex_unlock(&res->conf);
	kfree(conf);
	return rv;
}

static int net_options(struct drbd_cmd *cmd, const struct drbd_option_change *change)
{
	return with_admin(cmd, cmd->connection->res, do_net_options, (void *)change);
}

static int do_forget_peer(struct drbd_cmd *cmd, struct drbd_resource *res, void *arg)
{
	struct drbd_connection *conn;
	struct drbd_device *dev;
	const u32 *node_id = arg;
	int err = 0;

	if (*node_id >= DRBD_NODES)
		return DRBD_ERR_INVALID_PEER_NODE_ID;
	conn = drbd_connection_find(res, *node_id);
	if (conn) {
		drbd_connection_put(conn);
		return DRBD_ERR_NET_CONFIGURED;
	}
	drbd_for_each_device(res, dev)
		err = err ?: drbd_volume_forget_peer(dev, *node_id);
	if (err == -EINVAL)
		return DRBD_ERR_INVALID_PEER_NODE_ID;
	return err ? DRBD_ERR_IO_MD_DISK : DRBD_NO_ERROR;
}

static int forget_peer(struct drbd_cmd *cmd, u32 peer_node_id)
{
	return with_admin(cmd, cmd->resource, do_forget_peer, &peer_node_id);
}

/* ---- paths ---- */

static bool same_end(const struct drbd_address *a, const struct sockaddr_storage *b, int len)
{
	return a->len == len && !memcmp(&a->sa, b, len);
}

static int clash(struct drbd_connection *conn, const struct drbd_path_ends *ends,
		 bool same_resource)
{
	struct drbd_path *path;
	int rv = DRBD_NO_ERROR;

	rcu_read_lock();
	list_for_each_entry_rcu(path, &conn->transport->paths, list) {
		bool local = same_end(&ends->local, &path->my_addr, path->my_len);
		bool remote = same_end(&ends->remote, &path->peer_addr, path->peer_len);

		if (local && remote)
			rv = DRBD_ERR_LOCAL_AND_PEER_ADDR;
		else if (local && !same_resource)
			rv = DRBD_ERR_LOCAL_ADDR;
		else if (remote && !same_resource)
			rv = DRBD_ERR_PEER_ADDR;
		if (rv != DRBD_NO_ERROR)
			break;
	}
	rcu_read_unlock();
	return rv;
}

/* Compares with all paths there are. */
static int check_path(const struct drbd_path_ends *ends, struct drbd_resource *res)
{
	struct drbd_resource *other;
	struct drbd_connection *conn;
	unsigned long i;
	int rv = DRBD_NO_ERROR;

	rcu_read_lock();
	list_for_each_entry_rcu(other, &drbd_resources, link) {
		xa_for_each(&other->connections, i, conn) {
			if (rv == DRBD_NO_ERROR)
				rv = clash(conn, ends, other == res);
		}
	}
	rcu_read_unlock();
	return rv;
}

static int do_new_path(struct drbd_cmd *cmd, struct drbd_resource *res, void *arg)
{
	struct drbd_connection *conn = cmd->connection;
	const struct drbd_path_ends *ends = arg;
	struct drbd_path *path;
	int rv;

	if (conn->unregistered)
		return DRBD_ERR_INVALID_REQUEST;
	if (conn->net && conn->net != cmd->net)
		return refuse(cmd,
			      "connection already assigned to a different network namespace");
	rv = check_path(ends, res);
	if (rv != DRBD_NO_ERROR)
		return rv;
	path = drbd_path_create(conn->transport, cmd->net, &ends->local.sa, ends->local.len,
				&ends->remote.sa, ends->remote.len);
	if (IS_ERR(path))
		return PTR_ERR(path) == -ENOMEM ? DRBD_ERR_NOMEM :
						  refuse(cmd, "add_path on transport failed");
	if (drbd_transport_add_path(conn->transport, path)) {
		drbd_path_put(path);
		return refuse(cmd, "add_path on transport failed");
	}
	conn->net = cmd->net;
	drbd_notify_path_action(conn, path, DRBD_EVENT_CREATE);
	return DRBD_NO_ERROR;
}

static int new_path(struct drbd_cmd *cmd, const struct drbd_path_ends *path)
{
	return with_admin(cmd, cmd->connection->res, do_new_path, (void *)path);
}

static struct drbd_path *find_path(struct drbd_connection *conn,
				   const struct drbd_path_ends *ends, unsigned int *count)
{
	struct drbd_path *path, *found = NULL;

	*count = 0;
	rcu_read_lock();
	list_for_each_entry_rcu(path, &conn->transport->paths, list) {
		++*count;
		if (!found && same_end(&ends->local, &path->my_addr, path->my_len) &&
		    same_end(&ends->remote, &path->peer_addr, path->peer_len) &&
		    kref_get_unless_zero(&path->kref))
			found = path;
	}
	rcu_read_unlock();
	return found;
}

static int do_del_path(struct drbd_cmd *cmd, struct drbd_resource *res, void *arg)
{
	struct drbd_connection *conn = cmd->connection;
	struct drbd_path *path;
	unsigned int count;
	int rv = same_net(cmd);

	if (rv != DRBD_NO_ERROR)
		return rv;
	path = find_path(conn, arg, &count);
	if (count == 1 && cstate_of(conn) >= DRBD_C_CONNECTING)
		rv = refuse(cmd, "Can not delete last path, use disconnect first!");
	else if (!path)
		rv = refuse(cmd, "no such path");
	else if (drbd_transport_remove_path(conn->transport, path))
		rv = refuse(cmd, "del_path on transport failed");
	else
		drbd_notify_path_action(conn, path, DRBD_EVENT_DESTROY);
	if (path)
		drbd_path_put(path);
	if (rv == DRBD_NO_ERROR && count == 1)
		conn->net = NULL;
	return rv;
}

static int del_path(struct drbd_cmd *cmd, const struct drbd_path_ends *path)
{
	return with_admin(cmd, cmd->connection->res, do_del_path, (void *)path);
}

/* ---- peer devices ---- */

static int do_pd_options(struct drbd_cmd *cmd, struct drbd_resource *res, void *arg)
{
	struct drbd_peer_device *pd = cmd->peer_device;
	struct drbd_peer_device_conf conf;
	struct drbd_change chg;

	mutex_lock(&res->conf);
	conf = pd->conf;
	drbd_options_change(&drbd_peer_device_options, &conf, arg);
	drbd_change_begin(&chg, &res->st, DRBD_CHG_HARD | DRBD_CHG_FORCE_RECALC);
	pd->conf = conf;
	drbd_change_end(&chg);
	mutex_unlock(&res->conf);
	return DRBD_NO_ERROR;
}

static int peer_device_options(struct drbd_cmd *cmd, const struct drbd_option_change *change)
{
	return with_admin(cmd, cmd->peer_device->dev->res, do_pd_options, (void *)change);
}

static int do_pause(struct drbd_cmd *cmd, struct drbd_resource *res, void *arg)
{
	const bool *pause = arg;

	return drbd_pause_sync(cmd, *pause);
}

static int pause_sync(struct drbd_cmd *cmd)
{
	bool pause = true;

	return with_admin(cmd, cmd->peer_device->dev->res, do_pause, &pause);
}

static int resume_sync(struct drbd_cmd *cmd)
{
	bool pause = false;

	return with_admin(cmd, cmd->peer_device->dev->res, do_pause, &pause);
}

static int timeout_type(struct drbd_cmd *cmd, u32 *type)
{
	struct drbd_peer_device *pd = cmd->peer_device;
	struct drbd_states *st = &pd->dev->res->st;
	struct drbd_state_pd *sp;

	spin_lock_irq(&st->lock);
	sp = drbd_states_pd(st, pd->conn->node_id, pd->dev->volume);
	*type = sp && sp->old.disk == DRBD_D_OUTDATED ? DRBD_TIMEOUT_PEER_OUTDATED :
							DRBD_TIMEOUT_DEFAULT;
	spin_unlock_irq(&st->lock);
	return DRBD_NO_ERROR;
}

/* ---- down ---- */

static int take_down(struct drbd_cmd *cmd, struct drbd_resource *res)
{
	const struct drbd_detach_parms parms = {};
	struct drbd_connection *conn;
	struct drbd_device *dev;
	int rv;

	rv = drbd_set_role(res, false, false, cmd);
	if (rv < DRBD_SS_SUCCESS) {
		drbd_cmd_text(cmd, "failed to demote");
		return rv;
	}
	drbd_for_each_connection(res, conn) {
		rv = delete_connection(conn, false, cmd);
		if (rv != DRBD_NO_ERROR) {
			drbd_connection_put(conn);
			return rv;
		}
	}
	drbd_for_each_device(res, dev) {
		rv = drbd_detach(dev, &parms, cmd);
		if (rv < DRBD_SS_SUCCESS || rv > DRBD_NO_ERROR) {
			drbd_cmd_text(cmd, "failed to detach");
			drbd_device_put(dev);
			return rv;
		}
		rv = delete_device(dev);
		if (rv != DRBD_NO_ERROR) {
			drbd_cmd_text(cmd, "failed to delete volume");
			drbd_device_put(dev);
			return rv;
		}
	}
	return unlink_resource(res);
}

static int do_down(struct drbd_cmd *cmd, struct drbd_resource *res, void *arg)
{
	int rv;

	spin_lock_irq(&res->st.lock);
	res->going_down = true;
	spin_unlock_irq(&res->st.lock);
	rv = res->unlinked ? DRBD_NO_ERROR : take_down(cmd, res);
	spin_lock_irq(&res->st.lock);
	res->going_down = false;
	spin_unlock_irq(&res->st.lock);
	return rv;
}

static int down_resource(struct drbd_cmd *cmd)
{
	return with_admin(cmd, cmd->resource, do_down, NULL);
}

/* ---- objects for the dialects ---- */

static u32 resource_node_id(struct drbd_resource *res)
{
	return res->node_id;
}

static struct drbd_device *device_get(u32 minor)
{
	struct drbd_device *dev = drbd_minor_find(minor);

	if (dev && dev->unregistered) {
		drbd_device_put(dev);
		return NULL;
	}
	return dev;
}

static struct drbd_resource *device_resource(struct drbd_device *dev)
{
	return dev->res;
}

static u32 device_volume(struct drbd_device *dev)
{
	return dev->volume;
}

static struct drbd_connection *connection_get(struct drbd_resource *res, u32 peer_node_id)
{
	return drbd_connection_find(res, peer_node_id);
}

static struct drbd_peer_device *peer_device_get(struct drbd_connection *conn, u32 volume)
{
	return drbd_peer_device_find(conn, volume);
}

static struct drbd_device *peer_device_device(struct drbd_peer_device *pd)
{
	return pd->dev;
}

static bool resource_dump(struct drbd_resource *res, struct drbd_resource_dump *dump)
{
	mutex_lock(&res->conf);
	if (!res->unlinked) {
		spin_lock_irq(&res->st.lock);
		drbd_fill_resource(res, &res->st.s, DRBD_OLD, &dump->state);
		spin_unlock_irq(&res->st.lock);
		dump->opts = res->opts;
	}
	mutex_unlock(&res->conf);
	return !res->unlinked;
}

static bool device_dump(struct drbd_resource *res, s32 after, struct drbd_device_dump *dump)
{
	unsigned long v = after + 1;
	struct drbd_device *dev;
	int d;

	mutex_lock(&res->conf);
	dev = res->unlinked ? NULL : xa_find(&res->devices, &v, ULONG_MAX, XA_PRESENT);
	if (dev) {
		spin_lock_irq(&res->st.lock);
		d = drbd_states_dev(&res->st, dev->volume);
		drbd_fill_device(dev, &res->st.s, d, DRBD_OLD, &dump->state);
		dump->has_disk = res->st.s.dev[d].old.disk >= DRBD_D_FAILED;
		spin_unlock_irq(&res->st.lock);
		dump->disk_conf = dev->disk_conf;
		dump->conf = dev->conf;
	}
	mutex_unlock(&res->conf);
	return dev;
}

static bool connection_dump(struct drbd_resource *res, s32 after,
			    struct drbd_connection_dump *dump)
{
	unsigned long i = after + 1;
	struct drbd_connection *conn;
	int c;

	mutex_lock(&res->conf);
	conn = res->unlinked ? NULL : xa_find(&res->connections, &i, ULONG_MAX, XA_PRESENT);
	if (conn) {
		spin_lock_irq(&res->st.lock);
		c = drbd_states_conn(&res->st, conn->node_id);
		drbd_fill_connection(conn, &res->st.s, c, DRBD_OLD, &dump->state);
		spin_unlock_irq(&res->st.lock);
		dump->conf = conn->conf;
	}
	mutex_unlock(&res->conf);
	return conn;
}

static bool fill_pd(struct drbd_resource *res, struct drbd_peer_device *pd,
		    struct drbd_peer_device_dump *dump)
{
	int c, d;

	spin_lock_irq(&res->st.lock);
	d = drbd_states_dev(&res->st, pd->dev->volume);
	c = drbd_states_conn(&res->st, pd->conn->node_id);
	drbd_fill_peer_device(pd, &res->st.s, d, c, DRBD_OLD, &dump->state);
	spin_unlock_irq(&res->st.lock);
	dump->conf = pd->conf;
	return true;
}

static bool peer_device_dump(struct drbd_resource *res, s32 volume, s32 peer_node_id,
			     struct drbd_peer_device_dump *dump)
{
	struct drbd_connection *conn;
	struct drbd_peer_device *pd;
	struct drbd_device *dev;
	unsigned long v, i;
	bool found = false;

	mutex_lock(&res->conf);
	xa_for_each_start(&res->devices, v, dev, max(volume, 0)) {
		xa_for_each(&res->connections, i, conn) {
			if (found || ((s32)v == volume && (s32)i <= peer_node_id))
				continue;
			pd = xa_load(&conn->peer_devices, v);
			if (pd)
				found = fill_pd(res, pd, dump);
		}
		if (found)
			break;
	}
	mutex_unlock(&res->conf);
	return found;
}

static int snapshots(struct list_head *list)
{
	struct drbd_snapshot *snap;
	struct drbd_resource *res;
	int err = 0;

	mutex_lock(&drbd_resources_mutex);
	list_for_each_entry(res, &drbd_resources, link) {
		mutex_lock(&res->conf);
		spin_lock_irq(&res->st.lock);
		snap = drbd_snapshot_make(res, &res->st.s, DRBD_OLD, GFP_ATOMIC);
		spin_unlock_irq(&res->st.lock);
		mutex_unlock(&res->conf);
		if (!snap) {
			err = -ENOMEM;
			break;
		}
		list_add_tail(&snap->list, list);
	}
	mutex_unlock(&drbd_resources_mutex);
	return err;
}

const struct drbd_commands drbd_engine_commands = {
	.resource_get = drbd_resource_find,
	.resource_put = drbd_resource_put,
	.resource_node_id = resource_node_id,
	.device_get = device_get,
	.device_put = drbd_device_put,
	.device_resource = device_resource,
	.device_volume = device_volume,
	.connection_get = connection_get,
	.connection_put = drbd_connection_put,
	.peer_device_get = peer_device_get,
	.peer_device_put = drbd_peer_device_put,
	.peer_device_device = peer_device_device,
	.new_resource = new_resource,
	.del_resource = del_resource,
	.resource_options = resource_options,
	.rename_resource = rename_resource,
	.down = down_resource,
	.primary = primary,
	.secondary = secondary,
	.suspend_io = suspend_io,
	.resume_io = resume_io,
	.new_minor = new_minor,
	.del_minor = del_minor,
	.attach = drbd_attach,
	.detach = detach,
	.disk_options = disk_options,
	.resize = resize,
	.outdate = outdate,
	.invalidate = invalidate,
	.new_current_uuid = new_current_uuid,
	.new_peer = new_peer,
	.del_peer = del_peer,
	.connect = connect_peer,
	.disconnect = disconnect,
	.net_options = net_options,
	.forget_peer = forget_peer,
	.new_path = new_path,
	.del_path = del_path,
	.peer_device_options = peer_device_options,
	.invalidate_peer = invalidate_peer,
	.pause_sync = pause_sync,
	.resume_sync = resume_sync,
	.start_verify = start_verify,
	.timeout_type = timeout_type,
	.resource_next = drbd_resource_next,
	.resource_dump = resource_dump,
	.device_dump = device_dump,
	.connection_dump = connection_dump,
	.peer_device_dump = peer_device_dump,
	.snapshots = snapshots,
};
