/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Family drbd version 2: what its files share, and its numbers
 *
 * The numbers are those of drbd-utils 9. A specification cannot express what this
 * family does with attributes that it does not know, so they are here and not in a
 * generated header. Source: spec/netlink.md 4
 */
#ifndef DRBD_NETLINK_DRBD_V2_H
#define DRBD_NETLINK_DRBD_V2_H

#include "command.h"
#include "fields.h"

#define DRBD_V2_VERSION		2

/* Bit in flags of a request: options that are not given become defaults */
#define DRBD_V2_SET_DEFAULTS	0x1

/* Bit in nh_type: more messages of the same change follow */
#define DRBD_V2_CONTINUES	0x8000

/* Bit in the type of addresses of a connection: tools compare raw types there */
#define DRBD_V2_PATH_BIT	0x4000

/* Attribute that aligns 64-bit values */
#define DRBD_V2_PAD		0

/**
 * struct drbd_v2_header - fixed header of all messages, in front of the attributes
 * @minor: of the device that is meant, or DRBD_UNSET
 * @flags: in a request, DRBD_V2_SET_DEFAULTS
 * @ret_code: in all other messages, result of the command
 */
struct drbd_v2_header {
	u32 minor;
	union {
		u32 flags;
		s32 ret_code;
	};
};

enum {
	DRBD_V2_NEW_MINOR = 5,
	DRBD_V2_DEL_MINOR = 6,
	DRBD_V2_NEW_RESOURCE = 7,
	DRBD_V2_DEL_RESOURCE = 8,
	DRBD_V2_RESOURCE_OPTS = 9,
	DRBD_V2_CONNECT = 10,
	DRBD_V2_DISCONNECT = 11,
	DRBD_V2_ATTACH = 12,
	DRBD_V2_RESIZE = 13,
	DRBD_V2_PRIMARY = 14,
	DRBD_V2_SECONDARY = 15,
	DRBD_V2_NEW_C_UUID = 16,
	DRBD_V2_START_OV = 17,
	DRBD_V2_DETACH = 18,
	DRBD_V2_INVALIDATE = 19,
	DRBD_V2_INVAL_PEER = 20,
	DRBD_V2_PAUSE_SYNC = 21,
	DRBD_V2_RESUME_SYNC = 22,
	DRBD_V2_SUSPEND_IO = 23,
	DRBD_V2_RESUME_IO = 24,
	DRBD_V2_OUTDATE = 25,
	DRBD_V2_GET_TIMEOUT_TYPE = 26,
	DRBD_V2_DOWN = 27,
	DRBD_V2_CHG_DISK_OPTS = 28,
	DRBD_V2_CHG_NET_OPTS = 29,
	DRBD_V2_GET_RESOURCES = 30,
	DRBD_V2_GET_DEVICES = 31,
	DRBD_V2_GET_CONNECTIONS = 32,
	DRBD_V2_GET_PEER_DEVICES = 33,
	DRBD_V2_RESOURCE_STATE = 34,
	DRBD_V2_DEVICE_STATE = 35,
	DRBD_V2_CONNECTION_STATE = 36,
	DRBD_V2_PEER_DEVICE_STATE = 37,
	DRBD_V2_GET_INITIAL_STATE = 38,
	DRBD_V2_HELPER = 40,
	DRBD_V2_INITIAL_STATE_DONE = 41,
	DRBD_V2_FORGET_PEER = 42,
	DRBD_V2_CHG_PEER_DEVICE_OPTS = 43,
	DRBD_V2_NEW_PEER = 44,
	DRBD_V2_NEW_PATH = 45,
	DRBD_V2_DEL_PEER = 46,
	DRBD_V2_DEL_PATH = 47,
	DRBD_V2_PATH_STATE = 48,
	DRBD_V2_RENAME_RESOURCE = 49,
	DRBD_V2_GET_PATHS = 50,
};

/* Nests */
enum {
	DRBD_V2_CFG_REPLY = 1,
	DRBD_V2_CFG_CONTEXT = 2,
	DRBD_V2_DISK_CONF = 3,
	DRBD_V2_RES_OPTS = 4,
	DRBD_V2_NET_CONF = 5,
	DRBD_V2_SET_ROLE_PARMS = 6,
	DRBD_V2_RESIZE_PARMS = 7,
	DRBD_V2_START_OV_PARMS = 9,
	DRBD_V2_NEW_C_UUID_PARMS = 10,
	DRBD_V2_TIMEOUT_PARMS = 11,
	DRBD_V2_DISCONNECT_PARMS = 12,
	DRBD_V2_DETACH_PARMS = 13,
	DRBD_V2_DEVICE_CONF = 14,
	DRBD_V2_RESOURCE_INFO = 15,
	DRBD_V2_DEVICE_INFO = 16,
	DRBD_V2_CONNECTION_INFO = 17,
	DRBD_V2_PEER_DEVICE_INFO = 18,
	DRBD_V2_RESOURCE_STATISTICS = 19,
	DRBD_V2_DEVICE_STATISTICS = 20,
	DRBD_V2_CONNECTION_STATISTICS = 21,
	DRBD_V2_PEER_DEVICE_STATISTICS = 22,
	DRBD_V2_NOTIFICATION_HEADER = 23,
	DRBD_V2_HELPER_INFO = 24,
	DRBD_V2_INVALIDATE_PARMS = 25,
	DRBD_V2_FORGET_PEER_PARMS = 26,
	DRBD_V2_PEER_DEVICE_OPTS = 27,
	DRBD_V2_PATH_PARMS = 28,
	DRBD_V2_CONNECT_PARMS = 29,
	DRBD_V2_PATH_INFO = 30,
	DRBD_V2_RENAME_RESOURCE_PARMS = 31,
	DRBD_V2_RENAME_RESOURCE_INFO = 32,
	DRBD_V2_INVAL_PEER_PARMS = 33,
	DRBD_V2_SUSPEND_IO_PARMS = 34,
	DRBD_V2_NEST_MAX = DRBD_V2_SUSPEND_IO_PARMS,
};

