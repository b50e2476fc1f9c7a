/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command core: what user space asks of the engine, in plain C
 *
 * This is the contract between the netlink dialects, which translate messages
 * and know nothing of DRBD, and the engine, which does the work and knows
 * nothing of netlink. The engine hands over a table of functions with
 * drbd_nl_register(); it reports what happened with drbd_nl_notify().
 *
 * All functions of the table are called in process context, without any lock
 * of the netlink side held, and may be called concurrently, also for the same
 * object: the engine has its own locks. A command gets objects with a reference
 * held that is dropped after its reply was sent; these may be unlinked by the
 * time the command has taken its locks, so it has to check that again.
 */
#ifndef DRBD_NETLINK_COMMAND_H
#define DRBD_NETLINK_COMMAND_H

#include <linux/bits.h>
#include <linux/list.h>
#include <linux/socket.h>

#include "../core/options.h"
#include "../core/results.h"
#include "../core/types.h"

struct net;

/* The engine's objects; nobody here looks into them. */
struct drbd_resource;
struct drbd_device;
struct drbd_connection;
struct drbd_peer_device;

/* Minor, volume or peer node id that was not given */
#define DRBD_UNSET		U32_MAX

#define DRBD_MAX_MINOR		((1U << 20) - 1)

/* Paths of a connection that there can be */
#define DRBD_MAX_PATHS		16

#define DRBD_HISTORY_UUIDS	32
#define DRBD_HELPER_NAME_SIZE	32

/**
 * struct drbd_address - address of a path's end
 * @sa: AF_INET or AF_INET6, port and address in network order
 * @len: bytes of it that are used
 */
struct drbd_address {
	struct sockaddr_storage sa;
	unsigned int len;
};

/**
 * struct drbd_path_ends - what identifies a path of a connection
 * @local: own address
 * @remote: the peer's
 */
struct drbd_path_ends {
	struct drbd_address local;
	struct drbd_address remote;
};

/**
 * struct drbd_cmd - what a command is about
 * @resource: referenced; NULL if not needed and not named
 * @device: referenced; NULL if not needed and not named
 * @connection: referenced; NULL if not needed, or there is none for that node
 * @peer_device: referenced; NULL if not needed
 * @resource_name: as given, also if there is no such resource; NULL if not given
 * @minor: as given, DRBD_UNSET if not
 * @volume: as given, DRBD_UNSET if not
 * @peer_node_id: as given, DRBD_UNSET if not
 * @net: network namespace of the caller, stays until the command is over
 * @texts: of the reply, see drbd_cmd_text()
 *
 * What is given was compared with the objects: they belong together.
 */
struct drbd_cmd {
	struct drbd_resource *resource;
	struct drbd_device *device;
	struct drbd_connection *connection;
	struct drbd_peer_device *peer_device;
	const char *resource_name;
	u32 minor;
	u32 volume;
	u32 peer_node_id;
	struct net *net;
	struct drbd_texts *texts;
};

/* Adds a text for people to the reply, cut after 255 characters. The first one
 * is the most important: all that some dialects have room for.
 */
__printf(2, 3) void drbd_cmd_text(struct drbd_cmd *cmd, const char *format, ...);

/**
 * struct drbd_resize_parms - what to resize to
 * @size: in sectors, 0 for as large as possible
 * @force: assume that peers that are not connected have space
 * @no_resync: assume that what gets added is in sync
 * @al_stripes: stripes of the activity log
 * @al_stripe_size: size of a stripe in KiB
 * @al_given: @al_stripes or @al_stripe_size was given
 */
struct drbd_resize_parms {
	u64 size;
	bool force;
	bool no_resync;
	u32 al_stripes;
	u32 al_stripe_size;
	bool al_given;
};

/**
 * struct drbd_detach_parms - how to detach
 * @force: do not wait for requests of the disk
 * @intentional_diskless: the device is meant to stay without a disk
 */
struct drbd_detach_parms {
	bool force;
	bool intentional_diskless;
};

/**
 * struct drbd_invalidate_parms - where to get the data from
 * @sync_from: node id of the source, DRBD_UNSET for any; not checked
 * @reset_bitmap: all blocks, otherwise those set in the bitmap
 */
struct drbd_invalidate_parms {
	u32 sync_from;
	bool reset_bitmap;
};

/**
 * struct drbd_new_uuid_parms - what to do along with a new current UUID
 * @clear_bitmap: declare all data as in sync
 * @force_resync: declare the own data as UpToDate, and resync the peers
 */
