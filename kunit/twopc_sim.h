/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A few simulated nodes that run the automaton of two-phase commits
 *
 * Every pair of nodes has two ordered streams in each direction, like connections
 * have. A clock in milliseconds jumps to whatever comes next. State is as little as
 * the transactions in question need: role, one disk, who is connected. All is
 * determined by the tables of a test, or by a seed.
 */
#ifndef DRBD_TESTS_TWOPC_SIM_H
#define DRBD_TESTS_TWOPC_SIM_H

#include <kunit/test.h>
#include <linux/prandom.h>

#include "../core/twopc.h"

#define SIM_NODES	6
#define SIM_PACKETS	256
#define SIM_TIDS	400
#define SIM_NEVER	(~0ULL)
#define SIM_LOG		2500

/**
 * struct sim_packet - a packet under way
 * @used: there is one
 * @initial: initial packets of a connect handshake instead of @msg
 * @control: on the control stream
 * @from: sender
 * @to: receiver
 * @at: when it arrives
 * @seq: order of those that arrive at once
 * @tid: of the transaction
 * @msg: the packet
 */
struct sim_packet {
	bool used;
	bool initial;
	bool control;
	u8 from;
	u8 to;
	u64 at;
	u32 seq;
	u32 tid;
	struct drbd_twopc_msg msg;
};

/**
 * struct sim_node - a node
 * @tp: the automaton
 * @env: its surroundings; the role is in there
 * @disk: state of the disk
 * @outdated: peers whose disks it knows to be Outdated
 * @hold: the fate of a lost Primary's writes is not known yet
 * @refuse: result of checks for others, before @refuse_until
 * @refuse_until: a time in ms
 * @hs: what a handshake finds out, before @refuse_until; then it is happy
 * @want: there is a request
 * @waiting: it waits for the end of a transaction
 * @start_at: when it is started, at the latest
 * @req: the request
 * @result: its result
 * @timer_at: when timers expire
 * @timer_tid: transactions that they are for
 * @check_at: when a check is done
 * @check_tid: transaction that it is for
 * @check_msg: what is checked
 * @apply_at: when a change is done
 * @apply_msg: what is changed
 * @apply: how
 * @hold_until: for each sender, until when its data stream stands still
 * @detect_at: for each peer, when the loss of the connection is noticed
 * @sized_at: when the size is decided
 * @size: size of the volume
 */
struct sim_node {
	struct drbd_twopc tp;
	struct drbd_twopc_env env;
	enum drbd_disk disk;
	u64 outdated;
	bool hold;
	enum drbd_rv refuse;
	u64 refuse_until;
	struct drbd_twopc_handshake hs;
	bool want;
	bool waiting;
	u64 start_at;
	struct drbd_twopc_request req;
	enum drbd_rv result;
	u64 timer_at[2];
	u32 timer_tid[2];
	u64 check_at;
	u32 check_tid;
	struct drbd_twopc_msg check_msg;
	u64 apply_at;
	struct drbd_twopc_msg apply_msg;
	struct drbd_twopc_apply apply;
	u64 hold_until[SIM_NODES];
	u64 detect_at[SIM_NODES];
	u64 sized_at;
	u64 size;
};

/**
 * struct sim_record - what happened to a transaction
 * @initiator: who started it
 * @committed: its initiator decided for it
 * @aborted: its initiator decided against it
 * @refused: who answered NO or RETRY, and not YES after that
 * @yes: who answered YES
 * @applied: who applied it
 * @asked_by: for each node, who sent it PREPARE
 * @cut: for each node, peers that it lost the connection to since
 * @owed: for each node, answers that others wait for
 */
struct sim_record {
	u8 initiator;
	bool committed;
	bool aborted;
	u64 refused;
	u64 yes;
	u64 applied;
	u8 asked_by[SIM_NODES];
	u8 cut[SIM_NODES];
	s8 owed[SIM_NODES][SIM_NODES];
};

/**
 * struct sim - nodes and what is between them
 * @test: the test
 * @n: number of nodes
 * @seed: of the run, or -1
 * @now: the clock, in ms
 * @rnd: for random delays
 * @random: delays are random, else 10 ms and nothing for local work
 * @slow: extra delay of packets from one node to another, in ms
 * @dead: peers that packets do not get through to any more
 * @last: when the last packet of a stream arrives
 * @seq: number of the last packet
 * @tids: number of the last transaction
 * @record: for each transaction
 * @packet: packets
 * @acts: for the event in question
 * @reply_to: node whose packet is handled, else -1
 * @node: the nodes
 * @log: packets as text
 * @len: length of @log
 */
