// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names and numbers of states, as user space and 8.4 peers know them
 *
 * Tools print and parse these names (spec/state.md 1.3), and print the texts of
 * results (2.7). Both are interface.
 */

#include <linux/array_size.h>
#include <linux/export.h>

#include "names.h"

static const char unknown[] = "unknown";

static const char *const role_names[] = {
	[DRBD_ROLE_UNKNOWN] = "Unknown",
	[DRBD_ROLE_PRIMARY] = "Primary",
	[DRBD_ROLE_SECONDARY] = "Secondary",
};

static const char *const conn_names[] = {
	[DRBD_C_STANDALONE] = "StandAlone",
	[DRBD_C_DISCONNECTING] = "Disconnecting",
	[DRBD_C_UNCONNECTED] = "Unconnected",
	[DRBD_C_TIMEOUT] = "Timeout",
	[DRBD_C_BROKEN_PIPE] = "BrokenPipe",
	[DRBD_C_NETWORK_FAILURE] = "NetworkFailure",
	[DRBD_C_PROTOCOL_ERROR] = "ProtocolError",
	[DRBD_C_TEAR_DOWN] = "TearDown",
	[DRBD_C_CONNECTING] = "Connecting",
	[DRBD_C_CONNECTED] = "Connected",
};

static const char *const repl_names[] = {
	[DRBD_R_OFF] = "Off",
	[DRBD_R_ESTABLISHED] = "Established",
	[DRBD_R_STARTING_SYNC_S] = "StartingSyncS",
	[DRBD_R_STARTING_SYNC_T] = "StartingSyncT",
	[DRBD_R_WF_BITMAP_S] = "WFBitMapS",
	[DRBD_R_WF_BITMAP_T] = "WFBitMapT",
	[DRBD_R_WF_SYNC_UUID] = "WFSyncUUID",
	[DRBD_R_SYNC_SOURCE] = "SyncSource",
	[DRBD_R_SYNC_TARGET] = "SyncTarget",
	[DRBD_R_VERIFY_S] = "VerifyS",
	[DRBD_R_VERIFY_T] = "VerifyT",
	[DRBD_R_PAUSED_SYNC_S] = "PausedSyncS",
	[DRBD_R_PAUSED_SYNC_T] = "PausedSyncT",
	[DRBD_R_AHEAD] = "Ahead",
	[DRBD_R_BEHIND] = "Behind",
};

static const char *const disk_names[] = {
	[DRBD_D_DISKLESS] = "Diskless",
	[DRBD_D_ATTACHING] = "Attaching",
	[DRBD_D_DETACHING] = "Detaching",
	[DRBD_D_FAILED] = "Failed",
	[DRBD_D_NEGOTIATING] = "Negotiating",
	[DRBD_D_INCONSISTENT] = "Inconsistent",
	[DRBD_D_OUTDATED] = "Outdated",
	[DRBD_D_UNKNOWN] = "DUnknown",
	[DRBD_D_CONSISTENT] = "Consistent",
	[DRBD_D_UP_TO_DATE] = "UpToDate",
};

static const char *const rv_texts[] = {
	[-DRBD_SS_TWO_PRIMARIES] = "Multiple primaries not allowed by config",
	[-DRBD_SS_NO_UP_TO_DATE_DISK] = "Need access to UpToDate data",
	[-DRBD_SS_NO_LOCAL_DISK] = "Can not resync without local disk",
	[-DRBD_SS_NO_REMOTE_DISK] = "Can not resync without remote disk",
	[-DRBD_SS_CONNECTED_OUTDATES] = "Refusing to be Outdated while Connected",
	[-DRBD_SS_PRIMARY_NOP] = "Refusing to be Primary while peer is not outdated",
	[-DRBD_SS_RESYNC_RUNNING] = "Can not start OV/resync since it is already active",
	[-DRBD_SS_ALREADY_STANDALONE] = "Can not disconnect a StandAlone device",
	[-DRBD_SS_CW_FAILED_BY_PEER] = "State change was refused by peer node",
	[-DRBD_SS_IS_DISKLESS] = "Device is diskless, the requested operation requires a disk",
	[-DRBD_SS_DEVICE_IN_USE] = "Device is held open by someone",
	[-DRBD_SS_NO_NET_CONFIG] = "Have no net/connection configuration",
	[-DRBD_SS_NO_VERIFY_ALG] = "Need a verify algorithm to start online verify",
	[-DRBD_SS_NEED_CONNECTION] = "State change requires a connection",
	[-DRBD_SS_LOWER_THAN_OUTDATED] = "Disk state is lower than outdated",
	[-DRBD_SS_NOT_SUPPORTED] = "Peer does not support protocol",
	[-DRBD_SS_IN_TRANSIENT_STATE] = "In transient state, retry after next state change",
	[-DRBD_SS_CONCURRENT_ST_CHG] = "Concurrent state changes detected and aborted",
	[-DRBD_SS_O_VOL_PEER_PRI] = "Other vol primary on peer not allowed by config",
	[-DRBD_SS_INTERRUPTED] = "Interrupted state change",
	[-DRBD_SS_PRIMARY_READER] =
		"Peer may not become primary while device is opened read-only",
	[-DRBD_SS_TIMEOUT] = "Timeout in operation",
	[-DRBD_SS_WEAKLY_CONNECTED] =
		"Primary nodes must be strongly connected among each other",
	[-DRBD_SS_NO_QUORUM] = "No quorum",
	[-DRBD_SS_ATTACH_NO_BITMAP] = "Intentional diskless peer may not attach a disk",
	[-DRBD_SS_HANDSHAKE_DISCONNECT] = "Disconnect chosen in handshake",
	[-DRBD_SS_HANDSHAKE_RETRY] = "Retry chosen in handshake",
};

