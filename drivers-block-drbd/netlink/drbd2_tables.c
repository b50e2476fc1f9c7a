// SPDX-License-Identifier: GPL-2.0-only
/*
 * Family drbd2: numbers of attributes
 *
 * The specification has them in the order in which options were invented, which is
 * not that of the structures.
 */

#include "drbd2.h"

static_assert(DRBD_NAME_SIZE == DRBD2_RESOURCE_NAME_MAX);
static_assert(DRBD_CONN_NAME_SIZE == DRBD2_CONNECTION_NAME_MAX);
static_assert(DRBD_DEV_PATH_SIZE == DRBD2_DEVICE_PATH_MAX);
static_assert(DRBD_CPU_MASK_SIZE == DRBD2_CPU_MASK_SIZE);
static_assert(sizeof_field(struct drbd_device_state, history_uuids) == DRBD2_HISTORY_UUIDS_SIZE);

/* Attributes of options, in the order of the tables in core/options.c */
static const u8 resource_opts_attrs[] = {
	DRBD2_A_RESOURCE_OPTS_CPU_MASK,
	DRBD2_A_RESOURCE_OPTS_ON_NO_DATA_ACCESSIBLE,
	DRBD2_A_RESOURCE_OPTS_AUTO_PROMOTE,
	DRBD2_A_RESOURCE_OPTS_NODE_ID,
	DRBD2_A_RESOURCE_OPTS_PEER_ACK_WINDOW,
	DRBD2_A_RESOURCE_OPTS_TWOPC_TIMEOUT,
	DRBD2_A_RESOURCE_OPTS_TWOPC_RETRY_TIMEOUT,
	DRBD2_A_RESOURCE_OPTS_PEER_ACK_DELAY,
	DRBD2_A_RESOURCE_OPTS_AUTO_PROMOTE_TIMEOUT,
	DRBD2_A_RESOURCE_OPTS_MAX_IO_DEPTH,
	DRBD2_A_RESOURCE_OPTS_QUORUM,
	DRBD2_A_RESOURCE_OPTS_ON_NO_QUORUM,
	DRBD2_A_RESOURCE_OPTS_QUORUM_MIN_REDUNDANCY,
	DRBD2_A_RESOURCE_OPTS_ON_SUSPENDED_PRIMARY_OUTDATED,
	DRBD2_A_RESOURCE_OPTS_DRBD8_COMPAT_MODE,
	DRBD2_A_RESOURCE_OPTS_EXPLICIT_DRBD8_COMPAT,
};

static const u8 disk_conf_attrs[] = {
	DRBD2_A_DISK_CONF_BACKING_DEV,
	DRBD2_A_DISK_CONF_META_DEV,
	DRBD2_A_DISK_CONF_META_DEV_IDX,
	DRBD2_A_DISK_CONF_SIZE,
	DRBD2_A_DISK_CONF_ON_IO_ERROR,
	DRBD2_A_DISK_CONF_RESYNC_AFTER,
	DRBD2_A_DISK_CONF_AL_EXTENTS,
	DRBD2_A_DISK_CONF_DISK_BARRIER,
	DRBD2_A_DISK_CONF_DISK_FLUSHES,
	DRBD2_A_DISK_CONF_DISK_DRAIN,
	DRBD2_A_DISK_CONF_MD_FLUSHES,
	DRBD2_A_DISK_CONF_DISK_TIMEOUT,
	DRBD2_A_DISK_CONF_READ_BALANCING,
	DRBD2_A_DISK_CONF_UNPLUG_WATERMARK,
	DRBD2_A_DISK_CONF_AL_UPDATES,
	DRBD2_A_DISK_CONF_DISCARD_ZEROES_IF_ALIGNED,
	DRBD2_A_DISK_CONF_RS_DISCARD_GRANULARITY,
	DRBD2_A_DISK_CONF_DISABLE_WRITE_SAME,
	DRBD2_A_DISK_CONF_BITMAP,
};

