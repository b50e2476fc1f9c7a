// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of two-phase commits: the charts
 *
 * Each chart of spec/state.md 4.12 is played by simulated nodes. Packets take 10 ms
 * and local work no time, unless a chart says otherwise; a node that has to retry
 * waits for 100 ms, and 100 ms more for each id below its own. The packets are
 * expected in the order in which they are sent: sender, receiver, initiator of the
 * transaction, packet, and then nodes_to_reach (PREP), primary_nodes and
 * reachable_nodes (COMMIT), or reachable, primary and weak nodes (YES). ~7 are all
 * but 0, 1 and 2.
 */

#include "twopc_sim.h"

#define NOV	DRBD_NO_VOLUME
#define NONE	DRBD_NO_NODE

/* what happens to a chart's nodes */
enum chart_what {
	END = 0,
	PROMOTE,
	DEMOTE,
	EMPTY,
	CONNECT,
	DISCONNECT,
	RESIZE,
	CUT,		/* both ends notice at once */
	HANG,		/* they notice after ping-timeout */
	DIE,
};

/**
 * struct chart_event - something that happens
 * @what: what
 * @at: when, in ms
 * @node: to whom, or who wants it
 * @peer: the other end
 */
struct chart_event {
	enum chart_what what;
	u16 at;
	s8 node;
	s8 peer;
};

/**
 * struct chart - a message sequence chart
 * @name: as in the spec
 * @n: number of nodes
 * @links: pairs of nodes that are connected
 * @primary: node that is Primary, or NONE
 * @disks: state of the disk of each node: U, C, O; UpToDate if missing
 * @hold: nodes with a reconciliation pending
 * @slow: from, to, and additional delay in ms of one direction
 * @event: what happens
 * @log: the packets
 * @end: each node in the end: role, disk, nodes connected, members, nodes known to be
 *	Outdated, neighbours known to be Primary
 * @result: result of the request of each node
 */
struct chart {
	const char *name;
	int n;
	const char *links;
	int primary;
	const char *disks;
	u64 hold;
	u16 slow[3];
	struct chart_event event[4];
	const char *log;
	const char *end;
	s8 result[SIM_NODES];
};

