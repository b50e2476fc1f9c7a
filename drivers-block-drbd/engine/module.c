// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module: block device major, netlink, what all resources share
 */

#include <linux/blkdev.h>
#include <linux/major.h>
#include <linux/module.h>
#include <linux/workqueue.h>

#include "commands.h"
#include "io.h"
#include "../report/proc.h"

struct workqueue_struct *drbd_wq;

static int __init drbd_init(void)
{
	int err;

	drbd_wq = alloc_workqueue("drbd", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!drbd_wq)
		return -ENOMEM;
	err = drbd_io_init();
	if (err)
		goto free_wq;
	err = register_blkdev(DRBD_MAJOR, "drbd");
	if (err)
		goto io_exit;
	err = drbd_nl_register(&drbd_engine_commands, DRBD_NL_DRBD2 | DRBD_NL_DRBD_V2);
	if (err)
		goto unregister;
	err = drbd_proc_init();
	if (err)
		goto nl_unregister;
	pr_info("drbd: initialized. Version: " DRBD_VERSION " (api:2/proto:%u-%u)\n",
		DRBD_PROTO_9_MIN, DRBD_PROTO_9_MAX);
	return 0;

nl_unregister:
	drbd_nl_unregister();
unregister:
	unregister_blkdev(DRBD_MAJOR, "drbd");
io_exit:
	drbd_io_exit();
free_wq:
	destroy_workqueue(drbd_wq);
	return err;
}

static void __exit drbd_exit(void)
{
	drbd_proc_exit();
	drbd_nl_unregister();
	unregister_blkdev(DRBD_MAJOR, "drbd");
	rcu_barrier();
	drbd_io_exit();
	destroy_workqueue(drbd_wq);
}

module_init(drbd_init);
module_exit(drbd_exit);

MODULE_DESCRIPTION("Distributed Replicated Block Device");
MODULE_LICENSE("GPL");
MODULE_VERSION(DRBD_VERSION);
MODULE_ALIAS_BLOCKDEV_MAJOR(DRBD_MAJOR);
MODULE_IMPORT_NS("DRBD_CORE");
MODULE_IMPORT_NS("DRBD_NETLINK");
MODULE_IMPORT_NS("DRBD_TRANSPORT");
