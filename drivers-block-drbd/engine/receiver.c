// SPDX-License-Identifier: GPL-2.0-only
/*
 * The receiver of a connection
 *
 * One thread for each connection, from Unconnected until StandAlone: it connects,
 * agrees with the peer on how to talk, takes packets from the data stream, and, when
 * the connection is lost, cleans up what is left of it before it tries again. So none
 * of these can ever overlap. Who ends a connection changes its state; that makes the
 * transport fail whatever the receiver sleeps in.
 */

#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/sched/signal.h>
#include <linux/unaligned.h>

#include "../core/uuid_source.h"
#include "../core/uuid_tell.h"
#include "../core/wire_compat.h"
#include "../core/wire_features.h"
#include "../core/wire_table.h"
#include "auth.h"
#include "digest.h"
#include "handshake.h"
#include "notify.h"
#include "packets.h"
#include "payload.h"
#include "receiver.h"
#include "request.h"
#include "volume.h"

/* ---- state of the connection ---- */

static enum drbd_cstate cstate_of(struct drbd_connection *conn)
{
	enum drbd_cstate cstate = DRBD_C_STANDALONE;
	unsigned long irq;
	int c;

	spin_lock_irqsave(&conn->res->st.lock, irq);
	c = drbd_states_conn(&conn->res->st, conn->node_id);
	if (c >= 0)
		cstate = conn->res->st.s.conn[c].old.cstate;
	spin_unlock_irqrestore(&conn->res->st.lock, irq);
	return cstate;
}

static enum drbd_rv set_cstate(struct drbd_connection *conn, enum drbd_cstate cstate,
			       unsigned int flags)
{
	struct drbd_change chg;
	int c;

	drbd_change_begin(&chg, &conn->res->st, flags);
	c = drbd_states_conn(&conn->res->st, conn->node_id);
	if (c < 0) {
		drbd_change_cancel(&chg);
		return DRBD_SS_NEED_CONNECTION;
	}
	drbd_state_set_cstate(&conn->res->st.s, c, cstate);
	return drbd_change_end(&chg);
}

/**
 * drbd_conn_lost() - a connection has to go down
 * @conn: the connection
 * @why: Timeout to TearDown, or Disconnecting
 *
 * Does nothing if it is on its way down already: the first reason counts.
 *
 * Context: any.
 */
void drbd_conn_lost(struct drbd_connection *conn, enum drbd_cstate why)
{
	struct drbd_change chg;
	int c;

	drbd_change_begin(&chg, &conn->res->st, DRBD_CHG_HARD);
	c = drbd_states_conn(&conn->res->st, conn->node_id);
	if (c < 0 || conn->res->st.s.conn[c].old.cstate < DRBD_C_CONNECTING) {
		drbd_change_cancel(&chg);
		return;
	}
	drbd_state_set_cstate(&conn->res->st.s, c, why);
	drbd_change_end(&chg);
}

/* ---- packets on the data stream ---- */

/* Returns 0, -ECONNRESET if the peer has closed the stream, or another negative errno. */
static int receive(struct drbd_connection *conn, void *buf, size_t len)
{
	int rv = drbd_transport_recv_buf(conn->transport, buf, len, true);

	if (rv < 0)
		return rv;
	return rv == len ? 0 : -ECONNRESET;
}

static int bad_packet(struct drbd_connection *conn, const struct drbd_wire_error *err)
{
	drbd_err(conn->res, "peer %d: %s: bad %s 0x%llx\n", conn->node_id, err->packet,
		 err->field, err->value);
	return -EPROTO;
}

static int receive_header(struct drbd_connection *conn, struct drbd_wire_header *head)
{
	u8 buf[DRBD_WIRE_MAX_HEADER];
	struct drbd_wire_error err;
	int size, rv;

	rv = receive(conn, buf, DRBD_WIRE_MAGIC_SIZE);
	if (rv)
		return rv;
	size = drbd_wire_header_size(buf);
	if (size < 0) {
		drbd_err(conn->res, "peer %d: wrong magic value 0x%08x\n", conn->node_id,
			 get_unaligned_be32(buf));
		return -EPROTO;
	}
	rv = receive(conn, buf + DRBD_WIRE_MAGIC_SIZE, size - DRBD_WIRE_MAGIC_SIZE);
	if (rv)
		return rv;
	if (drbd_wire_header_decode(buf, size, conn->link.version, DRBD_WIRE_DATA, head,
				    &err) < 0)
		return bad_packet(conn, &err);
	return 0;
}