static const char *name_of(const char *const *names, size_t n, unsigned int i)
{
	return i < n && names[i] ? names[i] : unknown;
}

/**
 * drbd_role_name() - name of a role
 * @role: the role, may be out of range
 *
 * Return: the name that user space prints and parses, or "unknown".
 */
const char *drbd_role_name(enum drbd_node_role role)
{
	return name_of(role_names, ARRAY_SIZE(role_names), role);
}
EXPORT_SYMBOL_GPL(drbd_role_name);

/**
 * drbd_conn_name() - name of a connection state
 * @conn: the state, may be out of range
 *
 * Return: the name that user space prints and parses, or "unknown".
 */
const char *drbd_conn_name(enum drbd_cstate conn)
{
	return name_of(conn_names, ARRAY_SIZE(conn_names), conn);
}
EXPORT_SYMBOL_GPL(drbd_conn_name);

/**
 * drbd_repl_name() - name of a replication state
 * @repl: the state, may be out of range
 *
 * Return: the name that user space prints and parses, or "unknown".
 */
const char *drbd_repl_name(enum drbd_repl repl)
{
	return name_of(repl_names, ARRAY_SIZE(repl_names), repl);
}
EXPORT_SYMBOL_GPL(drbd_repl_name);

/**
 * drbd_conn_name_84() - name that 8.4 tools have for the state of a connection
 * @conn: number of the space that &enum drbd_cstate and &enum drbd_repl share
 *
 * Return: the name, or "unknown".
 */
const char *drbd_conn_name_84(unsigned int conn)
{
	switch (conn) {
	case DRBD_C_CONNECTING:
		return "WFConnection";
	case DRBD_C_CONNECTED:
		return "WFReportParams";
	case DRBD_R_ESTABLISHED:
		return "Connected";
	default:
		return conn < DRBD_C_CONNECTING ? drbd_conn_name(conn) : drbd_repl_name(conn);
	}
}
EXPORT_SYMBOL_GPL(drbd_conn_name_84);

/**
 * drbd_disk_name() - name of a disk state
 * @disk: the state, may be out of range
 *
 * Return: the name that user space prints and parses, or "unknown".
 */
const char *drbd_disk_name(enum drbd_disk disk)
{
	return name_of(disk_names, ARRAY_SIZE(disk_names), disk);
}
EXPORT_SYMBOL_GPL(drbd_disk_name);

/**
 * drbd_rv_text() - what a result of a state change means
 * @rv: the result, may be out of range
 *
 * Return: a text for people, "unknown error" for what has none, and an empty one
 * for success.
 */
const char *drbd_rv_text(enum drbd_rv rv)
{
	if (rv >= DRBD_SS_SUCCESS)
		return "";
	if (rv > -(int)ARRAY_SIZE(rv_texts) && rv_texts[-rv])
		return rv_texts[-rv];
	return "unknown error";
}
EXPORT_SYMBOL_GPL(drbd_rv_text);

/**
 * drbd_disk_to_84() - disk state for a P_STATE to an 8.4 peer
 * @disk: the state
 *
 * 8.4 has no Detaching; it is announced as Failed. Source: spec/state.md 1.4.
 *
 * Return: the number that 8.4 has for it.
 */
unsigned int drbd_disk_to_84(enum drbd_disk disk)
{
	return disk > DRBD_D_DETACHING ? disk - 1 : disk;
}
EXPORT_SYMBOL_GPL(drbd_disk_to_84);

/**
 * drbd_disk_from_84() - disk state in a P_STATE of an 8.4 peer
 * @disk: number as received
 *
 * Return: the state; numbers that 8.4 does not have are beyond the last one.
 */
enum drbd_disk drbd_disk_from_84(unsigned int disk)
{
	return disk >= 2 ? disk + 1 : disk;
}
EXPORT_SYMBOL_GPL(drbd_disk_from_84);

#define DISK_MASK	15

/**
 * drbd_request_disk_to_84() - disk field of a state change request to an 8.4 peer
 * @disk: the state, or 15 in the mask of a request
 *
 * Detaching is requested as 2, which is Failed for 8.4. Source: spec/state.md 1.4.
 *
 * Return: the number to send.
 */
unsigned int drbd_request_disk_to_84(enum drbd_disk disk)
{
	return disk == DISK_MASK ? disk : drbd_disk_to_84(disk);
}
EXPORT_SYMBOL_GPL(drbd_request_disk_to_84);

/**
 * drbd_request_disk_from_84() - disk field of a state change request of an 8.4 peer
 * @disk: number as received, or 15 in the mask of a request
 *
 * Return: the state; here 2 means that the peer detaches.
 */
enum drbd_disk drbd_request_disk_from_84(unsigned int disk)
{
	return disk >= 3 && disk != DISK_MASK ? disk + 1 : disk;
}
EXPORT_SYMBOL_GPL(drbd_request_disk_from_84);
