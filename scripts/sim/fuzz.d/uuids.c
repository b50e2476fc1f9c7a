// SPDX-License-Identifier: GPL-2.0-only
/*
 * UUID packets of a peer: what a node remembers of them, does then, and decides when it shakes hands
 */
#include "fuzz.h"
#include "driver/core/uuid_gen.h"
#include "driver/core/uuid_handshake.h"
#include "driver/core/uuid_recv.h"

#define SELF 0

/* A packet with fixed part and tail, as spec/wire.md 5.5 has it. */
static bool receive(const struct drbd_wire_link *link, const u8 *buf, u32 len, struct drbd_peer_uuids *got)
{
	bool old = link->version < 110;
	const struct drbd_wire_packet *packet = drbd_wire_packet(old ? DRBD_P_UUIDS : DRBD_P_UUIDS110);
	struct drbd_wire_header head = { DRBD_WIRE_H100, packet->number, 0, len };
	struct drbd_wire_error err;
	union drbd_wire_body body;
	int fixed, n, i;

	if (!drbd_wire_accept(link, DRBD_WIRE_DATA, &head, &err))
		return false;
	fixed = drbd_wire_decode(link, packet, buf, len, &body, &err);
	if (fixed < 0 || drbd_wire_check_tail(packet, &body, buf + fixed, len - fixed, &err))
		return false;
	memset(got, 0, sizeof(*got));
	got->current_uuid = body.uuids.current_uuid;
	got->dirty_bits = body.uuids.dirty_bits;
	got->flags = body.uuids.uuid_flags;
	got->node_mask = body.uuids.node_mask;
	got->bitmap_mask = body.uuids.bitmap_uuids_mask;
	for (n = 0; n < DRBD_NODES; n++)
		got->bitmap[n] = DRBD_UUID_UNKNOWN;
	buf += fixed;
	len -= fixed;
	if (old) {
		got->bitmap_mask = BIT(SELF);
		got->bitmap[SELF] = body.uuids.bitmap_uuid;
		got->history[0] = body.uuids.history[0];
		got->history[1] = body.uuids.history[1];
		return true;
	}
	for (n = 0; n < DRBD_NODES; n++)
		if (got->bitmap_mask & drbd_node_mask(n)) {
			got->bitmap[n] = get_unaligned_be64(buf);
			buf += 8;
			len -= 8;
		}
	for (i = 0; i < DRBD_HISTORY_UUIDS && len >= 8; i++, buf += 8, len -= 8)
		got->history[i] = get_unaligned_be64(buf);
	return true;
}

/* UUIDs that are likely to be those of the packet. */
static u64 take_uuid(struct input *in, const struct drbd_peer_uuids *got)
{
	u8 what = take(in, 1);

	switch (what & 7) {
	case 0:
		return 0;
	case 1:
		return DRBD_UUID_JUST_CREATED;
	case 2:
		return got->current_uuid ^ (what >> 7);
	case 3:
		return got->bitmap[SELF] ^ (what >> 7);
	case 4:
		return got->history[what >> 3 & 3] ^ (what >> 7);
	case 5:
		return got->bitmap[what >> 3];
	default:
		return 0x100 * (what >> 3) | what >> 7;
	}
}

static enum drbd_disk take_disk(struct input *in)
{
	return take(in, 1) % (DRBD_D_UP_TO_DATE + 1);
}

