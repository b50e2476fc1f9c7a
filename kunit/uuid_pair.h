/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two nodes that compare their UUIDs, for the suites that are about that
 */
#ifndef DRBD_TESTS_UUID_PAIR_H
#define DRBD_TESTS_UUID_PAIR_H

#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "../core/uuid_compare.h"

/* Slots 1 to 9 are for other nodes. */
#define SELF 10
#define PEER 11

/**
 * struct vector - two nodes, and what they have to come to
 * @name: number in the spec
 * @self: C current, R resolved, B bitmap, nK slot of node K, H history; letters
 *	are UUIDs, "*" sets the Primary bit, "+" adds the offset, JC is 4
 * @peer: the same of the peer
 * @result: NS no-sync; SB, SS, SC, SF source by use, set, copy, if-both-failed;
 *	TB, TS, TC, TF target by use, set, clear, if-both-failed; XA, XD split
 *	brain; UN unrelated; P91
 * @rule: name of the rule
 * @peer_result: what the peer has to come to
 * @rec: RECONNECT of this node and the peer
 * @crash: CRASHED_PRIMARY of both
 * @lq: PRIMARY_LOST_QUORUM of both
 * @rc: RESOLVE_CONFLICTS on this node
 * @proto: 124 by default
 * @protocol: 'C' by default
 * @missed: who missed the end of a resync
 * @fix: expected
 */
struct vector {
	const char *name;
	const char *self;
	const char *peer;
	const char *result;
	const char *rule;
	const char *peer_result;
	bool rec[2];
	bool crash[2];
	bool lq[2];
	bool rc;
	int proto;
	char protocol;
	enum drbd_missed_end missed;
	enum drbd_uuid_fix fix;
};

static inline u64 parse_uuid(const char **s)
{
	u64 uuid = 0;

	if (!strncmp(*s, "JC", 2)) {
		uuid = 4;
		*s += 2;
	} else if (!strncmp(*s, "-1", 2)) {
		uuid = DRBD_UUID_UNKNOWN;
		*s += 2;
	} else if (**s >= 'a' && **s <= 'z') {
		uuid = 0x100 * (**s - 'a' + 1);
		*s += 1;
	} else {
		*s += 1;	/* 0 */
	}
	if (**s == '*') {
		uuid |= DRBD_UUID_PRIMARY;
		*s += 1;
	} else if (**s == '+') {
		uuid += DRBD_UUID_SYNC_OFFSET;
		*s += 1;
	}
	return uuid;
}

/* Returns the resolved UUID. */
static inline u64 parse_node(struct drbd_uuids *ids, int self, int peer, const char *s)
{
	u64 resolved = 0;
	int n, i = 0;

	ids->self = self;
	ids->max_peers = DRBD_MAX_PEERS;
	for (n = 0; n < DRBD_NODES; n++)
		ids->slots[n].bitmap_index = -1;
	ids->slots[peer].flags = DRBD_MDF_HAVE_BITMAP;
	for (; *s; s += *s == ' ') {
		char key = *s++;

		n = peer;
		if (key == 'n')
			n = *s++ - '0';
		s++;	/* = */
		switch (key) {
		case 'C':
			ids->current_uuid = parse_uuid(&s);
			break;
		case 'R':
			resolved = parse_uuid(&s);
			break;
		case 'H':
			ids->history[i++] = parse_uuid(&s);
			while (*s == ',') {
				s++;
				ids->history[i++] = parse_uuid(&s);
			}
			break;
		default:
			ids->slots[n].uuid = parse_uuid(&s);
			ids->slots[n].flags = DRBD_MDF_HAVE_BITMAP;
			ids->slots[n].bitmap_index = n;
			break;
		}
	}
	return resolved ?: ids->current_uuid;
}

/**
 * struct pair - two nodes that compare each other
 * @ids: their UUID sets
 * @view: what each knows of the other
 * @c: what each compares
 */
struct pair {
	struct drbd_uuids ids[2];
	struct drbd_peer_uuids view[2];
	struct drbd_compare c[2];
};

