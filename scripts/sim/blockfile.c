// SPDX-License-Identifier: GPL-2.0-only
/* LD_PRELOAD for drbdmeta: regular files pass for block devices, so that no loop device and no root is needed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <linux/fs.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

static int pretend(int rv, struct stat64 *st)
{
	if (!rv && S_ISREG(st->st_mode)) {
		st->st_mode = (st->st_mode & ~S_IFMT) | S_IFBLK;
		st->st_rdev = 0x700;
	}
	return rv;
}

int stat64(const char *path, struct stat64 *st)
{
	int (*real)(const char *, struct stat64 *) = dlsym(RTLD_NEXT, "stat64");

	return pretend(real(path, st), st);
}

int fstat64(int fd, struct stat64 *st)
{
	int (*real)(int, struct stat64 *) = dlsym(RTLD_NEXT, "fstat64");

	return pretend(real(fd, st), st);
}

int ioctl(int fd, unsigned long request, ...)
{
	int (*real)(int, unsigned long, void *) = dlsym(RTLD_NEXT, "ioctl");
	int (*real_fstat)(int, struct stat64 *) = dlsym(RTLD_NEXT, "fstat64");
	struct stat64 st;
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (real_fstat(fd, &st) || !S_ISREG(st.st_mode))
		return real(fd, request, arg);
	switch (request) {
	case BLKGETSIZE64:
		*(uint64_t *)arg = st.st_size;
		return 0;
	case BLKSSZGET:
		*(int *)arg = 512;
		return 0;
	case BLKFLSBUF:
		return 0;
	}
	errno = ENOTTY;
	return -1;
}
