/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An engine for tests of the netlink dialects, which only takes notes
 */
#ifndef DRBD_TESTS_NL_ENGINE_H
#define DRBD_TESTS_NL_ENGINE_H

#include "../netlink/command.h"

/* The world: resource r with own node id 0, volume 0 (minor 10) and a connection
 * to peer 1; resource s with volume 0 (minor 20).
 */
#define NL_MINOR_R	10
#define NL_MINOR_S	20
#define NL_PEER		1

/**
 * struct nl_engine - notes of the engine
 * @called: name of the last command, NULL if there was none
 * @calls: how many there were
 * @refs: references that are held
 * @cmd: as the command got it
 * @name: of the resource, as given
 * @change: of options
 * @conf: options, or the values of @change
 * @flag: the parameter that is a flag
 * @number: the parameter that is a number
 * @new_name: of a resource
 * @resize: parameters
 * @detach: parameters
 * @invalidate: parameters
 * @new_uuid: parameters
 * @connect: parameters
 * @verify: parameters
 * @path: parameters
 * @result: what commands return
 * @texts: which texts they add
 * @timeout: what timeout_type() says
 * @resources: how many resources lists have, named n000 and so on
 * @volumes: of each resource
 * @peers: of each resource
 * @paths: of each connection
 * @has_disk: devices have one
 */
struct nl_engine {
	const char *called;
	unsigned int calls;
	int refs;
	struct drbd_cmd cmd;
	char name[DRBD_NAME_SIZE];
	struct drbd_option_change change;
	union {
		struct drbd_res_opts res_opts;
		struct drbd_disk_conf disk_conf;
		struct drbd_net_conf net_conf;
		struct drbd_device_conf device_conf;
		struct drbd_peer_device_conf peer_device_conf;
	} conf;
	bool flag;
	u32 number;
	char new_name[DRBD_NAME_SIZE];
	struct drbd_resize_parms resize;
	struct drbd_detach_parms detach;
	struct drbd_invalidate_parms invalidate;
	struct drbd_new_uuid_parms new_uuid;
	struct drbd_connect_parms connect;
	struct drbd_verify_parms verify;
	struct drbd_path_ends path;
	int result;
	const char *texts[20];
	u32 timeout;
	unsigned int resources;
	unsigned int volumes;
	unsigned int peers;
	unsigned int paths;
	bool has_disk;
};

extern struct nl_engine nl_engine;
extern const struct drbd_commands nl_commands;

void nl_engine_reset(void);
void nl_fill_resource(struct drbd_resource_state *state, unsigned int n);
void nl_fill_device(struct drbd_device_state *state, unsigned int n, unsigned int volume);
void nl_fill_connection(struct drbd_connection_state *state, unsigned int n, unsigned int peer);
void nl_fill_peer_device(struct drbd_peer_device_state *state, unsigned int n,
			 unsigned int volume, unsigned int peer);
struct drbd_snapshot *nl_snapshot(unsigned int n);

#endif
