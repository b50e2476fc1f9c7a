/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Transports: two ordered byte streams to one peer
 *
 * A connection of DRBD owns one transport. It has any number of paths, that is
 * pairs of a local and a remote address, and, once connected, two streams. The
 * data stream is pulled by one thread of the engine, the control stream is
 * pushed into the engine from where the network delivers it, so that an
 * ack costs no wake-up. There is no order between the streams.
 *
 * The life of a transport, as the engine drives it::
 *
 *	create
 *	  rearm > connect > start > (send, recv, ...) > close		any number of times
 *	destroy
 *
 * Paths may be added and removed at any time after create.
 *
 * Contexts and locks:
 *
 * * One thread, the receiver, calls connect, start, recv and close. Nobody else
 *   may call these at the same time. They sleep.
 * * send and hint are called with the send lock of the stream held, by any
 *   thread that may sleep; signals do not disturb them. The order of sends is
 *   the order on the stream.
 * * abort may be called in any context. It ends whatever sleeps in connect,
 *   recv or send, and makes all further calls fail until rearm. As rearm only
 *   clears a flag the engine can call it under the lock of its state, which
 *   keeps it from undoing an abort that came with a later state.
 * * set_rcvtimeo, get_rcvtimeo, stream_ok and stats may be called in softirq.
 * * Lock order: path_lock > send lock of the data stream > that of the control
 *   stream. The engine's own locks come before all of these, except for what
 *   its callbacks take (see &struct drbd_transport_engine).
 *
 * What other kinds of transports need of this interface:
 *
 * * lb-tcp: one call of send is one unit. What is copied (a header and all that
 *   belongs to it) is never split; an iterator of pages may be, between pages.
 *   Paths that come and go below a connection report through path_event.
 * * rdma: one call of send with at most %DRBD_UNIT_MAX bytes of copied data is
 *   one message, each page another. recv_pages() gives the engine pages that
 *   data already is in; the engine must not assume that it allocated them for a
 *   certain size. Hints are for sockets, and may be ignored.
 * * TLS: is up to a transport, between the first packets and publishing of the
 *   streams, within connect, as net/handshake wants a socket that nobody uses.
 *   Whether it is wanted is part of &struct drbd_transport_conf; a transport that
 *   cannot do it has to refuse that configuration. On a TLS socket the control
 *   stream is pushed by a work item, which the rules for control_data allow.
 */
#ifndef DRBD_TRANSPORT_H
#define DRBD_TRANSPORT_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/socket.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/types.h>
#include <linux/uio.h>

struct bio;
struct module;
struct net;
struct page;
struct seq_file;
struct drbd_transport;

/* Copied data of one send: the buffers that some peers receive into. */
#define DRBD_UNIT_MAX	4096

/**
 * enum drbd_stream - the streams of a connection
 * @DRBD_DATA_STREAM: pulled by the receiver
 * @DRBD_CONTROL_STREAM: pushed into the engine
 * @DRBD_STREAMS: how many there are
 */
enum drbd_stream {
	DRBD_DATA_STREAM,
	DRBD_CONTROL_STREAM,
	DRBD_STREAMS,
};

/**
 * enum drbd_control_event - what happened to the control stream
 * @DRBD_CONTROL_CLOSED: the peer closed it, or it broke; at most once per connect
 * @DRBD_CONTROL_TIMEOUT: nothing came for the time set with set_rcvtimeo
 */
enum drbd_control_event {
	DRBD_CONTROL_CLOSED,
	DRBD_CONTROL_TIMEOUT,
};

/**
 * enum drbd_send_flags - how to send
 * @DRBD_SEND_MORE: more follows at once, do not hurry
 * @DRBD_SEND_ZEROCOPY: pages may be referenced after return; without it the
 *	caller may change them
 * @DRBD_SEND_NOWAIT: fail rather than wait for space
 */
enum drbd_send_flags {
	DRBD_SEND_MORE = 1,
	DRBD_SEND_ZEROCOPY = 2,
	DRBD_SEND_NOWAIT = 4,
};

/**
 * enum drbd_hint - what the engine knows about the traffic to come
 * @DRBD_HINT_CORK: collect what is sent
 * @DRBD_HINT_UNCORK: send what was collected
 * @DRBD_HINT_PUSH: send what was collected, stay corked
 * @DRBD_HINT_NOSPACE: the send buffer might be larger
 * @DRBD_HINT_QUICKACK: acknowledge what was received, no answer follows soon
 */
