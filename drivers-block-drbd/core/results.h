/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Results of commands, as user space knows them
 *
 * A command ends with one of these, or with that of a state change, an &enum
 * drbd_rv: the two ranges do not overlap. Everything here is a pure function
 * that may be called in any context.
 */
#ifndef DRBD_CORE_RESULTS_H
#define DRBD_CORE_RESULTS_H

#include "types.h"

/**
 * enum drbd_ret - result of a command that is not that of a state change
 * @DRBD_NO_ERROR: done; all others are errors
 * @DRBD_ERR_LOCAL_ADDR: another resource has that local address
 * @DRBD_ERR_PEER_ADDR: another resource has that address of a peer
 * @DRBD_ERR_OPEN_DISK: cannot open the backing device
 * @DRBD_ERR_OPEN_MD_DISK: cannot open the device with metadata
 * @DRBD_ERR_DISK_NOT_BDEV: it is not a block device
 * @DRBD_ERR_MD_NOT_BDEV: it is not a block device
 * @DRBD_ERR_DISK_TOO_SMALL: the backing device is too small
 * @DRBD_ERR_MD_DISK_TOO_SMALL: the device with metadata is too small
 * @DRBD_ERR_BDCLAIM_DISK: somebody else has the backing device
 * @DRBD_ERR_BDCLAIM_MD_DISK: somebody else has the device with metadata
 * @DRBD_ERR_MD_IDX_INVALID: that slot does not go with these devices
 * @DRBD_ERR_IO_MD_DISK: I/O error while reading or writing metadata
 * @DRBD_ERR_MD_INVALID: there is no valid metadata
 * @DRBD_ERR_AUTH_ALG: cram-hmac-alg is not available
 * @DRBD_ERR_AUTH_ALG_ND: cram-hmac-alg is not a digest
 * @DRBD_ERR_NOMEM: out of memory
 * @DRBD_ERR_DISCARD_IMPOSSIBLE: a Primary cannot discard its data
 * @DRBD_ERR_DISK_CONFIGURED: there is a disk already
 * @DRBD_ERR_NET_CONFIGURED: there is a connection already, or still
 * @DRBD_ERR_MANDATORY_TAG: an attribute is missing, wrong or not allowed
 * @DRBD_ERR_MINOR_INVALID: there is no device with that minor
 * @DRBD_ERR_INTR: a signal came
 * @DRBD_ERR_RESIZE_RESYNC: not during a resync
 * @DRBD_ERR_NO_PRIMARY: resizing needs a Primary
 * @DRBD_ERR_RESYNC_AFTER: resync-after is not a minor
 * @DRBD_ERR_RESYNC_AFTER_CYCLE: resync-after waits for itself
 * @DRBD_ERR_PAUSE_IS_SET: the resync is paused already
 * @DRBD_ERR_PAUSE_IS_CLEAR: the resync is not paused
 * @DRBD_ERR_PACKET_NR: there is no such command
 * @DRBD_ERR_NO_DISK: there is no disk
 * @DRBD_ERR_NOT_PROTO_C: it takes protocol C
 * @DRBD_ERR_NOMEM_BITMAP: out of memory for the bitmap
 * @DRBD_ERR_INTEGRITY_ALG: data-integrity-alg is not available
 * @DRBD_ERR_INTEGRITY_ALG_ND: data-integrity-alg is not a digest
 * @DRBD_ERR_CPU_MASK_PARSE: cpu-mask is not a mask
 * @DRBD_ERR_CSUMS_ALG: csums-alg is not available
 * @DRBD_ERR_CSUMS_ALG_ND: csums-alg is not a digest
 * @DRBD_ERR_VERIFY_ALG: verify-alg is not available
 * @DRBD_ERR_VERIFY_ALG_ND: verify-alg is not a digest
 * @DRBD_ERR_CSUMS_RESYNC_RUNNING: csums-alg cannot change during a resync
 * @DRBD_ERR_VERIFY_RUNNING: verify-alg cannot change during online verify
 * @DRBD_ERR_DATA_NOT_CURRENT: these are not the data that were lost last
 * @DRBD_ERR_CONNECTED: has to be StandAlone
 * @DRBD_ERR_PERM: lacks a capability
 * @DRBD_ERR_NEED_APV_93: the peer's protocol is below 93
 * @DRBD_ERR_STONITH_AND_PROT_A: that fencing policy takes protocol B or C
 * @DRBD_ERR_CONG_NOT_PROTO_A: that congestion policy takes protocol A
 * @DRBD_ERR_PIC_AFTER_DEP: not paused, but waits for another resync
 * @DRBD_ERR_PIC_PEER_DEP: not paused, but the peer has paused it
 * @DRBD_ERR_RES_NOT_KNOWN: there is no such resource
 * @DRBD_ERR_RES_IN_USE: the resource still has devices
 * @DRBD_ERR_MINOR_CONFIGURED: the device still has a disk
 * @DRBD_ERR_MINOR_OR_VOLUME_EXISTS: the minor or volume is taken
 * @DRBD_ERR_INVALID_REQUEST: the request makes no sense, a text says why
 * @DRBD_ERR_NEED_APV_100: the peer's protocol is below 100
 * @DRBD_ERR_NEED_ALLOW_TWO_PRI: both are Primary
 * @DRBD_ERR_MD_UNCLEAN: the activity log has to be applied first
 * @DRBD_ERR_MD_LAYOUT_CONNECTED: a change of layout takes a connection
 * @DRBD_ERR_MD_LAYOUT_TOO_BIG: that activity log is too large
 * @DRBD_ERR_MD_LAYOUT_TOO_SMALL: that activity log is too small
 * @DRBD_ERR_MD_LAYOUT_NO_FIT: that activity log does not fit
 * @DRBD_ERR_IMPLICIT_SHRINK: the device would get smaller
 * @DRBD_ERR_INVALID_PEER_NODE_ID: that is no node id of a peer
 * @DRBD_ERR_CREATE_TRANSPORT: the transport is not available
 * @DRBD_ERR_LOCAL_AND_PEER_ADDR: that pair of addresses is in use
 * @DRBD_ERR_ALREADY_EXISTS: that name is in use
 * @DRBD_ERR_APV_TOO_LOW: the peer's protocol is too old
 * @DRBD_ERR_PATH_COLLISION: cannot be told from a path of another connection
 * @DRBD_ERR_LAST: the last one
 *
 * The numbers travel in netlink messages. Source: spec/netlink.md 5
 */
