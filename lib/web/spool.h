/* SPDX-License-Identifier: MIT */
/*
 * Pieces of data that arrive one after another, of unknown sizes: in memory while they are few
 * bytes in all, else in one file without a name that they share.
 *
 * On the loop, in a coroutine, the file is written and read by threads and the caller suspends; off
 * it, in a sync handler, that blocks. One coroutine or thread at a time.
 */
#ifndef CADRE_WEB_SPOOL_H
#define CADRE_WEB_SPOOL_H

#include "base/str.h"
#include <stdint.h>
#include <sys/types.h>

/* The file is written in blocks of this size. */
#define CADRE__SPOOL_BLOCK 131072

struct cadre__spool {
    const char *directory;     /* borrowed; where the file is made */
    size_t memory_left;        /* bytes that may yet be kept in memory */
    int fd;                    /* -1: there is no file yet */
    uint64_t file_size;        /* bytes in it */
    struct cadre__buf pending; /* that follow, not written yet */
};

/* A piece. */
struct cadre__spooled {
    const struct cadre__spool *spool;
    uint64_t size; /* in bytes */
    bool in_file;
    uint64_t offset;          /* in_file: where it begins */
    struct cadre__buf memory; /* else: it */
};

/* An empty one, which keeps that many bytes in memory. Never suspends. */
void cadre__spool_init(struct cadre__spool *spool, const char *directory, size_t memory);

/* Frees the file. The pieces in it are gone; their own _done is still to be called. Never suspends.
 */
void cadre__spool_done(struct cadre__spool *spool);

/* Begins a piece; the one before has ended. Never suspends. */
void cadre__spool_begin(struct cadre__spool *spool, struct cadre__spooled *piece);
void cadre__spooled_done(struct cadre__spooled *piece);

/* Adds bytes to the piece that was begun last; they are borrowed until it returns. 0; -ENOMEM; a
 * negative errno of the file. After an error all can only be ended. May suspend. */
CADRE_MUST_CHECK int cadre__spool_write(struct cadre__spool *spool, struct cadre__spooled *piece,
                                        const char *bytes, size_t len);

/* All pieces are there: writes what is pending. Errors as above. May suspend. */
CADRE_MUST_CHECK int cadre__spool_finish(struct cadre__spool *spool);

/* Reads up to `size` bytes of a piece at `offset`, once all are there: how many, 0 at its end, or a
 * negative errno. May suspend. */
CADRE_MUST_CHECK ssize_t cadre__spooled_read(const struct cadre__spooled *piece, void *buf,
                                             size_t size, uint64_t offset);

/* Copies a piece to a new file; as cadre_upload_save. May suspend. */
CADRE_MUST_CHECK int cadre__spooled_save(const struct cadre__spooled *piece, const char *path,
                                         mode_t mode);

#endif
