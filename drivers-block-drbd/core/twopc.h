/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The automaton of two-phase commits: initiator, participant and forwarder
 *
 * One struct drbd_twopc per resource. Each thing that happens is one call, made
 * under the lock that protects it together with the resource's state. A call
 * updates the struct and fills a list of actions, which the caller carries out in
 * order; none of the calls takes pointers to keep.
 */
#ifndef DRBD_CORE_TWOPC_H
#define DRBD_CORE_TWOPC_H

#include "twopc_reply.h"
#include "twopc_rules.h"

/* More than any event leads to */
#define DRBD_TWOPC_MAX_ACTIONS	12
#define DRBD_TWOPC_MAX_MSGS	4

/* Transactions that a node remembers after their end */
#define DRBD_TWOPC_MAX_DONE	16

/**
 * enum drbd_twopc_state - what a node is doing for the active transaction
 * @DRBD_TWOPC_IDLE: there is none
 * @DRBD_TWOPC_ASKING: initiator, waits for answers
 * @DRBD_TWOPC_ASKING_84: initiator, waits for the answer of an 8.4 peer
 * @DRBD_TWOPC_SETTLING: initiator of a connect that failed, waits for the rest of
 *	the peer's initial packets
 * @DRBD_TWOPC_SIZING: initiator of a resize, waits for drbd_twopc_sized()
 * @DRBD_TWOPC_APPLYING: initiator, waits for drbd_twopc_applied()
 * @DRBD_TWOPC_CHECKING: participant, waits for drbd_twopc_checked()
 * @DRBD_TWOPC_COLLECTING: participant, waits for answers
 * @DRBD_TWOPC_ANSWERED: participant, waits for COMMIT or ABORT
 * @DRBD_TWOPC_EXECUTING: participant, waits for drbd_twopc_applied()
 */
enum drbd_twopc_state {
	DRBD_TWOPC_IDLE,
	DRBD_TWOPC_ASKING,
	DRBD_TWOPC_ASKING_84,
	DRBD_TWOPC_SETTLING,
	DRBD_TWOPC_SIZING,
	DRBD_TWOPC_APPLYING,
	DRBD_TWOPC_CHECKING,
	DRBD_TWOPC_COLLECTING,
	DRBD_TWOPC_ANSWERED,
	DRBD_TWOPC_EXECUTING,
};

/**
 * enum drbd_twopc_timer - timers, one of each at most
 * @DRBD_TWOPC_TIMER_MAIN: bounds the transaction
 * @DRBD_TWOPC_TIMER_READERS: participant: bounds the wait for readers to leave
 */
enum drbd_twopc_timer {
	DRBD_TWOPC_TIMER_MAIN,
	DRBD_TWOPC_TIMER_READERS,
};

/**
 * enum drbd_twopc_act - something to do
 * @DRBD_TWOPC_SEND: send @msg to @nodes, at once; with a PREPARE goes a ping. Nodes
 *	that it cannot be sent to: drbd_twopc_unsent()
 * @DRBD_TWOPC_SEND_84: send the request in @msg to the 8.4 peer @node
 * @DRBD_TWOPC_CHECK: find out whether the change in @msg is possible here, as
 *	@scope says, without keeping it: drbd_twopc_checked()
 * @DRBD_TWOPC_HS_RESET: forget what the handshake with @node found out
 * @DRBD_TWOPC_HS_SEND: send the initial packets to @node, and freeze the UUIDs that
 *	are in them
 * @DRBD_TWOPC_HS_RELEASE: forget what the handshake with @node found out, and let
 *	UUIDs change again
 * @DRBD_TWOPC_SIZE: initiator of a resize: decide the size: drbd_twopc_sized()
 * @DRBD_TWOPC_WRITE_BITMAP: the neighbour @node demotes: write the bitmap first
 * @DRBD_TWOPC_APPLY: change the state, see &struct drbd_twopc_apply:
 *	drbd_twopc_applied()
 * @DRBD_TWOPC_START_TIMER: (re)start @timer with @ms; in answer to a packet from
 *	when it arrived: drbd_twopc_expired()
 * @DRBD_TWOPC_STOP_TIMER: stop @timer
 * @DRBD_TWOPC_DEFER: keep the packet, and the stream that it came from, until the
 *	active transaction ends or @ms are over; then present it again
 * @DRBD_TWOPC_WAIT: initiator: wait until the active transaction ends, or @ms are
 *	over, then begin again
 * @DRBD_TWOPC_BACK_OFF: initiator: wait for a random time of less than @ms, then
 *	begin again
 * @DRBD_TWOPC_DONE: initiator: the result is @rv; @node is who refused, if one did;
 *	@ms as for BACK_OFF, for those who repeat by themselves
 * @DRBD_TWOPC_ENDED: no transaction is active any more: wake all that wait for that
 * @DRBD_TWOPC_BAD_PACKET: the peer sent @value in @field: drop the connection
 */