struct drbd_new_uuid_parms {
	bool clear_bitmap;
	bool force_resync;
};

/**
 * struct drbd_connect_parms - for the next handshake
 * @tentative: only tell what would happen
 * @discard_my_data: after a split brain, own data lose
 */
struct drbd_connect_parms {
	bool tentative;
	bool discard_my_data;
};

/**
 * struct drbd_verify_parms - range of an online verify
 * @start: first sector, U64_MAX for where the last one stopped
 * @stop: sector after the last, U64_MAX for the end of the device
 */
struct drbd_verify_parms {
	u64 start;
	u64 stop;
};

/**
 * enum drbd_timeout_type - which timeout to wait for a peer with
 * @DRBD_TIMEOUT_DEFAULT: wfc-timeout
 * @DRBD_TIMEOUT_DEGRADED: degr-wfc-timeout, the peer was away before a restart
 * @DRBD_TIMEOUT_PEER_OUTDATED: outdated-wfc-timeout
 */
enum drbd_timeout_type {
	DRBD_TIMEOUT_DEFAULT,
	DRBD_TIMEOUT_DEGRADED,
	DRBD_TIMEOUT_PEER_OUTDATED,
};

/**
 * struct drbd_resource_state - a resource, in events
 * @name: of it
 * @role: &enum drbd_node_role
 * @susp_user: I/O is suspended on request
 * @susp_no_data: I/O is suspended, there is no UpToDate data
 * @susp_fencing: I/O is suspended, fencing runs
 * @susp_quorum: I/O is suspended, there is no quorum or a new UUID is due
 * @fail_io: openers get errors
 * @write_ordering: 0 none, 1 drain, 2 flush, 3 barrier
 */
struct drbd_resource_state {
	char name[DRBD_NAME_SIZE];
	u32 role;
	bool susp_user;
	bool susp_no_data;
	bool susp_fencing;
	bool susp_quorum;
	bool fail_io;
	u32 write_ordering;
};

/**
 * struct drbd_device_state - a device, in events
 * @resource: name of its resource
 * @volume: number in the resource
 * @minor: of it
 * @disk: &enum drbd_disk
 * @intentional_diskless: is meant to have no disk
 * @has_quorum: may be written, as far as quorum is concerned
 * @is_open: somebody has it open
 * @backing_dev: path of the backing device, empty without disk
 * @size: in sectors
 * @read: from the disk, in sectors
 * @write: to the disk, in sectors
 * @al_writes: writes of the activity log
 * @bm_writes: writes of the bitmap
 * @upper_pending: requests of applications that are not complete
 * @lower_pending: references to the local disk
 * @upper_blocked: applications have to wait
 * @lower_blocked: the disk is congested
 * @al_suspended: the activity log is suspended
 * @exposed_data_uuid: generation of data that was shown to applications
 * @current_uuid: 0 without disk
 * @disk_flags: flags of the metadata, 0 without disk
 * @history_given: there is a disk
 * @history_uuids: most recent one first, 0 for none
 */
struct drbd_device_state {
	char resource[DRBD_NAME_SIZE];
	u32 volume;
	u32 minor;
	u32 disk;
	bool intentional_diskless;
	bool has_quorum;
	bool is_open;
	char backing_dev[DRBD_DEV_PATH_SIZE];
	u64 size;
	u64 read;
	u64 write;
	u64 al_writes;
	u64 bm_writes;
	u32 upper_pending;
	u32 lower_pending;
	bool upper_blocked;
	bool lower_blocked;
	bool al_suspended;
	u64 exposed_data_uuid;
	u64 current_uuid;
	u32 disk_flags;
	bool history_given;
	u64 history_uuids[DRBD_HISTORY_UUIDS];
};

/**
 * struct drbd_path_state - a path of a connection
 * @ends: its addresses
 * @established: it is in use, or could be
 */
struct drbd_path_state {
	struct drbd_path_ends ends;
	bool established;
};

/**
 * struct drbd_connection_state - a connection, in events
 * @resource: name of its resource
 * @peer_node_id: of the peer
 * @name: of the connection, never empty
 * @cstate: &enum drbd_cstate
 * @role: &enum drbd_node_role of the peer
 * @congested: the send buffer is full
 * @ap_in_flight: sectors of application writes sent, not acknowledged
 * @rs_in_flight: sectors of resync sent, not acknowledged
 * @n_paths: how many there are in @paths
 * @paths: in the order of their creation
 */
