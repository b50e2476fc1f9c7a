// SPDX-License-Identifier: GPL-2.0-only
/*
 * Family drbd2: the dialect that is described by a specification
 *
 * Policies and operations are generated from Documentation/netlink/specs/drbd2.yaml.
 * A command that could not even be tried ends with an errno, the first of its texts
 * and the attribute to blame; otherwise the reply has the result of the change of
 * state, also if it was refused. Clients have to try again after some of these.
 */

#include <linux/capability.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/string.h>
#include <net/genetlink.h>

#include "drbd2.h"
#include "netlink.h"
#include "request.h"

/**
 * struct command - a command of the family
 * @op: which one
 * @nest: its parameters, NULL for none
 * @policy: of @nest
 */
struct command {
	enum drbd_nl_op op;
	const struct drbd_nl_nest *nest;
	const struct nla_policy *policy;
};

#define COMMAND(number, which)						\
	[DRBD2_CMD_##number] = { .op = DRBD_NL_##which }
#define COMMAND_WITH(number, which, parms, rules)			\
	[DRBD2_CMD_##number] = { .op = DRBD_NL_##which, .nest = &drbd2_##parms##_nest,	\
				 .policy = drbd2_##rules##_nl_policy }

static const struct command commands[] = {
	COMMAND_WITH(RESOURCE_NEW, NEW_RESOURCE, resource_opts, resource_opts),
	COMMAND(RESOURCE_DEL, DEL_RESOURCE),
	COMMAND_WITH(RESOURCE_SET, RESOURCE_OPTIONS, resource_opts, resource_opts),
	COMMAND_WITH(RESOURCE_RENAME, RENAME_RESOURCE, rename, rename_parms),
	COMMAND(RESOURCE_DOWN, DOWN),
	COMMAND_WITH(RESOURCE_PRIMARY, PRIMARY, set_role, set_role_parms),
	COMMAND_WITH(RESOURCE_SECONDARY, SECONDARY, set_role, set_role_parms),
	COMMAND_WITH(RESOURCE_SUSPEND_IO, SUSPEND_IO, suspend_io, suspend_io_parms),
	COMMAND(RESOURCE_RESUME_IO, RESUME_IO),
	COMMAND_WITH(DEVICE_NEW, NEW_MINOR, device_conf, device_conf),
	COMMAND(DEVICE_DEL, DEL_MINOR),
	COMMAND_WITH(DEVICE_ATTACH, ATTACH, disk_conf, disk_conf),
	COMMAND_WITH(DEVICE_DETACH, DETACH, detach, detach_parms),
	COMMAND_WITH(DISK_SET, DISK_OPTIONS, disk_conf, disk_conf),
	COMMAND_WITH(DEVICE_RESIZE, RESIZE, resize, resize_parms),
	COMMAND(DEVICE_OUTDATE, OUTDATE),
	COMMAND_WITH(DEVICE_INVALIDATE, INVALIDATE, invalidate, invalidate_parms),
	COMMAND_WITH(DEVICE_NEW_CURRENT_UUID, NEW_CURRENT_UUID, new_uuid, new_current_uuid_parms),
	COMMAND_WITH(CONNECTION_NEW, NEW_PEER, net_conf, net_conf),
	COMMAND_WITH(CONNECTION_DEL, DEL_PEER, disconnect, disconnect_parms),
	COMMAND_WITH(CONNECTION_CONNECT, CONNECT, connect, connect_parms),
	COMMAND_WITH(CONNECTION_DISCONNECT, DISCONNECT, disconnect, disconnect_parms),
	COMMAND_WITH(CONNECTION_SET, NET_OPTIONS, net_conf, net_conf),
	COMMAND(CONNECTION_FORGET, FORGET_PEER),
	COMMAND(PATH_NEW, NEW_PATH),
	COMMAND(PATH_DEL, DEL_PATH),
	COMMAND_WITH(PEER_DEVICE_SET, PEER_DEVICE_OPTIONS, peer_device_conf, peer_device_conf),
	COMMAND_WITH(PEER_DEVICE_INVALIDATE, INVALIDATE_PEER, invalidate_peer,
		     invalidate_peer_parms),
	COMMAND(PEER_DEVICE_PAUSE_SYNC, PAUSE_SYNC),
	COMMAND(PEER_DEVICE_RESUME_SYNC, RESUME_SYNC),
	COMMAND_WITH(PEER_DEVICE_START_OV, START_VERIFY, start_ov, start_ov_parms),
	COMMAND(TIMEOUT_TYPE_GET, TIMEOUT_TYPE),
};

/* Which attribute an error is about, and in which nest it is */
static const struct {
	u8 nest;
	u8 attr;
} blamed[] = {
	[DRBD_RET_ATTR_BACKING_DEV] = { DRBD2_A_DISK_CONF, DRBD2_A_DISK_CONF_BACKING_DEV },
	[DRBD_RET_ATTR_META_DEV] = { DRBD2_A_DISK_CONF, DRBD2_A_DISK_CONF_META_DEV },
	[DRBD_RET_ATTR_META_DEV_IDX] = { DRBD2_A_DISK_CONF, DRBD2_A_DISK_CONF_META_DEV_IDX },
	[DRBD_RET_ATTR_RESYNC_AFTER] = { DRBD2_A_DISK_CONF, DRBD2_A_DISK_CONF_RESYNC_AFTER },
	[DRBD_RET_ATTR_CRAM_HMAC_ALG] = { DRBD2_A_NET_CONF, DRBD2_A_NET_CONF_CRAM_HMAC_ALG },
	[DRBD_RET_ATTR_INTEGRITY_ALG] = { DRBD2_A_NET_CONF, DRBD2_A_NET_CONF_INTEGRITY_ALG },
	[DRBD_RET_ATTR_CSUMS_ALG] = { DRBD2_A_NET_CONF, DRBD2_A_NET_CONF_CSUMS_ALG },
	[DRBD_RET_ATTR_VERIFY_ALG] = { DRBD2_A_NET_CONF, DRBD2_A_NET_CONF_VERIFY_ALG },
	[DRBD_RET_ATTR_FENCING] = { DRBD2_A_NET_CONF, DRBD2_A_NET_CONF_FENCING },
	[DRBD_RET_ATTR_ON_CONGESTION] = { DRBD2_A_NET_CONF, DRBD2_A_NET_CONF_ON_CONGESTION },
	[DRBD_RET_ATTR_CPU_MASK] = { DRBD2_A_RESOURCE_OPTS, DRBD2_A_RESOURCE_OPTS_CPU_MASK },
	[DRBD_RET_ATTR_PEER_NODE_ID] = { DRBD2_A_CONTEXT, DRBD2_A_CONTEXT_PEER_NODE_ID },
};

static void blame(struct genl_info *info, enum drbd_ret_attr what)
{
	const struct drbd_nl_nest *parms = commands[info->genlhdr->cmd].nest;
	u8 nest = blamed[what].nest;

	/* There is no room for attributes that a command does not have. */
	if (nest != DRBD2_A_CONTEXT && (!parms || nest != parms->attr))
		return;
	if (info->attrs[nest])
		NL_SET_BAD_ATTR(info->extack,
				nla_find_nested(info->attrs[nest], blamed[what].attr));
}

static void set_message(struct genl_info *info, const char *text)
{
	struct netlink_ext_ack *extack = info->extack;
	size_t length;

	if (!extack)
		return;
	strscpy(extack->_msg_buf, text, sizeof(extack->_msg_buf));
	length = strlen(extack->_msg_buf);
	while (length && (extack->_msg_buf[length - 1] == '\n' ||
			  extack->_msg_buf[length - 1] == ' '))
		extack->_msg_buf[--length] = '\0';
	extack->_msg = extack->_msg_buf;
}

/* What an error comes to, with text and attribute; 0 if it is none */
static int to_errno(struct drbd_nl_request *req, struct genl_info *info, int result)
{
	const char *text = drbd_nl_text_next(req, NULL);
	struct drbd_result description;

	if (result == DRBD_NO_ERROR ||
	    (result <= DRBD_SS_CW_NO_NEED && result >= DRBD_SS_HANDSHAKE_RETRY))
		return 0;
	if (drbd_result_describe(result, &description)) {
		set_message(info, text ?: description.text);
		if (!info->extack->bad_attr)
			blame(info, description.attr);
		return description.error;
	}
	if (text)
		set_message(info, text);
	return result < 0 ? result : -EINVAL;
}

static u32 state_result(int result)
{
	if (result == DRBD_NO_ERROR)
		return DRBD2_STATE_RESULT_SUCCESS;
	return result > 0 ? DRBD2_STATE_RESULT_SUCCESS - 1 + result : -result;
}

static int get_u32(struct nlattr *attr, u32 *value)
{
	if (attr)
		*value = nla_get_u32(attr);
	return 0;
}

static int get_context(struct drbd_nl_request *req, struct genl_info *info)
{
	struct nlattr *tb[DRBD2_A_CONTEXT_MAX + 1], *name;
	int err;

	if (!info->attrs[DRBD2_A_CONTEXT])
		return DRBD_NO_ERROR;
	err = nla_parse_nested(tb, DRBD2_A_CONTEXT_MAX, info->attrs[DRBD2_A_CONTEXT],
			       drbd2_context_nl_policy, info->extack);
	if (err)
		return err;
	name = tb[DRBD2_A_CONTEXT_RESOURCE_NAME];
	if (name) {
		if (nla_strscpy(req->name, name, sizeof(req->name)) < 0) {
			NL_SET_BAD_ATTR(info->extack, name);
			return drbd_nl_invalid(req, "resource-name");
		}
		req->cmd.resource_name = req->name;
	}
	get_u32(tb[DRBD2_A_CONTEXT_MINOR], &req->cmd.minor);
	get_u32(tb[DRBD2_A_CONTEXT_VOLUME], &req->cmd.volume);
	get_u32(tb[DRBD2_A_CONTEXT_PEER_NODE_ID], &req->cmd.peer_node_id);
	req->parms.forget = req->cmd.peer_node_id;
	return DRBD_NO_ERROR;
}

int drbd2_nl_pre_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
		      struct genl_info *info)
{
	const struct command *command = &commands[ops->cmd];
	struct drbd_nl_request *req;
	int result;

	if (command->op != DRBD_NL_TIMEOUT_TYPE && !capable(CAP_SYS_ADMIN)) {
		GENL_SET_ERR_MSG(info, "CAP_SYS_ADMIN required");
		return -EPERM;
	}
	req = drbd_nl_request_new(command->op, genl_info_net(info));
	if (!req)
		return -ENOMEM;
	result = get_context(req, info);
	if (result == DRBD_NO_ERROR)
		result = drbd_nl_resolve(req);
	if (result == DRBD_NO_ERROR) {
		info->user_ptr[0] = req;
		return 0;
	}
	result = to_errno(req, info, result);
	drbd_nl_request_free(req);
	return result;
}

void drbd2_nl_post_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
			struct genl_info *info)
{
	drbd_nl_request_free(info->user_ptr[0]);
}

