/* SPDX-License-Identifier: MIT */
/*
 * Makes memory scarce: preloaded into a worker (LD_PRELOAD), it counts what the worker asks of the
 * heap and of the kernel, and refuses the calls that a test names. scarce.py holds the other end:
 * a file, named by CADRE_SCARCE, that both have mapped. Without it nothing is refused.
 *
 * Linked by nothing; the calls of libc among its own functions do not come by here.
 */
#define _GNU_SOURCE 1
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum kind {
    HEAP = 1,        /* malloc and its kin: ENOMEM */
    MAP = 2,         /* mmap, mprotect: ENOMEM */
    WATCH = 4,       /* epoll_ctl, other than to take away: ENOSPC */
    THREAD = 8,      /* pthread_create: EAGAIN */
    DESCRIPTOR = 16, /* accept4: EMFILE */
};

/* What the test and the worker share; numbers of calls from 1 on. */
struct control {
    _Atomic uint64_t kinds; /* of calls that are counted */
    _Atomic uint64_t count; /* of these, so far */
    _Atomic uint64_t first; /* that is refused; 0: none is */
    _Atomic uint64_t last;
    _Atomic uint64_t refused; /* how many were */
};

static struct control nothing;
static struct control *control = &nothing;

/* The heap behind this one: libc's, or by -DSANITIZED that of a sanitizer. */
#ifdef SANITIZED
#define HEAP_CALL(name, type, ...)                                                                 \
    ({                                                                                             \
        static type *next;                                                                         \
        if (next == NULL)                                                                          \
            *(void **)&next = dlsym(RTLD_NEXT, #name);                                             \
        next(__VA_ARGS__);                                                                         \
    })
#else
#define HEAP_CALL(name, type, ...) __libc_##name(__VA_ARGS__)
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t m);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t alignment, size_t n);
#endif

typedef void *malloc_fn(size_t n);
typedef void *calloc_fn(size_t n, size_t m);
typedef void *realloc_fn(void *p, size_t n);
typedef void *memalign_fn(size_t alignment, size_t n);

__attribute__((constructor)) static void attach(void)
{
    const char *path = getenv("CADRE_SCARCE");
    int fd = path == NULL ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);

    if (fd < 0)
        return;
    void *map = (void *)syscall(SYS_mmap, NULL, sizeof(*control), PROT_READ | PROT_WRITE,
                                MAP_SHARED, fd, 0);
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

/* --- the heap --- */

void *malloc(size_t n)
{
    return is_refused(HEAP, ENOMEM) ? NULL : HEAP_CALL(malloc, malloc_fn, n);
}

void *calloc(size_t n, size_t m)
{
    return is_refused(HEAP, ENOMEM) ? NULL : HEAP_CALL(calloc, calloc_fn, n, m);
}

void *realloc(void *p, size_t n)
{
    return is_refused(HEAP, ENOMEM) ? NULL : HEAP_CALL(realloc, realloc_fn, p, n);
}

void *reallocarray(void *p, size_t n, size_t m)
{
    size_t bytes;

    if (__builtin_mul_overflow(n, m, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(p, bytes);
}

void *memalign(size_t alignment, size_t n)
{
    return is_refused(HEAP, ENOMEM) ? NULL : HEAP_CALL(memalign, memalign_fn, alignment, n);
}

void *aligned_alloc(size_t alignment, size_t n)
{
    return memalign(alignment, n);
}

int posix_memalign(void **ret, size_t alignment, size_t n)
{
    void *p = memalign(alignment, n);

    if (p == NULL)
        return ENOMEM;
    *ret = p;
    return 0;
}

/* --- the kernel --- */

void *mmap(void *at, size_t len, int protection, int flags, int fd, off_t offset)
{
    if (is_refused(MAP, ENOMEM))
        return MAP_FAILED;
    return (void *)syscall(SYS_mmap, at, len, protection, flags, fd, offset);
}

int mprotect(void *at, size_t len, int protection)
{
    return is_refused(MAP, ENOMEM) ? -1 : (int)syscall(SYS_mprotect, at, len, protection);
}

int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
    if (operation != EPOLL_CTL_DEL && is_refused(WATCH, ENOSPC))
        return -1;
    return (int)syscall(SYS_epoll_ctl, epoll, operation, fd, event);
}

int accept4(int fd, struct sockaddr *restrict address, socklen_t *restrict len, int flags)
{
    if (is_refused(DESCRIPTOR, EMFILE))
        return -1;
    return (int)syscall(SYS_accept4, fd, address, len, flags);
}

int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes,
                   void *(*run)(void *), void *restrict arg)
{
    typedef int create_fn(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    union { /* ISO C knows no way from one to the other */
        void *object;
        create_fn *function;
    } next = {.object = dlsym(RTLD_NEXT, "pthread_create")};

    if (is_refused(THREAD, EAGAIN))
        return EAGAIN;
    return next.function(thread, attributes, run, arg);
}