static const struct chart charts[] = {
	{
		"C1 mesh, promote", 3, "01 02 12", NONE, .event = { { PROMOTE, 0, 0 } },
		.log =
		"0>1 T0 PREP ~7\n"
		"0>2 T0 PREP ~7\n"
		"1>0 T0 YES R7 P0 W0\n"
		"2>0 T0 YES R7 P0 W0\n"
		"0>1 T0 COMMIT P1 R7\n"
		"0>2 T0 COMMIT P1 R7\n",
		.end =
		"PU c6 m7 o0 p0\n"
		"SU c5 m7 o0 p1\n"
		"SU c3 m7 o0 p1\n",
		.result = { 1 },
	}, {
		"C2 chain, promote", 3, "01 12", NONE, .event = { { PROMOTE, 0, 0 } },
		.log =
		"0>1 T0 PREP ~3\n"
		"1>2 T0 PREP ~7\n"
		"2>1 T0 YES R6 P0 W0\n"
		"1>0 T0 YES R7 P0 W0\n"
		"0>1 T0 COMMIT P1 R7\n"
		"1>2 T0 COMMIT P1 R7\n",
		.end =
		"PU c2 m7 o4 p0\n"
		"SU c5 m7 o0 p1\n"
		"SO c2 m7 o0 p0\n",
		.result = { 1 },
	}, {
		"C3 ring, redundant path", 4, "01 13 23 02", NONE,
		.event = { { PROMOTE, 0, 0 } },
		.log =
		"0>1 T0 PREP ~7\n"
		"0>2 T0 PREP ~7\n"
		"1>3 T0 PREP ~f\n"
		"2>3 T0 PREP ~f\n"
		"3>1 T0 YES Re P0 W0\n"
		"3>2 T0 YES Re P0 W0\n"
		"1>0 T0 YES Rf P0 W0\n"
		"2>0 T0 YES Rf P0 W0\n"
		"0>1 T0 COMMIT P1 Rf\n"
		"0>2 T0 COMMIT P1 Rf\n"
		"1>3 T0 COMMIT P1 Rf\n"
		"2>3 T0 COMMIT P1 Rf\n",
		.end =
		"PU c6 mf o8 p0\n"
		"SU c9 mf o0 p1\n"
		"SU c9 mf o0 p1\n"
		"SO c6 mf o0 p0\n",
		.result = { 1 },
	}, {
		"C4 ring of five, crossing prepares", 5, "01 02 13 24 34", NONE,
		.event = { { PROMOTE, 0, 0 } },
		.log =
		"0>1 T0 PREP ~7\n"
		"0>2 T0 PREP ~7\n"
		"1>3 T0 PREP ~f\n"
		"2>4 T0 PREP ~17\n"
		"3>4 T0 PREP ~1f\n"
		"4>3 T0 PREP ~1f\n"
		"4>2 T0 YES R1c P0 W0\n"
		"4>3 T0 YES R1c P0 W0\n"
		"3>1 T0 YES R1a P0 W0\n"
		"3>4 T0 YES R1a P0 W0\n"
		"2>0 T0 YES R1d P0 W0\n"
		"1>0 T0 YES R1b P0 W0\n"
		"0>1 T0 COMMIT P1 R1f\n"
		"0>2 T0 COMMIT P1 R1f\n"
		"1>3 T0 COMMIT P1 R1f\n"
		"2>4 T0 COMMIT P1 R1f\n"
		"3>4 T0 COMMIT P1 R1f\n"
		"4>3 T0 COMMIT P1 R1f\n",
		.end =
		"PU c6 m1f o18 p0\n"
		"SU c9 m1f o0 p1\n"
		"SU c11 m1f o0 p1\n"
		"SO c12 m1f o0 p0\n"
		"SO cc m1f o0 p0\n",
		.result = { 1 },
	}, {
		"C5 connect behind a Primary", 3, "01", 0, .event = { { CONNECT, 0, 1, 2 } },
		.log =
		"1>0 T1 PREP ~7\n"
		"1>2 T1 PREP ~7\n"
		"0>1 T1 YES R3 P1 W~3\n"
		"2>1 T1 YES R6 P0 W0\n"
		"1>0 T1 COMMIT P1 R7\n"
		"1>2 T1 COMMIT P1 R7\n",
		.end =
		"PU c2 m7 o0 p0\n"
		"SU c5 m7 o0 p1\n"
		"SO c2 m7 o0 p0\n",
		.result = { 0, 1 },
	}, {
		"connect joins two parts", 4, "01 23", NONE, .event = { { CONNECT, 0, 1, 2 } },
		.log =
		"1>0 T1 PREP ~7\n"
		"1>2 T1 PREP ~7\n"
		"0>1 T1 YES R3 P0 W0\n"
		"2>3 T1 PREP ~f\n"
		"3>2 T1 YES Re P0 W0\n"
		"2>1 T1 YES Re P0 W0\n"
		"1>0 T1 COMMIT P0 Rf\n"
		"1>2 T1 COMMIT P0 Rf\n"
		"2>3 T1 COMMIT P0 Rf\n",
		.end =
		"SU c2 mf o0 p0\n"
		"SU c5 mf o0 p0\n"
		"SU ca mf o0 p0\n"
		"SU c4 mf o0 p0\n",
		.result = { 0, 1 },
	}, {
		"C6 mesh, disconnect", 3, "01 02 12", NONE,
		.event = { { DISCONNECT, 0, 0, 1 } },
		.log =
		"0>1 T0 PREP ~7\n"
		"0>2 T0 PREP ~7\n"
		"2>0 T0 YES R6 P0 W0\n"		/* far away, has nothing to check */
		"1>0 T0 YES R6 P0 W0\n"
		"0>1 T0 COMMIT P0 R7\n"
		"0>2 T0 COMMIT P0 R7\n",
		.end =
		"SU c4 m7 o0 p0\n"
		"SU c4 m7 o0 p0\n"
		"SU c3 m7 o0 p0\n",
		.result = { 1 },
	}, {
		"C7 chain, disconnect splits", 3, "01 12", NONE,
		.event = { { DISCONNECT, 0, 1, 2 } },
		.log =
		"1>0 T1 PREP ~7\n"
		"1>2 T1 PREP ~7\n"
		"0>1 T1 YES R1 P0 W0\n"
		"2>1 T1 YES R4 P0 W0\n"
		"1>2 T1 COMMIT P0 R4\n"
		"1>0 T1 COMMIT P0 R3\n",
		.end =
		"SU c2 m3 o0 p0\n"
		"SU c1 m7 o0 p0\n"
		"SU c0 m6 o0 p0\n",
		.result = { 0, 1 },
	}, {
		"C8 mesh, 0 and 2 promote, 1 sees 0 first", 3, "01 02 12", NONE,
		.event = { { PROMOTE, 0, 0 }, { PROMOTE, 0, 2 } },
		.log =
		"0>1 T0 PREP ~7\n"
		"0>2 T0 PREP ~7\n"
		"2>0 T2 PREP ~7\n"
		"2>1 T2 PREP ~7\n"
		"2>0 T2 ABORT\n"
		"2>1 T2 ABORT\n"
		"0>2 T2 RETRY\n"
		"1>2 T2 RETRY\n"
		"1>0 T0 YES R7 P0 W0\n"
		"2>0 T0 YES R7 P0 W0\n"
		"0>1 T0 COMMIT P1 R7\n"
		"0>2 T0 COMMIT P1 R7\n",
		.end =
		"PU c6 m7 o0 p0\n"
		"SU c5 m7 o0 p1\n"
		"SU c3 m7 o0 p1\n",
		.result = { 1, 0, DRBD_SS_TWO_PRIMARIES },
	}, {
		"C9 mesh, 0 and 2 promote, 1 sees 2 first", 3, "01 02 12", NONE,
		.slow = { 0, 1, 5 }, .event = { { PROMOTE, 0, 0 }, { PROMOTE, 0, 2 } },
		.log =
		"0>1 T0 PREP ~7\n"
		"0>2 T0 PREP ~7\n"
		"2>0 T2 PREP ~7\n"
		"2>1 T2 PREP ~7\n"
		"2>0 T2 ABORT\n"
		"2>1 T2 ABORT\n"
		"0>2 T2 RETRY\n"
		"1>2 T2 YES R7 P0 W0\n"
		"2>0 T0 YES R7 P0 W0\n"
		"1>0 T0 RETRY\n"
		"0>1 T0 ABORT\n"
		"0>2 T0 ABORT\n"
		/* nobody is Primary, 0 is the first to try again */
		"0>1 T0 PREP ~7\n"
		"0>2 T0 PREP ~7\n"
		"2>0 T0 YES R7 P0 W0\n"
		"1>0 T0 YES R7 P0 W0\n"
		"0>1 T0 COMMIT P1 R7\n"
		"0>2 T0 COMMIT P1 R7\n",
		.end =
		"PU c6 m7 o0 p0\n"
		"SU c5 m7 o0 p1\n"
		"SU c3 m7 o0 p1\n",
		.result = { 1, 0, DRBD_SS_TWO_PRIMARIES },
	}, {
		"C10 chain of four, promote meets lost-peer", 4, "01 12 23", NONE,
		.event = { { PROMOTE, 0, 0 }, { EMPTY, 0, 3 } },
		.log =
		"0>1 T0 PREP ~3\n"
		"3>2 T3 PREP ~c\n"
		"1>2 T0 PREP ~7\n"
		"2>1 T3 PREP ~e\n"
		"2>1 T0 RETRY\n"
		"1>2 T3 RETRY\n"
		"1>0 T0 RETRY\n"
		"2>3 T3 RETRY\n"
		"0>1 T0 ABORT\n"
		"3>2 T3 ABORT\n"
		"1>2 T0 ABORT\n"
		"2>1 T3 ABORT\n"
		/* passed on by nodes that did not take part */
		"2>3 T0 ABORT\n"
		"1>0 T3 ABORT\n"
		"0>1 T0 PREP ~3\n"
		"1>2 T0 PREP ~7\n"
		"2>3 T0 PREP ~f\n"
		"3>2 T0 YES Rc P0 W0\n"
		"2>1 T0 YES Re P0 W0\n"
		"1>0 T0 YES Rf P0 W0\n"
		"0>1 T0 COMMIT P1 Rf\n"
		"1>2 T0 COMMIT P1 Rf\n"
		"2>3 T0 COMMIT P1 Rf\n"
		"3>2 T3 PREP ~c\n"
		"2>1 T3 PREP ~e\n"
		"1>0 T3 PREP ~f\n"
		"0>1 T3 YES R3 P1 W~3\n"
		"1>2 T3 YES R7 P1 W~3\n"
		"2>3 T3 YES Rf P1 W~3\n"
		"3>2 T3 COMMIT P1 Rf\n"
		"2>1 T3 COMMIT P1 Rf\n"
		"1>0 T3 COMMIT P1 Rf\n",
		.end =
		"PU c2 mf oc p0\n"
		"SU c5 mf o0 p1\n"
		"SO ca mf o0 p0\n"
		"SO c4 mf o0 p0\n",
		.result = { 1, 0, 0, 1 },
	}, {
		"C11 lost-peer with a Primary far away", 3, "01 12", 0, "UUC",
		.event = { { EMPTY, 0, 2 } },
		.log =
		"2>1 T2 PREP ~6\n"
		"1>0 T2 PREP ~7\n"
		"0>1 T2 YES R3 P1 W~3\n"
		"1>2 T2 YES R7 P1 W~3\n"
		"2>1 T2 COMMIT P1 R7\n"
		"1>0 T2 COMMIT P1 R7\n",
		.end =
		"PU c2 m7 o4 p0\n"
		"SU c5 m7 o0 p1\n"
		"SO c2 m7 o0 p0\n",
		.result = { 0, 0, 1 },
	}, {
		"C12 lost-peer without a Primary", 3, "12", NONE, "UCC",
		.event = { { EMPTY, 0, 1 } },
		.log =
		"1>2 T1 PREP ~6\n"
		"2>1 T1 YES R6 P0 W0\n"
		"1>2 T1 COMMIT P0 R6\n",
		.end =
		"SU c0 m0 o0 p0\n"
		"SU c4 m6 o0 p0\n"
		"SC c2 m6 o0 p0\n",
		.result = { 0, 1 },
	}, {
		"C12 with the hold still active", 3, "12", NONE, "UCC", 6,
		.event = { { EMPTY, 0, 1 } },
		.log =
		"1>2 T1 PREP ~6\n"
		"2>1 T1 YES R6 P0 W0\n"
		"1>2 T1 COMMIT P0 R6\n",
		.end =
		"SU c0 m0 o0 p0\n"
		"SC c4 m6 o0 p0\n"
		"SC c2 m6 o0 p0\n",
		.result = { 0, 1 },
	}, {
		"C13 far promote with a Primary", 3, "01 12", 0, "UUO",
		.event = { { PROMOTE, 0, 2 } },
		.log =
		"2>1 T2 PREP ~6\n"
		"1>0 T2 PREP ~7\n"
		"0>1 T2 NO\n"
		"1>2 T2 NO\n"
		"2>1 T2 ABORT\n"
		"1>0 T2 ABORT\n",
		.end =
		"PU c2 m3 o0 p0\n"
		"SU c5 m7 o0 p1\n"
		"SO c2 m6 o0 p0\n",
		.result = { 0, 0, DRBD_SS_CW_FAILED_BY_PEER },
	}, {
		"C14 mesh, link breaks after PREPARE", 3, "01 02 12", NONE,
		.event = { { PROMOTE, 0, 0 }, { CUT, 12, 0, 2 } },
		.log =
		"0>1 T0 PREP ~7\n"
		"0>2 T0 PREP ~7\n"
		"1>0 T0 YES R7 P0 W0\n"
		"2>0 T0 YES R7 P0 W0\n"		/* does not arrive */
		"0>1 T0 ABORT\n"
		"2>1 T0 ABORT all\n"
		"0>1 T0 PREP ~3\n"
		"1>2 T0 PREP ~7\n"
		"2>1 T0 YES R6 P0 W0\n"
		"1>0 T0 YES R7 P0 W0\n"
		"0>1 T0 COMMIT P1 R7\n"
		"1>2 T0 COMMIT P1 R7\n",
		.end =
		"PU c2 m7 o4 p0\n"
		"SU c5 m7 o0 p1\n"
		"SO c2 m7 o0 p0\n",
		.result = { 1 },
	}, {
		"C15 mesh, initiator dies after PREPARE", 3, "01 02 12", NONE,
		.event = { { PROMOTE, 0, 0 }, { DIE, 12, 0 }, { EMPTY, 50, 1 },
			   { EMPTY, 50, 2 } },
		.log =
		"0>1 T0 PREP ~7\n"
		"0>2 T0 PREP ~7\n"
		"1>0 T0 YES R7 P0 W0\n"
		"2>0 T0 YES R7 P0 W0\n"
		"1>2 T0 ABORT all\n"
		"2>1 T0 ABORT all\n"
		"1>2 T1 PREP ~6\n"
		"2>1 T2 PREP ~6\n"
		"2>1 T2 ABORT\n"
		"1>2 T2 RETRY\n"
		"2>1 T1 YES R6 P0 W0\n"
		"1>2 T1 COMMIT P0 R6\n"
		"2>1 T2 PREP ~6\n"
		"1>2 T2 YES R6 P0 W0\n"
		"2>1 T2 COMMIT P0 R6\n",
		.end =
		"SU c6 m7 o0 p0\n"
		"SU c4 m6 o0 p0\n"
		"SU c2 m6 o0 p0\n",
		.result = { 0, 1, 1 },
	}, {
		"C16 mesh, demote, COMMIT gets lost", 3, "01 02 12", 0,
		.event = { { DEMOTE, 0, 0 }, { CUT, 25, 0, 2 }, { EMPTY, 50, 2 } },
		.log =
		"0>1 T0 PREP ~7\n"
		"0>2 T0 PREP ~7\n"
		"1>0 T0 YES R7 P0 W0\n"
		"2>0 T0 YES R7 P0 W0\n"
		"0>1 T0 COMMIT P0 R7\n"
		"0>2 T0 COMMIT P0 R7\n"		/* does not arrive */
		"2>1 T0 ABORT all\n"
		"2>1 T2 PREP ~6\n"
		"1>0 T2 PREP ~7\n"
		"0>1 T2 YES R3 P0 W0\n"
		"1>2 T2 YES R7 P0 W0\n"
		"2>1 T2 COMMIT P0 R7\n"
		"1>0 T2 COMMIT P0 R7\n",
		.end =
		"SU c2 m7 o0 p0\n"
		"SU c5 m7 o0 p0\n"
		"SU c2 m7 o0 p0\n",
		.result = { 1, 0, 1 },
	}, {
		/* node 2's ABORT overtakes the COMMIT on its way to node 1 */
		"C16, ABORT before COMMIT", 3, "01 02 12", 0, .slow = { 0, 1, 40 },
		.event = { { DEMOTE, 0, 0 }, { CUT, 65, 0, 2 }, { EMPTY, 150, 2 } },
		.log =
		"0>1 T0 PREP ~7\n"
		"0>2 T0 PREP ~7\n"
		"2>0 T0 YES R7 P0 W0\n"
		"1>0 T0 YES R7 P0 W0\n"
		"0>1 T0 COMMIT P0 R7\n"
		"0>2 T0 COMMIT P0 R7\n"		/* does not arrive */
		"2>1 T0 ABORT all\n"		/* arrives 35 ms before the COMMIT */
		"2>1 T2 PREP ~6\n"
		"1>0 T2 PREP ~7\n"
		"0>1 T2 YES R3 P0 W0\n"
		"1>2 T2 YES R7 P0 W0\n"
		"2>1 T2 COMMIT P0 R7\n"
		"1>0 T2 COMMIT P0 R7\n",
		.end =
		"SU c2 m7 o0 p0\n"
		"SU c5 m7 o0 p0\n"
		"SU c2 m7 o0 p0\n",
		.result = { 1, 0, 1 },
	}, {
		"C17 chain, last node hangs", 3, "01 12", NONE,
		.event = { { PROMOTE, 0, 0 }, { HANG, 5, 1, 2 } },
		.log =
		"0>1 T0 PREP ~3\n"
		"1>2 T0 PREP ~7\n"
		"1>0 T0 RETRY\n"
		"0>1 T0 ABORT\n"
		"0>1 T0 PREP ~3\n"
		"1>0 T0 YES R3 P0 W0\n"
		"0>1 T0 COMMIT P1 R3\n",
		.end =
		"PU c2 m3 o0 p0\n"
		"SU c1 m3 o0 p1\n"
		"SU c0 m6 o0 p0\n",
		.result = { 1 },
	}, {
		"resize, chain, sizes differ", 3, "01 12", NONE, .event = { { RESIZE, 0, 0 } },
		.log =
		"0>1 T0 PREP ~3\n"
		"1>2 T0 PREP ~7\n"
		"2>1 T0 YES R6 P0 max 3000\n"
		"1>0 T0 YES R7 P0 max 2000\n"
		"0>1 T0 COMMIT P0 size 1000\n"
		"1>2 T0 COMMIT P0 size 1000\n",
		.end =
		"SU c2 m7 o0 p0\n"
		"SU c5 m7 o0 p0\n"
		"SU c2 m6 o0 p0\n",
		.result = { 1 },
	}, {
		"resize, chain, Primary at the end", 3, "01 12", 2,
		.event = { { RESIZE, 0, 1 } },
		.log =
		"1>0 T1 PREP ~7\n"
		"1>2 T1 PREP ~7\n"
		"0>1 T1 YES R3 P0 max 1000\n"
		"2>1 T1 YES R6 P4 max 3000\n"
		"1>0 T1 COMMIT P4 size 1000\n"
		"1>2 T1 COMMIT P4 size 1000\n",
		.end =
		"SU c2 m3 o0 p0\n"
		"SU c5 m7 o0 p4\n"
		"PU c2 m6 o0 p0\n",
		.result = { 0, 1 },
	},
};

