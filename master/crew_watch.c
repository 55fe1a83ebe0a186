/* SPDX-License-Identifier: MIT */
/*
 * What is looked at from time to time: workers whose loop is silent, or that hold too much memory;
 * see crew.h.
 */
#include "config.h"

#include <stdatomic.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/units.h"
#include "ipc/scoreboard.h"
#include "master/crew.h"
#include "master/crew_process.h"
#include "master/queues.h"
#include "master/rss.h"

/* How often silence is looked for: a part of the limit, within bounds. */
#define SILENCE_PART   4
#define SILENCE_MIN_NS (100 * CADRE__NSEC_PER_MSEC)
#define SILENCE_MAX_NS (5 * CADRE__NSEC_PER_SEC)
/* A worker whose loop is in one turn for longer is passed over while others have room. */
#define STUCK_NS (20 * CADRE__NSEC_PER_MSEC)
/* How often memory is looked at, where it is limited. */
#define RSS_LOOK_NS (2 * CADRE__NSEC_PER_SEC)

/* How long the loop of a worker has been in one turn; 0: it waits, or does not accept. */
static uint64_t silence(const struct process *p, uint64_t now_ns)
{
    const struct cadre__score *score = &p->crew->board->slot[p->slot];
    uint64_t turn_ns = atomic_load_explicit(&score->turn_ns, memory_order_relaxed);

    if (atomic_load_explicit(&score->state, memory_order_relaxed) != CADRE__SCORE_ACCEPTING ||
        atomic_load_explicit(&score->waiting, memory_order_relaxed) != 0)
        return 0;
    return turn_ns != 0 && turn_ns < now_ns ? now_ns - turn_ns : 0;
}

void crew_pulse(const struct crew *crew, uint32_t slot, struct queues_pulse *ret)
{
    const struct cadre__score *score;

    *ret = (struct queues_pulse){.full = true};
    if (slot >= MACHINE_SLOTS_MAX || crew->processes[slot].pid == 0)
        return;
    score = &crew->board->slot[slot];
    ret->waiting = atomic_load_explicit(&score->waiting, memory_order_acquire) != 0;
    ret->turn_ns = atomic_load_explicit(&score->turn_ns, memory_order_relaxed);
    /* One that was told by somebody else to leave says so there. */
    ret->full = atomic_load_explicit(&score->gated, memory_order_relaxed) != 0 ||
                atomic_load_explicit(&score->state, memory_order_relaxed) != CADRE__SCORE_ACCEPTING;
}

bool crew_has_room(const struct crew *crew, uint32_t slot, uint64_t now_ns)
{
    const struct process *p = slot < MACHINE_SLOTS_MAX ? &crew->processes[slot] : NULL;

    return p != NULL && p->pid != 0 &&
           atomic_load_explicit(&crew->board->slot[slot].gated, memory_order_relaxed) == 0 &&
           silence(p, now_ns) <= STUCK_NS;
}

bool crew_is_stuck(const struct crew *crew, uint64_t limit_ns, uint64_t now_ns)
{
    bool any = false;

    for (uint32_t slot = 0; slot < crew->high_water; slot++) {
        const struct process *p = &crew->processes[slot];

        if (p->pid == 0 || p->kind != CADRE__CHILD_WORKER ||
            atomic_load_explicit(&crew->board->slot[slot].state, memory_order_relaxed) !=
                CADRE__SCORE_ACCEPTING)
            continue;
        if (silence(p, now_ns) <= limit_ns)
            return false;
        any = true;
    }
    return any;
}

static void report_silent(struct process *p, uint64_t silent_ns)
{
    char place[CADRE__SCORE_TEXT_SIZE];
    struct machine_event event = {.type = EVENT_SILENT, .silent_ns = silent_ns};

    event.text = process_place(p, place);
    process_report(p, &event);
}

uint64_t crew_check_silence(struct crew *crew, uint64_t now_ns)
{
    uint64_t least = UINT64_MAX;

    for (uint32_t slot = 0; slot < crew->high_water; slot++) {
        struct process *p = &crew->processes[slot];
        uint64_t silent_ns;

        if (p->pid == 0 || p->worker_timeout_ns == 0)
            continue;
        if (p->worker_timeout_ns < least)
            least = p->worker_timeout_ns;
        silent_ns = silence(p, now_ns);
        if (silent_ns > p->worker_timeout_ns)
            report_silent(p, silent_ns);
    }
    if (least == UINT64_MAX)
        return least;
    least /= SILENCE_PART;
    return least < SILENCE_MIN_NS   ? SILENCE_MIN_NS
           : least > SILENCE_MAX_NS ? SILENCE_MAX_NS
                                    : least;
}

uint64_t crew_check_rss(struct crew *crew)
{
    uint64_t next = UINT64_MAX;

    for (uint32_t slot = 0; slot < crew->high_water; slot++) {
        struct process *p = &crew->processes[slot];
        char held[CADRE__UNITS_TEXT_SIZE], limit[CADRE__UNITS_TEXT_SIZE], text[96];
        struct machine_event event = {.type = EVENT_WORN, .text = text};
        uint64_t bytes;

        if (p->pid == 0 || p->max_rss == 0)
            continue;
        next = RSS_LOOK_NS;
        if (rss_read(p->pid, &bytes) < 0 || bytes <= p->max_rss)
            continue;
        snprintf(text, sizeof(text), "it holds %s of memory, more than %s (max_rss)",
                 cadre__format_size(bytes & ~UINT64_C(0xfffff), held),
                 cadre__format_size(p->max_rss, limit));
        process_report(p, &event);
    }
    return next;
}
