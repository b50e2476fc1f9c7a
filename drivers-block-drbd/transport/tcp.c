// SPDX-License-Identifier: GPL-2.0-only
/*
 * TCP transport: streams that are up
 *
 * Sends never block in the socket. They wait here, for space, for the end of the
 * connection, or for the time after which the engine decides whether the peer is
 * gone. So a signal to the task that happens to send, which may be any task that
 * writes, cannot cut a packet in two, and the time counts from the last progress.
 *
 * The receiver has a thread of its own, which no signal reaches. It waits in the
 * socket. What ends its wait, or any, is that the socket is shut down. This takes
 * the socket's lock, so abort leaves it to a work item.
 */

#include <linux/bvec.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/seq_file.h>
#include <linux/tcp.h>
#include <net/tcp.h>

#include "tcp.h"

/* Pages that are received into at once. */
#define DRBD_TCP_RECV_PAGES	16

struct workqueue_struct *drbd_tcp_wq;

/*
 * May be late, and find the next connection: then the abort was undone.
 */
static void drbd_tcp_abort_work(struct work_struct *work)
{
	struct drbd_tcp *tcp = container_of(work, struct drbd_tcp, abort_work);
	int i;

	mutex_lock(&tcp->sock_lock);
	for (i = 0; i < DRBD_STREAMS; i++)
		if (tcp->stream[i] && drbd_transport_aborted(&tcp->transport))
			kernel_sock_shutdown(tcp->stream[i]->sock, SHUT_RDWR);
	mutex_unlock(&tcp->sock_lock);
}

static void drbd_tcp_abort(struct drbd_transport *t)
{
	struct drbd_tcp *tcp = drbd_tcp(t);

	queue_work(drbd_tcp_wq, &tcp->abort_work);
	drbd_tcp_event(tcp);
}

static void drbd_tcp_close(struct drbd_transport *t)
{
	struct drbd_tcp_sock *s[DRBD_STREAMS];
	struct drbd_tcp *tcp = drbd_tcp(t);
	int i;

	drbd_transport_send_begin(t, DRBD_DATA_STREAM);
	drbd_transport_send_begin(t, DRBD_CONTROL_STREAM);
	mutex_lock(&tcp->sock_lock);
	spin_lock_bh(&tcp->lock);
	for (i = 0; i < DRBD_STREAMS; i++) {
		s[i] = tcp->stream[i];
		WRITE_ONCE(tcp->stream[i], NULL);
	}
	spin_unlock_bh(&tcp->lock);
	mutex_unlock(&tcp->sock_lock);
	drbd_transport_send_end(t, DRBD_CONTROL_STREAM);
	drbd_transport_send_end(t, DRBD_DATA_STREAM);

	for (i = 0; i < DRBD_STREAMS; i++)
		drbd_tcp_free(s[i]);
	if (tcp->path) {
		drbd_transport_set_established(&tcp->path->path, false);
		drbd_path_put(&tcp->path->path);
		tcp->path = NULL;
	}
}

static void drbd_tcp_start(struct drbd_transport *t)
{
	struct drbd_tcp_sock *s = drbd_tcp(t)->stream[DRBD_CONTROL_STREAM];

	if (s)
		drbd_tcp_start_control(s);
}

static void drbd_tcp_init_path(struct drbd_path *path)
{
	struct drbd_tcp_path *p = drbd_tcp_path(path);

	INIT_LIST_HEAD(&p->waiter);
	INIT_LIST_HEAD(&p->accepted);
}

/* Without its local address a path is useless for now, but not wrong. */
static int drbd_tcp_add_path(struct drbd_transport *t, struct drbd_path *path)
{
	struct drbd_tcp *tcp = drbd_tcp(t);
	int err;

	if (!tcp->connecting)
		return 0;
	err = drbd_tcp_listen(drbd_tcp_path(path));
	if (err && err != -EADDRNOTAVAIL)
		return err;
	drbd_tcp_event(tcp);
	return 0;
}

static bool drbd_tcp_may_remove_path(struct drbd_transport *t, struct drbd_path *path)
{
	return !test_bit(DRBD_PATH_ESTABLISHED, &path->flags);
}

