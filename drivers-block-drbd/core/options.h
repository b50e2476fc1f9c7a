/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Options of resources, disks, devices, connections and peer devices
 *
 * Everything here is a pure function that may be called in any context.
 */
#ifndef DRBD_CORE_OPTIONS_H
#define DRBD_CORE_OPTIONS_H

#include "results.h"
#include "types.h"

/* Buffers of names and paths in bytes; the terminating zero is one of them. */
#define DRBD_NAME_SIZE		128	/* of a resource */
#define DRBD_CONN_NAME_SIZE	64
#define DRBD_DEV_PATH_SIZE	128
#define DRBD_CPU_MASK_SIZE	256
#define DRBD_SECRET_SIZE	64
#define DRBD_ALG_SIZE		64
#define DRBD_TRANSPORT_SIZE	64

/* Option resync-after: after none */
#define DRBD_RESYNC_AFTER_NONE	(-1)

/**
 * enum drbd_io_error_policy - what an error of the disk does
 * @DRBD_IO_ERROR_PASS_ON: the application gets it, or the peer's data
 * @DRBD_IO_ERROR_CALL_HELPER: calls local-io-error
 * @DRBD_IO_ERROR_DETACH: detaches the disk
 */
enum drbd_io_error_policy {
	DRBD_IO_ERROR_PASS_ON,
	DRBD_IO_ERROR_CALL_HELPER,
	DRBD_IO_ERROR_DETACH,
};

/**
 * enum drbd_no_data_policy - what happens to I/O without data, or quorum
 * @DRBD_NO_DATA_IO_ERROR: fails
 * @DRBD_NO_DATA_SUSPEND_IO: waits
 */
enum drbd_no_data_policy {
	DRBD_NO_DATA_IO_ERROR,
	DRBD_NO_DATA_SUSPEND_IO,
};

/**
 * enum drbd_protocol_abc - when a write is complete
 * @DRBD_PROTOCOL_A: when it is on the local disk and in the send buffer
 * @DRBD_PROTOCOL_B: when the peer has received it, too
 * @DRBD_PROTOCOL_C: when it is on the peer's disk, too
 */
enum drbd_protocol_abc {
	DRBD_PROTOCOL_A = 1,
	DRBD_PROTOCOL_B,
	DRBD_PROTOCOL_C,
};

/**
 * enum drbd_suspended_primary_policy - what an outdated suspended Primary does
 * @DRBD_SUSPENDED_PRIMARY_DISCONNECT: stays, and disconnects
 * @DRBD_SUSPENDED_PRIMARY_SECONDARY: becomes Secondary with I/O errors
 */
enum drbd_suspended_primary_policy {
	DRBD_SUSPENDED_PRIMARY_DISCONNECT,
	DRBD_SUSPENDED_PRIMARY_SECONDARY,
};

/**
 * struct drbd_res_opts - options of a resource
 * @cpu_mask: CPUs of its threads as for bitmap_parse(), empty for all
 * @on_no_data: &enum drbd_no_data_policy without access to UpToDate data
 * @auto_promote: opening for writing promotes
 * @node_id: own one
 * @peer_ack_window: sectors after which a peer-ack is due
 * @twopc_timeout: of a cluster-wide state change, in 1/10 s
 * @twopc_retry_timeout: first delay before it is tried again, in 1/10 s
 * @peer_ack_delay: idle time after which a peer-ack is due, in ms
 * @auto_promote_timeout: in 1/10 s
 * @nr_requests: option max-io-depth, requests in flight
 * @quorum: nodes it takes, or DRBD_QUORUM_* of core/quorum.h
 * @on_no_quorum: &enum drbd_no_data_policy without quorum
 * @quorum_min_redundancy: UpToDate nodes it takes, or DRBD_QUORUM_*
 * @on_susp_primary_outdated: &enum drbd_suspended_primary_policy
 * @drbd8_compat_mode: configured as 8.4 tools do it
 * @explicit_drbd8_compat: shown in the form of 8.4
 */