enum drbd_twopc_act {
	DRBD_TWOPC_SEND,
	DRBD_TWOPC_SEND_84,
	DRBD_TWOPC_CHECK,
	DRBD_TWOPC_HS_RESET,
	DRBD_TWOPC_HS_SEND,
	DRBD_TWOPC_HS_RELEASE,
	DRBD_TWOPC_SIZE,
	DRBD_TWOPC_WRITE_BITMAP,
	DRBD_TWOPC_APPLY,
	DRBD_TWOPC_START_TIMER,
	DRBD_TWOPC_STOP_TIMER,
	DRBD_TWOPC_DEFER,
	DRBD_TWOPC_WAIT,
	DRBD_TWOPC_BACK_OFF,
	DRBD_TWOPC_DONE,
	DRBD_TWOPC_ENDED,
	DRBD_TWOPC_BAD_PACKET,
};

/**
 * struct drbd_twopc_action - one thing to do; members that @act does not name are 0
 * @act: what to do
 * @node: a node id
 * @nodes: mask of nodes
 * @msg: a packet in the same list, or NULL
 * @scope: what the change is to this node
 * @timer: which timer
 * @ms: time, in ms
 * @rv: result
 * @field: name of a member of &struct drbd_twopc_msg
 * @value: its value
 */
struct drbd_twopc_action {
	enum drbd_twopc_act act;
	int node;
	u64 nodes;
	const struct drbd_twopc_msg *msg;
	enum drbd_twopc_scope scope;
	enum drbd_twopc_timer timer;
	unsigned int ms;
	enum drbd_rv rv;
	const char *field;
	s64 value;
};

/**
 * struct drbd_twopc_apply - details of DRBD_TWOPC_APPLY
 * @initiator: this node is the initiator
 * @scope: participant: what the change is; a connect applies what the handshake
 *	found out in the same step. DRBD_TWOPC_FAR: only what the other members say,
 *	and disks that wait for a commit to become Outdated
 * @members: new mask of members
 * @recalc: compute quorum again, even if nothing else changes
 * @outdate: make own disks that are better than Outdated become Outdated: there is
 *	a Primary that is not a neighbour
 * @confirm: make Consistent disks UpToDate, unless a survivor of a lost Primary has
 *	still to be reconciled: there is no such Primary
 * @peer_outdated: the initiator's disks are Outdated from now on
 * @far_nodes: promote: nodes whose disks, if unknown, are Outdated from now on,
 *	because they see the new Primary only through others
 * @size: resize: new size in sectors
 * @primary_nodes: Primaries; in a resize, those with a disk
 * @parents: resize: for drbd_twopc_resize_resync()
 * @children: resize: for drbd_twopc_resize_resync()
 */
struct drbd_twopc_apply {
	bool initiator;
	enum drbd_twopc_scope scope;
	u64 members;
	bool recalc;
	bool outdate;
	bool confirm;
	bool peer_outdated;
	u64 far_nodes;
	u64 size;
	u64 primary_nodes;
	u64 parents;
	u64 children;
};

/**
 * struct drbd_twopc_actions - what to do after an event, in order
 * @n: number of actions
 * @action: the actions
 * @apply: details of DRBD_TWOPC_APPLY
 * @nmsgs: number of packets
 * @msg: packets that actions point to; do not copy the list
 */
