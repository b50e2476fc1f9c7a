// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options of resources, disks, devices, connections and peer devices
 *
 * What an option is called, where it is kept, what it is when nobody sets it and
 * what it may be is the same for all dialects in which user space talks to DRBD.
 * It is in these tables and nowhere else; a dialect adds numbers of attributes.
 *
 * Limits are those of the tools, which refuse the rest. Others than these tools
 * can send requests, so the tables are the guard of the engine as well. A few
 * options have commands that tell in more detail what is wrong with them.
 */

#include <linux/array_size.h>
#include <linux/bits.h>
#include <linux/ctype.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "admission.h"
#include "limits.h"
#include "options.h"
#include "quorum.h"
#include "read_path.h"
#include "uuid_policy.h"

#define MEMBER(type, member...)						\
	.offset = offsetof(struct type, member),			\
	.size = sizeof_field(struct type, member)

#define BOOL(conf, member, option, value, ...)				\
	{ .name = option, .type = DRBD_OPTION_BOOL, MEMBER(conf, member),	\
	  .def = value, .max = 1, __VA_ARGS__ }

#define STRING(conf, member, option, ...)				\
	{ .name = option, .type = DRBD_OPTION_STRING, MEMBER(conf, member),	\
	  __VA_ARGS__ }

#define NUMBER(kind, conf, member, option, value, low, high, ...)	\
	{ .name = option, .type = DRBD_OPTION_##kind, MEMBER(conf, member),	\
	  .def = value, .min = low, .max = high, __VA_ARGS__ }

#define ENUM(conf, member, option, value, values)			\
	{ .name = option, .type = DRBD_OPTION_ENUM, MEMBER(conf, member),	\
	  .def = value, .mask = values, .max = 31 }

static const struct drbd_option res_options[] = {
	STRING(drbd_res_opts, cpu_mask, "cpu-mask"),
	ENUM(drbd_res_opts, on_no_data, "on-no-data-accessible", DRBD_NO_DATA_IO_ERROR,
	     GENMASK(DRBD_NO_DATA_SUSPEND_IO, DRBD_NO_DATA_IO_ERROR)),
	BOOL(drbd_res_opts, auto_promote, "auto-promote", 1),
	NUMBER(U32, drbd_res_opts, node_id, "node-id", 0, 0, DRBD_NODES - 1,
	       .flags = DRBD_OPTION_REQUIRED | DRBD_OPTION_INVARIANT | DRBD_OPTION_COMMAND),
	NUMBER(U32, drbd_res_opts, peer_ack_window, "peer-ack-window", 4096, 2048, 204800,
	       .unit = DRBD_UNIT_SECTORS),
	NUMBER(U32, drbd_res_opts, twopc_timeout, "twopc-timeout", 300, 50, 600,
	       .unit = DRBD_UNIT_DECISECONDS),
	NUMBER(U32, drbd_res_opts, twopc_retry_timeout, "twopc-retry-timeout", 1, 1, 50,
	       .unit = DRBD_UNIT_DECISECONDS),
	NUMBER(U32, drbd_res_opts, peer_ack_delay, "peer-ack-delay", 100, 1, 10000,
	       .unit = DRBD_UNIT_MILLISECONDS),
	NUMBER(U32, drbd_res_opts, auto_promote_timeout, "auto-promote-timeout", 20, 0, 600,
	       .unit = DRBD_UNIT_DECISECONDS),
	NUMBER(U32, drbd_res_opts, nr_requests, "max-io-depth", 8000, 4, U32_MAX),
	NUMBER(S32, drbd_res_opts, quorum, "quorum", DRBD_QUORUM_OFF, 0, DRBD_QUORUM_ALL,
	       .flags = DRBD_OPTION_QUORUM),
	ENUM(drbd_res_opts, on_no_quorum, "on-no-quorum", DRBD_NO_DATA_SUSPEND_IO,
	     GENMASK(DRBD_NO_DATA_SUSPEND_IO, DRBD_NO_DATA_IO_ERROR)),
	NUMBER(S32, drbd_res_opts, quorum_min_redundancy, "quorum-minimum-redundancy",
	       DRBD_QUORUM_OFF, 0, DRBD_QUORUM_ALL, .flags = DRBD_OPTION_QUORUM),
	ENUM(drbd_res_opts, on_susp_primary_outdated, "on-suspended-primary-outdated",
	     DRBD_SUSPENDED_PRIMARY_DISCONNECT,
	     GENMASK(DRBD_SUSPENDED_PRIMARY_SECONDARY, DRBD_SUSPENDED_PRIMARY_DISCONNECT)),
	BOOL(drbd_res_opts, drbd8_compat_mode, "drbd8-compat-mode", 0),
	BOOL(drbd_res_opts, explicit_drbd8_compat, "drbd8-api-compatibility", 0),
};

