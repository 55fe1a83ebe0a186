/* SPDX-License-Identifier: MIT */
/* How many accepts are worth trying, and whether to read at once. */
#include "worker/accept_guess.h"

#include "tests/unit/unit.h"

/* Turns in which `waiting` connections are there each; returns the accepts that found nothing. */
static unsigned run_turns(struct accept_guess *guess, unsigned turns, unsigned waiting)
{
    unsigned vain = 0;

    for (unsigned i = 0; i < turns; i++) {
        unsigned batch = accept_guess_batch(guess);
        bool was_empty = waiting < batch;

        vain += was_empty;
        accept_guess_turn(guess, was_empty ? waiting : batch, was_empty);
    }
    return vain;
}

START_TEST(the_first_turn_takes_what_is_there)
{
    struct accept_guess guess = {0};

    ck_assert_uint_eq(accept_guess_batch(&guess), ACCEPT_BATCH_MAX);
}
END_TEST

START_TEST(one_at_a_time_is_seldom_asked_for_two)
{
    struct accept_guess guess = {0};

    run_turns(&guess, 100, 1);
    ck_assert_uint_le(run_turns(&guess, 320, 1), 10);
    ck_assert_uint_ge(run_turns(&guess, 320, 1), 9); /* it does not cease to try */
}
END_TEST

START_TEST(a_crowd_gets_large_batches_again)
{
    struct accept_guess guess = {0};

    run_turns(&guess, 1000, 1);
    run_turns(&guess, 4 * ACCEPT_PATIENCE_MAX, 1000);
    ck_assert_uint_eq(accept_guess_batch(&guess), ACCEPT_BATCH_MAX);
    /* A second time it is there sooner. */
    run_turns(&guess, 1, 1);
    ck_assert_uint_eq(accept_guess_batch(&guess), 1);
    run_turns(&guess, 12, 1000);
    ck_assert_uint_eq(accept_guess_batch(&guess), ACCEPT_BATCH_MAX);
}
END_TEST

START_TEST(a_turn_that_was_cut_short_says_nothing)
{
    struct accept_guess guess = {0};

    run_turns(&guess, 1, 3);
    ck_assert_uint_eq(accept_guess_batch(&guess), 3);
    for (int i = 0; i < 100; i++)
        accept_guess_turn(&guess, 2, false); /* no room for a third */
    ck_assert_uint_eq(accept_guess_batch(&guess), 3);
    accept_guess_turn(&guess, 0, true);
    ck_assert_uint_eq(accept_guess_batch(&guess), 1);
}
END_TEST

/* Of `n` connections of which every `each`th has spoken: how many were read at once. */
static unsigned run_spoken(struct accept_guess *guess, unsigned n, unsigned each)
{
    unsigned tried = 0;

    for (unsigned i = 0; i < n; i++) {
        if (!accept_guess_spoken(guess))
            continue;
        tried++;
        accept_guess_learn(guess, each > 0 && i % each == 0);
    }
    return tried;
}

START_TEST(who_speaks_early_is_read_at_once)
{
    struct accept_guess guess = {0};

    ck_assert_uint_eq(run_spoken(&guess, 1000, 1), 1000);
    ck_assert_uint_eq(run_spoken(&guess, 1000, 3), 1000); /* a third of them is enough */
}
END_TEST

START_TEST(who_is_far_away_is_waited_for)
{
    struct accept_guess guess = {0};

    run_spoken(&guess, 100, 0);
    ck_assert_uint_eq(run_spoken(&guess, 800, 0), 100);
    /* Once they speak early again it takes one try to see it. */
    ck_assert_uint_ge(run_spoken(&guess, 108, 1), 100);
}
END_TEST

UNIT_MAIN("worker/accept_guess", UNIT_CASE(the_first_turn_takes_what_is_there),
          UNIT_CASE(one_at_a_time_is_seldom_asked_for_two),
          UNIT_CASE(a_crowd_gets_large_batches_again),
          UNIT_CASE(a_turn_that_was_cut_short_says_nothing),
          UNIT_CASE(who_speaks_early_is_read_at_once), UNIT_CASE(who_is_far_away_is_waited_for))
