/* SPDX-License-Identifier: MIT */
/*
 * lib/async/watchdog.c: looking at a loop from a thread of its own. See watchdog.h.
 *
 * The loop tells two things: the number of its steps, and whether it waits. Between two looks at
 * the same number nothing happened but one step, if it does not wait.
 *
 * Going to sleep takes two waits: dozes is set, and only after a whole period in which the loop
 * was still at rest does the wait have no time-out. So the turn's beginning needs no fence between
 * "I do not wait any more" and "does the watchdog doze?": what it stored has long been visible.
 *
 * Frames: the state says whose the sample is. ASKED -> TAKING -> TAKEN by the signal handler;
 * whoever takes too long finds it IDLE again and leaves it alone.
 */
#include "config.h"

#include <assert.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <inttypes.h>
#include <limits.h>
#include <link.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "async/coroutine_internal.h"
#include "async/loop_internal.h"
#include "async/watchdog.h"
#include "base/clock.h"

#define REST_NS        CADRE__NSEC_PER_SEC        /* so long at rest, and the watchdog sleeps */
#define PERIOD_MIN_NS  (CADRE__NSEC_PER_MSEC / 4) /* between two looks */
#define PERIOD_MAX_NS  (250 * CADRE__NSEC_PER_MSEC)
#define PERIOD_SLOW_NS (10 * CADRE__NSEC_PER_MSEC)  /* while a step that was reported goes on */
#define ANSWER_NS      (100 * CADRE__NSEC_PER_MSEC) /* for the loop's thread to take the signal */

enum {
    SIGNAL = SIGURG,          /* nobody minds a stray one */
    SIGNAL_STACK = 64 * 1024, /* enough for the unwinder and for the widest registers */
    WATCHDOG_STACK = 256 * 1024,
};

enum { PROGRAM_SIZE = 1024 };

enum { IDLE, ASKED, TAKING, TAKEN };

struct sample {
    _Atomic uint32_t state;
    uint32_t steps; /* of the loop when it was taken */
    int n_frames;
    size_t skip; /* frames of the handler itself */
    void *frames[CADRE__WATCHDOG_FRAMES];
    char name[CADRE__WATCHDOG_NAME_SIZE];
    char handler[CADRE__WATCHDOG_NAME_SIZE];
};

struct cadre__watchdog {
    struct cadre__watchdog_options options;
    pthread_t loop_thread;
    pthread_t thread;
    uint64_t period_ns;
    void *signal_stack; /* of the loop's thread, where it had none; or NULL */

    _Atomic uint32_t bell; /* rung to end a wait; its number is futex */
    atomic_bool stopping;
    _Atomic uint64_t sleeps;
    _Atomic uint64_t count;
    struct sample sample;
};

/* One handler for all loops of the process. */
static pthread_mutex_t handler_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned handler_users;
static struct sigaction handler_before;

static long futex(_Atomic uint32_t *word, int op, uint32_t value, const struct timespec *timeout)
{
    return syscall(SYS_futex, word, op | FUTEX_PRIVATE_FLAG, value, timeout, NULL, 0);
}

/* Waits while *word is `value`, for `ns` at most; CADRE__NEVER: for ever. May end early. */
static void futex_wait(_Atomic uint32_t *word, uint32_t value, uint64_t ns)
{
    const struct timespec timeout = {
        .tv_sec = (time_t)(ns / CADRE__NSEC_PER_SEC),
        .tv_nsec = (long)(ns % CADRE__NSEC_PER_SEC),
    };

    (void)futex(word, FUTEX_WAIT, value, ns == CADRE__NEVER ? NULL : &timeout);
}

/* ---- frames: in the loop's thread, in signal context ---- */

static const void *interrupted_at(const ucontext_t *context)
{
#if defined(__x86_64__)
    return (const void *)(uintptr_t)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    return (const void *)(uintptr_t)context->uc_mcontext.pc;
#else
    (void)context;
    return NULL;
#endif
}

static void copy_name(char dst[static CADRE__WATCHDOG_NAME_SIZE], const char *name)
{
    size_t len = name ? strnlen(name, CADRE__WATCHDOG_NAME_SIZE - 1) : 0;

    if (len > 0)
        memcpy(dst, name, len);
    dst[len] = '\0';
}

