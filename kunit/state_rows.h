/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * State vectors from text, for the suites of the state engine
 *
 * Tables of these suites are written as those of spec/state.md 2.8 are: a base
 * state, and what deviates from it, is requested, or is implied, as words. This
 * has the base state and reads the words.
 */
#ifndef DRBD_TESTS_STATE_ROWS_H
#define DRBD_TESTS_STATE_ROWS_H

#include <kunit/test.h>
#include <linux/string.h>

#include "../core/meta_sb.h"
#include "../core/names.h"
#include "../core/state.h"
#include "../core/state_predicates.h"
#include "../core/state_sanitize.h"
#include "../core/state_validate.h"

#define ROWS_PEERS	3
#define ROWS_VOLUMES	2
#define ROWS_MAJORITY	1024

/* Node 0 with its peers, nodes 1 to 3. */
struct rows_world {
	struct drbd_state s;
	struct drbd_state_conn conn[ROWS_PEERS];
	struct drbd_state_dev dev[ROWS_VOLUMES];
	struct drbd_state_pd pd[ROWS_PEERS * ROWS_VOLUMES];
	int quorum;
	int redundancy;
};

/* What a word can set. Objects: Resource, Connection, Device, Peer device. Types:
 * Byte, 32 bit Word, Quad of 64 bit, Role, Cstate, Disk state, repL, neGotiation
 * result.
 */
struct rows_field {
	const char *name;
	char object;
	char type;
	bool val;	/* has an old and a new copy */
	u16 offset;
};

#define ROWS_VAL(_name, _obj, _type, _struct, _member)				\
	{ .name = _name, .object = _obj, .type = _type, .val = true,		\
	  .offset = offsetof(struct _struct, _member) }

#define ROWS_CONF(_name, _obj, _type, _struct, _member)				\
	{ .name = _name, .object = _obj, .type = _type,				\
	  .offset = offsetof(struct _struct, _member) }

