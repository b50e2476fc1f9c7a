/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Members of structures as attributes
 *
 * The dialects have the same structures with other numbers; tables say which.
 */
#ifndef DRBD_NETLINK_FIELDS_H
#define DRBD_NETLINK_FIELDS_H

#include <linux/stddef.h>
#include <linux/types.h>

#include "../core/options.h"

struct nlattr;
struct sk_buff;

/**
 * enum drbd_nl_kind - an attribute, and the member that it is
 * @DRBD_NL_BOOL: u8; bool
 * @DRBD_NL_FLAG: no value; bool, true if it is there
 * @DRBD_NL_BOOL32: u32; bool
 * @DRBD_NL_U32: u32
 * @DRBD_NL_U64: u64
 * @DRBD_NL_STRING: string with a zero at the end; char[]
 */
enum drbd_nl_kind {
	DRBD_NL_BOOL,
	DRBD_NL_FLAG,
	DRBD_NL_BOOL32,
	DRBD_NL_U32,
	DRBD_NL_U64,
	DRBD_NL_STRING,
};

/**
 * struct drbd_nl_field - an attribute
 * @name: for people
 * @attr: its number
 * @kind: of it
 * @offset: of the member
 * @size: of the member in bytes
 */
struct drbd_nl_field {
	const char *name;
	u16 attr;
	u8 kind;
	u16 offset;
	u16 size;
};

#define DRBD_NL_FIELD(number, what, type, member...)			\
	{ .name = #member, .attr = number, .kind = DRBD_NL_##what,	\
	  .offset = offsetof(struct type, member),			\
	  .size = sizeof_field(struct type, member) }

/**
 * struct drbd_nl_nest - attributes that are together in a nest
 * @attr: number of the nest
 * @max: largest number in it
 * @fields: attributes in the order in which they are sent
 * @count: number of @fields
 * @options: NULL; or the set of options that is in it, instead of @fields
 * @attrs: numbers of these, in the order of @options
 */
struct drbd_nl_nest {
	u16 attr;
	u16 max;
	const struct drbd_nl_field *fields;
	unsigned int count;
	const struct drbd_option_set *options;
	const u8 *attrs;
};

/* Largest attribute number in any nest */
#define DRBD_NL_ATTR_MAX	44

const char *drbd_nl_get_fields(struct nlattr **tb, const struct drbd_nl_nest *nest, void *to,
			       const struct nlattr **bad);
const char *drbd_nl_get_options(struct nlattr **tb, const struct drbd_nl_nest *nest, void *conf,
				u64 *given, const struct nlattr **bad);
int drbd_nl_put_fields(struct sk_buff *skb, const struct drbd_nl_nest *nest, const void *from,
		       int pad);
int drbd_nl_put_options(struct sk_buff *skb, const struct drbd_nl_nest *nest, const void *conf,
			u8 without, int pad);
int drbd_nl_put_nest(struct sk_buff *skb, const struct drbd_nl_nest *nest, u16 flags,
		     const void *from, int pad);

#endif
