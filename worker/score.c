/* SPDX-License-Identifier: MIT */
/*
 * Stamps, and the look back at a turn that took too long. worker/score.h has the contract.
 */
#include "worker/score.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "async/loop.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"

void score_stamp(struct cadre__score *score, uint64_t now_ns)
{
    score_set64(&score->turn_ns, now_ns);
    atomic_store_explicit(&score->waiting, 0, memory_order_release);
}

static void on_waking(void *arg, uint64_t now_ns)
{
    struct score_watch *watch = arg;

    watch->ran = false;
    score_stamp(watch->score, now_ns);
}

/* A few ms behind, and a fraction of the price. */
static uint64_t coarse_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return (uint64_t)t.tv_sec * CADRE__NSEC_PER_SEC + (uint64_t)t.tv_nsec;
}

static void tell_slow(const struct score_watch *watch, uint64_t took_ns)
{
    char took[CADRE__UNITS_TEXT_SIZE], phase[CADRE__SCORE_TEXT_SIZE];

    /* Not to the nanosecond. */
    cadre__format_duration(took_ns - took_ns % CADRE__NSEC_PER_MSEC, took);
    cadre__score_get_text(&watch->score->phase, phase);
    if (watch->ran)
        cadre__log(CADRE_LOG_WARNING, "module \"%s\": handler %s held the loop for %s",
                   watch->module, watch->handler, took);
    else if (phase[0] != '\0')
        cadre__log(CADRE_LOG_WARNING, "%s held the loop for %s", phase, took);
    else
        cadre__log(CADRE_LOG_WARNING, "a turn of the loop took %s", took);
}

static void on_waiting(void *arg, uint64_t now_ns)
{
    struct score_watch *watch = arg;

    if (watch->slow_ns > 0) {
        uint64_t end_ns = coarse_now();
        if (end_ns > now_ns && end_ns - now_ns > watch->slow_ns)
            tell_slow(watch, cadre__clock_now(cadre__clock_system()) - now_ns);
    }
    atomic_store_explicit(&watch->score->waiting, 1, memory_order_release);
}

void score_watch_init(struct score_watch *watch, struct cadre__score *score, uint64_t slow_ns)
{
    *watch = (struct score_watch){.score = score, .slow_ns = slow_ns};
}

void score_watch_loop(struct score_watch *watch, struct cadre__loop *loop)
{
    static const struct cadre__loop_hooks hooks = {.waking = on_waking, .waiting = on_waiting};

    cadre__loop_set_hooks(loop, &hooks, watch);
}

void score_watch_handler(struct score_watch *watch, const char *module, const char *handler)
{
    struct cadre__score_text *text = &watch->score->handler;

    if (!module || !handler) {
        atomic_store_explicit(&text->word[0], 0, memory_order_relaxed);
        return;
    }
    watch->ran = true;
    if (module != watch->module || handler != watch->handler) {
        char name[CADRE__SCORE_TEXT_SIZE];

        snprintf(name, sizeof(name), "%s:%s", module, handler);
        cadre__score_set_text(text, name);
        watch->module = module;
        watch->handler = handler;
        watch->first_word = atomic_load_explicit(&text->word[0], memory_order_relaxed);
        return;
    }
    atomic_store_explicit(&text->word[0], watch->first_word, memory_order_relaxed);
}
