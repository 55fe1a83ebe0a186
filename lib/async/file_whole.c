/* SPDX-License-Identifier: MIT */
/*
 * lib/async/file_whole.c: whole files and folders, in a thread. See file.c for who runs what.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cadre/file.h>
#include <cadre/task.h>
#include <cadre/thread.h>

#include "base/fd.h"
#include "base/str.h"

enum { PIECE = 256 * 1024 };

/* --- reading --- */

struct reading {
    const char *path;
    size_t max_bytes;
    char *data; /* owned */
    size_t len;
    size_t size;
};

/* Has room for at least one more byte, and a NUL. */
static int grow(struct reading *reading, size_t hint)
{
    size_t size = reading->size;
    char *data;

    if (reading->len + 1 < size)
        return 0;
    size = size == 0 ? hint : size * 2;
    data = realloc(reading->data, size);
    if (!data)
        return -ENOMEM;
    reading->data = data;
    reading->size = size;
    return 0;
}

/* How much to make room for at first; the size that a file claims is a hint and no more. */
static size_t hint_of(int fd, size_t max_bytes)
{
    struct stat st;

    if (fstat(fd, &st) < 0 || st.st_size <= 0 || (uint64_t)st.st_size > max_bytes)
        return PIECE < max_bytes ? PIECE : max_bytes + 2;
    return (size_t)st.st_size + 2; /* one to see the end by, and the NUL */
}

static int read_to_end(struct reading *reading, int fd)
{
    size_t hint = hint_of(fd, reading->max_bytes);

    for (;;) {
        size_t room;
        ssize_t n;

        if (cadre_cancelled())
            return -ECANCELED;
        if (grow(reading, hint) < 0)
            return -ENOMEM;
        room = reading->size - reading->len - 1;
        n = read(fd, reading->data + reading->len, room < PIECE ? room : PIECE);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        reading->len += (size_t)n;
        if (reading->len > reading->max_bytes)
            return -EFBIG;
    }
    reading->data[reading->len] = '\0';
    return 0;
}

static int in_thread_read_whole(void *arg)
{
    struct reading *reading = arg;
    int fd = open(reading->path, O_RDONLY | O_CLOEXEC);
    int r;

    if (fd < 0)
        return -errno;
    r = read_to_end(reading, fd);
    cadre__fd_close(&fd);
    return r;
}

int cadre_file_read_whole(const char *path, size_t max_bytes, char **ret, size_t *ret_len)
{
    struct reading reading = {.path = path};
    int r;

    reading.max_bytes = max_bytes < PTRDIFF_MAX - 2 ? max_bytes : PTRDIFF_MAX - 2;
    r = cadre_to_thread(in_thread_read_whole, &reading);
    if (r < 0) {
        free(reading.data);
        return r;
    }
    *ret = reading.data;
    *ret_len = reading.len;
    return 0;
}

/* --- writing --- */

struct writing {
    const char *path;
    const char *data;
    size_t len;
    mode_t mode;
    unsigned flags;
};

/* Fills, syncs where that is wanted, and closes; takes the descriptor. */
static int fill(const struct writing *writing, int fd)
{
    int r = cadre__write_all(fd, writing->data, writing->len);

    if (r == 0 && (writing->flags & CADRE_FILE_SYNC) && fsync(fd) < 0)
        r = -errno;
    if (close(fd) < 0 && r == 0 && errno != EINTR)
        r = -errno;
    return r;
}

static int write_in_place(const struct writing *writing)
{
    int flags = O_WRONLY | O_CREAT | O_CLOEXEC;
    int fd;

    flags |= writing->flags & CADRE_FILE_APPEND ? O_APPEND : O_TRUNC;
    fd = open(writing->path, flags, writing->mode);
    return fd < 0 ? -errno : fill(writing, fd);
}

