// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what can happen to an application request
 *
 * The rows are those of spec/io.md 3.3, with its letters for the bits of a leg.
 * The state before a row is not made up but reached by events, and compared as
 * well: a row that cannot be reached would not be worth a test.
 */

#include <kunit/test.h>

#include "request_paths.h"

#define PEER		3

#define EV(x)		DRBD_REQ_EV_##x
#define FX(x)		DRBD_REQ_FX_##x
#define LP		DRBD_REQ_LOCAL_PENDING
#define LC		DRBD_REQ_LOCAL_COMPLETED
#define LK		DRBD_REQ_LOCAL_OK
#define LA		DRBD_REQ_LOCAL_ABORTED
#define SU		DRBD_REQ_HELD
#define UG		DRBD_REQ_UNCONFIRMED
#define STATE_BITS	(LP | LC | LK | LA | SU | UG)
#define NOT_DONE_END	FX(NOT_DONE_END)

enum kind { W, R };

/**
 * struct row - one transition
 * @name: number in the spec and what it is
 * @kind: write or read
 * @path: events that lead to the state before, in letters of request_paths.h
 * @before: leg before, in letters
 * @state: bits of the request before
 * @event: the event
 * @hold: whether it has to wait for a generation to be confirmed
 * @after: leg after
 * @state_after: bits of the request after
 * @dc: change of the completion count
 * @dd: change of the done count
 * @dl: change of the log count
 * @fx: all effects
 */
struct row {
	const char *name;
	enum kind kind;
	const char *path;
	const char *before;
	u32 state;
	u8 event;
	bool hold;
	const char *after;
	u32 state_after;
	int dc;
	int dd;
	int dl;
	u32 fx;
};

static const struct row local_rows[] = {
	{ "1 local-submit", W, "", "", 0, EV(LOCAL_SUBMIT), 0,
	  "", LP, 1, 0, 0, FX(LOCAL_ADD) },
	{ "1 twice", W, "1", "", LP, EV(LOCAL_SUBMIT), 0,
	  "", LP, 0, 0, 0, FX(MISUSE) },
	{ "2 local-ok", W, "1", "", LP, EV(LOCAL_OK), 0,
	  "", LC | LK, -1, 0, 0, FX(LOCAL_DEL) | FX(LOCAL_COUNT) },
	{ "2 twice", W, "12", "", LC | LK, EV(LOCAL_OK), 0,
	  "", LC | LK, 0, 0, 0, FX(MISUSE) },
	{ "4 write error", W, "1", "", LP, EV(LOCAL_WRITE_ERROR), 0,
	  "", LC, -1, 0, 0, FX(LOCAL_DEL) | FX(LOCAL_LOG) },
	{ "6 read error", R, "1", "", LP, EV(LOCAL_READ_ERROR), 0,
	  "", LC, -1, 0, 0, FX(LOCAL_DEL) | FX(ALL_OUT_OF_SYNC) },
	{ "7 read-ahead error", R, "1", "", LP,
	  EV(LOCAL_READ_AHEAD_ERROR), 0, "", LC, -1, 0, 0, FX(LOCAL_DEL) },
	{ "8 discard error", W, "1", "", LP, EV(LOCAL_BATCH_ERROR), 0,
	  "", LC, -1, 0, 0, FX(LOCAL_DEL) },
	{ "9 abort", W, "1", "", LP, EV(LOCAL_ABORT), 0,
	  "", LP | LA, -1, 0, 0, 0 },
	{ "9 nothing to abort", W, "", "", 0, EV(LOCAL_ABORT), 0,
	  "", 0, 0, 0, 0, FX(MISUSE) },
	{ "10 abort again", W, "13", "", LP | LA,
	  EV(LOCAL_ABORT), 0, "", LP | LA, 0, 0, 0, 0 },
	/* The master bio is not complete yet: the end of it drops the reference. */
	{ "3 late ok, early", W, "13", "", LP | LA,
	  EV(LOCAL_OK), 0, "", LC | LK | LA, 0, 0, 0, FX(LOCAL_DEL) | FX(PANIC) },
	{ "5 late error, early", W, "13", "", LP | LA,
	  EV(LOCAL_WRITE_ERROR), 0, "", LC | LA, 0, 0, 0, FX(LOCAL_DEL) | FX(LOCAL_LATE) },
};

KUNIT_ARRAY_PARAM_DESC(local, local_rows, name);

