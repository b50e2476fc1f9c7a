/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cluster made of the core: what its parts share
 *
 * Two to seven nodes, each a miniature of the real engine, run against each other
 * in one program. A node decides nothing itself: it asks the core and does what the
 * core says. Around the nodes are a network, disks, applications and an admin, all
 * of them driven by one seeded generator, so that each run can be repeated. One step
 * is one event - a packet delivered, a timer, a work item, a disk completion, or
 * something from outside -, and after each step the invariants of spec/state.md 12
 * are checked.
 *
 * Parts, by file: sim_world, sim_net, sim_disk, sim_app, sim_plan, sim_check, sim_rest
 * and sim_shrink are the world; sim_state, sim_node, sim_uuid, sim_conn, sim_2pc and
 * sim_admin the control side of a node; its data side is in the files that sim_data.h
 * lists.
 *
 * Nothing here is thread-safe; all runs in one thread.
 */
#ifndef DRBD_TESTS_SIM_H
#define DRBD_TESTS_SIM_H

#include <linux/string.h>
#include <linux/types.h>

#include "../core/bitmap.h"
#include "../core/meta_sb.h"
#include "../core/promote.h"
#include "../core/quorum.h"
#include "../core/state.h"
#include "../core/state_effects.h"
#include "../core/twopc.h"
#include "../core/types.h"
#include "../core/uuid.h"
#include "../core/uuid_diskless.h"
#include "../core/uuid_finish.h"
#include "../core/uuid_handshake.h"
#include "../core/uuid_need.h"
#include "../core/wire_packets.h"
#include "../core/wire_table.h"

#define SIM_NODES	7
#define SIM_PEERS	(SIM_NODES - 1)
#define SIM_VOLUMES	1

/* A block is what a bit of the bitmap stands for, and the unit of requests: 1 MiB,
 * the largest that metadata allows, so that an extent of the activity log (4 MiB) is
 * only SIM_EXTENT_BLOCKS of them, and nothing of the core has to be scaled.
 */
#define SIM_BLOCKS		32
#define SIM_BLOCK_SHIFT		20
#define SIM_BLOCK_SECT		(1U << (SIM_BLOCK_SHIFT - DRBD_SECTOR_SHIFT))
#define SIM_EXTENT_BLOCKS	4
#define SIM_EXTENTS		(SIM_BLOCKS / SIM_EXTENT_BLOCKS)
#define SIM_CAPACITY		((u64)SIM_BLOCKS * SIM_BLOCK_SECT)

/* Metadata of a disk: superblock, ring of the activity log, pages of the bitmap. */
#define SIM_AL_BLOCKS		DRBD_AL_BLOCKS_MIN
#define SIM_AL_SLOTS		7
#define SIM_BM_SLOTS		SIM_PEERS

/* Feature flags: all that the core knows of. */
#define SIM_PROTOCOL		DRBD_PROTO_9_MAX

struct sim;
struct sim_node;
struct sim_net;		/* sim_net.c */
struct sim_disk;	/* sim_disk.c */
struct sim_apps;	/* sim_app.c */
struct sim_checks;	/* sim_check.c */
struct sim_world;	/* sim_world.c */
struct sim_data;	/* data side of a node, sim_data.h */

/* Streams of a connection. */
enum sim_stream {
	SIM_DATA,
	SIM_CONTROL,
	SIM_STREAMS,
};

/**
 * struct sim_code - body of a P_COMPRESSED_BITMAP
 * @size: in bytes
 * @byte: them
 */
struct sim_code {
	u8 size;
	u8 byte[120];
};

/**
 * struct sim_msg - a packet, as decoded as the receiver gets it
 * @next: index of the following one in its stream, for sim_net.c
 * @cmd: &enum drbd_wire_number
 * @vnr: volume, or DRBD_NO_VOLUME
 * @stream: which
 * @node: node id, where @cmd has one that the members below have not
 * @at: time when it was sent
 * @held: it was presented to the receiver once, which could not take it then
 * @body: all packets but those below
 * @twopc: P_TWOPC_*
 * @uuids: P_UUIDS110, P_CURRENT_UUID (current_uuid and node_mask only)
 * @words: P_BITMAP: words of a slot
 * @code: P_COMPRESSED_BITMAP
 * @content: contents of the first block of data
 */