struct drbd_connection_state {
	char resource[DRBD_NAME_SIZE];
	u32 peer_node_id;
	char name[DRBD_CONN_NAME_SIZE];
	u32 cstate;
	u32 role;
	bool congested;
	u64 ap_in_flight;
	u64 rs_in_flight;
	unsigned int n_paths;
	struct drbd_path_state paths[DRBD_MAX_PATHS];
};

/**
 * struct drbd_peer_device_state - a volume at a peer, in events
 * @resource: name of its resource
 * @volume: number in the resource
 * @minor: of the device
 * @peer_node_id: of the peer
 * @conn_name: name of the connection
 * @repl: &enum drbd_repl
 * @disk: &enum drbd_disk of the peer
 * @resync_susp_user: paused on request
 * @resync_susp_peer: paused by the peer
 * @resync_susp_dependency: paused, another resync goes first
 * @resync_susp_max_parallel: paused, too many resyncs run
 * @intentional_diskless: it is configured without bitmap
 * @received: sectors
 * @sent: sectors
 * @pending: requests that the peer has not answered
 * @unacked: requests of the peer that were not answered
 * @out_of_sync: sectors
 * @resync_failed: sectors
 * @bitmap_uuid: data generation that the bitmap counts from
 * @flags: of the peer in the metadata
 * @rs_total: sectors of the resync or verify that runs, otherwise 0
 * @ov_start_sector: of the verify that runs, as the following four
 * @ov_stop_sector: of the verify
 * @ov_position: of the verify
 * @ov_left: sectors
 * @ov_skipped: sectors
 * @rs_same_csum: sectors that were equal
 * @rs_dt_start_ms: time since the start
 * @rs_paused_ms: time that it was paused
 * @rs_dt0_ms: time since the oldest mark
 * @rs_db0_sectors: done since the oldest mark
 * @rs_dt1_ms: time since the last mark
 * @rs_db1_sectors: done since the last mark
 * @rs_c_sync_rate: KiB/s that the controller wants
 * @uuid_flags: as the peer sent them with its UUIDs
 */
struct drbd_peer_device_state {
	char resource[DRBD_NAME_SIZE];
	u32 volume;
	u32 minor;
	u32 peer_node_id;
	char conn_name[DRBD_CONN_NAME_SIZE];
	u32 repl;
	u32 disk;
	bool resync_susp_user;
	bool resync_susp_peer;
	bool resync_susp_dependency;
	bool resync_susp_max_parallel;
	bool intentional_diskless;
	u64 received;
	u64 sent;
	u32 pending;
	u32 unacked;
	u64 out_of_sync;
	u64 resync_failed;
	u64 bitmap_uuid;
	u32 flags;
	u64 rs_total;
	u64 ov_start_sector;
	u64 ov_stop_sector;
	u64 ov_position;
	u64 ov_left;
	u64 ov_skipped;
	u64 rs_same_csum;
	u64 rs_dt_start_ms;
	u64 rs_paused_ms;
	u64 rs_dt0_ms;
	u64 rs_db0_sectors;
	u64 rs_dt1_ms;
	u64 rs_db1_sectors;
	u32 rs_c_sync_rate;
	u64 uuid_flags;
};

/**
 * struct drbd_resource_dump - a resource, to show
 * @state: of it
 * @opts: its options
 */
struct drbd_resource_dump {
	struct drbd_resource_state state;
	struct drbd_res_opts opts;
};

/**
 * struct drbd_device_dump - a device, to show
 * @state: of it
 * @has_disk: the disk is Failed or better: @disk_conf counts
 * @disk_conf: options of the disk
 * @conf: options of the device
 */
struct drbd_device_dump {
	struct drbd_device_state state;
	bool has_disk;
	struct drbd_disk_conf disk_conf;
	struct drbd_device_conf conf;
};

/**
 * struct drbd_connection_dump - a connection, to show
 * @state: of it
 * @conf: its options; the dialects keep the secret from those who may not see it
 */
struct drbd_connection_dump {
	struct drbd_connection_state state;
	struct drbd_net_conf conf;
};

/**
 * struct drbd_peer_device_dump - a peer device, to show
 * @state: of it
 * @conf: its options
 */
struct drbd_peer_device_dump {
	struct drbd_peer_device_state state;
	struct drbd_peer_device_conf conf;
};

