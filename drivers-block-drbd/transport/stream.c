// SPDX-License-Identifier: GPL-2.0-only
/*
 * Streams of transports
 *
 * Thin wrappers: the hot path has one indirect call. What the engine has to send
 * is either memory, which is copied, or the pages of a bio, which are not if the
 * network may hold on to them. Slab pages are none that it may.
 */

#include <linux/bio.h>
#include <linux/bvec.h>
#include <linux/export.h>
#include <linux/net.h>
#include <linux/string.h>

#include "transport.h"

/**
 * drbd_transport_recv() - read the data stream
 * @t: the transport
 * @to: where to
 * @wait: until @to is full, the receive timeout has passed, or the stream ended
 *
 * Context: receiver; may sleep.
 * Return: bytes read, 0 when the peer has closed the stream; -EAGAIN when there
 *	is nothing yet, or not in time; other errors when the stream broke.
 */
int drbd_transport_recv(struct drbd_transport *t, struct iov_iter *to, bool wait)
{
	return t->class->recv(t, to, wait);
}
EXPORT_SYMBOL_GPL(drbd_transport_recv);

/**
 * drbd_transport_recv_buf() - read the data stream into memory
 * @t: the transport
 * @buf: where to
 * @len: bytes
 * @wait: see drbd_transport_recv()
 *
 * Return: see drbd_transport_recv().
 */
int drbd_transport_recv_buf(struct drbd_transport *t, void *buf, size_t len, bool wait)
{
	struct kvec vec = { .iov_base = buf, .iov_len = len };
	struct iov_iter to;

	iov_iter_kvec(&to, ITER_DEST, &vec, 1, len);
	return t->class->recv(t, &to, wait);
}
EXPORT_SYMBOL_GPL(drbd_transport_recv_buf);

/**
 * drbd_transport_recv_pages() - read the data stream into fresh pages
 * @t: the transport
 * @size: bytes
 * @sink: passed to &drbd_transport_engine.add_page, with each page in turn
 *
 * Context: receiver; may sleep.
 * Return: 0 when all of it came, -ENODATA when the peer closed the stream before,
 *	or an error as of drbd_transport_recv(). Pages that were passed on stay
 *	with the sink.
 */
int drbd_transport_recv_pages(struct drbd_transport *t, size_t size, void *sink)
{
	return t->class->recv_pages(t, size, sink);
}
EXPORT_SYMBOL_GPL(drbd_transport_recv_pages);

/**
 * drbd_transport_send() - write to a stream
 * @t: the transport
 * @stream: which one
 * @from: what; memory to be copied, or pages
 * @flags: of &enum drbd_send_flags
 *
 * Copied memory is at most %DRBD_UNIT_MAX bytes, one or more whole packets less
 * their bulk data. Bulk data has calls of its own.
 *
 * Context: may sleep; the send lock of @stream is held.
 * Return: 0 when all of it was taken. After an error the stream cannot be used:
 *	-ENOTCONN when there is none, -EAGAIN when the engine gave up, or there
 *	was no space for %DRBD_SEND_NOWAIT, -ECANCELED after an abort, or another.
 */
int drbd_transport_send(struct drbd_transport *t, enum drbd_stream stream,
			struct iov_iter *from, unsigned int flags)
{
	lockdep_assert_held(&t->send_lock[stream]);
	if (drbd_transport_aborted(t))
		return -ECANCELED;
	return t->class->send(t, stream, from, flags);
}
EXPORT_SYMBOL_GPL(drbd_transport_send);

/**
 * drbd_transport_send_buf() - write memory to a stream
 * @t: the transport
 * @stream: which one
 * @buf: what, is copied
 * @len: bytes, at most %DRBD_UNIT_MAX
 * @flags: of &enum drbd_send_flags
 *
 * Context: see drbd_transport_send().
 * Return: see drbd_transport_send().
 */
int drbd_transport_send_buf(struct drbd_transport *t, enum drbd_stream stream,
			    const void *buf, size_t len, unsigned int flags)
{
	struct kvec vec = { .iov_base = (void *)buf, .iov_len = len };
	struct iov_iter from;

	iov_iter_kvec(&from, ITER_SOURCE, &vec, 1, len);
	return drbd_transport_send(t, stream, &from, flags & ~DRBD_SEND_ZEROCOPY);
}
EXPORT_SYMBOL_GPL(drbd_transport_send_buf);

static bool drbd_transport_may_splice(struct bio *bio)
{
	struct bvec_iter iter;
	struct bio_vec bv;

	bio_for_each_bvec(bv, bio, iter)
		if (!sendpages_ok(bv.bv_page, bv.bv_len, bv.bv_offset))
			return false;
	return true;
}

/**
 * drbd_transport_send_bio() - write the data of a bio to the data stream
 * @t: the transport
 * @bio: the bio, stays as it is; one without data is fine
 * @flags: of &enum drbd_send_flags; pages that cannot be referenced are copied
 *
 * Context: see drbd_transport_send().
 * Return: see drbd_transport_send().
 */
int drbd_transport_send_bio(struct drbd_transport *t, struct bio *bio, unsigned int flags)
{
	struct bvec_iter iter;
	struct iov_iter from;
	struct bio_vec bv;
	int segments = 0;

	if (!bio_has_data(bio))
		return 0;
	if ((flags & DRBD_SEND_ZEROCOPY) && !drbd_transport_may_splice(bio))
		flags &= ~DRBD_SEND_ZEROCOPY;
	bio_for_each_bvec(bv, bio, iter)
		segments++;
	iov_iter_bvec(&from, ITER_SOURCE, __bvec_iter_bvec(bio->bi_io_vec, bio->bi_iter),
		      segments, bio->bi_iter.bi_size);
	from.iov_offset = bio->bi_iter.bi_offset;
	return drbd_transport_send(t, DRBD_DATA_STREAM, &from, flags);
}
EXPORT_SYMBOL_GPL(drbd_transport_send_bio);

/**
 * drbd_transport_hint() - tell what is known about the traffic to come
 * @t: the transport
 * @stream: which one
 * @hint: the hint
 *
 * Context: may sleep; the send lock of @stream is held, except for
 *	%DRBD_HINT_QUICKACK, which the receiver gives.
 */
void drbd_transport_hint(struct drbd_transport *t, enum drbd_stream stream, enum drbd_hint hint)
{
	t->class->hint(t, stream, hint);
}
EXPORT_SYMBOL_GPL(drbd_transport_hint);

/**
 * drbd_transport_stream_ok() - whether it makes sense to send
 * @t: the transport
 * @stream: which one
 *
 * Context: any but hard interrupts.
 * Return: true when there is such a stream.
 */
bool drbd_transport_stream_ok(struct drbd_transport *t, enum drbd_stream stream)
{
	return t->class->stream_ok(t, stream);
}
EXPORT_SYMBOL_GPL(drbd_transport_stream_ok);

/**
 * drbd_transport_stats() - how full the buffers of a stream are
 * @t: the transport
 * @stream: which one
 * @stats: gets the numbers, zeroes when there is no such stream
 *
 * Context: any but hard interrupts.
 */
void drbd_transport_stats(struct drbd_transport *t, enum drbd_stream stream,
			  struct drbd_transport_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	t->class->stats(t, stream, stats);
}
EXPORT_SYMBOL_GPL(drbd_transport_stats);
