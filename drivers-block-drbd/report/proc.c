// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/drbd
 *
 * What it says about devices would be a list for two nodes, so it says nothing; but
 * tools take it as the sign that the module is there, and read its version from it.
 *
 * Source: spec/admin.md 13.2, spec/netlink.md 2.1.
 */

#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

#include "../core/types.h"
#include "../transport/transport.h"
#include "proc.h"

static int show(struct seq_file *seq, void *unused)
{
	seq_printf(seq, "version: " DRBD_VERSION " (api:%u/proto:%u-%u)\n", DRBD_API_VERSION,
		   DRBD_PROTO_9_MIN, DRBD_PROTO_9_MAX);
#ifdef MODULE
	if (THIS_MODULE->srcversion)
		seq_printf(seq, "srcversion: %-24s\n", THIS_MODULE->srcversion);
#else
	seq_puts(seq, "built-in\n");
#endif
	seq_puts(seq, "Transports (api:1):");
	drbd_transport_show_classes(seq);
	seq_putc(seq, '\n');
	return 0;
}

/**
 * drbd_proc_init() - show that the module is there
 *
 * Return: 0, or -ENOMEM.
 */
int drbd_proc_init(void)
{
	return proc_create_single("drbd", 0444, NULL, show) ? 0 : -ENOMEM;
}

/**
 * drbd_proc_exit() - undo drbd_proc_init()
 */
void drbd_proc_exit(void)
{
	remove_proc_entry("drbd", NULL);
}
