// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of quorum: what nodes count as, and what follows from that
 *
 * The tables are those of spec/state.md 6.5 and 6.6. How nodes with different
 * views of the same cluster decide is the topic of quorum_cluster_kunit.c.
 */

#include <kunit/test.h>

#include "../core/quorum.h"

#define OFF DRBD_QUORUM_OFF
#define MAJ DRBD_QUORUM_MAJORITY
#define ALL DRBD_QUORUM_ALL

/* Slot flags */
#define B 1	/* HAVE_BITMAP */
#define E 2	/* NODE_EXISTS */
#define S 4	/* DEVICE_SEEN */
#define O 8	/* PEER_OUTDATED */

/* Options of the peer that differ from the default */
#define NO_BITMAP	1
#define NO_TIEBREAKER	2
#define NO_READ		4
#define NO_PEER		8	/* not configured */

/**
 * struct vote_row - what a node counts as
 * @name: number in the specification
 * @at: replication state towards it, and its disk
 * @options: NO_x
 * @slot: flags of its metadata slot
 * @member: it is a member
 * @had_quorum: there was quorum
 * @with_disk: vote in the eyes of a node with a disk: one of -UPOQKDM
 * @diskless: and in those of one without
 */
struct vote_row {
	const char *name;
	struct {
		enum drbd_repl repl;
		enum drbd_disk disk;
	} at;
	u8 options;
	u8 slot;
	bool member;
	bool had_quorum;
	char with_disk;
	char diskless;
};

#define UNKNOWN_OFF	{ DRBD_R_OFF, DRBD_D_UNKNOWN }
#define ESTABLISHED(d)	{ DRBD_R_ESTABLISHED, DRBD_D_##d }
#define DISCONNECTED(d)	{ DRBD_R_OFF, DRBD_D_##d }

static const struct vote_row vote_rows[] = {
	{ "N1", UNKNOWN_OFF, 0, B | E | S, 1, 1, 'K', 'K' },
	{ "N2", UNKNOWN_OFF, 0, B | E | S, 0, 1, 'Q', 'Q' },
	{ "N3", UNKNOWN_OFF, 0, B | E | S, 0, 0, 'K', 'K' },
	{ "N4", DISCONNECTED(OUTDATED), 0, B | E | S, 1, 1, 'O', 'O' },
	{ "N5", DISCONNECTED(INCONSISTENT), 0, B | E | S, 1, 1, 'O', 'O' },
	{ "N6", UNKNOWN_OFF, 0, B | E | S | O, 1, 1, 'O', 'K' },
	{ "N7", ESTABLISHED(UP_TO_DATE), 0, B | E | S, 1, 1, 'U', 'U' },
	{ "N8", ESTABLISHED(CONSISTENT), 0, B | E | S, 1, 1, 'P', 'P' },
	{ "N9", ESTABLISHED(OUTDATED), 0, B | E | S, 1, 1, 'P', 'P' },
	{ "N10", ESTABLISHED(INCONSISTENT), 0, B | E | S, 1, 1, 'P', 'P' },
	{ "N11", ESTABLISHED(DISKLESS), 0, B | E | S, 1, 1, 'P', 'D' },
	{ "N12", ESTABLISHED(FAILED), 0, B | E | S, 1, 1, 'P', 'P' },
	{ "N13", ESTABLISHED(NEGOTIATING), 0, B | E | S, 1, 1, 'P', 'P' },
	{ "N14", ESTABLISHED(DISKLESS), NO_BITMAP, E, 1, 1, 'D', 'D' },
	{ "N15", ESTABLISHED(DISKLESS), NO_BITMAP, 0, 1, 1, '-', 'D' },
	{ "N16", ESTABLISHED(DISKLESS), NO_BITMAP | NO_TIEBREAKER, E, 1, 1, '-', '-' },
	{ "N17", UNKNOWN_OFF, NO_BITMAP, E, 1, 1, 'M', 'M' },
	{ "N18", UNKNOWN_OFF, NO_BITMAP | NO_TIEBREAKER, E, 1, 1, '-', '-' },
	{ "N19", ESTABLISHED(UP_TO_DATE), NO_READ, B | E | S, 1, 1, '-', '-' },
	{ "N20", UNKNOWN_OFF, NO_READ, B | E | S, 1, 1, '-', '-' },
	{ "N21", ESTABLISHED(UP_TO_DATE), NO_TIEBREAKER, B | E | S, 1, 1, 'U', 'U' },
	{ "N22", UNKNOWN_OFF, 0, 0, 1, 1, '-', 'K' },
	{ "N23", UNKNOWN_OFF, NO_PEER, E | S, 1, 1, 'K', '-' },
	{ "N24", UNKNOWN_OFF, NO_PEER, E | S, 0, 1, 'Q', '-' },
	{ "N25", UNKNOWN_OFF, NO_PEER, E, 1, 1, 'M', '-' },
	{ "N26", UNKNOWN_OFF, NO_PEER, S | O, 1, 1, 'O', '-' },
	{ "N27", UNKNOWN_OFF, NO_PEER, 0, 1, 1, '-', '-' },
	/* What an unconfigured node's disk seems to be does not matter. */
	{ "disk of nobody", ESTABLISHED(UP_TO_DATE), NO_PEER, E | S, 1, 1, 'K', '-' },
	{ "options of nobody", UNKNOWN_OFF, NO_PEER | NO_READ | NO_TIEBREAKER, E | S, 1, 1,
	  'K', '-' },
	/* Outdated comes before quorumless. */
	{ "outdated, no member", UNKNOWN_OFF, 0, B | E | S | O, 0, 1, 'O', 'Q' },
	{ "sync source", { DRBD_R_SYNC_SOURCE, DRBD_D_INCONSISTENT }, 0, B, 1, 1, 'P', 'P' },
	{ "resynced from", { DRBD_R_SYNC_TARGET, DRBD_D_UP_TO_DATE }, 0, B, 1, 1, 'U', 'U' },
};

