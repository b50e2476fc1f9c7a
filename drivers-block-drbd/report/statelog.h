/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changes of the state in the kernel's log
 */
#ifndef DRBD_REPORT_STATELOG_H
#define DRBD_REPORT_STATELOG_H

struct drbd_resource;
struct drbd_state;

void drbd_log_change(struct drbd_resource *res, const struct drbd_state *snap);

#endif