struct sim_msg {
	u16 next;
	u16 cmd;
	s16 vnr;
	u8 stream;
	s8 node;
	bool held;
	u64 at;
	u32 content;
	union {
		union drbd_wire_body body;
		struct drbd_twopc_msg twopc;
		struct drbd_peer_uuids uuids;
		u32 words[(SIM_BLOCKS + 31) / 32];
		struct sim_code code;
	};
};

/* What timers of a node are for. Peer timers are SIM_T_x + node id of the peer. */
enum sim_timer {
	SIM_T_TWOPC_MAIN,	/* core/twopc: bounds the transaction */
	SIM_T_TWOPC_READERS,	/* core/twopc: wait for readers */
	SIM_T_TWOPC_DEFER,	/* a PREPARE that was deferred is presented again */
	SIM_T_ADMIN,		/* the admin command waits */
	SIM_T_EMPTY,		/* back-off of an empty transaction */
	SIM_T_DATA,		/* data side of the node: turn of a resync */
	SIM_T_PEER_ACK,		/* data side of the node */
	SIM_T_ASK,		/* ask for a resync that nobody started */
	SIM_T_CONNECT,		/* + peer: try (again) to connect */
	SIM_T_PING = SIM_T_CONNECT + SIM_NODES, /* + peer: ping unanswered */
	SIM_TIMERS = SIM_T_PING + SIM_NODES,
};

#define SIM_NEVER	U64_MAX

/* Commands of the admin. */
enum sim_cmd {
	SIM_CMD_PROMOTE,
	SIM_CMD_PROMOTE_FORCE,
	SIM_CMD_DEMOTE,
	SIM_CMD_DEMOTE_FORCE,
	SIM_CMD_CONNECT,	/* peer */
	SIM_CMD_DISCONNECT,	/* peer */
	SIM_CMD_DISCONNECT_FORCE,
	SIM_CMD_CONNECT_DISCARD,/* peer, with --discard-my-data */
	SIM_CMD_ATTACH,
	SIM_CMD_DETACH,
	SIM_CMD_DETACH_FORCE,
	SIM_CMD_INVALIDATE,	/* full sync from some peer: StartingSyncT; peer */
	SIM_CMD_INVALIDATE_REMOTE, /* peer: StartingSyncS */
	SIM_CMD_OUTDATE,
	SIM_CMD_SUSPEND_IO,
	SIM_CMD_RESUME_IO,
	SIM_CMD_PAUSE_SYNC,	/* peer */
	SIM_CMD_RESUME_SYNC,	/* peer */
	SIM_CMD_VERIFY,		/* peer */
	SIM_CMDS,
};

/**
 * struct sim_config - what a run is configured to be
 * @nodes: number of nodes, 2 to SIM_NODES
 * @links: for each node, mask of the peers that it is configured for; symmetric
 * @diskless: mask of nodes that are intentionally diskless
 * @quorum: options quorum and quorum-minimum-redundancy
 * @suspend_on_no_quorum: option on-no-quorum is suspend-io
 * @suspend_on_no_data: option on-no-data-accessible is suspend-io
 * @two_primaries: option allow-two-primaries, of all connections
 * @protocol: 'A', 'B' or 'C', of all connections
 * @asb: after-sb-0pri, -1pri, -2pri
 * @rr_conflict: option rr-conflict
 * @fencing: option fencing, of all connections
 * @force_secondary: on-suspended-primary-outdated is force-secondary
 * @initial_sync: disks start equal and UpToDate with the same UUID, as after
 *	--clear-bitmap; else as just created
 */
struct sim_config {
	int nodes;
	u8 links[SIM_NODES];
	u8 diskless;
	struct drbd_quorum_options quorum;
	bool suspend_on_no_quorum;
	bool suspend_on_no_data;
	bool two_primaries;
	char protocol;
	enum drbd_asb asb[3];
	enum drbd_asb rr_conflict;
	enum drbd_fencing fencing;
	bool force_secondary;
	bool initial_sync;
};