static void take_sample(struct sample *sample, const struct cadre__loop *loop, const void *at)
{
    const struct cadre__coroutine *co = loop->running;

    copy_name(sample->name, co == &loop->root ? NULL : co->name);
    copy_name(sample->handler, co->handler);
    sample->steps = atomic_load_explicit(&loop->steps, memory_order_relaxed);
    sample->n_frames = backtrace(sample->frames, CADRE__WATCHDOG_FRAMES);
    sample->skip = 0;
    for (int i = 0; at && i < sample->n_frames; i++)
        if (sample->frames[i] == at)
            sample->skip = (size_t)i;
}

static void on_signal(int signo, siginfo_t *info, void *context)
{
    const struct cadre__loop *loop = cadre__loop_current();
    struct cadre__watchdog *watchdog = loop ? loop->watchdog : NULL;
    uint32_t asked = ASKED;
    int saved = errno;

    (void)signo;
    (void)info;
    if (!watchdog ||
        !atomic_compare_exchange_strong(&watchdog->sample.state, &asked, (uint32_t)TAKING))
        return;
    take_sample(&watchdog->sample, loop, interrupted_at(context));
    atomic_store(&watchdog->sample.state, TAKEN);
    (void)futex(&watchdog->sample.state, FUTEX_WAKE, 1, NULL);
    errno = saved;
}

static void install_handler(void)
{
    struct sigaction action = {.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK};
    void *frame;

    (void)pthread_mutex_lock(&handler_lock);
    if (handler_users++ == 0) {
        /* The first call of backtrace() loads what it needs, which a handler must not. */
        (void)backtrace(&frame, 1);
        action.sa_sigaction = on_signal;
        (void)sigemptyset(&action.sa_mask);
        (void)sigaction(SIGNAL, &action, &handler_before);
    }
    (void)pthread_mutex_unlock(&handler_lock);
}

static void remove_handler(void)
{
    (void)pthread_mutex_lock(&handler_lock);
    if (--handler_users == 0)
        (void)sigaction(SIGNAL, &handler_before, NULL);
    (void)pthread_mutex_unlock(&handler_lock);
}

/* A coroutine's stack may have no room for the handler: it has one of its own. */
static int give_signal_stack(struct cadre__watchdog *watchdog)
{
    stack_t stack;

    if (sigaltstack(NULL, &stack) < 0 || !(stack.ss_flags & SS_DISABLE))
        return 0;
    stack.ss_sp = mmap(NULL, SIGNAL_STACK, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack.ss_sp == MAP_FAILED)
        return -ENOMEM;
    stack.ss_size = SIGNAL_STACK;
    stack.ss_flags = 0;
    if (sigaltstack(&stack, NULL) < 0) {
        int r = -errno;

        (void)munmap(stack.ss_sp, SIGNAL_STACK);
        return r;
    }
    watchdog->signal_stack = stack.ss_sp;
    return 0;
}

static void take_signal_stack(struct cadre__watchdog *watchdog)
{
    stack_t stack;

    if (!watchdog->signal_stack)
        return;
    if (sigaltstack(NULL, &stack) == 0 && stack.ss_sp == watchdog->signal_stack) {
        stack.ss_flags = SS_DISABLE;
        (void)sigaltstack(&stack, NULL);
    }
    (void)munmap(watchdog->signal_stack, SIGNAL_STACK);
}

/* ---- reports: in the watchdog's thread ---- */

/* Has the loop's thread note where it is. Returns whether it did, in the same step. */
static bool ask(struct cadre__watchdog *watchdog, uint32_t steps)
{
    struct sample *sample = &watchdog->sample;
    uint64_t end = cadre__clock_now(cadre__clock_system()) + ANSWER_NS;
    uint32_t state = ASKED;

    atomic_store(&sample->state, ASKED);
    if (pthread_kill(watchdog->loop_thread, SIGNAL) != 0)
        return false;
    while ((state = atomic_load(&sample->state)) != TAKEN) {
        uint64_t now = cadre__clock_now(cadre__clock_system());

        if (now >= end && state == ASKED &&
            atomic_compare_exchange_strong(&sample->state, &state, (uint32_t)IDLE))
            return false;
        futex_wait(&sample->state, state, now < end ? end - now : ANSWER_NS);
    }
    atomic_store(&sample->state, IDLE);
    return sample->steps == steps;
}

