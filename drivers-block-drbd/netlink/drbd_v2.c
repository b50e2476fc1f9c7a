// SPDX-License-Identifier: GPL-2.0-only
/*
 * Family drbd version 2: the dialect of drbd-utils 9
 *
 * Each request gets exactly one reply, with a result in its fixed header, whatever
 * went wrong; only requests that are no requests get an errno. An unknown nest is
 * one of these. Unknown attributes in a nest are ignored, for tools that know more
 * options than the kernel: that is why policies end at the nests, and attributes
 * in them are checked while they are read.
 */

#include <linux/capability.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <net/genetlink.h>

#include "drbd_v2.h"
#include "netlink.h"
#include "request.h"

/**
 * struct command - a command of the family
 * @op: which one
 * @nest: its parameters, NULL for none
 */
struct command {
	enum drbd_nl_op op;
	const struct drbd_nl_nest *nest;
};

#define COMMAND(number, which)						\
	[DRBD_V2_##number] = { .op = DRBD_NL_##which }
#define COMMAND_WITH(number, which, parms)				\
	[DRBD_V2_##number] = { .op = DRBD_NL_##which, .nest = &drbd_v2_##parms##_nest }

static const struct command commands[] = {
	COMMAND_WITH(NEW_MINOR, NEW_MINOR, device_conf),
	COMMAND(DEL_MINOR, DEL_MINOR),
	COMMAND_WITH(NEW_RESOURCE, NEW_RESOURCE, res_opts),
	COMMAND(DEL_RESOURCE, DEL_RESOURCE),
	COMMAND_WITH(RESOURCE_OPTS, RESOURCE_OPTIONS, res_opts),
	COMMAND_WITH(CONNECT, CONNECT, connect),
	COMMAND_WITH(DISCONNECT, DISCONNECT, disconnect),
	COMMAND_WITH(ATTACH, ATTACH, disk_conf),
	COMMAND_WITH(RESIZE, RESIZE, resize),
	COMMAND_WITH(PRIMARY, PRIMARY, set_role),
	COMMAND_WITH(SECONDARY, SECONDARY, set_role),
	COMMAND_WITH(NEW_C_UUID, NEW_CURRENT_UUID, new_uuid),
	COMMAND_WITH(START_OV, START_VERIFY, start_ov),
	COMMAND_WITH(DETACH, DETACH, detach),
	COMMAND_WITH(INVALIDATE, INVALIDATE, invalidate),
	COMMAND_WITH(INVAL_PEER, INVALIDATE_PEER, inval_peer),
	COMMAND(PAUSE_SYNC, PAUSE_SYNC),
	COMMAND(RESUME_SYNC, RESUME_SYNC),
	COMMAND_WITH(SUSPEND_IO, SUSPEND_IO, suspend_io),
	COMMAND(RESUME_IO, RESUME_IO),
	COMMAND(OUTDATE, OUTDATE),
	COMMAND(GET_TIMEOUT_TYPE, TIMEOUT_TYPE),
	COMMAND(DOWN, DOWN),
	COMMAND_WITH(CHG_DISK_OPTS, DISK_OPTIONS, disk_conf),
	COMMAND_WITH(CHG_NET_OPTS, NET_OPTIONS, net_conf),
	COMMAND_WITH(FORGET_PEER, FORGET_PEER, forget_peer),
	COMMAND_WITH(CHG_PEER_DEVICE_OPTS, PEER_DEVICE_OPTIONS, peer_device_opts),
	COMMAND_WITH(NEW_PEER, NEW_PEER, net_conf),
	COMMAND(NEW_PATH, NEW_PATH),
	COMMAND_WITH(DEL_PEER, DEL_PEER, disconnect),
	COMMAND(DEL_PATH, DEL_PATH),
	COMMAND_WITH(RENAME_RESOURCE, RENAME_RESOURCE, rename),
};

static const struct nla_policy policy[DRBD_V2_NEST_MAX + 1] = {
	[DRBD_V2_CFG_REPLY ... DRBD_V2_RESIZE_PARMS] = { .type = NLA_NESTED },
	[DRBD_V2_START_OV_PARMS ... DRBD_V2_NEST_MAX] = { .type = NLA_NESTED },
};

/* The value of a number in the context, if it is there */
static bool get_u32(const struct nlattr *attr, u32 *value)
{
	if (!attr)
		return true;
	if (nla_len(attr) != sizeof(u32))
		return false;
	*value = nla_get_u32(attr);
	return true;
}

/* An error here means that this is no request, and is an errno. */
static int get_context(struct drbd_nl_request *req, struct genl_info *info)
{
	const struct drbd_v2_header *header = genl_info_userhdr(info);
	struct nlattr *tb[DRBD_V2_CTX_MAX + 1], *name;
	int err;

	req->cmd.minor = header->minor;
	if (!info->attrs[DRBD_V2_CFG_CONTEXT])
		return 0;
	err = nla_parse_nested_deprecated(tb, DRBD_V2_CTX_MAX, info->attrs[DRBD_V2_CFG_CONTEXT],
					  NULL, info->extack);
	if (err)
		return err;
	name = tb[DRBD_V2_CTX_RESOURCE_NAME];
	if (name) {
		if (strnlen(nla_data(name), nla_len(name)) == nla_len(name) ||
		    nla_strscpy(req->name, name, sizeof(req->name)) < 0) {
			NL_SET_ERR_MSG_ATTR(info->extack, name, "invalid ctx_resource_name");
			return -EINVAL;
		}
		req->cmd.resource_name = req->name;
	}
	if (!get_u32(tb[DRBD_V2_CTX_VOLUME], &req->cmd.volume) ||
	    !get_u32(tb[DRBD_V2_CTX_PEER_NODE_ID], &req->cmd.peer_node_id)) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[DRBD_V2_CFG_CONTEXT],
				    "invalid ctx_volume or ctx_peer_node_id");
		return -EINVAL;
	}
	return 0;
}

