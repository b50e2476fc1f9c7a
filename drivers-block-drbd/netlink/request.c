// SPDX-License-Identifier: GPL-2.0-only
/*
 * A request of user space, whatever the dialect
 *
 * Objects are looked up, and compared with each other, before the command runs.
 * The order of these checks decides which of several faults is reported; scripts
 * know it. The engine has to look again under its locks, since nothing here stays
 * as it is.
 */

#include <linux/array_size.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>

#include "netlink.h"
#include "request.h"

struct op {
	enum drbd_nl_need need;
	const struct drbd_option_set *options;
	bool create;
	int (*run)(const struct drbd_commands *commands, struct drbd_nl_request *req);
};

#define RUN(name, call)							\
	static int run_##name(const struct drbd_commands *commands, struct drbd_nl_request *req) \
	{								\
		return call;						\
	}

RUN(new_resource, commands->new_resource(&req->cmd, &req->conf.res_opts))
RUN(del_resource, commands->del_resource(&req->cmd))
RUN(resource_options, commands->resource_options(&req->cmd, &req->change))
RUN(rename_resource, commands->rename_resource(&req->cmd, req->parms.new_name))
RUN(down, commands->down(&req->cmd))
RUN(primary, commands->primary(&req->cmd, req->parms.force))
RUN(secondary, commands->secondary(&req->cmd, req->parms.force))
RUN(suspend_io, commands->suspend_io(&req->cmd, req->parms.freeze))
RUN(resume_io, commands->resume_io(&req->cmd))
RUN(new_minor, commands->new_minor(&req->cmd, &req->conf.device_conf))
RUN(del_minor, commands->del_minor(&req->cmd))
RUN(attach, commands->attach(&req->cmd, &req->conf.disk_conf))
RUN(detach, commands->detach(&req->cmd, &req->parms.detach))
RUN(disk_options, commands->disk_options(&req->cmd, &req->change))
RUN(resize, commands->resize(&req->cmd, &req->parms.resize))
RUN(outdate, commands->outdate(&req->cmd))
RUN(invalidate, commands->invalidate(&req->cmd, &req->parms.invalidate))
RUN(new_current_uuid, commands->new_current_uuid(&req->cmd, &req->parms.new_uuid))
RUN(new_peer, commands->new_peer(&req->cmd, &req->conf.net_conf))
RUN(del_peer, commands->del_peer(&req->cmd, req->parms.force))
RUN(connect, commands->connect(&req->cmd, &req->parms.connect))
RUN(disconnect, commands->disconnect(&req->cmd, req->parms.force))
RUN(net_options, commands->net_options(&req->cmd, &req->change))
RUN(forget_peer, commands->forget_peer(&req->cmd, req->parms.forget))
RUN(new_path, commands->new_path(&req->cmd, &req->parms.path))
RUN(del_path, commands->del_path(&req->cmd, &req->parms.path))
RUN(peer_device_options, commands->peer_device_options(&req->cmd, &req->change))
RUN(invalidate_peer, commands->invalidate_peer(&req->cmd, req->parms.reset_bitmap))
RUN(pause_sync, commands->pause_sync(&req->cmd))
RUN(resume_sync, commands->resume_sync(&req->cmd))
RUN(start_verify, commands->start_verify(&req->cmd, &req->parms.verify))
RUN(timeout_type, commands->timeout_type(&req->cmd, &req->timeout_type))

