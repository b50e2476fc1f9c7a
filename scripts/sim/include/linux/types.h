/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What core/ and its suites use of the kernel's headers, for a build as a program. The other headers here only include
 * this one.
 */
#ifndef SIM_TYPES_H
#define SIM_TYPES_H

#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef long long s64;
typedef u16 __be16;
typedef u32 __be32;
typedef u64 __be64;
typedef u16 __le16;
typedef u32 __le32;
typedef u64 __le64;
typedef u64 sector_t;
#define U8_MAX UINT8_MAX
#define U16_MAX UINT16_MAX
#define U32_MAX UINT32_MAX
#define U64_MAX (~0ULL)
#define S32_MAX INT32_MAX
#define S32_MIN INT32_MIN
#define S64_MAX INT64_MAX
#define S64_MIN INT64_MIN

#define BITS_PER_LONG 64
#define BITS_PER_BYTE 8
#define BIT(n) (1UL << (n))
#define BIT_ULL(n) (1ULL << (n))
#define GENMASK(h, l) ((~0UL << (l)) & (~0UL >> (63 - (h))))
#define GENMASK_ULL(h, l) ((~0ULL << (l)) & (~0ULL >> (63 - (h))))
#define FIELD_GET(mask, v) (((v) & (mask)) >> __builtin_ctzll(mask))
#define FIELD_PREP(mask, v) (((__typeof__(mask))(v) << __builtin_ctzll(mask)) & (mask))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define sizeof_field(t, m) sizeof(((t *)0)->m)
#define offsetofend(t, m) (offsetof(t, m) + sizeof_field(t, m))
#define struct_size(p, m, n) (sizeof(*(p)) + sizeof((p)->m[0]) * (n))
#define container_of(p, t, m) ((t *)((char *)(p) - offsetof(t, m)))
#define static_assert_size(t, n) _Static_assert(sizeof(t) == (n), #t)
#define static_assert(c, ...) _Static_assert(c, #c)
#define BUILD_BUG_ON(c) _Static_assert(!(c), #c)
#define fallthrough __attribute__((fallthrough))
#define __packed __attribute__((packed))
#define __aligned(n) __attribute__((aligned(n)))
#define __maybe_unused __attribute__((unused))
#define __must_check __attribute__((warn_unused_result))
#define __printf(a, b) __attribute__((format(printf, a, b)))
#define noinline __attribute__((noinline))
#define noinline_for_stack noinline
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define EXPORT_SYMBOL_GPL(f) extern __typeof__(f) f
#define MODULE_LICENSE(x) extern int sim_license
#define pr_info(...) printf(__VA_ARGS__)
#define MODULE_DESCRIPTION(x) extern int sim_description
#define MODULE_IMPORT_NS(x) extern int sim_import
/* A warning of the kernel's fails a program. */
#define WARN_ON(c) ({ bool sim_c = !!(c); if (sim_c) { printf("WARN_ON(%s) %s:%d\n", #c, __FILE__, __LINE__); abort(); } sim_c; })
#define WARN_ON_ONCE(c) WARN_ON(c)

