/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Family drbd version 2: what its test suites have in common
 */
#ifndef DRBD_TESTS_NL_V2_H
#define DRBD_TESTS_NL_V2_H

#include "nl_bench.h"

struct nl_options;

/* Number of the nest */
#define CONTEXT		2

#define NO_MINOR	U32_MAX

/**
 * struct v2_header - fixed header of a message
 * @minor: NO_MINOR if it is not about a device
 * @code: result; flags in requests
 */
struct v2_header {
	u32 minor;
	s32 code;
};

extern const struct nl_options v2_options;
extern const u8 v2_ipv4[16];

int v2_init(struct kunit *test);
struct v2_header *v2_begin(struct nl_bench *b, u8 cmd, u32 minor);
void v2_context(struct nl_bench *b, const char *name, s64 volume, s64 peer);
struct nlmsghdr *v2_reply(struct nl_bench *b);
struct v2_header *v2_head(struct nlmsghdr *msg);
const char *v2_text(struct nl_bench *b, struct nlmsghdr *msg);
int v2_result(struct nl_bench *b);

#endif
