/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/lib/async/gate.h: for tests of threads: a thread and the test meet at semaphores,
 * never by time.
 */
#ifndef CADRE_TESTS_UNIT_ASYNC_GATE_H
#define CADRE_TESTS_UNIT_ASYNC_GATE_H

#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>

struct gate {
    sem_t entered;     /* posted by the thread when it comes */
    sem_t leave;       /* the thread waits for it */
    int value;         /* what it returns */
    atomic_bool began; /* it has come */
    atomic_bool ran;   /* it has passed */
};

static inline void gate_init(struct gate *gate, int value)
{
    (void)sem_init(&gate->entered, 0, 0);
    (void)sem_init(&gate->leave, 0, 0);
    gate->value = value;
    gate->began = false;
    gate->ran = false;
}

static inline void gate_wait(sem_t *semaphore)
{
    while (sem_wait(semaphore) < 0 && errno == EINTR)
        ;
}

/* Runs in the thread. */
static inline int gate_pass(void *arg)
{
    struct gate *gate = arg;

    gate->began = true;
    (void)sem_post(&gate->entered);
    gate_wait(&gate->leave);
    gate->ran = true;
    return gate->value;
}

/* Blocks until the thread has come. */
static inline void gate_enter(struct gate *gate)
{
    gate_wait(&gate->entered);
}

static inline void gate_open(struct gate *gate)
{
    (void)sem_post(&gate->leave);
}

#endif
