/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses of paths
 *
 * They come as blobs from the configuration. Families other than AF_INET6 are
 * taken to look like AF_INET, so that a kernel that knows such a family can use
 * it. Everything here is a pure function.
 */
#ifndef DRBD_TRANSPORT_ADDR_H
#define DRBD_TRANSPORT_ADDR_H

#include <linux/socket.h>
#include <linux/types.h>

int drbd_addr_check(const void *addr, int len);
bool drbd_addr_equal(const struct sockaddr_storage *a, const struct sockaddr_storage *b);
bool drbd_addr_port_equal(const struct sockaddr_storage *a, const struct sockaddr_storage *b);
bool drbd_addr_greater(const void *my, int my_len, const void *peer, int peer_len);
void drbd_addr_any_port(struct sockaddr_storage *addr);

#endif