#define OP(number, what, name, ...)					\
	[DRBD_NL_##number] = { .need = DRBD_NL_NEED_##what, .run = run_##name, __VA_ARGS__ }

static const struct op ops[DRBD_NL_OPS] = {
	OP(NEW_RESOURCE, NOTHING, new_resource, .options = &drbd_res_options, .create = true),
	OP(DEL_RESOURCE, RESOURCE, del_resource),
	OP(RESOURCE_OPTIONS, RESOURCE, resource_options, .options = &drbd_res_options),
	OP(RENAME_RESOURCE, RESOURCE, rename_resource),
	OP(DOWN, RESOURCE, down),
	OP(PRIMARY, RESOURCE, primary),
	OP(SECONDARY, RESOURCE, secondary),
	OP(SUSPEND_IO, MINOR, suspend_io),
	OP(RESUME_IO, MINOR, resume_io),
	OP(NEW_MINOR, RESOURCE, new_minor, .options = &drbd_device_options, .create = true),
	OP(DEL_MINOR, MINOR, del_minor),
	OP(ATTACH, MINOR, attach, .options = &drbd_disk_options, .create = true),
	OP(DETACH, MINOR, detach),
	OP(DISK_OPTIONS, MINOR, disk_options, .options = &drbd_disk_options),
	OP(RESIZE, MINOR, resize),
	OP(OUTDATE, MINOR, outdate),
	OP(INVALIDATE, MINOR, invalidate),
	OP(NEW_CURRENT_UUID, MINOR, new_current_uuid),
	OP(NEW_PEER, PEER_NODE, new_peer, .options = &drbd_net_options, .create = true),
	OP(DEL_PEER, CONNECTION, del_peer),
	OP(CONNECT, CONNECTION, connect),
	OP(DISCONNECT, CONNECTION, disconnect),
	OP(NET_OPTIONS, CONNECTION, net_options, .options = &drbd_net_options),
	OP(FORGET_PEER, RESOURCE, forget_peer),
	OP(NEW_PATH, CONNECTION, new_path),
	OP(DEL_PATH, CONNECTION, del_path),
	OP(PEER_DEVICE_OPTIONS, PEER_DEVICE, peer_device_options,
	   .options = &drbd_peer_device_options),
	OP(INVALIDATE_PEER, PEER_DEVICE, invalidate_peer),
	OP(PAUSE_SYNC, PEER_DEVICE, pause_sync),
	OP(RESUME_SYNC, PEER_DEVICE, resume_sync),
	OP(START_VERIFY, PEER_DEVICE, start_verify),
	OP(TIMEOUT_TYPE, PEER_DEVICE, timeout_type),
};

/**
 * drbd_cmd_text() - add a text to the reply
 * @cmd: the command
 * @format: as of printf(); the text is cut after 255 characters
 *
 * A text that does not fit is left out.
 */
void drbd_cmd_text(struct drbd_cmd *cmd, const char *format, ...)
{
	struct drbd_texts *texts = cmd->texts;
	size_t space = sizeof(texts->buffer) - texts->used;
	va_list args;
	int length;

	if (space < DRBD_NL_TEXT)
		return;
	va_start(args, format);
	length = vscnprintf(texts->buffer + texts->used, DRBD_NL_TEXT, format, args);
	va_end(args);
	texts->used += length + 1;
}
EXPORT_SYMBOL_GPL(drbd_cmd_text);

/**
 * drbd_nl_text_next() - the texts of a reply, one after the other
 * @req: the request
 * @text: the last one, NULL for the first
 *
 * Return: the text, NULL after the last one.
 */
const char *drbd_nl_text_next(const struct drbd_nl_request *req, const char *text)
{
	text = text ? text + strlen(text) + 1 : req->texts.buffer;
	return text < req->texts.buffer + req->texts.used ? text : NULL;
}

/**
 * drbd_nl_request_new() - an empty request
 * @op: what is to be done
 * @net: network namespace of the caller
 *
 * Return: the request; NULL without memory.
 */
struct drbd_nl_request *drbd_nl_request_new(enum drbd_nl_op op, struct net *net)
{
	struct drbd_nl_request *req = kzalloc(sizeof(*req), GFP_KERNEL);

	if (!req)
		return NULL;
	req->op = op;
	req->commands = drbd_nl_commands;
	req->cmd.minor = DRBD_UNSET;
	req->cmd.volume = DRBD_UNSET;
	req->cmd.peer_node_id = DRBD_UNSET;
	req->cmd.net = net;
	req->cmd.texts = &req->texts;
	req->parms.freeze = true;
	req->parms.reset_bitmap = true;
	req->parms.forget = DRBD_UNSET;
	req->parms.resize.al_stripes = DRBD_UNSET;
	req->parms.resize.al_stripe_size = DRBD_UNSET;
	req->parms.invalidate.sync_from = DRBD_UNSET;
	req->parms.invalidate.reset_bitmap = true;
	req->parms.verify.start = U64_MAX;
	req->parms.verify.stop = U64_MAX;
	if (ops[op].options && ops[op].create)
		drbd_options_default(ops[op].options, &req->conf);
	return req;
}

/**
 * drbd_nl_request_free() - the end of a request
 * @req: the request; drops all references
 */
void drbd_nl_request_free(struct drbd_nl_request *req)
{
	const struct drbd_commands *commands = req->commands;

	if (req->cmd.peer_device)
		commands->peer_device_put(req->cmd.peer_device);
	if (req->cmd.connection)
		commands->connection_put(req->cmd.connection);
	if (req->cmd.device)
		commands->device_put(req->cmd.device);
	if (req->cmd.resource)
		commands->resource_put(req->cmd.resource);
	/* may hold a shared secret */
	kfree_sensitive(req);
}

static int invalid_request(struct drbd_nl_request *req, const char *text)
{
	drbd_cmd_text(&req->cmd, "%s", text);
	return DRBD_ERR_INVALID_REQUEST;
}

static int resolve_peer(struct drbd_nl_request *req, enum drbd_nl_need need)
{
	const struct drbd_commands *commands = req->commands;
	struct drbd_cmd *cmd = &req->cmd;

	if (cmd->peer_node_id != DRBD_UNSET) {
		if (cmd->peer_node_id >= DRBD_NODES)
			return invalid_request(req, "peer node id out of range");
		if (!cmd->resource)
			return invalid_request(req, "peer node id given without a resource");
		if (cmd->peer_node_id == commands->resource_node_id(cmd->resource))
			return invalid_request(req, "peer node id cannot be my own node id");
		cmd->connection = commands->connection_get(cmd->resource, cmd->peer_node_id);
	} else if (need >= DRBD_NL_NEED_PEER_NODE) {
		return invalid_request(req, "peer node id missing");
	}
	if (need >= DRBD_NL_NEED_CONNECTION && !cmd->connection)
		return invalid_request(req, "unknown connection");
	if (need < DRBD_NL_NEED_PEER_DEVICE)
		return DRBD_NO_ERROR;
	if (cmd->volume != DRBD_UNSET)
		cmd->peer_device = commands->peer_device_get(cmd->connection, cmd->volume);
	if (!cmd->peer_device)
		return invalid_request(req, "unknown volume");
	return DRBD_NO_ERROR;
}

/**
 * drbd_nl_resolve() - find out what a request is about
 * @req: request with minor, name, volume and peer node id as given
 *
 * Return: DRBD_NO_ERROR, or why it cannot be, with a text.
 * Source: spec/netlink.md 4.2 and 12.2
 */
int drbd_nl_resolve(struct drbd_nl_request *req)
{
	const struct drbd_commands *commands = req->commands;
	enum drbd_nl_need need = ops[req->op].need;
	struct drbd_cmd *cmd = &req->cmd;
	int result;

	if (cmd->minor != DRBD_UNSET)
		cmd->device = commands->device_get(cmd->minor);
	if (need == DRBD_NL_NEED_MINOR && !cmd->device) {
		drbd_cmd_text(cmd, "unknown minor");
		return DRBD_ERR_MINOR_INVALID;
	}
	if (cmd->resource_name)
		cmd->resource = commands->resource_get(cmd->resource_name);
	if (need >= DRBD_NL_NEED_RESOURCE && !cmd->resource) {
		drbd_cmd_text(cmd, "unknown resource");
		return cmd->resource_name ? DRBD_ERR_RES_NOT_KNOWN : DRBD_ERR_INVALID_REQUEST;
	}
	result = resolve_peer(req, need);
	if (result != DRBD_NO_ERROR)
		return result;
	if (cmd->device && cmd->resource &&
	    commands->device_resource(cmd->device) != cmd->resource)
		return invalid_request(req, "minor exists in different resource");
	if (cmd->device && cmd->volume != DRBD_UNSET &&
	    commands->device_volume(cmd->device) != cmd->volume)
		return invalid_request(req, "minor exists as different volume");
	if (cmd->device && cmd->peer_device &&
	    commands->peer_device_device(cmd->peer_device) != cmd->device)
		return invalid_request(req, "peer_device->device != device");
	return DRBD_NO_ERROR;
}

/**
 * drbd_nl_options() - options that a command has as parameters
 * @op: the command
 *
 * Return: the set, NULL if the command has none.
 */
const struct drbd_option_set *drbd_nl_options(enum drbd_nl_op op)
{
	return ops[op].options;
}

/**
 * drbd_nl_missing() - refuse a request without something
 * @req: the request
 * @name: what is missing
 *
 * Return: result of the request.
 */
int drbd_nl_missing(struct drbd_nl_request *req, const char *name)
{
	drbd_cmd_text(&req->cmd, "required attribute missing: %s", name);
	return DRBD_ERR_MANDATORY_TAG;
}

/**
 * drbd_nl_invalid() - refuse a request with something that cannot be
 * @req: the request
 * @name: name of the attribute
 *
 * Return: result of the request.
 */
int drbd_nl_invalid(struct drbd_nl_request *req, const char *name)
{
	drbd_cmd_text(&req->cmd, "invalid attribute value: %s", name);
	return DRBD_ERR_MANDATORY_TAG;
}

static unsigned int option_index(const struct drbd_option_set *set,
				 const struct drbd_option *option)
{
	return option - set->options;
}

static int read_options(struct drbd_nl_request *req, const struct drbd_nl_nest *nest,
			struct nlattr **tb, const struct nlattr **bad, u16 *missing)
{
	const struct drbd_option_set *set = nest->options;
	const struct drbd_option *option;
	char text[DRBD_OPTION_TEXT_SIZE];
	const char *name;
	unsigned int i;

	name = drbd_nl_get_options(tb, nest, &req->conf, &req->change.given, bad);
	if (name)
		return drbd_nl_invalid(req, name);
	option = ops[req->op].create ? drbd_options_missing(set, req->change.given) : NULL;
	if (option) {
		*missing = nest->attrs[option_index(set, option)];
		return drbd_nl_missing(req, option->name);
	}
	option = ops[req->op].create ? NULL : drbd_options_invariant(set, req->change.given);
	if (option) {
		*bad = tb[nest->attrs[option_index(set, option)]];
		drbd_cmd_text(&req->cmd, "can not change invariant setting: %s", option->name);
		return DRBD_ERR_MANDATORY_TAG;
	}
	for (i = 0; i < set->count; i++) {
		if (!(req->change.given & BIT_ULL(i)) ||
		    drbd_option_check(&set->options[i], &req->conf, text, sizeof(text)))
			continue;
		*bad = tb[nest->attrs[i]];
		return drbd_nl_invalid(req, text);
	}
	return DRBD_NO_ERROR;
}

/**
 * drbd_nl_read() - read the parameters of a request
 * @req: the request
 * @nest: what there can be
 * @tb: attributes in it by number; NULL if it is not there
 * @defaults: options that are not given go back to their defaults
 * @bad: the attribute that cannot be, or NULL
 * @missing: number of the attribute that is missing in the nest, or 0
 *
 * Return: DRBD_NO_ERROR, or why it cannot be, with a text.
 * Source: spec/netlink.md 4.1, 4.3 and 12.3
 */
int drbd_nl_read(struct drbd_nl_request *req, const struct drbd_nl_nest *nest,
		 struct nlattr **tb, bool defaults, const struct nlattr **bad, u16 *missing)
{
	const struct drbd_option_set *set = ops[req->op].options;
	const char *name;

	req->change.defaults = defaults;
	req->change.values = &req->conf;
	*bad = NULL;
	*missing = 0;
	if (!tb) {
		const struct drbd_option *option;

		option = set && ops[req->op].create ? drbd_options_missing(set, 0) : NULL;
		return option ? drbd_nl_missing(req, option->name) : DRBD_NO_ERROR;
	}
	if (nest->options)
		return read_options(req, nest, tb, bad, missing);
	name = drbd_nl_get_fields(tb, nest, &req->parms, bad);
	return name ? drbd_nl_invalid(req, name) : DRBD_NO_ERROR;
}

/* What a command cannot do without, and what the activity log gets by default */
static int complete_parms(struct drbd_nl_request *req)
{
	struct drbd_resize_parms *resize = &req->parms.resize;

	if (req->op == DRBD_NL_RENAME_RESOURCE && !*req->parms.new_name)
		return drbd_nl_missing(req, "new_name");
	if (req->op == DRBD_NL_FORGET_PEER && req->parms.forget == DRBD_UNSET)
		return drbd_nl_missing(req, "peer_node_id");
	resize->al_given = resize->al_stripes != DRBD_UNSET ||
			   resize->al_stripe_size != DRBD_UNSET;
	if (resize->al_stripes == DRBD_UNSET)
		resize->al_stripes = 1;
	if (resize->al_stripe_size == DRBD_UNSET)
		resize->al_stripe_size = 32;
	return DRBD_NO_ERROR;
}

/**
 * drbd_nl_run() - do what was requested
 * @req: request with all parameters
 *
 * Return: result of the command.
 */
int drbd_nl_run(struct drbd_nl_request *req)
{
	int result = complete_parms(req);

	return result == DRBD_NO_ERROR ? ops[req->op].run(req->commands, req) : result;
}
