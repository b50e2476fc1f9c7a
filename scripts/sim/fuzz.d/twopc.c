// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two-phase commits: packets of peers that send anything, in any state of the automaton
 *
 * The input is a series of events. Packets are made of its bytes as they would come from the wire. Whatever happens,
 * the automaton wants no more than its caller has room for, and sends only what can be encoded, to nodes that are there.
 */
#include "fuzz.h"
#include "driver/core/twopc.h"
#include "driver/core/twopc_84.h"

#define ME 1

struct node {
	struct drbd_twopc tp;
	struct drbd_twopc_env env;
	struct drbd_twopc_actions acts;
	struct drbd_wire_link link;
	u32 tid;
};

static const u32 numbers[] = {
	DRBD_P_TWOPC_PREPARE, DRBD_P_TWOPC_COMMIT, DRBD_P_TWOPC_ABORT, DRBD_P_TWOPC_YES, DRBD_P_TWOPC_NO, DRBD_P_TWOPC_RETRY,
	DRBD_P_TWOPC_PREP_RSZ,
};

static void check_sent(const struct node *node, const struct drbd_twopc_msg *msg)
{
	const struct drbd_wire_link links[] = { { 118 }, { 124, DRBD_FF_ALL } };
	u32 number = msg->cmd == DRBD_TWOPC_PREPARE && msg->resize ? DRBD_P_TWOPC_PREP_RSZ : numbers[msg->cmd];
	const struct drbd_wire_packet *packet = drbd_wire_packet(number);
	struct drbd_wire_error err;
	struct drbd_wire_header head;
	union drbd_wire_body body = {};
	u8 out[DRBD_WIRE_MAX_FIXED];

	if (msg->cmd >= DRBD_TWOPC_YES) {
		body.reply = (struct drbd_wire_twopc_reply) { msg->tid, msg->initiator, msg->reachable_nodes, msg->primary_nodes,
			msg->resize ? msg->size : msg->weak_nodes };
	} else {
		body.twopc = (struct drbd_wire_twopc) {
			.tid = msg->tid, .flags = DRBD_WIRE_HAS_FLAGS | msg->flags, .initiator_node_id = msg->initiator,
			.target_node_id = msg->target, .nodes_to_reach = msg->nodes_to_reach,
		};
		CHECK(!(msg->flags & ~(DRBD_TWOPC_HAS_REACHABLE | DRBD_TWOPC_PRI_INCAPABLE)));
		if (msg->cmd != DRBD_TWOPC_PREPARE) {
			body.twopc.primary_nodes = msg->primary_nodes;
			body.twopc.verdict = msg->resize ? msg->size : msg->reachable_nodes;
		} else if (msg->resize) {
			body.twopc.user_size = msg->size;
			body.twopc.dds_flags = msg->dds_flags;
		} else {
			body.twopc.change = (struct drbd_wire_change) { msg->mask, msg->value };
		}
	}
	for (int i = 0; i < 2; i++) {
		CHECK(drbd_wire_encode(&links[i], packet, &body, out, sizeof(out), &err) > 0);
		CHECK(!drbd_wire_announce(&links[i], packet, msg->volume, 0, &head, &err));
	}
	CHECK(msg->tid && (msg->initiator == node->tp.me || msg->cmd != DRBD_TWOPC_PREPARE || msg->initiator >= 0));
}

