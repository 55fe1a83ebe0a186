/* SPDX-License-Identifier: MIT */
/*
 * Lifespans: order, states, failures, time limits, on a loop whose test clock jumps
 * (web/lifespan.c). What happens is written into one text, in order.
 */
#include "tests/unit/unit.h"

#include "async/coroutine.h"
#include "async/loop.h"
#include "web/app.h"
#include "web/lifespan.h"
#include "web/server_state.h"
#include <cadre.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SECOND       UINT64_C(1000000000)

/* --- the frame --- */

static char story[4000];

static CADRE_PRINTF(1, 2) void tell(const char *fmt, ...)
{
    size_t len = strlen(story);
    va_list args;

    va_start(args, fmt);
    vsnprintf(story + len, sizeof(story) - len, fmt, args);
    va_end(args);
}

struct scene {
    struct cadre__test_clock clock;
    struct cadre__loop *loop;
    struct cadre__lifespan_runner *runner;
    struct cadre__timer timer; /* calls `later` */
    void (*later)(struct scene *scene);
    bool stop_when_ready;
    bool has_read_phases;
};

static void on_phase(void *arg, const char *phase)
{
    struct scene *scene = arg;

    if (scene->has_read_phases)
        tell("{%s}", phase != NULL ? phase : "-");
}

static void on_ready(void *arg)
{
    struct scene *scene = arg;

    tell("ready ");
    if (scene->stop_when_ready)
        cadre__lifespan_stop(scene->runner);
}

static void on_failed(void *arg, const char *text)
{
    struct scene *scene = arg;

    tell("failed<%s> ", text);
    cadre__loop_stop(scene->loop);
}

static void on_shutdown_failed(void *arg, const char *text)
{
    (void)arg;
    tell("shutdown<%s> ", text);
}

static void on_stopped(void *arg)
{
    struct scene *scene = arg;

    tell("stopped");
    cadre__loop_stop(scene->loop);
}

static void open_scene(struct scene *scene, enum cadre__lifespan_scope scope)
{
    struct cadre__loop_options loop_options = {.test_clock = &scene->clock};
    struct cadre__lifespan_options options = {
        .scope = scope,
        .startup_timeout_ns = 60 * SECOND,
        .shutdown_timeout_ns = 8 * SECOND,
        .callbacks = {.on_phase = on_phase,
                      .on_ready = on_ready,
                      .on_failed = on_failed,
                      .on_shutdown_failed = on_shutdown_failed,
                      .on_stopped = on_stopped},
        .callbacks_arg = scene,
    };

    *scene = (struct scene){.stop_when_ready = true};
    story[0] = '\0';
    cadre__test_clock_init(&scene->clock, 1);
    ck_assert_int_eq(cadre__loop_new(&loop_options, &scene->loop), 0);
    options.loop = scene->loop;
    ck_assert_int_eq(cadre__lifespan_runner_new(&options, &scene->runner), 0);
}

static void add(struct scene *scene, const char *name, cadre_lifespan_fn fn)
{
    struct cadre__lifespan_entry entry = {.name = name, .fn = fn};

    ck_assert_int_eq(cadre__lifespan_add(scene->runner, &entry), 0);
}

static void on_timer(struct cadre__timer *timer)
{
    struct scene *scene = (struct scene *)((char *)timer - offsetof(struct scene, timer));

    scene->later(scene);
}

static void do_later(struct scene *scene, uint64_t after_ns, void (*later)(struct scene *scene))
{
    scene->later = later;
    cadre__timer_init(&scene->timer, on_timer);
    cadre__loop_timer_start(scene->loop, &scene->timer, after_ns);
}

/* Runs to the end and compares the story. */
static void play(struct scene *scene, const char *expected)
{
    cadre__lifespan_start(scene->runner);
    ck_assert_int_eq(cadre__loop_run(scene->loop), 0);
    ck_assert_int_eq(cadre__lifespan_runner_phase(scene->runner), CADRE__LIFESPAN_DONE);
    ck_assert_str_eq(story, expected);
}

static void close_scene(struct scene *scene)
{
    cadre__lifespan_runner_free(scene->runner);
    cadre__loop_free(scene->loop);
}

