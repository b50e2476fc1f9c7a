// SPDX-License-Identifier: GPL-2.0-only
static u32 timeout(struct conn *c)
{
	return rcu_dereference(c->net_conf)->timeout;	// expect
}

static u32 late(struct conn *c)
{
	u32 n;

	rcu_read_lock();
	n = rcu_dereference(c->net_conf)->timeout;
	rcu_read_unlock();
	return n + rcu_dereference(c->net_conf)->ping;	// expect
}

static int count(struct resource *res)
{
	struct conn *c;
	int n = 0;

	list_for_each_entry_rcu(c, &res->conns, list)	// expect
		n++;
	return n;
}
