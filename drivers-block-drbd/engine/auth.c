// SPDX-License-Identifier: GPL-2.0-only
/*
 * Authentication of peers
 *
 * Each end sends random bytes, and answers those of the other with a digest of them
 * that only who knows the secret can compute. The own node id is part of it, so that
 * an answer cannot be handed back to where the challenge came from.
 */

#include <crypto/utils.h>
#include <linux/random.h>

#include "../core/wire_table.h"

#include "auth.h"
#include "packets.h"

/**
 * drbd_auth_begin() - prepare to authenticate
 * @auth: gets what it takes
 * @conn: the connection
 *
 * Return: 1, 0 if the configuration has no cram-hmac-alg, or a negative errno.
 */
int drbd_auth_begin(struct drbd_auth *auth, struct drbd_connection *conn)
{
	char name[CRYPTO_MAX_ALG_NAME], secret[DRBD_SECRET_SIZE];
	bool wanted;
	int err;

	mutex_lock(&conn->res->conf);
	wanted = conn->conf.cram_hmac_alg[0];
	snprintf(name, sizeof(name), "hmac(%s)", conn->conf.cram_hmac_alg);
	strscpy(secret, conn->conf.shared_secret);
	mutex_unlock(&conn->res->conf);
	if (!wanted)
		return 0;
	auth->tfm = crypto_alloc_shash(name, 0, 0);
	if (IS_ERR(auth->tfm)) {
		drbd_err(conn->res, "peer %d: cannot use %s: %pe\n", conn->node_id, name,
			 auth->tfm);
		return -ECONNREFUSED;
	}
	err = crypto_shash_setkey(auth->tfm, secret, strlen(secret));
	memzero_explicit(secret, sizeof(secret));
	auth->size = crypto_shash_digestsize(auth->tfm);
	if (!err && auth->size <= DRBD_WIRE_MAX_DIGEST)
		return 1;
	crypto_free_shash(auth->tfm);
	return err ?: -ECONNREFUSED;
}

/**
 * drbd_auth_end() - forget what it took
 * @auth: from drbd_auth_begin()
 */
void drbd_auth_end(struct drbd_auth *auth)
{
	crypto_free_shash(auth->tfm);
}

/**
 * drbd_auth_send_challenge() - ask the peer for its proof
 * @auth: from drbd_auth_begin()
 * @conn: the connection
 *
 * Return: 0, or a negative errno.
 */
int drbd_auth_send_challenge(struct drbd_auth *auth, struct drbd_connection *conn)
{
	const union drbd_wire_body none = {};

	get_random_bytes(auth->challenge, sizeof(auth->challenge));
	return drbd_send_packet(conn, DRBD_P_AUTH_CHALLENGE, DRBD_NO_VOLUME, &none,
				auth->challenge, sizeof(auth->challenge));
}

static int proof(struct drbd_auth *auth, const u8 *challenge, unsigned int len, int node_id,
		 u8 *out)
{
	SHASH_DESC_ON_STACK(desc, auth->tfm);
	__be32 id = cpu_to_be32(node_id);
	int err;

	desc->tfm = auth->tfm;
	err = crypto_shash_init(desc) ?: crypto_shash_update(desc, challenge, len) ?:
	      crypto_shash_update(desc, (u8 *)&id, sizeof(id)) ?: crypto_shash_final(desc, out);
	shash_desc_zero(desc);
	return err;
}

/**
 * drbd_auth_respond() - prove that this node knows the secret
 * @auth: from drbd_auth_begin()
 * @conn: the connection
 * @challenge: of the peer
 * @len: bytes of it
 *
 * Return: 0, or a negative errno.
 */
int drbd_auth_respond(struct drbd_auth *auth, struct drbd_connection *conn,
		      const u8 *challenge, unsigned int len)
{
	const union drbd_wire_body none = {};
	u8 response[DRBD_WIRE_MAX_DIGEST];
	int err;

	/* Nobody needs to answer what this node asked itself. */
	if (len == sizeof(auth->challenge) && !crypto_memneq(challenge, auth->challenge, len))
		return -ECONNREFUSED;
	err = proof(auth, challenge, len, conn->res->node_id, response);
	if (err)
		return err;
	return drbd_send_packet(conn, DRBD_P_AUTH_RESPONSE, DRBD_NO_VOLUME, &none, response,
				auth->size);
}

/**
 * drbd_auth_check() - see whether the peer knows the secret
 * @auth: from drbd_auth_begin()
 * @conn: the connection
 * @response: what it answered
 * @len: bytes of it
 *
 * Return: whether it does.
 */
bool drbd_auth_check(struct drbd_auth *auth, struct drbd_connection *conn,
		     const u8 *response, unsigned int len)
{
	u8 expected[DRBD_WIRE_MAX_DIGEST];

	return len == auth->size &&
	       !proof(auth, auth->challenge, sizeof(auth->challenge), conn->node_id, expected) &&
	       !crypto_memneq(response, expected, len);
}
