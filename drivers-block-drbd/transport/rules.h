/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules of connecting two nodes over TCP: what both ends have to agree on
 *
 * Everything here is a pure function that may be called in any context.
 */
#ifndef DRBD_TRANSPORT_RULES_H
#define DRBD_TRANSPORT_RULES_H

#include <linux/types.h>

#include "transport.h"

/* Bytes of the first packet on a socket. */
#define DRBD_TCP_FIRST_SIZE	8

/**
 * struct drbd_tcp_step - what to do with a socket that became usable
 * @drop: the sockets held so far, they are on another path
 * @replace: the socket held for the same stream
 * @coin: whether chance decides who goes on first
 * @stream: what the new socket is
 */
struct drbd_tcp_step {
	bool drop;
	bool replace;
	bool coin;
	enum drbd_stream stream;
};

void drbd_tcp_first_encode(enum drbd_stream stream, u8 *buf);
int drbd_tcp_first_decode(const u8 *buf);
int drbd_tcp_soften(int err);
struct drbd_tcp_step drbd_tcp_step_connected(bool data, bool control, bool same_path,
					     bool greater);
struct drbd_tcp_step drbd_tcp_step_accepted(bool data, bool control, bool same_path,
					    enum drbd_stream stream);
unsigned long drbd_tcp_wait_ticks(u32 connect_int, unsigned int hz, bool longer);
unsigned long drbd_tcp_first_ticks(u32 ping_timeo, unsigned int hz);
unsigned long drbd_tcp_check_ticks(u32 sock_check_timeo, u32 ping_timeo, unsigned int hz);

#endif