static uint64_t seconds(const struct scene *scene)
{
    return cadre__clock_now((struct cadre__clock *)(uintptr_t)&scene->clock.clock) / SECOND;
}

/* --- lifespans of all kinds --- */

static int good(struct cadre_lifespan *ls)
{
    const char *name = cadre_lifespan_module(ls);
    int local = (int)strlen(name);
    int r;

    tell("up:%s ", name);
    ck_assert_int_eq(cadre_sleep(100), 0);
    r = cadre_serving(ls, (void *)(uintptr_t)name);
    ck_assert_int_eq(local, (int)strlen(name)); /* the stack has lived on */
    tell("down:%s ", name);
    ck_assert_int_eq(cadre_sleep(100), 0);
    tell("gone:%s ", name);
    return r;
}

static int says_why(struct cadre_lifespan *ls)
{
    return cadre_lifespan_fail(ls, "no database at \"%s\"", "db:5432");
}

static int gives_errno(struct cadre_lifespan *ls)
{
    (void)ls;
    ck_assert_int_eq(cadre_sleep(10), 0);
    return -ECONNREFUSED;
}

static int forgets_to_serve(struct cadre_lifespan *ls)
{
    (void)ls;
    return 0;
}

static int hangs_at_startup(struct cadre_lifespan *ls)
{
    int r = cadre_sleep(24 * 3600 * 1000);

    (void)ls;
    tell("cut ");
    return r;
}

static int ignores_cancels(struct cadre_lifespan *ls)
{
    int r = 0;

    for (int i = 0; i < 11; i++)
        r = cadre_sleep(24 * 3600 * 1000);
    (void)ls;
    return r;
}

static int fails_at_shutdown(struct cadre_lifespan *ls)
{
    int r = cadre_serving(ls, NULL);

    return r < 0 ? r : cadre_lifespan_fail(ls, "cannot flush");
}

static int hangs_at_shutdown(struct cadre_lifespan *ls)
{
    int r = cadre_serving(ls, NULL);

    if (r == 0)
        r = cadre_sleep(24 * 3600 * 1000);
    tell("cut ");
    return r;
}

static int serves_twice(struct cadre_lifespan *ls)
{
    int r = cadre_serving(ls, NULL);

    ck_assert_int_eq(cadre_serving(ls, NULL), -EINVAL);
    return r;
}

static int publishes(struct cadre_lifespan *ls)
{
    char bytes[] = "published";
    int r;

    ck_assert_int_eq(cadre_serving(ls, NULL), -EINVAL);
    r = cadre_serving_with(ls, bytes, sizeof(bytes));
    tell("down ");
    return r;
}

static int uses_wrong_scope(struct cadre_lifespan *ls)
{
    ck_assert_int_eq(cadre_serving_with(ls, "x", 1), -EINVAL);
    return cadre_serving(ls, NULL);
}

/* --- order --- */

START_TEST(modules_start_in_order_and_stop_in_reverse)
{
    struct scene scene;

    open_scene(&scene, CADRE__LIFESPAN_WORKER);
    add(&scene, "a", good);
    add(&scene, "none", NULL);
    add(&scene, "b", good);
    play(&scene, "up:a up:b ready down:b gone:b down:a gone:a stopped");
    ck_assert_str_eq(cadre__lifespan_state(scene.runner, "b"), "b");
    ck_assert_ptr_null(cadre__lifespan_state(scene.runner, "none"));
    close_scene(&scene);
}
END_TEST

START_TEST(no_lifespans_are_ready_at_once)
{
    struct scene scene;

    open_scene(&scene, CADRE__LIFESPAN_WORKER);
    play(&scene, "ready stopped");
    close_scene(&scene);
    open_scene(&scene, CADRE__LIFESPAN_WORKER);
    add(&scene, "none", NULL);
    play(&scene, "ready stopped");
    close_scene(&scene);
}
END_TEST

START_TEST(phases_are_told)
{
    struct scene scene;

    open_scene(&scene, CADRE__LIFESPAN_WORKER);
    scene.has_read_phases = true;
    add(&scene, "a", good);
    play(&scene, "{startup of module a}up:a {-}ready {shutdown of module a}down:a gone:a {-}"
                 "stopped");
    close_scene(&scene);
}
END_TEST

