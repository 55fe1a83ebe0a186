/* SPDX-License-Identifier: MIT */
/*
 * Refuses system calls of the master: preloaded into it (LD_PRELOAD), it counts the calls of a kind
 * and refuses those that a test names. long_master_refused.py holds the other end: a file, named by
 * CADRE_REFUSE, that both have mapped. A child of the master has this until it runs its own
 * program: so exec can be refused.
 *
 * Linked by nothing; the calls of libc among its own functions do not come by here.
 */
#define _GNU_SOURCE 1
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum kind {
    FORK = 1,       /* EAGAIN */
    EXEC = 2,       /* ENOMEM */
    SOCKETPAIR = 4, /* EMFILE */
    MEMFD = 8,      /* EMFILE */
    MAP = 16,       /* ENOMEM */
    OPEN = 32,      /* EMFILE */
    PIDFD = 64,     /* EMFILE */
    SOCKET = 128,   /* EMFILE */
};

/* What the test and the master share; numbers of calls from 1 on. */
struct control {
    _Atomic uint64_t kinds; /* of calls that are counted */
    _Atomic uint64_t count;
    _Atomic uint64_t first; /* that is refused; 0: none is */
    _Atomic uint64_t last;
    _Atomic uint64_t refused;
};

static struct control nothing;
static struct control *control = &nothing;

/* The function that is behind ours, by its own type. */
#define NEXT(name)                                                                                 \
    ({                                                                                             \
        static __typeof__(&name) next;                                                             \
        if (next == NULL)                                                                          \
            *(void **)&next = dlsym(RTLD_NEXT, #name);                                             \
        next;                                                                                      \
    })

__attribute__((constructor)) static void attach(void)
{
    const char *path = getenv("CADRE_REFUSE");
    int fd = path == NULL ? -1 : NEXT(open)(path, O_RDWR | O_CLOEXEC);

    unsetenv("LD_PRELOAD"); /* the children's programs have it not */
    if (fd < 0)
        return;
    void *map = NEXT(mmap)(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map != MAP_FAILED)
        control = map;
    close(fd);
}

static int is_refused(enum kind kind, int error)
{
    if (!(atomic_load(&control->kinds) & kind))
        return 0;

    uint64_t number = atomic_fetch_add(&control->count, 1) + 1;
    uint64_t first = atomic_load(&control->first);
    if (first == 0 || number < first || number > atomic_load(&control->last))
        return 0;
    atomic_fetch_add(&control->refused, 1);
    errno = error;
    return 1;
}

pid_t fork(void)
{
    return is_refused(FORK, EAGAIN) ? -1 : NEXT(fork)();
}

int socketpair(int domain, int type, int protocol, int fds[2])
{
    return is_refused(SOCKETPAIR, EMFILE) ? -1 : NEXT(socketpair)(domain, type, protocol, fds);
}

int socket(int domain, int type, int protocol)
{
    return is_refused(SOCKET, EMFILE) ? -1 : NEXT(socket)(domain, type, protocol);
}

int memfd_create(const char *name, unsigned flags)
{
    return is_refused(MEMFD, EMFILE) ? -1 : NEXT(memfd_create)(name, flags);
}

void *mmap(void *at, size_t len, int protection, int flags, int fd, off_t offset)
{
    if (is_refused(MAP, ENOMEM))
        return MAP_FAILED;
    return NEXT(mmap)(at, len, protection, flags, fd, offset);
}

static int mode_of(int flags, va_list args)
{
    return flags & (O_CREAT | __O_TMPFILE) ? va_arg(args, int) : 0;
}

int open(const char *path, int flags, ...)
{
    va_list args;
    int mode;

    va_start(args, flags);
    mode = mode_of(flags, args);
    va_end(args);
    return is_refused(OPEN, EMFILE) ? -1 : NEXT(open)(path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
    va_list args;
    int mode;

    va_start(args, flags);
    mode = mode_of(flags, args);
    va_end(args);
    return is_refused(OPEN, EMFILE) ? -1 : NEXT(openat)(folder, path, flags, mode);
}

FILE *fopen(const char *restrict path, const char *restrict mode)
{
    return is_refused(OPEN, EMFILE) ? NULL : NEXT(fopen)(path, mode);
}

long syscall(long number, ...)
{
    long a[6];
    va_list args;

    va_start(args, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(args, long);
    va_end(args);
    if ((number == SYS_execveat && is_refused(EXEC, ENOMEM)) ||
        (number == SYS_pidfd_open && is_refused(PIDFD, EMFILE)))
        return -1;
    return NEXT(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
