// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of discards of a resync that become one
 *
 * Expectations are reasoned by hand from spec/resync.md 4.5. Requests are of 1 MiB,
 * and are named by their number: request n starts at n MiB.
 */

#include <kunit/test.h>
#include <linux/string.h>

#include "../core/resync_merge.h"

#define MIB_SECTORS 2048

struct walk_row {
	const char *name;
	const char *answers;	/* of requests that follow each other, "." for a gap */
	u32 first;
	u32 granularity;	/* in MiB */
	bool last;
	const char *submitted;	/* same positions, a digit for each discard */
};

static const struct walk_row walks[] = {
	{ "nothing", "nnn", 0, 1, false, "   " },
	{ "may still grow", "zzz", 0, 1, false, "   " },
	{ "end of the pass", "zzz", 0, 1, true, "111" },
	{ "followed by data", "zzdz", 0, 1, false, "11  " },
	{ "followed by a gap", "zz.zz", 0, 1, false, "11   " },
	{ "followed by one without answer", "zznzz", 0, 1, false, "     " },
	{ "one without answer behind a gap", "zz.nzz", 0, 1, false, "11    " },
	{ "only the last one is the last", "zznzz", 0, 1, true, "   11" },
	{ "aligned end", "zzzz", 126, 1, false, "11  " },
	{ "aligned end, and more", "zzzzd", 126, 1, false, "1122 " },
	{ "large granularity", "zzzz", 126, 256, false, "    " },
	{ "larger granularity, aligned", "zzzz", 254, 256, false, "11  " },
	{ "odd granularity", "zzzz", 189, 192, false, "111 " },
	{ "data only", "ddd", 0, 1, true, "   " },
};

KUNIT_ARRAY_PARAM_DESC(walk, walks, name);

static void merge_walk_test(struct kunit *test)
{
	const struct walk_row *row = test->param_value;
	enum drbd_merge_verdict verdict;
	struct drbd_merge merge = { };
	char result[16] = "";
	char name = '1';
	u32 i;

	for (i = 0; row->answers[i]; i++)
		result[i] = ' ';
	for (i = 0; row->answers[i]; ) {
		char c = row->answers[i];
		u32 j, from = i - merge.nr;

		if (c == '.') {
			i++;
			continue;
		}
		/* members of a discard are next to each other, a gap comes behind them */
		if (merge.nr && row->answers[i - 1] == '.')
			from--;
		verdict = drbd_merge_offer(&merge, (u64)(row->first + i) * MIB_SECTORS, 1 << 20,
					   c == 'z' ? DRBD_MERGE_ZEROES :
					   c == 'd' ? DRBD_MERGE_DATA : DRBD_MERGE_NONE,
					   row->last && !row->answers[i + 1],
					   (u64)row->granularity * MIB_SECTORS);
		if (verdict == DRBD_MERGE_SUBMIT || verdict == DRBD_MERGE_SUBMIT_ALL) {
			KUNIT_EXPECT_EQ(test, merge.sector,
					(u64)(row->first + from) * MIB_SECTORS);
			KUNIT_EXPECT_EQ(test, merge.sectors, (u64)merge.nr * MIB_SECTORS);
			for (j = 0; j < merge.nr; j++)
				result[from + j] = name;
			name++;
		}
		if (verdict != DRBD_MERGE_GO_ON)
			merge.nr = 0;
		if (verdict != DRBD_MERGE_SUBMIT)
			i++;
	}
	KUNIT_EXPECT_STREQ(test, result, row->submitted);
}

static struct kunit_case merge_cases[] = {
	KUNIT_CASE_PARAM(merge_walk_test, walk_gen_params),
	{}
};

static struct kunit_suite merge_suite = {
	.name = "drbd-resync-merge",
	.test_cases = merge_cases,
};

kunit_test_suite(merge_suite);
