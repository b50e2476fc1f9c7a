// SPDX-License-Identifier: GPL-2.0-only
static int calls;					// expect
static u8 last[4] = { 1, 2, 3, 4 };			// expect
static int (*hook)(struct core_ctx *c);			// expect
struct core_ctx *the_ctx;				// expect

static int decide(struct core_ctx *c)
{
	static unsigned int seen;				// expect
	u8 *copy;

	guard(mutex)(&c->lock);				// expect
	scoped_guard(spinlock, &c->other)		// expect
		c->n++;
	spin_lock_irq(&c->other);			// expect
	copy = kmemdup(c->buf, c->len, GFP_NOIO);	// expect
	if (time_after(jiffies, c->deadline))		// expect
		pr_err("late\n");			// expect
	msleep(1);					// expect
	queue_work(c->wq, &c->work);			// expect
	c->seed = get_random_u32();			// expect
	return copy ? ++calls : -1;
}
