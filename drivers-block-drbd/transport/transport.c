// SPDX-License-Identifier: GPL-2.0-only
/*
 * What all transports have in common
 *
 * The engine sees one object and one set of functions, whatever carries the
 * bytes. What does not depend on that is done here: the list of paths, the flag
 * that stops everything, and the timer of the control stream, which decides that
 * a peer is dead on all transports alike.
 *
 * The timer may be set from the engine's handlers while the connection goes
 * away. The lock around arming it, and not the order of events, keeps it from
 * running on a closed transport.
 */

#define pr_fmt(fmt) "drbd: " fmt

#include <linux/err.h>
#include <linux/kmod.h>
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/sched/mm.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "addr.h"
#include "transport.h"

static LIST_HEAD(drbd_transport_classes);
static DEFINE_MUTEX(drbd_transport_classes_lock);

static struct drbd_transport_class *drbd_transport_find(const char *name)
{
	struct drbd_transport_class *class;

	lockdep_assert_held(&drbd_transport_classes_lock);
	list_for_each_entry(class, &drbd_transport_classes, list)
		if (!strcmp(class->name, name))
			return class;
	return NULL;
}

/**
 * drbd_transport_register() - add a class of transports
 * @class: the class
 *
 * Return: 0, -EINVAL when its structures are too small, -EEXIST when there is
 *	one of that name.
 */
int drbd_transport_register(struct drbd_transport_class *class)
{
	int err = 0;

	if (class->transport_size < sizeof(struct drbd_transport) ||
	    class->path_size < sizeof(struct drbd_path))
		return -EINVAL;

	mutex_lock(&drbd_transport_classes_lock);
	if (drbd_transport_find(class->name))
		err = -EEXIST;
	else
		list_add_tail(&class->list, &drbd_transport_classes);
	mutex_unlock(&drbd_transport_classes_lock);

	if (err)
		pr_err("transport class '%s' already registered\n", class->name);
	else
		pr_info("registered transport class '%s'\n", class->name);
	return err;
}
EXPORT_SYMBOL_GPL(drbd_transport_register);

/**
 * drbd_transport_unregister() - remove a class of transports
 * @class: the class
 *
 * Transports hold a reference to the module, so there are none.
 */
void drbd_transport_unregister(struct drbd_transport_class *class)
{
	mutex_lock(&drbd_transport_classes_lock);
	list_del(&class->list);
	mutex_unlock(&drbd_transport_classes_lock);
}
EXPORT_SYMBOL_GPL(drbd_transport_unregister);

/**
 * drbd_transport_show_classes() - list the transports that are loaded
 * @seq: where to
 *
 * Context: may sleep.
 */
void drbd_transport_show_classes(struct seq_file *seq)
{
	const struct drbd_transport_class *class;

	mutex_lock(&drbd_transport_classes_lock);
	list_for_each_entry(class, &drbd_transport_classes, list)
		seq_printf(seq, " %s", class->name);
	mutex_unlock(&drbd_transport_classes_lock);
}
EXPORT_SYMBOL_GPL(drbd_transport_show_classes);

/**
 * drbd_transport_choose() - name of the class that a connection gets
 * @name: option transport, may be empty
 * @balance: option load-balance-paths
 *
 * Source: spec/transport.md 2.2, vectors 16.10.
 *
 * Return: name of a class.
 */
const char *drbd_transport_choose(const char *name, bool balance)
{
	if (*name)
		return name;
	return balance ? "lb-tcp" : "tcp";
}
EXPORT_SYMBOL_GPL(drbd_transport_choose);

static struct drbd_transport_class *drbd_transport_try_get(const char *name)
{
	struct drbd_transport_class *class;

	mutex_lock(&drbd_transport_classes_lock);
	class = drbd_transport_find(name);
	if (class && !try_module_get(class->owner))
		class = NULL;
	mutex_unlock(&drbd_transport_classes_lock);
	return class;
}

static struct drbd_transport_class *drbd_transport_get(const char *name)
{
	struct drbd_transport_class *class = drbd_transport_try_get(name);

	if (!class) {
		request_module("drbd_transport_%s", name);
		class = drbd_transport_try_get(name);
	}
	return class;
}

static void drbd_transport_control_timeout(struct timer_list *timer)
{
	struct drbd_transport *t = timer_container_of(t, timer, control_timer);

	t->engine->control_event(t, DRBD_CONTROL_TIMEOUT);
}

