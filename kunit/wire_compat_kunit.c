// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what is said in other words to other versions
 *
 * Expectations are literals of spec/wire.md 4, 5.7, 5.9 and 10.7 to 10.17, and of
 * spec/io.md F9.
 */

#include <kunit/test.h>

#include "../core/wire_compat.h"

struct number_row {
	const char *name;
	u32 version;
	u32 features;
	u32 number;
	u32 sent;
};

static const struct number_row numbers[] = {
	{ "SYNC_PARAM, 88", 88, 0, 0x23, 0x0a },
	{ "SYNC_PARAM, 89", 89, 0, 0x23, 0x23 },
	{ "CONN_ST_CHG_REQ, 99", 99, 0, 0x2a, 0x12 },
	{ "CONN_ST_CHG_REQ, 100", 100, 0, 0x2a, 0x2a },
	{ "CONN_ST_CHG_REPLY, 97", 97, 0, 0x2b, 0x1d },
	{ "CONN_ST_CHG_REPLY, 100", 100, 0, 0x2b, 0x2b },
	{ "CONN_ST_CHG_REPLY, 101", 101, 0, 0x2b, 0x2b },
	{ "UUIDS, 101", 101, 0xf, 0x42, 0x0c },
	{ "UUIDS, 118", 118, 0xf, 0x42, 0x42 },
	{ "RS_CANCEL, 101", 101, 0xf, 0x4a, 0x29 },
	{ "RS_CANCEL, 124", 124, 0xf, 0x4a, 0x4a },
	{ "WRITE_ACK_IN_SYNC, 121", 121, 0x6f, 0x51, 0x17 },
	{ "WRITE_ACK_IN_SYNC, 122", 122, 0x3f, 0x51, 0x51 },
	{ "RS_NEG_ACK, 121", 121, 0x6f, 0x52, 0x19 },
	{ "RS_NEG_ACK, 122", 122, 0x3f, 0x52, 0x52 },
	{ "OV_RESULT, 121", 121, 0x6f, 0x53, 0x20 },
	{ "OV_RESULT, 122", 122, 0x3f, 0x53, 0x53 },
	{ "RS_DEALLOCATED, 121", 121, 0x6f, 0x54, 0x33 },
	{ "RS_DEALLOCATED, 122", 122, 0x3f, 0x54, 0x54 },
	{ "RS_DATA_REQUEST", 124, 0x3ef, 0x4c, 0x09 },
	{ "RS_DAGTAG_REQ", 124, 0x010, 0x4c, 0x4c },
	{ "CSUM_RS_REQUEST", 124, 0x3ef, 0x4d, 0x21 },
	{ "RS_CSUM_DAGTAG_REQ", 124, 0x010, 0x4d, 0x4d },
	{ "RS_THIN_REQ", 124, 0x3ef, 0x4e, 0x32 },
	{ "RS_THIN_DAGTAG_REQ", 124, 0x012, 0x4e, 0x4e },
	{ "OV_REQUEST", 124, 0x3ef, 0x4f, 0x1e },
	{ "OV_DAGTAG_REQ", 124, 0x010, 0x4f, 0x4f },
	{ "OV_REPLY", 124, 0x3ef, 0x50, 0x1f },
	{ "OV_DAGTAG_REPLY", 124, 0x010, 0x50, 0x50 },
	{ "TRIM", 101, 0x007, 0x36, 0x31 },
	{ "ZEROES", 101, 0x00f, 0x36, 0x36 },
	{ "WRITE_ACK has no other form", 86, 0, 0x16, 0x16 },
};

KUNIT_ARRAY_PARAM_DESC(number, numbers, name);

static void wire_compat_number_test(struct kunit *test)
{
	const struct number_row *row = test->param_value;
	struct drbd_wire_link link = { row->version, row->features };

	KUNIT_EXPECT_EQ(test, drbd_wire_number_for(&link, row->number), row->sent);
}