/* In DRBD_V2_CFG_CONTEXT */
enum {
	DRBD_V2_CTX_VOLUME = 1,
	DRBD_V2_CTX_RESOURCE_NAME = 2,
	DRBD_V2_CTX_MY_ADDR = 3,
	DRBD_V2_CTX_PEER_ADDR = 4,
	DRBD_V2_CTX_CONN_NAME = 5,
	DRBD_V2_CTX_PEER_NODE_ID = 6,
	DRBD_V2_CTX_MAX = DRBD_V2_CTX_PEER_NODE_ID,
};

/* In DRBD_V2_PATH_PARMS */
enum {
	DRBD_V2_MY_ADDR = 1,
	DRBD_V2_PEER_ADDR = 2,
};

/* Single attributes of nests */
#define DRBD_V2_INFO_TEXT		1	/* of DRBD_V2_CFG_REPLY */
#define DRBD_V2_TIMEOUT_TYPE		1	/* of DRBD_V2_TIMEOUT_PARMS */
#define DRBD_V2_NH_TYPE			1	/* of DRBD_V2_NOTIFICATION_HEADER */
#define DRBD_V2_HELPER_NAME		1	/* of DRBD_V2_HELPER_INFO */
#define DRBD_V2_HELPER_STATUS		2	/* of DRBD_V2_HELPER_INFO */
#define DRBD_V2_RES_NEW_NAME		1	/* of DRBD_V2_RENAME_RESOURCE_INFO */
#define DRBD_V2_HISTORY_UUIDS		14	/* of DRBD_V2_DEVICE_STATISTICS */
#define DRBD_V2_SHARED_SECRET		1	/* of DRBD_V2_NET_CONF */

extern const struct drbd_nl_nest drbd_v2_disk_conf_nest;
extern const struct drbd_nl_nest drbd_v2_res_opts_nest;
extern const struct drbd_nl_nest drbd_v2_net_conf_nest;
extern const struct drbd_nl_nest drbd_v2_device_conf_nest;
extern const struct drbd_nl_nest drbd_v2_peer_device_opts_nest;
extern const struct drbd_nl_nest drbd_v2_set_role_nest;
extern const struct drbd_nl_nest drbd_v2_resize_nest;
extern const struct drbd_nl_nest drbd_v2_start_ov_nest;
extern const struct drbd_nl_nest drbd_v2_new_uuid_nest;
extern const struct drbd_nl_nest drbd_v2_disconnect_nest;
extern const struct drbd_nl_nest drbd_v2_detach_nest;
extern const struct drbd_nl_nest drbd_v2_invalidate_nest;
extern const struct drbd_nl_nest drbd_v2_forget_peer_nest;
extern const struct drbd_nl_nest drbd_v2_connect_nest;
extern const struct drbd_nl_nest drbd_v2_rename_nest;
extern const struct drbd_nl_nest drbd_v2_inval_peer_nest;
extern const struct drbd_nl_nest drbd_v2_suspend_io_nest;

extern const struct drbd_nl_nest drbd_v2_resource_info_nest;
extern const struct drbd_nl_nest drbd_v2_device_info_nest;
extern const struct drbd_nl_nest drbd_v2_connection_info_nest;
extern const struct drbd_nl_nest drbd_v2_peer_device_info_nest;
extern const struct drbd_nl_nest drbd_v2_path_info_nest;
extern const struct drbd_nl_nest drbd_v2_resource_statistics_nest;
extern const struct drbd_nl_nest drbd_v2_device_statistics_nest;
extern const struct drbd_nl_nest drbd_v2_connection_statistics_nest;
extern const struct drbd_nl_nest drbd_v2_peer_device_statistics_nest;

struct genl_family;
struct netlink_callback;
struct sk_buff;

extern struct genl_family drbd_v2_family;

int drbd_v2_dump_start(struct netlink_callback *cb);
int drbd_v2_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int drbd_v2_dump_done(struct netlink_callback *cb);

#endif