static const struct row send_rows[] = {
	{ "11 net-read", R, "", "", 0, EV(NET_READ), 0, "pq", 0, 2, 0, 1,
	  FX(PENDING_INC) | FX(REMOTE_READ_ADD) | FX(QUEUED_BEGIN) },
	{ "11 read here already", R, "1", "", LP, EV(NET_READ), 0,
	  "", LP, 0, 0, 0, FX(MISUSE) },
	{ "11 of a write", W, "", "", 0, EV(NET_READ), 0, "", 0, 0, 0, 0, FX(MISUSE) },
	{ "12 net-write A", W, "", "", 0, EV(NET_WRITE_A), 0, "pqX", 0, 2, 1, 1,
	  FX(PENDING_INC) | FX(QUEUED_BEGIN) },
	{ "12 of a read", R, "", "", 0, EV(NET_WRITE_A), 0, "", 0, 0, 0, 0, FX(MISUSE) },
	{ "12 twice", W, "A", "pqX", 0, EV(NET_WRITE_A), 0,
	  "pqX", 0, 0, 0, 0, FX(MISUSE) },
	{ "13 net-write B", W, "", "", 0, EV(NET_WRITE_B), 0, "pqXB", 0, 2, 1, 1,
	  FX(PENDING_INC) | FX(QUEUED_BEGIN) },
	{ "14 net-write C", W, "", "", 0, EV(NET_WRITE_C), 0, "pqXC", 0, 2, 1, 1,
	  FX(PENDING_INC) | FX(QUEUED_BEGIN) },
	{ "15 net-oos", W, "", "", 0, EV(NET_OUT_OF_SYNC), 0, "oqd", 0, 0, 0, 1,
	  FX(QUEUED_BEGIN) },
	{ "16 ready", W, "C", "pqXC", 0, EV(READY), 0,
	  "pqrXC", 0, 0, 0, 0, FX(NOT_DONE_BEGIN) | FX(WAKE_SENDER) },
	{ "16 twice", W, "C+", "pqrXC", 0, EV(READY), 0,
	  "pqrXC", 0, 0, 0, 0, FX(MISUSE) },
	{ "17 oos ready", W, "O", "oqd", 0, EV(READY), 0,
	  "oqrd", 0, 0, 0, 0, FX(WAKE_SENDER) },
	{ "18 flush-covered", W, "", "", 0, EV(FLUSH_COVERED), 0, "kd", 0, 0, 0, 0, 0 },
	{ "18 is not sent", W, "E", "kd", 0, EV(READY), 0,
	  "kd", 0, 0, 0, 0, FX(MISUSE) },
	{ "19 oos-skip", W, "O", "oqd", 0, EV(OUT_OF_SYNC_SKIP), 0,
	  "qrd", 0, 0, 0, 0, FX(WAKE_SENDER) | FX(AHEAD_EXIT) },
	{ "19 too late", W, "O+", "oqrd", 0, EV(OUT_OF_SYNC_SKIP), 0,
	  "oqrd", 0, 0, 0, 0, FX(MISUSE) },
	{ "20 sent-ok A", W, "A+", "pqrX", 0, EV(SENT_OK), 0,
	  "rskX", 0, -2, 0, -1,
	  FX(PENDING_DEC) | FX(FLIGHT_ADD) | FX(ACKED) | FX(QUEUED_END) },
	{ "21 sent-ok A refused", W, "A+n", "qrX", 0, EV(SENT_OK), 0,
	  "rsX", 0, -1, 0, -1, FX(FLIGHT_ADD) | FX(QUEUED_END) },
	{ "22 sent-ok C", W, "C+", "pqrXC", 0, EV(SENT_OK), 0,
	  "prsXC", 0, -1, 0, -1, FX(FLIGHT_ADD) | FX(QUEUED_END) | FX(ACK_WAIT_BEGIN) },
	{ "23 sent-ok C acked", W, "C+w", "qrkXC", 0, EV(SENT_OK), 0,
	  "rskXC", 0, -1, 0, -1, FX(FLIGHT_ADD) | FX(QUEUED_END) },
	{ "23 sent-ok B acked", W, "B+r", "qrkXB", 0, EV(SENT_OK), 0,
	  "rskXB", 0, -1, 0, -1, FX(FLIGHT_ADD) | FX(QUEUED_END) },
	{ "24 sent-ok read", R, "R+", "pqr", 0, EV(SENT_OK), 0,
	  "prs", 0, -1, 0, -1, FX(FLIGHT_ADD) | FX(QUEUED_END) | FX(ACK_WAIT_BEGIN) },
	{ "25 sent-ok read replied", R, "R+d", "qrkd", 0,
	  EV(SENT_OK), 0, "rskd", 0, 0, 0, -1, FX(QUEUED_END) },
	{ "22 twice", W, "C+s", "prsXC", 0, EV(SENT_OK), 0,
	  "prsXC", 0, 0, 0, 0, FX(MISUSE) },
	{ "22 of oos", W, "O+", "oqrd", 0, EV(SENT_OK), 0,
	  "oqrd", 0, 0, 0, 0, FX(MISUSE) },
	{ "26 send-fail", W, "C+", "pqrXC", 0, EV(SEND_FAIL), 0,
	  "prXC", 0, -1, 0, -1, FX(QUEUED_END) },
	{ "26 send-cancel", W, "B", "pqXB", 0, EV(SEND_CANCEL), 0,
	  "pXB", 0, -1, 0, -1, FX(QUEUED_END) },
	{ "26 nothing queued", W, "C+s", "prsXC", 0, EV(SEND_CANCEL), 0,
	  "prsXC", 0, 0, 0, 0, FX(MISUSE) },
	{ "27 cancel oos", W, "O", "oqd", 0, EV(SEND_CANCEL), 0,
	  "d", 0, 0, 0, -1, FX(QUEUED_END) },
	{ "27 cancel ready oos", W, "O+", "oqrd", 0, EV(SEND_CANCEL), 0,
	  "rd", 0, 0, 0, -1, FX(QUEUED_END) },
	{ "28 oos-sent", W, "O+", "oqrd", 0, EV(OUT_OF_SYNC_SENT), 0,
	  "rd", 0, 0, 0, -1, FX(QUEUED_END) | FX(AHEAD_EXIT) },
	{ "29 oos-sent, skipped", W, "O-", "qrd", 0,
	  EV(OUT_OF_SYNC_SENT), 0, "rd", 0, 0, 0, -1, FX(QUEUED_END) | FX(AHEAD_EXIT) },
	{ "28 not ready", W, "O", "oqd", 0, EV(OUT_OF_SYNC_SENT), 0,
	  "oqd", 0, 0, 0, 0, FX(MISUSE) },
	{ "28 of data", W, "C+", "pqrXC", 0, EV(OUT_OF_SYNC_SENT), 0,
	  "pqrXC", 0, 0, 0, 0, FX(MISUSE) },
};