static void check_actions(const struct node *node)
{
	const struct drbd_twopc_actions *acts = &node->acts;
	const struct drbd_twopc_env *env = &node->env;

	CHECK(acts->n <= DRBD_TWOPC_MAX_ACTIONS && acts->nmsgs <= DRBD_TWOPC_MAX_MSGS);
	for (unsigned int i = 0; i < acts->n; i++) {
		const struct drbd_twopc_action *a = &acts->action[i];

		CHECK(a->act <= DRBD_TWOPC_BAD_PACKET);
		CHECK(!a->msg || (a->msg >= acts->msg && a->msg < acts->msg + acts->nmsgs));
		switch (a->act) {
		case DRBD_TWOPC_SEND:
			CHECK(a->msg && a->nodes && !(a->nodes & ~DRBD_TWOPC_REAL_NODES) && !(a->nodes & drbd_node_mask(ME)));
			check_sent(node, a->msg);
			break;
		case DRBD_TWOPC_SEND_84:
			CHECK(env->peers_84 & drbd_node_mask(a->node));
			break;
		case DRBD_TWOPC_HS_RESET:
		case DRBD_TWOPC_HS_SEND:
		case DRBD_TWOPC_HS_RELEASE:
		case DRBD_TWOPC_WRITE_BITMAP:
			CHECK(a->node >= 0 && a->node < DRBD_NODES && a->node != ME);
			break;
		case DRBD_TWOPC_CHECK:
		case DRBD_TWOPC_APPLY:
			CHECK(a->msg);
			break;
		case DRBD_TWOPC_BAD_PACKET:
			CHECK(a->field && acts->n == 1);
			break;
		default:
			break;
		}
	}
	CHECK((node->tp.state == DRBD_TWOPC_IDLE) == (drbd_twopc_active(&node->tp).initiator == DRBD_NO_NODE));
	CHECK(node->tp.state <= DRBD_TWOPC_EXECUTING);
}

/* As spec/wire.md 5.12 has it; what the packet does not say comes from the transaction. */
static bool receive(struct node *node, u32 number, const u8 *buf, s32 volume, struct drbd_twopc_msg *msg)
{
	const struct drbd_wire_packet *packet = drbd_wire_packet(number);
	struct drbd_wire_error err;
	union drbd_wire_body body;

	if (drbd_wire_decode(&node->link, packet, buf, 36, &body, &err) < 0)
		return false;
	memset(msg, 0, sizeof(*msg));
	msg->volume = volume;
	msg->target = DRBD_NO_NODE;
	for (unsigned int i = 0; i < ARRAY_SIZE(numbers); i++)
		if (numbers[i] == number)
			msg->cmd = i <= DRBD_TWOPC_RETRY ? i : DRBD_TWOPC_PREPARE;
	if (msg->cmd >= DRBD_TWOPC_YES) {
		const struct drbd_wire_twopc_reply *reply = &body.reply;

		msg->tid = reply->tid;
		msg->initiator = reply->initiator_node_id;
		msg->resize = drbd_twopc_is_resize(&node->tp, msg->initiator, msg->tid);
		msg->reachable_nodes = reply->reachable_nodes;
		msg->primary_nodes = reply->primary_nodes;
		*(msg->resize ? &msg->size : &msg->weak_nodes) = reply->weak_nodes;
		return true;
	}
	msg->tid = body.twopc.tid;
	msg->initiator = body.twopc.initiator_node_id;
	msg->target = body.twopc.target_node_id;
	msg->flags = body.twopc.flags & (DRBD_TWOPC_HAS_REACHABLE | DRBD_TWOPC_PRI_INCAPABLE);
	msg->nodes_to_reach = body.twopc.nodes_to_reach;
	msg->resize = number == DRBD_P_TWOPC_PREP_RSZ;
	if (msg->cmd == DRBD_TWOPC_PREPARE) {
		msg->mask = body.twopc.change.mask;
		msg->value = body.twopc.change.val;
		msg->size = body.twopc.user_size;
		msg->dds_flags = body.twopc.dds_flags;
		return true;
	}
	msg->resize = drbd_twopc_is_resize(&node->tp, msg->initiator, msg->tid);
	msg->primary_nodes = body.twopc.primary_nodes;
	if (msg->resize)
		msg->size = body.twopc.verdict;
	else if (msg->flags & DRBD_TWOPC_HAS_REACHABLE)
		msg->reachable_nodes = body.twopc.verdict;
	return true;
}

static bool is_over(const struct drbd_twopc *tp, const struct drbd_twopc_msg *msg)
{
	for (int i = 0; i < DRBD_TWOPC_MAX_DONE; i++)
		if (msg->tid && tp->done[i].id.tid == msg->tid && tp->done[i].id.initiator == msg->initiator)
			return true;
	return false;
}

