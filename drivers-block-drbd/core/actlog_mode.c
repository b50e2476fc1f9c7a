// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether the activity log is needed
 *
 * It tells what to resync after a crash, so it is of no use where everything will
 * be resynced: without a bitmap, or if all bits of it are set already. A
 * Secondary of the only other disk does not need it either while that one is
 * Primary: writes come from there only, and are in the log there. This does not
 * hold if the metadata has room for another peer. Its slot of the bitmap tracks
 * all writes from the beginning, and the Primary knows nothing about it.
 */

#include <linux/array_size.h>
#include <linux/export.h>

#include "actlog_mode.h"

static const char *const mode_names[] = {
	[DRBD_AL_ON] = "yes",
	[DRBD_AL_OFF] = "no",
	[DRBD_AL_OPTIMIZED] = "no (optimized)",
};

static const char *const mode_texts[] = {
	[DRBD_AL_ON] = "Enabling local AL-updates",
	[DRBD_AL_OFF] = "Disabling local AL-updates (config)",
	[DRBD_AL_OPTIMIZED] = "Disabling local AL-updates (optimization)",
};

/**
 * drbd_al_choose_mode() - decide whether transactions have to be written
 * @c: what it depends on
 *
 * To be asked whenever that changes. See drbd_al_enable() and drbd_al_disable()
 * for the order in which a change takes place.
 *
 * Return: the mode.
 *
 * Source: spec/metadata.md 8.8, 14.9, pitfall 4.
 */
enum drbd_al_mode drbd_al_choose_mode(const struct drbd_al_conditions *c)
{
	if (!c->al_updates || !c->has_bitmap)
		return DRBD_AL_OFF;
	if (c->bitmap_slots == 1 && c->disks_seen == 1 && c->role == DRBD_ROLE_SECONDARY &&
	    c->peer_role == DRBD_ROLE_PRIMARY && c->peer_disk >= DRBD_D_INCONSISTENT &&
	    c->peer_disk != DRBD_D_UNKNOWN)
		return DRBD_AL_OPTIMIZED;
	return DRBD_AL_ON;
}
EXPORT_SYMBOL_GPL(drbd_al_choose_mode);

/**
 * drbd_al_mode_name() - what debugfs shows
 * @mode: the mode, may be out of range
 *
 * Return: the name, or "unknown".
 *
 * Source: spec/metadata.md 8.8.
 */
const char *drbd_al_mode_name(enum drbd_al_mode mode)
{
	return mode < ARRAY_SIZE(mode_names) ? mode_names[mode] : "unknown";
}
EXPORT_SYMBOL_GPL(drbd_al_mode_name);

/**
 * drbd_al_mode_text() - what the log says when the mode changes
 * @mode: the new mode, may be out of range
 *
 * Return: the text, or "unknown".
 *
 * Source: spec/metadata.md 8.8.
 */
const char *drbd_al_mode_text(enum drbd_al_mode mode)
{
	return mode < ARRAY_SIZE(mode_texts) ? mode_texts[mode] : "unknown";
}
EXPORT_SYMBOL_GPL(drbd_al_mode_text);

/**
 * drbd_al_may_suspend() - decide whether own writes can do without the set
 * @has_bitmap: the disk has a bitmap
 * @all_set: all bits of all slots are set
 * @highest: highest replication state of all peers; DRBD_R_OFF without any
 *
 * The set has to be emptied before. It is needed again as soon as this is false.
 *
 * Return: true if writes change nothing that a resync would not do anyway.
 *
 * Source: spec/metadata.md 8.8.
 */
bool drbd_al_may_suspend(bool has_bitmap, bool all_set, enum drbd_repl highest)
{
	return (!has_bitmap || all_set) && highest < DRBD_R_ESTABLISHED;
}
EXPORT_SYMBOL_GPL(drbd_al_may_suspend);