#define min(a, b) ({ __typeof__(a) sim_x = (a); __typeof__(b) sim_y = (b); sim_x < sim_y ? sim_x : sim_y; })
#define max(a, b) ({ __typeof__(a) sim_x = (a); __typeof__(b) sim_y = (b); sim_x > sim_y ? sim_x : sim_y; })
#define min_t(t, a, b) ({ t sim_x = (a); t sim_y = (b); sim_x < sim_y ? sim_x : sim_y; })
#define max_t(t, a, b) ({ t sim_x = (a); t sim_y = (b); sim_x > sim_y ? sim_x : sim_y; })
#define min3(a, b, c) min(min(a, b), c)
#define clamp(v, lo, hi) min(max(v, lo), hi)
#define clamp_t(t, v, lo, hi) min_t(t, max_t(t, v, lo), hi)
#define min_not_zero(a, b) ({ __typeof__(a) sim_p = (a); __typeof__(b) sim_q = (b); sim_p == 0 ? sim_q : sim_q == 0 ? sim_p : min(sim_p, sim_q); })
#define swap(a, b) do { __typeof__(a) sim_t = (a); (a) = (b); (b) = sim_t; } while (0)
#define abs(x) ({ __typeof__(x) sim_x = (x); sim_x < 0 ? -sim_x : sim_x; })
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define DIV_ROUND_UP_ULL(n, d) (((u64)(n) + (d) - 1) / (d))
#define ALIGN(x, a) (((x) + ((__typeof__(x))(a) - 1)) & ~((__typeof__(x))(a) - 1))
#define ALIGN_DOWN(x, a) ((x) & ~((__typeof__(x))(a) - 1))
#define IS_ALIGNED(x, a) (((x) & ((__typeof__(x))(a) - 1)) == 0)
#define round_up(x, a) ALIGN(x, a)
#define round_down(x, a) ALIGN_DOWN(x, a)
#define upper_32_bits(n) ((u32)((u64)(n) >> 32))
#define lower_32_bits(n) ((u32)(n))
#define check_add_overflow(a, b, d) __builtin_add_overflow(a, b, d)
#define check_sub_overflow(a, b, d) __builtin_sub_overflow(a, b, d)
#define check_mul_overflow(a, b, d) __builtin_mul_overflow(a, b, d)
static inline bool is_power_of_2(unsigned long n) { return n && !(n & (n - 1)); }
static inline int ilog2(u64 n) { return 63 - __builtin_clzll(n); }
static inline int fls(u32 n) { return n ? 32 - __builtin_clz(n) : 0; }
static inline int fls64(u64 n) { return n ? 64 - __builtin_clzll(n) : 0; }
static inline unsigned long __ffs(unsigned long n) { return __builtin_ctzl(n); }
static inline unsigned long __ffs64(u64 n) { return __builtin_ctzll(n); }
static inline unsigned long __fls(unsigned long n) { return 63 - __builtin_clzl(n); }
static inline unsigned int hweight8(u8 v) { return __builtin_popcount(v); }
static inline unsigned int hweight32(u32 v) { return __builtin_popcount(v); }
static inline unsigned int hweight64(u64 v) { return __builtin_popcountll(v); }
static inline unsigned int hweight_long(unsigned long v) { return __builtin_popcountl(v); }
static inline s32 sign_extend32(u32 v, int index) { return (s32)(v << (31 - index)) >> (31 - index); }
static inline s64 sign_extend64(u64 v, int index) { return (s64)(v << (63 - index)) >> (63 - index); }
static inline u64 div_u64(u64 a, u32 b) { return a / b; }
static inline u64 div64_u64(u64 a, u64 b) { return a / b; }
static inline s64 div_s64(s64 a, s32 b) { return a / b; }
static inline s64 div64_s64(s64 a, s64 b) { return a / b; }
static inline u64 div_u64_rem(u64 a, u32 b, u32 *rem) { *rem = a % b; return a / b; }
static inline u64 div64_u64_rem(u64 a, u64 b, u64 *rem) { *rem = a % b; return a / b; }
static inline u64 mul_u64_u64_div_u64(u64 a, u64 b, u64 c) { return (unsigned __int128)a * b / c; }
static inline u64 mul_u64_u32_div(u64 a, u32 b, u32 c) { return (unsigned __int128)a * b / c; }
#define do_div(n, base) ({ u32 sim_r = (n) % (base); (n) /= (base); sim_r; })

