/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What user space gets to know
 */
#ifndef DRBD_ENGINE_NOTIFY_H
#define DRBD_ENGINE_NOTIFY_H

#include "../netlink/command.h"
#include "connection.h"

void drbd_notify_change(struct drbd_resource *res, const struct drbd_state *snap);
void drbd_notify_object(struct drbd_resource *res, struct drbd_device *dev,
			struct drbd_connection *conn, enum drbd_event_action action);
void drbd_notify_path(struct drbd_transport *transport, struct drbd_path *path);
void drbd_notify_path_action(struct drbd_connection *conn, struct drbd_path *path,
			     enum drbd_event_action action);
void drbd_notify_helper(struct drbd_resource *res, struct drbd_device *dev,
			struct drbd_connection *conn, const char *name,
			enum drbd_event_action action, int status);

void drbd_fill_resource(struct drbd_resource *res, const struct drbd_state *s,
			enum drbd_state_when when, struct drbd_resource_state *to);
void drbd_fill_device(struct drbd_device *dev, const struct drbd_state *s, unsigned int d,
		      enum drbd_state_when when, struct drbd_device_state *to);
void drbd_fill_connection(struct drbd_connection *conn, const struct drbd_state *s,
			  unsigned int c, enum drbd_state_when when,
			  struct drbd_connection_state *to);
void drbd_fill_peer_device(struct drbd_peer_device *pd, const struct drbd_state *s,
			   unsigned int d, unsigned int c, enum drbd_state_when when,
			   struct drbd_peer_device_state *to);
void drbd_fill_path(struct drbd_path *path, struct drbd_path_state *to);
struct drbd_snapshot *drbd_snapshot_make(struct drbd_resource *res, const struct drbd_state *s,
					 enum drbd_state_when when, gfp_t gfp);

#endif