static int receive_packet(struct drbd_connection *conn, struct drbd_packet *p)
{
	struct drbd_wire_error err;
	u32 fixed, len;
	int rv;

	rv = receive_header(conn, &p->head);
	if (rv)
		return rv;
	p->kind = drbd_wire_accept(&conn->link, DRBD_WIRE_DATA, &p->head, &err);
	if (!p->kind)
		return bad_packet(conn, &err);
	fixed = drbd_wire_fixed_size(&conn->link, p->kind);
	p->data = p->kind->tail == DRBD_WIRE_TAIL_DATA ? p->head.len - fixed : 0;
	len = p->head.len - p->data;
	if (len > DRBD_WIRE_BUFFER) {
		drbd_wire_fail(&err, p->kind->name, "length", p->head.len);
		return bad_packet(conn, &err);
	}
	rv = len ? receive(conn, conn->buffer, len) : 0;
	if (rv)
		return rv;
	p->tail = conn->buffer + fixed;
	p->tail_len = len - fixed;
	if (drbd_wire_decode(&conn->link, p->kind, conn->buffer, fixed, &p->body, &err) < 0 ||
	    drbd_wire_check_tail(p->kind, &p->body, p->tail, p->tail_len, &err))
		return bad_packet(conn, &err);
	return 0;
}

/* ---- agreement ---- */

static bool has_others(struct drbd_connection *conn)
{
	struct drbd_connection *other;
	unsigned long i;
	bool others = false;

	rcu_read_lock();
	xa_for_each(&conn->res->connections, i, other)
		others |= other != conn;
	rcu_read_unlock();
	return others;
}

static const char *verdict_text(enum drbd_wire_verdict verdict)
{
	switch (verdict) {
	case DRBD_WIRE_AGREED:
		return "agreed";
	case DRBD_WIRE_NO_COMMON_VERSION:
		return "incompatible DRBD dialects";
	case DRBD_WIRE_EARLY_NINE:
		return "the peer's DRBD 9 is too old";
	case DRBD_WIRE_EARLY_DAGTAG:
		return "the peer's resync is not compatible";
	case DRBD_WIRE_MULTIPLE:
		return "the peer can have only one connection, there are more here";
	case DRBD_WIRE_OTHER_PEER:
		return "peer presented an unexpected node id";
	case DRBD_WIRE_OTHER_SELF:
		return "peer expects another node id than mine";
	}
	return "not agreed";
}

static int agree(struct drbd_connection *conn)
{
	struct drbd_wire_offer own = {
		.version_min = DRBD_PROTO_9_MIN,
		.features = DRBD_FF_ALL,
		.version_max = DRBD_PROTO_9_MAX,
		.sender_node_id = conn->res->node_id,
		.receiver_node_id = conn->node_id,
	};
	union drbd_wire_body body = { .offer = own };
	struct drbd_wire_agreement agreed;
	enum drbd_wire_verdict verdict;
	struct drbd_packet p;
	int rv;

	conn->link = (struct drbd_wire_link) { .version = DRBD_WIRE_NO_VERSION };
	rv = drbd_send_packet(conn, DRBD_P_CONNECTION_FEATURES, DRBD_NO_VOLUME, &body, NULL, 0);
	if (rv)
		return rv;
	rv = receive_packet(conn, &p);
	if (rv)
		return rv;
	if (p.kind->number != DRBD_P_CONNECTION_FEATURES) {
		drbd_err(conn->res, "peer %d: expected P_CONNECTION_FEATURES, not %s\n",
			 conn->node_id, p.kind->name);
		return -EPROTO;
	}
	verdict = drbd_wire_agree(&own, &p.body.offer, has_others(conn), &agreed);
	if (verdict == DRBD_WIRE_AGREED) {
		conn->link.version = agreed.version;
		conn->link.features = agreed.features;
		drbd_info(conn->res, "peer %d: agreed on protocol %u, features 0x%x\n",
			  conn->node_id, agreed.version, agreed.features);
		return 0;
	}
	drbd_err(conn->res, "peer %d: %s (protocol %u to %u, node ids %u and %u)\n", conn->node_id,
		 verdict_text(verdict), p.body.offer.version_min, p.body.offer.version_max,
		 p.body.offer.sender_node_id, p.body.offer.receiver_node_id);
	return drbd_wire_retry(verdict) ? -EAGAIN : -ECONNREFUSED;
}

static int authenticate(struct drbd_connection *conn)
{
	struct drbd_auth auth;
	struct drbd_packet p;
	int rv;

	rv = drbd_auth_begin(&auth, conn);
	if (rv <= 0)
		return rv;
	rv = drbd_auth_send_challenge(&auth, conn);
	if (rv)
		goto out;
	conn->link.auth_digest = auth.size;
	rv = receive_packet(conn, &p);
	if (rv)
		goto out;
	if (p.kind->number != DRBD_P_AUTH_CHALLENGE) {
		drbd_err(conn->res, "peer %d: expected P_AUTH_CHALLENGE, not %s\n",
			 conn->node_id, p.kind->name);
		rv = p.kind->number == DRBD_P_PROTOCOL ? -ECONNREFUSED : -EPROTO;
		goto out;
	}
	rv = drbd_auth_respond(&auth, conn, p.tail, p.tail_len);
	if (rv)
		goto out;
	rv = receive_packet(conn, &p);
	if (rv)
		goto out;
	rv = -EPROTO;
	if (p.kind->number == DRBD_P_AUTH_RESPONSE)
		rv = drbd_auth_check(&auth, conn, p.tail, p.tail_len) ? 0 : -ECONNREFUSED;
	if (rv == -ECONNREFUSED)
		drbd_err(conn->res, "peer %d: authentication failed\n", conn->node_id);
out:
	drbd_auth_end(&auth);
	return rv;
}

