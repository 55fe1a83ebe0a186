/* SPDX-License-Identifier: MIT */
/*
 * The files of UNIX listening sockets; see unix_file.h.
 *
 * How a stale file is replaced without a lock: a connect that is refused shows that nobody
 * listens. The file is renamed away, which takes exactly one file out of the way, and looked at
 * again: if another server was quicker and it is that one's, it is put back. Then we bind, which
 * fails if somebody else did.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "master/unix_file.h"

bool unix_file_is(const char *path, dev_t dev, ino_t ino)
{
    struct stat st;

    return lstat(path, &st) == 0 && st.st_dev == dev && st.st_ino == ino;
}

void unix_file_remove(const char *path, dev_t dev, ino_t ino)
{
    if (unix_file_is(path, dev, ino))
        unlink(path);
}

int unix_file_set_rights(const char *path, mode_t mode, const struct cadre__conf_owner *owner)
{
    uid_t uid = owner->have_uid ? owner->uid : (uid_t)-1;
    gid_t gid = owner->have_gid ? owner->gid : (gid_t)-1;

    if ((owner->have_uid || owner->have_gid) && lchown(path, uid, gid) < 0)
        return -errno;
    return chmod(path, mode) < 0 ? -errno : 0;
}

/* Whether nobody listens there: 1, 0, or a negative errno. */
static int is_stale(const struct sockaddr_un *un)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int r;

    if (fd < 0)
        return -errno;
    r = connect(fd, (const struct sockaddr *)un, sizeof(*un)) < 0 ? -errno : 0;
    cadre__fd_close(&fd);
    switch (r) {
    case 0:
    case -EAGAIN: /* its queue is full */
        return 0;
    case -ECONNREFUSED:
        return 1;
    default:
        return r;
    }
}

/* Takes a stale file out of the way. 0 (also when it has gone by itself) or a negative errno. */
static int remove_stale(const struct sockaddr_un *un)
{
    char away[PATH_MAX];
    struct stat before, after;
    int r;

    if (lstat(un->sun_path, &before) < 0)
        return errno == ENOENT ? 0 : -errno;
    if (!S_ISSOCK(before.st_mode))
        return -EEXIST;
    r = is_stale(un);
    if (r <= 0)
        return r < 0 && r != -ENOENT ? r : r == 0 ? -EADDRINUSE : 0;
    snprintf(away, sizeof(away), "%s.stale-%d", un->sun_path, (int)getpid());
    if (rename(un->sun_path, away) < 0)
        return errno == ENOENT ? 0 : -errno;
    if (lstat(away, &after) == 0 &&
        (after.st_dev != before.st_dev || after.st_ino != before.st_ino))
        r = link(away, un->sun_path) < 0 && errno != EEXIST ? -errno : -EADDRINUSE;
    else
        r = 0;
    unlink(away);
    return r;
}

/* Makes the file with no rights at all; they come when its owner is right. */
static int bind_closed(int fd, const struct sockaddr_un *un)
{
    mode_t old = umask(0777);
    int r = bind(fd, (const struct sockaddr *)un, sizeof(*un)) < 0 ? -errno : 0;

    umask(old);
    return r;
}

int unix_file_bind(int fd, const struct sockaddr_un *un, mode_t mode,
                   const struct cadre__conf_owner *owner, dev_t *ret_dev, ino_t *ret_ino)
{
    struct stat st;
    int r = bind_closed(fd, un);

    if (r == -EADDRINUSE) {
        r = remove_stale(un);
        if (r == 0)
            r = bind_closed(fd, un);
    }
    if (r < 0)
        return r;
    if (lstat(un->sun_path, &st) < 0)
        return -errno;
    r = unix_file_set_rights(un->sun_path, mode, owner);
    if (r < 0) {
        unix_file_remove(un->sun_path, st.st_dev, st.st_ino);
        return r;
    }
    *ret_dev = st.st_dev;
    *ret_ino = st.st_ino;
    return 0;
}