START_TEST(state_reaches_the_mount_before_ready)
{
    static const struct cadre__mount_options mount_options = {.name = "a", .path = "/"};
    struct cadre__lifespan_entry entry = {.name = "a", .fn = good};
    struct cadre__app *app;
    struct scene scene;
    char why[100];

    open_scene(&scene, CADRE__LIFESPAN_WORKER);
    ck_assert_int_eq(cadre__app_new(NULL, &app), 0);
    ck_assert_int_eq(cadre__app_mount(app, &mount_options, why, sizeof(why), &entry.mount), 0);
    ck_assert_int_eq(cadre__lifespan_add(scene.runner, &entry), 0);
    play(&scene, "up:a ready down:a gone:a stopped");
    close_scene(&scene);
    cadre__app_free(app);
}
END_TEST

/* --- startups that fail --- */

static const struct {
    cadre_lifespan_fn fn;
    const char *story;
} startup_failures[] = {
    {says_why, "failed<module \"bad\": lifespan startup failed: no database at \"db:5432\"> "},
    {gives_errno, "failed<module \"bad\": lifespan startup failed: Connection refused> "},
    {forgets_to_serve,
     "failed<module \"bad\": lifespan startup failed: it returned without calling "
     "cadre_serving: call that where the module is ready to serve> "},
    {hangs_at_startup,
     "cut failed<module \"bad\": lifespan startup took longer than startup_timeout (1m)> "},
    {ignores_cancels, "failed<module \"bad\": lifespan startup took longer than startup_timeout "
                      "(1m) and does not end when it is cancelled> "},
};

START_TEST(failing_startup_is_told_with_module_and_reason)
{
    struct scene scene;

    open_scene(&scene, CADRE__LIFESPAN_WORKER);
    add(&scene, "bad", startup_failures[_i].fn);
    add(&scene, "never", good);
    play(&scene, startup_failures[_i].story);
    ck_assert_uint_le(seconds(&scene), 62);
    close_scene(&scene);
}
END_TEST

START_TEST(failing_startup_shuts_down_those_that_were_up)
{
    struct scene scene;

    open_scene(&scene, CADRE__LIFESPAN_WORKER);
    add(&scene, "a", good);
    add(&scene, "b", good);
    add(&scene, "bad", says_why);
    play(&scene, "up:a up:b down:b gone:b down:a gone:a failed<module \"bad\": lifespan startup "
                 "failed: no database at \"db:5432\"> ");
    close_scene(&scene);
}
END_TEST

START_TEST(failure_of_a_server_lifespan_names_its_scope)
{
    struct scene scene;

    open_scene(&scene, CADRE__LIFESPAN_SERVER);
    add(&scene, "bad", forgets_to_serve);
    play(&scene, "failed<module \"bad\": server lifespan startup failed: it returned without "
                 "calling cadre_serving_with: call that where the module is ready to serve> ");
    close_scene(&scene);
}
END_TEST

/* --- shutdowns that fail --- */

START_TEST(failing_shutdown_is_told_and_the_others_go_on)
{
    struct scene scene;

    open_scene(&scene, CADRE__LIFESPAN_WORKER);
    add(&scene, "a", good);
    add(&scene, "bad", fails_at_shutdown);
    play(&scene, "up:a ready shutdown<module \"bad\": lifespan shutdown failed: cannot flush> "
                 "down:a gone:a stopped");
    close_scene(&scene);
}
END_TEST

START_TEST(hanging_shutdown_leaves_time_for_the_others)
{
    struct scene scene;

    open_scene(&scene, CADRE__LIFESPAN_WORKER);
    add(&scene, "a", good);
    add(&scene, "bad", hangs_at_shutdown);
    play(&scene, "up:a ready cut shutdown<module \"bad\": lifespan shutdown took longer than "
                 "shutdown_timeout (8s)> down:a gone:a stopped");
    ck_assert_uint_lt(seconds(&scene), 8);
    close_scene(&scene);
}
END_TEST

static int never_ends(struct cadre_lifespan *ls)
{
    int r = cadre_serving(ls, NULL);

    for (int i = 0; i < 11; i++) /* ten by the runner, one by the loop */
        r = cadre_sleep(24 * 3600 * 1000);
    return r;
}