static void set_timeouts(struct drbd_connection *conn, unsigned int factor)
{
	long ping = msecs_to_jiffies(100 * READ_ONCE(conn->conf.ping_timeo));

	drbd_transport_set_rcvtimeo(conn->transport, DRBD_DATA_STREAM,
				    factor ? factor * ping : MAX_SCHEDULE_TIMEOUT);
}

static void publish_agreement(struct drbd_connection *conn)
{
	struct drbd_state_conn *sc;
	int c;

	spin_lock_irq(&conn->res->st.lock);
	c = drbd_states_conn(&conn->res->st, conn->node_id);
	if (c >= 0) {
		sc = &conn->res->st.s.conn[c];
		sc->protocol = conn->link.version;
		sc->features = conn->link.features;
	}
	spin_unlock_irq(&conn->res->st.lock);
}

/* From a transport that is up to a peer that takes packets. */
static int shake_hands(struct drbd_connection *conn)
{
	int rv;

	conn->control_len = 0;
	clear_bit(DRBD_CONN_PING_SENT, &conn->flags);
	clear_bit(DRBD_CONN_LEAVING, &conn->flags);
	set_timeouts(conn, 4);
	drbd_transport_set_rcvtimeo(conn->transport, DRBD_CONTROL_STREAM,
				    READ_ONCE(conn->conf.ping_int) * HZ);
	drbd_transport_start(conn->transport);
	rv = agree(conn);
	if (!rv)
		rv = authenticate(conn) ?: drbd_integrity_begin(conn);
	if (rv)
		return rv;
	publish_agreement(conn);
	drbd_outgoing_up(conn);
	drbd_incoming_up(conn);
	set_timeouts(conn, 10);
	drbd_handshake_reset(conn);
	rv = drbd_send_protocol(conn);
	if (!rv && conn->res->node_id < conn->node_id)
		queue_delayed_work(drbd_wq, &conn->connect_work, 0);
	return rv;
}

/* ---- what the peer says ---- */

static bool same_alg(struct drbd_connection *conn, const char *own, const char *theirs,
		     const char *what)
{
	if (!strcmp(own, theirs))
		return true;
	drbd_err(conn->res, "peer %d: incompatible %s settings\n", conn->node_id, what);
	return false;
}

static bool same(struct drbd_connection *conn, u32 own, u32 theirs, const char *what)
{
	if (own == theirs)
		return true;
	drbd_err(conn->res, "peer %d: incompatible %s settings\n", conn->node_id, what);
	return false;
}

static int got_protocol(struct drbd_connection *conn, const struct drbd_packet *p)
{
	const struct drbd_wire_protocol *w = &p->body.protocol;
	const struct drbd_net_conf *conf = &conn->conf;
	bool ok;

	mutex_lock(&conn->res->conf);
	ok = same(conn, conf->wire_protocol, w->protocol, "protocol") &&
	     same(conn, conf->after_sb_0p, drbd_wire_after_sb_mirror(w->after_sb_0p),
		  "after-sb-0pri") &&
	     same(conn, conf->after_sb_1p, drbd_wire_after_sb_mirror(w->after_sb_1p),
		  "after-sb-1pri") &&
	     same(conn, conf->after_sb_2p, drbd_wire_after_sb_mirror(w->after_sb_2p),
		  "after-sb-2pri") &&
	     same(conn, conf->two_primaries, w->two_primaries, "allow-two-primaries") &&
	     same_alg(conn, conf->integrity_alg, (char *)p->tail, "data-integrity-alg");
	mutex_unlock(&conn->res->conf);
	if (ok && w->conn_flags & 1 && test_bit(DRBD_CONN_DISCARD, &conn->flags)) {
		drbd_err(conn->res, "peer %d: incompatible discard-my-data settings\n",
			 conn->node_id);
		ok = false;
	}
	if (w->conn_flags & 2)
		set_bit(DRBD_CONN_TENTATIVE, &conn->flags);
	return ok ? 0 : -ECONNREFUSED;
}

