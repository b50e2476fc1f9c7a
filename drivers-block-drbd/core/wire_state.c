// SPDX-License-Identifier: GPL-2.0-only
/*
 * State words
 *
 * A state word is an announcement (P_STATE), or one half of a request: a mask of
 * the fields to change, and their values. Two things stand between the word and
 * what it means. Peers of 8.4 number the states of disks in another way, as
 * DRBD 9 has put Detaching into the row. And a word is written from the point of
 * view of its sender, where the sender's role is "role" and the receiver's is
 * "peer"; a request has to be turned around before it can be applied, an
 * announcement is read as it is.
 *
 * Released versions of DRBD 9 leave out the renumbering in requests. Outdated
 * then is DUnknown for 8.4. Here requests are renumbered like announcements, but
 * for 2, with which 8.4 announces that it detaches.
 *
 * Source: spec/wire.md 5.6, 5.11; spec/state.md 1.4, 1.5.
 */

#include <linux/array_size.h>
#include <linux/bitfield.h>
#include <linux/export.h>

#include "names.h"
#include "wire_state.h"

#define CONN_MASK	31
/* The first version with the numbers of DRBD 9. */
#define VERSION_NINE	110

static bool is_84(u32 version)
{
	return version < VERSION_NINE;
}

/**
 * drbd_wire_state_encode() - write a state word for P_STATE
 * @state: the state, from the point of view of this node
 * @version: agreed version
 *
 * Source: spec/wire.md 5.6.
 *
 * Return: the word.
 */
u32 drbd_wire_state_encode(const struct drbd_wire_state *state, u32 version)
{
	u32 disk = state->disk, pdsk = state->pdsk;

	if (is_84(version)) {
		disk = drbd_disk_to_84(state->disk);
		pdsk = drbd_disk_to_84(state->pdsk);
	}
	return FIELD_PREP(DRBD_STATE_ROLE, (u32)state->role) |
	       FIELD_PREP(DRBD_STATE_PEER, (u32)state->peer) |
	       FIELD_PREP(DRBD_STATE_CONN, (u32)state->conn) |
	       FIELD_PREP(DRBD_STATE_DISK, disk) |
	       FIELD_PREP(DRBD_STATE_PDSK, pdsk) |
	       (state->susp ? DRBD_STATE_SUSP : 0) |
	       (state->aftr_isp ? DRBD_STATE_AFTR_ISP : 0) |
	       (state->peer_isp ? DRBD_STATE_PEER_ISP : 0) |
	       (state->user_isp ? DRBD_STATE_USER_ISP : 0) |
	       (state->susp_nod ? DRBD_STATE_SUSP_NOD : 0) |
	       (state->susp_fen ? DRBD_STATE_SUSP_FEN : 0) |
	       (state->quorum && !is_84(version) ? DRBD_STATE_QUORUM : 0);
}
EXPORT_SYMBOL_GPL(drbd_wire_state_encode);

/* The field that has a number without a meaning, or NULL. */
static const char *undefined_field(const struct drbd_wire_state *state, u64 *value)
{
	*value = state->role;
	if (state->role > DRBD_ROLE_SECONDARY)
		return "role";
	*value = state->peer;
	if (state->peer > DRBD_ROLE_SECONDARY)
		return "peer";
	*value = state->conn;
	if (state->conn > DRBD_R_BEHIND)
		return "conn";
	*value = state->disk;
	if (state->disk > DRBD_D_UP_TO_DATE)
		return "disk";
	*value = state->pdsk;
	if (state->pdsk > DRBD_D_UP_TO_DATE)
		return "pdsk";
	return NULL;
}

/**
 * drbd_wire_state_decode() - read the state word of a P_STATE
 * @word: the word; bits without a meaning are ignored
 * @version: agreed version
 * @state: gets the state, from the point of view of the sender
 * @err: gets what is wrong; of a disk state the number in DRBD 9
 *
 * Source: spec/wire.md 5.6.
 *
 * Return: 0, or -EPROTO if a field has a number that stands for nothing.
 */