START_TEST(shutdown_that_ignores_cancels_is_left_behind)
{
    struct scene scene;

    open_scene(&scene, CADRE__LIFESPAN_WORKER);
    add(&scene, "a", good);
    add(&scene, "bad", never_ends);
    play(&scene, "up:a ready shutdown<module \"bad\": lifespan shutdown took longer than "
                 "shutdown_timeout (8s) and does not end when it is cancelled> "
                 "down:a gone:a stopped");
    close_scene(&scene); /* the loop ends it, it frees itself */
}
END_TEST

static void note_name(const struct cadre_task_info *info, void *arg)
{
    snprintf(arg, 20, "%s", info->name);
}

START_TEST(one_that_is_left_behind_keeps_its_name)
{
    char *name = strdup("bad"), noted[20] = "";
    struct scene scene;

    open_scene(&scene, CADRE__LIFESPAN_WORKER);
    add(&scene, name, never_ends);
    play(&scene, "ready shutdown<module \"bad\": lifespan shutdown took longer than "
                 "shutdown_timeout (8s) and does not end when it is cancelled> stopped");
    cadre__lifespan_runner_free(scene.runner);
    memset(name, '?', 3);
    free(name);
    ck_assert_uint_eq(cadre_tasks(note_name, noted), 1);
    ck_assert_str_eq(noted, "bad");
    cadre__loop_free(scene.loop);
}
END_TEST

/* --- stops at odd times --- */

static void stop(struct scene *scene)
{
    tell("stop ");
    cadre__lifespan_stop(scene->runner);
    cadre__lifespan_stop(scene->runner);
}

START_TEST(stop_while_starting_cancels_the_startup)
{
    struct scene scene;

    open_scene(&scene, CADRE__LIFESPAN_WORKER);
    add(&scene, "a", good);
    add(&scene, "slow", hangs_at_startup);
    add(&scene, "never", good);
    do_later(&scene, SECOND, stop);
    play(&scene, "up:a stop cut down:a gone:a stopped");
    close_scene(&scene);
}
END_TEST

START_TEST(stop_while_serving_works_later)
{
    struct scene scene;

    open_scene(&scene, CADRE__LIFESPAN_WORKER);
    scene.stop_when_ready = false;
    add(&scene, "a", good);
    do_later(&scene, 3600 * SECOND, stop);
    play(&scene, "up:a ready stop down:a gone:a stopped");
    ck_assert_uint_ge(seconds(&scene), 3600);
    close_scene(&scene);
}
END_TEST

START_TEST(stop_before_the_start_starts_nothing)
{
    struct scene scene;

    open_scene(&scene, CADRE__LIFESPAN_WORKER);
    add(&scene, "a", good);
    cadre__lifespan_stop(scene.runner);
    ck_assert_int_eq(cadre__loop_run(scene.loop), 0);
    ck_assert_str_eq(story, "stopped");
    close_scene(&scene);
}
END_TEST

static void stop_hard(struct scene *scene)
{
    tell("stop ");
    cadre__lifespan_stop(scene->runner);
    cadre__lifespan_cancel(scene->runner);
}

START_TEST(cancelled_shutdown_does_not_wait)
{
    struct scene scene;

    open_scene(&scene, CADRE__LIFESPAN_WORKER);
    scene.stop_when_ready = false;
    add(&scene, "slow", hangs_at_shutdown);
    add(&scene, "slower", hangs_at_shutdown);
    do_later(&scene, SECOND, stop_hard);
    play(&scene, "ready stop cut cut stopped");
    ck_assert_uint_lt(seconds(&scene), 3);
    close_scene(&scene);
}
END_TEST

/* --- misuse
 * ----------------------------------------------------------------------------------------------------
 */

START_TEST(serving_twice_or_in_the_wrong_scope_is_refused)
{
    struct scene scene;

    open_scene(&scene, CADRE__LIFESPAN_WORKER);
    add(&scene, "twice", serves_twice);
    add(&scene, "wrong", uses_wrong_scope);
    play(&scene, "ready stopped");
    close_scene(&scene);
}
END_TEST