static const struct drbd_option disk_options[] = {
	STRING(drbd_disk_conf, backing_dev, "backing-dev",
	       .flags = DRBD_OPTION_REQUIRED | DRBD_OPTION_INVARIANT),
	STRING(drbd_disk_conf, meta_dev, "meta-dev",
	       .flags = DRBD_OPTION_REQUIRED | DRBD_OPTION_INVARIANT),
	NUMBER(S32, drbd_disk_conf, meta_dev_idx, "meta-dev-idx", 0, -3, S32_MAX,
	       .flags = DRBD_OPTION_REQUIRED | DRBD_OPTION_INVARIANT | DRBD_OPTION_COMMAND),
	NUMBER(U64, drbd_disk_conf, disk_size, "size", 0, 0, S64_MAX,
	       .unit = DRBD_UNIT_SECTORS, .flags = DRBD_OPTION_INVARIANT),
	ENUM(drbd_disk_conf, on_io_error, "on-io-error", DRBD_IO_ERROR_DETACH,
	     GENMASK(DRBD_IO_ERROR_DETACH, DRBD_IO_ERROR_PASS_ON)),
	NUMBER(S32, drbd_disk_conf, resync_after, "resync-after", DRBD_RESYNC_AFTER_NONE,
	       DRBD_RESYNC_AFTER_NONE, (1 << 20) - 1, .flags = DRBD_OPTION_COMMAND),
	NUMBER(U32, drbd_disk_conf, al_extents, "al-extents", 1237, 67, 65534),
	BOOL(drbd_disk_conf, disk_barrier, "disk-barrier", 0),
	BOOL(drbd_disk_conf, disk_flushes, "disk-flushes", 1),
	BOOL(drbd_disk_conf, disk_drain, "disk-drain", 1),
	BOOL(drbd_disk_conf, md_flushes, "md-flushes", 1),
	NUMBER(U32, drbd_disk_conf, disk_timeout, "disk-timeout", 0, 0, 6000,
	       .unit = DRBD_UNIT_DECISECONDS),
	ENUM(drbd_disk_conf, read_balancing, "read-balancing", DRBD_READ_PREFER_LOCAL,
	     GENMASK(DRBD_READ_1M_STRIPING, DRBD_READ_PREFER_LOCAL)),
	NUMBER(U32, drbd_disk_conf, unplug_watermark, "unplug-watermark", 128, 1, 131072),
	BOOL(drbd_disk_conf, al_updates, "al-updates", 1),
	BOOL(drbd_disk_conf, discard_zeroes_if_aligned, "discard-zeroes-if-aligned", 1),
	NUMBER(U32, drbd_disk_conf, rs_discard_granularity, "rs-discard-granularity",
	       0, 0, 1048576, .unit = DRBD_UNIT_BYTES),
	BOOL(drbd_disk_conf, disable_write_same, "disable-write-same", 0),
	BOOL(drbd_disk_conf, bitmap, "bitmap", 1),
};

