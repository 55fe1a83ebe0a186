/* SPDX-License-Identifier: MIT */
/*
 * ipc/scoreboard: lays out the area and its records.
 *
 * A text is eight words, each stored whole; a reader can see words of two texts side by side,
 * but never runs over the end.
 */
#include "config.h"

#include "ipc/scoreboard.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define WORDS (CADRE__SCORE_TEXT_SIZE / 8)

int cadre__scoreboard_create(struct cadre__shm *shm, struct cadre__scoreboard **ret)
{
    int r = cadre__shm_create(shm, CADRE__SCOREBOARD_AREA, sizeof(struct cadre__scoreboard));
    if (r < 0)
        return r;
    struct cadre__scoreboard *board = shm->addr;
    board->slots = CADRE__SLOTS_MAX;
    board->score_size = sizeof(struct cadre__score);
    board->magic = CADRE__SCOREBOARD_MAGIC;
    *ret = board;
    return 0;
}

int cadre__scoreboard_open(const struct cadre__shm *shm, struct cadre__scoreboard **ret)
{
    struct cadre__scoreboard *board = shm->addr;
    if (shm->size < sizeof(*board) || board->magic != CADRE__SCOREBOARD_MAGIC ||
        board->slots != CADRE__SLOTS_MAX || board->score_size != sizeof(struct cadre__score))
        return -EPROTO;
    *ret = board;
    return 0;
}

struct cadre__score *cadre__scoreboard_claim(struct cadre__scoreboard *board, uint32_t slot,
                                             uint32_t kind, uint32_t generation, uint32_t index,
                                             uint64_t born_ns)
{
    assert(slot < CADRE__SLOTS_MAX);
    struct cadre__score *score = &board->slot[slot];
    atomic_store_explicit(&score->state, CADRE__SCORE_FREE, memory_order_release);
    atomic_store_explicit(&score->pid, 0, memory_order_relaxed);
    atomic_store_explicit(&score->kind, kind, memory_order_relaxed);
    atomic_store_explicit(&score->generation, generation, memory_order_relaxed);
    atomic_store_explicit(&score->index, index, memory_order_relaxed);
    atomic_store_explicit(&score->born_ns, born_ns, memory_order_relaxed);
    atomic_store_explicit(&score->turn_ns, 0, memory_order_relaxed);
    atomic_store_explicit(&score->waiting, 0, memory_order_relaxed);
    atomic_store_explicit(&score->connections, 0, memory_order_relaxed);
    atomic_store_explicit(&score->in_flight, 0, memory_order_relaxed);
    atomic_store_explicit(&score->gated, 0, memory_order_relaxed);
    atomic_store_explicit(&score->accepted, 0, memory_order_relaxed);
    atomic_store_explicit(&score->requests, 0, memory_order_relaxed);
    atomic_store_explicit(&score->lag_ns, 0, memory_order_relaxed);
    cadre__score_set_text(&score->phase, NULL);
    cadre__score_set_text(&score->handler, NULL);
    /* Who sees the state sees a clean record. */
    atomic_store_explicit(&score->state, CADRE__SCORE_STARTING, memory_order_release);
    if (slot >= atomic_load_explicit(&board->high_water, memory_order_relaxed))
        atomic_store_explicit(&board->high_water, slot + 1, memory_order_release);
    return score;
}

void cadre__scoreboard_release(struct cadre__scoreboard *board, uint32_t slot)
{
    assert(slot < CADRE__SLOTS_MAX);
    atomic_store_explicit(&board->slot[slot].state, CADRE__SCORE_FREE, memory_order_release);
    atomic_store_explicit(&board->slot[slot].pid, 0, memory_order_relaxed);
}

void cadre__score_set_text(struct cadre__score_text *dst, const char *text)
{
    uint64_t word[WORDS] = {0};
    size_t len = text ? strnlen(text, CADRE__SCORE_TEXT_SIZE - 1) : 0;
    if (len > 0)
        memcpy(word, text, len);
    /* Up to the word that holds the NUL: what is behind it is never looked at. */
    for (size_t i = 0; i <= len / 8; i++)
        atomic_store_explicit(&dst->word[i], word[i], memory_order_relaxed);
}

const char *cadre__score_get_text(const struct cadre__score_text *src,
                                  char buf[static CADRE__SCORE_TEXT_SIZE])
{
    uint64_t word[WORDS];
    for (size_t i = 0; i < WORDS; i++)
        word[i] = atomic_load_explicit(&src->word[i], memory_order_relaxed);
    memcpy(buf, word, sizeof(word));
    buf[CADRE__SCORE_TEXT_SIZE - 1] = '\0';
    for (char *c = buf; *c; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    }
    return buf;
}

const char *cadre__score_state_name(uint32_t state)
{
    static const char *const names[] = {
        [CADRE__SCORE_FREE] = "free",         [CADRE__SCORE_STARTING] = "starting",
        [CADRE__SCORE_READY] = "ready",       [CADRE__SCORE_ACCEPTING] = "accepting",
        [CADRE__SCORE_DRAINING] = "draining", [CADRE__SCORE_STOPPING] = "stopping",
    };
    return state < sizeof(names) / sizeof(names[0]) ? names[state] : "unknown";
}
