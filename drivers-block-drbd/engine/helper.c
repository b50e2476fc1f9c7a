// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs of the administrator that are called when something happens
 */

#include <linux/kmod.h>
#include <linux/moduleparam.h>
#include <linux/umh.h>
#include <linux/in6.h>
#include <linux/in.h>

#include "../core/names.h"
#include "helper.h"
#include "notify.h"
#include "volume.h"

#define HELPER_SIZE	80

static char usermode_helper[HELPER_SIZE] = "/sbin/drbdadm";
module_param_string(usermode_helper, usermode_helper, sizeof(usermode_helper), 0644);
MODULE_PARM_DESC(usermode_helper, "Program to call, or \"disabled\"");

/* Variables of the environment; the strings are in one buffer. */
struct environment {
	char program[HELPER_SIZE];
	char resource[DRBD_NAME_SIZE];
	char *var[40];
	unsigned int n;
	char text[4096];
	size_t len;
};

static __printf(2, 3) void set(struct environment *env, const char *format, ...)
{
	va_list args;
	int len;

	if (env->n + 1 >= ARRAY_SIZE(env->var))
		return;
	va_start(args, format);
	len = vscnprintf(env->text + env->len, sizeof(env->text) - env->len, format, args);
	va_end(args);
	env->var[env->n++] = env->text + env->len;
	env->len = min(env->len + len + 1, sizeof(env->text) - 1);
}

static const char *family(const struct sockaddr_storage *addr)
{
	switch (addr->ss_family) {
	case AF_INET:
		return "ipv4";
	case AF_INET6:
		return "ipv6";
	default:
		return "ssocks";
	}
}

static void set_address(struct environment *env, const char *who,
			const struct sockaddr_storage *addr)
{
	set(env, "DRBD_%s_AF=%s", who, family(addr));
	if (addr->ss_family == AF_INET6)
		set(env, "DRBD_%s_ADDRESS=%pI6", who,
		    &((const struct sockaddr_in6 *)addr)->sin6_addr);
	else
		set(env, "DRBD_%s_ADDRESS=%pI4", who,
		    &((const struct sockaddr_in *)addr)->sin_addr);
}

static void set_connection(struct environment *env, struct drbd_connection *conn)
{
	struct drbd_states *st = &conn->res->st;
	struct drbd_path *path;
	int c;

	set(env, "DRBD_PEER_NODE_ID=%d", conn->node_id);
	spin_lock_irq(&st->lock);
	c = drbd_states_conn(st, conn->node_id);
	if (c >= 0)
		set(env, "DRBD_CSTATE=%s", drbd_conn_name(st->s.conn[c].old.cstate));
	spin_unlock_irq(&st->lock);
	rcu_read_lock();
	path = list_first_or_null_rcu(&conn->transport->paths, struct drbd_path, list);
	if (path) {
		set_address(env, "MY", &path->my_addr);
		set_address(env, "PEER", &path->peer_addr);
	}
	rcu_read_unlock();
}

static void set_volumes(struct environment *env, struct drbd_resource *res)
{
	struct drbd_device *dev;
	unsigned long i;

	rcu_read_lock();
	xa_for_each(&res->devices, i, dev)
		set(env, "DRBD_MINOR_%lu=%u", i, dev->minor);
	rcu_read_unlock();
}

static u64 up_to_date_nodes(struct drbd_resource *res, bool fence)
{
	struct drbd_state *s = &res->st.s;
	u64 all = ~0ULL, nodes;
	unsigned int c, d;

	spin_lock_irq(&res->st.lock);
	for (d = 0; d < s->ndev; d++) {
		if (s->dev[d].old.disk <= DRBD_D_DISKLESS)
			continue;
		nodes = 0;
		if (s->old.role == DRBD_ROLE_PRIMARY || fence ||
		    s->dev[d].old.disk == DRBD_D_UP_TO_DATE) {
			nodes = drbd_node_mask(res->node_id);
			for (c = 0; c < s->nconn; c++) {
				if (drbd_state_pd(s, d, c)->old.disk == DRBD_D_UP_TO_DATE)
					nodes |= drbd_node_mask(s->conn[c].node_id);
			}
		}
		if (nodes)
			all &= nodes;
	}
	spin_unlock_irq(&res->st.lock);
	return all;
}

/**
 * drbd_helper() - call the helper, and wait for it
 * @res: the resource
 * @dev: the device it is about, or NULL
 * @conn: the connection it is about, or NULL
 * @name: of the event
 *
 * Source: spec/state.md 9.
 *
 * Context: may sleep, for as long as the helper takes.
 *
 * Return: exit code of the helper; 0 if there is none.
 */
int drbd_helper(struct drbd_resource *res, struct drbd_device *dev, struct drbd_connection *conn,
		const char *name)
{
	struct environment *env;
	char *argv[4] = {};
	int rv = 0;

	env = kzalloc_obj(*env, GFP_NOIO);
	if (!env)
		return 0;
	/* It may be changed at any time. */
	strscpy(env->program, usermode_helper);
	if (!strcmp(env->program, "disabled"))
		goto out;
	strscpy(env->resource, res->name);
	argv[0] = env->program;
	argv[1] = (char *)name;
	argv[2] = env->resource;
	set(env, "HOME=/");
	set(env, "TERM=linux");
	set(env, "PATH=/sbin:/usr/sbin:/bin:/usr/bin");
	if (dev) {
		set(env, "DRBD_MINOR=%u", dev->minor);
		set(env, "DRBD_VOLUME=%d", dev->volume);
		if (drbd_volume_get_disk(dev)) {
			set(env, "DRBD_BACKING_DEV=%s", dev->disk_conf.backing_dev);
			drbd_volume_put_disk(dev);
		}
	}
	if (conn) {
		set_connection(env, conn);
		if (!dev)
			set_volumes(env, res);
	}
	if (strstr(name, "fence"))
		set(env, "UP_TO_DATE_NODES=0x%08llX",
		    up_to_date_nodes(res, !strcmp(name, "fence-peer")));
	drbd_volumes_sync(res);
	drbd_notify_helper(res, dev, conn, name, DRBD_EVENT_CALL, 0);
	drbd_info(res, "helper command: %s %s\n", env->program, name);
	rv = call_usermodehelper(env->program, argv, env->var, UMH_WAIT_PROC);
	drbd_notify_helper(res, dev, conn, name, DRBD_EVENT_RESPONSE, rv);
	if (rv)
		drbd_info(res, "helper command: %s %s exit code %d (0x%x)\n", env->program, name,
			  rv >> 8 & 0xff, rv);
	else
		drbd_info(res, "helper command: %s %s exit code 0\n", env->program, name);
out:
	kfree(env);
	return rv < 0 ? 0 : rv >> 8 & 0xff;
}
