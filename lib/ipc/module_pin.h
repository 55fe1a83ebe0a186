/* SPDX-License-Identifier: MIT */
/*
 * ipc/module_pin: which file a generation has loaded as a module.
 *
 * The first worker of a generation opens its modules' files, and when all are loaded it gives the
 * open descriptors to the master, which hands them to every later child of that generation. So one
 * that comes after the file was replaced on disk loads what its siblings have: an open file
 * outlives its name. A file that was overwritten in place is another content under the same
 * descriptor; size and time of change tell. Never suspends, allocates or logs. Any process.
 */
#ifndef CADRE_IPC_MODULE_PIN_H
#define CADRE_IPC_MODULE_PIN_H

#include <stdbool.h>
#include <stdint.h>

#include <cadre/macros.h>

/* What a file is known by. */
struct cadre__file_id {
    uint64_t dev, ino;
    uint64_t size;    /* in bytes */
    int64_t mtime_ns; /* since 1970 */
};

/* A module's file, pinned. */
struct cadre__module_pin {
    uint32_t module;          /* its place in the conf, from 0 */
    int32_t fd;               /* open for reading */
    struct cadre__file_id id; /* as it was loaded */
};

/* What an open file, or the file at a path, is now. 0 or a negative errno. */
CADRE_MUST_CHECK int cadre__file_id_of(int fd, struct cadre__file_id *ret);
CADRE_MUST_CHECK int cadre__file_id_at(const char *path, struct cadre__file_id *ret);

bool cadre__file_id_is(const struct cadre__file_id *a, const struct cadre__file_id *b);

#endif
