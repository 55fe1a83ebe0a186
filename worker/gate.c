/* SPDX-License-Identifier: MIT */
/*
 * The gate's arithmetic. worker/gate.h has the contract.
 */
#include "worker/gate.h"

#include "ipc/heritage.h"
#include "ipc/scoreboard.h"

/* Can this one take a connection now? */
static bool is_open(const struct cadre__score *score, uint64_t now_ns)
{
    if (atomic_load_explicit(&score->state, memory_order_acquire) != CADRE__SCORE_ACCEPTING)
        return false;
    if (atomic_load_explicit(&score->gated, memory_order_relaxed))
        return false;
    /* The reporter accepts on a socket of its own. */
    if (atomic_load_explicit(&score->kind, memory_order_relaxed) != CADRE__CHILD_WORKER)
        return false;
    if (atomic_load_explicit(&score->waiting, memory_order_acquire))
        return true;

    uint64_t turn_ns = atomic_load_explicit(&score->turn_ns, memory_order_relaxed);
    return turn_ns >= now_ns || now_ns - turn_ns <= GATE_STUCK_NS;
}

void gate_look(const struct cadre__scoreboard *board, uint32_t own_slot, uint64_t now_ns,
               struct gate_view *ret)
{
    uint32_t slots = cadre__scoreboard_slots(board);

    *ret = (struct gate_view){.least = UINT32_MAX};
    for (uint32_t i = 0; i < slots; i++) {
        const struct cadre__score *score = &board->slot[i];

        if (i == own_slot || !is_open(score, now_ns))
            continue;
        uint32_t n = atomic_load_explicit(&score->connections, memory_order_relaxed);
        ret->n_open++;
        if (n < ret->least)
            ret->least = n;
    }
}

enum gate_verdict gate_decide(struct gate *gate, const struct gate_view *view,
                              uint32_t own_connections, uint64_t now_ns)
{
    if (view->n_open == 0 || own_connections <= view->least + 1 + view->least / 16) {
        gate_reset(gate);
        return GATE_ACCEPT;
    }
    if (gate->since_ns == 0 || now_ns - gate->last_ns > GATE_FORGET_NS)
        gate->since_ns = now_ns;
    gate->last_ns = now_ns;
    if (now_ns - gate->since_ns < GATE_PATIENCE_NS)
        return GATE_LEAVE;
    gate_reset(gate);
    return GATE_ACCEPT;
}

void gate_reset(struct gate *gate)
{
    *gate = (struct gate){0};
}
