/* As that of the suites, by an instruction if there is one: each input of an activity log needs dozens. */
#ifndef FUZZ_CRC32C_H
#define FUZZ_CRC32C_H
#include <linux/types.h>
u32 fuzz_crc32c(u32 crc, const void *p, size_t n);
#define crc32c fuzz_crc32c
#endif
