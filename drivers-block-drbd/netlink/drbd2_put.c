// SPDX-License-Identifier: GPL-2.0-only
/*
 * Family drbd2: lists of objects, and events
 *
 * An object is one nest with what names it, its state and its statistics, the same
 * in lists and in events. Only lists have options.
 */

#include <linux/in.h>
#include <linux/in6.h>
#include <net/genetlink.h>

#include "drbd2.h"
#include "netlink.h"

#define NO_PAD	(-1)

/* A connection with all its paths */
#define LARGEST_OBJECT	SZ_8K

/**
 * struct context - what names an object
 * @resource: name of the resource; NULL to leave it out
 * @volume: DRBD_UNSET to leave it out
 * @minor: DRBD_UNSET to leave it out
 * @peer_node_id: DRBD_UNSET to leave it out
 * @conn_name: NULL to leave it out
 * @path: NULL to leave it out
 */
struct context {
	const char *resource;
	u32 volume;
	u32 minor;
	u32 peer_node_id;
	const char *conn_name;
	const struct drbd_path_ends *path;
};

#define NO_CONTEXT	{ .volume = DRBD_UNSET, .minor = DRBD_UNSET, .peer_node_id = DRBD_UNSET }

static int put_address(struct sk_buff *skb, int attr, const struct drbd_address *address)
{
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest || nla_put_u16(skb, DRBD2_A_ADDRESS_FAMILY, address->sa.ss_family))
		return -EMSGSIZE;
	if (address->sa.ss_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)&address->sa;

		if (nla_put_be16(skb, DRBD2_A_ADDRESS_PORT, in->sin_port) ||
		    nla_put_in_addr(skb, DRBD2_A_ADDRESS_IPV4, in->sin_addr.s_addr))
			return -EMSGSIZE;
	} else if (address->sa.ss_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&address->sa;

		if (nla_put_be16(skb, DRBD2_A_ADDRESS_PORT, in6->sin6_port) ||
		    nla_put_in6_addr(skb, DRBD2_A_ADDRESS_IPV6, &in6->sin6_addr))
			return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int put_context(struct sk_buff *skb, int attr, const struct context *context)
{
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest)
		return -EMSGSIZE;
	if (context->resource &&
	    nla_put_string(skb, DRBD2_A_CONTEXT_RESOURCE_NAME, context->resource))
		return -EMSGSIZE;
	if (context->volume != DRBD_UNSET &&
	    nla_put_u32(skb, DRBD2_A_CONTEXT_VOLUME, context->volume))
		return -EMSGSIZE;
	if (context->minor != DRBD_UNSET &&
	    nla_put_u32(skb, DRBD2_A_CONTEXT_MINOR, context->minor))
		return -EMSGSIZE;
	if (context->peer_node_id != DRBD_UNSET &&
	    nla_put_u32(skb, DRBD2_A_CONTEXT_PEER_NODE_ID, context->peer_node_id))
		return -EMSGSIZE;
	if (context->conn_name &&
	    nla_put_string(skb, DRBD2_A_CONTEXT_CONNECTION_NAME, context->conn_name))
		return -EMSGSIZE;
	if (context->path &&
	    (put_address(skb, DRBD2_A_CONTEXT_MY_ADDRESS, &context->path->local) ||
	     put_address(skb, DRBD2_A_CONTEXT_PEER_ADDRESS, &context->path->remote)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* A structure in a nest of another number than that of the top level */
static int put_nest(struct sk_buff *skb, int attr, const struct drbd_nl_nest *nest,
		    const void *from)
{
	struct nlattr *start = nla_nest_start(skb, attr);
	int err;

	if (!start)
		return -EMSGSIZE;
	err = nest->options ? drbd_nl_put_options(skb, nest, from, 0, NO_PAD) :
		drbd_nl_put_fields(skb, nest, from, NO_PAD);
	if (err)
		return err;
	nla_nest_end(skb, start);
	return 0;
}

static int put_resource(struct sk_buff *skb, int attr, const struct drbd_resource_state *state,
			bool info, const char *new_name, const struct drbd_res_opts *opts)
{
	struct context context = NO_CONTEXT;
	struct nlattr *nest = nla_nest_start(skb, attr);

	context.resource = state->name;
	if (!nest || put_context(skb, DRBD2_A_RESOURCE_CONTEXT, &context))
		return -EMSGSIZE;
	if (info && put_nest(skb, DRBD2_A_RESOURCE_INFO, &drbd2_resource_info_nest, state))
		return -EMSGSIZE;
	if (put_nest(skb, DRBD2_A_RESOURCE_STATISTICS, &drbd2_resource_statistics_nest, state))
		return -EMSGSIZE;
	if (new_name && nla_put_string(skb, DRBD2_A_RESOURCE_NEW_NAME, new_name))
		return -EMSGSIZE;
	if (opts && put_nest(skb, DRBD2_A_RESOURCE_RESOURCE_OPTS, &drbd2_resource_opts_nest, opts))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_device_statistics(struct sk_buff *skb, const struct drbd_device_state *state)
{
	struct nlattr *nest = nla_nest_start(skb, DRBD2_A_DEVICE_STATISTICS);

	if (!nest || drbd_nl_put_fields(skb, &drbd2_device_statistics_nest, state, NO_PAD) ||
	    nla_put(skb, DRBD2_A_DEVICE_STATISTICS_HISTORY_UUIDS,
		    state->history_given ? sizeof(state->history_uuids) : 0,
		    state->history_uuids))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_device_nest(struct sk_buff *skb, int attr, const struct drbd_device_state *state,
			   bool info, const struct drbd_device_dump *dump)
{
	struct context context = NO_CONTEXT;
	struct nlattr *nest = nla_nest_start(skb, attr);

	context.resource = state->resource;
	context.volume = state->volume;
	context.minor = state->minor;
	if (!nest || put_context(skb, DRBD2_A_DEVICE_CONTEXT, &context))
		return -EMSGSIZE;
	if (info && put_nest(skb, DRBD2_A_DEVICE_INFO, &drbd2_device_info_nest, state))
		return -EMSGSIZE;
	if (put_device_statistics(skb, state))
		return -EMSGSIZE;
	if (dump && dump->has_disk &&
	    put_nest(skb, DRBD2_A_DEVICE_DISK_CONF, &drbd2_disk_conf_nest, &dump->disk_conf))
		return -EMSGSIZE;
	if (dump &&
	    put_nest(skb, DRBD2_A_DEVICE_DEVICE_CONF, &drbd2_device_conf_nest, &dump->conf))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_path(struct sk_buff *skb, int attr, const struct context *context,
		    const struct drbd_path_state *state)
{
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest || put_context(skb, DRBD2_A_PATH_CONTEXT, context) ||
	    put_nest(skb, DRBD2_A_PATH_INFO, &drbd2_path_info_nest, state))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_path_event(struct sk_buff *skb, int attr, const struct drbd_path_event *event)
{
	struct context context = NO_CONTEXT;

	context.resource = event->resource;
	context.peer_node_id = event->peer_node_id;
	context.conn_name = event->conn_name;
	context.path = &event->path->ends;
	return put_path(skb, attr, &context, event->path);
}

static int put_connection(struct sk_buff *skb, int attr, const struct drbd_connection_state *state,
			  bool info, const struct drbd_net_conf *conf)
{
	struct context context = NO_CONTEXT, path = NO_CONTEXT;
	struct nlattr *nest = nla_nest_start(skb, attr);
	unsigned int i;

	context.resource = state->resource;
	context.peer_node_id = state->peer_node_id;
	context.conn_name = state->name;
	if (!nest || put_context(skb, DRBD2_A_CONNECTION_CONTEXT, &context))
		return -EMSGSIZE;
	if (info && put_nest(skb, DRBD2_A_CONNECTION_INFO, &drbd2_connection_info_nest, state))
		return -EMSGSIZE;
	if (put_nest(skb, DRBD2_A_CONNECTION_STATISTICS, &drbd2_connection_statistics_nest, state))
		return -EMSGSIZE;
	if (conf && put_nest(skb, DRBD2_A_CONNECTION_NET_CONF, &drbd2_net_conf_nest, conf))
		return -EMSGSIZE;
	for (i = 0; i < drbd_nl_paths(state); i++) {
		path.path = &state->paths[i].ends;
		if (put_path(skb, DRBD2_A_CONNECTION_PATH, &path, &state->paths[i]))
			return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int put_peer_device(struct sk_buff *skb, int attr,
			   const struct drbd_peer_device_state *state, bool info,
			   const struct drbd_peer_device_conf *conf)
{
	struct context context = NO_CONTEXT;
	struct nlattr *nest = nla_nest_start(skb, attr);

	context.resource = state->resource;
	context.volume = state->volume;
	context.minor = state->minor;
	context.peer_node_id = state->peer_node_id;
	context.conn_name = state->conn_name;
	if (!nest || put_context(skb, DRBD2_A_PEER_DEVICE_CONTEXT, &context))
		return -EMSGSIZE;
	if (info && put_nest(skb, DRBD2_A_PEER_DEVICE_INFO, &drbd2_peer_device_info_nest, state))
		return -EMSGSIZE;
	if (put_nest(skb, DRBD2_A_PEER_DEVICE_STATISTICS, &drbd2_peer_device_statistics_nest,
		     state))
		return -EMSGSIZE;
	if (conf && put_nest(skb, DRBD2_A_PEER_DEVICE_PEER_DEVICE_CONF,
			     &drbd2_peer_device_conf_nest, conf))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_object(struct sk_buff *skb, const struct drbd_event *event)
{
	bool info = event->action != DRBD_EVENT_DESTROY && event->action != DRBD_EVENT_RENAME;

	switch (event->object) {
	case DRBD_EVENT_RESOURCE:
		return put_resource(skb, DRBD2_A_STATE_CHANGE_RESOURCE, event->resource, info,
				    event->new_name, NULL);
	case DRBD_EVENT_DEVICE:
		return put_device_nest(skb, DRBD2_A_STATE_CHANGE_DEVICE, event->device, info, NULL);
	case DRBD_EVENT_CONNECTION:
		return put_connection(skb, DRBD2_A_STATE_CHANGE_CONNECTION, event->connection,
				      info, NULL);
	case DRBD_EVENT_PEER_DEVICE:
		return put_peer_device(skb, DRBD2_A_STATE_CHANGE_PEER_DEVICE,
				       event->peer_device, info, NULL);
	case DRBD_EVENT_PATH:
		return put_path_event(skb, DRBD2_A_STATE_CHANGE_PATH, event->path);
	default:
		return -EINVAL;
	}
}

static int put_state_change(struct sk_buff *skb, const struct drbd_event *event, bool more)
{
	static const u8 actions[] = {
		[DRBD_EVENT_EXISTS] = DRBD2_STATE_CHANGE_ACTION_EXISTS,
		[DRBD_EVENT_CREATE] = DRBD2_STATE_CHANGE_ACTION_CREATE,
		[DRBD_EVENT_CHANGE] = DRBD2_STATE_CHANGE_ACTION_CHANGE,
		[DRBD_EVENT_DESTROY] = DRBD2_STATE_CHANGE_ACTION_DESTROY,
		[DRBD_EVENT_RENAME] = DRBD2_STATE_CHANGE_ACTION_RENAME,
	};

	if (nla_put_u32(skb, DRBD2_A_STATE_CHANGE_ACTION, actions[event->action]) ||
	    (more && nla_put_flag(skb, DRBD2_A_STATE_CHANGE_MORE)))
		return -EMSGSIZE;
	return put_object(skb, event);
}

static int put_helper(struct sk_buff *skb, const struct drbd_helper_event *helper,
		      enum drbd_event_action action)
{
	struct context context = {
		.resource = helper->resource,
		.volume = helper->volume,
		.minor = helper->minor,
		.peer_node_id = helper->peer_node_id,
		.conn_name = helper->conn_name,
	};
	struct nlattr *nest;

	if (put_context(skb, DRBD2_A_CONTEXT, &context))
		return -EMSGSIZE;
	nest = nla_nest_start(skb, DRBD2_A_HELPER);
	if (!nest || nla_put_string(skb, DRBD2_A_HELPER_INFO_NAME, helper->name) ||
	    nla_put_u32(skb, DRBD2_A_HELPER_INFO_STATUS, helper->status) ||
	    nla_put_u32(skb, DRBD2_A_HELPER_INFO_PHASE, action == DRBD_EVENT_RESPONSE ?
			DRBD2_HELPER_PHASE_RESPONSE : DRBD2_HELPER_PHASE_CALL))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_event(struct sk_buff *skb, const struct drbd_event *event, u32 seq, bool more)
{
	bool helper = event->object == DRBD_EVENT_HELPER;
	void *header;
	int err;

	header = genlmsg_put(skb, 0, seq, drbd_nl_drbd2.family, 0,
			     helper ? DRBD2_CMD_HELPER_NTF : DRBD2_CMD_STATE_CHANGE_NTF);
	if (!header)
		return -EMSGSIZE;
	err = helper ? put_helper(skb, event->helper, event->action) :
		put_state_change(skb, event, more);
	if (!err)
		genlmsg_end(skb, header);
	return err;
}

static struct genl_family family;

const struct drbd_nl_dialect drbd_nl_drbd2 = {
	.bit = DRBD_NL_DRBD2,
	.family = &family,
	.generated = &drbd2_nl_family,
	.put_event = put_event,
};

static enum drbd_nl_dump_kind dump_kind(u8 cmd)
{
	switch (cmd) {
	case DRBD2_CMD_RESOURCE_GET:
		return DRBD_NL_DUMP_RESOURCES;
	case DRBD2_CMD_DEVICE_GET:
		return DRBD_NL_DUMP_DEVICES;
	case DRBD2_CMD_CONNECTION_GET:
		return DRBD_NL_DUMP_CONNECTIONS;
	case DRBD2_CMD_PEER_DEVICE_GET:
		return DRBD_NL_DUMP_PEER_DEVICES;
	case DRBD2_CMD_PATH_GET:
		return DRBD_NL_DUMP_PATHS;
	default:
		return DRBD_NL_DUMP_STATE;
	}
}

static int dump_filter(struct drbd_nl_dump *dump, const struct genl_info *info,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *attr = info->attrs ? info->attrs[DRBD2_A_CONTEXT] : NULL;
	char name[DRBD_NAME_SIZE];

	if (attr)
		attr = nla_find_nested(attr, DRBD2_A_CONTEXT_RESOURCE_NAME);
	if (!attr || dump->kind == DRBD_NL_DUMP_RESOURCES)
		return 0;
	if (nla_strscpy(name, attr, sizeof(name)) < 0 || !drbd_nl_dump_filter(dump, name)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "unknown resource");
		return -ENOENT;
	}
	return 0;
}

int drbd2_nl_dump_start(struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	struct drbd_nl_dump *dump = drbd_nl_dump_new(dump_kind(info->genlhdr->cmd));
	int err = 0;

	if (!dump)
		return -ENOMEM;
	if (dump->kind != DRBD_NL_DUMP_STATE)
		err = dump_filter(dump, info, cb->extack);
	if (err) {
		drbd_nl_dump_free(dump);
		return err;
	}
	cb->min_dump_alloc = LARGEST_OBJECT;
	cb->args[0] = (long)dump;
	return 0;
}

int drbd2_nl_dump_done(struct netlink_callback *cb)
{
	drbd_nl_dump_free((struct drbd_nl_dump *)cb->args[0]);
	return 0;
}

static int put_dumped(struct sk_buff *skb, struct drbd_nl_dump *dump)
{
	switch (dump->kind) {
	case DRBD_NL_DUMP_RESOURCES:
		return put_resource(skb, DRBD2_A_RESOURCE, &dump->parent.state, true, NULL,
				    &dump->parent.opts);
	case DRBD_NL_DUMP_DEVICES:
		return put_device_nest(skb, DRBD2_A_DEVICE, &dump->device.state, true,
				       &dump->device);
	case DRBD_NL_DUMP_CONNECTIONS:
		if (!drbd_nl_admin())
			memzero_explicit(dump->connection.conf.shared_secret,
					 sizeof(dump->connection.conf.shared_secret));
		return put_connection(skb, DRBD2_A_CONNECTION, &dump->connection.state, true,
				      &dump->connection.conf);
	case DRBD_NL_DUMP_PEER_DEVICES:
		return put_peer_device(skb, DRBD2_A_PEER_DEVICE, &dump->peer_device.state, true,
				       &dump->peer_device.conf);
	case DRBD_NL_DUMP_PATHS:
		return put_path_event(skb, DRBD2_A_PATH, &dump->path_event);
	case DRBD_NL_DUMP_STATE:
		return put_state_change(skb, &dump->event, dump->more);
	}
	return -EINVAL;
}

static int dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct drbd_nl_dump *dump = (struct drbd_nl_dump *)cb->args[0];
	void *header;
	int err;

	if (dump->kind == DRBD_NL_DUMP_STATE && !dump->recorded) {
		err = drbd_nl_dump_state(dump);
		if (err)
			return err;
	}
	while ((err = drbd_nl_dump_peek(dump)) > 0) {
		header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				     drbd_nl_drbd2.family, NLM_F_MULTI,
				     genl_info_dump(cb)->genlhdr->cmd);
		err = header ? put_dumped(skb, dump) : -EMSGSIZE;
		if (err) {
			if (header)
				genlmsg_cancel(skb, header);
			return skb->len ?: err;
		}
		genlmsg_end(skb, header);
		drbd_nl_dump_advance(dump);
	}
	return skb->len ?: err;
}

#define DUMPIT(name)							\
	int drbd2_nl_##name##_get_dumpit(struct sk_buff *skb,		\
					 struct netlink_callback *cb)	\
	{								\
		return dumpit(skb, cb);					\
	}

DUMPIT(resource)
DUMPIT(device)
DUMPIT(connection)
DUMPIT(peer_device)
DUMPIT(path)
DUMPIT(state)
