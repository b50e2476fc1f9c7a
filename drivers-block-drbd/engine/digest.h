/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Digests in front of data (data-integrity-alg)
 */
#ifndef DRBD_ENGINE_DIGEST_H
#define DRBD_ENGINE_DIGEST_H

#include <crypto/hash.h>

struct bio;
struct drbd_connection;
struct drbd_packet;

int drbd_integrity_begin(struct drbd_connection *conn);
void drbd_integrity_end(struct drbd_connection *conn);
int drbd_digest_bio(struct crypto_shash *tfm, struct bio *bio, u8 *digest);
int drbd_integrity_head(struct drbd_connection *conn, u8 *digest);
int drbd_integrity_check(struct drbd_connection *conn, const struct drbd_packet *p,
			 struct bio *bio, u64 sector, const u8 *digest);
struct bio *drbd_integrity_receive(struct drbd_connection *conn, const struct drbd_packet *p,
				   u64 sector);
int drbd_integrity_sending(struct drbd_connection *conn, struct bio *bio, u8 *digest);
void drbd_integrity_sent(struct drbd_connection *conn, struct bio *bio, const u8 *digest);
int drbd_integrity_drain(struct drbd_connection *conn, const struct drbd_packet *p);
u32 drbd_integrity_bytes(struct drbd_connection *conn, const struct drbd_packet *p);

#endif
