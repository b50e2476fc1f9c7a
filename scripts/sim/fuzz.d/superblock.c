// SPDX-License-Identifier: GPL-2.0-only
/*
 * Superblocks of both versions: what is accepted makes sense, and is written as it was read
 */
#include "fuzz.h"
#include "driver/core/meta_check.h"
#include "driver/core/meta_convert.h"

/* The decoded form has padding in it. */
static void same(const struct drbd_sb *a, const struct drbd_sb *b, u32 flags)
{
	CHECK(a->v08 == b->v08 && a->effective_size == b->effective_size && a->current_uuid == b->current_uuid);
	CHECK(a->members == b->members && a->device_uuid == b->device_uuid && (a->flags & flags) == b->flags);
	CHECK(a->al_nr_extents == b->al_nr_extents && a->la_peer_max_bio_size == b->la_peer_max_bio_size);
	CHECK(a->node_id == b->node_id && !memcmp(&a->layout, &b->layout, sizeof(a->layout)));
	CHECK(!memcmp(a->peers, b->peers, sizeof(a->peers)) && !memcmp(a->history, b->history, sizeof(a->history)));
}

static void round_trip(const u64 *block)
{
	static struct drbd_sb sb, again;
	struct drbd_sb_v08 v08, back;
	u64 out[512], twice[512];

	if (drbd_sb_identify(block) == DRBD_SB_V09) {
		drbd_sb_decode_v09(block, &sb);
		drbd_sb_encode_v09(&sb, true, out);
		drbd_sb_decode_v09(out, &again);
		same(&sb, &again, ~(u32)DRBD_MDF_AL_CLEAN);
		drbd_sb_encode(&again, true, twice);
		CHECK(!memcmp(out, twice, sizeof(out)) && drbd_sb_identify(out) == DRBD_SB_V09);
		return;
	}
	drbd_sb_decode_v08(block, &v08);
	drbd_sb_encode_v08(&v08, out);
	drbd_sb_decode_v08(out, &back);
	v08.flags &= ~DRBD_MDF_AL_CLEAN;
	CHECK(!memcmp(&v08, &back, sizeof(v08)) && drbd_sb_identify(out) == DRBD_SB_V08_UNCLEAN);
	/* Seen as version 9 and back, a version 8 superblock loses only flags that it must not have. */
	drbd_sb_from_v08(&v08, &sb);
	drbd_sb_encode(&sb, true, twice);
	drbd_sb_decode_v08(twice, &back);
	v08.flags &= 0x1ff & ~DRBD_MDF_AL_CLEAN;
	CHECK(!memcmp(&v08, &back, sizeof(v08)));
}

