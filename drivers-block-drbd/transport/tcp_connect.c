// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connecting two nodes over TCP
 *
 * One thread waits for everything at once: an attempt of this node, first packets
 * on sockets that the peer connected, changes of paths, and the abort. Whatever
 * happens sets one flag, and the thread looks at all of them again. No step
 * blocks, so a host that drops packets on one path does not delay what comes in
 * on another, and the abort is seen at once.
 *
 * Of all paths one is used: that of the sockets held. An attempt is made on the
 * paths in turn until one of them holds a socket; then on that one, for the other
 * socket. When both are there they have to live for a while: the peer may have
 * replaced one of them by one that it likes better, and its end then shows.
 *
 * The sockets may disappear at any time. That starts nothing at once, as a peer
 * that is not waiting for us closes each socket as soon as it sees it. The next
 * attempt is when it is due.
 */

#include <linux/random.h>
#include <linux/sched/mm.h>
#include <linux/unaligned.h>

#include "addr.h"
#include "tcp.h"
#include "rules.h"

/**
 * struct drbd_tcp_dance - what the connecting thread knows
 * @tcp: the transport
 * @held: sockets that may become streams
 * @path: what @held are on, with a reference; NULL when none is held
 * @attempt: socket of the attempt under way, or NULL
 * @next: path of that or the next attempt, with a reference; NULL for the first
 * @tried: paths tried in this round
 * @attempt_until: jiffies when @attempt has failed
 * @attempt_at: jiffies of the next attempt
 * @check_at: jiffies when both @held have lived long enough
 * @invited: the peer was the last to connect, so it is this node's turn
 */
struct drbd_tcp_dance {
	struct drbd_tcp *tcp;
	struct drbd_tcp_sock *held[DRBD_STREAMS];
	struct drbd_tcp_path *path;
	struct drbd_tcp_sock *attempt;
	struct drbd_tcp_path *next;
	unsigned int tried;
	unsigned long attempt_until;
	unsigned long attempt_at;
	unsigned long check_at;
	bool invited;
};

static const struct drbd_transport_conf *dance_conf(struct drbd_tcp_dance *d)
{
	return &d->tcp->transport.conf;
}

static void dance_point(struct drbd_tcp_path **where, struct drbd_tcp_path *path)
{
	if (path)
		kref_get(&path->path.kref);
	if (*where)
		drbd_path_put(&(*where)->path);
	*where = path;
}

static void dance_drop(struct drbd_tcp_dance *d, enum drbd_stream stream)
{
	drbd_tcp_free(d->held[stream]);
	d->held[stream] = NULL;
	if (!d->held[DRBD_DATA_STREAM] && !d->held[DRBD_CONTROL_STREAM])
		dance_point(&d->path, NULL);
}

static void dance_drop_all(struct drbd_tcp_dance *d)
{
	dance_drop(d, DRBD_DATA_STREAM);
	dance_drop(d, DRBD_CONTROL_STREAM);
}

static void dance_drop_dead(struct drbd_tcp_dance *d)
{
	int i;

	for (i = 0; i < DRBD_STREAMS; i++)
		if (d->held[i] && !drbd_tcp_alive(d->held[i]))
			dance_drop(d, i);
}

static void dance_cancel_attempt(struct drbd_tcp_dance *d)
{
	drbd_tcp_free(d->attempt);
	d->attempt = NULL;
}

static bool dance_complete(struct drbd_tcp_dance *d)
{
	return d->held[DRBD_DATA_STREAM] && d->held[DRBD_CONTROL_STREAM];
}

static void dance_attempt_later(struct drbd_tcp_dance *d)
{
	d->tried = 0;
	d->attempt_at = jiffies + drbd_tcp_wait_ticks(READ_ONCE(dance_conf(d)->connect_int), HZ,
						      get_random_u32_below(2));
}

static void dance_hold(struct drbd_tcp_dance *d, struct drbd_tcp_path *path,
		       enum drbd_stream stream, struct drbd_tcp_sock *s)
{
	d->held[stream] = s;
	dance_point(&d->path, path);
	dance_point(&d->next, path);
	if (!dance_complete(d))
		return;
	dance_cancel_attempt(d);
	d->check_at = jiffies + drbd_tcp_check_ticks(READ_ONCE(dance_conf(d)->sock_check_timeo),
						     READ_ONCE(dance_conf(d)->ping_timeo), HZ);
}