static void drbd_tcp_remove_path(struct drbd_transport *t, struct drbd_path *path)
{
	drbd_tcp_unlisten(drbd_tcp_path(path));
	drbd_tcp_event(drbd_tcp(t));
}

static int drbd_tcp_set_conf(struct drbd_transport *t, const struct drbd_transport_conf *conf)
{
	struct drbd_tcp *tcp = drbd_tcp(t);
	int i;

	if (conf->sndbuf_size == t->conf.sndbuf_size && conf->rcvbuf_size == t->conf.rcvbuf_size)
		return 0;
	mutex_lock(&tcp->sock_lock);
	for (i = 0; i < DRBD_STREAMS; i++)
		if (tcp->stream[i])
			drbd_tcp_buffers(tcp->stream[i]->sock, conf->sndbuf_size,
					 conf->rcvbuf_size);
	mutex_unlock(&tcp->sock_lock);
	return 0;
}

static int drbd_tcp_recv(struct drbd_transport *t, struct iov_iter *to, bool wait)
{
	struct drbd_tcp_sock *s = drbd_tcp(t)->stream[DRBD_DATA_STREAM];
	struct msghdr msg = { .msg_iter = *to };
	int n;

	if (drbd_transport_aborted(t))
		return -ECANCELED;
	if (!s)
		return -ENOTCONN;
	WRITE_ONCE(s->sock->sk->sk_rcvtimeo,
		   drbd_transport_get_rcvtimeo(t, DRBD_DATA_STREAM));
	n = sock_recvmsg(s->sock, &msg, MSG_NOSIGNAL | (wait ? MSG_WAITALL : MSG_DONTWAIT));
	if (n > 0)
		iov_iter_advance(to, n);
	else if (drbd_transport_aborted(t))
		n = -ECANCELED;
	return n;
}

/* Receive into pages in one go, as many as the array takes. */
static int drbd_tcp_recv_batch(struct drbd_transport *t, size_t *size, void *sink)
{
	struct bio_vec bv[DRBD_TCP_RECV_PAGES];
	struct iov_iter to;
	size_t len = 0;
	int nr, i, n;

	for (nr = 0; nr < DRBD_TCP_RECV_PAGES && len < *size; nr++) {
		struct page *page = t->engine->get_page(t, *size - len);

		if (!page)
			break;
		bvec_set_page(&bv[nr], page, min_t(size_t, page_size(page), *size - len), 0);
		len += bv[nr].bv_len;
	}
	if (!nr)
		return -ENOMEM;

	iov_iter_bvec(&to, ITER_DEST, bv, nr, len);
	n = drbd_tcp_recv(t, &to, true);
	/* Less than that: it was the end of the stream, or the time has passed. */
	if (n > 0 && iov_iter_count(&to))
		n = drbd_tcp_recv(t, &to, false);
	if (n > 0)
		n = iov_iter_count(&to) ? -EAGAIN : 0;
	else if (!n)
		n = -ENODATA;
	for (i = 0; !n && i < nr; i++) {
		n = t->engine->add_page(t, sink, bv[i].bv_page, 0, bv[i].bv_len);
		if (n)
			break;
		*size -= bv[i].bv_len;
		bv[i].bv_page = NULL;
	}
	for (i = 0; i < nr; i++)
		if (bv[i].bv_page)
			t->engine->put_page(t, bv[i].bv_page);
	return n;
}

static int drbd_tcp_recv_pages(struct drbd_transport *t, size_t size, void *sink)
{
	int err = 0;

	while (size && !err)
		err = drbd_tcp_recv_batch(t, &size, sink);
	return err;
}

static bool drbd_tcp_send_broken(struct drbd_tcp_sock *s)
{
	struct sock *sk = s->sock->sk;

	return READ_ONCE(sk->sk_err) || (READ_ONCE(sk->sk_shutdown) & SEND_SHUTDOWN) ||
		drbd_transport_aborted(&s->tcp->transport);
}

/*
 * Wait until there is space again. A socket that had none although its buffer is
 * not full lacks memory, of which no event tells.
 */