KUNIT_ARRAY_PARAM_DESC(vote, vote_rows, name);

static enum drbd_vote vote_of(char letter)
{
	static const char letters[] = "-UPOQKDM";

	return strchr(letters, letter) - letters;
}

static void quorum_vote_test(struct kunit *test)
{
	const struct vote_row *row = test->param_value;
	struct drbd_quorum_node node = {
		.repl = row->at.repl,
		.disk = row->at.disk,
		.configured = !(row->options & NO_PEER),
		.bitmap = !(row->options & NO_BITMAP),
		.tiebreaker = !(row->options & NO_TIEBREAKER),
		.remote_read = !(row->options & NO_READ),
		.has_bitmap = row->slot & B,
		.exists = row->slot & E,
		.seen = row->slot & S,
		.outdated = row->slot & O,
	};
	struct drbd_quorum_self self = {
		.disk = DRBD_D_UP_TO_DATE,
		.old_disk = DRBD_D_UP_TO_DATE,
		.had_quorum = row->had_quorum,
		.members = row->member ? 3 : 1,
	};

	KUNIT_EXPECT_EQ(test, drbd_quorum_vote(&self, 1, &node), vote_of(row->with_disk));
	self.disk = DRBD_D_DISKLESS;
	self.old_disk = DRBD_D_DISKLESS;
	KUNIT_EXPECT_EQ(test, drbd_quorum_vote(&self, 1, &node), vote_of(row->diskless));
}

struct own_row {
	const char *name;
	enum drbd_disk disk;
	enum drbd_disk old_disk;
	bool intentional;
	char vote;
};

static const struct own_row own_rows[] = {
	{ "UpToDate", DRBD_D_UP_TO_DATE, DRBD_D_UP_TO_DATE, 0, 'U' },
	{ "attached", DRBD_D_UP_TO_DATE, DRBD_D_ATTACHING, 0, 'U' },
	{ "negotiates", DRBD_D_NEGOTIATING, DRBD_D_ATTACHING, 0, 'P' },
	{ "Consistent", DRBD_D_CONSISTENT, DRBD_D_UP_TO_DATE, 0, 'P' },
	{ "Outdated", DRBD_D_OUTDATED, DRBD_D_OUTDATED, 0, 'P' },
	{ "Inconsistent", DRBD_D_INCONSISTENT, DRBD_D_INCONSISTENT, 0, 'P' },
	{ "Failed", DRBD_D_FAILED, DRBD_D_UP_TO_DATE, 0, 'P' },
	{ "Detaching", DRBD_D_DETACHING, DRBD_D_UP_TO_DATE, 1, 'P' },
	{ "Attaching", DRBD_D_ATTACHING, DRBD_D_DISKLESS, 0, '-' },
	{ "still Attaching", DRBD_D_ATTACHING, DRBD_D_ATTACHING, 0, '-' },
	{ "intentionally Diskless", DRBD_D_DISKLESS, DRBD_D_DISKLESS, 1, 'D' },
	{ "Diskless", DRBD_D_DISKLESS, DRBD_D_FAILED, 0, 'K' },
	{ "not from Diskless", DRBD_D_UP_TO_DATE, DRBD_D_DISKLESS, 0, '-' },
};

