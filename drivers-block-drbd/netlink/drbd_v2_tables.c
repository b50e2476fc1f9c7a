// SPDX-License-Identifier: GPL-2.0-only
/*
 * Family drbd version 2: numbers of attributes
 *
 * Holes are numbers of options that moved or are gone; tools may still know them.
 * Source: spec/netlink.md 4.4
 */

#include <linux/array_size.h>

#include "drbd_v2.h"
#include "request.h"

/* Attributes of options, in the order of the tables in core/options.c */
static const u8 disk_conf_attrs[] = {
	1, 2, 3, 4, 6, 9, 10, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
};

static const u8 res_opts_attrs[] = {
	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
};

static const u8 net_conf_attrs[] = {
	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 17, 18, 19, 20, 21, 22, 23,
	24, 26, 27, 29, 30, 31, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44,
};

static const u8 device_conf_attrs[] = {
	1, 2, 3, 4,
};

static const u8 peer_device_opts_attrs[] = {
	1, 2, 3, 4, 5, 6, 7, 8, 9,
};

#define OPTIONS(name, number, set)					\
	const struct drbd_nl_nest drbd_v2_##name##_nest = {		\
		.attr = DRBD_V2_##number, .max = DRBD_NL_ATTR_MAX,	\
		.options = &(set), .attrs = name##_attrs }

OPTIONS(disk_conf, DISK_CONF, drbd_disk_options);
OPTIONS(res_opts, RES_OPTS, drbd_res_options);
OPTIONS(net_conf, NET_CONF, drbd_net_options);
OPTIONS(device_conf, DEVICE_CONF, drbd_device_options);
OPTIONS(peer_device_opts, PEER_DEVICE_OPTS, drbd_peer_device_options);

#define PARM(number, kind, member)	DRBD_NL_FIELD(number, kind, drbd_nl_parms, member)

static const struct drbd_nl_field set_role_fields[] = {
	PARM(1, BOOL, force),
};

static const struct drbd_nl_field resize_fields[] = {
	PARM(1, U64, resize.size),
	PARM(2, BOOL, resize.force),
	PARM(3, BOOL, resize.no_resync),
	PARM(4, U32, resize.al_stripes),
	PARM(5, U32, resize.al_stripe_size),
};

static const struct drbd_nl_field start_ov_fields[] = {
	PARM(1, U64, verify.start),
	PARM(2, U64, verify.stop),
};

static const struct drbd_nl_field new_uuid_fields[] = {
	PARM(1, BOOL, new_uuid.clear_bitmap),
	PARM(2, BOOL, new_uuid.force_resync),
};

static const struct drbd_nl_field disconnect_fields[] = {
	PARM(1, BOOL, force),
};

static const struct drbd_nl_field detach_fields[] = {
	PARM(1, BOOL, detach.force),
	PARM(2, BOOL, detach.intentional_diskless),
};

static const struct drbd_nl_field invalidate_fields[] = {
	PARM(1, U32, invalidate.sync_from),
	PARM(2, BOOL, invalidate.reset_bitmap),
};

static const struct drbd_nl_field forget_peer_fields[] = {
	PARM(1, U32, forget),
};

static const struct drbd_nl_field connect_fields[] = {
	PARM(1, BOOL, connect.tentative),
	PARM(2, BOOL, connect.discard_my_data),
};

static const struct drbd_nl_field rename_fields[] = {
	PARM(1, STRING, new_name),
};

static const struct drbd_nl_field inval_peer_fields[] = {
	PARM(1, BOOL, reset_bitmap),
};

static const struct drbd_nl_field suspend_io_fields[] = {
	PARM(1, BOOL, freeze),
};

