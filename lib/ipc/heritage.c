/* SPDX-License-Identifier: MIT */
/*
 * ipc/heritage: fills, seals, passes on and takes the heritage.
 *
 * The head is read and judged before anything behind it, as a master of other sources may have
 * laid that out differently. What comes behind is checked as well: counts, ends of texts, and
 * that each descriptor is open.
 */
#include "config.h"

#include "ipc/heritage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cadre/error.h>

#include "base/fd.h"
#include "base/str.h"

/* What never changes its place. */
#define HEAD_SIZE offsetof(struct cadre__heritage, kind)

static const char *const kind_names[CADRE__CHILD_KINDS] = {
    [CADRE__CHILD_WORKER] = "worker",
    [CADRE__CHILD_STEWARD] = "steward",
    [CADRE__CHILD_CHECKER] = "checker",
    [CADRE__CHILD_REPORTER] = "reporter",
};

const char *cadre__child_kind_name(uint32_t kind)
{
    return kind < CADRE__CHILD_KINDS ? kind_names[kind] : NULL;
}

void cadre__heritage_init(struct cadre__heritage *heritage)
{
    memset(heritage, 0, sizeof(*heritage));
    heritage->magic = CADRE__HERITAGE_MAGIC;
    heritage->layout = CADRE__HERITAGE_LAYOUT;
    heritage->size = sizeof(*heritage);
    cadre__str_copy(heritage->build_id, sizeof(heritage->build_id), cadre__build_id());
    cadre__str_copy(heritage->version, sizeof(heritage->version), cadre__version());
    heritage->channel_fd = -1;
    heritage->conf_fd = -1;
    heritage->log_fd = STDERR_FILENO;
    heritage->access_fd = -1;
    for (size_t i = 0; i < CADRE__SHM_MAX; i++)
        heritage->shm[i].fd = -1;
    for (size_t i = 0; i < CADRE__LISTEN_MAX; i++)
        heritage->listener[i].fd = -1;
}

int cadre__heritage_add_shm(struct cadre__heritage *heritage, const struct cadre__shm *shm)
{
    if (shm->name[0] == '\0' || shm->fd < 0)
        return -EINVAL;
    if (heritage->n_shm == CADRE__SHM_MAX)
        return -ENOSPC;
    struct cadre__heritage_shm *row = &heritage->shm[heritage->n_shm++];
    cadre__str_copy(row->name, sizeof(row->name), shm->name);
    row->fd = shm->fd;
    row->size = shm->size;
    return 0;
}

int cadre__heritage_add_listener(struct cadre__heritage *heritage, const char *name, int fd,
                                 const char *address, bool queued)
{
    if (heritage->n_listeners == CADRE__LISTEN_MAX)
        return -ENOSPC;
    struct cadre__heritage_listener *row = &heritage->listener[heritage->n_listeners];
    if (!cadre__str_copy(row->name, sizeof(row->name), name) ||
        !cadre__str_copy(row->address, sizeof(row->address), address))
        return -ENAMETOOLONG;
    row->fd = fd;
    row->queued = queued;
    heritage->n_listeners++;
    return 0;
}

int cadre__heritage_add_pin(struct cadre__heritage *heritage, const struct cadre__module_pin *pin)
{
    if (heritage->n_pins == CADRE__PIN_MAX)
        return -ENOSPC;
    heritage->pin[heritage->n_pins++] = *pin;
    return 0;
}

int cadre__heritage_seal(const struct cadre__heritage *heritage)
{
    return cadre__memfd_sealed("cadre-heritage", heritage, sizeof(*heritage));
}

const struct cadre__heritage_shm *cadre__heritage_find_shm(const struct cadre__heritage *heritage,
                                                           const char *name)
{
    for (uint32_t i = 0; i < heritage->n_shm; i++) {
        if (strcmp(heritage->shm[i].name, name) == 0)
            return &heritage->shm[i];
    }
    return NULL;
}

/* Calls fn for each descriptor, until one fails: then *ret_fd is that one. */
static int for_each_fd(const struct cadre__heritage *h, int (*fn)(int fd, bool on), bool on,
                       int *ret_fd)
{
    const int single[] = {h->channel_fd, h->conf_fd, h->log_fd, h->access_fd};
    int r = 0;
    for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++) {
        /* Standard error is everybody's, and stays open over an exec. */
        if (single[i] < 0 || single[i] == STDERR_FILENO)
            continue;
        if ((r = fn(*ret_fd = single[i], on)) < 0)
            return r;
    }
    for (uint32_t i = 0; i < h->n_shm; i++) {
        if ((r = fn(*ret_fd = h->shm[i].fd, on)) < 0)
            return r;
    }
    for (uint32_t i = 0; i < h->n_listeners; i++) {
        if ((r = fn(*ret_fd = h->listener[i].fd, on)) < 0)
            return r;
    }
    for (uint32_t i = 0; i < h->n_pins; i++) {
        if ((r = fn(*ret_fd = h->pin[i].fd, on)) < 0)
            return r;
    }
    return 0;
}

