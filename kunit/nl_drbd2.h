/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Family drbd2: what its test suites have in common
 */
#ifndef DRBD_TESTS_NL_DRBD2_H
#define DRBD_TESTS_NL_DRBD2_H

#include "nl_bench.h"

struct nl_options;

/* Number of the nest */
#define CONTEXT		1

extern const struct nl_options drbd2_options;

int drbd2_init(struct kunit *test);
void drbd2_context(struct nl_bench *b, const char *name, s64 volume, s64 minor, s64 peer);

#endif