KUNIT_ARRAY_PARAM_DESC(send, send_rows, name);

static const struct row ack_rows[] = {
	{ "30 recv-ack", W, "B+s", "prsXB", 0, EV(RECV_ACK), 0,
	  "rskXB", 0, -1, 0, 0, FX(PENDING_DEC) | FX(ACKED) | FX(ACK_WAIT_END) },
	{ "31 recv-ack early", W, "B+", "pqrXB", 0, EV(RECV_ACK), 0,
	  "qrkXB", 0, -1, 0, 0, FX(PENDING_DEC) | FX(ACKED) },
	{ "30 of C", W, "C+s", "prsXC", 0, EV(RECV_ACK), 0,
	  "prsXC", 0, 0, 0, 0, FX(PROTOCOL_ERROR) },
	{ "30 of A", W, "A+", "pqrX", 0, EV(RECV_ACK), 0,
	  "pqrX", 0, 0, 0, 0, FX(PROTOCOL_ERROR) },
	{ "32 write-ack", W, "C+s", "prsXC", 0, EV(WRITE_ACK), 0,
	  "rskXC", 0, -1, 0, 0, FX(PENDING_DEC) | FX(ACKED) | FX(ACK_WAIT_END) },
	{ "32 of B", W, "B+s", "prsXB", 0, EV(WRITE_ACK), 0,
	  "rskXB", 0, -1, 0, 0, FX(PENDING_DEC) | FX(ACKED) | FX(ACK_WAIT_END) },
	{ "32 not sent yet", W, "C", "pqXC", 0, EV(WRITE_ACK), 0,
	  "pqXC", 0, 0, 0, 0, FX(PROTOCOL_ERROR) },
	{ "32 of oos", W, "O+", "oqrd", 0, EV(WRITE_ACK), 0,
	  "oqrd", 0, 0, 0, 0, FX(PROTOCOL_ERROR) },
	{ "32 of a read", R, "R+s", "prs", 0, EV(WRITE_ACK), 0,
	  "prs", 0, 0, 0, 0, FX(PROTOCOL_ERROR) },
	{ "32 of nothing", W, "", "", 0, EV(WRITE_ACK), 0,
	  "", 0, 0, 0, 0, FX(PROTOCOL_ERROR) },
	{ "33 write-ack A", W, "A+s", "rskX", 0, EV(WRITE_ACK), 0,
	  "rskX", 0, 0, 0, 0, 0 },
	{ "33 write-ack B", W, "B+sr", "rskXB", 0,
	  EV(WRITE_ACK), 0, "rskXB", 0, 0, 0, 0, 0 },
	{ "34 in sync C", W, "C+s", "prsXC", 0,
	  EV(WRITE_ACK_IN_SYNC), 0, "rskiXC", 0, -1, 0, 0,
	  FX(PENDING_DEC) | FX(ACKED) | FX(ACK_WAIT_END) },
	{ "34 in sync A", W, "A+s", "rskX", 0,
	  EV(WRITE_ACK_IN_SYNC), 0, "rskiX", 0, 0, 0, 0, 0 },
	{ "34 after refusal", W, "C+sn", "rsXC", 0,
	  EV(WRITE_ACK_IN_SYNC), 0, "rsXC", 0, 0, 0, 0, 0 },
	{ "35 hold", W, "C+s", "prsXC", 0, EV(WRITE_ACK), 1,
	  "rskXC", SU | UG, 0, 0, 0, FX(PENDING_DEC) | FX(ACKED) | FX(ACK_WAIT_END) },
	{ "35 hold B", W, "B+s", "prsXB", 0, EV(RECV_ACK), 1,
	  "rskXB", SU | UG, 0, 0, 0, FX(PENDING_DEC) | FX(ACKED) | FX(ACK_WAIT_END) },
	{ "35 hold, late ack", W, "A+s", "rskX", 0, EV(WRITE_ACK), 1,
	  "rskX", 0, 0, 0, 0, 0 },
	{ "37 neg-ack", W, "C+s", "prsXC", 0, EV(NEG_ACK), 0,
	  "rsXC", 0, -1, 0, 0, FX(PENDING_DEC) | FX(ACK_WAIT_END) },
	{ "37 again", W, "C+sn", "rsXC", 0, EV(NEG_ACK), 0,
	  "rsXC", 0, 0, 0, 0, 0 },
	{ "38 neg-ack early", W, "C+", "pqrXC", 0, EV(NEG_ACK), 0,
	  "qrXC", 0, -1, 0, 0, FX(PENDING_DEC) },
	{ "38 then sent", W, "C+n", "qrXC", 0, EV(SENT_OK), 0,
	  "rsXC", 0, -1, 0, -1, FX(FLIGHT_ADD) | FX(QUEUED_END) },
	{ "39 neg-ack A", W, "A+s", "rskX", 0, EV(NEG_ACK), 0,
	  "rsX", 0, 0, 0, 0, 0 },
	{ "39 neg-ack B in sync", W, "B+si",
	  "rskiXB", 0, EV(NEG_ACK), 0, "rsXB", 0, 0, 0, 0, 0 },
	{ "40 neg-ack read", R, "R+s", "prs", 0, EV(NEG_ACK), 0,
	  "rsd", 0, -1, 0, 0, FX(PENDING_DEC) | FX(FLIGHT_SUB) | FX(ACK_WAIT_END) |
	  FX(REMOTE_READ_DEL) | NOT_DONE_END },
	{ "40 neg-ack read early", R, "R+", "pqr", 0, EV(NEG_ACK), 0,
	  "qrd", 0, -2, 0, 0, FX(PENDING_DEC) | FX(REMOTE_READ_DEL) | NOT_DONE_END },
	{ "41 data-received", R, "R+s", "prs", 0, EV(DATA_RECEIVED), 0,
	  "rskd", 0, -1, 0, 0, FX(PENDING_DEC) | FX(FLIGHT_SUB) | FX(ACK_WAIT_END) |
	  FX(REMOTE_READ_DEL) | NOT_DONE_END },
	{ "41 twice", R, "R+sd", "rskd", 0,
	  EV(DATA_RECEIVED), 0, "rskd", 0, 0, 0, 0, FX(PROTOCOL_ERROR) },
	{ "41 of a write", W, "C+s", "prsXC", 0, EV(DATA_RECEIVED), 0,
	  "prsXC", 0, 0, 0, 0, FX(PROTOCOL_ERROR) },
	{ "41 not sent", R, "R", "pq", 0, EV(DATA_RECEIVED), 0,
	  "pq", 0, 0, 0, 0, FX(PROTOCOL_ERROR) },
	{ "42 data-received early", R, "R+", "pqr", 0, EV(DATA_RECEIVED), 0,
	  "qrkd", 0, -2, 0, 0, FX(PENDING_DEC) | FX(REMOTE_READ_DEL) | NOT_DONE_END },
	{ "43 barrier-ack", W, "A+s", "rskX", 0, EV(BARRIER_ACK), 0,
	  "rskdX", 0, 0, -1, 0, FX(FLIGHT_SUB) | NOT_DONE_END },
	{ "44 barrier-ack refused", W, "C+sn", "rsXC", 0,
	  EV(BARRIER_ACK), 0, "rsdXC", 0, 0, -1, 0, FX(FLIGHT_SUB) | NOT_DONE_END },
	{ "45 barrier-ack pending", W, "C+s", "prsXC", 0,
	  EV(BARRIER_ACK), 0, "rskdXC", 0, -1, -1, 0, FX(PENDING_DEC) | FX(FLIGHT_SUB) |
	  FX(ACK_WAIT_END) | NOT_DONE_END | FX(BARRIER_EARLY) },
	{ "45 not sent", W, "C+", "pqrXC", 0, EV(BARRIER_ACK), 0,
	  "pqrXC", 0, 0, 0, 0, FX(PROTOCOL_ERROR) },
	{ "46 no net bits", W, "", "", 0, EV(BARRIER_ACK), 0, "", 0, 0, 0, 0, 0 },
	{ "46 read", R, "R+s", "prs", 0, EV(BARRIER_ACK), 0,
	  "prs", 0, 0, 0, 0, 0 },
	{ "47 oos", W, "O+o", "rd", 0,
	  EV(BARRIER_ACK), 0, "rd", 0, 0, 0, 0, 0 },
	{ "43 again", W, "A+sb", "rskdX", 0,
	  EV(BARRIER_ACK), 0, "rskdX", 0, 0, 0, 0, 0 },
	{ "43 then write-ack", W, "A+sb", "rskdX", 0, EV(WRITE_ACK_IN_SYNC), 0,
	  "rskdX", 0, 0, 0, 0, FX(PROTOCOL_ERROR) },
	{ "43 then neg-ack", W, "C+swb", "rskdXC", 0, EV(NEG_ACK), 0,
	  "rskdXC", 0, 0, 0, 0, FX(PROTOCOL_ERROR) },
};

