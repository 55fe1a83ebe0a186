/* SPDX-License-Identifier: MIT */
/*
 * Opening files below a folder, and nothing else: whatever the path says, and wherever symbolic
 * links lead.
 *
 * By openat2(2) where the kernel has it and lets us; else component by component, with no link
 * followed but by way of its resolved path, which is walked the same way. Blocks, as open(2) does.
 * Any thread.
 */
#ifndef CADRE_WEB_BENEATH_H
#define CADRE_WEB_BENEATH_H

#include <cadre/macros.h>
#include <stdbool.h>

struct stat;

struct cadre__beneath {
    int fd;            /* of the folder */
    char *real;        /* its resolved path; heap */
    bool follow_links; /* links may lead out of it */
    bool by_walking;   /* there is no openat2 */
};

/* Opens the folder. 0; a negative errno: it is none, or cannot be read. */
CADRE_MUST_CHECK int cadre__beneath_open(struct cadre__beneath *beneath, const char *folder,
                                         bool follow_links);
void cadre__beneath_close(struct cadre__beneath *beneath);

/*
 * Looks at what is at that path, which is relative and has no "..": 0 and *ret_st, with an O_PATH
 * descriptor in *ret_fd for the caller to close. -EXDEV or -ELOOP: it leads out of the folder; else
 * the errno of open(2).
 */
CADRE_MUST_CHECK int cadre__beneath_look(const struct cadre__beneath *beneath, const char *path,
                                         struct stat *ret_st, int *ret_fd);

/* Opens for reading what was looked at, if it is a regular file: the descriptor; -EINVAL: it is
 * none; or the errno of open(2). */
CADRE_MUST_CHECK int cadre__beneath_read(const struct cadre__beneath *beneath, const char *path,
                                         const struct stat *st, int fd);

#endif
