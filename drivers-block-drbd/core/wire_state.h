/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * State words: 32 bits that tell a peer what state a volume is in, or should be
 *
 * Everything here is a pure function that may be called in any context.
 */
#ifndef DRBD_CORE_WIRE_STATE_H
#define DRBD_CORE_WIRE_STATE_H

#include <linux/bits.h>

#include "types.h"
#include "wire_header.h"

/* Fields of a state word. In the mask of a request each is complete or zero. */
#define DRBD_STATE_ROLE		GENMASK(1, 0)
#define DRBD_STATE_PEER		GENMASK(3, 2)
#define DRBD_STATE_CONN		GENMASK(8, 4)
#define DRBD_STATE_DISK		GENMASK(12, 9)
#define DRBD_STATE_PDSK		GENMASK(16, 13)
#define DRBD_STATE_SUSP		BIT(17)
#define DRBD_STATE_AFTR_ISP	BIT(18)
#define DRBD_STATE_PEER_ISP	BIT(19)
#define DRBD_STATE_USER_ISP	BIT(20)
#define DRBD_STATE_SUSP_NOD	BIT(21)
#define DRBD_STATE_SUSP_FEN	BIT(22)
#define DRBD_STATE_QUORUM	BIT(23)

/**
 * struct drbd_wire_state - state of a volume on a connection, as its sender sees it
 * @role: of the sender
 * @peer: role that the sender believes the receiver to have
 * @conn: replication state, or connection state if that is below Connected
 * @disk: of the sender
 * @pdsk: disk that the sender believes the receiver to have
 * @susp: I/O is suspended by an administrator, for quorum, or for a new UUID
 * @aftr_isp: the resync waits for another one
 * @peer_isp: the receiver suspends the resync
 * @user_isp: the resync is suspended by an administrator
 * @susp_nod: I/O is suspended, there is no UpToDate data
 * @susp_fen: I/O is suspended while a peer gets fenced
 * @quorum: the sender has quorum; never towards or from 8.4
 */
struct drbd_wire_state {
	enum drbd_node_role role;
	enum drbd_node_role peer;
	u8 conn;
	enum drbd_disk disk;
	enum drbd_disk pdsk;
	bool susp;
	bool aftr_isp;
	bool peer_isp;
	bool user_isp;
	bool susp_nod;
	bool susp_fen;
	bool quorum;
};

/**
 * struct drbd_wire_change - a state change that one node asks another for
 * @mask: fields of the state word that shall change, all bits of each
 * @val: their values
 */
struct drbd_wire_change {
	u32 mask;
	u32 val;
};

/**
 * drbd_wire_conn() - state of a connection and a volume, in one number
 * @cstate: state of the connection
 * @repl: replication state of the volume
 *
 * Return: the number for the conn field.
 */
static inline u8 drbd_wire_conn(enum drbd_cstate cstate, enum drbd_repl repl)
{
	return repl > DRBD_R_OFF ? (u8)repl : (u8)cstate;
}

u32 drbd_wire_state_encode(const struct drbd_wire_state *state, u32 version);
int drbd_wire_state_decode(u32 word, u32 version, struct drbd_wire_state *state,
			   struct drbd_wire_error *err);
u32 drbd_wire_state_mirror(u32 word);
struct drbd_wire_change drbd_wire_change_to_peer(struct drbd_wire_change change,
						 u32 version);
enum drbd_rv drbd_wire_change_from_peer(struct drbd_wire_change *change, u32 version);

#endif