struct drbd_twopc_actions {
	unsigned int n;
	struct drbd_twopc_action action[DRBD_TWOPC_MAX_ACTIONS];
	struct drbd_twopc_apply apply;
	unsigned int nmsgs;
	struct drbd_twopc_msg msg[DRBD_TWOPC_MAX_MSGS];
};

/**
 * struct drbd_twopc_env - what the automaton needs to know of a resource, each time
 * @connected: nodes that are Connected
 * @connecting: nodes that are Connecting
 * @configured: peers that have a connection configured
 * @two_primaries: those of @configured that allow two Primaries
 * @primary_peers: nodes of @connected that are Primary
 * @peers_84: nodes of @connected that speak a protocol before 110
 * @members: mask of members
 * @primary: this node is Primary
 * @data_access: this node has access to data on some volume; on start of a promote,
 *	as it will have
 * @have_disk: some volume has a disk here
 * @reader: some volume is open here, read-only
 * @quorate: all volumes have quorum
 * @peer_quorate: some neighbour has quorum on all its volumes
 * @known_volume: with a PREPARE: its volume exists here
 * @twopc_timeout: option twopc-timeout, in 0.1 s
 * @retry_timeout: option twopc-retry-timeout, in 0.1 s
 * @auto_promote_timeout: option auto-promote-timeout, in 0.1 s
 * @ping_timeout: largest option ping-timeout, in 0.1 s
 */
struct drbd_twopc_env {
	u64 connected;
	u64 connecting;
	u64 configured;
	u64 two_primaries;
	u64 primary_peers;
	u64 peers_84;
	u64 members;
	bool primary;
	bool data_access;
	bool have_disk;
	bool reader;
	bool quorate;
	bool peer_quorate;
	bool known_volume;
	unsigned int twopc_timeout;
	unsigned int retry_timeout;
	unsigned int auto_promote_timeout;
	unsigned int ping_timeout;
};

/**
 * struct drbd_twopc_request - a change that this node wants
 * @volume: volume, or DRBD_NO_VOLUME
 * @target: node at the other end of the connection, or DRBD_NO_NODE
 * @mask: fields of the state word to change, none for an empty transaction
 * @value: new values of these
 * @resume: empty transaction: apply it last (primary-resume)
 * @resize: change the size
 * @user_size: resize: size that the user asks for in sectors, 0 for none
 * @dds_flags: resize: flags for others
 * @max_size: resize: largest size here, or DRBD_TWOPC_SIZE_UNLIMITED
 * @diskful_primary: resize: this node is Primary and has a disk
 * @no_wait: do not wait for an active transaction, fail
 * @no_retry: do not retry, fail
 * @attempt: number of attempts; 0 at first
 */
struct drbd_twopc_request {
	s32 volume;
	s8 target;
	u32 mask;
	u32 value;
	bool resume;
	bool resize;
	u64 user_size;
	u16 dds_flags;
	u64 max_size;
	bool diskful_primary;
	bool no_wait;
	bool no_retry;
	unsigned int attempt;
};

/**
 * struct drbd_twopc_local - what a participant says to a change
 * @rv: DRBD_SS_SUCCESS, or why it is not possible
 * @max_size: resize: largest size here, or DRBD_TWOPC_SIZE_UNLIMITED
 * @diskful_primary: resize: this node is Primary and has a disk
 */
struct drbd_twopc_local {
	enum drbd_rv rv;
	u64 max_size;
	bool diskful_primary;
};

/**
 * struct drbd_twopc_handshake - what a connect handshake found out so far
 * @complete: all of the peer's initial packets are there
 * @retry: wants another try
 * @disconnect: wants no connection
 * @sizes_failed: there is no size that suits both
 */
struct drbd_twopc_handshake {
	bool complete;
	bool retry;
	bool disconnect;
	bool sizes_failed;
};

/**
 * struct drbd_twopc_done - a transaction that is over
 * @id: which
 * @answer: what a node says that is still asked
 */
struct drbd_twopc_done {
	struct drbd_twopc_id id;
	enum drbd_twopc_cmd answer;
};