/* What node @i tells the other; as much of it as its protocol carries. */
static inline void tell(struct pair *p, int i, int proto)
{
	const struct drbd_uuids *ids = &p->ids[i];
	struct drbd_peer_uuids *view = &p->view[!i];
	int to = p->ids[!i].self, n;

	view->current_uuid = p->c[i].self;
	view->flags = p->c[i].flags;
	for (n = 0; n < DRBD_NODES; n++) {
		view->bitmap[n] = DRBD_UUID_UNKNOWN;
		if (n == to || (proto >= 110 && (ids->slots[n].flags & DRBD_MDF_HAVE_BITMAP)))
			view->bitmap[n] = ids->slots[n].uuid;
	}
	memcpy(view->history, ids->history, (proto < 110 ? 2 : 32) * sizeof(u64));
}

static inline struct pair *make_pair(struct kunit *test, const struct vector *v)
{
	struct pair *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);
	int proto = v->proto ?: 124, i;

	KUNIT_ASSERT_NOT_NULL(test, p);
	for (i = 0; i < 2; i++) {
		struct drbd_compare *c = &p->c[i];

		c->self = parse_node(&p->ids[i], i ? PEER : SELF, i ? SELF : PEER,
				     i ? v->peer : v->self);
		c->ids = &p->ids[i];
		c->view = &p->view[i];
		c->peer = i ? SELF : PEER;
		c->proto = proto;
		c->wire_protocol = v->protocol ?: 'C';
		c->resolve_conflicts = v->rc && !i;
		c->connecting = true;
		c->sent = true;
		c->flags = (v->rec[i] ? DRBD_UUID_FLAG_RECONNECT : 0) |
			   (v->crash[i] ? DRBD_UUID_FLAG_CRASHED_PRIMARY : 0) |
			   (v->lq[i] ? DRBD_UUID_FLAG_PRIMARY_LOST_QUORUM : 0);
		c->missed = v->missed;
		c->comm.current_uuid = c->self;
		c->comm.bitmap_uuid = p->ids[i].slots[c->peer].uuid;
		c->comm.flags = c->flags;
	}
	if (v->missed)
		p->c[1].missed = v->missed == DRBD_MISSED_SOURCE ? DRBD_MISSED_PEER :
								   DRBD_MISSED_SOURCE;
	tell(p, 0, proto);
	tell(p, 1, proto);
	if (proto < 110) {
		p->view[0].flags &= DRBD_UUID_FLAGS_84;
		p->view[1].flags &= DRBD_UUID_FLAGS_84;
	}
	return p;
}

static inline const char *code_of(enum drbd_strategy strategy)
{
	switch (strategy) {
	case DRBD_NO_SYNC:
		return "NS";
	case DRBD_SOURCE_IF_BOTH_FAILED:
		return "SF";
	case DRBD_SOURCE_USE_BITMAP:
		return "SB";
	case DRBD_SOURCE_SET_BITMAP:
		return "SS";
	case DRBD_SOURCE_COPY_BITMAP:
		return "SC";
	case DRBD_TARGET_IF_BOTH_FAILED:
		return "TF";
	case DRBD_TARGET_USE_BITMAP:
		return "TB";
	case DRBD_TARGET_SET_BITMAP:
		return "TS";
	case DRBD_TARGET_CLEAR_BITMAP:
		return "TC";
	case DRBD_SPLIT_BRAIN:
		return "XA";
	case DRBD_SPLIT_BRAIN_DISCONNECT:
		return "XD";
	case DRBD_UNRELATED_DATA:
		return "UN";
	case DRBD_REQUIRES_PROTO_91:
		return "P91";
	case DRBD_REQUIRES_PROTO_124:
		return "P124";
	case DRBD_RETRY_CONNECT:
		return "RETRY";
	case DRBD_PRIMARY_RECONNECT:
		return "PR";
	case DRBD_PRIMARY_DISCONNECT:
		return "PD";
	default:
		return "?";
	}
}

/* As in the tables of the spec: "SB", or "SC(2)" with a node. */
static inline void expect_decision(struct kunit *test, const struct drbd_decision *d,
				   const char *result)
{
	char text[16];

	if (d->node >= 0)
		scnprintf(text, sizeof(text), "%s(%d)", code_of(d->strategy), d->node);
	else
		scnprintf(text, sizeof(text), "%s", code_of(d->strategy));
	KUNIT_EXPECT_STREQ(test, text, result);
}

#endif