KUNIT_ARRAY_PARAM_DESC(chart, charts, name);

static void chart_request(struct sim *sim, const struct chart_event *event)
{
	static const struct drbd_twopc_request requests[] = {
		[PROMOTE] = { NOV, NONE, 0x3, 0x1 },
		[DEMOTE] = { NOV, NONE, 0x3, 0x2 },
		[EMPTY] = { NOV, NONE, 0, 0 },
		[CONNECT] = { NOV, 0, 0x1f3, 0x92 },
		[DISCONNECT] = { NOV, 0, 0x1f0, 0x10 },
		[RESIZE] = { 0, NONE, .resize = true },
	};
	struct drbd_twopc_request req = requests[event->what];

	if (req.target != NONE)
		req.target = event->peer;
	if (event->what == CONNECT)
		sim_link(sim, event->node, event->peer, false);
	req.max_size = sim->node[event->node].req.max_size;
	sim_want(sim, event->node, event->at, &req);
}

static void chart_event(struct sim *sim, const struct chart_event *event)
{
	int i;

	while (sim_step(sim, event->at))
		;
	switch (event->what) {
	case CUT:
		sim_cut(sim, event->node, event->peer, 0);
		break;
	case HANG:
		sim_cut(sim, event->node, event->peer, 500);
		break;
	case DIE:
		for (i = 0; i < sim->n; i++) {
			if (i == event->node)
				continue;
			sim_cut(sim, event->node, i, 0);
			sim->node[event->node].detect_at[i] = SIM_NEVER;
		}
		for (i = 0; i < 2; i++)
			sim->node[event->node].timer_at[i] = SIM_NEVER;
		break;
	default:
		break;
	}
}