/**
 * struct drbd_snapshot - a resource with all that is in it at one time
 * @list: for its owner
 * @resource: the resource
 * @n_connections: how many there are
 * @connections: ordered by peer node id
 * @n_devices: how many there are
 * @devices: ordered by volume
 * @peer_devices: that of device d and connection c is number d * n_connections + c
 */
struct drbd_snapshot {
	struct list_head list;
	struct drbd_resource_state resource;
	unsigned int n_connections;
	struct drbd_connection_state *connections;
	unsigned int n_devices;
	struct drbd_device_state *devices;
	struct drbd_peer_device_state *peer_devices;
};

/* All zero but the numbers; NULL without memory. To be freed where it may sleep. */
struct drbd_snapshot *drbd_snapshot_alloc(unsigned int n_connections, unsigned int n_devices,
					  gfp_t gfp);
void drbd_snapshot_free(struct drbd_snapshot *snapshot);

/**
 * struct drbd_commands - what the engine does for user space
 * @resource_get: the resource of that name, referenced; or NULL
 * @resource_put: drops the reference
 * @resource_node_id: own node id
 * @device_get: the device with that minor, referenced; or NULL
 * @device_put: drops the reference
 * @device_resource: its resource, no reference
 * @device_volume: its volume number
 * @connection_get: to the peer with that node id, referenced; or NULL
 * @connection_put: drops the reference
 * @peer_device_get: the volume of the connection, referenced; or NULL
 * @peer_device_put: drops the reference
 * @peer_device_device: its device, no reference
 *
 * @new_resource: no object is given, the name is in @resource_name and unchecked
 * @del_resource: needs a resource
 * @resource_options: needs a resource
 * @rename_resource: needs a resource; the name is not empty, and else unchecked
 * @down: needs a resource
 * @primary: needs a resource
 * @secondary: needs a resource
 * @suspend_io: needs a device, acts on its resource; freeze file systems or not
 * @resume_io: needs a device, acts on its resource
 * @new_minor: needs a resource; @minor and @volume of &struct drbd_cmd say which
 *	(both unchecked), a device is given if that minor is in use
 * @del_minor: needs a device
 * @attach: needs a device
 * @detach: needs a device
 * @disk_options: needs a device
 * @resize: needs a device
 * @outdate: needs a device
 * @invalidate: needs a device
 * @new_current_uuid: needs a device
 * @new_peer: needs a resource and a peer node id; a connection is given if there
 *	is one already
 * @del_peer: needs a connection; by force or not
 * @connect: needs a connection
 * @disconnect: needs a connection; by force or not
 * @net_options: needs a connection
 * @forget_peer: needs a resource; the node id is not checked
 * @new_path: needs a connection
 * @del_path: needs a connection
 * @peer_device_options: needs a peer device
 * @invalidate_peer: needs a peer device; all blocks, or those in the bitmap
 * @pause_sync: needs a peer device
 * @resume_sync: needs a peer device
 * @start_verify: needs a peer device
 * @timeout_type: needs a peer device, sets &enum drbd_timeout_type
 *
 * @resource_next: the resource with the next name in the order of strcmp(),
 *	referenced; NULL after the last one
 * @resource_dump: fills in all; false if it was removed, then only the name
 * @device_dump: the device with the smallest volume > @after, which may be -1;
 *	false after the last one
 * @connection_dump: the connection with the smallest peer node id > @after
 * @peer_device_dump: the peer device that follows (@volume, @peer_node_id), these
 *	two may be -1; ordered by volume, then by peer node id
 * @snapshots: adds one of each resource to a list, with the list of resources and
 *	each resource's state locked; negative errno if it could not
 *
 * All from @new_resource to @timeout_type are commands. They return an &enum
 * drbd_ret, an &enum drbd_rv, or a negative errno below -29 (others collide with
 * &enum drbd_rv). Texts in the reply say why.
 *
 * Options are in the limits of &struct drbd_option, unless DRBD_OPTION_COMMAND
 * says that the command has to check that. What can only be given to create is
 * never given to change. A command that changes options applies the change with
 * drbd_options_change() to a copy of the current ones, under its lock.
 */
