// SPDX-License-Identifier: GPL-2.0-only
/*
 * The gate: what an application request waits for before it is taken in
 *
 * Until it is taken in, a request holds nothing, and nobody has to look for it
 * when the state changes. So this is the place to wait for the end of all that
 * does not allow new ones. Requests which are going to fail do not wait for
 * most of it.
 */

#include <linux/export.h>

#include "gate.h"

/**
 * drbd_gate() - whether an application request may go on
 * @gate: what it waits for
 *
 * A new current UUID is created only while I/O is not suspended: the end of a
 * suspension may show that none is needed. Where it cannot be created, for
 * want of quorum or data, the want stays: the first write after that is one that
 * a peer has missed. Requests that are going to fail change nothing, and do not
 * wait for it; who lets them in has to fail them, whatever the state is by then.
 *
 * A request that is admitted counts as in flight. After that, and a full barrier,
 * the caller has to look at the suspend count once more, and take it back if
 * that was raised.
 *
 * Return: what to do.
 * Source: spec/io.md 2.2 and F22, spec/state.md 8
 */
enum drbd_admission drbd_gate(const struct drbd_gate *gate)
{
	if (!gate->io_error && (gate->suspended || gate->suspend_count ||
				gate->unstable || gate->bitmap_work))
		return DRBD_ADMIT_WAIT;
	if (!gate->io_error && gate->want_new_uuid)
		return gate->uuid_triggered ? DRBD_ADMIT_WAIT : DRBD_ADMIT_NEW_UUID;
	return gate->in_flight < gate->limit ? DRBD_ADMIT : DRBD_ADMIT_WAIT;
}
EXPORT_SYMBOL_GPL(drbd_gate);