#define ASB(policy)	BIT(DRBD_ASB_##policy)

static const struct drbd_option net_options[] = {
	STRING(drbd_net_conf, shared_secret, "shared-secret", .flags = DRBD_OPTION_SECRET),
	STRING(drbd_net_conf, cram_hmac_alg, "cram-hmac-alg"),
	STRING(drbd_net_conf, integrity_alg, "data-integrity-alg"),
	STRING(drbd_net_conf, verify_alg, "verify-alg"),
	STRING(drbd_net_conf, csums_alg, "csums-alg"),
	ENUM(drbd_net_conf, wire_protocol, "protocol", DRBD_PROTOCOL_C,
	     GENMASK(DRBD_PROTOCOL_C, DRBD_PROTOCOL_A)),
	NUMBER(U32, drbd_net_conf, connect_int, "connect-int", 10, 1, 120,
	       .unit = DRBD_UNIT_SECONDS),
	NUMBER(U32, drbd_net_conf, timeout, "timeout", 60, 1, 600,
	       .unit = DRBD_UNIT_DECISECONDS),
	NUMBER(U32, drbd_net_conf, ping_int, "ping-int", 10, 1, 120,
	       .unit = DRBD_UNIT_SECONDS),
	NUMBER(U32, drbd_net_conf, ping_timeo, "ping-timeout", 5, 1, 300,
	       .unit = DRBD_UNIT_DECISECONDS),
	NUMBER(U32, drbd_net_conf, sndbuf_size, "sndbuf-size", 0, 0, 128 << 20,
	       .unit = DRBD_UNIT_BYTES),
	NUMBER(U32, drbd_net_conf, rcvbuf_size, "rcvbuf-size", 0, 0, 128 << 20,
	       .unit = DRBD_UNIT_BYTES),
	NUMBER(U32, drbd_net_conf, ko_count, "ko-count", 7, 0, 200),
	NUMBER(U32, drbd_net_conf, max_epoch_size, "max-epoch-size", 2048, 1, 20000),
	ENUM(drbd_net_conf, after_sb_0p, "after-sb-0pri", DRBD_ASB_DISCONNECT,
	     GENMASK(DRBD_ASB_DISCARD_REMOTE, DRBD_ASB_DISCONNECT)),
	ENUM(drbd_net_conf, after_sb_1p, "after-sb-1pri", DRBD_ASB_DISCONNECT,
	     ASB(DISCONNECT) | ASB(CONSENSUS) | ASB(DISCARD_SECONDARY) | ASB(CALL_HELPER) |
	     ASB(VIOLENTLY)),
	ENUM(drbd_net_conf, after_sb_2p, "after-sb-2pri", DRBD_ASB_DISCONNECT,
	     ASB(DISCONNECT) | ASB(CALL_HELPER) | ASB(VIOLENTLY)),
	ENUM(drbd_net_conf, rr_conflict, "rr-conflict", DRBD_ASB_DISCONNECT,
	     ASB(DISCONNECT) | ASB(CALL_HELPER) | ASB(VIOLENTLY) | ASB(RETRY_CONNECT) |
	     ASB(AUTO_DISCARD)),
	ENUM(drbd_net_conf, on_congestion, "on-congestion", DRBD_CONGESTION_BLOCK,
	     GENMASK(DRBD_CONGESTION_DISCONNECT, DRBD_CONGESTION_BLOCK)),
	NUMBER(U32, drbd_net_conf, cong_fill, "congestion-fill", 0, 0, 20971520,
	       .unit = DRBD_UNIT_SECTORS),
	NUMBER(U32, drbd_net_conf, cong_extents, "congestion-extents", 1237, 67, 65534),
	BOOL(drbd_net_conf, two_primaries, "allow-two-primaries", 0),
	BOOL(drbd_net_conf, tcp_cork, "tcp-cork", 1),
	BOOL(drbd_net_conf, always_asbp, "always-asbp", 0),
	BOOL(drbd_net_conf, use_rle, "use-rle", 1),
	ENUM(drbd_net_conf, fencing_policy, "fencing", DRBD_FENCING_DONT_CARE,
	     GENMASK(DRBD_FENCING_RESOURCE_AND_STONITH, DRBD_FENCING_DONT_CARE)),
	STRING(drbd_net_conf, name, "_name", .flags = DRBD_OPTION_COMMAND),
	BOOL(drbd_net_conf, csums_after_crash_only, "csums-after-crash-only", 0),
	NUMBER(U32, drbd_net_conf, sock_check_timeo, "socket-check-timeout", 0, 0, 300,
	       .unit = DRBD_UNIT_DECISECONDS),
	STRING(drbd_net_conf, transport_name, "transport", .flags = DRBD_OPTION_INVARIANT),
	NUMBER(U32, drbd_net_conf, max_buffers, "max-buffers", 2048, 32, 131072),
	BOOL(drbd_net_conf, allow_remote_read, "allow-remote-read", 1),
	BOOL(drbd_net_conf, tls, "tls", 0),
	NUMBER(S32, drbd_net_conf, tls_privkey, "tls-privkey", 0, S32_MIN, S32_MAX),
	NUMBER(S32, drbd_net_conf, tls_certificate, "tls-certificate", 0, S32_MIN, S32_MAX),
	NUMBER(S32, drbd_net_conf, tls_keyring, "tls-keyring", 0, S32_MIN, S32_MAX),
	BOOL(drbd_net_conf, load_balance_paths, "load-balance-paths", 0,
	     .flags = DRBD_OPTION_INVARIANT),
	NUMBER(U32, drbd_net_conf, rdma_ctrl_rcvbuf_size, "rdma-ctrl-rcvbuf-size",
	       0, 0, 10 << 20, .unit = DRBD_UNIT_BYTES),
	NUMBER(U32, drbd_net_conf, rdma_ctrl_sndbuf_size, "rdma-ctrl-sndbuf-size",
	       0, 0, 10 << 20, .unit = DRBD_UNIT_BYTES),
};

