/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Agreement on a protocol version and features, the first thing peers do
 *
 * Everything here is a pure function that may be called in any context.
 */
#ifndef DRBD_CORE_WIRE_FEATURES_H
#define DRBD_CORE_WIRE_FEATURES_H

#include "types.h"

/**
 * enum drbd_wire_feature - what peers may agree on beside the version
 * @DRBD_FF_TRIM: discards get replicated
 * @DRBD_FF_THIN_RESYNC: resync may answer "all zero"
 * @DRBD_FF_WSAME: queue limits in P_SIZES, discards up to 128 MiB
 * @DRBD_FF_WZEROES: zeroing is replicated; P_TRIM never means it
 * @DRBD_FF_RESYNC_DAGTAG: resync requests name the writes they depend on
 * @DRBD_FF_2PC_V2: new layout of requests of two-phase commits
 * @DRBD_FF_RS_SKIP_UUID: diskless peers learn of a skipped initial sync
 * @DRBD_FF_RESYNC_WITHOUT_REPLICATION: a sync target may do without writes
 * @DRBD_FF_BM_BLOCK_SHIFT: bitmap blocks other than 4 KiB; without
 *	@DRBD_FF_WSAME there is no place to tell their size
 * @DRBD_FF_RECONCILE_RECONNECT: P_PEER_DAGTAG during the handshake
 * @DRBD_FF_ALL: all that are known
 *
 * Each is independent: none follows from another or from the version.
 */
enum drbd_wire_feature {
	DRBD_FF_TRIM = 0x001,
	DRBD_FF_THIN_RESYNC = 0x002,
	DRBD_FF_WSAME = 0x004,
	DRBD_FF_WZEROES = 0x008,
	DRBD_FF_RESYNC_DAGTAG = 0x010,
	DRBD_FF_2PC_V2 = 0x020,
	DRBD_FF_RS_SKIP_UUID = 0x040,
	DRBD_FF_RESYNC_WITHOUT_REPLICATION = 0x080,
	DRBD_FF_BM_BLOCK_SHIFT = 0x100,
	DRBD_FF_RECONCILE_RECONNECT = 0x200,
	DRBD_FF_ALL = 0x3ff,
};

/**
 * struct drbd_wire_offer - P_CONNECTION_FEATURES
 * @version_min: the oldest version that the sender speaks
 * @features: &enum drbd_wire_feature, and bits not known here
 * @version_max: the newest version, or 0 for the same as @version_min
 * @sender_node_id: who the sender is; 0 from 8.4
 * @receiver_node_id: who the sender believes to talk to; 0 from 8.4
 */
struct drbd_wire_offer {
	u32 version_min;
	u32 features;
	u32 version_max;
	u32 sender_node_id;
	u32 receiver_node_id;
};

/**
 * enum drbd_wire_verdict - result of the agreement
 * @DRBD_WIRE_AGREED: the handshake goes on
 * @DRBD_WIRE_NO_COMMON_VERSION: all versions of one are too new for the other
 * @DRBD_WIRE_EARLY_NINE: the peer's DRBD 9 is too old to connect to
 * @DRBD_WIRE_EARLY_DAGTAG: the peer's RESYNC_DAGTAG is a broken one
 * @DRBD_WIRE_MULTIPLE: the peer knows of only one connection, there are more
 * @DRBD_WIRE_OTHER_PEER: the peer is not the node that is expected
 * @DRBD_WIRE_OTHER_SELF: the peer expects another node than this one
 */
enum drbd_wire_verdict {
	DRBD_WIRE_AGREED,
	DRBD_WIRE_NO_COMMON_VERSION,
	DRBD_WIRE_EARLY_NINE,
	DRBD_WIRE_EARLY_DAGTAG,
	DRBD_WIRE_MULTIPLE,
	DRBD_WIRE_OTHER_PEER,
	DRBD_WIRE_OTHER_SELF,
};

/**
 * struct drbd_wire_agreement - what was agreed on
 * @version: the protocol version, DRBD_WIRE_NO_VERSION if there is none
 * @features: &enum drbd_wire_feature, those that both have
 */
struct drbd_wire_agreement {
	u32 version;
	u32 features;
};

enum drbd_wire_verdict drbd_wire_agree(const struct drbd_wire_offer *own,
				       const struct drbd_wire_offer *peer, bool multiple,
				       struct drbd_wire_agreement *agreed);
bool drbd_wire_retry(enum drbd_wire_verdict verdict);
bool drbd_wire_version_valid(u32 version);

#endif
