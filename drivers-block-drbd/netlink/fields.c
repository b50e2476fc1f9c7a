// SPDX-License-Identifier: GPL-2.0-only
/*
 * Members of structures as attributes
 *
 * Lengths are checked here, whatever a policy has checked before: one dialect has
 * to take attributes that it does not know, and cannot have strict policies.
 * Nothing is cut: what does not fit into a member is refused.
 */

#include <net/netlink.h>

#include "fields.h"

/* Whether the attribute has the length that it should have; stores the value */
static bool get_value(const struct nlattr *attr, enum drbd_nl_kind kind, void *member,
		      size_t size)
{
	size_t length = nla_len(attr), used;

	switch (kind) {
	case DRBD_NL_BOOL:
		if (length != sizeof(u8))
			return false;
		*(bool *)member = nla_get_u8(attr);
		return true;
	case DRBD_NL_FLAG:
		*(bool *)member = true;
		return length == 0;
	case DRBD_NL_BOOL32:
		if (length != sizeof(u32))
			return false;
		*(bool *)member = nla_get_u32(attr);
		return true;
	case DRBD_NL_U32:
		if (length != sizeof(u32))
			return false;
		*(u32 *)member = nla_get_u32(attr);
		return true;
	case DRBD_NL_U64:
		if (length != sizeof(u64))
			return false;
		*(u64 *)member = nla_get_u64(attr);
		return true;
	case DRBD_NL_STRING:
		used = strnlen(nla_data(attr), length);
		if (used == length || used >= size)
			return false;
		memcpy(member, nla_data(attr), used);
		memset(member + used, 0, size - used);
		return true;
	}
	return false;
}

static int put_value(struct sk_buff *skb, int attr, enum drbd_nl_kind kind, const void *member,
		     int pad)
{
	switch (kind) {
	case DRBD_NL_BOOL:
		return nla_put_u8(skb, attr, *(const bool *)member);
	case DRBD_NL_FLAG:
		return *(const bool *)member ? nla_put_flag(skb, attr) : 0;
	case DRBD_NL_BOOL32:
		return nla_put_u32(skb, attr, *(const bool *)member);
	case DRBD_NL_U32:
		return nla_put_u32(skb, attr, *(const u32 *)member);
	case DRBD_NL_U64:
		return pad < 0 ? nla_put(skb, attr, sizeof(u64), member) :
			nla_put_u64_64bit(skb, attr, *(const u64 *)member, pad);
	case DRBD_NL_STRING:
		return nla_put_string(skb, attr, member);
	}
	return -EINVAL;
}

static enum drbd_nl_kind kind_of(const struct drbd_option *option)
{
	switch (option->type) {
	case DRBD_OPTION_BOOL:
		return DRBD_NL_BOOL;
	case DRBD_OPTION_U64:
		return DRBD_NL_U64;
	case DRBD_OPTION_STRING:
		return DRBD_NL_STRING;
	default:
		return DRBD_NL_U32;
	}
}

/**
 * drbd_nl_get_fields() - read a nest into a structure
 * @tb: attributes in the nest by number
 * @nest: what there can be
 * @to: the structure; what is not given stays as it is
 * @bad: the attribute that cannot be
 *
 * Return: NULL, or the name of the attribute that cannot be.
 */
const char *drbd_nl_get_fields(struct nlattr **tb, const struct drbd_nl_nest *nest, void *to,
			       const struct nlattr **bad)
{
	unsigned int i;

	for (i = 0; i < nest->count; i++) {
		const struct drbd_nl_field *field = &nest->fields[i];

		*bad = tb[field->attr];
		if (*bad && !get_value(*bad, field->kind, to + field->offset, field->size))
			return field->name;
	}
	*bad = NULL;
	return NULL;
}

/**
 * drbd_nl_get_options() - read a nest of options
 * @tb: attributes in the nest by number
 * @nest: what there can be
 * @conf: structure with options; what is not given stays as it is
 * @given: bit i for the i-th option, those that were given
 * @bad: the attribute that cannot be
 *
 * Return: NULL, or the name of the attribute that cannot be.
 */
const char *drbd_nl_get_options(struct nlattr **tb, const struct drbd_nl_nest *nest, void *conf,
				u64 *given, const struct nlattr **bad)
{
	unsigned int i;

	*given = 0;
	for (i = 0; i < nest->options->count; i++) {
		const struct drbd_option *option = &nest->options->options[i];

		*bad = tb[nest->attrs[i]];
		if (!*bad)
			continue;
		if (!get_value(*bad, kind_of(option), conf + option->offset, option->size))
			return option->name;
		*given |= BIT_ULL(i);
	}
	*bad = NULL;
	return NULL;
}

/**
 * drbd_nl_put_fields() - send a structure
 * @skb: message
 * @nest: what is sent of it
 * @from: the structure
 * @pad: attribute to align 64-bit values with, negative if they are not aligned
 *
 * Return: 0 or -EMSGSIZE.
 */
int drbd_nl_put_fields(struct sk_buff *skb, const struct drbd_nl_nest *nest, const void *from,
		       int pad)
{
	unsigned int i;
	int err;

	for (i = 0; i < nest->count; i++) {
		const struct drbd_nl_field *field = &nest->fields[i];

		err = put_value(skb, field->attr, field->kind, from + field->offset, pad);
		if (err)
			return err;
	}
	return 0;
}

/**
 * drbd_nl_put_options() - send the options of a set
 * @skb: message
 * @nest: numbers of attributes
 * @conf: structure with options
 * @without: DRBD_OPTION_*, flags of options to leave out
 * @pad: attribute to align 64-bit values with, negative if they are not aligned
 *
 * Return: 0 or -EMSGSIZE.
 */
int drbd_nl_put_options(struct sk_buff *skb, const struct drbd_nl_nest *nest, const void *conf,
			u8 without, int pad)
{
	unsigned int i;
	int err;

	for (i = 0; i < nest->options->count; i++) {
		const struct drbd_option *option = &nest->options->options[i];

		if (option->flags & without)
			continue;
		err = put_value(skb, nest->attrs[i], kind_of(option), conf + option->offset, pad);
		if (err)
			return err;
	}
	return 0;
}

/**
 * drbd_nl_put_nest() - send a structure in a nest
 * @skb: message
 * @nest: the nest, and what is in it
 * @flags: NLA_F_NESTED or 0
 * @from: the structure
 * @pad: attribute to align 64-bit values with, negative if they are not aligned
 *
 * Return: 0 or -EMSGSIZE.
 */
int drbd_nl_put_nest(struct sk_buff *skb, const struct drbd_nl_nest *nest, u16 flags,
		     const void *from, int pad)
{
	struct nlattr *start = nla_nest_start_noflag(skb, nest->attr | flags);
	int err;

	if (!start)
		return -EMSGSIZE;
	err = nest->options ? drbd_nl_put_options(skb, nest, from, 0, pad) :
		drbd_nl_put_fields(skb, nest, from, pad);
	if (err)
		return err;
	nla_nest_end(skb, start);
	return 0;
}
