/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Data side of a simulated node: what its files share
 *
 * sim_data.c has intervals and the loop that does what can be done; sim_bitmap.c
 * bitmap and activity log; sim_write.c application requests; sim_sender.c the senders
 * and what answers them; sim_peer.c writes that peers sent; sim_start.c how a resync
 * starts, sim_rs.c its requests in both directions, sim_in_sync.c what third nodes
 * learn of it, sim_resync.c its turns and its end; sim_verify.c online verify;
 * sim_read.c reads.
 *
 * There is one volume. A request is one block.
 */
#ifndef DRBD_TESTS_SIM_DATA_H
#define DRBD_TESTS_SIM_DATA_H

#include <linux/errno.h>
#include <linux/list.h>

#include "../core/actlog.h"
#include "../core/admission.h"
#include "../core/bitmap.h"
#include "../core/bitmap_xfer.h"
#include "../core/conflict.h"
#include "../core/dagtag.h"
#include "../core/epoch.h"
#include "../core/epoch_receive.h"
#include "../core/flush_request.h"
#include "../core/peer_request.h"
#include "../core/peers_in_sync.h"
#include "../core/read_path.h"
#include "../core/request.h"
#include "../core/resync_finish.h"
#include "../core/resync_flow.h"
#include "../core/resync_order.h"
#include "../core/resync_request.h"
#include "../core/resync_start.h"
#include "../core/verify.h"
#include "sim.h"

#define SIM_BIOS	48
#define SIM_REQS	64
#define SIM_PREQS	96
#define SIM_RSS		64
#define SIM_OVS		32
#define SIM_EPOCHS	8
#define SIM_BLOCK_BYTES	(SIM_BLOCK_SECT << DRBD_SECTOR_SHIFT)
#define SIM_IO_DEPTH	8

/* What a cookie of disk I/O is for; the low bits are an index. */
enum sim_io {
	SIM_IO_REQ,		/* write or read of an own request */
	SIM_IO_REQ_FLUSH,	/* its flush: an empty one, or before the write */
	SIM_IO_PREQ,		/* write of a peer */
	SIM_IO_PREQ_FLUSH,	/* flush before it */
	SIM_IO_EPOCH,		/* flush for a P_BARRIER; index is the peer */
	SIM_IO_CONFIRM,		/* flush for P_CONFIRM_STABLE; index is the peer */
	SIM_IO_RS,		/* resync, either side */
	SIM_IO_SERVE,		/* read for a peer; index is that of sim_serve */
	SIM_IO_OV,		/* verify, either side */
};

enum sim_owner {
	SIM_OWN_REQ,
	SIM_OWN_PREQ,
	SIM_OWN_RS,
	SIM_OWN_OV,
};

/**
 * struct sim_iv - an interval in the tree
 * @entry: in the list of its block
 * @st: for drbd_conflict()
 * @in_tree: it is in there
 * @waiting: it waits for others
 * @conflict: of a verify: a write overlaps it
 * @owner: what it belongs to, &enum sim_owner
 * @index: which one of these
 * @block: its block
 */
struct sim_iv {
	struct list_head entry;
	struct drbd_interval_state st;
	bool in_tree;
	bool waiting;
	bool conflict;
	u8 owner;
	u8 index;
	u8 block;
};

enum sim_bio_kind {
	SIM_BIO_WRITE,
	SIM_BIO_READ,
	SIM_BIO_FLUSH,
};

/**
 * struct sim_bio - what an application wants
 * @entry: in a queue: before the gate, or parked while suspended
 * @used: it exists
 * @kind: what it is
 * @block: where
 * @flush: with preflush
 * @fua: to stable storage
 * @content: of a write
 * @cookie: of others
 * @tries: how often a read was started over
 */
struct sim_bio {
	struct list_head entry;
	bool used;
	enum sim_bio_kind kind;
	u8 block;
	bool flush;
	bool fua;
	u32 content;
	u64 cookie;
	u32 tries;
};

/**
 * struct sim_req - an application request
 * @log: in the transfer log
 * @entry: in the queue for the activity log
 * @r: the request
 * @bio: what it is for
 * @iv: its interval
 * @al: its extents
 * @used: it exists
 * @ready: @r is valid
 * @local: it has a reference to the disk
 * @on_log: it is in the transfer log
 * @counted: it counts as in flight
 * @al_epoch: which activity log @al belongs to
 * @id: for packets
 * @dagtag: position
 * @epoch: number
 * @content: what a read got
 */
