/* SPDX-License-Identifier: MIT */
/*
 * Lays out the area of crash records, and takes records out of it; see crash_record.h.
 */
#include "config.h"

#include "ipc/crash_record.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

/* In the order in which the machine's ucontext has them. */
static const char *const register_names[CADRE__CRASH_REGISTERS] = {
#if defined(__x86_64__)
    "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15", "rdi",
    "rsi", "rbp", "rbx", "rdx", "rax", "rcx", "rsp", "rip", "eflags",
#elif defined(__aarch64__)
    "x0", "x1",  "x2",  "x3",  "x4",  "x5",  "x6",  "x7",  "x8",
    "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17",
#else
    NULL,
#endif
};

const char *cadre__crash_register_name(uint32_t i)
{
    return i < CADRE__CRASH_REGISTERS ? register_names[i] : NULL;
}

int cadre__crashes_create(struct cadre__shm *shm, struct cadre__crashes **ret)
{
    struct cadre__crashes *crashes;
    int r = cadre__shm_create(shm, CADRE__CRASHES_AREA, sizeof(struct cadre__crashes));

    if (r < 0)
        return r;
    crashes = shm->addr;
    crashes->slots = CADRE__SLOTS_MAX;
    crashes->record_size = sizeof(struct cadre__crash_record);
    crashes->magic = CADRE__CRASHES_MAGIC;
    *ret = crashes;
    return 0;
}

int cadre__crashes_open(const struct cadre__shm *shm, struct cadre__crashes **ret)
{
    struct cadre__crashes *crashes = shm->addr;

    if (shm->size < sizeof(*crashes) || crashes->magic != CADRE__CRASHES_MAGIC ||
        crashes->slots != CADRE__SLOTS_MAX ||
        crashes->record_size != sizeof(struct cadre__crash_record))
        return -EPROTO;
    *ret = crashes;
    return 0;
}

/* Reads first: a page that was never touched stays so. */
void cadre__crash_clear(struct cadre__crashes *crashes, uint32_t slot)
{
    struct cadre__crash_record *record = &crashes->records[slot];

    if (atomic_load_explicit(&record->stage, memory_order_relaxed) != CADRE__CRASH_NONE)
        memset(record, 0, sizeof(*record));
}

static void check_subject(struct cadre__crash_subject *subject)
{
    cadre__text_check(subject->module, sizeof(subject->module));
    cadre__text_check(subject->handler, sizeof(subject->handler));
    cadre__text_check(subject->task, sizeof(subject->task));
    cadre__text_check(subject->request, sizeof(subject->request));
}

static void check_threads(struct cadre__crash_record *record)
{
    if (record->n_threads > CADRE__CRASH_THREADS)
        record->n_threads = CADRE__CRASH_THREADS;
    for (uint32_t i = 0; i < record->n_threads; i++) {
        struct cadre__crash_thread *thread = &record->threads[i];

        cadre__text_check(thread->name, sizeof(thread->name));
        cadre__text_check(thread->module, sizeof(thread->module));
        cadre__text_check(thread->handler, sizeof(thread->handler));
    }
}

bool cadre__crash_take(struct cadre__crashes *crashes, uint32_t slot,
                       struct cadre__crash_record *ret)
{
    struct cadre__crash_record *record = &crashes->records[slot];
    uint32_t stage = atomic_load_explicit(&record->stage, memory_order_acquire);

    if (stage == CADRE__CRASH_NONE)
        return false;
    memcpy(ret, record, sizeof(*ret));
    atomic_store_explicit(&ret->stage, stage, memory_order_relaxed);
    cadre__crash_clear(crashes, slot);
    if (ret->n_registers > CADRE__CRASH_REGISTERS)
        ret->n_registers = CADRE__CRASH_REGISTERS;
    cadre__text_check(ret->thread, sizeof(ret->thread));
    if (stage < CADRE__CRASH_SUBJECT)
        memset(&ret->subject, 0, sizeof(ret->subject));
    if (stage < CADRE__CRASH_TRACE)
        memset(&ret->trace, 0, sizeof(ret->trace));
    if (stage < CADRE__CRASH_WHOLE)
        ret->n_threads = 0;
    check_subject(&ret->subject);
    cadre__backtrace_check(&ret->trace);
    check_threads(ret);
    return true;
}
