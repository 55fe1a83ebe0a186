/* SPDX-License-Identifier: MIT */
/*
 * base/fd: the few calls on descriptors that everybody needs.
 *
 * Descriptors are CLOEXEC from birth; -1 is none. Never suspends; cadre__write_all and
 * cadre__read_all block on a blocking descriptor. Any thread.
 */
#ifndef CADRE_BASE_FD_H
#define CADRE_BASE_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <cadre/macros.h>

/* Closes *fd unless it is negative, and sets it to -1. Keeps errno. */
void cadre__fd_close(int *fd);

/* Takes the descriptor out of *fd, leaving -1. */
int cadre__fd_take(int *fd);

/* Sets or clears FD_CLOEXEC. 0 or a negative errno. */
int cadre__fd_cloexec(int fd, bool on) CADRE_MUST_CHECK;

/* Sets or clears O_NONBLOCK (of the open file, so for all who share it). 0 or a negative errno. */
int cadre__fd_nonblock(int fd, bool on) CADRE_MUST_CHECK;

/* A copy of `fd`, CLOEXEC, not below 3. The descriptor or a negative errno. */
int cadre__fd_dup(int fd) CADRE_MUST_CHECK;

/* Writes all bytes, over EINTR and short writes. 0 or a negative errno (-EAGAIN too), and then a
 * part may have been written. */
int cadre__write_all(int fd, const void *data, size_t len) CADRE_MUST_CHECK;

/*
 * read(2) and send(2), but no points at which a thread can be cancelled: the C library's are, and
 * for that take as long as what is around them. Nothing of ours cancels threads. How many bytes, or
 * -1 with errno.
 */
static inline ssize_t cadre__fd_read(int fd, void *buf, size_t size)
{
    return (ssize_t)syscall(SYS_read, fd, buf, size);
}

static inline ssize_t cadre__fd_send(int fd, const void *data, size_t len, int flags)
{
    return (ssize_t)syscall(SYS_sendto, fd, data, len, flags, NULL, 0);
}

/* Reads until `size` bytes or the end. How many, or a negative errno. */
ssize_t cadre__read_all(int fd, void *buf, size_t size) CADRE_MUST_CHECK;

#endif