/* The texts of a reply, one a line; left out if they do not fit */
static void put_message(struct sk_buff *skb, const struct drbd_nl_request *req)
{
	const char *text = drbd_nl_text_next(req, NULL);
	struct nlattr *attr;
	char *to;

	if (!text)
		return;
	attr = nla_reserve(skb, DRBD2_A_MESSAGE, req->texts.used);
	if (!attr)
		return;
	to = nla_data(attr);
	memcpy(to, req->texts.buffer, req->texts.used);
	while ((text = drbd_nl_text_next(req, text)))
		to[text - req->texts.buffer - 1] = '\n';
}

static int reply(struct drbd_nl_request *req, struct genl_info *info, int result)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	void *header;
	int err;

	if (!skb)
		return -ENOMEM;
	header = genlmsg_put_reply(skb, info, drbd_nl_drbd2.family, 0, info->genlhdr->cmd);
	if (!header) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	if (req->op == DRBD_NL_TIMEOUT_TYPE)
		err = nla_put_u32(skb, DRBD2_A_TIMEOUT_TYPE, req->timeout_type);
	else
		err = nla_put_u32(skb, DRBD2_A_STATE_RESULT, state_result(result));
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	if (req->op != DRBD_NL_TIMEOUT_TYPE)
		put_message(skb, req);
	genlmsg_end(skb, header);
	return genlmsg_reply(skb, info);
}

