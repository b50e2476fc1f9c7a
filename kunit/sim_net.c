// SPDX-License-Identifier: GPL-2.0-only
/*
 * Network of the cluster simulation
 *
 * Each pair of nodes may have a connection, which has two streams in each direction.
 * A stream keeps its order, and that is all that it promises: what is sent arrives
 * whenever the scheduler has nothing better to do, a link may fail in one direction
 * only, and the two ends learn of the end of a connection each in its own time, after
 * having received some part of what was under way.
 */
#include <linux/slab.h>

#include "sim_world.h"

#define NET_MSGS	4096

/* An end of a connection. */
enum end_state {
	END_CLOSED,
	END_WANTED,		/* waits for the other end */
	END_READY,		/* there is a connection, the node does not yet know */
	END_OPEN,
};

/**
 * struct net_end - how a node sees the connection to a peer
 * @state: whether there is one
 * @closed: the peer closed it; this end sees that after the last packet
 * @broken: nothing that is sent to this end arrives any more
 * @dead: this end will notice that the connection is of no use
 */
struct net_end {
	enum end_state state;
	bool closed;
	bool broken;
	bool dead;
};

/**
 * struct net_queue - packets under way
 * @first: index of the next one to arrive, 0 for none
 * @last: index of the last one
 * @count: number of them
 * @held: the receiver could not take the first one
 */
struct net_queue {
	u16 first;
	u16 last;
	u16 count;
	bool held;
};

/**
 * struct sim_net - the network
 * @end: ends, by own node and peer
 * @queue: packets, by sender, receiver and stream
 * @blocked: nothing gets from one node to another
 * @msg: packets; the first is not used
 * @free: index of the first unused one
 * @used: number of those in use
 */
struct sim_net {
	struct net_end end[SIM_NODES][SIM_NODES];
	struct net_queue queue[SIM_NODES][SIM_NODES][SIM_STREAMS];
	bool blocked[SIM_NODES][SIM_NODES];
	struct sim_msg msg[NET_MSGS];
	u16 free;
	unsigned int used;
};

/* What the network may do next: kind, two nodes, a stream. */
enum net_choice {
	NET_ESTABLISH,
	NET_UP,
	NET_DELIVER,
	NET_DOWN,
};

#define NET_CHOICE(kind, a, b, stream)	((kind) << 8 | (a) << 5 | (b) << 2 | (stream))

struct sim_net *sim_net_new(void)
{
	struct sim_net *net = kvzalloc(sizeof(*net), GFP_KERNEL);
	u16 i;

	if (!net)
		return NULL;
	for (i = 1; i < NET_MSGS; i++)
		net->msg[i].next = i + 1 < NET_MSGS ? i + 1 : 0;
	net->free = 1;
	return net;
}

void sim_net_free(struct sim_net *net)
{
	kvfree(net);
}

static void msg_put(struct sim_net *net, u16 i)
{
	net->msg[i].next = net->free;
	net->free = i;
	net->used--;
}

/* Keep only the first packets of a stream. */
static void queue_truncate(struct sim_net *net, struct net_queue *q, unsigned int keep)
{
	u16 i = q->first, last = 0, next;

	if (q->count <= keep)
		return;
	for (q->count = keep; keep; keep--) {
		last = i;
		i = net->msg[i].next;
	}
	for (; i; i = next) {
		next = net->msg[i].next;
		msg_put(net, i);
	}
	if (last)
		net->msg[last].next = 0;
	else
		q->first = 0;
	q->last = last;
	if (!last)
		q->held = false;
}

static void drop_all(struct sim_net *net, int from, int to)
{
	int stream;

	for (stream = 0; stream < SIM_STREAMS; stream++)
		queue_truncate(net, &net->queue[from][to][stream], 0);
}

