/* KUnit in user space: enough to run the suites of core/ under sanitizers. One suite a program. */
#ifndef SIM_KUNIT_H
#define SIM_KUNIT_H
#include <linux/types.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#define KUNIT_PARAM_DESC_SIZE 128
#define GFP_KERNEL 0
struct kunit { const void *param_value; void *owned[64]; int n, failed; jmp_buf *out; };
struct kunit_case { void (*run)(struct kunit *); const char *name; const void *(*gen)(struct kunit *, const void *, char *); };
struct kunit_suite { const char *name; struct kunit_case *test_cases; };
#define KUNIT_CASE(f) { f, #f, NULL }
#define KUNIT_CASE_PARAM(f, g) { f, #f, g }
#define KUNIT_ARRAY_PARAM_DESC(n, a, d) \
	static const void *n##_gen_params(struct kunit *test, const void *prev, char *desc) { \
		const __typeof__((a)[0]) *next = prev ? (const __typeof__((a)[0]) *)prev + 1 : (a); \
		(void)test; if (next - (a) >= (long)ARRAY_SIZE(a)) return NULL; \
		snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s", next->d); return next; }
#define SIM_CHECK(test, cond, stop, ...) do { if (!(cond)) { (test)->failed++; \
	printf("    %s:%d: %s ", __FILE__, __LINE__, #cond); printf("" __VA_ARGS__); printf("\n"); \
	if (stop) longjmp(*(test)->out, 1); } } while (0)
#define KUNIT_EXPECT_EQ(t, a, b) SIM_CHECK(t, (a) == (b), 0, "(%lld, %lld)", (s64)(a), (s64)(b))
#define KUNIT_EXPECT_EQ_MSG(t, a, b, ...) SIM_CHECK(t, (a) == (b), 0, __VA_ARGS__)
#define KUNIT_ASSERT_EQ(t, a, b) SIM_CHECK(t, (a) == (b), 1, "(%lld, %lld)", (s64)(a), (s64)(b))
#define KUNIT_ASSERT_EQ_MSG(t, a, b, ...) SIM_CHECK(t, (a) == (b), 1, __VA_ARGS__)
#define KUNIT_EXPECT_STREQ(t, a, b) SIM_CHECK(t, !strcmp(a, b), 0, "(%s, %s)", a, b)
#define KUNIT_ASSERT_NOT_NULL(t, a) SIM_CHECK(t, (a) != NULL, 1)
#define KUNIT_EXPECT_NULL(t, a) SIM_CHECK(t, (a) == NULL, 0)
#define KUNIT_EXPECT_TRUE(t, a) SIM_CHECK(t, a, 0)
#define KUNIT_EXPECT_MEMEQ(t, a, b, n) SIM_CHECK(t, !memcmp(a, b, n), 0)
static inline void *kunit_kzalloc(struct kunit *t, size_t n, int gfp)
{
	(void)gfp;
	return t->owned[t->n++] = calloc(1, n);
}
static inline int sim_suite(struct kunit_suite *s)
{
	int passed = 0, failed = 0;
	for (struct kunit_case *c = s->test_cases; c->run; c++) {
		const void *param = NULL;
		char desc[KUNIT_PARAM_DESC_SIZE] = "";
		while (!c->gen || (param = c->gen(NULL, param, desc))) {
			jmp_buf out;
			struct kunit t = { .param_value = param, .out = &out };
			if (!setjmp(out))
				c->run(&t);
			while (t.n)
				free(t.owned[--t.n]);
			if (t.failed)
				printf("  FAILED %s %s\n", c->name, desc);
			*(t.failed ? &failed : &passed) += 1;
			if (!c->gen)
				break;
		}
	}
	printf("%s: %d passed, %d failed\n", s->name, passed, failed);
	return failed != 0;
}
#define kunit_test_suite(s) int main(void) { return sim_suite(&s); }
#define MODULE_LICENSE(x) struct sim_unused
#define MODULE_DESCRIPTION(x) struct sim_unused
#endif
