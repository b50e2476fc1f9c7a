// SPDX-License-Identifier: GPL-2.0-only
/*
 * An engine for tests of the netlink dialects, which only takes notes
 */

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/module.h>
#include <linux/string.h>

#include "nl_engine.h"

struct nl_engine nl_engine;

struct drbd_resource {
	const char *name;
	u32 node_id;
};

struct drbd_device {
	struct drbd_resource *resource;
	u32 minor;
	u32 volume;
};

struct drbd_connection {
	struct drbd_resource *resource;
	u32 peer_node_id;
};

struct drbd_peer_device {
	struct drbd_connection *connection;
	struct drbd_device *device;
};

static struct drbd_resource resource_r = { "r", 0 }, resource_s = { "s", 0 };
static struct drbd_device device_r = { &resource_r, NL_MINOR_R, 0 };
static struct drbd_device device_s = { &resource_s, NL_MINOR_S, 0 };
static struct drbd_connection connection_r = { &resource_r, NL_PEER };
static struct drbd_peer_device peer_device_r = { &connection_r, &device_r };
/* A resource of lists: which one is in its name */
static struct drbd_resource listed;
static char listed_name[DRBD_NAME_SIZE];

void nl_engine_reset(void)
{
	int refs = nl_engine.refs;

	memset(&nl_engine, 0, sizeof(nl_engine));
	nl_engine.refs = refs;
	nl_engine.result = DRBD_NO_ERROR;
}

static int number_of(const char *name)
{
	unsigned int n;

	return sscanf(name, "n%03u", &n) == 1 && n < nl_engine.resources ? n : -1;
}

static struct drbd_resource *on_resource_get(const char *name)
{
	struct drbd_resource *found = NULL;

	if (!strcmp(name, "r"))
		found = &resource_r;
	else if (!strcmp(name, "s"))
		found = &resource_s;
	else if (number_of(name) >= 0)
		found = &listed;
	if (found == &listed) {
		strscpy(listed_name, name);
		listed.name = listed_name;
	}
	nl_engine.refs += !!found;
	return found;
}

static void on_resource_put(struct drbd_resource *resource)
{
	nl_engine.refs--;
}

static u32 on_resource_node_id(struct drbd_resource *resource)
{
	return resource->node_id;
}

static struct drbd_device *on_device_get(u32 minor)
{
	struct drbd_device *found = minor == NL_MINOR_R ? &device_r :
		minor == NL_MINOR_S ? &device_s : NULL;

	nl_engine.refs += !!found;
	return found;
}

static void on_device_put(struct drbd_device *device)
{
	nl_engine.refs--;
}

static struct drbd_resource *on_device_resource(struct drbd_device *device)
{
	return device->resource;
}

static u32 on_device_volume(struct drbd_device *device)
{
	return device->volume;
}

static struct drbd_connection *on_connection_get(struct drbd_resource *resource, u32 peer_node_id)
{
	if (resource != &resource_r || peer_node_id != NL_PEER)
		return NULL;
	nl_engine.refs++;
	return &connection_r;
}

static void on_connection_put(struct drbd_connection *connection)
{
	nl_engine.refs--;
}

static struct drbd_peer_device *on_peer_device_get(struct drbd_connection *connection, u32 volume)
{
	if (volume)
		return NULL;
	nl_engine.refs++;
	return &peer_device_r;
}

static void on_peer_device_put(struct drbd_peer_device *peer_device)
{
	nl_engine.refs--;
}

static struct drbd_device *on_peer_device_device(struct drbd_peer_device *peer_device)
{
	return peer_device->device;
}

static int note(struct drbd_cmd *cmd, const char *name)
{
	unsigned int i;

	nl_engine.called = name;
	nl_engine.calls++;
	nl_engine.cmd = *cmd;
	strscpy(nl_engine.name, cmd->resource_name ?: "");
	for (i = 0; i < ARRAY_SIZE(nl_engine.texts) && nl_engine.texts[i]; i++)
		drbd_cmd_text(cmd, "%s", nl_engine.texts[i]);
	return nl_engine.result;
}