static void attach(const u64 *block, const struct drbd_md_attach *attach)
{
	static struct drbd_sb sb;
	struct drbd_md_refusal why = {};
	struct drbd_md_capacity max;
	struct drbd_md_area area;
	u64 capacity = attach->md_capacity, used = 0;

	if (drbd_md_accept(block, attach, &sb, &why)) {
		CHECK(why.err && why.field && *why.text && strnlen(why.text, sizeof(why.text)) < sizeof(why.text));
		return;
	}
	drbd_md_locate(attach->idx, capacity, &sb.layout, &area);
	CHECK(area.first >= 0 && area.last >= area.first && (u64)area.last < capacity);
	CHECK(area.superblock >= area.first && area.superblock + 7 <= area.last);
	CHECK(area.al >= area.first && area.al + (s64)drbd_md_al_blocks(&sb.layout) * 8 - 1 <= area.last);
	CHECK(area.bitmap >= area.first && area.bitmap_sectors >= 0 && area.bitmap + area.bitmap_sectors - 1 <= area.last);
	/* none on top of another */
	CHECK(area.al >= area.superblock + 8 || area.al + (s64)drbd_md_al_blocks(&sb.layout) * 8 <= area.superblock);
	CHECK(area.bitmap >= area.al + (s64)drbd_md_al_blocks(&sb.layout) * 8 || area.bitmap + area.bitmap_sectors <= area.al);
	CHECK((u64)area.bitmap_sectors >= drbd_md_bitmap_sectors(sb.effective_size, sb.layout.bm_max_peers, sb.layout.bm_bytes_per_bit));
	drbd_md_limit(attach->idx, attach->backing_capacity, capacity, &sb.layout, attach->bits_per_long, &max);
	CHECK(max.sectors <= DRBD_MAX_SECTORS && drbd_md_bitmap_sectors(max.sectors, sb.layout.bm_max_peers,
		sb.layout.bm_bytes_per_bit) <= (u64)area.bitmap_sectors + 7);
	/* each slot exists, and belongs to one node at most, which is another one */
	for (int i = 0; i < DRBD_NODES; i++) {
		s32 index = sb.peers[i].bitmap_index;

		CHECK(index == -1 || (index >= 0 && index < (s32)sb.layout.bm_max_peers && !(used & 1ULL << index)));
		if (index >= 0)
			used |= 1ULL << index;
	}
	CHECK(attach->node_id == DRBD_NO_NODE || sb.peers[attach->node_id].bitmap_index == -1);
	CHECK(drbd_sb_vacant_slots(&sb) == sb.layout.bm_max_peers - hweight64(used));
	CHECK(drbd_sb_vacant_slots(&sb) <= sb.layout.bm_max_peers);
	drbd_sb_day0_node(&sb, attach->node_id);
	drbd_sb_max_dagtag(&sb, attach->node_id);
	if (drbd_md_check_attach(&sb, attach, &why))
		CHECK(why.err && why.field && *why.text);
	if (drbd_md_check_shrink(&sb, attach->disk_size, 0, &why))
		CHECK(why.err && why.field && *why.text);
	if (attach->node_id == DRBD_NO_NODE)
		drbd_sb_set_own_node(&sb, 1);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const u32 magics[] = { 0x8374026a, 0x8374026b, 0x8374026c, 0x8374026d };
	struct input in = { data, size };
	u8 how = take(&in, 1), flags = take(&in, 1);
	struct drbd_md_attach a = {
		.idx = (s8)take(&in, 1), .bits_per_long = how & 1 ? 64 : 32, .v08_allowed = how & 2, .bitmap = how & 4,
		.primary = how & 8, .peer_up_to_date = how & 16,
	};
	u64 block[512];
	int peer;
	s32 index;

	a.idx = max(a.idx, DRBD_MD_IDX_FLEX_INT);
	a.node_id = (int)(take(&in, 1) % 33) - 1;
	a.md_capacity = min(take_number(&in), 1ULL << 62);
	a.backing_capacity = flags & 1 ? a.md_capacity : min(take_number(&in), 1ULL << 62);
	a.disk_size = flags & 2 ? take_number(&in) : 0;
	a.virtual_size = flags & 4 ? take_number(&in) : 0;
	a.peers = take(&in, 4);
	a.bitmap_peers = a.peers & take(&in, 4);
	a.exposed_uuid = take(&in, 8);
	peer = take(&in, 1) % DRBD_NODES;
	index = (s32)(take(&in, 1) % 40) - 2;
	take_bytes(&in, block, sizeof(block));
	if (flags & 8)
		put_unaligned_be32(index, (u8 *)block + 0x70 + 32 * peer + 20);
	if (how & 0x20) {
		put_unaligned_be32(magics[flags >> 6], (u8 *)block + 0x3c);
		((u8 *)block)[0x3b] |= DRBD_MDF_AL_CLEAN;
	}
	/* as create-md lays it out, but for what the input changed */
	if (how & 0x40) {
		struct drbd_md_layout l = { DRBD_BM_BLOCK_MIN, 1, 1, 8, 0, 0, 0 };

		if (drbd_sb_identify(block) == DRBD_SB_V09)
			l.bm_max_peers = clamp_t(u32, get_unaligned_be32((u8 *)block + 0x58), 1, 32);
		if (!drbd_md_place(a.idx, a.md_capacity, &l)) {
			put_unaligned_be32(l.md_size_sect, (u8 *)block + 0x40);
			put_unaligned_be32(l.al_offset, (u8 *)block + 0x44);
			put_unaligned_be32(l.bm_offset, (u8 *)block + 0x4c);
			put_unaligned_be32(l.bm_bytes_per_bit, (u8 *)block + 0x50);
		}
	}
	round_trip(block);
	attach(block, &a);
	return 0;
}
