/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Options in the netlink dialects: where each of them is, for tests of all dialects
 */
#ifndef DRBD_TESTS_NL_OPTIONS_H
#define DRBD_TESTS_NL_OPTIONS_H

#include "nl_bench.h"

/**
 * struct nl_option - where an option is
 * @desc: name of the attribute
 * @nest: number of its nest
 * @attr: its number there
 * @name: of the option; NULL if that is @desc
 */
struct nl_option {
	const char *desc;
	u8 nest;
	u8 attr;
	const char *name;
};

/**
 * struct nl_option_nest - a nest with options
 * @nest: its number
 * @create: command that creates an object with them, 0 if there is none
 * @change: command that changes them, 0 if there is none
 * @set: the options
 */
struct nl_option_nest {
	u8 nest;
	u8 create;
	u8 change;
	const struct drbd_option_set *set;
};

/**
 * struct nl_options - all options of a dialect
 * @options: each of them
 * @count: how many there are
 * @nests: where they are
 */
struct nl_options {
	const struct nl_option *options;
	unsigned int count;
	const struct nl_option_nest *nests;
};

const struct nl_option_nest *nl_option_nest(const struct nl_options *all, u8 nest);
const struct drbd_option *nl_option_of(const struct nl_options *all,
				       const struct nl_option *where);
s64 nl_other_value(const struct drbd_option *option);
void nl_expect_defaults(struct nl_bench *b, const struct nl_options *all, u8 nest,
			const struct nlattr *attrs, const char *without);

#endif