struct sim {
	struct kunit *test;
	int n;
	int seed;
	u64 now;
	struct rnd_state rnd;
	bool random;
	u16 slow[SIM_NODES][SIM_NODES];
	u64 dead[SIM_NODES];
	u64 last[SIM_NODES][SIM_NODES][2];
	u32 seq;
	u32 tids;
	struct sim_record record[SIM_TIDS];
	struct sim_packet packet[SIM_PACKETS];
	struct drbd_twopc_actions acts;
	int reply_to;
	struct sim_node node[SIM_NODES];
	char log[SIM_LOG];
	int len;
};

static u32 sim_rnd(struct sim *sim, u32 below)
{
	return sim->random ? prandom_u32_state(&sim->rnd) % below : 0;
}

static u64 sim_soon(struct sim *sim, u32 below)
{
	return sim->now + sim_rnd(sim, below);
}

static const char *sim_mask(char *buf, size_t size, u64 mask)
{
	if (mask >> 63)
		scnprintf(buf, size, "~%llx", ~mask);
	else
		scnprintf(buf, size, "%llx", mask);
	return buf;
}

static void sim_log(struct sim *sim, int from, int to, const struct drbd_twopc_msg *msg)
{
	static const char *const names[] = { "PREP", "COMMIT", "ABORT", "YES", "NO", "RETRY" };
	char a[20], b[20];
	int left, n;
	char *at;

	/* a long one loses its first half */
	if (sim->len > SIM_LOG - 100) {
		sim->len -= SIM_LOG / 2;
		memmove(sim->log, sim->log + SIM_LOG / 2, sim->len);
	}
	at = sim->log + sim->len;
	left = SIM_LOG - sim->len;
	n = scnprintf(at, left, "%d>%d T%d %s", from, to, msg->initiator, names[msg->cmd]);
	if (msg->cmd == DRBD_TWOPC_PREPARE)
		n += scnprintf(at + n, left - n, " %s",
			       sim_mask(a, sizeof(a), msg->nodes_to_reach));
	else if (msg->resize && msg->cmd == DRBD_TWOPC_COMMIT)
		n += scnprintf(at + n, left - n, " P%llx size %llu", msg->primary_nodes,
			       msg->size);
	else if (msg->resize && msg->cmd == DRBD_TWOPC_YES)
		n += scnprintf(at + n, left - n, " R%llx P%llx max %llu", msg->reachable_nodes,
			       msg->primary_nodes, msg->size);
	else if (msg->cmd == DRBD_TWOPC_COMMIT)
		n += scnprintf(at + n, left - n, " P%llx R%llx", msg->primary_nodes,
			       msg->reachable_nodes);
	else if (msg->cmd == DRBD_TWOPC_YES)
		n += scnprintf(at + n, left - n, " R%llx P%s W%s", msg->reachable_nodes,
			       sim_mask(a, sizeof(a), msg->primary_nodes),
			       sim_mask(b, sizeof(b), msg->weak_nodes));
	else if (msg->cmd == DRBD_TWOPC_ABORT && msg->nodes_to_reach == DRBD_TWOPC_ALL_NODES)
		n += scnprintf(at + n, left - n, " all");
	n += scnprintf(at + n, left - n, "\n");
	sim->len += n;
}

static void sim_queue(struct sim *sim, int from, int to, const struct sim_packet *packet)
{
	u64 *last = &sim->last[from][to][packet->control], at;
	int i;

	at = sim->now + (sim->random ? 1 + sim_rnd(sim, 40) : 10) + sim->slow[from][to];
	*last = max(*last, at);
	if (sim->dead[from] & drbd_node_mask(to))
		return;
	for (i = 0; i < SIM_PACKETS && sim->packet[i].used; i++)
		;
	KUNIT_ASSERT_LT(sim->test, i, SIM_PACKETS);
	sim->packet[i] = *packet;
	sim->packet[i].used = true;
	sim->packet[i].from = from;
	sim->packet[i].to = to;
	sim->packet[i].at = *last;
	sim->packet[i].seq = ++sim->seq;
}

