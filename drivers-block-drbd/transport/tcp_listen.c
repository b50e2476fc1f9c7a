// SPDX-License-Identifier: GPL-2.0-only
/*
 * Listening sockets of the TCP transport
 *
 * All paths with the same local address and port share a listener, also those of
 * different connections: three nodes need one port. An incoming connection says
 * nothing about itself but its address, so it belongs to the path with that peer
 * address. Others are closed. Listeners exist only while a path of theirs waits
 * for a connection.
 *
 * Sockets are accepted by a work item, which leaves them at their path. It does
 * not wait for first packets; a peer that sends none delays nobody.
 */

#include <linux/err.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <trace/events/sock.h>

#include "addr.h"
#include "tcp.h"
#include "rules.h"

#define DRBD_TCP_BACKLOG	64

/* Sockets that wait at one path. */
#define DRBD_TCP_MAX_ACCEPTED	8

/**
 * struct drbd_tcp_listener - a listening socket
 * @list: in all listeners
 * @users: paths in @paths; guarded by drbd_tcp_listeners_lock
 * @net: namespace
 * @addr: local address and port
 * @sock: the socket
 * @data_ready: hook that was there before
 * @accept_work: accepts
 * @lock: guards @paths
 * @paths: &drbd_tcp_path.waiter
 */
struct drbd_tcp_listener {
	struct list_head list;
	unsigned int users;
	struct net *net;
	struct sockaddr_storage addr;
	struct socket *sock;
	void (*data_ready)(struct sock *sk);
	struct work_struct accept_work;
	spinlock_t lock; /* paths */
	struct list_head paths;
};

static LIST_HEAD(drbd_tcp_listeners);
static DEFINE_MUTEX(drbd_tcp_listeners_lock);

/* Runs on children as well until they were accepted; these have no user data. */
static void drbd_tcp_listen_data_ready(struct sock *sk)
{
	struct drbd_tcp_listener *listener;

	trace_sk_data_ready(sk);
	read_lock_bh(&sk->sk_callback_lock);
	listener = __locked_read_sk_user_data_with_flags(sk, 0);
	if (listener && sk->sk_state == TCP_LISTEN)
		queue_work(drbd_tcp_wq, &listener->accept_work);
	read_unlock_bh(&sk->sk_callback_lock);
}

static struct drbd_tcp_path *drbd_tcp_find_path(struct drbd_tcp_listener *listener,
						const struct sockaddr_storage *peer)
{
	struct drbd_tcp_path *path;

	lockdep_assert_held(&listener->lock);
	list_for_each_entry(path, &listener->paths, waiter)
		if (drbd_addr_equal(&path->path.peer_addr, peer))
			return path;
	return NULL;
}

static void drbd_tcp_purge(struct list_head *sockets)
{
	struct drbd_tcp_sock *s, *next;

	list_for_each_entry_safe(s, next, sockets, list)
		drbd_tcp_free(s);
}

/*
 * Leave an accepted socket at its path. Of too many the oldest goes, the peer has
 * given up on it. What has to be freed is collected, as it has to wait for the
 * locks to be released.
 *
 * The listener is locked, so the path stays, and with it the transport. Both wait
 * for the sockets that were left with them.
 */
static bool drbd_tcp_dispatch(struct drbd_tcp_listener *listener, struct drbd_tcp_sock *s,
			      const struct sockaddr_storage *peer, struct list_head *garbage)
{
	struct drbd_tcp_path *path;
	struct drbd_tcp *tcp;

	path = drbd_tcp_find_path(listener, peer);
	if (!path)
		return false;
	tcp = drbd_tcp(path->path.transport);
	drbd_tcp_hook(s, tcp);
	s->accepted = true;
	s->deadline = jiffies +
		drbd_tcp_first_ticks(READ_ONCE(tcp->transport.conf.ping_timeo), HZ);
	spin_lock_bh(&tcp->lock);
	list_add_tail(&s->list, &path->accepted);
	if (++path->nr_accepted > DRBD_TCP_MAX_ACCEPTED) {
		list_move_tail(path->accepted.next, garbage);
		path->nr_accepted--;
	}
	spin_unlock_bh(&tcp->lock);
	list_for_each_entry(s, garbage, list)
		drbd_tcp_unhook(s);
	drbd_tcp_event(tcp);
	return true;
}