/* Whatever version it is, what gets sent is known to it. */
static void wire_compat_permitted_test(struct kunit *test)
{
	static const u32 versions[] = { 89, 95, 101, 118, 121, 122, 124 };
	struct drbd_wire_error err;
	struct drbd_wire_link link;
	int i, j;

	for (i = 0; i < ARRAY_SIZE(versions); i++) {
		for (j = 0; j < ARRAY_SIZE(numbers); j++) {
			u32 number;

			link = (struct drbd_wire_link) { versions[i], 0x3ff };
			/* Before 96 a source could not take back what it had agreed to;
			 * since 110 states change in two phases.
			 */
			if ((numbers[j].number == 0x4a && link.version < 96) ||
			    (numbers[j].number / 2 == 0x15 && link.version > 101))
				continue;
			number = drbd_wire_number_for(&link, numbers[j].number);
			KUNIT_EXPECT_EQ_MSG(test,
					    drbd_wire_permitted(&link, drbd_wire_packet(number),
								&err),
					    0, "%s, version %u", numbers[j].name, link.version);
		}
	}
}

struct ack_row {
	const char *name;
	u32 version;
	u32 number;
	bool syncer;
	enum drbd_wire_ack ack;
};

static const struct ack_row acks[] = {
	/* 10.12 */
	{ "RS_WRITE_ACK, syncer, 121", 121, 0x17, true, DRBD_ACK_RS_WRITTEN },
	{ "RS_WRITE_ACK, 121", 121, 0x17, false, DRBD_ACK_WRITTEN_IN_SYNC },
	{ "RS_WRITE_ACK, 122", 122, 0x17, false, DRBD_ACK_RS_WRITTEN },
	{ "NEG_ACK, syncer, 121", 121, 0x19, true, DRBD_ACK_RS_FAILED },
	{ "NEG_ACK, 124", 124, 0x19, false, DRBD_ACK_FAILED },
	{ "WRITE_ACK_IN_SYNC, 122", 122, 0x51, false, DRBD_ACK_WRITTEN_IN_SYNC },
	/* 5.7 */
	{ "NEG_ACK, 101", 101, 0x19, false, DRBD_ACK_FAILED },
	{ "NEG_ACK, all ones, 122", 122, 0x19, true, DRBD_ACK_FAILED },
	{ "RS_WRITE_ACK, all ones, 122", 122, 0x17, true, DRBD_ACK_RS_WRITTEN },
	{ "RS_NEG_ACK, 122", 122, 0x52, false, DRBD_ACK_RS_FAILED },
	{ "WRITE_ACK", 101, 0x16, false, DRBD_ACK_WRITTEN },
	{ "RECV_ACK", 124, 0x15, false, DRBD_ACK_RECEIVED },
	{ "BARRIER_ACK", 124, 0x1c, false, DRBD_ACK_OTHER },
};

KUNIT_ARRAY_PARAM_DESC(ack, acks, name);

static void wire_compat_ack_test(struct kunit *test)
{
	const struct ack_row *row = test->param_value;
	u64 id = row->syncer ? ~0ULL : 0x1122334455667788ULL;

	KUNIT_EXPECT_EQ(test, drbd_wire_ack_meaning(row->version, row->number, id), row->ack);
}

/* The way there and back, with the id that a resync answer gets. */
static void wire_compat_ack_round_test(struct kunit *test)
{
	static const struct {
		u32 number;
		enum drbd_wire_ack ack;
	} kinds[] = {
		{ DRBD_P_RECV_ACK, DRBD_ACK_RECEIVED }, { DRBD_P_WRITE_ACK, DRBD_ACK_WRITTEN },
		{ DRBD_P_WRITE_ACK_IN_SYNC, DRBD_ACK_WRITTEN_IN_SYNC },
		{ DRBD_P_NEG_ACK, DRBD_ACK_FAILED }, { DRBD_P_RS_WRITE_ACK, DRBD_ACK_RS_WRITTEN },
		{ DRBD_P_RS_NEG_ACK, DRBD_ACK_RS_FAILED },
	};
	static const u32 versions[] = { 86, 101, 118, 121, 122, 124 };
	int i, j;

	for (i = 0; i < ARRAY_SIZE(versions); i++) {
		struct drbd_wire_link link = { versions[i], 0x00f };

		for (j = 0; j < ARRAY_SIZE(kinds); j++) {
			u32 number = drbd_wire_number_for(&link, kinds[j].number);
			u64 id = 4711;

			if (kinds[j].ack >= DRBD_ACK_RS_WRITTEN)
				id = drbd_wire_resync_id(versions[i], id);
			KUNIT_EXPECT_EQ(test, drbd_wire_ack_meaning(versions[i], number, id),
					kinds[j].ack);
		}
	}
}