#define PLAIN(name)							\
	static int on_##name(struct drbd_cmd *cmd) { return note(cmd, #name); }
#define FLAG(name)							\
	static int on_##name(struct drbd_cmd *cmd, bool flag)		\
	{								\
		nl_engine.flag = flag;					\
		return note(cmd, #name);				\
	}
#define STRUCT(name, type, member)					\
	static int on_##name(struct drbd_cmd *cmd, const struct type *parms)	\
	{								\
		nl_engine.member = *parms;				\
		return note(cmd, #name);				\
	}
#define CHANGE(name, type)						\
	static int on_##name(struct drbd_cmd *cmd,			\
			     const struct drbd_option_change *change)	\
	{								\
		nl_engine.change = *change;				\
		memcpy(&nl_engine.conf, change->values, sizeof(struct type));	\
		return note(cmd, #name);				\
	}

STRUCT(new_resource, drbd_res_opts, conf.res_opts)
PLAIN(del_resource)
CHANGE(resource_options, drbd_res_opts)
PLAIN(down)
FLAG(primary)
FLAG(secondary)
FLAG(suspend_io)
PLAIN(resume_io)
STRUCT(new_minor, drbd_device_conf, conf.device_conf)
PLAIN(del_minor)
STRUCT(attach, drbd_disk_conf, conf.disk_conf)
STRUCT(detach, drbd_detach_parms, detach)
CHANGE(disk_options, drbd_disk_conf)
STRUCT(resize, drbd_resize_parms, resize)
PLAIN(outdate)
STRUCT(invalidate, drbd_invalidate_parms, invalidate)
STRUCT(new_current_uuid, drbd_new_uuid_parms, new_uuid)
STRUCT(new_peer, drbd_net_conf, conf.net_conf)
FLAG(del_peer)
STRUCT(connect, drbd_connect_parms, connect)
FLAG(disconnect)
CHANGE(net_options, drbd_net_conf)
STRUCT(new_path, drbd_path_ends, path)
STRUCT(del_path, drbd_path_ends, path)
CHANGE(peer_device_options, drbd_peer_device_conf)
FLAG(invalidate_peer)
PLAIN(pause_sync)
PLAIN(resume_sync)
STRUCT(start_verify, drbd_verify_parms, verify)

static int on_rename_resource(struct drbd_cmd *cmd, const char *new_name)
{
	strscpy(nl_engine.new_name, new_name);
	return note(cmd, "rename_resource");
}

static int on_forget_peer(struct drbd_cmd *cmd, u32 peer_node_id)
{
	nl_engine.number = peer_node_id;
	return note(cmd, "forget_peer");
}

static int on_timeout_type(struct drbd_cmd *cmd, u32 *type)
{
	*type = nl_engine.timeout;
	return note(cmd, "timeout_type");
}

static void name_it(char *name, unsigned int n)
{
	sprintf(name, "n%03u", n);
}

/* Each member gets a value of its own. */
void nl_fill_resource(struct drbd_resource_state *state, unsigned int n)
{
	memset(state, 0, sizeof(*state));
	name_it(state->name, n);
	state->role = DRBD_ROLE_PRIMARY;
	state->susp_no_data = true;
	state->susp_quorum = true;
	state->write_ordering = 2;
}

void nl_fill_device(struct drbd_device_state *state, unsigned int n, unsigned int volume)
{
	unsigned int i;

	memset(state, 0, sizeof(*state));
	name_it(state->resource, n);
	state->volume = volume;
	state->minor = 100 * n + volume;
	state->disk = DRBD_D_UP_TO_DATE;
	state->has_quorum = true;
	state->is_open = true;
	strscpy(state->backing_dev, "/dev/sdx");
	state->size = 1ULL << 40;
	state->read = 2;
	state->write = 3;
	state->al_writes = 4;
	state->bm_writes = 5;
	state->upper_pending = 6;
	state->lower_pending = 7;
	state->upper_blocked = true;
	state->exposed_data_uuid = 0x1111222233334444;
	state->current_uuid = 0x5555666677778888;
	state->disk_flags = 0x13;
	state->history_given = nl_engine.has_disk;
	for (i = 0; i < DRBD_HISTORY_UUIDS; i++)
		state->history_uuids[i] = i + 1;
}

static void fill_path(struct drbd_path_state *path, unsigned int n)
{
	struct sockaddr_in *in = (struct sockaddr_in *)&path->ends.local.sa;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&path->ends.remote.sa;

	if (n & 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(7000 + n);
		in6->sin6_addr.s6_addr[15] = n;
		path->ends.remote.len = sizeof(*in6);
		path->ends.local = path->ends.remote;
	} else {
		in->sin_family = AF_INET;
		in->sin_port = htons(7000 + n);
		in->sin_addr.s_addr = htonl(0x0a000001 + n);
		path->ends.local.len = sizeof(*in);
		path->ends.remote = path->ends.local;
	}
	path->established = n == 0;
}

void nl_fill_connection(struct drbd_connection_state *state, unsigned int n, unsigned int peer)
{
	unsigned int i;

	memset(state, 0, sizeof(*state));
	name_it(state->resource, n);
	state->peer_node_id = peer;
	sprintf(state->name, "peer%u", peer);
	state->cstate = DRBD_C_CONNECTED;
	state->role = DRBD_ROLE_SECONDARY;
	state->congested = true;
	state->ap_in_flight = 8;
	state->rs_in_flight = 9;
	state->n_paths = nl_engine.paths;
	for (i = 0; i < nl_engine.paths; i++)
		fill_path(&state->paths[i], i);
}

void nl_fill_peer_device(struct drbd_peer_device_state *state, unsigned int n,
			 unsigned int volume, unsigned int peer)
{
	memset(state, 0, sizeof(*state));
	name_it(state->resource, n);
	state->volume = volume;
	state->minor = 100 * n + volume;
	state->peer_node_id = peer;
	sprintf(state->conn_name, "peer%u", peer);
	state->repl = DRBD_R_SYNC_SOURCE;
	state->disk = DRBD_D_INCONSISTENT;
	state->resync_susp_peer = true;
	state->resync_susp_max_parallel = true;
	state->received = 101;
	state->sent = 102;
	state->pending = 103;
	state->unacked = 104;
	state->out_of_sync = 105;
	state->resync_failed = 106;
	state->bitmap_uuid = 107;
	state->flags = 109;
	state->rs_total = 110;
	state->ov_start_sector = 111;
	state->ov_stop_sector = 112;
	state->ov_position = 113;
	state->ov_left = 114;
	state->ov_skipped = 115;
	state->rs_same_csum = 116;
	state->rs_dt_start_ms = 117;
	state->rs_paused_ms = 118;
	state->rs_dt0_ms = 119;
	state->rs_db0_sectors = 120;
	state->rs_dt1_ms = 121;
	state->rs_db1_sectors = 122;
	state->rs_c_sync_rate = 123;
	state->uuid_flags = 124;
}

static struct drbd_resource *on_resource_next(const char *after)
{
	char name[DRBD_NAME_SIZE];
	unsigned int n;

	for (n = 0; n < nl_engine.resources; n++) {
		name_it(name, n);
		if (strcmp(name, after) > 0)
			return on_resource_get(name);
	}
	return NULL;
}

static bool on_resource_dump(struct drbd_resource *resource, struct drbd_resource_dump *dump)
{
	nl_fill_resource(&dump->state, number_of(resource->name));
	drbd_options_default(&drbd_res_options, &dump->opts);
	dump->opts.node_id = 7;
	/* This one is just being removed. */
	return number_of(resource->name) != 5;
}

static bool on_device_dump(struct drbd_resource *resource, s32 after, struct drbd_device_dump *dump)
{
	if (after + 1 >= (s32)nl_engine.volumes)
		return false;
	nl_fill_device(&dump->state, number_of(resource->name), after + 1);
	dump->has_disk = nl_engine.has_disk;
	drbd_options_default(&drbd_disk_options, &dump->disk_conf);
	strscpy(dump->disk_conf.backing_dev, "/dev/sdx");
	drbd_options_default(&drbd_device_options, &dump->conf);
	return true;
}

static bool on_connection_dump(struct drbd_resource *resource, s32 after,
			       struct drbd_connection_dump *dump)
{
	unsigned int peer = after < 1 ? 1 : after + 1;

	if (peer > nl_engine.peers)
		return false;
	nl_fill_connection(&dump->state, number_of(resource->name), peer);
	drbd_options_default(&drbd_net_options, &dump->conf);
	strscpy(dump->conf.shared_secret, "open sesame");
	strscpy(dump->conf.name, dump->state.name);
	return true;
}

static bool on_peer_device_dump(struct drbd_resource *resource, s32 volume, s32 peer_node_id,
				struct drbd_peer_device_dump *dump)
{
	u32 peer = max(peer_node_id, 0) + 1;

	if (volume < 0)
		volume = 0;
	if (peer > nl_engine.peers) {
		peer = 1;
		volume++;
	}
	if (!nl_engine.peers || volume >= nl_engine.volumes)
		return false;
	nl_fill_peer_device(&dump->state, number_of(resource->name), volume, peer);
	drbd_options_default(&drbd_peer_device_options, &dump->conf);
	return true;
}

struct drbd_snapshot *nl_snapshot(unsigned int n)
{
	struct drbd_snapshot *s;
	unsigned int v, p;

	s = drbd_snapshot_alloc(nl_engine.peers, nl_engine.volumes, GFP_KERNEL);
	if (!s)
		return NULL;
	nl_fill_resource(&s->resource, n);
	for (p = 0; p < nl_engine.peers; p++)
		nl_fill_connection(&s->connections[p], n, p + 1);
	for (v = 0; v < nl_engine.volumes; v++) {
		nl_fill_device(&s->devices[v], n, v);
		for (p = 0; p < nl_engine.peers; p++)
			nl_fill_peer_device(&s->peer_devices[v * nl_engine.peers + p], n, v,
					    p + 1);
	}
	return s;
}

static int on_snapshots(struct list_head *list)
{
	struct drbd_snapshot *snapshot;
	unsigned int n;

	for (n = 0; n < nl_engine.resources; n++) {
		snapshot = nl_snapshot(n);
		if (!snapshot)
			return -ENOMEM;
		list_add_tail(&snapshot->list, list);
	}
	return 0;
}

#define HAS(name)	.name = on_##name

const struct drbd_commands nl_commands = {
	HAS(resource_get), HAS(resource_put), HAS(resource_node_id), HAS(device_get),
	HAS(device_put), HAS(device_resource), HAS(device_volume), HAS(connection_get),
	HAS(connection_put), HAS(peer_device_get), HAS(peer_device_put), HAS(peer_device_device),
	HAS(new_resource), HAS(del_resource), HAS(resource_options), HAS(rename_resource),
	HAS(down), HAS(primary), HAS(secondary), HAS(suspend_io), HAS(resume_io), HAS(new_minor),
	HAS(del_minor), HAS(attach), HAS(detach), HAS(disk_options), HAS(resize), HAS(outdate),
	HAS(invalidate), HAS(new_current_uuid), HAS(new_peer), HAS(del_peer), HAS(connect),
	HAS(disconnect), HAS(net_options), HAS(forget_peer), HAS(new_path), HAS(del_path),
	HAS(peer_device_options), HAS(invalidate_peer), HAS(pause_sync), HAS(resume_sync),
	HAS(start_verify), HAS(timeout_type), HAS(resource_next), HAS(resource_dump),
	HAS(device_dump), HAS(connection_dump), HAS(peer_device_dump), HAS(snapshots),
};

MODULE_IMPORT_NS("DRBD_NETLINK");
