// SPDX-License-Identifier: GPL-2.0-only
static int attach(struct resource *res, int vnr, struct params *p)
{
	struct device *dev;
	int err;

	dev = device_get(res, vnr);
	if (!dev)
		return -ENODEV;
	err = read_superblock(dev, p);
	if (err)
		goto out;
	if (p->quiet) {
		device_put(dev);
		return 0;
	}
out:
	device_put(dev);
	return err;
}

static int adopt(struct peer *peer, const char *name)
{
	struct resource *res = resource_find(peer->net, name);

	if (IS_ERR(res))
		return PTR_ERR(res);
	peer->resource = res;
	if (peer->full)
		return -ENOSPC;
	return 0;
}

static struct device *first(struct resource *res)
{
	struct device *dev = device_get(res, 0);

	if (!dev)
		return NULL;
	if (dev->ready)
		return dev;
	device_put(dev);
	return NULL;
}
