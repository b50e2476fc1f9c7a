// SPDX-License-Identifier: GPL-2.0-only
/*
 * The out-of-sync bitmap in memory
 *
 * A set bit says that a block may differ between this node and the peer that has the
 * slot. All of the bitmap is in memory while a disk is attached, on pages that look
 * exactly like the area on disk, so that I/O is plain page I/O.
 *
 * Three things are kept in step with the bits. The weight of each slot is exact: zero
 * ends a resync. A page in which a bit was set is marked as "need": a crash must not
 * forget that. A page in which bits were only cleared is marked as "lazy": forgetting
 * costs nothing but a resync of blocks that are the same already. Only real changes
 * leave a mark, so that writing to a block that is out of sync anyway is free.
 *
 * Marks are plain bits under the lock that protects the bits. Who writes a page takes
 * its marks first, and copies or submits it after that: a change during the write
 * then marks the page again.
 */

#include <asm/byteorder.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/unaligned.h>

#include "bitmap.h"

static bool is_slot(const struct drbd_bitmap *bm, int slot)
{
	return slot >= 0 && slot < bm->layout.slots;
}

static __le32 *word_at(const struct drbd_bitmap *bm, u64 word)
{
	return bm->buffer.pages[word / DRBD_BM_PAGE_WORDS] + word % DRBD_BM_PAGE_WORDS;
}

static u32 get_word(const struct drbd_bitmap *bm, unsigned int slot, u64 index)
{
	return le32_to_cpu(*word_at(bm, drbd_bm_word(&bm->layout, slot, index)));
}

/* Replaces those bits that are in the mask. Returns those that are different now. */
static u32 put_word(struct drbd_bitmap *bm, unsigned int slot, u64 index, u32 mask, u32 bits)
{
	u64 word = drbd_bm_word(&bm->layout, slot, index);
	__le32 *p = word_at(bm, word);
	u32 old = le32_to_cpu(*p);
	u32 changed = (old ^ bits) & mask;

	if (!changed)
		return 0;
	*p = cpu_to_le32(old ^ changed);
	bm->weight[slot] += hweight32(bits & changed);
	bm->weight[slot] -= hweight32(old & changed);
	if (bits & changed)
		__set_bit(word / DRBD_BM_PAGE_WORDS, bm->buffer.need);
	if (old & changed)
		__set_bit(word / DRBD_BM_PAGE_WORDS, bm->buffer.lazy);
	return changed;
}

static struct drbd_bm_range clip(const struct drbd_bitmap *bm, struct drbd_bm_range bits)
{
	bits.end = min(bits.end, bm->layout.bits);
	if (bits.start >= bits.end)
		bits = (struct drbd_bm_range) {};
	return bits;
}

/**
 * drbd_bm_setup() - start using a buffer as a bitmap
 * @bm: to be filled in
 * @layout: of the bitmap
 * @buffer: with the pages as read from disk, or zeroed
 * @walk: the pass that counts the bits, for drbd_bm_walk_page()
 *
 * Weights are right when the pass is complete.
 * Source: spec/metadata.md 4.1 and 9.4
 */
void drbd_bm_setup(struct drbd_bitmap *bm, const struct drbd_bm_layout *layout,
		   const struct drbd_bm_buffer *buffer, struct drbd_bm_walk *walk)
{
	*bm = (struct drbd_bitmap) { .layout = *layout, .buffer = *buffer };
	*walk = (struct drbd_bm_walk) { .recount = true };
}
EXPORT_SYMBOL_GPL(drbd_bm_setup);

/**
 * drbd_bm_change_size() - give a bitmap another size
 * @bm: the bitmap
 * @layout: the new layout, differing in the size only
 * @buffer: the new buffer: as many of the old pages as fit, then zeroed ones; the same
 *	goes for the marks
 * @set: blocks that are new may differ; otherwise they are the same everywhere
 * @walk: the pass that remains to be done, for drbd_bm_walk_page()
 *
 * What is behind the end of a bitmap has no meaning. It can be a leftover of a larger
 * one, or of userspace that replayed an activity log extent by extent. Therefore
 * clearing the new bits is as much work as setting them.
 *
 * Nothing else may use the bitmap until the pass is complete.
 *
 * Return: 0, or -EINVAL if the number of slots or the size of blocks differs.
 * Source: spec/metadata.md 9.11, spec/resync.md 8.2
 */
