// SPDX-License-Identifier: GPL-2.0-only
static void retry(struct conn *c)
{
	while (!try_connect(c)) {
		/* The peer may be booting: nothing tells us when it is up. */
		msleep(100);
		wait_event_timeout(c->wait, c->stop, HZ);

		schedule_timeout_idle(HZ);	/* as above */
	}
}
