/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs of the administrator that are called when something happens
 */
#ifndef DRBD_ENGINE_HELPER_H
#define DRBD_ENGINE_HELPER_H

#include "connection.h"

int drbd_helper(struct drbd_resource *res, struct drbd_device *dev, struct drbd_connection *conn,
		const char *name);

#endif