static const struct rows_field rows_fields[] = {
	ROWS_VAL("role", 'R', 'R', drbd_res_vals, role),
	ROWS_VAL("susp_user", 'R', 'B', drbd_res_vals, susp_user),
	ROWS_VAL("susp_nod", 'R', 'B', drbd_res_vals, susp_nod),
	ROWS_VAL("susp_quorum", 'R', 'B', drbd_res_vals, susp_quorum),
	ROWS_VAL("susp_uuid", 'R', 'B', drbd_res_vals, susp_uuid),
	ROWS_VAL("fail_io", 'R', 'B', drbd_res_vals, fail_io),
	ROWS_VAL("resume_held", 'R', 'B', drbd_res_vals, resume_held),
	ROWS_VAL("members", 'R', 'Q', drbd_res_vals, members),
	ROWS_CONF("quorum_on", 'R', 'B', drbd_state, quorum_on),
	ROWS_CONF("no_quorum_susp", 'R', 'B', drbd_state, suspend_on_no_quorum),
	ROWS_CONF("no_data_susp", 'R', 'B', drbd_state, suspend_on_no_data),
	ROWS_CONF("peer_requests", 'R', 'B', drbd_state, peer_requests),
	ROWS_VAL("cs", 'C', 'C', drbd_conn_vals, cstate),
	ROWS_VAL("peer", 'C', 'R', drbd_conn_vals, peer_role),
	ROWS_VAL("susp_fen", 'C', 'B', drbd_conn_vals, susp_fen),
	ROWS_VAL("notice", 'C', 'B', drbd_conn_vals, lost_primary_notice),
	ROWS_CONF("apv", 'C', 'W', drbd_state_conn, protocol),
	ROWS_CONF("features", 'C', 'W', drbd_state_conn, features),
	ROWS_CONF("fencing", 'C', 'W', drbd_state_conn, fencing),
	ROWS_CONF("two-primaries", 'C', 'B', drbd_state_conn, two_primaries),
	ROWS_CONF("verify-alg", 'C', 'B', drbd_state_conn, verify_alg),
	ROWS_CONF("remote-read", 'C', 'B', drbd_state_conn, allow_remote_read),
	ROWS_VAL("disk", 'D', 'D', drbd_dev_vals, disk),
	ROWS_VAL("have_quorum", 'D', 'B', drbd_dev_vals, have_quorum),
	ROWS_VAL("real_quorum", 'D', 'B', drbd_dev_vals, quorum),
	ROWS_VAL("want_new_uuid", 'D', 'B', drbd_dev_vals, want_new_uuid),
	ROWS_VAL("primary_lost_quorum", 'D', 'B', drbd_dev_vals, primary_lost_quorum),
	ROWS_VAL("crashed_primary", 'D', 'B', drbd_dev_vals, crashed_primary),
	ROWS_VAL("forced_detach", 'D', 'B', drbd_dev_vals, forced_detach),
	ROWS_VAL("try_resync_from", 'D', 'B', drbd_dev_vals, try_resync_from),
	ROWS_CONF("uuid", 'D', 'Q', drbd_state_dev, current_uuid),
	ROWS_CONF("exposed", 'D', 'Q', drbd_state_dev, exposed_uuid),
	ROWS_CONF("md_flags", 'D', 'W', drbd_state_dev, md_flags),
	ROWS_CONF("slot1", 'D', 'W', drbd_state_dev, slot_flags[1]),
	ROWS_CONF("slot2", 'D', 'W', drbd_state_dev, slot_flags[2]),
	ROWS_CONF("slot9", 'D', 'W', drbd_state_dev, slot_flags[9]),
	ROWS_CONF("restore_quorum", 'D', 'B', drbd_state_dev, restore_quorum),
	ROWS_CONF("open_cnt", 'D', 'B', drbd_state_dev, open),
	ROWS_CONF("writable", 'D', 'B', drbd_state_dev, writable),
	ROWS_CONF("unregistered", 'D', 'B', drbd_state_dev, unregistered),
	ROWS_CONF("call_local_io_error", 'D', 'B', drbd_state_dev, call_local_io_error),
	ROWS_VAL("pdsk", 'P', 'D', drbd_pd_vals, disk),
	ROWS_VAL("repl", 'P', 'L', drbd_pd_vals, repl),
	ROWS_VAL("rs_susp_user", 'P', 'B', drbd_pd_vals, resync_susp_user),
	ROWS_VAL("rs_susp_peer", 'P', 'B', drbd_pd_vals, resync_susp_peer),
	ROWS_VAL("rs_susp_dependency", 'P', 'B', drbd_pd_vals, resync_susp_dependency),
	ROWS_VAL("rs_susp_other_c", 'P', 'B', drbd_pd_vals, resync_susp_other_c),
	ROWS_VAL("rs_susp_max", 'P', 'B', drbd_pd_vals, resync_susp_max_parallel),
	ROWS_VAL("resync_active", 'P', 'B', drbd_pd_vals, resync_active),
	ROWS_VAL("replication", 'P', 'B', drbd_pd_vals, replication),
	ROWS_VAL("peer_replication", 'P', 'B', drbd_pd_vals, peer_replication),
	ROWS_VAL("got_stable", 'P', 'B', drbd_pd_vals, got_stable),
	ROWS_VAL("reconcile_owed", 'P', 'B', drbd_pd_vals, reconcile_owed),
	ROWS_VAL("reconcile_running", 'P', 'B', drbd_pd_vals, reconcile_running),
	ROWS_VAL("neg", 'P', 'G', drbd_pd_vals, neg),
	ROWS_CONF("peer_uuid", 'P', 'Q', drbd_state_pd, current_uuid),
	ROWS_CONF("bitmap_uuid", 'P', 'Q', drbd_state_pd, bitmap_uuid),
	ROWS_CONF("oos_bits", 'P', 'Q', drbd_state_pd, oos_bits),
	ROWS_CONF("bitmap", 'P', 'B', drbd_state_pd, bitmap),
	ROWS_CONF("handshake_running", 'P', 'B', drbd_state_pd, handshake_running),
	ROWS_CONF("uuids_received", 'P', 'B', drbd_state_pd, uuids_received),
	ROWS_CONF("uuids_stale", 'P', 'B', drbd_state_pd, uuids_stale),
	ROWS_CONF("stable", 'P', 'B', drbd_state_pd, stable),
	ROWS_CONF("replicate_next", 'P', 'B', drbd_state_pd, replicate_next),
	ROWS_CONF("peer_replicate_next", 'P', 'B', drbd_state_pd, peer_replicate_next),
	ROWS_CONF("predecessor", 'P', 'B', drbd_state_pd, predecessor_armed),
};