static inline u16 get_unaligned_be16(const void *p) { u16 v; memcpy(&v, p, 2); return be16toh(v); }
static inline u32 get_unaligned_be32(const void *p) { u32 v; memcpy(&v, p, 4); return be32toh(v); }
static inline u64 get_unaligned_be64(const void *p) { u64 v; memcpy(&v, p, 8); return be64toh(v); }
static inline u16 get_unaligned_le16(const void *p) { u16 v; memcpy(&v, p, 2); return le16toh(v); }
static inline u32 get_unaligned_le32(const void *p) { u32 v; memcpy(&v, p, 4); return le32toh(v); }
static inline u64 get_unaligned_le64(const void *p) { u64 v; memcpy(&v, p, 8); return le64toh(v); }
static inline void put_unaligned_be16(u16 v, void *p) { v = htobe16(v); memcpy(p, &v, 2); }
static inline void put_unaligned_be32(u32 v, void *p) { v = htobe32(v); memcpy(p, &v, 4); }
static inline void put_unaligned_be64(u64 v, void *p) { v = htobe64(v); memcpy(p, &v, 8); }
static inline void put_unaligned_le16(u16 v, void *p) { v = htole16(v); memcpy(p, &v, 2); }
static inline void put_unaligned_le32(u32 v, void *p) { v = htole32(v); memcpy(p, &v, 4); }
static inline void put_unaligned_le64(u64 v, void *p) { v = htole64(v); memcpy(p, &v, 8); }
#define cpu_to_be16 htobe16
#define cpu_to_be32 htobe32
#define cpu_to_be64 htobe64
#define be16_to_cpu be16toh
#define be32_to_cpu be32toh
#define be64_to_cpu be64toh
#define cpu_to_le16 htole16
#define cpu_to_le32 htole32
#define cpu_to_le64 htole64
#define le16_to_cpu le16toh
#define le32_to_cpu le32toh
#define le64_to_cpu le64toh
static inline u32 hash_32(u32 v, unsigned int bits) { return v * 0x61C88647U >> (32 - bits); }
static inline int hex_to_bin(unsigned char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

static inline u16 swab16(u16 v) { return __builtin_bswap16(v); }
static inline u32 swab32(u32 v) { return __builtin_bswap32(v); }
static inline u64 swab64(u64 v) { return __builtin_bswap64(v); }

#define BITS_TO_LONGS(n) (((n) + BITS_PER_LONG - 1) / BITS_PER_LONG)
static inline void __set_bit(unsigned long n, unsigned long *p) { p[n / BITS_PER_LONG] |= 1UL << n % BITS_PER_LONG; }
static inline void __clear_bit(unsigned long n, unsigned long *p) { p[n / BITS_PER_LONG] &= ~(1UL << n % BITS_PER_LONG); }
static inline bool test_bit(unsigned long n, const unsigned long *p) { return p[n / BITS_PER_LONG] >> n % BITS_PER_LONG & 1; }

static inline unsigned long find_next_bit(const unsigned long *p, unsigned long size, unsigned long n)
{
	while (n < size && !test_bit(n, p))
		n++;
	return n < size ? n : size;
}

static inline void bitmap_set(unsigned long *p, unsigned int n, unsigned int nr)
{
	while (nr--)
		__set_bit(n++, p);
}

static inline void bitmap_clear(unsigned long *p, unsigned int n, unsigned int nr)
{
	while (nr--)
		__clear_bit(n++, p);
}

static inline void bitmap_zero(unsigned long *p, unsigned int nr) { memset(p, 0, BITS_TO_LONGS(nr) * sizeof(long)); }

static inline const void *memchr_inv(const void *p, int c, size_t n)
{
	for (const u8 *b = p; n; n--, b++)
		if (*b != (u8)c)
			return b;
	return NULL;
}

#define memset_startat(p, v, m) memset((char *)(p) + offsetof(__typeof__(*(p)), m), v, sizeof(*(p)) - offsetof(__typeof__(*(p)), m))

static inline void *memset64(u64 *p, u64 v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = v;
	return p;
}

static inline ssize_t strscpy_n(char *to, const char *from, size_t size)
{
	size_t n = strnlen(from, size);

	if (!size)
		return -E2BIG;
	if (n == size) {
		memcpy(to, from, size - 1);
		to[size - 1] = 0;
		return -E2BIG;
	}
	memcpy(to, from, n + 1);
	return n;
}
#define SIM_STRSCPY(to, from, size, ...) strscpy_n(to, from, size)
#define strscpy(to, ...) SIM_STRSCPY(to, __VA_ARGS__, sizeof(to))

static inline int vscnprintf(char *buf, size_t size, const char *fmt, __builtin_va_list args)
{
	int n = vsnprintf(buf, size, fmt, args);

	return !size ? 0 : (size_t)n >= size ? (int)size - 1 : n;
}

static inline int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	__builtin_va_list args;
	int n;

	__builtin_va_start(args, fmt);
	n = vsnprintf(buf, size, fmt, args);
	__builtin_va_end(args);
	return !size ? 0 : (size_t)n >= size ? (int)size - 1 : n;
}

