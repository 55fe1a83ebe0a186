/* SPDX-License-Identifier: MIT */
/*
 * Nobody holds what has gone. Each case has code that would touch its owner's memory after the
 * owner, were it let; under AddressSanitizer stacks and arenas that are not in use are poisoned, so
 * that the touch is an error and not a chance. Without it the order of events is checked alone.
 */
#include "config.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include <cadre/gather.h>
#include <cadre/group.h>
#include <cadre/scope.h>
#include <cadre/sync.h>
#include <cadre/task.h>
#include <cadre/task_list.h>
#include <cadre/test.h>
#include <cadre/thread.h>

static int alive; /* tasks of a case that have not ended */

/* Memory of an owner; touched by its tasks to their last breath. */
struct room {
    char text[512];
};

/* Waits for ever; when it is cancelled, cleans up for a while, with waits, in its owner's memory.
 */
static int use_to_the_end(void *arg)
{
    struct room *room = arg;
    struct cadre_scope cleanup;
    int r;

    alive++;
    room->text[0] = 'a';
    r = cadre_sleep(1000000);
    cadre_scope_begin(&cleanup);
    cadre_scope_set_shield(&cleanup, true); /* a group's cancel would end every wait */
    for (int i = 0; i < 10; i++) {
        room->text[i] = 'b';
        ck_assert_int_eq(cadre_sleep(10), 0);
        memset(room->text, 'c', sizeof(room->text));
    }
    alive--;
    return cadre_scope_end(&cleanup, r);
}

static int owner_in_arena(void *arg)
{
    struct room *room = cadre_task_alloc(sizeof(*room));

    (void)arg;
    ck_assert_ptr_nonnull(room);
    ck_assert_ptr_nonnull(cadre_spawn(use_to_the_end, room));
    return cadre_sleep(1); /* and leaves it behind */
}

static int owner_in_arena_unstarted(void *arg)
{
    (void)arg;
    /* It never begins: its owner is over before. */
    ck_assert_ptr_nonnull(cadre_spawn(use_to_the_end, cadre_task_alloc(sizeof(struct room))));
    return 0;
}

static int owns(void *arg)
{
    struct cadre_task *owner =
        cadre_spawn_named(arg == NULL ? owner_in_arena : owner_in_arena_unstarted, NULL, "owner");

    ck_assert_int_eq(cadre_task_join(owner), 0);
    ck_assert_int_eq(alive, 0);
    ck_assert_uint_eq(cadre_tasks(NULL, NULL), 1);
    return 0;
}

START_TEST(a_task_ends_before_the_memory_of_its_owner_goes)
{
    ck_assert_int_eq(cadre_test_run(owns, NULL), 0);
}
END_TEST

START_TEST(a_task_that_never_began_ends_before_too)
{
    ck_assert_int_eq(cadre_test_run(owns, &alive), 0);
}
END_TEST

static int owner_in_main(void *arg)
{
    (void)arg;
    ck_assert_ptr_nonnull(cadre_spawn(use_to_the_end, cadre_task_alloc(sizeof(struct room))));
    return cadre_sleep(1);
}

START_TEST(tasks_of_main_end_before_the_loop)
{
    ck_assert_int_eq(cadre_test_run(owner_in_main, NULL), 0);
    ck_assert_int_eq(alive, 0);
}
END_TEST

static int fail_soon(void *arg)
{
    int r = cadre_sleep(5);

    (void)arg;
    return r < 0 ? r : -EIO;
}

static __attribute__((noinline)) int gather_on_stack(void)
{
    struct room room[3];
    struct cadre_task *a = cadre_spawn(use_to_the_end, &room[0]);
    struct cadre_task *b = cadre_spawn(fail_soon, NULL);
    struct cadre_task *c = cadre_spawn(use_to_the_end, &room[2]);

    return cadre_gather(a, b, c);
}

static __attribute__((noinline)) void overwrite_stack(void)
{
    volatile char junk[4096];

    for (size_t i = 0; i < sizeof(junk); i++)
        junk[i] = 'j';
}

static int gathers(void *arg)
{
    (void)arg;
    ck_assert_int_eq(gather_on_stack(), -EIO);
    ck_assert_int_eq(alive, 0);
    overwrite_stack();
    ck_assert_int_eq(cadre_sleep(1000), 0);
    overwrite_stack();
    return 0;
}