#define STATE(object, number, kind, member)				\
	DRBD_NL_FIELD(number, kind, drbd_##object##_state, member)

static const struct drbd_nl_field resource_info_fields[] = {
	STATE(resource, 1, U32, role),
	STATE(resource, 2, BOOL, susp_user),
	STATE(resource, 3, BOOL, susp_no_data),
	STATE(resource, 4, BOOL, susp_fencing),
	STATE(resource, 5, BOOL, susp_quorum),
	STATE(resource, 6, BOOL, fail_io),
};

static const struct drbd_nl_field device_info_fields[] = {
	STATE(device, 1, U32, disk),
	STATE(device, 2, BOOL, intentional_diskless),
	STATE(device, 3, BOOL, has_quorum),
	STATE(device, 5, BOOL, is_open),
	STATE(device, 4, STRING, backing_dev),
};

static const struct drbd_nl_field connection_info_fields[] = {
	STATE(connection, 1, U32, cstate),
	STATE(connection, 2, U32, role),
};

static const struct drbd_nl_field peer_device_info_fields[] = {
	STATE(peer_device, 1, U32, repl),
	STATE(peer_device, 2, U32, disk),
	STATE(peer_device, 3, BOOL32, resync_susp_user),
	STATE(peer_device, 4, BOOL32, resync_susp_peer),
	STATE(peer_device, 5, BOOL32, resync_susp_dependency),
	STATE(peer_device, 6, BOOL, intentional_diskless),
	STATE(peer_device, 7, BOOL32, resync_susp_max_parallel),
};

static const struct drbd_nl_field path_info_fields[] = {
	STATE(path, 1, BOOL, established),
};

static const struct drbd_nl_field resource_statistics_fields[] = {
	STATE(resource, 1, U32, write_ordering),
};

static const struct drbd_nl_field device_statistics_fields[] = {
	STATE(device, 1, U64, size),
	STATE(device, 2, U64, read),
	STATE(device, 3, U64, write),
	STATE(device, 4, U64, al_writes),
	STATE(device, 5, U64, bm_writes),
	STATE(device, 6, U32, upper_pending),
	STATE(device, 7, U32, lower_pending),
	STATE(device, 8, BOOL, upper_blocked),
	STATE(device, 9, BOOL, lower_blocked),
	STATE(device, 10, BOOL, al_suspended),
	STATE(device, 11, U64, exposed_data_uuid),
	STATE(device, 12, U64, current_uuid),
	STATE(device, 13, U32, disk_flags),
};

static const struct drbd_nl_field connection_statistics_fields[] = {
	STATE(connection, 1, BOOL, congested),
	STATE(connection, 2, U64, ap_in_flight),
	STATE(connection, 3, U64, rs_in_flight),
};

static const struct drbd_nl_field peer_device_statistics_fields[] = {
	STATE(peer_device, 1, U64, received),
	STATE(peer_device, 2, U64, sent),
	STATE(peer_device, 3, U32, pending),
	STATE(peer_device, 4, U32, unacked),
	STATE(peer_device, 5, U64, out_of_sync),
	STATE(peer_device, 6, U64, resync_failed),
	STATE(peer_device, 7, U64, bitmap_uuid),
	STATE(peer_device, 9, U32, flags),
	STATE(peer_device, 10, U64, rs_total),
	STATE(peer_device, 11, U64, ov_start_sector),
	STATE(peer_device, 12, U64, ov_stop_sector),
	STATE(peer_device, 13, U64, ov_position),
	STATE(peer_device, 14, U64, ov_left),
	STATE(peer_device, 15, U64, ov_skipped),
	STATE(peer_device, 16, U64, rs_same_csum),
	STATE(peer_device, 17, U64, rs_dt_start_ms),
	STATE(peer_device, 18, U64, rs_paused_ms),
	STATE(peer_device, 19, U64, rs_dt0_ms),
	STATE(peer_device, 20, U64, rs_db0_sectors),
	STATE(peer_device, 21, U64, rs_dt1_ms),
	STATE(peer_device, 22, U64, rs_db1_sectors),
	STATE(peer_device, 23, U32, rs_c_sync_rate),
	STATE(peer_device, 24, U64, uuid_flags),
};

#define NEST(name, number)						\
	const struct drbd_nl_nest drbd_v2_##name##_nest = {		\
		.attr = DRBD_V2_##number, .max = DRBD_NL_ATTR_MAX,	\
		.fields = name##_fields, .count = ARRAY_SIZE(name##_fields) }

NEST(set_role, SET_ROLE_PARMS);
NEST(resize, RESIZE_PARMS);
NEST(start_ov, START_OV_PARMS);
NEST(new_uuid, NEW_C_UUID_PARMS);
NEST(disconnect, DISCONNECT_PARMS);
NEST(detach, DETACH_PARMS);
NEST(invalidate, INVALIDATE_PARMS);
NEST(forget_peer, FORGET_PEER_PARMS);
NEST(connect, CONNECT_PARMS);
NEST(rename, RENAME_RESOURCE_PARMS);
NEST(inval_peer, INVAL_PEER_PARMS);
NEST(suspend_io, SUSPEND_IO_PARMS);
NEST(resource_info, RESOURCE_INFO);
NEST(device_info, DEVICE_INFO);
NEST(connection_info, CONNECTION_INFO);
NEST(peer_device_info, PEER_DEVICE_INFO);
NEST(path_info, PATH_INFO);
NEST(resource_statistics, RESOURCE_STATISTICS);
NEST(device_statistics, DEVICE_STATISTICS);
NEST(connection_statistics, CONNECTION_STATISTICS);
NEST(peer_device_statistics, PEER_DEVICE_STATISTICS);
