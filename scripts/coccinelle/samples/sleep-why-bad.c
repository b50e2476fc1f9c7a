// SPDX-License-Identifier: GPL-2.0-only
static void retry(struct conn *c)
{
	while (!try_connect(c)) {
		msleep(100);				// expect
		schedule_timeout_interruptible(HZ);	// expect
	}
}