/* How far a handshake with a peer is, as this end sees it. */
enum sim_link {
	SIM_LINK_NONE,		/* no transport, nobody works on one */
	SIM_LINK_OPENING,	/* sim_net_open() was called, nothing heard so far */
	SIM_LINK_UP,		/* sim_conn_up() was called: streams work */
};

/**
 * struct sim_peer - what a node has for each of its peers, besides the state vector
 * @link: transport
 * @discard: this connect is with discard-my-data
 * @uuids: what the peer told last, for @uuids_valid
 * @uuids_valid: @uuids has been received
 * @comm: what the peer was told last
 * @comm_valid: @comm is valid
 * @got_uuids: handshake: UUIDs are there
 * @got_state: handshake: the first P_STATE is there
 * @state: the last P_STATE
 * @last_conn: conn field of the last P_STATE
 * @hs: handshake, for the automaton
 * @hs_result: what the UUIDs came to, for @hs_connect
 * @hs_connect: @hs_result is to be applied by the COMMIT
 * @hs_disk: disk of the peer, to be applied
 * @hs_resync_susp_peer: to be applied
 * @hs_outdate: own disk becomes Outdated with the COMMIT
 * @quorate: the last P_STATE had the quorum bit
 * @want_connect: a connect transaction is due
 * @lost: sent/received names of lost Primaries
 * @asked: it was asked whether it is there, since another node took it for lost
 * @answered: it is there
 * @notified: lost Primaries that it was told about in return
 * @detect_due: it is connected, look for resyncs that ended elsewhere
 * @missed: drbd_uuid_detect_missed() for the handshake
 * @reconnect: there was a connection to this peer before, since the boot
 * @comm_disk: own disk that the peer was told last
 * @teardown: the receiver has to clean up
 * @draining: sim_data_conn_stop() was called for it
 * @consider_resync: compare UUIDs when its state arrives
 * @attach_untold: an attach began here or there, and no UUIDs were sent since
 * @settled: it was told that this node got stable, with bits set towards it
 * @told_stable: UUIDs that it was told when this node got stable, which it answers to
 * @told_self: for @told_stable, what was told as the current UUID
 * @told_flags: for @told_stable, DRBD_UUID_FLAG_*; 0 if there is nothing to answer
 * @survivor: this node gets what it missed of the lost Primary @survivor_lost
 * @survivor_lost: its node id
 * @survivor_dagtag: up to this position
 */
struct sim_peer {
	enum sim_link link;
	bool discard;
	struct drbd_peer_uuids uuids;
	bool uuids_valid;
	struct drbd_uuid_comm comm;
	bool comm_valid;
	bool got_uuids;
	bool got_state;
	struct drbd_wire_state state;
	u8 last_conn;
	struct drbd_twopc_handshake hs;
	struct drbd_handshake_result hs_result;
	bool hs_connect;
	enum drbd_disk hs_disk;
	bool hs_resync_susp_peer;
	bool hs_outdate;
	bool quorate;
	bool want_connect;
	struct drbd_lost_primary lost;
	bool asked;
	bool answered;
	u64 notified;
	bool detect_due;
	enum drbd_missed_end missed;
	bool reconnect;
	enum drbd_disk comm_disk;
	bool teardown;
	bool draining;
	bool consider_resync;
	bool attach_untold;
	bool settled;
	struct drbd_uuids told_stable;
	u64 told_self;
	u64 told_flags;
	bool survivor;
	int survivor_lost;
	u64 survivor_dagtag;
};

/**
 * struct sim_vol - what a node has for each volume, besides the state vector
 * @attached: the metadata was read, the disk may be used
 * @ids: UUIDs
 * @exposed: of a diskless node
 * @md: the superblock, as it is, or is to be, on disk
 * @md_dirty: it has to be written
 * @intentional_diskless: configured without a disk
 * @disk_refs: work items that hold the disk
 * @exposed_later: to be exposed when the two-phase commit ends, 0 for none
 * @resync_start: current UUID when the resync as target began
 * @outdated_peers: peers that sim_uuid_resync_finished() found Outdated; for the
 *	change that ends the resync
 * @again: by node id, state to enter when the resync with that peer ends, or 0
 * @outdated: the admin outdated the disk
 * @asked: how often it asked for a resync that nobody started
 */
