/* SPDX-License-Identifier: MIT */
/*
 * The files of UNIX listening sockets: made with the right mode and owner, put in the place of a
 * stale one, known again, and removed only while they are ours. No lock file is used: each step is
 * one that the file system does whole. Master only; may block on the file system.
 */
#ifndef CADRE_MASTER_UNIX_FILE_H
#define CADRE_MASTER_UNIX_FILE_H

#include <stdbool.h>
#include <sys/types.h>
#include <sys/un.h>

#include <cadre/macros.h>

#include "conf/server_conf.h"

/*
 * Binds `fd` to the path of `un`. A socket there on which nobody listens is replaced. 0 with the
 * file's identity; -EADDRINUSE: a server listens there; -EEXIST: what is there is no socket;
 * -EPERM: the owner cannot be set; or another negative errno. On failure nothing of ours is left.
 */
CADRE_MUST_CHECK int unix_file_bind(int fd, const struct sockaddr_un *un, mode_t mode,
                                    const struct cadre__conf_owner *owner, dev_t *ret_dev,
                                    ino_t *ret_ino);

/* Gives a file of ours another mode and owner. 0 or a negative errno. */
CADRE_MUST_CHECK int unix_file_set_rights(const char *path, mode_t mode,
                                          const struct cadre__conf_owner *owner);

/* Whether the file at `path` is the one that was bound. */
bool unix_file_is(const char *path, dev_t dev, ino_t ino);

/* Removes it if it is. */
void unix_file_remove(const char *path, dev_t dev, ino_t ino);

#endif
