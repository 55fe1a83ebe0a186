/* SPDX-License-Identifier: MIT */
/*
 * cadre_limiter: tokens and their borrowers, and a number that changes while they are lent.
 */
#include "config.h"

#include "tests/unit/lib/async/beside.h"

#include <errno.h>
#include <stdint.h>

#include <cadre/sync.h>

static struct cadre_limiter *limiter;
static const char borrowers[1000];

static void make(int64_t total)
{
    ck_assert_int_eq(cadre_limiter_new(total, &limiter), 0);
}

static int borrow_for(const void *arg)
{
    return cadre_limiter_acquire_for(limiter, arg);
}

static struct cadre_limiter_statistics statistics(void)
{
    struct cadre_limiter_statistics s;

    cadre_limiter_get_statistics(limiter, &s);
    return s;
}

ON_LOOP(a_borrower_has_one_token_at_most)
{
    struct beside other;

    make(3);
    ck_assert_int_eq(cadre_limiter_acquire(limiter), 0);
    ck_assert_int_eq(cadre_limiter_acquire(limiter), -EALREADY);
    ck_assert_int_eq(cadre_limiter_acquire_nowait(limiter), -EALREADY);
    ck_assert_int_eq(cadre_limiter_acquire_nowait_for(limiter, &borrowers[0]), 0);
    ck_assert_int_eq(cadre_limiter_acquire_for(limiter, &borrowers[0]), -EALREADY);
    ck_assert_int_eq(cadre_limiter_acquire_for(limiter, NULL), -EINVAL);
    ck_assert_int_eq(cadre_limiter_acquire_nowait_for(limiter, &borrowers[1]), 0);
    ck_assert_int_eq(cadre_limiter_acquire_nowait_for(limiter, &borrowers[2]), -EAGAIN);
    beside_start(&other, borrow_for, &borrowers[2]);
    beside_waits(&other);
    /* One place in the queue too. */
    ck_assert_int_eq(cadre_limiter_acquire_nowait_for(limiter, &borrowers[2]), -EALREADY);
    ck_assert_int_eq(cadre_limiter_release_for(limiter, &borrowers[2]), -EPERM);
    ck_assert(!cadre_limiter_has_lent(limiter, &borrowers[2]));
    ck_assert_int_eq(cadre_limiter_release(limiter), 0);
    ck_assert(cadre_limiter_has_lent(limiter, &borrowers[2]));
    beside_ends(&other, 0);
    ck_assert_int_eq(cadre_limiter_release(limiter), -EPERM);
    ck_assert_int_eq(statistics().borrowed_tokens, 3);
    ck_assert_uint_eq(statistics().lent, 4);
    cadre_limiter_free(limiter);
    return 0;
}

ON_LOOP(more_tokens_serve_those_who_wait)
{
    struct beside waits[4];

    make(0);
    for (int i = 0; i < 4; i++)
        beside_start(&waits[i], borrow_for, &borrowers[i]);
    ck_assert_uint_eq(statistics().tasks_waiting, 4);
    beside_waits(&waits[0]);
    ck_assert_int_eq(cadre_limiter_set_total_tokens(limiter, 2), 0);
    beside_ends(&waits[0], 0);
    beside_ends(&waits[1], 0);
    beside_waits(&waits[2]);
    ck_assert_uint_eq(statistics().tasks_waiting, 2);
    ck_assert_int_eq(cadre_limiter_set_total_tokens(limiter, CADRE_LIMITER_INFINITE), 0);
    beside_ends(&waits[2], 0);
    beside_ends(&waits[3], 0);
    cadre_limiter_free(limiter);
    return 0;
}

ON_LOOP(fewer_let_borrowers_finish)
{
    struct beside wait;

    make(3);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(cadre_limiter_acquire_nowait_for(limiter, &borrowers[i]), 0);
    ck_assert_int_eq(cadre_limiter_set_total_tokens(limiter, 1), 0);
    ck_assert_int_eq(statistics().borrowed_tokens, 3);
    ck_assert_int_eq(statistics().total_tokens, 1);
    beside_start(&wait, borrow_for, &borrowers[3]);
    ck_assert_int_eq(cadre_limiter_release_for(limiter, &borrowers[0]), 0);
    ck_assert_int_eq(cadre_limiter_release_for(limiter, &borrowers[1]), 0);
    beside_waits(&wait);
    ck_assert_int_eq(cadre_limiter_release_for(limiter, &borrowers[2]), 0);
    beside_ends(&wait, 0);
    ck_assert_int_eq(statistics().borrowed_tokens, 1);
    cadre_limiter_free(limiter);
    return 0;
}

START_TEST(a_negative_number_is_refused)
{
    ck_assert_int_eq(cadre_limiter_new(-1, &limiter), -EINVAL);
    make(1);
    ck_assert_int_eq(cadre_limiter_set_total_tokens(limiter, -1), -EINVAL);
    ck_assert_int_eq(statistics().total_tokens, 1);
    cadre_limiter_free(limiter);
    cadre_limiter_free(NULL);
}
END_TEST

START_TEST(off_a_coroutine_a_borrower_is_named)
{
    make(1);
    ck_assert_int_eq(cadre_limiter_acquire(limiter), -EDEADLK);
    ck_assert_int_eq(cadre_limiter_acquire_nowait(limiter), -EDEADLK);
    ck_assert_int_eq(cadre_limiter_release(limiter), -EPERM);
    ck_assert_int_eq(cadre_limiter_acquire_nowait_for(limiter, &borrowers[0]), 0);
    ck_assert_int_eq(cadre_limiter_release_for(limiter, &borrowers[0]), 0);
    cadre_limiter_free(limiter);
}
END_TEST

START_TEST(many_borrowers_are_told_apart)
{
    const size_t n = sizeof(borrowers);
    bool has[sizeof(borrowers)] = {false};
    uint64_t random = 1;

    make(CADRE_LIMITER_INFINITE);
    for (int step = 0; step < 200000; step++) {
        size_t i;

        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        i = (size_t)(random >> 33) % n;
        ck_assert_int_eq(cadre_limiter_has_lent(limiter, &borrowers[i]), has[i]);
        if ((random >> 20) % 2 == 0) {
            ck_assert_int_eq(cadre_limiter_acquire_nowait_for(limiter, &borrowers[i]),
                             has[i] ? -EALREADY : 0);
            has[i] = true;
        } else {
            ck_assert_int_eq(cadre_limiter_release_for(limiter, &borrowers[i]),
                             has[i] ? 0 : -EPERM);
            has[i] = false;
        }
    }
    cadre_limiter_free(limiter);
}
END_TEST

UNIT_MAIN("async/limiter", UNIT_CASE(a_borrower_has_one_token_at_most),
          UNIT_CASE(more_tokens_serve_those_who_wait), UNIT_CASE(fewer_let_borrowers_finish),
          UNIT_CASE(a_negative_number_is_refused), UNIT_CASE(off_a_coroutine_a_borrower_is_named),
          UNIT_CASE(many_borrowers_are_told_apart))