struct sim_vol {
	bool attached;
	struct drbd_uuids ids;
	struct drbd_exposed exposed;
	struct drbd_sb md;
	bool md_dirty;
	bool intentional_diskless;
	unsigned int disk_refs;
	u64 exposed_later;
	u64 resync_start;
	u64 outdated_peers;
	u8 again[SIM_NODES];
	bool outdated;
	unsigned int asked;
};

/**
 * struct sim_work - a committed change, for the worker
 * @s: old and new copies of that change
 * @conn: for @s
 * @dev: for @s
 * @pd: for @s
 * @flags: DRBD_CHG_*
 */
struct sim_work {
	struct drbd_state s;
	struct drbd_state_conn conn[SIM_PEERS];
	struct drbd_state_dev dev[SIM_VOLUMES];
	struct drbd_state_pd pd[SIM_PEERS * SIM_VOLUMES];
	unsigned int flags;
};

#define SIM_WORKS	64
#define SIM_EFFECTS	DRBD_EFFECTS_MAX(SIM_VOLUMES, SIM_PEERS)
#define SIM_ACTS	4
#define SIM_STAGED	160

/* Who has the state mutex, and runs a cluster-wide change. */
enum sim_change {
	SIM_CHG_NONE,
	SIM_CHG_ADMIN,
	SIM_CHG_CONNECT,	/* of the peer in twopc_peer */
	SIM_CHG_LOST_PEER,
	SIM_CHG_RESUME,
};

/**
 * struct sim_node - a node
 * @sim: the world
 * @id: node id
 * @up: it runs; nothing else but @boots counts if not
 * @boots: how often it was booted
 * @s: state vector; connection i is to node i, or i + 1 from its own id on
 * @conn: for @s
 * @dev: for @s
 * @pd: for @s
 * @peer: by node id
 * @vol: by volume
 * @tp: two-phase commits
 * @mutex: owner of the state mutex
 * @twopc_peer: for SIM_CHG_CONNECT
 * @twopc_req: the request of the running own transaction
 * @empty_due: the lost-peer transaction is scheduled
 * @resume_due: the primary-resume transaction is scheduled
 * @attempt: for the empty transactions
 * @outdate_on_commit: volumes to outdate with the running transaction
 * @work: queue of the worker
 * @work_first: index of the first one in @work
 * @work_count: number of them
 * @cmd: the admin's command, SIM_CMDS for none
 * @cmd_peer: its peer
 * @cmd_role: for changes of the role
 * @cmd_step: how far it is
 * @cmd_rv: result of its last try
 * @cmd_deadline: when it gives up
 * @try_up_to_date: promotion waits for Consistent disks to settle
 * @dagtag: last dagtag of own writes
 * @peer_dagtag: last dagtag seen of other nodes' writes
 * @timer: when timers expire, by &enum sim_timer; SIM_NEVER if they do not
 * @disk: by volume, see sim_disk.c
 * @data: data side
 * @writers: applications that have it open for writing
 * @readers: the same, read-only
 * @index: by node id, index of the connection in @s, -1 if not configured
 * @effects: of the first work item
 * @effects_count: number of them, 0 if they were not listed yet
 * @effects_done: how many were done already
 * @staged: buffers for effects of a change that is being made
 * @staging: how many of these are in use
 * @acts: buffers for actions of @tp
 * @acts_used: how many of these
 * @timer_tid: transactions that timers of @tp are for
 */