static int got_sync_param(struct drbd_peer_device *pd, const struct drbd_packet *p)
{
	struct drbd_connection *conn = pd->conn;
	bool ok;

	if (cstate_of(conn) >= DRBD_C_CONNECTED)
		return 0;
	mutex_lock(&conn->res->conf);
	ok = same_alg(conn, conn->conf.verify_alg, p->body.sync_param.verify_alg, "verify-alg") &&
	     same_alg(conn, conn->conf.csums_alg, p->body.sync_param.csums_alg, "csums-alg");
	mutex_unlock(&conn->res->conf);
	return ok ? 0 : -ECONNREFUSED;
}

static int got_uuids110(struct drbd_peer_device *pd, const struct drbd_packet *p)
{
	const struct drbd_wire_uuids *w = &p->body.uuids;
	struct drbd_peer_uuids uuids = {
		.current_uuid = w->current_uuid,
		.dirty_bits = w->dirty_bits,
		.flags = w->uuid_flags,
		.node_mask = w->node_mask,
		.bitmap_mask = w->bitmap_uuids_mask,
	};
	unsigned int n = p->tail_len / sizeof(u64), i = 0, node;

	for (node = 0; node < DRBD_NODES; node++) {
		uuids.bitmap[node] = DRBD_UUID_UNKNOWN;
		if (w->bitmap_uuids_mask & drbd_node_mask(node) && i < n)
			uuids.bitmap[node] = get_unaligned_be64(p->tail + 8 * i++);
	}
	for (node = 0; node < DRBD_HISTORY_UUIDS && i < n; node++)
		uuids.history[node] = get_unaligned_be64(p->tail + 8 * i++);
	return drbd_got_uuids(pd, &uuids);
}

static int got_state(struct drbd_connection *conn, struct drbd_peer_device *pd,
		     const struct drbd_packet *p)
{
	struct drbd_wire_error err;
	struct drbd_wire_state state;
	struct drbd_change chg;
	int c;

	if (drbd_wire_state_decode(p->body.state, conn->link.version, &state, &err))
		return bad_packet(conn, &err);
	if (p->head.vnr != DRBD_NO_VOLUME)
		return pd ? drbd_got_state(pd, &state) : 0;
	if (state.role != DRBD_ROLE_SECONDARY)
		return 0;
	drbd_change_begin(&chg, &conn->res->st, DRBD_CHG_HARD);
	c = drbd_states_conn(&conn->res->st, conn->node_id);
	if (c >= 0 && conn->res->st.s.conn[c].old.cstate == DRBD_C_CONNECTED)
		conn->res->st.s.conn[c].new.peer_role = DRBD_ROLE_SECONDARY;
	drbd_change_end(&chg);
	return 0;
}

static int got_twopc(struct drbd_connection *conn, const struct drbd_packet *p)
{
	struct drbd_twopc_msg msg;
	bool resize = false;

	if (p->kind->number == DRBD_P_TWOPC_COMMIT || p->kind->number == DRBD_P_TWOPC_ABORT) {
		mutex_lock(&conn->res->cluster.mutex);
		resize = drbd_twopc_is_resize(&conn->res->cluster.tp,
					      p->body.twopc.initiator_node_id,
					      p->body.twopc.tid);
		mutex_unlock(&conn->res->cluster.mutex);
	}
	drbd_twopc_from_wire(p->kind->number, p->head.vnr, resize, &p->body, &msg);
	if (drbd_twopc_is_disconnect(&msg) && msg.cmd == DRBD_TWOPC_PREPARE &&
	    msg.target == conn->res->node_id)
		set_bit(DRBD_CONN_LEAVING, &conn->flags);
	drbd_cluster_packet(conn, &msg);
	return 0;
}

static int data_packet(struct drbd_connection *conn, struct drbd_peer_device *pd,
		       struct drbd_packet *p)
{
	int rv = -EOPNOTSUPP;

	if (conn->out.up && (pd || p->kind->scope == DRBD_WIRE_CONNECTION)) {
		rv = drbd_request_packet(conn, pd, p);
		if (rv == -EOPNOTSUPP)
			rv = drbd_peer_write_packet(conn, pd, p);
		if (rv == -EOPNOTSUPP)
			rv = drbd_resync_packet(conn, pd, p);
	}
	if (rv != -EOPNOTSUPP)
		return rv;
	drbd_err(conn->res, "peer %d: %s is not expected now\n", conn->node_id, p->kind->name);
	return -EPROTO;
}