static int drbd_tcp_wait_space(struct drbd_tcp_sock *s, enum drbd_stream stream,
			       unsigned long *since)
{
	struct drbd_transport *t = &s->tcp->transport;
	unsigned long limit = READ_ONCE(t->conf.timeout) * HZ / 10;
	unsigned long passed = jiffies - *since;
	struct sock *sk = s->sock->sk;

	if (passed >= limit) {
		if (t->engine->send_timed_out(t, stream))
			return -EAGAIN;
		*since = jiffies;
		passed = 0;
	}
	if (sk_stream_is_writeable(sk))
		wait_event_idle_timeout(s->tcp->wait, drbd_tcp_send_broken(s),
					min(limit - passed, 1UL + HZ / 50));
	else
		wait_event_idle_timeout(s->tcp->wait,
					sk_stream_is_writeable(sk) || drbd_tcp_send_broken(s),
					limit - passed);
	return drbd_transport_aborted(t) ? -ECANCELED : 0;
}

static void drbd_tcp_congestion(struct drbd_tcp_sock *s, enum drbd_stream stream)
{
	struct sock *sk = s->sock->sk;

	if (stream == DRBD_DATA_STREAM &&
	    READ_ONCE(sk->sk_wmem_queued) > READ_ONCE(sk->sk_sndbuf) / 5 * 4)
		set_bit(DRBD_TRANSPORT_CONGESTED, &s->tcp->transport.flags);
}

static int drbd_tcp_send_some(struct drbd_tcp_sock *s, struct msghdr *msg)
{
	unsigned int noreclaim = memalloc_noreclaim_save();
	int n = sock_sendmsg(s->sock, msg);

	memalloc_noreclaim_restore(noreclaim);
	return n;
}

static int drbd_tcp_send(struct drbd_transport *t, enum drbd_stream stream,
			 struct iov_iter *from, unsigned int flags)
{
	struct drbd_tcp_sock *s = drbd_tcp(t)->stream[stream];
	struct msghdr msg = {
		.msg_flags = MSG_NOSIGNAL | MSG_DONTWAIT |
			     (flags & DRBD_SEND_MORE ? MSG_MORE : 0) |
			     (flags & DRBD_SEND_ZEROCOPY ? MSG_SPLICE_PAGES : 0),
		.msg_iter = *from,
	};
	unsigned long since = jiffies;
	int n = 0;

	if (!s)
		return -ENOTCONN;
	drbd_tcp_congestion(s, stream);
	while (msg_data_left(&msg)) {
		n = drbd_tcp_send_some(s, &msg);
		if (n > 0) {
			since = jiffies;
			continue;
		}
		if (!n)
			n = -EPIPE;
		if (n != -EAGAIN || flags & DRBD_SEND_NOWAIT)
			break;
		drbd_tcp_congestion(s, stream);
		n = drbd_tcp_wait_space(s, stream, &since);
		if (n)
			break;
	}
	if (n >= 0 && stream == DRBD_DATA_STREAM)
		clear_bit(DRBD_TRANSPORT_CONGESTED, &t->flags);
	return min(n, 0);
}

static void drbd_tcp_hint(struct drbd_transport *t, enum drbd_stream stream, enum drbd_hint hint)
{
	struct drbd_tcp_sock *s = drbd_tcp(t)->stream[stream];
	struct sock *sk;

	if (!s)
		return;
	sk = s->sock->sk;
	switch (hint) {
	case DRBD_HINT_CORK:
		tcp_sock_set_cork(sk, true);
		break;
	case DRBD_HINT_UNCORK:
		tcp_sock_set_cork(sk, false);
		break;
	case DRBD_HINT_PUSH:
		tcp_sock_set_nodelay(sk);
		break;
	case DRBD_HINT_NOSPACE:
		set_bit(SOCK_NOSPACE, &s->sock->flags);
		break;
	case DRBD_HINT_QUICKACK:
		tcp_sock_set_quickack(sk, 2);
		break;
	}
}

static bool drbd_tcp_stream_ok(struct drbd_transport *t, enum drbd_stream stream)
{
	return READ_ONCE(drbd_tcp(t)->stream[stream]);
}

