/* SPDX-License-Identifier: MIT */
/*
 * lib/async/context.c: the first frame of a context whose switch is in assembly. What it lays out
 * is what context_x86_64.S and context_aarch64.S take up; see there. Built only beside one of them.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "async/context.h"

/* In assembly; not to be called. */
extern void cadre__context_begin(void);

#if defined(__x86_64__)

struct frame {
    uint32_t mxcsr;
    uint16_t x87_control;
    uint16_t unused;
    void (*r12)(void *);
    void *r13;
    uintptr_t r14, r15, rbx, rbp;
    void (*rip)(void);
    uintptr_t end; /* where rsp is when it begins: a multiple of 16 */
};

_Static_assert(sizeof(struct frame) == 72, "the layout that context_x86_64.S pops");

/* A coroutine begins with the modes of whoever starts it, as a function called by it would. */
static inline void fill_modes(struct frame *frame)
{
    __asm__ volatile("stmxcsr %0" : "=m"(frame->mxcsr));
    __asm__ volatile("fnstcw %0" : "=m"(frame->x87_control));
}

static void fill(struct frame *frame, void (*entry)(void *), void *arg)
{
    frame->r12 = entry;
    frame->r13 = arg;
    frame->rip = cadre__context_begin;
    fill_modes(frame);
}

#define FRAME_BYTES offsetof(struct frame, end)

#elif defined(__aarch64__)

struct frame {
    uint64_t d8_to_d15[8];
    void (*x19)(void *);
    void *x20;
    uintptr_t x21_to_x28[8];
    uintptr_t x29;
    void (*x30)(void);
    uint64_t fpcr;
    uint64_t unused;
};

_Static_assert(sizeof(struct frame) == 176, "the layout that context_aarch64.S loads");

/* A coroutine begins with the modes of whoever starts it, as a function called by it would. */
static inline void fill_modes(struct frame *frame)
{
    __asm__ volatile("mrs %0, fpcr" : "=r"(frame->fpcr));
}

static void fill(struct frame *frame, void (*entry)(void *), void *arg)
{
    frame->x19 = entry;
    frame->x20 = arg;
    frame->x30 = cadre__context_begin;
    fill_modes(frame);
}

#define FRAME_BYTES sizeof(struct frame)

#else
#error "no assembly for this processor: configure --enable-ucontext"
#endif

void cadre__context_make(struct cadre__context *context, void *base, size_t size,
                         void (*entry)(void *), void *arg)
{
    uintptr_t top = ((uintptr_t)base + size) & ~(uintptr_t)15;
    struct frame *frame;

    assert(size >= 1024);
    /* 16 spare bytes above, for the word at `end` and so that the stack's end is never read past.
     */
    frame = (struct frame *)(top - 16 - FRAME_BYTES);
    memset(frame, 0, sizeof(*frame));
    fill(frame, entry, arg);
    context->sp = frame;
}

bool cadre__context_renew(struct cadre__context *context)
{
    fill_modes(context->sp);
    return true;
}