int drbd_bm_change_size(struct drbd_bitmap *bm, const struct drbd_bm_layout *layout,
			const struct drbd_bm_buffer *buffer, bool set, struct drbd_bm_walk *walk)
{
	u64 bits = bm->layout.bits;
	int slot;

	if (layout->slots != bm->layout.slots || layout->shift != bm->layout.shift)
		return -EINVAL;

	*walk = (struct drbd_bm_walk) { .start = bits, .set = set };
	if (layout->bits > bits) {
		walk->page = drbd_bm_page(layout, 0, bits);
	} else if (layout->bits < bits) {
		walk->recount = true;
		for (slot = 0; slot < layout->slots; slot++)
			bm->weight[slot] = 0;
	} else {
		walk->page = layout->pages;
	}
	bm->layout = *layout;
	bm->buffer = *buffer;
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_bm_change_size);

/* A new bit was not counted before, whatever it was. */
static void init_word(struct drbd_bitmap *bm, unsigned int slot, u64 index, u32 mask, bool set)
{
	bm->weight[slot] += hweight32(get_word(bm, slot, index) & mask);
	put_word(bm, slot, index, mask, set ? U32_MAX : 0);
}

/**
 * drbd_bm_walk_page() - one step of a pass over a bitmap
 * @bm: the bitmap
 * @walk: the pass
 *
 * Goes by pages and not by slots, because the slots are interleaved: memory is read
 * once, in order.
 *
 * Return: whether there was something to do; the pass is complete if not.
 * Source: spec/metadata.md 9.4 and 9.11
 */
bool drbd_bm_walk_page(struct drbd_bitmap *bm, struct drbd_bm_walk *walk)
{
	const struct drbd_bm_layout *layout = &bm->layout;
	unsigned int i;
	u32 mask, slot;
	u64 index;

	if (walk->page >= layout->pages)
		return false;

	index = div_u64_rem((u64)walk->page * DRBD_BM_PAGE_WORDS, layout->slots, &slot);
	for (i = 0; i < DRBD_BM_PAGE_WORDS && index < layout->words; i++) {
		mask = drbd_bm_word_mask(index, walk->recount ? 0 : walk->start, layout->bits);
		if (walk->recount)
			bm->weight[slot] += hweight32(get_word(bm, slot, index) & mask);
		else
			init_word(bm, slot, index, mask, walk->set);
		if (++slot == layout->slots) {
			slot = 0;
			index++;
		}
	}
	walk->page++;
	return true;
}
EXPORT_SYMBOL_GPL(drbd_bm_walk_page);

static u64 put_range(struct drbd_bitmap *bm, int slot, struct drbd_bm_range bits, u32 value)
{
	u64 index, changed = 0;
	u32 mask;

	if (!is_slot(bm, slot))
		return 0;
	bits = clip(bm, bits);
	for (index = bits.start / 32; 32 * index < bits.end; index++) {
		mask = drbd_bm_word_mask(index, bits.start, bits.end);
		changed += hweight32(put_word(bm, slot, index, mask, value));
	}
	return changed;
}

/**
 * drbd_bm_set() - set bits of one slot
 * @bm: the bitmap
 * @slot: the slot, -1 for no slot
 * @bits: to be set, as far as they exist
 *
 * Return: how many bits were clear.
 * Source: spec/metadata.md 9.4
 */
u64 drbd_bm_set(struct drbd_bitmap *bm, int slot, struct drbd_bm_range bits)
{
	return put_range(bm, slot, bits, U32_MAX);
}
EXPORT_SYMBOL_GPL(drbd_bm_set);

/**
 * drbd_bm_clear() - clear bits of one slot
 * @bm: the bitmap
 * @slot: the slot, -1 for no slot
 * @bits: to be cleared, as far as they exist
 *
 * Return: how many bits were set.
 * Source: spec/metadata.md 9.4
 */