struct drbd_res_opts {
	char cpu_mask[DRBD_CPU_MASK_SIZE];
	u32 on_no_data;
	bool auto_promote;
	u32 node_id;
	u32 peer_ack_window;
	u32 twopc_timeout;
	u32 twopc_retry_timeout;
	u32 peer_ack_delay;
	u32 auto_promote_timeout;
	u32 nr_requests;
	s32 quorum;
	u32 on_no_quorum;
	s32 quorum_min_redundancy;
	u32 on_susp_primary_outdated;
	bool drbd8_compat_mode;
	bool explicit_drbd8_compat;
};

/**
 * struct drbd_disk_conf - options of a disk
 * @backing_dev: path of the backing device
 * @meta_dev: path of the device with metadata
 * @meta_dev_idx: slot on it, or negative (-1 internal, -2 flexible external,
 *	-3 flexible internal)
 * @disk_size: size to use in sectors, 0 for all
 * @on_io_error: &enum drbd_io_error_policy
 * @resync_after: minor whose resync goes first, DRBD_RESYNC_AFTER_NONE
 * @al_extents: extents of the activity log
 * @disk_barrier: order writes with barriers
 * @disk_flushes: order writes with flushes
 * @disk_drain: order writes by waiting
 * @md_flushes: flush after metadata
 * @disk_timeout: after which a request fails, in 1/10 s, 0 never
 * @read_balancing: enum drbd_read_balancing of core/read_path.h
 * @unplug_watermark: has no effect
 * @al_updates: keep the activity log
 * @discard_zeroes_if_aligned: the disk's discards zero
 * @rs_discard_granularity: discards of a resync, in bytes, 0 for none
 * @disable_write_same: has no effect
 * @bitmap: allocate one
 */
struct drbd_disk_conf {
	char backing_dev[DRBD_DEV_PATH_SIZE];
	char meta_dev[DRBD_DEV_PATH_SIZE];
	s32 meta_dev_idx;
	u64 disk_size;
	u32 on_io_error;
	s32 resync_after;
	u32 al_extents;
	bool disk_barrier;
	bool disk_flushes;
	bool disk_drain;
	bool md_flushes;
	u32 disk_timeout;
	u32 read_balancing;
	u32 unplug_watermark;
	bool al_updates;
	bool discard_zeroes_if_aligned;
	u32 rs_discard_granularity;
	bool disable_write_same;
	bool bitmap;
};

/**
 * struct drbd_net_conf - options of a connection
 * @shared_secret: to authenticate with
 * @cram_hmac_alg: digest to authenticate with, empty for none
 * @integrity_alg: digest of data, empty for none
 * @verify_alg: digest for online verify, empty for none
 * @csums_alg: digest for a checksum based resync, empty for none
 * @wire_protocol: &enum drbd_protocol_abc
 * @connect_int: time between attempts to connect, in s
 * @timeout: after which a silent peer is dead, in 1/10 s
 * @ping_int: idle time after which to ping, in s
 * @ping_timeo: to wait for the answer, in 1/10 s
 * @sndbuf_size: in bytes, 0 lets TCP decide
 * @rcvbuf_size: in bytes, 0 lets TCP decide
 * @ko_count: timeouts after which a peer that does not take data is given up
 * @max_epoch_size: writes between barriers
 * @after_sb_0p: split brain without Primary: DRBD_ASB_* of core/uuid_policy.h
 * @after_sb_1p: split brain with one Primary
 * @after_sb_2p: split brain with two Primaries
 * @rr_conflict: a resync's direction contradicts the roles
 * @on_congestion: enum drbd_on_congestion of core/admission.h
 * @cong_fill: sectors in flight that congest, 0 for no limit
 * @cong_extents: active extents that congest
 * @two_primaries: both may be Primary
 * @tcp_cork: cork the socket
 * @always_asbp: use after_sb_* even if the data may be unrelated
 * @use_rle: compress bitmaps
 * @fencing_policy: &enum drbd_fencing
 * @name: of the connection
 * @csums_after_crash_only: use csums_alg only after a crash of the source
 * @sock_check_timeo: to check the other socket, in 1/10 s
 * @transport_name: of the transport, empty for the default
 * @max_buffers: pages for data received
 * @allow_remote_read: serve reads of the peer, and read there
 * @tls: encrypt
 * @tls_privkey: serial number of the key
 * @tls_certificate: serial number of the key with the certificate
 * @tls_keyring: serial number of the keyring
 * @load_balance_paths: use all paths at once
 * @rdma_ctrl_rcvbuf_size: in bytes, 0 for the default
 * @rdma_ctrl_sndbuf_size: in bytes, 0 for the default
 */