int drbd_wire_state_decode(u32 word, u32 version, struct drbd_wire_state *state,
			   struct drbd_wire_error *err)
{
	const char *field;
	u64 value;

	*state = (struct drbd_wire_state) {
		.role = FIELD_GET(DRBD_STATE_ROLE, word),
		.peer = FIELD_GET(DRBD_STATE_PEER, word),
		.conn = FIELD_GET(DRBD_STATE_CONN, word),
		.disk = FIELD_GET(DRBD_STATE_DISK, word),
		.pdsk = FIELD_GET(DRBD_STATE_PDSK, word),
		.susp = word & DRBD_STATE_SUSP,
		.aftr_isp = word & DRBD_STATE_AFTR_ISP,
		.peer_isp = word & DRBD_STATE_PEER_ISP,
		.user_isp = word & DRBD_STATE_USER_ISP,
		.susp_nod = word & DRBD_STATE_SUSP_NOD,
		.susp_fen = word & DRBD_STATE_SUSP_FEN,
		.quorum = word & DRBD_STATE_QUORUM && !is_84(version),
	};
	if (is_84(version)) {
		state->disk = drbd_disk_from_84(state->disk);
		state->pdsk = drbd_disk_from_84(state->pdsk);
	}
	field = undefined_field(state, &value);
	if (field)
		return drbd_wire_fail(err, "P_STATE", field, value);
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_wire_state_decode);

/* What a conn that a node asks for means for the other one. The rest is 0. */
static const u8 mirrored_conn[CONN_MASK + 1] = {
	[DRBD_C_DISCONNECTING] = DRBD_C_TEAR_DOWN,
	[DRBD_C_CONNECTING] = DRBD_C_CONNECTING,
	[DRBD_C_CONNECTED] = DRBD_C_CONNECTED,
	[DRBD_R_ESTABLISHED] = DRBD_R_ESTABLISHED,
	[DRBD_R_STARTING_SYNC_S] = DRBD_R_STARTING_SYNC_T,
	[DRBD_R_STARTING_SYNC_T] = DRBD_R_STARTING_SYNC_S,
	[DRBD_R_WF_BITMAP_S] = DRBD_R_WF_BITMAP_T,
	[DRBD_R_WF_BITMAP_T] = DRBD_R_WF_BITMAP_S,
	[DRBD_R_VERIFY_S] = DRBD_R_VERIFY_T,
	[CONN_MASK] = CONN_MASK,
};

/**
 * drbd_wire_state_mirror() - turn mask or value of a request to the other point of view
 * @word: from the point of view of one node
 *
 * Source: spec/state.md 1.5.
 *
 * Return: from that of the other one; fields that cannot be requested are zero.
 */
u32 drbd_wire_state_mirror(u32 word)
{
	return FIELD_PREP(DRBD_STATE_ROLE, FIELD_GET(DRBD_STATE_PEER, word)) |
	       FIELD_PREP(DRBD_STATE_PEER, FIELD_GET(DRBD_STATE_ROLE, word)) |
	       FIELD_PREP(DRBD_STATE_CONN,
			  (u32)mirrored_conn[FIELD_GET(DRBD_STATE_CONN, word)]) |
	       FIELD_PREP(DRBD_STATE_DISK, FIELD_GET(DRBD_STATE_PDSK, word)) |
	       FIELD_PREP(DRBD_STATE_PDSK, FIELD_GET(DRBD_STATE_DISK, word)) |
	       (word & (DRBD_STATE_AFTR_ISP | DRBD_STATE_USER_ISP) ?
		DRBD_STATE_PEER_ISP : 0);
}
EXPORT_SYMBOL_GPL(drbd_wire_state_mirror);

/**
 * drbd_wire_change_to_peer() - mask and value of a request to send
 * @change: what is asked for, from the point of view of this node, with the disk
 *	states of DRBD 9
 * @version: agreed version
 *
 * For P_STATE_CHG_REQ, P_CONN_ST_CHG_REQ and P_TWOPC_PREPARE.
 *
 * Source: spec/wire.md 5.11; spec/state.md 1.4.
 *
 * Return: what to put into the packet.
 */
