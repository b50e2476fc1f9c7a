// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets of the TCP transport, and their hooks
 *
 * The sockets carry writes that may be needed to free memory. They allocate
 * without I/O, may use the reserves once they carry a connection, and use no
 * page fragment of the task that happens to send.
 *
 * A socket has the same hooks all its life. What they do depends on whom it
 * belongs to: they wake the thread that connects, or a sender that waits for
 * space, or deliver the control stream. The latter happens right in the hook,
 * which has the socket locked, so pieces cannot overtake each other.
 */

#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/pkt_sched.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <net/tcp.h>
#include <trace/events/sock.h>

#include "tcp.h"

static unsigned int keepidle = 23;
module_param(keepidle, uint, 0644);
MODULE_PARM_DESC(keepidle, "seconds until an idle data socket is probed, 0 for the system's value");

static unsigned int keepintvl = 23;
module_param(keepintvl, uint, 0644);
MODULE_PARM_DESC(keepintvl, "seconds between probes, 0 for the system's value");

static unsigned int keepcnt = 9;
module_param(keepcnt, uint, 0644);
MODULE_PARM_DESC(keepcnt, "probes without answer, 0 for the system's value");

#ifdef CONFIG_DEBUG_LOCK_ALLOC
static struct lock_class_key drbd_tcp_sk_key[2];
static struct lock_class_key drbd_tcp_slock_key[2];

/*
 * Sockets of user space are locked before locks that writing to a disk may need.
 * Ours are locked after them.
 */
static void drbd_tcp_reclassify(struct sock *sk)
{
	if (WARN_ON_ONCE(!sock_allow_reclassification(sk)))
		return;
	if (sk->sk_family == AF_INET6)
		sock_lock_init_class_and_name(sk, "slock-AF_INET6-DRBD", &drbd_tcp_slock_key[1],
					      "sk_lock-AF_INET6-DRBD", &drbd_tcp_sk_key[1]);
	else
		sock_lock_init_class_and_name(sk, "slock-AF_INET-DRBD", &drbd_tcp_slock_key[0],
					      "sk_lock-AF_INET-DRBD", &drbd_tcp_sk_key[0]);
}
#else
static void drbd_tcp_reclassify(struct sock *sk)
{
}
#endif

/**
 * drbd_tcp_buffers() - set the sizes of socket buffers
 * @sock: socket
 * @sndbuf: bytes, 0 for automatic tuning
 * @rcvbuf: bytes, 0 for automatic tuning
 *
 * The sizes are taken as they are: the administrator of a cluster knows what a
 * long link needs, whatever the limits for user space are.
 *
 * Context: may sleep.
 */
void drbd_tcp_buffers(struct socket *sock, u32 sndbuf, u32 rcvbuf)
{
	const struct proto_ops *ops = READ_ONCE(sock->ops);
	struct sock *sk = sock->sk;

	lock_sock(sk);
	if (sndbuf) {
		WRITE_ONCE(sk->sk_sndbuf, max_t(u32, sndbuf, SOCK_MIN_SNDBUF));
		sk->sk_userlocks |= SOCK_SNDBUF_LOCK;
		sk->sk_write_space(sk);
	} else {
		sk->sk_userlocks &= ~SOCK_SNDBUF_LOCK;
	}
	if (rcvbuf) {
		WRITE_ONCE(sk->sk_rcvbuf, max_t(u32, rcvbuf, SOCK_MIN_RCVBUF));
		sk->sk_userlocks |= SOCK_RCVBUF_LOCK;
		if (ops->set_rcvbuf)
			ops->set_rcvbuf(sk, sk->sk_rcvbuf);
	} else {
		sk->sk_userlocks &= ~SOCK_RCVBUF_LOCK;
	}
	release_sock(sk);
}

/**
 * drbd_tcp_socket() - create a socket for a path
 * @path: the path
 * @step: what failed, for a message
 * @err: set on failure
 *
 * Return: the socket, or NULL.
 */
struct socket *drbd_tcp_socket(struct drbd_path *path, const char **step, int *err)
{
	struct drbd_transport *t = path->transport;
	struct socket *sock;

