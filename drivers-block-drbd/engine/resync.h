/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Resynchronisation of a volume with a peer
 *
 * What may sleep is done by a work item of the peer device: sending the bitmap, starting,
 * turns of the target, finishing as target. It is queued while the connection is up, and
 * ended with the clean-up of the connection. Where it says "locked", the caller holds the
 * state lock.
 */
#ifndef DRBD_ENGINE_RESYNC_H
#define DRBD_ENGINE_RESYNC_H

#include <linux/workqueue.h>

#include "../core/bitmap_xfer.h"
#include "../core/peers_in_sync.h"
#include "../core/progress.h"
#include "../core/resync_ctrl.h"
#include "../core/resync_finish.h"
#include "../core/resync_request.h"
#include "../core/state_effects.h"
#include "../core/wire_packets.h"
#include "sender.h"

struct drbd_connection;
struct drbd_device;
struct drbd_packet;
struct drbd_peer_device;
struct drbd_peer_device_state;
struct drbd_resource;
struct drbd_states;

/* What the work of a resync has to do; bits of &drbd_resync.todo. */
#define DRBD_RESYNC_SEND_BITMAP	BIT(0)	/* as source: mark what is in flight, send it */
#define DRBD_RESYNC_ANSWER	BIT(1)	/* as target: write the bitmap, send it, start */
#define DRBD_RESYNC_FULL_TARGET	BIT(2)	/* set all bits of all slots, start as target */
#define DRBD_RESYNC_FULL_SOURCE	BIT(3)	/* set all bits towards the peer, start as source */
#define DRBD_RESYNC_START	BIT(4)	/* start, as @start_target says */

/**
 * struct drbd_resync - resync with a peer; under the state lock
 * @work: see above
 * @due: when it runs, if it is queued; in jiffies
 * @gone: the peer device is going away
 * @todo: DRBD_RESYNC_*
 * @start_target: start as target, else as source
 * @helper_done: the helper was called for this start
 * @targets: requests of this node as target, in the order in which they were made; some
 *	may be done, and wait for those before them
 * @sources: requests of the peer
 * @requests: requests of both kinds that there are, also those that are in no list
 * @outstanding: of @targets, those that are not done
 * @in_flight: sectors that were requested, and not answered
 * @answered: sectors that were answered since the last turn
 * @turn: time of the last turn, in nanoseconds
 * @turn_jiffies: the same in jiffies
 * @turn_due: when the next one is due, likewise
 * @sync_rate: KiB/s that the controller wants
 * @plan: of the controller; of the work
 * @scan: where the target is in the bitmap; of the work
 * @pass: its passes over the bitmap; of the work
 * @restart: to begin with the first bit again
 * @walk: what others were told
 * @progress: progress
 * @failed: blocks that could not be read or written
 * @same: blocks that were equal by their digests
 * @stop: request nothing until the state changes
 * @unsuccessful: a request was cancelled, or could not be made
 * @unstable: as target: the source does not have all writes of a Primary
 * @crashed_source: as target: the source crashed as Primary
 * @remember: as source: the target reported the end before the start
 * @reported: disk state that it reported then
 * @start_uuid: own current UUID at the start
 * @written: when the bitmap was written last, in jiffies
 * @rx: the peer's bitmap; of the receiver
 * @rx_open: part of it was received
 */
struct drbd_resync {
	struct delayed_work work;
	unsigned long due;
	bool gone;
	u32 todo;
	bool start_target;
	bool helper_done;
	struct list_head targets;
	struct list_head sources;
	unsigned int requests;
	unsigned int outstanding;
	u32 in_flight;
	u32 answered;
	u64 turn;
	unsigned long turn_jiffies;
	unsigned long turn_due;
	u32 sync_rate;
	struct drbd_resync_plan plan;
	struct drbd_resync_scan scan;
	struct drbd_resync_pass pass;
	bool restart;
	struct drbd_in_sync_walk walk;
	struct drbd_progress progress;
	u64 failed;
	u64 same;
	bool stop;
	bool unsuccessful;
	bool unstable;
	bool crashed_source;
	bool remember;
	enum drbd_disk reported;
	u64 start_uuid;
	unsigned long written;
	struct drbd_bm_xfer rx;
	bool rx_open;
};