/* A packet about the transaction that is going on, most of the time. */
static void packet_event(struct node *node, struct input *in, u8 what, int from)
{
	struct drbd_twopc_id active = drbd_twopc_active(&node->tp);
	u8 how = take(in, 1), buf[36];
	s32 volume = how & 1 ? DRBD_NO_VOLUME : (s32)take(in, 2);
	struct drbd_twopc_msg msg;
	bool over;

	take_bytes(in, buf, sizeof(buf));
	if (!receive(node, numbers[what], buf, volume, &msg))
		return;
	if (how & 2 && active.initiator != DRBD_NO_NODE) {
		msg.initiator = active.initiator;
		msg.tid = active.tid;
		if (msg.cmd >= DRBD_TWOPC_COMMIT)
			msg.resize = drbd_twopc_is_resize(&node->tp, msg.initiator, msg.tid);
	}
	if (how & 4) {
		msg.mask = DRBD_TWOPC_CONN_MASK | (how & 8 ? DRBD_TWOPC_ROLE_MASK : 0);
		msg.value = (how & 16 ? DRBD_C_CONNECTED : DRBD_C_DISCONNECTING) << DRBD_TWOPC_CONN_SHIFT | (how >> 6 & 3);
		msg.target = ME;
	}
	/* the last one that is over, coming late over another path */
	if (how & 0x80 && active.initiator == DRBD_NO_NODE) {
		const struct drbd_twopc_done *last = &node->tp.done[(node->tp.next_done + DRBD_TWOPC_MAX_DONE - 1) % DRBD_TWOPC_MAX_DONE];

		msg.initiator = last->id.initiator;
		msg.tid = last->id.tid;
	}
	over = is_over(&node->tp, &msg);
	drbd_twopc_packet(&node->tp, &node->env, from, &msg, how & 32, &node->acts);
	check_actions(node);
	/* it binds nobody again, and is not applied again */
	if (over && msg.cmd == DRBD_TWOPC_PREPARE)
		CHECK(drbd_twopc_active(&node->tp).tid == active.tid && drbd_twopc_active(&node->tp).initiator == active.initiator);
}

static void start(struct node *node, struct input *in)
{
	u8 how = take(in, 1), peer = take(in, 1) % DRBD_NODES;
	struct drbd_twopc_request req = {
		.volume = how & 1 ? 0 : DRBD_NO_VOLUME, .target = how & 2 && peer != ME ? peer : DRBD_NO_NODE,
		.no_wait = how & 4, .no_retry = how & 8, .resume = how & 16, .attempt = take(in, 1),
	};

	switch (how >> 5) {
	case 0:
		break;
	case 1:
		req.resize = true;
		req.volume = 0;
		req.user_size = take(in, 5);
		req.max_size = take(in, 5);
		break;
	case 2:
	case 3:
		req.mask = DRBD_TWOPC_ROLE_MASK;
		req.value = how >> 5 == 2 ? DRBD_ROLE_PRIMARY : DRBD_ROLE_SECONDARY;
		break;
	case 4:
	case 5:
		req.mask = DRBD_TWOPC_CONN_MASK;
		req.value = (how >> 5 == 4 ? DRBD_C_CONNECTED : DRBD_C_DISCONNECTING) << DRBD_TWOPC_CONN_SHIFT;
		break;
	default:
		req.mask = DRBD_TWOPC_DISK_MASK;
		req.value = DRBD_D_OUTDATED << DRBD_TWOPC_DISK_SHIFT;
		break;
	}
	drbd_twopc_start(&node->tp, &node->env, &req, DRBD_SS_SUCCESS, ++node->tid, &node->acts);
	check_actions(node);
}

static const enum drbd_rv results[] = {
	DRBD_SS_SUCCESS, DRBD_SS_NOTHING_TO_DO, DRBD_SS_PRIMARY_READER, DRBD_SS_IN_TRANSIENT_STATE, DRBD_SS_TWO_PRIMARIES,
	DRBD_SS_NO_UP_TO_DATE_DISK, DRBD_SS_TIMEOUT, DRBD_SS_UNKNOWN_ERROR,
};

