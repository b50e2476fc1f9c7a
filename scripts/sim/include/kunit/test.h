/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KUnit for programs: enough of it to run the suites of core/ in user space, where they build in a second and the
 * compiler's sanitizers look on. What a suite means by these macros is what Documentation/dev-tools/kunit says.
 */
#ifndef SIM_KUNIT_H
#define SIM_KUNIT_H

#include <linux/types.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#define KUNIT_PARAM_DESC_SIZE 128
#define GFP_KERNEL 0

struct kunit_suite;

struct kunit {
	const void *param_value;
	void *priv;
	void **owned;
	int nowned;
	int failed, skipped;
	jmp_buf out;
};

struct kunit_case {
	void (*run)(struct kunit *test);
	const char *name;
	const void *(*gen)(struct kunit *test, const void *prev, char *desc);
};

struct kunit_suite {
	const char *name;
	int (*suite_init)(struct kunit_suite *suite);
	void (*suite_exit)(struct kunit_suite *suite);
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;
};

#define KUNIT_CASE(f) { f, #f, NULL }
#define KUNIT_CASE_SLOW(f) KUNIT_CASE(f)
#define KUNIT_CASE_PARAM(f, g) { f, #f, g }

#define KUNIT_ARRAY_PARAM_WITH(n, a, describe) \
	static const void *n##_gen_params(struct kunit *test, const void *prev, char *desc) \
	{ \
		__typeof__((a)[0]) *next = prev ? (__typeof__(next))prev + 1 : (a); \
		(void)test; \
		if (next - (a) >= (long)ARRAY_SIZE(a)) \
			return NULL; \
		describe; \
		return next; \
	}
#define KUNIT_ARRAY_PARAM(n, a, get) \
	KUNIT_ARRAY_PARAM_WITH(n, a, { void (*sim_get)(__typeof__(next), char *) = get; if (sim_get) sim_get(next, desc); })
#define KUNIT_ARRAY_PARAM_DESC(n, a, member) \
	KUNIT_ARRAY_PARAM_WITH(n, a, snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s", next->member))

#define SIM_FAIL(t, stop, what, ...) do { \
	(t)->failed++; \
	printf("    %s:%d: %s ", __FILE__, __LINE__, what); \
	printf("" __VA_ARGS__); \
	printf("\n"); \
	if (stop) \
		longjmp((t)->out, 1); \
} while (0)
#define SIM_CHECK(t, stop, cond, what, ...) do { if (!(cond)) SIM_FAIL(t, stop, what, __VA_ARGS__); } while (0)
/* Both sides once, with their own types for the comparison. */
#define SIM_COMPARE(t, stop, a, op, b, ...) do { \
	__typeof__(a) sim_a = (a); \
	__typeof__(b) sim_b = (b); \
	if (!(sim_a op sim_b)) { \
		printf("    left 0x%llx, right 0x%llx\n", (u64)sim_a, (u64)sim_b); \
		SIM_FAIL(t, stop, #a " " #op " " #b, __VA_ARGS__); \
	} \
} while (0)
#define SIM_PCOMPARE(t, stop, a, op, b, ...) SIM_CHECK(t, stop, (const void *)(a) op (const void *)(b), #a " " #op " " #b, __VA_ARGS__)
#define SIM_STR(t, stop, a, op, b, ...) do { \
	const char *sim_a = (a), *sim_b = (b); \
	if (!(strcmp(sim_a, sim_b) op 0)) { \
		printf("    left \"%s\", right \"%s\"\n", sim_a, sim_b); \
		SIM_FAIL(t, stop, #a " " #op " " #b, __VA_ARGS__); \
	} \
} while (0)

#define KUNIT_FAIL(t, ...) SIM_FAIL(t, 0, "", __VA_ARGS__)
#define KUNIT_FAIL_AND_ABORT(t, ...) SIM_FAIL(t, 1, "", __VA_ARGS__)