enum drbd_ret {
	DRBD_NO_ERROR = 101,
	DRBD_ERR_LOCAL_ADDR = 102,
	DRBD_ERR_PEER_ADDR = 103,
	DRBD_ERR_OPEN_DISK = 104,
	DRBD_ERR_OPEN_MD_DISK = 105,
	DRBD_ERR_DISK_NOT_BDEV = 107,
	DRBD_ERR_MD_NOT_BDEV = 108,
	DRBD_ERR_DISK_TOO_SMALL = 111,
	DRBD_ERR_MD_DISK_TOO_SMALL = 112,
	DRBD_ERR_BDCLAIM_DISK = 114,
	DRBD_ERR_BDCLAIM_MD_DISK = 115,
	DRBD_ERR_MD_IDX_INVALID = 116,
	DRBD_ERR_IO_MD_DISK = 118,
	DRBD_ERR_MD_INVALID = 119,
	DRBD_ERR_AUTH_ALG = 120,
	DRBD_ERR_AUTH_ALG_ND = 121,
	DRBD_ERR_NOMEM = 122,
	DRBD_ERR_DISCARD_IMPOSSIBLE = 123,
	DRBD_ERR_DISK_CONFIGURED = 124,
	DRBD_ERR_NET_CONFIGURED = 125,
	DRBD_ERR_MANDATORY_TAG = 126,
	DRBD_ERR_MINOR_INVALID = 127,
	DRBD_ERR_INTR = 129,
	DRBD_ERR_RESIZE_RESYNC = 130,
	DRBD_ERR_NO_PRIMARY = 131,
	DRBD_ERR_RESYNC_AFTER = 132,
	DRBD_ERR_RESYNC_AFTER_CYCLE = 133,
	DRBD_ERR_PAUSE_IS_SET = 134,
	DRBD_ERR_PAUSE_IS_CLEAR = 135,
	DRBD_ERR_PACKET_NR = 137,
	DRBD_ERR_NO_DISK = 138,
	DRBD_ERR_NOT_PROTO_C = 139,
	DRBD_ERR_NOMEM_BITMAP = 140,
	DRBD_ERR_INTEGRITY_ALG = 141,
	DRBD_ERR_INTEGRITY_ALG_ND = 142,
	DRBD_ERR_CPU_MASK_PARSE = 143,
	DRBD_ERR_CSUMS_ALG = 144,
	DRBD_ERR_CSUMS_ALG_ND = 145,
	DRBD_ERR_VERIFY_ALG = 146,
	DRBD_ERR_VERIFY_ALG_ND = 147,
	DRBD_ERR_CSUMS_RESYNC_RUNNING = 148,
	DRBD_ERR_VERIFY_RUNNING = 149,
	DRBD_ERR_DATA_NOT_CURRENT = 150,
	DRBD_ERR_CONNECTED = 151,
	DRBD_ERR_PERM = 152,
	DRBD_ERR_NEED_APV_93 = 153,
	DRBD_ERR_STONITH_AND_PROT_A = 154,
	DRBD_ERR_CONG_NOT_PROTO_A = 155,
	DRBD_ERR_PIC_AFTER_DEP = 156,
	DRBD_ERR_PIC_PEER_DEP = 157,
	DRBD_ERR_RES_NOT_KNOWN = 158,
	DRBD_ERR_RES_IN_USE = 159,
	DRBD_ERR_MINOR_CONFIGURED = 160,
	DRBD_ERR_MINOR_OR_VOLUME_EXISTS = 161,
	DRBD_ERR_INVALID_REQUEST = 162,
	DRBD_ERR_NEED_APV_100 = 163,
	DRBD_ERR_NEED_ALLOW_TWO_PRI = 164,
	DRBD_ERR_MD_UNCLEAN = 165,
	DRBD_ERR_MD_LAYOUT_CONNECTED = 166,
	DRBD_ERR_MD_LAYOUT_TOO_BIG = 167,
	DRBD_ERR_MD_LAYOUT_TOO_SMALL = 168,
	DRBD_ERR_MD_LAYOUT_NO_FIT = 169,
	DRBD_ERR_IMPLICIT_SHRINK = 170,
	DRBD_ERR_INVALID_PEER_NODE_ID = 171,
	DRBD_ERR_CREATE_TRANSPORT = 172,
	DRBD_ERR_LOCAL_AND_PEER_ADDR = 173,
	DRBD_ERR_ALREADY_EXISTS = 174,
	DRBD_ERR_APV_TOO_LOW = 175,
	DRBD_ERR_PATH_COLLISION = 176,
	DRBD_ERR_LAST = DRBD_ERR_PATH_COLLISION,
};