static void report_slow(struct cadre__watchdog *watchdog, uint32_t steps, uint64_t held_ns)
{
    struct sample *sample = &watchdog->sample;
    struct cadre__watchdog_report report = {.name = "", .handler = "", .held_ns = held_ns};

    atomic_fetch_add_explicit(&watchdog->count, 1, memory_order_relaxed);
    sample->name[0] = '\0';
    sample->handler[0] = '\0';
    if (ask(watchdog, steps)) {
        report.name = sample->name;
        report.handler = sample->handler;
        report.frames = sample->frames + sample->skip;
        report.n_frames = (size_t)sample->n_frames - sample->skip;
    }
    watchdog->options.on_slow(&report, watchdog->options.arg);
}

static void report_end(struct cadre__watchdog *watchdog, uint64_t held_ns)
{
    const struct cadre__watchdog_report report = {
        .name = watchdog->sample.name,
        .handler = watchdog->sample.handler,
        .held_ns = held_ns,
        .ended = true,
    };

    watchdog->options.on_slow(&report, watchdog->options.arg);
}

/* ---- looking ---- */

/* The step that is looked at. */
struct view {
    uint32_t steps;
    bool at_rest;      /* the loop waits */
    uint64_t since_ns; /* seen for the first time; true as of a period before */
    bool reported;
};

static struct view look(const struct cadre__watchdog *watchdog)
{
    const struct cadre__loop *loop = watchdog->options.loop;

    return (struct view){
        .steps = atomic_load_explicit(&loop->steps, memory_order_relaxed),
        .at_rest = atomic_load_explicit(&loop->asleep, memory_order_relaxed),
        .since_ns = cadre__clock_now(cadre__clock_system()),
    };
}

static bool is_same(const struct view *a, const struct view *b)
{
    return a->steps == b->steps && a->at_rest == b->at_rest;
}

/* Waits for the next look. `at_rest_ns`: the loop has been for so long. */
static void wait_for_look(struct cadre__watchdog *watchdog, const struct view *view,
                          uint64_t at_rest_ns)
{
    struct cadre__loop *loop = watchdog->options.loop;
    uint32_t bell = atomic_load(&watchdog->bell);
    uint64_t ns = watchdog->period_ns;

    if (atomic_load(&watchdog->stopping))
        return;
    if (view->reported && ns > PERIOD_SLOW_NS)
        ns = PERIOD_SLOW_NS;
    if (at_rest_ns < REST_NS) {
        futex_wait(&watchdog->bell, bell, ns);
        return;
    }
    if (!atomic_exchange(&loop->watchdog_dozes, true)) {
        futex_wait(&watchdog->bell, bell, ns);
        return; /* with another look, before the sleep proper */
    }
    atomic_fetch_add_explicit(&watchdog->sleeps, 1, memory_order_relaxed);
    futex_wait(&watchdog->bell, bell, CADRE__NEVER);
}

static void *watch(void *arg)
{
    struct cadre__watchdog *watchdog = arg;
    struct view view = look(watchdog);

    (void)prctl(PR_SET_NAME, "cadre-watchdog");
    while (!atomic_load(&watchdog->stopping)) {
        struct view now = look(watchdog);
        uint64_t held = now.since_ns - view.since_ns;

        if (!is_same(&now, &view)) {
            if (view.reported)
                report_end(watchdog, held);
            view = now;
            held = 0;
        } else if (!view.at_rest && !view.reported && held >= watchdog->options.slow_ns) {
            report_slow(watchdog, view.steps, held);
            view.reported = true;
        }
        wait_for_look(watchdog, &view, view.at_rest ? held : 0);
    }
    return NULL;
}

void cadre__watchdog_wake(struct cadre__watchdog *watchdog)
{
    struct cadre__loop *loop = watchdog->options.loop;

    atomic_store(&loop->watchdog_dozes, false);
    atomic_fetch_add(&watchdog->bell, 1);
    (void)futex(&watchdog->bell, FUTEX_WAKE, 1, NULL);
}

uint64_t cadre__watchdog_count(const struct cadre__watchdog *watchdog)
{
    return atomic_load_explicit(&watchdog->count, memory_order_relaxed);
}

uint64_t cadre__watchdog_sleeps(const struct cadre__watchdog *watchdog)
{
    return atomic_load_explicit(&watchdog->sleeps, memory_order_relaxed);
}

