// SPDX-License-Identifier: GPL-2.0-only
static int open_peer(struct conn *c)
{
	c->buf = kmalloc(4096, GFP_NOIO);
	c->one = kzalloc_obj(*c->one, GFP_NOIO);
	c->typed = kmalloc_obj(struct item, GFP_ATOMIC);
	c->more = kvmalloc_objs(*c->more, c->n, GFP_NOIO);
	c->flex = kzalloc_flex(*c->flex, tail, c->n, GFP_NOIO);
	c->map = __vmalloc(c->n, GFP_NOIO | __GFP_ZERO);
	c->page = mempool_alloc(&c->pages, GFP_NOWAIT);
	return 0;
}