static const u8 net_conf_attrs[] = {
	DRBD2_A_NET_CONF_SHARED_SECRET,
	DRBD2_A_NET_CONF_CRAM_HMAC_ALG,
	DRBD2_A_NET_CONF_INTEGRITY_ALG,
	DRBD2_A_NET_CONF_VERIFY_ALG,
	DRBD2_A_NET_CONF_CSUMS_ALG,
	DRBD2_A_NET_CONF_PROTOCOL,
	DRBD2_A_NET_CONF_CONNECT_INT,
	DRBD2_A_NET_CONF_TIMEOUT,
	DRBD2_A_NET_CONF_PING_INT,
	DRBD2_A_NET_CONF_PING_TIMEO,
	DRBD2_A_NET_CONF_SNDBUF_SIZE,
	DRBD2_A_NET_CONF_RCVBUF_SIZE,
	DRBD2_A_NET_CONF_KO_COUNT,
	DRBD2_A_NET_CONF_MAX_EPOCH_SIZE,
	DRBD2_A_NET_CONF_AFTER_SB_0PRI,
	DRBD2_A_NET_CONF_AFTER_SB_1PRI,
	DRBD2_A_NET_CONF_AFTER_SB_2PRI,
	DRBD2_A_NET_CONF_RR_CONFLICT,
	DRBD2_A_NET_CONF_ON_CONGESTION,
	DRBD2_A_NET_CONF_CONG_FILL,
	DRBD2_A_NET_CONF_CONG_EXTENTS,
	DRBD2_A_NET_CONF_TWO_PRIMARIES,
	DRBD2_A_NET_CONF_TCP_CORK,
	DRBD2_A_NET_CONF_ALWAYS_ASBP,
	DRBD2_A_NET_CONF_USE_RLE,
	DRBD2_A_NET_CONF_FENCING,
	DRBD2_A_NET_CONF_CONNECTION_NAME,
	DRBD2_A_NET_CONF_CSUMS_AFTER_CRASH_ONLY,
	DRBD2_A_NET_CONF_SOCK_CHECK_TIMEO,
	DRBD2_A_NET_CONF_TRANSPORT_NAME,
	DRBD2_A_NET_CONF_MAX_BUFFERS,
	DRBD2_A_NET_CONF_ALLOW_REMOTE_READ,
	DRBD2_A_NET_CONF_TLS,
	DRBD2_A_NET_CONF_TLS_PRIVKEY,
	DRBD2_A_NET_CONF_TLS_CERTIFICATE,
	DRBD2_A_NET_CONF_TLS_KEYRING,
	DRBD2_A_NET_CONF_LOAD_BALANCE_PATHS,
	DRBD2_A_NET_CONF_RDMA_CTRL_RCVBUF_SIZE,
	DRBD2_A_NET_CONF_RDMA_CTRL_SNDBUF_SIZE,
};

static const u8 device_conf_attrs[] = {
	DRBD2_A_DEVICE_CONF_MAX_BIO_SIZE,
	DRBD2_A_DEVICE_CONF_INTENTIONAL_DISKLESS,
	DRBD2_A_DEVICE_CONF_BLOCK_SIZE,
	DRBD2_A_DEVICE_CONF_DISCARD_GRANULARITY,
};

static const u8 peer_device_conf_attrs[] = {
	DRBD2_A_PEER_DEVICE_CONF_RESYNC_RATE,
	DRBD2_A_PEER_DEVICE_CONF_C_PLAN_AHEAD,
	DRBD2_A_PEER_DEVICE_CONF_C_DELAY_TARGET,
	DRBD2_A_PEER_DEVICE_CONF_C_FILL_TARGET,
	DRBD2_A_PEER_DEVICE_CONF_C_MAX_RATE,
	DRBD2_A_PEER_DEVICE_CONF_C_MIN_RATE,
	DRBD2_A_PEER_DEVICE_CONF_BITMAP,
	DRBD2_A_PEER_DEVICE_CONF_RESYNC_WITHOUT_REPLICATION,
	DRBD2_A_PEER_DEVICE_CONF_PEER_TIEBREAKER,
};