	*step = "sock_create_kern";
	*err = sock_create_kern(path->net, path->my_addr.ss_family, SOCK_STREAM, IPPROTO_TCP,
				&sock);
	if (*err)
		return NULL;
	drbd_tcp_reclassify(sock->sk);
	sock->sk->sk_allocation = GFP_NOIO;
	sock->sk->sk_use_task_frag = false;
	sock_set_reuseaddr(sock->sk);
	drbd_tcp_buffers(sock, READ_ONCE(t->conf.sndbuf_size), READ_ONCE(t->conf.rcvbuf_size));
	return sock;
}

static struct drbd_tcp_sock *drbd_tcp_hooked(struct sock *sk)
{
	return __locked_read_sk_user_data_with_flags(sk, 0);
}

static int drbd_tcp_control_skb(read_descriptor_t *desc, struct sk_buff *skb,
				unsigned int offset, size_t len)
{
	struct drbd_transport *t = desc->arg.data;
	struct skb_seq_state seq;
	unsigned int done = 0, n;
	const u8 *data;

	skb_prepare_seq_read(skb, offset, offset + len, &seq);
	while ((n = skb_seq_read(done, &data, &seq))) {
		n = min_t(unsigned int, n, len - done);
		if (!drbd_transport_aborted(t))
			t->engine->control_data(t, data, n);
		done += n;
	}
	return len;
}

static void drbd_tcp_control_closed(struct drbd_tcp_sock *s)
{
	struct drbd_transport *t = &s->tcp->transport;

	if (s->closed || drbd_transport_aborted(t))
		return;
	s->closed = true;
	t->engine->control_event(t, DRBD_CONTROL_CLOSED);
}

/* The socket is locked. */
static void drbd_tcp_control_read(struct drbd_tcp_sock *s)
{
	struct drbd_transport *t = &s->tcp->transport;
	read_descriptor_t desc = { .count = 1, .arg.data = t };

	if (tcp_read_sock(s->sock->sk, &desc, drbd_tcp_control_skb) > 0)
		drbd_transport_timer_rearm(t);
	if (!drbd_tcp_alive(s))
		drbd_tcp_control_closed(s);
}

static void drbd_tcp_data_ready(struct sock *sk)
{
	struct drbd_tcp_sock *s;

	trace_sk_data_ready(sk);
	read_lock_bh(&sk->sk_callback_lock);
	s = drbd_tcp_hooked(sk);
	if (s && s->control) {
		drbd_tcp_control_read(s);
	} else if (s) {
		s->data_ready(sk);
		drbd_tcp_event(s->tcp);
	}
	read_unlock_bh(&sk->sk_callback_lock);
}

/*
 * A segment may bring both the last bytes and the end of the stream. Then this
 * runs in the midst of it, before the former can be read: data_ready follows,
 * and does the rest. Nothing follows a reset.
 */
static void drbd_tcp_state_change(struct sock *sk)
{
	struct drbd_tcp_sock *s;

	read_lock_bh(&sk->sk_callback_lock);
	s = drbd_tcp_hooked(sk);
	if (s) {
		s->state_change(sk);
		drbd_tcp_event(s->tcp);
		if (s->control && (sk->sk_state == TCP_CLOSE ||
				   (!drbd_tcp_alive(s) && skb_queue_empty(&sk->sk_receive_queue))))
			drbd_tcp_control_closed(s);
	}
	read_unlock_bh(&sk->sk_callback_lock);
}

static void drbd_tcp_write_space(struct sock *sk)
{
	struct drbd_tcp_sock *s;

	read_lock_bh(&sk->sk_callback_lock);
	s = drbd_tcp_hooked(sk);
	if (s) {
		s->write_space(sk);
		if (sk_stream_is_writeable(sk))
			wake_up(&s->tcp->wait);
	}
	read_unlock_bh(&sk->sk_callback_lock);
}

/**
 * drbd_tcp_wrap() - take charge of a socket
 * @sock: the socket
 *
 * Return: NULL without memory; the socket then stays the caller's.
 */
struct drbd_tcp_sock *drbd_tcp_wrap(struct socket *sock)
{
	struct drbd_tcp_sock *s = kzalloc_obj(*s, GFP_NOIO);

	if (s) {
		s->sock = sock;
		INIT_LIST_HEAD(&s->list);
	}
	return s;
}

/**
 * drbd_tcp_hook() - let a socket wake its transport
 * @s: the socket; its hooks are the original ones
 * @tcp: the transport
 *
 * Context: process, may be atomic.
 */
