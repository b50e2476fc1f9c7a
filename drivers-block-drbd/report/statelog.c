// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes of the state in the kernel's log: a line for each object that changed
 *
 * Administrators, scripts and tests read these lines, so their form does not change.
 *
 * Source: spec/admin.md 15.
 */

#include <linux/seq_buf.h>
#include <linux/string_choices.h>

#include "../core/names.h"
#include "../core/state_predicates.h"
#include "../engine/connection.h"
#include "statelog.h"

#define LINE_SIZE	256

static void add(struct seq_buf *line, const char *what, const char *from, const char *to)
{
	if (strcmp(from, to))
		seq_buf_printf(line, "%s( %s -> %s ) ", what, from, to);
}

static void add_word(struct seq_buf *list, bool yes, const char *word)
{
	if (yes)
		seq_buf_printf(list, "%s%s", seq_buf_used(list) ? "," : "", word);
}

static const char *finish(struct seq_buf *list)
{
	if (!seq_buf_used(list))
		return "no";
	return seq_buf_str(list);
}

static const char *susp_words(const struct drbd_state *s, enum drbd_state_when when,
			      struct seq_buf *list)
{
	const struct drbd_res_vals *v = drbd_state_res_vals(s, when);

	add_word(list, v->susp_user, "user");
	add_word(list, v->susp_nod, "no-disk");
	add_word(list, drbd_state_susp_fen(s, when), "fencing");
	add_word(list, v->susp_quorum, "quorum");
	add_word(list, v->susp_uuid, "uuid");
	return finish(list);
}

static const char *resync_words(const struct drbd_pd_vals *v, struct seq_buf *list)
{
	add_word(list, v->resync_susp_user, "user");
	add_word(list, v->resync_susp_peer, "peer");
	add_word(list, v->resync_susp_dependency, "after dependency");
	add_word(list, v->resync_susp_other_c, "connection dependency");
	add_word(list, v->resync_susp_max_parallel, "max-parallel");
	return finish(list);
}

static void describe_resource(struct seq_buf *line, const struct drbd_state *s)
{
	DECLARE_SEQ_BUF(old, 40);
	DECLARE_SEQ_BUF(new, 40);

	add(line, "role", drbd_role_name(s->old.role), drbd_role_name(s->new.role));
	add(line, "susp-io", susp_words(s, DRBD_OLD, &old), susp_words(s, DRBD_NEW, &new));
	add(line, "force-io-failures", str_yes_no(s->old.fail_io), str_yes_no(s->new.fail_io));
}

static void describe_connection(struct seq_buf *line, const struct drbd_state_conn *sc)
{
	add(line, "conn", drbd_conn_name(sc->old.cstate), drbd_conn_name(sc->new.cstate));
	add(line, "peer", drbd_role_name(sc->old.peer_role), drbd_role_name(sc->new.peer_role));
}

static void describe_device(struct seq_buf *line, const struct drbd_state_dev *sd)
{
	add(line, "disk", drbd_disk_name(sd->old.disk), drbd_disk_name(sd->new.disk));
	add(line, "quorum", str_yes_no(sd->old.have_quorum), str_yes_no(sd->new.have_quorum));
}

static void describe_peer_device(struct seq_buf *line, const struct drbd_state_pd *sp)
{
	DECLARE_SEQ_BUF(old, 80);
	DECLARE_SEQ_BUF(new, 80);

	add(line, "pdsk", drbd_disk_name(sp->old.disk), drbd_disk_name(sp->new.disk));
	add(line, "repl", drbd_repl_name(sp->old.repl), drbd_repl_name(sp->new.repl));
	add(line, "resync-susp", resync_words(&sp->old, &old), resync_words(&sp->new, &new));
	add(line, "replication", str_yes_no(sp->old.replication), str_yes_no(sp->new.replication));
	add(line, "peer_replication", str_yes_no(sp->old.peer_replication),
	    str_yes_no(sp->new.peer_replication));
}

/* Names of objects that may be gone by now */
static u32 minor_of(struct drbd_resource *res, int volume)
{
	const struct drbd_device *dev;
	u32 minor = 0;

	rcu_read_lock();
	dev = xa_load(&res->devices, volume);
	if (dev)
		minor = dev->minor;
	rcu_read_unlock();
	return minor;
}

static void name_of(struct drbd_resource *res, int node_id, char *name)
{
	const struct drbd_connection *conn;

	snprintf(name, DRBD_NAME_SIZE, "node-id %d", node_id);
	rcu_read_lock();
	conn = xa_load(&res->connections, node_id);
	if (conn)
		strscpy(name, conn->conf.name, DRBD_NAME_SIZE);
	rcu_read_unlock();
}

/**
 * drbd_log_change() - log a change of the state
 * @res: the resource
 * @snap: the state before (old) and after (new)
 *
 * Context: may sleep.
 */
void drbd_log_change(struct drbd_resource *res, const struct drbd_state *snap)
{
	DECLARE_SEQ_BUF(line, LINE_SIZE);
	char name[DRBD_NAME_SIZE];
	unsigned int c, d;

	describe_resource(&line, snap);
	if (seq_buf_used(&line))
		pr_info("drbd %s: %s\n", res->name, seq_buf_str(&line));
	for (c = 0; c < snap->nconn; c++) {
		seq_buf_clear(&line);
		describe_connection(&line, &snap->conn[c]);
		if (!seq_buf_used(&line))
			continue;
		name_of(res, snap->conn[c].node_id, name);
		pr_info("drbd %s %s: %s\n", res->name, name, seq_buf_str(&line));
	}
	for (d = 0; d < snap->ndev; d++) {
		u32 minor = minor_of(res, snap->dev[d].volume);

		seq_buf_clear(&line);
		describe_device(&line, &snap->dev[d]);
		if (seq_buf_used(&line))
			pr_info("drbd %s/%d drbd%u: %s\n", res->name, snap->dev[d].volume, minor,
				seq_buf_str(&line));
		for (c = 0; c < snap->nconn; c++) {
			seq_buf_clear(&line);
			describe_peer_device(&line, drbd_state_pd(snap, d, c));
			if (!seq_buf_used(&line))
				continue;
			name_of(res, snap->conn[c].node_id, name);
			pr_info("drbd %s/%d drbd%u %s: %s\n", res->name, snap->dev[d].volume, minor,
				name, seq_buf_str(&line));
		}
	}
}
