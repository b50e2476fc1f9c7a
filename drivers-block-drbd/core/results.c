// SPDX-License-Identifier: GPL-2.0-only
/*
 * Results of commands, as user space knows them
 *
 * Tools of DRBD have texts of their own for the numbers. Everybody else gets an
 * errno, a short text, and is told which attribute is to blame.
 */

#include <linux/array_size.h>
#include <linux/errno.h>
#include <linux/export.h>

#include "results.h"

struct row {
	u8 error;
	u8 attr;
	const char *text;
};

#define ROW(ret, errno, what, words)					\
	[DRBD_ERR_##ret - DRBD_NO_ERROR] =				\
		{ .error = errno, .attr = DRBD_RET_ATTR_##what, .text = words }

static const struct row rows[] = {
	ROW(LOCAL_ADDR, EADDRINUSE, NONE, "local address in use"),
	ROW(PEER_ADDR, EADDRINUSE, NONE, "peer address in use"),
	ROW(OPEN_DISK, ENOENT, BACKING_DEV, "cannot open backing device"),
	ROW(OPEN_MD_DISK, ENOENT, META_DEV, "cannot open metadata device"),
	ROW(DISK_NOT_BDEV, ENOTBLK, BACKING_DEV, "backing device is no block device"),
	ROW(MD_NOT_BDEV, ENOTBLK, META_DEV, "metadata device is no block device"),
	ROW(DISK_TOO_SMALL, ENOSPC, BACKING_DEV, "backing device too small"),
	ROW(MD_DISK_TOO_SMALL, ENOSPC, META_DEV, "metadata device too small"),
	ROW(BDCLAIM_DISK, EBUSY, BACKING_DEV, "backing device in use"),
	ROW(BDCLAIM_MD_DISK, EBUSY, META_DEV, "metadata device in use"),
	ROW(MD_IDX_INVALID, EINVAL, META_DEV_IDX, "devices and metadata index do not match"),
	ROW(IO_MD_DISK, EIO, NONE, "metadata I/O error"),
	ROW(MD_INVALID, EINVAL, NONE, "no valid metadata"),
	ROW(AUTH_ALG, EINVAL, CRAM_HMAC_ALG, "cram-hmac-alg not available"),
	ROW(AUTH_ALG_ND, EINVAL, CRAM_HMAC_ALG, "cram-hmac-alg is no digest"),
	ROW(NOMEM, ENOMEM, NONE, "out of memory"),
	ROW(DISCARD_IMPOSSIBLE, EINVAL, NONE, "a Primary cannot discard its data"),
	ROW(DISK_CONFIGURED, EEXIST, NONE, "device has a disk"),
	ROW(NET_CONFIGURED, EEXIST, NONE, "has a connection"),
	ROW(MANDATORY_TAG, EINVAL, NONE, "attribute missing or invalid"),
	ROW(MINOR_INVALID, ENOENT, NONE, "unknown minor"),
	ROW(INTR, EINTR, NONE, "interrupted by signal"),
	ROW(RESIZE_RESYNC, EBUSY, NONE, "cannot resize during a resync"),
	ROW(NO_PRIMARY, EINVAL, NONE, "resizing needs a Primary"),
	ROW(RESYNC_AFTER, EINVAL, RESYNC_AFTER, "resync-after is no minor"),
	ROW(RESYNC_AFTER_CYCLE, EINVAL, RESYNC_AFTER, "resync-after dependency cycle"),
	ROW(PAUSE_IS_SET, EALREADY, NONE, "resync is paused"),
	ROW(PAUSE_IS_CLEAR, EALREADY, NONE, "resync is not paused"),
	ROW(PACKET_NR, EPROTO, NONE, "unknown command"),
	ROW(NO_DISK, ENODEV, NONE, "device has no disk"),
	ROW(NOT_PROTO_C, EINVAL, NONE, "protocol C required"),
	ROW(NOMEM_BITMAP, ENOMEM, NONE, "out of memory for the bitmap"),
	ROW(INTEGRITY_ALG, EINVAL, INTEGRITY_ALG, "integrity-alg not available"),
	ROW(INTEGRITY_ALG_ND, EINVAL, INTEGRITY_ALG, "integrity-alg is no digest"),
	ROW(CPU_MASK_PARSE, EINVAL, CPU_MASK, "invalid cpu-mask"),
	ROW(CSUMS_ALG, EINVAL, CSUMS_ALG, "csums-alg not available"),
	ROW(CSUMS_ALG_ND, EINVAL, CSUMS_ALG, "csums-alg is no digest"),
	ROW(VERIFY_ALG, EINVAL, VERIFY_ALG, "verify-alg not available"),
	ROW(VERIFY_ALG_ND, EINVAL, VERIFY_ALG, "verify-alg is no digest"),
	ROW(CSUMS_RESYNC_RUNNING, EBUSY, CSUMS_ALG, "cannot change csums-alg during a resync"),
	ROW(VERIFY_RUNNING, EBUSY, VERIFY_ALG, "cannot change verify-alg during verify"),
	ROW(DATA_NOT_CURRENT, EINVAL, NONE, "disk does not have the current data"),
	ROW(CONNECTED, EBUSY, NONE, "has to be StandAlone"),
	ROW(PERM, EPERM, NONE, "CAP_SYS_ADMIN required"),
	ROW(NEED_APV_93, EOPNOTSUPP, NONE, "peer needs protocol 93"),
	ROW(STONITH_AND_PROT_A, EINVAL, FENCING, "fencing policy needs protocol B or C"),
	ROW(CONG_NOT_PROTO_A, EINVAL, ON_CONGESTION, "congestion policy needs protocol A"),
	ROW(PIC_AFTER_DEP, EALREADY, NONE, "resync is not paused, it waits for another one"),
	ROW(PIC_PEER_DEP, EALREADY, NONE, "resync is not paused here, but by the peer"),
	ROW(RES_NOT_KNOWN, ENOENT, NONE, "unknown resource"),
	ROW(RES_IN_USE, EBUSY, NONE, "resource has volumes"),
	ROW(MINOR_CONFIGURED, EBUSY, NONE, "device has a disk"),
	ROW(MINOR_OR_VOLUME_EXISTS, EEXIST, NONE, "minor or volume exists"),
	ROW(INVALID_REQUEST, EINVAL, NONE, "invalid request"),
	ROW(NEED_APV_100, EOPNOTSUPP, NONE, "peer needs protocol 100"),
	ROW(NEED_ALLOW_TWO_PRI, EINVAL, NONE, "both nodes are Primary"),
	ROW(MD_UNCLEAN, EINVAL, NONE, "activity log not applied"),
	ROW(MD_LAYOUT_CONNECTED, EBUSY, NONE, "has to be connected to change the layout"),
	ROW(MD_LAYOUT_TOO_BIG, ENOSPC, NONE, "activity log too large"),
	ROW(MD_LAYOUT_TOO_SMALL, ENOSPC, NONE, "activity log too small"),
	ROW(MD_LAYOUT_NO_FIT, ENOSPC, NONE, "activity log does not fit"),
	ROW(IMPLICIT_SHRINK, EINVAL, NONE, "device would shrink"),
	ROW(INVALID_PEER_NODE_ID, EINVAL, PEER_NODE_ID, "invalid peer node id"),
	ROW(CREATE_TRANSPORT, ENOENT, NONE, "transport not available"),
	ROW(LOCAL_AND_PEER_ADDR, EADDRINUSE, NONE, "pair of addresses in use"),
	ROW(ALREADY_EXISTS, EEXIST, NONE, "name exists"),
	ROW(APV_TOO_LOW, EOPNOTSUPP, NONE, "peer needs a higher protocol version"),
	ROW(PATH_COLLISION, EEXIST, NONE, "path collides with another connection"),
};

/**
 * drbd_result_describe() - what a result means to those without its number
 * @result: of a command
 * @description: of the error
 *
 * Return: false if it is no error of &enum drbd_ret: done, or result of a state
 *	change.
 * Source: spec/netlink.md 5 and 8.5
 */
bool drbd_result_describe(int result, struct drbd_result *description)
{
	const struct row *row;

	if (result <= DRBD_NO_ERROR || result - DRBD_NO_ERROR >= ARRAY_SIZE(rows))
		return false;
	row = &rows[result - DRBD_NO_ERROR];
	if (!row->error)
		return false;
	description->error = -row->error;
	description->attr = row->attr;
	description->text = row->text;
	return true;
}
EXPORT_SYMBOL_GPL(drbd_result_describe);