void drbd_tcp_hook(struct drbd_tcp_sock *s, struct drbd_tcp *tcp)
{
	struct sock *sk = s->sock->sk;

	s->tcp = tcp;
	write_lock_bh(&sk->sk_callback_lock);
	s->data_ready = sk->sk_data_ready;
	s->state_change = sk->sk_state_change;
	s->write_space = sk->sk_write_space;
	__rcu_assign_sk_user_data_with_flags(sk, s, SK_USER_DATA_NOCOPY);
	WRITE_ONCE(sk->sk_data_ready, drbd_tcp_data_ready);
	sk->sk_state_change = drbd_tcp_state_change;
	sk->sk_write_space = drbd_tcp_write_space;
	write_unlock_bh(&sk->sk_callback_lock);
}

/**
 * drbd_tcp_unhook() - let a socket forget its transport
 * @s: the socket
 *
 * No hook runs afterwards.
 *
 * Context: process, may be atomic.
 */
void drbd_tcp_unhook(struct drbd_tcp_sock *s)
{
	struct sock *sk = s->sock->sk;

	if (!s->tcp)
		return;
	write_lock_bh(&sk->sk_callback_lock);
	WRITE_ONCE(sk->sk_data_ready, s->data_ready);
	sk->sk_state_change = s->state_change;
	sk->sk_write_space = s->write_space;
	rcu_assign_sk_user_data(sk, NULL);
	write_unlock_bh(&sk->sk_callback_lock);
	s->tcp = NULL;
}

/*
 * As sk_clear_memalloc(), which has to be called with the socket locked, but takes
 * the lock of CPU hotplug. A write that frees memory may need a socket of this
 * class, and whoever holds the other lock may need memory.
 */
static void drbd_tcp_clear_memalloc(struct sock *sk)
{
	bool set;

	lock_sock(sk);
	set = sock_flag(sk, SOCK_MEMALLOC);
	sock_reset_flag(sk, SOCK_MEMALLOC);
	sk->sk_allocation &= ~__GFP_MEMALLOC;
	sk_mem_reclaim(sk);
	release_sock(sk);
	if (set)
		static_branch_dec(&memalloc_socks_key);
}

/**
 * drbd_tcp_free() - close a socket
 * @s: the socket; may be NULL
 *
 * Context: may sleep; neither a send lock nor a socket is locked.
 */
void drbd_tcp_free(struct drbd_tcp_sock *s)
{
	if (!s)
		return;
	drbd_tcp_unhook(s);
	kernel_sock_shutdown(s->sock, SHUT_RDWR);
	drbd_tcp_clear_memalloc(s->sock->sk);
	sock_release(s->sock);
	kfree(s);
}

/**
 * drbd_tcp_tune() - prepare a socket for what it will carry
 * @s: the socket
 * @stream: which stream
 *
 * Keepalive is there for middleboxes that forget idle sessions. That the peer is
 * alive is found out on the control stream.
 *
 * Source: spec/transport.md 6.7.
 *
 * Context: may sleep.
 */
void drbd_tcp_tune(struct drbd_tcp_sock *s, enum drbd_stream stream)
{
	struct sock *sk = s->sock->sk;

	lock_sock(sk);
	/* An accepted socket has its own; sk_set_memalloc() adds to it. */
	sk->sk_allocation = GFP_NOIO;
	sk->sk_use_task_frag = false;
	release_sock(sk);
	sk_set_memalloc(sk);
	sock_set_reuseaddr(sk);
	tcp_sock_set_nodelay(sk);
	if (stream == DRBD_CONTROL_STREAM) {
		sock_set_priority(sk, TC_PRIO_INTERACTIVE);
		return;
	}
	sock_set_priority(sk, TC_PRIO_INTERACTIVE_BULK);
	sock_set_keepalive(sk);
	if (keepidle)
		tcp_sock_set_keepidle(sk, keepidle);
	if (keepintvl)
		tcp_sock_set_keepintvl(sk, keepintvl);
	if (keepcnt)
		tcp_sock_set_keepcnt(sk, keepcnt);
}

/**
 * drbd_tcp_start_control() - deliver the control stream from now on
 * @s: its socket
 *
 * Begins with what came before.
 *
 * Context: may sleep.
 */
void drbd_tcp_start_control(struct drbd_tcp_sock *s)
{
	struct sock *sk = s->sock->sk;

	lock_sock(sk);
	read_lock_bh(&sk->sk_callback_lock);
	s->control = true;
	drbd_tcp_control_read(s);
	read_unlock_bh(&sk->sk_callback_lock);
	release_sock(sk);
}
