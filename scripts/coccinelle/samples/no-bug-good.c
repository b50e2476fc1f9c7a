// SPDX-License-Identifier: GPL-2.0-only
static int accept_packet(struct conn *c, u32 len)
{
	BUILD_BUG_ON(sizeof(*c) > 4096);
	if (WARN_ON_ONCE(!c->sock))
		return -ENOTCONN;
	if (len > c->max)
		return -EMSGSIZE;
	return 0;
}
