/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TCP transport: what its files share
 *
 * Who owns a socket, and for how long:
 *
 * * A socket that was accepted hangs on a path until the connecting thread takes
 *   it, the path goes, or connecting ends (drbd_tcp_listen.c).
 * * While connecting, the sockets belong to the connecting thread alone.
 * * Once published in &drbd_tcp.stream they are freed by close only. The pointer
 *   changes with the send lock of the stream, &drbd_tcp.sock_lock and
 *   &drbd_tcp.lock held. Any one of these keeps the socket: the first for sends,
 *   the second for what sleeps (abort), the last for a short look. The receiver
 *   needs none, as it is the one that closes.
 * * Hooks of a socket run with its sk_callback_lock held for reading, and find
 *   &struct drbd_tcp_sock in sk_user_data. Taking the hooks out takes that lock
 *   for writing, so none runs afterwards.
 *
 * Locks: path_lock > send locks > &drbd_tcp.sock_lock > socket > &drbd_tcp.lock,
 * and path_lock > drbd_tcp_listeners_lock > listener lock > &drbd_tcp.lock.
 */
#ifndef DRBD_TRANSPORT_TCP_H
#define DRBD_TRANSPORT_TCP_H

#include <linux/jiffies.h>
#include <linux/net.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <net/sock.h>

#include "transport.h"

struct drbd_tcp;
struct drbd_tcp_listener;

/**
 * struct drbd_tcp_sock - a socket of a connection
 * @sock: the socket
 * @tcp: whom it belongs to
 * @list: in &drbd_tcp_path.accepted
 * @deadline: jiffies by which the first packet has to be here
 * @accepted: the peer connected it
 * @control: hooks deliver the control stream; written with the socket locked
 * @closed: the engine knows that the control stream ended; as @control
 * @data_ready: hook that was there before
 * @state_change: hook that was there before
 * @write_space: hook that was there before
 */
struct drbd_tcp_sock {
	struct socket *sock;
	struct drbd_tcp *tcp;
	struct list_head list;
	unsigned long deadline;
	bool accepted;
	bool control;
	bool closed;
	void (*data_ready)(struct sock *sk);
	void (*state_change)(struct sock *sk);
	void (*write_space)(struct sock *sk);
};

/**
 * struct drbd_tcp_path - a path
 * @path: common part
 * @listener: NULL while not connecting, or without a local address; changes with
 *	path_lock held
 * @waiter: in the paths of @listener, guarded by its lock
 * @accepted: sockets that nobody looked at yet, oldest first; guarded by
 *	&drbd_tcp.lock
 * @nr_accepted: how many
 */
struct drbd_tcp_path {
	struct drbd_path path;
	struct drbd_tcp_listener *listener;
	struct list_head waiter;
	struct list_head accepted;
	unsigned int nr_accepted;
};

/* Bits of &drbd_tcp.flags. */
#define DRBD_TCP_EVENT	0

/**
 * struct drbd_tcp - a TCP transport
 * @transport: common part
 * @wait: the connecting thread and senders sleep here
 * @flags: %DRBD_TCP_EVENT: the connecting thread has something to look at
 * @connecting: paths have listeners; guarded by path_lock
 * @path: what the streams run on, with a reference; guarded by path_lock
 * @lock: see above
 * @sock_lock: see above
 * @stream: the streams, or NULL
 * @abort_work: shuts down the streams
 */
struct drbd_tcp {
	struct drbd_transport transport;
	wait_queue_head_t wait;
	unsigned long flags;
	bool connecting;
	struct drbd_tcp_path *path;
	spinlock_t lock; /* short looks at the streams, accepted sockets */
	struct mutex sock_lock; /* the streams, for those who sleep */
	struct drbd_tcp_sock *stream[DRBD_STREAMS];
	struct work_struct abort_work;
};

static inline struct drbd_tcp *drbd_tcp(struct drbd_transport *transport)
{
	return container_of(transport, struct drbd_tcp, transport);
}

static inline struct drbd_tcp_path *drbd_tcp_path(struct drbd_path *path)
{
	return container_of(path, struct drbd_tcp_path, path);
}

/**
 * drbd_tcp_event() - let the connecting thread look around
 * @tcp: the transport
 *
 * Context: any.
 */
static inline void drbd_tcp_event(struct drbd_tcp *tcp)
{
	set_bit(DRBD_TCP_EVENT, &tcp->flags);
	wake_up(&tcp->wait);
}

/**
 * drbd_tcp_alive() - whether both directions of a socket work
 * @s: the socket
 *
 * Return: true as far as known.
 */
static inline bool drbd_tcp_alive(const struct drbd_tcp_sock *s)
{
	return READ_ONCE(s->sock->sk->sk_state) == TCP_ESTABLISHED;
}

/* tcp_sock.c */
struct socket *drbd_tcp_socket(struct drbd_path *path, const char **step, int *err);
void drbd_tcp_buffers(struct socket *sock, u32 sndbuf, u32 rcvbuf);
struct drbd_tcp_sock *drbd_tcp_wrap(struct socket *sock);
void drbd_tcp_hook(struct drbd_tcp_sock *s, struct drbd_tcp *tcp);
void drbd_tcp_unhook(struct drbd_tcp_sock *s);
void drbd_tcp_free(struct drbd_tcp_sock *s);
void drbd_tcp_tune(struct drbd_tcp_sock *s, enum drbd_stream stream);
void drbd_tcp_start_control(struct drbd_tcp_sock *s);

/* tcp_listen.c */
int drbd_tcp_listen(struct drbd_tcp_path *path);
void drbd_tcp_unlisten(struct drbd_tcp_path *path);
struct drbd_tcp_sock *drbd_tcp_next_accepted(struct drbd_tcp_path *path);

/* tcp_connect.c */
int drbd_tcp_connect(struct drbd_transport *transport);

extern struct workqueue_struct *drbd_tcp_wq;

#endif