static const struct drbd_option device_options[] = {
	NUMBER(U32, drbd_device_conf, max_bio_size, "max-bio-size", DRBD_MAX_BIO_SIZE,
	       512, DRBD_MAX_BIO_SIZE, .unit = DRBD_UNIT_BYTES, .flags = DRBD_OPTION_INVARIANT),
	BOOL(drbd_device_conf, intentional_diskless, "diskless", 0),
	NUMBER(U32, drbd_device_conf, block_size, "block-size", 512, 512, 4096,
	       .unit = DRBD_UNIT_BYTES, .flags = DRBD_OPTION_COMMAND),
	NUMBER(U32, drbd_device_conf, discard_granularity, "discard-granularity",
	       DRBD_GRANULARITY_UNSET, 0, 128 << 20,
	       .unit = DRBD_UNIT_BYTES, .flags = DRBD_OPTION_COMMAND),
};

static const struct drbd_option peer_device_options[] = {
	NUMBER(U32, drbd_peer_device_conf, resync_rate, "resync-rate", 250, 1, 8 << 20,
	       .unit = DRBD_UNIT_KIB_S),
	NUMBER(U32, drbd_peer_device_conf, c_plan_ahead, "c-plan-ahead", 20, 0, 300,
	       .unit = DRBD_UNIT_DECISECONDS),
	NUMBER(U32, drbd_peer_device_conf, c_delay_target, "c-delay-target", 10, 1, 100,
	       .unit = DRBD_UNIT_DECISECONDS),
	NUMBER(U32, drbd_peer_device_conf, c_fill_target, "c-fill-target", 100, 0, 1 << 20,
	       .unit = DRBD_UNIT_SECTORS),
	NUMBER(U32, drbd_peer_device_conf, c_max_rate, "c-max-rate", 102400, 0, 4 << 20,
	       .unit = DRBD_UNIT_KIB_S),
	NUMBER(U32, drbd_peer_device_conf, c_min_rate, "c-min-rate", 250, 0, 4 << 20,
	       .unit = DRBD_UNIT_KIB_S),
	BOOL(drbd_peer_device_conf, bitmap, "bitmap", 1),
	BOOL(drbd_peer_device_conf, resync_without_replication, "resync-without-replication", 1),
	BOOL(drbd_peer_device_conf, peer_tiebreaker, "peer-tiebreaker", 1),
};