static void check_result(const struct drbd_handshake *h, const struct drbd_handshake_result *r)
{
	CHECK(r->d.strategy < DRBD_STRATEGIES && r->d.rule < DRBD_RULES);
	CHECK(drbd_strategy_name(r->d.strategy) && drbd_rule_name(r->d.rule));
	CHECK(r->d.node >= DRBD_NO_NODE && r->d.node < DRBD_NODES);
	CHECK(r->outcome <= DRBD_OUTCOME_DEMOTE);
	if (r->outcome != DRBD_OUTCOME_CONNECT)
		return;
	CHECK(r->repl == DRBD_R_ESTABLISHED || r->repl == DRBD_R_WF_BITMAP_S || r->repl == DRBD_R_WF_BITMAP_T);
	CHECK(!h->dry_run);
	CHECK(r->bitmap.op <= DRBD_BITMAP_SET_ALL);
	if (r->bitmap.op == DRBD_BITMAP_COPY)
		CHECK(h->c.ids->slots[r->bitmap.from].flags & DRBD_MDF_HAVE_BITMAP);
	if (r->bitmap.op == DRBD_BITMAP_COPY_FREE)
		CHECK(r->bitmap.from >= 0 && r->bitmap.from < h->c.ids->max_peers);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct drbd_uuids ids;
	static struct drbd_uuid_env env;
	static struct drbd_peer_uuids views[DRBD_NODES], got;
	struct input in = { data, size };
	struct drbd_wire_link link = take_link(&in);
	struct drbd_recv_ctx ctx = {};
	struct drbd_handshake h = {};
	struct drbd_handshake_result r;
	struct drbd_compare_now now;
	struct drbd_new_current current;
	u16 len = take(&in, 1) * 8;
	unsigned int todo;
	int peer, n;
	u8 flags;
	u64 weak;

	if (link.version < 110 || link.version > 124)
		link.version = link.version & 1 ? 101 : 86;
	len = min_t(size_t, len, in.n);
	if (!receive(&link, in.p, len, &got))
		return 0;
	in.p += len;
	in.n -= len;

	memset(&ids, 0, sizeof(ids));
	memset(&env, 0, sizeof(env));
	memset(views, 0, sizeof(views));
	peer = 1 + take(&in, 1) % (DRBD_NODES - 1);
	ids.self = SELF;
	ids.max_peers = 1 + take(&in, 1) % 31;
	ids.current_uuid = take_uuid(&in, &got);
	ids.exposed = take_uuid(&in, &got);
	env.role = 1 + take(&in, 1) % 2;
	env.disk = take_disk(&in);
	for (n = 0; n < DRBD_NODES; n++) {
		ids.slots[n].bitmap_index = -1;
		env.peer[n].uuids = &views[n];
	}
	for (n = take(&in, 1) % 8; n > 0; n--) {
		int node = 1 + take(&in, 1) % (DRBD_NODES - 1);
		u8 how = take(&in, 1);

		ids.slots[node].uuid = take_uuid(&in, &got);
		ids.slots[node].flags = how & 1 ? DRBD_MDF_HAVE_BITMAP : how & 2 ? DRBD_MDF_NODE_EXISTS : 0;
		if (how & 1)
			ids.slots[node].bitmap_index = n - 1 < ids.max_peers ? n - 1 : -1;
		env.peer[node] = (struct drbd_uuid_peer) {
			.configured = how & 4, .role = how >> 3 & 1 ? DRBD_ROLE_PRIMARY : DRBD_ROLE_SECONDARY,
			.disk = take_disk(&in), .repl = DRBD_R_OFF + take(&in, 1) % 15, .proto = link.version, .uuids = &views[node],
		};
	}
	env.peer[peer].configured = true;
	env.peer[peer].proto = link.version;
	env.peer[peer].role = take(&in, 1) % 3;
	env.peer[peer].repl = DRBD_R_OFF + take(&in, 1) % 15;
	env.peer[peer].disk = take_disk(&in);
	for (n = 0; n < 4; n++)
		ids.history[n] = take_uuid(&in, &got);

	flags = take(&in, 1);
	ctx = (struct drbd_recv_ctx) { flags & 1, flags & 2, flags & 4, flags & 8, flags & 16 };
	drbd_uuid_store(&ids, &env, peer, &got, take_uuid(&in, &got), flags & 32);
	CHECK(views[peer].bitmap_mask == got.bitmap_mask);
	CHECK(!(ids.slots[SELF].flags & DRBD_MDF_NODE_EXISTS));
	todo = drbd_uuid_received(&ids, &env, peer, &ctx);
	CHECK(!(todo & ~GENMASK(15, 0)));

	flags = take(&in, 1);
	h.c = (struct drbd_compare) {
		.ids = &ids, .view = &views[peer], .peer = peer, .proto = link.version, .wire_protocol = "ABC"[flags % 3],
		.resolve_conflicts = flags & 4, .connecting = flags & 8, .sent = flags & 16, .self = take_uuid(&in, &got),
		.flags = take(&in, 2), .missed = take(&in, 1) % 3,
	};
	h.c.comm = (struct drbd_uuid_comm) { h.c.self, ids.slots[peer].uuid, h.c.flags, take(&in, 1) };
	if (flags & 0x80)
		h.c.self = ids.current_uuid;
	flags = take(&in, 1);
	for (n = 0; n < 3; n++)
		h.sb.policy[n] = take(&in, 1) % 13;
	h.sb.always = flags & 1;
	h.sb.quorum = flags & 2;
	h.sb.quorate = flags & 4;
	h.sb.peer_quorate = flags & 8;
	h.stable = flags & 16;
	h.attach = flags & 32;
	h.dry_run = flags & 64;
	h.rr_conflict = take(&in, 1) % 13;
	h.role = env.role;
	h.peer_role = env.peer[peer].role;
	h.disk = env.disk;
	h.peer_disk = drbd_uuid_negotiated_disk(env.peer[peer].disk, views[peer].flags);
	h.demotion = take(&in, 1) % 3;
	h.other_source = flags & 128 ? (int)take(&in, 1) % DRBD_NODES : DRBD_NO_NODE;
	h.partial = take(&in, 4);
	h.lost = (struct drbd_lost_primary) { take(&in, 1) & 1, take(&in, 1) % 32, take(&in, 1) & 1, take(&in, 1) % 32,
		take(&in, 1) & 1, (s64)take(&in, 8) };
	drbd_uuid_handshake(&h, &r);
	check_result(&h, &r);
	drbd_uuid_compare_now(&h, flags & 1, &now);
	CHECK(now.d.strategy < DRBD_STRATEGIES && now.bitmap.op <= DRBD_BITMAP_SET_ALL);

	/* then what is demanded is done */
	weak = got.node_mask;
	drbd_uuid_received_new_current(&ids, &env, got.current_uuid, weak, take(&in, 8), 0x1234567800, &current);
	CHECK(!(current.tell & ~(u64)U32_MAX) && !(current.slots & BIT(SELF)));
	drbd_uuid_received_current(&ids, &env, peer, take_uuid(&in, &got), &weak);
	drbd_uuid_compare_fix(&ids, &views[peer], peer, r.d.fix, 1);
	drbd_uuid_skip_initial_sync(&ids, &env, peer);
	CHECK(drbd_uuid_equal(ids.current_uuid, views[peer].current_uuid));
	return 0;
}
