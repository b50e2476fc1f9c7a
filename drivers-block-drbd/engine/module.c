// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module: block device major, netlink, what all resources share
 */

#include <linux/blkdev.h>
#include <linux/major.h>
#include <linux/module.h>
#include <linux/workqueue.h>

#include "commands.h"
#include "payload.h"
#include "peer_write.h"
#include "request.h"
#include "resync.h"
#include "sender.h"
#include "../report/proc.h"

struct workqueue_struct *drbd_wq;

static int __init drbd_init(void)
{
	int err;

	drbd_wq = alloc_workqueue("drbd", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!drbd_wq)
		return -ENOMEM;
	err = drbd_sender_init();
	if (err)
		goto free_wq;
	err = drbd_payload_init();
	if (err)
		goto sender_exit;
	err = drbd_request_pool_init();
	if (err)
		goto payload_exit;
	err = drbd_submit_init();
	if (err)
		goto pool_exit;
	err = drbd_peer_pool_init();
	if (err)
		goto submit_exit;
	err = drbd_resync_module_init();
	if (err)
		goto peer_exit;
	err = register_blkdev(DRBD_MAJOR, "drbd");
	if (err)
		goto resync_exit;
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
resync_exit:
	drbd_resync_module_exit();
peer_exit:
	drbd_peer_pool_exit();
submit_exit:
	drbd_submit_exit();
pool_exit:
	drbd_request_pool_exit();
payload_exit:
	drbd_payload_exit();
sender_exit:
	drbd_sender_exit();
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
	drbd_resync_module_exit();
	drbd_peer_pool_exit();
	drbd_submit_exit();
	drbd_request_pool_exit();
	drbd_payload_exit();
	drbd_sender_exit();
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
