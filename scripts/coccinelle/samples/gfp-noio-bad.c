// SPDX-License-Identifier: GPL-2.0-only
static int open_peer(struct conn *c)
{
	c->buf = kmalloc(4096, GFP_KERNEL);			// expect
	c->one = kzalloc_obj(*c->one);				// expect
	c->typed = kmalloc_obj(struct item);			// expect
	c->more = kvmalloc_objs(*c->more, c->n);		// expect
	c->flex = kzalloc_flex(*c->flex, tail, c->n);		// expect
	c->map = vzalloc(c->n);					// expect
	c->page = alloc_page(GFP_HIGHUSER | __GFP_NOWARN);	// expect
	return 0;
}
