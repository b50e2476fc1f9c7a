// SPDX-License-Identifier: GPL-2.0-only
static u32 timeout(struct conn *c)
{
	u32 n;

	rcu_read_lock();
	n = rcu_dereference(c->net_conf)->timeout;
	rcu_read_unlock();
	return n;
}

static u32 ping(struct conn *c)
{
	guard(rcu)();
	return rcu_dereference(c->net_conf)->ping;
}

static u32 scoped(struct conn *c)
{
	u32 n = 0;

	scoped_guard(rcu) {
		n = rcu_dereference(c->net_conf)->ping;
	}
	return n;
}

static u32 locked(struct conn *c)
{
	return rcu_dereference_protected(c->net_conf, lockdep_is_held(&c->lock))->ping;
}

static int count(struct resource *res)
{
	struct conn *c;
	int n = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(c, &res->conns, list)
		n += rcu_dereference(c->net_conf)->ping;
	rcu_read_unlock();
	list_for_each_entry_rcu(c, &res->conns, list, lockdep_is_held(&res->lock))
		n++;
	return n;
}
