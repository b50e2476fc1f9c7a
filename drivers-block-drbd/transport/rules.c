// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules of connecting two nodes over TCP, for all transports that do
 *
 * Both ends listen and connect at the same time, as a firewall may let only one
 * of them through. Two sockets have to result, and both ends have to mean the
 * same two. Whoever connects tells what the socket is for. The accepting end
 * always yields, so sockets that cross each other are all lost, and chance has
 * to keep both ends from doing the same again.
 */

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "rules.h"

#define DRBD_TCP_FIRST_MAGIC	0x83740267
#define DRBD_TCP_FIRST_CONTROL	0xfff1
#define DRBD_TCP_FIRST_DATA	0xfff2

/**
 * drbd_tcp_first_encode() - build the first packet of a socket
 * @stream: what the socket is for
 * @buf: gets %DRBD_TCP_FIRST_SIZE bytes
 *
 * Source: spec/transport.md 6.2, dumps D1 and D2.
 */
void drbd_tcp_first_encode(enum drbd_stream stream, u8 *buf)
{
	put_unaligned_be32(DRBD_TCP_FIRST_MAGIC, buf);
	put_unaligned_be16(stream == DRBD_DATA_STREAM ? DRBD_TCP_FIRST_DATA :
			   DRBD_TCP_FIRST_CONTROL, buf + 4);
	put_unaligned_be16(0, buf + 6);
}
EXPORT_SYMBOL_GPL(drbd_tcp_first_encode);

/**
 * drbd_tcp_first_decode() - what a socket is for
 * @buf: its first %DRBD_TCP_FIRST_SIZE bytes
 *
 * The length is ignored.
 *
 * Source: spec/transport.md 16.2.
 *
 * Return: an &enum drbd_stream; -EINVAL when the magic is wrong, -EPROTO when it
 *	is another packet.
 */
int drbd_tcp_first_decode(const u8 *buf)
{
	if (get_unaligned_be32(buf) != DRBD_TCP_FIRST_MAGIC)
		return -EINVAL;
	switch (get_unaligned_be16(buf + 4)) {
	case DRBD_TCP_FIRST_CONTROL:
		return DRBD_CONTROL_STREAM;
	case DRBD_TCP_FIRST_DATA:
		return DRBD_DATA_STREAM;
	}
	return -EPROTO;
}
EXPORT_SYMBOL_GPL(drbd_tcp_first_decode);

/**
 * drbd_tcp_soften() - whether an attempt to connect is worth repeating
 * @err: how it failed
 *
 * A connection that is reset before it was used is one of them: the peer may
 * have chosen another one.
 *
 * Source: spec/transport.md 6.5, 16.4.
 *
 * Return: -EAGAIN when it is, else what it means.
 */
int drbd_tcp_soften(int err)
{
	switch (err) {
	case -ETIMEDOUT:
	case -EINPROGRESS:
	case -EINTR:
	case -ERESTARTSYS:
	case -ECONNREFUSED:
	case -ECONNRESET:
	case -ECONNABORTED:
	case -ENETUNREACH:
	case -ENETDOWN:
	case -EHOSTDOWN:
	case -EHOSTUNREACH:
	case -EAGAIN:
		return -EAGAIN;
	case -EINVAL:
		return -EADDRNOTAVAIL;
	}
	return err;
}
EXPORT_SYMBOL_GPL(drbd_tcp_soften);

/**
 * drbd_tcp_step_connected() - what to do with a socket that this node connected
 * @data: a data socket is held
 * @control: a control socket is held; not both
 * @same_path: those held are on the path of the new one
 * @greater: the local address of the path is the greater one
 *
 * Source: spec/transport.md 6.5 step 1, 16.3.
 *
 * Return: the step; the socket is kept in any case.
 */
struct drbd_tcp_step drbd_tcp_step_connected(bool data, bool control, bool same_path,
					     bool greater)
{
	struct drbd_tcp_step step = {};

	step.drop = (data || control) && !same_path;
	if (step.drop || !(data || control))
		step.stream = greater ? DRBD_DATA_STREAM : DRBD_CONTROL_STREAM;
	else
		step.stream = data ? DRBD_CONTROL_STREAM : DRBD_DATA_STREAM;
	return step;
}
EXPORT_SYMBOL_GPL(drbd_tcp_step_connected);

/**
 * drbd_tcp_step_accepted() - what to do with a socket that the peer connected
 * @data: a data socket is held, and alive
 * @control: a control socket is held, and alive
 * @same_path: those held are on the path of the new one
 * @stream: what the peer said that the socket is for
 *
 * Source: spec/transport.md 6.5 step 3, 16.3.
 *
 * Return: the step; the socket is kept in any case.
 */
struct drbd_tcp_step drbd_tcp_step_accepted(bool data, bool control, bool same_path,
					    enum drbd_stream stream)
{
	struct drbd_tcp_step step = { .stream = stream };

	step.drop = (data || control) && !same_path;
	step.replace = !step.drop && (stream == DRBD_DATA_STREAM ? data : control);
	step.coin = step.replace;
	return step;
}
EXPORT_SYMBOL_GPL(drbd_tcp_step_accepted);

/**
 * drbd_tcp_wait_ticks() - how long to wait for the peer before trying again
 * @connect_int: seconds
 * @hz: ticks per second
 * @longer: chance
 *
 * Source: spec/transport.md 6.1, 16.5.
 *
 * Return: ticks, a seventh above or below @connect_int.
 */
unsigned long drbd_tcp_wait_ticks(u32 connect_int, unsigned int hz, bool longer)
{
	unsigned long ticks = (unsigned long)connect_int * hz;

	return longer ? ticks + ticks / 7 : ticks - ticks / 7;
}
EXPORT_SYMBOL_GPL(drbd_tcp_wait_ticks);

/**
 * drbd_tcp_first_ticks() - how long to wait for the first packet
 * @ping_timeo: tenths of a second
 * @hz: ticks per second
 *
 * Source: spec/transport.md 6.1, 16.6.
 *
 * Return: ticks.
 */
unsigned long drbd_tcp_first_ticks(u32 ping_timeo, unsigned int hz)
{
	return (unsigned long)ping_timeo * 4 * hz / 10;
}
EXPORT_SYMBOL_GPL(drbd_tcp_first_ticks);

/**
 * drbd_tcp_check_ticks() - how long fresh sockets have to live
 * @sock_check_timeo: tenths of a second, 0 for @ping_timeo
 * @ping_timeo: tenths of a second
 * @hz: ticks per second
 *
 * A peer that replaced a socket closes it, which shows after a round trip.
 *
 * Source: spec/transport.md 6.1, 16.6.
 *
 * Return: ticks.
 */
unsigned long drbd_tcp_check_ticks(u32 sock_check_timeo, u32 ping_timeo, unsigned int hz)
{
	return (unsigned long)(sock_check_timeo ?: ping_timeo) * hz / 10;
}
EXPORT_SYMBOL_GPL(drbd_tcp_check_ticks);
