/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands of user space, and changes of the role
 */
#ifndef DRBD_ENGINE_COMMANDS_H
#define DRBD_ENGINE_COMMANDS_H

#include "../netlink/command.h"
#include "connection.h"

extern const struct drbd_commands drbd_engine_commands;

enum drbd_rv drbd_set_role(struct drbd_resource *res, bool primary, bool force,
			   struct drbd_cmd *cmd);
int drbd_admin_generation(struct drbd_cmd *cmd, const struct drbd_new_uuid_parms *parms);
int drbd_invalidate(struct drbd_cmd *cmd, const struct drbd_invalidate_parms *parms);
int drbd_invalidate_peer(struct drbd_cmd *cmd, bool reset_bitmap);
int drbd_pause_sync(struct drbd_cmd *cmd, bool pause);
int drbd_attach(struct drbd_cmd *cmd, const struct drbd_disk_conf *conf);
int drbd_detach(struct drbd_device *dev, const struct drbd_detach_parms *parms,
		struct drbd_cmd *cmd);

#endif
