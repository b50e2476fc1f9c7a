/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A node with its UUID set and its peers, for the suites that are about UUIDs
 *
 * UUIDs are small even numbers, P sets their Primary bit.
 */
#ifndef DRBD_TESTS_UUID_FIXTURE_H
#define DRBD_TESTS_UUID_FIXTURE_H

#include <kunit/test.h>

#include "../core/uuid.h"

#define P(uuid) ((uuid) | DRBD_UUID_PRIMARY)

enum {
	A = 0xa0, B = 0xb0, C = 0xc0, D = 0xd0, E = 0xe0, T = 0x70, U = 0x80,
	FRESH = 0xf0, NEXT = 0xfe
};

/**
 * struct fixture - a device on one node
 * @ids: its UUID set
 * @env: its states
 * @view: what its peers told
 * @out: for what it tells
 */
struct fixture {
	struct drbd_uuids ids;
	struct drbd_uuid_env env;
	struct drbd_peer_uuids view[DRBD_NODES];
	struct drbd_peer_uuids out;
};

/* An UpToDate Secondary without peers, with two bitmaps. */
static inline struct fixture *setup(struct kunit *test, int self, u64 current_uuid)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	int n;

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->ids.self = self;
	f->ids.current_uuid = current_uuid;
	f->ids.max_peers = 2;
	for (n = 0; n < DRBD_NODES; n++) {
		f->ids.slots[n].bitmap_index = -1;
		f->env.peer[n].uuids = &f->view[n];
	}
	f->env.role = DRBD_ROLE_SECONDARY;
	f->env.disk = DRBD_D_UP_TO_DATE;
	return f;
}

/* A Secondary that has a bitmap here. */
static inline void add_peer(struct fixture *f, int n, enum drbd_disk disk, enum drbd_repl repl)
{
	struct drbd_uuid_peer *peer = &f->env.peer[n];

	peer->configured = true;
	peer->disk = disk;
	peer->repl = repl;
	peer->role = DRBD_ROLE_SECONDARY;
	peer->proto = DRBD_PROTO_9_MAX;
	f->ids.slots[n].flags = DRBD_MDF_HAVE_BITMAP;
	f->ids.slots[n].bitmap_index = n - 1;
}

#endif