/**
 * struct drbd_flush_out - answers to P_FLUSH_REQUESTS; under the state lock
 * @ack: sends P_FLUSH_REQUESTS_ACK
 * @forward: sends P_FLUSH_FORWARD
 * @ack_due: Primaries that an ack is due for
 * @forward_due: targets that a request is to be forwarded to
 * @ack_sequence: for each Primary, what to send
 * @forward_sequence: for each target, what to send
 */
struct drbd_flush_out {
	struct drbd_job ack;
	struct drbd_job forward;
	u64 ack_due;
	u64 forward_due;
	u64 ack_sequence[DRBD_NODES];
	u64 forward_sequence[DRBD_NODES];
};

/* resync.c */
int drbd_resync_module_init(void);
void drbd_resync_module_exit(void);
void drbd_resync_init(struct drbd_peer_device *pd);
void drbd_resync_exit(struct drbd_peer_device *pd);
void drbd_resync_down(struct drbd_connection *conn);
void drbd_resync_covered(struct drbd_resource *res);
void drbd_resync_published(struct drbd_resource *res);
void drbd_resync_now(struct drbd_states *st, const struct drbd_effect *e);
void drbd_resync_later(struct drbd_peer_device *pd, const struct drbd_state *snap,
		       const struct drbd_effect *e);
void drbd_resync_device_later(struct drbd_device *dev, const struct drbd_effect *e);
bool drbd_resync_next(struct drbd_peer_device *pd);
void drbd_resync_kick(struct drbd_peer_device *pd, unsigned int ms);
u64 drbd_resync_now_ms(void);
void drbd_resync_fill(struct drbd_peer_device *pd, struct drbd_peer_device_state *to);

int drbd_resync_packet(struct drbd_connection *conn, struct drbd_peer_device *pd,
		       struct drbd_packet *p);
int drbd_resync_control(struct drbd_connection *conn, u32 number, int volume,
			const union drbd_wire_body *body);

/* bitmap_xfer.c */
void drbd_bitmap_send(struct drbd_peer_device *pd);
int drbd_bitmap_got(struct drbd_peer_device *pd, struct drbd_packet *p);
void drbd_bitmap_write(struct drbd_device *dev);

/* resync_start.c */
void drbd_resync_full(struct drbd_peer_device *pd, bool target);
void drbd_resync_begin(struct drbd_peer_device *pd);

/* resync_finish.c */
void drbd_resync_target_over(struct drbd_peer_device *pd);
int drbd_resync_source_over(struct drbd_peer_device *pd, enum drbd_disk reported);
bool drbd_resync_learned(struct drbd_peer_device *pd, u8 before,
			 const struct drbd_wire_state *state, int *err);

/* resync_flush.c */
void drbd_flush_effect(struct drbd_resource *res, const struct drbd_effect *e);
void drbd_flush_send(struct drbd_resource *res);
int drbd_flush_packet_got(struct drbd_connection *conn, struct drbd_packet *p);
int drbd_flush_forward_got(struct drbd_connection *conn, const struct drbd_wire_flush *flush);
void drbd_flush_down(struct drbd_connection *conn);

/* resync_after.c */
void drbd_resync_after(bool pause);

/* in_sync.c */
int drbd_in_sync_init(void);
void drbd_in_sync_exit(void);
void drbd_resync_tell_targets(struct drbd_peer_device *pd, u64 sector, u32 bytes);
void drbd_in_sync_work(struct work_struct *work);
void drbd_in_sync_tell(struct drbd_device *dev, int node, const struct drbd_in_sync_range *range);
int drbd_in_sync_got(struct drbd_connection *conn, int volume,
		     const struct drbd_wire_in_sync *body);

#endif