static int dispatch(struct drbd_connection *conn, struct drbd_peer_device *pd,
		    struct drbd_packet *p)
{
	switch (p->kind->number) {
	case DRBD_P_PROTOCOL:
		return got_protocol(conn, p);
	case DRBD_P_SYNC_PARAM89:
		return pd ? got_sync_param(pd, p) : 0;
	case DRBD_P_SIZES:
		return pd ? drbd_got_sizes(pd, &p->body.sizes) : 0;
	case DRBD_P_UUIDS110:
		return pd ? got_uuids110(pd, p) : 0;
	case DRBD_P_CURRENT_UUID:
		return pd ? drbd_got_current_uuid(pd, p->body.uuids.current_uuid,
						  p->body.uuids.node_mask) : 0;
	case DRBD_P_STATE:
		return got_state(conn, pd, p);
	case DRBD_P_TWOPC_PREPARE:
	case DRBD_P_TWOPC_PREP_RSZ:
	case DRBD_P_TWOPC_COMMIT:
	case DRBD_P_TWOPC_ABORT:
		return got_twopc(conn, p);
	case DRBD_P_DISCONNECT:
		drbd_conn_lost(conn, DRBD_C_DISCONNECTING);
		return 0;
	case DRBD_P_PEER_DAGTAG:
		return drbd_got_peer_dagtag(conn, p->body.dagtag.node_id, p->body.dagtag.dagtag);
	case DRBD_P_UNPLUG_REMOTE:
		return 0;
	default:
		return data_packet(conn, pd, p);
	}
}

static int take_packet(struct drbd_connection *conn)
{
	struct drbd_peer_device *pd = NULL;
	struct drbd_packet p;
	int rv;

	rv = receive_packet(conn, &p);
	if (rv)
		return rv;
	if (p.kind->scope != DRBD_WIRE_CONNECTION && p.head.vnr != DRBD_NO_VOLUME) {
		pd = drbd_peer_device_find(conn, p.head.vnr);
		if (!pd)
			drbd_info(conn->res, "peer %d: %s for volume %d, which is not here\n",
				  conn->node_id, p.kind->name, p.head.vnr);
	}
	rv = dispatch(conn, pd, &p);
	if (pd)
		drbd_peer_device_put(pd);
	return rv;
}

static enum drbd_cstate reason(int err)
{
	switch (err) {
	case -ECONNREFUSED:
		return DRBD_C_DISCONNECTING;
	case -EPROTO:
		return DRBD_C_PROTOCOL_ERROR;
	case -EAGAIN:
		return DRBD_C_NETWORK_FAILURE;
	default:
		return DRBD_C_BROKEN_PIPE;
	}
}

/* The peer may have closed the stream before its commit is through. */
static void wait_for_leave(struct drbd_connection *conn)
{
	if (test_bit(DRBD_CONN_LEAVING, &conn->flags))
		wait_event_timeout(conn->res->st.wait, cstate_of(conn) != DRBD_C_CONNECTED,
				   msecs_to_jiffies(100 * READ_ONCE(conn->conf.ping_timeo)));
}

static void take_packets(struct drbd_connection *conn)
{
	int rv;

	do {
		rv = take_packet(conn);
		/* Without a volume nobody ends the handshake's limit. */
		if (rv == -EAGAIN && cstate_of(conn) == DRBD_C_CONNECTED &&
		    drbd_transport_get_rcvtimeo(conn->transport, DRBD_DATA_STREAM) !=
		    MAX_SCHEDULE_TIMEOUT) {
			set_timeouts(conn, 0);
			rv = 0;
		}
	} while (!rv && cstate_of(conn) >= DRBD_C_CONNECTING);
	if (rv == -EPIPE || rv == -ECONNRESET)
		wait_for_leave(conn);
	if (rv)
		drbd_conn_lost(conn, reason(rv));
}

/* ---- the end of a connection ---- */

static void notify_survivors(struct drbd_connection *lost)
{
	struct drbd_resource *res = lost->res;
	struct drbd_state_conn *sc;
	struct drbd_connection *conn;
	struct drbd_peer_device *pd;
	struct drbd_uuid_env env;
	u64 owed, weak = 0;
	int c;

	spin_lock_irq(&res->st.lock);
	c = drbd_states_conn(&res->st, lost->node_id);
	sc = c < 0 ? NULL : &res->st.s.conn[c];
	if (!sc || !sc->old.lost_primary_notice) {
		spin_unlock_irq(&res->st.lock);
		return;
	}
	sc->old.lost_primary_notice = false;
	spin_unlock_irq(&res->st.lock);

	drbd_for_each_connection(res, conn) {
		bool told = false;

		if (conn == lost)
			continue;
		drbd_for_each_peer_device(conn, pd) {
			spin_lock_irq(&res->st.lock);
			drbd_volume_uuid_env(pd->dev, &env);
			owed = drbd_survivors_owed(&env, lost->node_id);
			weak = drbd_uuid_weak_nodes(&env, res->node_id);
			if (owed & drbd_node_mask(conn->node_id))
				drbd_states_pd(&res->st, conn->node_id,
					       pd->dev->volume)->old.reconcile_owed = true;
			spin_unlock_irq(&res->st.lock);
			if (!(owed & drbd_node_mask(conn->node_id)))
				continue;
			drbd_send_own_current(pd, weak);
			told = true;
		}
		if (told)
			drbd_send_peer_dagtag(conn, lost->node_id, READ_ONCE(lost->in.dagtag.last));
	}
}