const struct drbd_option_set drbd_res_options = {
	.options = res_options,
	.count = ARRAY_SIZE(res_options),
	.size = sizeof(struct drbd_res_opts),
};
EXPORT_SYMBOL_GPL(drbd_res_options);

const struct drbd_option_set drbd_disk_options = {
	.options = disk_options,
	.count = ARRAY_SIZE(disk_options),
	.size = sizeof(struct drbd_disk_conf),
};
EXPORT_SYMBOL_GPL(drbd_disk_options);

const struct drbd_option_set drbd_net_options = {
	.options = net_options,
	.count = ARRAY_SIZE(net_options),
	.size = sizeof(struct drbd_net_conf),
};
EXPORT_SYMBOL_GPL(drbd_net_options);

const struct drbd_option_set drbd_device_options = {
	.options = device_options,
	.count = ARRAY_SIZE(device_options),
	.size = sizeof(struct drbd_device_conf),
};
EXPORT_SYMBOL_GPL(drbd_device_options);

const struct drbd_option_set drbd_peer_device_options = {
	.options = peer_device_options,
	.count = ARRAY_SIZE(peer_device_options),
	.size = sizeof(struct drbd_peer_device_conf),
};
EXPORT_SYMBOL_GPL(drbd_peer_device_options);

static void set_default(const struct drbd_option *option, void *conf)
{
	void *member = conf + option->offset;

	switch (option->type) {
	case DRBD_OPTION_BOOL:
		*(bool *)member = option->def;
		break;
	case DRBD_OPTION_U32:
	case DRBD_OPTION_S32:
	case DRBD_OPTION_ENUM:
		*(u32 *)member = option->def;
		break;
	case DRBD_OPTION_U64:
		*(u64 *)member = option->def;
		break;
	case DRBD_OPTION_STRING:
		memset(member, 0, option->size);
		break;
	}
}

/**
 * drbd_options_default() - set all options to their defaults
 * @set: of options
 * @conf: its structure; what is required becomes 0
 *
 * Source: spec/netlink.md 4.4
 */
void drbd_options_default(const struct drbd_option_set *set, void *conf)
{
	unsigned int i;

	memset(conf, 0, set->size);
	for (i = 0; i < set->count; i++)
		set_default(&set->options[i], conf);
}
EXPORT_SYMBOL_GPL(drbd_options_default);

/**
 * drbd_options_change() - change options
 * @set: of options
 * @conf: its structure, with the current ones
 * @change: what to change
 *
 * Defaults do not touch what is required, and what cannot change.
 *
 * Source: spec/netlink.md 1.1 and 12.3
 */
void drbd_options_change(const struct drbd_option_set *set, void *conf,
			 const struct drbd_option_change *change)
{
	unsigned int i;

	for (i = 0; i < set->count; i++) {
		const struct drbd_option *option = &set->options[i];

		if (change->given & BIT_ULL(i))
			memcpy(conf + option->offset, change->values + option->offset,
			       option->size);
		else if (change->defaults &&
			 !(option->flags & (DRBD_OPTION_REQUIRED | DRBD_OPTION_INVARIANT)))
			set_default(option, conf);
	}
}
EXPORT_SYMBOL_GPL(drbd_options_change);

