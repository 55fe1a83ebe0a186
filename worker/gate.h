/* SPDX-License-Identifier: MIT */
/*
 * The evening gate: who takes the next connection.
 *
 * All workers share one queue per listener, so that a stuck or dead one strands nobody. What evens
 * the load is that a worker which is well above the least loaded of its siblings leaves the accept
 * to them. It looks at the scoreboard, not at messages; siblings that do not accept, that are at
 * their limit, or that hang in a handler do not count. And because the scoreboard may be wrong, a
 * worker that has left the accept to others for some time accepts one all the same.
 *
 * Pure decisions: no I/O, no time of its own, no state but the caller's struct.
 */
#ifndef WORKER_GATE_H
#define WORKER_GATE_H

#include <stdbool.h>
#include <stdint.h>

struct cadre__scoreboard;

/* A sibling whose turn is older than this, and that does not wait, hangs. */
#define GATE_STUCK_NS UINT64_C(20000000)
/* For how long the accept is left to others before the queue is looked at again. */
#define GATE_PAUSE_NS UINT64_C(1000000)
/* After so long of leaving it to others, one is accepted. */
#define GATE_PATIENCE_NS UINT64_C(20000000)
/* Two looks at the queue further apart than this are two matters. */
#define GATE_FORGET_NS UINT64_C(5000000)

/* What the scoreboard says of the others. */
struct gate_view {
    uint32_t n_open; /* siblings that can accept now */
    uint32_t least;  /* the fewest connections of one of them */
};

/* Since when this worker leaves the accept to others. Zeroed to begin with. */
struct gate {
    uint64_t since_ns; /* 0: it does not */
    uint64_t last_ns;  /* the last time it did */
};

enum gate_verdict {
    GATE_ACCEPT, /* take the next connection */
    GATE_LEAVE,  /* leave it to others; look again after GATE_PAUSE_NS */
};

/* Looks at all slots but `own_slot`. */
void gate_look(const struct cadre__scoreboard *board, uint32_t own_slot, uint64_t now_ns,
               struct gate_view *ret);

/* Decides for a worker with so many connections, and takes note of the verdict. */
enum gate_verdict gate_decide(struct gate *gate, const struct gate_view *view,
                              uint32_t own_connections, uint64_t now_ns);

/* A connection was accepted, or the queue was found empty. */
void gate_reset(struct gate *gate);

#endif