static void wire_compat_ids_test(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, drbd_wire_has_ids(101));
	KUNIT_EXPECT_FALSE(test, drbd_wire_has_ids(121));
	KUNIT_EXPECT_TRUE(test, drbd_wire_has_ids(122));
	KUNIT_EXPECT_EQ(test, drbd_wire_resync_id(121, 5), 0xffffffffffffffffULL);
	KUNIT_EXPECT_EQ(test, drbd_wire_resync_id(122, 5), 5);
}

struct write_row {
	const char *name;
	u32 version;
	u32 features;
	struct drbd_wire_write write;
	u32 number;
	u32 flags;
};

static const struct write_row writes[] = {
	/* 10.10, protocol A if nothing is said */
	{ "sync", 124, 0x3ff, { .sync = true, .protocol = 1 }, 0x00, 0x002 },
	{ "fua, preflush", 124, 0x3ff, { .fua = true, .preflush = true }, 0x00, 0x030 },
	{ "discard", 124, 0x3ff, { .discard = true }, 0x31, 0x040 },
	{ "zeroes", 124, 0x3ff, { .zeroes = true }, 0x36, 0x440 },
	{ "zeroes, no unmap", 124, 0x3ff, { .zeroes = true, .no_unmap = true }, 0x36, 0x400 },
	{ "zeroes, old", 101, 0x007, { .zeroes = true }, 0x31, 0x040 },
	{ "zeroes, no unmap, old", 101, 0x007, { .zeroes = true, .no_unmap = true }, 0x31,
	  0x040 },
	{ "94", 94, 0, { .sync = true, .fua = true, .preflush = true, .protocol = 3 }, 0x00,
	  0x002 },
	{ "95", 95, 0, { .sync = true, .fua = true, .preflush = true, .protocol = 3 }, 0x00,
	  0x032 },
	{ "protocol C", 100, 0, { .sync = true, .protocol = 3 }, 0x00, 0x102 },
	{ "protocol B", 100, 0, { .protocol = 2 }, 0x00, 0x080 },
	{ "syncing, A", 124, 0x3ff, { .syncing = true, .protocol = 1 }, 0x00, 0x104 },
	{ "syncing, B", 124, 0x3ff, { .syncing = true, .protocol = 2 }, 0x00, 0x184 },
	{ "syncing, C", 124, 0x3ff, { .syncing = true, .protocol = 3 }, 0x00, 0x104 },
	/* spec/io.md F9 */
	{ "plain", 118, 0x008, { .protocol = 1 }, 0x00, 0 },
	{ "sync, fua, preflush", 118, 0x008,
	  { .sync = true, .fua = true, .preflush = true, .protocol = 1 }, 0x00, 50 },
	{ "plain, C", 118, 0x008, { .protocol = 3 }, 0x00, 256 },
	{ "plain, C, 97", 97, 0, { .protocol = 3 }, 0x00, 0 },
	/* 9: vectors 32 and 33 */
	{ "discard, C", 124, 0x3ff, { .discard = true, .protocol = 3 }, 0x31, 0x140 },
	{ "zeroes, C", 124, 0x3ff, { .zeroes = true, .protocol = 3 }, 0x36, 0x540 },
	/* no acks by flags before 100 */
	{ "99, C", 99, 0, { .fua = true, .protocol = 3 }, 0x00, 0x010 },
	{ "97, syncing", 97, 0, { .syncing = true, .protocol = 2 }, 0x00, 0x004 },
};

KUNIT_ARRAY_PARAM_DESC(write, writes, name);

