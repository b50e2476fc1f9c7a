// SPDX-License-Identifier: GPL-2.0-only
static void peer_free(struct peer *peer)
{
	timer_delete(&peer->ping_timer);
	timer_shutdown_sync(&peer->ping_timer);
	kfree(peer);
}

static void device_free(struct device *dev)
{
	cancel_delayed_work_sync(&dev->flush);
	kfree_rcu(dev, rcu);
}

static void pause(struct device *dev, struct item *item)
{
	cancel_work(&dev->resync);
	kfree(item);
}