static bool given_with_flag(const struct drbd_option_set *set, u64 given, u8 flag,
			    unsigned int *index)
{
	for (*index = 0; *index < set->count; ++*index)
		if (given & BIT_ULL(*index) && set->options[*index].flags & flag)
			return true;
	return false;
}

/**
 * drbd_options_missing() - the first option that is required and was not given
 * @set: of options
 * @given: bit i for the i-th option of the set, those that were given
 *
 * Return: the option, NULL if there is none.
 * Source: spec/netlink.md 4.1
 */
const struct drbd_option *drbd_options_missing(const struct drbd_option_set *set, u64 given)
{
	unsigned int index;

	return given_with_flag(set, ~given, DRBD_OPTION_REQUIRED, &index) ?
		&set->options[index] : NULL;
}
EXPORT_SYMBOL_GPL(drbd_options_missing);

/**
 * drbd_options_invariant() - the first option that was given and cannot change
 * @set: of options
 * @given: bit i for the i-th option of the set, those that were given
 *
 * Return: the option, NULL if there is none.
 * Source: spec/netlink.md 4.3
 */
const struct drbd_option *drbd_options_invariant(const struct drbd_option_set *set, u64 given)
{
	unsigned int index;

	return given_with_flag(set, given, DRBD_OPTION_INVARIANT, &index) ?
		&set->options[index] : NULL;
}
EXPORT_SYMBOL_GPL(drbd_options_invariant);

/**
 * drbd_option_number() - value of an option
 * @option: no string
 * @conf: structure with it
 *
 * Return: the value; one above S64_MAX is negative.
 */