u64 drbd_bm_clear(struct drbd_bitmap *bm, int slot, struct drbd_bm_range bits)
{
	return put_range(bm, slot, bits, 0);
}
EXPORT_SYMBOL_GPL(drbd_bm_clear);

/**
 * drbd_bm_fill_page() - set or clear all bits of some slots on one page
 * @bm: the bitmap
 * @page: the page
 * @slots: mask of the slots
 * @set: sets the bits instead of clearing them
 *
 * Return: how many bits changed, in all slots together.
 * Source: spec/metadata.md 9.4
 */
u64 drbd_bm_fill_page(struct drbd_bitmap *bm, unsigned int page, u32 slots, bool set)
{
	const struct drbd_bm_layout *layout = &bm->layout;
	u64 index, changed = 0;
	unsigned int i;
	u32 mask, slot;

	if (page >= layout->pages)
		return 0;
	index = div_u64_rem((u64)page * DRBD_BM_PAGE_WORDS, layout->slots, &slot);
	for (i = 0; i < DRBD_BM_PAGE_WORDS && index < layout->words; i++) {
		mask = drbd_bm_word_mask(index, 0, layout->bits);
		if (slots & BIT(slot))
			changed += hweight32(put_word(bm, slot, index, mask, set ? U32_MAX : 0));
		if (++slot == layout->slots) {
			slot = 0;
			index++;
		}
	}
	return changed;
}
EXPORT_SYMBOL_GPL(drbd_bm_fill_page);

/**
 * drbd_bm_update() - account for the outcome of a request in several slots
 * @bm: the bitmap
 * @set: mask of the slots in which to set bits
 * @touched: the bits to set, from drbd_bm_touched()
 * @clear: mask of the slots in which to clear bits, none of them in @set
 * @covered: the bits to clear, from drbd_bm_covered()
 *
 * The slots of one request change together: a slot that is being copied must not get
 * one half of it.
 *
 * Return: the slots in which something changed.
 * Source: spec/metadata.md 9.4 and 9.6, spec/io.md 2.10
 */
struct drbd_bm_changed drbd_bm_update(struct drbd_bitmap *bm,
				      u32 set, struct drbd_bm_range touched,
				      u32 clear, struct drbd_bm_range covered)
{
	struct drbd_bm_changed changed = {};
	int slot;

	for (slot = 0; slot < bm->layout.slots; slot++) {
		if (set & BIT(slot) && drbd_bm_set(bm, slot, touched))
			changed.set |= BIT(slot);
		if (clear & ~set & BIT(slot) && drbd_bm_clear(bm, slot, covered))
			changed.cleared |= BIT(slot);
	}
	return changed;
}
EXPORT_SYMBOL_GPL(drbd_bm_update);

/**
 * drbd_bm_copy() - make bits of a slot the same as those of another one
 * @bm: the bitmap
 * @from: the slot to copy from, -1 for no slot
 * @to: the slot to change, -1 for no slot
 * @bits: to be copied, as far as they exist
 *
 * Return: how many bits changed.
 * Source: spec/metadata.md 9.4
 */
u64 drbd_bm_copy(struct drbd_bitmap *bm, int from, int to, struct drbd_bm_range bits)
{
	u64 index, changed = 0;
	u32 mask;

	if (!is_slot(bm, from) || !is_slot(bm, to))
		return 0;
	bits = clip(bm, bits);
	for (index = bits.start / 32; 32 * index < bits.end; index++) {
		mask = drbd_bm_word_mask(index, bits.start, bits.end);
		changed += hweight32(put_word(bm, to, index, mask, get_word(bm, from, index)));
	}
	return changed;
}
EXPORT_SYMBOL_GPL(drbd_bm_copy);

/**
 * drbd_bm_weight() - number of bits set in a slot
 * @bm: the bitmap
 * @slot: the slot, -1 for no slot
 *
 * Return: the number, 0 if there is no such slot.
 * Source: spec/metadata.md 9.3
 */
u64 drbd_bm_weight(const struct drbd_bitmap *bm, int slot)
{
	return is_slot(bm, slot) ? bm->weight[slot] : 0;
}
EXPORT_SYMBOL_GPL(drbd_bm_weight);