struct sim_node {
	struct sim *sim;
	int id;
	bool up;
	u32 boots;
	struct drbd_state s;
	struct drbd_state_conn conn[SIM_PEERS];
	struct drbd_state_dev dev[SIM_VOLUMES];
	struct drbd_state_pd pd[SIM_PEERS * SIM_VOLUMES];
	struct sim_peer peer[SIM_NODES];
	struct sim_vol vol[SIM_VOLUMES];
	struct drbd_twopc tp;
	enum sim_change mutex;
	int twopc_peer;
	struct drbd_twopc_request twopc_req;
	bool empty_due;
	bool resume_due;
	unsigned int attempt;
	u32 outdate_on_commit;
	struct sim_work work[SIM_WORKS];
	unsigned int work_first;
	unsigned int work_count;
	enum sim_cmd cmd;
	int cmd_peer;
	struct drbd_role_change cmd_role;
	unsigned int cmd_step;
	enum drbd_rv cmd_rv;
	u64 cmd_deadline;
	bool try_up_to_date;
	u64 dagtag;
	u64 peer_dagtag[SIM_NODES];
	u64 timer[SIM_TIMERS];
	struct sim_disk *disk[SIM_VOLUMES];
	struct sim_data *data;
	unsigned int writers;
	unsigned int readers;
	s8 index[SIM_NODES];
	struct drbd_effect effects[SIM_EFFECTS];
	unsigned int effects_count;
	unsigned int effects_done;
	struct drbd_effect staged[SIM_ACTS][SIM_STAGED];
	unsigned int staging;
	struct drbd_twopc_actions acts[SIM_ACTS];
	unsigned int acts_used;
	u32 timer_tid[2];
};

/**
 * struct sim - the world
 * @cfg: configuration
 * @seed: of the run
 * @rnd: the one generator of a run; not struct rnd_state, whose numbers differ
 *	between the kernel and the program
 * @now: clock, in ms
 * @step: number of the event
 * @node: the first cfg.nodes are in use
 * @net: network
 * @apps: applications, their oracle, and the admin
 * @checks: invariants
 * @world: scheduler and trace
 * @failed: an invariant does not hold; the run is over
 * @why: which, and where
 * @moves: scratch
 * @quiet: no more events from outside: the run is to come to rest
 * @verbose: print the trace as it happens
 */
struct sim {
	struct sim_config cfg;
	u64 seed;
	u64 rnd;
	u64 now;
	u32 step;
	struct sim_node node[SIM_NODES];
	struct sim_net *net;
	struct sim_apps *apps;
	struct sim_checks *checks;
	struct drbd_uuid_moves moves;
	struct sim_world *world;
	bool failed;
	char why[256];
	bool quiet;
	bool verbose;
};

/* ---- world, to be called by all ---- */

u32 sim_rand(struct sim *sim, u32 below);		/* 0 to below - 1 */
u64 sim_rand64(struct sim *sim);
__printf(2, 3) void sim_fail(struct sim *sim, const char *fmt, ...);
__printf(2, 3) void sim_trace(struct sim *sim, const char *fmt, ...);
void sim_timer_set(struct sim_node *n, unsigned int timer, u32 ms);	/* from now on */
void sim_timer_stop(struct sim_node *n, unsigned int timer);

/* ---- world: network ----
 *
 * sim_net_open(): this end wants the transport. When both ends want it, and the
 * network lets them, each gets sim_conn_up(). sim_net_close(): this end closes it:
 * what it sent and was not delivered may still be; nothing more is delivered to this
 * end. The other end gets sim_conn_down() behind the last packet. When the network
 * cuts a link, each end gets its sim_conn_down() some time.
 */
void sim_net_open(struct sim_node *n, int peer);
void sim_net_close(struct sim_node *n, int peer);
struct sim_msg *sim_msg(struct sim_node *n, u16 cmd, s16 vnr); /* body zeroed */
bool sim_send(struct sim_node *n, int peer, enum sim_stream stream, struct sim_msg *msg);
		/* takes msg; false if this end has no transport (any more) */
void sim_net_release(struct sim_node *n);	/* something changed: offer held packets */

/* ---- world: disks ----
 *
 * Metadata is written at once and durably: the engine waits for it, always. Data
 * is submitted, and completes by an event, sim_data_disk_done(). A disk that failed
 * completes with error; sim_disk_md_* return -EIO then.
 */
int sim_disk_md_read(struct sim_node *n, int v, struct drbd_sb *sb);
int sim_disk_md_write(struct sim_node *n, int v, const struct drbd_sb *sb);
void *sim_disk_al(struct sim_node *n, int v);	/* SIM_AL_BLOCKS of 4 KiB, durable */
void *sim_disk_bm(struct sim_node *n, int v);	/* one page of 4 KiB, durable */
void sim_disk_read(struct sim_node *n, int v, u32 block, u64 cookie);
void sim_disk_write(struct sim_node *n, int v, u32 block, u32 content, bool fua, u64 cookie);
void sim_disk_flush(struct sim_node *n, int v, u64 cookie);
u32 sim_disk_peek(struct sim_node *n, int v, u32 block);  /* for checks: with the cache */