/**
 * drbd_transport_create() - make the transport of a connection
 * @name_of_class: see drbd_transport_choose(); loads the module when necessary
 * @engine: callbacks
 * @conf: first options
 * @name: of the connection, has to outlive the transport
 * @owner: for the callbacks
 *
 * Context: may sleep.
 * Return: a transport without paths that is aborted until drbd_transport_rearm(),
 *	or an error pointer, -ENOENT when there is no such class.
 */
struct drbd_transport *drbd_transport_create(const char *name_of_class,
					     const struct drbd_transport_engine *engine,
					     const struct drbd_transport_conf *conf,
					     const char *name, void *owner)
{
	struct drbd_transport_class *class = drbd_transport_get(name_of_class);
	struct drbd_transport *t;
	int i, err;

	if (!class)
		return ERR_PTR(-ENOENT);
	t = kzalloc(class->transport_size, GFP_NOIO);
	if (!t) {
		module_put(class->owner);
		return ERR_PTR(-ENOMEM);
	}

	t->class = class;
	t->engine = engine;
	t->owner = owner;
	t->name = name;
	t->conf = *conf;
	__set_bit(DRBD_TRANSPORT_ABORTED, &t->flags);
	mutex_init(&t->path_lock);
	INIT_LIST_HEAD(&t->paths);
	mutex_init(&t->send_lock[DRBD_DATA_STREAM]);
	mutex_init(&t->send_lock[DRBD_CONTROL_STREAM]);
	for (i = 0; i < DRBD_STREAMS; i++)
		t->rcvtimeo[i] = MAX_SCHEDULE_TIMEOUT;
	timer_setup(&t->control_timer, drbd_transport_control_timeout, 0);
	spin_lock_init(&t->timer_lock);

	err = class->init(t);
	if (err) {
		kfree(t);
		module_put(class->owner);
		return ERR_PTR(err);
	}
	return t;
}
EXPORT_SYMBOL_GPL(drbd_transport_create);

/**
 * drbd_transport_destroy() - free a transport
 * @t: a closed transport that nobody uses any more; its paths are removed
 *
 * Context: may sleep.
 */
void drbd_transport_destroy(struct drbd_transport *t)
{
	struct module *owner = t->class->owner;
	struct drbd_path *path, *next;

	list_for_each_entry_safe(path, next, &t->paths, list)
		drbd_transport_remove_path(t, path);
	t->class->exit(t);
	timer_shutdown_sync(&t->control_timer);
	mutex_destroy(&t->send_lock[DRBD_CONTROL_STREAM]);
	mutex_destroy(&t->send_lock[DRBD_DATA_STREAM]);
	mutex_destroy(&t->path_lock);
	kfree(t);
	module_put(owner);
}
EXPORT_SYMBOL_GPL(drbd_transport_destroy);

/*
 * Whoever has path_lock can keep a connection from coming back, which writes may
 * wait for. So none of them may wait for writes to free memory.
 */
static unsigned int drbd_transport_lock_paths(struct drbd_transport *t)
{
	unsigned int noio = memalloc_noio_save();

	mutex_lock(&t->path_lock);
	return noio;
}

static void drbd_transport_unlock_paths(struct drbd_transport *t, unsigned int noio)
{
	mutex_unlock(&t->path_lock);
	memalloc_noio_restore(noio);
}

/**
 * drbd_transport_set_conf() - change options
 * @t: the transport
 * @conf: new options; those of the transport stay as they are on error
 *
 * Context: may sleep.
 * Return: 0, or the error of the class.
 */
int drbd_transport_set_conf(struct drbd_transport *t, const struct drbd_transport_conf *conf)
{
	unsigned int noio;
	int err;

	noio = drbd_transport_lock_paths(t);
	err = t->class->set_conf(t, conf);
	if (!err)
		t->conf = *conf;
	drbd_transport_unlock_paths(t, noio);
	return err;
}
EXPORT_SYMBOL_GPL(drbd_transport_set_conf);

/**
 * drbd_transport_timer_rearm() - for transports: something came on the control stream
 * @t: the transport
 *
 * Context: any but hard interrupts.
 */
