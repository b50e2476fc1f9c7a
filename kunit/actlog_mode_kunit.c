// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the decision whether the activity log is needed
 *
 * Expectations are the table of spec/metadata.md 14.9, and the texts of 8.8.
 */

#include <kunit/test.h>

#include "../core/actlog_mode.h"

#define UNKNOWN DRBD_ROLE_UNKNOWN
#define PRIMARY DRBD_ROLE_PRIMARY
#define SECONDARY DRBD_ROLE_SECONDARY

/**
 * struct mode_row - conditions and what follows
 * @name: description
 * @c: the conditions
 * @mode: the mode
 */
struct mode_row {
	const char *name;
	struct drbd_al_conditions c;
	enum drbd_al_mode mode;
};

static const struct mode_row modes[] = {
	{ "no bitmap",
	  { true, false, 1, 1, PRIMARY, SECONDARY, DRBD_D_UP_TO_DATE }, DRBD_AL_OFF },
	{ "no bitmap, could be optimized",
	  { true, false, 1, 1, SECONDARY, PRIMARY, DRBD_D_UP_TO_DATE }, DRBD_AL_OFF },
	{ "al-updates no",
	  { false, true, 1, 1, PRIMARY, SECONDARY, DRBD_D_UP_TO_DATE }, DRBD_AL_OFF },
	{ "al-updates no, could be optimized",
	  { false, true, 1, 1, SECONDARY, PRIMARY, DRBD_D_UP_TO_DATE }, DRBD_AL_OFF },
	{ "Primary peer",
	  { true, true, 1, 1, SECONDARY, PRIMARY, DRBD_D_UP_TO_DATE }, DRBD_AL_OPTIMIZED },
	{ "Primary peer, room for 3",
	  { true, true, 3, 1, SECONDARY, PRIMARY, DRBD_D_UP_TO_DATE }, DRBD_AL_ON },
	{ "two Primaries",
	  { true, true, 1, 1, PRIMARY, PRIMARY, DRBD_D_UP_TO_DATE }, DRBD_AL_ON },
	{ "two Secondaries",
	  { true, true, 1, 1, SECONDARY, SECONDARY, DRBD_D_UP_TO_DATE }, DRBD_AL_ON },
	{ "two peers, one Primary",
	  { true, true, 1, 2, SECONDARY, PRIMARY, DRBD_D_UP_TO_DATE }, DRBD_AL_ON },
	{ "disk unknown",
	  { true, true, 1, 1, SECONDARY, PRIMARY, DRBD_D_UNKNOWN }, DRBD_AL_ON },
	{ "diskless Primary",
	  { true, true, 1, 1, SECONDARY, PRIMARY, DRBD_D_DISKLESS }, DRBD_AL_ON },
	{ "negotiating Primary",
	  { true, true, 1, 1, SECONDARY, PRIMARY, DRBD_D_NEGOTIATING }, DRBD_AL_ON },
	{ "inconsistent Primary",
	  { true, true, 1, 1, SECONDARY, PRIMARY, DRBD_D_INCONSISTENT }, DRBD_AL_OPTIMIZED },
	{ "not connected",
	  { true, true, 1, 1, SECONDARY, UNKNOWN, DRBD_D_UNKNOWN }, DRBD_AL_ON },
	{ "Primary peer, room for 2",
	  { true, true, 2, 1, SECONDARY, PRIMARY, DRBD_D_UP_TO_DATE }, DRBD_AL_ON },
	{ "Primary peer without a disk so far",
	  { true, true, 1, 0, SECONDARY, PRIMARY, DRBD_D_UP_TO_DATE }, DRBD_AL_ON },
	{ "no bitmap, room for 3",
	  { true, false, 3, 2, PRIMARY, SECONDARY, DRBD_D_UP_TO_DATE }, DRBD_AL_OFF },
	{ "alone",
	  { true, true, 1, 0, PRIMARY, UNKNOWN, DRBD_D_DISKLESS }, DRBD_AL_ON },
};

KUNIT_ARRAY_PARAM_DESC(mode, modes, name);

static void actlog_mode_test(struct kunit *test)
{
	const struct mode_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_al_choose_mode(&row->c), row->mode);
}

static void actlog_mode_text_test(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, drbd_al_mode_name(DRBD_AL_ON), "yes");
	KUNIT_EXPECT_STREQ(test, drbd_al_mode_name(DRBD_AL_OFF), "no");
	KUNIT_EXPECT_STREQ(test, drbd_al_mode_name(DRBD_AL_OPTIMIZED), "no (optimized)");
	KUNIT_EXPECT_STREQ(test, drbd_al_mode_name(3), "unknown");
	KUNIT_EXPECT_STREQ(test, drbd_al_mode_text(DRBD_AL_ON), "Enabling local AL-updates");
	KUNIT_EXPECT_STREQ(test, drbd_al_mode_text(DRBD_AL_OFF),
			   "Disabling local AL-updates (config)");
	KUNIT_EXPECT_STREQ(test, drbd_al_mode_text(DRBD_AL_OPTIMIZED),
			   "Disabling local AL-updates (optimization)");
	KUNIT_EXPECT_STREQ(test, drbd_al_mode_text(3), "unknown");
}

static void actlog_mode_suspend_test(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, drbd_al_may_suspend(true, true, DRBD_R_OFF));
	KUNIT_EXPECT_TRUE(test, drbd_al_may_suspend(false, false, DRBD_R_OFF));
	KUNIT_EXPECT_FALSE(test, drbd_al_may_suspend(true, false, DRBD_R_OFF));
	KUNIT_EXPECT_FALSE(test, drbd_al_may_suspend(true, true, DRBD_R_ESTABLISHED));
	KUNIT_EXPECT_FALSE(test, drbd_al_may_suspend(true, true, DRBD_R_AHEAD));
	KUNIT_EXPECT_FALSE(test, drbd_al_may_suspend(false, false, DRBD_R_ESTABLISHED));
}

static struct kunit_case actlog_mode_cases[] = {
	KUNIT_CASE_PARAM(actlog_mode_test, mode_gen_params),
	KUNIT_CASE(actlog_mode_text_test),
	KUNIT_CASE(actlog_mode_suspend_test),
	{}
};

static struct kunit_suite actlog_mode_suite = {
	.name = "drbd-actlog-mode",
	.test_cases = actlog_mode_cases,
};

kunit_test_suite(actlog_mode_suite);
