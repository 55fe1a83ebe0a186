/* SPDX-License-Identifier: MIT */
/*
 * The handler of faults. worker/crash.h has the contract.
 *
 * One thread is served, the first; others that crash meanwhile wait for the end that it brings. All
 * of these signals are blocked while the handler runs, so that a fault of its own is the kernel's.
 */
#include "config.h"

#include "worker/crash.h"

#include <errno.h>
#include <execinfo.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "async/coroutine.h"
#include "async/loop.h"
#include "async/thread_pool.h"
#include "base/log.h"
#include "ipc/crash_record.h"
#include "worker/child.h"
#include "worker/locate.h"
#include "worker/request_line.h"
#include "worker/short_text.h"

enum {
    STACK_SIZE = 64 * 1024, /* the watchdog's unwinder uses the same one */
    TEXT_SIZE = 256,
    NAME_MAX_LEN = CADRE__CRASH_NAME_SIZE,
    OWN_FRAMES = 4,  /* of the handler itself, above those that count */
    OTHERS_WAIT = 5, /* seconds that another thread's report may take */
};

static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};

static struct cadre__shm area = {.fd = -1};
static struct cadre__crash_record *record; /* this process's; NULL: none */
static struct cadre__loop *watched_loop;
static atomic_bool taken;

/* --- who was at work --- */

static void note_subject(struct cadre__crash_subject *subject,
                         const struct cadre__stack_owner *owner)
{
    const struct cadre_request *req = request_of_data(owner->data);

    short_text_copy(subject->handler, sizeof(subject->handler), owner->handler);
    if (owner->name != NULL && (owner->handler == NULL || strcmp(owner->name, owner->handler) != 0))
        short_text_copy(subject->task, sizeof(subject->task), owner->name);
    if (req != NULL) {
        short_text_copy(subject->module, sizeof(subject->module), request_module(req));
        request_line_write(req, subject->request, sizeof(subject->request));
    }
}

static struct cadre__stack_owner owner_of(const struct cadre__coroutine *co)
{
    return (struct cadre__stack_owner){
        .name = cadre__coroutine_name(co),
        .handler = cadre__coroutine_handler(co),
        .data = cadre__coroutine_data(co),
    };
}

/* What the calling thread is at: the coroutine that runs, or the one that waits for its job. False:
 * neither. */
static bool find_owner(struct cadre__stack_owner *ret)
{
    const struct cadre__thread_job *job = cadre__thread_pool_current();
    const struct cadre__coroutine *co = job != NULL ? job->co : cadre__coroutine_current();

    if (co == NULL)
        return false;
    *ret = owner_of(co);
    return true;
}

static void name_thread(char name[static CADRE__CRASH_THREAD_SIZE])
{
    struct short_text text = {.data = name, .size = CADRE__CRASH_THREAD_SIZE};
    unsigned number = cadre__thread_pool_number();

    if (watched_loop != NULL && cadre__loop_current() == watched_loop)
        short_text_put(&text, "loop", 4);
    else if (number == 0)
        (void)prctl(PR_GET_NAME, name);
    else {
        short_text_put(&text, "pool thread ", 12);
        short_text_put_number(&text, number);
    }
}

static void note_thread(unsigned number, const struct cadre__thread_job *job, void *arg)
{
    struct cadre__crash_record *r = arg;
    struct cadre__crash_thread *thread;
    struct cadre__stack_owner owner = {.name = NULL};
    const struct cadre_request *req;
    struct short_text name;

    if (r->n_threads >= CADRE__CRASH_THREADS)
        return;
    thread = &r->threads[r->n_threads];
    name = (struct short_text){.data = thread->name, .size = sizeof(thread->name)};
    short_text_put(&name, "pool thread ", 12);
    short_text_put_number(&name, number);
    if (job->co != NULL)
        owner = owner_of(job->co);
    req = request_of_data(owner.data);
    if (req != NULL)
        short_text_copy(thread->module, sizeof(thread->module), request_module(req));
    short_text_copy(thread->handler, sizeof(thread->handler),
                    owner.handler ? owner.handler : owner.name);
    r->n_threads++;
}

