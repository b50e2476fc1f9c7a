// SPDX-License-Identifier: GPL-2.0-only
/*
 * Digests in front of data (data-integrity-alg)
 *
 * They tell data that was damaged on its way, or that was changed while it was sent.
 * Packets without data (P_TRIM, P_ZEROES) never have one.
 *
 * Source: spec/wire.md 5.7
 */

#include <linux/bio.h>
#include <linux/highmem.h>

#include "connection.h"
#include "digest.h"
#include "payload.h"
#include "receiver.h"

/**
 * drbd_integrity_begin() - prepare digests for a connection
 * @conn: the connection; nothing with data has been sent yet
 *
 * Context: the receiver.
 *
 * Return: 0, or a negative errno.
 */
int drbd_integrity_begin(struct drbd_connection *conn)
{
	char name[DRBD_ALG_SIZE];
	struct crypto_shash *tfm;

	mutex_lock(&conn->res->conf);
	strscpy(name, conn->conf.integrity_alg);
	mutex_unlock(&conn->res->conf);
	if (!name[0])
		return 0;
	tfm = crypto_alloc_shash(name, 0, 0);
	if (IS_ERR(tfm)) {
		drbd_err(conn->res, "peer %d: cannot use %s: %pe\n", conn->node_id, name, tfm);
		return -ECONNREFUSED;
	}
	if (crypto_shash_digestsize(tfm) > DRBD_WIRE_MAX_DIGEST) {
		drbd_err(conn->res, "peer %d: digests of %s are too large\n", conn->node_id, name);
		crypto_free_shash(tfm);
		return -ECONNREFUSED;
	}
	conn->integrity = tfm;
	conn->link.data_digest = crypto_shash_digestsize(tfm);
	return 0;
}

/**
 * drbd_integrity_end() - undo drbd_integrity_begin()
 * @conn: the connection; nothing is sent or received any more
 */
void drbd_integrity_end(struct drbd_connection *conn)
{
	crypto_free_shash(conn->integrity);
	conn->integrity = NULL;
}

static int update(struct shash_desc *desc, struct bio_vec *bv)
{
	void *data = bvec_kmap_local(bv);
	int err = crypto_shash_update(desc, data, bv->bv_len);

	kunmap_local(data);
	return err;
}

/**
 * drbd_digest_bio() - compute the digest of the data of a bio
 * @tfm: algorithm, without a key
 * @bio: the bio, as it is before it is submitted
 * @digest: gets it
 *
 * Context: may sleep.
 *
 * Return: 0, or a negative errno.
 */
int drbd_digest_bio(struct crypto_shash *tfm, struct bio *bio, u8 *digest)
{
	SHASH_DESC_ON_STACK(desc, tfm);
	struct bvec_iter iter;
	struct bio_vec bv;
	int err;

	desc->tfm = tfm;
	err = crypto_shash_init(desc);
	bio_for_each_segment(bv, bio, iter)
		err = err ?: update(desc, &bv);
	err = err ?: crypto_shash_final(desc, digest);
	shash_desc_zero(desc);
	return err;
}

/**
 * drbd_integrity_bytes() - how much data of blocks a packet has
 * @conn: where it came from
 * @p: the packet
 *
 * Return: bytes, without the digest.
 */
u32 drbd_integrity_bytes(struct drbd_connection *conn, const struct drbd_packet *p)
{
	return p->data - conn->link.data_digest;
}

/**
 * drbd_integrity_head() - take the digest in front of the data of a packet
 * @conn: where it comes from
 * @digest: gets it, DRBD_WIRE_MAX_DIGEST bytes; stays as it is without data-integrity-alg
 *
 * Context: the receiver.
 *
 * Return: 0, or a negative errno.
 */
int drbd_integrity_head(struct drbd_connection *conn, u8 *digest)
{
	u32 size = conn->link.data_digest;
	int rv;

	if (!size)
		return 0;
	rv = drbd_transport_recv_buf(conn->transport, digest, size, true);
	if (rv == size)
		return 0;
	return rv < 0 ? rv : -ECONNRESET;
}