static void settle_debts(struct drbd_connection *conn)
{
	struct drbd_resource *res = conn->res;
	struct drbd_state *s = &res->st.s;
	bool owed = false;
	unsigned int d;
	int c;

	spin_lock_irq(&res->st.lock);
	c = drbd_states_conn(&res->st, conn->node_id);
	for (d = 0; c >= 0 && d < s->ndev; d++) {
		struct drbd_state_pd *pd = drbd_state_pd(s, d, c);

		owed |= pd->old.reconcile_owed || pd->old.reconcile_running;
		pd->old.reconcile_owed = false;
		pd->old.reconcile_running = false;
		pd->predecessor_armed = false;
	}
	drbd_state_begin(s);
	for (d = 0; owed && !drbd_state_hold_active(s) && d < s->ndev; d++) {
		if (s->dev[d].old.disk == DRBD_D_CONSISTENT)
			drbd_cluster_lost_peer(res);
	}
	spin_unlock_irq(&res->st.lock);
}

/* State is below Connected, and nobody else does anything about it. */
static void clean_up(struct drbd_connection *conn)
{
	struct drbd_resource *res = conn->res;
	struct drbd_peer_device *pd;

	drbd_transport_close(conn->transport);
	/* Whoever waits for the peer, to get connected among others, need not any more. */
	spin_lock_irq(&res->st.lock);
	drbd_cluster_lost(res, conn->node_id);
	spin_unlock_irq(&res->st.lock);
	flush_work(&res->cluster.work);
	cancel_delayed_work_sync(&conn->connect_work);
	flush_work(&conn->ping_work);
	flush_work(&conn->pong_work);
	drbd_outgoing_down(conn);
	drbd_incoming_down(conn);
	drbd_resync_down(conn);
	drbd_integrity_end(conn);
	drbd_handshake_release(conn);
	drbd_for_each_peer_device(conn, pd) {
		drbd_volume_need_event(pd->dev, DRBD_NEED_CONN_LOST);
		drbd_volume_sync(pd->dev);
	}
	wake_up_all(&conn->wait);
}

/* Returns whether to try again. */
static bool conclude(struct drbd_connection *conn)
{
	bool again = cstate_of(conn) != DRBD_C_DISCONNECTING;

	if (again)
		again = set_cstate(conn, DRBD_C_UNCONNECTED, DRBD_CHG_HARD) >= DRBD_SS_SUCCESS &&
			cstate_of(conn) == DRBD_C_UNCONNECTED;
	notify_survivors(conn);
	settle_debts(conn);
	if (!again)
		set_cstate(conn, DRBD_C_STANDALONE, DRBD_CHG_HARD);
	return again;
}

/* Returns whether to shake hands. */
static bool connect_transport(struct drbd_connection *conn)
{
	int rv = drbd_transport_connect(conn->transport);

	switch (rv) {
	case 0:
		return true;
	case -EAGAIN:
		drbd_conn_lost(conn, DRBD_C_NETWORK_FAILURE);
		return false;
	case -EADDRNOTAVAIL:
		drbd_warn(conn->res, "peer %d: own address not found, retrying every %u s\n",
			  conn->node_id, READ_ONCE(conn->conf.connect_int));
		/* Nobody tells when an address appears. */
		schedule_timeout_interruptible(READ_ONCE(conn->conf.connect_int) * HZ);
		drbd_conn_lost(conn, DRBD_C_NETWORK_FAILURE);
		return false;
	case -EDESTADDRREQ:
		drbd_err(conn->res, "peer %d: no path\n", conn->node_id);
		drbd_conn_lost(conn, DRBD_C_DISCONNECTING);
		return false;
	default:
		drbd_err(conn->res, "peer %d: failed to connect: %d\n", conn->node_id, rv);
		drbd_conn_lost(conn, DRBD_C_DISCONNECTING);
		return false;
	}
}

static int run_receiver(void *arg)
{
	struct drbd_connection *conn = arg;
	int rv;

	while (set_cstate(conn, DRBD_C_CONNECTING, DRBD_CHG_LOCAL_ONLY) >= DRBD_SS_SUCCESS) {
		spin_lock_irq(&conn->res->st.lock);
		drbd_transport_rearm(conn->transport);
		spin_unlock_irq(&conn->res->st.lock);
		if (cstate_of(conn) != DRBD_C_CONNECTING)
			drbd_transport_abort(conn->transport);
		if (connect_transport(conn)) {
			rv = shake_hands(conn);
			if (rv)
				drbd_conn_lost(conn, reason(rv));
			else
				take_packets(conn);
		}
		clean_up(conn);
		if (!conclude(conn))
			break;
		flush_signals(current);
		/* A peer that drops each connection must not keep two nodes busy. */
		schedule_timeout_interruptible(HZ);
	}
	if (cstate_of(conn) != DRBD_C_STANDALONE) {
		clean_up(conn);
		conclude(conn);
	}
	complete_all(&conn->receiver_done);
	return 0;
}

