/* SPDX-License-Identifier: MIT */
/*
 * Stamps. worker/score.h has the contract.
 */
#include "worker/score.h"

#include <stdio.h>

#include "async/loop.h"
#include "worker/meter.h"

void score_stamp(struct cadre__score *score, uint64_t now_ns)
{
    score_set64(&score->turn_ns, now_ns);
    atomic_store_explicit(&score->waiting, 0, memory_order_release);
}

static void on_waking(void *arg, uint64_t now_ns)
{
    struct score_watch *watch = arg;

    score_stamp(watch->score, now_ns);
    if (watch->meter) {
        if (watch->turn_ns != 0) /* it went on without a wait */
            meter_turn(watch->meter, watch->turn_ns, now_ns);
        watch->turn_ns = now_ns;
    }
}

static void on_waiting(void *arg, uint64_t now_ns)
{
    struct score_watch *watch = arg;

    if (watch->meter && watch->turn_ns != 0) {
        meter_turn(watch->meter, watch->turn_ns, cadre__loop_clock(watch->loop));
        watch->turn_ns = 0;
    }
    score_set64(&watch->score->turn_ns, now_ns);
    atomic_store_explicit(&watch->score->waiting, 1, memory_order_release);
}

void score_watch_init(struct score_watch *watch, struct cadre__score *score)
{
    *watch = (struct score_watch){.score = score};
}

void score_watch_loop(struct score_watch *watch, struct cadre__loop *loop)
{
    static const struct cadre__loop_hooks hooks = {.waking = on_waking, .waiting = on_waiting};

    watch->loop = loop;
    cadre__loop_set_hooks(loop, &hooks, watch);
}

void score_watch_meter(struct score_watch *watch, struct meter *meter)
{
    watch->meter = meter;
}

/* Writes another pair out. Apart from the rest, which has no need of a frame. */
static __attribute__((noinline)) void name_handler(struct score_watch *watch, const char *module,
                                                   const char *handler)
{
    struct cadre__score_text *text = &watch->score->handler;
    char name[CADRE__SCORE_TEXT_SIZE];

    snprintf(name, sizeof(name), "%s:%s", module, handler);
    cadre__score_set_text(text, name);
    watch->module = module;
    watch->handler = handler;
    watch->first_word = atomic_load_explicit(&text->word[0], memory_order_relaxed);
}

void score_watch_handler(struct score_watch *watch, const char *module, const char *handler)
{
    uint64_t word = 0;

    if (module && handler) {
        if (module != watch->module || handler != watch->handler) {
            name_handler(watch, module, handler);
            return;
        }
        word = watch->first_word;
    }
    atomic_store_explicit(&watch->score->handler.word[0], word, memory_order_relaxed);
}
