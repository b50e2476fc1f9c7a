/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /proc/drbd: by this, tools recognise the module and its version
 */
#ifndef DRBD_REPORT_PROC_H
#define DRBD_REPORT_PROC_H

/* Version of the engine, of which tools look at the first two numbers. */
#define DRBD_VERSION		"9.4.0"

/* Version of family drbd that goes with it. */
#define DRBD_API_VERSION	2

int drbd_proc_init(void);
void drbd_proc_exit(void);

#endif