static int dance_send_first(struct drbd_tcp_sock *s, enum drbd_stream stream)
{
	u8 buf[DRBD_TCP_FIRST_SIZE];
	struct kvec vec = { .iov_base = buf, .iov_len = sizeof(buf) };
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL };

	drbd_tcp_first_encode(stream, buf);
	return kernel_sendmsg(s->sock, &msg, &vec, 1, sizeof(buf)) == sizeof(buf) ? 0 : -EIO;
}

/* Not a byte more: what follows belongs to the stream. */
static int dance_recv_first(struct drbd_tcp_sock *s)
{
	u8 buf[DRBD_TCP_FIRST_SIZE];
	struct kvec vec = { .iov_base = buf, .iov_len = sizeof(buf) };
	struct msghdr msg = {};
	int n;

	n = kernel_recvmsg(s->sock, &msg, &vec, 1, sizeof(buf), MSG_DONTWAIT);
	if (n < 0)
		return n;
	if (n < (int)sizeof(buf))
		return -EIO;
	n = drbd_tcp_first_decode(buf);
	if (n == -EINVAL)
		drbd_transport_err(&s->tcp->transport,
				   "Wrong magic value 0x%08x in receive_first_packet\n",
				   get_unaligned_be32(buf));
	return n;
}

static void dance_connected(struct drbd_tcp_dance *d)
{
	struct drbd_tcp_path *path = d->next;
	struct drbd_tcp_sock *s = d->attempt;
	struct drbd_tcp_step step;

	d->attempt = NULL;
	d->invited = false;
	dance_attempt_later(d);
	step = drbd_tcp_step_connected(d->held[DRBD_DATA_STREAM], d->held[DRBD_CONTROL_STREAM],
				       d->path == path,
				       drbd_addr_greater(&path->path.my_addr, path->path.my_len,
							 &path->path.peer_addr,
							 path->path.peer_len));
	if (step.drop) {
		drbd_transport_info(&d->tcp->transport, "initial paths crossed A - fail over\n");
		dance_drop_all(d);
	}
	if (dance_send_first(s, step.stream))
		drbd_tcp_free(s);
	else
		dance_hold(d, path, step.stream, s);
}

static void dance_accepted(struct drbd_tcp_dance *d, struct drbd_tcp_path *path,
			   struct drbd_tcp_sock *s)
{
	struct drbd_transport *t = &d->tcp->transport;
	struct drbd_tcp_step step;
	int stream = dance_recv_first(s);

	if (stream < 0) {
		drbd_transport_info(t, "Error receiving initial packet: %d\n", stream);
		drbd_tcp_free(s);
		return;
	}

	step = drbd_tcp_step_accepted(d->held[DRBD_DATA_STREAM], d->held[DRBD_CONTROL_STREAM],
				      d->path == path, stream);
	if (step.drop) {
		drbd_transport_info(t, "initial paths crossed P - fail over\n");
		dance_drop_all(d);
	}
	if (step.replace) {
		drbd_transport_info(t, "initial packet %c crossed\n",
				    stream == DRBD_DATA_STREAM ? 'S' : 'M');
		drbd_tcp_free(d->held[stream]);
		d->held[stream] = NULL;
	}
	/* The other socket is needed on this path now. */
	if (d->next != path)
		dance_cancel_attempt(d);
	dance_hold(d, path, stream, s);
	d->invited = true;
	if (step.coin && get_random_u32_below(2))
		dance_attempt_later(d);
	else
		d->attempt_at = jiffies;
}

/* The path after the one tried last, or the first one. */
static struct drbd_tcp_path *dance_following(struct drbd_tcp_dance *d)
{
	struct list_head *paths = &d->tcp->transport.paths;
	struct drbd_path *path;

	if (d->next && !list_is_last(&d->next->path.list, paths))
		path = list_next_entry(&d->next->path, list);
	else
		path = list_first_entry(paths, struct drbd_path, list);
	return drbd_tcp_path(path);
}

static bool dance_other_listener(struct drbd_tcp_dance *d, struct drbd_tcp_path *but)
{
	struct drbd_path *path;

	list_for_each_entry(path, &d->tcp->transport.paths, list)
		if (drbd_tcp_path(path) != but && drbd_tcp_path(path)->listener)
			return true;
	return false;
}

/*
 * An attempt failed. While nothing is held the other paths follow at once, and
 * the wait comes after the last of them. Without a local address a path is of no
 * use now, which matters only when there is no other.
 */
