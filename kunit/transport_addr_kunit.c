// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of addresses of paths
 *
 * The tables are those of spec/transport.md 16.1 and 16.8.
 */

#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/module.h>
#include <linux/string.h>

#include "../transport/addr.h"

/**
 * struct test_addr - an address in a table
 * @family: 0 for AF_INET
 * @port: port
 * @v4: bytes of the address
 * @v6_hi: first 16 bits of the address
 * @v6_lo: last 16 bits of the address
 * @scope: of a link
 * @mapped: @v4 as a mapped address
 */
struct test_addr {
	u16 family;
	u16 port;
	u8 v4[4];
	u16 v6_hi;
	u16 v6_lo;
	u32 scope;
	bool mapped;
};

static int test_addr_build(const struct test_addr *a, struct sockaddr_storage *out)
{
	struct sockaddr_in6 *v6 = (void *)out;
	struct sockaddr_in *v4 = (void *)out;

	memset(out, 0, sizeof(*out));
	if (a->family != AF_INET6) {
		v4->sin_family = a->family ?: AF_INET;
		v4->sin_port = htons(a->port);
		memcpy(&v4->sin_addr, a->v4, 4);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(a->port);
	v6->sin6_scope_id = a->scope;
	v6->sin6_addr.s6_addr16[0] = htons(a->v6_hi);
	v6->sin6_addr.s6_addr16[7] = htons(a->v6_lo);
	if (a->mapped) {
		v6->sin6_addr.s6_addr16[5] = htons(0xffff);
		memcpy(&v6->sin6_addr.s6_addr16[6], a->v4, 4);
	}
	return sizeof(*v6);
}

struct order_row {
	const char *name;
	struct test_addr my, peer;
	bool data;
};

#define P4(a, b, c, d, p)	{ .v4 = { a, b, c, d }, .port = p }
#define P6(hi, lo, p)		{ .family = AF_INET6, .v6_hi = hi, .v6_lo = lo, .port = p }

static const struct order_row order_rows[] = {
	{ "10.0.0.1 10.0.0.2", P4(10, 0, 0, 1, 7788), P4(10, 0, 0, 2, 7788), false },
	{ "10.0.0.2 10.0.0.1", P4(10, 0, 0, 2, 7788), P4(10, 0, 0, 1, 7788), true },
	{ "greater port", P4(10, 0, 0, 1, 7789), P4(10, 0, 0, 2, 7788), true },
	{ "smaller port", P4(10, 0, 0, 2, 7788), P4(10, 0, 0, 1, 7789), false },
	{ "192.168.1.9", P4(192, 168, 1, 9, 7000), P4(192, 168, 1, 10, 7000), false },
	{ "9.255.255.255", P4(9, 255, 255, 255, 7788), P4(10, 0, 0, 0, 7788), false },
	{ "ports 7001 7002", P4(127, 0, 0, 1, 7001), P4(127, 0, 0, 1, 7002), false },
	{ "ports 7002 7001", P4(127, 0, 0, 1, 7002), P4(127, 0, 0, 1, 7001), true },
	{ "ports 256 255", P4(10, 0, 0, 1, 256), P4(10, 0, 0, 2, 255), true },
	{ "ports 255 256", P4(10, 0, 0, 2, 255), P4(10, 0, 0, 1, 256), false },
	{ "unsigned bytes", P4(128, 0, 0, 1, 7788), P4(127, 255, 255, 255, 7788), true },
	{ "fd00::1 fd00::2", P6(0xfd00, 1, 7788), P6(0xfd00, 2, 7788), false },
	{ "fd00::2 fd00::1", P6(0xfd00, 2, 7788), P6(0xfd00, 1, 7788), true },
	{ "::1 ports", P6(0, 1, 7001), P6(0, 1, 7002), false },
	{ "2001::ff, ports", P6(0x2001, 0xff, 7789), P6(0x2001, 1, 7790), false },
	{ "identical", P4(10, 0, 0, 1, 7788), P4(10, 0, 0, 1, 7788), false },
};

KUNIT_ARRAY_PARAM_DESC(order, order_rows, name);

static void addr_order_test(struct kunit *test)
{
	const struct order_row *row = test->param_value;
	struct sockaddr_storage my, peer;
	int my_len = test_addr_build(&row->my, &my);
	int peer_len = test_addr_build(&row->peer, &peer);
	bool same = my_len == peer_len && !memcmp(&my, &peer, my_len);

	KUNIT_EXPECT_EQ(test, drbd_addr_greater(&my, my_len, &peer, peer_len), row->data);
	KUNIT_EXPECT_EQ(test, drbd_addr_greater(&peer, peer_len, &my, my_len),
			!row->data && !same);
}

struct equal_row {
	const char *name;
	struct test_addr a, b;
	bool addr, port;
};

#define LINK(s, p)	{ .family = AF_INET6, .v6_hi = 0xfe80, .v6_lo = 1, .scope = s, .port = p }
#define WIDE(s, p)	{ .family = AF_INET6, .v6_hi = 0xfd00, .v6_lo = 1, .scope = s, .port = p }
#define TEN1		.v4 = { 10, 0, 0, 1 }, .port = 1

static const struct equal_row equal_rows[] = {
	{ "same", { TEN1 }, { TEN1 }, true, true },
	{ "other port", { TEN1 }, P4(10, 0, 0, 1, 2), true, false },
	{ "other address", { TEN1 }, P4(10, 0, 0, 2, 1), false, false },
	{ "IPv4, IPv6", { TEN1 }, P6(0, 1, 1), false, false },
	{ "other link", LINK(2, 1), LINK(3, 1), false, false },
	{ "same link, other port", LINK(2, 1), LINK(2, 2), true, false },
	{ "scope without a link", WIDE(2, 1), WIDE(3, 1), true, true },
	{ "mapped", { .family = AF_INET6, .mapped = true, TEN1 }, { TEN1 }, false, false },
	{ "family 27", { .family = 27, TEN1 }, { TEN1 }, false, false },
	{ "family 27 both", { .family = 27, TEN1 }, { .family = 27, TEN1 }, true, true },
};

KUNIT_ARRAY_PARAM_DESC(equal, equal_rows, name);

static void addr_equal_test(struct kunit *test)
{
	const struct equal_row *row = test->param_value;
	struct sockaddr_storage a, b;

	test_addr_build(&row->a, &a);
	test_addr_build(&row->b, &b);
	KUNIT_EXPECT_EQ(test, drbd_addr_equal(&a, &b), row->addr);
	KUNIT_EXPECT_EQ(test, drbd_addr_equal(&b, &a), row->addr);
	KUNIT_EXPECT_EQ(test, drbd_addr_port_equal(&a, &b), row->port);
	KUNIT_EXPECT_EQ(test, drbd_addr_port_equal(&b, &a), row->port);
}

static void addr_check_test(struct kunit *test)
{
	static const struct test_addr v4 = P4(10, 0, 0, 1, 7788), v6 = P6(0xfd00, 1, 7788);
	struct sockaddr_storage a;

	test_addr_build(&v4, &a);
	KUNIT_EXPECT_EQ(test, drbd_addr_check(&a, 16), 0);
	KUNIT_EXPECT_EQ(test, drbd_addr_check(&a, 15), -EINVAL);
	KUNIT_EXPECT_EQ(test, drbd_addr_check(&a, 28), -EINVAL);
	KUNIT_EXPECT_EQ(test, drbd_addr_check(&a, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, drbd_addr_check(&a, -1), -EINVAL);
	drbd_addr_any_port(&a);
	KUNIT_EXPECT_FALSE(test, ((struct sockaddr_in *)&a)->sin_port);

	test_addr_build(&v6, &a);
	KUNIT_EXPECT_EQ(test, drbd_addr_check(&a, 28), 0);
	KUNIT_EXPECT_EQ(test, drbd_addr_check(&a, 16), -EINVAL);
	KUNIT_EXPECT_EQ(test, drbd_addr_check(&a, 128), -EINVAL);
	drbd_addr_any_port(&a);
	KUNIT_EXPECT_FALSE(test, ((struct sockaddr_in6 *)&a)->sin6_port);

	a.ss_family = 27;
	KUNIT_EXPECT_EQ(test, drbd_addr_check(&a, 16), 0);
	KUNIT_EXPECT_EQ(test, drbd_addr_check(&a, 28), -EINVAL);
}

static struct kunit_case addr_cases[] = {
	KUNIT_CASE_PARAM(addr_order_test, order_gen_params),
	KUNIT_CASE_PARAM(addr_equal_test, equal_gen_params),
	KUNIT_CASE(addr_check_test),
	{}
};

static struct kunit_suite addr_suite = {
	.name = "drbd-transport-addr",
	.test_cases = addr_cases,
};

kunit_test_suite(addr_suite);

MODULE_DESCRIPTION("KUnit tests of DRBD's transports");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("DRBD_TRANSPORT");