START_TEST(no_sibling_outlives_its_gather)
{
    ck_assert_int_eq(cadre_test_run(gathers, NULL), 0);
}
END_TEST

static __attribute__((noinline)) int group_on_stack(void)
{
    struct room room[2];
    struct cadre_group group;
    int r;

    cadre_group_begin(&group);
    r = cadre_group_spawn(&group, use_to_the_end, &room[0]);
    if (r == 0)
        r = cadre_group_spawn(&group, use_to_the_end, &room[1]);
    if (r == 0)
        r = cadre_sleep(5);
    return cadre_group_join(&group, r < 0 ? r : -EBADMSG);
}

static int groups(void *arg)
{
    (void)arg;
    ck_assert_int_eq(group_on_stack(), -EBADMSG);
    ck_assert_int_eq(alive, 0);
    overwrite_stack();
    return cadre_sleep(1000);
}

START_TEST(no_task_outlives_its_group)
{
    ck_assert_int_eq(cadre_test_run(groups, NULL), 0);
}
END_TEST

/* ---- threads ---- */

struct work {
    struct room room;
    bool cancelled;
};

static int write_late(void *arg)
{
    struct work *work = arg;
    const struct timespec moment = {.tv_nsec = 1000000};

    work->room.text[0] = 's';
    while (!cadre_cancelled())
        (void)nanosleep(&moment, NULL);
    work->cancelled = true;
    for (int i = 0; i < 20; i++) {
        (void)nanosleep(&moment, NULL);
        memset(work->room.text, 't', sizeof(work->room.text));
    }
    return 0;
}

static int work_on_stack(void *arg)
{
    struct work work = {.cancelled = false};
    int r = cadre_to_thread(write_late, &work);

    (void)arg;
    ck_assert(work.cancelled);
    ck_assert_int_eq(work.room.text[511], 't');
    return r;
}

static int cancels_work(void *arg)
{
    struct cadre_task *task = cadre_spawn(work_on_stack, NULL);
    struct cadre_thread_statistics threads;

    (void)arg;
    do {
        ck_assert_int_eq(cadre_yield(), 0);
        cadre_thread_get_statistics(&threads);
    } while (threads.running == 0);
    ck_assert(cadre_task_cancel(task));
    ck_assert_int_eq(cadre_task_join(task), -ECANCELED);
    overwrite_stack();
    return 0;
}

START_TEST(a_cancelled_wait_waits_for_the_thread_on_its_stack)
{
    ck_assert_int_eq(cadre_test_run(cancels_work, NULL), 0);
}
END_TEST

/* ---- detached ---- */

static int freed;

static void free_room(void *arg)
{
    free(arg);
    freed++;
}

static int use_own(void *arg)
{
    struct room *room = arg;
    int r = cadre_sleep(1000000);

    memset(room->text, 'd', sizeof(room->text));
    return r;
}

static int detaches(void *arg)
{
    (void)arg;
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(cadre_spawn_detached(use_own, malloc(sizeof(struct room)), free_room), 0);
    return cadre_sleep(1);
}

static int leaves_detached(void *arg)
{
    struct cadre_task *task = cadre_spawn(detaches, NULL);

    (void)arg;
    ck_assert_int_eq(cadre_task_join(task), 0);
    ck_assert_int_eq(freed, 0); /* they outlive their creator */
    ck_assert_uint_eq(cadre_tasks(NULL, NULL), 4);
    return 0;
}

START_TEST(a_detached_task_outlives_its_creator_and_owns_its_argument)
{
    ck_assert_int_eq(cadre_test_run(leaves_detached, NULL), 0);
    ck_assert_int_eq(freed, 3);
}
END_TEST

UNIT_MAIN("async/lifetimes", UNIT_CASE(a_task_ends_before_the_memory_of_its_owner_goes),
          UNIT_CASE(a_task_that_never_began_ends_before_too),
          UNIT_CASE(tasks_of_main_end_before_the_loop), UNIT_CASE(no_sibling_outlives_its_gather),
          UNIT_CASE(no_task_outlives_its_group),
          UNIT_CASE(a_cancelled_wait_waits_for_the_thread_on_its_stack),
          UNIT_CASE(a_detached_task_outlives_its_creator_and_owns_its_argument))