static int dance_refused(struct drbd_tcp_dance *d, int err)
{
	struct drbd_transport *t = &d->tcp->transport;
	unsigned int tried = d->tried + 1;

	dance_cancel_attempt(d);
	err = drbd_tcp_soften(err);
	if (err == -EADDRNOTAVAIL && (d->path || dance_other_listener(d, d->next)))
		err = -EAGAIN;
	if (err != -EAGAIN)
		return err;

	dance_attempt_later(d);
	if (d->path)
		return 0;
	if (tried < list_count_nodes(&t->paths)) {
		d->tried = tried;
		d->attempt_at = jiffies;
	}
	dance_point(&d->next, dance_following(d));
	return 0;
}

static int dance_start_attempt(struct drbd_tcp_dance *d)
{
	struct drbd_transport *t = &d->tcp->transport;
	struct sockaddr_storage my;
	struct drbd_path *path;
	struct socket *sock;
	const char *step;
	int err;

	if (!d->next)
		dance_point(&d->next, dance_following(d));
	if (!d->next->listener)
		return dance_refused(d, -EADDRNOTAVAIL);
	path = &d->next->path;

	sock = drbd_tcp_socket(path, &step, &err);
	if (!sock)
		goto fail;
	d->attempt = drbd_tcp_wrap(sock);
	if (!d->attempt) {
		sock_release(sock);
		return -ENOMEM;
	}
	drbd_tcp_hook(d->attempt, d->tcp);

	step = "bind before connect";
	my = path->my_addr;
	drbd_addr_any_port(&my);
	err = kernel_bind(sock, (struct sockaddr_unsized *)&my, path->my_len);
	if (err)
		goto fail;

	step = "connect";
	d->attempt_until = jiffies + READ_ONCE(dance_conf(d)->connect_int) * HZ;
	err = kernel_connect(sock, (struct sockaddr_unsized *)&path->peer_addr, path->peer_len,
			     O_NONBLOCK);
	if (err == -EINPROGRESS)
		return 0;
	if (!err) {
		dance_connected(d);
		return 0;
	}
fail:
	err = dance_refused(d, err);
	if (err && err != -EADDRNOTAVAIL)
		drbd_transport_err(t, "%s failed, err = %d\n", step, err);
	return err;
}

static int dance_attempt(struct drbd_tcp_dance *d)
{
	struct drbd_path *path;
	int err;

	if (!d->attempt) {
		if (time_before(jiffies, d->attempt_at))
			return 0;
		return dance_start_attempt(d);
	}

	path = &d->next->path;
	err = kernel_connect(d->attempt->sock, (struct sockaddr_unsized *)&path->peer_addr,
			     path->peer_len, O_NONBLOCK);
	if (!err) {
		dance_connected(d);
		return 0;
	}
	if (err == -EALREADY) {
		if (time_before(jiffies, d->attempt_until))
			return 0;
		err = -ETIMEDOUT;
	}
	err = dance_refused(d, err);
	if (err && err != -EADDRNOTAVAIL)
		drbd_transport_err(&d->tcp->transport, "connect failed, err = %d\n", err);
	return err;
}

static void dance_accept(struct drbd_tcp_dance *d)
{
	struct drbd_tcp_sock *s;
	struct drbd_path *path;

	list_for_each_entry(path, &d->tcp->transport.paths, list) {
		while (!dance_complete(d)) {
			s = drbd_tcp_next_accepted(drbd_tcp_path(path));
			if (!s)
				break;
			dance_accepted(d, drbd_tcp_path(path), s);
		}
	}
}

/* Follow what the administrator did to the paths. */
static int dance_paths(struct drbd_tcp_dance *d)
{
	struct drbd_path *path;
	int err = -EDESTADDRREQ;
	bool any = false;

	if (d->path && test_bit(DRBD_PATH_REMOVED, &d->path->path.flags))
		dance_drop_all(d);
	if (d->next && test_bit(DRBD_PATH_REMOVED, &d->next->path.flags)) {
		dance_cancel_attempt(d);
		dance_point(&d->next, NULL);
		d->attempt_at = jiffies;
	}
	list_for_each_entry(path, &d->tcp->transport.paths, list) {
		int e = drbd_tcp_listen(drbd_tcp_path(path));

		if (!e)
			any = true;
		else if (err == -EDESTADDRREQ || err == -EADDRNOTAVAIL)
			err = e;
	}
	return any ? 0 : err;
}

