/* SPDX-License-Identifier: MIT */
/*
 * The file behind an access log: gathers lines and appends them, whole or not at all.
 *
 * All workers append to one file (O_APPEND), each what it has gathered: to a regular file in one
 * write, to a pipe, a terminal or a socket in pieces of whole lines that the kernel takes at once,
 * so that no line is ever mixed with another process's. A write that a full disk cuts short is
 * taken back to the end of its last whole line.
 *
 * What cannot be written waits in the buffer. When that is full lines are lost: they are counted,
 * and the log is told when it begins and when it is over. Writing to a file may block as long as
 * the kernel does; to anything else it never does. One thread, never suspends.
 */
#ifndef WORKER_ACCESS_FILE_H
#define WORKER_ACCESS_FILE_H

#include <cadre/macros.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/counter.h"

/* The longest line, its end included; of what is no regular file, as much as a pipe takes whole. */
#define ACCESS_LINE_MAX  65536
#define ACCESS_PIECE_MAX 4096

enum access_file_kind {
    ACCESS_FILE_REGULAR,
    ACCESS_FILE_SOCKET,
    ACCESS_FILE_OTHER, /* pipe, terminal, device */
};

struct access_file {
    int fd; /* owned; -1 before init and after done */
    enum access_file_kind kind;
    char *data;      /* owned; lines, each with its end; room for flush_at + ACCESS_LINE_MAX */
    size_t size;     /* of data */
    size_t len;      /* bytes in it */
    size_t flush_at; /* with so many bytes they are written */

    /* while it cannot be written */
    int error;                  /* of the last write: a negative errno; 0: none */
    bool told;                  /* the log knows that lines are lost */
    uint64_t n_lost;            /* lines, in this time */
    uint64_t told_ns;           /* when the log was told last; 0: never */
    uint64_t retry_ns;          /* no attempt before; valid with an error */
    struct cadre__counter lost; /* lines ever, of all workers */
};

/* Takes `fd`, and gathers up to `buffer` bytes before it writes (0: each line at once). 0; -ENOMEM,
 * -EBADF: then fd is closed. */
CADRE_MUST_CHECK int access_file_init(struct access_file *file, int fd, size_t buffer,
                                      struct cadre__counter lost);

/* Writes what it can of the rest and closes. One with `fd` -1 is allowed. */
void access_file_done(struct access_file *file, uint64_t now_ns);

/* Room for a line of at most access_file_line_max() bytes; NULL: there is none, the line is lost
 * and counted. Followed by one call of _commit. */
char *access_file_reserve(struct access_file *file, uint64_t now_ns);

/* What a line may have, its end included. */
static inline size_t access_file_line_max(const struct access_file *file)
{
    return file->kind == ACCESS_FILE_REGULAR ? ACCESS_LINE_MAX : ACCESS_PIECE_MAX;
}

/* So many bytes were put there: one line and its '\n'; 0: none, it was too long and is lost. Writes
 * when enough is gathered. */
void access_file_commit(struct access_file *file, size_t len, uint64_t now_ns);

/* Writes what is gathered. Whether nothing is left. */
bool access_file_flush(struct access_file *file, uint64_t now_ns);

/* Writes what is gathered to the old file, and goes on with `fd`, which it takes. 0; -EBADF: the
 * old one stays. */
CADRE_MUST_CHECK int access_file_reopen(struct access_file *file, int fd, uint64_t now_ns);

#endif