static void sim_note(struct sim *sim, int from, const struct drbd_twopc_msg *msg)
{
	struct sim_record *record = &sim->record[msg->tid];

	switch (msg->cmd) {
	case DRBD_TWOPC_COMMIT:
		if (msg->initiator == from)
			record->committed = true;
		break;
	case DRBD_TWOPC_ABORT:
		if (msg->initiator == from)
			record->aborted = true;
		break;
	case DRBD_TWOPC_YES:
		record->yes |= drbd_node_mask(from);
		record->refused &= ~drbd_node_mask(from);
		break;
	case DRBD_TWOPC_NO:
	case DRBD_TWOPC_RETRY:
		record->refused |= drbd_node_mask(from);
		break;
	default:
		break;
	}
}

static void sim_send(struct sim *sim, int from, const struct drbd_twopc_action *action)
{
	struct sim_packet packet = {
		.control = action->msg->cmd >= DRBD_TWOPC_YES,
		.tid = action->msg->tid,
		.msg = *action->msg,
	};
	int to;

	sim_note(sim, from, action->msg);
	for (to = 0; to < sim->n; to++) {
		if (!(action->nodes & drbd_node_mask(to)))
			continue;
		sim_log(sim, from, to, action->msg);
		if (packet.control)
			KUNIT_ASSERT_GE(sim->test, --sim->record[packet.tid].owed[from][to], 0);
		sim_queue(sim, from, to, &packet);
	}
}

static void sim_wake(struct sim *sim, struct sim_node *node)
{
	int i;

	for (i = 0; i < sim->n; i++)
		if (node->hold_until[i])
			node->hold_until[i] = sim->now;
	if (node->waiting)
		node->start_at = sim_soon(sim, 5);
}

static void sim_ask_again(struct sim *sim, struct sim_node *node,
			  const struct drbd_twopc_action *action)
{
	node->waiting = action->act == DRBD_TWOPC_WAIT;
	if (node->waiting) {
		node->start_at = sim->now + action->ms;
		return;
	}
	KUNIT_ASSERT_EQ(sim->test, action->ms,
			hweight64(node->env.connected | node->env.connecting) * 100 *
			node->env.retry_timeout << min(node->req.attempt, 5U));
	/* without random numbers, lower ids wait for a shorter time */
	node->start_at = sim->now +
		(sim->random ? prandom_u32_state(&sim->rnd) % max(action->ms, 1U) :
			       100 + 100 * node->tp.me);
}

static void sim_act(struct sim *sim, int i, const struct drbd_twopc_action *action)
{
	struct sim_packet initial = { .initial = true, .tid = sim->node[i].tp.msg.tid };
	struct sim_node *node = &sim->node[i];

	switch (action->act) {
	case DRBD_TWOPC_SEND:
		sim_send(sim, i, action);
		break;
	case DRBD_TWOPC_CHECK:
		node->check_at = sim_soon(sim, 20);
		node->check_tid = action->msg->tid;
		node->check_msg = *action->msg;
		break;
	case DRBD_TWOPC_HS_SEND:
		sim_queue(sim, i, action->node, &initial);
		break;
	case DRBD_TWOPC_SIZE:
		node->sized_at = sim_soon(sim, 20);
		break;
	case DRBD_TWOPC_APPLY:
		node->apply_at = sim_soon(sim, 20);
		node->apply_msg = *action->msg;
		node->apply = sim->acts.apply;
		if (node->apply.initiator) {
			KUNIT_ASSERT_EQ(sim->test, sim->record[action->msg->tid].refused, 0);
			sim->record[action->msg->tid].committed = true;
		}
		break;
	case DRBD_TWOPC_START_TIMER:
		node->timer_at[action->timer] = sim->now + action->ms;
		node->timer_tid[action->timer] = node->tp.msg.tid;
		break;
	case DRBD_TWOPC_STOP_TIMER:
		node->timer_at[action->timer] = SIM_NEVER;
		break;
	case DRBD_TWOPC_DEFER:
		node->hold_until[sim->reply_to] = sim->now + action->ms;
		break;
	case DRBD_TWOPC_WAIT:
	case DRBD_TWOPC_BACK_OFF:
		sim_ask_again(sim, node, action);
		break;
	case DRBD_TWOPC_DONE:
		node->want = false;
		node->waiting = false;
		node->start_at = SIM_NEVER;
		node->result = action->rv;
		break;
	case DRBD_TWOPC_ENDED:
		sim_wake(sim, node);
		break;
	case DRBD_TWOPC_HS_RESET:
	case DRBD_TWOPC_HS_RELEASE:
	case DRBD_TWOPC_WRITE_BITMAP:
		break;
	default:
		KUNIT_FAIL_AND_ABORT(sim->test, "node %d: unexpected action %d", i, action->act);
		break;
	}
}