KUNIT_ARRAY_PARAM_DESC(ack, ack_rows, name);

static const struct row loss_rows[] = {
	{ "48 no net bits", W, "", "", 0, EV(CONN_LOST), 0, "", 0, 0, 0, 0, 0 },
	{ "48 done", W, "A+sb", "rskdX", 0, EV(CONN_LOST), 0,
	  "rskdX", 0, 0, 0, 0, 0 },
	{ "48 oos", W, "O+x", "rd", 0, EV(CONN_LOST), 0,
	  "rd", 0, 0, 0, 0, 0 },
	{ "49 lost before ready", W, "Cx", "pXC", 0,
	  EV(CONN_LOST), 0, "dXC", 0, -1, -1, 0, FX(PENDING_DEC) },
	{ "49 lost before sent", W, "C+x", "prXC", 0, EV(CONN_LOST), 0,
	  "rdXC", 0, -1, -1, 0, FX(PENDING_DEC) | NOT_DONE_END },
	{ "49 sender still busy", W, "C+", "pqrXC", 0, EV(CONN_LOST), 0,
	  "qrdXC", 0, -1, -1, 0, FX(PENDING_DEC) | NOT_DONE_END },
	{ "49 sender then done", W, "A+l", "qrdX", 0, EV(SENT_OK), 0,
	  "rsdX", 0, -1, 0, -1, FX(QUEUED_END) },
	{ "50 lost before ack", W, "B+s", "prsXB", 0, EV(CONN_LOST), 0,
	  "rsdXB", 0, -1, -1, 0, FX(PENDING_DEC) | FX(FLIGHT_SUB) | FX(ACK_WAIT_END) |
	  NOT_DONE_END },
	{ "51 lost before barrier", W, "A+s", "rskX", 0, EV(CONN_LOST), 0,
	  "rsdX", 0, 0, -1, 0, FX(FLIGHT_SUB) | NOT_DONE_END },
	{ "51 acked, not sent", W, "C+wx", "rkXC", 0,
	  EV(CONN_LOST), 0, "rdXC", 0, 0, -1, 0, NOT_DONE_END },
	{ "51 refused", W, "C+sn", "rsXC", 0, EV(CONN_LOST), 0,
	  "rsdXC", 0, 0, -1, 0, FX(FLIGHT_SUB) | NOT_DONE_END },
	{ "52 read", R, "R+s", "prs", 0, EV(CONN_LOST), 0,
	  "rsd", 0, -1, 0, 0, FX(PENDING_DEC) | FX(FLIGHT_SUB) | FX(ACK_WAIT_END) |
	  FX(REMOTE_READ_DEL) | NOT_DONE_END },
	{ "53 suspended, A", W, "A+s", "rskX", 0, EV(CONN_LOST_SUSPENDED), 0,
	  "rsdX", 0, 0, -1, 0, FX(FLIGHT_SUB) | NOT_DONE_END },
	{ "53 suspended, A unsent", W, "A+x", "prX", 0, EV(CONN_LOST_SUSPENDED), 0,
	  "rdX", 0, -1, -1, 0, FX(PENDING_DEC) | NOT_DONE_END },
	{ "53 suspended, read", R, "R+x", "pr", 0, EV(CONN_LOST_SUSPENDED), 0,
	  "rd", 0, -1, 0, 0, FX(PENDING_DEC) | FX(REMOTE_READ_DEL) | NOT_DONE_END },
	{ "54 freeze", W, "C+s", "prsXC", 0, EV(CONN_LOST_SUSPENDED), 0,
	  "prsXC", SU, 1, 0, 0, FX(FLIGHT_SUB) | FX(ACK_WAIT_END) },
	{ "54 freeze unsent", W, "B+x", "prXB", 0, EV(CONN_LOST_SUSPENDED), 0,
	  "prXB", SU, 1, 0, 0, 0 },
	{ "54 again", W, "B+xz", "prXB", SU, EV(CONN_LOST_SUSPENDED), 0,
	  "prXB", SU, 0, 0, 0, 0 },
	{ "55 acked", W, "C+sw", "rskXC", 0, EV(CONN_LOST_SUSPENDED), 0,
	  "rskXC", 0, 0, 0, 0, FX(FLIGHT_SUB) },
	{ "55 refused", W, "C+sn", "rsXC", 0, EV(CONN_LOST_SUSPENDED), 0,
	  "rsXC", 0, 0, 0, 0, FX(FLIGHT_SUB) },
	{ "56 cancel frozen", W, "C+sz", "prsXC", SU, EV(SUSPEND_CANCEL), 0,
	  "rsdXC", SU, -1, -1, 0, FX(PENDING_DEC) | NOT_DONE_END },
	{ "56 cancel acked", W, "C+swz", "rskXC", 0, EV(SUSPEND_CANCEL), 0,
	  "rsdXC", 0, 0, -1, 0, NOT_DONE_END },
	{ "57 done", W, "A+sb", "rskdX", 0, EV(SUSPEND_CANCEL), 0,
	  "rskdX", 0, 0, 0, 0, 0 },
	{ "57 no net bits", W, "", "", 0, EV(SUSPEND_CANCEL), 0, "", 0, 0, 0, 0, 0 },
	{ "58 resume", W, "C+sz", "prsXC", SU, EV(COMPLETION_RESUME), 0,
	  "prsXC", 0, -1, 0, 0, 0 },
	{ "58 not held", W, "C+s", "prsXC", 0, EV(COMPLETION_RESUME), 0,
	  "prsXC", 0, 0, 0, 0, 0 },
	{ "59 resend acked", W, "C+swz", "rskXC", 0, EV(RESEND), 0,
	  "rskdXC", 0, 0, -1, 0, NOT_DONE_END },
	{ "60 resend", W, "C+sz", "prsXC", SU, EV(RESEND), 0,
	  "pqrXC", SU, 1, 0, 1, FX(QUEUED_BEGIN) | FX(WAKE_SENDER) },
	{ "60 resend unsent", W, "B+xz", "prXB", SU, EV(RESEND), 0,
	  "pqrXB", SU, 1, 0, 1, FX(QUEUED_BEGIN) | FX(WAKE_SENDER) },
	{ "60 still queued", W, "C+z", "pqrXC", SU, EV(RESEND), 0,
	  "pqrXC", SU, 0, 0, 0, FX(WAKE_SENDER) },
	{ "60 not even ready", W, "Cxz", "pXC", SU, EV(RESEND), 0,
	  "pqrXC", SU, 1, 0, 1,
	  FX(QUEUED_BEGIN) | FX(WAKE_SENDER) | FX(NOT_DONE_BEGIN) },
	{ "60 still queued, acked", W, "C+zy", "pqrXC", SU, EV(WRITE_ACK), 0,
	  "qrkXC", SU, -1, 0, 0, FX(PENDING_DEC) | FX(ACKED) },
	{ "60 not lost", W, "C+s", "prsXC", 0, EV(RESEND), 0,
	  "prsXC", 0, 0, 0, 0, 0 },
	{ "60 resend, sent", W, "C+xzy", "pqrXC", SU,
	  EV(SENT_OK), 0, "prsXC", SU, -1, 0, -1,
	  FX(FLIGHT_ADD) | FX(QUEUED_END) | FX(ACK_WAIT_BEGIN) },
	{ "61 resend refused", W, "C+snz", "rsXC", 0,
	  EV(RESEND), 0, "rsdXC", 0, 0, -1, 0, NOT_DONE_END },
	{ "ack while frozen", W, "C+sz", "prsXC", SU, EV(WRITE_ACK), 0,
	  "prsXC", SU, 0, 0, 0, FX(PROTOCOL_ERROR) },
	{ "barrier-ack while frozen", W, "C+sz", "prsXC", SU,
	  EV(BARRIER_ACK), 0, "prsXC", SU, 0, 0, 0, FX(PROTOCOL_ERROR) },
	{ "62 confirmed", W, "C+", "pqrXC", 0, EV(GENERATION_CONFIRMED), 0,
	  "pqrXC", 0, 0, 0, 0, 0 },
};