/**
 * drbd_receiver_start() - begin to connect
 * @conn: connection that is Unconnected
 *
 * Context: the worker of the state.
 *
 * Return: 0, or a negative errno.
 */
int drbd_receiver_start(struct drbd_connection *conn)
{
	struct task_struct *task;

	drbd_receiver_stop(conn);
	task = kthread_create(run_receiver, conn, "drbd_r_%s_%d", conn->res->name, conn->node_id);
	if (IS_ERR(task)) {
		set_cstate(conn, DRBD_C_STANDALONE, DRBD_CHG_HARD);
		return PTR_ERR(task);
	}
	reinit_completion(&conn->receiver_done);
	conn->receiver = get_task_struct(task);
	wake_up_process(task);
	return 0;
}

/**
 * drbd_receiver_stop() - wait until the receiver has ended
 * @conn: connection that is, or will soon be, StandAlone
 *
 * Context: may sleep; the worker of the state, or while it has nothing to do.
 */
void drbd_receiver_stop(struct drbd_connection *conn)
{
	if (!conn->receiver)
		return;
	wait_for_completion(&conn->receiver_done);
	/* It has said so itself; but not one of its instructions may be left. */
	kthread_stop_put(conn->receiver);
	conn->receiver = NULL;
}

/* ---- the control stream ---- */

static void got_ping_ack(struct drbd_connection *conn)
{
	clear_bit(DRBD_CONN_PING_SENT, &conn->flags);
	drbd_transport_set_rcvtimeo(conn->transport, DRBD_CONTROL_STREAM,
				    READ_ONCE(conn->conf.ping_int) * HZ);
	conn->pings++;
	wake_up_all(&conn->wait);
}

static int data_control(struct drbd_connection *conn, const struct drbd_wire_packet *kind,
			s32 volume, const union drbd_wire_body *body)
{
	int rv = -EOPNOTSUPP;

	if (READ_ONCE(conn->out.up)) {
		rv = drbd_request_control(conn, kind->number, volume, body);
		if (rv == -EOPNOTSUPP)
			rv = drbd_peer_write_control(conn, kind->number, volume, body);
		if (rv == -EOPNOTSUPP)
			rv = drbd_resync_control(conn, kind->number, volume, body);
		if (!rv)
			drbd_seq_seen(conn, kind->number, volume, body);
	}
	if (rv != -EOPNOTSUPP)
		return rv;
	drbd_err(conn->res, "peer %d: %s is not expected now\n", conn->node_id, kind->name);
	return -EPROTO;
}

static int control_packet(struct drbd_connection *conn, const struct drbd_wire_packet *kind,
			  s32 volume, const union drbd_wire_body *body)
{
	struct drbd_twopc_msg msg;

	switch (kind->number) {
	case DRBD_P_PING:
		queue_work(drbd_wq, &conn->pong_work);
		return 0;
	case DRBD_P_PING_ACK:
		got_ping_ack(conn);
		return 0;
	case DRBD_P_TWOPC_YES:
	case DRBD_P_TWOPC_NO:
	case DRBD_P_TWOPC_RETRY:
		drbd_twopc_from_wire(kind->number, volume, false, body, &msg);
		drbd_cluster_reply(conn, &msg);
		return 0;
	default:
		return data_control(conn, kind, volume, body);
	}
}

/* How many bytes the packet in the buffer needs before more is known of it. */
static int control_need(struct drbd_connection *conn, struct drbd_wire_header *head,
			struct drbd_wire_error *err)
{
	int size;

	if (conn->control_len < DRBD_WIRE_MAGIC_SIZE)
		return DRBD_WIRE_MAGIC_SIZE;
	size = drbd_wire_header_size(conn->control);
	if (size < 0)
		return drbd_wire_fail(err, "header", "magic", get_unaligned_be32(conn->control));
	if (conn->control_len < size)
		return size;
	if (drbd_wire_header_decode(conn->control, size, conn->link.version, DRBD_WIRE_CONTROL,
				    head, err) < 0)
		return -EPROTO;
	if (!drbd_wire_accept(&conn->link, DRBD_WIRE_CONTROL, head, err))
		return -EPROTO;
	if (size + head->len > sizeof(conn->control))
		return drbd_wire_fail(err, "header", "length", head->len);
	return size + head->len;
}

static int control_complete(struct drbd_connection *conn, const struct drbd_wire_header *head,
			    struct drbd_wire_error *err)
{
	const struct drbd_wire_packet *kind = drbd_wire_packet(head->number);
	union drbd_wire_body body;

	if (drbd_wire_decode(&conn->link, kind, conn->control + conn->control_len - head->len,
			     head->len, &body, err) < 0)
		return -EPROTO;
	conn->control_len = 0;
	err->packet = NULL;
	return control_packet(conn, kind, head->vnr, &body);
}