static void drbd_tcp_accepted(struct drbd_tcp_listener *listener, struct socket *sock)
{
	struct sockaddr_storage peer = {};
	struct drbd_tcp_sock *s;
	LIST_HEAD(garbage);
	bool mine;

	/* The hook of the listener is inherited. */
	write_lock_bh(&sock->sk->sk_callback_lock);
	WRITE_ONCE(sock->sk->sk_data_ready, listener->data_ready);
	write_unlock_bh(&sock->sk->sk_callback_lock);

	s = kernel_getpeername(sock, (struct sockaddr *)&peer) < 0 ? NULL : drbd_tcp_wrap(sock);
	if (!s) {
		sock_release(sock);
		return;
	}

	spin_lock(&listener->lock);
	mine = drbd_tcp_dispatch(listener, s, &peer, &garbage);
	spin_unlock(&listener->lock);
	if (!mine) {
		net_info_ratelimited("drbd: Closing unexpected connection from %pISc\n", &peer);
		drbd_tcp_free(s);
	}
	drbd_tcp_purge(&garbage);
}

static void drbd_tcp_accept_work(struct work_struct *work)
{
	struct drbd_tcp_listener *listener =
		container_of(work, struct drbd_tcp_listener, accept_work);
	unsigned int noio = memalloc_noio_save();
	struct socket *sock;

	/* Each may stand for an event that was lost: go on until there is none. */
	while (!kernel_accept(listener->sock, &sock, O_NONBLOCK))
		drbd_tcp_accepted(listener, sock);
	memalloc_noio_restore(noio);
}

static void drbd_tcp_listener_free(struct drbd_tcp_listener *listener)
{
	struct sock *sk = listener->sock->sk;

	write_lock_bh(&sk->sk_callback_lock);
	WRITE_ONCE(sk->sk_data_ready, listener->data_ready);
	rcu_assign_sk_user_data(sk, NULL);
	write_unlock_bh(&sk->sk_callback_lock);
	cancel_work_sync(&listener->accept_work);
	sock_release(listener->sock);
	kfree(listener);
}

static bool drbd_tcp_listen_silent(int err)
{
	return err == -EAGAIN || err == -EINTR || err == -ERESTARTSYS ||
		err == -EADDRINUSE || err == -EADDRNOTAVAIL;
}

static struct drbd_tcp_listener *drbd_tcp_listener_create(struct drbd_path *path)
{
	struct drbd_tcp_listener *listener;
	const char *step;
	struct sock *sk;
	int err = -ENOMEM;

	listener = kzalloc_obj(*listener, GFP_NOIO);
	if (!listener)
		return ERR_PTR(err);
	INIT_WORK(&listener->accept_work, drbd_tcp_accept_work);
	spin_lock_init(&listener->lock);
	INIT_LIST_HEAD(&listener->paths);
	listener->net = path->net;
	listener->addr = path->my_addr;
	listener->sock = drbd_tcp_socket(path, &step, &err);
	if (!listener->sock)
		goto fail;

	step = "bind before listen";
	err = kernel_bind(listener->sock, (struct sockaddr_unsized *)&path->my_addr,
			  path->my_len);
	if (err)
		goto fail_sock;

	sk = listener->sock->sk;
	write_lock_bh(&sk->sk_callback_lock);
	listener->data_ready = sk->sk_data_ready;
	__rcu_assign_sk_user_data_with_flags(sk, listener, SK_USER_DATA_NOCOPY);
	WRITE_ONCE(sk->sk_data_ready, drbd_tcp_listen_data_ready);
	write_unlock_bh(&sk->sk_callback_lock);

	step = "listen";
	err = kernel_listen(listener->sock, DRBD_TCP_BACKLOG);
	if (!err)
		return listener;
	if (!drbd_tcp_listen_silent(err))
		drbd_transport_err(path->transport, "%s failed, err = %d\n", step, err);
	drbd_tcp_listener_free(listener);
	return ERR_PTR(err);

fail_sock:
	sock_release(listener->sock);
fail:
	if (!drbd_tcp_listen_silent(err))
		drbd_transport_err(path->transport, "%s failed, err = %d\n", step, err);
	kfree(listener);
	return ERR_PTR(err);
}

static struct drbd_tcp_listener *drbd_tcp_listener_get(struct drbd_path *path)
{
	struct drbd_tcp_listener *listener;

