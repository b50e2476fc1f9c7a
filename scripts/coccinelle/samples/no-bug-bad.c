// SPDX-License-Identifier: GPL-2.0-only
static int accept_packet(struct conn *c, u32 len)
{
	BUG_ON(!c->sock);		// expect
	if (len > c->max)
		BUG();			// expect
	switch (c->state) {
	case 0:
		panic("state");		// expect
	}
	return 0;
}