/* From now on nothing arrives but some of what is under way. */
static void break_way(struct sim *sim, int from, int to)
{
	struct sim_net *net = sim->net;
	int stream;

	if (net->end[to][from].broken)
		return;
	net->end[to][from].broken = true;
	for (stream = 0; stream < SIM_STREAMS; stream++) {
		struct net_queue *q = &net->queue[from][to][stream];

		queue_truncate(net, q, sim_rand(sim, q->count + 1));
	}
}

static bool has_connection(const struct net_end *end)
{
	return end->state >= END_READY;
}

void sim_net_init(struct sim *sim)
{
	struct sim_net *net = sim->net;
	int i, j;

	for (i = 0; i < SIM_NODES; i++)
		for (j = 0; j < SIM_NODES; j++)
			drop_all(net, i, j);
	memset(net->end, 0, sizeof(net->end));
	memset(net->blocked, 0, sizeof(net->blocked));
}

/* Both ends want it and the network lets them. */
static bool may_establish(const struct sim_net *net, int a, int b)
{
	return net->end[a][b].state == END_WANTED && net->end[b][a].state == END_WANTED &&
	       !net->blocked[a][b] && !net->blocked[b][a];
}

static bool may_go_down(const struct sim_net *net, int a, int b)
{
	const struct net_end *end = &net->end[a][b];

	return end->state == END_OPEN &&
	       (end->dead ||
		(end->closed && !net->queue[b][a][SIM_DATA].first &&
		 !net->queue[b][a][SIM_CONTROL].first));
}

/*
 * sim_net_choices() - what the network may do next
 *
 * Return: number of entries in @choice.
 */
unsigned int sim_net_choices(struct sim *sim, u16 *choice, unsigned int max)
{
	const struct sim_net *net = sim->net;
	unsigned int n = 0;
	int a, b, stream;

	for (a = 0; a < sim->cfg.nodes; a++) {
		for (b = 0; b < sim->cfg.nodes; b++) {
			enum end_state state = net->end[a][b].state;

			if (state == END_CLOSED || n + 4 > max)
				continue;
			if (state == END_WANTED) {
				if (a < b && may_establish(net, a, b))
					choice[n++] = NET_CHOICE(NET_ESTABLISH, a, b, 0);
				continue;
			}
			if (state == END_READY) {
				choice[n++] = NET_CHOICE(NET_UP, a, b, 0);
				continue;
			}
			for (stream = 0; stream < SIM_STREAMS; stream++) {
				const struct net_queue *q = &net->queue[b][a][stream];

				if (q->first && !q->held)
					choice[n++] = NET_CHOICE(NET_DELIVER, b, a, stream);
			}
			if (may_go_down(net, a, b))
				choice[n++] = NET_CHOICE(NET_DOWN, a, b, 0);
		}
	}
	return n;
}

static void establish(struct sim_net *net, int a, int b)
{
	drop_all(net, a, b);
	drop_all(net, b, a);
	net->end[a][b] = (struct net_end){ .state = END_READY };
	net->end[b][a] = (struct net_end){ .state = END_READY };
}

/* This end is done with the connection. */
static void close_end(struct sim_net *net, int a, int b)
{
	drop_all(net, b, a);
	net->end[a][b] = (struct net_end){ .state = END_CLOSED };
	if (has_connection(&net->end[b][a]))
		net->end[b][a].closed = true;
	else
		drop_all(net, a, b);
}

static void go_down(struct sim *sim, int a, int b)
{
	bool dead = sim->net->end[a][b].dead;

	close_end(sim->net, a, b);
	sim_trace(sim, "%d: connection to %d is %s", a, b, dead ? "dead" : "closed");
	sim_touch(sim, a);
	sim_conn_down(&sim->node[a], b,
		      dead ? DRBD_C_NETWORK_FAILURE : DRBD_C_BROKEN_PIPE);
	sim_net_awake(&sim->node[a]);
}

