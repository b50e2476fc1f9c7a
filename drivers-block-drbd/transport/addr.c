// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses of paths
 *
 * There is more than one notion of equal addresses. An incoming connection comes
 * from a port that nobody knows before, so it is attributed to a path by the
 * address alone. A listener is shared by paths with the same local address and
 * port. The order of addresses is that of their bytes, which both ends know from
 * their mirrored configuration: it keeps them from choosing the same role.
 */

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <net/ipv6.h>

#include "addr.h"

/**
 * drbd_addr_check() - check an address from the configuration
 * @addr: bytes of a socket address
 * @len: how many
 *
 * Source: spec/transport.md 5.1.
 *
 * Return: 0, or -EINVAL when the length does not fit the family.
 */
int drbd_addr_check(const void *addr, int len)
{
	sa_family_t family;

	if (len < (int)sizeof(family))
		return -EINVAL;
	memcpy(&family, addr, sizeof(family));
	if (family == AF_INET6)
		return len == sizeof(struct sockaddr_in6) ? 0 : -EINVAL;
	return len == sizeof(struct sockaddr_in) ? 0 : -EINVAL;
}
EXPORT_SYMBOL_GPL(drbd_addr_check);

/**
 * drbd_addr_equal() - whether two addresses are that of one host
 * @a: one
 * @b: the other
 *
 * Ports are ignored. The scope matters only where addresses are ambiguous
 * without it.
 *
 * Source: spec/transport.md 5.2.
 *
 * Return: true when they are equal.
 */
bool drbd_addr_equal(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	const struct sockaddr_in6 *a6 = (const void *)a, *b6 = (const void *)b;
	const struct sockaddr_in *a4 = (const void *)a, *b4 = (const void *)b;

	if (a->ss_family != b->ss_family)
		return false;
	if (a->ss_family != AF_INET6)
		return a4->sin_addr.s_addr == b4->sin_addr.s_addr;
	if (!ipv6_addr_equal(&a6->sin6_addr, &b6->sin6_addr))
		return false;
	return !(ipv6_addr_type(&a6->sin6_addr) & IPV6_ADDR_LINKLOCAL) ||
		a6->sin6_scope_id == b6->sin6_scope_id;
}
EXPORT_SYMBOL_GPL(drbd_addr_equal);

/**
 * drbd_addr_port_equal() - whether one listener serves two addresses
 * @a: one
 * @b: the other
 *
 * Source: spec/transport.md 5.2.
 *
 * Return: true when addresses and ports are equal.
 */
bool drbd_addr_port_equal(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	const struct sockaddr_in6 *a6 = (const void *)a, *b6 = (const void *)b;
	const struct sockaddr_in *a4 = (const void *)a, *b4 = (const void *)b;

	if (!drbd_addr_equal(a, b))
		return false;
	if (a->ss_family == AF_INET6)
		return a6->sin6_port == b6->sin6_port;
	return a4->sin_port == b4->sin_port;
}
EXPORT_SYMBOL_GPL(drbd_addr_port_equal);

/**
 * drbd_addr_greater() - whether the local address is the greater one
 * @my: local address
 * @my_len: its bytes
 * @peer: address of the peer
 * @peer_len: its bytes
 *
 * The port stands before the address and decides first.
 *
 * Source: spec/transport.md 6.3, vectors 16.1.
 *
 * Return: true when it is. Never true on both ends.
 */
bool drbd_addr_greater(const void *my, int my_len, const void *peer, int peer_len)
{
	return memcmp(my, peer, min(my_len, peer_len)) > 0;
}
EXPORT_SYMBOL_GPL(drbd_addr_greater);

/**
 * drbd_addr_any_port() - let the kernel choose the port
 * @addr: address to change
 */
void drbd_addr_any_port(struct sockaddr_storage *addr)
{
	if (addr->ss_family == AF_INET6)
		((struct sockaddr_in6 *)addr)->sin6_port = 0;
	else
		((struct sockaddr_in *)addr)->sin_port = 0;
}
EXPORT_SYMBOL_GPL(drbd_addr_any_port);
