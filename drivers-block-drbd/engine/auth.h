/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Authentication of peers: each proves that it knows the shared secret
 */
#ifndef DRBD_ENGINE_AUTH_H
#define DRBD_ENGINE_AUTH_H

#include <crypto/hash.h>

#include "connection.h"

/**
 * struct drbd_auth - authentication of a connection that is being set up
 * @tfm: keyed digest
 * @size: bytes of a response
 * @challenge: what this node sent
 */
struct drbd_auth {
	struct crypto_shash *tfm;
	unsigned int size;
	u8 challenge[DRBD_WIRE_CHALLENGE];
};

int drbd_auth_begin(struct drbd_auth *auth, struct drbd_connection *conn);
void drbd_auth_end(struct drbd_auth *auth);
int drbd_auth_send_challenge(struct drbd_auth *auth, struct drbd_connection *conn);
int drbd_auth_respond(struct drbd_auth *auth, struct drbd_connection *conn,
		      const u8 *challenge, unsigned int len);
bool drbd_auth_check(struct drbd_auth *auth, struct drbd_connection *conn,
		     const u8 *response, unsigned int len);

#endif