/* The base state of spec/state.md 2.8. */
static inline void rows_base(struct rows_world *w, unsigned int peers, unsigned int volumes)
{
	unsigned int c, d, i;

	memset(w, 0, sizeof(*w));
	w->s = (struct drbd_state) {
		.nconn = peers, .ndev = volumes,
		.conn = w->conn, .dev = w->dev, .pd = w->pd,
		.old = { .role = DRBD_ROLE_SECONDARY, .members = (2ULL << peers) - 1 },
		.suspend_on_no_quorum = true,
	};
	for (c = 0; c < peers; c++)
		w->conn[c] = (struct drbd_state_conn) {
			.node_id = c + 1,
			.old = { .cstate = DRBD_C_CONNECTED, .peer_role = DRBD_ROLE_SECONDARY },
			.protocol = 124, .features = ~0U, .allow_remote_read = true,
		};
	for (d = 0; d < volumes; d++) {
		w->dev[d] = (struct drbd_state_dev) {
			.volume = d,
			.old = {
				.disk = DRBD_D_UP_TO_DATE, .have_quorum = true, .quorum = true,
				.try_resync_from = DRBD_NO_NODE,
			},
			.current_uuid = 0x1000, .exposed_uuid = 0x1000,
			.md_flags = DRBD_MDF_CONSISTENT | DRBD_MDF_WAS_UP_TO_DATE,
		};
		for (c = 0; c < peers; c++)
			w->dev[d].slot_flags[c + 1] = DRBD_MDF_HAVE_BITMAP |
						      DRBD_MDF_NODE_EXISTS |
						      DRBD_MDF_PEER_DEVICE_SEEN;
	}
	for (i = 0; i < peers * volumes; i++)
		w->pd[i] = (struct drbd_state_pd) {
			.old = {
				.disk = DRBD_D_UP_TO_DATE, .repl = DRBD_R_ESTABLISHED,
				.replication = true, .peer_replication = true,
				.neg = DRBD_NEG_PENDING,
			},
			.current_uuid = 0x1000, .bitmap = true, .uuids_received = true,
			.stable = true, .replicate_next = true, .peer_replicate_next = true,
		};
	drbd_state_begin(&w->s);
}

static inline bool rows_is(const char *word, size_t len, const char *name)
{
	return len == strlen(name) && !strncmp(word, name, len);
}

static inline bool rows_lookup(const char *(*name)(unsigned int), const char *text, size_t len,
			       u64 from, u64 to, u64 *value)
{
	for (*value = from; *value <= to; (*value)++) {
		if (rows_is(text, len, name(*value)))
			return true;
	}
	return false;
}

static inline const char *rows_conn_name(unsigned int i)
{
	return drbd_conn_name(i);
}

static inline const char *rows_repl_name(unsigned int i)
{
	return drbd_repl_name(i);
}

static inline const char *rows_disk_name(unsigned int i)
{
	return drbd_disk_name(i);
}

