/* SPDX-License-Identifier: MIT */
/*
 * Task-local values: inherited at the spawn, never seen by the creator.
 */
#include "config.h"

#include "tests/unit/lib/async/tasks.h"

#include <stdlib.h>

#include <cadre/local.h>

#include "async/coroutine.h"
#include "async/local.h"

static const struct cadre_local user = {.name = "user"};
static const struct cadre_local trace_id = {.name = "trace id"};

static int copies;

static void *copy_letter(void *value)
{
    char *copy = malloc(1);

    ck_assert_ptr_nonnull(copy);
    *copy = *(const char *)value;
    copies++;
    return copy;
}

static void free_copy(void *value)
{
    free(value);
    copies--;
}

static const struct cadre_local portable = {
    .name = "portable", .detach = copy_letter, .free = free_copy};

static int change_it(void *arg)
{
    (void)arg;
    ck_assert_ptr_eq(cadre_local_get(&user), letter('a'));
    ck_assert_int_eq(cadre_local_set(&user, letter('b')), 0);
    ck_assert_ptr_eq(cadre_local_get(&user), letter('b'));
    ck_assert_int_eq(cadre_yield(), 0);
    ck_assert_ptr_eq(cadre_local_get(&user), letter('b'));
    return 0;
}

ON_LOOP(a_task_inherits_and_its_changes_are_its_own)
{
    struct cadre_task *task;

    ck_assert_ptr_null(cadre_local_get(&user));
    ck_assert_int_eq(cadre_local_set(&user, letter('a')), 0);
    task = cadre_spawn(change_it, NULL);
    /* What is set after the spawn is not seen either. */
    ck_assert_int_eq(cadre_local_set(&user, letter('c')), 0);
    ck_assert_int_eq(cadre_task_join(task), 0);
    ck_assert_ptr_eq(cadre_local_get(&user), letter('c'));
    return 0;
}

ON_LOOP(keys_are_apart_and_null_is_a_value)
{
    ck_assert_int_eq(cadre_local_set(&user, letter('a')), 0);
    ck_assert_int_eq(cadre_local_set(&trace_id, letter('t')), 0);
    for (char c = 'b'; c <= 'z'; c++)
        ck_assert_int_eq(cadre_local_set(&user, letter(c)), 0);
    ck_assert_ptr_eq(cadre_local_get(&user), letter('z'));
    ck_assert_ptr_eq(cadre_local_get(&trace_id), letter('t'));
    ck_assert_int_eq(cadre_local_set(&user, NULL), 0);
    ck_assert_ptr_null(cadre_local_get(&user));
    return 0;
}

static int detached(void *arg)
{
    (void)arg;
    ck_assert_ptr_null(cadre_local_get(&user));
    ck_assert_int_eq(*(char *)cadre_local_get(&portable), 'p');
    ck_assert_int_eq(cadre_local_set(&portable, NULL), 0);
    ck_assert_ptr_null(cadre_local_get(&portable));
    ck_assert_int_eq(cadre_yield(), 0);
    note('d');
    return 0;
}

ON_LOOP(a_detached_task_has_copies_of_what_can_be_detached)
{
    ck_assert_int_eq(cadre_local_set(&user, letter('u')), 0);
    ck_assert_int_eq(cadre_local_set(&portable, letter('o')), 0);
    ck_assert_int_eq(cadre_local_set(&trace_id, letter('t')), 0);
    ck_assert_int_eq(cadre_local_set(&portable, letter('p')), 0);
    ck_assert_int_eq(cadre_spawn_detached(detached, NULL, NULL), 0);
    ck_assert_int_eq(copies, 1);
    ck_assert_int_eq(cadre_sleep(10), 0);
    ck_assert_str_eq(trace, "d");
    ck_assert_int_eq(copies, 0);
    ck_assert_ptr_eq(cadre_local_get(&portable), letter('p'));
    return 0;
}

ON_LOOP(a_thread_sees_the_values_of_who_waits_for_it)
{
    ck_assert_int_eq(cadre_local_set(&user, letter('u')), 0);
    /* As thread.c does in the thread; here the coroutine's own go first. */
    cadre__locals_enter(cadre__coroutine_locals(cadre__coroutine_current()));
    ck_assert_ptr_eq(cadre_local_get(&user), letter('u'));
    return 0;
}

START_TEST(off_any_coroutine_there_is_none)
{
    ck_assert_ptr_null(cadre_local_get(&user));
    ck_assert_int_eq(cadre_local_set(&user, NULL), -EDEADLK);
}
END_TEST

UNIT_MAIN("async/local", UNIT_CASE(a_task_inherits_and_its_changes_are_its_own),
          UNIT_CASE(keys_are_apart_and_null_is_a_value),
          UNIT_CASE(a_detached_task_has_copies_of_what_can_be_detached),
          UNIT_CASE(a_thread_sees_the_values_of_who_waits_for_it),
          UNIT_CASE(off_any_coroutine_there_is_none))
