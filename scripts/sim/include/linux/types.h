/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel headers that core/ uses, for a user-space build: as little as it needs, all of it in this file. */
#ifndef SIM_TYPES_H
#define SIM_TYPES_H
#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef long long s64;
#define U8_MAX UINT8_MAX
#define U16_MAX UINT16_MAX
#define U32_MAX UINT32_MAX
#define U64_MAX (~0ULL)
#define S32_MAX INT32_MAX
#define S32_MIN INT32_MIN
#define BIT(n) (1UL << (n))
#define GENMASK(h, l) ((~0UL << (l)) & (~0UL >> (63 - (h))))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define sizeof_field(t, m) sizeof(((t *)0)->m)
#define fallthrough __attribute__((fallthrough))
static inline u16 get_unaligned_be16(const void *p) { u16 v; memcpy(&v, p, 2); return be16toh(v); }
static inline u32 get_unaligned_be32(const void *p) { u32 v; memcpy(&v, p, 4); return be32toh(v); }
static inline u64 get_unaligned_be64(const void *p) { u64 v; memcpy(&v, p, 8); return be64toh(v); }
static inline void put_unaligned_be16(u16 v, void *p) { v = htobe16(v); memcpy(p, &v, 2); }
static inline void put_unaligned_be32(u32 v, void *p) { v = htobe32(v); memcpy(p, &v, 4); }
static inline void put_unaligned_be64(u64 v, void *p) { v = htobe64(v); memcpy(p, &v, 8); }
static inline unsigned int hweight64(u64 v) { return __builtin_popcountll(v); }
static inline s64 sign_extend64(u64 v, int index) { return (s64)(v << (63 - index)) >> (63 - index); }
static inline const void *memchr_inv(const void *p, int c, size_t n)
{
	for (const u8 *b = p; n; n--, b++)
		if (*b != (u8)c)
			return b;
	return NULL;
}
#endif