KUNIT_ARRAY_PARAM_DESC(loss, loss_rows, name);

static u16 leg_bits(const char *letters)
{
	static const char names[] = "poqrsdkiBCX";
	u16 bits = 0;

	for (; *letters; letters++)
		bits |= BIT(strchr(names, *letters) - names);
	return bits;
}

static void request_row_test(struct kunit *test)
{
	const struct row *row = test->param_value;
	struct drbd_request req;
	const char *letter;
	int c, d, l;
	u32 fx;

	drbd_request_init(&req, row->kind == W ? DRBD_REQ_WRITE : 0, 4096);
	drbd_request_log(&req, false, false);
	for (letter = row->path; *letter; letter++) {
		fx = drbd_request_event(&req, request_path_event(*letter), PEER, false);
		KUNIT_ASSERT_EQ(test, fx & (FX(MISUSE) | FX(PROTOCOL_ERROR)), 0);
	}
	KUNIT_ASSERT_EQ(test, req.leg[PEER] & ~DRBD_LEG_LOST, leg_bits(row->before));
	KUNIT_ASSERT_EQ(test, req.state & STATE_BITS, row->state);
	c = req.completion_refs;
	d = req.done_refs;
	l = req.log_refs;

	fx = drbd_request_event(&req, row->event, PEER, row->hold);
	KUNIT_EXPECT_EQ(test, req.leg[PEER] & ~DRBD_LEG_LOST, leg_bits(row->after));
	KUNIT_EXPECT_EQ(test, req.state & STATE_BITS, row->state_after);
	KUNIT_EXPECT_EQ(test, req.completion_refs - c, row->dc);
	KUNIT_EXPECT_EQ(test, req.done_refs - d, row->dd);
	KUNIT_EXPECT_EQ(test, req.log_refs - l, row->dl);
	KUNIT_EXPECT_EQ(test, fx, row->fx);
}