static void local_event(struct node *node, struct input *in, u8 what, int peer)
{
	u8 how = take(in, 1);
	enum drbd_rv rv = results[how & 7];
	struct drbd_twopc_local local = { .rv = rv, .max_size = 1000, .diskful_primary = how & 8 };
	struct drbd_twopc_handshake hs = { how & 1, how & 2, how & 4, how & 8 };

	switch (what) {
	case 0:
		drbd_twopc_checked(&node->tp, &node->env, drbd_twopc_active(&node->tp).tid, &local, &node->acts);
		break;
	case 1:
		drbd_twopc_shaken(&node->tp, &node->env, peer, &hs, &node->acts);
		break;
	case 2:
		drbd_twopc_sized(&node->tp, &node->env, rv, 1000, &node->acts);
		break;
	case 3:
		drbd_twopc_applied(&node->tp, &node->env, rv, &node->acts);
		break;
	case 4:
		node->env.connected &= ~drbd_node_mask(peer);
		node->env.connecting &= ~drbd_node_mask(peer);
		drbd_twopc_lost(&node->tp, &node->env, peer, &node->acts);
		break;
	case 5:
		drbd_twopc_expired(&node->tp, &node->env, drbd_twopc_active(&node->tp).tid,
				   how & 1 ? DRBD_TWOPC_TIMER_READERS : DRBD_TWOPC_TIMER_MAIN, &node->acts);
		break;
	case 6:
		drbd_twopc_interrupt(&node->tp, &node->env, &node->acts);
		break;
	case 7:
		drbd_twopc_unsent(&node->tp, &node->env, drbd_node_mask(peer), &node->acts);
		break;
	default:
		drbd_twopc_84_replied(&node->tp, &node->env, peer, rv, &node->acts);
		break;
	}
	check_actions(node);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { data, size };
	struct node node = { .link = { take(&in, 1) & 1 ? 124 : 118 }, .tid = 0x100 };
	u16 flags = take(&in, 2);

	if (node.link.version == 124)
		node.link.features = DRBD_FF_ALL;
	drbd_twopc_init(&node.tp, ME);
	node.env = (struct drbd_twopc_env) {
		.connected = take(&in, 4) & ~(u64)BIT(ME), .connecting = take(&in, 4) & ~(u64)BIT(ME), .configured = U32_MAX & ~(u64)BIT(ME),
		.two_primaries = take(&in, 4), .primary_peers = take(&in, 4), .members = U32_MAX, .primary = flags & 1,
		.data_access = flags & 2, .have_disk = flags & 4, .reader = flags & 8, .quorate = flags & 16,
		.peer_quorate = flags & 32, .known_volume = flags & 64, .twopc_timeout = 300, .retry_timeout = 1,
		.auto_promote_timeout = flags & 128 ? 20 : 0, .ping_timeout = flags & 256 ? 5 : 0,
	};
	/* One 8.4 peer, which then is the only one. */
	if (flags & 0x200)
		node.env.peers_84 = node.env.connected & -node.env.connected;
	node.env.connecting &= ~node.env.connected;
	node.env.primary_peers &= node.env.connected;
	while (in.n) {
		u8 what = take(&in, 1) % 20;
		int peer = take(&in, 1) % DRBD_NODES;

		/* only who is there can send */
		if (peer == ME || (what < 7 && !((node.env.connected | node.env.connecting) & drbd_node_mask(peer))))
			continue;
		if (what < 7) {
			packet_event(&node, &in, what, peer);
		} else if (what < 16) {
			local_event(&node, &in, what - 7, peer);
		} else if (what == 16) {
			node.env.connecting &= ~drbd_node_mask(peer);
			node.env.connected |= drbd_node_mask(peer);
		} else if (what == 17) {
			node.env.primary = !node.env.primary;
		} else {
			start(&node, &in);
		}
	}
	return 0;
}