s64 drbd_option_number(const struct drbd_option *option, const void *conf)
{
	const void *member = conf + option->offset;

	switch (option->type) {
	case DRBD_OPTION_BOOL:
		return *(const bool *)member;
	case DRBD_OPTION_U32:
	case DRBD_OPTION_ENUM:
		return *(const u32 *)member;
	case DRBD_OPTION_S32:
		return *(const s32 *)member;
	case DRBD_OPTION_U64:
		return *(const u64 *)member;
	case DRBD_OPTION_STRING:
		break;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_option_number);

/**
 * drbd_option_check() - whether the value of an option is in its limits
 * @option: the option; strings always are, those with DRBD_OPTION_COMMAND pass
 * @conf: structure with the value
 * @text: if it is not: option, value and limits
 * @size: of @text, DRBD_OPTION_TEXT_SIZE
 *
 * Return: true if it is.
 * Source: spec/netlink.md 4.3 and 4.4
 */
bool drbd_option_check(const struct drbd_option *option, const void *conf,
		       char *text, size_t size)
{
	s64 value = drbd_option_number(option, conf);

	if (option->type == DRBD_OPTION_STRING || option->flags & DRBD_OPTION_COMMAND)
		return true;
	if (option->type == DRBD_OPTION_ENUM) {
		if (value <= option->max && option->mask & BIT((unsigned int)value))
			return true;
		snprintf(text, size, "%s: %lld is not one of its values", option->name, value);
		return false;
	}
	if (value < option->min || value > option->max) {
		snprintf(text, size, "%s: %lld is not in %lld to %lld", option->name, value,
			 option->min, option->max);
		return false;
	}
	if (option->flags & DRBD_OPTION_QUORUM && value > DRBD_NODES &&
	    value < DRBD_QUORUM_MAJORITY) {
		snprintf(text, size, "%s: %lld is not in 0 to %d, %d or %d", option->name, value,
			 DRBD_NODES, DRBD_QUORUM_MAJORITY, DRBD_QUORUM_ALL);
		return false;
	}
	return true;
}
EXPORT_SYMBOL_GPL(drbd_option_check);

/**
 * drbd_net_conf_check() - whether options of a connection may be set
 * @conf: the options
 * @old: those so far, NULL for a new connection
 * @link: what the connection does now
 *
 * Return: DRBD_NO_ERROR, or why not.
 * Source: spec/admin.md 6.3 and 20.3
 */
enum drbd_ret drbd_net_conf_check(const struct drbd_net_conf *conf,
				  const struct drbd_net_conf *old,
				  const struct drbd_net_link *link)
{
	if (old && link->protocol && link->protocol < 100 &&
	    (old->wire_protocol != conf->wire_protocol ||
	     old->two_primaries != conf->two_primaries ||
	     strcmp(old->integrity_alg, conf->integrity_alg)))
		return DRBD_ERR_NEED_APV_100;
	if (!conf->two_primaries && link->both_primary)
		return DRBD_ERR_NEED_ALLOW_TWO_PRI;
	if (conf->two_primaries && conf->wire_protocol != DRBD_PROTOCOL_C)
		return DRBD_ERR_NOT_PROTO_C;
	if (conf->wire_protocol == DRBD_PROTOCOL_A &&
	    conf->fencing_policy == DRBD_FENCING_RESOURCE_AND_STONITH)
		return DRBD_ERR_STONITH_AND_PROT_A;
	if (conf->on_congestion != DRBD_CONGESTION_BLOCK &&
	    conf->wire_protocol != DRBD_PROTOCOL_A)
		return DRBD_ERR_CONG_NOT_PROTO_A;
	if (old && link->resync && strcmp(old->csums_alg, conf->csums_alg))
		return DRBD_ERR_CSUMS_RESYNC_RUNNING;
	if (old && link->verify && strcmp(old->verify_alg, conf->verify_alg))
		return DRBD_ERR_VERIFY_RUNNING;
	return DRBD_NO_ERROR;
}
EXPORT_SYMBOL_GPL(drbd_net_conf_check);

/**
 * drbd_device_conf_check() - whether options of a device make sense
 * @conf: the options
 *
 * Return: NULL, or what is wrong with them.
 * Source: spec/admin.md 4.2
 */
const char *drbd_device_conf_check(const struct drbd_device_conf *conf)
{
	if (!is_power_of_2(conf->block_size) || conf->block_size < 512 ||
	    conf->block_size > 4096)
		return "block_size not 512, 1024, 2048, or 4096";
	if (conf->discard_granularity != DRBD_GRANULARITY_UNSET &&
	    conf->discard_granularity % conf->block_size)
		return "discard_granularity must be 0 or a multiple of block_size";
	return NULL;
}
EXPORT_SYMBOL_GPL(drbd_device_conf_check);

/**
 * drbd_name_check() - whether a resource or a connection may have a name
 * @name: the name
 * @strict: only what every tool can bear
 * @text: why not
 *
 * Names are those of directories, and they are printed between blanks.
 *
 * Return: DRBD_NO_ERROR, DRBD_ERR_MANDATORY_TAG if it is empty, or else
 *	DRBD_ERR_INVALID_REQUEST.
 * Source: spec/admin.md 1 and 20.1
 */
enum drbd_ret drbd_name_check(const char *name, bool strict, const char **text)
{
	const char *c;

	*text = NULL;
	if (!*name) {
		*text = "name missing";
		return DRBD_ERR_MANDATORY_TAG;
	}
	*text = strict ? "invalid name (strict_names=1 allows only [0-9A-Za-z+._-])" :
			 "invalid name (disallowed: ascii control, space, slash)";
	if (!strcmp(name, "all"))
		return DRBD_ERR_INVALID_REQUEST;
	for (c = name; *c; c++) {
		unsigned char byte = *c;

		if (byte <= 0x20 || byte == 0x7f || byte == '/')
			return DRBD_ERR_INVALID_REQUEST;
		if (strict && (byte > 0x7f || (!isalnum(byte) && !strchr("+._-", byte))))
			return DRBD_ERR_INVALID_REQUEST;
	}
	*text = NULL;
	return DRBD_NO_ERROR;
}
EXPORT_SYMBOL_GPL(drbd_name_check);