struct sim_req {
	struct list_head log;
	struct list_head entry;
	struct drbd_request r;
	struct sim_bio bio;
	struct sim_iv iv;
	struct drbd_al_range al;
	bool used;
	bool ready;
	bool local;
	bool on_log;
	bool counted;
	u32 al_epoch;
	u64 id;
	u64 dagtag;
	u32 epoch;
	u32 content;
};

/**
 * struct sim_preq - a write of a peer
 * @order: in the receive order of its connection
 * @entry: in the queue for the activity log
 * @r: the request
 * @iv: its interval
 * @al: its extents
 * @used: it exists
 * @flush: with preflush
 * @fua: to stable storage
 * @io: it is at the disk
 * @al_epoch: which activity log @al belongs to
 * @from: the sender
 * @id: for acks
 * @seq: for acks
 * @dagtag: position
 * @epoch: serial number of its epoch
 * @content: of the block
 */
struct sim_preq {
	struct list_head order;
	struct list_head entry;
	struct drbd_peer_request r;
	struct sim_iv iv;
	struct drbd_al_range al;
	bool used;
	bool flush;
	bool fua;
	bool io;
	u32 al_epoch;
	int from;
	u64 id;
	u32 seq;
	u64 dagtag;
	u32 epoch;
	u32 content;
};

/**
 * struct sim_rs - a resync request
 * @r: the request
 * @iv: its interval
 * @used: it exists
 * @target: this node is the target
 * @over: target: it is done, but an older one is not
 * @peer: the other one
 * @io: it is at the disk
 * @id: of the target
 * @want: writes it has to wait for
 * @content: of the block
 */
struct sim_rs {
	struct drbd_rs_request r;
	struct sim_iv iv;
	bool used;
	bool target;
	bool over;
	bool io;
	int peer;
	u64 id;
	struct drbd_resync_dagtag want;
	u32 content;
};

enum sim_ov_stage {
	SIM_OV_WAITING,		/* for the peer */
	SIM_OV_PARKED,		/* for writes of a third node */
	SIM_OV_READING,
	SIM_OV_GIVEN_UP,	/* reading, but nobody wants to know any more */
};

/**
 * struct sim_ov - a block that is verified
 * @iv: its interval
 * @used: it exists
 * @source: this node compares
 * @stage: how far it is
 * @peer: the other node
 * @id: of the source
 * @want: writes it has to wait for
 * @content: source: of the peer's block; else own
 */
struct sim_ov {
	struct sim_iv iv;
	bool used;
	bool source;
	enum sim_ov_stage stage;
	int peer;
	u64 id;
	struct drbd_resync_dagtag want;
	u32 content;
};

/**
 * struct sim_serve - a read for a peer
 * @used: it exists
 * @peer: who
 * @id: of the request
 * @block: where
 */
struct sim_serve {
	bool used;
	s8 peer;
	u8 block;
	u64 id;
};

#define SIM_SERVES 16

/**
 * struct sim_sync - resync towards one peer
 * @n: the node, for @scan
 * @peer: the peer, for @scan
 * @scan: of the bitmap, as target
 * @pass: as target
 * @walk: as target: how far others were told
 * @failed: blocks that failed
 * @unsuccessful: a request was cancelled
 * @stop: no more requests until the state changes
 * @unstable: the source is not stable
 * @crashed_source: it is a crashed Primary
 * @finishing: all is done, the peer is asked whether it is there
 * @pinged: it was asked
 * @ponged: it is
 * @reported: as source: disk state of the target
 * @rx: bitmap that is being received
 * @rx_open: it has begun
 * @start_side: a resync that is to be started when there is no transaction, else 0
 * @remember: drbd_resync_learn() said so, before the start
 * @remembered: the disk state then
 * @send_bitmap: the bitmap has to be sent when no writes are in flight
 * @full_sync: the same with setting it
 */
struct sim_sync {
	struct sim_node *n;
	int peer;
	struct drbd_resync_scan scan;
	struct drbd_resync_pass pass;
	struct drbd_in_sync_walk walk;
	u32 failed;
	bool unsuccessful;
	bool stop;
	bool unstable;
	bool crashed_source;
	bool finishing;
	bool pinged;
	bool ponged;
	enum drbd_disk reported;
	struct drbd_bm_xfer rx;
	bool rx_open;
	enum drbd_repl start_side;
	bool remember;
	enum drbd_disk remembered;
	bool send_bitmap;
	u8 full_sync;
};

