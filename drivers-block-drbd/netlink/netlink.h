/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the dialects share: the engine, events, dumps
 */
#ifndef DRBD_NETLINK_NETLINK_H
#define DRBD_NETLINK_NETLINK_H

#include <linux/minmax.h>

#include "command.h"

struct genl_family;
struct sk_buff;

/* The engine, for requests: there is one as long as a dialect is registered */
extern const struct drbd_commands *drbd_nl_commands;
void drbd_nl_set_engine(const struct drbd_commands *commands);

/**
 * drbd_nl_paths() - paths of a connection that are told of
 * @connection: the connection
 *
 * Return: how many of its array are valid.
 */
static inline unsigned int drbd_nl_paths(const struct drbd_connection_state *connection)
{
	return min(connection->n_paths, DRBD_MAX_PATHS);
}

/**
 * struct drbd_nl_dialect - a dialect of netlink
 * @bit: DRBD_NL_*
 * @family: its family
 * @generated: what @family begins as, or NULL: generated code is read-only by the time
 *	at which the engine registers it
 * @put_event: makes a message of an event, with that sequence number, and the flag
 *	that more follow; 0 or -EMSGSIZE
 */
struct drbd_nl_dialect {
	unsigned int bit;
	struct genl_family *family;
	const struct genl_family *generated;
	int (*put_event)(struct sk_buff *skb, const struct drbd_event *event, u32 seq, bool more);
};

/* All dialects, NULL at the end */
extern const struct drbd_nl_dialect *const drbd_nl_dialects[];

extern const struct drbd_nl_dialect drbd_nl_drbd2;
extern const struct drbd_nl_dialect drbd_nl_drbd_v2;

/**
 * enum drbd_nl_dump_kind - what a dump lists
 * @DRBD_NL_DUMP_RESOURCES: resources
 * @DRBD_NL_DUMP_DEVICES: devices
 * @DRBD_NL_DUMP_CONNECTIONS: connections
 * @DRBD_NL_DUMP_PEER_DEVICES: peer devices
 * @DRBD_NL_DUMP_PATHS: paths
 * @DRBD_NL_DUMP_STATE: all of these as they are at one time
 */
enum drbd_nl_dump_kind {
	DRBD_NL_DUMP_RESOURCES,
	DRBD_NL_DUMP_DEVICES,
	DRBD_NL_DUMP_CONNECTIONS,
	DRBD_NL_DUMP_PEER_DEVICES,
	DRBD_NL_DUMP_PATHS,
	DRBD_NL_DUMP_STATE,
};

/**
 * struct drbd_nl_dump - where a dump is
 * @kind: what it lists
 * @filter: only @resource
 * @inside: the objects of @resource come next
 * @recorded: @snapshots were taken
 * @over: there is no more
 * @pending: an object is there that was not sent
 * @resource: name of the last resource
 * @volume: of the last object, or -1
 * @peer_node_id: of the last object, or -1
 * @path: number of the path to send next
 * @path_node: peer node id of its connection
 * @event_index: number of the event in the first of @snapshots to send next
 * @snapshots: of resources that were not sent
 * @path_event: of DRBD_NL_DUMP_PATHS and DRBD_NL_DUMP_STATE, the path to send
 * @event: of DRBD_NL_DUMP_STATE, the event to send
 * @more: of DRBD_NL_DUMP_STATE, it is not the last one of its resource
 * @parent: resource, to get at its name
 * @device: of DRBD_NL_DUMP_DEVICES, to send
 * @connection: of DRBD_NL_DUMP_CONNECTIONS, to send
 * @peer_device: of DRBD_NL_DUMP_PEER_DEVICES, to send
 */
struct drbd_nl_dump {
	enum drbd_nl_dump_kind kind;
	bool filter;
	bool inside;
	bool recorded;
	bool over;
	bool pending;
	char resource[DRBD_NAME_SIZE];
	s32 volume;
	s32 peer_node_id;
	unsigned int path;
	u32 path_node;
	unsigned int event_index;
	struct list_head snapshots;
	struct drbd_path_event path_event;
	struct drbd_event event;
	bool more;
	struct drbd_resource_dump parent;
	union {
		struct drbd_device_dump device;
		struct drbd_connection_dump connection;
		struct drbd_peer_device_dump peer_device;
	};
};

struct drbd_nl_dump *drbd_nl_dump_new(enum drbd_nl_dump_kind kind);
void drbd_nl_dump_free(struct drbd_nl_dump *dump);
bool drbd_nl_dump_filter(struct drbd_nl_dump *dump, const char *resource);
int drbd_nl_dump_state(struct drbd_nl_dump *dump);
int drbd_nl_dump_peek(struct drbd_nl_dump *dump);
void drbd_nl_dump_advance(struct drbd_nl_dump *dump);

unsigned int drbd_nl_snapshot_events(const struct drbd_snapshot *snapshot);
void drbd_nl_snapshot_event(const struct drbd_snapshot *snapshot, unsigned int index,
			    struct drbd_event *event, struct drbd_path_event *path);

void drbd_nl_events_to(unsigned int dialects);
bool drbd_nl_admin(void);

#endif
