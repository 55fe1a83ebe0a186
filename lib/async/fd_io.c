/* SPDX-License-Identifier: MIT */
/*
 * lib/async/fd_io.c: reading and writing of any descriptor that can be polled, and closing it: the
 * part of <cadre/socket.h> that is not about sockets alone. Runs on the loop.
 *
 * Each call tries first and waits only where the kernel has nothing for it.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cadre/socket.h>

#include "async/fd_io.h"
#include "async/fd_wait.h"
#include "base/fd.h"

/* writev() in a thread that has SIGPIPE blocked; one that this call raised is taken back. */
static ssize_t writev_blocked(int fd, const struct iovec *parts, int n)
{
    static const struct timespec at_once;
    sigset_t pipe_only, before, pending;
    ssize_t written;
    int saved;

    (void)sigemptyset(&pipe_only);
    (void)sigaddset(&pipe_only, SIGPIPE);
    (void)pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
    (void)sigemptyset(&pending);
    (void)sigpending(&pending);
    written = writev(fd, parts, n);
    saved = errno;
    if (written < 0 && saved == EPIPE && !sigismember(&pending, SIGPIPE))
        while (sigtimedwait(&pipe_only, NULL, &at_once) < 0 && errno == EINTR)
            ;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = saved;
    return written;
}

/* Sockets have a flag against SIGPIPE, pipes have not. */
static ssize_t writev_quietly(int fd, const struct iovec *parts, int n)
{
    struct msghdr message = {.msg_iovlen = (size_t)n};
    struct sigaction action;
    ssize_t sent;

    /* sendmsg() does not write to the parts; its struct serves receiving too. */
    message.msg_iov = (struct iovec *)(uintptr_t)parts;
    sent = sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0 || errno != ENOTSOCK)
        return sent;
    if (sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
        return writev(fd, parts, n);
    return writev_blocked(fd, parts, n);
}

ssize_t cadre__fd_try_writev(int fd, const struct iovec *parts, int n)
{
    ssize_t written;

    do
        written = writev_quietly(fd, parts, n);
    while (written < 0 && errno == EINTR);
    return written < 0 ? -errno : written;
}

ssize_t cadre__fd_try_readv(int fd, const struct iovec *parts, int n)
{
    ssize_t got;

    do
        got = readv(fd, parts, n);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

static ssize_t read_parts(int fd, const struct iovec *parts, int n, const char *call)
{
    ssize_t got;
    int r;

    if ((r = cadre__fd_enter(call)) < 0)
        return r;
    while ((got = cadre__fd_try_readv(fd, parts, n)) == -EAGAIN)
        if ((r = cadre__fd_wait(fd, CADRE__IO_READ, CADRE__NEVER, call)) < 0)
            return r;
    return got;
}

static ssize_t write_parts(int fd, const struct iovec *parts, int n, const char *call)
{
    ssize_t written;
    int r;

    if ((r = cadre__fd_enter(call)) < 0)
        return r;
    while ((written = cadre__fd_try_writev(fd, parts, n)) == -EAGAIN)
        if ((r = cadre__fd_wait(fd, CADRE__IO_WRITE, CADRE__NEVER, call)) < 0)
            return r;
    return written;
}

/* The caller's bytes, which writing does not change, as the system's calls want them. */
static struct iovec part_of(const void *data, size_t len)
{
    return (struct iovec){.iov_base = (void *)(uintptr_t)data, .iov_len = len};
}

ssize_t cadre_fd_read(int fd, void *buf, size_t size)
{
    struct iovec part = {.iov_base = buf, .iov_len = size};

    return read_parts(fd, &part, 1, "cadre_fd_read");
}

ssize_t cadre_fd_readv(int fd, const struct iovec *parts, int n)
{
    return read_parts(fd, parts, n, "cadre_fd_readv");
}

ssize_t cadre_fd_write(int fd, const void *data, size_t len)
{
    struct iovec part = part_of(data, len);

    return write_parts(fd, &part, 1, "cadre_fd_write");
}

ssize_t cadre_fd_writev(int fd, const struct iovec *parts, int n)
{
    return write_parts(fd, parts, n, "cadre_fd_writev");
}

int cadre_fd_write_all(int fd, const void *data, size_t len, size_t *ret_done)
{
    size_t done = 0;
    ssize_t n = 0;

    do {
        struct iovec part = part_of((const char *)data + done, len - done);

        n = write_parts(fd, &part, 1, "cadre_fd_write_all");
        if (n > 0)
            done += (size_t)n;
    } while (n > 0 && done < len);
    if (ret_done)
        *ret_done = done;
    return n < 0 ? (int)n : 0;
}

void cadre_fd_close(int fd)
{
    cadre__fd_forget(fd);
    cadre__fd_close(&fd);
}

int cadre_pipe(int ret[2])
{
    return pipe2(ret, O_CLOEXEC | O_NONBLOCK) < 0 ? -errno : 0;
}
