/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bench for tests of the netlink dialects: a socket, and what it takes to use it
 *
 * Requests take the whole way that those of tools take, through generic netlink and
 * its policies. There is no short cut to a handler, so there is none to forget.
 */
#ifndef DRBD_TESTS_NL_BENCH_H
#define DRBD_TESTS_NL_BENCH_H

#include <kunit/test.h>
#include <net/genetlink.h>

#include "nl_engine.h"

/* For nl_drop() */
#define NL_ALL_CAPS	(-1)

/* Bytes of all that is received at once */
#define NL_BUFFER	32768

/**
 * struct nl_bench - a socket
 * @test: that it belongs to
 * @file: of the socket
 * @sock: the socket
 * @id: of the family
 * @version: that the family announces, and that requests have
 * @hdrsize: bytes of its fixed header
 * @group: number of its group of listeners
 * @skb: request under construction
 * @header: of the request
 * @seq: number of the last request
 * @buffer: what was received
 * @next: the next message in it
 * @left: bytes from there on
 */
struct nl_bench {
	struct kunit *test;
	struct file *file;
	struct socket *sock;
	u16 id;
	u32 version;
	u32 hdrsize;
	u32 group;
	struct sk_buff *skb;
	struct nlmsghdr *header;
	u32 seq;
	u8 *buffer;
	struct nlmsghdr *next;
	int left;
};

int nl_bench_init(struct kunit *test, unsigned int dialects, const char *family);
void nl_bench_exit(struct kunit *test);
void *nl_begin(struct nl_bench *b, u8 cmd, u16 flags);
struct nlattr *nl_nest(struct nl_bench *b, int attr);
int nl_send(struct nl_bench *b);
void nl_listen(struct nl_bench *b);
struct nlmsghdr *nl_receive(struct nl_bench *b);
void nl_drain(struct nl_bench *b);
const struct cred *nl_drop(struct kunit *test, int cap);
void nl_restore(const struct cred *old);
struct nlattr *nl_find(struct nl_bench *b, struct nlmsghdr *msg, int depth, ...);
u8 nl_cmd(const struct nlmsghdr *msg);
int nl_error(struct nl_bench *b, struct nlmsghdr *msg);
const char *nl_error_text(struct nl_bench *b, struct nlmsghdr *msg);
const struct nlattr *nl_error_attr(struct nl_bench *b, struct nlmsghdr *msg, int type);

#endif