static u32 ev(struct drbd_request *req, enum drbd_request_event event)
{
	return drbd_request_event(req, event, PEER, false);
}

/* Rows 3 and 5: the master bio was completed without the aborted local bio. */
static void request_late_test(struct kunit *test)
{
	static const struct {
		enum drbd_request_event end;
		u32 fx;
	} ends[] = {
		{ EV(LOCAL_OK), FX(LOCAL_DEL) | FX(PANIC) | FX(DONE) },
		{ EV(LOCAL_WRITE_ERROR), FX(LOCAL_DEL) | FX(LOCAL_LATE) | FX(DONE) },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		struct drbd_request_verdict verdict = {};
		struct drbd_request req;

		drbd_request_init(&req, DRBD_REQ_WRITE | DRBD_REQ_IN_AL, 4096);
		drbd_request_log(&req, false, false);
		ev(&req, EV(LOCAL_SUBMIT));
		ev(&req, EV(SUBMITTED));
		KUNIT_EXPECT_EQ(test, ev(&req, EV(LOCAL_ABORT)), FX(COMPLETE));
		KUNIT_EXPECT_EQ(test, drbd_request_complete(&req, &verdict), 0);
		KUNIT_EXPECT_EQ(test, verdict.outcome, DRBD_REQ_ERROR);
		/* Its activity log references stay until the disk returns it. */
		KUNIT_EXPECT_EQ(test, req.done_refs, 1);
		KUNIT_EXPECT_EQ(test, drbd_request_settle(&req), FX(MISUSE));
		KUNIT_EXPECT_EQ(test, ev(&req, ends[i].end), ends[i].fx);
		KUNIT_EXPECT_EQ(test, drbd_request_settle(&req), FX(AL_PUT) | FX(UNLOG));
	}
}