/**
 * enum drbd_ret_attr - what an error is about
 * @DRBD_RET_ATTR_NONE: nothing in particular
 * @DRBD_RET_ATTR_BACKING_DEV: option of a disk
 * @DRBD_RET_ATTR_META_DEV: option of a disk
 * @DRBD_RET_ATTR_META_DEV_IDX: option of a disk
 * @DRBD_RET_ATTR_RESYNC_AFTER: option of a disk
 * @DRBD_RET_ATTR_CRAM_HMAC_ALG: option of a connection
 * @DRBD_RET_ATTR_INTEGRITY_ALG: option of a connection
 * @DRBD_RET_ATTR_CSUMS_ALG: option of a connection
 * @DRBD_RET_ATTR_VERIFY_ALG: option of a connection
 * @DRBD_RET_ATTR_FENCING: option of a connection
 * @DRBD_RET_ATTR_ON_CONGESTION: option of a connection
 * @DRBD_RET_ATTR_CPU_MASK: option of a resource
 * @DRBD_RET_ATTR_PEER_NODE_ID: of the object that was asked for
 */
enum drbd_ret_attr {
	DRBD_RET_ATTR_NONE,
	DRBD_RET_ATTR_BACKING_DEV,
	DRBD_RET_ATTR_META_DEV,
	DRBD_RET_ATTR_META_DEV_IDX,
	DRBD_RET_ATTR_RESYNC_AFTER,
	DRBD_RET_ATTR_CRAM_HMAC_ALG,
	DRBD_RET_ATTR_INTEGRITY_ALG,
	DRBD_RET_ATTR_CSUMS_ALG,
	DRBD_RET_ATTR_VERIFY_ALG,
	DRBD_RET_ATTR_FENCING,
	DRBD_RET_ATTR_ON_CONGESTION,
	DRBD_RET_ATTR_CPU_MASK,
	DRBD_RET_ATTR_PEER_NODE_ID,
};

/**
 * struct drbd_result - an error, as those who do not know the numbers get it
 * @error: negative errno
 * @attr: what it is about
 * @text: short, for people
 */
struct drbd_result {
	int error;
	enum drbd_ret_attr attr;
	const char *text;
};

bool drbd_result_describe(int result, struct drbd_result *description);

#endif
