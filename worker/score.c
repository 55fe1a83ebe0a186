/* SPDX-License-Identifier: MIT */
/*
 * Stamps. worker/score.h has the contract.
 */
#include "worker/score.h"

#include <stdio.h>

#include "async/loop.h"

static void on_waking(void *arg, uint64_t now_ns)
{
    struct cadre__score *score = arg;

    score_set64(&score->turn_ns, now_ns);
    atomic_store_explicit(&score->waiting, 0, memory_order_release);
}

static void on_waiting(void *arg, uint64_t now_ns)
{
    struct cadre__score *score = arg;

    score_set64(&score->turn_ns, now_ns);
    atomic_store_explicit(&score->waiting, 1, memory_order_release);
}

void score_watch_loop(struct cadre__score *score, struct cadre__loop *loop)
{
    static const struct cadre__loop_hooks hooks = {.waking = on_waking, .waiting = on_waiting};

    cadre__loop_set_hooks(loop, &hooks, score);
}

void score_stamp(struct cadre__score *score, uint64_t now_ns)
{
    on_waking(score, now_ns);
}

void score_handler_init(struct score_handler *h, struct cadre__score *score)
{
    *h = (struct score_handler){.score = score};
}

void score_handler_set(struct score_handler *h, const char *module, const char *handler)
{
    struct cadre__score_text *text = &h->score->handler;

    if (!module || !handler) {
        atomic_store_explicit(&text->word[0], 0, memory_order_relaxed);
        return;
    }
    if (module != h->module || handler != h->handler) {
        char name[CADRE__SCORE_TEXT_SIZE];

        snprintf(name, sizeof(name), "%s:%s", module, handler);
        cadre__score_set_text(text, name);
        h->module = module;
        h->handler = handler;
        h->first_word = atomic_load_explicit(&text->word[0], memory_order_relaxed);
        return;
    }
    atomic_store_explicit(&text->word[0], h->first_word, memory_order_relaxed);
}
