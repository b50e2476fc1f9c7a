// SPDX-License-Identifier: GPL-2.0-only
/*
 * State words: announcements, and requests for a change
 */
#include "fuzz.h"
#include "driver/core/names.h"

#define KNOWN	GENMASK(23, 0)

static void announced(u32 word, u32 version)
{
	struct drbd_wire_state state, again;
	struct drbd_wire_error err = {};
	u32 known = version < 110 ? KNOWN & ~DRBD_STATE_QUORUM : KNOWN, out;

	if (drbd_wire_state_decode(word, version, &state, &err)) {
		check_error(&err, "P_STATE");
		return;
	}
	CHECK(state.role <= DRBD_ROLE_SECONDARY && state.peer <= DRBD_ROLE_SECONDARY && state.conn <= DRBD_R_BEHIND);
	CHECK(state.disk <= DRBD_D_UP_TO_DATE && state.pdsk <= DRBD_D_UP_TO_DATE);
	out = drbd_wire_state_encode(&state, version);
	CHECK(out == (word & known));
	CHECK(!drbd_wire_state_decode(out, version, &again, &err) && drbd_wire_state_encode(&again, version) == out);
}

static void requested(u32 mask, u32 val, u32 version)
{
	struct drbd_wire_change got = { mask, val }, back, own;
	u32 conn;

	if (drbd_wire_change_from_peer(&got, version) != DRBD_SS_SUCCESS)
		return;
	conn = FIELD_GET(DRBD_STATE_CONN, got.val);
	CHECK(!(got.mask & DRBD_STATE_ROLE) && !(got.val & DRBD_STATE_ROLE));
	CHECK(!(got.mask & DRBD_STATE_CONN) || (conn > 0 && conn <= DRBD_R_BEHIND));
	CHECK(FIELD_GET(DRBD_STATE_DISK, got.val) <= DRBD_D_UP_TO_DATE);
	CHECK(FIELD_GET(DRBD_STATE_PDSK, got.val) <= DRBD_D_UP_TO_DATE);
	CHECK(!(got.val & ~got.mask));
	/* What this node understood is what the peer would have asked for with the numbers of DRBD 9. */
	own = (struct drbd_wire_change) { drbd_wire_state_mirror(got.mask), drbd_wire_state_mirror(got.val) };
	back = drbd_wire_change_to_peer(own, version);
	CHECK(FIELD_GET(DRBD_STATE_DISK, back.val) == FIELD_GET(DRBD_STATE_DISK, val & mask));
	CHECK(FIELD_GET(DRBD_STATE_PDSK, back.val) == FIELD_GET(DRBD_STATE_PDSK, val & mask));
	CHECK(FIELD_GET(DRBD_STATE_ROLE, back.val) == FIELD_GET(DRBD_STATE_ROLE, val & mask));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { data, size };
	struct drbd_wire_link link = take_link(&in);
	u32 word = take(&in, 4), val = take(&in, 4);

	announced(word, link.version);
	requested(word, val, link.version);
	/* a mask of whole fields */
	requested((word & 1 ? DRBD_STATE_PEER : 0) | (word & 2 ? DRBD_STATE_CONN : 0) | (word & 4 ? DRBD_STATE_DISK : 0) |
		  (word & 8 ? DRBD_STATE_PDSK : 0) | (word & 0x10 ? DRBD_STATE_ROLE : 0) | (word & ~GENMASK(16, 0)),
		  val, link.version);
	return 0;
}