#define KUNIT_EXPECT_EQ(t, a, b) SIM_COMPARE(t, 0, a, ==, b)
#define KUNIT_EXPECT_NE(t, a, b) SIM_COMPARE(t, 0, a, !=, b)
#define KUNIT_EXPECT_LT(t, a, b) SIM_COMPARE(t, 0, a, <, b)
#define KUNIT_EXPECT_LE(t, a, b) SIM_COMPARE(t, 0, a, <=, b)
#define KUNIT_EXPECT_GT(t, a, b) SIM_COMPARE(t, 0, a, >, b)
#define KUNIT_EXPECT_GE(t, a, b) SIM_COMPARE(t, 0, a, >=, b)
#define KUNIT_EXPECT_EQ_MSG(t, a, b, ...) SIM_COMPARE(t, 0, a, ==, b, __VA_ARGS__)
#define KUNIT_EXPECT_NE_MSG(t, a, b, ...) SIM_COMPARE(t, 0, a, !=, b, __VA_ARGS__)
#define KUNIT_EXPECT_LT_MSG(t, a, b, ...) SIM_COMPARE(t, 0, a, <, b, __VA_ARGS__)
#define KUNIT_EXPECT_LE_MSG(t, a, b, ...) SIM_COMPARE(t, 0, a, <=, b, __VA_ARGS__)
#define KUNIT_EXPECT_GT_MSG(t, a, b, ...) SIM_COMPARE(t, 0, a, >, b, __VA_ARGS__)
#define KUNIT_EXPECT_GE_MSG(t, a, b, ...) SIM_COMPARE(t, 0, a, >=, b, __VA_ARGS__)
#define KUNIT_ASSERT_EQ(t, a, b) SIM_COMPARE(t, 1, a, ==, b)
#define KUNIT_ASSERT_NE(t, a, b) SIM_COMPARE(t, 1, a, !=, b)
#define KUNIT_ASSERT_LT(t, a, b) SIM_COMPARE(t, 1, a, <, b)
#define KUNIT_ASSERT_LE(t, a, b) SIM_COMPARE(t, 1, a, <=, b)
#define KUNIT_ASSERT_GT(t, a, b) SIM_COMPARE(t, 1, a, >, b)
#define KUNIT_ASSERT_GE(t, a, b) SIM_COMPARE(t, 1, a, >=, b)
#define KUNIT_ASSERT_EQ_MSG(t, a, b, ...) SIM_COMPARE(t, 1, a, ==, b, __VA_ARGS__)
#define KUNIT_ASSERT_NE_MSG(t, a, b, ...) SIM_COMPARE(t, 1, a, !=, b, __VA_ARGS__)
#define KUNIT_ASSERT_LT_MSG(t, a, b, ...) SIM_COMPARE(t, 1, a, <, b, __VA_ARGS__)
#define KUNIT_ASSERT_LE_MSG(t, a, b, ...) SIM_COMPARE(t, 1, a, <=, b, __VA_ARGS__)
#define KUNIT_ASSERT_GT_MSG(t, a, b, ...) SIM_COMPARE(t, 1, a, >, b, __VA_ARGS__)
#define KUNIT_ASSERT_GE_MSG(t, a, b, ...) SIM_COMPARE(t, 1, a, >=, b, __VA_ARGS__)

#define KUNIT_EXPECT_TRUE(t, a) SIM_CHECK(t, 0, a, #a)
#define KUNIT_EXPECT_FALSE(t, a) SIM_CHECK(t, 0, !(a), "!(" #a ")")
#define KUNIT_ASSERT_TRUE(t, a) SIM_CHECK(t, 1, a, #a)
#define KUNIT_ASSERT_FALSE(t, a) SIM_CHECK(t, 1, !(a), "!(" #a ")")
#define KUNIT_EXPECT_TRUE_MSG(t, a, ...) SIM_CHECK(t, 0, a, #a, __VA_ARGS__)
#define KUNIT_EXPECT_FALSE_MSG(t, a, ...) SIM_CHECK(t, 0, !(a), "!(" #a ")", __VA_ARGS__)
#define KUNIT_ASSERT_TRUE_MSG(t, a, ...) SIM_CHECK(t, 1, a, #a, __VA_ARGS__)
#define KUNIT_ASSERT_FALSE_MSG(t, a, ...) SIM_CHECK(t, 1, !(a), "!(" #a ")", __VA_ARGS__)