KUNIT_ARRAY_PARAM_DESC(own, own_rows, name);

static void quorum_own_vote_test(struct kunit *test)
{
	const struct own_row *row = test->param_value;
	struct drbd_quorum_self self = {
		.disk = row->disk,
		.old_disk = row->old_disk,
		.intentional_diskless = row->intentional,
	};

	KUNIT_EXPECT_EQ(test, drbd_quorum_own_vote(&self), vote_of(row->vote));
}

/**
 * struct decide_row - a decision
 * @name: number in the specification
 * @own: own disk: U UpToDate, P Inconsistent, O Outdated, C Consistent, D
 *	intentionally diskless, X accidentally so
 * @peers: one letter each; F is a connected, accidentally diskless one, and q
 *	says that the peer before it has quorum
 * @quorum: option
 * @redundancy: option
 * @had_real: previous real quorum
 * @had: previous enforced quorum
 * @voters: expected, as all that follows
 * @quorum_at: nodes needed
 * @redundancy_at: UpToDate nodes needed
 * @in_sight: present nodes
 * @up_to_date: UpToDate ones
 * @real: real quorum
 * @how: * by tiebreaker, N by a quorate peer
 */
struct decide_row {
	const char *name;
	char own;
	const char *peers;
	u32 quorum;
	u32 redundancy;
	u8 had_real, had;
	u8 voters, quorum_at, redundancy_at;
	u8 in_sight, up_to_date;
	u8 real;
	char how;
};