enum drbd_hint {
	DRBD_HINT_CORK,
	DRBD_HINT_UNCORK,
	DRBD_HINT_PUSH,
	DRBD_HINT_NOSPACE,
	DRBD_HINT_QUICKACK,
};

/**
 * struct drbd_transport_conf - the options that transports use
 * @connect_int: seconds between attempts to connect, and that one may take
 * @ping_timeo: tenths of a second in which a peer that is alive answers
 * @sock_check_timeo: tenths of a second to wait before a fresh socket counts as
 *	established, 0 for @ping_timeo
 * @timeout: tenths of a second without progress until a send asks the engine
 *	whether it shall go on
 * @sndbuf_size: bytes, 0 for automatic tuning
 * @rcvbuf_size: bytes, 0 for automatic tuning
 */
struct drbd_transport_conf {
	u32 connect_int;
	u32 ping_timeo;
	u32 sock_check_timeo;
	u32 timeout;
	u32 sndbuf_size;
	u32 rcvbuf_size;
};

/**
 * struct drbd_transport_stats - how full the buffers of the data stream are
 * @unread_received: bytes that came in and were not read
 * @unacked_send: bytes sent that the peer did not acknowledge
 * @send_buffer_size: bytes
 * @send_buffer_used: bytes
 */
struct drbd_transport_stats {
	u32 unread_received;
	u32 unacked_send;
	u32 send_buffer_size;
	u32 send_buffer_used;
};

/* Bits of &drbd_path.flags; transports may use those from 16 on. */
#define DRBD_PATH_ESTABLISHED	0
#define DRBD_PATH_REMOVED	1

/**
 * struct drbd_path - a way to the peer
 * @list: in the paths of the transport, for RCU readers as well
 * @kref: the list holds one until a grace period after removal
 * @rcu: frees the path
 * @transport: valid as long as the path is in the list, so for holders of
 *	path_lock, and for work that removal waits for
 * @net: namespace of the sockets; without a reference, the engine removes all
 *	paths when the namespace goes
 * @flags: %DRBD_PATH_ESTABLISHED and %DRBD_PATH_REMOVED
 * @my_addr: local address
 * @peer_addr: address of the peer
 * @my_len: bytes of @my_addr
 * @peer_len: bytes of @peer_addr
 *
 * All but the flags is constant. A path is part of a larger structure of the
 * class of its transport.
 */
struct drbd_path {
	struct list_head list;
	struct kref kref;
	struct rcu_head rcu;
	struct drbd_transport *transport;
	struct net *net;
	unsigned long flags;
	struct sockaddr_storage my_addr;
	struct sockaddr_storage peer_addr;
	int my_len;
	int peer_len;
};

/**
 * struct drbd_transport_engine - what a transport asks of the engine
 * @control_data: takes the next piece of the control stream, of any size. One
 *	call at a time; bottom halves are disabled, in softirq or in a thread. The
 *	memory is the transport's. May call set_rcvtimeo and abort, but not send.
 * @control_event: something happened; contexts as for @control_data
 * @path_event: %DRBD_PATH_ESTABLISHED of a path changed; may sleep, is called
 *	with path_lock held
 * @send_timed_out: a send made no progress for the time configured; true gives
 *	up. May sleep, is called with the send lock of the stream held.
 * @get_page: a page for received data, compound if it likes; more than the
 *	given number of bytes are not needed. May sleep to throttle.
 * @put_page: takes back one that was not passed on
 * @add_page: takes a page with received data, and its reference; sink is what
 *	the caller of recv_pages() passed. On error the page stays the caller's.
 */
struct drbd_transport_engine {
	void (*control_data)(struct drbd_transport *transport, const u8 *data, size_t len);
	void (*control_event)(struct drbd_transport *transport, enum drbd_control_event event);
	void (*path_event)(struct drbd_transport *transport, struct drbd_path *path);
	bool (*send_timed_out)(struct drbd_transport *transport, enum drbd_stream stream);
	struct page *(*get_page)(struct drbd_transport *transport, size_t size);
	void (*put_page)(struct drbd_transport *transport, struct page *page);
	int (*add_page)(struct drbd_transport *transport, void *sink, struct page *page,
			unsigned int offset, unsigned int len);
};

