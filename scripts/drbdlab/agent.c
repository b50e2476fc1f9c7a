// SPDX-License-Identifier: GPL-2.0
/*
 * The first process of a test machine, and the host's hand in it: runs commands that arrive on a
 * virtio-serial port, many at a time, and sends back their output and exit status.
 *
 * A frame is a byte of type, a 32-bit id of the command, a 32-bit length (both big-endian) and that
 * many bytes. From the host: 'R' run the text with bash, 'T' the same on a pseudo terminal, 'I' input
 * (length 0: end of input), 'K' a signal number in one byte for the command's process group.
 * To the host: 'H' hello, 'O' and 'E' output, 'X' a wait status as four bytes, after all output.
 *
 * Static, single-threaded, poll-driven; it must go on living when everything else is stuck.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include <arpa/inet.h>

#define MAX_CMDS 128
#define CHUNK 65536

struct cmd {
	uint32_t id;
	pid_t pid;
	int in, out, err;	/* -1: closed */
	int status;
	int exited;
	char *pend;		/* input that the command has not read yet */
	size_t pend_len;
	int pend_eof;
};

static struct cmd cmds[MAX_CMDS];
static int ncmds;
static int port;
static char buf[CHUNK];

static void fatal(const char *what)
{
	fprintf(stderr, "agent: %s: %s\n", what, strerror(errno));
	sleep(1);
	exit(1);
}

static void write_all(int fd, const void *p, size_t len)
{
	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			if (errno == EAGAIN) {
				struct pollfd pfd = { .fd = fd, .events = POLLOUT };

				poll(&pfd, 1, -1);
				continue;
			}
			fatal("write to port");
		}
		p = (const char *)p + n;
		len -= n;
	}
}

static void read_all(int fd, void *p, size_t len)
{
	while (len) {
		ssize_t n = read(fd, p, len);

		if (n == 0 || (n < 0 && errno == EAGAIN)) {
			/* 0: nobody on the host's side right now */
			struct pollfd pfd = { .fd = fd, .events = POLLIN };

			if (n == 0)
				usleep(20000);
			poll(&pfd, 1, -1);
			continue;
		}
		if (n < 0) {
			if (errno == EINTR)
				continue;
			fatal("read from port");
		}
		p = (char *)p + n;
		len -= n;
	}
}

static void send_frame(char type, uint32_t id, const void *p, uint32_t len)
{
	char head[9];
	uint32_t v;

	head[0] = type;
	v = htonl(id);
	memcpy(head + 1, &v, 4);
	v = htonl(len);
	memcpy(head + 5, &v, 4);
	write_all(port, head, sizeof(head));
	if (len)
		write_all(port, p, len);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void send_exit(uint32_t id, int status)
{
	uint32_t v = htonl(status);

	send_frame('X', id, &v, sizeof(v));
}

static void child_exec(char *text)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	execl("/bin/bash", "bash", "-c", text, NULL);
	_exit(127);
}

static void run(uint32_t id, char *text, int tty)
{
	struct cmd *c = &cmds[ncmds];
	int i[2], o[2], e[2];

	if (ncmds == MAX_CMDS) {
		send_frame('E', id, "agent: too many commands\n", 25);
		send_exit(id, 126 << 8);
		return;
	}
	memset(c, 0, sizeof(*c));
	c->id = id;
	c->in = c->out = c->err = -1;
	if (tty) {
		int master;

		c->pid = forkpty(&master, NULL, NULL, NULL);
		if (c->pid == 0)
			child_exec(text);
		if (c->pid < 0)
			goto failed;
		fcntl(master, F_SETFD, FD_CLOEXEC);
		c->out = master;
		c->in = dup(master);
		fcntl(c->in, F_SETFD, FD_CLOEXEC);
		ncmds++;
		return;
	}
	if (pipe2(i, O_CLOEXEC) || pipe2(o, O_CLOEXEC) || pipe2(e, O_CLOEXEC))
		fatal("pipe");
	c->pid = fork();
	if (c->pid == 0) {
		setsid();
		dup2(i[0], 0);
		dup2(o[1], 1);
		dup2(e[1], 2);
		child_exec(text);
	}
	close(i[0]);
	close(o[1]);
	close(e[1]);
	c->in = i[1];
	c->out = o[0];
	c->err = e[0];
	if (c->pid > 0) {
		fcntl(c->in, F_SETFL, O_NONBLOCK);
		ncmds++;
		return;
	}
	close_fd(&c->in);
	close_fd(&c->out);
	close_fd(&c->err);
failed:
	send_frame('E', id, "agent: fork failed\n", 19);
	send_exit(id, 126 << 8);
}

static struct cmd *find(uint32_t id)
{
	for (int n = 0; n < ncmds; n++)
		if (cmds[n].id == id)
			return &cmds[n];
	return NULL;
}