#define PARM(number, kind, member)					\
	DRBD_NL_FIELD(DRBD2_A_##number, kind, drbd_nl_parms, member)

static const struct drbd_nl_field set_role_fields[] = {
	PARM(SET_ROLE_PARMS_FORCE, FLAG, force),
};

static const struct drbd_nl_field resize_fields[] = {
	PARM(RESIZE_PARMS_SIZE, U64, resize.size),
	PARM(RESIZE_PARMS_ASSUME_PEER_HAS_SPACE, FLAG, resize.force),
	PARM(RESIZE_PARMS_ASSUME_CLEAN, FLAG, resize.no_resync),
	PARM(RESIZE_PARMS_AL_STRIPES, U32, resize.al_stripes),
	PARM(RESIZE_PARMS_AL_STRIPE_SIZE, U32, resize.al_stripe_size),
};

static const struct drbd_nl_field start_ov_fields[] = {
	PARM(START_OV_PARMS_START_SECTOR, U64, verify.start),
	PARM(START_OV_PARMS_STOP_SECTOR, U64, verify.stop),
};

static const struct drbd_nl_field new_uuid_fields[] = {
	PARM(NEW_CURRENT_UUID_PARMS_CLEAR_BM, FLAG, new_uuid.clear_bitmap),
	PARM(NEW_CURRENT_UUID_PARMS_FORCE_RESYNC, FLAG, new_uuid.force_resync),
};

static const struct drbd_nl_field disconnect_fields[] = {
	PARM(DISCONNECT_PARMS_FORCE, FLAG, force),
};

static const struct drbd_nl_field detach_fields[] = {
	PARM(DETACH_PARMS_FORCE, FLAG, detach.force),
	PARM(DETACH_PARMS_INTENTIONAL_DISKLESS_DETACH, FLAG, detach.intentional_diskless),
};

static const struct drbd_nl_field invalidate_fields[] = {
	PARM(INVALIDATE_PARMS_SYNC_FROM_PEER_NODE_ID, U32, invalidate.sync_from),
	PARM(INVALIDATE_PARMS_RESET_BITMAP, BOOL, invalidate.reset_bitmap),
};

static const struct drbd_nl_field connect_fields[] = {
	PARM(CONNECT_PARMS_TENTATIVE, FLAG, connect.tentative),
	PARM(CONNECT_PARMS_DISCARD_MY_DATA, FLAG, connect.discard_my_data),
};

static const struct drbd_nl_field rename_fields[] = {
	PARM(RENAME_PARMS_NEW_NAME, STRING, new_name),
};

static const struct drbd_nl_field invalidate_peer_fields[] = {
	PARM(INVALIDATE_PEER_PARMS_RESET_BITMAP, BOOL, reset_bitmap),
};

static const struct drbd_nl_field suspend_io_fields[] = {
	PARM(SUSPEND_IO_PARMS_BDEV_FREEZE, BOOL, freeze),
};

#define OPTIONS(name, number, set)					\
	const struct drbd_nl_nest drbd2_##name##_nest = {		\
		.attr = DRBD2_A_##number, .max = DRBD2_A_##number##_MAX,	\
		.options = &(set), .attrs = name##_attrs }

OPTIONS(resource_opts, RESOURCE_OPTS, drbd_res_options);
OPTIONS(disk_conf, DISK_CONF, drbd_disk_options);
OPTIONS(net_conf, NET_CONF, drbd_net_options);
OPTIONS(device_conf, DEVICE_CONF, drbd_device_options);
OPTIONS(peer_device_conf, PEER_DEVICE_CONF, drbd_peer_device_options);

#define PARMS(name, number)						\
	const struct drbd_nl_nest drbd2_##name##_nest = {		\
		.attr = DRBD2_A_##number, .max = DRBD2_A_##number##_MAX,	\
		.fields = name##_fields, .count = ARRAY_SIZE(name##_fields) }

PARMS(set_role, SET_ROLE_PARMS);
PARMS(resize, RESIZE_PARMS);
PARMS(start_ov, START_OV_PARMS);
PARMS(new_uuid, NEW_CURRENT_UUID_PARMS);
PARMS(disconnect, DISCONNECT_PARMS);
PARMS(detach, DETACH_PARMS);
PARMS(invalidate, INVALIDATE_PARMS);
PARMS(connect, CONNECT_PARMS);
PARMS(rename, RENAME_PARMS);
PARMS(invalidate_peer, INVALIDATE_PEER_PARMS);
PARMS(suspend_io, SUSPEND_IO_PARMS);

#define STATE(number, kind, structure, member)				\
	DRBD_NL_FIELD(DRBD2_A_##number, kind, structure, member)

static const struct drbd_nl_field resource_info_fields[] = {
	STATE(RESOURCE_INFO_ROLE, U32, drbd_resource_state, role),
	STATE(RESOURCE_INFO_SUSP, BOOL, drbd_resource_state, susp_user),
	STATE(RESOURCE_INFO_SUSP_NOD, BOOL, drbd_resource_state, susp_no_data),
	STATE(RESOURCE_INFO_SUSP_FEN, BOOL, drbd_resource_state, susp_fencing),
	STATE(RESOURCE_INFO_SUSP_QUORUM, BOOL, drbd_resource_state, susp_quorum),
	STATE(RESOURCE_INFO_FAIL_IO, BOOL, drbd_resource_state, fail_io),
};

static const struct drbd_nl_field resource_statistics_fields[] = {
	STATE(RESOURCE_STATISTICS_WRITE_ORDERING, U32, drbd_resource_state, write_ordering),
};

static const struct drbd_nl_field device_info_fields[] = {
	STATE(DEVICE_INFO_DISK_STATE, U32, drbd_device_state, disk),
	STATE(DEVICE_INFO_IS_INTENTIONAL_DISKLESS, BOOL, drbd_device_state,
	      intentional_diskless),
	STATE(DEVICE_INFO_HAS_QUORUM, BOOL, drbd_device_state, has_quorum),
	STATE(DEVICE_INFO_IS_OPEN, BOOL, drbd_device_state, is_open),
	STATE(DEVICE_INFO_BACKING_DEV_PATH, STRING, drbd_device_state, backing_dev),
};

static const struct drbd_nl_field device_statistics_fields[] = {
	STATE(DEVICE_STATISTICS_SIZE, U64, drbd_device_state, size),
	STATE(DEVICE_STATISTICS_READ, U64, drbd_device_state, read),
	STATE(DEVICE_STATISTICS_WRITE, U64, drbd_device_state, write),
	STATE(DEVICE_STATISTICS_AL_WRITES, U64, drbd_device_state, al_writes),
	STATE(DEVICE_STATISTICS_BM_WRITES, U64, drbd_device_state, bm_writes),
	STATE(DEVICE_STATISTICS_UPPER_PENDING, U32, drbd_device_state, upper_pending),
	STATE(DEVICE_STATISTICS_LOWER_PENDING, U32, drbd_device_state, lower_pending),
	STATE(DEVICE_STATISTICS_UPPER_BLOCKED, BOOL, drbd_device_state, upper_blocked),
	STATE(DEVICE_STATISTICS_LOWER_BLOCKED, BOOL, drbd_device_state, lower_blocked),
	STATE(DEVICE_STATISTICS_AL_SUSPENDED, BOOL, drbd_device_state, al_suspended),
	STATE(DEVICE_STATISTICS_EXPOSED_DATA_UUID, U64, drbd_device_state, exposed_data_uuid),
	STATE(DEVICE_STATISTICS_CURRENT_UUID, U64, drbd_device_state, current_uuid),
	STATE(DEVICE_STATISTICS_DISK_FLAGS, U32, drbd_device_state, disk_flags),
};

static const struct drbd_nl_field connection_info_fields[] = {
	STATE(CONNECTION_INFO_CONNECTION_STATE, U32, drbd_connection_state, cstate),
	STATE(CONNECTION_INFO_ROLE, U32, drbd_connection_state, role),
};

static const struct drbd_nl_field connection_statistics_fields[] = {
	STATE(CONNECTION_STATISTICS_CONGESTED, BOOL, drbd_connection_state, congested),
	STATE(CONNECTION_STATISTICS_AP_IN_FLIGHT, U64, drbd_connection_state, ap_in_flight),
	STATE(CONNECTION_STATISTICS_RS_IN_FLIGHT, U64, drbd_connection_state, rs_in_flight),
};

static const struct drbd_nl_field peer_device_info_fields[] = {
	STATE(PEER_DEVICE_INFO_REPL_STATE, U32, drbd_peer_device_state, repl),
	STATE(PEER_DEVICE_INFO_DISK_STATE, U32, drbd_peer_device_state, disk),
	STATE(PEER_DEVICE_INFO_RESYNC_SUSP_USER, BOOL, drbd_peer_device_state,
	      resync_susp_user),
	STATE(PEER_DEVICE_INFO_RESYNC_SUSP_PEER, BOOL, drbd_peer_device_state,
	      resync_susp_peer),
	STATE(PEER_DEVICE_INFO_RESYNC_SUSP_DEPENDENCY, BOOL, drbd_peer_device_state,
	      resync_susp_dependency),
	STATE(PEER_DEVICE_INFO_IS_INTENTIONAL_DISKLESS, BOOL, drbd_peer_device_state,
	      intentional_diskless),
	STATE(PEER_DEVICE_INFO_RESYNC_SUSP_MAX_PARALLEL, BOOL, drbd_peer_device_state,
	      resync_susp_max_parallel),
};

#define PEER(number, kind, member)					\
	STATE(PEER_DEVICE_STATISTICS_##number, kind, drbd_peer_device_state, member)

static const struct drbd_nl_field peer_device_statistics_fields[] = {
	PEER(RECEIVED, U64, received),
	PEER(SENT, U64, sent),
	PEER(PENDING, U32, pending),
	PEER(UNACKED, U32, unacked),
	PEER(OUT_OF_SYNC, U64, out_of_sync),
	PEER(RESYNC_FAILED, U64, resync_failed),
	PEER(BITMAP_UUID, U64, bitmap_uuid),
	PEER(FLAGS, U32, flags),
	PEER(RS_TOTAL, U64, rs_total),
	PEER(OV_START_SECTOR, U64, ov_start_sector),
	PEER(OV_STOP_SECTOR, U64, ov_stop_sector),
	PEER(OV_POSITION, U64, ov_position),
	PEER(OV_LEFT, U64, ov_left),
	PEER(OV_SKIPPED, U64, ov_skipped),
	PEER(RS_SAME_CSUM, U64, rs_same_csum),
	PEER(RS_DT_START_MS, U64, rs_dt_start_ms),
	PEER(RS_PAUSED_MS, U64, rs_paused_ms),
	PEER(RS_DT0_MS, U64, rs_dt0_ms),
	PEER(RS_DB0_SECTORS, U64, rs_db0_sectors),
	PEER(RS_DT1_MS, U64, rs_dt1_ms),
	PEER(RS_DB1_SECTORS, U64, rs_db1_sectors),
	PEER(RS_C_SYNC_RATE, U32, rs_c_sync_rate),
	PEER(UUID_FLAGS, U64, uuid_flags),
};

static const struct drbd_nl_field path_info_fields[] = {
	STATE(PATH_INFO_ESTABLISHED, BOOL, drbd_path_state, established),
};

/* Nests of objects have these in common. */
#define INFO(name, number)						\
	const struct drbd_nl_nest drbd2_##name##_info_nest = {		\
		.attr = DRBD2_A_##number##_INFO,			\
		.fields = name##_info_fields, .count = ARRAY_SIZE(name##_info_fields) }
#define STATISTICS(name, number)					\
	const struct drbd_nl_nest drbd2_##name##_statistics_nest = {	\
		.attr = DRBD2_A_##number##_STATISTICS,			\
		.fields = name##_statistics_fields,			\
		.count = ARRAY_SIZE(name##_statistics_fields) }

INFO(resource, RESOURCE);
INFO(device, DEVICE);
INFO(connection, CONNECTION);
INFO(peer_device, PEER_DEVICE);
INFO(path, PATH);
STATISTICS(resource, RESOURCE);
STATISTICS(device, DEVICE);
STATISTICS(connection, CONNECTION);
STATISTICS(peer_device, PEER_DEVICE);