/* ---- world: applications ----
 * A write has a content that no other write has; 0 is what disks have at first.
 */
void sim_app_write_done(struct sim_node *n, u32 content, int error);
void sim_app_read_done(struct sim_node *n, u64 cookie, u32 block, u32 content, int error);
void sim_app_flush_done(struct sim_node *n, u64 cookie, int error);
void sim_app_cmd_done(struct sim_node *n, enum sim_cmd cmd, enum drbd_rv rv);

/* A transaction of the activity log was written: like all writes of metadata with
 * a preflush, so that data that was complete before is not volatile any more.
 */
void sim_disk_al_written(struct sim_node *n, int v);

/* ---- world: what checks have to be told ---- */

void sim_check_new_uuid(struct sim_node *n, int v, u64 old, u64 uuid); /* a generation began */
void sim_check_applied(struct sim_node *n, int initiator, u32 tid, u32 mask, u32 value);
		/* COMMIT was applied; mask and value in the view of the initiator */

/* ---- control side of a node, called by the world ---- */

void sim_node_init(struct sim_node *n);		/* start of a run: metadata is made, not booted */
void sim_node_boot(struct sim_node *n);		/* read metadata, attach, connect */
void sim_node_crash(struct sim_node *n);	/* all but the disks is gone */
bool sim_node_deliver(struct sim_node *n, int from, struct sim_msg *msg);
		/* false: the stream stands still until something happens on this node */
void sim_conn_up(struct sim_node *n, int peer);
void sim_conn_down(struct sim_node *n, int peer, enum drbd_cstate why);
void sim_node_timer(struct sim_node *n, unsigned int timer);	/* expired */
void sim_node_work(struct sim_node *n);		/* does the first work item; if work_count */
bool sim_node_admin(struct sim_node *n, enum sim_cmd cmd, int peer); /* false: not now */
bool sim_node_idle(const struct sim_node *n);	/* nothing to do, no 2PC; for liveness */

/* ---- control side, called by the data side ---- */

/* A local state change: sim_change_begin(n), modify n->s.new, conn->new, ...; then
 * sim_change_end() sanitises, validates, commits, and does the immediate effects;
 * effects for the worker are queued. flags: DRBD_CHG_*.
 */
void sim_change_begin(struct sim_node *n);
enum drbd_rv sim_change_end(struct sim_node *n, unsigned int flags);
void sim_uuid_env(struct sim_node *n, int v, struct drbd_uuid_env *env);
bool sim_node_want_uuid(struct sim_node *n, int v);
		/* a write needs a new UUID first: make it, if that is possible now */
void sim_uuid_resync_finished(struct sim_node *n, int v, int source); /* target */
void sim_uuid_clear_slot(struct sim_node *n, int v, int peer);	/* source, or no resync */
void sim_uuid_check_sources(struct sim_node *n, int v);
void sim_uuid_start_target(struct sim_node *n, int v, int source);
		/* SyncTarget or PausedSyncT was entered, before anything is requested */
void sim_uuid_connected(struct sim_node *n);
bool sim_uuid_held(struct sim_node *n, int v); /* a handshake runs: UUIDs must not change */
void sim_md_dirty(struct sim_node *n, int v);
void sim_md_sync(struct sim_node *n, int v);
void sim_send_uuids(struct sim_node *n, int peer, int v, u64 flags);
void sim_send_state(struct sim_node *n, int peer, int v);
void sim_disk_error(struct sim_node *n, int v, bool write);	/* local I/O failed */
void sim_conn_lose(struct sim_node *n, int peer, enum drbd_cstate why); /* HARD */

static inline unsigned int sim_conn_index(const struct sim_node *n, int peer)
{
	return n->index[peer];	/* configured peers only */
}

static inline struct drbd_state_conn *sim_conn(struct sim_node *n, int peer)
{
	return &n->conn[sim_conn_index(n, peer)];
}

