// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data of blocks on its way between the network and a disk
 *
 * What comes from a peer lands in the pages that the disk gets, and the other way
 * round. Pages and bios come from pools: whoever waits for memory here holds nothing
 * that another one needs to give some back, since disks return what they have.
 */

#include <linux/mempool.h>

#include "connection.h"
#include "payload.h"

/* Enough for the largest request twice */
#define POOL_PAGES	(2 * (DRBD_WIRE_MAX_BIO / PAGE_SIZE))

static struct bio_set bios;
static mempool_t *pages;

/**
 * drbd_payload_init() - make the pools
 *
 * Return: 0, or a negative errno.
 */
int drbd_payload_init(void)
{
	int err;

	pages = mempool_create_page_pool(POOL_PAGES, 0);
	if (!pages)
		return -ENOMEM;
	err = bioset_init(&bios, BIO_POOL_SIZE, 0, BIOSET_NEED_BVECS);
	if (err)
		mempool_destroy(pages);
	return err;
}

/**
 * drbd_payload_exit() - undo drbd_payload_init()
 */
void drbd_payload_exit(void)
{
	bioset_exit(&bios);
	mempool_destroy(pages);
}

/* What is still being sent must not be used anew. */
static void free_page_of(struct page *page)
{
	if (page_count(page) == 1)
		mempool_free(page, pages);
	else
		put_page(page);
}

static struct bio *alloc_bio(u32 bytes)
{
	return bio_alloc_bioset(NULL, DIV_ROUND_UP(bytes, PAGE_SIZE), 0, GFP_NOIO, &bios);
}

/**
 * drbd_payload_alloc() - get pages for data that is to be read
 * @bytes: how much, up to DRBD_WIRE_MAX_BIO
 *
 * Context: may sleep.
 *
 * Return: a bio with room for it, without device, sector and operation.
 */
struct bio *drbd_payload_alloc(u32 bytes)
{
	struct bio *bio = alloc_bio(bytes);
	u32 len;

	for (; bytes; bytes -= len) {
		len = min_t(u32, bytes, PAGE_SIZE);
		__bio_add_page(bio, mempool_alloc(pages, GFP_NOIO), len, 0);
	}
	return bio;
}

/**
 * drbd_payload_receive() - take data from the data stream
 * @conn: whose
 * @bytes: how much, up to DRBD_WIRE_MAX_BIO
 *
 * Context: the receiver.
 *
 * Return: a bio with it, without device, sector and operation; or an ERR_PTR(), of
 * -ECONNRESET if the peer closed the stream.
 */
struct bio *drbd_payload_receive(struct drbd_connection *conn, u32 bytes)
{
	struct bio *bio = alloc_bio(bytes);
	int rv;

	rv = bytes ? drbd_transport_recv_pages(conn->transport, bytes, bio) : 0;
	if (rv) {
		drbd_payload_free(bio);
		return ERR_PTR(rv == -ENODATA ? -ECONNRESET : rv);
	}
	return bio;
}

/**
 * drbd_payload_drain() - skip data on the data stream
 * @conn: whose
 * @bytes: how much
 *
 * Context: the receiver.
 *
 * Return: 0, or a negative errno.
 */
int drbd_payload_drain(struct drbd_connection *conn, u32 bytes)
{
	struct bio *bio = drbd_payload_receive(conn, bytes);

	if (IS_ERR(bio))
		return PTR_ERR(bio);
	drbd_payload_free(bio);
	return 0;
}

/**
 * drbd_payload_rewind() - make a bio that was at the disk whole again
 * @bio: the bio
 * @sector: where it begins
 * @bytes: how much it has
 */
void drbd_payload_rewind(struct bio *bio, u64 sector, u32 bytes)
{
	bio->bi_iter = (struct bvec_iter) { .bi_sector = sector, .bi_size = bytes };
}

/**
 * drbd_payload_free() - give a bio and its pages back
 * @bio: the bio
 *
 * Context: any.
 */
void drbd_payload_free(struct bio *bio)
{
	unsigned short i;

	for (i = 0; i < bio->bi_vcnt; i++)
		free_page_of(bio->bi_io_vec[i].bv_page);
	bio_put(bio);
}

/**
 * drbd_payload_get_page() - a page for received data
 * @transport: the transport
 * @size: bytes that are wanted
 *
 * Context: may sleep.
 *
 * Return: the page.
 */
struct page *drbd_payload_get_page(struct drbd_transport *transport, size_t size)
{
	return mempool_alloc(pages, GFP_NOIO);
}

/**
 * drbd_payload_put_page() - give a page back that was not used
 * @transport: the transport
 * @page: the page
 */
void drbd_payload_put_page(struct drbd_transport *transport, struct page *page)
{
	free_page_of(page);
}

/**
 * drbd_payload_add_page() - take a page with received data
 * @transport: the transport
 * @sink: the bio
 * @page: the page
 * @offset: where the data begins
 * @len: how much it is
 *
 * Return: 0, or -EMSGSIZE if the bio is full.
 */
int drbd_payload_add_page(struct drbd_transport *transport, void *sink, struct page *page,
			  unsigned int offset, unsigned int len)
{
	struct bio *bio = sink;

	if (bio->bi_vcnt == bio->bi_max_vecs)
		return -EMSGSIZE;
	__bio_add_page(bio, page, len, offset);
	return 0;
}
