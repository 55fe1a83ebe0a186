/* SPDX-License-Identifier: MIT */
/*
 * The handler of faults. worker/crash.h has the contract.
 */
#include "config.h"

#include "worker/crash.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "async/coroutine.h"
#include "base/log.h"

enum {
    STACK_SIZE = 64 * 1024, /* the watchdog's unwinder uses the same one */
    TEXT_SIZE = 256,
    NAME_MAX_LEN = 96,
};

static const int faults[] = {SIGSEGV, SIGBUS};

struct text {
    char data[TEXT_SIZE];
    size_t len;
};

static void put(struct text *text, const char *s, size_t max)
{
    for (; *s && max > 0 && text->len < sizeof(text->data) - 1; s++, max--)
        text->data[text->len++] = *s;
    text->data[text->len] = '\0';
}

static void put_number(struct text *text, size_t number)
{
    char digits[24];
    size_t at = sizeof(digits) - 1;

    digits[at] = '\0';
    do
        digits[--at] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    put(text, digits + at, sizeof(digits));
}

static void tell_overflow(const struct cadre__stack_owner *owner)
{
    const char *name = owner->name ? owner->name : "?";
    struct text text = {.len = 0};

    put(&text, "stack overflow in ", TEXT_SIZE);
    if (owner->handler && strcmp(owner->handler, name) != 0) {
        put(&text, "task ", TEXT_SIZE);
        put(&text, name, NAME_MAX_LEN);
        put(&text, " of ", TEXT_SIZE);
        name = owner->handler;
    }
    put(&text, "handler ", TEXT_SIZE);
    put(&text, name, NAME_MAX_LEN);
    put(&text, ": its stack has ", TEXT_SIZE);
    put_number(&text, owner->size / 1024);
    put(&text, " KiB, see coroutine_stack", TEXT_SIZE);
    cadre__log_in_signal(CADRE_LOG_CRITICAL, text.data);
}

static void on_fault(int signo, siginfo_t *info, void *context)
{
    struct cadre__stack_owner owner;

    (void)context;
    /* SA_RESETHAND: returning runs into the same fault again, which now kills. A signal that
     * somebody sent has no instruction to do that. */
    if (info->si_code <= 0)
        (void)raise(signo);
    else if (cadre__stack_owner(info->si_addr, &owner) && owner.overflow)
        tell_overflow(&owner);
}

static int give_stack(void)
{
    stack_t stack = {.ss_size = STACK_SIZE};

    stack.ss_sp = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack.ss_sp == MAP_FAILED)
        return -ENOMEM;
    return sigaltstack(&stack, NULL) < 0 ? -errno : 0;
}

int crash_watch(void)
{
    struct sigaction action = {.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESETHAND};
    int r = give_stack();

    if (r < 0)
        return r;
    action.sa_sigaction = on_fault;
    (void)sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        struct sigaction before;

        if (sigaction(faults[i], NULL, &before) == 0 && !(before.sa_flags & SA_SIGINFO) &&
            before.sa_handler == SIG_DFL)
            (void)sigaction(faults[i], &action, NULL);
    }
    return 0;
}