/* A new name beside `path`, in the same file system. NULL: no memory. */
static char *name_beside(const char *path)
{
    struct cadre__buf name;
    uint64_t number = 0;

    (void)!getrandom(&number, sizeof(number), 0);
    cadre__buf_init(&name);
    (void)cadre__buf_printf(&name, "%s.%016llx", path, (unsigned long long)number);
    return cadre__buf_take(&name);
}

/* Has the folder of `path` on the disk, and so the name. */
static int sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
    int fd;
    int r = 0;

    if (!folder)
        return -ENOMEM;
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    if (fd < 0)
        return -errno;
    if (fsync(fd) < 0)
        r = -errno;
    cadre__fd_close(&fd);
    return r;
}

static int write_beside(const struct writing *writing, const char *name)
{
    struct stat old;
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, writing->mode);
    int r;

    if (fd < 0)
        return -errno;
    if (stat(writing->path, &old) == 0)
        (void)fchmod(fd, old.st_mode & 07777);
    r = fill(writing, fd);
    if (r == 0 && rename(name, writing->path) < 0)
        r = -errno;
    if (r < 0)
        (void)unlink(name);
    else if (writing->flags & CADRE_FILE_SYNC)
        r = sync_folder(writing->path);
    return r;
}

static int in_thread_write_whole(void *arg)
{
    const struct writing *writing = arg;
    char *name;
    int r;

    if (!(writing->flags & CADRE_FILE_ATOMIC))
        return write_in_place(writing);
    name = name_beside(writing->path);
    if (!name)
        return -ENOMEM;
    r = write_beside(writing, name);
    free(name);
    return r;
}

int cadre_file_write_whole(const char *path, const void *data, size_t len, mode_t mode,
                           unsigned flags)
{
    struct writing writing = {.path = path, .data = data, .len = len, .mode = mode, .flags = flags};

    if ((flags & CADRE_FILE_ATOMIC) && (flags & CADRE_FILE_APPEND))
        return -EINVAL;
    return cadre_to_thread(in_thread_write_whole, &writing);
}

/* --- folders --- */

struct listing {
    const char *path;
    char **names; /* owned */
    size_t n;
};

static int compare(const void *a, const void *b)
{
    const char *const *left = a;
    const char *const *right = b;

    return strcmp(*left, *right);
}

/* Makes one piece of memory of the names, which lie behind one another, and sorts them. */
static int arrange(struct listing *listing, struct cadre_str names)
{
    size_t table = (listing->n + 1) * sizeof(char *);
    char *at;

    listing->names = malloc(table + names.len);
    if (!listing->names)
        return -ENOMEM;
    at = (char *)listing->names + table;
    if (names.len > 0)
        memcpy(at, names.ptr, names.len);
    for (size_t i = 0; i < listing->n; i++) {
        listing->names[i] = at;
        at += strlen(at) + 1;
    }
    listing->names[listing->n] = NULL;
    qsort(listing->names, listing->n, sizeof(char *), compare);
    return 0;
}

static int read_folder(struct listing *listing, DIR *folder, struct cadre__buf *names)
{
    const struct dirent *entry;

    while (errno = 0, (entry = readdir(folder)) != NULL) {
        if (cadre_cancelled())
            return -ECANCELED;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (cadre__buf_append(names, entry->d_name, strlen(entry->d_name) + 1) < 0)
            return -ENOMEM;
        listing->n++;
    }
    return errno > 0 ? -errno : arrange(listing, cadre__buf_str(names));
}

static int in_thread_list(void *arg)
{
    struct listing *listing = arg;
    DIR *folder = opendir(listing->path); /* close-on-exec, says glibc */
    struct cadre__buf names;
    int r;

    if (!folder)
        return -errno;
    cadre__buf_init(&names);
    r = read_folder(listing, folder, &names);
    cadre__buf_done(&names);
    (void)closedir(folder);
    return r;
}

ssize_t cadre_file_list(const char *path, char ***ret)
{
    struct listing listing = {.path = path};
    int r = cadre_to_thread(in_thread_list, &listing);

    if (r < 0) {
        free(listing.names);
        return r;
    }
    *ret = listing.names;
    return (ssize_t)listing.n;
}