/**
 * struct drbd_transport_class - a kind of transport
 * @name: as in the option of the same name; the module is drbd_transport_<name>
 * @owner: module
 * @transport_size: bytes of the structure that begins with &struct drbd_transport
 * @path_size: bytes of the structure that begins with &struct drbd_path
 * @list: for the registry
 * @init: prepares a transport that is zeroed but for the common part
 * @exit: undoes @init; the transport is closed, and has no paths
 * @init_path: prepares a path, cannot fail
 * @connect: see drbd_transport_connect()
 * @start: see drbd_transport_start()
 * @close: see drbd_transport_close(); path_lock is held. Takes both send locks to
 *	take the streams away, but not to free what they ran on: that may wait for
 *	memory that only a send can free.
 * @abort: wakes sleepers after the flag was set; any context
 * @add_path: a path is about to be listed; path_lock is held
 * @remove_path: a path has been taken off the list; path_lock is held. When it
 *	returns nothing of the transport uses the path any more, except with a
 *	reference of its own.
 * @may_remove_path: whether a path can be taken away now; path_lock is held
 * @set_conf: options are about to change; path_lock is held
 * @recv: see drbd_transport_recv()
 * @recv_pages: see drbd_transport_recv_pages()
 * @send: see drbd_transport_send()
 * @hint: see drbd_transport_hint()
 * @stream_ok: see drbd_transport_stream_ok()
 * @stats: see drbd_transport_stats(); the structure is zeroed
 * @show: tells debugfs about the transport; may sleep
 */
struct drbd_transport_class {
	const char *name;
	struct module *owner;
	size_t transport_size;
	size_t path_size;
	struct list_head list;

	int (*init)(struct drbd_transport *transport);
	void (*exit)(struct drbd_transport *transport);
	void (*init_path)(struct drbd_path *path);
	int (*connect)(struct drbd_transport *transport);
	void (*start)(struct drbd_transport *transport);
	void (*close)(struct drbd_transport *transport);
	void (*abort)(struct drbd_transport *transport);
	int (*add_path)(struct drbd_transport *transport, struct drbd_path *path);
	void (*remove_path)(struct drbd_transport *transport, struct drbd_path *path);
	bool (*may_remove_path)(struct drbd_transport *transport, struct drbd_path *path);
	int (*set_conf)(struct drbd_transport *transport, const struct drbd_transport_conf *conf);
	int (*recv)(struct drbd_transport *transport, struct iov_iter *to, bool wait);
	int (*recv_pages)(struct drbd_transport *transport, size_t size, void *sink);
	int (*send)(struct drbd_transport *transport, enum drbd_stream stream,
		    struct iov_iter *from, unsigned int flags);
	void (*hint)(struct drbd_transport *transport, enum drbd_stream stream,
		     enum drbd_hint hint);
	bool (*stream_ok)(struct drbd_transport *transport, enum drbd_stream stream);
	void (*stats)(struct drbd_transport *transport, enum drbd_stream stream,
		      struct drbd_transport_stats *stats);
	void (*show)(struct drbd_transport *transport, struct seq_file *m);
};

/* Bits of &drbd_transport.flags. */
#define DRBD_TRANSPORT_ABORTED		0
#define DRBD_TRANSPORT_CONGESTED	1
#define DRBD_TRANSPORT_RESOLVE		2

/**
 * struct drbd_transport - a connection's way to its peer
 * @class: what it is
 * @engine: callbacks
 * @owner: the engine's connection, for its callbacks
 * @name: of the connection, for messages
 * @flags: %DRBD_TRANSPORT_ABORTED: see drbd_transport_abort();
 *	%DRBD_TRANSPORT_CONGESTED: the data stream is nearly full, for statistics;
 *	%DRBD_TRANSPORT_RESOLVE: set on exactly one of two connected nodes, valid
 *	after connect
 * @path_lock: guards @paths, @conf and what transports make of them
 * @paths: &drbd_path.list, readers without path_lock use RCU
 * @conf: written with path_lock held, single members may be read without
 * @send_lock: one per stream
 * @rcvtimeo: ticks per stream, %MAX_SCHEDULE_TIMEOUT for none
 * @control_timer: runs while the control stream does
 * @timer_lock: guards @timer_on, and arming of the timer
 * @timer_on: the timer may be armed
 */
struct drbd_transport {
	const struct drbd_transport_class *class;
	const struct drbd_transport_engine *engine;
	void *owner;
	const char *name;
	unsigned long flags;
	struct mutex path_lock; /* paths, options */
	struct list_head paths;
	struct drbd_transport_conf conf;
	struct mutex send_lock[DRBD_STREAMS]; /* order of sends */
	long rcvtimeo[DRBD_STREAMS];
	struct timer_list control_timer;
	spinlock_t timer_lock; /* arming of the timer */
	bool timer_on;
};