static void flush_input(struct cmd *c)
{
	while (c->in >= 0 && c->pend_len) {
		ssize_t n = write(c->in, c->pend, c->pend_len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0) {
			close_fd(&c->in);
			c->pend_len = 0;
			break;
		}
		memmove(c->pend, c->pend + n, c->pend_len - n);
		c->pend_len -= n;
	}
	if (c->pend_eof && !c->pend_len)
		close_fd(&c->in);
}

static void from_host(void)
{
	char head[9], *body;
	uint32_t id, len;
	struct cmd *c;

	read_all(port, head, sizeof(head));
	memcpy(&id, head + 1, 4);
	memcpy(&len, head + 5, 4);
	id = ntohl(id);
	len = ntohl(len);
	body = malloc((size_t)len + 1);
	if (!body)
		fatal("out of memory");
	read_all(port, body, len);
	body[len] = 0;

	switch (head[0]) {
	case 'R':
	case 'T':
		run(id, body, head[0] == 'T');
		break;
	case 'I':
		c = find(id);
		if (!c)
			break;
		if (!len) {
			c->pend_eof = 1;
		} else {
			c->pend = realloc(c->pend, c->pend_len + len);
			if (!c->pend)
				fatal("out of memory");
			memcpy(c->pend + c->pend_len, body, len);
			c->pend_len += len;
		}
		flush_input(c);
		break;
	case 'K':
		c = find(id);
		if (c && len == 1 && !c->exited)
			kill(-c->pid, body[0]);
		break;
	case 'P':	/* the host asks whether anybody is there */
		send_frame('H', id, NULL, 0);
		break;
	}
	free(body);
}

static void reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (int n = 0; n < ncmds; n++)
			if (cmds[n].pid == pid && !cmds[n].exited) {
				cmds[n].status = status;
				cmds[n].exited = 1;
			}
}

/* One read of what a command printed; at the end of file the descriptor is closed. */
static void pump(struct cmd *c, int *fd, char type)
{
	ssize_t n = read(*fd, buf, sizeof(buf));

	if (n > 0)
		send_frame(type, c->id, buf, n);
	else if (n == 0 || (errno != EINTR && errno != EAGAIN))
		close_fd(fd);
}

/*
 * What an exited command left in its pipes, without waiting for the ends of file: a daemon that it
 * started may hold them open for ever.
 */
static void drain(struct cmd *c, int *fd, char type)
{
	while (*fd >= 0) {
		struct pollfd pfd = { .fd = *fd, .events = POLLIN };

		if (poll(&pfd, 1, 0) <= 0)
			break;
		pump(c, fd, type);
	}
}

int main(int argc, char **argv)
{
	sigset_t chld;
	int sfd;

	if (argc != 2)
		return 2;
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	signal(SIGPIPE, SIG_IGN);
	sfd = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
	port = open(argv[1], O_RDWR | O_CLOEXEC);
	if (sfd < 0 || port < 0)
		fatal(argv[1]);
	send_frame('H', 0, NULL, 0);

	for (;;) {
		struct pollfd p[2 + 3 * MAX_CMDS];
		struct signalfd_siginfo si;
		int n, k = 0;

		p[k++] = (struct pollfd){ .fd = port, .events = POLLIN };
		p[k++] = (struct pollfd){ .fd = sfd, .events = POLLIN };
		for (n = 0; n < ncmds; n++) {
			p[k++] = (struct pollfd){ .fd = cmds[n].out, .events = POLLIN };
			p[k++] = (struct pollfd){ .fd = cmds[n].err, .events = POLLIN };
			p[k++] = (struct pollfd){ .fd = cmds[n].pend_len ? cmds[n].in : -1,
						  .events = POLLOUT };
		}
		if (poll(p, k, -1) < 0 && errno != EINTR)
			fatal("poll");
		for (n = 0, k = 2; n < ncmds; n++, k += 3) {
			if (p[k].fd >= 0 && p[k].revents)
				pump(&cmds[n], &cmds[n].out, 'O');
			if (p[k + 1].fd >= 0 && p[k + 1].revents)
				pump(&cmds[n], &cmds[n].err, 'E');
			if (p[k + 2].fd >= 0 && p[k + 2].revents)
				flush_input(&cmds[n]);
		}
		while (read(sfd, &si, sizeof(si)) > 0)
			;
		reap();
		for (n = 0; n < ncmds; n++) {
			struct cmd *c = &cmds[n];

			if (!c->exited)
				continue;
			drain(c, &c->out, 'O');
			drain(c, &c->err, 'E');
			close_fd(&c->out);
			close_fd(&c->err);
			close_fd(&c->in);
			free(c->pend);
			send_exit(c->id, c->status);
			cmds[n--] = cmds[--ncmds];
		}
		if (p[0].revents & POLLIN)
			from_host();
		else if (p[0].revents & POLLHUP)
			usleep(20000);	/* the host has not opened its end */
	}
}