struct drbd_wire_change drbd_wire_change_to_peer(struct drbd_wire_change change,
						 u32 version)
{
	u32 disk = FIELD_GET(DRBD_STATE_DISK, change.val);
	u32 pdsk = FIELD_GET(DRBD_STATE_PDSK, change.val);

	change.val &= change.mask;
	if (!is_84(version))
		return change;
	if (change.mask & DRBD_STATE_DISK) {
		change.val &= ~DRBD_STATE_DISK;
		change.val |= FIELD_PREP(DRBD_STATE_DISK, drbd_request_disk_to_84(disk));
	}
	if (change.mask & DRBD_STATE_PDSK) {
		change.val &= ~DRBD_STATE_PDSK;
		change.val |= FIELD_PREP(DRBD_STATE_PDSK, drbd_request_disk_to_84(pdsk));
	}
	return change;
}
EXPORT_SYMBOL_GPL(drbd_wire_change_to_peer);

static bool mask_complete(u32 mask)
{
	static const u32 fields[] = {
		DRBD_STATE_ROLE, DRBD_STATE_PEER, DRBD_STATE_CONN, DRBD_STATE_DISK,
		DRBD_STATE_PDSK,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		if (mask & fields[i] && (mask & fields[i]) != fields[i])
			return false;
	}
	return true;
}

/* Whether each field that shall change has a value that stands for something. */
static bool values_defined(struct drbd_wire_change change)
{
	u32 conn = FIELD_GET(DRBD_STATE_CONN, change.val);

	if (change.mask & DRBD_STATE_ROLE)	/* one's own, nobody else decides on it */
		return false;
	if (FIELD_GET(DRBD_STATE_PEER, change.val) > DRBD_ROLE_SECONDARY)
		return false;
	if (change.mask & DRBD_STATE_CONN && (!conn || conn == CONN_MASK))
		return false;
	return FIELD_GET(DRBD_STATE_DISK, change.val) <= DRBD_D_UP_TO_DATE &&
	       FIELD_GET(DRBD_STATE_PDSK, change.val) <= DRBD_D_UP_TO_DATE;
}

/**
 * drbd_wire_change_from_peer() - what a request of a peer means for this node
 * @change: mask and value from the packet; gets them from the point of view of
 *	this node, with the disk states of DRBD 9
 * @version: agreed version
 *
 * For P_STATE_CHG_REQ, P_CONN_ST_CHG_REQ and P_TWOPC_PREPARE. Bits of the value
 * outside of the mask are ignored.
 *
 * Source: spec/wire.md 5.11; spec/state.md 1.4, 1.5.
 *
 * Return: DRBD_SS_SUCCESS; DRBD_SS_NOT_SUPPORTED if the mask has a part of a
 * field or this node's role, or if a value is none that can be requested.
 */
enum drbd_rv drbd_wire_change_from_peer(struct drbd_wire_change *change, u32 version)
{
	u32 val = change->val & change->mask;
	u32 disk = FIELD_GET(DRBD_STATE_DISK, val);
	u32 pdsk = FIELD_GET(DRBD_STATE_PDSK, val);

	if (!mask_complete(change->mask))
		return DRBD_SS_NOT_SUPPORTED;
	if (is_84(version)) {
		disk = drbd_request_disk_from_84(disk);
		pdsk = drbd_request_disk_from_84(pdsk);
		val &= ~(DRBD_STATE_DISK | DRBD_STATE_PDSK);
		val |= FIELD_PREP(DRBD_STATE_DISK, disk) |
		       FIELD_PREP(DRBD_STATE_PDSK, pdsk);
	}
	change->mask = drbd_wire_state_mirror(change->mask);
	change->val = drbd_wire_state_mirror(val);
	if (!values_defined(*change))
		return DRBD_SS_NOT_SUPPORTED;
	return DRBD_SS_SUCCESS;
}
EXPORT_SYMBOL_GPL(drbd_wire_change_from_peer);