static const struct decide_row decide_rows[] = {
	{ "T1", 'U', "", MAJ, OFF, 1, 1, 1, 1, 0, 1, 1, 1, '-' },
	{ "T2", 'U', "U", MAJ, OFF, 1, 1, 2, 2, 0, 2, 2, 1, '-' },
	{ "T3", 'U', "K", MAJ, OFF, 1, 1, 2, 2, 0, 1, 1, 0, '-' },
	{ "T4", 'U', "O", MAJ, OFF, 1, 1, 1, 1, 0, 1, 1, 1, '-' },
	{ "T5", 'U', "Q", MAJ, OFF, 1, 1, 1, 1, 0, 1, 1, 1, '-' },
	{ "T6", 'U', "Q", MAJ, OFF, 1, 0, 2, 2, 0, 1, 1, 0, '-' },
	{ "T7", 'U', "P", MAJ, OFF, 1, 1, 2, 2, 0, 2, 1, 1, '-' },
	{ "T8", 'U', "U U", MAJ, OFF, 1, 1, 3, 2, 0, 3, 3, 1, '-' },
	{ "T9", 'U', "U K", MAJ, OFF, 1, 1, 3, 2, 0, 2, 2, 1, '-' },
	{ "T10", 'U', "K K", MAJ, OFF, 1, 1, 3, 2, 0, 1, 1, 0, '-' },
	{ "T11", 'U', "O K", MAJ, OFF, 1, 1, 3, 2, 0, 1, 1, 0, '-' },
	{ "T12", 'U', "O O", MAJ, OFF, 1, 1, 1, 1, 0, 1, 1, 1, '-' },
	{ "T13", 'U', "U Q", MAJ, OFF, 1, 1, 2, 2, 0, 2, 2, 1, '-' },
	{ "T14", 'U', "Q Q", MAJ, OFF, 1, 1, 3, 2, 0, 1, 1, 0, '-' },
	{ "T15", 'U', "K Q", MAJ, OFF, 1, 1, 3, 2, 0, 1, 1, 0, '-' },
	{ "T16", 'U', "O Q", MAJ, OFF, 1, 1, 3, 2, 0, 1, 1, 0, '-' },
	{ "T17", 'U', "U U K", MAJ, OFF, 1, 1, 4, 3, 0, 3, 3, 1, '-' },
	{ "T18", 'U', "U K K", MAJ, OFF, 1, 1, 4, 3, 0, 2, 2, 0, '-' },
	{ "T19", 'U', "U K K", MAJ, OFF, 0, 1, 4, 3, 0, 2, 2, 0, '-' },
	{ "T20", 'U', "U O K", MAJ, OFF, 1, 1, 4, 3, 0, 2, 2, 0, '-' },
	{ "T21", 'U', "U O O", MAJ, OFF, 1, 1, 2, 2, 0, 2, 2, 1, '-' },
	{ "T22", 'U', "U Q Q", MAJ, OFF, 1, 1, 2, 2, 0, 2, 2, 1, '-' },
	{ "T23", 'U', "K K K", MAJ, OFF, 1, 1, 4, 3, 0, 1, 1, 0, '-' },
	{ "T24", 'U', "U Q K", MAJ, OFF, 1, 1, 4, 3, 0, 2, 2, 0, '-' },
	{ "T25", 'U', "U K K K", MAJ, OFF, 1, 1, 5, 3, 0, 2, 2, 0, '-' },
	{ "T26", 'U', "U Q Q K", MAJ, OFF, 1, 1, 5, 3, 0, 2, 2, 0, '-' },
	{ "T27", 'U', "U Q K K", MAJ, OFF, 1, 1, 5, 3, 0, 2, 2, 0, '-' },
	{ "T28", 'U', "O O O K", MAJ, OFF, 1, 1, 5, 3, 0, 1, 1, 0, '-' },
	{ "T29", 'U', "K D", MAJ, OFF, 1, 1, 2, 2, 0, 1, 1, 1, '*' },
	{ "T30", 'U', "K D", MAJ, OFF, 0, 1, 2, 2, 0, 1, 1, 0, '-' },
	{ "T31", 'U', "K M", MAJ, OFF, 1, 1, 2, 2, 0, 1, 1, 0, '-' },
	{ "T32", 'U', "K D M", MAJ, OFF, 1, 1, 2, 2, 0, 1, 1, 0, '-' },
	{ "T33", 'U', "K D D", MAJ, OFF, 1, 1, 2, 2, 0, 1, 1, 1, '*' },
	{ "T34", 'U', "K D D M", MAJ, OFF, 1, 1, 2, 2, 0, 1, 1, 1, '*' },
	{ "T35", 'U', "K M M", MAJ, OFF, 1, 1, 2, 2, 0, 1, 1, 0, '-' },
	{ "T36", 'U', "U K K D", MAJ, OFF, 1, 1, 4, 3, 0, 2, 2, 1, '*' },
	{ "T37", 'U', "U K K D M", MAJ, OFF, 1, 1, 4, 3, 0, 2, 2, 0, '-' },
	{ "T38", 'U', "K K D", MAJ, OFF, 1, 1, 3, 2, 0, 1, 1, 0, '-' },
	{ "T39", 'U', "Q M", MAJ, OFF, 1, 1, 1, 1, 0, 1, 1, 1, '-' },
	{ "T40", 'U', "U U", ALL, OFF, 1, 1, 3, 3, 0, 3, 3, 1, '-' },
	{ "T41", 'U', "U K", ALL, OFF, 1, 1, 3, 3, 0, 2, 2, 0, '-' },
	{ "T42", 'U', "U O", ALL, OFF, 1, 1, 2, 2, 0, 2, 2, 1, '-' },
	{ "T43", 'U', "U K D", ALL, OFF, 1, 1, 3, 3, 0, 2, 2, 0, '-' },
	{ "T44", 'U', "U K", 2, OFF, 1, 1, 3, 2, 0, 2, 2, 1, '-' },
	{ "T45", 'U', "K K", 1, OFF, 1, 1, 3, 1, 0, 1, 1, 1, '-' },
	{ "T46", 'U', "O O", 2, OFF, 1, 1, 1, 2, 0, 1, 1, 0, '-' },
	{ "T47", 'U', "U U K", 3, OFF, 1, 1, 4, 3, 0, 3, 3, 1, '-' },
	{ "T48", 'U', "U U K K", 3, OFF, 1, 1, 5, 3, 0, 3, 3, 1, '-' },
	{ "T49", 'U', "U P", MAJ, MAJ, 1, 1, 3, 2, 2, 3, 2, 1, '-' },
	{ "T50", 'U', "P P", MAJ, MAJ, 1, 1, 3, 2, 2, 3, 1, 0, '-' },
	{ "T51", 'U', "P P", MAJ, 2, 1, 1, 3, 2, 2, 3, 1, 0, '-' },
	{ "T52", 'U', "U K", 2, 2, 1, 1, 3, 2, 2, 2, 2, 1, '-' },
	{ "T53", 'U', "P K", 2, 2, 1, 1, 3, 2, 2, 2, 1, 0, '-' },
	{ "T54", 'P', "P P", MAJ, 1, 1, 1, 3, 2, 1, 3, 0, 0, '-' },
	{ "T55", 'U', "K D", MAJ, MAJ, 1, 1, 2, 2, 2, 1, 1, 1, '*' },
	{ "T56", 'U', "K", OFF, OFF, 1, 1, 2, 0, 0, 1, 1, 1, '-' },
	{ "T57", 'U', "K K", OFF, OFF, 1, 1, 3, 0, 0, 1, 1, 1, '-' },
	{ "T58", 'P', "U K", MAJ, OFF, 1, 1, 3, 2, 0, 2, 1, 1, '-' },
	{ "T59", 'O', "K", MAJ, OFF, 1, 1, 2, 2, 0, 1, 0, 0, '-' },
	{ "T60", 'C', "U U", MAJ, OFF, 1, 1, 3, 2, 0, 3, 2, 1, '-' },
	{ "T61", 'D', "U U", MAJ, OFF, 1, 1, 2, 2, 0, 2, 2, 1, '-' },
	{ "T62", 'D', "U K", MAJ, OFF, 1, 1, 2, 2, 0, 1, 1, 1, '*' },
	{ "T63", 'D', "U K", MAJ, OFF, 0, 1, 2, 2, 0, 1, 1, 0, '-' },
	{ "T64", 'D', "K K", MAJ, OFF, 1, 1, 2, 2, 0, 0, 0, 0, '-' },
	{ "T65", 'D', "Uq K", MAJ, OFF, 0, 1, 2, 2, 0, 1, 1, 1, 'N' },
	{ "T66", 'D', "U U K", MAJ, OFF, 1, 1, 3, 2, 0, 2, 2, 1, '-' },
	{ "T67", 'D', "U K D", MAJ, OFF, 1, 1, 2, 2, 0, 1, 1, 1, '*' },
	{ "T68", 'X', "U K", MAJ, OFF, 1, 1, 3, 2, 0, 1, 1, 0, '-' },
	{ "T69", 'X', "Uq K", MAJ, OFF, 0, 1, 3, 2, 0, 1, 1, 1, 'N' },
	{ "T70", 'D', "U U K K", MAJ, OFF, 1, 1, 4, 3, 0, 2, 2, 1, '*' },
	{ "T71", 'D', "U Q", MAJ, OFF, 1, 1, 1, 1, 0, 1, 1, 1, '-' },
	{ "T72", 'D', "U O", MAJ, OFF, 1, 1, 1, 1, 0, 1, 1, 1, '-' },
	{ "T73", 'D', "F U", MAJ, OFF, 1, 1, 1, 1, 0, 1, 1, 1, '-' },
	{ "T74", 'D', "Pq K", MAJ, OFF, 0, 1, 2, 2, 0, 1, 0, 0, '-' },
	{ "T75", 'D', "U K M M", MAJ, OFF, 1, 1, 2, 2, 0, 1, 1, 0, '-' },
	/* A quorate peer vouches only for a node without a disk. */
	{ "disk, quorate", 'U', "Uq K K K", MAJ, OFF, 0, 1, 5, 3, 0, 2, 2, 0, '-' },
	/* An odd number of voters has no tie. */
	{ "no tie", 'U', "U K K K D", MAJ, OFF, 1, 1, 5, 3, 0, 2, 2, 0, '-' },
	/* Two short of a majority. */
	{ "no tie of 4", 'U', "K K K D", MAJ, OFF, 1, 1, 4, 3, 0, 1, 1, 0, '-' },
	/* A tiebreaker is no use where all voters are needed. */
	{ "all, tie", 'U', "U K K D", ALL, OFF, 1, 1, 4, 4, 0, 2, 2, 0, '-' },
	{ "nobody", 'D', "D D", MAJ, OFF, 1, 1, 0, 1, 0, 0, 0, 0, '-' },
};