static inline bool rows_number(const char *text, size_t len, u64 *value)
{
	unsigned int base = 10;

	*value = 0;
	if (len > 2 && text[0] == '0' && text[1] == 'x') {
		base = 16;
		text += 2;
		len -= 2;
	}
	if (!len)
		return false;
	for (; len; len--, text++) {
		if (*text >= '0' && *text <= '9')
			*value = *value * base + *text - '0';
		else if (base == 16 && *text >= 'a' && *text <= 'f')
			*value = *value * base + *text - 'a' + 10;
		else
			return false;
	}
	return true;
}

static inline bool rows_value(char type, const char *text, size_t len, u64 *value)
{
	switch (type) {
	case 'R':
		*value = *text == 'P' ? DRBD_ROLE_PRIMARY :
			 *text == 'S' ? DRBD_ROLE_SECONDARY : DRBD_ROLE_UNKNOWN;
		return true;
	case 'C':
		return rows_lookup(rows_conn_name, text, len, 0, DRBD_C_CONNECTED, value);
	case 'D':
		return rows_lookup(rows_disk_name, text, len, 0, DRBD_D_UP_TO_DATE, value);
	case 'G':
		*value = DRBD_NEG_NO_RESULT;
		if (rows_is(text, len, "NO_RESULT"))
			return true;
		*value = DRBD_NEG_PENDING;
		if (rows_is(text, len, "pending"))
			return true;
		fallthrough;
	case 'L':
		return rows_lookup(rows_repl_name, text, len, DRBD_R_OFF, DRBD_R_BEHIND, value);
	default:
		return rows_number(text, len, value);
	}
}

static inline size_t rows_size(const struct rows_field *f)
{
	return f->type == 'B' || f->type == 'G' ? 1 : f->type == 'Q' ? 8 : 4;
}

static inline void rows_store(void *to, size_t size, u64 value)
{
	switch (size) {
	case 1:
		*(u8 *)to = value;
		break;
	case 4:
		*(u32 *)to = value;
		break;
	default:
		*(u64 *)to = value;
		break;
	}
}

/* The place of a field: of connection or peer c, of volume d. */
static inline void *rows_place(struct rows_world *w, const struct rows_field *f,
			       enum drbd_state_when when, unsigned int c, unsigned int d)
{
	bool old = when == DRBD_OLD;
	struct drbd_state_pd *pd = drbd_state_pd(&w->s, d, c);

	switch (f->object) {
	case 'R':
		return f->val ? old ? (void *)&w->s.old : &w->s.new : (void *)&w->s;
	case 'C':
		return f->val ? old ? (void *)&w->conn[c].old : &w->conn[c].new :
				(void *)&w->conn[c];
	case 'D':
		return f->val ? old ? (void *)&w->dev[d].old : &w->dev[d].new :
				(void *)&w->dev[d];
	default:
		return f->val ? old ? (void *)&pd->old : &pd->new : (void *)pd;
	}
}

static inline bool rows_set(struct rows_world *w, enum drbd_state_when when, unsigned int c,
			    unsigned int d, const char *name, size_t len, const char *text,
			    size_t text_len)
{
	unsigned int i;
	u64 value;

	for (i = 0; i < ARRAY_SIZE(rows_fields); i++) {
		const struct rows_field *f = &rows_fields[i];

		if (!rows_is(name, len, f->name))
			continue;
		if (!rows_value(f->type, text, text_len, &value))
			return false;
		rows_store((u8 *)rows_place(w, f, when, c, d) + f->offset, rows_size(f), value);
		return true;
	}
	return false;
}