static void control_data(struct drbd_transport *transport, const u8 *data, size_t len)
{
	struct drbd_connection *conn = transport->owner;
	struct drbd_wire_header head;
	struct drbd_wire_error err = {};
	int need, take, rv = 0;

	for (;;) {
		need = control_need(conn, &head, &err);
		if (need < 0) {
			rv = need;
			break;
		}
		if (need > conn->control_len) {
			if (!len)
				return;
			take = min_t(size_t, need - conn->control_len, len);
			memcpy(conn->control + conn->control_len, data, take);
			conn->control_len += take;
			data += take;
			len -= take;
			continue;
		}
		rv = control_complete(conn, &head, &err);
		if (rv)
			break;
	}
	if (err.packet)
		bad_packet(conn, &err);
	drbd_conn_lost(conn, DRBD_C_PROTOCOL_ERROR);
}

static void control_event(struct drbd_transport *transport, enum drbd_control_event event)
{
	struct drbd_connection *conn = transport->owner;

	if (cstate_of(conn) < DRBD_C_CONNECTING)
		return;
	if (event == DRBD_CONTROL_CLOSED) {
		if (!test_bit(DRBD_CONN_LEAVING, &conn->flags))
			drbd_conn_lost(conn, DRBD_C_NETWORK_FAILURE);
		return;
	}
	if (test_bit(DRBD_CONN_PING_SENT, &conn->flags)) {
		drbd_err(conn->res, "peer %d: PingAck did not arrive in time.\n", conn->node_id);
		drbd_conn_lost(conn, DRBD_C_NETWORK_FAILURE);
		return;
	}
	queue_work(drbd_wq, &conn->ping_work);
}

static bool send_timed_out(struct drbd_transport *transport, enum drbd_stream stream)
{
	struct drbd_connection *conn = transport->owner;

	if (cstate_of(conn) < DRBD_C_CONNECTING)
		return true;
	queue_work(drbd_wq, &conn->ping_work);
	return stream == DRBD_CONTROL_STREAM;
}

const struct drbd_transport_engine drbd_transport_callbacks = {
	.control_data = control_data,
	.control_event = control_event,
	.path_event = drbd_notify_path,
	.send_timed_out = send_timed_out,
	.get_page = drbd_payload_get_page,
	.put_page = drbd_payload_put_page,
	.add_page = drbd_payload_add_page,
};

/**
 * drbd_ping_work() - send P_PING, and expect an answer soon
 * @work: that of the connection
 */
void drbd_ping_work(struct work_struct *work)
{
	struct drbd_connection *conn = container_of(work, struct drbd_connection, ping_work);
	const union drbd_wire_body body = {};

	if (cstate_of(conn) < DRBD_C_CONNECTING)
		return;
	drbd_transport_set_rcvtimeo(conn->transport, DRBD_CONTROL_STREAM,
				    msecs_to_jiffies(100 * READ_ONCE(conn->conf.ping_timeo)));
	set_bit(DRBD_CONN_PING_SENT, &conn->flags);
	drbd_send_packet(conn, DRBD_P_PING, DRBD_NO_VOLUME, &body, NULL, 0);
}

/**
 * drbd_pong_work() - answer P_PING
 * @work: that of the connection
 */
void drbd_pong_work(struct work_struct *work)
{
	struct drbd_connection *conn = container_of(work, struct drbd_connection, pong_work);
	const union drbd_wire_body body = {};

	if (cstate_of(conn) >= DRBD_C_CONNECTING)
		drbd_send_packet(conn, DRBD_P_PING_ACK, DRBD_NO_VOLUME, &body, NULL, 0);
}

/**
 * drbd_ping_peer() - find out whether a connected peer is there
 * @conn: connection to it
 *
 * Context: may sleep.
 *
 * Return: false if it was interrupted; otherwise the peer has answered, or is lost.
 */
bool drbd_ping_peer(struct drbd_connection *conn)
{
	unsigned int before = READ_ONCE(conn->pings);

	if (cstate_of(conn) != DRBD_C_CONNECTED)
		return true;
	queue_work(drbd_wq, &conn->ping_work);
	return !wait_event_interruptible(conn->wait, READ_ONCE(conn->pings) != before ||
					 cstate_of(conn) != DRBD_C_CONNECTED);
}

/**
 * drbd_ping_peers() - find out which of the connected peers are there
 * @res: the resource
 *
 * Context: may sleep.
 *
 * Return: false if it was interrupted; otherwise all have answered, or are lost.
 */
bool drbd_ping_peers(struct drbd_resource *res)
{
	struct drbd_connection *conn;
	bool all = true;

	drbd_for_each_connection(res, conn)
		all = all && drbd_ping_peer(conn);
	return all;
}