KUNIT_ARRAY_PARAM_DESC(decide, decide_rows, name);

static void decide_own(struct drbd_quorum_self *self, char own)
{
	switch (own) {
	case 'U':
		self->disk = DRBD_D_UP_TO_DATE;
		break;
	case 'P':
		self->disk = DRBD_D_INCONSISTENT;
		break;
	case 'O':
		self->disk = DRBD_D_OUTDATED;
		break;
	case 'C':
		self->disk = DRBD_D_CONSISTENT;
		break;
	default:
		self->disk = DRBD_D_DISKLESS;
		self->intentional_diskless = own == 'D';
	}
	self->old_disk = self->disk;
}

static void decide_peer(struct drbd_quorum_self *self, int id, struct drbd_quorum_node *node,
			char letter)
{
	node->repl = strchr("UPDF", letter) ? DRBD_R_ESTABLISHED : DRBD_R_OFF;
	node->configured = true;
	node->bitmap = letter != 'D' && letter != 'M';
	node->tiebreaker = true;
	node->remote_read = true;
	node->has_bitmap = node->bitmap;
	node->exists = true;
	node->seen = node->bitmap;
	switch (letter) {
	case 'U':
		node->disk = DRBD_D_UP_TO_DATE;
		break;
	case 'P':
		node->disk = DRBD_D_INCONSISTENT;
		break;
	case 'O':
		node->disk = DRBD_D_OUTDATED;
		break;
	case 'D':
	case 'F':
		node->disk = DRBD_D_DISKLESS;
		break;
	default:
		node->disk = DRBD_D_UNKNOWN;
	}
	if (letter != 'Q')
		self->members |= drbd_node_mask(id);
}