static void chart_setup(struct sim *sim, const struct chart *chart)
{
	const char *c;
	int i;

	for (c = chart->links; *c; c += c[2] ? 3 : 2)
		sim_link(sim, c[0] - '0', c[1] - '0', true);
	for (i = 0; i < sim->n; i++) {
		struct sim_node *node = &sim->node[i];

		node->hold = chart->hold & drbd_node_mask(i);
		node->req.max_size = 1000 * (i + 1);
		if (chart->disks && chart->disks[i] != 'U')
			node->disk = chart->disks[i] == 'C' ? DRBD_D_CONSISTENT :
							      DRBD_D_OUTDATED;
		if (i == chart->primary)
			node->env.primary = true;
		if (node->env.connected)
			node->env.members = node->env.connected | drbd_node_mask(i);
		if (chart->primary != NONE)
			node->env.primary_peers =
				node->env.connected & drbd_node_mask(chart->primary);
	}
	sim->slow[chart->slow[0]][chart->slow[1]] = chart->slow[2];
}

static void chart_end(const struct sim *sim, char *buf, int size)
{
	int i, n = 0;

	for (i = 0; i < sim->n; i++) {
		const struct sim_node *node = &sim->node[i];

		n += scnprintf(buf + n, size - n, "%c%c c%llx m%llx o%llx p%llx\n",
			       node->env.primary ? 'P' : 'S',
			       node->disk == DRBD_D_UP_TO_DATE ? 'U' :
			       node->disk == DRBD_D_CONSISTENT ? 'C' : 'O',
			       node->env.connected, node->env.members, node->outdated,
			       node->env.primary_peers);
	}
}