void drbd_transport_timer_rearm(struct drbd_transport *t)
{
	long ticks;

	spin_lock_bh(&t->timer_lock);
	/* Inside, or an arrival could bring back the time from before a change. */
	ticks = READ_ONCE(t->rcvtimeo[DRBD_CONTROL_STREAM]);
	if (t->timer_on) {
		if (ticks == MAX_SCHEDULE_TIMEOUT)
			timer_delete(&t->control_timer);
		else
			mod_timer(&t->control_timer, jiffies + ticks);
	}
	spin_unlock_bh(&t->timer_lock);
}
EXPORT_SYMBOL_GPL(drbd_transport_timer_rearm);

static void drbd_transport_timer_switch(struct drbd_transport *t, bool on)
{
	spin_lock_bh(&t->timer_lock);
	t->timer_on = on;
	spin_unlock_bh(&t->timer_lock);
}

static void drbd_transport_timer_on(struct drbd_transport *t)
{
	drbd_transport_timer_switch(t, true);
	drbd_transport_timer_rearm(t);
}

static void drbd_transport_timer_off(struct drbd_transport *t)
{
	drbd_transport_timer_switch(t, false);
	timer_delete_sync(&t->control_timer);
}

/**
 * drbd_transport_connect() - wait until both streams to the peer exist
 * @t: a closed transport
 *
 * On success %DRBD_TRANSPORT_RESOLVE is valid, and sends are possible. Nothing
 * of the control stream is delivered before drbd_transport_start().
 *
 * Context: receiver; sleeps without limit, until the abort.
 * Return: 0; -EAGAIN after drbd_transport_abort(); -EADDRNOTAVAIL when no path
 *	has a local address that exists; -EDESTADDRREQ when there is no path;
 *	other errors are fatal.
 */
int drbd_transport_connect(struct drbd_transport *t)
{
	clear_bit(DRBD_TRANSPORT_CONGESTED, &t->flags);
	return t->class->connect(t);
}
EXPORT_SYMBOL_GPL(drbd_transport_connect);

/**
 * drbd_transport_start() - let the control stream and its timer run
 * @t: a connected transport
 *
 * Delivers what has arrived meanwhile. This is not part of connect, so that the
 * engine can prepare for a new stream after it knows that there is one.
 *
 * Context: receiver; may sleep.
 */
void drbd_transport_start(struct drbd_transport *t)
{
	drbd_transport_timer_on(t);
	t->class->start(t);
}
EXPORT_SYMBOL_GPL(drbd_transport_start);

/**
 * drbd_transport_close() - take down both streams
 * @t: the transport, connected or not
 *
 * Afterwards there are no callbacks but those of the next connect. Senders that
 * wait get an error.
 *
 * Context: receiver; may sleep. The caller must not hold a send lock.
 */
void drbd_transport_close(struct drbd_transport *t)
{
	unsigned int noio;

	drbd_transport_abort(t);
	noio = drbd_transport_lock_paths(t);
	t->class->close(t);
	drbd_transport_unlock_paths(t, noio);
	drbd_transport_timer_off(t);
}
EXPORT_SYMBOL_GPL(drbd_transport_close);

/**
 * drbd_transport_abort() - stop everything
 * @t: the transport
 *
 * What sleeps in connect, recv or send returns with an error soon, and nothing
 * works until drbd_transport_rearm(). Does not wait.
 *
 * Context: any.
 */
void drbd_transport_abort(struct drbd_transport *t)
{
	set_bit(DRBD_TRANSPORT_ABORTED, &t->flags);
	t->class->abort(t);
}
EXPORT_SYMBOL_GPL(drbd_transport_abort);

/**
 * drbd_transport_rearm() - allow connections again
 * @t: a closed transport
 *
 * Context: any.
 */
void drbd_transport_rearm(struct drbd_transport *t)
{
	clear_bit(DRBD_TRANSPORT_ABORTED, &t->flags);
}
EXPORT_SYMBOL_GPL(drbd_transport_rearm);

/**
 * drbd_path_create() - make a path
 * @t: transport that it is for
 * @net: namespace
 * @my_addr: local address
 * @my_len: bytes of it
 * @peer_addr: address of the peer
 * @peer_len: bytes of it
 *
 * Whether the addresses collide with those of other paths is for the caller to
 * check.
 *
 * Context: may sleep.
 * Return: a path that the caller has the only reference to, or an error pointer.
 */
