// SPDX-License-Identifier: GPL-2.0-only
static const u8 widths[] = { 1, 2, 4, 8 };
static const struct core_rule rules[] = {
	{ .from = A, .to = B, .check = rule_check },
};
static const char * const names[] = { "a", "b" };
static const struct core_rule only = { .from = A };

u64 core_size(const struct core_ctx *c);
static int decide(const struct core_ctx *c, struct core_out *out, u64 now);

struct core_out {
	u32 n;
	u8 buf[8];
};

static int decide(const struct core_ctx *c, struct core_out *out, u64 now)
{
	u32 local = 0;
	u8 scratch[4] = { };
	int i;

	for (i = 0; i < ARRAY_SIZE(widths); i++)
		local += widths[i];
	put_unaligned_be32(local, scratch);
	memcpy(out->buf, scratch, sizeof(scratch));
	out->n = c->locked_by_peer ? hweight64(c->nodes) : min(local, c->len);
	return now > c->deadline ? -ETIME : 0;
}
