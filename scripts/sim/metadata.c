// SPDX-License-Identifier: GPL-2.0-only
/*
 * Metadata on a file, read and written with core/.
 *
 *   metadata read  IDX DATA_FILE MD_FILE            prints what is there, and whether it encodes to the same bytes
 *   metadata write IDX DATA_FILE MD_FILE EXTENT...  leaves metadata as of a Primary that crashed after it wrote to these
 *                                                   extents one after the other; prints those that are hot then
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "driver/core/actlog.h"
#include "driver/core/actlog_replay.h"
#include "driver/core/bitmap_layout.h"
#include "driver/core/meta_check.h"
#include "driver/core/meta_convert.h"

#define die(...) (printf(__VA_ARGS__), putchar('\n'), exit(1))

static int fd;
static struct drbd_md_attach attach;
static u64 superblock;

static u64 sectors(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		die("%s: no such file", path);
	return st.st_size >> DRBD_SECTOR_SHIFT;
}

static void get(u64 sector, void *data, size_t size)
{
	if (pread(fd, data, size, sector << DRBD_SECTOR_SHIFT) != (ssize_t)size)
		die("cannot read sector %llu", (unsigned long long)sector);
}

static void put(u64 sector, const void *data, size_t size)
{
	if (pwrite(fd, data, size, sector << DRBD_SECTOR_SHIFT) != (ssize_t)size)
		die("cannot write sector %llu", (unsigned long long)sector);
}

/* All bytes. What a kernel writes is never clean, though: that is a bit of the flags, and in version 8 the magic. */
static bool same(const u8 *a, const u8 *b, bool v08)
{
	for (unsigned int i = 0; i < DRBD_MD_BLOCK_SIZE; i++) {
		u8 clean = i == 59 ? DRBD_MDF_AL_CLEAN : 0;

		if ((a[i] & ~clean) != b[i] && !(v08 && i >= 60 && i < 64)) {
			printf("byte %u is 0x%02x, encoded 0x%02x\n", i, a[i], b[i]);
			return false;
		}
	}
	return true;
}

static void accept(const u8 *block, struct drbd_sb *sb)
{
	struct drbd_md_refusal why;

	if (drbd_md_accept(block, &attach, sb, &why))
		die("refused: %s (%s)", why.text, why.field);
	attach.node_id = sb->node_id;
	if (drbd_md_check_attach(sb, &attach, &why))
		die("refused: %s (%s)", why.text, why.field);
}

static void *load_ring(const struct drbd_sb *sb, const struct drbd_md_area *area, struct drbd_al_ring *ring)
{
	u8 *blocks;

	if (drbd_al_ring_init(ring, sb->layout.al_stripes, sb->layout.al_stripe_size_4k))
		die("invalid stripes");
	blocks = malloc((size_t)ring->blocks * DRBD_MD_BLOCK_SIZE);
	get(area->al, blocks, (size_t)ring->blocks * DRBD_MD_BLOCK_SIZE);
	return blocks;
}

static int show(const struct drbd_sb *sb, const struct drbd_md_area *area, const u8 *block)
{
	u8 again[DRBD_MD_BLOCK_SIZE] __attribute__((aligned(8)));
	static u32 extent[DRBD_AL_EXTENTS_MAX];
	struct drbd_al_map map;
	struct drbd_al_scan scan;
	struct drbd_al_ring ring;
	struct drbd_bm_layout bm;
	void *blocks = load_ring(sb, area, &ring);
	u8 *bitmap = malloc(area->bitmap_sectors << DRBD_SECTOR_SHIFT);
	bool ok;

	drbd_sb_encode(sb, true, again);
	ok = same(block, again, sb->v08);
	printf("same %d\nflags 0x%x\ncurrent %016llX\nnode_id %d\npeers %u\nbytes_per_bit %u\nsize %llu\n", ok, sb->flags,
	       (unsigned long long)sb->current_uuid, sb->node_id, sb->layout.bm_max_peers, sb->layout.bm_bytes_per_bit,
	       (unsigned long long)sb->effective_size);
	drbd_al_scan_init(&scan, ring.blocks, malloc(ring.blocks * sizeof(struct drbd_al_seen)));
	drbd_al_map_init(&map, extent, ARRAY_SIZE(extent));
	if (drbd_al_replay(&map, &scan, &ring, blocks))
		die("no activity log");
	printf("transactions %u\n", scan.updates);
	for (unsigned int i = 0; i < map.size; i++)
		if (extent[i] != DRBD_AL_FREE)
			printf("hot %u\n", extent[i]);

	get(area->bitmap, bitmap, area->bitmap_sectors << DRBD_SECTOR_SHIFT);
	if (drbd_bm_layout_init(&bm, sb->effective_size ?: area->first ?: 8, sb->layout.bm_max_peers,
				ilog2(sb->layout.bm_bytes_per_bit)))
		die("no layout");
	for (unsigned int slot = 0; slot < bm.slots; slot++)
		for (u64 bit = 0, start = ~0ULL; bit <= bm.bits; bit++) {
			u64 byte = bit < bm.bits ? drbd_bm_byte(&bm, slot, bit) : 0;
			bool set = bit < bm.bits && bitmap[byte] >> (bit & 7) & 1;

			if (set && start == ~0ULL)
				start = bit;
			if (!set && start != ~0ULL) {
				printf("bits %u %llu %llu\n", slot, (unsigned long long)start, (unsigned long long)bit);
				start = ~0ULL;
			}
		}
	return !ok;
}