static int dance_publish(struct drbd_tcp_dance *d)
{
	struct drbd_tcp *tcp = d->tcp;
	int i;

	assign_bit(DRBD_TRANSPORT_RESOLVE, &tcp->transport.flags,
		   d->held[DRBD_CONTROL_STREAM]->accepted);
	for (i = 0; i < DRBD_STREAMS; i++) {
		drbd_tcp_tune(d->held[i], i);
		/* It may be from a listener of other options, or older than ours. */
		drbd_tcp_buffers(d->held[i]->sock, tcp->transport.conf.sndbuf_size,
				 tcp->transport.conf.rcvbuf_size);
	}

	drbd_transport_send_begin(&tcp->transport, DRBD_DATA_STREAM);
	drbd_transport_send_begin(&tcp->transport, DRBD_CONTROL_STREAM);
	mutex_lock(&tcp->sock_lock);
	spin_lock_bh(&tcp->lock);
	for (i = 0; i < DRBD_STREAMS; i++) {
		WRITE_ONCE(tcp->stream[i], d->held[i]);
		d->held[i] = NULL;
	}
	spin_unlock_bh(&tcp->lock);
	mutex_unlock(&tcp->sock_lock);
	drbd_transport_send_end(&tcp->transport, DRBD_CONTROL_STREAM);
	drbd_transport_send_end(&tcp->transport, DRBD_DATA_STREAM);

	dance_point(&tcp->path, d->path);
	dance_point(&d->path, NULL);
	drbd_transport_set_established(&tcp->path->path, true);
	return 1;
}

/*
 * Return: 1 when there is a connection, 0 to go on later, or an error.
 */
static int dance_step(struct drbd_tcp_dance *d)
{
	bool complete = dance_complete(d);
	int err = dance_paths(d);

	if (err)
		return err;
	dance_drop_dead(d);
	if (dance_complete(d))
		return time_before(jiffies, d->check_at) ? 0 : dance_publish(d);
	if (complete && d->invited)
		d->attempt_at = jiffies;

	dance_accept(d);
	if (dance_complete(d))
		return 0;
	return dance_attempt(d);
}

static unsigned long dance_earlier(unsigned long a, unsigned long b)
{
	return time_before(a, b) ? a : b;
}

static long dance_sleep(struct drbd_tcp_dance *d)
{
	struct drbd_tcp_sock *s;
	struct drbd_path *path;
	unsigned long when;

	if (dance_complete(d)) {
		when = d->check_at;
	} else {
		when = d->attempt ? d->attempt_until : d->attempt_at;
		spin_lock_bh(&d->tcp->lock);
		list_for_each_entry(path, &d->tcp->transport.paths, list)
			list_for_each_entry(s, &drbd_tcp_path(path)->accepted, list)
				when = dance_earlier(when, s->deadline);
		spin_unlock_bh(&d->tcp->lock);
	}
	return time_after(when, jiffies) ? when - jiffies : 0;
}

static int dance_run(struct drbd_tcp_dance *d)
{
	struct drbd_transport *t = &d->tcp->transport;
	long sleep;
	int err;

	for (;;) {
		if (drbd_transport_aborted(t))
			return -EAGAIN;
		mutex_lock(&t->path_lock);
		err = dance_step(d);
		sleep = dance_sleep(d);
		mutex_unlock(&t->path_lock);
		if (err)
			return err;
		wait_event_idle_timeout(d->tcp->wait,
					test_and_clear_bit(DRBD_TCP_EVENT, &d->tcp->flags), sleep);
	}
}

/**
 * drbd_tcp_connect() - see drbd_transport_connect()
 * @t: the transport
 *
 * Source: spec/transport.md 6.5.
 *
 * Return: see drbd_transport_connect().
 */
int drbd_tcp_connect(struct drbd_transport *t)
{
	struct drbd_tcp_dance d = { .tcp = drbd_tcp(t), .attempt_at = jiffies };
	unsigned int noio = memalloc_noio_save();
	struct drbd_path *path;
	int err;

	mutex_lock(&t->path_lock);
	d.tcp->connecting = true;
	mutex_unlock(&t->path_lock);

	err = dance_run(&d);

	mutex_lock(&t->path_lock);
	d.tcp->connecting = false;
	list_for_each_entry(path, &t->paths, list)
		drbd_tcp_unlisten(drbd_tcp_path(path));
	mutex_unlock(&t->path_lock);

	dance_cancel_attempt(&d);
	dance_drop_all(&d);
	dance_point(&d.next, NULL);
	memalloc_noio_restore(noio);
	return err > 0 ? 0 : err;
}
