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
		return err;		// expect
	device_put(dev);
	return 0;
}

static int rename(struct net *net, const char *name)
{
	struct resource *res = resource_find(net, name);

	if (IS_ERR(res))
		return PTR_ERR(res);
	if (!res->devices) {
		report(net);
		return -ENOENT;		// expect
	}
	resource_put(res);
	return 0;
}
