/* SPDX-License-Identifier: MIT */
/*
 * ipc/module_pin: what a file is known by. See module_pin.h.
 */
#include "config.h"

#include "ipc/module_pin.h"

#include <errno.h>
#include <sys/stat.h>

static struct cadre__file_id id_of(const struct stat *st)
{
    return (struct cadre__file_id){
        .dev = st->st_dev,
        .ino = st->st_ino,
        .size = (uint64_t)st->st_size,
        .mtime_ns = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec,
    };
}

int cadre__file_id_of(int fd, struct cadre__file_id *ret)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return -errno;
    *ret = id_of(&st);
    return 0;
}

int cadre__file_id_at(const char *path, struct cadre__file_id *ret)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return -errno;
    *ret = id_of(&st);
    return 0;
}

bool cadre__file_id_is(const struct cadre__file_id *a, const struct cadre__file_id *b)
{
    return a->dev == b->dev && a->ino == b->ino && a->size == b->size && a->mtime_ns == b->mtime_ns;
}