static bool get_address(const struct nlattr *attr, struct drbd_address *address)
{
	unsigned int length = nla_len(attr);
	sa_family_t family;

	memset(address, 0, sizeof(*address));
	if (length < sizeof(family) || length > sizeof(address->sa))
		return false;
	memcpy(&address->sa, nla_data(attr), length);
	address->len = length;
	family = address->sa.ss_family;
	return (family == AF_INET && length == sizeof(struct sockaddr_in)) ||
	       (family == AF_INET6 && length == sizeof(struct sockaddr_in6));
}

static int get_path(struct drbd_nl_request *req, const struct nlattr *nest)
{
	static const char *const names[] = { "my_addr", "peer_addr" };
	struct drbd_path_ends *path = &req->parms.path;
	struct nlattr *tb[DRBD_V2_PEER_ADDR + 1];
	unsigned int i;

	if (!nest || nla_parse_nested_deprecated(tb, DRBD_V2_PEER_ADDR, nest, NULL, NULL))
		return drbd_nl_missing(req, names[0]);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!tb[DRBD_V2_MY_ADDR + i])
			return drbd_nl_missing(req, names[i]);
		if (!get_address(tb[DRBD_V2_MY_ADDR + i], i ? &path->remote : &path->local))
			return drbd_nl_invalid(req, names[i]);
	}
	return DRBD_NO_ERROR;
}

static int get_parms(struct drbd_nl_request *req, struct genl_info *info)
{
	const struct drbd_nl_nest *nest = commands[info->genlhdr->cmd].nest;
	const struct drbd_v2_header *header = genl_info_userhdr(info);
	struct nlattr *tb[DRBD_NL_ATTR_MAX + 1], *attr;
	const struct nlattr *bad;
	u16 missing;

	if (req->op == DRBD_NL_NEW_PATH || req->op == DRBD_NL_DEL_PATH)
		return get_path(req, info->attrs[DRBD_V2_PATH_PARMS]);
	if (!nest)
		return DRBD_NO_ERROR;
	attr = info->attrs[nest->attr];
	if (!attr && req->op == DRBD_NL_NEW_PEER)
		return drbd_nl_missing(req, "net_conf");
	if (attr && nla_parse_nested_deprecated(tb, nest->max, attr, NULL, NULL))
		return drbd_nl_invalid(req, "nest");
	return drbd_nl_read(req, nest, attr ? tb : NULL, header->flags & DRBD_V2_SET_DEFAULTS,
			    &bad, &missing);
}

static int pre_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
		    struct genl_info *info)
{
	struct drbd_nl_request *req;
	int err;

	/* All tools have to be able to take everything down. */
	if (info->genlhdr->version != DRBD_V2_VERSION && ops->cmd != DRBD_V2_DOWN) {
		GENL_SET_ERR_MSG(info, "wrong API version");
		return -EINVAL;
	}
	if (!capable(CAP_SYS_ADMIN)) {
		GENL_SET_ERR_MSG(info, "CAP_SYS_ADMIN required");
		return -EPERM;
	}
	req = drbd_nl_request_new(commands[ops->cmd].op, genl_info_net(info));
	if (!req)
		return -ENOMEM;
	err = get_context(req, info);
	if (err) {
		drbd_nl_request_free(req);
		return err;
	}
	info->user_ptr[0] = req;
	return 0;
}

static void post_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
		      struct genl_info *info)
{
	drbd_nl_request_free(info->user_ptr[0]);
}