struct drbd_commands {
	struct drbd_resource *(*resource_get)(const char *name);
	void (*resource_put)(struct drbd_resource *resource);
	u32 (*resource_node_id)(struct drbd_resource *resource);
	struct drbd_device *(*device_get)(u32 minor);
	void (*device_put)(struct drbd_device *device);
	struct drbd_resource *(*device_resource)(struct drbd_device *device);
	u32 (*device_volume)(struct drbd_device *device);
	struct drbd_connection *(*connection_get)(struct drbd_resource *resource, u32 peer_node_id);
	void (*connection_put)(struct drbd_connection *connection);
	struct drbd_peer_device *(*peer_device_get)(struct drbd_connection *connection, u32 volume);
	void (*peer_device_put)(struct drbd_peer_device *peer_device);
	struct drbd_device *(*peer_device_device)(struct drbd_peer_device *peer_device);

	int (*new_resource)(struct drbd_cmd *cmd, const struct drbd_res_opts *opts);
	int (*del_resource)(struct drbd_cmd *cmd);
	int (*resource_options)(struct drbd_cmd *cmd, const struct drbd_option_change *change);
	int (*rename_resource)(struct drbd_cmd *cmd, const char *new_name);
	int (*down)(struct drbd_cmd *cmd);
	int (*primary)(struct drbd_cmd *cmd, bool force);
	int (*secondary)(struct drbd_cmd *cmd, bool force);
	int (*suspend_io)(struct drbd_cmd *cmd, bool freeze);
	int (*resume_io)(struct drbd_cmd *cmd);
	int (*new_minor)(struct drbd_cmd *cmd, const struct drbd_device_conf *conf);
	int (*del_minor)(struct drbd_cmd *cmd);
	int (*attach)(struct drbd_cmd *cmd, const struct drbd_disk_conf *conf);
	int (*detach)(struct drbd_cmd *cmd, const struct drbd_detach_parms *parms);
	int (*disk_options)(struct drbd_cmd *cmd, const struct drbd_option_change *change);
	int (*resize)(struct drbd_cmd *cmd, const struct drbd_resize_parms *parms);
	int (*outdate)(struct drbd_cmd *cmd);
	int (*invalidate)(struct drbd_cmd *cmd, const struct drbd_invalidate_parms *parms);
	int (*new_current_uuid)(struct drbd_cmd *cmd, const struct drbd_new_uuid_parms *parms);
	int (*new_peer)(struct drbd_cmd *cmd, const struct drbd_net_conf *conf);
	int (*del_peer)(struct drbd_cmd *cmd, bool force);
	int (*connect)(struct drbd_cmd *cmd, const struct drbd_connect_parms *parms);
	int (*disconnect)(struct drbd_cmd *cmd, bool force);
	int (*net_options)(struct drbd_cmd *cmd, const struct drbd_option_change *change);
	int (*forget_peer)(struct drbd_cmd *cmd, u32 peer_node_id);
	int (*new_path)(struct drbd_cmd *cmd, const struct drbd_path_ends *path);
	int (*del_path)(struct drbd_cmd *cmd, const struct drbd_path_ends *path);
	int (*peer_device_options)(struct drbd_cmd *cmd, const struct drbd_option_change *change);
	int (*invalidate_peer)(struct drbd_cmd *cmd, bool reset_bitmap);
	int (*pause_sync)(struct drbd_cmd *cmd);
	int (*resume_sync)(struct drbd_cmd *cmd);
	int (*start_verify)(struct drbd_cmd *cmd, const struct drbd_verify_parms *parms);
	int (*timeout_type)(struct drbd_cmd *cmd, u32 *type);

	struct drbd_resource *(*resource_next)(const char *after);
	bool (*resource_dump)(struct drbd_resource *resource, struct drbd_resource_dump *dump);
	bool (*device_dump)(struct drbd_resource *resource, s32 after,
			    struct drbd_device_dump *dump);
	bool (*connection_dump)(struct drbd_resource *resource, s32 after,
				struct drbd_connection_dump *dump);
	bool (*peer_device_dump)(struct drbd_resource *resource, s32 volume, s32 peer_node_id,
				 struct drbd_peer_device_dump *dump);
	int (*snapshots)(struct list_head *snapshots);
};

/**
 * enum drbd_event_object - what an event is about
 * @DRBD_EVENT_RESOURCE: &struct drbd_resource_state
 * @DRBD_EVENT_DEVICE: &struct drbd_device_state
 * @DRBD_EVENT_CONNECTION: &struct drbd_connection_state
 * @DRBD_EVENT_PEER_DEVICE: &struct drbd_peer_device_state
 * @DRBD_EVENT_PATH: &struct drbd_path_event
 * @DRBD_EVENT_HELPER: &struct drbd_helper_event
 */