/* One transaction for each extent, so that the ring has to be replayed. */
static void crash(struct drbd_sb *sb, const struct drbd_md_area *area, int n, char **extents)
{
	u8 block[DRBD_MD_BLOCK_SIZE] __attribute__((aligned(8)));
	static struct drbd_al_plan plan;
	struct drbd_al_ring ring;
	struct drbd_al al;
	unsigned int slots;

	free(load_ring(sb, area, &ring));
	slots = drbd_al_clamp_slots(1237, ring.blocks);
	if (drbd_al_init(&al, slots, ring.blocks, 0, malloc(drbd_al_memory(slots))))
		die("no activity log");
	for (int i = 0; i < n; i++) {
		u32 one = strtoul(extents[i], NULL, 0);
		enum drbd_al_got got = drbd_al_get(&al, one);

		drbd_al_put(&al, one);
		if (got == DRBD_AL_HOT)
			continue;
		if (got != DRBD_AL_PENDING)
			die("extent %s: cannot get it", extents[i]);
		if (drbd_al_begin(&al, &plan) < 0 || !plan.write || drbd_al_encode(&al, &plan, block))
			die("extent %s: nothing to write", extents[i]);
		put(area->al + (u64)drbd_al_ring_block(&ring, plan.head.number) * DRBD_MD_BLOCK_SECT, block, sizeof(block));
		drbd_al_end(&al, true);
	}
	for (unsigned int i = 0; i < al.slots; i++)
		if (al.extent[i] != DRBD_AL_FREE)
			printf("hot %u\n", al.extent[i]);
	sb->flags &= ~DRBD_MDF_AL_CLEAN;
	sb->flags |= DRBD_MDF_PRIMARY_IND | DRBD_MDF_CRASHED_PRIMARY | DRBD_MDF_CONSISTENT | DRBD_MDF_WAS_UP_TO_DATE;
	sb->current_uuid = 0x1122334455667789ULL;
	sb->history[0] = 0xAABBCCDDEEFF0010ULL;
	sb->effective_size = area->first ?: attach.backing_capacity;
	if (!sb->v08) {
		sb->node_id = 0;
		sb->members = 1;
		sb->peers[1].bitmap_index = 0;
		sb->peers[1].bitmap_uuid = 0x5566778899AABBCCULL;
		sb->peers[1].flags = DRBD_MDF_NODE_EXISTS | DRBD_MDF_PEER_DEVICE_SEEN;
	}
	drbd_sb_encode(sb, true, block);
	put(superblock, block, sizeof(block));
}

int main(int argc, char **argv)
{
	u8 block[DRBD_MD_BLOCK_SIZE] __attribute__((aligned(8)));
	static struct drbd_sb sb;
	struct drbd_md_area area;

	if (argc < 5)
		die("usage: metadata read|write IDX DATA_FILE MD_FILE [EXTENT...]");
	attach = (struct drbd_md_attach) {
		.idx = atoi(argv[2]), .backing_capacity = sectors(argv[3]), .md_capacity = sectors(argv[4]),
		.bits_per_long = BITS_PER_LONG, .v08_allowed = true, .node_id = -1, .bitmap = true,
	};
	fd = open(argv[4], O_RDWR);
	if (fd < 0 || drbd_md_find(attach.idx, attach.md_capacity, &superblock))
		die("no place for metadata");
	get(superblock, block, sizeof(block));
	accept(block, &sb);
	drbd_md_locate(attach.idx, attach.md_capacity, &sb.layout, &area);
	if (!strcmp(argv[1], "read"))
		return show(&sb, &area, block);
	crash(&sb, &area, argc - 5, argv + 5);
	return 0;
}