/* Rows 36, 58, 62 and 63: who holds a completion, and who lets it go. */
static void request_hold_test(struct kunit *test)
{
	struct drbd_request req;
	int other = PEER + 1;

	drbd_request_init(&req, DRBD_REQ_WRITE, 4096);
	drbd_request_log(&req, false, false);
	ev(&req, EV(NET_WRITE_C));
	drbd_request_event(&req, EV(NET_WRITE_C), other, false);
	ev(&req, EV(READY));
	drbd_request_event(&req, EV(READY), other, false);
	ev(&req, EV(SUBMITTED));
	ev(&req, EV(SENT_OK));
	drbd_request_event(&req, EV(SENT_OK), other, false);
	KUNIT_EXPECT_EQ(test, req.completion_refs, 2);

	drbd_request_event(&req, EV(WRITE_ACK), PEER, true);
	KUNIT_EXPECT_EQ(test, req.completion_refs, 2);
	/* 36: held already, the second one only acknowledges */
	drbd_request_event(&req, EV(WRITE_ACK), other, true);
	KUNIT_EXPECT_EQ(test, req.completion_refs, 1);
	KUNIT_EXPECT_EQ(test, req.state & STATE_BITS, SU | UG);

	/* 58: an administrator lets it go, and nothing is left to drop */
	KUNIT_EXPECT_EQ(test, drbd_request_event(&req, EV(COMPLETION_RESUME),
						 DRBD_NO_NODE, false), FX(COMPLETE));
	KUNIT_EXPECT_EQ(test, req.state & STATE_BITS, UG);
	KUNIT_EXPECT_EQ(test, drbd_request_event(&req, EV(GENERATION_CONFIRMED),
						 DRBD_NO_NODE, false), 0);
	KUNIT_EXPECT_EQ(test, req.state & STATE_BITS, 0);
	KUNIT_EXPECT_EQ(test, req.completion_refs, 0);

	/* 62 without 58; and 63: a write that is held for something else */
	drbd_request_init(&req, DRBD_REQ_WRITE, 4096);
	drbd_request_log(&req, false, false);
	ev(&req, EV(NET_WRITE_C));
	ev(&req, EV(READY));
	ev(&req, EV(SUBMITTED));
	ev(&req, EV(SENT_OK));
	drbd_request_event(&req, EV(WRITE_ACK), PEER, true);
	KUNIT_EXPECT_EQ(test, ev(&req, EV(GENERATION_CONFIRMED)), FX(COMPLETE));
	KUNIT_EXPECT_EQ(test, req.state & STATE_BITS, 0);

	drbd_request_init(&req, DRBD_REQ_WRITE, 4096);
	ev(&req, EV(NET_WRITE_C));
	ev(&req, EV(SEND_CANCEL));
	ev(&req, EV(CONN_LOST_SUSPENDED));
	KUNIT_EXPECT_EQ(test, ev(&req, EV(GENERATION_CONFIRMED)), 0);
	KUNIT_EXPECT_EQ(test, req.state & STATE_BITS, SU);
}

static void sent_c(struct drbd_request *req)
{
	drbd_request_init(req, DRBD_REQ_WRITE, 4096);
	drbd_request_log(req, false, false);
	ev(req, EV(NET_WRITE_C));
	ev(req, EV(READY));
	ev(req, EV(LOCAL_SUBMIT));
	ev(req, EV(SUBMITTED));
	ev(req, EV(SENT_OK));
}

