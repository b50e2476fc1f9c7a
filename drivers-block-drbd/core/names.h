/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names and numbers of states, as user space and 8.4 peers know them
 *
 * Everything here is a pure function that may be called in any context.
 */
#ifndef DRBD_CORE_NAMES_H
#define DRBD_CORE_NAMES_H

#include "types.h"

const char *drbd_role_name(enum drbd_node_role role);
const char *drbd_conn_name(enum drbd_cstate conn);
const char *drbd_repl_name(enum drbd_repl repl);
const char *drbd_conn_name_84(unsigned int conn);
const char *drbd_disk_name(enum drbd_disk disk);
const char *drbd_rv_text(enum drbd_rv rv);

unsigned int drbd_disk_to_84(enum drbd_disk disk);
enum drbd_disk drbd_disk_from_84(unsigned int disk);
unsigned int drbd_request_disk_to_84(enum drbd_disk disk);
enum drbd_disk drbd_request_disk_from_84(unsigned int disk);

#endif
