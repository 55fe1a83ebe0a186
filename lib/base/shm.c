/* SPDX-License-Identifier: MIT */
/*
 * base/shm: memfds, and their seals.
 *
 * An area is sealed against growing and shrinking, so no process can make another one die of
 * SIGBUS by cutting the file under its mapping. That is also how attaching tells an area from
 * any other descriptor.
 */
#include "config.h"

#include "base/shm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/str.h"

/* Newer than the headers of Debian 12: the file shall never be executable. */
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

#define SEALS_AREA   (F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL)
#define SEALS_SEALED (SEALS_AREA | F_SEAL_WRITE)

static int memfd_new(const char *name)
{
    const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    int fd = memfd_create(name, flags | MFD_NOEXEC_SEAL);
    if (fd < 0 && errno == EINVAL)
        fd = memfd_create(name, flags);
    return fd < 0 ? -errno : fd;
}

/* The size of a memfd that has at least these seals, or a negative errno. */
static int sealed_size(int fd, int seals, size_t *ret)
{
    int has = fcntl(fd, F_GET_SEALS);
    if (has < 0)
        return errno == EBADF ? -EBADF : -EINVAL;
    if ((has & seals) != seals)
        return -EINVAL;
    struct stat st;
    if (fstat(fd, &st) < 0)
        return -errno;
    if (st.st_size < 0 || (uintmax_t)st.st_size > SIZE_MAX / 2)
        return -EINVAL;
    *ret = (size_t)st.st_size;
    return 0;
}

static int area_map(struct cadre__shm *shm)
{
    int protection = PROT_READ | (shm->writable ? PROT_WRITE : 0);
    void *addr = mmap(NULL, shm->size, protection, MAP_SHARED, shm->fd, 0);
    if (addr == MAP_FAILED)
        return -errno;
    shm->addr = addr;
    return 0;
}

static int area_init(struct cadre__shm *shm, const char *name)
{
    *shm = (struct cadre__shm){.fd = -1};
    if (name[0] == '\0' || !cadre__str_copy(shm->name, sizeof(shm->name), name))
        return -EINVAL;
    return 0;
}

int cadre__shm_create(struct cadre__shm *shm, const char *name, size_t size)
{
    int r = area_init(shm, name);
    if (r < 0)
        goto fail;
    r = -EINVAL;
    if (size == 0 || size > SIZE_MAX / 2)
        goto fail;
    shm->size = size;
    shm->writable = true;
    r = shm->fd = memfd_new(name);
    if (r < 0)
        goto fail;
    r = 0;
    if (ftruncate(shm->fd, (off_t)size) < 0 || fcntl(shm->fd, F_ADD_SEALS, SEALS_AREA) < 0)
        r = -errno;
    if (r == 0)
        r = area_map(shm);
    if (r == 0)
        return 0;
fail:
    cadre__shm_done(shm);
    return r;
}

int cadre__shm_attach(struct cadre__shm *shm, const char *name, int fd, bool writable)
{
    int r = area_init(shm, name);
    if (r < 0)
        goto fail;
    size_t size = 0;
    r = sealed_size(fd, F_SEAL_SHRINK, &size);
    if (r == 0 && size == 0)
        r = -EINVAL;
    if (r < 0)
        goto fail;
    shm->size = size;
    shm->writable = writable;
    shm->fd = fd;
    r = area_map(shm);
    if (r == 0)
        return 0;
fail:
    shm->fd = -1; /* still the caller's */
    cadre__shm_done(shm);
    return r;
}

void cadre__shm_done(struct cadre__shm *shm)
{
    if (!shm)
        return;
    if (shm->addr)
        munmap(shm->addr, shm->size);
    cadre__fd_close(&shm->fd);
    *shm = (struct cadre__shm){.fd = -1};
}

int cadre__memfd_sealed(const char *name, const void *data, size_t len)
{
    int fd = memfd_new(name);
    if (fd < 0)
        return fd;
    int r = cadre__write_all(fd, data, len);
    if (r == 0 && fcntl(fd, F_ADD_SEALS, SEALS_SEALED) < 0)
        r = -errno;
    if (r < 0) {
        cadre__fd_close(&fd);
        return r;
    }
    return fd;
}

int cadre__memfd_map(int fd, const void **ret_data, size_t *ret_len)
{
    size_t len = 0;
    int r = sealed_size(fd, F_SEAL_SHRINK | F_SEAL_WRITE, &len);
    if (r < 0)
        return r;
    const void *data = "";
    if (len > 0) {
        /* Not MAP_SHARED: before Linux 6.7 that is refused for a file sealed against writing. The
         * pages are shared all the same, as nobody can write to them. */
        data = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
        if (data == MAP_FAILED)
            return -errno;
    }
    *ret_data = data;
    *ret_len = len;
    return 0;
}

void cadre__memfd_unmap(const void *data, size_t len)
{
    if (len > 0)
        munmap((void *)(uintptr_t)data, len);
}
