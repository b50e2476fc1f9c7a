// SPDX-License-Identifier: GPL-2.0-only
static void peer_free(struct peer *peer)
{
	timer_delete(&peer->ping_timer);
	kfree(peer);					// expect
}

static void device_free(struct device *dev, bool now)
{
	cancel_delayed_work(&dev->flush);
	if (now)
		kfree_rcu(dev, rcu);			// expect
}
