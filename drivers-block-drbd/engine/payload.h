/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Data of blocks on its way between the network and a disk: bios with pages of ours
 */
#ifndef DRBD_ENGINE_PAYLOAD_H
#define DRBD_ENGINE_PAYLOAD_H

#include <linux/bio.h>

struct drbd_connection;
struct drbd_transport;

int drbd_payload_init(void);
void drbd_payload_exit(void);

struct bio *drbd_payload_alloc(u32 bytes);
struct bio *drbd_payload_receive(struct drbd_connection *conn, u32 bytes);
int drbd_payload_drain(struct drbd_connection *conn, u32 bytes);
void drbd_payload_rewind(struct bio *bio, u64 sector, u32 bytes);
void drbd_payload_free(struct bio *bio);

/* Callbacks of the transport. */
struct page *drbd_payload_get_page(struct drbd_transport *transport, size_t size);
void drbd_payload_put_page(struct drbd_transport *transport, struct page *page);
int drbd_payload_add_page(struct drbd_transport *transport, void *sink, struct page *page,
			  unsigned int offset, unsigned int len);

#endif
