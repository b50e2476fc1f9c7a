// SPDX-License-Identifier: GPL-2.0-only
/*
 * Family drbd version 2: lists of objects, and events
 *
 * The initial state for listeners is a list of messages that look like events, and
 * not like parts of a list: without the flag of these, and from port 0.
 */

#include <net/genetlink.h>

#include "drbd_v2.h"
#include "netlink.h"

/* A connection with all its paths */
#define LARGEST_OBJECT	SZ_8K

static struct drbd_v2_header *put_header(struct sk_buff *skb, u32 portid, u32 seq, int flags,
					 u8 cmd, u32 minor)
{
	struct drbd_v2_header *header;

	header = genlmsg_put(skb, portid, seq, &drbd_v2_family, flags, cmd);
	if (header) {
		header->minor = minor;
		header->ret_code = DRBD_NO_ERROR;
	}
	return header;
}

static int put_addresses(struct sk_buff *skb, int local, int remote,
			 const struct drbd_path_ends *ends)
{
	if (nla_put(skb, local, ends->local.len, &ends->local.sa) ||
	    nla_put(skb, remote, ends->remote.len, &ends->remote.sa))
		return -EMSGSIZE;
	return 0;
}

/* What names an object; what is DRBD_UNSET or NULL is left out */
static int put_context(struct sk_buff *skb, const char *resource, u32 volume, u32 peer_node_id,
		       const char *conn_name, const struct drbd_path_ends *path)
{
	struct nlattr *nest = nla_nest_start_noflag(skb, DRBD_V2_CFG_CONTEXT);

	if (!nest)
		return -EMSGSIZE;
	if (peer_node_id != DRBD_UNSET &&
	    nla_put_u32(skb, DRBD_V2_CTX_PEER_NODE_ID, peer_node_id))
		return -EMSGSIZE;
	if (volume != DRBD_UNSET && nla_put_u32(skb, DRBD_V2_CTX_VOLUME, volume))
		return -EMSGSIZE;
	if (nla_put_string(skb, DRBD_V2_CTX_RESOURCE_NAME, resource))
		return -EMSGSIZE;
	if (path && put_addresses(skb, DRBD_V2_CTX_MY_ADDR, DRBD_V2_CTX_PEER_ADDR, path))
		return -EMSGSIZE;
	if (conn_name && nla_put_string(skb, DRBD_V2_CTX_CONN_NAME, conn_name))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_notification_header(struct sk_buff *skb, u32 type)
{
	struct nlattr *nest = nla_nest_start_noflag(skb, DRBD_V2_NOTIFICATION_HEADER);

	if (!nest || nla_put_u32(skb, DRBD_V2_NH_TYPE, type))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_nest(struct sk_buff *skb, const struct drbd_nl_nest *nest, const void *from)
{
	return drbd_nl_put_nest(skb, nest, 0, from, DRBD_V2_PAD);
}

static int put_device_statistics(struct sk_buff *skb, const struct drbd_device_state *state)
{
	struct nlattr *nest = nla_nest_start_noflag(skb, DRBD_V2_DEVICE_STATISTICS);

	if (!nest ||
	    drbd_nl_put_fields(skb, &drbd_v2_device_statistics_nest, state, DRBD_V2_PAD) ||
	    nla_put(skb, DRBD_V2_HISTORY_UUIDS,
		    state->history_given ? sizeof(state->history_uuids) : 0,
		    state->history_uuids))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_paths(struct sk_buff *skb, const struct drbd_connection_state *state)
{
	struct nlattr *nest = nla_nest_start_noflag(skb, DRBD_V2_PATH_PARMS);
	unsigned int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < drbd_nl_paths(state); i++)
		if (put_addresses(skb, DRBD_V2_MY_ADDR | DRBD_V2_PATH_BIT,
				  DRBD_V2_PEER_ADDR | DRBD_V2_PATH_BIT, &state->paths[i].ends))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_new_name(struct sk_buff *skb, const char *name)
{
	struct nlattr *nest = nla_nest_start_noflag(skb, DRBD_V2_RENAME_RESOURCE_INFO);

	if (!nest || nla_put_string(skb, DRBD_V2_RES_NEW_NAME, name))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_helper(struct sk_buff *skb, const struct drbd_helper_event *helper)
{
	struct nlattr *nest = nla_nest_start_noflag(skb, DRBD_V2_HELPER_INFO);
	char name[DRBD_HELPER_NAME_SIZE];

	strscpy(name, helper->name, sizeof(name));
	if (!nest || nla_put_string(skb, DRBD_V2_HELPER_NAME, name) ||
	    nla_put_u32(skb, DRBD_V2_HELPER_STATUS, helper->status))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int resource_event(struct sk_buff *skb, const struct drbd_event *event, u32 type)
{
	const struct drbd_resource_state *state = event->resource;
	bool info = event->action != DRBD_EVENT_DESTROY && event->action != DRBD_EVENT_RENAME;

	if (put_context(skb, state->name, DRBD_UNSET, DRBD_UNSET, NULL, NULL) ||
	    put_notification_header(skb, type) ||
	    (info && put_nest(skb, &drbd_v2_resource_info_nest, state)) ||
	    put_nest(skb, &drbd_v2_resource_statistics_nest, state) ||
	    (event->new_name && put_new_name(skb, event->new_name)))
		return -EMSGSIZE;
	return 0;
}

static int device_event(struct sk_buff *skb, const struct drbd_event *event, u32 type)
{
	const struct drbd_device_state *state = event->device;

	if (put_context(skb, state->resource, state->volume, DRBD_UNSET, NULL, NULL) ||
	    put_notification_header(skb, type) ||
	    (event->action != DRBD_EVENT_DESTROY &&
	     put_nest(skb, &drbd_v2_device_info_nest, state)) ||
	    put_device_statistics(skb, state))
		return -EMSGSIZE;
	return 0;
}

static int connection_event(struct sk_buff *skb, const struct drbd_event *event, u32 type)
{
	const struct drbd_connection_state *state = event->connection;

	if (put_context(skb, state->resource, DRBD_UNSET, state->peer_node_id, state->name, NULL) ||
	    put_notification_header(skb, type) ||
	    (event->action != DRBD_EVENT_DESTROY &&
	     put_nest(skb, &drbd_v2_connection_info_nest, state)) ||
	    put_paths(skb, state) ||
	    put_nest(skb, &drbd_v2_connection_statistics_nest, state))
		return -EMSGSIZE;
	return 0;
}

static int peer_device_event(struct sk_buff *skb, const struct drbd_event *event, u32 type)
{
	const struct drbd_peer_device_state *state = event->peer_device;

	if (put_context(skb, state->resource, state->volume, state->peer_node_id,
			state->conn_name, NULL) ||
	    put_notification_header(skb, type) ||
	    (event->action != DRBD_EVENT_DESTROY &&
	     put_nest(skb, &drbd_v2_peer_device_info_nest, state)) ||
	    put_nest(skb, &drbd_v2_peer_device_statistics_nest, state))
		return -EMSGSIZE;
	return 0;
}

static int path_event(struct sk_buff *skb, const struct drbd_event *event, u32 type)
{
	const struct drbd_path_event *path = event->path;

	if (put_context(skb, path->resource, DRBD_UNSET, path->peer_node_id, path->conn_name,
			&path->path->ends) ||
	    put_notification_header(skb, type) ||
	    put_nest(skb, &drbd_v2_path_info_nest, path->path))
		return -EMSGSIZE;
	return 0;
}

static int helper_event(struct sk_buff *skb, const struct drbd_event *event, u32 type)
{
	const struct drbd_helper_event *helper = event->helper;

	if (put_context(skb, helper->resource, helper->volume, helper->peer_node_id,
			helper->conn_name, NULL) ||
	    put_notification_header(skb, type) ||
	    put_helper(skb, helper))
		return -EMSGSIZE;
	return 0;
}

static const struct {
	u8 cmd;
	int (*put)(struct sk_buff *skb, const struct drbd_event *event, u32 type);
} events[] = {
	[DRBD_EVENT_RESOURCE] = { DRBD_V2_RESOURCE_STATE, resource_event },
	[DRBD_EVENT_DEVICE] = { DRBD_V2_DEVICE_STATE, device_event },
	[DRBD_EVENT_CONNECTION] = { DRBD_V2_CONNECTION_STATE, connection_event },
	[DRBD_EVENT_PEER_DEVICE] = { DRBD_V2_PEER_DEVICE_STATE, peer_device_event },
	[DRBD_EVENT_PATH] = { DRBD_V2_PATH_STATE, path_event },
	[DRBD_EVENT_HELPER] = { DRBD_V2_HELPER, helper_event },
};

static u32 minor_of(const struct drbd_event *event)
{
	if (event->object == DRBD_EVENT_DEVICE)
		return event->device->minor;
	return event->object == DRBD_EVENT_HELPER ? event->helper->minor : DRBD_UNSET;
}

static int put_event(struct sk_buff *skb, const struct drbd_event *event, u32 seq, bool more)
{
	u32 type = event->action | (more ? DRBD_V2_CONTINUES : 0);
	struct drbd_v2_header *header;

	header = put_header(skb, 0, seq, 0, events[event->object].cmd, minor_of(event));
	if (!header)
		return -EMSGSIZE;
	if (events[event->object].put(skb, event, type)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

const struct drbd_nl_dialect drbd_nl_drbd_v2 = {
	.bit = DRBD_NL_DRBD_V2,
	.family = &drbd_v2_family,
	.put_event = put_event,
};

static enum drbd_nl_dump_kind dump_kind(u8 cmd)
{
	switch (cmd) {
	case DRBD_V2_GET_RESOURCES:
		return DRBD_NL_DUMP_RESOURCES;
	case DRBD_V2_GET_DEVICES:
		return DRBD_NL_DUMP_DEVICES;
	case DRBD_V2_GET_CONNECTIONS:
		return DRBD_NL_DUMP_CONNECTIONS;
	case DRBD_V2_GET_PEER_DEVICES:
		return DRBD_NL_DUMP_PEER_DEVICES;
	case DRBD_V2_GET_PATHS:
		return DRBD_NL_DUMP_PATHS;
	default:
		return DRBD_NL_DUMP_STATE;
	}
}

/**
 * struct dump - a list in this dialect
 * @list: the list
 * @last: a message is to follow when there are no more objects
 * @result: in its header
 */
struct dump {
	struct drbd_nl_dump *list;
	bool last;
	int result;
};

/* Only one resource, if it is named; tools do that themselves for most lists */
static int dump_filter(struct dump *dump, const struct genl_info *info,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[DRBD_V2_CTX_MAX + 1], *attr;
	char name[DRBD_NAME_SIZE];
	int err;

	attr = info->attrs ? info->attrs[DRBD_V2_CFG_CONTEXT] : NULL;
	if (!attr || dump->list->kind == DRBD_NL_DUMP_RESOURCES)
		return 0;
	err = nla_parse_nested_deprecated(tb, DRBD_V2_CTX_MAX, attr, NULL, extack);
	if (err)
		return err;
	attr = tb[DRBD_V2_CTX_RESOURCE_NAME];
	if (!attr)
		return 0;
	if (nla_strscpy(name, attr, sizeof(name)) < 0 ||
	    !drbd_nl_dump_filter(dump->list, name)) {
		dump->list->over = true;
		dump->last = true;
		dump->result = DRBD_ERR_RES_NOT_KNOWN;
	}
	return 0;
}

/**
 * drbd_v2_dump_start() - begin a list
 * @cb: for the list
 *
 * Return: 0 or a negative errno.
 * Source: spec/netlink.md 6.1
 */
int drbd_v2_dump_start(struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	struct dump *dump;
	int err = 0;

	if (info->genlhdr->version != DRBD_V2_VERSION) {
		NL_SET_ERR_MSG(cb->extack, "wrong API version");
		return -EINVAL;
	}
	dump = kzalloc(sizeof(*dump), GFP_KERNEL);
	if (!dump)
		return -ENOMEM;
	dump->list = drbd_nl_dump_new(dump_kind(info->genlhdr->cmd));
	if (!dump->list) {
		kfree(dump);
		return -ENOMEM;
	}
	if (dump->list->kind == DRBD_NL_DUMP_STATE)
		dump->last = true;
	else
		err = dump_filter(dump, info, cb->extack);
	if (err) {
		drbd_nl_dump_free(dump->list);
		kfree(dump);
		return err;
	}
	cb->min_dump_alloc = LARGEST_OBJECT;
	cb->args[0] = (long)dump;
	return 0;
}

/**
 * drbd_v2_dump_done() - end a list
 * @cb: for the list
 *
 * Return: 0
 */
int drbd_v2_dump_done(struct netlink_callback *cb)
{
	struct dump *dump = (struct dump *)cb->args[0];

	drbd_nl_dump_free(dump->list);
	kfree(dump);
	return 0;
}

static int dump_resource(struct sk_buff *skb, const struct drbd_resource_dump *dump)
{
	if (put_context(skb, dump->state.name, DRBD_UNSET, DRBD_UNSET, NULL, NULL) ||
	    put_nest(skb, &drbd_v2_res_opts_nest, &dump->opts) ||
	    put_nest(skb, &drbd_v2_resource_info_nest, &dump->state) ||
	    put_nest(skb, &drbd_v2_resource_statistics_nest, &dump->state))
		return -EMSGSIZE;
	return 0;
}

static int dump_device(struct sk_buff *skb, const struct drbd_device_dump *dump)
{
	const struct drbd_device_state *state = &dump->state;

	if (put_context(skb, state->resource, state->volume, DRBD_UNSET, NULL, NULL) ||
	    (dump->has_disk && put_nest(skb, &drbd_v2_disk_conf_nest, &dump->disk_conf)) ||
	    put_nest(skb, &drbd_v2_device_conf_nest, &dump->conf) ||
	    put_nest(skb, &drbd_v2_device_info_nest, state) ||
	    put_device_statistics(skb, state))
		return -EMSGSIZE;
	return 0;
}

/* Those who may not see the secret do not even see that there is one. */
static int put_net_conf(struct sk_buff *skb, const struct drbd_net_conf *conf)
{
	struct nlattr *nest = nla_nest_start_noflag(skb, DRBD_V2_NET_CONF);

	if (!nest || drbd_nl_put_options(skb, &drbd_v2_net_conf_nest, conf,
					 drbd_nl_admin() ? 0 : DRBD_OPTION_SECRET, DRBD_V2_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int dump_connection(struct sk_buff *skb, const struct drbd_connection_dump *dump)
{
	const struct drbd_connection_state *state = &dump->state;

	if (put_context(skb, state->resource, DRBD_UNSET, state->peer_node_id, state->name, NULL) ||
	    put_net_conf(skb, &dump->conf) ||
	    put_paths(skb, state) ||
	    put_nest(skb, &drbd_v2_connection_info_nest, state) ||
	    put_nest(skb, &drbd_v2_connection_statistics_nest, state))
		return -EMSGSIZE;
	return 0;
}

static int dump_peer_device(struct sk_buff *skb, const struct drbd_peer_device_dump *dump)
{
	const struct drbd_peer_device_state *state = &dump->state;

	if (put_context(skb, state->resource, state->volume, state->peer_node_id,
			state->conn_name, NULL) ||
	    put_nest(skb, &drbd_v2_peer_device_info_nest, state) ||
	    put_nest(skb, &drbd_v2_peer_device_statistics_nest, state) ||
	    put_nest(skb, &drbd_v2_peer_device_opts_nest, &dump->conf))
		return -EMSGSIZE;
	return 0;
}

static int dump_path(struct sk_buff *skb, const struct drbd_path_event *path)
{
	if (put_context(skb, path->resource, DRBD_UNSET, path->peer_node_id, path->conn_name,
			&path->path->ends) ||
	    put_nest(skb, &drbd_v2_path_info_nest, path->path))
		return -EMSGSIZE;
	return 0;
}

static int put_object(struct sk_buff *skb, struct drbd_nl_dump *list)
{
	switch (list->kind) {
	case DRBD_NL_DUMP_RESOURCES:
		return dump_resource(skb, &list->parent);
	case DRBD_NL_DUMP_DEVICES:
		return dump_device(skb, &list->device);
	case DRBD_NL_DUMP_CONNECTIONS:
		return dump_connection(skb, &list->connection);
	case DRBD_NL_DUMP_PEER_DEVICES:
		return dump_peer_device(skb, &list->peer_device);
	case DRBD_NL_DUMP_PATHS:
		return dump_path(skb, &list->path_event);
	default:
		return -EINVAL;
	}
}

static u32 dump_minor(const struct drbd_nl_dump *list)
{
	if (list->kind == DRBD_NL_DUMP_DEVICES)
		return list->device.state.minor;
	if (list->kind != DRBD_NL_DUMP_PEER_DEVICES)
		return DRBD_UNSET;
	return list->filter ? list->peer_device.state.volume : list->peer_device.state.minor;
}

static int put_dumped(struct sk_buff *skb, struct netlink_callback *cb,
		      struct drbd_nl_dump *list)
{
	struct drbd_v2_header *header;
	int err;

	if (list->kind == DRBD_NL_DUMP_STATE)
		return put_event(skb, &list->event, cb->nlh->nlmsg_seq, list->more);
	header = put_header(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, NLM_F_MULTI,
			    genl_info_dump(cb)->genlhdr->cmd, dump_minor(list));
	if (!header)
		return -EMSGSIZE;
	err = put_object(skb, list);
	if (err)
		genlmsg_cancel(skb, header);
	else
		genlmsg_end(skb, header);
	return err;
}

/* The end of the initial state, or that there is no such resource */
static int put_last(struct sk_buff *skb, struct netlink_callback *cb, struct dump *dump)
{
	bool state = dump->list->kind == DRBD_NL_DUMP_STATE;
	struct drbd_v2_header *header;

	if (state)
		header = put_header(skb, 0, cb->nlh->nlmsg_seq, 0, DRBD_V2_INITIAL_STATE_DONE,
				    DRBD_UNSET);
	else
		header = put_header(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				    NLM_F_MULTI, genl_info_dump(cb)->genlhdr->cmd, DRBD_UNSET);
	if (!header)
		return -EMSGSIZE;
	if (!state) {
		header->ret_code = dump->result;
	} else if (put_notification_header(skb, DRBD_EVENT_EXISTS)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	dump->last = false;
	return 0;
}

/**
 * drbd_v2_dumpit() - the next part of a list
 * @skb: to put it into
 * @cb: of the list
 *
 * Return: bytes that were put, 0 at the end, or a negative errno.
 * Source: spec/netlink.md 6.2 and 7.3
 */
int drbd_v2_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dump *dump = (struct dump *)cb->args[0];
	struct drbd_nl_dump *list = dump->list;
	int err;

	if (list->kind == DRBD_NL_DUMP_STATE && !list->recorded) {
		err = drbd_nl_dump_state(list);
		if (err)
			return err;
	}
	while ((err = drbd_nl_dump_peek(list)) > 0) {
		err = put_dumped(skb, cb, list);
		if (err)
			return skb->len ?: err;
		drbd_nl_dump_advance(list);
	}
	if (!err && dump->last)
		err = put_last(skb, cb, dump);
	return skb->len ?: err;
}
