/* SPDX-License-Identifier: MIT */
/* Data in memory or in a file: web/spool.h. What blocks is in functions that a thread runs. */
#include "config.h"

#include "web/spool.h"

#include "async/coroutine.h"
#include "base/fd.h"
#include <cadre/file.h>
#include <cadre/thread.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Runs what blocks: in a thread where others wait for the loop. */
static int run(int (*fn)(void *arg), void *arg)
{
    return cadre__coroutine_current() != NULL ? cadre_to_thread(fn, arg) : fn(arg);
}

void cadre__spool_init(struct cadre__spool *spool, const char *directory, size_t memory)
{
    *spool = (struct cadre__spool){.directory = directory, .memory_left = memory, .fd = -1};
    cadre__buf_init(&spool->pending);
}

void cadre__spool_done(struct cadre__spool *spool)
{
    cadre__fd_close(&spool->fd);
    cadre__buf_done(&spool->pending);
}

/* --- the file --- */

static int open_unlinked(const char *directory)
{
    char path[PATH_MAX];
    int fd;

    if (snprintf(path, sizeof(path), "%s/cadre-form-XXXXXX", directory) >= (int)sizeof(path))
        return -ENAMETOOLONG;
    fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0)
        return -errno;
    unlink(path);
    return fd;
}

static int open_file(void *arg)
{
    struct cadre__spool *spool = arg;
    int fd = open(spool->directory, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);

    /* Some file systems have no files without a name. */
    if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR))
        fd = open_unlinked(spool->directory);
    else if (fd < 0)
        fd = -errno;
    if (fd < 0)
        return fd;
    spool->fd = fd;
    return 0;
}

static int write_all(int fd, const char *bytes, size_t len, uint64_t offset)
{
    while (len > 0) {
        ssize_t n = pwrite(fd, bytes, len, (off_t)offset);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        bytes += n;
        len -= (size_t)n;
        offset += (size_t)n;
    }
    return 0;
}

static int write_pending(void *arg)
{
    struct cadre__spool *spool = arg;
    int r = spool->fd < 0 ? open_file(spool) : 0;

    return r < 0 ? r
                 : write_all(spool->fd, spool->pending.data, spool->pending.len, spool->file_size);
}

static int flush(struct cadre__spool *spool)
{
    int r = run(write_pending, spool);

    if (r < 0)
        return r;
    spool->file_size += spool->pending.len;
    cadre__buf_clear(&spool->pending);
    return 0;
}

static int write_through(struct cadre__spool *spool, const char *bytes, size_t len)
{
    int r = 0;

    while (r == 0 && len > 0) {
        size_t room = CADRE__SPOOL_BLOCK - spool->pending.len;
        size_t n = len < room ? len : room;

        r = cadre__buf_append(&spool->pending, bytes, n);
        bytes += n;
        len -= n;
        if (r == 0 && spool->pending.len == CADRE__SPOOL_BLOCK)
            r = flush(spool);
    }
    return r;
}

/* --- pieces --- */

void cadre__spool_begin(struct cadre__spool *spool, struct cadre__spooled *piece)
{
    *piece = (struct cadre__spooled){.spool = spool};
    cadre__buf_init(&piece->memory);
}

void cadre__spooled_done(struct cadre__spooled *piece)
{
    cadre__buf_done(&piece->memory);
}

/* It has become too large: what memory holds of it goes to the file, to whose end it is added. */
static int move_out(struct cadre__spool *spool, struct cadre__spooled *piece)
{
    int r;

    piece->in_file = true;
    piece->offset = spool->file_size + spool->pending.len;
    r = write_through(spool, cadre__buf_text(&piece->memory), piece->memory.len);
    spool->memory_left += piece->memory.len;
    cadre__buf_done(&piece->memory);
    return r;
}

int cadre__spool_write(struct cadre__spool *spool, struct cadre__spooled *piece, const char *bytes,
                       size_t len)
{
    int r = 0;

    piece->size += len;
    if (!piece->in_file && len <= spool->memory_left) {
        spool->memory_left -= len;
        return cadre__buf_append(&piece->memory, bytes, len);
    }
    if (!piece->in_file)
        r = move_out(spool, piece);
    return r == 0 ? write_through(spool, bytes, len) : r;
}

int cadre__spool_finish(struct cadre__spool *spool)
{
    int r = spool->pending.len > 0 ? flush(spool) : 0;

    cadre__buf_done(&spool->pending);
    return r;
}

ssize_t cadre__spooled_read(const struct cadre__spooled *piece, void *buf, size_t size,
                            uint64_t offset)
{
    ssize_t n;

    if (offset >= piece->size)
        return 0;
    if (size > piece->size - offset)
        size = (size_t)(piece->size - offset);
    if (!piece->in_file) {
        memcpy(buf, piece->memory.data + offset, size);
        return (ssize_t)size;
    }
    offset += piece->offset;
    if (cadre__coroutine_current() != NULL)
        return cadre_file_pread(piece->spool->fd, buf, size, offset);
    do {
        n = pread(piece->spool->fd, buf, size, (off_t)offset);
    } while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

/* --- saving --- */

struct save {
    const struct cadre__spooled *piece;
    const char *path;
    mode_t mode;
};

static int copy_bytes(const struct cadre__spooled *piece, uint64_t done, int to)
{
    char block[16384];
    int r = 0;

    while (r == 0 && done < piece->size) {
        uint64_t left = piece->size - done;
        size_t wanted = left < sizeof(block) ? (size_t)left : sizeof(block);
        ssize_t n = pread(piece->spool->fd, block, wanted, (off_t)(piece->offset + done));

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        r = write_all(to, block, (size_t)n, done);
        done += (size_t)n;
    }
    return r;
}

/* By the kernel as far as it can, the rest by hand. */
static int copy_file(const struct cadre__spooled *piece, int to)
{
    uint64_t done = 0;
    ssize_t n = 1;

    while (n > 0 && done < piece->size) {
        off_t from = (off_t)(piece->offset + done), at = (off_t)done;

        n = copy_file_range(piece->spool->fd, &from, to, &at, (size_t)(piece->size - done), 0);
        done += n > 0 ? (size_t)n : 0;
    }
    return copy_bytes(piece, done, to);
}

static int save(void *arg)
{
    const struct save *s = arg;
    int fd = open(s->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, s->mode);
    int r;

    if (fd < 0)
        return -errno;
    r = s->piece->in_file ? copy_file(s->piece, fd)
                          : write_all(fd, s->piece->memory.data, s->piece->memory.len, 0);
    if (close(fd) < 0 && r == 0)
        r = -errno;
    if (r < 0)
        unlink(s->path);
    return r;
}

int cadre__spooled_save(const struct cadre__spooled *piece, const char *path, mode_t mode)
{
    struct save s = {piece, path, mode};

    return run(save, &s);
}
