/* SPDX-License-Identifier: MIT */
/*
 * Owners that are shorter than their coroutine, as the call of a handler is.
 */
#include "config.h"

#include "tests/unit/lib/async/tasks.h"

#include <cadre/scope.h>

#include "async/coroutine.h"
#include "async/owner.h"
#include "base/arena.h"

ON_LOOP(its_tasks_end_with_it_and_those_of_before_do_not)
{
    struct nap before = {.ms = 50, .c = 'b'};
    struct nap inside = {.ms = 1000, .c = 'i', .cleans = 10};
    struct cadre_task *task = cadre_spawn(nap, &before);
    struct cadre__owner owner;

    cadre__owner_begin(&owner);
    ck_assert(cadre__owner_is_empty(&owner));
    ck_assert_ptr_nonnull(cadre_spawn(nap, &inside));
    ck_assert_int_eq(cadre_sleep(1), 0);
    cadre__owner_end(&owner);
    ck_assert(inside.ended && !before.ended);
    ck_assert_uint_eq(elapsed_ms(), 11);
    /* Then the one before owns again. */
    ck_assert_int_eq(cadre_task_join(task), 0);
    ck_assert_int_eq(cadre_task_join(cadre_spawn(nap, &before)), 0);
    return 0;
}

ON_LOOP(a_task_never_sees_the_memory_of_its_request_gone)
{
    struct cadre__arena arena;
    struct cadre__owner owner;
    struct nap *n;

    /* Under AddressSanitizer what is gone is poisoned. */
    cadre__arena_init(&arena, 1024);
    n = cadre__arena_calloc(&arena, sizeof(*n));
    n->ms = 1000;
    n->c = 'n';
    n->cleans = 20;
    cadre__owner_begin(&owner);
    ck_assert_ptr_nonnull(cadre_spawn(nap, n));
    ck_assert_int_eq(cadre_yield(), 0);
    cadre__owner_end(&owner);
    cadre__arena_done(&arena);
    ck_assert_str_eq(trace, "N");
    return cadre_sleep(100);
}

ON_LOOP(owners_nest)
{
    struct nap naps[] = {{.ms = 100, .c = 'a'}, {.ms = 100, .c = 'b'}};
    struct cadre__owner outer;
    struct cadre__owner inner;

    cadre__owner_begin(&outer);
    ck_assert_ptr_nonnull(cadre_spawn(nap, &naps[0]));
    cadre__owner_begin(&inner);
    ck_assert_ptr_nonnull(cadre_spawn(nap, &naps[1]));
    ck_assert_int_eq(cadre_yield(), 0);
    cadre__owner_end(&inner);
    ck_assert_str_eq(trace, "B");
    cadre__owner_end(&outer);
    ck_assert_str_eq(trace, "BA");
    return 0;
}

ON_LOOP(in_a_cancelled_scope_it_awaits_its_tasks_all_the_same)
{
    struct nap n = {.ms = 1000, .c = 'n', .cleans = 20};
    struct cadre__owner owner;
    struct cadre_scope scope;
    struct cadre_scope inner;

    cadre_move_on_after(&scope, 5);
    cadre__owner_begin(&owner);
    cadre_scope_begin(&inner);
    cadre_scope_set_shield(&inner, true);
    ck_assert_ptr_nonnull(cadre_spawn(nap, &n));
    ck_assert_int_eq(cadre_sleep(10), 0);
    ck_assert_int_eq(cadre_scope_end(&inner, 0), 0);
    cadre__owner_end(&owner);
    ck_assert(n.ended);
    return cadre_scope_end(&scope, -ECANCELED);
}

START_TEST(off_any_coroutine_it_does_nothing)
{
    struct cadre__owner owner;

    cadre__owner_begin(&owner);
    cadre__owner_end(&owner);
}
END_TEST

static int leave_a_scope_open(void *arg)
{
    struct cadre__owner owner;
    struct cadre_scope scope;

    (void)arg;
    cadre__owner_begin(&owner);
    cadre_scope_begin(&scope);
    cadre__owner_end(&owner);
    return 0;
}

START_TEST(a_scope_left_open_inside_is_the_end)
{
    ck_assert_int_eq(cadre__run(NULL, leave_a_scope_open, NULL), 1000); /* not reached */
}
END_TEST

UNIT_MAIN("async/owner", UNIT_CASE(its_tasks_end_with_it_and_those_of_before_do_not),
          UNIT_CASE(a_task_never_sees_the_memory_of_its_request_gone), UNIT_CASE(owners_nest),
          UNIT_CASE(in_a_cancelled_scope_it_awaits_its_tasks_all_the_same),
          UNIT_CASE(off_any_coroutine_it_does_nothing),
          UNIT_SIGNAL(a_scope_left_open_inside_is_the_end, SIGABRT))