/* Two Primaries, the peer decides that its own write is the later one. */
static void request_rival_test(struct kunit *test)
{
	const u32 acked = FX(PENDING_DEC) | FX(ACK_WAIT_END) | FX(ACKED);
	struct drbd_request_verdict verdict = {};
	static const s8 slot_node[] = { PEER };
	struct drbd_request_bitmap plan;
	struct drbd_request req;

	/* superseded: as good as acknowledged */
	sent_c(&req);
	KUNIT_EXPECT_EQ(test, ev(&req, EV(SUPERSEDED)), acked);
	KUNIT_EXPECT_EQ(test, ev(&req, EV(SUPERSEDED)), FX(PROTOCOL_ERROR));
	KUNIT_EXPECT_EQ(test, ev(&req, EV(LOCAL_OK)),
			FX(LOCAL_DEL) | FX(LOCAL_COUNT) | FX(COMPLETE));
	drbd_request_complete(&req, &verdict);
	KUNIT_EXPECT_EQ(test, verdict.outcome, DRBD_REQ_SUCCESS);
	KUNIT_EXPECT_EQ(test, ev(&req, EV(BARRIER_ACK)),
			FX(FLIGHT_SUB) | NOT_DONE_END | FX(DONE));
	drbd_request_bitmap_plan(&req, DRBD_D_UP_TO_DATE, slot_node, 1, &plan);
	KUNIT_EXPECT_EQ(test, plan.set | plan.clear, 0);

	/* retry: waits for the rival, then starts over; the peer does not have this one */
	sent_c(&req);
	KUNIT_EXPECT_EQ(test, ev(&req, EV(RETRY_WRITE)), acked);
	KUNIT_EXPECT_EQ(test, ev(&req, EV(WRITE_ACK)), 0);
	KUNIT_EXPECT_EQ(test, ev(&req, EV(LOCAL_OK)), FX(LOCAL_DEL) | FX(LOCAL_COUNT));
	KUNIT_EXPECT_EQ(test, ev(&req, EV(COMPLETION_RESUME)), 0);
	KUNIT_EXPECT_EQ(test, ev(&req, EV(RIVAL_DONE)), FX(COMPLETE));
	KUNIT_EXPECT_EQ(test, ev(&req, EV(RIVAL_DONE)), FX(MISUSE));
	drbd_request_complete(&req, &verdict);
	KUNIT_EXPECT_EQ(test, verdict.outcome, DRBD_REQ_RESTART);
	KUNIT_EXPECT_EQ(test, ev(&req, EV(BARRIER_ACK)),
			FX(FLIGHT_SUB) | NOT_DONE_END | FX(DONE));
	drbd_request_bitmap_plan(&req, DRBD_D_UP_TO_DATE, slot_node, 1, &plan);
	KUNIT_EXPECT_EQ(test, plan.set, 1);

	/* lost meanwhile: it ends by what the local disk says, and is not tried again */
	sent_c(&req);
	ev(&req, EV(RETRY_WRITE));
	ev(&req, EV(LOCAL_OK));
	KUNIT_EXPECT_EQ(test, ev(&req, EV(CONN_LOST)),
			FX(FLIGHT_SUB) | NOT_DONE_END | FX(COMPLETE));
	drbd_request_complete(&req, &verdict);
	KUNIT_EXPECT_EQ(test, verdict.outcome, DRBD_REQ_SUCCESS);
	KUNIT_EXPECT_EQ(test, drbd_request_ok_nodes(&req, 0), 1);

	/* the same while suspended: resent it is not, as the peer has refused it */
	sent_c(&req);
	ev(&req, EV(RETRY_WRITE));
	KUNIT_EXPECT_EQ(test, ev(&req, EV(CONN_LOST_SUSPENDED)), FX(FLIGHT_SUB));
	KUNIT_EXPECT_EQ(test, ev(&req, EV(LOCAL_OK)),
			FX(LOCAL_DEL) | FX(LOCAL_COUNT) | FX(COMPLETE));
	KUNIT_EXPECT_EQ(test, ev(&req, EV(RESEND)), NOT_DONE_END);

	/* another peer is lost: it still waits */
	sent_c(&req);
	ev(&req, EV(RETRY_WRITE));
	ev(&req, EV(LOCAL_OK));
	KUNIT_EXPECT_EQ(test, drbd_request_event(&req, EV(CONN_LOST), PEER + 1, false), 0);
	KUNIT_EXPECT_EQ(test, ev(&req, EV(RIVAL_DONE)), FX(COMPLETE));

	/* only writes in protocol C get such answers */
	drbd_request_init(&req, DRBD_REQ_WRITE, 4096);
	drbd_request_log(&req, false, false);
	ev(&req, EV(NET_WRITE_B));
	ev(&req, EV(READY));
	KUNIT_EXPECT_EQ(test, ev(&req, EV(SUPERSEDED)), FX(PROTOCOL_ERROR));
	KUNIT_EXPECT_EQ(test, ev(&req, EV(RETRY_WRITE)), FX(PROTOCOL_ERROR));
	KUNIT_EXPECT_EQ(test, req.state & DRBD_REQ_POSTPONED, 0);
	drbd_request_init(&req, DRBD_REQ_WRITE, 4096);
	ev(&req, EV(NET_WRITE_C));
	KUNIT_EXPECT_EQ(test, ev(&req, EV(RETRY_WRITE)), FX(PROTOCOL_ERROR));
}

static void request_misuse_test(struct kunit *test)
{
	struct drbd_request req;

	drbd_request_init(&req, DRBD_REQ_WRITE, 4096);
	KUNIT_EXPECT_EQ(test, drbd_request_event(&req, EV(NET_WRITE_C), DRBD_NO_NODE, false),
			FX(MISUSE));
	KUNIT_EXPECT_EQ(test, ev(&req, EV(OLDER_SETTLED)), FX(MISUSE));
	KUNIT_EXPECT_EQ(test, ev(&req, EV(OLDER_UNLOGGED)), FX(MISUSE));
	KUNIT_EXPECT_EQ(test, ev(&req, EV(SUBMITTED)), FX(COMPLETE));
	KUNIT_EXPECT_EQ(test, ev(&req, EV(SUBMITTED)), FX(MISUSE));
	KUNIT_EXPECT_EQ(test, ev(&req, EV(POSTPONE)), FX(MISUSE));

	drbd_request_init(&req, DRBD_REQ_WRITE, 4096);
	drbd_request_log(&req, false, false);
	KUNIT_EXPECT_EQ(test, ev(&req, EV(POSTPONE)), FX(MISUSE));
}

static void request_payload_test(struct kunit *test)
{
	struct drbd_request req;

	drbd_request_init(&req, DRBD_REQ_WRITE, 4096);
	KUNIT_EXPECT_EQ(test, drbd_request_payload(&req), 8);
	drbd_request_init(&req, DRBD_REQ_WRITE | DRBD_REQ_BATCH, 1 << 20);
	KUNIT_EXPECT_EQ(test, drbd_request_payload(&req), 1);
	drbd_request_init(&req, DRBD_REQ_WRITE, 0);
	KUNIT_EXPECT_EQ(test, drbd_request_payload(&req), 0);
}

static struct kunit_case request_cases[] = {
	KUNIT_CASE_PARAM(request_row_test, local_gen_params),
	KUNIT_CASE_PARAM(request_row_test, send_gen_params),
	KUNIT_CASE_PARAM(request_row_test, ack_gen_params),
	KUNIT_CASE_PARAM(request_row_test, loss_gen_params),
	KUNIT_CASE(request_late_test),
	KUNIT_CASE(request_hold_test),
	KUNIT_CASE(request_rival_test),
	KUNIT_CASE(request_misuse_test),
	KUNIT_CASE(request_payload_test),
	{}
};

static struct kunit_suite request_suite = {
	.name = "drbd-request",
	.test_cases = request_cases,
};

kunit_test_suite(request_suite);
