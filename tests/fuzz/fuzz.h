/* SPDX-License-Identifier: MIT */
/*
 * What fuzz targets share. A target is one file with one LLVMFuzzerTestOneInput(); it is built
 * twice: with tests/fuzz/run_corpus.c, which runs the kept inputs as a plain test, and, where
 * configure was given --enable-fuzzers, with libFuzzer, which looks for new ones.
 *
 * A target depends on nothing but its input: no clock, no descriptor of a real network, no random
 * number of the system.
 */
#ifndef CADRE_TESTS_FUZZ_FUZZ_H
#define CADRE_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Runs one input. Returns 0; what is wrong ends the process. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Says what is wrong and ends the process, as the fuzzer wants it. */
#define FUZZ_FAIL(...)                                                                             \
    do {                                                                                           \
        (void)fprintf(stderr, "%s:%d: ", __FILE__, __LINE__);                                      \
        (void)fprintf(stderr, __VA_ARGS__);                                                        \
        (void)fputc('\n', stderr);                                                                 \
        abort();                                                                                   \
    } while (0)

#define FUZZ_CHECK(what)                                                                           \
    do {                                                                                           \
        if (!(what))                                                                               \
            FUZZ_FAIL("this does not hold: %s", #what);                                            \
    } while (0)

/* Numbers that depend on the input alone. */
struct fuzz_dice {
    uint64_t state;
};

static inline struct fuzz_dice fuzz_dice_of(const uint8_t *data, size_t size)
{
    struct fuzz_dice dice = {.state = 0xcbf29ce484222325};

    for (size_t i = 0; i < size; i++)
        dice.state = (dice.state ^ data[i]) * 0x100000001b3;
    dice.state |= 1;
    return dice;
}

/* A number from 1 to n. */
static inline size_t fuzz_dice_throw(struct fuzz_dice *dice, size_t n)
{
    dice->state ^= dice->state << 13;
    dice->state ^= dice->state >> 7;
    dice->state ^= dice->state << 17;
    return (size_t)(dice->state % n) + 1;
}

#endif
