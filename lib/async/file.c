/* SPDX-License-Identifier: MIT */
/*
 * lib/async/file.c: <cadre/file.h>: one system call, or a few, in a thread. file_whole.c has the
 * longer ones.
 *
 * A function named in_thread_* runs in a thread of the pool and sees its struct work alone, which
 * lies on the stack of the coroutine that waits; the rest runs on the loop.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cadre/file.h>
#include <cadre/thread.h>

#include "base/fd.h"

/* What a call needs and what comes of it; each uses some. */
struct work {
    const char *path, *to;
    int fd;
    int flags;
    mode_t mode;
    void *buf;
    const void *data;
    size_t len;
    uint64_t offset;
    struct stat stat;
    ssize_t done; /* bytes read */
};

/* 0, or what went wrong with a system call. */
static int error_of(int r)
{
    return r < 0 ? -errno : 0;
}

static int in_thread_open(void *arg)
{
    struct work *work = arg;

    do
        work->fd = open(work->path, work->flags | O_CLOEXEC, work->mode);
    while (work->fd < 0 && errno == EINTR);
    return error_of(work->fd);
}

int cadre_file_open(const char *path, int flags, mode_t mode)
{
    struct work work = {.path = path, .flags = flags, .mode = mode, .fd = -1};
    int r = cadre_to_thread(in_thread_open, &work);

    if (r == 0)
        return work.fd;
    cadre__fd_close(&work.fd);
    return r;
}

static int in_thread_close(void *arg)
{
    struct work *work = arg;

    return error_of(close(cadre__fd_take(&work->fd)));
}

int cadre_file_close(int fd)
{
    struct work work = {.fd = fd};
    int r = cadre_to_thread_cleanup(in_thread_close, &work);

    if (work.fd >= 0) /* it came to no thread: better held up than lost */
        r = in_thread_close(&work);
    /* Linux has closed it even where a signal came. */
    return r == -EINTR ? 0 : r;
}

static int in_thread_pread(void *arg)
{
    struct work *work = arg;

    while ((size_t)work->done < work->len) {
        ssize_t n = pread(work->fd, (char *)work->buf + work->done, work->len - (size_t)work->done,
                          (off_t)work->offset + work->done);

        if (n < 0 && errno != EINTR)
            return -errno;
        if (n == 0)
            break;
        if (n > 0)
            work->done += n;
    }
    return 0;
}

static int in_thread_read(void *arg)
{
    struct work *work = arg;

    do
        work->done = read(work->fd, work->buf, work->len);
    while (work->done < 0 && errno == EINTR);
    return work->done < 0 ? -errno : 0;
}

ssize_t cadre_file_pread(int fd, void *buf, size_t size, uint64_t offset)
{
    struct work work = {.fd = fd, .buf = buf, .len = size, .offset = offset};
    int r = cadre_to_thread(in_thread_pread, &work);

    return r < 0 ? r : work.done;
}

ssize_t cadre_file_read(int fd, void *buf, size_t size)
{
    struct work work = {.fd = fd, .buf = buf, .len = size};
    int r = cadre_to_thread(in_thread_read, &work);

    return r < 0 ? r : work.done;
}

static int in_thread_pwrite(void *arg)
{
    const struct work *work = arg;
    size_t done = 0;

    while (done < work->len) {
        ssize_t n = pwrite(work->fd, (const char *)work->data + done, work->len - done,
                           (off_t)(work->offset + done));

        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0)
            done += (size_t)n;
    }
    return 0;
}

int cadre_file_pwrite(int fd, const void *data, size_t len, uint64_t offset)
{
    struct work work = {.fd = fd, .data = data, .len = len, .offset = offset};

    return cadre_to_thread(in_thread_pwrite, &work);
}

static int in_thread_write(void *arg)
{
    const struct work *work = arg;

    return cadre__write_all(work->fd, work->data, work->len);
}

int cadre_file_write(int fd, const void *data, size_t len)
{
    struct work work = {.fd = fd, .data = data, .len = len};

    return cadre_to_thread(in_thread_write, &work);
}

static int in_thread_fsync(void *arg)
{
    const struct work *work = arg;

    return error_of(fsync(work->fd));
}

int cadre_file_fsync(int fd)
{
    struct work work = {.fd = fd};

    return cadre_to_thread(in_thread_fsync, &work);
}

static int in_thread_truncate(void *arg)
{
    const struct work *work = arg;
    int r;

    do
        r = ftruncate(work->fd, (off_t)work->offset);
    while (r < 0 && errno == EINTR);
    return error_of(r);
}

int cadre_file_truncate(int fd, uint64_t len)
{
    struct work work = {.fd = fd, .offset = len};

    return cadre_to_thread(in_thread_truncate, &work);
}

static int in_thread_stat(void *arg)
{
    struct work *work = arg;

    return error_of(work->path ? stat(work->path, &work->stat) : fstat(work->fd, &work->stat));
}

static int stat_of(struct work *work, struct stat *ret)
{
    int r = cadre_to_thread(in_thread_stat, work);

    if (r == 0)
        *ret = work->stat;
    return r;
}

int cadre_file_stat(const char *path, struct stat *ret)
{
    struct work work = {.path = path};

    return stat_of(&work, ret);
}

int cadre_file_fstat(int fd, struct stat *ret)
{
    struct work work = {.fd = fd};

    return stat_of(&work, ret);
}

static int in_thread_rename(void *arg)
{
    const struct work *work = arg;

    return error_of(rename(work->path, work->to));
}

int cadre_file_rename(const char *from, const char *to)
{
    struct work work = {.path = from, .to = to};

    return cadre_to_thread(in_thread_rename, &work);
}

static int in_thread_unlink(void *arg)
{
    const struct work *work = arg;

    return error_of(unlink(work->path));
}

int cadre_file_unlink(const char *path)
{
    struct work work = {.path = path};

    return cadre_to_thread(in_thread_unlink, &work);
}

static int in_thread_mkdir(void *arg)
{
    const struct work *work = arg;

    return error_of(mkdir(work->path, work->mode));
}

int cadre_file_mkdir(const char *path, mode_t mode)
{
    struct work work = {.path = path, .mode = mode};

    return cadre_to_thread(in_thread_mkdir, &work);
}

static int in_thread_rmdir(void *arg)
{
    const struct work *work = arg;

    return error_of(rmdir(work->path));
}

int cadre_file_rmdir(const char *path)
{
    struct work work = {.path = path};

    return cadre_to_thread(in_thread_rmdir, &work);
}