enum drbd_event_object {
	DRBD_EVENT_RESOURCE,
	DRBD_EVENT_DEVICE,
	DRBD_EVENT_CONNECTION,
	DRBD_EVENT_PEER_DEVICE,
	DRBD_EVENT_PATH,
	DRBD_EVENT_HELPER,
};

/**
 * enum drbd_event_action - what happened
 * @DRBD_EVENT_EXISTS: nothing; only the dialects use it
 * @DRBD_EVENT_CREATE: there is a new object
 * @DRBD_EVENT_CHANGE: its state or statistics changed
 * @DRBD_EVENT_DESTROY: it is gone
 * @DRBD_EVENT_CALL: a helper is about to run
 * @DRBD_EVENT_RESPONSE: a helper has finished
 * @DRBD_EVENT_RENAME: a resource is about to get another name
 *
 * The numbers travel in messages of family drbd.
 */
enum drbd_event_action {
	DRBD_EVENT_EXISTS = 0,
	DRBD_EVENT_CREATE = 1,
	DRBD_EVENT_CHANGE = 2,
	DRBD_EVENT_DESTROY = 3,
	DRBD_EVENT_CALL = 4,
	DRBD_EVENT_RESPONSE = 5,
	DRBD_EVENT_RENAME = 6,
};

/**
 * struct drbd_path_event - what happened to a path
 * @resource: name of the resource
 * @peer_node_id: of the peer
 * @conn_name: name of the connection
 * @path: the path
 */
struct drbd_path_event {
	const char *resource;
	u32 peer_node_id;
	const char *conn_name;
	const struct drbd_path_state *path;
};

/**
 * struct drbd_helper_event - a helper
 * @name: the event that it handles
 * @status: wait status, 0 before
 * @resource: name of the resource
 * @minor: of the device it is called for, DRBD_UNSET if none
 * @volume: of that device, DRBD_UNSET if none
 * @peer_node_id: of the connection it is called for, DRBD_UNSET if none
 * @conn_name: name of that connection, NULL if none
 */
struct drbd_helper_event {
	const char *name;
	u32 status;
	const char *resource;
	u32 minor;
	u32 volume;
	u32 peer_node_id;
	const char *conn_name;
};

/**
 * struct drbd_event - something to tell listeners
 * @object: what it is about
 * @action: what happened
 * @resource: for DRBD_EVENT_RESOURCE
 * @device: for DRBD_EVENT_DEVICE
 * @connection: for DRBD_EVENT_CONNECTION
 * @peer_device: for DRBD_EVENT_PEER_DEVICE
 * @path: for DRBD_EVENT_PATH
 * @helper: for DRBD_EVENT_HELPER
 * @new_name: for DRBD_EVENT_RENAME; @resource has the old one
 *
 * For DRBD_EVENT_DESTROY and DRBD_EVENT_RENAME the state does not matter.
 */
struct drbd_event {
	enum drbd_event_object object;
	enum drbd_event_action action;
	union {
		const struct drbd_resource_state *resource;
		const struct drbd_device_state *device;
		const struct drbd_connection_state *connection;
		const struct drbd_peer_device_state *peer_device;
		const struct drbd_path_event *path;
		const struct drbd_helper_event *helper;
	};
	const char *new_name;
};

/* Sends events that belong together: listeners see all of them as one change.
 * May sleep, allocates with GFP_NOIO, and never fails: a message for which there
 * is no memory is missing in the sequence of numbers. The caller brings events
 * into the order in which the changes were committed.
 */
void drbd_nl_notify(const struct drbd_event *events, unsigned int count);

/* Sends as one change what differs between two snapshots of a resource with the
 * same connections and devices; statistics do not count.
 */
void drbd_nl_notify_change(const struct drbd_snapshot *old, const struct drbd_snapshot *new);

/* Dialects that can be offered; those of family drbd exclude each other. */
#define DRBD_NL_DRBD2		BIT(0)
#define DRBD_NL_DRBD_V2		BIT(1)	/* drbd-utils 9 */
#define DRBD_NL_DRBD_V1		BIT(2)	/* drbd-utils 8.4; not there yet */

/* When this returns, user space can send commands. Unregistering waits for all
 * calls of the table that run; none follows. There is one engine at a time.
 */
int drbd_nl_register(const struct drbd_commands *commands, unsigned int dialects);
void drbd_nl_unregister(void);

#endif
