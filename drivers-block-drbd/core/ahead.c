// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ahead and Behind: a congested peer is told only which blocks it misses
 *
 * What a packet of the data stream means depends on the state that the sender was in.
 * A peer that takes P_OUT_OF_SYNC for that of an established connection would believe
 * in its own disk, and one that takes data for that of a node which is Ahead would
 * wait for a resync that is over. So a state packet goes before the first packet of
 * the other kind, in either direction, and from the sender itself: nobody else knows
 * what is first.
 *
 * Ahead ends when all that was written before it is confirmed, and the marks are sent.
 * Whatever else goes on with this peer has to be through as well, as there will be no
 * exchange of bitmaps that puts things right.
 */

#include <linux/export.h>

#include "ahead.h"

/**
 * drbd_ahead_exit_arm() - whether to arm the timer that ends Ahead
 * @at: what decides, for one volume
 *
 * For each volume of the connection, whenever a request told %DRBD_REQ_FX_AHEAD_EXIT:
 * the congestion that it ends was that of the connection. The timer runs for
 * %DRBD_AHEAD_EXIT_MS, so that congestion does not come and go with each burst; when
 * it expires the mark of congestion is cleared and drbd_resync_postponed() asked.
 *
 * Return: true if so.
 * Source: spec/io.md 3.3 (28), 10; spec/resync.md 9 (4)
 */
bool drbd_ahead_exit_arm(const struct drbd_ahead_exit *at)
{
	return at->repl == DRBD_R_AHEAD && !at->in_flight && !at->armed;
}
EXPORT_SYMBOL_GPL(drbd_ahead_exit_arm);

/**
 * drbd_resync_postponed() - whether it is too early to start a resync
 * @due: what decides
 *
 * For a resync that starts by a timer, after Ahead or Behind or for a new area, as
 * opposed to one that the exchange of bitmaps leads to.
 *
 * Return: true if it is, to be asked again after %DRBD_RESYNC_POSTPONE_MS.
 * Source: spec/resync.md 3.4, 9 (4, 5)
 */
bool drbd_resync_postponed(const struct drbd_resync_due *due)
{
	return due->rs_pending || due->target_active || (due->from_ahead && due->unacked);
}
EXPORT_SYMBOL_GPL(drbd_resync_postponed);

/**
 * drbd_ahead_state_first() - whether P_STATE has to go before an entry of the log
 * @out_of_sync_mode: of the peer device, false when it connects; changes
 * @entry: what is about to be sent to the peer
 *
 * A barrier that is due goes first. An out-of-sync entry counts even if it is skipped, as
 * the peer has to be Behind before it can be told that this is over. When the sender
 * becomes idle while @out_of_sync_mode is set and the state is not Ahead any more, it
 * sends P_STATE, too, and the caller clears the mark.
 *
 * Return: true if it has to.
 * Source: spec/io.md 1.2 (G13), 2.8, 10; spec/resync.md 9 (2, 4)
 */
bool drbd_ahead_state_first(bool *out_of_sync_mode, enum drbd_epoch_entry entry)
{
	bool wanted = entry == DRBD_EPOCH_OUT_OF_SYNC;

	if (entry == DRBD_EPOCH_READ || *out_of_sync_mode == wanted)
		return false;
	*out_of_sync_mode = wanted;
	return true;
}
EXPORT_SYMBOL_GPL(drbd_ahead_state_first);

/**
 * drbd_behind() - what the state of a peer means for the one that follows it
 * @repl: replication state of this node
 * @peer_repl: replication state that the peer reports
 *
 * An 8.4 peer leaves Ahead with P_SYNC_UUID instead, which is as good as SyncSource.
 *
 * Return: what to do.
 * Source: spec/io.md 10; spec/resync.md 9 (3, 5); spec/state.md 3.5 (4, 6)
 */
enum drbd_behind drbd_behind(enum drbd_repl repl, enum drbd_repl peer_repl)
{
	if (peer_repl == DRBD_R_AHEAD)
		return repl == DRBD_R_BEHIND ? DRBD_BEHIND_NOTHING : DRBD_BEHIND_ENTER;
	if (repl == DRBD_R_BEHIND && peer_repl == DRBD_R_SYNC_SOURCE)
		return DRBD_BEHIND_LEAVE;
	return DRBD_BEHIND_NOTHING;
}
EXPORT_SYMBOL_GPL(drbd_behind);