/**
 * drbd_bm_count() - number of bits set in a part of a slot
 * @bm: the bitmap
 * @slot: the slot, -1 for no slot
 * @bits: to be counted, as far as they exist
 *
 * Return: the number, 0 if there is no such slot.
 * Source: spec/metadata.md 9.4
 */
u64 drbd_bm_count(const struct drbd_bitmap *bm, int slot, struct drbd_bm_range bits)
{
	u64 index, count = 0;

	if (!is_slot(bm, slot))
		return 0;
	bits = clip(bm, bits);
	for (index = bits.start / 32; 32 * index < bits.end; index++)
		count += hweight32(get_word(bm, slot, index) &
				   drbd_bm_word_mask(index, bits.start, bits.end));
	return count;
}
EXPORT_SYMBOL_GPL(drbd_bm_count);

static u64 find(const struct drbd_bitmap *bm, int slot, struct drbd_bm_range bits, u32 flip)
{
	u64 index;
	u32 word;

	if (!is_slot(bm, slot))
		return DRBD_BM_NONE;
	bits = clip(bm, bits);
	for (index = bits.start / 32; 32 * index < bits.end; index++) {
		word = (get_word(bm, slot, index) ^ flip) &
			drbd_bm_word_mask(index, bits.start, bits.end);
		if (word)
			return 32 * index + __ffs(word);
	}
	return DRBD_BM_NONE;
}

/**
 * drbd_bm_find_set() - find the first set bit
 * @bm: the bitmap
 * @slot: the slot, -1 for no slot
 * @bits: where to look
 *
 * Return: the number of the bit, or %DRBD_BM_NONE.
 * Source: spec/metadata.md 9.4
 */
u64 drbd_bm_find_set(const struct drbd_bitmap *bm, int slot, struct drbd_bm_range bits)
{
	return find(bm, slot, bits, 0);
}
EXPORT_SYMBOL_GPL(drbd_bm_find_set);

/**
 * drbd_bm_find_clear() - find the first clear bit
 * @bm: the bitmap
 * @slot: the slot, -1 for no slot
 * @bits: where to look
 *
 * Return: the number of the bit, or %DRBD_BM_NONE; bits behind the end are not clear.
 * Source: spec/metadata.md 9.4
 */
u64 drbd_bm_find_clear(const struct drbd_bitmap *bm, int slot, struct drbd_bm_range bits)
{
	return find(bm, slot, bits, U32_MAX);
}
EXPORT_SYMBOL_GPL(drbd_bm_find_clear);

/**
 * drbd_bm_dirty_slots() - which slots have a bit set
 * @bm: the bitmap
 * @slots: mask of the slots to look at
 * @bits: to look at, as far as they exist
 *
 * For a disk that is Inconsistent: it may be read where no peer's slot has a bit set.
 *
 * Return: mask of those slots that have at least one of the bits set.
 * Source: spec/io.md 5.1
 */
u32 drbd_bm_dirty_slots(const struct drbd_bitmap *bm, u32 slots, struct drbd_bm_range bits)
{
	u32 dirty = 0;
	int slot;

	for (slot = 0; slot < bm->layout.slots; slot++) {
		if (slots & BIT(slot) && drbd_bm_find_set(bm, slot, bits) != DRBD_BM_NONE)
			dirty |= BIT(slot);
	}
	return dirty;
}
EXPORT_SYMBOL_GPL(drbd_bm_dirty_slots);

/**
 * drbd_bm_merge() - set those bits that are set in some words
 * @bm: the bitmap
 * @slot: the slot, -1 for no slot
 * @word: index of the first word in the slot
 * @words: little-endian words of 32 bits, at any address
 * @count: their number; what is behind the end of the bitmap is ignored
 *
 * Return: how many bits were clear.
 * Source: spec/metadata.md 9.4
 */
u64 drbd_bm_merge(struct drbd_bitmap *bm, int slot, u64 word, const void *words,
		  unsigned int count)
{
	const u8 *p = words;
	u64 changed = 0;
	u32 mask;

	if (!is_slot(bm, slot))
		return 0;
	for (; count && word < bm->layout.words; count--, word++, p += 4) {
		mask = get_unaligned_le32(p) & drbd_bm_word_mask(word, 0, bm->layout.bits);
		changed += hweight32(put_word(bm, slot, word, mask, U32_MAX));
	}
	return changed;
}
EXPORT_SYMBOL_GPL(drbd_bm_merge);

