/* SPDX-License-Identifier: MIT */
/* Opening files below a folder: web/beneath.h. */
#include "config.h"

#include "web/beneath.h"

#include "base/fd.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* How often openat2 is asked again where a rename beside it has made it unsure. */
#define TRIES_MAX 4

static int call_openat2(int fd, const char *path, uint64_t resolve)
{
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = resolve | RESOLVE_NO_MAGICLINKS};
    long r = -1;

    for (int i = 0; i < TRIES_MAX; i++) {
        r = syscall(SYS_openat2, fd, path, &how, sizeof(how));
        if (r >= 0 || errno != EAGAIN)
            break;
    }
    return r >= 0 ? (int)r : -errno;
}

int cadre__beneath_open(struct cadre__beneath *beneath, const char *folder, bool follow_links)
{
    int fd;

    *beneath = (struct cadre__beneath){.fd = -1, .follow_links = follow_links};
    beneath->real = realpath(folder, NULL);
    if (beneath->real == NULL)
        return -errno;
    beneath->fd = open(beneath->real, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (beneath->fd < 0) {
        int r = -errno;

        cadre__beneath_close(beneath);
        return r;
    }
    /* An older kernel has no such call; a sandbox may forbid it. */
    fd = call_openat2(beneath->fd, ".", RESOLVE_BENEATH);
    beneath->by_walking = fd == -ENOSYS || fd == -EPERM || fd == -EINVAL;
    if (fd >= 0)
        close(fd);
    return 0;
}

void cadre__beneath_close(struct cadre__beneath *beneath)
{
    cadre__fd_close(&beneath->fd);
    free(beneath->real);
    beneath->real = NULL;
}

/* Opens one component, which is no link. */
static int open_component(int at, const char *path, size_t len, struct stat *ret_st)
{
    char name[NAME_MAX + 1];
    int fd, r;

    if (len == 0)
        return -ENOENT;
    if (len > NAME_MAX)
        return -ENAMETOOLONG;
    memcpy(name, path, len);
    name[len] = '\0';
    if (strcmp(name, "..") == 0)
        return -EXDEV;
    fd = openat(at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    r = fstat(fd, ret_st) < 0 ? -errno : S_ISLNK(ret_st->st_mode) ? -ELOOP : 0;
    if (r < 0)
        close(fd);
    return r < 0 ? r : fd;
}

/* Walks along, following no link: -ELOOP where there is one. */
static int walk(const struct cadre__beneath *beneath, const char *path)
{
    int at = beneath->fd, fd;
    bool is_folder;
    struct stat st = {0};

    do {
        size_t len = strcspn(path, "/");

        fd = open_component(at, path, len, &st);
        if (at != beneath->fd)
            close(at);
        if (fd < 0)
            return fd;
        at = fd;
        is_folder = path[len] == '/';
        path += len + is_folder;
    } while (*path != '\0');
    if (is_folder && !S_ISDIR(st.st_mode)) {
        close(fd);
        return -ENOTDIR;
    }
    return fd;
}

static int open_strictly(const struct cadre__beneath *beneath, const char *path)
{
    return beneath->by_walking
               ? walk(beneath, path)
               : call_openat2(beneath->fd, path, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
}

/* A link is on the way: resolves the path, and opens what it leads to where that is below. */
static int open_resolved(const struct cadre__beneath *beneath, const char *path)
{
    size_t len = strlen(beneath->real);
    char full[PATH_MAX];
    char *real;
    int r = -EXDEV;

    if (snprintf(full, sizeof(full), "%s/%s", beneath->real, path) >= (int)sizeof(full))
        return -ENAMETOOLONG;
    real = realpath(full, NULL);
    if (real == NULL)
        return -errno;
    /* Between here and there a link may be put in the way: then it is not followed. */
    if (strcmp(beneath->real, "/") == 0)
        r = open_strictly(beneath, real + 1);
    else if (strncmp(real, beneath->real, len) == 0 && real[len] == '/')
        r = open_strictly(beneath, real + len + 1);
    free(real);
    return r;
}

/* An O_PATH descriptor, or a negative errno. */
static int open_path(const struct cadre__beneath *beneath, const char *path)
{
    int fd;

    if (beneath->follow_links) {
        fd = openat(beneath->fd, path, O_PATH | O_CLOEXEC);
        return fd < 0 ? -errno : fd;
    }
    fd = beneath->by_walking ? walk(beneath, path)
                             : call_openat2(beneath->fd, path, RESOLVE_BENEATH);
    /* An absolute link leads out and back in again, as openat2 sees it. */
    if (fd == -EXDEV || fd == -ELOOP)
        fd = open_resolved(beneath, path);
    return fd;
}

int cadre__beneath_look(const struct cadre__beneath *beneath, const char *path, struct stat *ret_st,
                        int *ret_fd)
{
    struct stat st;
    int fd = open_path(beneath, path[0] != '\0' ? path : ".");

    if (fd < 0)
        return fd;
    if (fstat(fd, &st) < 0) {
        int r = -errno;

        close(fd);
        return r;
    }
    *ret_st = st;
    *ret_fd = fd;
    return 0;
}

/* Without /proc the file is opened by its path once more, and has to be the same one. */
static int open_again(const struct cadre__beneath *beneath, const char *path, const struct stat *st)
{
    int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW;
    int fd = openat(beneath->fd, path, flags);
    struct stat now;

    if (fd < 0)
        return -errno;
    if (fstat(fd, &now) == 0 && now.st_dev == st->st_dev && now.st_ino == st->st_ino)
        return fd;
    close(fd);
    return -ENOENT;
}

int cadre__beneath_read(const struct cadre__beneath *beneath, const char *path,
                        const struct stat *st, int fd)
{
    char link[40];
    int r;

    if (!S_ISREG(st->st_mode))
        return -EINVAL; /* opening a device may do something, and a pipe waits */
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    r = open(link, O_RDONLY | O_CLOEXEC);
    if (r < 0)
        return errno == ENOENT ? open_again(beneath, path, st) : -errno;
    return r;
}