/**
 * struct sim_dpeer - data side of a connection
 * @down: the first part of the cleanup was done
 * @sender: epochs of the sender
 * @mix: out-of-sync entries
 * @sent: dagtags
 * @want_dagtag: P_DAGTAG goes first
 * @seq: sequence number of packets
 * @in_flight: sectors
 * @rcv: position in its stream
 * @order: writes of it, in the order of their arrival
 * @epoch: ring of epochs
 * @e_first: serial number of the oldest one
 * @e_last: of the current one
 * @active: writes of it at the disk or on the way there
 * @barrier: P_BARRIER: flush was submitted (1), is through (2)
 * @confirm: the same for P_CONFIRM_STABLE
 * @oldest: id of the oldest write of the epoch that is not confirmed
 * @has_oldest: there is one
 * @youngest: id of the last write
 * @sync: resync
 * @verify: online verify
 */
struct sim_dpeer {
	bool down;
	struct drbd_epoch_sender sender;
	struct drbd_epoch_mix mix;
	struct drbd_dagtag_sent sent;
	bool want_dagtag;
	u32 seq;
	u32 in_flight;
	struct drbd_dagtag_received rcv;
	struct list_head order;
	struct drbd_epoch_received epoch[SIM_EPOCHS];
	u32 e_first;
	u32 e_last;
	u32 active;
	u8 barrier;
	u8 confirm;
	u64 oldest;
	bool has_oldest;
	u64 youngest;
	struct sim_sync sync;
	struct drbd_verify verify;
};

/**
 * struct sim_data - data side of a node
 * @n: the node
 * @busy: the loop runs, or may not run now
 * @again: there is something to do for it
 * @attached: bitmap and activity log are valid
 * @recheck: blocks whose intervals have to be looked at again
 * @bm: bitmap
 * @page: its page
 * @pages: its pages
 * @need: marks
 * @lazy: marks
 * @hint: marks
 * @slot_node: node of each slot
 * @al: activity log
 * @al_memory: for it
 * @al_epoch: counts attaches
 * @al_wait: own requests that wait for it
 * @al_wait_peer: those of peers
 * @tree: intervals by block
 * @gate: bios before the gate
 * @parked: bios that were postponed
 * @log: transfer log
 * @in_flight: admitted bios, for writes, and for reads
 * @serial: for ids
 * @epoch: current epoch
 * @dagtag: own position
 * @ack: peer ack
 * @ack_sent: whom the write of the pending peer ack was sent to
 * @covered: position that peer acks cover
 * @order: write order method
 * @io: I/O at the disk
 * @stable: a resync ended stable since
 * @flush: flush round of a resync as target
 * @rounds: those that targets asked this node for
 * @crash_owed: peers that may differ since this node crashed as a Primary
 * @orphaned: peers that may miss writes of a Primary that is lost
 * @synced: peers that may miss what this node got from its source, or had bits when this
 *	node attached its disk
 * @partial: slot UUIDs of bitmaps that are not complete
 * @read_left: candidates for reads
 * @read_toggle: of round robin
 * @bio: pool
 * @req: pool
 * @preq: pool
 * @rs: pool
 * @serve: pool
 * @ov: pool
 * @peer: by node id
 * @packet: scratch
 */
struct sim_data {
	struct sim_node *n;
	int busy;
	bool again;
	bool attached;
	u32 recheck;
	struct drbd_bitmap bm;
	__le32 *page;
	__le32 *pages[1];
	unsigned long need[1];
	unsigned long lazy[1];
	unsigned long hint[1];
	s8 slot_node[SIM_BM_SLOTS];
	struct drbd_al al;
	void *al_memory;
	u32 al_epoch;
	struct list_head al_wait;
	struct list_head al_wait_peer;
	struct list_head tree[SIM_BLOCKS];
	struct list_head gate;
	struct list_head parked;
	struct list_head log;
	u32 in_flight[2];
	u64 serial;
	struct drbd_epoch epoch;
	struct drbd_dagtag dagtag;
	struct drbd_peer_ack ack;
	u64 ack_sent;
	u64 covered;
	enum drbd_write_order order;
	u32 io;
	bool stable;
	struct drbd_flush flush;
	struct drbd_flush_primary rounds;
	u64 crash_owed;
	u64 orphaned;
	u64 synced;
	u64 partial[SIM_NODES];
	u64 read_left;
	bool read_toggle;
	struct sim_bio bio[SIM_BIOS];
	struct sim_req req[SIM_REQS];
	struct sim_preq preq[SIM_PREQS];
	struct sim_rs rs[SIM_RSS];
	struct sim_serve serve[SIM_SERVES];
	struct sim_ov ov[SIM_OVS];
	struct sim_dpeer peer[SIM_NODES];
	u8 *packet;
};

