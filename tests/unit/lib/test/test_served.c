/* SPDX-License-Identifier: MIT */
/* The application of a test client: lifespans, states, and work behind responses around requests
 * (lib/test/served.c). */
#include "config.h"

#include "tests/unit/unit.h"

#include "base/log.h"
#include <cadre.h>
#include <cadre/test.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static char story[1000];

static void tell(const char *text)
{
    strncat(story, text, sizeof(story) - strlen(story) - 1);
}

/* --- two modules --- */

static int lifespan(struct cadre_lifespan *ls)
{
    const char *name;
    bool fail;
    int r;

    if (cadre_conf_string(cadre_lifespan_settings(ls), "name", "-", &name) < 0 ||
        cadre_conf_bool(cadre_lifespan_settings(ls), "fail", false, &fail) < 0)
        return -EINVAL;
    tell("[up ");
    tell(name);
    r = cadre_serving(ls, NULL);
    tell("[down ");
    tell(name);
    return fail ? -EIO : r;
}

static int work(void *arg)
{
    int r = cadre_sleep(3600 * 1000);

    (void)arg;
    tell(r == 0 ? "[worked" : "[cut");
    return r;
}

static int later(struct cadre_request *req)
{
    int r = cadre_background_add(req, CADRE_BACKGROUND(work, NULL, NULL));

    return r < 0 ? r : cadre_respond_empty(req, 202);
}

static struct cadre_event never;

static int hang(void *arg)
{
    (void)arg;
    return cadre_event_wait(&never);
}

static int later_or_never(struct cadre_request *req)
{
    int r = cadre_background_add(req, CADRE_BACKGROUND(hang, NULL, NULL));

    return r < 0 ? r : cadre_respond_empty(req, 202);
}

static const char *const names[] = {"name", "fail", NULL};

static const struct cadre_route routes[] = {
    CADRE_POST("/later", later),
    CADRE_POST("/never", later_or_never),
    CADRE_ROUTES_END,
};

static const struct cadre_module module = {
    .setting_names = names, .lifespan = lifespan, .routes = routes};

static struct cadre_test_client *serve(void)
{
    story[0] = '\0';
    cadre__log_set_level(CADRE_LOG_CRITICAL);
    return cadre_test_serve(.module = &module);
}

static const struct cadre_test_response *post(struct cadre_test_client *client, const char *target)
{
    return cadre_test_request(client, .method = "POST", .target = target);
}

/* --- lifespans --- */

static const char *const one[] = {"name=1", NULL}, *const two[] = {"name=2", NULL},
                         *const bad[] = {"name=2", "fail=true", NULL};

START_TEST(modules_start_in_order_and_end_in_reverse)
{
    const struct cadre_test_module modules[] = {
        {.module = &module, .name = "a", .mount = "/a", .settings = one},
        {.module = &module, .name = "b", .mount = "/b", .settings = _i == 0 ? two : bad},
    };
    const struct cadre_test_app app = {.modules = modules, .n_modules = 2};
    struct cadre_test_client *client;
    char why[300];

    story[0] = '\0';
    cadre__log_set_level(CADRE_LOG_CRITICAL);
    ck_assert_int_eq(cadre_test_open(&app, why, sizeof(why), &client), 0);
    ck_assert_str_eq(story, "[up 1[up 2");
    ck_assert_int_eq(cadre_test_close(client), _i == 0 ? 0 : -CADRE_ESTARTUP);
    ck_assert_str_eq(story, "[up 1[up 2[down 2[down 1");
}
END_TEST

START_TEST(they_may_stay_out)
{
    const struct cadre_test_module a = {.module = &module};
    const struct cadre_test_app app = {.modules = &a, .n_modules = 1, .no_lifespans = true};
    struct cadre_test_client *client;
    char why[300];

    story[0] = '\0';
    cadre__log_set_level(CADRE_LOG_CRITICAL);
    ck_assert_int_eq(cadre_test_open(&app, why, sizeof(why), &client), 0);
    cadre_assert_status(post(client, "/later"), 202);
    ck_assert_int_eq(cadre_test_join_background(client), 0);
    ck_assert_int_eq(cadre_test_close(client), 0);
    ck_assert_str_eq(story, "[worked");
}
END_TEST

START_TEST(a_taken_mount_is_told)
{
    const struct cadre_test_module modules[] = {
        {.module = &module, .name = "a", .mount = "/x"},
        {.module = &module, .name = "b", .mount = "/x/"},
    };
    const struct cadre_test_app app = {.modules = modules, .n_modules = 2};
    struct cadre_test_client *client = NULL;
    char why[300];

    ck_assert_int_eq(cadre_test_open(&app, why, sizeof(why), &client), -EEXIST);
    ck_assert_ptr_nonnull(strstr(why, "is taken by the module \"a\""));
    ck_assert_ptr_null(client);
}
END_TEST

/* --- work behind responses --- */

START_TEST(the_client_need_not_wait_for_it)
{
    struct cadre_test_client *client = serve();
    uint64_t began = cadre_test_elapsed_ms();

    cadre_assert_status(post(client, "/later"), 202);
    cadre_assert_status(post(client, "/later"), 202);
    ck_assert_uint_eq(cadre_test_elapsed_ms(), began);
    ck_assert_str_eq(story, "[up -");
    ck_assert_int_eq(cadre_test_join_background(client), 0);
    ck_assert_uint_eq(cadre_test_elapsed_ms(), began + 3600 * 1000);
    ck_assert_str_eq(story, "[up -[worked[worked");
    ck_assert_int_eq(cadre_test_join_background(client), 0); /* there is none */
    ck_assert_int_eq(cadre_test_close(client), 0);
}
END_TEST

START_TEST(closing_cuts_it_before_the_shutdown)
{
    struct cadre_test_client *client = serve(), *other = serve(); /* keeps the loop */

    story[0] = '\0';
    cadre_assert_status(post(client, "/later"), 202);
    cadre_assert_status(post(client, "/nowhere"), 404); /* meanwhile it begins */
    ck_assert_int_eq(cadre_test_close(client), 0);
    ck_assert_str_eq(story, "[cut[down -");
    ck_assert_int_eq(cadre_test_close(other), 0);
}
END_TEST

START_TEST(work_that_cannot_end_is_an_error)
{
    struct cadre_test_client *client = serve();

    cadre_assert_status(post(client, "/never"), 202);
    ck_assert_int_eq(cadre_test_join_background(client), -EDEADLK);
    ck_assert_int_eq(cadre_test_close(client), 0);
}
END_TEST

UNIT_MAIN("test/served", UNIT_LOOP(modules_start_in_order_and_end_in_reverse, 2),
          UNIT_CASE(they_may_stay_out), UNIT_CASE(a_taken_mount_is_told),
          UNIT_CASE(the_client_need_not_wait_for_it),
          UNIT_CASE(closing_cuts_it_before_the_shutdown),
          UNIT_CASE(work_that_cannot_end_is_an_error))