static void drbd_tcp_stats(struct drbd_transport *t, enum drbd_stream stream,
			   struct drbd_transport_stats *stats)
{
	struct drbd_tcp *tcp = drbd_tcp(t);
	struct tcp_sock *tp;

	spin_lock_bh(&tcp->lock);
	if (tcp->stream[stream]) {
		tp = tcp_sk(tcp->stream[stream]->sock->sk);
		stats->unread_received = READ_ONCE(tp->rcv_nxt) - READ_ONCE(tp->copied_seq);
		stats->unacked_send = READ_ONCE(tp->write_seq) - READ_ONCE(tp->snd_una);
		stats->send_buffer_size = READ_ONCE(((struct sock *)tp)->sk_sndbuf);
		stats->send_buffer_used = READ_ONCE(((struct sock *)tp)->sk_wmem_queued);
	}
	spin_unlock_bh(&tcp->lock);
}

static void drbd_tcp_show(struct drbd_transport *t, struct seq_file *m)
{
	static const char *const names[DRBD_STREAMS] = { "data stream", "control stream" };
	struct drbd_transport_stats stats;
	int i;

	seq_puts(m, "v: 0\n\n");
	for (i = 0; i < DRBD_STREAMS; i++) {
		if (!drbd_tcp_stream_ok(t, i))
			continue;
		drbd_transport_stats(t, i, &stats);
		seq_printf(m, "%s\n", names[i]);
		seq_printf(m, "unread receive buffer: %u Byte\n", stats.unread_received);
		seq_printf(m, "unacked send buffer: %u Byte\n", stats.unacked_send);
		seq_printf(m, "send buffer size: %u Byte\n", stats.send_buffer_size);
		seq_printf(m, "send buffer used: %u Byte\n", stats.send_buffer_used);
	}
}

static int drbd_tcp_init(struct drbd_transport *t)
{
	struct drbd_tcp *tcp = drbd_tcp(t);

	init_waitqueue_head(&tcp->wait);
	spin_lock_init(&tcp->lock);
	mutex_init(&tcp->sock_lock);
	INIT_WORK(&tcp->abort_work, drbd_tcp_abort_work);
	return 0;
}

static void drbd_tcp_exit(struct drbd_transport *t)
{
	struct drbd_tcp *tcp = drbd_tcp(t);

	cancel_work_sync(&tcp->abort_work);
	mutex_destroy(&tcp->sock_lock);
}

static struct drbd_transport_class drbd_tcp_class = {
	.name = "tcp",
	.owner = THIS_MODULE,
	.transport_size = sizeof(struct drbd_tcp),
	.path_size = sizeof(struct drbd_tcp_path),
	.init = drbd_tcp_init,
	.exit = drbd_tcp_exit,
	.init_path = drbd_tcp_init_path,
	.connect = drbd_tcp_connect,
	.start = drbd_tcp_start,
	.close = drbd_tcp_close,
	.abort = drbd_tcp_abort,
	.add_path = drbd_tcp_add_path,
	.remove_path = drbd_tcp_remove_path,
	.may_remove_path = drbd_tcp_may_remove_path,
	.set_conf = drbd_tcp_set_conf,
	.recv = drbd_tcp_recv,
	.recv_pages = drbd_tcp_recv_pages,
	.send = drbd_tcp_send,
	.hint = drbd_tcp_hint,
	.stream_ok = drbd_tcp_stream_ok,
	.stats = drbd_tcp_stats,
	.show = drbd_tcp_show,
};

static int __init drbd_tcp_module_init(void)
{
	int err;

	drbd_tcp_wq = alloc_workqueue("drbd_tcp", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!drbd_tcp_wq)
		return -ENOMEM;
	err = drbd_transport_register(&drbd_tcp_class);
	if (err)
		destroy_workqueue(drbd_tcp_wq);
	return err;
}

static void __exit drbd_tcp_module_exit(void)
{
	drbd_transport_unregister(&drbd_tcp_class);
	destroy_workqueue(drbd_tcp_wq);
}

module_init(drbd_tcp_module_init);
module_exit(drbd_tcp_module_exit);

MODULE_DESCRIPTION("TCP transport of DRBD");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("DRBD_TRANSPORT");