static inline u64 sim_block_sector(u32 block)
{
	return (u64)block * SIM_BLOCK_SECT;
}

static inline u64 sim_cookie(enum sim_io io, const struct sim_data *d, unsigned int index)
{
	return (u64)io << 56 | (u64)d->al_epoch << 16 | index;
}

static inline enum drbd_disk sim_own_disk(struct sim_node *n)
{
	return n->dev[0].new.disk;
}

static inline enum drbd_repl sim_repl(struct sim_node *n, int peer)
{
	return sim_pd(n, 0, peer)->new.repl;
}

static inline bool sim_connected(struct sim_node *n, int peer)
{
	return sim_configured(n, peer) && sim_conn(n, peer)->new.cstate == DRBD_C_CONNECTED;
}

/* From one configured peer to the next; begins with -1. */
static inline bool sim_next_peer(const struct sim_node *n, int *peer)
{
	do {
		++*peer;
	} while (*peer < n->sim->cfg.nodes && !sim_configured(n, *peer));
	return *peer < n->sim->cfg.nodes;
}

static inline int sim_slot_of(struct sim_node *n, int peer)
{
	return n->vol[0].ids.slots[peer].bitmap_index;
}

static inline struct drbd_bm_range sim_all_bits(const struct sim_data *d)
{
	return (struct drbd_bm_range) { 0, d->bm.layout.bits };
}

static inline struct sim_sync *sim_sync_of(struct sim_node *n, int peer)
{
	struct sim_sync *s = &n->data->peer[peer].sync;

	s->n = n;
	s->peer = peer;
	return s;
}

/* Is somebody about to change the state of the cluster? */
static inline bool sim_transaction(const struct sim_node *n)
{
	return n->tp.state != DRBD_TWOPC_IDLE || n->mutex != SIM_CHG_NONE;
}

/* sim_bitmap.c */
void sim_slots(struct sim_node *n);
u32 sim_bits(struct sim_node *n, u64 set, u64 clear, u32 block);
void sim_bits_peer(struct sim_node *n, int peer, u32 block, bool set);
void sim_bm_write(struct sim_node *n, enum drbd_bm_class class);
void sim_al_run(struct sim_node *n);
int sim_al_put(struct sim_node *n, struct drbd_al_range *al, u32 al_epoch);

/* sim_data.c */
void sim_data_run(struct sim_node *n);
struct sim_iv *sim_iv_blocker(struct sim_node *n, struct sim_iv *iv, bool send_only);
void sim_iv_insert(struct sim_node *n, struct sim_iv *iv);
void sim_iv_remove(struct sim_node *n, struct sim_iv *iv);
void sim_iv_flags(struct sim_node *n, struct sim_iv *iv, u32 flags);
u64 sim_data_connected(struct sim_node *n);
u64 sim_sync_targets(struct sim_node *n);
void sim_protocol_error(struct sim_node *n, int peer, const char *what);
void sim_send_out_of_sync(struct sim_node *n, int peer, u32 block);

/* sim_write.c */
void sim_gate_run(struct sim_node *n);
void sim_req_al_got(struct sim_node *n, struct sim_req *q);
void sim_req_unblocked(struct sim_node *n, struct sim_req *q);
void sim_req_event(struct sim_node *n, struct sim_req *q, enum drbd_request_event event, int node,
		   bool hold);
void sim_req_fx(struct sim_node *n, struct sim_req *q, u32 fx, int node);
void sim_req_io(struct sim_node *n, enum sim_io io, unsigned int index, u32 content, int error);
void sim_req_append(struct sim_node *n, struct sim_req *q);
bool sim_req_held(struct sim_node *n, u32 epoch);
void sim_peer_ack_flush(struct sim_node *n);
bool sim_data_accessible(struct sim_node *n);

