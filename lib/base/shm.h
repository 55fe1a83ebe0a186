/* SPDX-License-Identifier: MIT */
/*
 * base/shm: named areas of memory that the master shares with its children, and sealed ones.
 *
 * The master makes an area (a memfd of fixed size), the heritage lists its name and descriptor, a
 * child attaches. Who only reads maps read-only. What lies in an area was perhaps written by a
 * process that has gone mad since: lengths and indices out of it are checked before use.
 *
 * A sealed memfd holds bytes that nobody can change any more, for what is handed on once (the
 * resolved conf, a heritage, what a server lifespan publishes). Descriptors are CLOEXEC. Never
 * suspends.
 */
#ifndef CADRE_BASE_SHM_H
#define CADRE_BASE_SHM_H

#include <stdbool.h>
#include <stddef.h>

#include <cadre/macros.h>

#define CADRE__SHM_NAME_SIZE 24

struct cadre__shm {
    char name[CADRE__SHM_NAME_SIZE]; /* "scoreboard", "counters"; shown in /proc/PID/maps */
    int fd;                          /* owned; -1 when none */
    void *addr;                      /* the mapping; NULL when none */
    size_t size;                     /* of the mapping, in bytes */
    bool writable;                   /* as mapped */
};

/* Makes an area of `size` zero bytes, mapped for writing. Nobody can grow or shrink it. 0,
 * -EINVAL (size 0, a name that is empty or too long) or a negative errno. */
int cadre__shm_create(struct cadre__shm *shm, const char *name, size_t size) CADRE_MUST_CHECK;

/* Maps the area behind `fd` whole. Takes `fd` on success only. -EINVAL where it is no area: not a
 * memfd that is sealed against shrinking, or empty. */
int cadre__shm_attach(struct cadre__shm *shm, const char *name, int fd,
                      bool writable) CADRE_MUST_CHECK;

/* Unmaps and closes. Others that have it mapped keep it. */
void cadre__shm_done(struct cadre__shm *shm);

/* A memfd that holds a copy of `len` bytes and is sealed against every change. The descriptor, or
 * a negative errno. */
int cadre__memfd_sealed(const char *name, const void *data, size_t len) CADRE_MUST_CHECK;

/* Maps all of a sealed memfd read-only; `fd` stays the caller's and may be closed. 0; -EINVAL
 * where it is not sealed against writing and shrinking. An empty one gives "" and 0. */
int cadre__memfd_map(int fd, const void **ret_data, size_t *ret_len) CADRE_MUST_CHECK;

/* Undoes cadre__memfd_map. */
void cadre__memfd_unmap(const void *data, size_t len);

#endif
