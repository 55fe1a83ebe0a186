/* SPDX-License-Identifier: MIT */
/*
 * Gathering and appending lines. worker/access_file.h has the contract.
 */
#include "config.h"

#include "worker/access_file.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include <cadre/error.h>

/* How soon a file that could not be written is tried again, and one whose reader was behind. */
#define RETRY_NS (1 * CADRE__NSEC_PER_SEC)
#define AGAIN_NS (5 * CADRE__NSEC_PER_MSEC)
/* How often the log is told, at most. */
#define TELL_NS (60 * CADRE__NSEC_PER_SEC)

static int find_kind(int fd, enum access_file_kind *ret)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return -errno;
    *ret = S_ISREG(st.st_mode)    ? ACCESS_FILE_REGULAR
           : S_ISSOCK(st.st_mode) ? ACCESS_FILE_SOCKET
                                  : ACCESS_FILE_OTHER;
    return 0;
}

int access_file_init(struct access_file *file, int fd, size_t buffer, struct cadre__counter lost)
{
    size_t gathered = buffer > ACCESS_LINE_MAX ? buffer : ACCESS_LINE_MAX;

    *file = (struct access_file){
        .fd = fd, .flush_at = buffer, .size = gathered + ACCESS_LINE_MAX, .lost = lost};
    int r = find_kind(fd, &file->kind);
    if (r == 0 && !(file->data = malloc(file->size)))
        r = -ENOMEM;
    if (r < 0)
        cadre__fd_close(&file->fd);
    return r;
}

/* --- what is lost --- */

static void lose(struct access_file *file, uint64_t lines)
{
    file->n_lost += lines;
    cadre__counter_add(file->lost, lines);
}

/* A line is lost because the file cannot be written. */
static void lose_line(struct access_file *file, uint64_t now_ns)
{
    lose(file, 1);
    if (file->told || (file->told_ns != 0 && now_ns - file->told_ns < TELL_NS))
        return;
    file->told = true;
    file->told_ns = now_ns;
    cadre__log(CADRE_LOG_ERROR, "the access log cannot be written, lines are lost: %s",
               file->error == -EAGAIN ? "its reader does not read" : cadre_strerror(file->error));
}

static void fail(struct access_file *file, int error, uint64_t now_ns)
{
    file->error = error;
    file->retry_ns = cadre__deadline(now_ns, error == -EAGAIN ? AGAIN_NS : RETRY_NS);
}

static void recover(struct access_file *file)
{
    if (file->error == 0)
        return;
    file->error = 0;
    if (file->told)
        cadre__log(CADRE_LOG_NOTICE, "the access log is written again; lines lost: %" PRIu64,
                   file->n_lost);
    file->told = false;
    file->n_lost = 0;
}

/* --- writing --- */

/* The bytes of the whole lines in `len` bytes; with `at_most` no more than that, but one line. */
static size_t whole_lines(const char *data, size_t len, size_t at_most)
{
    const char *end = memrchr(data, '\n', len < at_most ? len : at_most);

    if (!end)
        end = memchr(data, '\n', len);
    return end ? (size_t)(end - data) + 1 : 0;
}

/* A cut write to a regular file: takes back the piece of a line at its end. Returns the bytes that
 * stay, all of them where the piece cannot be taken back. */
static size_t take_back(const struct access_file *file, size_t written)
{
    const char *end = memrchr(file->data, '\n', written);
    size_t whole = end ? (size_t)(end - file->data) + 1 : 0;
    off_t size = lseek(file->fd, 0, SEEK_END);

    if (whole == written || size < (off_t)(written - whole))
        return written;
    return ftruncate(file->fd, size - (off_t)(written - whole)) < 0 ? written : whole;
}

/* One write. What a pipe or a terminal would block on is left for later. */
static ssize_t write_piece(const struct access_file *file, size_t len)
{
    struct pollfd room = {.fd = file->fd, .events = POLLOUT};

    if (file->kind == ACCESS_FILE_REGULAR)
        return write(file->fd, file->data, len);
    if (file->kind == ACCESS_FILE_SOCKET)
        return send(file->fd, file->data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (poll(&room, 1, 0) == 0) {
        errno = EAGAIN;
        return -1;
    }
    return write(file->fd, file->data, len);
}

/* Writes once, and takes what was written off the buffer. 0, or a negative errno. */
static int write_some(struct access_file *file)
{
    bool regular = file->kind == ACCESS_FILE_REGULAR;
    size_t len = regular ? file->len : whole_lines(file->data, file->len, (size_t)ACCESS_PIECE_MAX);
    ssize_t n = write_piece(file, len);
    if (n < 0)
        return -errno;

    bool is_cut = regular && (size_t)n < len;
    size_t gone = is_cut ? take_back(file, (size_t)n) : (size_t)n;

    file->len -= gone;
    memmove(file->data, file->data + gone, file->len);
    return is_cut ? -ENOSPC : 0;
}

bool access_file_flush(struct access_file *file, uint64_t now_ns)
{
    if (file->error < 0 && now_ns < file->retry_ns)
        return file->len == 0;
    while (file->len > 0) {
        int r = write_some(file);

        if (r < 0 && r != -EINTR) {
            fail(file, r, now_ns);
            return false;
        }
    }
    recover(file);
    return true;
}

/* --- lines --- */

char *access_file_reserve(struct access_file *file, uint64_t now_ns)
{
    size_t max = access_file_line_max(file);

    if (file->size - file->len < max)
        (void)access_file_flush(file, now_ns);
    if (file->size - file->len >= max)
        return file->data + file->len;
    lose_line(file, now_ns);
    return NULL;
}

void access_file_commit(struct access_file *file, size_t len, uint64_t now_ns)
{
    if (len == 0)
        lose(file, 1);
    file->len += len;
    if (file->len > 0 && file->len >= file->flush_at)
        (void)access_file_flush(file, now_ns);
}

/* What is left when it ends is lost. */
static void drop_rest(struct access_file *file)
{
    const char *end = file->data + file->len;
    uint64_t lines = 0;

    for (const char *at = file->data; at < end; at++)
        lines += *at == '\n';
    if (lines > 0)
        lose(file, lines);
    file->len = 0;
}

void access_file_done(struct access_file *file, uint64_t now_ns)
{
    if (file->fd < 0)
        return;
    file->retry_ns = 0;
    if (!access_file_flush(file, now_ns))
        drop_rest(file);
    if (file->n_lost > 0)
        cadre__log(CADRE_LOG_WARNING, "the access log ends; lines lost: %" PRIu64, file->n_lost);
    cadre__fd_close(&file->fd);
    free(file->data);
    file->data = NULL;
}

int access_file_reopen(struct access_file *file, int fd, uint64_t now_ns)
{
    enum access_file_kind kind = ACCESS_FILE_OTHER;
    int r = find_kind(fd, &kind);

    if (r < 0) {
        cadre__fd_close(&fd);
        return r;
    }
    file->retry_ns = 0;
    (void)access_file_flush(file, now_ns);
    cadre__fd_close(&file->fd);
    file->fd = fd;
    file->kind = kind;
    file->retry_ns = 0;
    return 0;
}