static const char *get_address(struct nlattr *nest, struct drbd_address *address,
			       struct genl_info *info)
{
	struct nlattr *tb[DRBD2_A_ADDRESS_MAX + 1];

	if (nla_parse_nested(tb, DRBD2_A_ADDRESS_MAX, nest, drbd2_address_nl_policy, info->extack))
		return "invalid";
	memset(address, 0, sizeof(*address));
	if (!tb[DRBD2_A_ADDRESS_FAMILY]) {
		NL_SET_ERR_ATTR_MISS(info->extack, nest, DRBD2_A_ADDRESS_FAMILY);
		return "family";
	}
	if (!tb[DRBD2_A_ADDRESS_PORT]) {
		NL_SET_ERR_ATTR_MISS(info->extack, nest, DRBD2_A_ADDRESS_PORT);
		return "port";
	}
	if (nla_get_u16(tb[DRBD2_A_ADDRESS_FAMILY]) == AF_INET) {
		struct sockaddr_in *in = (struct sockaddr_in *)&address->sa;

		if (!tb[DRBD2_A_ADDRESS_IPV4]) {
			NL_SET_ERR_ATTR_MISS(info->extack, nest, DRBD2_A_ADDRESS_IPV4);
			return "ipv4";
		}
		in->sin_family = AF_INET;
		in->sin_port = nla_get_be16(tb[DRBD2_A_ADDRESS_PORT]);
		in->sin_addr.s_addr = nla_get_in_addr(tb[DRBD2_A_ADDRESS_IPV4]);
		address->len = sizeof(*in);
		return NULL;
	}
	if (nla_get_u16(tb[DRBD2_A_ADDRESS_FAMILY]) == AF_INET6) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address->sa;

