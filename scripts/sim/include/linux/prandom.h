/* A seeded generator in place of the kernel's; other numbers, same use. */
#ifndef SIM_PRANDOM_H
#define SIM_PRANDOM_H
#include <linux/types.h>
struct rnd_state { u64 s; };
static inline void prandom_seed_state(struct rnd_state *r, u64 seed) { r->s = seed * 2 + 1; }
static inline u32 prandom_u32_state(struct rnd_state *r)
{
	r->s = r->s * 6364136223846793005ULL + 1442695040888963407ULL;
	return r->s >> 33 ^ r->s >> 13;
}
static inline void prandom_bytes_state(struct rnd_state *r, void *p, size_t n)
{
	for (u8 *b = p; n; n--)
		*b++ = prandom_u32_state(r);
}
#endif
