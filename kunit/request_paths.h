/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events of requests as letters, for tables of tests
 */
#ifndef DRBD_TESTS_REQUEST_PATHS_H
#define DRBD_TESTS_REQUEST_PATHS_H

#include "../core/request.h"

/* What a leg gets; then what the sender, the peer and the connection do. */
static inline enum drbd_request_event request_path_event(char letter)
{
	switch (letter) {
	case 'A': return DRBD_REQ_EV_NET_WRITE_A;
	case 'B': return DRBD_REQ_EV_NET_WRITE_B;
	case 'C': return DRBD_REQ_EV_NET_WRITE_C;
	case 'R': return DRBD_REQ_EV_NET_READ;
	case 'O': return DRBD_REQ_EV_NET_OUT_OF_SYNC;
	case 'E': return DRBD_REQ_EV_FLUSH_COVERED;
	case '+': return DRBD_REQ_EV_READY;
	case '-': return DRBD_REQ_EV_OUT_OF_SYNC_SKIP;
	case 's': return DRBD_REQ_EV_SENT_OK;
	case 'x': return DRBD_REQ_EV_SEND_CANCEL;
	case 'o': return DRBD_REQ_EV_OUT_OF_SYNC_SENT;
	case 'r': return DRBD_REQ_EV_RECV_ACK;
	case 'w': return DRBD_REQ_EV_WRITE_ACK;
	case 'i': return DRBD_REQ_EV_WRITE_ACK_IN_SYNC;
	case 'n': return DRBD_REQ_EV_NEG_ACK;
	case 'd': return DRBD_REQ_EV_DATA_RECEIVED;
	case 'b': return DRBD_REQ_EV_BARRIER_ACK;
	case 'l': return DRBD_REQ_EV_CONN_LOST;
	case 'z': return DRBD_REQ_EV_CONN_LOST_SUSPENDED;
	case 'y': return DRBD_REQ_EV_RESEND;
	case '1': return DRBD_REQ_EV_LOCAL_SUBMIT;
	case '2': return DRBD_REQ_EV_LOCAL_OK;
	default:
		return DRBD_REQ_EV_LOCAL_ABORT; /* 3 */
	}
}

#endif
