// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opening and closing a device: admission, auto-promote, auto-demote
 *
 * With auto-promote, opening a device for writing makes the node Primary, and
 * the last writer's close makes it Secondary again. Opens come at bad times:
 * while the cluster agrees on something that depends on nobody having the
 * device open, right after the Primary died, during a reboot before the peers
 * are there. Waiting for a moment is then better than an error that makes a
 * mount fail. An error has to come in the end; which one it is tells the user,
 * or udev, what is wrong.
 *
 * Since the state changes while an open waits, the caller asks again after each
 * step, with what it sees then.
 */

#include <linux/errno.h>
#include <linux/export.h>

#include "open.h"

/**
 * drbd_conn_may_improve() - whether a connection may come up soon
 * @conn: its state
 *
 * Return: whether waiting makes sense.
 * Source: spec/state.md 5.3, spec/admin.md 20.7
 */
bool drbd_conn_may_improve(enum drbd_cstate conn)
{
	return conn > DRBD_C_DISCONNECTING && conn < DRBD_C_CONNECTED;
}
EXPORT_SYMBOL_GPL(drbd_conn_may_improve);

/**
 * drbd_read_open() - whether a device may be opened read-only
 * @read: the situation
 *
 * Return: 0 if so, -EAGAIN if that may change soon, or another error.
 * Source: spec/io.md 13.1 and F23, spec/admin.md 9.3
 */
int drbd_read_open(const struct drbd_read_open *read)
{
	if (!read->have_quorum)
		return -ENODATA;
	if (!read->primary && read->peer_primary && !read->allow_oos)
		return -EMEDIUMTYPE;
	if (read->up_to_date)
		return 0;
	return read->may_improve ? -EAGAIN : -ENODATA;
}
EXPORT_SYMBOL_GPL(drbd_read_open);

/* Errors that need no look at the data */
static int refusal(const struct drbd_open *open)
{
	if (!open->write && open->udev && !open->read.allow_oos)
		return -EACCES;
	if (open->write && open->read_only)
		return -EACCES;
	if (open->fail_io)
		return -ENOTRECOVERABLE;
	return open->going_down || open->unregistered ? -EAGAIN : 0;
}

static enum drbd_open_step admit(const struct drbd_open *open, int *error)
{
	*error = refusal(open);
	if (*error)
		return DRBD_OPEN_FAIL;
	if (!open->twopc_active || open->read.primary || (!open->first && !open->write))
		return DRBD_OPEN_COUNT;
	if (!open->nonblock && !open->expired)
		return DRBD_OPEN_WAIT_TWOPC;
	*error = -EAGAIN;
	return DRBD_OPEN_FAIL;
}

static enum drbd_open_step open_for_writing(const struct drbd_open *open, int *error)
{
	if (open->read.primary)
		return DRBD_OPEN_OK;
	if (open->auto_promote && !open->promoted)
		return DRBD_OPEN_PROMOTE;
	*error = open->interrupted ? -ERESTARTSYS : -EROFS;
	return DRBD_OPEN_FAIL;
}

static enum drbd_open_step open_for_reading(const struct drbd_open *open, int *error)
{
	int condition = drbd_read_open(&open->read);

	if (!open->auto_promote && !open->read.primary && !open->read.allow_oos) {
		*error = -EMEDIUMTYPE;
		return DRBD_OPEN_FAIL;
	}
	if (open->auto_promote && !open->nonblock) {
		/* That Primary may be dead. */
		if (condition == -EMEDIUMTYPE && !open->pinged)
			return DRBD_OPEN_PING;
		if (condition == -EAGAIN && !open->expired)
			return DRBD_OPEN_WAIT_CHANGE;
	}
	if (!condition)
		return DRBD_OPEN_OK;
	if (condition == -EAGAIN && !open->nonblock)
		condition = -EMEDIUMTYPE;
	*error = condition;
	return DRBD_OPEN_FAIL;
}

/**
 * drbd_open_next() - what an open has to do next
 * @open: the open and the situation; the caller notes what it did in it
 * @error: 0, or the error with DRBD_OPEN_FAIL
 *
 * Opens are counted only while no cluster-wide change is active: a peer may have
 * been promised that there is no reader. After a failure, whoever was counted
 * leaves by way of a close.
 *
 * Return: the next step.
 * Source: spec/io.md 13.1, spec/state.md 5.3, spec/admin.md 9.1
 */
enum drbd_open_step drbd_open_next(const struct drbd_open *open, int *error)
{
	*error = 0;
	if (!open->counted)
		return admit(open, error);
	if (open->unregistered) {
		*error = -ENODEV;
		return DRBD_OPEN_FAIL;
	}
	return open->write ? open_for_writing(open, error) : open_for_reading(open, error);
}
EXPORT_SYMBOL_GPL(drbd_open_next);

/**
 * drbd_auto_promote_next() - what to do after a try to auto-promote
 * @rv: result of the try
 * @nonblock: opened with O_NDELAY
 * @may_improve: drbd_conn_may_improve() for some connection
 *
 * Return: the next step.
 * Source: spec/io.md 13.2, spec/state.md 5.3
 */
enum drbd_auto_promote_step drbd_auto_promote_next(enum drbd_rv rv, bool nonblock,
						   bool may_improve)
{
	if (rv >= DRBD_SS_SUCCESS)
		return DRBD_AUTO_PROMOTE_DONE;
	if (nonblock)
		return DRBD_AUTO_PROMOTE_GIVE_UP;
	switch (rv) {
	case DRBD_SS_CW_FAILED_BY_PEER:
		return DRBD_AUTO_PROMOTE_PAUSE;
	case DRBD_SS_TWO_PRIMARIES:
		return DRBD_AUTO_PROMOTE_WAIT_DEMOTE;
	case DRBD_SS_NO_UP_TO_DATE_DISK:
		return may_improve ? DRBD_AUTO_PROMOTE_WAIT_DISK : DRBD_AUTO_PROMOTE_GIVE_UP;
	default:
		return DRBD_AUTO_PROMOTE_GIVE_UP;
	}
}
EXPORT_SYMBOL_GPL(drbd_auto_promote_next);

/**
 * drbd_auto_demote() - whether a writer's close makes the node Secondary
 * @auto_promote: option auto-promote
 * @primary: this node is Primary
 * @explicit_primary: the administrator made it that
 * @writers: number of writable opens in the resource that are left
 *
 * Return: whether to demote.
 * Source: spec/state.md 5.3, spec/io.md 13.3
 */
bool drbd_auto_demote(bool auto_promote, bool primary, bool explicit_primary,
		      unsigned int writers)
{
	return auto_promote && primary && !explicit_primary && !writers;
}
EXPORT_SYMBOL_GPL(drbd_auto_demote);
