/* SPDX-License-Identifier: MIT */
/*
 * lib/async/context_ucontext.c: the switch between stacks by the C library's swapcontext(), where
 * there is no assembly for the processor. Two system calls a switch, for the signal mask. A
 * context at rest keeps its ucontext_t on its own stack; see context.h.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <ucontext.h>

#include "async/context.h"

/* The arguments of makecontext() are ints: each pointer comes in two halves. */
static void begin(unsigned entry_high, unsigned entry_low, unsigned arg_high, unsigned arg_low)
{
    uint64_t entry = (uint64_t)entry_high << 32 | entry_low;
    uint64_t arg = (uint64_t)arg_high << 32 | arg_low;

    ((void (*)(void *))(uintptr_t)entry)((void *)(uintptr_t)arg);
    abort();
}

void cadre__context_make(struct cadre__context *context, void *base, size_t size,
                         void (*entry)(void *), void *arg)
{
    uintptr_t top = ((uintptr_t)base + size - sizeof(ucontext_t)) & ~(uintptr_t)63;
    ucontext_t *uc = (ucontext_t *)top;
    uint64_t entry_bits = (uintptr_t)entry;
    uint64_t arg_bits = (uintptr_t)arg;

    assert(size >= sizeof(ucontext_t) + 1024);
    if (getcontext(uc) < 0)
        abort(); /* it only copies registers */
    uc->uc_stack.ss_sp = base;
    uc->uc_stack.ss_size = (size_t)(top - (uintptr_t)base);
    uc->uc_link = NULL;
    makecontext(uc, (void (*)(void))begin, 4, (unsigned)(entry_bits >> 32), (unsigned)entry_bits,
                (unsigned)(arg_bits >> 32), (unsigned)arg_bits);
    context->sp = uc;
}

void cadre__context_switch(struct cadre__context *from, const struct cadre__context *to)
{
    ucontext_t self;

    from->sp = &self;
    if (swapcontext(&self, to->sp) < 0)
        abort(); /* it fails for want of memory for a mask that needs none */
}

bool cadre__context_renew(struct cadre__context *context)
{
    (void)context; /* its modes are inside of what getcontext() has kept */
    return false;
}
