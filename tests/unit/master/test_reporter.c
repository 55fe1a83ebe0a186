/* SPDX-License-Identifier: MIT */
/*
 * The reporter's seat in the state machine: there from the first moment, never in the way.
 */
#include "config.h"

#include <signal.h>
#include <string.h>

#include "tests/unit/master/rig.h"
#include "tests/unit/unit.h"

#define KILLED_BY(signo) (signo)
#define EXITED_WITH(n)   ((n) << 8)

static struct rig *rig_with_reporter(unsigned workers)
{
    struct rig *rig = rig_new(workers, false);

    rig->plan.reporter = true;
    return rig;
}

static void boot(struct rig *rig)
{
    rig_feed(rig, (struct machine_event){.type = EVENT_BOOT, .plan = &rig->plan});
}

static void settle_one(struct rig *rig, uint32_t slot)
{
    rig_tell(rig, EVENT_SPAWNED, slot);
    rig_tell(rig, EVENT_LOADED, slot);
    rig_tell(rig, EVENT_READY, slot);
}

START_TEST(it_answers_before_any_worker_is_ready)
{
    struct rig *rig = rig_with_reporter(2);
    uint32_t slot;

    boot(rig);
    slot = rig_reporter(rig, 1);
    ck_assert_uint_ne(slot, NO_SLOT);
    settle_one(rig, slot);
    ck_assert(rig->children[slot].accepted);
    ck_assert_uint_eq(rig_serving(rig), 0);
    ck_assert(!rig->listening);
    rig_free(rig);
}
END_TEST

START_TEST(one_that_fails_to_start_fails_no_boot)
{
    struct rig *rig = rig_with_reporter(2);
    uint32_t slot;

    boot(rig);
    slot = rig_reporter(rig, 1);
    rig_tell(rig, EVENT_SPAWNED, slot);
    rig_fail(rig, slot, "the shared areas cannot be used");
    rig_exit(rig, slot, EXITED_WITH(3));
    ck_assert(strstr(rig->last_error, "the shared areas cannot be used") != NULL);
    ck_assert_int_eq(rig->m->state, MACHINE_BOOTING);
    rig_settle(rig);
    ck_assert_int_eq(rig->m->state, MACHINE_SERVING);
    ck_assert_uint_eq(rig_serving(rig), 2);
    rig_advance(rig, RIG_SEC); /* tried again by now, if not at once */
    ck_assert_uint_ne(rig_reporter(rig, 1), NO_SLOT);
    rig_free(rig);
}
END_TEST

START_TEST(one_that_dies_is_replaced_and_fails_no_reload)
{
    struct rig *rig = rig_with_reporter(2);

    rig_serve(rig);
    rig_exit(rig, rig_reporter(rig, 1), KILLED_BY(SIGKILL));
    rig_settle(rig);
    ck_assert_uint_ne(rig_reporter(rig, 1), NO_SLOT);
    rig_signal(rig, SIGHUP);
    rig->load_asked = false;
    rig_feed(rig, (struct machine_event){.type = EVENT_CONF_OK, .plan = &rig->plan});
    rig_exit(rig, rig_reporter(rig, 2), KILLED_BY(SIGKILL));
    ck_assert_int_eq(rig->m->state, MACHINE_RELOADING);
    rig_settle(rig);
    rig_advance(rig, RIG_SEC);
    rig_settle(rig);
    ck_assert_uint_eq(rig->adopted, 2);
    ck_assert_uint_eq(rig_reporter(rig, 1), NO_SLOT);
    ck_assert_uint_ne(rig_reporter(rig, 2), NO_SLOT);
    rig_free(rig);
}
END_TEST

START_TEST(it_tells_until_the_last_worker_has_left)
{
    struct rig *rig = rig_with_reporter(1);
    uint32_t reporter, worker;

    rig_serve(rig);
    reporter = rig_reporter(rig, 1);
    worker = rig_worker(rig, 1, 0);
    rig_signal(rig, SIGTERM);
    ck_assert(rig->children[worker].draining);
    ck_assert(!rig->children[reporter].draining);
    rig_tell(rig, EVENT_DRAINED, worker);
    ck_assert(!rig->children[reporter].draining);
    rig_exit(rig, worker, 0);
    ck_assert(rig->children[reporter].draining);
    ck_assert(!rig->exited);
    rig_exit(rig, reporter, 0);
    ck_assert(rig->exited);
    ck_assert_int_eq(rig->exit_code, 0);
    rig_free(rig);
}
END_TEST

START_TEST(one_that_hangs_at_the_end_is_killed)
{
    struct rig *rig = rig_with_reporter(1);
    uint32_t reporter;

    rig_serve(rig);
    reporter = rig_reporter(rig, 1);
    rig_signal(rig, SIGTERM);
    rig_exit(rig, rig_worker(rig, 1, 0), 0);
    rig_advance(rig, 60 * RIG_SEC);
    ck_assert_int_eq(rig->children[reporter].signo, SIGKILL);
    rig_free(rig);
}
END_TEST

UNIT_MAIN("master/reporter", UNIT_CASE(it_answers_before_any_worker_is_ready),
          UNIT_CASE(one_that_fails_to_start_fails_no_boot),
          UNIT_CASE(one_that_dies_is_replaced_and_fails_no_reload),
          UNIT_CASE(it_tells_until_the_last_worker_has_left),
          UNIT_CASE(one_that_hangs_at_the_end_is_killed))