/* sim_sender.c */
struct sim_req *sim_req_of(struct sim_node *n, u64 id, u64 sector);
void sim_senders_run(struct sim_node *n);
void sim_senders_cancel(struct sim_node *n, int peer);
void sim_log_walk(struct sim_node *n, enum drbd_request_event event, int node);
bool sim_write_deliver(struct sim_node *n, int from, struct sim_msg *msg);
void sim_flush_answer(struct sim_node *n);
void sim_mark_in_flight(struct sim_node *n, int peer);
void sim_confirm_check(struct sim_node *n);

/* sim_peer.c */
bool sim_peer_deliver(struct sim_node *n, int from, struct sim_msg *msg, bool *taken);
void sim_preq_al_got(struct sim_node *n, struct sim_preq *p);
void sim_preq_unblocked(struct sim_node *n, struct sim_preq *p);
void sim_preq_io(struct sim_node *n, enum sim_io io, unsigned int index, int error);
void sim_peer_down(struct sim_node *n, int peer);
void sim_peer_forget(struct sim_node *n, int peer);
void sim_peer_writes_oos(struct sim_node *n, int peer);

/* sim_start.c */
void sim_send_bitmap(struct sim_node *n, int peer);
bool sim_got_bitmap(struct sim_node *n, int from, const struct sim_msg *msg);
bool sim_start_resync(struct sim_node *n, int peer);
void sim_full_sync(struct sim_node *n, int peer);

/* sim_rs.c */
bool sim_take_dagtag(struct sim_node *n, struct drbd_resync_dagtag *want);
bool sim_dagtag_waits(struct sim_node *n, const struct drbd_resync_dagtag *want);
bool sim_rs_outstanding(struct sim_node *n, int peer);
void sim_rs_request(struct sim_node *n, int peer, u32 block);
bool sim_rs_got_request(struct sim_node *n, int from, const struct sim_msg *msg);
void sim_rs_got_answer(struct sim_node *n, int from, const struct sim_msg *msg,
		       enum drbd_rs_event event, bool data);
void sim_rs_got_ack(struct sim_node *n, int from, const struct sim_msg *msg,
		    enum drbd_rs_event event);
void sim_rs_cancel_waiting(struct sim_node *n, int peer);
void sim_rs_unblocked(struct sim_node *n, struct sim_rs *r);
void sim_rs_io(struct sim_node *n, unsigned int index, u32 content, int error);
void sim_rs_forget(struct sim_node *n, int peer);
void sim_resync_down(struct sim_node *n, int peer);
bool sim_resync_busy(struct sim_node *n, int peer);
void sim_resync_dagtag(struct sim_node *n, int node);

/* sim_in_sync.c */
void sim_in_sync_done(struct sim_node *n, int peer, u32 block);
void sim_in_sync_end(struct sim_node *n, int peer);
void sim_got_peers_in_sync(struct sim_node *n, int from, const struct sim_msg *msg);

/* sim_resync.c */
bool sim_resync_deliver(struct sim_node *n, int from, struct sim_msg *msg, bool *taken);
void sim_resync_run(struct sim_node *n);
void sim_resync_stage(struct sim_node *n, const struct drbd_effect *e);
void sim_resync_effect(struct sim_node *n, const struct drbd_effect *e);
void sim_resync_timer(struct sim_node *n);
void sim_begin_finish(struct sim_node *n, int peer);

/* sim_verify.c */
bool sim_ov_deliver(struct sim_node *n, int from, struct sim_msg *msg, bool *taken);
void sim_ov_io(struct sim_node *n, unsigned int index, u32 content, int error);
void sim_ov_dagtag(struct sim_node *n, int node, bool lost);
void sim_ov_turn(struct sim_node *n, int peer);
void sim_ov_start(struct sim_node *n, int peer, bool source);
void sim_ov_end(struct sim_node *n, int peer);
bool sim_ov_busy(struct sim_node *n, int peer);
bool sim_ov_cancelled(struct sim_node *n, int from, const struct sim_msg *msg);
void sim_ov_state(struct sim_node *n, int peer, enum drbd_repl reported);

/* sim_read.c */
void sim_read_start(struct sim_node *n, struct sim_req *q);
bool sim_read_deliver(struct sim_node *n, int from, struct sim_msg *msg, bool *taken);
void sim_serve_io(struct sim_node *n, unsigned int index, u32 content, int error);

#endif