#define drbd_transport_info(transport, fmt, ...) \
	pr_info_ratelimited("drbd %s: " fmt, (transport)->name, ##__VA_ARGS__)
#define drbd_transport_err(transport, fmt, ...) \
	pr_err_ratelimited("drbd %s: " fmt, (transport)->name, ##__VA_ARGS__)

int drbd_transport_register(struct drbd_transport_class *class);
void drbd_transport_unregister(struct drbd_transport_class *class);
void drbd_transport_show_classes(struct seq_file *seq);
const char *drbd_transport_choose(const char *name, bool balance);

struct drbd_transport *drbd_transport_create(const char *name_of_class,
					     const struct drbd_transport_engine *engine,
					     const struct drbd_transport_conf *conf,
					     const char *name, void *owner);
void drbd_transport_destroy(struct drbd_transport *transport);
int drbd_transport_set_conf(struct drbd_transport *transport,
			    const struct drbd_transport_conf *conf);

int drbd_transport_connect(struct drbd_transport *transport);
void drbd_transport_start(struct drbd_transport *transport);
void drbd_transport_close(struct drbd_transport *transport);
void drbd_transport_abort(struct drbd_transport *transport);
void drbd_transport_rearm(struct drbd_transport *transport);

struct drbd_path *drbd_path_create(struct drbd_transport *transport, struct net *net,
				   const void *my_addr, int my_len,
				   const void *peer_addr, int peer_len);
void drbd_path_put(struct drbd_path *path);
int drbd_transport_add_path(struct drbd_transport *transport, struct drbd_path *path);
int drbd_transport_remove_path(struct drbd_transport *transport, struct drbd_path *path);
void drbd_transport_set_established(struct drbd_path *path, bool established);

void drbd_transport_set_rcvtimeo(struct drbd_transport *transport, enum drbd_stream stream,
				 long ticks);
void drbd_transport_timer_rearm(struct drbd_transport *transport);

int drbd_transport_recv(struct drbd_transport *transport, struct iov_iter *to, bool wait);
int drbd_transport_recv_buf(struct drbd_transport *transport, void *buf, size_t len, bool wait);
int drbd_transport_recv_pages(struct drbd_transport *transport, size_t size, void *sink);
int drbd_transport_send(struct drbd_transport *transport, enum drbd_stream stream,
			struct iov_iter *from, unsigned int flags);
int drbd_transport_send_buf(struct drbd_transport *transport, enum drbd_stream stream,
			    const void *buf, size_t len, unsigned int flags);
int drbd_transport_send_bio(struct drbd_transport *transport, struct bio *bio,
			    unsigned int flags);
void drbd_transport_hint(struct drbd_transport *transport, enum drbd_stream stream,
			 enum drbd_hint hint);
bool drbd_transport_stream_ok(struct drbd_transport *transport, enum drbd_stream stream);
void drbd_transport_stats(struct drbd_transport *transport, enum drbd_stream stream,
			  struct drbd_transport_stats *stats);

/**
 * drbd_transport_send_begin() - take the send lock of a stream
 * @transport: the transport
 * @stream: which one
 *
 * Whoever sends more than one piece holds it until the last one.
 */
static inline void drbd_transport_send_begin(struct drbd_transport *transport,
					     enum drbd_stream stream)
{
	mutex_lock(&transport->send_lock[stream]);
}

/**
 * drbd_transport_send_end() - release the send lock of a stream
 * @transport: the transport
 * @stream: which one
 */
static inline void drbd_transport_send_end(struct drbd_transport *transport,
					   enum drbd_stream stream)
{
	mutex_unlock(&transport->send_lock[stream]);
}

/**
 * drbd_transport_get_rcvtimeo() - how long a stream is waited for
 * @transport: the transport
 * @stream: which one
 *
 * Return: ticks, %MAX_SCHEDULE_TIMEOUT for ever.
 */
static inline long drbd_transport_get_rcvtimeo(struct drbd_transport *transport,
					       enum drbd_stream stream)
{
	return READ_ONCE(transport->rcvtimeo[stream]);
}

/**
 * drbd_transport_aborted() - whether the engine wants no more
 * @transport: the transport
 *
 * Return: true between drbd_transport_abort() and drbd_transport_rearm().
 */
static inline bool drbd_transport_aborted(struct drbd_transport *transport)
{
	return test_bit(DRBD_TRANSPORT_ABORTED, &transport->flags);
}

#endif
