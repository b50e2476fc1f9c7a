// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options in the netlink dialects: what tests of all dialects have in common
 */

#include <linux/bitops.h>
#include <linux/string.h>

#include "nl_options.h"

const struct nl_option_nest *nl_option_nest(const struct nl_options *all, u8 nest)
{
	const struct nl_option_nest *n = all->nests;

	while (n->nest != nest)
		n++;
	return n;
}

/* The option in the table of the core; NULL if it is not there */
const struct drbd_option *nl_option_of(const struct nl_options *all, const struct nl_option *where)
{
	const struct drbd_option_set *set = nl_option_nest(all, where->nest)->set;
	unsigned int i;

	for (i = 0; i < set->count; i++)
		if (!strcmp(set->options[i].name, where->name ?: where->desc))
			return &set->options[i];
	return NULL;
}

/* A value that is allowed, and is not the default */
s64 nl_other_value(const struct drbd_option *option)
{
	if (option->type == DRBD_OPTION_BOOL)
		return !option->def;
	if (option->type == DRBD_OPTION_ENUM)
		return fls(option->mask & ~BIT(option->def)) - 1;
	return option->def == option->min ? option->max : option->min;
}

/* All options with their defaults but @without, and no other attribute */
void nl_expect_defaults(struct nl_bench *b, const struct nl_options *all, u8 nest,
			const struct nlattr *attrs, const char *without)
{
	const struct drbd_option *option;
	const struct nlattr *attr;
	unsigned int i, count = 0;
	int left;

	KUNIT_ASSERT_NOT_NULL(b->test, attrs);
	for (i = 0; i < all->count; i++) {
		const struct nl_option *where = &all->options[i];

		if (where->nest != nest)
			continue;
		attr = nla_find_nested(attrs, where->attr);
		if (without && !strcmp(where->desc, without)) {
			KUNIT_EXPECT_NULL(b->test, attr);
			continue;
		}
		option = nl_option_of(all, where);
		KUNIT_ASSERT_NOT_NULL_MSG(b->test, attr, "%s", where->desc);
		KUNIT_ASSERT_NOT_NULL_MSG(b->test, option, "%s", where->desc);
		count++;
		if (option->flags & DRBD_OPTION_REQUIRED || option->type == DRBD_OPTION_STRING)
			continue;
		KUNIT_EXPECT_EQ(b->test, nla_len(attr), option->size);
		KUNIT_EXPECT_EQ_MSG(b->test, (u32)option->def,
				    nla_len(attr) == 1 ? nla_get_u8(attr) : *(u32 *)nla_data(attr),
				    "%s", where->desc);
	}
	nla_for_each_nested(attr, attrs, left)
		count -= nla_type(attr) != 0;
	KUNIT_EXPECT_EQ(b->test, count, 0);
}