static void deliver(struct sim *sim, int from, int to, int stream)
{
	struct sim_net *net = sim->net;
	struct net_queue *q = &net->queue[from][to][stream];
	struct sim_node *n = &sim->node[to];
	u16 i = q->first;
	struct sim_msg *msg = &net->msg[i];
	bool held = msg->held;

	/* not in the queue while it is handled: the connection may go */
	q->first = msg->next;
	q->count--;
	if (!q->first)
		q->last = 0;
	if (!held) {
		sim_counts(sim)[SIM_N_PACKETS]++;
		sim_check_received(n, from, msg);
	}
	if (sim->verbose) {
		const struct drbd_wire_packet *p = drbd_wire_packet(msg->cmd);

		sim_trace(sim, "%d: %s%s from %d", to, p ? p->name : "packet",
			  held ? " again" : "", from);
	}
	sim_touch(sim, to);
	if (sim_node_deliver(n, from, msg)) {
		msg_put(net, i);
		sim_net_awake(n);
		return;
	}
	if (net->end[to][from].state != END_OPEN) {
		msg_put(net, i);
		return;
	}
	msg->held = true;
	msg->next = q->first;
	q->first = i;
	if (!q->last)
		q->last = i;
	q->count++;
	q->held = true;
}

/*
 * sim_net_do() - let the network do one thing
 * @sim: the world
 * @choice: of sim_net_choices()
 */
void sim_net_do(struct sim *sim, u16 choice)
{
	int a = choice >> 5 & 7, b = choice >> 2 & 7;

	switch ((enum net_choice)(choice >> 8)) {
	case NET_ESTABLISH:
		establish(sim->net, a, b);
		break;
	case NET_UP:
		sim->net->end[a][b].state = END_OPEN;
		sim_trace(sim, "%d: transport to %d is up", a, b);
		sim_touch(sim, a);
		sim_conn_up(&sim->node[a], b);
		sim_net_awake(&sim->node[a]);
		break;
	case NET_DELIVER:
		deliver(sim, a, b, choice & 3);
		break;
	case NET_DOWN:
		go_down(sim, a, b);
		break;
	}
}

/* sim_net_slow() - is a choice one of a link and stream in a mask of slow ones */
bool sim_net_slow(u16 choice, u64 slow)
{
	switch ((enum net_choice)(choice >> 8)) {
	case NET_DELIVER:
		return slow >> ((choice >> 5 & 7) * 8 + (choice >> 2 & 7)) & 1 &&
		       (slow >> 56 & 3) != (choice & 3);
	case NET_DOWN:
		return slow >> 58 & 1;
	default:
		return false;
	}
}

/*
 * sim_net_crash() - a node is gone
 *
 * Some of what it sent is still under way; its peers notice later.
 */
void sim_net_crash(struct sim_node *n)
{
	struct sim_net *net = n->sim->net;
	int j;

	for (j = 0; j < n->sim->cfg.nodes; j++) {
		drop_all(net, j, n->id);
		net->end[n->id][j] = (struct net_end){ .state = END_CLOSED };
		if (!has_connection(&net->end[j][n->id])) {
			drop_all(net, n->id, j);
			continue;
		}
		break_way(n->sim, n->id, j);
		net->end[j][n->id].dead = true;
	}
}

/*
 * sim_net_reset() - connections between two nodes fail
 */
void sim_net_reset(struct sim *sim, int a, int b)
{
	struct sim_net *net = sim->net;

	if (has_connection(&net->end[a][b])) {
		break_way(sim, b, a);
		net->end[a][b].dead = true;
	}
	if (has_connection(&net->end[b][a])) {
		break_way(sim, a, b);
		net->end[b][a].dead = true;
	}
}

/*
 * sim_net_cut() - the link between two nodes fails
 * @sim: the world
 * @a: one
 * @b: the other
 * @both: in both directions, else only from @a to @b
 */
