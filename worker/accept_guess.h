/* SPDX-License-Identifier: MIT */
/*
 * What an acceptor guesses from the last connections: how many wait to be accepted, and whether
 * the next one has sent its request already. A wrong guess costs a system call that finds nothing,
 * or one more turn of the loop; nothing else depends on it.
 *
 * Many: an accept that finds nothing is dear, since the kernel makes a socket before it looks. So
 * when few come at a time, no more are tried in a turn than came before; twice as many after some
 * turns in which that was not enough, later each time that this was wrong.
 *
 * Spoken: on a busy machine a request has come before its connection is accepted, and it is best
 * read at once; one from far away has not. A vain read costs little beside what a right one spares,
 * so it is tried as long as some were right of late, and else now and then.
 *
 * Pure. Zeroed to begin with.
 */
#ifndef WORKER_ACCEPT_GUESS_H
#define WORKER_ACCEPT_GUESS_H

#include <stdbool.h>
#include <stdint.h>

/* The most accepts in one turn of the loop, of one listener. */
#define ACCEPT_BATCH_MAX 16
/* Turns to wait, at most, before more are tried. */
#define ACCEPT_PATIENCE_MAX 32
/* Above it (of 255) reading at once seems vain. */
#define ACCEPT_SILENT 240
/* Of so many connections one is read at once all the same. */
#define ACCEPT_PROBE 8

struct accept_guess {
    uint8_t batch;    /* accepts in the next turn; 0: the most */
    uint8_t patience; /* turns in which that was not enough before it is doubled; 0: one */
    uint8_t full;     /* such turns so far */
    uint8_t silent;   /* 0: all have spoken early, 255: none has */
    uint8_t skipped;  /* not read at once since the last that was */
};

static inline unsigned accept_guess_batch(const struct accept_guess *guess)
{
    return guess->batch > 0 ? guess->batch : ACCEPT_BATCH_MAX;
}

/* A turn is over: `taken` connections, and was the queue found empty? */
static inline void accept_guess_turn(struct accept_guess *guess, unsigned taken, bool was_empty)
{
    unsigned batch = accept_guess_batch(guess);

    if (was_empty) {
        unsigned longer = guess->patience > 0 ? guess->patience * 2U : 2;

        guess->batch = (uint8_t)(taken > 0 ? taken : 1);
        guess->patience = (uint8_t)(longer < ACCEPT_PATIENCE_MAX ? longer : ACCEPT_PATIENCE_MAX);
        guess->full = 0;
    } else if (taken >= batch && ++guess->full >= guess->patience) {
        guess->batch = (uint8_t)(batch * 2 < ACCEPT_BATCH_MAX ? batch * 2 : ACCEPT_BATCH_MAX);
        guess->full = 0;
        if (batch > 1)
            guess->patience /= 2; /* it was right before */
    }
}

/* Is the next connection to be read at once? */
static inline bool accept_guess_spoken(struct accept_guess *guess)
{
    if (guess->silent <= ACCEPT_SILENT)
        return true;
    if (++guess->skipped < ACCEPT_PROBE)
        return false;
    guess->skipped = 0;
    return true;
}

/* It was read: had something come? */
static inline void accept_guess_learn(struct accept_guess *guess, bool had_spoken)
{
    if (had_spoken)
        guess->silent = (uint8_t)(guess->silent - guess->silent / 8);
    else
        guess->silent = (uint8_t)(guess->silent + (255 - guess->silent + 7) / 8);
}

#endif