static void quorum_decide_test(struct kunit *test)
{
	const struct decide_row *row = test->param_value;
	struct drbd_quorum_options options = { row->quorum, row->redundancy };
	struct drbd_quorum_self self = {
		.node_id = 3,
		.had_quorum = row->had,
		.members = 1 << 3,
	};
	struct drbd_quorum_node *nodes;
	struct drbd_quorum_counts counts;
	struct drbd_quorum_result result;
	int id = 0;
	const char *p;

	nodes = kunit_kzalloc(test, DRBD_NODES * sizeof(*nodes), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, nodes);
	decide_own(&self, row->own);
	/* The own slot must not count, whatever it looks like. */
	decide_peer(&self, 3, &nodes[3], 'K');
	for (p = row->peers; *p; p++) {
		if (*p == 'q')
			nodes[id - 1].quorate = true;
		if (*p == 'q' || *p == ' ')
			continue;
		if (id == 3)
			id = DRBD_NODES - 5;
		decide_peer(&self, id, &nodes[id], *p);
		id++;
	}

	drbd_quorum_count(&self, nodes, &counts);
	drbd_quorum_decide(&options, &counts, row->had_real, &result);
	KUNIT_EXPECT_EQ(test, result.voters, row->voters);
	KUNIT_EXPECT_EQ(test, result.quorum_at, row->quorum_at);
	KUNIT_EXPECT_EQ(test, result.redundancy_at, row->redundancy_at);
	KUNIT_EXPECT_EQ(test, result.in_sight, row->in_sight);
	KUNIT_EXPECT_EQ(test, result.up_to_date, row->up_to_date);
	KUNIT_EXPECT_EQ(test, result.real, (bool)row->real);
	KUNIT_EXPECT_EQ(test, result.by_tiebreaker, row->how == '*');
	KUNIT_EXPECT_EQ(test, result.by_peer, row->how == 'N');
}

struct need_row {
	const char *name;
	u32 setting;
	unsigned int voters;
	unsigned int need;
};