struct drbd_path *drbd_path_create(struct drbd_transport *t, struct net *net,
				   const void *my_addr, int my_len,
				   const void *peer_addr, int peer_len)
{
	struct drbd_path *path;

	if (drbd_addr_check(my_addr, my_len) || drbd_addr_check(peer_addr, peer_len))
		return ERR_PTR(-EINVAL);
	path = kzalloc(t->class->path_size, GFP_NOIO);
	if (!path)
		return ERR_PTR(-ENOMEM);
	kref_init(&path->kref);
	INIT_LIST_HEAD(&path->list);
	path->transport = t;
	path->net = net;
	memcpy(&path->my_addr, my_addr, my_len);
	memcpy(&path->peer_addr, peer_addr, peer_len);
	path->my_len = my_len;
	path->peer_len = peer_len;
	t->class->init_path(path);
	return path;
}
EXPORT_SYMBOL_GPL(drbd_path_create);

static void drbd_path_release(struct kref *kref)
{
	struct drbd_path *path = container_of(kref, struct drbd_path, kref);

	kfree_rcu(path, rcu);
}

/**
 * drbd_path_put() - drop a reference to a path
 * @path: the path
 *
 * Context: any.
 */
void drbd_path_put(struct drbd_path *path)
{
	kref_put(&path->kref, drbd_path_release);
}
EXPORT_SYMBOL_GPL(drbd_path_put);

/**
 * drbd_transport_add_path() - add a path
 * @t: the transport
 * @path: from drbd_path_create(); its reference goes to the list
 *
 * Context: may sleep.
 * Return: 0, or the error of the class; the caller then keeps the path.
 */
int drbd_transport_add_path(struct drbd_transport *t, struct drbd_path *path)
{
	unsigned int noio;
	int err;

	noio = drbd_transport_lock_paths(t);
	err = t->class->add_path(t, path);
	if (!err)
		list_add_tail_rcu(&path->list, &t->paths);
	drbd_transport_unlock_paths(t, noio);
	return err;
}
EXPORT_SYMBOL_GPL(drbd_transport_add_path);

/**
 * drbd_transport_remove_path() - remove a path
 * @t: the transport
 * @path: the path; needs a reference of the caller's to be used afterwards
 *
 * Context: may sleep.
 * Return: 0, or -EBUSY when the streams need it.
 */
int drbd_transport_remove_path(struct drbd_transport *t, struct drbd_path *path)
{
	unsigned int noio;

	noio = drbd_transport_lock_paths(t);
	if (!t->class->may_remove_path(t, path)) {
		drbd_transport_unlock_paths(t, noio);
		return -EBUSY;
	}
	set_bit(DRBD_PATH_REMOVED, &path->flags);
	list_del_rcu(&path->list);
	t->class->remove_path(t, path);
	drbd_transport_unlock_paths(t, noio);
	drbd_path_put(path);
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_transport_remove_path);

/**
 * drbd_transport_set_established() - for transports: a path came or went
 * @path: the path
 * @established: whether it carries the streams now
 *
 * Context: path_lock is held.
 */
void drbd_transport_set_established(struct drbd_path *path, bool established)
{
	struct drbd_transport *t = path->transport;

	lockdep_assert_held(&t->path_lock);
	if (test_bit(DRBD_PATH_ESTABLISHED, &path->flags) == established)
		return;
	assign_bit(DRBD_PATH_ESTABLISHED, &path->flags, established);
	t->engine->path_event(t, path);
}
EXPORT_SYMBOL_GPL(drbd_transport_set_established);

/**
 * drbd_transport_set_rcvtimeo() - limit how long a stream is waited for
 * @t: the transport
 * @stream: which one
 * @ticks: %MAX_SCHEDULE_TIMEOUT for ever
 *
 * For the data stream it counts from the next recv on. For the control stream it
 * counts from now, and from each arrival.
 *
 * Context: any but hard interrupts; allowed in callbacks.
 */
void drbd_transport_set_rcvtimeo(struct drbd_transport *t, enum drbd_stream stream, long ticks)
{
	WRITE_ONCE(t->rcvtimeo[stream], ticks);
	if (stream == DRBD_CONTROL_STREAM)
		drbd_transport_timer_rearm(t);
}
EXPORT_SYMBOL_GPL(drbd_transport_set_rcvtimeo);

MODULE_DESCRIPTION("Transports of DRBD");
MODULE_LICENSE("GPL");