		if (!tb[DRBD2_A_ADDRESS_IPV6]) {
			NL_SET_ERR_ATTR_MISS(info->extack, nest, DRBD2_A_ADDRESS_IPV6);
			return "ipv6";
		}
		in6->sin6_family = AF_INET6;
		in6->sin6_port = nla_get_be16(tb[DRBD2_A_ADDRESS_PORT]);
		in6->sin6_addr = nla_get_in6_addr(tb[DRBD2_A_ADDRESS_IPV6]);
		address->len = sizeof(*in6);
		return NULL;
	}
	NL_SET_BAD_ATTR(info->extack, tb[DRBD2_A_ADDRESS_FAMILY]);
	return "AF_INET or AF_INET6 as family";
}

static int get_path(struct drbd_nl_request *req, struct genl_info *info)
{
	static const struct {
		const char *name;
		u8 attr;
	} ends[] = {
		{ "my-address", DRBD2_A_CONTEXT_MY_ADDRESS },
		{ "peer-address", DRBD2_A_CONTEXT_PEER_ADDRESS },
	};
	struct drbd_path_ends *path = &req->parms.path;
	struct nlattr *nest = info->attrs[DRBD2_A_CONTEXT], *attr;
	const char *missing;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		attr = nla_find_nested(nest, ends[i].attr);
		if (!attr) {
			NL_SET_ERR_ATTR_MISS(info->extack, nest, ends[i].attr);
			return drbd_nl_missing(req, ends[i].name);
		}
		missing = get_address(attr, i ? &path->remote : &path->local, info);
		if (missing) {
			drbd_cmd_text(&req->cmd, "required attribute missing: %s of %s",
				      missing, ends[i].name);
			return DRBD_ERR_MANDATORY_TAG;
		}
	}
	return DRBD_NO_ERROR;
}

static int get_parms(struct drbd_nl_request *req, struct genl_info *info)
{
	const struct command *command = &commands[info->genlhdr->cmd];
	const struct drbd_nl_nest *nest = command->nest;
	struct nlattr *tb[DRBD_NL_ATTR_MAX + 1], *attr;
	const struct nlattr *bad;
	u16 missing;
	int result;

	if (req->op == DRBD_NL_NEW_PATH || req->op == DRBD_NL_DEL_PATH)
		return get_path(req, info);
	if (!nest)
		return DRBD_NO_ERROR;
	attr = info->attrs[nest->attr];
	if (!attr && req->op == DRBD_NL_NEW_PEER) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, nest->attr);
		return drbd_nl_missing(req, "net-conf");
	}
	if (attr) {
		result = nla_parse_nested(tb, nest->max, attr, command->policy, info->extack);
		if (result)
			return result;
	}
	result = drbd_nl_read(req, nest, attr ? tb : NULL,
			      nla_get_flag(info->attrs[DRBD2_A_SET_DEFAULTS]), &bad, &missing);
	if (bad)
		NL_SET_BAD_ATTR(info->extack, bad);
	if (missing)
		NL_SET_ERR_ATTR_MISS(info->extack, attr, missing);
	else if (result == DRBD_ERR_MANDATORY_TAG && !attr)
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, nest->attr);
	return result;
}

static int doit(struct sk_buff *skb, struct genl_info *info)
{
	struct drbd_nl_request *req = info->user_ptr[0];
	int result, err;

	result = get_parms(req, info);
	if (result == DRBD_NO_ERROR)
		result = drbd_nl_run(req);
	err = to_errno(req, info, result);
	/* Nobody else acknowledges a request that was interrupted. */
	if (err == -EINTR)
		netlink_ack(skb, nlmsg_hdr(skb), err, info->extack);
	return err ?: reply(req, info, result);
}

#define DOIT(name)							\
	int drbd2_nl_##name##_doit(struct sk_buff *skb, struct genl_info *info)	\
	{								\
		return doit(skb, info);					\
	}

DOIT(resource_new)
DOIT(resource_del)
DOIT(resource_set)
DOIT(resource_rename)
DOIT(resource_down)
DOIT(resource_primary)
DOIT(resource_secondary)
DOIT(resource_suspend_io)
DOIT(resource_resume_io)
DOIT(device_new)
DOIT(device_del)
DOIT(device_attach)
DOIT(device_detach)
DOIT(disk_set)
DOIT(device_resize)
DOIT(device_outdate)
DOIT(device_invalidate)
DOIT(device_new_current_uuid)
DOIT(connection_new)
DOIT(connection_del)
DOIT(connection_connect)
DOIT(connection_disconnect)
DOIT(connection_set)
DOIT(connection_forget)
DOIT(path_new)
DOIT(path_del)
DOIT(peer_device_set)
DOIT(peer_device_invalidate)
DOIT(peer_device_pause_sync)
DOIT(peer_device_resume_sync)
DOIT(peer_device_start_ov)
DOIT(timeout_type_get)