static const struct need_row need_rows[] = {
	{ "off", OFF, 5, 0 }, { "majority of 0", MAJ, 0, 1 }, { "majority of 1", MAJ, 1, 1 },
	{ "majority of 2", MAJ, 2, 2 }, { "majority of 3", MAJ, 3, 2 },
	{ "majority of 4", MAJ, 4, 3 }, { "majority of 32", MAJ, 32, 17 },
	{ "all of 0", ALL, 0, 0 }, { "all of 5", ALL, 5, 5 }, { "1", 1, 5, 1 },
	{ "2 of 1", 2, 1, 2 }, { "32", 32, 3, 32 },
};

KUNIT_ARRAY_PARAM_DESC(need, need_rows, name);

static void quorum_need_test(struct kunit *test)
{
	const struct need_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, drbd_quorum_need(row->setting, row->voters), row->need);
	KUNIT_EXPECT_TRUE(test, drbd_quorum_option_valid(row->setting));
}

static void quorum_option_test(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, drbd_quorum_option_valid(33));
	KUNIT_EXPECT_FALSE(test, drbd_quorum_option_valid(1023));
	KUNIT_EXPECT_FALSE(test, drbd_quorum_option_valid(1026));
	KUNIT_EXPECT_FALSE(test, drbd_quorum_option_valid(U32_MAX));
}

/**
 * struct enforce_row - real quorum becomes enforced quorum
 * @name: what happens
 * @quorum: option
 * @real: real quorum
 * @disk: own disk
 * @restore: mark from attach
 * @enforced: expected
 * @restore_after: expected mark
 */
struct enforce_row {
	const char *name;
	u32 quorum;
	bool real;
	enum drbd_disk disk;
	bool restore;
	bool enforced;
	bool restore_after;
};

static const struct enforce_row enforce_rows[] = {
	{ "there", MAJ, 1, DRBD_D_UP_TO_DATE, 0, 1, 0 },
	{ "gone", MAJ, 0, DRBD_D_UP_TO_DATE, 0, 0, 0 },
	{ "off", OFF, 0, DRBD_D_UP_TO_DATE, 0, 1, 0 },
	{ "off, diskless", OFF, 0, DRBD_D_DISKLESS, 0, 1, 0 },
	{ "S82: restored", MAJ, 0, DRBD_D_UP_TO_DATE, 1, 1, 1 },
	{ "not yet restored", MAJ, 0, DRBD_D_ATTACHING, 1, 0, 1 },
	{ "not while it negotiates", MAJ, 0, DRBD_D_NEGOTIATING, 1, 0, 1 },
	{ "not with a Consistent disk", MAJ, 0, DRBD_D_CONSISTENT, 1, 0, 0 },
	{ "not with an Outdated disk", MAJ, 0, DRBD_D_OUTDATED, 1, 0, 0 },
	{ "not after the disk failed", MAJ, 0, DRBD_D_FAILED, 1, 0, 0 },
	{ "not without a disk", MAJ, 0, DRBD_D_DISKLESS, 1, 0, 0 },
	{ "real quorum ends it", MAJ, 1, DRBD_D_UP_TO_DATE, 1, 1, 0 },
	{ "so does the option", OFF, 0, DRBD_D_UP_TO_DATE, 1, 1, 0 },
};

KUNIT_ARRAY_PARAM_DESC(enforce, enforce_rows, name);

static void quorum_enforced_test(struct kunit *test)
{
	const struct enforce_row *row = test->param_value;
	bool restore = row->restore;

	KUNIT_EXPECT_EQ(test, drbd_quorum_enforced(row->quorum != OFF, row->real, row->disk,
						   &restore), row->enforced);
	KUNIT_EXPECT_EQ(test, restore, row->restore_after);
}

static void quorum_may_restore_test(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, drbd_quorum_may_restore(true, true, 0x8, 3));
	KUNIT_EXPECT_TRUE(test, drbd_quorum_may_restore(true, true, 0x80000000, 31));
	KUNIT_EXPECT_FALSE(test, drbd_quorum_may_restore(false, true, 0x8, 3));
	KUNIT_EXPECT_FALSE(test, drbd_quorum_may_restore(true, false, 0x8, 3));
	KUNIT_EXPECT_FALSE(test, drbd_quorum_may_restore(true, true, 0xc, 3));
	KUNIT_EXPECT_FALSE(test, drbd_quorum_may_restore(true, true, 0x4, 3));
	/* drbdmeta forgets the members, which must not look like being alone */
	KUNIT_EXPECT_FALSE(test, drbd_quorum_may_restore(true, true, 0, 3));
}