/* --- the record --- */

static void reach(struct cadre__crash_record *r, enum cadre__crash_stage stage)
{
    atomic_store_explicit(&r->stage, (uint32_t)stage, memory_order_release);
}

static void note_registers(struct cadre__crash_record *r, const ucontext_t *context)
{
#if defined(__x86_64__)
    for (size_t i = 0; i < CADRE__CRASH_REGISTERS; i++)
        r->registers[i] = (uint64_t)context->uc_mcontext.gregs[i];
    r->n_registers = CADRE__CRASH_REGISTERS;
    r->pc = (uint64_t)context->uc_mcontext.gregs[REG_RIP];
    r->sp = (uint64_t)context->uc_mcontext.gregs[REG_RSP];
#elif defined(__aarch64__)
    for (size_t i = 0; i < CADRE__CRASH_REGISTERS; i++)
        r->registers[i] = context->uc_mcontext.regs[i];
    r->n_registers = CADRE__CRASH_REGISTERS;
    r->pc = context->uc_mcontext.pc;
    r->sp = context->uc_mcontext.sp;
#else
    (void)r;
    (void)context;
#endif
}

static void note_signal(struct cadre__crash_record *r, int signo, const siginfo_t *info,
                        const ucontext_t *context)
{
    bool sent = info->si_code <= 0;

    r->tid = (uint32_t)syscall(SYS_gettid);
    r->signo = signo;
    r->code = info->si_code;
    r->sender = sent ? (int32_t)info->si_pid : 0;
    r->address = sent ? 0 : (uint64_t)(uintptr_t)info->si_addr;
    note_registers(r, context);
    name_thread(r->thread);
}

/* Where a call of something that is no code came from. */
static void *caller_of_nothing(const struct cadre__crash_record *r, const ucontext_t *context)
{
#if defined(__x86_64__)
    (void)context;
    return *(void **)(uintptr_t)r->sp;
#elif defined(__aarch64__)
    (void)r;
    return (void *)(uintptr_t)context->uc_mcontext.regs[30];
#else
    (void)r;
    (void)context;
    return NULL;
#endif
}

static void note_trace(struct cadre__crash_record *r, const ucontext_t *context)
{
    static void *frames[CADRE__BACKTRACE_FRAMES + OWN_FRAMES]; /* one thread is here, once */
    int n = backtrace(frames, (int)(sizeof(frames) / sizeof(frames[0])));
    void *pc = (void *)(uintptr_t)r->pc;
    int skip = 0;

    while (skip < n && frames[skip] != pc)
        skip++;
    if (skip == n) { /* the unwinder did not get past the signal */
        skip = 0;
        n = 1;
        frames[0] = pc;
    }
    locate_frames(frames + skip, (size_t)(n - skip), true, &r->trace);
    if (r->trace.n_frames == 1 && r->trace.frames[0].object == CADRE__BACKTRACE_NO_OBJECT) {
        frames[0] = pc; /* a jump to nowhere */
        frames[1] = caller_of_nothing(r, context);
        locate_frames(frames, 2, true, &r->trace);
    }
}

static void tell_overflow(const struct cadre__stack_owner *owner)
{
    const char *name = owner->name ? owner->name : "?";
    char data[TEXT_SIZE];
    struct short_text text = {.data = data, .size = sizeof(data)};

    short_text_put(&text, "stack overflow in ", TEXT_SIZE);
    if (owner->handler && strcmp(owner->handler, name) != 0) {
        short_text_put(&text, "task ", TEXT_SIZE);
        short_text_put(&text, name, NAME_MAX_LEN);
        short_text_put(&text, " of ", TEXT_SIZE);
        name = owner->handler;
    }
    short_text_put(&text, "handler ", TEXT_SIZE);
    short_text_put(&text, name, NAME_MAX_LEN);
    short_text_put(&text, ": its stack has ", TEXT_SIZE);
    short_text_put_number(&text, owner->size / 1024);
    short_text_put(&text, " KiB, see coroutine_stack", TEXT_SIZE);
    cadre__log_in_signal(CADRE_LOG_CRITICAL, data);
}

