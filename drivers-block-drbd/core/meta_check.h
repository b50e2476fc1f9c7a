/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What has to be true of a disk and its metadata before it is used
 *
 * Everything here is a pure function that may be called in any context.
 */
#ifndef DRBD_CORE_META_CHECK_H
#define DRBD_CORE_META_CHECK_H

#include "meta_sb.h"

/**
 * enum drbd_md_err - why a disk cannot be attached, as user space numbers it
 * @DRBD_MD_OK: it can
 * @DRBD_MD_ERR_DISK_TOO_SMALL: no room for the data
 * @DRBD_MD_ERR_MD_DISK_TOO_SMALL: no room for the metadata
 * @DRBD_MD_ERR_IDX_INVALID: no such kind of metadata on such a device
 * @DRBD_MD_ERR_INVALID: no metadata, or metadata that makes no sense
 * @DRBD_MD_ERR_DISK_CONFIGURED: there is a disk already
 * @DRBD_MD_ERR_DATA_NOT_CURRENT: other data than that in use
 * @DRBD_MD_ERR_INVALID_REQUEST: does not fit the configured peers
 * @DRBD_MD_ERR_UNCLEAN: the activity log has to be applied first
 * @DRBD_MD_ERR_IMPLICIT_SHRINK: data would be cut off
 */
enum drbd_md_err {
	DRBD_MD_OK = 0,
	DRBD_MD_ERR_DISK_TOO_SMALL = 111,
	DRBD_MD_ERR_MD_DISK_TOO_SMALL = 112,
	DRBD_MD_ERR_IDX_INVALID = 116,
	DRBD_MD_ERR_INVALID = 119,
	DRBD_MD_ERR_DISK_CONFIGURED = 124,
	DRBD_MD_ERR_DATA_NOT_CURRENT = 150,
	DRBD_MD_ERR_INVALID_REQUEST = 162,
	DRBD_MD_ERR_UNCLEAN = 165,
	DRBD_MD_ERR_IMPLICIT_SHRINK = 170,
};

#define DRBD_MD_REFUSAL_TEXT	288

/**
 * struct drbd_md_refusal - why a disk cannot be attached, in detail
 * @err: the reason
 * @field: name of the field or option that is wrong
 * @value: its value
 * @text: a line for the log, and for user space
 *
 * Only valid after a check that failed.
 */
struct drbd_md_refusal {
	enum drbd_md_err err;
	const char *field;
	s64 value;
	char text[DRBD_MD_REFUSAL_TEXT];
};

/**
 * struct drbd_md_attach - what a disk has to go with
 * @idx: meta_dev_idx, checked by drbd_md_check_device()
 * @backing_capacity: size of the device that carries the data, in sectors
 * @md_capacity: size of the device that carries the metadata, in sectors
 * @bits_per_long: BITS_PER_LONG
 * @v08_allowed: the resource is in compatibility mode to version 8
 * @node_id: own node id, or -1 if not yet known (compatibility mode only)
 * @bitmap: false if the disk is to be used without bitmap
 * @disk_size: configured size in sectors, 0 if none
 * @virtual_size: present size of the device in sectors, 0 if none
 * @peers: mask of the peers that are configured
 * @bitmap_peers: those of them that are to have a bitmap
 * @primary: the node is Primary of this device
 * @exposed_uuid: UUID of the data that is in use, 0 if none
 * @peer_up_to_date: there is an UpToDate peer
 */
struct drbd_md_attach {
	int idx;
	u64 backing_capacity;
	u64 md_capacity;
	unsigned int bits_per_long;
	bool v08_allowed;
	int node_id;
	bool bitmap;
	u64 disk_size;
	u64 virtual_size;
	u64 peers;
	u64 bitmap_peers;
	bool primary;
	u64 exposed_uuid;
	bool peer_up_to_date;
};

enum drbd_md_err drbd_md_check_device(enum drbd_disk disk, int idx, bool same_device,
				      struct drbd_md_refusal *why);
enum drbd_md_err drbd_md_check_format(const void *block, bool v08_allowed,
				      struct drbd_md_refusal *why);
enum drbd_md_err drbd_md_check_layout(int idx, u64 md_capacity, const struct drbd_sb *sb,
				      struct drbd_md_refusal *why);
enum drbd_md_err drbd_md_accept(const void *block, const struct drbd_md_attach *attach,
				struct drbd_sb *sb, struct drbd_md_refusal *why);
enum drbd_md_err drbd_md_check_attach(const struct drbd_sb *sb,
				      const struct drbd_md_attach *attach,
				      struct drbd_md_refusal *why);
enum drbd_md_err drbd_md_check_shrink(const struct drbd_sb *sb, u64 new_size, u64 disk_size,
				      struct drbd_md_refusal *why);

#endif