struct text_row {
	const char *text;
	enum drbd_disk disk;
	struct drbd_quorum_result result;
};

static const struct text_row text_rows[] = {
	{ "1 of 2 nodes visible, need 2 for quorum", DRBD_D_UP_TO_DATE,
	  { .voters = 2, .quorum_at = 2, .redundancy_at = 2, .in_sight = 1, .up_to_date = 1 } },
	{ "1 of 2 nodes up_to_date, need 2 for quorum-minimum-redundancy", DRBD_D_UP_TO_DATE,
	  { .voters = 2, .quorum_at = 2, .redundancy_at = 2, .in_sight = 2, .up_to_date = 1 } },
	{ "no UpToDate peer with quorum", DRBD_D_DISKLESS,
	  { .voters = 3, .quorum_at = 2, .in_sight = 1, .up_to_date = 1 } },
	{ "no UpToDate peer with quorum", DRBD_D_ATTACHING, { .voters = 3 } },
	{ "0 of 32 nodes visible, need 17 for quorum", DRBD_D_DETACHING,
	  { .voters = 32, .quorum_at = 17 } },
	{ "", DRBD_D_UP_TO_DATE,
	  { .voters = 2, .quorum_at = 2, .redundancy_at = 2, .in_sight = 2, .up_to_date = 2 } },
};

KUNIT_ARRAY_PARAM_DESC(text, text_rows, text);

static void quorum_text_test(struct kunit *test)
{
	const struct text_row *row = test->param_value;
	char text[DRBD_QUORUM_TEXT_SIZE];
	int len;

	len = drbd_quorum_text(text, sizeof(text), row->disk, &row->result);
	KUNIT_EXPECT_STREQ(test, text, row->text);
	KUNIT_EXPECT_EQ(test, len, strlen(row->text));
	len = drbd_quorum_text(text, 4, row->disk, &row->result);
	KUNIT_EXPECT_EQ(test, len, row->text[0] ? 3 : 0);
	KUNIT_EXPECT_EQ(test, drbd_quorum_text(text, 0, row->disk, &row->result), 0);
}

static void quorum_excess_exists_test(struct kunit *test)
{
	/* own 0, peers 1 and 2: all others are marked */
	KUNIT_EXPECT_EQ(test, drbd_quorum_excess_exists(0xfffffff8, 0x6, 0), 0xfffffff8);
	KUNIT_EXPECT_EQ(test, drbd_quorum_excess_exists(0xffffffff, 0x6, 0), 0xfffffff8);
	/* one of them is not */
	KUNIT_EXPECT_EQ(test, drbd_quorum_excess_exists(0xffffffef, 0x6, 0), 0);
	KUNIT_EXPECT_EQ(test, drbd_quorum_excess_exists(0x6, 0x6, 0), 0);
	/* nobody else is left */
	KUNIT_EXPECT_EQ(test, drbd_quorum_excess_exists(0xffffffff, 0xfffffffe, 0), 0);
}

static struct kunit_case quorum_cases[] = {
	KUNIT_CASE_PARAM(quorum_vote_test, vote_gen_params),
	KUNIT_CASE_PARAM(quorum_own_vote_test, own_gen_params),
	KUNIT_CASE_PARAM(quorum_decide_test, decide_gen_params),
	KUNIT_CASE_PARAM(quorum_need_test, need_gen_params),
	KUNIT_CASE(quorum_option_test),
	KUNIT_CASE_PARAM(quorum_enforced_test, enforce_gen_params),
	KUNIT_CASE(quorum_may_restore_test),
	KUNIT_CASE_PARAM(quorum_text_test, text_gen_params),
	KUNIT_CASE(quorum_excess_exists_test),
	{}
};

static struct kunit_suite quorum_suite = {
	.name = "drbd-quorum",
	.test_cases = quorum_cases,
};

kunit_test_suite(quorum_suite);