static void report(int signo, const siginfo_t *info, const ucontext_t *context)
{
    struct cadre__stack_owner owner;
    bool known, overflow;

    overflow = info->si_code > 0 && cadre__stack_owner(info->si_addr, &owner) && owner.overflow;
    if (record != NULL) {
        note_signal(record, signo, info, context);
        record->stack_size = overflow ? owner.size : 0;
        reach(record, CADRE__CRASH_SIGNAL);
    }
    if (overflow)
        tell_overflow(&owner);
    if (record == NULL)
        return;
    known = overflow || find_owner(&owner);
    if (known)
        note_subject(&record->subject, &owner);
    reach(record, CADRE__CRASH_SUBJECT);
    note_trace(record, context);
    reach(record, CADRE__CRASH_TRACE);
    if (watched_loop != NULL)
        cadre__thread_pool_peek(cadre__loop_threads(watched_loop), note_thread, record);
    reach(record, CADRE__CRASH_WHOLE);
}

/* --- the handler --- */

/* Whether coming back runs into the same fault again. */
static bool comes_again(int signo, const siginfo_t *info)
{
    return info->si_code > 0 &&
           (signo == SIGSEGV || signo == SIGBUS || signo == SIGFPE || signo == SIGILL);
}

static void on_fault(int signo, siginfo_t *info, void *context)
{
    struct sigaction fall = {.sa_handler = SIG_DFL};
    struct timespec rest = {.tv_sec = OTHERS_WAIT};

    if (!atomic_exchange(&taken, true))
        report(signo, info, context);
    else
        while (nanosleep(&rest, &rest) < 0 && errno == EINTR)
            ;
    (void)sigaction(signo, &fall, NULL);
    if (!comes_again(signo, info))
        (void)raise(signo); /* blocked until this returns */
}

static int give_stack(void)
{
    stack_t stack;

    if (sigaltstack(NULL, &stack) == 0 && (stack.ss_flags & SS_DISABLE) == 0)
        return 0;
    stack = (stack_t){.ss_size = STACK_SIZE};
    stack.ss_sp = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack.ss_sp == MAP_FAILED)
        return -ENOMEM;
    return sigaltstack(&stack, NULL) < 0 ? -errno : 0;
}

static int attach_record(const struct child *child)
{
    const struct cadre__heritage_shm *shm =
        cadre__heritage_find_shm(&child->heritage, CADRE__CRASHES_AREA);
    struct cadre__crashes *crashes;
    int r;

    if (shm == NULL || child->heritage.slot >= CADRE__SLOTS_MAX)
        return 0;
    r = cadre__shm_attach(&area, CADRE__CRASHES_AREA, shm->fd, true);
    if (r == 0)
        r = cadre__crashes_open(&area, &crashes);
    if (r == 0)
        record = &crashes->records[child->heritage.slot];
    return r;
}

int crash_watch(const struct child *child, struct cadre__loop *loop)
{
    struct sigaction action = {.sa_flags = SA_SIGINFO | SA_ONSTACK};
    int r = attach_record(child);

    if (r == 0)
        r = give_stack();
    if (r < 0)
        return r;
    locate_init();
    watched_loop = loop;
    action.sa_sigaction = on_fault;
    (void)sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        (void)sigaddset(&action.sa_mask, faults[i]);
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        struct sigaction before;

        if (sigaction(faults[i], NULL, &before) == 0 && !(before.sa_flags & SA_SIGINFO) &&
            before.sa_handler == SIG_DFL)
            (void)sigaction(faults[i], &action, NULL);
    }
    return 0;
}

void crash_forget_loop(void)
{
    watched_loop = NULL;
}