/* ---- start and stop ---- */

/* With all signals blocked: they are for others. */
static int start_thread(struct cadre__watchdog *watchdog)
{
    sigset_t all, before;
    pthread_attr_t attr;
    int r;

    if ((r = pthread_attr_init(&attr)) != 0)
        return -r;
    (void)pthread_attr_setstacksize(&attr, WATCHDOG_STACK);
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    r = pthread_create(&watchdog->thread, &attr, watch, watchdog);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)pthread_attr_destroy(&attr);
    return -r;
}

int cadre__watchdog_start(const struct cadre__watchdog_options *options,
                          struct cadre__watchdog **ret)
{
    struct cadre__loop *loop = options->loop;
    struct cadre__watchdog *watchdog;
    uint64_t period = options->slow_ns / 4;
    int r;

    assert(loop == cadre__loop_current());
    if (loop->watchdog)
        return -EBUSY;
    watchdog = calloc(1, sizeof(*watchdog));
    if (!watchdog)
        return -ENOMEM;
    watchdog->options = *options;
    watchdog->loop_thread = pthread_self();
    watchdog->period_ns = period < PERIOD_MIN_NS   ? PERIOD_MIN_NS
                          : period > PERIOD_MAX_NS ? PERIOD_MAX_NS
                                                   : period;
    if ((r = give_signal_stack(watchdog)) < 0) {
        free(watchdog);
        return r;
    }
    install_handler();
    loop->watchdog = watchdog;
    if ((r = start_thread(watchdog)) < 0) {
        loop->watchdog = NULL;
        remove_handler();
        take_signal_stack(watchdog);
        free(watchdog);
        return r;
    }
    *ret = watchdog;
    return 0;
}

void cadre__watchdog_stop(struct cadre__watchdog *watchdog)
{
    if (!watchdog)
        return;
    atomic_store(&watchdog->stopping, true);
    cadre__watchdog_wake(watchdog);
    (void)pthread_join(watchdog->thread, NULL);
    atomic_store(&watchdog->options.loop->watchdog_dozes, false);
    watchdog->options.loop->watchdog = NULL;
    remove_handler();
    take_signal_stack(watchdog);
    free(watchdog);
}

/* ---- text ---- */

/* The file that `address` was loaded from, and where its address 0 is; NULL: none. */
static const char *find_object(void *address, uintptr_t *ret_base)
{
#if __GLIBC_PREREQ(2, 35)
    struct dl_find_object found;

    if (_dl_find_object(address, &found) < 0)
        return NULL;
    *ret_base = (uintptr_t)found.dlfo_link_map->l_addr;
    return found.dlfo_link_map->l_name;
#else
    struct link_map *map;
    Dl_info info;

    if (!dladdr1(address, &info, (void **)&map, RTLD_DL_LINKMAP))
        return NULL;
    *ret_base = (uintptr_t)map->l_addr;
    return map->l_name;
#endif
}

/* The program's name: its file's, since its argv[0] may be a title. */
static const char *program_name(char buf[static PROGRAM_SIZE])
{
    ssize_t len = readlink("/proc/self/exe", buf, PROGRAM_SIZE - 1);
    const char *slash;

    if (len <= 0)
        return program_invocation_short_name;
    buf[len] = '\0';
    slash = strrchr(buf, '/');
    return slash ? slash + 1 : buf;
}

size_t cadre__frames_format(void *const *frames, size_t n, char *buf, size_t size)
{
    char program[PROGRAM_SIZE];
    size_t len = 0;

    if (size > 0)
        buf[0] = '\0';
    for (size_t i = 0; i < n && len + 1 < size; i++) {
        uintptr_t base = 0;
        const char *name = find_object(frames[i], &base);
        const char *slash = name ? strrchr(name, '/') : NULL;
        int r;

        if (slash)
            name = slash + 1;
        if (name && !name[0])
            name = program_name(program); /* the linker has no name for it */
        r = snprintf(buf + len, size - len, "%s%s+0x%" PRIxPTR, i > 0 ? " " : "", name ? name : "?",
                     (uintptr_t)frames[i] - base);
        if (r < 0 || (size_t)r >= size - len) {
            buf[len] = '\0'; /* a frame is whole or not there */
            break;
        }
        len += (size_t)r;
    }
    return len;
}