/**
 * struct drbd_twopc - active transaction of a resource
 * @me: own node id
 * @done: the last transactions of others that ended here, unused ones have tid 0
 * @next_done: index of the oldest in @done
 * @state: what this node is doing; the rest is only valid if it is not idle
 * @msg: PREPARE as sent or accepted, with nodes_to_reach as passed on
 * @votes: answers
 * @reply: what those who answered know; initiator: those on this side of the
 *	connection that is to change
 * @target_reachable: initiator: nodes on the side of the target
 * @gone: initiator: nodes of @votes.asked that were lost
 * @rv: initiator: result, while settling; participant: that of a check which waits
 *	for readers
 * @verdict_first: initiator: COMMIT precedes the local change
 * @no_retry: initiator: as requested
 * @attempt: initiator: as requested
 * @parents: participant: nodes that sent PREPARE
 * @scope: participant: what the change is
 * @answer: participant: what it answered
 * @readers_waited: participant: the wait for readers has begun
 * @end: COMMIT that is being executed, or that is to be sent
 * @target_end: initiator of a disconnect that splits: COMMIT for the target
 * @end_from: participant: node that sent COMMIT
 */
struct drbd_twopc {
	int me;
	struct drbd_twopc_done done[DRBD_TWOPC_MAX_DONE];
	unsigned int next_done;
	enum drbd_twopc_state state;
	struct drbd_twopc_msg msg;
	struct drbd_twopc_votes votes;
	struct drbd_twopc_reply reply;
	u64 target_reachable;
	u64 gone;
	enum drbd_rv rv;
	bool verdict_first;
	bool no_retry;
	unsigned int attempt;
	u64 parents;
	enum drbd_twopc_scope scope;
	enum drbd_twopc_cmd answer;
	bool readers_waited;
	struct drbd_twopc_msg end;
	struct drbd_twopc_msg target_end;
	int end_from;
};

void drbd_twopc_init(struct drbd_twopc *tp, int me);
struct drbd_twopc_id drbd_twopc_active(const struct drbd_twopc *tp);
bool drbd_twopc_is_resize(const struct drbd_twopc *tp, int initiator, u32 tid);
bool drbd_twopc_connects(const struct drbd_twopc *tp, int peer);

void drbd_twopc_start(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
		      struct drbd_twopc_request *req, enum drbd_rv rv, u32 tid,
		      struct drbd_twopc_actions *acts);
void drbd_twopc_packet(struct drbd_twopc *tp, const struct drbd_twopc_env *env, int from,
		       const struct drbd_twopc_msg *msg, bool waited,
		       struct drbd_twopc_actions *acts);
void drbd_twopc_unsent(struct drbd_twopc *tp, const struct drbd_twopc_env *env, u64 nodes,
		       struct drbd_twopc_actions *acts);
void drbd_twopc_checked(struct drbd_twopc *tp, const struct drbd_twopc_env *env, u32 tid,
			const struct drbd_twopc_local *local, struct drbd_twopc_actions *acts);
void drbd_twopc_shaken(struct drbd_twopc *tp, const struct drbd_twopc_env *env, int peer,
		       const struct drbd_twopc_handshake *hs, struct drbd_twopc_actions *acts);
void drbd_twopc_sized(struct drbd_twopc *tp, const struct drbd_twopc_env *env, enum drbd_rv rv,
		      u64 size, struct drbd_twopc_actions *acts);
void drbd_twopc_applied(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
			enum drbd_rv rv, struct drbd_twopc_actions *acts);
void drbd_twopc_lost(struct drbd_twopc *tp, const struct drbd_twopc_env *env, int peer,
		     struct drbd_twopc_actions *acts);
void drbd_twopc_expired(struct drbd_twopc *tp, const struct drbd_twopc_env *env, u32 tid,
			enum drbd_twopc_timer timer, struct drbd_twopc_actions *acts);
void drbd_twopc_interrupt(struct drbd_twopc *tp, const struct drbd_twopc_env *env,
			  struct drbd_twopc_actions *acts);

#endif