/* The raw forms, as the kernel has them: no inversion before or after. */
static inline u32 sim_crc_le(u32 crc, const void *p, size_t n, u32 poly)
{
	for (const u8 *b = p; n; n--, b++) {
		crc ^= *b;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? poly : 0);
	}
	return crc;
}

static inline u32 crc32c(u32 crc, const void *p, size_t n) { return sim_crc_le(crc, p, n, 0x82f63b78); }
static inline u32 crc32_le(u32 crc, const void *p, size_t n) { return sim_crc_le(crc, p, n, 0xedb88320); }

#define GFP_KERNEL 0
static inline void *kvzalloc(size_t size, int gfp) { (void)gfp; return calloc(1, size ? size : 1); }
#define kvzalloc_obj(p, ...) ((typeof(p) *)kvzalloc(sizeof(p), 0))
static inline void *kvcalloc(size_t n, size_t size, int gfp) { return kvzalloc(n * size, gfp); }
static inline void *kzalloc(size_t size, int gfp) { return kvzalloc(size, gfp); }
static inline void kvfree(const void *p) { free((void *)p); }
static inline void kfree(const void *p) { free((void *)p); }

static inline void sort(void *base, size_t n, size_t size, int (*cmp)(const void *, const void *), void *swap_fn)
{
	(void)swap_fn;
	qsort(base, n, size, cmp);
}

struct list_head { struct list_head *next, *prev; };
static inline void INIT_LIST_HEAD(struct list_head *l) { l->next = l; l->prev = l; }
static inline bool list_empty(const struct list_head *l) { return l->next == l; }
static inline void list_add(struct list_head *n, struct list_head *h)
{ n->next = h->next; n->prev = h; h->next->prev = n; h->next = n; }
static inline void list_add_tail(struct list_head *n, struct list_head *h) { list_add(n, h->prev); }
static inline void list_del(struct list_head *n) { n->next->prev = n->prev; n->prev->next = n->next; }
static inline void list_del_init(struct list_head *n) { list_del(n); INIT_LIST_HEAD(n); }
static inline void list_move_tail(struct list_head *n, struct list_head *h) { list_del(n); list_add_tail(n, h); }
static inline bool list_is_last(const struct list_head *n, const struct list_head *h) { return n->next == h; }
#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_first_entry(h, type, member) list_entry((h)->next, type, member)
#define list_last_entry(h, type, member) list_entry((h)->prev, type, member)
#define list_next_entry(pos, member) list_entry((pos)->member.next, typeof(*(pos)), member)
#define list_for_each_entry(pos, h, member) \
	for (pos = list_entry((h)->next, typeof(*pos), member); &pos->member != (h); pos = list_next_entry(pos, member))
#define list_for_each_entry_safe(pos, n, h, member) \
	for (pos = list_entry((h)->next, typeof(*pos), member), n = list_next_entry(pos, member); &pos->member != (h); \
	     pos = n, n = list_next_entry(n, member))
#define list_first_entry_or_null(h, type, member) (list_empty(h) ? NULL : list_first_entry(h, type, member))

#endif
