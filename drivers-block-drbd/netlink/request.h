/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A request of user space, whatever the dialect
 *
 * A dialect reads a message into a &struct drbd_nl_request, in this order: what it
 * is about, drbd_nl_resolve(), parameters, drbd_nl_run().
 */
#ifndef DRBD_NETLINK_REQUEST_H
#define DRBD_NETLINK_REQUEST_H

#include "command.h"
#include "fields.h"

/**
 * enum drbd_nl_op - commands
 * @DRBD_NL_NONE: none; all others are named as their function in struct drbd_commands
 * @DRBD_NL_NEW_RESOURCE: &drbd_commands.new_resource
 * @DRBD_NL_DEL_RESOURCE: &drbd_commands.del_resource
 * @DRBD_NL_RESOURCE_OPTIONS: &drbd_commands.resource_options
 * @DRBD_NL_RENAME_RESOURCE: &drbd_commands.rename_resource
 * @DRBD_NL_DOWN: &drbd_commands.down
 * @DRBD_NL_PRIMARY: &drbd_commands.primary
 * @DRBD_NL_SECONDARY: &drbd_commands.secondary
 * @DRBD_NL_SUSPEND_IO: &drbd_commands.suspend_io
 * @DRBD_NL_RESUME_IO: &drbd_commands.resume_io
 * @DRBD_NL_NEW_MINOR: &drbd_commands.new_minor
 * @DRBD_NL_DEL_MINOR: &drbd_commands.del_minor
 * @DRBD_NL_ATTACH: &drbd_commands.attach
 * @DRBD_NL_DETACH: &drbd_commands.detach
 * @DRBD_NL_DISK_OPTIONS: &drbd_commands.disk_options
 * @DRBD_NL_RESIZE: &drbd_commands.resize
 * @DRBD_NL_OUTDATE: &drbd_commands.outdate
 * @DRBD_NL_INVALIDATE: &drbd_commands.invalidate
 * @DRBD_NL_NEW_CURRENT_UUID: &drbd_commands.new_current_uuid
 * @DRBD_NL_NEW_PEER: &drbd_commands.new_peer
 * @DRBD_NL_DEL_PEER: &drbd_commands.del_peer
 * @DRBD_NL_CONNECT: &drbd_commands.connect
 * @DRBD_NL_DISCONNECT: &drbd_commands.disconnect
 * @DRBD_NL_NET_OPTIONS: &drbd_commands.net_options
 * @DRBD_NL_FORGET_PEER: &drbd_commands.forget_peer
 * @DRBD_NL_NEW_PATH: &drbd_commands.new_path
 * @DRBD_NL_DEL_PATH: &drbd_commands.del_path
 * @DRBD_NL_PEER_DEVICE_OPTIONS: &drbd_commands.peer_device_options
 * @DRBD_NL_INVALIDATE_PEER: &drbd_commands.invalidate_peer
 * @DRBD_NL_PAUSE_SYNC: &drbd_commands.pause_sync
 * @DRBD_NL_RESUME_SYNC: &drbd_commands.resume_sync
 * @DRBD_NL_START_VERIFY: &drbd_commands.start_verify
 * @DRBD_NL_TIMEOUT_TYPE: &drbd_commands.timeout_type
 * @DRBD_NL_OPS: how many there are
 */
enum drbd_nl_op {
	DRBD_NL_NONE,
	DRBD_NL_NEW_RESOURCE,
	DRBD_NL_DEL_RESOURCE,
	DRBD_NL_RESOURCE_OPTIONS,
	DRBD_NL_RENAME_RESOURCE,
	DRBD_NL_DOWN,
	DRBD_NL_PRIMARY,
	DRBD_NL_SECONDARY,
	DRBD_NL_SUSPEND_IO,
	DRBD_NL_RESUME_IO,
	DRBD_NL_NEW_MINOR,
	DRBD_NL_DEL_MINOR,
	DRBD_NL_ATTACH,
	DRBD_NL_DETACH,
	DRBD_NL_DISK_OPTIONS,
	DRBD_NL_RESIZE,
	DRBD_NL_OUTDATE,
	DRBD_NL_INVALIDATE,
	DRBD_NL_NEW_CURRENT_UUID,
	DRBD_NL_NEW_PEER,
	DRBD_NL_DEL_PEER,
	DRBD_NL_CONNECT,
	DRBD_NL_DISCONNECT,
	DRBD_NL_NET_OPTIONS,
	DRBD_NL_FORGET_PEER,
	DRBD_NL_NEW_PATH,
	DRBD_NL_DEL_PATH,
	DRBD_NL_PEER_DEVICE_OPTIONS,
	DRBD_NL_INVALIDATE_PEER,
	DRBD_NL_PAUSE_SYNC,
	DRBD_NL_RESUME_SYNC,
	DRBD_NL_START_VERIFY,
	DRBD_NL_TIMEOUT_TYPE,
	DRBD_NL_OPS,
};

