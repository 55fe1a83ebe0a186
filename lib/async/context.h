/* SPDX-License-Identifier: MIT */
/*
 * lib/async/context.h: leaving one stack and going on on another.
 *
 * The lowest part of a coroutine: it knows registers and stacks, and neither loops nor pools. A
 * context is what a flow of control needs to go on where it left: its stack pointer, with the
 * registers that a function must preserve kept on that stack. context_x86_64.S and
 * context_aarch64.S do it by a dozen instructions; context_ucontext.c does it by the C library
 * where we have no assembly (configure --enable-ucontext takes it anywhere).
 *
 * Also preserved: the modes of floating point (mxcsr and the x87 control word; fpcr), since a
 * coroutine that rounds upward must not make others do so. Not preserved: the signal mask (the
 * assembly does not ask the kernel for anything).
 *
 * Control-flow protection: entry points carry landing pads (endbr64, bti). A switch of stacks by
 * hand is not compatible with x86's shadow stacks, so the x86-64 object does not carry their mark;
 * the linker then leaves it off the whole program, and the system does not turn them on for it.
 */
#ifndef CADRE_ASYNC_CONTEXT_H
#define CADRE_ASYNC_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

struct cadre__context {
    void *sp; /* where the context has kept itself, on its own stack */
};

/*
 * Prepares a context on the stack [base, base + size) that, switched to for the first time, calls
 * entry(arg). `entry` never returns: it ends by a last switch away. `base + size` need not be
 * aligned. Needs 1 KiB of the stack, with ucontext more.
 */
void cadre__context_make(struct cadre__context *context, void *base, size_t size,
                         void (*entry)(void *arg), void *arg);

/*
 * A context that ended by a switch away may go on from there instead of being made anew. This gives
 * it the modes of the caller, as making it would have. False where that cannot be done.
 */
bool cadre__context_renew(struct cadre__context *context);

/* Keeps the present context in `from` and goes on in `to`. Returns when something switches back. */
void cadre__context_switch(struct cadre__context *from, const struct cadre__context *to);

#endif