static void twopc_chart_test(struct kunit *test)
{
	const struct chart *chart = test->param_value;
	struct sim *sim = kunit_kzalloc(test, sizeof(*sim), GFP_KERNEL);
	const struct chart_event *event;
	bool dead = false;
	char end[200];
	int i;

	KUNIT_ASSERT_NOT_NULL(test, sim);
	sim_init(sim, test, chart->n);
	chart_setup(sim, chart);
	for (event = chart->event; event < chart->event + ARRAY_SIZE(chart->event); event++) {
		if (event->what != END && event->what < CUT)
			chart_request(sim, event);
	}
	for (event = chart->event; event < chart->event + ARRAY_SIZE(chart->event); event++) {
		if (event->what >= CUT)
			chart_event(sim, event);
		dead |= event->what == DIE;
	}
	while (sim_step(sim, SIM_NEVER))
		;
	KUNIT_EXPECT_STREQ(test, sim->log, chart->log);
	chart_end(sim, end, sizeof(end));
	KUNIT_EXPECT_STREQ(test, end, chart->end);
	for (i = dead; i < sim->n; i++) {
		KUNIT_EXPECT_EQ(test, sim->node[i].result, chart->result[i]);
		KUNIT_EXPECT_EQ(test, drbd_twopc_active(&sim->node[i].tp).initiator, NONE);
		KUNIT_EXPECT_FALSE(test, sim->node[i].want);
		if (sim->node[0].req.resize || sim->node[1].req.resize)
			KUNIT_EXPECT_EQ(test, sim->node[i].size, 1000);
	}
}

static struct kunit_case twopc_cases[] = {
	KUNIT_CASE_PARAM(twopc_chart_test, chart_gen_params),
	{}
};

static struct kunit_suite twopc_suite = {
	.name = "drbd-twopc",
	.test_cases = twopc_cases,
};

kunit_test_suite(twopc_suite);