/* OFF0, OFF0(cstate) or OFF0(cstate,pdsk) */
static inline bool rows_off(struct rows_world *w, enum drbd_state_when when, const char *word,
			    size_t len)
{
	u64 cstate = DRBD_C_CONNECTING, disk = DRBD_D_UNKNOWN;
	unsigned int c = word[3] - '0', d;
	size_t n = 0, comma;

	if (c >= w->s.nconn)
		return false;
	if (len > 4) {
		n = len - 6;
		comma = strcspn(word + 5, ",)");
		if (!rows_value('C', word + 5, comma, &cstate) ||
		    (comma < n && !rows_value('D', word + 6 + comma, n - comma - 1, &disk)))
			return false;
	}
	if (when == DRBD_OLD)
		w->conn[c].old = (struct drbd_conn_vals) { .cstate = cstate };
	else
		w->conn[c].new = (struct drbd_conn_vals) { .cstate = cstate };
	for (d = 0; d < w->s.ndev; d++) {
		struct drbd_state_pd *pd = drbd_state_pd(&w->s, d, c);
		struct drbd_pd_vals *vals = when == DRBD_OLD ? &pd->old : &pd->new;

		vals->repl = DRBD_R_OFF;
		vals->disk = disk;
	}
	return true;
}

/* Words of the specification that are not just a field. */
static inline bool rows_option(struct rows_world *w, unsigned int c, const char *word, size_t len)
{
	struct drbd_state *s = &w->s;

	if (rows_is(word, len, "quorum=majority") || rows_is(word, len, "quorum=off")) {
		s->quorum_on = word[7] == 'm';
		w->quorum = s->quorum_on ? ROWS_MAJORITY : 0;
	} else if (rows_is(word, len, "min-red=2")) {
		w->redundancy = 2;
	} else if (rows_is(word, len, "on-no-quorum=io-error")) {
		s->suspend_on_no_quorum = false;
	} else if (rows_is(word, len, "on-no-data=suspend-io")) {
		s->suspend_on_no_data = true;
	} else if (rows_is(word, len, "fencing=resource-only")) {
		w->conn[c].fencing = DRBD_FENCING_RESOURCE_ONLY;
	} else if (rows_is(word, len, "fencing=resource-and-stonith")) {
		w->conn[c].fencing = DRBD_FENCING_RESOURCE_AND_STONITH;
	} else if (rows_is(word, len, "verify-alg=set")) {
		w->conn[c].verify_alg = true;
	} else if (rows_is(word, len, "peer_uuid_flags=0")) {
		drbd_state_pd(s, 0, c)->stable = false;
	} else if (rows_is(word, len, "peer_uuid_flags=96")) {
		drbd_state_pd(s, 0, c)->stable = true;
		drbd_state_pd(s, 0, c)->old.got_stable = true;
	} else {
		return false;
	}
	return true;
}

static inline bool rows_word(struct rows_world *w, enum drbd_state_when when, const char *word,
			     size_t len)
{
	unsigned int c = 0, d = 0;
	size_t name;

	if (!strncmp(word, "OFF", 3))
		return rows_off(w, when, word, len);
	/* c0. p0. d0. p0.1. */
	if (len > 3 && word[2] == '.') {
		if (word[0] == 'd')
			d = word[1] - '0';
		else
			c = word[1] - '0';
		word += 3;
		len -= 3;
		if (len > 2 && word[1] == '.') {
			d = word[0] - '0';
			word += 2;
			len -= 2;
		}
	}
	if (c >= w->s.nconn || d >= w->s.ndev)
		return false;
	if (*word == '+')
		return rows_set(w, when, c, d, word + 1, len - 1, "1", 1);
	if (*word == '-')
		return rows_set(w, when, c, d, word + 1, len - 1, "0", 1);
	if (rows_option(w, c, word, len))
		return true;
	for (name = 0; name < len && word[name] != '='; name++)
		;
	return name < len &&
	       rows_set(w, when, c, d, word, name, word + name + 1, len - name - 1);
}

/* Read words into old or new copies. */
static inline void rows_read(struct kunit *test, struct rows_world *w, enum drbd_state_when when,
			     const char *words)
{
	while (*words) {
		size_t len = strcspn(words, "\n ");

		if (len)
			KUNIT_EXPECT_TRUE_MSG(test, rows_word(w, when, words, len),
					      "cannot read %s", words);
		words += len + !!words[len];
	}
}

