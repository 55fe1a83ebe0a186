/* SPDX-License-Identifier: MIT */
/*
 * lib/async/fd_io.h: one try to write to a descriptor, without SIGPIPE.
 */
#ifndef CADRE_ASYNC_FD_IO_H
#define CADRE_ASYNC_FD_IO_H

#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <cadre/macros.h>

/*
 * Writes what the kernel takes now: how many bytes, or a negative errno (-EAGAIN: nothing). Never
 * raises SIGPIPE, whatever the process does about it. Never suspends; any thread.
 */
CADRE_MUST_CHECK ssize_t cadre__fd_try_writev(int fd, const struct iovec *parts, int n);

/* Reads what is there now: how many bytes, 0 at the end, or a negative errno (-EAGAIN). */
CADRE_MUST_CHECK ssize_t cadre__fd_try_readv(int fd, const struct iovec *parts, int n);

#endif