static inline struct drbd_state_pd *sim_pd(struct sim_node *n, int v, int peer)
{
	return &n->pd[v * n->s.nconn + sim_conn_index(n, peer)];
}

static inline bool sim_configured(const struct sim_node *n, int peer)
{
	return n->sim->cfg.links[n->id] >> peer & 1;
}

/* ---- between the parts of the control side ---- */

bool sim_uuid_untold(struct sim_node *n, int v);
void sim_uuid_will_tell(struct sim_node *n, int peer, int v);
void sim_forced_uuid(struct sim_node *n, int v);
bool sim_new_uuid(struct sim_node *n, int v);	/* false: held, try again later */
void sim_got_uuids(struct sim_node *n, int from, int v, struct sim_msg *msg);
void sim_uuid_event(struct sim_node *n, int v, enum drbd_need_event event);
void sim_resync_compare(struct sim_node *n, int v, int primary);
bool sim_uuid_may_ask(struct sim_node *n, int v);
void sim_uuid_ask(struct sim_node *n, int v);
void sim_handshake_state(struct sim_node *n, int from, int v, const struct drbd_wire_state *st);
void sim_apply_handshake_bitmap(struct sim_node *n, int peer, int v,
				const struct drbd_handshake_result *r);
void sim_compare_setup(struct sim_node *n, int peer, int v, struct drbd_handshake *h);
bool sim_compare_now(struct sim_node *n, int peer, int v, enum drbd_compare_kind kind);
u64 sim_own_uuid_flags(struct sim_node *n, int v, int peer);
void sim_send_initial(struct sim_node *n, int peer);
void sim_handshake_reset(struct sim_node *n, int peer);
void sim_handshake_release(struct sim_node *n, int peer);
void sim_got_state(struct sim_node *n, int from, struct sim_msg *msg);
bool sim_got_peer_dagtag(struct sim_node *n, int from, struct sim_msg *msg);
void sim_peer_answered(struct sim_node *n, int peer);
void sim_send_peer_dagtag(struct sim_node *n, int peer, int lost);
void sim_survivor_synced(struct sim_node *n, int peer);	/* target: the resync ended */
void sim_conn_timer(struct sim_node *n, int peer);
void sim_connect_done(struct sim_node *n, int peer, enum drbd_rv rv);
void sim_conn_modify(struct sim_node *n, int peer, bool apply);
void sim_own_modify(struct sim_node *n, enum sim_change kind, bool apply);
unsigned int sim_own_flags(struct sim_node *n, enum sim_change kind);
enum drbd_rv sim_change_check(struct sim_node *n, unsigned int flags);
void sim_2pc_env(struct sim_node *n, struct drbd_twopc_env *env);
void sim_2pc_start(struct sim_node *n, enum sim_change kind, int peer);
bool sim_2pc_packet(struct sim_node *n, int from, struct sim_msg *msg);
void sim_2pc_timer(struct sim_node *n, unsigned int timer);
void sim_2pc_lost(struct sim_node *n, int peer);
void sim_2pc_shaken(struct sim_node *n, int peer);
void sim_2pc_readers(struct sim_node *n);	/* one left: check again */
void sim_admin_result(struct sim_node *n, enum drbd_rv rv, u32 ms);
void sim_admin_poke(struct sim_node *n);	/* state changed */
void sim_admin_timer(struct sim_node *n);
void sim_attach_begin(struct sim_node *n, int v);
void sim_poll(struct sim_node *n);		/* at the end of each event of the node */

/* ---- data side of a node, called by the control side and by the world ---- */

struct sim_data *sim_data_new(struct sim_node *n);	/* once; kvzalloc */
void sim_data_free(struct sim_data *data);
void sim_data_reset(struct sim_node *n);	/* boot or crash: forget everything in memory */
void sim_data_attach(struct sim_node *n, int v, bool crashed_primary);
		/* metadata was read: load the bitmap, replay the activity log into it */
void sim_data_detach(struct sim_node *n, int v);	/* the disk is gone now */
bool sim_data_deliver(struct sim_node *n, int from, struct sim_msg *msg);
		/* as sim_node_deliver(), packets that the control side does not know */
