// SPDX-License-Identifier: GPL-2.0-only
#include "include/linux/crc32c.h"
#undef crc32c

__attribute__((target("sse4.2"), no_sanitize("address", "memory", "undefined", "coverage"))) static u32
by_instruction(u32 crc, const u8 *b, size_t n)
{
	u64 word;

	for (; n >= 8; n -= 8, b += 8) {
		__builtin_memcpy(&word, b, 8);
		crc = __builtin_ia32_crc32di(crc, word);
	}
	for (; n; n--, b++)
		crc = __builtin_ia32_crc32qi(crc, *b);
	return crc;
}

u32 fuzz_crc32c(u32 crc, const void *p, size_t n)
{
	return __builtin_cpu_supports("sse4.2") ? by_instruction(crc, p, n) : crc32c(crc, p, n);
}