void sim_net_cut(struct sim *sim, int a, int b, bool both)
{
	struct sim_net *net = sim->net;

	if (a == b)
		return;
	net->blocked[a][b] = true;
	if (both) {
		net->blocked[b][a] = true;
		sim_net_reset(sim, a, b);
		return;
	}
	if (has_connection(&net->end[b][a])) {
		break_way(sim, a, b);
		net->end[b][a].dead = true;
	}
	/* whose pings are not answered */
	if (has_connection(&net->end[a][b]))
		net->end[a][b].dead = true;
}

/*
 * sim_net_heal() - the link between two nodes works again
 */
void sim_net_heal(struct sim *sim, int a, int b)
{
	sim->net->blocked[a][b] = false;
	sim->net->blocked[b][a] = false;
}

/*
 * sim_net_idle() - is there nothing under way
 */
bool sim_net_idle(struct sim *sim)
{
	return !sim->net->used;
}

/*
 * sim_net_quiet_between() - is there a connection, and nothing under way on it
 */
bool sim_net_quiet_between(struct sim *sim, int a, int b)
{
	const struct sim_net *net = sim->net;
	const struct net_end *ab = &net->end[a][b], *ba = &net->end[b][a];
	int stream;

	if (ab->state != END_OPEN || ba->state != END_OPEN || ab->dead || ba->dead ||
	    ab->closed || ba->closed || ab->broken || ba->broken)
		return false;
	for (stream = 0; stream < SIM_STREAMS; stream++)
		if (net->queue[a][b][stream].first || net->queue[b][a][stream].first)
			return false;
	return true;
}

/*
 * sim_net_awake() - something happened on a node: it may take what it could not
 */
void sim_net_awake(struct sim_node *n)
{
	struct sim_net *net = n->sim->net;
	int j;

	for (j = 0; j < n->sim->cfg.nodes; j++) {
		net->queue[j][n->id][SIM_DATA].held = false;
		net->queue[j][n->id][SIM_CONTROL].held = false;
	}
}

void sim_net_release(struct sim_node *n)
{
	sim_net_awake(n);
}

void sim_net_open(struct sim_node *n, int peer)
{
	struct net_end *end = &n->sim->net->end[n->id][peer];

	if (end->state == END_CLOSED)
		end->state = END_WANTED;
}

void sim_net_close(struct sim_node *n, int peer)
{
	struct sim_net *net = n->sim->net;

	if (has_connection(&net->end[n->id][peer]))
		close_end(net, n->id, peer);
	else
		net->end[n->id][peer].state = END_CLOSED;
}

struct sim_msg *sim_msg(struct sim_node *n, u16 cmd, s16 vnr)
{
	struct sim_net *net = n->sim->net;
	u16 i = net->free;
	struct sim_msg *msg;

	if (!i) {
		sim_fail(n->sim, "L0: %d: too many packets under way", n->id);
		/* the run is over; any will do */
		return &net->msg[0];
	}
	msg = &net->msg[i];
	net->free = msg->next;
	net->used++;
	memset(msg, 0, sizeof(*msg));
	msg->cmd = cmd;
	msg->vnr = vnr;
	msg->node = DRBD_NO_NODE;
	return msg;
}

bool sim_send(struct sim_node *n, int peer, enum sim_stream stream, struct sim_msg *msg)
{
	struct sim_net *net = n->sim->net;
	struct net_queue *q = &net->queue[n->id][peer][stream];
	u16 i = msg - net->msg;

	if (!i)
		return false;
	if (net->end[n->id][peer].state != END_OPEN) {
		msg_put(net, i);
		return false;
	}
	sim_check_sent(n, peer, msg);
	if (!has_connection(&net->end[peer][n->id]) || net->end[peer][n->id].broken) {
		msg_put(net, i);
		return true;
	}
	msg->stream = stream;
	msg->at = n->sim->now;
	msg->next = 0;
	if (q->last)
		net->msg[q->last].next = i;
	else
		q->first = i;
	q->last = i;
	q->count++;
	return true;
}