static void wire_compat_write_test(struct kunit *test)
{
	const struct write_row *row = test->param_value;
	struct drbd_wire_link link = { row->version, row->features };

	KUNIT_EXPECT_EQ(test, drbd_wire_write_number(&link, &row->write), row->number);
	KUNIT_EXPECT_EQ(test, drbd_wire_write_flags(&link, &row->write), row->flags);
}

static void wire_compat_limits_test(struct kunit *test)
{
	/* 10.15 */
	KUNIT_EXPECT_EQ(test, drbd_wire_max_bio(94), 32768);
	KUNIT_EXPECT_EQ(test, drbd_wire_max_bio(95), 131072);
	KUNIT_EXPECT_EQ(test, drbd_wire_max_bio(99), 131072);
	KUNIT_EXPECT_EQ(test, drbd_wire_max_bio(100), 1048576);
	KUNIT_EXPECT_EQ(test, drbd_wire_max_bio(124), 1048576);
	KUNIT_EXPECT_EQ(test, drbd_wire_max_discard(0x004), 134217728);
	KUNIT_EXPECT_EQ(test, drbd_wire_max_discard(0x3fb), 4194304);
	/* 10.17 */
	KUNIT_EXPECT_FALSE(test, drbd_wire_has_stop_sector(96));
	KUNIT_EXPECT_TRUE(test, drbd_wire_has_stop_sector(97));
	KUNIT_EXPECT_TRUE(test, drbd_wire_has_stop_sector(99));
	KUNIT_EXPECT_FALSE(test, drbd_wire_has_stop_sector(100));
	KUNIT_EXPECT_TRUE(test, drbd_wire_has_stop_sector(101));
	KUNIT_EXPECT_TRUE(test, drbd_wire_has_stop_sector(110));
	KUNIT_EXPECT_TRUE(test, drbd_wire_has_stop_sector(124));
}

struct sizes_row {
	const char *name;
	u64 d_size;
	u64 u_size;
	u64 c_size;
	bool bogus;
};

static const struct sizes_row sizes[] = {
	/* 10.16 */
	{ "equal", 100, 0, 100, false },
	{ "above disk", 100, 0, 101, true },
	{ "no limits", 0, 0, 500, false },
	{ "as user wants", 100, 50, 50, false },
	{ "above user", 100, 50, 51, true },
	{ "diskless, above user", 0, 50, 60, true },
	{ "nothing", 0, 0, 0, false },
	{ "asks for a reply", 100, 50, 0, false },
};

KUNIT_ARRAY_PARAM_DESC(sizes, sizes, name);

static void wire_compat_sizes_test(struct kunit *test)
{
	const struct sizes_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_wire_sizes_bogus(row->d_size, row->u_size, row->c_size),
			row->bogus);
}

/* 10.7 */
static void wire_compat_after_sb_test(struct kunit *test)
{
	static const u8 mirrored[] = { 0, 1, 2, 3, 4, 6, 5, 7, 8, 9, 10, 11, 12, 13 };
	int i;

	for (i = 0; i < ARRAY_SIZE(mirrored); i++)
		KUNIT_EXPECT_EQ(test, drbd_wire_after_sb_mirror(i), mirrored[i]);
}

static struct kunit_case wire_compat_cases[] = {
	KUNIT_CASE_PARAM(wire_compat_number_test, number_gen_params),
	KUNIT_CASE(wire_compat_permitted_test),
	KUNIT_CASE_PARAM(wire_compat_ack_test, ack_gen_params),
	KUNIT_CASE(wire_compat_ack_round_test),
	KUNIT_CASE(wire_compat_ids_test),
	KUNIT_CASE_PARAM(wire_compat_write_test, write_gen_params),
	KUNIT_CASE(wire_compat_limits_test),
	KUNIT_CASE_PARAM(wire_compat_sizes_test, sizes_gen_params),
	KUNIT_CASE(wire_compat_after_sb_test),
	{}
};

static struct kunit_suite wire_compat_suite = {
	.name = "drbd-wire-compat",
	.test_cases = wire_compat_cases,
};

kunit_test_suite(wire_compat_suite);
