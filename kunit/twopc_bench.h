/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One automaton of two-phase commits on a bench: give it an event, look at what it
 * wants
 *
 * The node is 1, connected with 0 and 2 unless a test says otherwise.
 */
#ifndef DRBD_TESTS_TWOPC_BENCH_H
#define DRBD_TESTS_TWOPC_BENCH_H

#include <kunit/test.h>

#include "../core/twopc.h"

#define NOV	DRBD_NO_VOLUME
#define NONE	DRBD_NO_NODE

/**
 * struct bench - an automaton and what it lives in
 * @tp: the automaton
 * @env: its surroundings
 * @acts: what it wants after the last event
 * @tid: of the transaction in question
 */
struct bench {
	struct drbd_twopc tp;
	struct drbd_twopc_env env;
	struct drbd_twopc_actions acts;
	u32 tid;
};

static inline int bench_init(struct kunit *test)
{
	struct bench *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	if (!b)
		return -ENOMEM;
	drbd_twopc_init(&b->tp, 1);
	b->tid = 0x1234;
	b->env = (struct drbd_twopc_env) {
		.connected = 5, .configured = 5, .members = 7, .data_access = true,
		.have_disk = true, .quorate = true, .known_volume = true,
		.twopc_timeout = 300, .retry_timeout = 1, .auto_promote_timeout = 20,
		.ping_timeout = 5,
	};
	test->priv = b;
	return 0;
}

/* The only action of a kind, NULL if there is none. */
static inline const struct drbd_twopc_action *act(struct bench *b, enum drbd_twopc_act what)
{
	unsigned int i;

	for (i = 0; i < b->acts.n; i++)
		if (b->acts.action[i].act == what)
			return &b->acts.action[i];
	return NULL;
}

static inline int place(struct bench *b, enum drbd_twopc_act what)
{
	const struct drbd_twopc_action *action = act(b, what);

	return action ? action - b->acts.action : -1;
}

static inline void packet(struct bench *b, int from, enum drbd_twopc_cmd cmd, int initiator)
{
	struct drbd_twopc_msg msg = {
		.cmd = cmd, .initiator = initiator, .target = NONE, .volume = NOV, .tid = b->tid,
		.mask = 0x3, .value = 0x1, .reachable_nodes = 7,
		.flags = DRBD_TWOPC_HAS_REACHABLE,
	};

	drbd_twopc_packet(&b->tp, &b->env, from, &msg, false, &b->acts);
}

static inline void prepare(struct bench *b, int from, int initiator, s8 target, s32 volume,
			   u32 mask, u32 value)
{
	const struct drbd_twopc_msg msg = {
		.cmd = DRBD_TWOPC_PREPARE, .initiator = initiator, .target = target,
		.volume = volume, .tid = b->tid, .mask = mask, .value = value,
		.nodes_to_reach = ~7ULL, .flags = DRBD_TWOPC_HAS_REACHABLE,
	};

	drbd_twopc_packet(&b->tp, &b->env, from, &msg, false, &b->acts);
}

static inline void checked(struct bench *b, enum drbd_rv rv)
{
	const struct drbd_twopc_local local = { .rv = rv, .max_size = 800 };

	drbd_twopc_checked(&b->tp, &b->env, b->tid, &local, &b->acts);
}

static inline void shaken(struct bench *b, int peer, bool complete)
{
	const struct drbd_twopc_handshake hs = { .complete = complete };

	drbd_twopc_shaken(&b->tp, &b->env, peer, &hs, &b->acts);
}

/* The one packet of a kind among the actions, sent to these nodes. */
static inline const struct drbd_twopc_msg *sent(struct bench *b, enum drbd_twopc_cmd cmd,
						u64 nodes)
{
	unsigned int i;

	for (i = 0; i < b->acts.n; i++)
		if (b->acts.action[i].act == DRBD_TWOPC_SEND &&
		    b->acts.action[i].msg->cmd == cmd && b->acts.action[i].nodes == nodes)
			return b->acts.action[i].msg;
	return NULL;
}

static inline int result(struct bench *b)
{
	const struct drbd_twopc_action *done = act(b, DRBD_TWOPC_DONE);

	return done ? (int)done->rv : 1000;
}

#endif