struct drbd_net_conf {
	char shared_secret[DRBD_SECRET_SIZE];
	char cram_hmac_alg[DRBD_ALG_SIZE];
	char integrity_alg[DRBD_ALG_SIZE];
	char verify_alg[DRBD_ALG_SIZE];
	char csums_alg[DRBD_ALG_SIZE];
	u32 wire_protocol;
	u32 connect_int;
	u32 timeout;
	u32 ping_int;
	u32 ping_timeo;
	u32 sndbuf_size;
	u32 rcvbuf_size;
	u32 ko_count;
	u32 max_epoch_size;
	u32 after_sb_0p;
	u32 after_sb_1p;
	u32 after_sb_2p;
	u32 rr_conflict;
	u32 on_congestion;
	u32 cong_fill;
	u32 cong_extents;
	bool two_primaries;
	bool tcp_cork;
	bool always_asbp;
	bool use_rle;
	u32 fencing_policy;
	char name[DRBD_CONN_NAME_SIZE];
	bool csums_after_crash_only;
	u32 sock_check_timeo;
	char transport_name[DRBD_TRANSPORT_SIZE];
	u32 max_buffers;
	bool allow_remote_read;
	bool tls;
	s32 tls_privkey;
	s32 tls_certificate;
	s32 tls_keyring;
	bool load_balance_paths;
	u32 rdma_ctrl_rcvbuf_size;
	u32 rdma_ctrl_sndbuf_size;
};

/**
 * struct drbd_device_conf - options of a device
 * @max_bio_size: largest request in bytes
 * @intentional_diskless: is meant to have no disk
 * @block_size: smallest logical block size in bytes
 * @discard_granularity: in bytes, 0 for none, DRBD_GRANULARITY_UNSET
 */
struct drbd_device_conf {
	u32 max_bio_size;
	bool intentional_diskless;
	u32 block_size;
	u32 discard_granularity;
};

/**
 * struct drbd_peer_device_conf - options of a peer device
 * @resync_rate: fixed rate in KiB/s, used if @c_plan_ahead is 0
 * @c_plan_ahead: time that the controller plans for, in 1/10 s, 0 disables it
 * @c_delay_target: delay to aim at, in 1/10 s, used if @c_fill_target is 0
 * @c_fill_target: sectors in flight to aim at
 * @c_max_rate: upper limit of the controller in KiB/s
 * @c_min_rate: rate that applications do not slow down, in KiB/s, 0 for none
 * @bitmap: keep one for this peer
 * @resync_without_replication: resync from it before writes are replicated
 * @peer_tiebreaker: counts in a tie of quorum
 */
struct drbd_peer_device_conf {
	u32 resync_rate;
	u32 c_plan_ahead;
	u32 c_delay_target;
	u32 c_fill_target;
	u32 c_max_rate;
	u32 c_min_rate;
	bool bitmap;
	bool resync_without_replication;
	bool peer_tiebreaker;
};

/**
 * enum drbd_option_type - type of an option, which is that of its member
 * @DRBD_OPTION_BOOL: bool
 * @DRBD_OPTION_U32: u32
 * @DRBD_OPTION_S32: s32
 * @DRBD_OPTION_U64: u64
 * @DRBD_OPTION_ENUM: u32, a bit in @mask of &struct drbd_option for each value
 * @DRBD_OPTION_STRING: char[], with a zero at the end
 */
enum drbd_option_type {
	DRBD_OPTION_BOOL,
	DRBD_OPTION_U32,
	DRBD_OPTION_S32,
	DRBD_OPTION_U64,
	DRBD_OPTION_ENUM,
	DRBD_OPTION_STRING,
};