static void sim_acts(struct sim *sim, int i)
{
	unsigned int k;

	for (k = 0; k < sim->acts.n; k++)
		sim_act(sim, i, &sim->acts.action[k]);
}

/* Whether a change is possible, of what state matters here. */
static enum drbd_rv sim_check(struct sim *sim, int i, const struct drbd_twopc_msg *msg)
{
	struct sim_node *node = &sim->node[i];

	if (msg->initiator != i && sim->now < node->refuse_until)
		return node->refuse;
	if (drbd_twopc_role_value(msg) == DRBD_ROLE_PRIMARY &&
	    (msg->initiator == i ? node->env.primary_peers : node->env.primary))
		return DRBD_SS_TWO_PRIMARIES;
	return DRBD_SS_SUCCESS;
}

static void sim_set_role(struct sim *sim, int i, int initiator, bool primary)
{
	struct sim_node *node = &sim->node[i];
	u64 bit = drbd_node_mask(initiator);

	if (i == initiator)
		node->env.primary = primary;
	else if (primary)
		node->env.primary_peers |= bit;
	else
		node->env.primary_peers &= ~bit;
}

static void sim_change(struct sim *sim, int i, int peer)
{
	struct sim_node *node = &sim->node[i];
	const struct drbd_twopc_msg *msg = &node->apply_msg;

	if (drbd_twopc_is_connect(msg) && node->env.connecting & drbd_node_mask(peer)) {
		node->env.connecting &= ~drbd_node_mask(peer);
		node->env.connected |= drbd_node_mask(peer);
		if (sim->node[peer].env.primary)
			node->env.primary_peers |= drbd_node_mask(peer);
	} else if (drbd_twopc_is_disconnect(msg)) {
		node->env.connected &= ~drbd_node_mask(peer);
		node->env.primary_peers &= ~drbd_node_mask(peer);
		sim->dead[i] |= drbd_node_mask(peer);
		/* the peer does not wait for a COMMIT any longer than ping-timeout */
		if (sim->node[peer].env.connected & drbd_node_mask(i))
			sim->node[peer].detect_at[i] = sim->now + 600;
	} else if (drbd_twopc_role_value(msg) != DRBD_ROLE_UNKNOWN) {
		sim_set_role(sim, i, msg->initiator,
			     drbd_twopc_role_value(msg) == DRBD_ROLE_PRIMARY);
	}
}

static void sim_applied(struct sim *sim, int i)
{
	struct sim_node *node = &sim->node[i];
	const struct drbd_twopc_apply *apply = &node->apply;
	const struct drbd_twopc_msg *msg = &node->apply_msg;
	struct sim_record *record = &sim->record[msg->tid];

	node->apply_at = SIM_NEVER;
	KUNIT_ASSERT_FALSE_MSG(sim->test, record->applied & drbd_node_mask(i),
			       "%u applied twice by %d", msg->tid, i);
	KUNIT_ASSERT_TRUE(sim->test, apply->initiator || record->yes & drbd_node_mask(i));
	record->applied |= drbd_node_mask(i);
	node->env.members = apply->members;
	if (msg->resize)
		node->size = apply->size;
	else if (apply->initiator || apply->scope != DRBD_TWOPC_FAR)
		sim_change(sim, i, apply->initiator ? msg->target : msg->initiator);
	if (apply->outdate && node->disk > DRBD_D_OUTDATED)
		node->disk = DRBD_D_OUTDATED;
	if (apply->confirm && !node->hold && node->disk == DRBD_D_CONSISTENT)
		node->disk = DRBD_D_UP_TO_DATE;
	node->outdated |= apply->far_nodes;
	if (apply->peer_outdated)
		node->outdated |= drbd_node_mask(msg->initiator);
	drbd_twopc_applied(&node->tp, &node->env, DRBD_SS_SUCCESS, &sim->acts);
	sim_acts(sim, i);
}