#define KUNIT_EXPECT_NULL(t, a) SIM_CHECK(t, 0, (a) == NULL, #a " == NULL")
#define KUNIT_EXPECT_NOT_NULL(t, a) SIM_CHECK(t, 0, (a) != NULL, #a " != NULL")
#define KUNIT_ASSERT_NULL(t, a) SIM_CHECK(t, 1, (a) == NULL, #a " == NULL")
#define KUNIT_ASSERT_NOT_NULL(t, a) SIM_CHECK(t, 1, (a) != NULL, #a " != NULL")
#define KUNIT_EXPECT_NULL_MSG(t, a, ...) SIM_CHECK(t, 0, (a) == NULL, #a " == NULL", __VA_ARGS__)
#define KUNIT_EXPECT_NOT_NULL_MSG(t, a, ...) SIM_CHECK(t, 0, (a) != NULL, #a " != NULL", __VA_ARGS__)
#define KUNIT_ASSERT_NOT_NULL_MSG(t, a, ...) SIM_CHECK(t, 1, (a) != NULL, #a " != NULL", __VA_ARGS__)
#define KUNIT_EXPECT_PTR_EQ(t, a, b) SIM_PCOMPARE(t, 0, a, ==, b)
#define KUNIT_EXPECT_PTR_NE(t, a, b) SIM_PCOMPARE(t, 0, a, !=, b)
#define KUNIT_EXPECT_PTR_EQ_MSG(t, a, b, ...) SIM_PCOMPARE(t, 0, a, ==, b, __VA_ARGS__)
#define KUNIT_ASSERT_PTR_EQ(t, a, b) SIM_PCOMPARE(t, 1, a, ==, b)
#define KUNIT_EXPECT_STREQ(t, a, b) SIM_STR(t, 0, a, ==, b)
#define KUNIT_EXPECT_STRNEQ(t, a, b) SIM_STR(t, 0, a, !=, b)
#define KUNIT_ASSERT_STREQ(t, a, b) SIM_STR(t, 1, a, ==, b)
#define KUNIT_EXPECT_STREQ_MSG(t, a, b, ...) SIM_STR(t, 0, a, ==, b, __VA_ARGS__)
#define KUNIT_EXPECT_MEMEQ(t, a, b, n) SIM_CHECK(t, 0, !memcmp(a, b, n), #a " == " #b)
#define KUNIT_EXPECT_MEMNEQ(t, a, b, n) SIM_CHECK(t, 0, memcmp(a, b, n), #a " != " #b)
#define KUNIT_ASSERT_MEMEQ(t, a, b, n) SIM_CHECK(t, 1, !memcmp(a, b, n), #a " == " #b)
#define KUNIT_EXPECT_MEMEQ_MSG(t, a, b, n, ...) SIM_CHECK(t, 0, !memcmp(a, b, n), #a " == " #b, __VA_ARGS__)
#define KUNIT_ASSERT_MEMEQ_MSG(t, a, b, n, ...) SIM_CHECK(t, 1, !memcmp(a, b, n), #a " == " #b, __VA_ARGS__)

#define kunit_skip(t, ...) do { (t)->skipped = 1; longjmp((t)->out, 1); } while (0)
#define kunit_info(t, ...) do { (void)(t); printf("    " __VA_ARGS__); } while (0)

static inline void *kunit_kzalloc(struct kunit *test, size_t size, int gfp)
{
	(void)gfp;
	test->owned = realloc(test->owned, (test->nowned + 1) * sizeof(void *));
	return test->owned[test->nowned++] = calloc(1, size ? size : 1);
}

static inline void *kunit_kmalloc(struct kunit *test, size_t size, int gfp)
{
	return kunit_kzalloc(test, size, gfp);
}

static inline void *kunit_kcalloc(struct kunit *test, size_t n, size_t size, int gfp)
{
	return kunit_kzalloc(test, n * size, gfp);
}

static inline void *kunit_kmalloc_array(struct kunit *test, size_t n, size_t size, int gfp)
{
	return kunit_kzalloc(test, n * size, gfp);
}

static inline void sim_case(struct kunit_suite *s, struct kunit_case *c, const void *param, const char *desc,
			    int *passed, int *failed)
{
	struct kunit *test = calloc(1, sizeof(*test));

	test->param_value = param;
	if (s->init && s->init(test))
		test->failed++;
	else if (!setjmp(test->out))
		c->run(test);
	if (s->exit)
		s->exit(test);
	while (test->nowned)
		free(test->owned[--test->nowned]);
	free(test->owned);
	if (test->failed)
		printf("  FAILED %s %s\n", c->name, desc);
	*(test->failed ? failed : passed) += 1;
	free(test);
}

static inline int sim_suite(struct kunit_suite *s)
{
	int passed = 0, failed = 0;

	if (s->suite_init && s->suite_init(s))
		return 1;
	for (struct kunit_case *c = s->test_cases; c->run; c++) {
		const void *param = NULL;
		char desc[KUNIT_PARAM_DESC_SIZE] = "";

		if (!c->gen) {
			sim_case(s, c, NULL, desc, &passed, &failed);
			continue;
		}
		while ((param = c->gen(NULL, param, desc)))
			sim_case(s, c, param, desc, &passed, &failed);
	}
	if (s->suite_exit)
		s->suite_exit(s);
	printf("  %-30s %5d passed, %d failed\n", s->name, passed, failed);
	return failed != 0 || !passed;
}

#define kunit_test_suite(s) int main(void) { return sim_suite(&s); }

#endif