int cadre__heritage_pass(const struct cadre__heritage *heritage, int heritage_fd)
{
    int at;
    int r = for_each_fd(heritage, cadre__fd_cloexec, false, &at);
    return r < 0 ? r : cadre__fd_cloexec(heritage_fd, false);
}

/* ---- taking ---- */

static bool ends_in_nul(const char *text, size_t size)
{
    return memchr(text, '\0', size) != NULL;
}

/* Whether the head is of our own build; else `why` says what it is. */
static int check_head(const struct cadre__heritage *h, size_t held, char *why, size_t why_size)
{
    if (held < HEAD_SIZE || h->magic != CADRE__HERITAGE_MAGIC) {
        snprintf(why, why_size,
                 "this is no heritage: cadre-worker is started by cadre, not by hand");
        return -EPROTO;
    }
    bool texts = ends_in_nul(h->build_id, sizeof(h->build_id)) &&
                 ends_in_nul(h->version, sizeof(h->version));
    if (!texts || strcmp(h->build_id, cadre__build_id()) != 0) {
        snprintf(why, why_size,
                 "files on disk were upgraded: run `cadre upgrade` (the master is build %.12s of "
                 "%s, this worker is build %.12s of %s)",
                 texts ? h->build_id : "?", texts ? h->version : "?", cadre__build_id(),
                 cadre__version());
        return -EPROTO;
    }
    if (h->layout != CADRE__HERITAGE_LAYOUT || h->size != sizeof(*h) || held != sizeof(*h)) {
        snprintf(why, why_size,
                 "the heritage is damaged: %zu bytes of layout %u, expected %zu of %u", held,
                 h->layout, sizeof(*h), CADRE__HERITAGE_LAYOUT);
        return -EPROTO;
    }
    return 0;
}

/* The name of the first part that cannot be; NULL when all is well. */
static const char *first_bad_part(const struct cadre__heritage *h)
{
    if (h->kind >= CADRE__CHILD_KINDS)
        return "kind";
    if (h->channel_fd < 0)
        return "channel";
    if (h->n_shm > CADRE__SHM_MAX)
        return "number of shared areas";
    if (h->n_listeners > CADRE__LISTEN_MAX)
        return "number of listeners";
    for (uint32_t i = 0; i < h->n_shm; i++) {
        if (h->shm[i].fd < 0 || !ends_in_nul(h->shm[i].name, sizeof(h->shm[i].name)))
            return "shared area";
    }
    for (uint32_t i = 0; i < h->n_listeners; i++) {
        const struct cadre__heritage_listener *l = &h->listener[i];
        if (l->fd < 0 || l->queued > 1 || !ends_in_nul(l->name, sizeof(l->name)) ||
            !ends_in_nul(l->address, sizeof(l->address)))
            return "listener";
    }
    if (h->n_pins > CADRE__PIN_MAX)
        return "number of modules";
    for (uint32_t i = 0; i < h->n_pins; i++) {
        if (h->pin[i].fd < 0)
            return "module";
    }
    return NULL;
}

int cadre__heritage_take(int fd, struct cadre__heritage *ret, char *why, size_t why_size)
{
    struct cadre__heritage h;
    memset(&h, 0, sizeof(h));
    ssize_t held;
    do
        held = pread(fd, &h, sizeof(h), 0);
    while (held < 0 && errno == EINTR);
    if (held < 0) {
        int r = -errno;
        snprintf(why, why_size, "cannot read the heritage (descriptor %d): %s", fd,
                 cadre_strerror(r));
        return r;
    }
    /* One byte more is not ours either. */
    char more;
    if ((size_t)held == sizeof(h) && pread(fd, &more, 1, sizeof(h)) > 0)
        held++;
    int r = check_head(&h, (size_t)held, why, why_size);
    if (r < 0)
        return r;
    const char *bad = first_bad_part(&h);
    if (bad) {
        snprintf(why, why_size, "the heritage is damaged: bad %s", bad);
        return -EPROTO;
    }
    int at = -1;
    r = for_each_fd(&h, cadre__fd_cloexec, true, &at);
    if (r < 0) {
        snprintf(why, why_size, "the heritage lists descriptor %d: %s", at, cadre_strerror(r));
        return r;
    }
    cadre__fd_close(&fd);
    *ret = h;
    return 0;
}