static void sim_start(struct sim *sim, int i)
{
	struct sim_node *node = &sim->node[i];
	const struct drbd_twopc_msg msg = {
		.resize = node->req.resize, .initiator = i, .target = node->req.target,
		.volume = node->req.volume, .mask = node->req.mask, .value = node->req.value,
	};

	node->waiting = false;
	node->start_at = SIM_NEVER;
	KUNIT_ASSERT_LT(sim->test, ++sim->tids, SIM_TIDS);
	sim->record[sim->tids].initiator = i;
	drbd_twopc_start(&node->tp, &node->env, &node->req, sim_check(sim, i, &msg),
			 sim->tids, &sim->acts);
	sim_acts(sim, i);
}

static void sim_deliver(struct sim *sim, struct sim_packet *packet)
{
	static const struct drbd_twopc_handshake complete = { .complete = true };
	int i = packet->to, from = packet->from;
	struct sim_node *node = &sim->node[i];
	u64 near = node->env.connected | node->env.connecting;
	bool waited = !packet->control && node->hold_until[from];
	unsigned int k;

	if (!packet->control)
		node->hold_until[from] = 0;
	if (!(near & drbd_node_mask(from))) {
		packet->used = false;
		return;
	}
	if (packet->initial) {
		if (drbd_twopc_connects(&node->tp, from))
			KUNIT_ASSERT_EQ(sim->test, packet->tid, node->tp.msg.tid);
		drbd_twopc_shaken(&node->tp, &node->env, from,
				  sim->now < node->refuse_until ? &node->hs : &complete,
				  &sim->acts);
	} else {
		if (packet->msg.cmd == DRBD_TWOPC_PREPARE) {
			sim->record[packet->tid].asked_by[i] |= drbd_node_mask(from);
			sim->record[packet->tid].owed[i][from] += !waited;
		}
		sim->reply_to = from;
		drbd_twopc_packet(&node->tp, &node->env, from, &packet->msg, waited, &sim->acts);
	}
	packet->used = false;
	for (k = 0; k < sim->acts.n; k++)
		packet->used |= sim->acts.action[k].act == DRBD_TWOPC_DEFER;
	sim_acts(sim, i);
}

/* From now on nothing more is sent; what is under way may or may not arrive. */
static void sim_cut(struct sim *sim, int a, int b, u32 notice_after)
{
	u64 until[2] = { sim_soon(sim, 20), sim_soon(sim, 20) };
	int i, t;

	sim->dead[a] |= drbd_node_mask(b);
	sim->dead[b] |= drbd_node_mask(a);
	for (i = 0; i < SIM_PACKETS; i++) {
		struct sim_packet *packet = &sim->packet[i];

		if ((packet->from == a && packet->to == b) ||
		    (packet->from == b && packet->to == a))
			packet->used &= packet->at < until[packet->from == a];
	}
	for (t = 1; t <= sim->tids; t++) {
		sim->record[t].cut[a] |= drbd_node_mask(b);
		sim->record[t].cut[b] |= drbd_node_mask(a);
	}
	sim->node[a].detect_at[b] = sim->now + notice_after + 20 * sim->random + sim_rnd(sim, 50);
	sim->node[b].detect_at[a] = sim->now + notice_after + 20 * sim->random + sim_rnd(sim, 50);
}

static void sim_lose(struct sim *sim, int i, int peer)
{
	struct sim_node *node = &sim->node[i];
	u64 bit = drbd_node_mask(peer);

	node->detect_at[peer] = SIM_NEVER;
	node->hold_until[peer] = 0;
	if (!((node->env.connected | node->env.connecting) & bit))
		return;
	if (node->env.primary_peers & bit && node->disk == DRBD_D_UP_TO_DATE)
		node->disk = DRBD_D_CONSISTENT;
	node->env.connected &= ~bit;
	node->env.connecting &= ~bit;
	node->env.primary_peers &= ~bit;
	drbd_twopc_lost(&node->tp, &node->env, peer, &sim->acts);
	sim_acts(sim, i);
}

static struct sim_packet *sim_next_packet(struct sim *sim, u64 *at)
{
	struct sim_packet *next = NULL;
	int i;

	*at = SIM_NEVER;
	for (i = 0; i < SIM_PACKETS; i++) {
		struct sim_packet *packet = &sim->packet[i];
		u64 when = packet->at;

		if (!packet->used)
			continue;
		if (!packet->control)
			when = max(when, sim->node[packet->to].hold_until[packet->from]);
		if (!next || when < *at || (when == *at && packet->seq < next->seq)) {
			next = packet;
			*at = when;
		}
	}
	return next;
}