/**
 * drbd_integrity_check() - check received data
 * @conn: where it came from
 * @p: the packet
 * @bio: the data, before it is submitted
 * @sector: where it belongs, for messages
 * @digest: from drbd_integrity_head()
 *
 * Context: the receiver.
 *
 * Return: 0, or a negative errno.
 */
int drbd_integrity_check(struct drbd_connection *conn, const struct drbd_packet *p,
			 struct bio *bio, u64 sector, const u8 *digest)
{
	u32 size = conn->link.data_digest;
	u8 ours[DRBD_WIRE_MAX_DIGEST];
	int err;

	if (!size)
		return 0;
	err = drbd_digest_bio(conn->integrity, bio, ours);
	if (!err && !memcmp(digest, ours, size))
		return 0;
	drbd_err(conn->res, "peer %d: Digest integrity check FAILED: %llus +%u in %s\n",
		 conn->node_id, sector, drbd_integrity_bytes(conn, p), p->kind->name);
	return err ?: -EPROTO;
}

/**
 * drbd_integrity_receive() - take the data of a packet, and check its digest
 * @conn: where it comes from
 * @p: the packet, with data
 * @sector: where the data belongs, for messages
 *
 * Context: the receiver.
 *
 * Return: a bio as of drbd_payload_receive(), or an ERR_PTR().
 */
struct bio *drbd_integrity_receive(struct drbd_connection *conn, const struct drbd_packet *p,
				   u64 sector)
{
	u8 digest[DRBD_WIRE_MAX_DIGEST];
	struct bio *bio;
	int rv;

	rv = drbd_integrity_head(conn, digest);
	if (rv)
		return ERR_PTR(rv);
	bio = drbd_payload_receive(conn, drbd_integrity_bytes(conn, p));
	if (IS_ERR(bio))
		return bio;
	rv = drbd_integrity_check(conn, p, bio, sector, digest);
	if (!rv)
		return bio;
	drbd_payload_free(bio);
	return ERR_PTR(rv);
}

/**
 * drbd_integrity_drain() - skip the data of a packet
 * @conn: where it comes from
 * @p: the packet, with or without data
 *
 * Context: the receiver.
 *
 * Return: 0, or a negative errno.
 */
int drbd_integrity_drain(struct drbd_connection *conn, const struct drbd_packet *p)
{
	u8 digest[DRBD_WIRE_MAX_DIGEST];

	if (!p->data)
		return 0;
	return drbd_integrity_head(conn, digest) ?:
	       drbd_payload_drain(conn, drbd_integrity_bytes(conn, p));
}

/**
 * drbd_integrity_sending() - compute the digest of what is about to be sent
 * @conn: to whom
 * @bio: the data
 * @digest: gets it
 *
 * Return: 0, or a negative errno, with which the connection is on its way down.
 */
int drbd_integrity_sending(struct drbd_connection *conn, struct bio *bio, u8 *digest)
{
	int err = drbd_digest_bio(conn->integrity, bio, digest);

	if (err) {
		drbd_err(conn->res, "peer %d: cannot compute a digest: %d\n", conn->node_id, err);
		drbd_conn_lost(conn, DRBD_C_NETWORK_FAILURE);
	}
	return err;
}

/**
 * drbd_integrity_sent() - see whether data was changed while it was sent
 * @conn: to whom
 * @bio: the data
 * @digest: of the data before
 *
 * The peer will find out; this tells who is to blame.
 */
void drbd_integrity_sent(struct drbd_connection *conn, struct bio *bio, const u8 *digest)
{
	u8 now[DRBD_WIRE_MAX_DIGEST];

	if (drbd_digest_bio(conn->integrity, bio, now) ||
	    !memcmp(now, digest, conn->link.data_digest))
		return;
	pr_warn_ratelimited("drbd %s: peer %d: Digest mismatch, buffer modified by upper layers during write: %llus +%u\n",
			    conn->res->name, conn->node_id, (u64)bio->bi_iter.bi_sector,
			    bio->bi_iter.bi_size);
}
