// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state word of P_STATE, composed from the state vector
 *
 * The word has fewer bits than a node has reasons. For a peer it makes no difference
 * whether I/O waits for an administrator, for quorum or for a new UUID, or which of
 * several things a resync waits for here; but it must know that it does.
 */

#include <linux/export.h>

#include "state_tell.h"

/**
 * drbd_state_tell() - what P_STATE tells a peer about a volume
 * @s: state vector
 * @d: index of the device
 * @c: index of the connection to the peer
 * @when: which copies count
 * @wire: filled in
 *
 * Source: spec/state.md 1.2, 1.5.
 */
void drbd_state_tell(const struct drbd_state *s, unsigned int d, unsigned int c,
		     enum drbd_state_when when, struct drbd_wire_state *wire)
{
	const struct drbd_pd_vals *pd = drbd_state_pd_vals(drbd_state_pd(s, d, c), when);
	const struct drbd_conn_vals *conn = drbd_state_conn_vals(&s->conn[c], when);
	const struct drbd_dev_vals *dev = drbd_state_dev_vals(&s->dev[d], when);
	const struct drbd_res_vals *res = drbd_state_res_vals(s, when);

	*wire = (struct drbd_wire_state) {
		.role = res->role,
		.peer = conn->peer_role,
		.conn = drbd_wire_conn(conn->cstate, pd->repl),
		.disk = dev->disk,
		.pdsk = pd->disk,
		.susp = res->susp_user || res->susp_quorum || res->susp_uuid,
		.aftr_isp = drbd_state_dependency(s, d, c, when),
		.peer_isp = pd->resync_susp_peer,
		.user_isp = pd->resync_susp_user,
		.susp_nod = res->susp_nod,
		.susp_fen = drbd_state_susp_fen(s, when),
		.quorum = dev->have_quorum,
	};
}
EXPORT_SYMBOL_GPL(drbd_state_tell);