/**
 * enum drbd_option_unit - what a number counts, and how tools read it
 * @DRBD_UNIT_NONE: the number as it is
 * @DRBD_UNIT_BYTES: bytes
 * @DRBD_UNIT_SECTORS: sectors, tools read bytes
 * @DRBD_UNIT_KIB_S: KiB/s, tools read a number without suffix as such
 * @DRBD_UNIT_DECISECONDS: 1/10 s
 * @DRBD_UNIT_SECONDS: s
 * @DRBD_UNIT_MILLISECONDS: ms
 */
enum drbd_option_unit {
	DRBD_UNIT_NONE,
	DRBD_UNIT_BYTES,
	DRBD_UNIT_SECTORS,
	DRBD_UNIT_KIB_S,
	DRBD_UNIT_DECISECONDS,
	DRBD_UNIT_SECONDS,
	DRBD_UNIT_MILLISECONDS,
};

/* Flags of an option */
#define DRBD_OPTION_REQUIRED	0x01	/* has no default, must be given to create */
#define DRBD_OPTION_INVARIANT	0x02	/* must not be given to change */
#define DRBD_OPTION_SECRET	0x04	/* not for everybody to read */
#define DRBD_OPTION_COMMAND	0x08	/* its command checks it, in its own words */
#define DRBD_OPTION_QUORUM	0x10	/* 0 to 32, or DRBD_QUORUM_* */

/**
 * struct drbd_option - an option
 * @name: as the command line of drbdsetup has it
 * @type: of it
 * @unit: of a number
 * @flags: DRBD_OPTION_*
 * @offset: of the member in the structure
 * @size: of the member in bytes
 * @def: default; strings are empty
 * @min: smallest value of a number
 * @max: largest value of a number
 * @mask: values of an enumeration
 */
struct drbd_option {
	const char *name;
	enum drbd_option_type type;
	enum drbd_option_unit unit;
	u8 flags;
	u16 offset;
	u16 size;
	s64 def;
	s64 min;
	s64 max;
	u32 mask;
};

/**
 * struct drbd_option_set - the options of one kind of object
 * @options: in the order of the members
 * @count: number of them
 * @size: of the structure in bytes
 */
struct drbd_option_set {
	const struct drbd_option *options;
	unsigned int count;
	size_t size;
};

/**
 * struct drbd_option_change - options to change
 * @defaults: set all others that may change to their default
 * @given: bit i for the i-th option of the set, those in @values
 * @values: structure of the set
 */
struct drbd_option_change {
	bool defaults;
	u64 given;
	const void *values;
};

/**
 * struct drbd_net_link - what a connection does while its options change
 * @protocol: version agreed upon, 0 if not connected
 * @both_primary: this node and the peer are Primary
 * @resync: one runs
 * @verify: one runs
 */
struct drbd_net_link {
	unsigned int protocol;
	bool both_primary;
	bool resync;
	bool verify;
};

extern const struct drbd_option_set drbd_res_options;
extern const struct drbd_option_set drbd_disk_options;
extern const struct drbd_option_set drbd_net_options;
extern const struct drbd_option_set drbd_device_options;
extern const struct drbd_option_set drbd_peer_device_options;

/* Enough for any text of drbd_option_check() */
#define DRBD_OPTION_TEXT_SIZE	128

void drbd_options_default(const struct drbd_option_set *set, void *conf);
void drbd_options_change(const struct drbd_option_set *set, void *conf,
			 const struct drbd_option_change *change);
const struct drbd_option *drbd_options_missing(const struct drbd_option_set *set, u64 given);
const struct drbd_option *drbd_options_invariant(const struct drbd_option_set *set, u64 given);
s64 drbd_option_number(const struct drbd_option *option, const void *conf);
bool drbd_option_check(const struct drbd_option *option, const void *conf,
		       char *text, size_t size);

enum drbd_ret drbd_net_conf_check(const struct drbd_net_conf *conf,
				  const struct drbd_net_conf *old,
				  const struct drbd_net_link *link);
const char *drbd_device_conf_check(const struct drbd_device_conf *conf);
enum drbd_ret drbd_name_check(const char *name, bool strict, const char **text);

#endif