void sim_data_stage(struct sim_node *n, const struct drbd_effect *e);
		/* effect of drbd_state_stage(), before publish: n->s has old and new */
void sim_data_effect(struct sim_node *n, const struct drbd_effect *e,
		     const struct drbd_state *snap);	/* effect for the worker */
void sim_data_published(struct sim_node *n);	/* after each publish: waiters look again */
void sim_data_conn_stop(struct sim_node *n, int peer);
		/* teardown begins: abort resync activity, drop what is queued for sending */
bool sim_data_conn_drained(struct sim_node *n, int peer); /* no peer requests in flight */
void sim_data_conn_lost(struct sim_node *n, int peer);
		/* teardown, drained, a new UUID was made if needed: walk the log, reset
		 * epochs; a lost Primary's unacknowledged writes become bits
		 */
void sim_data_conn_up(struct sim_node *n, int peer); /* Connected, before anything is sent */
u32 sim_data_close_epoch(struct sim_node *n);	/* number of the next one */
bool sim_data_disk_busy(struct sim_node *n, int v); /* local I/O in flight */
bool sim_data_unfinished(struct sim_node *n, int v); /* application writes not complete */
void sim_data_disk_done(struct sim_node *n, int v, u64 cookie, u32 content, int error);
void sim_data_timer(struct sim_node *n, unsigned int timer);
void sim_data_write(struct sim_node *n, int v, u32 block, u32 content, bool flush, bool fua);
void sim_data_read(struct sim_node *n, int v, u32 block, u64 cookie);
void sim_data_flush(struct sim_node *n, int v, u64 cookie);
u64 sim_data_oos(struct sim_node *n, int v, int peer);		/* weight towards peer */
bool sim_data_bit(struct sim_node *n, int v, int peer, u32 block); /* for checks */
void sim_data_bitmap_todo(struct sim_node *n, int v, int peer,
			  const struct drbd_bitmap_todo *todo);	/* the bits of it */
void sim_data_bm_moves(struct sim_node *n, int v, const struct drbd_uuid_moves *moves);
void sim_data_bm_clear(struct sim_node *n, int v, int peer);
u64 sim_data_partial(struct sim_node *n, int v);	/* drbd_handshake.partial */
bool sim_data_peer_requests(struct sim_node *n);	/* for drbd_state.peer_requests */
void sim_data_write_bitmap(struct sim_node *n);	/* whole, now: a neighbour demotes */
void sim_data_source_over(struct sim_node *n, int v, int peer, enum drbd_disk reported);
		/* the target reported the end: drbd_resync_learn() said FINISH */
bool sim_data_finishing(struct sim_node *n, int peer);
void sim_data_source_remember(struct sim_node *n, int v, int peer, enum drbd_disk reported);
void sim_data_state_seen(struct sim_node *n, int v, int peer,
			 const struct drbd_wire_state *state);	/* P_STATE was handled */
bool sim_data_can_replay(struct sim_node *n, int peer);
		/* writes wait, frozen, for this peer, and none was given up */
bool sim_data_missed(struct sim_node *n, int peer);
		/* a write is in flight that the peer missed, and that cannot be sent again */
bool sim_data_crash_owed(struct sim_node *n, int peer);
		/* this node crashed as a Primary, and the peer may differ since */
u64 sim_data_owed(struct sim_node *n);
bool sim_data_orphaned(struct sim_node *n, int peer);
bool sim_data_synced(struct sim_node *n, int peer);
		/* a resync made this node UpToDate since the peer was there */
bool sim_data_idle(const struct sim_node *n);
u64 sim_data_resync_unstable(struct sim_node *n, int v); /* mask of sources */
void sim_data_mark_unstable(struct sim_node *n, int v, int source);

/* ---- world: checks, called by the control side ---- */

void sim_check_compared(struct sim_node *n, int peer, int v, const struct drbd_handshake *h,
			const struct drbd_handshake_result *r);	/* split brain is true? */

/* ---- world: runs ---- */

void sim_config_random(struct sim_config *cfg, u64 seed);
struct sim *sim_new(void);
void sim_free(struct sim *sim);
void sim_run(struct sim *sim, u64 seed);	/* sets failed and why */

#endif
