/* SPDX-License-Identifier: MIT */
/*
 * Parts of files in an answer: by sendfile(2), from the page cache to the socket.
 *
 * The file is lent to the output as a large piece of memory is (http1_output.c): while its sender
 * is suspended, h->file is set and h->lent counts the bytes that are left of it, without a pointer.
 * The output asks http1_file_write() for each of its writes then, behind what waits in `out`.
 *
 * Where the kernel cannot do it for that file, and where the file ends early or cannot be read, the
 * rest is read by a thread and sent as bytes: so what is wrong with a file shows in one place.
 *
 * sendfile() knows no MSG_NOSIGNAL: the process ignores SIGPIPE (child.c).
 *
 * What sendfile() must read from a disk is read on the loop's thread, a slice at a time, others'
 * turns in between; the kernel reads ahead.
 */
#ifndef WORKER_HTTP1_FILE_H
#define WORKER_HTTP1_FILE_H

#include <cadre/macros.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct cadre__file_part;
struct http1;

/* A file that is being sent: on the stack of its sender. */
struct http1_file {
    int fd;          /* the application's */
    uint64_t offset; /* of the next byte */
    uint64_t left;   /* bytes still to be sent */
    bool by_bytes;   /* sendfile() does not go on: read and write */
};

/* Sends the part, without framing, behind what is to be sent. Returns when the socket has taken it
 * but for a few bytes that are copied: its descriptor is not looked at any more. May suspend. 0;
 * -ECANCELED; -EPIPE; -ENOMEM; -EIO: the file is shorter; or what reading it gave. */
CADRE_MUST_CHECK int http1_file_send(struct http1 *h, const struct cadre__file_part *part);

/* For the output, while a file is lent: one write, of `out` or, where that is empty, of a slice of
 * the file. As write(2), but 0: nothing is lent any more. */
ssize_t http1_file_write(struct http1 *h);

#endif