/* All texts in one nest: tools only look at the last nest. */
static void put_texts(struct sk_buff *skb, const struct drbd_nl_request *req)
{
	const char *text = drbd_nl_text_next(req, NULL);
	struct nlattr *nest;

	if (!text)
		return;
	nest = nla_nest_start_noflag(skb, DRBD_V2_CFG_REPLY);
	if (!nest)
		return;
	while (text && !nla_put_string(skb, DRBD_V2_INFO_TEXT, text))
		text = drbd_nl_text_next(req, text);
	nla_nest_end(skb, nest);
}

static int put_timeout_type(struct sk_buff *skb, u32 type)
{
	struct nlattr *nest = nla_nest_start_noflag(skb, DRBD_V2_TIMEOUT_PARMS);

	if (!nest || nla_put_u32(skb, DRBD_V2_TIMEOUT_TYPE, type))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int reply(struct drbd_nl_request *req, struct genl_info *info, int result)
{
	const struct drbd_v2_header *request = genl_info_userhdr(info);
	const struct nlattr *context = info->attrs[DRBD_V2_CFG_CONTEXT];
	struct sk_buff *skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	struct drbd_v2_header *header;
	int err = 0;

	if (!skb)
		return -ENOMEM;
	header = genlmsg_put_reply(skb, info, &drbd_v2_family, 0, info->genlhdr->cmd);
	if (!header) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	header->minor = request->minor;
	header->ret_code = result;
	if (context)
		err = nla_put(skb, context->nla_type, nla_len(context), nla_data(context));
	if (!err && req->op == DRBD_NL_TIMEOUT_TYPE && result == DRBD_NO_ERROR)
		err = put_timeout_type(skb, req->timeout_type);
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	put_texts(skb, req);
	genlmsg_end(skb, header);
	return genlmsg_reply(skb, info);
}

static int doit(struct sk_buff *skb, struct genl_info *info)
{
	struct drbd_nl_request *req = info->user_ptr[0];
	int result = drbd_nl_resolve(req);

	if (result == DRBD_NO_ERROR)
		result = get_parms(req, info);
	if (result == DRBD_NO_ERROR)
		result = drbd_nl_run(req);
	/* an errno that is no result of a state change */
	if (result < DRBD_SS_HANDSHAKE_RETRY)
		return result;
	return reply(req, info, result);
}

#define DO(number)							\
	{								\
		.cmd = DRBD_V2_##number,				\
		.pre_doit = pre_doit,					\
		.doit = doit,						\
		.post_doit = post_doit,					\
		.policy = policy,					\
		.maxattr = DRBD_V2_NEST_MAX,				\
		.flags = GENL_ADMIN_PERM | GENL_CMD_CAP_DO,		\
	}
#define DUMP(number)							\
	{								\
		.cmd = DRBD_V2_##number,				\
		.start = drbd_v2_dump_start,				\
		.dumpit = drbd_v2_dumpit,				\
		.done = drbd_v2_dump_done,				\
		.policy = policy,					\
		.maxattr = DRBD_V2_NEST_MAX,				\
		.flags = GENL_CMD_CAP_DUMP,				\
	}

static const struct genl_split_ops split_ops[] = {
	DO(NEW_MINOR),
	DO(DEL_MINOR),
	DO(NEW_RESOURCE),
	DO(DEL_RESOURCE),
	DO(RESOURCE_OPTS),
	DO(CONNECT),
	DO(DISCONNECT),
	DO(ATTACH),
	DO(RESIZE),
	DO(PRIMARY),
	DO(SECONDARY),
	DO(NEW_C_UUID),
	DO(START_OV),
	DO(DETACH),
	DO(INVALIDATE),
	DO(INVAL_PEER),
	DO(PAUSE_SYNC),
	DO(RESUME_SYNC),
	DO(SUSPEND_IO),
	DO(RESUME_IO),
	DO(OUTDATE),
	DO(GET_TIMEOUT_TYPE),
	DO(DOWN),
	DO(CHG_DISK_OPTS),
	DO(CHG_NET_OPTS),
	DUMP(GET_RESOURCES),
	DUMP(GET_DEVICES),
	DUMP(GET_CONNECTIONS),
	DUMP(GET_PEER_DEVICES),
	DUMP(GET_INITIAL_STATE),
	DO(FORGET_PEER),
	DO(CHG_PEER_DEVICE_OPTS),
	DO(NEW_PEER),
	DO(NEW_PATH),
	DO(DEL_PEER),
	DO(DEL_PATH),
	DO(RENAME_RESOURCE),
	DUMP(GET_PATHS),
};

static const struct genl_multicast_group groups[] = {
	{ "events", },
};

struct genl_family drbd_v2_family = {
	.hdrsize = sizeof(struct drbd_v2_header),
	.name = "drbd",
	.version = DRBD_V2_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.split_ops = split_ops,
	.n_split_ops = ARRAY_SIZE(split_ops),
	.resv_start_op = DRBD_V2_GET_PATHS + 1,
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};
