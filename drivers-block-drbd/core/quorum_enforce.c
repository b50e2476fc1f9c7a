// SPDX-License-Identifier: GPL-2.0-only
/*
 * What follows from a decision about quorum
 *
 * The user feels another quorum than the computed one: it is always there while
 * the option is off, and a node that was the last one with quorum keeps it over
 * a reboot. Who is refused something for want of quorum is told by how much it
 * was missed.
 */

#include <linux/export.h>
#include <linux/kernel.h>

#include "quorum_enforce.h"

/**
 * drbd_quorum_enforced() - quorum that the user feels
 * @configured: quorum is not off
 * @real: real quorum
 * @disk: own disk
 * @restore: drbd_quorum_may_restore() held at attach, and nothing contradicted
 *	it since; cleared when it has served its purpose
 *
 * Return: whether there is quorum.
 * Source: spec/state.md 6.3 step 6, 1.6 (restore_quorum) and 2.2 SZ27
 */
bool drbd_quorum_enforced(bool configured, bool real, enum drbd_disk disk, bool *restore)
{
	if (real || !configured) {
		*restore = false;
		return true;
	}
	switch (disk) {
	case DRBD_D_UP_TO_DATE:
		return *restore;
	case DRBD_D_ATTACHING:
	case DRBD_D_NEGOTIATING:
		/* The attach is not through yet. */
		return false;
	default:
		*restore = false;
		return false;
	}
}
EXPORT_SYMBOL_GPL(drbd_quorum_enforced);

/**
 * drbd_quorum_text() - say why there is no quorum
 * @text: result, a string
 * @size: size of @text; DRBD_QUORUM_TEXT_SIZE is enough
 * @disk: own disk
 * @result: the decision
 *
 * Return: length of the text, 0 if there is nothing to be said.
 * Source: spec/state.md 2.4 V14, spec/admin.md 20.9
 */
int drbd_quorum_text(char *text, size_t size, enum drbd_disk disk,
		     const struct drbd_quorum_result *result)
{
	if (disk <= DRBD_D_ATTACHING)
		return scnprintf(text, size, "no UpToDate peer with quorum");
	if (result->in_sight < result->quorum_at)
		return scnprintf(text, size, "%u of %u nodes visible, need %u for quorum",
				 result->in_sight, result->voters, result->quorum_at);
	if (result->up_to_date < result->redundancy_at)
		return scnprintf(text, size,
				 "%u of %u nodes up_to_date, need %u for quorum-minimum-redundancy",
				 result->up_to_date, result->voters, result->redundancy_at);
	if (size)
		text[0] = '\0';
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_quorum_text);
