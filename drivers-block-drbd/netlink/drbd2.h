/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Family drbd2: what its files share
 */
#ifndef DRBD_NETLINK_DRBD2_H
#define DRBD_NETLINK_DRBD2_H

#include "command.h"
#include "drbd2-gen.h"
#include "fields.h"
#include "request.h"

/* Parameters of commands; the number is that of the top level */
extern const struct drbd_nl_nest drbd2_resource_opts_nest;
extern const struct drbd_nl_nest drbd2_disk_conf_nest;
extern const struct drbd_nl_nest drbd2_net_conf_nest;
extern const struct drbd_nl_nest drbd2_device_conf_nest;
extern const struct drbd_nl_nest drbd2_peer_device_conf_nest;
extern const struct drbd_nl_nest drbd2_set_role_nest;
extern const struct drbd_nl_nest drbd2_resize_nest;
extern const struct drbd_nl_nest drbd2_start_ov_nest;
extern const struct drbd_nl_nest drbd2_new_uuid_nest;
extern const struct drbd_nl_nest drbd2_disconnect_nest;
extern const struct drbd_nl_nest drbd2_detach_nest;
extern const struct drbd_nl_nest drbd2_invalidate_nest;
extern const struct drbd_nl_nest drbd2_connect_nest;
extern const struct drbd_nl_nest drbd2_rename_nest;
extern const struct drbd_nl_nest drbd2_invalidate_peer_nest;
extern const struct drbd_nl_nest drbd2_suspend_io_nest;

/* State and statistics of objects; the number is that in the nest of the object */
extern const struct drbd_nl_nest drbd2_resource_info_nest;
extern const struct drbd_nl_nest drbd2_device_info_nest;
extern const struct drbd_nl_nest drbd2_connection_info_nest;
extern const struct drbd_nl_nest drbd2_peer_device_info_nest;
extern const struct drbd_nl_nest drbd2_path_info_nest;
extern const struct drbd_nl_nest drbd2_resource_statistics_nest;
extern const struct drbd_nl_nest drbd2_device_statistics_nest;
extern const struct drbd_nl_nest drbd2_connection_statistics_nest;
extern const struct drbd_nl_nest drbd2_peer_device_statistics_nest;

#endif
