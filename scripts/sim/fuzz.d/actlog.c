// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks of the activity log, and their replay compared with what spec/metadata.md 8.10 says in so many words
 */
#include "fuzz.h"
#include <linux/crc32c.h>
#include "driver/core/actlog_replay.h"

#define BLOCKS 8
/* Slots that the table has room for here; what a block says about others is ignored. */
#define SLOTS 2048

static u8 area[BLOCKS][4096] __aligned(8);
static u32 extents[0x10000 + DRBD_AL_CONTEXT], model[SLOTS];
static unsigned int ignored;

static void seal(u8 *block)
{
	put_unaligned_be32(0, block + 8);
	put_unaligned_be32(crc32c(0, block, 4096), block + 8);
}

static bool valid(const u8 *block)
{
	u8 copy[4096];

	memcpy(copy, block, 4096);
	seal(copy);
	return get_unaligned_be32(block) == DRBD_AL_MAGIC && !memcmp(copy, block, 4096) && get_unaligned_be16(block + 14) <= 64 &&
	       (get_unaligned_be16(block + 12) == 0 || get_unaligned_be16(block + 12) == 0xffff);
}

static void model_set(unsigned int slot, u32 extent)
{
	if (slot < SLOTS)
		model[slot] = extent;
	else
		ignored++;
}

static void model_block(const u8 *b)
{
	unsigned int i, slots = get_unaligned_be16(b + 16), start = get_unaligned_be16(b + 18);

	for (i = 0; i < 919; i++) {
		u32 extent = get_unaligned_be32(b + 420 + 4 * i);

		if (extent != DRBD_AL_FREE || start + i < slots)
			model_set(start + i, extent);
	}
	for (i = 0; i < 64; i++) {
		u16 slot = get_unaligned_be16(b + 36 + 2 * i);

		if (i < get_unaligned_be16(b + 14) || slot != 0xffff)
			model_set(slot, get_unaligned_be32(b + 164 + 4 * i));
	}
}

/* What a writer could have made is made again, byte for byte. */
static void encode_again(const u8 *b)
{
	struct drbd_al_change change[DRBD_AL_UPDATES];
	struct drbd_al_head head;
	u8 out[4096] __aligned(8);
	unsigned int i;
	u32 bad;

	if (drbd_al_block_decode(b, &head, &bad) != DRBD_AL_VALID) {
		CHECK(!valid(b));
		return;
	}
	CHECK(valid(b));
	if (head.type != DRBD_AL_TR_UPDATE)
		return;
	for (i = 0; i < head.updates; i++)
		change[i].slot = drbd_al_block_update(b, i, &change[i].extent);
	for (i = 0; i < DRBD_AL_CONTEXT; i++)
		extents[head.start + i] = drbd_al_block_context(b, i);
	if (drbd_al_block_encode(out, &head, change, extents))
		return;
	CHECK(drbd_al_block_decode(out, &head, &bad) == DRBD_AL_VALID);
	CHECK(!memcmp(b, out, 8) && !memcmp(b + 12, out + 12, 8) && !memcmp(b + 36, out + 36, 2 * head.updates));
	CHECK(!memcmp(b + 164, out + 164, 4 * head.updates));
	CHECK(!memcmp(b + 420, out + 420, 4 * min(head.slots - head.start, DRBD_AL_CONTEXT)));
}

static void replay(const struct drbd_al_ring *ring)
{
	struct drbd_al_seen seen[BLOCKS];
	struct drbd_al_scan scan;
	struct drbd_al_map map;
	unsigned int i, updates = 0, good = 0;
	int n;

	drbd_al_scan_init(&scan, BLOCKS, seen);
	drbd_al_map_init(&map, extents, SLOTS);
	n = drbd_al_replay(&map, &scan, ring, area);
	for (i = 0; i < BLOCKS; i++) {
		good += valid(area[i]);
		updates += valid(area[i]) && !get_unaligned_be16(area[i] + 12);
	}
	CHECK(scan.valid == good && scan.updates == updates && scan.corrupt == BLOCKS - good);
	CHECK(n == (int)updates || (!updates && n < 0));
	CHECK((n == -ENODATA) == !good);
	if (n <= 0)
		return;
	memset(model, 0xff, sizeof(model));
	ignored = 0;
	for (i = 0; i < updates; i++) {
		CHECK(seen[i].index < BLOCKS);
		model_block(area[drbd_al_ring_block(ring, seen[i].index)]);
	}
	CHECK(!memcmp(model, extents, sizeof(model)) && map.ignored == ignored);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const u8 stripes[] = { 1, 2, 4, 8 };
	struct input in = { data, size };
	u8 how = take(&in, 1);
	struct drbd_al_ring ring;
	struct drbd_al_map map;
	u32 number = take(&in, 4), i;

	CHECK(!drbd_al_ring_init(&ring, stripes[how & 3], BLOCKS / stripes[how & 3]) && ring.blocks == BLOCKS);
	if (how & 4) {
		/* one block, or a table, as it is */
		take_bytes(&in, area[0], 4096);
		if (how & 8)
			seal(area[0]);
		encode_again(area[0]);
		drbd_al_map_init(&map, extents, take(&in, 2) % SLOTS + 1);
		drbd_al_replay_block(&map, area[0]);
		drbd_al_map_init(&map, extents, SLOTS);
		drbd_al_replay_pmem(&map, area, 1, number);
		return 0;
	}
	for (i = 0; i < BLOCKS; i++)
		drbd_al_block_init(area[i]);
	/* a few transactions, some with a scratch */
	for (i = 0; in.n && i < 2 * BLOCKS; i++) {
		u8 what = take(&in, 1), *b = area[drbd_al_ring_block(&ring, number)];
		unsigned int at, count;

		memset(b, 0xff, 4096);
		put_unaligned_be32(DRBD_AL_MAGIC, b);
		put_unaligned_be32(number, b + 4);
		put_unaligned_be16(what & 1 ? 0xffff : 0, b + 12);
		put_unaligned_be16(take(&in, 1), b + 14);
		put_unaligned_be16(take(&in, 2), b + 16);
		put_unaligned_be16(take(&in, 2), b + 18);
		memset(b + 20, 0, 16);
		for (count = what >> 1 & 7; count; count--) {
			at = 20 + take(&in, 2) % 4076;
			b[at] = take(&in, 1);
		}
		if (!(what & 0x10))
			seal(b);
		number = what & 0x20 ? (u32)take(&in, 4) : drbd_al_next_number(BLOCKS, number);
		encode_again(b);
	}
	replay(&ring);
	return 0;
}