/* Peers of a row: "[2 peers]" and such are parameters, not words. */
static inline struct rows_world *rows_world(struct kunit *test, unsigned int peers,
					    unsigned int volumes, const char *given)
{
	struct rows_world *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, w);
	rows_base(w, peers, volumes);
	rows_read(test, w, DRBD_OLD, given);
	drbd_state_begin(&w->s);
	return w;
}

static inline int rows_need(int setting, int voters)
{
	return setting == ROWS_MAJORITY ? voters / 2 + 1 : setting;
}

/* Quorum of a device with a disk as spec/state.md 6 has it, without tiebreakers. */
static inline void rows_quorum(struct rows_world *w, unsigned int d)
{
	struct drbd_state_dev *dev = &w->dev[d];
	int up_to_date = dev->new.disk == DRBD_D_UP_TO_DATE, present = !up_to_date;
	int outdated = 0, quorumless = 0, unknown = 0, voters, at, red;
	unsigned int c;

	for (c = 0; c < w->s.nconn; c++) {
		const struct drbd_pd_vals *pd = &drbd_state_pd(&w->s, d, c)->new;

		if (pd->repl > DRBD_R_OFF && pd->disk == DRBD_D_UP_TO_DATE)
			up_to_date++;
		else if (pd->repl > DRBD_R_OFF)
			present++;
		else if (pd->disk <= DRBD_D_OUTDATED)
			outdated++;
		else if (dev->old.have_quorum &&
			 !(w->s.old.members & drbd_node_mask(w->conn[c].node_id)))
			quorumless++;
		else
			unknown++;
	}
	voters = up_to_date + present + outdated + quorumless + unknown;
	if (outdated + quorumless + unknown >= rows_need(w->quorum, voters))
		unknown += quorumless;
	if (!unknown)
		voters = up_to_date + present;
	at = rows_need(w->quorum, voters);
	red = rows_need(w->redundancy, voters);
	dev->quorum_computed = (struct drbd_state_quorum) {
		.quorum = up_to_date + present >= at && up_to_date >= red,
		.up_to_date = up_to_date, .present = present, .voters = voters,
		.quorum_at = at, .redundancy_at = red,
	};
}

/* A change up to its validation; its request is in the new copies. */
static inline enum drbd_rv rows_change(struct rows_world *w, unsigned int flags,
				       struct drbd_state_reason *why)
{
	unsigned int d;

	if (!drbd_state_pending(&w->s, flags))
		return DRBD_SS_NOTHING_TO_DO;
	drbd_state_sanitize(&w->s, flags);
	for (d = 0; d < w->s.ndev; d++)
		rows_quorum(w, d);
	drbd_state_sanitize_io(&w->s, flags);
	return drbd_state_validate(&w->s, flags, why);
}

/* That new copies are as those of another vector. */
static inline void rows_expect(struct kunit *test, const struct rows_world *is,
			       const struct rows_world *want)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows_fields); i++) {
		const struct rows_field *f = &rows_fields[i];
		unsigned int c, d, nc = f->object == 'C' || f->object == 'P' ? is->s.nconn : 1;
		unsigned int ndevs = f->object == 'D' || f->object == 'P' ? is->s.ndev : 1;

		if (!f->val)
			continue;
		for (c = 0; c < nc; c++) {
			for (d = 0; d < ndevs; d++) {
				u8 *a = rows_place((struct rows_world *)is, f, DRBD_NEW, c, d);
				u8 *b = rows_place((struct rows_world *)want, f, DRBD_NEW, c, d);

				KUNIT_EXPECT_MEMEQ_MSG(test, a + f->offset, b + f->offset,
						       rows_size(f), "%s of peer %u volume %u: %u",
						       f->name, c, d, a[f->offset]);
			}
		}
	}
}

#endif