static struct cadre_lifespan *stolen;

static int lends_itself(struct cadre_lifespan *ls)
{
    stolen = ls;
    ck_assert_int_eq(cadre_sleep(5000), 0);
    return cadre_serving(ls, NULL);
}

static void serve_from_outside(struct scene *scene)
{
    (void)scene;
    ck_assert_int_eq(cadre_serving(stolen, NULL), -EDEADLK);
    tell("refused ");
}

START_TEST(serving_off_its_coroutine_is_refused)
{
    struct scene scene;

    open_scene(&scene, CADRE__LIFESPAN_WORKER);
    add(&scene, "a", lends_itself);
    do_later(&scene, SECOND, serve_from_outside);
    play(&scene, "refused ready stopped");
    close_scene(&scene);
}
END_TEST

/* --- server scope
 * -------------------------------------------------------------------------------------------------
 */

static void check_published(struct scene *scene)
{
    struct cadre__server_state *state;
    const void *ptr;
    size_t len;
    int fd;

    ptr = cadre__lifespan_published(scene->runner, "shop", &len);
    ck_assert_uint_eq(len, 10);
    ck_assert_mem_eq(ptr, "published", 10);
    fd = cadre__lifespan_publish(scene->runner);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(cadre__server_state_map(fd, &state), 0);
    close(fd);
    ck_assert_mem_eq(cadre__server_state_find(state, "shop", &len), "published", 10);
    ck_assert_ptr_null(cadre__server_state_find(state, "none", &len));
    cadre__server_state_free(state);
    stop(scene);
}

START_TEST(published_bytes_go_to_the_workers)
{
    struct scene scene;

    open_scene(&scene, CADRE__LIFESPAN_SERVER);
    scene.stop_when_ready = false;
    add(&scene, "shop", publishes);
    add(&scene, "none", NULL);
    do_later(&scene, SECOND, check_published);
    play(&scene, "ready stop down stopped");
    close_scene(&scene);
}
END_TEST

static int reads_server_state(struct cadre_lifespan *ls)
{
    size_t len;
    const char *bytes = cadre_lifespan_server_state(ls, &len);

    tell("read:%.*s ", (int)len, bytes);
    return cadre_serving(ls, NULL);
}

START_TEST(worker_lifespan_reads_what_was_published)
{
    struct cadre__lifespan_entry entry = {
        .name = "shop", .fn = reads_server_state, .server_state = "bytes", .server_state_len = 5};
    struct scene scene;

    open_scene(&scene, CADRE__LIFESPAN_WORKER);
    ck_assert_int_eq(cadre__lifespan_add(scene.runner, &entry), 0);
    play(&scene, "read:bytes ready stopped");
    close_scene(&scene);
}
END_TEST

UNIT_MAIN("web/lifespan", UNIT_CASE(modules_start_in_order_and_stop_in_reverse),
          UNIT_CASE(no_lifespans_are_ready_at_once), UNIT_CASE(phases_are_told),
          UNIT_CASE(state_reaches_the_mount_before_ready),
          UNIT_LOOP(failing_startup_is_told_with_module_and_reason, COUNT(startup_failures)),
          UNIT_CASE(failing_startup_shuts_down_those_that_were_up),
          UNIT_CASE(failure_of_a_server_lifespan_names_its_scope),
          UNIT_CASE(failing_shutdown_is_told_and_the_others_go_on),
          UNIT_CASE(hanging_shutdown_leaves_time_for_the_others),
          UNIT_CASE(shutdown_that_ignores_cancels_is_left_behind),
          UNIT_CASE(one_that_is_left_behind_keeps_its_name),
          UNIT_CASE(stop_while_starting_cancels_the_startup),
          UNIT_CASE(stop_while_serving_works_later),
          UNIT_CASE(stop_before_the_start_starts_nothing),
          UNIT_CASE(cancelled_shutdown_does_not_wait),
          UNIT_CASE(serving_twice_or_in_the_wrong_scope_is_refused),
          UNIT_CASE(serving_off_its_coroutine_is_refused),
          UNIT_CASE(published_bytes_go_to_the_workers),
          UNIT_CASE(worker_lifespan_reads_what_was_published))