	lockdep_assert_held(&drbd_tcp_listeners_lock);
	list_for_each_entry(listener, &drbd_tcp_listeners, list)
		if (net_eq(listener->net, path->net) &&
		    drbd_addr_port_equal(&listener->addr, &path->my_addr))
			return listener;
	listener = drbd_tcp_listener_create(path);
	if (!IS_ERR(listener))
		list_add_tail(&listener->list, &drbd_tcp_listeners);
	return listener;
}

/**
 * drbd_tcp_listen() - let the peer connect on a path
 * @path: the path; it may be listening
 *
 * Context: may sleep; path_lock is held.
 * Return: 0, or why it is impossible.
 */
int drbd_tcp_listen(struct drbd_tcp_path *path)
{
	struct drbd_tcp_listener *listener;
	int err = 0;

	lockdep_assert_held(&path->path.transport->path_lock);
	if (path->listener)
		return 0;

	mutex_lock(&drbd_tcp_listeners_lock);
	listener = drbd_tcp_listener_get(&path->path);
	if (IS_ERR(listener)) {
		err = PTR_ERR(listener);
	} else {
		listener->users++;
		path->listener = listener;
		spin_lock(&listener->lock);
		list_add_tail(&path->waiter, &listener->paths);
		spin_unlock(&listener->lock);
	}
	mutex_unlock(&drbd_tcp_listeners_lock);
	return err;
}

/**
 * drbd_tcp_unlisten() - let the peer connect no more
 * @path: the path; it need not be listening
 *
 * Closes what was accepted and not used.
 *
 * Context: may sleep; path_lock is held.
 */
void drbd_tcp_unlisten(struct drbd_tcp_path *path)
{
	struct drbd_tcp_listener *listener = path->listener;
	struct drbd_tcp *tcp = drbd_tcp(path->path.transport);
	LIST_HEAD(sockets);

	lockdep_assert_held(&path->path.transport->path_lock);
	if (!listener)
		return;

	mutex_lock(&drbd_tcp_listeners_lock);
	path->listener = NULL;
	spin_lock(&listener->lock);
	list_del_init(&path->waiter);
	spin_unlock(&listener->lock);
	if (!--listener->users) {
		list_del(&listener->list);
		drbd_tcp_listener_free(listener);
	}
	mutex_unlock(&drbd_tcp_listeners_lock);

	spin_lock_bh(&tcp->lock);
	list_splice_init(&path->accepted, &sockets);
	path->nr_accepted = 0;
	spin_unlock_bh(&tcp->lock);
	drbd_tcp_purge(&sockets);
}

static bool drbd_tcp_first_pending(struct drbd_tcp_sock *s)
{
	u8 buf[DRBD_TCP_FIRST_SIZE];
	struct kvec vec = { .iov_base = buf, .iov_len = sizeof(buf) };
	struct msghdr msg = {};
	int n;

	n = kernel_recvmsg(s->sock, &msg, &vec, 1, sizeof(buf), MSG_PEEK | MSG_DONTWAIT);
	return n == -EAGAIN || (n > 0 && n < (int)sizeof(buf) && drbd_tcp_alive(s));
}

/**
 * drbd_tcp_next_accepted() - a socket of a path whose first packet can be read
 * @path: the path
 *
 * That packet may also be missing: the peer closed the socket, or took too long.
 *
 * Context: connecting thread, may sleep; path_lock is held.
 * Return: the socket, which the path forgets, or NULL.
 */
struct drbd_tcp_sock *drbd_tcp_next_accepted(struct drbd_tcp_path *path)
{
	struct drbd_tcp *tcp = drbd_tcp(path->path.transport);
	struct drbd_tcp_sock *s, *next, *found = NULL;
	LIST_HEAD(sockets);

	spin_lock_bh(&tcp->lock);
	list_splice_init(&path->accepted, &sockets);
	spin_unlock_bh(&tcp->lock);

	list_for_each_entry_safe(s, next, &sockets, list) {
		if (drbd_tcp_first_pending(s) && time_before(jiffies, s->deadline))
			continue;
		list_del_init(&s->list);
		found = s;
		break;
	}

	spin_lock_bh(&tcp->lock);
	list_splice(&sockets, &path->accepted);
	if (found)
		path->nr_accepted--;
	spin_unlock_bh(&tcp->lock);
	return found;
}