static u64 sim_next_of(const struct sim *sim, const struct sim_node *node)
{
	u64 at = min(node->start_at, min(node->check_at, node->apply_at));
	int i;

	at = min(at, min(node->sized_at, min(node->timer_at[0], node->timer_at[1])));
	for (i = 0; i < sim->n; i++)
		at = min(at, node->detect_at[i]);
	return at;
}

static void sim_run_node(struct sim *sim, int i)
{
	struct sim_node *node = &sim->node[i];
	struct drbd_twopc_local local = {
		.max_size = node->req.max_size, .diskful_primary = node->env.primary,
	};
	int k;

	for (k = 0; k < sim->n; k++)
		if (node->detect_at[k] <= sim->now)
			return sim_lose(sim, i, k);
	if (node->check_at <= sim->now) {
		node->check_at = SIM_NEVER;
		local.rv = sim_check(sim, i, &node->check_msg);
		drbd_twopc_checked(&node->tp, &node->env, node->check_tid, &local, &sim->acts);
		return sim_acts(sim, i);
	}
	if (node->apply_at <= sim->now)
		return sim_applied(sim, i);
	if (node->sized_at <= sim->now) {
		node->sized_at = SIM_NEVER;
		drbd_twopc_sized(&node->tp, &node->env, DRBD_SS_SUCCESS,
				 node->tp.reply.max_size, &sim->acts);
		return sim_acts(sim, i);
	}
	for (k = 0; k < 2; k++) {
		if (node->timer_at[k] > sim->now)
			continue;
		node->timer_at[k] = SIM_NEVER;
		drbd_twopc_expired(&node->tp, &node->env, node->timer_tid[k], k, &sim->acts);
		return sim_acts(sim, i);
	}
	sim_start(sim, i);
}

/**
 * sim_step() - let the next thing happen
 * @sim: the nodes
 * @until: but not after this time
 *
 * Return: false if nothing more happens until then.
 */
static bool sim_step(struct sim *sim, u64 until)
{
	struct sim_packet *packet;
	int i, who = -1;
	u64 at, t;

	packet = sim_next_packet(sim, &at);
	for (i = 0; i < sim->n; i++) {
		t = sim_next_of(sim, &sim->node[i]);
		if (t < at) {
			at = t;
			who = i;
		}
	}
	if (at == SIM_NEVER || at > until) {
		sim->now = until == SIM_NEVER ? sim->now : until;
		return false;
	}
	sim->now = max(sim->now, at);
	if (who >= 0)
		sim_run_node(sim, who);
	else
		sim_deliver(sim, packet);
	return true;
}

static void sim_link_end(struct sim *sim, int i, int peer, bool connected)
{
	struct drbd_twopc_env *env = &sim->node[i].env;

	env->configured |= drbd_node_mask(peer);
	if (connected)
		env->connected |= drbd_node_mask(peer);
	else
		env->connecting |= drbd_node_mask(peer);
	sim->dead[i] &= ~drbd_node_mask(peer);
}

static void sim_link(struct sim *sim, int a, int b, bool connected)
{
	sim_link_end(sim, a, b, connected);
	sim_link_end(sim, b, a, connected);
}

static void sim_want(struct sim *sim, int i, u64 at, const struct drbd_twopc_request *req)
{
	struct sim_node *node = &sim->node[i];

	node->req = *req;
	node->want = true;
	node->start_at = at;
	node->result = DRBD_SS_UNKNOWN_ERROR;
}

static void sim_init(struct sim *sim, struct kunit *test, int n)
{
	int i, k;

	memset(sim, 0, sizeof(*sim));
	sim->test = test;
	sim->n = n;
	sim->seed = -1;
	for (i = 0; i < n; i++) {
		struct sim_node *node = &sim->node[i];

		drbd_twopc_init(&node->tp, i);
		node->env = (struct drbd_twopc_env) {
			.have_disk = true, .data_access = true, .quorate = true,
			.known_volume = true, .twopc_timeout = 300, .retry_timeout = 1,
			.auto_promote_timeout = 20, .ping_timeout = 5,
		};
		node->disk = DRBD_D_UP_TO_DATE;
		node->hs.complete = true;
		node->start_at = SIM_NEVER;
		node->check_at = SIM_NEVER;
		node->apply_at = SIM_NEVER;
		node->sized_at = SIM_NEVER;
		node->timer_at[0] = SIM_NEVER;
		node->timer_at[1] = SIM_NEVER;
		for (k = 0; k < SIM_NODES; k++)
			node->detect_at[k] = SIM_NEVER;
	}
}

#endif