/**
 * drbd_bm_extract() - copy words out of a bitmap
 * @bm: the bitmap
 * @slot: the slot, -1 for no slot
 * @word: index of the first word in the slot
 * @words: room for the little-endian words of 32 bits, at any address
 * @count: their number
 *
 * Bits behind the end of the bitmap come out as 0.
 *
 * Return: how many words were there to copy.
 * Source: spec/metadata.md 9.4
 */
unsigned int drbd_bm_extract(const struct drbd_bitmap *bm, int slot, u64 word, void *words,
			     unsigned int count)
{
	unsigned int i;
	u8 *p = words;

	if (!is_slot(bm, slot))
		return 0;
	for (i = 0; i < count && word < bm->layout.words; i++, word++, p += 4)
		put_unaligned_le32(get_word(bm, slot, word) &
				   drbd_bm_word_mask(word, 0, bm->layout.bits), p);
	return i;
}
EXPORT_SYMBOL_GPL(drbd_bm_extract);

/**
 * drbd_bm_hint_extent() - mark pages for the next activity-log transaction
 * @bm: the bitmap
 * @extent: number of the extent that leaves the activity log
 *
 * Source: spec/metadata.md 8.6
 */
void drbd_bm_hint_extent(struct drbd_bitmap *bm, u64 extent)
{
	struct drbd_bm_range pages = drbd_bm_extent_pages(&bm->layout, extent);

	for (; pages.start < pages.end; pages.start++)
		__set_bit(pages.start, bm->buffer.hint);
}
EXPORT_SYMBOL_GPL(drbd_bm_hint_extent);

static bool is_changed(const struct drbd_bitmap *bm, unsigned int page)
{
	return test_bit(page, bm->buffer.need) || test_bit(page, bm->buffer.lazy);
}

/* Hints are used up, also those for pages that need not be written. */
static unsigned int next_hinted(struct drbd_bitmap *bm, unsigned int page)
{
	unsigned int pages = bm->layout.pages;

	while ((page = find_next_bit(bm->buffer.hint, pages, page)) < pages) {
		__clear_bit(page, bm->buffer.hint);
		if (is_changed(bm, page))
			break;
	}
	return page;
}

/**
 * drbd_bm_take_page() - find the next page to write
 * @bm: the bitmap
 * @class: which pages are to be written
 * @page: where to start looking
 *
 * Marks of the page are cleared: it has to be copied, or submitted, after that. An
 * earlier write of the same page may still be on its way; who relies on the page being
 * on disk, as the activity log does, has to wait for such writes as well.
 *
 * Return: the page, or a number that is not below that of the pages.
 * Source: spec/metadata.md 9.8
 */
unsigned int drbd_bm_take_page(struct drbd_bitmap *bm, enum drbd_bm_class class,
			       unsigned int page)
{
	unsigned int pages = bm->layout.pages;

	if (class == DRBD_BM_WRITE_HINTED)
		page = next_hinted(bm, page);
	else if (class == DRBD_BM_WRITE_LAZY)
		page = find_next_bit(bm->buffer.lazy, pages, page);
	else if (class == DRBD_BM_WRITE_CHANGED)
		page = min(find_next_bit(bm->buffer.need, pages, page),
			   find_next_bit(bm->buffer.lazy, pages, page));

	if (page < pages) {
		__clear_bit(page, bm->buffer.need);
		__clear_bit(page, bm->buffer.lazy);
	}
	return page;
}
EXPORT_SYMBOL_GPL(drbd_bm_take_page);

/**
 * drbd_bm_untake_page() - mark a page again that could not be written
 * @bm: the bitmap
 * @page: the page
 *
 * Source: spec/metadata.md 11
 */
void drbd_bm_untake_page(struct drbd_bitmap *bm, unsigned int page)
{
	if (page < bm->layout.pages)
		__set_bit(page, bm->buffer.need);
}
EXPORT_SYMBOL_GPL(drbd_bm_untake_page);