/**
 * enum drbd_nl_need - what a command is about
 * @DRBD_NL_NEED_NOTHING: nothing that exists
 * @DRBD_NL_NEED_MINOR: a device, named by its minor
 * @DRBD_NL_NEED_RESOURCE: a resource
 * @DRBD_NL_NEED_PEER_NODE: a resource, and a peer node id
 * @DRBD_NL_NEED_CONNECTION: besides, there is a connection to that peer
 * @DRBD_NL_NEED_PEER_DEVICE: besides, the connection has that volume
 *
 * From DRBD_NL_NEED_RESOURCE on, each needs what those before need.
 */
enum drbd_nl_need {
	DRBD_NL_NEED_NOTHING,
	DRBD_NL_NEED_MINOR,
	DRBD_NL_NEED_RESOURCE,
	DRBD_NL_NEED_PEER_NODE,
	DRBD_NL_NEED_CONNECTION,
	DRBD_NL_NEED_PEER_DEVICE,
};

/**
 * struct drbd_nl_parms - parameters of commands that are no options
 * @force: of a change of role, and of disconnecting
 * @freeze: of suspend_io
 * @reset_bitmap: of invalidate_peer
 * @forget: of forget_peer, DRBD_UNSET if not given
 * @new_name: of rename_resource, empty if not given
 * @detach: of detach
 * @resize: of resize
 * @invalidate: of invalidate
 * @new_uuid: of new_current_uuid
 * @connect: of connect
 * @verify: of start_verify
 * @path: of new_path and del_path
 */
struct drbd_nl_parms {
	bool force;
	bool freeze;
	bool reset_bitmap;
	u32 forget;
	char new_name[DRBD_NAME_SIZE];
	struct drbd_detach_parms detach;
	struct drbd_resize_parms resize;
	struct drbd_invalidate_parms invalidate;
	struct drbd_new_uuid_parms new_uuid;
	struct drbd_connect_parms connect;
	struct drbd_verify_parms verify;
	struct drbd_path_ends path;
};

/* Bytes of texts in a reply, and of one of them */
#define DRBD_NL_TEXTS		2800
#define DRBD_NL_TEXT		256

/**
 * struct drbd_texts - texts for people, each with a zero at the end
 * @used: bytes of @buffer
 * @buffer: one after the other
 */
struct drbd_texts {
	unsigned int used;
	char buffer[DRBD_NL_TEXTS];
};

/**
 * struct drbd_nl_request - a request
 * @op: what is to be done
 * @commands: who does it
 * @cmd: for the engine
 * @name: of the resource, as given
 * @texts: for the reply
 * @parms: parameters
 * @change: options to change
 * @conf: options to create or to change
 * @timeout_type: answer of DRBD_NL_TIMEOUT_TYPE
 */
struct drbd_nl_request {
	enum drbd_nl_op op;
	const struct drbd_commands *commands;
	struct drbd_cmd cmd;
	char name[DRBD_NAME_SIZE];
	struct drbd_texts texts;
	struct drbd_nl_parms parms;
	struct drbd_option_change change;
	union {
		struct drbd_res_opts res_opts;
		struct drbd_disk_conf disk_conf;
		struct drbd_net_conf net_conf;
		struct drbd_device_conf device_conf;
		struct drbd_peer_device_conf peer_device_conf;
	} conf;
	u32 timeout_type;
};

struct drbd_nl_request *drbd_nl_request_new(enum drbd_nl_op op, struct net *net);
void drbd_nl_request_free(struct drbd_nl_request *req);
const char *drbd_nl_text_next(const struct drbd_nl_request *req, const char *text);

int drbd_nl_resolve(struct drbd_nl_request *req);
const struct drbd_option_set *drbd_nl_options(enum drbd_nl_op op);
int drbd_nl_read(struct drbd_nl_request *req, const struct drbd_nl_nest *nest,
		 struct nlattr **tb, bool defaults, const struct nlattr **bad, u16 *missing);
int drbd_nl_run(struct drbd_nl_request *req);

int drbd_nl_missing(struct drbd_nl_request *req, const char *name);
int drbd_nl_invalid(struct drbd_nl_request *req, const char *name);

#endif
